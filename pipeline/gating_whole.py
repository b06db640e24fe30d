"""The gates of the catalogue as a whole: sources that are gone, rules that took something away."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from pipeline.assemble import Findings
from pipeline.assign import Previous
from pipeline.errors import RunRefused, show_path
from pipeline.gating import MOST_TITLES, Keeper, how_to_accept, run_to_accept_whole
from pipeline.harvest import Harvest
from pipeline.link.identity import SUBKEY
from pipeline.model import Books, Issue
from pipeline.runs import CATALOGUE
from pipeline.settings import gates_of
from pipeline.validate import Emptied, Renamed, Whole, judge_whole


def judge_catalogue(
    keeper: Keeper,
    findings: Findings,
    books: Mapping[str, Books],
    harvests: Sequence[Harvest],
    before: Previous,
) -> tuple[Issue, ...]:
    """Judge the whole; return the warnings. Raises `RunRefused` where a gate refuses it.

    With `CATALOGUE` among what the keeper accepts, a person has let it pass.
    """
    whole = _whole(keeper, findings, books, harvests, before)
    verdict = judge_whole(whole, keeper.settings.catalogue.gates)
    messages = list(verdict.warnings)
    if CATALOGUE in keeper.accepted:
        messages += verdict.refusals
    elif verdict.refusals:
        run = run_to_accept_whole(keeper, harvests)
        raise RunRefused(
            "; ".join(verdict.refusals),
            where=show_path(keeper.settings.folder),
            expected="what is published to stay, unless a person says otherwise",
            next_step=f"put back what is missing; {how_to_accept(run)}",
            about=verdict.kinds,
        )
    return tuple(Issue("", "", "validate", "", "", "warning", message) for message in messages)


def _whole(
    keeper: Keeper,
    findings: Findings,
    books: Mapping[str, Books],
    harvests: Sequence[Harvest],
    before: Previous,
) -> Whole:
    configured = {source.name for source in keeper.settings.sources}
    published = {name: one.previous for name, one in books.items() if one.previous}
    gone = {name: count for name, count in published.items() if name not in configured}
    removed = {name: count for name, count in gone.items() if books[name].newly_excluded}
    notes = keeper.previous.harvests if keeper.previous else {}
    # Of what a source's own file asks for otherwise, `pipeline.drift` warns.
    passed = {name for name, note in notes.items() for one in harvests
              if one.source.name == name and one.note.settings != note.settings}  # fmt: skip
    passed |= keeper.accepted
    emptied = (
        one
        for one in (_emptied(keeper, findings, published) if keeper.changed else ())
        if one.source not in passed
    )
    return Whole(
        previous=sum(published.values()),
        removed=removed,
        said=sum(1 for _ in findings.said_deleted()) if removed else 0,
        staying={name: count for name, count in gone.items() if name not in removed},
        renamed=tuple(_renamed(harvests, before, gone)),
        emptied=tuple(emptied),
        changed=keeper.changed,
    )


def _renamed(
    harvests: Sequence[Harvest], before: Previous, gone: Collection[str]
) -> Iterator[Renamed]:
    """Yield each source that is gone, and the new one that gives most of its entries.

    Of one that was not read to its end only what was read can be among them.
    """
    new = [one for one in harvests if one.source.name not in before.known] if gone else []
    keys = {one.source.name: {entry.key for entry in one.entries} for one in new}
    partly = {one.source.name for one in new if one.broken_off}
    for name in sorted(gone):
        known = [
            {key.partition(SUBKEY)[0] for key in one.keys}
            for one in before.known[name]
            if one.alive
        ]
        shared = {
            other: sum(not some.isdisjoint(given) for some in known)
            for other, given in keys.items()
        }
        if most := max(shared.values(), default=0):
            nearest = min(other for other, count in shared.items() if count == most)
            some = min(len(keys[nearest]), len(known)) if nearest in partly else len(known)
            yield Renamed(name, nearest, most, len(known), some)


def _emptied(keeper: Keeper, findings: Findings, published: Mapping[str, int]) -> Iterator[Emptied]:
    """Yield the fields that updated records had and have no longer, by source."""
    counts: dict[tuple[str, str], list[str]] = {}
    for change in findings.changes():
        for field, (was, now) in change.fields.items():
            if was and not now:
                counts.setdefault((change.source, field), []).append(change.title)
    gates = {
        source.name: gates_of(source, keeper.settings.catalogue)
        for source in keeper.settings.sources
    }
    for (source, field), titles in sorted(counts.items()):
        if source in gates and source in published:
            first = tuple(titles[:MOST_TITLES])
            yield Emptied(source, field, len(titles), published[source], first, gates[source])
