"""What UTF-8 looks like when it is read as something else, and the way back.

A misreading maps damaged sequences to the character that stood there: `Ăł` to `ó` where UTF-8 was
read as ISO-8859-16. Only characters that catalogue texts are likely to hold are listed, which is
what keeps clean text from being taken for damage.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator

import msgspec

# Latin letters and signs, Romanian ș ț, Vietnamese and Welsh letters, and typographic signs. The C1
# controls are damage themselves, but the way back from text that was damaged twice.
CHARACTERS = tuple(
    map(
        chr,
        itertools.chain(
            range(0x80, 0x180),
            range(0x218, 0x21C),
            range(0x1E80, 0x1E86),
            range(0x1EA0, 0x1EFA),
            range(0x2010, 0x2016),
            range(0x2018, 0x201F),
            (0x2020, 0x2021, 0x2022, 0x2026, 0x2030, 0x2032, 0x2033, 0x2039, 0x203A, 0x2044),
            (0x20AC, 0x2116, 0x2122, 0x2212),
        ),
    )
)
# The chains of encodings through which UTF-8 was read; the commonest mistake first, because a tie
# is decided by this order. Latin-1 is windows-1252 with its C1 controls left as they are.
CHAINS: dict[str, tuple[tuple[str, ...], ...]] = {
    "iso-8859-16": (("iso8859_16",),),
    "windows-1252": (("cp1252",), ("latin_1",)),
    "windows-1250": (("cp1250",),),
    "iso-8859-2": (("iso8859_2",),),
    "windows-1252-twice": (("cp1252", "cp1252"), ("latin_1", "latin_1")),
}
INVISIBLE = "\xad\xa0"  # what tools drop from text: soft hyphen and no-break space
# The characters that are repaired though their second byte was dropped, the likelier first.
LOSSY = "\xa0\xadíà"
WITH_SPACE = "\xa0à"  # those of them whose second byte reads as a no-break space
CLOSING = frozenset("»”’…–—")  # what may stand right behind a letter in sound text
MOST_COMBINATIONS = 32


class Misreading(msgspec.Struct, frozen=True):
    """One way of misreading UTF-8.

    `exact` maps a damaged sequence to the character that stood there, `lossy` what is left of one
    when its invisible signs were dropped to the characters it may have been; `pattern` finds the
    sequences of both, the longest first.
    """

    name: str
    exact: dict[str, str]
    lossy: dict[str, tuple[str, ...]]
    pattern: re.Pattern[str]


class Piece(msgspec.Struct, frozen=True):
    """One sequence of a word put right: where the result stands in the candidate, and from what."""

    at: int
    damaged: str
    right: str
    lost: bool


class Candidate(msgspec.Struct, frozen=True):
    """What a word may have been, and the sequences that were put right for it (at least one)."""

    text: str
    pieces: tuple[Piece, ...]


@functools.cache
def misreadings() -> tuple[Misreading, ...]:
    """Return every misreading that is known here, in the order that decides a tie."""
    return tuple(_misreading(name, chains) for name, chains in CHAINS.items())


@functools.cache
def damaged_sequences() -> re.Pattern[str]:
    """Return a pattern for every complete damaged sequence of every misreading."""
    return re.compile(_alternatives({damaged for one in misreadings() for damaged in one.exact}))


@functools.cache
def reversals() -> dict[str, str]:
    """Return what a repair that takes ISO-8859-16 for windows-1250 leaves, and what stood there.

    Such a repair restores most letters, but makes `å` of `á` and `Ô` of `õ`: the two encodings
    give the second byte of these different characters.
    """
    found: dict[str, str] = {}
    for right in CHARACTERS:
        try:
            wrong = right.encode().decode("iso8859_16").encode("cp1250").decode()
        except UnicodeError:
            continue
        if wrong != right and wrong.isalpha() and right.isalpha() and wrong not in found:
            found[wrong] = right
    return found


def candidates(
    word: str, misreading: Misreading, *, has_spaces: bool = False
) -> Iterator[Candidate]:
    """Yield what `word` may have been under `misreading`, at most 32 candidates.

    `has_spaces` says that the document still has no-break spaces, so that none was dropped.
    """
    parts: list[list[tuple[str, str, bool]]] = []  # the choices of each part: result, damage, lost
    end = 0
    for match in misreading.pattern.finditer(word):
        parts.append([(word[end : match.start()], "", False)])
        parts.append(list(_choices(match.group(), misreading, has_spaces)))
        end = match.end()
    if not parts:
        return
    parts.append([(word[end:], "", False)])
    for chosen in itertools.islice(itertools.product(*parts), MOST_COMBINATIONS):
        text = ""
        pieces = []
        for result, damaged, lost in chosen:
            if damaged:
                pieces.append(Piece(at=len(text), damaged=damaged, right=result, lost=lost))
            text += result
        yield Candidate(text=text, pieces=tuple(pieces))


def _choices(
    damaged: str, misreading: Misreading, has_spaces: bool
) -> Iterator[tuple[str, str, bool]]:
    """Yield what one damaged sequence may have been: the result, its damage, whether it was lossy.

    What follows a remnant may be sound: `aquĂ»` is `aquí»` as well as `aquû`.
    """
    if damaged in misreading.exact:
        yield misreading.exact[damaged], damaged, False
    for length in range(len(damaged), 0, -1):
        rest = damaged[length:]
        if rest and rest not in CLOSING:
            continue
        for right in misreading.lossy.get(damaged[:length], ()):
            if not (has_spaces and right in WITH_SPACE):
                yield right + rest, damaged[:length], True


def _misreading(name: str, chains: Iterable[tuple[str, ...]]) -> Misreading:
    exact: dict[str, str] = {}
    lossy: dict[str, list[str]] = {}
    dropped = dict.fromkeys(map(ord, INVISIBLE))
    for chain in chains:
        for right in CHARACTERS:
            damaged = _misread(right, chain)
            if right > "\x9f" or right in damaged:  # a control comes of a control alone
                exact.setdefault(damaged, right)
        for right in LOSSY:
            left = _misread(right, chain).translate(dropped)
            if right not in lossy.setdefault(left, []):
                lossy[left].append(right)
    pattern = re.compile(_alternatives({*exact, *lossy}))
    kept = {left: tuple(rights) for left, rights in lossy.items()}
    return Misreading(name=name, exact=exact, lossy=kept, pattern=pattern)


def _misread(text: str, chain: Iterable[str]) -> str:
    """Return `text` in UTF-8 read as each encoding in turn; an unknown byte is a C1 control."""
    for encoding in chain:
        text = "".join(
            bytes([byte]).decode(encoding, "ignore") or chr(byte) for byte in text.encode()
        )
    return text


def _alternatives(sequences: Iterable[str]) -> str:
    """Return a pattern for any of `sequences`, the longest that fits, factored by first letters."""
    following: dict[str, set[str]] = {}
    for sequence in sequences:
        following.setdefault(sequence[0], set()).add(sequence[1:])
    single = "".join(re.escape(first) for first in sorted(following) if following[first] == {""})
    branches = [f"[{single}]"] if single else []
    for first in sorted(following):
        rest = following[first]
        if rest != {""}:
            tail = _alternatives(rest - {""})
            branches.append(f"{re.escape(first)}(?:{tail}){'?' if '' in rest else ''}")
    return "|".join(branches)
