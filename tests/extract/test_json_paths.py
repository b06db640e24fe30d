"""JMESPath expressions of settings, and the texts in what they find."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.extract import json_paths
from pipeline.extract.json_paths import (
    Values,
    compile_path,
    find_fields,
    jmes,
    json_fields,
    text_of,
    values_of,
)
from pipeline.extract.source_record import Given
from pipeline.kinds import Field
from pipeline.settings import Source

SOURCE = Source(
    kind="json", location="list.json", languages=("en", "pt-BR"), name="demo",
    file="input/demo.toml",
)  # fmt: skip


def texts(expression: str, value: object) -> list[str]:
    found = jmes(expression, SOURCE, "json.fields.title")(value)
    assert not found.problem
    return [given.value for given in found.given]


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("title", ["Fair"]),
        ("authors[].name", ["Ana", "Eva"]),
        ("authors[0].name", ["Ana"]),
        ("authors[?role=='editor'].name", ["Eva"]),
        ("numbers", ["1", "2.5", "3", "1e+20", "-0.5"]),
        ("truths", ["true", "false"]),
        ("nested", ["a", "b", "c"]),
        ("nothing", []),
        ("missing.at.all", []),
        ("empty", []),
        ('"dc:title"', ["Ferme"]),
        ("join(', ', authors[].name)", ["Ana, Eva"]),
        ("'always'", ["always"]),
        ("object", []),
        ("authors[?name==`Ana`].name", ["Ana"]),
    ],
)
def test_values_are_texts(expression: str, found: list[str]) -> None:
    value: dict[str, object] = {
        "title": "Fair", "authors": [{"name": "Ana"}, {"name": "Eva", "role": "editor"}],
        "numbers": [1, 2.5, 3.0, 1e20, -0.5], "truths": [True, False], "object": {},
        "nested": ["a", [["b"], None, []], "c"], "nothing": None, "empty": "", "dc:title": "Ferme",
    }  # fmt: skip
    assert texts(expression, value) == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"en": "Fair", "pt-BR": "Feira", "x": 1}, None),
        ({"en": "Fair", "pt_BR": ["Feira", "Bazar"]}, [("Fair", "en"), ("Feira", "pt_BR"),
                                                       ("Bazar", "pt_BR")]),
        ({"fr": "Foire", "de": "Messe"}, [("Foire", "fr"), ("Messe", "de")]),
        ({"und": "Fair", "en": None}, [("Fair", "")]),
        ({"@none": "Fair", "en": "Fare"}, [("Fair", ""), ("Fare", "en")]),
        ({"en": "Fair", "id": "Pasar"}, [("Fair", "en"), ("Pasar", "id")]),
        ({"por": "Feira", "en": "Fair"}, [("Feira", "por"), ("Fair", "en")]),
        ({"de": "Messe"}, None),
        ({"id": "17"}, None),
        ({"id": "17", "no": "3"}, None),
        ({"url": "x", "doi": "y", "abc": "z"}, None),
        ({"en": {"value": "Fair"}}, None),
        ({"@value": "Fair", "@language": "en"}, [("Fair", "en")]),
        ({"@value": "Fair"}, [("Fair", "")]),
        ({"value": "Fair", "language": None, "place": 0}, [("Fair", "")]),
        ({"value": ["Fair", "Fare"], "lang": "en"}, [("Fair", "en"), ("Fare", "en")]),
        ({"value": "Fair", "other": "x"}, None),
        ([{"en": "Fair"}, "plain"], [("Fair", "en"), ("plain", "")]),
    ],
)  # fmt: skip
def test_languages_of_texts(value: object, found: list[tuple[str, str]] | None) -> None:
    values = values_of(value, frozenset({"en", "pt"}))
    assert [tuple(given) for given in values.given] == (found or [])
    assert bool(values.problem) == (found is None)


def test_names_that_are_languages_too_are_none_alone() -> None:
    assert values_of({"id": "17"}, frozenset({"id"})).problem
    assert values_of({"id": "17", "en": "x"}, frozenset({"id"})).problem
    assert not values_of({"id": "17", "en": "x"}, frozenset({"en"})).problem


def test_an_object_that_is_no_text_is_told_with_its_names() -> None:
    values = values_of([{"name": "Ana", "age": 3}, "x", {"other": 1}])
    assert values == Values(
        (Given("x"),),
        "points at an object, not a text; expected the name of one of its parts: name, age",
    )


def test_finds_without_end_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_paths, "MOST_FOUND", 3)
    assert len(values_of(["x"] * 9).given) == 3


@given(st.recursive(st.none() | st.text(), st.lists, max_leaves=10))
def test_lists_are_flattened_in_order(value: object) -> None:
    def leaves(item: object) -> list[str]:
        if isinstance(item, list):
            return [leaf for part in item for leaf in leaves(part)]
        return [item] if isinstance(item, str) and item else []

    assert [given.value for given in values_of(value).given] == leaves(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_keep_their_value(number: float) -> None:
    assert float(text_of(number)) == number
    assert not text_of(number).endswith(".0")


@pytest.mark.parametrize(
    ("expression", "what"),
    [
        ("a[", "column 3: it cannot be read there"),
        ("dc:title", "column 3: it cannot be read there"),
        ("a b", "column 3: it cannot be read there"),
        ("", "it is empty"),
        (" ", "it is empty"),
        ("(" * 5000, "maximum recursion depth"),
        ("lenght(a)", "there is no function lenght() (did you mean 'length'?)"),
        ("a[?foo(b)].c", "there is no function foo()"),
        ("length(a, b)", "length() takes 1 arguments, not 2"),
        ("not_null()", "not_null() takes 1 arguments, not 0"),
        ("a.`", "column 3: it cannot be read there"),
    ],
)
def test_what_is_no_jmespath_names_its_key(expression: str, what: str) -> None:
    with pytest.raises(SettingsError) as error:
        jmes(expression, SOURCE, "json.fields.title")
    assert error.value.what.startswith("key 'json.fields.title': ")
    assert what in error.value.what
    assert error.value.where == "input/demo.toml"


def test_functions_of_several_arguments_are_known() -> None:
    assert texts("not_null(a, b, c)", {"c": "x"}) == ["x"]
    assert texts("map(&n, sort_by(a, &n))", {"a": [{"n": "2"}, {"n": "1"}]}) == ["1", "2"]
    assert texts("a[1:3]", {"a": ["1", "2", "3", "4"]}) == ["2", "3"]
    assert texts("merge(@, {b: 'x'}).b", {"a": "y"}) == ["x"]


def test_an_expression_that_does_not_fit_an_entry_is_told() -> None:
    values = jmes("length(a)", SOURCE, "k")({"a": 3})
    assert values.given == ()
    assert values.problem.startswith("does not fit the entry: In function length()")
    with pytest.raises(ValueError, match="does not fit"):
        compile_path("length(a)", SOURCE, "k")({"a": None})


def test_fields_are_found_and_parted() -> None:
    fields = json_fields(
        {
            "title": "name", "subject": Field("tags", split=","),
            "rights": Field("terms", language="en"), "creator": "by",
        },
        SOURCE, "json",
    )  # fmt: skip
    assert [field.key for field in fields] == [
        "json.fields.title", "json.fields.subject.select", "json.fields.rights.select",
        "json.fields.creator",
    ]  # fmt: skip
    entry = {"name": "Fair", "tags": ["a,b", "c"], "terms": "Free", "by": {"name": "Ana"}}
    found, issues = find_fields(fields, entry, SOURCE, "entry 3")
    assert found == {
        "title": [Given("Fair")], "subject": [Given("a"), Given("b"), Given("c")],
        "rights": [Given("Free", "en")], "creator": [],
    }  # fmt: skip
    (issue,) = issues
    assert (issue.identifier, issue.property, issue.value) == ("entry 3", "creator", "by")
    assert issue.message.startswith(
        "field 'creator': key 'json.fields.creator' points at an object, not a text"
    )
