"""Repair of encoding damage: rules, limits and properties, on text of our own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.clean.encoding import LONGEST_LINE, LONGEST_WORD, leftover_damage, repair_document

# Words of the field and of daily life, in the languages that the catalogue meets.
WORDS = (
    *(
        "crédito",
        "protección",
        "política",
        "microfinanças",
        "inadimplência",
        "relações",
        "clientèle",
    ),
    *("équité", "français", "kunskap", "säkerhet", "för", "även", "större"),
    *("måste", "también", "además", "según", "línea", "único", "país"),
    *("información", "gestão", "não", "também", "serão", "começou", "société"),
    *("qualité", "élève", "être", "können", "für", "große", "Größe"),
    *("über", "città", "perché", "più", "così", "è", "già"),
    *("średni", "związku", "również", "większość", "několik", "část", "každý"),
    *("więcej",),
)
SINGLE = {
    "iso-8859-16": "iso8859_16",
    "iso-8859-2": "iso8859_2",
    "windows-1250": "cp1250",
    "windows-1252": "cp1252",
}


def damage(text: str, encoding: str, dropped: str = "") -> str:
    read = "".join(bytes([byte]).decode(encoding, "ignore") or chr(byte) for byte in text.encode())
    return read.translate(dict.fromkeys(map(ord, dropped)))


def repair(*texts: str) -> list[str]:
    return [done.text for done in repair_document(texts)]


@pytest.mark.parametrize("encoding", SINGLE.values(), ids=SINGLE)
def test_a_sentence_comes_back_whatever_it_was_read_as(encoding: str) -> None:
    sentence = "La protección del crédito también beneficia a niños, según el país; ¿cuál «más»?"
    (done,) = repair_document([damage(sentence, encoding)])
    assert done.text == sentence
    assert {item.rule for item in done.repairs} == {
        f"encoding.{next(name for name in SINGLE if SINGLE[name] == encoding)}"
    }


def test_double_damage_comes_back() -> None:
    sentence = "L’équité des clientèles, à être gérée « sans délai » — voilà."
    twice = damage(damage(sentence, "cp1252"), "cp1252")
    (done,) = repair_document([twice])
    assert done.text == sentence
    assert {item.rule for item in done.repairs} == {"encoding.windows-1252-twice"}


@pytest.mark.parametrize(
    ("damaged", "right"),
    [
        ("polĂticas de crĂ©dito", "políticas de crédito"),
        ("la filosofĂa", "la filosofía"),
        ("polÃticas", "políticas"),
        ("polÃƒÂticas", "políticas"),
        ("aquĂ» no", "aquí» no"),
        ("nos crĂ©ditos, Ă vontade", "nos créditos, à vontade"),
        ("com atenÃ§Ã£o Ã s crianÃ§as", "com atenção às crianças"),
        ("jusqu'Ã nos thÃ©ories", "jusqu'à nos théories"),
        ("10Â000 euros", "10\xa0000 euros"),
        ("prĂȘtĂ©s le 5Âmai", "prêtés le 5\xa0mai"),
    ],
)
def test_dropped_soft_hyphens_and_spaces_are_put_back(damaged: str, right: str) -> None:
    assert repair(damaged) == [right]


def test_names_are_repaired_by_the_shape_of_their_damage() -> None:
    (done,) = repair_document(["Cooperativa ZuĂșllaka, cartera"])
    assert done.text == "Cooperativa Zuúllaka, cartera"
    (item,) = done.repairs
    assert (item.before, item.after) == ("ZuĂșllaka", "Zuúllaka")
    assert 0 < item.confidence < 1


def test_a_name_that_may_have_been_several_is_repaired_with_less_confidence() -> None:
    (done,) = repair_document(["Xyzulka ZuĂźllaka"])
    assert done.repairs[0].confidence < 0.8


def test_an_unknown_word_is_repaired_where_the_document_shows_the_same_damage() -> None:
    weak = "KĂșvlo"  # a capital before it: alone this may be a name
    assert repair(weak) == [weak]
    assert repair(weak, "informaciĂłn y gestiĂłn") == ["Kúvlo", "información y gestión"]


def test_a_wrong_repair_is_undone_only_beside_other_damage() -> None:
    wrong = "Pråcticas de las relaçÔes"
    assert repair(wrong) == [wrong]
    assert repair(wrong, "informaciĂłn") == [wrong, "información"]
    done = repair_document([wrong, "informaciĂłn y gestiĂłn"])
    assert done[0].text == "Prácticas de las relações"
    assert [item.rule for item in done[0].repairs] == ["encoding.reversed"] * 2


def test_sound_swedish_stays_beside_damage() -> None:
    # små and råd are words, and so are smá and rád, in other languages and about as common.
    swedish = "Människor får större säkerhet på två år, då små råd är så här"
    assert repair(swedish, "informaciĂłn y gestiĂłn") == [swedish, "información y gestión"]


@pytest.mark.parametrize(
    "clean",
    [
        *("Ångström", "Łódź", "Ătefan", "Ăștia", "Ăla", "Âge", "Ângela", "ÂGE", "Ålesund", "Åsa"),
        *("Ärzte", "Øystein", "Æble", "Čeština", "Český Těšín", "Ćosić", "Ĺ", "Å være eller ikke"),
        *("IRMÃ", "MANHÃ DE SOL", "CONCLUSÃO", "C O N C L U S Ã O", "VOCÊ…", "ROMÂNĂ"),
        *("Île-de-France", "İstanbul’da", "ŽIŽEK", "Ñandú®", "NESTLÉ®", "5×£35", "ANARÂŠKIELÂ"),
        *("À côté", "être « là »", "voilà\xa0»", "„größte“ Änderung", "Tiếng Việt", "Ελλάδα"),
        *("Привет, мир", "中国GDP增长", "日本語", "العربية", "हिन्दी", "Bremer – DrÃ¥ber", "Čši"),
    ],
)
def test_clean_text_stays(clean: str) -> None:
    assert repair(clean) == [clean]
    assert repair_document([clean])[0].repairs == ()


def test_a_text_without_damage_loads_neither_ftfy_nor_wordfreq() -> None:
    code = (
        "import sys; from pipeline.clean.encoding import repair_document, leftover_damage\n"
        "texts = ['Ações de proteção: «até já», élève, Größe, Ángel, İş, Łódź — 5 €', 'plain']\n"
        "assert [done.text for done in repair_document(texts)] == texts\n"
        "assert not any(map(leftover_damage, texts[:1]))\n"
        "assert 'wordfreq' not in sys.modules, 'wordfreq'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_other_scripts_are_left_to_ftfy() -> None:
    damaged = damage("Социальная эффективность", "cp1252")
    (done,) = repair_document([damaged])
    assert done.text == "Социальная эффективность"
    assert {item.rule for item in done.repairs} == {"encoding.ftfy"}


def test_ftfy_shows_a_whole_line_where_words_were_joined() -> None:
    (done,) = repair_document(["Å iaip Ä¯domu, VisÅ³ pirma"])
    assert done.text == "Šiaip įdomu, Visų pirma"
    (item,) = done.repairs
    assert (item.before, item.after) == ("Å iaip Ä¯domu, VisÅ³ pirma", done.text)


def test_ftfy_may_not_join_words() -> None:
    assert "sposteràverso" not in repair("Si sposterÃƒÂ verso nord")[0]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", ""),
        ("plain", ""),
        ("Política de crédito – «sí» 10\xa0%", ""),
        ("a b\x85c d", "b\x85c"),
        ("lost \ufffd here", "\ufffd"),
        ("un FinComĂșn más", "FinComĂșn"),
        ("das fÃ¼r uns", "fÃ¼r"),
        ("Ăștia Âge Ålesund CONCLUSÃO", ""),
        ("x" * LONGEST_WORD + "Ă©", ""),
    ],
)
def test_leftover_damage_names_the_first_word_that_is_certain(text: str, word: str) -> None:
    assert leftover_damage(text) == word


def test_punctuation_is_not_shown() -> None:
    (done,) = repair_document(['("informaciĂłn", y'])
    assert (done.repairs[0].before, done.repairs[0].after) == ("informaciĂłn", "información")


def test_long_lines_are_repaired_in_pieces() -> None:
    line = "informaciĂłn y " * (LONGEST_LINE // 5)
    assert repair(line) == [line.replace("Ăł", "ó")]


def test_runs_without_a_space_are_left_alone() -> None:
    run = "Ăș" * (LONGEST_LINE * 2)
    assert repair(run) == [run]


def test_lines_keep_their_ends() -> None:
    assert repair("uno\r\ndÃ³nde\n\nfin\n") == ["uno\r\ndónde\n\nfin\n"]


def test_no_texts_give_no_results() -> None:
    assert repair_document([]) == []


sentences = st.lists(st.sampled_from(WORDS), min_size=3, max_size=12).map(" ".join)
marks = "aeZ .,»’…?ÂÃĂÄÅĆČâðà©ł§ąșȘ³±\xa0\xad\x85\x80€„“†ƒ‚‡š™žŸ\ufffd\nåÔñ"


@settings(max_examples=60, deadline=None)
@given(sentences, st.sampled_from(sorted(SINGLE.values())), st.sampled_from(["", "\xad"]))
def test_damaged_words_come_back(sentence: str, encoding: str, dropped: str) -> None:
    together = [sentence, "la información y la gestión también serán únicas"]
    assert repair(*(damage(text, encoding, dropped) for text in together)) == together


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(alphabet=st.characters() | st.sampled_from(marks)), max_size=3))
def test_any_text_is_taken(texts: Sequence[str]) -> None:
    done = repair_document([*texts, "\ud800Ă© Ăș\udfff"])
    assert len(done) == len(texts) + 1
    for text in texts:
        leftover_damage(text)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=marks, max_size=40))
def test_repair_is_idempotent(text: str) -> None:
    once = repair(text)
    assert repair(*once) == once


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_ascii_is_untouched(text: str) -> None:
    assert repair(text) == [text]
    assert leftover_damage(text) == ""
