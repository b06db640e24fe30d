"""Repairs beyond the known misreadings: ftfy, and the reversal of a repair that went wrong."""

from __future__ import annotations

import re

from pipeline.clean.frequencies import zipf
from pipeline.clean.misreadings import reversals
from pipeline.clean.readings import LETTERS
from pipeline.clean.suspicion import C1, is_suspicious

# Sequences with bytes lost for good (`â€?`), and Š before a dropped space: ftfy knows the bridge.
BROKEN = re.compile(
    r"[ÃĂÄÅĹ]\?(?=\S)|[ÂÃĂÄÅĹ]\ufffd|[âðï][^\x00-\x7f]{0,2}[?\ufffd]|(?<![^\W_])[ÅĹ] (?=[a-z])"
)
JOINED = re.compile(r"[^\W\d_]*à[^\W\d_]+")  # à swallows the space behind it in ftfy's reading
CAPITAL = re.compile("[A-Z]")
KNOWN_MARGIN = 2.0  # Zipf by which a proposal must beat an original that is itself a word
PUNCTUATION = " .,;:!?()[]{}\"'<>/"

Change = tuple[str, str]  # what stood there and what it became, as a person would show it


def ask_ftfy(line: str) -> tuple[str, list[Change]]:
    """Return `line` as ftfy repairs it, where ftfy is sure that it is damaged, and the changes."""
    if not is_suspicious(line):
        return line, []
    from ftfy import fix_encoding
    from ftfy.badness import is_bad

    if not is_bad(line):
        return line, []
    fixed = str(fix_encoding(line))
    if fixed == line or C1.search(fixed) or _spoils(line, fixed):
        return line, []
    before, after = line.split(" "), fixed.split(" ")
    if len(before) != len(after):
        return fixed, [(line.strip(), fixed.strip())]
    return fixed, [shown(old, new) for old, new in zip(before, after, strict=True) if old != new]


def undo_wrong_repair(text: str) -> tuple[str, list[Change]]:
    """Return `text` with words put right that a repair for windows-1250 has made wrong.

    Only for documents that show ISO-8859-16 damage elsewhere: å and Ô are sound letters.
    """
    letters = reversals()
    if text.isascii() or letters.keys().isdisjoint(text):
        return text, []
    table = str.maketrans(letters)
    changes: list[Change] = []

    def undo(match: re.Match[str]) -> str:
        word = match.group()
        right = word.translate(table)
        frequency = zipf(right) if right != word else 0.0
        original = zipf(word) if frequency else 0.0
        if not frequency or (original and frequency < original + KNOWN_MARGIN):
            return word
        changes.append((word, right))
        return right

    return LETTERS.sub(undo, text), changes


def shown(before: str, after: str) -> Change:
    """Return both without the punctuation they share, for a person to read."""
    start = len(before) - len(before.lstrip(PUNCTUATION))
    stop = len(before.rstrip(PUNCTUATION)) - len(before)
    if before[:start] != after[:start] or (stop and before[stop:] != after[stop:]):
        return before, after
    return before[start : stop or None], after[start : stop or None]


def _spoils(line: str, fixed: str) -> bool:
    """Return whether ftfy's repair does harm that it is known to do.

    It takes words in capitals for damage (Inari Sámi writes `ÂŠ`), and joins `à` to the next word.
    """
    capitals = {
        word
        for word in line.split(" ")
        if word.isalpha() and word.isupper() and not word.isascii() and CAPITAL.search(word)
    }
    if not capitals.issubset(fixed.split(" ")):
        return True
    return line.count(" ") != fixed.count(" ") and any(
        word not in line and not zipf(word) for word in JOINED.findall(fixed)
    )
