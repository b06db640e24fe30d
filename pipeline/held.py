"""What a gate refused, held so that a person may accept it without another harvest.

Of each source the newest is held, until the source is read and right, or accepted. What is refused
again with the same entries stays held under the name of the first run.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from pipeline.aside import replace_folder
from pipeline.harvest import Harvest
from pipeline.held_files import (
    ASIDE,
    FILE,
    FOLDER,
    PAST,
    Held,
    all_held,
    carry,
    is_whole,
    problems_of_held,
    read_past,
    sync_folders,
    write_harvest,
    write_json,
)
from pipeline.link.decisions import DECISIONS_FILE
from pipeline.manifest import Manifest, digest_of, sync
from pipeline.runs import CATALOGUE
from pipeline.settings import (
    AlertSettings,
    FetchSettings,
    Gates,
    LinkSettings,
    QuerySettings,
    RetentionSettings,
    Settings,
    Source,
    SourceFetch,
    SourceGates,
    ValidateSettings,
)

DECIDING = ("ontology", "shapes", "code", "packages")  # of the digests, beside the settings
DECISIONS = f"input/{DECISIONS_FILE}"
MOST_PAST = 100  # runs of which it is known what became of them


def begin(
    settings: Settings, previous: Manifest | None, digests: Mapping[str, str], run: str
) -> Held:
    """Return what a run has to hold: nothing yet."""
    notes = dict(previous.harvests) if previous else {}
    return Held(
        run=run,
        release=previous.id if previous else "",
        digests=what_decides(settings, digests),
        notes=notes,
        settings={source.name: digest_of_source(source) for source in settings.sources},
    )


def put_aside(
    output: Path, held: Held, refused: Mapping[str, str], harvests: Iterable[Harvest]
) -> None:
    """Copy harvests that were refused, by source or as a whole, before the run's own files go."""
    held.refused = {**held.refused, **refused}
    for harvest in harvests:
        name = harvest.source.name
        write_harvest(output / ASIDE / held.run / name, harvest)
        held.contents = {**held.contents, name: _content(harvest)}
        if CATALOGUE in refused:
            held.whole = tuple(sorted({*held.whole, name}))


def held_already(output: Path, held: Held, harvest: Harvest) -> Held | None:
    """Return what an earlier run holds that was refused over exactly this harvest, if any did.

    It is held for its source, or for the catalogue as a whole where a person has let it pass.
    """
    name = harvest.source.name
    for other in all_held(output):
        known = name in other.refused or (
            name in other.passed and CATALOGUE in other.refused and other.release == held.release
        )
        if known and _are_alike(other, held) and _is_held(output, other, held, harvest):
            return other
    return None


def whole_held_already(output: Path, held: Held, harvests: Sequence[Harvest]) -> Held | None:
    """Return what an earlier run holds that was refused as a whole over these harvests, if any."""
    names = tuple(sorted(one.source.name for one in harvests))
    for other in all_held(output):
        known = CATALOGUE in other.refused and other.whole == names
        known = known and (other.release, other.passed) == (held.release, held.passed)
        known = known and _are_alike(other, held)
        if known and all(_is_held(output, other, held, one) for one in harvests):
            return other
    return None


def _are_alike(one: Held, other: Held) -> bool:
    """Say whether two runs went by the same rules."""
    return one.digests == other.digests and one.settings == other.settings


def _is_held(output: Path, other: Held, held: Held, harvest: Harvest) -> bool:
    """Say whether this harvest is among what another run holds."""
    name = harvest.source.name
    return (
        other.notes.get(name) == held.notes.get(name)
        and other.contents.get(name) == _content(harvest)
        and is_whole(output, other, harvest.source)
    )


def hold(output: Path, held: Held, settled: Mapping[str, str]) -> None:
    """Hold what was put aside, and forget what is `settled`: what became of a source or the whole.

    What is held of a source that is put aside now goes too; that of others stays.
    """
    new = dict.fromkeys({*held.whole, *held.refused}, f"{held.run} was refused after it")
    others = [(other, _left(other, settled, new)) for other in all_held(output)]
    is_damaged = any(True for _ in problems_of_held(output))
    if not new and not is_damaged and all(left == other for other, left in others):
        shutil.rmtree(output / ASIDE, ignore_errors=True)
        return
    gone = {**settled, **new}
    aside, past = output / ASIDE, read_past(output)
    aside.mkdir(exist_ok=True)
    for other, left in others:
        if told := {key: _became(other, key, gone) for key in other.refused.keys() - left.refused}:
            past[other.run] = {**past.get(other.run, {}), **told}
        if left.refused:
            carry(output / FOLDER / other.run, aside / other.run, left.sources)
            write_json(aside / other.run / FILE, left)
    if new:
        write_json(aside / held.run / FILE, held)
    write_json(aside / PAST, {run: past[run] for run in sorted(past)[-MOST_PAST:]})
    sync_folders(aside)
    replace_folder(aside, output / FOLDER)
    sync(output)


def narrowed(held: Held, keys: Collection[str]) -> Held:
    """Return what is held of a run, but only these sources (or `CATALOGUE`)."""
    refused = {key: held.refused[key] for key in held.refused if key in keys}
    if CATALOGUE in keys:
        return msgspec.structs.replace(held, refused=refused)
    return msgspec.structs.replace(held, refused=refused, whole=(), passed=(), reasons={})


def what_decides(settings: Settings, digests: Mapping[str, str]) -> dict[str, str]:
    """Return the digests (hex) of what decides, beside a harvest, what is published of it.

    But for the source files: see `digest_of_source`.
    """
    limits = ValidateSettings(most_results=settings.catalogue.validate.most_results)
    catalogue = msgspec.structs.replace(
        settings.catalogue, alerts=AlertSettings(), retention=RetentionSettings(),
        links=LinkSettings(), query=QuerySettings(), fetch=FetchSettings(), gates=Gates(),
        validate=limits,
    )  # fmt: skip
    found = {name: digests.get(name, "") for name in DECIDING}
    decisions = settings.folder / DECISIONS
    found[DECISIONS] = digest_of(decisions) if decisions.exists() else ""
    return {**found, "settings": _digest(msgspec.json.encode(catalogue, order="deterministic"))}


def digest_of_source(source: Source) -> str:
    """Return the SHA-256 (hex) of what in a source file decides what becomes of its entries."""
    bare = msgspec.structs.replace(
        source, gates=SourceGates(), fetch=SourceFetch(), credentials=None, file=""
    )
    return _digest(msgspec.json.encode(bare, order="deterministic"))


def _left(held: Held, settled: Mapping[str, str], new: Mapping[str, str]) -> Held:
    """Return what stays held of a run; its whole only until something of it is refused anew."""
    keys = [key for key in held.refused if key not in settled and key not in new]
    if not new.keys().isdisjoint(held.whole):
        keys = [key for key in keys if key != CATALOGUE]
    return narrowed(held, keys)


def _became(held: Held, key: str, gone: Mapping[str, str]) -> str:
    return gone.get(key) or next(gone[name] for name in held.whole if name in gone)


def _content(harvest: Harvest) -> str:
    """Return the SHA-256 (hex) of what a harvest says: not when, nor on which page it stood."""
    entries = sorted((one.key, one.kind, one.content, one.entry) for one in harvest.entries)
    told = [entries, sorted(harvest.deleted), harvest.declared_total, harvest.since]
    return _digest(msgspec.json.encode([*told, bool(harvest.drifted)]))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
