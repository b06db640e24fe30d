"""The files of what is held: kept, replaced, damaged, gone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.catalogue_folder import load_settings
from pipeline.decide import take_up_decisions
from pipeline.errors import ReleaseError, RunRefused, SettingsError
from pipeline.held_files import all_held
from pipeline.manifest import read_manifest
from pipeline.run import accept_run, run_catalogue
from tests.extract.faulty_server import FaultyServer
from tests.small_catalogue import Entry, entries, prose
from tests.test_accept import DAY, EPOCH, Days, named
from tests.test_live_runs import HTML, Live, listing

pytestmark = pytest.mark.slow  # whole runs


@pytest.fixture
def days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Days:
    return Days(tmp_path / "small", monkeypatch)


def test_payloads_of_what_is_held_are_kept(days: Days) -> None:
    days.write("one", 10)
    run = named(days.run().failed["one"])
    (days.small.folder / "input" / "one.txt").write_text("Come back next week.\n", "utf-8")
    for count in (21, 22, 23):
        days.write("two", count)
        days.run()
    assert days.accept(run).kind == "published"
    payloads = {path.name for path in (days.small.output / "payloads").iterdir()}
    assert payloads >= set(read_manifest(days.small.current).payloads or ())


def test_a_page_that_changed_and_no_entry_is_the_same_refusal(days: Days) -> None:
    days.write("one", 10)
    run = named(days.run().failed["one"])
    page = days.small.folder / "input" / "one.txt"
    page.write_text("\n" + page.read_text("utf-8"), "utf-8")
    assert named(days.run().failed["one"]) == run
    assert days.held() == {run: ["one"]}


@pytest.mark.parametrize("name", ["held.json", "past.json"])
@pytest.mark.parametrize(
    "data", [b"", b"{", b"\xff\xfe\x00", b"[]"], ids=["0", "cut", "noise", "other"]
)
def test_a_damaged_file_of_what_is_held_is_told_and_stops_nothing(
    days: Days, name: str, data: bytes
) -> None:
    days.write("one", 10)
    days.write("two", 10)
    with pytest.raises(RunRefused):
        days.run()
    (run,) = days.held()
    days.accept(run, "two")
    (file,) = (days.small.output / "held").rglob(name)
    file.write_bytes(data)
    told: list[str] = []
    days.next()
    settings = load_settings(days.small.folder)
    outcome = run_catalogue(settings, jobs=1, warn=told.append)
    assert [f"held/{'past.json' if name == 'past.json' else f'{run}/held.json'}" in one
            for one in told] == [True]  # fmt: skip
    again = named(outcome.failed["one"])
    assert (again == run) == (name == "past.json")
    told.clear()
    run_catalogue(settings, jobs=1, warn=told.append)
    assert not told
    assert days.accept(again).kind == "published"


def test_a_damaged_file_does_not_stop_a_run_that_has_nothing_to_do(days: Days) -> None:
    days.write("one", 10)
    run = named(days.run().failed["one"])
    days.write("one", 20)
    (days.small.output / "held" / run / "held.json").write_bytes(b"")
    told: list[str] = []
    days.next()
    run_catalogue(load_settings(days.small.folder), jobs=1, warn=told.append)
    assert [f"{run}/held.json is missing or damaged" in one for one in told] == [True]
    assert not (days.small.output / "held" / run).exists()


@pytest.mark.parametrize("lost", ["folder", "harvest", "batch"])
def test_what_is_gone_from_what_is_held_is_said(days: Days, lost: str) -> None:
    days.write("one", 10)
    run = named(days.run().failed["one"])
    place = days.small.output / "held" / run / "one"
    if lost == "folder":
        shutil.rmtree(place)
    else:
        (file,) = place.glob(f"{lost}*")
        file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(ReleaseError, match=r"is gone or damaged; .* next: run again") as caught:
        days.accept(run)
    assert f"held/{run}/one: " in str(caught.value)
    again = named(days.run().failed["one"])
    assert again != run
    assert days.accept(again).books["one"].extracted == 10


def test_pairs_of_a_run_that_was_replaced_name_the_run_that_has_them(days: Days) -> None:
    def other(count: int) -> list[Entry]:
        return [one._replace(abstract=prose(500 + n), label="Publications")
                for n, one in enumerate(entries(count))]  # fmt: skip

    days.small.write(other(20), "one")
    first = named(days.run().failed["one"])
    days.small.write(other(19), "one")
    second = named(days.run().failed["one"])
    held = days.small.output / "held"
    with pytest.raises(
        SettingsError,
        match=rf"the run {first} wrote down is not held any more; one: {second} was refused after "
        rf"it; .* next: cataloom decide \S+{second}/rekeyed\.csv",
    ):
        take_up_decisions(load_settings(days.small.folder), held / first / "rekeyed.csv")
    file = held / second / "rekeyed.csv"
    assert take_up_decisions(load_settings(days.small.folder), file) == 19


def test_what_a_live_run_holds_stays_held_when_one_reads_offline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = Live(tmp_path / "live", seconds=60)
    moments = iter(range(EPOCH, EPOCH + 9 * DAY, DAY))

    def refused(count: int, *, offline: bool = False) -> str:
        server.pages["/list"] = listing(range(count)).encode()
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(next(moments)))
        with pytest.raises(RunRefused) as caught:
            run_catalogue(load_settings(live.folder), jobs=1, offline=offline)
        return str(caught.value)

    with FaultyServer() as server:
        server.pages["/list"] = listing(range(10)).encode()
        live.add("one", "html-listing", server.url("/list"), HTML)
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(next(moments)))
        live.run()
        run = named(refused(5))
        assert named(refused(5, offline=True)) == run
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(next(moments)))
        server.pages["/list"] = listing(range(4)).encode()
        run_catalogue(load_settings(live.folder), jobs=1, publishes=False)
        message = refused(4, offline=True)  # what the store has now is not what is held
        assert "4 entries came, 10 the last time" in message
        assert "run (cataloom run) and accept what that run holds" in message
        assert [one.run for one in all_held(live.output)] == [run]
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(next(moments)))
        settings = load_settings(live.folder)
        assert accept_run(settings, run, "right", jobs=1).books["one"].extracted == 5
