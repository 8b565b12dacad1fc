"""Names that users gave: made plain, put in order, recognised, and listed in warnings."""

import re
import unicodedata
from collections.abc import Iterable

from camu_core.data.importing.members import Member

_MAX_NAME_LENGTH = 60
_MARKUP = str.maketrans(dict.fromkeys("<>&*`[]{}$:~|#\\!^", " "))
_NAMES_SHOWN = 3

TRAIN, TEST, UNLABELLED = "train", "test", "unlabelled"
_ROLES = {
    TRAIN: {"train", "training", "trn"},
    TEST: {"test", "testing", "tst", "val", "valid", "validation", "eval", "evaluation", "dev", "holdout"},
    UNLABELLED: {"pred", "predict", "prediction", "predictions", "unlabeled", "unlabelled", "submission", "inference"},
}
_AROUND_ROLE = ("seg", "datasets", "dataset", "data", "sets", "set", "images", "image", "imgs", "labels", "label",
                "split", "folder", "samples")  # fmt: skip


def plain_name(text: str) -> str:
    """A user's text on one short line, without invisible characters and without what HTML or Markdown is made of.

    Pages, figures and reports can then show it as it is.
    """
    visible = "".join(c for c in unicodedata.normalize("NFC", text) if c.isspace() or unicodedata.category(c)[0] != "C")
    line = " ".join(visible.translate(_MARKUP).split())
    return line if len(line) <= _MAX_NAME_LENGTH else line[: _MAX_NAME_LENGTH - 1] + "…"


def counting_order(name: str) -> tuple[tuple[int, int], ...]:
    """A key that sorts as `str` does, but numbers by their value: class 2 stands before class 10."""
    pieces = re.findall(r"[0-9]+|[^0-9]", name)
    return tuple((ord("0"), int(piece)) if piece[0] in "0123456789" else (ord(piece), 0) for piece in pieces)


def role_of(folder: str) -> str | None:
    """TRAIN, TEST or UNLABELLED for the usual names of such folders, as 'Training', 'test_set' or 'seg_pred'."""
    word = re.sub("[^a-z]", "", folder.lower())
    for affix in _AROUND_ROLE:
        shorter = word.removeprefix(affix).removesuffix(affix)
        word = shorter or word
    return next((role for role, words in _ROLES.items() if word in words), None)


# --- the words of warnings --------------------------------------------------------------------------------------------


def shown(member: Member) -> str:
    return f"'{plain_name('/'.join(member.parts[-2:]))}'"


def noted(names: Iterable[str], why: str) -> list[str]:
    names = list(names)
    return [f"{len(names):,} left out ({why}): {listed(names)}."] if names else []


def listed(names: list[str]) -> str:
    more = len(names) - _NAMES_SHOWN
    return ", ".join(names[:_NAMES_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
