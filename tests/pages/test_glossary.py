"""Terms tell their meaning once, and nothing else is touched."""

import re

import pytest

from pages.components.shared.glossary import explained
from pages.components.story.text_learn import GLOSSARY


def meanings(text: str) -> list[str]:
    return re.findall(r'data-meaning="([^"]*)"', text)


def test_the_first_of_a_term_tells_its_meaning() -> None:
    text = explained("Its causal effect is lost; the causal effect of others stays.")
    assert meanings(text) == [GLOSSARY["causal effect"]]
    assert text.count("causal effect</abbr>") == 1
    assert text.index("<abbr") < text.index("is lost")


@pytest.mark.parametrize("written", ["seeds", "Seed", "SEEDS", "**seed**"])
def test_plural_and_case_do_not_matter(written: str) -> None:
    assert meanings(explained(f"Three {written}.")) == [GLOSSARY["seed"]]


def test_a_longer_word_is_not_the_term() -> None:
    assert explained("seedling, causal effectiveness, header") == "seedling, causal effectiveness, header"


@pytest.mark.parametrize("kept", ["`seed`", "$seed$", "[seed](https://example.org/seed)"])
def test_code_formulas_and_links_are_left_alone(kept: str) -> None:
    assert explained(f"x {kept} y") == f"x {kept} y"


def test_html_in_a_name_stays_text() -> None:
    text = explained("class <img src=x onerror=alert(1)> and a & b, `<b>`, $a<b$")
    assert "<img" not in text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text
    assert "a &amp; b" in text
    assert "$a&lt;b$" in text


def test_every_term_of_the_glossary_can_be_found() -> None:
    for term, meaning in GLOSSARY.items():
        if term != "points":
            assert meaning in [
                m.replace("&#x27;", "'") for m in meanings(explained(f"The {term.split(',')[0].split(' (')[0]}."))
            ]
