"""Intake forms: branching, save and resume, two sides, nothing half-saved, sealed; consents under a text's hash."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
from google.protobuf import json_format
from kept.booking.v1 import booking_events_pb2
from kept.matching.v1 import forms_events_pb2, forms_pb2, triage_events_pb2

from services.chassis import errors
from services.chassis.context import Actor
from tests.integration.matching.people import People
from tests.integration.matching.promises import Promises
from tests.integration.matching.test_intakes import ARRIVE

pytestmark = pytest.mark.integration

Rows = Callable[..., list[tuple[Any, ...]]]
Sweep = Callable[[], Awaitable[None]]
Item, Type, Condition = forms_pb2.FormItem, forms_pb2.FormItem.Type, forms_pb2.FormCondition
CLIENT, GUARDIAN = forms_pb2.FORM_SIDE_CLIENT, forms_pb2.FORM_SIDE_GUARDIAN
YES_NO = [forms_pb2.FormOption(code="no", text="No"), forms_pb2.FormOption(code="yes", text="Yes", score=2)]


def form(*items: forms_pb2.FormItem, **given: Any) -> forms_pb2.Form:
    """A form with these items."""
    plain: dict[str, Any] = {"form_id": str(uuid4()), "title": "Intake"}
    return forms_pb2.Form(**{**plain, **given}, items=items)


def intake_form(**given: Any) -> forms_pb2.Form:
    """A section with a branch, a number and a scored choice."""
    return form(
        Item(
            link_id="health",
            type=Type.TYPE_GROUP,
            items=[
                Item(link_id="meds", type=Type.TYPE_BOOLEAN, is_required=True, prefill_key="meds"),
                Item(
                    link_id="which",
                    type=Type.TYPE_TEXT,
                    is_required=True,
                    enable_when=[
                        Condition(link_id="meds", operator=Condition.OPERATOR_EQUALS, value="true"),
                    ],
                ),
                Item(link_id="hours", type=Type.TYPE_INTEGER, least=0, least_is_set=True, most=24, most_is_set=True),
            ],
        ),
        Item(link_id="snores", type=Type.TYPE_CHOICE, options=YES_NO, is_required=True),
        scores=[
            forms_pb2.FormScore(code="sleep", link_ids=["snores"], bands=[forms_pb2.FormBand(least=2, code="HIGH")])
        ],
        permission="Our own.",
        **given,
    )


async def put(people: People, given: forms_pb2.Form, etag: str = "") -> forms_pb2.Form:
    """Store a form."""
    stored: forms_pb2.Form = await people.ask(people.admin(), "PutForm", form=given, etag=etag)
    return stored


async def start(people: People, actor: Actor, client_id: str, form_id: str) -> forms_pb2.FormResponse:
    """Begin, or take up."""
    found: forms_pb2.FormResponse = await people.ask(actor, "StartFormResponse", client_id=client_id, form_id=form_id)
    return found


async def save(
    people: People,
    actor: Actor,
    response_id: str,
    answers: dict[str, Any] | None = None,
    *,
    submit: bool = False,
    **more: Any,
) -> Any:
    """Save answers, by link id."""
    given = [
        forms_pb2.FormAnswer(link_id=link_id, values=[value] if isinstance(value, str) else value)
        for link_id, value in {**(answers or {}), **more}.items()
    ]
    return await people.ask(
        actor, "SaveFormResponse", response_id=response_id, answers=given, is_submitted=submit, locale="es"
    )


def told(rows: Rows, people: People, name: str) -> int:
    """How often an event was said."""
    statement = "select count(*) from outbox where practice_id = %s and type = %s"
    return int(rows(statement, people.practice_id, f"kept.matching.v1.{name}")[0][0])


async def test_a_form_branches_is_left_and_taken_up_and_scores_without_its_answers(people: People, rows: Rows) -> None:
    """What is shown follows the answers; missing ones stop the end, not the saving; scores leave, answers don't."""
    client_id = str(uuid4())
    client, stored = people.client(client_id), await put(people, intake_form())
    begun = await start(people, client, client_id, stored.form_id)

    saved = (await save(people, client, begun.response_id, meds="true", hours="7")).response
    with pytest.raises(errors.RuleViolated) as early:
        await save(people, client, begun.response_id, submit=True)
    again = await start(people, client, client_id, stored.form_id)
    done = (await save(people, client, begun.response_id, submit=True, which="Sertraline", snores="yes")).response
    listed = (await people.ask(client, "ListFormResponses", client_id=client_id)).responses

    assert "which" not in begun.enabled_link_ids
    assert ("which" in saved.enabled_link_ids, list(saved.missing_link_ids)) == (True, ["which", "snores"])
    assert early.value.reason == "ANSWERS_MISSING"
    assert (again.response_id, {each.link_id: list(each.values) for each in again.answers}) == (
        begun.response_id, {"meds": ["true"], "hours": ["7"]},
    )  # fmt: skip
    assert (done.state, [(each.total, each.band) for each in done.scores]) == (2, [(2, "HIGH")])
    assert [len(each.answers) for each in listed] == [0]
    with pytest.raises(errors.RuleViolated) as over:
        await save(people, client, begun.response_id, meds="false")
    assert over.value.reason == "RESPONSE_COMPLETED"
    assert told(rows, people, "FormCompleted") == 1


async def test_what_was_answered_to_a_hidden_question_is_not_kept(people: People) -> None:
    """The branch was left again before the end."""
    client_id = str(uuid4())
    client, stored = people.client(client_id), await put(people, intake_form())
    begun = await start(people, client, client_id, stored.form_id)
    await save(people, client, begun.response_id, meds="true", which="Sertraline")

    done = (await save(people, client, begun.response_id, submit=True, meds="false", snores="no")).response

    assert {each.link_id for each in done.answers} == {"meds", "snores"}


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"nobody-asked": "1"}, "UNKNOWN_QUESTION"),
        ({"health": "1"}, "UNKNOWN_QUESTION"),
        ({"meds": "maybe"}, "ANSWER_MALFORMED"),
        ({"hours": "25"}, "ANSWER_OUT_OF_RANGE"),
        ({"hours": "seven"}, "ANSWER_MALFORMED"),
        ({"snores": "often"}, "ANSWER_OUT_OF_RANGE"),
        ({"snores": ["yes", "no"]}, "ANSWER_MALFORMED"),
        ({"which": "x" * 1_001}, "ANSWER_MALFORMED"),
    ],
)
async def test_one_bad_answer_saves_none_of_them(people: People, answers: dict[str, Any], reason: str) -> None:
    """A good one beside it is not stored either."""
    client_id = str(uuid4())
    client, stored = people.client(client_id), await put(people, intake_form())
    begun = await start(people, client, client_id, stored.form_id)

    with pytest.raises(errors.InvalidRequest) as refused:
        await save(
            people, client, begun.response_id, **{"meds": "true", **answers} if "meds" not in answers else answers
        )
    read = await people.ask(client, "GetFormResponse", response_id=begun.response_id)

    assert refused.value.reason == reason
    assert list(read.answers) == []


async def test_more_answers_than_anybody_writes_are_refused(people: People) -> None:
    """300 KiB by our own limit, 5 MB by the door's; nothing is stored."""
    client_id = str(uuid4())
    client = people.client(client_id)
    items = [Item(link_id=f"q{at}", type=Type.TYPE_TEXT, max_length=4_000) for at in range(80)]
    stored = await put(people, form(*items))
    begun = await start(people, client, client_id, stored.form_id)

    with pytest.raises(errors.InvalidRequest) as ours:
        await save(people, client, begun.response_id, {f"q{at}": "x" * 4_000 for at in range(80)})
    with pytest.raises(errors.ServiceError):
        await save(people, client, begun.response_id, q0="x" * 5_000_000)
    read = await people.ask(client, "GetFormResponse", response_id=begun.response_id)

    assert ours.value.reason == "ANSWERS_TOO_LARGE"
    assert list(read.answers) == []


async def test_a_guardian_answers_their_part_and_each_side_sees_its_own(people: People, promises: Promises) -> None:
    """A teen's answer is not their parent's to see, nor the other way; it is complete when both have answered."""
    child, parent = str(uuid4()), people.client(str(uuid4()))
    promises.proxies |= {("form.answer", child), ("form.read", child)}
    stored = await put(
        people,
        form(
            Item(link_id="both", type=Type.TYPE_STRING, is_required=True),
            Item(link_id="teen", type=Type.TYPE_STRING, is_required=True, side=CLIENT),
            Item(link_id="parent", type=Type.TYPE_STRING, is_required=True, side=GUARDIAN),
        ),
    )
    teen = people.client(child)
    begun = await start(people, parent, child, stored.form_id)

    with pytest.raises(errors.InvalidRequest) as not_theirs:
        await save(people, parent, begun.response_id, teen="?")
    first = (await save(people, parent, begun.response_id, submit=True, both="b", parent="p")).response
    seen = await people.ask(teen, "GetFormResponse", response_id=begun.response_id)
    last = (await save(people, teen, begun.response_id, submit=True, teen="t")).response
    by_parent = await people.ask(parent, "GetFormResponse", response_id=begun.response_id)

    assert not_theirs.value.reason == "NOT_THEIRS"
    assert (first.state, first.waits_for) == (1, CLIENT)
    assert ({each.link_id for each in seen.answers}, list(seen.missing_link_ids)) == ({"both"}, ["teen"])
    assert last.state == 2
    assert {each.link_id for each in by_parent.answers} == {"both", "parent"}


async def test_an_instrument_in_a_form_is_scored_and_its_crisis_answer_raises_the_flag_at_once(
    people: People, rows: Rows
) -> None:
    """Saved unfinished: help in Spanish, one flag and one event; finished, it is a screening like any other."""
    client_id = str(uuid4())
    client = people.client(client_id)
    stored = await put(
        people, form(Item(link_id="mood", type=Type.TYPE_INSTRUMENT, instrument="PHQ-9", is_required=False))
    )
    shown = await people.ask(client, "GetForm", form_id=stored.form_id)
    begun = await start(people, client, client_id, stored.form_id)

    first = await save(people, client, begun.response_id, {"phq9-9": "1"})
    done = await save(people, client, begun.response_id, {f"phq9-{at}": "2" for at in range(1, 9)}, submit=True)
    screenings = (await people.ask(client, "ListScreenings", client_id=client_id)).screenings

    assert any("No permission required" in item.text for item in shown.items[0].items)
    assert (first.crisis_resources.locale, first.response.state) == ("es", 1)
    assert done.response.flag_id == first.response.flag_id
    assert [(each.instrument, each.score, each.flag_id) for each in screenings] == [
        ("PHQ-9", 17, first.response.flag_id)
    ]
    [(body,)] = rows(
        "select body from outbox where practice_id = %s and type = 'kept.matching.v1.CrisisFlagged'",
        people.practice_id,
    )
    assert triage_events_pb2.CrisisFlagged.FromString(bytes(body)).crisis.client_id == client_id


async def test_a_crisis_answer_is_flagged_though_the_rest_is_missing(people: People, rows: Rows) -> None:
    """Submitting with holes is no reason to lose it."""
    client_id = str(uuid4())
    client = people.client(client_id)
    items = [
        Item(link_id="harm", type=Type.TYPE_CHOICE, options=YES_NO, is_self_harm=True),
        Item(link_id="name", type=Type.TYPE_STRING, is_required=True),
    ]
    stored = await put(people, form(*items))
    begun = await start(people, client, client_id, stored.form_id)

    found = await save(people, client, begun.response_id, submit=True, harm="yes")

    assert (found.response.state, list(found.response.missing_link_ids)) == (1, ["name"])
    assert found.crisis_resources.call_number == "988"
    assert told(rows, people, "CrisisFlagged") == 1


async def test_a_form_is_filled_in_with_what_was_answered_before(people: People) -> None:
    """In another form, by its key; a value that does not fit there is left out."""
    client_id = str(uuid4())
    client, first = people.client(client_id), await put(people, intake_form())
    begun = await start(people, client, client_id, first.form_id)
    await save(people, client, begun.response_id, submit=True, meds="false", snores="no")
    items = [
        Item(link_id="takes-meds", type=Type.TYPE_BOOLEAN, prefill_key="meds"),
        Item(link_id="count", type=Type.TYPE_INTEGER, prefill_key="meds"),
    ]
    second = await put(people, form(*items))

    filled = await start(people, client, client_id, second.form_id)

    assert {each.link_id: list(each.values) for each in filled.answers} == {"takes-meds": ["false"]}


async def test_answers_keep_the_version_they_began_with(people: People) -> None:
    """The form changes meanwhile; a stale change of it is refused; who begins later has the new one."""
    client_id, other = str(uuid4()), str(uuid4())
    client, stored = people.client(client_id), await put(people, intake_form())
    begun = await start(people, client, client_id, stored.form_id)
    changed = form(Item(link_id="only", type=Type.TYPE_STRING), form_id=stored.form_id)

    newest = await put(people, changed, etag=stored.etag)
    with pytest.raises(errors.Stale):
        await put(people, changed, etag=stored.etag)
    done = (await save(people, client, begun.response_id, submit=True, meds="false", snores="no")).response
    later = await start(people, people.client(other), other, stored.form_id)
    old = await people.ask(client, "GetForm", form_id=stored.form_id, version=1)

    assert (newest.version, done.form_version, later.form_version) == (2, 1, 2)
    assert len(old.items) == 2


@pytest.mark.parametrize(
    ("items", "changes", "reason"),
    [
        ([Item(link_id="a", type=Type.TYPE_CHOICE)], {}, "FORM_MALFORMED"),
        ([Item(link_id="a b", type=Type.TYPE_STRING)], {}, "FORM_MALFORMED"),
        ([Item(link_id="a", type=Type.TYPE_STRING)] * 2, {}, "FORM_MALFORMED"),
        ([Item(link_id="phq9-9", type=Type.TYPE_STRING)], {}, "FORM_MALFORMED"),
        ([Item(link_id="a", type=Type.TYPE_STRING, enable_when=[
            Condition(link_id="later", operator=Condition.OPERATOR_EXISTS)])], {}, "FORM_MALFORMED"),
        ([Item(link_id=f"q{at}", type=Type.TYPE_STRING) for at in range(301)], {}, "LIMIT_EXCEEDED"),
        ([], {}, "LIMIT_EXCEEDED"),
        ([Item(link_id="a", type=Type.TYPE_INSTRUMENT, instrument="C-SSRS")], {}, "WORDING_MISSING"),
        ([Item(link_id="a", type=Type.TYPE_INSTRUMENT, instrument="AUDIT")], {}, "NOT_FOUND"),
        ([Item(link_id="a", type=Type.TYPE_CHOICE, options=YES_NO)],
         {"scores": [forms_pb2.FormScore(code="s", link_ids=["a"])]}, "PERMISSION_MISSING"),
    ],
)  # fmt: skip
async def test_a_form_that_makes_no_sense_is_refused(
    people: People, items: list[forms_pb2.FormItem], changes: dict[str, Any], reason: str
) -> None:
    """Each with its reason; the text of an instrument nobody gave leave for is not there."""
    with pytest.raises(errors.ServiceError) as refused:
        await put(people, form(*items, **changes))

    assert refused.value.reason == reason


async def test_answers_are_sealed_and_for_those_who_treat_the_client(people: People, rows: Rows) -> None:
    """Raw rows tell nothing; the desk and other clients read nothing; a therapist of theirs reads all."""
    client_id, therapist_id = str(uuid4()), str(uuid4())
    client, stored = people.client(client_id), await put(people, intake_form())
    begun = await start(people, client, client_id, stored.form_id)
    await save(people, client, begun.response_id, meds="true", which="Sertraline")

    for actor in (people.desk(), people.therapist(therapist_id), people.client(str(uuid4()))):
        with pytest.raises(errors.Forbidden):
            await people.ask(actor, "GetFormResponse", response_id=begun.response_id)
    rows(
        "insert into caseload_clients (practice_id, therapist_id, client_id) values (%s, %s, %s)",
        people.practice_id, therapist_id, client_id,
    )  # fmt: skip
    read = await people.ask(people.therapist(therapist_id), "GetFormResponse", response_id=begun.response_id)

    assert {each.link_id: list(each.values) for each in read.answers} == {"meds": ["true"], "which": ["Sertraline"]}
    raw = rows(
        "select f.sealed, r.response from form_responses f join requests r using (practice_id)"
        " where f.practice_id = %s",
        people.practice_id,
    )
    assert all(b"Sertraline" not in bytes(column) for row in raw for column in row)


async def test_a_signature_stands_under_the_text_that_was_shown(people: People, rows: Rows) -> None:
    """Who, when, which hash; after the text changed, the old hash is refused; the name is sealed."""
    client_id = str(uuid4())
    client = people.client(client_id)
    document = forms_pb2.ConsentDocument(document_id=str(uuid4()), title="Treatment", text="I agree.")
    stored = await people.ask(people.admin(), "PutConsentDocument", document=document)
    asked = {"client_id": client_id, "document_id": stored.document_id}
    due = await people.ask(people.desk(), "AssignDue", **asked)

    signed = await people.ask(client, "SignConsent", **asked, text_hash=stored.text_hash, signer_name="Ada Osei")
    document.text = "I agree to more."
    await people.ask(people.admin(), "PutConsentDocument", document=document, etag=stored.etag)
    with pytest.raises(errors.RuleViolated) as changed:
        await people.ask(client, "SignConsent", **asked, text_hash=stored.text_hash, signer_name="Ada Osei")
    listed = (await people.ask(people.desk(), "ListConsentSignatures", client_id=client_id)).signatures
    dues = (await people.ask(client, "ListDues", client_id=client_id)).dues

    assert stored.text_hash == hashlib.sha256(b"I agree.").hexdigest()
    assert (signed.version, signed.text_hash, signed.signer_actor_id, signed.side) == (
        1, stored.text_hash, client.actor_id, CLIENT,
    )  # fmt: skip
    assert changed.value.reason == "TEXT_CHANGED"
    assert list(listed) == [signed]
    assert [(each.due_id, each.state) for each in dues] == [(due.due_id, forms_pb2.Due.STATE_SETTLED)]
    [(name,)] = rows("select name_sealed from consent_signatures where client_id = %s", client_id)
    assert b"Ada" not in bytes(name)


async def test_dues_and_signatures_are_read_page_by_page(people: People) -> None:
    """Each once: open ones first, then the settled; the newest signature first."""
    client_id = str(uuid4())
    client = people.client(client_id)
    for title in ("A", "B", "C"):
        document = forms_pb2.ConsentDocument(document_id=str(uuid4()), title=title, text=title)
        stored = await people.ask(people.admin(), "PutConsentDocument", document=document)
        asked = {"client_id": client_id, "document_id": stored.document_id}
        await people.ask(people.desk(), "AssignDue", **asked)
        if title != "C":
            await people.ask(client, "SignConsent", **asked, text_hash=stored.text_hash, signer_name="Ada Osei")

    async def pages(method: str, member: str) -> list[list[Any]]:
        found, token = [], ""
        while True:
            page = await people.ask(client, method, client_id=client_id, page_size=1, page_token=token)
            found.append(list(getattr(page, member)))
            token = page.next_page_token
            if not token:
                return found

    dues, signatures = await pages("ListDues", "dues"), await pages("ListConsentSignatures", "signatures")
    whole = await people.ask(client, "ListDues", client_id=client_id)

    assert [len(page) for page in dues] == [1, 1, 1]
    assert list(whole.dues) == [due for page in dues for due in page]
    assert [due.state for due in whole.dues] == [1, 2, 2]
    assert [len(page) for page in signatures] == [1, 1]
    assert signatures[0][0].sign_time.ToDatetime() >= signatures[1][0].sign_time.ToDatetime()


async def test_a_new_client_is_given_what_comes_before_the_first_session(
    people: People, rows: Rows, sweep: Sweep
) -> None:
    """Once, however often it is heard; answering settles it, staff may give it up, each with its event."""
    client_id = str(uuid4())
    client, stored = people.client(client_id), await put(people, intake_form(is_due_first=True))
    await put(people, intake_form())
    document = forms_pb2.ConsentDocument(document_id=str(uuid4()), title="T", text="I agree.", is_due_first=True)
    await people.ask(people.admin(), "PutConsentDocument", document=document)
    registered = booking_events_pb2.ClientRegistered(practice_id=people.practice_id, client_id=client_id, version=1)

    for _ in range(2):
        body = json_format.MessageToJson(registered)
        rows(ARRIVE, people.practice_id, str(uuid4()), registered.DESCRIPTOR.full_name, client_id, body)
        await sweep()
    dues = (await people.ask(client, "ListDues", client_id=client_id)).dues
    begun = await start(people, client, client_id, stored.form_id)
    await save(people, client, begun.response_id, submit=True, meds="false", snores="no")
    left = next(each for each in dues if each.document_id)
    waived = await people.ask(people.desk(), "WaiveDue", due_id=left.due_id)
    with pytest.raises(errors.RuleViolated) as settled:
        await people.ask(people.desk(), "WaiveDue", due_id=left.due_id)

    assert {(each.form_id, each.document_id, each.is_before_first) for each in dues} == {
        (stored.form_id, "", True), ("", document.document_id, True),
    }  # fmt: skip
    assert (waived.state, settled.value.reason) == (forms_pb2.Due.STATE_WAIVED, "DUE_SETTLED")
    assert (told(rows, people, "FormDue"), told(rows, people, "FormSettled")) == (2, 2)
    bodies = rows(
        "select body from outbox where practice_id = %s and type = 'kept.matching.v1.FormSettled'", people.practice_id
    )
    facts = [forms_events_pb2.FormSettled.FromString(bytes(body)) for (body,) in bodies]
    assert sorted((each.is_waived, each.due.is_before_first) for each in facts) == [(False, True), (True, True)]
