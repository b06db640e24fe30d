"""Turtle files of the catalogue folder, read for checking: triples, mistakes and their lines."""

from __future__ import annotations

import bisect
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

import msgspec

from pipeline.errors import show_path
from pipeline.model import Severity
from pipeline.vocabulary import PREFIXES

if TYPE_CHECKING:
    import pyoxigraph

_PREFIX: Final = re.compile(r"^\s*@?prefix\s+([\w.-]*):\s*<([^>]*)>", re.IGNORECASE | re.MULTILINE)
# Texts and comments (which are passed over), an IRI, a prefixed name.
_TOKEN: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|"(?:[^"\\\n]|\\.)*"|#[^\n]*|<([^<>\s]*)>|([\w.-]*):([\w.-]*[\w-])?',
    re.DOTALL,
)


class Finding(msgspec.Struct, frozen=True, order=True):
    """One thing that is wrong with a file of the ontology or the shapes.

    `line` counts from 1 (0: the file as a whole); `subject` is the concept or shape as a person
    would write it; a `violation` stops a run, a `warning` does not.
    """

    file: str
    line: int
    subject: str
    message: str
    severity: Severity = "violation"

    def __str__(self) -> str:
        """Return the finding as one line, e.g. `shapes/a.ttl:3: warning: shape/a: …`."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        subject = f"{self.subject}: " if self.subject else ""
        return f"{place}: {self.severity}: {subject}{self.message}"


class Document(msgspec.Struct, frozen=True):
    """A Turtle file: its text, its triples (none where it cannot be parsed), its own prefixes.

    `base` is what its relative IRIs are below. `places` tells where each IRI is written: its lines
    in order, each with 0 where it begins the line, 1 where only blanks stand before it, else 2.
    """

    name: str
    base: str
    text: str
    triples: tuple[pyoxigraph.Triple, ...]
    prefixes: Mapping[str, str]
    places: Mapping[str, list[tuple[int, int]]]

    def short(self, iri: str) -> str:
        """Return an IRI as a person would write it in this file."""
        for prefix, namespace in {**PREFIXES, **self.prefixes}.items():
            local = iri.removeprefix(namespace)
            if namespace and local != iri and re.fullmatch(r"[\w.-]*", local):
                return f"{prefix}:{local}"
        return iri.removeprefix(self.base)

    def line_of(self, iri: str, after: str = "") -> int:
        """Return the line that begins with `iri`, else the first that holds it, else 0.

        `after` names an IRI behind whose line to look first, for a term that stands in many places.
        """
        places = self.places.get(iri, [])
        if after:
            start = self.line_of(after)
            behind = [line for line, _ in places if line >= start]
            if behind:
                return behind[0]
        return min(places, key=lambda place: (place[1], place[0]))[0] if places else 0


def read_folder(folder: Path, base: str) -> tuple[list[Document], list[Finding]]:
    """Read every `*.ttl` of `folder` with the base IRI `base`.

    Gives the files that can be parsed, and a finding for each that cannot.
    """
    documents = []
    findings = []
    files = sorted(folder.glob("*.ttl"))
    if not files:
        findings.append(
            Finding(
                show_path(folder), 0, "",
                "There is no Turtle file (*.ttl) here: copy this folder from a fresh catalogue "
                "(cataloom init).",
            )
        )  # fmt: skip
    for file in files:
        read = read_document(file, base)
        if isinstance(read, Finding):
            findings.append(read)
        else:
            documents.append(read)
    return documents, findings


def read_document(file: Path, base: str) -> Document | Finding:
    """Read one Turtle file, or say what is wrong with it and on which line."""
    import pyoxigraph

    name = show_path(file)
    try:
        data = file.read_bytes()
        triples = tuple(
            quad.triple
            for quad in pyoxigraph.parse(
                data,
                format=pyoxigraph.RdfFormat.TURTLE,
                base_iri=base,
                rename_blank_nodes=True,
            )
        )
    except OSError as error:
        return Finding(name, 0, "", f"The file cannot be read ({error.strerror}): check it.")
    except SyntaxError as error:
        reason = re.sub(r"^Parser error.*?: ", "", error.msg)
        return Finding(
            name, error.lineno or 1, "", f"This is no valid Turtle: {reason}. Correct the line."
        )
    except ValueError as error:
        return Finding(name, 0, "", f"The file cannot be read ({error}): check base and encoding.")
    text = data.decode(errors="replace")
    prefixes = {prefix: _absolute(iri, base) for prefix, iri in _PREFIX.findall(text)}
    return Document(name, base, text, triples, prefixes, _places(text, base, prefixes))


def _places(text: str, base: str, prefixes: Mapping[str, str]) -> dict[str, list[tuple[int, int]]]:
    places: dict[str, list[tuple[int, int]]] = {}
    ends = [match.start() for match in re.finditer("\n", text)]
    for token in _TOKEN.finditer(text):
        reference, prefix, local = token.groups()
        if reference is not None:
            iri = _absolute(reference, base)
        elif prefix is not None and prefix in prefixes:
            iri = prefixes[prefix] + (local or "")
        else:
            continue
        line = bisect.bisect_left(ends, token.start())
        before = text[ends[line - 1] + 1 if line else 0 : token.start()]
        rank = 0 if not before else 1 if before.isspace() else 2
        places.setdefault(iri, []).append((line + 1, rank))
    return places


def _absolute(reference: str, base: str) -> str:
    if ":" in reference:
        return reference
    absolute = urljoin(base, reference)
    return absolute + "#" if reference.endswith("#") and not absolute.endswith("#") else absolute
