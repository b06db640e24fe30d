"""A small catalogue for tests of whole runs: one made-up listing, published in well under a second.

The reference engine and the reading back of dumps are off here; `tests/test_run.py` has them on.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from pipeline import record_parts, release
from pipeline.catalogue_folder import load_settings
from pipeline.ending import Outcome
from pipeline.model import Record
from pipeline.new_catalogue import make_folder
from pipeline.run import run_catalogue

BASE = "https://example.org/small/"
LABELS = ("Guide/Manual", "Publications")
QUICK = "\n[validate]\nreference_limit = 0\nreference_sample = 0\n"
SOURCE = """kind = "text-listing"
location = "{name}.txt"
languages = ["en", "es"]
[text]
labels = ["Guide/Manual", "Publications"]
"""
_WORDS = (
    "savings",
    "bank",
    "member",
    "village",
    "credit",
    "interest",
    "account",
    "ledger",
    "harvest",
    "market",
    "teacher",
    "district",
    "river",
    "season",
    "program",
    "visit",
    "officer",
    "report",
    "question",
    "answer",
    "balance",
    "water",
    "office",
    "letter",
    "summer",
    "winter",
    "region",
    "worker",
    "training",
    "record",
    "meeting",
    "village",
    "number",
    "story",
    "garden",
    "bridge",
    "road",
    "school",
)


class Entry(NamedTuple):
    """One entry of a made-up listing."""

    title: str
    abstract: str
    label: str = "Guide/Manual"


def prose(seed: int, sentences: int = 4) -> str:
    """Return English sentences that are the same for one seed and unlike those of another."""
    choose = random.Random(seed)  # noqa: S311 - made-up text, no secret
    return " ".join(
        f"The {choose.choice(_WORDS)} of the {choose.choice(_WORDS)} was shown to each "
        f"{choose.choice(_WORDS)} before the {choose.choice(_WORDS)} and the "
        f"{choose.choice(_WORDS)} came with {seed + number} of them."
        for number in range(sentences)
    )


def entries(count: int, start: int = 0) -> list[Entry]:
    """Return `count` different entries."""
    return [
        Entry(f"How the members of group {number} keep their accounts", prose(number))
        for number in range(start, start + count)
    ]


def listing(some: Iterable[Entry], total: int | None = None) -> str:
    """Return the text of a page with these entries."""
    head = [] if total is None else [f"{total} entries were found."]
    return "\n\n".join((*head, *(f"{e.label}\n\n{e.title}\n\n{e.abstract}" for e in some))) + "\n"


class SmallCatalogue:
    """A catalogue folder with text listings that a test rewrites and publishes again."""

    def __init__(self, folder: Path, quick: str = QUICK) -> None:
        make_folder(folder, BASE)
        self.folder = folder
        self.output = folder / "output"
        with (folder / "catalogue.toml").open("a", encoding="utf-8") as file:
            file.write(quick)

    def write(
        self, some: Iterable[Entry], name: str = "other", total: int | None = None, more: str = ""
    ) -> None:
        """Write the listing of a source, and its settings where they are not there yet."""
        (self.folder / "input" / f"{name}.txt").write_text(listing(some, total), "utf-8")
        settings = self.folder / "input" / f"{name}.toml"
        if not settings.exists():
            settings.write_text(more + SOURCE.format(name=name), "utf-8")

    def run(self, *, jobs: int = 1, sources: tuple[str, ...] = ()) -> Outcome:
        """Run the catalogue."""
        return run_catalogue(load_settings(self.folder), jobs=jobs, sources=sources)

    @property
    def current(self) -> Path:
        """Return the folder of the current release."""
        return release.current(self.output)

    def records(self) -> dict[str, Record]:
        """Return the published records by title."""
        return {record.title[0].value: record for record in record_parts.read_records(self.current)}

    def ids(self) -> dict[str, str]:
        """Return the identifiers of the published records by title."""
        return {title: record.id for title, record in self.records().items()}

    def tombstones(self) -> Mapping[str, str]:
        """Return what each tombstone says it was replaced by."""
        return {stone.id: stone.replaced_by for stone in record_parts.read_tombstones(self.current)}

    def read(self, name: str) -> str:
        """Return the text of a file of the current release."""
        return (self.current / name).read_text("utf-8-sig")

    def decide(self, rows: Iterable[str]) -> None:
        """Write `input/decisions.csv` with these rows (record, property, value, decision)."""
        text = "record,property,value,decision\n" + "".join(f"{row}\n" for row in rows)
        (self.folder / "input" / "decisions.csv").write_text(text, "utf-8")
