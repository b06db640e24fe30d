"""Tables and JSON lines: what is written comes back, sorted, whatever it holds."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import OutputError
from pipeline.model import Change, Issue, Record, ReviewLine, Tombstone, WorklistLine
from pipeline.publish import (
    write_changes,
    write_issues,
    write_quarantine,
    write_review,
    write_tombstones,
    write_worklist,
)
from pipeline.publish.sorting import sort_structs
from pipeline.publish.tables import LONGEST_CELL, guarded, unguarded

CELLS = st.text(
    st.characters(codec="utf-8") | st.sampled_from("'=+-@\t\r\n\",;＝＠\0"), max_size=20
)


def _rows(file: Path) -> list[list[str]]:
    text = file.read_bytes().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def _issue(number: int, message: str = "m", **changes: str) -> Issue:
    issue = Issue("listing", f"id-{number}", "link", "type", "v", "warning", message)
    return msgspec.structs.replace(issue, **changes)


@settings(max_examples=150)
@given(CELLS)
def test_guarding_is_undone_and_leaves_no_formula(cell: str) -> None:
    written = guarded(cell)
    assert unguarded(written) == cell
    assert not written.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＠"))


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables")


@settings(max_examples=60)
@given(st.lists(st.tuples(CELLS, CELLS), max_size=6))
def test_any_text_comes_back_from_csv(folder: Path, cells: list[tuple[str, str]]) -> None:
    write_issues(folder, [_issue(0, message, value=value) for message, value in cells])
    rows = _rows(folder / "issues.csv")[1:]
    assert sorted((unguarded(row[6]), unguarded(row[4])) for row in rows) == sorted(cells)


def test_issues_are_in_order_and_excel_can_read_them(tmp_path: Path) -> None:
    issues = [_issue(2), _issue(1, severity="info"), _issue(9, severity="violation"), _issue(1)]
    write_issues(tmp_path, issues)
    data = (tmp_path / "issues.csv").read_bytes()
    assert data.startswith(
        b"\xef\xbb\xbfsource,identifier,stage,property,value,severity,message\r\n"
    )
    assert data.count(b"\r\n") == data.count(b"\n") == 5
    assert [row[1] for row in _rows(tmp_path / "issues.csv")[1:]] == [
        "id-9",
        "id-1",
        "id-2",
        "id-1",
    ]


def test_lone_surrogates_and_huge_cells_do_no_harm(tmp_path: Path) -> None:
    write_issues(tmp_path, [_issue(1, "\ud800", value="x" * 1_000_000)])
    row = _rows(tmp_path / "issues.csv")[1]
    assert row[6] == "\ufffd"
    assert row[4].startswith("x" * LONGEST_CELL)
    assert row[4].endswith("… (1,000,000 characters)")
    assert len(row[4]) < 32_767


def test_many_rows_are_written_in_blocks(tmp_path: Path) -> None:
    write_issues(tmp_path, (_issue(number) for number in range(2500)))
    assert len(_rows(tmp_path / "issues.csv")) == 2501


def test_worklist_has_the_most_frequent_first(tmp_path: Path) -> None:
    write_worklist(
        tmp_path,
        [
            WorklistLine("listing", "type", "Rare", 1, "", ("id-1",)),
            WorklistLine("listing", "type", "=Often", 12, "Tool", ("id-1", "id-2")),
        ],
    )
    assert _rows(tmp_path / "worklist.csv") == [
        ["source", "property", "label", "count", "suggestion", "records"],
        ["listing", "type", "'=Often", "12", "Tool", "id-1 id-2"],
        ["listing", "type", "Rare", "1", "", "id-1"],
    ]


def test_review_ends_with_the_decision(tmp_path: Path) -> None:
    write_review(
        tmp_path,
        [
            ReviewLine("id-2", "T", "subject", "c", "Collections", "Is it?", "accept"),
            ReviewLine("id-1", "-T", "title", "T", "", "Which language?"),
        ],
    )
    rows = _rows(tmp_path / "review.csv")
    assert rows[0] == ["record", "title", "property", "value", "label", "question", "decision"]
    assert [(row[0], row[1], row[-1]) for row in rows[1:]] == [
        ("id-1", "'-T", ""),
        ("id-2", "T", "accept"),
    ]


def test_json_lines_are_sorted_and_come_back(tmp_path: Path) -> None:
    changes = [
        Change("b", "deleted", source="listing", reason="gone"),
        Change("a", "updated", "A\n\u2028", "listing", {"title": ("x", "y")}),
        Change("z", "created", "Z", "another"),
    ]
    write_changes(tmp_path, changes)
    lines = (tmp_path / "changes.jsonl").read_bytes().split(b"\n")
    read = [msgspec.json.decode(line, type=Change) for line in lines[:-1]]
    assert read == [changes[2], changes[1], changes[0]]
    stones = [Tombstone("b", "s", ("k",), 2, "gone"), Tombstone("a", "s", (), 1, "gone")]
    write_tombstones(tmp_path, stones)
    data = (tmp_path / "tombstones.jsonl").read_bytes()
    assert [json.loads(line)["id"] for line in data.splitlines()] == ["a", "b"]


def test_quarantine_shows_the_reasons_before_the_record(
    tmp_path: Path, make_record: Callable[..., Record]
) -> None:
    write_quarantine(tmp_path, [make_record(2), make_record(1, title=())])
    lines = (tmp_path / "quarantine.jsonl").read_text("utf-8").splitlines()
    first = json.loads(lines[0])
    assert list(first) == ["id", "source", "locator", "issues", "record"]
    assert first["id"] == "listing-0000000001"
    assert first["issues"][0]["message"] == "no concept is named so"
    assert "issues" not in first["record"]
    assert json.loads(lines[1])["record"]["title"] == [
        {"value": "Cobrança com dignidade 2", "language": "pt"}
    ]


def test_no_lines_are_an_empty_file(tmp_path: Path) -> None:
    assert write_changes(tmp_path, []).size == 0
    write_review(tmp_path, [])
    assert len(_rows(tmp_path / "review.csv")) == 1


@settings(max_examples=60)
@given(st.lists(st.integers(0, 9)), st.integers(1, 4))
def test_sorting_on_the_disk_is_sorting(folder: Path, numbers: list[int], length: int) -> None:
    issues = [_issue(number, str(place)) for place, number in enumerate(numbers)]
    done = sort_structs(issues, Issue, lambda one: (one.identifier,), folder, length)
    assert list(done) == sorted(issues, key=lambda one: one.identifier)  # equal ones keep order
    assert list(folder.glob("tmp*")) == []


def test_a_disk_that_refuses_the_runs_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        list(
            sort_structs(
                [_issue(1), _issue(2)], Issue, lambda one: (one.identifier,), tmp_path / "no", 1
            )
        )


def test_a_full_disk_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "changes.jsonl").symlink_to("/dev/full")
    with pytest.raises(OutputError, match=r"changes\.jsonl: cannot be written: No space left"):
        write_changes(tmp_path, [Change("a", "created")])
    with pytest.raises(OutputError, match="No such file"):
        write_changes(tmp_path / "missing", [])
