"""Providers of OAI-PMH that we did not write, harvested over HTTP as any other source."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pipeline.errors import SourceError
from pipeline.extract import pages
from pipeline.extract.access import Access, NoEntriesError
from pipeline.model import Page
from tests.extract.oai_provider import oai_source
from tests.extract.web import fetcher_for

pytestmark = pytest.mark.clients

HERE = Path(__file__).parent / "oai_providers"
PYTHON = HERE / ".venv" / "bin" / "python"
COUNT, GONE = 25, (5, 12, 20)


class Running(NamedTuple):
    """A provider that runs: its address, the file of its records."""

    name: str
    address: str
    file: Path

    def change(self, number: int, **changes: object) -> None:
        """Change a record."""
        items = json.loads(self.file.read_text("utf-8"))
        items[number].update(changes)
        self.file.write_text(json.dumps(items), encoding="utf-8")

    @property
    def tells_deletions(self) -> bool:
        """Say whether it writes headers of deleted records; oai-repo leaves them out."""
        return self.name != "oai-repo"


@pytest.fixture(params=["oai-repo", "oaipmh", "catmandu"])
def provider(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    """Return a provider that serves 25 records, 7 on a page; three of them are deleted."""
    file = tmp_path / "items.json"
    items = [
        {
            "identifier": f"oai:example.org:{number}",
            "datestamp": f"2024-01-{number + 1:02}T10:00:00Z",
            "sets": ["even" if number % 2 == 0 else "odd"] + (["ten"] if number < 10 else []),
            "deleted": number in GONE,
            "titles": {"en": f"Title {number} & <more>", "pt": f"Título {number}"},
            "page": f"https://example.org/{number}",
        }
        for number in range(COUNT)
    ]
    file.write_text(json.dumps(items), encoding="utf-8")
    port = free_port()
    with subprocess.Popen([*command(request.param), str(port), str(file)]) as process:
        wait_for(port)
        yield Running(request.param, f"http://127.0.0.1:{port}/oai", file)
        process.terminate()


def command(name: str) -> list[str]:
    """Return what starts a provider; skip where it is not installed."""
    if name == "catmandu":
        perl = ["perl", "-MDancer::Plugin::Catmandu::OAI", "-e", "1"]
        if (
            not shutil.which("perl")
            or subprocess.run(perl, capture_output=True, check=False).returncode
        ):
            pytest.skip("Dancer::Plugin::Catmandu::OAI is not installed: tests/clients/install")
        return ["perl", str(HERE / "serve.pl")]
    if not PYTHON.exists():
        pytest.skip("the providers are not installed: tests/clients/install brings them")
    return [str(PYTHON), str(HERE / "serve.py"), name]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    """Wait until something listens."""
    for _ in range(200):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the provider does not start")


def harvest(provider: Running, folder: Path, since: str = "", **settings: Any) -> list[Page]:
    source = oai_source(provider.address, **settings)
    access = Access(folder, folder / "payloads", fetcher_for(source, folder), since)
    return list(pages(source, access))


def keys(found: list[Page]) -> list[int]:
    return [int(r.key.rpartition(":")[2]) for page in found for r in page.records]


def deleted(found: list[Page]) -> list[int]:
    return [int(key.rpartition(":")[2]) for page in found for key in page.deleted]


def test_everything(provider: Running, tmp_path: Path) -> None:
    found = harvest(provider, tmp_path)
    assert keys(found) == [number for number in range(COUNT) if number not in GONE]
    assert deleted(found) == (list(GONE) if provider.tells_deletions else [])
    assert len(found) == 4
    issues = [issue.message for page in found for issue in page.issues]
    if provider.name == "catmandu":  # it does not escape the repository's name
        (issue,) = issues
        assert "verb=Identify: '&' that XML does not know were read as text: 1" in issue
    else:
        assert issues == []
    first = found[0].records[0]
    assert first.fields == {
        "title": ("Title 0 & <more>", "Título 0"), "page": ("https://example.org/0",),
    }  # fmt: skip
    has_languages = provider.name == "oai-repo"
    assert first.languages == ({"title": ("en", "pt")} if has_languages else {})
    totals = {"oai-repo": COUNT, "oaipmh": None, "catmandu": COUNT - len(GONE)}
    assert {page.declared_total for page in found} == {totals[provider.name]}


def test_what_has_changed_since(provider: Running, tmp_path: Path) -> None:
    until = harvest(provider, tmp_path, incremental=True)[0].until
    assert len(until) == (10 if provider.name == "oai-repo" else 20)
    (nothing,) = harvest(provider, tmp_path / "2", until, incremental=True)
    assert (nothing.records, nothing.deleted, nothing.since) == ((), (), until)
    provider.change(3, datestamp="2099-01-01T00:00:00Z", titles={"en": "Changed"})
    provider.change(4, datestamp="2099-01-02T00:00:00Z", deleted=True)
    found = harvest(provider, tmp_path / "3", until, incremental=True)
    assert (keys(found), deleted(found)) == ([3], [4] if provider.tells_deletions else [])
    assert found[0].records[0].fields["title"] == ("Changed",)
    assert {page.since for page in found} == {until}


def test_sets_and_ranges(provider: Running, tmp_path: Path) -> None:
    found = harvest(provider, tmp_path, sets=("ten", "even"))
    gone = set() if provider.tells_deletions else set(GONE)
    asked = {*range(10), *range(0, COUNT, 2)}
    assert sorted(keys(found) + deleted(found)) == sorted(asked - gone)
    found = harvest(provider, tmp_path / "2", from_="2024-01-03", until="2024-01-06T12:00:00Z")
    assert (keys(found), deleted(found)) == ([2, 3, 4], [5] if provider.tells_deletions else [])
    with pytest.raises(NoEntriesError):
        harvest(provider, tmp_path / "3", from_="2030-01-01")
    with pytest.raises(SourceError, match="has no set 'evn'; it has 'even'"):
        harvest(provider, tmp_path / "4", sets=("evn",))


def test_formats(provider: Running, tmp_path: Path) -> None:
    if provider.name == "oai-repo":
        found = harvest(provider, tmp_path, prefix="mods")
        assert len(keys(found)) == COUNT - len(GONE)
        assert found[0].records[0].fields == {"title": ("Title 0 & <more>", "Título 0")}
        assert found[0].records[0].languages == {"title": ("en", "pt")}
    with pytest.raises(SourceError, match="does not offer the metadataPrefix 'marc21'"):
        harvest(provider, tmp_path / "2", prefix="marc21")


def test_a_list_that_changes_while_it_is_read(provider: Running, tmp_path: Path) -> None:
    """A record that changes moves to the end of the list: it is given as it is there."""
    source = oai_source(provider.address)
    fetcher = fetcher_for(source, tmp_path)
    asked = 0
    get = fetcher.get

    def changing(url: str, **options: Any) -> Any:
        nonlocal asked
        asked += 1
        if asked == 5:  # behind the second page of records
            provider.change(20, datestamp="2099-01-01T00:00:00Z", deleted=False)
        return get(url, **options)

    fetcher.get = changing  # type: ignore[method-assign]
    found = list(pages(source, Access(tmp_path, tmp_path / "payloads", fetcher)))
    assert sorted(keys(found)) == [n for n in range(COUNT) if n not in GONE or n == 20]
    assert deleted(found) == ([5, 12] if provider.tells_deletions else [])


@pytest.mark.parametrize("provider", ["catmandu"], indirect=True)
def test_records_that_nobody_escaped(provider: Running, tmp_path: Path) -> None:
    for number in (3, 8, 15):
        provider.change(number, titles={"en": f"Title {number} & more"})
    found = harvest(provider, tmp_path, prefix="raw")
    assert keys(found) == [3, 8, 15]
    assert deleted(found) == list(GONE)
    assert [r.fields["title"] for page in found for r in page.records] == [
        (f"Title {number} & more",) for number in (3, 8, 15)
    ]
    broken = [issue for page in found for issue in page.issues if issue.identifier]
    assert len(broken) == COUNT - len(GONE) - 3
    assert "is not well-formed: Opening and ending tag mismatch" in broken[0].message
