"""The dumps, read back: each can be parsed, and all four hold the same graph."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from pipeline.manifest import digest_of
from pipeline.publish.dumps import FORMATS, JSONLD, NTRIPLES, RDFXML, READ_SIZE, TURTLE

# Beyond this many triples the dumps are compared by their number only; comparing them one by one
# would take longer than making them.
COMPARED_TRIPLES = 200_000
_SHOWN = 3


def verify_dumps(folder: Path, compared: int = COMPARED_TRIPLES) -> list[str]:
    """Return what is wrong with `catalogue.*` in `folder`; empty where nothing is.

    Each is parsed by pyoxigraph and has to hold as many triples as the N-Triples, up to `compared`
    triples the same ones; each `.gz` has to unpack to its plain file. Lines are for a person.
    """
    problems: list[str] = []
    reference: _Content | None = None
    whole = _has_few_lines(folder / f"catalogue.{NTRIPLES}", compared)
    for name in FORMATS:
        file = folder / f"catalogue.{name}"
        try:
            content = _read(file, name, whole=whole)
        except (OSError, SyntaxError, ValueError) as error:
            problems.append(f"{file.name}: cannot be read back: {error}")
            continue
        if name == NTRIPLES:
            reference = content
        elif reference is not None:
            problems += (f"{file.name}: {text}" for text in _differences(content, reference))
        problems += _packed_problems(file)
    return problems


class _Content(msgspec.Struct, frozen=True):
    """What one dump holds: the number of its triples and, where they are few, themselves."""

    count: int
    triples: frozenset[str]


def _has_few_lines(file: Path, most: int) -> bool:
    if not file.is_file():
        return False
    lines = 0
    with file.open("rb") as stream:
        while block := stream.read(READ_SIZE):
            lines += block.count(b"\n")
    return lines <= most


def _read(file: Path, name: str, *, whole: bool) -> _Content:
    import pyoxigraph

    kinds = {
        NTRIPLES: pyoxigraph.RdfFormat.N_TRIPLES,
        TURTLE: pyoxigraph.RdfFormat.TURTLE,
        JSONLD: pyoxigraph.RdfFormat.JSON_LD,
        RDFXML: pyoxigraph.RdfFormat.RDF_XML,
    }
    quads = pyoxigraph.parse(path=file, format=kinds[name])
    if whole:
        triples = frozenset(str(quad.triple) for quad in quads)
        return _Content(len(triples), triples)
    return _Content(sum(map(_one, quads)), frozenset())


def _one(_: object) -> int:
    return 1


def _differences(content: _Content, reference: _Content) -> Iterator[str]:
    if not content.triples and not reference.triples and content.count != reference.count:
        yield f"{content.count} triples, the N-Triples have {reference.count}"
    for label, triples in (
        ("it lacks {} triples of the N-Triples", reference.triples - content.triples),
        ("it has {} triples that the N-Triples lack", content.triples - reference.triples),
    ):
        if triples:
            shown = "; ".join(sorted(triples)[:_SHOWN])
            yield f"{label.format(len(triples))}: {shown}"


def _packed_problems(file: Path) -> list[str]:
    packed = file.with_name(f"{file.name}.gz")
    digest = hashlib.sha256()
    try:
        with gzip.open(packed, "rb") as stream:
            while block := stream.read(READ_SIZE):
                digest.update(block)
    except (OSError, EOFError) as error:
        return [f"{packed.name}: cannot be unpacked: {error}"]
    return [] if digest.hexdigest() == digest_of(file) else [f"{packed.name}: is not {file.name}"]
