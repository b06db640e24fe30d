"""Documents as they should not be: broken, hostile, too large. What is right in them is read."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.extract import rdf_parse
from pipeline.extract.rdf_graph import Graph, Term, compact, has_iri
from pipeline.extract.rdf_parse import Parsed, parse
from pipeline.extract.rdf_syntax import NAMES, Syntax

RDF_XML = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:x="http://x/">{}'
    "</rdf:RDF>"
)
TITLE = "http://purl.org/dc/terms/title"


def graph(text: str, syntax: Syntax = "turtle", base: str = "") -> Graph:
    return parse(text, syntax, base, "doc").graph


def refusal(text: str, syntax: Syntax = "turtle") -> str:
    with pytest.raises(SourceError) as caught:
        parse(text, syntax, "", "doc")
    message = str(caught.value)
    assert message.startswith("doc: ")
    return message


@pytest.mark.parametrize(
    ("text", "syntax"),
    [
        ('<http://a> <http://x/p> "b" .', "turtle"),
        ('<http://a> <http://x/p> "b" .', "n-triples"),
        ('<http://a> <http://x/p> "b" <http://g> .', "n-quads"),
        ('<http://g> { <http://a> <http://x/p> "b" }', "trig"),
        (RDF_XML.format('<rdf:Description rdf:about="http://a" x:p="b"/>'), "rdf-xml"),
        ('{"@context": {"p": "http://x/p"}, "@id": "http://a", "p": "b"}', "json-ld"),
    ],
)
def test_every_syntax_gives_the_same(text: str, syntax: Syntax) -> None:
    read = parse(text, syntax, "", "doc")
    assert read.graph.values("http://a", "http://x/p")[0].value == "b"
    assert (read.problems, read.count, read.notes) == ((), 0, ())


def test_blank_nodes_are_the_same_each_time() -> None:
    text = '<http://a> <http://b> [ <http://c> [ <http://d> "e" ] ], _:x . _:x <http://d> "f" .'
    assert graph(text).statements == graph(text).statements
    assert sorted(graph(text).statements) == ["_:1", "_:2", "_:3", "http://a"]


def test_what_is_written_carelessly_is_kept_as_it_is() -> None:
    found = graph('<http://a b> <http://p> "x"@en-us, <c d> . <> <http://p> <../e> .')
    assert found.values("http://a b", "http://p") == [
        Term("x", language="en-us", datatype="http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"),
        Term("c d", is_node=True),
    ]  # fmt: skip
    assert graph("<> <http://p> <../e> .", base="https://e.org/x/y").values(
        "https://e.org/x/y", "http://p"
    ) == [Term("https://e.org/e", is_node=True)]


def test_undeclared_prefixes_do_not_stop_turtle() -> None:
    text = '<http://a>\n dct:title "A" ; odd:thing "B" ; dct:type odd:this .\n<http://b> odd:c 1 .'
    read = parse(text, "turtle", "", "doc")
    assert read.graph.values("http://a", TITLE)[0].value == "A"
    assert read.notes == (
        "the prefix 'dct:' is not declared; it was taken for <http://purl.org/dc/terms/>",
        "the prefix 'odd:' is not declared; what is named with it could not be understood: tell "
        "who publishes the file",
    )
    assert "line 2: " in refusal('<http://a>\n odd:thing "B" , oops .')
    many = " ".join(f"p{number}:a <http://b> 1 ." for number in range(21))
    assert "The prefix p20: has not been declared" in refusal(many)


@pytest.mark.parametrize("syntax", ["n-triples", "n-quads"])
def test_a_broken_line_takes_no_other_with_it(syntax: Syntax) -> None:
    lines = [
        '<http://a> <http://p> "1" .', '<http://a> <http://p> "unended .', "nonsense", "",
        "_:b <http://p> _:c .\r", '_:c <http://p> "2 .', '<http://a> <http://p> "3"',
        '<http://a b> <http://p> "4" . # with a blank',
    ]  # fmt: skip
    read = parse("\n".join(lines), syntax, "", "doc")
    assert set(read.graph.statements) == {"http://a", "_:1", "http://a b"}
    assert read.graph.values("_:1", "http://p") == [Term("_:2", is_node=True)]
    assert read.count == 4
    assert [problem.partition(":")[0] for problem in read.problems] == [
        "line 2", "line 3", "line 6", "line 7",
    ]  # fmt: skip
    assert "there: 'nonsense'; it was left out" in read.problems[1]


def test_a_text_without_its_end_does_not_run_into_the_next_line() -> None:
    lines = '<http://a> <http://p> "1 .\n<http://b> <http://p> " .\n<http://c> <http://p> "3" .\n'
    read = parse(lines, "n-triples", "", "doc")
    assert (set(read.graph.statements), read.count) == ({"http://c"}, 2)


def test_broken_lines_are_counted_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    good = '<http://a> <http://p> "1" .\n'
    read = parse(good + "bad\n" * 50, "n-triples", "", "doc")
    assert (len(read.problems), read.count) == (10, 50)
    assert "is not N-Triples: line 1: " in refusal("bad\n" * 50, "n-triples")
    monkeypatch.setattr(rdf_parse, "MOST_BROKEN", 40)
    assert "has more than 40 parts that are not N-Triples; the first: line 2" in refusal(
        good + "bad\n" * 50, "n-triples"
    )


def test_too_many_statements_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdf_parse, "MOST_STATEMENTS", 3)
    assert len(graph('<http://a> <http://p> "1", "2", "3" .').values("http://a", "http://p")) == 3
    assert "has more than 3 statements" in refusal('<http://a> <http://p> "1", "2", "3", "4" .')


def test_faulty_nodes_of_json_ld_are_named_and_the_rest_is_read() -> None:
    text = """{"@context": {"@vocab": "http://x/"}, "@graph": [
        {"@id": "http://a", "p": 1}, {"@id": 42, "p": "kept", "name": "Odd"},
        {"@id": "http://c", "p": {"@value": "x", "@type": 7}}]}"""
    read = parse(text, "json-ld", "", "doc")
    assert read.count == 2
    assert read.problems == (
        "node 2 (42) was read but for a part: @id value must be a string",
        "node 3 (http://c) was read but for a part: @type value must be a string",
    )
    assert [term.value for about in read.graph.statements.values() for term in about["http://x/p"]
            if "http://x/p" in about][:2] == ["1", "kept"]  # fmt: skip


def test_json_ld_of_which_nothing_is_right_is_refused() -> None:
    assert "is not JSON-LD: @context value must be" in refusal('{"@context": 5}', "json-ld")
    assert "line 1, column 2" in refusal("{oops}", "json-ld")


def test_a_faulty_document_is_not_searched_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = ", ".join('{"@id": 1, "p": 1}' for _ in range(100))
    text = f'[{{"@context": {{"@vocab": "http://x/"}}, "@graph": [{nodes}]}}, 7]'
    read = parse(text, "json-ld", "", "doc")
    assert (len(read.problems), read.count) == (10, 100)
    monkeypatch.setattr("pipeline.extract.rdf_jsonld.MOST_NODES", 0)
    assert parse(text, "json-ld", "", "doc").problems == ("@id value must be a string",) * 10


def test_what_is_wrong_in_turtle_is_shown_with_its_line() -> None:
    assert refusal("<http://a> <http://b>\n  oops .") == (
        "doc: is not Turtle: line 2: oops is not a valid RDF object; there: 'oops .'; expected "
        "Turtle; next: correct a copy of the file, or tell who publishes it; if it is in another "
        "syntax, name that as 'rdf.format'"
    )
    assert "is not Turtle: line 3: " in refusal("<http://a> <http://b>\n<http://c>\n")
    assert "is not Turtle: line 2: Unexpected end" in refusal('<http://a> <http://b>\n """c\n\n')


def test_statements_about_statements_are_passed_over() -> None:
    found = graph(
        '<http://a> <http://p> "1" {| <http://q> "2" |}, <<( <http://a> <http://p> "1" )>> .'
    )
    assert [term.value for term in found.values("http://a", "http://p")] == ["1"]


@pytest.mark.parametrize(
    ("text", "syntax", "message"),
    [
        ("<x><y></x>", "rdf-xml", "line 1, column 9: mismatched tag"),
        (RDF_XML.format("\n<y:a/>"), "rdf-xml", "line 2, column 1: unbound prefix"),
        (RDF_XML.format('<x:a rdf:about="a b" rdf:ID="c"/>'), "rdf-xml", "is not RDF/XML: "),
        (RDF_XML.format("a\x01"), "rdf-xml", "not well-formed (invalid token)"),
        (
            '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "rdf-xml",
            "declares the entity 'b' from outside (line 1)",
        ),
        ("<!DOCTYPE a [<!ENTITY % b 'c'>]><a/>", "rdf-xml", "declares the entity 'b' from outside"),
        (
            "<!DOCTYPE a [<!ENTITY b 'c'><!ENTITY d '&b;&b;'>]><a>&d;</a>", "rdf-xml",
            "declares the entity 'd', which is no short text",
        ),
        (f"<!DOCTYPE a [<!ENTITY b '{'c' * 1_001}'>]><a/>", "rdf-xml", "is no short text"),
        (
            "<!DOCTYPE a [" + "".join(f"<!ENTITY b{n} 'c'>" for n in range(201)) + "]><a/>",
            "rdf-xml", "declares more than 200 entities",
        ),
        (
            f"<!DOCTYPE a [<!ENTITY b '{'c' * 250}'>]><a>{'&b;&amp;' * 200_001}</a>", "rdf-xml",
            "uses entities that make it too large",
        ),
        (RDF_XML.format("<x:a>" * 300 + "</x:a>" * 300), "rdf-xml", "more than 200 deep (line 1)"),
        ('{"a":' * 200 + "1" + "}" * 200, "json-ld", "nests objects and lists more than 100 deep"),
        ("[" * 100_000 + "]" * 100_000, "json-ld", "too deep"),
        (
            "<http://a> <http://p> " + "<<( <http://a> <http://p> " * 30_000 + "1"
            + " )>>" * 30_000 + " .", "turtle", "nests statements more than 100 deep",
        ),
    ],
)  # fmt: skip
def test_hostile_documents_are_refused_at_once(text: str, syntax: Syntax, message: str) -> None:
    started = time.monotonic()
    assert message in refusal(text, syntax)
    assert time.monotonic() - started < 2


def test_deep_nesting_in_turtle_is_no_danger() -> None:
    text = "<http://a> <http://p> " + "[ <http://p> " * 30_000 + "1" + "]" * 30_000 + "."
    assert len(graph(text).statements) == 30_001
    text = "<http://a> <http://p> " + "(" * 20_000 + "1" + ")" * 20_000 + "."
    assert graph(text).values("http://a", "http://p") == []


def test_many_quotations_in_texts_are_no_nesting() -> None:
    line = "<http://a> <http://p> \"<< it's >>\", \"\"\"<<\"<<\"\"\", '''<<''', '<<' .\n"
    assert len(graph(line * 200).values("http://a", "http://p")) == 3
    text = '<http://a> <http://p> <<( <http://a> <http://p> "1" )>> .\n' * 200
    assert graph(text).statements == {}


def test_namespaces_may_be_entities() -> None:
    text = '<?xml version="1.0"?><!DOCTYPE rdf:RDF [<!ENTITY x "http://x/">]>' + RDF_XML.format(
        '<rdf:Description rdf:about="&x;a&#38;b"><x:p>R&amp;D</x:p></rdf:Description>'
    )
    assert graph(text, "rdf-xml").values("http://x/a&b", "http://x/p")[0].value == "R&D"


def test_lists_and_containers_are_flattened() -> None:
    text = """@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
    <http://a> <http://p> ( "1" ( "2" "3" ) "1" ), [ a rdf:Seq ; rdf:_2 "5" ; rdf:_1 "4" ],
      rdf:nil, _:round .
    _:round rdf:first "6" ; rdf:rest _:round .
    """
    found = [term.value for term in graph(text).values("http://a", "http://p")]
    assert found == ["1", "2", "3", "4", "5", "6"]


def test_a_list_without_end_is_cut() -> None:
    text = "<http://a> <http://p> (" + " ".join(str(number) for number in range(20_000)) + ") ."
    assert 1_000 < len(graph(text).values("http://a", "http://p")) < 20_000


def test_what_points_to_nodes() -> None:
    found = graph("<http://a> a <http://b> ; <http://p> <http://b>, <http://a>, 1 .")
    assert found.pointing(["http://a", "http://b"]) == {
        "http://a": [], "http://b": [("http://a", "http://p")],
    }  # fmt: skip
    assert found.values("http://nowhere", "http://p") == []


def test_nodes_with_an_iri_that_lasts() -> None:
    assert not has_iri("_:1")
    assert not has_iri("https://e.org/.well-known/genid/9f3")
    assert Term("http://a", is_node=True).is_iri
    assert not Term("http://a").is_iri
    assert compact("http://purl.org/dc/elements/1.1/title") == "dc:title"
    assert compact("http://purl.org/dc/terms/") == "http://purl.org/dc/terms/"


def _pieces() -> Iterator[st.SearchStrategy[str]]:
    yield st.sampled_from(
        ["<http://a>", "<http://b", "_:x", '"text"', '"""', "@en", "^^", "{", "}", "[", "]", "(",
         ")", "<<", ">>", "a", ";", ",", ".", "@prefix", "p:", "p:q", "#", "\\u0041", "true", "1",
         "\n", " ", ":", "<rdf:RDF>", "&amp;", "<", ">", "</", "@context", "@id", "null"]
    )  # fmt: skip
    yield st.text(max_size=3)


@given(st.lists(st.one_of(*_pieces()), max_size=40).map(" ".join), st.sampled_from(sorted(NAMES)))
def test_any_text_is_read_or_refused(text: str, syntax: Syntax) -> None:
    try:
        read = parse(text, syntax, "https://e.org/", "doc")
    except SourceError as error:
        assert str(error).startswith("doc: ")  # noqa: PT017 - one of two ends
    else:
        assert isinstance(read, Parsed)


@pytest.mark.slow
def test_a_large_dump_takes_bounded_memory_and_time() -> None:
    line = (
        '<https://e.org/{}> <http://purl.org/dc/terms/title> "A title of the usual length"@en .\n'
    )
    text = "".join(line.format(number % 60_000) for number in range(300_000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.monotonic()
    assert len(graph(text, "n-triples").statements) == 60_000
    assert time.monotonic() - started < 20
    scale = 1 if sys.platform == "darwin" else 1024
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * scale < 400_000_000
