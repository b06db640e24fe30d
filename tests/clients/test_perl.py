"""RDF::Trine and Attean, the RDF libraries of Perl, over the dumps."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.clients

MODULES = {"trine": "RDF::Trine", "attean": "Attean"}
SYNTAXES = {"ntriples": "nt", "turtle": "ttl", "rdfxml": "rdf"}
READ = Path(__file__).parent / "read.pl"


@pytest.fixture(params=MODULES)
def library(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    perl = shutil.which("perl")
    if (
        not perl
        or subprocess.run(
            [perl, f"-M{MODULES[name]}", "-e", "1"], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip(f"{MODULES[name]} is not installed: tests/clients/install brings it")
    return name


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_perl_reads_the_same_graph(
    library: str,
    syntax: str,
    either: Path,
    run: Callable[..., bytes],
    read_ntriples: Callable[[bytes | Path], frozenset[str]],
) -> None:
    read = run("perl", READ, library, syntax, either / f"catalogue.{SYNTAXES[syntax]}")
    assert read_ntriples(read) == read_ntriples(either / "catalogue.nt")
