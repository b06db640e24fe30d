"""Releases: one immutable published state each, switched in at once; reading the previous one.

    output/current -> releases/20261124T190000Z/     what clients see
    output/releases/.partial-…                       a release under construction, never seen
    output/last-run/                                 what the last run had to say, whatever its end
    output/payloads/<sha256>                         what the sources gave, unparsed

The release is the state: records with the keys they ever had, tombstones and datestamps stand in it
and nowhere else.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from pipeline.aside import CURRENT, NEW, PARTIAL, RELEASES, tidy
from pipeline.errors import (
    LockHeld,
    OutputError,
    ReleaseError,
    RunRefused,
    about_system,
    show_path,
)
from pipeline.manifest import (
    FileEntry,
    Manifest,
    digest_of,
    read_manifest,
    sync,
    write_manifest,
)
from pipeline.model import Books
from pipeline.record_parts import CHANGES, RECORDS, is_state

AGAIN = "make it anew: cataloom run --again"
ID = "[0-9]" * 8 + "T" + "[0-9]" * 6 + "Z"  # the names of releases, as `glob` has it


def clock() -> datetime:
    """Return now in whole seconds, UTC; `SOURCE_DATE_EPOCH` stands in where it is set.

    Raises `OutputError` where that variable is no whole number of seconds.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        return datetime.fromtimestamp(int(epoch), UTC)
    except (ValueError, OverflowError, OSError):
        raise OutputError(
            f"SOURCE_DATE_EPOCH is {epoch!r}", expected="whole seconds since 1970-01-01 UTC"
        ) from None


def stamp(moment: datetime) -> str:
    """Return an xsd:dateTime in UTC, e.g. `2026-11-24T19:00:00Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def release_id(moment: str) -> str:
    """Return the name of the release with this datestamp.

    >>> release_id("2026-11-24T19:00:00Z")
    '20261124T190000Z'
    """
    return datetime.fromisoformat(moment).strftime("%Y%m%dT%H%M%SZ")


def next_moment(now: datetime, previous: Manifest | None) -> datetime:
    """Return the clock reading of the next release: `now`, but always after the previous one's."""
    if previous is None:
        return now
    last = max(previous.datestamps[-1], previous.switches[-1])
    return max(now, datetime.fromisoformat(last) + timedelta(seconds=1))


def clock_problem(now: datetime, previous: Manifest | None) -> str:
    """Return what is to be said of a clock that reads less than it did, or an empty text."""
    last = max(previous.datestamps[-1], previous.switches[-1]) if previous else ""
    if stamp(now) >= last:
        return ""
    return (
        f"The clock of this machine says {stamp(now)}, the last release was made at {last}. "
        "Datestamps go on from there, so nothing is lost; set the clock right (a time server)."
    )


def current(output: Path) -> Path:
    """Return the folder of the current release; raises `ReleaseError` where there is none."""
    folder = current_or_none(output)
    if folder is None:
        raise ReleaseError(
            "nothing has been published yet",
            where=show_path(output),
            next_step="publish a first release: cataloom run",
        )
    return folder


def current_or_none(output: Path) -> Path | None:
    """Return the folder of the current release, or None before the first.

    Raises `ReleaseError` where there was one: the link leads nowhere, or only the link is missing.
    """
    refuse_a_file(output)
    link = output / CURRENT
    if link.is_dir():
        return link.resolve()
    kept = releases(output)
    if link.is_symlink():
        what = f"the current release, {link.readlink().name}, is gone"
    elif kept and not (output / f"{NEW}{CURRENT}").is_symlink():  # the first is being switched in
        what = f"no release is current, though {len(kept)} are kept"
    else:
        return None
    from pipeline.mending import how_to_restore

    raise ReleaseError(
        what,
        where=show_path(output),
        expected="current, a link to the release that was published last",
        next_step=how_to_restore(output),
    )


def releases(output: Path) -> list[Path]:
    """Return the folders of the releases that are kept, oldest first; their names are in order."""
    found = (output / RELEASES).glob(ID)
    return sorted(folder for folder in found if folder.is_dir())


def full_id(name: str, known: Collection[str]) -> str:
    """Return the one of the `known` ids that begins with `name`, or `name` where it is not one.

    >>> full_id("2026", ["20261124T190000Z", "20270101T190000Z"])
    '20261124T190000Z'
    >>> full_id("202", ["20261124T190000Z", "20270101T190000Z"])
    '202'
    """
    found = [one for one in known if one.startswith(name)]
    return found[0] if len(found) == 1 else name


def previous_manifest(output: Path) -> Manifest | None:
    """Return the manifest of the current release, or None before the first."""
    folder = current_or_none(output)
    return read_manifest(folder) if folder else None


@contextlib.contextmanager
def locked(output: Path) -> Iterator[None]:
    """Hold the lock of a catalogue's output; a process that dies frees it.

    Raises `LockHeld` where another run has it, `OutputError` where the folder cannot be written.
    """
    refuse_a_file(output)
    try:
        output.mkdir(parents=True, exist_ok=True)
        handle = os.open(output / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise cannot_write(output, error) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockHeld(
                "another run works on this catalogue",
                where=show_path(output),
                next_step="wait for it to end; the lock goes when its process does",
            ) from None
        try:
            tidy(output)
        except OSError as error:
            raise cannot_write(output, error) from error
        yield
    finally:
        os.close(handle)


def refuse_a_file(output: Path) -> None:
    """Raise `OutputError` where the output folder is a file, or a link that leads nowhere."""
    if output.is_dir() or not os.path.lexists(output):
        return
    leads = output.is_symlink()
    raise OutputError(
        f"is a link to {output.readlink()}, which is no folder" if leads else "is a file",
        where=str(output) if leads else show_path(output),
        expected="a folder for what is published",
        next_step="mount or make that folder" if leads else "put the file elsewhere",
    )


def cannot_write(path: Path, error: OSError) -> OutputError:
    """Return the error for an output that cannot be written."""
    return OutputError(
        f"cannot be written: {error.strerror or error}",
        where=show_path(Path(error.filename) if isinstance(error.filename, str) else path),
        expected="a folder that this user may write, with room on its disk",
        next_step="check its owner and free space, then run again; what was published stays",
        about=about_system(error),
    )


def begin(output: Path, release_id: str) -> Path:
    """Make the folder of a release under construction; left-overs of dead runs are removed."""
    releases = output / RELEASES
    releases.mkdir(parents=True, exist_ok=True)
    for left in releases.glob(f"{PARTIAL}*"):
        shutil.rmtree(left)
    partial = releases / f"{PARTIAL}{release_id}"
    (partial / RECORDS).mkdir(parents=True)
    return partial


def switch(output: Path, partial: Path, manifest: Manifest) -> Path:
    """Make the release in `partial` current, all at once, and return its folder.

    Files that equal the previous release's, byte for byte, become hard links to them, but for those
    that a thinned release keeps: damage to one must not be damage to all. Everything is on the disk
    before the one `os.replace` that clients see.
    """
    before = current_or_none(output)
    known = read_manifest(before).files if before else {}
    entries: dict[str, FileEntry] = {}
    for file in sorted(path for path in partial.rglob("*") if path.is_file()):
        name = file.relative_to(partial).as_posix()
        entries[name] = FileEntry(digest_of(file), file.stat().st_size)
        is_own = is_state(name) or name == CHANGES
        if before and not is_own and _is_same(before / name, entries[name], known.get(name)):
            _link(before / name, file)
    write_manifest(partial, msgspec.structs.replace(manifest, files=entries))
    return take_up(output, partial, manifest.id)


def take_up(output: Path, partial: Path, identifier: str, *, instead: bool = False) -> Path:
    """Make the whole release in `partial` current, all at once, and return its folder.

    A release of that name is refused, or (`instead`) gives way, as it is damaged.
    """
    for file in (path for path in partial.rglob("*") if path.is_file()):
        sync(file)
    for folder in (partial, *(path for path in partial.rglob("*") if path.is_dir())):
        sync(folder)
    final = output / RELEASES / identifier
    if final.exists() and not instead:
        raise RunRefused(
            f"the release {identifier} exists already",
            where=show_path(final.parent),
            next_step="remove that folder if it is not current, then run again",
        )
    link = output / f"{NEW}{CURRENT}"
    link.unlink(missing_ok=True)
    link.symlink_to(Path(RELEASES) / identifier)  # first: by it `tidy` knows what is not current
    sync(output)
    if final.exists():
        damaged = final.rename(final.with_name(f".damaged-{identifier}"))
        partial.rename(final)
        shutil.rmtree(damaged)
    else:
        partial.rename(final)
    sync(final.parent)
    link.replace(output / CURRENT)
    sync(output)
    return final


def holds(file: Path, entry: FileEntry) -> bool:
    """Say whether a file is there and has the content of `entry`."""
    try:
        return file.stat().st_size == entry.size and digest_of(file) == entry.sha256
    except OSError:
        return False


def damaged_files(folder: Path) -> dict[str, str]:
    """Return what is wrong with the files of a release by its manifest; empty where it is whole."""
    found = {}
    for name, entry in sorted(read_manifest(folder).files.items()):
        if not (folder / name).is_file():
            found[name] = "missing"
        elif not holds(folder / name, entry):
            found[name] = "its content is not what was published"
    return found


def verify(folder: Path) -> list[str]:
    """Return what differs between a release's files and its manifest; empty where it is whole."""
    return [f"{name}: {problem}" for name, problem in damaged_files(folder).items()]


def imbalance(books: Books) -> str:
    """Return what does not add up in the accounts of a source, or an empty text.

    >>> imbalance(Books(extracted=3, created=2, rejected=1))
    ''
    >>> imbalance(Books(extracted=3, created=2))
    'extracted 3, accounted for 2'
    """
    accounted = (
        books.created + books.updated + books.unchanged
        + books.merged + books.excluded + books.rejected
    )  # fmt: skip
    if books.extracted != accounted:
        return f"extracted {books.extracted}, accounted for {accounted}"
    before = (
        books.updated + books.unchanged + books.kept
        + books.deleted + books.merged_away + books.newly_excluded
    )  # fmt: skip
    if books.previous != before:
        return f"previous {books.previous}, accounted for {before}"
    return ""


def _is_same(file: Path, entry: FileEntry, known: FileEntry | None) -> bool:
    return known == entry and holds(file, entry)


def _link(source: Path, file: Path) -> None:
    if file.samefile(source):  # `rename` would leave both names, as POSIX has it
        return
    spare = file.with_name(f"{file.name}.link")
    try:
        os.link(source, spare)
    except OSError:  # a file system without hard links: the copy is as good
        return
    spare.replace(file)
