"""What is probed: the first payload of a location, and where the source will find it."""

from __future__ import annotations

import glob
import gzip
import re
import shutil
import zlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from pipeline.errors import SettingsError, SourceError, show_path
from pipeline.extract.access import Access
from pipeline.extract.decoding import decode
from pipeline.extract.fetch import Fetcher
from pipeline.extract.payloads import (
    GLOB_CHARACTERS,
    LARGEST_PAYLOAD,
    Payload,
    inside,
    name_below,
    natural_order,
    read_payload,
)
from pipeline.settings import Catalogue, Source

MOST_FILES = 200
"""Files of a listing that are copied for the probe."""

LARGEST_HEAD = 20_000_000
"""Bytes of a compressed payload that are unpacked to see what it is."""

ASKED = re.compile(r"sparql|oai|[?&]verb=", re.IGNORECASE)
"""Addresses of interfaces that may answer a bare request with an error."""

GZIP = b"\x1f\x8b"
ACCEPT = (
    "text/html, application/xhtml+xml;q=0.9, application/rss+xml;q=0.9, "
    "application/atom+xml;q=0.9, application/xml;q=0.8, application/json;q=0.8, "
    "text/turtle;q=0.8, */*;q=0.5"
)


class Copy(msgspec.Struct, frozen=True):
    """A file that must be copied into the input folder, and its name there."""

    file: Path
    name: str


class Sample(msgspec.Struct):
    """The first payload of a location.

    `location` is what the source file will hold; `text` the payload as text (empty where it is
    none), `data` its bytes, unpacked where they were gzip. `copies` are files that are not in the
    input folder yet. `access` reads a source of this location.
    """

    location: str
    payload: Payload
    data: bytes
    text: str
    access: Access
    copies: tuple[Copy, ...] = ()

    @property
    def address(self) -> str:
        """Return the web address that was read, or an empty text."""
        return self.payload.url or (self.location if self.is_live else "")

    @property
    def is_live(self) -> bool:
        """Say whether the web was read."""
        return is_address(self.location)


def is_address(location: str) -> bool:
    """Say whether a location is a web address."""
    return location.lower().startswith(("http://", "https://"))


def read_sample(location: str, catalogue: Catalogue, inputs: Path, work: Path) -> Sample:
    """Read the first payload of a web address, file, folder or glob.

    `inputs` is the catalogue's input folder, `work` an empty folder for copies and payloads. Raises
    `SourceError` where nothing can be read, `SettingsError` for what is no location.
    """
    place = location.strip()
    if is_address(place):
        fetcher = Fetcher(_dummy(place), catalogue, work)
        access = Access(inputs, work / "payloads", fetcher)
        try:
            payload = fetcher.get(place, accept=ACCEPT)
        except SourceError:
            if not ASKED.search(place):
                raise
            payload = Payload(
                place, b"", "", url=place
            )  # an interface that must be asked something
        return _sample(place, payload, access)
    if "://" in place:
        raise SettingsError(
            "is neither a web address nor a file", where=place, expected="https://… or a saved file"
        )
    files = _files(place, inputs)
    copies: tuple[Copy, ...] = ()
    if all(inside(file, inputs) for file in files):
        names = [name_below(file, inputs) for file in files]
        folder = inputs
    else:
        copies = _copies(files, place)
        names = [copy.name for copy in copies]
        folder = work / "input"
        for copy in copies[:MOST_FILES]:
            target = folder / copy.name
            target.parent.mkdir(parents=True, exist_ok=True)
            if copy.file.stat().st_size <= LARGEST_PAYLOAD:
                shutil.copyfile(copy.file, target)
    access = Access(folder, work / "payloads")
    found = names[0] if len(names) == 1 else _glob_of(names)
    payload = read_payload(_dummy(found), folder / names[0], folder, work / "payloads")
    return _sample(found, payload, access, copies)


def _sample(
    location: str, payload: Payload, access: Access, copies: tuple[Copy, ...] = ()
) -> Sample:
    data = unpacked(payload.data)
    return Sample(location, payload, data, text_of(data, payload), access, copies)


def text_of(data: bytes, payload: Payload) -> str:
    """Return a payload's bytes as text, or an empty text where they are none."""
    try:
        return decode(
            data, _dummy(payload.name), payload.name, markup=True, charset=payload.charset
        ).text
    except SourceError:
        return ""


def unpacked(data: bytes) -> bytes:
    """Return the bytes behind gzip, at most `LARGEST_HEAD` of them; other bytes as they are."""
    if not data.startswith(GZIP):
        return data
    try:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(data, LARGEST_HEAD) or data
    except (zlib.error, gzip.BadGzipFile):
        return data


def _dummy(location: str) -> Source:
    return Source(kind="html-listing", location=location, languages=("en",), name="probe")


def _files(place: str, inputs: Path) -> list[Path]:
    """Return the files that a path, folder or glob means: from here, else from the input folder."""
    for start in (Path.cwd(), inputs):
        path = start / Path(place).expanduser()
        if path.is_file():
            return [path]
        if path.is_dir() and (found := _of_one_kind(path)):
            return found
        if GLOB_CHARACTERS.search(place):
            found = [Path(file) for file in glob.glob(str(path)) if Path(file).is_file()]  # noqa: PTH207 - pathlib takes no absolute ones
            if found:
                return sorted(found, key=natural_order)
    raise SourceError(
        "there is no such file", where=place,
        expected=f"a web address, a file, or a folder of saved pages (looked here and in "
        f"{show_path(inputs)})",
        next_step="check the name, or save the listing's page first",
    )  # fmt: skip


def _of_one_kind(folder: Path) -> list[Path]:
    """Return the files of a folder that have its most common ending, in natural order."""
    files = [
        file for file in folder.iterdir() if file.is_file() and not file.name.startswith(".")
        and file.suffix != ".toml"
    ]  # fmt: skip
    endings = Counter(file.suffix.lower() for file in files)
    if not endings:
        return []
    usual = endings.most_common(1)[0][0]
    return sorted((f for f in files if f.suffix.lower() == usual), key=natural_order)


def _copies(files: Sequence[Path], place: str) -> tuple[Copy, ...]:
    if len(files) == 1:
        return (Copy(files[0], files[0].name),)
    folder = Path(place.rstrip("/*")).name if not GLOB_CHARACTERS.search(place) else ""
    folder = folder or files[0].parent.name or "listing"
    return tuple(Copy(file, f"{folder}/{file.name}") for file in files)


def _glob_of(names: Sequence[str]) -> str:
    """Return a glob for files that stand in one folder and have one ending."""
    first = Path(names[0])
    start = first.name
    for name in names[1:]:
        while not Path(name).name.startswith(start):
            start = start[:-1]
    start = start.rstrip("0123456789")
    if GLOB_CHARACTERS.search(start) or len(start) >= len(first.stem):
        start = ""
    pattern = f"{start}*{first.suffix}"
    return pattern if str(first.parent) == "." else f"{first.parent.as_posix()}/{pattern}"
