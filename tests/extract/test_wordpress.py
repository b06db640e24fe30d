"""Items of WordPress' REST API: what becomes of them, read from saved answers."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from pipeline.errors import SettingsError, SourceError
from pipeline.extract import pages
from pipeline.extract.access import Access, NoEntriesError
from pipeline.kinds import Field, WordpressSettings
from pipeline.model import Page, SourceRecord
from pipeline.settings import Paging, Source

WORDPRESS = Source(
    kind="wordpress", location="posts.json", languages=("en",), name="demo", file="input/demo.toml"
)
ITEM: dict[str, object] = {
    "id": 17,
    "date": "2024-05-01T10:00:00",
    "date_gmt": "2024-05-01T15:00:00",
    "guid": {"rendered": "https://a.example/?post_type=report&#038;p=17"},
    "modified": "2025-01-01T00:00:00",
    "slug": "fair-loans",
    "status": "publish",
    "type": "post",
    "link": "https://a.example/fair-loans/",
    "title": {"rendered": "Fair loans &#8211; a guide"},
    "content": {"rendered": "<p>The whole guide.</p>", "protected": False},
    "excerpt": {"rendered": "<p>In short.</p>", "protected": False},
    "author": 3,
    "featured_media": 9,
    "categories": [4],
    "tags": [5],
    "acf": {"isbn": "978-1", "year": 2024, "levels": ["a", "b"]},
    "meta": [],
    "_embedded": {
        "author": [{"id": 3, "name": "Ana Rojas"}],
        "wp:featuredmedia": [
            {
                "source_url": "https://a.example/9.jpg",
                "media_type": "image",
                "mime_type": "image/jpeg",
            }
        ],
        "wp:term": [
            [{"id": 4, "taxonomy": "category", "name": "Research &amp; Data", "slug": "r"}],
            [{"id": 5, "taxonomy": "post_tag", "name": "credit"}],
            [{"id": 6, "taxonomy": "resource_type", "name": "Guide"}],
        ],
    },
}


def read(folder: Path, items: object, **settings: object) -> list[Page]:
    (folder / "posts.json").write_text(json.dumps(items))
    source = msgspec.structs.replace(WORDPRESS, wordpress=WordpressSettings(**settings))  # type: ignore[arg-type]
    return list(pages(source, Access(folder, folder / "payloads")))


def record(folder: Path, item: object, **settings: object) -> SourceRecord:
    (page,) = read(folder, [item], **settings)
    (found,) = page.records
    return found


def test_an_item(folder: Path) -> None:
    found = record(folder, ITEM)
    assert found.fields == {
        "title": ("Fair loans &#8211; a guide",),
        "description": ("<p>In short.</p>",),
        "date": ("2024-05-01T10:00:00",),
        "creator": ("Ana Rojas",),
        "page": ("https://a.example/fair-loans/",),
        "subject": ("Research &amp; Data", "credit"),
        "image": ("https://a.example/9.jpg",),
    }
    assert found.markup == ("title", "description", "subject")
    assert found.key == "https://a.example/?post_type=report&p=17"
    assert found.locator.position == "post 17"
    assert found.languages == {}
    assert found.issues == ()


def test_taxonomies_of_the_settings(folder: Path) -> None:
    found = record(folder, ITEM, taxonomies={"resource_type": "type", "post_tag": "subject"})
    assert found.fields["type"] == ("Guide",)
    assert found.fields["subject"] == ("credit",)
    assert set(found.markup) == {"title", "description", "type", "subject"}


def test_a_taxonomy_that_is_left_out_is_told_once(folder: Path) -> None:
    (page,) = read(folder, [ITEM, ITEM])
    (issue,) = page.issues
    assert issue.severity == "info"
    assert 'resource_type = "subject"' in issue.message
    assert "'Guide'" in issue.message
    (page,) = read(folder, [ITEM], taxonomies={"resource_type": "type"})
    assert [one.value for one in page.issues] == ["category", "post_tag"]


def test_not_every_taxonomy_is_told(folder: Path) -> None:
    terms = [[{"taxonomy": f"t{n}", "name": "x"} for n in range(100)]]
    (page,) = read(folder, [ITEM | {"_embedded": {"wp:term": terms}}])
    assert len(page.issues) == 20


def test_fields_of_the_settings(folder: Path) -> None:
    found = record(
        folder,
        ITEM,
        fields={
            "identifier": "acf.isbn",
            "date": "acf.year",
            "level": "acf.levels",
            "title": "slug",
            "description": Field(select="content.rendered", html=True),
            "bad": "acf",
        },
    )
    assert found.fields["identifier"] == ("978-1",)
    assert found.fields["date"] == ("2024",)
    assert found.fields["level"] == ("a", "b")
    assert found.fields["title"] == ("fair-loans",)
    assert found.fields["description"] == ("<p>The whole guide.</p>",)
    assert "title" not in found.markup
    assert "description" in found.markup
    assert "key 'wordpress.fields.bad' points at an object" in found.issues[0].message


@pytest.mark.parametrize(
    ("changes", "description"),
    [
        ({"excerpt": {"rendered": "<p>The whole [&hellip;]</p>"}}, "<p>The whole guide.</p>"),
        ({"excerpt": {"rendered": ""}}, "<p>The whole guide.</p>"),
        ({"excerpt": {"rendered": "Cut &#8230;"}, "content": {"rendered": ""}}, "Cut &#8230;"),
        ({"content": {"rendered": "x", "protected": True}}, None),
        ({"excerpt": None, "content": None}, None),
        ({"excerpt": "Plain."}, "Plain."),
        ({"type": "attachment", "caption": {"rendered": "C."}}, "C."),
        ({"type": "attachment", "description": {"rendered": "D."}}, "D."),
    ],
)
def test_which_text_is_the_abstract(
    changes: dict[str, object], description: str | None, folder: Path
) -> None:
    found = record(folder, ITEM | changes).fields.get("description")
    assert found == (None if description is None else (description,))


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"guid": "https://a.example/?p=17"}, "https://a.example/?p=17"),
        (
            {
                "guid": {},
                "_links": {"self": [{"href": "https://a.example/wp-json/wp/v2/posts/17"}]},
            },
            "https://a.example/wp-json/wp/v2/posts/17",
        ),
        ({"guid": None}, "https://a.example/fair-loans/"),
        ({"guid": None, "link": None}, ""),
    ],
)
def test_keys_outlast_a_new_slug(changes: dict[str, object], key: str, folder: Path) -> None:
    assert record(folder, ITEM | changes).key == key


@pytest.mark.parametrize(
    ("changes", "language"),
    [
        ({"lang": "es"}, "es"),
        ({"wpml_current_locale": "pt_BR"}, "pt-BR"),
        ({"lang": {"slug": "fr", "locale": "fr_FR"}}, "fr"),
        ({"lang": None, "locale": "de_DE"}, "de-DE"),
    ],
)
def test_languages_of_translation_plug_ins(
    changes: dict[str, object], language: str, folder: Path
) -> None:
    found = record(folder, ITEM | changes)
    assert found.fields["language"] == (language,)
    assert found.languages == {
        "title": (language,),
        "description": (language,),
        "subject": (language, language),
    }


def test_files_and_dates(folder: Path) -> None:
    media = {"id": 9, "type": "attachment", "source_url": "https://a.example/1.pdf", "date": "",
             "date_gmt": "2024-01-01T00:00:00", "_embedded": {"wp:featuredmedia": [
                 {"source_url": "https://a.example/2.pdf", "mime_type": "application/pdf"},
                 {"code": "rest_forbidden"}], "author": [{"code": "rest_user_invalid_id"}],
                 "wp:term": {"code": "x"}}}  # fmt: skip
    found = record(folder, media)
    assert found.fields == {
        "date": ("2024-01-01T00:00:00Z",),
        "file": ("https://a.example/1.pdf", "https://a.example/2.pdf"),
    }
    assert record(folder, {"id": 1, "guid": "g"}).fields == {}


def test_terms_that_are_numbers_only_are_told_once(folder: Path) -> None:
    bare = {name: value for name, value in ITEM.items() if name != "_embedded"}
    (page,) = read(folder, [bare, bare])
    (issue,) = page.issues
    assert "as numbers only" in issue.message
    (page,) = read(folder, [bare | {"categories": [], "tags": []}])
    assert page.issues == ()


def test_what_is_no_item(folder: Path) -> None:
    (page,) = read(folder, [ITEM | {"id": None}, "two", ITEM])
    assert [one.locator.position for one in page.records] == ["item 1", "post 17"]
    assert [one.message[:40] for one in page.issues if one.severity == "warning"] == [
        "posts.json: item 2 is no object and was "
    ]


def test_one_item_alone(folder: Path) -> None:
    (page,) = read(folder, ITEM)
    assert len(page.records) == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is no JSON"),
        ("[" * 100_000, "nests"),
        ('{"code": "rest_forbidden", "message": "No."}', "refuses: 'No.'"),
        ('{"name": "Site"}', "holds no items"),
        ("[]", "gives no items"),
    ],
)
def test_what_is_no_answer_of_the_api(text: str, told: str, folder: Path) -> None:
    (folder / "posts.json").write_text(text)
    with pytest.raises(SourceError, match=r"posts\.json") as caught:
        list(pages(WORDPRESS, Access(folder, folder / "payloads")))
    assert told in str(caught.value)
    assert isinstance(caught.value, NoEntriesError) == (text == "[]")


def test_settings_are_checked_before_anything_is_read(folder: Path) -> None:
    access = Access(folder, folder / "payloads")
    bad = WordpressSettings(fields={"title": "title["})
    with pytest.raises(SettingsError, match=r"key 'wordpress\.fields\.title'"):
        pages(msgspec.structs.replace(WORDPRESS, wordpress=bad), access)
    none = WordpressSettings(types=())
    with pytest.raises(SettingsError, match=r"key 'wordpress\.types': is empty"):
        pages(msgspec.structs.replace(WORDPRESS, wordpress=none), access)
    with pytest.raises(SettingsError, match="key 'paging'"):
        pages(msgspec.structs.replace(WORDPRESS, paging=Paging("page")), access)
