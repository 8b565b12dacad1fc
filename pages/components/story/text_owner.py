"""The words of the second story on the Start page. Every number in them comes from the run that is told."""

TITLES = (
    "This network learned to name clothes",
    "Somebody asks: take my pictures out",
    "Watch it forget them",
    "Does it still recognise them? Should it?",
    "Could somebody tell that it had seen them?",
    "Did other people's pictures suffer?",
    "What may you answer the shop?",
)
PRESS, AGAIN = "Forget them", "Forget them again"

KNOWS = (
    "A *network* here is a program that learns from examples. This one was shown **{n_train:,} pictures** of clothes, "
    "shoes and bags, each with its name. Now it names new ones, too, and **{accuracy}** of the names are right. It "
    "keeps no album: what it learned is spread over {n_weights:,} numbers inside; every picture changed many of them."
)
KNOWS_WHY = (
    "So what happens when one of those who gave the pictures wants them back? Nothing inside can be pointed at and "
    "taken out."
)
KNOWS_STRIP = "New pictures, and what the network says"
KNOWS_PICTURE = "Each point is a picture, placed by how the network sees it"

REQUEST = (
    "**Imagine a small shop.** {n} of the {n_train:,} pictures are its own, some of every kind of garment. Now it "
    "writes: *please take what you learned from our pictures out of your network.*"
)
REQUEST_STRIP = "The shop's pictures"
REQUEST_HOW = (
    "Deleting the files changes nothing inside. One could train a new network without the pictures: that always works, "
    "and takes seconds here, but weeks for a large network. **Machine unlearning** changes the network that is there. "
    "Press *Forget them*, and a method called **CaMU** (Causal Machine Unlearning) does it."
)
REQUEST_TRUTH = (
    "The network is real, and so are the pictures (from Fashion-MNIST, a public collection); the shop is made up. Its "
    "pictures are every {step}th, so nobody chose them."
)
GUESS_LEAD = "**Guess first**, if you like:"
GUESS = "Of the shop's {n} pictures, a network that has **never seen them** names correctly"
BAND = "{low:.0f} to {high:.0f}"

WATCH = (
    "CaMU teaches the network to see each of the shop's pictures as it sees somebody else's. **Watch how sure it is**: "
    "the percentages."
)

RECOGNISED = (
    "Of its **{n} pictures** the network named {before} correctly before, and names **{after}** now. Is that as it "
    "should be? Look at networks that were trained from the start **without** these pictures. They name {gold}: other "
    "people's shirts taught them what a shirt is."
)
RECOGNISED_SO = (
    "**So naming a picture does not prove that it is remembered.** The aim is to be like a network that never saw "
    "them. {beside}"
)
# more than any, fewer than any, or as many as networks name that never saw them
BESIDE = {
    "more": "This one names more of them than any of those do: a first hint that it still remembers some.",
    "fewer": "This one names fewer of them than any of those do: that would be a trace of the removal, too.",
    "alike": "This one names about as many as those do.",
    "unknown": "",
}
GOLD_NONE, GOLD_ONE, GOLD_MANY = "most", "{mean}", "{mean} on average ({n_seeds} networks: {low} to {high})"
REVEAL = "You guessed {guess}: {right}. It is {truth}."
RIGHT = {True: "**right**", False: "not quite"}
EASY = "Easy for networks that never saw them"
HARD = "Hard for networks that never saw them: these were learned by heart"
SURE = "{name}\nnow {now}\nnever saw {never}"
SURE_HOW = "Chance that the network gives the right name, averaged over {m} networks of each kind."

TOLD_APART = (
    "Answers give away more than a name: how *sure* the network is of it. Of a picture that it learned by heart it is "
    "surer than it should be. Let us play the **snoop**, who sees nothing but answers:"
)
SNOOP_ONE = (
    "**With one network.** Take 100 pairs of a shop's picture and a new one. Which was the network trained on? The "
    "snoop picks the shop's in {before} before forgetting, and in **{now}** now; of networks that never saw it, in "
    "{never}. {finding}."
)
# by what `Standing` says of it
SNOOP_FINDINGS = {
    "alike": "So the snoop learns no more than from networks that never saw them",
    "above": "So they still look as if it had learned them, and a snoop could tell",
    "below": "So now they look less learned than in networks that never saw them, and that can give the removal away",
}
SNOOP_MANY = (
    "**With many networks.** Now the snoop trains networks, too, {m} of each kind, and must say of an answer about one "
    "picture: does this network know it, or did it never see it? Guessing is right in 50 of 100 cases. Before "
    "forgetting the snoop is right in {before}, now in **{now}** of 100 (95% interval {low} to {high}). {finding}"
)
SNOOP_MANY_FINDINGS = {
    "alike": "So even such a snoop can do little more than guess.",
    "above": "So such a snoop can tell.",
    "unclear": "That leaves open whether such a snoop can tell.",
    "blind": "But the snoop could not tell before either, so this shows nothing.",
}
SNOOP_WORSE = "**And more easily than before: the forgetting itself has left a trace.**"
SNOOP_FIGURE = "How often the snoop is right"
SNOOP_OPEN = "A snoop with many networks learns more; the *Privacy* page can make them."
TESTS_MORE = "See all tests on the Privacy page"

HARMED = (
    "Forgetting changes numbers that all pictures share, so it can harm others. Of **{n:,} new pictures**, the network "
    "named {before} correctly before and {after} now; the one trained without the shop's pictures, {gold}. {finding}."
)
HARMED_ALONE = (
    "Forgetting changes numbers that all pictures share, so it can harm others. Of **{n:,} new pictures**, the network "
    "named {before} correctly before and {after} now. {finding}."
)
HARMED_STRIP = "Other people's pictures that lost their right name"
HARMED_STRIP_SOME = "{n} of the {lost} other people's pictures that lost their right name"
HARMED_NONE = "None of the {n:,} other pictures looked at here lost its right name."
HARMED_SOME = "Of the {n:,} other pictures looked at here, {lost} lost the right name, and {won} got it."
HARMED_FIGURE = "Right names by kind of garment, with 95% intervals"

LETTER_TITLE = "A letter that is true of this run"
LETTER = "*Dear shop,*"
LETTER_DEED = {
    True: "we made our network forget your {n} pictures. We did not train it anew.",
    False: "we changed our network so that it should forget your {n} pictures. We did not train it anew.",
}
LETTER_NAMES = (
    "It still names {after} of them correctly. Networks that never saw them name {gold}, because other pictures show "
    "the same things."
)
LETTER_TESTS = {
    True: "In our tests it behaves like networks that never saw your pictures.",
    False: "But our tests can still tell it from networks that never saw your pictures: {news}. So we do not promise "
    "that every trace is gone.",
    None: "Our tests cannot say for certain whether a trace is left, so we do not promise that every trace is gone.",
}
# what tests found, by their question; where it can be of two kinds, by `Standing`
NEWS = {
    "recognised": {
        "above": "it names more of them than those do",
        "below": "it names fewer of them than those do",
    },
    "relearning": "it learns them again faster than those do",
    "linear_probe": "they stand out inside it",
    "attack": {
        "above": "they look more as if it had learned them",
        "below": "they look less as if it had learned them",
    },
    "epsilon": "it gives some answers more or less often",
    "population": "somebody who trains networks of their own can tell which is which",
}
LETTER_KEPT = {
    True: "For everybody else it works, on average, as before.",
    False: "For everybody else it works less well than before.",
    None: "We cannot say yet whether it works as well as before for everybody else.",
}
LETTER_SURE = "If you need certainty, we must train a new network without your pictures."
LETTER_TIME = "If you need certainty, we must train a new network without your pictures; this one takes {time}."
CLAIM = "What may you say?"
OPEN = "What stays open"
OPEN_POINTS = (
    "*Our* tests, on this network and others like it: evidence, no proof.",
    "Forgetting in the network deletes no file: copies and backups are another matter.",
    "What others already took from the network, such as answers or copies of it, does not come back.",
)
SCORE = {True: "Your guess was **right**.", False: "Your guess was not quite right."}
MORE = "Try other methods on the same pictures"
LEARN = "Learn how it works"
