"""Going on with a harvest that was broken off, and reading without the web."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.errors import SourceError
from pipeline.extract.fetch import HttpError
from tests.conftest import ROOT
from tests.extract.web import Answer, Watch, Web, fetcher_for, live_source

DAY = 86_400.0


def journal(output: Path) -> Path:
    return output / "harvests" / "demo.jsonl"


class TestGoingOn:
    """A harvest that was broken off."""

    def pages(self, web: Web, output: Path, *paths: str, watch: Watch | None = None) -> list[str]:
        """Ask for pages with a new fetcher, as a new process does; return what was asked."""
        web.log.clear()
        fetcher = fetcher_for(live_source(web.url()), output, watch=watch)
        for path in paths:
            fetcher.get(web.url(path))
        return web.paths

    def answers(self) -> Web:
        return Web({f"/{number}": f"page {number}" for number in range(1, 6)})

    def test_goes_on_after_its_last_finished_page(self, tmp_path: Path) -> None:
        with self.answers() as web:
            fetcher = fetcher_for(live_source(web.url()), tmp_path)
            for path in ("/1", "/2", "/3"):
                fetcher.get(web.url(path))
            with pytest.raises(HttpError):
                fetcher.get(web.url("/gone"))
            assert self.pages(web, tmp_path, "/1", "/2", "/3", "/4") == ["/4"]

    def test_says_that_pages_are_kept_only_where_some_are(self, tmp_path: Path) -> None:
        with self.answers() as web:
            web.answers["/busy"] = Answer(b"", 503, {"Retry-After": "99999"})
            fetcher = fetcher_for(live_source(web.url()), tmp_path)
            with pytest.raises(SourceError) as caught:
                fetcher.get(web.url("/busy"))
            assert "UTC" in caught.value.next_step
            assert "kept for a day" not in str(caught.value)
            fetcher = fetcher_for(live_source(web.url()), tmp_path / "other")
            fetcher.get(web.url("/1"))
            with pytest.raises(SourceError) as caught:
                fetcher.get(web.url("/busy"))
            assert str(caught.value).endswith("is kept for a day, and the run goes on there")

    def test_asks_again_for_the_page_it_may_have_broken_on(self, tmp_path: Path) -> None:
        with self.answers() as web:
            assert self.pages(web, tmp_path, "/1", "/2", "/3") == ["/1", "/2", "/3"]
            assert self.pages(web, tmp_path, "/1", "/2", "/3", "/4") == ["/3", "/4"]

    def test_a_page_it_broke_on_is_asked_for_until_it_makes_sense(self, tmp_path: Path) -> None:
        with self.answers() as web:
            web.answers["/robots.txt"] = "User-agent: *\nDisallow: /no"
            self.pages(web, tmp_path, "/1", "/2")
            web.answers["/2"] = Answer(b"", 404)
            with pytest.raises(HttpError):
                self.pages(web, tmp_path, "/1", "/2")
            web.answers["/2"] = "page 2, corrected"
            assert self.pages(web, tmp_path, "/1", "/2") == ["/2"]

    def test_begins_anew_once_it_is_finished(self, tmp_path: Path) -> None:
        with self.answers() as web:
            fetcher = fetcher_for(live_source(web.url()), tmp_path)
            fetcher.get(web.url("/1"))
            fetcher.finish()
            assert self.pages(web, tmp_path, "/1") == ["/1"]

    @pytest.mark.parametrize(("age", "asked"), [(DAY - 3600, ["/3"]), (DAY, ["/1", "/2", "/3"])])
    def test_begins_anew_after_a_day(self, tmp_path: Path, age: float, asked: list[str]) -> None:
        watch = Watch()
        with self.answers() as web:
            self.pages(web, tmp_path, "/1", "/2", "/3", watch=watch)
            watch.time += age
            assert self.pages(web, tmp_path, "/1", "/2", "/3", watch=watch) == asked

    def test_begins_anew_for_another_location(self, tmp_path: Path) -> None:
        with self.answers() as web:
            self.pages(web, tmp_path, "/1", "/2", "/3")
            web.log.clear()
            other = live_source(web.url("/other"))
            fetcher_for(other, tmp_path).get(web.url("/1"))
            assert web.paths == ["/1"]

    def test_begins_anew_where_it_is_told_to(self, tmp_path: Path) -> None:
        with self.answers() as web:
            fetcher = fetcher_for(live_source(web.url()), tmp_path)
            for path in ("/1", "/2", "/1"):
                fetcher.get(web.url(path))
            fetcher.restart()
            fetcher.get(web.url("/1"))
            assert web.paths == ["/1", "/2", "/1"]
            assert self.pages(web, tmp_path, "/2") == ["/2"]

    def test_a_page_is_asked_for_once_a_harvest(self, tmp_path: Path) -> None:
        with self.answers() as web:
            assert self.pages(web, tmp_path, "/1", "/1", "/2", "/1") == ["/1", "/2"]

    def test_what_the_store_lost_is_asked_for(self, tmp_path: Path) -> None:
        with self.answers() as web:
            self.pages(web, tmp_path, "/1", "/2", "/3")
            for file in (tmp_path / "payloads").iterdir():
                file.write_bytes(b"damaged")
            assert self.pages(web, tmp_path, "/1") == ["/1"]
            for file in (tmp_path / "payloads").iterdir():
                file.unlink()
            assert self.pages(web, tmp_path, "/1", "/2") == ["/1", "/2"]

    def test_a_torn_last_line_costs_that_page_only(self, tmp_path: Path) -> None:
        with self.answers() as web:
            self.pages(web, tmp_path, "/1", "/2", "/3")
            whole = journal(tmp_path).read_bytes()
            journal(tmp_path).write_bytes(whole[:-20])
            assert self.pages(web, tmp_path, "/1", "/2", "/3", "/4") == ["/3", "/4"]
            lines = journal(tmp_path).read_bytes().splitlines()
            assert all(json.loads(line) for line in lines)

    def test_the_journal_keeps_the_pages_of_the_last_harvest_only(self, tmp_path: Path) -> None:
        with self.answers() as web:
            for paths in (("/1", "/2", "/3"), ("/1", "/4")):
                fetcher = fetcher_for(live_source(web.url()), tmp_path)
                for path in paths:
                    fetcher.get(web.url(path))
                fetcher.finish()
            lines = [json.loads(line) for line in journal(tmp_path).read_text().splitlines()]
        assert [line.get("url") for line in lines] == [None, web.url("/1"), web.url("/4"), None]
        assert not list(journal(tmp_path).parent.glob(".*")), "nothing unfinished lies about"

    @pytest.mark.slow
    def test_a_killed_process_loses_no_finished_page(self, tmp_path: Path) -> None:
        code = """if True:
            import sys
            from pathlib import Path
            from pipeline.settings import SourceFetch
            from tests.extract.web import fetcher_for, live_source
            source = live_source(sys.argv[1], fetch=SourceFetch(pause=0.2))
            fetcher = fetcher_for(source, Path(sys.argv[2]))
            for number in range(10):
                print(fetcher.get(f"{sys.argv[1]}{number}").data.decode(), flush=True)
            fetcher.finish()
        """
        with Web({f"/{number}": f"page {number}" for number in range(10)}) as web:
            command = [sys.executable, "-c", code, web.url(), str(tmp_path)]
            first = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
            assert first.stdout is not None
            while len(web.requests) < 4:
                assert first.poll() is None
                time.sleep(0.01)
            first.send_signal(signal.SIGKILL)
            before = first.stdout.read().splitlines()
            first.stdout.close()
            first.wait()
            again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        assert again.stdout.splitlines() == [f"page {number}" for number in range(10)]
        assert 2 <= len(before) < 10
        asked = [web.paths.count(f"/{number}") for number in range(10)]
        assert asked[: len(before) - 1] == [1] * (len(before) - 1)
        assert sum(asked) <= 11, f"only the page it was killed on may be asked for twice: {asked}"


class TestOffline:
    """The payload store alone."""

    @pytest.fixture(autouse=True)
    def no_sockets(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch

    def unplug(self) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise AssertionError("a socket was opened")

        self.monkeypatch.setattr(socket, "socket", refuse)
        self.monkeypatch.setattr(socket, "getaddrinfo", refuse)

    def test_serves_the_last_whole_harvest(self, tmp_path: Path) -> None:
        with Web({"/a": "one", "/b": "two"}) as web:
            source = live_source(web.url())
            fetcher = fetcher_for(source, tmp_path)
            online = [fetcher.get(web.url(path)) for path in ("/a", "/b")]
            fetcher.finish()
            web.answers["/a"] = "changed"
            fetcher_for(source, tmp_path).get(web.url("/a"))
            self.unplug()
            before = journal(tmp_path).read_bytes()
            offline = fetcher_for(source, tmp_path, offline=True)
            assert [offline.get(web.url(path)) for path in ("/a", "/b")] == online
            offline.restart()
            offline.finish()
            assert journal(tmp_path).read_bytes() == before

    def test_serves_a_broken_off_harvest_where_there_is_no_other(self, tmp_path: Path) -> None:
        with Web({"/a": "one"}) as web:
            source = live_source(web.url())
            page = fetcher_for(source, tmp_path).get(web.url("/a"))
            self.unplug()
            assert fetcher_for(source, tmp_path, offline=True).get(web.url("/a")) == page

    def test_says_what_is_not_there(self, tmp_path: Path) -> None:
        self.unplug()
        source = live_source("https://example.org/")
        with pytest.raises(SourceError) as caught:
            fetcher_for(source, tmp_path, offline=True).get("https://example.org/list")
        assert str(caught.value) == (
            "https://example.org/list: is not in the payload store, and nothing is asked for "
            "offline; expected a page that an earlier run has read; next: run once without "
            "--offline"
        )
        assert not any(tmp_path.iterdir()), "nothing is written either"
