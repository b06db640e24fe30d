"""Saved files: finding them in natural order, reading them within limits, keeping them unparsed."""

from __future__ import annotations

import difflib
import hashlib
import os
import re
import tempfile
import unicodedata
from itertools import islice
from pathlib import Path, PurePosixPath

import msgspec

from pipeline.errors import OutputError, SettingsError, SourceError, about_system, show_path
from pipeline.model import Issue
from pipeline.settings import Source

LARGEST_PAYLOAD = 50_000_000
"""Bytes of one file. A listing page has some hundred thousand; more is a mistake or an attack."""

MOST_FILES = 10_000
"""Files of one source: a hundred thousand entries at ten a page."""

LONGEST_FIELD = 100_000
"""Characters of one value; what is longer is cut, and an issue says so."""

MOST_ENTRIES = 100_000
"""Entries of one page."""

MOST_VALUES = 1_000
"""Values of one field of one entry; what is beyond is left out, and an issue says so."""

GLOB_CHARACTERS = re.compile(r"[*?\[]")
SHOWN_LENGTH = 80
SHOWN_FILES = 5


class Payload(msgspec.Struct, frozen=True):
    """What was read in one go: a saved file, or the answer to a request.

    `name` is the path below the input folder or the address without secrets, `digest` the SHA-256
    (hex) of `data`. `path` is that of a saved file; of an answer `url` is the address it came from,
    redirects followed, `media_type` and `charset` what its Content-Type says, `headers` the few
    headers that sources use, by their names in lower case.
    """

    name: str
    data: bytes
    digest: str
    path: Path | None = None
    url: str = ""
    media_type: str = ""
    charset: str = ""
    headers: dict[str, str] = {}


def find_files(source: Source, folder: Path) -> tuple[Path, ...]:
    """Return the files that `source.location` names below `folder`, page-2 before page-10.

    Hidden files are left out unless the location itself starts a part with a dot. Raises
    `SettingsError` for a location that is no path below the folder, `SourceError` where no file
    matches or a match is a link to somewhere else.
    """
    location = source.location.strip()
    _check_location(source, location)
    single = folder / location
    if single.is_dir():
        raise _wrong_location(
            source, "is a folder", f"a file or a glob such as '{location}/*.html'"
        )
    if single.exists() or single.is_symlink() or not is_glob(source, folder):
        return (_inside(source, single, folder),)
    try:
        found = list(islice(folder.glob(location), MOST_FILES + 1))
    except (ValueError, NotImplementedError, IndexError, re.error) as error:
        raise _wrong_location(source, f"is no glob: {error}", "such as 'pages/*.html'") from error
    if len(found) > MOST_FILES:
        raise SourceError(
            f"{location!r} matches more than {MOST_FILES:,} files",
            where=source.file or source.name,
            expected="the saved pages of one listing",
            next_step="narrow the glob, or make several sources of it",
        )
    dots_wanted = any(part.startswith(".") for part in PurePosixPath(location).parts)
    matches = [
        path
        for path in found
        if path.is_file()
        and (dots_wanted or not any(p.startswith(".") for p in path.relative_to(folder).parts))
    ]
    if not matches:
        raise _no_file(source, folder)
    matches.sort(key=lambda path: natural_order(path.relative_to(folder)))
    return tuple(_inside(source, path, folder) for path in matches)


def is_glob(source: Source, folder: Path) -> bool:
    """Say whether the location is a glob: it has glob characters and is not a file's very name."""
    location = source.location.strip()
    return bool(GLOB_CHARACTERS.search(location)) and not (folder / location).exists()


def natural_order(
    path: PurePosixPath | Path,
) -> tuple[tuple[tuple[tuple[int, str], ...], ...], str]:
    """Return a sort key in which numbers count as numbers.

    >>> sorted(map(PurePosixPath, ["p-10.html", "p-2.html"]), key=natural_order)[0].name
    'p-2.html'
    """
    key = tuple(
        tuple(
            (int(piece), "") if piece.isascii() and piece.isdigit() else (-1, piece.casefold())
            for piece in re.split(r"([0-9]+)", part)
        )
        for part in path.parts
    )
    return key, str(path)


def inside(path: Path, folder: Path) -> bool:
    """Say whether `path`, links followed, lies below `folder`."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):  # a link loop, a NUL
        return False


def read_payload(source: Source, path: Path, folder: Path, payloads: Path) -> Payload:
    """Read one file of at most `LARGEST_PAYLOAD` bytes and keep it in `payloads`.

    Raises `SourceError` for a file that is missing, unreadable, empty or too large, `OutputError`
    where it cannot be kept.
    """
    where = show_path(path)
    try:
        if not path.is_file():
            raise (
                _no_file(source, folder)
                if not path.exists()
                else SourceError("is no regular file", where=where, expected="a saved page")
            )
        size = path.stat().st_size
        if size <= LARGEST_PAYLOAD:
            with path.open("rb") as file:
                data = file.read(LARGEST_PAYLOAD + 1)
            size = len(data)
    except OSError as error:
        raise SourceError(
            f"cannot be read: {error.strerror or error}",
            where=where,
            expected="a file that this user may read",
            next_step="check its permissions",
        ) from error
    if size > LARGEST_PAYLOAD:
        raise SourceError(
            f"has {size / 1_000_000:,.1f} MB",
            where=where,
            expected=f"at most {LARGEST_PAYLOAD // 1_000_000} MB a page",
            next_step="check that it is a listing, and save it as several pages",
        )
    if not data.strip(b" \t\r\n\f\v"):
        raise SourceError(
            "is empty",
            where=where,
            expected="a saved page with at least one entry",
            next_step="save the page again, or take the file out of the source's location",
        )
    digest = hashlib.sha256(data).hexdigest()
    keep(data, digest, payloads)
    return Payload(name_below(path, folder), data, digest, path)


def name_below(path: Path, folder: Path) -> str:
    """Return the name of `path` below `folder`, with `/`, as well-formed Unicode."""
    name = Path(os.path.relpath(path, folder)).as_posix()
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def keep(data: bytes, digest: str, payloads: Path) -> None:
    """Write `data` to `payloads/<digest>`, all or nothing, unless it is there already."""
    target = payloads / digest
    try:
        if target.is_file() and target.stat().st_size == len(data):
            return
        payloads.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{digest[:16]}-", dir=payloads)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o644)
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(
            f"the payload cannot be kept: {error.strerror or error}",
            where=show_path(payloads),
            expected="a folder that can be written, with room left",
            next_step="check its permissions and the disk, and run again",
            about=about_system(error),
        ) from error


def shown(text: str, length: int = SHOWN_LENGTH) -> str:
    r"""Return `text` on one line, shortened, without what could steer a terminal.

    >>> shown("a\n  b\x1b[31m")
    'a b[31m'
    """
    cut = text[: 4 * length]
    line = " ".join(cut.split())
    line = "".join(c for c in line if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn"})
    return line if len(line) <= length and len(cut) == len(text) else line[: length - 1] + "…"


def source_issue(source: Source, message: str, *, property_name: str = "", value: str = "",
                 severity: str = "warning") -> Issue:  # fmt: skip
    """Return an issue of the source as a whole: its `identifier` is empty."""
    return Issue(
        source=source.name,
        identifier="",
        stage="extract",
        property=property_name,
        value=shown(value),
        severity="info" if severity == "info" else "warning",
        message=message,
    )


def _check_location(source: Source, location: str) -> None:
    parts = PurePosixPath(location).parts
    if not location or any(ord(c) < ord(" ") for c in location):
        raise _wrong_location(source, "names no file", "a path or glob below the input folder")
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", location):
        raise _wrong_location(
            source, "is no http(s) address and no file", "https://…, or a saved file"
        )
    if PurePosixPath(location).is_absolute() or ".." in parts or location.startswith("~"):
        raise _wrong_location(
            source, "leads out of the input folder", "a path below it, without '..'"
        )


def _inside(source: Source, path: Path, folder: Path) -> Path:
    if not inside(path, folder):
        raise SourceError(
            "is a link that leads out of the input folder",
            where=show_path(path.parent) + "/" + path.name,
            expected="files below the input folder",
            next_step=f"copy the file into it (source {source.name})",
        )
    return path


def _wrong_location(source: Source, what: str, expected: str) -> SettingsError:
    return SettingsError(
        f"key 'location': {shown(source.location)!r} {what}",
        where=source.file or source.name,
        expected=expected,
        next_step="save the pages below the folder of the source file and name them there",
    )


def _no_file(source: Source, folder: Path) -> SourceError:
    there = [p.relative_to(folder) for p in islice(sorted(folder.glob("**/*")), MOST_FILES)
             if p.is_file() and not p.name.startswith(".") and p.suffix != ".toml"]  # fmt: skip
    names = [str(path) for path in sorted(there, key=natural_order)]
    near = difflib.get_close_matches(source.location, names[: MOST_FILES // 10], SHOWN_FILES, 0.3)
    listed = ", ".join(shown(name) for name in near or names[:SHOWN_FILES]) or "no file at all"
    return SourceError(
        f"{shown(source.location)!r} matches no file",
        where=source.file or source.name,
        expected=f"a path or glob below {show_path(folder)} (there: {listed})",
        next_step="save the listing's pages there, or correct 'location'",
    )
