"""Which of the addresses of a sitemap are read: those of its host, by globs, up to a number."""

from __future__ import annotations

import fnmatch
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from pipeline.extract.payloads import shown, source_issue
from pipeline.extract.unread import Notes
from pipeline.kinds import SitemapSettings
from pipeline.settings import Source

NO_PAGES = re.compile(
    r"\.(?:pdf|docx?|odt|rtf|pptx?|odp|xlsx?|ods|csv|epub|zip|gz|tar|rar|7z|mp3|ogg|wav|mp4|webm|avi"
    r"|mov|jpe?g|png|gif|svg|webp|tiff?|ico|css|js|json|xml|rss|atom|txt)",
    re.IGNORECASE,
)
"""Endings of files that are no pages: they are not asked for."""


class Choice:
    """Takes addresses, and counts those that it leaves out."""

    def __init__(self, settings: SitemapSettings, location: str) -> None:
        self.most = settings.most
        self._include = [_glob(one) for one in settings.include]
        self._exclude = [_glob(one) for one in settings.exclude]
        self._hosts: set[str] = set()
        self._left_out: Counter[str] = Counter()
        self._first: dict[str, str] = {}
        self.know(location)

    def know(self, address: str) -> None:
        """Take the host of an address that was answered for one of the site's own."""
        self._hosts.add(_host(address))

    def own(self, addresses: Iterable[str]) -> Iterator[str]:
        """Return the addresses of the site's own host; the others are counted."""
        for address in addresses:
            host = _host(address)
            if not host:
                self._leave("that are no web addresses", address)
            elif host not in self._hosts:
                self._leave("of other hosts", address)
            else:
                yield address

    def taken(self, addresses: Iterable[str]) -> Iterator[str]:
        """Return the addresses that are to be read."""
        for address in self.own(addresses):
            parts = urlsplit(address)
            local = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
            names = (address, local)
            if any(one.match(name) for one in self._exclude for name in names):
                self._leave("that 'exclude' names", address)
            elif self._include and not any(
                one.match(name) for one in self._include for name in names
            ):
                self._leave("that 'include' does not name", address)
            elif _is_file(parts.path):
                self._leave("of files that are no pages", address)
            else:
                yield address

    def tell(self, source: Source, notes: Notes, *, more: bool) -> None:
        """Tell what was left out; `more` says that there are more than the settings want."""
        notes += [
            source_issue(
                source, f"addresses {what} were left out: {count:,}; the first is "
                f"{shown(self._first[what], 200)}",
                value=self._first[what], severity="info" if "clude" in what else "warning",
            )
            for what, count in self._left_out.items()
        ]  # fmt: skip
        if more:
            message = (
                f"there are more than {self.most:,} pages; the others were left out: raise 'most' "
                "in [sitemap], or narrow 'include'"
            )
            notes.lose(source_issue(source, message))

    def _leave(self, what: str, address: str) -> None:
        self._left_out[what] += 1
        self._first.setdefault(what, address)


def _glob(pattern: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(pattern.strip()))


def _host(address: str) -> str:
    """Return the host of a web address without `www.`, with a port that is not the usual one."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return ""
    usual = port is None or port in {80, 443}
    return parts.hostname.removeprefix("www.") + ("" if usual else f":{port}")


def _is_file(path: str) -> bool:
    name = path.rpartition("/")[2]
    return "." in name and bool(NO_PAGES.fullmatch(name[name.rfind(".") :]))
