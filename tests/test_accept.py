"""What is held of refused runs, and what a person may make of it on the days after."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from pipeline.__main__ import main
from pipeline.catalogue_folder import load_settings
from pipeline.diff import read_changes
from pipeline.ending import Outcome
from pipeline.errors import RunRefused, SettingsError
from pipeline.held_files import all_held
from pipeline.manifest import read_manifest
from pipeline.run import accept_run
from pipeline.runs import CATALOGUE
from tests.small_catalogue import QUICK, Entry, SmallCatalogue, entries

pytestmark = pytest.mark.slow  # whole runs

EPOCH, DAY = 1_795_546_800, 86_400
NO_SPOONS = """
<shape/no-spoons> a sh:NodeShape ; sh:targetClass schema:CreativeWork ;
    sh:message "No abstract may speak of spoons." ; sh:property <shape/no-spoons-in-abstract> .
<shape/no-spoons-in-abstract> a sh:PropertyShape ; sh:path dcterms:description ;
    sh:message "No abstract may speak of spoons." ; sh:not <shape/spoons> .
<shape/spoons> a sh:NodeShape ; sh:message "spoons" ; sh:pattern "spoons" .
"""


class Days:
    """A catalogue of two sources, twenty entries each, and a day after the other."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.small = SmallCatalogue(folder, QUICK)
        self.patch, self.day = patch, 0
        self.write("one", 20)
        self.write("two", 20)
        assert self.run().kind == "published"

    def write(self, name: str, count: int, start: int = 0) -> None:
        self.small.write(entries(count, start + 100 * (name == "two")), name)

    def next(self) -> None:
        self.day += 1
        self.patch.setenv("SOURCE_DATE_EPOCH", str(EPOCH + self.day * DAY))

    def run(self, *sources: str) -> Outcome:
        self.next()
        return self.small.run(sources=sources)

    def accept(self, run: str, *sources: str) -> Outcome:
        self.next()
        settings = load_settings(self.small.folder)
        return accept_run(settings, run, "it is right", sources=sources, jobs=1)

    def held(self) -> dict[str, list[str]]:
        return {one.run: sorted(one.refused) for one in all_held(self.small.output)}


@pytest.fixture
def days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Days:
    return Days(tmp_path / "small", monkeypatch)


def named(message: str) -> str:
    """Return the run that a message says how to accept."""
    (run,) = re.findall(r'cataloom accept (\w+) (?:--source \w+ )?--reason "…"', message)
    return str(run)


def test_a_layout_that_changed_is_held_and_accepted(days: Days) -> None:
    some = [one._replace(abstract="") for one in entries(20)]
    days.small.write([*some[:5], *entries(15, 5)], "one")
    outcome = days.run()
    message = outcome.failed["one"]
    assert "'description' is in 75 % of the entries, was in 100 %" in message
    accepted = days.accept(named(message))
    assert (accepted.kind, accepted.books["one"].updated) == ("published", 5)
    assert days.run().kind == "unchanged"


def test_accepting_publishes_the_reason_even_where_no_record_changes(days: Days) -> None:
    with (days.small.folder / "shapes" / "resource.ttl").open("a", encoding="utf-8") as file:
        file.write(NO_SPOONS)
    days.run()

    def with_spoons(count: int) -> list[Entry]:
        return [one._replace(abstract=f"{one.abstract} With spoons.") if n < count else one
                for n, one in enumerate(entries(20))]  # fmt: skip

    days.small.write(with_spoons(2), "one")
    outcome = days.run()
    assert "2 of 20 records break the rules" in outcome.failed["one"]
    run = named(outcome.failed["one"])
    assert days.accept(run).kind == "published"
    assert read_manifest(days.small.current).accepted == {run: "it is right"}
    assert days.run().kind == "unchanged"  # it is no worse than what was accepted
    days.small.write(with_spoons(3), "one")
    outcome = days.run()
    assert outcome.exit_code == 0  # not by more points than the gate's
    assert "3 of 20 records break the rules" in (outcome.folder / "issues.csv").read_text("utf-8")
    days.small.write(with_spoons(5), "one")
    assert "5 of 20 records" in days.run().failed["one"]


def test_the_same_refusal_on_the_next_day_names_the_same_run(days: Days) -> None:
    days.write("one", 10)
    first = named(days.run().failed["one"])
    days.write("two", 21)  # which is published
    assert named(days.run().failed["one"]) == first
    assert days.held() == {first: ["one"]}
    assert days.accept(first).books["one"].extracted == 10


def test_another_refusal_takes_the_place_of_the_first(days: Days) -> None:
    days.write("one", 10)
    first = named(days.run().failed["one"])
    days.write("one", 9)
    second = named(days.run().failed["one"])
    assert days.held() == {second: ["one"]}
    with pytest.raises(
        SettingsError,
        match=f"the run {first} is not held any more: one: {second} was refused after it; .*"
        f"next: cataloom accept {second}",
    ):
        days.accept(first)
    assert days.accept(second).books["one"].extracted == 9


def test_a_good_run_of_another_source_leaves_what_is_held(days: Days) -> None:
    days.write("one", 10)
    run = named(days.run().failed["one"])
    days.write("two", 21)
    assert days.run("two").kind == "published"
    assert days.held() == {run: ["one"]}
    assert days.accept(run).books["one"].extracted == 10
    assert days.held() == {}


@pytest.mark.parametrize("more", [0, 1])
def test_what_was_refused_is_past_once_the_source_is_right_again(days: Days, more: int) -> None:
    days.write("one", 10)
    run = named(days.run().failed["one"])
    days.write("one", 20 + more)
    assert days.run().kind == ("published" if more else "unchanged")
    with pytest.raises(SettingsError, match=f"the run {run} is not held any more: one: the run of"):
        days.accept(run)


def test_a_source_that_cannot_be_read_leaves_what_is_held(days: Days) -> None:
    days.write("one", 10)
    run = named(days.run().failed["one"])
    (days.small.folder / "input" / "one.txt").write_text("Come back next week.\n", "utf-8")
    assert days.run().failed.keys() == {"one"}
    assert days.held() == {run: ["one"]}
    assert days.accept(run).books["one"].extracted == 10


def test_one_of_several_refused_sources_is_accepted(days: Days) -> None:
    days.write("one", 10)
    days.write("two", 10)
    with pytest.raises(RunRefused) as refused:
        days.run()
    run, again = re.findall(r"cataloom accept (\w+) --source \w+ ", str(refused.value))
    assert run == again
    with pytest.raises(SettingsError, match="--source tow: nothing of it is held"):
        days.accept(run, "tow")
    assert days.accept(run, "two").books["two"].extracted == 10
    assert days.held() == {run: ["one"]}
    assert len([one for one in days.small.records().values() if one.missing_since]) == 10
    with pytest.raises(SettingsError, match="two: it was accepted, and is published in"):
        days.accept(run, "two")
    assert days.accept(run[:-3]).books["one"].extracted == 10  # its beginning will do


def test_accepting_several_says_which(days: Days, capsys: pytest.CaptureFixture[str]) -> None:
    days.write("one", 10)
    days.write("two", 10)
    with pytest.raises(RunRefused):
        days.run()
    (run,) = days.held()
    days.next()
    with pytest.raises(SystemExit) as ended:
        main(["-C", str(days.small.folder), "accept", run, "--reason", "right"])
    assert ended.value.code == 0
    assert f"{run}: publishing what was refused of one, two" in capsys.readouterr().err


def test_settings_that_decide_nothing_do_not_stop_an_accepting(days: Days) -> None:
    days.write("one", 10)
    run = named(days.run().failed["one"])
    with (days.small.folder / "catalogue.toml").open("a", encoding="utf-8") as file:
        file.write("[alerts]\nremind_days = 3\n[retention]\nkeep_last = 5\n[gates]\nleast = 6\n")
    assert days.accept(run).kind == "published"


def test_a_source_file_that_changed_stops_an_accepting(days: Days) -> None:
    days.write("one", 10)
    run = named(days.run().failed["one"])
    file = days.small.folder / "input" / "one.toml"
    file.write_text('homepage = "https://example.org/list"\n' + file.read_text("utf-8"), "utf-8")
    with pytest.raises(RunRefused, match=r"input/one\.toml changed since the run"):
        days.accept(run)


@pytest.mark.parametrize("file", ["input/two.toml", "input/decisions.csv", "input/new.toml"])
def test_any_rule_that_changed_stops_an_accepting(days: Days, file: str) -> None:
    """Records of other sources would change under the reason that is given for this one."""
    days.write("one", 10)
    run = named(days.run().failed["one"])
    if file == "input/new.toml":
        days.small.write(entries(5, 300), "new")
    elif file == "input/two.toml":
        path = days.small.folder / file
        text = path.read_text("utf-8")
        path.write_text(f'homepage = "https://example.org/two"\n{text}', "utf-8")
    else:
        days.small.decide([])
    with pytest.raises(RunRefused, match=f"{file} changed since the run {run}"):
        days.accept(run)
    again = named(days.run().failed["one"])
    assert again != run
    accepted = days.accept(again)
    assert (accepted.books["two"].updated, accepted.books["one"].kept) == (0, 10)


def test_a_rollback_goes_on_from_another_harvest(days: Days) -> None:
    days.write("two", 21)
    days.run()
    days.write("one", 10)
    run = named(days.run().failed["one"])
    days.next()
    from pipeline.run import roll_back

    roll_back(load_settings(days.small.folder), jobs=1)
    with pytest.raises(RunRefused, match=f"was published since the run {run}"):
        days.accept(run)


def test_what_is_refused_is_told_in_full(days: Days) -> None:
    some = [one._replace(abstract=one.abstract + " Told anew.") for one in entries(12)]
    days.small.write([*some[:-1], *entries(1, 60)], "one")
    days.write("two", 21)
    outcome = days.run()
    assert outcome.failed.keys() == {"one"}
    told = days.small.output / "last-run"
    changes = list(read_changes(told / "held-changes.jsonl"))
    kinds = [(one.change, one.source, one.held) for one in changes]
    assert kinds.count(("updated", "one", True)) == 11
    assert kinds.count(("created", "one", True)) == 1
    assert kinds.count(("missing", "one", True)) == len(kinds) - 12 == 9
    assert all("Told anew." in one.fields["description"][1] for one in changes if one.fields)
    published = [one.change for one in read_changes(told / "changes.jsonl")]
    assert published == ["created"]
    with (told / "held-issues.csv").open(encoding="utf-8-sig", newline="") as lines:
        assert {row["source"] for row in csv.DictReader(lines)} == {"one"}
    report = (told / "report.html").read_text("utf-8")
    assert "What was held back" in report
    assert "Would be updated: 11" in report
    assert "No longer at the source: 9" in report
    days.write("one", 20)
    days.run()
    assert not (told / "held-changes.jsonl").exists()


@pytest.mark.parametrize("form", ["table", "json"])
def test_a_plan_that_would_be_refused_prints_itself(
    days: Days, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    days.write("one", 10)
    days.write("two", 10)
    days.next()
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(["-C", str(days.small.folder), "run", "--plan", "--format", form])
    assert ended.value.code == 4
    out, err = capsys.readouterr()
    assert "source one: 10 entries came, 20 the last time" in err
    if form == "json":
        changes = json.loads(out)
        assert [(one["change"], one["held"]) for one in changes] == [("missing", True)] * 20
    else:
        assert out.endswith("held back: 0 created, 0 updated, 0 deleted, 20 missing\n")
    assert (days.small.output / "last-plan" / "held-changes.jsonl").is_file()
    assert not list(days.small.output.glob(".new*"))
    assert days.held() == {}


def test_a_run_that_was_refused_as_a_whole_is_accepted_as_a_whole(days: Days) -> None:
    (days.small.folder / "input" / "two.toml").unlink()
    with pytest.raises(RunRefused) as refused:
        days.run()
    run = named(str(refused.value))
    assert days.held() == {run: [CATALOGUE]}
    with pytest.raises(SettingsError, match="was refused as a whole"):
        days.accept(run, "one")
    days.accept(run)
    assert len(days.small.ids()) == 20
    assert len(days.small.tombstones()) == 20
    assert days.held() == {}
    assert days.run().kind == "unchanged"


def refused(days: Days, *sources: str) -> str:
    with pytest.raises(RunRefused) as caught:
        days.run(*sources)
    return str(caught.value)


def test_a_whole_that_is_refused_again_names_the_same_run(days: Days) -> None:
    days.small.write(entries(20, 200), "three")
    days.run()
    (days.small.folder / "input" / "two.toml").unlink()
    run = named(refused(days))
    assert named(refused(days)) == run
    assert days.run("one").kind == "unchanged"  # it does not read every source
    assert days.held() == {run: [CATALOGUE]}
    assert days.accept(run).books["two"].newly_excluded == 20


def test_accepting_the_whole_lets_nothing_else_pass(days: Days) -> None:
    """The ontology took a field away, and one source is cut to half."""
    days.write("one", 10)
    (days.small.folder / "ontology" / "subjects.ttl").unlink()
    message = refused(days)
    assert "'suggestions' is empty now in" in message
    assert "source one: 10 entries came, 20 the last time" in message
    whole, one = re.findall(r"cataloom accept (\w+ (?:--source \w+ )?)--reason", message)
    run = whole.strip()
    assert one == f"{run} --source one "
    assert "--source" not in whole
    accepted = days.accept(run)
    assert accepted.books["one"].extracted == 0
    assert not any(one.suggestions for one in days.small.records().values())
    assert not any(one.missing_since for one in days.small.records().values())
    assert days.held() == {run: ["one"]}
    assert days.accept(run, "one").books["one"].extracted == 10
    assert days.held() == {}


def test_there_is_a_way_on_where_the_rest_is_refused(days: Days) -> None:
    """Of two sources one was taken out, and the other is refused, night by night."""
    (days.small.folder / "input" / "two.toml").unlink()
    days.write("one", 10)
    message = refused(days)
    assert "sources are gone" not in message  # not every source was read
    run = named(message)
    days.next()
    with pytest.raises(RunRefused, match=r"sources are gone from input/: two \(20 rec") as caught:
        days.accept(run)
    both = named(str(caught.value))
    assert both != run
    assert named(refused(days)) == both  # the command still holds the next night
    with pytest.raises(SettingsError, match=f"next: cataloom accept {both}"):
        days.accept(run)
    accepted = days.accept(both)
    assert (accepted.books["one"].extracted, accepted.books["two"].newly_excluded) == (10, 20)
    assert read_manifest(days.small.current).accepted == dict.fromkeys((run, both), "it is right")
    assert days.held() == {}
    assert days.run().kind == "unchanged"
