"""Being told: once when something is wrong, weekly while it is, once when it is right again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.__main__ import main
from pipeline.runs import Incident, RunLine, append_run, incidents_after, last_run, read_runs
from tests.receivers import MailReceiver, WebReceiver, mail_receiver, web_receiver
from tests.small_catalogue import QUICK, SmallCatalogue, entries

pytestmark = pytest.mark.slow  # whole runs

EPOCH = 1_795_546_800
DAY = 86_400
ALERTS = """
[alerts]
webhook = "{web}/hook/secret-token"
email = ["librarian@example.org"]
smtp_host = "127.0.0.1"
smtp_port = {port}
ping = "env:PING_URL"
metrics = "cataloom.prom"
"""


class Scene:
    """A catalogue that is run day by day, and those who are told."""

    def __init__(
        self, folder: Path, patch: pytest.MonkeyPatch, web: WebReceiver, mail: MailReceiver
    ) -> None:
        settings = QUICK + ALERTS.format(web=web.url, port=mail.port)
        self.small = SmallCatalogue(folder, settings)
        self.patch, self.web, self.mail = patch, web, mail
        self.day = 0
        self.is_even = True  # all channels take all messages
        patch.setenv("PING_URL", f"{web.url}/ping")

    def run(self, *arguments: str, command: str = "run") -> str:
        """Run on the next day; return the exit code and what people and machines were told."""
        self.day += 1
        self.patch.setenv("SOURCE_DATE_EPOCH", str(EPOCH + self.day * DAY))
        self.web.got.clear()
        self.mail.got.clear()
        with pytest.raises(SystemExit) as ended:
            main(["-C", str(self.small.folder), command, "--jobs", "1", *arguments])
        hooks = [json.loads(one.body)["kind"] for one in self.web.got if one.method == "POST"]
        pings = sum(one.path == "/ping" for one in self.web.got)
        assert len(self.mail.got) == len(hooks) or not self.is_even
        return f"{ended.value.code} {','.join(hooks)}{' ping' * pings}"

    def break_listing(self) -> None:
        (self.small.folder / "input" / "other.txt").write_text("nothing here\n", "utf-8")


def subjects(scene: Scene) -> list[str]:
    """Return what the mails of the last run are about."""
    ends = ("still needs you", "needs you", "is right again")
    return [
        next(end for end in ends if str(mail["Subject"]).endswith(end)) for mail in scene.mail.got
    ]


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    with web_receiver() as web, mail_receiver() as mail:
        yield Scene(tmp_path / "small", monkeypatch, web, mail)


def test_one_alert_an_incident_a_weekly_reminder_one_recovery(scene: Scene) -> None:
    scene.small.write(entries(3))
    assert scene.run() == "0  ping"
    assert scene.run() == "0  ping"  # nothing changed
    scene.break_listing()
    assert scene.run() == "4 failure"
    assert "no line is one of the source's labels" in scene.mail.got[0].get_body().get_content()  # type: ignore[union-attr]
    assert [scene.run() for _ in range(6)] == ["4 "] * 6
    assert scene.run() == "4 reminder"
    assert [scene.run() for _ in range(6)] == ["4 "] * 6
    scene.small.write(entries(3))
    assert scene.run() == "0 recovery ping"
    assert "is right again" in str(scene.mail.got[0]["Subject"])
    assert scene.run() == "0  ping"
    told = [line.alert for line in read_runs(scene.small.output)]
    assert told.count(("failure",)) == told.count(("reminder",)) == told.count(("recovery",)) == 1


def test_each_source_is_an_incident_of_its_own(scene: Scene) -> None:
    scene.small.write(entries(3))
    scene.small.write(entries(3, 20), "second")
    scene.run()
    scene.break_listing()
    assert scene.run() == "3 failure"
    (hook,) = (json.loads(one.body) for one in scene.web.got)
    assert list(hook["problems"]) == ["other"]
    assert hook["catalogue"] == "https://example.org/small/"
    assert "other needs you" in hook["subject"]
    (scene.small.folder / "input" / "second.txt").write_text("no\n", "utf-8")
    assert scene.run() == "4 failure"
    assert list(json.loads(scene.web.got[0].body)["problems"]) == ["second"]
    scene.small.write(entries(3, 20), "second")
    assert scene.run() == "3 recovery"
    assert scene.run("--source", "second") == "0  ping"  # says nothing of the other one
    assert list(last_run(scene.small.output).open) == ["other"]  # type: ignore[union-attr]
    scene.small.write(entries(3))
    assert scene.run() == "0 recovery ping"


def test_a_refused_gate_is_told_with_everything_and_accepting_is_its_end(scene: Scene) -> None:
    scene.small.write(entries(20))
    scene.run()
    scene.small.write(entries(10))
    assert scene.run() == "4 failure"
    (mail,) = scene.mail.got
    names = [part.get_filename() for part in mail.iter_attachments()]
    assert set(names) >= {"report.html", "issues.csv", "held-changes.jsonl", "held-issues.csv"}
    hook = json.loads(scene.web.got[0].body)
    assert [(one["change"], one["held"]) for one in hook["changes"]] == [("missing", True)] * 10
    assert "other" in hook["issues"]
    text = hook["text"]
    assert "held back: 0 created, 0 updated, 0 deleted, 10 missing" in text
    (run,) = re.findall(rf"cataloom -C {scene.small.folder} accept (\w+)", text)
    scene.day += 1
    scene.web.got.clear()
    with pytest.raises(SystemExit) as ended:
        main(["-C", str(scene.small.folder), "accept", run, "--reason", "right"])
    assert ended.value.code == 0
    kinds = [json.loads(one.body)["kind"] for one in scene.web.got if one.method == "POST"]
    assert kinds == ["recovery"]


def test_what_a_channel_did_not_take_is_told_again_to_it_alone(scene: Scene) -> None:
    scene.small.write(entries(3))
    scene.run()
    scene.break_listing()
    scene.web.status, scene.is_even = 500, False
    assert scene.run() == "4 failure"
    assert subjects(scene) == ["needs you"]
    line = last_run(scene.small.output)
    assert line is not None
    assert line.undelivered == {"webhook": "127.0.0.1 answers 500"}
    for _ in range(2):
        assert (scene.run(), subjects(scene)) == ("4 failure", [])
    scene.web.status = 204
    assert (scene.run(), subjects(scene)) == ("4 failure", [])
    assert (scene.run(), subjects(scene)) == ("4 ", [])
    scene.small.write(entries(3))
    scene.web.status, scene.mail.refuses = 500, True
    assert scene.run() == "0 recovery ping"
    scene.mail.refuses = False
    assert (scene.run(), subjects(scene)) == ("0 recovery ping", ["is right again"])
    scene.web.status = 204
    assert (scene.run(), subjects(scene)) == ("0 recovery ping", [])
    assert (scene.run(), subjects(scene)) == ("0  ping", [])
    assert not last_run(scene.small.output).owed  # type: ignore[union-attr]
    whole = (scene.small.output / "runs.jsonl").read_text("utf-8")
    assert "secret-token" not in whole


def test_an_unforeseen_end_is_told(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.small.write(entries(3))
    scene.run()
    from pipeline import harvest

    def fails(*_: object) -> None:
        raise ZeroDivisionError("by nought")

    monkeypatch.setattr(harvest, "pages", fails)
    (scene.small.folder / "input" / "other.txt").write_text("x", "utf-8")
    with pytest.raises(ZeroDivisionError):
        scene.run()
    line = last_run(scene.small.output)
    assert line is not None
    assert line.problems == {"the catalogue": "ZeroDivisionError: by nought"}
    assert (line.alert, line.exit_code) == (("failure",), 1)


def test_a_plan_and_a_held_lock_are_not_on_record(scene: Scene) -> None:
    from pipeline import release

    scene.small.write(entries(3))
    scene.run()
    assert scene.run("--plan") == "0 "
    with release.locked(scene.small.output):
        assert scene.run() == "5 "
    assert len(read_runs(scene.small.output)) == 1


def status(scene: Scene, *arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["-C", str(scene.small.folder), "status", *arguments])
    return int(ended.value.code or 0)


def test_status_says_what_is_wrong_and_when_it_is_late(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.small.write(entries(3))
    assert status(scene) == 7
    assert "none on record; next: cataloom run" in capsys.readouterr().out
    scene.small.write(entries(3))
    scene.run()
    assert status(scene) == 0
    out = capsys.readouterr().out
    assert "expected    a good run before 2026-11-26T21:00:00Z\n" in out
    assert out.endswith("Nothing is wrong.\n")
    scene.patch.setenv("SOURCE_DATE_EPOCH", str(EPOCH + 3 * DAY))
    assert status(scene) == 7
    assert "it is late; look at the scheduler's log" in capsys.readouterr().out
    scene.break_listing()
    scene.run()
    assert status(scene) == 7
    assert "wrong       other, since 2026-11-26T19:00:00Z: " in capsys.readouterr().out
    assert status(scene, "--digest", "7") == 0
    out = capsys.readouterr().out
    assert "The last 7 days: 2 runs (1 published, 1 refused)" in out
    assert "Records: 3 created, 0 updated, 0 deleted; 3 are published" in out
    assert "other, still wrong: " in out


def test_a_test_alert_tries_every_channel(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    scene.small.write(entries(3))
    assert status(scene, "--test-alert") == 0
    out = capsys.readouterr().out
    assert out.count("the test message was taken") == 2
    assert "ping: not asked for" in out
    assert [one.path for one in scene.web.got] == ["/hook/secret-token"]
    assert scene.mail.got[0]["To"] == "librarian@example.org"
    scene.mail.refuses = True
    scene.patch.delenv("PING_URL")
    assert status(scene, "--test-alert") == 7
    out = capsys.readouterr().out
    assert "email: 127.0.0.1 refuses librarian@example.org" in out
    assert "key 'alerts.ping': the environment variable PING_URL is not set" in out


def test_no_channel_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = SmallCatalogue(tmp_path / "small")
    small.write(entries(1))
    with pytest.raises(SystemExit) as ended:
        main(["-C", str(small.folder), "status", "--test-alert"])
    assert ended.value.code == 7
    assert "neither webhook nor email is set" in capsys.readouterr().out


def test_metrics_are_prometheus_text(scene: Scene) -> None:
    scene.small.write(entries(3))
    scene.run()
    text = (scene.small.folder / "cataloom.prom").read_text("utf-8")
    samples = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    base = 'catalogue="https://example.org/small/"'
    assert samples[f"cataloom_records{{{base}}}"] == "3"
    assert samples[f"cataloom_last_success_timestamp_seconds{{{base}}}"] == str(EPOCH + DAY)
    assert samples[f'cataloom_entries{{{base},source="other",kind="created"}}'] == "3"
    scene.break_listing()
    scene.run()
    text = (scene.small.folder / "cataloom.prom").read_text("utf-8")
    assert f"cataloom_open_incidents{{{base}}} 1" in text
    assert f"cataloom_last_run_exit_code{{{base}}} 4" in text
    assert f"cataloom_last_success_timestamp_seconds{{{base}}} {EPOCH + DAY}" in text


def test_json_logs(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    scene.small.write(entries(3))
    scene.run("--log-format", "json")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["event"] for line in lines][-1] == "end"
    assert lines[-1]["books"]["other"]["created"] == 3
    assert {line["level"] for line in lines} == {"info"}
    scene.break_listing()
    scene.run("--log-format", "json")
    *_, last = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (last["event"], last["exit_code"], last["level"]) == ("failed", 4, "error")
    assert "no line is one of the source's labels" in last["message"]


LINE = RunLine(clock="2026-11-24T00:00:00Z", outcome="failed", exit_code=1)


def test_a_torn_line_is_passed_over(tmp_path: Path) -> None:
    append_run(tmp_path, LINE)
    with (tmp_path / "runs.jsonl").open("ab") as file:
        file.write(b'{"clock":"2026')
    assert last_run(tmp_path) == LINE
    append_run(tmp_path, LINE)
    assert read_runs(tmp_path) == [LINE, LINE]
    assert last_run(tmp_path / "nowhere") is None


@pytest.mark.parametrize(
    ("outcome", "recovers"), [("published", True), ("partial", True), ("refused", False)]
)
def test_a_problem_of_the_catalogue_ends_with_a_run_that_published(
    outcome: str, recovers: bool
) -> None:
    before = {"the catalogue": Incident(LINE.clock, LINE.clock, "the disk is full")}
    line = RunLine(clock=LINE.clock, outcome=outcome, exit_code=0 if recovers else 4)
    after, due = incidents_after(before, line, 7)
    assert (after == {}) is recovers
    assert (due["recovery"] == ["the catalogue"]) is recovers
