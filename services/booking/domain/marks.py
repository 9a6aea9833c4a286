"""What people are compared by: the normal form of a word, and the keyed hashes of it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.booking.domain import errors

ADDRESS_MAX_CHARACTERS: Final = 300
ACTOR_MAX_CHARACTERS: Final = 255

CLIENT, STAFF = "client", "staff"


@dataclass(frozen=True, slots=True)
class Marks:
    """What is known of somebody: hashes, a flag and an end; an empty hash is not known."""

    kind: str
    person_id: str
    family: bytes = b""
    address: bytes = b""
    phone: bytes = b""
    is_vip: bool = False
    leave_time: datetime | None = None
    version: int = 0


def normal_form(text: str) -> str:
    """
    Return a name or an address as it is compared: letters and digits only, without case and accents.

    "Müller-Ruiz" and "MULLER RUIZ" are one name; "Main St. 5" and "Main Street 5" are two addresses.
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in decomposed if each.isalnum())


def check_address(text: str) -> str:
    """Return an address without outer blanks. Raises Malformed when it is too long."""
    address = text.strip()
    if len(address) > ADDRESS_MAX_CHARACTERS:
        raise errors.Malformed(
            "An address is too long.", field="home_address", max_characters=str(ADDRESS_MAX_CHARACTERS)
        )
    return address


def check_actor_id(text: str) -> str:
    """Return an actor's id. Raises Malformed when it can't be one."""
    if not text or len(text) > ACTOR_MAX_CHARACTERS or not text.isprintable() or " " in text:
        raise errors.Malformed("An actor id is 1 to 255 printable characters.", field="actor_id")
    return text
