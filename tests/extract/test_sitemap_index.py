"""Sitemaps of every form -> addresses; indexes, robots.txt, and what is broken or hostile."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import SourceError
from pipeline.extract.payloads import Payload
from pipeline.extract.sitemap_choice import Choice
from pipeline.extract.sitemap_index import (
    MOST_LEVELS,
    Listing,
    Sitemap,
    list_addresses,
    read_sitemap,
)
from pipeline.kinds import SitemapSettings
from pipeline.settings import Source
from tests.extract.live import live_access
from tests.extract.web import Answer, Answers, Web

NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
HERE = "https://a.example/sitemap.xml"


def urlset(*addresses: str, root: str = "urlset", entry: str = "url") -> str:
    inside = "".join(
        f"<{entry}><loc>{one}</loc><lastmod>2024-01-01</lastmod></{entry}>" for one in addresses
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><{root} {NAMESPACE}>{inside}</{root}>'


def index(*addresses: str) -> str:
    return urlset(*addresses, root="sitemapindex", entry="sitemap")


def read(data: bytes | str, url: str = HERE) -> Sitemap:
    source = Source(kind="sitemap", location=url, languages=("en",), name="demo")
    payload = Payload(url, data.encode() if isinstance(data, str) else data, "0" * 64, url=url)
    return read_sitemap(payload, source)


@pytest.mark.parametrize(
    "data",
    [
        urlset("https://a.example/1", "https://a.example/2"),
        urlset(" https://a.example/1\n", "<![CDATA[https://a.example/2#top]]>"),
        urlset("https://a.example/1", "https://a.example/1", "/2"),
        urlset("https://a.example/1", "https://a.example/2").replace("<", "<s:").replace(
            "<s:/", "</s:").replace("<s:?", "<?").replace("xmlns=", "xmlns:s="),
        "https://a.example/1\r\n\r\nhttps://a.example/2\r\n",
        "\ufeffhttps://a.example/1\nhttps://a.example/2",
        "<rss><channel><link>https://a.example/</link><item><title>x</title>"
        "<link>https://a.example/1</link></item><item><link>/2</link></item></channel></rss>",
        "<feed xmlns='http://www.w3.org/2005/Atom'><link href='/'/><entry>"
        "<link rel='self' href='/no'/><link href='/1'/></entry><entry>"
        "<link rel='alternate' href='/2'/></entry></feed>",
        f'<urlset {NAMESPACE} xmlns:i="http://www.google.com/schemas/sitemap-image/1.1"><url><loc>'
        "https://a.example/1</loc><i:image><i:loc>https://a.example/1.png</i:loc></i:image></url>"
        "<url><loc>https://a.example/2</loc></url></urlset>",
    ],
)  # fmt: skip
def test_the_forms_of_sitemaps(data: str) -> None:
    for one in (data.encode(), gzip.compress(data.encode(), mtime=0)):
        found = read(one)
        assert found.addresses == ("https://a.example/1", "https://a.example/2")
        assert not found.is_index
        assert not found.issues


def test_an_index() -> None:
    found = read(index("https://a.example/s1.xml.gz", "/s2.xml"))
    assert found.is_index
    assert found.addresses == ("https://a.example/s1.xml.gz", "https://a.example/s2.xml")


def test_robots_txt() -> None:
    text = "User-agent: *\nSitemap: https://a.example/s1.xml # all\n sitemap:/s2.xml\n"
    found = read(text, "https://a.example/robots.txt")
    assert found.is_index
    assert found.addresses == ("https://a.example/s1.xml", "https://a.example/s2.xml")


@pytest.mark.parametrize(
    ("data", "addresses", "is_index"),
    [
        (urlset("https://a.example/?a=1&b=2", "https://a.example/?a=1&amp;b=3"),
         ("https://a.example/?a=1&b=2", "https://a.example/?a=1&b=3"), False),
        (urlset("https://a.example/1", "<![CDATA[https://a.example/2]]>")[:-20],
         ("https://a.example/1", "https://a.example/2"), False),
        (index("https://a.example/?s=1&t=2"), ("https://a.example/?s=1&t=2",), True),
    ],
)  # fmt: skip
def test_what_is_not_well_formed_is_read_by_its_tags(
    data: str, addresses: tuple[str, ...], is_index: bool
) -> None:
    found = read(data)
    assert found.addresses == addresses
    assert found.is_index is is_index
    assert "is not well-formed XML" in found.issues[0].message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("<!doctype html><html><body>Not found", "is a page, not a sitemap"),
        ("<html xmlns='http://www.w3.org/1999/xhtml'><body/></html>", "is a page, not a sitemap"),
        ("<broken", "is no sitemap; it begins '<broken'"),
        ("no address", "is no sitemap; it begins 'no address'"),
        ("   ", "is no sitemap; it begins ''"),
        ('<!DOCTYPE u [<!ENTITY x SYSTEM "file:///etc/passwd">]><urlset>&x;</urlset>',
         "declares XML entities"),
        (b"%PDF-1.4 x", "is not text: it is a PDF"),
        (b"\x1f\x8bbroken", "is a damaged gzip archive"),
    ],
)  # fmt: skip
def test_what_is_no_sitemap(data: bytes | str, message: str) -> None:
    with pytest.raises(SourceError) as caught:
        read(data)
    assert message in str(caught.value)


def test_an_empty_sitemap_lists_nothing() -> None:
    assert read(urlset()).addresses == ()
    assert read("User-agent: *\n", "https://a.example/robots.txt").addresses == ()


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.extract.sitemap_index.MOST_ADDRESSES", 2)
    found = read(urlset(*(f"https://a.example/{n}" for n in range(5))))
    assert len(found.addresses) == 2
    assert "lists 5 addresses; expected at most 2" in found.issues[0].message
    monkeypatch.setattr("pipeline.extract.sitemap_index.MOST_ELEMENTS", 50)
    found = read(urlset("https://a.example/1").replace("</urlset>", "<x/>" * 50 + "</urlset>"))
    assert found.addresses == ("https://a.example/1",)
    assert "has 51 elements beside its entries" in found.issues[0].message


Lister = Callable[..., Listing]


@pytest.fixture
def listed(tmp_path: Path) -> Lister:
    """List the addresses of a site that a server on loopback has."""

    def list_site(web: Web, location: str, **settings: object) -> Listing:
        source = Source(kind="sitemap", location=web.url(location), languages=("en",), name="demo")
        choice = Choice(SitemapSettings(**settings), source.location)  # type: ignore[arg-type]
        return list_addresses(source, live_access(source, tmp_path), choice)

    return list_site


def messages(found: Listing) -> list[str]:
    return [issue.message for issue in found.notes]


def local(web: Web, found: Listing) -> list[str]:
    return [one.removeprefix(web.url("")) for one in found.addresses]


def test_an_index_is_followed(listed: Lister) -> None:
    with Web() as web:
        web.answers = {
            "/i.xml": index(web.url("/a.xml"), web.url("/b.xml.gz"), web.url("/a.xml")),
            "/a.xml": urlset(web.url("/1"), web.url("/2")),
            "/b.xml.gz": gzip.compress(urlset(web.url("/2"), web.url("/3")).encode()),
        }
        found = listed(web, "/i.xml")
        assert local(web, found) == ["/1", "/2", "/3"]
        assert web.paths == ["/i.xml", "/a.xml", "/b.xml.gz"]
        assert not found.notes


def test_indexes_nest_up_to_a_depth_and_loops_end(listed: Lister) -> None:
    with Web() as web:
        web.answers = {f"/{n}.xml": index(web.url(f"/{n + 1}.xml"), web.url("/1.xml"))
                       for n in range(1, 9)}  # fmt: skip
        found = listed(web, "/1.xml")
        assert len(web.paths) == MOST_LEVELS
        assert messages(found)[0].endswith("sitemaps nest more than 3 deep; not read")


def test_the_number_of_sitemaps_is_bounded(listed: Lister, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.extract.sitemap_index.MOST_SITEMAPS", 3)
    with Web() as web:
        web.answers = {"/i.xml": index(*(web.url(f"/{n}.xml") for n in range(5)))}
        web.answers |= {f"/{n}.xml": urlset(web.url(f"/{n}")) for n in range(5)}
        found = listed(web, "/i.xml")
        assert local(web, found) == ["/0", "/1"]
        assert messages(found) == ["more than 3 sitemaps; the rest was left out"]


@pytest.mark.parametrize("location", ["", "/", "/robots.txt"])
def test_a_site_is_found_by_its_robots_txt(listed: Lister, location: str) -> None:
    """A sitemap that robots.txt names may stand on another host (sitemaps.org, cross submits)."""
    with Web() as web, Web() as other:
        other.answers = {"/s.xml": urlset(web.url("/2"), other.url("/no"))}
        web.answers = {
            "/robots.txt": f"User-agent: *\nSitemap: {web.url('/s.xml')}\n"
            f"Sitemap: {other.url('/s.xml')}\n",
            "/s.xml": urlset(web.url("/1")),
        }
        found = listed(web, location)
        assert local(web, found) == ["/1", "/2"]
        assert "addresses of other hosts were left out: 1" in messages(found)[0]


@pytest.mark.parametrize("place", ["/sitemap.xml", "/sitemap_index.xml", "/wp-sitemap.xml"])
@pytest.mark.parametrize("robots", [Answer(b"", 404), "User-agent: *\n"])
def test_a_site_is_found_by_the_usual_places(
    listed: Lister, place: str, robots: Answer | str
) -> None:
    with Web() as web:
        web.answers = {"/robots.txt": robots, place: urlset(web.url("/1"))}
        assert local(web, listed(web, "/")) == ["/1"]


def test_a_site_without_a_sitemap(listed: Lister) -> None:
    with Web() as web, pytest.raises(SourceError, match=r"no sitemap is named in /robots\.txt"):
        listed(web, "/")


@pytest.mark.parametrize(
    ("include", "exclude", "expected"),
    [
        ((), (), ["/a/1", "/a/b/2?x=1", "/c/3"]),
        (("/a/*",), (), ["/a/1", "/a/b/2?x=1"]),
        (("*/b/*",), (), ["/a/b/2?x=1"]),
        ((), ("*?x=*",), ["/a/1", "/c/3"]),
        (("/a/*", "/c/*"), ("*/b/*",), ["/a/1", "/c/3"]),
        (("http://127.0.0.1:*/c/[0-9]",), (), ["/c/3"]),
    ],
)
def test_include_and_exclude(
    listed: Lister, include: tuple[str, ...], exclude: tuple[str, ...], expected: list[str]
) -> None:
    with Web() as web:
        web.answers = {"/s.xml": urlset(*map(web.url, ["/a/1", "/a/b/2?x=1", "/c/3"]))}
        found = listed(web, "/s.xml", include=include, exclude=exclude)
        assert local(web, found) == expected
        left = [issue for issue in found.notes if issue.severity == "info"]
        assert bool(left) == (len(expected) < 3)


def test_what_is_left_out_is_counted(listed: Lister) -> None:
    with Web() as web:
        web.answers = {
            "/s.xml": urlset(
                web.url("/1"), "https://other.example/2", "https://other.example/3",
                "ftp://a.example/4", "http://[x/5", "http://a.example:x/6", web.url("/7.pdf"),
                web.url("/8.JPG"), web.url("/v1.2"),
            )
        }  # fmt: skip
        found = listed(web, "/s.xml")
        assert local(web, found) == ["/1", "/v1.2"]
        told = messages(found)
        assert told[0].startswith(
            "addresses of other hosts were left out: 2; the first is https://o"
        )
        assert told[1].startswith("addresses that are no web addresses were left out: 3")
        assert told[2].startswith("addresses of files that are no pages were left out: 2")


def test_the_most_pages(listed: Lister) -> None:
    with Web() as web:
        web.answers = {"/i.xml": index(web.url("/a.xml"), web.url("/b.xml"))}
        web.answers |= {"/a.xml": urlset(*(web.url(f"/{n}") for n in range(5)))}
        found = listed(web, "/i.xml", most=3)
        assert local(web, found) == ["/0", "/1", "/2"]
        assert web.paths == ["/i.xml", "/a.xml"]  # enough: the next is not asked for
        assert messages(found)[0].startswith(
            "there are more than 3 pages; the others were left out"
        )


def test_a_site_that_has_moved(listed: Lister) -> None:
    with Web() as web, Web() as there:
        web.answers = {"/s.xml": Answer(b"", 301, {"Location": there.url("/s.xml")})}
        there.answers = {"/s.xml": urlset(there.url("/1"), web.url("/2"))}
        assert listed(web, "/s.xml").addresses == (there.url("/1"), web.url("/2"))


def test_www_makes_no_other_host() -> None:
    choice = Choice(SitemapSettings(), "https://a.example/sitemap.xml")
    assert list(choice.own(["https://www.a.example/1", "http://a.example:80/2"])) != []
    assert list(choice.own(["https://a.example:8443/1"])) == []


def test_one_of_many_sitemaps_may_fail(listed: Lister) -> None:
    with Web() as web:
        web.answers = {"/i.xml": index(*(web.url(f"/{n}.xml") for n in range(6)))}
        web.answers |= {f"/{n}.xml": urlset(web.url(f"/{n}")) for n in range(5)}
        found = listed(web, "/i.xml")
        assert len(found.addresses) == 5
        assert messages(found)[0].startswith("a sitemap was left out: ")
        assert "/5.xml: there is no such page" in messages(found)[0]


@pytest.mark.parametrize("missing", [("/i.xml",), ("/a.xml", "/b.xml"), ("/b.xml",)])
def test_too_many_that_fail_stop_the_source(listed: Lister, missing: tuple[str, ...]) -> None:
    with Web() as web:
        answers: Answers = {
            "/i.xml": index(web.url("/a.xml"), web.url("/b.xml")),
            "/a.xml": urlset(web.url("/1")),
            "/b.xml": urlset(web.url("/2")),
        }
        web.answers = {path: one for path, one in answers.items() if path not in missing}
        with pytest.raises(SourceError, match="there is no such page"):
            listed(web, "/i.xml")


@pytest.mark.parametrize("location", ["/", "/s.xml", "/i.xml"])
def test_a_server_that_wants_to_be_left_alone_is(listed: Lister, location: str) -> None:
    with Web() as web:
        busy = Answer(b"", 503, {"Retry-After": "7200"})
        web.answers = {"/i.xml": index(web.url("/s.xml")), "/s.xml": busy, "/robots.txt": busy}
        with pytest.raises(SourceError, match=r"left alone for 7,200 s|robots\.txt"):
            listed(web, location)


def test_counts_of_the_samples(shared: Path) -> None:
    folder = shared / "samples" / "feeds" / "mixed"
    counts = {}
    for name in ("sitemap.xml", "sitemap.xml.gz", "sitemap2.xml", "sitemap-hreflang.xml"):
        found = read((folder / name).read_bytes(), f"http://www.example.com/{name}")
        counts[name] = (len(found.addresses), found.is_index)
        assert not found.issues
    assert counts == {
        "sitemap.xml": (84, False),
        "sitemap.xml.gz": (84, False),
        "sitemap2.xml": (2, True),
        "sitemap-hreflang.xml": (4, False),
    }


def test_pages_in_other_languages_are_no_part_of_an_entry(shared: Path) -> None:
    data = (shared / "samples" / "feeds" / "mixed" / "sitemap-hreflang.xml").read_bytes()
    assert [one.rpartition("com/")[2] for one in read(data).addresses] == [
        "english/page.html", "deutsch/page.html", "schweiz-deutsch/page.html", "sitemap2.xml.gz",
    ]  # fmt: skip
