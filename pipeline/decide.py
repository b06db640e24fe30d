"""`cataloom decide`: a person's answers in review.csv become decisions of the catalogue."""

from __future__ import annotations

from pathlib import Path

from pipeline import record_parts, release
from pipeline.accepting import refuse_past_pairs
from pipeline.link.decisions import take_up
from pipeline.settings import Settings
from pipeline.vocabulary import load_vocabulary


def take_up_decisions(settings: Settings, file: Path) -> int:
    """Add the decisions of a filled-in `review.csv` to `input/decisions.csv`; return how many.

    Raises `SettingsError` with every mistake and its line (then nothing is written),
    `ReleaseError` where nothing has been published that could be decided on.
    """
    refuse_past_pairs(settings, file)
    folder = release.current(settings.output)
    base = settings.catalogue.base
    return take_up(
        file,
        settings.folder,
        base,
        frozenset(record.id for record in record_parts.read_records(folder)),
        load_vocabulary(settings.folder, base),
        release.stamp(release.clock()),
    )
