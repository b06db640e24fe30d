"""The languages of the texts of one record: title and abstract apart, each with its evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.clean.language import Decision, decide
from pipeline.clean.notes import Notes
from pipeline.clean.tags import canonical_tag
from pipeline.model import Text
from pipeline.settings import LanguageSettings

PROSE_WORDS = 3  # shorter values of other fields are names and codes
NAMES = {"title": "title", "description": "abstract"}


class Tongues:
    """Decides the languages of one record's texts.

    `languages` are the source's, `resource` those the source states for the resource, `stated`
    what it states for a text of a field.
    """

    def __init__(
        self,
        languages: Sequence[str],
        resource: Sequence[str],
        stated: Mapping[tuple[str, str], str],
        thresholds: LanguageSettings,
        notes: Notes,
    ) -> None:
        """Keep what is known; nothing is decided yet."""
        self.languages = tuple(dict.fromkeys((*languages, *resource)))
        self.only = resource[0] if len(resource) == 1 else ""
        self.stated = stated
        self.thresholds = thresholds
        self.notes = notes

    def of_abstracts(self, values: Sequence[str]) -> tuple[Text, ...]:
        """Return the abstracts with their languages."""
        return tuple(self._main("description", text, self.only) for text in values)

    def of_titles(self, values: Sequence[str], abstracts: Sequence[Text]) -> tuple[Text, ...]:
        """Return the titles with their languages; what their abstracts are in is likely for them.

        As many abstracts as titles are taken for theirs, one by one.
        """
        tags = [abstract.language for abstract in abstracts]
        titles = []
        for place, text in enumerate(values):
            beside = tags[place] if len(tags) == len(values) else ""
            common = tags[0] if len(set(tags)) == 1 else ""
            titles.append(self._main("title", text, beside or common or self.only))
        return tuple(titles)

    def of_others(self, field: str, values: Sequence[str]) -> tuple[Text, ...]:
        """Return values of another field; prose gets a language where it is certain."""
        return tuple(self._other(field, text) for text in values)

    def _other(self, field: str, text: str) -> Text:
        stated = self._stated(field, text)
        if len(text.split(maxsplit=PROSE_WORDS)) < PROSE_WORDS or "://" in text:
            return Text(text, stated)
        decision = decide(text, self.languages, self.thresholds, prior=self.only, declared=stated)
        if decision.tag:
            self.notes.changed(field, decision.rule, text, decision.tag, decision.confidence)
        return Text(text, decision.tag)

    def _main(self, field: str, text: str, prior: str) -> Text:
        stated = self._stated(field, text)
        decision = decide(text, self.languages, self.thresholds, prior=prior, declared=stated)
        self.notes.changed(field, decision.rule, text, decision.tag, decision.confidence)
        if message := self._message(field, decision):
            self.notes.warn(field, text, message)
        return Text(text, decision.tag)

    def _stated(self, field: str, text: str) -> str:
        given = self.stated.get((field, text), "")
        tag = canonical_tag(given) if given else ""
        if given and not tag:
            self.notes.warn(
                field,
                given,
                "the source states a language that is not known here; expected a BCP 47 tag such "
                "as pt or pt-BR, so the text itself was asked",
            )
        return tag

    def _message(self, field: str, decision: Decision) -> str:
        name = NAMES[field]
        guess = decision.guess
        if decision.rule == "language.contradicted":
            return (
                f"the source says that the {name} is in {guess}, but it reads as {decision.tag}, "
                f"which is published; correct the source, or decide the line in the review list"
            )
        if decision.rule == "language.vetoed":
            why = (
                f"it may be in {guess}"
                if guess in self.languages
                else f"it reads as {guess}, which is none of the source's languages "
                f"({', '.join(self.languages)})"
            )
        elif decision.rule == "language.unsettled":
            why = f"most likely is {guess}, but not certain" if guess else "nothing in it tells"
        else:
            return ""
        return (
            f"the language of the {name} cannot be settled: {why}; it is published without one; "
            f"decide the line in the review list, or state the language at the source"
        )
