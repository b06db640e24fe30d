"""`oai-pmh`: records of an OAI-PMH 2.0 provider, live or from saved answers.

http://www.openarchives.org/OAI/openarchivesprotocol.html
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from pipeline.errors import SettingsError, SourceError
from pipeline.extract.access import Access, NoEntriesError, payloads_of
from pipeline.extract.oai_answer import LIST, Answer, read_answer
from pipeline.extract.oai_dates import as_from, as_until, is_moment
from pipeline.extract.oai_errors import refused
from pipeline.extract.oai_harvest import harvest
from pipeline.extract.oai_list import RecordList, Shelf
from pipeline.extract.oai_record import Maker
from pipeline.extract.payloads import Payload, shown, source_issue
from pipeline.extract.unread import Notes
from pipeline.kinds import OaiSettings
from pipeline.model import Page
from pipeline.settings import Source

MOST_RECORDS = 2000
"""Records of one `Page`."""


def pages(source: Source, access: Access) -> Iterator[Page]:
    """Return the pages of an OAI-PMH provider, or of saved answers; see `pipeline.extract.pages`.

    Every page of the list is fetched before the first is given, as only the last header of a record
    counts. A live harvest sets `Page.until`, and `Page.since` where only changes were asked for.
    """
    settings = source.oai or OaiSettings()
    _check(source, settings)
    maker = Maker(source)
    if source.is_live:
        return _live(source, access, settings, maker)
    return _saved(source, payloads_of(source, access), maker, access.payloads)


def _live(source: Source, access: Access, settings: OaiSettings, maker: Maker) -> Iterator[Page]:
    with Shelf(access.payloads) as shelf:
        found = harvest(source, access, settings, lambda: RecordList(maker, shelf))
        issues = Notes((*found.issues, *maker.issues))
        issues.broken_off = maker.broken_off
        yield from _pages(found.records, issues, found.since, found.until)


def _saved(
    source: Source, payloads: Iterator[Payload], maker: Maker, folder: Path
) -> Iterator[Page]:
    with Shelf(folder) as shelf:
        records = RecordList(maker, shelf)
        issues = _read_all(source, payloads, records)
        issues += maker.issues
        issues.broken_off = issues.broken_off or maker.broken_off
        yield from _pages(records, issues)


def _read_all(source: Source, payloads: Iterator[Payload], records: RecordList) -> Notes:
    """Add saved answers to `records`; returns the issues of the source as a whole."""
    issues = Notes()
    names: dict[str, str] = {}
    sizes: set[int] = set()
    nothing: SourceError = NoEntriesError(
        "holds no record", where=source.location, expected="a list with at least one record",
        next_step="save the answer to ListRecords again",
    )  # fmt: skip
    payload = answer = None
    for payload in payloads:
        if payload.digest in names:
            message = f"{payload.name}: is the same as {names[payload.digest]}; it was read once"
            issues.lose(source_issue(source, message))
            continue
        names[payload.digest] = payload.name
        answer = read_answer(payload, source)
        if answer.errors and not answer.entries:
            nothing = refused(answer.errors, payload.name)
            if not isinstance(nothing, NoEntriesError):
                raise nothing
            issues.append(source_issue(source, str(nothing)))
        elif answer.verb != LIST:
            raise _no_list(payload, answer)
        records.add(payload, answer)
        if answer.token and answer.token.size is not None:
            sizes.add(answer.token.size)
    if not records.entries:
        raise nothing
    if len(sizes) == 1:  # of several lists it cannot be told which pages belong together
        records.sizes.extend(sizes)
    if payload and answer and answer.token and answer.token.value:
        message = (
            f"{payload.name}: the list goes on behind the resumptionToken "
            f"{shown(answer.token.value)!r}; save its further pages too"
        )
        issues.lose(source_issue(source, message))
    return issues


def _pages(records: RecordList, issues: Notes, since: str = "", until: str = "") -> Iterator[Page]:
    """Yield the records of a list; the issues of the whole go with the first page."""
    total = records.declared_total
    for made in records.pages():
        issues += made.issues
        deleted = made.deleted
        for start in range(0, len(made.records) or len(made.deleted[:1]), MOST_RECORDS):
            some = made.records[start : start + MOST_RECORDS]
            page = issues.page(some, total, deleted=deleted)
            yield msgspec.structs.replace(page, since=since, until=until)
            deleted = ()
    if issues or not records.entries:
        yield msgspec.structs.replace(issues.page((), total), since=since, until=until)


def _no_list(payload: Payload, answer: Answer) -> SourceError:
    names = {"listidentifiers": "ListIdentifiers, which holds headers only"}
    verb = names.get(answer.verb, answer.verb or "no verb at all")
    return SourceError(
        f"is an answer to {verb}", where=payload.name, expected="one to ListRecords or GetRecord",
        next_step="save the list of records, or give the provider's address as 'location'",
    )  # fmt: skip


def _check(source: Source, settings: OaiSettings) -> None:
    where = source.file or source.name
    if source.paging:
        raise SettingsError(
            "key 'paging': an OAI-PMH provider leads from page to page itself", where=where,
            expected="no [paging]", next_step="take it out",
        )  # fmt: skip
    for name, value in (("from", settings.from_), ("until", settings.until)):
        if value and not is_moment(value):
            raise SettingsError(
                f"key 'oai.{name}': {shown(value)!r} is no moment in UTC", where=where,
                expected='a day such as "2024-05-31", or a second such as "2024-05-31T12:00:00Z"',
                next_step="correct it",
            )  # fmt: skip
    start, end = settings.from_, settings.until
    if start and end and as_from(start, "second") > as_until(end, "second"):
        raise SettingsError(
            f"keys 'oai.from' and 'oai.until': {start} is after {end}", where=where,
            expected="'from' before 'until'", next_step="correct them",
        )  # fmt: skip
    if not settings.prefix.strip() or not all(name.strip() for name in settings.sets):
        raise SettingsError(
            "keys 'oai.prefix' and 'oai.sets': empty", where=where,
            expected="names that the provider has, such as prefix = \"oai_dc\"",
            next_step="correct them, or leave them out",
        )  # fmt: skip
