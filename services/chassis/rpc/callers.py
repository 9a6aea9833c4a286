"""Finds out who calls: a person by token, a service by its own, a link's holder by neither."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import uuid_utils

from services.chassis import errors
from services.chassis.access import MethodRule
from services.chassis.context import ANONYMOUS, Actor, Call
from services.chassis.identity import Verifier

GATEWAY = "gateway"
"""The only service that stands between people and the suite."""


class Callers:
    """Reads the tokens of a call and checks that such a caller may knock at the method at all."""

    def __init__(self, verifier: Verifier) -> None:
        self._verifier = verifier

    def identify(self, call: Call, metadata: Mapping[str, str | bytes], rule: MethodRule) -> None:
        """
        Set the call's actor and practice.

        Raises:
            Unauthenticated: A token is missing, forged or expired. (UNAUTHENTICATED)
            Forbidden: The method is not for such a caller. (PERMISSION_DENIED)
        """
        via = self._service(str(metadata.get("x-kept-service", "")))
        token = str(metadata.get("authorization", "")).removeprefix("Bearer ")
        if token:
            actor, _ = self._verifier.verify(token)
            if actor.kind != "user":
                raise errors.Unauthenticated("The token names no person.")
            call.actor_token = token
            call.actor = _through(actor, via)
        elif via and (via != GATEWAY or GATEWAY in rule.services):
            practice_id = check_uuid(str(metadata.get("x-kept-practice", "")), "x-kept-practice")
            call.actor = _of_service(via, practice_id)
        elif via and "link" in rule.callers:
            call.actor = replace(ANONYMOUS, via=via)
        else:
            raise errors.Unauthenticated("A token is needed.", reason="TOKEN_MISSING")
        call.practice_id = call.envelope.practice_id = call.actor.practice_id
        # People stand behind the gateway: it speaks for itself only where a method names it.
        is_service = bool(via) and (via in rule.services or (via != GATEWAY and not rule.services))
        is_expected = (
            ("actor" in rule.callers and bool(token))
            or ("service" in rule.callers and is_service)
            or ("link" in rule.callers and not token)
        )
        if not is_expected:
            raise errors.Forbidden("This method is not for such a caller.")

    def _service(self, token: str) -> str:
        if not token:
            return ""
        actor, issuer = self._verifier.verify(token)
        if actor.kind != "service":
            raise errors.Unauthenticated("The token names no service.")
        return issuer


@lru_cache(maxsize=16_384)
def _through(actor: Actor, via: str) -> Actor:
    return replace(actor, via=via)


@lru_cache(maxsize=4096)
def _of_service(name: str, practice_id: str) -> Actor:
    return Actor(f"service:{name}", "service", practice_id, frozenset({"system"}), via=name)


def check_uuid(text: str, field: str) -> str:
    """Return the id in its one spelling. Raises InvalidRequest (MALFORMED_REQUEST) when it is no UUID."""
    try:
        return str(uuid_utils.UUID(text))
    except ValueError:
        raise errors.InvalidRequest("An id must be a UUID.", field=field) from None
