"""Which saved file a link of a saved page means."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.extract.payloads import inside
from pipeline.extract.saved_pages import saved_page

HOME = "https://www.example.org/list/"
FILES = (
    "site/list.html",
    "site/items/1.html",
    "site/2",
    "site/3.htm",
    "site/?page=2",
    "site/list.html?page=3",
    "site/index.html",
    "site/about/index.html",
    "site/www.example.org/item/4",
    "site/other.example/item/5.html",
    "item/6/index.html",
    "site/caf\u00e9.html",
    "site/a b",
)


@pytest.fixture
def site(folder: Path) -> Path:
    """Return a folder with a listing and its pages, saved in several ways."""
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    (folder.parent / "secret").write_text("secret")
    (folder / "site" / "link").symlink_to(folder.parent / "secret")
    return folder


@pytest.mark.parametrize(
    ("link", "file"),
    [
        ("items/1.html", "site/items/1.html"),
        ("./items/../items/1.html#top", "site/items/1.html"),
        ("items/1", "site/items/1.html"),
        ("/items/1", "site/items/1.html"),
        ("2", "site/2"),
        (" 2 ", "site/2"),
        ("3", "site/3.htm"),
        ("?page=2", "site/?page=2"),
        ("list.html?page=3", "site/list.html?page=3"),
        ("2?page=7", "site/2"),
        ("about/", "site/about/index.html"),
        ("/about", "site/about/index.html"),
        ("https://www.example.org/about/", "site/about/index.html"),
        ("https://www.example.org/item/4", "site/www.example.org/item/4"),
        ("/item/4", "site/www.example.org/item/4"),
        ("//www.example.org/item/4/", "site/www.example.org/item/4"),
        ("http://other.example/item/5", "site/other.example/item/5.html"),
        ("../item/6", "item/6/index.html"),
        ("/item/6", "item/6/index.html"),
        ("https://www.example.org/far/away/2", "site/2"),
        ("deep/down/3", "site/3.htm"),
        ("/list/items/1", "site/items/1.html"),
        ("https://www.example.org/list/items/1", "site/items/1.html"),
        ("https://other.example/list/items/1", None),
        ("caf%C3%A9.html", "site/caf\u00e9.html"),
        ("a%20b", "site/a b"),
        ("#", "site/list.html"),
        ("", "site/list.html"),
        ("https://other.example/far/2", None),
        ("/far/index.html", None),
        ("javascript:x", None),
        ("mailto:2", None),
        ("http://[", None),
        ("http://other.example", None),
        ("/", None),
        ("%00", None),
        ("link", None),
        ("../../secret", None),
        ("/etc/passwd", None),
        ("items", None),
        ("x" * 5000, None),
    ],
)
def test_links_of_saved_pages(site: Path, link: str, file: str | None) -> None:
    found = saved_page(site / "site" / "list.html", link, site, HOME)
    assert found is None or inside(found, site)
    assert (found and found.resolve()) == (file and (site / file).resolve())


@pytest.mark.parametrize("home", ["", "http://[", "https://elsewhere.example/"])
def test_a_foreign_host_is_found_under_its_own_name_only(site: Path, home: str) -> None:
    path = site / "site" / "list.html"
    assert saved_page(path, "https://www.example.org/far/2", site, home) is None
    found = saved_page(path, "https://www.example.org/item/4", site, home)
    assert found == (None if home == "http://[" else site / "site/www.example.org/item/4")


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    link=st.text()
    | st.lists(st.sampled_from(["..", "/", "?", "%2e", "site", "2", "\\"])).map("".join)
)
def test_any_link_leads_to_a_file_inside_or_nowhere(site: Path, link: str) -> None:
    found = saved_page(site / "site" / "list.html", link, site, HOME)
    assert found is None or (found.is_file() and inside(found, site))
