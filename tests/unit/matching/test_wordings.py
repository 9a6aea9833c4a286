"""A practice brings the whole wording of an instrument, with its permission, or none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.matching.domain import errors
from services.matching.domain.forms import Form, Item, Kind
from services.matching.domain.instruments import C_SSRS, PHQ_9, Instrument
from services.matching.domain.wordings import WordedItem, Wording, locales_for


def worded(instrument: Instrument = C_SSRS, locale: str = "en") -> Wording:
    """Words of our own in place of an instrument's."""
    items = tuple(
        WordedItem(item.link_id, f"Question {at}?", tuple(f"Option {at}.{place}" for place in range(item.options)))
        for at, item in enumerate(instrument.items, start=1)
    )
    return Wording(instrument.code, locale, "Please answer.", items, "By leave of its owner, 2030.")


def test_a_whole_wording_with_its_permission_is_taken() -> None:
    """In any language for the C-SSRS; for the PHQ-9 in those that are not here."""
    assert worded().checked() == worded()
    assert worded(PHQ_9, "es").checked().locale == "es"


@pytest.mark.parametrize(
    ("wording", "refusal"),
    [
        (replace(worded(), items=worded().items[:-1]), errors.WordingMalformed),
        (replace(worded(), items=tuple(reversed(worded().items))), errors.WordingMalformed),
        (replace(worded(), items=()), errors.WordingMalformed),
        (
            replace(worded(), items=(*worded().items[:-1], WordedItem("cssrs-6", "Six?", ("No", "Yes")))),
            errors.WordingMalformed,
        ),
        (
            replace(worded(), items=(WordedItem("cssrs-1", " ", ("n", "y")), *worded().items[1:])),
            errors.WordingMalformed,
        ),
        (replace(worded(), locale="English"), errors.WordingMalformed),
        (replace(worded(), permission=" "), errors.PermissionMissing),
        (replace(worded(), preamble="x" * 2_001), errors.TooMany),
        (replace(worded(), code="AUDIT"), errors.UnknownInstrument),
        (worded(PHQ_9), errors.WordingHeld),
    ],
)
def test_what_is_not_the_instruments_wording_is_refused(wording: Wording, refusal: type[Exception]) -> None:
    """Each with its own reason; the sixth question has three options, because when matters."""
    with pytest.raises(refusal):
        wording.checked()


def test_the_nearest_language_is_looked_for_first() -> None:
    """The country's, then the language's, and English for none."""
    assert [locales_for(each) for each in ("es_MX", "es", "")] == [("es-MX", "es"), ("es",), ("en",)]


def test_a_form_asks_the_screener_in_the_practices_words_and_in_its_order() -> None:
    """Questions 3 to 5 are shown after a yes to the second, and every one is about self-harm."""
    form = Form("f", "Safety", (Item("risk", Kind.INSTRUMENT, instrument="C-SSRS", is_required=True),))
    with pytest.raises(errors.WordingMissing):
        form.checked()

    whole = form.worded({"C-SSRS": worded()}).checked().expanded()

    questions = [item for item in whole.walk() if item.kind is Kind.CHOICE]
    assert [f"Question {at}?" for at in range(1, 7)] == [item.text for item in questions]
    assert all(item.is_self_harm and item.is_required for item in questions)
    assert [len(item.conditions) for item in questions] == [0, 0, 1, 1, 1, 0]
    assert [item.text for item in whole.walk() if item.kind is Kind.DISPLAY] == ["By leave of its owner, 2030."]


def test_nobody_smuggles_words_in_with_a_form() -> None:
    """What stands in a form that is put is replaced by what the practice brought: here, nothing."""
    item = Item("risk", Kind.INSTRUMENT, instrument="C-SSRS", wording=worded())

    with pytest.raises(errors.WordingMissing):
        Form("f", "Safety", (item,)).worded({}).checked()
