"""The words of the Compare page."""

TITLE = "Which method forgets best, and at what cost?"
PART = "Part of the comparison"
PARTS = {
    "many": "Many methods", "race": "Race", "pair": "Two runs side by side", "tune": "Tune",
    "published": "Published results",
}  # fmt: skip

SIDE_BY_SIDE = "Compare side by side"
SIDE_BY_SIDE_HELP = "Both must have the same dataset and the same kind of network"

# --- tune -------------------------------------------------------------------------------------------------------------

TUNE_LEAD = (
    "Which settings of a method come nearest to **retraining**? Every method gets the same number of trials, and its "
    "default settings are the first. Trials are judged on training images set aside for this: no network has seen "
    "them, and no test image has a say."
)
TUNE_TRIALS = "Trials"
TUNE_TRIALS_HELP = "Give every method that you compare the same number"
TUNE_START = "Tune in {n} trials"
TUNE_WHAT = (
    "Each trial is run on {networks}. All methods share these and the reference networks, which are first trained "
    "without the images that are set aside."
)
TUNE_STAGES = {
    "train": "Training original networks without the images that are set aside",
    "sweep": "{done} of {total} runs and reference bands finished",
    "battery": "{done} of {total} runs judged",
}
TUNE_NOTHING = "Nothing is tried yet. Press the button, and the trials appear here when they are judged."
TUNE_SOON = "The trials appear here when they are judged."
TUNE_FOUND = "Nearest to retraining are **{settings}**: {chosen} points away, where the default settings are {usual}."
TUNE_KEPT = "The default settings stay the nearest to retraining, {chosen} points away: **{settings}**."
TUNE_FAILED = "of no use (the run failed)"
TUNE_SHIPPED = "Made beforehand, and shipped with the app. Tune here to open the runs of its trials."
TUNE_TITLE = "{method}: what each setting forgets and keeps"
TUNE_READ = (
    "each mark is a trial. The line joins those that no other trial beats in both; the star is the mean of the "
    "reference networks, and the chosen trial is the nearest to them in all figures, not in these two alone."
)
TUNE_NOT = (
    "how a trial would do with another seed, or on yet another network: each mark is of {networks}. Some "
    "methods forget at one rate and not at the next one, and where that happens differs between networks: check "
    "settings on the run that matters."
)
TUNE_TRIAL, TUNE_FRONT, TUNE_CHOSEN = "Trial", "On the front", "Chosen"
TUNE_OBJECTIVE = "Distance"
TUNE_OBJECTIVE_HELP = (
    "To the reference networks, in points: the mean over the four accuracies, a fresh classifier shown one image a "
    "class, and the membership attack"
)
TUNE_OPEN = "Open its run on the first network"
TUNE_HINT = "Tick one trial (on the keyboard: Shift+Space) to open its run, two to compare them side by side."
TUNE_HOW = (
    "One training image in five is set aside, of each class alike, by a fixed draw. Every trial is run on {networks} "
    "trained on the others. The first trial has the default settings; the others are points of "
    "a scrambled Sobol sequence (`scipy.stats.qmc`): rates from a tenth to ten times the default, passes from a third "
    "to three times, on a logarithmic scale. Chosen is the trial with the least mean difference to the reference "
    "networks over the accuracies, the recall of a fresh classifier shown one image a class, and the area under the "
    "ROC curve of the membership attack by confidence. Defaults do not change: *Advanced* on *Run* offers what the "
    "shipped file has. No test image has a say in a search, but most default settings, where it begins, were found by "
    "trial on test images of the digit 3 of the digits and the digit 0 of MNIST "
    "(assets/results/tuning.md).\n\n`{command}`"
)

# --- many methods ----------------------------------------------------------------------------------------------------

MANY_LEAD = (
    "All methods start alike and forget the same images: which comes close to **retraining**, and how much cheaper?"
)
CLASS = "The {noun} {name}"
RANDOM = "{part} of the training images, at random"
METHODS = "Methods, each with its default settings"
METHODS_ALL, METHODS_SOME = "All {n} methods", "{n} of {total} methods"
ALL_METHODS, NO_METHODS = "All", "None"
SEEDS = "Seeds"
SEEDS_HELP = "Each method runs once with each seed, such as 0-2 or 0,5. Use at least three."
TRAINING_SEEDS = "Networks"
TRAINING_SEEDS_HELP = (
    "Training seeds of the original networks, such as 0-4; 0 is the usual network. With several, each method forgets "
    "from each of them, and the intervals are over networks: they then hold for networks trained like these, not for "
    "one network alone."
)
LEFT_OUT = "Cannot forget {what}, so left out: {names}."
LEFT_OUT_CLASS, LEFT_OUT_IMAGES = "a whole class", "single images"
START = "Compare {n} {methods} x {m} {seeds}"
START_NETWORKS = " x {n} networks"
ORIGINALS = {
    1: "One original network has to be trained first, for this.",
    2: "{n} original networks have to be trained first, for this.",
}
ORIGINALS_TIME = " That takes {time} on this machine; they are kept for everybody."
ORIGINALS_START = "Train and compare"
ORIGINALS_LINE = "Original networks: {done} of {total} trained"
TOO_MANY = "That is {n:,} runs; at most {most:,} are allowed at once. Choose fewer methods or seeds."
ONE_AT_A_TIME = "Expected one class or one share of the images to forget, of a dataset that is offered here."
CANNOT_ASK = (
    "The open run forgets several classes or single images, which cannot be asked for here: *Race* compares methods on "
    "them."
)
NO_METHOD = "Choose at least one method."
NOTHING_YET = "No run of this comparison is finished yet. Press the button, and results appear here one by one."
SO_FAR = "Results so far; they change until all runs are finished."
RANDOM_AIM = (
    "Single images are forgotten when the network answers **as if it had never seen them**: the aim is the retrained "
    "network's accuracy. An accuracy below it is no better: it is a trace of removal."
)
SPREAD = "Two retrainings with different seeds are themselves {points:.1f} points apart: a smaller gap means nothing."
NO_WEAKNESS = (
    "No weakness by these rules: {names}. The rules compare means; what is left inside one network, and whether its "
    "answers give the removal away, is for the verdict of each run to say."
)
ONE_SEED = "One seed: no intervals, and luck cannot be told from merit."
ONE_SEED_YET = "One seed so far: no intervals yet, and luck cannot be told from merit."
MORE_SEEDS = " Choose at least three."

ONE_NETWORK = "All from one original network: how much luck there is in its training, these intervals do not tell."
SEVERAL_NETWORKS = "Intervals are over {n} original networks."
TRAINING_SHARE = (
    " Of the variance of what is kept, roughly {share:.0%} comes from their training, the rest from unlearning (median "
    "of {n} methods, from {low:.0%} to {high:.0%})."
)

AXES = {
    "class": ("forgotten class still recognised, new images", "other classes recognised, new images"),
    "random": ("forgotten images recognised", "new images recognised"),
}
TRADEOFF = {
    "class": "Which method forgets {what} and keeps the rest?",
    "random": "Which method answers as if it had never seen them?",
}
TRADEOFF_READ = {
    "class": "the ringed star, the network that never saw the class, is the aim. Left: forgotten. Up: kept.",
    "random": "the ringed star, the network that never saw the images, is the aim: neither left nor right of it is "
    "better.",
}
TRADEOFF_FRAME = " The dotted frame on the left is drawn larger on the right."
TRADEOFF_NOT = (
    "what is left inside the networks, and how other settings of a method would do. The lines are 95% intervals over "
    "{over}; they leave out that each accuracy comes from a limited number of images ({n_forget:,} and {n_retain:,})."
)
TESTS = "Test what is left inside"
TESTS_WHY = (
    "Accuracy cannot tell forgotten from hidden: by accuracy, the output mask, a control that changes nothing inside, "
    "looks perfect."
)
TESTS_BAND = "First {n} reference networks are trained, which takes {time}."
TESTS_LINE = "{n} of {total} networks tested"
TESTS_STOPPED = "The tests were stopped; press to resume."
TABLE_HINT = (
    "Click a heading to sort. Tick one method (on the keyboard: Shift+Space) to open its run, two to compare them side "
    "by side."
)
COLUMNS = {
    "method": "Method",
    "needs": "Works without",
    "n": "n",
    "forgotten": "Recognised",
    "kept": "Kept",
    "planted": "Still as taught",
    "gap": "Gap (points)",
    "rank": "Rank",
    "tug_of_war": "ToW",
    "attack": "AUC",
    "old_head": "Old classifier",
    "fresh_head": "One example",
    "relearning": "Relearning",
    "epsilon": "Answers (epsilon)",
    "seconds": "Seconds",
    "speedup": "Speed",
    "samples": "Images seen",
    "forward": "Fwd",
    "backward": "Bwd",
}
COLUMN_HELP = {
    "needs": "What the method can work without: the data to keep; labels of any image",
    "n": "The seeds, or original networks, whose runs did not diverge and make the means",
    "forgotten": "Accuracy on what was forgotten: new images of the class, or the forgotten images themselves",
    "kept": "Accuracy on the other new images",
    "planted": "How often new images with the mark are still called its class, or new images of two swapped classes "
    "the other one; the aim is retraining's",
    "gap": "Gap to retrained: mean distance of the accuracies from retraining with the same seed, in points",
    "rank": "By the gap to retraining, 1 is the nearest; a range where intervals overlap; not of controls",
    "tug_of_war": "Tug of war: 1 where the accuracies on forgotten, kept and new images are all retraining's, less the "
    "further any of them is away",
    "attack": "How well the attack model tells forgotten images from new ones: 0.50 is guessing; the aim is "
    "retraining's",
    "old_head": "How well the classifier of the network before still finds the class in the new representation: 100% "
    "is hidden only, 0% is chance",
    "fresh_head": "What a new classifier finds of the class after one example of it; the aim is retraining's",
    "relearning": "Mean accuracy on the class over 20 batches of relearning with a new classifier; the aim is "
    "retraining's",
    "epsilon": "How far the answers on forgotten images differ from those of retrained networks, in nats: 3 is the "
    "20x of *Answers* on *Privacy*; the aim is retraining's",
    "seconds": "Unlearning alone, mean over runs, on this server while it does other work",
    "speed": "Seconds of retraining divided by seconds of the method",
    "samples": "Images passed forward through a network, repeats counted",
    "forward": "Batches passed forward through a network",
    "backward": "Batches whose gradients were passed back through a network",
    "interval": "95% of such intervals contain the true mean (Student's t over seeds, or over original networks where "
    "there are several; cut where the measure ends) if runs are roughly normal; far fewer if a method either works or "
    "fails outright",
}
INTERVAL = "95%"
NO_RETAIN, NO_LABELS = "other data", "labels"
OPEN_RUN = "Open its run with seed {seed}"

CLASSES = "Which other classes pay for it? Accuracy by class, new images"
CLASSES_RANDOM = "Does any class pay for it? Accuracy by class, new images"
CLASSES_READ = (
    "grey outline: before. Solid: after, mean over seeds with 95% interval. A solid bar below its outline is a loss; "
    "the hatched bar of the forgotten class should be gone."
)
CLASSES_READ_RANDOM = (
    "grey outline: before. Solid: after, mean over seeds with 95% interval. Below its outline: a loss."
)
CLASSES_NOT = (
    "uncertainty other than that of seeds: there are {n} test images a class here, so a single "
    "image is {step} of a bar."
)
WEAKNESSES = "Weaknesses, method by method"
FILTER = "Only methods that"
FILTERS = {
    "forgets": "forget",
    "keeps": "keep the rest",
    "not_hidden": "do not only hide it",
    "no_retain": "work without other data",
    "no_labels": "work without labels",
}
FILTERED = "{n} of {total} rows"
ANY_TWO = "Any two measures against each other"
ANY_TWO_NONE = "Two methods with two measures are needed."
ANY_TWO_TITLE = "{up} against {across}"
ACROSS, UP = "Across", "Up"
ANY_TWO_READ = (
    "each mark is a method, the star is retraining, grey ones are controls; the lines are 95% intervals. Axes of "
    "seconds, passes and images are logarithmic, and leave out what takes none."
)
ANY_TWO_NOT = "whether one causes the other: methods differ in many ways."
# measure -> its title on an axis, the factor from its unit to that of the axis, whether the axis is logarithmic
MEASURES = {
    "old_head": ("Old classifier (%)", 100, False),
    "average_gap": ("Gap (points)", 100, False),
    "forgotten": ("Recognised (%)", 100, False),
    "kept": ("Kept (%)", 100, False),
    "forget_train": ("Recognised, training images (%)", 100, False),
    "retain_train": ("Kept, training images (%)", 100, False),
    "planted": ("Still as taught (%)", 100, False),
    "tug_of_war": ("Tug of war", 1, False),
    "attack_auc": ("AUC of the attack", 1, False),
    "fresh_head_1": ("One example (%)", 100, False),
    "relearning": ("Relearning (%)", 100, False),
    "epsilon": ("Answers (epsilon, nats)", 1, False),
    "unlearn_seconds": ("Seconds", 1, True),
    "samples_forward": ("Images seen", 1, True),
    "forward_passes": ("Passes forward", 1, True),
    "backward_passes": ("Passes backward", 1, True),
}

COST = "What does it cost, compared with retraining?"
COST_READ = (
    "further left is cheaper. The axes are logarithmic: each line is ten times the one before. The dotted line is "
    "retraining."
)
COST_NOT = (
    "the search for good settings, which comes before. Seconds depend on the machine and what else runs on it; passes "
    "and images do not."
)
COST_SHIPPED = "Retraining was done in advance and comes with the app; its seconds are from then."
HOW = r"""
One run per method and seed ({seeds}), from {networks}, with the method's default settings. For the digit 3 of the
digits and the digit 0 of MNIST, most of these were found by trial on the very test images (assets/results/tuning.md);
for other cases they were not looked at.

**Forgotten, kept**: accuracy on new images of the forgotten class (for random images: on the forgotten training images)
and on all other new images. **Gap to retrained**: mean over the splits of $|a_{{method}} - a_{{retrained}}|$ with the
same seeds; both forget the same images then. **Tug of war (ToW)**: the product of $1 - |a_{{method}} -
a_{{retrained}}|$ over the forget set, the retain set and new images of what is kept (Zhao et al., arXiv:2406.01257).
**Attack AUC**: the membership attack of the Accuracy page.
**Speed**: mean seconds of retraining divided by the method's.

**Intervals**: $\bar x \pm t_{{0.975,\,n-1}}\, s/\sqrt{{n}}$ (Student 1908), 95%, over the $n$ original networks, each
with its mean over seeds; with one network, over the $n$ seeds. Runs from one network are not independent: intervals
over them tell how much luck there is in unlearning, and miss that of training (arXiv:2510.26714). Neither tells how few
test images there are. With three, $t = 4.30$, so they are wide. The share of the variance that comes from training is a
component of variance (one-way random effects), the median over methods; from few networks it is rough.

**Closest to retraining**: the least mean gap. Methods whose intervals overlap with its own are named as not told apart.

**Rules of the sentences**: a class counts as forgotten at or below {forgotten:.0%} and as hardly touched above
{barely:.0%}; the rest as kept if it loses at most {kept:.0%}; single images as forgotten within {alike:.0%} of
retraining; seeds as agreeing within {steady:.0%}; attacks as alike within {attack:.2f}, or if their intervals overlap.

The same on a command line: `{command}`
"""

HOW_ONE = "the same original network"
HOW_SEVERAL = "each of the original networks with training seeds {seeds}"

# --- two runs --------------------------------------------------------------------------------------------------------

RUN_A, RUN_B = "Run A", "Run B"
SWAP = "Swap"
RUN_LABEL = "{dataset} · forget {what} · {method} · seed {seed}"
PAIR_EXAMPLE = "**Example runs** that come with the app; choose others above, or make some on the Run page."
NO_PARTNER = "There is no second finished run with the same dataset and network yet. Make one on the Run page."
OTHER_KIND = "Both runs must have the same dataset and the same kind of network. Choose another run B."
PAIR_HEADLINE = "A and B agree on {share} of the new images ({n_same:,} of {n:,})"
PAIR_OTHER_FORGET = "The two runs forget different images, so their splits differ, and so may the differences above."
EMBEDDING = "Do both networks see the images the same way?"
EMBEDDING_READ = (
    "both share one frame, so the same place means the same. Draw a lasso, or click a point: the same images "
    "are ringed in both panels and shown below with both answers. Hover over a point for both answers."
)
EMBEDDING_NOT = (
    "the whole representation: these are two of many directions, {explained:.0%} of the variance. Points that lie "
    "together here can still be apart in the others."
)
TURNED = "{which} was trained separately and is aligned with the other's axes first; nothing is scaled."
CHOSEN = "The chosen images: {n}"
CHOSEN_MANY = "{n} images chosen; the {shown} on which A and B differ most"
DIFFER = "The {shown} images on which A and B differ most"
CLEAR = "Clear the choice"
ANSWERS, ALIKE = "Answers of A and B", {"any": "Any", "differ": "Differ", "agree": "Agree"}
CELL, CELL_LISTS = "Choose a cell", ("A says", "B says")
AGREEMENT = "They disagree on {n:,} of {total:,} new images"
AGREEMENT_NONE = "They agree on all {total:,} new images"
AGREEMENT_READ = (
    "left: how often each pair of answers occurs; images off the framed diagonal are answered differently. Click a "
    "number to see its images. Right: of each true class, which answers B gives more (blue) or less often (grey)."
)
AGREEMENT_NOT = "who is right, on the left; and how sure they are, on either side."
CONFUSION = "Confusion matrix of B minus that of A, all test images (points of each row)"
MATRIX_TABLES = ("A says, B says", "A: true class, answer", "B: true class, answer")
DIFFERENCES = "The differences in numbers"
DIFFERENCE_NAMES = {
    "retain_train": "To keep, seen in training",
    "forget_train": "To forget, seen in training",
    "retain_test": "To keep, new images",
    "forget_test": "To forget, new images",
    "attack_auc": "Attack AUC",
}
DIFFERENCE_COLUMNS = {
    "a": "A", "b": "B", "difference": "B minus A", "low": "95% from", "high": "to", "firm": "Clear?"
}  # fmt: skip
FIRM, NOT_FIRM = "yes", "no"
PAIR_SECONDS = "Unlearning took {a:.2f} s (A) and {b:.2f} s (B)."
PAIR_HOW = r"""
**Images**: the probe set of A, at most 200 a class from the training set and 200 from the test set (n = {n:,}); B
answers the same ones. The numbers of pairs of answers are of its new images, the confusion matrices of the whole test
set.

**Frame**: principal components of both networks' representations after forgetting, together. Networks that come from
one original share its axes; one that was trained separately is first aligned by an orthogonal Procrustes fit on the
images to keep (Schoenemann 1966).

**Differ most**: total variation $\frac12\sum_c |p_A(c|x) - p_B(c|x)|$.

**Intervals of differences**: $d - \sqrt{{(b-l_b)^2 + (u_a-a)^2}}$ to $d + \sqrt{{(u_b-b)^2 + (a-l_a)^2}}$, from
Wilson's intervals of the accuracies (Newcombe, Statistics in Medicine 17, 1998, method 10) and the bootstrap
intervals of the attack (Zou and Donner, Statistics in Medicine 27, 2008). Both treat A and B as independent though they
answer the same images: too wide rather than too narrow. *Clear* is a difference whose interval does not contain 0.
"""

# --- published -------------------------------------------------------------------------------------------------------

PUBLISHED_LEAD = (
    ":material/verified: **Published results**, made in advance and shipped with the app; nothing here was computed on "
    "this server."
)
PUBLISHED_CARD = "{date} · {processor}, {n_processors} processors, {vector_instructions}{load} · {versions}"
PUBLISHED_LOAD = ", load {load:.1f} (the higher, the more seconds)"
PUBLISHED_SEEDS = " · seeds {seeds}"
PUBLISHED_TRAINED = " · training seeds {seeds}"
PUBLISHED_RUNS = "Every run, CSV"
PUBLISHED_RUNS_HELP = "One row per run: method, seeds, accuracies before and after as fractions, attack, cost in images"
PUBLISHED_AUTHORS = (
    "CaMU's authors got, in one run of [their code]({source}), {kept} of the other new images recognised, and "
    "{forgotten} of the forgotten class."
)
PUBLISHED_NOT = "how other settings, data or networks would do."
PUBLISHED_LINES = " The lines are 95% intervals over {over}."
PUBLISHED_NO_SECONDS = (
    "Methods without seconds ran while other programs did, which slows them, so their time was left out."
)
PUBLISHED_FORGET = "Forgotten"
PUBLISHED_SETTINGS = "Settings of the methods"
PUBLISHED_SETTINGS_NAMES = {"usual": "Default", "tuned": "Tuned"}
PUBLISHED_SETTINGS_HELP = (
    "Default: those of this app, the paper's where they fit; CaMU's were tried most. Tuned: of every method, the "
    "best of the same number of trials on training images set aside for this, as *Tune* does; no test image had a say. "
    "The trials are judged by accuracies, a new classifier and the attack, so the accuracies alone can become worse."
)

RANKED_HEAD = "On many networks"
RANKED_LEAD = (
    "One network can be lucky. Here each method made many networks forget, and an attacker who trains such networks "
    "tries to tell them from as many that never saw the images. The score is the NeurIPS 2023 challenge's: forgetting "
    "quality times utility."
)
RANKED_FLOOR = "Retrained against retrained"
RANKED_READ = (
    "further left is better: on the band, {m} networks that forgot cannot be told from {m} retrained ones. Rank "
    "1 is best; methods that are equal share a rank, and retraining and controls have none. The two orders agree by "
    "Kendall's tau {tau:.2f} (1: the same order, 0: none in common)."
)
RANKED_NOT = (
    "how a method does with other settings, data or networks; and no difference finer than {m} networks can show. "
    "Scores are comparable only at the same number of networks. The lines are 95% intervals over networks."
)
RANKED_METHOD = "Method"
# measure -> its heading, format and help
RANKED_OTHERS = {
    "rank_by_score": ("Rank by score", "%d", "By the score, 1 is best"),
    "rank_by_accuracy": ("Rank by accuracy", "%d", "By the gap in accuracy to retraining alone, 1 is best"),
    "accuracy_gap": ("Gap", "percent", "Mean distance to retraining over accuracies: forgotten, kept, new images"),
}
RANKED_PLACE = "Rank range"
RANKED_PLACE_HELP = "Between which ranks by score a method is, as far as 95% intervals tell"
RANKED_COLUMNS = {
    "score": ("Score", "%.3f", "Forgetting quality times utility: what the NeurIPS 2023 challenge ranked "
              "by; retraining is at the noise floor"),
    "epsilon_median": ("Epsilon", "%.2f", "Of the best attack on an image, median over images; the highest here is the "
                       "most that so many networks can show: the true one may be higher"),
    "auc": ("AUC", "%.3f", "How often the attacker (U-LiRA), by one image, tells a network that forgot from one "
            "retrained"),
    "tpr_at_1_percent_fpr": ("Caught", "percent", "Share of networks that forgot which the attacker catches from one "
                             "image, at 1 false alarm in 100"),
    "answers_apart": ("To others", "percent", "Share of the forgotten images that is taken for other classes than "
                      "after retraining"),
    "utility_factor": ("Utility", "%.3f", "Accuracy on the rest over retraining's, training times test images"),
}  # fmt: skip
RANKED_HOW = """
{m} originals with seeds of their own, each made to forget by every method with its default settings, beside {m}
retrained networks; up to 500 forgotten images ({n_images} here). Measures and sources: *Privacy*, *Many networks*.
**Gap**: mean over the accuracies on the forgotten images, the other training images and the other test images of the
distance between the mean of the networks that forgot and that of the retrained ones. Retraining is judged by {m}
further retrained networks. **Rank range**: one method is before another where the intervals of their scores are
apart.
"""

# --- race ------------------------------------------------------------------------------------------------------------

RACE_LEAD = "Some methods forget {what} at the same time, on **one clock**. Who is first, and who forgot?"
RACE_METHODS = "Methods, at most four, each with its default settings"
RACE_FEW = "Choose at least two methods."
RACE_START = "Start the race of {n}"
RACE_CLOCK = "**{now:.1f} s** of {slowest:.1f} s"
RACE_RUNNING = ":material/directions_run: running"
RACE_WAITING = ":material/hourglass_empty: waiting"
RACE_DONE = ":material/flag: done in **{seconds:.1f} s**"
RACE_NUMBERS = (
    ":orange[to forget, recognised: **{forgotten}**]  \n:blue[to keep, recognised: **{kept}**]  \n"
    ":gray[of a small sample]"
)
RACE_MAPS = "Each point is an image, placed by how the network sees it"
RACE_READ = (
    "the clock is each method's own computing time, so that waiting for one another does not count; a replay shows all "
    "at the same moment of it. Retraining begins with a network that knows nothing."
)
RACE_NOT = (
    "the search for good settings, and what other seeds would give. Maps are in the frame of the network before; one "
    "that is trained anew has axes of its own, and is turned to agree with it on the images to keep. First is not "
    "best: the verdicts decide."
)
RACE_OPEN = "Open this run"

PLANTED_HEAD = "Which methods forget a planted secret?"
PLANTED_LEAD = (
    "Here one knows what has to be forgotten, because it was planted: a small mark that turns any digit into an 8, or "
    "swapped labels of 3 and 5. Retrained networks never saw it."
)
PLANTED_READ = (
    "the fewer new images are still answered as was taught (*still as taught*), the better, down to what retraining, "
    "the aim, has; and what is kept should be as high as after retraining."
)
PLANTED_NOT = "how other settings of a method would do, or other secrets. Intervals are over the original networks."
PLANTED_HOW = (
    "{seeds} original networks per secret, with training seeds of their own, each made to forget by every method that "
    "can forget single images, with its default settings. Sources: BadNets, arXiv:1708.06733 (the mark); interclass "
    "confusion, arXiv:2201.06640 (swapped labels); corrective unlearning, arXiv:2402.14015. What was planted still "
    "works where the mean is more than 10 points above retraining's and their 95% intervals are apart; it works no "
    "more where the 95% interval of the difference ends within 10 points (Zou and Donner, Statistics in Medicine 27, "
    "2008); the rest is kept where at most 3 points less is right than after retraining."
)
