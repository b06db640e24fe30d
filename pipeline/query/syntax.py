"""What can be said of a query before, or instead of, running it.

A small reader of SPARQL's tokens (SPARQL 1.1 §19.8), not a parser: it tells keywords from strings,
comments and names, finds what is refused, and finds words for what the engine calls a syntax error.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from pipeline.errors import QueryError

FORMS: Final = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
# SPARQL 1.1 Update §3
UPDATES: Final = frozenset(
    ("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH")
)
# SPARQL 1.1 §19.8 and what the engine adds to it.
_WORDS: Final = """
    SELECT ASK CONSTRUCT DESCRIBE BASE PREFIX DISTINCT REDUCED AS WHERE FROM NAMED GROUP BY HAVING
    ORDER ASC DESC LIMIT OFFSET VALUES UNDEF OPTIONAL GRAPH BIND MINUS UNION FILTER EXISTS NOT IN
    TRUE FALSE A SEPARATOR SILENT COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT STR LANG LANGMATCHES
    DATATYPE BOUND IRI URI BNODE RAND ABS CEIL FLOOR ROUND CONCAT STRLEN UCASE LCASE ENCODE_FOR_URI
    CONTAINS STRSTARTS STRENDS STRBEFORE STRAFTER YEAR MONTH DAY HOURS MINUTES SECONDS TIMEZONE TZ
    NOW UUID STRUUID MD5 SHA1 SHA256 SHA384 SHA512 COALESCE IF STRLANG STRDT SAMETERM ISIRI ISURI
    ISBLANK ISLITERAL ISNUMERIC REGEX SUBSTR REPLACE TRIPLE SUBJECT PREDICATE OBJECT ISTRIPLE
    LATERAL ADJUST HASLANG HASLANGDIR LANGDIR STRLANGDIR VERSION REIFIES"""
KEYWORDS: Final = tuple(_WORDS.split())
_ANYWHERE: Final = ("LATERAL", "OPTIONAL")  # what the engine expects after anything: no help
BRACKETS: Final = {")": "(", "}": "{", "]": "["}
NEAR: Final = 30  # characters of the query that a message shows

# An IRI may hold a backslash here, as the engine reads \u escapes in it. What stands between < and
# > can be no SERVICE clause in either reading, for that needs a { or a second <.
_TOKEN: Final = re.compile(
    r"""
    (?P<comment> \#[^\r\n]* )
  | (?P<iri>     <[^<>"{}|^`\x00-\x20]*> )
  | (?P<string>  \"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*'''
               | "(?:[^"\\\r\n]|\\.)*"  | '(?:[^'\\\r\n]|\\.)*' )
  | (?P<variable> [?$]\w+ )
  | (?P<tag>     @[A-Za-z]+(?:-[A-Za-z0-9]+)* )
  | (?P<name>    (?:[^\W\d][\w.\-·]*)?:
                 (?:(?:[\w:]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])
                    (?:[\w.:\-·]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])*)? )
  | (?P<word>    [^\W\d]\w* )
  | (?P<number>  \d+ )
  | (?P<space>   \s+ )
  | (?P<mark>    . )
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """One token: its kind (a group of the pattern), its text, the offset of its first character."""

    kind: str
    text: str
    start: int


class Tokens(NamedTuple):
    """A query and its tokens, without space and comments."""

    query: str
    tokens: Sequence[Token]


def read(query: str) -> Tokens:
    """Return the tokens of a query; any text has some."""
    tokens = []
    for match in _TOKEN.finditer(query):
        kind = match.lastgroup or ""
        if kind not in {"space", "comment"}:
            tokens.append(Token(kind, match.group(), match.start()))
    return Tokens(query, tokens)


def position(query: str, offset: int) -> tuple[int, int]:
    r"""Return line and column (from 1, in characters) of an offset.

    >>> position("ASK\n{ ?s", 6)
    (2, 3)
    """
    before = query[:offset].split("\n")
    return len(before), len(before[-1]) + 1


def form(read_query: Tokens) -> str:
    """Return SELECT, ASK, CONSTRUCT, DESCRIBE, or '' where none can be told.

    Raises `QueryError` for an update: the catalogue is changed by runs, not by queries.
    """
    for token in read_query.tokens:
        word = token.text.upper()
        if token.kind == "word" and word in FORMS:
            return word
        if token.kind == "word" and word in UPDATES:
            raise QueryError(
                f"{word} would change the graph, which is only read here",
                where=_where(read_query.query, token.start),
                expected="SELECT, ASK, CONSTRUCT or DESCRIBE",
                next_step="change the records at their source, then cataloom run",
            )
    return ""


def declared_prefixes(read_query: Tokens) -> dict[str, str]:
    """Return the prefixes that the query itself declares, prefix -> IRI as it is written."""
    tokens = read_query.tokens
    return {
        name.text[:-1]: iri.text[1:-1]
        for word, name, iri in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if word.text.upper() == "PREFIX" and name.text.endswith(":") and iri.kind == "iri"
    }


def refuse_service(read_query: Tokens) -> None:
    """Raise `QueryError` where the query asks another server (SPARQL 1.1 Federated Query).

    Strings, comments, IRIs and variables may hold the word. The engine's keywords need no space
    after them (`SERVICEex:a {`, `trueSERVICE`), so a word or name that holds it counts where no
    other reading is left.
    """
    tokens = read_query.tokens
    for index, token in enumerate(tokens):
        if token.kind == "word" and "SERVICE" in token.text.upper():
            asked = True
        elif token.kind == "name" and "SERVICE" in token.text.partition(":")[0].upper():
            before = tokens[index - 1].text.upper() if index else ""
            after = tokens[index + 1].text if index + 1 < len(tokens) else ""
            asked = after == "{" and before not in {"GRAPH", "FROM", "NAMED", "DESCRIBE"}
        else:
            asked = False
        if asked:
            raise QueryError(
                "SERVICE asks another server, which queries here may not do",
                where=_where(read_query.query, token.start),
                next_step="ask that server itself, or load its data beside our dump in your own "
                "SPARQL store",
            )


def explain(query: str, message: str, prefixes: dict[str, str]) -> QueryError:
    """Return a readable error for what the engine's parser said of `query`.

    `message` is the engine's (`error at LINE:COLUMN: expected …`); its place is where it gave up,
    often beyond the mistake, so that mistakes which the tokens show are preferred.
    """
    tokens = read(query)
    mistake = _mistake(tokens, prefixes)
    if mistake:
        where = _where(query, mistake.start)
        return QueryError(mistake.what, where=where, next_step=mistake.next_step)
    found = re.match(r"error at (\d+):(\d+): expected (.*)", message, re.DOTALL)
    if not found:
        return QueryError(" ".join(message.split()), where="query")
    line, column = int(found[1]), int(found[2])
    text = query.split("\n")[line - 1] if line <= query.count("\n") + 1 else ""
    before, after = text[: column - 1].strip(), text[column - 1 :].strip()
    near = f"after {before[-NEAR:]!r}" if before else ""
    near += f"{' and ' if near and after else ''}{f'before {after[:NEAR]!r}' if after else ''}"
    said, expected = _expectation(found[3])
    return QueryError(
        said or f"this is not SPARQL{f' ({near})' if near else ''}",
        where=f"query, line {line}, column {column}",
        expected=expected,
        next_step=""
        if said
        else "look just before that place: a triple has a subject, a "
        "predicate and an object, and ends with . or ; or ,",
    )


def _where(query: str, offset: int) -> str:
    line, column = position(query, offset)
    return f"query, line {line}, column {column}"


class Mistake(NamedTuple):
    """A mistake that the tokens show: where it stands, what it is, what to do."""

    start: int
    what: str
    next_step: str = ""


def _mistake(read_query: Tokens, prefixes: dict[str, str]) -> Mistake | None:
    """Return the first mistake that tokens show, if any does."""
    query, tokens = read_query
    if not tokens:
        return Mistake(0, "the query is empty", "write one, such as ASK { ?s a skos:Concept }")
    known = [*prefixes, *declared_prefixes(read_query)]
    found = [_bracket_mistake(tokens)]
    for before, token in zip((None, *tokens), tokens, strict=False):
        if token.kind == "mark" and token.text in {'"', "'"}:
            near = token_line(query, token)[:NEAR]
            found.append(Mistake(token.start, f"the string that starts here never ends: {near}"))
            break  # what follows was meant as text
        prefix, colon, _ = token.text.partition(":")
        declared = prefix in known or prefix == "_" or (before and before.text.upper() == "PREFIX")
        if token.kind == "name" and not declared:
            add = f"add PREFIX {prefix}: <…>{_nearest(prefix, known, colon)}"
            found.append(Mistake(token.start, f"the prefix {prefix}: is not declared", add))
        if token.kind == "word" and token.text.upper() not in KEYWORDS:
            near = _nearest(token.text.upper(), KEYWORDS, "")
            advice = f"put texts in quotes, IRIs in <…>, a ? before variables{near}"
            found.append(Mistake(token.start, f"{token.text} is no word of SPARQL", advice))
    return min((mistake for mistake in found if mistake), default=None)


def _bracket_mistake(tokens: Sequence[Token]) -> Mistake | None:
    opened: list[Token] = []
    for token in tokens:
        if token.kind == "mark" and token.text in BRACKETS.values():
            opened.append(token)
        elif token.kind == "mark" and token.text in BRACKETS:
            if not opened or opened[-1].text != BRACKETS[token.text]:
                return Mistake(token.start, f"this {token.text} closes nothing that is open here")
            opened.pop()
    if opened:
        return Mistake(opened[-1].start, f"this {opened[-1].text} is opened and never closed")
    return None


def token_line(query: str, token: Token) -> str:
    """Return the query from a token to the end of its line."""
    return query[token.start :].partition("\n")[0].rstrip("\r")


def _nearest(word: str, known: Sequence[str], after: str) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]}{after}?" if close else ""


def _expectation(text: str) -> tuple[str, str]:
    """Split the engine's alternatives into a sentence about the mistake and the words expected."""
    alternatives = [part.strip() for part in text.removeprefix("one of ").split(",")]
    sentences = [part for part in alternatives if re.fullmatch(r"[A-Z][A-Za-z]* [\w '.?]+", part)]
    words = [part for part in alternatives if part in KEYWORDS and part not in _ANYWHERE]
    said = f"{sentences[0][0].lower()}{sentences[0][1:]}" if sentences else ""
    return said, "" if sentences or not words else f"for example {', '.join(words)}"
