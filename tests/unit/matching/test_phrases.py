"""Reasons are sentences in English and Spanish, each with the facts it rests on."""

from __future__ import annotations

import pytest

from services.matching.domain.phrases import PHRASES, phrase
from services.matching.domain.ranking import COMPONENTS


def test_every_part_of_a_fit_has_its_sentence_in_both_languages() -> None:
    """A new part without one would tell a client nothing."""
    assert {each.code for each in COMPONENTS} == PHRASES.keys()
    for english, spanish in PHRASES.values():
        assert english != spanish
        assert english.count("{}") == spanish.count("{}")


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("en", "Works with what you are looking for: grief, ocd."),
        ("es-MX", "Trabaja con lo que usted busca: grief, ocd."),
        ("ES", "Trabaja con lo que usted busca: grief, ocd."),
        ("", "Works with what you are looking for: grief, ocd."),
        ("tlh", "Works with what you are looking for: grief, ocd."),
    ],
)
def test_a_sentence_is_in_the_language_asked_for_or_in_english(locale: str, expected: str) -> None:
    """With what it rests on."""
    assert phrase("SPECIALTY_MATCHES", ["grief", "ocd"], locale) == expected
