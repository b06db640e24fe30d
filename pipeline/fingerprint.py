"""Has anything changed since the last run? Digests of all that a release is made from.

Imports nothing heavy: a run without changes ends here.
"""

from __future__ import annotations

import functools
import hashlib
import re
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import distributions
from pathlib import Path

from pipeline import VERSION
from pipeline.errors import SettingsError, show_path
from pipeline.manifest import digest_of
from pipeline.settings import CATALOGUE_FILE, Settings

FOLDERS = ("input", "ontology", "shapes")
RULES = ("*.toml", "decisions.csv")  # of what is in `input/`: the sources, what persons decided
METADATA_FILES = ("METADATA", "PKG-INFO")  # of wheels, of older installations
NAME_OR_VERSION = re.compile(r"^(Name|Version):[ \t]*(\S+)", re.MULTILINE)


def digests(settings: Settings) -> dict[str, str]:
    """Return the SHA-256 (hex) of each thing that decides what a run publishes.

    Keys are `input`, `rules` (of what is in `input`, all but the listings), `ontology`, `shapes`,
    `settings`, `code` and `packages`. Raises `SettingsError` where a file cannot be read.
    """
    found = {name: _folder_digest(settings.folder / name) for name in FOLDERS}
    found["rules"] = _digest(
        _folder_digest(settings.folder / "input", pattern) for pattern in RULES
    )
    found["settings"] = _digest_of(settings.folder / CATALOGUE_FILE)
    found["code"] = _folder_digest(Path(__file__).parent, "*.py")
    found["packages"] = _digest([sys.version, *sorted(versions().items())])
    return found


def are_same_rules(first: Mapping[str, str], second: Mapping[str, str]) -> bool:
    """Say whether two runs with these `digests` make the same of one entry.

    >>> are_same_rules({"input": "a", "rules": "b"}, {"input": "c", "rules": "b"})
    True
    """
    return all(first.get(name) == second.get(name) for name in {*first, *second} - {"input"})


def fingerprint(parts: dict[str, str], sources: tuple[str, ...] = ()) -> str:
    """Return one digest of `digests` and of the selected sources (none: all)."""
    return _digest([*sorted(parts.items()), *sources])


@functools.cache
def versions() -> dict[str, str]:
    """Return the version of each installed package, and of Cataloom."""
    found: dict[str, str] = {}
    for one in distributions():
        text = next(filter(None, map(one.read_text, METADATA_FILES)), "")
        # Parsing the whole as mail, as `one.version` does, takes longer than all else of a run
        # without changes; the first of each header counts.
        headers = dict(reversed(NAME_OR_VERSION.findall(text)))
        if "Name" in headers:
            found[headers["Name"].lower()] = headers.get("Version", "")
    return {**found, "cataloom": VERSION}


def _folder_digest(folder: Path, pattern: str = "*") -> str:
    return _digest(
        (file.relative_to(folder).as_posix(), _digest_of(file))
        for file in sorted(folder.rglob(pattern))
        if file.is_file() and not file.name.startswith(".")
    )


def _digest_of(file: Path) -> str:
    try:
        return digest_of(file)
    except OSError as error:
        raise SettingsError(
            f"cannot be read: {error.strerror or error}",
            where=show_path(file),
            expected="a file that this user may read",
            next_step="check its permissions",
        ) from error


def _digest(parts: Iterable[object]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(repr(part).encode("utf-8", "surrogateescape") + b"\n")
    return whole.hexdigest()
