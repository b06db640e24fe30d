"""What the commands share: the settings of the chosen folder, and how differences are shown."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from pipeline.model import Change
    from pipeline.settings import Settings

DAMAGED = 7  # or stale: the exit code of `status` and `releases --verify`


class DiffFormat(StrEnum):
    """The formats of differences."""

    TABLE = "table"
    JSON = "json"


def folder_of(context: typer.Context) -> Path:
    """Return the folder that `-C` names, or the nearest catalogue folder."""
    from pipeline.catalogue_folder import find_folder

    chosen: Path | None = context.obj
    return chosen if chosen is not None else find_folder(Path.cwd())


def settings_of(context: typer.Context) -> Settings:
    """Return the settings of the folder that `-C` names, or of the nearest."""
    from pipeline.catalogue_folder import load_settings

    return load_settings(folder_of(context))


def readable_settings_of(context: typer.Context) -> tuple[Settings, str]:
    """Return the settings of the folder and what is wrong with them.

    Where something is, they are what can be read of `catalogue.toml`, without sources. Raises
    `SettingsError` where there is no catalogue.
    """
    from pipeline.errors import SettingsError
    from pipeline.settings import CATALOGUE_FILE, Settings

    folder = folder_of(context)
    try:
        return settings_of(context), ""
    except SettingsError as error:
        if not (folder / CATALOGUE_FILE).exists() and not (folder / "output").is_dir():
            raise
        from pipeline.rescued import rescued_catalogue

        return Settings(folder, rescued_catalogue(folder), ()), str(error)


def show_changes(changes: Iterable[Change], form: DiffFormat) -> None:
    """Print differences."""
    from pipeline.diff import as_json, as_table

    for line in (as_json if form is DiffFormat.JSON else as_table)(changes):
        typer.echo(line)
