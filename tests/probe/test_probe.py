"""What a probe takes and gives: locations, names, the source file and where it is written."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.check import check_catalogue
from pipeline.errors import SettingsError, SourceError
from pipeline.probe import as_table, write_source
from pipeline.probe.naming import check_name, find_name, names_in
from pipeline.probe.toml_text import Line, comment_lines, document
from pipeline.settings import SOURCE_NAME
from tests.probe.conftest import Desk
from tests.probe.data import plain_csv
from tests.probe.pages_of_people import noisy_search
from tests.probe.pages_of_systems import bootstrap_cards, each, page
from tests.probe.works import WORKS

ROWS = each('<div class="doc"><h2><a href="{w.path}">{w.title}</a></h2><p>{w.abstract}</p></div>')


def test_a_source_passes_check(desk: Desk) -> None:
    settings = desk.accept(desk.probe(desk.save("list.html", noisy_search().text)))
    assert check_catalogue(settings) == []


def test_files_in_the_input_folder_stay_where_they_are(desk: Desk) -> None:
    (desk.inputs / "library").mkdir()
    (desk.inputs / "library" / "page.html").write_text(page(ROWS), "utf-8")
    probed = desk.probe("library/page.html")
    assert probed.copies == ()
    assert 'location = "library/page.html"' in probed.source_toml
    assert len(desk.records(desk.accept(probed))) == len(WORKS)


def test_other_files_are_copied(desk: Desk) -> None:
    probed = desk.probe(desk.save("list.html", page(ROWS)))
    assert probed.notes[0] == "Copy the listing to input/list.html first."
    target = write_source(probed, desk.folder)
    assert target.name == "list.toml"
    assert (desk.inputs / "list.html").is_file()
    with pytest.raises(SourceError, match="stands there already"):
        write_source(probed, desk.folder)


def test_a_folder_of_pages_is_one_listing(desk: Desk) -> None:
    for number in (1, 2, 10):
        saved = desk.save(
            f"shelf/page-{number}.html", page(ROWS.replace("/resources/", f"/{number}/"))
        )
    desk.save("shelf/note.txt", "not a page")
    probed = desk.probe(saved.parent)
    assert 'location = "shelf/page-*.html"' in probed.source_toml
    assert len(desk.records(desk.accept(probed))) == 3 * len(WORKS)


def test_a_glob_of_pages_is_one_listing(desk: Desk) -> None:
    for name in ("a.html", "b.html", "c.html"):
        saved = desk.save(f"shelf/{name}", page(ROWS.replace("/resources/", f"/{name}/")))
    probed = desk.probe(saved.parent / "*.html")
    assert 'location = "shelf/*.html"' in probed.source_toml
    assert len(probed.copies) == 3
    assert len(desk.records(desk.accept(probed))) == 3 * len(WORKS)


@pytest.mark.parametrize("location", ["nothing-here.html", "ftp://example.org/list", "no-*.html"])
def test_a_location_that_is_not_there(desk: Desk, location: str) -> None:
    with pytest.raises((SourceError, SettingsError), match=r"no such file|neither"):
        desk.probe(location)


def test_an_empty_folder_and_an_empty_file(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="no such file"):
        desk.probe(tmp_path / "empty")
    with pytest.raises(SourceError, match="is empty"):
        desk.probe(desk.save("x.html", " \n"))


def test_nothing_is_written_by_a_probe(desk: Desk) -> None:
    before = sorted(desk.folder.rglob("*"))
    desk.probe(desk.save("list.html", page(ROWS)))
    assert sorted(desk.folder.rglob("*")) == before


def test_a_name_of_choice(desk: Desk) -> None:
    saved = desk.save("list.csv", plain_csv().text)
    assert desk.probe(saved, name="my-books").name == "my-books"
    desk.accept(desk.probe(saved, name="my-books"))
    with pytest.raises(SettingsError, match="already the name"):
        desk.probe(saved, name="my-books")
    with pytest.raises(SettingsError, match="cannot be the name"):
        desk.probe(saved, name="My Books")


def test_a_second_source_gets_another_name(desk: Desk) -> None:
    saved = desk.save("list.csv", plain_csv().text)
    first = desk.probe(saved)
    desk.accept(first)
    assert desk.probe(saved).name != first.name


def test_the_records_as_a_table(desk: Desk) -> None:
    probed = desk.probe(desk.save("list.html", bootstrap_cards().text))
    columns, rows = as_table(probed)
    assert columns[:3] == ["title", "type", "date"]
    assert len(rows) == 10
    assert rows[0][0] == WORKS[0].title
    assert max(len(cell) for row in rows for cell in row) <= 60


def test_types_that_the_catalogue_knows_and_others(desk: Desk) -> None:
    probed = desk.probe(desk.save("list.html", bootstrap_cards().text))
    assert '# Report = "name-of-a-concept"' in probed.source_toml
    assert "# Guide =" not in probed.source_toml
    assert any("type labels are not known" in note for note in probed.notes)


def test_all_types_are_known(desk: Desk) -> None:
    text = bootstrap_cards().text.replace(">Report<", ">Guide<")
    probed = desk.probe(desk.save("list.html", text))
    assert "All labels that were seen are known" in probed.source_toml


def test_languages_of_the_texts_not_of_the_page(desk: Desk) -> None:
    probed = desk.probe(desk.save("list.html", page(ROWS, language="fr")))
    assert tomllib.loads(probed.source_toml)["languages"] == ["en"]


def test_what_a_page_says_of_its_address(desk: Desk) -> None:
    head = '<link rel="canonical" href="https://library.example/docs?x=1"></head>'
    probed = desk.probe(desk.save("list.html", page(ROWS).replace("</head>", head)))
    assert tomllib.loads(probed.source_toml)["homepage"] == "https://library.example/docs?x=1"
    assert tomllib.loads(probed.source_toml)["key"] == ["page"]
    saved = "<!-- saved from url=(0030)https://library.example/saved -->\n" + page(ROWS)
    probed = desk.probe(desk.save("saved.html", saved))
    assert tomllib.loads(probed.source_toml)["homepage"] == "https://library.example/saved"


def test_links_without_an_address_are_no_key(desk: Desk) -> None:
    probed = desk.probe(desk.save("list.html", page(ROWS)))
    assert tomllib.loads(probed.source_toml).get("key", ["title", "type"])[0] == "title"


HOSTILE = 'x"""\'\'\'\n[rights]\nlicence = "http://evil.example/"\x00\x1b[2J\u202e\\'


def test_hostile_titles_and_labels_stay_in_their_place(desk: Desk) -> None:
    from html import escape

    nasty = escape(HOSTILE.replace("\x00", ""))
    rows = each(
        '<div class="doc"><i class="type">T{n}{w.kind}</i><h2>{w.title}</h2>'
        "<p>{w.abstract}</p></div>"
    )
    rows = rows.replace("T1Guide", nasty).replace("T2Report", nasty)
    probed = desk.probe(desk.save("list.html", page(rows, title=nasty)))
    told = tomllib.loads(probed.source_toml)
    assert "rights" not in told
    assert "\x1b" not in probed.source_toml
    assert len(desk.records(desk.accept(probed))) == len(WORKS)


KEYS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
VALUES = st.one_of(
    st.text(max_size=60),
    st.booleans(),
    st.integers(0, 9999),
    st.lists(st.text(max_size=50), max_size=5).map(tuple),
    st.dictionaries(
        st.sampled_from(["select", "split", "attribute"]), st.text(max_size=30), min_size=1
    ),
)


def cleaned(value: object) -> object:
    if isinstance(value, str):
        return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in value)
    if isinstance(value, tuple):
        return [cleaned(item) for item in value]
    if isinstance(value, dict):
        return {key: cleaned(item) for key, item in value.items()}
    return value


@given(st.dictionaries(KEYS, VALUES, max_size=6), st.text(max_size=200))
def test_any_value_is_written_as_it_is(values: dict[str, object], comment: str) -> None:
    lines = [Line(key, value, comment) for key, value in values.items()]  # type: ignore[arg-type]
    text = document(comment, {"": lines, "html.fields": [Line("a", "b", comment, off=True)]})
    found = tomllib.loads(text)
    assert {key: value for key, value in found.items() if key != "html"} == {
        cleaned(key): cleaned(value) for key, value in values.items() if key != "html"
    }


@given(st.text(max_size=400))
def test_comments_never_end(text: str) -> None:
    assert all(line.startswith("#") and line.isprintable() for line in comment_lines(text))


@given(st.text(max_size=60), st.sets(st.text("abc", min_size=1, max_size=2)))
def test_any_location_gives_a_name(location: str, taken: set[str]) -> None:
    name = find_name(location, taken)
    assert SOURCE_NAME.fullmatch(name)
    assert name not in taken


def test_names_of_locations() -> None:
    assert find_name("https://www.cgap.example/research/publications?page=1", set()) == "cgap"
    assert find_name("http://127.0.0.1:8000/list", set()) == "source"
    assert find_name("library/page-*.html", set()) == "library"
    assert find_name("https://library.example/", {"library", "library-example"}) == "library-2"
    assert check_name("a-b", set()) == "a-b"


def test_names_in_files_count_too(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('name = "other"', "utf-8")
    (tmp_path / "b.toml").write_text("not toml", "utf-8")
    assert names_in(tmp_path) == {"a", "other", "b"}
