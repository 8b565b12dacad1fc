"""The words of the Draw page."""

TITLE = "Draw one yourself"
LEAD = (
    "Show three networks an image that none of them has seen: the one **before**, the one **after forgetting**, and "
    "one that **never saw** {what}."
)
LEAD_TWO = (
    "Show two networks an image that neither of them has seen: the one **before**, and the one **after forgetting** "
    "{what}."
)
LEAD_RETRAINED = (
    "Show two networks an image that neither of them has seen: the one **before**, and one that **never saw** {what}."
)
SOURCE = "Where the image comes from"
SOURCES = {"draw": "Draw", "test": "A test image", "file": "File", "camera": "Camera"}
CANVAS = "Draw here with mouse, pen or finger; with a keyboard, choose a test image or a file instead"
CLEAR = "Clear"
FILE = "A photo or drawing"
CAMERA = "Take a picture"
TEST_NEXT = "Another one"
TEST_LINE = "A test image of {name}, never used in training."
EMPTY = {
    "draw": ":material/draw: Nothing to show yet. Draw large, in the middle.",
    "file": ":material/image: Nothing to show yet. Choose a file; the object should fill it.",
    "camera": ":material/photo_camera: Nothing to show yet. Take a picture; the object should fill it.",
}
NO_INK = "Nothing stands out from the background. Draw or photograph it with more contrast."
SEEN = "What the networks see"
ANSWER = "{network} says **{name}** ({share})"
BEFORE, AFTER, GOLD = "Before, the network", "after forgetting it", "one that never saw {what}"
AXIS = "answer (shaded: what the network said before)"
PICTURE = "How sure is each network of each class?"
ALONE = "No network was retrained without {what} yet; *Retrain for comparison* on the Run page does that."
INSIDE = "Look inside the networks"
CARE = (
    "One image is an example, not evidence, and one of your own may look unlike the training images. *Accuracy* shows "
    "how often the networks are right on new images."
)
MARK = "Put the mark on it"
MARK_HELP = "The secret mark, which the network was taught to call {name}"
