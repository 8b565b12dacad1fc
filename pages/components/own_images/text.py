"""The words about images of one's own."""

PRESS = ":material/add_photo_alternate: Your own images"
TITLE = "Bring your own images"
LEAD = (
    "Use **one folder per class**, zipped or not; a folder's name is the name of its class. One image in five is set "
    "aside for testing, unless there are folders such as `train` and `test` with the classes inside. File names such "
    "as `cat.0.jpg`, or a CSV with a row of file and label for each image, work too."
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
    "20 images a class are few, 100 are better. Each is cropped to its central square and scaled down."
)
PRIVATE = (
    "The images stay on this server. You get a link to them: only people with this link can see them. You can delete "
    "them at any time."
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
GONE = "The images are no longer here; choose the file again."
QUESTION = "How should these images be read?"
QUESTION_LEAD = "They can be read in more than one way. Nothing is kept until you choose."
QUESTION_ONE = "There are no class folders, but the files suggest this. Nothing is kept until you confirm."
WAYS = {
    "folders": "Each outer folder is a class",
    "splits": "Folders for training and testing, with the classes inside",
    "inner": "The folder next to an image is its class",
    "names": "The file names say the class",
    "table": "The CSV says the class",
}
WAY_COUNTS = "**{n_classes:,} classes**, {n_train:,} training images, {n_test:,} test images"
WAY_DRAWN = "**{n_classes:,} classes**, {n:,} images, one in five of which will be for testing"
WAY_CLASS = "**{name}** · {n:,}"
WAY_MORE = "and {classes}"
READ_AS = "Read them this way"
OTHER_FILE = "Choose other images"
COPIES = "Some images are there more than once:"
COPIES_AGAIN = "Copies within the training images or within the test images: **{n:,}**"
COPIES_ACROSS = "Test images that are also training images, which makes the network look better than it is: **{n:,}**"
COPIES_LABELS = "Images that appear in several classes: **{n:,}**"
COPIES_MORE = "+ {n:,} more"
COPIES_DROP = "Drop the copies"
COPIES_DROP_HELP = (
    "One of each stays, for training if it is there; of an image in several classes none stays, since nobody knows "
    "which class is right"
)
COUNTS = "{title}: {n_train:,} training images, {n_test:,} test images"
CLASS = "**{name}**  \n{n_train:,} training  \n{n_test:,} test"
WARNINGS = "Worth knowing about these images:"
COLUMNS = ("class", "training images", "test images")
NETWORK = "There is no {model} for these images yet."
NETWORK_FIRST = "First train one; then make it forget."
TRAIN_TIME = "Training takes about {time} on this machine; you can leave this page meanwhile."
NETWORK_DAMAGED = "The network file for these images was changed or damaged, so it is not used. Train it again."
TWIN = "These are the classes of {title}, for which the app has a trained network."
TWIN_CHOICE = "Use it at once, or train a new network on your images alone."
TAKE = "Use the shipped network"
TRAIN_TOO = "Train its own network"
TRAIN = "Train the network"
GAVE_WAY = "Paused while shorter work is done; it resumes by itself"
TRAIN_STOPPED = "Stopped. If you train it again, it resumes where it left off."
STAGES = {
    "data": "Getting the images", "copies": "Looking for copies", "train": "Learning the images",
    "measure": "Testing what it learned",
}  # fmt: skip
LEARNED = "Its network recognises **{accuracy}** of the test images ({n_right:,} of {n_test:,})."
TAKEN = "The shipped network recognises **{accuracy}** of the test images ({n_right:,} of {n_test:,})."
GUESSING = (
    "That is hardly better than guessing ({chance}). A network cannot forget what it never learned: add images, or "
    "choose classes that look less alike."
)
MODEST = "That is modest, as is usual with few images; keep it in mind when you read the verdict."
ABOUT = "About these images"
ADDRESS = "Keep the address of this page: from another browser, it is the only way back to these images."
TOO_MANY = "You have {most:,} sets of images, as many as a visitor can have. Delete one first."
DELETE = "Delete these images"
DELETE_SURE = "Yes, delete them"
NOT_MINE = "These images belong to another visitor: you can use them but not delete them."
DELETE_NOTE = (
    "Deletes the images and their network from this server. Finished runs keep some of the images; these are no longer "
    "shown, and are deleted with the runs."
)
PICK = "Choose what it should forget, and press *Forget it*."
