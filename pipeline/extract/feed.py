"""`feed`: RSS 0.9 to 2.0, RSS 1.0 (RDF), Atom 0.3 and 1.0 and JSON Feed, saved or live."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from pipeline.extract.access import Access, read_each, read_following
from pipeline.extract.decoding import decode
from pipeline.extract.feed_reading import Reading, read_xml
from pipeline.extract.json_feed import read_json_feed
from pipeline.extract.json_paths import JsonField, json_fields
from pipeline.extract.payloads import Payload
from pipeline.kinds import FeedSettings
from pipeline.model import Locator, Page, SourceRecord
from pipeline.settings import Source

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)
BEGINNING = "1970-01-01T00:00:00Z"
"""The moment that stands for an unknown one."""

SPACE = "\ufeff \t\r\n"


def pages(source: Source, access: Access) -> Iterator[Page]:
    """Return the pages of a `feed`; see `pipeline.extract.pages`.

    A feed is followed to its next pages (RFC 5005 §3) or its archives (§4). A live feed that has
    neither and does not say that it is complete (§2) shows its newest entries only: those that left
    it are not gone, which `Page.since` says.
    """
    settings = source.feed or FeedSettings()
    fields = json_fields(settings.fields, source, "feed")
    links: dict[str, str] = {}

    def read(payload: Payload) -> Iterator[Page]:
        newest = source.is_live and not (source.paging or source.complete or links)
        for reading in readings(payload, source, fields):
            links[payload.digest] = reading.next_link
            page = reading.page
            if (newest and not reading.next_link and not reading.complete) or reading.cut_off:
                page = msgspec.structs.replace(page, since=oldest(page.records))
            yield page

    if source.paging:
        return read_each(source, access, read, accept=ACCEPT)
    return read_following(
        source, access, read, lambda payload: links.get(payload.digest, ""), accept=ACCEPT
    )


def readings(
    payload: Payload, source: Source, fields: Sequence[JsonField] = ()
) -> Iterator[Reading]:
    """Yield what the feed `payload` holds; pure.

    Raises `SourceError` for what is no feed, no text or too large, or declares entities, and
    `NoEntriesError` for a feed without published entries.
    """
    decoded = decode(payload.data, source, payload.name, markup=True, charset=payload.charset)
    text = decoded.text.lstrip(SPACE)
    place = Locator(payload.digest, payload.name, "")
    base = payload.url or source.homepage
    reader = read_json_feed if text.startswith(("{", "[")) else read_xml
    issues = decoded.issues
    for reading in reader(text, source, fields, place, base):
        page = msgspec.structs.replace(reading.page, issues=issues + reading.page.issues)
        yield msgspec.structs.replace(reading, page=page)
        issues = ()


def oldest(records: Sequence[SourceRecord]) -> str:
    """Return the earliest date of `records` that is one of ISO 8601, as their feed writes it."""
    dates = [date for record in records for date in record.fields.get("date", ())]
    return min((date for date in dates if date[:4].isdigit()), default=BEGINNING)
