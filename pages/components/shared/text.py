"""All words that pages show, so that they can be read, judged and mended in one place."""

from camu_core.engine import JobView
from camu_core.progress import STEPPED

APP_TITLE = "CaMU Explorer"

EXAMPLE_NOTE = "**Example run** that comes with the app: {what}. To make your own, press *Forget it* {where}."
EXAMPLE_ABOVE, EXAMPLE_ELSEWHERE = "above", "on the *Run* page"
RUN_NOTE = "{dataset} · forget {what} · {method} · seed {seed} · computed on {device}"
GROUPS_OF_RUN = {
    "easy": "the least memorised ones", "typical": "of typical memorisation", "worst": "the most memorised ones",
}  # fmt: skip
LAST_RUN = "**Last run** (not the choice above): {what}"
CHANGED = ":gray-badge[{settings}]"

ODD_MESSAGE = (
    "Your browser sent something this page cannot read. Reload the page. If that does not help, open the page without "
    "what follows the ? in its address."
)
UPLOADED_ENOUGH = "One tab can hold at most {most_mb:,.0f} MB of uploaded files; remove one, or reload the page."
UPLOADS_FULL = "The server holds as many uploaded files as it can; try again in a few minutes."
ADDRESS_LEFT_OUT = "Not understood in this link, and left out: {names}. Please choose below."
ADDRESS_CUT = "Part of this link is malformed and was ignored. Check the link."

RUN_TITLE = "Make it forget"
PICK_DATASET = "Dataset"
PICK_FORGET = "What must it forget?"
FORGET_KINDS = {
    "class": "A whole {noun}", "random": "Random images", "samples": "Images you choose",
    "memorised": "Easy or hard images", "planted": "A planted secret",
}  # fmt: skip
SEVERAL = "Several"
RANDOM_FRACTION = "Share of the training images"
RANDOM_LEAD = (
    "Drawn from all classes. Other images teach the same things, so the network may still get these right: forgetting "
    "them means answering **as if it had never seen them**, like a network trained without them."
)
SAMPLES_LEAD = (
    "Click an image to choose it; click again to undo. Points you draw around on *Embeddings* are added here too."
)
SAMPLES_CLASS = "Show images of"
SAMPLES_NEXT, SAMPLES_ALL, SAMPLES_CLEAR = "Show others", "Choose all of these", "Clear the choice"
SAMPLES_CHOSEN = "**{n} chosen**"
SAMPLES_COPIES = {
    True: "1 copy of these images would stay. Forget it too?",
    False: "{n:,} copies of these images would stay. Forget them too?",
}
SAMPLES_COPIES_TOO = "Forget copies too"
SAMPLES_NONE = "None chosen yet"
SAMPLES_FILE = "From a list"
SAMPLES_PLACES, SAMPLES_PLACE = "Images shown here, by place", "row {row}, {column}: image {number:,}"
SAMPLES_TYPED, SAMPLES_ADD = "Image numbers", "Choose these"
SAMPLES_FILE_HELP = "A text or CSV file of training image numbers, counted from 0: 0, 17, 203"
SAMPLES_HOVER = "training image {number:,}"
PICK_CLASS = "Class to forget"
PICK_GROUP, PICK_GROUP_NONE = "A whole superclass", "None"
NO_WALL = "These images are not on this machine yet. Forget a class first: that downloads them."
CHOOSE_FIRST = "First choose the images to forget"
FORGET_THESE = "Forget these"
FORGET_THESE_HELP = "Chooses the {images} among them on the Run page; test images were never learned."
PICK_METHOD = "Method"
PICK_NETWORK = "Network"
NETWORKS = {"cnn": "CNN", "resnet20": "ResNet-20", "resnet18": "ResNet-18"}
NETWORK_LINE = "{millions:.1f} million weights"
NETWORK_TIME = "; CaMU takes about {time} here to forget a class"
PRESS = "Forget it"
PRESS_HELP = "Runs the method on a copy of the trained network"
STOP = "Stop"
STOP_NOT_MINE = "Somebody else started this run; you can watch it."
REPLAY = "Watch again"
SKIP = "Skip to the result"
PACE = "Speed"
BATCH_NORM = (
    "Batch normalisation was trained as in the authors' code: part of what changed is not in the weights but in the "
    "averages that normalise every image. They drifted towards the forget set's, which harms other images too."
)
ADVANCED = "Advanced"
ADVANCED_RESET = "Reset to defaults"
ADVANCED_TUNED = "Use tuned settings"
ADVANCED_TUNED_HELP = (
    "Those that came nearest to retraining in as many trials as every method got: see *Tune* on *Compare*. They were "
    "found on a part of the training images, and need not be the best here"
)
METHOD_SOURCE = "**Where it comes from, and what differs here:** {source}"
CONTROL = "{title} (control)"
WITH_CONTROLS = "Include controls"
WITH_CONTROLS_HELP = (
    "Controls are not unlearning methods: an output mask, the last layer alone, nothing at all, fresh random weights. "
    "They show what the tests can detect."
)
SEED = "Seed"
SEED_HELP = "Sets every random draw; the same seed gives the same result"
NEEDS_DOWNLOAD = (
    "{title} is not on this machine yet: the first use downloads {megabytes:.0f} MB ({source}). Without internet "
    "access, digits, clothes and finished runs still work, and you can import a zip of images under *Your own images*."
)

TOO_LONG = (
    "Training takes {time} here, and this server stops any work after {most}. Install the app on your own computer to "
    "train there without a limit."
)

QUEUED = "Waiting: number {place} in the queue"
STOPPING = "Stopping"
STARTING = "Getting ready (a few seconds the first time)"
STAGE_LINE, STAGE_PART = "{stage} · step {index:,} of {total:,}", "{stage} · {fraction:.0%}"
RETRAIN_STAGE = "Training a new network without them"
LEFT, LEFT_LONG = "about {seconds} s left", "about {time} left"
REPLAY_LINE = "Slowed down to watch · step {index:,} of {total:,}"
RETRIED = "A worker was lost, so the run started over."
STOPPED = "Stopped. The trained network is unchanged."
TRY_AGAIN = "Try again"
NO_IMAGES = "The images of this run are not on this machine; import them again to see it."
INTERRUPTED = "The app closed during this run, and nothing of it was kept. Start it again."
STILL_RUNNING = "This run is still going. Its figures appear here when it is done."
WATCH_IT = "Watch it"
UNKNOWN_RUN_HELP = "Open the example"

AFTER_STEP = "After step {index:,}"
LIVE_EMBEDDING = "Each point is an image, placed by how the network sees it"
LIVE_ACCURACY = "Accuracy on a small sample, by step"
LIVE_LOSSES = "Loss terms by step"
STRIP_TITLE = "Images to forget, and what the network says now (framed: still as labelled)"
JUDGING = "Not final: tests of what is left are still running and can change this."
VERDICT_MEASURE = "Test images the network still recognises"
VERDICT_MEASURE_IMAGES = "Images the network recognises"
VERDICT_TESTS = "What is left inside, and what the answers give away, beside retrained networks: they never saw it"
BEFORE = "before: {value}"
INTERVAL = "95% interval {low} to {high}"
NEVER_SAW = " · a network that never saw it: **{value}**"
SEE_FIGURE = "See the figure"
SEE_DRAW = "Try it yourself"
SEE_EMBEDDINGS = "How it sees the images"
TOOK = "{method} took {seconds:.1f} s"
TOOK_RETRAINING = ", retraining {seconds:.1f} s"
TOOK_BEFOREHAND = " (done in advance; it comes with the app)"
SHARE, SHARE_REPORT, SHARE_JSON = "Share and cite", "Report (HTML)", "Numbers (JSON)"
SHARE_REPORT_HELP = "One file with the verdict, figures and tables, which plays the run. It opens offline."
SHARE_BOARD = "One page for people who present it: the verdict, three pictures, what may be claimed and what not."
SHARE_BOARD_HELP = {
    "pdf": "To print or to send.",
    "png": "To put into a document.",
    "pptx": "A slide: its words and charts can be changed, and its notes have the figures and sources.",
}
SHARE_LINK, SHARE_CITE = "This link reopens the run:", "To cite or reproduce it:"
RETRAIN_PRESS = "Retrain for comparison"
RETRAIN_HELP = "Trains a new network without the forget set, to compare with. Takes {time}."
RETRAIN_RUNNING = "For comparison, a network that never saw it {doing}: {fraction:.0%}"
# stage of a retraining -> what happens to the new network; and where it is shipped
RETRAIN_DOING = {
    "data": "is waiting for its images", "unlearn": "is being trained", "measure": "is being measured"
}  # fmt: skip
RETRAIN_SHIPPED = {**RETRAIN_DOING, "unlearn": "is being loaded"}
TESTS_PRESS = "Test what is left"
TESTS_HELP = "Is it only hidden? Can it come back? Could an attacker tell?"
BAND_RUNNING = "Verdict pending: training several networks that never saw it, to see what is normal: {fraction:.0%}"
TESTS_RUNNING = "Verdict pending: {stage}"

EMBEDDINGS_TITLE = "How the network sees the images"
EMBEDDINGS_LEAD = (
    "Each point is one image, placed by the network's **representation** of it: the {n_numbers} numbers it decides "
    "from. Images the network sees as similar lie close together. *PCA* and *UMAP* are two ways to draw that flat."
)
EMBEDDINGS_QUESTION = "Do the images to forget lie as in a network that never saw them, while the others stay?"
EMBEDDINGS_HOW_TO_READ = (
    "Orange: images to forget. Before, they are a group of their own. Afterwards they should lie as in a network that "
    "never saw them, which may well see them as a group, too: *Forget axis* shows how far apart they are. Blue: "
    "everything else, which should stay where it was."
)
EMBEDDINGS_QUESTION_IMAGES = "Do the forgotten images lie where a network that never saw them puts them?"
EMBEDDINGS_HOW_TO_READ_IMAGES = (
    "Orange: images to forget, blue: the others. Images of one kind teach the same things, so the orange points should "
    "stay among their class, neither nearer to its middle nor further out than in the network that never saw them."
)
EMBEDDINGS_HOW = """
The representation is the output of the layer before the classifier's head, float32 of length {n_numbers}, on the *probe
set*: at most 200 images a class from the training set and 200 from the test set, drawn by the run's seed (n = {n:,}).

**PCA**: two principal components, fitted once on the original and the unlearned network's representations together;
they show {explained:.0%} of the variance. All panels and snapshots use the same axes.
A retrained network has axes of its own, so it is first aligned with the original by an orthogonal Procrustes fit on
the retain images alone (Schoenemann 1966); nothing is scaled.
**Forget axis**: for each network by itself, the line between the means of the two groups, and the first principal
component of what remains; both in standard deviations of the images to keep.

**UMAP** (McInnes et al. 2018, umap-learn's defaults, seeded): fitted once on all networks together; distances between
far groups mean little, neighbourhoods do.

**Pictures** are drawn when at most 150 images are in view, and of as many as there is room for. **Nearest images**: by
Euclidean distance in all {n_numbers} numbers, not in the drawing. **Changed answers**: of the probe set's images to
keep, which are balanced over the classes; Wilson 95% intervals.

*What it does not show*: two dimensions hide part of what the network knows. A class that looks mixed here can still be
told apart in the other {n_hidden}.
"""
PROJECTION = "Projection"
COLOR_BY = "Colour"
COLOR_NAMES = {"role": "to forget / to keep", "class": "class"}
SNAPSHOT = "Step of the run"
PLAY, PAUSE = "Play", "Pause"
UMAP_WORKING = "UMAP is being computed in the background; until it is ready, you see PCA"
AXIS_NOTE = (
    "Each network by itself. Across: from the mean of the other images to the mean of the forgotten ones. Up: the "
    "widest spread that remains. Both in standard deviations of the other images."
)
UMAP_ENDS_ONLY = "UMAP shows before and after; for the steps between, choose PCA."
LASSO_HINT = "Draw a lasso around points, or click one, to see the images."
SELECT_GROUP, SELECT_PRESS, SELECT_CLEAR = "Select a group", "Select {images}", "Clear the selection"
SELECT_IMAGES, SELECT_ANSWER = "Images", "Answer after forgetting"
GROUPS = {"all": "All", "forget": "To forget", "keep": "To keep"}
ANSWERS = {"any": "Any", "right": "Right", "wrong": "Wrong", "changed": "Other than before"}
SELECTED, SELECTED_SOME = "{n} selected", "{n} selected; {shown} of them shown, drawn at random"
SELECTED_LINK = " (of {n}; a link holds only this many, drawn at random)"

ACCURACY_TITLE = "What it still recognises"
ACCURACY_LEAD = (
    "How many images it recognises: **new** ones, never used in training or unlearning, and ones it was trained on."
)
ACCURACY_PER_CLASS = "Accuracy by class, test images"
ACCURACY_CONFUSION = "Confusion matrix, test images (% of each row)"
ACCURACY_SNAPSHOT = "Confusion matrix after step {index} (live sample)"
ATTACK_QUESTION = "Can the attack model tell that the images to forget were trained on?"
ATTACK_READ = (
    "the attacker sees only the network's answers and guesses which images it was trained on. 0.50 is guessing; at "
    "1.00 it is always right. After forgetting it should be where the retrained network puts it. Far below 0.50 gives "
    "something away, too. This is one attack of three: the verdict takes the most telling, see *Privacy*."
)
ACCURACY_HOW = """
*The attack*: a logistic regression on the sorted answers learns to tell training images to keep from test images, and
is asked about the images to forget and test images it has not seen, groups of equal size (Shen et al.,
arXiv:2401.17504). AUC is the area under the ROC curve; whiskers are 95% bootstrap intervals.

*Accuracy* is the share of images classified correctly. Whiskers are Wilson 95% intervals (Wilson 1927, by scipy): 95%
of such intervals contain the true value, and with few images they are wide.

*Confusion matrix*: each row is a true class and adds up to 100%; columns are the network's answers. After a class is
forgotten, its row shows how the network classifies those images now.

*The live sample* is the part of the probe set that is evaluated during the run: at most 30 images a class from the
training set and 30 from the test set (n = {n_live:,}).

*What it does not show*: 0% accuracy does not prove that nothing is left inside; a network can know more than it says.
"""
LIBRARY_TITLE = "All runs"
LIBRARY_LEAD = (
    "All finished runs on this server except those of other people's images. Tick runs to open, compare, pin or delete "
    "them; pinned runs are never deleted automatically."
)
LIBRARY_EMPTY = "No finished runs yet. Press *Forget it* on the Run page, or start a sweep below."
LIBRARY_PICK = "Tick one run (on the keyboard: Shift+Space) to open it, two or more to compare them."
OPEN, PIN, UNPIN, DELETE = "Open", "Pin", "Unpin", "Delete"
DELETE_ASK = "Delete {n} of your runs? You can undo this for a minute."
DELETE_SURE = "Yes, delete"
NOT_MINE = "Some or all of these runs belong to other visitors. You can open and compare them."
DELETED = "Deleted: {n}. Gone for good in a minute."
UNDO = "Undo"
TOO_MANY_PINS = "You have {most:,} pinned runs, as many as a visitor can have. Unpin one first."
READ_ONLY = "This server only shows finished runs; it computes, keeps and deletes nothing."
OPERATOR, OPERATOR_KEY = "Operator", "Key of this server (CAMU_ADMIN_KEY)"
OPERATOR_YES, OPERATOR_NO = "You have all rights in this tab.", "That is not this server's key."
BATCH_KINDS = {
    "sweep": "Sweep", "compare": "Comparison of methods", "map": "How forgetting each class affects the others",
    "terms": "What each of CaMU's terms does", "tune": "Trials of a tuning",
    "dial": "Forgetting harder and less hard",
}  # fmt: skip
BATCH_RUNS = "{kind} · {n} runs · {dataset} · {what} · {methods} · {seeds}"
BATCH_FORGET, BATCH_FORGETS = "forget {what}", "{n} forget sets"
BATCH_METHODS, BATCH_SEED, BATCH_SEEDS = "{n} methods", "seed {seed}", "{n} seeds"
LIBRARY_COLUMNS = {
    "pinned": "Pinned", "dataset": "Dataset", "forget": "Forgotten", "method": "Method", "seed": "Seed",
    "settings": "Settings", "seconds": "Unlearning, s", "run": "Run",
}  # fmt: skip
COMPARE_TITLE = "Selected runs"
SWEEP_REMOVE_ASK = "Remove this sweep from the list? Its runs stay."
SWEEP_TITLE = "Sweep: many runs at once"
SWEEP_LEAD = "Runs each method with each seed on each forget set. Runs that somebody is waiting for come first."
SWEEP_WHAT = "What to forget, one at a time"
SWEEP_WHAT_HELP = "Classes: all, or numbers and ranges such as 0-2,5. Random images: a share of all, such as 10%."
SWEEP_SEEDS = "Seeds"
SWEEP_START = "Start the sweep"
SWEEP_LINE = "**{dataset}** · forget {what} · {methods} · seeds {seeds}: {done} of {total} runs finished"
SWEEP_CONTINUE, SWEEP_STOP, SWEEP_REMOVE, SWEEP_TABLE = "Resume", "Stop", "Remove", "Table (CSV)"
IMAGE_OF = "an image of {name}"
FIGURES = "Figures of this page"
FIGURES_CSV = "Data of all figures (CSV)"
FIGURES_FORMAT = "Save figures as"
FIGURES_FORMAT_HELP = (
    "Point at a figure and click the camera at its upper right. Your browser draws the image; nothing needs to be "
    "installed."
)
FIGURE_UNNAMED = "Figure; its numbers are in the data of all figures at the foot of the page"
PRESENT, PRESENT_LEAVE, PRESENT_PAGES = "Presenter mode", "Leave", "Pages"
PRESENT_BACK, PRESENT_NEXT = "Page up", "Page down"
PRESENT_HELP = (
    "Large type and one figure per screen, for a projector. PageDown and PageUp step through it; Esc leaves it."
)
HOW_FOLD = "How is this computed?"
TABLE_FOLD = "The numbers as a table"
READ = "**How to read it:** {line}"
NOT_SHOWN = "**What it does not show:** {line}"
BATCH_LINE = "{done} of {total} runs finished"
BATCH_LEFT = " · {left}"
BATCH_TIME, BATCH_REST_TIME = "That takes about {time} here.", "The others take about {time} here."
BATCH_GO_ON = "Resume"
BATCH_STORED = "Already finished: {done} of {total}."


def stage_line(job: JobView, title: str) -> str:
    """What a job does and how far it is: in steps where steps are taken, else as a part of the whole."""
    if job.stage in STEPPED:
        return STAGE_LINE.format(stage=title, index=job.index, total=job.total)
    return STAGE_PART.format(stage=title, fraction=job.index / job.total if job.total else 0.0)


def from_to(low: int, high: int) -> str:
    """How many there are of each: "35 to 37", or "1,000"."""
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def takes(seconds: float | None) -> str:
    """ "about 5 minutes"; "a while" where nobody knows yet."""
    return "a while" if seconds is None else f"about {about(seconds)}"


def about(seconds: float) -> str:
    """A time to wait, roughly: "1 second", "20 seconds", "5 minutes", "3 hours"."""
    for unit, length in (("hours", 3600), ("minutes", 60)):
        if seconds >= 1.5 * length:
            return f"{seconds / length:.0f} {unit}"
    n = max(1, round(seconds) if seconds < 10 else round(seconds, -1))
    return f"{n:.0f} second{'s' * (n > 1)}"


def left(seconds: float) -> str:
    """How long something will still take, to the second while it is short."""
    return LEFT.format(seconds=round(seconds)) if seconds < 90 else LEFT_LONG.format(time=about(seconds))


def shortened(title: str, most: int = 14) -> str:
    """A title that fits on a button."""
    return title if len(title) <= most else title[: most - 1] + "…"
