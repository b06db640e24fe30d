"""What was not read is told with the page that lacks it; a true end of a source is none of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from pipeline.extract import access as access_module
from pipeline.extract import numbered_pages, pages, sitemap_index
from pipeline.extract.access import Access
from pipeline.kinds import HtmlSettings, JsonSettings, SitemapSettings, TextSettings
from pipeline.model import Page
from pipeline.settings import Paging, Source
from tests.extract.live import live_access
from tests.extract.web import Answer, Answers, Request, Web

HTML = HtmlSettings(entry="h2", fields={"title": "xpath:."}, next="a")
NUMBERED = msgspec.structs.replace(HTML, next="")
PAGES = Paging()


def page(*titles: str, following: str = "") -> str:
    """Return a page with these entries and a link to the next one."""
    link = f"<a href='{following}'>next</a>" if following else ""
    return f"<html><body>{''.join(f'<h2>{one}</h2>' for one in titles)}{link}</body></html>"


class Reader:
    """Reads a source again and again; `titles` and `reasons` are those of the last time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []
        self.titles: list[str] = []

    def live(self, answers: Answers, at: str, **settings: object) -> list[str]:
        with Web() as web:
            return self.again(web, answers, at, **settings)

    def again(self, web: Web, answers: Answers, at: str, **settings: object) -> list[str]:
        web.answers = answers
        web.log.clear()
        source = Source(location=web.url(at), languages=("en",), name="demo", **settings)  # type: ignore[arg-type]
        access = live_access(source, self.folder)
        found = self.reasons(pages(source, access))
        access.web.finish()
        self.asked = web.paths
        return found

    def saved(self, kind: str, files: dict[str, str | bytes], at: str, **settings: object) -> str:
        folder = self.folder / "input"
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        source = Source(kind=kind, location=at, languages=("en",), name="demo", **settings)  # type: ignore[arg-type]
        (found,) = self.reasons(pages(source, Access(folder, self.folder / "payloads"))) or ("",)
        return found

    def reasons(self, found: Iterator[Page]) -> list[str]:
        given = list(found)
        self.titles = [
            record.fields["title"][0] for one in given for record in one.records if record.fields
        ]
        return [one.broken_off for one in given if one.broken_off]


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(tmp_path)


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (Answer("", 404), "is not there (HTTP 404)"),
        (Answer("", 410), "is not there (HTTP 410)"),
        (page(following="/3"), "0 of selector"),
        ("<title>Back soon</title>", "0 of selector"),
        (page("A", following="/2"), "is the same as"),
        (page("A"), "holds only entries that were read before"),
        (Answer("", 302, {"Location": "/1"}), "leads back to a page that was read before"),
    ],
)
def test_a_linked_page_that_gives_nothing_is_no_end(
    reader: Reader, second: Answer | str, reason: str
) -> None:
    answers: Answers = {"/1": page("A", following="/2"), "/2": second}
    (told,) = reader.live(answers, "/1", kind="html-listing", html=HTML)
    assert reason in told
    assert reader.titles == ["A"]


@pytest.mark.parametrize("link", ["https://other.example/2", "javascript:next()"])
def test_a_link_that_is_not_followed_is_no_end(reader: Reader, link: str) -> None:
    (told,) = reader.live({"/1": page("A", following=link)}, "/1", kind="html-listing", html=HTML)
    assert "reading stops here" in told


@pytest.mark.parametrize("back", ["", "/1", "#"])
def test_no_further_link_is_the_end(reader: Reader, back: str) -> None:
    answers: Answers = {"/1": page("A", following="/2"), "/2": page("B", following=back)}
    assert reader.live(answers, "/1", kind="html-listing", html=HTML) == []
    assert reader.titles == ["A", "B"]


def test_pages_without_end_are_no_whole(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_module, "MOST_FILES", 2)
    monkeypatch.setattr(numbered_pages, "MOST_FILES", 2)

    def calendar(request: Request) -> str:
        day = int(request.query.get("day", 1))
        return page(f"Day {day}", following=f"/1?day={day + 1}")

    (told,) = reader.live({"/1": calendar}, "/1", kind="html-listing", html=HTML)
    assert "no end was found" in told
    paging = Paging(parameter="day")
    (told,) = reader.live({"/1": calendar}, "/1", kind="html-listing", html=NUMBERED, paging=paging)
    assert "no end was found" in told


END = Answer("", 404)


@pytest.mark.parametrize(
    "end", [END, Answer("", 400), page(), page("C"), page("A") + "<p>another time of day</p>"]
)
def test_the_first_number_without_entries_is_the_end(reader: Reader, end: Answer | str) -> None:
    answers: Answers = {"/1": page("A"), "/2": page("B"), "/3": page("C"), "/4": end}
    with Web() as web:
        for _ in range(2):
            assert (
                reader.again(
                    web, answers, "/{page}", kind="html-listing", html=NUMBERED, paging=PAGES
                )
                == []
            )
            assert reader.titles == ["A", "B", "C"]
        assert len(reader.asked) == len(answers)  # nothing behind the end is asked for


@pytest.mark.parametrize("hole", [END, page(), page("A"), page("A") + "<p>later</p>"])
def test_a_hole_among_numbered_pages_is_no_end(reader: Reader, hole: Answer | str) -> None:
    whole: Answers = {f"/{n}": page(title) for n, title in enumerate("ABCDEF", 1)}
    with Web() as web:

        def read(answers: Answers) -> list[str]:
            return reader.again(
                web, answers, "/{page}", kind="html-listing", html=NUMBERED, paging=PAGES
            )

        assert read(whole) == []
        for _ in range(2):  # what is known of the whole does not fade while it is incomplete
            (told,) = read({**whole, "/2": hole})
            assert "but pages behind it hold entries" in told
            assert reader.titles == list("ACDEF")
        several = read({**whole, "/2": hole, "/3": END, "/5": END})
        assert len(several) == 3
        assert reader.titles == list("ADF")
        assert read(whole) == []


def test_a_listing_that_shrank_has_another_end(reader: Reader) -> None:
    whole: Answers = {f"/{n}": page(title) for n, title in enumerate("ABCDEFGH", 1)}
    with Web() as web:
        counts = []
        small: Answers = {"/1": page("A")}
        for answers in (whole, small, small):
            assert (
                reader.again(
                    web, answers, "/{page}", kind="html-listing", html=NUMBERED, paging=PAGES
                )
                == []
            )
            counts.append(len(reader.asked))
        assert counts == [9, 5, 2]


@pytest.mark.parametrize(("complete", "count"), [(None, 1), (True, 0)])
def test_the_last_number_of_the_settings_is_a_limit(
    reader: Reader, complete: bool | None, count: int
) -> None:
    answers: Answers = {"/1": page("A"), "/2": page("B"), "/3": page("C")}
    for last, found in ((2, count), (4, 0)):
        assert found == len(reader.live(
            answers, "/{page}", kind="html-listing", html=NUMBERED, paging=Paging(last=last),
            complete=complete,
        ))  # fmt: skip


BOOK = (
    '<html><head><title>{0}</title><script type="application/ld+json">{{"@context":'
    '"https://schema.org","@type":"Book","name":"{0}"}}</script></head><body>x</body></html>'
)


def sitemap(web: Web, *paths: str, root: str = "urlset", entry: str = "url") -> str:
    inside = "".join(f"<{entry}><loc>{web.url(one)}</loc></{entry}>" for one in paths)
    return f'<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inside}</{root}>'


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer("", 500), "a page was left out"),
        (Answer("", 404), "a page was left out"),
        (Answer(b"\0\1\2" * 50, headers={"Content-Type": "text/html"}), "a page was left out"),
        ("<html><body><p>Back soon</p></body></html>", "without metadata and without a title"),
        (Answer("", 410), ""),  # the server says that it was taken away
        (Answer(b"%PDF-1.4", headers={"Content-Type": "application/pdf"}), ""),
    ],
)
def test_pages_of_a_sitemap_that_fail(reader: Reader, answer: Answer | str, reason: str) -> None:
    paths = [f"/{n}" for n in range(1, 8)]
    with Web() as web:
        answers: Answers = {one: BOOK.format(f"Book {one[1:]}") for one in paths}
        answers.update({"/s.xml": sitemap(web, *paths), "/7": answer})
        told = "".join(reader.again(web, answers, "/s.xml", kind="sitemap"))
    assert reason in told
    assert bool(told) is bool(reason)
    assert len(reader.titles) == 6


def test_sitemaps_that_are_not_whole(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap_index, "MOST_FAILED", 0.5)

    def read(listing: str, settings: SitemapSettings | None = None) -> str:
        answers: Answers = {f"/{n}": BOOK.format(f"Book {n}") for n in range(1, 4)}
        answers.update({"/s.xml": listing, "/s1.xml": sitemap(web, "/1", "/2", "/3")})
        return "".join(reader.again(web, answers, "/s.xml", kind="sitemap", sitemap=settings))

    with Web() as web:
        whole = sitemap(web, "/1", "/2", "/3")
        assert read(whole) == ""
        assert read(whole, SitemapSettings(exclude=("/2",))) == ""  # as the settings want it
        assert "the others were left out" in read(whole, SitemapSettings(most=2))
        assert read(whole.replace("<url>", "<url>&", 1)) == ""  # careless, but all there
        assert "is not well-formed XML" in read(whole[: whole.index("/3")])
        index = sitemap(web, "/s1.xml", "/s2.xml", root="sitemapindex", entry="sitemap")
        assert "a sitemap was left out" in read(index)
        monkeypatch.setattr(sitemap_index, "MOST_ADDRESSES", 2)
        assert "the rest was left out" in read(whole)


def posts(numbers: range, said: int | None) -> Answer:
    items = [
        {"id": n, "type": "post", "link": f"https://a.example/{n}", "title": {"rendered": f"T{n}"}}
        for n in numbers
    ]
    return Answer(json.dumps(items), headers={} if said is None else {"X-WP-TotalPages": str(said)})


@pytest.mark.parametrize(
    ("second", "said", "reason"),
    [
        (Answer("{}", 400), 2, "is not there (HTTP 400), though WordPress says"),
        (posts(range(0), None), 2, "holds no item, though WordPress says that there are 2 pages"),
        (posts(range(1), 2), 2, "holds only items that were read before"),
        (posts(range(1, 2), 2), 2, ""),
        (Answer("{}", 400), None, ""),
        (posts(range(0), None), None, ""),
    ],
)
def test_pages_of_a_wordpress_site(
    reader: Reader, second: Answer, said: int | None, reason: str
) -> None:
    def answer(request: Request) -> Answer:
        return posts(range(1), said) if request.query["page"] == "1" else second

    told = "".join(reader.live({"/wp-json/wp/v2/posts": answer}, "/wp-json/", kind="wordpress"))
    assert reason in told
    assert bool(told) is bool(reason)


def test_a_wordpress_without_end(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.extract.wordpress.MOST_FILES", 2)

    def answer(request: Request) -> Answer:
        number = int(request.query["page"])
        return posts(range(number, number + 1), None)

    (told,) = reader.live({"/wp-json/wp/v2/posts": answer}, "/wp-json/", kind="wordpress")
    assert "no end was found" in told


FIELDS = JsonSettings(fields={"title": "name"})
LABELS = TextSettings(labels=("Guide", "Report"), title_longest=60)
OAI = (
    "<OAI-PMH><ListRecords><record><header><identifier>oai:a:1</identifier></header><metadata>"
    "<dc><title>A</title></dc></metadata></record><record><header><identifier>oai:a:2</identifier>"
    "{}</record></ListRecords></OAI-PMH>"
)
LONG = "The members of a village bank and how each of them came to keep accounts. " * 3
ROWS = "".join(f"Book {n},2019,Guide,x\n" for n in range(30))
SAVED: dict[str, tuple[str, dict[str, str | bytes], str, dict[str, object], str]] = {
    "a-file-twice": (
        "json", {"1.json": '[{"name": "A"}]', "2.json": '[{"name": "A"}]'}, "*.json",
        {"json": FIELDS}, "is the same as 1.json",
    ),
    "json-lines": (
        "json", {"a.jsonl": '{"name": "A"}\n{"name": \n'}, "a.jsonl", {"json": FIELDS}, "line 2",
    ),
    "json-level": (
        "json", {"a.json": '{"a": [{"b": [{"name": "A"}]}, {"b": 7}]}'}, "a.json",
        {"json": msgspec.structs.replace(FIELDS, levels=("a", "sort_by(b, &name)"))}, "1 times",
    ),
    "json-feed": (
        "feed",
        {"a.json": '{"version": "https://jsonfeed.org/version/1", "items": '
                   '[{"id": "1", "title": "A"}, 7]}'},
        "a.json", {}, "item 2",
    ),
    "next-saved": (
        "html-listing", {"1.html": page("A", following="2.html")}, "1.html", {"html": HTML},
        "is no saved file",
    ),
    "table": (
        "table",
        {"a.csv": f'Title,Year,Type,Subject\n"Clay,2019,Guide,x\n{ROWS}Ink",2019,Guide,x\n{ROWS}'},
        "a.csv", {}, "many of which look like rows of their own",
    ),
    "rdf-lines": (
        "rdf",
        {"a.nt": '<https://a.example/1> <http://purl.org/dc/terms/title> "A" .\n'
                 '<https://a.example/1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> '
                 "<http://www.w3.org/ns/dcat#Dataset> .\n<https://a.example/2> <cut\n"},
        "a.nt", {}, "line 3",
    ),
    "rdf-file": (
        "rdf",
        {"a.ttl": '<https://a.example/1> a <http://www.w3.org/ns/dcat#Dataset> ; '
                  '<http://purl.org/dc/terms/title> "A" .', "b.ttl": "<https://a.example/2> a"},
        "*.ttl", {}, "was left out",
    ),
    "marc": (
        "marc",
        {"a.xml": "<collection><record><leader>00000nam a2200000 a 4500</leader><datafield tag="
                  "'245'><subfield code='a'>A</subfield></datafield></record><record><leader/>"
                  "<datafield></record></collection>"},
        "a.xml", {}, "it was left out",
    ),
    "oai-unreadable": (
        "oai-pmh", {"a.xml": OAI.format("</header><metadata><dc><title>B</dc></metadata>")},
        "a.xml", {}, "oai:a:2 is not well-formed",
    ),
    "oai-goes-on": (
        "oai-pmh",
        {"a.xml": OAI.format("</header><metadata><dc><title>B</title></dc></metadata>").replace(
            "</ListRecords>", "<resumptionToken>more</resumptionToken></ListRecords>")},
        "a.xml", {}, "goes on behind the resumptionToken",
    ),
    "text-long-title": (
        "text-listing",
        {"a.txt": f"Guide\nA short title\nAn abstract of the first one.\n\nGuide\n{LONG}\n"},
        "a.txt", {"text": LABELS}, "longer than a title",
    ),
    "text-unknown-label": (
        "text-listing",
        {"a.txt": f"Guide\nA short title\n{LONG}\n{LONG}\nNew label\nAnother title\n{LONG}\n\n"
                  f"Guide\nThe last title\n{LONG}\n"},
        "a.txt", {"text": LABELS}, "whose label 'text.labels' lacks",
    ),
    "wxr-cut": (
        "wordpress",
        {"a.xml": "<rss xmlns:wp='http://wordpress.org/export/1.2/'><channel><item><title>A</title>"
                  "<wp:post_id>1</wp:post_id><wp:status>publish</wp:status>"
                  "<wp:post_type>post</wp:post_type></item>"},
        "a.xml", {}, "the end of the export is missing",
    ),
    "sitemap-blank": (
        "sitemap", {"1.html": BOOK.format("A"), "2.html": "<html><body>x</body></html>"},
        "*.html", {}, "without metadata and without a title",
    ),
    "oai-deleted": (
        "oai-pmh", {"a.xml": OAI.format("</header>").replace(
            "<header><identifier>oai:a:2", "<header status='deleted'><identifier>oai:a:2")},
        "a.xml", {}, "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(SAVED))
def test_what_saved_files_lack(reader: Reader, case: str) -> None:
    kind, files, at, settings, reason = SAVED[case]
    told = reader.saved(kind, files, at, **settings)
    assert reason in told
    assert bool(told) is bool(reason)
    assert reader.titles


def test_paging_is_for_the_web_only(reader: Reader) -> None:
    files: dict[str, str | bytes] = {"1.html": page("A"), "2.html": page("B")}
    settings: dict[str, object] = {"html": NUMBERED, "paging": Paging(parameter="page")}
    assert reader.saved("html-listing", files, "*.html", **settings) == ""
    assert reader.titles == ["A", "B"]
