"""Settings: what is right is read, what is wrong is named with file, key and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.catalogue_folder import find_folder, load_settings
from pipeline.errors import SettingsError
from pipeline.new_catalogue import make_folder
from pipeline.settings import iri_problem

CATALOGUE = """
base = "https://example.org/catalogue/"
languages = ["en"]
licence = "https://creativecommons.org/publicdomain/zero/1.0/"
contact = "mailto:someone@example.org"
[title]
en = "A catalogue"
[publisher]
name = "Somebody"
"""
SOURCE = """
kind = "text-listing"
location = "listing.txt"
languages = ["en", "pt-BR"]
[text]
labels = ["Guides"]
"""


def write(folder: Path, catalogue: str = CATALOGUE, **sources: str) -> Path:
    (folder / "input").mkdir(parents=True, exist_ok=True)
    (folder / "catalogue.toml").write_text(catalogue, "utf-8")
    for name, text in (sources or {"guides": SOURCE}).items():
        (folder / "input" / f"{name}.toml").write_text(text, "utf-8")
    return folder


def test_right_settings_are_read(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path))
    assert settings.catalogue.base == "https://example.org/catalogue/"
    assert [source.name for source in settings.sources] == ["guides"]
    assert settings.sources[0].text is not None
    assert settings.output == tmp_path / "output"


def test_the_projects_own_settings_are_right(catalogue_folder: Path) -> None:
    assert [source.name for source in load_settings(catalogue_folder).sources] == ["sepm"]


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "catalogue.toml").write_bytes(b"\xef\xbb\xbf" + CATALOGUE.encode())
    assert load_settings(tmp_path).catalogue.languages == ("en",)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("base =", "bse =", "key 'bse': unknown (did you mean 'base'?)"),
        ('base = "https://example.org/catalogue/"', "", "key 'base': missing"),
        ("https://example.org/catalogue/", "ftp://example.org/", "does not start with http"),
        ("https://example.org/catalogue/", "catalogue/", "does not start with http"),
        ("https://example.org/catalogue/", "https://example.org/a b/", "holds ' '"),
        ("https://example.org/catalogue/", "https://example.org/catalogue", "end in / or #"),
        ("https://example.org/catalogue/", "https:///", "names no host"),
        ("https://example.org/catalogue/", "https://[x/", "Invalid IPv6"),
        ('languages = ["en"]', 'languages = "en"', "key 'languages'"),
        ('languages = ["en"]', 'languages = ["english"]', "key 'languages[0]'"),
        ('languages = ["en"]', "languages = []", "key 'languages'"),
        ('en = "A catalogue"', "", "key 'title': empty"),
        ('name = "Somebody"', "", "key 'name': missing in 'publisher'"),
        ('name = "Somebody"', 'name = "S"\nhomepage = "x"', "key 'publisher.homepage'"),
        ("mailto:someone@example.org", "someone", "key 'contact'"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0", "key 'licence'"),
        ("[publisher]", "[query]\ntimout = 3\n[publisher]", "'query.timout': unknown (did you"),
        ("[publisher]", "[query]\ntimeout = 0\n[publisher]", "key 'query.timeout'"),
        ("[title]", "[title", "not valid TOML"),
    ],
)
def test_a_mistake_in_catalogue_toml_is_named(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert old in CATALOGUE
    with pytest.raises(SettingsError) as caught:
        load_settings(write(tmp_path, CATALOGUE.replace(old, new)))
    assert expected in str(caught.value)
    assert "catalogue.toml" in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("text-listing", "text-lising", "unknown (did you mean 'text-listing'?)"),
        ("[text]", "[texts]", "key 'texts': unknown (did you mean 'text'?)"),
        ("[text]\n", '[html]\nentry = "li"\nfields = {}\n[text]\n', "does not use this table"),
        ('labels = ["Guides"]', 'labels = ["Guides"]\nfurnitur = []', "'text.furnitur': unknown"),
        ('labels = ["Guides"]', 'labels = "Guides"', "key 'text.labels'"),
        ("text-listing", "html-listing", "key 'html': missing"),
        ("location", "lcation", "'lcation': unknown (did you mean 'location'?)"),
        ("[text]", '[rights]\nlicence = "x"\n[text]', "key 'rights.licence'"),
        ("kind =", 'homepage = "x"\nkind =', "key 'homepage'"),
        ("kind =", 'name = "Über"\nkind =', "key 'name': 'Über'"),
        ("kind =", 'file = "x"\nkind =', "key 'file': unknown"),
    ],
)
def test_a_mistake_in_a_source_is_named(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in SOURCE
    with pytest.raises(SettingsError) as caught:
        load_settings(write(tmp_path, guides=SOURCE.replace(old, new, 1)))
    assert expected in str(caught.value)
    assert "guides.toml" in str(caught.value)


def test_all_mistakes_are_shown_at_once(tmp_path: Path) -> None:
    bad = SOURCE.replace("location", "place")
    with pytest.raises(SettingsError) as caught:
        load_settings(write(tmp_path, CATALOGUE.replace("base", "bass"), one=bad, two=bad))
    assert len(str(caught.value).splitlines()) == 3


def test_all_bad_values_of_a_file_are_shown_at_once(tmp_path: Path) -> None:
    text = CATALOGUE.replace('["en"]', '"en"').replace('name = "Somebody"', "")
    text += '[alerts]\nsmtp_port = "many"\nemail = "a@example.org"\nremind_days = 3\n'
    with pytest.raises(SettingsError) as caught:
        load_settings(write(tmp_path, text))
    said = str(caught.value).splitlines()
    named = sorted(line.partition(": key ")[2].partition(":")[0] for line in said)
    assert named == ["'alerts.email'", "'alerts.smtp_port'", "'languages'", "'name'"]
    with pytest.raises(SettingsError) as caught:
        load_settings(write(tmp_path, text + "remnd = 1\n"))
    assert "key 'alerts.remnd': unknown" in str(caught.value)
    assert "key 'alerts.smtp_port': " in str(caught.value)


def test_two_sources_of_one_name_are_refused(tmp_path: Path) -> None:
    named = 'name = "guides"\n' + SOURCE
    with pytest.raises(SettingsError, match=r"'guides' is already the name of .*one\.toml"):
        load_settings(write(tmp_path, one=named, two=named))


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path)
    assert "catalogue.toml: there is no such file" in str(caught.value)
    assert "no source file" in str(caught.value)


def test_a_file_that_is_not_utf8_or_cannot_be_read(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "input" / "guides.toml").write_bytes(b'title = "\xe9"')
    (tmp_path / "input" / "other.toml").mkdir()
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path)
    assert "guides.toml: byte 9 is not UTF-8" in str(caught.value)
    assert "other.toml: cannot be read" in str(caught.value)


def test_the_nearest_folder_above_is_found(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert find_folder(tmp_path / "a" / "b") == tmp_path
    with pytest.raises(SettingsError, match="cataloom init"):
        find_folder(Path("/"))


def test_init_makes_a_folder_that_only_lacks_a_source(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    make_folder(folder, "https://example.org/new/")
    with pytest.raises(SettingsError) as caught:
        load_settings(folder)
    assert str(caught.value).count("\n") == 0
    assert "no source file" in str(caught.value)
    assert (folder / "ontology" / "context.jsonld").is_file()
    (folder / "input" / "guides.toml").write_text(SOURCE, "utf-8")
    assert load_settings(folder).catalogue.base == "https://example.org/new/"


def test_init_refuses_a_bad_base_and_a_folder_in_use(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="does not start with http"):
        make_folder(tmp_path, "example.org/")
    with pytest.raises(SettingsError, match="does not end in"):
        make_folder(tmp_path, "https://example.org/x")
    write(tmp_path)
    with pytest.raises(SettingsError, match="stand there already"):
        make_folder(tmp_path, "https://example.org/")


def test_init_says_when_it_cannot_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="cannot be written"):
        make_folder(tmp_path / "file" / "new", "https://example.org/")


@pytest.mark.parametrize("iri", ["https://example.org/é", "http://127.0.0.1:8000/a#b"])
def test_iris_that_are_right(iri: str) -> None:
    assert not iri_problem(iri)


@pytest.mark.parametrize("iri", ["", "mailto:a@b.c", "https://a b", "http://", "http://x/<y>"])
def test_iris_that_are_wrong(iri: str) -> None:
    assert iri_problem(iri)


LIVE = """
kind = "oai-pmh"
location = "https://example.org/oai"
languages = ["en"]
"""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (LIVE, ""),
        (LIVE + '[oai]\nfrom = "2026-01-01"\n', ""),
        (LIVE + "[oai]\nfrom_ = '2026-01-01'\n", "key 'oai.from_': unknown (did you mean 'from'?)"),
        (LIVE + "[oai]\nfrom = 3\n", "key 'oai.from': expected str, got int"),
        (LIVE + "[json.fields]\n", "key 'json': the kind oai-pmh does not use this table"),
        (LIVE.replace("https://example.org", "https://"), "key 'location': it names no host"),
        (LIVE.replace("https://example.org/oai", "https://example.org/a b"), "key 'location': it"),
        (LIVE.replace("oai-pmh", "json"), "expected a [json] table, as the kind json needs it"),
        (LIVE.replace("https://example.org/oai", "a.xml") + "[paging]\n", "key 'paging': only"),
        (LIVE + '[credentials]\nenvironment = "KEY"\nheader = "X-Key"\n', ""),
        (LIVE + '[credentials]\nenvironment = "KEY"\n', "key 'credentials': no way given"),
        (
            LIVE + '[credentials]\nenvironment = "KEY"\nheader = "X-Key"\nuser = "NAME"\n',
            "key 'credentials': header and user given; expected one of",
        ),
        (
            LIVE.replace("https://example.org/oai", "a.xml")
            + '[credentials]\nenvironment = "KEY"\nheader = "X-Key"\n',
            "key 'credentials': saved files need none",
        ),
        (LIVE + "[gates]\nfill_rate = 101\n", "key 'gates.fill_rate': expected"),
        (LIVE + "[fetch]\npause = -1\n", "key 'fetch.pause': "),
        (LIVE.replace("example.org/oai", "example.org/oai?page={page}"), ""),
    ],
)
def test_how_a_source_is_reached(text: str, problem: str, tmp_path: Path) -> None:
    folder = write(tmp_path, provider=text)
    if not problem:
        assert load_settings(folder).sources[0].is_live
        return
    with pytest.raises(SettingsError) as caught:
        load_settings(folder)
    assert problem in str(caught.value)
