"""One record, stage by stage: where it stood, what was changed and why, its triples, its issues."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from pipeline.errors import show_path
from pipeline.find_record import Found, find, nothing_found, read_all, title
from pipeline.manifest import read_manifest
from pipeline.model import Evidence, Issue, Locator, Record, Text
from pipeline.query import query
from pipeline.query.table import visible, wrap
from pipeline.record_parts import read_tombstones
from pipeline.release import current
from pipeline.settings import Settings
from pipeline.vocabulary import Vocabulary, label, load_vocabulary

WIDTH: Final = 80  # columns
NAME_WIDTH: Final = 12
MOST_LISTED: Final = 20
EXCERPT_LINES: Final = 25  # at most; an entry of a listing has a dozen
EXCERPT_CHARACTERS: Final = 1500
LEAD_IN: Final = 200  # characters shown before the place of a record in a long line
SNIFFED: Final = 4096  # bytes that tell whether a payload is text
LONGEST_VALUE: Final = 600  # characters of a value before or after a change

LANGUAGE_RULES: Final = "language."

# The record, the resource, and what stands below the resource (`#creator-1`).
_TRIPLES: Final = """CONSTRUCT {{ ?s ?p ?o }} WHERE {{
  {{ VALUES ?s {{ <{base}resource/{id}> <{base}record/{id}> }} ?s ?p ?o }}
  UNION
  {{ <{base}resource/{id}> ?link ?s . ?s ?p ?o
    FILTER(STRSTARTS(STR(?s), "{base}resource/{id}#")) }}
}}"""


def explain_record(settings: Settings, what: str) -> str:
    """Explain a record of the current release; see `explain`."""
    return explain(settings, current(settings.output), what)


def explain(settings: Settings, release: Path, what: str) -> str:
    """Return, as plain text of 80 columns, how the record that `what` means came to be.

    `what` is as in `pipeline.find_record.find`. Where several records have its words in their
    titles, the text lists them to choose from. `release` is the folder of a release; rejected and
    deleted records are found too. The triples are Turtle, whose lines may be longer.

    Raises `NothingFoundError`, with the nearest titles, where no record is meant, and
    `ReleaseError` where the release is damaged.
    """
    asked = what.strip().removeprefix("<").removesuffix(">").strip()
    base = settings.catalogue.base
    found = find(release, asked, base)
    if len(found) == 1:
        return "\n".join(_explanation(settings, release, found[0]))
    if found:
        return "\n".join(_choice(asked, found))
    for stone in read_tombstones(release):
        if asked in {stone.id, f"{base}resource/{stone.id}", f"{base}record/{stone.id}"}:
            moved = f", replaced by {stone.replaced_by}" if stone.replaced_by else ""
            return f"{stone.id} was deleted in release {stone.release}: {stone.reason}{moved}"
    raise nothing_found(asked, release)


def _choice(asked: str, found: Sequence[Found]) -> Iterator[str]:
    yield from wrap(
        f"{len(found)} records have {visible(asked)!r} in their titles. Choose one:", WIDTH
    )
    for record, rejected in found[:MOST_LISTED]:
        yield ""
        yield from wrap(visible(title(record)), WIDTH)
        yield f"  cataloom explain {record.id or visible(record.key)}" + (
            "   (rejected)" if rejected else ""
        )
    if len(found) > MOST_LISTED:
        yield f"\nand {len(found) - MOST_LISTED} more: add words"


def _explanation(settings: Settings, release: Path, found: Found) -> Iterator[str]:
    record, rejected = found
    base = settings.catalogue.base
    vocabulary = load_vocabulary(settings.folder, base)
    yield from wrap(visible(title(record)), WIDTH)
    if record.id:
        yield f"{base}resource/{record.id}"
        yield f"{base}record/{record.id}"
    if rejected:
        yield "REJECTED: it is not in the release (see 4, validate)"
    yield from _heading("1 extract: where it stood")
    yield from _extracted(settings, release, record)
    yield from _heading("2 clean: what was changed, and why")
    yield from _cleaned(record)
    yield from _heading("3 link: what its words are linked to")
    yield from _linked(record, vocabulary)
    yield from _heading("4 validate: its issues")
    yield from _issues(record.issues)
    yield from _heading("5 publish: its triples")
    yield from _published(settings, release, found)


def _heading(text: str) -> Iterator[str]:
    yield ""
    yield text
    yield "─" * len(text)


def _named(name: str, value: str, after: int = NAME_WIDTH) -> Iterator[str]:
    """Yield `name value` with the value in a column of its own, wrapped."""
    text = visible(value)
    if len(text) > LONGEST_VALUE:
        text = f"{text[:LONGEST_VALUE]}… ({len(text)} characters)"
    first, *others = wrap(text, WIDTH - after)
    yield f"{name:<{after - 1}} {first}".rstrip()
    yield from (f"{'':<{after}}{line}" for line in others)


def _extracted(settings: Settings, release: Path, record: Record) -> Iterator[str]:
    place = record.locator
    payload = settings.output / "payloads" / place.payload
    yield from _named("source", record.source)
    yield from _named("page", place.name)
    yield from _named("position", place.position)
    yield from _named("payload", f"SHA-256 {place.payload}")
    yield from _named("key", record.key)
    for old in record.keys:
        if old != record.key:
            yield from _named("former key", old)
    yield from _named("kept as", show_path(payload))
    if not re.fullmatch(r"[0-9a-f]{64}", place.payload) or not payload.is_file():
        yield "the payload is not kept here, so what stood there cannot be shown"
        return
    encoding = next((one.encoding for one in settings.sources if one.name == record.source), "")
    yield ""
    try:
        data = payload.read_bytes()
        text = data.decode(encoding or "utf-8", errors="backslashreplace")
    except (OSError, LookupError) as error:
        yield f"({error})"
        return
    if b"\0" in data[:SNIFFED]:
        yield "the payload is no text; open a copy of it in the program that it was made with"
        return
    first = _line_of(place)
    if first:
        following = [
            _line_of(one.record.locator)
            for one in read_all(release)
            if one.record.locator.payload == place.payload
        ]
        last = min((line for line in following if line > first), default=first + EXCERPT_LINES)
        lines = re.split(r"\r\n|\r|\n", text)[first - 1 : last - 1]
    else:
        lines = re.split(r"\r\n|\r|\n", text[_beginning(text, record) :])
    yield from (f"  │ {line}" for line in _excerpt(lines[:EXCERPT_LINES]))


def _line_of(place: Locator) -> int:
    """Return the line that a position names, from 1; 0 where it names none."""
    named = re.search(r"\bline (\d+)", place.position)
    return int(named[1]) if named else 0


def _beginning(text: str, record: Record) -> int:
    """Return where in a payload to begin to read about a record: at its key, or at its title."""
    before = {one.after: one.before for one in record.evidence if one.property == "title"}
    titles = (one.value for one in record.title)
    wanted = [record.key, *(form for one in titles for form in (before.get(one, one), one))]
    places = (text.find(one) for one in wanted if one)
    found = next((place for place in places if place >= 0), 0)
    return max(text.rfind("\n", 0, found) + 1, found - LEAD_IN)


def _excerpt(lines: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a payload, wrapped, within bounds."""
    left = EXCERPT_CHARACTERS
    for line in lines:
        yield from wrap(visible(line[:left]).replace("␉", "    "), WIDTH - 4)
        left -= len(line)
        if left <= 0:
            yield "…"
            return


def _cleaned(record: Record) -> Iterator[str]:
    changes = [one for one in record.evidence if not one.rule.startswith(LANGUAGE_RULES)]
    decisions = [one for one in record.evidence if one.rule.startswith(LANGUAGE_RULES)]
    if not changes:
        yield "no value was changed"
    for change in changes:
        yield f"{change.property}: {change.rule}{_sureness(change)}"
        yield from _named("  before", change.before)
        yield from _named("  after", change.after)
    yield ""
    texts: tuple[tuple[str, tuple[Text, ...]], ...] = (
        ("title", record.title),
        ("description", record.description),
    )
    for name, values in texts:
        for text in values:
            why = [one for one in decisions if one.property == name]
            reason = "; ".join(f"{one.rule}{_sureness(one)}" for one in why) or "no evidence kept"
            tag = text.language or "not settled"
            yield from _named(name, f"language {tag}: {reason}")
    agreed = ", ".join(record.languages)
    none = "none: title and abstract do not agree, and the source declares none"
    yield from _named("resource", f"language {agreed or none}")
    if record.issued:
        yield from _named("issued", f"{record.issued.value} ({record.issued.precision})")


def _sureness(evidence: Evidence) -> str:
    return f", {evidence.confidence:.0%} sure"


def _linked(record: Record, vocabulary: Vocabulary) -> Iterator[str]:
    def concept(iri: str) -> str:
        return f"{label(vocabulary, iri)} <{iri}>"

    for word in record.type_labels:
        yield from _named("type", f"{word!r} in the source")
    for iri in record.types:
        yield from _named("", f"→ {concept(iri)}")
    if not record.types:
        yield from _named("", "→ no concept: its label waits in worklist.csv")
    for text in record.subject_labels:
        yield from _named("subject", f"{text.value!r} in the source")
    for iri in record.subjects:
        yield from _named("subject", concept(iri))
    for suggestion in record.suggestions:
        found = suggestion.label
        tag = f" @{found.language}" if found.language else ""
        yield from _named("suggested", f"{concept(suggestion.concept)}, for {found.value!r}{tag}")
    if record.suggestions:
        yield from _named("", "accept or reject in review.csv, then: cataloom decide FILE")


def _issues(issues: Sequence[Issue]) -> Iterator[str]:
    if not issues:
        yield "none"
    for issue in issues:
        yield from _named(issue.severity, f"{issue.stage}, {issue.property}: {issue.message}")
        if issue.value:
            yield from _named("", f"value: {issue.value}")


def _published(settings: Settings, release: Path, found: Found) -> Iterator[str]:
    record = found.record
    if found.rejected:
        yield "none: correct what the issues say at the source, then: cataloom run"
        return
    stamps = read_manifest(release).datestamps
    when = f" ({stamps[record.release - 1]})" if 0 < record.release <= len(stamps) else ""
    yield f"last changed in release {record.release}{when}; these are the triples of {release.name}"
    yield ""
    turtle = io.BytesIO()
    base = settings.catalogue.base
    query(
        release / "graph",
        _TRIPLES.format(base=base, id=record.id),
        turtle,
        limits=settings.catalogue.query,
        base=base,
    )
    for line in turtle.getvalue().decode().rstrip("\n").split("\n"):
        yield visible(line.replace("\t", "    "))
