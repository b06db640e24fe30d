"""What is refused as a whole."""

from __future__ import annotations

import pytest

from pipeline.errors import RunRefused, SourceError
from pipeline.model import Books, Issue, Severity
from pipeline.settings import Gates
from pipeline.validate import Facts, gate_publication, gate_results, judge


def issues(number: int, severity: Severity = "violation") -> list[Issue]:
    return [
        Issue("a", f"a-{count}", "validate", "title", "", severity, f"Message {count}.")
        for count in range(number)
    ]


def test_fewer_violations_than_the_bound_pass() -> None:
    gate_results("a", issues(9) + issues(50, "warning"), 10)


def test_a_source_at_the_bound_is_refused_and_the_first_are_shown() -> None:
    with pytest.raises(SourceError, match="source a: 10 or more") as caught:
        gate_results("a", issues(10), 10)
    text = str(caught.value)
    assert "a-0, title: Message 0.; a-1" in text
    assert "Message 5." not in text
    assert "next: look for one cause" in text
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("before", "now", "refuses"),
    [
        ((3, 23), (4, 24), False),
        ((3, 23), (5, 27), True),
        ((2, 20), (3, 20), False),  # five points more, which is the gate's
        ((0, 20), (2, 20), True),
        ((0, 20), (1, 20), None),
        ((5, 23), (4, 24), False),
    ],
)
def test_a_share_of_rejected_records_is_refused_where_it_grew(
    before: tuple[int, int], now: tuple[int, int], refuses: bool | None
) -> None:
    books = Books(extracted=now[1], rejected=now[0], unchanged=now[1] - now[0], previous=20)
    facts = Facts(source="a", books=books, before=before[1], rejected_before=before[0])
    verdict = judge(facts, Gates())
    assert bool(verdict.refusals) == bool(refuses)
    assert bool(verdict.warnings) == (refuses is False)


def test_the_catalogue_itself_can_be_refused() -> None:
    with pytest.raises(SourceError, match=r"^the catalogue: 1 or more.*the catalogue, the whole"):
        gate_results("", [Issue("", "", "validate", "", "", "violation", "M.")], 1)


@pytest.mark.parametrize(
    "books", [Books(created=1), Books(updated=1), Books(unchanged=1), Books(kept=1)]
)
def test_one_record_is_enough(books: Books) -> None:
    gate_publication({"a": Books(rejected=5), "b": books})


@pytest.mark.parametrize(
    ("books", "reason"),
    [
        ({}, "^input: nothing is left to publish: no source gave a record"),
        ({"b": Books(), "a": Books()}, "^a, b: .*docs/sources"),
        ({"a": Books(extracted=3, rejected=3)}, "all 3 records were rejected.*quarantine"),
        ({"a": Books(previous=4, deleted=4)}, "the last 4 records were deleted"),
    ],
)
def test_nothing_is_not_published(books: dict[str, Books], reason: str) -> None:
    with pytest.raises(RunRefused, match=reason) as caught:
        gate_publication(books)
    assert caught.value.exit_code == 4
