"""Exports of WordPress (WXR): which items are taken, what becomes of them, broken files."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.extract import wxr
from pipeline.extract.access import Access, NoEntriesError
from pipeline.extract.entry_trees import parse_tree
from pipeline.extract.wordpress import pages
from pipeline.extract.wordpress_reader import Reader
from pipeline.extract.wxr import read_wxr
from pipeline.extract.wxr_item import Export, wxr_item
from pipeline.kinds import WordpressSettings
from pipeline.model import Issue, Locator, Page, SourceRecord
from pipeline.settings import Source

WORDPRESS = Source(
    kind="wordpress", location="site.xml", languages=("en",), name="demo", file="input/demo.toml"
)
PLACE = Locator("0" * 64, "site.xml", "")
NAMESPACES = (
    'xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/"'
)
AUTHOR = (
    "<wp:author><wp:author_login><![CDATA[ana]]></wp:author_login>"
    "<wp:author_display_name><![CDATA[Ana Rojas]]></wp:author_display_name></wp:author>"
)
DOCUMENTED = Path(__file__).parents[2] / "docs" / "sources" / "wordpress.md"


def export(items: str, channel: str = AUTHOR, names: str = NAMESPACES) -> str:
    return f'<rss version="2.0" {names}>\n<channel><title>S</title>{channel}{items}</channel></rss>'


def post(number: int = 1, *, more: str = "", status: str = "publish", kind: str = "post") -> str:
    return (
        f"<item><title>Post {number}</title><link>https://a.example/{number}/</link>"
        f'<guid isPermaLink="false">https://a.example/?p={number}</guid>{more}'
        f"<wp:post_id>{number}</wp:post_id><wp:status>{status}</wp:status>"
        f"<wp:post_type><![CDATA[{kind}]]></wp:post_type></item>\n"
    )


def read(text: str, **settings: object) -> list[Page]:
    reader = Reader(WORDPRESS, WordpressSettings(**settings), ())  # type: ignore[arg-type]
    return list(read_wxr(text, reader, PLACE))


def records(text: str, **settings: object) -> list[SourceRecord]:
    return [one for page in read(text, **settings) for one in page.records]


def record(more: str, **settings: object) -> SourceRecord:
    (found,) = records(export(post(more=more)), **settings)
    return found


def issues(text: str, **settings: object) -> list[Issue]:
    return [issue for page in read(text, **settings) for issue in page.issues]


def test_an_item() -> None:
    found = record(
        "<dc:creator><![CDATA[Ana]]></dc:creator><pubDate>Mon, 06 Sep 2010 00:01:00 +0000</pubDate>"
        "<content:encoded><![CDATA[Whole & more]]></content:encoded>"
        "<excerpt:encoded><![CDATA[In short.]]></excerpt:encoded>"
        "<wp:post_date>2010-09-05 20:01:00</wp:post_date><wp:post_name>one</wp:post_name>"
        '<category domain="category" nicename="r"><![CDATA[Research &amp; Data]]></category>'
        '<category domain="post_tag" nicename="c"><![CDATA[credit]]></category>'
        '<category domain="nav_menu" nicename="m">menu</category>'
        "<wp:comment><wp:comment_content>Nice!</wp:comment_content></wp:comment>"
    )
    assert found.fields == {
        "title": ("Post 1",),
        "description": ("In short.",),
        "date": ("2010-09-05 20:01:00",),
        "creator": ("Ana Rojas",),
        "page": ("https://a.example/1/",),
        "subject": ("Research &amp; Data", "credit"),
    }
    assert found.key == "https://a.example/?p=1"
    assert found.markup == ("title", "description", "subject")
    assert found.locator.position == "post 1, line 2"
    assert found.issues == ()


@pytest.mark.parametrize(
    ("more", "description"),
    [
        ("<content:encoded><![CDATA[One.\n\n Two.]]></content:encoded>", "One.\n<p>Two."),
        ("<content:encoded><![CDATA[<p>One.</p>\n\n<p>Two.</p>]]></content:encoded>",
         "<p>One.</p>\n\n<p>Two.</p>"),
        ("<content:encoded>C</content:encoded><excerpt:encoded></excerpt:encoded>", "C"),
        ("<content:encoded>C.</content:encoded><excerpt:encoded>C […]</excerpt:encoded>", "C."),
        ("<content:encoded><![CDATA[a]]]]><![CDATA[>b]]></content:encoded>", "a]]>b"),
    ],
)  # fmt: skip
def test_which_text_is_the_abstract(more: str, description: str) -> None:
    assert record(more).fields["description"] == (description,)


@pytest.mark.parametrize(
    ("more", "date"),
    [
        ("<wp:post_date>0000-00-00 00:00:00</wp:post_date><pubDate>Mon, 1 Jan 2024</pubDate>",
         ("Mon, 1 Jan 2024",)),
        ("<wp:post_date>0000-00-00 00:00:00</wp:post_date>", ()),
        ("", ()),
    ],
)  # fmt: skip
def test_dates(more: str, date: tuple[str, ...]) -> None:
    assert record(more).fields.get("date", ()) == date


def test_authors_without_a_name() -> None:
    (found,) = records(export(post(more="<dc:creator>bo</dc:creator>"), "<wp:author/>"))
    assert found.fields["creator"] == ("bo",)
    assert "creator" not in record("").fields


def test_old_exports() -> None:
    names = NAMESPACES.replace("/1.2/", "/1.0/")
    terms = (
        "<category><![CDATA[Alone]]></category>"
        '<category domain="tag" nicename="c">credit</category>'
        '<category>credit</category><category domain="category" nicename="r">R</category>'
        "<category>R</category>"
    )
    (found,) = records(export(post(more=terms), names=names))
    assert found.fields["subject"] == ("Alone", "credit", "R")


def test_languages_of_polylang() -> None:
    found = record('<category domain="language" nicename="es">Español</category>')
    assert found.fields["language"] == ("es",)
    assert found.languages == {"title": ("es",)}
    assert found.issues == ()


def test_taxonomies_of_the_site() -> None:
    more = '<category domain="resource_type" nicename="g">Guide</category>'
    found = record(more, taxonomies={"resource_type": "type"})
    assert found.fields["type"] == ("Guide",)
    (issue,) = issues(export(post(more=more) + post(more=more)))
    assert 'resource_type = "subject"' in issue.message


def test_fields_of_the_settings(folder: Path) -> None:
    meta = "".join(
        f"<wp:postmeta><wp:meta_key>{key}</wp:meta_key><wp:meta_value>{value}</wp:meta_value>"
        "</wp:postmeta>"
        for key, value in (("isbn", "978"), ("n", "1"), ("n", "2"), ("n", "3"), ("", "x"))
    )
    (folder / "site.xml").write_text(export(post(more=meta)))
    fields = {"identifier": "meta.isbn", "note": "meta.n", "type": "type"}
    source = msgspec.structs.replace(WORDPRESS, wordpress=WordpressSettings(fields=fields))  # type: ignore[arg-type]
    (page,) = pages(source, Access(folder, folder / "payloads"))
    (found,) = page.records
    assert found.fields["identifier"] == ("978",)
    assert found.fields["note"] == ("1", "2", "3")
    assert found.fields["type"] == ("post",)


def attachment(number: int, parent: int, name: str) -> str:
    more = (
        f"<wp:post_parent>{parent}</wp:post_parent>"
        f"<wp:attachment_url>https://a.example/{name}</wp:attachment_url>"
    )
    return post(number, more=more, status="inherit", kind="attachment")


def test_attachments_are_files_of_their_posts() -> None:
    thumbnail = (
        "<wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key><wp:meta_value>7</wp:meta_value>"
        "</wp:postmeta>"
    )
    text = export(
        attachment(7, 0, "7.jpg")
        + post(1, more=thumbnail)
        + attachment(8, 1, "8.pdf")
        + attachment(9, 1, "9.png")
        + post(2)
    )
    first, second = records(text)
    assert first.fields["image"] == ("https://a.example/7.jpg",)
    assert first.fields["file"] == ("https://a.example/8.pdf",)
    assert not {"image", "file"} & set(second.fields)
    media = records(text, types=("media",))
    assert [one.fields["file"] for one in media] == [
        ("https://a.example/7.jpg",),
        ("https://a.example/8.pdf",),
        ("https://a.example/9.png",),
    ]


def test_what_is_left_out_is_told() -> None:
    text = export(
        post(1)
        + post(2, status="draft")
        + post(3, status="draft")
        + post(4, status="private")
        + post(5, status="inherit")
        + post(6, kind="page")
        + post(7, kind="report")
        + post(8, more="<wp:post_password>x</wp:post_password><content:encoded>s</content:encoded>")
    )
    found = records(text)
    assert [one.locator.position[:6] for one in found] == ["post 1", "post 8"]
    assert "description" not in found[1].fields
    statuses, types, locked = issues(text)
    assert statuses.message.endswith("left out: 2 'draft', 1 'inherit', 1 'private'")
    assert types.message.endswith("does not name were left out: 1 'page', 1 'report'")
    assert "the texts of 1 items with a password were left out, the first is item 8" in (
        locked.message
    )
    assert {one.severity for one in (statuses, types, locked)} == {"info"}


@pytest.mark.parametrize("types", [("posts",), ("post",)])
def test_types_go_by_the_names_of_both(types: tuple[str, ...]) -> None:
    assert len(records(export(post(1) + post(2, kind="page")), types=types)) == 1
    own = export(post(1) + post(2, kind="report"))
    assert [one.fields["title"] for one in records(own, types=("report",))] == [("Post 2",)]


def test_an_export_without_published_items() -> None:
    text = export(post(1, status="draft") + post(2, kind="page"))
    with pytest.raises(NoEntriesError) as caught:
        read(text)
    assert "no published item of the types 'posts'; it holds" in str(caught.value)
    assert "1 'draft', 1 'page'" in str(caught.value)
    with pytest.raises(NoEntriesError, match="types 'posts'; expected"):
        read(export(""))


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("<html>x</html>", "choose Tools, Export"),
        ("<rss><channel><item/></channel></rss>", 'kind = "feed"'),
        ("<feed><entry/></feed>", 'kind = "feed"'),
        ("no markup", "choose Tools, Export"),
    ],
)
def test_what_is_no_export(text: str, step: str) -> None:
    with pytest.raises(SourceError, match="is no export of WordPress") as caught:
        read(text)
    assert step in caught.value.next_step


def test_entities_are_refused_but_may_be_written_about() -> None:
    doctype = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    with pytest.raises(SourceError, match="declares XML entities"):
        read(doctype + export(post()))
    found = record(f"<content:encoded><![CDATA[{doctype}]]></content:encoded>")
    assert "ENTITY" in found.fields["description"][0]


@pytest.mark.parametrize(
    ("bad", "title"),
    [
        ("R&D &eacute;&nbsp;", "R&D é"),
        ("a\x08b&#11;c", "abc"),
        ("<zz:x/>a", "a"),
        ("<b>a", "a"),
        ("a&#x110000;", "a"),
        ("&#99999999999;", "&#99999999999;"),
    ],
)
def test_a_broken_item_harms_no_other(bad: str, title: str) -> None:
    broken = post(2).replace("Post 2", bad)
    text = export(post(1) + broken + post(3))
    found = records(text)
    assert [one.fields["title"][0] for one in found][::2] == ["Post 1", "Post 3"]
    assert title in found[1].fields["title"][0]
    (issue,) = issues(text)
    assert issue.severity == "warning"
    assert "1 items were put right" in issue.message
    assert "item 2, line 3" in issue.message
    assert ("whose tags do not match" in issue.message) == (bad == "<b>a")


def test_what_cannot_be_read_at_all_is_told() -> None:
    deep = "<a>" * 100_000
    text = export(post(1) + post(2).replace("Post 2", deep) + post(3))
    found = records(text)
    assert {"Post 1", "Post 3"} <= {one.fields["title"][0] for one in found if one.fields}
    assert issues(text)


@pytest.mark.parametrize(
    ("bad", "title"),
    [
        ("<title><b>a</title>", "<b>a"),
        ("<title><![CDATA[a]]> <b>&amp;</title><i>", "a <b>&"),
        ("<title x=y>a</title>", "a"),
        ("<title>a</title><title>b<title>", "a"),
        ("<b>a<title>b</title>", "b"),
    ],
)
def test_tags_that_do_not_match_harm_only_their_own_part(bad: str, title: str) -> None:
    meta = "<wp:postmeta><wp:meta_key>k</wp:meta_key><wp:meta_value>v</wp:meta_value></wp:postmeta>"
    broken = post(2, more=meta).replace("<title>Post 2</title>", bad)
    _, second, third = records(export(post(1) + broken + post(3)))
    assert second.fields == {"title": (title,), "page": ("https://a.example/2/",)}
    assert second.key == "https://a.example/?p=2"
    assert third.fields["title"] == ("Post 3",)


def test_what_even_the_repair_cannot_read_is_left_out_and_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pipeline.extract.entry_trees._flattened", lambda *_: "<item>")
    lost = attachment(2, 1, "2.pdf").replace("Post 2", "<b>")
    text = export(post(1) + lost + attachment(3, 1, "").replace("https://a.example/<", "<"))
    (found,) = records(text)
    assert "file" not in found.fields
    left_out, types = issues(text)
    assert "item 2, line 3 is no XML that can be read (Opening and ending" in left_out.message
    assert left_out.severity == "warning"
    assert "1 'attachment'" in types.message


def test_an_export_that_was_cut_off() -> None:
    text = export(post(1) + post(2))
    for end, kept in (("<wp:post_type>", 1), ("<wp:status>", 1), ("</item>", 2)):
        cut = text[: text.index(end, text.index("Post 2"))]
        assert len(records(cut)) == kept
        messages = " ".join(one.message for one in issues(cut))
        assert "the end of the export is missing" in messages
        assert ("1 '(not stated)'" in messages) == (kept == 1)


def test_a_channel_that_is_broken() -> None:
    text = export(
        post(more="<dc:creator>ana</dc:creator>"), f"<description>A & B</description>{AUTHOR}"
    )
    assert records(text)[0].fields["creator"] == ("Ana Rojas",)
    text = export(post(more="<dc:creator>ana</dc:creator>"), f"<b>{AUTHOR}")
    assert records(text)[0].fields["creator"] == ("ana",)


def test_namespaces_that_are_not_declared() -> None:
    text = export(post(), names='xmlns:wp="http://wordpress.org/export/1.2/"')
    assert len(records(text.replace("<wp:post_id>", "<dc:creator>x</dc:creator><wp:post_id>"))) == 1


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.extract.entry_texts.BATCH", 2)
    text = export("".join(post(n) for n in range(5)))
    assert [len(page.records) for page in read(text)] == [2, 2, 1]
    monkeypatch.setattr(wxr, "MOST_ITEMS", 4)
    with pytest.raises(SourceError, match="has 5 items"):
        read(text)


def test_what_was_doubtful_about_the_text_is_told_once(folder: Path) -> None:
    more = "<content:encoded>Año</content:encoded>"
    (folder / "site.xml").write_bytes(export(post(more=more)).encode("cp1252"))
    found = list(pages(WORDPRESS, Access(folder, folder / "payloads")))
    assert found[0].records[0].fields["description"] == ("Año",)
    assert ["is not UTF-8" in issue.message for page in found for issue in page.issues] == [True]


PIECES = st.lists(
    st.sampled_from(
        ["<item>", "</item>", "<![CDATA[", "]]>", "<!--", "-->", "&", "&nbsp;", "&#0;", "<b>",
         "\x0b", "<wp:postmeta>", "<wp:meta_key>k", "<category domain='category'>",
         "</category>", "é", "x"]
    ),
    max_size=25,
)  # fmt: skip


@given(PIECES)
def test_whatever_stands_in_an_item_the_one_before_it_is_read(pieces: list[str]) -> None:
    found = records(export(post(1) + "<item><title>" + "".join(pieces)))
    assert found[0].fields["title"] == ("Post 1",)


def test_an_item_that_says_nothing() -> None:
    element, _ = parse_tree(
        "<item><wp:postmeta xmlns:wp='http://wordpress.org/export/1.0/'/></item>"
    )
    assert element is not None
    item = wxr_item(element, Export({}, {}, {}))
    assert (item["type"], item["status"], item["id"]) == ("", "", "")


def test_the_sample(shared: Path) -> None:
    folder = shared / "samples" / "feeds"
    text = (folder / "pelican_wordpressexport.xml").read_text("utf-8")
    counts = {("posts",): 7, ("pages",): 2, ("media",): 4, ("custom1",): 2, ("custom2",): 1}
    for types, count in counts.items():
        assert len(records(text, types=types)) == count
        line = f"| `pelican_wordpressexport.xml` | `{types[0]}` | {count} |"
        assert line in DOCUMENTED.read_text("utf-8")
    found = records(text, types=("posts", "pages"))
    assert {one.fields["creator"] for one in found} == {("Bob",), ("john",)}
    assert found[2].fields["title"] == ("With excerpt",)
    assert found[2].fields["subject"] == ("Category 1", "tag 1", "Tag2")
    statuses, types_left = issues(text)
    assert "4 'draft'" in statuses.message
    assert "4 'attachment'" in types_left.message
    with pytest.raises(NoEntriesError):
        read(text, types=("custom3",))


@pytest.mark.slow
@pytest.mark.parametrize(
    "junk",
    ["<b>" * 100_000, "".join(f"<a{n}>" for n in range(100_000)), "<![CDATA[" * 50_000 + "<b>",
     "<b>" + "&" * 500_000, "<a></a>x" * 50_000 + "<b>", "<a>x" * 100_000 + "</a>"],
    ids=["unclosed", "names", "cdata", "ampersands", "parts", "same"],
)  # fmt: skip
def test_no_item_takes_long(junk: str) -> None:
    started = time.process_time()
    found = records(export(post(1) + post(2, more=junk) + post(3)))
    assert [one.fields["title"][0] for one in found][:1] == ["Post 1"]
    assert time.process_time() - started < 20
