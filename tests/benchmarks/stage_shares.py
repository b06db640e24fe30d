"""Where a run spends its CPU: `python stage_shares.py CATALOGUE-FOLDER`, in one process.

The models are loaded before the clock starts. Functions are timed where the run calls them.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pipeline import assemble, batch, harvest, part, run, telling
from pipeline.catalogue_folder import load_settings

SPENT: Counter[str] = Counter()


def timed(stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return `function`, whose CPU time counts for `stage`; what it yields is timed too."""

    def call(*arguments: Any, **named: Any) -> Any:
        start = time.process_time()
        result = function(*arguments, **named)
        SPENT[stage] += time.process_time() - start  # type: ignore[assignment]
        return _each(stage, result) if isinstance(result, Iterator) else result

    return call


def _each(stage: str, items: Iterator[Any]) -> Iterator[Any]:
    while True:
        start = time.process_time()
        try:
            item = next(items)
        except StopIteration:
            return
        finally:
            SPENT[stage] += time.process_time() - start  # type: ignore[assignment]
        yield item


def main(folder: Path) -> None:
    """Run twice, the first time to load the models, and print the shares of the second."""
    settings = load_settings(folder)
    shutil.rmtree(settings.output, ignore_errors=True)
    run.run_catalogue(settings, jobs=1)
    shutil.rmtree(settings.output)
    for module, names in {
        harvest: {"pages": "extract"},
        batch: {"clean_payload": "clean"},
        part: {"link": "link", "find_results": "validate", "_write_dumps": "map", "_digest": "map",
               "_ntriples": "map"},
        telling: {"compare_engines": "validate (pyshacl)"},
        assemble: {"write_dumps": "publish (dumps)", "write_graph": "publish (graph)",
                   "write_provenance": "publish (provenance)"},
    }.items():  # fmt: skip
        for name, stage in names.items():
            setattr(module, name, timed(stage, getattr(module, name)))
    start = time.process_time()
    run.run_catalogue(settings, jobs=1)
    whole = time.process_time() - start
    SPENT["everything else"] = whole - sum(SPENT.values())  # type: ignore[assignment]
    for stage, seconds in SPENT.most_common():
        sys.stdout.write(f"      {stage:<24}{seconds / whole:>6.1%}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
