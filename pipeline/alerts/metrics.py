"""How the last run ended, as a file for Prometheus' node exporter (textfile collector)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from pipeline.model import Books
from pipeline.runs import RunLine

BOOKS = ("extracted", "created", "updated", "unchanged", "rejected", "kept", "deleted")


def write_metrics(
    file: Path, line: RunLine, last_good: str, books: Mapping[str, Books], labels: Mapping[str, str]
) -> None:
    """Write the metrics all at once; raises `OSError`.

    `last_good` is the clock reading of the last good run (empty: none), `labels` go to every line.
    """
    spare = file.with_name(f".{file.name}.partial")
    spare.write_text("".join(f"{one}\n" for one in _lines(line, last_good, books, labels)), "utf-8")
    os.replace(spare, file)  # noqa: PTH105 - the atomic switch, as everywhere


def _lines(
    line: RunLine, last_good: str, books: Mapping[str, Books], labels: Mapping[str, str]
) -> Iterator[str]:
    def sample(name: str, value: float, **more: str) -> str:
        told = ",".join(f'{key}="{_escaped(text)}"' for key, text in {**labels, **more}.items())
        return f"cataloom_{name}{{{told}}} {value:.15g}"

    yield from _head("last_run_timestamp_seconds", "When the last run began.")
    yield sample("last_run_timestamp_seconds", _epoch(line.clock))
    yield from _head("last_success_timestamp_seconds", "When the last good run began; 0: never.")
    yield sample("last_success_timestamp_seconds", _epoch(last_good) if last_good else 0)
    yield from _head("last_run_exit_code", "The exit code of the last run.")
    yield sample("last_run_exit_code", line.exit_code)
    yield from _head("last_run_duration_seconds", "How long the last run took.")
    yield sample("last_run_duration_seconds", line.seconds)
    yield from _head("open_incidents", "Sources that need a person.")
    yield sample("open_incidents", len(line.open))
    yield from _head("records", "Published records.")
    yield sample("records", line.records)
    yield from _head("entries", "What became of each source's entries in the last release.")
    for source, account in sorted(books.items()):
        for kind in BOOKS:
            yield sample("entries", getattr(account, kind), source=source, kind=kind)


def _head(name: str, text: str) -> Iterator[str]:
    yield f"# HELP cataloom_{name} {text}"
    yield f"# TYPE cataloom_{name} gauge"


def _epoch(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
