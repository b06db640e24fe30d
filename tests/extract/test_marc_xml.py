"""MARCXML: records in any wrapping, from documents that may be broken or hostile."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import SourceError
from pipeline.extract.marc_record import key_of
from pipeline.extract.marc_xml import MENDED, is_xml, read_xml
from pipeline.settings import Source

SOURCE = Source(kind="marc", location="x.xml", languages=("en",), name="demo")
SLIM = "http://www.loc.gov/MARC21/slim"


def one(number: int, title: str = "A title", prefix: str = "") -> str:
    p = prefix
    return (
        f'<{p}record><{p}leader>00000nam a2200000 i 4500</{p}leader>'
        f'<{p}controlfield tag="001">{number}</{p}controlfield>'
        f'<{p}datafield tag="245" ind1="1" ind2="0"><{p}subfield code="a">{title}</{p}subfield>'
        f"</{p}datafield></{p}record>"
    )  # fmt: skip


def wrapped(*records: str, before: str = "<collection>", after: str = "</collection>") -> bytes:
    return (before + "\n".join(records) + after).encode()


def read(data: bytes, source: Source = SOURCE) -> list[str]:
    """Return key and title of each record, or why it is left out."""
    _, found = read_xml(data, source, "x.xml")
    shown = []
    for parsed in found:
        if parsed.record is None:
            shown.append(parsed.problem)
        else:
            mark = "*" if MENDED in parsed.odd else ""
            shown.append(f"{key_of(parsed.record)}{mark} {parsed.record['245']['a']}")
    return shown


@pytest.mark.parametrize(
    "data",
    [
        wrapped(one(1), one(2)),
        b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>\n' + wrapped(one(1), one(2)),
        wrapped(one(1), one(2), before=f'<collection xmlns="{SLIM}">'),
        wrapped(one(1, prefix="m:"), one(2, prefix="m:"), before=f'<m:collection xmlns:m="{SLIM}">',
                after="</m:collection>"),
        wrapped(*(f"<record><header/><metadata>{one(n)}</metadata></record>" for n in (1, 2)),
                before="<OAI-PMH><ListRecords>", after="</ListRecords></OAI-PMH>"),
        wrapped(*(f"<bib><mms_id>1</mms_id>{one(n)}</bib>" for n in (1, 2)),
                before="<bibs>", after="</bibs>"),
        ("<?xml version='1.0' encoding='utf-16'?>"
         + wrapped(one(1), one(2)).decode()).encode("utf-16"),
        ("<?xml version='1.0' encoding='iso-8859-1'?>"
         + wrapped(one(1), one(2)).decode()).encode("latin-1"),
    ],
)  # fmt: skip
def test_records_in_any_wrapping(data: bytes) -> None:
    assert is_xml(data)
    assert read(data) == ["1 A title", "2 A title"]


def test_a_record_alone() -> None:
    assert read(one(1, "Łódź &amp; <b>Perú</b>").encode()) == ["1 Łódź & Perú"]


def test_characters_of_a_declared_encoding() -> None:
    text = '<?xml version="1.0" encoding="ISO-8859-1"?>' + one(1, "Perú")
    assert read(text.encode("latin-1")) == ["1 Perú"]
    issues, found = read_xml(text.encode(), SOURCE, "x.xml")
    assert [key_of(parsed.record) for parsed in found if parsed.record] == ["1"]
    assert "says iso8859-1, but every byte of it is right UTF-8" in issues[0].message


def test_no_record() -> None:
    assert read(b"<collection/>") == []
    assert read(b"<html><body>Not here</body></html>") == []
    assert read(b"<records><record><id>1</id></record></records>") == []


@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_record_that_is_not_well_formed_costs_no_other(place: int) -> None:
    records = [one(1), one(2), one(3)]
    records[place] = records[place].replace("</datafield>", "</datafeld>")
    found = read(wrapped(*records))
    assert found.pop(place).startswith("it is not well-formed XML: ")
    assert found == [f"{number} A title" for number in (1, 2, 3) if number != place + 1]


def test_ampersands_and_control_characters_are_mended() -> None:
    data = wrapped(one(1, "A & B\x0b &nbsp;&#233;&eacute;"), one(2))
    assert read(data) == ["1* A & B &nbsp;é&eacute;", "2 A title"]


def test_broken_records_with_a_prefix() -> None:
    records = [one(n, prefix="m:") for n in (1, 2, 3)]
    records[1] = records[1].replace("A title", "A & B")
    data = wrapped(*records, before=f'<m:c xmlns:m="{SLIM}">', after="</m:c>")
    assert read(data) == ["1 A title", "2* A & B", "3 A title"]


def test_what_is_cut_off_is_told() -> None:
    found = read(wrapped(one(1), one(2))[:-40])
    assert found[0] == "1 A title"
    assert found[1].startswith("it is not well-formed XML")
    found = read(wrapped(one(1), one(2), after="</collection"))
    assert found[:2] == ["1 A title", "2 A title"]
    assert found[2].startswith("the XML is not well-formed behind the last record")


def test_a_record_that_is_not_closed() -> None:
    records = [one(1).removesuffix("</record>"), one(2)]
    found = read(wrapped(*records))
    assert found[0].startswith("it is not well-formed XML")
    assert found[1:] == ["2 A title"]


def test_broken_answers_of_a_provider() -> None:
    records = [f"<record><header/><metadata>{one(n)}</metadata></record>" for n in (1, 2)]
    data = wrapped(*records).replace(b"A title", b"A & B", 1)
    assert read(data) == ["1* A & B", "2 A title"]


@pytest.mark.parametrize(
    "attack",
    [
        '<!DOCTYPE c [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE c [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(attack: str, encoding: str) -> None:
    with pytest.raises(SourceError, match="declares XML entities"):
        read((attack + wrapped(one(1, "&x;")).decode()).encode(encoding))


def test_entities_behind_a_long_comment_are_not_resolved(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    data = (
        f"<!--{'x' * 1_100_000}-->"
        f'<!DOCTYPE c [<!ENTITY x SYSTEM "{secret.as_uri()}">]>{one(1, "&x;")}'
    )
    assert "secret" not in "".join(read(data.encode()))


def test_what_is_neither_well_formed_nor_marc() -> None:
    with pytest.raises(SourceError, match=r"is not well-formed XML: .* it begins '<html><p>'"):
        read(b"<html><p>")


def test_binary_is_no_xml() -> None:
    assert not is_xml(b"00714cam a2200205 a 4500")
    assert not is_xml(b"")


def test_the_configured_encoding_counts() -> None:
    source = Source(kind="marc", location="x", languages=("en",), encoding="iso-8859-2")
    assert read(one(1, "Łódź").encode("iso-8859-2"), source) == ["1 Łódź"]


def test_bytes_that_are_no_utf8_are_guessed_and_told() -> None:
    issues, found = read_xml(one(1, "Perú").encode("cp1252"), SOURCE, "x.xml")
    assert [parsed.record["245"]["a"] for parsed in found if parsed.record] == ["Perú"]
    assert "is a guess" in issues[0].message


@pytest.mark.parametrize(
    "data",
    [
        wrapped("<x/>" * 10_000 + one(1)),
        wrapped(one(1).replace("</record>", "<datafield/>" * 10_000 + "</record>")),
        wrapped("<a>" + "<x/>" * 1_000 + one(1) + "</a>", "<x/>" * 10_000),
    ],
)
def test_elements_without_end_are_refused(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(data) == ["1 A title"]
    monkeypatch.setattr("pipeline.extract.marc_xml.MOST_ELEMENTS", 5_000)
    with pytest.raises(SourceError, match="has 5,001 elements in one record, or beside"):
        read(data)


def test_a_few_nuls_are_left_out() -> None:
    data = wrapped(*(one(n) for n in range(1, 20))).replace(b"A title", b"A \0title", 1)
    issues, found = read_xml(data, SOURCE, "x.xml")
    assert len([parsed for parsed in found if parsed.record]) == 19
    assert issues[0].message == "x.xml: 1 NUL bytes were left out; export it again"
