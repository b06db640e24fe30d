"""Answers that are not well-formed: read record by record, so that one bad record stops nothing."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html import unescape
from html.entities import html5
from typing import TYPE_CHECKING, NamedTuple

from pipeline.errors import SourceError
from pipeline.extract.payloads import MOST_ENTRIES, shown
from pipeline.extract.xml_document import (
    DECLARATION,
    FORBIDDEN,
    NotWellFormedError,
    parse_xml,
)

if TYPE_CHECKING:
    from lxml.etree import _Element

EXPECTED = "an answer of OAI-PMH 2.0"
NEXT_STEP = (
    "open the address in a browser; a repository's base URL often ends in /oai, /oai2 or "
    "/oai/request"
)
NAME = r"(?:[\w.-]{1,100}:)?"
ROOT_START = re.compile(rf"<({NAME}OAI-PMH)(?=[\s>])[^<>]*>", re.IGNORECASE)
RECORD_START = re.compile(rf"<({NAME}record)(?:\s[^<>]*)?>\s*<{NAME}header[\s>/]", re.IGNORECASE)
DECLARED = re.compile(r"""\s(xmlns(?::[\w.-]{1,100})?)\s?=\s?("[^"<]{0,2000}"|'[^'<]{0,2000}')""")
IDENTIFIER = re.compile(rf"<{NAME}identifier(?:\s[^<>]*)?>([^<]*)<", re.IGNORECASE)
DELETED = re.compile(rf"<{NAME}header\s[^<>]*status\s*=\s*[\"']\s*deleted", re.IGNORECASE)
TOKEN = re.compile(rf"<{NAME}resumptionToken(\s[^<>]*?)?(?:/>|>([^<]*)<)", re.IGNORECASE)
SIZE = re.compile(r"""completeListSize\s*=\s*["']\s*(\d{1,10})\s*["']""", re.IGNORECASE)
ERROR = re.compile(
    rf"<{NAME}error\s[^<>]{{0,300}}?code\s?=\s?[\"']([^\"'<>]{{0,100}})[\"'][^<>]{{0,300}}?"
    r"(?:/>|>([^<]*))",
    re.IGNORECASE,
)
DATE = re.compile(rf"<{NAME}responseDate>([^<]*)<", re.IGNORECASE)
END = re.compile(rf"</{NAME}(?:OAI-PMH|ListRecords|GetRecord|records)\s*>", re.IGNORECASE)
REFERENCE = re.compile(r"&#(?:[xX]([0-9A-Fa-f]{1,8})|([0-9]{1,10}));")
STRAY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,10}|#x[0-9A-Fa-f]{1,8});)(\w{2,31};)?")
MARKED = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z))", re.DOTALL)
MOST_REPAIRS = 10_000
"""Times that `&` may stand in a text for it to be repaired; more is no slip."""

PLACE = re.compile(r",? line \d+(?:, column \d+.*)?")
"""Where the parser met what is wrong, in a text that nobody has."""

LONGEST_JUNK = 100_000
"""Characters around an answer that may be a server's warnings; more is another document."""


class MendedRecord(NamedTuple):
    """A record that was parsed alone: its root and what was repaired, or why it cannot be read."""

    identifier: str
    deleted: bool
    root: _Element | None
    problem: str = ""
    notes: tuple[str, ...] = ()


class Mended(NamedTuple):
    """An answer that was not well-formed: its root once it was repaired, or else its parts."""

    root: _Element | None
    notes: tuple[str, ...]
    records: tuple[MendedRecord, ...] = ()
    token: str | None = None
    size: int | None = None
    errors: tuple[tuple[str, str], ...] = ()
    date: str = ""


def mend(text: str, where: str, error: NotWellFormedError) -> Mended:
    """Return what can be read of an answer that is not well-formed for the reason `error`.

    Characters that XML forbids are removed and stray `&` taken for text, in the record where they
    are; what stands before and after the answer is left out. Raises `error` where the text is no
    answer, and `SourceError` where it ends before its list does.
    """
    text, notes = _bare(text)
    if notes:
        try:
            return Mended(parse_xml(text, where), notes)
        except NotWellFormedError as inner:
            error = inner
    starts = list(RECORD_START.finditer(text))
    if not starts:
        return _mended_whole(text, where, notes, error)
    if len(starts) > MOST_ENTRIES:
        raise SourceError(
            f"has {len(starts):,} records", where=where, expected=f"at most {MOST_ENTRIES:,}",
            next_step="save the list as several files",
        ) from error  # fmt: skip
    head = text[: starts[0].start()]
    name = starts[0].group(1)
    starts = [start for start in starts if start.group(1) == name]
    tail_from = max(text.rfind(f"</{name}"), starts[-1].end())
    token = TOKEN.search(text, tail_from)
    if token is None and not END.search(text, tail_from):
        raise SourceError(
            "is cut off: it ends before its list of records does", where=where,
            expected=f"{EXPECTED}, up to </OAI-PMH>",
            next_step="run again; if it is cut off again, tell the provider",
        ) from error  # fmt: skip
    # The prefixes a record uses may be declared on the elements around it.
    declared = dict(DECLARED.findall(head))
    around = f"<around{''.join(f' {prefix}={value}' for prefix, value in declared.items())}>"
    ends = [start.start() for start in starts[1:]] + [len(text)]
    records = tuple(
        _mended_record(text[start.start() : end], name, around, where)
        for start, end in zip(starts, ends, strict=True)
    )
    if not any(record.problem or record.notes for record in records):
        notes += (f"is not well-formed, so its records were read one by one: {_reason(error)}",)
    size = SIZE.search(token.group(1) or "") if token else None
    date = DATE.search(head)
    return Mended(
        None,
        notes,
        records,
        token=unescape(token.group(2) or "").strip() if token else None,
        size=int(size.group(1)) if size else None,
        date=date.group(1).strip() if date else "",
    )


def _bare(text: str) -> tuple[str, tuple[str, ...]]:
    """Return an answer without what stands before and after it, such as a server's warnings."""
    start = ROOT_START.search(text)
    if start is None:
        return text, ()
    name = start.group(1)
    end = text.rfind(f"</{name}")
    end = text.find(">", end) + 1 if end >= 0 else len(text)
    before = DECLARATION.sub("", text[: start.start()], count=1)
    # Other declarations and comments are no junk.
    extra = MARKED.sub("", re.sub(r"<\?[^<>]*\?>", "", before)).strip()
    junk = (extra + " " + text[end:].strip()).strip()
    if not junk:
        return text, ()
    if len(junk) > LONGEST_JUNK or "<!ENTITY" in junk:
        return text, ()
    return text[start.start() : end], (f"text that is no part of it was left out: {shown(junk)!r}",)


def _mended_whole(
    text: str, where: str, notes: tuple[str, ...], error: NotWellFormedError
) -> Mended:
    """Return an answer without records, repaired; raises `error` where that does not help."""
    repaired, repairs = _repaired(text)
    try:
        root = parse_xml(repaired, where)
    except NotWellFormedError:
        if not ROOT_START.search(text):
            raise SourceError(
                f"is no answer of OAI-PMH: it begins {shown(text)!r}", where=where,
                expected=EXPECTED, next_step=NEXT_STEP,
            ) from error  # fmt: skip
        errors = tuple(
            (code.strip(), unescape(told or "").strip()) for code, told in ERROR.findall(text)
        )
        if not errors:
            raise error from None
        return Mended(None, (*notes, f"is not well-formed: {_reason(error)}"), errors=errors)
    return Mended(root, (*notes, *repairs))


def _mended_record(chunk: str, name: str, around: str, where: str) -> MendedRecord:
    end = chunk.rfind(f"</{name}")
    end = chunk.find(">", end) + 1 if end >= 0 else 0
    chunk = chunk[:end] if end else chunk
    found = IDENTIFIER.search(chunk)
    identifier = " ".join(unescape(found.group(1)).split()) if found else ""
    deleted = bool(DELETED.search(chunk[:1000]))
    problem = ""
    for attempt, notes in _attempts(chunk):
        try:
            root = parse_xml(f"{around}{attempt}</around>", where)
        except NotWellFormedError as error:
            problem = _reason(error)
            continue
        if len(root) == 1:
            return MendedRecord(identifier, deleted, root[0], "", notes)
    return MendedRecord(identifier, deleted, None, problem or "it is not one element")


def _attempts(chunk: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield chunk, ()
    repaired, notes = _repaired(chunk)
    if notes:
        yield repaired, notes


def _repaired(text: str) -> tuple[str, tuple[str, ...]]:
    """Return text without characters that XML forbids and with its stray `&` made text."""
    if text.count("&") > MOST_REPAIRS:
        return text, ()
    notes: list[str] = []
    text, count = FORBIDDEN.subn(_blank, text)
    pieces = MARKED.split(text)  # every second one is CDATA or a comment, where & is but &
    forbidden, strays = count, 0
    for index in range(0, len(pieces), 2):
        piece = pieces[index]
        if "&" not in piece:
            continue
        piece, count = _without_forbidden_references(piece)
        forbidden += count
        pieces[index], count = STRAY.subn(_as_text, piece)
        strays += count
    if forbidden:
        notes.append(f"characters that XML forbids were removed: {forbidden}")
    if strays:
        notes.append(f"'&' that XML does not know were read as text: {strays}")
    return "".join(pieces), tuple(notes)


def _without_forbidden_references(text: str) -> tuple[str, int]:
    count = 0

    def kept(match: re.Match[str]) -> str:
        nonlocal count
        number = int(match.group(1), 16) if match.group(1) else int(match.group(2))
        if 0 < number <= sys.maxunicode and not FORBIDDEN.match(chr(number)):
            return match.group()
        count += 1
        return ""

    return REFERENCE.sub(kept, text), count


def _blank(match: re.Match[str]) -> str:
    """Return what stands for a forbidden character: a blank where it parts words."""
    return " " if match.group() in "\x0b\x0c" else ""


def _as_text(match: re.Match[str]) -> str:
    """Return a stray `&` as XML writes it, or the characters that an entity of HTML stands for."""
    name = match.group(1)
    if name and (characters := html5.get(name)):
        return "".join(f"&#{ord(character)};" for character in characters)
    return f"&amp;{name or ''}"


def _reason(error: SourceError) -> str:
    """Return what the parser says is wrong, without where it says it."""
    told = error.what.partition(": ")[2].partition("; it begins")[0] or error.what
    return shown(PLACE.sub("", told))
