"""Takes a provider's report into the message it is about."""

from __future__ import annotations

from datetime import datetime

from services.chassis.context import Call
from services.chassis.db.envelope import write_envelopes
from services.chassis.db.pool import Connection
from services.notifications.adapters import deliveries, metrics, postgres, proto
from services.notifications.adapters.outbound import TIMED_OUT
from services.notifications.adapters.record import record
from services.notifications.adapters.sms import BAD_ADDRESS, OPTED_OUT
from services.notifications.adapters.webhook_way import PROVIDER, is_lost_everywhere
from services.notifications.adapters.webhooks import tell_published
from services.notifications.domain import errors
from services.notifications.domain.delivery import Report
from services.notifications.domain.message import Message, MessageFailed, MessageSent, Outcome, Reason, State
from services.notifications.domain.webhook import Delivery
from services.notifications.domain.webhook import State as DeliveryState

LOST = (Report.UNDELIVERED, Report.FAILED, Report.CANCELED)
"""Reports that say that it did not arrive and will not."""


async def take_report(
    conn: Connection,
    call: Call,
    message_id: str,
    *,
    provider: str,
    provider_ref: str,
    report: Report,
    code: str,
    at: datetime,
) -> None:
    """
    Keep a report, and let the message follow it.

    A message whose outcome was unknown, or is not stored yet, was taken after all; one that is known not to have
    arrived goes on by its next channel, if it has one.

    Raises:
        UnknownMessage: No such message, or it went another way. (NOT_FOUND)
    """
    message = await _locked(conn, call.practice_id, message_id)
    await call.authorize(client_ids=[message.client_id], resource_id=message_id)
    is_news = await deliveries.take_report(
        conn,
        call.practice_id,
        message_id,
        provider=provider,
        provider_ref=provider_ref,
        report=report,
        code=code,
        at=at,
    )
    if not is_news:
        return
    metrics.REPORTS.labels(provider, report.value).inc()
    after, fact = _follow(message, report, code, at=at)
    if after is not message:
        await postgres.update_messages(conn, [(call.practice_id, after)])
    if fact is not None:
        event = proto.fact_event(fact, practice_id=call.practice_id)
        call.publish(event, aggregate_id=message_id, version=after.revision)
        await tell_published(conn, [call.envelope], at=at)
    if report in LOST and code in OPTED_OUT | BAD_ADDRESS:
        await deliveries.suppress_address(conn, call.practice_id, message, is_opt_out=code in OPTED_OUT, at=at)


async def note_relayed(conn: Connection, practice_id: str, delivery: Delivery) -> None:
    """
    Let a message follow what a practice's own system made of it: taken, or given up and off to its next channel.

    Danger: what timed out may have been taken, and is not said again by another way.
    """
    message = await _locked(conn, practice_id, delivery.resource_id)
    at = delivery.last_attempt_time or delivery.occur_time
    is_taken = delivery.state is DeliveryState.DELIVERED
    if not is_taken and not await is_lost_everywhere(conn, practice_id, message.message_id):
        return
    report = Report.DELIVERED if is_taken else Report.UNDELIVERED
    is_news = await deliveries.take_report(
        conn,
        practice_id,
        message.message_id,
        provider=PROVIDER,
        provider_ref=message.message_id,
        report=report,
        code=str(delivery.last_status or ""),
        at=at,
    )
    if not is_news:
        return
    metrics.REPORTS.labels(PROVIDER, report.value).inc()
    if delivery.last_error == TIMED_OUT:
        message = message.without_more_channels()
    after, fact = _follow(message, report, "", at=at)
    if after is not message:
        await postgres.update_messages(conn, [(practice_id, after)])
    if fact is not None:
        await write_envelopes(conn, [await record(practice_id, fact)])


def _follow(
    message: Message, report: Report, code: str, *, at: datetime
) -> tuple[Message, MessageSent | MessageFailed | None]:
    is_unknown = message.state is State.SENDING or (
        message.state is State.FAILED and message.reason is Reason.OUTCOME_UNKNOWN
    )
    if report not in LOST:
        return message.settle(Outcome.ACCEPTED, at=at, share=0.0) if is_unknown else (message, None)
    if not is_unknown and message.state is not State.SENT:
        return message, None
    reason = Reason.OPTED_OUT if code in OPTED_OUT else Reason.NOT_DELIVERED
    if at >= message.last_time:
        message = message.without_more_channels()
    return message.fall_back(reason, at=at)


async def _locked(conn: Connection, practice_id: str, message_id: str) -> Message:
    found = await conn.execute(
        f"select {postgres.MESSAGE_COLUMNS} from messages m"  # noqa: S608
        " where m.practice_id = %s and m.message_id = %s for no key update",
        (practice_id, message_id),
    )
    row = await found.fetchone()
    if row is None:
        raise errors.UnknownMessage("No such message.", message_id=message_id)
    return postgres.read_message(row)
