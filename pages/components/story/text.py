"""The words of the story on the Start page. Every number in them comes from the run that is told."""

ATTACKED_TITLE = "Could somebody still tell, or bring it back?"
TITLES = (
    "This network learned ten handwritten digits",
    "Make it forget one",
    "Watch it forget",
    "Did it forget? Did it keep the rest?",
    "Turn the dial: how hard should it forget?",
    "Why does it no longer recognise it?",
    ATTACKED_TITLE,
    "What this cannot promise",
)
STORIES = {
    "digit": ("First story: a digit", ":material/looks_3:"),
    "owner": ("Second story: an owner's pictures", ":material/checkroom:"),
}
BACK, NEXT, AGAIN = "Back", "Next", "Forget another one"
LEAVE = "Open this run on the Run page"
LEAVE_EARLY = "Skip the story"
POSITION = "Scene {scene} of {total}: {title}"

KNOWS = (
    "It saw **{n_train:,} images** of handwriting and now reads **{accuracy}** of new ones correctly. What it "
    "learned is not stored as images: it is spread over {n_weights:,} numbers inside, shared by all ten digits."
)
KNOWS_WHY = (
    "Now somebody asks: *please remove what you learned from these images.* Deleting the files changes none of those "
    "numbers. Training a new network without the images works, but a large one takes days or weeks. "
    "**Machine unlearning** changes the trained network itself, so that it becomes like one that **never saw** them."
)
KNOWS_STRIP = "New images, and what the network says"
KNOWS_PICTURE = "Each point is an image, placed by how the network sees it"

CHOOSE = (
    "Pick the digit to forget. All its training images become the **forget set**; all the others are kept. A method "
    "called **CaMU** (Causal Machine Unlearning) then changes a copy of the network, in a few seconds."
)
CHOOSE_WHY = (
    "A whole digit is the easiest to follow by eye. On the *Run* page it can also forget single images, or a class of "
    "your own images, such as one person."
)
PRESS = "Forget it"
GUESS_LEAD = "**Guess first**, if you like, and see how close you get. Or just press *Forget it*."
GUESS_BAND = "Of new images of {what}, it will still recognise"
GUESS_HURT = "Will it harm any other digit, by more than chance explains?"
GUESS_HARM = {False: "no, none", True: "yes, one or more"}
BAND = "{low:.0%} to {high:.0%}"

WATCH = "Each point is an image. Watch the orange ones, which are to be forgotten, leave their place."
WATCHED = "Forgetting took **{seconds:.1f} seconds**. {finding}."

JUDGED = (
    "Tested on **{n_forget:,} new images of {what} and {n_retain:,} others**, used neither in training nor in "
    "forgetting. "
)
JUDGED_IMAGES = "Tested on the **{n_forget:,} forgotten images and {n_retain:,} new ones**. "
JUDGED_GOLD = (
    "Compare with the purple bar: a network trained from scratch **without** {what}. Good forgetting looks like that, "
    "no better and no worse."
)
JUDGED_ALONE = "Soon you can compare it with a network trained from scratch **without** {what}."
SO_FAR = "So far: {headline}"
JUDGED_NEXT = f"A wrong answer is only the first test. What may be left inside comes later: *{ATTACKED_TITLE}*"
WHISKERS = "Thin lines are 95% intervals: 95% of such intervals contain the true value."
RETRAINING = "For comparison, a network that never saw {what} {doing}"
REVEAL_BAND = "You guessed that it would still recognise {guess}: {right}. It is {truth}."
REVEAL_HURT = "You guessed that {guess}: {right}. {truth}"
HARMED = {False: "no other would be harmed", True: "others would be harmed, too"}
RIGHT = {True: "**right**", False: "not quite"}
HURT_NOBODY = "None of the others lost a single image."
HURT = "Largest losses: {names}, {n} each."
HURT_ONE = "Largest loss: {names}, {n}."
HURT_CLASS = "{name} ({before} → {after})"
HURT_CHANCE = {
    True: "More than chance explains: it was harmed.",
    False: "This can still be chance.",
}

WHY = (
    "A wrong answer does not tell *why*. So we step in: **replace the image by another one** and see how far the right "
    "answer's probability moves. That is the image's **effect**: large if the answer depends on the image, 0 if it "
    "does not."
)
WHY_MEASURING = "Replacing each image and asking all networks again"
WHY_IMAGE = (
    "Before, the network gave the right answer, {name}, a probability of {own_before} for this image and of "
    "{other_before} for its replacement: an effect of {effect_before}. After forgetting, the effect is "
    "**{effect_after}**."
)
WHY_CAPTIONS = ("an image to forget", "its replacement: another image plus noise")
WHY_STILL = "It still reacts to such an image, and should: a network that never saw one makes something of it, too."
WHY_READ = (
    "Averages over all such images. Left, images to forget: the green bar should be as low as the purple one. Right, "
    "images to keep: as high as the grey one."
)
WHY_MORE = "See the whole decomposition"

ATTACKED = (
    "Wrong answers do not prove that nothing is left. So we run tests, also on **retrained networks**, which never saw "
    "it:"
)
# question of `camu_core.privacy` -> what is done to find out, and the finding
TEST_LINES = {
    "old_head": "**Put the old classifier back:** {finding}.",
    "fresh_head": "**Show a new classifier one example:** {finding}{figures}.",
    "relearning": "**Teach all classes again** (the figure): {finding}.",
    "attack": "**Guess from the answers what it was trained on:** {finding}{figures}.",
    "linear_probe": "**Separate it from the rest by one straight cut:** {finding}.",
    "epsilon": "**Look for a telling answer:** {finding}.",
}

LIMITS_FORGOT, LIMITS_KEPT = "What was forgotten?", "Was the rest kept?"
LIMITS_HOW, LIMITS_WRONG, LIMITS_CLAIM = "How do we know?", "What speaks against it, or is open?", "What may you say?"
FORGOT = "{n_forget:,} training images. {forget_clause}"
HOW = "New images, replaced images and attacks, beside networks that never saw it."
LIMITS_PICTURE = "Accuracy by class, with 95% intervals"
SCORE = "Your guesses: **{n_right} of {total}** right."
MORE = "Try other methods on the same task"
LEARN = "Learn how it works"

DIAL = (
    "Pushed gently, the network still recognises {what}; pushed hard, it loses some of the others, too. Between the "
    "two it looks forgotten. Is it gone? The dotted line tells how much of it a new classifier finds inside after "
    "**one example**{band}."
)
DIAL_BAND = "; the purple band, how much it finds in networks that never saw it"
DIAL_EXAMPLE = "This run has no dial, so here is that of the example, which forgot {what}."
