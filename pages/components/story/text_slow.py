"""The words of slow motion. Every number in them comes from the run."""

VIEWS = {"all": "All images", "one": "One image, in slow motion"}
VIEW = "What to watch"
LEAD = (
    "Each image to forget gets a **counterfactual**: another image plus noise. Step by step, CaMU moves it towards "
    "where that one lies."
)
EXAMPLE = "This run has no slow motion, so here is that of the example, which forgot {what}."
FILMING = "Making the run again, to watch one image"
ANOTHER = "Another image"
MAP = "Where the images lie inside the network; arrows are {times} times as long as the moves"
# of the images, on the map and under the pictures
NAMES = {"forget": "image to forget", "counterfactual": "its counterfactual", "retain": "image to keep"}
SAYS = "network says {name}, {share}"
TAKES = "label {name}"
# half of a step -> its title, and of each of its terms what it does
HALVES = {"representation": "First, how it sees", "label": "Then, what it says"}
TERMS = {
    "forget_representation": "move to the counterfactual",
    "retain_representation": "hold the others in place",
    "forget_label": "say the counterfactual's label",
    "retain_label": "keep saying the others' labels",
}
TERM = "{weight:g} \u00d7 {loss}"
CARRIED = "push carried over from earlier steps"
TERM_HELP = "Weight times loss, over a batch of {n} images to forget and {n} to keep. Press to see this force alone."
STEP = "Step {index} of {total}"
END = "The end, after {total} steps"
BACK, PLAY, PAUSE, ON = "Step back", "Play", "Pause", "Step forward"
POSITION = "Moment of the run"
NOTES = {
    "representation": "Orange pulls the image away, and others with it; blue holds on to what is to be kept.",
    "label": "Now for the answers: orange changes that to the image, blue keeps that to the others.",
}
NOTE_CARRIED = "Grey: pushes carried over from earlier steps."
NOTE_OUTSIDE = "The image is not in this batch; it moves all the same, since all share the same weights."
NOTE_END = (
    "It went from {before:.3f} to {after:.3f} away from its counterfactual, by the loss itself (KL divergence); two "
    "directions of {n_numbers} show only part of the way."
)
HOW = """
The run is made again from its seed, with its own pairs and noise; the losses are those that it reports. The map is a
PCA fitted on the network before and after; that is linear, so that a move has one direction wherever it begins.

Adam takes each half of a step from the sum of the gradients of two terms. Its step is divided exactly into what comes
from each of them, and what is carried over from earlier steps (and weight decay). An arrow shows how far the image
moves if only that part of the step is taken: $h(x; \\theta + \\Delta\\theta_i) - h(x; \\theta)$. In the weights the
parts sum to the step; in the representation only nearly, since it is not linear in the weights: up to a fifth can be
missing where a step is long, such as the first label step, and elsewhere a few hundredths.

The image is of the first batch: the one that has the longest way to its counterfactual, then the next. The image to
keep is the one of that batch that lies nearest to it. The counterfactual lies where the network before forgetting sees
it. Sources: arXiv:2401.17504; D. Kingma and J. Ba, Adam, arXiv:1412.6980.
"""
