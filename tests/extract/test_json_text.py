"""JSON texts: what careless writers leave, what attackers send, where a text is broken."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.extract import json_text
from pipeline.extract.json_text import parse_json, read_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(VALUES, st.booleans())
def test_what_is_written_is_read(value: object, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert read_json(text, "list.json") == json_text.Parsed(value)
    assert parse_json("\ufeff \n" + text, "list.json") == value


@given(st.text(st.characters(), max_size=20))
def test_no_text_holds_halves_of_pairs(text: str) -> None:
    written = json.dumps({text: [text]})
    found = parse_json(written, "list.json")
    assert isinstance(found, dict)
    ((name, (value,)),) = found.items()
    assert name == value
    value.encode("utf-8")


def test_halves_of_pairs_are_told() -> None:
    parsed = read_json(r'["\ud83d\ude00 \ud800 \\ud800 \uDFFF\\", "\ud83dx"]', "list.json")
    assert parsed.value == ["😀 � \\ud800 �\\", "�x"]
    (note,) = parsed.notes
    assert note.startswith("halves of surrogate pairs, which are no characters: 3;")


def test_what_json_does_not_have_is_missing_and_told() -> None:
    parsed = read_json('{"a": NaN, "b": [Infinity, -Infinity, 1]}', "list.json")
    assert parsed.value == {"a": None, "b": [None, None, 1]}
    assert parsed.notes == (
        "values that are NaN or Infinity, which JSON does not have: 3; they were read as missing",
    )


def test_names_that_come_again_are_told() -> None:
    parsed = read_json('[{"a": 1, "a": 2, "b": 3, "a": 4}, {"a": 5}]', "list.json")
    assert parsed.value == [{"a": 4, "b": 3}, {"a": 5}]
    (note,) = parsed.notes
    assert note.startswith("objects with the same name twice: 2 ('a');")


def test_raw_control_characters_are_read() -> None:
    assert parse_json('["a\tb\nc"]', "list.json") == ["a\tb\nc"]


def test_numbers_that_are_too_long_or_large_are_kept_as_texts() -> None:
    long = "9" * 5000
    assert parse_json(f"[{long}, -1e999, 1e308, 12]", "list.json") == [
        long[:400], "-1e999", 1e308, 12,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": [1,\n2', "line 2, column 2: expecting ',' delimiter; there it ends with"),
        ('{"a": tru}', "line 1, column 7: expecting value; there '{\"a\":' is followed by 'tru}'"),
        ("[1, 2,]", "is no JSON: line 1, column 7"),
        ("[01]", "is no JSON: line 1, column 3"),
        ("{'a': 1}", "is no JSON: line 1, column 2: expecting property name"),
        ("[1] [2]", "is no JSON: line 1, column 5: extra data"),
        ('["\\x"]', "is no JSON: line 1, column 3: invalid"),
        ("[" * 100_000, "nests lists and objects too deep"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "nests lists and objects too deep"),
        ("", "is empty"),
        ("\ufeff \n", "is empty"),
    ],
)
def test_what_is_no_json_is_told_with_its_place(text: str, message: str) -> None:
    with pytest.raises(SourceError) as error:
        parse_json(text, "list.json")
    assert message in error.value.what
    assert error.value.where == "list.json"
    assert error.value.expected == "a JSON document"
    assert len(str(error.value)) < 500


def test_markup_is_recognised() -> None:
    with pytest.raises(SourceError) as error:
        read_json("\n <html><p>Sorry", "list.json", expected="posts")
    assert "it begins as HTML or XML does" in error.value.next_step
    assert error.value.expected == "posts"


def test_documents_of_too_many_values_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "MOST_JSON_VALUES", 4)
    assert parse_json("[1, 2, 3]", "list.json") == [1, 2, 3]
    with pytest.raises(SourceError, match="has more than 4 values"):
        parse_json("[[], [], []]", "list.json")
