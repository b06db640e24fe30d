"""What the checks of links have found so far: `output/links.jsonl`, a line a link.

The first line says which release the lines are of. While links are asked, each answer is added at
the end, where it outdoes an earlier line of its link; so a process that dies loses at most the link
that it was at. In the end the file is written anew, with the links of the release only.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Literal

import msgspec

FILE = "links.jsonl"

Trouble = Literal["", "broken", "passing", "refused", "unasked"]
"""Why a link was not reached: it leads nowhere; the server is in trouble, which may pass; it turns
programs (and perhaps people) away; or nobody asked, as the site wants it of robots."""


class Look(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What asking for a link once has shown.

    `problem` says why it was not reached, in words; `moved_to` where it permanently redirects to;
    `suspicion` why the page that came is hardly the one that was meant. `etag` and `modified` are
    those of the answer from `at`; `no_head` says that the server does not take HEAD.
    """

    trouble: Trouble = ""
    problem: str = ""
    moved_to: str = ""
    suspicion: str = ""
    etag: str = ""
    modified: str = ""
    at: str = ""
    no_head: bool = False


class Link(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A link, when it was last asked for (xsd:dateTime), and what that has shown.

    `failed` counts the failing checks in a row, the first of which was at `since`; `moved` the
    checks in a row at which it redirected to where it does now.
    """

    url: str
    checked: str
    look: Look = Look()
    failed: int = 0
    since: str = ""
    moved: int = 0


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The memory's first line: the release whose links follow, and when the oldest was asked for.

    `oldest` is empty where a link has never been asked for.
    """

    release: str
    oldest: str = ""


def after(known: Link | None, url: str, look: Look, moment: str) -> Link:
    """Return what is known of a link after one more look at it."""
    failed, since, moved = 0, "", 0
    if look.trouble not in {"", "unasked"}:
        failed = known.failed + 1 if known else 1
        since = known.since if known and known.failed else moment
    if look.moved_to:
        same = known is not None and known.look.moved_to == look.moved_to
        moved = known.moved + 1 if known and same else 1
    return Link(url=url, checked=moment, look=look, failed=failed, since=since, moved=moved)


def read_head(output: Path) -> Head | None:
    """Return the memory's first line, or None where there is no whole one."""
    try:
        with (output / FILE).open("rb") as lines:
            return msgspec.json.decode(lines.readline(), type=Head)
    except (OSError, msgspec.MsgspecError):
        return None


def read_memory(output: Path) -> dict[str, Link]:
    """Return what is known of each link, by its address; lines that are damaged are passed over."""
    decoder = msgspec.json.Decoder(Link)
    found: dict[str, Link] = {}
    try:
        with (output / FILE).open("rb") as lines:
            for line in lines:
                try:
                    link = decoder.decode(line)
                except (msgspec.MsgspecError, UnicodeDecodeError):  # the head, or a torn line
                    continue
                found[link.url] = link
    except OSError:
        return found
    return found


def open_memory(output: Path) -> IO[bytes]:
    """Open the memory for further lines; a torn one before them is closed. Raises `OSError`."""
    file = (output / FILE).open("a+b", buffering=0)
    if file.tell():
        file.seek(-1, os.SEEK_END)
        if file.read(1) != b"\n":
            file.write(b"\n")
    return file


def add_link(file: IO[bytes], link: Link) -> None:
    """Write one line, as a whole, at the end."""
    file.write(msgspec.json.encode(link) + b"\n")


def write_memory(output: Path, head: Head, links: Iterable[Link]) -> None:
    """Write the memory anew, all at once; raises `OSError`."""
    spare = output / f".{FILE}"
    with spare.open("wb") as file:
        for line in (head, *sorted(links, key=lambda one: one.url)):
            file.write(msgspec.json.encode(line) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    spare.replace(output / FILE)
