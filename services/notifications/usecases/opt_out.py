"""Heeds whoever wants no more messages at an address, and whoever wants them again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from services.notifications.domain.channel import Channel
from services.notifications.domain.consent import Consent, Source, SuppressionReason


class Register(Protocol):
    """Addresses, consents and suppressions of one practice, inside one transaction."""

    async def owners(self, channel: Channel, address: str) -> Sequence[tuple[str, str, str]]:
        """Return (client, recipient, contact point) of everybody who is reached there."""

    async def record(self, consents: Sequence[Consent]) -> None:
        """Add to the record."""

    async def suppress(self, channel: Channel, address: str, reason: SuppressionReason, *, at: datetime) -> None:
        """Send nothing there any more."""

    async def lift(self, channel: Channel, address: str, *, at: datetime) -> bool:
        """Send there again if it was suppressed on its owner's word; tell whether it was."""

    async def withhold(self, clients: Sequence[str], channel: Channel) -> int:
        """Keep back what waits for these clients and could go by this channel alone; return how many."""


async def opt_out(
    register: Register,
    *,
    channel: Channel,
    address: str,
    source: Source,
    evidence: str,
    at: datetime,
    new_id: Callable[[], str],
) -> int:
    """
    Revoke every consent of everybody at an address for one channel, and suppress the address, whether known or not.

    Args:
        register: Where it is kept.
        channel: The way that is to fall silent.
        address: As the provider names it.
        source: How it came.
        evidence: A code of the proof, for example the id of the inbound message; never words.
        at: Now, UTC.
        new_id: Makes ids of the record's entries.

    Returns:
        How many planned messages were kept back.
    """
    owners = await register.owners(channel, address)
    await register.suppress(channel, address, SuppressionReason.OPTED_OUT, at=at)
    await register.record(_entries(owners, channel, source, evidence, at, new_id, is_granted=False))
    return await register.withhold(sorted({client_id for client_id, _, _ in owners}), channel)


async def opt_in(
    register: Register,
    *,
    channel: Channel,
    address: str,
    source: Source,
    evidence: str,
    at: datetime,
    new_id: Callable[[], str],
) -> bool:
    """
    Lift what the owner of an address asked for and grant the channel again; tell whether anything was lifted.

    Danger: whoever never opted out is given no consent by a stray word.
    """
    if not await register.lift(channel, address, at=at):
        return False
    owners = await register.owners(channel, address)
    await register.record(_entries(owners, channel, source, evidence, at, new_id, is_granted=True))
    return True


def _entries(
    owners: Sequence[tuple[str, str, str]],
    channel: Channel,
    source: Source,
    evidence: str,
    at: datetime,
    new_id: Callable[[], str],
    *,
    is_granted: bool,
) -> list[Consent]:
    return [
        Consent(
            consent_id=new_id(),
            client_id=client_id,
            recipient_id=recipient_id,
            channel=channel,
            is_granted=is_granted,
            source=source,
            evidence=evidence,
            create_time=at,
            actor_id=f"{'client' if source is not Source.STAFF else 'staff'}:{client_id}",
        )
        for client_id, recipient_id in sorted({(owner[0], owner[1]) for owner in owners})
    ]
