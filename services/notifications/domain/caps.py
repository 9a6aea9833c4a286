"""How many routine messages one address gets at most: a practice's own choice."""

from __future__ import annotations

from dataclasses import dataclass

from services.notifications.domain.channel import Channel

MOST_A_DAY = 20
MOST_A_WEEK = 60
"""What a practice may choose at most: more would be no cap."""


@dataclass(frozen=True, slots=True)
class Caps:
    """
    Routine messages one address gets a day and a week at most; what answers what has just happened is not counted.

    Source: one and three are the health-care exemption's for texts (47 CFR 64.1200(a)(9)(iv)). Mail has no such rule:
    six and twenty hold three reminders of each of six sessions a week, and stop what has run wild.
    """

    texts_a_day: int = 1
    texts_a_week: int = 3
    mails_a_day: int = 6
    mails_a_week: int = 20

    def of(self, channel: Channel) -> tuple[int, int] | None:
        """Return what one address gets a day and a week by a channel; None where nothing is counted."""
        if channel is Channel.SMS:
            return self.texts_a_day, self.texts_a_week
        return (self.mails_a_day, self.mails_a_week) if channel is Channel.EMAIL else None

    @property
    def can_be_meant(self) -> bool:
        """Tell whether every cap lets something through, a week holds a day, and neither is beyond its bound."""
        pairs = ((self.texts_a_day, self.texts_a_week), (self.mails_a_day, self.mails_a_week))
        return all(1 <= a_day <= MOST_A_DAY and a_day <= a_week <= MOST_A_WEEK for a_day, a_week in pairs)


DEFAULT_CAPS = Caps()
