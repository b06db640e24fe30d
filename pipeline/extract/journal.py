"""What a harvest has read so far, a line a page, so that the next one can go on or ask shortly.

    output/harvests/<source>.jsonl    the last whole harvest, then the one that is under way

Lines are only added while a harvest runs, each on disk before the next page is asked for; a last
line that a crash tore is ignored. A whole harvest replaces the file at once. No line holds a
secret. Of a page only its key and the place of its line are kept in memory.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from pipeline.errors import OutputError, show_path

LONGEST_AGE = 23.5 * 3600.0
"""Seconds for which an unfinished harvest is gone on with.

A little less than a day, so that a daily run does not take yesterday's pages for today's.
"""

LONGEST_LINE = 1_000_000
"""Bytes; what is longer was not written by us."""


class Begun(msgspec.Struct, frozen=True, tag_field="is", tag="begun"):
    """A harvest of `location` (a digest) begins, in seconds since 1970."""

    location: str
    when: float


class Asked(msgspec.Struct, frozen=True, tag_field="is", tag="asked"):
    """A page is asked for: if it is another one, there was no fault to find with the one before."""

    key: str


class Finished(msgspec.Struct, frozen=True, tag_field="is", tag="finished"):
    """The harvest is whole."""

    when: float


class Read(msgspec.Struct, frozen=True, tag_field="is", tag="read", omit_defaults=True):
    """A page was read and is in the payload store as `digest`.

    `key` is that of the request, `url` where the answer came from; `etag` and `last_modified` are
    what a conditional request sends back. `rules` marks a robots.txt, which no harvest breaks on.
    """

    key: str
    url: str
    digest: str
    when: float
    media_type: str = ""
    charset: str = ""
    headers: dict[str, str] = {}
    etag: str = ""
    last_modified: str = ""
    rules: bool = False


Line = Begun | Asked | Finished | Read
Places = dict[str, int]
"""Key of a request -> where in the file the line of its page begins."""

_decoder = msgspec.json.Decoder(Line)
_encode = msgspec.json.Encoder().encode


class Journal:
    """The journal of one source; its file is read when it is first asked for something."""

    def __init__(self, file: Path, location: str) -> None:
        """Keep where it is and what is harvested (a digest)."""
        self._file = file
        self._location = location
        self._loaded = False
        self._under_way = False
        self._begun: Begun | None = None
        self._whole: Places = {}
        self._stale: Places = {}
        self._present: Places = {}
        self._used: Places = {}
        self._doubtful = ""
        self._end = 0

    def finished(self, key: str, now: float) -> Read | None:
        """Return what the harvest under way has read for this request already.

        The last page before it was broken off does not count where no other was asked for after
        it: it may be what the harvest broke on.
        """
        self._begin(now)
        return None if key == self._doubtful else self._line(self._present.get(key))

    def known(self, key: str) -> Read | None:
        """Return what was last read for this request, in whichever harvest."""
        self._load()
        return self._first(key, (self._present, self._stale, self._whole))

    def stored(self, key: str) -> Read | None:
        """Return what the last whole harvest read for this request, or else any other."""
        self._load()
        return self._first(key, (self._whole, self._present, self._stale))

    def was_read(self, key: str) -> bool:
        """Say whether the last whole harvest used an answer to this request."""
        self._load()
        return key in self._whole

    @property
    def has_pages(self) -> bool:
        """Say whether a harvest that is broken off now will be gone on with."""
        pages = map(self._line, self._present.values())
        return any(page is not None and not page.rules for page in pages)

    def asking(self, key: str, now: float) -> None:
        """Note that a page is asked for."""
        self._begin(now)
        self._add(Asked(key))

    def add(self, page: Read) -> None:
        """Note a page that is in the store now, and that this harvest uses it."""
        self._present[page.key] = self._used[page.key] = self._add(page)
        if page.key == self._doubtful:
            self._doubtful = ""

    def use(self, page: Read) -> None:
        """Note that this harvest uses a page that it had read before it was broken off."""
        self._used[page.key] = self._present[page.key]

    def restart(self, now: float) -> None:
        """Begin the harvest anew; its pages until now only help to ask shortly."""
        self._load()
        if self._present:
            self._start(now)

    def finish(self, now: float) -> None:
        """Keep the pages that this harvest used, and nothing else, as those of the last one."""
        if not self._under_way:
            return
        (self._whole,) = self._rewrite([(self._used, (Begun(self._location, now), Finished(now)))])
        self._stale, self._present, self._used = {}, {}, {}
        self._begun, self._under_way = None, False

    def _begin(self, now: float) -> None:
        self._load()
        if self._under_way:
            return
        begun = self._begun
        if begun and begun.location == self._location and 0 <= now - begun.when < LONGEST_AGE:
            self._under_way = True
        else:
            self._start(now)

    def _start(self, now: float) -> None:
        """Begin a harvest; of those that were broken off, the pages of the last one stay."""
        begun = Begun(self._location, now)
        self._whole, self._stale, _ = self._rewrite(
            [
                (self._whole, (begun, Finished(now))),
                (self._present or self._stale, (begun,)),
                ({}, (begun,)),
            ]
        )
        self._present, self._used, self._doubtful = {}, {}, ""
        self._begun, self._under_way = begun, True

    def _first(self, key: str, harvests: tuple[Places, ...]) -> Read | None:
        return next((self._line(pages[key]) for pages in harvests if key in pages), None)

    def _load(self) -> None:
        """Read which pages there are, line after line."""
        if self._loaded:
            return
        self._loaded = True
        for place, line in self._lines():
            match line:
                case Begun():
                    self._stale = self._present or self._stale
                    self._present, self._begun, self._doubtful = {}, line, ""
                case Finished():
                    self._whole, self._stale = self._present, {}
                    self._present, self._begun, self._doubtful = {}, None, ""
                case Read():
                    self._present[line.key] = place
                    self._doubtful = self._doubtful if line.rules else line.key
                case Asked():
                    if line.key != self._doubtful:
                        self._doubtful = ""

    def _lines(self) -> Iterator[tuple[int, Line]]:
        if not self._file.exists():
            return
        with self._explained(), self._file.open("rb") as file:
            while (data := file.readline(LONGEST_LINE)).endswith(b"\n"):
                place, self._end = self._end, self._end + len(data)
                try:
                    yield place, _decoder.decode(data)
                except (msgspec.DecodeError, UnicodeDecodeError):
                    continue

    def _line(self, place: int | None) -> Read | None:
        if place is None:
            return None
        with self._explained(), self._file.open("rb") as file:
            file.seek(place)
            line = _decoder.decode(file.readline(LONGEST_LINE))
        return line if isinstance(line, Read) else None

    def _add(self, line: Line) -> int:
        """Write a line behind the last whole one and return where it begins."""
        data = _encode(line) + b"\n"
        place = self._end
        with self._explained(), self._file.open("r+b") as file:
            file.truncate(place)
            file.seek(place)
            file.write(data)
            file.flush()
            if isinstance(line, Read):
                os.fsync(file.fileno())
        self._end += len(data)
        return place

    def _rewrite(self, parts: Iterable[tuple[Places, tuple[Line, ...]]]) -> list[Places]:
        """Replace the file by these harvests and return where their pages are then.

        A harvest is its pages, and the line before and behind them.
        """
        answer: list[Places] = []
        with self._explained():
            self._file.parent.mkdir(parents=True, exist_ok=True)
            number, name = tempfile.mkstemp(prefix=f".{self._file.stem}-", dir=self._file.parent)
            temporary = Path(name)
            source = self._file if self._file.exists() else Path(os.devnull)
            try:
                with source.open("rb") as old, os.fdopen(number, "wb") as new:
                    for pages, (head, *tail) in parts:
                        new.write(_encode(head) + b"\n")
                        answer.append({})
                        for key, place in pages.items():
                            old.seek(place)
                            answer[-1][key] = new.tell()
                            new.write(old.readline(LONGEST_LINE))
                        new.writelines(_encode(line) + b"\n" for line in tail)
                    new.flush()
                    os.fsync(new.fileno())
                    self._end = new.tell()
                temporary.chmod(0o644)
                temporary.replace(self._file)
            finally:
                temporary.unlink(missing_ok=True)
        return answer

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise OutputError(
                f"the harvest's journal cannot be kept: {error.strerror or error}",
                where=show_path(self._file),
                expected="a file that can be read and written, with room left",
                next_step="check its permissions and the disk, and run again",
            ) from error
