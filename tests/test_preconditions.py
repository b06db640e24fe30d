"""What is refused before a run begins, by `run` and by `check` alike; and what `check` finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.catalogue_folder import load_settings
from pipeline.check import check_catalogue, refuse_findings
from pipeline.errors import SettingsError
from pipeline.manifest import MANIFEST
from pipeline.preconditions import refuse_moved_iris, select_sources
from tests.small_catalogue import BASE, SmallCatalogue, entries


@pytest.fixture
def small(tmp_path: Path) -> SmallCatalogue:
    small = SmallCatalogue(tmp_path / "small")
    small.write(entries(3))
    return small


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def check(small: SmallCatalogue) -> list[str]:
    return check_catalogue(load_settings(small.folder))


def test_sources_are_selected_once_and_in_order(small: SmallCatalogue) -> None:
    small.write(entries(1, 9), "second")
    settings = load_settings(small.folder)
    assert [one.name for one in select_sources(settings, ())] == ["other", "second"]
    assert [one.name for one in select_sources(settings, ["second", "second"])] == ["second"]
    with pytest.raises(SettingsError, match=r"--source secnd: .*did you mean 'second'") as caught:
        select_sources(settings, ["other", "secnd"])
    assert "one of other, second" in str(caught.value)


def test_a_changed_base_is_refused_by_run_and_check(small: SmallCatalogue) -> None:
    small.run()
    replace(small.folder / "catalogue.toml", BASE, "https://example.org/moved/")
    for refused in (small.run, lambda: check(small)):
        with pytest.raises(SettingsError, match="3 IRIs would break") as caught:
            refused()
        assert "catalogue.toml" in str(caught.value)
        assert caught.value.exit_code == 2


def test_a_changed_key_is_refused_with_the_number_of_its_records(small: SmallCatalogue) -> None:
    small.run()
    small.write([*entries(3), *entries(2, 20)])
    small.run()
    toml = small.folder / "input" / "other.toml"
    toml.write_text('key = ["title"]\n' + toml.read_text("utf-8"), "utf-8")
    for refused in (small.run, lambda: check(small)):
        with pytest.raises(SettingsError, match="5 IRIs would break") as caught:
            refused()
        assert "other.toml" in str(caught.value)


def test_the_key_of_a_source_without_records_is_free(small: SmallCatalogue) -> None:
    small.write(entries(1, 9), "second")
    small.run(sources=("other",))
    toml = small.folder / "input" / "second.toml"
    toml.write_text('key = ["title"]\n' + toml.read_text("utf-8"), "utf-8")
    assert small.run().books["second"].created == 1


def test_nothing_is_refused_before_the_first_release(small: SmallCatalogue) -> None:
    refuse_moved_iris(load_settings(small.folder), None)


def test_a_new_folder_is_in_order(small: SmallCatalogue) -> None:
    assert check(small) == []
    assert not (small.output / "current").exists()


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("ontology/context.jsonld", '"@context"', '"@context', "context.jsonld"),
        ("ontology/resource-types.ttl", " a skos:Concept ", " a skos:Concpt ", "resource-types"),
        ("shapes/resource.ttl", "sh:minCount", "sh:minCout", "minCout"),
        ("input/other.toml", 'location = "other', 'location = "../other', "location"),
        ("input/other.toml", "[text]", '[labels]\n"X" = "no-such-type"\n[text]', "no-such-type"),
        ("input/decisions.csv", "", "", "decisions.csv"),
    ],
)
def test_each_mistake_is_found_without_a_run(
    small: SmallCatalogue, file: str, old: str, new: str, expected: str
) -> None:
    if file.endswith(".csv"):
        small.decide(["other-aaaaaaaaaa,subject,subject/x,perhaps"])
    else:
        replace(small.folder / file, old, new)
    found = "\n".join(check(small))
    assert expected in found, found
    assert not small.output.exists()


def test_a_run_is_stopped_by_violations_and_not_by_warnings(
    small: SmallCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline import check as module
    from pipeline.validate import Finding

    def finding(severity: str) -> Finding:
        fields = dict.fromkeys(Finding.__struct_fields__, "said")
        return Finding(**{**fields, "severity": severity})  # type: ignore[arg-type]

    settings = load_settings(small.folder)
    monkeypatch.setattr(module, "_lint", lambda _: [finding("warning")])
    refuse_findings(settings)
    assert len(check_catalogue(settings)) == 1
    monkeypatch.setattr(module, "_lint", lambda _: [finding("warning"), finding("violation")])
    with pytest.raises(SettingsError, match="said"):
        refuse_findings(settings)


def test_a_release_that_is_too_new_is_refused(small: SmallCatalogue) -> None:
    small.run()
    manifest = small.current / MANIFEST
    replace(manifest, '"format": 1', '"format": 99')
    with pytest.raises(Exception, match="format 99") as caught:
        small.run()
    assert getattr(caught.value, "exit_code", 0) == 7
