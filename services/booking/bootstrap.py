"""Puts the booking service together: the one place that knows every part."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from kept.availability.v1 import availability_service_pb2

from services.booking.adapters.absence_ledger import AvailabilityAbsenceLedger
from services.booking.adapters.absences import PostgresAbsenceCases
from services.booking.adapters.break_glasses import PostgresBreakGlasses
from services.booking.adapters.care_team import PostgresCareTeam
from services.booking.adapters.disclosures import PostgresDisclosures
from services.booking.adapters.feeds import PostgresFeeds
from services.booking.adapters.follow_ups import PostgresFollowUps
from services.booking.adapters.gates import PostgresGates
from services.booking.adapters.group_series import PostgresGroupSeries
from services.booking.adapters.groups import PostgresGroups
from services.booking.adapters.jitsi import read_rooms
from services.booking.adapters.mark_rows import PostgresMarks, mark_clients
from services.booking.adapters.offer_gates import OfferGates
from services.booking.adapters.overdue import Overdue
from services.booking.adapters.policies import PostgresPolicies
from services.booking.adapters.postgres import PostgresAppointments
from services.booking.adapters.priorities import PostgresPriorities
from services.booking.adapters.promises import BatchedPromises
from services.booking.adapters.prompts import Prompts
from services.booking.adapters.refills import Refills
from services.booking.adapters.registry import PostgresClients
from services.booking.adapters.rules import PostgresRules
from services.booking.adapters.safety import PostgresSafety
from services.booking.adapters.series import PostgresSeries
from services.booking.adapters.waitlist import PostgresWaitlist
from services.booking.config import NEIGHBOUR, SERVICE
from services.booking.domain import errors
from services.booking.domain.appointment import Appointment
from services.booking.reactions import Reactions
from services.booking.usecases.choose_options import Fences
from services.booking.usecases.decide_group_sessions import decide_group_sessions
from services.booking.usecases.fill_group_seats import fill_group_seats
from services.booking.usecases.join_appointment import Rooms
from services.booking.usecases.ports import Audiences, Books, Clock
from services.booking.usecases.refill_slots import Gate, Regain, refill_slots
from services.booking.usecases.regain_hour import regain_hour
from services.booking.usecases.top_up_group_series import top_up_group_series
from services.booking.usecases.top_up_series import top_up_series
from services.booking.usecases.waitlist_ports import ClaimStanding
from services.booking.usecases.work_absences import work_absences
from services.chassis.config import Misconfigured, ProcessConfig
from services.chassis.context import Actor, Call
from services.chassis.crypto import ClientCipher, Keyring
from services.chassis.db.pool import Database
from services.chassis.identity import Signer
from services.chassis.jobs import Every
from services.chassis.keys import rewrap_job
from services.chassis.rpc.channels import channel
from services.chassis.rpc.client import Neighbour
from services.chassis.vault import open_keyring

TOP_UP_EVERY_S = 30.0
"""Seconds between two looks for series that are due: once a day, or each minute while lent time is waited for."""

SWEEP_MAX = 500
"""Follow-ups opened, or overdue confirmations told, in one round of a job at most."""

OPEN_EVERY_S = 300.0
"""Seconds between two looks for gaps that come near; a gap is days away."""

ABSENCES_EVERY_S = 5.0
"""Seconds between two looks at absences: a desk that asks for offers sees them made while it looks on."""

REFILL_EVERY_S = 5.0
"""Seconds between two looks at freed slots: what is due waits no longer, beside an undo window of 120."""

MARK_EVERY_S = 60.0
"""Seconds between two looks for clients who were registered before there were marks; nearly always there is none."""

COUNT_EVERY_S = 15.0
"""Seconds between two counts of openings that ended, as metrics are scraped."""

DECIDE_EVERY_S = 60.0
"""Seconds between two looks for groups' sessions that may not run; their hour is hours before the start."""

FILL_EVERY_S = 2.0
"""Seconds between two looks for members to be seated: whoever comes onto a roster has seats moments later."""

REINDEX_EVERY_S = 10.0
"""Seconds between two looks for clients under an old index key; one index look-up while there are none."""

ANNOUNCE_EVERY_S = 60.0
"""Seconds between two looks for overdue confirmations."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Is everything the server's process works with."""

    database: Database
    appointments: PostgresAppointments
    promises: BatchedPromises
    clients: PostgresClients
    marks: PostgresMarks
    disclosures: PostgresDisclosures
    ledger: AvailabilityAbsenceLedger
    absences: PostgresAbsenceCases
    fences: Fences
    priorities: PostgresPriorities
    audiences: Audiences
    groups: PostgresGroups
    group_series: PostgresGroupSeries
    series: PostgresSeries
    top_up: Every
    care_team: PostgresCareTeam
    reactions: Reactions
    keyring: Keyring
    clock: Clock
    rules: PostgresRules
    policies: PostgresPolicies
    waitlist: PostgresWaitlist
    refills: Refills
    regain: Regain
    gate: Gate
    follow_ups: PostgresFollowUps
    safety: PostgresSafety
    glasses: PostgresBreakGlasses
    feeds: PostgresFeeds
    books: Books
    rooms: Rooms
    jobs: tuple[Every, ...]
    closers: tuple[Callable[[], Awaitable[object]], ...]


async def bootstrap(config: ProcessConfig) -> Parts:
    """Open the database, the channel and the keyring, and give every part what it needs."""
    if config.keys_dir is None:
        raise Misconfigured("KEPT_KEYS_DIR is not set")
    rooms = read_rooms()
    database = await Database.open(config)
    to_availability = channel(config.target(NEIGHBOUR), config)
    service = availability_service_pb2.DESCRIPTOR.services_by_name["AvailabilityService"]
    ledger = AvailabilityAbsenceLedger(Neighbour(to_availability, service, Signer.read(SERVICE, config.keys_dir)))
    keyring = await open_keyring(config)
    rules, policies, follow_ups = PostgresRules(), PostgresPolicies(), PostgresFollowUps(database)
    appointments, promises = PostgresAppointments(database), BatchedPromises(database, rules)
    series = PostgresSeries(database, rules)
    clients = PostgresClients(keyring, ClientCipher(keyring))
    glasses = PostgresBreakGlasses(database, ClientCipher(keyring))
    top_up = partial(top_up_series, partial(own_call, database), ledger=ledger, store=series, clock=now)

    waitlist, refills = PostgresWaitlist(database), Refills(database)
    gate = OfferGates(rules).refusal
    regain = partial(regain_hour, ledger=ledger, series=series, clock=now)
    refill = partial(
        refill_slots, partial(own_call, database), store=waitlist, ledger=ledger, clock=now, regain=regain, gate=gate
    )

    groups, group_series = PostgresGroups(database, rules), PostgresGroupSeries(database)
    books = Books(rules=rules, gates=PostgresGates(), fees=policies, follow_ups=follow_ups)
    decide = partial(
        decide_group_sessions,
        partial(own_call, database),
        store=groups,
        appointments=appointments,
        books=books,
        clock=now,
    )

    absences, gates = PostgresAbsenceCases(database), books.gates

    async def is_fenced(call: Call, moved: Appointment) -> bool:
        try:
            await gates.check_move(call, moved, await rules.of_call(call), is_staff=True)
        except errors.Gate:
            return True
        return False

    work = partial(
        work_absences,
        partial(own_call, database),
        store=absences,
        ledger=ledger,
        clock=now,
        fences=is_fenced,
    )

    priorities = PostgresPriorities(database)

    async def audiences(call: Call, client_id: str, therapist_id: str) -> tuple[int, ...]:
        return await priorities.audiences(call.practice_id, client_id, therapist_id, at=now())

    async def standing_of(practice_id: str, claim_id: str) -> ClaimStanding:
        standing = await waitlist.standing_of(practice_id, claim_id)
        if standing is not ClaimStanding.UNKNOWN:
            return standing
        return await absences.standing_of(practice_id, claim_id)

    fill = partial(fill_group_seats, partial(own_call, database), store=groups, ledger=ledger, clock=now)
    top_up_groups = partial(
        top_up_group_series,
        partial(own_call, database),
        groups=groups,
        store=group_series,
        ledger=ledger,
        appointments=appointments,
        books=books,
        clock=now,
    )

    async def open_due() -> None:
        await follow_ups.open_due(limit=SWEEP_MAX, at=now())

    async def prompt() -> None:
        await Prompts(database).announce(limit=SWEEP_MAX)

    async def announce_overdue() -> None:
        await Overdue(database).announce(limit=SWEEP_MAX)

    marks = PostgresMarks(keyring)
    mark = partial(mark_clients, database, partial(own_call, database), clients=clients, marks=marks)

    async def reindex() -> None:
        await clients.reindex(database)

    async def announce_reviews() -> None:
        await glasses.announce_overdue(limit=SWEEP_MAX)

    return Parts(
        database=database,
        appointments=appointments,
        promises=promises,
        clients=clients,
        marks=marks,
        disclosures=PostgresDisclosures(ClientCipher(keyring)),
        ledger=ledger,
        groups=groups,
        group_series=group_series,
        series=series,
        top_up=Every(TOP_UP_EVERY_S, top_up, "top_up_series", database),
        care_team=PostgresCareTeam(database),
        keyring=keyring,
        reactions=Reactions(
            appointments=appointments,
            ledger=ledger,
            clock=now,
            keeps_time=series.keeps_time,
            to_offers=standing_of,
            waitlist=waitlist,
            absences=absences,
            ask_groups=groups.session_word,
            registry=clients,
        ),
        absences=absences,
        fences=is_fenced,
        priorities=priorities,
        audiences=audiences,
        waitlist=waitlist,
        refills=refills,
        regain=regain,
        gate=gate,
        clock=now,
        rules=rules,
        policies=policies,
        follow_ups=follow_ups,
        safety=PostgresSafety(),
        glasses=glasses,
        feeds=PostgresFeeds(database),
        books=books,
        rooms=rooms,
        jobs=(
            Every(OPEN_EVERY_S, open_due, "open_follow_ups", database),
            Every(ANNOUNCE_EVERY_S, prompt, "prompt_follow_ups", database),
            Every(ANNOUNCE_EVERY_S, announce_overdue, "announce_overdue", database),
            Every(OPEN_EVERY_S, announce_reviews, "announce_reviews", database),
            Every(ABSENCES_EVERY_S, work, "work_absences", database),
            Every(REFILL_EVERY_S, refill, "refill_slots", database),
            Every(FILL_EVERY_S, fill, "fill_group_seats", database),
            Every(TOP_UP_EVERY_S, top_up_groups, "top_up_group_series", database),
            Every(DECIDE_EVERY_S, decide, "decide_group_sessions", database),
            rewrap_job(database, keyring),
            Every(REINDEX_EVERY_S, reindex, "reindex_clients", database),
            Every(COUNT_EVERY_S, refills.count_ended, "count_refills", database),
            Every(MARK_EVERY_S, mark, "mark_clients", database),
        ),
        closers=(ledger.close, promises.close, appointments.close, to_availability.close),
    )


def own_call(database: Database, practice_id: str) -> Call:
    """Return the call of work that nobody but this service asked for."""
    actor = Actor(f"system:{SERVICE}", "system", practice_id, frozenset({"system"}))
    return Call(actor=actor, method=f"{SERVICE}.TopUpSeries", database=database)


def now() -> datetime:
    """Return the present in UTC."""
    return datetime.now(UTC)
