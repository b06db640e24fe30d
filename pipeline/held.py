"""What a refused source gave, held so that a person may accept it without another harvest.

output/held/<run>/held.json            what was refused, on top of which release
output/held/<run>/<source>/harvest     what the source gave beside its records
output/held/<run>/<source>/batch-…     its cleaned records
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import msgspec

from pipeline.aside import NEW, remove_folder, replace_folder
from pipeline.errors import RunRefused, SettingsError, show_path
from pipeline.harvest import Harvest
from pipeline.link.identity import Keyed
from pipeline.model import HarvestNote, Issue
from pipeline.settings import Settings, nearest

FOLDER = "held"
ASIDE = f"{NEW}held"
FILE = "held.json"


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A refused run: its id, the release it would have followed, why each source was refused.

    `digests` are those of the run (`pipeline.fingerprint`): settings, ontology, shapes and code
    have to be the same for what was made to be made again.
    """

    run: str
    release: str
    refused: dict[str, str]
    digests: dict[str, str]


class _Harvest(msgspec.Struct, frozen=True, kw_only=True):
    batches: list[str]
    entries: list[Keyed]
    issues: list[Issue]
    declared_total: int | None
    deleted: frozenset[str]
    since: str
    note: HarvestNote


def put_aside(output: Path, run: str, harvests: Iterable[Harvest]) -> None:
    """Copy the harvests of refused sources, before the run's own files go."""
    for harvest in harvests:
        place = output / ASIDE / run / harvest.source.name
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        for batch in harvest.batches:
            shutil.copyfile(batch, place / batch.name)
        kept = _Harvest(
            batches=[batch.name for batch in harvest.batches],
            entries=harvest.entries,
            issues=harvest.issues,
            declared_total=harvest.declared_total,
            deleted=harvest.deleted,
            since=harvest.since,
            note=harvest.note,
        )
        (place / "harvest").write_bytes(msgspec.msgpack.encode(kept))


def hold(output: Path, held: Held) -> None:
    """Hold what was put aside in the place of all that was held before; nothing: forget that."""
    aside = output / ASIDE
    if held.refused and (aside / held.run).is_dir():
        data = msgspec.json.format(msgspec.json.encode(held), indent=1)
        (aside / held.run / FILE).write_bytes(data + b"\n")
        replace_folder(aside, output / FOLDER)
    else:
        remove_folder(output / FOLDER)
    shutil.rmtree(aside, ignore_errors=True)


def read_held(settings: Settings, run: str, current: str, digests: dict[str, str]) -> Held:
    """Return what is held of `run`; `current` is the current release.

    Raises `SettingsError` for a run that is not held, `RunRefused` where the catalogue has gone on
    since, so that accepting would not publish what that run made.
    """
    root = settings.output / FOLDER
    known = sorted(file.parent.name for file in root.glob(f"*/{FILE}"))
    if run not in known:
        raise SettingsError(
            f"{run!r} is no refused run that is held{nearest(run, known)}",
            where=show_path(root),
            expected=f"one of {', '.join(known)}" if known else "a run that a gate refused",
            next_step="the message of the refused run names it; only the last one is held",
        )
    held = msgspec.json.decode((root / run / FILE).read_bytes(), type=Held)
    moved = [
        name
        for name in ("ontology", "shapes", "settings", "code", "packages")
        if held.digests.get(name) != digests.get(name)
    ]
    if held.release != current or moved:
        what = f"{', '.join(moved)} changed" if moved else f"{current} was published"
        raise RunRefused(
            f"{what} since the run {run}, which would come to something else now",
            where=show_path(root / run),
            expected="the catalogue as it was when the run was refused",
            next_step="run again, and accept that run: cataloom run",
        )
    return held


def held_harvests(settings: Settings, held: Held) -> list[Harvest]:
    """Return the harvests that are held; sources that are gone from the settings are left out."""
    harvests = []
    for source in settings.sources:
        place = settings.output / FOLDER / held.run / source.name
        if source.name not in held.refused or not place.is_dir():
            continue
        kept = msgspec.msgpack.decode((place / "harvest").read_bytes(), type=_Harvest)
        harvests.append(
            Harvest(
                source,
                [place / name for name in kept.batches],
                kept.entries,
                kept.issues,
                kept.declared_total,
                kept.deleted,
                kept.since,
                kept.note,
            )
        )
    return harvests
