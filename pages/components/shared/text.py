"""All words that pages show, so that they can be read, judged and mended in one place."""

from camu_core.engine import JobView
from camu_core.progress import STEPPED

APP_TITLE = "CaMU Explorer"

EXAMPLE_NOTE = "**Example run** that comes with the app: {what}. Press *Forget it* to make your own."
RUN_NOTE = "{dataset} · forget {what} · {method} · seed {seed} · computed on {device}"
LAST_RUN = "**Last run**, not what is chosen above: {what}"
CHANGED = ":gray-badge[{settings}]"

ODD_MESSAGE = "Your browser sent something that this page cannot read; load the page again."
ADDRESS_CUT = "A part of this address is not of the form that it should have, and was left out; look at the link again."

RUN_TITLE = "Make it forget"
PICK_DATASET = "Pictures"
PICK_FORGET = "What must it forget?"
FORGET_KINDS = {"class": "A whole {noun}", "random": "Random images", "samples": "Images you choose"}
SEVERAL = "Several at once"
RANDOM_FRACTION = "Part of all training images"
RANDOM_LEAD = (
    "Drawn from all classes. Other images teach the network the same things, so it should not fail on them "
    "afterwards: forgetting means answering **as if it had never seen them**, like a network trained without them."
)
SAMPLES_LEAD = (
    "Click an image to choose it, and again to take it back. Points that you draw around on *Embeddings* are added "
    "here too."
)
SAMPLES_CLASS = "Show images of"
SAMPLES_NEXT, SAMPLES_ALL, SAMPLES_CLEAR = "Show others", "Choose all of these", "Take all back"
SAMPLES_CHOSEN = "**{n} chosen**"
SAMPLES_COPIES = "{n} copies of these images stay behind: forget them too?"
SAMPLES_COPIES_TOO = "Forget the copies too"
SAMPLES_NONE = "None chosen yet"
SAMPLES_FILE = "From a list"
SAMPLES_TYPED, SAMPLES_ADD = "Numbers of images", "Choose these"
SAMPLES_FILE_HELP = "A text or CSV file with the numbers of training images, counted from 0: 0, 17, 203"
SAMPLES_HOVER = "training image {number:,}"
PICK_CLASS = "Class to forget"
NO_WALL = "These images are not on this machine yet. Forget a class once: that downloads them."
CHOOSE_FIRST = "Choose at least one image first"
FORGET_THESE = "Forget these"
FORGET_THESE_HELP = "Chooses the {n} training images among them on the Run page; new images were never learned."
PICK_METHOD = "Method"
PRESS = "Forget it"
PRESS_HELP = "Starts the method on a copy of the trained network"
STOP = "Stop"
STOP_NOT_MINE = "Somebody else started this run; you can watch it."
REPLAY = "Watch again"
SKIP = "Skip to the result"
PACE = "Pace"
ADVANCED = "Advanced"
ADVANCED_RESET = "Back to the defaults"
CONTROL = "{title} (control)"
WITH_CONTROLS = "Offer controls too"
WITH_CONTROLS_HELP = (
    "Controls unlearn nothing: an output mask, the last layer alone, nothing at all, fresh random weights. They show "
    "what the tests can see."
)
SEED = "Seed"
SEED_HELP = "Starts every random draw; the same seed gives the same result"
NEEDS_DOWNLOAD = (
    "{title} is not on this machine yet: the first press downloads {megabytes:.0f} MB ({source}). Without a network, "
    "digits and finished runs still work, and images can come as a zip, under *Your own*."
)

QUEUED = "Waiting for its turn: number {place} in the queue"
STOPPING = "Stopping"
STARTING = "Getting ready (some seconds the first time)"
STAGE_LINE, STAGE_PART = "{stage} · step {index:,} of {total:,}", "{stage} · {fraction:.0%}"
RETRAIN_STAGE = "Training a new network without them"
LEFT = "about {seconds} s left"
REPLAY_LINE = "Slowed down to watch · step {index:,} of {total:,}"
RETRIED = "A worker was lost and the run started again from its beginning."
STOPPED = "Stopped. Nothing was changed: the trained network is kept as it was."
TRY_AGAIN = "Try again"
NO_IMAGES = "The images of this run are not on this machine; import them again to see it."
INTERRUPTED = "This run was interrupted when the app ended. Nothing of it was kept; start it again."
STILL_RUNNING = "This run is still going on. Its pictures appear here when it is done."
WATCH_IT = "Watch it"
UNKNOWN_RUN_HELP = "Open the example"

AFTER_STEP = "After step {index:,}"
LIVE_EMBEDDING = "Each point is an image, placed by how the network sees it"
LIVE_ACCURACY = "Recognised of a small sample, by step"
LIVE_LOSSES = "What the method pushes down, by step"
STRIP_TITLE = "Images it must forget, and what it says now (framed: still right)"
JUDGING = "Not the last word: tests of what is left are still running, and can change this."
VERDICT_MEASURE = "Test images that the network still recognises"
VERDICT_MEASURE_IMAGES = "Images that the network recognises"
VERDICT_TESTS = "What is left inside, and what the answers give away, beside networks that never saw it"
BEFORE = "before: {value}"
INTERVAL = "95% interval {low} to {high}"
NEVER_SAW = " · a network that never saw it: **{value}**"
SEE_TEST = "Figure"
TEST, TEST_BAND = "{value}, before {before}{band}", ", never saw {value}"
SEE_FIGURE = "See the figure"
SEE_EMBEDDINGS = "How it sees the images"
TOOK = "{method} took {seconds:.1f} s"
TOOK_RETRAINING = ", retraining {seconds:.1f} s"
TOOK_BEFOREHAND = " (done beforehand and shipped with the app)"
SHARE, SHARE_REPORT, SHARE_JSON = "Take it with you", "Report (HTML)", "Numbers (JSON)"
SHARE_REPORT_HELP = "One file with the verdict, figures and tables. It opens without a network."
SHARE_LINK = "The address of this page reopens this run. To cite it, or to make it again:"
RETRAIN_PRESS = "Retrain for comparison"
RETRAIN_HELP = "Trains a new network without the forget set: the gold standard. Takes {minutes}."
RETRAIN_RUNNING = "For comparison, a network that never saw it {doing}: {fraction:.0%}"
# stage of a retraining -> what happens to the new network; and where it is shipped
RETRAIN_DOING = {"data": "is awaited, the images are fetched", "unlearn": "is trained", "measure": "is measured"}
RETRAIN_SHIPPED = {**RETRAIN_DOING, "unlearn": "is loaded"}
TESTS_PRESS = "Test what is left"
TESTS_HELP = "Is it only hidden, can it come back, could an attacker tell? Takes about 20 seconds."
BAND_RUNNING = "Still to be judged: networks that never saw it are trained, to see what is usual: {fraction:.0%}"
TESTS_RUNNING = "Still to be judged: {stage}"

EMBEDDINGS_TITLE = "How the network sees the images"
EMBEDDINGS_LEAD = (
    "Each point is one image, placed by the network's **representation** of it: the 256 numbers from which it decides. "
    "Images that the network sees as alike lie close together."
)
EMBEDDINGS_QUESTION = "Do the images to forget lose their own group, while the others stay?"
EMBEDDINGS_HOW_TO_READ = (
    "Orange: images to forget. Before, they are a group of their own; after, they should be elsewhere, as in a network "
    "that never saw them. Whether they are still a group there, *Forget axis* counts. Blue: everything else, which "
    "should stay where it was."
)
EMBEDDINGS_QUESTION_IMAGES = "Do the forgotten images lie where a network that never saw them puts them?"
EMBEDDINGS_HOW_TO_READ_IMAGES = (
    "Orange: images to forget, blue: the others. Images of one kind teach the same things, so the orange points should "
    "stay among their class, neither nearer to its middle nor further out than in the network that never saw them."
)
EMBEDDINGS_HOW = """
The representation is the output of the layer before the classifier's head, float32 of length 256, on the *probe set*:
at most 200 images a class from the training set and 200 from the test set, drawn by the run's seed (n = {n:,}).

**PCA**: two principal components, fitted once on the original and the unlearned network's representations together;
they show {explained:.0%} of the variance. All panels and snapshots use the same axes.
A retrained network has axes of its own, so it is first turned onto the original's by an orthogonal Procrustes fit on
the retain images alone (Schoenemann 1966); nothing is scaled.
**Forget axis**: for each network by itself, the line between the means of the two groups, and the first principal
component of what remains; both in standard deviations of the images to keep.

**UMAP** (McInnes et al. 2018, umap-learn's defaults, seeded): fitted once on all networks together; distances between
far groups mean little, neighbourhoods do.

*What it does not show*: two dimensions hide part of what the network knows. A class that looks mixed here can still be
told apart in the other 254.
"""
PROJECTION = "Picture"
COLOR_BY = "Colour"
COLOR_NAMES = {"role": "to forget / to keep", "class": "class"}
SNAPSHOT = "Moment of the run (step)"
PLAY, PAUSE = "Play", "Pause"
UMAP_WORKING = "The refined picture is being drawn in the background; until it is there, you see PCA"
AXIS_NOTE = (
    "Each network seen from the side of its forgotten images: sideways from the middle of the others to theirs, up the "
    "widest spread of the rest, both in standard deviations of the others."
)
UMAP_ENDS_ONLY = "UMAP shows before and after; for the moments between, choose PCA."
LASSO_HINT = "Draw a lasso or a box around points, or click one, to see the images."
SELECTED, SELECTED_SOME = "{n} selected", "{n} selected; {shown} of them shown, drawn at random"
SELECTED_LINK = " (of {n}; an address carries so many, drawn at random)"

ACCURACY_TITLE = "What it still recognises"
ACCURACY_LEAD = "Every image of the test set, before and after. None of them was used in training or in unlearning."
ACCURACY_PER_CLASS = "Accuracy by class, test images"
ACCURACY_CONFUSION = "What it takes for what, test images (% of each row)"
ACCURACY_SNAPSHOT = "How it got there: what it took for what after step {index} (live sample)"
ATTACK_QUESTION = "Can an attacker tell that the images to forget were trained on?"
ATTACK_READ = (
    "the attacker sees only the network's answers, and guesses which images it was trained on. 0.50 is guessing; at "
    "1.00 it is always right. After forgetting it should do no better than with the retrained network."
)
ACCURACY_HOW = """
*The attack*: a logistic regression on the sorted answers learns to tell training images to keep from test images, and
is asked about the images to forget and test images it has not seen, groups of equal size (Shen et al.,
arXiv:2401.17504). AUC is the area under the ROC curve; whiskers are 95% bootstrap intervals.

*Accuracy* is the share of images classified correctly. Whiskers are Wilson 95% intervals (Wilson 1927, by scipy):
with few images the true value can lie anywhere in them.

*Confusion*: each row is a true class and adds up to 100%; columns are the network's answers.
After class forgetting the forgotten row cannot be right any more; where its images go shows what the network takes
them for now.

*The live sample* is the part of the probe set that is looked at during the run: at most 30 images a class from the
training set and 30 from the test set (n = {n_live:,}).

*What it does not show*: 0% accuracy does not prove that nothing is left inside; a network can know more than it says.
"""
LIBRARY_TITLE = "All runs"
LIBRARY_LEAD = (
    "Every finished run on this server. Tick runs to open, compare, pin or delete them; pinned runs are never cleared "
    "away."
)
LIBRARY_EMPTY = "No run has finished here yet. Press *Forget it* on the Run page, or start a sweep below."
LIBRARY_PICK = "Tick one run to open it, two or more to compare them."
OPEN, PIN, UNPIN, DELETE = "Open", "Pin", "Unpin", "Delete"
DELETE_ASK = "Delete {n} of your runs? You can take it back for a minute."
DELETE_SURE = "Yes, delete"
NOT_MINE = "These runs, or some of them, belong to other visitors: you can open and compare them."
DELETED = "Deleted: {n}. It goes for good in a minute."
UNDO = "Take it back"
TOO_MANY_PINS = "Expected at most {most:,} pinned runs of one visitor; you have as many. Unpin one first."
READ_ONLY = "This server shows finished runs; nothing is computed, kept or deleted here."
OPERATOR, OPERATOR_KEY = "Operator", "Key of this server (CAMU_ADMIN_KEY)"
OPERATOR_YES, OPERATOR_NO = "You have all rights in this tab.", "That is not the key of this server."
BATCH_KINDS = {
    "sweep": "Sweep", "compare": "Comparison of methods", "map": "Map of what each class does to the others",
    "terms": "What each of CaMU's terms does",
}  # fmt: skip
BATCH_RUNS = "{kind} · {n} runs · {dataset} · {what} · {methods} · {seeds}"
BATCH_FORGET, BATCH_FORGETS = "forget {what}", "{n} forget sets"
BATCH_METHODS, BATCH_SEED, BATCH_SEEDS = "{n} methods", "seed {seed}", "{n} seeds"
COLUMN_FORGOTTEN, COLUMN_KEPT = "Forgotten images", "The rest, new images"
COMPARE_TITLE = "The picked runs"
FILTER_DATASET, FILTER_METHOD, FILTER_FORGET = "Pictures", "Method", "Forgotten"
SWEEP_REMOVE_ASK = "Take this sweep off the list? Its runs stay."
SWEEP_TITLE = "Sweep: many runs at once"
SWEEP_LEAD = "Forgets each of them by each chosen method with each seed, behind what people are waiting for."
SWEEP_WHAT = "What to forget, each alone"
SWEEP_WHAT_HELP = "Classes: all, or numbers and ranges such as 0-2,5. Random images: a part of all, such as 10%."
SWEEP_SEEDS = "Seeds"
SWEEP_START = "Start the sweep"
SWEEP_LINE = "**{dataset}** · forget {what} · {methods} · seeds {seeds}: {done} of {total} runs finished"
SWEEP_CONTINUE, SWEEP_STOP, SWEEP_REMOVE, SWEEP_TABLE = "Go on", "Stop", "Off the list", "Table (CSV)"
IMAGE_OF = "an image of {name}"
FIGURES = "Figures of this page"
FIGURES_CSV = "Data of all figures (CSV)"
FIGURES_FORMAT = "The camera on a figure saves"
FIGURES_FORMAT_HELP = (
    "Point at a figure: a camera appears at its upper right. Your browser draws the picture itself; nothing needs to "
    "be installed."
)
FIGURE_UNNAMED = "Figure; its numbers are in the data of all figures at the foot of the page"
PRESENT, PRESENT_LEAVE, PRESENT_PAGES = "Presenter mode", "Leave", "Pages"
PRESENT_BACK, PRESENT_NEXT = "Page back", "Page on"
PRESENT_HELP = (
    "Large type and one figure a screen, for a projector. PageDown and PageUp step through it, Esc leaves it."
)
HOW_FOLD = "How is this computed?"
TABLE_FOLD = "The numbers as a table"
READ = "**How to read it:** {line}"
NOT_SHOWN = "**What it does not show:** {line}"
BATCH_LINE = "{done} of {total} runs finished"
BATCH_LEFT = " · about {seconds} left"
BATCH_GO_ON = "Go on"
BATCH_STORED = "{done} of {total} are here already."


def stage_line(job: JobView, title: str) -> str:
    """What a job does and how far it is: in steps where steps are taken, else as a part of the whole."""
    if job.stage in STEPPED:
        return STAGE_LINE.format(stage=title, index=job.index, total=job.total)
    return STAGE_PART.format(stage=title, fraction=job.index / job.total if job.total else 0.0)


def shortened(title: str, most: int = 14) -> str:
    """A title that fits on a button."""
    return title if len(title) <= most else title[: most - 1] + "…"
