"""Texts as they are copied from a browser: furniture, labels, totals, errors."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SettingsError, SourceError
from pipeline.extract import pages, text_listing
from pipeline.extract.access import Access, NoEntriesError
from pipeline.extract.text_listing import read
from pipeline.kinds import TextSettings
from pipeline.model import Locator, Page
from pipeline.settings import Paging, Source
from tests.extract.live import live_access
from tests.extract.web import Answer, Answers, Request, Web

ReadText = Callable[..., Page]
LABELS = ("Case studies & Field examples", "Guidelines", "Guide/Manual", "Publications")
PROSE = "The note describes how loan officers speak with borrowers who are late with a payment."
MORE = "A second paragraph tells what the institution learned from complaints and how it acted."
PAGE = f"""
Resources
Search by key words (e.g., green finance)
SEPM Guide
Discover
437 entries were found.

Guidelines
Fair collections
{PROSE}

Case studies & Field examples
Digital wages in a factory
{PROSE}
{MORE}

1 2 3 … 44 Next
About us
Sign up for our newsletter
© 2024 The centre. All rights reserved.
"""


def entries(page: Page) -> list[tuple[str, str, str]]:
    return [
        (
            record.fields["type"][0],
            record.fields["title"][0],
            record.fields.get("description", ("",))[0],
        )
        for record in page.records
    ]


def messages(page: Page) -> list[str]:
    return [issue.message for record in page.records for issue in record.issues] + [
        issue.message for issue in page.issues
    ]


def test_furniture_before_and_after_is_no_entry(read_text: ReadText) -> None:
    page = read_text(PAGE)
    assert entries(page) == [
        ("Guidelines", "Fair collections", PROSE),
        ("Case studies & Field examples", "Digital wages in a factory", f"{PROSE}\n{MORE}"),
    ]
    assert page.declared_total == 437
    assert [record.locator.position for record in page.records] == [
        "entry 1, line 8",
        "entry 2, line 12",
    ]
    assert page.records[0].locator.name == "page.txt"


@pytest.mark.parametrize(
    "change", ["\r\n", "\r", "\n\n", "\n \u00a0\t\n", "\n\t", "\u00a0\n  ", "\x0b"]
)
def test_line_ends_blank_lines_and_indents_do_not_matter(change: str, read_text: ReadText) -> None:
    page = read_text(PAGE.replace("\n", change))
    assert [entry[:2] for entry in entries(page)] == [
        entry[:2] for entry in entries(read_text(PAGE))
    ]
    assert entries(page)[0][2] == PROSE
    assert page.declared_total == 437
    assert messages(page) == []


def test_paragraphs_keep_their_distance(read_text: ReadText) -> None:
    page = read_text(f"Guidelines\n\nA\n\n{PROSE}\n\n{MORE}\n\nGuidelines\n\nB\n\n{PROSE}\n{MORE}")
    assert [entry[2] for entry in entries(page)] == [f"{PROSE}\n\n{MORE}", f"{PROSE}\n{MORE}"]


def test_half_a_damaged_letter_is_no_line_end_and_stays(read_text: ReadText) -> None:
    page = read_text(
        "Guidelines\nTitle\x85\nVoil\u00c3\u00a0\nGuidelines\nB\u00c3\u0085le\u00a0\n" + PROSE
    )
    assert entries(page) == [
        ("Guidelines", "Title\x85", "Voil\u00c3\u00a0"),
        ("Guidelines", "B\u00c3\u0085le", PROSE),
    ]


@pytest.mark.parametrize(
    ("label", "line"),
    [
        ("Case studies & Field examples", "CASE STUDIES and Field Examples"),
        ("Case studies & Field examples", "Case studies &amp; Field examples:"),
        ("Case studies & Field examples", "• Case studies ＆ Field examples"),
        ("Guías y manuales", "GuĂas y manuales"),
        ("Guías y manuales", "Guias & Manuales"),
        ("Guías y manuales", "GuÃ­as y manuales"),
        ("Publicações técnicas", "PublicaçÔes técnicas"),
        ("Études de cas d’institutions", "Etudes de cas d'institutions"),
        ("دليل العمل", "دليل العمل"),
    ],
)
def test_labels_are_found_in_any_shape(label: str, line: str, read_text: ReadText) -> None:
    page = read_text(f"{line}\nTitle\n{PROSE}", labels=(label,))
    assert entries(page) == [(line, "Title", PROSE)]


def test_the_labels_of_the_concepts_count_too(text_source: Source) -> None:
    source = msgspec.structs.replace(text_source, labels={"Videos": "video"})
    page = read(f"Videos\nTitle\n{PROSE}", source, Locator("", "page.txt", ""))
    assert len(page.records) == 1


def test_an_abstract_may_be_missing(read_text: ReadText) -> None:
    page = read_text("Guidelines\nA title\nPublications\nAnother title\nGuidelines\nThird one")
    assert [entry[1:] for entry in entries(page)] == [
        ("A title", ""), ("Another title", ""), ("Third one", ""),
    ]  # fmt: skip
    assert "description" not in page.records[0].fields
    assert messages(page) == []


def test_buttons_at_the_end_of_entries_are_left_out(read_text: ReadText) -> None:
    one = f"Guidelines\nA\n{PROSE}\nRead more\nPublications\nB\n{PROSE}\nDescargar PDF\nShare"
    assert [entry[2] for entry in entries(read_text(one))] == [PROSE, PROSE]


def test_short_lines_that_entries_share_are_furniture(read_text: ReadText) -> None:
    text = "".join(f"Guidelines\nTitle {n}\n{PROSE} {n}.\nOpen access\n" for n in range(4))
    page = read_text(text)
    assert all("Open access" not in entry[2] for entry in entries(page))
    (message,) = messages(page)
    assert "stands in 4 of 4 entries" in message


def test_an_abstract_that_entries_share_is_kept(read_text: ReadText) -> None:
    text = "".join(f"Guidelines\nTitle {n}\n{PROSE}\n" for n in range(4))
    assert all(entry[2] == PROSE for entry in entries(read_text(text)))


def test_named_furniture_is_left_out_everywhere(read_text: ReadText) -> None:
    text = f"Guidelines\nFeatured\nA title\nMembers only\n{PROSE}\nPublications\nResources\n{PROSE}"
    page = read_text(text, furniture=("members only", "Featured", "Resources"))
    assert [entry[1:] for entry in entries(page)] == [("A title", PROSE), ("Resources", PROSE)]


def test_two_pages_in_one_file(read_text: ReadText) -> None:
    second = PAGE.replace("Fair", "Complaints desk").replace("Digital", "Delayed")
    page = read_text(PAGE + second)
    assert [entry[1] for entry in entries(page)] == [
        "Fair collections",
        "Digital wages in a factory",
        "Complaints desk collections",
        "Delayed wages in a factory",
    ]
    assert entries(page)[1][2] == f"{PROSE}\n{MORE}"
    assert page.declared_total == 437
    assert messages(page) == []


def test_unknown_lines_between_two_pages_are_shown(read_text: ReadText) -> None:
    page = read_text(PAGE.replace("About us", "Our offices") + PAGE)
    assert "Our offices" in messages(page)[0]
    assert len(page.records) == 4


def test_page_numbers_may_stand_one_a_line(read_text: ReadText) -> None:
    rows = "1\n2\n3\n…\n44\nNext"
    page = read_text(PAGE.replace("1 2 3 … 44 Next", rows))
    assert entries(page)[1][2] == f"{PROSE}\n{MORE}"
    assert messages(page) == []


@pytest.mark.parametrize(
    ("line", "total"),
    [("541 resultados", 541), ("464 résultats", 464), ("1.234 resultados", 1234), ("", None),
     ("2 of 437", 437)],
)  # fmt: skip
def test_declared_totals(line: str, total: int | None, read_text: ReadText) -> None:
    page = read_text(PAGE.replace("437 entries were found.", line))
    assert page.declared_total == total
    assert len(page.records) == 2


def test_a_total_below_the_entries_is_read(read_text: ReadText) -> None:
    page = read_text(f"Guidelines\nA\n{PROSE}\nShowing 1 to 10 of 437 entries")
    assert page.declared_total == 437
    assert entries(page)[0][2] == PROSE


def test_doubtful_totals_are_issues(read_text: ReadText) -> None:
    page = read_text(PAGE.replace("437 entries were found.", "1 of 44"))
    assert page.declared_total is None
    assert "may declare" in messages(page)[0]
    page = read_text(PAGE.replace("Discover", "541 resultados"))
    assert page.declared_total == 541
    assert "several totals (541, 437)" in messages(page)[0]


def test_a_total_in_an_abstract_is_none(read_text: ReadText) -> None:
    page = read_text(f"Guidelines\nA\nShort\n12 results\n{PROSE}\nPublications\nB\n{PROSE}")
    assert page.declared_total is None


def test_a_page_of_another_site(read_text: ReadText) -> None:
    with pytest.raises(SourceError, match="no line is one of the source's labels") as caught:
        read_text("Weather\x1b[2J\n\nSunny\n\nRain\n\nSnow")
    message = str(caught.value)
    assert "'Weather[2J' / 'Sunny' / 'Rain'" in message
    assert "Snow" not in message
    assert all(repr(label) in message for label in LABELS)
    with pytest.raises(SourceError, match="nothing but blank lines"):
        read_text("\n\u200b\n")


def test_labels_without_any_title(read_text: ReadText) -> None:
    with pytest.raises(SourceError, match="no label has a title below it"):
        read_text("Welcome\nGuidelines\n" + PROSE * 8)
    with pytest.raises(SourceError, match="line 2 is a label"):
        read_text("Welcome\nGuidelines")


def test_limits(read_text: ReadText, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_listing, "LONGEST_FIELD", 100)
    page = read_text(f"Guidelines\nA\n{PROSE} {MORE}")
    assert len(entries(page)[0][2]) == 100
    assert "expected at most 100" in messages(page)[0]
    monkeypatch.setattr(text_listing, "MOST_ENTRIES", 1)
    with pytest.raises(SourceError, match="has 2 labels"):
        read_text(PAGE)
    monkeypatch.setattr(text_listing, "MOST_LINES", 10)
    with pytest.raises(SourceError, match="expected at most 10"):
        read_text(PAGE)


@pytest.mark.parametrize("text", [None, TextSettings(labels=()), TextSettings(labels=("", "…"))])
def test_settings_without_labels(
    text: TextSettings | None, text_source: Source, folder: Path, payloads: Path
) -> None:
    source = msgspec.structs.replace(text_source, text=text)
    with pytest.raises(SettingsError, match="key 'text"):
        pages(source, Access(folder, payloads))


def test_files_are_read_in_order_and_once(
    text_source: Source, folder: Path, payloads: Path
) -> None:
    for number in (10, 2, 1):
        (folder / f"page-{number}.txt").write_text(PAGE.replace("Fair", f"Number {number}"))
    (folder / "page-11.txt").write_bytes((folder / "page-2.txt").read_bytes())
    source = msgspec.structs.replace(text_source, location="*.txt", encoding="windows-1252")
    found = list(pages(source, Access(folder, payloads)))
    assert [page.records[0].fields["title"][0] for page in found if page.records] == [
        "Number 1 collections", "Number 2 collections", "Number 10 collections",
    ]  # fmt: skip
    assert "is the same as page-2.txt" in found[3].issues[0].message
    assert "windows-1252" in found[0].issues[0].value or "cp1252" in found[0].issues[0].value
    assert len(list(payloads.iterdir())) == 3


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", ["word " * 10_000_000, "a\n" * 900_000, f"Guidelines\nA\n{PROSE}\n" * 30_000]
)
def test_fifty_megabytes_take_linear_time(text: str, read_text: ReadText) -> None:
    start = time.process_time()
    if text.startswith("Guidelines"):
        assert len(read_text(text).records) == 30_000
    else:
        with pytest.raises(SourceError, match="no line is one of"):
            read_text(text)
    assert time.process_time() - start < 60


TITLE = st.builds(
    "{} {}".format,
    st.sampled_from(["Fair", "Digital", "Política de", "Next", "Green", "Guidelines for"]),
    st.sampled_from(["wages", "collections", "cobrança", "steps", "finance 2008", "Resources"]),
)
PARAGRAPH = st.integers(0, 99).map(lambda n: PROSE.replace("borrowers", f"{n} borrowers"))
ENTRY = st.tuples(st.sampled_from(LABELS), TITLE, st.lists(PARAGRAPH, max_size=3))
HEADS = st.lists(
    st.sampled_from(
        ["Resources", "Discover", "Search", "Online Guide", "Welcome", "541 resultados"]
    ),
    max_size=5,
)
TAILS = st.sampled_from(
    ["", "1 2 3 Next\nAbout us\nOur offices", "Suivant\n© 2024 Centre", "Siguiente"]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ENTRY, min_size=1, max_size=6), HEADS, TAILS, st.booleans(), st.data())
def test_what_is_written_is_read_back(
    written: list[tuple[str, str, list[str]]],
    head: list[str],
    tail: str,
    spaced: bool,
    data: st.DataObject,
) -> None:
    lines = list(head)
    for label, title, paragraphs in written:
        lines += [label, title, *paragraphs]
    lines += tail.split("\n")
    blank = "\n\n" if spaced else "\n"
    gaps = [blank if spaced or data.draw(st.booleans()) else "\n" for _ in lines]
    text = "".join(line + gap for line, gap in zip(lines, gaps, strict=True))
    source = Source(
        kind="text-listing", location="x", languages=("en",), name="demo",
        text=TextSettings(labels=LABELS),
    )  # fmt: skip
    page = read(text, source, Locator("", "page.txt", ""))
    assert [(label, title, text.split()) for label, title, text in entries(page)] == [
        (label, title, " ".join(paragraphs).split()) for label, title, paragraphs in written
    ]
    assert page.declared_total == (541 if "541 resultados" in head else None)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [*LABELS, "Resources", "Next", "1 2 3", "2008", "Title", PROSE, "", "© 2024"]
        ),
        max_size=14,
    )
)
def test_any_lines_give_entries_with_titles_or_a_source_error(lines: list[str]) -> None:
    source = Source(
        kind="text-listing", location="x", languages=("en",), name="demo",
        text=TextSettings(labels=LABELS),
    )  # fmt: skip
    try:
        page = read("\n".join(lines), source, Locator("", "page.txt", ""))
    except SourceError:
        return
    assert page.records
    assert all(title and label in LABELS for label, title, _ in entries(page))


HTML_PAGE = """<!DOCTYPE html><html lang="en"><head><title>Resources</title><style>p {}</style>
</head><body><nav><ul><li>Home</li><li>Search</li></ul></nav><p>2 entries were found.</p>
<div>Guidelines</div><h3>Fair&nbsp;collections of
 loans</h3><p>How lenders treat <b>clients</b> who pay late, in three provinces.</p>
<div>Publications</div><h3>Digital wages</h3><p>What workers say.</p><p>And why.</p>
<script>Guidelines</script></body></html>"""


def read_live(
    answers: Answers, source: Source, folder: Path, paging: Paging | None = None
) -> tuple[list[Page], Web]:
    with Web(answers) as web:
        source = msgspec.structs.replace(source, location=web.url("/list"), paging=paging)
        return list(pages(source, live_access(source, folder))), web


@pytest.mark.parametrize("kind", ["text/html", "application/xhtml+xml", "application/octet-stream"])
def test_a_live_page_of_html_is_read_as_its_text(
    kind: str, text_source: Source, tmp_path: Path
) -> None:
    answer = Answer(HTML_PAGE, 200, {"Content-Type": f"{kind}; charset=utf-8"})
    (page,), web = read_live({"/list": answer}, text_source, tmp_path)
    first, second = page.records
    assert first.fields == {
        "type": ("Guidelines",),
        "title": ("Fair\u00a0collections of loans",),
        "description": ("How lenders treat clients who pay late, in three provinces.",),
    }
    assert second.fields["description"] == ("What workers say.\n\nAnd why.",)
    assert page.declared_total == 2
    assert page.issues == ()
    assert web.requests[0].headers["accept"].startswith("text/plain,")


def test_a_live_part_of_a_page_is_html_as_it_says(text_source: Source, tmp_path: Path) -> None:
    text = "<p>Guidelines</p><p>Fair<br>collections</p><p>A text of some length.</p>"
    (page,), _ = read_live({"/list": text}, text_source, tmp_path)
    assert page.records[0].fields["title"] == ("Fair",)


def test_a_live_page_of_plain_text_is_taken_as_it_is(text_source: Source, tmp_path: Path) -> None:
    text = "<html> and <body>\n\nGuidelines\n\nWhat <html> is\n\nAll of it, at length."
    answer = Answer(text, 200, {"Content-Type": "text/plain"})
    (page,), _ = read_live({"/list": answer}, text_source, tmp_path)
    assert page.records[0].fields["title"] == ("What <html> is",)


def test_live_pages_are_read_until_one_has_no_entry(text_source: Source, tmp_path: Path) -> None:
    def answer(request: Request) -> str:
        number = int(request.query["p"])
        entry = f"<p>Guidelines<p>Title {number}<p>A text of some length."
        return f"<html><body><p>Resources{entry if number < 3 else '<p>Nothing more'}"

    found, web = read_live({"/list": answer}, text_source, tmp_path, Paging(parameter="p"))
    titles = [record.fields["title"] for page in found for record in page.records]
    assert titles == [("Title 1",), ("Title 2",)]
    assert web.paths == ["/list?p=1", "/list?p=2", "/list?p=3"]
    with pytest.raises(NoEntriesError, match="no line is one of the source's labels"):
        read_live({"/list": "<html><p>Nothing"}, text_source, tmp_path / "other")


@pytest.mark.parametrize(
    ("start", "is_html"),
    [
        (b"\xef\xbb\xbf \n<!DOCTYPE HTML>", True),
        (b"<?xml version='1.0'?><!-- x --><HTML lang=en>", True),
        (b"<body class=x>", True),
        (b"<p>", False),
        (b"Resources <html>", False),
        (b"<bodyguard>", False),
    ],
)
def test_saved_html_is_known_by_its_start(
    start: bytes, is_html: bool, folder: Path, payloads: Path, text_source: Source
) -> None:
    text = start + b"\nGuidelines\n<hr>\nFair collections\n<hr>\nA text of length.\n"
    (folder / "page.txt").write_bytes(text)
    (page,) = pages(text_source, Access(folder, payloads))
    (record,) = page.records
    assert record.fields["title"] == ("Fair collections" if is_html else "<hr>",)
