"""What a MARC record says its resource is: leader, 008, 336, 502 and 655 -> words."""

from __future__ import annotations

from pipeline.extract.marc_codes import COMPUTER_FILES, CONTENTS, LEVELS, MATERIALS, SERIALS
from pipeline.extract.marc_fields import Fields
from pipeline.extract.marc_text import plain
from pipeline.extract.marc_titles import title

TEXTS = frozenset("at")
MANUSCRIPT = "t"
RUNNING = frozenset("is")
"""Leader/07 of what is not complete in itself: serials and integrating resources."""


def types(marc: Fields) -> list[str]:
    """Return the kind of material, then the genres: `Thesis`, `Book`, `Score`, `Biographies`."""
    kind = _material(marc.leader, marc.coded) or _content(marc)
    genres = [title(field, "ab", punctuated=marc.punctuated) for field in marc.of("655")]
    return ["Thesis" if marc.of("502") else kind, *genres]


def _material(leader: str, coded: str) -> str:
    kind, level = leader[6], leader[7]
    if level in RUNNING and kind in TEXTS | {" "}:
        return SERIALS.get(coded[21:22], LEVELS[level])
    if kind in TEXTS:
        return "Manuscript" if kind == MANUSCRIPT and level == "m" else LEVELS.get(level, "Text")
    if kind == "m":
        return COMPUTER_FILES.get(coded[26:27], MATERIALS[kind])
    return MATERIALS.get(kind, "")


def _content(marc: Fields) -> str:
    for field in marc.of("336"):
        word = plain(field.get("a") or "")
        if word or (word := CONTENTS.get((field.get("b") or "").strip(), "")):
            return word
    return ""
