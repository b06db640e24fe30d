"""What is made aside and put in its place at once; what a killed process left of that is undone.

output/.new-NAME    what is being made for the place NAME
output/.old-NAME    what stood there, until the new one does
output/.gone-NAME   what is being removed
"""

from __future__ import annotations

import shutil
from itertools import chain
from pathlib import Path

NEW, OLD, GONE = ".new-", ".old-", ".gone-"
LEFT = (NEW, OLD, GONE, ".restore-")
RELEASES = "releases"
HARVESTS = "harvests"
HELD = "held"
PAYLOADS = "payloads"
PARTIAL = ".partial-"
CURRENT = "current"


def replace_folder(made: Path, target: Path) -> None:
    """Put the folder `made` in the place of `target`, whose old content goes."""
    old = target.with_name(f"{OLD}{target.name}")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    made.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def remove_folder(folder: Path) -> None:
    """Remove a folder, if there is one: at once for those who look, then its files."""
    gone = folder.with_name(f"{GONE}{folder.name}")
    if folder.exists():
        folder.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def tidy(output: Path) -> None:
    """Undo what a process that was killed left half done in `output`; raises `OSError`.

    Only for who holds the lock. A release that was not current yet goes: made again it is the same.
    """
    link = output / f"{NEW}{CURRENT}"
    if link.is_symlink():
        made = output / link.readlink()
        if made.is_dir() and (output / CURRENT).resolve() != made.resolve():
            made.rename(made.with_name(f"{PARTIAL}{made.name}"))
        link.unlink()
    for old in output.glob(f"{OLD}*"):
        target = old.with_name(old.name.removeprefix(OLD))
        if not target.exists():
            old.rename(target)
    left = (output.glob(f"{kind}*") for kind in LEFT)
    for folder in chain(*left, (output / RELEASES).glob(".*")):
        shutil.rmtree(folder)
    for file in (output / HARVESTS).glob(".*"):
        file.unlink()
