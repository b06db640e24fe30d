"""What the map stage must be told because a record alone does not know it."""

from __future__ import annotations

import msgspec


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """The catalogue around a record; every IRI is absolute.

    `base` is the catalogue's base IRI (ends in `/`), `dataset` the IRI of its dataset,
    `metadata_licence` the licence of the descriptions (empty: not stated). `modified` maps a
    release number to its clock reading (`xsd:dateTime`), `language_iris` a BCP 47 tag or primary
    subtag to the IRI of a language authority, `homepages` and `collections` a source's name to the
    IRI of where it was taken from and of the collection its resources belong to. `publish` maps a
    source's name to the fields that may be published, as named in source files or in the document;
    a source without an entry, or with an empty one, publishes every field.
    """

    base: str
    dataset: str = ""
    metadata_licence: str = ""
    modified: dict[int, str] = {}
    language_iris: dict[str, str] = {}
    homepages: dict[str, str] = {}
    collections: dict[str, str] = {}
    publish: dict[str, frozenset[str]] = {}
