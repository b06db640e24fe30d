"""The store that is made from the one before: as if it were made anew, and the old one stays."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable
from pathlib import Path

import pytest

from pipeline.manifest import FileEntry, Manifest, digest_of, write_manifest
from pipeline.publish import Difference, graph_ntriples, update_graph, write_graph
from pipeline.release import verify

BASE = "https://example.org/catalogue/"
VOCABULARY = b'<https://example.org/catalogue/type/guide> <http://example.org/p> "Guide"@en .\n'


def lines(record: int, version: int) -> list[bytes]:
    """Return what a record says: of itself, and of a person that others share."""
    node = f"<{BASE}resource/s-{record:04}>"
    person = f"<https://people.example/{record % 3}>"
    return [
        f'{node} <http://example.org/version> "{version}" .\n'.encode(),
        f'{node} <http://example.org/title> "Title {record}"@en .\n'.encode(),
        f"{node} <http://example.org/by> {person} .\n".encode(),
        f'{person} <http://example.org/name> "Person {version % 2}" .\n'.encode(),
    ]


def described(day: int) -> bytes:
    return f'<{BASE}dataset> <http://example.org/modified> "day {day}" .\n'.encode()


class Releases:
    """Releases of a few records, whose graphs are made one from the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state: dict[int, int] = {}
        self.day = 0

    @property
    def current(self) -> Path:
        return self.folder / f"day-{self.day}"

    def publish(self, state: dict[int, int], before: Path | None = None) -> bool:
        """Write the release of a state (record -> version), and say whether it was an update."""
        before = before or self.current
        old, self.state, self.day = self.state, state, self.day + 1
        folder = self.current
        folder.mkdir()
        parts = {
            "gone": (lines(*one) for one in old.items() - state.items()),
            "come": (lines(*one) for one in state.items() - old.items()),
            "catalogue.nt": (lines(*one) for one in sorted(state.items())),
        }
        for name, several in parts.items():
            folder.joinpath(name).write_bytes(b"".join(line for some in several for line in some))
        (folder / "dataset.ttl").write_bytes(described(self.day))
        difference = Difference(
            before=before,
            gone=[folder / "gone"],
            come=[folder / "come"],
            description=described(self.day),
            vocabulary=VOCABULARY,
            base=BASE,
        )
        done = update_graph(folder, difference)
        if not done:
            assert not (folder / "graph").exists()
            write_graph(folder, [folder / "catalogue.nt", VOCABULARY, described(self.day)])
        files = {
            file.relative_to(folder).as_posix(): FileEntry(digest_of(file), file.stat().st_size)
            for file in folder.rglob("*")
            if file.is_file()
        }
        write_manifest(
            folder,
            Manifest(id=folder.name, number=self.day, base=BASE, keys={}, datestamps=(),
                     switches=(), files=files),
        )  # fmt: skip
        return done

    def expected(self) -> str:
        whole = self.current.joinpath("catalogue.nt").read_bytes() + VOCABULARY
        whole += described(self.day)
        return "".join(sorted(set(whole.decode().splitlines(keepends=True))))


@pytest.fixture
def releases(tmp_path: Path) -> Releases:
    made = Releases(tmp_path)
    made.publish(dict.fromkeys(range(200), 0), before=tmp_path / "none")
    return made


def changed(state: dict[int, int], records: Iterable[int]) -> dict[int, int]:
    return {**state, **{record: state.get(record, 0) + 1 for record in records}}


@pytest.mark.slow
def test_night_after_night_the_graph_is_what_it_would_be_anew(releases: Releases) -> None:
    choose = random.Random(5)  # noqa: S311 - no secret
    for night in range(15):
        state = changed(releases.state, choose.sample(range(200), 5))
        del state[choose.choice(sorted(state))]
        state[300 + night] = night
        old, content = releases.current, graph_ntriples(releases.current)
        assert releases.publish(state)
        assert graph_ntriples(releases.current) == releases.expected()
        assert verify(old) == []
        assert graph_ntriples(old) == content
    assert len(list((releases.current / "graph").iterdir())) < 60


def test_tables_are_linked_and_so_take_no_room(releases: Releases) -> None:
    old = releases.current
    assert releases.publish(changed(releases.state, [3]))
    tables = {file.name for file in (old / "graph").glob("*.sst")}
    shared = [file for file in (releases.current / "graph").iterdir() if file.stat().st_nlink > 1]
    assert tables & {file.name for file in shared}
    assert not [file for file in shared if file.suffix != ".sst"]


def test_a_description_that_is_not_what_was_published_is_not_gone_by(releases: Releases) -> None:
    (releases.current / "dataset.ttl").write_bytes(described(9))
    assert not releases.publish(changed(releases.state, [3]))
    assert graph_ntriples(releases.current) == releases.expected()


def test_without_hard_links_the_tables_are_copied(
    releases: Releases, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    assert releases.publish(changed(releases.state, [3]))
    assert graph_ntriples(releases.current) == releases.expected()


def test_what_others_say_too_stays(releases: Releases) -> None:
    """The name of a person goes with the last record that has it."""
    name = '<https://people.example/0> <http://example.org/name> "Person 0" .'
    state = {record: 0 for record in range(0, 200) if record % 3 or record in (0, 3)}
    releases.publish(state)
    assert releases.publish({record: 0 for record in state if record != 0})
    assert name in graph_ntriples(releases.current)
    assert releases.publish({record: 0 for record in state if record % 3})
    assert name not in graph_ntriples(releases.current)
    assert graph_ntriples(releases.current) == releases.expected()


def test_where_much_differs_it_is_made_anew(releases: Releases) -> None:
    assert not releases.publish(changed(releases.state, range(40)))
    assert graph_ntriples(releases.current) == releases.expected()


@pytest.mark.parametrize("harm", ["bytes", "missing", "unknown", "manifest", "description"])
def test_a_store_that_is_not_what_was_published_is_not_taken_over(
    releases: Releases, harm: str
) -> None:
    old = releases.current
    table = next((old / "graph").glob("*.sst"))
    match harm:
        case "bytes":
            data = bytearray(table.read_bytes())
            data[len(data) // 2] ^= 1
            table.write_bytes(data)
        case "missing":
            table.unlink()
        case "unknown":
            (old / "graph" / "000999.sst").write_bytes(b"")
        case "manifest":
            (old / "manifest.json").write_bytes(b"{}")
        case _:
            (old / "dataset.ttl").write_bytes(b"<a")
    assert not releases.publish(changed(releases.state, [3]))
    assert graph_ntriples(releases.current) == releases.expected()
