"""Serves the accounting of disclosures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import uuid_utils
from google.protobuf.descriptor import EnumDescriptor
from kept.booking.v1 import disclosure_pb2
from kept.booking.v1 import disclosure_service_pb2 as contract

from services.booking.adapters import proto
from services.booking.adapters.disclosures import PostgresDisclosures
from services.booking.domain import errors
from services.booking.domain.disclosure import ACCOUNTED, Disclosure, check
from services.booking.usecases.ports import Clock
from services.chassis.context import Call
from services.chassis.rpc.pages import page_size, page_token, read_page_token

PAGE_DEFAULT, PAGE_MOST = 50, 200

_CONTENT, _PURPOSE, _BASIS = (
    disclosure_pb2.Disclosure.DESCRIPTOR.enum_types_by_name[name] for name in ("Content", "Purpose", "Basis")
)


class DisclosureServicer:
    """Keeps and lists what was given out."""

    def __init__(self, *, disclosures: PostgresDisclosures, clock: Clock) -> None:
        self._disclosures = disclosures
        self._clock = clock

    async def RecordDisclosure(
        self, request: contract.RecordDisclosureRequest, call: Call
    ) -> disclosure_pb2.Disclosure:
        given = _disclosure_of(request.disclosure, actor_id=call.actor.actor_id)
        check(given, now=self._clock())
        call.resource_id = given.disclosure_id
        call.disclosure = {
            "id": given.disclosure_id,
            "what": ",".join(sorted(given.contents)),
            "purpose": given.purpose,
            "basis": given.basis,
            "disclosed_at": given.disclose_time.isoformat(timespec="seconds"),
        }
        await self._disclosures.add(call, given)
        return _message(given)

    async def ListDisclosures(
        self, request: contract.ListDisclosuresRequest, call: Call
    ) -> contract.ListDisclosuresResponse:
        size = page_size(request.page_size, default=PAGE_DEFAULT, most=PAGE_MOST)
        client_id = proto.uuid_of(request.client_id, field="client_id")
        query = f"disclosures|{client_id}"
        place = read_page_token(query, request.page_token)
        found = await self._disclosures.page(
            call,
            client_id,
            since=self._clock() - ACCOUNTED,
            before=(datetime.fromisoformat(str(place[0])), str(place[1])) if place else None,
            limit=size + 1,
        )
        last = found[size - 1] if len(found) > size else None
        return contract.ListDisclosuresResponse(
            disclosures=[_message(each) for each in found[:size]],
            next_page_token=page_token(query, last.disclose_time.isoformat(), last.disclosure_id) if last else "",
        )


def _disclosure_of(message: disclosure_pb2.Disclosure, *, actor_id: str) -> Disclosure:
    if not message.HasField("disclose_time"):
        raise errors.Malformed("Say when it went out.", field="disclosure.disclose_time")
    return Disclosure(
        disclosure_id=proto.uuid_of(message.disclosure_id, field="disclosure.disclosure_id")
        if message.disclosure_id
        else str(uuid_utils.uuid7()),
        client_id=proto.uuid_of(message.client_id, field="disclosure.client_id"),
        recipient_name=message.recipient_name.strip(),
        recipient_address=message.recipient_address.strip(),
        contents=_names(_CONTENT, message.contents, "contents"),
        purpose=_names(_PURPOSE, [message.purpose], "purpose")[0],
        basis=_names(_BASIS, [message.basis], "basis")[0],
        disclose_time=message.disclose_time.ToDatetime(UTC),
        actor_id=actor_id,
    )


def _names(enum: EnumDescriptor, numbers: Sequence[int], field: str) -> tuple[str, ...]:
    """Return the names of values without their prefix. Raises Malformed for none, and for unknown ones."""
    prefix = f"{enum.name.upper()}_"
    known = {value.number: value.name.removeprefix(prefix) for value in enum.values if value.number}
    if not set(numbers) <= known.keys():
        raise errors.Malformed("There is no such value.", field=f"disclosure.{field}")
    return tuple(dict.fromkeys(known[each] for each in numbers))


def _message(given: Disclosure) -> disclosure_pb2.Disclosure:
    kind = disclosure_pb2.Disclosure
    message = kind(
        disclosure_id=given.disclosure_id,
        client_id=given.client_id,
        recipient_name=given.recipient_name,
        recipient_address=given.recipient_address,
        contents=[kind.Content.Value(f"CONTENT_{each}") for each in given.contents],
        purpose=kind.Purpose.Value(f"PURPOSE_{given.purpose}"),
        basis=kind.Basis.Value(f"BASIS_{given.basis}"),
        actor_id=given.actor_id,
    )
    message.disclose_time.FromDatetime(given.disclose_time)
    return message
