"""Which properties of the usual vocabularies mean which of our fields, and which classes records.

Facts about Dublin Core (DCMI Metadata Terms), schema.org, DCAT 3, FOAF, SKOS, BIBO, ADMS and EDM,
for every kind that reads linked data. IRIs are in the form that `canonical` gives.
"""

from __future__ import annotations

import functools
import re

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
XSD = "http://www.w3.org/2001/XMLSchema#"
OWL = "http://www.w3.org/2002/07/owl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DC = "http://purl.org/dc/elements/1.1/"
DCTERMS = "http://purl.org/dc/terms/"
DCMITYPE = "http://purl.org/dc/dcmitype/"
SCHEMA = "http://schema.org/"
DCAT = "http://www.w3.org/ns/dcat#"
ADMS = "http://www.w3.org/ns/adms#"
FOAF = "http://xmlns.com/foaf/0.1/"
VCARD = "http://www.w3.org/2006/vcard/ns#"
BIBO = "http://purl.org/ontology/bibo/"
FABIO = "http://purl.org/spar/fabio/"
EDM = "http://www.europeana.eu/schemas/edm/"
ORE = "http://www.openarchives.org/ore/terms/"
CC = "http://creativecommons.org/ns#"
VOID = "http://rdfs.org/ns/void#"
HYDRA = "http://www.w3.org/ns/hydra/core#"

PREFIXES = {
    "rdf": RDF, "rdfs": RDFS, "xsd": XSD, "owl": OWL, "skos": SKOS, "dc": DC, "dc11": DC,
    "dcterms": DCTERMS, "dct": DCTERMS, "dcmitype": DCMITYPE, "schema": SCHEMA, "sdo": SCHEMA,
    "dcat": DCAT, "adms": ADMS, "foaf": FOAF, "vcard": VCARD, "bibo": BIBO, "fabio": FABIO,
    "edm": EDM, "ore": ORE, "cc": CC, "void": VOID, "hydra": HYDRA,
}  # fmt: skip
"""The prefixes that settings may use (`dcterms:title`)."""

SPELLINGS = (
    ("https://schema.org/", SCHEMA),
    ("http://www.schema.org/", SCHEMA),
    ("https://www.schema.org/", SCHEMA),
    ("https://www.w3.org/ns/dcat#", DCAT),
    ("https://purl.org/dc/terms/", DCTERMS),
    ("https://purl.org/dc/elements/1.1/", DC),
    ("https://xmlns.com/foaf/0.1/", FOAF),
)
"""How namespaces are misspelt, and what is meant (schema.org allows both of its forms)."""

ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20]+")


def _named(namespace: str, fields: str) -> dict[str, str]:
    """Return property -> field of lines `field: property, property`, or of properties alone."""
    found: dict[str, str] = {}
    for line in fields.split(";"):
        field, colon, names = line.strip().rpartition(":")
        for name in names.split():
            found[namespace + name] = field if colon else name
    return found


_OF = (
    (DCTERMS, """
        title; alternative; description; description: abstract; tableOfContents; type; subject;
        language; date: issued date; available; created; modified; valid; creator; contributor;
        publisher; identifier; citation: bibliographicCitation; licence: license; rights;
        accessRights; rightsHolder; isPartOf; hasPart; relation; references; isReferencedBy;
        replaces; isReplacedBy; isVersionOf; hasVersion; isFormatOf; hasFormat; requires;
        isRequiredBy; conformsTo; source; spatial; temporal; coverage; audience; format; extent;
        medium; educationalLevel: educationLevel; provenance"""),
    (DC, """
        title; description; type; subject; language; date; creator; contributor; publisher;
        identifier; rights; relation; source; coverage; format"""),
    (SCHEMA, """
        title: name headline; alternative: alternateName alternativeHeadline;
        description: description abstract; type: learningResourceType additionalType genre;
        subject: about keywords; language: inLanguage; date: datePublished; created: dateCreated;
        modified: dateModified; creator: creator author; contributor: contributor editor translator;
        publisher: publisher provider; identifier: identifier isbn issn; page: url mainEntityOfPage;
        file: contentUrl downloadUrl; licence: license; rights: copyrightNotice;
        accessRights: conditionsOfAccess; rightsHolder: copyrightHolder; isPartOf; hasPart;
        references: citation; relation: isRelatedTo; source: isBasedOn; spatial: spatialCoverage;
        temporal: temporalCoverage; audience; educationalLevel; format: encodingFormat;
        extent: numberOfPages; version; image: image thumbnailUrl"""),
    (DCAT, """
        subject: keyword theme; page: landingPage; file: downloadURL; identifier: identifier;
        isPartOf: inSeries; hasVersion; version; format: mediaType; contactPoint"""),
    (ADMS, "identifier: identifier; alternative: alternative; version: version"),
    (EDM, """
        page: isShownAt; file: isShownBy; rights: rights; provider: dataProvider;
        type: type hasType; image: object"""),
    (BIBO, """
        alternative: shortTitle; description: abstract; creator: authorList;
        contributor: editor editorList translator; publisher: issuer; page: uri;
        identifier: isbn isbn10 isbn13 issn eissn doi handle oclcnum lccn;
        extent: numPages pages; references: cites; version: edition"""),
    (CC, "licence: license"),
    ("http://www.w3.org/1999/xhtml/vocab#", "licence: license"),
    (FOAF, "creator: maker; page: page homepage isPrimaryTopicOf; subject: topic; "
           "image: depiction img"),
    (OWL, "version: versionInfo"),
    (SKOS, "title: prefLabel; alternative: altLabel"),
    (RDFS, "title: label; description: comment; relation: seeAlso"),
)  # fmt: skip

PROPERTIES: dict[str, str] = {
    iri: field for namespace, fields in _OF for iri, field in _named(namespace, fields).items()
}
"""Property IRI -> field. Of several that give a field the earlier one is the more specific."""

KEYWORD_LISTS = frozenset({SCHEMA + "keywords"})
"""Properties whose one text is a list parted by commas (so schema.org's definition)."""

DISTRIBUTIONS = frozenset(
    {
        DCAT + "distribution",
        SCHEMA + "distribution",
        SCHEMA + "encoding",
        SCHEMA + "encodings",
        SCHEMA + "associatedMedia",
    }
)
"""Properties that lead to the forms a resource is given in, with their addresses and licences."""

LABELS = (
    SKOS + "prefLabel", FOAF + "name", SCHEMA + "name", VCARD + "fn", DCTERMS + "title",
    DC + "title", RDFS + "label", RDF + "value", VCARD + "organization-name", FOAF + "nick",
    SKOS + "altLabel", SCHEMA + "legalName", SCHEMA + "headline", SCHEMA + "alternateName",
    SKOS + "notation", SCHEMA + "value", DCTERMS + "identifier",
)  # fmt: skip
"""Properties by which a thing that is only named may be called, the best first."""

ADDRESSES = (
    SCHEMA + "url", FOAF + "homepage", FOAF + "page", DCAT + "landingPage", DCAT + "accessURL",
    DCAT + "downloadURL", SCHEMA + "contentUrl", VCARD + "hasURL", VCARD + "url", RDF + "value",
)  # fmt: skip
"""Properties that hold the address of a thing without an IRI, the best first."""


def _classes(namespace: str, names: str) -> frozenset[str]:
    return frozenset(namespace + name for name in names.split())


CLASSES = (
    _classes(DCAT, "Dataset DatasetSeries Resource")
    | _classes(DCTERMS, "BibliographicResource")
    | _classes(ADMS, "Asset SemanticAsset")
    | _classes(VOID, "Dataset")
    | _classes(EDM, "ProvidedCHO")
    | _classes(DCMITYPE, "Text Dataset Software Image StillImage MovingImage Sound "
                         "InteractiveResource")
    | _classes("http://purl.org/dcx/lrmi-terms/", "LearningResource")
    | _classes(
        SCHEMA,
        "CreativeWork LearningResource Course Article NewsArticle ScholarlyArticle TechArticle "
        "MedicalScholarlyArticle AdvertiserContentArticle SatiricalArticle APIReference Report "
        "BlogPosting SocialMediaPosting LiveBlogPosting Book Audiobook Chapter Thesis Manuscript "
        "Guide HowTo Recipe Quiz Syllabus Dataset DataFeed DigitalDocument NoteDigitalDocument "
        "PresentationDigitalDocument SpreadsheetDigitalDocument TextDigitalDocument Map Movie "
        "Episode PodcastEpisode PodcastSeries CreativeWorkSeries BookSeries Periodical Newspaper "
        "Atlas Poster Photograph SheetMusic MusicRecording Play Legislation Game VideoGame "
        "SoftwareApplication MobileApplication WebApplication SoftwareSourceCode MathSolver "
        "DefinedTermSet ArchiveComponent ShortStory Drawing VisualArtwork Conversation",
    )
    | _classes(
        BIBO,
        "Document Article AcademicArticle Book EditedBook Proceedings BookSection Chapter Report "
        "Thesis Manual Manuscript Patent Periodical Journal Magazine Newspaper Series Slideshow "
        "Standard Statute Legislation LegalDocument AudioVisualDocument AudioDocument Film Image "
        "Map Webpage Note Code Letter ReferenceSource CollectedDocument PersonalCommunication",
    )
    | _classes(
        FABIO,
        "Expression Work Article JournalArticle Book BookChapter ConferencePaper "
        "ProceedingsPaper Report TechnicalReport PolicyDocument Thesis DoctoralThesis "
        "MastersThesis WorkingPaper Manual Dataset Preprint ResearchPaper ReviewArticle "
        "WhitePaper Presentation",
    )
)  # fmt: skip
"""Classes whose instances are records."""

PART_CLASSES = (
    _classes(DCAT, "DataService")
    | _classes(FOAF, "Document Image")
    | _classes(SCHEMA, "MediaObject VideoObject AudioObject ImageObject 3DModel Clip")
)
"""Classes whose instances are records where nothing else in the document points to them."""

PAGE_CLASSES = _classes(
    SCHEMA,
    "WebPage AboutPage CollectionPage FAQPage ItemPage MedicalWebPage ProfilePage QAPage "
    "RealEstateListing SearchResultsPage WebSite WebContent Blog Collection DataCatalog",
)
"""Classes of what mostly only holds or presents a record; records where there is no other."""

NEVER_CLASSES = (
    _classes(DCAT, "Catalog CatalogRecord Distribution Relationship Role")
    | _classes(FOAF, "Agent Person Organization Group Project")
    | _classes(SKOS, "Concept ConceptScheme Collection OrderedCollection")
    | _classes(VCARD, "Kind Individual Organization Group VCard Contact")
    | _classes(DCTERMS, "Agent AgentClass LicenseDocument RightsStatement Location PeriodOfTime "
                        "Standard MediaType MediaTypeOrExtent LinguisticSystem Frequency "
                        "ProvenanceStatement")
    | _classes(SCHEMA, "Person Organization Corporation EducationalOrganization "
                       "CollegeOrUniversity GovernmentOrganization NGO Library Place Country "
                       "PostalAddress BreadcrumbList ItemList ListItem SearchAction ContactPoint "
                       "DefinedTerm DataDownload Offer PropertyValue")
    | _classes(ADMS, "Identifier AssetDistribution")
    | _classes(EDM, "Agent Place TimeSpan WebResource Event")
    | _classes(ORE, "Aggregation Proxy")
    | _classes(OWL, "Ontology Class ObjectProperty DatatypeProperty AnnotationProperty")
    | _classes(RDFS, "Class Datatype")
    | _classes(RDF, "Property List Statement")
)  # fmt: skip
"""Classes of agents, concepts, catalogues, vocabularies: never records, whatever they are named."""

GENERAL_CLASSES = frozenset(
    {
        SCHEMA + "CreativeWork",
        SCHEMA + "LearningResource",
        SCHEMA + "Thing",
        DCTERMS + "BibliographicResource",
        DCAT + "Resource",
        BIBO + "Document",
        FOAF + "Document",
        EDM + "ProvidedCHO",
        FABIO + "Work",
        FABIO + "Expression",
        "http://purl.org/dcx/lrmi-terms/LearningResource",
        RDFS + "Resource",
        OWL + "Thing",
        OWL + "NamedIndividual",
    }
)
"""Classes that say nothing about the kind of a resource."""


@functools.lru_cache(maxsize=4096)
def canonical(iri: str) -> str:
    """Return an IRI in the one spelling of its namespace that the tables here use.

    >>> canonical("https://schema.org/name")
    'http://schema.org/name'
    """
    for spelling, namespace in SPELLINGS:
        if iri.startswith(spelling):
            return namespace + iri[len(spelling) :]
    return iri


def expand(name: str) -> str:
    """Return the canonical IRI of `dcterms:title`, `<http://…>` or an IRI; empty where it is none.

    >>> expand("dct:title"), expand("title")
    ('http://purl.org/dc/terms/title', '')
    """
    text = name.strip()
    if text.startswith("<") and text.endswith(">"):
        text = text[1:-1]
    prefix, colon, local = text.partition(":")
    if colon and prefix in PREFIXES and not local.startswith("//"):
        text = PREFIXES[prefix] + local
    elif not ABSOLUTE.fullmatch(text) or not ("/" in local or prefix == "urn"):
        return ""
    return canonical(text) if ABSOLUTE.fullmatch(text) else ""
