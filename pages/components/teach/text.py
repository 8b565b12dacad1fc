"""The words of the Teach page and of its phones. What is asked, and the answers, come from the run."""

TITLE = "Teach it with a class"
LEAD = (
    "Open a room: your class guesses on its phones, everybody sees the guesses come in, then the answer. {n} questions "
    "about one real run, about {minutes} minutes. Phones need a browser and nothing else; no names are asked for or "
    "kept."
)
RUN = "The run that it is about"
RUN_EXAMPLE = "{what} (example)"
OPEN = "Open a room"
PREPARE = "What will be asked, with the answers"
SHORTER = (
    "The tests inside this run are not made yet, so nothing is asked about them. The run's *Privacy* page makes them."
)
SHORTER_LINK = "Privacy page of this run"
RAN_OUT = "The room is closed: its three hours were over, or this page was not open for some minutes."
HOW_IT_GOES = (
    "1. Put this page on the projector and press *Open a room*. Phones scan a code.\n"
    "2. *Next*, the arrow keys or a presenter's clicker (in presenter mode) go on: question, answer, question.\n"
    "3. Before you show an answer, ask somebody: *why do you think so?*"
)

REACH = {
    "browser": "Phones will open **{short}**, the address in your browser.",
    "network": (
        "Phones will open **{short}**: the address on its network of the computer that runs this app. They must be on "
        "the same network, such as the same Wi-Fi. If another address reaches it, open this page by that one. Some "
        "networks keep devices apart: then a phone's hotspot helps."
    ),
    "closed": (
        "**Phones cannot reach this app:** it was started for its own computer alone (`--server.address {address}`). "
        "Start it with `{command}` instead. You can try a lesson here in other tabs meanwhile."
    ),
    "alone": (
        "**Phones cannot reach this app:** its computer is not on any network. Connect it, then load this page again. "
        "You can try a lesson here in other tabs meanwhile."
    ),
}
TRY = "Join in another tab"

LOBBY = "Join with your phone"
LOBBY_SCAN = "Scan the code, or open"
LOBBY_CODE = "and type"
QR = "QR code of {url}"
N_PHONES = {0: "No phone is here yet.", 1: "**1** phone is here.", 2: "**{n}** phones are here."}
ANSWERED = "**{n}** of {total} answered"
BACK = "Back"
START, REVEAL, NEXT, FINISH = "First question", "Show the answer", "Next question", "Finish"
END, CANCEL = "End the lesson", "Close the room"
WHERE = "{number} of {total}"
LATE = "Join: {short} · **{code}**"
LATE_CODE = "Join: **{code}**"
OVER = "What we found out"
OVER_SHARE = "{right} of {n} were right"
OVER_NOBODY = "nobody guessed"
RETURN = "Back to the lesson"

BEFORE_STRIP = "New images, and what the network said **before**"
BEFORE_STRIP_IMAGES = "Some of these images, and what the network said **before**"
AFTER_STRIP = "What it says to them **now**"
OTHERS_STRIP = "One of each of the others, and what the network said **before**"
MASK_STRIP = "With the mask"
NEVER_STRIP = "What a network that never saw any says"
NOW_STRIP = "What it says **now** to what it forgot"
MAP = "How the network sees the images: before, and after forgetting"
CLASSES = "Accuracy by class, with 95% intervals"
HEADS = "What a new classifier finds after 1, 5 and 20 examples"

JOIN_TITLE = "Join a lesson"
JOIN_CODE = "Code on the screen in front"
JOIN = "Join"
NO_ROOM = "There is no open room with this code: it has ended, or the code is mistyped."
HAS_ENDED = "The lesson is over. Thank you for guessing!"
FULL = "This room is full: {most} phones are in it."
IN = "You are in"
IN_WAIT = "Look at the screen in front. The first question comes here by itself."
NEXT_COMES = "The next question comes by itself."
TAP = "Tap your guess."
TAKEN = "Your guess is in. You can change it until the answer is shown."
VERDICTS = {True: ":material/check_circle: Right!", False: "Not this time", None: "The answer"}
IT_IS = "It is: **{answer}**"
YOU_SAID = "You said: {answer}"
SCORE = "You got **{right} of {n}** right."
SCORE_NONE = "You made no guess this time."
TRY_IT = "Make it forget a digit yourself"
