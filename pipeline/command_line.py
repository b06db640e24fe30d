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


def settings_of(context: typer.Context) -> Settings:
    """Return the settings of the folder that `-C` names, or of the nearest."""
    from pipeline.catalogue_folder import find_folder, load_settings

    chosen: Path | None = context.obj
    return load_settings(chosen if chosen is not None else find_folder(Path.cwd()))


def show_changes(changes: Iterable[Change], form: DiffFormat) -> None:
    """Print differences."""
    from pipeline.diff import as_json, as_table

    for line in (as_json if form is DiffFormat.JSON else as_table)(changes):
        typer.echo(line)
