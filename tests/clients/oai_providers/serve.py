"""Serves the records of a JSON file with an OAI-PMH provider that we did not write.

    python serve.py oai-repo|oaipmh PORT FILE

The file is read anew for each request, so that a
test may change it. It runs in an environment of its own, made by `tests/clients/install`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.simple_server import WSGIRequestHandler, make_server

PAGE_SIZE = 7
DC = "http://purl.org/dc/elements/1.1/"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
MODS = "http://www.loc.gov/mods/v3"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
SECONDS = "%Y-%m-%dT%H:%M:%SZ"
Item = dict[str, Any]
Answer = Callable[[dict[str, str]], bytes]


def wanted(
    file: Path, set_: str | None, start: datetime | None, end: datetime | None
) -> list[Item]:
    """Return the items of a set that were changed in a range of moments, the oldest first."""
    items: list[Item] = sorted(json.loads(file.read_text("utf-8")), key=lambda i: i["datestamp"])
    return [
        item
        for item in items
        if (not set_ or set_ in item["sets"])
        and (start is None or moment(item["datestamp"]) >= start.replace(tzinfo=UTC))
        and (end is None or moment(item["datestamp"]) <= end.replace(tzinfo=UTC))
    ]


def moment(text: str) -> datetime:
    return datetime.strptime(text, SECONDS).replace(tzinfo=UTC)


def oai_repo(file: Path) -> Answer:
    """Return what answers with oai-repo: days, oai_dc and MODS, sizes of lists."""
    import oai_repo as library  # type: ignore[import-not-found, unused-ignore]
    from lxml import etree

    def found(identifier: str) -> Item:
        return next(i for i in wanted(file, None, None, None) if i["identifier"] == identifier)

    class Data(library.DataInterface):  # type: ignore[misc, unused-ignore]
        limit = PAGE_SIZE

        def get_identify(self) -> Any:
            identify = library.Identify()
            identify.repository_name = "Tests & more"
            identify.base_url = "http://localhost/oai"
            identify.admin_email = ["someone@example.org"]
            identify.earliest_datestamp = "2024-01-01"
            identify.deleted_record = "persistent"
            identify.granularity = "YYYY-MM-DD"
            return identify

        def is_valid_identifier(self, identifier: str) -> bool:
            return any(i["identifier"] == identifier for i in wanted(file, None, None, None))

        def get_metadata_formats(self, identifier: str | None = None) -> list[Any]:  # noqa: ARG002
            return [
                library.MetadataFormat(prefix, f"{namespace}/x.xsd", namespace)
                for prefix, namespace in (("oai_dc", OAI_DC), ("mods", MODS))
            ]

        def get_record_header(self, identifier: str) -> Any:
            item = found(identifier)
            header = library.RecordHeader()
            header.identifier = identifier
            header.datestamp = item["datestamp"][:10]
            header.setspecs = item["sets"]
            header.status = "deleted" if item["deleted"] else None
            return header

        def get_record_metadata(self, identifier: str, metadataprefix: str) -> Any:
            item = found(identifier)
            if item["deleted"]:
                return None  # which leaves the record out: this library writes no status
            if metadataprefix == "mods":
                root = etree.Element(f"{{{MODS}}}mods", nsmap={"mods": MODS})
                for language, title in item["titles"].items():
                    info = etree.SubElement(root, f"{{{MODS}}}titleInfo")
                    info.set(LANG, language)
                    etree.SubElement(info, f"{{{MODS}}}title").text = title
                return root
            root = etree.Element(f"{{{OAI_DC}}}dc", nsmap={"oai_dc": OAI_DC, "dc": DC})
            for language, title in item["titles"].items():
                etree.SubElement(root, f"{{{DC}}}title", {LANG: language}).text = title
            etree.SubElement(root, f"{{{DC}}}identifier").text = item["page"]
            return root

        def get_record_abouts(self, identifier: str) -> list[Any]:  # noqa: ARG002
            return []

        def list_set_specs(self, identifier: str | None = None, cursor: int = 0) -> Any:
            if identifier is not None:
                return found(identifier)["sets"], None, None
            every = wanted(file, None, None, None)
            names = sorted({name for item in every for name in item["sets"]})
            return names[cursor : cursor + PAGE_SIZE], len(names), None

        def get_set(self, setspec: str) -> Any:
            return library.Set(setspec, f"The set {setspec}", [])

        def list_identifiers(
            self,
            metadataprefix: str,  # noqa: ARG002
            filter_from: datetime | None = None,
            filter_until: datetime | None = None,
            filter_set: str | None = None,
            cursor: int = 0,
        ) -> Any:
            items = wanted(file, filter_set, filter_from, filter_until)
            page = items[cursor : cursor + PAGE_SIZE]
            return [item["identifier"] for item in page], len(items), None

    repository = library.OAIRepository(Data())
    return lambda query: bytes(repository.process(query))


def oaipmh(file: Path) -> Answer:
    """Return what answers with oaipmh (once pyoai): seconds, oai_dc, lists without sizes."""
    from oaipmh import common, metadata, server  # type: ignore[import-not-found, unused-ignore]

    def naive(text: str) -> datetime:
        return moment(text).replace(tzinfo=None)

    class Data:
        def identify(self) -> Any:
            return common.Identify(
                repositoryName="Tests",
                baseURL="http://localhost/oai",
                protocolVersion="2.0",
                adminEmails=["someone@example.org"],
                earliestDatestamp=naive("2024-01-01T00:00:00Z"),
                deletedRecord="transient",
                granularity="YYYY-MM-DDThh:mm:ssZ",
                compression=["identity"],
            )

        def listMetadataFormats(self, **_: str) -> Any:  # noqa: N802 - the library's names
            return [("oai_dc", f"{OAI_DC}x.xsd", OAI_DC)]

        def listSets(self, cursor: int, batch_size: int) -> Any:  # noqa: N802
            every = wanted(file, None, None, None)
            names = sorted({name for item in every for name in item["sets"]})
            return [(name, name, None) for name in names][cursor : cursor + batch_size]

        def listRecords(  # noqa: N802
            self,
            metadataPrefix: str,  # noqa: ARG002, N803
            cursor: int,
            batch_size: int,
            set: str | None = None,  # noqa: A002
            from_: datetime | None = None,
            until: datetime | None = None,
        ) -> Any:
            items = wanted(file, set, from_, until)[cursor : cursor + batch_size]
            return [
                (
                    common.Header(
                        None, i["identifier"], naive(i["datestamp"]), i["sets"], i["deleted"]
                    ),
                    common.Metadata(
                        None, {"title": list(i["titles"].values()), "identifier": [i["page"]]}
                    ),
                    None,
                )
                for i in items
            ]

    registry = metadata.MetadataRegistry()
    registry.registerWriter("oai_dc", server.oai_dc_writer)
    provider = server.BatchingServer(Data(), registry, resumption_batch_size=PAGE_SIZE)
    return lambda query: bytes(provider.handleRequest(query))


class Quiet(WSGIRequestHandler):
    """Says nothing of the requests it answers."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main(name: str, port: int, file: Path) -> None:
    """Serve until this process is ended."""
    answer = {"oai-repo": oai_repo, "oaipmh": oaipmh}[name](file)

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/robots.txt":
            start("404 Not Found", [("Content-Type", "text/plain")])
            return [b""]
        body = answer(dict(parse_qsl(environ["QUERY_STRING"], keep_blank_values=True)))
        start("200 OK", [("Content-Type", "text/xml; charset=utf-8")])
        return [body]

    with make_server("127.0.0.1", port, application, handler_class=Quiet) as web:
        web.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
