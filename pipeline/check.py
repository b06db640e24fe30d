"""`cataloom check`: settings, ontology, mapping and shapes, linted without a run."""

from __future__ import annotations

from pipeline.errors import CataloomError, SettingsError
from pipeline.preconditions import refuse_moved_iris
from pipeline.release import previous_manifest
from pipeline.settings import Settings
from pipeline.validate import Finding, lint_ontology, lint_shapes, validate_vocabulary


def check_catalogue(settings: Settings) -> list[str]:
    """Return everything that is wrong with a catalogue folder, a line each.

    The settings themselves are checked when they are read. Raises `SettingsError` where they would
    move the IRIs of what is published.
    """
    refuse_moved_iris(settings, previous_manifest(settings.output))
    found = [str(one) for one in _lint(settings)]
    return found or _uncompiled(settings)


def refuse_findings(settings: Settings) -> None:
    """Raise `SettingsError` with every violation that the lints find; warnings pass."""
    violations = [str(one) for one in _lint(settings) if one.severity == "violation"]
    if violations:
        raise SettingsError("\n".join(violations))


def _lint(settings: Settings) -> list[Finding]:
    base = settings.catalogue.base
    namespaces = sorted(_namespaces(settings))
    return [
        *lint_ontology(settings.folder, base),
        *lint_shapes(settings.folder, base, namespaces),
    ]


def _namespaces(settings: Settings) -> set[str]:
    """Return the namespaces that the context declares; none where it cannot be read."""
    from pipeline.map.context import read_context

    try:
        context = read_context(settings.folder / "ontology" / "context.jsonld")
    except SettingsError:
        return set()
    return set(context.prefixes.values())


def _uncompiled(settings: Settings) -> list[str]:
    """Return what keeps the context, the shapes, the decisions or a source from being used."""
    from pipeline.extract import pages
    from pipeline.extract.access import Access
    from pipeline.extract.credentials import check_credentials
    from pipeline.job import Job, make_tools
    from pipeline.link import link

    job = Job(
        settings=settings, number=1, moment="1970-01-01T00:00:00Z", clock="", datestamps=(),
        work=settings.output, fingerprint="",
    )  # fmt: skip
    problems = []
    try:
        tools = make_tools(job)
    except CataloomError as error:
        return str(error).splitlines()
    for issue in validate_vocabulary(tools.checker):
        if issue.severity == "violation":
            problems.append(f"ontology: violation: {issue.message}")
    for source in settings.sources:
        try:
            check_credentials(source)
            pages(source, Access(settings.folder / "input", settings.output / "payloads"))
            link([], tools.vocabulary, source, tools.decisions)
        except SettingsError as error:
            problems += str(error).splitlines()
    return problems
