"""Binary MARC: records are read whatever their lengths say; pymarc writes the good ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymarc import MARCReader

from pipeline.extract.marc_binary import NO_TERMINATOR, Chunk, Parsed, chunks_of, parse
from tests.extract.marc_samples import binary, field, record, simple

LENGTH = "have another length than their leader says"
DIRECTORY = "have a wrong directory; their fields were read by the terminators"


def read(data: bytes, configured: str = "") -> list[Parsed]:
    return [parse(chunk, configured=configured) for chunk in chunks_of(data)]


def keys(found: list[Parsed]) -> list[str]:
    return [
        next((f.data or "" for f in one.record.get_fields("001")), "")
        if one.record
        else one.problem
        for one in found
    ]


def test_what_pymarc_wrote_is_read_as_pymarc_reads_it() -> None:
    data = binary(
        simple(1, "Peru: Łódź"), record(field("001", "2"), field("650", "$aA$xB$xC", " 0"))
    )
    ours = [one.record for one in read(data)]
    theirs = list(MARCReader(data))
    assert [str(one) for one in ours] == [str(one) for one in theirs]
    assert not any(one.odd or one.lost for one in read(data))


@pytest.mark.parametrize("between", [b"\n", b"\r\n", b"\x00\x00", b"\x1d", b"\x1a", b"  "])
def test_what_stands_between_records_means_nothing(between: bytes) -> None:
    data = between + binary(simple(1)) + between + binary(simple(2)) + between
    found = read(data)
    assert keys(found) == ["n1", "n2"]
    assert not any(one.odd for one in found)


@pytest.mark.parametrize("length", [b"00010", b"99999", b"00000"])
def test_a_wrong_length_costs_nothing(length: bytes) -> None:
    data = length + binary(simple(1))[5:] + binary(simple(2))
    found = read(data)
    assert keys(found) == ["n1", "n2"]
    assert [one.odd for one in found] == [(LENGTH,), ()]


def test_a_length_that_leads_to_another_terminator_is_not_believed() -> None:
    first, second = binary(simple(1)), binary(simple(2))
    both = len(first) + len(second)
    found = read(b"%05d" % both + first[5:] + second + binary(simple(3)))
    assert keys(found) == ["n1", "n2", "n3"]


def test_a_terminator_inside_a_value_is_passed_over() -> None:
    data = binary(simple(1, "with \x1d inside"), simple(2))
    found = read(data)
    assert keys(found) == ["n1", "n2"]
    assert found[0].record is not None
    assert found[0].record["245"]["a"] == "with \x1d inside"


@pytest.mark.parametrize("lost", [b"\x1d", b"\x1e\x1d"])
def test_a_missing_terminator_between_records(lost: bytes) -> None:
    first = binary(simple(1)).removesuffix(lost)
    found = read(first + (b"" if lost == b"\x1d" else b"\x1e") + binary(simple(2)))
    assert keys(found) == ["n1", "n2"]
    assert [one.odd for one in found] == [(NO_TERMINATOR,), ()]


def test_a_missing_terminator_at_the_end() -> None:
    found = read(binary(simple(1), simple(2))[:-1])
    assert keys(found) == ["n1", "n2"]
    assert found[1].odd == (NO_TERMINATOR,)


@pytest.mark.parametrize("kept", [1, 20, 30, 80])
def test_a_last_record_that_is_cut_off_is_left_out(kept: int) -> None:
    found = read(binary(simple(1)) + binary(simple(2))[:kept])
    assert [one.record is None for one in found] == [False, True]
    assert ("cut off" in found[1].problem) == (kept > 24), found[1].problem


def test_rubbish_before_a_record_is_told_and_the_record_read() -> None:
    found = read(b"<html>error</html>" + binary(simple(1)) + b"what?\x1d" + binary(simple(2)))
    assert keys(found) == ["it is no record", "n1", "it has no leader of 24 characters", "n2"]


def shift_directory(data: bytes, by: int) -> bytes:
    """Return one record whose directory counts characters, as it were, and not bytes."""
    head, rest = data[:24], data[24:]
    directory, mark, body = rest.partition(b"\x1e")
    entries = [directory[at : at + 12] for at in range(0, len(directory), 12)]
    wrong = [
        entry[:7] + b"%05d" % (int(entry[7:]) + by * (place > 0))
        for place, entry in enumerate(entries)
    ]
    return head + b"".join(wrong) + mark + body


@pytest.mark.parametrize("by", [1, 3, 500])
def test_a_wrong_directory_is_mended_by_the_terminators(by: int) -> None:
    data = shift_directory(binary(simple(1, "Lima")), by)
    found = read(data + binary(simple(2)))
    assert keys(found) == ["n1", "n2"]
    assert found[0].odd == (DIRECTORY,)
    assert found[0].record is not None
    assert found[0].record["245"]["a"] == "Lima"


def test_fields_that_a_directory_does_not_lead_to_are_told() -> None:
    data = binary(simple(1))
    directory, mark, body = data[24:].partition(b"\x1e")
    # One entry more than there are fields, which leads nowhere.
    broken = data[:24] + directory + b"650000500900" + mark + body
    found = read(broken)[0]
    assert found.record is not None
    assert [one.tag for one in found.record.fields] == ["001", "003", "008", "245"]
    assert found.lost == "its directory is wrong, and these fields could not be read: 650"


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"00027nam a2200025 i 4500\x1e\x1e\x1d", "its directory names 0 fields, there are 1"),
        (b"00026nam a2200025 i 4500\x1e\x1d", "it has no fields"),
        (b"00030nam a2200025 i 4500xxxxxx\x1d", "it has no fields"),
        (b"00040nam a2200025 i 4500abc\x1e1\x1e2\x1e3\x1e\x1d", "its directory names 0 fields"),
        (b"99999nam a2200025 i 4500" + b"245000100000" * 9_000 + b"\x1e\x1e\x1d",
         "its directory has 108,000 bytes"),
        (b"short\x1d", "it has no leader of 24 characters"),
    ],
)  # fmt: skip
def test_a_record_without_fields_is_left_out(data: bytes, problem: str) -> None:
    (found,) = read(data)
    assert found.record is None
    assert found.problem.startswith(problem)


def test_two_entries_for_one_field_are_a_wrong_directory() -> None:
    """Else a small record could be given any size."""
    data = binary(simple(1, "Lima"))
    directory, mark, body = data[24:].partition(b"\x1e")
    (found,) = read(data[:24] + directory + directory[-12:] + mark + body)
    assert found.record is not None
    assert len(found.record.fields) == 4
    assert found.lost.endswith("could not be read: 245")
    (found,) = read(data[:24] + directory[:-12] + directory[:12] + mark + body)
    assert found.odd == (DIRECTORY,)


def test_bad_tags_indicators_and_subfields() -> None:
    body = [b"n1", b"1\x1faOne", b"\x1faTwo", b"123\x1faThree\x1f\x1f b", b"  \x1f\xc3\xa9x"]
    tags = [b"001", b"245", b"246", b"\xe9-1", b"500"]
    offset, directory = 0, b""
    for tag, piece in zip(tags, body, strict=True):
        directory += tag[:3].ljust(3) + b"%04d%05d" % (len(piece) + 1, offset)
        offset += len(piece) + 1
    data = b"00000nam a22%05d i 4500" % (25 + len(directory)) + directory + b"\x1e"
    (found,) = read(data + b"".join(piece + b"\x1e" for piece in body) + b"\x1d")
    assert found.record is not None
    fields = {one.tag: one for one in found.record.fields}
    assert list(fields) == ["001", "245", "246", "500"]
    assert (fields["245"].indicator1, fields["245"].indicator2) == ("1", " ")
    assert fields["246"]["a"] == "Two"
    assert DIRECTORY in found.odd


def test_marc8_that_says_utf8_is_told() -> None:
    data = binary(simple(1, "Per?u")).replace(b"Per?u", b"Per\xe2u")
    (found,) = read(data)
    assert found.record is not None
    assert found.record["245"]["a"] == "Perú"
    assert found.odd == ("say UTF-8 (Leader/09) but are MARC-8, and were read so",)


def test_the_configured_encoding_is_used() -> None:
    data = binary(simple(1, "Per?")).replace(b"Per?", b"Per\xfa")
    (found,) = read(data, configured="iso8859-1")
    assert found.record is not None
    assert found.record["245"]["a"] == "Perú"
    assert not found.odd


def test_a_record_longer_than_a_leader_can_say() -> None:
    notes = [field("520", "$a" + "long " * 1_900) for _ in range(11)]
    made = record(field("001", "n1"), field("245", "$aMany notes"), *notes)
    data = made.as_marc()
    assert len(data) > 99_999
    data = b"99999" + data[6:]  # pymarc writes six digits
    (found, after) = read(data + binary(simple(2)))
    assert keys([found, after]) == ["n1", "n2"]
    assert not found.odd


@given(st.binary(max_size=300))
def test_no_bytes_break_it(data: bytes) -> None:
    for chunk in chunks_of(data):
        assert isinstance(parse(chunk), Parsed)


@given(st.data())
def test_one_damaged_byte_costs_at_most_its_own_record(data: st.DataObject) -> None:
    """Records before and after the one in which a byte is changed are read as they are."""
    parts = [binary(simple(number)) for number in (1, 2, 3)]
    at = data.draw(st.integers(0, len(parts[1]) - 2))
    value = data.draw(st.integers(0, 255))
    broken = parts[1][:at] + bytes([value]) + parts[1][at + 1 :]
    found = read(parts[0] + broken + parts[2])
    assert keys(found)[0] == "n1"
    assert keys(found)[-1] == "n3"


def test_chunks_know_where_they_begin() -> None:
    first = binary(simple(1))
    chunks = list(chunks_of(b"\n" + first + b"rubbish" + binary(simple(2))))
    assert [chunk.start for chunk in chunks] == [1, 1 + len(first), 8 + len(first)]
    assert isinstance(chunks[0], Chunk)
