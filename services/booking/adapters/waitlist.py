"""Keeps wishes, openings and offers in PostgreSQL, each change with its event."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import psycopg

from services.booking.adapters import waitlist_proto
from services.booking.adapters.waitlist_rows import (
    OFFER_COLUMNS,
    OPENING_COLUMNS,
    WISH_COLUMNS,
    offer_of,
    offer_values,
    opening_of,
    wish_of,
    wish_values,
)
from services.booking.domain import errors
from services.booking.domain.waitlist import (
    CANDIDATES_MAX,
    LIVE,
    PRACTICE_WISHES_MAX,
    WISHES_MAX,
    Offer,
    OfferState,
    Opening,
    Standing,
    WishState,
)
from services.booking.usecases.waitlist_ports import ClaimStanding, PageCursor, WishFilter
from services.chassis.context import Call
from services.chassis.db.pool import Database

_ADD_WISH = """
    insert into wishes (
        practice_id, wish_id, client_id, since_time, therapist_ids, session_type_ids, windows, time_zone, modalities,
        site_ids, notice_min, from_date, to_date, urgency, is_confidential, state, update_time, version
    ) values (
        %s, %s, %s, %s, %s::uuid[], %s::uuid[], %s, %s, %s::smallint[], %s::uuid[], %s, %s, %s, %s, %s, %s, %s, %s
    )
"""

_SAVE_WISH = """
    update wishes set
        therapist_ids = %s::uuid[], session_type_ids = %s::uuid[], windows = %s, time_zone = %s,
        modalities = %s::smallint[], site_ids = %s::uuid[], notice_min = %s, from_date = %s, to_date = %s,
        urgency = %s, is_confidential = %s, state = %s, update_time = %s, version = %s
    where practice_id = %s and wish_id = %s and version = %s
"""

_COUNT_WISHES = """
    select count(*) filter (where client_id = %s), count(*) from wishes
    where practice_id = %s and state = 'WAITING' and to_date >= %s
"""

_WISH = f"select {WISH_COLUMNS} from wishes w where w.practice_id = %s and w.wish_id = %s"  # noqa: S608 - columns

# Whom a slot may suit: rows that can't be judged by the wish alone. Nobody is asked for the same slot twice, has two
# questions at a time, or is asked for an hour in which they are somewhere else, or which they gave up themselves.
_SUITED = f"""
    select {WISH_COLUMNS} from wishes w
    where w.practice_id = %(practice_id)s and w.state = 'WAITING'
        and %(session_type_id)s::uuid = any (w.session_type_ids)
        and (w.therapist_ids = '{{}}' or %(therapist_id)s::uuid = any (w.therapist_ids))
        and w.client_id <> all (%(freed)s::uuid[])
        and not exists (
            select from offers f
            where f.practice_id = w.practice_id and f.client_id = w.client_id and (
                f.state in ('PREPARED', 'MADE')
                or (f.therapist_id = %(therapist_id)s and f.start_time = %(start_time)s
                    and (f.state <> 'PASSED_OVER' or f.opening_id = %(opening_id)s))
            )
        )
        and not exists (
            select from appointments a
            where a.practice_id = w.practice_id and a.client_id = w.client_id
                and a.start_time < %(end_time)s and a.end_time > %(start_time)s
                and (a.state in ('BOOKED', 'CONFIRMED', 'CHECKED_IN', 'IN_SESSION')
                    or (a.state = 'CANCELLED' and a.therapist_id = %(therapist_id)s and a.start_time = %(start_time)s))
        )
    order by w.since_time - case w.urgency when 3 then interval '42 days' when 2 then interval '14 days'
        else interval '0' end, w.wish_id
    limit {CANDIDATES_MAX}
"""  # noqa: S608 - only literals are put in

_OPENING = f"select {OPENING_COLUMNS} from openings where practice_id = %s and opening_id = %s"  # noqa: S608 - columns

_SAVE_OPENING = """
    update openings set
        claim_id = %s, state = %s, close_reason = %s, close_time = %s, look_time = %s, is_owner_asked = %s, version = %s
    where practice_id = %s and opening_id = %s and version = %s
"""

_OFFERS = f"""
    select {OFFER_COLUMNS} from offers where practice_id = %s and opening_id = %s order by make_time, offer_id
"""  # noqa: S608 - only the literal column list is put in

_OFFER = f"select {OFFER_COLUMNS} from offers where practice_id = %s and offer_id = %s"  # noqa: S608 - columns

_ADD_OFFER = """
    insert into offers (
        practice_id, offer_id, opening_id, wish_id, client_id, therapist_id, session_type_id, start_time, end_time,
        start_local, time_zone, fold, tzdata_version, modality, site_id, room_id, claim_version, is_confidential,
        is_batch, reason, state, pass_reason, make_time, expire_time, close_time, version
    ) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, nullif(%s, '')::uuid, nullif(%s, '')::uuid,
        %s, %s, %s, %s::jsonb, %s, %s, %s, %s, %s, %s)
    on conflict do nothing
"""

_SAVE_OFFER = """
    update offers set
        end_time = %s, tzdata_version = %s, modality = %s, site_id = nullif(%s, '')::uuid,
        room_id = nullif(%s, '')::uuid, claim_version = %s, state = %s, pass_reason = %s, make_time = %s,
        expire_time = %s, close_time = %s, version = %s
    where practice_id = %s and offer_id = %s and version = %s
"""

_OF_CLAIM = f"""
    select {OPENING_COLUMNS} from openings
    where practice_id = %(practice_id)s and (
        opening_id = %(claim_id)s or claim_id = %(claim_id)s
        or opening_id = (select opening_id from offers where practice_id = %(practice_id)s and offer_id = %(claim_id)s)
    )
    order by look_time is null limit 1
    for no key update
"""  # noqa: S608 - only the literal column list is put in

_OWNER = """
    select s.series_id::text from series_occurrences o
    join series s on s.practice_id = o.practice_id and s.series_id = o.series_id
    where o.practice_id = %s and o.fate = 'CONFLICT' and o.has_first_refusal and o.start_time = %s
        and s.therapist_id = %s and s.state = 'ACTIVE'
    order by s.create_time, s.series_id limit 1
"""


class PostgresWaitlist:
    """Is the store of the waitlist; every method works in the call's own transaction unless it says so."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_wish(self, call: Call, wish: Standing) -> None:
        """Store a new wish. Raises UnknownClient, LimitReached."""
        key = (call.practice_id, wish.wish_id, wish.client_id, wish.since_time)
        counted = (wish.client_id, call.practice_id, wish.update_time.date())
        try:
            async with call.tx() as conn:
                # Danger: the client's row is locked, or two wishes at once would both count too few.
                await conn.execute(
                    "select 1 from clients where practice_id = %s and client_id = %s for no key update",
                    (call.practice_id, wish.client_id),
                )
                await conn.execute(_ADD_WISH, (*key, *wish_values(wish)))
                row = await (await conn.execute(_COUNT_WISHES, counted)).fetchone()
        except psycopg.errors.ForeignKeyViolation:
            raise errors.UnknownClient("No such client.", client_id=wish.client_id) from None
        assert row is not None, "a count gives a row"
        if row[0] > WISHES_MAX:
            raise errors.LimitReached("The client waits for enough.", limit=str(WISHES_MAX))
        if row[1] > PRACTICE_WISHES_MAX:
            raise errors.LimitReached("The waitlist is full.", limit=str(PRACTICE_WISHES_MAX))
        event = waitlist_proto.created_event(call.practice_id, wish)
        call.publish(event, aggregate_id=wish.wish_id, version=wish.version)

    async def save_wish(self, call: Call, before: Standing, after: Standing) -> None:
        """Store a wish's new version with its event. Raises StaleVersion."""
        async with call.tx() as conn:
            key = (call.practice_id, after.wish_id, before.version)
            stored = await conn.execute(_SAVE_WISH, (*wish_values(after), *key))
        if stored.rowcount != 1:
            raise errors.StaleVersion("The wish changed meanwhile.", wish_id=after.wish_id)
        is_open = after.state is WishState.WAITING
        said = waitlist_proto.changed_event if is_open else waitlist_proto.closed_event
        call.publish(said(call.practice_id, after), aggregate_id=after.wish_id, version=after.version)

    async def wish(self, call: Call, wish_id: str, *, is_locked: bool = False) -> Standing:
        """Return a wish. Raises UnknownWish."""
        rows = await self._rows(call, _WISH + (" for no key update" if is_locked else ""), (call.practice_id, wish_id))
        if not rows:
            raise errors.UnknownWish("No such wish.", wish_id=wish_id)
        return wish_of(rows[0])

    async def wishes(self, call: Call, wanted: WishFilter, *, after: PageCursor | None, limit: int) -> list[Standing]:
        """Return at most *limit* wishes, longest waiting first."""
        values: list[Any]
        wheres, values = ["w.practice_id = %s"], [call.practice_id]
        if wanted.client_id:
            wheres.append("w.client_id = %s")
            values.append(wanted.client_id)
        else:
            wheres.append("w.state = 'WAITING' and w.to_date >= %s")
            values.append(wanted.today)
        if wanted.is_without_confidential:
            wheres.append("not w.is_confidential")
        if wanted.therapist_id:
            wheres.append("(w.therapist_ids = '{}' or %s::uuid = any (w.therapist_ids))")
            values.append(wanted.therapist_id)
        if wanted.session_type_id:
            wheres.append("%s::uuid = any (w.session_type_ids)")
            values.append(wanted.session_type_id)
        if after is not None:
            wheres.append("(w.since_time, w.wish_id) > (%s::timestamptz, %s::uuid)")
            values.extend(after)
        # Only the literals above are put into the text; every value is a parameter.
        statement = (
            f"select {WISH_COLUMNS} from wishes w where {' and '.join(wheres)} "  # noqa: S608
            "order by w.since_time, w.wish_id limit %s"
        )
        return [wish_of(row) for row in await self._rows(call, statement, (*values, limit))]

    async def suited(self, call: Call, opening: Opening) -> list[Standing]:
        """Return the wishes a slot may suit, at most CANDIDATES_MAX; windows and days are not looked at."""
        slot = opening.slot
        values = {
            "practice_id": opening.practice_id,
            "opening_id": opening.opening_id,
            "session_type_id": slot.session_type_id,
            "therapist_id": slot.therapist_id,
            "start_time": slot.start_time,
            "end_time": slot.end_time,
            "freed": list(opening.freed_client_ids),
        }
        return [wish_of(row) for row in await self._rows(call, _SUITED, values)]

    async def opening(self, call: Call, opening_id: str, *, is_locked: bool = False) -> Opening:
        """Return an opening; a locked one stays as it is until this call ends. Raises UnknownOpening."""
        statement = _OPENING + (" for no key update" if is_locked else "")
        rows = await self._rows(call, statement, (call.practice_id, opening_id))
        if not rows:
            raise errors.UnknownOpening("No such opening.", opening_id=opening_id)
        return opening_of(rows[0])

    async def take_up(self, call: Call, opening_id: str) -> Opening | None:
        """Return an opening, locked; None when somebody else is at it."""
        rows = await self._rows(call, _OPENING + " for no key update skip locked", (call.practice_id, opening_id))
        return opening_of(rows[0]) if rows else None

    async def opening_of_appointment(self, call: Call, appointment_id: str) -> Opening | None:
        """Return, locked, the opening that an appointment's cancellation led to, if it goes on."""
        statement = (
            f"select {OPENING_COLUMNS} from openings where practice_id = %s and appointment_id = %s"  # noqa: S608
            " and cause = 'CANCELLED' and look_time is not null for no key update"
        )
        rows = await self._rows(call, statement, (call.practice_id, appointment_id))
        return opening_of(rows[0]) if rows else None

    async def openings_hit(
        self, call: Call, therapist_id: str, *, from_time: datetime, to_time: datetime
    ) -> list[Opening]:
        """Return, locked, a therapist's openings that go on and touch a stretch of time."""
        statement = (
            f"select {OPENING_COLUMNS} from openings where practice_id = %s and therapist_id = %s"  # noqa: S608
            " and look_time is not null and start_time < %s and end_time > %s order by opening_id for no key update"
        )
        rows = await self._rows(call, statement, (call.practice_id, therapist_id, to_time, from_time))
        return [opening_of(row) for row in rows]

    async def openings(
        self, call: Call, therapist_id: str, *, has_closed: bool, after: PageCursor | None, limit: int
    ) -> list[Opening]:
        """Return at most *limit* openings, newest first."""
        values: list[Any]
        wheres, values = ["practice_id = %s"], [call.practice_id]
        if therapist_id:
            wheres.append("therapist_id = %s")
            values.append(therapist_id)
        if not has_closed:
            wheres.append("look_time is not null")
        if after is not None:
            wheres.append("(create_time, opening_id) < (%s::timestamptz, %s::uuid)")
            values.extend(after)
        # Only the literals above are put into the text; every value is a parameter.
        statement = (
            f"select {OPENING_COLUMNS} from openings where {' and '.join(wheres)} "  # noqa: S608
            "order by create_time desc, opening_id desc limit %s"
        )
        return [opening_of(row) for row in await self._rows(call, statement, (*values, limit))]

    async def save_opening(self, call: Call, before: Opening, after: Opening) -> None:
        """Store an opening's new version; its end is told. Raises StaleVersion."""
        values = (after.claim_id, after.state.value, after.close_reason, after.close_time, after.look_time)
        key = (after.practice_id, after.opening_id, before.version)
        async with call.tx() as conn:
            stored = await conn.execute(_SAVE_OPENING, (*values, after.is_owner_asked, after.version, *key))
        if stored.rowcount != 1:
            raise errors.StaleVersion("The opening changed meanwhile.", opening_id=after.opening_id)
        if not after.is_open:
            event = waitlist_proto.ended_event(after)
            call.publish(event, aggregate_id=after.opening_id, version=after.version)

    async def offers(self, call: Call, opening_id: str) -> list[Offer]:
        """Return an opening's offers, oldest first."""
        return [offer_of(row) for row in await self._rows(call, _OFFERS, (call.practice_id, opening_id))]

    async def offer(self, call: Call, offer_id: str) -> Offer:
        """Return an offer. Raises UnknownOffer."""
        rows = await self._rows(call, _OFFER, (call.practice_id, offer_id))
        if not rows:
            raise errors.UnknownOffer("No such offer.", offer_id=offer_id)
        return offer_of(rows[0])

    async def live_offers(self, call: Call, wish_id: str) -> list[Offer]:
        """Return the offers of a wish that wait for an answer."""
        statement = _OFFER.replace("offer_id = %s", "wish_id = %s and state in ('PREPARED', 'MADE')")
        return [offer_of(row) for row in await self._rows(call, statement, (call.practice_id, wish_id))]

    async def client_offers(
        self,
        call: Call,
        client_id: str,
        *,
        is_open_only: bool,
        has_confidential: bool,
        after: PageCursor | None,
        limit: int,
    ) -> list[Offer]:
        """Return at most *limit* of a client's offers, newest first."""
        values: list[Any]
        wheres, values = ["practice_id = %s", "client_id = %s"], [call.practice_id, client_id]
        wheres.append("state = 'MADE'" if is_open_only else "state not in ('PREPARED', 'PASSED_OVER')")
        if not has_confidential:
            wheres.append("not is_confidential")
        if after is not None:
            wheres.append("(make_time, offer_id) < (%s::timestamptz, %s::uuid)")
            values.extend(after)
        # Only the literals above are put into the text; every value is a parameter.
        statement = (
            f"select {OFFER_COLUMNS} from offers where {' and '.join(wheres)} "  # noqa: S608
            "order by make_time desc, offer_id desc limit %s"
        )
        return [offer_of(row) for row in await self._rows(call, statement, (*values, limit))]

    async def add_offer(self, call: Call, offer: Offer) -> bool:
        """Store a prepared offer; False when the client was asked for this slot before, or is being asked."""
        async with call.tx() as conn:
            return (await conn.execute(_ADD_OFFER, offer_values(offer))).rowcount == 1

    async def save_offer(self, call: Call, before: Offer, after: Offer) -> None:
        """Store an offer's new version, with its event if it was ever made. Raises StaleVersion."""
        slot = after.slot
        what = (slot.end_time, slot.tzdata_version, slot.modality, slot.site_id, slot.room_id, slot.claim_version)
        when = (after.make_time, after.expire_time, after.close_time, after.version)
        key = (after.practice_id, after.offer_id, before.version)
        async with call.tx() as conn:
            stored = await conn.execute(_SAVE_OFFER, (*what, after.state.value, after.pass_reason, *when, *key))
        if stored.rowcount != 1:
            raise errors.StaleVersion("The offer changed meanwhile.", offer_id=after.offer_id)
        if after.state is OfferState.MADE or before.state is OfferState.MADE:
            event = waitlist_proto.offer_event(after)
            call.publish(event, aggregate_id=after.offer_id, version=after.version)

    async def owner(self, call: Call, opening: Opening) -> str:
        """Return the series whose hour this is by first refusal; "" when there is none."""
        values = (opening.practice_id, opening.slot.start_time, opening.slot.therapist_id)
        rows = await self._rows(call, _OWNER, values)
        return str(rows[0][0]) if rows else ""

    async def standing_of(self, practice_id: str, claim_id: str) -> ClaimStanding:
        """Tell what a claim is to the waitlist, as last committed, in a transaction of its own."""
        async with self._database.begin([practice_id]) as conn:
            values = {"practice_id": practice_id, "claim_id": claim_id}
            row = await (await conn.execute(_OF_CLAIM, values)).fetchone()
            if row is None:
                return ClaimStanding.UNKNOWN
            found = await (await conn.execute(_OFFER, (practice_id, claim_id))).fetchone()
        opening, offer = opening_of(row), offer_of(found) if found else None
        if offer is not None and offer.state is OfferState.ACCEPTED:
            return ClaimStanding.UNKNOWN
        is_wanted = claim_id in (opening.claim_id, opening.opening_id) or (offer is not None and offer.state in LIVE)
        return ClaimStanding.WANTED if opening.is_open and is_wanted else ClaimStanding.OVER

    async def due(self, *, limit: int) -> list[tuple[str, str]]:
        """Return practice and id of openings that something is to be done about, in any practice."""
        async with self._database.begin([]) as conn:
            found = await conn.execute("select practice_id::text, opening_id::text from openings_due(%s)", (limit,))
            return [(row[0], row[1]) for row in await found.fetchall()]

    async def _rows(
        self, call: Call, statement: str, values: Sequence[object] | dict[str, Any] | Collection[Any]
    ) -> list[tuple[Any, ...]]:
        async with call.tx() as conn:
            return await (await conn.execute(statement, values)).fetchall()  # type: ignore[arg-type]
