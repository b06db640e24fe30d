"""The process that runs one query: `python -m pipeline.query.worker`.

Reads a request (`process.Request` as JSON) from stdin and writes the answer to stdout. Exit code 0
means that the answer is whole. Else the last line of stderr is `REPORT` and a JSON object:
`kind` (syntax, evaluation, store) and `message`. It imports little: its start is every query's.
"""

from __future__ import annotations

import io
import itertools
import json
import signal
import sys
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from pipeline.query import confinement

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyoxigraph
    from typing_extensions import Buffer

REPORT: Final = "cataloom-query: "
DAMAGE: Final = "Corruption:"  # in what the engine says of a store
BUFFER: Final = 1 << 16
READ_AHEAD: Final = 10_000  # triples; an answer with fewer declares only the prefixes it uses


class Failure(Exception):
    """A query that cannot be answered: its kind and what the engine said."""

    def __init__(self, kind: str, message: str) -> None:
        """Keep both."""
        super().__init__(message)
        self.kind = kind


def main() -> int:
    """Answer the request on stdin, confined; return the exit code."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, which kills
    request = json.load(sys.stdin.buffer)
    confinement.refuse_sockets()
    confinement.refuse_writing()
    confinement.cap_processor(request["seconds"])
    try:
        with open(sys.stdout.fileno(), "wb", BUFFER, closefd=False) as output:
            answer(request, output)
    except Failure as failure:
        report = json.dumps({"kind": failure.kind, "message": str(failure)})
        sys.stderr.write(f"\n{REPORT}{report}\n")
        return 1
    return 0


def answer(request: dict[str, Any], output: BinaryIO) -> None:
    """Run the query of `request` and write its answer to `output`; raises `Failure`."""
    import pyoxigraph

    try:
        store = pyoxigraph.Store.read_only(request["graph"])
    except Exception as error:  # of a damaged one nearly any kind: it asks for no end of memory
        raise Failure("store", str(error) or type(error).__name__) from error
    confinement.cap_memory(request["megabytes"])
    try:
        results = store.query(
            request["query"], prefixes=request["prefixes"], base_iri=request["base"] or None
        )
        _write(results, request, output)
    except SyntaxError as error:
        raise Failure("syntax", str(error)) from error
    except BrokenPipeError:  # nobody reads on; the parent knows why
        raise
    except OSError as error:
        raise Failure("store", str(error)) from error
    except (RuntimeError, ValueError) as error:
        kind = "store" if DAMAGE in str(error) else "evaluation"
        raise Failure(kind, str(error)) from error


def _write(
    results: pyoxigraph.QuerySolutions | pyoxigraph.QueryBoolean | pyoxigraph.QueryTriples,
    request: dict[str, Any],
    output: BinaryIO,
) -> None:
    import pyoxigraph

    chosen = request["format"]
    graphs = {
        "nt": pyoxigraph.RdfFormat.N_TRIPLES,
        "jsonld": pyoxigraph.RdfFormat.JSON_LD,
    }
    rows = {
        "json": pyoxigraph.QueryResultsFormat.JSON,
        "csv": pyoxigraph.QueryResultsFormat.CSV,
        "tsv": pyoxigraph.QueryResultsFormat.TSV,
        "xml": pyoxigraph.QueryResultsFormat.XML,
    }
    if isinstance(results, pyoxigraph.QueryTriples) and chosen == "turtle":
        _write_turtle(results, request["shown_prefixes"], output)
    elif isinstance(results, pyoxigraph.QueryTriples):
        results.serialize(output, graphs[chosen])
    elif chosen in rows:
        results.serialize(output, rows[chosen])
    elif isinstance(results, pyoxigraph.QueryBoolean):
        output.write(b"true\n" if results else b"false\n")
    else:
        _write_table(results, request, output)


def _write_table(
    results: pyoxigraph.QuerySolutions, request: dict[str, Any], output: BinaryIO
) -> None:
    from pipeline.query import table

    prefixes = request["shown_prefixes"]
    rows = ([table.show(term, prefixes) for term in solution] for solution in results)
    names = [variable.value for variable in results.variables]
    table.write(names, rows, output, request["width"])


def _write_turtle(
    results: pyoxigraph.QueryTriples, prefixes: dict[str, str], output: BinaryIO
) -> None:
    """Write Turtle that declares its prefixes in order, and only those that a short answer uses.

    The engine declares all, in any order, and of two names of one namespace it takes either.
    """
    import pyoxigraph

    names = {namespace: name for name, namespace in prefixes.items()}
    first = list(itertools.islice(results, READ_AHEAD))
    if len(first) < READ_AHEAD:
        iris = {iri for triple in first for term in triple for iri in _iris(term)}
        names = {
            namespace: name
            for namespace, name in names.items()
            if any(iri.startswith(namespace) for iri in iris)
        }
    head = "".join(sorted(f"@prefix {name}: <{iri}> .\n" for iri, name in names.items()))
    if not first:
        return
    output.write(head.encode())
    pyoxigraph.serialize(
        itertools.chain(first, results),
        _Headless(output, len(head.encode())),
        pyoxigraph.RdfFormat.TURTLE,
        prefixes={name: namespace for namespace, name in names.items()},
    )


def _iris(term: object) -> Iterator[str]:
    """Yield the IRIs that Turtle writes for a term."""
    import pyoxigraph

    if isinstance(term, pyoxigraph.NamedNode):
        yield term.value
    elif isinstance(term, pyoxigraph.Literal):
        yield term.datatype.value.removesuffix("XMLSchema#string")  # never written
    elif isinstance(term, pyoxigraph.Triple):
        for part in term:
            yield from _iris(part)


class _Headless(io.BytesIO):
    """An output that drops its first bytes: the prefixes, which stand there in order already."""

    def __init__(self, output: BinaryIO, dropped: int) -> None:
        """Keep where to write and how much to drop."""
        super().__init__()
        self._output = output
        self._dropped = dropped

    def write(self, data: Buffer, /) -> int:
        """Pass on what is left of `data` after the bytes to drop."""
        view = memoryview(data)
        skipped = min(self._dropped, len(view))
        self._dropped -= skipped
        self._output.write(view[skipped:])
        return len(view)


if __name__ == "__main__":
    sys.exit(main())
