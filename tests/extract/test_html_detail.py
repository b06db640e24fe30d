"""The pages of the entries: what they add, what happens where they cannot be had."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from pipeline.errors import SettingsError, SourceError
from pipeline.extract import pages
from pipeline.extract.access import Access
from pipeline.kinds import DetailSettings, Field, HtmlSettings
from pipeline.model import Issue, SourceRecord
from pipeline.settings import Source
from tests.extract.live import live_access
from tests.extract.web import Answer, Answers, Web

DETAIL = DetailSettings(
    link="h2 a",
    fields={
        "title": "h1",
        "description": Field(select=".abstract", html=True),
        "file": Field(select="a.pdf", attribute="href"),
        "creator": "meta[name=author]::attr(content)",
    },
)
SOURCE = Source(
    kind="html-listing",
    location="list.html",
    languages=("en",),
    name="demo",
    file="input/demo.toml",
    html=HtmlSettings(entry="article", fields={"title": "h2", "type": "i"}, detail=DETAIL),
)
PAGE = (
    "<meta name=author content='Ana N\u00fa\u00f1ez'><h1>Another title</h1>"
    "<div class=abstract lang=es><p>Uno</p><p>Dos</p></div><a class=pdf href=a.pdf>PDF</a>"
)


def entry(link: str, title: str = "T") -> str:
    return f"<article><h2><a href='{link}'>{title}</a></h2><i>Guide</i></article>\n"


def read_saved(folder: Path, **changes: object) -> list[SourceRecord]:
    source = msgspec.structs.replace(SOURCE, **changes)
    found = pages(source, Access(folder, folder.parent / "payloads"))
    return [record for page in found for record in page.records]


Harvest = Callable[..., tuple[list[SourceRecord], list[Issue], list[str]]]


@pytest.fixture
def harvest(tmp_path: Path) -> Harvest:
    """Read a live listing; gives records, issues of the source, and what was asked for."""

    def read(
        answers: Answers, at: str = "/list/", **changes: object
    ) -> tuple[list[SourceRecord], list[Issue], list[str]]:
        with Web(answers) as web:
            source = msgspec.structs.replace(SOURCE, location=web.url(at), **changes)
            found = list(pages(source, live_access(source, tmp_path)))
            records = [record for page in found for record in page.records]
            return records, [issue for page in found for issue in page.issues], web.paths

    return read


def test_a_detail_page_adds_fields_and_replaces_none(harvest: Harvest) -> None:
    (record,), issues, asked = harvest({"/list/": entry("item/1"), "/list/item/1": PAGE})
    host = record.locator.name.removesuffix("/list/")
    assert record.fields == {
        "title": ("T",),
        "type": ("Guide",),
        "description": ("<p>Uno</p><p>Dos</p>",),
        "file": (f"{host}/list/item/a.pdf",),
        "creator": ("Ana N\u00fa\u00f1ez",),
    }
    assert record.languages == {"description": ("es",)}
    assert record.markup == ("description",)
    assert record.locator.position == "entry 1, line 1"
    assert issues == []
    assert asked == ["/list/", "/list/item/1"]


def test_a_detail_page_fills_what_the_entry_does_not_give(harvest: Harvest) -> None:
    text = "<article><h2><a href=1></a></h2><i>Guide</i></article>"
    (record,), *_ = harvest({"/list/": text, "/list/1": f"<base href='/other/'>{PAGE}"})
    assert record.fields["title"] == ("Another title",)
    assert record.fields["file"][0].endswith("/other/a.pdf")


def test_what_the_page_says_of_itself_is_no_language_of_the_entry(harvest: Harvest) -> None:
    page = f"<html lang=fr><head></head><body lang=de>{PAGE}</body></html>"
    (record,), *_ = harvest({"/list/": entry("1"), "/list/1": page})
    assert record.languages == {"description": ("es",)}


def test_links_are_relative_to_the_base_of_the_listing(harvest: Harvest) -> None:
    (record,), _, asked = harvest(
        {"/list/": f"<base href='/b/'>{entry('1')}", "/b/1": Answer("", 301, {"Location": "/c/1"}),
         "/c/1": PAGE}
    )  # fmt: skip
    assert asked == ["/list/", "/b/1", "/c/1"]
    assert record.fields["file"][0].endswith("/c/a.pdf")


def test_a_page_that_cannot_be_had_is_an_issue_of_its_record(harvest: Harvest) -> None:
    text = "".join(entry(link) for link in ("1", "2", "3", "javascript:x()"))
    answers: Answers = {
        "/list/": text, "/list/1": Answer("gone", 410), "/list/2": b"%PDF-1.7",
        "/list/3": "<title>Please log in</title>",
    }  # fmt: skip
    records, issues, _ = harvest(answers)
    assert issues == []
    assert [record.fields for record in records] == [{"title": ("T",), "type": ("Guide",)}] * 4
    messages = [issue.message for record in records for issue in record.issues]
    assert all("its own page could not be read, so fields may be" in one for one in messages)
    for message, reason in zip(
        messages,
        ("410", "is not text: it is a PDF", "no selector of 'html.detail.fields' finds anything",
         "is no web address"),
        strict=True,
    ):  # fmt: skip
        assert reason in message
    first = records[0].issues[0]
    assert first.identifier == "entry 1, line 1"
    assert first.severity == "warning"
    assert first.value.endswith("/list/1")


@pytest.mark.parametrize(("size", "failing", "stops"), [(5, 4, False), (5, 5, True), (25, 5, False),
                                                        (24, 5, True), (40, 9, True)])  # fmt: skip
def test_more_than_a_fifth_of_failed_pages_stops_the_source(
    harvest: Harvest, size: int, failing: int, stops: bool
) -> None:
    answers: Answers = {f"/list/{number}": PAGE for number in range(failing, size)}
    answers["/list/"] = "".join(entry(str(number), f"T{number}") for number in range(size))
    if stops:
        with pytest.raises(SourceError, match=f"of the pages of {size} entries cannot be") as error:
            harvest(answers)
        assert error.value.where == "input/demo.toml"
        assert "at most 20% of them" in error.value.expected
        assert "/list/" in error.value.what
        return
    records, *_ = harvest(answers)
    assert sum(bool(record.issues) for record in records) == failing


def test_the_share_is_that_of_all_pages_so_far(harvest: Harvest) -> None:
    good = "".join(entry(f"g{number}", f"G{number}") for number in range(20))
    bad = "".join(entry(f"b{number}", f"B{number}") for number in range(5))
    answers: Answers = {f"/list/g{number}": PAGE for number in range(20)}
    answers |= {"/list/": f"{good}<a rel=next href=2>", "/list/2": bad}
    assert SOURCE.html is not None
    html = msgspec.structs.replace(SOURCE.html, next="a[rel=next]")
    records, *_ = harvest(answers, html=html)
    assert len(records) == 25


def test_entries_without_a_link_are_one_issue(harvest: Harvest) -> None:
    text = "<article><h2>A</h2></article><article><h2>B<a href=''></a></h2></article>" + entry("1")
    records, (issue,), asked = harvest({"/list/": text, "/list/1": PAGE})
    assert "2 of 3 entries have no link to a page of their own" in issue.message
    assert [bool(record.issues) for record in records] == [False, False, False]
    assert len(asked) == 2


def test_a_repeated_entry_is_asked_for_once(harvest: Harvest) -> None:
    answers: Answers = {
        "/list/": f"{entry('1')}{entry('2', 'U')}<a rel=next href=p2>", "/list/1": PAGE,
        "/list/2": PAGE, "/list/p2": entry("2", "U") + entry("3", "V"), "/list/3": PAGE,
    }  # fmt: skip
    assert SOURCE.html is not None
    html = msgspec.structs.replace(SOURCE.html, next="a[rel=next]")
    records, (issue,), asked = harvest(answers, html=html)
    assert [record.fields["title"][0] for record in records] == ["T", "U", "V"]
    assert "1 of its entries stood on an earlier page" in issue.message
    assert asked == ["/list/", "/list/1", "/list/2", "/list/p2", "/list/3"]


def test_issues_of_a_detail_page_come_with_the_record(
    harvest: Harvest, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.extract import source_record

    monkeypatch.setattr(source_record, "LONGEST_FIELD", 20)
    page = "<h1>A title of more than twenty</h1><div class=abstract>" + "x" * 30
    (record,), *_ = harvest({"/list/": entry("1"), "/list/1": page})
    (issue,) = record.issues
    assert record.fields["description"] == ("x" * 20,)
    assert issue.property == "description"
    assert issue.message.startswith(f"{record.locator.name}1: field 'description': has 30")
    assert issue.identifier == record.locator.position


def test_saved_detail_pages(folder: Path) -> None:
    (folder / "list.html").write_text(
        entry("items/1.html", "A") + entry("https://site.example/far/2", "B") + entry("3", "C")
    )
    (folder / "items").mkdir()
    for name in ("items/1.html", "2.html", "3"):
        (folder / name).write_text(PAGE)
    home = "https://site.example/list/"
    first, second, third = read_saved(folder, homepage=home)
    assert first.fields["file"] == ("https://site.example/list/items/a.pdf",)
    assert second.fields["file"] == ("https://site.example/far/a.pdf",)
    assert third.fields["creator"] == ("Ana N\u00fa\u00f1ez",)
    (bare, *_) = read_saved(folder)
    assert bare.fields["file"] == ("a.pdf",)


def test_a_saved_detail_page_may_be_found_by_the_base_of_the_listing(folder: Path) -> None:
    text = f"<base href='https://site.example/x/'>{entry('y/9')}"
    (folder / "list.html").write_text(text)
    (folder / "site.example" / "x" / "y").mkdir(parents=True)
    (folder / "site.example" / "x" / "y" / "9.html").write_text(PAGE)
    (record,) = read_saved(folder)
    assert record.fields["file"] == ("https://site.example/x/y/a.pdf",)


@pytest.mark.parametrize("link", ["nowhere.html", "#", "../secret.html", "javascript:x"])
def test_a_detail_page_that_is_not_saved_is_an_issue(link: str, folder: Path) -> None:
    (folder / "list.html").write_text(entry(link))
    (folder.parent / "secret.html").write_text(PAGE)
    (record,) = read_saved(folder)
    (issue,) = record.issues
    assert f"{link}: is no saved file" in issue.message
    assert "creator" not in record.fields


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"link": ""}, r"key 'html\.detail\.link': '' is no CSS selector: it is empty"),
        ({"link": "a["}, r"key 'html\.detail\.link'"),
        ({"fields": {}}, r"key 'html\.detail\.fields': empty; expected \[html\.detail\] with link"),
        ({"fields": {"x": "h1["}}, r"key 'html\.detail\.fields\.x'"),
        ({"fields": {"x": Field(select="xpath:$y")}}, r"key 'html\.detail\.fields\.x\.select'"),
    ],
)
def test_wrong_settings(change: dict[str, object], message: str, folder: Path) -> None:
    assert SOURCE.html is not None
    detail = msgspec.structs.replace(DETAIL, **change)
    source = msgspec.structs.replace(
        SOURCE, html=msgspec.structs.replace(SOURCE.html, detail=detail)
    )
    with pytest.raises(SettingsError, match=message):
        pages(source, Access(folder, folder))
