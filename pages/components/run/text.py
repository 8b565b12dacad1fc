"""The words about a network that was made to forget elsewhere, and about images that are easy or hard to forget."""

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

GROUP, GROUP_SIZE = "How hard to forget", "How many images"
GROUPS = {"easy": "Easy", "typical": "Typical", "worst": "Worst case"}
TILE = "{name} · {score:.2f}"
SCORES = (
    "From {n:,} networks, each trained on a random half of the images (Feldman and Zhang, arXiv:2008.03703); they get "
    "{right:.1%} of the other half right. Under each image: its class and its memorisation."
)
MEMORISED_WHAT = (
    "Images that a network had to **memorise** are often the hardest to forget: it gets them right only because it has "
    "seen them. To find them, {n:,} networks are trained, each on a random half of the images."
)
MEMORISED_TIME = "This takes {time}, once for all visitors; what is finished is kept if you stop."
MEMORISED_LONG = (
    "That takes {time} here. On a faster computer, `python -m camu_core memorisation --dataset {dataset} --model "
    "{model}` does it; the page then finds its result in `CAMU_HOME`."
)
MEMORISED_START, MEMORISED_GO_ON = "Train {n:,} networks on halves", "Go on training"
HARDER_LEAD = (
    "**How much harder is it?** {method} on as many images of the other groups, each beside a retrained network."
)
HARDER_START = "Compare the groups"
HARDER_READ = (
    "each row is a run that forgot such images. The further green is from purple, the further the network is from one "
    "that never saw them; the further purple is from grey, the more there was to forget"
)
HARDER_NOT = "other starts or other images of a group: the intervals are over these images alone"
