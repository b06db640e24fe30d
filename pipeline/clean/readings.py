"""The reading of one damaged-looking word under one misreading, and how far it may be believed."""

from __future__ import annotations

import functools
import re

import msgspec

from pipeline.clean.frequencies import zipf
from pipeline.clean.misreadings import Candidate, Misreading, candidates, misreadings
from pipeline.clean.suspicion import is_certain, is_sound

LETTERS = re.compile(r"[^\W\d_]+")
NEVER = re.compile(r"(?!)")
LOST_SPACE = re.compile(" ")
LOST_GRAVE = re.compile(r" (?= |(?:s|quel[ae]s?|quilo)\b(?!['’]))")  # Portuguese às, àquele, …
SHORT = 2  # letters: words that are known in some language whatever they are
UNEXPLAINED = -2.0  # what a word that a reading cannot explain takes from the reading's worth
EXPLAINED, EXPLAINED_WITH_LOSS = 3.0, 1.0


class Reading(msgspec.Struct, frozen=True):
    """The best that one misreading makes of one word.

    `frequency` is the Zipf frequency of the rarest changed word, 0 where one of them is unknown;
    `sound` and `certain` as in `suspicion`.
    """

    candidate: Candidate
    frequency: float
    sound: bool
    certain: bool

    @property
    def worth(self) -> float:
        """What this word adds to the worth of its misreading for the whole line."""
        if not self.sound:
            return UNEXPLAINED
        lost = any(piece.lost for piece in self.candidate.pieces)
        return self.frequency + (EXPLAINED_WITH_LOSS if lost else EXPLAINED)

    @property
    def is_short(self) -> bool:
        """Whether the word that was found is too short to be believed without other damage."""
        return any(
            len(match.group()) <= SHORT and (piece.lost or piece.damaged[0] not in "ÂÃĂ")
            for match in LETTERS.finditer(self.candidate.text)
            for piece in self.candidate.pieces
            if match.start() <= piece.at < match.end()
        )

    @property
    def is_open(self) -> bool:
        """Whether it ends in a letter whose second byte was lost: à and í are both likely."""
        return self.candidate.pieces[-1].lost and self.candidate.text[-1] in "íà"

    @property
    def lost_behind(self) -> re.Pattern[str]:
        """A pattern for a space behind the word that is really its last, lost byte."""
        last = self.candidate.pieces[-1]
        if last.lost and last.at + len(last.right) == len(self.candidate.text):
            return {"\xa0": LOST_SPACE, "à": LOST_GRAVE}.get(last.right, NEVER)
        return NEVER

    def original_frequency(self, word: str) -> float:
        """Return how common `word` is as it stands; a sign or capital within shows it is no word.

        Without this a rare Romanian word would be taken for a damaged Spanish one.
        """
        if not all(piece.damaged.isalpha() for piece in self.candidate.pieces):
            return 0.0
        found = LETTERS.findall(word)
        usual = (part for part in found if part.islower() or part.isupper() or part.istitle())
        return max(map(zipf, usual), default=0.0)


@functools.lru_cache(maxsize=4096)  # the same words stand again and again in a document
def readings(word: str, *, has_spaces: bool = False) -> dict[str, Reading]:
    """Return the best reading of `word` under each misreading that applies to it, by its name.

    `has_spaces` says that the document still has no-break spaces, so that none was dropped.
    """
    found = {misreading.name: _read(word, misreading, has_spaces) for misreading in misreadings()}
    return {name: reading for name, reading in found.items() if reading is not None}


def _read(word: str, misreading: Misreading, has_spaces: bool) -> Reading | None:
    best: Reading | None = None
    best_rank: tuple[bool, bool, bool, float] | None = None
    for candidate in candidates(word, misreading, has_spaces=has_spaces):
        reading = Reading(
            candidate=candidate,
            frequency=_frequency(candidate),
            sound=is_sound(candidate),
            certain=is_certain(candidate),
        )
        lost = any(piece.lost for piece in candidate.pieces)
        rank = (reading.sound, reading.frequency > 0, not lost, reading.frequency)
        if best_rank is None or rank > best_rank:
            best, best_rank = reading, rank
    return best


def _frequency(candidate: Candidate) -> float:
    """Return the Zipf frequency of the rarest word that `candidate` changed, 0 if unknown."""
    changed = [
        match.group()
        for match in LETTERS.finditer(candidate.text)
        if any(match.start() <= piece.at < match.end() for piece in candidate.pieces)
    ]
    # `í` is no word where `à` is one, however common the letter is in lists.
    return min((0.0 if word == "í" else zipf(word) for word in changed), default=0.0)
