"""Sorting more structs than should be in memory: sorted runs on the disk, merged."""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TypeVar

import msgspec

from pipeline.release import cannot_write

# Some 100 MB of issues; beyond it they go to the disk.
RUN_LENGTH = 100_000

Item = TypeVar("Item", bound=msgspec.Struct)
Key = Callable[[Item], tuple[str, ...]]


def sort_structs(
    items: Iterable[Item],
    kind: type[Item],
    key: Key[Item],
    folder: Path,
    run_length: int = RUN_LENGTH,
) -> Iterator[Item]:
    """Yield `items` (structs of `kind`) by `key`; items of equal keys keep their order.

    At most `run_length` are held at a time; the others wait in nameless files in `folder`. Raises
    `OutputError` where these cannot be written.
    """
    with ExitStack() as files:
        runs: list[Iterator[Item]] = []
        held: list[Item] = []
        for item in items:
            if len(held) == run_length:
                runs.append(_read(_spill(held, key, folder, files), kind))
                held = []
            held.append(item)
        held.sort(key=key)
        yield from heapq.merge(*runs, held, key=key)


def _spill(held: list[Item], key: Key[Item], folder: Path, files: ExitStack) -> IO[bytes]:
    encoder = msgspec.json.Encoder()
    held.sort(key=key)
    try:
        run = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # the stack closes it
        files.callback(run.close)
        for item in held:
            run.write(encoder.encode(item) + b"\n")
        run.seek(0)
    except OSError as error:
        raise cannot_write(folder, error) from error
    return run


def _read(run: IO[bytes], kind: type[Item]) -> Iterator[Item]:
    decoder = msgspec.json.Decoder(kind)
    for line in run:
        yield decoder.decode(line)
