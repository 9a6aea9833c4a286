"""Serves the door to what the watching of the trail knows of people."""

from __future__ import annotations

from datetime import UTC

from kept.booking.v1 import people_service_pb2 as contract

from services.booking.adapters import proto
from services.booking.adapters.mark_rows import PostgresMarks
from services.booking.adapters.registry import PostgresClients
from services.booking.domain.client import check_name
from services.booking.domain.marks import STAFF, Marks, check_actor_id, check_address
from services.chassis.context import Call
from services.chassis.crypto import normalize_phone
from services.chassis.rpc.pages import page_size, page_token, read_page_token

PAGE_DEFAULT, PAGE_MOST = 50, 200


class PeopleServicer:
    """Turns words into marks; the words go no further than this."""

    def __init__(self, *, marks: PostgresMarks, clients: PostgresClients) -> None:
        self._marks = marks
        self._clients = clients

    async def PutStaffMember(self, request: contract.PutStaffMemberRequest, call: Call) -> contract.StaffMember:
        name = check_name(request.family_name, field="family_name") if request.family_name else ""
        phone = normalize_phone(request.phone) if request.phone else ""
        marks = Marks(
            STAFF,
            check_actor_id(request.actor_id),
            self._marks.of(call.practice_id, "family", name),
            self._marks.of(call.practice_id, "address", check_address(request.home_address)),
            self._marks.of(call.practice_id, "phone", phone),
            leave_time=request.leave_time.ToDatetime(tzinfo=UTC) if request.HasField("leave_time") else None,
        )
        call.resource_id = marks.person_id
        await self._marks.put(call, marks)
        return _staff_member(marks)

    async def ListStaffMembers(
        self, request: contract.ListStaffMembersRequest, call: Call
    ) -> contract.ListStaffMembersResponse:
        size = page_size(request.page_size, default=PAGE_DEFAULT, most=PAGE_MOST)
        place = read_page_token("staff members", request.page_token)
        found = await self._marks.staff(call, after=str(place[0]) if place else "", limit=size + 1)
        return contract.ListStaffMembersResponse(
            staff_members=[_staff_member(each) for each in found[:size]],
            next_page_token=page_token("staff members", found[size - 1].person_id) if len(found) > size else "",
        )

    async def MarkClient(self, request: contract.MarkClientRequest, call: Call) -> contract.ClientMarks:
        client = await self._clients.find(call, proto.uuid_of(request.client_id, field="client_id"))
        address = check_address(request.home_address)
        marks = await self._marks.put_client(call, client, address=address, is_vip=request.is_vip)
        return contract.ClientMarks(
            client_id=client.client_id, has_home_address=bool(marks.address), is_vip=marks.is_vip
        )


def _staff_member(marks: Marks) -> contract.StaffMember:
    message = contract.StaffMember(
        actor_id=marks.person_id,
        has_family_name=bool(marks.family),
        has_home_address=bool(marks.address),
        has_phone=bool(marks.phone),
    )
    if marks.leave_time:
        message.leave_time.FromDatetime(marks.leave_time)
    return message
