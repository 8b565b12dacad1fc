"""Classes as people name them: by number or by name."""

from camu_core.data.dataset import DatasetInfo
from camu_core.errors import SpecError

_SHOWN = 30


def class_number(info: DatasetInfo, text: str) -> int:
    """The class that somebody means.

    Args:
        text: a number from 0, a name (capitals do not matter), or with `number:` or `name:` in front to say which.
    Raises:
        SpecError: there is no such class, or more than one; the message lists them.
    """
    kind, colon, rest = text.strip().partition(":")
    by_name, by_number = [], []
    if not (colon and kind in ("number", "name")):
        kind, rest = "", text.strip()
    if kind != "number":
        exact = [number for number, name in enumerate(info.class_names) if name == rest]
        alike = [number for number, name in enumerate(info.class_names) if name.casefold() == rest.casefold()]
        by_name = exact or alike
    if kind != "name" and rest.isascii() and rest.isdecimal() and len(rest) < 10 and int(rest) < info.n_classes:
        by_number = [int(rest)]
    found = sorted({*by_name, *by_number})
    if len(found) == 1:
        return found[0]
    if not found:
        raise SpecError(f"{info.title} has the classes {listing(info)}; got {text.strip() or 'nothing'}.")
    raise SpecError(
        f"'{text}' can be more than one class of {info.title}: {listing(info, found)}. Say number:{rest} or "
        f"name:{rest}, or another of {listing(info)}."
    )


def typed(info: DatasetInfo, number: int) -> str:
    """A class as `class_number` reads it: "2", or "number:2" where another class has that name."""
    text = str(number)
    is_name_of_another = any(name == text for i, name in enumerate(info.class_names) if i != number)
    return f"number:{text}" if is_name_of_another else text


def listing(info: DatasetInfo, numbers: list[int] | None = None) -> str:
    """Numbers and names, such as "0 (cat), 1 (dog)"; plain numbers where these are the names.

    Args:
        numbers: of some; all by default.
    """
    numbers = list(range(info.n_classes)) if numbers is None else numbers
    more = len(numbers) - _SHOWN
    words = [named(info, number) for number in numbers[:_SHOWN]]
    return ", ".join(words) + (f" and {more:,} more" if more > 0 else "")


def named(info: DatasetInfo, number: int) -> str:
    """A class as it is printed: "2 (cat)"; "2" where that is its name."""
    name = info.class_names[number]
    return name if name == str(number) else f"{number} ({name})"
