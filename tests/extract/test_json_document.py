"""JSON documents and JSON Lines: entries at any depth, inherited values, paging, broken lines."""

from __future__ import annotations

import json
import tracemalloc
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SettingsError, SourceError
from pipeline.extract import json_document, json_entries, pages
from pipeline.extract.access import Access, NoEntriesError
from pipeline.extract.json_document import next_in_header
from pipeline.extract.json_entries import LINK_HEADER
from pipeline.extract.json_levels import Descent, compile_levels, find_entries, flattened, outline
from pipeline.kinds import Field, Fields, JsonSettings
from pipeline.model import Issue, Page, SourceRecord
from pipeline.settings import Paging, Source
from tests.extract.web import Answer, Web, fetcher_for

TITLE: Fields = {"title": "title"}


def json_source(
    fields: Fields = TITLE, *, levels: tuple[str, ...] = (), next_page: str = "", total: str = "",
    location: str = "list.json",
) -> Source:  # fmt: skip
    """Return a source of the kind `json` with these settings."""
    return Source(
        kind="json", location=location, languages=("en", "es"), name="demo",
        file="input/demo.toml", json=JsonSettings(fields, levels, next_page, total),
    )  # fmt: skip


class Reader:
    """Reads texts as files of an input folder."""

    def __init__(self, folder: Path, payloads: Path) -> None:
        self.access = Access(folder, payloads)

    def pages(self, data: object, source: Source | None = None) -> list[Page]:
        """Return the pages of a file that holds `data`: text as it is, all else as JSON."""
        source = source or json_source()
        text = data if isinstance(data, str) else json.dumps(data)
        (self.access.folder / source.location).write_text(text, "utf-8")
        return list(pages(source, self.access))

    def records(self, data: object, source: Source | None = None) -> list[SourceRecord]:
        return [record for page in self.pages(data, source) for record in page.records]

    def titles(self, data: object, source: Source | None = None) -> list[str]:
        found = (record.fields.get("title", ()) for record in self.records(data, source))
        return ["+".join(title) for title in found]

    def issues(self, data: object, source: Source | None = None) -> list[Issue]:
        return [issue for page in self.pages(data, source) for issue in page.issues]


@pytest.fixture
def reader(folder: Path, payloads: Path) -> Reader:
    return Reader(folder, payloads)


def test_fields_of_entries(reader: Reader) -> None:
    source = json_source(
        {
            "id": "uuid", "title": "name", "creator": "authors[].name", "date": "year",
            "subject": Field("tags", split=";"), "description": Field("about", html=True),
        }
    )  # fmt: skip
    entry = {
        "uuid": 17, "name": {"en": "Fair", "es": "Feria"}, "authors": [{"name": "Ana"}],
        "year": 2019.0, "tags": "a; b", "about": "<p>x</p>",
    }  # fmt: skip
    first, second = reader.records([entry, {"name": "Plain", "uuid": ""}], source)
    assert first.fields == {
        "title": ("Fair", "Feria"), "creator": ("Ana",), "date": ("2019",), "subject": ("a", "b"),
        "description": ("<p>x</p>",),
    }  # fmt: skip
    assert first.languages == {"title": ("en", "es")}
    assert first.markup == ("description",)
    assert first.key == "17"
    assert first.locator.position == "entry 1"
    assert first.locator.name == "list.json"
    assert second.key == ""
    assert second.locator.position == "entry 2"


@pytest.mark.parametrize(
    ("document", "titles"),
    [
        ([{"title": "a"}, {"title": "b"}], ["a", "b"]),
        ([[{"title": "a"}], None, [[{"title": "b"}]]], ["a", "b"]),
        ({"items": [{"title": "a"}], "total": 1, "links": ["x"]}, ["a"]),
        ({"response": {"docs": [{"title": "a"}]}, "status": {"code": 0}}, ["a"]),
        ({"title": "A list", "items": [{"title": "a"}]}, ["a"]),
        ({"title": "One", "authors": [{"name": "Ana"}]}, ["One"]),
        ({"title": "One", "tags": []}, ["One"]),
    ],
)
def test_entries_are_found_without_levels(
    reader: Reader, document: object, titles: list[str]
) -> None:
    assert reader.titles(document) == titles


@pytest.mark.parametrize(
    ("document", "what"),
    [
        ([], "is an empty list"),
        ("text", "is the value 'text'"),
        (17, "is the value '17'"),
        (None, "is null"),
        ({"items": [], "total": 0}, "holds no list of entries: it is an object of items, total"),
        ({}, "it is an empty object"),
    ],
)
def test_documents_without_entries(reader: Reader, document: object, what: str) -> None:
    with pytest.raises(NoEntriesError) as error:
        reader.pages(json.dumps(document))
    assert what in str(error.value)


def test_several_lists_are_named_with_their_counts(reader: Reader) -> None:
    document = {"books": [{"title": "a"}], "more": {"x-y": [{"title": "b"}, {"title": "c"}]}}
    with pytest.raises(SourceError) as error:
        reader.pages(document)
    assert str(error.value) == (
        'list.json: holds 2 lists of objects: books (1), more."x-y" (2); expected one list, or '
        'the setting that names it; next: set [json] levels = ["books"], or another of them'
    )
    source = json_source(levels=('more."x-y"',))
    assert reader.titles(document, source) == ["b", "c"]


def test_lists_deep_down_are_not_looked_for() -> None:
    document: dict[str, object] = {"list": [{"title": "x"}]}
    for _ in range(7):
        document = {"in": document}
    with pytest.raises(NoEntriesError):
        find_entries(document, lambda _: 0, "list.json")


def test_levels_lead_down_and_entries_see_what_is_above(reader: Reader) -> None:
    document = {
        "site": "S",
        "groups": [
            {"language": "en", "books": [{"title": "a"}, {"title": "b", "_parents": "own"}]},
            {"language": "es", "books": [{"title": "c"}]},
            {"language": "fr"},
        ],
    }
    source = json_source(
        {
            "title": "title", "language": "_parents[1].language", "isPartOf": "_parents[0].site",
            "nearest": "_parents[-1].language", "both": "[title, _parents[0].site]",
        },
        levels=("groups", "books"),
    )  # fmt: skip
    found = [record.fields for record in reader.records(document, source)]
    assert [fields["title"][0] + fields["language"][0] for fields in found] == ["aen", "ben", "ces"]
    assert found[1]["nearest"] == ("en",)
    assert found[1]["both"] == ("b", "S")
    assert list(found[0]) == ["title", "language", "isPartOf", "nearest", "both"]


def test_entries_at_two_depths(reader: Reader) -> None:
    document = [
        {"name": "A", "entries": [{"title": "a"}], "sub": [{"name": "B", "entries": ["b"]}]},
        {"name": "C", "entries": [], "sub": None},
        {"name": "D", "sub": [{"name": "E", "entries": [{"title": "e"}, None]}]},
    ]
    source = json_source(
        {"title": "title || @", "subject": "_parents[1:].name"},
        levels=("[]", "[@, sub][]", "entries"),
    )
    found = [record.fields for record in reader.records(document, source)]
    assert [fields.get("subject") for fields in found] == [("A",), ("A", "B"), ("D", "E")]


def test_entries_may_be_texts(reader: Reader) -> None:
    source = json_source({"title": "@", "subject": "_parents[0].of"}, levels=("books",))
    found = reader.records({"of": "clay", "books": ["a", "b", 3]}, source)
    assert [record.fields for record in found] == [
        {"title": (title,), "subject": ("clay",)} for title in ("a", "b", "3")
    ]


def test_a_level_that_finds_nothing_is_named(reader: Reader) -> None:
    source = json_source(levels=("groups", "book"))
    with pytest.raises(NoEntriesError) as error:
        reader.pages({"groups": [{"books": []}, {"books": [1], "name": "x"}]}, source)
    assert str(error.value).startswith(
        "list.json: key 'json.levels[1]': 'book' finds nothing in an object of books, name"
    )


def test_a_level_that_does_not_fit_is_told(reader: Reader) -> None:
    source = json_source(levels=("groups", "values(books)"))
    groups = [{"books": {"x": {"title": "a"}}}, {"books": None}, {"books": None}]
    assert reader.titles({"groups": groups}, source) == ["a"]
    (issue,) = reader.issues({"groups": groups}, source)
    assert "key 'json.levels[1]' does not fit the entry" in issue.message
    assert issue.message.endswith("(2 times)")


def test_a_field_that_is_never_found_is_told_once(reader: Reader) -> None:
    source = json_source({"id": "key", "title": "title", "creator": "author"})
    document = [{"title": str(number), "authors": []} for number in range(3)]
    issues = reader.issues(document, source)
    assert [issue.property for issue in issues] == ["id", "creator"]
    assert issues[1].message == (
        "field 'creator': key 'json.fields.creator' 'author' finds nothing in any of 3 entries; an "
        "entry is an object of title, authors"
    )
    assert reader.issues([{"title": "x", "key": 1, "author": "a"}, {}], source) == []


def test_an_entry_that_gives_nothing_is_told(reader: Reader) -> None:
    (_, record) = reader.records([{"title": "a"}, {"name": "b"}])
    assert record.fields == {}
    assert record.issues[0].identifier == "entry 2"
    assert record.issues[0].message == (
        "no expression finds anything here; expected 'title' in an object of name"
    )


def test_entries_that_nest_deeply_do_no_harm(reader: Reader) -> None:
    for deep in ("[" * 900 + "]" * 900, '{"a":' * 900 + "1" + "}" * 900):
        source = json_source({"title": "title", "b": "a.a", "c": "to_string(@)", "d": "@ == a"})
        (record, _) = reader.records(f'[{{"a": {deep}}}, {{"title": "x"}}]', source)
        assert record.locator.position == "entry 1"


def test_what_is_doubtful_about_the_document_is_told(reader: Reader) -> None:
    issues = reader.issues('[{"title": "a", "title": "b", "x": NaN}]')
    assert [issue.severity for issue in issues] == ["warning", "warning"]
    assert all(": 1" in issue.message for issue in issues)


def test_what_is_no_json_stops_the_source(reader: Reader) -> None:
    with pytest.raises(SourceError, match="is no JSON: line 1, column 12"):
        reader.pages('[{"title": x}]')


@pytest.mark.parametrize(
    ("levels", "key"), [((), "json.fields.title"), (("a", "b["), r"json.levels\[1\]")]
)
def test_settings_are_checked_first(
    folder: Path, payloads: Path, levels: tuple[str, ...], key: str
) -> None:
    source = json_source({"title": "a["} if not levels else TITLE, levels=levels)
    with pytest.raises(SettingsError, match=f"key '{key}'"):
        pages(source, Access(folder, payloads))


def test_the_other_settings_are_checked_first(folder: Path, payloads: Path) -> None:
    access = Access(folder, payloads)
    for changed, key in (
        (json_source(next_page="a["), "key 'json.next'"),
        (json_source(total="foo()"), "key 'json.total'"),
        (json_source({}), "key 'json.fields': empty"),
        (msgspec.structs.replace(json_source(), json=None), "key 'json': missing"),
    ):
        with pytest.raises(SettingsError, match=key):
            pages(changed, access)


LINES = '{"title": "a"}\n\n{"title": "b"}\r\n{"title": "c"}'


@pytest.mark.parametrize("location", ["list.json", "list.jsonl", "list.NDJSON"])
def test_json_lines(reader: Reader, location: str) -> None:
    records = reader.records(LINES, json_source(location=location))
    assert [record.fields["title"][0] for record in records] == ["a", "b", "c"]
    assert [record.locator.position for record in records] == ["line 1", "line 3", "line 4"]


def test_sequences_of_json_texts(reader: Reader) -> None:
    assert reader.titles('\x1e{"title": "a"}\n\x1e{"title": "b"}\n') == ["a", "b"]


def test_a_line_may_hold_several_entries(reader: Reader) -> None:
    text = '{"of": "x", "books": [{"title": "a"}, {"title": "b"}]}\n{"books": []}\n'
    source = json_source({"title": "title", "subject": "_parents[0].of"}, levels=("books",))
    records = reader.records(text, source)
    assert [record.locator.position for record in records] == ["line 1, entry 1", "line 1, entry 2"]
    assert records[1].fields["subject"] == ("x",)
    assert reader.titles('[{"title": "a"}, {"title": "b"}]\n[{"title": "c"}]') == ["a", "b", "c"]


def test_broken_lines_are_told_and_the_others_read(reader: Reader) -> None:
    text = '{"title": "a"}\n{"title": "b"\n\n{"title": NaN}\n{"title": "d"}\n'
    assert reader.titles(text) == ["a", "", "d"]
    first, second = reader.issues(text)
    assert first.message.startswith(
        "list.json: line 2 is no JSON: column 14: expecting ',' delimiter;"
    )
    assert first.message.endswith("; it was left out")
    assert second.message.startswith("list.json: line 4: values that are NaN")


def test_many_broken_lines_are_counted(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_entries, "MOST_BROKEN", 2)
    issues = reader.issues('{"title": "a"}\n' + "{x\n" * 5)
    assert len(issues) == 3
    assert issues[2].message == "list.json: 5 lines are no JSON in all"


def test_what_is_told_at_the_end_is_not_lost(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_document, "AT_ONCE", 1)
    first, last = reader.pages('{"title": "a"}\n[]\n{x\n')
    assert (len(first.records), len(last.records)) == (1, 0)
    assert "line 3 is no JSON" in last.issues[0].message


def test_lines_without_an_entry(reader: Reader) -> None:
    for location, text, kind, what in (
        ("list.jsonl", "{a\n{b\n", SourceError, "is no JSON: line 1, column 2"),
        ("list.jsonl", "[]\n[]\n", NoEntriesError, "holds no entry"),
    ):
        with pytest.raises(kind, match=what):
            reader.pages(text, json_source(location=location))
    with pytest.raises(NoEntriesError, match=r"key 'json.levels\[0\]': 'books' finds nothing"):
        reader.pages("{}\n{}\n", json_source(levels=("books",)))


def test_a_document_under_the_name_of_lines(reader: Reader) -> None:
    text = json.dumps([{"title": "a"}], indent=2)
    assert reader.titles(text, json_source(location="list.jsonl")) == ["a"]
    one = json_source(location="list.jsonl")
    assert reader.titles('{"title": "a"}', one) == ["a"]


def test_pages_hold_some_records_each(reader: Reader) -> None:
    found = reader.pages([{"title": str(n)} for n in range(1201)])
    assert [len(page.records) for page in found] == [500, 500, 201]
    assert found[2].records[-1].locator.position == "entry 1201"


def served(answers: dict[str, Answer], web: Web, source: Source, output: Path) -> list[Page]:
    web.answers = dict(answers)
    live = msgspec.structs.replace(source, location=web.url("/list"))
    return list(pages(live, Access(output, output / "payloads", fetcher_for(live, output))))


def answer(document: object, **headers: str) -> Answer:
    return Answer(json.dumps(document), 200, {"Content-Type": "application/json", **headers})


def titles_of(found: list[Page]) -> list[str]:
    return [record.fields["title"][0] for page in found for record in page.records]


def test_the_next_page_is_followed(tmp_path: Path) -> None:
    answers = {
        "/list": answer({"items": [{"title": "a"}], "next": "/list?p=2", "count": 3}),
        "/list?p=2": answer({"items": [{"title": "b"}], "next": "?p=3", "count": 3}),
        "/list?p=3": answer({"items": [{"title": "c"}], "next": None, "count": 3}),
    }
    with Web() as web:
        found = served(answers, web, json_source(next_page="next", total="count"), tmp_path)
        assert web.paths == ["/list", "/list?p=2", "/list?p=3"]
        assert web.requests[0].headers["accept"].startswith("application/json")
    assert titles_of(found) == ["a", "b", "c"]
    assert [page.declared_total for page in found] == [3, 3, 3]


def test_the_next_page_by_a_link_header(tmp_path: Path) -> None:
    answers = {
        "/list": answer([{"title": "a"}], Link='</list?p=2>; rel="next", </list?p=9>; rel=last'),
        "/list?p=2": answer([{"title": "b"}], Link='</list>; rel="prev"'),
    }
    with Web() as web:
        found = served(answers, web, json_source(next_page=LINK_HEADER), tmp_path)
    assert titles_of(found) == ["a", "b"]


@pytest.mark.parametrize("end", [None, "", False, [], 0])
def test_pages_end(tmp_path: Path, end: object) -> None:
    with Web() as web:
        answers = {"/list": answer({"items": [{"title": "a"}], "next": end})}
        found = served(answers, web, json_source(next_page="next"), tmp_path)
        assert web.paths == ["/list"]
    assert titles_of(found) == ["a"]


@pytest.mark.parametrize(
    ("following", "next_page", "what"),
    [(2, "next", "'json.next' finds the value '2'"), ({"a": 1}, "next", "finds an object of a"),
     (True, "length(next)", "'json.next' does not fit the entry")],
)  # fmt: skip
def test_a_next_page_that_is_no_address(
    tmp_path: Path, following: object, next_page: str, what: str
) -> None:
    with Web() as web:
        answers = {"/list": answer({"items": [{"title": "a"}], "next": following})}
        with pytest.raises(SourceError, match=what):
            served(answers, web, json_source(next_page=next_page), tmp_path)


def test_numbered_pages(tmp_path: Path) -> None:
    answers = {
        "/list?p=1": answer({"items": [{"title": "a"}]}),
        "/list?p=2": answer({"items": [{"title": "b"}]}),
        "/list?p=3": answer({"items": []}),
    }
    source = msgspec.structs.replace(json_source(), paging=Paging(parameter="p"))
    with Web() as web:
        assert titles_of(served(answers, web, source, tmp_path)) == ["a", "b"]


@pytest.mark.parametrize("total", ["3", 3])
def test_a_total_is_read(reader: Reader, total: object) -> None:
    document = {"items": [{"title": "a"}], "count": total}
    (page,) = reader.pages(document, json_source(total="count"))
    assert page.declared_total == 3


def test_a_total_is_told_once(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_document, "AT_ONCE", 1)
    document = {"items": [{"title": "a"}, {"title": "b"}], "count": 2}
    found = reader.pages(document, json_source(total="count"))
    assert [page.declared_total for page in found] == [2, None]


@pytest.mark.parametrize("total", ["many", True, 1.5, None, {"x": 1}, [], -1])
def test_a_total_that_is_none_is_told(reader: Reader, total: object) -> None:
    document = {"items": [{"title": "a"}], "count": total}
    (page,) = reader.pages(document, json_source(total="count"))
    assert page.declared_total is None
    assert "key 'json.total' finds" in page.issues[0].message
    (page,) = reader.pages(document, json_source(total="abs(items)"))
    assert "key 'json.total' does not fit" in page.issues[0].message


@pytest.mark.parametrize(
    ("header", "link"),
    [
        ("", ""),
        ("<a>; rel=next", "a"),
        ('<a>; rel="prev next"; title="x"', "a"),
        ('<a>; title="rel, next"; rel="last", <b>;REL=Next', "b"),
        ('<a>; rel="nextish", <b>; rel=next-archive', ""),
        ("no link", ""),
    ],
)
def test_link_headers(header: str, link: str) -> None:
    assert next_in_header(header) == link


TREES = st.recursive(
    st.builds(lambda n: {"title": str(n)}, st.integers(0, 9)),
    lambda inner: st.builds(lambda below: {"below": below}, st.lists(inner, max_size=3)),
    max_leaves=8,
)


@given(st.lists(TREES, max_size=4), st.integers(1, 4))
def test_each_entry_is_reached_once_in_order(trees: list[dict[str, object]], depth: int) -> None:
    source = json_source(levels=tuple("below" for _ in range(depth)))
    document = {"below": trees}

    def expected(value: object, left: int) -> list[object]:
        if not left:
            return [value]
        below = value.get("below", []) if isinstance(value, dict) else []
        return [found for item in below for found in expected(item, left - 1)]

    found = list(Descent(compile_levels(source), "list.json").entries(document))
    assert [entry.value for entry in found] == expected(document, depth)
    assert all(len(entry.parents) == depth for entry in found)
    assert all(entry.parents[0] is document for entry in found)


def test_entries_share_what_is_above_them() -> None:
    document = {"name": "x" * 1000, "items": [{"title": str(n)} for n in range(20_000)]}
    descent = Descent(compile_levels(json_source(levels=("items",))), "list.json")
    tracemalloc.start()
    entries = list(descent.entries(document))
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert entries[0].parents is entries[-1].parents
    assert size < 200 * len(entries)


def test_flattened_lists() -> None:
    assert list(flattened([1, [[2, None], []], {"a": [3]}])) == [1, 2, {"a": [3]}]
    assert list(flattened(None)) == []
    assert list(flattened("a")) == ["a"]


def test_outlines() -> None:
    assert outline([1, 2]) == "a list of 2"
    assert outline({str(n): n for n in range(9)}) == "an object of 0, 1, 2, 3, 4, 5, 6, 7 …"


@pytest.mark.slow
def test_the_sample_is_read_whole(shared: Path, payloads: Path) -> None:
    """The figures stand in docs/sources/json.md."""
    source = json_source(
        {
            "title": "title", "page": "url", "creator": "author", "description": "notes",
            "language": "_parents[2].language.code", "subject": "_parents[3:].section",
            "type": "_parents[1].type",
        },
        levels=("children", "children", "sections", "[@, subsections][]", "entries"),
        location="free_programming_books.json",
    )  # fmt: skip
    access = Access(shared / "samples" / "json", payloads)
    found = list(pages(source, access))
    records = [record for page in found for record in page.records]
    assert [issue for page in found for issue in page.issues] == []
    assert [issue for record in records for issue in record.issues] == []
    assert len(records) == 8486

    document = json.loads((access.folder / source.location).read_text("utf-8"))
    expected = [
        (entry["title"], child["language"]["code"])
        for kind in document["children"]
        for child in kind["children"]
        for section in child["sections"]
        for part in (section, *section["subsections"])
        for entry in part["entries"]
    ]
    assert [(r.fields["title"][0], r.fields["language"][0]) for r in records] == [
        (title.strip(" \t\n\r\f"), code) for title, code in expected
    ]
    languages = Counter(record.fields["language"][0] for record in records)
    assert len(languages) == 46
    assert languages.most_common(4) == [("en", 4065), ("pt-BR", 394), ("es", 385), ("ru", 367)]
    assert Counter(record.fields["type"][0] for record in records) == {
        "books": 4361, "courses": 3030, "more": 642, "casts": 453,
    }  # fmt: skip
    assert sum("creator" in record.fields for record in records) == 6134
    assert sum(len(record.fields["subject"]) == 2 for record in records) == 1228
