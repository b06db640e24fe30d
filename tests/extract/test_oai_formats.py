"""MODS, EDM, DataCite, DSpace's formats and MARC in the metadata of a record."""

from __future__ import annotations

import pytest

from pipeline.extract.oai_metadata import read_metadata
from pipeline.extract.xml_document import parse_xml

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"'


def languages(text: str) -> dict[str, list[tuple[str, str]]]:
    """Return the fields of metadata of a known format."""
    found, known = read_metadata(parse_xml(text, "metadata"))
    assert known
    return {name: [(value, language) for value, language in given] for name, given in found.items()}


def values(text: str) -> dict[str, list[str]]:
    """Return the fields of metadata of a known format, without languages."""
    return {name: [value for value, _ in given] for name, given in languages(text).items()}


def mods(content: str) -> dict[str, list[str]]:
    return values(f'<mods xmlns="http://www.loc.gov/mods/v3" {XLINK}>{content}</mods>')


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<titleInfo><nonSort>The</nonSort><title>Book</title><subTitle>a life</subTitle>"
         "<partNumber>Part 2</partNumber><partName>North</partName></titleInfo>",
         {"title": ["The Book: a life. Part 2, North"]}),
        ("<titleInfo><nonSort>L'</nonSort><title>eau</title></titleInfo>", {"title": ["L'eau"]}),
        ("<titleInfo><nonSort>The </nonSort><title>sea</title></titleInfo>",
         {"title": ["The sea"]}),
        ('<titleInfo type="alternative"><title>A</title></titleInfo>'
         '<titleInfo type="uniform"><title>U</title></titleInfo>', {"alternative": ["A", "U"]}),
        ("<titleInfo><subTitle>s</subTitle></titleInfo>", {"title": ["s"]}),
        ("<titleInfo><partNumber>1</partNumber></titleInfo><titleInfo/>", {"title": ["1"]}),
        ('<name><namePart type="family">Smith</namePart><namePart type="given">Ann</namePart>'
         '<namePart type="date">1950-</namePart></name>', {"creator": ["Smith, Ann"]}),
        ("<name><namePart>Ministry</namePart><namePart>Office</namePart></name>",
         {"creator": ["Ministry. Office"]}),
        ("<name><displayForm>Ann</displayForm><role><roleTerm>Author.</roleTerm></role></name>",
         {"creator": ["Ann"]}),
        ('<name><namePart>E</namePart><role><roleTerm type="code">edt</roleTerm></role></name>',
         {"contributor": ["E"]}),
        ('<name usage="primary"><namePart>E</namePart><role><roleTerm>edt</roleTerm></role></name>',
         {"creator": ["E"]}),
        ("<name><namePart>P</namePart><role><roleTerm>Publisher</roleTerm></role></name>",
         {"publisher": ["P"]}),
        ('<name valueURI="https://orcid.org/0000-0001"><namePart>A</namePart></name>',
         {"creator": ["A https://orcid.org/0000-0001"]}),
        ('<name><namePart>A</namePart><nameIdentifier>http://orcid.org/0</nameIdentifier></name>',
         {"creator": ["A http://orcid.org/0"]}),
        ("<typeOfResource>text</typeOfResource><genre>report</genre>",
         {"type": ["text", "report"]}),
        ('<originInfo><dateIssued encoding="marc">1999</dateIssued>'
         '<dateIssued encoding="w3cdtf">1999-05</dateIssued><publisher>P</publisher>'
         '<edition>2nd</edition><place><placeTerm type="code">pe</placeTerm>'
         '<placeTerm type="text">Lima</placeTerm></place></originInfo>',
         {"date": ["1999-05", "1999"], "publisher": ["P"], "edition": ["2nd"], "place": ["Lima"]}),
        ('<originInfo><dateCreated keyDate="yes" qualifier="approximate">1990</dateCreated>'
         '<dateCreated encoding="w3cdtf">1991</dateCreated></originInfo>',
         {"created": ["1990~", "1991"], "date": ["1990~", "1991"]}),
        ('<originInfo><dateIssued point="start">1990</dateIssued>'
         '<dateIssued point="end" qualifier="questionable">1995</dateIssued></originInfo>',
         {"date": ["1990/1995?"]}),
        ('<originInfo><dateIssued point="start">1990</dateIssued></originInfo>',
         {"date": ["1990"]}),
        ("<originInfo><dateIssued/></originInfo>", {}),
        ('<language><languageTerm type="text">French</languageTerm>'
         '<languageTerm type="code">fre</languageTerm></language>'
         "<language><languageTerm>Spanish</languageTerm></language><language/>",
         {"language": ["fre", "Spanish"]}),
        ("<abstract>A</abstract><note>N</note><tableOfContents>T</tableOfContents>"
         "<targetAudience>adult</targetAudience><classification>Q1</classification>",
         {"description": ["A"], "note": ["N"], "tableOfContents": ["T"], "audience": ["adult"],
          "classification": ["Q1"]}),
        ("<subject><topic>a</topic><geographic>Peru</geographic><temporal>1990s</temporal>"
         "<name><namePart>Smith</namePart></name><titleInfo><title>Bible</title></titleInfo>"
         "<cartographics>x</cartographics></subject>",
         {"subject": ["a", "Smith", "Bible"], "spatial": ["Peru"], "temporal": ["1990s"]}),
        ('<identifier type="isbn">9783161484100</identifier>'
         '<identifier type="doi">10.1/a</identifier>'
         '<identifier type="issn" invalid="yes">1234</identifier>'
         '<identifier type="uri">https://a.org/1</identifier><identifier>X1</identifier>',
         {"identifier": ["ISBN 9783161484100", "10.1/a", "X1"], "page": ["https://a.org/1"],
          "invalidIdentifier": ["ISSN 1234"]}),
        ('<location><physicalLocation>L</physicalLocation><url access="preview">http://t</url>'
         '<url usage="primary display">http://p</url><url access="raw object">http://f</url>'
         "<url>http://o/x.pdf</url></location>",
         {"location": ["L"], "thumbnail": ["http://t"], "page": ["http://p"],
          "file": ["http://f", "http://o/x.pdf"]}),
        ('<accessCondition xlink:href="https://l.org">CC BY</accessCondition>'
         "<accessCondition>https://m.org</accessCondition>",
         {"licence": ["https://l.org", "https://m.org"], "rights": ["CC BY"]}),
        ('<relatedItem type="host"><titleInfo><title>Journal</title></titleInfo></relatedItem>'
         '<relatedItem type="series"><titleInfo><title>S</title></titleInfo></relatedItem>'
         "<relatedItem><identifier>x</identifier></relatedItem>"
         '<relatedItem xlink:href="http://r"/>',
         {"isPartOf": ["Journal", "S"], "relation": ["x", "http://r"]}),
        ("<physicalDescription><extent>5 p.</extent><internetMediaType>application/pdf"
         "</internetMediaType><digitalOrigin>x</digitalOrigin></physicalDescription>",
         {"extent": ["5 p."], "format": ["application/pdf"]}),
        ("<recordInfo><languageOfCataloging/></recordInfo><extension><title>x</title></extension>",
         {}),
    ],
)  # fmt: skip
def test_mods(content: str, expected: dict[str, list[str]]) -> None:
    assert mods(content) == expected


def test_mods_languages_and_collections() -> None:
    text = (
        '<modsCollection xmlns="http://www.loc.gov/mods/v3" xml:lang="de"><mods>'
        '<titleInfo><title>T</title></titleInfo><titleInfo type="translated" lang="eng">'
        "<title>U</title></titleInfo></mods><mods/></modsCollection>"
    )
    assert languages(text) == {"title": [("T", "de"), ("U", "eng")]}
    assert values("<modsCollection><title>x</title></modsCollection>") == {}


def edm(content: str) -> dict[str, list[tuple[str, str]]]:
    return languages(
        f'<rdf:RDF xmlns:rdf="{RDF}" xmlns:edm="http://www.europeana.eu/schemas/edm/" '
        'xmlns:ore="http://www.openarchives.org/ore/terms/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        f'xmlns:skos="http://www.w3.org/2004/02/skos/core#">{content}</rdf:RDF>'
    )


AGGREGATION = (
    '<ore:Aggregation rdf:about="#a"><edm:aggregatedCHO rdf:resource="#2"/>'
    '<edm:isShownAt rdf:resource="https://a.org/1"/><edm:isShownBy rdf:resource="https://a.org/1.jpg"/>'
    '<edm:rights rdf:resource="http://rightsstatements.org/vocab/InC/1.0/"/>'
    "<edm:dataProvider>Library</edm:dataProvider></ore:Aggregation>"
)


def test_edm() -> None:
    found = edm(
        '<edm:ProvidedCHO rdf:about="#1"><dc:title>Other</dc:title></edm:ProvidedCHO>'
        '<edm:ProvidedCHO rdf:about="#2"><dc:title xml:lang="en">T</dc:title>'
        '<dc:title xml:lang="fr">U</dc:title><dc:creator rdf:resource="#who"/>'
        '<dc:subject rdf:resource="http://nowhere"/><dc:subject>words</dc:subject>'
        "<dcterms:issued>1905</dcterms:issued><edm:type>TEXT</edm:type><dc:rights>free</dc:rights>"
        "</edm:ProvidedCHO>"
        '<edm:Agent rdf:about="#who"><skos:prefLabel xml:lang="en">Ann</skos:prefLabel>'
        '<skos:prefLabel xml:lang="fr">Anne</skos:prefLabel><skos:altLabel>A</skos:altLabel>'
        f"</edm:Agent>{AGGREGATION}"
    )
    assert found == {
        "title": [("T", "en"), ("U", "fr")], "creator": [("Ann", "en"), ("Anne", "fr")],
        "subject": [("http://nowhere", ""), ("words", "")], "date": [("1905", "")],
        "type": [("TEXT", "")], "rights": [("free", "")],
        "licence": [("http://rightsstatements.org/vocab/InC/1.0/", "")],
        "page": [("https://a.org/1", "")], "file": [("https://a.org/1.jpg", "")],
        "dataProvider": [("Library", "")],
    }  # fmt: skip


def test_edm_without_aggregation_and_with_proxies() -> None:
    found = edm(
        '<edm:ProvidedCHO rdf:about="#1"/><ore:Proxy rdf:about="#p"><dc:type>map</dc:type>'
        '<edm:type>IMAGE</edm:type><ore:proxyFor rdf:resource="#1"/><dc:title/></ore:Proxy>'
    )
    assert found["type"] == [("map", "")]
    assert found.keys() == {"type", "title"}


def test_rdf_that_is_no_edm_is_not_known() -> None:
    text = (
        f'<rdf:RDF xmlns:rdf="{RDF}"><rdf:Description><title>T</title></rdf:Description></rdf:RDF>'
    )
    assert read_metadata(parse_xml(text, "metadata")) == ({"title": [("T", "")]}, False)


def test_datacite() -> None:
    text = (
        '<resource xmlns="http://datacite.org/schema/kernel-4" xml:lang="en">'
        '<identifier identifierType="DOI">10.1/a</identifier>'
        "<creators><creator><creatorName>Smith, Ann</creatorName>"
        '<nameIdentifier nameIdentifierScheme="ORCID">0000-0001</nameIdentifier></creator>'
        "<creator><givenName>Bo</givenName><familyName>Li</familyName>"
        '<nameIdentifier nameIdentifierScheme="ORCID">https://orcid.org/2</nameIdentifier></creator>'
        "</creators><contributors><contributor><contributorName>C</contributorName></contributor>"
        '</contributors><titles><title>T</title><title titleType="Subtitle">S</title>'
        '<title titleType="TranslatedTitle" xml:lang="fr">U</title></titles>'
        "<publisher>P</publisher><publicationYear>2020</publicationYear><subjects><subject>s</subject></subjects>"
        '<dates><date dateType="Issued">2020-03-01</date><date dateType="Updated">2021</date>'
        '<date dateType="Collected">2019</date></dates><language>en</language>'
        '<resourceType resourceTypeGeneral="Dataset">Survey</resourceType>'
        "<alternateIdentifiers><alternateIdentifier>A1</alternateIdentifier></alternateIdentifiers>"
        '<relatedIdentifiers><relatedIdentifier relationType="IsPartOf">10.1/s</relatedIdentifier>'
        '<relatedIdentifier relationType="Cites">10.1/c</relatedIdentifier></relatedIdentifiers>'
        "<sizes><size>5 MB</size></sizes><formats><format>text/csv</format></formats>"
        '<version>1</version><rightsList><rights rightsURI="https://l.org">CC</rights><rights/>'
        '</rightsList><descriptions><description descriptionType="Abstract">D</description>'
        '<description descriptionType="Methods">M</description></descriptions>'
        "<geoLocations><geoLocation><geoLocationPlace>Lima</geoLocationPlace></geoLocation>"
        "</geoLocations><fundingReferences><fundingReference><funderName>F</funderName>"
        "</fundingReference></fundingReferences><other>x</other></resource>"
    )
    expected = {
        "identifier": ["10.1/a", "A1"], "page": ["https://doi.org/10.1/a"],
        "creator": ["Smith, Ann ORCID: 0000-0001", "Li, Bo https://orcid.org/2"],
        "contributor": ["C"], "title": ["T", "U"], "alternative": ["S"], "publisher": ["P"],
        "subject": ["s"], "date": ["2020-03-01"], "modified": ["2021"], "dateOther": ["2019"],
        "language": ["en"], "type": ["Survey", "Dataset"], "isPartOf": ["10.1/s"],
        "relation": ["10.1/c"], "extent": ["5 MB"], "format": ["text/csv"], "version": ["1"],
        "licence": ["https://l.org"], "rights": ["CC"], "description": ["D"], "note": ["M"],
        "spatial": ["Lima"], "funder": ["F"],
    }  # fmt: skip
    assert values(text) == expected
    wrapped = (
        f"<oai_datacite><schemaVersion>4</schemaVersion><payload>{text}</payload></oai_datacite>"
    )
    assert values(wrapped) == expected
    assert languages(text)["title"] == [("T", "en"), ("U", "fr")]


def test_datacite_with_little() -> None:
    text = (
        "<resource><identifier identifierType='URL'>https://a.org/1</identifier><titles><title/>"
        "</titles><publicationYear>2020</publicationYear><rights>R</rights></resource>"
    )
    assert values(text) == {"page": ["https://a.org/1"], "date": ["2020"], "rights": ["R"]}


def test_dim() -> None:
    def field(element: str, qualifier: str, value: str, more: str = 'lang="en"') -> str:
        named = f'qualifier="{qualifier}"' if qualifier else ""
        return f'<dim:field mdschema="dc" element="{element}" {named} {more}>{value}</dim:field>'

    text = (
        '<dim:dim xmlns:dim="http://www.dspace.org/xmlns/dspace/dim">'
        + field("title", "", "T") + field("title", "alternative", "A", "")
        + field("contributor", "author", "Smith, Ann") + field("contributor", "editor", "E")
        + field("date", "accessioned", "2007-10-10T15:47:32Z") + field("date", "issued", "2004")
        + field("description", "provenance", "Submitted by a@b.org") + field("description", "", "D")
        + field("description", "abstract", "B") + field("description", "sponsorship", "S")
        + field("identifier", "uri", "http://hdl.handle.net/1/2")
        + field("identifier", "isbn", "9783161484100") + field("language", "iso", "en")
        + field("rights", "uri", "https://l.org") + field("subject", "lcsh", "s")
        + '<dim:field mdschema="local" element="secret">x</dim:field><dim:other/></dim:dim>'
    )  # fmt: skip
    assert values(text) == {
        "title": ["T"], "alternative": ["A"], "creator": ["Smith, Ann"], "contributor": ["E"],
        "date": ["2004"], "description": ["D", "B"], "sponsorship": ["S"],
        "page": ["http://hdl.handle.net/1/2"], "identifier": ["ISBN 9783161484100"],
        "language": ["en"], "licence": ["https://l.org"], "subject": ["s"],
    }  # fmt: skip
    assert languages(text)["title"] == [("T", "en")]


def test_xoai() -> None:
    def element(name: str, content: str) -> str:
        return f'<element name="{name}">{content}</element>'

    def value(text: str) -> str:
        return f'<field name="value">{text}</field><field name="authority">no</field>'

    original = (
        '<field name="name">ORIGINAL</field>'
        + element("bitstreams", element("bitstream", '<field name="url">http://f/1</field>'))
    )  # fmt: skip
    text = (
        '<metadata xmlns="http://www.lyncode.com/xoai">'
        + element("dc",
                  element("title", element("pt_BR", value("T")))
                  + element("contributor", element("author", element("none", value("Ann"))))
                  + element("date", element("issued", element("none", value("2004"))))
                  + element("description", element("abstract", element("en", value("D"))))
                  + element("type", element("none", value("text"))) + element("x", ""))
        + element("bundles", element("bundle", original)
                  + element("bundle", '<field name="name">LICENSE</field>'))
        + element("others", '<field name="handle">1/2</field>') + "</metadata>"
    )  # fmt: skip
    assert languages(text) == {
        "title": [("T", "pt_BR")], "creator": [("Ann", "")], "date": [("2004", "")],
        "description": [("D", "en")], "type": [("text", "")], "file": [("http://f/1", "")],
    }  # fmt: skip
    assert "file" not in values(text.replace("ORIGINAL", "TEXT"))


MARC = (
    "<leader>00000nam a2200000 a 4500</leader>"
    '<controlfield tag="008">990101s1999    xx            000 0 eng d</controlfield>'
    '<datafield tag="245" ind1="1" ind2="0"><subfield code="a">A title :</subfield>'
    '<subfield code="b">and more /</subfield></datafield>'
    '<datafield tag="100" ind1="1" ind2=" "><subfield code="a">Smith, Ann.</subfield></datafield>'
)


@pytest.mark.parametrize(
    "wrap",
    [
        '<record xmlns="http://www.loc.gov/MARC21/slim">{}</record>',
        '<collection xmlns="http://www.loc.gov/MARC21/slim"><record>{}</record></collection>',
        "<record>{}</record>",
    ],
)
def test_marcxml(wrap: str) -> None:
    found = values(wrap.format(MARC))
    assert found["title"] == ["A title : and more"]
    assert found["creator"] == ["Smith, Ann"]
    assert (found["date"], found["language"]) == (["1999"], ["eng"])


def test_the_older_oai_marc() -> None:
    text = (
        '<oai_marc status="c" type="a"><fixfield id="8">"990101s1999    xx            000 0 eng d"'
        '</fixfield><varfield id="245" i1="1" i2="0"><subfield label="a">A title</subfield>'
        '<x/></varfield><varfield id="100"><subfield label="a">Smith, Ann</subfield></varfield>'
        "<other/></oai_marc>"
    )
    found = values(text)
    assert (found["title"], found["creator"]) == (["A title"], ["Smith, Ann"])
    assert found["date"] == ["1999"]
