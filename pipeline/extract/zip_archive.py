"""A ZIP archive before anything else opens it: how much it really unpacks to, and no XML entities.

Sizes that the archive declares are not believed: every member is unpacked and counted, in pieces,
and nothing is kept (PKWARE APPNOTE 6.3.10 §4.3).
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from pipeline.errors import SourceError

LARGEST_UNPACKED = 500_000_000
"""Bytes of all members together; a sheet of a million rows and ten columns has as many."""

MOST_MEMBERS = 2_000
CENTRAL_HEADER = b"PK\x01\x02"
LOCAL_HEADER = struct.Struct("<4s22xHH")  # signature, lengths of name and extra field
LOCAL_SIGNATURE = b"PK\x03\x04"
PIECE = 1 << 16
LARGEST_PIECE = 1 << 20

ENTITY = "<!ENTITY"
ENTITIES = (ENTITY.encode("ascii"), ENTITY.encode("utf-16-le"))  # the latter also finds -be
OVERLAP = max(map(len, ENTITIES))


def unpacked(data: bytes, where: str) -> Iterator[tuple[str, bytes]]:
    """Yield the members of an archive in pieces of at most a megabyte, as (name, piece).

    A piece of an XML member begins with the last bytes of the one before it, so that what is
    looked for is not cut in two. Raises `SourceError` for what is no archive, is encrypted, has too
    many members or unpacks to too much, and for XML that declares entities.
    """
    size = 0
    for member in _members(data, where):
        is_xml = member.filename.lower().endswith((".xml", ".rels"))
        end = b""
        for piece in _pieces(data, member, where):
            size += len(piece)
            if size > LARGEST_UNPACKED:
                raise _refused(
                    f"unpacks to more than {LARGEST_UNPACKED // 1_000_000} MB", where,
                    "save the sheet as CSV, or as several workbooks",
                )  # fmt: skip
            whole = end + piece
            if is_xml and any(mark in whole for mark in ENTITIES):
                raise _refused("declares XML entities, which may fill the memory", where)
            end = whole[-OVERLAP:] if is_xml else b""
            yield member.filename, whole


def _members(data: bytes, where: str) -> list[zipfile.ZipInfo]:
    if data.count(CENTRAL_HEADER) > MOST_MEMBERS:
        raise _refused(f"is an archive of more than {MOST_MEMBERS:,} files", where)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OSError) as error:
        raise _refused(f"is a ZIP archive that cannot be read: {error}", where) from error
    for member in members:
        if member.flag_bits & 1:
            raise _refused("is encrypted", where, "save it without a password")
        if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise _refused("is packed in a way that workbooks are not", where)
    return members


def _pieces(data: bytes, member: zipfile.ZipInfo, where: str) -> Iterator[bytes]:
    try:
        signature, name, extra = LOCAL_HEADER.unpack_from(data, member.header_offset)
    except struct.error as error:
        raise _refused("is an archive that is cut off", where) from error
    if signature != LOCAL_SIGNATURE:
        raise _refused("is an archive whose list of files is wrong", where)
    start = member.header_offset + LOCAL_HEADER.size + name + extra
    packed = memoryview(data)[start : start + member.compress_size]
    if member.compress_type == zipfile.ZIP_STORED:
        yield from (bytes(packed[at : at + PIECE]) for at in range(0, len(packed), PIECE))
        return
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for at in range(0, len(packed), PIECE):
            left: bytes | memoryview = packed[at : at + PIECE]
            while left:
                yield unpacker.decompress(left, LARGEST_PIECE)
                left = unpacker.unconsumed_tail
    except zlib.error as error:
        raise _refused(f"is an archive that is damaged: {error}", where) from error


def _refused(what: str, where: str, next_step: str = "") -> SourceError:
    return SourceError(
        what, where=where, expected="a workbook as Excel or LibreOffice saves it",
        next_step=next_step or "open it there and save it again, or as CSV",
    )  # fmt: skip
