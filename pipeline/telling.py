"""What a run has to tell people: its report, and the last-run folder."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

import msgspec

from pipeline import VERSION
from pipeline.assemble import Findings, write_findings
from pipeline.diff import read_changes
from pipeline.job import Job, Tools
from pipeline.last_run import ASIDE, HELD_BACK, HELD_CHANGES, HELD_ISSUES
from pipeline.model import Books, Change, Issue
from pipeline.publish import (
    Rejected,
    ReportData,
    SourceReport,
    names_of,
    write_changes,
    write_issues,
    write_quarantine,
    write_report,
)
from pipeline.publish.report_data import Outcome as ReportOutcome
from pipeline.settings import Settings
from pipeline.validate import Disagreement, choose_for_reference, compare_engines

MOST_SHOWN = 1000  # lines of each list that the report gets; it cuts further
HELD = "held-"  # how the files begin that tell what was refused at a gate
T = TypeVar("T")


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What the report says of a run beside its findings."""

    outcome: ReportOutcome
    release: str
    previous: str
    triples: int = 0
    text: str = ""
    failed: Mapping[str, str] = {}
    books: Mapping[str, Books] = {}
    disagreements: tuple[Disagreement, ...] = ()


def second_opinion(job: Job, tools: Tools, findings: Findings) -> tuple[Disagreement, ...]:
    """Let pyshacl check what the settings say, and return where it disagrees."""
    limits = job.settings.catalogue.validate
    compared = frozenset[str]().union(*(one.compared for one in findings.results))
    rejected = frozenset[str]().union(*(one.rejected for one in findings.results))
    if sum(one.records for one in findings.results) > limits.reference_limit:
        limits = msgspec.structs.replace(limits, reference_limit=0)  # each part has its sample
    chosen = choose_for_reference(compared, rejected, limits)
    if not chosen:
        return ()
    text = "".join(one.part.file("compared").read_text("utf-8") for one in findings.results)
    return compare_engines(text, tools.checker, chosen)


def tell(job: Job, tools: Tools, findings: Findings, told: Told, folder: Path) -> None:
    """Write what a run that publishes nothing has to tell into `folder`."""
    write_findings(folder, findings)
    write_changes(folder, findings.changes())
    write_run_report(job, tools, findings, told, folder)


def write_held_back(
    output: Path, findings: Findings, sources: Collection[str] | None = None
) -> None:
    """Write what was refused at a gate, in full, beside what the run itself has to tell.

    `sources` are those that were refused (None: the catalogue as a whole). What an earlier call of
    the same run wrote stays.
    """

    def is_meant(source: str) -> bool:
        return sources is None or source in sources

    folder = output / ASIDE
    made = folder / "made"
    made.mkdir(parents=True)
    changes = (
        msgspec.structs.replace(one, held=True)
        for one in chain(findings.changes(), _missing(findings))
        if is_meant(one.source)
    )
    write_changes(made, changes)
    write_issues(made, (one for one in findings.all_issues() if is_meant(one.source)))
    write_quarantine(made, (one for one in findings.quarantine() if is_meant(one.source)))
    for name in HELD_BACK:
        text = (made / name.removeprefix(HELD)).read_bytes()
        file = folder / name
        if file.exists() and name == HELD_ISSUES:
            text = text.partition(b"\n")[2]  # its head stands there already
        with file.open("ab") as held:
            held.write(text)
    shutil.rmtree(made)


def read_held_back(output: Path) -> Iterator[Change]:
    """Yield what would have changed of what this run's gates refused."""
    file = output / ASIDE / HELD_CHANGES
    return read_changes(file) if file.exists() else iter(())


def _missing(findings: Findings) -> Iterator[Change]:
    """Yield the published records that a harvest does not hold, and that are not deleted by it."""
    for one in findings.lost():
        yield Change(one.id, "missing", one.title, one.source, reason="not in this harvest")


def write_run_report(job: Job, tools: Tools, findings: Findings, told: Told, folder: Path) -> None:
    """Write `report.html`."""
    settings = job.settings
    review, review_count = _cut(findings.all_review())
    quarantine, _ = _cut(findings.quarantine())
    worklist = findings.worklist()
    catalogue = settings.catalogue
    figures = findings.figures()
    data = ReportData(
        title=catalogue.title.get("en") or next(iter(catalogue.title.values())),
        base=catalogue.base,
        release=told.release,
        clock=job.moment,
        version=VERSION,
        outcome=told.outcome,
        outcome_text=told.text,
        previous=told.previous,
        sources=tuple(_sources(settings, told)),
        figures=figures,
        names=names_of(figures, tools.vocabulary),
        triples=told.triples,
        changes=_first_of_each_kind(findings.changes()),
        held=_first_of_each_kind(read_held_back(settings.output)),
        held_counts=Counter(one.change for one in read_held_back(settings.output)),
        review=review,
        review_count=review_count,
        worklist=tuple(worklist[:MOST_SHOWN]),
        worklist_count=len(worklist),
        disagreements=tuple(_as_issue(one) for one in told.disagreements),
        rejected=tuple(
            Rejected(one.id, one.source, one.locator, one.issues, one) for one in quarantine
        ),
    )
    write_report(folder, data)


def _sources(settings: Settings, told: Told) -> Iterator[SourceReport]:
    for source in settings.sources:
        yield SourceReport(
            name=source.name,
            title=source.title,
            homepage=source.homepage,
            books=told.books.get(source.name, Books()),
            failed=told.failed.get(source.name, ""),
        )


def _as_issue(one: Disagreement) -> Issue:
    found, silent = ("shacl", "pyshacl") if one.engine else ("pyshacl", "shacl")
    message = f"{found} finds that {one.focus} breaks {one.shape}, {silent} does not."
    if one.explanation:
        message += f" Known: {one.explanation}."
    else:
        message += " Report this as a bug of Cataloom, with the record."
    return Issue("", one.focus.strip("<>"), "validate", one.path, "", "warning", message)


def _first_of_each_kind(changes: Iterable[Change]) -> tuple[Change, ...]:
    counts = Counter[str]()
    kept = []
    for change in changes:
        counts[change.change] += 1
        if counts[change.change] <= MOST_SHOWN:
            kept.append(change)
    return tuple(kept)


def _cut(lines: Iterator[T]) -> tuple[tuple[T, ...], int]:
    """Return the first lines, and how many there are."""
    first = tuple(islice(lines, MOST_SHOWN))
    return first, len(first) + sum(1 for _ in lines)
