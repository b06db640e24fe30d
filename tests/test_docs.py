"""The documentation cannot rot: every command, setting, kind, exit code and link is checked."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from pipeline import errors, kinds, settings
from pipeline.__main__ import INTERRUPTED, PROBLEMS_FOUND, app
from pipeline.extract import SOURCES

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", ROOT / "output" / "README.md", *ROOT.glob("docs/**/*.md")])
TEXT = {page: page.read_text("utf-8") for page in PAGES}
ALL = "\n".join(TEXT.values())
COMMAND = re.compile(r"^    (?:.*/)?cataloom (?:-C \S+ )?([a-z]+)", re.MULTILINE)
NO_COMMANDS = {"is", "that", "and", "terms", "has", "cannot", "needs"}  # words of a sentence
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")


def commands() -> list[str]:
    own = (
        str(one.name or one.callback.__name__) for one in app.registered_commands if one.callback
    )
    groups = (str(one.name) for one in app.registered_groups)
    return sorted((*own, *groups))


@pytest.mark.parametrize("command", commands())
def test_every_command_is_documented(command: str) -> None:
    assert f"cataloom {command}" in ALL or re.search(rf"cataloom -C \S+ {command}", ALL)


def test_every_command_of_a_group_is_documented() -> None:
    for group in app.registered_groups:
        assert group.typer_instance is not None
        for one in group.typer_instance.registered_commands:
            assert one.callback is not None
            assert f"cataloom {group.name} {one.name or one.callback.__name__}" in ALL


def test_every_documented_command_exists() -> None:
    assert set(COMMAND.findall(ALL)) <= set(commands())


def test_messages_name_only_commands_that_exist() -> None:
    sources = [*ROOT.glob("pipeline/**/*.py"), *ROOT.glob("shapes/*.ttl"), ROOT / "Makefile"]
    named = {
        command
        for file in sources
        for command in re.findall(r"\bcataloom (?:-C \S+ )?([a-z]+)\b", file.read_text("utf-8"))
    }
    assert named - set(commands()) - NO_COMMANDS == set()


def keys(struct: type[msgspec.Struct]) -> list[str]:
    return [name for name in struct.__struct_encode_fields__ if name not in {"file", "folder"}]


@pytest.mark.parametrize(
    ("page", "struct"),
    [
        ("settings.md", settings.Catalogue),
        ("settings.md", settings.Publisher),
        ("settings.md", settings.ValidateSettings),
        ("settings.md", settings.LanguageSettings),
        ("settings.md", settings.QuerySettings),
        ("sources.md", settings.Source),
        ("settings.md", settings.FetchSettings),
        ("settings.md", settings.DeletionSettings),
        ("fetching.md", settings.FetchSettings),
        ("fetching.md", settings.Credentials),
        ("settings.md", settings.Gates),
        ("settings.md", settings.AlertSettings),
        ("settings.md", settings.RetentionSettings),
        ("settings.md", settings.LinkSettings),
        ("link-check.md", settings.LinkSettings),
        ("sources/html-listing.md", settings.Paging),
        ("sources/html-listing.md", kinds.HtmlSettings),
        ("sources/html-listing.md", kinds.DetailSettings),
        ("sources/html-listing.md", kinds.Field),
        ("sources/text-listing.md", kinds.TextSettings),
        ("sources/oai-pmh.md", kinds.OaiSettings),
        ("sources/feed.md", kinds.FeedSettings),
        ("sources/wordpress.md", kinds.WordpressSettings),
        ("sources/table.md", kinds.TableSettings),
        ("sources/json.md", kinds.JsonSettings),
        ("sources/sitemap.md", kinds.SitemapSettings),
        ("sources/rdf.md", kinds.RdfSettings),
        ("sources/marc.md", kinds.MarcSettings),
        ("sources.md", settings.Rights),
    ],
)
def test_every_setting_is_documented(page: str, struct: type[msgspec.Struct]) -> None:
    text = TEXT[ROOT / "docs" / page]
    missing = [key for key in keys(struct) if f"`{key}`" not in text and f"[{key}]" not in text]
    assert not missing


def test_documented_defaults_are_the_defaults() -> None:
    text = TEXT[ROOT / "docs" / "settings.md"]
    for struct in (
        settings.ValidateSettings,
        settings.LanguageSettings,
        settings.QuerySettings,
        settings.FetchSettings,
        settings.DeletionSettings,
        settings.Gates,
        settings.RetentionSettings,
        settings.LinkSettings,
    ):
        made: Any = struct()
        for key in keys(struct):
            assert f"| `{key}` | {getattr(made, key)} |" in text


@pytest.mark.parametrize("kind", sorted(SOURCES))
def test_every_kind_of_source_is_documented(kind: str) -> None:
    assert f"`{kind}`" in TEXT[ROOT / "docs" / "sources.md"]
    page = TEXT[ROOT / "docs" / "sources" / f"{kind}.md"]
    assert f'kind = "{kind}"' in page
    assert kind in kinds.KINDS
    assert f"[{kinds.KINDS[kind].table}]" in page


def test_every_exit_code_is_documented() -> None:
    text = TEXT[ROOT / "docs" / "operations.md"]
    classes = [one for _, one in inspect.getmembers(errors, inspect.isclass)
               if issubclass(one, errors.CataloomError)]  # fmt: skip
    codes = {one.exit_code for one in classes} | {0, INTERRUPTED, PROBLEMS_FOUND}
    for code in sorted(codes):
        assert f"| {code} |" in text


def test_every_query_format_is_documented() -> None:
    from pipeline.query import FORMATS

    for name in FORMATS:
        assert f"`{name}`" in TEXT[ROOT / "docs" / "querying.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    broken = [link for link in LINK.findall(TEXT[page]) if not (page.parent / link).exists()]
    assert not broken


def test_every_decision_is_listed() -> None:
    index = TEXT[ROOT / "docs" / "decisions" / "README.md"]
    for page in ROOT.glob("docs/decisions/[0-9]*.md"):
        assert f"({page.name})" in index


def test_every_dependency_is_explained() -> None:
    text = TEXT[ROOT / "docs" / "dependencies.md"].lower()
    declared = re.findall(r'^    "([A-Za-z0-9-]+)[>=]', (ROOT / "pyproject.toml").read_text(), re.M)
    assert declared
    assert [name for name in declared if name.lower() not in text] == []


def test_locks_name_no_host() -> None:
    locks = sorted(ROOT.glob("requirements*.lock"))
    assert locks
    for lock in locks:
        text = lock.read_text("utf-8")
        assert "--hash=sha256:" in text
        assert not re.search(r"https?://|file:|index-url|find-links", text)


def test_stages_named_in_the_model_are_in_the_architecture() -> None:
    from pipeline.model import Stage

    for stage in get_args(Stage):
        assert f"**{stage}**" in TEXT[ROOT / "docs" / "architecture.md"]


def test_the_makefiles_targets_are_those_that_the_readme_names() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"^    make ([a-z-]+)", TEXT[ROOT / "README.md"], re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
