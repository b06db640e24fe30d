"""One part of the records through link, map and validate, and its comparison with the last release.

A part is the records whose identifiers fall into one range of hashes. It is worked on in one go, in
a worker process; what it makes lies in files beside it, so that memory does not grow with the
catalogue.
"""

from __future__ import annotations

import functools
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec

from pipeline import VERSION
from pipeline.compare import change_of, order, title_of
from pipeline.grace import aged, due_date, is_ahead, next_look, unseen
from pipeline.job import Job, Lost, Part, PartResult, Tools, prepare
from pipeline.link import link, review, worklist
from pipeline.model import Books, Change, Issue, Locator, Record
from pipeline.part_files import read_lines, read_same
from pipeline.publish.figures import figures
from pipeline.publish.provenance import Lineage, Run, record_lineage
from pipeline.record_parts import write_records
from pipeline.release import release_id
from pipeline.state import bare, last_valid
from pipeline.validate import (
    Result,
    by_record,
    choose_for_reference,
    find_results,
)

WRITTEN = 200  # records whose text is in memory at a time


def work_on(part: Part) -> PartResult:
    """Link, map, validate and compare the records of a part; run in a worker process.

    Reads the part's files `new`, `same`, `old` and `out`; writes `records`, `nt`, `ttl`, `jsonld`,
    `rdf`, `provenance`, `gone`, `come`, `changes`, `lost`, `quarantine`, `issues`, `review`,
    `results` and `compared`.
    """
    job, tools = part.job, prepare(part.job)
    limits = job.settings.catalogue.validate
    old = {record.id: record for record in read_lines(part.file("old"))}
    new = _described(job, tools, read_lines(part.file("new")), old)
    new += (_taken_over(old[id_], at) for id_, at in read_same(part.file("same")).items())
    found = {record.id for record in new}
    gone = [one for one in old.values() if one.id not in found]
    lost = [one for one in gone if _is_lost(job, one)]
    left = (_left(job, one) for one in gone)
    missing = _described(job, tools, left, old)
    texts = {one.id: tools.mapping.ntriples(one) for one in (*new, *missing)}
    text = b"".join(texts.values()).decode()
    results = find_results(text, tools.checker, limits.most_results)
    verdict = by_record(results)
    new, missing = ([_with_issues(one, verdict) for one in some] for some in (new, missing))
    accepted = [one for one in new if not _is_blocked(one)]
    rejected = sorted((one for one in new if _is_blocked(one)), key=order)
    fallen_back = (last_valid(old[one.id]) for one in rejected if one.id in old)
    restored = _described(job, tools, fallen_back, old)
    texts |= {one.id: tools.mapping.ntriples(one) for one in restored}
    published = sorted([*accepted, *missing, *restored], key=order)
    changes = [change_of(old.get(one.id), one) for one in published if _is_changed(one, old)]
    _write(part, published, rejected, changes, results)
    _write_structs(part.file("lost"), (Lost(one.id, one.source, title_of(one)) for one in lost))
    ids = [one.id for one in (*published, *rejected)]
    compared = choose_for_reference(ids, [one.id for one in rejected], limits)
    _write_compared(part, tools, [*published, *rejected], compared)
    _write_difference(part, tools, old, published)
    return PartResult(
        part=part,
        records=len(published),
        triples=_write_dumps(part, tools, published, texts),
        books=_books(job, accepted, rejected, old),
        changes=len(changes),
        state=sum(_state_differs(one, old.get(one.id)) for one in published),
        lost=dict(Counter(one.source for one in lost)),
        unsettled=dict(Counter(one.source for one in accepted if _is_unsettled(one))),
        next_look=_next_look(job, published),
        payloads=frozenset(one.locator.payload for one in (*published, *rejected)),
        origins=frozenset((one.locator.payload, one.locator.name) for one in published),
        violations=_violations((*new, *missing)),
        compared=compared,
        rejected=compared & {one.id for one in rejected},
        worklist=worklist(published, tools.vocabulary),
        figures=figures(published, (issue for one in rejected for issue in one.issues)),
    )


def lineage(job: Job) -> Lineage:
    """Return what the records of a job do not know of their own origin."""
    stamps = (*job.datestamps, job.moment)
    runs = {
        number: Run(release_id(moment), moment, VERSION if number == job.number else "")
        for number, moment in enumerate(stamps, 1)
    }
    return Lineage(job.settings.catalogue.base, runs)


def _described(
    job: Job, tools: Tools, records: Iterable[Record], old: dict[str, Record]
) -> list[Record]:
    """Link records, give each the issues of its mapping, its digest and its release number."""
    by_source: dict[str, list[Record]] = {}
    for record in records:
        by_source.setdefault(record.source, []).append(record)
    described = []
    for name in sorted(by_source):
        for record in link(by_source[name], tools.vocabulary, tools.sources[name], tools.decisions):
            digest = _digest(tools, record)
            before = old.get(record.id)
            described.append(
                msgspec.structs.replace(
                    record,
                    issues=(*record.issues, *tools.mapping.problems(record)),
                    digest=digest,
                    release=before.release if before and before.digest == digest else job.number,
                )
            )
    return described


def _taken_over(record: Record, locator: Locator) -> Record:
    """Return a published record whose entry is as it was, but for what the shapes say of it.

    By the same rules `_described` would come to the same. Shapes are asked again, as an agent that
    several records share may break them.
    """
    issues = record.issues
    if issues:
        issues = tuple(one for one in issues if one.stage != "validate")
    return msgspec.structs.replace(record, locator=locator, issues=issues)


def _digest(tools: Tools, record: Record) -> str:
    """Return the SHA-256 of what clients are shown: the description and the labels in it."""
    whole = hashlib.sha256(tools.mapping.description(record))
    for iri in (*record.types, *record.subjects):
        labels = tools.vocabulary.labels.get(iri, {})
        whole.update(msgspec.json.encode(sorted(labels.items())))
    return whole.hexdigest()


def _left(job: Job, record: Record) -> Record:
    """Return a published record that this harvest does not hold; its source may not be in it."""
    record = bare(record)
    if record.source not in job.harvested or record.source in job.partly:
        return record
    grace = job.settings.catalogue.deletion
    was_ahead = ""
    if is_ahead(record, job.clock):
        was_ahead = (
            f" An earlier run noted {record.missing_since}, which is yet to come: its clock was "
            "wrong, and the days count from now."
        )
    if record.source in job.complete:
        record = aged(record, job.clock, grace)
        told = (
            f"it is deleted after {grace.runs} complete harvests without it and not before "
            f"{due_date(record, grace)}. If it is gone for good, nothing is to be done"
        )
    else:
        record = unseen(record, job.clock)
        told = (
            "it stays published, since this harvest was not the whole listing (docs/sources.md, "
            "'complete'). If it is gone for good, nothing is to be done"
        )
    notice = Issue(
        record.source, record.id, "link", "", "", "info",
        f"The source no longer shows this entry (since {record.missing_since}); {told}; if not, "
        f"look for it at the source.{was_ahead}",
    )  # fmt: skip
    return msgspec.structs.replace(record, issues=(*record.issues, notice))


def _ntriples(tools: Tools, records: Sequence[Record]) -> str:
    return b"".join(map(tools.mapping.ntriples, records)).decode()


def _with_issues(record: Record, verdict: dict[str, tuple[Issue, ...]]) -> Record:
    """Return a record with what the shapes found, but for what is known of a value already."""
    known = {(one.property, one.value) for one in record.issues}
    found = tuple(
        one
        for one in verdict.get(record.id, ())
        if one.severity == "violation" or (one.property, one.value) not in known
    )
    return msgspec.structs.replace(record, issues=(*record.issues, *found)) if found else record


def _is_blocked(record: Record) -> bool:
    return any(one.severity == "violation" for one in record.issues)


def _is_changed(record: Record, old: dict[str, Record]) -> bool:
    return record.id not in old or old[record.id].digest != record.digest


def _state_differs(record: Record, before: Record | None) -> bool:
    return before is None or _state(record) != _state(before)


def _state(record: Record) -> tuple[object, ...]:
    return record.keys, record.missing, record.missing_since


def _is_lost(job: Job, record: Record) -> bool:
    """Say whether this harvest is the first that does not hold a published record."""
    return record.source in job.harvested - job.partly and not record.missing_since


def _is_unsettled(record: Record) -> bool:
    return any(not one.language for one in record.title)


def _next_look(job: Job, published: Iterable[Record]) -> str:
    grace = job.settings.catalogue.deletion
    whole = {source.name for source in job.settings.sources if source.is_complete}
    looks = (next_look(one, job.clock, grace) for one in published if one.source in whole)
    return min(filter(None, looks), default="")


def _books(
    job: Job, accepted: Sequence[Record], rejected: Sequence[Record], old: dict[str, Record]
) -> dict[str, Books]:
    """Return the accounts of a part by source, but for what was merged before it."""
    kinds = {source: Counter[str]() for source in job.harvested}
    for record in old.values():
        kinds.setdefault(record.source, Counter())["previous"] += 1
    for record in accepted:
        before = old.get(record.id)
        same = before is not None and before.digest == record.digest
        kind = "created" if before is None else "unchanged" if same else "updated"
        kinds[record.source][kind] += 1
    for record in rejected:
        kinds[record.source]["rejected"] += 1
    answer = {}
    for source, count in kinds.items():
        kept = count["previous"] - count["updated"] - count["unchanged"]
        answer[source] = Books(
            extracted=count["created"] + count["updated"] + count["unchanged"] + count["rejected"],
            created=count["created"],
            updated=count["updated"],
            unchanged=count["unchanged"],
            rejected=count["rejected"],
            previous=count["previous"],
            kept=kept,
        )
    return answer


def _violations(records: Iterable[Record]) -> dict[str, int]:
    counts = Counter(
        record.source for record in records for one in record.issues if one.severity == "violation"
    )
    return dict(counts)


def _write(
    part: Part,
    published: Sequence[Record],
    rejected: Sequence[Record],
    changes: Sequence[Change],
    results: Sequence[Result],
) -> None:
    """Write the part's state and what is told of its records."""
    write_records(part.file("records"), published)
    _write_structs(part.file("quarantine"), rejected)
    _write_structs(part.file("changes"), changes)
    _write_structs(part.file("results"), results)
    told = (*published, *rejected)
    _write_structs(part.file("issues"), (issue for one in told for issue in one.issues))
    _write_structs(part.file("review"), review(published))


def _write_compared(
    part: Part, tools: Tools, records: Sequence[Record], compared: frozenset[str]
) -> None:
    """Write the N-Triples of the records that the reference engine may check."""
    text = _ntriples(tools, [one for one in records if one.id in compared])
    part.file("compared").write_text(text, "utf-8")


def _write_dumps(
    part: Part, tools: Tools, published: Sequence[Record], texts: Mapping[str, bytes]
) -> int:
    """Write the part's pieces of the dumps and of the lineage; return the number of triples.

    `texts` are the N-Triples of the records by their ids.
    """
    mapping, triples = tools.mapping, 0
    trace = functools.partial(record_lineage, lineage(part.job))
    with ExitStack() as stack:
        nt, ttl, jsonld, rdf, provenance = (
            stack.enter_context(part.file(name).open("wb"))
            for name in ("nt", "ttl", "jsonld", "rdf", "provenance")
        )
        for start in range(0, len(published), WRITTEN):
            some = published[start : start + WRITTEN]
            lines = b"".join(texts[one.id] for one in some)
            triples += lines.count(b"\n")
            nt.write(lines)
            ttl.write(b"".join(map(mapping.turtle, some)))
            jsonld.write(mapping.jsonld_separator if start else b"")
            jsonld.write(mapping.jsonld_separator.join(map(mapping.jsonld, some)))
            rdf.write(b"".join(map(mapping.rdfxml, some)))
            provenance.write(b"".join(map(trace, some)))
    return triples


def _write_difference(
    part: Part, tools: Tools, old: dict[str, Record], published: Sequence[Record]
) -> None:
    """Write the N-Triples that the last release holds and this one does not, and the other way.

    Nothing is written where other rules made the last release: then the graph is made anew.
    """
    gone: list[Record] = []
    come: list[Record] = []
    if part.job.before is not None:
        gone += read_lines(part.file("out"))
        kept = {one.id: one for one in published}
        for before in old.values():
            after = kept.get(before.id)
            if after is None or _as_shown(after) != _as_shown(before):
                gone.append(before)
        come += (
            one
            for one in published
            if one.id not in old or _as_shown(old[one.id]) != _as_shown(one)
        )
    for name, records in (("gone", gone), ("come", come)):
        part.file(name).write_bytes(b"".join(map(tools.mapping.ntriples, records)))


def _as_shown(record: Record) -> tuple[str, int]:
    """Return what decides the triples of a record."""
    return record.digest, record.release


def _write_structs(file: Path, structs: Iterable[msgspec.Struct]) -> None:
    encode = msgspec.json.Encoder().encode
    with file.open("wb") as lines:
        lines.writelines(encode(one) + b"\n" for one in structs)
