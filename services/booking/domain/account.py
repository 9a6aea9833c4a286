"""Links sign-ins to clients: codes, how long they hold, and how often they may be tried."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: nothing in it is taken for something else when it is read aloud."""

CODE_CHARACTERS = 12
"""Characters of a code: 60 bits."""

VALID = timedelta(days=14)
"""How long an invitation holds: until a letter has come and was opened."""

TRIES = 5
"""Tries of an invitation; after them it is over. Source: a birth date is guessed in some ten thousand."""

ACCOUNTS_MAX = 5
"""Sign-ins of a client at most."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation; its code is known to whoever made it and whoever has it."""

    invitation_id: str
    client_id: str
    expire_time: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """A client's sign-in."""

    account_id: str
    client_id: str
    actor_id: str
    link_time: datetime


def new_code() -> str:
    """Return a code as it is handed out: three groups of four."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(CODE_CHARACTERS))
    return "-".join(letters[at : at + 4] for at in range(0, CODE_CHARACTERS, 4))


def code_hash(practice_id: str, code: str) -> bytes:
    """Return what is kept of a code, however it was typed: O is 0, I and L are 1, the rest does not matter."""
    typed = code.upper().translate(str.maketrans("OIL", "011", " -"))
    return hashlib.sha256(f"{practice_id}|{typed}".encode()).digest()


def is_same_day(said: str, known: str) -> bool:
    """Tell whether a birth date is the client's, in the same time whatever it is."""
    return bool(known) and hmac.compare_digest(said.encode(), known.encode())
