"""The commands of those who run a catalogue: releases, what is wrong, the schedule."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.command_line import (
    DAMAGED,
    DiffFormat,
    readable_settings_of,
    settings_of,
    show_changes,
)
from pipeline.errors import SettingsError

if TYPE_CHECKING:
    from pipeline.settings import Settings

schedule = typer.Typer(help="Run a catalogue on a schedule.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (accept, diff, releases, restore, rollback, status):
        app.command()(command)
    app.add_typer(schedule, name="schedule")


def accept(
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="The refused run, as it named itself.")],
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why it is right; kept in the release.")
    ],
    source: Annotated[
        list[str] | None,
        typer.Option("--source", metavar="NAME", help="Only this source of those it refused."),
    ] = None,
) -> None:
    """Publish exactly what that run's gate refused."""
    from pipeline.attending import attend
    from pipeline.progress import Progress
    from pipeline.run import accept_run

    if not reason.strip():
        raise SettingsError("--reason is empty", expected="why what the gate refused is right")
    with Progress(sys.stderr) as progress:
        settings, warn = settings_of(context), progress.notes
        outcome = attend(
            settings,
            lambda: accept_run(
                settings,
                run,
                reason.strip(),
                sources=tuple(source or ()),
                tell=progress.warn,
                warn=warn,
            ),
            warn,
            by_hand=True,
        )
    progress.end(outcome, settings.folder)
    raise typer.Exit(outcome.exit_code)


def rollback(
    context: typer.Context,
    release: Annotated[
        str, typer.Argument(metavar="[ID]", help="A release; the one before the current.")
    ] = "",
) -> None:
    """Publish the content of an older release again, as a new one."""
    from pipeline.attending import attend
    from pipeline.progress import Progress
    from pipeline.run import roll_back

    with Progress(sys.stderr) as progress:
        settings = settings_of(context)
        warn = progress.notes
        outcome = attend(
            settings, lambda: roll_back(settings, release, warn=warn), warn, by_hand=True
        )
    progress.end(outcome, settings.folder)
    raise typer.Exit(outcome.exit_code)


def releases(
    context: typer.Context,
    verify: Annotated[
        bool, typer.Option("--verify", help="Check every file against its checksum.")
    ] = False,
) -> None:
    """List the releases that are kept."""
    from pipeline.damage import all_damage, older_damage, refuse_seen_damage
    from pipeline.history import as_table

    output = settings_of(context).output
    if verify:
        found = all_damage(output)
        steps = [f"next: {step}" for step in found.steps]
        for line in (*found.problems, *found.notes, *steps):
            typer.echo(line)
        raise typer.Exit(DAMAGED if found.problems else 0)
    for line in as_table(output):
        typer.echo(line)
    problems = list(older_damage(output))
    for problem in problems:
        typer.echo(f"cataloom: {problem}", err=True)
    refuse_seen_damage(output)
    if problems:
        raise typer.Exit(DAMAGED)


def restore(
    context: typer.Context,
    where: Annotated[str, typer.Argument(metavar="DIR|URL", help="Where a release is published.")],
) -> None:
    """Take up the state from a published release."""
    from pipeline.manifest import read_manifest
    from pipeline.release import current, verify
    from pipeline.restore import restore as restore_release

    settings = settings_of(context)
    identifier = restore_release(
        settings, where, lambda line: typer.echo(f"cataloom: {line}", err=True)
    )
    folder = current(settings.output)
    again = " --again" if read_manifest(folder).thinned or verify(folder) else ""
    typer.echo(f"{identifier} is current; go on with: cataloom run{again}", err=True)


def status(
    context: typer.Context,
    days: Annotated[
        int, typer.Option("--digest", min=0, metavar="DAYS", help="What happened in these days.")
    ] = 0,
    test_alert: Annotated[
        bool, typer.Option("--test-alert", help="Send a test message by e-mail and webhook.")
    ] = False,
    form: Annotated[DiffFormat, typer.Option("--format", help="The form of the answer.")] = (
        DiffFormat.TABLE
    ),
) -> None:
    """Say how the catalogue stands; exit code 7 where something needs a person."""
    from pipeline.status import as_json, as_lines, digest_lines, digest_of, status_of

    settings, wrong = readable_settings_of(context)
    if test_alert:
        raise typer.Exit(_test_alert(settings))
    if days:
        found = digest_of(settings, days)
        for line in as_json(found) if form is DiffFormat.JSON else digest_lines(found):
            typer.echo(line)
        return
    stands = status_of(settings, wrong)
    for line in as_json(stands) if form is DiffFormat.JSON else as_lines(stands):
        typer.echo(line)
    if wrong:
        raise typer.Exit(SettingsError.exit_code)
    raise typer.Exit(0 if stands.is_well else DAMAGED)


def _test_alert(settings: Settings) -> int:
    """Send a test message, say what became of it, and return the exit code."""
    from pipeline.alerts import alert_problems
    from pipeline.attending import send_test

    told = send_test(settings)
    for channel, problem in told.items():
        typer.echo(f"{channel}: {problem or 'the test message was taken'}")
    alerts = settings.catalogue.alerts
    problems = [one for one in alert_problems(settings) if "metrics" in one or "ping" in one]
    for problem in problems:
        typer.echo(problem)
    if alerts.ping:
        typer.echo("ping: not asked for, that would say that a run was good; each good run does")
    if not told:
        typer.echo("alerts: neither webhook nor email is set; see [alerts] in docs/settings.md")
    return DAMAGED if problems or not told or any(told.values()) else 0


def diff(
    context: typer.Context,
    first: Annotated[str, typer.Argument(metavar="[A]", help="A release; the one before B.")] = "",
    second: Annotated[str, typer.Argument(metavar="[B]", help="A release; the current one.")] = "",
    form: Annotated[DiffFormat, typer.Option("--format", help="The form of the answer.")] = (
        DiffFormat.TABLE
    ),
) -> None:
    """Show what was created, updated and deleted from one release to another."""
    from pipeline.diff import changes_between

    show_changes(changes_between(settings_of(context).output, first, second), form)


@schedule.command("install")
def schedule_install(
    context: typer.Context,
    systemd: Annotated[
        bool, typer.Option("--systemd", help="A systemd service and timer.")
    ] = False,
    cron: Annotated[bool, typer.Option("--cron", help="A line in your crontab.")] = False,
    at: Annotated[str, typer.Option("--at", metavar="HH:MM", help="When, every day.")] = "06:15",
    to: Annotated[
        Path | None, typer.Option("--to", help="Write there instead: a folder, or a crontab file.")
    ] = None,
) -> None:
    """Have this catalogue run every day."""
    from pipeline.schedule import install_cron, install_systemd

    if systemd == cron:
        raise SettingsError(
            "no scheduler is named" if not systemd else "two schedulers are named",
            expected="--systemd or --cron",
        )
    folder = settings_of(context).folder
    for line in (install_systemd if systemd else install_cron)(folder, at, to):
        typer.echo(line)
