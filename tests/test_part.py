"""What happens to records from one release to the next: kept, rejected, refused."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import pytest

from pipeline import harvest, part_files, release
from pipeline.errors import OutputError, RunRefused, SettingsError
from pipeline.last_run import read_last_run
from pipeline.manifest import read_manifest
from tests.crash_story import contents
from tests.small_catalogue import BASE, Entry, SmallCatalogue, entries, prose

pytestmark = pytest.mark.slow  # whole runs

EPOCH = 1_795_546_800
NOBODY = 65534
FORBID = """
<shape/no-spoons> a sh:NodeShape ; sh:targetClass schema:CreativeWork ;
    sh:message "No abstract may speak of spoons." ; sh:property <shape/no-spoons-in-abstract> .
<shape/no-spoons-in-abstract> a sh:PropertyShape ; sh:path dcterms:description ;
    sh:message "No abstract may speak of spoons." ; sh:not <shape/spoons> .
<shape/spoons> a sh:NodeShape ; sh:message "spoons" ; sh:pattern "spoons" .
"""


@pytest.fixture
def small(tmp_path: Path) -> SmallCatalogue:
    return SmallCatalogue(tmp_path / "small")


def forbid_spoons(small: SmallCatalogue) -> None:
    with (small.folder / "shapes" / "resource.ttl").open("a", encoding="utf-8") as file:
        file.write(FORBID)


def with_spoons(entry: Entry) -> Entry:
    return entry._replace(abstract=entry.abstract + " It came with spoons.")


def test_a_source_that_breaks_new_rules_keeps_what_it_had(small: SmallCatalogue) -> None:
    """The rules become stricter than what one of two sources had published."""
    small.write(entries(3))
    small.write([with_spoons(one) for one in entries(4, 20)], "second")
    small.run()
    before = small.ids()
    forbid_spoons(small)
    with (small.folder / "catalogue.toml").open("a", encoding="utf-8") as file:
        file.write("most_results = 2\n")
    outcome = small.run()
    assert (outcome.kind, outcome.exit_code, set(outcome.failed)) == ("partial", 3, {"second"})
    assert "2 or more values break the rules" in outcome.failed["second"]
    assert outcome.books["second"].kept == 4
    assert small.ids() == before
    only_other = small.run(sources=("other",))
    assert only_other.exit_code == 0
    small.write([with_spoons(one) for one in entries(3)])
    with pytest.raises(RunRefused, match="every source failed or was refused") as caught:
        small.run()
    assert caught.value.exit_code == 4
    assert small.ids() == before


def test_a_rejected_record_is_in_quarantine_and_its_last_version_stays(
    small: SmallCatalogue,
) -> None:
    first, *rest = entries(3)
    small.write([first, *rest])
    forbid_spoons(small)
    small.run()
    small.write(rest)
    small.run()
    assert small.records()[first.title].missing_since
    small.write([with_spoons(first), *rest])
    outcome = small.run()
    assert (outcome.books["other"].rejected, outcome.books["other"].kept) == (1, 1)
    stays = small.records()[first.title]
    assert stays.description[0].value == first.abstract
    assert (stays.missing, stays.missing_since) == (0, ""), "the source shows the entry again"
    (line,) = small.read("quarantine.jsonl").splitlines()
    assert "spoons" in line
    assert "No abstract may speak of spoons" in small.read("issues.csv")


def test_all_records_rejected_at_first_publishes_nothing(small: SmallCatalogue) -> None:
    small.write([with_spoons(one) for one in entries(2)])
    forbid_spoons(small)
    with pytest.raises(RunRefused, match="all 2 records were rejected"):
        small.run()
    assert not (small.output / "current").exists()
    assert list((small.output / "releases").iterdir()) == []
    folder = small.output / "last-run"
    assert (folder / "quarantine.jsonl").read_text("utf-8").count("spoons") >= 2
    assert "report.html" in {path.name for path in folder.iterdir()}
    last = read_last_run(small.output)
    assert last is not None
    assert (last.outcome, last.exit_code, last.release) == ("refused", 4, "")


def test_a_source_may_have_any_name(small: SmallCatalogue) -> None:
    for number, name in enumerate(("parts", "sources", "records", "x", "x-y")):
        small.write(entries(1, 10 * number), name)
    assert small.run().exit_code == 0
    assert {id_.rpartition("-")[0] for id_ in small.ids().values()} == {
        "parts", "sources", "records", "x", "x-y",
    }  # fmt: skip


def test_a_changed_source_setting_reaches_the_dataset(small: SmallCatalogue) -> None:
    small.write(entries(2), more='homepage = "https://old.example/"\n')
    small.run()
    toml = small.folder / "input" / "other.toml"
    toml.write_text(toml.read_text("utf-8").replace("old.example", "new.example"), "utf-8")
    assert small.run().kind == "published"
    assert "new.example" in small.read("dataset.ttl")


def test_a_rolled_back_link_is_not_taken_for_the_last_run(small: SmallCatalogue) -> None:
    small.write(entries(2))
    first = small.run()
    small.write(entries(3))
    second = small.run()
    link = small.output / "current"
    link.unlink()
    link.symlink_to(Path("releases") / first.release)
    third = small.run()
    assert third.kind == "published"
    assert third.release > second.release
    assert len(small.ids()) == 3


def test_a_clock_in_the_past_only_goes_forward(
    small: SmallCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamps = []
    for epoch, count in ((EPOCH, 1), (EPOCH - 90_000, 2), (0, 3), (EPOCH + 60, 4)):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(epoch))
        small.write(entries(count))
        small.run()
        manifest = read_manifest(small.current)
        stamps.append(manifest.datestamps[-1])
        assert manifest.switches[-1] >= manifest.datestamps[-1]
    assert stamps == [
        "2026-11-24T19:00:00Z", "2026-11-24T19:00:01Z", "2026-11-24T19:00:02Z",
        "2026-11-24T19:01:00Z",
    ]  # fmt: skip
    assert list(manifest.datestamps) == stamps
    assert set(stamps) <= {
        line.split('"')[1] for line in small.read("catalogue.nt").splitlines() if "modified" in line
    }


def test_a_clock_that_is_none_is_said(
    small: SmallCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.write(entries(1))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(OutputError, match="SOURCE_DATE_EPOCH is 'yesterday'"):
        small.run()


HOSTILE = (
    "Bold <script>alert(1)</script> ideas for the branch",
    "=HYPERLINK(\"https://evil.example\",\"open\") for members",
    "@SUM(1+1)*cmd|' /C calc'!A0 in the ledger",
    "Control \x07\x1b[31m characters of a bell",
    "Quotation \"marks\" and back\\slashes \\u0041 in a title",
    "A direction \u202eoverride\u202c and a joiner\u200d of words",
    "A plane beyond: 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 and 😀 in a title",
    "<https://evil.example/x> <y> <z> . in a title",
    "A very long title " + "of many words " * 18,
)  # fmt: skip


def test_hostile_titles_harm_nothing(small: SmallCatalogue) -> None:
    small.write([Entry(title, prose(n), "Publications") for n, title in enumerate(HOSTILE)])
    outcome = small.run()
    assert outcome.books["other"].extracted == len(HOSTILE)
    assert len(read_manifest(small.current).files) > 10
    assert release.verify(small.current) == []
    published = "".join(small.read(f"catalogue.{kind}") for kind in ("nt", "ttl", "jsonld", "rdf"))
    assert not set(published) & set(map(chr, range(9))), "control characters"
    assert "\x1b" not in published
    assert "<script" not in small.read("report.html").replace("<script>", "", 0)
    for table in ("issues.csv", "review.csv", "worklist.csv"):
        for line in small.read(table).splitlines():
            assert not any(cell.lstrip('"').startswith(("=", "@", "+")) for cell in line.split(","))
    import pyoxigraph

    for kind, form in (("nt", "N_TRIPLES"), ("ttl", "TURTLE"), ("rdf", "RDF_XML")):
        data = (small.current / f"catalogue.{kind}").read_bytes()
        triples = list(pyoxigraph.parse(data, getattr(pyoxigraph.RdfFormat, form)))
        assert not any("evil.example" in str(t.subject) + str(t.predicate) for t in triples)


def test_parts_and_batches_do_not_show(
    small: SmallCatalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(EPOCH))
    small.write([*entries(12), Entry("Unknown", prose(99), "Publications")])
    small.run()
    other = SmallCatalogue(tmp_path / "another")
    other.write([*entries(12), Entry("Unknown", prose(99), "Publications")])
    monkeypatch.setattr(part_files, "PART", 4)
    monkeypatch.setattr(harvest, "BATCH", 3)
    other.run()
    one, many = contents(small.output), contents(other.output)
    assert {name for name in many if name.startswith("records/")} == {
        f"records/part-{n:05}.jsonl.gz" for n in range(4)
    }
    for name in ("catalogue.nt", "catalogue.ttl", "catalogue.jsonld", "issues.csv", "review.csv",
                 "worklist.csv", "changes.jsonl", "graph", "provenance.nt.gz"):  # fmt: skip
        assert one[name] == many[name], name


def test_an_input_that_may_not_be_read_is_named() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may become another user")
    with tempfile.TemporaryDirectory() as name:
        small = SmallCatalogue(Path(name) / "small")
        small.write(entries(2))
        small.run()
        (small.folder / "input" / "other.txt").chmod(0o000)
        Path(name).chmod(0o755)
        for path in small.output.rglob("*"):
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
        os.chown(small.output, NOBODY, NOBODY)
        before = contents(small.output)
        os.seteuid(NOBODY)
        try:
            with pytest.raises(SettingsError, match=r"other\.txt: cannot be read"):
                small.run()
        finally:
            os.seteuid(0)
        assert contents(small.output) == before


def test_an_output_that_may_not_be_written_is_named() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may become another user")
    with tempfile.TemporaryDirectory() as name:
        small = SmallCatalogue(Path(name) / "small")
        small.write(entries(2))
        small.run()
        before = contents(small.output)
        small.write(entries(3))
        Path(name).chmod(0o755)
        os.seteuid(NOBODY)
        try:
            with pytest.raises(OutputError, match="cannot be written: Permission denied") as caught:
                small.run()
        finally:
            os.seteuid(0)
        assert caught.value.exit_code == 1
        assert contents(small.output) == before
        assert small.run().kind == "published"


def test_records_say_where_they_belong(small: SmallCatalogue) -> None:
    small.write(entries(1), more='collection = "https://example.org/shelf"\n')
    small.run()
    graph = json.loads(small.read("catalogue.jsonld"))["@graph"]
    assert BASE in json.dumps(graph)
    assert "https://example.org/shelf" in small.read("catalogue.nt")
