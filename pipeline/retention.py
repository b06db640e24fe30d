"""Which releases are kept, and which payloads they still refer to; all else goes."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Collection
from pathlib import Path

from pipeline.release import Manifest, current, read_manifest, releases
from pipeline.settings import RetentionSettings

DIGEST = re.compile(r"[0-9a-f]{64}")
JOURNALS = "harvests"
ASIDE = ".pruned-"


def prune(output: Path, retention: RetentionSettings) -> list[str]:
    """Remove releases that are not to be kept, and payloads that nothing kept refers to.

    Returns the ids of the releases that went. To be called with the lock held, after a switch: the
    current release is always kept.
    """
    kept = {manifest.id: manifest for manifest in map(read_manifest, releases(output))}
    wanted = to_keep(list(kept.values()), current(output).name, retention)
    gone = [identifier for identifier in kept if identifier not in wanted]
    for identifier in gone:
        folder = output / "releases" / identifier
        aside = folder.with_name(f"{ASIDE}{identifier}")  # no reader finds half a release
        folder.rename(aside)
        shutil.rmtree(aside)
    if retention.payloads:
        _collect(output, [kept[identifier] for identifier in wanted])
    return gone


def to_keep(
    manifests: Collection[Manifest], current_id: str, retention: RetentionSettings
) -> set[str]:
    """Return the ids of the releases to keep: the last ones, the last of each month, the current.

    `manifests` stand in the order of their numbers.
    """
    ids = [manifest.id for manifest in manifests]
    last_of_month = {manifest.switches[-1][:7]: manifest.id for manifest in manifests}
    months = sorted(last_of_month)[-retention.keep_monthly :] if retention.keep_monthly else []
    return {current_id, *ids[-retention.keep_last :], *(last_of_month[month] for month in months)}


def _collect(output: Path, kept: Collection[Manifest]) -> None:
    """Remove the payloads that neither a kept release nor a source's last harvest refers to."""
    store = output / "payloads"
    if not store.is_dir() or any(one.payloads is None for one in kept):
        return  # a release of an older Cataloom does not say what it refers to
    wanted = {digest for one in kept for digest in one.payloads or ()}
    for journal in (output / JOURNALS).glob("*.jsonl"):
        wanted.update(DIGEST.findall(journal.read_text("utf-8", "replace")))
    with os.scandir(store) as files:
        for file in files:
            if DIGEST.fullmatch(file.name) and file.name not in wanted:
                Path(file.path).unlink()
