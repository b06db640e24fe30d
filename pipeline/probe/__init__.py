"""`cataloom source probe`: what kind of source a location is, its first records, a source file.

1  the first payload of the location is read            sample.py
2  its content says which kinds it may be               detect.py
3  each kind proposes its settings, the likeliest first propose_*.py, html_structure.py
4  the proposal's source is read as a run reads it      trial.py
5  the records say languages, key and type labels       trial.py, languages.py, keys.py
6  the source file is written, with comments            proposal.py, toml_text.py
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from pipeline.catalogue_folder import load_settings
from pipeline.errors import CataloomError, SourceError
from pipeline.extract.access import Access
from pipeline.extract.lines import folded
from pipeline.extract.payloads import shown
from pipeline.link.concepts import Labels, labels_of
from pipeline.model import Issue, SourceRecord
from pipeline.probe import propose_others as others
from pipeline.probe.detect import kinds_of
from pipeline.probe.explaining import nothing_found
from pipeline.probe.naming import check_name, find_name, names_in
from pipeline.probe.proposal import Proposal, Seen, source_file
from pipeline.probe.propose_html import propose_html
from pipeline.probe.propose_json import propose_json
from pipeline.probe.propose_sparql import propose_sparql
from pipeline.probe.propose_table import propose_table
from pipeline.probe.propose_text import propose_text
from pipeline.probe.sample import Copy, Sample, read_sample
from pipeline.probe.trial import Trial, drop_unfound, see, try_out
from pipeline.settings import CATALOGUE_FILE, Catalogue
from pipeline.vocabulary import TYPE_SCHEME, load_vocabulary

SHOWN_RECORDS = 10


class Probed(msgspec.Struct, frozen=True):
    """What a probe found.

    `name` is the proposed name of the source, `source_toml` its file; `records` are at most ten,
    `issues` what reading them gave, `notes` what the person should know. `copies` are the files
    that are to be copied into the input folder.
    """

    kind: str
    name: str
    source_toml: str
    records: tuple[SourceRecord, ...]
    issues: tuple[Issue, ...] = ()
    notes: tuple[str, ...] = ()
    copies: tuple[Copy, ...] = ()


def probe(location: str, catalogue: Catalogue, folder: Path, *, name: str = "") -> Probed:
    """Find out what kind of source `location` is, and propose a source file that runs as it is.

    `location` is a web address, a file, a folder or a glob; `folder` the catalogue folder; `name`
    the name that the source is to have. Nothing is written. Raises `SourceError` where nothing can
    be read or no listing is found, `SettingsError` where the catalogue or `name` is wrong.
    """
    inputs = folder / "input"
    taken = names_in(inputs)
    if name:
        check_name(name, taken)
    labels = labels_of(load_vocabulary(folder, catalogue.base), TYPE_SCHEME)
    with tempfile.TemporaryDirectory(prefix="cataloom-probe-") as temporary:
        work = Path(temporary)
        sample = read_sample(location, catalogue, inputs, work)
        proposal, trial = _best(sample, work, labels)
        drop_unfound(proposal, trial)
        seen = see(proposal, trial, labels)
        name = name or find_name(location if sample.is_live else sample.location, taken)
        text = source_file(proposal, seen, name)
        _check(text, name, folder, work)
    return Probed(
        kind=proposal.kind, name=name, source_toml=text,
        records=tuple(trial.records[:SHOWN_RECORDS]), issues=tuple(_told(trial)),
        notes=tuple(_notes(proposal, trial, seen, sample)), copies=sample.copies,
    )  # fmt: skip


def _best(sample: Sample, work: Path, labels: Labels) -> tuple[Proposal, Trial]:
    """Return the first proposal whose source gives records with titles."""
    known = frozenset(folded(label) for label in labels.written.values())
    proposers: dict[str, Callable[[], Proposal | None]] = {
        "html-listing": lambda: propose_html(sample, known),
        "text-listing": lambda: propose_text(sample, known),
        "table": lambda: propose_table(sample),
        "json": lambda: propose_json(sample),
        "feed": lambda: others.propose_feed(sample),
        "wordpress": lambda: others.propose_wordpress(sample),
        "sitemap": lambda: others.propose_sitemap(sample),
        "rdf": lambda: others.propose_rdf(sample),
        "marc": lambda: others.propose_marc(sample),
        "oai-pmh": lambda: others.propose_oai(sample, work),
        "sparql": lambda: propose_sparql(sample),
    }
    failures: list[tuple[str, CataloomError]] = []
    for kind in kinds_of(sample):
        try:
            proposal = proposers[kind]()
            if proposal is None:
                continue
            return proposal, _tried(proposal, sample, work)
        except CataloomError as error:
            failures.append((kind, error))
    raise nothing_found(sample, failures)


def _tried(proposal: Proposal, sample: Sample, work: Path) -> Trial:
    if proposal.kind != "oai-pmh" or not sample.is_live:
        return try_out(proposal, sample)
    # A harvest reads the whole list before it gives a record: one page of it is enough here.
    saved = Proposal(kind="oai-pmh", location=others.SAVED_ANSWER)
    return try_out(saved, sample, Access(work / "input", sample.access.payloads))


def _check(text: str, name: str, folder: Path, work: Path) -> None:
    """Read the source file as a run would, beside the catalogue's own settings."""
    place = work / "check"
    (place / "input").mkdir(parents=True)
    shutil.copyfile(folder / CATALOGUE_FILE, place / CATALOGUE_FILE)
    (place / "input" / f"{name}.toml").write_text(text, "utf-8")
    load_settings(place)


def _told(trial: Trial) -> list[Issue]:
    return [*trial.issues, *(issue for record in trial.records for issue in record.issues)]


def _notes(proposal: Proposal, trial: Trial, seen: Seen, sample: Sample) -> Sequence[str]:
    notes = list(proposal.notes)
    if sample.copies:
        names = [shown(copy.name) for copy in sample.copies[:2]]
        more = f" and {len(sample.copies) - 2} more" if len(sample.copies) > 2 else ""  # noqa: PLR2004
        notes.insert(0, f"Copy the listing to input/{' and input/'.join(names)}{more} first.")
    if trial.total is not None and trial.total > trial.count:
        notes.append(f"The source says that it has {trial.total:,} entries.")
    if seen.unknown_labels:
        notes.append(
            f"{len(seen.unknown_labels)} of {len(seen.labels)} type labels are not known to the "
            "resource types: see [labels]."
        )
    return notes


def as_table(probed: Probed) -> tuple[list[str], list[list[str]]]:
    """Return the records of a probe as columns (the fields' names) and rows of short texts."""
    fields = dict.fromkeys(name for record in probed.records for name in record.fields)
    order = ("title", "type", "date", "creator", "language", "page", "file", "description")
    columns = [name for name in order if name in fields]
    columns += [name for name in fields if name not in columns]
    rows = [
        [shown(" | ".join(record.fields.get(name, ())), 60) for name in columns]
        for record in probed.records
    ]
    return columns, rows


def write_source(probed: Probed, folder: Path) -> Path:
    """Write the source file, and copy the files it needs, into the input folder; return its path.

    Raises `SourceError` where something stands there already.
    """
    inputs = folder / "input"
    target = inputs / f"{probed.name}.toml"
    places = [target, *(inputs / copy.name for copy in probed.copies)]
    for place in places:
        if place.exists():
            raise SourceError(
                "stands there already", where=str(place), expected="nothing of that name",
                next_step="move it away, or give the source another name",
            )  # fmt: skip
    for copy in probed.copies:
        goal = inputs / copy.name
        goal.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(copy.file, goal)
    target.write_text(probed.source_toml, "utf-8")
    return target
