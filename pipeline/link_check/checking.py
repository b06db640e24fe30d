"""The links of the current release that are due, asked for one after the other.

This comes after the run: whatever happens here, the release and the exit code stay what they are.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from pipeline import record_parts, release
from pipeline.errors import CataloomError, ReleaseError
from pipeline.extract.conversation import Clock
from pipeline.extract.politeness import PAUSES, Pauses
from pipeline.extract.transport import Transport
from pipeline.link_check.asking import look_at
from pipeline.link_check.following import Follower, NotNowError
from pipeline.link_check.link_issues import link_issues, links_of
from pipeline.link_check.memory import (
    Head,
    Link,
    Look,
    add_link,
    after,
    open_memory,
    read_head,
    read_memory,
    write_memory,
)
from pipeline.settings import Settings

LOCK = ".links.lock"
WORK = ".links"
TABLE = "links.csv"
LONGEST = 4_096
"""Characters of a link that is asked for; servers refuse longer ones."""


class Checked(msgspec.Struct, frozen=True):
    """How many links were asked for, how many were due; `problem` says what kept from asking."""

    asked: int = 0
    due: int = 0
    problem: str = ""


class Means(msgspec.Struct, frozen=True):
    """What links are asked for with: replaced in tests. `connect` takes the seconds of a link."""

    connect: Callable[[float], Transport]
    clock: Clock
    pauses: Pauses


def means() -> Means:
    """Return the usual means: connections to the internet, the process's clock and pauses."""
    return Means(lambda seconds: Transport("", seconds, 1), Clock(), PAUSES)


def check_links(settings: Settings, tell: Callable[[str], None] = lambda _: None) -> Checked:
    """Ask for the links of the current release that are due, and remember what that showed.

    Writes `links.jsonl` (the memory) and `links.csv` (what is to be told now, in the form of
    `issues.csv`) in the output folder. `tell` takes a line on what is being done. Nothing is
    raised but what ends the process.
    """
    try:
        checked = _check(settings, tell)
    except OSError as error:
        checked = Checked(problem=str(release.cannot_write(settings.output, error)))
    except CataloomError as error:
        checked = Checked(problem=str(error))
    except Exception as error:  # the run has ended well: no link may turn that into a failure
        checked = Checked(problem=f"{type(error).__name__}: {error}; report this as a bug")
    if checked.problem:
        tell(f"links: not checked to the end: {checked.problem}")
    return checked


def _check(settings: Settings, tell: Callable[[str], None]) -> Checked:
    links, output, now = settings.catalogue.links, settings.output, release.clock()
    with _locked(output) as free:
        if not free:
            return Checked(problem="another run is at it")
        folder = release.current(output)
        before, moment = release.stamp(now - timedelta(days=links.every_days)), release.stamp(now)
        head = read_head(output)
        if head and head.release == folder.name and before < head.oldest <= moment:
            return Checked()
        held: set[str] = set()
        try:
            held.update(_links(folder))
        except ReleaseError:
            if release.current(output) == folder:
                raise
        if release.current(output) != folder:  # its files may be on their way out
            return Checked(problem="another run has published meanwhile")
        known = {url: link for url, link in read_memory(output).items() if url in held}
        due = [url for url in held if not _is_fresh(known.get(url), before, moment)]
        due.sort(key=lambda url: (known[url].checked if url in known else "", url))
        chosen = due[: links.per_run]
        asked = 0
        if chosen:
            tell(f"links: {len(chosen)} of {len(due)} that are due")
            asked = _ask(settings, _by_turns(chosen), known, now)
        oldest = min((link.checked for link in known.values()), default=moment)
        whole = len(known) == len(held)
        write_memory(output, Head(folder.name, oldest if whole else ""), known.values())
        _write_table(settings)
        return Checked(asked, len(due))


def _ask(settings: Settings, urls: Iterable[str], known: dict[str, Link], now: datetime) -> int:
    """Ask for these links and note each answer in `known` and on the disk; return how many."""
    links = settings.catalogue.links
    tools = means()
    transport = tools.connect(links.seconds)
    until = tools.clock.monotonic() + links.run_seconds
    follower = Follower(settings.catalogue, transport, tools.clock, tools.pauses, until)
    asked = 0
    with open_memory(settings.output) as file, contextlib.closing(transport):
        for url in urls:
            if tools.clock.monotonic() >= until:
                break
            try:
                look = look_at(follower, url, known.get(url))
            except NotNowError:
                continue
            except Exception:  # it is not to keep the others waiting in every run from now on
                look = Look(trouble="unasked", problem="a bug of ours kept from asking for it")
                add_link(file, after(known.get(url), url, look, release.stamp(now)))
                raise
            known[url] = after(known.get(url), url, look, release.stamp(now))
            add_link(file, known[url])
            asked += 1
    return asked


def _links(folder: Path) -> Iterator[str]:
    """Yield the links of a release that can be asked for."""
    for record in record_parts.read_records(folder):
        for _, url in links_of(record):
            if url.lower().startswith(("http://", "https://")) and len(url) <= LONGEST:
                yield url


def _is_fresh(link: Link | None, before: str, moment: str) -> bool:
    """Say whether a link was asked for lately: a moment to come is a clock that was set back."""
    return link is not None and before < link.checked <= moment


def _by_turns(urls: Iterable[str]) -> Iterator[str]:
    """Yield one link of each host in turn, so that no host's pause keeps the others waiting."""
    hosts: dict[str, deque[str]] = {}
    for url in urls:
        hosts.setdefault(_host_of(url), deque()).append(url)
    while hosts:
        for host in list(hosts):
            yield hosts[host].popleft()
            if not hosts[host]:
                del hosts[host]


def _write_table(settings: Settings) -> None:
    """Write what is to be told now, whether or not a release is made."""
    from pipeline.publish.tables import ISSUES_FILE, write_issues

    work = settings.output / WORK
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    parts = sorted((release.current(settings.output) / "records").glob("part-*.jsonl.gz"))
    write_issues(work, link_issues(settings, parts))
    (work / ISSUES_FILE).replace(settings.output / TABLE)
    shutil.rmtree(work)


@contextlib.contextmanager
def _locked(output: Path) -> Iterator[bool]:
    """Hold the lock of the link check, not that of the run, and say whether it was free."""
    handle = os.open(output / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def _host_of(url: str) -> str:
    """Return the host of any link, or an empty text where none can be made out."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
