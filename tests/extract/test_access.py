"""Files, one address, numbered pages, page after page: where reading goes on and where it ends."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from pipeline.errors import SettingsError, SourceError
from pipeline.extract import access as access_module
from pipeline.extract import next_page
from pipeline.extract.access import Access, NoEntriesError, read_each, read_following
from pipeline.extract.http_error import HttpError
from pipeline.extract.payloads import Payload
from pipeline.extract.source_record import Given, make_record
from pipeline.kinds import JsonSettings
from pipeline.model import Issue, Locator, Page
from pipeline.settings import Paging, Source
from tests.extract.live import live_access
from tests.extract.web import Answer, Answers, Request, Web

SOURCE = Source(
    kind="json", location="page-1.txt", languages=("en",), name="demo", file="input/demo.toml",
    json=JsonSettings(fields={"title": "title"}),
)  # fmt: skip
NUMBERED = Paging(parameter="page")


def read(payload: Payload) -> Iterator[Page]:
    """Read a made-up format: a line is an entry, `-` stands for none, `>` begins a link."""
    titles = [
        line for line in payload.data.decode().splitlines() if not line.startswith((">", "#"))
    ]
    if not titles:
        raise NoEntriesError("holds no entry", where=payload.name, next_step="look at it")
    place = Locator(payload.digest, payload.name, "")
    records = [
        make_record(SOURCE, place, f"entry {number}", {"title": [Given(title)]})
        for number, title in enumerate(titles, 1)
        if title != "-"
    ]
    half = (len(records) + 1) // 2
    yield Page(tuple(records[:half]))
    yield Page(tuple(records[half:]))


def next_of(payload: Payload) -> str:
    lines = payload.data.decode().splitlines()
    return next((line[1:] for line in lines if line.startswith(">")), "")


def told(found: Iterator[Page]) -> tuple[list[str], list[Issue]]:
    pages = list(found)
    titles = [record.fields["title"][0] for page in pages for record in page.records]
    return titles, [issue for page in pages for issue in page.issues]


Harvest = Callable[..., tuple[list[str], list[Issue], list[str]]]


@pytest.fixture
def numbered(tmp_path: Path) -> Harvest:
    """Read numbered pages of a server; gives titles, issues and what was asked for."""

    def harvest(
        answers: Answers, paging: Paging | None = NUMBERED, at: str = "/list"
    ) -> tuple[list[str], list[Issue], list[str]]:
        with Web(answers) as web:
            source = msgspec.structs.replace(SOURCE, location=web.url(at), paging=paging)
            titles, issues = told(read_each(source, live_access(source, tmp_path), read))
            return titles, issues, web.paths

    return harvest


@pytest.fixture
def following(tmp_path: Path) -> Harvest:
    """Read page after page of a server; gives titles, issues and what was asked for."""

    def harvest(answers: Answers, at: str = "/1") -> tuple[list[str], list[Issue], list[str]]:
        with Web(answers) as web:
            source = msgspec.structs.replace(SOURCE, location=web.url(at))
            found = read_following(source, live_access(source, tmp_path), read, next_of)
            titles, issues = told(found)
            return titles, issues, web.paths

    return harvest


def listing(size: int, of: int) -> Callable[[Request], Answer]:
    """Answer as a listing of `of` entries, `size` a page, that is empty behind its end."""

    def answer(request: Request) -> Answer:
        start = (int(request.query["page"]) - 1) * size
        return Answer("\n".join(f"T{n}" for n in range(start, min(start + size, of))))

    return answer


def test_one_address_is_read_once(numbered: Harvest) -> None:
    titles, issues, asked = numbered({"/list": "A\nB"}, None)
    assert (titles, issues, asked) == (["A", "B"], [], ["/list"])


def test_numbered_pages_are_read_until_one_is_empty(numbered: Harvest) -> None:
    titles, issues, asked = numbered({"/list": listing(2, 5)}, at="/list?q=a%20b&page=7#top")
    assert titles == ["T0", "T1", "T2", "T3", "T4"]
    assert issues == []
    assert asked == [f"/list?q=a%20b&page={n}" for n in (1, 2, 3, 4)]


@pytest.mark.parametrize("status", [400, 404, 410, 416])
def test_numbered_pages_end_where_the_server_has_none(numbered: Harvest, status: int) -> None:
    answers: Answers = {"/list/1": "A", "/list/2": "B", "/list/3": Answer("gone", status)}
    titles, issues, _ = numbered(answers, Paging(), at="/list/{page}")
    assert (titles, issues) == (["A", "B"], [])


@pytest.mark.parametrize("status", [403, 500])
def test_another_failure_of_a_numbered_page_is_one(numbered: Harvest, status: int) -> None:
    answers: Answers = {"/list/1": "A", "/list/2": Answer("no", status)}
    with pytest.raises(HttpError) as caught:
        numbered(answers, Paging(), at="/list/{page}")
    assert caught.value.status == status


def test_the_first_page_has_to_be_there_and_to_hold_entries(numbered: Harvest) -> None:
    with pytest.raises(HttpError):
        numbered({}, at="/list")
    with pytest.raises(NoEntriesError, match="holds no entry"):
        numbered({"/list": "#"})


@pytest.mark.parametrize("last", [40, 45, 59])
def test_first_step_and_last_of_numbered_pages(numbered: Harvest, last: int) -> None:
    def answer(request: Request) -> Answer:
        return Answer("T" + request.query["start"])

    paging = Paging(parameter="start", first=0, step=20, last=last)
    titles, issues, asked = numbered({"/list": answer}, paging)
    assert titles == ["T0", "T20", "T40"]
    assert issues == []
    assert len(asked) == 3


@pytest.mark.parametrize("last", ["C", "C\n#another time of day", "B\nC", "A"])
def test_numbered_pages_end_with_nothing_new(numbered: Harvest, last: str) -> None:
    answers: Answers = {"/list/1": "A\nB", "/list/2": "C", "/list/3": last, "/list/4": "D"}
    titles, issues, asked = numbered(answers, Paging(), at="/list/{page}")
    assert (titles, issues) == (["A", "B", "C"], [])
    assert asked[-1] == "/list/3"


def test_an_entry_that_moves_on_to_the_next_page_is_read_once(numbered: Harvest) -> None:
    answers: Answers = {"/list/1": "A\nB", "/list/2": "B\nC\nC", "/list/3": "D"}
    titles, issues, _ = numbered(answers, Paging(), at="/list/{page}")
    assert titles == ["A", "B", "C", "C", "D"]  # twice on one page is not for us to judge
    (issue,) = issues
    assert issue.severity == "info"
    assert "/list/2: 1 of its entries stood on an earlier page too" in issue.message


def test_a_page_without_records_is_no_end(numbered: Harvest) -> None:
    answers: Answers = {"/list/1": "A", "/list/2": "-\n-", "/list/3": "C"}
    assert numbered(answers, Paging(), at="/list/{page}")[0] == ["A", "C"]


def test_pages_without_end_are_bounded(
    numbered: Harvest, following: Harvest, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.extract import numbered_pages

    monkeypatch.setattr(access_module, "MOST_FILES", 3)
    monkeypatch.setattr(numbered_pages, "MOST_FILES", 3)
    titles, issues, _ = numbered({"/list": lambda request: f"T{request.query['page']}"})
    assert titles == ["T1", "T2", "T3"]
    assert "3 pages were read and no end was found" in issues[0].message

    def calendar(request: Request) -> str:
        day = int(request.query.get("day", 1))
        return f"T{day}\n>/1?day={day + 1}"

    titles, issues, asked = following({"/1": calendar})
    assert titles == ["T1", "T2", "T3"]
    assert [issue.severity for issue in issues] == ["warning"]
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("location", "paging", "message"),
    [
        ("https://example.org/list", Paging(), "does not say where the number"),
        ("https://example.org/list", Paging(parameter=" "), "does not say where the number"),
        ("https://example.org/{page}", NUMBERED, "key 'paging.parameter': 'location' holds"),
        ("https://example.org/{page}", None, "but pages are not numbered"),
    ],
)
def test_wrong_paging_is_found_before_anything_is_read(
    location: str, paging: Paging | None, message: str
) -> None:
    source = msgspec.structs.replace(SOURCE, location=location, paging=paging)
    with pytest.raises(SettingsError, match=message) as caught:
        read_each(source, Access(Path(), Path()), read)
    assert caught.value.where == "input/demo.toml"


def test_a_live_source_needs_a_fetcher() -> None:
    source = msgspec.structs.replace(SOURCE, location="https://example.org/list")
    with pytest.raises(SourceError, match="an address is to be read"):
        list(read_each(source, Access(Path(), Path()), read))


def test_the_next_page_is_followed_until_there_is_none(following: Harvest) -> None:
    answers: Answers = {"/1": "A\n>b/2#x", "/b/2": "B\n>3?x=1", "/b/3?x=1": "C\n>"}
    titles, issues, asked = following(answers)
    assert titles == ["A", "B", "C"]
    assert issues == []
    assert asked == ["/1", "/b/2", "/b/3?x=1"]


@pytest.mark.parametrize("back", ["/1", "#", "?", "/1#top", "http:/1"])
def test_a_link_back_ends_it(following: Harvest, back: str) -> None:
    titles, issues, asked = following({"/1": "A\n>/2", "/2": f"B\n>{back}", "/2?": "B"})
    assert titles == ["A", "B"]
    assert issues == []
    assert len(asked) == 2


def test_a_redirect_back_ends_it(following: Harvest) -> None:
    answers: Answers = {"/1": "A\n>/2", "/2": "B\n>/3", "/3": Answer("", 302, {"Location": "/1"})}
    titles, (issue,), asked = following(answers)
    assert (titles, asked) == (["A", "B"], ["/1", "/2", "/3", "/1"])
    assert "leads back to a page that was read before; reading ended here" in issue.message


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ("https://other.example/2", "'https://other.example/2' leads to another host"),
        ("//127.0.0.1:9/2", "leads to another host"),
        ("javascript:next()", "'javascript:next()' is no web address"),
        ("mailto:me@example.org", "is no web address"),
        ("file:///etc/passwd", "is no web address"),
        ("http://[", "'http://[' is no web address"),
        ("http://127.0.0.1:x/", "is no web address"),
        ("/nowhere", "is not there (HTTP 404)"),
    ],
)
def test_where_a_next_link_cannot_be_followed_an_issue_says_so(
    following: Harvest, link: str, message: str
) -> None:
    titles, (issue,), _ = following({"/1": f"A\n>{link}"})
    assert titles == ["A"]
    assert message in issue.message
    assert "reading stops here" in issue.message
    assert issue.severity == "warning"
    assert issue.identifier == ""


def test_another_failure_of_a_next_page_stops_the_source(following: Harvest) -> None:
    with pytest.raises(HttpError):
        following({"/1": "A\n>/2", "/2": Answer("no", 500)})


def test_a_host_may_be_written_in_several_ways() -> None:
    assert next_page._host("https://Example.org/a") == next_page._host("http://example.org:80/b")
    assert next_page._host("https://example.org:444/") != next_page._host("https://example.org")


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ("A\n>/2", "http://127.0.0.1/2: is the same as http://127.0.0.1/1; it was read once"),
        ("A\n#\n>/3", "/2: holds only entries that were read before; reading ended here"),
        ("#", "/2: holds no entry"),
    ],
)
def test_a_next_page_with_nothing_new_ends_it(
    following: Harvest, second: str, message: str
) -> None:
    titles, (issue,), asked = following({"/1": "A\n>/2", "/2": second})
    assert titles == ["A"]
    assert message in re.sub(r":\d+/", "/", issue.message)
    assert len(asked) == 2


def test_the_first_of_followed_pages_has_to_hold_entries(following: Harvest) -> None:
    with pytest.raises(NoEntriesError):
        following({"/1": "#"})


def test_paging_and_next_are_one_too_many() -> None:
    source = msgspec.structs.replace(SOURCE, location="https://a.example/", paging=NUMBERED)
    with pytest.raises(SettingsError, match=r"keys 'paging' and 'json\.next'"):
        read_following(source, Access(Path(), Path()), read, next_of)


def test_saved_files_are_read_each_or_followed(folder: Path, payloads: Path) -> None:
    for name, text in (("page-1", "A\n>page-2.txt"), ("page-2", "A\nB\n>page-1.txt"), ("x", "A")):
        (folder / f"{name}.txt").write_text(text)
    access = Access(folder, payloads)
    titles, issues = told(read_following(SOURCE, access, read, next_of))
    assert titles == ["A", "B"]
    assert [issue.severity for issue in issues] == ["info"]
    every = msgspec.structs.replace(SOURCE, location="*.txt")
    assert told(read_following(every, access, read, next_of)) == (["A", "A", "B", "A"], [])
    (folder / "page-3.txt").write_text("A")
    titles, issues = told(read_each(every, access, read))
    assert titles == ["A", "A", "B", "A"]
    assert "x.txt: is the same as page-3.txt; it was read once" in issues[0].message


def test_a_saved_page_without_entries_is_no_end(folder: Path, payloads: Path) -> None:
    (folder / "page-1.txt").write_text("A\n>page-2.txt")
    (folder / "page-2.txt").write_text("#")
    with pytest.raises(NoEntriesError, match=r"page-2\.txt"):
        list(read_following(SOURCE, Access(folder, payloads), read, next_of))


def test_a_saved_next_page_that_is_not_there_is_an_issue(folder: Path, payloads: Path) -> None:
    (folder / "page-1.txt").write_text("A\n>page-2.txt")
    titles, (issue,) = told(read_following(SOURCE, Access(folder, payloads), read, next_of))
    assert titles == ["A"]
    assert "the next page 'page-2.txt' is no saved file" in issue.message
