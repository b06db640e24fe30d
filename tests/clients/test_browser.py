"""The report in Chromium, as a person opens it: nothing from the network, nothing that runs."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.clients.conftest import IMAGE, MARKUP, Run

pytestmark = pytest.mark.clients

SMALLEST_PICTURE = 10_000  # bytes of a screenshot that shows something
FEWEST_COLOURS = 20
THEMES = ("light", "dark")
OWN_BUSINESS = re.compile(r"^file:|google(apis)?\.com|gvt1\.com|~notfound")


def look(report: Path, run_node: Run, output: Path) -> dict[str, Any]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed: tests/clients/install brings it")
    seen = run_node("browser.mjs", chromium, report, output, package="playwright-core")
    found: dict[str, Any] = json.loads(seen)
    return found


@pytest.fixture(scope="session")
def seen(release: Path, run_node: Run, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return look(release / "report.html", run_node, tmp_path_factory.mktemp("seen"))


@pytest.mark.parametrize("theme", THEMES)
def test_the_report_asks_for_nothing_but_itself(seen: dict[str, Any], theme: str) -> None:
    page = seen[theme]
    assert len(page["requests"]) == 1
    assert (page["console"], page["errors"], page["dialogs"]) == ([], [], [])
    assert (page["scripts"], page["handlers"], page["foreign"]) == (0, 0, 0)
    # Chromium asks its maker on its own, in vain; nobody else may be asked.
    assert not [one for one in seen["network"] if not OWN_BUSINESS.search(one)]


@pytest.mark.parametrize("theme", THEMES)
def test_the_report_shows_the_run(seen: dict[str, Any], theme: str) -> None:
    page = seen[theme]
    assert page["tiles"]["records in the catalogue"] == "33"
    assert page["tiles"]["created"] == "33"
    assert "FinComún" in page["text"]
    assert len(page["drawings"]) >= 2
    assert all(height > 20 for height in page["drawings"])
    assert page["screenshot"]["bytes"] > SMALLEST_PICTURE
    assert page["screenshot"]["colours"] > FEWEST_COLOURS


@pytest.mark.parametrize("theme", THEMES)
def test_the_report_can_be_read_and_walked(seen: dict[str, Any], theme: str) -> None:
    page = seen[theme]
    assert page["faint"] == []
    assert page["overflow"] <= 0
    assert page["anchors"]
    assert all(href == shown for href, shown, _ in page["anchors"])
    assert {link[1:] for link in page["links"] if link.startswith("#")} <= set(page["ids"])
    assert len(page["ids"]) == len(set(page["ids"]))


def test_hostile_titles_are_shown_and_run_nothing(
    hostile_release: Path, run_node: Run, tmp_path: Path
) -> None:
    found = look(hostile_release / "report.html", run_node, tmp_path)
    for theme in THEMES:
        page = found[theme]
        assert (page["scripts"], page["handlers"], page["foreign"]) == (0, 0, 0)
        assert (page["dialogs"], page["errors"]) == ([], [])
        assert page["title"] != "ran"
        assert MARKUP in page["text"]
        assert IMAGE in page["text"]
