"""A CONSTRUCT query (SPARQL 1.1 §16.2), taken apart as far as paging needs it.

It is read by its words, strings, IRIs and braces only, so that what an endpoint allows beyond the
standard goes through; the endpoint itself says what is wrong with the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from pipeline.errors import SettingsError
from pipeline.extract.payloads import shown

MARK = "https://w3id.org/cataloom/ns#harvested"
"""The property by which the subjects that were asked for are known in the answer."""

LONGEST_QUERY = 100_000

TOKENS = re.compile(
    r"""(?P<skip>\s+|\#[^\n\r]*)
    |(?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    |(?P<text>\"{3}(?:(?:\"{1,2})?(?:[^"\\]|\\.))*\"{3}|'{3}(?:(?:'{1,2})?(?:[^'\\]|\\.))*'{3}
        |"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
    |(?P<variable>[?$]\w+)
    |(?P<name>[\w.-]*:(?:[\w.:%-]|\\[^\w\s])*)
    |(?P<word>@?\w+)
    |(?P<brace>[{}])
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
FORMS = frozenset({"CONSTRUCT", "SELECT", "ASK", "DESCRIBE"})
UPDATES = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD",
                     "WITH"})  # fmt: skip
UNPAGED = frozenset({"LIMIT", "OFFSET", "GROUP", "HAVING", "VALUES"})


class Token(msgspec.Struct, frozen=True):
    """A part of a query: what it is, its text, where it starts."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Return where the next part starts."""
        return self.start + len(self.text)


class Construct(msgspec.Struct, frozen=True):
    """A query in its parts; `record` is the variable of the records, `whole` the query as it is.

    `unpaged` says why it can only be asked as a whole; then the parts are of no use.
    """

    whole: str
    prologue: str = ""
    template: str = ""
    dataset: str = ""
    pattern: str = ""
    record: str = ""
    unpaged: str = ""

    def page(self, size: int, offset: int, *, nested: bool = False) -> str:
        """Return the query for the records from `offset` on, each with all that is asked of it.

        The records are chosen by a query within the query (§12), in the order of their IRIs.
        `nested` writes that for Virtuoso, which sorts no more than its first 10,000 results.
        """
        pattern, record = f"{{ {self.pattern}\n}}", self.record
        # What is unbound or a literal is no subject: it would take a place in a page and not come.
        nodes = f"FILTER (isIRI({record}) || isBlank({record}))"
        chosen = f"SELECT DISTINCT {record} WHERE {{ {pattern} {nodes} }} ORDER BY {record}"
        if nested:
            chosen = f"SELECT {record} WHERE {{ {{ {chosen} }} }}"
        return (
            f"{self.prologue}CONSTRUCT {{ {record} <{MARK}> true . {self.template}\n}}\n"
            f"{self.dataset}WHERE {{\n"
            f"{{ {chosen} LIMIT {size} OFFSET {offset} }}\n"
            f"{pattern}\n}}"
        )


def read_query(text: str, where: str) -> Construct:
    """Return a query in its parts; raises `SettingsError` where it is no CONSTRUCT query.

    The records are what the first subject of the template stands for.
    """
    if len(text) > LONGEST_QUERY:
        raise _refused(f"has {len(text):,} characters", where, f"at most {LONGEST_QUERY:,}")
    tokens = list(_tokens(text))
    form = next(
        (place for place, token in enumerate(tokens) if _keyword(token) in FORMS | UPDATES), None
    )
    if form is None or _keyword(tokens[form]) != "CONSTRUCT":
        what = f"is a query for {tokens[form].text.upper()}" if form is not None else "is no query"
        raise _refused(what, where, "CONSTRUCT { … } WHERE { … }")
    groups = list(_groups(tokens, form, where))
    if not groups:
        raise _refused("has no braces", where, "CONSTRUCT { … } WHERE { … }")
    first, last = groups[0], groups[min(1, len(groups) - 1)]
    is_short = tokens[form + 1].kind != "brace"
    if is_short or len(groups) == 1:  # CONSTRUCT WHERE { … }: the pattern is the template
        last = first
        if not is_short:
            raise _refused("has one group in braces", where, "CONSTRUCT { … } WHERE { … }")
    template = _inner(text, tokens, first)
    between = tokens[form + 1 : first[0]] if is_short else tokens[first[1] + 1 : last[0]]
    dataset = "".join(f"{token.text} " for token in between if _keyword(token) != "WHERE")
    words = {_keyword(token) for token in tokens[last[1] + 1 :]}
    subject = tokens[first[0] + 1] if first[0] + 1 < first[1] else None
    unpaged = ""
    if found := sorted(words & UNPAGED):
        unpaged = f"it has a {found[0]} of its own"
    elif subject is None or subject.kind != "variable":
        unpaged = "its template does not begin with a variable, which would be the record"
    return Construct(
        text,
        text[: tokens[form].start],
        template,
        dataset,
        _inner(text, tokens, last),
        subject.text if subject else "",
        unpaged,
    )


def _tokens(text: str) -> Iterator[Token]:
    for found in TOKENS.finditer(text):
        if found.lastgroup != "skip":
            yield Token(str(found.lastgroup), found.group(), found.start())


def _keyword(token: Token) -> str:
    return token.text.upper() if token.kind == "word" else ""


def _groups(tokens: list[Token], start: int, where: str) -> Iterator[tuple[int, int]]:
    """Return the places of the braces around the outermost groups behind `start`."""
    depth = begin = 0
    for place, token in enumerate(tokens[start:], start):
        if token.kind != "brace":
            continue
        if token.text == "{":
            begin = place if depth == 0 else begin
            depth += 1
            continue
        depth -= 1
        if depth < 0:
            break
        if depth == 0:
            yield begin, place
    if depth:
        which = "{ that is not closed" if depth > 0 else "} too many"
        raise _refused(f"has a {which}", where, "as many { as }")


def _inner(text: str, tokens: list[Token], group: tuple[int, int]) -> str:
    """Return what stands between two braces, with a line end so that no comment hides the next."""
    return text[tokens[group[0]].end : tokens[group[1]].start].strip()


def _refused(what: str, where: str, expected: str) -> SettingsError:
    return SettingsError(
        f"key 'rdf.query': {shown(what)}", where=where, expected=expected,
        next_step="see docs/sources/rdf.md for an example",
    )  # fmt: skip
