"""A page's address, language, meta tags, and what is too large."""

from __future__ import annotations

import pytest

from pipeline.errors import SourceError
from pipeline.extract.embedded_page import MOST_TAGS, HtmlPage, read_page

HERE = "https://a.example/x/1"


def page_of(head: str = "", address: str = HERE, attributes: str = "", start: str = "") -> HtmlPage:
    text = f"{start}<html {attributes}><head>{head}</head><body>x</body></html>"
    page, problems = read_page(text, "page", address)
    assert not problems
    return page


@pytest.mark.parametrize(
    ("href", "address", "canonical"),
    [
        ("/x/2?a=b#top", HERE, "https://a.example/x/2?a=b"),
        ("https://b.example/1", HERE, "https://b.example/1"),
        ("", HERE, ""),
        ("https://a.example/", HERE, ""),  # a site whose pages all call its home canonical
        ("/", "https://a.example/", "https://a.example/"),
        ("/", "https://a.example/?id=1", ""),
        ("https://a.example/", "", "https://a.example/"),
        ("/x", "", ""),
        ("mailto:a@b", HERE, ""),
        ("http://[x", HERE, ""),
        ("http://", HERE, ""),
    ],
)
def test_canonical_address(href: str, address: str, canonical: str) -> None:
    assert page_of(f'<link rel="canonical" href="{href}">', address).canonical == canonical


def test_the_first_canonical_address_and_what_the_page_answers_to() -> None:
    head = '<link rel="Canonical" href="/a"><link rel="canonical" href="/b">'
    page = page_of(head)
    assert page.canonical == "https://a.example/a"
    assert page.addresses == {HERE, "https://a.example/a"}
    assert page_of(address="").addresses == frozenset()


def test_base() -> None:
    assert page_of().base == HERE
    assert page_of('<base href="/y/">').base == "https://a.example/y/"
    assert page_of('<base href="javascript:x">').base == HERE
    assert (
        page_of('<link rel="canonical" href="https://c.example/1">', "").base
        == "https://c.example/1"
    )
    assert page_of(address="").base == ""


def test_a_saved_page_tells_its_address() -> None:
    mark = "<!-- saved from url=(0021)https://a.example/s/1 -->"
    assert (
        page_of(address="", start=f"<!doctype html>\n{mark}\n").address == "https://a.example/s/1"
    )
    head = '<meta property="og:url" content="https://a.example/og">'
    assert page_of(head, "").address == "https://a.example/og"
    assert page_of(head).address == HERE
    assert page_of('<meta property="og:url" content="/og">', "").address == ""


@pytest.mark.parametrize(
    ("attributes", "language"),
    [('lang="en-US"', "en-US"), ('xml:lang=" es "', "es"), ("", "")],
)
def test_language(attributes: str, language: str) -> None:
    assert page_of(attributes=attributes).language == language


def test_meta_and_link_elements() -> None:
    head = (
        '<meta name="a" content=" x " lang="en"><meta property="b" content="y"><meta name="c">'
        '<meta charset="utf-8"><link rel="license next" href="/l"><a rel="license" href="/m"></a>'
        '<a rel="next" href="/n"></a><link rel="x">'
    )
    page = page_of(head)
    assert page.metas == (("a", "x", "en"), ("b", "y", ""))
    assert [(one.name, one.content) for one in page.links] == [
        ("license", "/l"), ("next", "/l"), ("license", "/m"),
    ]  # fmt: skip
    assert page.content("a", "b") == ["x", "y"]


def test_control_characters_and_halves_are_harmless() -> None:
    page, _ = read_page("<html><head><title>a\x00b\x1fc \ud800</title>", "page", HERE)
    assert page.root.findtext(".//title") == "a b c ?"


@pytest.mark.parametrize("text", ["", "   ", "<!-- only a comment -->"])
def test_what_is_no_page(text: str) -> None:
    with pytest.raises(SourceError, match="page: cannot be read as HTML"):
        read_page(text, "page", HERE)


def test_of_a_large_page_the_beginning_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "<html><head><title>t</title></head>" + "<br>" * (MOST_TAGS + 10)
    page, problems = read_page(text, "page", HERE)
    assert problems == ("is so large that only its beginning was looked at",)
    assert 0 < len(page.root.findall(".//br")) < MOST_TAGS
    monkeypatch.setattr("pipeline.extract.embedded_page.LONGEST_PAGE", 40)
    page, problems = read_page("<html><head><title>t</title></head>" + "x" * 100, "page", HERE)
    assert problems
    assert page.root.text_content() == "txxxxx"


def test_a_page_of_any_depth() -> None:
    page, _ = read_page("<title>t</title>" + "<div>" * 10_000, "page", HERE)
    assert page.root.findtext(".//title") == "t"
