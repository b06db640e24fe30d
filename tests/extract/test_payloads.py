"""Finding saved files below the input folder, reading and keeping them."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path, PurePosixPath

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import OutputError, SettingsError, SourceError
from pipeline.extract import pages
from pipeline.extract import payloads as payload_files
from pipeline.extract.access import Access
from pipeline.extract.payloads import (
    find_files,
    inside,
    keep,
    natural_order,
    read_payload,
    shown,
)
from pipeline.settings import Source


def at(source: Source, location: str) -> Source:
    return msgspec.structs.replace(source, location=location)


def write(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


def test_numbers_count_as_numbers(folder: Path, html_source: Source) -> None:
    write(folder, "p/page-10.html", "p/page-2.html", "p/page-1.html", "p/.hidden.html", "p/x.txt")
    (folder / "p" / "page-3.html").mkdir()
    found = find_files(at(html_source, "p/*.html"), folder)
    assert [path.name for path in found] == ["page-1.html", "page-2.html", "page-10.html"]


def test_a_hidden_file_is_read_where_it_is_asked_for(folder: Path, html_source: Source) -> None:
    write(folder, ".saved/page.html")
    assert len(find_files(at(html_source, ".saved/*.html"), folder)) == 1


def test_a_name_may_look_like_a_glob(folder: Path, html_source: Source) -> None:
    write(folder, "page[1].html", "page1.html")
    found = find_files(at(html_source, "page[1].html"), folder)
    assert [path.name for path in found] == ["page[1].html"]


@pytest.mark.parametrize(
    "location",
    ["", " ", "../secret.html", "p/../../x.html", "/etc/passwd", "~/x.html", "a\0b",
     "https://example.org/list", "p", "**x/*.html"],
)  # fmt: skip
def test_wrong_locations_are_mistakes_in_the_settings(
    location: str, folder: Path, html_source: Source
) -> None:
    write(folder, "p/page.html")
    with pytest.raises(SettingsError, match="key 'location'") as caught:
        find_files(at(html_source, location), folder)
    assert caught.value.expected
    assert caught.value.where == "input/demo.toml"


def test_links_do_not_lead_out_of_the_folder(folder: Path, html_source: Source) -> None:
    write(folder.parent, "secret.html")
    (folder / "page.html").symlink_to(folder.parent / "secret.html")
    (folder / "loop.html").symlink_to(folder / "loop.html")
    for location in ("page.html", "*.html", "loop.html"):
        with pytest.raises(SourceError, match=r"leads out of the input folder|matches no file"):
            tuple(pages(at(html_source, location), Access(folder, folder.parent / "payloads")))
    assert not inside(folder / "loop.html" / "x", folder)


def test_missing_files_are_named_with_what_is_there(folder: Path, html_source: Source) -> None:
    write(folder, "p/page-1.html", "demo.toml")
    with pytest.raises(SourceError, match=r"matches no file.*p/page-1\.html") as caught:
        find_files(at(html_source, "p/*.htm"), folder)
    assert "demo.toml, " not in caught.value.expected
    with pytest.raises(SourceError, match="matches no file"):
        list(pages(at(html_source, "p/page-2.html"), Access(folder, folder.parent / "payloads")))
    with pytest.raises(SourceError, match="no file at all"):
        find_files(at(html_source, "*.html"), folder / "nowhere")


def test_too_many_files(folder: Path, html_source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, "1.html", "2.html", "3.html")
    monkeypatch.setattr(payload_files, "MOST_FILES", 2)
    with pytest.raises(SourceError, match="more than 2 files"):
        find_files(at(html_source, "*.html"), folder)


def test_a_payload_is_kept_unparsed_once(folder: Path, html_source: Source, payloads: Path) -> None:
    write(folder, "page.html")
    payload = read_payload(html_source, folder / "page.html", folder, payloads)
    kept = payloads / payload.digest
    assert payload.name == "page.html"
    assert payload.digest == hashlib.sha256(payload.data).hexdigest()
    assert kept.read_bytes() == payload.data
    assert kept.stat().st_mode & 0o777 == 0o644
    before = kept.stat().st_mtime_ns
    read_payload(html_source, folder / "page.html", folder, payloads)
    assert kept.stat().st_mtime_ns == before
    assert [path.name for path in payloads.iterdir()] == [payload.digest]


def test_a_payload_that_was_cut_off_is_written_again(payloads: Path) -> None:
    digest = hashlib.sha256(b"whole").hexdigest()
    payloads.mkdir(parents=True)
    (payloads / digest).write_bytes(b"wh")
    keep(b"whole", digest, payloads)
    assert (payloads / digest).read_bytes() == b"whole"


def test_nothing_is_left_of_a_write_that_fails(
    payloads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OutputError, match="No space left"):
        keep(b"x", "0" * 64, payloads)
    assert list(payloads.iterdir()) == []


def test_an_unwritable_output_is_explained(folder: Path, html_source: Source) -> None:
    write(folder, "page.html")
    (folder.parent / "output").write_text("a file where a folder should be")
    with pytest.raises(OutputError, match="cannot be kept"):
        read_payload(html_source, folder / "page.html", folder, folder.parent / "output" / "p")


def test_size_is_checked_before_reading(folder: Path, html_source: Source, payloads: Path) -> None:
    with (folder / "page.html").open("wb") as file:
        file.truncate(50_000_001)
    with pytest.raises(SourceError, match=r"has 50\.0 MB; expected at most 50 MB"):
        read_payload(html_source, folder / "page.html", folder, payloads)
    assert not payloads.exists()


@pytest.mark.parametrize("data", [b"", b" \r\n\t\n"])
def test_an_empty_file_is_explained(
    data: bytes, folder: Path, html_source: Source, payloads: Path
) -> None:
    (folder / "page.html").write_bytes(data)
    with pytest.raises(SourceError, match="is empty"):
        read_payload(html_source, folder / "page.html", folder, payloads)


def test_what_is_no_regular_file_is_not_opened(
    folder: Path, html_source: Source, payloads: Path
) -> None:
    os.mkfifo(folder / "page.html")
    with pytest.raises(SourceError, match="no regular file"):
        read_payload(html_source, folder / "page.html", folder, payloads)


def test_an_unreadable_file_is_explained(
    folder: Path, html_source: Source, payloads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, "page.html")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(SourceError, match="Permission denied"):
        read_payload(html_source, folder / "page.html", folder, payloads)


def test_names_are_well_formed_unicode(folder: Path, html_source: Source, payloads: Path) -> None:
    path = folder / os.fsdecode(b"caf\xe9.html")
    path.write_text("x")
    assert read_payload(html_source, path, folder, payloads).name == "caf\ufffd.html"


@given(st.lists(st.integers(0, 10**30), min_size=2, max_size=6))
def test_natural_order_is_the_order_of_numbers(numbers: list[int]) -> None:
    paths = [PurePosixPath(f"page-{number}.html") for number in numbers]
    assert sorted(paths, key=natural_order) == [
        PurePosixPath(f"page-{number}.html") for number in sorted(numbers)
    ]


@given(st.lists(st.text(st.characters(exclude_characters="/\0"), min_size=1), max_size=5))
def test_natural_order_takes_any_names(names: list[str]) -> None:
    sorted((PurePosixPath(name) for name in names), key=natural_order)


@given(st.text())
def test_shown_is_one_short_line(text: str) -> None:
    line = shown(text)
    assert len(line) <= 80
    assert line.isprintable()
