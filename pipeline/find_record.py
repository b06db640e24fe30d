"""Which record a person means by an IRI, an address, a key or some words of a title."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from pipeline.errors import CataloomError, ReleaseError, show_path
from pipeline.model import Issue, Record
from pipeline.query.table import visible
from pipeline.record_parts import read_records
from pipeline.release import AGAIN
from pipeline.vocabulary import fold

NEAREST: Final = 5  # titles that a message offers


class NothingFoundError(CataloomError):
    """No record is meant by what was asked for."""

    exit_code = 2


class Found(NamedTuple):
    """A record and whether it was rejected."""

    record: Record
    rejected: bool


class _Rejected(msgspec.Struct):
    """What is read of a line of `quarantine.jsonl`."""

    record: Record
    issues: tuple[Issue, ...] = ()


def find(release: Path, what: str, base: str) -> list[Found]:
    """Return the record that `what` names, or all whose titles hold its words.

    `what` is the IRI of a resource or a record below `base`, an id, a key, an identifier, the
    address of a page or file, or words (folded: case, accents and punctuation do not count). A
    title that consists of just these words is chosen alone. Rejected records are found too.

    Raises `ReleaseError` where the release is damaged.
    """
    words = fold(what).split()
    by_words: list[Found] = []
    for found in read_all(release):
        if _is_named(found.record, what, base):
            return [found]
        if words and all(word in fold(title(found.record)) for word in words):
            by_words.append(found)
    same = [found for found in by_words if fold(title(found.record)).split() == words]
    return same if len(same) == 1 else by_words


def read_all(release: Path) -> Iterator[Found]:
    """Yield every record of a release, then those it rejected; raises `ReleaseError`."""
    for record in read_records(release):
        yield Found(record, rejected=False)
    file = release / "quarantine.jsonl"
    decoder = msgspec.json.Decoder(_Rejected)
    try:
        with file.open("rb") as lines:
            for line in lines:
                rejected = decoder.decode(line)
                issues = rejected.issues or rejected.record.issues
                yield Found(msgspec.structs.replace(rejected.record, issues=issues), rejected=True)
    except FileNotFoundError:
        return
    except (OSError, msgspec.MsgspecError) as error:
        raise ReleaseError(
            f"the quarantine is damaged: {error}", where=show_path(file), next_step=AGAIN
        ) from error


def _is_named(record: Record, asked: str, base: str) -> bool:
    iri = asked.partition("#")[0]
    if record.id and iri in {record.id, f"{base}resource/{record.id}", f"{base}record/{record.id}"}:
        return True
    if asked == record.key or asked in record.keys or asked in record.identifiers:
        return True
    return _address(asked) in map(_address, (*record.pages, *record.files)) and ":" in asked


def _address(url: str) -> str:
    """Return a URL without what differs between ways to write it: scheme, www, last slash."""
    return re.sub(r"^https?://(www\.)?", "", url).rstrip("/")


def title(record: Record) -> str:
    """Return the titles of a record as one line."""
    return " / ".join(text.value for text in record.title) or "(no title)"


def nothing_found(asked: str, release: Path) -> NothingFoundError:
    """Return the error that names the titles whose words are nearest to those asked for."""
    titles = list(dict.fromkeys(title(found.record) for found in read_all(release)))
    words = sorted({word for text in titles for word in fold(text).split()})
    near: Counter[str] = Counter()
    for word in fold(asked).split():
        for close in difflib.get_close_matches(word, words, n=3, cutoff=0.7):
            alike = round(100 * difflib.SequenceMatcher(None, word, close).ratio())
            near.update({text: alike for text in titles if close in fold(text).split()})
    nearest = "; ".join(visible(text) for text, _ in near.most_common(NEAREST))
    return NothingFoundError(
        f"no record is named {visible(asked)!r} or has these words in its title",
        expected="an IRI, an id, a key, the address of a page, or words of a title",
        next_step=f"try one of the nearest titles: {nearest}" if nearest else "try other words",
    )
