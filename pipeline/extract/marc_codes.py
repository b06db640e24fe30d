"""Codes of MARC 21 and what they stand for: relators, types of material, retired languages."""

from __future__ import annotations

# https://www.loc.gov/marc/relators: who RDA (19.2) counts as creators.
_CREATORS = "arc art aus aut chr cmp com cre ctg dis dsr fmk inv ive ivr lbt lyr pht prg scl"
CREATORS = frozenset(_CREATORS.split())
# The same in words, as $e writes them: English, German, French, Spanish, Portuguese, Italian.
_CREATOR_WORDS = (
    "architect|artist|author|co-author|coauthor|joint author|joint-author|creator|composer|compiler"
    "|cartographer|choreographer|designer|dissertant|filmmaker|interviewee|interviewer|inventor"
    "|librettist|lyricist|photographer|programmer|screenwriter|sculptor|writer|aut|comp|autor"
    "|autorin|autor/in|verfasser|verfasserin|verfasser/in|urheber|komponist|komponistin|künstler"
    "|künstlerin|fotograf|fotografin|kartograf|auteur|auteure|auteur-e|compositeur|compositrice"
    "|photographe|artiste|autora|autor/a|compositor|compositora|fotógrafo|fotógrafa|artista|autore"
    "|autrice|compositore"
)
CREATOR_WORDS = frozenset(_CREATOR_WORDS.split("|"))

# Leader/06 and /07 (MARC 21, Leader), as words that a librarian maps to resource types.
MATERIALS = {
    "c": "Score", "d": "Score", "e": "Map", "f": "Map", "g": "Video", "i": "Audio recording",
    "j": "Music recording", "k": "Image", "m": "Electronic resource", "o": "Kit",
    "p": "Mixed materials", "r": "Object",
}  # fmt: skip
LEVELS = {
    "a": "Chapter", "b": "Article", "c": "Collection", "d": "Collection",
    "i": "Integrating resource", "m": "Book", "s": "Serial",
}  # fmt: skip
SERIALS = {
    "d": "Database", "h": "Blog", "l": "Loose-leaf", "m": "Series", "n": "Newspaper",
    "p": "Periodical", "r": "Repository", "w": "Website",
}  # fmt: skip
COMPUTER_FILES = {"a": "Dataset", "b": "Software", "g": "Game", "i": "Multimedia", "j": "Website"}
# 336 $b (https://www.loc.gov/standards/valuelist/rdacontent.html), where the leader says nothing.
CONTENTS = {
    "cod": "Dataset", "cop": "Software", "cri": "Map", "ntm": "Score", "prm": "Music recording",
    "spw": "Audio recording", "sti": "Image", "tdi": "Video", "txt": "Text",
}  # fmt: skip

NOT_DESCRIPTIONS = {
    "u": "holdings", "v": "holdings", "w": "classification", "x": "holdings", "y": "holdings",
    "z": "authority",
}  # fmt: skip
"""Leader/06 of records that describe no resource."""

DELETED = "d"
"""Leader/05 of a record that its catalogue has deleted."""

# MARC codes before 2008 that are no ISO 639-2 codes any more (MARC Code List for Languages).
RETIRED_LANGUAGES = {
    "ajm": "jrb", "cam": "khm", "esk": "ypk", "esp": "epo", "eth": "gez", "far": "fao",
    "fri": "fry", "gae": "gla", "gag": "glg", "gal": "orm", "gua": "grn", "int": "ina",
    "iri": "gle", "kus": "kos", "lan": "oci", "lap": "smi", "max": "glv", "mla": "mlg",
    "mol": "rum", "sao": "smo", "scc": "srp", "scr": "hrv", "sho": "sna", "snh": "sin",
    "sso": "sot", "swz": "ssw", "tag": "tgl", "taj": "tgk", "tar": "tat", "tru": "chk",
    "tsw": "tsn",
}  # fmt: skip
NO_LANGUAGES = frozenset({"", "und", "zxx", "mul", "mis"})

NOT_NAMED = frozenset(
    {
        *("s.n", "s. n", "sn", "publisher not identified", "publisher unknown", "n.p", "n. p"),
        *("éditeur non identifié", "editor no identificado", "verlag nicht ermittelbar"),
        *("editora não identificada", "o.verl", "o. verl"),
    }
)
"""What stands for a publisher that nobody knows, in small letters, without brackets."""
