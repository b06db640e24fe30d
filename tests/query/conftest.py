"""A small graph in the shape that a release has, written by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.query import query
from pipeline.settings import QuerySettings

BASE = "https://example.org/c/"
HOSTILE = 'a\x1b[2J\x07\u202eb\tc\r\nd "quoted", <b>&amp;</b> =1+1 \\ \U0001f600'

_PREFIXES = {
    "r": f"{BASE}resource/",
    "type": f"{BASE}type/",
    "dct": "http://purl.org/dc/terms/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "schema": "http://schema.org/",
}
_TRIPLES = """
r:s-a rdf:type schema:CreativeWork
r:s-a dct:title "Cobrança com dignidade"@pt
r:s-a dct:type type:case-study
r:s-a dct:issued "2008"^^<http://www.w3.org/2001/XMLSchema#gYear>
r:s-b rdf:type schema:CreativeWork
r:s-b dct:title "Lineamientos de cobro"@es
r:s-b dct:type type:guideline
r:s-b dct:issued "1984/1990"^^<http://id.loc.gov/datatypes/edtf>
r:s-c rdf:type schema:CreativeWork
r:s-c dct:title "Untagged"
r:s-c dct:type type:guideline
type:case-study skos:prefLabel "Estudo de caso"@pt
type:case-study skos:prefLabel "Case study"@en
type:guideline skos:prefLabel "Guideline"@en
"""


def _ntriples() -> bytes:
    import orjson

    lines = []
    for line in _TRIPLES.strip().splitlines():
        parts = line.split(" ", 2)
        for index, part in enumerate(parts):
            prefix, colon, name = part.partition(":")
            if colon and prefix in _PREFIXES:
                parts[index] = f"<{_PREFIXES[prefix]}{name}>"
        lines.append(" ".join(parts) + " .")
    title = f"{_PREFIXES['dct']}description"
    lines.append(f"<{BASE}resource/s-c> <{title}> {orjson.dumps(HOSTILE).decode()}@en .")
    return "\n".join(lines).encode()


@pytest.fixture(scope="session")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a store with three resources, two concepts, one hostile literal."""
    import pyoxigraph

    folder = tmp_path_factory.mktemp("release") / "graph"
    store = pyoxigraph.Store(str(folder))
    store.bulk_load(_ntriples(), format=pyoxigraph.RdfFormat.N_TRIPLES)
    store.flush()
    del store
    return folder


@pytest.fixture(scope="session")
def large_graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a store with 8,000 triples: enough for joins that do not end."""
    import pyoxigraph

    folder = tmp_path_factory.mktemp("large") / "graph"
    store = pyoxigraph.Store(str(folder))
    lines = (f'<{BASE}r{n}> <{BASE}p{n % 4}> "value {n}" .\n' for n in range(8000))
    store.bulk_load("".join(lines).encode(), format=pyoxigraph.RdfFormat.N_TRIPLES)
    store.flush()
    del store
    return folder


@pytest.fixture
def hostile() -> str:
    """Return the literal that tries to do harm: the description of resource s-c."""
    return HOSTILE


@pytest.fixture
def ask(graph: Path) -> Callable[..., bytes]:
    """Return a function that asks the small graph and gives the answer's bytes."""
    import io

    def answer(sparql: str, form: str = "", width: int = 0, timeout: float = 30) -> bytes:
        output = io.BytesIO()
        limits = QuerySettings(timeout=timeout)
        query(graph, sparql, output, limits=limits, format=form, base=BASE, width=width)
        return output.getvalue()

    return answer
