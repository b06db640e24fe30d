"""Binary MARC (ISO 2709) -> records; what is broken is mended where it can be, or left out.

Lengths in leader and directory are hints: records are parted at their terminators and fields too,
so that one bad record costs no other. pymarc's reader goes by the lengths and stops at a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from pipeline.extract.marc_characters import Reading, reading_of

if TYPE_CHECKING:
    from pymarc import Field as MarcField
    from pymarc import Record

END_OF_RECORD, END_OF_FIELD, SUBFIELD = b"\x1d", b"\x1e", b"\x1f"
LEADER_LENGTH, ENTRY_LENGTH, LENGTH_DIGITS = 24, 12, 5
SMALLEST = LEADER_LENGTH + len(END_OF_FIELD)
LARGEST = 99_999
"""Bytes that a leader can say; what is longer carries any number there."""

LEADER = re.compile(rb"[0-9]{5}[ -~]{7}[0-9]{5}[ -~]{3}[0-9 ]{4}")
FOUND_LEADER = re.compile(rb"[0-9]{5}[a-z][a-z ][ -~]{5}[0-9]{5}[ -~]{3}[0-9 ]{4}")
"""A leader within other bytes: a directory has digits alone."""

LOST_END = re.compile(rb"\x1e(?=[0-9]{5}[a-z][ -~]{6}[0-9]{5}[ -~]{3}45[0-9 ]{2}[0-9]{3})")
"""A record that begins where a field ended: the terminator between two records is missing."""

BETWEEN = b" \t\r\n\x00\x1a\x1e\x1d"
"""What stands between records and means nothing: line ends, padding, an old end-of-file mark."""

ENTRY = re.compile(r"[0-9A-Za-z]{3}[0-9]{9}")
BLANK = "  "
NO_TERMINATOR = "have no record terminator"


class Chunk(msgspec.Struct, frozen=True):
    """The bytes of what should be one record, without its terminator, and what was odd about them.

    `start` is the place of its first byte in the payload.
    """

    data: bytes
    start: int
    problem: str = ""
    is_cut: bool = False


class Parsed(msgspec.Struct, frozen=True):
    """A record, or None and why.

    `odd` says what was wrong and could be mended, as what many records do ("have no terminator"),
    `lost` what of this one could not be read.
    """

    record: Record | None
    problem: str = ""
    odd: tuple[str, ...] = ()
    lost: str = ""


def chunks_of(data: bytes) -> Iterator[Chunk]:
    """Return the records of a stream, in order; bytes that are no record are one too, with why."""
    start = 0
    while start < len(data):
        while start < len(data) and data[start] in BETWEEN:
            start += 1
        if start == len(data):
            return
        end = _end_of(data, start)
        is_cut = end < 0
        end = len(data) if is_cut else end
        yield from _parted(data[start:end], start, is_cut=is_cut)
        start = end + 1


def parse(chunk: Chunk, *, configured: str = "") -> Parsed:
    """Return the record in `chunk`; `configured` is the source's encoding."""
    from pymarc import Leader, Record

    data = chunk.data
    if len(data) < SMALLEST or not LEADER.match(data):
        return Parsed(None, chunk.problem or "it has no leader of 24 characters")
    leader = data[:LEADER_LENGTH].decode("ascii")
    odd = [NO_TERMINATOR] if chunk.problem else []
    length = len(data) + 1
    if chunk.is_cut and not data.endswith(END_OF_FIELD):
        return Parsed(None, f"it is cut off: {length - 1:,} bytes of {int(leader[:5]):,} are there")
    if chunk.is_cut:
        odd.append(NO_TERMINATOR)
    elif length <= LARGEST and int(leader[:LENGTH_DIGITS]) != length and not odd:
        odd.append("have another length than their leader says")
    directory, mark, body = data[LEADER_LENGTH:].partition(END_OF_FIELD)
    if not mark or not body:
        return Parsed(None, "it has no fields")
    if len(directory) > LARGEST:
        return Parsed(None, f"its directory has {len(directory):,} bytes")
    pieces, lost = _pieces(directory, body)
    if not pieces:
        return Parsed(None, lost or "it has no fields")
    if lost is None:
        odd.append("have a wrong directory; their fields were read by the terminators")
    values = END_OF_FIELD.join(piece for _, piece in pieces)
    reading = reading_of(values, says_unicode=leader[9] == "a", configured=configured)
    if reading.problem:
        odd.append(reading.problem)
    record = Record()
    record.leader = Leader(leader)
    record.fields = [_field(tag, piece, reading) for tag, piece in pieces]
    return Parsed(record, "", tuple(odd), lost or "")


def _end_of(data: bytes, start: int) -> int:
    """Return the place of the terminator of the record that begins at `start`, or -1.

    The leader's length is believed where it leads to a terminator that something like a record, or
    the end, follows: a terminator may stand inside a value.
    """
    said = data[start : start + LENGTH_DIGITS]
    first = data.find(END_OF_RECORD, start)
    if said.isdigit():
        end = start + int(said) - 1
        is_end = first < end < len(data) and data[end] == END_OF_RECORD[0]
        if is_end and _begins(data, end + 1, or_ends=True) and not _begins(data, first + 1):
            return end
    return first


def _begins(data: bytes, at: int, *, or_ends: bool = False) -> bool:
    """Say whether a record begins at `at`, behind what means nothing; or the stream ends there."""
    rest = data[at : at + 4 * LEADER_LENGTH].lstrip(BETWEEN)
    return bool(LEADER.match(rest)) or (or_ends and not rest)


def _parted(data: bytes, start: int, *, is_cut: bool) -> Iterator[Chunk]:
    """Return the records in what stands before one terminator: more than one, or behind rubbish."""
    if not LEADER.match(data):
        found = FOUND_LEADER.search(data)
        if found is None:
            yield Chunk(data, start, "it has no leader of 24 characters", is_cut)
            return
        yield Chunk(data[: found.start()], start, "it is no record")
        start += found.start()
        data = data[found.start() :]
    at = 0
    for lost in LOST_END.finditer(data, SMALLEST):
        yield Chunk(data[at : lost.end()], start + at, "its terminator is missing")
        at = lost.end()
    yield Chunk(data[at:], start + at, "", is_cut)


def _pieces(directory: bytes, body: bytes) -> tuple[list[tuple[str, bytes]], str | None]:
    """Return tag and content of each field, and what was lost; None: the directory was wrong."""
    text = directory.decode("ascii", "replace")
    whole = len(text) - len(text) % ENTRY_LENGTH
    entries = [text[at : at + ENTRY_LENGTH] for at in range(0, whole, ENTRY_LENGTH)]
    if whole == len(text) and all(ENTRY.fullmatch(entry) for entry in entries):
        taken = set[str]()  # a field that two entries lead to would be there twice
        pieces = [(entry[:3], _slice(body, entry, taken)) for entry in entries]
        if entries and all(piece is not None for _, piece in pieces):
            return [(tag, piece) for tag, piece in pieces if piece is not None], ""
        entries.sort(key=lambda entry: int(entry[7:]))
    else:
        pieces = []
    content = body.removesuffix(END_OF_FIELD).split(END_OF_FIELD)
    if len(content) == len(entries):
        tags = [entry[:3] for entry in entries]
        return [(t, piece) for t, piece in zip(tags, content, strict=True) if _is_tag(t)], None
    kept = [(tag, piece) for tag, piece in pieces if piece is not None]
    if not kept:
        return [], f"its directory names {len(entries)} fields, there are {len(content)}"
    lost = ", ".join(tag for tag, piece in pieces if piece is None)
    return kept, f"its directory is wrong, and these fields could not be read: {lost}"


def _slice(body: bytes, entry: str, taken: set[str]) -> bytes | None:
    """Return the field that a directory entry points to, or None where it does not fit one.

    `taken` are the starts of those that other entries have led to.
    """
    if entry[7:] in taken:
        return None
    taken.add(entry[7:])
    start, length = int(entry[7:]), int(entry[3:7])
    end = start + length - 1
    fits = (
        length > 0
        and body[end : end + 1] == END_OF_FIELD
        and (start == 0 or body[start - 1 : start] == END_OF_FIELD)
    )
    piece = body[start:end]
    return piece if fits and END_OF_FIELD not in piece else None


def _is_tag(tag: str) -> bool:
    return tag.isascii() and tag.isalnum()


def _field(tag: str, piece: bytes, reading: Reading) -> MarcField:
    from pymarc import Field, Indicators, Subfield

    if tag.startswith("00"):
        return Field(tag, data=reading.text(piece))
    head, *parts = piece.split(SUBFIELD)
    indicators = (head.decode("ascii", "replace") + BLANK)[:2]
    subfields = [
        Subfield(code, reading.text(part[1:]))
        for part in parts
        if (code := part[:1].decode("ascii", "replace")).strip()
    ]
    return Field(tag, Indicators(*indicators), subfields)
