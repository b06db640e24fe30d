"""Subjects that a machine proposes: the longest labels of concepts that a title or abstract holds.

Labels and texts are compared word by word in their dictionary forms, in the language of the text.
A label that two concepts share proposes neither, but still hides the shorter labels inside it.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

import msgspec

from pipeline.link.concepts import concepts_of
from pipeline.model import Record, Suggestion, Text
from pipeline.vocabulary import SUBJECT_SCHEME, Concept, Vocabulary, fold

# Words, and the marks that end a phrase; hyphens and apostrophes only part words.
_WORD = re.compile(r"[^\W_]+|[^\w\s'’‘\-‐‑]|_")
_START = 3  # first characters by which a word is ruled out before its dictionary form is sought
_LEMMAS_KEPT = 2**17  # words whose dictionary form is remembered by a process
_FORMS_KEPT = 2**17  # words of one language that a run has met, also those of no label

if TYPE_CHECKING:
    from simplemma import Lemmatizer


class Match(msgspec.Struct, frozen=True):
    """A label found in a text: its concept, how the vocabulary writes it, its number of words."""

    concept: str
    label: Text
    words: int


class Phrase(msgspec.Struct, frozen=True, order=True):
    """What a sequence of dictionary forms stands for; `concept` is empty where two share it."""

    concept: str
    label: str


class _Forms(dict[str, str]):
    """The dictionary forms of the words met in texts; empty for words that stand in no label."""

    def __init__(self, language: str, starts: frozenset[str], wanted: frozenset[str]) -> None:
        super().__init__()
        self.language = language
        self.starts = starts
        self.wanted = wanted

    def __missing__(self, word: str) -> str:
        form = lemma(word, self.language) if word[:_START] in self.starts else ""
        if form not in self.wanted:
            form = ""
        if len(self) >= _FORMS_KEPT:
            self.clear()
        self[word] = form
        return form


class _Lexicon(msgspec.Struct):
    """The labels of one language by their dictionary forms.

    `lengths` says how many words the labels that start with a form have, the most first.
    """

    phrases: dict[tuple[str, ...], Phrase]
    lengths: dict[str, tuple[int, ...]]
    forms: _Forms

    def candidates(self, value: str) -> list[tuple[int, int, Phrase]]:
        """Return the longest label at each place in `value`: minus its length, place, phrase."""
        words = tuple(map(self.forms.__getitem__, _WORD.findall(value.lower())))
        lengths = self.lengths
        found: list[tuple[int, int, Phrase]] = []
        for start in [place for place, word in enumerate(words) if word in lengths]:
            for length in lengths[words[start]]:
                here = words[start : start + length]
                phrase = self.phrases.get(here) if len(here) == length else None
                if phrase is not None:
                    found.append((-length, start, phrase))
                    break  # shorter phrases that start here lie inside this one
        return found


class SubjectFinder:
    """Finds labels of the subject scheme in texts.

    What a language needs is made ready when the first text in it comes.
    """

    def __init__(self, vocabulary: Vocabulary, languages: Iterable[str]) -> None:
        """Take the subject scheme, and the languages (BCP 47) that the source's texts may have."""
        self._concepts = concepts_of(vocabulary, SUBJECT_SCHEME)
        self._languages = sorted({tag.partition("-")[0] for tag in languages})
        self._lexicons: dict[str, _Lexicon] = {}

    def suggest(self, record: Record, settled: Collection[str]) -> tuple[Suggestion, ...]:
        """Return the suggestions for a record, by concept IRI, leaving out the concepts `settled`.

        A single word in an abstract may be a passing mention: it counts where the concept is found
        twice, or where nothing better is found at all. The label shown is the first and longest,
        titles before abstracts. A text whose language is not settled is read in each of the
        source's languages; where two of them find different concepts, there is none.
        """
        found: dict[str, Text] = {}
        times: Counter[str] = Counter()
        firm: set[str] = set()
        for texts, is_title in ((record.title, True), (record.description, False)):
            for match in (match for text in texts for match in self.find(text)):
                found.setdefault(match.concept, match.label)
                times[match.concept] += 1
                if is_title or match.words > 1 or times[match.concept] > 1:
                    firm.add(match.concept)
        return tuple(
            Suggestion(concept, found[concept])
            for concept in sorted(firm or found)
            if concept not in settled
        )

    def find(self, text: Text) -> list[Match]:
        """Return the longest labels in `text`, where they do not overlap, the longest first."""
        language = text.language.partition("-")[0]
        readings: dict[tuple[int, int], list[tuple[Phrase, str]]] = {}
        for tried in (language,) if language else self._languages:
            for minus_length, start, phrase in self._lexicon(tried).candidates(text.value):
                readings.setdefault((minus_length, start), []).append((phrase, tried))
        taken: set[int] = set()
        answer = []
        for minus_length, start in sorted(readings):
            span = range(start, start - minus_length)
            if taken.isdisjoint(span):
                taken.update(span)
                (phrase, tried), *others = readings[minus_length, start]
                if phrase.concept and all(one.concept == phrase.concept for one, _ in others):
                    answer.append(Match(phrase.concept, Text(phrase.label, tried), -minus_length))
        return answer

    def _lexicon(self, language: str) -> _Lexicon:
        lexicon = self._lexicons.get(language)
        if lexicon is None:
            lexicon = self._lexicons[language] = _lexicon(self._concepts, language)
        return lexicon


@functools.lru_cache(maxsize=_LEMMAS_KEPT)
def lemma(word: str, language: str) -> str:
    """Return the dictionary form of a lower-case word, without accents.

    A word that the dictionary of the language does not know, or any word of a language without
    dictionary, is its own form.

    >>> lemma("quejas", "es"), lemma("réclamations", "fr"), lemma("zyx", "zz")
    ('queja', 'reclamation', 'zyx')
    """
    lemmatizer = _lemmatizer(language)
    # Some forms are more than a word ("al" is "a el" in some dictionaries): compared as one.
    return fold(lemmatizer.lemmatize(word, lang=language) if lemmatizer else word)


@functools.cache
def _lemmatizer(language: str) -> Lemmatizer | None:
    from simplemma import Lemmatizer
    from simplemma.strategies import DefaultStrategy
    from simplemma.strategies.dictionaries.dictionary_factory import SUPPORTED_LANGUAGES

    if language not in SUPPORTED_LANGUAGES:
        return None
    # The frugal reading of the dictionaries: 45 MB for four languages instead of 270, and a quarter
    # of the time to load; a look-up takes 20 µs, but each word is looked up once.
    return Lemmatizer(cache_max_size=1, lemmatization_strategy=DefaultStrategy(low_memory=True))


def _lexicon(concepts: Iterable[Concept], language: str) -> _Lexicon:
    labels: dict[tuple[str, ...], Phrase] = {}
    starts: set[str] = set()
    for concept in concepts:
        preferred = concept.preferred.get(language)
        for label in (
            *((preferred,) if preferred else ()),
            *concept.alternatives.get(language, ()),
        ):
            words = _WORD.findall(label.lower())
            key = tuple(lemma(word, language) for word in words)
            if not all(key):
                continue
            starts.update(word[:_START] for word in (*words, *key))
            known = labels.get(key)
            if known is None:
                labels[key] = Phrase(concept.iri, label)
            elif known.concept != concept.iri:
                labels[key] = Phrase("", label)
    lengths: dict[str, tuple[int, ...]] = {}
    for key in labels:
        known_lengths = {*lengths.get(key[0], ()), len(key)}
        lengths[key[0]] = tuple(sorted(known_lengths, reverse=True))
    wanted = frozenset(word for key in labels for word in key)
    return _Lexicon(labels, lengths, _Forms(language, frozenset(starts), wanted))
