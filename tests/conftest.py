"""What tests share: the samples beside the project, and a catalogue that has been published."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# A machine may be slow, and a change must not fail for a case that another change brought: where CI
# runs, the same cases are tried each time; elsewhere new ones.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"
CATALOGUE_PARTS = ("catalogue.toml", "ontology", "shapes", "input")


@pytest.fixture(scope="session", autouse=True)
def state_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let runs keep what their output folder does not take in a folder of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of samples we did not write; skip where the checkout has none beside it."""
    if not SHARED.is_dir():
        pytest.skip("the samples are not part of the project: no ../shared beside this checkout")
    return SHARED


def copy_catalogue(folder: Path) -> Path:
    """Copy the project's own catalogue folder, without its output, to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in CATALOGUE_PARTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name)
        else:
            shutil.copy(source, folder / name)
    return folder


@pytest.fixture
def catalogue_folder(tmp_path: Path) -> Path:
    """Return a fresh copy of the project's catalogue folder, not yet published."""
    return copy_catalogue(tmp_path / "catalogue")


@pytest.fixture(scope="session")
def own_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the project's catalogue folder with a published release."""
    from pipeline.catalogue_folder import load_settings
    from pipeline.run import run_catalogue

    folder = copy_catalogue(tmp_path_factory.mktemp("own") / "catalogue")
    outcome = run_catalogue(load_settings(folder), jobs=1)
    assert outcome.exit_code == 0, outcome
    return folder
