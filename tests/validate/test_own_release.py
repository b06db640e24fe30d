"""What the project itself publishes conforms, in both engines."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.catalogue_folder import load_settings
from pipeline.validate import compare_engines, compile_shapes, find_results
from pipeline.vocabulary import load_vocabulary


@pytest.mark.slow
@pytest.mark.parametrize("name", ["catalogue.ttl", "dataset.ttl"])
def test_the_release_conforms(name: str, own_release: Path) -> None:
    import pyoxigraph

    base = load_settings(own_release).catalogue.base
    checker = compile_shapes(own_release, base, load_vocabulary(own_release, base))
    quads = pyoxigraph.parse(
        path=own_release / "output" / "current" / name, format=pyoxigraph.RdfFormat.TURTLE
    )
    ntriples = "".join(f"{quad.triple} .\n" for quad in quads)
    assert ntriples
    assert [one for one in find_results(ntriples, checker) if one.blocks] == []
    assert compare_engines(ntriples, checker) == ()
