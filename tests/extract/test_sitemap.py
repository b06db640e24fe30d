"""`sitemap` sources: pages of the web and saved ones, what is told and what stops them."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from pipeline.errors import SettingsError, SourceError
from pipeline.extract import pages
from pipeline.extract.access import Access
from pipeline.extract.http_error import TimeIsUpError
from pipeline.kinds import SitemapSettings
from pipeline.model import Page, SourceRecord
from pipeline.settings import Source
from tests.extract.live import live_access
from tests.extract.web import Answer, Web

SITEMAP = Source(
    kind="sitemap", location="*.html", languages=("en",), name="demo", file="input/demo.toml"
)


def page_of(title: str, head: str = "", body: str = "") -> str:
    return f'<!doctype html><html lang="en"><head><title>{title}</title>{head}</head>{body}</html>'


def book(name: str, **more: str) -> str:
    told = json.dumps({"@context": "https://schema.org", "@type": "Book", "name": name, **more})
    return page_of(f"{name} - Site", f'<script type="application/ld+json">{told}</script>')


def sitemap(web: Web, *paths: str) -> str:
    inside = "".join(f"<url><loc>{web.url(path)}</loc></url>" for path in paths)
    return f"<urlset>{inside}</urlset>"


def with_pages(web: Web, given: dict[str, Answer | str]) -> None:
    web.answers = {"/s.xml": sitemap(web, *given), **given}


def read(web: Web, folder: Path, location: str = "/s.xml", **settings: object) -> list[Page]:
    source = msgspec.structs.replace(
        SITEMAP, location=web.url(location),
        sitemap=SitemapSettings(**settings),  # type: ignore[arg-type]
    )  # fmt: skip
    return list(pages(source, live_access(source, folder)))


def records(found: list[Page]) -> list[SourceRecord]:
    return [one for page in found for one in page.records]


def messages(found: list[Page]) -> list[str]:
    return [issue.message for page in found for issue in page.issues]


def test_each_page_is_a_record(folder: Path) -> None:
    with Web() as web:
        with_pages(web, {"/1": book("One", datePublished="2008"), "/2": book("Two")})
        found = read(web, folder)
        one, two = records(found)
        assert one.fields == {
            "title": ("One",), "date": ("2008",), "type": ("Book",), "page": (web.url("/1"),),
        }  # fmt: skip
        assert one.languages == {"title": ("en",)}
        assert one.key == web.url("/1")
        assert two.locator.position == "page 2"
        assert two.locator.name == web.url("/2")
        assert not messages(found)
        assert web.requests[1].headers["accept"].startswith("text/html")


def test_the_canonical_address_is_the_key_and_counts_once(folder: Path) -> None:
    link = '<link rel="canonical" href="/guide">'
    with Web() as web:
        with_pages(web, {"/1?a": page_of("One", link), "/1?b": page_of("One again", link)})
        found = read(web, folder)
        assert [one.key for one in records(found)] == [web.url("/guide")]
        assert f"address theirs were left out: 1; the first is {web.url('/1?b')}" in str(
            messages(found)
        )


def test_a_redirected_page_has_the_address_it_ends_at(folder: Path) -> None:
    with Web() as web:
        moved = Answer(b"", 301, {"Location": "/new"})
        with_pages(web, {"/old": moved, "/2": book("Two")})
        web.answers["/new"] = book("New")
        assert [one.key for one in records(read(web, folder))] == [web.url("/new"), web.url("/2")]


def test_pages_without_metadata_are_told(folder: Path) -> None:
    with Web() as web:
        with_pages(web, {"/1": page_of("Only a title"), "/2": "<p>No title</p>"})
        found = read(web, folder)
        (record,) = records(found)
        assert record.fields["title"] == ("Only a title",)
        assert [issue.message for issue in record.issues] == [
            f"{web.url('/1')}: has no embedded metadata; only what its title and description say "
            "was taken"
        ]
        assert record.issues[0].identifier == "page 1"
        assert "without metadata and without a title were left out: 1" in messages(found)[0]


def test_what_is_no_html_is_counted(folder: Path) -> None:
    with Web() as web:
        pdf = Answer(b"%PDF-1.4", 200, {"Content-Type": "application/pdf"})
        with_pages(web, {"/1": pdf, "/2": book("Two")})
        found = read(web, folder)
        assert len(records(found)) == 1
        assert "pages that are no HTML were left out: 1" in messages(found)[0]


def test_wanted_types(folder: Path) -> None:
    with Web() as web:
        with_pages(web, {"/1": book("One"), "/2": book("Two", **{"@type": "Course"})})
        found = read(web, folder, types=("Course",))
        assert [one.fields["title"] for one in records(found)] == [("Two",)]
        assert "pages that speak of nothing that 'types' names were left out: 1" in str(
            messages(found)
        )
        for types in (("schema:Book",), ("http://schema.org/Book",), ("Course", "Book")):
            assert records(read(web, folder, types=types))[0].fields["title"] == ("One",)


def test_syntaxes_in_order(folder: Path) -> None:
    head = '<meta property="og:title" content="OG"><meta name="DC.title" content="DC">'
    with Web() as web:
        with_pages(web, {"/1": page_of("T", head)})
        assert records(read(web, folder))[0].fields["title"] == ("DC",)
        found = read(web, folder, syntaxes=("opengraph",))
        assert records(found)[0].fields["title"] == ("OG",)


def test_problems_of_a_page_are_its_own(folder: Path) -> None:
    head = '<script type="application/ld+json">{"a": </script>'
    with Web() as web:
        with_pages(web, {"/1": page_of("T", head)})
        (record,) = records(read(web, folder))
        assert f"{web.url('/1')}: its JSON-LD is no JSON" in record.issues[0].message


def test_a_declared_encoding_is_used(folder: Path) -> None:
    with Web() as web:
        latin = Answer(
            page_of("Perú").encode("latin-1"), 200, {"Content-Type": "text/html; charset=latin-1"}
        )
        with_pages(web, {"/1": latin})
        assert records(read(web, folder))[0].fields["title"] == ("Perú",)


def test_a_few_pages_may_fail(folder: Path) -> None:
    with Web() as web:
        given: dict[str, Answer | str] = {f"/{n}": book(f"Book {n}") for n in range(20)}
        given |= {f"/{n}": Answer(b"", 404) for n in range(4)}
        with_pages(web, given)
        found = read(web, folder)
        assert len(records(found)) == 16
        assert len(messages(found)) == 4
        assert messages(found)[0].startswith(f"a page was left out: {web.url('/0')}: there is no")


@pytest.mark.parametrize(("failing", "total"), [(5, 20), (1, 1), (4, 4)])
def test_too_many_stop_the_source(folder: Path, failing: int, total: int) -> None:
    with Web() as web:
        given: dict[str, Answer | str] = {f"/{n}": book(f"Book {n}") for n in range(total)}
        given |= {f"/{n}": Answer(b"", 410) for n in range(failing)}
        with_pages(web, given)
        message = f"{failing} of {total} pages cannot be read; the last: the page is gone for good"
        with pytest.raises(SourceError, match=message):
            read(web, folder)
        assert len(web.paths) == failing + 1


def test_the_end_of_a_harvest_s_time_is_no_failure_of_a_page(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Web() as web:
        with_pages(web, {f"/{n}": book(f"Book {n}") for n in range(30)})
        source = msgspec.structs.replace(SITEMAP, location=web.url("/s.xml"))
        access = live_access(source, folder)
        get = access.web.get

        def until(url: str, **more: str) -> object:
            if url.endswith("/3"):
                raise TimeIsUpError("the harvest has not come to its end")
            return get(url, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(access.web, "get", until)
        with pytest.raises(TimeIsUpError):
            list(pages(source, access))


def test_a_busy_server_ends_the_harvest_for_now(folder: Path) -> None:
    with Web() as web:
        given: dict[str, Answer | str] = {f"/{n}": book(f"Book {n}") for n in range(30)}
        with_pages(web, given | {"/2": Answer(b"", 503, {"Retry-After": "7200"})})
        with pytest.raises(SourceError, match="asks to be left alone for 7,200 s"):
            read(web, folder)


def test_pages_that_are_no_text_fail(folder: Path) -> None:
    with Web() as web:
        given: dict[str, Answer | str] = {"/1": book("One"), "/2": Answer(b"\0\0\0\0")}
        with_pages(web, given)
        found = read(web, folder)
        assert "is not text: it holds NUL bytes" in messages(found)[0]


def test_many_pages_come_in_batches(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.extract.sitemap.BATCH", 2)
    with Web() as web:
        with_pages(web, {f"/{n}": book(f"Book {n}") for n in range(5)})
        assert [len(page.records) for page in read(web, folder)] == [2, 2, 1]


def test_no_address_is_an_error(folder: Path) -> None:
    with Web() as web:
        with_pages(web, {"/1": book("One")})
        message = "no address of a page was found: addresses that 'include' does not name"
        with pytest.raises(SourceError, match=message):
            read(web, folder, include=("/x/*",))
        web.answers["/s.xml"] = "<urlset/>"
        with pytest.raises(SourceError, match="no address of a page was found: it lists none"):
            read(web, folder)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"syntaxes": ("jsonld",)}, r"key 'sitemap.syntaxes': 'jsonld': unknown \(did you mean 'j"),
        ({"types": ("a book",)}, "key 'sitemap.types': 'a book' is no type"),
        ({"types": ("",)}, "key 'sitemap.types': '' is no type"),
        ({"types": ("no:such",)}, "key 'sitemap.types': 'no:such' is no type"),
    ],
)
def test_settings_that_are_wrong(
    folder: Path, settings: dict[str, tuple[str, ...]], message: str
) -> None:
    told = SitemapSettings(**settings)  # type: ignore[arg-type]
    source = msgspec.structs.replace(SITEMAP, location="https://a.example/", sitemap=told)
    with pytest.raises(SettingsError, match=message):
        pages(source, Access(folder, folder))


def saved(folder: Path, **files: str) -> list[Page]:
    for name, text in files.items():
        (folder / f"{name}.html").write_text(text, "utf-8")
    return list(pages(SITEMAP, Access(folder, folder.parent / "payloads")))


def test_saved_pages(folder: Path) -> None:
    link = '<link rel="canonical" href="https://a.example/one">'
    mark = "<!-- saved from url=(0021)https://a.example/two -->\n"
    found = saved(folder, a=page_of("One", link), b=mark + page_of("Two"), c=page_of("Three"))
    assert [one.key for one in records(found)] == [
        "https://a.example/one", "https://a.example/two", "c.html",
    ]  # fmt: skip
    assert [one.fields.get("page") for one in records(found)] == [
        ("https://a.example/one",), ("https://a.example/two",), None,
    ]  # fmt: skip


def test_saved_pages_come_in_batches(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.extract.sitemap.BATCH", 2)
    found = saved(folder, a=page_of("A"), b=page_of("B"), c=page_of("C"))
    assert [len(page.records) for page in found] == [2, 1]


def test_a_saved_sitemap_is_refused(folder: Path) -> None:
    with pytest.raises(SettingsError, match=r"'a\.html' is a saved sitemap, which has no pages"):
        saved(folder, a='<?xml version="1.0"?>\n<urlset></urlset>')


def test_saved_xhtml_is_a_page(folder: Path) -> None:
    text = '<?xml version="1.0"?>\n' + page_of("X").replace("<!doctype html>", "")
    assert records(saved(folder, a=text))[0].fields["title"] == ("X",)


def test_no_saved_page(folder: Path) -> None:
    with pytest.raises(SourceError, match="matches no file"):
        saved(folder)


def test_counts_of_the_samples(shared: Path, folder: Path) -> None:
    """What each of the pages of extruct gives: see docs/sources/sitemap.md."""
    samples = shared / "samples" / "html" / "embedded_metadata"
    source = msgspec.structs.replace(SITEMAP, location="**/*.html")
    found = list(pages(source, Access(samples, folder / "payloads")))
    all_records = records(found)
    described = [one for one in all_records if not one.issues]
    assert (len(list(samples.glob("**/*.html"))), len(all_records), len(described)) == (32, 26, 12)
