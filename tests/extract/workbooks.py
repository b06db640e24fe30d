"""Workbooks as bytes, written by hand: what spreadsheet programs write, and what nobody should."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


class Raw(NamedTuple):
    """A cell as XML, with `{ref}` where its reference stands."""

    xml: str


class Sheet(NamedTuple):
    """A sheet: rows of cells (text, number, truth, `Raw` or None) from A1, what is merged."""

    rows: Sequence[Sequence[object]]
    merged: Sequence[str] = ()
    hidden: bool = False


def date(serial: float) -> Raw:
    """Return a cell with the date of an Excel serial number."""
    return Raw(f'<c r="{{ref}}" s="1"><v>{serial}</v></c>')


def xlsx(sheets: Mapping[str, Sheet]) -> bytes:
    """Return an XLSX workbook (ECMA-376)."""
    names = list(sheets)
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"'
        f"{' state=' + chr(34) + 'hidden' + chr(34) if sheets[name].hidden else ''}/>"
        for n, name in enumerate(names, 1)
    )
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(names) + 1)
    )
    styles = (
        f'{HEAD}<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/>'
        '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
    )
    members = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{SHEET_TYPE}.sheet.main+xml"/>'
        "</Types>",
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship '
        f'Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
        f'{relations}<Relationship Id="rId0" Type="{RELATIONS}/styles" Target="styles.xml"/>'
        "</Relationships>",
        "xl/styles.xml": styles,
    }
    for n, name in enumerate(names, 1):
        members[f"xl/worksheets/sheet{n}.xml"] = sheet_xml(sheets[name])
    return zipped(members)


def sheet_xml(sheet: Sheet) -> str:
    """Return a sheet as SpreadsheetML."""
    rows = "".join(
        f'<row r="{number}">{"".join(_cell(c, f"{_column(i)}{number}") for i, c in enumerate(row))}'
        "</row>"
        for number, row in enumerate(sheet.rows, 1)
    )
    merged = "".join(f'<mergeCell ref="{span}"/>' for span in sheet.merged)
    return (
        f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>'
        f"{f'<mergeCells>{merged}</mergeCells>' if merged else ''}</worksheet>"
    )


def ods(rows: str, name: str = "Sheet") -> bytes:
    """Return an OpenDocument spreadsheet of one table, whose rows are given as XML."""
    spaces = "".join(f' xmlns:{n}="{OFFICE}:{n}:1.0"' for n in ("office", "table", "text"))
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": f'{HEAD}<m:manifest xmlns:m="{OFFICE}:manifest:1.0"/>',
            "content.xml": f"{HEAD}<office:document-content{spaces}><office:body>"
            f'<office:spreadsheet><table:table table:name="{name}">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        }
    )


def ods_row(cells: Sequence[str]) -> str:
    """Return a row of texts of an OpenDocument table."""
    return "<table:table-row>" + "".join(
        f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p>'
        "</table:table-cell>"
        for cell in cells
    ) + "</table:table-row>"  # fmt: skip


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    """Return a ZIP archive of `members`, the same bytes each time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            information = zipfile.ZipInfo(name)
            information.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(information, content)
    return buffer.getvalue()


def _column(index: int) -> str:
    return chr(ord("A") + index)


def _cell(cell: object, reference: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Raw):
        return cell.xml.format(ref=reference)
    if isinstance(cell, bool):
        return f'<c r="{reference}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, str):
        return f'<c r="{reference}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
    return f'<c r="{reference}"><v>{cell}</v></c>'
