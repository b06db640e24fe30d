"""Messages that are read in another place than they were written: in a mail, on another machine.

There a path is whole, and a command says with `-C` which catalogue it is for.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from pipeline.errors import show_path

PARTS = ("input", "ontology", "output", "shapes")
COMMANDS = ("accept", "check", "correct", "decide", "diff", "explain", "links", "query", "releases",
            "restore", "rollback", "run", "schedule", "source", "status")  # fmt: skip
_COMMAND = re.compile(rf"\bcataloom (?=(?:{'|'.join(COMMANDS)})\b)")
_BEFORE = r"(?<![\w./\\-])"


def with_whole_paths(text: str, folder: Path) -> str:
    """Return a message with the paths of a catalogue folder made absolute.

    They were shown as from the current folder (`show_path`), or below what the caller named.
    """
    whole = str(folder.resolve())
    for shown in sorted({show_path(folder), str(folder)} - {whole, "."}, key=len, reverse=True):
        text = re.sub(rf"{_BEFORE}{re.escape(shown)}(?=/)", lambda _: whole, text)
    if folder.resolve() == Path.cwd():
        tops = "|".join(PARTS)
        names = rf"(?:{tops})/|catalogue\.toml\b|(?m:^)(?:{tops})(?=:)"
        text = re.sub(rf"{_BEFORE}(?={names})", lambda _: f"{whole}/", text)
    return text


def with_folder(text: str, folder: Path) -> str:
    """Return a message as it can be followed elsewhere: whole paths, commands with `-C`."""
    named = f"cataloom -C {shlex.quote(str(folder.resolve()))} "
    return _COMMAND.sub(lambda _: named, with_whole_paths(text, folder))
