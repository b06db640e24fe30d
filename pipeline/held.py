"""What a gate refused, held so that a person may accept it without another harvest.

output/held/<run>/held.json            what was refused, on top of which release
output/held/<run>/<source>/harvest     what the source gave beside its records
output/held/<run>/<source>/payloads    the payloads that they refer to
output/held/<run>/<source>/batch-…     its cleaned records
output/held/past.json                  what became of what was held before

Of each source the newest is held, until the source is read and right, or accepted.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from pipeline.aside import HELD, NEW, PAYLOADS, replace_folder
from pipeline.batch import batch_lines
from pipeline.harvest import Harvest
from pipeline.manifest import Manifest
from pipeline.model import HarvestNote
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

FOLDER = HELD
ASIDE = f"{NEW}{FOLDER}"
FILE = "held.json"
PAST = "past.json"
HARVEST = "harvest"
DECIDING = ("ontology", "shapes", "code", "packages")  # of the digests, beside the settings
MOST_PAST = 100  # runs of which it is known what became of them


class Held(msgspec.Struct, kw_only=True):
    """A refused run: its id, the release it would have followed, why each source was refused.

    Where the catalogue as a whole was refused (`CATALOGUE`), `whole` names the sources whose
    harvests go with that. To make of a harvest what the run made of it, the rules (`digests`), the
    source's settings and the note of the harvest before it have to be the same; `contents` are the
    digests of what each source gave.
    """

    run: str
    release: str
    digests: dict[str, str]
    refused: dict[str, str] = {}
    whole: tuple[str, ...] = ()
    notes: dict[str, HarvestNote] = {}
    settings: dict[str, str] = {}
    contents: dict[str, str] = {}

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the names of the sources whose harvests are held."""
        return tuple(sorted({*self.refused, *self.whole} - {CATALOGUE}))


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
        place = output / ASIDE / held.run / name
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        payloads: set[str] = set()
        for batch in harvest.batches:
            shutil.copyfile(batch, place / batch.name)
            payloads.update(line.locator.payload for line in batch_lines(batch))
        (place / PAYLOADS).write_text("".join(f"{one}\n" for one in sorted(payloads)), "utf-8")
        (place / HARVEST).write_bytes(_packed(harvest))
        held.contents = {**held.contents, name: _content(harvest)}
        if CATALOGUE in refused:
            held.whole = tuple(sorted({*held.whole, name}))


def held_already(output: Path, held: Held, harvest: Harvest) -> str:
    """Return the earlier run that was refused over exactly this harvest, or an empty text."""
    name = harvest.source.name
    others = [one for one in all_held(output) if name in one.refused]
    if not others:
        return ""
    content = _content(harvest)
    for other in others:
        same = (
            other.digests == held.digests
            and other.settings.get(name) == held.settings.get(name)
            and other.notes.get(name) == held.notes.get(name)
            and other.contents.get(name) == content
        )
        if same:
            return other.run
    return ""


def all_held(output: Path) -> list[Held]:
    """Return every refused run of which something is held, the oldest first."""
    files = sorted((output / FOLDER).glob(f"*/{FILE}"))
    return [msgspec.json.decode(file.read_bytes(), type=Held) for file in files]


def read_past(output: Path) -> dict[str, dict[str, str]]:
    """Return what became of what was held before: by run, by source or `CATALOGUE`."""
    file = output / FOLDER / PAST
    if not file.exists():
        return {}
    return msgspec.json.decode(file.read_bytes(), type=dict[str, dict[str, str]])


def hold(output: Path, held: Held, settled: Mapping[str, str]) -> None:
    """Hold what was put aside, and forget what is `settled`: what became of a source or the whole.

    What is held of a source that is put aside now goes too; that of others stays.
    """
    new = {**dict.fromkeys(held.whole, ""), **held.refused}
    gone = {**settled, **dict.fromkeys(new, f"{held.run} was refused after it")}
    others = [(other, _left(other, gone)) for other in all_held(output)]
    if not new and all(left == other for other, left in others):
        shutil.rmtree(output / ASIDE, ignore_errors=True)
        return
    aside, past = output / ASIDE, read_past(output)
    aside.mkdir(exist_ok=True)
    for other, left in others:
        if told := {key: _became(other, key, gone) for key in other.refused.keys() - left.refused}:
            past[other.run] = {**past.get(other.run, {}), **told}
        if left.refused:
            _carry(output / FOLDER / other.run, aside / other.run, left.sources)
            _write(aside / other.run / FILE, left)
    if new:
        _write(aside / held.run / FILE, held)
    _write(aside / PAST, {run: past[run] for run in sorted(past)[-MOST_PAST:]})
    replace_folder(aside, output / FOLDER)


def narrowed(held: Held, keys: Collection[str]) -> Held:
    """Return what is held of a run, but only these sources (or `CATALOGUE`)."""
    refused = {key: held.refused[key] for key in held.refused if key in keys}
    whole = held.whole if CATALOGUE in keys else ()
    return msgspec.structs.replace(held, refused=refused, whole=whole)


def held_harvests(settings: Settings, held: Held) -> list[Harvest]:
    """Return the harvests that are held."""
    harvests = []
    for source in settings.sources:
        place = settings.output / FOLDER / held.run / source.name
        if source.name in held.sources:
            kept = msgspec.msgpack.decode(
                (place / HARVEST).read_bytes(), type=Harvest, dec_hook=_path
            )
            kept.source, kept.batches = source, [place / one.name for one in kept.batches]
            harvests.append(kept)
    return harvests


def what_decides(settings: Settings, digests: Mapping[str, str]) -> dict[str, str]:
    """Return the digests (hex) of what decides, beside a harvest, what is published of it."""
    limits = ValidateSettings(most_results=settings.catalogue.validate.most_results)
    catalogue = msgspec.structs.replace(
        settings.catalogue, alerts=AlertSettings(), retention=RetentionSettings(),
        links=LinkSettings(), query=QuerySettings(), fetch=FetchSettings(), gates=Gates(),
        validate=limits,
    )  # fmt: skip
    found = {name: digests.get(name, "") for name in DECIDING}
    return {**found, "settings": _digest(msgspec.json.encode(catalogue, order="deterministic"))}


def digest_of_source(source: Source) -> str:
    """Return the SHA-256 (hex) of what in a source file decides what becomes of its entries."""
    bare = msgspec.structs.replace(
        source, gates=SourceGates(), fetch=SourceFetch(), credentials=None, file=""
    )
    return _digest(msgspec.json.encode(bare, order="deterministic"))


def _left(held: Held, gone: Mapping[str, str]) -> Held:
    """Return what stays held of a run; its whole only with all that goes with it."""
    keys = [key for key in held.refused if key not in gone]
    if not gone.keys().isdisjoint(held.whole):
        keys = [key for key in keys if key != CATALOGUE]
    return narrowed(held, keys)


def _became(held: Held, key: str, gone: Mapping[str, str]) -> str:
    return gone.get(key) or next(gone[name] for name in held.whole if name in gone)


def _carry(old: Path, new: Path, sources: Collection[str]) -> None:
    """Take over the folder of a run, but for sources that are not held any more."""

    def others(folder: str, names: list[str]) -> list[str]:
        top = Path(folder) == old
        return [one for one in names if top and (old / one).is_dir() and one not in sources]

    shutil.copytree(old, new, ignore=others, copy_function=_link)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without hard links
        shutil.copyfile(source, target)


def _write(file: Path, value: object) -> None:
    file.unlink(missing_ok=True)  # it may be a link to that of a folder that is still in use
    file.write_bytes(msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n")


def _packed(harvest: Harvest) -> bytes:
    return msgspec.msgpack.encode(harvest, order="deterministic", enc_hook=_text)


def _content(harvest: Harvest) -> str:
    """Return the SHA-256 (hex) of all that a harvest gave, but for when."""
    whole = hashlib.sha256()
    for batch in harvest.batches:
        whole.update(batch.read_bytes())
    whole.update(_packed(msgspec.structs.replace(harvest, batches=[], note=HarvestNote())))
    return whole.hexdigest()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _text(value: Any) -> Any:
    return str(value)


def _path(kind: Any, value: Any) -> Any:
    return kind(value)
