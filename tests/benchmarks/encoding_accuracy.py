"""How well encoding damage is repaired: the table for the closing note.

Run as `python -m tests.benchmarks.encoding_accuracy [SAMPLES]`, from the project's folder; SAMPLES
is the folder with `text/parallel` and `text/mojibake_cases`, by default `../shared/samples`.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.clean.encoding import leftover_damage, repair_document
from pipeline.clean.frequencies import LANGUAGES

DEFAULT_SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
# As the WHATWG decoders read them: a byte that the encoding does not know is a C1 control.
ENCODINGS = {
    "iso-8859-16": ("iso8859_16",),
    "iso-8859-2": ("iso8859_2",),
    "windows-1250": ("cp1250",),
    "windows-1252": ("cp1252",),
    "double (1252 twice)": ("cp1252", "cp1252"),
}
DROPPED = {"kept": "", "no U+00AD": "\xad", "no U+00AD, U+00A0": "\xad\xa0"}


def damage(text: str, encodings: Sequence[str], dropped: str = "") -> str:
    """Return `text` with its UTF-8 read as each of `encodings` in turn, without `dropped`."""
    for encoding in encodings:
        text = "".join(
            bytes([byte]).decode(encoding, "ignore") or chr(byte) for byte in text.encode()
        )
    return text.translate(dict.fromkeys(map(ord, dropped)))


def repaired_alone(text: str) -> str:
    """Return `text` repaired as a document of its own: the hardest case."""
    return repair_document([text])[0].text


def parallel(samples: Path) -> dict[str, list[str]]:
    """Return the lines of each sample file, by the language in its name."""
    return {
        path.suffixes[0][1:]: path.read_text(encoding="utf-8").splitlines()
        for path in sorted((samples / "text" / "parallel").glob("*.txt"))
    }


def clean_words() -> Iterator[tuple[str, list[str]]]:
    """Yield each language and its words outside ASCII, as wordfreq lists them, in three cases."""
    from wordfreq import available_languages, read_cBpack

    files = available_languages("best")
    for language in LANGUAGES:
        listed = [
            word for words in read_cBpack(files[language]) for word in words if not word.isascii()
        ]
        yield language, [f(word) for word in listed for f in (str, str.title, str.upper)]


def show(*cells: object) -> None:
    """Print one row."""
    sys.stdout.write("  ".join(f"{cell!s:<20}" for cell in cells).rstrip() + "\n")


def measure_damage(samples: Path) -> None:
    """Print how many damaged lines come back exactly, each a document, and all as one."""
    lines = [line for text in parallel(samples).values() for line in text if not line.isascii()]
    show(
        "damage",
        "dropped",
        "exact, line alone",
        "exact, one document",
        "µs a line",
        "of",
        len(lines),
    )
    for name, encodings in ENCODINGS.items():
        for label, dropped in DROPPED.items():
            damaged = [damage(line, encodings, dropped) for line in lines]
            start = time.process_time()
            alone = sum(
                repaired_alone(bad) == line for bad, line in zip(damaged, lines, strict=True)
            )
            spent = (time.process_time() - start) / len(lines) * 1e6
            together = sum(
                done.text == line
                for done, line in zip(repair_document(damaged), lines, strict=True)
            )
            percent = (f"{100 * right / len(lines):.2f} %" for right in (alone, together))
            show(name, label, *percent, f"{spent:.0f}")


def measure_clean(samples: Path) -> None:
    """Print false repairs and false alarms on clean text, and what clean text costs."""
    show("clean text", "lines", "false repairs", "as one document", "false alarms", "µs a line")
    for language, lines in parallel(samples).items():
        start = time.process_time()
        wrong = sum(repaired_alone(line) != line for line in lines)
        spent = (time.process_time() - start) / len(lines) * 1e6
        together = sum(
            done.text != line for done, line in zip(repair_document(lines), lines, strict=True)
        )
        alarms = sum(bool(leftover_damage(line)) for line in lines)
        show(language, len(lines), wrong, together, alarms, f"{spent:.1f}")


def measure_words() -> None:
    """Print false repairs on the words of many languages, each alone and all as one document."""
    show("clean words", "words", "false repairs", "as one document", "false alarms", "e.g.")
    for language, words in clean_words():
        wrong = [word for word in words if repaired_alone(word) != word]
        text = " ".join(words)
        done = repair_document([text])[0]
        alarms = [word for word in words if leftover_damage(word)]
        show(
            language, len(words), len(wrong), len(done.repairs), len(alarms), *(wrong + alarms)[:4]
        )


def measure_cases(samples: Path) -> None:
    """Print the cases that are repaired exactly, beside ftfy alone."""
    from ftfy import fix_encoding

    show("cases", "of", "ours", "ftfy alone")
    for path in sorted((samples / "text" / "mojibake_cases").glob("*.json")):
        cases = json.loads(path.read_text(encoding="utf-8"))
        expected = [case.get("fixed-encoding", case["fixed"]) for case in cases]
        ours = [repaired_alone(case["original"]) for case in cases]
        theirs = [fix_encoding(case["original"]) for case in cases]
        show(
            path.stem,
            len(cases),
            sum(map(str.__eq__, ours, expected)),
            sum(map(str.__eq__, theirs, expected)),
        )
        for case, right, mine, other in zip(cases, expected, ours, theirs, strict=True):
            if mine != right and other == right:
                show("  worse than ftfy:", ascii(case["original"]), ascii(mine), ascii(right))


def main() -> None:
    """Print the whole table."""
    samples = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_SAMPLES
    measure_cases(samples)
    measure_clean(samples)
    measure_damage(samples)
    measure_words()


if __name__ == "__main__":
    main()
