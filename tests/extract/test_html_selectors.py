"""Selectors: CSS with scrapy's additions, XPath, and one look at several entries at once."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.extract.html_entry import values_of
from pipeline.extract.html_pages import base_of, joined, joiner, parse_html
from pipeline.extract.html_walk import BASE, PageWalk
from pipeline.extract.selectors import Selectors, compile_selectors, first_link
from pipeline.kinds import Field, HtmlSettings
from pipeline.settings import Source


def source(**fields: Field | str) -> Source:
    return Source(
        kind="html-listing", location="x.html", languages=("en",), name="demo",
        file="input/demo.toml", html=HtmlSettings(entry="article", fields=fields),
    )  # fmt: skip


def compiled(**fields: Field | str) -> Selectors:
    return compile_selectors(source(**fields))


def values(text: str, select: Field | str, *, by_xpath: bool = False) -> list[list[str]]:
    """Return the values that a selector finds in each article of a page."""
    root = parse_html(text, "x")
    selectors = compiled(x=select)
    (field,) = selectors.fields
    walk = PageWalk(root, (), selectors.entry, [field.selector])
    entries = [entry for entry in walk.entries if not isinstance(entry, str)]
    column = walk.found_in_each(field.selector)
    if by_xpath:
        assert entries == selectors.entry.find(root)
        column = [field.selector.find(entry) for entry in entries]
    found = values_of(entries, [column], selectors.fields, joiner(""), stated=False)
    return [[value for value, _ in one.get("x", [])] for one in found]


ARTICLES = (
    "<div class=out><article><h2>A <b>bold</b> <i>one</i></h2><a href=1 rel=x>l</a></article>"
    "<article class=t></article><article><h2>B</h2><h2>C</h2><a href=2>m</a></article></div>"
)


@pytest.mark.parametrize(
    ("select", "found"),
    [
        ("h2::text", [["A bold one"], [], ["B", "C"]]),
        ("h2 b::text, h2 i::text", [["bold", "one"], [], []]),
        ("a::attr(href)", [["1"], [], ["2"]]),
        ("a::attr('href')", [["1"], [], ["2"]]),
        ("a::attr(rel)", [["x"], [], [""]]),
        ("article a::attr(href)", [["1"], [], ["2"]]),
        (".out a::attr(href)", [[], [], []]),
        ("article.t", [[], [""], []]),
        (":scope > a", [["l"], [], ["m"]]),
        ("h2:first-child", [["A bold one"], [], ["B"]]),
        ("h2 + h2", [[], [], ["C"]]),
        ("xpath:.//h2[1]", [["A bold one"], [], ["B"]]),
        ("xpath:.//a/@href", [["1"], [], ["2"]]),
        ("xpath:./h2/text()", [["A ", " "], [], ["B", "C"]]),
        ("xpath:.//h2//text()", [["A ", "bold", " ", "one"], [], ["B", "C"]]),
        ("xpath:string(.//h2)", [["A bold one"], [""], ["B"]]),
        ("xpath:count(.//h2)", [["1"], ["0"], ["2"]]),
        ("xpath:.//h2 | .//a", [["A bold one", "l"], [], ["B", "C", "m"]]),
        ("xpath:../article/h2", [["A bold one", "B", "C"]] * 3),
        ("xpath:.//h2/..", [["A bold onel"], [], ["BCm"]]),
        ("xpath://h2", [["A bold one", "B", "C"]] * 3),
    ],
)
def test_what_selectors_find_in_each_entry(select: str, found: list[list[str]]) -> None:
    each = values(ARTICLES, select)
    assert [[re.sub(r"\n+", "", value) for value in one] for one in each] == found
    assert values(ARTICLES, select, by_xpath=True) == each


@pytest.mark.parametrize(
    ("select", "message"),
    [
        ("h2::before", "of pseudo-elements only ::attr(name) and ::text are known"),
        ("a::attr()", "::attr() takes the name of one attribute"),
        ("a::attr(3)", "::attr() takes the name of one attribute"),
        ("div ::text", "a '::text' behind a space"),
        ("div *::text", "a '::text' behind a space"),
        ("::text", "a '::text' behind a space"),
        ("a::attr(href), b::attr(src)", "its parts name different attributes"),
        ("a::attr(href), b", "its parts name different attributes"),
    ],
)
def test_additions_that_are_not_understood(select: str, message: str) -> None:
    with pytest.raises(SettingsError, match=r"key 'html\.fields\.x'.* is no CSS") as caught:
        compiled(x=select)
    assert message in str(caught.value)


def test_an_attribute_is_named_in_one_place() -> None:
    assert compiled(x=Field("a::attr(href)", attribute="href")).fields[0].field.attribute == "href"
    with pytest.raises(SettingsError, match="names another attribute than attribute = 'title'"):
        compiled(x=Field("a::attr(href)", attribute="title"))


def test_an_entry_is_an_element() -> None:
    html = HtmlSettings(entry="a::attr(href)", fields={"x": "b"})
    wrong = Source(kind="html-listing", location="x", languages=("en",), name="d", html=html)
    with pytest.raises(SettingsError, match=r"key 'html\.entry'.* finds texts, not elements"):
        compile_selectors(wrong)


@pytest.mark.parametrize(
    ("select", "link"),
    [("a", "2"), ("a::attr(title)", "T"), ("xpath://a/@href", "2"), ("b", ""), ("i", ""),
     ("xpath:string(//a[2]/@href)", "2")],
)  # fmt: skip
def test_the_first_link_that_is_one(select: str, link: str) -> None:
    root = parse_html("<a href=' '>x</a><a href=' 2 ' title=T>y</a><a href=3>z</a><b>q</b>", "x")
    selector = compiled(x=select).fields[0].selector
    assert first_link(selector, selector.find(root)) == link


NAMES = st.sampled_from(["article", "div", "h2", "b", "p class='k x'", "div class='\tk  t\nx '",
                         "b id=i", "p lang=es"])  # fmt: skip
TREES = st.recursive(
    st.sampled_from(["t", "<h2>t</h2>", "<b class=k>x</b>", "<p>y</p>", "<b id=i title=T>z</b>"]),
    lambda inner: st.builds(
        lambda name, parts: f"<{name}>{''.join(parts)}</{name.split()[0]}>",
        NAMES, st.lists(inner, max_size=4),
    ),
    max_leaves=20,
)  # fmt: skip
PLAIN = ("h2", ".k", "*", "b.k", "div b", "div > b", "p, h2", "article h2", "article > div b",
         "div div b", "div > div > b", "div.k > .x b", "article", "article .k, b, .k b",
         "#i", "b#i[title]", "[title=T]", ".k.x", "div *", "div > *", "H2", "DIV B", "p[lang=es] b",
         "[title='t']", "div div, b", "b > b, div b > b", "p.k.x ~ b")  # fmt: skip
OTHERS = (":scope", "b:first-child", "h2 ~ b", "p:not(div p)", "b:nth-child(2)", ":scope > p",
          "[class^=k]", "[title=t i]", r"[a\_b]", "xpath:.//b[1]", "xpath:./div/b/@class",
          "xpath:.//p/text()")  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.lists(TREES, min_size=1, max_size=5), st.sampled_from((*PLAIN, *OTHERS)))
def test_one_walk_finds_what_xpath_finds(trees: list[str], select: str) -> None:
    text = "".join(f"<article class='k t'>{tree}</article>{tree}" for tree in trees)
    text = f"<div class=k><p>{text}"
    assert values(text, select) == values(text, select, by_xpath=True)


@settings(max_examples=60, deadline=None)
@given(st.lists(TREES, max_size=5), st.sampled_from(PLAIN))
def test_one_walk_finds_what_xpath_finds_in_the_page(trees: list[str], select: str) -> None:
    root = parse_html("<i>x</i>" + "".join(trees), "x")
    selector = compiled(x=select).fields[0].selector
    assert PageWalk(root, [selector]).found(selector) == selector.find(root)


@pytest.mark.parametrize("entry", ["xpath://article", "article:not(.out)"])
def test_entries_may_be_found_by_xpath_and_fields_in_one_walk(entry: str) -> None:
    html = HtmlSettings(entry=entry, fields={"x": "h2 b", "y": "xpath:.//a"})
    selectors = compile_selectors(msgspec.structs.replace(source(), html=html))
    wanted = [one.selector for one in selectors.fields]
    walk = PageWalk(parse_html(ARTICLES, "x"), (), selectors.entry, wanted)
    assert [len(found) for found in walk.found_in_each(wanted[0])] == [1, 0, 0]
    assert [len(found) for found in walk.found_in_each(wanted[1])] == [1, 0, 1]
    assert walk.nested == 0


@pytest.mark.parametrize("select", PLAIN)
def test_what_is_plain_needs_no_xpath(select: str) -> None:
    assert bool(compiled(x=select).fields[0].selector.chains) == ("~" not in select)


@pytest.mark.parametrize("select", OTHERS)
def test_what_is_not_plain_is_left_to_xpath(select: str) -> None:
    assert compiled(x=select).fields[0].selector.chains == ()


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("<html lang=en><body lang=en><article><b>x", False),
        ("<article><b lang=es>x", True),
        ("<article lang=es>x", True),
        ("<article lang=''>x", False),
    ],
)
def test_whether_a_page_states_languages(text: str, stated: bool) -> None:
    assert PageWalk(parse_html(text, "x"), ()).states_languages is stated


@pytest.mark.parametrize("select", ["div h2", "div > h2", "div div h2", ".a .b .c h2"])
def test_deep_nesting_takes_no_more_than_its_time(select: str) -> None:
    text = "<div class=a>" * 200 + "<h2>x</h2>" * 20_000
    selector = compiled(x=select).fields[0].selector
    found = PageWalk(parse_html(text, "x"), [selector]).found(selector)
    assert len(found) == (0 if "." in select else 20_000)


BASES = st.sampled_from(["https://example.org/a/b?c#d", "http://h.example", "", "x/y", "http://["])
LINKS = st.one_of(
    st.text(),
    st.lists(
        st.sampled_from(["/", "//", "a", "..", ".", "?", "#", ";", "=", "http:", "https://", " ",
                         "\n", "[", "\u00e9", "h.example", ":", "%20", "HTTP://"]), max_size=8,
    ).map("".join),
)  # fmt: skip


@settings(max_examples=300)
@given(BASES, LINKS)
def test_joining_quickly_gives_what_joining_gives(base: str, link: str) -> None:
    assert joiner(base)(link) == (joined(base, link) if link else "")


@pytest.mark.parametrize(
    ("base", "found"),
    [("<base href=/b/>", "https://h.example/b/"), ("<base href='https://x.example'>",
     "https://x.example"), ("<base href='mailto:x'>", "https://h.example/a"), ("<base target=x>",
     "https://h.example/a"), ("<base><base href=c>", "https://h.example/c")],
)  # fmt: skip
def test_the_base_of_a_page(base: str, found: str) -> None:
    bases = PageWalk(parse_html(f"{base}<p>x", "x"), [BASE]).found(BASE)
    assert base_of(bases, "https://h.example/a") == found
    assert base_of(bases, "") == (found if "//x." in found else "")


def test_what_is_not_shown_has_no_text() -> None:
    assert values("<article><svg><text>x</text></svg></article>", "svg") == [[""]]


def test_values_are_cut_where_there_are_any() -> None:
    text = "<article><b>x;y</b></article><article></article>"
    assert values(text, Field("b", split=";")) == [["x", "y"], []]


def test_the_same_text_in_nested_elements_is_not_kept_whole_each_time() -> None:
    text = "<article>" + "<div class=a>" * 100 + "x" * 200_000
    (found,) = values(text, ".a")
    assert [len(value) for value in found] == [100_001] * 100
    (found,) = values(text, ".a .a" + " .a" * 96)
    assert [len(value) for value in found] == [200_000] * 3


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("\n <a> x\ty </a>\f", "x y"),
        ("<a><i> x </i></a>", "x"),
        ("\u00a0<a>x</a>", "\u00a0x"),
        ("<a>x</a>\u00a0", "x\u00a0"),
        ("<a>x</a>y", "xy"),
        ("<a>x<br></a>", "x"),
        ("<br>", ""),
        ("<a></a>", ""),
        ("<script>x</script>", ""),
    ],
)
def test_the_text_of_an_element_in_an_element(markup: str, text: str) -> None:
    assert values(f"<article><h2>{markup}</h2></article>", "h2") == [[text]]
