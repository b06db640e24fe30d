"""The characters of binary MARC records: UTF-8, MARC-8, and records that are not what they say.

MARC-8 (https://www.loc.gov/marc/specifications/speccharmarc8.html) writes a mark before its letter
and switches character sets by escape sequences; pymarc has its tables. Its own reading gives a
blank for what it does not know and drops marks at the end, so ours counts what does not fit.
"""

from __future__ import annotations

import functools
import re
import sys
import unicodedata
from collections.abc import Callable

import msgspec

ESCAPE = 0x1B
BASIC_LATIN, ANSEL, EAST_ASIAN = 0x42, 0x45, 0x31
TO_G0, TO_G1, MULTIBYTE = b"(,", b")-", 0x24
LOCKING = {0x67: 0x67, 0x62: 0x62, 0x70: 0x70, 0x73: BASIC_LATIN}  # Greek, sub-, superscript, back
SECOND_FINAL = 0x21  # ANSEL's name in an escape sequence has two bytes, `!E`
HIGH, LOW_BITS = 0x80, 0x7F
SURROGATES = range(0xD800, 0xE000)
LAST_CONTROL = 0x20
NUMERIC = re.compile(r"&#x([0-9A-Fa-f]{4,6});")
HALVES = str.maketrans({"\ufe20": "\u0361", "\ufe21": "", "\ufe22": "\u0360", "\ufe23": ""})
"""Marks over two letters: MARC-8 has two halves, Unicode one mark behind the first letter."""

ASCII = re.compile(rb"[ -~]+")
NO_TEXT = re.compile(rb"[\x1d\x1e\x1f]")
MOST_ODD = 0.1
"""Broken UTF-8 sequences for each whole one up to which a record counts as UTF-8."""

STRANGE = re.compile("(?![\u0325\u0360\u0361])[\u0300-\u036f]")
"""Marks that no single character has with the letter before them, but for three that none has."""

MOST_STRANGE = 0.2
"""Share of the bytes above ASCII that may be strange in MARC-8. Latin-1 read as MARC-8 has more.

Measured: 0.14 in MARC-8 that shows every mark there is, 0 in six languages; 0.3 to 0.9 in Latin-1.
"""

REPLACEMENT = "\ufffd"


NOT_MARC8 = "say MARC-8 (Leader/09) but are UTF-8, and were read so"
NOT_UTF8 = "say UTF-8 (Leader/09) but are MARC-8, and were read so"
BROKEN_UTF8 = f"have bytes that are not UTF-8, which were read as {REPLACEMENT!r}"
BROKEN_MARC8 = f"have bytes that do not fit MARC-8; what is unknown was read as {REPLACEMENT!r}"
NEITHER = (
    "are neither UTF-8 nor MARC-8 and were read as windows-1252, which is a guess (look through "
    "them for damaged letters, and set 'encoding' to the right one)"
)


class Reading(msgspec.Struct, frozen=True):
    """How a record's values become text, and what is doubtful about that (empty: nothing)."""

    text: Callable[[bytes], str]
    encoding: str
    problem: str = ""


def reading_of(body: bytes, *, says_unicode: bool, configured: str = "") -> Reading:
    """Return how the values in `body`, the record without its leader, are to be read.

    `says_unicode` is Leader/09, `configured` the source's encoding, which counts before it. What
    reads as UTF-8 to the last byte is UTF-8, whatever both say.
    """
    has_escapes = bytes([ESCAPE]) in body
    if body.isascii() and not has_escapes:
        return Reading(_utf8, "ascii")
    text = body.decode("utf-8", "replace")
    broken = text.count(REPLACEMENT) - body.count(REPLACEMENT.encode())
    if not broken and not (has_escapes and (body.isascii() or not says_unicode)):
        return Reading(_utf8, "utf-8", "" if says_unicode or configured else NOT_MARC8)
    if configured:
        return Reading(lambda value: value.decode(configured, "replace"), configured)
    whole = sum(1 for character in text if character >= "\x80") - broken
    if says_unicode and broken <= MOST_ODD * whole and not body.isascii():
        return Reading(_utf8, "utf-8", BROKEN_UTF8)
    texts = [from_marc8(value) for value in NO_TEXT.split(body)]
    odd = sum(count for _, count in texts)
    strange = sum(len(STRANGE.findall(text)) for text, _ in texts)
    special = sum(byte >= HIGH for byte in body) + body.count(ESCAPE)
    if odd + (strange if strange > 1 else 0) <= MOST_STRANGE * special:
        problem = NOT_UTF8 if says_unicode else BROKEN_MARC8 if odd else ""
        return Reading(lambda value: from_marc8(value)[0], "marc-8", problem)
    return Reading(_western, "cp1252", NEITHER)


def from_marc8(data: bytes) -> tuple[str, int]:
    r"""Return the text of MARC-8 bytes in NFC, and how many bytes do not fit it.

    What is unknown becomes U+FFFD; a mark without a letter counts as not fitting.

    >>> from_marc8(b"d\xe2esir\xe2ee")
    ('désirée', 0)
    """
    if data.isascii() and ESCAPE not in data:
        return data.decode("ascii"), 0
    letters: list[str] = []
    marks: list[str] = []
    g0, g1, odd, at = BASIC_LATIN, ANSEL, 0, 0
    while at < len(data):
        byte = data[at]
        if byte < HIGH and g0 == BASIC_LATIN and not marks and (run := ASCII.match(data, at)):
            letters.append(run.group().decode("ascii"))
            at = run.end()
            continue
        if byte == ESCAPE:
            length, is_g1, charset = _escape(data[at + 1 : at + 5])
            odd += not length
            g0, g1 = (g0, charset) if is_g1 else (charset or g0, g1)
            at += 1 + length
            continue
        charset = g1 if byte >= HIGH else g0
        width = 3 if charset == EAST_ASIAN and byte & LOW_BITS > LAST_CONTROL else 1
        letter, is_mark = _letter(charset, data[at : at + width])
        at += width
        if is_mark:
            marks.append(letter)
        elif letter:
            fits = not marks or letter.isalnum()
            odd += letter == REPLACEMENT or not fits
            letters += [letter, *marks]
            marks.clear()
    odd += len(marks)
    text = "".join([*letters, *marks]).translate(HALVES)
    if "&#x" in text:  # how MARC-8 writes what it has no byte for
        text = NUMERIC.sub(_numeric, text)
    return unicodedata.normalize("NFC", text), odd


@functools.lru_cache(maxsize=4096)
def _letter(charset: int, code: bytes) -> tuple[str, bool]:
    """Return the character of one code, nothing for a control, and whether it is a mark."""
    from pymarc.marc8_mapping import CODESETS, ODD_MAP

    number = code[0]
    if number <= LAST_CONTROL:
        return (" " if code.isspace() else ""), False
    if len(code) > 1:
        number = int.from_bytes(bytes(byte & LOW_BITS for byte in code), "big")
    table = CODESETS.get(charset, {})
    # A set has the same letters in both halves of the code table; the tables list one of them.
    found = table.get(number) or table.get(number ^ HIGH)
    if found is not None:
        return chr(found[0]), bool(found[1])
    return chr(ODD_MAP.get(number, ord(REPLACEMENT))), False


def _escape(rest: bytes) -> tuple[int, bool, int]:
    """Return the length of an escape sequence, whether it names G1, and the set it calls for."""
    if not rest:
        return 0, False, 0
    if rest[0] in LOCKING:
        return 1, False, LOCKING[rest[0]]
    at = 0
    which = False
    if rest[at] == MULTIBYTE:
        at += 1
        if at < len(rest) and rest[at] in TO_G0 + TO_G1:
            which = rest[at] in TO_G1
            at += 1
    elif rest[at] in TO_G0 + TO_G1:
        which = rest[at] in TO_G1
        at += 1
    else:
        return 0, False, 0
    if at < len(rest) and rest[at] == SECOND_FINAL:
        at += 1
    return (at + 1, which, rest[at]) if at < len(rest) else (0, False, 0)


def _numeric(found: re.Match[str]) -> str:
    number = int(found.group(1), 16)
    return found.group() if number > sys.maxunicode or number in SURROGATES else chr(number)


def _utf8(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _western(value: bytes) -> str:
    try:
        return value.decode("cp1252")
    except UnicodeDecodeError:  # five bytes are undefined there
        return value.decode("iso8859-1")
