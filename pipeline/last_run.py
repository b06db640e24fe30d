"""`output/last-run/`: what the last run had to say, whatever its end.

What was refused at a gate is told in files of its own (`HELD_BACK`), which no release holds.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

import msgspec

from pipeline.aside import NEW, replace_folder

FOLDER = "last-run"
PLAN_FOLDER = "last-plan"  # what a run that only plans had to say
FILE = "run.json"
COPIED = ("report.html", "issues.csv", "quarantine.jsonl", "changes.jsonl", "review.csv",
          "worklist.csv")  # fmt: skip
TABLE = ".csv"
HELD_CHANGES, HELD_ISSUES = "held-changes.jsonl", "held-issues.csv"
HELD_BACK = (HELD_CHANGES, HELD_ISSUES, "held-quarantine.jsonl")
ASIDE = f"{NEW}told"  # where they are made, beside the folder of the run that makes them


class LastRun(msgspec.Struct, frozen=True, kw_only=True):
    """How the last run ended.

    `outcome` is published, partial, unchanged, refused or failed; `fingerprint` is that of a run
    without failures (else empty), `failed` the message of each source that failed, `kinds` what
    kinds of problem that is.
    """

    clock: str
    outcome: str
    exit_code: int
    release: str = ""
    fingerprint: str = ""
    failed: dict[str, str] = {}
    kinds: dict[str, tuple[str, ...]] = {}


def read_last_run(output: Path) -> LastRun | None:
    """Return how the last run ended, or None where that is not known."""
    try:
        return msgspec.json.decode((output / FOLDER / FILE).read_bytes(), type=LastRun)
    except (OSError, msgspec.MsgspecError):
        return None


def note_last_run(output: Path, last: LastRun) -> None:
    """Write how a run ended that has nothing else to tell."""
    folder = output / FOLDER
    folder.mkdir(exist_ok=True)
    spare = folder / f".{FILE}"
    spare.write_bytes(msgspec.json.format(msgspec.json.encode(last), indent=1) + b"\n")
    spare.replace(folder / FILE)


def keep_last_run(output: Path, told: Path, last: LastRun) -> Path:
    """Put what a run had to tell (files in the folder `told`) in the last run's place.

    Files that nobody fills in are hard links where the file system has them. Returns the folder.
    """
    return copy_told(told, output / FOLDER, last)


def copy_told(told: Path, folder: Path, last: LastRun | None = None) -> Path:
    """Put what a run had to tell, and how it ended, in the place of `folder`, and return that."""
    made = folder.with_name(f"{NEW}{folder.name}")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    aside = folder.with_name(ASIDE)
    for source in (*(told / name for name in COPIED), *(aside / name for name in HELD_BACK)):
        name = source.name
        if source.is_file():
            _take(source, made / name)
    if last is not None:
        (made / FILE).write_bytes(msgspec.json.format(msgspec.json.encode(last), indent=1) + b"\n")
    replace_folder(made, folder)
    return folder


def _take(source: Path, target: Path) -> None:
    """Put a file into the folder; a table is copied, as programs save over it where it stands."""
    if target.suffix != TABLE:
        with contextlib.suppress(OSError):  # another file system, or one without hard links
            os.link(source, target)
            return
    shutil.copyfile(source, target)
