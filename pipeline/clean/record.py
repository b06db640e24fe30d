"""The values of one record, free of markup and damage -> its description, field by field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from pipeline.clean import text as texts
from pipeline.clean.dates import read_date
from pipeline.clean.encoding import leftover_damage
from pipeline.clean.identifiers import read_agent, read_identifier
from pipeline.clean.keys import content_key, entry_key
from pipeline.clean.licences import is_licence, read_licence
from pipeline.clean.links import read_link
from pipeline.clean.notes import Notes, Value
from pipeline.clean.tags import NOT_LANGUAGES, canonical_tag
from pipeline.clean.tongues import Tongues
from pipeline.kinds import OWN_KEY
from pipeline.model import Agent, Date, Record, SourceRecord, Text
from pipeline.settings import LanguageSettings, Source

SEPARATORS = re.compile("[,;|/]")
PROSE = frozenset({"title", "description", "subject", "rights"})
CODES = frozenset(
    {"type", "language", "date", "creator", "publisher", "identifier", "page", "file", "licence"}
)


def describe(
    record: SourceRecord,
    values: Sequence[Value],
    source: Source,
    thresholds: LanguageSettings,
    notes: Notes,
) -> Record:
    """Return the description of one record; `values` are those that are not blank, in order."""
    found: dict[str, list[str]] = {}
    stated: dict[tuple[str, str], str] = {}
    for value in values:
        if text := _normal(value):
            found.setdefault(value.field, []).append(text)
            if value.language:
                stated.setdefault((value.field, text), value.language)
    found = {name: list(dict.fromkeys(given)) for name, given in found.items()}
    here = record.locator.name
    base = here if here.startswith(("http://", "https://")) else source.homepage
    declared = _declared_languages(found.get("language", ()), notes)
    tongues = Tongues(source.languages, declared, stated, thresholds, notes)
    description = tongues.of_abstracts(found.get("description", ()))
    title = tongues.of_titles(found.get("title", ()), description)
    if not title:
        notes.warn(
            "title", "", "the record has no title; give it one at the source or check the selector"
        )
    licences, statements = _rights(found, base, notes)
    pages = _links("page", found.get("page", ()), base, notes)
    files = _links("file", found.get("file", ()), base, notes)
    identifiers = _identifiers(found.get("identifier", ()), notes)
    defaults = {value.field for value in values if value.is_default}
    own = {name: given for name, given in found.items() if name not in defaults}
    own |= {"page": list(pages), "file": list(files), "identifier": list(identifiers)}
    own[OWN_KEY] = [record.key] if record.key else []
    return Record(
        source=record.source,
        key=_key(source, own, notes),
        locator=record.locator,
        title=title,
        description=description,
        type_labels=tuple(found.get("type", ())),
        languages=declared or _common_language(title, description),
        issued=_date(found.get("date", ()), notes),
        creators=_agents("creator", found.get("creator", ()), notes),
        publishers=_agents("publisher", found.get("publisher", ()), notes),
        subject_labels=tongues.of_others("subject", found.get("subject", ())),
        identifiers=identifiers,
        pages=pages,
        files=files,
        licences=licences,
        rights=tongues.of_others("rights", statements),
        other={
            name: tongues.of_others(name, given)
            for name, given in found.items()
            if name not in PROSE and name not in CODES
        },
        evidence=tuple(notes.evidence),
        issues=tuple(notes.issues),
    )


def _normal(value: Value) -> str:
    """Return the text of a value as it is published, and note what could be seen to change."""
    before = value.text
    text = texts.normalise(before, paragraphs=value.field == "description")
    if text != before:
        shown = texts.visible(before)
        if texts.visible(text) not in (shown, unicodedata.normalize("NFC", shown)):
            value.notes.changed(value.field, "text.characters", shown, text)
    if not before.isascii() and (word := leftover_damage(before.replace("\x85", "\n"))):
        value.notes.warn(
            value.field,
            word,
            "this looks like damaged characters that could not be repaired; "
            "compare it with the resource and correct it at the source",
        )
    return text


def _declared_languages(given: Sequence[str], notes: Notes) -> tuple[str, ...]:
    tags: dict[str, None] = {}
    for text in given:
        # One value may name several languages (`en, fr`), or one by two names.
        pieces = [piece.strip() for piece in SEPARATORS.split(text)]
        names = pieces if all(map(canonical_tag, pieces)) or not canonical_tag(text) else [text]
        for name in names:
            if tag := canonical_tag(name):
                tags[tag] = None
                if tag != name:
                    notes.changed("language", "language.tag", name, tag)
            elif name and name.lower() not in NOT_LANGUAGES:
                notes.warn(
                    "language",
                    name,
                    "this is no language that is known here; expected a BCP 47 tag, an ISO 639 "
                    "code or a common name, such as pt, por or Portuguese",
                )
    return tuple(tags)


def _common_language(title: Sequence[Text], description: Sequence[Text]) -> tuple[str, ...]:
    """Return the language that every title and abstract is in, if there is one."""
    tags = {text.language for text in (*title, *description)}
    if not title or not description or len(tags) != 1:
        return ()
    return tuple(tag for tag in tags if tag)


def _date(given: Sequence[str], notes: Notes) -> Date | None:
    issued: Date | None = None
    for text in given:
        reading = read_date(text)
        if reading.problem:
            notes.warn("date", text, reading.problem)
        if reading.date is None:
            continue
        if issued is not None:
            notes.warn("date", text, f"a record has one date; {issued.value} is used", "info")
            continue
        issued = reading.date
        if issued.value != text:
            notes.changed("date", "date.read", text, issued.value)
    return issued


def _links(field: str, given: Sequence[str], base: str, notes: Notes) -> tuple[str, ...]:
    iris: dict[str, None] = {}
    for text in given:
        link = read_link(text, base)
        if link.problem:
            notes.warn(field, _without_credentials(text), link.problem)
        if not link.iri:
            continue
        iris[link.iri] = None
        if link.iri != text:
            rule = link.rules[-1] if link.rules else "link.normalised"
            notes.changed(field, rule, _without_credentials(text), link.iri)
    return tuple(iris)


def _without_credentials(text: str) -> str:
    """Return a link as it may be shown: what stands before an `@` in its host is left out."""
    scheme, mark, rest = text.partition("//")
    host, slash, path = rest.partition("/")
    if not mark or "@" not in host:
        return text
    return f"{scheme}//…@{host.rpartition('@')[2]}{slash}{path}"


def _identifiers(given: Sequence[str], notes: Notes) -> tuple[str, ...]:
    identifiers: dict[str, None] = {}
    for text in given:
        identifier = read_identifier(text)
        if identifier.problem:
            notes.warn("identifier", _without_credentials(text), identifier.problem)
        if not identifier.value:
            continue
        identifiers[identifier.value] = None
        if identifier.value != text:
            notes.changed(
                "identifier", "identifier.form", _without_credentials(text), identifier.value
            )
    return tuple(identifiers)


def _agents(field: str, given: Sequence[str], notes: Notes) -> tuple[Agent, ...]:
    agents: dict[Agent, None] = {}
    for text in given:
        identified = read_agent(text)
        if identified.problem:
            notes.warn(field, text, identified.problem)
        agent = identified.agent
        agents[agent] = None
        if agent.name != text:
            notes.changed(
                field, "agent.identifier", text, " ".join(dict.fromkeys((agent.name, agent.iri)))
            )
    return tuple(agents)


def _rights(
    found: Mapping[str, Sequence[str]], base: str, notes: Notes
) -> tuple[tuple[str, ...], list[str]]:
    """Return the licences that are known or given as links, and the statements in words."""
    licences: dict[str, None] = {}
    statements: dict[str, None] = {}
    for field in ("licence", "rights"):
        for text in found.get(field, ()):
            iri = read_licence(text, base)
            if iri and (field == "licence" or is_licence(iri)):
                licences[iri] = None
                if iri != text:
                    notes.changed(field, "licence.iri", _without_credentials(text), iri)
            elif field == "licence" and "://" in text and not any(map(str.isspace, text)):
                problem = read_link(text, base).problem or "expected an http or https address"
                notes.warn(field, _without_credentials(text), problem)
            else:
                statements[text] = None
    return tuple(licences), list(statements)


def _key(source: Source, own: Mapping[str, Sequence[str]], notes: Notes) -> str:
    if key := entry_key(source.keyed_by, own):
        return key
    notes.warn(
        ", ".join(source.keyed_by),
        "",
        "every key field of the record is empty, so that any change of it will make a new "
        "resource; complete the record, or choose other `key` fields in the source's settings",
    )
    return content_key(own)
