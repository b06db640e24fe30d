"""The languages that a source's records are in, as far as its first ones show them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from pipeline.clean.language import likeliest
from pipeline.clean.tags import canonical_tag, primary
from pipeline.model import SourceRecord

LEAST_SHARE = 0.05
SURE, RATHER_SURE = 0.8, 0.5
LONG_TEXT = 60
"""Letters from which one text alone speaks for a language."""

TOGETHER = 6
"""Short texts that are looked at as one."""

MOST = 8


def find_languages(records: Sequence[SourceRecord], hint: str = "") -> tuple[str, ...]:
    """Return the tags of the languages in at least 5 % of the records, the most used first.

    `hint` is the language that the page says it is in: it counts where the texts say nothing.
    """
    hinted = primary(canonical_tag(hint)) if hint else ""
    weights: dict[str, float] = {}
    support: Counter[str] = Counter()
    short: list[str] = []
    for record in records:
        for tag in _stated(record):
            weights[tag] = weights.get(tag, 0.0) + 1
            support[tag] += 2
        text = _sample(record)
        if len(text) < LONG_TEXT:
            short.append(text)
            continue
        for tag, probability in _top(text, RATHER_SURE):
            weights[tag] = weights.get(tag, 0.0) + probability
            support[tag] += 1 + (probability >= SURE)
    for start in range(0, len(short), TOGETHER):
        some = [text for text in short[start : start + TOGETHER] if text]
        for tag, probability in _top(". ".join(some), RATHER_SURE):
            weights[tag] = weights.get(tag, 0.0) + probability * len(some)
            support[tag] += 2 if tag == hinted or probability >= SURE else 1
    total = sum(weights.values())
    ordered = sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))
    kept = [
        tag
        for tag, weight in ordered[:MOST]
        if weight >= LEAST_SHARE * total and (support[tag] > 1 or tag == hinted)
    ]
    return tuple(kept or ([hinted] if hinted else [tag for tag, _ in ordered[:1]]))


def _top(text: str, least: float) -> Iterator[tuple[str, float]]:
    """Yield the likeliest language, if it is likely enough and one that tags know."""
    for name, probability in list(likeliest(text).items())[:1]:
        tag = canonical_tag(name)
        if tag and probability >= least:
            yield primary(tag), probability


def _stated(record: SourceRecord) -> set[str]:
    """Return the languages that the source states, of the record or of its texts."""
    given = [*record.fields.get("language", ()), *record.languages.get("title", ()),
             *record.languages.get("description", ())]  # fmt: skip
    found = {primary(canonical_tag(value)) for value in given if value}
    return found - {""}


def _sample(record: SourceRecord) -> str:
    """Return the text that says most about a record's language."""
    from pipeline.clean.text import plain

    texts = [
        plain(value, markup=name in record.markup)
        for name in ("description", "title")
        for value in record.fields.get(name, ())[:1]
    ]
    return next((text for text in texts if len(text) >= LONG_TEXT), " ".join(reversed(texts)))
