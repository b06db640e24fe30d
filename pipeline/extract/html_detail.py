"""The pages of the entries of an HTML listing: what they add to the records.

A page that cannot be had is an issue of its record, which stays; where that happens to more than a
fifth of them, the source stops: it would be published with fields missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from pipeline.errors import SourceError
from pipeline.extract.access import Access
from pipeline.extract.decoding import decode
from pipeline.extract.html_entry import values_of
from pipeline.extract.html_pages import HTML, base_of, joiner, parse_utf8, utf8_of
from pipeline.extract.html_walk import BASE, PageWalk
from pipeline.extract.http_error import ComeBackError, TimeIsUpError
from pipeline.extract.payloads import Payload, read_payload, shown
from pipeline.extract.saved_pages import saved_page
from pipeline.extract.selectors import Detail
from pipeline.extract.source_record import make_record
from pipeline.model import Issue, Locator, Page, SourceRecord
from pipeline.settings import Source

MOST_FAILED = 0.2
"""The share of pages that may fail."""

FEW = 5
"""Failed pages from which on their share counts."""


class DetailLink(msgspec.Struct, frozen=True):
    """A link to an entry's page: as it is written, resolved, and the saved file it stands in."""

    written: str
    address: str
    file: Path | None = None


Links = dict[Locator, DetailLink]


def with_details(
    source: Source, access: Access, detail: Detail, found: Iterator[Page], links: Links
) -> Iterator[Page]:
    """Yield the pages of `found`, their records completed from the pages that `links` lead to.

    `links` holds those of the page that was taken last. Raises `SourceError` where more than
    `MOST_FAILED` of them fail.
    """
    linked = failed = 0
    for page in found:
        wanted = {
            record.locator for record in page.records if links.get(record.locator, _NONE).written
        }
        linked += len(wanted)
        records = []
        for record in page.records:
            if record.locator not in wanted:
                records.append(record)
                continue
            try:
                records.append(_completed(source, access, detail, record, links[record.locator]))
            except (ComeBackError, TimeIsUpError):  # the next page would fare no better
                raise
            except SourceError as error:
                failed += 1
                if failed >= FEW and failed > MOST_FAILED * linked:
                    raise _too_many(source, failed, linked, error) from error
                records.append(_noted(record, error, links[record.locator]))
        yield msgspec.structs.replace(page, records=tuple(records))


_NONE = DetailLink("", "")


def _completed(
    source: Source, access: Access, detail: Detail, record: SourceRecord, link: DetailLink
) -> SourceRecord:
    payload = _payload(source, access, link)
    decoded = decode(payload.data, source, payload.name, markup=True, charset=payload.charset)
    data = utf8_of(payload, decoded)
    root = parse_utf8(data, payload.name)
    walk = PageWalk(root, [*(one.selector for one in detail.fields), BASE])
    base = base_of(walk.found(BASE), payload.url or link.address)
    columns = [[walk.found(one.selector)] for one in detail.fields]
    stated = walk.states_languages or b"xml:lang" in data
    (values,) = values_of([root], columns, detail.fields, joiner(base), stated=stated)
    place = Locator(payload.digest, payload.name, "")
    markup = [one.name for one in detail.fields if one.field.html]
    more = make_record(source, place, record.locator.position, values, markup=markup)
    if not more.fields:
        tried = ", ".join(f"'{one.name}'" for one in detail.fields)
        raise SourceError(
            f"no selector of 'html.detail.fields' finds anything (tried: {tried})",
            where=payload.name, expected="the page of one entry",
            next_step="check the selectors against that page",
        )  # fmt: skip
    new = [name for name in more.fields if name not in record.fields]
    issues = tuple(
        msgspec.structs.replace(
            issue, identifier=record.locator.position, message=f"{payload.name}: {issue.message}"
        )
        for issue in more.issues
        if issue.property in new
    )
    return msgspec.structs.replace(
        record,
        fields=record.fields | {name: more.fields[name] for name in new},
        languages=record.languages
        | {name: more.languages[name] for name in new if name in more.languages},
        markup=record.markup + tuple(name for name in new if name in more.markup),
        issues=record.issues + issues,
    )


def _payload(source: Source, access: Access, link: DetailLink) -> Payload:
    if link.file is not None:
        for written in dict.fromkeys((link.written, link.address)):
            target = saved_page(link.file, written, access.folder, source.homepage)
            if target is not None and target != link.file:
                return read_payload(source, target, access.folder, access.payloads)
        raise SourceError(
            "is no saved file", where=shown(link.written), expected="the saved page of the entry",
            next_step="save it beside the page that links to it",
        )  # fmt: skip
    if not link.address.startswith(("http://", "https://")):
        raise SourceError(
            "is no web address", where=shown(link.address), expected="http://… or https://…",
            next_step="correct 'html.detail.link'",
        )  # fmt: skip
    return access.web.get(link.address, accept=HTML)


def _noted(record: SourceRecord, error: SourceError, link: DetailLink) -> SourceRecord:
    message = f"its own page could not be read, so fields may be missing: {error}"
    issue = Issue(record.source, record.locator.position, "extract", "", shown(link.address),
                  "warning", message)  # fmt: skip
    return msgspec.structs.replace(record, issues=(*record.issues, issue))


def _too_many(source: Source, failed: int, linked: int, error: SourceError) -> SourceError:
    return SourceError(
        f"{failed} of the pages of {linked} entries cannot be read; the last: {error}",
        where=source.file or source.name,
        expected=f"at most {MOST_FAILED:.0%} of them to fail",
        next_step="open some of them in a browser; correct 'html.detail' if they look right, else "
        "run again later",
    )
