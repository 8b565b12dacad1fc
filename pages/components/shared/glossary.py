"""The glossary's terms, explained where they stand: on hover, and to those who read by keyboard or ear."""

import re
from html import escape

from pages.components.story.text_learn import GLOSSARY

# Words of the glossary that also have their everyday sense on the pages.
_EVERYDAY = {"points"}
# Not looked into: code, formulas, links, HTML.
_LEFT_ALONE = re.compile(r"(`[^`]*`|\$[^$]*\$|\[[^\]]*\]\([^)]*\))")


def _names() -> dict[str, str]:
    """Each way of writing a term, in lower case, to its meaning: 'encoder, head' is two terms of one meaning."""
    return {
        re.sub(r"\s*\(.*\)", "", name).lower(): meaning
        for term, meaning in GLOSSARY.items() for name in term.split(", ") if name not in _EVERYDAY and "…" not in name
    }  # fmt: skip


_MEANINGS = _names()
_TERM = re.compile(rf"\b({'|'.join(sorted(map(re.escape, _MEANINGS), key=len, reverse=True))})(s?)\b", re.IGNORECASE)


def explained(markdown: str) -> str:
    """Markdown in which the first of each term tells its meaning; for `unsafe_allow_html`, since all else is escaped.

    A plural ends in s. Code, formulas and links are left as they are.
    """
    seen = set()

    def wrapped(match: re.Match) -> str:
        name = match.group(1).lower()
        if name in seen:
            return match.group(0)
        seen.add(name)
        return f'<abbr data-meaning="{escape(_MEANINGS[name])}" tabindex="0">{match.group(0)}</abbr>'

    parts = _LEFT_ALONE.split(markdown)
    parts[::2] = [_TERM.sub(wrapped, escape(part, quote=False)) for part in parts[::2]]
    parts[1::2] = [escape(part, quote=False) if not part.startswith("`") else part for part in parts[1::2]]
    return "".join(parts)
