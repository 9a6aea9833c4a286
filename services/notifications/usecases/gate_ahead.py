"""Says what the gate would have made of planned messages; sends nothing."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.notifications.domain.channel import Channel, MessageClass
from services.notifications.domain.gate import Circumstances, Refuse, Wait, judge
from services.notifications.domain.message import Message, Reason

MOST_WAITS = 4
"""Times one message may be put off before it counts as too late: a night, and what may follow it."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of messages of one step: the way they would have gone, or why not."""

    step: str
    reason: Reason | None = None
    channel: Channel | None = None


@dataclass(slots=True)
class Outlook:
    """How many messages had each fate, and how many of them waited for the end of quiet hours."""

    counts: Counter[Fate]
    waits: Counter[Fate]


def gate_ahead(
    planned: Sequence[Message], *, seen: Callable[[Message], Circumstances | None], outlook: Outlook
) -> Outlook:
    """
    Count the fates of messages that were not kept back when they were planned.

    Args:
        planned: In any order; each is judged at its own time, and counts towards the caps of those after it.
        seen: What a message is judged by, apart from what was said before; None where nobody knows the client.
        outlook: Is counted on.
    """
    begun: dict[str, list[datetime]] = defaultdict(list)
    line = [(message.due_time, number, 0, message) for number, message in enumerate(planned)]
    heapq.heapify(line)
    while line:
        at, number, waits, message = heapq.heappop(line)
        known = seen(message)
        if known is None or at >= message.last_time or waits > MOST_WAITS:
            reason = Reason.NO_CONTACT if known is None else Reason.TOO_LATE
            outlook.counts[Fate(message.step, reason)] += 1
            continue
        verdict = judge(message, replace(known, begun_times=begun), at=at)
        if isinstance(verdict, Wait):
            heapq.heappush(line, (verdict.until, number, waits + 1, message))
            continue
        if isinstance(verdict, Refuse):
            fate = Fate(message.step, verdict.reason)
        else:
            fate = Fate(message.step, None, verdict.channel)
            if verdict.address is not None and message.message_class is MessageClass.ROUTINE:
                begun[verdict.address.contact_point_id].append(at)
        outlook.counts[fate] += 1
        outlook.waits[fate] += waits > 0
    return outlook
