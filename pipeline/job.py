"""What the parts of a run have in common: the job, its tools, and what a part gives and takes."""

from __future__ import annotations

import functools
from pathlib import Path

import msgspec

from pipeline.link.decisions import Decisions, load_decisions
from pipeline.manifest import Manifest, Traits
from pipeline.map import Mapping, Scope, compile_mapping
from pipeline.model import Books, WorklistLine
from pipeline.publish.figures import Figures
from pipeline.settings import Settings, Source
from pipeline.validate import Checker, compile_shapes
from pipeline.vocabulary import Vocabulary, load_vocabulary


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What all parts of a run have in common.

    `number` and `moment` are those of the release in the making, `datestamps` those of the releases
    before it; `clock` is what the clock says, `moment` ahead of it where it was once set forward.
    `harvested` names the sources that were read in this run, `partly` those of them that were asked
    only for what changed, `complete` those that were read to the end; the records of others stay as
    they are. `work` is the folder for what the parts make, `fingerprint` that of the
    run. `before` is the folder of the last release where the same rules made it, so that of what
    has not changed since, what it says can be taken over. `left` are the sources that are gone from
    `input/`, of which records may still be published.
    """

    settings: Settings
    number: int
    moment: str
    clock: str
    datestamps: tuple[str, ...]
    work: Path
    fingerprint: str
    harvested: frozenset[str] = frozenset()
    partly: frozenset[str] = frozenset()
    complete: frozenset[str] = frozenset()
    before: Path | None = None
    left: tuple[Source, ...] = ()


class Part(msgspec.Struct, frozen=True):
    """One part of a job."""

    job: Job
    index: int

    def file(self, name: str) -> Path:
        """Return the path of one of the part's files."""
        return self.job.work / f"part-{self.index:05}.{name}"


class PartResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one part came to.

    `state` counts what changed in the state but not in any description (keys, entries that went
    missing or came back). By source, `lost` counts published records that this harvest is the first
    not to hold, `unsettled` those with a title of no settled language, `violations` what breaks the
    rules. `next_look` is the moment from which the next run has to look at the part again even
    where nothing has changed, or empty. `payloads` are the digests that its records refer to,
    `origins` the digests and names of those that published ones do. `compared` are the ids that
    pyshacl may check, of which `rejected` were rejected.
    """

    part: Part
    records: int
    triples: int
    books: dict[str, Books]
    changes: int
    state: int
    lost: dict[str, int]
    unsettled: dict[str, int]
    next_look: str
    payloads: frozenset[str]
    origins: frozenset[tuple[str, str]]
    violations: dict[str, int]
    compared: frozenset[str]
    rejected: frozenset[str]
    worklist: list[WorklistLine]
    figures: Figures


class Lost(msgspec.Struct, frozen=True):
    """A published record that this harvest no longer holds and the one before did."""

    id: str
    source: str
    title: str


class Tools(msgspec.Struct, frozen=True):
    """What a process prepares once and uses for every part of a job."""

    vocabulary: Vocabulary
    mapping: Mapping
    checker: Checker
    decisions: Decisions
    sources: dict[str, Source]


@functools.lru_cache(maxsize=1)
def _prepared(key: str) -> list[Tools]:  # noqa: ARG001 - the key is what the cache is asked by
    return []


def prepare(job: Job) -> Tools:
    """Return the tools of a job, made at the first call of a process.

    Raises `SettingsError` where the ontology, the context or the shapes are wrong.
    """
    held = _prepared(f"{job.settings.folder} {job.number} {job.moment} {job.fingerprint}")
    if not held:
        held.append(make_tools(job))
    return held[0]


def make_tools(job: Job) -> Tools:
    """Read the ontology and the decisions, compile the context and the shapes."""
    settings = job.settings
    base = settings.catalogue.base
    vocabulary = load_vocabulary(settings.folder, base)
    return Tools(
        vocabulary,
        compile_mapping(settings.folder / "ontology" / "context.jsonld", scope(job, vocabulary)),
        compile_shapes(settings.folder, base, vocabulary),
        load_decisions(settings.folder, base),
        {source.name: source for source in (*settings.sources, *job.left)},
    )


def left_sources(settings: Settings, previous: Manifest | None) -> tuple[Source, ...]:
    """Return the sources of the last release that are gone from `input/`."""
    if previous is None:
        return ()
    configured = {source.name for source in settings.sources}
    usual = Traits(kind="table", languages=settings.catalogue.languages)
    return tuple(
        previous.sources.get(name, usual).source(name)
        for name in sorted(previous.books.keys() - configured)
    )


def scope(job: Job, vocabulary: Vocabulary) -> Scope:
    """Return what the mapping must know beyond a record."""
    catalogue, sources = job.settings.catalogue, (*job.settings.sources, *job.left)
    return Scope(
        base=catalogue.base,
        dataset=f"{catalogue.base}dataset",
        metadata_licence=catalogue.licence,
        modified=dict(enumerate((*job.datestamps, job.moment), 1)),
        language_iris=vocabulary.language_iris,
        homepages={one.name: one.origin for one in sources if one.origin},
        collections={one.name: one.collection for one in sources if one.collection},
        publish={one.name: frozenset(one.rights.publish) for one in sources if one.rights.publish},
    )
