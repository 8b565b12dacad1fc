"""Labels in a CSV beside the images: one row a file."""

import csv
from collections.abc import Iterator

from camu_core.data.importing.members import Member
from camu_core.data.importing.naming import TEST, TRAIN, plain_name, role_of, shown
from camu_core.data.importing.readings import Reading, Tree, by_labels
from camu_core.errors import CamuError, ImagesRefused

SUFFIXES = (".csv", ".tsv")
_DEEPEST = 8  # folders of a path that are looked at
_MAX_BYTES = 20_000_000
_LABEL = ("label", "labels", "class", "classes", "classname", "category", "target", "breed", "species", "y")
_FILE = (
    "file",
    "files",
    "filename",
    "filenames",
    "filepath",
    "path",
    "image",
    "images",
    "imagename",
    "imagepath",
    "img",
)
_PART = ("split", "subset", "partition", "set", "part")

Row = tuple[str, str, str | None]


def is_table(member: Member) -> bool:
    return member.open is not None and member.parts[-1].lower().endswith(SUFFIXES)


def by_table(tree: Tree, tables: list[Member]) -> Reading | None:
    """What CSV files say of the images; None if none of them says anything.

    Args:
        tables: with a column of file names, one of labels, and perhaps one that says train or test.
    Raises:
        ImagesRefused: a table cannot be read.
    """
    by_key = _by_key(tree.images)
    labels: dict[Member, set[str]] = {}
    parts: dict[Member, str | None] = {}
    n_unknown, used = 0, []
    for table in tables:
        rows = _rows(table, by_key)
        used += [table] if rows else []
        for file, label, part in rows:
            member = _found(file, by_key)
            if member is None:
                n_unknown += 1
            elif label:
                labels.setdefault(member, set()).add(label)
                parts[member] = role_of(part) if part else role_of(table.parts[-1].rsplit(".", 1)[0])
    if not labels:
        return None
    notes = [f"The classes are those of {', '.join(map(shown, used))}."]
    if n_unknown:
        notes.append(f"{n_unknown:,} rows of it name no image that is here.")
    placed = [(member, min(labels[member])) for member in tree.images if len(labels.get(member, ())) == 1]
    why = "not in the table" + ", or with several labels there" * (len(placed) < len(labels))

    def role(member: Member) -> str | None:
        folders = (role_of(part) for part in member.parts[tree.depth : -1])
        return parts[member] or next((each for each in folders if each in (TRAIN, TEST)), None)

    return by_labels("table", tree, placed, why, role, notes)


def _key(path: str) -> str:
    return path.strip().replace("\\", "/").removeprefix("./").casefold()


def _by_key(images: list[Member]) -> dict[str, Member]:
    """Images by all the ways to name them: the ends of their path, with and without the suffix, if only one has it."""
    found: dict[str, Member | None] = {}
    for member in images:
        for start in range(max(0, len(member.parts) - _DEEPEST), len(member.parts)):
            path = _key("/".join(member.parts[start:]))
            for key in (path, path.rsplit(".", 1)[0]):
                found[key] = member if found.get(key, member) is member else None
    return {key: member for key, member in found.items() if member is not None}


def _found(file: str, by_key: dict[str, Member]) -> Member | None:
    """The image of a row, which may name folders around it that did not come with it."""
    key = _key(file)
    if (member := by_key.get(key)) is not None:
        return member
    parts = key.split("/")[-_DEEPEST:]
    ends = ((by_key.get("/".join(parts[start:])), len(parts) - start) for start in range(1, len(parts)))
    return next((member for member, n_parts in ends if member is not None and len(member.parts) == n_parts), None)


def _rows(table: Member, by_key: dict[str, Member]) -> list[Row]:
    """File, label and part of each row; none if no column names files, or none could be the label."""
    lines = list(_lines(table))
    if not lines:
        return []
    width = min(len(lines[0]), 100)
    heading = ["".join(filter(str.isalpha, cell.lower())) for cell in lines[0]]
    file = _file_column(table, lines, heading[:width], by_key)
    if file is None:
        return []
    named = [i for i in range(width) if i != file and heading[i] in _LABEL]
    others = [i for i in range(width) if i != file]
    if not named and len(others) > 1:
        columns = ", ".join(f"'{plain_name(cell)}'" for cell in lines[0][:8])
        raise ImagesRefused(
            f"Expected one column of {shown(table)} to be called 'label' or 'class'; its columns are {columns}. "
            "Rename the one with the classes."
        )
    if not others:
        return []
    label = (named or others)[0]
    part = next((i for i in others if i != label and heading[i] in _PART), None)
    has_heading = _found(lines[0][file], by_key) is None
    return [
        (line[file], line[label].strip(), line[part] if part is not None and len(line) > part else None)
        for line in lines[has_heading:]
        if len(line) > max(file, label)
    ]


def _file_column(table: Member, lines: list[list[str]], heading: list[str], by_key: dict[str, Member]) -> int | None:
    """The column that names files: whole names count more than numbers, which are names of some files without a suffix.

    Raises:
        ImagesRefused: two columns name files equally well, and not the same ones.
    """
    ranks, found = {}, {}
    for i, name in enumerate(heading):
        cells = [line[i] if len(line) > i else "" for line in lines]
        found[i] = [_found(cell, by_key) for cell in cells]
        n_whole = sum(
            member is not None and _key(cell).endswith(_key(member.parts[-1]))
            for cell, member in zip(cells, found[i], strict=True)
        )
        n_hits = sum(member is not None for member in found[i])
        if n_hits and name not in (*_LABEL, *_PART):
            ranks[i] = (n_whole, name in _FILE, n_hits)
    if not ranks:
        return None
    best = [i for i in ranks if ranks[i] == max(ranks.values())]
    if any(found[i] != found[best[0]] for i in best):
        columns = " and ".join(f"'{plain_name(lines[0][i])}'" for i in best[:2])
        raise ImagesRefused(
            f"Expected one column of {shown(table)} to name the files; {columns} both could. Call it 'file'."
        )
    return best[0]


def _lines(table: Member) -> Iterator[list[str]]:
    try:
        with table.opener() as file:
            content = file.read(_MAX_BYTES + 1)
    except CamuError:
        raise
    except Exception as error:  # zipfile raises nearly anything on broken files
        raise ImagesRefused(f"Expected {shown(table)} to be a table of file and label; it is damaged.") from error
    if len(content) > _MAX_BYTES:
        raise ImagesRefused(f"Expected a table of at most {_MAX_BYTES / 1e6:g} MB; {shown(table)} is larger. Cut it.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    first = text.split("\n", 1)[0]
    try:
        lines = csv.reader(text.splitlines(), delimiter=max(",;\t", key=first.count))
        yield from (line for line in lines if line)
    except csv.Error as error:
        raise ImagesRefused(f"Expected {shown(table)} to be a table of file and label; {error}. Fix it.") from error
