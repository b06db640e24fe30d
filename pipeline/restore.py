"""Take up the state from a published release: a folder, or what a web server shows of one."""

from __future__ import annotations

import math
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Protocol

from pipeline import mending, release
from pipeline.aside import CURRENT, RELEASES
from pipeline.errors import ReleaseError, RunRefused, SettingsError, show_path
from pipeline.manifest import MANIFEST, FileEntry, Manifest, TooNewError, digest_of, parse_manifest
from pipeline.record_parts import is_state
from pipeline.release import AGAIN
from pipeline.settings import Settings, Source, SourceFetch

MEGABYTE = 1_000_000
PLACES = ("", "current/")  # below what is given: a release, or the output folder it stands in


class Origin(Protocol):
    """Where a release is restored from."""

    def read(self, name: str, size: int) -> bytes | None:
        """Return the file `name` of at most `size` bytes, or None where there is none."""


def restore(settings: Settings, where: str, tell: Callable[[str], None] = lambda _: None) -> str:
    """Copy the release at `where` (a folder or an http(s) address) and make it current.

    Every file is checked against the manifest before the switch. One that is kept in this output
    folder is made current as it is, if its state is whole or can be mended from what is kept; a
    damaged one that was current is put aside. `tell` takes a line on what else was done. Returns
    the release's id. Raises
    `RunRefused` where something is published already that is not damaged, `ReleaseError` where the
    release is missing, damaged, thinned or too new, `SettingsError` where it is that of another
    catalogue.
    """
    output = settings.output
    with release.locked(output), _origin(settings, where) as origin:
        prefix, data = _find(origin, where)
        manifest = parse_manifest(data, f"{where.rstrip('/')}/{prefix}{MANIFEST}")
        _check_base(settings, manifest, where)
        lost = _refuse_published(output, manifest.id)
        kept = output / RELEASES / manifest.id
        is_kept_here = (Path(where) / prefix).resolve() == kept.resolve()
        if manifest.thinned and not (is_kept_here and _is_the_last(output, kept, lost)):
            raise _thinned(where, manifest.id)
        if is_kept_here:
            _go_on_from(output, kept, lost, tell)
        else:
            _take_up(output, origin, prefix, where, manifest, data)
        if lost != manifest.id:
            mending.put_aside(output, lost, tell)
    return manifest.id


def _is_the_last(output: Path, folder: Path, lost: str) -> bool:
    """Say whether a kept release is the current one, or the last that can be gone on from."""
    return folder.name == lost or folder == mending.to_go_on_from(output, lost)


def _go_on_from(output: Path, folder: Path, lost: str, tell: Callable[[str], None]) -> None:
    """Make a release that is kept here current again, mended where that is possible."""
    if wrong := mending.damaged_state(folder):
        if not mending.is_mendable(output, folder):
            raise ReleaseError(
                f"the state of the release is damaged: {', '.join(wrong)}",
                where=show_path(folder),
                expected="a whole release",
                next_step=mending.how_to_restore(output, lost),
            )
        mending.mend(output, folder, tell)
    mending.go_on_from(output, folder)


def _take_up(
    output: Path, origin: Origin, prefix: str, where: str, manifest: Manifest, data: bytes
) -> None:
    """Copy a release from elsewhere; one of the same name that is damaged gives way to it."""
    partial = release.begin(output, manifest.id)
    try:
        for name, entry in manifest.files.items():
            _copy(origin, prefix, name, entry, partial, where)
        (partial / MANIFEST).write_bytes(data)
        release.take_up(output, partial, manifest.id, instead=True)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _refuse_published(output: Path, identifier: str) -> str:
    """Refuse to replace what is published, unless its state, or a file of `identifier`, is damaged.

    Returns the id of the current release, or an empty text where there is none.
    """
    try:
        folder = release.current_or_none(output)
        wrong = release.damaged_files(folder) if folder else {}
    except TooNewError:
        raise
    except ReleaseError:  # it is lost, or its manifest is
        return (output / CURRENT).resolve().name
    if folder is None:
        return ""
    if any(map(is_state, wrong)) or (wrong and folder.name == identifier):
        return folder.name
    raise RunRefused(
        f"{folder.name} is published here already"
        + (", and its state is not damaged" if wrong else ""),
        where=show_path(output),
        expected="an output folder without a release, or one whose state is lost",
        next_step=AGAIN
        if wrong
        else "work on with it (an older one that is kept is published again by cataloom rollback "
        "ID), or restore in another catalogue folder",
    )


def _thinned(where: str, identifier: str) -> ReleaseError:
    return ReleaseError(
        f"of {identifier} only the state is kept: it has no dumps and no graph to publish",
        where=where,
        expected="the current release of an output folder, or the one before it",
        next_step="restore that one; then, where this one is kept beside it, publish its content "
        f"again: cataloom rollback {identifier}",
    )


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str, size: int) -> bytes | None:  # noqa: ARG002 - as the protocol has it
        file = self._folder / name
        try:
            return file.read_bytes() if file.is_file() else None
        except OSError as error:
            raise ReleaseError(
                f"cannot be read: {error.strerror}", where=show_path(file)
            ) from error


class _Server:
    """Reads files of a web server through the one HTTP client; nothing stays but what is asked."""

    def __init__(self, settings: Settings, address: str, folder: Path) -> None:
        self._settings = settings
        self._address = address.rstrip("/") + "/"
        self._folder = folder

    def read(self, name: str, size: int) -> bytes | None:
        from pipeline.extract.fetch import Fetcher, HttpError

        source = Source(
            kind="rdf", location=self._address + name, languages=("en",), name="restore",
            fetch=SourceFetch(
                pause=0, robots=False, largest=math.ceil(size / MEGABYTE) + 1,
                response_seconds=max(60.0, size / MEGABYTE),
            ),
        )  # fmt: skip
        fetcher = Fetcher(source, self._settings.catalogue, self._folder)
        try:
            return fetcher.get(self._address + name).data
        except HttpError as error:
            if error.status in {404, 410}:
                return None
            raise
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)


@contextmanager
def _origin(settings: Settings, where: str) -> Iterator[Origin]:
    if where.lower().startswith(("http://", "https://")):
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.output) as folder:
            yield _Server(settings, where, Path(folder) / "fetched")
    elif "://" in where:
        raise SettingsError(
            f"{where.partition('://')[0]}:// is no way in which releases are read",
            where=where,
            expected="a folder, or an address that begins with http:// or https://",
            next_step="fetch it by other means into a folder, and name that",
        )
    else:
        yield _Folder(Path(where))


def _find(origin: Origin, where: str) -> tuple[str, bytes]:
    """Return where below the origin the release is, and its manifest."""
    for prefix in PLACES:
        data = origin.read(prefix + MANIFEST, MEGABYTE * 50)
        if data is not None:
            return prefix, data
    raise ReleaseError(
        f"there is no {MANIFEST} here or in current/",
        where=where,
        expected="a release, or the output folder of a catalogue",
        next_step="name the folder or address at which the catalogue is published",
    )


def _check_base(settings: Settings, manifest: Manifest, where: str) -> None:
    if manifest.base != settings.catalogue.base:
        raise SettingsError(
            f"the release is one of {manifest.base}, this catalogue is {settings.catalogue.base}",
            where=where,
            expected="a release of the same catalogue",
            next_step="correct 'base' in catalogue.toml, or name another release",
        )


def _copy(
    origin: Origin, prefix: str, name: str, entry: FileEntry, partial: Path, where: str
) -> None:
    """Copy one file and check it."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\0" in name:
        raise ReleaseError(
            f"the manifest names {name!r}, which is no path below the release", where=where
        )
    data = origin.read(prefix + name, entry.size)
    problem = "is missing" if data is None else ""
    target = partial / path
    target.parent.mkdir(parents=True, exist_ok=True)
    if data is not None:
        target.write_bytes(data)
        if len(data) != entry.size or digest_of(target) != entry.sha256:
            problem = "is not what the manifest says: its checksum differs"
    if problem:
        raise ReleaseError(
            f"{name} {problem}",
            where=where,
            expected="a whole release",
            next_step="restore from another copy; nothing was changed here",
        )
