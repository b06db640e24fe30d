"""A name for a source: short, its own, and fit to stand in every IRI of its records."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from pipeline.errors import SettingsError
from pipeline.extract.lines import without_accents
from pipeline.settings import SOURCE_NAME

LONGEST = 40
COMMON = frozenset(
    ["www", "com", "org", "net", "edu", "gov", "int", "info", "web", "site", "en", "es",
     "fr", "pt", "de", "index", "html", "htm", "php", "asp", "aspx", "jsp", "xml", "json",
     "csv", "tsv", "xlsx", "ods", "rss", "atom", "feed", "oai", "list", "listing", "search",
     "query", "results", "wp-json", "wp", "v2", "api", "page", "pages", "home", "default",
     "saved", "http", "https", "localhost", "co", "ac", "uk", "txt"]
)  # fmt: skip
FALLBACK = "source"


def find_name(location: str, taken: Collection[str]) -> str:
    """Return a name made of a location's host, or of a file's name, that is not `taken`.

    >>> find_name("https://www.library.example/resources?page=2", {"library"})
    'library-example'
    """
    if location.lower().startswith(("http://", "https://")):
        parts = urlsplit(location)
        host = (parts.hostname or "").split(".")
        named = [part for part in host if part not in COMMON and not part.isdigit()]
        path = [step for step in parts.path.split("/") if _slug(step) not in COMMON]
        candidates = [*named[:1], "-".join(named[:2]), "-".join([*named[:1], *path[:1]]),
                      "-".join(path[-1:])]  # fmt: skip
    else:
        path_ = PurePosixPath(location)
        stem = re.sub(r"[*?\[\]]+", "", path_.name.partition(".")[0])
        folder = path_.parent.name
        candidates = [stem, folder, f"{folder}-{stem}"]
    for candidate in candidates:
        name = _slug(candidate)
        if name and name not in taken and name not in COMMON:
            return name
    start = next((slug for one in candidates if (slug := _slug(one))), FALLBACK)
    if start not in taken:
        return start
    numbers = (f"{start[: LONGEST - 4]}-{number}" for number in range(2, 1000))
    return next(name for name in numbers if name not in taken)


def check_name(name: str, taken: Collection[str]) -> str:
    """Return `name`; raises `SettingsError` where no source can be called so."""
    if not SOURCE_NAME.fullmatch(name):
        raise SettingsError(
            f"{name!r} cannot be the name of a source",
            expected="lower-case letters, digits and hyphens, at most 40, starting with a letter",
        )
    if name in taken:
        raise SettingsError(
            f"{name!r} is already the name of a source", expected="a name of its own",
            next_step="choose another, or remove that source's file first",
        )  # fmt: skip
    return name


def names_in(inputs: Path) -> set[str]:
    """Return the names of the sources in an input folder: of their files, and in them."""
    found: set[str] = set()
    for file in inputs.glob("*.toml"):
        found.add(file.stem)
        try:
            name = tomllib.loads(file.read_text("utf-8-sig")).get("name")
        except (OSError, ValueError):
            continue
        if isinstance(name, str):
            found.add(name)
    return found


def _slug(text: str) -> str:
    plain = without_accents(text).lower().encode("ascii", "ignore").decode("ascii")
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return words.lstrip("0123456789-")[:LONGEST].strip("-")
