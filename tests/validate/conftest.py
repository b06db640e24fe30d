"""The project's own shapes, with a vocabulary of four concepts, on one record that conforms."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.validate import Checker, compile_shapes
from pipeline.vocabulary import Vocabulary

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "validate"
BASE = "https://w3id.org/sepm-resources/"


@pytest.fixture(scope="session")
def small_vocabulary() -> Vocabulary:
    ntriples = (GOLDEN / "vocabulary.nt").read_text(encoding="utf-8")
    return Vocabulary(concepts={}, schemes={}, ntriples=ntriples, language_iris={}, digest="")


@pytest.fixture(scope="session")
def checker(small_vocabulary: Vocabulary) -> Checker:
    return compile_shapes(ROOT, BASE, small_vocabulary)


@pytest.fixture(scope="session")
def good() -> str:
    """Return a record that conforms, with every field, as N-Triples."""
    return (GOLDEN / "good" / "data.nt").read_text(encoding="utf-8")


@pytest.fixture
def write_files(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes Turtle files into a catalogue folder, and that folder."""

    def write(folder: str, **files: str) -> Path:
        (tmp_path / folder).mkdir(exist_ok=True)
        for name, text in files.items():
            (tmp_path / folder / f"{name}.ttl").write_text(text, encoding="utf-8")
        return tmp_path

    return write
