"""One answer of a provider -> its parts: entries, resumptionToken, errors (OAI-PMH 2.0 §3.2).

Elements are known by their local names: a wrong or missing namespace, any prefix and small letters
are read too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from pipeline.errors import SourceError
from pipeline.extract.decoding import HEAD, XML_DECLARATION, canonical, decode
from pipeline.extract.oai_names import first, local, text_in, text_of
from pipeline.extract.oai_repair import EXPECTED, NEXT_STEP, Mended, mend
from pipeline.extract.payloads import LONGEST_FIELD, MOST_ENTRIES, Payload, shown, source_issue
from pipeline.extract.xml_document import NotWellFormedError, parse_utf8, parse_xml
from pipeline.model import Issue
from pipeline.settings import Source

if TYPE_CHECKING:
    from lxml.etree import _Element

ROOT = "oai-pmh"
ANSWERS = frozenset({"identify", "listmetadataformats", "listsets", "listidentifiers",
                     "listrecords", "getrecord"})  # fmt: skip
LIST = "listrecords"
LISTS = frozenset({LIST, "getrecord"})
MOST_NULS = 100
"""NUL bytes of one answer that are taken for damage; where there are more it is no text."""


class Entry(msgspec.Struct, frozen=True):
    """A record of a list: what its header says, and the root of its metadata, if it has any.

    `number` is its place on its page. `identifier` is empty where the header has none; `problem`
    says why the record cannot be read, `notes` what was repaired.
    """

    number: int
    identifier: str
    deleted: bool
    metadata: _Element | None
    problem: str = ""
    notes: tuple[str, ...] = ()

    @property
    def position(self) -> str:
        """Return how people find it: by its identifier, or its number."""
        return f"record {self.identifier or self.number}"


class Error(NamedTuple):
    """An error as the provider states it (§3.6)."""

    code: str
    text: str


class Token(NamedTuple):
    """A resumptionToken (§3.5): its value (empty: the list is at its end) and the list's size."""

    value: str
    size: int | None


class Answer(NamedTuple):
    """What one answer holds; `verb` is the local name of its content in small letters.

    Records are under `listrecords`, also those of GetRecord and of bare lists. `root` is None where
    the answer was not well-formed and was read record by record.
    """

    verb: str
    entries: tuple[Entry, ...]
    token: Token | None
    errors: tuple[Error, ...]
    date: str
    issues: tuple[Issue, ...]
    root: _Element | None


def read_answer(payload: Payload, source: Source) -> Answer:
    """Return the parts of an answer, or of a saved list of records; pure.

    Raises `SourceError` for what is no answer, is cut off, or holds too much.
    """
    where = payload.name
    if _says_utf8(payload, source):
        try:
            return _parts(parse_utf8(payload.data, where, expected=EXPECTED), where, ())
        except NotWellFormedError:
            pass  # another encoding perhaps, which only `decode` can tell
    data, notes = _without_nuls(payload.data)
    decoded = decode(data, source, where, markup=True, charset=payload.charset)
    try:
        mended = Mended(parse_xml(decoded.text, where, expected=EXPECTED), ())
    except NotWellFormedError as error:
        mended = mend(decoded.text, where, error)
    issues = (
        *decoded.issues,
        *(source_issue(source, f"{where}: {note}") for note in (*notes, *mended.notes)),
    )
    if mended.root is not None:
        return _parts(mended.root, where, issues)
    errors = tuple(Error(code, text) for code, text in mended.errors)
    token = Token(mended.token, mended.size) if mended.token is not None else None
    entries = tuple(_mended_entries(mended))
    return Answer(LIST, entries, token, errors, mended.date, issues, None)


def entry_of(record: _Element, number: int, notes: tuple[str, ...] = ()) -> Entry:
    """Return the entry that a `record` element holds, the `number`th of its payload."""
    header: _Element | None = None
    metadata: _Element | None = None
    for part in record:
        name = local(part.tag)
        if name == "header":
            header = part
        elif name == "metadata" and metadata is None:
            metadata = _metadata_root(part)
    if header is None:
        if metadata is None and len(record):
            metadata = record  # a bare list, whose records are their own metadata
        return Entry(number, "", False, metadata, "", notes)
    identifier = ""
    for child in header:
        if local(child.tag) == "identifier":
            identifier = (child.text or "").strip()
            break
    status = header.get("status")
    deleted = status is not None and status.strip().lower() == "deleted"
    if len(identifier) > LONGEST_FIELD:
        identifier = identifier[:LONGEST_FIELD].strip()
    return Entry(number, identifier, deleted, metadata, "", notes)


def _metadata_root(metadata: _Element) -> _Element | None:
    """Return the element that holds the fields: the only child, or `metadata` where it is bare."""
    if len(metadata) == 1 and local(metadata[0].tag):
        return metadata[0]
    found = [child for child in metadata if local(child.tag)]
    if len(found) > 1 and not len(found[0]):
        return metadata
    return found[0] if found else None


def _says_utf8(payload: Payload, source: Source) -> bool:
    """Say whether nothing states another encoding: then the parser proves that it is UTF-8."""
    declared = XML_DECLARATION.search(payload.data, 0, HEAD)
    stated = {source.encoding, payload.charset, declared.group(1).decode() if declared else ""}
    return {canonical(name) for name in stated if name} <= {"utf-8", "ascii"}


def _parts(root: _Element, where: str, issues: tuple[Issue, ...]) -> Answer:
    name = local(root.tag)
    if name == ROOT:
        return _answer(root, where, issues)
    if name in ANSWERS - LISTS:  # as OAI-PMH 1.1 answered
        return Answer(name, (), None, (), text_in(root, "responsedate"), issues, root)
    records = [root] if name == "record" else list(_records(root))
    if not records:
        raise SourceError(
            f"is no answer of OAI-PMH and no list of records: its root is <{shown(root.tag)}>",
            where=where, expected=EXPECTED, next_step=NEXT_STEP,
        )  # fmt: skip
    token = _token(first(root, "resumptiontoken"))
    return Answer(LIST, _entries(records, where), token, (), "", issues, root)


def _answer(root: _Element, where: str, issues: tuple[Issue, ...]) -> Answer:
    verb = date = ""
    entries: tuple[Entry, ...] = ()
    errors: list[Error] = []
    token: Token | None = None
    for part in root:
        name = local(part.tag)
        if name == "responsedate":
            date = (part.text or "").strip()
        elif name == "error":
            errors.append(Error((part.get("code") or "").strip(), text_of(part)))
        elif name in LISTS:
            verb = LIST
            records, token_element = [], None
            for child in part:
                child_name = local(child.tag)
                if child_name == "record":
                    records.append(child)
                elif child_name == "resumptiontoken":
                    token_element = child
            entries += _entries(records, where)
            token = _token(token_element)
        elif name in ANSWERS:
            verb = name
            token = _token(first(part, "resumptiontoken"))
    return Answer(verb, entries, token, tuple(errors), date, issues, root)


def _entries(records: list[_Element], where: str) -> tuple[Entry, ...]:
    if len(records) > MOST_ENTRIES:
        raise SourceError(
            f"has {len(records):,} records", where=where, expected=f"at most {MOST_ENTRIES:,}",
            next_step="save the list as several files",
        )  # fmt: skip
    return tuple(entry_of(record, number) for number, record in enumerate(records, 1))


def _mended_entries(mended: Mended) -> Iterator[Entry]:
    for number, record in enumerate(mended.records, 1):
        if record.root is not None:
            yield entry_of(record.root, number, record.notes)
        else:
            yield Entry(number, record.identifier, record.deleted, None, record.problem)


def _records(root: _Element) -> Iterator[_Element]:
    """Yield the outermost `record` elements: the metadata of one may hold others."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if local(element.tag) == "record":
            yield element
        else:
            waiting.extend(reversed(element))


def _token(element: _Element | None) -> Token | None:
    if element is None:
        return None
    size = (element.get("completeListSize") or "").strip()
    is_number = size.isascii() and size.isdigit() and len(size) <= len("1000000000")
    return Token((element.text or "").strip(), int(size) if is_number else None)


def _without_nuls(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Return the data without its NUL bytes, where they are too few for another encoding."""
    count = data.count(b"\0")
    if not count or count > MOST_NULS or data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data, ()
    return data.replace(b"\0", b""), (f"NUL characters were removed: {count}",)
