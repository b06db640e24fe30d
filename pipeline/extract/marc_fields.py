"""A MARC record as it is looked up: its fields by tag, its leader and 008 with real blanks."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from pipeline.extract.marc_text import NO_PUNCTUATION, plain

if TYPE_CHECKING:
    from pymarc import Field as MarcField
    from pymarc import Record

LEADER_LENGTH = 24
TAG = re.compile(r"[0-9A-Za-z]{3}")
LINKED = "880"


class Fields(msgspec.Struct, frozen=True):
    """The fields of one record.

    `tags` are its fields by tag; an 880 stands under `880-245` too, if it is the 245 in another
    script. `leader` has 24 characters, `coded` is 008. `punctuated` says that ISBD's punctuation
    may stand at the end of a subfield.
    """

    tags: dict[str, list[MarcField]]
    leader: str
    coded: str
    punctuated: bool

    def of(self, *tags: str) -> list[MarcField]:
        """Return the fields of `tags`, in that order."""
        return [field for tag in tags for field in self.tags.get(tag, ())]

    def with_linked(self, *tags: str) -> list[MarcField]:
        """Return the fields of `tags`, each tag's followed by the same in other scripts."""
        return self.of(*(name for tag in tags for name in (tag, f"{LINKED}-{tag}")))

    def values(self, code: str, *tags: str) -> list[str]:
        """Return the subfields `code` of the fields of `tags`."""
        return [plain(value) for field in self.of(*tags) for value in field.get_subfields(code)]


def index(record: Record) -> Fields:
    """Return the fields of `record`, to be looked up."""
    tags: dict[str, list[MarcField]] = defaultdict(list)
    for field in record.fields:
        tags[field.tag].append(field)
        if field.tag == LINKED and TAG.fullmatch(linked := (field.get("6") or "")[:3]):
            tags[f"{LINKED}-{linked}"].append(field)
    leader = leader_of(record)
    coded = next((field.data or "" for field in tags.get("008", ())), "")
    return Fields(dict(tags), leader, _blanks(coded), leader[18] not in NO_PUNCTUATION)


def leader_of(record: Record) -> str:
    """Return the leader, 24 characters."""
    return _blanks(str(record.leader)).ljust(LEADER_LENGTH)


def _blanks(coded: str) -> str:
    """Return coded data with blanks where exports write `#` or `^` for them."""
    return re.sub("[#^]", " ", coded)
