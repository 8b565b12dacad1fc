"""The words about images of one's own."""

PRESS = ":material/add_photo_alternate: Your own"
TITLE = "Bring your own images"
LEAD = (
    "Put them into a **zip with one folder per class**; the folder's name is the name of the class. One image in five "
    "is kept aside for testing, unless there are folders `train` and `test` with the classes inside."
)
TREE = """my-images.zip
├── cat
│   ├── 001.jpg
│   └── 002.jpg
└── dog
    ├── 001.jpg
    └── 002.jpg"""
LIMITS = (
    "JPEG, PNG, GIF, BMP, WebP or TIFF. At most {zip_mb:,.0f} MB, {images:,.0f} images and {classes:,.0f} classes. "
    "20 images a class are few, 100 are better. Each is cut to its middle square and made small."
)
PRIVATE = (
    "The images stay on this server. Nobody sees them but who has the address of this page after the upload, and you "
    "can delete them at any time."
)
FILE = "Zip of images"
SIZE = "Size of each image"
SIZES = {32: "32 x 32, quick", 64: "64 x 64, finer, four times slower"}
READ = "Read the images"
READING = "Reading your images · {index:,} of {total:,}"
SENDING = "Getting ready to read your images"
READ_STOPPED = "Stopped. None of the images was kept."
COUNTS = "{title}: {n_train:,} images to learn from, {n_test:,} to test with"
CLASS = "**{name}**  \n{n_train:,} to learn  \n{n_test:,} to test"
WARNINGS = "Worth knowing about the upload:"
COLUMNS = ("class", "to learn from", "to test with")
NETWORK = "There is no network for these images yet. First one has to learn them; then it can be made to forget."
TWIN = (
    "These are the classes of {title}, for which a trained network comes with the app. It can be used at once, or a "
    "new network can learn from your images alone."
)
TAKE = "Use the shipped network"
TRAIN_TOO = "Train its own network"
TRAIN = "Train the network"
TRAIN_STOPPED = "Stopped. Nothing of the network was kept."
STAGES = {
    "data": "Getting the images", "train": "Learning your images", "measure": "Testing what it learned"
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
