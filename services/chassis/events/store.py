"""Writes deliveries into the inbox or the quarantine, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
import structlog

from services.chassis import metrics
from services.chassis.events.delivery import NIL, Delivery

log = structlog.get_logger(__name__)

_STORE = """
insert into inbox (practice_id, event_id, source, type, aggregate_id, version, body,
                   actor, traceparent, causation_id, publish_time)
select * from unnest(%b::text[]::uuid[], %b::text[]::uuid[], %b::text[], %b::text[], %b::text[],
                     %b::text[]::bigint[], %b::text[], %b::text[], %b::text[], %b::text[], %b::text[]::timestamptz[])
on conflict (practice_id, event_id) do nothing
"""

_PUT_ASIDE = """
insert into quarantine (practice_id, quarantine_id, origin, queue, event_id, type, headers, body, reason, detail)
values (%s, %s, 'consume', %s, %s, %s, %s, %s, %s, %s)
on conflict (practice_id, quarantine_id) do nothing
"""


def store(conn: psycopg.Connection, group: Sequence[Delivery]) -> None:
    """
    Store readable deliveries as events and put the others aside; all of them are committed on return.

    An event that is known already is passed over. One that PostgreSQL can't hold is put aside alone.

    Raises:
        psycopg.OperationalError: The database is down; nothing is committed.
    """
    try:
        _write(conn, group)
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        if len(group) > 1:
            for delivery in group:
                store(conn, [delivery])
            return
        group[0].reason, group[0].detail = "NOT_STORABLE", type(error).__name__
        _write(conn, group)


def _write(conn: psycopg.Connection, group: Sequence[Delivery]) -> None:
    events = [each.event for each in group if each.event is not None and not each.reason]
    aside = [each for each in group if each.event is None or each.reason]
    with conn.transaction():
        if events:
            columns = (
                [each.practice_id for each in events],
                [each.event_id for each in events],
                [each.source for each in events],
                [each.type for each in events],
                [each.aggregate_id for each in events],
                [str(each.version) for each in events],
                [each.body for each in events],
                [each.actor for each in events],
                [each.traceparent for each in events],
                [each.causation_id for each in events],
                [each.publish_time.isoformat() for each in events],
            )
            conn.execute(_STORE, columns)
        for each in aside:
            conn.execute(_PUT_ASIDE, _aside_row(each))
    for event in events:
        metrics.EVENTS_STORED.labels(event.type).inc()
    for each in aside:
        metrics.DEAD_LETTERS.labels(each.reason).inc()
        log.error("event.dead_lettered", queue=each.queue, reason=each.reason, quarantine_id=each.quarantine_id)


def _aside_row(delivery: Delivery) -> tuple[object, ...]:
    properties = delivery.properties
    practice_id = delivery.event.practice_id if delivery.event else NIL
    return (
        practice_id,
        delivery.quarantine_id,
        delivery.queue,
        _plain(properties.get("message_id", "")),
        _plain(properties.get("type", "")),
        delivery.headers_json(),
        delivery.body,
        delivery.reason,
        _plain(delivery.detail),
    )


def _plain(value: object) -> str:
    return str(value)[:500].replace("\x00", "")
