"""
Keeps browsers' sessions in Redis: who signed in, at which portal, until when.

A browser holds a random secret, Redis its hash and the sealed record: neither a copy of Redis nor of a log opens a
session. Without Redis nobody is signed in by cookie, and that is said; bearer tokens go on to work.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, TypeVar

from services.chassis import errors
from services.chassis.context import Actor
from services.gateway.cache import Cache
from services.gateway.cursors import Cursors
from services.gateway.live import ENDED
from services.gateway.portals import LIFETIME_S, Portal

ROTATE_S: Final = 15 * 60
"""Seconds after which a browser is given a new secret: what a stolen one is good for while its owner is there."""

GRACE_S: Final = 30
"""Seconds an old secret still works: requests that were under way with it."""

SECRET_BYTES: Final = 32

# KEYS: the secret's key, the key a new secret would have. ARGV: prefix of records, rotation in ms, grace in ms, and
# whether the session is kept awake. Gives family, record, ms left, whether the secret was changed.
FIND: Final = """
local family = redis.call('HGET', KEYS[1], 'f')
if not family then return false end
local key = ARGV[1] .. family
local held = redis.call('HMGET', key, 'r', 'idle', 'end')
if not held[1] then return false end
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local left = math.min(tonumber(held[2]), tonumber(held[3]) - now)
if left <= 0 then redis.call('DEL', key, KEYS[1]) return false end
local secret = redis.call('HMGET', KEYS[1], 'at', 'old')
local changed = 0
if ARGV[4] == '1' then
  redis.call('PEXPIRE', key, left)
  if not secret[2] then
    redis.call('PEXPIRE', KEYS[1], left)
    if now - tonumber(secret[1]) >= tonumber(ARGV[2]) then
      redis.call('HSET', KEYS[2], 'f', family, 'at', now)
      redis.call('PEXPIRE', KEYS[2], left)
      redis.call('HSET', KEYS[1], 'old', 1)
      redis.call('PEXPIRE', KEYS[1], tonumber(ARGV[3]))
      changed = 1
    end
  end
end
return {family, held[1], redis.call('PTTL', key), changed}
"""

# KEYS: the secret's key, the record's key, and the sets it is found by: the person's, and what the provider calls it.
# ARGV: family, record, idle ms, lifetime ms.
BEGIN: Final = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('HSET', KEYS[1], 'f', ARGV[1], 'at', now)
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('HSET', KEYS[2], 'r', ARGV[2], 'idle', ARGV[3], 'end', now + ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
for i = 3, #KEYS do
  redis.call('SADD', KEYS[i], ARGV[1])
  redis.call('PEXPIRE', KEYS[i], ARGV[4])
end
return 1
"""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in at a portal."""

    session_id: str
    portal: str
    actor: Actor
    sign_in_time: int
    expire_time: int
    """Seconds since 1970: the end, whatever happens."""

    idle_s: int
    """Seconds left without a request."""

    id_token: str = ""
    """What tells the provider whom to sign out; opens nothing here."""


class Sessions:
    """
    The sessions of every replica.

    Args:
        seal: Seals records, the same in every replica.
    """

    def __init__(self, cache: Cache, seal: Cursors) -> None:
        self._cache = cache
        self._seal = seal

    async def begin(
        self, portal: Portal, actor: Actor, *, provider_names: Sequence[str], id_token: str
    ) -> tuple[str, Session]:
        """
        Begin a session; returns the browser's secret with it.

        Args:
            portal: Where.
            actor: Who signed in.
            provider_names: What the identity provider may call this session when it ends it.
            id_token: What tells the provider whom to sign out.

        Raises:
            Unavailable: SESSIONS_UNAVAILABLE. (UNAVAILABLE)
        """
        secret, family = secrets.token_urlsafe(SECRET_BYTES), secrets.token_hex(16)
        now = int(time.time())
        record = {
            "portal": portal.name,
            "actor": {**asdict(actor), "roles": sorted(actor.roles), "scopes": None, "session_id": family},
            "sign_in_time": now,
            "expire_time": now + LIFETIME_S,
            "id_token": id_token,
        }
        sealed = self._seal.seal(json.dumps(record), family)
        idle_ms, lifetime_ms = portal.face.idle_s * 1000, LIFETIME_S * 1000
        found_by = [_person(actor.practice_id, actor.actor_id), *(_provider(each) for each in provider_names)]
        keys = (_secret(secret), _record(family), *found_by)

        async def store(redis: Any) -> int:
            return int(await redis.eval(BEGIN, len(keys), *keys, family, sealed, idle_ms, lifetime_ms))

        await self._ask(store)
        return secret, _session(family, record, portal.face.idle_s)

    async def find(self, secret: str, *, is_used: bool = True) -> tuple[Session, str]:
        """
        Return the session of a secret, and the new secret when it is time for one.

        Args:
            secret: What the browser holds.
            is_used: Whether somebody is there: a stream that reconnects by itself keeps no session awake.

        Raises:
            Unauthenticated: SESSION_ENDED: signed out, idle too long, or never begun. (UNAUTHENTICATED)
            Unavailable: SESSIONS_UNAVAILABLE. (UNAVAILABLE)
        """
        renewed = secrets.token_urlsafe(SECRET_BYTES)

        async def look(redis: Any) -> Sequence[Any]:
            keys = (_secret(secret), _secret(renewed))
            times = (ROTATE_S * 1000, GRACE_S * 1000, int(is_used))
            return await redis.eval(FIND, 2, *keys, _record(""), *times) or ()

        found = await self._ask(look)
        if not found:
            raise ended()
        family, sealed, left_ms, is_changed = found
        record = self._read(family.decode(), sealed)
        return _session(family.decode(), record, int(left_ms) // 1000), renewed if is_changed else ""

    async def end(self, session: Session) -> None:
        """End one session; its secrets lead nowhere from then on. Raises SESSIONS_UNAVAILABLE."""
        await self._remove([session.session_id])

    async def end_all(self, practice_id: str, actor_id: str) -> list[Session]:
        """End every session of a person, at every portal; returns them. Raises SESSIONS_UNAVAILABLE."""
        return await self._end_set(_person(practice_id, actor_id))

    async def end_of_provider(self, name: str) -> list[Session]:
        """End what the identity provider calls by a name; returns them. Raises SESSIONS_UNAVAILABLE."""
        return await self._end_set(_provider(name))

    async def of_person(self, practice_id: str, actor_id: str) -> list[Session]:
        """Return a person's sessions, the newest first. Raises SESSIONS_UNAVAILABLE."""
        return await self._of_set(_person(practice_id, actor_id))

    async def _of_set(self, key: str) -> list[Session]:
        async def look(redis: Any) -> list[tuple[str, Any, int]]:
            families = [each.decode() for each in await redis.smembers(key)]
            pipe = redis.pipeline(transaction=False)
            for family in families:
                pipe.hget(_record(family), "r")
                pipe.pttl(_record(family))
            found = await pipe.execute()
            return list(zip(families, found[::2], found[1::2], strict=True))

        held = []
        for family, sealed, left_ms in await self._ask(look):
            try:
                held += [_session(family, self._read(family, sealed), left_ms // 1000)] if sealed is not None else []
            except errors.Unauthenticated:
                # Sealed by a key that is no more: it opens nothing, and must not keep the others from being ended.
                continue
        return sorted(held, key=lambda each: -each.sign_in_time)

    async def _end_set(self, key: str) -> list[Session]:
        found = await self._of_set(key)
        await self._remove([each.session_id for each in found], key)
        return found

    async def _remove(self, families: Sequence[str], *keys: str) -> None:
        """Delete records, and let their streams go; a secret whose record is gone leads nowhere."""
        names = [*(_record(each) for each in families), *keys]

        async def remove(redis: Any) -> int:
            if not names:
                return 0
            pipe = redis.pipeline(transaction=True)
            pipe.delete(*names)
            pipe.publish(ENDED, json.dumps(list(families)))
            return int((await pipe.execute())[0])

        await self._ask(remove)

    def _read(self, family: str, sealed: bytes) -> dict[str, Any]:
        try:
            record: dict[str, Any] = json.loads(self._seal.open(sealed.decode(), family))
        except (errors.InvalidRequest, ValueError):
            raise ended() from None
        return record

    async def _ask(self, work: Callable[[Any], Awaitable[T]]) -> T:
        async def wrapped(redis: Any) -> tuple[T]:
            return (await work(redis),)

        found = await self._cache.ask(wrapped)
        if found is None:
            raise errors.Unavailable(
                "Sessions can't be looked up for now; nobody was signed out.", reason="SESSIONS_UNAVAILABLE"
            )
        return found[0]


def ended() -> errors.Unauthenticated:
    """Return the refusal of a session that is over."""
    return errors.Unauthenticated("The session has ended; please sign in.", reason="SESSION_ENDED")


def _session(family: str, record: dict[str, Any], idle_s: int) -> Session:
    actor = {**record["actor"], "roles": frozenset(record["actor"]["roles"])}
    return Session(
        family,
        record["portal"],
        Actor(**actor),
        record["sign_in_time"],
        record["expire_time"],
        idle_s,
        record["id_token"],
    )


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _secret(secret: str) -> str:
    return f"kept:session:secret:{_mark(secret)}"


def _record(family: str) -> str:
    return f"kept:session:record:{family}"


def _person(practice_id: str, actor_id: str) -> str:
    return f"kept:session:person:{_mark(f'{practice_id}|{actor_id}')}"


def _provider(name: str) -> str:
    return f"kept:session:provider:{_mark(name)}"
