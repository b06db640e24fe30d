"""clean: SourceRecord -> Record. One file a value type; nothing here reads or writes files.

Markup goes first, then encoding damage is repaired over all texts of a payload together, then the
characters are normalised and each value is read as what its field holds.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from pipeline.clean import text as texts
from pipeline.clean.encoding import repair_document
from pipeline.clean.notes import Notes, Value
from pipeline.clean.record import describe
from pipeline.clean.suspicion import is_suspicious
from pipeline.model import Record, SourceRecord
from pipeline.settings import LanguageSettings, Source

# Fields of codes and addresses: letters that look damaged may be meant.
NOT_REPAIRED = frozenset({"page", "file", "identifier", "licence", "language"})


def clean(
    records: Sequence[SourceRecord], source: Source, thresholds: LanguageSettings
) -> list[Record]:
    """Return one `Record` for each source record, in order; `id` stays empty.

    Encoding damage is judged over all records of one payload that are given together, so a payload
    should not be split between calls. Each visible change is `Evidence`, each problem an `Issue`;
    no value, however bad, raises.
    """
    payloads: dict[str, list[int]] = {}
    for place, record in enumerate(records):
        payloads.setdefault(record.locator.payload, []).append(place)
    cleaned: dict[int, Record] = {}
    for places in payloads.values():
        found = clean_payload([records[place] for place in places], source, thresholds)
        cleaned.update(zip(places, found.records, strict=True))
    return [cleaned[place] for place in range(len(records))]


class Cleaned(msgspec.Struct, frozen=True):
    """The records of one payload; `apart` says that each is what it would be without the others."""

    records: list[Record]
    apart: bool


def clean_payload(
    records: Sequence[SourceRecord], source: Source, thresholds: LanguageSettings
) -> Cleaned:
    """Return what `clean` does, for records of one payload."""
    prepared = [_prepared(record, source) for record in records]
    apart = not _repair([value for _, values in prepared for value in values])
    cleaned = [
        describe(record, values, source, thresholds, notes)
        for record, (notes, values) in zip(records, prepared, strict=True)
    ]
    return Cleaned(cleaned, apart)


def _prepared(record: SourceRecord, source: Source) -> tuple[Notes, list[Value]]:
    """Return the values of a record without markup, the source's defaults included."""
    notes = Notes(record.source, record.locator.position, list(record.issues))
    values: list[Value] = []
    for name, raws in record.fields.items():
        is_markup = name in record.markup
        stated = record.languages.get(name, ())
        meant = source.values.get(name, {})
        for place, given in enumerate(raws):
            if not given or given.isspace():
                continue
            kept = raw = meant.get(given.strip(), given)
            if raw is not given:
                notes.changed(name, "value.map", given, raw)
            if len(raw) > texts.LONGEST:
                kept = raw[: texts.LONGEST]
                notes.warn(
                    name,
                    raw[:80],
                    f"the value has {len(raw):,} characters, more than {texts.LONGEST:,}; "
                    "its end was cut off: check how the source's field is selected",
                )
            plain = kept
            if is_markup or "&" in kept or "<" in kept or not kept.isascii() or "\x00" in kept:
                plain = texts.plain(kept, markup=is_markup)
                if plain is not kept and texts.visible(plain) != texts.visible(kept):
                    rule = "text.markup" if "<" in kept else "text.entities"
                    notes.changed(name, rule, kept, texts.visible(plain))
            language = stated[place] if place < len(stated) else ""
            values.append(Value(name, plain, notes, language=language))
    present = {value.field for value in values}
    values += (
        Value(name, default, notes, is_default=True)
        for name, default in source.defaults.items()
        if name not in present
    )
    return notes, values


def _repair(values: Sequence[Value]) -> bool:
    """Repair the texts of one payload in place, the changes noted; say whether any may need it."""
    judged = [value for value in values if value.field not in NOT_REPAIRED and not value.is_default]
    if not any(is_suspicious(value.text) for value in judged):
        return False  # what `repair_document` would leave as it is
    repaired = repair_document([value.text for value in judged])
    for value, result in zip(judged, repaired, strict=True):
        value.text = result.text
        for repair in result.repairs:
            value.notes.changed(
                value.field, repair.rule, repair.before, repair.after, repair.confidence
            )
    return True
