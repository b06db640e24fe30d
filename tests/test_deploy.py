"""The files under docs/deploy: what they call exists, and their steps do what they say."""

from __future__ import annotations

import functools
import http.server
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
import typer

from pipeline import aside, remembered, runs
from pipeline.__main__ import app
from pipeline.link_check import memory
from pipeline.schedule import own_command
from tests.small_catalogue import SmallCatalogue, entries

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "docs" / "deploy"
TEXT = {file.name: file.read_text("utf-8") for file in sorted(DEPLOY.iterdir())}
WORKFLOW = TEXT["github-actions.yml"]
CONTAINER = TEXT["Containerfile"]
KUBERNETES = TEXT["kubernetes-cronjob.yaml"]
BASH = shutil.which("bash")
CURL = shutil.which("curl")
PREVIOUS = "${{ !inputs.first && '--require-previous' || '' }}"
NOT_KEPT = {
    "current",
    "releases",
    "last-run",
    ".lock",
}  # a run needs none of them from the last


class Step(NamedTuple):
    """One step of the workflow."""

    name: str
    condition: str
    uses: str
    run: str
    values: dict[str, str]  # of `with:` and `env:`


def value(text: str, key: str, indent: int) -> str:
    """Return the value of a key at this indentation, a block of lines too; '' without the key."""
    found = re.search(rf"^ {{{indent}}}{key}: ?(.*)\n((?: {{{indent + 1},}}.*\n|\n)*)", text, re.M)
    if found is None:
        return ""
    if found[1] != "|":
        return json.loads(found[1]) if found[1].startswith('"') else found[1]
    return "".join(f"{line.strip()}\n" for line in found[2].splitlines())


def steps() -> list[Step]:
    """Return the steps of the workflow, read as far as these tests need."""
    body = WORKFLOW[WORKFLOW.index("    steps:\n") :].split("\n      - ")[1:]
    found = []
    for one in body:
        text = f"        {one}\n"
        keys = re.findall(r"^ {10}([A-Za-z-]+):", text, re.M)
        values = {key: value(text, key, 10) for key in keys}
        parts = {key: value(text, key, 8) for key in ("name", "if", "uses", "run")}
        found.append(
            Step(
                parts["name"] or parts["uses"],
                parts["if"].removeprefix("${{ ").removesuffix(" }}"),
                parts["uses"].partition("@")[0],
                parts["run"],
                values,
            )
        )
    return found


def calls() -> Iterator[list[str]]:
    """Yield the arguments of every call of cataloom in the files."""
    lists = re.findall(r"^(?:CMD| +args:) (\[.*\])$", CONTAINER + KUBERNETES, re.M)
    assert len(lists) == 2, "one of the image, one of Kubernetes"
    yield from (json.loads(one) for one in lists)
    for line in re.findall(r"^(?:ExecStart=|[\d* ]+  )(.*cataloom .*)$",
                           TEXT["cataloom.service"] + TEXT["cron"], re.M):  # fmt: skip
        yield shlex.split(line)[1:]
    for step in steps():
        for line in re.findall(r"^ *cataloom (.*?)(?: \|\| (?:true|code=\$\?))?$", step.run, re.M):
            yield shlex.split(line.replace(PREVIOUS, "--require-previous"))
    for line in re.findall(r"^#.* cataloom (-C .*?)\.", CONTAINER, re.M):
        yield shlex.split(line)


def test_the_commands_in_the_files_exist_with_these_options() -> None:
    seen = set()
    for arguments in calls():
        command = typer.main.get_command(app)
        assert isinstance(command, typer.core.TyperGroup)
        with command.make_context("cataloom", list(arguments)) as context:
            rest = [*context._protected_args, *context.args]
            name, found, rest = command.resolve_command(context, rest)
            assert found is not None
            found.make_context(name, rest, parent=context)  # raises what the command line would
            seen.add(name)
    assert seen == {"run", "status", "restore", "accept"}


def test_the_image_has_all_that_the_package_is_built_from(tmp_path: Path) -> None:
    """Build the wheel from what the Containerfile copies, and nothing else."""
    first = CONTAINER.partition("\nFROM ")[2].partition("\nFROM ")[0]
    for line in re.findall(r"^COPY (?!--)(.*)$", first, re.M):
        *sources, target = line.split()
        for source in sources:
            place = tmp_path / "src" / (target if target != "./" else source)
            place.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, place)
            else:
                shutil.copy(ROOT / source, place)
    assert (tmp_path / "src" / "requirements.lock").is_file()
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=tmp_path / "src", check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, inside in (("pipeline", "pipeline"), ("ontology", "pipeline/default/ontology"),
                           ("shapes", "pipeline/default/shapes")):  # fmt: skip
        files = [
            file.relative_to(ROOT / folder).as_posix()
            for file in (ROOT / folder).rglob("*")
            if file.is_file() and file.suffix in {".py", ".ttl", ".jsonld"}
        ]
        assert files
        assert {f"{inside}/{file}" for file in files} <= names
    assert "cataloom.py" in names


def test_the_image_runs_as_a_user_and_hears_that_it_shall_stop() -> None:
    last = CONTAINER.rpartition("\nFROM ")[2]
    (user,) = re.findall(r"^USER (\d+)$", last, re.M)
    assert f"useradd --uid {user} " in last
    assert f"chown -R {user}:{user} " in CONTAINER
    assert "\nSTOPSIGNAL SIGINT\n" in last, (
        "a first process hears no SIGTERM that it has no handler for"
    )
    for key in ("runAsUser", "runAsGroup", "fsGroup"):
        assert value(KUBERNETES, key, 12) == user


def test_kubernetes_runs_one_at_a_time_and_may_write_the_volumes_only() -> None:
    assert value(KUBERNETES, "concurrencyPolicy", 2) == "Forbid"
    assert value(KUBERNETES, "backoffLimit", 6) == "0"
    assert value(KUBERNETES, "restartPolicy", 10) == "Never"
    assert value(KUBERNETES, "runAsNonRoot", 12) == "true"
    assert value(KUBERNETES, "readOnlyRootFilesystem", 16) == "true"
    assert value(KUBERNETES, "allowPrivilegeEscalation", 16) == "false"
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert value(KUBERNETES, "image", 14).endswith(f"/cataloom:{version}")
    mounts = dict(re.findall(r"- \{name: (\w+), mountPath: (\S+)\}", KUBERNETES))
    assert mounts == {"catalogue": "/catalogue", "tmp": "/tmp"}  # noqa: S108
    assert re.findall(r"^ {12}- name: (\w+)$", KUBERNETES, re.M)[-2:] == list(mounts)


def kept_paths() -> set[str]:
    keeping = [step.values["path"] for step in steps() if step.uses.startswith("actions/cache/")]
    assert len(keeping) == 2, "taken up before the run, kept after it"
    assert keeping[0] == keeping[1], "GitHub finds what is kept by these paths too"
    return set(keeping[0].split())


def test_the_workflow_keeps_what_runs_remember() -> None:
    names = {memory.FILE, runs.FILE, aside.HELD, remembered.FOLDER, aside.HARVESTS, "payloads"}
    assert kept_paths() == {f"output/{name}" for name in names}


class Site:
    """A runner's view: what is published and what is cached outlives a job, a checkout does not."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder
        self.address = address
        self.published = folder / "published"
        self.cache = folder / "cache"
        self.published.mkdir()
        self.jobs = 0

    def job(self, checkout: Path, *, first: bool = False) -> list[str]:
        """Run the job's steps in a fresh copy of `checkout`; return the steps that failed."""
        self.jobs += 1
        work = self.folder / f"job-{self.jobs}"
        shutil.copytree(checkout, work, ignore=shutil.ignore_patterns("output"))
        wrong: list[str] = []
        code = ""
        for step in steps():
            always = step.condition.startswith("always() && ")
            applies = {
                "": True,
                "inputs.first": first,
                "!inputs.first": not first,
                "steps.run.outputs.code": code != "",
                "steps.run.outputs.code && steps.run.outputs.code != '0'": code not in {"", "0"},
                "steps.run.outputs.code == '3'": code == "3",
            }[step.condition.removeprefix("always() && ")]
            if not applies or (wrong and not always):
                continue
            if step.uses:
                self._play(step, work)
            elif "make setup" not in step.run:
                ended, output = self._shell(step, work, first=first)
                code = output.get("code", code)
                if ended:
                    wrong.append(step.name)
        return wrong

    def _shell(self, step: Step, work: Path, *, first: bool) -> tuple[int, dict[str, str]]:
        output = self.folder / "output-of-the-step"
        output.write_text("")
        previous = "" if first else "--require-previous"
        text = step.run.replace(PREVIOUS, previous)
        assert "${{" not in text
        done = subprocess.run(
            [BASH or "bash", "-e", "-c", text], cwd=work, check=False, capture_output=True,
            env={
                "PATH": f"{Path(own_command()).parent}:{os.environ['PATH']}",
                "HOME": str(self.folder),
                "SITE": self.address,
                "GITHUB_OUTPUT": str(output),
                "ACCEPT": "",
            },
        )  # fmt: skip
        lines = output.read_text().splitlines()
        return done.returncode, dict(line.split("=", 1) for line in lines)

    def _play(self, step: Step, work: Path) -> None:
        """Do what the action does."""
        if step.uses == "actions/cache/restore" and self.cache.is_dir():
            shutil.copytree(self.cache, work, dirs_exist_ok=True)
        if step.uses == "actions/cache/save":
            shutil.rmtree(self.cache, ignore_errors=True)
            for path in step.values["path"].split():
                place = self.cache / path
                place.parent.mkdir(parents=True, exist_ok=True)
                if (work / path).is_dir():
                    shutil.copytree(work / path, place)
                elif (work / path).is_file():
                    shutil.copy(work / path, place)
        if step.uses == "actions/deploy-pages":
            shutil.rmtree(self.published)
            shutil.copytree(work / "site", self.published)

    def manifest(self) -> dict[str, object]:
        """Return the manifest that is published."""
        data = (self.published / "manifest.json").read_bytes()
        return msgspec.json.decode(data, type=dict[str, object])


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    handler = functools.partial(Quiet, directory=str(tmp_path / "published"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield Site(tmp_path, f"http://127.0.0.1:{server.server_port}")
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.slow
@pytest.mark.skipif(not (BASH and CURL), reason="a runner of GitHub has bash and curl")
def test_the_steps_of_the_workflow_carry_the_state_from_run_to_run(
    site: Site, tmp_path: Path
) -> None:
    small = SmallCatalogue(tmp_path / "small")
    small.write(entries(4))
    restore, run = "Take up the published state", "Run"
    assert f"cataloom run {PREVIOUS} " in next(step.run for step in steps() if step.name == run)
    assert site.job(small.folder) == [restore], "nothing is published: a run would begin anew"
    assert site.job(small.folder, first=True) == []
    begun = site.manifest()
    assert (begun["number"], begun["records"]) == (1, 4)
    left = {file.name for file in (tmp_path / "job-2" / "output").iterdir()}
    assert {f"output/{name}" for name in left - NOT_KEPT} <= kept_paths(), "new: keep it too?"

    assert site.job(small.folder) == []
    assert site.manifest() == begun
    assert site.job(small.folder, first=True) == ["See that nothing is published yet"]

    small.write(entries(5))
    small.write(entries(2, 50), name="lost")
    (small.folder / "input" / "lost.txt").unlink()
    assert site.job(small.folder) == ["Fail where some source failed"]
    after = site.manifest()
    assert (after["number"], after["records"]) == (2, 5), "what the others gave is published"

    (small.folder / "input" / "lost.toml").unlink()
    small.write(entries(1))
    assert site.job(small.folder) == [run], "refused: the job fails"
    assert site.manifest() == after
    lines = (site.cache / "output" / runs.FILE).read_text("utf-8").splitlines()
    codes = [msgspec.json.decode(line, type=dict[str, object])["exit_code"] for line in lines]
    assert codes == [0, 0, 3, 4], "kept after a refused run too: people are told once"
