"""Which releases are kept, and which payloads they still refer to; all else goes.

The current release and the one before it keep all their files: clients may be reading them. Older
ones are thinned to what a later run may need of them, their state.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import msgspec

from pipeline.aside import HARVESTS, HELD, PAYLOADS, RELEASES
from pipeline.damage import refuse_damaged_state
from pipeline.errors import ReleaseError
from pipeline.manifest import (
    MANIFEST,
    FileEntry,
    Manifest,
    digest_of,
    read_manifest,
    write_manifest,
)
from pipeline.record_parts import CHANGES, TOMBSTONES, part_files, thin_part
from pipeline.release import current, releases
from pipeline.remembered import forget_others
from pipeline.settings import RetentionSettings

DIGEST = re.compile(r"[0-9a-f]{64}")
ASIDE = ".pruned-"
LONGEST_WRITE = 3600.0  # seconds that a payload may be in the making
WHOLE = 2  # releases; whoever began to read one while it was current may go on for that long
STATE = frozenset({CHANGES, TOMBSTONES})  # and the records


def prune(
    output: Path, retention: RetentionSettings, warn: Callable[[str], None] = lambda _: None
) -> list[str]:
    """Remove releases that are not to be kept, and payloads that nothing kept refers to.

    Returns the ids of the releases that went. To be called with the lock held, after a switch: the
    current release is always kept. What is published is published, so that nothing is raised:
    `warn` takes a line on what could not be done. One whose state is damaged is not thinned, and
    while the manifest of one cannot be read, it and every payload stay.
    """
    kept: dict[str, Manifest] = {}
    found = releases(output)
    for folder in found:
        with contextlib.suppress(ReleaseError):
            kept[folder.name] = read_manifest(folder)
    now = current(output).name
    wanted = to_keep(list(kept.values()), now, retention)
    gone: list[str] = []
    for identifier in [one for one in kept if one not in wanted]:
        with _told(identifier, warn):
            _remove(output / RELEASES / identifier)
            gone.append(identifier)
    left = [identifier for identifier in kept if identifier not in gone]
    for identifier in left[:-WHOLE]:
        if identifier != now:
            with _told(identifier, warn):
                thin(output / RELEASES / identifier, kept[identifier])
    with _told("payloads", warn):
        if retention.payloads and len(kept) == len(found):
            _collect(output, [kept[identifier] for identifier in left])
        forget_others(output, kept[now].harvests)
    return gone


@contextlib.contextmanager
def _told(what: str, warn: Callable[[str], None]) -> Iterator[None]:
    try:
        yield
    except (ReleaseError, OSError) as error:
        warn(f"{what} is left as it is: {error}")


def _remove(folder: Path) -> None:
    aside = folder.with_name(f"{ASIDE}{folder.name}")  # no reader finds half a release
    folder.rename(aside)
    shutil.rmtree(aside)


def thin(folder: Path, manifest: Manifest) -> None:
    """Remove all of a release but its records, tombstones and changes, and pack the records anew.

    Whenever it is broken off, the release is as it was or as it is to be, but for files that its
    manifest does not name. Raises `ReleaseError` where the state is damaged: it is left as it is.
    """
    if not manifest.thinned:
        refuse_damaged_state(folder.parent.parent, folder)
        names = {*STATE} & manifest.files.keys()
        files = {name: manifest.files[name] for name in sorted(names)}
        for part in part_files(folder):
            thinned = thin_part(part) if part.suffix == ".gz" else part
            name = thinned.relative_to(folder).as_posix()
            files[name] = FileEntry(digest_of(thinned), thinned.stat().st_size)
        manifest = msgspec.structs.replace(manifest, files=files, thinned=True)
        write_manifest(folder, manifest)
    for path in sorted(folder.rglob("*"), reverse=True):  # what a folder holds before the folder
        if path.is_dir():
            with contextlib.suppress(OSError):  # it is not empty
                path.rmdir()
        elif path.relative_to(folder).as_posix() not in {MANIFEST, *manifest.files}:
            path.unlink()


def to_keep(
    manifests: Collection[Manifest], current_id: str, retention: RetentionSettings
) -> set[str]:
    """Return the ids of the releases to keep: the last ones, the last of each month, the current.

    `manifests` stand in the order of their numbers.
    """
    ids = [manifest.id for manifest in manifests]
    last_of_month = {manifest.switches[-1][:7]: manifest.id for manifest in manifests}
    months = sorted(last_of_month)[-retention.keep_monthly :] if retention.keep_monthly else []
    return {current_id, *ids[-retention.keep_last :], *(last_of_month[month] for month in months)}


def _collect(output: Path, kept: Collection[Manifest]) -> None:
    """Remove the payloads that no kept release, last harvest or refused one refers to."""
    store = output / "payloads"
    if not store.is_dir() or any(one.payloads is None for one in kept):
        return  # a release of an older Cataloom does not say what it refers to
    wanted = {digest for one in kept for digest in one.payloads or ()}
    for journal in (output / HARVESTS).glob("*.jsonl"):
        wanted.update(DIGEST.findall(journal.read_text("utf-8", "replace")))
    for listed in (output / HELD).glob(f"*/*/{PAYLOADS}"):
        wanted.update(listed.read_text("utf-8").split())
    with os.scandir(store) as files:
        for file in files:
            is_unwanted = DIGEST.fullmatch(file.name) and file.name not in wanted
            if is_unwanted or _is_left_over(file):
                Path(file.path).unlink()


def _is_left_over(file: os.DirEntry[str]) -> bool:
    """Say whether a file is one that a process was killed over while it wrote it."""
    return file.name.startswith(".") and file.stat().st_mtime < time.time() - LONGEST_WRITE
