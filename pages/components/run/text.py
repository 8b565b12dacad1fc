"""The words about networks that forgot elsewhere, images that are easy or hard to forget, and planted secrets."""

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
RANDOM = "the random {fraction} of the images that seed {seed} draws"
SAMPLES = "the {images} chosen above"

GROUP, GROUP_SIZE = "Which images", "How many images"
GROUPS = {"easy": "Least memorised", "typical": "Typical", "worst": "Most memorised"}
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
    "that never saw them; the further purple is from grey, the more there was to forget."
)
HARDER_NOT = "other starts or other images of a group: the intervals are over these images alone."

DIAL_TITLE = "How hard should it forget?"
DIAL_LEAD = (
    "The same run with other learning rates: too low, and it is still recognised; too high, and the rest suffers."
)
DIAL_START = "Run it at all strengths"
DIAL_MEASURING = "Measuring what each strength leaves"
DIAL_SO_FAR = "What is recognised, by strength, as the runs come in"
DIAL_SLIDER, DIAL_COLUMN = "Learning rates, times the {base}", "learning rates"
DIAL_BASE = {True: "usual", False: "chosen"}
DIAL_ENDS = ("not at all", "hard")
DIAL_AT = "{strength} times the {base} learning rates"
DIAL_AT_ZERO, DIAL_AT_ONE = "Before forgetting", "The {base} learning rates"
DIAL_NUMBERS = {"recognised": "Still recognised", "kept": "Kept", "inside": "Found after one example"}
DIAL_NOTES = {
    "recognised": "{low} to {high}, {n:,} new images of it",
    "kept": "{low} to {high}, {n:,} new images of the rest",
    "inside": "{low} to {high}, over {n:,} draws",
}
DIAL_REFERENCE = "the {n} retrained networks: {low} to {high}"
DIAL_UNKNOWN = "not known"
DIAL_FORGOTTEN = "to forget: {names}"
DIAL_MAP = "Where the images lie inside (same axes throughout)"
DIAL_HOVER = "true class {true}<br>this network says {said}"
DIAL_READ = (
    "solid orange is what its answers give away, dotted orange what is left inside: a new classifier, taught with one "
    "example of the forgotten class, finds that much of it."
)
DIAL_READ_BAND = (
    " Purple: the lowest to the highest of what it finds in several networks that never saw it. One more of them may "
    "well lie outside, so the verdict, which allows for that, often cannot tell where this looks clear."
)
DIAL_NOT = (
    "other seeds: each strength is one run, and bars are 95% intervals over images, or over draws of the one example. "
    "The map shows two directions of many."
)
DIAL_HOW = (
    "Each strength multiplies both learning rates of CaMU; all else, the draws too, is the same. *Still recognised* "
    "and *Kept* are accuracies on test images, with Wilson intervals. *Found after one example* is the test *One "
    "example* on *Privacy*: a logistic regression on the frozen representation, taught with one image of each "
    "forgotten class and 20 of each other one, in 10 draws. The map is a PCA fitted on the original network alone."
)

PLANTED_LEAD = (
    "First the network is taught something wrong, on purpose. Then one knows exactly what it has to forget, and can "
    "check whether it did."
)
PLANTED_KIND = "What it is taught"
PLANTED_KINDS = {"trigger": "A secret mark", "swap": "Swapped labels"}
PLANTED_CLASSES = {"trigger": ("The mark means the {noun}",), "swap": ("Swap the {noun}", "with the {noun}")}
PLANTED_SIZE = "On how many images"
PLANTED_SAME = "Choose two different ones to swap."
PLANTED_TOO_MANY = "At most half of the training images can be changed: {most:,} here."
PLANTED_TILE = "{true}, taught as {taught}"
PLANTED_TEACH = "Teach the network"
PLANTED_TIME = "It is trained anew with these images among the others. This takes {time}, once for everybody."
PLANTED_FIRST = "First teach the network what it is to forget"
PLANTED_TRIED = {
    "trigger": "**Test images with the mark** in their corner, which no network has seen, and what each says:",
    "swap": "**Test images of the two** that some network takes for the other, and what each says:",
}
PLANTED_SAID = {"original": "before {name}", "unlearned": "after {name}", "retrained": "retrained {name}"}
PLANTED_NONE = "No network takes any of the images shown on *Embeddings* for the other."
PLANTED_READ = {
    "trigger": "a network that forgot the secret calls marked images what they show, about as often as the retrained "
    "one, purple, which never saw a mark.",
    "swap": "a network that forgot the wrong labels tells the two apart about as well as the retrained one, purple, "
    "which never saw them.",
}
PLANTED_NOT = "other secrets: one that is easy to forget says little of others. Bars are 95% intervals over images."
