"""The gates over whole runs: what is refused, what is warned of, what a person lets pass."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline import record_parts
from pipeline.__main__ import main
from pipeline.catalogue_folder import load_settings
from pipeline.diff import read_changes
from pipeline.errors import RunRefused, SettingsError
from pipeline.held_files import all_held
from pipeline.manifest import read_manifest
from pipeline.run import accept_run
from tests.small_catalogue import Entry, SmallCatalogue, entries, prose

pytestmark = pytest.mark.slow  # whole runs


@pytest.fixture
def small(tmp_path: Path) -> SmallCatalogue:
    return SmallCatalogue(tmp_path / "small")


def refused(small: SmallCatalogue) -> str:
    with pytest.raises(RunRefused) as caught:
        small.run()
    return str(caught.value)


def held(small: SmallCatalogue) -> list[str]:
    """Return the refused runs of which something is held."""
    return [one.run for one in all_held(small.output)]


def renamed(count: int) -> list[Entry]:
    """Return entries like `entries(count)` under another type and with other abstracts."""
    return [one._replace(abstract=prose(500 + n), label="Publications")
            for n, one in enumerate(entries(count))]  # fmt: skip


def test_far_fewer_entries_are_refused_and_accepted(small: SmallCatalogue) -> None:
    small.write(entries(20))
    small.run()
    before = small.current
    small.write(entries(14))
    message = refused(small)
    assert "14 entries came, 20 the last time: 30 % fewer, the gate is at 30 %" in message
    assert "no longer there: 'How the members of group " in message
    assert small.current == before
    (run,) = re.findall(r'cataloom accept (\w+) --reason "…"', message)
    with pytest.raises(SystemExit) as ended:
        main(["-C", str(small.folder), "accept", run, "--reason", "they moved to another list"])
    assert ended.value.code == 0
    manifest = read_manifest(small.current)
    assert manifest.accepted == {run: "they moved to another list"}
    assert manifest.books["other"].extracted == 14
    assert manifest.books["other"].kept == 6
    assert held(small) == []
    assert small.run().kind == "unchanged"
    small.write(entries(13))
    assert small.run().kind == "published"  # compared with what was accepted


def test_somewhat_fewer_are_warned_of(small: SmallCatalogue) -> None:
    small.write(entries(20))
    small.run()
    small.write(entries(17))
    assert small.run().kind == "published"
    assert "17 entries came, 20 the last time: 15 % fewer" in small.read("issues.csv")


def test_few_entries_pass_every_gate(small: SmallCatalogue) -> None:
    small.write(entries(4))
    small.run()
    small.write(entries(1))
    assert small.run().kind == "published"


def test_a_source_of_its_own_is_refused_alone(small: SmallCatalogue) -> None:
    small.write(entries(10))
    small.write(entries(10, 50), "second")
    small.run()
    small.write(entries(5))
    small.write(entries(11, 50), "second")
    outcome = small.run()
    assert (outcome.kind, outcome.exit_code) == ("partial", 3)
    assert outcome.books["second"].created == 1
    assert len(small.ids()) == 21
    (run,) = held(small)
    accepted = accept_run(load_settings(small.folder), run, "right")
    assert (accepted.kind, accepted.books["other"].extracted) == ("published", 5)
    assert len(small.ids()) == 21
    assert sum(1 for one in small.records().values() if one.missing_since) == 5


def test_a_site_with_new_keys_is_refused_and_keeps_its_iris(small: SmallCatalogue) -> None:
    small.write(entries(10))
    small.run()
    before = small.ids()
    small.write(renamed(10))
    message = refused(small)
    assert "10 entries are new and 10 are gone (100 % and 100 %" in message
    assert "10 of the new entries have the title of one that is gone" in message
    (file,) = re.findall(r"cataloom decide (\S+),", message)
    with pytest.raises(SystemExit) as ended:
        main(["-C", str(small.folder), "decide", str(Path.cwd() / file)])
    assert not ended.value.code
    outcome = small.run()
    assert outcome.books["other"].updated == 10
    assert small.ids() == before


def test_what_was_refused_may_be_accepted_with_new_iris(small: SmallCatalogue) -> None:
    small.write(entries(10))
    small.run()
    before = set(small.ids().values())
    small.write(renamed(10))
    (run,) = re.findall(r"cataloom accept (\w+)", refused(small))
    outcome = accept_run(load_settings(small.folder), run, "another listing now")
    assert (outcome.books["other"].created, outcome.books["other"].kept) == (10, 10)
    ids = {one.id for one in record_parts.read_records(small.current)}
    assert len(ids - before) == 10


def test_other_entries_are_refused_as_what_they_are(small: SmallCatalogue) -> None:
    small.write(entries(10))
    small.run()
    small.write(entries(10, 50))
    message = refused(small)
    assert "10 entries are new and 10 are gone (100 % and 100 %" in message
    assert "no new entry has the title of one that is gone, so these look like other" in message
    assert "every IRI would break" not in message
    assert re.search("if it is right, publish it as it is: cataloom accept", message)


def test_accepting_is_for_what_is_held(small: SmallCatalogue) -> None:
    small.write(entries(10))
    small.run()
    settings = load_settings(small.folder)
    with pytest.raises(SettingsError, match="'x' is no refused run that is held; expected a run"):
        accept_run(settings, "x", "because")
    small.write(entries(5))
    (run,) = re.findall(r"cataloom accept (\w+)", refused(small))
    with pytest.raises(SettingsError, match=f"expected one of {run}"):
        accept_run(settings, "x", "because")
    with (small.folder / "catalogue.toml").open("a", encoding="utf-8") as file:
        file.write("[deletion]\nruns = 4\n")
    with pytest.raises(RunRefused, match="settings changed since the run"):
        accept_run(load_settings(small.folder), run, "because")
    small.write(entries(10))
    small.run()
    assert held(small) == []


def test_gates_are_settings(small: SmallCatalogue) -> None:
    small.write(entries(10))
    small.run()
    small.write(entries(5))
    text = (small.folder / "input" / "other.toml").read_text("utf-8")
    (small.folder / "input" / "other.toml").write_text(text + "[gates]\nfewer = 51\n", "utf-8")
    assert small.run().kind == "published"


def test_many_changes_are_warned_of(small: SmallCatalogue) -> None:
    small.write(entries(10))
    small.run()
    small.write([one._replace(abstract=one.abstract + " Told anew.") for one in entries(10)])
    small.run()
    assert "10 of 10 known entries have changed (100 %, warned of" in small.read("issues.csv")


def test_rejected_records_are_a_warning_at_first_and_a_refusal_later(
    small: SmallCatalogue,
) -> None:
    forbid = """
<shape/no-spoons> a sh:NodeShape ; sh:targetClass schema:CreativeWork ;
    sh:message "No abstract may speak of spoons." ; sh:property <shape/no-spoons-in-abstract> .
<shape/no-spoons-in-abstract> a sh:PropertyShape ; sh:path dcterms:description ;
    sh:message "No abstract may speak of spoons." ; sh:not <shape/spoons> .
<shape/spoons> a sh:NodeShape ; sh:message "spoons" ; sh:pattern "spoons" .
"""
    with (small.folder / "shapes" / "resource.ttl").open("a", encoding="utf-8") as file:
        file.write(forbid)
    some = entries(10)
    bad = some[0]._replace(abstract=some[0].abstract + " It came with spoons.")
    small.write([bad, *some[1:]])
    assert small.run().kind == "published"
    assert "1 of 10 records break the rules (10 %, the gate is at 5 %" in small.read("issues.csv")
    small.write([bad, *entries(9, 1), *entries(1, 20)])
    assert small.run().kind == "published"  # no worse than it was
    worse = some[1]._replace(abstract=some[1].abstract + " It came with spoons.")
    small.write([bad, worse, *entries(8, 2), *entries(1, 20)])
    message = refused(small)
    assert "2 of 11 records break the rules" in message
    assert "the last time 1 of 11" in message
    assert "rejected: 'How the members of group " in message


def test_a_plan_shows_what_a_gate_would_refuse(small: SmallCatalogue) -> None:
    small.write(entries(10))
    small.run()
    small.write(entries(5))
    from pipeline.run import run_catalogue

    outcome = run_catalogue(load_settings(small.folder), jobs=1, publishes=False)
    assert (outcome.kind, outcome.exit_code) == ("planned", 4)
    assert "50 % fewer" in outcome.failed["other"]
    assert "cataloom accept 2" not in outcome.failed["other"]  # there is nothing to accept
    told = list(read_changes(outcome.folder / "held-changes.jsonl"))
    assert [(one.change, one.held) for one in told] == [("missing", True)] * 5
    assert {one.title for one in told} == {one.title for one in entries(5, 5)}
    left = {one.name for one in small.output.iterdir() if one.name.startswith(".new")}
    assert not (small.output / "held").exists()
    assert left == set()
