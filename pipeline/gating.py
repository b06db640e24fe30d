"""The gates of a run: each source's facts gathered from its parts, judged, and told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from pipeline.assemble import Findings
from pipeline.errors import SourceError, show_path
from pipeline.harvest import Harvest
from pipeline.held import ASIDE, FOLDER
from pipeline.job import Lost
from pipeline.link.spreadsheet import read_rows, write_rows
from pipeline.model import Books, HarvestNote, Issue, ReviewLine
from pipeline.release import Manifest
from pipeline.settings import Settings, gates_of
from pipeline.validate import Facts, gate_results, judge
from pipeline.vocabulary import fold

REKEYED_FILE = "rekeyed.csv"
RULES = ("ontology", "settings", "shapes", "code", "packages")
MOST_TITLES = 5


class Judged(msgspec.Struct, frozen=True):
    """What the gates came to: why each refused source is, and the warnings of the others."""

    refused: dict[str, str]
    warnings: tuple[Issue, ...]


def hold_at_gates(
    settings: Settings,
    previous: Manifest | None,
    digests: Mapping[str, str],
    findings: Findings,
    books: Mapping[str, Books],
    harvests: Iterable[Harvest],
    accepted: bool,
) -> Judged:
    """Judge every source that was harvested; with `accepted`, a person has let them all pass.

    Writes `rekeyed.csv` for sources whose entries seem to have new keys, beside what is held.
    """
    same_rules = previous is not None and all(
        digests.get(name) == previous.digests.get(name) for name in RULES
    )
    notes = previous.harvests if previous else {}
    refused: dict[str, str] = {}
    warnings: list[Issue] = []
    for harvest in harvests:
        source = harvest.source
        facts = _facts(harvest, findings, books, notes, same_rules)
        verdict = judge(facts, gates_of(source, settings.catalogue))
        messages = list(verdict.warnings)
        reason = _too_many_results(settings, findings, source.name)
        if accepted:
            messages += verdict.refusals
        elif verdict.refusals:
            step = _next_step(settings, findings, facts)
            reason = str(
                SourceError("; ".join(verdict.refusals), where=f"source {source.name}",
                            expected="a harvest like the last one", next_step=step)
            )  # fmt: skip
        if reason:
            refused[source.name] = reason
        warnings += (_issue(source.name, message) for message in messages)
    return Judged(refused, tuple(warnings))


def _facts(
    harvest: Harvest,
    findings: Findings,
    books: Mapping[str, Books],
    notes: Mapping[str, HarvestNote],
    same_rules: bool,
) -> Facts:
    name = harvest.source.name
    lost = sum(one.lost.get(name, 0) for one in findings.results)
    rejected = (
        one.title[0].value if one.title else one.locator.position
        for one in findings.quarantine()
        if one.source == name
    )
    return Facts(
        source=name,
        books=books.get(name, Books()),
        before=notes.get(name, HarvestNote()).extracted,
        lost=lost,
        unsettled=sum(one.unsettled.get(name, 0) for one in findings.results),
        partly=bool(harvest.since),
        same_rules=same_rules and notes.get(name, HarvestNote()).settings == harvest.note.settings,
        lost_titles=_first(one.title for one in findings.lost() if one.source == name),
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


def _next_step(settings: Settings, findings: Findings, facts: Facts) -> str:
    """Return what to do about a refusal, pairs of a re-keyed site written out for it."""
    accept = f'if it is right, publish it as it is: cataloom accept {findings.run} --reason "…"'
    pairs = list(_pairs(findings, facts.source))
    if not pairs:
        return f"look at the source; {accept}"
    output = settings.output
    _write_pairs(output / ASIDE / findings.run / REKEYED_FILE, pairs)
    kept = output / FOLDER / findings.run / REKEYED_FILE
    return (
        f"{len(pairs)} of the new entries have the title of one that is gone. If they are the "
        f"same, keep their IRIs: cataloom decide {show_path(kept)}, then cataloom run; {accept}"
    )


def _pairs(findings: Findings, source: str) -> Iterator[tuple[Lost, str]]:
    """Yield lost records and the one new record that has the title of each."""
    lost: dict[str, list[Lost]] = {}
    for one in findings.lost():
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
