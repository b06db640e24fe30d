"""Has anything changed since the last run? Digests of all that a release is made from.

Imports nothing heavy: a run without changes ends here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib.metadata import distributions
from pathlib import Path

from pipeline import VERSION
from pipeline.release import digest_of
from pipeline.settings import CATALOGUE_FILE, Settings

FOLDERS = ("input", "ontology", "shapes")


def digests(settings: Settings) -> dict[str, str]:
    """Return the SHA-256 (hex) of each thing that decides what a run publishes.

    Keys are `input`, `ontology`, `shapes`, `settings`, `code` and `packages`.
    """
    found = {name: _folder_digest(settings.folder / name) for name in FOLDERS}
    found["settings"] = digest_of(settings.folder / CATALOGUE_FILE)
    found["code"] = _folder_digest(Path(__file__).parent, "*.py")
    found["packages"] = _digest(sorted(versions().items()))
    return found


def fingerprint(parts: dict[str, str], sources: tuple[str, ...] = ()) -> str:
    """Return one digest of `digests` and of the selected sources (none: all)."""
    return _digest([*sorted(parts.items()), *sources])


def versions() -> dict[str, str]:
    """Return the version of each installed package, and of Cataloom."""
    found = {one.name.lower(): one.version for one in distributions() if one.name}
    return {**found, "cataloom": VERSION}


def _folder_digest(folder: Path, pattern: str = "*") -> str:
    return _digest(
        (file.relative_to(folder).as_posix(), digest_of(file))
        for file in sorted(folder.rglob(pattern))
        if file.is_file() and not file.name.startswith(".")
    )


def _digest(parts: Iterable[object]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(repr(part).encode("utf-8", "surrogateescape") + b"\n")
    return whole.hexdigest()
