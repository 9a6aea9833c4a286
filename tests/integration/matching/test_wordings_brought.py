"""The C-SSRS: its levels and its safety path are here, its words are the practice's to bring."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from kept.matching.v1 import forms_pb2, triage_pb2

from services.chassis import errors
from services.matching.domain.instruments import C_SSRS
from tests.integration.matching.people import People

pytestmark = pytest.mark.integration

Rows = Callable[..., list[tuple[Any, ...]]]
Item, Type = forms_pb2.FormItem, forms_pb2.FormItem.Type


def wording(locale: str = "en", *, word: str = "Question") -> triage_pb2.Instrument:
    """Words of our own in place of the screener's."""
    items = [
        triage_pb2.InstrumentItem(
            link_id=item.link_id, text=f"{word} {at}?", options=[f"Option {place}" for place in range(item.options)]
        )
        for at, item in enumerate(C_SSRS.items, start=1)
    ]
    return triage_pb2.Instrument(code="C-SSRS", locale=locale, preamble="Answer.", items=items, permission="By leave.")


async def screen(people: People, client_id: str, **answers: int) -> Any:
    """Answer the screener, by the number of the item as item_1=1."""
    given = [
        triage_pb2.ItemAnswer(link_id=item.replace("item_", "cssrs-"), value=value) for item, value in answers.items()
    ]
    return await people.ask(
        people.client(client_id), "AnswerScreening", client_id=client_id, instrument="C-SSRS", answers=given
    )


async def test_the_screener_is_shown_only_in_words_the_practice_brought(people: People) -> None:
    """Refused before; afterwards in the nearest language, by version, and in no other practice."""
    client = people.client(str(uuid4()))
    with pytest.raises(errors.RuleViolated) as refused:
        await people.ask(client, "GetInstrument", code="C-SSRS")
    assert refused.value.reason == "WORDING_MISSING"

    first = await people.ask(people.admin(), "PutInstrumentWording", wording=wording())
    await people.ask(people.admin(), "PutInstrumentWording", wording=wording(word="Asked"), etag=first.etag)
    await people.ask(people.admin(), "PutInstrumentWording", wording=wording("es", word="Pregunta"))

    english = await people.ask(client, "GetInstrument", code="C-SSRS")
    spanish = await people.ask(client, "GetInstrument", code="C-SSRS", locale="es-MX")
    assert (english.version, english.items[0].text, english.permission) == (2, "Asked 1?", "By leave.")
    assert (spanish.locale, spanish.items[5].text, len(spanish.items[5].options)) == ("es", "Pregunta 6?", 3)
    assert [item.needs_link_id for item in english.items] == ["", "", "cssrs-2", "cssrs-2", "cssrs-2", ""]
    elsewhere = people.elsewhere()
    with pytest.raises(errors.RuleViolated):
        await elsewhere.ask(elsewhere.admin(), "GetInstrument", code="C-SSRS")


async def test_only_the_practices_admin_brings_words_and_none_are_half_stored(people: People, rows: Rows) -> None:
    """Not the desk; not over somebody else's change; not without permission."""
    with pytest.raises(errors.Forbidden):
        await people.ask(people.desk(), "PutInstrumentWording", wording=wording())
    no_leave = wording()
    no_leave.permission = ""
    with pytest.raises(errors.InvalidRequest) as refused:
        await people.ask(people.admin(), "PutInstrumentWording", wording=no_leave)
    assert refused.value.reason == "PERMISSION_MISSING"
    await people.ask(people.admin(), "PutInstrumentWording", wording=wording())
    with pytest.raises(errors.Stale):
        await people.ask(people.admin(), "PutInstrumentWording", wording=wording(), etag="v0")

    assert rows("select version from instrument_wordings where practice_id = %s", people.practice_id) == [(1,)]


async def test_a_yes_to_the_screener_is_a_crisis_whoever_holds_the_words(people: People, rows: Rows) -> None:
    """Help and a flag in one answer, and the level with the score; nothing for a no, which is no word for safe."""
    client_id = str(uuid4())

    low = await screen(people, client_id, item_1=1, item_2=0, item_6=0)
    high = await screen(people, client_id, item_2=1, item_5=1)
    none = await screen(people, client_id, item_1=0, item_2=0, item_6=0)

    assert (low.screening.severity, low.screening.is_complete) == ("LOW", True)
    assert (high.screening.severity, high.screening.is_complete) == ("HIGH", False)
    assert list(high.screening.rules) == ["SELF_HARM_ANSWERED", "RISK_HIGH"]
    assert all(each.crisis_resources.call_number == "988" for each in (low, high))
    assert (none.screening.severity, none.screening.flag_id) == ("NONE_ENDORSED", "")
    flags = rows("select flag_id::text from crisis_flags where practice_id = %s order by 1", people.practice_id)
    assert [(low.screening.flag_id,), (high.screening.flag_id,)] == flags


async def test_a_form_keeps_the_words_it_was_stored_with(people: People) -> None:
    """Other words are for the next version; the screener in it branches, raises the flag and becomes a screening."""
    await people.ask(people.admin(), "PutInstrumentWording", wording=wording())
    given = forms_pb2.Form(
        title="Safety",
        items=[Item(link_id="risk", type=Type.TYPE_INSTRUMENT, instrument="C-SSRS", is_required=True)],
    )
    stored = await people.ask(people.admin(), "PutForm", form=given)
    await people.ask(people.admin(), "PutInstrumentWording", wording=wording(word="Asked"))
    client_id = str(uuid4())
    client = people.client(client_id)

    shown = await people.ask(client, "GetForm", form_id=stored.form_id)
    begun = await people.ask(client, "StartFormResponse", client_id=client_id, form_id=stored.form_id)
    answers = {"cssrs-1": "0", "cssrs-2": "1", "cssrs-3": "1", "cssrs-4": "0", "cssrs-5": "0", "cssrs-6": "0"}
    saved = await people.ask(
        client,
        "SaveFormResponse",
        response_id=begun.response_id,
        answers=[forms_pb2.FormAnswer(link_id=link_id, values=[value]) for link_id, value in answers.items()],
        is_submitted=True,
    )

    assert shown.items[0].items[0].text == "Question 1?"
    assert "cssrs-3" not in begun.enabled_link_ids
    assert saved.crisis_resources.call_number == "988"
    assert saved.response.state == forms_pb2.FormResponse.STATE_COMPLETED
    found = await people.ask(client, "ListScreenings", client_id=client_id)
    assert [(each.instrument, each.severity, each.flag_id) for each in found.screenings] == [
        ("C-SSRS", "MODERATE", saved.response.flag_id)
    ]
