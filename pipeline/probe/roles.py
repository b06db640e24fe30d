"""What stands in each place of the entries: which slot is the date, the author, the abstract."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from pipeline.clean.tags import canonical_tag
from pipeline.extract.lines import folded
from pipeline.probe.slots import Slot, is_address, link_of
from pipeline.probe.titles import is_date
from pipeline.probe.words import BY, NAMES, field_of_label, is_action

if TYPE_CHECKING:
    from lxml.etree import _Element

FILES = re.compile(
    r"\.(?:pdf|docx?|odt|rtf|epub|mobi|xlsx?|ods|csv|pptx?|odp|zip|rar|7z|gz|tar|mp3|mp4|avi|mov|ps"
    r"|djvu|txt)$",
    re.IGNORECASE,
)
FILE_PATHS = re.compile(r"/(?:bitstream|download|article/download|files?/get|getfile)s?/", re.I)
CREATOR_LINKS = re.compile(
    r"(?:/|[?&=])(?:authors?|autor(?:es)?|auteurs?|creator|people|person)\b", re.I
)
SUBJECT_LINKS = re.compile(
    r"(?:/|[?&=])(?:tags?|topics?|subjects?|keywords?|themes?|temas?|etiquetas?|category|categories)\b",
    re.I,
)
TYPE_LINKS = re.compile(r"(?:/|[?&=])(?:types?|formats?|document_type|resource_type|genre)\b", re.I)
DOI = re.compile(r"10\.\d{4,9}/\S+")
PUBLISHED = frozenset(
    ["published", "issued", "pubdate", "publication", "datepublished", "posted", "created", "year"]
)
BADGES = frozenset(
    ["badge", "kicker", "eyebrow", "category", "categoria", "categorie", "label", "flag", "pill"]
)
CHANGED = frozenset(["updated", "modified", "changed", "accessed", "deadline", "expires"])
LONGEST_TYPE, LONGEST_TAG = 40, 60
MOST_IN_NAME = 6
ENOUGH = 0.8
PRESENT = 0.3


def is_file(href: str) -> bool:
    """Say whether an address is that of a document rather than of a page.

    >>> is_file("/a/report.PDF?v=2"), is_file("/a/report.html")
    (True, False)
    """
    path = unquote(urlsplit(href).path) if "[" not in href else href
    return bool(FILES.search(path) or FILE_PATHS.search(path))


def preceded_by(element: _Element) -> str:
    """Return the bare text right before an element."""
    before = element.getprevious()
    if before is not None:
        return (before.tail or "").strip()
    parent = element.getparent()
    return (parent.text or "").strip() if parent is not None else ""


def share(flags: Iterable[bool]) -> float:
    """Return the share of true ones."""
    values = list(flags)
    return sum(values) / len(values) if values else 0.0


def best(slots: Iterable[Slot], worth: Callable[[Slot], float]) -> Slot | None:
    """Return the slot of the greatest worth, the cheaper of equal ones; None where all are 0."""
    rated = [(round(worth(slot), 3), -slot.cost, slot) for slot in slots]
    rated = [one for one in rated if one[0] > 0]
    return max(rated, key=lambda one: one[:2])[2] if rated else None


def of_date(slot: Slot) -> float:
    """Rate a slot as the date."""
    if slot.number > 1.1 or slot.presence < PRESENT:  # noqa: PLR2004
        return 0.0
    dated = share(map(is_date, slot.firsts))
    if dated < 0.7:  # noqa: PLR2004
        return 0.0
    worth = dated * slot.presence
    words = slot.name_words
    worth += 0.4 * bool(words & PUBLISHED) + 0.2 * bool(words & NAMES["date"])
    worth -= 0.5 * bool(words & CHANGED)
    return worth + 0.2 * (slot.tag == "time")


def of_creator(slot: Slot) -> float:
    """Rate a slot as the authors."""
    if slot.presence < PRESENT or slot.length > 200 or not slot.firsts:  # noqa: PLR2004
        return 0.0
    words = slot.name_words
    hint = 1.0 * bool(words & NAMES["creator"] - {"by", "person", "persons", "writer"})
    hint = max(hint, 0.8 * bool(words & NAMES["creator"]))
    if slot.tag == "a":
        hint = max(
            hint, 0.9 * share(bool(CREATOR_LINKS.search(e.get("href", ""))) for e in slot.elements)
        )
        hint = max(
            hint, 0.9 * share(bool(BY.fullmatch(preceded_by(e) + " ")) for e in slot.elements)
        )
    if not hint:
        return 0.0
    texts = [text for some in slot.texts for text in some]
    names = share(_is_name(text) for text in texts)
    if names < 0.4 and not (hint == 1.0 and share(";" in t or "," in t for t in texts) > PRESENT):  # noqa: PLR2004
        return 0.0
    return hint * (0.3 + 0.7 * names) * slot.presence + 0.05 * (slot.number > 1)


def _is_name(text: str) -> bool:
    return (
        1 <= len(text.split()) <= MOST_IN_NAME
        and not any(c.isdigit() for c in text)
        and not (is_action(text) or BY.match(text) or field_of_label(text))
    )


def finer(slot: Slot, slots: Iterable[Slot]) -> Slot:
    """Return the slot of the elements inside those of `slot` that hold each value apart."""
    inner = []
    for other in slots:
        if other is slot or (other.number < 1.2 and other.number <= slot.number):  # noqa: PLR2004
            continue
        pairs = [(a[0], b) for a, b in zip(slot.found, other.found, strict=True) if a and b]
        if not pairs or len(pairs) < 0.9 * sum(map(bool, slot.found)):
            continue
        inside = all(outer in part.iterancestors() for outer, parts in pairs for part in parts)
        letters = slot.index.letters
        held = sum(letters[part] for _, parts in pairs for part in parts)
        if inside and held >= 0.7 * sum(letters[outer] for outer, _ in pairs):
            inner.append(other)
    return min(inner, key=lambda one: (one.tag != "a", one.cost), default=slot)


def of_subject(slot: Slot) -> float:
    """Rate a slot as the subjects."""
    if slot.presence < PRESENT or not slot.firsts or slot.length > LONGEST_TAG:
        return 0.0
    words = slot.name_words
    hint = 1.0 * bool(words & NAMES["subject"])
    if slot.tag == "a":
        hint = max(
            hint, share(bool(SUBJECT_LINKS.search(e.get("href", ""))) for e in slot.elements)
        )
    if not hint:
        return 0.0
    texts = [text for some in slot.texts for text in some]
    if share(map(is_date, texts)) > PRESENT or share(map(is_action, texts)) > PRESENT:
        return 0.0
    together = share("," in text or ";" in text for text in texts)
    worth = hint * slot.presence + 0.2 * (slot.number > 1) - 0.1 * together
    return worth + 0.1 * (slot.tag == "a") - 0.3 * (slot.length > LONGEST_TYPE)


def of_type(known: frozenset[str]) -> Callable[[Slot], float]:
    """Return what rates a slot as the type; `known` are the folded labels of known types."""

    def worth(slot: Slot) -> float:
        texts = slot.firsts
        if slot.number > 1.05 or slot.presence < 0.6 or not texts:  # noqa: PLR2004
            return 0.0
        if max(map(len, texts)) > LONGEST_TYPE or share(map(_is_no_type, texts)) > 0.1:  # noqa: PLR2004
            return 0.0
        different = {text.casefold() for text in texts}
        words = slot.name_words
        hint = (
            0.8 * bool(words & NAMES["type"])
            + 0.3 * bool(words & BADGES)
            + 0.5 * share(folded(t) in known for t in texts)
        )
        if slot.tag == "a":
            hint += 0.4 * share(bool(TYPE_LINKS.search(e.get("href", ""))) for e in slot.elements)
        if len(different) > max(2, 0.6 * len(texts)) and len(texts) > 4 and hint < 1:  # noqa: PLR2004
            return 0.0
        if len(different) == 1 and (hint < 0.5 or field_of_label(texts[0])):  # noqa: PLR2004
            return 0.0
        return float(0.3 + hint) * slot.presence

    return worth


def _is_no_type(text: str) -> bool:
    return (
        not any(c.isalpha() for c in text)
        or text.endswith(":")
        or is_date(text)
        or is_action(text)
        or bool(canonical_tag(text) and len(text) > 3)  # noqa: PLR2004 - a language's name
        or any(c.isdigit() for c in text)
    )


def of_language(slot: Slot) -> float:
    """Rate a slot as the language."""
    if slot.presence < PRESENT or slot.length > 30 or not slot.firsts:  # noqa: PLR2004
        return 0.0
    texts = [text for some in slot.texts for text in some]
    if share(len(text.split()) > 3 for text in texts) > 0.1:  # noqa: PLR2004
        return 0.0
    read = share(bool(canonical_tag(text.strip(" ()[]"))) for text in texts)
    named = bool(slot.name_words & NAMES["language"])
    names = share(len(text) > 3 for text in texts)  # noqa: PLR2004 - codes may be anything
    if read < 0.9 or not (named or names > ENOUGH):  # noqa: PLR2004
        return 0.0
    return read * slot.presence + 0.5 * named


def of_publisher(slot: Slot) -> float:
    """Rate a slot as the publisher."""
    hinted = slot.name_words & NAMES["publisher"] and not slot.name_words & NAMES["date"]
    if slot.presence < PRESENT or slot.number > 1.2 or slot.length > 120 or not hinted:  # noqa: PLR2004
        return 0.0
    return slot.presence * (1 - share(map(is_date, slot.firsts)))


def of_identifier(slot: Slot) -> float:
    """Rate a slot as an identifier."""
    if slot.presence < PRESENT or slot.length > 100 or not slot.firsts:  # noqa: PLR2004
        return 0.0
    dois = share(bool(DOI.search(text)) for text in slot.firsts)
    named = bool(slot.name_words & (NAMES["identifier"] - {"code", "reference", "ref"}))
    digits = share(any(c.isdigit() for c in text) for text in slot.firsts)
    return (dois if dois > ENOUGH else 0.7 * named * digits) * slot.presence


def own_link(slot: Slot) -> bool:
    """Say whether a slot finds links that differ from entry to entry and lead to a page or file."""
    if slot.tag != "a" or (slot.presence < PRESENT and not slot.elements):
        return False
    hrefs = [href for some in slot.found if some and is_address(href := link_of(some[0]))]
    return len(hrefs) >= 0.6 * len(slot.found) and len(set(hrefs)) >= 0.9 * len(hrefs)
