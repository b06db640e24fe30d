"""The command line: parse, call, print. Results go to stdout, all else to stderr."""

from __future__ import annotations

import functools
import shutil
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import operating, source_commands
from pipeline.command_line import DiffFormat, folder_of, settings_of, show_changes
from pipeline.errors import CataloomError, QueryError, show_path

if TYPE_CHECKING:
    pass

UNEXPECTED = 1
PROBLEMS_FOUND = 2
INTERRUPTED = 130

app = typer.Typer(
    name="cataloom",
    help="Weaves resource listings into a linked-data catalogue.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Format(StrEnum):
    """The formats of query results."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    TSV = "tsv"
    XML = "xml"
    TURTLE = "turtle"
    NT = "nt"
    JSONLD = "jsonld"


class LogFormat(StrEnum):
    """Who reads what a run tells: people, or machines (a JSON object a line)."""

    TEXT = "text"
    JSON = "json"


@app.callback()
def catalogue(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Option("-C", metavar="DIR", help="Work on the catalogue in this folder."),
    ] = None,
) -> None:
    """Weave resource listings into a linked-data catalogue."""
    context.obj = folder


@app.command()
def run(
    context: typer.Context,
    source: Annotated[
        list[str] | None,
        typer.Option("--source", metavar="NAME", help="Run only this source (repeatable)."),
    ] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", min=0, metavar="N", help="Processes at work; 0: one a core.")
    ] = 0,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask no server: use what was fetched before.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Publish a release made anew even if nothing changed.")
    ] = False,
    require_previous: Annotated[
        bool,
        typer.Option("--require-previous", help="Refuse to begin where nothing is published."),
    ] = False,
    plan: Annotated[
        bool, typer.Option("--plan", help="Show what would change; publish nothing.")
    ] = False,
    form: Annotated[
        DiffFormat, typer.Option("--format", help="The form of what --plan shows.")
    ] = DiffFormat.TABLE,
    log: Annotated[
        LogFormat, typer.Option("--log-format", help="What is told on stderr, and to whom.")
    ] = LogFormat.TEXT,
) -> None:
    """Harvest the sources and publish a release, if anything changed."""
    from pipeline.attending import attend, check_links_after, settings_to_run
    from pipeline.preconditions import select_sources
    from pipeline.progress import JsonLog, Progress
    from pipeline.run import run_catalogue

    told = JsonLog(sys.stderr) if log is LogFormat.JSON else Progress(sys.stderr)
    with told:
        folder, names = folder_of(context), tuple(source or ())
        warn = told.warn if plan else told.notes
        settings = settings_of(context) if plan else settings_to_run(folder, warn)
        select_sources(settings, names)  # a mistake at the keyboard is no run that failed
        do = functools.partial(
            run_catalogue,
            settings,
            sources=names,
            jobs=jobs,
            offline=offline,
            publishes=not plan,
            again=again,
            require_previous=require_previous,
            tell=told.tell,
            warn=warn,
        )
        outcome = do() if plan else attend(settings, do, warn)
        if not plan and not offline:
            check_links_after(settings, told.tell)
    told.end(outcome, folder)
    if plan:
        from pipeline.diff import read_changes
        from pipeline.last_run import HELD_CHANGES

        files = (outcome.folder / name for name in ("changes.jsonl", HELD_CHANGES))
        show_changes((one for file in files if file.exists() for one in read_changes(file)), form)
    raise typer.Exit(outcome.exit_code)


@app.command()
def check(context: typer.Context) -> None:
    """Check settings, ontology, mapping and shapes without a run."""
    from pipeline.alerts import alert_problems
    from pipeline.check import check_catalogue

    settings = settings_of(context)
    findings = [*alert_problems(settings), *check_catalogue(settings)]
    for finding in findings:
        typer.echo(finding)
    if findings:
        raise typer.Exit(PROBLEMS_FOUND)
    if sys.stdout.isatty():
        typer.echo("Settings, ontology, mapping and shapes are in order.", err=True)


@app.command()
def query(
    context: typer.Context,
    sparql: Annotated[str | None, typer.Argument(help="The query.", show_default=False)] = None,
    file: Annotated[
        Path | None, typer.Option("-f", "--file", help="Read the query from this file; -: stdin.")
    ] = None,
    form: Annotated[
        Format | None,
        typer.Option("--format", help="The form of the answer.", show_default="table or turtle"),
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", min=0.1, metavar="S", help="Give up after S seconds."),
    ] = None,
) -> None:
    """Ask the current release a SPARQL query."""
    from pipeline.query import query as run_query
    from pipeline.release import current
    from pipeline.settings import QuerySettings

    settings = settings_of(context)
    limits = settings.catalogue.query
    run_query(
        current(settings.output) / "graph",
        _query_text(sparql, file),
        sys.stdout.buffer,
        limits=QuerySettings(timeout or limits.timeout, limits.memory),
        format=form.value if form else "",
        base=settings.catalogue.base,
        width=shutil.get_terminal_size().columns if sys.stdout.isatty() else 0,
    )


@app.command()
def explain(
    context: typer.Context,
    what: Annotated[list[str], typer.Argument(metavar="IRI|URL|WORDS")],
) -> None:
    """Show one record stage by stage, from its place in the source to its triples."""
    from pipeline.explain import explain_record

    typer.echo(explain_record(settings_of(context), " ".join(what)))


@app.command()
def decide(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A review.csv with its decision column filled in.")],
) -> None:
    """Take up the decisions of a person."""
    from pipeline.decide import take_up_decisions

    taken = take_up_decisions(settings_of(context), file)
    typer.echo(f"{taken} decisions taken up; the next run publishes them: cataloom run", err=True)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    base: Annotated[
        str,
        typer.Option("--base", metavar="IRI", help="What every IRI of the catalogue starts with."),
    ],
) -> None:
    """Make a new catalogue folder."""
    from pipeline.new_catalogue import make_folder

    make_folder(folder, base)
    typer.echo(
        f"{show_path(folder)} is a catalogue folder now. Next: fill in {show_path(folder)}/"
        f"catalogue.toml, add a source to {show_path(folder)}/input/, then: "
        f"cataloom -C {show_path(folder)} run",
        err=True,
    )


@app.command()
def version() -> None:
    """Print the version."""
    from pipeline import VERSION

    typer.echo(f"cataloom {VERSION}")


operating.add_to(app)
app.add_typer(source_commands.source, name="source")


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; every failure that can be explained becomes a message and a code."""
    try:
        app(args=arguments, prog_name="cataloom")
    except CataloomError as error:
        _say(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _say(error: CataloomError) -> None:
    """Print an error; what is not read at a terminal is such as can be followed anywhere.

    There, what people were told of before is not said again: cron would mail it every day.
    """
    text = str(error)
    if error.catalogue and not sys.stderr.isatty():
        if error.is_known:
            return
        from pipeline.read_elsewhere import with_folder

        text = with_folder(text, error.catalogue)
    typer.echo(f"cataloom: {text}", err=True)


def _query_text(sparql: str | None, file: Path | None) -> str:
    if (sparql is None) == (file is None):
        raise QueryError(
            "no query" if sparql is None else "two queries",
            expected="one, as text or with -f FILE",
            next_step="cataloom query 'SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 5'",
        )
    if sparql is not None:
        return sparql
    try:
        return sys.stdin.read() if str(file) == "-" else Path(str(file)).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise QueryError(f"the query cannot be read: {error}", where=str(file)) from error


if __name__ == "__main__":
    main()
