"""All words that pages show, so that they can be read, judged and mended in one place."""

APP_TITLE = "CaMU Explorer"

START_TITLE = "This network learned ten handwritten digits. Make it forget one."
START_LEAD = (
    "Personal photos, stolen texts, wrong labels: sometimes a trained network must forget part of what it learned. "
    "Training it again from nothing takes long. **Machine unlearning** removes what it learned from chosen data and "
    "keeps the rest. Pick a digit and watch it go."
)
START_STEPS = (
    ("1. Pick", "Choose what the network must forget. All its pictures of that digit become the **forget set**."),
    (
        "2. Watch",
        "CaMU shows the network made-up counterparts of those pictures, until it sees them as something else.",
    ),
    ("3. Judge", "Is it gone? Is the rest still there? Compare with a network that **never saw** the digit."),
)

EXAMPLE_NOTE = "**Example run** that comes with the app: {what}. Press *Forget it* to make your own."
RUN_NOTE = "{dataset} · forget {what} · {method} · seed {seed}"

RUN_TITLE = "Make it forget"
PICK_DATASET = "Pictures"
PICK_CLASS = "What must it forget?"
PICK_METHOD = "Method"
PRESS = "Forget it"
PRESS_HELP = "Starts the method on a copy of the trained network"
STOP = "Stop"
REPLAY = "Watch again"
SKIP = "Skip to the result"
PACE = "Pace"
ADVANCED = "Advanced"
ADVANCED_RESET = "Back to the defaults"
SEED = "Seed"
SEED_HELP = "Starts every random draw; the same seed gives the same result"
NEEDS_DOWNLOAD = "{title} is not on this machine yet. The first press downloads it ({source})."

QUEUED = "Waiting: {ahead} before it in the queue"
STARTING = "Getting ready (some seconds the first time)"
STAGE_LINE = "{stage} · step {index:,} of {total:,}"
LEFT = "about {seconds} s left"
REPLAY_LINE = "Replay · step {index:,} of {total:,}"
RETRIED = "A worker was lost and the run started again from its beginning."
STOPPED = "Stopped. Nothing was changed: the trained network is kept as it was."
TRY_AGAIN = "Try again"
INTERRUPTED = "This run was interrupted when the app ended. Nothing of it was kept; start it again."
STILL_RUNNING = "This run is still going on. Its pictures appear here when it is done."
WATCH_IT = "Watch it"
UNKNOWN_RUN_HELP = "Open the example"

LIVE_EMBEDDING = "Each point is an image, placed by how the network sees it"
LIVE_ACCURACY = "Images recognised, by step (live sample)"
LIVE_LOSSES = "What the method pushes down, by step"
STRIP_TITLE = "Twelve images it must forget, and what it says now"
VERDICT_MEASURE = "Test images that the network still recognises"
INTERVAL = "95 % interval {low} to {high}"
NEVER_SAW = " · a network that never saw it: **{value}**"
EVIDENCE = (
    ("accuracy", "Accuracy by class", ":material/bar_chart:"),
    ("embeddings", "How it sees the images", ":material/scatter_plot:"),
)
TOOK = "{method} took {seconds:.1f} s"
TOOK_RETRAINING = ", retraining {seconds:.1f} s."
RETRAIN_PRESS = "Retrain for comparison"
RETRAIN_HELP = "Trains a new network without the forget set: the gold standard. Takes {minutes}."
RETRAIN_RUNNING = "A second network is trained without it, for comparison: step {index:,} of {total:,}"
SPLITS_TITLE = "{forget}, {retain}"

EMBEDDINGS_TITLE = "How the network sees the images"
EMBEDDINGS_LEAD = (
    "Each point is one image, placed by the network's **representation** of it: the 256 numbers from which it decides. "
    "Images that the network sees as alike lie close together."
)
EMBEDDINGS_QUESTION = "Do the orange points lose their own group, while the blue ones stay?"
EMBEDDINGS_HOW_TO_READ = (
    "Orange: images to forget. Before, they are a group of their own; after, they should lie among the others, as in a "
    "network that never saw them. Blue: everything else, which should stay where it was."
)
EMBEDDINGS_HOW = """
The representation is the output of the layer before the classifier's head, float32 of length 256, on the *probe set*:
at most 200 images a class from the training set and 200 from the test set, drawn by the run's seed (n = {n:,}).

**PCA**: two principal components, fitted once on the original and the unlearned network's representations together;
they show {explained:.0%} of the variance. All panels and snapshots use the same axes.
A retrained network has axes of its own, so it is first turned onto the original's by an orthogonal Procrustes fit on
the retain images alone (Schoenemann 1966); nothing is scaled.
**UMAP** (McInnes et al. 2018, umap-learn's defaults, seeded): fitted once on all networks together; distances between
far groups mean little, neighbourhoods do.

*What it does not show*: two dimensions hide part of what the network knows. A class that looks mixed here can still be
told apart in the other 254.
"""
PROJECTION = "Picture"
COLOR_BY = "Colour"
COLOR_NAMES = {"role": "to forget / to keep", "class": "class"}
SNAPSHOT = "Moment of the run (step)"
PLAY = "Play"
UMAP_WORKING = "Drawing the refined picture in the background, about half a minute. The page stays usable."
UMAP_ENDS_ONLY = "UMAP shows before and after; for the moments between, choose PCA."
LASSO_HINT = "Draw a lasso or a box around points, or click one, to see the images."
SELECTED = "{n} selected; the first {shown} in the order of the probe set"

ACCURACY_TITLE = "What it still recognises"
ACCURACY_LEAD = "Every image of the test set, before and after. None of them was used in training or in unlearning."
ACCURACY_PER_CLASS = "Accuracy by class, test images"
ACCURACY_CONFUSION = "What it takes for what, test images (% of each row)"
ACCURACY_SNAPSHOT = "How it got there: what it took for what after step {index} (live sample)"
ACCURACY_HOW = """
*Accuracy* is the share of images classified correctly. Whiskers are Wilson 95 % intervals (Wilson 1927, by scipy):
with few images the true value can lie anywhere in them.

*Confusion*: each row is a true class and adds up to 100 %; columns are the network's answers.
After class forgetting the forgotten row cannot be right any more; where its images go shows what the network takes
them for now.

*The live sample* is the part of the probe set that is looked at during the run: at most 30 images a class from the
training set and 30 from the test set (n = {n_live:,}).

*What it does not show*: 0 % accuracy does not prove that nothing is left inside; a network can know more than it says.
"""
LIBRARY_TITLE = "All runs"
LIBRARY_LEAD = (
    "Every finished run on this server. Tick runs to open, compare, pin or delete them; pinned runs are never cleared "
    "away."
)
LIBRARY_EMPTY = "No run has finished here yet. Press *Forget it* on the Run page, or start a sweep below."
LIBRARY_PICK = "Tick one run to open it, two or more to compare them."
OPEN, PIN, UNPIN, DELETE = "Open", "Pin", "Unpin", "Delete"
COLUMN_FORGOTTEN, COLUMN_KEPT = "Forgotten class, new images", "The rest, new images"
COMPARE_TITLE = "Side by side"
FILTER_DATASET, FILTER_METHOD, FILTER_CLASS = "Pictures", "Method", "Forgotten class"
SWEEP_TITLE = "Sweep: many runs at once"
SWEEP_LEAD = "Forgets each chosen class by each chosen method with each seed, behind what people are waiting for."
SWEEP_CLASSES = "Classes to forget, each alone"
SWEEP_SEEDS = "Seeds"
SWEEP_START = "Start the sweep"
SWEEP_LINE = "**{dataset}** · classes {classes} · {methods} · seeds {seeds}: {done} of {total} runs finished"
SWEEP_CONTINUE, SWEEP_STOP, SWEEP_REMOVE, SWEEP_TABLE = "Go on", "Stop", "Off the list", "Table (CSV)"
HOW_FOLD = "How is this computed?"
TABLE_FOLD = "The numbers as a table"
