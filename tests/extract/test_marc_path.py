"""How settings name places of a MARC record."""

from __future__ import annotations

import pytest

from pipeline.extract.marc_path import MarcPathError, parse_path, values_at
from tests.extract.marc_samples import CODED, LEADER, field, record

SAMPLE = record(
    field("001", "n1"),
    field("008", CODED),
    field("041", "$aeng$aspa"),
    field("245", "$aA guide :$bto it /$cby X.", "10"),
    field("650", "$aOne$xPart.$0(x)1", " 0"),
    field("650", "$aTwo$2fast", " 7"),
    field("651", "$aPeru", " 0"),
    field("653", "$aA$aB", "  "),
    field("856", "$uhttps://a.example/1", "40"),
    field("856", "$uhttps://a.example/2", "41"),
    field("856", "$uhttps://a.example/3", "42"),
    field("856", "$uhttps://a.example/4", "0 "),
    field("9MB", "$aLocal"),
)


@pytest.mark.parametrize(
    ("select", "expected"),
    [
        ("245abc", ["A guide : to it / by X."]),
        ("245a", ["A guide"]),
        ("245ba", ["A guide : to it"]),
        ("653a", ["A", "B"]),
        ("653", ["A B"]),
        ("650", ["One Part", "Two"]),
        ("65Xa", ["One", "Two", "Peru", "A", "B"]),
        ("650[_,0]a", ["One"]),
        ("650[,0]a", ["One"]),
        ("650[*,7]a", ["Two"]),
        ("856[4,01]u", ["https://a.example/1", "https://a.example/2"]),
        ("856[0]u", ["https://a.example/4"]),
        ("008/35-37", ["eng"]),
        ("008/06", ["s"]),
        ("LDR/06-07", ["am"]),
        ("LDR", [LEADER]),
        ("001", ["n1"]),
        ("00X/0", ["n", "8"]),
        ("041a/0-1", ["en", "sp"]),
        ("651a 653a 651a", ["Peru", "A", "B", "Peru"]),
        ("9MBa", ["Local"]),
        ("999a", []),
        ("2451", []),
        ("650b", []),
        ("650bc", []),
    ],
)
def test_values(select: str, expected: list[str]) -> None:
    assert values_at(SAMPLE, parse_path(select)) == expected


@pytest.mark.parametrize(
    ("select", "reason"),
    [
        ("", "empty"),
        ("24", "is no tag"),
        ("245$a", "is no tag"),
        ("title", "is no tag"),
        ("245[1", "is no tag"),
        ("245[1,0,2]a", "is no tag"),
        ("650a, 653a", "is no tag"),
        ("00Xa[1]", "is no tag"),
        ("001a", "neither indicators nor subfields"),
        ("008[1]", "neither indicators nor subfields"),
        ("LDRa", "neither indicators nor subfields"),
        ("008/37-35", "stands before the first"),
    ],
)
def test_what_names_no_place(select: str, reason: str) -> None:
    with pytest.raises(MarcPathError, match=reason):
        parse_path(select)
