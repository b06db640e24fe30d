"""The gates of the catalogue as a whole: what no one source's harvest is to blame for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from pipeline.settings import Gates
from pipeline.validate.gates import Judgement, Verdict, named, share, verdict_of

About = tuple[tuple[str, ...], Judgement]  # what a judgement is about, and what it is
ANY_FALL: Final = 100  # percent: the gate is switched off


class Renamed(msgspec.Struct, frozen=True):
    """A source that is gone from `input/`, and a new one that gives `shared` of its entries.

    It has `published` records, of which the new one could give as many as `possible`.
    """

    old: str
    new: str
    shared: int
    published: int
    possible: int


class Emptied(msgspec.Struct, frozen=True):
    """A field that `count` of the `published` records of a source had and have no longer.

    `gates` are those of the source.
    """

    source: str
    field: str
    count: int
    published: int
    titles: tuple[str, ...]
    gates: Gates


class Whole(msgspec.Struct, frozen=True, kw_only=True):
    """What the catalogue came to in a run.

    `previous` records were published; `removed` counts, by source, those of sources that are gone
    from `input/`, `said` those that the other sources say are deleted; `staying` counts those that
    stay, as this run did not read every source. `changed` names what of the
    ontology, the shapes, the settings and the software is not what it was.
    """

    previous: int
    removed: Mapping[str, int] = {}
    staying: Mapping[str, int] = {}
    said: int = 0
    renamed: tuple[Renamed, ...] = ()
    emptied: tuple[Emptied, ...] = ()
    changed: tuple[str, ...] = ()


def judge_whole(whole: Whole, gates: Gates) -> Verdict:
    """Hold the whole against the catalogue's gates."""
    return verdict_of([*_moved(whole), *_removed(whole, gates), *_staying(whole), *_emptied(whole)])


def _is_moved(one: Renamed) -> bool:
    return 2 * one.shared >= one.possible


def _moved(whole: Whole) -> Iterator[About]:
    for one in filter(_is_moved, whole.renamed):
        text = (
            f"source {one.old} is gone from input/, and {one.new} gives {one.shared} of its "
            f"{one.published} entries: its file seems to have been renamed, and {one.published} "
            f'IRIs would break. To keep them, write name = "{one.old}" in the file of {one.new}'
        )
        yield (f"renamed {one.old}",), (True, text)


def _removed(whole: Whole, gates: Gates) -> Iterator[About]:
    """Yield that sources were taken out: refused where too many records would go with them."""
    told = {one.old for one in whole.renamed if _is_moved(one)}
    removed = {name: whole.removed[name] for name in sorted(whole.removed) if name not in told}
    names = ", ".join(f"{name} ({count} records)" for name, count in removed.items())
    if not names:
        return
    gone = sum(whole.removed.values()) + whole.said
    lost = share(gone, whole.previous, gates)
    text = f"sources are gone from input/: {names}"
    if whole.said:
        text += f"; other sources say that {whole.said} of their records are deleted"
    text += f". {gone} of {whole.previous} published records go ({lost:.0f} %"
    refuses = 0 < lost >= gates.fewer
    text += f", the gate is at {gates.fewer:g} %, gates.fewer)" if refuses else ")"
    yield tuple(f"removed {name}" for name in removed), (refuses, text)


def _staying(whole: Whole) -> Iterator[About]:
    """Yield that records stay of sources that are gone, until a run has read all the others."""
    told = {one.old for one in whole.renamed if _is_moved(one)}
    for name, count in sorted(whole.staying.items()):
        if name not in told:
            text = (
                f"source {name} is gone from input/; its {count} records stay published until a "
                "run reads every source, which this one did not"
            )
            yield (f"removed {name}",), (False, text)


def _emptied(whole: Whole) -> Iterator[About]:
    """Yield the fields that went empty, each with the gate of its source."""
    for one in whole.emptied:
        limit = one.gates.fill_rate
        fallen = share(one.count, one.published, one.gates)
        if limit < ANY_FALL and fallen > 0 and fallen >= limit:
            text = (
                f"'{one.field}' is empty now in {one.count} of the {one.published} records of "
                f"{one.source} ({fallen:.0f} %, the gate is at {limit:g} %, gates.fill_rate), "
                f"since this is not what it was: {', '.join(whole.changed)}"
                + named("the first", one.titles)
            )
            yield (f"emptied {one.source} {one.field}",), (True, text)
