"""The words of the Causal page."""

TITLE = "Why it forgot"
LEAD = "Accuracy shows *that* the answers changed. To see *why*, we change **one thing at a time**."
GROUPS = {"forget": "images to forget", "retain": "images to keep"}
PARTS = {
    "effects": "Effects of the images",
    "where": "Where in the network",
    "terms": "Which part of the method",
    "map": "What it does to other classes",
    "graph": "Graph, and one image",
}
PART = "Part of the decomposition"
HEADLINE = "**Effect** on the right answer: how far it moves when the image is replaced."
LOST = "Forgotten images:  \n**effect lost**"
KEPT = "Other images:  \n**effect kept**"
NO_SHARE = "no effect before"
REPLACED_BY_THEIR_LIKE = "replaced by images of their own class"
GOLD_NOTE = (
    "Losing more than retraining does is a trace of removal. Representations of networks trained separately compare "
    "only roughly."
)
IS_GOLD = "This run *is* retraining: others are compared with it."
NO_SWAP = (
    "This method draws the layer of the representation anew: the head of one network cannot read the representation of "
    "the other, so parts cannot be swapped. Open a run of another method to see this."
)
ONLY_CAMU = "Only CaMU has these four terms. Open a run of CaMU to see which of them did the work."
WORKING = (
    "Measuring effects in the background: seconds for a small network, minutes for a large one. You can keep using the "
    "page."
)
RETRAIN = "Retrain for comparison"
RETRAIN_NOTE = "No retrained network to compare with yet; it takes {time}."
RETRAIN_NOT = "No retrained network to compare with. {why}"

INTERVENTION = "Replace each image by"
INTERVENTION_NAMES = {"camu": "another image + noise (CaMU's)", "noise": "itself + noise", "mean": "the mean image"}
MEASURE = "Effect on"
MEASURE_NAMES = {
    "true_class": "the right answer", "prediction_bits": "the whole answer", "representation_bits": "the representation"
}  # fmt: skip
TABLE_MEASURES = {
    "true_class": "the right answer (0 to 1)",
    "prediction_bits": "the whole answer (bits)",
    "representation_bits": "the representation (bits)",
}
EFFECTS_READ = (
    "a high bar means that the answer depends on what the image shows. After forgetting, the bars of the images to "
    "forget should fall as far as the retrained network's, and the others should stay."
)
EFFECTS_NOT = (
    "how methods differ once accuracy is 0, in its first panel: the other two tell. Nor anything about the world: "
    "these are effects of changing the inputs of this network."
)
EFFECTS_BY_CLASS = "Which classes lost their effect?"
EFFECTS_OF_KEPT = "What became of each class's images to keep?"
EFFECTS_HOW = r"""
Every image $x$ of the probe set (n = {n:,}) gets an alternative $x'$: *another image + noise* is another image of the
classes to keep, plus noise $U[0,{noise:g})$ per pixel, as CaMU draws its counterfactuals; *itself + noise* only adds
noise; *the mean image* is the same for all. A conclusion that changes with this choice is not robust.

With $p_m$ the answer of network $m$ and $h_m$ its representation:
right answer $E[p_m(y|x) - p_m(y|x')]$ in points; whole answer $E[JS(p_m(\cdot|x), p_m(\cdot|x'))]$ in bits;
representation $E[JS(s(h_m(x)), s(h_m(x')))]$ in bits, $s$ the softmax.
*Lost* is $1 - E_{{after}}/E_{{before}}$ on images to forget, *kept* is $E_{{after}}/E_{{before}}$ on the others.

Whiskers: 95% percentile bootstrap, images resampled in pairs, 2,000 times (Efron and Tibshirani 1993, chapter 13).
Divergence: Lin, IEEE Trans. Inf. Theory 37, 1991. Counterfactuals: arXiv:2401.17504.
"""
WHERE_READ = (
    "each colour is what replacing that part alone changes: the encoder, all layers up to the representation, or the "
    "head after it. Left of 0, the right answer became less likely. The diamond is the whole change, the sum of the "
    "colours."
)
WHERE_NOT = (
    "whether another part could do it, too; and the split holds for these two networks, not for the method in general."
)
WHERE_ROW_FORGET, WHERE_ROW_RETAIN = "images to forget", "all images to keep"
WHERE_TOTAL = "in total"
LAYERS_READ = (
    "the network before forgetting gets the layers of the one after, one by one, starting at the image: first those "
    "of the encoder, then those of the head. Each bar is what its layer adds; together they make the whole change."
)
LAYERS_NOT = (
    "another order: each layer comes on top of the new ones before it, and a later one may repeat what an earlier one "
    "has done already."
)
WHERE_HOW = r"""
$Y(a,b)$ is the mean probability of the right answer with the encoder of network $a$ and the head of network $b$; o =
before, u = after. Total $Y(u,u)-Y(o,o)$; through the encoder $Y(u,o)-Y(o,o)$; through the head
$Y(o,u)-Y(o,o)$; only both together: the rest. The three sum to the total exactly.
In Pearl's words (UAI 2001), the second is the natural indirect and the third the natural direct effect.

Layers: the first $j$ blocks of the old network are replaced by the new ones, $j = 0 \ldots K$; the differences sum to
the total exactly. All in evaluation mode. Whiskers: 95% bootstrap over images (n = {n_forget:,} to forget,
{n_retain:,} to keep).
"""

TERMS_LEAD = (
    "CaMU's loss has four terms. To see which one forgets, CaMU runs with **every subset** of them: 16 runs with the "
    "same seed and batches, {n_seeds} seeds, {total} runs in all. Each is an ordinary run and is kept."
)
TERMS_SEEDS = "From the seeds whose runs are all finished: {seeds}."
TERMS_START = "Run all subsets"
TERMS_READ = (
    "a bar is the term's Shapley value: what it adds, averaged over all orders in which the terms could join. A "
    "diamond is what is lost if only this term is left out."
)
TERMS_NOT = (
    "whether a term is needed. If its bar is long and its diamond near 0, another term can stand in for it. The "
    "intervals are over seeds, not over images."
)
TERMS_INTERACTIONS = "Do two terms need each other, or stand in for each other?"
TERMS_PANELS = {
    "forget_test": "New images of the forgotten class",
    "forget_train": "Forgotten images",
    "retain_test": "New images of the other classes",
    "attack": "Membership attack on the forgotten images",
}
TERMS_ROWS = {
    "nobody": "without any term",
    "everybody": "with all terms",
    "total": "the whole change",
    "shapley": "Shapley value",
    "leave_one_out": "lost if only this term is left out",
    "pair": "interaction of two",
}
TERMS_AXES = {
    "forget_test": "change of accuracy", "forget_train": "change of accuracy", "retain_test": "change of accuracy",
    "attack": "change of the AUC",
}  # fmt: skip
TERMS_ATTACK = (
    "The **membership attack** sees only answers and guesses which images of the class the network was trained on, and "
    "which are new. Its success is the area under the ROC curve (AUC): 0.50 is guessing, 1.00 is always right. Without "
    "any term it reaches {nobody}, with all four {everybody}; one point is 0.01."
)
TERMS_PAIRS_READ = (
    "what two terms add together beyond what each adds alone. Where both lower accuracy, a positive number means that "
    "they stand in for each other."
)
TERMS_HOW = r"""
For the outcome $v(T)$ of the run with the terms $T$ (the others have weight 0):
$\phi_i = \sum_{{T \not\ni i}} \frac{{v(T+i)-v(T)}}{{4\binom{{3}}{{|T|}}}}$; the four sum to $v(all)-v(none)$ exactly
(Shapley 1953). Pairs: Grabisch and Roubens, Int. J. Game Theory 28, 1999. Left out alone: $v(all)-v(all-i)$, the
paper's ablation. Whiskers: 95% t-intervals over seeds {seeds}. Outcomes: accuracy on the test set; AUC of a
logistic regression on the sorted answers, trained on the other classes, asked about forgotten training and test images.
"""
MAP_LEAD = "Forget each class in turn: which of the others suffer with it?"
MAP_START = "Forget every class in turn"
MAP_READ = (
    "row = forgotten class, column = class looked at; grey lost accuracy, blue gained. Bold changes are larger than "
    "the 95% margin. The diagonal, which should be forgotten, is grey. Click a cell to open its run."
)
MAP_UNFINISHED = " Empty rows are still to come."
MAP_OPEN, MAP_ROW, MAP_OF, MAP_PRESS = "Open a run", "Class that was forgotten", "Map", "Open this run"
MAP_NOT = (
    "chance: the fewer test images ({n} a class here), the wider the margins; a change that is not bold may be nothing "
    "else."
)
MAP_PANELS = ("{method}", "Retraining", "{method} minus retraining")
MAP_TWIN = "Retraining does not differ from itself, so there is one map here."
MAP_RETRAIN = "Retrain without each class, too"
MAP_HOW = """
Test accuracy of each class after forgetting minus before, in points. The margin is half the 95% interval of a
difference of two fractions (Agresti and Caffo, The American Statistician 54, 2000), treated as independent though both
come from the same images: too wide rather than too narrow. Seed {seed}, settings as in this run.
"""
GRAPH_READ = (
    "arrows lead from the images through the representation to the answers; the wider, the larger the measured effect "
    "(relative to the widest of its column in both graphs). Cut an arrow below and see what follows."
)
GRAPH_NOT = "anything inside the representation. All of an image's effect passes through it: there is no other way."
GRAPH_DO = "do( … ): intervene"
GRAPH_REPLACE_FORGET = "Replace the images to forget"
GRAPH_REPLACE_RETAIN = "Replace the images to keep"
GRAPH_OLD_ENCODER = "Put the old encoder back"
GRAPH_OLD_HEAD = "Put the old head back"
GRAPH_HOW = r"""
Into the representation: $E[JS(s(h(x)), s(h(x')))]$ in bits, as in *Effects*. Out of it: $E[p(y|x) - p(y|x')]$ in
points. The probability of the right answer is its mean under the chosen interventions, which is not accuracy: do(image)
replaces $x$ by $x'$; putting a part back gives the network after forgetting the encoder or the head from before. Every
combination was measured, none is derived from others. Intervention and samples as in *Effects* (n = {n_forget:,} and
{n_retain:,}).
"""
SAMPLE_TITLE = "One image"
SAMPLE_GROUP = "From"
SAMPLE_PICK = "Image"
SHOWN = {"own": "the image", "alternative": "its replacement"}
SAMPLE_TITLES = {"own": "Answers to the image", "alternative": "Answers to its replacement"}
SAMPLE_WHAT_IF = "After, with your change"
SAMPLE_BITS = (
    "Replacing it moves the representation by {before:.3f} bits before forgetting and {after:.3f} after; forgetting "
    "itself moved this image's representation by {moved:.3f} bits."
)
