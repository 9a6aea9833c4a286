"""
Refusals of the trail, one reason each.

NotFound
└── Missing             NOT_FOUND
InvalidRequest
├── SizeUnknown         SIZE_UNKNOWN
├── IntervalReversed    INTERVAL_REVERSED
├── IntervalTooLong     INTERVAL_TOO_LONG
├── ReportParameterWrong REPORT_PARAMETER_WRONG
└── ObservationMalformed OBSERVATION_MALFORMED
RuleViolated
└── TreeInconsistent    TREE_INCONSISTENT
Stale
└── SignedMeanwhile     STALE_VERSION
"""

from __future__ import annotations

from services.chassis.errors import InvalidRequest, NotFound, RuleViolated, Stale


class Missing(NotFound):
    """No such record, or no tree yet, in this practice."""

    reason = "NOT_FOUND"


class SizeUnknown(InvalidRequest):
    """The tree never had this size, or not yet."""

    reason = "SIZE_UNKNOWN"


class IntervalReversed(InvalidRequest):
    """The interval ends before it begins."""

    reason = "INTERVAL_REVERSED"


class IntervalTooLong(InvalidRequest):
    """The interval is longer than a report reads through when neither client nor actor is named."""

    reason = "INTERVAL_TOO_LONG"


class ReportParameterWrong(InvalidRequest):
    """A parameter is missing, is not one of this report, or is out of range; `field` names it."""

    reason = "REPORT_PARAMETER_WRONG"


class ObservationMalformed(InvalidRequest):
    """What the door says it saw can't be kept: a part of it is no id, no hash and no reason; `field` names it."""

    reason = "OBSERVATION_MALFORMED"


class TreeInconsistent(RuleViolated):
    """The tree no longer holds what was signed before: it was rewritten. It is not signed again."""

    reason = "TREE_INCONSISTENT"


class SignedMeanwhile(Stale):
    """Another process put a checkpoint where this one was to go."""

    reason = "STALE_VERSION"
