"""publish: records -> the artefacts of a release, one file an artefact.

Every writer takes data and the folder of the release under construction; the same data gives the
same bytes. Folders, switching and the manifest are `pipeline.release`'s.
"""

from __future__ import annotations

from pipeline.publish.artefact import Artefact
from pipeline.publish.changes import Rejected, write_changes, write_quarantine, write_tombstones
from pipeline.publish.dataset import Description, dataset_ntriples, write_dataset
from pipeline.publish.dumps import Dumps, Frame, PartDump, write_dumps
from pipeline.publish.figures import Figures, add, figures
from pipeline.publish.graph import graph_ntriples, graph_size, write_graph
from pipeline.publish.graph_update import Difference, update_graph
from pipeline.publish.provenance import Lineage, Run, write_provenance
from pipeline.publish.report import names_of, write_report
from pipeline.publish.report_data import Outcome, ReportData, SourceReport
from pipeline.publish.tables import write_issues, write_review, write_worklist
from pipeline.publish.verification import verify_dumps
from pipeline.publish.vocabulary_dump import write_vocabulary

__all__ = [
    "Artefact",
    "Description",
    "Difference",
    "Dumps",
    "Figures",
    "Frame",
    "Lineage",
    "Outcome",
    "PartDump",
    "Rejected",
    "ReportData",
    "Run",
    "SourceReport",
    "add",
    "dataset_ntriples",
    "figures",
    "graph_ntriples",
    "graph_size",
    "names_of",
    "update_graph",
    "verify_dumps",
    "write_changes",
    "write_dataset",
    "write_dumps",
    "write_graph",
    "write_issues",
    "write_provenance",
    "write_quarantine",
    "write_report",
    "write_review",
    "write_tombstones",
    "write_vocabulary",
    "write_worklist",
]
