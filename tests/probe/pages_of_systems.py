# ruff: noqa: E501 - markup and data stand here in lines as long as they are
"""Listings in the shapes that well-known systems give them, written for these tests."""

from __future__ import annotations

from tests.probe.works import WORKS, Case, Work, expected, long_day

COOKIES = """<div id="cookie-consent" class="cc-window"><p>This site uses cookies to remember what you
chose and to count visits. You can read about it in our privacy policy.</p><a href="/privacy">Privacy</a>
<button>Accept</button></div>"""
FOOTER = """<footer class="site-footer"><div class="row"><div class="col"><h4>About</h4><ul>
<li><a href="/about">About us</a></li><li><a href="/team">The team</a></li><li><a href="/jobs">Jobs</a></li>
<li><a href="/press">Press</a></li></ul></div><div class="col"><h4>Contact</h4><p>12 Long Street, Old Town.
Telephone 555 0100. Write to us if a link is broken or a document is missing.</p></div></div>
<p>© 2024 The Library. All rights reserved.</p></footer>"""
MENU = """<header class="site-header"><nav class="main-nav"><ul><li><a href="/">Home</a></li>
<li><a href="/about">About</a></li><li><a href="/news">News</a></li><li><a href="/resources">Resources</a>
<ul><li><a href="/resources/guides">Guides</a></li><li><a href="/resources/reports">Reports</a></li>
<li><a href="/resources/tools">Tools</a></li></ul></li><li><a href="/events">Events</a></li>
<li><a href="/contact">Contact</a></li></ul></nav></header>"""
PAGER = """<nav aria-label="Page navigation"><ul class="pagination"><li class="page-item active"><a
class="page-link" href="?page=1">1</a></li><li class="page-item"><a class="page-link" href="?page=2">2</a></li>
<li class="page-item"><a class="page-link" href="?page=3">3</a></li><li class="page-item"><a class="page-link"
rel="next" href="?page=2">Next</a></li></ul></nav>"""


def page(content: str, title: str = "Resources", language: str = "en", before: str = MENU,
         after: str = FOOTER) -> str:  # fmt: skip
    """Return a whole page around a listing."""
    return (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>.x{{color:red}}</style></head><body>{before}{content}{after}"
        "<script>var a = 1;</script></body></html>"
    )


def each(template: str, works: tuple[Work, ...] = WORKS) -> str:
    """Fill the template for each work; `{n}` is its number, `{parity}` odd or even."""
    return "\n".join(
        template.format(
            n=number, parity="odd" if number % 2 else "even", w=work, long=long_day(work),
            tags=", ".join(work.tags),
            taglist="".join(f'<a class="tag" href="/tags/{t}">{t}</a> ' for t in work.tags),
            tagitems="".join(f'<li><a href="/t/{t}" rel="tag">{t}</a></li>' for t in work.tags),
        )
        for number, work in enumerate(works, 1)
    )  # fmt: skip


def bootstrap_cards() -> Case:
    cards = each(
        '<div class="col-md-4 mb-4"><div class="card h-100"><img class="card-img-top" src="/i/{n}.jpg" alt="">'
        '<div class="card-body"><span class="badge bg-secondary">{w.kind}</span>'
        '<h5 class="card-title"><a href="{w.path}">{w.title}</a></h5><p class="card-text">{w.abstract}</p>'
        '<a class="btn btn-primary" href="{w.path}">Read more</a></div>'
        '<div class="card-footer"><small class="text-muted">{long}</small></div></div></div>'
    )
    main = f'<main class="container"><h1>Resources</h1><div class="row">{cards}</div>{PAGER}</main>'
    return Case("bootstrap-cards", page(main + COOKIES),
                expected("title", "page", "description", "type", "long_day"))  # fmt: skip


def drupal_views() -> Case:
    rows = each(
        '<div class="views-row views-row-{n} views-row-{parity}"><div class="views-field views-field-title">'
        '<span class="field-content"><a href="{w.path}" hreflang="en">{w.title}</a></span></div>'
        '<div class="views-field views-field-field-type"><div class="field-content">{w.kind}</div></div>'
        '<div class="views-field views-field-body"><div class="field-content"><p>{w.abstract}</p></div></div>'
        '<span class="views-field views-field-created"><span class="field-content">'
        '<time datetime="{w.day}T10:00:00Z">{long}</time></span></span></div>'
    )
    content = (
        '<main role="main"><div class="region region-content"><div class="view view-resources">'
        f'<div class="view-header">Displaying 1 - 12 of 57</div><div class="view-content">{rows}</div>'
        '<nav class="pager" role="navigation"><ul class="pager__items js-pager__items">'
        '<li class="pager__item is-active"><a href="?page=0">1</a></li><li class="pager__item"><a href="?page=1">2</a></li>'
        '<li class="pager__item pager__item--next"><a href="?page=1" title="Go to next page" rel="next">'
        '<span aria-hidden="true">›</span></a></li></ul></nav></div></div></main>'
    )
    return Case("drupal-views", page(content),
                expected("title", "page", "type", "description"))  # fmt: skip


def dspace_discover() -> Case:
    items = each(
        '<div class="row ds-artifact-item"><div class="col-sm-3 hidden-xs"><div class="thumbnail">'
        '<a class="image-link" href="/handle/123/{n}"><img alt="Thumbnail" src="/t/{n}.jpg"></a></div></div>'
        '<div class="col-sm-9 artifact-description"><a href="{w.path}"><h4>{w.title}<span class="Z3988" '
        'title="ctx_ver=Z39.88"></span></h4></a><div class="artifact-info"><span class="author h4">'
        '<small><span>{w.author}</span></small></span> <span class="h4"><small>(<span class="publisher">The '
        'Press</span>, <span class="date">{w.year}</span>)</small></span></div>'
        '<div class="artifact-abstract">{w.abstract}</div></div></div>'
    )
    facets = "".join(
        f'<a class="list-group-item ds-option" href="/f/{n}">Person {n} Surname ({n + 3})</a>'
        for n in range(40)
    )
    content = (
        f'<div class="container"><div class="row"><div class="col-md-9"><h2>Search</h2><p class="pagination-info">'
        f'Now showing items 1-12 of 437</p><div id="aspect_discovery_SimpleSearch_div_search-results">{items}</div>'
        f'</div><div class="col-md-3" id="sidebar"><h3>Discover</h3><div class="list-group">{facets}</div></div></div></div>'
    )
    return Case("dspace-discover", page(content),
                expected("title", "page", "creator", "year", "description"))  # fmt: skip


def dspace_jspui() -> Case:
    rows = each(
        '<tr><td headers="t1" class="{parity}RowOddCol" nowrap="nowrap">{long}</td>'
        '<td headers="t2" class="{parity}RowEvenCol"><a href="{w.path}">{w.title}</a></td>'
        '<td headers="t3" class="{parity}RowOddCol"><em>{w.author}</em></td></tr>'
    )
    content = (
        '<div class="discovery-result-results"><div class="panel panel-info"><div class="panel-heading">Item hits:</div>'
        '<table align="center" class="table" summary="This table browses all items"><tr><th id="t1" class="oddRowEvenCol">'
        'Issue Date</th><th id="t2" class="oddRowOddCol">Title</th><th id="t3" class="oddRowEvenCol">Author(s)</th></tr>'
        f"{rows}</table></div></div>"
    )
    return Case("dspace-jspui", page(content), expected("title", "page", "creator", "long_day"))


def ojs_issue() -> Case:
    def article(work: Work) -> str:
        return (
            '<li><div class="obj_article_summary"><h3 class="title">'
            f'<a id="article-{len(work.title)}" href="{work.path}">{work.title}</a></h3><div class="meta">'
            f'<div class="authors">{work.author}</div><div class="pages">1-{len(work.title)}</div></div>'
            f'<ul class="galleys_links"><li><a class="obj_galley_link pdf" href="{work.pdf}" '
            'aria-labelledby="x">PDF</a></li></ul></div></li>'
        )

    sections = "".join(
        f'<div class="section"><h2>{name}</h2><ul class="cmp_article_list articles">'
        f"{''.join(map(article, some))}</ul></div>"
        for name, some in (("Articles", WORKS[:7]), ("Notes", WORKS[7:]))
    )
    content = (
        '<div class="pkp_structure_main" role="main"><div class="page page_issue"><h1>Vol. 3 No. 2 (2020)</h1>'
        f'<div class="obj_issue_toc"><div class="heading"><div class="description"><p>This issue looks back on ten years '
        f'of work in the field and forward to what may come.</p></div></div><div class="sections">{sections}</div></div>'
        '</div></div><div class="pkp_structure_sidebar left" role="complementary"><div class="pkp_block block_language">'
        '<span class="title">Language</span><div class="content"><ul><li><a href="/en">English</a></li>'
        '<li><a href="/es">Español</a></li><li><a href="/pt">Português</a></li></ul></div></div></div>'
    )
    return Case("ojs-issue", page(content), expected("title", "page", "creator", "file"))


def wordpress_theme() -> Case:
    posts = each(
        '<article id="post-{n}00" class="post-{n}00 post type-post status-publish format-standard hentry category-news '
        'tag-a"><header class="entry-header"><h2 class="entry-title"><a href="{w.path}" rel="bookmark">{w.title}</a></h2>'
        '<div class="entry-meta"><span class="posted-on"><a href="{w.path}" rel="bookmark"><time class="entry-date '
        'published" datetime="{w.day}T09:30:00+00:00">{long}</time></a></span><span class="byline"> by <span '
        'class="author vcard"><a class="url fn n" href="/author/x">{w.author}</a></span></span></div></header>'
        '<div class="entry-summary"><p>{w.abstract}</p></div><footer class="entry-footer"><span class="cat-links">'
        'Posted in <a href="/c/{n}" rel="category tag">{w.kind}</a></span></footer></article>'
    )
    side = "".join(
        f'<section class="widget widget_recent_entries"><h2 class="widget-title">Recent {n}</h2><ul>'
        + "".join(
            f'<li><a href="/r/{n}{m}">Another post number {m} of these days</a></li>'
            for m in range(8)
        )
        + "</ul></section>"
        for n in range(3)
    )
    content = (
        f'<div id="primary" class="content-area"><main id="main" class="site-main">{posts}<nav class="navigation '
        'posts-navigation"><div class="nav-links"><div class="nav-previous"><a href="/page/2/">Older posts</a></div>'
        f'</div></nav></main></div><aside id="secondary" class="widget-area">{side}</aside>'
    )
    return Case("wordpress-theme", page(content),
                expected("title", "page", "description", "creator"))  # fmt: skip


def eprints() -> Case:
    rows = each(
        '<p><span class="person_name">{w.author}</span>   ({w.year})  <a href="{w.path}"><em>{w.title}.</em></a>'
        "    Journal of Fields, 4 (2).   pp. 1-{n}.  ISSN 1234-567{n} </p>"
    )
    works = tuple(work._replace(title=work.title + ".") for work in WORKS)
    content = f'<div class="ep_view_page ep_view_page_view_year"><h1>Items</h1><h2>Article</h2>{rows}</div>'
    return Case("eprints", page(content), expected("title", "page", "creator", "year", works=works))


def omeka() -> Case:
    rows = each(
        '<div class="item record"><h2><a class="permalink" href="{w.path}">{w.title}</a></h2><div class="item-meta">'
        '<div class="item-img"><a href="{w.path}"><img alt="" src="/s/{n}.jpg"></a></div>'
        '<div class="item-description">{w.abstract}</div><div class="tags"><p><strong>Tags:</strong> {taglist}</p></div>'
        "</div></div>"
    )
    content = f'<div id="content"><h1>Browse Items (12 total)</h1>{rows}</div>'
    return Case("omeka", page(content), expected("title", "page", "description", "subject"))


def koha() -> Case:
    rows = each(
        '<tr><td class="bibliocol"><input type="checkbox" name="biblionumber" value="{n}"></td><td class="bibliocol">'
        '<div class="title_summary"><a href="{w.path}" class="title">{w.title}</a><p><span class="byAuthor">by </span>'
        '<ul class="author resource_list"><li><a href="/au/{n}">{w.author}</a></li></ul></p>'
        '<div class="results_summary type"><span class="results_material_type"><span class="label">Material type: </span>'
        '<img src="/b.png" alt=""> Text</span></div><div class="results_summary publisher"><span class="label">'
        'Publication details:</span> Old Town : The Press, {w.year}</div><div class="results_summary availability">'
        '<span class="label">Availability:</span> <span class="available">Items available: Main (1)</span></div>'
        '<div class="results_summary actions-menu"><a class="hold" href="/h/{n}">Place hold</a> '
        '<a class="addtocart" href="#">Add to cart</a></div></div></td></tr>'
    )
    content = (
        f'<div id="userresults" class="userresults"><h1>Results</h1><table class="table table-striped"><tbody>{rows}'
        "</tbody></table></div>"
    )
    return Case("koha", page(content), expected("title", "page", "creator"))


def vufind() -> Case:
    rows = each(
        '<li id="result{n}" class="result"><input type="hidden" value="Solr|{n}"><div class="media">'
        '<div class="media-left"><a href="{w.path}"><img class="recordcover" src="/c/{n}.png" alt=""></a></div>'
        '<div class="media-body"><div class="result-body"><div><a href="{w.path}" class="title getFull">{w.title}</a></div>'
        '<div>by <a href="/Author/{n}">{w.author}</a><br>Published {w.year}</div>'
        '<div class="result-formats"><span class="format">{w.kind}</span></div></div>'
        '<div class="result-links hidden-print"><a href="#" class="save-record">Save to List</a> Saved in: </div></div></div></li>'
    )
    facets = "".join(
        f'<li><a href="?f={n}" class="facet">Value number {n}</a> <span>{n}</span></li>'
        for n in range(30)
    )
    content = (
        '<div class="container"><div class="mainbody"><div class="search-header"><div class="search-stats">Showing '
        f'<strong>1</strong> - <strong>12</strong> results of <strong>57</strong></div></div><ol class="record-list">{rows}'
        f'</ol></div><div class="sidebar"><h2>Refine Results</h2><ul class="facets">{facets}</ul></div></div>'
    )
    return Case("vufind", page(content), expected("title", "page", "creator", "type"))


def blacklight() -> Case:
    rows = each(
        '<article data-document-id="{n}" class="document document-position-{n}" itemscope itemtype="http://schema.org/Thing">'
        '<header class="documentHeader row"><h3 class="index_title document-title-heading col"><span class="document-counter">'
        '{n}. </span><a href="{w.path}">{w.title}</a></h3></header><dl class="document-metadata dl-invert row">'
        '<dt class="blacklight-author col-md-3">Author:</dt><dd class="col-md-9 blacklight-author">{w.author}</dd>'
        '<dt class="blacklight-format col-md-3">Format:</dt><dd class="col-md-9 blacklight-format">{w.kind}</dd>'
        '<dt class="blacklight-language col-md-3">Language:</dt><dd class="col-md-9 blacklight-language">English</dd>'
        '<dt class="blacklight-date col-md-3">Published:</dt><dd class="col-md-9 blacklight-date">{w.year}</dd></dl></article>'
    )
    content = f'<main id="main-container" class="container" role="main"><div id="documents" class="documents-list">{rows}</div></main>'
    return Case("blacklight", page(content), expected("title", "page", "creator", "type", "year"))


def ckan() -> Case:
    rows = each(
        '<li class="dataset-item"><div class="dataset-content"><h2 class="dataset-heading"><a href="{w.path}" '
        'title="{w.title}">{w.title}</a></h2><div>{w.abstract}</div></div><ul class="dataset-resources list-unstyled">'
        '<li><a href="{w.path}" class="badge badge-default" data-format="csv">CSV</a></li>'
        '<li><a href="{w.path}" class="badge badge-default" data-format="pdf">PDF</a></li></ul></li>'
    )
    facets = "".join(
        f'<li class="nav-item"><a href="?o={n}" title=""><span class="item-label">Organization {n}</span> '
        f'<span class="item-count badge">{n}</span></a></li>'
        for n in range(20)
    )
    content = (
        '<div class="main"><div class="row wrapper"><aside class="secondary col-md-3"><div class="filters"><section '
        f'class="module module-narrow"><h2>Organizations</h2><nav><ul class="nav-facet">{facets}</ul></nav></section></div>'
        '</aside><div class="primary col-md-9"><section class="module"><div class="module-content"><h1>57 datasets found</h1>'
        f'<ul class="dataset-list list-unstyled">{rows}</ul></div></section></div></div></div>'
    )
    return Case("ckan", page(content), expected("title", "page", "description"))


def joomla_table() -> Case:
    rows = each(
        '<tr class="cat-list-row{n}"><td headers="categorylist_header_title" class="list-title"><a href="{w.path}">{w.title}'
        '</a></td><td headers="categorylist_header_date" class="list-date small">{long}</td>'
        '<td headers="categorylist_header_author" class="list-author">{w.author}</td>'
        '<td headers="categorylist_header_hits" class="list-hits"><span class="badge badge-info">Hits: {n}7</span></td></tr>'
    )
    content = (
        '<div class="category-list"><form id="adminForm"><table class="category table table-striped table-bordered table-hover">'
        '<thead><tr><th id="categorylist_header_title">Title</th><th id="categorylist_header_date">Published Date</th>'
        f'<th id="categorylist_header_author">Author</th><th id="categorylist_header_hits">Hits</th></tr></thead><tbody>{rows}'
        "</tbody></table></form></div>"
    )
    return Case("joomla-table", page(content), expected("title", "page", "creator", "long_day"))


def mediawiki() -> Case:
    def part(name: str, some: tuple[Work, ...]) -> str:
        items = "".join(
            f'<li><a href="{w.path}" title="{w.title}">{w.title}</a> – {w.abstract}</li>\n'
            for w in some
        )
        return (
            f'<h2><span class="mw-headline" id="{name}">{name}</span><span class="mw-editsection">'
            f'<a href="/edit">edit</a></span></h2>\n<ul>{items}</ul>'
        )

    toc = "".join(
        f'<li class="toclevel-1"><a href="#x{n}"><span>{n}</span> Part {n}</a></li>'
        for n in range(3)
    )
    content = (
        '<div id="content" class="mw-body" role="main"><h1 id="firstHeading">List of handbooks</h1><div id="bodyContent">'
        '<div id="mw-content-text" class="mw-body-content"><div class="mw-parser-output"><p>This is a <b>list</b> of handbooks '
        f'on money matters that people of the trade use.</p><div id="toc" class="toc"><ul>{toc}</ul></div>'
        f"{part('Savings', WORKS[:5])}{part('Credit', WORKS[5:8])}{part('Staff', WORKS[8:])}</div></div></div></div>"
        '<div id="mw-navigation"><div id="mw-panel"><div class="portal"><ul><li id="n-mainpage"><a href="/Main">Main page</a></li>'
        '<li id="n-recent"><a href="/Recent">Recent changes</a></li><li><a href="/Random">Random page</a></li></ul></div></div></div>'
    )
    return Case("mediawiki", page(content, before="", after=""),
                expected("title", "page", "description"))  # fmt: skip


def libguides() -> Case:
    rows = each(
        '<li><div class="s-lg-az-result-row"><div class="s-lg-az-result"><div class="s-lg-az-result-title"><a target="_blank" '
        'href="{w.path}">{w.title}</a></div><div class="s-lg-az-result-description">{w.abstract}</div>'
        "</div></div></li>"
    )
    content = (
        '<div id="s-lg-content"><div class="s-lib-box-content"><div id="s-lg-az-results"><div class="s-lg-az-result-count">'
        f'12 Databases found</div><ul class="list-unstyled">{rows}</ul></div></div></div>'
    )
    return Case("libguides", page(content), expected("title", "page", "description"))


def invenio() -> Case:
    rows = each(
        '<div class="item relevant"><div class="content"><div class="extra labels-actions"><div class="ui small horizontal '
        'primary label">{long} (v1)</div><div class="ui small horizontal neutral label">{w.kind}</div><div class="ui small '
        'horizontal label access-status open"><i class="icon unlock"></i>Open</div></div><h2 class="header"><a '
        'href="{w.path}">{w.title}</a></h2><div class="ui creatibutors"><span class="creatibutor-wrap"><a href="/s?q={n}">'
        '{w.author}</a></span></div><p class="description">{w.abstract}</p></div></div>'
    )
    content = f'<main id="main"><div class="ui container"><div class="ui divided relaxed items">{rows}</div></div></main>'
    return Case(
        "invenio", page(content), expected("title", "page", "description", "creator", "type")
    )


SYSTEMS = (
    bootstrap_cards, drupal_views, dspace_discover, dspace_jspui, ojs_issue, wordpress_theme, eprints, omeka, koha, vufind,
    blacklight, ckan, joomla_table, mediawiki, libguides, invenio,
)  # fmt: skip
