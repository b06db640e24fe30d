"""The files of what is held: read with care, as a power cut may have damaged them, and written so.

output/held/<run>/held.json            what was refused, on top of which release
output/held/<run>/rekeyed.csv          pairs of new and lost entries that have one title
output/held/<run>/<source>/harvest     what the source gave beside its records
output/held/<run>/<source>/payloads    the payloads that they refer to
output/held/<run>/<source>/batch-…     its cleaned records
output/held/past.json                  what became of what was held before
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from pipeline.aside import HELD, NEW, PAYLOADS
from pipeline.batch import batch_lines
from pipeline.errors import ReleaseError, show_path
from pipeline.harvest import Harvest
from pipeline.manifest import sync
from pipeline.model import HarvestNote
from pipeline.runs import CATALOGUE
from pipeline.settings import Settings, Source

T = TypeVar("T")

FOLDER = HELD
ASIDE = f"{NEW}{FOLDER}"
FILE = "held.json"
PAST = "past.json"
HARVEST = "harvest"
REKEYED_FILE = "rekeyed.csv"  # pairs of new and lost entries of one title, for a person


class Held(msgspec.Struct, kw_only=True):
    """A refused run: its id, the release it would have followed, why each source was refused.

    Where the catalogue as a whole was refused (`CATALOGUE`), `whole` names the sources whose
    harvests go with that. To make of a harvest what the run made of it, the rules (`digests`, and
    `settings` by source) and the note of the harvest before it have to be the same; `contents` are
    the digests of what each source gave. `passed` names the sources of `whole` that a person had
    let pass before the whole was refused, `reasons` the runs that were accepted for that, and why.
    """

    run: str
    release: str
    digests: dict[str, str]
    refused: dict[str, str] = {}
    whole: tuple[str, ...] = ()
    notes: dict[str, HarvestNote] = {}
    settings: dict[str, str] = {}
    contents: dict[str, str] = {}
    passed: tuple[str, ...] = ()
    reasons: dict[str, str] = {}

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the names of the sources whose harvests are held."""
        return tuple(sorted({*self.refused, *self.whole} - {CATALOGUE}))


def all_held(output: Path) -> list[Held]:
    """Return every refused run of which something is held, the oldest first.

    What is damaged counts as not held; `problems_of_held` tells of it.
    """
    read = map(_read_held, sorted((output / FOLDER).glob("*/")))
    return [one for one in read if one is not None]


def read_past(output: Path) -> dict[str, dict[str, str]]:
    """Return what became of what was held before: by run, by source or `CATALOGUE`."""
    return _read(output / FOLDER / PAST, dict[str, dict[str, str]]) or {}


def problems_of_held(output: Path) -> Iterator[str]:
    """Yield what is to be told of each file of what is held that is missing or damaged."""
    for folder in sorted((output / FOLDER).glob("*/")):
        if _read_held(folder) is None:
            yield (
                f"{show_path(folder / FILE)} is missing or damaged: what the run {folder.name} "
                "refused is not held any more; a run that refuses it again holds it anew"
            )
    past = output / FOLDER / PAST
    if past.exists() and _read(past, dict[str, dict[str, str]]) is None:
        yield f"{show_path(past)} is damaged: what became of older refused runs is not known"


def is_whole(output: Path, held: Held, source: Source) -> bool:
    """Say whether the harvest of a source that is held can be read."""
    try:
        _read_harvest(output, held, source)
    except (OSError, msgspec.MsgspecError):
        return False
    return True


def held_harvests(settings: Settings, held: Held) -> list[Harvest]:
    """Return the harvests that are held; raises `ReleaseError` where one is gone or damaged."""
    harvests = []
    for source in settings.sources:
        if source.name not in held.sources:
            continue
        try:
            harvests.append(_read_harvest(settings.output, held, source))
        except (OSError, msgspec.MsgspecError) as error:
            raise ReleaseError(
                f"what the run {held.run} held of {source.name} is gone or damaged",
                where=show_path(settings.output / FOLDER / held.run / source.name),
                expected="the harvest that was refused",
                next_step="run again, and accept what that run holds: cataloom run",
            ) from error
    return harvests


def write_harvest(place: Path, harvest: Harvest) -> None:
    """Write a harvest to the folder `place`, which is made, and wait until it is on the disk."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    payloads: set[str] = set()
    for batch in harvest.batches:
        shutil.copyfile(batch, place / batch.name)
        payloads.update(line.locator.payload for line in batch_lines(batch))
    (place / PAYLOADS).write_text("".join(f"{one}\n" for one in sorted(payloads)), "utf-8")
    packed = msgspec.msgpack.encode(harvest, order="deterministic", enc_hook=_text)
    (place / HARVEST).write_bytes(packed)
    for file in place.iterdir():
        sync(file)


def write_json(file: Path, value: object) -> None:
    """Write a file as a whole or not at all; it may be a link to one that is still in use."""
    spare = file.with_name(f".{file.name}")
    spare.write_bytes(msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n")
    sync(spare)
    spare.replace(file)


def sync_folders(top: Path) -> None:
    """Wait until a folder and those in it are on the disk."""
    for folder in (*(one for one in top.rglob("*") if one.is_dir()), top):
        sync(folder)


def carry(old: Path, new: Path, sources: Collection[str]) -> None:
    """Take over the folder of a run, but for sources that are not held any more."""

    def others(folder: str, names: list[str]) -> list[str]:
        top = Path(folder) == old
        return [one for one in names if top and (old / one).is_dir() and one not in sources]

    shutil.copytree(old, new, ignore=others, copy_function=_link)


def _read_held(folder: Path) -> Held | None:
    return _read(folder / FILE, Held)


def _read(file: Path, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=kind)
    except (OSError, msgspec.MsgspecError):
        return None


def _read_harvest(output: Path, held: Held, source: Source) -> Harvest:
    place = output / FOLDER / held.run / source.name
    kept = msgspec.msgpack.decode((place / HARVEST).read_bytes(), type=Harvest, dec_hook=_path)
    kept.source, kept.batches = source, [place / one.name for one in kept.batches]
    for batch in kept.batches:
        batch_lines(batch)  # that it can be read
    return kept


def _link(source: str, target: str) -> None:
    try:
        Path(target).hardlink_to(source)
    except OSError:  # another file system, or one without hard links
        shutil.copyfile(source, target)


def _text(value: Any) -> Any:
    return str(value)


def _path(kind: Any, value: Any) -> Any:
    return kind(value)
