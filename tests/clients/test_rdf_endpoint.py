"""The `rdf` source harvests Virtuoso's SPARQL endpoint: all records, whole, beyond its limits."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.errors import SourceError
from tests.clients.test_virtuoso import SETTINGS, _free_port, _wait
from tests.extract.test_sparql_endpoint import (
    QUERY,
    harvest,
    make_source,
    messages,
    records,
    turtle,
)

pytestmark = pytest.mark.clients

COUNT = 10_500
"""Records: more than the 10,000 results that Virtuoso sorts."""

LIMITS = "[SPARQL]\nResultSetMaxRows = 10000\n"


@pytest.fixture(scope="module")
def endpoint(run: Callable[..., bytes], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a Virtuoso with datasets of eight solutions each, and stop it afterwards."""
    for command in ("virtuoso-t", "isql-vt"):
        if shutil.which(command) is None:
            pytest.skip(f"{command} is not installed: tests/clients/install brings it")
    folder = tmp_path_factory.mktemp("virtuoso")
    (folder / "data.ttl").write_text(turtle(COUNT), encoding="utf-8")
    ports = {"sql_port": _free_port(), "http_port": _free_port()}
    (folder / "virtuoso.ini").write_text(SETTINGS.format(release=folder, **ports) + LIMITS)
    with (folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(
            ["virtuoso-t", "+configfile", "virtuoso.ini", "+foreground"],
            cwd=folder, stdout=output, stderr=output,
        )  # fmt: skip
        try:
            _wait(ports["http_port"], process, folder)
            script = folder / "load.sql"
            script.write_text(
                f"DB.DBA.TTLP (file_to_string_output ('{folder}/data.ttl'), '', 'urn:data', 0);\n"
            )
            answer = run(
                "isql-vt", f"127.0.0.1:{ports['sql_port']}", "dba", "dba", "ERRORS=STDOUT", script
            ).decode()
            assert "***" not in answer, answer
            yield f"http://127.0.0.1:{ports['http_port']}/sparql"
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.mark.parametrize("page_size", [1_000, 4_000])
def test_every_record_comes_whole_and_once(page_size: int, endpoint: str, tmp_path: Path) -> None:
    found = harvest(make_source(endpoint, page_size=page_size), tmp_path)
    keys = [record.key for record in records(found)]
    assert keys == [f"https://example.org/dataset/{number:05}" for number in range(COUNT)]
    for record in records(found):
        assert (len(record.fields["title"]), len(record.fields["subject"])) == (2, 4)
        assert record.fields["publisher"] == ("The Agency",)
    assert messages(found) == ""


def test_a_query_that_the_endpoint_does_not_understand_is_told(
    endpoint: str, tmp_path: Path
) -> None:
    query = QUERY.replace("foaf:name ?name }", "foaf:name ?name ; nonsense }")
    with pytest.raises(SourceError) as caught:
        harvest(make_source(endpoint, query), tmp_path)
    assert str(caught.value).startswith(f"{endpoint}: ")
    assert "HTTP 400" in str(caught.value)
    assert "Virtuoso 37000 Error SP030" in str(caught.value)
