"""One document of linked data -> its records in pages; what a file and an answer have in common."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from pipeline.errors import SettingsError, SourceError
from pipeline.extract.access import NoEntriesError
from pipeline.extract.decoding import decode
from pipeline.extract.gzipped import gunzipped
from pipeline.extract.payloads import Payload, shown, source_issue
from pipeline.extract.properties import HYDRA, expand
from pipeline.extract.rdf_fields import Describer, Own, own_fields
from pipeline.extract.rdf_graph import Graph
from pipeline.extract.rdf_parse import Parsed, parse
from pipeline.extract.rdf_records import class_counts, select
from pipeline.extract.rdf_syntax import NAMES, Syntax, named_syntax, recognise
from pipeline.extract.unread import Notes
from pipeline.model import Issue, Locator, Page, SourceRecord
from pipeline.settings import Source

RECORDS_A_PAGE = 2_000
TOTALS = (HYDRA + "totalItems",)
NUMBER = re.compile(r"[0-9]{1,9}")


class Plan(msgspec.Struct, frozen=True):
    """What the settings of a source say, checked."""

    source: Source
    classes: frozenset[str]
    own: tuple[Own, ...]
    syntax: Syntax | None


class Described(msgspec.Struct, frozen=True):
    """A document that was read: its graph, its issues, where it stands, what is broken in it."""

    graph: Graph
    issues: tuple[Issue, ...]
    place: Locator
    notes: tuple[str, ...] = ()
    broken: str = ""


def make_plan(source: Source) -> Plan:
    """Return the checked settings; raises `SettingsError`."""
    classes = []
    for name in source.rdf.classes if source.rdf else ():
        iri = expand(name)
        if not iri:
            raise SettingsError(
                f"key 'rdf.classes': {shown(name)!r} is no class",
                where=source.file or source.name,
                expected="an IRI such as http://www.w3.org/ns/dcat#Dataset, or dcat:Dataset with "
                "a usual prefix",
            )
        classes.append(iri)
    return Plan(source, frozenset(classes), own_fields(source), named_syntax(source))


def describe(payload: Payload, plan: Plan, *, strict: bool = False) -> Described:
    """Return the graph of a payload; raises `SourceError` for what is no RDF or is broken.

    `strict` has every broken part raise, also where the parts beside it could be read.
    """
    data = gunzipped(payload.data, payload.name)
    # Only XML may say its encoding itself; it says so in what would else be no RDF at all.
    is_xml = data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml")
    decoded = decode(data, plan.source, payload.name, markup=is_xml, charset=payload.charset)
    recognised = recognise(payload, decoded.text, plan.syntax)
    base = payload.url or plan.source.homepage
    parsed = parse(decoded.text, recognised.syntax, base, payload.name)
    if strict and parsed.problems:
        raise SourceError(
            f"is not {NAMES[recognised.syntax]}: {parsed.problems[0]}", where=payload.name,
            expected="a whole answer", next_step="run again later, or ask for less at once",
        )  # fmt: skip
    issues = [*decoded.issues, *_problems(plan.source, payload.name, parsed)]
    place = Locator(payload.digest, payload.name, "")
    broken = f"{payload.name}: {parsed.problems[0]}" if parsed.problems else ""
    return Described(parsed.graph, tuple(issues), place, parsed.notes, broken)


def read_graph(
    described: Described, plan: Plan, subjects: tuple[str, ...] | None = None
) -> Iterator[Page]:
    """Return the records of a graph in pages: those of `subjects`, or those it seems to be about.

    Raises `NoEntriesError` where there is none.
    """
    graph, place = described.graph, described.place
    issues = Notes(described.issues)
    issues.broken_off = described.broken
    if subjects is None:
        selection = select(graph, plan.classes)
        subjects = selection.subjects
        if not subjects:
            raise _no_records(described, plan)
        issues += [
            source_issue(plan.source, f"{place.name}: {note}", severity="info")
            for note in selection.notes
        ]
    describer = Describer(graph, plan.source, plan.own, place)
    total = _total(graph)
    waiting: list[SourceRecord] = []
    relative = 0
    for number, subject in enumerate(subjects, 1):
        record = describer.record(subject, number)
        relative += bool(record.key) and subject == record.key and ":" not in subject
        waiting.append(record)
        if len(waiting) == RECORDS_A_PAGE:
            yield issues.page(waiting, total)
            waiting, total = [], None
    if relative:
        issues.append(_relative(plan.source, place.name, relative))
    if waiting or issues:
        yield issues.page(waiting, total)


def _problems(source: Source, where: str, parsed: Parsed) -> Iterator[Issue]:
    for note in parsed.notes:
        yield source_issue(source, f"{where}: {note}")
    for problem in parsed.problems:
        yield source_issue(source, f"{where}: {problem}", value=problem)
    if parsed.count > len(parsed.problems):
        further = parsed.count - len(parsed.problems)
        yield source_issue(source, f"{where}: {further:,} further parts are broken")


def _no_records(described: Described, plan: Plan) -> NoEntriesError:
    found = class_counts(described.graph)
    told = f"it describes {found}" if found else "nothing in it has a class"
    wanted = ", ".join(plan.source.rdf.classes) if plan.source.rdf else ""
    notes = f"; it {described.notes[0]}" if described.notes else ""
    if not described.graph.statements:
        told = "it says nothing"
    return NoEntriesError(
        f"holds no record: {told}{notes}", where=described.place.name,
        expected=f"instances of {wanted}" if wanted else "titled resources of a usual class",
        next_step="name the class of the records in 'rdf.classes'",
    )  # fmt: skip


def _relative(source: Source, where: str, count: int) -> Issue:
    message = (
        f"{where}: {count:,} {'records have' if count > 1 else 'record has'} an IRI that is "
        "relative, and nothing says to what; set 'homepage' to the address that the document had"
    )
    return source_issue(source, message)


def _total(graph: Graph) -> int | None:
    """Return the number of records that a catalogue says it has, if there is just one that does."""
    totals = {
        term.value
        for about in graph.statements.values()
        for name in TOTALS
        for term in about.get(name, ())
    }
    number = totals.pop() if len(totals) == 1 else ""
    return int(number) if NUMBER.fullmatch(number) else None
