"""The words about single images on the Embeddings page."""

SHOW_PICTURES = "Show pictures"
PICTURES = {"zoomed": "Zoomed in", "always": "Always", "never": "Never"}
# What the browser says itself, with {n} pictures of {m} images in view.
MAP_WORDS = {
    "closer": "Zoom in", "farther": "Zoom out", "whole": "Whole map",
    "pictures": "{panel}: {n} of {m} images as pictures", "dots": "{panel}: {m} images in view",
    "missing": "The pictures could not be loaded",
}  # fmt: skip
MAP_HINT = "Zoom in (also Ctrl and the mouse wheel) and the points become images; a thick frame is an image to forget."

ONE_IMAGE = "Neighbours of one image"
NEIGHBOURS_TITLE = "Its nearest images"
NEIGHBOURS_ROW = "**{network}** · answer: {answer}"
ROLES = {True: "to forget", False: "to keep"}
NEIGHBOURS_NOTE = (
    "Nearest first, of all {n:,} others in the sample (the map may show fewer), "
    "by Euclidean distance between representations. One image is an "
    "example; *Forget axis* and *Privacy* have the figure over all forgotten images."
)
PLACE = "{truth} ({set} image {number:,})"
SETS = {True: "training", False: "test"}

CHANGED_TITLE = "Kept images whose answer changed"
CHANGED_READ = (
    "the surest new answers first. Right answers that became wrong are the price of forgetting; some change whenever a "
    "network is trained again, as the retrained one shows. Training and test images of the map together."
)
CHANGED_PRESS = "On the map"
CHANGED_WAS, CHANGED_NOW, CHANGED_GOLD = "was {answer}", "now {answer}", "retrained: {answer}"
KINDS = {"lost": "right → wrong", "gained": "wrong → right", "other": "wrong → wrong"}
