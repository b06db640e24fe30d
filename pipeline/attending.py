"""A run as operators have it: on record, told of only when something is wrong or right again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

import msgspec

from pipeline import release
from pipeline.catalogue_folder import load_settings
from pipeline.ending import Outcome
from pipeline.errors import CataloomError, LockHeld, SettingsError
from pipeline.failing import keep_failure, mark_of
from pipeline.last_run import FOLDER, LastRun, read_last_run
from pipeline.notes import Notes
from pipeline.read_elsewhere import with_whole_paths
from pipeline.recording import Warn, put_on_record, silent
from pipeline.runs import CATALOGUE, RunLine, last_run
from pipeline.settings import CATALOGUE_FILE, Settings

UNEXPECTED, REFUSED = 1, 4


def settings_to_run(folder: Path, warn: Warn = silent) -> Settings:
    """Return the settings of a folder for a run; what is wrong with them is told as a failed run.

    Raises `SettingsError`. People are told as far as `[alerts]` can be read.
    """
    try:
        return load_settings(folder)
    except SettingsError as error:
        if (folder / CATALOGUE_FILE).exists() or (folder / "output").is_dir():
            from pipeline.rescued import rescued_catalogue

            found = error
            settings = Settings(folder, rescued_catalogue(folder), ())

            def fail() -> NoReturn:
                raise found

            attend(settings, fail, warn)
        raise


def attend(
    settings: Settings, run: Callable[[], Outcome], warn: Warn = silent, *, by_hand: bool = False
) -> Outcome:
    """Do a run, put it on record, send what is due; returns or raises what the run does.

    A run that finds the lock held, or that only plans, is not on record; nor is one that is asked
    for `by_hand` and fails: who asked is told there and then, and what is published is as before.
    `warn` takes a line on what could not be told; `Notes` are told what was said before. What is
    returned or raised says whether all that is wrong was known (`is_known`): people were told.
    """
    begun, clock = time.monotonic(), release.stamp(release.clock())
    notes = warn if isinstance(warn, Notes) else Notes(warn)
    before = last_run(settings.output)
    notes.recall(before.notes if before else {}, clock, settings.catalogue.alerts.remind_days)
    mark = mark_of(settings.output)
    try:
        outcome = run()
    except LockHeld:
        raise
    except Exception as error:
        if not by_hand:
            seconds = round(time.monotonic() - begun, 1)
            _attend_failure(settings, clock, seconds, error, mark, notes)
        raise
    if outcome.kind == "planned":
        return outcome
    seconds = round(time.monotonic() - begun, 1)
    line = _ended(settings, clock, seconds, outcome)
    try:
        is_known = put_on_record(settings, line, outcome.books, _told(settings), notes)
    except CataloomError as error:
        _attend_failure(settings, clock, seconds, error, mark, notes)
        raise
    return msgspec.structs.replace(outcome, is_known=is_known)


def check_links_after(settings: Settings, tell: Callable[[str], None]) -> None:
    """Ask for the links that are due, where the settings say so; a run has ended before.

    Nothing that is found stops anything: it is an issue of the next release.
    """
    if settings.catalogue.links.check:
        from pipeline.link_check import check_links

        check_links(settings, tell)


def send_test(settings: Settings) -> dict[str, str]:
    """Send a test message through every channel that is set; return each one's problem or ''.

    The dead man's switch is not asked for: that would say that a run was good.
    """
    from pipeline.alerts import Message, message_channels, send
    from pipeline.recording import title_of

    catalogue = settings.catalogue
    clock = release.stamp(release.clock())
    message = Message(
        kind="test",
        subject=f"{title_of(catalogue)}: a test",
        text=f"This is a test of {clock}. So will messages on runs that need you arrive.\n",
        run=clock,
    )
    problems = send(catalogue, message)
    return {name: problems.get(name, "") for name in message_channels(catalogue.alerts)}


def _told(settings: Settings) -> Path:
    return settings.output.resolve() / FOLDER


def _ended(settings: Settings, clock: str, seconds: float, outcome: Outcome) -> RunLine:
    manifest = release.previous_manifest(settings.output)
    changes: dict[str, int] = {}
    if outcome.kind == "published" or outcome.exit_code:
        for name in ("created", "updated", "deleted"):
            changes[name] = sum(getattr(books, name) for books in outcome.books.values())
    return RunLine(
        clock=clock,
        outcome="partial" if outcome.failed else outcome.kind,
        exit_code=outcome.exit_code,
        seconds=seconds,
        release=outcome.release,
        sources=outcome.sources,
        records=manifest.records if manifest else 0,
        changes={name: count for name, count in changes.items() if count},
        problems=_whole(settings, outcome.failed),
        kinds=outcome.kinds,
    )


def _attend_failure(
    settings: Settings,
    clock: str,
    seconds: float,
    error: Exception,
    mark: tuple[int, ...],
    notes: Notes,
) -> None:
    """Put a run that raised an error on record, and let the last run's folder be that of this run.

    Whatever goes wrong here must not hide the error.
    """
    line = _failed(settings, clock, seconds, error, mark)
    last = LastRun(
        clock=clock, outcome=line.outcome, exit_code=line.exit_code, release=line.release,
        failed={name: text for name, text in line.problems.items() if name != CATALOGUE},
        kinds=line.kinds,
    )  # fmt: skip
    try:
        is_own = keep_failure(settings, last, "\n".join(line.problems.values()), mark)
        told = _told(settings) if is_own else None
        is_known = put_on_record(settings, line, {}, told, notes)
    except Exception as problem:  # the run's own error is the one to be raised
        notes.say(f"the run could not be put on record: {problem}")
        return
    if isinstance(error, CataloomError):
        error.is_known, error.catalogue = is_known, settings.folder


def _failed(
    settings: Settings, clock: str, seconds: float, error: Exception, mark: tuple[int, ...]
) -> RunLine:
    known = isinstance(error, CataloomError)
    code = error.exit_code if isinstance(error, CataloomError) else UNEXPECTED
    message = str(error) if known else f"{type(error).__name__}: {error}"
    last = read_last_run(settings.output) if mark_of(settings.output) != mark else None
    refused, kinds = (last.failed, last.kinds) if last and last.outcome == "refused" else ({}, {})
    try:
        manifest = release.previous_manifest(settings.output)
    except (CataloomError, OSError):
        manifest = None
    return RunLine(
        clock=clock,
        outcome="refused" if refused or code == REFUSED else "failed",
        exit_code=code,
        seconds=seconds,
        release=manifest.id if manifest else "",
        sources=tuple(sorted(refused)) or getattr(error, "sources", ()),
        records=manifest.records if manifest else 0,
        problems=_whole(settings, refused or {CATALOGUE: message}),
        kinds=kinds if refused else {CATALOGUE: _kinds_of(error)},
    )


def _kinds_of(error: Exception) -> tuple[str, ...]:
    return error.kinds if isinstance(error, CataloomError) else (type(error).__name__,)


def _whole(settings: Settings, problems: Mapping[str, str]) -> dict[str, str]:
    """Return messages with whole paths: they will be read from other folders."""
    return {key: with_whole_paths(text, settings.folder) for key, text in problems.items()}
