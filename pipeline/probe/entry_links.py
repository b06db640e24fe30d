"""The links of entries: to the page of each, to its file, to its licence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.probe import roles
from pipeline.probe.entries import Entries
from pipeline.probe.labelled import evaluated
from pipeline.probe.slots import Slot, TextSlot, is_address, link_of
from pipeline.probe.words import NAMES, is_action

if TYPE_CHECKING:
    pass

LINKED = 0.6
"""Share of the titles that must be links for these to be the entries' own."""

FEW_FILES = 0.3


def add_links(entries: Entries) -> None:
    """Add the page or file that the title links to, or the first link that is the entry's own."""
    title = entries.title
    if title is None or isinstance(title, TextSlot):
        return
    targets = title.links
    if sum(map(is_address, targets)) < 0.6 * len(targets):
        _add_other_link(entries)
        return
    slot = _link_slot(entries, targets)
    files = roles.share(roles.is_file(href) for href in targets if href)
    name = "file" if files > 0.5 else "page"  # noqa: PLR2004
    if slot is None:
        _add_link_around(entries, targets, name)
    else:
        entries.add(name, slot, attribute="href", why="the link of the title")
    if name == "file":
        _add_other_link(entries)


def _link_slot(entries: Entries, targets: Sequence[str]) -> Slot | None:
    """Return the cheapest slot of links to `targets`, one an entry."""
    fitting = [
        slot
        for slot in entries.slots
        if slot.tag == "a" and slot.number <= 1.0
        and [link_of(some[0]) if some else "" for some in slot.found] == list(targets)
    ]  # fmt: skip
    return min(fitting, key=lambda slot: slot.cost, default=None)


def _add_link_around(entries: Entries, targets: Sequence[str], name: str) -> None:
    for path in ("xpath:ancestor::a[1]", "xpath:(.//a[@href])[1]"):
        slot = evaluated(path, entries.elements, entries.index, 2.0)
        if [link_of(some[0]) if some else "" for some in slot.found] == list(targets):
            entries.add(name, slot, attribute="href", why="the link of the title")
            return


def _add_other_link(entries: Entries) -> None:
    def worth(slot: Slot) -> float:
        if not roles.own_link(slot) or slot.number > 1.0:
            return 0.0
        hrefs = [link_of(element) for element in slot.elements]
        if roles.share(map(roles.is_file, hrefs)) > 0.3:  # noqa: PLR2004
            return 0.0
        other = NAMES["creator"] | NAMES["subject"] | NAMES["publisher"]
        marked = bool(slot.name_words & NAMES["type"]) or bool(slot.name_words & other)
        actions = roles.share(map(is_action, slot.firsts))
        return (1.0 + 0.5 * actions) * (0.3 if marked else 1.0) * max(slot.presence, 0.5)

    if slot := roles.best(entries.slots, worth):
        entries.add("page", slot, attribute="href", why="the link of the entry")


def add_files(entries: Entries) -> None:
    """Add the links to files, where a third of the entries has some."""
    if "file" in entries.fields:
        return
    files = [
        {
            link
            for part in (entry, *tail)
            for link in part.iter("a")
            if roles.is_file(link.get("href", ""))
        }
        for entry, tail in zip(entries.elements, entries.tails, strict=True)
    ]
    if roles.share(map(bool, files)) < roles.PRESENT:
        return
    fitting = [
        slot for slot in entries.slots
        if slot.tag == "a"
        and all(set(some) == wanted for some, wanted in zip(slot.found, files, strict=True))
    ]  # fmt: skip
    if fitting:
        entries.add("file", min(fitting, key=lambda slot: slot.cost), attribute="href")
        return
    hrefs = [link.get("href", "").partition("?")[0] for some in files for link in some]
    endings = sorted({match.group().lower() for h in hrefs if (match := roles.FILES.search(h))})
    if endings:
        css = ", ".join(f'a[href$="{ending}" i]' for ending in endings)
        slot = evaluated(css, entries.elements, entries.index, 2.0)
        if slot.elements:
            entries.add("file", slot, attribute="href")


def add_licence(entries: Entries) -> None:
    """Add the links to Creative Commons licences."""
    slot = evaluated('a[href*="creativecommons.org/"]', entries.elements, entries.index, 1.0)
    if roles.share(bool(some) for some in slot.found) >= roles.PRESENT:
        entries.add("licence", slot, attribute="href")
