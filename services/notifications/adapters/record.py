"""Makes the event and the audit record of a message that reached its end."""

from __future__ import annotations

from services.chassis.access import MethodRule
from services.chassis.context import Actor, Call
from services.chassis.db.envelope import Envelope
from services.notifications.adapters import proto
from services.notifications.domain.message import MessageFailed, MessageSent

SENDING_RULE = MethodRule(
    action="message.send",
    resource_class="contact",
    subject="loaded",
    effect="E",
    callers=frozenset({"service"}),
    services=frozenset(),
    is_mutating=True,
    is_impersonal=False,
)
"""What the sender does, as the trail names it: nobody calls it, so no policy is asked."""


DIGEST_RULE = MethodRule(
    action="message.report",
    resource_class="directory",
    subject="",
    effect="R",
    callers=frozenset({"service"}),
    services=frozenset(),
    is_mutating=True,
    is_impersonal=True,
)
"""What the digest does: it counts, and names nobody."""


async def record(practice_id: str, fact: MessageSent | MessageFailed) -> Envelope:
    """Say that the client was written to, or could not be."""
    message = fact.message
    call = Call(
        actor=Actor("system:notifications", "system", practice_id, frozenset({"system"}), strength="key"),
        method="notifications.SendDueMessages",
        practice_id=practice_id,
        rule=SENDING_RULE,
    )
    await call.authorize(client_ids=[message.client_id], resource_id=message.message_id)
    call.publish(
        proto.fact_event(fact, practice_id=practice_id), aggregate_id=message.message_id, version=message.revision
    )
    return call.seal(None)
