"""What an entry gave -> its source record, within limits; what every kind of source ends with."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from pipeline.extract.payloads import LONGEST_FIELD, MOST_VALUES, shown
from pipeline.kinds import OWN_KEY, Field
from pipeline.model import Issue, Locator, SourceRecord
from pipeline.settings import Source

WHITE_SPACE = " \t\n\r\f"
LONGEST_TAG = 100
"""Characters of a tag, far more than any has (RFC 5646 §4.4)."""

LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


class Given(NamedTuple):
    """One raw value and the language that the source states for it (empty: none)."""

    value: str
    language: str = ""


def parted(values: Iterable[tuple[str, str]], field: Field) -> list[Given]:
    """Return `values` cut at `field.split`, in the language that `field.language` states.

    >>> parted([Given("a; b", "en")], Field("tags", split=";"))
    [Given(value='a', language='en'), Given(value=' b', language='en')]
    """
    return [
        Given(part, field.language or language)
        for value, language in values
        for part in (value.split(field.split) if field.split else (value,))
    ]


def make_record(
    source: Source,
    place: Locator,
    position: str,
    found: Mapping[str, Sequence[tuple[str, str]]],
    *,
    key: str = "",
    markup: Collection[str] = (),
    issues: Sequence[Issue] = (),
    look: str = "its selector",
) -> SourceRecord:
    """Return the record of the entry at `position` of the payload `place`.

    Values are stripped and empty ones dropped; what is too long or too many is cut, and a stated
    language that is no tag is left out, each with an issue that says to check `look`. `key` is the
    entry's own key, `markup` names the fields whose values are HTML.
    """
    fields: dict[str, tuple[str, ...]] = {}
    languages: dict[str, tuple[str, ...]] = {}
    notes = list(issues)
    for name, given in found.items():
        if len(given) == 1:  # most have one value: no need for the rest
            raw, language = given[0]
            value = raw.strip(WHITE_SPACE)
            tag = _tag(language) if language else ""
            if value and len(value) <= LONGEST_FIELD and tag is not None and name != OWN_KEY:
                fields[name] = (value,)
                if tag:
                    languages[name] = (tag,)
                continue
        plain = [
            value
            for raw, language in given
            if not language and (value := raw.strip(WHITE_SPACE)) and len(value) <= LONGEST_FIELD
        ]
        if 0 < len(plain) == len(given) <= MOST_VALUES and name != OWN_KEY:
            fields[name] = tuple(plain)
            continue
        kept = [
            Given(value, language) for raw, language in given if (value := raw.strip(WHITE_SPACE))
        ]
        if not kept or name == OWN_KEY:
            continue
        stated = [_tag(language) for _, language in kept]
        for problem in _problems(kept, stated, look):
            message = f"field '{name}': {problem}"
            notes.append(
                Issue(source.name, position, "extract", name, shown(kept[0].value), "warning",
                      message)
            )  # fmt: skip
        fields[name] = tuple(value[:LONGEST_FIELD] for value, _ in kept[:MOST_VALUES])
        if any(tags := [tag or "" for tag in stated[:MOST_VALUES]]):
            languages[name] = tuple(tags)
    return SourceRecord(
        source=source.name,
        locator=Locator(place.payload, place.name, position),
        fields=fields,
        languages=languages,
        markup=tuple([name for name in fields if name in markup]) if markup else (),
        issues=tuple(notes),
        key=key.strip(WHITE_SPACE)[:LONGEST_FIELD] if key else "",
    )


def _tag(language: str) -> str | None:
    """Return a stated language as a tag's form, or None where it is none."""
    return _known_tag(language) if len(language) <= LONGEST_TAG else None


@functools.lru_cache(maxsize=1024)
def _known_tag(language: str) -> str | None:
    value = language.strip().replace("_", "-")
    return value if not value or LANGUAGE.fullmatch(value) else None


def _problems(kept: Sequence[Given], stated: Sequence[str | None], look: str) -> list[str]:
    left_out = f"the rest was left out: check {look}"
    problems = [
        f"has {len(value):,} characters, expected at most {LONGEST_FIELD:,}; {left_out}"
        for value, _ in kept
        if len(value) > LONGEST_FIELD
    ]
    if len(kept) > MOST_VALUES:
        problems.append(f"has {len(kept):,} values, expected at most {MOST_VALUES:,}; {left_out}")
    if None in stated:
        problems.append("its lang attribute is no tag such as 'es' and was not used")
    return problems
