"""What is taken out of the abstracts of a copied page, because it is the page's and no entry's.

Lines of furniture at an abstract's end, the page's own first lines when they come again, what
follows a row of page numbers, and short lines that a third of the entries share. What the last
abstract has beyond the others is doubtful, and so is what looks like an entry under a label that
the settings lack; neither is taken into an abstract, and an issue shows it.
"""

from __future__ import annotations

from collections import Counter
from typing import Literal

import msgspec

from pipeline.extract.lines import folded, is_short
from pipeline.extract.payloads import shown
from pipeline.extract.text_entries import ENDS, Entry, Marked, Note

REPEATS = 3
"""Entries, besides a third of all, that share a short line which is furniture."""

LABEL_WORDS = 6
"""Most words of a line that may be an unknown label."""


def trim_entries(entries: list[Entry], marked: Marked) -> list[Note]:
    """Take page furniture out of the abstracts of `entries`; return notes about the page."""
    first = entries[0].label
    opening_lines = {folded(marked.text(i)) for i in range(first) if not marked.label[i]} - {""}
    for entry in entries:
        _trim(entry, marked, opening_lines, is_last=entry is entries[-1])
    notes = _remove_repeats(entries, marked)
    for entry in entries:
        _cut_unknown_entry(entry, marked)
    _judge_last(entries, marked)
    _judge_titles(entries, marked)
    return notes


def _trim(entry: Entry, marked: Marked, opening_lines: set[str], *, is_last: bool) -> None:
    def is_furniture(index: int) -> bool:
        return bool(marked.kind[index]) or folded(marked.text(index)) in opening_lines

    body = [i for i in entry.body if not marked.named[i]]
    stop = next((n for n, i in enumerate(body) if marked.kind[i] in ENDS), len(body))
    rest = [i for i in body[stop:] if not is_furniture(i)]
    if rest and not is_last:
        entry.notes.append(_left_out(marked, rest, "follow the end of a page and are no entry"))
    kept = stop
    while kept and is_furniture(body[kept - 1]):
        kept -= 1
    doubtful = [i for i in body[kept:stop] if marked.kind[i] not in {"action", "total"}]
    if doubtful and not is_last:
        entry.notes.append(_left_out(marked, doubtful, "look like page furniture", "info"))
    entry.body = body[:kept]


def _remove_repeats(entries: list[Entry], marked: Marked) -> list[Note]:
    counts: Counter[str] = Counter()
    for entry in entries:
        counts.update({folded(t) for i in entry.body if is_short(t := marked.text(i))} - {""})
    least = max(REPEATS, len(entries) / 3)
    repeated = {text for text, count in counts.items() if count >= least}
    notes: dict[str, Note] = {}
    for entry in entries if repeated else ():
        kept = []
        for index in entry.body:
            text = marked.text(index)
            key = folded(text) if is_short(text) else ""
            if key not in repeated:
                kept.append(index)
                continue
            message = (
                f"{shown(text)!r} stands in {counts[key]} of {len(entries)} entries and was left "
                "out as page furniture: name it in 'text.furniture' if that is right, in "
                "'text.labels' if entries begin with it"
            )
            notes.setdefault(key, Note("description", text, message, "info"))
        entry.body = kept
    return list(notes.values())


def _cut_unknown_entry(entry: Entry, marked: Marked) -> None:
    """End an abstract where an entry under an unknown label seems to begin."""
    short = [is_short(marked.text(i)) for i in entry.body]
    for n in range(len(short) - 2):
        may_be_label = short[n] and marked.text(entry.body[n]).count(" ") < LABEL_WORDS
        if not may_be_label or not short[n + 1] or short[n + 2]:
            continue
        if n == 0:
            message = "may be the label of another entry: if it is one, add it to 'text.labels'"
            entry.notes.append(marked.note(entry.body[0], "description", message, loses=True))
        else:
            why = "look like an entry whose label 'text.labels' lacks"
            note = _left_out(marked, entry.body[n:], why)
            entry.notes.append(msgspec.structs.replace(note, loses=True))
            del entry.body[n:]
        return


def _judge_last(entries: list[Entry], marked: Marked) -> None:
    last = entries[-1]
    usual = max((len(entry.body) for entry in entries[:-1] if not entry.notes), default=1) or 1
    kept = len(last.body)
    while kept > usual and is_short(marked.text(last.body[kept - 1])):
        kept -= 1
    if extra := last.body[kept:]:
        why = "stand below the last entry and may be the page's end"
        last.notes.append(_left_out(marked, extra, why))
        del last.body[kept:]
    below = last.body[-1] + 1 if last.body else 0
    ends = below < len(marked.lines) and marked.kind[below] in ENDS
    if len(last.body) > usual and len(entries) > 1 and not ends:
        message = (
            "and what follows may be the page's end, as no other abstract is so long; it was kept "
            "in the last entry's: check the page"
        )
        last.notes.append(marked.note(last.body[usual], "description", message))


def _judge_titles(entries: list[Entry], marked: Marked) -> None:
    """Note titles that may run on, on pages that part nearly all lines by blank ones."""
    below = [(entry, entry.body[0]) for entry in entries if entry.body]
    joined = [(entry, index) for entry, index in below if not marked.lines[index].spaced]
    if len(below) < REPEATS or REPEATS * len(joined) > len(below):
        return
    for entry, index in joined:
        message = "follows the title without a blank line and may belong to it: check the page"
        entry.notes.append(marked.note(index, "title", message))


def _left_out(
    marked: Marked, indexes: list[int], why: str, severity: Literal["warning", "info"] = "warning"
) -> Note:
    first, last = marked.lines[indexes[0]], marked.lines[indexes[-1]]
    lines = f"line {first.number} " if first is last else f"lines {first.number} to {last.number} "
    message = f"{lines}(from {shown(first.text)!r}) {why}; left out of the abstract: check the page"
    return Note("description", first.text, message, severity)
