"""The files in which assign hands the records to the parts, and which part a record belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import msgspec

from pipeline.model import Locator, Record
from pipeline.record_parts import read_line

PART = 25_000  # records of one part, about
HASH_BITS = 20  # of an identifier's first four characters in base 32
HASH_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"  # as text sorts, so that parts follow each other


class Same(msgspec.Struct, frozen=True, array_like=True):
    """A line of a part file: the record `id` is as it was, its entry stands at `locator` now."""

    id: str
    locator: Locator


def parts_of(records: int) -> int:
    """Return how many parts so many records, new and old, are worked on in."""
    return max(1, -(-records // PART))


def part_of(identifier: str, parts: int) -> int:
    """Return the part that a record belongs to, by the hash in its identifier.

    >>> part_of("sepm-2222222222", 4), part_of("sepm-zzzzzzzzzz", 4)
    (0, 3)
    """
    value = 0
    for character in identifier[identifier.rindex("-") + 1 :][:4]:
        value = value * 32 + HASH_DIGITS.index(character)
    return value * parts >> HASH_BITS


class PartFiles(msgspec.Struct, frozen=True):
    """The files of all parts, open to be written: each a list, by part."""

    new: list[BinaryIO]
    same: list[BinaryIO]
    old: list[BinaryIO]
    out: list[BinaryIO]

    @classmethod
    def open(cls, work: Path, parts: int, stack: ExitStack) -> PartFiles:
        """Open the files of `parts` parts in `work` until `stack` is left."""

        def opened(name: str) -> list[BinaryIO]:
            files = (work / f"part-{index:05}.{name}" for index in range(parts))
            return [stack.enter_context(file.open("wb")) for file in files]

        return cls(*map(opened, cls.__struct_fields__))

    def part(self, identifier: str) -> int:
        """Return the part that a record belongs to."""
        return part_of(identifier, len(self.new))


def read_lines(file: Path) -> Iterator[Record]:
    """Yield the records of a part file."""
    with file.open("rb") as lines:
        yield from map(read_line, lines)


def read_same(file: Path) -> dict[str, Locator]:
    """Return the records of a part that are as they were, and where their entries stand now."""
    decode = msgspec.json.Decoder(Same).decode
    with file.open("rb") as lines:
        return {one.id: one.locator for one in map(decode, lines)}
