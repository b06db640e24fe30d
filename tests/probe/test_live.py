# ruff: noqa: E501 - markup and data stand here in lines as long as they are
"""Listings on the web (on loopback): pages are turned, interfaces found, failures explained."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape

import pytest

from pipeline.errors import SourceError
from pipeline.run import run_catalogue
from tests.extract.oai_provider import Item, Provider
from tests.extract.web import Answer, Answers, Request, Web
from tests.probe.conftest import Desk
from tests.probe.pages_of_systems import page
from tests.probe.works import WORKS, Work

pytestmark = pytest.mark.slow  # whole listings are read

TITLES = [work.title for work in WORKS]
HTML = {"Content-Type": "text/html; charset=utf-8"}


def listing(works: tuple[Work, ...], more: str = "", head: str = "") -> str:
    rows = "".join(
        f'<article class="item"><h2><a href="{w.path}">{w.title}</a></h2><p>{w.abstract}</p></article>'
        for w in works
    )
    text = page(f"<main><h1>The Library</h1><p class='count'>12 resources</p>{rows}{more}</main>")
    return text.replace("</head>", f"{head}</head>")


def titles(desk: Desk, probed_settings: object) -> list[str]:
    return [record.fields["title"][0] for record in desk.records(probed_settings)]  # type: ignore[arg-type]


def test_the_next_link_is_followed(desk: Desk) -> None:
    answers: Answers = {
        "/list": listing(WORKS[:6], '<a class="next" href="/list?p=2">Next ›</a>'),
        "/list?p=2": listing(WORKS[6:], '<a class="prev" href="/list">‹ Previous</a>'),
    }
    with Web(answers) as web:
        probed = desk.probe(web.url("/list"))
        assert "next = " in probed.source_toml
        assert [record.fields["title"][0] for record in probed.records] == TITLES[:10]
        settings = desk.accept(probed)
        assert titles(desk, settings) == TITLES
        outcome = run_catalogue(settings, jobs=1)
    assert outcome.exit_code == 0
    (books,) = outcome.books.values()
    assert (books.created, books.declared_total) == (12, 12)


@pytest.mark.parametrize("first", [0, 1])
def test_numbered_pages_are_asked_for(desk: Desk, first: int) -> None:
    links = "".join(f'<a href="?page={first + n}">{1 + n}</a> ' for n in range(1, 4))

    def answer(request: Request) -> Answer:
        number = int(request.query.get("page", first)) - first
        works = WORKS[3 * number : 3 * number + 3]
        if not works:
            return Answer("nothing here", 404)
        return Answer(listing(works, f"<div class=pages>{links}</div>"), headers=HTML)

    with Web({"/list": answer}) as web:
        probed = desk.probe(web.url("/list"))
        assert 'parameter = "page"' in probed.source_toml
        assert titles(desk, desk.accept(probed)) == TITLES


def test_pages_numbered_in_the_path(desk: Desk) -> None:
    links = "".join(f'<a href="/list/page/{n}/">{n}</a> ' for n in (2, 3, 4))

    def answer(request: Request) -> Answer:
        number = int(
            (request.path.rstrip("/").rpartition("/page/")[2] or "1").replace("/list", "1")
        )
        works = WORKS[3 * number - 3 : 3 * number]
        return Answer(listing(works, links), headers=HTML) if works else Answer("no", 404)

    paths = {f"/list/page/{n}/": answer for n in range(1, 7)}
    with Web({"/list/": answer, **paths}) as web:
        probed = desk.probe(web.url("/list/"))
        assert "/list/page/{page}/" in probed.source_toml
        assert titles(desk, desk.accept(probed)) == TITLES


def test_offsets_are_counted_in_steps(desk: Desk) -> None:
    links = '<a href="?start=4&amp;q=x">2</a><a href="?start=8&amp;q=x">3</a>'

    def answer(request: Request) -> Answer:
        start = int(request.query.get("start", 0))
        works = WORKS[start : start + 4]
        return Answer(listing(works, links), headers=HTML) if works else Answer("no", 404)

    with Web({"/list": answer}) as web:
        probed = desk.probe(web.url("/list?q=x"))
        assert "step = 4" in probed.source_toml
        assert titles(desk, desk.accept(probed)) == TITLES


def test_better_doors_are_named(desk: Desk) -> None:
    head = (
        '<link rel="alternate" type="application/rss+xml" title="New" href="/feed">'
        '<link rel="https://api.w.org/" href="/wp-json/">'
        '<script type="application/ld+json">{"@type": "ItemList", "itemListElement": [1, 2, 3]}</script>'
    )
    more = '<a href="/oai?verb=Identify">OAI</a><a rel="license" href="https://creativecommons.org/licenses/by/4.0/">CC</a>'
    with Web({"/list": listing(WORKS, more, head)}) as web:
        probed = desk.probe(web.url("/list"))
        told = " ".join(probed.notes)
    for word in ("RSS", web.url("/feed"), web.url("/wp-json/"), "OAI-PMH", "ItemList of 3"):
        assert word in told
    assert 'licence = "https://creativecommons.org/licenses/by/4.0/"' in probed.source_toml


@pytest.mark.parametrize(
    "path", ["/oai", "/oai?verb=ListRecords&metadataPrefix=oai_dc", "/oai?verb=Identify"]
)
def test_an_oai_provider(desk: Desk, path: str) -> None:
    provider = Provider(
        [Item(f"oai:l:{n}", title=escape(t)) for n, t in enumerate(TITLES)], page_size=5
    )

    def answer(request: Request) -> Answer:
        if not request.query:
            return Answer(
                "<html><body><h1>OAI-PMH interface</h1><p>Use a verb.</p></body></html>",
                headers=HTML,
            )
        return Answer(provider.answer(request.query), headers={"Content-Type": "text/xml"})

    with Web({"/oai": answer}) as web:
        probed = desk.probe(web.url(path))
        assert probed.kind == "oai-pmh"
        assert len(probed.records) == 5
        assert sum(query.get("verb") == "ListRecords" for query in provider.queries) <= 2
        assert f'location = "{web.url("/oai")}"' in probed.source_toml
        assert titles(desk, desk.accept(probed)) == TITLES


def test_json_in_pages(desk: Desk) -> None:
    def answer(request: Request) -> Answer:
        number = int(request.query.get("page", 1))
        some = WORKS[6 * number - 6 : 6 * number]
        following = f"/api?page={number + 1}" if number < 2 else None
        document = {
            "count": 12,
            "next": following,
            "results": [{"id": w.path, "title": w.title, "url": w.page} for w in some],
        }
        return Answer(json.dumps(document), headers={"Content-Type": "application/json"})

    with Web({"/api": answer}) as web:
        probed = desk.probe(web.url("/api"))
        assert probed.kind == "json"
        assert 'next = "next"' in probed.source_toml
        assert 'total = "count"' in probed.source_toml
        assert titles(desk, desk.accept(probed)) == TITLES


def test_wordpress(desk: Desk) -> None:
    posts = [
        {"id": n, "link": w.page, "date": f"{w.day}T00:00:00", "title": {"rendered": w.title},
         "excerpt": {"rendered": f"<p>{w.abstract}</p>"}, "content": {"rendered": ""}}
        for n, w in enumerate(WORKS, 1)
    ]  # fmt: skip
    headers = {"Content-Type": "application/json", "X-WP-Total": "12", "X-WP-TotalPages": "1"}
    with Web({"/wp-json/wp/v2/posts": Answer(json.dumps(posts), headers=headers)}) as web:
        probed = desk.probe(web.url("/wp-json/wp/v2/posts"))
        assert probed.kind == "wordpress"
        assert titles(desk, desk.accept(probed)) == TITLES


BARE = "<html><head><title>x</title></head><body>{}</body></html>"
SCRIPTED = BARE.format(
    '<div id="root"></div><script src="a.js"></script><noscript>Turn scripts on</noscript>'
)
LOGIN = BARE.format(
    '<form><label>Name<input name=u></label><label>Password<input type="password"></label></form>'
)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (SCRIPTED, "built by scripts"),
        (LOGIN, "asks for a password"),
        (BARE.format("<p>Nothing to see here, really, but one paragraph of text that is long.</p>"), "no repeated entries"),
        (BARE.format(""), "next to no text"),
        (b"%PDF-1.4 x", "is a PDF"),
        (b"\x89PNG\r\n", "a picture"),
        (b"\x00\x01\x02\x03" * 50, "is not text"),
        ("Just a line of text", "shows no entries"),
        ('{"a": 1}', "shows no entries"),
    ],
)  # fmt: skip
def test_what_is_no_listing_is_explained(desk: Desk, content: str | bytes, told: str) -> None:
    with (
        Web(
            {"/x": content if isinstance(content, bytes) else Answer(content, headers=HTML)}
        ) as web,
        pytest.raises(SourceError, match=told) as raised,
    ):
        desk.probe(web.url("/x"))
    assert raised.value.next_step
    assert web.host in raised.value.where


def test_a_page_that_is_not_there(desk: Desk) -> None:
    with Web({}) as web, pytest.raises(SourceError, match="404"):
        desk.probe(web.url("/gone"))


def test_a_further_page_that_fails_is_left_out(desk: Desk) -> None:
    answers: Answers = {
        "/list": listing(WORKS[:6], '<a class="next" href="/list?p=2">Next</a>'),
        "/list?p=2": Answer("broken", 500),
    }
    with Web(answers) as web:
        probed = desk.probe(web.url("/list"))
        assert "next = " not in probed.source_toml
        assert any("could not be read" in note for note in probed.notes)
        assert titles(desk, desk.accept(probed)) == TITLES[:6]


def embedded(work: Work) -> str:
    data = {
        "@context": "https://schema.org",
        "@type": "Report",
        "name": work.title,
        "description": work.abstract,
        "url": work.page,
    }
    return page(f"<main><p>{work.abstract}</p></main>").replace(
        "</head>", f'<script type="application/ld+json">{json.dumps(data)}</script></head>'
    )


@pytest.mark.parametrize("start", ["/sitemap.xml", "/robots.txt", "/sitemap-index.xml"])
def test_a_sitemap(desk: Desk, start: str) -> None:
    with Web() as web:
        addresses = "".join(f"<url><loc>{web.url(work.path)}</loc></url>" for work in WORKS)
        web.answers |= {work.path: embedded(work) for work in WORKS}
        web.answers["/sitemap.xml"] = (
            f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{addresses}</urlset>'
        )
        web.answers["/sitemap-index.xml"] = (
            '<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
            f"<sitemap><loc>{web.url('/sitemap.xml')}</loc></sitemap></sitemapindex>"
        )
        web.answers["/robots.txt"] = Answer(
            f"User-agent: *\nSitemap: {web.url('/sitemap.xml')}\n",
            headers={"Content-Type": "text/plain"},
        )
        probed = desk.probe(web.url(start))
        assert probed.kind == "sitemap"
        assert len(probed.records) == 10
        assert len([path for path in web.paths if path.startswith("/resources/")]) == 10
        assert sorted(titles(desk, desk.accept(probed))) == sorted(TITLES)


def test_a_saved_page_with_nothing_but_embedded_metadata(desk: Desk) -> None:
    probed = desk.probe(desk.save("one.html", embedded(WORKS[0])))
    assert probed.kind == "sitemap"
    assert titles(desk, desk.accept(probed)) == TITLES[:1]


def test_a_page_of_one_resource_points_to_the_sitemap(desk: Desk) -> None:
    with Web({"/one": Answer(embedded(WORKS[0]), headers=HTML)}) as web:
        with pytest.raises(SourceError) as raised:
            desk.probe(web.url("/one"))
        assert web.url("/sitemap.xml") in raised.value.next_step


@pytest.mark.parametrize("counts", [True, False])
def test_a_sparql_endpoint(desk: Desk, counts: bool) -> None:
    import pyoxigraph

    store = pyoxigraph.Store()
    data = "".join(
        f'<{w.page}> a <http://www.w3.org/ns/dcat#Dataset> ; <http://purl.org/dc/terms/title> "{w.title}"@en .\n'
        for w in WORKS
    )
    store.load(input=data.encode(), format=pyoxigraph.RdfFormat.TURTLE)

    def answer(request: Request) -> Answer:
        query = request.query.get("query") or request.form.get("query", "")
        if not query or ("COUNT" in query and not counts):
            return Answer("no query", 400)
        result = store.query(query)
        if isinstance(result, pyoxigraph.QueryTriples):
            body = pyoxigraph.serialize(result, format=pyoxigraph.RdfFormat.N_TRIPLES) or b""
            return Answer(body, headers={"Content-Type": "application/n-triples"})
        body = result.serialize(format=pyoxigraph.QueryResultsFormat.JSON) or b""
        return Answer(body, headers={"Content-Type": "application/sparql-results+json"})

    with Web({"/sparql": answer}) as web:
        probed = desk.probe(web.url("/sparql"))
        assert probed.kind == "rdf"
        assert "dcat#Dataset" in probed.source_toml
        assert sorted(titles(desk, desk.accept(probed))) == sorted(TITLES)


def test_an_oai_set(desk: Desk) -> None:
    items = [
        Item(f"oai:l:{n}", title=escape(t), sets=("a" if n % 2 else "b",))
        for n, t in enumerate(TITLES)
    ]
    provider = Provider(items, page_size=5, prefixes=("oai_dc", "mods"))

    def answer(request: Request) -> Answer:
        return Answer(provider.answer(request.query), headers={"Content-Type": "text/xml"})

    with Web({"/oai": answer}) as web:
        whole = desk.probe(web.url("/oai"))
        assert "mods" in whole.source_toml
        assert '# sets = ["a", "b"]' in whole.source_toml
        probed = desk.probe(web.url("/oai?verb=ListRecords&metadataPrefix=oai_dc&set=a"))
        assert 'sets = ["a"]' in probed.source_toml
        assert titles(desk, desk.accept(probed)) == TITLES[1::2]


def test_json_with_a_link_header(desk: Desk) -> None:
    def answer(request: Request) -> Answer:
        number = int(request.query.get("page", 1))
        some = [{"title": w.title, "url": w.page} for w in WORKS[6 * number - 6 : 6 * number]]
        headers = {"Content-Type": "application/json"}
        if number < 2:
            headers["Link"] = f'</api?page={number + 1}>; rel="next"'
        return Answer(json.dumps(some), headers=headers)

    with Web({"/api": answer}) as web:
        probed = desk.probe(web.url("/api"))
        assert 'next = "link-header"' in probed.source_toml
        assert titles(desk, desk.accept(probed)) == TITLES


@pytest.mark.parametrize(("parameter", "step"), [("page", 1), ("offset", 4)])
def test_json_whose_address_counts(desk: Desk, parameter: str, step: int) -> None:
    def answer(request: Request) -> Answer:
        number = int(request.query[parameter]) // step
        some = [{"title": w.title, "url": w.page} for w in WORKS[4 * number : 4 * number + 4]]
        document = {"total": 12, "items": some}
        return Answer(json.dumps(document), headers={"Content-Type": "application/json"})

    with Web({"/api": answer}) as web:
        probed = desk.probe(web.url(f"/api?{parameter}=0"))
        assert f'parameter = "{parameter}"' in probed.source_toml
        assert titles(desk, desk.accept(probed)) == TITLES


def test_a_live_feed(desk: Desk) -> None:
    from tests.probe.data import rss

    with Web({"/feed": Answer(rss().text, headers={"Content-Type": "application/rss+xml"})}) as web:
        probed = desk.probe(web.url("/feed"))
        assert probed.kind == "feed"
        assert any("newest entries" in note for note in probed.notes)
        assert 'title = "The Library"' in probed.source_toml
        assert titles(desk, desk.accept(probed)) == TITLES


def test_a_feed_without_entries_says_so(desk: Desk) -> None:
    empty = '<rss version="2.0"><channel><title>x</title></channel></rss>'
    with pytest.raises(SourceError, match="looks like a source of the kind feed"):
        desk.probe(desk.save("empty.xml", empty))


def test_entries_without_titles_are_no_listing(desk: Desk) -> None:
    items = "".join(
        f"<item><guid>{n}</guid><description>Text {n}</description></item>" for n in range(5)
    )
    with pytest.raises(SourceError, match="0% have a title"):
        desk.probe(
            desk.save(
                "bare.xml", f'<rss version="2.0"><channel><title>x</title>{items}</channel></rss>'
            )
        )


def test_doors_that_are_broken_do_no_harm(desk: Desk) -> None:
    head = (
        '<script type="application/ld+json">{broken</script><link rel="alternate" type="text/csv" href="http://[x">'
        '<script type="application/ld+json">["x"]</script>'
    )
    probed = desk.probe(desk.save("list.html", listing(WORKS, head=head)))
    assert any("http://[x" in note for note in probed.notes)


def test_part_of_a_sitemap_is_proposed(desk: Desk) -> None:
    with Web() as web:
        urls = "".join(f"<url><loc>{web.url(work.path)}</loc></url>" for work in WORKS)
        urls += f"<url><loc>{web.url('/about')}</loc></url>"
        web.answers |= {work.path: embedded(work) for work in WORKS}
        web.answers["/sitemap.xml"] = (
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
        )
        probed = desk.probe(web.url("/sitemap.xml"))
        assert f'# include = ["{web.url("/resources/*")}"]' in probed.source_toml


def test_an_endpoint_with_nothing_that_is_described(desk: Desk) -> None:
    answer = Answer(
        json.dumps({"boolean": False, "results": {"bindings": []}}),
        headers={"Content-Type": "application/json"},
    )
    with Web({"/sparql": answer}) as web, pytest.raises(SourceError, match="shows no entries"):
        desk.probe(web.url("/sparql"))
