"""Real answers that we did not write: their counts stand in docs/sources/oai-pmh.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.clean import clean
from pipeline.errors import SourceError
from pipeline.extract import pages
from pipeline.extract.access import Access
from pipeline.model import Page
from pipeline.settings import LanguageSettings
from tests.extract.oai_provider import oai_source

DOCS = Path(__file__).parents[2] / "docs" / "sources" / "oai-pmh.md"
ROW = re.compile(r"^\| `(?P<location>[^`]+)` \| (?P<counts>[^|]+) \|", re.MULTILINE)
TABLE = DOCS.read_text("utf-8").partition("## Samples")[2]
ROWS = {row["location"]: row["counts"].strip() for row in ROW.finditer(TABLE)}


@pytest.fixture(scope="module")
def oai(shared: Path) -> Path:
    return shared / "samples" / "oai"


def read(folder: Path, location: str, tmp_path: Path) -> list[Page]:
    return list(pages(oai_source(location), Access(folder, tmp_path / "payloads")))


@pytest.mark.parametrize("location", ROWS)
def test_counts_of_samples(oai: Path, location: str, tmp_path: Path) -> None:
    if ROWS[location] == "refused":
        with pytest.raises(SourceError) as caught:
            read(oai, location, tmp_path)
        assert caught.value.where == location
        return
    found = read(oai, location, tmp_path)
    records = [record for page in found for record in page.records]
    deleted = sum(len(page.deleted) for page in found)
    issues = sum(len(page.issues) for page in found) + sum(len(r.issues) for r in records)
    declared = {page.declared_total for page in found} - {None}
    counts = f"{len(records):,} records, {deleted} deleted, {issues} issues"
    if declared:
        counts += f", {declared.pop():,} declared"
    assert all(record.key for record in records) or "springshare_" in location
    assert counts == ROWS[location]


def test_every_sample_stands_in_the_table(oai: Path) -> None:
    named = {path for location in ROWS for path in oai.glob(location)}
    assert named == {path for path in oai.rglob("*") if path.is_file()}


def test_languages_of_values(oai: Path, tmp_path: Path) -> None:
    (page,) = read(oai, "erudit_00.xml", tmp_path)
    abstracts = [tag for r in page.records for tag in r.languages.get("description", ())]
    assert (abstracts.count("fr"), abstracts.count("en")) == (10, 10)


def test_dates_of_issue_come_before_the_repositorys_own(oai: Path, tmp_path: Path) -> None:
    found = read(oai, "udel_*.xml", tmp_path)
    dates = [record.fields.get("date", ("",)) for page in found for record in page.records]
    machine = [given[0] for given in dates if "T" in given[0]]
    assert len(dates) == 1578
    assert len(machine) == 18  # records that have no other date


def test_pages_and_files(oai: Path, tmp_path: Path) -> None:
    found = read(oai, "calpoly_*.xml", tmp_path)
    records = [record for page in found for record in page.records]
    assert all(len(record.fields["page"]) == 1 for record in records)
    assert all("viewcontent.cgi" in record.fields["file"][0] for record in records)


@pytest.mark.slow
@pytest.mark.parametrize("location", ["rcaap_*.xml", "zenodo_00.xml", "asu_*.xml"])
def test_clean_takes_what_is_extracted(oai: Path, location: str, tmp_path: Path) -> None:
    source = oai_source(location, languages=("en", "pt", "de"))
    for page in read(oai, location, tmp_path):
        for record in clean(page.records, source, LanguageSettings()):
            assert record.title
            assert record.key.startswith(("oai:", "item:"))
            assert all(page.startswith("http") for page in record.pages)
