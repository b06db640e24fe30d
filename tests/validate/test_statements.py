"""N-Triples as lines."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.validate.statements import (
    identifier,
    lines_about,
    records_in,
    references,
    slices,
    split_unreadable,
)

BASE = "https://x.org/"
LINE = '<https://x.org/resource/a-b2> <https://x.org/p> "v" .'


def test_an_iri_says_which_record_it_belongs_to() -> None:
    assert identifier("https://x.org/record/a-b-c2", BASE) == ("a-b-c2", "")
    assert identifier("https://x.org/resource/a-c2#suggestion-10", BASE) == (
        "a-c2",
        "suggestion-10",
    )
    assert identifier("https://x.org/dataset", BASE) == ("", "")
    assert identifier("https://y.org/resource/a-c2", BASE) == ("", "")


def test_lines_of_chosen_records_and_of_no_record() -> None:
    other = LINE.replace("a-b2", "a-c3")
    agent = '<https://orcid.org/0> <https://x.org/p> "n" .'
    text = "\n".join([LINE, other, agent, ""])
    assert lines_about(text, BASE, lambda record: record == "a-c3") == f"{other}\n{agent}\n"
    assert records_in(text, BASE) == ("a-b2", "a-c3")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 4), max_size=8), st.integers(1, 300))
def test_slices_are_whole_records_and_together_the_text(lines: list[int], size: int) -> None:
    records = [LINE.replace("a-b2", f"a-{n}") + "\n" for n, _ in enumerate(lines)]
    blocks = [record * count for record, count in zip(records, lines, strict=True)]
    agent = '<https://orcid.org/0> <https://x.org/p> "n" .\n'
    text = agent.join(blocks)
    pieces = list(slices(text, BASE, size))
    assert "".join(pieces) == text
    for record in records:
        assert sum(record in piece for piece in pieces) == 1
    assert len(pieces) <= len(records) + 1


def test_a_last_line_without_end_is_not_cut() -> None:
    assert list(slices(LINE, BASE, 5)) == [LINE]
    assert list(slices("", BASE, 5)) == []


def test_who_points_to_an_agent() -> None:
    text = (
        "<https://x.org/resource/a-b2> <https://x.org/creator> <https://orcid.org/0> .\n"
        "<https://x.org/resource/a-c3> <https://x.org/publisher> <https://orcid.org/0> .\n"
        "<https://x.org/dataset> <https://x.org/publisher> <https://orcid.org/0> .\n"
    )
    assert references(text, BASE, frozenset({"https://orcid.org/0"})) == {
        "https://orcid.org/0": {
            "a-b2": "https://x.org/creator",
            "a-c3": "https://x.org/publisher",
        }
    }
    assert references(text, BASE, frozenset({"https://orcid.org/1"})) == {}


@settings(max_examples=80, deadline=None)
@given(st.lists(st.text(st.characters(codec=None), max_size=30), max_size=4), st.integers(0, 4))
def test_good_lines_survive_any_neighbours(rubbish: list[str], place: int) -> None:
    lines = [*rubbish[:place], LINE, *rubbish[place:], LINE]
    readable, unreadable = split_unreadable("\n".join(lines), BASE)
    assert readable.split("\n").count(LINE) == 2
    assert split_unreadable(readable, BASE) == (readable, ())
    for line in unreadable:
        assert line.reason
        line.line.encode()


def test_an_unreadable_line_is_described() -> None:
    _, (line,) = split_unreadable(LINE.replace('"v"', '"v"@1'), BASE)
    assert (line.record, line.predicate) == ("a-b2", "https://x.org/p")
    assert line.reason == "A language code should always start with a letter"


def test_after_a_thousand_errors_the_rest_is_given_up() -> None:
    readable, unreadable = split_unreadable("\n".join(["nonsense"] * 1003), BASE)
    assert readable == ""
    assert len(unreadable) == 1003
    assert sum("too many" in line.reason for line in unreadable) == 3
