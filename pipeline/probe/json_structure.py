"""A JSON document -> where its entries are: the list of objects that is most like a listing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pipeline.extract.json_paths import NO_LANGUAGES
from pipeline.probe.titles import is_date, length_quality

MOST_SAMPLES = 300
MOSTLY = 0.6
WHOLE = 0.4
"""How much a document that is one entry counts beside one that lists several."""

MOST_BRANCHES = 60
DEEPEST = 8
TAG = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z]{2,4})?")
"""A language's tag as a key: `pt`, `pt-BR`, `zh_Hant`."""

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
TITLE_KEYS = ("title", "name", "headline", "label", "titulo", "título", "titre", "titel",
              "display_name", "displayname", "dc:title", "dcterms:title", "dct:title", "caption",
              "nombre", "nom", "nome", "bezeichnung", "fulltitle", "full_title", "subject_line",
              "resource", "heading")  # fmt: skip
COUNT_POWER = 0.35


class Entries(NamedTuple):
    """A list of objects in a document.

    `levels` are the steps down to it (JMESPath), `entries` some of its objects, `parents` what
    stands above each of them from the outermost, `number` how many there are.
    """

    levels: tuple[str, ...]
    entries: list[Mapping[str, object]]
    parents: list[list[object]]
    number: int


def find_entries(document: object, documents: int = 1) -> Entries | None:
    """Return the list of objects that most looks like a listing, or None.

    Of several `documents` each may be one entry as a whole.
    """
    found: dict[tuple[str, ...], Entries] = {}
    _walk([document], [[]], (), found)
    if isinstance(document, dict) and not _is_map(document):
        whole = Entries(("@",), [document], [[]], documents)
        if documents > 1 and worth(whole) > 0:
            return whole
        if title_of([document])[0].lower() in TITLE_KEYS:
            found.setdefault(("@",), whole)
    rated = [(worth(one), one) for one in found.values()]
    rated = [pair for pair in rated if pair[0] > 0]
    return _with_parts(max(rated, key=lambda pair: pair[0])[1], found) if rated else None


def _with_parts(best: Entries, found: Mapping[tuple[str, ...], Entries]) -> Entries:
    """Return the entries with those in parts of what stands above them: `sections.subsections`."""
    *above, last = best.levels
    for levels, other in found.items():
        *longer, end = levels
        if end == last and above and longer[:-1] == above and worth(other) > 0:
            step = f"[@, {longer[-1]}][]"
            return best._replace(levels=(*above, step, last), number=best.number + other.number)
    return best


def quoted(key: str) -> str:
    """Return a key as JMESPath takes it.

    >>> print(quoted("title"), quoted("dc:title"))
    title "dc:title"
    """
    if NAME.fullmatch(key):
        return key
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _walk(
    values: Sequence[object], parents: Sequence[list[object]], levels: tuple[str, ...],
    found: dict[tuple[str, ...], Entries],
) -> None:  # fmt: skip
    """Look for lists of objects in `values`, which all stand at `levels`."""
    if len(levels) > DEEPEST:
        return
    branches: dict[str, list[tuple[object, list[object], list[object]]]] = {}
    for value, above in zip(values, parents, strict=True):
        for step, items in _lists_in(value, ""):
            if not levels and value is items:
                branches.setdefault("@", []).append((value, above, items))
            else:
                branches.setdefault(step, []).append((value, above, items))
    for step, some in list(branches.items())[:MOST_BRANCHES]:
        entries: list[Mapping[str, object]] = []
        tops: list[list[object]] = []
        count = 0
        for value, above, items in some:
            count += len(items)
            for item in items:
                if isinstance(item, dict) and len(entries) < MOST_SAMPLES:
                    entries.append(item)
                    tops.append([*above, value])
        if entries:
            here = (*levels, step)
            found[here] = Entries(here, entries, tops, count)
            _add_inner(found[here], found)
            _walk(entries, tops, here, found)


def _add_inner(outer: Entries, found: dict[tuple[str, ...], Entries]) -> None:
    """Add the objects that each entry holds one of, such as GeoJSON's `properties`."""
    paths = Counter(path for entry in outer.entries for path in _objects_in(entry, ""))
    for path, number in paths.most_common(MOST_BRANCHES):
        if number < MOSTLY * len(outer.entries):
            return
        entries: list[Mapping[str, object]] = []
        parents: list[list[object]] = []
        for entry, above in zip(outer.entries, outer.parents, strict=True):
            if inner := _objects_in(entry, "").get(path):
                entries.append(inner)
                parents.append([*above, entry])
        levels = (*outer.levels, path)
        found[levels] = Entries(levels, entries, parents, outer.number)


def _objects_in(
    value: Mapping[str, object], path: str, depth: int = 0
) -> dict[str, Mapping[str, object]]:
    """Return the objects in an object by their paths, at most three deep."""
    inner: dict[str, Mapping[str, object]] = {}
    for key, item in list(value.items())[:MOST_BRANCHES]:
        if isinstance(item, dict) and item and not are_languages(item):
            here = f"{path}.{quoted(str(key))}" if path else quoted(str(key))
            inner[here] = item
            if depth < 2:  # noqa: PLR2004 - deeper is no description
                inner |= _objects_in(item, here, depth + 1)
    return inner


def _lists_in(value: object, path: str, depth: int = 0) -> Iterator[tuple[str, list[object]]]:
    """Yield the lists (and maps that are like lists) below a value, each with the path to it."""
    if isinstance(value, list):
        if any(isinstance(item, dict) for item in value[:20]):
            yield path or "@", value
        return
    if not isinstance(value, dict) or depth > 4:  # noqa: PLR2004 - deeper is no listing
        return
    if (depth and _is_map(value)) or (not depth and _is_map(value) and len(value) > 2):  # noqa: PLR2004
        yield f"{path}.*" if path else "*", list(value.values())
        return
    for key, item in list(value.items())[:MOST_BRANCHES]:
        step = f"{path}.{quoted(str(key))}" if path else quoted(str(key))
        yield from _lists_in(item, step, depth + 1)


def _is_map(value: Mapping[str, object]) -> bool:
    """Say whether an object maps identifiers to entries of one make."""
    items = list(value.values())
    if len(items) < 3 or not all(isinstance(item, dict) for item in items):  # noqa: PLR2004
        return False
    keys = Counter(key for item in items[:50] if isinstance(item, dict) for key in item)
    usual = {key for key, number in keys.items() if number >= 0.8 * len(items[:50])}
    return len(usual) >= 2 and not are_languages(value)  # noqa: PLR2004


def are_languages(value: Mapping[str, object]) -> bool:
    """Say whether the keys of an object are language tags, so that it is a text in each."""
    return (
        bool(value)
        and all(TAG.fullmatch(str(key)) for key in value)
        and not {str(key) for key in value} <= NO_LANGUAGES
    )


def worth(found: Entries) -> float:
    """Return how much a list of objects looks like a listing."""
    quality = title_of(found.entries)[1]
    if not quality:
        return 0.0
    keys = Counter(key for entry in found.entries for key in entry)
    usual = sum(number >= 0.5 * len(found.entries) for number in keys.values())
    value = float(found.number**COUNT_POWER * quality * min(usual, 8) ** 0.7)
    return value * WHOLE if found.number == 1 and found.levels == ("@",) else value


def title_of(entries: Sequence[Mapping[str, object]]) -> tuple[str, float]:
    """Return the key of the title in entries, and how well it does (0: there is none)."""
    best: tuple[str, float] = ("", 0.0)
    keys = Counter(key for entry in entries for key in entry)
    for key, number in keys.items():
        if number < 0.6 * len(entries):
            continue
        texts = [text for entry in entries if (text := first_text(entry.get(key)))]
        if len(texts) < 0.6 * len(entries):
            continue
        quality = _title_quality(str(key), texts)
        if quality > best[1]:
            best = (str(key), quality)
    return best


def _title_quality(key: str, texts: Sequence[str]) -> float:
    wordy = sum(sum(c.isalpha() for c in text) > len(text) / 2 for text in texts) / len(texts)
    plain = sum(
        not text.startswith(("http://", "https://", "/")) and not is_date(text) for text in texts
    )
    variety = len({text.casefold() for text in texts}) / len(texts)
    name = key.lower()
    places = [place for place, known in enumerate(TITLE_KEYS) if name == known]
    base = 1.0 - 0.02 * places[0] if places else 0.7 if "title" in name or "name" in name else 0.35
    return (
        base
        * length_quality(texts)
        * wordy
        * plain
        / len(texts)
        * (variety if len(texts) > 1 else 1)
    )


def first_text(value: object) -> str:
    """Return the first text in a value: itself, of a list, in a language, or as rendered."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, list):
        return next((text for item in value[:3] if (text := first_text(item))), "")
    if isinstance(value, dict):
        for key in ("rendered", "@value", "value", "en", "text"):
            if text := first_text(value.get(key)):
                return text
        if are_languages(value):
            return first_text(next(iter(value.values())))
    return ""
