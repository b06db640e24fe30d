"""WordPress sites on loopback: where the API is, its pages, and what sites answer instead."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import pytest

from pipeline.errors import SourceError
from pipeline.extract import pages
from pipeline.extract.access import NoEntriesError
from pipeline.extract.fetch import HttpError
from pipeline.extract.wordpress_api import Api, api_of
from pipeline.kinds import WordpressSettings
from pipeline.model import Page
from pipeline.settings import Source
from tests.extract.live import live_access
from tests.extract.web import Answer, Answers, Request, Web

WORDPRESS = Source(
    kind="wordpress", location="https://a.example/", languages=("en",), name="demo",
    file="input/demo.toml",
)  # fmt: skip
TYPES = {
    "post": {"slug": "post", "rest_base": "posts"},
    "page": {"slug": "page", "rest_base": "pages"},
    "attachment": {"slug": "attachment", "rest_base": "media"},
    "report": {"slug": "report", "rest_base": "reports"},
    "nav_menu_item": {"slug": "nav_menu_item", "rest_base": "menu-items"},
    "wp_block": {"slug": "wp_block", "rest_base": "blocks"},
    "odd": [],
}
NO_ROUTE = Answer('{"code":"rest_no_route","message":"No route."}', 404)
BEYOND = Answer('{"code":"rest_post_invalid_page_number","message":"Too large."}', 400)
REFUSED = Answer('{"code":"rest_invalid_param","message":"Invalid."}', 400)


def item(number: int, kind: str = "post") -> dict[str, object]:
    link = f"https://a.example/{kind}/{number}/"
    guid = {"rendered": f"https://a.example/?p={number}"}
    return {"id": number, "type": kind, "link": link, "guid": guid,
            "title": {"rendered": f"{kind} {number}"}}  # fmt: skip


class Site:
    """A WordPress: collections by route, paged and counted as its REST API does it."""

    def __init__(self, routes: Mapping[str, int], *, size: int = 100, **how: object) -> None:
        self.routes = routes
        self.size = size
        self.how = how

    def rest(self, request: Request) -> Answer:
        """Answer below /wp-json/ and under ?rest_route=."""
        path = request.path.partition("?")[0]
        route = request.query.get("rest_route", path.partition("/wp-json/")[2]).strip("/")
        if route == "wp/v2/types":
            return Answer(json.dumps(TYPES), headers={"Content-Type": "application/json"})
        if route not in self.routes:
            return NO_ROUTE
        if self.how.get("plain") and "orderby" in request.query:
            return REFUSED
        size = min(int(request.query.get("per_page", 10)), self.size)
        page = int(request.query.get("page", 1))
        total = self.routes[route]
        count = -(-total // size)
        if page > max(count, 1):
            return BEYOND
        numbers = range((page - 1) * size + 1, min(page * size, total) + 1)
        kind = route.rpartition("/")[2].rstrip("s")
        headers = {"X-WP-Total": str(total), "X-WP-TotalPages": str(count)}
        if self.how.get("bare"):
            headers = {}
        headers["Content-Type"] = "application/json; charset=UTF-8"
        return Answer(json.dumps([item(n, kind) for n in numbers]), headers=headers)

    def answers(self, root: str = "/wp-json") -> Answers:
        bases = ("posts", "pages", "media", "reports", "report", "nothing", "types")
        found: Answers = {f"{root}/wp/v2/{base}": self.rest for base in bases}
        return found


Harvest = Callable[..., tuple[list[Page], list[str]]]


@pytest.fixture
def harvest(tmp_path: Path) -> Harvest:
    """Read a live WordPress; gives its pages and what was asked for."""

    def read(
        answers: Answers, at: str = "/", types: tuple[str, ...] = ("posts",)
    ) -> tuple[list[Page], list[str]]:
        with Web(answers) as web:
            settings = WordpressSettings(types=types)
            source = msgspec.structs.replace(WORDPRESS, location=web.url(at), wordpress=settings)
            return list(pages(source, live_access(source, tmp_path))), web.paths

    return read


def keys(found: list[Page]) -> list[str]:
    return [one.key.rpartition("=")[2] for page in found for one in page.records]


def asked(paths: list[str], *names: str) -> list[str]:
    return [path for path in paths if any(name in path for name in names)]


LINK_HEADER = Answer("<p>Home</p>", headers={"Link": '</api/wp-json/>; rel="https://api.w.org/"'})
LINK_ELEMENT = "<link rel='https://api.w.org/' href='/api/wp-json/' /><p>Home</p>"


@pytest.mark.parametrize("home", [LINK_HEADER, LINK_ELEMENT], ids=["header", "element"])
def test_the_api_is_where_the_site_says(home: Answer | str, harvest: Harvest) -> None:
    answers = Site({"wp/v2/posts": 3}).answers("/api/wp-json")
    found, paths = harvest({"/": home, **answers})
    assert keys(found) == ["1", "2", "3"]
    assert paths[0] == "/"
    assert paths[1].startswith("/api/wp-json/wp/v2/posts?per_page=100&orderby=id&order=asc&_embed=")
    assert paths[1].endswith("&page=1")
    assert len(paths) == 2


@pytest.mark.parametrize(
    ("at", "root"),
    [
        ("/", "/wp-json"),
        ("/blog", "/blog/wp-json"),
        ("/blog/index.php", "/blog/wp-json"),
        ("/closed/", "/closed/wp-json"),
    ],
)
def test_a_site_that_does_not_say_where_its_api_is(at: str, root: str, harvest: Harvest) -> None:
    homes: Answers = {at: "<p>Home</p>"} if "closed" not in at else {at: Answer("no", 403)}
    found, paths = harvest({**homes, **Site({"wp/v2/posts": 1}).answers(root)}, at)
    assert keys(found) == ["1"]
    assert paths[1].startswith(f"{root}/wp/v2/posts?")


@pytest.mark.parametrize(
    ("at", "first"),
    [
        ("/wp-json/", "/wp-json/wp/v2/posts?per_page"),
        ("/wp-json", "/wp-json/wp/v2/posts?per_page"),
        ("/wp-json/wp/v2/", "/wp-json/wp/v2/posts?per_page"),
        ("/wp-json/wp/v2/reports", "/wp-json/wp/v2/reports?per_page"),
        (
            "/wp-json/wp/v2/reports?_fields=id&lang=es&page=7",
            "/wp-json/wp/v2/reports?lang=es&per_page",
        ),
        ("/wp-json/wp/v2/posts?order=desc", "/wp-json/wp/v2/posts?order=desc&per_page"),
        ("/?rest_route=/", "/?rest_route=%2Fwp%2Fv2%2Fposts&per_page"),
        ("/?rest_route=/wp/v2/reports", "/?rest_route=%2Fwp%2Fv2%2Freports&per_page"),
        ("/api/wp/v2/posts", "/api/wp/v2/posts?per_page"),
    ],
)
def test_a_location_that_says_where_the_api_is(at: str, first: str, harvest: Harvest) -> None:
    site = Site({"wp/v2/posts": 1, "wp/v2/reports": 1})
    rest = {"/": site.rest, "/api/wp/v2/posts": json.dumps([item(1)])}
    _, paths = harvest({**site.answers(), **rest}, at)
    assert paths[0].startswith(first)


def test_addresses_of_apis() -> None:
    assert api_of("https://a.example/blog/") is None
    hosted = api_of("https://public-api.wordpress.com/wp/v2/sites/a.example/posts?lang=es")
    assert hosted == Api(
        "https://public-api.wordpress.com/wp/v2/sites/a.example/", "", "posts", (("lang", "es"),)
    )
    assert hosted.address(hosted.type_route("pages"), {"page": "1"}) == (
        "https://public-api.wordpress.com/wp/v2/sites/a.example/pages?lang=es&page=1"
    )
    own = api_of("https://a.example/wp-json/own/v1/things/")
    assert own is not None
    assert own.address(own.route) == "https://a.example/wp-json/own/v1/things"
    plain = api_of("https://a.example/index.php?rest_route=%2F&x=1")
    assert plain is not None
    assert plain.address("wp/v2/posts", {"x": "2"}) == (
        "https://a.example/index.php?rest_route=%2Fwp%2Fv2%2Fposts&x=2"
    )


def test_all_pages_are_read_and_no_more(harvest: Harvest) -> None:
    found, paths = harvest(
        {"/": LINK_ELEMENT, **Site({"wp/v2/posts": 250}).answers("/api/wp-json")}
    )
    assert keys(found) == [str(n) for n in range(1, 251)]
    assert [page.declared_total for page in found] == [250, 250, 250]
    assert [path[-6:] for path in paths[1:]] == ["page=1", "page=2", "page=3"]


def test_pages_without_headers_are_read_until_the_last(harvest: Harvest) -> None:
    found, paths = harvest(Site({"wp/v2/posts": 200}, bare=True).answers(), "/wp-json/")
    assert len(keys(found)) == 200
    assert [page.declared_total for page in found] == [None, None]
    assert paths[-1].endswith("page=3")


def test_several_types_and_their_total(harvest: Harvest) -> None:
    site = Site({"wp/v2/posts": 120, "wp/v2/pages": 5, "wp/v2/media": 0})
    found, _ = harvest(site.answers(), "/wp-json/", ("posts", "media", "pages"))
    assert len(keys(found)) == 125
    assert found[-1].declared_total == 125
    assert max(page.declared_total or 0 for page in found) == 125


def test_a_type_by_its_slug(harvest: Harvest) -> None:
    site = Site({"wp/v2/reports": 2})
    found, paths = harvest(site.answers(), "/wp-json/", ("report",))
    assert keys(found) == ["1", "2"]
    assert asked(paths, "/types")
    assert paths[-1].startswith("/wp-json/wp/v2/reports?")


@pytest.mark.parametrize(
    ("at", "types", "key"),
    [
        ("/wp-json/", ("nothing",), "wordpress.types"),
        ("/wp-json/wp/v2/nothing", ("posts",), "location"),
    ],
)
def test_a_type_that_the_site_does_not_have(
    at: str, types: tuple[str, ...], key: str, harvest: Harvest
) -> None:
    with pytest.raises(SourceError) as caught:
        harvest(Site({"wp/v2/posts": 1}).answers(), at, types)
    assert f"key '{key}': the site has no type 'nothing'" in str(caught.value)
    assert "one of posts, pages, media, reports;" in str(caught.value)
    with pytest.raises(SourceError, match="did you mean 'reports'"):
        harvest(Site({"wp/v2/posts": 1}).answers(), "/wp-json/", ("reports",))


def test_a_type_that_refuses_our_parameters(harvest: Harvest) -> None:
    found, paths = harvest(Site({"wp/v2/posts": 25}, plain=True).answers(), "/wp-json/")
    assert len(keys(found)) == 25
    assert [path.partition("?")[2] for path in paths[1:]] == [
        "_embed=1&page=1",
        "_embed=1&page=2",
        "_embed=1&page=3",
    ]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer("{}", 401), "is closed to visitors (HTTP 401)"),
        (Answer("{}", 403), "is closed to visitors (HTTP 403)"),
        (Answer("<html>Not found</html>", 404), "is not there, or switched off (HTTP 404)"),
        (Answer("<!DOCTYPE html><p>Home"), "answers with a web page, not with JSON"),
        (Answer('{"code": "x", "message": "Please log in."}'), "refuses: 'Please log in.'"),
    ],
)
def test_an_api_that_is_closed(answer: Answer, told: str, harvest: Harvest) -> None:
    with pytest.raises(SourceError) as caught:
        harvest({"/": "<p>Home</p>", "/wp-json/wp/v2/posts": answer})
    assert told in str(caught.value)
    assert 'kind = "feed" with location = "http://127.0.0.1:' in caught.value.next_step
    assert "/feed/" in caught.value.next_step
    assert "/wp-json/wp/v2/posts" in caught.value.where


def test_an_api_whose_types_are_closed_too(harvest: Harvest) -> None:
    answers: Answers = {"/wp-json/wp/v2/posts": NO_ROUTE, "/wp-json/wp/v2/types": "[]"}
    with pytest.raises(SourceError, match="switched off"):
        harvest(answers, "/wp-json/")


def test_other_errors_stop_the_source(harvest: Harvest) -> None:
    with pytest.raises(HttpError):
        harvest({"/wp-json/wp/v2/posts": Answer("", 500)}, "/wp-json/")
    refused: Answers = {"/wp-json/wp/v2/posts": REFUSED}
    with pytest.raises(HttpError):
        harvest(refused, "/wp-json/")

    def breaks(request: Request) -> Answer:
        return Answer("", 500) if request.query["page"] == "2" else site.rest(request)

    site = Site({"wp/v2/posts": 150})
    with pytest.raises(HttpError):
        harvest({"/wp-json/wp/v2/posts": breaks}, "/wp-json/")


def test_a_site_without_items(harvest: Harvest) -> None:
    with pytest.raises(NoEntriesError, match="gives no items"):
        harvest(Site({"wp/v2/posts": 0}).answers(), "/wp-json/")


def test_a_site_that_loses_items_while_it_is_read(harvest: Harvest) -> None:
    def shrinks(request: Request) -> Answer:
        return BEYOND if request.query["page"] == "2" else site.rest(request)

    site = Site({"wp/v2/posts": 150})
    found, _ = harvest({"/wp-json/wp/v2/posts": shrinks}, "/wp-json/")
    assert len(keys(found)) == 100
    assert found[0].declared_total == 150  # so the harvest knows that it is not whole


def test_a_site_that_gives_the_same_page_for_ever(harvest: Harvest) -> None:
    same = json.dumps([item(1), item(2)])
    found, paths = harvest({"/wp-json/wp/v2/posts": same}, "/wp-json/")
    assert keys(found) == ["1", "2"]
    assert len(paths) == 2
    assert "only items that were read before" in found[-1].issues[0].message


def test_an_end_without_a_status(harvest: Harvest) -> None:
    def empty(request: Request) -> Answer:
        return Answer("[]" if request.query["page"] == "2" else json.dumps([item(1)]))

    found, _ = harvest({"/wp-json/wp/v2/posts": empty}, "/wp-json/")
    assert keys(found) == ["1"]


def test_a_page_of_the_site_that_is_no_text(harvest: Harvest) -> None:
    home = Answer(b"\x89PNG\r\n\x1a\n" + b"\0" * 50, headers={"Content-Type": "image/png"})
    found, _ = harvest({"/": home, **Site({"wp/v2/posts": 1}).answers()})
    assert keys(found) == ["1"]


def test_a_link_that_is_not_the_apis(harvest: Harvest) -> None:
    home = Answer(
        "<link rel=stylesheet href=/x.css><link rel='https://api.w.org/'>",
        headers={"Link": '</x>; rel="shortlink"'},
    )
    found, _ = harvest({"/": home, **Site({"wp/v2/posts": 1}).answers()})
    assert keys(found) == ["1"]


def test_no_end(harvest: Harvest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.extract.wordpress.MOST_FILES", 3)

    def endless(request: Request) -> Answer:
        return Answer(json.dumps([item(int(request.query["page"]))]))

    found, paths = harvest({"/wp-json/wp/v2/posts": endless}, "/wp-json/")
    assert keys(found) == ["1", "2", "3"]
    assert "no end was found" in found[-1].issues[0].message
    assert len(paths) == 4


@pytest.mark.parametrize("number", ["", "x", "9" * 10, "-1"])
def test_a_total_that_is_no_number(number: str, harvest: Harvest) -> None:
    headers = {"X-WP-Total": number, "X-WP-TotalPages": "1"}
    found, _ = harvest(
        {"/wp-json/wp/v2/posts": Answer(json.dumps([item(1)]), headers=headers)}, "/wp-json/"
    )
    assert found[0].declared_total is None
    assert len(found) == 1
