"""The door to addresses, consents and what is said again and again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import uuid_utils
from kept.notifications.v1 import contact_pb2, contact_service_pb2

from services.chassis.context import Call
from services.chassis.db.pool import Connection, Database
from services.chassis.rpc.pages import page_size, page_token, read_page_token
from services.notifications.adapters import consents, contact_proto, nudges, proto
from services.notifications.adapters.address_codes import AddressCodes
from services.notifications.adapters.contacts import Contacts
from services.notifications.adapters.matters import PostgresMatters
from services.notifications.adapters.proto import DEFAULT_PAGE, LARGEST_PAGE, uuid
from services.notifications.domain import errors
from services.notifications.domain.address import MOST_ADDRESSES, main_mail
from services.notifications.domain.consent import Source, SuppressionReason
from services.notifications.domain.contact import AddressState, ContactAddress
from services.notifications.domain.nudge import MOST_NUDGES
from services.notifications.usecases.follow_matters import follow_matters

SERVICE = contact_service_pb2.DESCRIPTOR.services_by_name["ContactService"]

Request = contact_service_pb2


class ContactServicer:
    """Keeps addresses, consents, suppressions and nudges."""

    def __init__(
        self, *, database: Database, contacts: Contacts, codes: AddressCodes, clock: Callable[[], datetime]
    ) -> None:
        """Take what the methods need."""
        self._database = database
        self._contacts = contacts
        self._codes = codes
        self._clock = clock

    async def PutContactAddress(
        self, request: Request.PutContactAddressRequest, call: Call
    ) -> contact_pb2.ContactAddress:
        """Store an address: at once by staff, after its code by the client."""
        client_id = uuid(request.client_id, field="client_id")
        wanted = contact_proto.address(request.address, client_id, contact_point_id=_new_id())
        is_own = proto.consent_source(call.actor, client_id) is Source.CLIENT
        at = self._clock()
        async with call.tx() as conn:
            known = await self._contacts.addresses(conn, call.practice_id, client_id)
            same = _same_place(known, wanted)
            if is_own and (same is None or same.address != wanted.address):
                wanted = replace(wanted, state=AddressState.PENDING)
            if len(known) >= MOST_ADDRESSES and (same is None or wanted.state is AddressState.PENDING):
                raise errors.TooManyAddresses("A client has at most 20 addresses.", most=str(MOST_ADDRESSES))
            stored_id, former = await self._contacts.put_address(conn, call.practice_id, wanted)
            stored = await self._contacts.address(conn, call.practice_id, client_id, stored_id)
            if stored.state is AddressState.PENDING:
                await self._codes.send(conn, call.practice_id, stored, at=at)
            elif former is not None:
                await self._codes.tell_of_change(conn, call.practice_id, former, at=at)
            return await self._resource(conn, call, stored)

    async def ListContactAddresses(
        self, request: Request.ListContactAddressesRequest, call: Call
    ) -> Request.ListContactAddressesResponse:
        """List addresses, oldest first."""
        client_id = uuid(request.client_id, field="client_id")
        query = f"addresses|{client_id}|{request.with_ended}"
        size, after = _place(request.page_size, request.page_token, query)
        async with call.tx() as conn:
            found = await self._contacts.addresses(conn, call.practice_id, client_id, with_ended=request.with_ended)
            shown = [await self._resource(conn, call, each) for each in found[after : after + size]]
        return Request.ListContactAddressesResponse(
            addresses=shown, next_page_token=_next(query, len(found), after + size)
        )

    async def EndContactAddress(
        self, request: Request.EndContactAddressRequest, call: Call
    ) -> contact_pb2.ContactAddress:
        """End an address, and tell it."""
        async with call.tx() as conn:
            found = await self._address(conn, call, request.client_id, request.contact_point_id)
            if found.state is not AddressState.ENDED:
                await self._contacts.end_address(conn, call.practice_id, found.contact_point_id)
            if found.state is AddressState.ACTIVE:
                former = replace(found, version=found.version + 1)
                await self._codes.tell_of_change(conn, call.practice_id, former, at=self._clock())
            return await self._resource(conn, call, replace(found, state=AddressState.ENDED))

    async def SendContactCode(self, request: Request.SendContactCodeRequest, call: Call) -> contact_pb2.ContactAddress:
        """Send a code to an address."""
        async with call.tx() as conn:
            found = await self._address(conn, call, request.client_id, request.contact_point_id)
            if found.state is AddressState.ENDED:
                raise errors.CodeExpired("The address is used no more.", contact_point_id=found.contact_point_id)
            await self._codes.send(conn, call.practice_id, found, at=self._clock())
            return await self._resource(conn, call, found)

    async def SendInvitation(self, request: Request.SendInvitationRequest, call: Call) -> contact_pb2.ContactAddress:
        """Mail the code of an invitation to the client themselves."""
        client_id = uuid(request.client_id, field="client_id")
        at = self._clock()
        code, end_time = contact_proto.invitation(request, at=at)
        async with call.tx() as conn:
            known = await self._contacts.addresses(conn, call.practice_id, client_id)
            own = main_mail(known)
            if own is None:
                raise errors.UnknownContact("The client has no e-mail address.", client_id=client_id)
            await self._codes.invite(conn, call.practice_id, own, code, at=at, end_time=end_time)
            return await self._resource(conn, call, own)

    async def VerifyContactAddress(
        self, request: Request.VerifyContactAddressRequest, call: Call
    ) -> contact_pb2.ContactAddress:
        """Prove an address by its code; a wrong try counts even though it is refused."""
        async with self._database.begin([call.practice_id]) as conn:
            found = await self._address(conn, call, request.client_id, request.contact_point_id)
            is_right = await self._codes.try_code(conn, call.practice_id, found, request.code, at=self._clock())
        if not is_right:
            raise errors.CodeWrong("Not the code that was sent.", contact_point_id=found.contact_point_id)
        async with call.tx() as conn:
            return await self._resource(
                conn,
                call,
                await self._contacts.address(conn, call.practice_id, found.client_id, found.contact_point_id),
            )

    async def RecordConsent(self, request: Request.RecordConsentRequest, call: Call) -> contact_pb2.Consent:
        """Add to the record."""
        client_id = uuid(request.client_id, field="client_id")
        consent = contact_proto.consent(
            request.consent, client_id, consent_id=_new_id(), actor=call.actor, at=self._clock()
        )
        async with call.tx() as conn:
            await consents.record(conn, call.practice_id, [consent])
        return contact_proto.consent_resource(consent)

    async def ListConsents(self, request: Request.ListConsentsRequest, call: Call) -> Request.ListConsentsResponse:
        """List the record, oldest first."""
        client_id = uuid(request.client_id, field="client_id")
        query = f"consents|{client_id}"
        size, after = _place(request.page_size, request.page_token, query)
        async with call.tx() as conn:
            records = await consents.of_clients(conn, [(call.practice_id, client_id)])
        found = records.get((call.practice_id, client_id), [])
        return Request.ListConsentsResponse(
            consents=[contact_proto.consent_resource(each) for each in found[after : after + size]],
            next_page_token=_next(query, len(found), after + size),
        )

    async def SetSuppression(self, request: Request.SetSuppressionRequest, call: Call) -> contact_pb2.ContactAddress:
        """Suppress an address, or lift what suppresses it; its owner's own word stays."""
        at = self._clock()
        async with call.tx() as conn:
            found = await self._address(conn, call, request.client_id, request.contact_point_id)
            address_hash = self._contacts.hash_of(call.practice_id, found.channel, found.address)
            standing = await self._suppression(conn, call, found)
            if request.is_suppressed and standing is None:
                await consents.suppress(
                    conn,
                    call.practice_id,
                    channel=found.channel,
                    address_hash=address_hash,
                    reason=SuppressionReason.STAFF,
                    at=at,
                )
            elif not request.is_suppressed and standing is SuppressionReason.OPTED_OUT:
                raise errors.OptedOutByOwner("Only the owner can change that.", contact_point_id=found.contact_point_id)
            elif not request.is_suppressed and standing is not None:
                await consents.lift(
                    conn,
                    call.practice_id,
                    channel=found.channel,
                    address_hash=address_hash,
                    reasons=[standing],
                    at=at,
                )
            return await self._resource(conn, call, found)

    async def PutNudge(self, request: Request.PutNudgeRequest, call: Call) -> contact_pb2.Nudge:
        """Create or replace a nudge."""
        wanted = contact_proto.nudge(request)
        wanted.check()
        at = self._clock()
        async with call.tx() as conn:
            time_zone = await nudges.zone_of(conn, call.practice_id, wanted.client_id)
            if time_zone is None:
                raise errors.UnknownContact("The client has no contact point.", client_id=wanted.client_id)
            known = await nudges.get(conn, call.practice_id, wanted.nudge_id)
            if known is not None and known.client_id != wanted.client_id:
                raise errors.UnknownContact("The client has no such nudge.", client_id=wanted.client_id)
            standing = await nudges.of_client(conn, call.practice_id, wanted.client_id, limit=MOST_NUDGES)
            if (known is None or known.end_time) and len(standing) >= MOST_NUDGES:
                raise errors.TooManyNudges("A client has at most 50 nudges.", most=str(MOST_NUDGES))
            begun = wanted.begin(at=at, time_zone=time_zone, version=known.version + 1 if known else 1)
            await nudges.save(conn, call.practice_id, begun, at=at)
            silent = begun.report(call.practice_id, about_time=at, is_open=True, trigger=None)
            await follow_matters([silent], matters=PostgresMatters(conn), at=at, new_id=_new_id)
        return contact_proto.nudge_resource(begun)

    async def EndNudge(self, request: Request.EndNudgeRequest, call: Call) -> contact_pb2.Nudge:
        """End a nudge, and keep back what of it waits."""
        client_id, nudge_id = uuid(request.client_id, field="client_id"), uuid(request.nudge_id, field="nudge_id")
        at = self._clock()
        async with call.tx() as conn:
            known = await nudges.get(conn, call.practice_id, nudge_id)
            if known is None or known.client_id != client_id:
                raise errors.UnknownContact("The client has no such nudge.", client_id=client_id)
            ended = known.end(at=at)
            await nudges.save(conn, call.practice_id, ended, at=at)
            closed = ended.report(call.practice_id, about_time=at, is_open=False, trigger=None)
            await follow_matters([closed], matters=PostgresMatters(conn), at=at, new_id=_new_id)
        return contact_proto.nudge_resource(ended)

    async def ListNudges(self, request: Request.ListNudgesRequest, call: Call) -> Request.ListNudgesResponse:
        """List a client's nudges, newest first."""
        client_id = uuid(request.client_id, field="client_id")
        query = f"nudges|{client_id}"
        size, after = _place(request.page_size, request.page_token, query)
        async with call.tx() as conn:
            found = await nudges.of_client(conn, call.practice_id, client_id, limit=MOST_NUDGES)
        return Request.ListNudgesResponse(
            nudges=[contact_proto.nudge_resource(each) for each in found[after : after + size]],
            next_page_token=_next(query, len(found), after + size),
        )

    async def _address(self, conn: Connection, call: Call, client_id: str, contact_point_id: str) -> ContactAddress:
        return await self._contacts.address(
            conn,
            call.practice_id,
            uuid(client_id, field="client_id"),
            uuid(contact_point_id, field="contact_point_id"),
        )

    async def _suppression(self, conn: Connection, call: Call, found: ContactAddress) -> SuppressionReason | None:
        address_hash = self._contacts.hash_of(call.practice_id, found.channel, found.address)
        place = (call.practice_id, found.channel, address_hash)
        return (await consents.suppressed(conn, [place])).get(place)

    async def _resource(self, conn: Connection, call: Call, found: ContactAddress) -> contact_pb2.ContactAddress:
        return contact_proto.address_resource(found, await self._suppression(conn, call, found))


def _same_place(known: list[ContactAddress], wanted: ContactAddress) -> ContactAddress | None:
    """Return the active address that another one would take the place of."""
    return next(
        (
            each
            for each in known
            if each.state is AddressState.ACTIVE
            and (each.recipient_id, each.channel, each.is_alternative)
            == (wanted.recipient_id, wanted.channel, wanted.is_alternative)
        ),
        None,
    )


def _place(size: int, token: str, query: str) -> tuple[int, int]:
    place = read_page_token(query, token)
    return page_size(size, default=DEFAULT_PAGE, most=LARGEST_PAGE), int(str(place[0])) if place else 0


def _next(query: str, count: int, last: int) -> str:
    return page_token(query, str(last)) if count > last else ""


def _new_id() -> str:
    return str(uuid_utils.uuid7())
