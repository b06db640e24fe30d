"""`html-listing` from the web: next links, numbered pages, pages that change, addresses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from pipeline.errors import SettingsError
from pipeline.extract import pages
from pipeline.extract.access import Access, NoEntriesError
from pipeline.kinds import Field, HtmlSettings
from pipeline.model import Page
from pipeline.settings import Paging, Source
from tests.extract.live import live_access
from tests.extract.web import Answer, Answers, Request, Web

SOURCE = Source(
    kind="html-listing",
    location="https://example.org/",
    languages=("en",),
    name="demo",
    homepage="https://example.org/elsewhere/",
    file="input/demo.toml",
    html=HtmlSettings(
        entry="article",
        fields={"title": "h2", "page": Field(select="a", attribute="href")},
        next="a.next",
        total=".total",
    ),
)


def entries(*titles: str) -> str:
    return "".join(f"<article><h2><a href='{t}'>{t}</a></h2></article>" for t in titles)


def page(link: str, *titles: str, total: int = 5) -> str:
    button = f"<a class=next href='{link}'>next</a>" if link else ""
    return f"<p class=total>{total} entries</p>{entries(*titles)}{button}"


Harvest = Callable[..., tuple[list[Page], list[str]]]


@pytest.fixture
def harvest(tmp_path: Path) -> Harvest:
    """Read a live listing; gives its pages and what was asked for."""

    def read(
        answers: Answers, at: str, html: dict[str, object] | None = None, **changes: object
    ) -> tuple[list[Page], list[str]]:
        assert SOURCE.html is not None
        with Web(answers) as web:
            selectors = msgspec.structs.replace(SOURCE.html, **html or {})
            source = msgspec.structs.replace(
                SOURCE, location=web.url(at), html=selectors, **changes
            )
            return list(pages(source, live_access(source, tmp_path))), web.paths

    return read


def titles(found: list[Page]) -> list[str]:
    return [record.fields["title"][0] for one in found for record in one.records]


def messages(found: list[Page]) -> list[str]:
    return [issue.message for one in found for issue in one.issues]


def test_next_links_are_followed_to_the_end(harvest: Harvest) -> None:
    answers: Answers = {
        "/a/list": page("?page=2", "A", "B"), "/a/list?page=2": page("/a/3#x", "C", "D"),
        "/a/3": page("", "E"),
    }  # fmt: skip
    found, asked = harvest(answers, "/a/list")
    assert titles(found) == ["A", "B", "C", "D", "E"]
    assert messages(found) == []
    assert [one.declared_total for one in found] == [5, 5, 5]
    assert asked == ["/a/list", "/a/list?page=2", "/a/3"]


def test_links_are_relative_to_where_the_page_came_from(harvest: Harvest) -> None:
    moved = Answer("", 302, {"Location": "/new/list"})
    (found,), _ = harvest({"/old": moved, "/new/list": page("", "A")}, "/old")
    assert found.records[0].fields["page"][0].endswith("/new/A")
    assert "127.0.0.1" in found.records[0].fields["page"][0]


def test_links_are_relative_to_the_base_of_the_page(harvest: Harvest) -> None:
    answers: Answers = {
        "/list": "<base href='/b/'>" + page("2", "A"), "/b/2": "<base href='x:y'>" + page("", "B"),
    }  # fmt: skip
    found, asked = harvest(answers, "/list")
    links = [record.fields["page"][0] for one in found for record in one.records]
    assert [link.partition("/b/")[2] for link in links] == ["A", "B"]
    assert asked == ["/list", "/b/2"]


def test_a_link_may_be_an_attribute_that_css_or_xpath_names(harvest: Harvest) -> None:
    text = entries("A") + "<button class=more data-url='2'>More</button>"
    answers: Answers = {"/list": text, "/2": entries("B")}
    for selector in ("button.more::attr(data-url)", "xpath://button/@data-url"):
        found, _ = harvest(answers, "/list", {"next": selector, "total": ""})
        assert titles(found) == ["A", "B"]


def test_another_host_is_not_followed(harvest: Harvest) -> None:
    found, asked = harvest({"/list": page("https://other.example/2", "A")}, "/list")
    assert titles(found) == ["A"]
    assert "'https://other.example/2' leads to another host" in messages(found)[0]
    assert asked == ["/list"]


def test_a_page_that_changes_while_it_is_read(harvest: Harvest) -> None:
    answers: Answers = {
        "/list": page("2", "A", "B"), "/2": page("3", "B", "C"), "/3": page("", "D"),
    }  # fmt: skip
    found, _ = harvest(answers, "/list")
    assert titles(found) == ["A", "B", "C", "D"]
    assert ["1 of its entries stood on an earlier page" in one for one in messages(found)] == [True]


def test_numbered_pages(harvest: Harvest) -> None:
    shown = [["A", "B"], ["C"], ["C"]]

    def answer(request: Request) -> str:
        number = int(request.query["page"])
        return f"<p>{request.when}</p>" + page("", *shown[min(number, len(shown) - 1)])

    found, asked = harvest(
        {"/list": answer}, "/list?sort=date", {"next": ""},
        paging=Paging(parameter="page", first=0),
    )  # fmt: skip
    assert titles(found) == ["A", "B", "C"]
    assert messages(found) == []
    assert asked == [f"/list?sort=date&page={number}" for number in (0, 1, 2)]


def test_numbered_pages_end_with_a_page_without_entries(harvest: Harvest) -> None:
    answers: Answers = {"/p/1": page("", "A"), "/p/2": "<p>No results</p>"}
    found, _ = harvest(answers, "/p/{page}", {"next": ""}, paging=Paging())
    assert titles(found) == ["A"]
    assert messages(found) == []


def test_a_followed_page_without_entries_ends_it_with_an_issue(harvest: Harvest) -> None:
    answers: Answers = {"/list": page("2", "A"), "/2": "<title>Are you human?</title>"}
    found, _ = harvest(answers, "/list")
    (message,) = messages(found)
    assert "the page's title is 'Are you human?'" in message
    with pytest.raises(NoEntriesError, match="0 of selector 'article'"):
        harvest(answers, "/2")


def test_the_charset_of_the_answer_counts(harvest: Harvest) -> None:
    answer = Answer(entries("Łódź").encode("iso-8859-2"), 200,
                    {"Content-Type": "text/html; charset=iso-8859-2"})  # fmt: skip
    found, _ = harvest({"/list": answer}, "/list", {"total": ""})
    assert titles(found) == ["Łódź"]


def test_html_is_asked_for(tmp_path: Path) -> None:
    with Web({"/list": page("", "A")}) as web:
        source = msgspec.structs.replace(SOURCE, location=web.url("/list"))
        list(pages(source, live_access(source, tmp_path)))
        assert web.requests[0].headers["accept"].startswith("text/html,")


def test_next_and_paging_are_one_too_many(folder: Path) -> None:
    source = msgspec.structs.replace(SOURCE, paging=Paging(parameter="page"))
    with pytest.raises(SettingsError, match=r"keys 'paging' and 'html\.next'"):
        pages(source, Access(folder, folder))
