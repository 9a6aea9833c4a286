"""What is due for clients reaches whoever cares for them: once, by reference, and the desk when nobody else can."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from google.protobuf.message import Message as ProtoMessage
from kept.booking.v1 import absence_events_pb2, care_events_pb2
from kept.matching.v1 import feedback_events_pb2, forms_events_pb2, intake_events_pb2, matching_events_pb2

from services.chassis.context import Actor, Call
from services.chassis.crypto import ClientCipher, FileKeyring
from services.notifications.adapters.digests import digest_failures
from services.notifications.adapters.notices import PostgresNotices
from services.notifications.adapters.page_letters import PageWriter
from services.notifications.adapters.pages import OnCall, PostgresPages
from services.notifications.adapters.templates import Templates
from services.notifications.config import MailConfig
from services.notifications.domain.contact import Locale
from services.notifications.domain.message import State
from services.notifications.domain.page import CARE, CRISIS, DESK, OnCallContact
from services.notifications.reactions import reactions
from services.notifications.usecases.page_on_call import page_on_call
from tests.integration.notifications.office import PUBLIC_URL, Office, Promise, new_id, timestamp
from tests.integration.notifications.sink import Sink, text_of

pytestmark = pytest.mark.integration


class Team:
    """A practice's staff with their mailboxes."""

    def __init__(self, office: Office, keyring_path: Path, practice_id: str) -> None:
        self.office, self.practice_id = office, practice_id
        self.on_call = OnCall(ClientCipher(FileKeyring(keyring_path)))
        self._writer = PageWriter(
            config=MailConfig("", PUBLIC_URL, "Appointments <appointments@kept.example>"), templates=Templates()
        )

    async def put(self, name: str, duty: str, *, level: int = 1, locale: Locale = Locale.EN) -> str:
        """Put somebody into the list; return their id."""
        contact = OnCallContact(new_id(), level, f"{name}@example.com", locale, is_active=True, duty=duty)
        async with self.office.database.begin([self.practice_id]) as conn:
            await self.on_call.put(conn, self.practice_id, contact)
        return contact.contact_id

    async def hear(self, event: ProtoMessage) -> None:
        """React to an event that is handled alone, as the inbox does."""
        actor = Actor("service:matching", "service", self.practice_id, frozenset({"system"}))
        call = Call(actor=actor, method=event.DESCRIPTOR.name, database=self.office.database, causation_id=new_id())
        await reactions(self.office.clock)[event.DESCRIPTOR.full_name](event, call)
        await call.commit(None)

    async def look(self) -> int:
        """Tell of what is due; return how many mails went out."""
        notices = PostgresNotices(self.office.database, self.on_call)
        return await page_on_call(pages=notices, writer=self._writer, post=self.office.post, clock=self.office.clock)

    def follow_up(self, *therapist_ids: str) -> care_events_pb2.FollowUpDue:
        """A follow-up that is due."""
        facts = care_events_pb2.FollowUpFacts(
            practice_id=self.practice_id, follow_up_id=new_id(), client_id=new_id(), therapist_id=therapist_ids[0],
            due_date=f"{self.office.at + timedelta(days=5):%Y-%m-%d}", version=2,
        )  # fmt: skip
        return care_events_pb2.FollowUpDue(follow_up=facts, therapist_ids=therapist_ids)

    def proposal(self, therapist_id: str) -> intake_events_pb2.ProposalFacts:
        """A proposal of this therapist."""
        return intake_events_pb2.ProposalFacts(
            practice_id=self.practice_id, proposal_id=new_id(), client_id=new_id(), therapist_id=therapist_id,
            expire_time=timestamp(self.office.at + timedelta(days=3)), version=1,
        )  # fmt: skip


@pytest.fixture
def team(office: Office, keyring_path: Path, practice_id: str) -> Team:
    """The staff."""
    return Team(office, keyring_path, practice_id)


async def test_a_follow_up_that_is_due_is_told_to_the_care_team_once(team: Team, sink: Sink) -> None:
    """To each of the team in their language, whatever their level; to nobody on call for crises, and with no name."""
    ana, ben = await team.put("ana", CARE, level=3, locale=Locale.ES), await team.put("ben", CARE)
    for name, duty in (("other", CARE), ("nurse", CRISIS), ("desk", DESK)):
        await team.put(name, duty)
    event = team.follow_up(ana, ben, new_id())
    await team.office.handle(event)
    told = [await team.look() for _ in range(2)]
    team.office.at += timedelta(days=1)

    assert (told, await team.look()) == ([2, 0], 0)
    assert {mail["To"] for mail in sink.letters} == {"ana@example.com", "ben@example.com"}
    for mail in sink.letters:
        assert event.follow_up.follow_up_id in text_of(mail)
        assert event.follow_up.client_id not in text_of(mail)
        assert mail["X-Priority"] is None


async def test_what_nobody_of_the_team_can_be_told_is_the_desks(team: Team, sink: Sink) -> None:
    """And where there is no desk either it is left to the lists that everybody sees."""
    await team.office.handle(team.follow_up(new_id()))
    nobody = await team.look()
    await team.put("desk", DESK)
    await team.office.handle(team.follow_up(new_id()))

    assert (nobody, await team.look()) == (0, 1)
    assert [mail["To"] for mail in sink.letters] == ["desk@example.com"]


async def test_a_follow_up_that_is_settled_first_is_told_to_nobody(team: Team) -> None:
    """Before it was told, or before it was heard of."""
    ana = await team.put("ana", CARE)
    late, early = team.follow_up(ana), team.follow_up(ana)
    await team.office.handle(late)
    await team.office.handle(care_events_pb2.FollowUpClosed(follow_up=late.follow_up))
    await team.office.handle(care_events_pb2.FollowUpClosed(follow_up=early.follow_up))
    await team.office.handle(early)

    assert await team.look() == 0


async def test_a_proposal_is_told_to_its_therapist_while_it_stands(team: Team, sink: Sink) -> None:
    """Once; one that was answered before is not."""
    ana = await team.put("ana", CARE)
    open_one, answered = team.proposal(ana), team.proposal(ana)
    await team.office.handle(intake_events_pb2.ProposalMade(proposal=open_one))
    await team.office.handle(intake_events_pb2.ProposalMade(proposal=answered))
    answered.version = 2
    await team.office.handle(intake_events_pb2.ProposalDeclined(proposal=answered))

    assert [await team.look() for _ in range(2)] == [1, 0]
    [mail] = sink.letters
    assert open_one.proposal_id in text_of(mail)


async def test_a_licence_that_ends_is_told_to_the_therapist_and_the_desk(team: Team, sink: Sink) -> None:
    """Each warning once."""
    ana = await team.put("ana", CARE)
    await team.put("desk", DESK)
    ending = matching_events_pb2.LicenceEnding(
        practice_id=team.practice_id, therapist_id=ana, region="US-WA", expire_date="2026-04-20", days_ahead=60,
        version=1,
    )  # fmt: skip
    await team.hear(ending)

    assert [await team.look() for _ in range(2)] == [2, 0]
    assert {mail["To"] for mail in sink.letters} == {"ana@example.com", "desk@example.com"}


async def test_a_session_near_that_nobody_has_settled_is_the_desks(team: Team, sink: Sink) -> None:
    """Unless it was settled meanwhile."""
    await team.put("desk", DESK)
    for settled in (False, True):
        facts = absence_events_pb2.AffectedFacts(
            practice_id=team.practice_id, absence_id=new_id(), appointment_id=new_id(), client_id=new_id(), version=3
        )
        await team.hear(absence_events_pb2.AffectedEscalated(affected=facts))
        if settled:
            await team.hear(absence_events_pb2.AffectedSettled(affected=facts))

    assert [await team.look() for _ in range(2)] == [1, 0]
    assert [mail["To"] for mail in sink.letters] == ["desk@example.com"]


async def test_a_day_with_failures_is_told_to_the_desk_once(
    team: Team, office: Office, sink: Sink, client_id: str
) -> None:
    """When the day is over, by a mail that says neither whom nor what; a day without failures is not told."""
    await team.put("desk", DESK)
    await office.meet(team.practice_id, client_id)
    sink.answers["gita.silva@example.com"] = "550 5.1.1 nobody here"
    await office.handle(Promise(team.practice_id, client_id).booked())
    await office.sweep()
    office.at += timedelta(hours=19)
    for _ in range(2):
        await digest_failures(office.database, at=office.at)
    told = await team.look()
    office.at += timedelta(days=2)
    await digest_failures(office.database, at=office.at)

    assert (told, await team.look()) == (1, 0)
    assert [mail["To"] for mail in sink.letters] == ["desk@example.com"]


async def test_care_contacts_never_crowd_out_who_is_on_call(team: Team) -> None:
    """However many therapists have a mailbox, a page finds the nurse."""
    for number in range(60):
        await team.put(f"therapist.{number}", CARE)
    await team.put("nurse", CRISIS)
    async with team.office.database.begin([team.practice_id]) as conn:
        await conn.execute(
            "insert into pages (practice_id, flag_id, client_id, raise_time, version, next_time)"
            " values (%s, %s, %s, %s, 1, %s)",
            (team.practice_id, new_id(), new_id(), team.office.at, team.office.at),
        )
    [due] = await PostgresPages(team.office.database, team.on_call).claim(10, at=team.office.at)

    assert [contact.email for contact in due.contacts] == ["nurse@example.com"]


async def test_forms_asked_for_at_once_are_one_mail_and_a_done_one_none(
    team: Team, office: Office, sink: Sink, client_id: str
) -> None:
    """A client who is given three forms hears once; who has filled theirs in hears nothing."""
    await office.meet(team.practice_id, client_id)
    dues = [
        forms_events_pb2.DueFacts(practice_id=team.practice_id, due_id=new_id(), client_id=client_id, version=1)
        for _ in range(4)
    ]
    office.at += timedelta(hours=8)
    await office.handle_matters([forms_events_pb2.FormDue(due=due, create_time=timestamp(office.at)) for due in dues])
    first = await office.sweep()
    lone = forms_events_pb2.DueFacts(practice_id=team.practice_id, due_id=new_id(), client_id=client_id, version=1)
    await office.handle(forms_events_pb2.FormDue(due=lone, create_time=timestamp(office.at)))
    lone.version = 2
    await office.handle(forms_events_pb2.FormSettled(due=lone))
    again = await office.sweep()

    assert (sum(first.values()), sum(again.values())) == (1, 0)
    assert len(sink.letters) == 1
    states = [(each.state, each.reason) for each in await office.messages(team.practice_id, client_id)]
    assert [state for state, _ in states].count(State.SENT) == 1
    assert sorted(str(reason) for _, reason in states if reason) == ["MATTER_CLOSED", *["OVERTAKEN"] * 3]


async def test_a_client_is_asked_how_it_fits_after_the_third_session(
    team: Team, office: Office, sink: Sink, client_id: str
) -> None:
    """As a check-in; the event twice is one message."""
    await office.meet(team.practice_id, client_id)
    asked = feedback_events_pb2.FitAsked(
        practice_id=team.practice_id, client_id=client_id, therapist_id=new_id(), appointment_id=new_id(), version=3
    )
    office.at += timedelta(hours=8)
    for _ in range(2):
        await office.handle(asked)
    await office.sweep()

    [message] = await office.messages(team.practice_id, client_id)
    assert (message.kind, message.state) == ("CHECK_IN", State.SENT)
    assert len(sink.letters) == 1
