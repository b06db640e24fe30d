"""The commands on sources: `cataloom source probe`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipeline.probe import Probed

NARROWEST, WIDEST = 80, 140  # columns of the table, whatever the terminal has
LONGEST_CELL = 44
SHOWN_ISSUES = 5

source = typer.Typer(help="Find and describe sources.", no_args_is_help=True)


@source.callback()
def sources() -> None:
    """Find and describe sources."""


@source.command()
def probe(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="URL|FILE", help="A listing, wherever it is.")],
    write: Annotated[
        str, typer.Option("--write", metavar="NAME", help="Write it to input/NAME.toml.")
    ] = "",
) -> None:
    """Say what kind of source it is, show ten records, propose a source file.

    What is printed is a source file as a whole (the table in its comments), so that it may be sent
    to one: cataloom source probe URL > input/NAME.toml.
    """
    from pipeline.catalogue_folder import find_folder, load_catalogue
    from pipeline.errors import show_path
    from pipeline.probe import as_table, write_source
    from pipeline.probe import probe as probe_source

    chosen: Path | None = context.obj
    folder = chosen if chosen is not None else find_folder(Path.cwd())
    found = probe_source(what, load_catalogue(folder), folder, name=write)
    width = shutil.get_terminal_size((WIDEST, 24)).columns
    for line in _introduction(found, *as_table(found), max(NARROWEST, min(width, WIDEST))):
        typer.echo(f"# {line}".rstrip())
    if write:
        target = write_source(found, folder)
        typer.echo(f"{show_path(target)} is written; read its comments, then: cataloom run "
                   f"--source {found.name}", err=True)  # fmt: skip
        return
    typer.echo("")
    typer.echo(found.source_toml)
    if sys.stdout.isatty():
        typer.echo(f"Write it with: cataloom source probe {what} --write {found.name}", err=True)


def _introduction(
    found: Probed, columns: Sequence[str], rows: Sequence[Sequence[str]], width: int
) -> Iterator[str]:
    """Yield what was found: the kind, the first records as a table, what to know."""
    yield f"{found.kind}: the first {len(rows)} records"
    yield ""
    yield from _table(columns, rows, width)
    yield ""
    yield from (f"- {note}" for note in found.notes)
    for issue in found.issues[:SHOWN_ISSUES]:
        place = f"{issue.identifier}: " if issue.identifier else ""
        yield f"- {place}{' '.join(issue.message.split())}"
    if len(found.issues) > SHOWN_ISSUES:
        yield f"- and {len(found.issues) - SHOWN_ISSUES} more issues"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    """Yield the rows under their headings, as many columns as fit into `width` characters."""
    cells = [[_cut(cell) for cell in row] for row in (columns, *rows)]
    shown: list[tuple[int, int]] = []
    left = width
    for number in range(len(columns)):
        wide = max(len(row[number]) for row in cells)
        if wide + 3 > left and shown:
            break
        shown.append((number, wide))
        left -= wide + 3
    for place, row in enumerate(cells):
        yield " │ ".join(row[number].ljust(wide) for number, wide in shown).rstrip()
        if not place:
            yield "─┼─".join("─" * wide for _, wide in shown)
    if len(shown) < len(columns):
        yield f"and {', '.join(columns[len(shown) :])}"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"
