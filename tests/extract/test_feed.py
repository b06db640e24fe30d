"""RSS of all versions and Atom: what an entry says, in which language, under which key."""

from __future__ import annotations

import pytest

from pipeline.kinds import Field
from tests.extract.feeds import atom, issues, read, record, records, rss


def test_rss_2() -> None:
    found = record(
        rss(
            "\n<item><title>Fair loans</title><link>https://example.org/1</link>"
            "<description>A &lt;b&gt;guide&lt;/b&gt;.</description>"
            '<guid isPermaLink="false">tag:example.org,2024:1</guid>'
            "<pubDate>Mon, 06 Sep 2010 00:01:00 +0000</pubDate>"
            "<author>ana@example.org (Ana Rojas)</author><dc:creator>Bo Li</dc:creator>"
            "<category>credit</category><category>savings</category><category>credit</category>"
            '<enclosure url="https://example.org/1.pdf" type="application/pdf" length="1"/></item>'
        )
    )
    assert found.fields == {
        "title": ("Fair loans",),
        "description": ("A <b>guide</b>.",),
        "creator": ("Ana Rojas", "Bo Li"),
        "subject": ("credit", "savings"),
        "date": ("Mon, 06 Sep 2010 00:01:00 +0000",),
        "identifier": ("tag:example.org,2024:1",),
        "page": ("https://example.org/1",),
        "file": ("https://example.org/1.pdf",),
    }
    assert found.key == "tag:example.org,2024:1"
    assert found.markup == ("description",)
    assert found.locator.position == "entry 1, line 2"
    assert found.languages == {}
    assert found.issues == ()


@pytest.mark.parametrize("version", ["0.90", "0.91", "0.92", "0.93", "0.94", "2.0", "2.0.11"])
def test_rss_of_any_version(version: str) -> None:
    item = "<item><title>T</title><link>http://a.example/1</link></item>"
    found = record(f'<rss version="{version}"><channel>{item}</channel></rss>')
    assert found.fields == {"title": ("T",), "page": ("http://a.example/1",)}
    assert found.key == "http://a.example/1"


@pytest.mark.parametrize(
    "namespace", ["http://my.netscape.com/rdf/simple/0.9/", "http://purl.org/rss/1.0/"]
)
def test_rss_as_rdf(namespace: str) -> None:
    found = record(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        f'xmlns="{namespace}" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:cc="http://web.resource.org/cc/">'
        "<channel><title>C</title><items><rdf:Seq/></items></channel>"
        '<item rdf:about="http://a.example/7"><title>T</title><dc:creator>Ana</dc:creator>'
        "<dc:creator>Bo</dc:creator><dc:date>2010-09</dc:date><dc:language>es</dc:language>"
        "<dc:type>Report</dc:type><dc:publisher>P</dc:publisher><dc:subject>s</dc:subject>"
        "<dc:identifier>ISBN 1</dc:identifier><dc:identifier>doi:10.1/2</dc:identifier>"
        "<dc:rights>Open</dc:rights><dc:rights>http://a.example/licence</dc:rights>"
        "<dc:relation>R</dc:relation><dc:description>D</dc:description>"
        '<cc:license rdf:resource="http://a.example/cc"/></item></rdf:RDF>'
    )
    assert found.fields.pop("page", ("http://a.example/7",)) == ("http://a.example/7",)
    assert found.fields == {
        "title": ("T",),
        "description": ("D",),
        "creator": ("Ana", "Bo"),
        "subject": ("s",),
        "date": ("2010-09",),
        "publisher": ("P",),
        "language": ("es",),
        "type": ("Report",),
        "identifier": ("ISBN 1", "doi:10.1/2"),
        "rights": ("Open",),
        "licence": ("http://a.example/cc", "http://a.example/licence"),
        "relation": ("R",),
    }
    assert found.key == "http://a.example/7"
    assert found.languages == {}


def test_atom() -> None:
    found = record(
        atom(
            '<entry xml:lang="es"><id>urn:uuid:1</id><title type="html">A &amp;amp; B</title>'
            '<link rel="alternate" hreflang="pt" href="/1"/>'
            '<link rel="alternate" type="application/pdf" href="1.pdf"/>'
            '<link rel="self" href="/1.atom"/><link rel="edit" href="/1.edit"/>'
            '<link rel="alternate" type="application/atom+xml" href="/1.atom"/>'
            '<link rel="enclosure" href="/1.mp3"/><link rel="related" href="/2"/><link/>'
            '<link rel="license" href="https://example.org/by"/>'
            "<published>2003-12-13T18:30:02Z</published><updated>2005-01-01T00:00:00Z</updated>"
            '<category term="cr" label="Credit" scheme="http://a.example/s"/>'
            "<category term='tag'/><contributor><name>Carla</name></contributor>"
            '<summary xml:lang="en">Plain &lt; text</summary><rights>All reserved</rights></entry>',
            "<author><name>Ana</name></author><rights>None reserved</rights>",
            'xml:lang="fr"',
        ),
        url="https://example.org/feeds/a.atom",
    )
    assert found.fields == {
        "title": ("A &amp; B",),
        "description": ("Plain < text",),
        "creator": ("Ana",),
        "contributor": ("Carla",),
        "subject": ("Credit", "tag"),
        "date": ("2003-12-13T18:30:02Z",),
        "language": ("pt",),
        "rights": ("All reserved",),
        "identifier": ("urn:uuid:1",),
        "page": ("https://example.org/1",),
        "file": ("https://example.org/feeds/1.pdf", "https://example.org/1.mp3"),
        "relation": ("https://example.org/2",),
        "licence": ("https://example.org/by",),
    }
    assert found.languages == {
        "title": ("es",),
        "description": ("en",),
        "subject": ("es", "es"),
        "rights": ("es",),
    }
    assert found.markup == ("title",)


def test_what_an_atom_feed_says_for_entries_that_say_nothing() -> None:
    feed = "<author><name>Ana</name></author><author><name>Bo</name></author><rights>R</rights>"
    entry = "<entry><id>a:1</id><title>T</title></entry>"
    own = "<entry><id>a:2</id><author><name>Cy</name></author><rights>S</rights></entry>"
    taken = (
        "<entry><id>a:3</id><source><author><name>Di</name></author></source><title>T</title>"
        "</entry>"
    )
    first, second, third = records(atom(entry + own + taken, feed))
    assert first.fields["creator"] == ("Ana", "Bo")
    assert first.fields["rights"] == ("R",)
    assert second.fields["creator"] == ("Cy",)
    assert second.fields["rights"] == ("S",)
    assert third.fields["creator"] == ("Di",)


def test_what_a_channel_says_for_its_items() -> None:
    channel = (
        "<language>es</language><copyright>© Us</copyright><managingEditor>e@a.example (E)"
        "</managingEditor><webMaster>w@a.example (W)</webMaster>"
    )
    found = record(rss("<item><title>T</title></item>", channel))
    assert found.fields == {"title": ("T",), "rights": ("© Us",)}
    assert found.languages == {}


def test_atom_0_3() -> None:
    found = record(
        '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><id>a:1</id>'
        "<title mode='escaped' type='text/html'>&lt;i&gt;T&lt;/i&gt;</title>"
        "<link rel='alternate' type='text/html' href='http://a.example/1'/>"
        "<issued>2004-06-02</issued><modified>2004-06-03</modified>"
        "<content type='application/xhtml+xml' mode='xml'><p xmlns='http://www.w3.org/1999/xhtml'>"
        "Text</p></content></entry></feed>"
    )
    assert found.fields == {
        "title": ("<i>T</i>",),
        "description": ("<p>Text</p>",),
        "date": ("2004-06-02",),
        "identifier": ("a:1",),
        "page": ("http://a.example/1",),
    }
    assert found.markup == ("title", "description")


@pytest.mark.parametrize(
    ("parts", "description", "markup"),
    [
        ("<description>Short.</description><content:encoded>Long &lt;p&gt;</content:encoded>",
         "Short.", False),
        ("<description>Cut [&amp;#8230;]</description>"
         "<content:encoded>&lt;p&gt;Whole.&lt;/p&gt;</content:encoded>", "<p>Whole.</p>", True),
        ("<description>Cut …</description>", "Cut …", False),
        ("<content:encoded>Only.</content:encoded>", "Only.", False),
        ("<description>a &lt; b</description>", "a < b", False),
        ("<description>R&amp;amp;D</description>", "R&amp;D", True),
        ("<description></description><content:encoded>Whole.</content:encoded>", "Whole.", False),
        ("<description>S.</description><dcterms:abstract>A.</dcterms:abstract>", "A.", False),
        ("<dc:description>D.</dc:description>", "D.", False),
        ("<content:encoded>&lt;p&gt;C.&lt;/p&gt;</content:encoded><description>S.</description>",
         "S.", False),
    ],
)  # fmt: skip
def test_which_text_is_the_abstract(parts: str, description: str, markup: bool) -> None:
    found = record(rss(f"<item><title>T</title>{parts}</item>"))
    assert found.fields["description"] == (description,)
    assert ("description" in found.markup) is markup


def test_content_that_is_no_text_is_no_abstract() -> None:
    picture = '<content type="image/png">iVBORw0KGgo=</content>'
    elsewhere = '<content type="application/pdf" src="http://a.example/1.pdf"/>'
    page = '<content type="text/html" src="http://a.example/1"/>'
    first, second, third = records(
        atom("".join(f"<entry><id>a:1</id>{one}</entry>" for one in (picture, elsewhere, page)))
    )
    assert "description" not in first.fields
    assert second.fields["file"] == ("http://a.example/1.pdf",)
    assert third.fields["page"] == ("http://a.example/1",)


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("Thu, 01 Jan 2004 19:48:21 GMT", "Thu, 01 Jan 2004 19:48:21 GMT"),
        ("1 January 2004", "1 January 2004"),
        ("2004-01-01T19:48:21+09:00", "2004-01-01T19:48:21+09:00"),
        ("2004-01", "2004-01"),
        ("2004", "2004"),
        ("Thu, 01 Jan 04 19:48:21 GMT", "Thu, 01 Jan 2004 19:48:21 GMT"),
        ("01 Jan 99 23:48 EST", "01 Jan 1999 23:48 EST"),
        ("1 Sept 49", "1 Sept 2049"),
        ("2004-július-13T9:15-05:00", "2004-július-13T9:15-05:00"),
        ("soon", "soon"),
        ("1" * 101, "1" * 101),
    ],
)
def test_dates_are_given_so_that_they_can_be_read(written: str, date: str) -> None:
    found = record(rss(f"<item><title>T</title><pubDate>{written}</pubDate></item>"))
    assert found.fields["date"] == (date,)


@pytest.mark.parametrize(
    ("parts", "date"),
    [
        ("<dc:date>2004</dc:date>", "2004"),
        ("<pubDate>2005</pubDate><dc:date>2004</dc:date>", "2005"),
        ("<dcterms:issued>2003</dcterms:issued><dcterms:created>2001</dcterms:created>", "2003"),
        ("<dcterms:created>2001</dcterms:created>", "2001"),
        ("<prism:publicationDate>1999</prism:publicationDate>", "1999"),
    ],
)
def test_the_date_is_that_of_publication(parts: str, date: str) -> None:
    assert record(rss(f"<item><title>T</title>{parts}</item>")).fields["date"] == (date,)


@pytest.mark.parametrize(
    ("parts", "creators"),
    [
        ("<author>ana@a.example</author>", ()),
        ("<author>Ana Rojas</author>", ("Ana Rojas",)),
        ("<author>ana@a.museum (Ana Rojas)</author>", ("Ana Rojas",)),
        ("<author>Ana Rojas &lt;ana@a.example&gt;</author>", ("Ana Rojas",)),
        ("<dc:creator>Ana</dc:creator><dc:creator>b@a.example (Bo)</dc:creator>", ("Ana", "Bo")),
        ("<dc:creator>Ana</dc:creator><author>Ana</author>", ("Ana",)),
        (f"<author>{'a' * 81}</author>", ("a" * 81,)),
        ("<author/>", ()),
    ],
)
def test_names_of_creators(parts: str, creators: tuple[str, ...]) -> None:
    found = record(rss(f"<item><title>T</title>{parts}</item>"))
    assert found.fields.get("creator", ()) == creators


def test_more_categories_than_any_entry_has() -> None:
    tags = "".join(f"<category>{n}</category>" for n in range(1_500))
    found = record(rss(f"<item><title>T</title>{tags}</item>"))
    assert found.fields["subject"][-1] == "999"
    assert "has 1,001 values, expected at most 1,000" in found.issues[0].message


def test_media_and_files() -> None:
    found = record(
        rss(
            "<item><title>T</title><link>/1</link>"
            '<media:content url="/1.jpg" medium="image"/><media:content url="/1.mp4"/>'
            '<media:content url="/2.png" type="image/png"/><media:content url=""/>'
            '<media:license href="https://example.org/by">By</media:license>'
            '<enclosure url="http://[broken"/></item>'
        ),
        url="https://example.org/feed",
    )
    assert found.fields["page"] == ("https://example.org/1",)
    assert found.fields["image"] == ("https://example.org/1.jpg", "https://example.org/2.png")
    assert found.fields["file"] == ("http://[broken", "https://example.org/1.mp4")
    assert found.fields["licence"] == ("https://example.org/by",)


def test_a_doi_of_a_journal() -> None:
    found = record(rss("<item><title>T</title><prism:doi>10.1/2</prism:doi></item>"))
    assert found.fields["identifier"] == ("doi:10.1/2",)
    found = record(rss("<item><title>T</title><prism:doi>doi:10.1/2</prism:doi></item>"))
    assert found.fields["identifier"] == ("doi:10.1/2",)


@pytest.mark.parametrize(
    ("parts", "key"),
    [
        ("<guid>http://a.example/9</guid><link>http://a.example/1</link>", "http://a.example/9"),
        ("<guid> x </guid>", "x"),
        ("<link>http://a.example/1</link>", "http://a.example/1"),
    ],
)
def test_keys(parts: str, key: str) -> None:
    assert record(rss(f"<item><title>T</title>{parts}</item>")).key == key


def test_an_entry_that_says_nothing_has_no_key_and_no_fields() -> None:
    empty, full = records(rss("<item/><item><title>T</title></item>"))
    assert (empty.key, empty.fields) == ("", {})
    assert full.key.startswith("sha256:")
    assert records(rss("<item><title>T</title></item>"))[0].key == full.key
    assert records(rss("<item><title>U</title></item>"))[0].key != full.key


def test_links_of_a_saved_feed_are_completed_with_its_own() -> None:
    channel = "<link>http://a.example/x/</link>"
    found = record(rss('<item><enclosure url="1.pdf"/></item>', channel))
    assert found.fields["file"] == ("http://a.example/x/1.pdf",)
    assert record(rss('<item><enclosure url="1.pdf"/></item>')).fields["file"] == ("1.pdf",)


def test_languages_of_an_entry_that_is_no_xml() -> None:
    bad = "<title xml:lang='fr'>Uno<br></title><description>Dos</description>"
    found = record(rss(f"<item xml:lang='es'>{bad}</item>"))
    assert found.languages == {"title": ("es",), "description": ("es",)}
    spoken = record(rss(f"<item><dc:language>pt</dc:language>{bad}</item>"))
    assert spoken.fields["language"] == ("pt",)
    assert spoken.languages == {}


def test_fields_of_the_settings() -> None:
    found = record(
        rss("<item><title>T</title><category>a; b</category><comments>c</comments></item>"),
        fields={
            "subject": Field(select="tags[].term", split=";", language="es"),
            "note": "comments",
            "title": "nothing",
            "description": Field(select="title", html=True),
            "year": "published_parsed",
            "bad": "tags",
        },
    )
    assert found.fields == {"subject": ("a", "b"), "note": ("c",), "description": ("T",)}
    assert found.languages == {"subject": ("es", "es")}
    assert found.markup == ("description",)
    (issue,) = found.issues
    assert "key 'feed.fields.bad' points at an object" in issue.message


def test_times_are_texts_for_the_settings() -> None:
    item = "<item><pubDate>Mon, 06 Sep 2010 00:01:00 +0200</pubDate></item>"
    found = record(rss(item), fields={"date": "published_parsed"})
    assert found.fields["date"] == ("2010-09-05T22:01:00Z",)


def test_entries_of_blogger_that_are_no_posts() -> None:
    scheme = 'scheme="http://schemas.google.com/g/2005#kind"'
    kinds = ("post", "page", "comment", "settings", "settings")
    entries = "".join(
        f"<entry><id>a:{n}</id><title>{kind}</title>"
        f'<category {scheme} term="http://schemas.google.com/blogger/2008/kind#{kind}"/>'
        "<category term='x'/></entry>"
        for n, kind in enumerate(kinds)
    )
    draft = (
        '<entry><id>a:d</id><app:control xmlns:app="http://www.w3.org/2007/app">'
        "<app:draft>yes</app:draft></app:control></entry>"
    )
    found = records(atom(entries + draft))
    assert [one.fields["title"] for one in found] == [("post",), ("page",)]
    assert found[0].fields["subject"] == ("x",)
    (issue,) = issues(atom(entries + draft))
    assert issue.severity == "info"
    assert "2 of kind 'settings', 1 of kind 'comment', 1 of kind 'draft'" in issue.message


def test_the_total_that_a_feed_declares() -> None:
    os = 'xmlns:o="http://a9.com/-/spec/opensearch/1.1/"'
    for written, total in (("437", 437), ("x", None), ("9" * 10, None), ("", None)):
        channel = f"<o:totalResults {os}>{written}</o:totalResults>"
        channel = channel.replace("<o:", "<openSearch:").replace("</o:", "</openSearch:")
        channel = channel.replace("xmlns:o=", "xmlns:openSearch=")
        (reading,) = read(rss("<item><title>T</title></item>", channel))
        assert reading.page.declared_total == total
