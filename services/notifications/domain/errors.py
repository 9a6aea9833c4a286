"""
Refusals of notifications, one reason each.

InvalidRequest
├── EmailMalformed     EMAIL_MALFORMED
├── UnknownTimeZone    UNKNOWN_TIME_ZONE
├── LocaleUnknown      LOCALE_UNKNOWN
├── LevelUnknown       LEVEL_UNKNOWN
├── UrlRefused         URL_REFUSED
├── WordsMissing       WORDS_MISSING
├── WordsTooLong       WORDS_TOO_LONG
├── TopicMalformed     TOPIC_MALFORMED
├── TooManyAttachments TOO_MANY_ATTACHMENTS
├── IntervalReversed   INTERVAL_REVERSED
├── ReasonUnknown      REASON_UNKNOWN
├── FileEmpty          FILE_EMPTY
├── FileTooLarge       FILE_TOO_LARGE
├── FileTypeRefused    FILE_TYPE_REFUSED
├── FileNameMalformed  FILE_NAME_MALFORMED
├── FileInfected       FILE_INFECTED
├── WorkflowMalformed  WORKFLOW_MALFORMED
├── SpanTooLong        SPAN_TOO_LONG
├── TemplateMalformed  TEMPLATE_MALFORMED
├── VariableUnknown    UNKNOWN_VARIABLE
├── SettingsMalformed  SETTINGS_MALFORMED
├── NudgeMalformed     NUDGE_MALFORMED
└── Malformed          MALFORMED_REQUEST
NotFound
├── UnknownContact     NOT_FOUND
├── UnknownWebhook     NOT_FOUND
├── UnknownThread      NOT_FOUND
├── UnknownReply       NOT_FOUND
├── UnknownMessage     NOT_FOUND
├── TemplateUnknown    TEMPLATE_UNKNOWN
└── LinkUnknown        LINK_UNKNOWN
RuleViolated
├── LinkExpired        LINK_EXPIRED
├── ActionNotOffered   ACTION_NOT_OFFERED
├── TimeGone           TIME_GONE
├── TooManyOnCall      TOO_MANY_ON_CALL
├── ForbiddenWords     FORBIDDEN_WORDS
├── WordsTooMany       TOO_LONG
├── TooManyAddresses   TOO_MANY_ADDRESSES
├── CodeWrong          CODE_WRONG
├── CodeExpired        CODE_EXPIRED
├── OptedOutByOwner    OPTED_OUT_BY_OWNER
├── TooManyNudges      TOO_MANY_NUDGES
├── TooManyWebhooks    TOO_MANY_WEBHOOKS
├── NotEnded           NOT_ENDED
├── TooManyThreads     TOO_MANY_THREADS
├── TooMuchStored      TOO_MUCH_STORED
├── AttachmentUnknown  ATTACHMENT_UNKNOWN
├── ScannerMissing     SCANNER_MISSING
└── StateForbids       STATE_FORBIDS
Forbidden
└── SignatureInvalid   SIGNATURE_INVALID
Stale
├── StaleVersion       STALE_VERSION
└── VersionMovedOn     VERSION_MOVED_ON
Exhausted
└── CodeTooSoon        CODE_TOO_SOON
Unavailable
└── ScannerAway        SCANNER_AWAY
"""

from __future__ import annotations

from services.chassis.errors import (
    Exhausted,
    Forbidden,
    InvalidRequest,
    NotFound,
    RuleViolated,
    Stale,
    Unavailable,
)


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


class ActionNotOffered(RuleViolated):
    """The link does not do this, or does not do it any more."""

    reason = "ACTION_NOT_OFFERED"


class TimeGone(RuleViolated):
    """The chosen time is none of those that are free now; ask for the times again."""

    reason = "TIME_GONE"


class TooManyOnCall(RuleViolated):
    """The practice has as many contacts on call as it may; the metadata says how many."""

    reason = "TOO_MANY_ON_CALL"


class StateForbids(RuleViolated):
    """The appointment's state does not allow what the link says."""

    reason = "STATE_FORBIDS"


class UnknownWebhook(NotFound):
    """No such webhook, or nothing of this id was said to one, in this practice."""


class WordsMissing(InvalidRequest):
    """There is nothing to say."""

    reason = "WORDS_MISSING"


class WordsTooLong(InvalidRequest):
    """The words are too long for one post; the metadata says how long they may be."""

    reason = "WORDS_TOO_LONG"


class TopicMalformed(InvalidRequest):
    """A topic has 1 to 120 characters on one line."""

    reason = "TOPIC_MALFORMED"


class TooManyAttachments(InvalidRequest):
    """A post has at most five files."""

    reason = "TOO_MANY_ATTACHMENTS"


class FileEmpty(InvalidRequest):
    """The file has no content."""

    reason = "FILE_EMPTY"


class FileTooLarge(InvalidRequest):
    """The file is larger than 3 MiB."""

    reason = "FILE_TOO_LARGE"


class FileTypeRefused(InvalidRequest):
    """The file is, by its content, none of the types that are taken."""

    reason = "FILE_TYPE_REFUSED"


class FileNameMalformed(InvalidRequest):
    """The file's name is empty, too long, or a path."""

    reason = "FILE_NAME_MALFORMED"


class FileInfected(InvalidRequest):
    """The scanner found harm in the file."""

    reason = "FILE_INFECTED"


class UnknownThread(NotFound):
    """There is no such thread, post or file in this practice."""

    reason = "NOT_FOUND"


class UrlRefused(InvalidRequest):
    """The address is not one that messages are sent to: HTTPS and public."""

    reason = "URL_REFUSED"


class TooManyWebhooks(RuleViolated):
    """The practice has as many webhooks as it may; the metadata says how many."""

    reason = "TOO_MANY_WEBHOOKS"


class StaleVersion(Stale):
    """The webhook has changed since it was read."""

    reason = "STALE_VERSION"


class TooManyThreads(RuleViolated):
    """The client has as many threads as there may be."""

    reason = "TOO_MANY_THREADS"


class TooMuchStored(RuleViolated):
    """The client's files take as much room as they may."""

    reason = "TOO_MUCH_STORED"


class AttachmentUnknown(RuleViolated):
    """A file is not there, not the caller's own, or posted already."""

    reason = "ATTACHMENT_UNKNOWN"


class ScannerMissing(RuleViolated):
    """No scanner is set up, so no file is taken."""

    reason = "SCANNER_MISSING"


class ScannerAway(Unavailable):
    """The scanner does not answer; nothing is known of the file."""

    reason = "SCANNER_AWAY"


class UnknownReply(NotFound):
    """There is no such reply in this practice."""

    reason = "NOT_FOUND"


class UnknownMessage(NotFound):
    """There is no such message in this practice."""

    reason = "NOT_FOUND"


class NotEnded(RuleViolated):
    """The message still waits or is being sent; there is nothing to say once more."""

    reason = "NOT_ENDED"


class IntervalReversed(InvalidRequest):
    """The stretch of time ends before it begins, or is longer than it may be."""

    reason = "INTERVAL_REVERSED"


class ReasonUnknown(InvalidRequest):
    """No message ever fails for such a reason."""

    reason = "REASON_UNKNOWN"


class SignatureInvalid(Forbidden):
    """The call is not signed by the provider it names."""

    reason = "SIGNATURE_INVALID"


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
