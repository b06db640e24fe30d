"""What a list of records gave so far: its pages, and which header of a record is the last one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from io import SEEK_END
from pathlib import Path
from typing import BinaryIO, Self

import msgspec

from pipeline.errors import OutputError, show_path
from pipeline.extract.oai_answer import Answer
from pipeline.extract.oai_record import MadePage, Maker
from pipeline.extract.payloads import Payload

MOST_HELD = 10_000
"""Records that wait in memory for the end of their list; further ones wait on disk."""


class Shelf:
    """Keeps pages until their list is whole: the first in memory, all others in a file.

    The file is there while the `with` block of the shelf runs.
    """

    def __init__(self, folder: Path, most: int = MOST_HELD) -> None:
        """Keep where the file is made once it is needed."""
        self._folder = folder
        self._left = most
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def put(self, page: MadePage) -> MadePage | range:
        """Return the page, or its place in the file; raises `OutputError` where that is full."""
        self._left -= len(page.records)
        if self._left >= 0:
            return page
        data = msgspec.msgpack.encode(page)
        try:
            start = self._opened.seek(0, SEEK_END)
            self._opened.write(data)
        except OSError as error:
            raise self._failed(error) from error
        return range(start, start + len(data))

    def get(self, kept: MadePage | range) -> MadePage:
        """Return a page that was put here."""
        if isinstance(kept, MadePage):
            return kept
        try:
            self._opened.seek(kept.start)
            data = self._opened.read(len(kept))
        except OSError as error:
            raise self._failed(error) from error
        return msgspec.msgpack.decode(data, type=MadePage)

    @property
    def _opened(self) -> BinaryIO:
        if self._file is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - stays open
        return self._file

    def _failed(self, error: OSError) -> OutputError:
        return OutputError(
            f"the records of a list cannot be kept: {error.strerror or error}",
            where=show_path(self._folder),
            expected="a folder that can be written, with room left",
            next_step="check its permissions and the disk, and run again",
        )


class RecordList:
    """The pages of a harvest, given once all of them are there.

    A record may stand on several pages: in several sets, in a list that was started over, changed
    while the list was read. Its last header counts, so each record is given once and none is both
    given and deleted.
    """

    def __init__(self, maker: Maker, shelf: Shelf) -> None:
        """Begin a list; `shelf` keeps its pages, which several lists may share."""
        self.entries = 0
        self.sizes: list[int] = []
        self._maker = maker
        self._shelf = shelf
        self._pages: list[MadePage | range] = []
        self._shifts: list[int] = []
        # By the hash of a record's identifier (64 bits): the number of its last entry, doubled,
        # plus one where that one says deleted. A million records take 100 MB.
        self._last: dict[int, int] = {}
        self._identified = 0
        self._shared = 0  # records that more than one of the joined lists has

    def __len__(self) -> int:
        """Return how many different records the list has, as far as they have identifiers."""
        return len(self._last)

    def add(self, payload: Payload, answer: Answer) -> bool:
        """Take up a page; say whether it holds an entry that was not in the list before."""
        is_new = False
        for number, entry in enumerate(answer.entries, self.entries):
            if entry.identifier:
                key = hash(entry.identifier)
                is_new = is_new or key not in self._last
                self._last[key] = 2 * number + entry.deleted
                self._identified += 1
            else:
                is_new = True
        self._pages.append(self._shelf.put(self._maker.make(payload, answer)))
        self._shifts.append(self.entries)
        self.entries += len(answer.entries)
        return is_new

    def join(self, other: RecordList) -> None:
        """Take up a further list, whose headers come after those of this one."""
        before = self.entries
        self._pages += other._pages
        self._shifts += (before + shift for shift in other._shifts)
        apart = len(self._last) + len(other._last)
        self._last.update((key, value + 2 * before) for key, value in other._last.items())
        self._shared += apart - len(self._last)
        self.entries += other.entries
        self._identified += other._identified
        self.sizes += other.sizes

    @property
    def declared_total(self) -> int | None:
        """Return how many records are to be expected by the sizes that the lists declare.

        Deleted records are part of those sizes, and records that several lists have are part of
        each, so they are taken off.
        """
        if not self.sizes:
            return None
        deleted = sum(value & 1 for value in self._last.values())
        return max(sum(self.sizes) - self._shared - deleted, 0)

    def pages(self) -> Iterator[MadePage]:
        """Yield the pages in their order, of each record only what its last header says."""
        repeats = self._identified > len(self._last)
        for place, shift in enumerate(self._shifts):
            page = self._shelf.get(self._pages[place])
            self._pages[place] = range(0)  # it is not needed again
            yield self._last_only(page, shift) if repeats else page

    def _last_only(self, page: MadePage, shift: int) -> MadePage:
        def counts(key: str, number: int) -> bool:
            return not key or self._last[hash(key)] >> 1 == shift + number

        records = [
            (record, number)
            for record, number in zip(page.records, page.numbers, strict=True)
            if counts(record.key, number)
        ]
        deleted = [
            (key, number)
            for key, number in zip(page.deleted, page.deleted_numbers, strict=True)
            if counts(key, number)
        ]
        return MadePage(
            records=tuple(record for record, _ in records),
            numbers=tuple(number for _, number in records),
            deleted=tuple(key for key, _ in deleted),
            deleted_numbers=tuple(number for _, number in deleted),
            issues=page.issues,
        )
