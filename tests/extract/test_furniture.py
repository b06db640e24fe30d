"""Lines that are a page's own, in four languages; and prose that only looks so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.furniture import furniture_of, is_page_number


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("1 2 3 … 44 Next", "pager"),
        ("« Anterior 1 2 3 Siguiente »", "pager"),
        ("[1] [2] [3]", "pager"),
        ("Page 1 of 44", "pager"),
        ("Página 2 de 55", "pager"),
        ("Suivant ›", "pager"),
        ("Próxima página", "pager"),
        ("Load more", "pager"),
        ("Cargar más", "pager"),
        ("10 per page", "pager"),
        ("© 2024 The centre", "footer"),
        ("Copyright 2024", "footer"),
        ("Todos los derechos reservados.", "footer"),
        ("We use cookies to improve your visit.", "footer"),
        ("Aceptar todas las cookies", "footer"),
        ("Politique de confidentialité", "footer"),
        ("Sign up for our newsletter", "footer"),
        ("Suscríbase a nuestro boletín", "footer"),
        ("Síguenos en YouTube", "footer"),
        ("Voltar ao topo", "footer"),
        ("Home | Contact us | Privacy policy", "footer"),
        ("Search by key words (e.g., green finance)", "menu"),
        ("Discover", "menu"),
        ("Recursos", "menu"),
        ("Nous contacter", "menu"),
        ("Español", "menu"),
        ("Read more »", "action"),
        ("Download (PDF, 2 MB)", "action"),
        ("Télécharger", "action"),
        ("Saiba mais", "action"),
    ],
)
def test_furniture_is_recognised(line: str, kind: str) -> None:
    assert furniture_of(line) == kind
    assert furniture_of(line.upper()) == kind


@pytest.mark.parametrize(
    "line",
    [
        "2008",
        "3 2",
        "Next steps for microfinance",
        "Copyright law for microfinance institutions",
        "Subscribers of digital wages",
        "Contact your loan officer about a complaint",
        "Discover how clients save",
        "Cookies are sold by the women of the group",
        "Home improvement loans",
        "Search " * 50,
        "Green finance | Savings",
    ],
)
def test_prose_is_none(line: str) -> None:
    assert furniture_of(line) == ""


def test_single_page_numbers() -> None:
    assert is_page_number("3")
    assert is_page_number("…")
    assert not is_page_number("3 loans")
    assert not is_page_number("3" * 400)


@given(st.text(max_size=320))
def test_any_line_is_one_kind(line: str) -> None:
    assert furniture_of(line) in {"pager", "footer", "menu", "action", ""}
