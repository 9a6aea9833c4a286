"""The door to who is on call and what they were paged about."""

from __future__ import annotations

from kept.notifications.v1 import on_call_service_pb2

from services.chassis.context import Call
from services.notifications.adapters import proto
from services.notifications.adapters.pages import OnCall, list_pages
from services.notifications.domain import errors
from services.notifications.domain.page import CARE, MOST_CONTACTS, MOST_THERAPISTS

SERVICE = on_call_service_pb2.DESCRIPTOR.services_by_name["OnCallService"]

CONTACTS = "on-call contacts"
"""Names the list in its page tokens."""


class OnCallServicer:
    """Keeps the contacts; pages are begun and ended by matching's events alone."""

    def __init__(self, *, on_call: OnCall) -> None:
        """Take what the methods need."""
        self._on_call = on_call

    async def PutOnCallContact(
        self, request: on_call_service_pb2.PutOnCallContactRequest, call: Call
    ) -> on_call_service_pb2.PutOnCallContactResponse:
        """Create or replace somebody who is paged."""
        contact = proto.on_call_contact(request.contact)
        async with call.tx() as conn:
            most = MOST_THERAPISTS if contact.duty == CARE else MOST_CONTACTS
            if await self._on_call.count_others(conn, call.practice_id, contact) >= most:
                raise errors.TooManyOnCall("A practice has at most so many contacts on call.", most=str(most))
            await self._on_call.put(conn, call.practice_id, contact)
        return on_call_service_pb2.PutOnCallContactResponse(contact_id=contact.contact_id)

    async def ListOnCallContacts(
        self, request: on_call_service_pb2.ListOnCallContactsRequest, call: Call
    ) -> on_call_service_pb2.ListOnCallContactsResponse:
        """List who is paged."""
        size, after = proto.place(request, CONTACTS)
        async with call.tx() as conn:
            found = await self._on_call.list(conn, call.practice_id, after=after, limit=size + 1)
        return on_call_service_pb2.ListOnCallContactsResponse(
            contacts=[proto.on_call_resource(contact) for contact in found[:size]],
            next_page_token=proto.place_token(CONTACTS, [contact.contact_id for contact in found], size),
        )

    async def ListPages(
        self, request: on_call_service_pb2.ListPagesRequest, call: Call
    ) -> on_call_service_pb2.ListPagesResponse:
        """List pages, newest flags first."""
        query = f"pages|{request.only_open}"
        size, before = proto.place(request, query)
        async with call.tx() as conn:
            found = await list_pages(conn, call.practice_id, only_open=request.only_open, before=before, limit=size + 1)
        return on_call_service_pb2.ListPagesResponse(
            pages=[proto.page_resource(*each) for each in found[:size]],
            next_page_token=proto.place_token(query, [each[0] for each in found], size),
        )
