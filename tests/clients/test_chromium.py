"""`report.html` in a real browser: it shows what it should, asks nobody, and runs nothing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.clients

SCHEMES = ("light", "dark")
SMALLEST_SCREENSHOT = 20_000  # bytes; an empty page of this size takes a fifth of it
FEWEST_COLOURS = 100  # text with smoothed edges has more
HOSTILE = ('<script>document.title="ran"</script>', '"><img src=x onerror=alert(1)>')

Look = Callable[[Path], dict[str, Any]]


@pytest.fixture(scope="session")
def look(run_node: Callable[..., bytes], tmp_path_factory: pytest.TempPathFactory) -> Look:
    """Return a function that opens a page in Chromium and tells what was seen."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("chromium is not installed: tests/clients/install brings it")

    def see(page: Path) -> dict[str, Any]:
        folder = tmp_path_factory.mktemp("seen")
        seen = run_node("browser.mjs", chromium, page, folder, package="playwright-core")
        answer: dict[str, Any] = json.loads(seen)
        return answer

    return see


@pytest.fixture(scope="session")
def own(look: Look, release: Path) -> dict[str, Any]:
    return look(release / "report.html")


@pytest.fixture(scope="session")
def hostile(look: Look, hostile_release: Path) -> dict[str, Any]:
    return look(hostile_release / "report.html")


@pytest.fixture(scope="session", params=["own", "hostile"])
def seen(request: pytest.FixtureRequest) -> dict[str, Any]:
    answer: dict[str, Any] = request.getfixturevalue(request.param)
    return answer


def test_these_tests_see_what_a_bad_page_does(look: Look, tmp_path: Path) -> None:
    page = tmp_path / "bad.html"
    page.write_text(
        '<!DOCTYPE html><p style="color:#ccc">faint</p><img src="http://127.0.0.1:9/x.png">'
        '<div style="width:2000px">wide</div>'
        "<script>console.log('here'); alert(1); throw new Error('bad')</script>"
        f"<nav><a href='#nowhere'>away</a></nav><p>{HOSTILE[1]}</p>",
        encoding="utf-8",
    )
    bad = look(page)
    assert "http://127.0.0.1:9/x.png" in bad["network"]
    for scheme in SCHEMES:
        assert "http://127.0.0.1:9/x.png" in bad[scheme]["requests"]
        assert bad[scheme]["dialogs"] == ["1", "1"]
        assert any("bad" in error for error in bad[scheme]["errors"])
        assert "log: here" in bad[scheme]["console"]
        assert bad[scheme]["anchors"] == [["#nowhere", "#nowhere", False]]
        assert bad[scheme]["faint"][0][0] == "faint"
        assert bad[scheme]["overflow"] > 0
        assert bad[scheme]["scripts"] == bad[scheme]["handlers"] == 1


def test_it_asks_nobody(seen: dict[str, Any]) -> None:
    assert seen["network"] == []
    for scheme in SCHEMES:
        (only,) = seen[scheme]["requests"]
        assert only.startswith("file:")
        assert only.endswith("/report.html")
        assert seen[scheme]["foreign"] == 0


def test_nothing_runs_in_it(seen: dict[str, Any]) -> None:
    for scheme in SCHEMES:
        assert seen[scheme]["scripts"] == seen[scheme]["handlers"] == 0
        assert seen[scheme]["console"] == seen[scheme]["errors"] == seen[scheme]["dialogs"] == []
        assert seen[scheme]["title"] != "ran"


def test_it_shows_the_counts(own: dict[str, Any], release: Path) -> None:
    manifest = json.loads((release / "manifest.json").read_text("utf-8"))
    for scheme in SCHEMES:
        tiles = {name: int(shown.replace(",", "")) for name, shown in own[scheme]["tiles"].items()}
        assert tiles["records in the catalogue"] == tiles["created"] == manifest["records"] == 33
        assert tiles["triples"] == manifest["triples"]
        assert tiles["updated"] == tiles["deleted"] == tiles["rejected"] == 0
        assert "SMART Note Cobrança com dignidade no FinComún" in own[scheme]["text"]
        assert (
            "FinComĂșn".casefold() in own[scheme]["text"].casefold()
        )  # what was repaired, as it came


def test_its_charts_are_drawn(seen: dict[str, Any]) -> None:
    for scheme in SCHEMES:
        assert len(seen[scheme]["drawings"]) >= 2
        assert min(seen[scheme]["drawings"]) > 50


def test_its_anchors_lead_somewhere(seen: dict[str, Any]) -> None:
    for scheme in SCHEMES:
        anchors = seen[scheme]["anchors"]
        assert len(anchors) >= 7
        assert anchors == [[href, href, True] for href, _, _ in anchors]
        inside = {link[1:] for link in seen[scheme]["links"] if link.startswith("#")}
        assert inside <= set(seen[scheme]["ids"])
        assert len(seen[scheme]["ids"]) == len(set(seen[scheme]["ids"]))


def test_its_files_are_there(own: dict[str, Any], release: Path) -> None:
    files = {link for link in own["light"]["links"] if not link.startswith(("#", "http"))}
    assert len(files) >= 5
    assert [file for file in sorted(files) if not (release / file).is_file()] == []


def test_light_and_dark_can_be_read(seen: dict[str, Any]) -> None:
    for scheme in SCHEMES:
        assert seen[scheme]["faint"] == [], scheme  # WCAG 1.4.3: 4.5 to 1
        picture = seen[scheme]["screenshot"]
        assert picture["bytes"] > SMALLEST_SCREENSHOT
        assert picture["colours"] > FEWEST_COLOURS
    assert min(seen["light"]["screenshot"]["first"]) > 200
    assert max(seen["dark"]["screenshot"]["first"]) < 60


def test_it_fits_a_telephone(seen: dict[str, Any]) -> None:
    assert [seen[scheme]["overflow"] for scheme in SCHEMES] == [0, 0]


def test_a_hostile_listing_is_shown_as_text(hostile: dict[str, Any]) -> None:
    script, image = HOSTILE
    for scheme in SCHEMES:
        assert f"{script} in a title" in hostile[scheme]["text"]
        assert f"Image {image}" in hostile[scheme]["text"]
        assert "<svg onload=alert(2)>" in hostile[scheme]["text"]
        assert f"{script}{image}" in hostile[scheme]["title"]
