"""`vocabulary.ttl`: the concept schemes and the labels of what the catalogue refers to."""

from __future__ import annotations

from pathlib import Path

from pipeline.publish.artefact import Artefact, write_lines
from pipeline.publish.turtle import turtle
from pipeline.vocabulary import PREFIXES, Vocabulary

VOCABULARY_FILE = "vocabulary.ttl"


def write_vocabulary(folder: Path, vocabulary: Vocabulary) -> Artefact:
    """Write `vocabulary.ttl` into the release `folder`; raises `OutputError`."""
    return write_lines(folder / VOCABULARY_FILE, [turtle(vocabulary.ntriples.encode(), PREFIXES)])
