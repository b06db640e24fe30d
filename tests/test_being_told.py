"""What people are told when a run fails before it begins, and what is none of their business."""

from __future__ import annotations

import errno
import json
import os
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.__main__ import main
from pipeline.alerts import Due, is_known, with_incidents
from pipeline.errors import CataloomError, RunRefused, SettingsError, SourceError, show_path
from pipeline.extract.http_error import http_error
from pipeline.held_files import all_held
from pipeline.read_elsewhere import with_folder
from pipeline.release import cannot_write
from pipeline.rescued import rescued_catalogue
from pipeline.runs import CATALOGUE, Incident, RunLine, last_run, read_runs
from pipeline.settings import CATALOGUE_FILE
from tests.extract.web import Answer, Web
from tests.receivers import mail_receiver, web_receiver
from tests.small_catalogue import entries
from tests.test_attending import EPOCH, Scene, status

pytestmark = pytest.mark.slow  # whole runs
DAY = 86_400
NOW = "2026-11-24T00:00:00Z"


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    with web_receiver() as web, mail_receiver() as mail:
        scene = Scene(tmp_path / "small", monkeypatch, web, mail)
        scene.small.write(entries(3))
        assert scene.run() == "0  ping"
        yield scene


def call(scene: Scene, *arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["-C", str(scene.small.folder), *arguments])
    return int(ended.value.code or 0)


def hook(scene: Scene) -> dict[str, object]:
    """Return what the webhook was told by the last run."""
    (body,) = (one.body for one in scene.web.got if one.method == "POST")
    found: dict[str, object] = json.loads(body)
    return found


def append(file: Path, text: str) -> None:
    file.write_text(file.read_text("utf-8") + text, "utf-8")


def break_source(scene: Scene) -> None:
    append(scene.small.folder / "input" / "other.toml", "[\n")


def remove_input(scene: Scene) -> None:
    (scene.small.folder / "input").rename(scene.small.folder / "elsewhere")


def break_catalogue(scene: Scene) -> None:
    append(scene.small.folder / CATALOGUE_FILE, "\n[links\ncheck = 1\n")


def misspell_alerts(scene: Scene) -> None:
    append(scene.small.folder / CATALOGUE_FILE, '\nwebhok = "x"\nremind_days = "often"\n')


@pytest.mark.parametrize("harm", [break_source, remove_input, break_catalogue, misspell_alerts])
def test_settings_that_cannot_be_read_are_told(
    scene: Scene, harm: object, capsys: pytest.CaptureFixture[str]
) -> None:
    file = scene.small.folder / CATALOGUE_FILE
    before = {one: one.read_bytes() for one in (file, file.parent / "input" / "other.toml")}
    assert callable(harm)
    harm(scene)
    assert scene.run() == "2 failure"
    assert list(hook(scene)["problems"]) == ["the catalogue"]  # type: ignore[call-overload]
    assert scene.run() == "2 "
    assert "cataloom_last_run_exit_code" in (file.parent / "cataloom.prom").read_text("utf-8")
    capsys.readouterr()
    assert status(scene) == 2
    said = capsys.readouterr().out
    assert "wrong       the catalogue, since 2026-11-26T19:00:00Z: " in said
    assert "3 records" in said
    if (file.parent / "elsewhere").exists():
        (file.parent / "elsewhere").rename(file.parent / "input")
    for one, data in before.items():
        one.write_bytes(data)
    assert scene.run() == "0 recovery ping"


def test_where_alerts_cannot_be_read_the_run_is_on_record(scene: Scene) -> None:
    (scene.small.folder / CATALOGUE_FILE).write_bytes(b"[[[\xff\n")
    assert scene.run() == "2 "
    line = last_run(scene.small.output)
    assert line is not None
    assert (line.exit_code, list(line.problems)) == (2, ["the catalogue"])


def test_no_record_is_made_where_there_is_no_catalogue(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["-C", str(tmp_path / "typo"), "run"])
    assert ended.value.code == 2
    assert list(tmp_path.iterdir()) == []


def test_what_is_sound_of_a_broken_catalogue_is_read(tmp_path: Path) -> None:
    (tmp_path / CATALOGUE_FILE).write_text(
        'base = "https://example.org/"\ncontact = mail\ntitle = {en = "Ours"}\n'
        '[alerts] # who\nwebhook = "https://example.org/hook"\nemail = [\n"a@example.org",\n]\n'
        'smtp_port = "many"\n[gates\nfewer = 3\n',
        "utf-8",
    )
    found = rescued_catalogue(tmp_path)
    assert (found.base, found.title, found.contact) == (
        "https://example.org/", {"en": "Ours"}, "",
    )  # fmt: skip
    assert (found.alerts.webhook, found.alerts.smtp_port) == ("https://example.org/hook", 25)
    assert rescued_catalogue(tmp_path / "none").title == {"en": "none"}


@pytest.mark.parametrize(
    "arguments",
    ["accept TYPO --reason x", "rollback TYPO", "run --source onne", "run --jobs x", "rollback"],
)
def test_a_mistake_at_the_keyboard_is_no_incident(scene: Scene, arguments: str) -> None:
    known = len(read_runs(scene.small.output))
    last = (scene.small.output / "last-run" / "run.json").read_bytes()
    scene.web.got.clear()
    scene.mail.got.clear()
    assert call(scene, *arguments.split()) != 0
    assert (scene.web.got, scene.mail.got) == ([], [])
    assert len(read_runs(scene.small.output)) == known
    assert (scene.small.output / "last-run" / "run.json").read_bytes() == last
    assert status(scene) == 0


def test_each_channel_has_its_own_memory() -> None:
    told: list[tuple[str, frozenset[str]]] = []

    def deliver(channel: str, due: Due) -> dict[str, str]:
        told.append((channel, due.kinds))
        return {kind: "dead" for kind in due.kinds if channel == "webhook"}

    def after(before: RunLine | None, day: int, *, good: bool = False) -> RunLine:
        line = RunLine(
            clock=f"2026-11-{day:02}T00:00:00Z", outcome="published" if good else "refused",
            exit_code=0 if good else 4, sources=("s",), problems={} if good else {"s": "broken"},
        )  # fmt: skip
        return with_incidents(before, line, 7, ["webhook", "email"], deliver)

    old = RunLine(clock=NOW, outcome="refused", exit_code=4,
                  open={"s": Incident(NOW, NOW, "broken")})  # fmt: skip
    line = after(old, 25)
    assert told == []  # a line of an earlier version: all were told
    line = after(line, 30, good=True)
    assert line.owed == {"webhook": {"s": old.open["s"]}} or list(line.owed) == ["webhook"]
    line = after(line, 30)  # wrong again before the webhook could be told that it was right
    assert line.owed == {}
    assert line.open["s"].channels == {"email": "2026-11-30T00:00:00Z"}
    assert line.undelivered == {"webhook": "dead"}


def night(
    before: RunLine | None,
    day: int,
    problems: dict[str, str],
    *,
    told: list[tuple[str, frozenset[str]]],
    sources: tuple[str, ...] = ("s",),
    dead: frozenset[str] = frozenset(),
    configured: tuple[str, ...] = ("s",),
) -> RunLine:
    """Return the line of a run that found problems (key: kind), `told` what channels took."""

    def deliver(channel: str, due: Due) -> dict[str, str]:
        if channel in dead:
            return dict.fromkeys(due.kinds, "dead")
        told.append((channel, due.kinds))
        return {}

    line = RunLine(
        clock=f"2026-11-{day:02}T00:00:00Z", outcome="partial" if problems else "published",
        exit_code=3 if problems else 0, sources=sources, problems=problems,
        kinds={key: tuple(kind.split(",")) for key, kind in problems.items()},
    )  # fmt: skip
    return with_incidents(before, line, 7, ["email"], deliver, configured)


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (["a", "a", "b", "b"], ["failure", "", "failure", ""]),
        (["a", "b", "a", "b", "b"], ["failure", "failure", "", "", ""]),
        (["a,b", "b", "a", "a,c"], ["failure", "", "", "failure"]),
        (["a"] * 4 + ["b"] * 8, ["failure", "", "", "", "failure", *[""] * 6, "reminder"]),
        (["", "a", "a"], ["failure", "failure", ""]),
    ],
    ids=["another", "alternating", "several", "reminder", "after none"],
)
def test_another_kind_of_problem_is_told_at_once(kinds: list[str], expected: list[str]) -> None:
    line, found = None, []
    for day, kind in enumerate(kinds, 1):
        told: list[tuple[str, frozenset[str]]] = []
        line = night(line, day, {"s": kind}, told=told)
        assert is_known(None, line) is False
        found.append("".join(word for _, words in told for word in words))
    assert line is not None
    assert found == expected
    assert line.open["s"].since == "2026-11-01T00:00:00Z"
    told = []
    assert night(line, 20, {}, told=told).open == {}
    assert told == [("email", frozenset({"recovery"}))]


def test_another_kind_that_was_not_taken_is_told_again() -> None:
    told: list[tuple[str, frozenset[str]]] = []
    first = night(None, 1, {"s": "a"}, told=told)
    missed = night(first, 2, {"s": "b"}, told=told, dead=frozenset({"email"}))
    assert len(told) == 1
    line = night(missed, 3, {"s": "b"}, told=told)
    assert told[1:] == [("email", frozenset({"failure"}))]
    assert not is_known(missed, line)
    again = night(line, 4, {"s": "a"}, told=told)
    assert is_known(line, again)


def test_an_incident_of_an_earlier_version_is_not_told_anew() -> None:
    told: list[tuple[str, frozenset[str]]] = []
    old = RunLine(clock=NOW, outcome="refused", exit_code=4,
                  open={"s": Incident(NOW, NOW, "broken", {"email": NOW})})  # fmt: skip
    line = night(old, 25, {"s": "a"}, told=told)
    assert told == []
    night(line, 26, {"s": "b"}, told=told)
    assert told == [("email", frozenset({"failure"}))]


def test_an_incident_ends_with_its_source() -> None:
    told: list[tuple[str, frozenset[str]]] = []
    line = night(None, 1, {"s": "a", "t": "a"}, told=told, configured=("s", "t"))
    line = night(line, 2, {"t": "a"}, told=told, sources=(), configured=("t",))
    assert list(line.open) == ["t"]
    assert told[1:] == [("email", frozenset({"recovery"}))]


def test_a_run_that_read_no_source_does_not_end_a_refusal() -> None:
    for kind, ends in (("refused: removed a", False), ("release: files", True)):
        told: list[tuple[str, frozenset[str]]] = []
        line = night(None, 1, {CATALOGUE: kind}, told=told)
        assert (CATALOGUE not in night(line, 2, {}, told=told, sources=()).open) is ends
        assert night(line, 2, {}, told=told).open == {}


@pytest.mark.parametrize(
    ("error", "kinds"),
    [
        (SettingsError("x", where="/a b/catalogue.toml"), ("settings: catalogue.toml",)),
        (
            SettingsError("input/a.toml: 1.ttl\no/b.ttl:3: x"),
            ("settings: a.toml", "settings: b.ttl"),
        ),
        (SettingsError("input: no NAME.toml"), ("settings",)),
        (http_error(503, "http://a/"), ("no answer",)),
        (http_error(404, "http://a/"), ("no answer",)),
        (SourceError("x 3"), ("not read",)),
        (RunRefused("x", about=["removed a", "removed b"]),
         ("refused: removed a", "refused: removed b")),
        (cannot_write(Path(), OSError(errno.ENOSPC, "full")), ("output: ENOSPC",)),
    ],
    ids=["file", "files", "folder", "503", "404", "source", "gates", "disk"],
)  # fmt: skip
def test_kinds_of_problems(error: CataloomError, kinds: tuple[str, ...]) -> None:
    assert error.kinds == kinds
    assert pickle.loads(pickle.dumps(error)).kinds == kinds  # noqa: S301 - our own


def test_a_source_that_fails_otherwise_is_told_at_once(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.small.write(entries(20))
    scene.run()
    scene.break_listing()
    assert scene.run() == "4 failure"
    assert scene.run() == "4 "
    scene.small.write(entries(10))
    capsys.readouterr()
    assert scene.run() == "4 failure"
    assert "10 entries came" in str(hook(scene)["text"])
    assert "other (since 2026-11-27T19:00:00Z)" in str(hook(scene)["text"])
    assert "10 entries came" in capsys.readouterr().err
    scene.break_listing()
    assert scene.run() == "4 "  # it was that before
    assert capsys.readouterr().err == ""
    scene.small.write(entries(20))
    assert scene.run() == "0 recovery ping"


def test_the_catalogue_is_wrong_in_another_way(scene: Scene) -> None:
    small = scene.small
    small.write(entries(9, 50), "second")
    small.write(entries(9, 70), "third")
    scene.run()
    file = small.folder / CATALOGUE_FILE
    text = file.read_text("utf-8")
    misspell_alerts(scene)
    assert [scene.run(), scene.run()] == ["2 failure", "2 "]
    file.write_text(text, "utf-8")
    inputs = small.folder / "input"
    for name in ("second", "third"):
        (inputs / f"{name}.toml").rename(inputs / "gone")
        assert [scene.run(), scene.run()] == ["4 failure", "4 "]
        assert f"sources are gone from input/: {name}" in str(last(scene))
        (inputs / "gone").rename(inputs / f"{name}.toml")
    assert scene.run() == "0 recovery ping"


def last(scene: Scene) -> dict[str, str]:
    line = last_run(scene.small.output)
    assert line is not None
    return line.problems


def test_a_source_that_is_taken_out_is_wrong_no_longer(scene: Scene) -> None:
    small = scene.small
    small.write(entries(30, 50), "second")
    scene.run()
    small.write(entries(20))
    scene.run()
    small.write(entries(6))
    assert scene.run() == "3 failure"
    assert len(all_held(small.output)) == 1
    (small.folder / "input" / "other.toml").unlink()
    assert scene.run() == "4 failure,recovery"
    recovery = [json.loads(one.body) for one in scene.web.got if one.method == "POST"][1]
    assert recovery["subject"].endswith("other is no source any more")
    assert "other is no source any more as of the run of " in recovery["text"]
    (held,) = all_held(small.output)
    assert list(held.refused) == [CATALOGUE]
    assert call(scene, "accept", held.run, "--reason", "it left") == 0
    assert scene.run() == "0  ping"
    assert status(scene) == 0


def test_damage_is_told_until_it_is_mended(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    small = scene.small
    small.write(entries(3, 50), "second")
    scene.run()
    append(small.current / "catalogue.ttl", "x\n")
    assert scene.run() == "7 failure"
    (small.folder / "input" / "second.txt").write_text("nothing\n", "utf-8")
    capsys.readouterr()
    assert scene.run() == "7 failure"
    assert list(hook(scene)["problems"]) == ["second"]  # type: ignore[call-overload]
    assert sorted(last(scene)) == ["second", CATALOGUE]
    said = capsys.readouterr().err
    assert "the current release is damaged" in said
    assert "would be refused" not in said
    assert scene.run() == "7 "
    assert capsys.readouterr().err == ""
    small.write(entries(3, 50), "second")
    assert scene.run() == "7 recovery"
    assert list(hook(scene)["problems"]) == ["second"]  # type: ignore[call-overload]
    assert scene.run("--again") == "0 recovery ping"


def test_a_rollback_says_nothing_of_what_was_refused(scene: Scene) -> None:
    small = scene.small
    small.write(entries(20))
    scene.run()
    small.write(entries(21))
    scene.run()
    small.write(entries(9))
    assert scene.run() == "4 failure"
    for _ in range(2):
        scene.web.got.clear()
        assert call(scene, "rollback") == 0
        assert [one.path for one in scene.web.got if one.method == "POST"] == []
        assert scene.run() == "0  ping"
        assert list(last_run(small.output).open) == ["other"]  # type: ignore[union-attr]
        assert len(all_held(small.output)) == 1
    assert status(scene) == 7
    small.write(entries(21))
    assert scene.run() == "0 recovery ping"
    assert all_held(small.output) == []


def test_notes_are_said_once_a_week(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    file = scene.small.folder / CATALOGUE_FILE
    file.write_text(file.read_text("utf-8").replace('"cataloom.prom"', '"input"'), "utf-8")
    scene.run()
    said = []
    for number in range(8):
        capsys.readouterr()
        scene.small.write(entries(4 + number))
        assert scene.run() == "0  ping"
        said.append("metrics was not told" in capsys.readouterr().err)
    assert said == [False] * 6 + [True, False]


def test_an_older_release_that_is_damaged_is_said_once(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    first = scene.small.current.resolve()
    scene.small.write(entries(4))
    scene.run()
    append(first / "tombstones.jsonl", "x\n")
    for number, expected in ((5, True), (6, False)):
        scene.small.write(entries(number))
        capsys.readouterr()
        assert scene.run() == "0  ping"
        assert (f"{first.name} is damaged" in capsys.readouterr().err) is expected
        assert scene.run() == "0  ping"  # nothing changed, so nothing was looked for
    assert scene.run("--log-format", "json", "--again") == "0  ping"
    assert f"{first.name} is damaged" in capsys.readouterr().err
    assert status(scene) == 7
    said = capsys.readouterr().out
    assert f"older       The release {first.name} is damaged: tombstones.jsonl" in said
    assert "Nothing is wrong" not in said


def test_an_output_that_is_a_link_is_named_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ram" / "payloads").mkdir(parents=True)
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / "output").symlink_to("../ram")
    folder = Path("small")
    shown = show_path(folder / "output" / "payloads")
    assert shown == "ram/payloads"
    said = with_folder(f"{shown}: cannot be written; see ram/x, program/x", folder)
    ram = tmp_path / "ram"
    assert said == f"{ram}/payloads: cannot be written; see {ram}/x, program/x"
    assert with_folder("ram: cannot be written", folder) == f"{ram}: cannot be written"
    assert with_folder("small: a source is gone", folder) == f"{tmp_path}/small: a source is gone"


def test_status_knows_runs_that_fail_from_runs_that_are_not_made(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.break_listing()
    for _ in range(3):
        scene.run()
    capsys.readouterr()
    assert status(scene) == 7
    said = capsys.readouterr().out
    assert "late; runs are made, but are refused or fail since the good one of 2026-11-25T" in said
    scene.patch.setenv("SOURCE_DATE_EPOCH", str(EPOCH + 9 * DAY))
    assert status(scene) == 7
    assert "late; look at the scheduler's log" in capsys.readouterr().out


@pytest.mark.parametrize("place", ["/proc/x.prom", "/proc/x/y.prom", "n" * 300])
def test_check_finds_where_metrics_cannot_be_written(
    scene: Scene, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = scene.small.folder / CATALOGUE_FILE
    file.write_text(file.read_text("utf-8").replace('"cataloom.prom"', f'"{place}"'), "utf-8")
    assert call(scene, "check") == 2
    assert "key 'alerts.metrics': " in capsys.readouterr().out
    assert scene.run() == "0  ping"


def test_an_output_that_cannot_be_written_is_told_of_once(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline import recording

    def fails(*_: object) -> None:
        raise OSError(30, os.strerror(30))

    scene.break_listing()
    with monkeypatch.context() as patch:
        patch.setattr(recording, "append_run", fails)
        assert [scene.run() for _ in range(9)] == [
            "4 failure", *["4 "] * 6, "4 reminder", "4 ",
        ]  # fmt: skip
    assert len(read_runs(scene.small.output)) == 10
    assert status(scene) == 7
    scene.small.write(entries(3))
    assert scene.run() == "0 recovery ping"
    text = (scene.small.output / "runs.jsonl").read_text("utf-8")
    assert (text.count('"refused"'), len(text.splitlines())) == (9, 11)
    scene.break_listing()
    assert scene.run() == "4 failure"
    assert len(read_runs(scene.small.output)) == 12


def test_a_run_that_fails_shows_nothing_of_the_one_before(scene: Scene) -> None:
    last = scene.small.output / "last-run"
    assert (last / "changes.jsonl").read_bytes()
    append(scene.small.folder / "ontology" / "resource-types.ttl", "x y\n")
    assert scene.run() == "2 failure"
    told = hook(scene)
    assert told["changes"] == []
    assert "What the run changed" not in str(told["text"])
    assert "no valid Turtle" in str(told["issues"])
    run = json.loads((last / "run.json").read_bytes())
    assert (run["outcome"], run["exit_code"], run["clock"]) == (
        "failed", 2, "2026-11-26T19:00:00Z",
    )  # fmt: skip
    assert (last / "changes.jsonl").read_bytes() == b""
    report = (last / "report.html").read_text("utf-8")
    assert "The run failed. Release 2026" in report
    assert "no valid Turtle" in report
    assert {part.get_filename() for part in scene.mail.got[0].iter_attachments()} == {
        "report.html", "issues.csv",
    }  # fmt: skip


@pytest.mark.parametrize("place", ["env:NOPE", "catalogue.toml/x.prom", "input"])
def test_metrics_that_cannot_be_written_break_no_run(
    scene: Scene, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = scene.small.folder / CATALOGUE_FILE
    text = file.read_text("utf-8").replace('"cataloom.prom"', f'"{place}"')
    file.write_text(text, "utf-8")
    scene.small.write(entries(4))
    assert scene.run() == "0  ping"
    assert "cataloom: metrics was not told: " in capsys.readouterr().err
    assert status(scene) == 7
    said = capsys.readouterr().out
    assert "not told    metrics: " in said
    assert "Nothing is wrong" not in said
    assert call(scene, "check") == 2
    assert "key 'alerts.metrics': " in capsys.readouterr().out


def test_every_line_is_json_where_that_is_asked_for(
    scene: Scene, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline import release, run

    def last() -> dict[str, object]:
        lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
        found: dict[str, object] = lines[-1]
        return found

    arguments = ("run", "--log-format", "json", "--jobs", "1")
    with release.locked(scene.small.output):
        assert call(scene, *arguments) == 5
    assert last()["exit_code"] == 5
    assert call(scene, *arguments, "--source", "onne") == 2
    assert "there is no such source" in str(last()["message"])
    text = (scene.small.folder / CATALOGUE_FILE).read_bytes()
    break_catalogue(scene)
    assert call(scene, *arguments) == 2
    assert "not valid TOML" in str(last()["message"])
    (scene.small.folder / CATALOGUE_FILE).write_bytes(text)
    for error, code in ((KeyboardInterrupt(), 130), (ZeroDivisionError("by nought"), 1)):

        def fails(*_: object, error: BaseException = error, **__: object) -> None:
            raise error

        with monkeypatch.context() as patch:
            patch.setattr(run, "digests", fails)
            assert call(scene, *arguments) == code
        line = last()
        assert (line["exit_code"], bool(line["message"])) == (code, True)
        assert ("traceback" in line) == (code == 1)


def test_status_tells_of_what_was_not_told_and_of_bad_lines(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.web.status = 500
    assert scene.run() == "0  ping"
    assert "ping was not told" in capsys.readouterr().err
    assert status(scene) == 7
    said = capsys.readouterr().out
    assert "not told    ping: 127.0.0.1 answers 500" in said
    assert "Nothing is wrong" not in said
    scene.web.status = 204
    scene.run()
    file = scene.small.output / "runs.jsonl"
    bad = '{"clock":"%s","outcome":"failed","exit_code":1}\n'
    append(file, "".join(bad % clock for clock in ("yesterday", "2026-11-26T19:00:00", "")))
    capsys.readouterr()
    assert status(scene) == 0
    assert "note        3 line(s) of runs.jsonl cannot be read" in capsys.readouterr().out
    assert status(scene, "--digest", "7") == 0


def test_status_is_told_to_machines(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    scene.break_listing()
    scene.run()
    capsys.readouterr()
    assert status(scene, "--format", "json") == 7
    found = json.loads(capsys.readouterr().out)
    assert (found["is_well"], found["late"], found["records"]) == (False, False, 3)
    assert found["last"]["exit_code"] == 4
    assert found["last"]["open"]["other"]["since"] == "2026-11-26T19:00:00Z"
    assert status(scene, "--digest", "7", "--format", "json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["runs"], found["outcomes"]) == (2, {"published": 1, "refused": 1})
    assert found["incidents"][0]["is_open"] is True


def test_what_is_read_elsewhere_can_be_followed_there(
    scene: Scene, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    small = scene.small
    monkeypatch.chdir(small.folder.parent)
    small.write(entries(20))
    scene.run()
    small.write(entries(10))
    capsys.readouterr()
    assert scene.run() == "4 failure"
    said, text = capsys.readouterr().err, str(hook(scene)["text"])
    for read in (said, text):
        assert f"cataloom -C {small.folder} accept " in read
        assert " small/" not in read
    assert f"Everything on this run: {small.output}/last-run" in text
    assert scene.run() == "4 "
    assert capsys.readouterr().err == ""  # all were told


def test_what_nobody_was_told_is_said_each_time(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.is_even = False
    scene.break_listing()
    scene.web.status, scene.mail.refuses = 500, True
    for _ in range(2):
        assert scene.run() == "4 failure"
        said = capsys.readouterr().err
        assert "webhook was not told: 127.0.0.1 answers 500" in said
        assert "no line is one of the source's labels" in said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("input/a.toml: x; next: cataloom check", "{}/input/a.toml: x; next: cataloom -C {} check"),
        ("output: cannot be written", "{}/output: cannot be written"),
        ("{}: sources are gone", "{}: sources are gone"),
        ("see catalogue.toml", "see {}/catalogue.toml"),
        ("/srv/input/a, http://example.org/output/x", "/srv/input/a, http://example.org/output/x"),
        ("next: cataloom -C {} run", "next: cataloom -C {} run"),
        ("next: cataloom init DIR", "next: cataloom init DIR"),
    ],
    ids=["path", "folder", "catalogue", "prose", "others", "named", "init"],
)
def test_messages_read_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, expected: str
) -> None:
    monkeypatch.chdir(tmp_path)
    said = with_folder(text.replace("{}", str(tmp_path)), tmp_path)
    assert said == expected.replace("{}", str(tmp_path))


def test_what_is_read_offline_says_nothing_of_a_server(
    scene: Scene,
) -> None:
    feed = (
        '<rss version="2.0"><channel><title>t</title><item><guid>https://example.org/1</guid>'
        "<link>https://example.org/1</link><title>The report of the bank</title></item>"
        "</channel></rss>"
    )
    with Web({"/feed": Answer(feed, 200, {"Content-Type": "application/rss+xml"})}) as web:
        (scene.small.folder / "input" / "news.toml").write_text(
            f'kind = "feed"\nlocation = "{web.url("/feed")}"\nlanguages = ["en"]\n'
            "[fetch]\npause = 0\nretries = 0\n",
            "utf-8",
        )
        assert scene.run() == "0  ping"
        web.answers["/feed"], there = Answer(b"", 500), web.answers["/feed"]
        assert scene.run() == "3 failure"
        assert scene.run("--offline") == "0  ping"
        line = last_run(scene.small.output)
        assert line is not None
        assert (list(line.open), line.sources) == (["news"], ("other",))
        web.answers["/feed"] = there
        assert scene.run() == "0 recovery ping"


def test_a_clock_that_was_set_back_is_said(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.small.write(entries(4))
    scene.patch.setenv("SOURCE_DATE_EPOCH", str(EPOCH - 9 * DAY))
    assert call(scene, "run", "--jobs", "1") == 0
    assert "cataloom: The clock of this machine says 2026-11-15" in capsys.readouterr().err
