"""Repair of encoding damage on real text: the bars of the project's second issue."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import pytest

from pipeline.clean.encoding import leftover_damage, repair_document
from pipeline.clean.frequencies import LANGUAGES

LISTING = "000_7c6ca8c3451fdc43.txt"
RIGHT = [
    *("FinComún", "Fin-Común", "FinComún", "Fincomún", "FinComún", "desarrolló", "realizó"),
    *("revisión", "más", "recuperación", "políticas", "filosofía", "FinComún", "inadimplência"),
    *("FinComún", "revisão", "políticas", "funcionários", "relações", "Prácticas"),
]
EVERY = 6  # of the lines, so that the test takes seconds; the benchmark takes all
BAR = 0.98


def damage(text: str, encoding: str, dropped: str = "") -> str:
    read = "".join(bytes([byte]).decode(encoding, "ignore") or chr(byte) for byte in text.encode())
    return read.translate(dict.fromkeys(map(ord, dropped)))


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def test_the_listing_has_its_twenty_words_right_and_nothing_else_changed(shared: Path) -> None:
    before = lines_of(shared / "seeds" / LISTING)
    done = repair_document(before)
    # The two words that a wrong repair had changed come last in their text.
    found = sorted(item.after for text in done for item in text.repairs)
    assert found == sorted(RIGHT)
    for old, new in zip(before, done, strict=True):
        restored = new.text
        for item in new.repairs:
            restored = restored.replace(item.after, item.before)
        assert restored == old
    assert not any(leftover_damage(text.text) for text in done)
    assert any("recureração" in text.text for text in done), "the source's own typos stay"


def test_titles_come_out_as_they_are_spelled(shared: Path) -> None:
    titles = [line.split("\t")[1] for line in lines_of(shared / "seeds" / "titles.tsv")[1:]]
    done = {text.text for text in repair_document(lines_of(shared / "seeds" / LISTING))}
    assert set(titles[:10]) <= done


@pytest.mark.slow
@pytest.mark.parametrize("dropped", ["", "\xad", "\xad\xa0"], ids=["kept", "shy", "shy-nbsp"])
@pytest.mark.parametrize("together", [False, True], ids=["alone", "document"])
def test_text_damaged_as_iso_8859_16_comes_back(shared: Path, dropped: str, together: bool) -> None:
    lines = [
        line
        for path in sorted((shared / "samples" / "text" / "parallel").glob("*.txt"))
        for line in lines_of(path)[::EVERY]
        if not line.isascii()
    ]
    damaged = [damage(line, "iso8859_16", dropped) for line in lines]
    documents = [damaged] if together else [[line] for line in damaged]
    done = [text.text for document in documents for text in repair_document(document)]
    right = sum(map(str.__eq__, done, lines))
    assert right / len(lines) >= BAR


def test_clean_text_stays(shared: Path) -> None:
    paths = sorted((shared / "samples" / "text" / "parallel").glob("*.txt"))
    assert len(paths) == 7
    everything = []
    for path in paths:
        lines = lines_of(path)
        everything += lines
        assert [repair_document([line])[0].text for line in lines] == lines
        assert not any(map(leftover_damage, lines))
    assert [done.text for done in repair_document(everything)] == everything


@pytest.mark.parametrize("name", ["in-the-wild", "language-names", "synthetic", "negative"])
def test_no_case_is_worse_than_ftfy_alone(shared: Path, name: str) -> None:
    path = shared / "samples" / "text" / "mojibake_cases" / f"{name}.json"
    for case in json.loads(path.read_text(encoding="utf-8")):
        expected = case.get("fixed-encoding", case["fixed"])
        assert repair_document([case["original"]])[0].text == expected, case["label"]


@pytest.mark.slow
def test_clean_words_of_many_languages_stay() -> None:
    from wordfreq import available_languages, read_cBpack

    files = available_languages("small")
    for language in LANGUAGES:
        listed = (word for words in read_cBpack(files[language]) for word in words)
        words = list(islice((word for word in listed if not word.isascii()), 1500))
        for shaped in (words, [word.title() for word in words], [word.upper() for word in words]):
            changed = [word for word in shaped if repair_document([word])[0].text != word]
            assert not changed, language
            assert repair_document([" ".join(shaped)])[0].repairs == (), language
