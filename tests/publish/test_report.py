"""`report.html` and what it is made of."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import lxml.html
import msgspec
import pytest

from pipeline.errors import OutputError
from pipeline.model import (
    Books,
    Change,
    Date,
    Evidence,
    Issue,
    Record,
    ReviewLine,
    Text,
    WorklistLine,
)
from pipeline.publish import (
    Figures,
    Outcome,
    Rejected,
    ReportData,
    SourceReport,
    figures,
    write_report,
)
from pipeline.publish.report import report

HOSTILE = "<script>alert(1)</script>\"onload='x' &amp; \u202e\0\ud800</style>"
SHOWN = "<script>alert(1)</script>\"onload='x' &amp; ���</style>"
MEGABYTE = 1 << 20

Make = Callable[..., Record]


@pytest.fixture(scope="session")
def data(base: str, make_record: Make) -> ReportData:
    """Return what a run with a bit of everything gives."""
    bad = make_record(9, title=())
    return ReportData(
        title="A catalogue",
        base=base,
        release="20261124T190000Z",
        previous="20261123T190000Z",
        clock="2026-11-24T19:00:00Z",
        version="0.1.0",
        outcome="published",
        sources=(
            SourceReport(
                name="listing",
                title="The listing",
                homepage="https://listing.example.org/",
                books=Books(
                    extracted=10,
                    created=7,
                    updated=2,
                    rejected=1,
                    previous=3,
                    deleted=1,
                    declared_total=437,
                ),
            ),
            SourceReport(name="gone", failed="the page of another site", books=Books(extracted=1)),
        ),
        figures=figures([make_record(number) for number in range(9)]),
        names={f"{base}type/case-study": "Case study", "pt": "Portuguese (pt)"},
        triples=150,
        changes=(
            Change("listing-1", "created", "A new one", "listing"),
            Change("listing-2", "updated", "Old", "listing", {"title": ("Old one", "New one")}),
            Change("listing-3", "deleted", "Gone", "listing", reason="no longer there"),
        ),
        review=(ReviewLine("listing-1", "T", "subject", "c", "Collections", "Is it on this?"),),
        review_count=80,
        worklist=(WorklistLine("listing", "type", "Novela", 3, "", ("listing-1",)),),
        worklist_count=1,
        disagreements=(
            Issue("listing", "listing-4", "validate", "date", "-0044", "warning", "BCE years"),
        ),
        rejected=(Rejected(bad.id, bad.source, bad.locator, bad.issues, bad),),
    )


def _document(page: str) -> Any:
    return lxml.html.document_fromstring(page.encode())


def _text(page: str) -> str:
    document = _document(page.replace("</dd>", "</dd> "))
    return " ".join(document.text_content().split())


def _letters(number: int) -> str:
    """Return a word for a number; numbers themselves are not what tells two messages apart."""
    return "".join("abcdefghij"[int(digit)] for digit in str(number))


def test_the_report_says_what_happened(data: ReportData) -> None:
    text = _text(report(data))
    for words in (
        "Report of the run of 24 November 2026, 19:00 UTC",
        "Release 20261124T190000Z is published. It follows 20261123T190000Z.",
        "It declares 437; 10 came: 427 are missing.",
        "listing balance 10 came = 7 created + 2 updated + 1 rejected.",
        "do not balance",
        "failed the page of another site",
        "Created: 7",
        "The first 1 of 7; all of them are in changes.jsonl.",
        "no longer there",
        "damaged characters (iso-8859-16)",
        "before: CobranĂ§a after: Cobrança",
        "98% sure",
        "Questions: 80",
        "Labels that no concept carries: 1",
        "9 × no concept is named so",
        "The validators disagree: 1",
        "Rejected: 1",
        "page-1.html, entry 9, line 63",
        "Case study",
        "2008",
    ):
        assert words in text


def test_the_page_stands_alone_and_is_accessible(data: ReportData) -> None:
    page = report(data)
    document = _document(page)
    assert page.startswith("<!DOCTYPE html>\n<html")
    assert document.get("lang") == "en"
    assert document.xpath("//script | //link | //img | //iframe | //object | //form") == []
    assert "@import" not in page
    assert "url(" not in page
    assert [node.get("src") for node in document.xpath("//*[@src]")] == []
    assert len(document.xpath("//h1")) == 1
    levels = [int(node.tag[1]) for node in document.xpath("//h1 | //h2 | //h3")]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert document.xpath("//table[not(caption)] | //table//th[not(@scope)]") == []
    for drawing in document.xpath("//svg"):
        ids = drawing.get("aria-labelledby").split()
        assert [document.get_element_by_id(one).text for one in ids]
    ids = document.xpath("//@id")
    assert len(ids) == len(set(ids))
    targets = [href[1:] for href in document.xpath("//a/@href") if href.startswith("#")]
    assert set(targets) <= set(ids)
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page


def test_colours_are_readable() -> None:
    style = (Path(__file__).parents[2] / "pipeline/publish/report.css").read_text("utf-8")
    light, dark = style.split("prefers-color-scheme: dark")[:2]
    for part in (light, dark.split("* {")[0]):
        colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", part))
        pairs = [(ink, paper) for ink in ("ink", "soft", "accent") for paper in ("paper", "card")]
        pairs += [(kind, f"{kind}-paper") for kind in ("good", "warn", "bad", "info")]
        pairs += [(kind, "card") for kind in ("good", "warn", "bad")]
        for ink, paper in pairs:
            assert _contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper)  # WCAG 2.2, AA


def _contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
                  for part in parts]  # fmt: skip
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def test_hostile_text_is_shown_and_never_run(data: ReportData, make_record: Make) -> None:
    issue = Issue("listing", HOSTILE, "clean", HOSTILE, HOSTILE, "violation", HOSTILE)
    record = make_record(
        1,
        id=HOSTILE,
        title=(Text(HOSTILE, HOSTILE),),
        types=(HOSTILE,),
        issued=Date(HOSTILE, "edtf", HOSTILE),
        evidence=(Evidence(HOSTILE, HOSTILE, HOSTILE, "x", 0.5),),
        issues=(issue,),
    )
    page = report(
        msgspec.structs.replace(
            data,
            title=HOSTILE,
            outcome_text=HOSTILE,
            sources=(
                SourceReport(name=HOSTILE, homepage="javascript:alert(1)", failed=HOSTILE),
                SourceReport(name=HOSTILE, homepage=f"https://e.org/{HOSTILE}"),
            ),
            figures=figures([record]),
            names={HOSTILE: HOSTILE},
            changes=(Change(HOSTILE, "updated", HOSTILE, "", {HOSTILE: (HOSTILE, "y")}, HOSTILE),),
            review=(ReviewLine(*[HOSTILE] * 7),),
            worklist=(WorklistLine(HOSTILE, HOSTILE, HOSTILE, 1, HOSTILE, (HOSTILE,)),),
            disagreements=(issue,),
            rejected=(Rejected(HOSTILE, "s", record.locator, (issue,), record),),
        )
    )
    assert "<script" not in page
    assert page.count("<style") == page.count("</style") == 1
    assert "javascript:" not in page
    document = _document(page)
    assert document.xpath("//h1/bdi/text()") == [SHOWN]
    assert document.xpath("//@*[starts-with(name(), 'on')]") == []


@pytest.mark.parametrize("outcome", get_args(Outcome))
@pytest.mark.parametrize("release", ["", "20261124T190000Z"])
def test_each_outcome_without_anything_else(base: str, outcome: Outcome, release: str) -> None:
    page = report(
        ReportData(
            title="T", base=base, release=release, clock="?", version="1", outcome=outcome,
            outcome_text="why",
        )
    )  # fmt: skip
    text = _text(page)
    assert "why" in text
    for words in (
        "No record was created", "Nothing had to be repaired", "Nothing waits for a person",
        "No record was rejected", "There are no records",
    ):  # fmt: skip
        assert words in text
    if outcome in ("refused", "failed", "unchanged"):
        assert ("Nothing is published yet." in text) is (release == "")


def test_size_is_bounded(data: ReportData, make_record: Make) -> None:
    long = " ".join(f"palavra&{number}" for number in range(400))
    records = [
        make_record(
            number,
            title=(Text(f"{long} {number}", "pt"),),
            types=(f"https://example.org/type/{number}",),
            issued=Date("2008", "gYear", str(number)),
            evidence=(Evidence("title", f"rule.{number % 7}", long, f"{long} x", 0.9),),
            issues=(
                Issue(
                    "l", f"id-{number}", "clean", "p", long, "info", f"{_letters(number)} {long}"
                ),
            ),
        )
        for number in range(1000)
    ]
    page = report(
        msgspec.structs.replace(
            data,
            figures=figures(records),
            sources=tuple(SourceReport(name=f"s{number}") for number in range(1000)),
            changes=tuple(Change(one.id, "created", one.title[0].value) for one in records),
            review=tuple(ReviewLine(one.id, long, "title", long, "", long) for one in records),
            worklist=tuple(WorklistLine("l", "type", long, 1, long, (one.id,)) for one in records),
            rejected=tuple(Rejected(one.id, "l", one.locator, one.issues, one) for one in records),
            disagreements=tuple(one.issues[0] for one in records),
        )
    )
    assert len(page.encode()) < 2 * MEGABYTE
    text = _text(page)
    assert "The first 100 of 1,000; all of them are in changes.jsonl." in text
    assert "The first 200 of 1,000; all of them are in provenance.nt.gz." in text
    assert "300 of 1,000 sources are shown." in text
    assert "issues more are in issues.csv" in text
    assert "981 others" in text


def test_report_is_written_and_a_full_disk_is_told(tmp_path: Path, data: ReportData) -> None:
    assert write_report(tmp_path, data) == write_report(tmp_path, data)
    (tmp_path / "report.html").unlink()
    (tmp_path / "report.html").symlink_to("/dev/full")
    with pytest.raises(OutputError, match="No space left"):
        write_report(tmp_path, data)


def test_surplus_and_no_shortfall(data: ReportData) -> None:
    books = Books(extracted=5, unchanged=5, previous=5, declared_total=3)
    page = report(msgspec.structs.replace(data, sources=(SourceReport(name="s", books=books),)))
    assert "It declares 3; 5 came: 2 more than that." in _text(page)
    even = msgspec.structs.replace(books, declared_total=5)
    page = report(msgspec.structs.replace(data, sources=(SourceReport(name="s", books=even),)))
    assert "declares" not in _text(page)


def test_many_fields_of_a_change_are_cut(data: ReportData) -> None:
    fields = {f"field-{number}": ("", "y") for number in range(20)}
    change = Change("id", "updated", "", "listing", fields)
    text = _text(report(msgspec.structs.replace(data, changes=(change,))))
    assert "and 8 fields more" in text
    assert "before: nothing after: y" in text


def test_years_far_apart_and_odd_ones(data: ReportData) -> None:
    odd = Figures(records=1, years={"-0044": 2, "2020": 1, "soon": 1, "²": 1})
    text = _text(report(msgspec.structs.replace(data, figures=odd)))
    assert "-44: 2; 2020: 1" in text
