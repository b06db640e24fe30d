"""Feeds from the web: next pages, archives, deletions, what a feed that shows its newest says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from pipeline.errors import SettingsError, SourceError
from pipeline.extract import pages
from pipeline.extract.access import Access
from pipeline.kinds import FeedSettings
from pipeline.model import Page
from pipeline.settings import Paging
from tests.extract.feeds import FEED, atom, rss
from tests.extract.live import live_access
from tests.extract.web import Answer, Answers, Web

TOMBSTONES = 'xmlns:at="http://purl.org/atompub/tombstones/1.0"'
HISTORY = 'xmlns:fh="http://purl.org/syndication/history/1.0"'
ATOM = {"Content-Type": "application/atom+xml"}


def entry(number: int, more: str = "<updated>2024-01-0{}T00:00:00Z</updated>") -> str:
    return f"<entry><id>a:{number}</id><title>T{number}</title>{more.format(number)}</entry>"


def item(number: int, date: str = "") -> str:
    date = f"<pubDate>{date}</pubDate>" if date else ""
    return f"<item><title>T{number}</title><guid>g{number}</guid>{date}</item>"


Harvest = Callable[..., tuple[list[Page], list[str]]]


@pytest.fixture
def harvest(tmp_path: Path) -> Harvest:
    """Read a live feed; gives its pages and what was asked for."""

    def read(answers: Answers, **changes: object) -> tuple[list[Page], list[str]]:
        with Web(answers) as web:
            at = str(changes.pop("at", "/feed"))
            source = msgspec.structs.replace(FEED, location=web.url(at), **changes)
            found = list(pages(source, live_access(source, tmp_path)))
            return found, web.paths

    return read


def keys(found: list[Page]) -> list[str]:
    return [one.key for page in found for one in page.records]


def test_next_pages_are_followed_and_end(harvest: Harvest) -> None:
    found, paths = harvest(
        {
            "/feed": Answer(atom(entry(1), '<link rel="next" href="?page=2"/>'), headers=ATOM),
            "/feed?page=2": Answer(atom(entry(2), '<link rel="next" href="/feed?page=3"/>')),
            "/feed?page=3": Answer(atom(entry(3), '<link rel="next" href="/feed"/>')),
        }
    )
    assert keys(found) == ["a:1", "a:2", "a:3"]
    assert paths == ["/feed", "/feed?page=2", "/feed?page=3"]
    assert all(page.since == "" for page in found)
    assert found[0].records[0].locator.name.endswith("/feed")


def test_archives_are_followed(harvest: Harvest) -> None:
    link = '<link rel="prev-archive" href="/2023"/>'
    found, paths = harvest(
        {
            "/feed": atom(entry(1), link),
            "/2023": atom(entry(2) + entry(1), f"<fh:archive {HISTORY}/>"),
        }
    )
    assert keys(found) == ["a:1", "a:2"]
    assert paths == ["/feed", "/2023"]
    assert all(page.since == "" for page in found)
    assert any("stood on an earlier page" in i.message for page in found for i in page.issues)


def test_links_of_rss_and_json(harvest: Harvest) -> None:
    channel = '<atom:link rel="next" href="/2"/>'
    found, _ = harvest({"/feed": rss(item(1), channel), "/2": rss(item(2))})
    assert keys(found) == ["g1", "g2"]
    start = '{"version": "https://jsonfeed.org/version/1", '
    found, _ = harvest(
        {
            "/feed": Answer(start + '"next_url": "/2", "items": [{"id": "1"}]}'),
            "/2": start + '"items": [{"id": "2"}]}',
        }
    )
    assert keys(found) == ["1", "2"]


def test_a_next_page_that_is_no_feed_stops_the_source(harvest: Harvest) -> None:
    with pytest.raises(SourceError, match="/2: is a web page, no feed"):
        harvest({"/feed": atom(entry(1), '<link rel="next" href="/2"/>'), "/2": "<html>x</html>"})


def test_a_feed_of_the_newest_entries_says_nothing_of_others(harvest: Harvest) -> None:
    found, _ = harvest({"/feed": atom(entry(2) + entry(1))})
    assert [page.since for page in found] == ["2024-01-01T00:00:00Z"]
    found, _ = harvest({"/feed": rss(item(1, "Mon, 06 Sep 2010 00:01:00 +0000"))})
    assert [page.since for page in found] == ["1970-01-01T00:00:00Z"]


def test_a_feed_that_holds_all_there_is(harvest: Harvest) -> None:
    complete = f"<fh:complete {HISTORY}/>"
    found, _ = harvest({"/feed": atom(entry(1), complete)})
    assert [page.since for page in found] == [""]
    found, _ = harvest({"/feed": atom(entry(1))}, complete=True)
    assert [page.since for page in found] == [""]


def test_numbered_pages(harvest: Harvest) -> None:
    answers: Answers = {
        "/feed?paged=1": rss(item(1)),
        "/feed?paged=2": rss(item(2), '<atom:link rel="next" href="/elsewhere"/>'),
    }
    found, paths = harvest(answers, paging=Paging("paged"))
    assert keys(found) == ["g1", "g2"]
    assert paths == ["/feed?paged=1", "/feed?paged=2", "/feed?paged=3"]
    assert [page.since for page in found] == ["", ""]


def test_deleted_entries(harvest: Harvest) -> None:
    def deleted(ref: str, when: str) -> str:
        return f'<at:deleted-entry ref="{ref}" when="{when}"/>'

    gone = (
        deleted("a:9", "2024-01-01T00:00:00Z")
        + deleted("a:1", "2024-01-05T01:00:00+02:00")  # later than the entry
        + deleted("a:2", "2024-01-01T01:00:00Z")  # earlier: it was published again
        + deleted("a:3", "soon")
        + deleted("", "2024-01-01T00:00:00Z")
    )
    found, _ = harvest({"/feed": atom(entry(1) + entry(2) + entry(3), gone, TOMBSTONES)})
    assert keys(found) == ["a:2", "a:3"]
    assert [ref for page in found for ref in page.deleted] == ["a:9", "a:1"]
    assert any("1 of kind 'deleted entry'" in i.message for page in found for i in page.issues)


def test_a_feed_of_deletions_only(harvest: Harvest) -> None:
    gone = '<at:deleted-entry ref="a:9" when="2024-01-01T00:00:00Z"/>'
    found, _ = harvest({"/feed": atom("", gone, TOMBSTONES)})
    assert [page.deleted for page in found] == [("a:9",)]


def test_a_feed_that_was_cut_off_is_not_all_there_is(harvest: Harvest) -> None:
    text = atom(entry(1) + entry(2), f"<fh:complete {HISTORY}/>")
    found, _ = harvest({"/feed": text.removesuffix("</entry></feed>")})
    assert keys(found) == ["a:1", "a:2"]
    assert all(page.since for page in found)
    found, _ = harvest({"/feed": text.removesuffix("</feed>")}, complete=True)
    assert all(page.since for page in found)


def test_the_charset_of_the_answer_counts(harvest: Harvest) -> None:
    text = rss("<item><title>Año</title></item>").encode("iso-8859-1")
    header = {"Content-Type": "application/rss+xml; charset=iso-8859-1"}
    found, _ = harvest({"/feed": Answer(text, headers=header)})
    assert found[0].records[0].fields["title"] == ("Año",)
    assert found[0].issues == ()


def test_what_was_doubtful_about_the_text_is_told_once(harvest: Harvest) -> None:
    text = rss("<item><title>Año & more</title></item>").encode("cp1252")
    found, _ = harvest({"/feed": Answer(text, headers={"Content-Type": "text/xml"})})
    told = [i.message for page in found for i in page.issues]
    assert len(found) == 2
    assert ["is not UTF-8" in message for message in told] == [True, False]


def test_feeds_are_asked_for(tmp_path: Path) -> None:
    with Web({"/feed": atom(entry(1))}) as web:
        source = msgspec.structs.replace(FEED, location=web.url("/feed"))
        list(pages(source, live_access(source, tmp_path)))
        assert web.requests[0].headers["accept"].startswith("application/atom+xml, application/rss")


def test_settings_are_checked_before_anything_is_read(folder: Path) -> None:
    source = msgspec.structs.replace(FEED, feed=FeedSettings(fields={"title": "title["}))
    with pytest.raises(SettingsError, match=r"key 'feed\.fields\.title': 'title\['"):
        pages(source, Access(folder, folder / "payloads"))


def test_saved_pages_that_link_to_each_other(folder: Path) -> None:
    (folder / "1.xml").write_text(atom(entry(1), '<link rel="next" href="2.xml"/>'))
    (folder / "2.xml").write_text(atom(entry(2)))
    source = msgspec.structs.replace(FEED, location="1.xml")
    found = list(pages(source, Access(folder, folder / "payloads")))
    assert keys(found) == ["a:1", "a:2"]
    assert all(page.since == "" for page in found)
