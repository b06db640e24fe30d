"""Which of a page's groups are its entries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from pipeline.probe.flat import find_flat_slots
from pipeline.probe.groups import Group, mass, rough_score
from pipeline.probe.page_index import PageIndex
from pipeline.probe.slots import Slot, find_slots, is_address
from pipeline.probe.titles import title_quality

if TYPE_CHECKING:
    from lxml.etree import _Element

SAMPLE = 16
"""Entries of a group that are looked at to weigh it."""

GOLDEN = 0.618034
LONG_TEXT = 60
LEAST_TITLE = 0.12
NEAR = 0.9
MOST_MORE = 1.7
"""How much greater a score can be than the rough one."""

LEAST_OF_BEST = 0.3
MOST_WORK = 60_000
"""Elements that are looked at to weigh the groups of a page; the heaviest come first."""
SHORT = 0.2
"""Share of the size of a large entry below which one is short."""


class Scored(msgspec.Struct):
    """A group with its score, and the title that was found for its entries."""

    group: Group
    score: float
    title: Slot
    quality: float
    mass: float


def rank(groups: Sequence[Group], index: PageIndex) -> list[Scored]:
    """Return the groups that have a title, the likeliest entries first."""
    scored: list[Scored] = []
    best, work = 0.0, 0
    for group in groups:  # by their rough scores, so that at some point none can come near the best
        if rough_score(group, index) * MOST_MORE < LEAST_OF_BEST * best:
            break
        work += sum(index.parts[element] for element in sample_of(group).elements)
        if work > MOST_WORK and scored:
            break
        if one := score(group, index):
            scored.append(one)
            best = max(best, one.score)
    scored.sort(key=lambda one: (-one.score, one.group.cost))
    return scored


def sample_of(group: Group) -> Group:
    """Return a group of at most `SAMPLE` of the elements, from all over the page."""
    places = spread(len(group.elements), SAMPLE)
    tails = None if group.tails is None else [group.tails[place] for place in places]
    return Group([group.elements[place] for place in places], group.selectors, tails)


def spread(count: int, most: int) -> list[int]:
    """Return at most `most` places below `count`: a run at the start, others at uneven distances.

    Even distances would always meet the same one of parts that take turns.

    >>> spread(100, 8)
    [0, 1, 2, 3, 26, 49, 63, 85]
    """
    if count <= most:
        return list(range(count))
    run = most // 2
    rest = [run + int((count - run) * (number * GOLDEN % 1)) for number in range(1, most - run + 1)]
    return sorted({*range(run), *rest})


def slots_of(group: Group, index: PageIndex) -> list[Slot]:
    """Return the slots of a group's entries."""
    if group.tails is None:
        return find_slots(index, group.elements)
    return find_flat_slots(index, group)


def score(group: Group, index: PageIndex) -> Scored | None:
    """Weigh a group; None where its entries have nothing that could be a title."""
    sample = sample_of(group)
    slots = slots_of(sample, index)
    qualities = [(title_quality(slot), slot) for slot in slots]
    quality, title = max(qualities, key=lambda pair: pair[0])
    if quality < LEAST_TITLE:
        return None
    likeness = _likeness(sample.elements)
    value = rough_score(group, index) * quality * (0.2 + 0.8 * likeness)
    value *= _evenness(sample, index) * _richness(slots, title)
    return Scored(group, value, title, quality, mass(group, index))


def _likeness(elements: Sequence[_Element]) -> float:
    """Return how alike the insides of elements are: the share of tags that they have in common."""
    each = [_inside(element) for element in elements]
    common = {path for paths in each for path in paths}
    usual = {path for path in common if sum(path in paths for paths in each) >= len(each) / 2}
    shares = [len(paths & usual) / max(1, len(paths | usual)) for paths in each]
    return sum(shares) / len(shares)


def _inside(element: _Element) -> frozenset[str]:
    paths = {f"/{element.tag}"}
    for child in element:
        paths.add(f"/{child.tag}")
        paths.update(f"/{child.tag}/{part.tag}" for part in child)
    return frozenset(paths)


def _evenness(group: Group, index: PageIndex) -> float:
    """Return how far the entries are of a size: less where many are short and others long."""
    sizes = [index.letters[element] for element in group.elements]
    if group.tails is not None:
        for place, tail in enumerate(group.tails):
            sizes[place] += sum(index.letters[part] for part in tail)
    large = sorted(sizes)[3 * len(sizes) // 4]
    short = sum(size < SHORT * large for size in sizes) / len(sizes)
    return 1 - 0.4 * short


def _richness(slots: Sequence[Slot], title: Slot) -> float:
    texts = [
        slot.presence
        for slot in slots
        if slot.length >= LONG_TEXT and slot is not title and not _holds(slot, title)
    ]
    links = title.links
    linked = sum(map(is_address, links)) / len(links)
    return float((1 + 0.25 * max(texts, default=0.0) ** 2) * (1 + 0.2 * linked**2))


def _holds(outer: Slot, inner: Slot) -> bool:
    """Say whether the elements of one slot are, or stand around, those of another."""
    for wide, narrow in zip(outer.found, inner.found, strict=True):
        if wide and narrow:
            return any(one is wide[0] for one in (narrow[0], *narrow[0].iterancestors()))
    return False


def choose(scored: Sequence[Scored]) -> Scored | None:
    """Return the group of the entries: the best one, or the one whose part the best one is."""
    if not scored:
        return None
    best = scored[0]
    for other in scored[1:25]:
        if other.score > LEAST_OF_BEST * best.score and _is_part(best, other):
            best = other
    return _widest(best, scored)


def _is_part(one: Scored, other: Scored) -> bool:
    """Say whether `one` is a part of the entries of `other`, whose title stands outside of it."""
    inside = _holders(one.group, other.group)
    if inside is None:
        return False
    if len(inside) < 0.6 * len(other.group.elements):
        return False
    outside = all(
        not any(
            above in set(one.group.elements) for above in (titles[0], *titles[0].iterancestors())
        )
        for titles in other.title.found
        if titles
    )
    if not outside or other.quality < one.quality - 0.15:
        return False
    several = len(one.group.elements) >= 2 * len(inside)
    strong = one.quality >= 0.85 and one.mass >= 0.6 * other.mass  # noqa: PLR2004
    return not (several and strong)


def _holders(inner: Group, outer: Group) -> set[_Element] | None:
    """Return the elements of `outer` that hold those of `inner`; None where some stand outside."""
    places: dict[_Element, _Element] = {}
    for number, element in enumerate(outer.elements):
        places[element] = element
        for part in outer.tails[number] if outer.tails is not None else ():
            places[part] = element
    holders: set[_Element] = set()
    for element in inner.elements:
        holder = next((places[a] for a in element.iterancestors() if a in places), None)
        if holder is None and element in places and places[element] is not element:
            holder = places[element]
        if holder is None:
            return None
        holders.add(holder)
    return holders


def _widest(best: Scored, scored: Sequence[Scored]) -> Scored:
    """Return, of the groups that hold the same entries one by one, the one told most easily."""
    same = [best]
    for other in scored:
        if other is best or len(other.group.elements) != len(best.group.elements):
            continue
        if (other.group.tails is None) != (best.group.tails is None):
            continue
        pairs = zip(best.group.elements, other.group.elements, strict=True)
        if all(_nested(a, b) for a, b in pairs) and _alike(other, best):
            same.append(other)
    return min(same, key=lambda one: (one.group.cost, -one.mass))


def _nested(one: _Element, other: _Element) -> bool:
    return (
        one is other
        or any(above is other for above in one.iterancestors())
        or any(above is one for above in other.iterancestors())
    )


def _alike(other: Scored, best: Scored) -> bool:
    linked = all(map(is_address, best.title.links))
    return (
        other.mass >= NEAR * best.mass
        and other.quality >= 0.95 * best.quality
        and (not linked or all(map(is_address, other.title.links)))
    )
