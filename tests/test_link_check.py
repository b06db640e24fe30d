"""The check of links: what each kind of answer means, its memory and pace, and whole runs."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from pipeline import link_check, record_parts, release
from pipeline.attending import check_links_after
from pipeline.catalogue_folder import load_settings
from pipeline.ending import Outcome
from pipeline.errors import ReleaseError
from pipeline.extract.conversation import Clock
from pipeline.extract.politeness import Pauses
from pipeline.extract.transport import Transport
from pipeline.link_check import Checked, checking
from pipeline.link_check.asking import FIRST, LONGEST_MARK, look_at
from pipeline.link_check.following import Follower, NotNowError
from pipeline.link_check.link_issues import links_of
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
from pipeline.link_check.missing_page import leads_home, says_missing
from pipeline.model import Locator, Record
from pipeline.run import run_catalogue
from pipeline.settings import LinkSettings
from tests.extract.web import CATALOGUE, Answer, Answers, Request, Watch, Web, no_such_names
from tests.small_catalogue import QUICK, SmallCatalogue

pytestmark = pytest.mark.slow  # whole runs

DAY = 86_400
EPOCH = 1_795_546_800
PAGE = "<title>A report</title><p>" + "All about savings groups. " * 40
GONE = "<title>Page not found</title>"
JUST = Answer(b"%PDF", headers={"Content-Type": "application/pdf"})
LATEST = "<title>Latest</title>"


class Asking:
    """Asks for paths of a server; `known` is remembered from look to look."""

    def __init__(
        self,
        answers: Answers,
        *,
        seconds: float = 5.0,
        pause: float = 0.0,
        until: float = float("inf"),
        local: bool = True,
    ) -> None:
        self.web = Web(answers)
        self.watch = Watch()
        links = LinkSettings(seconds=seconds)
        fetch = msgspec.structs.replace(CATALOGUE.fetch, pause=pause)
        catalogue = msgspec.structs.replace(CATALOGUE, fetch=fetch, links=links)
        transport = Transport(self.web.url() if local else "", seconds, 1)
        self.follower = Follower(catalogue, transport, self.watch.clock(), Pauses(), until)
        self.transport = transport
        self.known: Link | None = None

    def __enter__(self) -> Asking:
        self.web.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.transport.close()
        self.web.__exit__()

    def look(self, path: str) -> Look:
        url = self.web.url(path) if path.startswith("/") else path
        look = look_at(self.follower, url, self.known)
        self.known = after(self.known, url, look, "2026-11-24T12:00:00Z")
        return look

    @property
    def asked(self) -> list[str]:
        return [f"{one.method} {one.path}" for one in self.web.requests]


def look(answers: Answers, path: str = "/a") -> tuple[Look, list[str]]:
    with Asking(answers) as asking:
        return asking.look(path), asking.asked


def by_method(head: Answer, get: Answer | str) -> Callable[[Request], Answer | str]:
    return lambda request: head if request.method == "HEAD" else get


def test_a_file_is_asked_for_its_head_only() -> None:
    found, asked = look({"/a.pdf": JUST}, "/a.pdf")
    assert (found.trouble, found.problem, found.suspicion) == ("", "", "")
    assert asked == ["HEAD /a.pdf"]


def test_a_large_file_is_no_trouble() -> None:
    big = Answer(b"", headers={"Content-Type": "video/mp4", "Content-Length": "9000000000"})
    found, asked = look({"/a": by_method(big, Answer(b"", 500))})
    assert (found.trouble, asked) == ("", ["HEAD /a"])


def test_of_a_page_the_beginning_is_read() -> None:
    found, asked = look({"/a": PAGE + "x" * 3_000_000})
    assert (found.trouble, found.suspicion) == ("", "")
    assert asked == ["HEAD /a", "GET /a"]


@pytest.mark.parametrize(
    ("status", "trouble", "says"),
    [
        (400, "broken", "does not understand"),
        (404, "broken", "there is no such page (HTTP 404 Not Found)"),
        (410, "broken", "gone for good"),
        (401, "refused", "wants a login"),
        (403, "refused", "refuses the page"),
        (451, "refused", "legal"),
        (429, "passing", "asked too much"),
        (500, "passing", "in trouble"),
        (503, "passing", "in trouble (HTTP 503"),
        (520, "passing", "in trouble (HTTP 520)"),
        (999, "passing", "HTTP 999"),
        (300, "broken", "HTTP 300"),
        (304, "broken", "HTTP 304"),
    ],
)
def test_what_a_status_means(status: int, trouble: str, says: str) -> None:
    found, asked = look({"/a": Answer(b"", status)})
    assert found.trouble == trouble
    assert says in found.problem
    again = status not in {429, 500, 503}  # these say nothing of HEAD
    assert asked == ["HEAD /a", "GET /a"][: 1 + again]


@pytest.mark.parametrize("status", [200, 203, 204, 206])
def test_what_is_reached(status: int) -> None:
    assert look({"/a": Answer(b"" if status == 204 else b"x", status)})[0].trouble == ""


@pytest.mark.parametrize("refusal", [400, 403, 404, 405, 501])
def test_where_head_is_refused_get_decides_and_is_remembered(refusal: int) -> None:
    with Asking({"/a": by_method(Answer(b"", refusal), PAGE)}) as asking:
        assert asking.look("/a").trouble == ""
        assert asking.look("/a").trouble == ""
        assert asking.asked == ["HEAD /a", "GET /a", "GET /a"]
        asking.web.answers["/a"] = Answer(b"", 404)
        assert asking.look("/a").no_head


def test_a_server_that_breaks_off_at_head() -> None:
    def breaks_off(request: Request) -> Answer | str:
        if request.method == "HEAD":
            raise ConnectionError
        return PAGE

    with Asking({"/a": breaks_off}) as asking:
        found = asking.look("/a")
        assert (found.trouble, found.no_head) == ("", True)
        assert asking.asked == ["HEAD /a", "GET /a"]


@pytest.mark.parametrize(
    "mark", [{"ETag": '"1"'}, {"Last-Modified": "Tue, 01 Sep 2026 00:00:00 GMT"}]
)
def test_what_has_not_changed_is_not_read_again(mark: dict[str, str]) -> None:
    with Asking({"/a": Answer(GONE, headers=mark)}) as asking:
        first = asking.look("/a")
        assert asking.look("/a") == first  # the suspicion too
        assert "Page not found" in first.suspicion
        assert asking.asked == ["HEAD /a", "GET /a", "HEAD /a"]
        asking.web.answers["/a"] = Answer(PAGE, headers={"ETag": '"2"'})
        assert asking.look("/a").suspicion == ""


def test_a_304_need_not_repeat_the_mark() -> None:
    def short(request: Request) -> Answer:
        if "if-none-match" in request.headers:
            return Answer(b"", 304)
        return Answer(PAGE, headers={"ETag": '"1"'})

    with Asking({"/a": short}) as asking:
        for _ in range(3):
            assert asking.look("/a").trouble == ""
        assert asking.asked == ["HEAD /a", "GET /a", "HEAD /a", "HEAD /a"]


def test_conditions_go_to_the_address_that_answered() -> None:
    there = Answer(PAGE, headers={"ETag": '"1"'})
    with Asking({"/a": Answer(b"", 302, {"Location": "/b"}), "/b": there}) as asking:
        asking.look("/a")
        asking.look("/a")
        assert asking.asked[-2:] == ["HEAD /a", "HEAD /b"]
        conditions = ["if-none-match" in one.headers for one in asking.web.requests[-2:]]
        assert conditions == [False, True]


def test_marks_that_cannot_be_sent_back_are_dropped() -> None:
    marks = {"ETag": '"' + "x" * LONGEST_MARK + '"', "Last-Modified": "mañana"}
    with Asking({"/a": Answer(PAGE, headers=marks)}) as asking:
        found = asking.look("/a")
        assert (found.etag, found.modified) == ("", "")
        asking.look("/a")
        assert asking.asked == ["HEAD /a", "GET /a"] * 2


def moved(to: str, status: int = 301) -> Answer:
    return Answer(b"", status, {"Location": to})


def test_where_a_link_has_moved_for_good() -> None:
    answers: Answers = {
        "/a": moved("/b"),
        "/b": moved("/c", 308),
        "/c": moved("/d", 302),
        "/d": moved("/e"),
        "/e": JUST,
        "/f": moved("/e", 307),
    }
    with Asking(answers) as asking:
        found = asking.look("/a")
        assert found.moved_to == asking.web.url("/c")  # beyond it, nothing is for good
        assert found.at == asking.web.url("/e")
        assert asking.look("/f").moved_to == ""


def test_a_redirect_to_nothing_is_broken_and_says_where() -> None:
    with Asking({"/a": moved("/b")}) as asking:
        found = asking.look("/a")
        assert found.trouble == "broken"
        assert f"{asking.web.url('/b')}, to which it redirects: there is no" in found.problem
        assert found.moved_to == ""


@pytest.mark.parametrize(
    ("to", "says"),
    [
        ("/a", "in a circle"),
        ("ftp://example.org/x", "no address of the web: “ftp://example.org/x”"),
        ("http://[bad", "no address of the web"),
        ("javascript:alert(1)", "no address of the web"),
        ("http://user:secret@exa mple/", "no address of the web"),
    ],
)
def test_redirects_that_lead_nowhere(to: str, says: str) -> None:
    found, _ = look({"/a": moved(to)})
    assert found.trouble == "broken"
    assert says in found.problem
    assert "secret" not in found.problem


def test_redirects_without_an_end() -> None:
    found, asked = look({"/a": lambda request: moved(f"/a?{len(request.path)}{request.path[3:]}")})
    assert "more than 10 times" in found.problem
    assert len(asked) == 11


def test_a_deep_link_that_leads_home_is_suspected() -> None:
    found, _ = look({"/a": moved("/", 302), "/": PAGE})
    assert found.trouble == ""
    assert "leads to a front page, <http://127.0.0.1" in found.suspicion


@pytest.mark.parametrize(
    ("first", "last", "home"),
    [
        ("/doc/7", "/", True),
        ("/?p=7", "", True),
        ("/doc", "/index.html", True),
        ("/doc", "/Home/", True),
        ("/doc", "/en/", False),
        ("/", "/", False),
        ("/index.php", "/", False),
        ("/doc", "/?p=7", False),
        ("/doc", "/other", False),
    ],
)
def test_front_pages(first: str, last: str, home: bool) -> None:
    assert leads_home(f"https://a.example{first}", f"https://b.example{last}") is home


MISSING = (
    "404",
    "404 - File or directory",
    "Error 404",
    "Page Not Found | A library",
    "Sorry, we can’t find that page",
    "The page you requested could not be found",
    "This document is no longer available",
    "The file has been removed",
    "Página no encontrada",
    "No se encontró la página",
    "El documento ya no existe",
    "Página não encontrada",
    "O arquivo não existe",
    "Page introuvable",
    "Le document n'existe plus",
    "Page non trouvée",
    "Seite nicht gefunden",
    "Das Dokument ist nicht mehr verfügbar",
    "Fehler 404",
)
PRESENT = (
    "A report on 404 villages",
    "Finding what was lost",
    "No existe desarrollo sin ahorro",
    "Pages for members",
    "What the page of accounts is for",
    "Le document de base",
    "Die Seite der Gruppe",
    "",
)


@pytest.mark.parametrize("title", MISSING)
def test_pages_that_say_they_are_not_there(title: str) -> None:
    for charset in ("", "utf-8", "windows-1252"):
        page = f"<html><head><title>{title}</title></head><body>{PAGE}"
        data = page.encode(charset or "utf-8")
        assert says_missing(data, charset, whole=False) == title
    assert says_missing(f"<h1>{title}</h1>{PAGE}".encode(), "", whole=False) == title
    assert says_missing(f"<p>{title}".encode(), "nonsense", whole=True) == title
    assert says_missing(f"<p>{title}".encode(), "", whole=False) == ""
    assert says_missing(f"<p>{title}. {PAGE}".encode(), "", whole=True) == ""
    assert says_missing(f"<script>{title}</script><!-- {title} -->".encode(), "", whole=True) == ""


@pytest.mark.parametrize("title", PRESENT)
def test_pages_that_are_there(title: str) -> None:
    assert says_missing(f"<title>{title}</title>".encode(), "", whole=True) == ""


@pytest.mark.parametrize(
    "data",
    [b"", b"\0", b" ", b"<!-- -->", b"\xff\xfe\0\0", b"<title" * 3000, b"<a>" * 5000, b"\xc3"],
)
def test_pages_that_are_hardly_ones(data: bytes) -> None:
    for charset in ("", "utf-16", "idna", "zlib", "\0"):
        assert says_missing(data, charset, whole=True) == ""


def test_soft_404s_are_suspected() -> None:
    latin = {"Content-Type": 'text/html; charset="ISO-8859-1"'}
    body = "<title>Página no encontrada</title>".encode("iso-8859-1")
    found, _ = look({"/a": Answer(body, headers=latin)})
    assert (found.trouble, found.suspicion) == ("", "the page says “Página no encontrada”")
    long = "<title>Not found</title>" + "x" * FIRST
    assert "Not found" in look({"/a": long})[0].suspicion
    plain = Answer(GONE, headers={"Content-Type": "text/plain"})
    assert look({"/a": plain})[0].suspicion == ""


def test_robots_txt_is_obeyed() -> None:
    rules = "User-agent: *\nDisallow: /a\nCrawl-delay: 3"
    with Asking({"/robots.txt": rules, "/a": PAGE, "/b": JUST, "/c": moved("/a")}) as asking:
        found = asking.look("/a")
        assert found.trouble == "unasked"
        assert "asks robots to leave this page alone" in found.problem
        assert asking.asked == []
        assert asking.look("/b").trouble == ""
        assert asking.look("/c").trouble == "unasked"
        assert [round(one) for one in asking.watch.slept] == [3, 3]


@pytest.mark.parametrize("status", [404, 403, 301])
def test_a_site_without_robots_txt(status: int) -> None:
    answer = Answer(b"", status, {"Location": "/robots.txt"} if status == 301 else {})
    assert look({"/robots.txt": answer, "/a": JUST})[0].trouble == ""


def test_without_its_robots_txt_a_site_is_not_asked_and_fails() -> None:
    with Asking({"/robots.txt": Answer(b"", 500), "/a": PAGE, "/b": PAGE}) as asking:
        for path in ("/a", "/b"):
            found = asking.look(path)
            assert found.trouble == "passing"
            assert "robots.txt cannot be read, either: the server is in trouble" in found.problem
        assert [one.path for one in asking.web.log] == ["/robots.txt"]


def test_a_slow_server_is_given_its_seconds() -> None:
    def slow(_: Request) -> Answer:
        import time

        time.sleep(0.6)
        return JUST

    with Asking({"/a": slow}, seconds=0.3) as asking:
        object.__setattr__(asking.follower, "_clock", Clock(sleep=asking.watch.sleep))
        found = asking.look("/a")
        assert (found.trouble, found.problem) == ("passing", "has not answered whole within 0.3 s")
        assert asking.asked == ["HEAD /a"]


def test_redirects_do_not_prolong_the_time_of_a_link() -> None:
    with Asking({"/a": moved("/b"), "/b": moved("/c"), "/c": JUST}) as asking:

        def passing(_: Request) -> Answer:
            asking.watch.time += 3
            return moved("/b" if asking.asked[-1].endswith("a") else "/c")

        asking.web.answers.update({"/a": passing, "/b": passing})
        assert asking.look("/a").problem.endswith(
            "/c, to which it redirects: has not answered whole within 5.0 s"
        )


def test_the_time_for_robots_txt_is_not_the_links() -> None:
    with Asking({}) as asking:
        port = asking.web.host.rpartition(":")[2]

        def slowly(answer: Answer) -> Callable[[Request], Answer]:
            def passing(_: Request) -> Answer:
                asking.watch.time += 3
                return answer

            return passing

        asking.web.answers.update(
            {
                "/robots.txt": slowly(moved("/rules.txt")),
                "/rules.txt": Answer("User-agent: *\nDisallow: /no"),
                "/a": slowly(moved(f"http://localhost:{port}/b")),
                "/b": JUST,
            }
        )
        assert asking.look("/a").problem == ""
        assert len(asking.web.log) == 6  # each site's own rules, too


def test_hosts_that_are_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    no_such_names(monkeypatch)
    with Asking({}) as asking:
        found = asking.look("http://gone.invalid/a")
        assert (found.trouble, found.problem) == ("broken", "there is no host named gone.invalid")
        port = asking.web.host.rpartition(":")[2]
    closed = asking.look(f"http://127.0.0.1:{port}/a")
    assert closed.trouble == "passing"
    assert "refuses the connection" in closed.problem


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/a",
        "http://localhost:{port}/a",
        "http://[::1]:{port}/a",
        "http://169.254.169.254/latest/meta-data/",
        "http://0x7f000001:{port}/a",
    ],
)
def test_links_into_private_networks_are_refused(url: str) -> None:
    with Asking({"/a": PAGE}, local=False) as asking:
        found = asking.look(url.format(port=asking.web.host.rpartition(":")[2]))
        assert found.trouble in {"broken", "passing"}
        assert "private network" in found.problem or "no host" in found.problem
        assert asking.web.log == []


@pytest.mark.parametrize("url", ["http://[bad", "http://a\x00b/", "http://" + "x" * 20_000])
def test_links_that_are_none(url: str) -> None:
    with Asking({}) as asking:
        assert asking.look(url).problem.startswith("the address ")
    assert checking._host_of("http://[bad") == ""


def test_a_server_that_wants_to_be_left_alone_is() -> None:
    busy = Answer(b"", 429, {"Retry-After": "3600"})
    with Asking({"/a": busy, "/b": JUST}) as asking:
        assert asking.look("/a").trouble == "passing"
        with pytest.raises(NotNowError):
            asking.look("/b")
        assert asking.asked == ["HEAD /a"]


def test_the_time_of_the_run_is_kept() -> None:
    with Asking({"/a": JUST, "/b": JUST}, pause=5, until=Watch().time + 7) as asking:
        assert asking.look("/a").trouble == ""  # robots.txt, five seconds, the link
        with pytest.raises(NotNowError):
            asking.look("/b")
        assert asking.watch.slept == [5]


def test_three_strikes_and_recovery() -> None:
    bad, good = Look(trouble="broken", problem="x"), Look()
    link = None
    for day in (1, 2, 3):
        link = after(link, "u", bad, f"2026-01-0{day}")
    assert link is not None
    assert (link.failed, link.since, link.checked) == (3, "2026-01-01", "2026-01-03")
    assert after(link, "u", good, "x").failed == 0
    assert after(link, "u", Look(trouble="unasked"), "x").failed == 0
    to = Look(moved_to="v")
    assert after(after(None, "u", to, "x"), "u", to, "x").moved == 2
    assert after(after(None, "u", to, "x"), "u", Look(moved_to="w"), "x").moved == 1
    assert after(after(None, "u", to, "x"), "u", good, "x").moved == 0


def test_a_damaged_memory_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    assert read_memory(tmp_path) == {}
    assert read_head(tmp_path) is None
    some = [Link(url=name, checked="2026") for name in "ba"]
    write_memory(tmp_path, Head("r", "2026"), some)
    assert read_head(tmp_path) == Head("r", "2026")
    assert list(read_memory(tmp_path)) == ["a", "b"]
    file = tmp_path / "links.jsonl"
    whole = file.read_bytes()
    for end in range(len(whole)):
        file.write_bytes(whole[:end])
        assert set(read_memory(tmp_path)) <= {"a", "b"}
        read_head(tmp_path)
    file.write_bytes(b"\xff\0{}\n[]\n" + whole)
    assert list(read_memory(tmp_path)) == ["a", "b"]
    assert read_head(tmp_path) is None


def test_a_torn_line_takes_no_other_with_it(tmp_path: Path) -> None:
    for whole in (b"", b'{"release":"r"}\n', b'{"release":"r"}\n{"url":"a","che'):
        (tmp_path / "links.jsonl").write_bytes(whole)
        with open_memory(tmp_path) as file:
            add_link(file, Link(url="b", checked="2026"))
        assert list(read_memory(tmp_path)) == ["b"]


# Whole runs.


LISTING = """kind = "json"
location = "list.json"
languages = ["en"]
complete = true
[json]
levels = ["items"]
[json.fields]
id = "id"
title = "title"
page = "page"
"""


class Scene:
    """A catalogue whose records link to a server, and a clock of days."""

    def __init__(self, folder: Path, web: Web, patch: pytest.MonkeyPatch, more: str = "") -> None:
        self.small = SmallCatalogue(folder, f"{QUICK}\n[links]\ncheck = true\n{more}")
        self.web, self.patch, self.day = web, patch, 0.0
        self.watch = Watch()
        self.told: list[str] = []
        (folder / "input" / "list.toml").write_text(LISTING, "utf-8")
        patch.setattr(
            checking,
            "means",
            lambda: checking.Means(
                lambda seconds: Transport(web.url(), seconds, 1), self.watch.clock(), Pauses()
            ),
        )

    def links(self, *paths: str, note: str = "") -> None:
        """Write a listing of one record a link."""
        items = [
            {"id": f"{number}", "title": f"How group {path.strip('/')} keeps accounts {note}",
             "page": path if ":" in path else self.web.url(path)}
            for number, path in enumerate(paths)
        ]  # fmt: skip
        file = self.small.folder / "input" / "list.json"
        file.write_bytes(msgspec.json.encode({"items": items}))

    def run(self, after: float = 7, *, offline: bool = False, publishes: bool = True) -> Outcome:
        self.day += after
        self.patch.setenv("SOURCE_DATE_EPOCH", str(EPOCH + round(self.day * DAY)))
        settings = load_settings(self.small.folder)
        del self.web.log[:]
        outcome = run_catalogue(
            settings, jobs=1, tell=self.told.append, offline=offline, publishes=publishes
        )
        if publishes and not offline:  # as the command line does
            check_links_after(settings, self.told.append)
        return outcome

    def memory(self) -> dict[str, Link]:
        found = read_memory(self.small.output)
        return {url.removeprefix(self.web.url("")): link for url, link in found.items()}

    def issues(self, file: str = "") -> list[str]:
        """Return severity, property and value of the issues of links."""
        import csv

        name = self.small.output / file if file else self.small.current / "issues.csv"
        with name.open(encoding="utf-8-sig", newline="") as lines:
            return [
                f"{row['severity']} {row['property']} {row['value']}: {row['message']}"
                for row in csv.DictReader(lines)
                if row["stage"] == "publish" and row["identifier"].startswith("list-")
            ]


@pytest.fixture
def web() -> Iterator[Web]:
    with Web({"/good": PAGE, "/soft": GONE}) as server:
        yield server


@pytest.fixture
def scene(tmp_path: Path, web: Web, monkeypatch: pytest.MonkeyPatch) -> Scene:
    return Scene(tmp_path / "small", web, monkeypatch)


@pytest.mark.slow
def test_a_link_that_is_broken_three_times_is_told_of(scene: Scene) -> None:
    scene.links("/good", "/gone", "/soft")
    outcome = scene.run()
    assert (outcome.kind, outcome.exit_code) == ("published", 0)
    first = scene.small.current
    assert sorted(scene.memory()) == ["/gone", "/good", "/soft"]
    for _ in range(2):
        outcome = scene.run()
        assert (outcome.kind, outcome.exit_code) == ("unchanged", 0)
        assert sorted({one.path for one in scene.web.requests}) == ["/gone", "/good", "/soft"]
    assert scene.memory()["/gone"].failed == 3
    assert scene.small.current == first  # a link that breaks is no reason for a release
    warning, notice = scene.issues("links.csv")  # but it is told of
    gone, soft = scene.web.url("/gone"), scene.web.url("/soft")
    assert warning.startswith(f"warning page {gone}: The link has failed at 3 checks in a row, ")
    assert "there is no such page (HTTP 404 Not Found)" in warning
    assert notice.startswith(f"info page {soft}: The link may be broken although")
    digests = {one.digest for one in scene.small.records().values()}
    scene.links("/good", "/gone", "/soft", "/new")
    assert scene.run(after=1).exit_code == 0
    assert scene.issues() == [warning, notice]
    assert [one.path for one in scene.web.requests] == ["/new", "/new"]
    assert digests < {one.digest for one in scene.small.records().values()}
    assert gone in (scene.small.current / "report.html").read_text("utf-8")
    scene.web.answers["/gone"] = PAGE
    scene.run()
    scene.links("/good", "/gone", "/soft")
    scene.run()
    assert scene.issues() == [notice]


def test_a_link_that_has_moved_for_good_is_told_of(scene: Scene) -> None:
    scene.web.answers["/old"] = moved("/good")
    scene.links("/old", "/good")
    for count in range(3):
        scene.run()
        assert len(scene.issues("links.csv")) == (count == 2)
    (notice,) = scene.issues("links.csv")
    assert notice.startswith(f"info page {scene.web.url('/old')}: The link has moved for good")
    assert f"<{scene.web.url('/good')}>" in notice


def test_what_the_server_may_be_to_blame_for_is_told_so(scene: Scene) -> None:
    scene.web.answers.update({"/busy": Answer(b"", 503), "/shut": Answer(b"", 403)})
    scene.links("/busy", "/shut")
    for _ in range(3):
        scene.run()
    warning, notice = sorted(scene.issues("links.csv"), reverse=True)
    assert warning.startswith("warning")
    assert "which may pass" in warning
    assert notice.startswith("info")
    assert "turn programs away" in notice


def test_a_link_is_asked_for_again_after_its_days_only(scene: Scene) -> None:
    scene.links("/good", "/gone")
    scene.run()
    scene.patch.setattr(checking, "read_memory", pytest.fail)  # nor is its memory even read
    for _ in range(6):
        scene.run(after=1)
        assert scene.web.log == []
    scene.patch.undo()


@pytest.mark.slow
def test_a_run_asks_for_so_many_links_the_longest_waiting_first(
    tmp_path: Path, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(tmp_path / "small", web, monkeypatch, "per_run = 2\nevery_days = 3")
    scene.links("/a.pdf", "/b.pdf", "/c.pdf", "/d.pdf", "/e.pdf")
    web.answers.update({f"/{name}.pdf": JUST for name in "abcde"})
    asked = []
    for _ in range(5):
        scene.run(after=1)
        asked.append("".join(one.path[1] for one in web.requests))
    assert asked == ["ab", "cd", "e", "ab", "cd"]


def test_hosts_take_turns() -> None:
    urls = ["http://a/1", "http://a/2", "http://a/3", "http://b/1", "http://c/1", "http://c/2"]
    turns = ["http://a/1", "http://b/1", "http://c/1", "http://a/2", "http://c/2", "http://a/3"]
    assert list(checking._by_turns(urls)) == turns


def test_the_time_of_a_run_is_bounded(
    tmp_path: Path, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(tmp_path / "small", web, monkeypatch, "run_seconds = 25")

    def slowly(_: Request) -> Answer:
        scene.watch.time += 10
        return JUST

    web.answers.update({f"/{name}": slowly for name in "abcd"})
    scene.links("/a", "/b", "/c", "/d")
    scene.run()
    assert len(web.requests) == 3
    scene.run(after=1)
    assert web.paths == ["/d"]


@pytest.mark.slow
def test_links_of_records_that_are_gone_are_forgotten(
    tmp_path: Path, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    grace = "[deletion]\nruns = 1\ndays = 0"
    scene = Scene(tmp_path / "small", web, monkeypatch, grace)
    scene.links("/good", "/gone", "ftp://example.org/x", "http://a.example/" + "x" * 5000)
    scene.run()
    assert sorted(scene.memory()) == ["/gone", "/good"]
    scene.links("/good", "/other")
    scene.run(after=0.5)
    assert sorted(scene.memory()) == ["/good", "/other"]
    assert (scene.small.output / "links.jsonl").read_bytes().count(b"\n") == 3


@pytest.mark.slow
def test_a_process_that_dies_in_between_loses_one_link_at_most(scene: Scene) -> None:
    scene.links("/a", "/b", "/c")
    scene.web.answers.update(dict.fromkeys(("/a", "/b"), JUST))

    def look_or_die(follower: Follower, url: str, known: Link | None) -> Look:
        if url.endswith("/c"):
            raise KeyboardInterrupt
        return look_at(follower, url, known)

    with scene.patch.context() as patch:
        patch.setattr(checking, "look_at", look_or_die)
        with pytest.raises(KeyboardInterrupt):
            scene.run()
    assert release.verify(scene.small.current) == []
    file = scene.small.output / "links.jsonl"
    assert sorted(scene.memory()) == ["/a", "/b"]
    file.write_bytes(file.read_bytes()[:-9])  # the process died while it wrote /b
    (scene.small.output / checking.WORK).mkdir()
    assert scene.run(after=0.5).kind == "unchanged"
    assert scene.web.paths == ["/b", "/c", "/c"]
    assert sorted(scene.memory()) == ["/a", "/b", "/c"]
    assert len(file.read_bytes().splitlines()) == 4
    assert not (scene.small.output / checking.WORK).exists()


@pytest.mark.slow
def test_a_clock_that_goes_backwards_keeps_no_link_waiting(scene: Scene) -> None:
    scene.links("/good")
    scene.run(after=100)
    scene.run(after=-99)
    assert set(scene.web.paths) == {"/good"}


@pytest.mark.slow
def test_offline_and_planning_runs_ask_for_nothing(scene: Scene) -> None:
    scene.links("/good")
    assert scene.run(offline=True).kind == "published"
    scene.links("/good", "/gone")
    assert scene.run(publishes=False).kind == "planned"
    assert scene.web.log == []
    assert not (scene.small.output / "links.jsonl").exists()


@pytest.mark.slow
def test_a_hostile_link_neither_reaches_the_network_within_nor_stops_a_run(
    tmp_path: Path, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(tmp_path / "small", web, monkeypatch)
    usual = checking.means()
    monkeypatch.setattr(
        checking,
        "means",
        lambda: msgspec.structs.replace(usual, connect=lambda s: Transport("", s, 1)),
    )
    scene.links("/good", "http://169.254.169.254/latest/meta-data/", "http://[::1]/x")
    for _ in range(3):
        assert scene.run().exit_code == 0
    assert web.log == []
    told = scene.issues("links.csv")
    assert len(told) == 3
    assert all("private network" in one for one in told)


def fails(error: Exception) -> Callable[..., object]:
    def fail(*_: object, **__: object) -> object:
        raise error

    return fail


@pytest.mark.slow
def test_whatever_happens_the_run_has_ended_well(scene: Scene) -> None:
    scene.links("/good", "/gone")
    with scene.patch.context() as patch:
        patch.setattr(checking, "open_memory", fails(OSError(28, "No space left on device")))
        assert (scene.run().kind, scene.web.log) == ("published", [])
    assert "No space left" in scene.told[-1]
    with scene.patch.context() as patch:
        patch.setattr(record_parts, "read_records", fails(ReleaseError("the part is damaged")))
        assert scene.run().exit_code == 0
    assert "the part is damaged" in scene.told[-1]
    with scene.patch.context() as patch:
        patch.setattr(checking, "look_at", fails(RuntimeError("never thought of")))
        assert scene.run().exit_code == 0
    assert scene.told[-1] == (
        "links: not checked to the end: RuntimeError: never thought of; report this as a bug"
    )
    (poison,) = scene.memory().values()  # it does not keep the others waiting
    assert poison.look.trouble == "unasked"
    scene.run(after=1)
    assert sorted(scene.memory()) == ["/gone", "/good"]


def test_two_checks_at_once_are_one(scene: Scene) -> None:
    scene.links("/good")
    scene.small.output.mkdir(exist_ok=True)
    with (scene.small.output / checking.LOCK).open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert scene.run().exit_code == 0
    assert scene.web.log == []
    settings = load_settings(scene.small.folder)
    assert link_check.check_links(settings) == Checked(1, 1)


def test_a_release_that_goes_while_it_is_read_is_not_taken_for_an_empty_one(
    scene: Scene, tmp_path: Path
) -> None:
    scene.links("/good")
    scene.run()
    real, elsewhere = release.current, [tmp_path]
    scene.patch.setattr(
        release, "current", lambda output: elsewhere.pop() if elsewhere else real(output)
    )
    settings = load_settings(scene.small.folder)
    assert "published meanwhile" in link_check.check_links(settings).problem
    assert list(scene.memory()) == ["/good"]


def test_a_link_that_stands_twice_in_a_record_is_told_of_once() -> None:
    record = Record(
        source="s", key="k", locator=Locator("", "", ""), pages=("u", "v"), files=("u", "w")
    )
    assert list(links_of(record)) == [("page", "u"), ("page", "v"), ("file", "w")]


def test_without_the_setting_nothing_of_it_is_imported() -> None:
    code = """if True:
        import sys
        from pipeline import run, working
        print([name for name in sys.modules if "link_check" in name])
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    assert not CATALOGUE.links.check
