"""
Nine refusals, each with a status and a stable reason.

ServiceError
├── InvalidRequest      INVALID_ARGUMENT     the caller's bug; never retried
├── Unauthenticated     UNAUTHENTICATED      no, or bad, credentials
├── Forbidden           PERMISSION_DENIED    known caller, not allowed; checked before NotFound (AIP-193)
├── NotFound            NOT_FOUND
├── AlreadyExists       ALREADY_EXISTS       same id, other content
├── RuleViolated        FAILED_PRECONDITION  a domain rule says no; retry only after state changes
├── Stale               ABORTED              etag or version moved on; re-read and retry the whole use case
├── Exhausted           RESOURCE_EXHAUSTED   quota or rate limit; carries retry_after_s
└── Unavailable         UNAVAILABLE          a dependency is down; the only code clients retry by themselves (AIP-194)

Anything else is a bug: it reaches the wire as INTERNAL with no detail.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar


class ServiceError(Exception):
    """
    A refusal a caller can act on.

    Args:
        message: One sentence for a developer, without personal data and without anything dynamic.
        details: Protobuf messages that travel in google.rpc.Status beside ErrorInfo.
        reason: Overrides the class's reason; only the mapping from the wire needs it.
        metadata: Every dynamic part of the message, as strings; no personal data.
    """

    status: ClassVar[str] = "INTERNAL"
    reason: str = ""

    def __init__(self, message: str, *, details: Sequence[object] = (), reason: str = "", **metadata: str) -> None:
        super().__init__(message)
        self.message = message
        self.details = tuple(details)
        self.metadata = metadata
        if reason:
            self.reason = reason


class InvalidRequest(ServiceError):
    """The request can never succeed as it is."""

    status = "INVALID_ARGUMENT"
    reason = "MALFORMED_REQUEST"


class Unauthenticated(ServiceError):
    """Nobody known is calling."""

    status = "UNAUTHENTICATED"
    reason = "TOKEN_INVALID"


class Forbidden(ServiceError):
    """The caller is known and may not do this."""

    status = "PERMISSION_DENIED"
    reason = "NOT_ALLOWED"


class NotFound(ServiceError):
    """There is no such thing in this practice."""

    status = "NOT_FOUND"
    reason = "NOT_FOUND"


class ClientErased(NotFound):
    """The client's keys were destroyed on purpose; what was kept of them can't be read by anybody any more."""

    reason = "CLIENT_ERASED"


class AlreadyExists(ServiceError):
    """The id is taken by other content."""

    status = "ALREADY_EXISTS"
    reason = "ALREADY_EXISTS"


class RuleViolated(ServiceError):
    """A rule says no while things are as they are."""

    status = "FAILED_PRECONDITION"
    reason = "RULE_VIOLATED"


class Stale(ServiceError):
    """The caller decided on a version that has moved on."""

    status = "ABORTED"
    reason = "STALE_VERSION"


class Exhausted(ServiceError):
    """Too much at once; come back after retry_after_s."""

    status = "RESOURCE_EXHAUSTED"
    reason = "RATE_LIMITED"

    def __init__(
        self,
        message: str,
        *,
        retry_after_s: float = 1.0,
        details: Sequence[object] = (),
        reason: str = "",
        **metadata: str,
    ) -> None:
        super().__init__(message, details=details, reason=reason, **metadata)
        self.retry_after_s = retry_after_s


class Unavailable(ServiceError):
    """Something this service needs is down; the same call may work later."""

    status = "UNAVAILABLE"
    reason = "DEPENDENCY_DOWN"
