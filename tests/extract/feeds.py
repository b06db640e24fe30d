"""How tests read a feed: a text becomes the payload of a source."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.extract.feed import readings
from pipeline.extract.feed_reading import Reading
from pipeline.extract.json_paths import json_fields
from pipeline.extract.payloads import Payload
from pipeline.kinds import FeedSettings, Field
from pipeline.model import Issue, SourceRecord
from pipeline.settings import Source

FEED = Source(
    kind="feed", location="feed.xml", languages=("en",), name="demo", file="input/demo.toml"
)
NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:prism="http://prismstandard.org/namespaces/1.2/basic/"'
)


def rss(items: str, channel: str = "<title>Channel</title>") -> str:
    return f'<rss version="2.0" {NAMESPACES}><channel>{channel}{items}</channel></rss>'


def atom(entries: str, feed: str = "<title>Feed</title>", attributes: str = "") -> str:
    names = 'xmlns="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    return f"<feed {names} {attributes}>{feed}{entries}</feed>"


def read(
    data: str | bytes,
    *,
    url: str = "",
    charset: str = "",
    fields: dict[str, Field | str] | None = None,
    source: Source = FEED,
) -> list[Reading]:
    raw = data.encode() if isinstance(data, str) else data
    payload = Payload("feed.xml", raw, "0" * 64, url=url, charset=charset)
    compiled = json_fields(FeedSettings(fields or {}).fields, source, "feed")
    return list(readings(payload, source, compiled))


def records(data: str | bytes, **how: object) -> list[SourceRecord]:
    return [one for reading in read(data, **how) for one in reading.page.records]  # type: ignore[arg-type]


def record(data: str | bytes, **how: object) -> SourceRecord:
    (found,) = records(data, **how)
    return found


def issues(data: str | bytes, **how: object) -> list[Issue]:
    """Return the issues of the feed and of its entries, in this order."""
    found = read(data, **how)  # type: ignore[arg-type]
    return [*_of_pages(found), *(i for r in found for one in r.page.records for i in one.issues)]


def _of_pages(found: list[Reading]) -> Iterator[Issue]:
    for reading in found:
        yield from reading.page.issues
