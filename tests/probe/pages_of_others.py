# ruff: noqa: E501 - markup and data stand here in lines as long as they are
"""Listings in further shapes: of catalogues, journals, ministries, and of some that few have."""

from __future__ import annotations

from tests.probe.pages_of_systems import each, page
from tests.probe.works import MONTHS, WORKS, Case, Work, expected, long_day


def ministry() -> Case:
    rows = each(
        '<li class="gem-c-document-list__item"><div class="gem-c-document-list__item-title"><a class="govuk-link" '
        'href="{w.path}">{w.title}</a></div><p class="gem-c-document-list__item-description">{w.abstract}</p>'
        '<ul class="gem-c-document-list__item-metadata"><li class="gem-c-document-list__attribute">Document type: {w.kind}</li>'
        '<li class="gem-c-document-list__attribute">Organisation: Ministry of Fields</li><li class="gem-c-document-list__attribute">'
        'Updated: <time datetime="{w.day}">{long}</time></li></ul></li>'
    )
    content = f'<main><div class="results"><ul class="gem-c-document-list">{rows}</ul></div></main>'
    return Case("ministry", page(content), expected("title", "page", "description", "day"))


def scholar() -> Case:
    rows = each(
        '<div class="gs_r gs_or gs_scl" data-cid="x{n}y" data-did="x{n}y" data-rp="{n}"><div class="gs_ggs gs_fl"><div class="gs_ggsd">'
        '<a href="{w.pdf}"><span class="gs_ctg2">[PDF]</span> library.example</a></div></div><div class="gs_ri"><h3 class="gs_rt">'
        '<a id="x{n}y" href="{w.path}">{w.title}</a></h3><div class="gs_a">{w.author} - Journal of Fields, {w.year} - press.example</div>'
        '<div class="gs_rs">{w.abstract}</div><div class="gs_fl"><a href="javascript:void(0)">Save</a> <a href="/s?c={n}">Cited by {n}</a></div></div></div>'
    )
    return Case(
        "scholar",
        page(f'<div id="gs_res_ccl_mid">{rows}</div>'),
        expected("title", "page", "description", "file"),
    )


def medical() -> Case:
    rows = each(
        '<article class="full-docsum" data-rel-pos="{n}"><div class="item-selector-wrap selectors"><label class="search-result-position" for="s{n}">'
        '<span class="position-number">{n}</span></label></div><div class="docsum-wrap"><div class="docsum-content"><a class="docsum-title" '
        'href="{w.path}" ref="linksrc=x">{w.title}</a><div class="docsum-citation full-citation"><span class="docsum-authors full-authors">{w.author}.</span>'
        '<span class="docsum-journal-citation full-journal-citation">J Fields. {w.year} Mar;4(2):1-{n}.</span></div><div class="docsum-snippet">'
        '<div class="full-view-snippet">{w.abstract}</div></div></div></div></article>'
    )
    works = tuple(work._replace(author=work.author + ".") for work in WORKS)
    return Case("medical", page(f'<section class="search-results-list">{rows}</section>'),
                expected("title", "page", "description", "creator", works=works))  # fmt: skip


def preprints() -> Case:
    rows = each(
        '<dt><a name="item{n}">[{n}]</a>&nbsp; <a href="{w.path}" title="Abstract">arXiv:2001.0{n}</a> [<a href="{w.pdf}" title="Download PDF">pdf</a>]</dt>'
        '<dd><div class="meta"><div class="list-title mathjax"><span class="descriptor">Title:</span> {w.title}</div><div class="list-authors">'
        '<a href="/a/{n}">{w.author}</a></div><p class="mathjax">{w.abstract}</p></div></dd>'
    )
    return Case("preprints", page(f'<div id="content"><h1>New submissions</h1><dl id="articles">{rows}</dl></div>'),
                expected("title", "creator", "description"))  # fmt: skip


def category_page() -> Case:
    def group(letter: str, some: tuple[Work, ...]) -> str:
        items = "".join(
            f'<li><a href="{w.path}" title="{w.title}">{w.title}</a></li>' for w in some
        )
        return f'<div class="mw-category-group"><h3>{letter}</h3><ul>{items}</ul></div>'

    groups = group("A", WORKS[:3]) + group("K", WORKS[3:8]) + group("W", WORKS[8:])
    content = f'<div id="mw-pages"><h2>Pages in category "Handbooks"</h2><p>The following 12 pages are in this category.</p><div class="mw-content-ltr"><div class="mw-category">{groups}</div></div></div>'
    return Case("category-page", page(content), expected("title", "page"))


def bookshelf() -> Case:
    rows = each(
        '<li class="booklink"><a class="link" href="{w.path}" accesskey="{n}"><span class="cell leftcell with-cover"><img class="cover-thumb" src="/c{n}.jpg" alt=""></span>'
        '<span class="cell content"><span class="title">{w.title}</span><span class="subtitle">{w.author}</span><span class="extra">{n}42 downloads</span></span></a></li>'
    )
    return Case(
        "bookshelf",
        page(f'<div class="page_content"><ul class="results">{rows}</ul></div>'),
        expected("title", "page"),
    )


def block_theme() -> Case:
    rows = each(
        '<li class="wp-block-post post-{n}12 post type-post status-publish"><figure class="wp-block-post-featured-image"><a href="{w.path}" target="_self">'
        '<img src="/b{n}.jpg" alt="A picture"></a></figure><h2 class="wp-block-post-title has-large-font-size"><a href="{w.path}" target="_self">{w.title}</a></h2>'
        '<div class="wp-block-post-excerpt"><p class="wp-block-post-excerpt__excerpt">{w.abstract} </p></div><div class="wp-block-post-date"><time datetime="{w.day}T08:00:00+01:00">'
        '<a href="{w.path}">{long}</a></time></div></li>'
    )
    return Case("block-theme", page(f'<main class="wp-block-group"><div class="wp-block-query"><ul class="wp-block-post-template">{rows}</ul></div></main>'),
                expected("title", "page", "description"))  # fmt: skip


def spanning_rows() -> Case:
    def part(kind: str, some: tuple[Work, ...]) -> str:
        first, *others = [
            f'<td><a href="{w.path}">{w.title}</a></td><td>{w.author}</td><td>{w.year}</td>'
            for w in some
        ]
        return f'<tr><td rowspan="{len(some)}">{kind}</td>{first}</tr>' + "".join(
            f"<tr>{one}</tr>" for one in others
        )

    rows = part("Old", WORKS[:5]) + part("New", WORKS[5:])
    content = f"<table class='docs'><thead><tr><th>Shelf</th><th>Title</th><th>Author</th><th>Year</th></tr></thead><tbody>{rows}</tbody></table>"
    return Case("spanning-rows", page(content), expected("title", "page"))


def dated_paragraphs() -> Case:
    rows = each('<p>{long} – <a href="{w.path}">{w.title}</a></p>')
    return Case(
        "dated-paragraphs",
        page(f'<div class="news"><h1>News</h1>{rows}</div>'),
        expected("title", "page"),
    )


def figures() -> Case:
    rows = each(
        '<li><figure><a href="{w.path}"><img src="/f/{n}.png" alt="{w.title}"></a><figcaption><strong>{w.title}</strong><br>{w.abstract}</figcaption></figure></li>'
    )
    return Case(
        "figures",
        page(f'<ul class="gallery">{rows}</ul>'),
        expected("title", "page", "description"),
    )


def angular_repository() -> Case:
    rows = each(
        '<li class="mt-4 mb-4 d-flex" _ngcontent-dspace-c1><ds-listable-object-component-loader><ds-item-search-result-list-element><div class="row"><div class="col-3">'
        '<a class="dont-break-out" href="{w.path}"><ds-thumbnail><img src="/t{n}" alt="Thumbnail"></ds-thumbnail></a></div><div class="col-9"><ds-type-badge><div><span '
        'class="badge badge-info">{w.kind}</span></div></ds-type-badge><a class="lead item-list-title dont-break-out" href="{w.path}">{w.title}</a><span class="text-muted">'
        '<ds-truncatable-part><div class="content dont-break-out"> (<span class="item-list-publisher">The Press</span>, <span class="item-list-date">{w.day}</span>) '
        '<span class="item-list-authors"><span>{w.author}</span></span></div></ds-truncatable-part></span><div class="item-list-abstract"><ds-truncatable-part><span>{w.abstract}</span>'
        "</ds-truncatable-part></div></div></div></ds-item-search-result-list-element></ds-listable-object-component-loader></li>"
    )
    return Case("angular-repository", page(f'<ds-app><main id="main-content"><ds-search-results><ul class="list-unstyled">{rows}</ul></ds-search-results></main></ds-app>'),
                expected("title", "page", "description", "creator", "day", "type"))  # fmt: skip


def schema_markup() -> Case:
    rows = each(
        '<div itemscope itemtype="https://schema.org/Book"><span itemprop="name">{w.title}</span> by <span itemprop="author">{w.author}</span>'
        '<meta itemprop="datePublished" content="{w.day}"><p itemprop="description">{w.abstract}</p><a itemprop="url" href="{w.path}">Details</a></div>'
    )
    return Case(
        "schema-markup",
        page(f'<div class="shelf">{rows}</div>'),
        expected("title", "creator", "description", "page"),
    )


def notes_in_cells() -> Case:
    rows = each(
        '<tr><td class="no">{n}</td><td><p class="t"><a href="{w.path}">{w.title}</a></p><p class="d">{w.abstract}</p></td><td>{w.kind}</td>'
        '<td><a href="{w.pdf}"><img src="/pdf.gif" alt="PDF"></a></td></tr>'
    )
    content = f'<table id="dataTable" class="dataTable"><thead><tr><th>#</th><th>Document</th><th>Type</th><th>File</th></tr></thead><tbody>{rows}</tbody></table>'
    return Case(
        "notes-in-cells", page(content), expected("title", "page", "description", "type", "file")
    )


def german_list() -> Case:
    titles = ("Buchführung einer Dorfbank", "Wetterversicherung für kleine Höfe", "Kunden zuhören, bevor der Kredit verlängert wird",
              "Eine Bilanz an einem Nachmittag lesen", "Den CO2-Ausstoß eines Kreditbestands messen", "Frauen, Land und der Preis des Wassers")  # fmt: skip
    rows = "".join(
        f'<div class="treffer"><h3><a href="/de/{n}">{title}</a></h3><p><b>Autor:</b> Jonas Weber<br><b>Jahr:</b> {2010 + n}<br><b>Schlagwörter:</b> Sparen, Kredit</p>'
        f"<p>Diese Schrift erklärt Schritt für Schritt das Thema „{title}“ mit Beispielen aus dem Alltag.</p></div>"
        for n, title in enumerate(titles)
    )
    html = page(
        f'<div id="inhalt"><h1>Veröffentlichungen</h1>{rows}<a href="?seite=2" class="weiter">Weiter</a></div>',
        language="de",
    )
    return Case("german-list", html, {
        "title": [(title,) for title in titles], "page": [(f"https://library.example/de/{n}",) for n in range(6)],
        "creator": [("Jonas Weber",)] * 6, "date": [(str(2010 + n),) for n in range(6)],
        "subject": [("Sparen", "Kredit")] * 6,
    })  # fmt: skip


def russian_table() -> Case:
    titles = ("Учёт в деревенском банке", "Страхование погоды для малых хозяйств", "Слушать клиентов до продления кредита",
              "Как прочесть баланс за один вечер", "Измерение выбросов кредитного портфеля")  # fmt: skip
    rows = "".join(
        f'<tr><td>{n + 1}</td><td>Иванов И. И.</td><td><a href="/ru/{n}.pdf">{title}</a></td><td>{2010 + n}</td></tr>'
        for n, title in enumerate(titles)
    )
    html = page(
        f"<table><tr><th>№</th><th>Автор</th><th>Название</th><th>Год</th></tr>{rows}</table>",
        language="ru",
    )
    return Case("russian-table", html, {
        "title": [(title,) for title in titles], "file": [(f"https://library.example/ru/{n}.pdf",) for n in range(5)],
        "creator": [("Иванов И. И.",)] * 5, "date": [(str(2010 + n),) for n in range(5)],
    })  # fmt: skip


def months() -> Case:
    parts = "".join(
        f"<h3>{MONTHS[n]} 2020</h3><ul>"
        + "".join(
            f'<li><a href="{w.path}">{w.title}</a><br><span>{w.abstract}</span></li>'
            for w in WORKS[n * 3 : n * 3 + 3]
        )
        + "</ul>"
        for n in range(4)
    )
    return Case(
        "months",
        page(f'<div class="archive"><h2>Archive</h2>{parts}</div>'),
        expected("title", "page", "description"),
    )


def dates_first() -> Case:
    rows = each(
        '<div class="entry"><div class="entry-date">{long}</div><div class="entry-text"><h4>{w.title}</h4><p>{w.abstract}</p><p><a href="{w.path}">Continue reading</a></p></div></div>'
    )
    return Case(
        "dates-first",
        page(f'<div id="entries">{rows}</div>'),
        expected("title", "page", "description", "long_day"),
    )


def many_authors() -> Case:
    rows = each(
        '<div class="pub"><div class="pub-title"><a href="{w.path}">{w.title}</a></div><div class="pub-authors"><a href="/people/{n}">{w.author}</a>, '
        '<a href="/people/x{n}">Second Author</a></div><div class="pub-year">{w.year}</div></div>'
    )
    fields = expected("title", "page", "year")
    fields["creator"] = [(work.author, "Second Author") for work in WORKS]
    return Case("many-authors", page(f'<section id="publications">{rows}</section>'), fields)


def mixed_classes() -> Case:
    rows = "".join(
        f'<li class="{"node sticky" if n == 0 else "node"} node-{"report" if n % 3 else "guide"} clearfix"><h2><a href="{w.path}">{w.title}</a></h2><div class="submitted">Submitted by <span class="username">'
        f'{w.author}</span> on {long_day(w)}</div><div class="content"><p>{w.abstract}</p></div></li>'
        for n, w in enumerate(WORKS)
    )
    return Case(
        "mixed-classes",
        page(f'<ol id="nodes">{rows}</ol>'),
        expected("title", "page", "description", "creator"),
    )


OTHERS = (
    ministry, scholar, medical, preprints, category_page, bookshelf, block_theme, spanning_rows, dated_paragraphs, figures,
    angular_repository, schema_markup, notes_in_cells, german_list, russian_table, months, dates_first, many_authors, mixed_classes,
)  # fmt: skip
