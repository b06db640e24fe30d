"""The key of a source's entry: what stays the same when case, accents or spacing change."""

from __future__ import annotations

import functools
import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence

from pipeline.kinds import OWN_KEY

FIELD = "\x1f"
VALUE = "\x1e"
LINK = re.compile(r"(?:https?://|urn:)", re.IGNORECASE)
# Accents of Latin, Greek and Cyrillic only: the vowel signs of other scripts are letters.
ACCENTS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
APOSTROPHES = re.compile("['`´‘’ʼ＇]+")
PUNCTUATION = re.compile(r"[^\w\s]+|_+")
UNDECOMPOSED = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ħ": "h"})


@functools.lru_cache(maxsize=16384)
def normalise_key(text: str) -> str:
    """Return `text` without regard to case, accents, punctuation, spacing and ligatures.

    Text of nothing but punctuation keeps it, so that it is not like every other.

    >>> normalise_key("  Over-indebtedness: Límites ") == normalise_key("OVER INDEBTEDNESS limites")
    True
    """
    folded = text
    for _ in range(2):  # folding may bring new compatibility characters to light
        folded = unicodedata.normalize("NFKD", folded).casefold()
    folded = ACCENTS.sub("", unicodedata.normalize("NFKD", folded)).translate(UNDECOMPOSED)
    folded = unicodedata.normalize("NFC", folded)
    words = PUNCTUATION.sub(_mark, APOSTROPHES.sub("", folded)).split()
    return " ".join(words) or " ".join(folded.split())


def _mark(match: re.Match[str]) -> str:
    """Keep signs that are no punctuation (C++, €, vowel signs), make the rest a space."""
    return "".join(c if unicodedata.category(c)[0] in "SM" else " " for c in match.group())


def entry_key(names: Sequence[str], values: Mapping[str, Sequence[str]]) -> str:
    """Return the key of an entry: its key fields, normalised, joined by U+001F.

    A source's own keys, links and URNs are compared as they are. Empty where all are empty.
    """
    parts = [
        VALUE.join(
            v if name == OWN_KEY or LINK.match(v) else normalise_key(v)
            for v in values.get(name, ())
        )
        for name in names
    ]
    return FIELD.join(parts) if any(parts) else ""


def content_key(values: Mapping[str, Sequence[str]]) -> str:
    """Return the key of an entry without key fields: a digest of all that it has."""
    fields = sorted((name, VALUE.join(found)) for name, found in values.items() if any(found))
    content = FIELD.join(f"{name}={value}" for name, value in fields)
    return "sha256:" + hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()
