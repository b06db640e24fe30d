"""Ask a release's graph in SPARQL 1.1, within limits of time and memory.

A query runs in a process of its own (`worker`), which can reach neither network nor file and is
killed at its limit; this module refuses what must not run and chooses the form of the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

# Nothing else is imported here: the worker imports this package too, at the start of each query.
if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.settings import QuerySettings, Settings

# Format -> the forms of query that it can answer; the first format of a form is its default.
FORMATS: Final = {
    "table": ("SELECT", "ASK"),
    "json": ("SELECT", "ASK"),
    "csv": ("SELECT", "ASK"),
    "tsv": ("SELECT", "ASK"),
    "xml": ("SELECT", "ASK"),
    "turtle": ("CONSTRUCT", "DESCRIBE"),
    "nt": ("CONSTRUCT", "DESCRIBE"),
    "jsonld": ("CONSTRUCT", "DESCRIBE"),
}
LONGEST_QUERY: Final = 1_000_000  # characters; longer ones are data, not questions


def query_release(
    settings: Settings,
    sparql: str,
    format: str,  # noqa: A002 - the name that the command line has
    output: BinaryIO,
    *,
    timeout: float,
    memory: int,
) -> None:
    """Ask the current release of a catalogue; a table fits the terminal, if `output` is one.

    `timeout` is in seconds, `memory` in megabytes; all else is as in `query`.
    """
    import shutil

    from pipeline.release import current
    from pipeline.settings import QuerySettings

    query(
        current(settings.output) / "graph",
        sparql,
        output,
        limits=QuerySettings(timeout=timeout, memory=memory),
        format=format,
        base=settings.catalogue.base,
        width=shutil.get_terminal_size().columns if output.isatty() else 0,
    )


def query(
    graph: Path,
    sparql: str,
    output: BinaryIO,
    *,
    limits: QuerySettings,
    format: str = "",  # noqa: A002 - the name that the command line has
    base: str = "",
    width: int = 0,
) -> None:
    """Run `sparql` over the Oxigraph store in `graph` and write the answer to `output`, UTF-8.

    `format` is a key of `FORMATS`; empty, it is `table` for SELECT and ASK and `turtle` for
    CONSTRUCT and DESCRIBE. `json`, `csv`, `tsv`, `xml` are the W3C's SPARQL result formats. `base`
    is the catalogue's base IRI: relative IRIs are read against it, and it gives the prefixes
    `type:`, `subject:`, `resource:` … ; every prefix of `prefixes.predeclared` may be used without
    a PREFIX line. `width` is the number of terminal columns that a table fits (0: no bound).

    The answer is streamed. `limits.timeout` counts the seconds waited for the query, not those that
    `output` takes; `limits.memory` the megabytes beyond what the opened store takes.

    Raises `QueryError` for a query that is not SPARQL, is an update, asks for a SERVICE, does not
    fit its format or needs more memory; `QueryTimeout` for one that was killed at its limit (what
    `output` holds by then is not whole); `ReleaseError` where the store is missing or damaged.
    """
    from pipeline.errors import ReleaseError, show_path
    from pipeline.query import process, syntax
    from pipeline.query.prefixes import predeclared
    from pipeline.release import AGAIN

    tokens = syntax.read(_checked_text(sparql))
    syntax.refuse_service(tokens)
    prefixes = predeclared(base)
    form = syntax.form(tokens)
    chosen = _chosen_format(form, format)
    if not (graph / "CURRENT").is_file():
        raise ReleaseError(
            "the release has no graph to query",
            where=show_path(graph),
            next_step=AGAIN,
        )
    request = process.Request(
        graph=str(graph.resolve()),
        query=sparql,
        format=chosen,
        prefixes=prefixes,
        shown_prefixes={**prefixes, **syntax.declared_prefixes(tokens)},
        base=base,
        width=width,
        seconds=limits.timeout,
        megabytes=limits.memory,
    )
    process.run(request, output)


def _checked_text(sparql: str) -> str:
    from pipeline.errors import QueryError
    from pipeline.query import syntax

    if len(sparql) > LONGEST_QUERY:
        raise QueryError(
            f"the query has {len(sparql)} characters", expected=f"at most {LONGEST_QUERY}"
        )
    try:
        sparql.encode()
    except UnicodeEncodeError as error:
        line, column = syntax.position(sparql, error.start)
        raise QueryError(
            "a character that is no Unicode text (a lone surrogate)",
            where=f"query, line {line}, column {column}",
            next_step="save the query as UTF-8",
        ) from error
    return sparql


def _chosen_format(form: str, asked: str) -> str:
    """Return the format for a query of this form ('' where the engine will refuse it anyway)."""
    from pipeline.errors import QueryError

    if asked and asked not in FORMATS:
        raise QueryError(
            f"{asked!r} is no format of answers", expected=f"one of {', '.join(FORMATS)}"
        )
    fitting = [name for name, forms in FORMATS.items() if form in forms]
    if not fitting:
        return asked or "table"
    if asked and asked not in fitting:
        raise QueryError(
            f"a {form} query cannot be answered as {asked}",
            expected=f"--format {', '.join(fitting[:-1])} or {fitting[-1]}",
        )
    return asked or fitting[0]
