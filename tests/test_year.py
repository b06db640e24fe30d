"""A year of nightly runs: what is published and who is told what, each day, against a model."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import record_parts
from pipeline.attending import attend
from pipeline.catalogue_folder import load_settings
from pipeline.damage import all_damage
from pipeline.decide import take_up_decisions
from pipeline.ending import Outcome
from pipeline.errors import RunRefused
from pipeline.manifest import read_manifest
from pipeline.run import accept_run, run_catalogue
from pipeline.runs import read_runs
from pipeline.settings import Settings
from tests.receivers import WebReceiver, web_receiver
from tests.small_catalogue import QUICK, Entry, SmallCatalogue, entries, prose

EPOCH = 1_795_546_800
DAY = 86_400
EVENING = 0.5
DAYS = 365
SETTINGS = """
[retention]
keep_last = 4
keep_monthly = 2
[alerts]
webhook = "{url}/hook"
ping = "{url}/ping"
"""
GRACE_RUNS, GRACE_DAYS, REMINDER = 3, 7, 7
ALPHA, BETA = "alpha", "beta"
ADDED = range(3, DAYS, 20)
EDITED = range(13, DAYS, 20)
DELETED = (30, 75, 110, 180, 240, 290)
COMES_BACK = 130  # the one that was deleted first
BRIEFLY_GONE = range(45, 49)  # an entry is missing, but not for as long as the grace
DOWN = (range(60, 67), range(200, 219))
BETA_DOWN = range(63, 65)
OTHER_LAYOUT = range(100, 104)
CUT_BY_MISTAKE, CUT_ACCEPTED, CUT_MENDED = 150, 151, 155
CUT_FOR_GOOD = 300  # accepted the same evening
NEW_KEYS, KEYS_DECIDED = 270, 271
REFUSED = {CUT_BY_MISTAKE, CUT_ACCEPTED, CUT_FOR_GOOD, NEW_KEYS, KEYS_DECIDED}
OFF = range(330, 334)  # the machine
NOISE = "The site is being worked on. Come back next week.\n"


class Site:
    """What the listing of the first source shows, and what has to be published of it."""

    def __init__(self) -> None:
        self.shown = dict.fromkeys(range(14), "")  # number -> what was added to its abstract
        self.label = "Guide/Manual"
        self.missing: dict[int, tuple[int, float]] = dict.fromkeys(self.shown, (0, 0.0))
        self.next = 14
        self.taken: dict[int, str] = {}

    def entry(self, number: int) -> Entry:
        first, *_ = entries(1, number)
        text = first.abstract if self.label == "Guide/Manual" else prose(1000 + number)
        return Entry(first.title, f"{text}{self.shown[number]}", self.label)

    def add(self) -> None:
        self.shown[self.next] = ""
        self.next += 1

    def take(self, *numbers: int) -> None:
        """Show these entries no longer."""
        self.taken = {number: self.shown.pop(number) for number in numbers}

    def harvested(self, day: float) -> None:
        """Take note of a complete harvest: what has to be published now."""
        for number in self.shown:
            self.missing[number] = (0, 0.0)
        for number, (runs, since) in list(self.missing.items()):
            if number in self.shown:
                continue
            count, first = min(runs + 1, GRACE_RUNS), since if runs else day
            if count == GRACE_RUNS and day - first >= GRACE_DAYS:
                del self.missing[number]
            else:
                self.missing[number] = (count, first)

    def is_waiting(self, day: float) -> bool:
        """Say whether a run has to look because of what is missing."""
        return any(0 < runs < GRACE_RUNS or (runs and day - since >= GRACE_DAYS)
                   for runs, since in self.missing.values())  # fmt: skip


class Year:
    """The catalogue, its days, and what is expected of each."""

    def __init__(self, folder: Path, web: WebReceiver, patch: pytest.MonkeyPatch) -> None:
        self.small = SmallCatalogue(folder, QUICK + SETTINGS.format(url=web.url))
        self.web, self.patch = web, patch
        self.site = Site()
        self.beta = 3
        self.open: dict[str, float] = {}
        self.ids: dict[str, str] = {}
        self.files = ""
        self.was_good = False
        self.counts: list[int] = []
        self.quiet = 0
        self.messages: list[str] = []
        self.first: dict[int, str] = {}

    def happen(self, day: int) -> None:
        """Let happen to the sites what happens on this day."""
        site = self.site
        chosen = sorted(site.shown)[day % len(site.shown)]
        if day in ADDED:
            site.add()
        if day in EDITED:
            site.shown[chosen] += f" Told anew on day {day}."
        if day in DELETED:
            site.take(chosen)
        if day == DELETED[0]:
            self.first = site.taken
        if day == BRIEFLY_GONE.start:
            site.take(5)
        if day in {CUT_BY_MISTAKE, CUT_FOR_GOOD}:
            site.take(*sorted(site.shown)[::2])
        if day in {BRIEFLY_GONE.stop, CUT_MENDED}:
            site.shown |= site.taken
        if day == COMES_BACK:
            site.shown |= self.first
        if day == NEW_KEYS:
            site.label = "Publications"
        self.beta += day % 50 == 7
        self.write(day)

    def write(self, day: int) -> None:
        some = [self.site.entry(number) for number in sorted(self.site.shown)]
        if day in OTHER_LAYOUT:
            some = [one._replace(abstract="") for one in some]
        self.small.write(some, ALPHA, more="complete = true\n")
        self.small.write(entries(self.beta, 500), BETA)
        if any(day in days for days in DOWN):
            self.replace(ALPHA, NOISE)
        if day in BETA_DOWN:
            self.replace(BETA, NOISE)

    def replace(self, source: str, text: str) -> None:
        (self.small.folder / "input" / f"{source}.txt").write_text(text, "utf-8")

    def broken(self, day: int) -> set[str]:
        """Return the sources that give nothing on this day."""
        down = any(day in days for days in (*DOWN, OTHER_LAYOUT))
        alpha = {ALPHA} if down or day in REFUSED else set()
        return alpha | ({BETA} if day in BETA_DOWN else set())

    def attended(self, day: float, run: Callable[[Settings], Outcome]) -> Outcome | None:
        """Do a run as operators have it; return how it ended, None where it was refused."""
        self.patch.setenv("SOURCE_DATE_EPOCH", str(EPOCH + round(day * DAY)))
        self.web.got.clear()
        settings = load_settings(self.small.folder)
        try:
            return attend(settings, lambda: run(settings))
        except RunRefused:
            return None

    def night(self, day: int) -> None:
        """Do the nightly run of a day and check all that is expected of it."""
        told: list[str] = []
        outcome = self.attended(
            day, lambda settings: run_catalogue(settings, jobs=1, tell=told.append)
        )
        broken = self.broken(day)
        code = {0: 0, 1: 3, 2: 4}[len(broken)]
        assert (outcome.exit_code if outcome else 4) == code, f"day {day}"
        files = "".join(
            (self.small.folder / "input" / f"{name}.txt").read_text("utf-8")
            for name in (ALPHA, BETA)
        )
        is_quiet = (files == self.files and self.was_good and not broken
                    and not self.site.is_waiting(day))  # fmt: skip
        if is_quiet:
            self.quiet += 1
            assert outcome is not None
            assert (outcome.kind, told) == ("unchanged", []), f"day {day}"
        self.files, self.was_good = files, not broken
        if ALPHA not in broken:
            self.site.harvested(day)
        self.check(day, broken, {ALPHA, BETA})

    def check(self, day: float, broken: set[str], read: set[str]) -> None:
        """Check what is published, and what people were told."""
        self.check_told(day, broken, read)
        expected = {entries(1, number)[0].title for number in self.site.missing}
        beta = {entries(1, 500 + n)[0].title for n in range(self.beta)}
        found = self.small.ids()
        seen = {title for title in found if title in expected}
        assert seen == expected, f"day {day}"
        assert {*found} - expected <= beta, f"day {day}"
        for title, id_ in found.items():
            assert self.ids.setdefault(title, id_) == id_, f"day {day}: {title} moved"
        stones = {stone.id for stone in record_parts.read_tombstones(self.small.current)}
        known = {id_ for title, id_ in self.ids.items() if id_.startswith(ALPHA)}
        assert known - set(found.values()) == stones, f"day {day}"
        assert read_manifest(self.small.current).records == len(found)
        self.counts.append(len(found))

    def check_told(self, day: float, broken: set[str], read: set[str]) -> None:
        new = {name for name in broken if name not in self.open}
        again = {name for name in broken - new if day - self.open[name] >= REMINDER}
        right = {name for name in self.open if name in read and name not in broken}
        expected: list[tuple[str, set[str]]] = []
        if new or again:
            expected.append(("failure" if new else "reminder", new | again))
        if right:
            expected.append(("recovery", right))
        hooks = [json.loads(one.body) for one in self.web.got if one.method == "POST"]
        found = [(one["kind"], set(one["problems"])) for one in hooks]
        assert found == expected, f"day {day}"
        pings = sum(one.path == "/ping" for one in self.web.got)
        assert pings == (not broken), f"day {day}"
        self.open |= dict.fromkeys(new | again, day)
        for name in right:
            del self.open[name]
        self.messages += [kind for kind, _ in expected]

    def evening(self, day: int) -> None:
        """Let a person do what the message of the night said."""
        if day in {CUT_ACCEPTED, CUT_FOR_GOOD}:
            last = read_runs(self.small.output)[-1].problems[ALPHA]
            (run,) = re.findall(r"cataloom accept (\w+)", last)
            outcome = self.attended(
                day + EVENING, lambda settings: accept_run(settings, run, "we were told", jobs=1)
            )
            assert outcome is not None
            self.site.harvested(day + EVENING)
            self.check(day + EVENING, set(), {ALPHA})
            self.was_good = True
        if day == KEYS_DECIDED:
            last = read_runs(self.small.output)[-1].problems[ALPHA]
            (file,) = re.findall(r"cataloom decide (\S+),", last)
            taken = take_up_decisions(load_settings(self.small.folder), Path.cwd() / file)
            assert taken == len(self.site.shown)


@pytest.mark.slow
def test_a_year_of_nightly_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with web_receiver() as web:
        year = Year(tmp_path / "small", web, monkeypatch)
        for day in range(DAYS):
            year.happen(day)
            if day not in OFF:
                year.night(day)
                year.evening(day)
    assert all_damage(year.small.output).problems == []
    assert year.quiet > DAYS / 2
    assert {kind: year.messages.count(kind) for kind in set(year.messages)} == {
        "failure": 7, "recovery": 7, "reminder": 2,
    }  # fmt: skip
    lines = read_runs(year.small.output)
    assert len(lines) == DAYS - len(OFF) + 2
    assert not lines[-1].open
    assert (min(year.counts), max(year.counts)) == (17, 35)
