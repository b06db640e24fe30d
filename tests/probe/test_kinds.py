"""Which kind a payload is, by its content; the structure of JSON and tables of any make."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.extract.access import Access
from pipeline.extract.payloads import Payload
from pipeline.model import Locator, SourceRecord
from pipeline.probe.column_guess import guess_fields
from pipeline.probe.detect import kinds_of, looks_tabular, parsed_json
from pipeline.probe.json_paths import find_paths
from pipeline.probe.json_structure import find_entries, first_text
from pipeline.probe.keys import find_key, key_comment
from pipeline.probe.languages import find_languages
from pipeline.probe.propose_others import base_of
from pipeline.probe.propose_text import find_labels
from pipeline.probe.sample import Sample, text_of, unpacked
from tests.probe.conftest import Desk
from tests.probe.data import csv_text
from tests.probe.works import WORKS

NOWHERE = Access(Path("input"), Path("payloads"))


def sample_of(content: bytes | str, name: str = "x", media_type: str = "") -> Sample:
    data = content if isinstance(content, bytes) else content.encode()
    payload = Payload(name, data, "0" * 64, media_type=media_type)
    return Sample(name, payload, unpacked(data), text_of(unpacked(data), payload), NOWHERE)


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" {}/>'
FIRST = [
    ("<!DOCTYPE html><html></html>", "html-listing"),
    ('<?xml version="1.0"?><!-- x --><html xmlns="http://www.w3.org/1999/xhtml"/>', "html-listing"),
    ("<table><tr><td>x</td></tr></table>", "html-listing"),
    ("Some words <div>and</div> markup", "html-listing"),
    ("< nothing", "html-listing"),
    ('<rss version="2.0"><channel/></rss>', "feed"),
    ('<feed xmlns="http://www.w3.org/2005/Atom"/>', "feed"),
    ('<rss xmlns:wp="http://wordpress.org/export/1.2/"/>', "wordpress"),
    (RDF.format('xmlns="http://purl.org/rss/1.0/"'), "feed"),
    (RDF.format(""), "rdf"),
    ("<OAI-PMH/>", "oai-pmh"),
    ("<urlset/>", "sitemap"),
    ("User-agent: *\nSitemap: https://x.example/s.xml", "sitemap"),
    ('<collection xmlns="http://www.loc.gov/MARC21/slim"/>', "marc"),
    ("<record><leader>x</leader></record>", "marc"),
    ("<things><thing/></things>", "html-listing"),
    ('{"version": "https://jsonfeed.org/version/1.1"}', "feed"),
    ('{"@context": "https://schema.org"}', "rdf"),
    ('[{"title": {"rendered": "x"}}]', "wordpress"),
    ('{"items": []}', "json"),
    ('{"a": 1}\n{"a": 2}', "json"),
    ("@prefix a: <http://x.example/> .", "rdf"),
    ("PREFIX a: <http://x.example/>", "rdf"),
    ('<http://x.example/a> <http://x.example/b> "c" .', "rdf"),
    ("a,b\n1,2\n3,4", "table"),
    ("Just words", "text-listing"),
    (b"00714cam a2200205 a 4500001", "marc"),
    (b"\xd0\xcf\x11\xe0\xa1", "table"),
    (zipped("xl/workbook.xml"), "table"),
    (zipped("content.xml"), "table"),
    (gzip.compress(b"<urlset/>", mtime=0), "sitemap"),
]


@pytest.mark.parametrize(("content", "kind"), FIRST)
def test_the_likeliest_kind(content: str | bytes, kind: str) -> None:
    assert kinds_of(sample_of(content))[0] == kind


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (zipped("word/document.xml"), "Word document"),
        (zipped("a.txt"), "is an archive"),
        (b"PK\x03\x04 broken", "damaged ZIP"),
        (b"{\\rtf1 x}", "rich text"),
        (b"\x1f\x8bbroken", "not text"),
        (b"\xff\xd8\xff", "picture"),
        (b"@book{a, title={B}}", "BibTeX"),
        (b"TY  - BOOK\nTI  - B\n", "RIS"),
        (b"# A\n\n- [One](http://a)\n- [Two](http://b) two\n", "Markdown"),
    ],
)
def test_what_no_kind_reads(content: bytes, told: str) -> None:
    with pytest.raises(SourceError, match=told):
        kinds_of(sample_of(content))


def test_names_and_servers_say_that_something_is_a_table() -> None:
    assert kinds_of(sample_of("a\nb", "x.csv"))[0] == "table"
    assert kinds_of(sample_of("a\nb", "x", "text/csv"))[0] == "table"
    assert kinds_of(sample_of("a\nb", "x.ttl"))[0] == "rdf"


@given(st.text(max_size=300))
def test_any_text_has_a_kind(text: str) -> None:
    sample = sample_of(text.encode("utf-8", "ignore"))
    if sample.text:
        assert kinds_of(sample)


def test_lines_of_equal_make_are_a_table() -> None:
    assert looks_tabular("a|b\nc|d\n\ne|f")
    assert not looks_tabular("a")
    assert not looks_tabular("One line, here\nAnother line\nAnd a third")


def test_json_that_is_none() -> None:
    assert parsed_json("{") is None
    assert parsed_json('{"a": 1}\nbroken') is None
    assert parsed_json("[" * 100_000) is None
    assert parsed_json("") is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(["title", "a", "id", "en", "x y"]), inner, max_size=4)
        ),
        max_leaves=25,
    )
)
def test_any_json_is_looked_through(document: object) -> None:
    found = find_entries(document)
    if found is not None:
        assert "title" in find_paths(found)
        assert json.dumps(found.levels)


def entries(**fields: list[object]) -> list[dict[str, object]]:
    count = len(next(iter(fields.values())))
    return [{key: values[n] for key, values in fields.items()} for n in range(count)]


NAMES: list[object] = [work.title for work in WORKS[:4]]
LINKS: list[object] = [work.page for work in WORKS[:4]]
PATHS = [
    ({"heading": NAMES}, {"title": "heading"}),
    ({"dc:title": NAMES}, {"title": '"dc:title"'}),
    ({"title": [{"en": n, "es": n} for n in NAMES]}, {"title": "title"}),
    ({"title": [{"rendered": n} for n in NAMES]}, {"title": "title.rendered"}),
    ({"title": [{"value": n, "lang": "en"} for n in NAMES]}, {"title": "title.value"}),
    ({"title": [[n] for n in NAMES]}, {"title": "title"}),
    ({"what": NAMES, "where": LINKS}, {"title": "what", "page": "where"}),
    ({"what": NAMES, "url": [work.file for work in WORKS[:4]]}, {"file": "url"}),
    ({"title": NAMES, "links": [[{"href": u}] for u in LINKS], "url": [None] * 4}, {}),
    ({"title": NAMES, "resources": [[{"url": u}] for u in LINKS]}, {"file": "resources[].url"}),
    ({"title": NAMES, "author": [{"name": "A B"}] * 4}, {"creator": "author.name"}),
    ({"title": NAMES, "authors": [["A", "B"]] * 4}, {"creator": "authors"}),
    ({"title": NAMES, "authors": [[{"x": 1}]] * 4}, {}),
    ({"title": NAMES, "language": [{"code": "en"}] * 4}, {"language": "language.code"}),
    ({"title": NAMES, "year": [2001, 2002, 2003, 2004]}, {"date": "year"}),
    ({"title": NAMES, "year": ["soon"] * 4}, {}),
    ({"title": NAMES, "type": ["x" * 90] * 4}, {"description": "type"}),
    ({"title": NAMES, "url": ["none"] * 4}, {}),
    ({"title": NAMES, "tags": ["a, b", "c", "d", "a"]}, {"subject": "tags"}),
    ({"title": NAMES, "publicationDate": ["2001-01-02"] * 4}, {"date": "publicationDate"}),
    ({"title": NAMES, "Palabras clave": [["a"]] * 4}, {"subject": '"Palabras clave"'}),
    ({"title": NAMES, "uuid": ["a", "b", "c", "d"]}, {"id": "uuid"}),
    ({"title": NAMES, "uuid": ["a", "b", "b", "d"]}, {}),
]


@pytest.mark.parametrize(("fields", "expected"), PATHS)
def test_paths_of_fields(fields: dict[str, list[object]], expected: dict[str, str]) -> None:
    found = find_entries({"items": entries(**fields)})
    assert found is not None
    paths = {name: field.select for name, (field, _) in find_paths(found).items()}
    expected.setdefault("title", "title" if "title" in fields else paths["title"])
    assert paths == expected


def test_values_that_are_parted_in_json() -> None:
    found = find_entries(entries(title=NAMES, tags=["a; b", "c; d", "e", "f"]))
    assert found is not None
    assert find_paths(found)["subject"][0].split == ";"


def test_texts_in_json() -> None:
    assert first_text([None, {"pt": " a  b "}]) == "a b"
    assert first_text({"x": "y"}) == ""
    assert first_text(7) == ""


def test_no_title_no_entries() -> None:
    assert find_entries({"items": [{"a": 1}, {"a": 2}]}) is None
    assert find_entries([1, 2, 3]) is None
    assert find_entries(None) is None


def record(**fields: str) -> SourceRecord:
    values: dict[str, tuple[str, ...]] = {
        name: (value,) for name, value in fields.items() if name != "key"
    }
    return SourceRecord("s", Locator("", "", ""), values, key=fields.get("key", ""))


def test_keys() -> None:
    one, two = record(title="A", page="/a", date="1"), record(title="A", page="/b", date="2")
    assert find_key([one, two], "html-listing") == ("title", "date")
    assert find_key([record(title="A", page="http://a"), record(title="A", page="http://b")],
                    "html-listing") == ("page",)  # fmt: skip
    assert find_key([record(title="A", key="1"), record(title="A", key="2")], "feed") == ()
    same = [record(title="A", date="1"), record(title="A", date="1"), record(title="B", date="1")]
    assert find_key(same, "html-listing") == ("title", "type")
    assert "only 2" in key_comment(("title",), same)
    assert find_key([record(title="A"), record(title="A")], "feed") == ("title", "type")


def test_languages() -> None:
    assert find_languages([], "pt-BR") == ("pt",)
    assert find_languages([], "") == ()
    assert find_languages([record(title="7")], "") == ()
    english = [record(title=work.title, description=work.abstract) for work in WORKS]
    spanish = record(title="Guía", description="Este documento explica cómo llevar las cuentas de "
                     "un banco comunal en el campo.")  # fmt: skip
    assert find_languages([*english, spanish, spanish, spanish], "fr") == ("en", "es")
    assert find_languages([record(title=work.title) for work in WORKS], "en") == ("en",)
    stated = SourceRecord("s", Locator("", "", ""), {"title": ("X",)}, {"title": ("de",)})
    assert find_languages([stated], "") == ("de",)


def test_labels_of_a_text() -> None:
    text = "\n".join(f"{work.kind}\n{work.title}\n{work.abstract}" for work in WORKS)
    assert set(find_labels(text)) == {"Guide", "Report", "Case study", "Tool"}
    assert find_labels("A\nB\nC\n") == ()
    assert find_labels("Home\nOne title\nHome\n") == ()
    known = frozenset({"guide"})
    assert find_labels("Guide\nOne title here\nWith an abstract.", known) == ("Guide",)
    assert find_labels("Author\nOne name\nAuthor\nAnother name\n") == ()


def test_the_base_url_of_a_provider() -> None:
    assert base_of("http://x.example/oai?verb=Identify&a=b") == "http://x.example/oai?a=b"


def test_columns_by_what_they_hold() -> None:
    rows = [[w.title, w.abstract, w.page, w.file, w.day, "English", "12"] for w in WORKS]
    assert guess_fields("abcdefg", rows, {}, set()) == {
        "title": 0, "description": 1, "page": 2, "file": 3, "date": 4, "language": 5,
    }  # fmt: skip
    assert "title" not in guess_fields("a", [["1"], ["2"]], {}, set())


def test_a_table_without_headings(desk: Desk) -> None:
    rows = [[w.page, w.title, w.abstract] for w in WORKS]
    probed = desk.probe(desk.save("bare.csv", csv_text(rows)))
    assert 'title = "column B"' in probed.source_toml
    assert len(desk.records(desk.accept(probed))) == len(WORKS)


def test_headings_that_come_twice(desk: Desk) -> None:
    rows = [["Title", "Tag", "Tag", "Note"], *([w.title, w.kind, w.author, ""] for w in WORKS)]
    probed = desk.probe(desk.save("twice.csv", csv_text(rows)))
    assert 'subject = "Tag"' in probed.source_toml
    records = desk.records(desk.accept(probed))
    assert records[0].fields["subject"] == (WORKS[0].kind, WORKS[0].author)


@pytest.mark.parametrize("text", ["Title,Year\n", "a,b,c\n1,2,3\n4,5,6\n", "\n\n,,\n"])
def test_tables_without_titles(desk: Desk, text: str) -> None:
    with pytest.raises(SourceError):
        desk.probe(desk.save("x.csv", text))


def test_a_document_that_says_it_has_more(desk: Desk) -> None:
    document = {"total": 99, "items": entries(title=NAMES)}
    probed = desk.probe(desk.save("x.json", json.dumps(document)))
    assert any("99 entries" in note for note in probed.notes)


def test_several_files_of_one_object_each(desk: Desk) -> None:
    for number, work in enumerate(WORKS[:3]):
        document = {"title": work.title, "parts": [{"name": "x"}, {"name": "y"}]}
        saved = desk.save(f"all/{number}.json", json.dumps(document))
    probed = desk.probe(saved.parent)
    titles = [record.fields["title"][0] for record in desk.records(desk.accept(probed))]
    assert titles == [work.title for work in WORKS[:3]]
