"""How tests read a live source: a fetcher without pauses and second tries."""

from __future__ import annotations

from pathlib import Path

from pipeline.extract.access import Access
from pipeline.extract.fetch import Fetcher
from pipeline.settings import Catalogue, FetchSettings, Publisher, Source

CATALOGUE = Catalogue(
    base="https://example.org/catalogue/",
    title={"en": "Test"},
    publisher=Publisher("Nobody"),
    licence="https://creativecommons.org/publicdomain/zero/1.0/",
    languages=("en",),
    contact="mailto:catalogue@example.org",
    fetch=FetchSettings(pause=0, retries=0, response_seconds=10),
)


def live_access(source: Source, folder: Path) -> Access:
    """Return access to the web for `source`, whose payloads are kept below `folder`."""
    output = folder / "output"
    return Access(folder / "input", output / "payloads", Fetcher(source, CATALOGUE, output))
