"""A list of training images by number, as people keep it: a CSV or text file."""

from camu_core.errors import SpecError

_MAX_BYTES = 2_000_000
_MOST_PLACES = 12


def parse_indices(content: bytes, name: str) -> tuple[int, ...]:
    """Whole numbers between commas, blanks or line ends; one heading in front of them, without a digit, is skipped.

    Args:
        content: of the file.
        name: of it, for messages.
    Raises:
        SpecError: too large, not text, something else than numbers in it, a table with a column of row numbers, or no
            number.
    """
    if len(content) > _MAX_BYTES:
        raise SpecError(f"Expected a list of at most {_MAX_BYTES / 1e6:g} MB; {name} is larger.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SpecError(f"Expected a text of image numbers; {name} is not a text.") from error
    if text.startswith((",", ";", "\t")):  # as pandas writes an index
        raise SpecError(
            f"Expected a list of image numbers; {name} is a table with row numbers: leave out its first column."
        )
    words = text.replace(",", " ").replace(";", " ").split()
    numbers = words[1:] if words and not any(map(str.isdecimal, words[0])) else words
    wrong = next((word for word in numbers if not word.isdecimal() or len(word) > _MOST_PLACES), None)
    if wrong is not None or not numbers:
        raise SpecError(
            f"Expected the numbers of training images, such as 0, 17, 203; "
            f"{name} has {'none' if wrong is None else repr(wrong[:40])}."
        )
    return tuple(map(int, numbers))
