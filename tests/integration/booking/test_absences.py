"""A therapist will be away: everybody whom it hits is offered something, answers, and nobody is lost."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from kept.availability.v1 import absence_service_pb2 as ledger_absences
from kept.availability.v1 import availability_pb2, availability_service_pb2
from kept.booking.v1 import absence_pb2, absence_service_pb2, booking_service_pb2
from kept.wall.v1 import wall_pb2

from services.booking.bootstrap import own_call
from services.booking.usecases.ports import Wish
from services.chassis.errors import Forbidden, NotFound, RuleViolated
from tests.integration.booking.away import COVER, OTHER_TIME, TEXT, VIDEO, Away, State
from tests.integration.booking.standing import ZONE, House, at, work

pytestmark = pytest.mark.integration


@pytest.fixture
def away(standing_house: House) -> Away:
    """A house whose therapist will be away on the first Monday."""
    return Away(standing_house)


async def three_booked(away: Away) -> list[Any]:
    """Book three clients on the first Monday."""
    booked = [await away.house.book(await away.house.register(), at(0, time)) for time in ("10:00", "11:00", "15:00")]
    await away.house.settle()
    return booked


async def second_therapist(away: Away) -> str:
    """Let another therapist work there."""
    therapist_id = str(uuid4())
    await work(away.house, therapist_id)
    return therapist_id


async def only_offer(away: Away) -> absence_pb2.AbsenceOffer:
    """Return the offer of the only affected appointment."""
    (item,) = await away.affected()
    return item.offer


async def test_nobody_is_lost_until_every_fate_is_stated(away: Away) -> None:
    """One takes a cover, one another time, one is called off with a follow-up; then, and only then, the case closes."""
    booked = await three_booked(away)
    cover = await second_therapist(away)
    await away.start()
    assert (await away.case()).open_count == 3
    await away.work()
    await away.approve()

    answered = await away.offer(COVER, OTHER_TIME)
    listed = await away.affected()

    assert (answered.asked_count, answered.passed_count) == (3, 0)
    assert [State.Name(each.state) for each in listed] == ["STATE_OFFERED"] * 3
    for each in listed:
        kinds = [one.kind for one in each.offer.options]
        assert kinds == [COVER, OTHER_TIME, OTHER_TIME, OTHER_TIME]
        assert each.offer.options[0].therapist_id == cover
        assert each.offer.wording == TEXT
    assert away.held() == 12
    times = [(one.therapist_id, one.start_wall.local) for each in listed for one in each.offer.options]
    assert len(set(times)) == len(times), "a time was offered twice"

    covered = await away.accept(listed[0].offer, 0)
    moved = await away.accept(listed[1].offer, 1)
    await away.decline(listed[2].offer)
    close = ledger_absences.CloseAbsenceRequest(absence_id=away.absence_id, request_id=str(uuid4()))
    with pytest.raises(RuleViolated) as refused:
        await away.house.ask("CloseAbsence", close)
    assert refused.value.reason == "ABSENCE_OPEN"
    assert (await away.case()).open_count == 1
    await away.cancel(listed[2].appointment_id)

    assert (covered.therapist_id, covered.start_wall.local) == (cover, at(0, covered.start_wall.local[11:]))
    assert covered.appointment_id == listed[0].appointment_id
    assert (moved.therapist_id, moved.start_wall.local) == (
        away.house.therapist_id,
        listed[1].offer.options[1].start_wall.local,
    )
    assert await away.states() == ["COVERED", "MOVED", "CANCELLED"]
    assert (await away.case()).open_count == 0
    follow_ups = away.read(
        "select kind, cause_appointment_id::text from follow_ups where practice_id = %s", away.house.practice_id
    )
    assert follow_ups == [("REBOOKING", listed[2].appointment_id)]
    await away.work()
    assert away.house.claims() == {"confirmed": 2, "released": 13}
    await away.house.settle()
    assert sorted(await away.ledger_states()) == ["CANCELLED", "COVERED", "MOVED"]
    assert (await away.house.ask("CloseAbsence", close)).is_closed
    assert {each.appointment_id for each in booked} == {each.appointment_id for each in listed}
    told = away.read(
        "select aggregate_id from outbox where practice_id = %s and type like '%%AffectedSettled'",
        away.house.practice_id,
    )
    own = {each.appointment_id for each in booked}
    assert own.isdisjoint({row[0] for row in told}), "the appointment's own events would be passed over as late"


async def test_who_would_be_longest_without_comes_first_and_the_reason_is_stored(away: Away) -> None:
    """Of two, the one without another session ahead; the reason can be read and checked."""
    clients = [await away.house.register() for _ in range(2)]
    for number, client_id in enumerate(clients):
        await away.house.book(client_id, at(0, f"1{number}:00"))
    await away.house.book(clients[0], at(1, "09:00"))
    away.sql(
        "insert into appointments (practice_id, appointment_id, state, client_id, therapist_id, session_type_id,"
        " start_time, end_time, start_local, time_zone, fold, tzdata_version, modality, claim_version, version,"
        " create_time, update_time, create_actor_id) select practice_id, gen_random_uuid(), 'COMPLETED', client_id,"
        " therapist_id, session_type_id, start_time - interval '20 days', end_time - interval '20 days', start_local,"
        " time_zone, fold, tzdata_version, modality, claim_version, 1, now(), now(), 'x' from appointments"
        " where practice_id = %s and client_id = any (%s::uuid[]) and start_local = any (%s)",
        away.house.practice_id,
        clients,
        [at(0, "10:00"), at(0, "11:00")],
    )
    await away.start()
    await away.work()

    first, second = await away.affected()

    assert [first.client_id, second.client_id] == [clients[1], clients[0]]
    assert (first.need.gap_days, second.need.gap_days) == (90, 26)
    assert second.need.words == "Place 2: 26 days without a session, weight 1."


async def test_nobody_is_asked_before_the_wording_is_approved(away: Away) -> None:
    """The text is one for all: no contacts, placeholders or clinical words; another one needs another approval."""
    await three_booked(away)
    await away.start()
    await away.work()

    refusals = {}
    for text in ("Call 555 123 4567.", "Dear {name}.", "Your therapist is away.", "See www.example.com", "Write a@b.c"):
        with pytest.raises(RuleViolated) as refused:
            await away.approve(text)
        refusals[text] = refused.value.metadata["found"]
    with pytest.raises(RuleViolated) as unapproved:
        await away.offer(COVER)
    approved = await away.approve()
    put = absence_service_pb2.PutAbsenceWordingRequest(
        absence_id=away.absence_id, body="Please choose.", request_id=str(uuid4())
    )
    changed = await away.house.ask("PutAbsenceWording", put)
    stranger = {"roles": frozenset({"therapist"}), "therapist_id": str(uuid4())}
    put.request_id = str(uuid4())
    with pytest.raises(Forbidden):
        await away.house.ask("PutAbsenceWording", put, **stranger)
    own = {"roles": frozenset({"therapist"}), "therapist_id": away.house.therapist_id}
    put.request_id = str(uuid4())
    by_therapist = await away.house.ask("PutAbsenceWording", put, **own)

    assert list(refusals.values()) == ["CONTACT", "PLACEHOLDER", "CLINICAL_WORD", "CONTACT", "CONTACT"]
    assert unapproved.value.reason == "WORDING_UNAPPROVED"
    assert (approved.approved_wording_version, approved.wording.is_approved) == (1, True)
    assert (changed.wording.wording_version, changed.approved_wording_version) == (2, 1)
    assert (by_therapist.wording.wording_version, by_therapist.wording.is_approved) == (3, False)


async def test_the_same_time_by_video_keeps_the_session(away: Away, standing_house: House) -> None:
    """In person becomes video: the claim stands, and the ledger's item is settled by booking's word."""
    await offer_both_ways(standing_house)
    booked = await book_in_person(standing_house)
    await away.house.settle()
    await away.start()
    await away.work()
    await away.approve()

    await away.offer(VIDEO)
    offer = await only_offer(away)
    accepted = await away.accept(offer)

    assert [one.kind for one in offer.options] == [VIDEO]
    assert (accepted.appointment_id, accepted.start_time) == (booked.appointment_id, booked.start_time)
    assert accepted.modality == availability_pb2.MODALITY_VIDEO
    assert await away.states() == ["BY_VIDEO"]
    assert await away.ledger_states() == ["BY_VIDEO"]
    assert away.house.claims() == {"confirmed": 1}


async def test_a_client_answers_for_themselves_and_sees_nobody_elses(away: Away) -> None:
    """The client takes an option without the notice a booking would need; a stranger may not look."""
    booked = await three_booked(away)
    await away.start()
    await away.work()
    await away.approve()
    await away.offer(OTHER_TIME, to=[booked[0].appointment_id])
    mine = next(each for each in await away.affected() if each.appointment_id == booked[0].appointment_id)
    me = {"roles": frozenset({"client"}), "client_id": booked[0].client_id, "actor_id": "user:me"}
    stranger = me | {"client_id": booked[1].client_id}
    see = absence_service_pb2.GetAbsenceOfferRequest(offer_id=mine.offer.offer_id)
    listing = absence_service_pb2.ListAbsenceOffersRequest(client_id=booked[0].client_id, is_open_only=True)

    with pytest.raises(Forbidden):
        await away.house.ask("GetAbsenceOffer", see, **stranger)
    with pytest.raises(Forbidden):
        await away.house.ask(
            "ListAffectedAppointments",
            absence_service_pb2.ListAffectedAppointmentsRequest(absence_id=away.absence_id),
            **me,
        )
    assert len((await away.house.ask("ListAbsenceOffers", listing, **me)).offers) == 1
    request_id = str(uuid4())
    moved = await away.accept(mine.offer, 0, request_id=request_id, **me)
    again = await away.accept(mine.offer, 0, **me)
    other = absence_service_pb2.AcceptAbsenceOptionRequest(
        offer_id=mine.offer.offer_id, option_id=mine.offer.options[1].option_id, request_id=str(uuid4())
    )
    with pytest.raises(RuleViolated) as refused:
        await away.house.ask("AcceptAbsenceOption", other, **me)

    assert (moved.appointment_id, again.version) == (booked[0].appointment_id, moved.version)
    assert refused.value.reason == "OFFER_CLOSED"
    assert (await away.house.ask("ListAbsenceOffers", listing, **me)).offers == []


async def test_silence_opens_it_again_and_the_near_session_is_told_once(away: Away) -> None:
    """An offer expires and gives its times back; what nobody settles is escalated, once, whoever looks."""
    await three_booked(away)
    await away.start()
    await away.work()
    await away.approve()
    await away.offer(OTHER_TIME)

    away.let_pass(hours=25)
    await asyncio.gather(*(away.work() for _ in range(3)))
    assert await away.states() == ["OPEN"] * 3
    assert {each.note for each in await away.affected()} == {"EXPIRED"}
    assert away.held() == 0
    away.let_pass(days=30)
    await asyncio.gather(*(away.work() for _ in range(3)))
    await away.work()

    assert (away.told("AbsenceOffered"), away.told("AbsenceOfferClosed"), away.told("AffectedEscalated")) == (3, 3, 3)
    case = await away.case()
    assert (case.open_count, case.escalated_count) == (3, 3)
    await away.house.settle()
    assert await away.ledger_states() == ["OPEN"] * 3
    assert (await away.offer(OTHER_TIME)).asked_count == 3
    assert await away.states() == ["OFFERED"] * 3


async def test_what_the_desk_does_by_hand_settles_it_too(away: Away) -> None:
    """A kept session with its reason, and a move by the desk, withdraw what was offered."""
    booked = await three_booked(away)
    await away.start()
    await away.work()
    await away.approve()
    await away.offer(OTHER_TIME)
    keep = absence_service_pb2.KeepAffectedRequest(
        absence_id=away.absence_id,
        appointment_id=booked[0].appointment_id,
        reason=absence_service_pb2.KEEP_REASON_THERAPIST_COMES,
        request_id=str(uuid4()),
    )

    kept = await away.house.ask("KeepAffected", keep)
    await away.cancel(booked[1].appointment_id)
    await away.work()
    await away.house.settle()

    assert (kept.state, kept.note) == (State.STATE_KEPT, "THERAPIST_COMES")
    by_id = {each.appointment_id: each for each in await away.affected()}
    assert by_id[booked[1].appointment_id].state == State.STATE_CANCELLED
    assert by_id[booked[0].appointment_id].offer.state == absence_pb2.AbsenceOffer.STATE_WITHDRAWN
    assert away.held() == 3, "only the third client's times are held"
    assert sorted(await away.ledger_states()) == ["CANCELLED", "KEPT", "OFFERED"]
    missing = absence_service_pb2.GetAbsenceCaseRequest(absence_id=str(uuid4()))
    with pytest.raises(NotFound):
        await away.house.ask("GetAbsenceCase", missing)


async def test_what_is_stated_in_the_ledger_ends_the_offer_here(away: Away) -> None:
    """The same fate on both lists, times given back, a follow-up for whoever is called off; told twice is once."""
    booked = await three_booked(away)
    await away.start()
    await away.work()
    await away.approve()
    await away.offer(OTHER_TIME)
    await away.house.settle()
    said = {
        booked[0].appointment_id: ledger_absences.AbsenceItem.STATE_KEPT,
        booked[1].appointment_id: ledger_absences.AbsenceItem.STATE_CANCELLED,
        booked[2].appointment_id: ledger_absences.AbsenceItem.STATE_OFFERED,
    }
    for claim_id, state in said.items():
        answer = ledger_absences.AnswerAbsenceItemRequest(
            absence_id=away.absence_id, claim_id=claim_id, state=state, request_id=str(uuid4())
        )
        await away.house.ask("AnswerAbsenceItem", answer)

    await away.hear()
    await away.hear()
    await away.work()
    await away.house.settle()

    by_id = {each.appointment_id: each for each in await away.affected()}
    kept, lost, asked = (by_id[each.appointment_id] for each in booked)
    assert (kept.state, lost.state, asked.state) == (State.STATE_KEPT, State.STATE_CANCELLED, State.STATE_OFFERED)
    assert (kept.note, lost.note) == ("STATED_IN_LEDGER", "STATED_IN_LEDGER")
    withdrawn = absence_pb2.AbsenceOffer.STATE_WITHDRAWN
    assert (kept.offer.state, lost.offer.state) == (withdrawn, withdrawn)
    assert asked.offer.state == absence_pb2.AbsenceOffer.STATE_MADE
    assert away.held() == 3, "only the third client's times are held"
    assert sorted(await away.ledger_states()) == ["CANCELLED", "KEPT", "OFFERED"]
    assert (await away.case()).open_count == 1
    opened = away.read(
        "select cause_appointment_id::text from follow_ups where practice_id = %s", away.house.practice_id
    )
    assert opened == [(booked[1].appointment_id,)]


async def test_a_booking_that_commits_after_the_absence_is_tracked(away: Away) -> None:
    """Time held when the absence began waits as pending until it is booked, or given back."""
    booked = await away.house.book(await away.house.register(), at(0, "10:00"))
    ledger, hold_id = away.house.parts.ledger, str(uuid4())
    wish = Wish(str(uuid4()), away.house.therapist_id, away.house.session_type_id, at(0, "12:00"), ZONE, 0, 0)
    own = own_call(away.house.parts.database, away.house.practice_id)
    await ledger.hold(hold_id, wish, own, is_staff=True)
    away.sql("update appointments set state = 'ABANDONED' where appointment_id = %s", booked.appointment_id)
    await away.start()
    await away.work()
    assert await away.states() == ["PENDING", "PENDING"]

    away.sql("update appointments set state = 'BOOKED' where appointment_id = %s", booked.appointment_id)
    await ledger.release(hold_id, own)
    away.let_pass(minutes=2)
    await away.work()

    assert sorted(await away.states()) == ["NEVER_BOOKED", "OPEN"]
    assert (await away.case()).open_count == 1
    await away.hear()
    assert len(await away.affected()) == 2, "a doubled event opens nothing twice"


async def offer_both_ways(house: House) -> None:
    """Let the session type and the therapist's hours take place in person and by video, at a site with one room."""
    admin = {"roles": frozenset({"practice_admin"})}
    site = availability_pb2.Site(display_name="Main", time_zone=ZONE)
    put_site = availability_service_pb2.PutSiteRequest(site=site, request_id=str(uuid4()))
    site_id = (await house.ask("PutSite", put_site, **admin)).site_id
    room = availability_pb2.Room(site_id=site_id, display_name="Blue")
    put_room = availability_service_pb2.PutRoomRequest(room=room, request_id=str(uuid4()))
    await house.ask("PutRoom", put_room, **admin)
    both = [availability_pb2.MODALITY_IN_PERSON, availability_pb2.MODALITY_VIDEO]
    session_type = availability_pb2.SessionType(
        session_type_id=house.session_type_id,
        display_name="Session",
        length_min=50,
        horizon_days=365,
        grid_min=30,
        modalities=both,
    )
    put_type = availability_service_pb2.PutSessionTypeRequest(session_type=session_type, request_id=str(uuid4()))
    await house.ask("PutSessionType", put_type, **admin)
    schedule = availability_pb2.Schedule(
        therapist_id=house.therapist_id,
        time_zone=ZONE,
        session_type_ids=[house.session_type_id],
        weekly_hours=[
            availability_pb2.WeeklyHours(
                weekday=day, start_local="09:00", end_local="18:00", modalities=both, site_id=site_id
            )
            for day in range(1, 6)
        ],
    )
    put = availability_service_pb2.PutScheduleRequest(schedule=schedule, request_id=str(uuid4()))
    await house.ask("PutSchedule", put, **admin)


async def book_in_person(house: House) -> Any:
    """Book one session in person on the first Monday."""
    request = booking_service_pb2.BookAppointmentRequest(
        client_id=await house.register(),
        therapist_id=house.therapist_id,
        session_type_id=house.session_type_id,
        start_wall=wall_pb2.WallTime(local=at(0, "10:00"), time_zone=ZONE),
        modality=availability_pb2.MODALITY_IN_PERSON,
        request_id=str(uuid4()),
    )
    return await house.ask("BookAppointment", request)
