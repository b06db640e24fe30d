"""Messages that are read in another place than they were written: in a mail, on another machine.

There a path is whole, and a command says with `-C` which catalogue it is for.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from pipeline.aside import PAYLOADS, RELEASES
from pipeline.errors import show_path

PARTS = ("input", "ontology", "output", "shapes")
COMMANDS = ("accept", "check", "correct", "decide", "diff", "explain", "links", "query", "releases",
            "restore", "rollback", "run", "schedule", "source", "status")  # fmt: skip
_COMMAND = re.compile(rf"\bcataloom (?=(?:{'|'.join(COMMANDS)})\b)")
_BEFORE = r"(?<![\w./\\-])"


def with_whole_paths(text: str, folder: Path) -> str:
    """Return a message with the paths of a catalogue folder made absolute.

    They were shown as from the current folder (`show_path`), or below what the caller named; parts
    of the folder that are links as where these lead.
    """
    whole = str(folder.resolve())
    for part in (one for one in _parts_that_may_be_links(folder) if one.is_symlink()):
        shown, there = show_path(part.resolve()), str(part.resolve())
        if shown not in {there, "."}:
            text = _put(there, shown, text)
    for shown in sorted({show_path(folder), str(folder)} - {whole, "."}, key=len, reverse=True):
        text = _put(whole, shown, text)
    if folder.resolve() == Path.cwd():
        tops = "|".join(PARTS)
        names = rf"(?:{tops})/|catalogue\.toml\b|(?m:^)(?:{tops})(?=:)"
        text = re.sub(rf"{_BEFORE}(?={names})", lambda _: f"{whole}/", text)
    return text


def _put(whole: str, shown: str, text: str) -> str:
    """Return a text with a whole path where one is shown, before what is below it or wrong."""
    named = rf"{_BEFORE}{re.escape(shown)}(?=/)|(?m:^){re.escape(shown)}(?=: )"
    return re.sub(named, lambda _: whole, text)


def _parts_that_may_be_links(folder: Path) -> Iterator[Path]:
    for name in PARTS:
        yield folder / name
    for name in (PAYLOADS, RELEASES):
        yield folder / "output" / name


def with_folder(text: str, folder: Path) -> str:
    """Return a message as it can be followed elsewhere: whole paths, commands with `-C`."""
    named = f"cataloom -C {shlex.quote(str(folder.resolve()))} "
    return _COMMAND.sub(lambda _: named, with_whole_paths(text, folder))
