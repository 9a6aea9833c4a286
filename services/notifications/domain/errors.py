"""
Refusals of notifications, one reason each.

InvalidRequest
├── EmailMalformed     EMAIL_MALFORMED
├── UnknownTimeZone    UNKNOWN_TIME_ZONE
├── LocaleUnknown      LOCALE_UNKNOWN
├── LevelUnknown       LEVEL_UNKNOWN
├── WorkflowMalformed  WORKFLOW_MALFORMED
├── SpanTooLong        SPAN_TOO_LONG
├── TemplateMalformed  TEMPLATE_MALFORMED
├── VariableUnknown    UNKNOWN_VARIABLE
├── SettingsMalformed  SETTINGS_MALFORMED
├── NudgeMalformed     NUDGE_MALFORMED
└── Malformed          MALFORMED_REQUEST
NotFound
├── UnknownContact     NOT_FOUND
├── TemplateUnknown    TEMPLATE_UNKNOWN
└── LinkUnknown        LINK_UNKNOWN
RuleViolated
├── LinkExpired        LINK_EXPIRED
├── TooManyOnCall      TOO_MANY_ON_CALL
├── ForbiddenWords     FORBIDDEN_WORDS
├── WordsTooMany       TOO_LONG
├── TooManyAddresses   TOO_MANY_ADDRESSES
├── CodeWrong          CODE_WRONG
├── CodeExpired        CODE_EXPIRED
├── OptedOutByOwner    OPTED_OUT_BY_OWNER
├── TooManyNudges      TOO_MANY_NUDGES
└── StateForbids       STATE_FORBIDS
Stale
└── VersionMovedOn     VERSION_MOVED_ON
Exhausted
└── CodeTooSoon        CODE_TOO_SOON
"""

from __future__ import annotations

from services.chassis.errors import Exhausted, InvalidRequest, NotFound, RuleViolated, Stale


class EmailMalformed(InvalidRequest):
    """The e-mail address can't be one."""

    reason = "EMAIL_MALFORMED"


class UnknownTimeZone(InvalidRequest):
    """The zone is not one of the IANA database's."""

    reason = "UNKNOWN_TIME_ZONE"


class LocaleUnknown(InvalidRequest):
    """There are no templates in this locale."""

    reason = "LOCALE_UNKNOWN"


class LevelUnknown(InvalidRequest):
    """A contact on call has level 1, 2 or 3."""

    reason = "LEVEL_UNKNOWN"


class Malformed(InvalidRequest):
    """A field of the request can't be read; the metadata names it."""

    reason = "MALFORMED_REQUEST"


class UnknownContact(NotFound):
    """The client has no contact point in this practice."""

    reason = "NOT_FOUND"


class TemplateUnknown(NotFound):
    """The key names no kind of message."""

    reason = "TEMPLATE_UNKNOWN"


class LinkUnknown(NotFound):
    """No link has this secret."""

    reason = "LINK_UNKNOWN"


class LinkExpired(RuleViolated):
    """The session has started, or the appointment has changed since the link was sent."""

    reason = "LINK_EXPIRED"


class TooManyOnCall(RuleViolated):
    """The practice has as many contacts on call as it may; the metadata says how many."""

    reason = "TOO_MANY_ON_CALL"


class StateForbids(RuleViolated):
    """The appointment's state does not allow what the link says."""

    reason = "STATE_FORBIDS"


class WorkflowMalformed(InvalidRequest):
    """The steps of a workflow can't be meant; the metadata names the field."""

    reason = "WORKFLOW_MALFORMED"


class SpanTooLong(InvalidRequest):
    """A dry run looks at 92 days at most."""

    reason = "SPAN_TOO_LONG"


class TemplateMalformed(InvalidRequest):
    """A template can't be read or holds more than words, variables and conditions."""

    reason = "TEMPLATE_MALFORMED"


class VariableUnknown(InvalidRequest):
    """A template says something that is not known of such a message."""

    reason = "UNKNOWN_VARIABLE"


class SettingsMalformed(InvalidRequest):
    """A setting of messages can't be meant; the metadata names it."""

    reason = "SETTINGS_MALFORMED"


class NudgeMalformed(InvalidRequest):
    """A nudge can't be meant; the metadata names the field."""

    reason = "NUDGE_MALFORMED"


class ForbiddenWords(RuleViolated):
    """The words would tell whoever sees them of care; the metadata says which."""

    reason = "FORBIDDEN_WORDS"


class WordsTooMany(RuleViolated):
    """A text message would take more than three segments."""

    reason = "TOO_LONG"


class TooManyAddresses(RuleViolated):
    """A client has at most 20 addresses at a time."""

    reason = "TOO_MANY_ADDRESSES"


class CodeWrong(RuleViolated):
    """The code is not the one that was sent."""

    reason = "CODE_WRONG"


class CodeExpired(RuleViolated):
    """The code is too old, was tried too often, or none was sent."""

    reason = "CODE_EXPIRED"


class OptedOutByOwner(RuleViolated):
    """The owner of the address wants no messages; only they can change that."""

    reason = "OPTED_OUT_BY_OWNER"


class TooManyNudges(RuleViolated):
    """A client has at most 50 nudges at a time."""

    reason = "TOO_MANY_NUDGES"


class VersionMovedOn(Stale):
    """Somebody stored another version meanwhile."""

    reason = "VERSION_MOVED_ON"


class CodeTooSoon(Exhausted):
    """A code was sent less than a minute ago."""

    reason = "CODE_TOO_SOON"
