"""What is proposed for a location, and the source file that says so."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence

import msgspec

from pipeline.errors import SettingsError
from pipeline.kinds import KINDS, Field
from pipeline.probe.toml_text import Line, Value, document
from pipeline.settings import Source

UNKNOWN_LANGUAGE = "en"


class Proposal(msgspec.Struct):
    """A source as it is proposed, before its records were looked at.

    `tables` are those of its kind by their names (`html`, `html.fields`), `paging` the numbered
    pages; `site` is the address that the listing has on the web, `licence` an IRI that was found.
    `trial` holds settings that only the ten records are read with. `notes` are for the person.
    """

    kind: str
    location: str
    tables: dict[str, list[Line]] = {}
    title: str = ""
    site: str = ""
    language: str = ""
    licence: str = ""
    paging: list[Line] = []
    key: tuple[str, ...] = ()
    trial: dict[str, list[Line]] = {}
    notes: list[str] = []


class Seen(msgspec.Struct):
    """What the first records say about the source as a whole."""

    languages: tuple[str, ...] = ()
    languages_why: str = ""
    key: tuple[str, ...] = ()
    key_why: str = ""
    labels: tuple[str, ...] = ()
    unknown_labels: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()


def field_lines(fields: Mapping[str, tuple[Field, str]]) -> list[Line]:
    """Return the lines of a table of fields: each with its field and the comment above it."""
    return [Line(name, field_value(field), why) for name, (field, why) in fields.items()]


def field_value(field: Field) -> Value:
    """Return a field as a source file writes it, as short as it can be."""
    given: dict[str, str | bool] = {"select": field.select}
    for name in ("attribute", "html", "split", "language"):
        if value := getattr(field, name):
            given[name] = value
    return field.select if len(given) == 1 else given


def trial_source(proposal: Proposal, name: str, languages: Sequence[str]) -> Source:
    """Return the source by which the first records of a proposal are read."""
    tables = {**proposal.tables, **proposal.trial}
    lines = [
        Line("kind", proposal.kind),
        Line("location", proposal.location),
        Line("languages", tuple(languages)),
        *_known(proposal),
    ]
    return parse(document("", {"": lines, **_with_paging(proposal), **tables}), name)


def parse(text: str, name: str) -> Source:
    """Return the source that a source file's text gives.

    Raises `SettingsError` where it is not right, which a proposal must never be.
    """
    file = f"input/{name}.toml"
    try:
        source = msgspec.convert(tomllib.loads(text), Source)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise SettingsError(
            f"the proposal cannot be read: {error}", where=file,
            next_step="write the source file by hand, as docs/sources.md shows",
        ) from error  # fmt: skip
    return msgspec.structs.replace(source, name=source.name or name, file=file)


def source_file(proposal: Proposal, seen: Seen, name: str) -> str:
    """Return the whole source file, with comments."""
    head = (
        f"A source proposed by `cataloom source probe` from {proposal.location}.\n"
        "It runs as it is. Read the comments, look at what a run gives, and change what is not "
        "right; docs/sources.md explains every setting."
    )
    kind = KINDS[proposal.kind]
    lines = [
        Line("name", name, "Part of the IRI of every record: choose it once."),
        Line("kind", proposal.kind),
        Line("location", proposal.location),
        Line("languages", seen.languages or (UNKNOWN_LANGUAGE,), seen.languages_why),
    ]
    lines += _known(proposal)
    if not proposal.title:
        lines.append(Line("title", "What people call it", "What is the listing called?", off=True))
    if not proposal.site:
        lines.append(
            Line("homepage", "https://example.org/listing",
                 "The address that the listing has on the web; relative links are completed with "
                 "it.", off=True)
        )  # fmt: skip
    key = seen.key or kind.key
    lines.append(
        Line("key", key, seen.key_why + " The key keeps a record's IRI: do not change it after the "
             "first run.", off=key == kind.key)
    )  # fmt: skip
    tables = {"": lines, **_with_paging(proposal), **proposal.tables}
    if proposal.kind == "text-listing" or seen.labels:
        tables["labels"] = _labels(seen)
    tables["rights"] = _rights(proposal, seen)
    return document(head, tables)


def _known(proposal: Proposal) -> list[Line]:
    lines = []
    if proposal.title:
        lines.append(Line("title", proposal.title, "As the page calls itself."))
    if proposal.site:
        lines.append(Line("homepage", proposal.site))
    return lines


def _with_paging(proposal: Proposal) -> dict[str, list[Line]]:
    return {"paging": proposal.paging} if proposal.paging else {}


def _labels(seen: Seen) -> list[Line]:
    known = [label for label in seen.labels if label not in seen.unknown_labels]
    lines = []
    for number, label in enumerate(seen.unknown_labels):
        comment = (
            "Labels of the source that the resource types do not know yet: say which concept each "
            "means, and take the # away."
            if number == 0
            else ""
        )
        lines.append(Line(label, "name-of-a-concept", comment, off=True))
    if known and not lines:
        lines.append(
            Line("A label", "name-of-a-concept",
                 f"All labels that were seen are known: {', '.join(known)}.", off=True)
        )  # fmt: skip
    return lines


def _rights(proposal: Proposal, seen: Seen) -> list[Line]:
    licence = proposal.licence or (seen.licences[0] if len(seen.licences) == 1 else "")
    if licence:
        return [
            Line("licence", licence, "Found at the source: check that it is the licence of the "
                 "descriptions and not only of the documents."),
            Line("attribution", "Whom to name", off=True),
        ]  # fmt: skip
    return [
        Line("licence", "https://creativecommons.org/licenses/by/4.0/",
             "May the descriptions be published? Ask the source, and state its licence here.",
             off=True),
        Line("attribution", "Whom to name", off=True),
    ]  # fmt: skip
