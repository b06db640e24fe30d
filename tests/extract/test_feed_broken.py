"""Feeds that are broken, hostile or none: what can be read is, each problem is told."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.extract import entry_texts, feed_parser, feed_reading
from pipeline.extract.access import NoEntriesError
from pipeline.extract.entry_texts import batches, cut_feed, repaired
from pipeline.extract.entry_trees import children_of, parse_tree, parse_trees
from tests.extract.feeds import atom, issues, read, record, records, rss

GOOD = "<item><title>Good</title><link>http://a.example/g</link></item>"
SECONDS = 20
"""Far above what any of these takes, even on a machine that does much else."""


@pytest.mark.parametrize(
    ("entry", "title", "problem"),
    [
        ("<title>R&D caf&eacute; &nbsp;x</title>", "R&D café \xa0x", "EntityRef"),
        ("<title>a\x08b&#2;c&#x1F;d</title>", "abcd", "invalid Char"),
        ("<title>T</title><zz:a>1</zz:a>", "T", "Namespace prefix zz"),
        ("<title><![CDATA[R&D &nbsp;]]>&</title>", "R&D &nbsp;&", "xmlParseEntityRef"),
    ],
)
def test_an_entry_is_put_right(entry: str, title: str, problem: str) -> None:
    feed = rss(f"{GOOD}<item>{entry}<dc:type>t</dc:type><dc:type>u</dc:type></item>\n{GOOD}")
    found = records(feed)
    assert [one.fields["title"] for one in found] == [("Good",), (title,), ("Good",)]
    assert found[1].fields["type"] == ("t", "u")
    assert found[1].issues == ()
    (issue,) = issues(feed)
    assert "1 of 3 entries were put right" in issue.message
    assert "entry 2, line 1" in issue.message
    assert problem in issue.message
    assert issue.severity == "warning"


def test_an_entry_whose_tags_do_not_match_is_read_loosely_by_itself() -> None:
    bad = (
        "<item><title>One<br> two</title><link>http://a.example/1</link><dc:type>t</dc:type></item>"
    )
    found = records(rss(GOOD + bad + GOOD))
    assert [one.fields["page"][0] for one in found] == [
        "http://a.example/g",
        "http://a.example/1",
        "http://a.example/g",
    ]
    assert "One" in found[1].fields["title"][0]
    assert found[1].fields["type"] == ("t",)
    (issue,) = found[1].issues
    assert issue.identifier == "entry 2, line 1"
    assert "cannot be read whole (Opening and ending tag mismatch" in issue.message


@pytest.mark.parametrize(
    "stumble",
    ["<textinput><media:content><image><name>n</name></image></media:content></textinput>",
     "<title>U<br> &#99999999999; &#x110000;</title>", "<media:credit/><media:rating>x<br>"],
)  # fmt: skip
def test_an_entry_that_feedparser_stumbles_over_harms_no_other(stumble: str) -> None:
    found = records(rss(f"{GOOD}<item><link>http://a.example/1</link>{stumble}</item>{GOOD}"))
    assert [one.fields["page"] for one in found] == [
        ("http://a.example/g",),
        ("http://a.example/1",),
        ("http://a.example/g",),
    ]


def test_an_entry_that_no_parser_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(text: str) -> object:
        return None if "<title>T<" in text else strict(text)

    strict = feed_parser._strict
    monkeypatch.setattr(feed_parser, "_strict", fails)
    monkeypatch.setattr(feed_parser, "_loose", lambda _: None)
    found = records(rss(GOOD + "<item><title>T</title></item>" + GOOD))
    assert [one.fields.get("title") for one in found] == [("Good",), None, ("Good",)]
    assert "(its elements are not those of a feed)" in found[1].issues[0].message


def test_what_a_feed_declares_as_its_encoding_is_past() -> None:
    text = '<?xml version="1.0" encoding="euc-kr"?>' + rss("", "<title>\ub144</title>")
    assert feed_parser._strict(text).feeddata["title"] == "\ub144"


def test_an_entry_inside_an_entry() -> None:
    text = rss("<item><title>One</title><x><item><title>Two</title></item></x></item>" + GOOD)
    found = records(text)
    assert len(found) == 2
    assert found[0].fields["title"] == ("One",)
    assert found[0].issues
    assert found[1].fields["title"] == ("Good",)


def test_entries_that_are_not_closed_end_where_the_next_begins() -> None:
    feed = rss("<item><title>One</title>\n<item><title>Two</title>\n<item><title>Three</title>")
    assert [one.fields["title"] for one in records(feed)] == [("One",), ("Two",), ("Three",)]
    assert [one.locator.position for one in records(feed)] == [
        "entry 1, line 1",
        "entry 2, line 2",
        "entry 3, line 3",
    ]


def test_a_feed_that_was_cut_off_is_told_and_is_not_complete() -> None:
    whole = rss(GOOD + "<item><title>Two</title><link>http://a.example/2</link></item>")
    (reading,) = read(whole)
    assert not reading.cut_off
    found = read(whole[: whole.index("</item></channel>") - 30])
    assert [one.fields["title"] for r in found for one in r.page.records] == [("Good",), ("Two",)]
    assert all(reading.cut_off for reading in found)
    messages = [issue.message for reading in found for issue in reading.page.issues]
    assert any("the end of the feed is missing" in message for message in messages)


def test_what_stands_outside_the_entries_may_be_broken_too() -> None:
    feed = rss(GOOD, "<title>A & B</title><atom:link rel='next' href='http://a.example/2'/>")
    (first, last) = read(feed)
    assert first.next_link == "http://a.example/2"
    (issue,) = last.page.issues
    assert "outside its entries" in issue.message
    assert issue.severity == "info"
    (first, last) = read(rss(GOOD, "<title>A <br></title>"))
    assert len(first.page.records) == 1
    assert "outside its entries" in last.page.issues[0].message
    (first, last) = read(rss(GOOD, "<title>&#99999999999;<br></title><x>"))
    assert len(first.page.records) == 1


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + rss(GOOD),
        '<?xml version="1.0"?>\n<!-- x -->\n<!DOCTYPE a [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>'
        + rss("<item><title>&c;</title></item>"),
        '<!DOCTYPE feed [<!ENTITY % p SYSTEM "http://127.0.0.1:1/"> %p;]>' + atom("<entry/>"),
    ],
)
def test_entities_are_refused(text: str) -> None:
    with pytest.raises(SourceError, match=r"feed\.xml: declares XML entities"):
        read(text)


def test_what_an_entry_quotes_declares_nothing() -> None:
    quoted = "<![CDATA[<!ENTITY x SYSTEM 'file:///etc/passwd'> &x;]]>"
    found = record(rss(f"<item><title>T</title><description>{quoted}</description></item>"))
    assert found.fields["description"][0].startswith("<!ENTITY x")
    late = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    found = record(rss(f"<item>{late}<title>&x;</title></item>"))
    assert "root:" not in str(found)


def test_a_document_type_elsewhere_is_not_fetched() -> None:
    doctype = '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://127.0.0.1:1/x.dtd">'
    assert record(doctype + rss("<item><title>caf&eacute;</title></item>")).fields["title"] == (
        "café",
    )


@pytest.mark.parametrize(
    ("text", "what", "step"),
    [
        ("http://127.0.0.1:1/", "it begins 'http://127.0.0.1:1/'", "often at /feed/"),
        ("/etc/passwd", "it begins '/etc/passwd'", "often at /feed/"),
        ("<!doctype html><html><p>x</html>", "is a web page, no feed", "html-listing"),
        (
            '<html><link rel="alternate" type="application/rss+xml" href="/f?a=1&amp;b=2">'
            "<link href=/atom type=application/atom+xml><link type=application/rss+xml></html>",
            "is a web page, no feed;",
            "a feed that the page names: /f?a=1&b=2, /atom",
        ),
        ("<urlset><url/></urlset>", "it begins '<urlset>", 'kind = "sitemap"'),
        ("<rdf:RDF xmlns:rdf='x'><a/></rdf:RDF>", "is no feed", 'kind = "rdf"'),
        ("<OAI-PMH/>", "is no feed", 'kind = "oai-pmh"'),
        ('{"a": 1}', "is no feed", 'kind = "json"'),
        ("[1]", "is no feed", 'kind = "json"'),
        ("just text", "is no feed", "check the address"),
    ],
)
def test_what_is_no_feed(text: str, what: str, step: str) -> None:
    with pytest.raises(SourceError) as caught:
        read(text)
    assert not isinstance(caught.value, NoEntriesError)
    assert what in str(caught.value)
    assert step in caught.value.next_step
    assert caught.value.where == "feed.xml"


def test_a_feed_without_entries() -> None:
    for text in (rss(""), atom(""), "<rss/>", "<rss><channel/></rss>"):
        with pytest.raises(NoEntriesError, match="is a feed without entries"):
            read(text)
    kind = 'scheme="http://schemas.google.com/g/2005#kind" term="x#settings"'
    with pytest.raises(NoEntriesError, match="it holds 1 of kind 'settings'"):
        read(atom(f"<entry><category {kind}/></entry>"))


def test_an_export_of_wordpress_is_pointed_out() -> None:
    names = 'xmlns:wp="http://wordpress.org/export/1.2/"'
    text = f"<rss {names}><channel>{GOOD}</channel></rss>"
    (issue,) = issues(text)
    assert 'kind = "wordpress"' in issue.message
    (issue,) = issues(f"<rss><channel {names}>{GOOD}</channel></rss>")
    assert 'kind = "wordpress"' in issue.message


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SourceError, match="begins with tags of"):
        read(f'<rss a="{"x" * 60_000}"><channel>{GOOD}</channel></rss>')
    monkeypatch.setattr(feed_reading, "MOST_ENTRIES", 2)
    with pytest.raises(SourceError, match="has 3 entries; expected a feed of at most 2"):
        read(rss(GOOD * 3))
    monkeypatch.setattr(feed_parser, "MOST_TAGS", 20)
    long = "<item><title>T</title>" + "<a/>" * 20 + "</item>"
    good, bad = records(rss(GOOD + long))
    assert good.fields["title"] == ("Good",)
    assert bad.fields == {}
    assert "it has 24 tags, more than 20" in bad.issues[0].message
    monkeypatch.setattr(feed_parser, "LARGEST_LOOSE", 10)
    (found,) = records(rss("<item><title>a<br></title></item>"))
    assert found.fields == {}
    assert len(found.issues) == 1


def test_batches() -> None:
    feed = cut_feed(rss("<item>12345</item>" * 5))
    assert [len(batch) for batch in batches(feed.entries())] == [5]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(entry_texts, "BATCH", 2)
        assert [len(batch) for batch in batches(feed.entries())] == [2, 2, 1]
        patch.setattr(entry_texts, "LONGEST_BATCH", 20)
        assert [len(batch) for batch in batches(feed.entries())] == [1] * 5
        found = records(rss("".join(f"<item><title>{n}</title></item>" for n in range(7))))
        assert [one.fields["title"] for one in found] == [(str(n),) for n in range(7)]
    assert list(batches(iter(()))) == []


N = 30_000
HOSTILE = {
    "tags": "<item><title>x</title>" + "".join(f"<category>{n}</category>" for n in range(N // 2)),
    "keywords": "<item><media:keywords>" + ",".join(map(str, range(10 * N))) + "</media:keywords>",
    "author": f"<item><author>{'a' * 30 * N}</author>",
    "authors": f"<item><author>{'a.a@a ' * 5 * N}</author>",
    "ampersands": f"<item><title>{'&' * 10 * N}</title>",
    "nested": "<item>" * (N // 10),
    "deep": "<item>" + "<b>" * N + "</b>" * N,
    "comments": "<item><title>x</title>" + "<!--" * 10 * N,
    "cdata": "<item><title>x</title>" + "<![CDATA[" * 10 * N,
    "tags without an end": "<item " * 10 * N,
    "quotes": '<item a="' * 10 * N,
    "declarations": "<item><title>x</b>" + "<!" * 10 * N,
    "instructions": "<item><title>x</b>" + "<?" * 10 * N,
    "channels": "<channel>" * N + "</rss>",
    "what feedparser stumbles over": "<item><media:rating/><image><width>x</width></image>"
    "<textInput><name>n</name>",
    "references": "<item><title>&#99999999999; &#xD800; &#0;</title><b>",
}


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_feed_takes_long(text: str) -> None:
    started = time.process_time()
    try:
        found = records(rss(f"{GOOD}{text}"))
    except SourceError:
        found = []
    else:
        assert found[0].fields["title"] == ("Good",)
        assert all(one.fields or one.issues for one in found)
    assert time.process_time() - started < SECONDS


def test_cutting() -> None:
    feed = cut_feed('<a:feed xml:lang="es" x=">"><a:entry><entry/></a:entry>\n<a:entry/></a:feed>')
    assert (feed.root, feed.head, feed.tail) == ("a:feed", '<a:feed x=">">', "</a:feed>")
    assert [entry.text for entry in feed.entries()] == [
        "<a:entry><entry/></a:entry>",
        "<a:entry/>",
    ]
    assert feed.rest == '<a:feed xml:lang="es" x=">">\n</a:feed>'
    assert feed.whole
    other = cut_feed("<rss><channel><b:item>x</b:item><!--<item>--><item>1</item></channel></rss>")
    assert [entry.text for entry in other.entries()] == ["<item>1</item>"]
    closed = cut_feed("<rss></channel><item>1</item></rss></feed>")
    assert (closed.head, closed.whole) == ("<rss>", True)
    endless = cut_feed("<rss><!-- <item>1</item><!-- </rss>")
    assert len(endless.spans) == 1
    nested = cut_feed("<rss><channel><item>1<item>2</item></channel></rss>")
    assert [entry.text for entry in nested.entries()] == ["<item>1", "<item>2</item>"]


def test_entries_that_are_no_xml_at_all() -> None:
    feed = cut_feed(rss("<item><a></item>"))
    (tree,) = parse_trees(list(feed.entries()), feed)
    assert tree.element is not None
    assert tree.guessed
    feed = cut_feed("<rss><item/></rss>")
    root, _ = parse_tree("<rss/>")
    assert root is not None
    assert children_of(root, cut_feed(rss("<item/>"))) == []
    nothing = parse_trees(list(cut_feed("<item>\x00").entries()), feed)
    assert nothing[0].problem
    odd = cut_feed("<rss><channel><item>1</item><!-- </channel> --></channel></rss>")
    assert len(odd.spans) == 1


PIECES = st.lists(
    st.sampled_from(
        ["<item>", "</item>", "<item/>", "<title>", "</title>", "<![CDATA[", "]]>", "<!--", "-->",
         "&amp;", "&", "&eacute;", "&#0;", "<b>", "</channel>", "<channel>", "</rss>", "x", "é",
         "\n", "<", ">", '"', "<dc:creator>", "</dc:creator>", "<link href='a'/>", "\x0b",
         "<category>", "<description>", "<!DOCTYPE x>", "<?x?>", "<content:encoded>", "<entry>"]
    ),
    max_size=30,
)  # fmt: skip


@settings(max_examples=150)
@given(PIECES)
def test_whatever_stands_in_a_feed_the_entries_around_it_are_read(pieces: list[str]) -> None:
    text = rss(f"{GOOD}\n{''.join(pieces)}")
    found = records(text)
    assert found[0].fields == {"title": ("Good",), "page": ("http://a.example/g",)}
    assert [one.locator.position for one in found] == [
        f"entry {number}, line {one.locator.position.rpartition(' ')[2]}"
        for number, one in enumerate(found, 1)
    ]


@given(st.text())
def test_what_is_put_right_is_well_formed_and_stays_so(text: str) -> None:
    fixed = repaired(text.replace("<", "").replace("\ud800", ""))
    root, problem = parse_tree(f"<a>{fixed}</a>".replace("]]>", ""))
    assert root is not None, problem
    assert repaired(fixed) == fixed


@given(st.text(alphabet="<>/itemry \"'!-[]CDAT?&;:abx", max_size=200))
def test_cutting_loses_nothing(text: str) -> None:
    feed = cut_feed(f"<rss>{text}</rss>")
    pieces = [feed.text[start:end] for start, end, _ in feed.spans]
    assert sorted(feed.rest + "".join(pieces)) == sorted(feed.text)
    assert all(first[1] <= second[0] for first, second in zip(feed.spans, feed.spans[1:]))  # noqa: B905
