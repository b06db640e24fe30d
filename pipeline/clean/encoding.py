"""Repair of text whose UTF-8 was read as another encoding (`FinComĂșn` for `FinComún`).

A whole document is judged, because one word is often no proof (docs/decisions/0003): each line is
read under every misreading that is known, the reading that explains the most of it is chosen, and
each word is then changed only where its damage cannot be anything else, where the result is a known
word, or where other words of the document show the same damage. ftfy is asked last, for what the
other scripts and the rarer mistakes leave.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from pipeline.clean.last_resort import BROKEN, KNOWN_MARGIN, ask_ftfy, shown, undo_wrong_repair
from pipeline.clean.misreadings import misreadings
from pipeline.clean.readings import UNEXPLAINED, Reading, readings
from pipeline.clean.suspicion import LOST, has_damage, is_suspicious

WORD = re.compile(r"[^ \t\n\r\f\v]+")
ISO_8859_16 = re.compile("[ĂĆ]")  # leads that ftfy would take for windows-1250
LONGEST_LINE = 4000  # longer lines are judged in pieces, so that time stays linear
LONGEST_WORD = 200  # longer runs without a space are no words; they are left alone
MOST_PASSES = 4  # text damaged several times comes right in as many passes
ENOUGH_EVIDENCE = 2  # other damaged words that make an unknown one believable
PRIOR = {"iso-8859-16": 1.5}  # Zipf that this reading may be short of: dá or då of `dĂĄ`


class Repair(msgspec.Struct, frozen=True):
    """One repair: the damaged word (or line), what it became, by which rule, how sure (0 to 1)."""

    before: str
    after: str
    rule: str
    confidence: float


class Repaired(msgspec.Struct, frozen=True):
    """A text after repair, and the repairs that were made."""

    text: str
    repairs: tuple[Repair, ...]


class _Word(msgspec.Struct, frozen=True):
    """A damaged-looking word of a line, and its reading under each misreading that fits it."""

    start: int
    end: int
    text: str
    readings: dict[str, Reading]


class _Line(msgspec.Struct, frozen=True):
    """A line (or a piece of a long one) of one text of the document."""

    text: int
    content: str
    words: tuple[_Word, ...]
    worth: dict[str, float]  # what each misreading explains of it


def repair_document(texts: Sequence[str]) -> list[Repaired]:
    """Repair the texts of one document (page, payload), in order; one result for each.

    Any string is taken, lone surrogates included; clean text and ASCII come back unchanged and
    cheaply. A word that is known is never replaced by one that is not much commoner.
    """
    current = list(texts)
    repairs: list[list[Repair]] = [[] for _ in current]
    suspects = [index for index, text in enumerate(current) if is_suspicious(text)]
    evidence: Counter[str] = Counter()
    for _ in range(MOST_PASSES):
        if not suspects:
            break
        changed = _pass(current, suspects, evidence, repairs)
        suspects = [index for index in changed if is_suspicious(current[index])]
    if evidence["iso-8859-16"] >= ENOUGH_EVIDENCE:
        for index, text in enumerate(current):
            current[index], changes = undo_wrong_repair(text)
            repairs[index] += [Repair(*change, "encoding.reversed", 0.9) for change in changes]
    return [
        Repaired(text=text, repairs=tuple(made))
        for text, made in zip(current, repairs, strict=True)
    ]


def leftover_damage(text: str) -> str:
    """Return the first word of `text` that still looks damaged, or nothing.

    Only certain signs count: C1 controls, the replacement character, sequences that no language
    writes. What is merely unusual gives no alarm.
    """
    if not is_suspicious(text):
        return ""
    for match in WORD.finditer(text):
        word = match.group()
        if LOST.search(word):
            return word
        if word.isascii() or len(word) > LONGEST_WORD or not has_damage(word):
            continue
        if any(reading.certain and reading.sound for reading in readings(word).values()):
            return word
    return ""


def _pass(
    current: list[str], suspects: Sequence[int], evidence: Counter[str], repairs: list[list[Repair]]
) -> list[int]:
    """Repair each of `suspects` once, in place; return those that changed."""
    has_spaces = any("\xa0" in text for text in current)
    lines = [line for index in suspects for line in _lines(index, current[index], has_spaces)]
    totals = Counter[str]()
    for line in lines:
        totals.update(line.worth)
    chosen = [_choose(line, totals) for line in lines]
    for line, name in zip(lines, chosen, strict=True):
        for word in line.words:
            reading = word.readings.get(name)
            evidence[name] += reading is not None and reading.sound and reading.certain
    parts: dict[int, list[str]] = {index: [] for index in suspects}
    for line, name in zip(lines, chosen, strict=True):
        parts[line.text].append(_repair(line, name, evidence, repairs[line.text]))
    changed = []
    for index, repaired in parts.items():
        text = "".join(repaired)
        if text != current[index]:
            current[index] = text
            changed.append(index)
    return changed


def _lines(index: int, text: str, has_spaces: bool) -> Iterator[_Line]:
    """Yield all of `text` in lines of bounded length, their ends included."""
    start = 0
    while start < len(text):
        end = text.find("\n", start, start + LONGEST_LINE) + 1
        if not end:
            end = min(start + LONGEST_LINE, len(text))
            if end < len(text):
                end = text.rfind(" ", start, end) + 1 or end
        content = text[start:end]
        words = tuple(_words(content, has_spaces)) if is_suspicious(content) else ()
        worth = {
            misreading.name: sum(
                word.readings[misreading.name].worth
                if misreading.name in word.readings
                else UNEXPLAINED
                for word in words
            )
            for misreading in (misreadings() if words else ())
        }
        yield _Line(text=index, content=content, words=words, worth=worth)
        start = end


def _words(line: str, has_spaces: bool) -> Iterator[_Word]:
    for match in WORD.finditer(line):
        word = match.group()
        # `‚Ä` is Mac OS Roman's, which ftfy knows; Ä and its next sign would be misread here.
        if word.isascii() or len(word) > LONGEST_WORD or "‚Ä" in word or not has_damage(word):
            continue
        found = readings(word, has_spaces=has_spaces)
        if found:
            yield _Word(start=match.start(), end=match.end(), text=word, readings=found)


def _choose(line: _Line, totals: Counter[str]) -> str:
    """Return the misreading that explains `line` best, among equals the document as a whole."""
    nothing = UNEXPLAINED * len(line.words)
    return max(
        line.worth,
        key=lambda name: (
            line.worth[name] + (PRIOR.get(name, 0) if line.worth[name] > nothing else 0),
            totals[name],
        ),
        default="",
    )


def _repair(line: _Line, name: str, evidence: Counter[str], made: list[Repair]) -> str:
    """Return `line` repaired as `name`, with ftfy for what that does not reach."""
    content = line.content
    if line.words and BROKEN.search(content):
        known_to_ftfy = [worth for other, worth in line.worth.items() if "iso" not in other]
        if max(known_to_ftfy) >= line.worth[name]:
            content = _with_ftfy(content, made)
    if content == line.content:
        content = _repair_words(line, name, evidence, made)
    is_explained = any(name in word.readings and word.readings[name].sound for word in line.words)
    if is_explained and ISO_8859_16.search(content):
        return content
    return _with_ftfy(content, made)


def _repair_words(line: _Line, name: str, evidence: Counter[str], made: list[Repair]) -> str:
    parts = []
    end = 0
    for word in line.words:
        for rule in (name, *(other for other in word.readings if other != name)):
            reading = word.readings.get(rule)
            if reading is None:
                continue
            confidence = _confidence(line, word, reading, evidence[rule], rule == name)
            if confidence:
                after = reading.candidate.text
                parts += [line.content[end : word.start], after]
                swallowed = reading.lost_behind.match(line.content, word.end)
                end = word.end + bool(swallowed)
                made.append(Repair(*shown(word.text, after), f"encoding.{rule}", confidence))
                break
    parts.append(line.content[end:])
    return "".join(parts)


def _confidence(
    line: _Line, word: _Word, reading: Reading, evidence: int, is_of_line: bool
) -> float:
    """Return how sure `reading` is, 0 where it must not be applied."""
    if not reading.sound:
        return 0
    others = evidence - reading.certain
    if reading.certain and is_of_line:
        return _structural_confidence(line, word, reading, others)
    original = reading.original_frequency(word.text)
    margin = KNOWN_MARGIN if original else 0
    if reading.frequency and reading.frequency >= original + margin:
        return 0.9 if others or not reading.is_short else 0
    is_believable = is_of_line and not original and not reading.is_open
    return 0.8 if is_believable and others >= ENOUGH_EVIDENCE else 0


def _structural_confidence(line: _Line, word: _Word, reading: Reading, others: int) -> float:
    """Return how sure `reading` is where damage is certain: names are no known words."""
    if not others and _is_lone_ring(line, word):
        return 0
    if reading.frequency:
        return 0.99
    said = {other.candidate.text for other in word.readings.values() if other.sound}
    return 0.95 if len(said) == 1 else 0.7  # an unknown word that may also have been another


def _is_lone_ring(line: _Line, word: _Word) -> bool:
    """Return whether one `Ã¥` beside sound signs is all: it may be Latin-1's or Mac OS Roman's."""
    sound = line.content.replace(word.text, "")
    return "Ã¥" in word.text and len(line.words) == 1 and not sound.isascii()


def _with_ftfy(line: str, made: list[Repair]) -> str:
    fixed, changes = ask_ftfy(line)
    made += [Repair(*change, "encoding.ftfy", 0.85) for change in changes]
    return fixed
