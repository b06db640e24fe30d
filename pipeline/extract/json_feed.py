"""JSON Feed 1.0 and 1.1 (jsonfeed.org) -> pages of records; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from pipeline.errors import SourceError
from pipeline.extract.access import NoEntriesError
from pipeline.extract.excerpts import Excerpt, best_abstract
from pipeline.extract.feed_entry import entry_key
from pipeline.extract.feed_links import resolved
from pipeline.extract.feed_reading import Reading, no_feed
from pipeline.extract.json_paths import JsonField, find_fields, text_of
from pipeline.extract.json_text import read_json
from pipeline.extract.members import objects_of, text_in
from pipeline.extract.payloads import MOST_ENTRIES, shown, source_issue
from pipeline.extract.source_record import Given, make_record
from pipeline.extract.unread import Notes
from pipeline.model import Locator, SourceRecord
from pipeline.settings import Source

VERSION = "jsonfeed.org/version/"
BATCH = 2_000
"""Records of one page."""


def read_json_feed(
    text: str, source: Source, fields: Sequence[JsonField], place: Locator, base: str
) -> Iterator[Reading]:
    """Yield what the JSON Feed `text` holds, relative links resolved on `base`.

    Raises `SourceError` for what is no JSON Feed, `NoEntriesError` for one without items.
    """
    parsed = read_json(text, place.name, expected="a JSON Feed")
    feed = parsed.value
    if not isinstance(feed, dict) or VERSION not in text_of(feed.get("version")):
        raise no_feed(text, place.name)
    items = feed.get("items")
    if not isinstance(items, list) or not items:
        raise NoEntriesError(
            "is a JSON Feed without items", where=place.name,
            expected="a list of at least one item under 'items'",
            next_step="open it in a browser; if it is empty there too, ask the site's owner",
        )  # fmt: skip
    if len(items) > MOST_ENTRIES:
        raise SourceError(
            f"has {len(items):,} items", where=place.name, expected=f"at most {MOST_ENTRIES:,}",
            next_step="save it as several files",
        )  # fmt: skip
    base = base or text_in(feed, "home_page_url") or text_in(feed, "feed_url")
    link = resolved(base, text_in(feed, "next_url"))
    issues = Notes(source_issue(source, f"{place.name}: {note}") for note in parsed.notes)
    numbered = enumerate(items, 1)
    while batch := list(islice(numbered, BATCH)):
        records = []
        for number, item in batch:
            if isinstance(item, dict):
                records.append(item_record(item, number, feed, fields, source, place, base))
                continue
            message = (
                f"{place.name}: item {number} is {shown(text_of(item))!r}, not an object, and was "
                "left out"
            )
            issues.lose(source_issue(source, message))
        yield Reading(issues.page(records), link)


def item_record(
    item: Mapping[str, object], number: int, feed: Mapping[str, object],
    fields: Sequence[JsonField], source: Source, place: Locator, base: str,
) -> SourceRecord:  # fmt: skip
    """Return the record of one item; the feed's authors are those of items that name none."""
    position = f"item {number}"
    language = text_in(item, "language")
    abstract = best_abstract(
        (
            Excerpt(text_in(item, "summary"), language),
            Excerpt(text_in(item, "content_html"), language, markup=True),
            Excerpt(text_in(item, "content_text"), language),
        )
    )
    files = [resolved(base, text_in(one, "url")) for one in objects_of(item.get("attachments"))]
    found: dict[str, list[Given]] = {
        "title": [Given(text_in(item, "title"), language)],
        "description": [Given(abstract.value, abstract.language)],
        "creator": [Given(name) for name in _authors(item) or _authors(feed)],
        "subject": [Given(tag, language) for tag in _texts(item.get("tags"))],
        "date": [Given(text_in(item, "date_published") or text_in(item, "date_modified"))],
        "language": [Given(language)],
        "page": [Given(resolved(base, text_in(item, "url")))],
        "relation": [Given(resolved(base, text_in(item, "external_url")))],
        "file": [Given(file) for file in files],
        "image": [Given(resolved(base, text_in(item, "image")))],
        "identifier": [Given(one) for one in _identifiers(item)],
    }
    own, issues = find_fields(fields, item, source, position)
    markup = {"description"} if abstract.markup else set[str]()
    for field in fields:
        found[field.name] = own[field.name]
        markup = markup - {field.name} | ({field.name} if field.field.html else set())
    return make_record(
        source, place, position, found, key=entry_key({"id": text_in(item, "id")}, found),
        markup=markup, issues=issues, look="the feed",
    )  # fmt: skip


def _identifiers(item: Mapping[str, object]) -> list[str]:
    own = text_in(item, "id").strip()
    return [] if own.lower().startswith(("http://", "https://")) else [own]


def _authors(holder: Mapping[str, object]) -> list[str]:
    """Return the authors' names: `authors` of version 1.1, else `author` of version 1.0."""
    people = objects_of(holder.get("authors")) or objects_of([holder.get("author")])
    return [name for person in people if (name := text_in(person, "name"))]


def _texts(value: object) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [text_of(item) for item in items if not isinstance(item, dict | list | bool)]
