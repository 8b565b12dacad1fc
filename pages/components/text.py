"""All words that pages show, so that they can be read, judged and mended in one place."""

APP_TITLE = "CaMU Explorer"

EXAMPLE_NOTE = "**Example run** that comes with the app: {what}. Press *Forget it* to make your own."
RUN_NOTE = "{dataset} · forget {what} · {method} · seed {seed} · computed on {device}"

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
SAMPLES_NONE = "None chosen yet"
SAMPLES_FILE = "From a list"
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
REPLAY = "Watch again"
SKIP = "Skip to the result"
PACE = "Pace"
ADVANCED = "Advanced"
ADVANCED_RESET = "Back to the defaults"
SEED = "Seed"
SEED_HELP = "Starts every random draw; the same seed gives the same result"
NEEDS_DOWNLOAD = "{title} is not on this machine yet. The first press downloads it ({source})."

QUEUED = "Waiting for its turn: number {place} in the queue"
STOPPING = "Stopping"
STARTING = "Getting ready (some seconds the first time)"
STAGE_LINE = "{stage} · step {index:,} of {total:,}"
LEFT = "about {seconds} s left"
REPLAY_LINE = "Replay · step {index:,} of {total:,}"
RETRIED = "A worker was lost and the run started again from its beginning."
STOPPED = "Stopped. Nothing was changed: the trained network is kept as it was."
TRY_AGAIN = "Try again"
NO_IMAGES = "The images of this run are not on this machine; import them again to see it."
INTERRUPTED = "This run was interrupted when the app ended. Nothing of it was kept; start it again."
STILL_RUNNING = "This run is still going on. Its pictures appear here when it is done."
WATCH_IT = "Watch it"
UNKNOWN_RUN_HELP = "Open the example"

LIVE_EMBEDDING = "Each point is an image, placed by how the network sees it"
LIVE_ACCURACY = "Images recognised, by step (live sample)"
LIVE_LOSSES = "What the method pushes down, by step"
STRIP_TITLE = "Images it must forget, and what it says now"
VERDICT_MEASURE = "Test images that the network still recognises"
VERDICT_MEASURE_IMAGES = "Images that the network recognises"
VERDICT_ATTACKS = "What attackers get out of it; guessing gives 0.50, and 50% inside"
BEFORE = "before: {value}"
INTERVAL = "95% interval {low} to {high}"
NEVER_SAW = " · a network that never saw it: **{value}**"
NEVER_TRAINED = " · never trained at all: {value}"
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
RETRAIN_RUNNING = "A second network is trained without it, for comparison: step {index:,} of {total:,}"
ATTACKS_PRESS = "Try the attacks"
ATTACKS_HELP = (
    "Could an attacker tell what was forgotten, can it come back, is it still readable inside? Takes about 20 seconds."
)
ATTACKS_RUNNING = "It is attacked, taught again and read from inside: step {index:,} of {total:,}"

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
COLUMN_FORGOTTEN, COLUMN_KEPT = "Forgotten images", "The rest, new images"
COMPARE_TITLE = "The picked runs"
FILTER_DATASET, FILTER_METHOD, FILTER_FORGET = "Pictures", "Method", "Forgotten"
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
PRESENT, PRESENT_LEAVE = "Presenter mode", "Leave (Esc)"
PRESENT_HELP = "Large type and one figure a screen, for a projector. Esc leaves it."
HOW_FOLD = "How is this computed?"
TABLE_FOLD = "The numbers as a table"

# --- the Causal page -------------------------------------------------------------------------------------------------

CAUSAL_TITLE = "Why it forgot"
CAUSAL_LEAD = (
    "Accuracy says *that* it forgot. Here we reach into the images and into the network, change **one thing at a "
    "time**, and measure what follows."
)
CAUSAL_PARTS = {
    "effects": "Effects of the images",
    "where": "Where in the network",
    "terms": "Which part of the method",
    "map": "What it does to other classes",
    "graph": "Graph, and one image",
}
CAUSAL_PART = "Part of the decomposition"
CAUSAL_HEADLINE = "Replace an image by another: how far the answer moves is the image's **pull**."
CAUSAL_LOST = "Forgotten images: **pull lost**"
CAUSAL_KEPT = "Other images: **pull kept**"
CAUSAL_NO_SHARE = "no pull before"
CAUSAL_GOLD_NOTE = (
    "Bits of the representation depend on a network's own scale, so read those shares as a hint when two networks "
    "were trained apart. A pull that retraining leaves and the method removes is no success: it is a trace of removal."
)
CAUSAL_IS_GOLD = (
    "This run *is* retraining: its network was trained anew and shares no features with the one before. A head of one "
    "cannot read the other's representation, so parts cannot be swapped, and this section is left out. Open a run of "
    "another method to see it."
)
CAUSAL_ONLY_CAMU = "Only CaMU consists of these four terms. Open a run of CaMU to see which of them did the work."
CAUSAL_WORKING = "Measuring causes in the background, some seconds. The page stays usable."
CAUSAL_RETRAIN = "Retrain for comparison"
CAUSAL_RETRAIN_NOTE = "No retrained network to compare with yet; it takes {minutes}."
READ = "**How to read it:** {line}"
NOT_SHOWN = "**What it does not show:** {line}"

INTERVENTION = "Replace each image by"
INTERVENTION_NAMES = {"camu": "another image + noise (CaMU's)", "noise": "itself + noise", "mean": "the mean image"}
MEASURE = "Pull on"
MEASURE_NAMES = {
    "true_class": "the right answer", "prediction_bits": "the whole answer", "representation_bits": "the representation"
}  # fmt: skip
EFFECTS_READ = (
    "a high bar means that the answer hangs on what the image shows. After forgetting, the bars of the images to "
    "forget should fall as far as the retrained network's, and the others should stay."
)
EFFECTS_NOT = (
    "once accuracy is 0, the first panel is 0 almost by itself, for any method; the other two tell methods apart. "
    "These are effects of changing inputs of this network, not claims about the world."
)
EFFECTS_BY_CLASS = "Which classes lost their pull?"
EFFECTS_HOW = r"""
Every image $x$ of the probe set (n = {n:,}) gets an alternative $x'$: *another image + noise* is another image of the
classes to keep, plus noise $U[0,1)$ a pixel, as CaMU draws its counterfactuals; *itself + noise* changes nothing else;
*the mean image* is the same for all. If a conclusion changes with the choice, it is not firm.

With $p_m$ the answer of network $m$ and $h_m$ its representation:
right answer $E[p_m(y|x) - p_m(y|x')]$ in points; whole answer $E[JS(p_m(\cdot|x), p_m(\cdot|x'))]$ in bits;
representation $E[JS(s(h_m(x)), s(h_m(x')))]$ in bits, $s$ the softmax.
*Lost* is $1 - E_{{after}}/E_{{before}}$ on images to forget, *kept* is $E_{{after}}/E_{{before}}$ on the others.

Whiskers: 95% percentile bootstrap, images resampled in pairs, 2,000 times (Efron and Tibshirani 1993, chapter 13).
Divergence: Lin, IEEE Trans. Inf. Theory 37, 1991. Counterfactuals: arXiv:2401.17504.
"""
WHERE_READ = (
    "each colour is what replacing that part alone changes; left of 0 the right answer became less likely. The "
    "diamond is the whole change, the sum of the colours."
)
WHERE_NOT = (
    "a part that does it all alone need not be the only one that could; and the split is between these two networks, "
    "not a property of the method in general."
)
WHERE_ROW_FORGET, WHERE_ROW_RETAIN = "images to forget", "all images to keep"
LAYERS_READ = (
    "the network before forgetting receives the new layers one after another, from the image on. The bar under a "
    "layer is what its arrival changes; all bars add up to the whole."
)
LAYERS_NOT = (
    "the order matters: a layer is judged with the new ones before it. A later layer may also carry forgetting that an "
    "earlier one has made already."
)
WHERE_HOW = r"""
$Y(a,b)$ is the mean probability of the right answer with the encoder of network $a$ and the head of network $b$; o =
before, u = after. Total $Y(u,u)-Y(o,o)$; through the representation $Y(u,o)-Y(o,o)$; through the head
$Y(o,u)-Y(o,o)$; only both together: the rest. The three sum to the total exactly.
In Pearl's words (UAI 2001), the second is the natural indirect and the third the natural direct effect.

Layers: the first $j$ blocks of the old network are replaced by the new ones, $j = 0 \ldots K$; the differences sum to
the total exactly. All in evaluation mode. Whiskers: 95% bootstrap over images (n = {n_forget:,} to forget,
{n_retain:,} to keep).
"""

TERMS_LEAD = (
    "CaMU pushes on four things at once. To see which one forgets, it is run with **every subset** of them: "
    "16 runs with the same seed and batches, {n_seeds} seeds, {total} runs in all. Each is an ordinary run and is kept."
)
TERMS_START = "Run all subsets"
TERMS_READ = (
    "a bar is the term's fair share of the change (Shapley value): what it adds, averaged over all orders in which the "
    "terms could join. A diamond is what is lost if only this term is left out."
)
TERMS_NOT = (
    "that a term is needed. If the bar is long and the diamond near 0, another term can stand in for it. The whiskers "
    "are over seeds, not over images."
)
TERMS_INTERACTIONS = "Do two terms need each other, or stand in for each other?"
TERMS_PANELS = {
    "forget_test": "New images of the forgotten class",
    "forget_train": "Forgotten images",
    "retain_test": "New images of the other classes",
    "attack": "Membership attack on the forgotten images",
}
TERMS_AXES = {
    "forget_test": "change of accuracy", "forget_train": "change of accuracy", "retain_test": "change of accuracy",
    "attack": "change of the AUC",
}  # fmt: skip
TERMS_ATTACK = (
    "The **membership attack** sees only answers and guesses which images of the class the network was trained on, and "
    "which are new. Its success is the area under the ROC curve (AUC): 0.50 is a coin, 1.00 is always right. Without "
    "any term it reaches {nobody}, with all four {everybody}; one point is 0.01."
)
TERMS_PAIRS_READ = (
    "what two terms add together beyond what they add apart. Where both lower accuracy, a positive number means that "
    "they stand in for each other."
)
TERMS_HOW = r"""
For the outcome $v(T)$ of the run with the terms $T$ (the others have weight 0):
$\phi_i = \sum_{{T \not\ni i}} \frac{{v(T+i)-v(T)}}{{4\binom{{3}}{{|T|}}}}$; the four sum to $v(all)-v(none)$ exactly
(Shapley 1953). Pairs: Grabisch and Roubens, Int. J. Game Theory 28, 1999. Left out alone: $v(all)-v(all-i)$, the
paper's ablation. Whiskers: 95% t-intervals over seeds {seeds}. Outcomes: accuracy on the test set; AUC of a
logistic regression on the sorted answers, trained on the other classes, asked about forgotten training and test images.
"""
MAP_LEAD = (
    "Forget each class in turn, and look at all the others: which of them share so much with the forgotten one that "
    "they suffer?"
)
MAP_START = "Forget every class in turn"
MAP_READ = (
    "row = forgotten class, column = class looked at; orange lost accuracy, blue gained. Bold changes are larger than "
    "the 95% margin. The diagonal, which should be forgotten, is grey. Click a cell to open its run."
)
MAP_NOT = (
    "few test images ({n_low} to {n_high} a class here) make wide margins: a change that is not bold may be one or two "
    "images, and no finding."
)
MAP_PANELS = ("{method}", "Retraining", "{method} minus retraining")
MAP_TWIN = "Retraining against itself shows no difference, so there is one map here."
MAP_RETRAIN = "Retrain each class as well"
MAP_HOW = """
Test accuracy of each class after forgetting minus before, in points. The margin is half the 95% interval of a
difference of two fractions (Agresti and Caffo, The American Statistician 54, 2000), taken as independent though both
come from the same images: too wide rather than too narrow. Seed {seed}, settings as in this run.
"""
BATCH_LINE = "{done} of {total} runs finished"
BATCH_LEFT = " · about {seconds} left"
BATCH_GO_ON = "Go on"
BATCH_STORED = "{done} of {total} are here already."

GRAPH_READ = (
    "arrows lead from the images through the representation to the answers; the wider, the larger the measured effect "
    "(relative to the widest of its column in both pictures). Cut an arrow below and see what follows."
)
GRAPH_NOT = (
    "anything inside the representation. All of an image's effect passes through it, for the network has no other way."
)
GRAPH_DO = "do( … ): reach in"
GRAPH_REPLACE_FORGET = "Replace the images to forget"
GRAPH_REPLACE_RETAIN = "Replace the images to keep"
GRAPH_OLD_ENCODER = "Put the old representation back"
GRAPH_OLD_HEAD = "Put the old head back"
GRAPH_HOW = r"""
Into the representation: $E[JS(s(h(x)), s(h(x')))]$ in bits, as in *Effects*. Out of it: $E[p(y|x) - p(y|x')]$ in
points. *right* is the mean probability of the right answer under the chosen interventions: do(image) replaces $x$ by
$x'$; putting a part back gives the network after forgetting the encoder or the head from before. All combinations were
measured, none is computed from others. Intervention and samples as in *Effects* (n = {n_forget:,} and {n_retain:,}).
"""
SAMPLE_TITLE = "One image"
SAMPLE_GROUP = "Out of"
SAMPLE_GROUPS = {"forget": "images to forget", "retain": "images to keep"}
SAMPLE_PICK = "Image"
SAMPLE_OWN, SAMPLE_OTHER = "the image", "its replacement"
SAMPLE_TITLES = {"own": "Answers to the image", "alternative": "Answers to its replacement"}
SAMPLE_WHAT_IF = "After, with your change"
SAMPLE_BITS = (
    "Replacing it moves the representation by {before:.3f} bits before and {after:.3f} after; forgetting itself moved "
    "the representation of this image by {moved:.3f} bits."
)


OWN_PRESS = ":material/add_photo_alternate: Your own"
OWN_TITLE = "Bring your own images"
OWN_LEAD = (
    "Put them into a **zip with one folder per class**; the folder's name is the name of the class. One image in five "
    "is kept aside for testing, unless there are folders `train` and `test` with the classes inside."
)
OWN_TREE = """my-images.zip
├── cat
│   ├── 001.jpg
│   └── 002.jpg
└── dog
    ├── 001.jpg
    └── 002.jpg"""
OWN_LIMITS = (
    "JPEG, PNG, GIF, BMP, WebP or TIFF. At most {zip_mb:,.0f} MB, {images:,.0f} images and {classes:,.0f} classes. "
    "20 images a class are few, 100 are better. Each is cut to its middle square and made small."
)
OWN_PRIVATE = (
    "The images stay on this server. Nobody sees them but who has the address of this page after the upload, and you "
    "can delete them at any time."
)
OWN_FILE = "Zip of images"
OWN_SIZE = "Size of each image"
OWN_SIZES = {32: "32 x 32, quick", 64: "64 x 64, finer, four times slower"}
OWN_READ = "Read the images"
OWN_READING = "Reading your images · {index:,} of {total:,}"
OWN_SENDING = "Getting ready to read your images"
OWN_READ_STOPPED = "Stopped. None of the images was kept."
OWN_COUNTS = "{title}: {n_train:,} images to learn from, {n_test:,} to test with"
OWN_CLASS = "**{name}**  \n{n_train:,} to learn  \n{n_test:,} to test"
OWN_WARNINGS = "Worth knowing about the upload:"
OWN_COLUMNS = ("class", "to learn from", "to test with")
OWN_NETWORK = "There is no network for these images yet. First one has to learn them; then it can be made to forget."
OWN_TWIN = (
    "These are the classes of {title}, for which a trained network comes with the app. It can be used at once, or a "
    "new network can learn from your images alone."
)
OWN_TAKE = "Use the shipped network"
OWN_TRAIN_TOO = "Train its own network"
OWN_TRAIN = "Train the network"
OWN_TRAIN_STOPPED = "Stopped. Nothing of the network was kept."
OWN_STAGES = {
    "data": "Getting the images", "train": "Learning your images", "measure": "Testing what it learned"
}  # fmt: skip
OWN_LEARNED = "Its network recognises **{accuracy:.0%}** of the test images ({n_right:,} of {n_test:,})."
OWN_TAKEN = "The shipped network recognises **{accuracy:.0%}** of the test images ({n_right:,} of {n_test:,})."
OWN_GUESSING = (
    "That is hardly better than guessing ({chance:.0%}). What a network never learned it cannot forget: add images, or "
    "choose classes that look less alike."
)
OWN_MODEST = "That is modest, as it is with few images; mind it in the verdict."
OWN_ABOUT = "About these images"
OWN_ADDRESS = "Keep the address of this page: it is the only way back to these images."
OWN_DELETE = "Delete these images"
OWN_DELETE_NOTE = (
    "Deletes the images and their network from this server. Finished runs keep some of the images; they are no longer "
    "shown, and go when the runs are cleared away."
)
OWN_PICK = "Pick what it must forget, and press *Forget it*."


def shortened(title: str, most: int = 14) -> str:
    """A title that fits on a button."""
    return title if len(title) <= most else title[: most - 1] + "…"
