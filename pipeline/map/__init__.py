"""map: Record -> RDF. The JSON-LD context is the mapping; it is compiled to writers once."""

from __future__ import annotations

from pipeline.map.compile import Mapping, compile_mapping
from pipeline.map.scope import Scope

__all__ = ["Mapping", "Scope", "compile_mapping"]
