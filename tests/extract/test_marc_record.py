"""The fields of a MARC record, one by one; expected values follow MARC 21 and our documentation."""

from __future__ import annotations

import pytest
from lxml import etree
from pymarc import Field as MarcField
from pymarc import Record

from pipeline.extract.marc_record import fields_of, from_xml, key_of
from pipeline.extract.source_record import Given
from pipeline.kinds import Field
from tests.extract.marc_samples import CODED, LEADER, field, record

UNPUNCTUATED = LEADER[:18] + "c" + LEADER[19:]


def values(name: str, *fields: MarcField, leader: str = LEADER) -> list[str]:
    found = fields_of(record(*fields, leader=leader), {})
    return [given.value for given in found.get(name, [])]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("$aNew test record /$cby Jane Doe.", "New test record"),
        ("$aA guide :$bfrom A to Z /$cX.", "A guide : from A to Z"),
        ("$aA guide$bfrom A to Z", "A guide : from A to Z"),
        ("$aWarum?$bEine Antwort", "Warum? : Eine Antwort"),
        ("$aHakka$b = Kejia-zidian", "Hakka = Kejia-zidian"),
        ("$aReports.$n2,$pThe field.", "Reports. 2, The field"),
        ("$aReports$nBd. 2$pDas Feld", "Reports. Bd. 2, Das Feld"),
        ("$aWho helps?$pPart", "Who helps? Part"),
        ("$aPapers,$f1892-1945", "Papers, 1892-1945"),
        ("$aMusic$hmicroform /$cX", "Music"),
        ("$aThe U.S.A.", "The U.S.A."),
        ("$aVolunteers, etc.", "Volunteers, etc."),
        ("$aSo it goes ...", "So it goes ..."),
        ("$aIt ends.", "It ends"),
        ("$aHe said \"no.\"", "He said \"no.\""),
        ("$aVersion 2.", "Version 2"),
        ("$aPlan (first draft).", "Plan (first draft)"),
        ("$a\x98The\x9c field", "The field"),
        ("$a<<Die>> Arbeit", "Die Arbeit"),
        ("$a¬Die¬ Arbeit", "Die Arbeit"),
        ("$aC++ /$cX", "C++"),
        ("$aOne :$bTwo :$bthree", "One : Two : three"),
        ("$a :$bonly", ": only"),
        ("$a $bonly", "only"),
    ],
)  # fmt: skip
def test_title(title: str, expected: str) -> None:
    assert values("title", field("245", title, "10")) == [expected]


def test_a_full_stop_stays_where_the_record_has_no_punctuation() -> None:
    assert values("title", field("245", "$aIt ends."), leader=UNPUNCTUATED) == ["It ends."]
    assert values("title", field("245", "$aIt ends /"), leader=UNPUNCTUATED) == ["It ends"]


def test_title_in_another_script_follows() -> None:
    found = values(
        "title",
        field("245", "$6880-01$aRossiia i mir /$cA."),
        field("880", "$6245-01/(N$aРоссия и мир /$cА."),
        field("880", "$6700-02/(N$aПушкин"),
    )
    assert found == ["Rossiia i mir", "Россия и мир"]


@pytest.mark.parametrize("tag", ["240", "130", "246", "740"])
def test_without_a_245_another_title_is_taken(tag: str) -> None:
    assert values("title", field(tag, "$aOnly this")) == ["Only this"]


def test_alternative_titles_and_the_language_of_a_translated_one() -> None:
    found = fields_of(
        record(
            field("245", "$aGuía"),
            field("246", "$aGuide no. 1"),
            field("240", "$aGuía.$lInglés"),
            field("242", "$aA guide$yeng"),
            field("246", "$iSpine title:"),
            field("730", "$aAnother work"),
        ),
        {},
    )
    assert found["alternative"] == [Given("Guide no. 1"), Given("Guía"), Given("A guide", "eng")]
    assert found["relation"] == [Given("Another work")]


@pytest.mark.parametrize(
    ("entry", "creators", "contributors"),
    [
        (field("100", "$aDoe, Jane,$d1950-"), ["Doe, Jane"], []),
        (field("100", "$aDoe, Jane,$eeditor."), [], ["Doe, Jane"]),
        (field("100", "$aDoe, Jane,$eauthor,$eeditor."), ["Doe, Jane"], []),
        (field("100", "$aKing, M. L.,$cJr."), ["King, M. L., Jr."], []),
        (field("100", "$aDoe, J.$q(Jane),$csaint"), ["Doe, J."], []),
        (field("100", "$aJohn Paul$bII,$cPope,$d1920-2005", "0 "), ["John Paul II, Pope"], []),
        (field("110", "$aPeru.$bMinisterio de Salud."), ["Peru. Ministerio de Salud"], []),
        (field("110", "$aU.S.$bDept. of State."), ["U.S. Dept. of State"], []),
        (field("111", "$aForum$n(2nd :$d1981 :$cLima)"), ["Forum (2nd : 1981 : Lima)"], []),
        (field("111", "$aForum$d1981$cLima$jorganizer"), [], ["Forum (1981 : Lima)"]),
        (field("111", "$aForum.$eWorking Group"), ["Forum. Working Group"], []),
        (field("700", "$aDoe, Jane"), [], ["Doe, Jane"]),
        (field("700", "$aDoe, Jane,$ejoint author."), ["Doe, Jane"], []),
        (field("700", "$aDoe, Jane$4aut$4edt"), ["Doe, Jane"], []),
        (field("700", "$aDoe, Jane$4http://id.loc.gov/vocabulary/relators/aut"), ["Doe, Jane"], []),
        (field("700", "$aDoe, Jane$eVerfasserin$4aut"), ["Doe, Jane"], []),
        (field("700", "$aDoe, Jane$eilustrador y autor"), ["Doe, Jane"], []),
        (field("700", "$aDoe, Jane.$tAnother book."), [], []),
        (field("710", "$aMuseum$gLima$4oth"), [], ["Museum (Lima)"]),
        (field("720", "$aJane Doe$eauthor"), ["Jane Doe"], []),
        (field("720", "$aJane Doe"), [], ["Jane Doe"]),
        (field("700", "$d1950-"), [], []),
        (field("100", "$cPope"), [], []),
        (field("100", "$cPope", "0 "), ["Pope"], []),
    ],
)  # fmt: skip
def test_agents(entry: MarcField, creators: list[str], contributors: list[str]) -> None:
    assert values("creator", entry) == creators
    assert values("contributor", entry) == contributors


def test_who_is_a_creator_is_no_contributor_too() -> None:
    entries = [field("100", "$aDoe, Jane"), field("700", "$aDoe, Jane,$eeditor")]
    assert values("creator", *entries) == ["Doe, Jane"]
    assert values("contributor", *entries) == []


@pytest.mark.parametrize(
    ("number", "iri"),
    [
        ("$1https://orcid.org/0000-0002-1825-0097", "https://orcid.org/0000-0002-1825-0097"),
        ("$0(orcid)0000-0002-1825-0097", "https://orcid.org/0000-0002-1825-0097"),
        ("$0(isni)0000000121032683", "https://isni.org/isni/0000000121032683"),
        ("$0(DE-588)118608215$0http://viaf.org/viaf/17229333", "http://viaf.org/viaf/17229333"),
        ("$0http://viaf.org/viaf/sourceID/DNB|118608215", ""),
        ("$0(ROR)03yrm5c26", "https://ror.org/03yrm5c26"),
    ],
)  # fmt: skip
def test_identifiers_of_agents_follow_their_name(number: str, iri: str) -> None:
    assert values("creator", field("100", f"$aDoe, Jane{number}")) == [f"Doe, Jane {iri}".strip()]


@pytest.mark.parametrize(
    ("coded", "said", "expected"),
    [
        ("s1983    ", "", "1983"),
        ("s1983####", "", "1983"),
        ("|1983    ", "", "1983"),
        ("s198u    ", "", "198X"),
        ("s19uu    ", "", "19XX"),
        ("suuuu    ", "$c[not dated]", "[not dated]"),
        ("m19831990", "", "1983/1990"),
        ("m19831983", "", "1983"),
        ("c19839999", "", "1983/.."),
        ("d198319uu", "", "1983/19XX"),
        ("q18751880", "", "1875?/1880?"),
        ("q18751875", "", "1875?"),
        ("q18uu1899", "", "18XX/1899?"),
        ("e20080501", "", "2008-05-01"),
        ("e200805  ", "", "2008-05"),
        ("e2008    ", "", "2008"),
        ("r19721951", "", "1972"),
        ("t19901989", "", "1990"),
        ("n        ", "", ""),
        ("b        ", "$c44 B.C.", "44 B.C"),
        ("s9999    ", "", ""),
        ("         ", "$c1955-<1957>", "1955-<1957>"),
        ("         ", "$c1999-<  >", "1999-"),
        ("s2008    ", "$c2008-05-01.", "2008-05-01"),
        ("s2008    ", "$c[2008-05]", "2008-05"),
        ("s2008    ", "$c2009-05-01", "2008"),
        ("s2008    ", "$cMay 2008", "2008"),
    ],
)
def test_date(coded: str, said: str, expected: str) -> None:
    data = CODED[:6] + coded + CODED[15:]
    fields = [field("008", data), *([field("264", said, " 1")] if said else [])]
    assert values("date", *fields) == ([expected] if expected else [])


def test_the_statement_of_publication_counts_before_the_others() -> None:
    fields = [
        field("264", "$bA printer,$c1990", " 3"),
        field("264", "$c©1989", " 4"),
        field("264", "$aLima :$bA publisher,$c1991.", " 1"),
    ]
    assert values("publisher", *fields) == ["A publisher"]
    assert values("date", *fields) == ["1991"]
    assert values("date", *fields[:2]) == ["©1989"]
    assert values("publisher", *fields[:1]) == ["A printer"]
    assert values("publisher", field("264", "$bX", " 9")) == []


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("$aLima :$bPCV,$c1990.", ["PCV"]),
        ("$a[S.l.] :$b[s.n.],$c1990.", []),
        ("$bPublisher not identified", []),
        ("$b[Peace Corps],", ["Peace Corps"]),
        ("$bOne ;$aParis :$bTwo,", ["One", "Two"]),
        ("$bArno Press [u.a.]", ["Arno Press [u.a.]"]),
        ("$bGreat Univ.", ["Great Univ."]),
    ],
)
def test_publisher(said: str, expected: list[str]) -> None:
    assert values("publisher", field("260", said)) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (["$aeng"], ["eng"]),
        (["$aeng$aspa$hfre"], ["eng", "spa"]),
        (["$aengspa"], ["eng", "spa"]),
        (["$aENG "], ["eng"]),
        (["$dspa$bfre"], ["spa"]),
        (["$aund"], ["por"]),
        (["$ascr"], ["hrv"]),
        (["$apt-BR$2rfc5646"], ["pt-BR"]),
        (["$aeng", "$aquz$2iso639-3"], ["eng", "quz"]),
        (["$aenglish1"], ["english1"]),
        ([], ["por"]),
    ],
)
def test_language(fields: list[str], expected: list[str]) -> None:
    coded = field("008", CODED[:35] + "por d")
    assert values("language", coded, *(field("041", text) for text in fields)) == expected


@pytest.mark.parametrize("code", ["   ", "und", "zxx", "|||", "###", "12x"])
def test_no_language_is_none(code: str) -> None:
    assert values("language", field("008", CODED[:35] + code + " d")) == []


@pytest.mark.parametrize(
    ("leader", "coded", "fields", "expected"),
    [
        ("am", "", [], ["Book"]),
        ("aa", "", [], ["Chapter"]),
        ("ab", "", [], ["Article"]),
        ("ac", "", [], ["Collection"]),
        ("as", "p", [], ["Periodical"]),
        ("as", "n", [], ["Newspaper"]),
        ("as", " ", [], ["Serial"]),
        ("ai", "w", [], ["Website"]),
        ("ai", " ", [], ["Integrating resource"]),
        ("a ", "", [], ["Text"]),
        ("tm", "", [], ["Manuscript"]),
        ("cm", "", [], ["Score"]),
        ("es", "", [], ["Map"]),
        ("gm", "", [], ["Video"]),
        ("mm", "", [], ["Electronic resource"]),
        ("am", "", [field("502", "$aThesis")], ["Thesis"]),
        ("am", "", [field("655", "$aBiografie$xPeru"), field("655", "$aFilms.")],
         ["Book", "Biografie", "Films"]),
        ("  ", "", [field("336", "$atext$btxt")], ["text"]),
        ("  ", "", [field("336", "$bsti")], ["Image"]),
        ("  ", "", [field("336", "$bxyz")], []),
    ],
)  # fmt: skip
def test_type(leader: str, coded: str, fields: list[MarcField], expected: list[str]) -> None:
    data = field("008", CODED[:21] + (coded or " ") + CODED[22:])
    found = values("type", data, *fields, leader=LEADER[:6] + leader + LEADER[8:])
    assert found == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [("a", "Dataset"), ("b", "Software"), ("z", "Electronic resource")],
)
def test_type_of_a_computer_file(code: str, expected: str) -> None:
    data = field("008", CODED[:26] + code + CODED[27:])
    assert values("type", data, leader=LEADER[:6] + "mm" + LEADER[8:]) == [expected]


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        (field("650", "$aVolunteers$zPeru$xHistory.", " 0"), ["Volunteers--Peru--History"]),
        (field("651", "$aPeru.", " 0"), ["Peru"]),
        (field("600", "$aDoe, John,$d1955- $xBiography."), ["Doe, John--Biography"]),
        (field("600", "$aDoe, John.$tNovel."), ["Doe, John. Novel"]),
        (field("610", "$aPeace Corps (U.S.)$bStaff"), ["Peace Corps (U.S.). Staff"]),
        (field("630", "$aBible.$pGenesis"), ["Bible. Genesis"]),
        (field("653", "$aone$atwo."), ["one", "two"]),
        (field("689", "$aVolksschule$Ds"), ["Volksschule"]),
        (field("650", "$2fast"), []),
    ],
)
def test_subject(heading: MarcField, expected: list[str]) -> None:
    assert values("subject", heading) == expected


def test_abstracts_but_no_advice() -> None:
    fields = [
        field("520", "$aA summary.$bWith more.", "3 "),
        field("520", "$aViolence.", "4 "),
        field("880", "$6520-01$aРезюме."),
        field("500", "$aA note."),
        field("505", "$aOne -- Two.$tThree"),
    ]
    assert values("description", *fields) == ["A summary. With more.", "Резюме."]
    assert values("tableOfContents", *fields) == ["One -- Two. Three"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([field("020", "$a0777000008 :$c$35.99")], ["ISBN 0777000008"]),
        ([field("020", "$a978-3-16-148410-0 (pbk.)")], ["ISBN 978-3-16-148410-0"]),
        ([field("020", "$z3777000008")], []),
        ([field("020", "$anone")], []),
        ([field("022", "$a0317-8471$y0317-847X")], ["ISSN 0317-8471"]),
        ([field("022", "$y0317-847X")], []),
        ([field("024", "$a10.1000/182$2doi", "7 ")], ["https://doi.org/10.1000/182"]),
        ([field("024", "$ahttps://doi.org/10.1000/182$2doi", "7 ")],
         ["https://doi.org/10.1000/182"]),
        ([field("024", "$a2027/x1$2hdl", "7 ")], ["https://hdl.handle.net/2027/x1"]),
        ([field("024", "$aurn:nbn:de:1$2urn", "7 ")], ["urn:nbn:de:1"]),
        ([field("024", "$aM204421206", "2 ")], ["ISMN M204421206"]),
        ([field("024", "$a9790204421206", "2 ")], ["9790204421206"]),
        ([field("088", "$aPC/ICE-17")], ["PC/ICE-17"]),
    ],
)  # fmt: skip
def test_identifier(fields: list[MarcField], expected: list[str]) -> None:
    assert values("identifier", *fields) == expected


@pytest.mark.parametrize(
    ("link", "name"),
    [
        (field("856", "$uhttps://a.example/x", "40"), "page"),
        (field("856", "$uhttps://a.example/x", "4 "), "page"),
        (field("856", "$uhttps://a.example/x.pdf", "40"), "file"),
        (field("856", "$uhttps://a.example/x.PDF?dl=1", "41"), "file"),
        (field("856", "$uhttps://a.example/get$qapplication/pdf", "40"), "file"),
        (field("856", "$uhttps://a.example/x.pdf$qtext/html", "40"), "page"),
        (field("856", "$uhttps://a.example/x.pdf$q1 PDF", "40"), "file"),
        (field("856", "$uhttps://a.example/v1.2", "40"), "page"),
        (field("856", "$uhttps://[a.example/x.pdf", "40"), "page"),
        (field("856", "$uhttps://a.example/x.pdf", "42"), "relation"),
        (field("856", "$uhttps://a.example/x.pdf$3Table of contents", "4 "), "relation"),
        (field("856", "$uhttps://a.example/x$3Inhaltsverzeichnis", "4 "), "relation"),
        (field("856", "$uhttps://a.example/x$3Table of contents", "40"), "page"),
        (field("856", "$uwww.example", "40"), ""),
        (field("856", "$aftp.loc.gov$dpub", "2 "), ""),
    ],
)
def test_links(link: MarcField, name: str) -> None:
    found = fields_of(record(link), {})
    assert [key for key in found if key not in {"type"}] == ([name] if name else [])


def test_rights_and_licence() -> None:
    fields = [
        field("506", "$aOpen access.$fUnrestricted"),
        field("540", "$aReuse with credit.$uhttps://creativecommons.org/licenses/by/4.0/"),
    ]
    assert values("rights", *fields) == ["Reuse with credit.", "Open access. Unrestricted"]
    assert values("licence", *fields) == ["https://creativecommons.org/licenses/by/4.0/"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([field("490", "$aSeries ;$v1"), field("830", "$aThe series ;$v1.")], ["The series ; 1"]),
        ([field("490", "$aSeries")], ["Series"]),
        ([field("440", "$aTest record series ;$vno. 1")], ["Test record series ; no. 1"]),
        ([field("773", "$tJournal of it.$gVol. 3 (1990), p. 1-9$x0317-8471")],
         ["Journal of it. Vol. 3 (1990), p. 1-9"]),
        ([field("773", "$7nnas")], []),
    ],
)  # fmt: skip
def test_part_of(fields: list[MarcField], expected: list[str]) -> None:
    assert values("isPartOf", *fields) == expected


def test_relations() -> None:
    fields = [
        field("776", "$iOnline version:$aDoe, J.$tThe book.$z123"),
        field("787", "$tOther"),
        field("700", "$aDoe, Jane.$tAnother book."),
        field("710", "$tNameless"),
    ]
    expected = ["Doe, J. The book", "Other", "Doe, Jane. Another book", "Nameless"]
    assert values("relation", *fields) == expected


def test_extent_and_format() -> None:
    fields = [field("300", "$a116 Seiten$bIllustrationen$c20 cm$e1 map"), field("338", "$avolume")]
    assert values("extent", *fields) == ["116 Seiten : Illustrationen ; 20 cm + 1 map"]
    assert values("format", *fields) == ["volume"]


def test_settings_take_the_place_of_what_is_usual() -> None:
    made = record(
        field("245", "$aTitle"), field("650", "$aA; B"), field("653", "$aC"),
        field("520", "$aSummary"),
    )  # fmt: skip
    extra = {
        "subject": Field("650a 653a", split=";"),
        "title": Field("246a"),
        "note": Field("520a", language="en"),
    }
    found = fields_of(made, extra)
    assert found["subject"] == [Given("A"), Given(" B"), Given("C")]
    assert "title" not in found
    assert found["note"] == [Given("Summary", "en")]
    assert found["description"] == [Given("Summary")]


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ([field("001", " 42 "), field("003", "DE-605")], "(DE-605)42"),
        ([field("003", "DE-605"), field("001", "42")], "(DE-605)42"),
        ([field("001", "42")], "42"),
        ([field("035", "$z1"), field("035", "$a(OCoLC)7"), field("035", "$a8")], "(OCoLC)7"),
        ([field("003", "DE-605")], ""),
        ([], ""),
    ],
)
def test_key(fields: list[MarcField], key: str) -> None:
    assert key_of(record(*fields)) == key


def test_an_empty_record_has_no_fields() -> None:
    assert fields_of(Record(), {}) == {}


PARTS = (
    '<{0}leader>00000nam a22</{0}leader><{0}controlfield tag="001">\n 42\n</{0}controlfield>'
    '<{0}controlfield>x</{0}controlfield><{0}controlfield tag="bad tag">x</{0}controlfield>'
    '<{0}datafield tag="245" ind1="1"><{0}subfield code="a">A <i xmlns="">b</i>'
    '</{0}subfield><{0}subfield>x</{0}subfield><{0}subfield code="ab">x</{0}subfield>'
    '</{0}datafield><{0}datafield tag="246" ind1="" ind2="10"/><other/>'
)


@pytest.mark.parametrize(
    ("prefix", "namespace"),
    [
        ("", ""),
        ("", ' xmlns="http://www.loc.gov/MARC21/slim"'),
        ("marc:", ' xmlns:marc="http://www.loc.gov/MARC21/slim"'),
        ("mx:", ' xmlns:mx="info:lc/xmlns/marcxchange-v2"'),
    ],
)
def test_from_xml_in_any_namespace(prefix: str, namespace: str) -> None:
    root = etree.fromstring(f"<{prefix}record{namespace}>{PARTS.format(prefix)}</{prefix}record>")
    found = from_xml(root)
    assert str(found.leader) == "00000nam a22            "
    assert [one.tag for one in found.fields] == ["001", "245", "246"]
    assert key_of(found) == "42"
    title = found["245"]
    assert (title.indicator1, title.indicator2) == ("1", " ")
    assert title.subfields == [("a", "A b")]
    assert (found["246"].indicator1, found["246"].indicator2) == (" ", "1")


def test_from_xml_takes_what_is_no_record_for_an_empty_one() -> None:
    assert (
        fields_of(from_xml(etree.fromstring("<record><!-- none --><header/></record>")), {}) == {}
    )
