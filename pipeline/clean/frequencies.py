"""How common a word is, in any of the European languages whose word lists wordfreq carries.

Encoding repair asks whether a proposed word is a word. Only words with letters outside ASCII are
kept, as a sorted array of checksums beside an array of frequencies: about 3 MB for 27 languages
where a dictionary of strings would take 45 MB in every worker process.
"""

from __future__ import annotations

import functools
import zlib
from array import array
from bisect import bisect_left

# Every wordfreq language written in Latin letters. With four of them clean Swedish and Danish are
# harmed; the whole set costs half a second, once, in a process that meets damage.
LANGUAGES = (
    *("ca", "cs", "da", "de", "en", "es", "fi", "fil", "fr", "hu", "id", "is", "it", "lt"),
    *("lv", "ms", "nb", "nl", "pl", "pt", "ro", "sh", "sk", "sl", "sv", "tr", "vi"),
)
# wordfreq counts in centibels below certainty; Zipf 0 is one word in 10^9, i.e. -900 centibels.
CENTIBELS_OF_ZIPF_0 = 900


def zipf(word: str) -> float:
    """Return the Zipf frequency of `word` (any case) in its most fitting language.

    From 3.0 (once in a million words, the least that the lists hold) to about 7.5; 0.0 for a word
    of no list, and for every word of ASCII letters alone, which are not kept.
    """
    if word.isascii():
        return 0.0
    checksums, centibels = _table()
    checksum = _checksum(word.casefold().encode("utf-8", "replace"))
    at = bisect_left(checksums, checksum)
    if at < len(checksums) and checksums[at] == checksum:
        return (CENTIBELS_OF_ZIPF_0 - centibels[at]) / 100
    return 0.0


@functools.cache
def _table() -> tuple[array[int], array[int]]:
    """Return checksums in rising order and, beside each, its centibels below certainty."""
    from wordfreq import available_languages, read_cBpack

    files = available_languages("small")
    best: dict[int, int] = {}
    for language in LANGUAGES:
        for centibels, words in enumerate(read_cBpack(files[language])):
            for word in words:
                # The lists write ss for ß, as Unicode's case folding does.
                if not word.isascii() or (language == "de" and "ss" in word):
                    checksum = _checksum(word.encode())
                    if best.get(checksum, centibels) >= centibels:
                        best[checksum] = centibels
    checksums = array("Q", sorted(best))
    return checksums, array("H", map(best.__getitem__, checksums))


def _checksum(word: bytes) -> int:
    """Return 64 bits that are the same in every process (which `hash` is not)."""
    return zlib.crc32(word) << 32 | zlib.adler32(word)
