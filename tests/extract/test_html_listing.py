"""Entries of saved HTML pages: selectors, values, links, languages, next pages, hostile markup."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SettingsError, SourceError
from pipeline.extract import html_listing, html_pages, pages, source_record
from pipeline.extract.access import Access
from pipeline.extract.html_listing import Reading, read
from pipeline.extract.selectors import compile_selectors
from pipeline.kinds import Field, HtmlSettings
from pipeline.model import Locator, Page, SourceRecord
from pipeline.settings import Source

PLACE = Locator("0" * 64, "page.html", "")
ENTRY = "<article><p class=type>Guidelines</p><h2>Fair collections</h2></article>"


def with_html(source: Source, **changes: object) -> Source:
    assert source.html is not None
    return msgspec.structs.replace(source, html=msgspec.structs.replace(source.html, **changes))


def read_page(text: str, source: Source, **changes: object) -> Reading:
    source = with_html(source, **changes)
    return read(text.encode(), source, compile_selectors(source), PLACE)


def record(text: str, source: Source, **fields: Field | str) -> SourceRecord:
    (found,) = read_page(f"<article>{text}</article>", source, fields=fields).page.records
    return found


def test_fields_are_found_by_css(html_source: Source) -> None:
    page = read_page(f"<h1>List</h1>\n{ENTRY}\n{ENTRY}", html_source).page
    assert page.issues == ()
    assert page.declared_total is None
    first, second = page.records
    assert first.fields == {"title": ("Fair collections",), "type": ("Guidelines",)}
    assert first.locator == Locator("0" * 64, "page.html", "entry 1, line 2")
    assert second.locator.position == "entry 2, line 3"
    assert first.source == "demo"


@pytest.mark.parametrize(
    ("select", "values"),
    [
        ("xpath:.//h2", ("Fair",)),
        ("xpath:.//h2/text()", ("Fair",)),
        ("xpath:string(.//h2)", ("Fair",)),
        ("xpath:count(.//a)", ("2",)),
        ("xpath:boolean(.//a)", ("true",)),
        ("xpath:boolean(.//b)", ()),
        ("xpath:.//a/@class", ("x", "y")),
        ("xpath:.//namespace::node()", ()),
        ("h2, a", ("Fair", "one", "two")),
        ("article", ("Fair one two",)),
        ("xpath:string(.//a/@class)", ("x",)),
        (".missing", ()),
    ],
)
def test_selectors(select: str, values: tuple[str, ...], html_source: Source) -> None:
    text = "<h2>Fair</h2> <a class=x>one</a> <a class=y>two</a>"
    found = record(text, html_source, title=select).fields.get("title", ())
    assert tuple(" ".join(value.split()) for value in found) == values


@pytest.mark.parametrize(
    ("key", "selector"),
    [
        ("html.entry", "article["),
        ("html.entry", ""),
        ("html.fields.title", "h2::before"),
        ("html.fields.title", "> h2"),
        ("html.fields.title", "xpath:.//h2["),
        ("html.fields.title", "xpath:unknown(.)"),
        ("html.fields.title", "xpath:re:test(., 'x')"),
        ("html.fields.title", "xpath:$x"),
        ("html.next", "a:nth-child(x"),
        ("html.total", "xpath:"),
    ],
)
def test_a_wrong_selector_is_found_before_any_page_is_read(
    key: str, selector: str, html_source: Source, folder: Path
) -> None:
    name = key.split(".")[1]
    change: dict[str, object] = {name: {"title": selector} if name == "fields" else selector}
    with pytest.raises(SettingsError, match=f"key '{key}'") as caught:
        pages(with_html(html_source, **change), Access(folder, folder / "payloads"))
    assert caught.value.where == "input/demo.toml"
    assert "no CSS selector" in str(caught.value) or "no XPath expression" in str(caught.value)


def test_settings_that_lack_what_the_kind_needs(html_source: Source, folder: Path) -> None:
    field = with_html(html_source, fields={"title": Field(select="a[")})
    with pytest.raises(SettingsError, match=r"key 'html\.fields\.title\.select'"):
        pages(field, Access(folder, folder))
    with pytest.raises(SettingsError, match=r"key 'html\.fields': empty"):
        pages(with_html(html_source, fields={}), Access(folder, folder))
    with pytest.raises(SettingsError, match="key 'html': missing"):
        pages(msgspec.structs.replace(html_source, html=None), Access(folder, folder))
    with pytest.raises(SettingsError, match=r"unknown \(did you mean 'html-listing'\?\)"):
        pages(msgspec.structs.replace(html_source, kind="html-list"), Access(folder, folder))


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("one\n   two", "one two"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<p>one</p>\n<p>two</p>", "one\n\ntwo"),
        ("one<div>two</div>three", "one\n\ntwo\n\nthree"),
        ("<ul><li>one</li><li>two</li></ul>end", "one\n\ntwo\n\nend"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\n\nc"),
        ("a<b>b</b>c <i> d</i>", "abc d"),
        ("a<script>x()</script>b<style>y</style><noscript>z</noscript>c", "abc"),
        ("a<!-- no -->b<?php no ?>c", "abc"),
        ("a&nbsp;b &amp; c &#x1f600; &lt;i&gt;", "a\u00a0b & c \U0001f600 <i>"),
        ("caf\u00c3\u00a0", "caf\u00c3\u00a0"),
        ("a\u0085b", "a\u0085b"),
    ],
)
def test_text_keeps_boundaries_and_nothing_else(
    markup: str, text: str, html_source: Source
) -> None:
    found = record(f"<div class=t>{markup}</div>", html_source, title=".t").fields["title"][0]
    assert found.replace("\n\n\n", "\n\n") == text or found.replace("\n", "\n\n") == text


def test_markup_is_kept_where_it_is_wanted(html_source: Source) -> None:
    found = record(
        "<div class=a>a &lt; b<p>one <b>two</b><br></p></div><h2>T</h2><i data-x='<p>x</p>'>y</i>",
        html_source,
        description=Field(select=".a", html=True),
        title="h2",
        rights=Field(select="i", attribute="data-x", html=True),
        subject=Field(select=".none", html=True),
    )
    assert found.fields["description"] == ("a &lt; b<p>one <b>two</b><br></p>",)
    assert found.fields["rights"] == ("<p>x</p>",)
    assert found.markup == ("description", "rights")


def test_attributes_and_links(html_source: Source) -> None:
    text = (
        "<a href=' item/1?a=b '>x</a><a href='/top'>x</a><a href='https://other.example/'>x</a>"
        "<a>no link</a><a href='http://['>x</a><a href='javascript:x()'>x</a><b title='T'></b>"
    )
    found = record(text, html_source, page=Field(select="a", attribute="href"),
                   title=Field(select="b", attribute="title"))  # fmt: skip
    assert found.fields["page"] == (
        "https://example.org/list/item/1?a=b", "https://example.org/top",
        "https://other.example/", "http://[", "javascript:x()",
    )  # fmt: skip
    assert found.fields["title"] == ("T",)


@pytest.mark.parametrize(
    ("base", "link"),
    [
        ("<base href='https://b.example/x/'>", "https://b.example/x/1"),
        ("<base href='/y/'>", "https://example.org/y/1"),
        ("<base href='javascript:x'>", "https://example.org/list/1"),
        ("<base>", "https://example.org/list/1"),
    ],
)
def test_the_page_says_what_its_links_are_relative_to(
    base: str, link: str, html_source: Source
) -> None:
    fields = {"page": Field(select="a", attribute="href")}
    text = f"<head>{base}</head><article><a href=1>x</a></article>"
    page = read_page(text, html_source, fields=fields).page
    assert page.records[0].fields["page"] == (link,)


def test_links_relative_to_nothing_are_an_issue(html_source: Source) -> None:
    source = msgspec.structs.replace(html_source, homepage="")
    fields = {"page": Field(select="a", attribute="href")}
    page = read_page(
        "<article><a href=1>x</a><a href=http://a.example>", source, fields=fields
    ).page
    assert page.records[0].fields["page"] == ("1", "http://a.example")
    assert "1 links are relative" in page.issues[0].message


def test_one_value_is_cut_into_several(html_source: Source) -> None:
    found = record("<p>savings; credit ;; </p><p>wages</p>", html_source,
                   subject=Field(select="p", split=";"))  # fmt: skip
    assert found.fields["subject"] == ("savings", "credit", "wages")


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("<h2 lang=es>T</h2>", {"title": ("es",)}),
        ("<div lang='pt-BR'><h2>T</h2></div>", {"title": ("pt-BR",)}),
        ("<h2 xml:lang=fr>T</h2>", {"title": ("fr",)}),
        ("<h2 lang='pt_BR'>T</h2>", {"title": ("pt-BR",)}),
        ("<h2 lang=''>T</h2>", {}),
        ("<h2 lang=es>T</h2><h2 lang=en>U</h2>", {"title": ("es", "en")}),
        ("<h2 lang=es>T</h2><h2>U</h2>", {"title": ("es", "")}),
        ("<h2 lang=es>T <i lang=en>fair</i></h2>", {}),
        ("<h2 lang=es>T <i lang=es>fair</i></h2>", {"title": ("es",)}),
        ("<h2 lang='the Spanish one'>T</h2>", {}),
        ("<h2 lang=es></h2>", {}),
    ],
)
def test_stated_languages(
    text: str, languages: dict[str, tuple[str, ...]], html_source: Source
) -> None:
    found = record(text, html_source, title="h2")
    assert found.languages == languages
    assert bool(found.issues) == ("the Spanish" in text or not found.fields)


def test_the_language_of_the_entry_counts_that_of_the_page_does_not(html_source: Source) -> None:
    text = f"<html lang=en><body lang=en>{ENTRY.replace('<article', '<article lang=es')}{ENTRY}"
    first, second = read_page(text, html_source).page.records
    assert first.languages == {"title": ("es",), "type": ("es",)}
    assert second.languages == {}
    text_node = record("x<b lang=es></b>", html_source, title="xpath:text()",
                       type="xpath:string(.)", page="xpath:/html/body/article")  # fmt: skip
    assert text_node.languages == {}


@pytest.mark.parametrize(
    ("text", "total"), [("437 entries were found.", 437), ("<b>1.234</b> resultados", 1234)]
)
def test_the_declared_total(text: str, total: int, html_source: Source) -> None:
    page = read_page(f"<p id=n>none</p><p id=n>{text}</p>{ENTRY}", html_source, total="#n").page
    assert page.declared_total == total
    assert page.issues == ()


def test_a_total_that_is_not_there_is_an_issue(html_source: Source) -> None:
    page = read_page(f"<p id=n>many\x1b</p>{ENTRY}", html_source, total="#n").page
    assert page.declared_total is None
    assert "no number in 'many'" in page.issues[0].message
    page = read_page(ENTRY, html_source, total="xpath:string(//i)").page
    assert "no number in ''" in page.issues[0].message
    assert "finds nothing" in read_page(ENTRY, html_source, total="#n").page.issues[0].message


def test_a_page_of_another_site(html_source: Source) -> None:
    text = "<title>Weather\n today</title><h1>Sunny</h1><h2>Rain</h2><p>x"
    with pytest.raises(SourceError, match="0 of selector 'article'") as caught:
        read_page(text, html_source)
    message = str(caught.value)
    assert "the page's title is 'Weather today'" in message
    assert "its headings are 'Sunny', 'Rain'" in message
    assert "correct 'html.entry' in input/demo.toml" in message
    with pytest.raises(SourceError, match="the page has no title"):
        read_page("not a page", html_source)
    with pytest.raises(SettingsError, match="finds texts"):
        read_page(ENTRY, html_source, entry="xpath://h2/text()")


def test_an_entry_without_any_field_is_an_issue(html_source: Source) -> None:
    found = record("nothing <b>here</b>", html_source, title="h2", type=".type")
    (issue,) = found.issues
    assert issue.identifier == found.locator.position == "entry 1, line 1"
    assert issue.value == "nothing here"
    assert "expected 'title', 'type'" in issue.message


def test_entries_inside_entries_are_an_issue(html_source: Source) -> None:
    page = read_page("<div><div><h2>x</h2></div></div>", html_source, entry="div").page
    assert "1 of 2 entries stand inside another" in page.issues[0].message
    assert [record.fields["title"] for record in page.records] == [("x",), ("x",)]
    deep = "<p><b><i>x</i></b></p>" + "<div>" * 20 + "<h2>x</h2>"
    assert len(read_page(deep, html_source, entry="div").page.records) == 20
    with pytest.raises(SourceError, match=r"inside one another, 21 deep.*make 'html\.entry'"):
        read_page("<div>" + deep, html_source, entry="div")


def test_limits(html_source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_record, "LONGEST_FIELD", 10)
    monkeypatch.setattr(source_record, "MOST_VALUES", 2)
    found = record("<h2>" + "x" * 11 + "</h2><h2>b</h2><h2>c</h2>", html_source, title="h2")
    assert found.fields["title"] == ("x" * 10, "b")
    assert [issue.message[:30] for issue in found.issues] == [
        "field 'title': has 11 characte", "field 'title': has 3 values, e",
    ]  # fmt: skip
    monkeypatch.setattr(html_listing, "MOST_ENTRIES", 1)
    with pytest.raises(SourceError, match="has 2 entries"):
        read_page(ENTRY * 2, html_source)
    monkeypatch.setattr(html_pages, "MOST_TAGS", 3)
    with pytest.raises(SourceError, match="more than 3 tags"):
        read_page(ENTRY, html_source)


@pytest.mark.parametrize(
    "text",
    ["<div>" * 5000 + ENTRY, f"<a title='{'x' * 11_000_000}'>{ENTRY}", "<p>" + "y" * 11_000_000],
)
def test_a_page_that_cannot_be_read_to_its_end_is_refused(text: str, html_source: Source) -> None:
    with pytest.raises(SourceError, match="cannot be read to its end"):
        read_page(text, html_source)


def test_entities_from_outside_are_not_read(html_source: Source, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret words")
    bomb = '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">'
    text = (
        f'<?xml version="1.0" encoding="iso-8859-1"?><!DOCTYPE html [{bomb}<!ENTITY x SYSTEM '
        f'"{secret.as_uri()}">]><article><h2>&x;&c; caf\u00e9</h2></article>'
    )
    (found,) = read_page(text, html_source).page.records
    assert found.fields["title"] == ("&x;&c; caf\u00e9",)


def test_broken_markup_is_repaired(html_source: Source) -> None:
    text = "<article><h2>One <b>two</h2><p class=type>Guidelines<article><h2>&nosuch; &#xD800;x"
    page = read_page(text + "\x01\x0c", html_source).page
    assert page.records[0].fields["title"][0] == "One two"
    assert page.records[-1].fields["title"][0].startswith("&nosuch; \ufffdx")


def test_far_lines_are_left_out_of_the_position(html_source: Source) -> None:
    page = read_page("\n" * 70_000 + ENTRY, html_source).page
    assert page.records[0].locator.position == "entry 1"


@pytest.fixture
def saved(folder: Path) -> Path:
    for number in (1, 2, 3):
        text = f"<a class=next href='page-{number + 1}.html'>next</a>"
        (folder / f"page-{number}.html").write_text(ENTRY.replace("Fair", f"Fair {number}") + text)
    return folder


def titles(found: Iterator[Page]) -> list[str]:
    return [record.fields["title"][0] for page in found for record in page.records]


def test_the_next_page_is_followed_from_a_single_file(
    saved: Path, html_source: Source, payloads: Path
) -> None:
    source = with_html(html_source, next="a.next")
    source = msgspec.structs.replace(source, location="page-1.html")
    found = list(pages(source, Access(saved, payloads)))
    assert titles(iter(found)) == [f"Fair {n} collections" for n in (1, 2, 3)]
    assert "the next page 'page-4.html' is no saved file" in found[-1].issues[0].message
    assert found[-1].issues[0].identifier == ""
    assert len(list(payloads.iterdir())) == 3


def test_a_glob_reads_all_files_and_follows_nothing(
    saved: Path, html_source: Source, payloads: Path
) -> None:
    source = with_html(html_source, next="a.next")
    found = list(
        pages(msgspec.structs.replace(source, location="page-[13].html"), Access(saved, payloads))
    )
    assert titles(iter(found)) == ["Fair 1 collections", "Fair 3 collections"]
    assert all(page.issues == () for page in found)


@pytest.mark.parametrize(
    ("link", "follows"),
    [
        ("page-2.html#top", True),
        ("./page-2.html?x=1", True),
        ("page%2D2.html", True),
        ("?page=2", True),
        ("sub/../page-2.html", True),
        ("#", None),
        ("page-1.html", None),
        ("", None),
        ("https://example.org/page-2.html", True),
        ("//example.org/page-2.html", True),
        ("/page-2.html", True),
        ("https://other.example/page-2.html", False),
        ("ftp://example.org/page-2.html", False),
        ("sub", False),
        ("../secret.html", False),
        ("link.html", False),
        ("http://[", False),
        ("%00", False),
    ],
)
def test_next_links(
    link: str, follows: bool | None, folder: Path, html_source: Source, payloads: Path
) -> None:
    (folder / "sub").mkdir()
    second = ENTRY.replace("Fair", "Second")
    (folder / "page-2.html").write_text(second)
    (folder / "?page=2").write_text(second)
    (folder.parent / "secret.html").write_text(second)
    (folder / "link.html").symlink_to(folder.parent / "secret.html")
    (folder / "page-1.html").write_text(f"{ENTRY}<a href='{link}'>next</a>")
    source = with_html(html_source, next="xpath://a/@href")
    found = list(
        pages(msgspec.structs.replace(source, location="page-1.html"), Access(folder, payloads))
    )
    assert len(titles(iter(found))) == (2 if follows else 1)
    assert [issue.message for page in found for issue in page.issues] == (
        [] if follows is not False else [
            f"page-1.html: the next page {link!r} is no saved file, so reading stops here; save it "
            "beside this one, or give 'location' as a glob"
        ]
    )  # fmt: skip


def test_pages_that_link_in_a_circle_are_read_once(
    folder: Path, html_source: Source, payloads: Path
) -> None:
    for here, there in (("page.html", "b.html"), ("b.html", "page.html")):
        (folder / here).write_text(f"{ENTRY}{here}<a href='{there}'>next</a>")
    found = list(pages(with_html(html_source, next="a"), Access(folder, payloads)))
    assert len(found) == 2


def test_the_same_page_twice_is_read_once(
    folder: Path, html_source: Source, payloads: Path
) -> None:
    for name in ("a.html", "b.html"):
        (folder / name).write_text(ENTRY)
    source = msgspec.structs.replace(html_source, location="*.html")
    found = list(pages(source, Access(folder, payloads)))
    assert [len(page.records) for page in found] == [1, 0]
    assert "b.html: is the same as a.html" in found[1].issues[0].message


def test_issues_of_decoding_come_with_the_page(
    folder: Path, html_source: Source, payloads: Path
) -> None:
    (folder / "page.html").write_bytes(f"<meta charset=koi8-r>{ENTRY}caf\u00e9".encode())
    (page,) = pages(html_source, Access(folder, payloads))
    assert "koi8-r" in page.issues[0].message


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("utf-8-sig", ""), ("utf-8", "koi8-r"), ("utf-16", ""), ("iso-8859-1", "iso-8859-1"),
     ("utf-8", "")],
)  # fmt: skip
def test_pages_in_any_encoding(
    encoding: str, declared: str, folder: Path, html_source: Source, payloads: Path
) -> None:
    meta = f"<meta charset={declared}>" if declared else ""
    text = f"<html><head>{meta}</head><body>{ENTRY}<h2>\u00c9pargne</h2></body></html>"
    (folder / "page.html").write_bytes(text.encode(encoding))
    source = with_html(html_source, entry="body", fields={"title": "h2", "rights": ":scope"})
    (page,) = pages(source, Access(folder, payloads))
    (found,) = page.records
    assert found.fields["title"] == ("Fair collections", "\u00c9pargne")
    assert found.fields["rights"][0].startswith("Guidelines")


def test_damaged_utf_8_is_read_with_its_replacements(
    folder: Path, html_source: Source, payloads: Path
) -> None:
    damaged = ("<article><h2>" + "\u00e9" * 41).encode()[:-1]
    (folder / "page.html").write_bytes(damaged)
    (page,) = pages(html_source, Access(folder, payloads))
    assert page.records[0].fields["title"] == ("\u00e9" * 40 + "\ufffd",)
    assert "were read as '\ufffd'" in page.issues[0].message


def test_real_pages_are_read(html_source: Source, shared: Path) -> None:
    samples = sorted((shared / "samples" / "html").rglob("*.html"))
    assert len(samples) >= 30
    for path in samples:
        text = path.read_text("utf-8", errors="replace").replace("\0", "")
        page = read_page(text, html_source, entry="html", fields={"title": ":scope"}).page
        assert len(page.records) == 1


SOURCE = Source(
    kind="html-listing", location="x", languages=("en",), name="demo",
    html=HtmlSettings(
        entry="article",
        fields={"title": "h2", "description": Field(select="div", html=True), "page":
                Field(select="a", attribute="href")},
        next="a", total="p",
    ),
)  # fmt: skip
SELECTORS = compile_selectors(SOURCE)
PIECES = st.sampled_from(
    ["<article>", "</article>", "<h2>", "</h2>", "<div lang=es>", "</div>", "<a href='x y'>", "<p>",
     "437", "text", "<!--", "-->", "<![CDATA[", "<?x", "&amp;", "&#0;", "\u00a0", "<", ">", '"']
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.lists(PIECES, max_size=20))
def test_any_markup_gives_a_page_or_a_source_error(pieces: list[str]) -> None:
    try:
        page = read(("<article>" + "".join(pieces)).encode(), SOURCE, SELECTORS, PLACE).page
    except SourceError:
        return
    assert page.records
    msgspec.json.encode(page)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1).map(
            lambda text: " ".join(text.split(" ")).strip(" ") or "x"
        ),
        min_size=1,
        max_size=5,
    )
)
def test_what_is_escaped_is_read_back(values: list[str]) -> None:
    from html import escape

    text = "".join(f"<article><h2>{escape(value)}</h2></article>" for value in values)
    page = read(text.encode(), SOURCE, SELECTORS, PLACE).page
    squeezed = [" ".join(part for part in value.split(" ") if part) for value in values]
    assert [record.fields["title"] for record in page.records] == [(value,) for value in squeezed]


def test_xpath_knows_where_its_finds_stand(html_source: Source) -> None:
    text = "<h2 lang=es>T<i lang=en>x</i>a &lt; b</h2><a href=1.pdf>f</a><p lang=pt title=y>z</p>"
    found = record(
        text,
        html_source,
        title=Field(select="xpath:.//h2/text()", html=True),
        file="xpath:.//a/@href",
        rights="xpath:.//p/@title",
        subject="xpath:/html/body//i",
        type="xpath:/html",
    )
    assert found.fields["title"] == ("T", "a &lt; b")
    assert found.fields["file"] == ("https://example.org/list/1.pdf",)
    assert found.languages == {"title": ("es", "es"), "rights": ("pt",), "subject": ("en",)}


def test_what_the_parser_refuses_is_a_source_error(
    html_source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lxml import etree

    class SyntaxErrorOfLxml(etree.XMLSyntaxError):
        def __init__(self, message: str) -> None:
            SyntaxError.__init__(self, message)

    def refuse(*_: object) -> None:
        raise SyntaxErrorOfLxml("Document is empty")

    monkeypatch.setattr(etree, "fromstring", refuse)
    with pytest.raises(SourceError, match="cannot be read as HTML: Document is empty"):
        read_page(ENTRY, html_source)
