"""The words of the Privacy page."""

TITLE = "Could an attacker tell, and can it come back?"
LEAD = "Every test is also given to **retrained networks**, which never saw the images: they show what is normal."
PART = "Part of the evidence"
PARTS = {
    "attack": "Could an attacker tell?",
    "worst": "Answers differ?",
    "heads": "Only hidden?",
    "relearning": "Can it come back?",
    "inside": "Readable?",
    "layers": "Which layers differ?",
    "population": "Many networks",
}
QUEUED = "Waiting for a free worker. You can keep using the page."
STOPPED = "Stopped. Nothing was kept."
BAND_STOPPED = "Stopped. Start again, and it resumes where it left off."
MEASURE = "Test the networks"
BAND = "Train the reference networks"
BAND_NOTE = (
    "There are no retrained networks to compare with yet. {n} of them, trained without the forgotten images from {n} "
    "different seeds, show what is normal; that takes {time}. They serve every run with this forget set."
)
BAND_NOT = "There are no retrained networks to compare with. {why}"
HEADS_CLASSES = "These tests need a forgotten class: single images have no class of their own to find."
HEADS_READ = (
    "a new classifier is trained on 1, 5 or 20 images of what was forgotten, and 20 of each other class. The higher "
    "its line above the purple range, the more of the class is left inside. Purple is from the lowest to the highest "
    "of the retrained networks; the range in the title is wider, because one more of them may lie outside. A mask at "
    "the output cannot lower it."
)
HEADS_NOT = "what only a nonlinear classifier could read; and an untrained network shows some of it, too."
HEADS_HOW = """
**Old classifier**: the layers after the representation of the network *before*, on the representation of the network
*after*; recall of the forgotten class minus false alarms (Youden's J; 100% is perfect, 0% chance), on up to {n:,} new
images of it and 300 others. **New classifier**: logistic regression over all classes on the frozen representation,
standardised, each class of equal weight; recall on new images, mean and 95% t-interval over 10 draws of the examples,
the same draws for every network. **Neighbours**: by Euclidean distance, among the class-balanced probe set.
**Retrained**: several networks trained without the class from different starts; the range is theirs.

A finding compares with where one more retrained network would fall in 97.5% of cases (Student's t prediction
interval), and calls a figure *like* theirs only if the 95% interval of the difference lies within a margin, at most
half of the way to the network before forgetting. Attack, new classifier and relearning are asked alike of every
network: their interval is over networks, and the finding is about these images. The old classifier has no such range:
it finds nothing where its interval reaches 5% or less, or where two retrained networks have as much.
"""
IS_GOLD = "This run *is* retraining: its network never saw the forgotten images, and others are compared with it."

SCORE = "The attack uses"
SCORES = {"attacker": "a trained attack model", "confidence": "confidence", "entropy": "entropy"}
NETWORK = "Network attacked"
NETWORKS = {"original": "Before", "unlearned": "After forgetting", "retrained": "Retrained"}
SPREAD = "Do forgotten images score higher than new ones?"
CURVE = "All thresholds at once"
THRESHOLD = "Drag the threshold: everything to its right is called “trained on”"
CAUGHT, MISSED = "Forgotten images caught", "Forgotten images missed"
ACCUSED, RIGHT = "New images falsely accused", "Balanced accuracy"
OF = "of {n:,}"
GUESSING = "50% is guessing"
NONE_HERE = "none"
AUC = "Does the attack work, whatever the threshold? Far below 0.50 gives something away, too"
TOO_FEW = "Too few forgotten images to attack; this needs at least two, and as many new ones."
READ = (
    "orange above the line, hatched below. Where both look alike, no threshold helps. If the forgotten images lie "
    "further right, the attacker can tell them apart. Further **left** they give themselves away too: who calls the "
    "images left of a threshold forgotten is right as often as this attacker is wrong. "
    "The retrained network shows what is normal."
)
NOT = (
    "what stronger attackers can do, who train many networks of their own. These see one answer per image and nothing "
    "of the inside; that they fail does not prove that all do."
)
HOW = r"""
**Images**: {n:,} images of the forget set against {n:,} new ones of the test set (of the same classes, where whole
classes are forgotten). The attacker learns on other images of both kinds; no image is used twice.

**Scores**: *attack model*: logistic regression on the sorted answers, as on the Accuracy page (Shen et al.,
arXiv:2401.17504). *Confidence*: $\max_c p_c$ (Yeom et al., arXiv:1709.01604; Salem et al., arXiv:1806.01246).
*Entropy*: $-\sum_c p_c \log_2 p_c$. Networks are very sure of most images, so the last two axes are logarithmic in
$1 - \max_c p_c$ and in bits; that changes no order, hence no attack.

**Threshold**: at first that with the best balanced accuracy on the images the attacker knows (Youden 1950), or
probability 1/2 of the attack model. **AUC**: how often a forgotten image scores higher than a new one, ties half;
intervals by bootstrap of both groups (Efron and Tibshirani 1993). An attack model that learned nothing says the same of
every image: its AUC is then 0.50, without an interval. The finding is that of the most telling of the three compared
with the retrained networks, whose range is widened for three questions (Bonferroni). Far below 0.50 is an attack that
works too.
"""

EPSILON_WHAT = (
    "{times} is an estimate: of all kinds of answers, such as *surer than 90%*, the one that tells most is {times} as "
    "frequent in one network as in the other, on average over {n} retrained networks. Below is one of these, with its "
    "lower bound at 95%."
)
EPSILON_READ = (
    "how many times as frequent the most telling answer is in one network as in the other; 1x: equally. The dot is the "
    "best estimate from these two networks; the left end of its line, which the title tells, is the lower bound at "
    "95%. Only that end cannot pass the dashed line: an estimate can."
)
EPSILON_NOT = (
    "the differential privacy of the method, which would need many trainings. Two networks trained separately differ "
    "even if neither ever saw the images, so a little more than 1x is normal."
)
DIVERGENCE = (
    "Its answers differ from the retrained network's by {forget:.2f} bits on forgotten images, {retain:.2f} on others"
)
DIVERGENCE_READ = (
    "0 bits: the same answers; 1 bit: nothing in common. The two networks' accuracies are {gap:.2f} points apart on "
    "average."
)
DIVERGENCE_NOT = "where two networks differ most: one very different answer is averaged away here, unlike in epsilon."
WORST_HOW = r"""
An *event* is "the score is at least t" or "below t", for any threshold t and any of three scores: log odds of the
right answer, confidence, entropy. The event that tells the networks apart most is chosen on one half of the images and
measured on the other (n = {n:,}), or the best of many would be flattered. With $k$ and $l$ of $n$ answers in it:
$\epsilon = |\ln\frac{{k + 1/2}}{{l + 1/2}}|$, and its lower end takes the Clopper-Pearson ends of both fractions, each
at 97.5%. The upper end is of this event alone, and is open where a fraction may be 0.

Sources: Jagielski, Ullman, Oprea, arXiv:2006.07709; Nasr et al., arXiv:2302.07956; for unlearning Triantafillou et al.,
arXiv:2406.09073, who compare many trainings image by image, where we have one of each and compare over images.

*Divergence*: mean Jensen-Shannon divergence of the answers on the probe set (Lin 1991), bootstrap 95% intervals.
*Average gap*: mean absolute difference in accuracy over the splits (Fan et al., arXiv:2310.12508).
"""

RELEARN_READ = (
    "every network gets the same new, untrained classifier and learns all classes again from the same batches. A line "
    "that rises above the purple range of the retrained networks says: the knowledge was hidden, not gone."
)
RELEARN_NOT = (
    "how much is left: any network learns the images sooner or later, so only the lead counts, and how long it takes "
    "depends on the learning rate. Slower than retraining is not good news: the network may just be harder to "
    "train."
)
NEARBY_READ = (
    "every forgotten image is changed, all pixels a little at a time, towards what the network takes for its class. A "
    "line that rises sooner than that of the retrained network says: knowledge is left near the image."
)
NEARBY_NOT = (
    "changes of another kind, such as noise or rotation, and what is hidden behind an output mask, which no change of "
    "pixels lifts. One retrained network is no range, so this judges nothing."
)
RELEARN_HOW = """
A copy whose layers after the representation are drawn anew, the same for every network, and see the representation
less its mean, over its spread; then all of it is trained: Adam, learning rate 0.001, batches of at least 32 images with
as many of each class; batch normalisation keeps its statistics. So neither a mask nor the scale of the output matters.
Accuracy on {n:,} {exam}. Bands: t-interval at 95% over {n_heads} heads, cut at 0 and 100%; purple: from the lowest to
the highest of the retrained networks. The figure is the mean over the 20 batches.

Sources: Golatkar, Achille, Soatto, arXiv:1911.04933; Tarun et al., arXiv:2111.08947.
"""
NEARBY_HOW = """
**Near the image**: up to {n} forgotten training images; each step moves every pixel by 1% of the range from black to
white in the direction that makes the true class likelier for this network (Kurakin et al., arXiv:1607.02533), 30 steps
at most. What is recognised near a forgotten image, but not by retrained networks, is *residual knowledge* (Hsu et al.,
arXiv:2601.22359). Bands: 95% over images (Wilson).
"""
EVALUATED = {
    "forget_test": "new images of the forgotten classes",
    "forget_train": "forgotten images themselves, since no test images correspond to them",
}

PROBE_READ = (
    "a linear classifier on each frozen network's representation tells forgotten images from others. What counts is "
    "the difference from the retrained network; the last bar shows what is easy even without training."
)
PROBE_NOT = "what only a nonlinear probe could read."
PROBE_HOW = """
Logistic regression on the standardised representation, forgotten images of the probe set against as many others:
fitted on one half, asked about the other (n = {n:,}), so that its answers are independent. Intervals: Wilson 95%. Where
it does as well on a network that never learned anything, the test says nothing.
*Never trained* is the same network with random initial weights.

Source: Alain, Bengio, arXiv:1610.01644.
"""

LAYERS_READ = (
    "1: both networks see the images in the same way up to rotation and scale; 0: unrelated. After good unlearning the "
    "purple line is as high as the dashed grey one or higher on forgotten images, and the green one stays high on the "
    "images to keep. The title compares the green line with the grey band, where another retrained network would lie."
)
LAYERS_NOT = "whether answers agree: even where layers are similar, the last one may read one small direction."
LAYERS_HOW = r"""
Unbiased linear CKA of the outputs of each block: $\mathrm{HSIC}_1(K, L) / \sqrt{\mathrm{HSIC}_1(K, K)\,
\mathrm{HSIC}_1(L, L)}$ with $K = XX^\top$, $L = YY^\top$, on up to 300 probe images of each group. Intervals:
delete-a-group jackknife, 20 groups, 95%.

Sources: Kornblith et al., arXiv:1905.00414; unbiased: Song et al., JMLR 13, 2012, equation 5; Nguyen, Raghu, Kornblith,
arXiv:2010.15327.
"""

POPULATION_WHAT = (
    "So far one network was attacked. The strongest attackers train **many**: {m} originals from different seeds, each "
    "made to forget by this method, and {both} networks that never saw the images. For every image they then ask: does "
    "this network answer like those that forgot, or like those that never knew?"
)
POPULATION_TIME = "This takes {duration}; what is finished is kept, for every method and every visitor."
POPULATION_M = "Networks of each kind"
POPULATION_START, POPULATION_GO_ON = "Train {m} networks of each kind", "Go on training"
POPULATION_LINE = "Training many networks, {percent} done"
POPULATION_GIVEN = "This needs a method that makes many networks; this run judges one that was given."
RANKS = {"least": "Tells least", "middle": "In the middle", "most": "Tells most"}
RANK = "Which image"
IMAGE_HOVER = "training image {number}: epsilon {epsilon}, AUC {auc:.2f}; click to see its networks"
NO_OVERLAP = "without overlap"
LEAST_IMAGES = "Images that tell least: click one to see its networks"
MOST_IMAGES = "Images that tell most"
HILLS_READ = (
    "each network stands at its log odds of the right class: 0 is 50%, 5 is 99.3%, -5 is 0.7%. One hill on top "
    "of the other: the image gives nothing away. Apart: whoever asks about it knows, and a green hill **left** of the "
    "purple one is as telling as one right of it."
)
HILLS_NOT = "one image alone; and only the right class is looked at, not what the network says instead."
EPSILONS_READ = (
    "epsilon 0: no attack tried on this image is better than guessing; 1: odds of 2.7 to 1; 3: of 20 to 1. The attack "
    "is chosen after looking, so epsilon is above 0 even between retrained networks (hatched): compare the two "
    "histograms, not single images. By chance, the median of a histogram falls within the noise floor. {m} "
    "networks show no more than the ceiling; beyond it the hills do not overlap."
)
EPSILONS_NOT = "a guarantee: an attack that nobody tried may be better, and more networks would show more."
ATTACKER_READ = (
    "the attacker studies one half of the networks and is asked about the other, each time by the answer to one image; "
    "all answers of a network together can give away more. Green on the purple bar: no better "
    "than telling retrained networks from one another. Score of the NeurIPS 2023 challenge (forgetting times utility): "
    "**{score:.3f}** ({low:.3f} to {high:.3f}); of retraining itself {floor:.3f}. Comparable only at the same number "
    "of networks."
)
ATTACKER_NOT = (
    "what an attacker without networks of their own can do: that is *Could an attacker tell?*. This one knows the "
    "method, its settings and the other images."
)
HEIRS_READ = (
    "the mean over networks, with 95% intervals. A network that never saw a class takes its images for those it knows "
    "and finds similar. A method that gives them to other classes has forgotten the name, but in a way that shows."
)
HEIRS_NOT = "how sure the networks are, and which image goes where."
POPULATION_HOW = r"""
**Networks**: seeds 0 to {last} train originals on all images; each is made to forget with its own seed. Seeds 0 to
{last_both} are retrained without the {n_images} images (at most 500 are asked about). **Margin**: $\ln p_y/(1 - p_y)$.

**Epsilon** of an image: with $a$ and $b$ the shares of retrained and of unlearned networks that an attack mistakes,
the largest of $\ln\frac{{1 - \delta - a}}{{b}}$ and $\ln\frac{{1 - \delta - b}}{{a}}$, $\delta = 10^{{-5}}$, over all
thresholds on the margin and on the likelihood ratio of two normal distributions; attacks of which only one share is 0
count for nothing. **Score**: an image has 1 point, halved with every 0.5 of epsilon; mean over images, times accuracy
on the other training and test images over retraining's. **U-LiRA**: likelihood ratio of normal distributions fitted to
one half of the networks, for the other half, and back; over all pairs of a network and an image. **What they are
taken for**: the total variation between the mean answers of unlearned and of retrained networks (after
arXiv:2506.20893).

**Intervals** are over networks, 95%: the spread of the figures of 200 random halves (delete-d jackknife). Epsilon has
none where it is near or above the most that halves can show. The rate at 1 false alarm in 100 has none with fewer than
16 networks, that at 1 in 1,000 none with fewer than 32. In simulations, such intervals held
the true value less often than 95%. **Noise floor**: the
{both} retrained networks dealt into two groups 200 times; the middle 95%.

Sources: Triantafillou et al., arXiv:2406.09073, and the published code of the challenge; Hayes et al.,
arXiv:2403.01218; Carlini et al., arXiv:2112.03570; Shao, Wu, Annals of Statistics 17, 1989.
"""
