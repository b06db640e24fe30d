"""How well a place inside the entries would do as their title."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence

from pipeline.clean.dates import read_date
from pipeline.probe.slots import SELF, Slot
from pipeline.probe.words import NAMES, field_of_label, is_action

LEAST_PRESENCE = 0.6
MOST_EACH = 1.15
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
BASES = {"dt": 0.85, "strong": 0.8, "b": 0.8, "a": 0.85, "em": 0.7, "i": 0.65, "cite": 0.85,
         "th": 0.8, "td": 0.65, "summary": 0.9, "u": 0.7, "font": 0.6, "label": 0.6,
         "legend": 0.9}  # fmt: skip
NAMED, HEADING, OTHER, WHOLE = 1.0, 1.0, 0.55, 0.5
LINKED = 0.12
OTHER_NAMES = frozenset(
    word
    for field in ("date", "creator", "publisher", "subject", "language", "identifier", "type")
    for word in NAMES[field]
) - {"name", "label", "header", "code"}
DESCRIBED = NAMES["description"] - {"content", "body", "lead"}
NUMBER_OF_WORDS = ((1, 0.5), (2, 0.8), (28, 1.0), (45, 0.6), (80, 0.3))
TOO_LONG = 0.12
SAMPLE = 24
PATTERN_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\w+")
SIGNS_A_WORD = 2


def title_quality(slot: Slot) -> float:
    """Return how well a slot does as the title: 0 is not at all, above 1 is as good as can be."""
    if slot.number > MOST_EACH or slot.presence < LEAST_PRESENCE:
        return 0.0
    texts = slot.firsts[:SAMPLE]
    wrong = sum(_is_no_title(text) for text in texts) / len(texts)
    quality = _base(slot) * length_quality(texts) * (1 - wrong)
    linked = sum(bool(link) for link in slot.links) / len(slot.links)
    different = len({link for link in slot.links if link}) / max(1, len(slot.links))
    quality += LINKED * min(linked, different) * min(1.0, 2 * quality)
    return float(quality * slot.variety**1.5 * slot.presence)


def length_quality(texts: Sequence[str]) -> float:
    """Return how far texts are as long as titles are."""
    words = statistics.median(map(word_count, texts)) if texts else 0
    return next((worth for most, worth in NUMBER_OF_WORDS if words <= most), TOO_LONG)


def word_count(text: str) -> float:
    """Return the number of words; of a script without spaces, of signs that make words.

    >>> word_count("Three short words"), word_count("开放教育资源")
    (3, 3.0)
    """
    words = len(text.split())
    signs = sum(character >= "\u0e00" for character in text) if not text.isascii() else 0
    return max(words, signs / SIGNS_A_WORD)


def _base(slot: Slot) -> float:
    words = slot.name_words
    if slot.selector == SELF and slot.tag not in HEADINGS | {"a", "dt"}:
        return WHOLE
    if slot.tag in HEADINGS:
        return HEADING
    if "itemprop" in slot.selector and words & {"name", "headline"}:
        return NAMED
    if words & NAMES["title"] and not words & {"sub", "subtitle"}:
        return NAMED - 0.02
    if words & DESCRIBED or words & OTHER_NAMES:
        return 0.35 * BASES.get(slot.tag, OTHER)
    inner = max((BASES.get(child, 0.0) for child in _only_children(slot)), default=0.0)
    return max(BASES.get(slot.tag, OTHER), inner - 0.03)


def _only_children(slot: Slot) -> set[str]:
    """Return the tags of elements that hold all the text of the slot's elements."""
    tags: set[str] | None = None
    for some in slot.found[:SAMPLE]:
        for element in some[:1]:
            letters = slot.index.letters.get(element, 0)
            own = {
                str(part.tag)
                for part in element.iterdescendants()
                if slot.index.letters.get(part, -1) == letters
            }
            tags = own if tags is None else tags & own
    return tags or set()


def _is_no_title(text: str) -> bool:
    if not any(character.isalpha() for character in text):
        return True
    if is_action(text) or PATTERN_ADDRESS.fullmatch(text):
        return True
    return bool(field_of_label(text.rstrip(":")) and text.endswith(":")) or is_date(text)


def is_date(text: str) -> bool:
    """Say whether a whole text is a date."""
    return len(text) <= 40 and any(c.isdigit() for c in text) and bool(read_date(text).date)  # noqa: PLR2004
