"""How an address is proved: a code that is sent there, good for a few tries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notifications.domain import errors
from services.notifications.domain.channel import THE_CLIENT, About, Channel, MessageClass
from services.notifications.domain.contact import AddressState, ContactAddress
from services.notifications.domain.message import Kind, Message

CODE_GOOD_FOR = timedelta(minutes=15)
CODE_TRIES = 5
CODE_DIGITS = 6
"""A million codes and five tries: one guess in 200,000 is right."""

CODE_GAP = timedelta(minutes=1)
"""Time between two codes to one address."""

NOTICE_GOOD_FOR = timedelta(days=2)
MOST_ADDRESSES = 20


@dataclass(frozen=True, slots=True)
class SentCode:
    """What is kept of a code: its hash, until when it is good, how often it was tried."""

    code_hash: bytes | None
    expire_time: datetime | None
    tries: int

    def may_send_again(self, *, at: datetime) -> None:
        """Refuse a second code within a minute. Raises CodeTooSoon. (RESOURCE_EXHAUSTED)"""
        if self.expire_time is None:
            return
        wait = self.expire_time - CODE_GOOD_FOR + CODE_GAP - at
        if wait > timedelta():
            raise errors.CodeTooSoon("A code was just sent.", retry_after_s=max(1, int(wait.total_seconds())))

    def is_good(self, *, at: datetime) -> bool:
        """Tell whether it can still be tried."""
        is_fresh = self.expire_time is not None and at < self.expire_time
        return self.code_hash is not None and is_fresh and self.tries < CODE_TRIES


def main_mail(addresses: Sequence[ContactAddress]) -> ContactAddress | None:
    """Return a client's own e-mail address in use; one that stands in for it comes first, and why is not asked."""
    own = [
        each
        for each in addresses
        if each.channel is Channel.EMAIL and each.recipient_id == THE_CLIENT and each.state is AddressState.ACTIVE
    ]
    return next((each for each in own if each.is_alternative), own[0] if own else None)


def code_message(address: ContactAddress, *, version: int, message_id: str, at: datetime) -> Message:
    """Return the message that carries a code to the address it proves, and to no other."""
    return _notice(address, Kind.CONTACT_CODE, version, message_id, at, at + CODE_GOOD_FOR)


def invitation_message(
    address: ContactAddress, *, version: int, message_id: str, at: datetime, end_time: datetime
) -> Message:
    """Return the message that carries the code of an invitation, to the client's own address and to no other."""
    return _notice(address, Kind.INVITATION, version, message_id, at, end_time)


def changed_message(former: ContactAddress, *, message_id: str, at: datetime) -> Message:
    """Return the notice to an address that another one took the place of: whoever did it unasked is found out."""
    return _notice(former, Kind.CONTACT_CHANGED, former.version, message_id, at, at + NOTICE_GOOD_FOR)


def _notice(
    address: ContactAddress, kind: Kind, version: int, message_id: str, at: datetime, end_time: datetime
) -> Message:
    return Message(
        message_id=message_id,
        client_id=address.client_id,
        appointment_id=address.contact_point_id,
        appointment_version=version,
        kind=kind,
        start_time=at,
        due_time=at,
        end_time=end_time,
        about=About.CONTACT,
        message_class=MessageClass.TRANSACTIONAL,
        channels=(address.channel,),
        recipient_id=address.recipient_id,
        contact_point_id=address.contact_point_id,
    )
