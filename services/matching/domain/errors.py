"""
Refusals of matching, one reason each.

InvalidRequest
├── AgesReversed       AGES_REVERSED
├── RegionMalformed    REGION_MALFORMED
└── TooMany            LIMIT_EXCEEDED
NotFound
├── ProfileNotFound    NOT_FOUND
└── MatchNotFound      NOT_FOUND
"""

from __future__ import annotations

from services.chassis.errors import InvalidRequest, NotFound


class AgesReversed(InvalidRequest):
    """The youngest age lies above the oldest, or an age is outside 0 to 120."""

    reason = "AGES_REVERSED"


class RegionMalformed(InvalidRequest):
    """A region is not an ISO 3166-2 code such as "US-CA"."""

    reason = "REGION_MALFORMED"


class TooMany(InvalidRequest):
    """A list or text is longer than its stated limit."""

    reason = "LIMIT_EXCEEDED"


class ProfileNotFound(NotFound):
    """No such therapist in this practice."""

    reason = "NOT_FOUND"


class MatchNotFound(NotFound):
    """No such match in this practice."""

    reason = "NOT_FOUND"
