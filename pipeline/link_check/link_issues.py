"""What the checks of links have found, as issues of the records that hold these links."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.link_check.memory import Link, read_memory
from pipeline.model import Issue, Record, Severity
from pipeline.record_parts import read_part
from pipeline.settings import LinkSettings, Settings

Said = tuple[Severity, str]


def link_issues(settings: Settings, parts: Iterable[Path]) -> tuple[Issue, ...]:
    """Return the issues of the links that the records in these files hold.

    They are no part of the records: a link that breaks changes no description. Raises
    `ReleaseError` for a part that is damaged.
    """
    links = settings.catalogue.links
    memory = read_memory(settings.output)
    said = {url: told for url, link in memory.items() if (told := _say(link, links))}
    if not said:
        return ()
    records = (record for part in parts for record in read_part(part))
    return tuple(issue for record in records for issue in _of_record(record, said))


def links_of(record: Record) -> Iterator[tuple[str, str]]:
    """Yield the links of a record, each once, and the property it is a value of."""
    seen: set[str] = set()
    for name, values in (("page", record.pages), ("file", record.files)):
        for url in values:
            if url not in seen:
                seen.add(url)
                yield name, url


def _of_record(record: Record, said: dict[str, list[Said]]) -> Iterator[Issue]:
    for name, url in links_of(record):
        for severity, message in said.get(url, ()):
            yield Issue(record.source, record.id, "publish", name, url, severity, message)


def _say(link: Link, links: LinkSettings) -> list[Said]:
    """Return what is to be told of a link: at most that it fails, else what is odd about it."""
    look, often = link.look, links.broken_after
    if link.failed >= often:
        since = link.since.partition("T")[0]
        what = f"has failed at {link.failed} checks in a row, since {since}: {look.problem}"
        if look.trouble == "refused":
            return [(
                "info",
                f"The link {what}. Some sites turn programs away and let people in: open it in a "
                "browser; where it works, nothing is wrong.",
            )]  # fmt: skip
        if look.trouble == "passing":
            return [(
                "warning",
                f"The link {what}. The server did not do its part, which may pass: open it in a "
                "browser; if it lasts, tell the site's operator, or ask the source for another "
                "address.",
            )]  # fmt: skip
        return [(
            "warning",
            f"The link {what}. Open it in a browser; where it does not work there either, have it "
            "corrected at the source.",
        )]  # fmt: skip
    said: list[Said] = []
    if look.moved_to and link.moved >= often:
        said.append((
            "info",
            f"The link has moved for good, as its site has said at {link.moved} checks, to "
            f"<{look.moved_to}>: have it corrected at the source.",
        ))  # fmt: skip
    if look.suspicion:
        said.append((
            "info",
            f"The link may be broken although its site says it is not: {look.suspicion}. Open it "
            "in a browser; where the page is gone, have it corrected at the source.",
        ))  # fmt: skip
    return said
