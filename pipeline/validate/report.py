"""`validation.ttl`: the results of both engines' rules as a `sh:ValidationReport` (SHACL §3.6)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Final

from pipeline.validate.results import Result
from pipeline.vocabulary import CATALOOM, SH

_INVERSE: Final = re.compile(r"\^(<[^<>]*>)")
_ALTERNATIVE: Final = re.compile(r"\((<[^<>]*>(?:\|<[^<>]*>)+)\)")
_ESCAPES: Final = {ord(character): f"\\u{ord(character):04X}" for character in map(chr, range(32))}
_ESCAPES.update({ord('"'): '\\"', ord("\\"): "\\\\", 0x7F: "\\u007F"})


def validation_report(results: Iterable[Result], base: str) -> Iterator[str]:
    """Yield the report as Turtle, piece by piece, in the order of `results`.

    Each result has an IRI below `<base>validation/`, made from what it says, so that the same
    result has the same IRI in every release. As SHACL has it, a report conforms where there is no
    result at all, warnings included. The only blank nodes are those of paths that are no IRI.
    """
    report = f"<{base}validation>"
    yield f"@prefix cataloom: <{CATALOOM}> .\n@prefix sh: <{SH}> .\n"
    conforms = True
    for result in results:
        conforms = False
        yield _result(result, report, base)
    yield f"\n{report} a sh:ValidationReport ;\n    sh:conforms {str(conforms).lower()} .\n"


def _result(result: Result, report: str, base: str) -> str:
    said = (result.focus, result.path, result.value, result.shape, result.component)
    name = hashlib.sha256("\x00".join(said).encode(errors="surrogatepass")).hexdigest()[:32]
    lines = [
        f"\n{report} sh:result <{base}validation/{name}> .",
        f"<{base}validation/{name}> a sh:ValidationResult ;",
        f"    sh:focusNode {result.focus} ;",
        f"    sh:resultPath {path} ;" if (path := turtle_path(result.path)) else "",
        f"    sh:value {result.value} ;" if result.value else "",
        f"    sh:sourceShape <{result.shape}> ;",
        f"    sh:sourceConstraintComponent {_short(result.component)} ;",
        f"    sh:resultSeverity {_short(result.severity)} ;",
        f'    sh:resultMessage "{result.message.translate(_ESCAPES)}" .',
    ]
    return "\n".join(line for line in lines if line) + "\n"


def turtle_path(path: str) -> str:
    """Return a path in SPARQL syntax as Turtle; empty where it takes more than one step.

    >>> turtle_path("^<http://xmlns.com/foaf/0.1/primaryTopic>")
    '[ sh:inversePath <http://xmlns.com/foaf/0.1/primaryTopic> ]'
    """
    if match := _INVERSE.fullmatch(path):
        return f"[ sh:inversePath {match[1]} ]"
    if match := _ALTERNATIVE.fullmatch(path):
        return f"[ sh:alternativePath ( {match[1].replace('|', ' ')} ) ]"
    return path if re.fullmatch(r"<[^<>]*>", path) else ""


def _short(iri: str) -> str:
    for prefix, namespace in (("sh", SH), ("cataloom", CATALOOM)):
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return f"<{iri}>"
