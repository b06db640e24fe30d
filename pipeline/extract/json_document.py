"""`json`: the entries of JSON documents and JSON Lines, found by JMESPath expressions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from pipeline.errors import SourceError
from pipeline.extract.access import Access, read_each, read_following
from pipeline.extract.decoding import decode
from pipeline.extract.json_entries import (
    LINK_HEADER,
    Plan,
    are_lines,
    compile_plan,
    entries_of,
    entries_of_lines,
    record_of,
)
from pipeline.extract.json_levels import flattened, outline
from pipeline.extract.json_paths import text_of
from pipeline.extract.json_text import read_json
from pipeline.extract.payloads import Payload, shown, source_issue
from pipeline.extract.unread import Notes
from pipeline.kinds import OWN_KEY
from pipeline.model import Issue, Locator, Page
from pipeline.settings import Source

AT_ONCE = 500
"""Records of one page."""

MOST_NEVER_FOUND = 10
RECORD_SEPARATOR = b"\x1e"  # RFC 7464 §2.1: before each text of a sequence, and nowhere in JSON
LINK = re.compile(r'<([^<>]*)>((?:[^,"]|"[^"]*")*)')  # RFC 8288 §3
NEXT = re.compile(r';\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next(?![\w-]))', re.IGNORECASE)

ACCEPT = "application/json, application/x-ndjson;q=0.9, */*;q=0.1"


class Found:
    """Counts, over all payloads of a source, the entries and those in which a field was found."""

    def __init__(self) -> None:
        """Start with nothing read."""
        self.entries = 0
        self.fields: Counter[str] = Counter()
        self.example: object = None

    def add(self, page: Page, keyed: int) -> None:
        """Count the records of a page, of which `keyed` have a key of their own."""
        self.entries += len(page.records)
        self.fields[OWN_KEY] += keyed
        for record in page.records:
            self.fields.update(record.fields.keys())
            self.fields.update(issue.property for issue in record.issues)  # told already


def pages(source: Source, access: Access) -> Iterator[Page]:
    """Return the pages of a `json` source, of some hundred records; see `pipeline.extract`."""
    plan, found = compile_plan(source), Found()
    links: dict[str, str] = {}

    def read_payload(payload: Payload) -> Iterator[Page]:
        return read(payload, plan, links, found)

    if source.json is not None and source.json.next:
        given = read_following(
            source, access, read_payload, lambda payload: links.pop(payload.digest, ""),
            accept=ACCEPT,
        )  # fmt: skip
    else:
        given = read_each(source, access, read_payload, accept=ACCEPT)
    return _with_summary(given, plan, found)


def read(payload: Payload, plan: Plan, links: dict[str, str], found: Found) -> Iterator[Page]:
    """Yield the pages of one payload; its link to the next one goes to `links` by its digest.

    Raises `SourceError` for what is no JSON, `NoEntriesError` where it holds no entry.
    """
    source, name = plan.source, payload.name
    data = payload.data
    if data.startswith(RECORD_SEPARATOR):
        data = data.replace(RECORD_SEPARATOR, b"")
    decoded = decode(data, source, name, markup=False, charset=payload.charset)
    issues = Notes(decoded.issues)
    total: int | None = None
    if source.json is not None and source.json.next == LINK_HEADER:
        links[payload.digest] = next_in_header(payload.headers.get("link", ""))
    if are_lines(decoded.text, payload):
        entries = entries_of_lines(decoded.text, plan, name, issues)
    else:
        parsed = read_json(decoded.text, name)
        issues += [source_issue(source, f"{name}: {note}") for note in parsed.notes]
        total = _total(parsed.value, plan, name, issues)
        if plan.next is not None:
            links[payload.digest] = _next_link(parsed.value, plan, name)
        entries = entries_of(parsed.value, plan, name, issues)
    place = Locator(payload.digest, name, "")
    first = True
    while batch := tuple(islice(entries, AT_ONCE)):
        records = tuple(record_of(placed, plan, place) for placed in batch)
        page = issues.page(records, total if first else None)
        found.example = batch[0].value if found.example is None else found.example
        found.add(page, sum(bool(record.key) for record in records))
        first = False
        yield page
    if issues:
        yield issues.page()


def next_in_header(header: str) -> str:
    """Return the address that a Link header gives for the next page (RFC 8288), or an empty text.

    >>> next_in_header('</list?p=1>; rel="prev", </list?p=3>; rel="next"')
    '/list?p=3'
    """
    return next((link for link, told in LINK.findall(header) if NEXT.search(told)), "")


def _with_summary(given: Iterator[Page], plan: Plan, found: Found) -> Iterator[Page]:
    """Yield the pages, and at their end an issue on each field that was never found."""
    yield from given
    never = [field for field in plan.fields if not found.fields[field.name]]
    if found.entries and never:
        yield Page((), tuple(
            source_issue(
                plan.source,
                f"field '{field.name}': key '{field.key}' {shown(field.field.select)!r} finds "
                f"nothing in any of {found.entries:,} entries; an entry is "
                f"{outline(found.example)}",
                property_name=field.name,
            )
            for field in never[:MOST_NEVER_FOUND]
        ))  # fmt: skip


def _next_link(document: object, plan: Plan, where: str) -> str:
    """Return the address of the next page as the document gives it, or an empty text."""
    try:
        found = next(flattened(plan.next(document)), None) if plan.next else None
    except ValueError as error:
        raise SourceError(f"key 'json.next' {error}", where=where) from error
    if isinstance(found, str):
        return found
    if not found:
        return ""
    raise SourceError(
        f"key 'json.next' finds {outline(found)}, which is no address", where=where,
        expected="the address of the next page, or null at the end",
        next_step="correct 'json.next'; pages that are numbered are asked for by [paging]",
    )  # fmt: skip


def _total(document: object, plan: Plan, where: str, issues: list[Issue]) -> int | None:
    if plan.total is None:
        return None
    try:
        found = next(flattened(plan.total(document)), None)
    except ValueError as error:
        found, told = None, str(error)
    else:
        told = f"finds {outline(found)}"
    digits = text_of(found) if isinstance(found, str | int | float) else ""
    if digits.isascii() and digits.isdigit() and not isinstance(found, bool):
        return int(digits)
    message = f"{where}: key 'json.total' {told}; expected the number of entries"
    issues.append(source_issue(plan.source, message))
    return None
