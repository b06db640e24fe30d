"""pyshacl as the reference: the same shapes on the same records, and where the two disagree."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import re
import warnings
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.errors import CataloomError
from pipeline.settings import ValidateSettings
from pipeline.validate.engine import Checker, find_results
from pipeline.validate.statements import lines_about, split_unreadable
from pipeline.vocabulary import SH

if TYPE_CHECKING:
    import rdflib

# A year that rdflib takes for no xsd:gYear, xsd:gYearMonth or xsd:date: its dates are Python's,
# which know the years 1 to 9999 only.
_BEYOND_PYTHON: Final = re.compile(r'"(-|0000|[0-9]{5,})[^"]*"\^\^<[^>]*#(gYear|gYearMonth|date)>')
OUTSIDE_PYTHON: Final = "pyshacl's dates know the years 1 to 9999 only; the engine is right"


class Verdict(msgspec.Struct, frozen=True, order=True):
    """What both engines must agree on: node, shape and severity (all IRIs or N-Triples terms).

    The path follows from the shape; the constraint may differ, as one engine finds that an
    ill-formed year breaks its datatype and the other that it breaks its pattern.
    """

    focus: str
    shape: str
    severity: str


class Disagreement(msgspec.Struct, frozen=True, order=True):
    """A finding of one engine that the other does not have.

    `focus` is a term in N-Triples syntax, `path` a path in SPARQL syntax or empty, `shape` an IRI;
    `engine` and `reference` tell which of the two found it; `explanation` is filled where the
    reason is known (docs/validation.md), so that a person need not look.
    """

    focus: str
    path: str
    shape: str
    engine: bool
    reference: bool
    explanation: str = ""


def choose_for_reference(
    identifiers: Collection[str], rejected: Collection[str], settings: ValidateSettings
) -> frozenset[str]:
    """Return the records that the reference checks.

    All, up to `reference_limit` of them; above that `reference_sample` of the rejected and as many
    of all. The choice depends on the identifiers and the seed alone, not on their order.
    """
    if len(identifiers) <= settings.reference_limit:
        return frozenset(identifiers)

    def drawn(some: Collection[str]) -> list[str]:
        def lot(one: str) -> bytes:
            return hashlib.sha256(f"{settings.seed} {one}".encode()).digest()

        return sorted(some, key=lot)[: settings.reference_sample]

    return frozenset([*drawn(rejected), *drawn(identifiers)])


def compare_engines(
    ntriples: str, checker: Checker, chosen: Collection[str] | None = None
) -> tuple[Disagreement, ...]:
    """Check the records `chosen` by identifier (None: all) with both engines and compare.

    Lines that are no N-Triples are left out: they are violations without any shape. Raises
    `CataloomError` where pyshacl itself fails.
    """
    text, _ = split_unreadable(ntriples, checker.base)
    if chosen is not None:
        text = lines_about(text, checker.base, frozenset(chosen).__contains__)
    results = find_results(text, checker, most_results=len(text) + 1)
    # Each engine has its own names for blank nodes; records have none.
    paths = {
        Verdict(one.focus, one.shape, one.severity): one.path
        for one in results
        if not one.focus.startswith("_:")
    }
    engine = frozenset(paths)
    in_vocabulary = {line.partition(" ")[0] for line in checker.vocabulary.split("\n")}
    reference = {
        finding
        for finding in reference_results(text, checker)
        if not finding.focus.startswith("_:")
        if finding.focus not in in_vocabulary
    }
    return tuple(
        Disagreement(
            focus=finding.focus,
            path=paths.get(finding) or _path(finding.shape, checker),
            shape=finding.shape,
            engine=finding in engine,
            reference=finding in reference,
            explanation=_explanation(finding, text, finding in reference),
        )
        for finding in sorted(engine ^ reference)
    )


def reference_results(ntriples: str, checker: Checker) -> frozenset[Verdict]:
    """Return what pyshacl finds in N-Triples and the vocabulary.

    Whatever pyshacl and rdflib switch in this process is switched back. Raises `CataloomError`
    where pyshacl fails.
    """
    import pyshacl
    import rdflib

    with _undisturbed():
        try:
            data = _graph(f"{ntriples}\n{checker.vocabulary}")
            _, report, text = pyshacl.validate(
                data, shacl_graph=_graph(checker.shapes), inplace=True
            )
        except Exception as error:  # whatever it is, it is pyshacl's
            raise CataloomError(
                f"pyshacl failed ({type(error).__name__}: {error})",
                where="validate",
                next_step="report this; reference_limit = 0 and reference_sample = 0 in "
                "catalogue.toml switch the comparison off",
            ) from error
        if not isinstance(report, rdflib.Graph):
            raise CataloomError(
                f"pyshacl failed ({text})",
                where="validate",
                next_step="run cataloom check, which shows what is wrong with the shapes",
            )
        return frozenset(_findings(report))


def _graph(ntriples: str) -> rdflib.Graph:
    import rdflib

    graph = rdflib.Graph(bind_namespaces="none")
    graph.parse(data=ntriples, format="nt")
    return graph


def _findings(report: rdflib.Graph) -> Iterator[Verdict]:
    """Yield the results of a report; those of nested shapes (sh:detail) are not linked from it."""
    import rdflib

    sh = rdflib.Namespace(SH)
    for result in report.objects(None, sh.result):
        focus = report.value(result, sh.focusNode)
        shape = report.value(result, sh.sourceShape)
        severity = report.value(result, sh.resultSeverity)
        if focus is not None and shape is not None:
            yield Verdict(focus.n3(), str(shape), str(severity))


def _path(shape: str, checker: Checker) -> str:
    match = re.search(rf"^<{re.escape(shape)}> <{SH}path> (<[^>]*>)", checker.shapes, re.MULTILINE)
    return match[1] if match else ""


def _explanation(finding: Verdict, ntriples: str, by_reference: bool) -> str:
    """Return why the reference alone has a finding, where that is a known weakness of it."""
    if by_reference:
        about = (line for line in ntriples.split("\n") if line.startswith(finding.focus))
        if finding.shape.endswith(("shape/issued-form", "shape/date-form")) and any(
            _BEYOND_PYTHON.search(line) for line in about
        ):
            return OUTSIDE_PYTHON
    return ""


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep lexical forms as they stand and libraries quiet, and put everything back.

    pyshacl switches rdflib's normalisation of literals and its reading of xsd:boolean, and does not
    switch them back when it fails; rdflib logs every literal that Python cannot represent.
    """
    import rdflib
    from rdflib import term

    normalise, readings = rdflib.NORMALIZE_LITERALS, dict(term._toPythonMapping)
    loggers = [logging.getLogger(name) for name in ("rdflib", "rdflib.term", "pyshacl")]
    levels = [logger.level for logger in loggers]
    try:
        rdflib.NORMALIZE_LITERALS = False
        for logger in loggers:
            logger.setLevel(logging.CRITICAL)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        rdflib.NORMALIZE_LITERALS = normalise
        term._toPythonMapping.clear()
        term._toPythonMapping.update(readings)
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
