"""The parts that find a page's structure: names, selectors, groups, labels, columns, pages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.cssselect import CSSSelector

from pipeline.extract.html_pages import parse_html
from pipeline.probe.entries import Entries
from pipeline.probe.finding import finder, quoted, xpath_of
from pipeline.probe.forms import Form, escaped, own_forms
from pipeline.probe.html_structure import Listing, find_listing
from pipeline.probe.names import LOOKS, SEMANTIC, cost, made_up_stem
from pipeline.probe.page_index import PageIndex
from pipeline.probe.roles import is_file
from pipeline.probe.slots import Slot
from pipeline.probe.titles import length_quality, word_count
from pipeline.probe.turning import Turning, find_next, find_numbers, find_total
from pipeline.probe.words import field_of_label, is_action
from tests.probe.pages_of_systems import each, page
from tests.probe.works import WORKS


def index_of(html: str) -> PageIndex:
    return PageIndex(parse_html(html, "page.html"))


def listing_of(content: str) -> Listing:
    found = find_listing(index_of(page(content)))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dataset-item", SEMANTIC),
        ("result", SEMANTIC),
        ("obj_article_summary", SEMANTIC),
        ("list-group-item", SEMANTIC),
        ("col-md-4", LOOKS),
        ("mb-3", LOOKS),
        ("text-gray-500", LOOKS),
        ("md:flex", LOOKS),
        *((name, None) for name in ("css-1x2y3z", "sc-bdVaJa", "jsx-123456", "post-123", "odd")),
        *((name, None) for name in ("eVdKCo", "views-row-first", "item-3", "is-open", "x" * 80)),
        *((name, None) for name in ("", "_ngcontent-abc-c12", "node-12345", "1col", "md:\\1")),
    ],
)
def test_what_a_name_costs(name: str, expected: float | None) -> None:
    assert cost(name) == expected


def test_names_that_say_little_cost_more() -> None:
    assert (cost("summary-box") or 0) < (cost("teal") or 0) < (cost("ab") or 0)


def test_the_stem_of_a_made_up_name() -> None:
    assert made_up_stem("Card_root__x7Y2a") == "Card_root__"
    assert made_up_stem("card__title") == ""


@given(st.text(st.characters(exclude_characters=" \t\n\r\f\x00\\", codec="utf-8"), min_size=1))
def test_any_class_can_be_written_in_a_selector(name: str) -> None:
    from lxml import etree

    element = etree.Element("p")
    try:
        element.set("class", name)
    except ValueError:  # what no XML may hold
        return
    if name.split() != [name]:
        return
    found = CSSSelector(f"p.{escaped(name)}", translator="html")(element)
    assert found == [element]


def test_forms_of_an_element() -> None:
    root = parse_html(
        '<li class="item odd md:flex" role="listitem" data-id="7" itemprop="x y" '
        'itemscope itemtype="http://schema.org/Book"><a rel="tag" href="/a/b/c?q=1">x</a></li>',
        "",
    )
    item = next(root.iter("li"))
    css = [form.css for form in own_forms(item)]
    assert {"li.item", 'li[role="listitem"]', "li[data-id]", 'li[itemtype$="/Book"]', "li"} <= set(
        css
    )
    assert "li.odd" not in css
    (link,) = item
    assert {'a[rel="tag"]', 'a[href*="/a/"]', 'a[href*="q="]'} & {f.css for f in own_forms(link)}
    prefixed = own_forms(next(parse_html("<a:b>x</a:b>", "").iter("a:b")))
    assert [form.css for form in prefixed] == ['xpath:.//*[name()="a:b"]']
    assert own_forms(next(parse_html("<x_y>x</x_y>", "").iter("x_y"))) == []


def test_finding_by_any_selector() -> None:
    root = parse_html('<p class="a">x <b>y</b></p>', "")
    assert finder("p[")(root) == []
    assert finder("xpath:][")(root) == []
    assert finder("xpath:count(//p)")(root) == []
    assert finder("xpath:string(//b)")(root) == ["y"]
    assert finder("xpath:string(//i)")(root) == []
    assert finder("xpath:$x")(root) == []
    assert xpath_of("p > b").endswith("p/b")
    assert finder(f"xpath:{xpath_of('p.a')}")(root) == list(root.iter("p"))


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=20))
def test_any_text_is_an_xpath_literal(text: str) -> None:
    root = parse_html("<p>x</p>", "")
    assert root.xpath(f"string({quoted(text)})") == text


def test_labels_and_buttons() -> None:
    assert field_of_label("Palabras clave:") == "subject"
    assert field_of_label("作者") == "creator"
    assert field_of_label("a" * 50) == ""
    assert field_of_label(" : ") == ""
    assert is_action("Télécharger le PDF »")
    assert not is_action("A guide to more")


def test_files_and_titles() -> None:
    assert is_file("http://x.example/bitstream/handle/1/2")
    assert not is_file("http://[bad/x")
    assert word_count("два слова") == 2
    assert length_quality([]) < 1 < 2 * length_quality(["one two three"])


def test_a_table_without_headings_of_its_own_is_read_by_what_it_holds() -> None:
    rows = each('<tr><td>{n}.</td><td><a href="{w.path}">{w.title}</a></td><td>{long}</td></tr>')
    found = listing_of(f"<table>{rows}</table>")
    assert {"title", "page", "date"} <= set(found.fields)


def test_a_heading_row_of_plain_cells_is_no_entry() -> None:
    rows = each("<tr><td>{w.title}</td><td>{w.author}</td><td>{w.year}</td></tr>")
    found = listing_of(f"<table><tr><td>Title</td><td>Author</td><td>Year</td></tr>{rows}</table>")
    assert len(found.elements) == len(WORKS)
    assert {"title", "creator", "date"} <= set(found.fields)


def test_rows_of_one_heading_cell_part_a_table() -> None:
    rows = each("<tr><td>{w.title}</td><td>{w.author}</td></tr>")
    new = rows.replace("<tr><td>", "<tr><td>More on this: ")
    parted = f"<tr><th colspan=2>Old ones</th></tr>{rows}<tr><th colspan=2>New ones</th></tr>{new}"
    found = listing_of(f"<table><tr><th>Title</th><th>Author</th><th></th></tr>{parted}</table>")
    assert len(found.elements) == 2 * len(WORKS)


def test_columns_under_spanning_cells() -> None:
    first, *others = [f"<td>{w.title}</td><td>{w.author}</td>" for w in WORKS]
    rows = f"<tr><td rowspan=3>A</td>{first}</tr>" + "".join(f"<tr>{o}</tr>" for o in others[:2])
    rows += "".join(f"<tr><td rowspan='x'>B</td>{other}</tr>" for other in others[2:])
    found = listing_of(f"<table><tr><th>Shelf</th><th>Title</th><th>Author</th></tr>{rows}</table>")
    assert found.fields["title"].field.select == "td:nth-last-child(2)"
    assert found.fields["creator"].field.select == "td:nth-last-child(1)"


def test_links_of_a_table_are_addresses() -> None:
    rows = each("<tr><td>{w.title}</td><td>{w.page}</td><td>{w.pdf}</td></tr>")
    found = listing_of(f"<table><tr><th>Title</th><th>URL</th><th>File</th></tr>{rows}</table>")
    assert "file" not in found.fields  # no address: it is relative, and not a link
    assert found.fields["title"].field.select == "td:nth-child(1)"


def test_a_column_of_dates_that_are_none_is_no_date() -> None:
    rows = each("<tr><td>{w.title}</td><td>soon, we hope</td></tr>")
    found = listing_of(f"<table><tr><th>Title</th><th>Date</th></tr>{rows}</table>")
    assert "date" not in found.fields


def test_the_link_around_an_entry() -> None:
    rows = each(
        '<a href="{w.path}"><div class="card"><h3>{w.title}</h3><p>{w.abstract}</p></div></a>'
    )
    found = listing_of(f'<div class="cards">{rows}</div>')
    assert found.fields["page"].field.attribute == "href"


def test_only_some_files_by_their_endings() -> None:
    rows = each(
        '<div class="doc"><h3><a href="{w.path}">{w.title}</a></h3><p><a href="/x/{n}">Cite</a> '
        '<span><a href="{w.pdf}?x=1">one</a></span><a href="/y/{n}.docx">two</a> '
        "<a href='/z/{n}'>three</a></p></div>"
    )
    field = listing_of(rows).fields["file"].field
    assert field.attribute == "href"


def test_licences_of_entries() -> None:
    rows = each(
        '<div class="doc"><h3>{w.title}</h3><p>{w.abstract}</p>'
        '<a href="https://creativecommons.org/licenses/by/4.0/"><img src="cc.png"></a></div>'
    )
    assert listing_of(rows).fields["licence"].field.attribute == "href"


def test_several_authors_in_one_text_are_parted() -> None:
    rows = each(
        '<div class="doc"><h3>{w.title}</h3><p class="authors">{w.author}; Second Person</p>'
        '<p class="abstract">{w.abstract}</p></div>'
    )
    assert listing_of(rows).fields["creator"].field.split == ";"


def test_reversed_names_are_not_parted() -> None:
    rows = each(
        '<div class="doc"><h3>{w.title}</h3><p class="author">Diallo, {w.author}</p>'
        '<p class="abstract">{w.abstract}</p></div>'
    )
    assert listing_of(rows).fields["creator"].field.split == ""


def test_prices_and_buttons_are_no_abstract() -> None:
    rows = each(
        '<div class="doc"><h3>{w.title}</h3><div class="share-buttons">Share this on the network '
        "number {n}, or on another one, or by mail to a friend</div></div>"
    )
    assert "description" not in listing_of(rows).fields


def test_labels_beside_their_values() -> None:
    rows = each(
        '<div class="rec"><h3>{w.title}</h3><div class="row"><div class="l"><span>Author</span>'
        '</div><div class="v">{w.author}</div></div><div><b>Topics</b>： {tags}</div>'
        "<div><b>Year</b><br>{w.year}</div></div>"
    )
    fields = listing_of(rows).fields
    assert 'normalize-space()="Author"' in fields["creator"].field.select
    assert '"："' in fields["subject"].field.select


def test_nothing_is_repeated() -> None:
    assert find_listing(index_of("<p>One text.</p>")) is None
    assert find_listing(index_of("<ul><li>1</li><li>2</li><li>3</li></ul>")) is None


@pytest.mark.slow
def test_very_deep_and_very_wide_pages_are_bounded() -> None:
    deep = "<div>" * 200 + "x" + "</div>" * 200
    wide = (
        "<ul>" + "".join(f"<li>A title of number {n}<b>x</b></li>" for n in range(12_000)) + "</ul>"
    )
    found = find_listing(index_of(f"<body>{deep}{wide}</body>"))
    assert found is not None
    assert len(found.elements) > 5_000


NEXT = [
    '<a rel="next" href="?p=2">more</a>',
    '<a rel="nofollow next" href="?p=2">more</a>',
    '<a class="next page-numbers" href="?p=2">→</a>',
    '<li class="pager-next"><a href="?p=2">x</a></li>',
    '<a id="next" href="?p=2">2</a>',
    '<a aria-label="Next page" href="?p=2">2</a>',
    '<a href="?p=1">1</a> <a href="?p=2">Próxima</a>',
    '<a href="?p=0">zurück</a> <a href="?p=2">Weiter »</a>',
    '<a href="?p=2">下一页</a>',
]
NO_NEXT = [
    '<a href="#">Next</a>',
    '<a href="/a">Next</a><a href="/b">Next</a>',
    '<a href="/a">Nextcloud</a>',
    '<a href="/a">Previous</a>',
]


@pytest.mark.parametrize("markup", [*NEXT, *NO_NEXT])
def test_the_link_to_the_next_page(markup: str) -> None:
    content = '<div class="doc"><a href="/x" rel="next">Next</a></div>' + markup
    index = index_of(f"<html><body><section>{content}</section></body></html>")
    entries = [element for element in index.elements if element.get("class") == "doc"]
    selector = find_next(index, entries)
    assert bool(selector) == (markup in NEXT)
    if selector:
        found = finder(selector)(index.root)
        assert [one.get("href") for one in found if not isinstance(one, str)] == ["?p=2"]


def test_the_next_page_that_the_head_names() -> None:
    index = index_of('<html><head><link rel="next" href="?p=2"></head><body><p>x</p></body></html>')
    assert find_next(index, []) == "link[rel=next]"


ADDRESS = "http://x.example/list"
NUMBERED = [
    ('<a href="?page=2">2</a><a href="?page=3">3</a>', ADDRESS, ["parameter='page'"]),
    ('<a href="?page=1">2</a><a href="?page=2">3</a>', ADDRESS, ["parameter='page'", "first=0"]),
    ('<a href="?start=10">2</a><a href="?start=20">3</a>', ADDRESS,
     ["parameter='start'", "first=0", "step=10"]),
    ('<a href="?offset=20">»</a><a href="?offset=40">last</a>', ADDRESS,
     ["parameter='offset'", "first=0", "step=20"]),
    ('<a href="?page=1">next one</a>', ADDRESS, ["parameter='page'", "first=0"]),
    ('<a href="/list/page/2">2</a>', ADDRESS, []),
    ('<a href="http://other.example/list?page=2">2</a><a href="http://[x">y</a>', ADDRESS, None),
    ('<a href="/other?page=2">2</a><a href="?sort=2">2</a>', ADDRESS, None),
]  # fmt: skip


@pytest.mark.parametrize(("markup", "address", "told"), NUMBERED)
def test_numbered_pages(markup: str, address: str, told: list[str] | None) -> None:
    found = find_numbers(index_of(f"<body>{markup}</body>"), address)
    if told is None:
        assert found == Turning()
        return
    assert [f"{line.key}={line.value!r}" for line in found.paging][: len(told)] == told
    if not told:
        assert found.location == "http://x.example/list/page/{page}"


def test_the_total_that_a_page_declares() -> None:
    index = index_of('<body><p>3 items</p><div><p class="count">57 results</p></div></body>')
    assert find_total(index, 10) == "p.count"
    assert find_total(index, 60) == ""


def test_a_selector_that_finds_too_much_is_narrowed_to_the_first() -> None:
    root = parse_html("<ul><li><a>x</a><a>y</a></li><li><a>z</a><a>w</a></li></ul>", "")
    items = list(root.iter("li"))
    slot = Slot([Form(1.0, "a")], [[item[0]] for item in items], PageIndex(root))
    entries = Entries(items, [slot], slot.index, frozenset())
    assert entries.selector(slot) == "xpath:(.//a)[1]"
    several = Slot([Form(1.0, "b")], [[item[0], item[1]] for item in items], slot.index)
    assert entries.selector(several) == "b"


def test_literals_of_both_quotes() -> None:
    assert quoted("a\"b'c") == 'concat("a", \'"\', "b\'c")'


def test_the_authors_of_entries_are_no_entries() -> None:
    people = "".join(
        f'<li><a href="/who/{{n}}-{m}">{first} {last}</a></li>'
        for m, (first, last) in enumerate(
            [
                ("Ada{n}", "Moe"),
                ("Bo", "Lee{n}"),
                ("Cy{n}", "Roe"),
                ("Di", "Poe{n}"),
                ("Ed{n}", "Fox"),
            ]
        )
    )
    rows = each('<div class="doc"><h3>{w.title}</h3><ul>' + people + "</ul></div>")
    found = listing_of(f"<main>{rows}</main>")
    assert len(found.elements) == len(WORKS)
    assert found.fields["title"].field.select == "h3"


def test_a_date_that_is_mostly_none_is_no_date() -> None:
    parts = each('<div class="doc"><h3>{w.title}</h3><i class="date">{long}</i></div>').split("\n")
    rows = [row if n % 2 else row.replace(" 20", " about 20") for n, row in enumerate(parts)]
    assert "date" not in listing_of("".join(rows)).fields
