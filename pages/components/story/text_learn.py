"""The words of the Learn page. Every number in them comes from the example run; none is typed in."""

TITLE = "Unlearning in ten minutes"
LEAD = (
    "Why a network should forget, how it does, and how to tell. All figures and numbers come from one real run: "
    "{what}, by CaMU, in {seconds:.1f} seconds."
)

WHY_TITLE = "1 · Why should a network forget?"
WHY = """
A network learns from examples: faces, letters, purchases. Later somebody wants theirs removed, or an example turns out
to be wrong, or stolen. Deleting the file is not enough: **what was learned from it lives on in the network's weights**,
the many thousands of numbers that training has set.

The safe way is to throw the network away and train a new one without those examples. That always works, but for a
large network it takes days or weeks. **Machine unlearning** looks for a shortcut: change the trained network a little,
so that it behaves like one that never saw them.
"""

SETS_TITLE = "2 · What to forget, what to keep, and how to check"
SETS = """
Three groups of images matter here:

- the **forget set**: what must go. Here {what}, {n_forget:,} images;
- the **retain set**: everything else it was trained on, {n_retain:,} images, which must stay;
- the **test images**: new ones, never used for training. They show whether it really knows something, or only
  remembers.

Before, it recognised {before_forget} of the new images of the forgotten class; now {after_forget}. Of all the
others it recognised {before_retain}, now {after_retain}. A network that **never saw** the class gets
{gold_forget} and {gold_retain}. That is the gold standard: not to be as bad as possible, but to be *like one
that never saw it*.
"""

CAMU_TITLE = "3 · What CaMU does"
CAMU = """
CaMU asks: what would the network have learned, had this image been something else? Inside, an image becomes a list of
{n_numbers} numbers, its **representation**. Every small step has two halves: the first moves the representation of the
images to forget to where their counterfactuals lie, the second gives them the counterfactuals' labels, softly. Both
hold the other images in place.
"""
CAMU_END = (
    "In the end, the orange group has lost its own place but mostly stays together: it moves elsewhere and does not "
    "dissolve."
)
PAIR = ("an image to forget", "another one plus noise")

EFFECT_TITLE = "4 · Does the image still matter?"
EFFECT = """
"It gets them wrong" is an observation. To learn *why*, we must **change something and watch**. That is all that
"causal" means here.

Take a new image of the forgotten class. Before, the network gave its right answer, {name}, a probability of
{own_before}. When shown a counterfactual instead: {other_before}. So the image itself was worth {effect_before} points:
that is its **effect** on the right answer. After forgetting: {own_after} with the image, {other_after} with the
counterfactual. Its effect is now {effect_after} points.

Over all {n:,} images of the forgotten class: {finding}
"""
EFFECT_CARE = (
    "Careful: where a network always answers wrongly, images have no effect on the right answer, whatever it still "
    "knows. So we also measure their effect on the *whole* answer and on the representation. {remark}"
)

WHERE_TITLE = "5 · Where in the network did it happen?"
WHERE = """
A network is an **encoder**, which turns the image into its representation, and a **head**, which reads the answer off
it. Both changed. Which change did it? Swap them, the way a mechanic swaps parts between a working and a broken car:

| encoder | head | the right answer gets |
| --- | --- | --- |
| old | old | {y_oo} |
| **new** | old | {y_uo} |
| old | **new** | {y_ou} |
| **new** | **new** | {y_uu} |

{finding} If only the head had changed, the knowledge would still be inside, one new head away from coming back.
"""
LAYERS = "The same works layer by layer: give the old network the new layers one after another, and watch the fall. "

TERMS_TITLE = "6 · Which part of the method did it?"
TERMS = """
CaMU's loss has four terms: keep or move the representations, keep or change the labels. Leave one out, and often
nothing happens. Was it useless? Not if another did its work instead: when two people carry a table that either could
carry alone, it does not fall when one lets go.

The fair way is to let them join one by one, **in every order**, and note what each adds when it joins. The average is
its **Shapley value**; the four add up to the whole change exactly. It takes a run with every subset of the four, times
three seeds: 48 runs.
"""
TERMS_KNOWN = "Done here for the example: {finding} {remark}"
TERMS_OPEN = "You can start them on the *Causal* page, under *Which part of the method*."

MAP_TITLE = "7 · Who else was hurt?"
MAP = """
Classes share features: a 3 and an 8 share curves. So forgetting one may harm another. Forget each class in turn, test
the accuracy of every class before and after, and you have a map. One row of it, from the example: {finding}

With few test images, intervals are wide. If the change lies within its margin, the honest answer is: *cannot tell*.
"""

LIMITS_TITLE = "8 · What all this does not show"
LIMITS = """
- These are effects of changes that **we** make, to images and parts of **this** network. They say nothing about the
  world, and little about other networks.
- An accuracy of 0 does not prove that nothing is left. Someone patient may still dig it out. Only of what was planted
  does one know what must go: teach a network that a small mark means 8, make it forget, and try the mark. That is
  *A planted secret* on the *Run* page.
- Forgetting *too well* is a trace too. A network that never saw a class still reacts to its images, as to something
  unfamiliar. {remark}
"""

GLOSSARY_TITLE = "Words"
GLOSSARY = {
    "unlearning": "changing a trained network so that it becomes like one that never saw certain data",
    "membership attack": "guessing, from a network's answers alone, which images it was trained on",
    "AUC": "how often an attacker ranks a training image above a new one: 0.50 is guessing, 1.00 always right",
    "linear probe": "the simplest reader of a representation: one straight cut between two groups of images",
    "probe set": "the fixed images, some of each class, on which embeddings and causal measures are computed",
    "PCA": "a projection onto the two directions in which the representations differ most",
    "UMAP": "a projection that keeps neighbours together; distances between far groups mean little in it",
    "confusion matrix": "how often each true class gets each answer: which class is mistaken for which",
    "retraining": "training a new network without the forget set: the gold standard",
    "counterfactual": "what the image could have been instead: another image to keep, with noise",
    "causal effect": "how much the outcome, such as an answer, changes when one thing, such as the image, is changed",
    "encoder, head": "the part of the network up to the representation, and the part after it: its classifier",
    "entropy": "how spread out an answer is: 0 bits if all of it is on one class, 3.3 if evenly on ten",
    "balanced accuracy": "the mean of the two shares that are right: of forgotten and of new images",
    "learning rate": "how far each step of training moves the numbers inside the network",
    "epsilon": "how much more often one network gives some answer than another, as a logarithm: 3 is 20 times",
    "CKA": "how alike two networks see the same images: 1, alike up to rotation and scale; 0, unrelated",
    "forget set": "the training images that must be forgotten",
    "interval (95%)": "95% of such intervals contain the true value; a wide one means too few images",
    "intervention, do(…)": "reaching in and setting something, instead of only watching",
    "mediation": "how an effect gets from cause to outcome: through which part",
    "points": "the difference of two percentages: from 99% to 20% is -79 points",
    "bits": "the unit of how different two answers are (0, the same; 1, nothing in common) and of entropy",
    "representation": "the numbers into which the network turns an image before it decides",
    "planted secret": "something taught on purpose, such as a small mark that means 8: so one knows what must go",
    "retain set": "the training images that must stay known",
    "retrained network": "one trained anew without the forget set: the gold standard",
    "Shapley value": "the fair share of one of several contributors: what it adds, averaged over all orders",
    "seed": "the start of all random draws; another seed is another roll of the dice",
}
TO_CAUSAL = "See the whole decomposition"
TO_RUN = "Make it forget something yourself"
