"""Cleaned records of earlier runs, so that an entry that has not changed is not cleaned again.

    output/remembered/<source>.sqlite    digest of all that a record is cleaned from -> the record

The digest covers the entry, the settings of its source, the code and the packages, so that what is
found is what cleaning would come to. Only time hangs on these files: one that is missing, damaged
or of other rules is begun anew, and one that cannot be written is left as it was.
"""

from __future__ import annotations

import hashlib
import sqlite3
import sys
import unicodedata
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import islice
from pathlib import Path

import msgspec

from pipeline.model import Issue, Locator, Record, SourceRecord
from pipeline.settings import LanguageSettings, Source, SourceFetch, SourceGates

FOLDER = "remembered"
SUFFIX = ".sqlite"
DIGEST_SIZE = 20  # bytes
ASKED = 500  # keys asked for in one statement; SQLite may be built for no more than 999
MOST = 2  # times as many records as the last harvest used are kept, before what it did not use goes
COMPRESSION_LEVEL = 1
HERE = "\0"  # an issue's identifier where that is the entry's position, as no identifier can be
NOWHERE = Locator("", "", "")

Made = tuple[bytes, bytes]  # a key, and what is to be found by it


class Memory(msgspec.Struct, frozen=True):
    """The remembered records of one source.

    `file` is where they are (None: nothing is remembered), `rules` the digest (hex) of all that
    records are cleaned by beside what they are cleaned from.
    """

    file: Path | None
    rules: str

    def begin(self) -> None:
        """Forget what was made by other rules; what a run that was killed left half done goes."""
        if self.file is None:
            return
        try:
            with _opened(self.file, "rw") as connection:
                rules = connection.execute("SELECT rules FROM about").fetchall()
        except sqlite3.Error:
            rules = []
        if rules != [(self.rules,)]:
            _remove(self.file)

    def find(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """Return what is known by these keys."""
        if self.file is None:
            return {}
        found: dict[bytes, bytes] = {}
        wanted = iter(keys)
        try:
            with _opened(self.file, "ro") as connection:
                while some := list(islice(wanted, ASKED)):
                    marks = ",".join("?" * len(some))
                    query = f"SELECT key, value FROM remembered WHERE key IN ({marks})"  # noqa: S608
                    for key, value in connection.execute(query, some):
                        found[key] = zlib.decompress(value)
        except sqlite3.OperationalError:
            return {}  # there is none, or it cannot be read
        except (sqlite3.Error, zlib.error, TypeError):
            _remove(self.file)
            return {}
        return found

    def keep(self, used: Collection[bytes] | None, made: Iterable[Made]) -> None:
        """Add what was made (packed) in this run.

        `used` are the keys of all that it needed; None: it was not asked for everything.
        """
        if self.file is None:
            return
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with _opened(self.file, "rwc") as connection:
                _add(connection, self.rules, made)
                is_less = used is not None and _forget_unused(connection, used)
            if is_less:
                with _opened(self.file, "rw") as connection:
                    connection.execute("VACUUM")
        except sqlite3.OperationalError:
            return  # locked, read-only, no room: the file is as it was
        except (sqlite3.Error, OSError):
            _remove(self.file)


NOTHING = Memory(None, "")


def memory_of(output: Path, source: Source, thresholds: LanguageSettings, software: str) -> Memory:
    """Return the memory of a source.

    `software` stands for the code and the versions of the packages, by their digests; where it is
    empty, nothing is remembered.
    """
    if not software:
        return NOTHING
    told = msgspec.structs.replace(
        source, gates=SourceGates(), fetch=SourceFetch(), credentials=None, file=""
    )
    rules = msgspec.json.encode(
        [software, sys.version, unicodedata.unidata_version, told, thresholds]
    )
    digest = hashlib.sha256(rules).hexdigest()
    return Memory(output / FOLDER / f"{source.name}{SUFFIX}", digest)


def key_of(record: SourceRecord, rules: str) -> bytes:
    """Return the digest of what a record is cleaned from; where in a payload it stood is no part.

    The payload's name is one: links are resolved on it.
    """
    bare = msgspec.structs.replace(
        record,
        locator=Locator("", record.locator.name, ""),
        issues=_apart(record.issues, record.locator.position),
    )
    try:
        data = msgspec.msgpack.encode(bare)
    except UnicodeEncodeError:  # a lone surrogate
        data = repr(bare).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(data, digest_size=DIGEST_SIZE, key=bytes.fromhex(rules)).digest()


def keys_among(keys: Sequence[bytes]) -> list[bytes]:
    """Return the keys of records that are judged by one another: each with all of the others."""
    whole = hashlib.sha256(b"".join(keys)).digest()
    return [
        hashlib.blake2b(place.to_bytes(8, "big") + key, digest_size=DIGEST_SIZE, key=whole).digest()
        for place, key in enumerate(keys)
    ]


def packed(value: bytes) -> bytes:
    """Return a value as `Memory.keep` takes it: compressed, with a checksum."""
    from isal import isal_zlib

    return isal_zlib.compress(value, COMPRESSION_LEVEL)


def apart(record: Record) -> Record:
    """Return a cleaned record without the place where it stood."""
    issues = _apart(record.issues, record.locator.position)
    return msgspec.structs.replace(record, locator=NOWHERE, issues=issues)


def placed(record: Record, locator: Locator) -> Record:
    """Return a record that `apart` gave as it is where an entry like it stands now."""
    issues = record.issues
    if issues:
        issues = tuple(
            msgspec.structs.replace(one, identifier=locator.position)
            if one.identifier == HERE
            else one
            for one in issues
        )
    return msgspec.structs.replace(record, locator=locator, issues=issues)


def forget_others(output: Path, sources: Collection[str]) -> None:
    """Remove what is remembered of sources that are not any more."""
    for file in (output / FOLDER).glob(f"*{SUFFIX}"):
        if file.stem not in sources:
            file.unlink(missing_ok=True)


def _apart(issues: tuple[Issue, ...], position: str) -> tuple[Issue, ...]:
    if not issues:
        return issues
    return tuple(
        msgspec.structs.replace(one, identifier=HERE) if one.identifier == position else one
        for one in issues
    )


def _remove(file: Path) -> None:
    for one in (file, file.with_name(f"{file.name}-journal")):
        with suppress(OSError):
            one.unlink(missing_ok=True)


@contextmanager
def _opened(file: Path, mode: str) -> Iterator[sqlite3.Connection]:
    """Open a file; what is done to it happens as a whole or not at all."""
    address = f"{file.absolute().as_uri()}?mode={mode}"
    with closing(sqlite3.connect(address, uri=True)) as connection, connection:
        connection.execute("PRAGMA temp_store = MEMORY")
        yield connection


def _add(connection: sqlite3.Connection, rules: str, made: Iterable[Made]) -> None:
    connection.execute("CREATE TABLE IF NOT EXISTS about (rules TEXT)")
    connection.execute("CREATE TABLE IF NOT EXISTS remembered (key BLOB PRIMARY KEY, value BLOB)")
    if not connection.execute("SELECT rules FROM about").fetchall():
        connection.execute("INSERT INTO about VALUES (?)", (rules,))
    connection.executemany("INSERT OR REPLACE INTO remembered VALUES (?, ?)", made)


def _forget_unused(connection: sqlite3.Connection, used: Collection[bytes]) -> bool:
    """Delete what was not used, where it is much; say whether it was."""
    ((count,),) = connection.execute("SELECT count(*) FROM remembered")
    if count <= MOST * len(used):
        return False
    connection.execute("CREATE TEMP TABLE used (key BLOB PRIMARY KEY)")
    connection.executemany("INSERT OR IGNORE INTO used VALUES (?)", ((key,) for key in used))
    connection.execute("DELETE FROM remembered WHERE key NOT IN (SELECT key FROM used)")
    return True
