"""Whole runs against servers: polite, resumed, and unmoved by whatever a server sends."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from pipeline import record_parts, release
from pipeline.catalogue_folder import load_settings
from pipeline.ending import Outcome
from pipeline.extract.politeness import Pauses
from pipeline.new_catalogue import make_folder
from pipeline.run import run_catalogue
from tests.conftest import ROOT
from tests.extract.faulty_server import FaultyServer
from tests.extract.web import Answer, Answers, Web
from tests.small_catalogue import BASE, QUICK, prose

CAP = 1
SLACK = 2.0
RUN_SECONDS = 15.0
"""What a run takes beyond its answers on a slow machine."""

FETCH = """
[fetch]
pause = {pause}
retries = 0
largest = 5
response_seconds = {seconds}
"""
ROBOTS = "User-agent: *\nDisallow: /private\n"


class Live:
    """A catalogue folder whose sources are on the web."""

    def __init__(self, folder: Path, pause: float = 0, seconds: float = CAP) -> None:
        make_folder(folder, BASE)
        self.folder = folder
        self.output = folder / "output"
        with (folder / "catalogue.toml").open("a", encoding="utf-8") as file:
            file.write(QUICK + FETCH.format(pause=pause, seconds=seconds))

    def add(self, name: str, kind: str, location: str, more: str = "") -> None:
        """Write the file of a source."""
        text = f'kind = "{kind}"\nlocation = "{location}"\nlanguages = ["en"]\n{more}'
        (self.folder / "input" / f"{name}.toml").write_text(text, "utf-8")

    def run(self, *, offline: bool = False) -> Outcome:
        """Run the catalogue; whatever happened, no entry was lost."""
        outcome = run_catalogue(load_settings(self.folder), jobs=1, offline=offline)
        for name, books in outcome.books.items():
            assert release.imbalance(books) == "", name
        return outcome

    def titles(self, source: str) -> set[str]:
        """Return the titles that are published of a source."""
        records = record_parts.read_records(release.current(self.output))
        return {record.title[0].value for record in records if record.source == source}

    def payloads(self) -> set[str]:
        """Return what is in the payload store."""
        return {path.name for path in (self.output / "payloads").iterdir()}


def feed(numbers: range) -> str:
    """Return an RSS feed with an entry a number."""
    items = "".join(
        f"<item><guid>https://example.org/{n}</guid><link>https://example.org/{n}</link>"
        f"<title>The report number {n} of the village bank</title>"
        f"<description>{escape(prose(n))}</description></item>"
        for n in numbers
    )
    return f'<rss version="2.0"><channel><title>Reports</title>{items}</channel></rss>'


def oai(records: str, head: str = "") -> str:
    return (
        f'<?xml version="1.0"?>{head}<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
        "<responseDate>2026-01-01T00:00:00Z</responseDate>"
        f"<request>http://example.org/</request>{records}</OAI-PMH>"
    )


def listing(numbers: range, following: str = "") -> str:
    """Return an HTML page with an entry a number, and a link to the next page."""
    entries = "".join(
        f"<article><h2>The guide number {n} of the village bank</h2>"
        f"<a href='/guides/{n}'>more</a><p>{escape(prose(n))}</p></article>"
        for n in numbers
    )
    link = f"<a rel='next' href='{following}'>next</a>" if following else ""
    return f"<!DOCTYPE html><html lang='en'><body>{entries}{link}</body></html>"


HTML = """
[html]
entry = "article"
next = "a[rel=next]"

[html.fields]
title = "h2"
description = "p"
page = {select = "a", attribute = "href"}
"""


@pytest.fixture
def faulty() -> Iterator[FaultyServer]:
    with FaultyServer() as server:
        server.pages["/feed"] = feed(range(3)).encode()
        server.pages["/other"] = feed(range(10, 13)).encode()
        yield server


FAULTS = {
    "/429-huge": "asks to be left alone",
    "/429-next-week": "asks to be left alone",
    "/503": "HTTP 503",
    "/loop": "redirects in a circle",
    "/to-file": "file:///etc/passwd",
    "/to-metadata": "an address of a private network",
    "/truncated": "broke off in the middle of its answer",
    "/longer": "more than the 10 bytes that its Content-Length says",
    "/drip-head": "has not answered whole within",
    "/drip-body": "has not answered whole within",
    "/gzip-bomb": "has more than 5 MB",
    "/double-gzip": "",
    "/huge": "has more than 5 MB",
    "/many-headers": "sends headers that cannot be read",
    "/nul": "",
    "/wrong-charset": "",
}
"""Fault -> what is told; empty where that is for the kind of source to say."""


@pytest.mark.slow
def test_a_source_that_fails_takes_nothing_with_it(
    tmp_path: Path, faulty: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Web({"/other": feed(range(10, 13))}) as web:
        meet_each_fault(Live(tmp_path / "catalogue"), faulty, web, monkeypatch)


def meet_each_fault(
    live: Live, faulty: FaultyServer, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.add("broken", "feed", faulty.url("/feed"))
    live.add("sound", "feed", web.url("/other"))
    assert live.run().kind == "published"
    before = live.titles("broken")
    assert len(before) == 3
    for number, (fault, told) in enumerate(FAULTS.items()):
        faulty.instead["/feed"] = fault
        web.answers["/other"] = feed(range(10, 14 + number))
        monkeypatch.setattr("pipeline.extract.fetch.PAUSES", Pauses())  # no fault outlives its run
        begun = time.perf_counter()
        outcome = live.run()
        assert time.perf_counter() - begun < CAP + SLACK + RUN_SECONDS, fault
        assert (outcome.kind, outcome.exit_code) == ("partial", 3), fault
        assert list(outcome.failed) == ["broken"], fault
        message = outcome.failed["broken"]
        assert faulty.url("/feed") in message, fault
        assert told in message, fault
        assert "next: " in message, fault
        assert outcome.books["sound"].created == 1, fault
        assert live.titles("broken") == before, fault
        assert len(live.titles("sound")) == 4 + number, fault
    faulty.instead.clear()
    outcome = live.run()
    assert outcome.exit_code == 0
    assert outcome.books["broken"].unchanged == 3


def laughs(levels: int = 12) -> str:
    """Return a document type of which one entity unfolds into 10^levels words."""
    entities = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, levels)
    )
    return f"<!DOCTYPE x [{entities}]>"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["feed", "oai-pmh"])
@pytest.mark.parametrize("attack", ["laughs", "file", "web", "parameter"])
def test_entities_are_not_unfolded(
    tmp_path: Path, faulty: FaultyServer, kind: str, attack: str
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret of this machine")
    head, entity = {
        "laughs": (laughs(), "&a11;"),
        "file": (f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>', "&e;"),
        "web": (f'<!DOCTYPE x [<!ENTITY e SYSTEM "{faulty.url("/good?xxe")}">]>', "&e;"),
        "parameter": (f'<!DOCTYPE x [<!ENTITY % p SYSTEM "{faulty.url("/good?xxe")}"> %p;]>', ""),
    }[attack]
    item = f"<title>A title {entity}</title><description>{prose(1)}</description>"
    rss = f"<item><guid>urn:x:1</guid>{item}</item>"
    record = (
        "<ListRecords><record><header><identifier>oai:x:1</identifier>"
        "<datestamp>2026-01-01</datestamp></header><metadata>"
        '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>A title {entity}</dc:title></oai_dc:dc></metadata></record></ListRecords>"
    )
    body = f'<?xml version="1.0"?>{head}<rss version="2.0"><channel>{rss}</channel></rss>'
    for query in ("", "?verb=Identify", "?verb=ListMetadataFormats",
                  "?verb=ListRecords&metadataPrefix=oai_dc"):  # fmt: skip
        page = oai(record, head) if kind == "oai-pmh" else body
        faulty.pages[f"/hostile{query}"] = page.encode()
    live = Live(tmp_path / "catalogue")
    live.add("hostile", kind, faulty.url("/hostile"))
    live.add("sound", "feed", faulty.url("/other"))
    begun = time.perf_counter()
    outcome = live.run()
    assert time.perf_counter() - begun < CAP + SLACK + RUN_SECONDS
    assert len(live.titles("sound")) == 3
    assert "/good?xxe" not in faulty.visits
    for title in live.titles("hostile"):
        assert len(title) < 100
    if outcome.failed:
        assert faulty.url("/hostile") in outcome.failed["hostile"]
    for file in (*live.output.rglob("*.nt"), *live.output.rglob("*.csv")):
        assert "secret of this machine" not in file.read_text("utf-8")


def site(pages: int, each: int = 4) -> Answers:
    """Return a listing of so many pages, linked one to the next, that says when it last changed."""
    modified = {"Last-Modified": "Sat, 03 Jan 2026 10:00:00 GMT"}
    answers: Answers = {"/robots.txt": Answer(ROBOTS, headers={"ETag": '"robots"'})}
    for number in range(pages):
        following = f"/list/{number + 1}" if number + 1 < pages else ""
        text = listing(range(number * each, number * each + each), following)
        answers[f"/list/{number}"] = Answer(text, headers=modified)
    return answers


@pytest.mark.slow
def test_a_polite_harvest(tmp_path: Path) -> None:
    pause = 0.4
    live = Live(tmp_path / "catalogue", pause=pause)
    with Web(site(5)) as web:
        live.add("guides", "html-listing", web.url("/list/0"), HTML)
        assert live.run().books["guides"].created == 20
        first = [request.path for request in web.log]
        kept = live.payloads()
        web.log.clear()
        again = live.run()
        second = list(web.log)
    assert first == ["/robots.txt", *(f"/list/{number}" for number in range(5))]
    assert again.kind == "unchanged"
    assert [request.path for request in second] == first
    for request in second:
        assert {"if-none-match", "if-modified-since"} & set(request.headers), request.path
    assert live.payloads() == kept, "no payload is stored twice"
    times = [request.when for request in second]
    gaps = [after - before for before, after in pairwise(times)]
    assert min(gaps) >= pause * 0.98, "the server's clock may lie a little behind ours"


@pytest.mark.slow
def test_what_robots_forbids_stops_a_source_and_not_the_others(tmp_path: Path) -> None:
    live = Live(tmp_path / "catalogue")
    with Web({**site(2), "/private": feed(range(2))}) as web:
        live.add("guides", "html-listing", web.url("/list/0"), HTML)
        live.add("hidden", "feed", web.url("/private"))
        outcome = live.run()
        assert "/private" not in web.paths
        assert f"{web.url('/private')}: " in outcome.failed["hidden"]
    assert "asks robots to leave this page alone" in outcome.failed["hidden"]
    assert outcome.books["guides"].created == 8


@pytest.mark.slow
def test_a_run_that_is_killed_is_gone_on_with(tmp_path: Path) -> None:
    code = """if True:
        import sys
        from pathlib import Path
        from pipeline.catalogue_folder import load_settings
        from pipeline.run import run_catalogue
        print(run_catalogue(load_settings(Path(sys.argv[1])), jobs=1).kind)
    """
    live = Live(tmp_path / "catalogue", pause=0.2)
    with Web(site(8)) as web:
        live.add("guides", "html-listing", web.url("/list/0"), HTML)
        command = [sys.executable, "-c", code, str(live.folder)]
        killed = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        while len(web.requests) < 4:
            assert killed.poll() is None
            time.sleep(0.01)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        before = web.paths.copy()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        counts = [web.paths.count(f"/list/{number}") for number in range(8)]
    assert done.stdout == "published\n"
    assert len(live.titles("guides")) == 32
    assert len(before) == 4
    assert counts[:3] == [1, 1, 1], "what was finished is not asked for again"
    assert sum(counts) <= 9


@pytest.mark.slow
def test_a_page_that_changes_while_it_is_paged(tmp_path: Path) -> None:
    """A new entry on the first page pushes the last one of each page to the next."""
    live = Live(tmp_path / "catalogue")
    with Web({}) as web:
        web.answers["/list"] = lambda request: listing(
            range(4) if request.query.get("page") == "1" else range(3, 7)
            if request.query.get("page") == "2" else range(0)
        )  # fmt: skip
        more = '\n[paging]\nparameter = "page"\n' + HTML.replace('next = "a[rel=next]"', "")
        live.add("guides", "html-listing", web.url("/list"), more)
        outcome = live.run()
    assert outcome.exit_code == 0
    books = outcome.books["guides"]
    assert (books.extracted, books.created, books.rejected) == (7, 7, 0)
    assert len(live.titles("guides")) == 7


@pytest.mark.slow
def test_offline_gives_the_same_without_the_web(tmp_path: Path) -> None:
    live = Live(tmp_path / "catalogue")
    with Web(site(3)) as web:
        live.add("guides", "html-listing", web.url("/list/0"), HTML)
        live.run()
    outcome = live.run(offline=True)
    assert outcome.kind == "unchanged"
    assert outcome.books["guides"].unchanged == 12
    live.add("unread", "feed", web.url("/never"))
    outcome = live.run(offline=True)
    assert f"{web.url('/never')}: is not in the payload store" in outcome.failed["unread"]


@pytest.mark.slow
def test_no_file_of_a_run_holds_the_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "s3cret-of-the-library"  # noqa: S105 - no one's
    monkeypatch.setenv("LIBRARY_KEY", secret)
    more = '[credentials]\nenvironment = "LIBRARY_KEY"\nparameter = "key"\n'
    live = Live(tmp_path / "catalogue")
    with Web(
        {"/feed": feed(range(3)).replace("</channel>", f"<link>/?key={secret}</link></channel>")}
    ) as web:
        live.add("closed", "feed", web.url("/feed"), more)
        live.add("gone", "feed", web.url("/gone"), more)
        outcome = live.run()
        assert {request.query.get("key") for request in web.log} == {secret}
    assert outcome.books["closed"].created == 3
    assert "gone" in outcome.failed
    assert secret not in json.dumps(outcome.failed)
    for file in live.folder.rglob("*"):
        assert secret not in file.name
        if file.is_file():
            assert secret.encode() not in file.read_bytes(), file
