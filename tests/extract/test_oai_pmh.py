"""Saved answers, what is made of a record, fields of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import OutputError, SettingsError, SourceError
from pipeline.extract import oai_pmh, pages
from pipeline.extract.access import Access, NoEntriesError
from pipeline.extract.oai_list import RecordList, Shelf
from pipeline.extract.oai_record import Maker
from pipeline.kinds import Field
from pipeline.model import Issue, Page, SourceRecord
from tests.extract.oai_provider import (
    DC,
    Item,
    Memory,
    Provider,
    answer_of,
    dublin_core,
    listed,
    oai_source,
    payload_of,
    record,
    saved,
)

ITEMS = [Item(f"oai:x:{n}", title=f"Title {n}") for n in range(1, 6)]
NEXT = '<resumptionToken completeListSize="{}">next</resumptionToken>'
LAST = '<resumptionToken completeListSize="{}"/>'


def read(folder: Path, location: str = "*.xml", **settings: object) -> list[Page]:
    """Return the pages of saved files."""
    return list(pages(oai_source(location, **settings), Access(folder, folder / "payloads")))


def records(found: list[Page]) -> list[SourceRecord]:
    return [record for page in found for record in page.records]


def issues(found: list[Page]) -> list[Issue]:
    return [issue for page in found for issue in page.issues]


def one(folder: Path, metadata: str, **settings: object) -> SourceRecord:
    """Return the one record of this metadata."""
    header = "<header><identifier>oai:x:1</identifier></header>"
    saved(folder, a=listed(f"<record>{header}<metadata>{metadata}</metadata></record>"))
    (found,) = records(read(folder, **settings))  # type: ignore[arg-type]
    return found


# Saved answers


def test_saved_pages_of_one_list(folder: Path) -> None:
    saved(
        folder,
        **{
            "page-2": listed(
                record(ITEMS[2]) + record(Item("oai:x:9", deleted=True)) + NEXT.format(5)
            ),
            "page-10": listed("".join(map(record, ITEMS[3:])) + LAST.format(5)),
            "page-1": listed("".join(map(record, ITEMS[:2])) + NEXT.format(5)),
        },
    )
    found = read(folder)
    assert [r.key for r in records(found)] == [
        "oai:x:1",
        "oai:x:2",
        "oai:x:3",
        "oai:x:4",
        "oai:x:5",
    ]
    assert [page.deleted for page in found] == [(), ("oai:x:9",), ()]
    assert {page.declared_total for page in found} == {4}
    assert {(page.since, page.until) for page in found} == {("", "")}
    assert issues(found) == []
    first = records(found)[0]
    assert first.fields == {"title": ("Title 1",)}
    assert (first.source, first.locator.name) == ("demo", "page-1.xml")
    assert first.locator.position == "record oai:x:1"
    assert (folder / "payloads" / first.locator.payload).is_file()


def test_a_list_that_goes_on_is_told(folder: Path) -> None:
    saved(folder, a=listed(record(ITEMS[0]) + NEXT.format(5)))
    found = read(folder, "a.xml")
    assert "a.xml: the list goes on behind the resumptionToken 'next'" in issues(found)[0].message
    assert found[0].declared_total == 5


def test_no_total_is_declared_where_files_are_of_several_lists(folder: Path) -> None:
    saved(folder, a=listed(record(ITEMS[0]) + LAST.format(5)),
          b=listed(record(ITEMS[1]) + LAST.format(7)), c=listed(record(ITEMS[2])))  # fmt: skip
    assert {page.declared_total for page in read(folder)} == {None}


def test_the_last_file_counts_where_a_record_stands_in_two(folder: Path) -> None:
    saved(folder, a=listed(record(ITEMS[0]) + record(ITEMS[1])),
          b=listed(record(ITEMS[0]._replace(title="Changed")) +
                   record(ITEMS[1]._replace(deleted=True))))  # fmt: skip
    found = read(folder)
    assert [r.fields["title"] for r in records(found)] == [("Changed",)]
    assert [key for page in found for key in page.deleted] == ["oai:x:2"]


def test_the_same_file_twice_is_read_once(folder: Path) -> None:
    saved(folder, a=listed(record(ITEMS[0])), b=listed(record(ITEMS[0])))
    found = read(folder)
    assert len(records(found)) == 1
    assert issues(found)[0].message == "b.xml: is the same as a.xml; it was read once"


def test_an_empty_answer_among_others_is_told(folder: Path) -> None:
    nothing = Provider([]).page('<error code="noRecordsMatch">none</error>')
    saved(folder, a=nothing, b=listed(record(ITEMS[0])))
    found = read(folder)
    assert len(records(found)) == 1
    assert "a.xml: the provider answers noRecordsMatch: none" in issues(found)[0].message
    with pytest.raises(NoEntriesError, match=r"a\.xml: the provider answers noRecordsMatch"):
        read(folder, "a.xml")
    saved(folder, a=listed(""))
    with pytest.raises(NoEntriesError, match=r"a\.xml: holds no record"):
        read(folder, "a.xml")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("<Identify/>", "is an answer to identify"),
        ("<ListIdentifiers/>", "ListIdentifiers, which holds headers only"),
        ("", "is an answer to no verb at all"),
        ('<error code="badVerb">x</error>', "badVerb: x"),
    ],
)
def test_saved_answers_to_something_else(folder: Path, content: str, told: str) -> None:
    saved(folder, a=Provider([]).page(content))
    with pytest.raises(SourceError, match=told) as caught:
        read(folder)
    assert caught.value.where == "a.xml"


def test_a_file_that_is_missing_or_wrong_is_told_at_once(folder: Path) -> None:
    with pytest.raises(SourceError, match="matches no file"):
        pages(oai_source("a*.xml"), Access(folder, folder))
    with pytest.raises(SettingsError, match=r"'\.\.'"):
        pages(oai_source("../a.xml"), Access(folder, folder))


def test_a_source_without_a_table(folder: Path) -> None:
    saved(folder, a=listed(record(ITEMS[0])))
    import msgspec

    source = msgspec.structs.replace(oai_source("a.xml"), oai=None)
    assert len(records(list(pages(source, Access(folder, folder))))) == 1


# Records that are not as they should be


def test_what_gives_no_record_is_an_issue_and_the_rest_goes_on(folder: Path) -> None:
    saved(folder, a=listed(
        "<record><header><identifier>oai:x:0</identifier></header></record>"
        + record(ITEMS[0]).replace("Title", "<")
        + "<record><header status='deleted'/></record>"
        + record(ITEMS[1]).replace("Title", "AT&T")
        + f"<record><header/><metadata>{dublin_core('<dc:title>T</dc:title>')}</metadata></record>"
        + "<record><header status=' Deleted '><identifier>oai:x:9</identifier></header><metadata>"
        "<x/></metadata></record>"
    ))  # fmt: skip
    found = read(folder)
    assert [(r.key, r.fields["title"]) for r in records(found)] == [
        ("oai:x:2", ("AT&T 2",)), ("", ("T",)),
    ]  # fmt: skip
    assert found[0].deleted == ("oai:x:9",)
    told = [(i.identifier, i.message.partition(";")[0]) for i in issues(found)]
    assert told == [
        ("record oai:x:0", "a.xml: has no metadata and is not deleted"),
        ("record oai:x:1", "a.xml: is not well-formed: StartTag: invalid element name"),
        ("record 3", "a.xml: is deleted, but its header has no identifier"),
    ]
    kept = [[i.message for i in r.issues] for r in records(found)]
    assert kept == [
        ["a.xml: '&' that XML does not know were read as text: 1"],
        ["a.xml: its header has no identifier, so it is known by its content only"],
    ]
    assert {i.stage for i in issues(found)} == {"extract"}


def test_an_unknown_format_is_told_once(folder: Path) -> None:
    saved(folder, a=listed("".join(map(record, ITEMS[:3])).replace("oai_dc:dc ", "x ")
                           .replace("/oai_dc:dc", "/x")))  # fmt: skip
    found = read(folder)
    assert [r.fields for r in records(found)] == [{"title": (f"Title {n}",)} for n in (1, 2, 3)]
    (issue,) = issues(found)
    assert (
        "a.xml: <{http://www.openarchives.org/OAI/2.0/}x> is no format that is known"
        in issue.message
    )


def test_a_list_of_nothing_but_issues_is_one_page(folder: Path) -> None:
    saved(folder, a="<records><record><header/></record></records>")
    (page,) = read(folder)
    assert (page.records, len(page.issues)) == ((), 1)


def test_values_are_limited(folder: Path) -> None:
    found = one(folder, dublin_core("<dc:title>" + "a" * 200_000 + "</dc:title>"))
    assert len(found.fields["title"][0]) == 100_000
    assert "check the record at the provider" in found.issues[0].message


# Large lists


def test_large_files_are_several_pages(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oai_pmh, "MOST_RECORDS", 2)
    saved(folder, a=listed("".join(map(record, [*ITEMS, Item("oai:x:9", deleted=True)]))))
    found = read(folder)
    assert [len(page.records) for page in found] == [2, 2, 1]
    assert [page.deleted for page in found] == [("oai:x:9",), (), ()]


@pytest.mark.parametrize("most", [0, 1, 3, 100])
def test_pages_wait_in_memory_or_in_a_file(tmp_path: Path, most: int) -> None:
    source = oai_source()
    maker = Maker(source)
    with Shelf(tmp_path / "new" / "payloads", most) as shelf:
        check_pages(RecordList(maker, shelf), RecordList(maker, shelf))
    assert (tmp_path / "new").exists() == (most < 4)


def check_pages(first: RecordList, second: RecordList) -> None:
    """Fill two lists, join them, and look at what comes out."""
    for items in (ITEMS[:2], [ITEMS[2], Item("oai:x:9", deleted=True)]):
        text = listed("".join(map(record, items)))
        assert first.add(payload_of(text), answer_of(text))
    text = listed(record(ITEMS[0]._replace(title="Changed")) + "<record/>")
    assert second.add(payload_of(text), answer_of(text))
    first.join(second)
    assert len(first) == 4
    made = list(first.pages())
    assert [[r.fields["title"][0] for r in page.records] for page in made] == [
        ["Title 2"], ["Title 3"], ["Changed"],
    ]  # fmt: skip
    assert [page.deleted for page in made] == [(), ("oai:x:9",), ()]
    assert [len(page.issues) for page in made] == [0, 0, 1]


def test_a_page_of_known_records_is_nothing_new(tmp_path: Path) -> None:
    records = RecordList(Maker(oai_source()), Shelf(tmp_path))
    for text, is_new in (
        (listed(record(ITEMS[0])), True),
        (listed(record(ITEMS[0])), False),
        (listed(""), False),
        (listed("<record><header/></record>"), True),
    ):
        assert records.add(payload_of(text), answer_of(text)) == is_new


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records = RecordList(Maker(oai_source()), Shelf(tmp_path / "payloads", 0))
    text = listed(record(ITEMS[0]))

    class Full:
        def seek(self, *_: int) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_: Full())
    with pytest.raises(OutputError, match="cannot be kept: No space left on device"):
        records.add(payload_of(text), answer_of(text))


def test_a_file_that_cannot_be_read_again_is_told(tmp_path: Path) -> None:
    text = listed(record(ITEMS[0]))

    class Broken:
        def seek(self, *_: int) -> int:
            raise OSError(5, "Input/output error")

    with Shelf(tmp_path, 0) as shelf:
        records = RecordList(Maker(oai_source()), shelf)
        records.add(payload_of(text), answer_of(text))
        file, shelf._file = shelf._file, Broken()  # type: ignore[assignment]
        with pytest.raises(OutputError, match="Input/output error"):
            list(records.pages())
        shelf._file = file


@pytest.mark.slow
def test_many_records_take_bounded_memory(tmp_path: Path) -> None:
    import tracemalloc

    items = [Item(f"oai:x:{n}", title="A title of an ordinary length " * 8) for n in range(15_000)]
    provider = Provider(items, page_size=2000)
    access = Access(tmp_path, tmp_path / "payloads", Memory(provider))
    tracemalloc.start()
    count = sum(len(page.records) for page in pages(oai_source("https://example.org/oai"), access))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 15_000
    assert peak < 60_000_000


# Fields of one's own


def test_fields_replace_and_add(folder: Path) -> None:
    metadata = dublin_core(
        "<dc:title>T</dc:title><dc:subject>a; b</dc:subject>"
        '<dc:subject xml:lang="fr">c</dc:subject>'
        '<x:year xmlns:x="urn:x">1999</x:year><dc:date>2001</dc:date>'
    ).replace("<oai_dc:dc ", '<oai_dc:dc xmlns:y="urn:x" xml:lang="en" ')
    found = one(folder, metadata, fields={
        "subject": Field("dc:subject", split=";"),
        "date": "y:year",
        "count": "xpath: count(dc:subject)",
        "has": "boolean(dc:title)",
        "hasnt": "boolean(dc:nothing)",
        "words": Field("string(dc:title)", language="es"),
        "texts": "dc:subject/text()",
        "missing": "dc:nothing",
        "namespace": "namespace::dc",
        "set": "ancestor::oai:record/oai:header/oai:identifier",
    })  # fmt: skip
    assert found.fields == {
        "title": ("T",), "subject": ("a", "b", "c"), "date": ("1999",), "count": ("2",),
        "has": ("true",), "words": ("T",), "texts": ("a; b", "c"), "set": ("oai:x:1",),
        "year": ("1999",),
    }  # fmt: skip
    assert found.languages["subject"] == ("en", "en", "fr")
    assert found.languages["texts"] == ("en", "fr")
    assert found.languages["words"] == ("es",)
    assert found.issues == ()


def test_a_field_that_finds_nothing_takes_the_usual_one_away(folder: Path) -> None:
    found = one(folder, dublin_core("<dc:title>T</dc:title>"), fields={"title": "dc:nothing"})
    assert found.fields == {}


def test_attributes_markup_and_references(folder: Path) -> None:
    metadata = dublin_core(
        '<dc:relation href="http://r.org"/><dc:description>A <p>b &amp; c</p></dc:description>'
        "<dc:rights>&lt;p&gt;R&lt;/p&gt;</dc:rights><dc:source a='1'>S</dc:source>"
    )
    found = one(folder, metadata, fields={
        "page": "dc:relation", "source": Field("dc:source", attribute="a"),
        "nothing": Field("dc:source", attribute="b"),
        "description": Field("dc:description", html=True), "rights": Field("dc:rights", html=True),
    })  # fmt: skip
    assert found.fields["page"] == ("http://r.org",)
    assert found.fields["source"] == ("1",)
    assert "nothing" not in found.fields
    assert found.fields["description"][0].startswith("A <p")
    assert "b &amp; c</p>" in found.fields["description"][0]
    assert found.fields["rights"] == ("<p>R</p>",)
    assert set(found.markup) == {"description", "rights"}


def test_prefixes_are_the_metadatas_own_or_the_usual_ones(folder: Path) -> None:
    text = f'<dc:dc xmlns:dc="urn:other" {DC.partition(" ")[0]}><dc:title>T</dc:title></dc:dc>'
    found = one(folder, text, fields={"title": "dc:title", "other": "nope:title"})
    assert found.fields == {"title": ("T",)}
    assert found.issues[0].message == "a.xml: key 'oai.fields.other': Undefined namespace prefix"


def test_many_declarations_do_not_fill_the_memory(folder: Path) -> None:
    content = "".join(
        f"<record><header><identifier>{n}</identifier></header><metadata><dc xmlns:p{n}='urn:x'>"
        f"<p{n}:title>T</p{n}:title></dc></metadata></record>"
        for n in range(40)
    )
    saved(folder, a=listed(content))
    found = read(folder, fields={"title": "*[local-name() = 'title']"})
    assert [r.fields["title"] for r in records(found)] == [("T",)] * 40
