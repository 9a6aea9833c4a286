"""
Refusals of the trail, one reason each.

NotFound
├── Missing             NOT_FOUND
└── RecordsDetached     RECORDS_DETACHED
InvalidRequest
├── Malformed           MALFORMED_REQUEST
├── RetentionTooShort   RETENTION_TOO_SHORT
├── BundleTooLarge      BUNDLE_TOO_LARGE
├── SizeUnknown         SIZE_UNKNOWN
├── IntervalReversed    INTERVAL_REVERSED
├── IntervalTooLong     INTERVAL_TOO_LONG
├── ReportParameterWrong REPORT_PARAMETER_WRONG
├── ObservationMalformed OBSERVATION_MALFORMED
└── FactMalformed       FACT_MALFORMED
Forbidden
└── SamePerson          SAME_PERSON
RuleViolated
├── AlarmNotResolvable  ALARM_NOT_RESOLVABLE
├── CaseStateForbids    CASE_STATE_FORBIDS
├── CaseOwn             CASE_OWN
├── CaseNotYours        CASE_NOT_YOURS
├── CaseSignOffOwn      CASE_SIGN_OFF_OWN
├── StateForbids        STATE_FORBIDS
├── Held                LEGAL_HOLD
├── NothingToDetach     NOTHING_TO_DETACH
├── DetachmentOpen      DETACHMENT_OPEN
├── ErasureOpen         ERASURE_OPEN
├── ArchiveMissing      ARCHIVE_MISSING
└── TreeInconsistent    TREE_INCONSISTENT
Stale
├── SignedMeanwhile     STALE_VERSION
└── CaseChanged         STALE_VERSION
"""

from __future__ import annotations

from services.chassis.errors import Forbidden, InvalidRequest, NotFound, RuleViolated, Stale


class Missing(NotFound):
    """No such record, or no tree yet, in this practice."""

    reason = "NOT_FOUND"


class RecordsDetached(NotFound):
    """The records were archived and taken out of the trail; their hashes still prove them."""

    reason = "RECORDS_DETACHED"


class Malformed(InvalidRequest):
    """A field of the request can't be read; the metadata names it."""

    reason = "MALFORMED_REQUEST"


class RetentionTooShort(InvalidRequest):
    """No practice may keep its trail for less."""

    reason = "RETENTION_TOO_SHORT"


class BundleTooLarge(InvalidRequest):
    """The records asked for are more than one message holds; ask for fewer of them."""

    reason = "BUNDLE_TOO_LARGE"


class SamePerson(Forbidden):
    """Whoever asked for a destruction can't be the one who agrees to it."""

    reason = "SAME_PERSON"


class StateForbids(RuleViolated):
    """The detachment or erasure is not at this step."""

    reason = "STATE_FORBIDS"


class Held(RuleViolated):
    """A legal hold keeps it from being destroyed."""

    reason = "LEGAL_HOLD"


class NothingToDetach(RuleViolated):
    """No whole tile of 256 records is past its time."""

    reason = "NOTHING_TO_DETACH"


class DetachmentOpen(RuleViolated):
    """Another detachment of the practice is not finished."""

    reason = "DETACHMENT_OPEN"


class ErasureOpen(RuleViolated):
    """Another erasure of the client is not finished."""

    reason = "ERASURE_OPEN"


class ArchiveMissing(RuleViolated):
    """The service was told of no archive: nothing can be exported, so nothing is detached."""

    reason = "ARCHIVE_MISSING"


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


class FactMalformed(InvalidRequest):
    """What is told of a person is of another practice, or of no known kind; `field` names it."""

    reason = "FACT_MALFORMED"


class TreeInconsistent(RuleViolated):
    """The tree no longer holds what was signed before: it was rewritten. It is not signed again."""

    reason = "TREE_INCONSISTENT"


class SignedMeanwhile(Stale):
    """Another process put a checkpoint where this one was to go."""

    reason = "STALE_VERSION"


class CaseChanged(Stale):
    """The case is another version than the one that was read."""

    reason = "STALE_VERSION"


class AlarmNotResolvable(RuleViolated):
    """The alarm passes by itself, is over, or is not the practice's own."""

    reason = "ALARM_NOT_RESOLVABLE"


class CaseStateForbids(RuleViolated):
    """The case's state does not allow the step; `state` says which it is."""

    reason = "CASE_STATE_FORBIDS"


class CaseOwn(RuleViolated):
    """Nobody assigns, decides or signs off a case about themself, nor is given one."""

    reason = "CASE_OWN"


class CaseNotYours(RuleViolated):
    """Somebody else works on the case; it is theirs to decide."""

    reason = "CASE_NOT_YOURS"


class CaseSignOffOwn(RuleViolated):
    """Whoever worked on a severe case does not sign it off."""

    reason = "CASE_SIGN_OFF_OWN"
