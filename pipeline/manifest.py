"""The manifest of a release: what it is made of and from, with the checksum of each file."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from pipeline.errors import ReleaseError, show_path
from pipeline.model import Books, HarvestNote
from pipeline.settings import Rights, Source

FORMAT = 1  # of the manifest and the record parts; older ones are read, newer ones refused
MANIFEST = "manifest.json"
MEND_FOLDER = "see what else is damaged, and what to do: cataloom releases --verify"


class TooNewError(ReleaseError):
    """A release is not damaged: a newer Cataloom wrote it."""


class FileEntry(msgspec.Struct, frozen=True):
    """One file of a release: SHA-256 (hex) and size in bytes."""

    sha256: str
    size: int


class Traits(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What records are described by beside what they hold: what their source file says of it.

    They are kept for when the file is gone and the records are still published.
    """

    kind: str
    languages: tuple[str, ...]
    title: str = ""
    homepage: str = ""
    collection: str = ""
    labels: dict[str, str] = {}
    rights: Rights = Rights()

    @classmethod
    def of(cls, source: Source) -> Traits:
        """Return the traits of a source."""
        return cls(
            kind=source.kind,
            languages=source.languages,
            title=source.title,
            homepage=source.origin,
            collection=source.collection,
            labels=source.labels,
            rights=source.rights,
        )

    def source(self, name: str) -> Source:
        """Return a source that can describe its records, and no more."""
        return Source(
            name=name,
            location="",
            kind=self.kind,
            languages=self.languages,
            title=self.title,
            homepage=self.homepage,
            collection=self.collection,
            labels=self.labels,
            rights=self.rights,
        )


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a release is made of and from.

    `datestamps` and `switches` hold, for release number n at index n - 1, the clock reading that
    `dcterms:modified` shows and the time at which the release was switched in (both xsd:dateTime,
    UTC). `keys` holds the key fields of each source, `sources` what its records are described by,
    `harvests` what its last harvest leaves. From
    `next_look` on (xsd:dateTime; empty: never) a run looks again even where nothing has changed.
    `accepted` names the refused run that a person let pass, and the reason; `rolled_back_to`
    the release whose content this one repeats. `payloads` are the digests of those that records
    refer to (None: written before this was noted). Of a release that is `thinned` only what later
    runs may need is left, its state; `files` names that.
    """

    format: int = FORMAT
    id: str
    number: int
    base: str
    keys: dict[str, tuple[str, ...]]
    datestamps: tuple[str, ...]
    switches: tuple[str, ...]
    fingerprint: str = ""
    books: dict[str, Books] = {}
    records: int = 0
    parts: int = 1
    triples: int = 0
    failed: dict[str, str] = {}
    versions: dict[str, str] = {}
    digests: dict[str, str] = {}
    files: dict[str, FileEntry] = {}
    harvests: dict[str, HarvestNote] = {}
    sources: dict[str, Traits] = {}
    next_look: str = ""
    accepted: dict[str, str] = {}
    rolled_back_to: str = ""
    payloads: tuple[str, ...] | None = None
    thinned: bool = False


def still_published(left: Iterable[Source], books: Mapping[str, Books]) -> tuple[Source, ...]:
    """Return those of the sources that are `left` of which records stay, by the books of a run."""
    return tuple(one for one in left if one.name in books and books[one.name].kept)


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a release; raises `ReleaseError` where it is damaged or too new."""
    file = folder / MANIFEST
    try:
        data = file.read_bytes()
    except OSError as error:
        raise _unreadable(show_path(file), error) from error
    return parse_manifest(data, show_path(file))


def parse_manifest(data: bytes, where: str) -> Manifest:
    """Return the manifest in `data`; raises `ReleaseError` where it is damaged or too new."""
    try:
        written = msgspec.json.decode(data, type=dict[str, msgspec.Raw]).get("format")
        number = msgspec.json.decode(written, type=int) if written is not None else 0
    except msgspec.MsgspecError as error:
        raise _unreadable(where, error) from error
    if number > FORMAT:
        raise TooNewError(
            f"the release has format {number}",
            where=where,
            expected=f"format {FORMAT} or older",
            next_step="install the newer Cataloom that wrote it",
        )
    try:
        return msgspec.json.decode(data, type=Manifest)
    except msgspec.MsgspecError as error:
        raise ReleaseError(
            f"the manifest is damaged: {error}", where=where, next_step=MEND_FOLDER
        ) from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of a release, all or nothing."""
    data = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
    spare = folder / f".{MANIFEST}"
    spare.write_bytes(data + b"\n")
    sync(spare)
    spare.replace(folder / MANIFEST)


def _unreadable(where: str, error: Exception) -> ReleaseError:
    return ReleaseError(f"the manifest cannot be read: {error}", where=where, next_step=MEND_FOLDER)


def digest_of(file: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
