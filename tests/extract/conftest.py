"""Sources to read, and short ways to read a text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from pipeline.extract.text_listing import read
from pipeline.kinds import HtmlSettings, TextSettings
from pipeline.model import Locator, Page
from pipeline.settings import Source

ReadText = Callable[..., Page]
LABELS = ("Case studies & Field examples", "Guidelines", "Guide/Manual", "Publications")


@pytest.fixture
def text_source() -> Source:
    return Source(
        kind="text-listing",
        location="page.txt",
        languages=("en", "es"),
        name="demo",
        text=TextSettings(labels=LABELS),
        file="input/demo.toml",
    )


@pytest.fixture
def html_source() -> Source:
    return Source(
        kind="html-listing",
        location="page.html",
        languages=("en", "es"),
        name="demo",
        homepage="https://example.org/list/",
        html=HtmlSettings(entry="article", fields={"title": "h2", "type": ".type"}),
        file="input/demo.toml",
    )


@pytest.fixture
def read_text(text_source: Source) -> ReadText:
    """Read a text; keywords change the text settings."""

    def read_page(text: str, **changes: object) -> Page:
        assert text_source.text is not None
        settings = msgspec.structs.replace(text_source.text, **changes)
        source = msgspec.structs.replace(text_source, text=settings)
        return read(text, source, Locator("0" * 64, "page.txt", ""))

    return read_page


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty input folder."""
    path = tmp_path / "input"
    path.mkdir()
    return path


@pytest.fixture
def payloads(tmp_path: Path) -> Path:
    """Return where payloads are kept; it does not exist yet."""
    return tmp_path / "output" / "payloads"
