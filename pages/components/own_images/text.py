"""The words about images of one's own."""

PRESS = ":material/add_photo_alternate: Your own"
TITLE = "Bring your own images"
LEAD = (
    "Take **one folder per class**, in a zip or as they are; a folder's name is the name of its class. One image in "
    "five is kept aside for testing, unless there are folders such as `train` and `test` with the classes inside. File "
    "names such as `cat.0.jpg`, or a CSV with a row of file and label for each image, will do, too."
)
TREE = """my-images.zip
├── cat
│   ├── 001.jpg
│   └── 002.jpg
└── dog
    ├── 001.jpg
    └── 002.jpg"""
LIMITS = (
    "JPEG, PNG, GIF, BMP, WebP, TIFF, HEIC or AVIF. At most {zip_mb:,.0f} MB, {images:,.0f} images and "
    "{classes:,.0f} classes. "
    "20 images a class are few, 100 are better. Each is cut to its middle square and made small."
)
PRIVATE = (
    "The images stay on this server. Nobody sees them but who has the address of this page after the upload, and you "
    "can delete them at any time."
)
KIND = "What to choose"
KINDS = {"zip": "A zip", "folder": "A folder"}
FILE = "Zip of images"
FOLDER = "Folder of images"
SIZE = "Size of each image"
SIZES = {32: "32 x 32, quick", 64: "64 x 64, finer, four times slower"}
READ = "Read the images"
READING = "Reading your images · {index:,} of {total:,}"
SENDING = "Getting ready to read your images"
READ_STOPPED = "Stopped. None of the images was kept."
TOO_LARGE = "Expected a folder of at most {most_mb:,.0f} MB; this one has {n_mb:,.0f} MB. Leave some images out."
GONE = "The upload is not here any more; choose the file again."
QUESTION = "How are these images to be read?"
QUESTION_LEAD = "They can be read in more than one way. Nothing is kept until you choose."
QUESTION_ONE = (
    "There are no folders of classes, but this is what the files seem to say. Nothing is kept until you agree."
)
WAYS = {
    "folders": "Each outer folder is a class",
    "splits": "Folders for training and testing, with the classes inside",
    "inner": "The folder next to an image is its class",
    "names": "The file names say the class",
    "table": "The CSV says the class",
}
WAY_COUNTS = "**{n_classes:,} classes**, {n_train:,} images to learn from, {n_test:,} to test with"
WAY_DRAWN = "**{n_classes:,} classes**, {n:,} images, one in five of which will be for testing"
WAY_CLASS = "**{name}** · {n:,}"
WAY_MORE = "and {n:,} more classes"
READ_AS = "Read them so"
OTHER_FILE = "Choose other images"
COPIES = "Some pictures are there more than once:"
COPIES_AGAIN = "Images that are in the same part once more: **{n:,}**"
COPIES_ACROSS = "Test images that are trained on, too, so that the network looks better than it is: **{n:,}**"
COPIES_LABELS = "Images that are there under several classes: **{n:,}**"
COPIES_MORE = "+ {n:,} more"
COPIES_DROP = "Drop the copies"
COPIES_DROP_HELP = (
    "One image of each picture stays, for training if it is there; of a picture with several classes none, for which "
    "is right is not known"
)
COUNTS = "{title}: {n_train:,} images to learn from, {n_test:,} to test with"
CLASS = "**{name}**  \n{n_train:,} to learn  \n{n_test:,} to test"
WARNINGS = "Worth knowing about the upload:"
COLUMNS = ("class", "to learn from", "to test with")
NETWORK = "There is no network for these images yet. First one has to learn them; then it can be made to forget."
NETWORK_DAMAGED = "The file of the network for these images was changed or damaged, so it is not used. Make it anew."
TWIN = (
    "These are the classes of {title}, for which a trained network comes with the app. It can be used at once, or a "
    "new network can learn from your images alone."
)
TAKE = "Use the shipped network"
TRAIN_TOO = "Train its own network"
TRAIN = "Train the network"
TRAIN_STOPPED = "Stopped. Nothing of the network was kept."
STAGES = {
    "data": "Getting the images", "copies": "Looking for copies", "train": "Learning your images",
    "measure": "Testing what it learned",
}  # fmt: skip
LEARNED = "Its network recognises **{accuracy:.0%}** of the test images ({n_right:,} of {n_test:,})."
TAKEN = "The shipped network recognises **{accuracy:.0%}** of the test images ({n_right:,} of {n_test:,})."
GUESSING = (
    "That is hardly better than guessing ({chance:.0%}). What a network never learned it cannot forget: add images, or "
    "choose classes that look less alike."
)
MODEST = "That is modest, as it is with few images; mind it in the verdict."
ABOUT = "About these images"
ADDRESS = "Keep the address of this page: it is the only way back to these images."
TOO_MANY = "Expected at most {most:,} sets of images of one visitor; you have as many. Delete one first."
DELETE = "Delete these images"
DELETE_SURE = "Yes, delete them"
NOT_MINE = "Other visitors uploaded these images: you can use them, and not delete them."
DELETE_NOTE = (
    "Deletes the images and their network from this server. Finished runs keep some of the images; they are no longer "
    "shown, and go when the runs are cleared away."
)
PICK = "Pick what it must forget, and press *Forget it*."
