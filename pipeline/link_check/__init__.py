"""Do the catalogue's links still work? Asked after a run, told of in a later one.

Optional, at its own pace, with a memory of its own (`output/links.jsonl`): whatever it meets, what
is published is published.
"""

from __future__ import annotations

from pipeline.link_check.checking import Checked, check_links
from pipeline.link_check.link_issues import link_issues

__all__ = ["Checked", "check_links", "link_issues"]
