"""The worker's own code, run in this process; and what its end is taken for."""

from __future__ import annotations

import io
import json
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import CataloomError, QueryError, QueryTimeout, ReleaseError
from pipeline.query import confinement, process, worker

BASE = "https://example.org/c/"


def request(graph: Path, sparql: str, form: str) -> dict[str, Any]:
    return {
        "graph": str(graph),
        "query": sparql,
        "format": form,
        "prefixes": {"dct": "http://purl.org/dc/terms/"},
        "shown_prefixes": {"dct": "http://purl.org/dc/terms/", "r": f"{BASE}resource/"},
        "base": "",
        "width": 0,
        "seconds": 5,
        "megabytes": 100,
    }


@pytest.fixture(autouse=True)
def unconfined(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave this process its freedom."""
    for name in ("refuse_sockets", "refuse_writing", "cap_processor", "cap_memory"):
        monkeypatch.setattr(confinement, name, lambda *_: True)


def answer(graph: Path, sparql: str, form: str) -> str:
    output = io.BytesIO()
    worker.answer(request(graph, sparql, form), output)
    return output.getvalue().decode()


def test_answers(graph: Path) -> None:
    assert answer(graph, "SELECT ?r { ?r dct:title 'Untagged' }", "table") == (
        "r\n─────\nr:s-c\n1 row\n"
    )
    assert answer(graph, "ASK { }", "table") == "true\n"
    assert answer(graph, "SELECT (1 AS ?n) { }", "csv") == "n\r\n1\r\n"
    one = f"CONSTRUCT {{ <a:s> dct:title <{BASE}resource/x>, 'y', <<( <a:s> dct:x 1.5 )>> }} {{ }}"
    assert "dct:title" in answer(graph, one, "turtle")
    assert answer(graph, one, "nt").count("\n") == 3


def test_a_long_graph_declares_every_prefix(graph: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "READ_AHEAD", 2)
    turtle = answer(graph, "CONSTRUCT WHERE { ?s a ?o }", "turtle")
    assert turtle.startswith("@prefix dct: <http://purl.org/dc/terms/> .\n@prefix r: ")
    assert turtle.count("CreativeWork") == 3


@pytest.mark.parametrize(
    ("sparql", "kind"),
    [("SELECT", "syntax"), ("ASK { SERVICE ?x { ?s ?p ?o } }", "evaluation")],
)
def test_failures(graph: Path, sparql: str, kind: str) -> None:
    with pytest.raises(worker.Failure) as caught:
        answer(graph, sparql, "json")
    assert caught.value.kind == kind


def test_a_store_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(worker.Failure) as caught:
        answer(tmp_path, "ASK { }", "json")
    assert caught.value.kind == "store"


def test_a_store_that_breaks_while_it_is_read(graph: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(error: OSError) -> None:
        def write(*_: object) -> None:
            raise error

        monkeypatch.setattr(worker, "_write", write)

    fail(OSError("corrupted block"))
    with pytest.raises(worker.Failure, match="corrupted block"):
        answer(graph, "ASK { }", "json")
    fail(BrokenPipeError())
    with pytest.raises(BrokenPipeError):
        answer(graph, "ASK { }", "json")


def _main(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, told: dict[str, Any]
) -> tuple[int, bytes]:
    """Run the worker's main with files for stdin and stdout."""
    (tmp_path / "in").write_text(json.dumps(told), encoding="utf-8")
    with (tmp_path / "in").open() as stdin, (tmp_path / "out").open("w") as stdout:
        monkeypatch.setattr(sys, "stdin", stdin)
        monkeypatch.setattr(sys, "stdout", stdout)
        before = signal.getsignal(signal.SIGINT)
        code = worker.main()
        signal.signal(signal.SIGINT, before)
    return code, (tmp_path / "out").read_bytes()


def test_main(
    graph: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert _main(monkeypatch, tmp_path, request(graph, "ASK { }", "table")) == (0, b"true\n")
    assert _main(monkeypatch, tmp_path, request(graph, "ASK {", "table")) == (1, b"")
    report = capsys.readouterr().err.strip().removeprefix(worker.REPORT)
    assert json.loads(report)["kind"] == "syntax"


@pytest.mark.parametrize(
    ("code", "complaints", "kind", "message"),
    [
        (-signal.SIGXCPU, "", QueryTimeout, "did not end within 5 s"),
        (-signal.SIGKILL, "", QueryError, "more than 100 MB of memory; what was printed"),
        (-signal.SIGABRT, "x\nmemory allocation of 9 bytes failed", QueryError, "memory"),
        (-signal.SIGABRT, "terminate called: std::bad_alloc", QueryError, "memory"),
        (-signal.SIGSEGV, "", QueryError, "brought the engine down (SIGSEGV)"),
        (1, f'\n{worker.REPORT}{{"kind": "store", "message": "lost"}}\n', ReleaseError, "lost"),
        (1, f'{worker.REPORT}{{"kind": "syntax", "message": "?"}}', QueryError, "query: ?"),
        (
            1,
            f'{worker.REPORT}{{"kind": "evaluation", "message": "no"}}',
            QueryError,
            "cannot be answered: no",
        ),
        (1, "Traceback\nImportError: x", CataloomError, "exit code 1; what was printed"),
    ],
)
def test_how_its_end_is_taken(
    code: int, complaints: str, kind: type[CataloomError], message: str
) -> None:
    told = process.Request(**request(Path("/nowhere"), "ASK { }", "csv"))
    error = process._failure(code, complaints, told, written=10)
    assert type(error) is kind
    assert message in str(error)


def test_a_worker_that_dies_at_once(graph: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    told = process.Request(**request(graph, "ASK { }" + " " * 300_000, "csv"))
    with pytest.raises(CataloomError, match="failed with exit code 1"):
        process.run(told, io.BytesIO())


def test_a_worker_that_answers_but_does_not_end(
    graph: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = tmp_path / "stuck"
    script.write_text("#!/bin/sh\nexec >&- 2>&- <&-\nsleep 20\n", encoding="ascii")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    told = process.Request(**{**request(graph, "ASK { }", "csv"), "seconds": 0.3})
    with pytest.raises(QueryTimeout):
        process.run(told, io.BytesIO())


def test_the_package_is_found_whatever_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    alone = process._environment()["PYTHONPATH"]
    assert (Path(alone) / "pipeline" / "query").is_dir()
    monkeypatch.setenv("PYTHONPATH", "/else")
    assert process._environment()["PYTHONPATH"].split(":") == [alone, "/else"]


def test_a_worker_that_never_stops_answering(
    graph: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Sink(io.BytesIO):
        size = 0

        def write(self, data: object, /) -> int:
            assert isinstance(data, bytes)
            self.size += len(data)
            assert self.size < 20 << 30, "it should have been killed long ago"
            return len(data)

    script = tmp_path / "endless"
    script.write_text("#!/bin/sh\nexec yes\n", encoding="ascii")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    told = process.Request(**{**request(graph, "ASK { }", "csv"), "seconds": 0.3})
    with pytest.raises(QueryTimeout, match="not the whole answer"):
        process.run(told, Sink())
