"""What is damaged of the releases that are kept, and what mends it.

Runs go on from the state of the current release: its records and tombstones. All else of it can be
made anew from them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec

from pipeline.errors import ReleaseError, show_path
from pipeline.manifest import MANIFEST, TooNewError, digest_of, read_manifest
from pipeline.mending import damaged_state, how_to_restore
from pipeline.record_parts import is_state
from pipeline.release import (
    AGAIN,
    current,
    current_or_none,
    damaged_files,
    releases,
)

SHOWN = 3  # names that a message gives
DIGITS = 12  # of a digest, as they are shown


class Damage(msgspec.Struct, frozen=True):
    """What is wrong with the releases, a line each, and the steps that mend it.

    `notes` are on what no release needs.
    """

    problems: list[str]
    steps: list[str]
    notes: list[str]


def refuse_damaged_state(output: Path, folder: Path) -> None:
    """Raise `ReleaseError` where the state of a release is not what its manifest says.

    What went on from it would forget records and tombstones.
    """
    if wrong := damaged_state(folder):
        raise _error(output, folder, wrong)


def refuse_seen_damage(output: Path) -> None:
    """Raise `ReleaseError` where files of the current release are missing or of another size.

    That look takes no time; a changed byte is found only by `all_damage`.
    """
    folder = current(output)
    if wrong := seen_damage(folder):
        raise _error(output, folder, wrong)


def seen_damage(folder: Path) -> list[str]:
    """Return the files of a release that are missing or of another size."""
    return [
        name
        for name, entry in sorted(read_manifest(folder).files.items())
        if not (file := folder / name).is_file() or file.stat().st_size != entry.size
    ]


def damage_to_tell(output: Path) -> Iterator[str]:
    """Yield what a run has to tell of each kept release that is seen to be damaged."""
    folder = current_or_none(output)
    if folder is not None and (wrong := seen_damage(folder)):
        yield f"The release {folder.name} is damaged: {_listed(wrong)}. One made after it is whole."
    yield from older_damage(output)


def older_damage(output: Path) -> Iterator[str]:
    """Yield what is to be said of each kept release but the current whose state is damaged.

    What else it has is thinned out soon.
    """
    for folder in releases(output):
        if _is_current(output, folder):
            continue
        try:
            wrong = [name for name in seen_damage(folder) if is_state(name)]
            what = _listed(wrong)
        except ReleaseError as error:
            wrong, what = [MANIFEST], error.what
        if wrong:
            step = _mend_older([folder.name])
            yield f"The release {folder.name} is damaged: {what}. Runs leave it alone; {step}."


def all_damage(output: Path) -> Damage:
    """Return what is wrong with the kept releases, by the checksums of all their files.

    Raises `ReleaseError` where nothing has been published yet.
    """
    found = Damage([], [], [])
    now = None
    try:
        now = current_or_none(output) or current(output)
    except ReleaseError as error:
        if not releases(output):
            raise
        found.problems.append(f"{error.where}: {error.what}")
        found.steps.append(error.next_step)
    older = []
    for folder in releases(output):
        try:
            wrong = damaged_files(folder)
        except TooNewError as error:
            found.problems.append(f"{folder.name}/{MANIFEST}: {error.what}")
            found.steps.append(error.next_step)
            continue
        except ReleaseError as error:
            wrong = {MANIFEST: error.what}
        found.problems.extend(f"{folder.name}/{name}: {what}" for name, what in wrong.items())
        if wrong and folder.resolve() == now:
            found.steps.append(_mend(output, folder, wrong))
        elif wrong:
            older.append(folder.name)
    if older:
        found.steps.append(_mend_older(older))
    if now is not None:
        found.notes.extend(_missing_payloads(output, now))
    return found


def _missing_payloads(output: Path, folder: Path) -> Iterator[str]:
    """Yield what is to be said of the payloads that a release refers to and that are not there."""
    try:
        wanted = read_manifest(folder).payloads or ()
    except ReleaseError:
        return
    store = output / "payloads"
    missing = [one for one in wanted if not (store / one).is_file()]
    wrong = [one for one in wanted if one not in missing and digest_of(store / one) != one]
    for several, what in ((missing, "missing"), (wrong, "not what was fetched")):
        if several:
            shown = _listed([f"{one[:DIGITS]}…" for one in several])
            yield (
                f"{len(several)} of the {len(wanted)} payloads of {folder.name} are {what} "
                f"({shown}). No release is the worse for it: only explain and --offline read them"
            )


def _error(output: Path, folder: Path, wrong: Collection[str]) -> ReleaseError:
    of = "the current release" if _is_current(output, folder) else "the release"
    return ReleaseError(
        f"{of} is damaged; missing, or not as it was published: {_listed(wrong)}",
        where=show_path(folder),
        next_step=_mend(output, folder, wrong),
        about=["state" if any(map(is_state, wrong)) else "files"],
    )


def _is_current(output: Path, folder: Path) -> bool:
    try:
        return current(output) == folder.resolve()
    except ReleaseError:
        return False


def _mend(output: Path, folder: Path, wrong: Collection[str]) -> str:
    """Return the step that mends a release of which these files are damaged."""
    if not _is_current(output, folder):
        return _mend_older([folder.name])
    return how_to_restore(output, folder.name) if any(map(is_state, wrong)) else AGAIN


def _mend_older(names: Collection[str]) -> str:
    (its, copy) = ("its folder", "a copy") if len(names) == 1 else ("their folders", "copies")
    return f"put {' and '.join(names)} back from {copy}, or remove {its}"


def _listed(names: Collection[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(sorted(names)[:SHOWN]) + (f" and {more} more" if more > 0 else "")
