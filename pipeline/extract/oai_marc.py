"""MARCXML and the older `oai_marc` -> fields, as the kind `marc` reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.extract.marc_record import fields_of, from_xml
from pipeline.extract.oai_dublin_core import Found
from pipeline.extract.oai_names import local

if TYPE_CHECKING:
    from lxml.etree import _Element

MARCXML = "http://www.loc.gov/MARC21/slim"


def read(root: _Element) -> Found:
    """Return the fields of a MARCXML `record`, or of the first in a `collection`."""
    record = root
    if local(root.tag) == "collection":
        record = next((child for child in root if local(child.tag) == "record"), root)
    return _fields(record)


def read_oai_marc(root: _Element) -> Found:
    """Return the fields of an `oai_marc` element, whose fields are `fixfield` and `varfield`."""
    from lxml import etree

    record = etree.Element(f"{{{MARCXML}}}record")
    for part in root:
        name = local(part.tag)
        tag = (part.get("id") or "").strip().zfill(3)
        if name == "fixfield":
            field = etree.SubElement(record, f"{{{MARCXML}}}controlfield", tag=tag)
            field.text = (part.text or "").strip('"')
        elif name == "varfield":
            field = etree.SubElement(record, f"{{{MARCXML}}}datafield", tag=tag)
            field.set("ind1", part.get("i1") or " ")
            field.set("ind2", part.get("i2") or " ")
            for sub in part:
                if local(sub.tag) == "subfield":
                    code = etree.SubElement(field, f"{{{MARCXML}}}subfield")
                    code.set("code", sub.get("label") or "")
                    code.text = sub.text
    return _fields(record)


def _fields(record: _Element) -> Found:
    return {name: [*values] for name, values in fields_of(from_xml(record), {}).items()}
