"""The project's own listing: all 33 entries, the first page damaged as the real one is."""

from __future__ import annotations

import csv
import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from pipeline.extract import pages
from pipeline.extract.access import Access
from pipeline.extract.text_listing import read
from pipeline.kinds import TextSettings
from pipeline.model import Locator, SourceRecord
from pipeline.settings import Source

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
FIXTURES = ROOT / "tests" / "fixtures"
DAMAGED = 10


def truth() -> list[dict[str, str]]:
    with (FIXTURES / "sepm-truth.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def damage(line: str) -> str:
    """Damage a line as the real listing is: see docs/decisions/0003.

    UTF-8 was read as ISO-8859-16; a line that windows-1250 can write was repaired on that
    assumption, in others only ç with the letter behind it; then U+00AD was lost.
    """
    bad = re.sub("[\u0080-\u07ff]+", lambda match: match[0].encode().decode("iso-8859-16"), line)

    def repair(text: str) -> str:
        return text.encode("windows-1250").decode("utf-8")

    def repair_cedilla(match: re.Match[str]) -> str:
        try:
            return repair(match[0])
        except UnicodeError:
            return repair(match[0][:2]) + match[0][2:]

    try:
        bad = repair(bad)
    except UnicodeError:
        bad = re.sub("Ă§(?:Ă[^ a-z])?", repair_cedilla, bad)
    return bad.replace("\u00ad", "")


def texts(record: SourceRecord) -> tuple[str, ...]:
    return tuple(record.fields[name][0] for name in ("type", "title", "description"))


@pytest.fixture
def records(payloads: Path) -> list[SourceRecord]:
    settings = (ROOT / "input" / "sepm-resources.toml").read_text("utf-8")
    source = msgspec.convert(tomllib.loads(settings), Source)
    found = list(pages(source, Access(ROOT / "input", payloads)))
    assert [page.declared_total for page in found] == [33] * 4
    assert [len(page.records) for page in found] == [10, 10, 10, 3]
    assert all(page.issues == () for page in found)
    return [record for page in found for record in page.records]


def test_all_33_are_read_as_they_stand(records: list[SourceRecord]) -> None:
    expected = [(row["type"], row["title"], row["abstract"]) for row in truth()]
    damaged = [tuple(damage(value) for value in row) for row in expected[:DAMAGED]]
    assert [texts(record) for record in records] == damaged + expected[DAMAGED:]
    assert all(record.issues == () for record in records)
    assert len({(record.fields["title"], record.fields["type"]) for record in records}) == 33


def test_the_first_page_is_damaged_as_the_real_one() -> None:
    words = [
        (right, wrong)
        for row in truth()[:DAMAGED]
        for name in ("title", "abstract")
        for right, wrong in zip(row[name].split(), damage(row[name]).split(), strict=True)
        if right != wrong
    ]
    assert len(words) >= 20
    assert ("relações", "relaçÔes") in words
    assert ("prácticas", "pråcticas") in words
    assert ("política", "polĂtica") in words
    assert any("Ă" in wrong for _, wrong in words)


def test_the_abstracts_are_of_the_length_we_want() -> None:
    rows = truth()
    assert len(rows) == 33
    assert all(40 <= len(row["abstract"].split()) <= 80 for row in rows)
    assert [row["title_language"] for row in rows].count("es") == 4
    assert (rows[3]["title_language"], rows[3]["abstract_language"]) == ("pt", "es")


def test_the_titles_are_those_of_the_site() -> None:
    titles = SHARED / "seeds" / "titles.tsv"
    if not titles.exists():
        pytest.skip(f"{titles} is not there")
    lines = titles.read_text("utf-8").splitlines()[1:]
    assert lines == [f"{row['type']}\t{row['title']}" for row in truth()]


def text_source() -> Source:
    labels = tuple(dict.fromkeys(row["type"] for row in truth()))
    return Source(
        kind="text-listing",
        location="page.txt",
        languages=("en", "es", "fr", "pt"),
        name="sepm",
        text=TextSettings(labels=labels),
    )


def test_the_first_page_as_text_gives_the_same(records: list[SourceRecord]) -> None:
    text = (FIXTURES / "sepm-page-1.txt").read_text("utf-8")
    page = read(text, text_source(), Locator("", "sepm-page-1.txt", ""))
    assert page.declared_total == 33
    assert page.issues == ()
    assert [texts(record) for record in page.records] == [texts(r) for r in records[:DAMAGED]]
    assert all(record.issues == () for record in page.records)


def test_the_real_page_gives_ten_of_437(payloads: Path) -> None:
    seed = next(iter((SHARED / "seeds").glob("000_*.txt")), None)
    if seed is None:
        pytest.skip(f"{SHARED / 'seeds'} is not there")
    source = msgspec.structs.replace(text_source(), location=seed.name)
    (page,) = pages(source, Access(seed.parent, payloads))
    assert page.declared_total == 437
    assert page.issues == ()
    assert [record.fields["type"][0] for record in page.records] == [
        row["type"] for row in truth()[:DAMAGED]
    ]
    assert [record.fields["title"][0] for record in page.records] == [
        damage(row["title"]) for row in truth()[:DAMAGED]
    ]
    assert all("description" in record.fields and not record.issues for record in page.records)
