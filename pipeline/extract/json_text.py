"""JSON text -> plain Python values, as hostile or careless as it may be (RFC 8259).

Beyond the standard, what careless writers leave is read and noted: a byte order mark, NaN and
Infinity (as null), halves of surrogate pairs (as U+FFFD), raw control characters in texts.
"""

from __future__ import annotations

import json
import math
import re

import msgspec

from pipeline.errors import SourceError
from pipeline.extract.payloads import shown

MOST_JSON_VALUES = 5_000_000
"""Values of one document, counted by what parts them; as Python's they take up to a gigabyte."""

LONGEST_NUMBER = 400
"""Characters of a number beyond which it is kept as text: no number of use is so long."""

ABOUT = 40
"""Characters shown on either side of where a document is broken."""

MARK = "\ufeff"
SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
ESCAPES = re.compile(  # `\\` is taken whole, so that what follows it is no escape
    r"\\\\"
    r"|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


class Parsed(msgspec.Struct, frozen=True):
    """What a JSON text says, and what was doubtful about it, as sentences without the place."""

    value: object
    notes: tuple[str, ...] = ()


class _Hooks:
    """Takes the parts of a document as they are read, and counts what is doubtful."""

    def __init__(self) -> None:
        self.constants = 0
        self.repeated: dict[str, int] = {}

    def constant(self, _: str) -> None:
        self.constants += 1

    def pairs(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) != len(pairs):
            seen = set[str]()
            for name, _ in pairs:
                if name in seen:
                    self.repeated[name] = self.repeated.get(name, 0) + 1
                seen.add(name)
        return found

    def notes(self) -> list[str]:
        notes = []
        if self.constants:
            notes.append(
                f"values that are NaN or Infinity, which JSON does not have: {self.constants:,}; "
                "they were read as missing"
            )
        if self.repeated:
            names = ", ".join(repr(shown(name)) for name in list(self.repeated)[:3])
            notes.append(
                f"objects with the same name twice: {sum(self.repeated.values()):,} ({names}); the "
                "last was read: ask the site's owner to make lists of them"
            )
        return notes


def parse_json(text: str, where: str) -> object:
    """Return what `text` says: dict, list, str, int, float, bool or None; see `read_json`."""
    return read_json(text, where).value


def read_json(text: str, where: str, *, expected: str = "a JSON document") -> Parsed:
    """Return what `text`, already decoded, says, with notes on what is not right by RFC 8259.

    Numbers are int or float; one that is longer or larger than those may be is its text. Of names
    that are given twice in an object the last counts. No text holds surrogates. Raises
    `SourceError` with line, column and excerpt for what is no JSON, too deep or too large; `where`
    is the payload's name.
    """
    body = text.removeprefix(MARK)
    if not body.strip():
        raise _refused("is empty", where, expected)
    if body.count(",") + body.count("[") + body.count("{") > MOST_JSON_VALUES:
        raise SourceError(
            f"has more than {MOST_JSON_VALUES:,} values", where=where, expected=expected,
            next_step="save it as several documents, or as JSON Lines",
        )  # fmt: skip
    body, halves = _without_halves(body)
    hooks = _Hooks()
    decoder = json.JSONDecoder(
        object_pairs_hook=hooks.pairs, parse_constant=hooks.constant, parse_float=_number,
        parse_int=_integer, strict=False,
    )  # fmt: skip
    try:
        value: object = decoder.decode(body)
    except json.JSONDecodeError as error:
        raise _refused(_complaint(body, error), where, expected, body) from error
    except RecursionError as error:
        raise _refused("nests lists and objects too deep to be read", where, expected) from error
    notes = hooks.notes()
    if halves:
        notes.append(
            f"halves of surrogate pairs, which are no characters: {halves:,}; each became U+FFFD"
        )
    return Parsed(value, tuple(notes))


def _without_halves(body: str) -> tuple[str, int]:
    """Return `body` of the same length without escapes of lone surrogates, and their number."""
    if not SURROGATE.search(body):
        return body, 0
    count = 0

    def kept(found: re.Match[str]) -> str:
        nonlocal count
        if not found.group(1):
            return found.group()
        count += 1
        return "\\ufffd"

    return ESCAPES.sub(kept, body), count


def _number(digits: str) -> float | str:
    value = float(digits)
    return value if math.isfinite(value) else digits[:LONGEST_NUMBER]


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) < LONGEST_NUMBER else digits[:LONGEST_NUMBER]


def _complaint(body: str, error: json.JSONDecodeError) -> str:
    before = shown(body[max(0, error.pos - ABOUT) : error.pos], ABOUT)
    after = shown(body[error.pos : error.pos + ABOUT], ABOUT)
    there = f"{before!r} is followed by {after!r}" if after else f"it ends with {before!r}"
    what = error.msg[:1].lower() + error.msg[1:]
    return f"is no JSON: line {error.lineno}, column {error.colno}: {what}; there {there}"


def _refused(what: str, where: str, expected: str, body: str = "") -> SourceError:
    step = "open it in a browser; if it is broken there too, tell the site's owner"
    if body.lstrip().startswith("<"):
        step = "it begins as HTML or XML does: check the address, or the kind of the source"
    return SourceError(what, where=where, expected=expected, next_step=step)
