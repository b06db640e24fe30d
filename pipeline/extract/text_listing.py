"""`text-listing`: the text of a listing's page as copied from a browser.

    page   = furniture* [total] entry+ furniture*
    entry  = label title paragraph*

A page of HTML, live or saved, is taken as the text that a reader sees of it.
A label is a line that equals one of the settings' labels but for case, accents, punctuation and
damaged letters. `pipeline.extract.text_entries` says how the rest is decided, and what is not.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from itertools import chain

import msgspec

from pipeline.errors import SettingsError, SourceError
from pipeline.extract.access import Access, NoEntriesError, read_each
from pipeline.extract.decoding import decode
from pipeline.extract.element_text import text_of
from pipeline.extract.html_pages import parse_html
from pipeline.extract.lines import LINE_END, folded, lines_of, skeleton
from pipeline.extract.payloads import (
    LONGEST_FIELD,
    MOST_ENTRIES,
    Payload,
    shown,
    source_issue,
)
from pipeline.extract.text_entries import Entry, Marked, Note, mark, open_entries
from pipeline.extract.text_trimming import trim_entries
from pipeline.kinds import TextSettings
from pipeline.model import Issue, Locator, Page, SourceRecord
from pipeline.settings import Source

MOST_LINES = 1_000_000
"""Lines of one page; a listing of a hundred thousand entries has about half of it."""

SHOWN_LINES = 3

TEXT = "text/plain, text/html;q=0.9, */*;q=0.1"
"""What a page is asked for as (RFC 9110 §12.5.1)."""

HTML_START = re.compile(rb"<(!doctype\s+html|html|head|body)\b", re.IGNORECASE)
START = 2000
"""Bytes at the start of a page in which HTML shows that it is HTML."""


def pages(source: Source, access: Access) -> Iterator[Page]:
    """Return the pages of a `text-listing`; see `pipeline.extract.pages`."""
    _text_settings(source)

    def read_payload(payload: Payload) -> Iterator[Page]:
        is_html = _is_html(payload)
        decoded = decode(
            payload.data, source, payload.name, markup=is_html, charset=payload.charset
        )
        text = decoded.text
        if is_html:
            text = text_of(parse_html(text, payload.name))
        page = read(text, source, Locator(payload.digest, payload.name, ""))
        yield msgspec.structs.replace(page, issues=decoded.issues + page.issues)

    return read_each(source, access, read_payload, accept=TEXT)


def read(text: str, source: Source, place: Locator) -> Page:
    """Return the entries of one page of text; pure.

    `place` gives payload and name; its position is ignored. Raises `NoEntriesError` where no
    line is a label, `SourceError` where the page is too large.
    """
    settings = _text_settings(source)
    line_count = sum(1 for _ in LINE_END.finditer(text))
    if line_count > MOST_LINES:
        raise SourceError(
            f"has {line_count:,} lines", where=place.name, expected=f"at most {MOST_LINES:,}",
            next_step="check that it is a listing, and save it as several pages",
        )  # fmt: skip
    lines = list(lines_of(text))
    labels = (*settings.labels, *source.labels)
    is_label = _find_labels([line.text for line in lines], labels)
    if not any(is_label):
        raise _no_labels([line.text for line in lines[:SHOWN_LINES]], labels, place.name)
    if sum(is_label) > MOST_ENTRIES:
        raise SourceError(
            f"has {sum(is_label):,} labels", where=place.name, expected=f"at most {MOST_ENTRIES:,}",
            next_step="save it as several pages",
        )  # fmt: skip
    marked = mark(lines, is_label, settings)
    entries, notes = open_entries(marked)
    if not entries:
        first = lines[is_label.index(True)]
        raise SourceError(
            f"line {first.number} is a label ({shown(first.text)!r}), but no label has a title "
            "below it", where=place.name,
            expected=f"a title of at most {settings.title_longest} characters below each label",
            next_step="copy the page's text again, or raise 'text.title_longest'",
        )  # fmt: skip
    notes += trim_entries(entries, marked)
    records = tuple(
        _record(entry, number, marked, source, place) for number, entry in enumerate(entries, 1)
    )
    total, total_notes = _total(marked, entries)
    issues = tuple(
        source_issue(source, f"{place.name}: {note.message}", property_name=note.property,
                     value=note.value, severity=note.severity)
        for note in (*notes, *total_notes)
    )  # fmt: skip
    told = chain(notes, *(entry.notes for entry in entries))
    lost = next((f"{place.name}: {note.message}" for note in told if note.loses), "")
    return Page(records, issues, total, broken_off=lost)


def _is_html(payload: Payload) -> bool:
    """Say whether a payload is a page of HTML, not one that is served as plain text."""
    start = payload.data[:START].removeprefix(codecs.BOM_UTF8).lstrip()
    if payload.media_type == "text/plain" or not start.startswith(b"<"):
        return False
    return "html" in payload.media_type or HTML_START.search(start) is not None


def _text_settings(source: Source) -> TextSettings:
    if source.text is None or not any(folded(label) for label in source.text.labels):
        raise SettingsError(
            "key 'text': missing" if source.text is None else "key 'text.labels': empty",
            where=source.file or source.name,
            expected='[text] with labels = ["…"], the labels that stand above the entries',
            next_step="see docs/sources/text-listing.md",
        )
    return source.text


def _find_labels(texts: list[str], labels: tuple[str, ...]) -> list[bool]:
    """Say of each text whether it is one of `labels`, damaged or not."""
    whole = {folded(label) for label in labels} - {""}
    parts = {skeleton(label) for label in labels} - {""}
    longest = 4 * max(len(label) for label in labels) + 16  # damage and entities lengthen a line
    return [
        len(text) <= longest
        and (folded(text) in whole or (not text.isascii() and skeleton(text) in parts))
        for text in texts
    ]


def _no_labels(texts: list[str], labels: tuple[str, ...], name: str) -> NoEntriesError:
    begins = " / ".join(repr(shown(text)) for text in texts) or "nothing but blank lines"
    return NoEntriesError(
        f"no line is one of the source's labels; the page begins: {begins}",
        where=name,
        expected="a line such as " + ", ".join(repr(shown(label)) for label in labels),
        next_step="check that this is the listing's text, or add its labels to 'text.labels'",
    )


def _total(marked: Marked, entries: list[Entry]) -> tuple[int | None, list[Note]]:
    """Return the total that a line outside the entries declares, and what is doubtful about it."""
    used = {index for entry in entries for index in (entry.title, *entry.body)}
    found = [(index, total) for index, total in sorted(marked.totals.items()) if index not in used]
    certain = [t.number for _, t in found if t.certain or t.shown == len(entries)]
    if len(set(certain)) > 1:
        message = (
            f"declares several totals ({', '.join(map(str, dict.fromkeys(certain)))}); the first "
            "was taken: check that this is one page of one listing"
        )
        return certain[0], [Note("", "", message, "warning")]
    if certain:
        return certain[0], []
    notes = []
    for index, _ in found[:1]:
        line = marked.lines[index]
        message = (
            f"line {line.number} may declare the number of entries or of pages; it was not taken "
            f"for a total, as {len(entries)} entries were found"
        )
        notes.append(Note("", line.text, message, "warning"))
    return None, notes


def _record(
    entry: Entry, number: int, marked: Marked, source: Source, place: Locator
) -> SourceRecord:
    lines = marked.lines
    position = f"entry {number}, line {lines[entry.label].number}"
    description = ""
    for index in entry.body:
        gap = "\n\n" if lines[index].spaced else "\n"
        description += (gap if description else "") + lines[index].text
    values = {"type": lines[entry.label].text, "title": lines[entry.title].text}
    if description:
        values["description"] = description
    notes = list(entry.notes)
    for name, value in values.items():
        if len(value) > LONGEST_FIELD:
            message = (
                f"field '{name}': has {len(value):,} characters, expected at most "
                f"{LONGEST_FIELD:,}; the rest is left out: check the page's text"
            )
            notes.append(Note(name, value, message, "warning"))
    issues = tuple(
        Issue(source.name, position, "extract", note.property, shown(note.value), note.severity,
              note.message)
        for note in notes
    )  # fmt: skip
    return SourceRecord(
        source=source.name,
        locator=Locator(place.payload, place.name, position),
        fields={name: (value[:LONGEST_FIELD],) for name, value in values.items()},
        issues=issues,
    )
