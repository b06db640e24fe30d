"""RDF/XML is checked before it is parsed: well-formed, not deep, no entities that grow or read."""

from __future__ import annotations

import re
from xml.parsers import expat

from pipeline.errors import SourceError
from pipeline.extract.payloads import LARGEST_PAYLOAD
from pipeline.extract.xml_document import DECLARATION

MOST_DEPTH = 200
"""Elements within elements; the time to parse grows with the square of them."""

LONGEST_ENTITY = 1_000
MOST_ENTITIES = 200
REFERENCE = re.compile(r"&([A-Za-z_][\w.-]*);")
PREDEFINED = frozenset({"amp", "lt", "gt", "quot", "apos"})


def checked(text: str, where: str) -> str:
    """Return `text` without its XML declaration, which speaks of bytes that are decoded already.

    Entities that abbreviate namespaces, as Protégé writes them, are allowed: short, of plain text,
    declared in the document itself. Raises `SourceError` with line and reason for all others, and
    for a document that is not well-formed (XML 1.0) or nests deeper than `MOST_DEPTH`.
    """
    body = DECLARATION.sub("", text.lstrip("\ufeff"), count=1)
    depth = 0
    entities: dict[str, int] = {}

    def start(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > MOST_DEPTH:
            raise _refused(f"nests elements more than {MOST_DEPTH} deep", where, line())

    def end(*_: object) -> None:
        nonlocal depth
        depth -= 1

    def entity(name: str, is_parameter: bool, value: str | None, *_: str | None) -> None:
        if is_parameter or value is None:
            raise _refused(f"declares the entity {name!r} from outside", where, line())
        if "&" in value or "%" in value or "<" in value or len(value) > LONGEST_ENTITY:
            raise _refused(f"declares the entity {name!r}, which is no short text", where, line())
        entities[name] = len(value)
        if len(entities) > MOST_ENTITIES:
            raise _refused(f"declares more than {MOST_ENTITIES} entities", where, line())

    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.EntityDeclHandler = entity

    def line() -> int:
        return parser.CurrentLineNumber

    try:
        parser.Parse(body.encode("utf-8", "surrogatepass"), True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        raise SourceError(
            f"is not RDF/XML: line {error.lineno}, column {error.offset + 1}: {reason}",
            where=where, expected="well-formed XML",
            next_step="correct a copy of the file, or tell who publishes it",
        ) from error  # fmt: skip
    if entities:
        grown = sum(
            entities.get(found.group(1), 0)
            for found in REFERENCE.finditer(body)
            if found.group(1) not in PREDEFINED
        )
        if grown > LARGEST_PAYLOAD:
            raise _refused("uses entities that make it too large", where, 0)
    return body


def _refused(what: str, where: str, line: int) -> SourceError:
    return SourceError(
        f"{what} (line {line})" if line else what, where=where,
        expected="descriptions of resources",
        next_step="check that the file is what it should be",
    )  # fmt: skip
