"""Every record against the shapes, with the `shacl` library: compiled once, run on each part."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.errors import CataloomError, SettingsError
from pipeline.model import Issue
from pipeline.validate.results import (
    UNREADABLE,
    Result,
    by_record,
    field_name,
    source_of,
)
from pipeline.validate.statements import (
    Unreadable,
    identifier,
    lines_about,
    records_in,
    references,
    slices,
    split_unreadable,
)
from pipeline.validate.turtle import read_folder
from pipeline.vocabulary import SH, Vocabulary

if TYPE_CHECKING:
    import shacl

SHAPES_FOLDER: Final = "shapes"
MOST_RESULTS: Final = 1000  # as settings.ValidateSettings has it
SLICE: Final = 16_000_000  # characters the engine is given at a time; it takes eight times as much


class Checker(msgspec.Struct, frozen=True):
    """The compiled shapes of a catalogue, and the vocabulary that records are checked against.

    `shapes` and `vocabulary` are N-Triples. It holds a compiled engine, so it cannot be pickled:
    each process compiles its own.
    """

    base: str
    shapes: str
    vocabulary: str
    compiled: shacl.Shapes


def compile_shapes(folder: Path, base: str, vocabulary: Vocabulary) -> Checker:
    """Compile `shapes/*.ttl` of the catalogue folder `folder`; relative IRIs are below `base`.

    Raises `SettingsError`, one line a mistake, where a file is missing, no Turtle or no shapes.
    What else may be wrong with shapes is what `lint_shapes` finds.
    """
    import pyoxigraph
    import shacl

    documents, findings = read_folder(folder / SHAPES_FOLDER, base)
    if findings:
        raise SettingsError("\n".join(str(finding) for finding in findings))
    lines = {f"{triple} .\n" for document in documents for triple in document.triples}
    shapes = "".join(sorted(lines))
    target = pyoxigraph.NamedNode(SH + "targetClass")
    try:
        compiled = shacl.Shapes.from_text(shapes, format="ntriples", base=base)
    except ValueError as error:
        raise SettingsError(
            f"the shapes cannot be compiled: {error}",
            where=documents[0].name.rpartition("/")[0],
            next_step="correct the shape, then run cataloom check",
        ) from error
    if not len(compiled) or str(target) not in shapes:
        raise SettingsError(
            "the shapes apply to nothing, so that nothing would be checked",
            where=documents[0].name.rpartition("/")[0],
            expected="a shape with sh:targetClass",
            next_step="copy the shapes folder of a fresh catalogue (cataloom init) there",
        )
    return Checker(base, shapes, vocabulary.ntriples, compiled)


def validate_part(
    ntriples: str, checker: Checker, most_results: int = MOST_RESULTS
) -> dict[str, tuple[Issue, ...]]:
    """Return the issues of each record of a part (N-Triples), by identifier.

    Issues about no record (a damaged vocabulary) stand under an empty key. A source that reaches
    `most_results` violations is not checked further; `gates.gate_results` refuses it.
    """
    return by_record(find_results(ntriples, checker, most_results))


def validate_vocabulary(checker: Checker) -> tuple[Issue, ...]:
    """Return the issues of the concepts and schemes themselves."""
    results = _run("", checker, MOST_RESULTS, keep_vocabulary=True)
    return tuple(issue for issues in by_record(results).values() for issue in issues)


def find_results(
    ntriples: str, checker: Checker, most_results: int = MOST_RESULTS
) -> tuple[Result, ...]:
    """Return everything the shapes find in the N-Triples of a part, sorted.

    The lines of a record stand together, as map writes them. A line that cannot be read is a
    violation of its record and stops nothing else. Where the violations reach `most_results`, the
    engine stops early: each source is then checked by itself, so that those of one do not hide
    those of another.
    """
    results: list[Result] = []
    for piece in slices(ntriples, checker.base, SLICE):
        try:
            results += _find(piece, checker, most_results)
        except ValueError:
            results += _find_despite_unreadable(piece, checker, most_results)
    return tuple(sorted(results))


def _find(ntriples: str, checker: Checker, most_results: int) -> list[Result]:
    """Run the engine, by source where it stops early; `ValueError` where there is no N-Triples."""
    results = _run(ntriples, checker, most_results)
    sources = _sources_if_flooded(ntriples, checker, results, most_results)
    if not sources[1:]:
        return results
    return [
        result
        for source in sources
        for result in _run(
            lines_about(ntriples, checker.base, functools.partial(_is_of, source)),
            checker,
            most_results,
        )
    ]


def _is_of(source: str, record: str) -> bool:
    return source_of(record) == source


def _sources_if_flooded(
    ntriples: str, checker: Checker, results: Iterable[Result], most_results: int
) -> list[str]:
    if sum(result.blocks for result in results) < most_results:
        return []
    return sorted({source_of(record) for record in records_in(ntriples, checker.base)})


def _run(
    ntriples: str, checker: Checker, most_results: int, *, keep_vocabulary: bool = False
) -> list[Result]:
    """Run the engine once. Raises `ValueError` where the text is no N-Triples."""
    text = f"{ntriples}\n{checker.vocabulary}"
    # Warnings do not block, and `max_results` counts what blocks.
    report = checker.compiled.validate_text(
        text, format="ntriples", base=checker.base, max_results=most_results, allow_warnings=True
    )
    found = report.results
    if not found:
        return []
    foreign = frozenset(
        focus
        for focus in (result.focus_node[1:-1] for result in found)
        if not identifier(focus, checker.base)[0]
    )
    # An agent with an IRI of its own is a matter of the records that point to it; the dataset and
    # the concepts are not.
    agents = frozenset(iri for iri in foreign if not iri.startswith(checker.base))
    pointing = references(ntriples, checker.base, agents) if agents else {}
    results = [made for result in found for made in _results(result, checker, pointing)]
    if keep_vocabulary or not foreign:
        return results
    own = {line.partition(" ")[0] for line in checker.vocabulary.split("\n")}
    return [result for result in results if result.record or result.focus not in own]


def _results(
    result: shacl.Result, checker: Checker, pointing: dict[str, dict[str, str]]
) -> Iterator[Result]:
    """Yield the result for each record it is about: several may point to one agent."""
    path, focus = result.path or "", result.focus_node
    record, fragment = identifier(focus[1:-1], checker.base)
    made = Result(
        record=record,
        focus=focus,
        path=path,
        shape=(result.source_shape or result.root_shape or "").strip("<>"),
        value=result.value or "",
        component=result.component_iri.strip("<>"),
        severity=result.severity_iri.strip("<>"),
        message=result.message or "The value breaks a rule: see the shape.",
        text=result.value_plain or "" if result.value != focus else "",
        field=field_name(path, fragment),
    )
    referring = pointing.get(focus[1:-1])
    if not referring:
        yield made
        return
    for referrer, predicate in sorted(referring.items()):
        field = field_name(path, reference=predicate)
        yield msgspec.structs.replace(made, record=referrer, field=field)


def _find_despite_unreadable(ntriples: str, checker: Checker, most_results: int) -> list[Result]:
    readable, unreadable = split_unreadable(ntriples, checker.base)
    if not unreadable:
        raise CataloomError(
            "the statements of a part cannot be read, for a reason that no line shows",
            where="validate",
            next_step="report this with the output folder's log",
        )
    dropped = {(line.record, f"<{line.predicate}>") for line in unreadable}
    # A title that was dropped because of its tag is not missing as well.
    results = [
        result
        for result in _find(readable, checker, most_results)
        if not (
            result.component == SH + "MinCountConstraintComponent"
            and (result.record, result.path) in dropped
        )
    ]
    return results + [_unreadable_result(line, checker.base) for line in unreadable]


def _unreadable_result(line: Unreadable, base: str) -> Result:
    import pyoxigraph

    return Result(
        record=line.record,
        focus=f"<{base}resource/{line.record}>" if line.record else f"<{base}dataset>",
        path=f"<{line.predicate}>" if line.predicate else "",
        shape=f"{base}shape/statement-readable",
        value=str(pyoxigraph.Literal(line.line)),
        component=UNREADABLE,
        severity=SH + "Violation",
        message=f"The statement cannot be published ({line.reason}): correct the address or the "
        "language at the source.",
        text=line.line,
        field=field_name(f"<{line.predicate}>") if line.predicate else "",
    )
