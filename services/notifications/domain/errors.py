"""
Refusals of notifications, one reason each.

InvalidRequest
├── EmailMalformed     EMAIL_MALFORMED
├── UnknownTimeZone    UNKNOWN_TIME_ZONE
├── LocaleUnknown      LOCALE_UNKNOWN
├── LevelUnknown       LEVEL_UNKNOWN
├── UrlRefused         URL_REFUSED
└── Malformed          MALFORMED_REQUEST
NotFound
├── UnknownContact     NOT_FOUND
├── UnknownWebhook     NOT_FOUND
└── LinkUnknown        LINK_UNKNOWN
RuleViolated
├── LinkExpired        LINK_EXPIRED
├── TooManyOnCall      TOO_MANY_ON_CALL
├── TooManyWebhooks    TOO_MANY_WEBHOOKS
└── StateForbids       STATE_FORBIDS
Stale
└── StaleVersion       STALE_VERSION
"""

from __future__ import annotations

from services.chassis.errors import InvalidRequest, NotFound, RuleViolated, Stale


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


class UnknownWebhook(NotFound):
    """No such webhook, or nothing of this id was said to one, in this practice."""

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
