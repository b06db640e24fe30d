"""The commands of those who run a catalogue: releases, what is wrong, the schedule."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.command_line import DAMAGED, DiffFormat, settings_of, show_changes
from pipeline.errors import SettingsError

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
) -> None:
    """Publish exactly what that run's gate refused."""
    from pipeline.attending import attend
    from pipeline.progress import Progress
    from pipeline.run import accept_run

    if not reason.strip():
        raise SettingsError("--reason is empty", expected="why what the gate refused is right")
    with Progress(sys.stderr) as progress:
        settings = settings_of(context)
        outcome = attend(settings, lambda: accept_run(settings, run, reason.strip()))
    progress.end(outcome)
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
        outcome = attend(settings, lambda: roll_back(settings, release))
    progress.end(outcome)
    raise typer.Exit(outcome.exit_code)


def releases(
    context: typer.Context,
    verify: Annotated[
        bool, typer.Option("--verify", help="Check every file against its checksum.")
    ] = False,
) -> None:
    """List the releases that are kept."""
    from pipeline.history import as_table, damage

    output = settings_of(context).output
    if not verify:
        for line in as_table(output):
            typer.echo(line)
        return
    problems = list(damage(output))
    for problem in problems:
        typer.echo(problem)
    if problems:
        raise typer.Exit(DAMAGED)


def restore(
    context: typer.Context,
    where: Annotated[str, typer.Argument(metavar="DIR|URL", help="Where a release is published.")],
) -> None:
    """Take up the state from a published release."""
    from pipeline.restore import restore as restore_release

    identifier = restore_release(settings_of(context), where)
    typer.echo(f"{identifier} is current; go on with: cataloom run", err=True)


def status(
    context: typer.Context,
    days: Annotated[
        int, typer.Option("--digest", min=0, metavar="DAYS", help="What happened in these days.")
    ] = 0,
    test_alert: Annotated[
        bool, typer.Option("--test-alert", help="Send a test message through every channel.")
    ] = False,
) -> None:
    """Say how the catalogue stands; exit code 7 where something needs a person."""
    from pipeline.attending import send_test
    from pipeline.status import as_lines, digest, status_of

    settings = settings_of(context)
    if test_alert:
        told = send_test(settings)
        for channel, problem in told.items():
            typer.echo(f"{channel}: {problem or 'the test message was taken'}")
        raise typer.Exit(DAMAGED if any(told.values()) else 0)
    if days:
        for line in digest(settings, days):
            typer.echo(line)
        return
    found = status_of(settings)
    for line in as_lines(found):
        typer.echo(line)
    raise typer.Exit(0 if found.is_well else DAMAGED)


def diff(
    context: typer.Context,
    first: Annotated[str, typer.Argument(metavar="[A]", help="A release; the one before B.")] = "",
    second: Annotated[str, typer.Argument(metavar="[B]", help="A release; the current one.")] = "",
    form: Annotated[DiffFormat, typer.Option("--format", help="The form of the answer.")] = (
        DiffFormat.TABLE
    ),
) -> None:
    """Show what was created, updated and deleted from one release to another."""
    from pipeline.diff import chosen, differences

    before, after = chosen(settings_of(context).output, first, second)
    show_changes(differences(before, after), form)


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
