"""Language codes and names as sources write them -> BCP 47 tags in their canonical case.

RFC 5646: the shortest code, retired codes replaced (`iw` -> `he`), the script left out where the
language implies it. ISO 639-1, 639-2/B, 639-2/T and 639-3 codes are taken, and the names of common
languages in English, Spanish, French, Portuguese and themselves.
"""

from __future__ import annotations

import functools
import re

from pipeline.settings import LANGUAGE_TAG

NOT_LANGUAGES = frozenset({"und", "mul", "zxx", "mis"})  # ISO 639-2: no statement, several, none
PRIVATE_USE = re.compile(r"q[a-t][a-z]")
QUALIFIED = re.compile(r"[;,(/].*", re.DOTALL)  # `Spanish; Castilian`, `English (US)`
LONGEST_TAG = 35
INDIVIDUAL = {"cmn": "zh"}  # RFC 5646 4.1.1: the macrolanguage is what everybody uses

# Languages that are written in more than the script their tag implies.
SCRIPTS = {
    "az": ("Latn", "Cyrl", "Arab"),
    "bs": ("Latn", "Cyrl"),
    "ja": ("Kana", "Hani"),
    "kk": ("Cyrl", "Latn", "Arab"),
    "ko": ("Hang", "Hani"),
    "ku": ("Latn", "Arab"),
    "mn": ("Cyrl", "Mong"),
    "pa": ("Guru", "Arab"),
    "sr": ("Cyrl", "Latn"),
    "tg": ("Cyrl", "Arab"),
    "tk": ("Latn", "Cyrl"),
    "tt": ("Cyrl", "Latn"),
    "uz": ("Latn", "Cyrl"),
    "zh": ("Hani",),
}
WRITTEN = {"Hans": "Hani", "Hant": "Hani", "Jpan": "Kana", "Kore": "Hang"}

_NAMES = {
    "af": "afrikaans",
    "am": "amharic|amhárico|amharique|አማርኛ",
    "ar": "arabic|árabe|arabe|العربية",
    "bg": "bulgarian|búlgaro|bulgare|български",
    "bn": "bengali|bangla|bengalí|বাংলা",
    "ca": "catalan|catalán|catalão|català",
    "cs": "czech|checo|tchèque|tcheco|čeština",
    "da": "danish|danés|danois|dinamarquês|dansk",
    "de": "german|alemán|allemand|alemão|deutsch",
    "el": "greek|griego|grec|grego|ελληνικά",
    "en": "english|inglés|anglais|inglês|american english|british english",
    "es": "spanish|castilian|español|castellano|espagnol|espanhol|castelhano",
    "et": "estonian|estonio|estonien|eesti",
    "eu": "basque|euskera|euskara|vasco",
    "fa": "persian|farsi|dari|persa|persan|فارسی",
    "fi": "finnish|finés|finlandés|finnois|finlandês|suomi",
    "fil": "filipino|tagalog|pilipino",
    "fr": "french|francés|français|francês",
    "gl": "galician|gallego|galego|galicien",
    "gn": "guarani|guaraní|avañe'ẽ",
    "ha": "hausa",
    "he": "hebrew|hebreo|hébreu|hebraico|עברית",
    "hi": "hindi|हिन्दी|हिंदी",
    "hr": "croatian|croata|croate|hrvatski",
    "ht": "haitian creole|haitian|kreyòl ayisyen|créole haïtien",
    "hu": "hungarian|húngaro|hongrois|magyar",
    "hy": "armenian|armenio|arménien|հայերեն",
    "id": "indonesian|indonesio|indonésien|indonésio|bahasa indonesia",
    "it": "italian|italiano|italien",
    "ja": "japanese|japonés|japonais|japonês|日本語",
    "ka": "georgian|georgiano|géorgien|ქართული",
    "km": "khmer|cambodian|jemer|ភាសាខ្មែរ|ខ្មែរ",
    "ko": "korean|coreano|coréen|한국어",
    "ky": "kyrgyz|kirghiz|кыргызча",
    "lo": "lao|laotian|ລາວ",
    "lt": "lithuanian|lituano|lituanien|lietuvių",
    "lv": "latvian|letón|letton|latviešu",
    "mg": "malagasy|malgache",
    "mn": "mongolian|mongol|монгол",
    "mr": "marathi|मराठी",
    "ms": "malay|malayo|malais|bahasa melayu",
    "my": "burmese|birmano|birman|မြန်မာ",
    "nb": "bokmål|norwegian bokmål|norsk bokmål",
    "ne": "nepali|nepalí|नेपाली",
    "nl": "dutch|flemish|neerlandés|holandés|néerlandais|holandês|nederlands|vlaams",
    "nn": "nynorsk|norwegian nynorsk|norsk nynorsk",
    "no": "norwegian|noruego|norvégien|norueguês|norsk",
    "pl": "polish|polaco|polonais|polonês|polski",
    "ps": "pashto|pushto|پښتو",
    "pt": "portuguese|portugués|portugais|português",
    "pt-BR": "brazilian portuguese|portugués brasileño|português do brasil|português brasileiro",
    "qu": "quechua|runasimi",
    "ro": "romanian|moldavian|rumano|roumain|romeno|română",
    "ru": "russian|ruso|russe|russo|русский",
    "rw": "kinyarwanda",
    "si": "sinhala|sinhalese|සිංහල",
    "sk": "slovak|eslovaco|slovaque|slovenčina",
    "sl": "slovenian|slovene|esloveno|slovène|slovenščina",
    "so": "somali|soomaali",
    "sq": "albanian|albanés|albanais|shqip",
    "sr": "serbian|serbio|serbe|sérvio|српски|srpski",
    "sv": "swedish|sueco|suédois|svenska",
    "sw": "swahili|kiswahili|suajili|suaíli",
    "ta": "tamil|தமிழ்",
    "te": "telugu|తెలుగు",
    "tg": "tajik|тоҷикӣ",
    "th": "thai|tailandés|thaï|ไทย",
    "tr": "turkish|turco|turc|türkçe",
    "uk": "ukrainian|ucraniano|ukrainien|українська",
    "ur": "urdu|اردو",
    "uz": "uzbek|oʻzbek|o'zbek",
    "vi": "vietnamese|vietnamita|vietnamien|tiếng việt",
    "yo": "yoruba|yorùbá",
    "zh": "chinese|mandarin|chino|chinois|chinês|中文|汉语|漢語|普通话",
    "zh-Hans": "simplified chinese|chino simplificado|chinois simplifié|简体中文",
    "zh-Hant": "traditional chinese|chino tradicional|chinois traditionnel|繁體中文",
    "zu": "zulu|isizulu",
}


@functools.lru_cache(maxsize=4096)
def canonical_tag(text: str) -> str:
    """Return the BCP 47 tag that `text` stands for, or nothing where no such language is known.

    The tag has the form that settings and shapes allow: language, script, region, variants;
    extensions and private use are left out.

    >>> canonical_tag("en_US"), canonical_tag("fre"), canonical_tag("Español"), canonical_tag("zz")
    ('en-US', 'fr', 'es', '')
    """
    name = text.strip()
    for spelling in (name, QUALIFIED.sub("", name).strip()):
        if known := _names().get(spelling.casefold()):
            return known
    if not name.isascii() or not 1 < len(name) <= LONGEST_TAG:
        return ""
    import langcodes

    try:
        tag = langcodes.Language.get(name.replace("_", "-"), normalize=True)
    except ValueError:
        return ""
    language = INDIVIDUAL.get(tag.language or "", tag.language or "")
    if not language or language in NOT_LANGUAGES or PRIVATE_USE.fullmatch(language):
        return ""
    parts = [language, tag.script, tag.territory]
    joined = langcodes.standardize_tag("-".join(part for part in parts if part))
    if not langcodes.tag_is_valid(joined) or not re.fullmatch(LANGUAGE_TAG, joined):
        return ""
    whole = "-".join([joined, *(tag.variants or ())])
    return whole if re.fullmatch(LANGUAGE_TAG, whole) and langcodes.tag_is_valid(whole) else joined


def primary(tag: str) -> str:
    """Return the language subtag of a BCP 47 tag: `pt` of `pt-BR`."""
    return tag.partition("-")[0]


@functools.lru_cache(maxsize=512)
def scripts(tag: str) -> tuple[str, ...]:
    """Return the scripts that texts of this tag are written in (ISO 15924).

    The mixed codes are taken apart: `Hani` for `Hans` and `Hant`, `Kana` and `Hani` for `Jpan`.
    """
    import langcodes

    language = langcodes.Language.get(tag)
    if not language.script and language.language in SCRIPTS:
        return SCRIPTS[language.language]
    script = language.script or language.maximize().script or "Latn"
    return (WRITTEN.get(script, script),)


@functools.cache
def _names() -> dict[str, str]:
    return {name.casefold(): tag for tag, names in _NAMES.items() for name in names.split("|")}
