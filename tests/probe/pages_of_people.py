# ruff: noqa: E501 - markup and data stand here in lines as long as they are
"""Listings that somebody made by hand, with a builder, or long ago, written for these tests."""

from __future__ import annotations

from tests.probe.pages_of_systems import COOKIES, PAGER, each, page
from tests.probe.works import WORKS, Case, Work, expected


def plain_table() -> Case:
    rows = each("<tr><td>{w.title}</td><td>{w.author}</td><td>{w.year}</td><td>{w.kind}</td>"
                '<td><a href="{w.pdf}">PDF</a></td></tr>')  # fmt: skip
    content = (
        "<h1>Library</h1><p>All that we have, newest last.</p><table border=1><tr><th>Title</th><th>Author</th><th>Year</th>"
        f"<th>Type</th><th>Download</th></tr>{rows}</table>"
    )
    return Case("plain-table", page(content, before="", after=""),
                expected("title", "creator", "year", "type", "file"))  # fmt: skip


def spanish_table() -> Case:
    rows = each('<tr><td>{n}</td><td><a href="{w.path}">{w.title}</a></td><td>{w.author}</td><td>{w.abstract}</td>'
                "<td>{w.year}</td><td>{tags}</td></tr>")  # fmt: skip
    content = (
        '<div id="contenido"><h2>Publicaciones</h2><table class="tabla"><thead><tr><td><b>N.º</b></td><td><b>Título</b></td>'
        "<td><b>Autor(es)</b></td><td><b>Resumen</b></td><td><b>Año</b></td><td><b>Palabras clave</b></td></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )
    return Case("spanish-table", page(content, language="es"),
                expected("title", "page", "creator", "description", "year", "subject"))  # fmt: skip


def definition_list() -> Case:
    rows = each('<dt><a href="{w.path}">{w.title}</a></dt><dd>{w.abstract}</dd>')
    return Case("definition-list", page(f"<h1>Handbooks</h1><dl>{rows}</dl>"),
                expected("title", "page", "description"))  # fmt: skip


def headings_and_paragraphs() -> Case:
    rows = each(
        '<h3>{w.title}</h3>\n<p>{w.abstract}</p>\n<p><a href="{w.pdf}">Download (PDF)</a></p>\n'
    )
    content = f'<div class="content-block"><h1>Publications</h1><p>What we have written since 2009.</p>{rows}</div>'
    return Case("headings-and-paragraphs", page(content), expected("title", "description", "file"))


def headings_in_sections() -> Case:
    def part(name: str, some: tuple[Work, ...]) -> str:
        entries = "".join(
            f'<h3><a href="{work.path}">{work.title}</a></h3><p class="by">{work.author}, {work.year}</p><p>{work.abstract}</p>'
            for work in some
        )
        return f"<h2>{name}</h2><p>These are our {name.lower()}, in no order at all.</p>{entries}"

    content = f"<article>{part('Guides', WORKS[:4])}{part('Reports', WORKS[4:9])}{part('Tools', WORKS[9:])}</article>"
    return Case("headings-in-sections", page(content), expected("title", "page", "description"))


def lists_by_section() -> Case:
    def part(name: str, some: tuple[Work, ...]) -> str:
        items = "".join(
            f'<li><a href="{work.path}">{work.title}</a> ({work.year})</li>' for work in some
        )
        return f"<section><h2>{name}</h2><ul>{items}</ul></section>"

    content = f"<main>{part('Guides', WORKS[:4])}{part('Reports', WORKS[4:9])}{part('Tools', WORKS[9:])}</main>"
    return Case("lists-by-section", page(content), expected("title", "page", "year"))


def bold_and_breaks() -> Case:
    rows = each(
        '<p><b>{w.title}</b><br>\n{w.author}, {w.year}<br>\n{w.abstract}<br>\n<a href="{w.path}">More</a></p>'
    )
    return Case("bold-and-breaks", page(f"<div id=text>{rows}</div>"), expected("title", "page"))


def bold_flat() -> Case:
    rows = each('<b><a href="{w.path}">{w.title}</a></b><br>\n{w.abstract}<br><br>\n')
    return Case("bold-flat", page(f'<div class="textbody">{rows}</div>', before="", after=""),
                expected("title", "page", "description"))  # fmt: skip


def of_1999() -> Case:
    rows = each(
        '<tr><td valign="top" width="20"><img src="bullet.gif" width="8" height="8"></td><td bgcolor="#FFFFEE"><font '
        'face="Arial" size="2"><b><a href="{w.path}">{w.title}</a></b><br><font size="1" color="#666666">{w.abstract}</font>'
        "</font></td></tr><tr><td colspan=2 height=4></td></tr>"
    )
    menu = "".join(
        f'<tr><td><font size="1"><a href="/m{n}.htm">Menu entry {n}</a></font></td></tr>'
        for n in range(14)
    )
    content = (
        '<table width="760" border="0" cellpadding="0" align="center"><tr><td colspan="2"><img src="logo.gif"></td></tr>'
        f'<tr><td width="140" valign="top" bgcolor="#003366"><table border="0">{menu}</table></td><td width="620">'
        f'<font face="Arial" size="4"><b>Our publications</b></font><br><table border="0" width="100%">{rows}</table>'
        '<center><font size="1">[ <a href="index.htm">Home</a> | <a href="mail.htm">Mail</a> ]</font></center></td></tr></table>'
    )
    html = f'<HTML><HEAD><TITLE>Publications</TITLE></HEAD><BODY BGCOLOR="#FFFFFF">{content}</BODY></HTML>'
    return Case("of-1999", html, expected("title", "page", "description"))


def tailwind() -> Case:
    rows = each(
        '<div class="group relative flex flex-col rounded-2xl border border-gray-200 bg-white p-6 shadow-sm hover:shadow-md">'
        '<div class="flex items-center gap-x-4 text-xs"><time datetime="{w.day}" class="text-gray-500">{long}</time>'
        '<span class="relative z-10 rounded-full bg-gray-50 px-3 py-1.5 font-medium text-gray-600">{w.kind}</span></div>'
        '<h3 class="mt-3 text-lg font-semibold leading-6 text-gray-900"><a href="{w.path}"><span class="absolute inset-0">'
        '</span>{w.title}</a></h3><p class="mt-5 line-clamp-3 text-sm leading-6 text-gray-600">{w.abstract}</p></div>'
    )
    nav = "".join(f'<a class="px-3 py-2 text-sm" href="/s{n}">Section {n}</a>' for n in range(7))
    content = (
        f'<div class="flex h-16 items-center px-4">{nav}</div><div class="mx-auto max-w-7xl px-6 lg:px-8"><h2 class="text-3xl">'
        f'From the library</h2><div class="mt-10 grid grid-cols-1 gap-8 lg:grid-cols-3">{rows}</div></div>'
    )
    return Case("tailwind", page(content, before=""),
                expected("title", "page", "description", "day", "type"))  # fmt: skip


def css_modules() -> Case:
    rows = each(
        '<a class="ResourceCard_root__x7Y2a" href="{w.path}"><div class="ResourceCard_kicker__Pq31z">{w.kind}</div>'
        '<div class="ResourceCard_title__b9Kd2">{w.title}</div><div class="ResourceCard_text__q0LmZ">{w.abstract}</div></a>'
    )
    content = f'<div id="__next"><div class="Layout_main__aa12B"><div class="Grid_grid__Zz9x1">{rows}</div></div></div>'
    return Case("css-modules", page(content), expected("title", "page", "description", "type"))


def styled_components() -> Case:
    rows = each(
        '<div class="sc-bdVaJa kYqLTO"><div class="sc-htpNat eVdKCo"><a class="sc-bwzfXH fXgPdB" href="{w.path}">{w.title}</a>'
        '</div><div class="sc-bxivhb jRvWcN">{w.abstract}</div><div class="sc-ifAKCX dPkLMo">{long}</div></div>'
    )
    content = f'<div id="root"><div class="sc-gqjmRU hHkOxt"><div class="sc-VigVT cXyzab">{rows}</div></div></div>'
    return Case("styled-components", page(content, before="", after=""),
                expected("title", "page", "description", "long_day"))  # fmt: skip


def classless_divs() -> Case:
    rows = each(
        '<div><div><a href="{w.path}">{w.title}</a></div><div>{w.author} | {w.year}</div><div>{w.abstract}</div></div>'
    )
    return Case("classless-divs", page(f"<div><div><h1>Reading list</h1>{rows}</div></div>", before="", after=""),
                expected("title", "page", "description"))  # fmt: skip


ARABIC = (
    ("دليل مسك حسابات بنك القرية", "يشرح هذا الدليل كل خطوة من خطوات مسك الحسابات بمثال من الميدان ونموذج يمكن نسخه."),
    ("التأمين ضد تقلبات الطقس لصغار المزارعين", "تقرير عن موسمين من العمل مع المزارعين في أربع مناطق وما تعلمناه من ذلك."),
    ("الاستماع إلى العملاء قبل تجديد القرض", "دراسة حالة تبين كيف تسأل المؤسسة عملاءها قبل أن تمنحهم قرضا جديدا."),
    ("قراءة الميزانية في ساعتين", "كتيب قصير للموظفين الجدد فيه جداول وأسئلة وأجوبة وتمارين للتدريب."),
    ("قياس أثر القروض على البيئة", "أداة لحساب ما تسببه محفظة القروض من انبعاثات ولمقارنة الفروع بعضها ببعض."),
    ("النساء والأرض وثمن الماء", "تقرير عن حقوق النساء في الأرض والماء في قرى المرتفعات وعن أثر الأسعار عليهن."),
)  # fmt: skip


def arabic() -> Case:
    rows = "".join(
        f'<div class="list-item"><h4><a href="/ar/resources/{n}">{title}</a></h4><p>{text}</p><span class="date">{2010 + n}</span></div>'
        for n, (title, text) in enumerate(ARABIC)
    )
    menu = "<ul class='menu'><li><a href='/'>الرئيسية</a></li><li><a href='/a'>من نحن</a></li><li><a href='/c'>اتصل بنا</a></li></ul>"
    html = (
        f'<html dir="rtl" lang="ar"><head><meta charset="utf-8"><title>المكتبة</title></head><body>{menu}<div class="content">'
        f"<h1>المنشورات</h1>{rows}</div></body></html>"
    )
    return Case("arabic", html, {
        "title": [(title,) for title, _ in ARABIC],
        "description": [(text,) for _, text in ARABIC],
        "date": [(str(2010 + n),) for n in range(len(ARABIC))],
        "page": [(f"https://library.example/ar/resources/{n}",) for n in range(len(ARABIC))],
    })  # fmt: skip


CHINESE = (
    (
        "村级银行记账指南",
        "本指南以田野实例逐步说明如何为村级银行记账，并附有可供复制的表格。",
        "2012-03-01",
    ),
    (
        "小农户天气保险的经验",
        "两个种植季的工作报告，介绍四个地区的农民如何使用天气保险以及我们学到的教训。",
        "2013-05-11",
    ),
    (
        "续贷之前倾听客户",
        "案例研究，说明机构在发放新贷款之前如何征求客户的意见，以及结果如何。",
        "2014-07-21",
    ),
    (
        "一个下午读懂资产负债表",
        "面向新员工的小册子，包含表格、问答和练习，可直接用于培训课程。",
        "2015-09-30",
    ),
    (
        "衡量贷款组合的碳排放",
        "计算贷款组合排放量并比较各分支机构的工具，附有用户手册和示例数据。",
        "2016-11-02",
    ),
)


def chinese() -> Case:
    rows = "".join(
        f'<li><span class="time">{day}</span><a href="/zh/{n}.html" title="{title}">{title}</a><p>{text}</p></li>'
        for n, (title, text, day) in enumerate(CHINESE)
    )
    html = (
        '<html><head><meta charset="utf-8"><title>资源</title></head><body><div class="nav"><a href="/">首页</a><a href="/a">关于我们</a>'
        f'<a href="/b">新闻</a></div><div class="newslist"><ul>{rows}</ul></div><div class="page"><a href="?page=2">下一页</a></div></body></html>'
    )
    return Case("chinese", html, {
        "title": [(title,) for title, _, _ in CHINESE],
        "description": [(text,) for _, text, _ in CHINESE],
        "date": [(day,) for _, _, day in CHINESE],
        "page": [(f"https://library.example/zh/{n}.html",) for n in range(len(CHINESE))],
    })  # fmt: skip


def awesome_readme() -> Case:
    def part(name: str, some: tuple[Work, ...]) -> str:
        items = "".join(
            f'<li><a href="{work.page}" rel="nofollow">{work.title}</a> - {work.abstract}</li>\n'
            for work in some
        )
        return (
            f'<div class="markdown-heading" dir="auto"><h2 tabindex="-1" class="heading-element">{name}</h2><a class="anchor" '
            f'href="#{name}"></a></div>\n<ul dir="auto">\n{items}</ul>\n'
        )

    toc = "".join(
        f'<li><a href="#{name}">{name}</a></li>' for name in ("Savings", "Credit", "Staff")
    )
    content = (
        '<div id="readme"><article class="markdown-body entry-content container-lg" itemprop="text"><h1>Awesome Village Banks</h1>'
        f'<p dir="auto">A list of good reading on village banks.</p><h2>Contents</h2><ul dir="auto">{toc}</ul>'
        f"{part('Savings', WORKS[:5])}{part('Credit', WORKS[5:8])}{part('Staff', WORKS[8:])}</article></div>"
    )
    return Case("awesome-readme", page(content, before="", after=""),
                expected("title", "page", "description"))  # fmt: skip


def noisy_search() -> Case:
    results = each(
        '<div class="search-result"><div class="search-result__type">{w.kind}</div><a class="search-result__link" href="{w.path}">'
        '{w.title}</a><p class="search-result__snippet">{w.abstract}</p><ul class="search-result__tags">{tagitems}</ul></div>'
    )
    facets = "".join(
        f"<fieldset><legend>Facet {n}</legend>"
        + "".join(
            f'<label><input type="checkbox"> Choice {m} of facet {n} <span>({m * 3})</span></label>'
            for m in range(9)
        )
        + "</fieldset>"
        for n in range(4)
    )
    related = "".join(
        f'<div class="related-card"><h4><a href="/rel/{n}">A related story with the number {n}</a></h4><p>Short words on '
        f"the story {n} that somebody wrote.</p></div>"
        for n in range(15)
    )
    content = (
        f'{COOKIES}<div class="layout"><div class="layout__filters"><form>{facets}</form></div><div class="layout__results">'
        f'<p class="count">12 results found</p>{results}{PAGER}</div></div><section class="related"><h3>Related stories</h3>'
        f"{related}</section>"
    )
    return Case("noisy-search", page(content),
                expected("title", "page", "description", "type", "subject"))  # fmt: skip


def competing() -> Case:
    results = each(
        '<article class="teaser teaser--publication"><h3 class="teaser__title"><a href="{w.path}">{w.title}</a></h3>'
        '<div class="teaser__body">{w.abstract}</div></article>'
    )
    news = "".join(
        f'<article class="teaser teaser--news"><h3 class="teaser__title"><a href="/news/{n}">News item number {n}</a></h3></article>'
        for n in range(4)
    )
    people = "".join(
        f'<div class="person"><img src="/p{n}.jpg"><h4>Person Number {n}</h4><p>Works here and likes it, since {2000 + n}.</p></div>'
        for n in range(5)
    )
    content = (
        f'<div class="page-content"><section class="publications"><h2>Publications</h2>{results}</section><section class="news">'
        f'<h2>News</h2>{news}</section><section class="people"><h2>People</h2>{people}</section></div>'
    )
    return Case("competing", page(content), expected("title", "page", "description"))


def link_cards() -> Case:
    rows = each(
        '<a class="tile" href="{w.path}"><span class="tile-title">{w.title}</span><span class="tile-text">{w.abstract}</span></a>'
    )
    return Case(
        "link-cards",
        page(f'<div class="tiles">{rows}</div>'),
        expected("title", "page", "description"),
    )


def custom_elements() -> Case:
    rows = each('<app-result _ngcontent-abc-c12><div _ngcontent-abc-c12 class="mat-card"><h3 _ngcontent-abc-c12><a href="{w.path}">{w.title}</a></h3>'
                '<p _ngcontent-abc-c12>{w.abstract}</p></div></app-result>')  # fmt: skip
    return Case("custom-elements", page(f"<app-root><app-results>{rows}</app-results></app-root>"),
                expected("title", "page", "description"))  # fmt: skip


def grid_table() -> Case:
    cells = [
        f'<td valign=top width="33%"><a href="{w.path}"><b>{w.title}</b></a><br>{w.abstract}</td>'
        for w in WORKS
    ]
    rows = "".join(f"<tr>{''.join(cells[n : n + 3])}</tr>" for n in range(0, len(cells), 3))
    return Case(
        "grid-table", page(f'<table class="grid">{rows}</table>'), expected("title", "page")
    )


def two_row_entries() -> Case:
    rows = each('<tr class="head"><td>{n}.</td><td><a href="{w.path}">{w.title}</a></td></tr><tr class="body"><td></td>'
                "<td>{w.abstract}</td></tr>")  # fmt: skip
    return Case("two-row-entries", page(f"<table id=list>{rows}</table>"),
                expected("title", "page", "description"))  # fmt: skip


def accordion() -> Case:
    rows = each('<details class="accordion-item"><summary>{w.title}</summary><div class="inside"><p>{w.abstract}</p>'
                '<p><a href="{w.pdf}">Download</a></p></div></details>')  # fmt: skip
    return Case(
        "accordion",
        page(f'<div class="accordion">{rows}</div>'),
        expected("title", "description", "file"),
    )


def titles_only() -> Case:
    rows = each("<li>{w.title}</li>")
    return Case("titles-only", page(f"<h1>Our books</h1><ol>{rows}</ol>"), expected("title"))


def links_only() -> Case:
    rows = each('<p><a href="{w.pdf}">{w.title}</a></p>')
    return Case("links-only", page(f'<div class="rte"><h1>Downloads</h1><p>Choose one.</p>{rows}</div>'),
                expected("title", "file"))  # fmt: skip


def labelled() -> Case:
    rows = each(
        '<div class="ficha"><h3>{w.title}</h3><p><strong>Author:</strong> {w.author}</p><p><strong>Year:</strong> {w.year}</p>'
        "<p><strong>Type:</strong> {w.kind}</p><p><strong>Keywords:</strong> {tags}</p><p><strong>Summary:</strong> {w.abstract}</p>"
        '<p><a href="{w.pdf}">Download the document</a></p></div>'
    )
    return Case("labelled", page(f'<div id="contenido">{rows}</div>'),
                expected("title", "creator", "year", "type", "subject", "description", "file"))  # fmt: skip


def prefixed() -> Case:
    rows = each(
        '<li class="pub"><a class="pub-link" href="{w.path}">{w.title}</a><span class="pub-by">By {w.author}</span>'
        '<span class="pub-when">Published: {long}</span><div class="pub-sum">{w.abstract}</div></li>'
    )
    return Case("prefixed", page(f'<ul class="pubs">{rows}</ul>'),
                expected("title", "page", "creator", "long_day", "description"))  # fmt: skip


def wix() -> Case:
    rows = each(
        '<div id="comp-k{n}abc1" class="_1Z_nJ" data-testid="richTextElement"><h6 class="font_6" style="font-size:22px"><a '
        'href="{w.path}" target="_self"><span style="font-weight:bold">{w.title}</span></a></h6><p class="font_8">{w.abstract}</p></div>'
    )
    content = f'<div id="SITE_CONTAINER"><main id="PAGES_CONTAINER"><section class="_3d64y">{rows}</section></main></div>'
    return Case("wix", page(content, before="", after=""), expected("title", "page", "description"))


def squarespace() -> Case:
    rows = each(
        '<div class="summary-item summary-item-record-type-text sqs-gallery-design-list-slide"><div class="summary-thumbnail-outer-container">'
        '<a href="{w.path}" class="summary-thumbnail-container"><img src="/q{n}.jpg"></a></div><div class="summary-content">'
        '<div class="summary-metadata-container"><time class="summary-metadata-item--date" datetime="{w.day}">{long}</time></div>'
        '<div class="summary-title"><a href="{w.path}" class="summary-title-link">{w.title}</a></div><div class="summary-excerpt"><p>{w.abstract}'
        '</p></div><div class="summary-read-more"><a href="{w.path}">Read More →</a></div></div></div>'
    )
    return Case("squarespace", page(f'<div class="sqs-block-summary-v2"><div class="summary-item-list">{rows}</div></div>'),
                expected("title", "page", "description", "day"))  # fmt: skip


def sharepoint() -> Case:
    rows = each(
        '<tr class="ms-itmhover"><td class="ms-vb-icon"><img src="/ic.gif"></td><td class="ms-vb2"><a href="{w.pdf}">{w.title}</a></td>'
        '<td class="ms-vb2"><nobr>{long}</nobr></td><td class="ms-vb2">{w.author}</td><td class="ms-vb2">{w.kind}</td></tr>'
    )
    head = "".join(f'<th class="ms-vh2"><div class="ms-vh-div"><a href="#">{name}</a></div></th>' for name in
                   ("Type", "Name", "Modified", "Author", "Document Type"))  # fmt: skip
    content = f'<div id="s4-workspace"><table class="ms-listviewtable"><tr class="ms-viewheadertr">{head}</tr>{rows}</table></div>'
    return Case("sharepoint", page(content), expected("title", "file", "creator", "type"))


def rows_of_cards() -> Case:
    cards = [
        f'<div class="col-sm-4"><div class="thumbnail"><div class="caption"><h3>{w.title}</h3><p>{w.abstract}</p><p><a href="{w.path}" '
        f'class="btn btn-default">Details</a></p></div></div></div>'
        for w in WORKS
    ]
    rows = "".join(f'<div class="row">{"".join(cards[n : n + 3])}</div>' for n in range(0, 12, 3))
    return Case("rows-of-cards", page(f'<div class="container"><div class="row"><div class="col-sm-12"><h1>Shop of papers</h1></div></div>{rows}</div>'),
                expected("title", "page", "description"))  # fmt: skip


def citations() -> Case:
    rows = each(
        '<li>{w.author} ({w.year}). <i>{w.title}</i>. Old Town: The Press. <a href="{w.pdf}">[PDF]</a></li>'
    )
    return Case("citations", page(f'<div class="page"><h1>Bibliography</h1><ul class="bib">{rows}</ul></div>'),
                expected("title", "file"))  # fmt: skip


def timeline() -> Case:
    rows = each('<div class="event"><div class="event-date"><span>{w.day}</span></div><div class="event-info"><strong>{w.title}</strong>'
                "<p>{w.abstract}</p></div></div>")  # fmt: skip
    ads = '<div class="event ad"><p>Buy our mugs!</p></div>'
    parts = rows.split("\n")
    parts.insert(4, ads)
    return Case(
        "timeline",
        page(f'<div class="timeline">{"".join(parts)}</div>'),
        expected("title", "description", "day"),
    )


def few_entries() -> Case:
    works = WORKS[:3]
    rows = each(
        '<div class="doc"><h2><a href="{w.path}">{w.title}</a></h2><p>{w.abstract}</p></div>', works
    )
    return Case("few-entries", page(f'<main><h1>Documents</h1>{rows}</main>'),
                expected("title", "page", "description", works=works))  # fmt: skip


def long_abstracts() -> Case:
    rows = "".join(
        f'<div class="publication"><h2><a href="{w.path}">{w.title}</a></h2><div class="authors">{w.author}</div>'
        f'<div class="abstract"><p>{w.abstract}</p><p>{w.abstract}</p></div><ul class="files"><li><a href="{w.pdf}">English (PDF)</a></li>'
        f'<li><a href="{w.pdf.replace(".pdf", "-fr.pdf")}">French (PDF)</a></li></ul></div>'
        for w in WORKS
    )
    fields = expected("title", "page", "creator")
    fields["file"] = [(w.file, w.file.replace(".pdf", "-fr.pdf")) for w in WORKS]
    return Case("long-abstracts", page(f'<div id="main">{rows}</div>'), fields)


def portuguese_cards() -> Case:
    titles = ("Guia de contas do banco da aldeia", "Seguro agrícola para pequenos produtores", "Ouvir os clientes antes de renovar o crédito",
              "Como ler um balanço em uma tarde", "Medir o carbono de uma carteira de crédito", "Mulheres, terra e o preço da água")  # fmt: skip
    texts = tuple(
        f"Este documento explica, passo a passo, o tema “{title.lower()}”, com exemplos do campo e formulários."
        for title in titles
    )
    rows = "".join(
        f'<div class="publicacao"><p class="categoria">{"Guia" if n % 2 else "Relatório"}</p><h3 class="titulo"><a href="/pt/{n}">{title}</a></h3>'
        f'<p class="resumo">{text}</p><p class="data">Publicado em: {n + 1:02}/0{n + 1}/2019</p></div>'
        for n, (title, text) in enumerate(zip(titles, texts, strict=True))
    )
    html = page(
        f'<div class="conteudo"><h1>Publicações</h1>{rows}<a class="proxima" href="/pt/publicacoes?pagina=2">Próxima »</a></div>',
        language="pt-BR",
    )
    return Case("portuguese-cards", html, {
        "title": [(title,) for title in titles], "description": [(text,) for text in texts],
        "page": [(f"https://library.example/pt/{n}",) for n in range(6)],
        "type": [("Guia" if n % 2 else "Relatório",) for n in range(6)],
    })  # fmt: skip


PEOPLE = (
    plain_table, spanish_table, definition_list, headings_and_paragraphs, headings_in_sections, lists_by_section, bold_and_breaks,
    bold_flat, of_1999, tailwind, css_modules, styled_components, classless_divs, arabic, chinese, awesome_readme, noisy_search,
    competing, link_cards, custom_elements, grid_table, two_row_entries, accordion, titles_only, links_only, labelled, prefixed,
    wix, squarespace, sharepoint, rows_of_cards, citations, timeline, few_entries, long_abstracts, portuguese_cards,
)  # fmt: skip
