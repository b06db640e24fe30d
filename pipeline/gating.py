"""The gates of a run: each source's facts gathered from its parts, judged, and told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from pipeline.assemble import Findings
from pipeline.errors import RunRefused, SourceError, kinds_of, show_path
from pipeline.harvest import Harvest
from pipeline.held import held_already, whole_held_already
from pipeline.held_files import ASIDE, FOLDER, REKEYED_FILE, Held
from pipeline.job import Lost
from pipeline.link.spreadsheet import read_rows, write_rows
from pipeline.manifest import Manifest
from pipeline.model import Books, HarvestNote, Issue, ReviewLine
from pipeline.settings import Settings, gates_of
from pipeline.validate import Facts, gate_results, is_rekeyed, judge
from pipeline.vocabulary import fold

RULES = ("ontology", "settings", "shapes", "code", "packages")
MOST_TITLES = 5


class Keeper(msgspec.Struct, frozen=True):
    """What the gates go by beside a run's findings: what was published, and who let what pass.

    `accepted` are the sources (or the catalogue) that a person lets pass. `held` is what the run
    holds; None where it holds nothing, since it only plans. `unasked` are the sources that it read
    from the store and of which a run holds what they gave: that stays held.
    """

    settings: Settings
    previous: Manifest | None
    digests: Mapping[str, str]
    accepted: frozenset[str] = frozenset()
    held: Held | None = None
    unasked: frozenset[str] = frozenset()

    @property
    def changed(self) -> tuple[str, ...]:
        """Return what of the rules is not what it was at the last release."""
        before = self.previous.digests if self.previous else {}
        return tuple(name for name in RULES if self.digests.get(name) != before.get(name))


class Judged(msgspec.Struct, frozen=True):
    """What the gates came to: why each refused source is, and the warnings of the others.

    `held` maps those that a person may accept to the run that is to be accepted, `kinds` each
    refused source to the kinds of problem it has.
    """

    refused: dict[str, str]
    held: dict[str, str]
    warnings: tuple[Issue, ...]
    kinds: dict[str, tuple[str, ...]] = {}


def hold_at_gates(
    keeper: Keeper, findings: Findings, books: Mapping[str, Books], harvests: Sequence[Harvest]
) -> Judged:
    """Judge every source that was harvested, but those that a person lets pass.

    Writes `rekeyed.csv` for sources whose entries seem to have new keys, beside what is held.
    """
    refused: dict[str, str] = {}
    held: dict[str, str] = {}
    kinds: dict[str, tuple[str, ...]] = {}
    warnings: list[Issue] = []
    gone = _Gone(findings)
    for harvest in harvests:
        source = harvest.source
        facts = _facts(keeper, harvest, findings, books, gone)
        gates = gates_of(source, keeper.settings.catalogue)
        pairs = list(_pairs(findings, source.name)) if is_rekeyed(facts, gates) else []
        facts = msgspec.structs.replace(facts, paired=len(pairs))
        verdict = judge(facts, gates)
        messages = list(verdict.warnings)
        reason = _too_many_results(keeper.settings, findings, source.name)
        if source.name in keeper.accepted:
            messages += verdict.refusals
        elif verdict.refusals and not reason:
            pairs = pairs or list(_pairs(findings, source.name))
            run, accept = _how_to_accept(keeper, harvest, alone=len(harvests) == 1)
            step = _next_step(keeper, pairs, run, accept)
            reason = str(
                SourceError("; ".join(verdict.refusals), where=f"source {source.name}",
                            expected="a harvest like the last one", next_step=step)
            )  # fmt: skip
            held[source.name] = run
        if reason:
            refused[source.name] = reason
            about = verdict.kinds if source.name in held else ("results",)
            kinds[source.name] = kinds_of(RunRefused.kind, about)
        warnings += (_issue(source.name, message) for message in messages)
    return Judged(refused, held, tuple(warnings), kinds)


class _Gone:
    """The records that each source no longer holds, or says are deleted, read once."""

    def __init__(self, findings: Findings) -> None:
        self.said = Counter(one.source for one in findings.said_deleted())
        self._findings = findings

    def titles(self, source: str) -> tuple[str, ...]:
        return _first(one.title for one in _lost(self._findings) if one.source == source)


def _lost(findings: Findings) -> Iterator[Lost]:
    """Yield the published records that a harvest is the first not to hold, or says are deleted."""
    yield from findings.said_deleted()
    yield from findings.lost()


def _facts(
    keeper: Keeper,
    harvest: Harvest,
    findings: Findings,
    books: Mapping[str, Books],
    gone: _Gone,
) -> Facts:
    name = harvest.source.name
    notes = keeper.previous.harvests if keeper.previous else {}
    before = notes.get(name, HarvestNote())
    rejected = (
        one.title[0].value if one.title else one.locator.position
        for one in findings.quarantine()
        if one.source == name
    )
    return Facts(
        source=name,
        books=books.get(name, Books()),
        before=before.extracted,
        rejected_before=before.rejected,
        lost=sum(one.lost.get(name, 0) for one in findings.results) + gone.said[name],
        said=gone.said[name],
        unsettled=sum(one.unsettled.get(name, 0) for one in findings.results),
        partly=bool(harvest.since),
        same_rules=not keeper.changed and before.settings == harvest.note.settings,
        drifted=harvest.drifted,
        lost_titles=gone.titles(name),
        rejected_titles=_first(rejected),
    )


def _first(titles: Iterable[str]) -> tuple[str, ...]:
    return tuple(title for title, _ in zip(titles, range(MOST_TITLES), strict=False))


def _too_many_results(settings: Settings, findings: Findings, source: str) -> str:
    """Return why a source is refused whose violations are too many to be its records' fault."""
    most = settings.catalogue.validate.most_results
    if sum(one.violations.get(source, 0) for one in findings.results) < most:
        return ""
    try:
        gate_results(source, (one for one in findings.all_issues() if one.source == source), most)
    except SourceError as error:
        return str(error)
    return ""


def _how_to_accept(keeper: Keeper, harvest: Harvest, *, alone: bool) -> tuple[str, str]:
    """Return the run whose accepting publishes a harvest, and how to do that.

    It is this one, or that of the same refusal; none where nothing of it is held.
    """
    name = harvest.source.name
    if keeper.held is None:
        return "", how_to_accept("")
    other = held_already(keeper.settings.output, keeper.held, harvest)
    if other is None:
        run = "" if name in keeper.unasked else keeper.held.run
        is_alone = alone and not keeper.held.refused
        return run, how_to_accept(run, "" if is_alone else name)
    is_alone = other.refused.keys() == {name} or name not in other.refused
    return other.run, how_to_accept(other.run, "" if is_alone else name)


def run_to_accept_whole(keeper: Keeper, harvests: Sequence[Harvest]) -> str:
    """Return the run whose accepting publishes the whole, as `_how_to_accept` does."""
    if keeper.held is None:
        return ""
    other = whole_held_already(keeper.settings.output, keeper.held, harvests)
    if other is not None:
        return other.run
    is_unasked = any(one.source.name in keeper.unasked for one in harvests)
    return "" if is_unasked else keeper.held.run


def _next_step(keeper: Keeper, pairs: list[tuple[Lost, str]], run: str, accept: str) -> str:
    """Return what to do about a refusal, pairs of a re-keyed site written out for it."""
    if not pairs:
        return f"look at the source; {accept}"
    told = (
        f"{len(pairs)} of the new entries have the title of one that is gone. If they are the same"
    )
    if not run:
        return f"{told}, a run (cataloom run) writes their pairs down to keep their IRIs; {accept}"
    output = keeper.settings.output
    if keeper.held is not None and run == keeper.held.run:
        _write_pairs(output / ASIDE / run / REKEYED_FILE, pairs)
    kept = output / FOLDER / run / REKEYED_FILE
    return (
        f"{told}, keep their IRIs: cataloom decide {show_path(kept)}, then cataloom run; {accept}"
    )


def how_to_accept(run: str, source: str = "") -> str:
    """Return how what was refused in `run` is published (empty: nothing is held of it)."""
    if not run:
        return "if it is right, run (cataloom run) and accept what that run holds (cataloom accept)"
    option = f"--source {source} " if source else ""
    return f'if it is right, publish it as it is: cataloom accept {run} {option}--reason "…"'


def _pairs(findings: Findings, source: str) -> Iterator[tuple[Lost, str]]:
    """Yield lost records and the one new record that has the title of each."""
    lost: dict[str, list[Lost]] = {}
    for one in _lost(findings):
        if one.source == source and one.title:
            lost.setdefault(fold(one.title), []).append(one)
    if not lost:
        return
    new: dict[str, list[str]] = {}
    for change in findings.changes():
        if change.source == source and change.change == "created" and fold(change.title) in lost:
            new.setdefault(fold(change.title), []).append(change.id)
    for title, ids in sorted(new.items()):
        if len(ids) == len(lost[title]) == 1:
            yield lost[title][0], ids[0]


def _write_pairs(file: Path, pairs: Sequence[tuple[Lost, str]]) -> None:
    """Write the pairs as answered questions: a person reads them before taking them up."""
    question = "This new entry has the title of one that is gone: are they one resource?"
    columns = ReviewLine.__struct_fields__
    rows = [
        tuple(row[name] for name in columns)
        for _, row in (read_rows(file, columns) if file.exists() else ())
    ]
    rows += ((new, lost.title, "identity", lost.id, "", question, "same") for lost, new in pairs)
    write_rows(file, columns, rows)


def _issue(source: str, message: str) -> Issue:
    return Issue(source, "", "validate", "", "", "warning", message)
