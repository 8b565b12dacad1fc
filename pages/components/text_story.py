"""The words of the story on the Start page. Every number in them comes from the run that is told."""

TITLES = (
    "This network learned ten handwritten digits",
    "Make it forget one",
    "Watch it forget",
    "Did it forget? Did it keep the rest?",
    "Why does it no longer answer?",
    "Could somebody still tell, or bring it back?",
    "What this cannot promise",
)
BACK, NEXT, AGAIN = "Back", "Next", "Start over"
LEAVE = "Open this run in the full tool"
LEAVE_EARLY = "Skip the story"
POSITION = "Scene {scene} of {total}: {title}"

KNOWS = (
    "It saw **{n_train:,} images** of handwriting and now reads **{accuracy:.1%}** of new ones right. What it learned "
    "is not stored as pictures. It is spread over {n_weights:,} numbers inside, and all ten digits share them."
)
KNOWS_WHY = (
    "Now somebody asks: *please remove what you learned from my images.* Deleting the image files changes nothing in "
    "those numbers. Training a new network without the images works, but takes long. **Machine unlearning** changes "
    "the trained network itself, so that it becomes like one that **never saw** them."
)
KNOWS_STRIP = "New images, and what the network says to each"
KNOWS_PICTURE = "Each point is an image, placed by how the network sees it"

CHOOSE = (
    "Pick the digit that must go. All its training images become the **forget set**; all the others are to be kept. A "
    "method called **CaMU** then changes a copy of the network, for a few seconds."
)
PRESS = "Forget it"
GUESS_LEAD = "**Guess first**, if you like. Nothing is asked of you: press *Forget it* to go on."
GUESS_BAND = "Of new images of {what}, it will still recognise"
GUESS_HURT = "Which other one will suffer most?"
GUESS_NOBODY = "none"
BAND = "{low:.0%} to {high:.0%}"

WATCH = (
    "To every image that must go, CaMU assigns a made-up counterpart: **another image plus noise**. It teaches the "
    "network to see the image as it sees the counterpart, and holds all others in place. Orange points lose their "
    "group; blue ones stay."
)
WATCHED = "It took **{seconds:.1f} seconds**. {finding}."

JUDGED = (
    "Tested on **new images** that neither training nor forgetting has used. The yardstick is the purple bar: a "
    "network trained from nothing **without** {what}. Good forgetting looks like that one, no better and no worse."
)
JUDGED_ALONE = (
    "Tested on **new images** that neither training nor forgetting has used. The yardstick is a network trained from "
    "nothing **without** {what}. It is not there yet."
)
RETRAINING = "The yardstick, a network that never saw {what}, is being trained"
REVEAL_BAND = "You guessed that it would still recognise {guess}: {right}. It is {truth:.1%}."
REVEAL_HURT = "You guessed that {guess} would suffer most: {right}. {truth}"
RIGHT = {True: "**right**", False: "not quite"}
HURT_NOBODY = "None of the others lost anything."
HURT = "Most hurt: {names}, from {before:.1%} to {after:.1%}."

WHY = (
    "That it answers wrongly does not tell *why*. So we reach in: **replace the image by another one** and see how far "
    "the answer moves. That is the image's **pull**. What hangs on an image moves when the image is replaced; what no "
    "longer depends on it stays."
)
WHY_IMAGE = (
    "This image gave the right answer {own_before:.0%} before, its replacement {other_before:.0%}: a pull of "
    "{pull_before:.0f} points. After forgetting the pull is **{pull_after:.0f} points**."
)
WHY_CAPTIONS = ("an image to forget", "its replacement")
WHY_READ = (
    "In each panel: of the images to forget, the green bar should be as low as the purple one; of the images to keep, "
    "as high as the grey one. The whiskers are 95% intervals."
)

ATTACKED = (
    "A wrong answer is no proof that nothing is left. Three tests: an **attacker** who sees only the answers guesses "
    "which images were trained on; the network is **taught again** with some of the forgotten images; and a straight "
    "line looks for them **inside**."
)
ATTACKED_READ = (
    "The curve shows how fast the forgotten comes back when it is taught again. If green climbs no faster than purple, "
    "nothing was left to build on. AUC is how often the attacker is right: 0.50 is guessing."
)
ATTACK_LINE = "**Attacker**: {title}"
INSIDE_LINE = "**Inside**: {title}"

LIMITS = (
    ("What was forgotten?", "{what}: {n_forget:,} training images. {forget_clause}"),
    ("Was the rest kept?", "{retain_clause} {hurt}"),
    (
        "How do we know?",
        "By new images, by replacing images and watching the answer, by attacks; always beside a network that never "
        "saw them.",
    ),
    (
        "What can still go wrong?",
        "{few} {trace}These are tests that *we* thought of, on one network and one draw of chance (seed {seed}). "
        "Passing them is evidence, not proof: a cleverer attacker may still find something.",
    ),
)
FEW = "Only {n:,} new images could be tested, so the true share may be anywhere up to {high:.1%}."
TRACE = "It differs from a network that never saw them: {remark} "
LIMITS_PICTURE = "Accuracy by class, with 95% margins"
SCORE = "Your guesses: **{n_right} of {total}** right."
SCORE_NONE = "You made no guess this time. Try another one and guess first."
MORE = "Try other methods on the same task"
LEARN = "Learn how it works"
