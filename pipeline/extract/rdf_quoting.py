"""Statements within statements (RDF 1.2) are not read; nested deep, they must not be parsed."""

from __future__ import annotations

import re

from pipeline.errors import SourceError

MOST_QUOTED = 100
"""Statements within one another; at some 20,000 the parser, which recurses, ends the process."""

QUOTING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""'
    r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'(?:[^'\\\n]|\\.)*'"
    r'|<[^<>"{}|^`\\\s]*>'
    r"|(<<)|(>>)",
    re.DOTALL,
)


def refuse_quoted(text: str, where: str) -> None:
    """Raise `SourceError` where Turtle, TriG, N-Triples or N-Quads nest statements too deep."""
    if text.count("<<") <= MOST_QUOTED:
        return
    depth = 0
    for found in QUOTING.finditer(text):
        if found.group(1):
            depth += 1
            if depth > MOST_QUOTED:
                raise SourceError(
                    f"nests statements more than {MOST_QUOTED} deep", where=where,
                    expected="descriptions of resources",
                    next_step="check that the file is what it should be",
                )  # fmt: skip
        elif found.group(2):
            depth = max(0, depth - 1)
