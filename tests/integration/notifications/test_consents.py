"""Whoever opts out is left alone at once; the record is only ever added to."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from kept.matching.v1 import triage_events_pb2

from services.notifications.adapters import consents
from services.notifications.adapters.register import PostgresRegister
from services.notifications.domain.channel import Channel
from services.notifications.domain.consent import Source
from services.notifications.domain.message import Reason, State
from services.notifications.usecases.opt_out import opt_in, opt_out
from tests.integration.notifications.office import START, Office, Promise, new_id
from tests.integration.notifications.sink import Sink
from tests.support.postgres import FreshDatabase

pytestmark = pytest.mark.integration

ADDRESS = "Gita.Silva@Example.com"


async def test_opting_out_at_an_address_silences_it_until_its_owner_opts_in(
    office: Office, sink: Sink, practice_id: str, client_id: str
) -> None:
    """What has no other way is kept back at once, the rest at the gate; a stray START gives no consent."""
    await office.meet(practice_id, client_id)
    promise = Promise(practice_id, client_id)
    await office.handle(promise.booked())
    word = {"channel": Channel.EMAIL, "address": ADDRESS, "source": Source.REPLY, "evidence": "SM1", "at": office.at}

    async with office.database.begin([practice_id]) as conn:
        register = PostgresRegister(conn, practice_id, office.contacts)
        stray = await opt_in(register, **word, new_id=new_id)  # type: ignore[arg-type]
        kept_back = await opt_out(register, **word, new_id=new_id)  # type: ignore[arg-type]
    await office.sweep()
    silent = list(sink.subjects())
    async with office.database.begin([practice_id]) as conn:
        register = PostgresRegister(conn, practice_id, office.contacts)
        back = await opt_in(register, **word, new_id=new_id)  # type: ignore[arg-type]
        record = (await consents.of_clients(conn, [(practice_id, client_id)]))[practice_id, client_id]
    await office.handle(promise.moved(START + timedelta(days=1)))
    await office.sweep()

    messages = await office.messages(practice_id, client_id)
    assert (stray, kept_back, silent, back) == (False, 1, [], True)
    assert [(message.step, message.reason) for message in messages[:2]] == [
        ("booked", Reason.OPTED_OUT),
        ("3d", Reason.OPTED_OUT),
    ]
    assert sink.subjects() == ["Your appointment has a new time"]
    assert [(entry.is_granted, entry.channel, entry.source) for entry in record] == [
        (True, None, Source.STAFF),
        (False, Channel.EMAIL, Source.REPLY),
        (True, Channel.EMAIL, Source.REPLY),
    ]


async def test_the_record_of_consents_can_not_be_rewritten(
    office: Office, store: FreshDatabase, practice_id: str, client_id: str
) -> None:
    """The service's own role may add to it and read it, and nothing else."""
    await office.meet(practice_id, client_id)

    with psycopg.connect(store.server_url) as server:
        server.execute("select set_config('kept.practices', %s, false)", (practice_id,))
        for statement in ("update consent_events set is_granted = false", "delete from consent_events"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                server.execute(statement)  # type: ignore[arg-type]
            server.rollback()


async def test_what_is_routine_waits_until_a_human_has_taken_a_flag_over(
    office: Office, sink: Sink, practice_id: str, client_id: str
) -> None:
    """The reminder is held with its reason while the flag is open, and goes when it is acknowledged; others go on."""
    other = new_id()
    for each in (client_id, other):
        await office.meet(practice_id, each)
        await office.handle(Promise(practice_id, each).booked())
    await office.sweep()
    crisis = triage_events_pb2.CrisisFacts(practice_id=practice_id, flag_id=new_id(), client_id=client_id, version=1)
    await office.handle(triage_events_pb2.CrisisFlagged(crisis=crisis))
    office.at = START - timedelta(hours=24)

    await office.sweep()
    held = [message for message in await office.messages(practice_id, client_id) if message.reason]
    told = len(sink.letters)
    crisis.version = 2
    await office.handle(triage_events_pb2.CrisisAcknowledged(crisis=crisis))
    await office.sweep()

    assert [(message.state, message.reason) for message in held if message.reason is Reason.CRISIS_HOLD] == [
        (State.PLANNED, Reason.CRISIS_HOLD)
    ]
    assert (told, len(sink.letters)) == (3, 4)
