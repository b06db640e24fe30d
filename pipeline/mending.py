"""What to go on from where the state of the current release is damaged, and how it is mended.

A damaged file of the state is taken from another release that has the same; the tombstones can be
made again as long as the records are whole, from what is left of them and from older releases.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from pipeline.aside import CURRENT, RELEASES
from pipeline.errors import ReleaseError, show_path
from pipeline.manifest import FileEntry, read_manifest, sync, write_manifest
from pipeline.model import Change, Tombstone
from pipeline.record_parts import CHANGES, TOMBSTONES, is_state, read_heads, read_line
from pipeline.release import holds, release_id, releases

Tell = Callable[[str], None]
S = TypeVar("S", bound=msgspec.Struct)

FROM_COPY = "take it up again from a copy: cataloom restore DIR|URL"
DAMAGED = "damaged-"  # and the id: a release that gave way to another, in the output folder


def damaged_state(folder: Path) -> list[str]:
    """Return the files of a release's state that are not what its manifest says.

    Raises `ReleaseError` where that cannot be read.
    """
    files = read_manifest(folder).files
    return [one for one in files if is_state(one) and not holds(folder / one, files[one])]


def how_to_restore(output: Path, lost: str = "") -> str:
    """Return the next step where the state of the current release (its id: `lost`) is lost."""
    folder = output / RELEASES / lost
    if lost and is_mendable(output, folder):
        mend = f"mend it from what is left of it here: cataloom restore {show_path(folder)}"
        if _is_mended_as_it_was(output, folder):
            return mend
        return f"{FROM_COPY}; without one, {mend}"
    last = to_go_on_from(output, lost)
    if last is None:
        return (
            f"{FROM_COPY}; without one there is nothing to go on from, as no release that is kept "
            "here is whole, and only to begin anew is left, with no memory of what was published: "
            f"move the folder {show_path(output)} away, then cataloom run"
        )
    return (
        f"{FROM_COPY}; without one, go on from the last that is kept, as if nothing had been "
        f"published after it: cataloom restore {show_path(last)}"
    )


def to_go_on_from(output: Path, lost: str = "") -> Path | None:
    """Return the last kept release but `lost` whose state is whole, or can be mended.

    One with all its files is preferred to a thinned one, and both to one that has to be mended.
    """
    kept = [folder for folder in reversed(releases(output)) if folder.name != lost]
    whole = [folder for folder in kept if _is_thinned(folder) is False]
    thinned = [folder for folder in kept if _is_thinned(folder)]
    for folder in (*whole, *thinned):
        if not damaged_state(folder):
            return folder
    return next((one for one in (*whole, *thinned) if is_mendable(output, one)), None)


def is_mendable(output: Path, folder: Path) -> bool:
    """Say whether the damaged state of a release can be mended from what is kept here."""
    try:
        files = read_manifest(folder).files
        wrong = damaged_state(folder)
    except ReleaseError:
        return False
    lost = [name for name in wrong if _twin(output, folder, name, files[name]) is None]
    return bool(wrong) and set(lost) <= {TOMBSTONES}


def mend(output: Path, folder: Path, tell: Tell) -> None:
    """Mend the state of a release that `is_mendable`, and of others what is the same there."""
    _copy_twins(output, folder)
    if damaged_state(folder):
        data, entry = _rebuilt(output, folder)
        manifest = read_manifest(folder)
        before = manifest.files[TOMBSTONES]
        _put(data, folder / TOMBSTONES)
        if entry != before:
            files = {**manifest.files, TOMBSTONES: entry}
            write_manifest(folder, msgspec.structs.replace(manifest, files=files))
            tell(
                f"the tombstones of {folder.name} were made again from what is left of them and "
                f"from older releases ({len(data.splitlines())}); one that stood in neither is lost"
            )
    tell(f"{folder.name} is mended")
    for other in releases(output):
        if other.name != folder.name:
            with contextlib.suppress(ReleaseError):
                _copy_twins(output, other)


def go_on_from(output: Path, folder: Path) -> None:
    """Make a release that is kept current again, in the place of one that is lost."""
    link = output / f".{CURRENT}"  # `tidy` would remove what `.new-current` leads to
    link.unlink(missing_ok=True)
    link.symlink_to(Path(RELEASES) / folder.name)
    link.replace(output / CURRENT)
    sync(output)


def put_aside(output: Path, lost: str, tell: Tell) -> None:
    """Move a damaged release that another stands in for out of those that are kept."""
    folder = output / RELEASES / lost
    if not lost or not folder.is_dir():
        return
    aside, count = output / f"{DAMAGED}{lost}", 1
    while aside.exists():
        count += 1
        aside = output / f"{DAMAGED}{lost}-{count}"
    folder.rename(aside)
    tell(f"the damaged release is in {show_path(aside)} now; remove it when you need it no more")


def _is_thinned(folder: Path) -> bool | None:
    """Say whether a release is thinned; None where its manifest cannot be read."""
    try:
        return read_manifest(folder).thinned
    except ReleaseError:
        return None


def _twin(output: Path, folder: Path, name: str, entry: FileEntry) -> Path | None:
    """Return the file of another kept release that is what this one should be."""
    files = (one / name for one in reversed(releases(output)) if one.name != folder.name)
    return next((file for file in files if holds(file, entry)), None)


def _copy_twins(output: Path, folder: Path) -> None:
    files = read_manifest(folder).files
    for name in damaged_state(folder):
        twin = _twin(output, folder, name, files[name])
        if twin is not None:
            _put(twin.read_bytes(), folder / name)


def _put(data: bytes, file: Path) -> None:
    """Write a file anew: the name leads to it at once, and other names to what they led to."""
    file.parent.mkdir(exist_ok=True)
    spare = file.with_name(f".{file.name}")
    spare.write_bytes(data)
    sync(spare)
    spare.replace(file)
    sync(file.parent)


def _is_mended_as_it_was(output: Path, folder: Path) -> bool:
    entry = read_manifest(folder).files.get(TOMBSTONES)
    if entry is None or TOMBSTONES not in damaged_state(folder):
        return True
    if _twin(output, folder, TOMBSTONES, entry) is not None:
        return True
    try:
        return _rebuilt(output, folder)[1] == entry
    except ReleaseError:
        return False


def _rebuilt(output: Path, folder: Path) -> tuple[bytes, FileEntry]:
    """Return the tombstones of a release, as well as they can be told.

    They are its own that can be read, those of the kept releases that it followed, and what these
    hold and it does not.
    """
    manifest = read_manifest(folder)
    followed = {release_id(moment) for moment in manifest.datestamps}
    before = [one for one in releases(output) if one.name in followed and one.name < folder.name]
    alive = {head.id for head, _ in read_heads(folder)}
    stones: dict[str, Tombstone] = {}
    for one in (*before, folder):
        for stone in _readable(one / TOMBSTONES, Tombstone):
            if stone.id not in stones or stone.release > stones[stone.id].release:
                stones[stone.id] = stone
    changes = _readable(folder / CHANGES, Change)
    reasons = {one.id: one.reason for one in changes if one.change == "deleted"}
    for one in reversed(before):
        with contextlib.suppress(ReleaseError):
            for head, line in read_heads(one):
                if head.id in alive or head.id in stones:
                    continue
                record = read_line(line)
                stones[head.id] = Tombstone(
                    id=head.id, source=head.source, keys=head.keys, release=manifest.number,
                    reason=reasons.get(head.id, "it was deleted"), sets=(head.source,),
                    title=record.title[0].value if record.title else "",
                )  # fmt: skip
    encode = msgspec.json.Encoder().encode
    left = sorted(stones.keys() - alive)
    data = b"".join(encode(stones[id_]) + b"\n" for id_ in left)
    return data, FileEntry(hashlib.sha256(data).hexdigest(), len(data))


def _readable(file: Path, kind: type[S]) -> Iterator[S]:
    """Yield the lines of a file that can be read."""
    decoder = msgspec.json.Decoder(kind)
    try:
        lines = file.read_bytes().splitlines()
    except OSError:
        return
    for line in lines:
        with contextlib.suppress(msgspec.MsgspecError, ValueError):
            yield decoder.decode(line)
