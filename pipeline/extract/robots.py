"""robots.txt (RFC 9309): what a site asks robots to leave alone, and how long to wait."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from pipeline.errors import SourceError
from pipeline.extract.address import origin
from pipeline.extract.http_error import told_of

if TYPE_CHECKING:
    from protego import Protego

NAME = "Cataloom"
"""Our product token: what a group in robots.txt that is meant for us begins with."""

LARGEST = 500 * 1024
"""Bytes that are read of a robots.txt; the rest is as if it were not there (section 2.5)."""

AGENT = re.compile(r"[ \t]*user[- ]?agent[ \t]*[: \t][ \t]*([^#]*)", re.IGNORECASE)
TOKEN = re.compile(r"[A-Za-z_-]+")
OTHERS = "User-agent: not-for-us"

Reader = Callable[[str, str], bytes | None]
"""Takes the address of a robots.txt and the page it is read for; None: the site has none."""


class Robots:
    """The rules of each site that is met, read once; also that they cannot be had."""

    def __init__(self, read: Reader) -> None:
        """Keep how a robots.txt is read."""
        self._read = read
        self._rules: dict[str, Protego] = {}
        self._problems: dict[str, SourceError] = {}

    def pause(self, address: str, page: str) -> float:
        """Return the seconds that the site asks to wait between two requests.

        `address` is what is to be asked for, `page` its name in messages. Raises `SourceError`
        where the site forbids it, or where its robots.txt cannot be had: then nothing may be asked
        for (section 2.3.1.4).
        """
        site = origin(address)
        file = urlunsplit((*urlsplit(address)[:2], "/robots.txt", "", ""))
        if site in self._problems:
            raise told_of(self._problems[site], page, self._problems[site].what)
        if site not in self._rules:
            from protego import Protego

            try:
                data = self._read(file, page)
            except SourceError as error:
                self._problems[site] = error
                raise
            text = "" if data is None else data.decode("utf-8-sig", "replace")
            self._rules[site] = Protego.parse(for_us(text))
        rules = self._rules[site]
        if not rules.can_fetch(address, NAME):
            raise SourceError(
                f"{file} asks robots to leave this page alone",
                where=page,
                expected="a page that may be harvested",
                next_step="ask the site for leave, or for another way to its records (OAI-PMH, a "
                "feed, a file); with its leave, set robots = false in [fetch] of the source",
            )
        return rules.crawl_delay(NAME) or 0.0


def for_us(text: str) -> str:
    r"""Return a robots.txt with the robots that are not us under one name.

    A group is ours where its product token is ours (section 2.2.1), not where that only begins
    alike. And a parser that keeps every rule for every robot can be made to fill the memory.

    >>> for_us("User-agent: Cat\nUser-agent: cataloom/1.0\nDisallow: /a")
    'User-agent: not-for-us\nUser-agent: Cataloom\nDisallow: /a'
    """
    lines: list[str] = []
    for line in text.splitlines():
        found = AGENT.match(line)
        if found is None:
            lines.append(line)
            continue
        named = found.group(1).strip()
        token = TOKEN.match(named)
        if named == "*":
            rule = "User-agent: *"
        elif token is not None and token.group().casefold() == NAME.casefold():
            rule = f"User-agent: {NAME}"
        else:
            rule = OTHERS
        if not lines or lines[-1] != rule:
            lines.append(rule)
    return "\n".join(lines)
