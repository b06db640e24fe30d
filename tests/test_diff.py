"""The difference between releases, and a run that only shows what would change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.__main__ import main
from pipeline.diff import (
    as_json,
    as_table,
    changes_between,
    differences,
    named,
    one_before,
    to_go_back_to,
)
from pipeline.errors import ReleaseError
from pipeline.model import Change
from tests.small_catalogue import SmallCatalogue, entries

pytestmark = pytest.mark.slow  # whole runs


@pytest.fixture
def small(tmp_path: Path) -> SmallCatalogue:
    return SmallCatalogue(tmp_path / "small")


def three(small: SmallCatalogue) -> None:
    """Publish three releases: of two entries, of three with one changed, of another source less."""
    one, two, new = entries(3)
    small.write([one, two])
    small.write(entries(1, 9), "second")
    small.run()
    small.write([one, two._replace(abstract=two.abstract + " It was told twice."), new])
    small.run()
    (small.folder / "input" / "second.toml").unlink()
    small.run()


def kinds(changes: object) -> list[str]:
    return sorted(one.change for one in changes)  # type: ignore[attr-defined]


def test_releases_are_compared_record_by_record(small: SmallCatalogue) -> None:
    three(small)
    releases = sorted(one.name for one in (small.output / "releases").iterdir())
    first, second, third = (small.output / "releases" / one for one in releases)
    assert kinds(differences(first, second)) == ["created", "updated"]
    assert kinds(differences(second, third)) == ["deleted"]
    assert kinds(differences(first, third)) == ["created", "deleted", "updated"]
    assert kinds(differences(third, first)) == ["created", "deleted", "updated"]
    assert kinds(differences(first, first)) == []
    (updated,) = (one for one in differences(first, second) if one.change == "updated")
    assert list(updated.fields) == ["description"]
    before, after = updated.fields["description"]
    assert after == before.replace(" (en)", " It was told twice. (en)")
    (deleted,) = differences(second, third)
    assert (deleted.source, deleted.reason) == ("second", "the source was removed")
    assert deleted.title.startswith("How the members of group 9")


def test_what_is_compared(small: SmallCatalogue) -> None:
    small.write(entries(2))
    small.run()
    assert kinds(changes_between(small.output)) == ["created", "created"]
    with pytest.raises(ReleaseError, match="only one release is kept"):
        to_go_back_to(small.output)
    small.write(entries(3))
    small.run()
    first, second = sorted((small.output / "releases").iterdir())
    assert one_before(small.output) == to_go_back_to(small.output) == first
    for some in ((), (first.name,), (first.name, second.name)):
        assert kinds(changes_between(small.output, *some)) == ["created"]
    assert kinds(changes_between(small.output, second.name, first.name)) == ["deleted"]
    with pytest.raises(ReleaseError, match="'x' is no release that is kept; expected one of"):
        named(small.output, "x")


def test_a_beginning_that_is_one_releases_own_is_enough(
    small: SmallCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in (1, 2):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(1_795_546_800 + day * 86_400))
        small.write(entries(day))
        small.run()
    first, second = sorted((small.output / "releases").iterdir())
    assert (named(small.output, "20261125"), named(small.output, "20261126")) == (first, second)
    with pytest.raises(ReleaseError, match="'2026112' is the beginning of several; expected one"):
        named(small.output, "2026112")
    with pytest.raises(SystemExit) as ended:
        main(["-C", str(small.folder), "rollback", "20261125"])
    assert not ended.value.code
    assert list(small.ids()) == [entries(1)[0].title]


def test_changes_that_are_damaged_are_said(small: SmallCatalogue) -> None:
    small.write(entries(1))
    small.run()
    (small.current / "changes.jsonl").write_text("{", "utf-8")
    with pytest.raises(ReleaseError, match=r"the changes are damaged: .*cataloom run --again"):
        changes_between(small.output)


def test_for_people_and_for_machines() -> None:
    changes = [
        Change("s-2", "created", "A\x1b[2Jtitle", "s"),
        Change("s-3", "updated", "B", "s", {"title": ("A " * 100, "")}),
        Change("s-4", "deleted", "C", "s", reason="the source deleted it"),
    ]
    lines = list(as_table(changes))
    assert lines[0] == "created  s-2  A␛[2Jtitle"
    assert lines[2].endswith("A A… → —")
    assert lines[3:] == [
        "deleted  s-4  C (the source deleted it)",
        "1 created, 1 updated, 1 deleted",
    ]
    assert [one["id"] for one in json.loads("\n".join(as_json(changes)))] == ["s-2", "s-3", "s-4"]
    assert json.loads("\n".join(as_json([]))) == []
    assert list(as_table([])) == ["0 created, 0 updated, 0 deleted"]


def test_a_plan_publishes_nothing(
    small: SmallCatalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(small.folder)
    small.write(entries(2))
    with pytest.raises(SystemExit) as ended:
        main(["-C", folder, "run", "--plan"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.endswith("2 created, 0 updated, 0 deleted\n")
    assert not (small.output / "current").exists()
    small.run()
    before = small.current
    last = (small.output / "last-run" / "run.json").read_bytes()
    small.write(entries(3))
    with pytest.raises(SystemExit):
        main(["-C", folder, "run", "--plan", "--format", "json"])
    (created,) = json.loads(capsys.readouterr().out)
    assert created["change"] == "created"
    assert small.current == before
    assert (small.output / "last-run" / "run.json").read_bytes() == last
    assert "This is a plan" in (small.output / "last-plan" / "report.html").read_text("utf-8")
    assert small.run().kind == "published"
    with pytest.raises(SystemExit):
        main(["-C", folder, "diff"])
    assert capsys.readouterr().out.endswith("1 created, 0 updated, 0 deleted\n")
    with pytest.raises(SystemExit):
        main(["-C", folder, "run", "--plan"])
    assert capsys.readouterr().out == "0 created, 0 updated, 0 deleted\n"
