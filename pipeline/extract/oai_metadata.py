"""The metadata of a record -> its fields: the format is known by its root element.

The prefix of a format is the provider's to choose (OAI-PMH 2.0 §3.4); what the metadata is does not
follow from it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pipeline.extract import (
    oai_datacite,
    oai_dspace,
    oai_dublin_core,
    oai_edm,
    oai_marc,
    oai_mods,
)
from pipeline.extract.oai_dublin_core import TERMS, Found
from pipeline.extract.oai_names import local

if TYPE_CHECKING:
    from lxml.etree import _Element

Read = Callable[["_Element"], Found]

READERS: dict[str, Read] = {
    "dc": oai_dublin_core.read, "dcterms": oai_dublin_core.read, "qdc": oai_dublin_core.read,
    "qualifieddc": oai_dublin_core.read, "oai_dc": oai_dublin_core.read,
    "mods": oai_mods.read, "modscollection": oai_mods.read,
    "dim": oai_dspace.read_dim, "resource": oai_datacite.read, "oai_datacite": oai_datacite.read,
    "oai_marc": oai_marc.read_oai_marc,
}  # fmt: skip
"""Formats by the local name of their root element."""

MARC_PARTS = frozenset({"leader", "controlfield", "datafield"})


def read_metadata(root: _Element) -> tuple[Found, bool]:
    """Return the fields of the metadata whose root element is `root`, and whether it is known.

    Of a format that is not known, a known one inside it is taken (as in METS), or else what looks
    like Dublin Core.
    """
    if reader := _reader(root):
        return reader(root), True
    for element in root.iter():
        if element is not root and (inner := _reader(element)):
            return inner(element), True
    return oai_dublin_core.read_any(root), False


def _reader(root: _Element) -> Read | None:
    name = local(root.tag)
    if name in READERS:
        return READERS[name]
    parts = {local(child.tag) for child in root}
    if name in {"record", "collection"} and (parts & MARC_PARTS or parts == {"record"}):
        return oai_marc.read
    if name == "rdf" and oai_edm.OBJECT in parts:
        return oai_edm.read
    if name == "metadata" and "element" in parts:
        return oai_dspace.read_xoai
    if name in {"record", "metadata"} and parts & TERMS.keys():
        return oai_dublin_core.read  # a bare list, whose records hold the elements themselves
    return None
