"""What the examples of the shapes stand on: a record and a dataset that conform."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.validate import Checker, compile_shapes
from pipeline.vocabulary import Vocabulary

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "validate"
BASE = "https://w3id.org/sepm-resources/"


@pytest.fixture(scope="session")
def checker() -> Checker:
    ntriples = (GOLDEN / "vocabulary.nt").read_text(encoding="utf-8")
    return compile_shapes(
        ROOT,
        BASE,
        Vocabulary(concepts={}, schemes={}, ntriples=ntriples, language_iris={}, digest=""),
    )


@pytest.fixture(scope="session")
def good() -> str:
    """Return a record and a dataset that conform, as N-Triples."""
    import pyoxigraph

    record = (GOLDEN / "good" / "data.nt").read_text(encoding="utf-8")
    dataset = pyoxigraph.parse(
        path=Path(__file__).parent / "dataset.ttl",
        format=pyoxigraph.RdfFormat.TURTLE,
        base_iri=BASE,
    )
    return record + "".join(f"{quad.triple} .\n" for quad in dataset)
