"""`cataloom init`: a new catalogue folder with the default ontology and shapes."""

from __future__ import annotations

import shutil
from pathlib import Path

from pipeline.catalogue_folder import EXPECTED
from pipeline.errors import SettingsError, show_path
from pipeline.settings import CATALOGUE_FILE, iri_problem


def make_folder(folder: Path, base: str) -> None:
    """Make a catalogue folder: settings to fill in, the default ontology and shapes.

    Raises `SettingsError` where `base` is no absolute http(s) IRI, or the folder holds a catalogue
    already.
    """
    problem = iri_problem(base) or (
        "" if base.endswith(("/", "#")) else "it does not end in / or #"
    )
    if problem:
        raise SettingsError(f"--base {base!r}: {problem}", expected=EXPECTED["base"])
    taken = [name for name in (CATALOGUE_FILE, "ontology", "shapes") if (folder / name).exists()]
    if taken:
        raise SettingsError(
            f"{' and '.join(taken)} stand there already",
            where=show_path(folder),
            expected="a new or empty folder",
            next_step="choose another folder, or work on this one: cataloom -C DIR run",
        )
    try:
        (folder / "input").mkdir(parents=True, exist_ok=True)
        for name in ("ontology", "shapes"):
            shutil.copytree(default_folder(name), folder / name)
        (folder / CATALOGUE_FILE).write_text(_NEW_CATALOGUE.format(base=base), "utf-8")
        (folder / "input" / "README.md").write_text(_NEW_INPUT, "utf-8")
    except OSError as error:
        raise SettingsError(f"cannot be written: {error}", where=show_path(folder)) from error


def default_folder(name: str) -> Path:
    """Return the default `ontology` or `shapes`: in the package, or beside it in a checkout."""
    packaged = Path(__file__).parent / "default" / name
    return packaged if packaged.is_dir() else Path(__file__).parent.parent / name


_NEW_CATALOGUE = """\
# The catalogue as a whole (docs/settings.md explains every key). `cataloom check` checks this file.

base = "{base}"
languages = ["en"]
licence = "https://creativecommons.org/publicdomain/zero/1.0/"
contact = "mailto:someone@example.org"

[title]
en = "A catalogue of resources"

[publisher]
name = "Name of the publisher"
"""

_NEW_INPUT = """\
# Sources

One TOML file a source, with its saved listings beside it. `cataloom source probe URL|FILE` proposes
one for an address or a file. The smallest one, for a page copied from
a browser and saved as `listing.txt`:

    kind = "text-listing"
    location = "listing.txt"
    languages = ["en", "es"]

    [text]
    labels = ["Case studies & Field examples", "Tools & Templates"]
"""
