"""Changes as people read them, and what the last run leaves."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.compare import change_of, show
from pipeline.last_run import FOLDER, LastRun, keep_last_run, note_last_run, read_last_run
from pipeline.model import Agent, Date, Locator, Record, Suggestion, Text

WHERE = Locator("0" * 64, "page.html", "entry 1")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        (Text("Guía", "es"), "Guía (es)"),
        (Agent("Somebody", "https://orcid.org/x"), "Somebody"),
        (Date("2008-05", "gYearMonth", "2008"), "2008-05"),
        (
            Suggestion("https://example.org/s", Text("savings", "en")),
            "savings <https://example.org/s>",
        ),
        ({"b": (Text("x"),), "a": ()}, "a:  | b: x"),
        (("a", "b"), "a | b"),
    ],
)
def test_values_are_shown_for_people(value: object, expected: str) -> None:
    assert show(value) == expected


def test_a_change_names_the_fields_before_and_after() -> None:
    before = Record(id="s-a", source="s", key="k", locator=WHERE, title=(Text("Gide"),), digest="1")
    after = Record(
        id="s-a", source="s", key="k2", locator=WHERE, title=(Text("Guide"),), digest="2"
    )
    assert change_of(None, after).change == "created"
    change = change_of(before, after)
    assert (change.change, change.fields) == ("updated", {"title": ("Gide", "Guide")})
    untitled = Record(id="s-b", source="s", key="k", locator=WHERE)
    assert change_of(None, untitled).title == ""


def test_the_last_run_is_kept_noted_and_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_last_run(tmp_path) is None
    last = LastRun(clock="2026-11-24T19:00:00Z", outcome="published", exit_code=0)
    told = tmp_path / "told"
    told.mkdir()
    (told / "changes.jsonl").write_text("x")
    keep_last_run(tmp_path, told, last)
    assert read_last_run(tmp_path) == last
    assert (tmp_path / FOLDER / "changes.jsonl").samefile(told / "changes.jsonl")

    def refuse(*_: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    keep_last_run(tmp_path, told, last)
    assert (tmp_path / FOLDER / "changes.jsonl").read_text() == "x"
    again = LastRun(clock="2026-11-25T19:00:00Z", outcome="unchanged", exit_code=0)
    note_last_run(tmp_path, again)
    assert read_last_run(tmp_path) == again
    assert (tmp_path / FOLDER / "changes.jsonl").exists()
