"""A run on a fresh machine goes on where the last one ended."""

from __future__ import annotations

import functools
import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import release
from pipeline.__main__ import main
from pipeline.catalogue_folder import load_settings
from pipeline.errors import CataloomError, ReleaseError, RunRefused, SettingsError
from pipeline.restore import restore
from pipeline.run import run_catalogue
from tests.small_catalogue import SmallCatalogue, entries

pytestmark = pytest.mark.slow  # whole runs


@pytest.fixture
def small(tmp_path: Path) -> SmallCatalogue:
    small = SmallCatalogue(tmp_path / "small")
    small.write(entries(4))
    small.run()
    small.write(entries(3))
    small.run()
    return small


@pytest.fixture
def published(small: SmallCatalogue, tmp_path: Path) -> Path:
    """Return a copy of the output, the catalogue's own being wiped."""
    copy = tmp_path / "published"
    shutil.copytree(small.output, copy, symlinks=True)
    shutil.rmtree(small.output)
    return copy


@pytest.fixture
def served(published: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(published))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_from_a_folder(small: SmallCatalogue, published: Path) -> None:
    identifier = restore(load_settings(small.folder), str(published))
    assert small.current.name == identifier == (published / "current").resolve().name
    assert release.verify(small.current) == []
    assert small.run().kind == "unchanged"
    small.write(entries(4))
    outcome = small.run()
    assert (outcome.books["other"].unchanged, outcome.books["other"].created) == (4, 0)


def test_from_the_release_itself(small: SmallCatalogue, published: Path) -> None:
    folder = (published / "current").resolve()
    assert restore(load_settings(small.folder), str(folder)) == folder.name


@pytest.mark.slow
def test_from_a_web_server(small: SmallCatalogue, served: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["-C", str(small.folder), "restore", served])
    assert not ended.value.code
    assert release.verify(small.current) == []
    left = {one.name for one in small.output.iterdir() if not one.name.startswith(".lock")}
    assert left == {"current", "releases"}
    outcome = run_catalogue(load_settings(small.folder), jobs=1, require_previous=True)
    assert outcome.kind == "unchanged"


def test_a_server_without_a_release(small: SmallCatalogue, served: str) -> None:
    with pytest.raises(ReleaseError, match=r"no manifest\.json here or in current/"):
        restore(load_settings(small.folder), served + "/releases")


def broken(published: Path, name: str, data: bytes | None) -> None:
    file = (published / "current").resolve() / name
    file.unlink()
    if data is not None:
        file.write_bytes(data)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("catalogue.nt", b"damaged", "catalogue.nt is not what the manifest says"),
        ("tombstones.jsonl", None, "tombstones.jsonl is missing"),
        ("manifest.json", b"{", "the manifest cannot be read"),
        ("manifest.json", b'{"format": 99}', "the release has format 99"),
        ("manifest.json", None, "there is no manifest.json here or in current/"),
    ],
)
def test_a_damaged_release_is_not_taken_up(
    name: str, data: bytes | None, message: str, small: SmallCatalogue, published: Path
) -> None:
    broken(published, name, data)
    with pytest.raises(ReleaseError, match=message):
        restore(load_settings(small.folder), str(published))
    assert not (small.output / "current").exists()
    assert not list(small.output.glob("releases/*"))


def test_a_manifest_that_leads_elsewhere_is_refused(small: SmallCatalogue, published: Path) -> None:
    manifest = (published / "current").resolve() / "manifest.json"
    text = manifest.read_text("utf-8").replace('"catalogue.nt"', '"../../escaped"')
    manifest.unlink()
    manifest.write_text(text, "utf-8")
    with pytest.raises(ReleaseError, match="which is no path below the release"):
        restore(load_settings(small.folder), str(published))
    assert not list(small.output.rglob("escaped"))


def test_another_catalogues_release_is_refused(small: SmallCatalogue, published: Path) -> None:
    file = small.folder / "catalogue.toml"
    text = file.read_text("utf-8").replace("example.org/small", "example.org/other")
    file.write_text(text, "utf-8")
    with pytest.raises(SettingsError, match="this catalogue is https"):
        restore(load_settings(small.folder), str(published))


def test_what_is_published_here_is_not_replaced(small: SmallCatalogue) -> None:
    with pytest.raises(RunRefused, match="is published here already"):
        restore(load_settings(small.folder), str(small.output))


def test_a_run_may_ask_for_a_previous_state(small: SmallCatalogue, published: Path) -> None:
    assert published.is_dir()
    with pytest.raises(CataloomError) as caught:
        run_catalogue(load_settings(small.folder), jobs=1, require_previous=True)
    assert caught.value.exit_code == 4
    assert "cataloom restore DIR|URL" in str(caught.value)
    with pytest.raises(SystemExit) as ended:
        main(["-C", str(small.folder), "run", "--require-previous"])
    assert ended.value.code == 4
