"""A catalogue to probe for, and short ways to look at what a probe proposes."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from pipeline.catalogue_folder import load_settings
from pipeline.extract import pages
from pipeline.extract.access import Access
from pipeline.extract.fetch import Fetcher
from pipeline.model import SourceRecord
from pipeline.new_catalogue import make_folder
from pipeline.probe import Probed, probe, write_source
from pipeline.settings import Catalogue, Settings
from tests.probe.works import Case

BASE = "https://example.org/probe/"
QUICK = (
    "\n[validate]\nreference_limit = 0\nreference_sample = 0\n[fetch]\npause = 0.0\nretries = 0\n"
)
Values = list[tuple[str, ...]]


class Desk:
    """A catalogue folder, and what probes gave for it."""

    def __init__(self, folder: Path) -> None:
        make_folder(folder, BASE)
        self.folder = folder
        self.inputs = folder / "input"
        file = folder / "catalogue.toml"
        file.write_text(file.read_text("utf-8") + QUICK, "utf-8")
        self.catalogue = msgspec.convert(tomllib.loads(file.read_text("utf-8")), Catalogue)

    def save(self, name: str, content: str | bytes) -> Path:
        """Write a file outside of the catalogue folder."""
        path = self.folder.parent / "saved" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def probe(self, location: object, name: str = "") -> Probed:
        """Probe a location."""
        return probe(str(location), self.catalogue, self.folder, name=name)

    def accept(self, probed: Probed, homepage: str = "") -> Settings:
        """Write the source as it is proposed, and return the folder's settings."""
        target = write_source(probed, self.folder)
        if homepage and "\nhomepage" not in probed.source_toml:
            text = target.read_text("utf-8")
            target.write_text(f'homepage = "{homepage}"\n{text}', "utf-8")
        return load_settings(self.folder)

    def records(self, settings: Settings) -> list[SourceRecord]:
        """Return all records that the only source of `settings` gives."""
        (source,) = settings.sources
        fetcher = Fetcher(source, settings.catalogue, settings.output) if source.is_live else None
        access = Access(self.inputs, settings.output / "payloads", fetcher)
        return [record for page in pages(source, access) for record in page.records]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "catalogue")


Compare = Callable[[list[SourceRecord], Case], list[str]]


def differences(records: list[SourceRecord], case: Case) -> list[str]:
    """Return what is wrong with records: fields right in less than nine of ten entries."""
    wrong = []
    count = len(case.fields["title"])
    if len(records) != count:
        wrong.append(f"{len(records)} records, expected {count}")
    for name, wanted in case.fields.items():
        found: Values = [
            tuple(" ".join(value.split()) for value in record.fields.get(name, ()))
            for record in records
        ]
        right = sum(one == other for one, other in zip(found, wanted, strict=False))
        if right < 0.9 * count:
            wrong.append(f"{name}: {right} of {count} right; {found[:1]}, expected {wanted[:1]}")
    return wrong
