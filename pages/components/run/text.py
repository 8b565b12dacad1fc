"""The words about a network that was made to forget elsewhere."""

PRESS = "Judge a network"
LEAD = (
    "Does somebody claim that a network has forgotten **{what}**? Choose its weights, and it is judged like a run of "
    "this app: beside the network it was made from, and beside one that never saw the data."
)
FORM = (
    "A `.safetensors` file of a `{model}` for {title}, at most {mb:,.0f} MB. It must have been made from the network "
    "that this app starts from; else use `run --unlearned FILE --weights ORIGINAL` on the command line."
)
FILE = "Weights of the network"
JUDGE = "Judge it"
CHOOSE_FIRST = "First choose above what it should have forgotten."
CLASSES = "the {noun} {names}"
RANDOM = "the random {fraction:.0%} of the images that seed {seed} draws"
SAMPLES = "the {n:,} images that are chosen"
