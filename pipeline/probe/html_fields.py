"""The entries of a page -> the fields of a source file: a selector for each, found on the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pipeline.probe import roles
from pipeline.probe.abstracts import of_abstract
from pipeline.probe.columns import find_columns
from pipeline.probe.entries import Entries, FoundField
from pipeline.probe.entry_links import add_files, add_licence, add_links
from pipeline.probe.finding import xpath_of
from pipeline.probe.labelled import (
    Labelled,
    common_prefix,
    evaluated,
    find_labelled,
    find_prefixed,
    without_prefix,
)
from pipeline.probe.loose_text import find_loose
from pipeline.probe.page_index import PageIndex
from pipeline.probe.slots import SELF, Slot, TextSlot, is_address, link_of
from pipeline.probe.titles import is_date, title_quality
from pipeline.probe.words import NAMES

if TYPE_CHECKING:
    from lxml.etree import _Element

ORDER = ("title", "page", "description", "type", "date", "creator", "publisher", "subject",
         "language", "identifier", "file", "licence", "rights")  # fmt: skip
SHORT = 4
"""Words that one of several values in a text has at most."""

SEPARATORS = (";", "|", ",", " · ", " • ", "/")


def find_fields(
    elements: Sequence[_Element], slots: Sequence[Slot], index: PageIndex,
    known_types: frozenset[str], tails: Sequence[Sequence[_Element]] | None = None,
) -> dict[str, FoundField]:  # fmt: skip
    """Return the fields of the entries by name, in the order in which people read them."""
    entries = Entries(elements, slots, index, known_types, tails)
    columns = find_columns(elements, slots, index)
    labelled = [*columns, *find_labelled(elements, index)]
    _add_title(entries, columns)
    add_links(entries)
    for one in labelled:
        if one.field and one.field not in {"title", "page"}:
            _add_labelled(entries, one)
    for one in find_prefixed(entries.free(), elements):
        if one.field and one.field not in {"title", "page", "file"}:
            _add_labelled(entries, one)
    rated: tuple[tuple[str, Callable[[Slot], float]], ...] = (
        ("date", roles.of_date),
        ("language", roles.of_language),
        ("creator", roles.of_creator),
        ("identifier", roles.of_identifier),
        ("publisher", roles.of_publisher),
    )
    _add_machine_date(entries)
    for name, worth in rated:
        if name not in entries.fields and (slot := roles.best(entries.free(), worth)):
            if name == "creator":
                slot = roles.finer(slot, entries.slots)
            entries.add(name, slot, split=_separator(slot) if name == "creator" else "")
    _add_abstract(entries)
    if "type" not in entries.fields:
        slot = roles.best(entries.free(), roles.of_type(known_types))
        if slot:
            entries.add("type", slot)
    if "subject" not in entries.fields and (slot := roles.best(entries.free(), roles.of_subject)):
        slot = roles.finer(slot, entries.slots)
        entries.add("subject", slot, split=_separator(slot))
    add_files(entries)
    add_licence(entries)
    return {
        name: entries.fields[name] for name in (*ORDER, *entries.fields) if name in entries.fields
    }


def _add_title(entries: Entries, columns: Sequence[Labelled]) -> None:
    slots = entries.slots
    if named := [one.slot for one in columns if one.field == "title"]:
        cells = set(named[0].elements)
        inside = [
            slot for slot in slots
            if slot.elements and all(
                not cells.isdisjoint((part, *part.iterancestors())) for part in slot.elements
            )
        ]  # fmt: skip
        slots = [slot for slot in inside if title_quality(slot) > 0] or slots
    digits = (
        1 if named else 2
    )  # a cell under the heading "Title" is it unless another is far better
    title = max(slots, key=lambda slot: (round(title_quality(slot), digits), -slot.cost))
    entries.title = _bare_title(entries, title)
    prefix, field = common_prefix(entries.title.firsts)
    bare = without_prefix(entries.title, prefix, entries.elements) if field == "title" else None
    entries.add("title", bare or entries.title)
    entries.used.update(set(entries.title.elements) - set(entries.elements))


def _bare_title(entries: Entries, title: Slot) -> Slot:
    """Return the link in a title's element where all else there is a number, badge or button."""
    for slot in entries.slots:
        if slot is title or slot.tag != "a" or slot.number > 1 or slot.presence < title.presence:
            continue
        pairs = list(zip(title.found, slot.found, strict=True))
        inside = all(
            wide[0] in narrow[0].iterancestors() for wide, narrow in pairs if wide and narrow
        )
        if not inside or title_quality(slot) <= 0:
            continue
        texts = list(zip(title.firsts, slot.firsts, strict=False))
        longer = roles.share(wide != narrow for wide, narrow in texts)
        most = roles.share(len(narrow) >= 0.6 * len(wide) for wide, narrow in texts)
        if longer > 0.5 and most > 0.8 and title.selector != SELF:  # noqa: PLR2004
            return slot
    return title


def _add_labelled(entries: Entries, one: Labelled) -> None:
    slot = one.slot
    if slot.presence < roles.PRESENT and not any(slot.links):
        return
    why = f"behind the label {one.label!r}"
    if one.field in {"page", "file"}:
        links = evaluated(
            f"xpath:({xpath_of(slot.selector)})/descendant-or-self::a", entries.elements,
            entries.index, slot.cost,
        )  # fmt: skip
        if not isinstance(slot, TextSlot) and any(is_address(link_of(e)) for e in links.elements):
            entries.add(one.field, links, attribute="href", why=why)
        elif roles.share(text.startswith("http") for text in slot.firsts) > 0.5:  # noqa: PLR2004
            entries.add(one.field, slot, why=why)
        return
    if one.field == "date" and roles.share(map(is_date, slot.firsts)) < 0.5:  # noqa: PLR2004
        return
    if one.field in {"creator", "subject"} and not isinstance(slot, TextSlot):
        slot = roles.finer(slot, entries.slots)
    split = _separator(slot) if one.field in {"creator", "subject", "language"} else ""
    if isinstance(slot, TextSlot):
        entries.used.update(set(one.around) - set(entries.elements))
    entries.add(one.field, slot, split=split, why=why)


def _add_machine_date(entries: Entries) -> None:
    """Add the date that a `time` element states for machines."""
    if "date" in entries.fields:
        return

    def worth(slot: Slot) -> float:
        stated = [some[0].get("datetime", "") for some in slot.found if some]
        if slot.tag != "time" or slot.number > 1.05 or not all(map(is_date, stated)):  # noqa: PLR2004
            return 0.0
        return slot.presence + 0.2 - 0.5 * bool(slot.name_words & roles.CHANGED)

    if slot := roles.best(entries.slots, worth):
        entries.add("date", slot, attribute="datetime")


def _add_abstract(entries: Entries) -> None:
    loose = find_loose(entries.elements, entries.title, entries.index) if entries.title else []
    for name, text in loose:
        if name == "date":
            entries.add("date", text, why="the year in brackets")
    if "description" in entries.fields:
        return
    candidates = [*entries.free(), *(slot for name, slot in loose if name == "description")]
    if entries.title is not None:
        titles = entries.title.texts
        candidates = [slot for slot in candidates if not _repeats(slot, titles)]
    if slot := of_abstract(candidates):
        entries.add("description", slot)


def _repeats(slot: Slot, titles: Sequence[Sequence[str]]) -> bool:
    """Say whether the texts of a slot are those of the titles."""
    pairs = [(own[0], title[0]) for own, title in zip(slot.texts, titles, strict=True)
             if own and title]  # fmt: skip
    return roles.share(own in title for own, title in pairs) > 0.5  # noqa: PLR2004


def _separator(slot: Slot) -> str:
    """Return what parts several values that stand in one text, where that is usual in a slot."""
    if slot.number > 1.3:  # noqa: PLR2004 - they are apart already
        return ""
    for separator in SEPARATORS[:2]:
        if roles.share(separator in text for text in slot.firsts) > 0.15:  # noqa: PLR2004
            return separator
    commas = roles.share("," in text for text in slot.firsts)
    short = roles.share(
        all(len(part.split()) <= SHORT for part in text.split(",")) for text in slot.firsts
    )
    names = roles.share(text.count(",") == 1 for text in slot.firsts if "," in text)
    is_creator = bool(slot.name_words & NAMES["creator"])
    if commas > 0.3 and short > 0.8 and not (is_creator and names > 0.5):  # noqa: PLR2004
        return ","
    return ""
