"""`marc`: MARC 21 records, binary (ISO 2709) or MARCXML, in MARC-8 or UTF-8.

What is wrong with a record never costs another: it is left out, or mended, and an issue says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError, SourceError
from pipeline.extract.access import Access, NoEntriesError, read_each
from pipeline.extract.decoding import canonical
from pipeline.extract.gzipped import gunzipped
from pipeline.extract.marc_binary import FOUND_LEADER, Parsed, chunks_of, parse
from pipeline.extract.marc_codes import DELETED, NOT_DESCRIPTIONS
from pipeline.extract.marc_fields import leader_of
from pipeline.extract.marc_path import EXAMPLES, MarcPathError, parse_path
from pipeline.extract.marc_record import fields_of, key_of
from pipeline.extract.marc_xml import is_xml, read_xml
from pipeline.extract.payloads import Payload, shown, source_issue
from pipeline.extract.source_record import make_record
from pipeline.extract.unread import Notes
from pipeline.kinds import Field, MarcSettings
from pipeline.model import Issue, Locator, Page, SourceRecord
from pipeline.settings import Source

if TYPE_CHECKING:
    from pymarc import Record

ACCEPT = "application/marc, application/marcxml+xml, application/xml;q=0.9, */*;q=0.1"
PAGE_SIZE = 2_000
"""Records of one `Page`."""

MOST_TOLD = 100
"""Records left out of one payload that have an issue each; of the rest one tells the number."""

OTHER_FORMS = (
    (b"=LDR", "the text form of MarcEdit (.mrk)"),
    (b"=001", "the text form of MarcEdit (.mrk)"),
    (b"{", "JSON"),
    (b"[", "JSON"),
)


def pages(source: Source, access: Access) -> Iterator[Page]:
    """Return the pages of a `marc` source; see `pipeline.extract.pages`."""
    extra = compile_fields(source)
    if source.encoding and not canonical(source.encoding):
        raise SettingsError(
            f"key 'encoding': {shown(source.encoding)!r}: unknown",
            where=source.file or source.name,
            expected="the name of a character encoding, such as iso-8859-1",
            next_step="correct it, or leave it out: UTF-8 and MARC-8 are recognised",
        )
    return read_each(source, access, lambda payload: read(payload, source, extra), accept=ACCEPT)


def compile_fields(source: Source) -> dict[str, Field]:
    """Return the fields of `source.marc`; raises `SettingsError` where one names no place."""
    found: dict[str, Field] = {}
    for name, given in (source.marc or MarcSettings()).fields.items():
        field = Field(select=given) if isinstance(given, str) else given
        key = f"marc.fields.{name}" + ("" if isinstance(given, str) else ".select")
        where = source.file or source.name
        try:
            parse_path(field.select)
        except MarcPathError as error:
            raise SettingsError(
                f"key '{key}': {error}", where=where, expected=f"a place such as {EXAMPLES}",
                next_step="see docs/sources/marc.md, 'Other fields'",
            ) from error  # fmt: skip
        if field.attribute:
            raise SettingsError(
                f"key 'marc.fields.{name}.attribute': MARC has no attributes", where=where,
                expected="only select, split, html and language",
            )  # fmt: skip
        found[name] = field
    return found


def read(payload: Payload, source: Source, extra: Mapping[str, Field]) -> Iterator[Page]:
    """Return the records of one payload, up to `PAGE_SIZE` a page; pure.

    Raises `NoEntriesError` for XML without a record, `SourceError` for what is no MARC at all.
    """
    data = gunzipped(payload.data, payload.name)
    if is_xml(data):
        issues, found = read_xml(data, source, payload.name)
    else:
        issues, found = (), _binary(data, source, payload.name)
    odd: dict[str, list[str]] = {}
    notes, left_out, number = Notes(issues), 0, 0
    records: list[SourceRecord] = []
    deleted: list[str] = []
    for number, parsed in enumerate(found, 1):
        if parsed.record is None:
            left_out += 1
            if left_out <= MOST_TOLD:
                notes.lose(_left_out(source, payload.name, number, parsed.problem))
            continue
        key = key_of(parsed.record)
        position = f"record {number}" + (f", {shown(key)}" if key else "")
        for what in parsed.odd:
            odd.setdefault(what, []).append(position)
        leader = leader_of(parsed.record)
        if kind := NOT_DESCRIPTIONS.get(leader[6]):
            odd.setdefault(f"describe no resource ({kind} records) and were left out", []).append(
                position
            )
        elif leader[5] == DELETED and key:
            deleted.append(key)
        else:
            records.append(
                _record(parsed.record, parsed.lost, source, payload, position, key, extra)
            )
        if len(records) + len(deleted) >= PAGE_SIZE:
            yield notes.page(records, deleted=deleted)
            records, deleted = [], []
    if not number:
        raise NoEntriesError(
            "holds no MARC record", where=payload.name,
            expected="record elements with leader, controlfield and datafield",
            next_step="check 'location'; a provider of OAI-PMH is read by kind = \"oai-pmh\"",
        )  # fmt: skip
    told = [f"records that {what}: {len(positions):,}; the first is {positions[0]}"
            for what, positions in odd.items()]  # fmt: skip
    if left_out > MOST_TOLD:
        told.append(f"more records were left out: {left_out - MOST_TOLD:,}")
    notes += [source_issue(source, f"{payload.name}: {message}") for message in told]
    yield notes.page(records, deleted=deleted)


def _record(
    record: Record, lost: str, source: Source, payload: Payload, position: str, key: str,
    extra: Mapping[str, Field],
) -> SourceRecord:  # fmt: skip
    issues: tuple[Issue, ...] = ()
    if lost:
        message = f"{lost}; look the record up in its catalogue and export it again"
        issues = (Issue(source.name, position, "extract", "", "", "warning", message),)
    return make_record(
        source, Locator(payload.digest, payload.name, ""), position, fields_of(record, extra),
        key=key, markup=[name for name, field in extra.items() if field.html], issues=issues,
        look="the record in its catalogue",
    )  # fmt: skip


def _binary(data: bytes, source: Source, where: str) -> Iterator[Parsed]:
    head = data[:5].lstrip()
    form = next((form for mark, form in OTHER_FORMS if head.startswith(mark)), "")
    if form or not FOUND_LEADER.search(data):
        raise SourceError(
            f"is {form}, which is not read" if form
            else f"is no MARC: no leader in it; it begins {shown(data[:200].decode('latin-1'))!r}",
            where=where, expected="binary MARC 21 (ISO 2709) or MARCXML",
            next_step="export it again in one of these",
        )  # fmt: skip
    return (parse(chunk, configured=canonical(source.encoding)) for chunk in chunks_of(data))


def _left_out(source: Source, name: str, number: int, problem: str) -> Issue:
    position = f"record {number}"
    message = f"{name}: {position}: {problem}; it was left out: export it again"
    return Issue(source.name, position, "extract", "", "", "warning", message)
