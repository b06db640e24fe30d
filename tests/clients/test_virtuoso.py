"""Virtuoso, loaded with what a release holds, answers as our own graph does."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest

pytestmark = pytest.mark.clients

BASE = "https://w3id.org/sepm-resources/"
GRAPH = "urn:cataloom:release"
DOCUMENT = Path(__file__).parents[2] / "docs" / "querying.md"
QUESTIONS = re.findall(
    r"^### (\d+)\. .+?^```sparql\n(.*?)^```", DOCUMENT.read_text("utf-8"), re.DOTALL | re.MULTILINE
)
COUNTS = {
    "all": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "resources": "SELECT (COUNT(?r) AS ?n) { ?r a schema:CreativeWork }",
    "titles by language": (
        "SELECT ?l (COUNT(*) AS ?n) { ?r a schema:CreativeWork ; dcterms:title ?t "
        "BIND(LANG(?t) AS ?l) } GROUP BY ?l"
    ),
    "types": "SELECT ?type (COUNT(?r) AS ?n) { ?r dcterms:type ?type } GROUP BY ?type",
    "subjects": "SELECT ?s (COUNT(?r) AS ?n) { ?r dcterms:subject ?s } GROUP BY ?s",
    "labels": "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?c a skos:Concept ; skos:prefLabel ?label }",
}
SETTINGS = """\
[Database]
DatabaseFile = store.db
ErrorLogFile = store.log
LockFile = store.lck
TransactionFile = store.trx
xa_persistent_file = store.pxa
[TempDatabase]
DatabaseFile = temporary.db
TransactionFile = temporary.trx
[Parameters]
ServerPort = 127.0.0.1:{sql_port}
DisableUnixSocket = 1
DirsAllowed = {release}
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
ServerThreads = 5
[HTTPServer]
ServerPort = 127.0.0.1:{http_port}
ServerRoot = .
ServerThreads = 3
"""
LONGEST_START = 60.0  # seconds; it takes three

Row = tuple[str, ...]


class Server(NamedTuple):
    """A Virtuoso that holds a release: its SPARQL endpoint and the release."""

    endpoint: str
    release: Path


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def virtuoso(
    release: Path, run: Callable[..., bytes], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """Start a server on the loopback, load the release, and stop the server afterwards."""
    for command in ("virtuoso-t", "isql-vt"):
        if shutil.which(command) is None:
            pytest.skip(f"{command} is not installed: tests/clients/install brings it")
    folder = tmp_path_factory.mktemp("virtuoso")
    ports = {"sql_port": _free_port(), "http_port": _free_port()}
    resolved = release.resolve()
    (folder / "virtuoso.ini").write_text(SETTINGS.format(release=resolved, **ports))
    with (folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(
            ["virtuoso-t", "+configfile", "virtuoso.ini", "+foreground"],
            cwd=folder,
            stdout=output,
            stderr=output,
        )
        try:
            _wait(ports["http_port"], process, folder)
            _load(run, ports["sql_port"], resolved, folder)
            yield Server(f"http://127.0.0.1:{ports['http_port']}/sparql", release)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    limit = time.monotonic() + LONGEST_START
    while time.monotonic() < limit:
        assert process.poll() is None, (folder / "output.txt").read_text(errors="replace")[-3000:]
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    pytest.fail((folder / "output.txt").read_text(errors="replace")[-3000:])


def _load(run: Callable[..., bytes], port: int, release: Path, folder: Path) -> None:
    # 255 lets its Turtle reader take N-Triples as they are; 0 is Turtle.
    statements = [
        f"DB.DBA.TTLP (file_to_string_output ('{release / name}'), '', '{GRAPH}', {flags});\n"
        for name, flags in (("catalogue.nt", 255), ("vocabulary.ttl", 0), ("dataset.ttl", 0))
    ]
    script = folder / "load.sql"
    script.write_text("".join(statements), encoding="utf-8")
    answer = run("isql-vt", f"127.0.0.1:{port}", "dba", "dba", "ERRORS=STDOUT", script).decode()
    assert answer.count("Done.") == len(statements), answer
    assert "***" not in answer, answer


def _ask(server: Server, sparql: str) -> Counter[Row]:
    from pipeline.query.prefixes import predeclared

    head = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in predeclared(BASE).items())
    form = {"query": head + sparql, "default-graph-uri": GRAPH}
    request = urllib.request.Request(  # noqa: S310 - our own server on the loopback
        server.endpoint,
        data=urllib.parse.urlencode(form).encode(),
        headers={"Accept": "application/sparql-results+json"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=60) as answer:
        return _rows(json.load(answer))


def _ask_ours(server: Server, sparql: str) -> Counter[Row]:
    from pipeline.query import query
    from pipeline.settings import QuerySettings

    output = BytesIO()
    graph = server.release / "graph"
    query(graph, sparql, output, limits=QuerySettings(), format="json", base=BASE)
    return _rows(json.loads(output.getvalue()))


def _rows(results: dict[str, Any]) -> Counter[Row]:
    """Return the rows by value and language; an engine is free in the datatype of a count."""
    names = results["head"]["vars"]
    return Counter(
        tuple(
            f"{row[name]['value']}@{row[name].get('xml:lang', '')}" if name in row else ""
            for name in names
        )
        for row in results["results"]["bindings"]
    )


@pytest.mark.parametrize("name", COUNTS)
def test_it_counts_as_we_do(name: str, virtuoso: Server) -> None:
    ours = _ask_ours(virtuoso, COUNTS[name])
    assert _ask(virtuoso, COUNTS[name]) == ours
    assert ours


@pytest.mark.parametrize("sparql", [q for _, q in QUESTIONS], ids=[n for n, _ in QUESTIONS])
def test_it_answers_the_documents_questions_as_we_do(sparql: str, virtuoso: Server) -> None:
    assert _ask(virtuoso, sparql) == _ask_ours(virtuoso, sparql)
