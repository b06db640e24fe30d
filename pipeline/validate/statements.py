"""N-Triples as lines: which record a line is about, and which lines cannot be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

import msgspec

_SUBJECT: Final = re.compile(r"<([^>]*)>")
_REFERENCE: Final = re.compile(r"<([^>]*)> <([^>]*)> <([^>]*)> ?\.")
_PREDICATE: Final = re.compile(r"\s*<[^>]*>\s*<([^>]*)>")
_MOST_UNREADABLE: Final = 1000  # lines; each costs a new start of the parser


class Unreadable(msgspec.Struct, frozen=True):
    """A line that is no N-Triples: what it says, what is wrong, the record and the property."""

    line: str
    reason: str
    record: str
    predicate: str


def identifier(iri: str, base: str) -> tuple[str, str]:
    """Return the record's identifier and the fragment of the IRI of a resource or record.

    Both are empty where the IRI is neither.

    >>> identifier("https://x.org/resource/a-b234567abc#creator-1", "https://x.org/")
    ('a-b234567abc', 'creator-1')
    """
    for folder in ("resource/", "record/"):
        if iri.startswith(base + folder):
            name, _, fragment = iri[len(base) + len(folder) :].partition("#")
            return name, fragment
    return "", ""


def references(ntriples: str, base: str, wanted: frozenset[str]) -> dict[str, dict[str, str]]:
    """Return, for each of the `wanted` IRIs, record identifier -> property that points to it."""
    found: dict[str, dict[str, str]] = {}
    for match in _REFERENCE.finditer(ntriples):
        subject, predicate, value = match.groups()
        if value in wanted:
            record, _ = identifier(subject, base)
            if record:
                found.setdefault(value, {})[record] = predicate
    return found


def lines_about(ntriples: str, base: str, chosen: Callable[[str], bool]) -> str:
    """Return the lines about the records that `chosen` takes by identifier, and about no record.

    The latter are those of agents with an IRI of their own, to which several records may point.
    """
    kept = []
    for line in ntriples.split("\n"):
        match = _SUBJECT.match(line)
        record = identifier(match[1], base)[0] if match else ""
        if not record or chosen(record):
            kept.append(line)
    return "\n".join(kept)


def records_in(ntriples: str, base: str) -> tuple[str, ...]:
    """Return the identifiers of the records that the lines are about, sorted."""
    found = set()
    for match in re.finditer(rf"^<{re.escape(base)}(?:record|resource)/([^>#]*)", ntriples, re.M):
        found.add(match[1])
    return tuple(sorted(found))


def slices(ntriples: str, base: str, size: int) -> Iterator[str]:
    """Yield the text in pieces of about `size` characters, each of whole records.

    The lines of a record must stand together, as map writes them.
    """
    start = 0
    while len(ntriples) - start > size:
        end = _next_record(ntriples, base, start + size)
        yield ntriples[start:end]
        start = end
    if start < len(ntriples):
        yield ntriples[start:]


def _next_record(ntriples: str, base: str, position: int) -> int:
    """Return where, behind `position`, the first line about another record begins."""
    before = ""
    while position < len(ntriples):
        start = ntriples.find("\n", position) + 1
        if not start:
            break
        match = _SUBJECT.match(ntriples, start)
        record = identifier(match[1], base)[0] if match else ""
        if record and before not in {"", record}:
            return start
        before = record or before
        position = start
    return len(ntriples)


def split_unreadable(ntriples: str, base: str) -> tuple[str, tuple[Unreadable, ...]]:
    """Return the lines that can be read, and those that cannot.

    A bad IRI, language tag, escape or character makes a line unreadable; it must not stop the
    others.
    """
    ntriples = ntriples.replace("\r", "\n")  # both end a line (N-Triples, EOL); ours have none
    lines = [_without_surrogates(line) for line in ntriples.split("\n")]
    bad: list[Unreadable] = [_describe(line, reason, base) for line, reason in lines if reason]
    good = [line for line, reason in lines if not reason]
    for number, reason in sorted(_syntax_errors(good), reverse=True):
        bad.append(_describe(good.pop(number), reason, base))
    return "\n".join(good), tuple(sorted(bad, key=lambda line: (line.record, line.line)))


def _without_surrogates(line: str) -> tuple[str, str]:
    try:
        line.encode()
    except UnicodeEncodeError:
        return line.encode(errors="backslashreplace").decode(), "half of a character"
    return line, ""


def _syntax_errors(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the index of each line that is no N-Triples, and why."""
    import pyoxigraph

    start = 0
    for _ in range(_MOST_UNREADABLE):
        text = "\n".join(lines[start:]) + "\n"
        try:
            for _ in pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.N_TRIPLES):
                pass
        except SyntaxError as error:
            number = start + (error.lineno or 1) - 1
            yield number, _reason(error)
            start = number + 1
        else:
            return
    yield from ((number, "not read, after too many errors") for number in range(start, len(lines)))


def _reason(error: SyntaxError) -> str:
    return re.sub(r"^Parser error.*?: ", "", error.msg)


def _describe(line: str, reason: str, base: str) -> Unreadable:
    subject = _SUBJECT.match(line)
    predicate = _PREDICATE.match(line)
    return Unreadable(
        line=line,
        reason=reason,
        record=identifier(subject[1], base)[0] if subject else "",
        predicate=predicate[1] if predicate else "",
    )
