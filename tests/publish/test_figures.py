"""Figures of the records, counted part by part."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.model import Issue, Record
from pipeline.publish import Figures, add, figures, names_of
from pipeline.publish.figures import MOST_GROUPS, MOST_REPAIRS
from pipeline.vocabulary import Vocabulary

Make = Callable[..., Record]


def _letters(number: int) -> str:
    """Return a word for a number; numbers themselves are not what tells two messages apart."""
    return "".join("abcdefghij"[int(digit)] for digit in str(number))


def test_figures_add_up_part_by_part(make_record: Make) -> None:
    records = [
        make_record(number, types=() if number % 2 else ("t",), issued=None) for number in range(10)
    ]
    whole = figures(records)
    parts = add(add(Figures(), figures(records[:3])), figures(records[3:]))
    assert parts == whole
    assert whole.types == {"t": 5, "": 5}
    assert whole.years == {"": 10}
    assert whole.rules == {"encoding.iso-8859-16": 10}
    assert whole.decisions == {"language.abstract-prior": 10}
    (group,) = whole.issues.values()
    assert (group.count, len(group.samples)) == (10, 5)


def test_figures_group_messages_by_what_they_have_in_common(make_record: Make) -> None:
    said = ("“A” has 3 words", "“B” has 41 words", "“B” has no words")
    issues = [Issue("s", "", "extract", "title", "", "info", one) for one in said]
    groups = list(figures([make_record(1, issues=())], issues).issues.values())
    assert [(group.message, group.count) for group in groups] == [(said[0], 2), (said[2], 1)]


def test_figures_are_bounded(make_record: Make) -> None:
    issues = tuple(
        Issue("s", "", "clean", "p", "", "info", _letters(number))
        for number in range(MOST_GROUPS + 50)
    )
    result = figures([make_record(number) for number in range(MOST_REPAIRS + 9)], issues)
    assert len(result.issues) == MOST_GROUPS
    assert result.ungrouped == 51
    assert len(result.repairs) == MOST_REPAIRS
    both = add(result, result)
    assert len(both.repairs) == MOST_REPAIRS
    assert sum(group.count for group in both.issues.values()) + both.ungrouped == 2 * sum(
        [MOST_REPAIRS + 9, MOST_GROUPS + 50]
    )


def test_names_are_taken_from_the_vocabulary(base: str, vocabulary: Vocabulary) -> None:
    counted = Figures(
        types={f"{base}type/case-study": 1, "https://example.org/other": 1, "": 1},
        languages={"pt": 1, "xx": 1, "": 1},
    )
    assert names_of(counted, vocabulary) == {
        f"{base}type/case-study": "Case study",
        "https://example.org/other": "https://example.org/other",
        "pt": "pt",
        "xx": "xx",
    }
