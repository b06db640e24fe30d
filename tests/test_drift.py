"""What one harvest leaves for the next, and a layout that changes under our hands."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from pipeline.drift import Found, settings_digest
from pipeline.kinds import OaiSettings
from pipeline.model import HarvestNote, Locator, Page, SourceRecord
from pipeline.settings import Gates, Source, SourceGates
from tests.small_catalogue import SmallCatalogue, prose

GATES = Gates()
MOMENT = "2026-11-27T00:00:00Z"
SOURCE = Source(
    kind="oai-pmh",
    location="https://example.org/oai",
    languages=("en",),
    name="demo",
    oai=OaiSettings(incremental=True, full_after=10),
    file="input/demo.toml",
)


def page(count: int, *fields: str, **more: str) -> Page:
    return Page(
        tuple(
            SourceRecord("demo", Locator("", "a.xml", f"record {n}"), dict.fromkeys(fields, ("x",)))
            for n in range(1, count + 1)
        ),
        **more,  # type: ignore[arg-type]
    )


def note_of(*pages: Page, last: HarvestNote | None = None, gates: Gates = GATES) -> HarvestNote:
    found = Found(last or HarvestNote(), MOMENT, SOURCE, gates)
    for one in pages:
        found.add(one)
    assert list(found.drift()) == []
    assert not found.drifted()
    return found.note()


def test_a_harvest_counts_what_its_entries_give() -> None:
    note = note_of(page(3, "title", "date"), page(2, "title", until="2026-11-26"))
    assert note == HarvestNote(
        extracted=5,
        filled={"date": 3, "title": 5},
        until="2026-11-26",
        full=MOMENT,
        settings=settings_digest(SOURCE),
    )


def drifted(before: Page, *after: Page, gates: Gates = GATES) -> str:
    found = Found(note_of(before), MOMENT, SOURCE, gates)
    for one in after:
        found.add(one)
    assert list(found.drift()) == []
    return found.drifted()


def test_a_field_that_falls_stops_the_source() -> None:
    message = drifted(page(10, "title", "date"), page(7, "title"), page(3, "title", "date"))
    assert message == (
        "the layout of the listing seems to have changed: 'date' is in 30 % of the entries, was in "
        "100 % (lacking in a.xml, record 1 and a.xml, record 2 and a.xml, record 3); the gate is "
        "at 20 points, gates.fill_rate; see how these fields are found in [oai] of input/demo.toml"
    )


@pytest.mark.parametrize(
    ("lacking", "limit", "falls"),
    [
        (1, 20, False),
        (2, 20, True),
        (2, 21, False),
        (9, 99, False),
        (10, 99, True),
        (10, 100, False),
    ],
)
def test_the_gate_is_where_it_is_set(lacking: int, limit: float, falls: bool) -> None:
    gates = Gates(fill_rate=limit)
    pages = [page(10 - lacking, "title", "date"), page(lacking, "title")]
    if falls:
        assert "'date'" in drifted(page(10, "title", "date"), *pages, gates=gates)
    else:
        note_of(*pages, last=note_of(page(10, "title", "date")), gates=gates)


@pytest.mark.parametrize("counts", [(4, 10), (10, 4), (0, 10), (10, 0)])
def test_few_entries_tell_nothing(counts: tuple[int, int]) -> None:
    before, after = counts
    note_of(page(after, "title"), last=note_of(page(before, "title", "date")))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((5, 0), (5 + 22, 23)),  # it grew, half of what is new lacks the field
        ((5, 0), (4, 1)),
        ((9, 1), (7, 3)),
        ((10, 0), (5, 5)),
    ],
    ids=["grown", "one", "three", "half"],
)
def test_only_entries_that_lost_a_field_stop_a_source(
    before: tuple[int, int], after: tuple[int, int]
) -> None:
    """Each is how many entries have the field, and how many do not."""
    last = note_of(page(before[0], "title", "date"), page(before[1], "title"))
    found = Found(last, MOMENT, SOURCE, GATES)
    found.add(page(after[0], "title", "date"))
    found.add(page(after[1], "title"))
    issues = [one.message for one in found.drift()]
    stops = before[0] - after[0] >= 2
    assert bool(found.drifted()) == stops
    assert ["others came without it; check that this is meant" in one for one in issues] == (
        [] if stops else [True]
    )


def test_a_changed_source_file_makes_it_a_warning() -> None:
    source = msgspec.structs.replace(SOURCE, oai=OaiSettings(prefix="mods"))
    found = Found(note_of(page(10, "title", "date")), MOMENT, source, GATES)
    found.add(page(10, "title"))
    (issue,) = found.drift()
    assert (issue.property, issue.severity) == ("date", "warning")
    assert "0 % of the entries, at the last harvest it was in 100 %" in issue.message


@pytest.mark.parametrize(
    ("last", "since"),
    [
        ({}, "2026-11-20"),
        ({"until": ""}, ""),
        ({"full": "2026-11-17T00:00:00Z"}, ""),
        ({"full": "2026-11-17T00:00:01Z"}, "2026-11-20"),
        ({"settings": "others"}, ""),
    ],
)
def test_when_only_changes_are_asked_for(last: dict[str, str], since: str) -> None:
    known = HarvestNote(
        until="2026-11-20", full="2026-11-20T00:00:00Z", settings=settings_digest(SOURCE)
    )
    known = msgspec.structs.replace(known, **last)
    assert Found(known, MOMENT, SOURCE, GATES).since == since
    assert Found(known, "2026-11-01T00:00:00Z", SOURCE, GATES).since == ""  # the clock went back
    assert Found(known, "", SOURCE, GATES).since == ""
    whole = msgspec.structs.replace(SOURCE, oai=OaiSettings())
    assert Found(known, MOMENT, whole, GATES).since == ""
    without = msgspec.structs.replace(SOURCE, oai=None)
    assert Found(known, MOMENT, without, GATES).since == ""


def test_a_harvest_of_changes_keeps_what_the_whole_one_counted() -> None:
    whole = note_of(page(10, "title", "date", until="2026-11-20"))
    partial = note_of(page(9, "title", since="2026-11-20", until="2026-11-27"), last=whole)
    assert partial == msgspec.structs.replace(whole, until="2026-11-27")


def test_what_decides_nothing_is_not_in_the_digest() -> None:
    digest = settings_digest(SOURCE)
    for change in (
        {"gates": SourceGates(fill_rate=1)},
        {"title": "T"},
        {"labels": {"a": "b"}},
        {"file": "x"},
    ):
        assert settings_digest(msgspec.structs.replace(SOURCE, **change)) == digest
    assert settings_digest(msgspec.structs.replace(SOURCE, location="x.xml")) != digest


LISTING = """kind = "html-listing"
location = "list.html"
languages = ["en"]
[html]
entry = "article"
[html.fields]
title = "h2"
description = "p"
"""


def test_a_run_stops_a_source_whose_layout_changed(tmp_path: Path) -> None:
    small = SmallCatalogue(tmp_path / "small")
    small.write([], "other")
    (small.folder / "input" / "other.toml").write_text(LISTING, "utf-8")
    html = "".join(f"<article><h2>Report {n}</h2><p>{prose(n)}</p></article>" for n in range(6))
    (small.folder / "input" / "list.html").write_text(html, "utf-8")
    assert small.run().kind == "published"
    before = small.read("catalogue.nt")
    (small.folder / "input" / "list.html").write_text(html.replace("p>", "div>"), "utf-8")
    with pytest.raises(Exception, match="'description' is in 0 % of the entries, was in 100 %"):
        small.run()
    assert small.read("catalogue.nt") == before
    (small.folder / "input" / "other.toml").write_text(LISTING + "[gates]\nfill_rate = 100\n")
    assert small.run().books["other"].updated == 6
    (small.folder / "input" / "other.toml").write_text(LISTING.replace('"p"', '"div"'))
    assert small.run().books["other"].updated == 6
    assert small.read("catalogue.nt").count("description") == before.count("description")


def test_a_feed_that_shows_its_newest_entries_drifts_too() -> None:
    """What it no longer shows is not gone, but all it shows was asked for."""
    feed = msgspec.structs.replace(SOURCE, kind="feed", oai=None)
    found = Found(HarvestNote(), MOMENT, feed, GATES)
    found.add(page(10, "title", "date", since="2026-11-20"))
    note = found.note()
    assert (note.extracted, note.full) == (10, MOMENT)
    later = Found(note, MOMENT, feed, GATES)
    later.add(page(10, "title", since="2026-11-21"))
    assert "'date' is in 0 % of the entries" in later.drifted()
