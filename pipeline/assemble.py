"""All artefacts of a release, made from the files of its parts."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TypeVar

import msgspec

from pipeline.compare import title_of
from pipeline.errors import CataloomError
from pipeline.grace import SAID
from pipeline.job import Job, Lost, PartResult, Tools
from pipeline.model import (
    Books,
    Change,
    HarvestNote,
    Issue,
    Record,
    ReviewLine,
    Tombstone,
    WorklistLine,
)
from pipeline.part import lineage
from pipeline.publish import (
    Description,
    Difference,
    Dumps,
    Frame,
    PartDump,
    add,
    dataset_ntriples,
    update_graph,
    verify_dumps,
    write_changes,
    write_dataset,
    write_dumps,
    write_graph,
    write_issues,
    write_provenance,
    write_quarantine,
    write_review,
    write_tombstones,
    write_vocabulary,
    write_worklist,
)
from pipeline.publish.artefact import write_lines
from pipeline.publish.dumps import FORMATS
from pipeline.publish.figures import Figures, figures
from pipeline.release import release_id
from pipeline.settings import Source
from pipeline.validate import Result, by_record, find_results, validation_report

MOST_SAMPLES = 5  # record ids of a line of the worklist
S = TypeVar("S", bound=msgspec.Struct)


class Findings(msgspec.Struct, frozen=True):
    """What a run has to tell beside the records: read from the parts when it is asked for.

    `number` is that of the release in the making, `run` the run's id.
    """

    number: int
    run: str = ""
    results: tuple[PartResult, ...] = ()
    issues: tuple[Issue, ...] = ()
    review: tuple[ReviewLine, ...] = ()
    tombstones: tuple[Tombstone, ...] = ()

    def all_issues(self) -> Iterator[Issue]:
        """Yield the issues of the sources, then those of the records."""
        yield from self.issues
        yield from self._lines("issues", Issue)

    def all_review(self) -> Iterator[ReviewLine]:
        """Yield every question for a person."""
        yield from self.review
        yield from self._lines("review", ReviewLine)

    def changes(self) -> Iterator[Change]:
        """Yield what was created, updated and deleted in release `number`."""
        yield from self._lines("changes", Change)
        for stone in self.tombstones:
            if stone.release == self.number:
                yield Change(stone.id, "deleted", stone.title, stone.source, reason=stone.reason)

    def lost(self) -> Iterator[Lost]:
        """Yield the published records that this harvest is the first not to hold."""
        yield from self._lines("lost", Lost)

    def said_deleted(self) -> Iterator[Lost]:
        """Yield the published records that the source says are deleted, and held until now."""
        said = {
            stone.id
            for stone in self.tombstones
            if stone.release == self.number and stone.reason == SAID
        }
        if said:
            for one in self._lines("out", Record):
                if one.id in said and not one.missing_since:
                    yield Lost(one.id, one.source, title_of(one))

    def quarantine(self) -> Iterator[Record]:
        """Yield the rejected records."""
        yield from self._lines("quarantine", Record)

    def worklist(self) -> list[WorklistLine]:
        """Return the labels that no concept carries, counted over all parts."""
        lines: dict[tuple[str, str, str], WorklistLine] = {}
        for line in (line for result in self.results for line in result.worklist):
            key = (line.source, line.property, line.label)
            if key in lines:
                records = (*lines[key].records, *line.records)[:MOST_SAMPLES]
                count = lines[key].count + line.count
                lines[key] = msgspec.structs.replace(line, count=count, records=records)
            else:
                lines[key] = line
        return sorted(lines.values(), key=lambda line: (-line.count, line.source, line.label))

    def figures(self) -> Figures:
        """Return the counts of all parts, and the issues of the sources."""
        parts = (result.figures for result in self.results)
        return functools.reduce(add, parts, figures((), self.issues))

    def results_found(self) -> Iterator[Result]:
        """Yield what the shapes found."""
        yield from self._lines("results", Result)

    def _lines(self, name: str, kind: type[S]) -> Iterator[S]:
        decoder = msgspec.json.Decoder(kind)
        for result in self.results:
            with result.part.file(name).open("rb") as lines:
                for line in lines:
                    yield decoder.decode(line)


class Made(msgspec.Struct, frozen=True):
    """What the parts of a run came to: the job as it was done, the findings, the books.

    `notes` holds what the harvest of each source leaves for the next.
    """

    job: Job
    findings: Findings
    books: dict[str, Books]
    notes: dict[str, HarvestNote] = {}


def assemble(folder: Path, job: Job, tools: Tools, findings: Findings) -> tuple[Dumps, Findings]:
    """Write every artefact but the report and the manifest into `folder`.

    Returns the dumps, and the findings with those about the catalogue's own description. Up to
    `reference_limit` records the dumps are read back and compared. Raises `OutputError` where the
    disk refuses, `CataloomError` where a dump is not what was to be written.
    """
    for result in findings.results:
        target = folder / "records" / f"part-{result.part.index:05}.jsonl.gz"
        shutil.move(result.part.file("records"), target)
    dumps = write_dumps(folder, [_part_dump(one) for one in findings.results], _frames(tools))
    if dumps.records <= job.settings.catalogue.validate.reference_limit:
        _refuse_wrong_dumps(folder)
    write_vocabulary(folder, tools.vocabulary)
    description = dataset_ntriples(_description(job, tools, findings, dumps))
    write_dataset(folder, description)
    _write_graph(folder, job, tools, findings, description)
    write_changes(folder, findings.changes())
    write_tombstones(folder, findings.tombstones)
    origins = frozenset[tuple[str, str]]().union(*(one.origins for one in findings.results))
    pieces = [one.part.file("provenance") for one in findings.results]
    write_provenance(folder, lineage(job), origins, pieces)
    results = find_results(description.decode(), tools.checker)
    about = (issue for several in by_record(results).values() for issue in several)
    findings = msgspec.structs.replace(findings, issues=(*findings.issues, *about))
    write_findings(folder, findings)
    told = chain(findings.results_found(), results)
    report = validation_report(told, job.settings.catalogue.base)
    write_lines(folder / "validation.ttl", (piece.encode() for piece in report))
    return dumps, findings


def _write_graph(
    folder: Path, job: Job, tools: Tools, findings: Findings, description: bytes
) -> None:
    """Make the graph from that of the last release, or anew where that does not do."""
    vocabulary = tools.vocabulary.ntriples.encode()
    if job.before is not None:
        parts = [result.part for result in findings.results]
        difference = Difference(
            before=job.before,
            gone=[part.file("gone") for part in parts],
            come=[part.file("come") for part in parts],
            description=description,
            vocabulary=vocabulary,
            base=job.settings.catalogue.base,
        )
        if update_graph(folder, difference):
            return
    write_graph(folder, [folder / "catalogue.nt", vocabulary, description])


def write_findings(folder: Path, findings: Findings) -> None:
    """Write what is wrong and what needs a person: issues, quarantine, work list, questions."""
    write_issues(folder, findings.all_issues())
    write_quarantine(folder, findings.quarantine())
    write_worklist(folder, findings.worklist())
    write_review(folder, findings.all_review())


def _refuse_wrong_dumps(folder: Path) -> None:
    problems = verify_dumps(folder)
    if problems:
        raise CataloomError(
            "; ".join(problems),
            where="publish",
            next_step="nothing was published; report this as a bug of Cataloom",
        )


def _part_dump(result: PartResult) -> PartDump:
    pieces = {name: result.part.file(name) for name in FORMATS}
    return PartDump(pieces, result.records, result.triples)


def _frames(tools: Tools) -> dict[str, Frame]:
    mapping = tools.mapping
    return {
        "ttl": Frame(mapping.turtle_head(), b"", b""),
        "jsonld": Frame(mapping.jsonld_head(), mapping.jsonld_separator, mapping.jsonld_tail()),
        "rdf": Frame(mapping.rdfxml_head(), b"", mapping.rdfxml_tail()),
    }


def _left(job: Job, findings: Findings) -> tuple[Source, ...]:
    """Return the sources that are gone from `input/` and have records in this release."""
    names = {name for one in findings.results for name, books in one.books.items() if books.kept}
    return tuple(source for source in job.left if source.name in names)


def _description(job: Job, tools: Tools, findings: Findings, dumps: Dumps) -> Description:
    settings = job.settings
    return Description(
        catalogue=settings.catalogue,
        sources=(*settings.sources, *_left(job, findings)),
        vocabulary=tools.vocabulary,
        release=release_id(job.moment),
        issued=(*job.datestamps, job.moment)[0],
        modified=job.moment,
        records=dumps.records,
        triples=dumps.triples,
        dumps=dumps.files,
        languages=tuple(sorted(tag for tag in findings.figures().languages if tag)),
    )
