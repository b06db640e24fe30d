"""Clients by name, two releases for them to read, and triples compared whoever read them."""

from __future__ import annotations

import html
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent
INSTALL = "tests/clients/install brings it"
LONGEST_WAIT = 120.0  # seconds; a client that hangs is a failure, not a wait

# What a listing may hold to break a page, a syntax or a parser.
MARKUP = '<script>document.title="ran"</script>'
IMAGE = '"><img src=x onerror=alert(1)>'
AWKWARD = (
    "Back\\slash \"quoted\" 'single' ]]> <!-- & &amp; {@x} 50% $1 \u05e9\u05dc\u05d5\u05dd \u200f"
    "\u0645\u0631\u062d\u0628\u0627 小額信貸 𝔘𝔫𝔦 🌱 e\u0301"
)
UNKNOWN_TYPE = "<svg onload=alert(2)>"

Run = Callable[..., bytes]
Triples = frozenset[str]


@pytest.fixture(scope="session")
def run() -> Run:
    """Return a function that runs a client, skips where it is missing, and gives its output."""
    return _run


def _run(*command: str | Path, text: str = "") -> bytes:
    if shutil.which(str(command[0])) is None:
        pytest.skip(f"{command[0]} is not installed: {INSTALL}")
    done = subprocess.run(
        [str(part) for part in command],
        input=text.encode(),
        capture_output=True,
        timeout=LONGEST_WAIT,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-4000:]
    return done.stdout


@pytest.fixture(scope="session")
def run_node() -> Run:
    """Return a function that runs one of our scripts with the clients that npm brings."""

    def run_script(script: str, *arguments: str | Path, package: str) -> bytes:
        if not (HERE / "node_modules" / package).is_dir():
            pytest.skip(f"{package} is not installed: {INSTALL}")
        return _run("node", HERE / script, *arguments)

    return run_script


@pytest.fixture(scope="session")
def release(own_release: Path) -> Path:
    """Return the folder of the release of our own 33 records."""
    return own_release / "output" / "current"


@pytest.fixture(scope="session")
def hostile_release(own_release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the release that follows when the listing's titles turn hostile."""
    from pipeline.catalogue_folder import load_settings
    from pipeline.run import run_catalogue

    folder = tmp_path_factory.mktemp("hostile") / "catalogue"
    shutil.copytree(own_release, folder, symlinks=True)
    _turn(
        folder / "input" / "sepm-resources" / "page-3.html",
        [("h3", f"{MARKUP} in a title"), ("h3", f"Image {IMAGE}"), ("h3", AWKWARD)],
    )
    _turn(folder / "input" / "sepm-resources" / "page-4.html", [('p class="type"', UNKNOWN_TYPE)])
    settings = folder / "catalogue.toml"
    settings.write_text(
        settings.read_text("utf-8").replace('en = "Resources', f"en = '''{MARKUP}{IMAGE}''' #", 1),
        encoding="utf-8",
    )
    outcome = run_catalogue(load_settings(folder), jobs=1)
    assert outcome.kind == "published", outcome
    return folder / "output" / "current"


def _turn(page: Path, values: list[tuple[str, str]]) -> None:
    """Put `values`, as text, into the first elements of these names, one after the other."""
    text = page.read_text("utf-8")
    at = 0
    for element, value in values:
        start = text.index(f"<{element}>", at) + len(element) + 2
        end = text.index("</", start)
        text = text[:start] + html.escape(value) + text[end:]
        at = start
    page.write_text(text, encoding="utf-8")


@pytest.fixture(scope="session", params=["own", "hostile"])
def either(request: pytest.FixtureRequest, release: Path) -> Path:
    """Return one release after the other: our own, and the hostile one that follows it."""
    if request.param == "own":
        return release
    hostile: Path = request.getfixturevalue("hostile_release")
    return hostile


def triples(ntriples: bytes | Path) -> Triples:
    """Return the triples of N-Triples text (or file), in one spelling, tags in lower case."""
    import pyoxigraph

    text = ntriples.read_bytes() if isinstance(ntriples, Path) else ntriples
    return frozenset(
        _spell(quad.triple)
        for quad in pyoxigraph.parse(input=text, format=pyoxigraph.RdfFormat.N_TRIPLES)
    )


def triples_of_turtle(file: Path) -> Triples:
    """Return the triples of a Turtle file as `triples` does."""
    import pyoxigraph

    parsed = pyoxigraph.parse(path=str(file), format=pyoxigraph.RdfFormat.TURTLE)
    return frozenset(_spell(quad.triple) for quad in parsed)


def _spell(triple: object) -> str:
    import pyoxigraph

    assert isinstance(triple, pyoxigraph.Triple)
    value = triple.object
    if isinstance(value, pyoxigraph.Literal) and value.language:
        value = pyoxigraph.Literal(value.value, language=value.language.lower())
    return f"{triple.subject} {triple.predicate} {value}"


@pytest.fixture(scope="session")
def read_ntriples() -> Callable[[bytes | Path], Triples]:
    """Return the function that reads N-Triples for comparison."""
    return triples


@pytest.fixture(scope="session")
def read_turtle() -> Callable[[Path], Triples]:
    """Return the function that reads Turtle for comparison."""
    return triples_of_turtle
