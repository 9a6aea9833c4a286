"""Serves the door of the absence workflow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from kept.booking.v1 import absence_pb2, absence_service_pb2, booking_pb2

from services.booking.adapters import absence_proto, proto
from services.booking.domain import errors
from services.booking.usecases.absence_ports import AbsenceLedger, AbsenceStore
from services.booking.usecases.answer_absence_offer import (
    accept_absence_option,
    decline_absence_offer,
    see_absence_offer,
    withdraw_absence_offer,
)
from services.booking.usecases.offer_affected import keep_affected, offer_affected
from services.booking.usecases.ports import Appointments, Books, Clock
from services.booking.usecases.see_offer import is_for_client_alone
from services.booking.usecases.word_absence import approve_wording, put_wording
from services.chassis.context import Call
from services.chassis.rpc import pages

OFFERS_MAX = 50
"""Offers of a client on one page at most; the contract says so."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class AbsenceCaseServicer:
    """Turns each request into domain words, calls the use case, and turns its answer back."""

    def __init__(
        self, *, store: AbsenceStore, appointments: Appointments, ledger: AbsenceLedger, books: Books, clock: Clock
    ) -> None:
        self._store = store
        self._appointments = appointments
        self._ledger = ledger
        self._books = books
        self._clock = clock

    async def ListAbsenceCases(
        self, request: absence_service_pb2.ListAbsenceCasesRequest, call: Call
    ) -> absence_service_pb2.ListAbsenceCasesResponse:
        query = f"absence_cases|{request.has_settled}"
        size = pages.page_size(request.page_size, default=proto.PAGE_SIZE, most=proto.PAGE_SIZE_MAX)
        after = proto.row_cursor_of(query, request.page_token)
        found = await self._store.cases(call, has_settled=request.has_settled, after=after, limit=size + 1)
        page = found[:size]
        token = _token(query, page[-1].create_time, page[-1].absence_id) if len(found) > size else ""
        return absence_service_pb2.ListAbsenceCasesResponse(
            cases=[absence_proto.case_message(each) for each in page], next_page_token=token
        )

    async def GetAbsenceCase(
        self, request: absence_service_pb2.GetAbsenceCaseRequest, call: Call
    ) -> absence_pb2.AbsenceCase:
        absence_id = proto.uuid_of(request.absence_id, field="absence_id")
        return absence_proto.case_message(await self._store.case(call, absence_id))

    async def ListAffectedAppointments(
        self, request: absence_service_pb2.ListAffectedAppointmentsRequest, call: Call
    ) -> absence_service_pb2.ListAffectedAppointmentsResponse:
        absence_id = proto.uuid_of(request.absence_id, field="absence_id")
        query = f"affected|{absence_id}|{request.is_open_only}"
        size = pages.page_size(request.page_size, default=proto.PAGE_SIZE, most=proto.PAGE_SIZE_MAX)
        after_rank = _rank_of(query, request.page_token)
        await self._store.case(call, absence_id)
        found = await self._store.affected(
            call, absence_id, is_open_only=request.is_open_only, after_rank=after_rank, limit=size + 1
        )
        page = found[:size]
        token = pages.page_token(query, page[-1][0].rank) if len(found) > size else ""
        return absence_service_pb2.ListAffectedAppointmentsResponse(
            affected=[absence_proto.affected_message(*each) for each in page], next_page_token=token
        )

    async def PutAbsenceWording(
        self, request: absence_service_pb2.PutAbsenceWordingRequest, call: Call
    ) -> absence_pb2.AbsenceCase:
        absence_id = proto.uuid_of(request.absence_id, field="absence_id")
        return absence_proto.case_message(
            await put_wording(absence_id, request.body, call, store=self._store, clock=self._clock)
        )

    async def ApproveAbsenceWording(
        self, request: absence_service_pb2.ApproveAbsenceWordingRequest, call: Call
    ) -> absence_pb2.AbsenceCase:
        absence_id = proto.uuid_of(request.absence_id, field="absence_id")
        return absence_proto.case_message(
            await approve_wording(absence_id, request.wording_version, call, store=self._store, clock=self._clock)
        )

    async def OfferAffected(
        self, request: absence_service_pb2.OfferAffectedRequest, call: Call
    ) -> absence_service_pb2.OfferAffectedResponse:
        asked, passed = await offer_affected(
            proto.uuid_of(request.absence_id, field="absence_id"),
            absence_proto.asked_of(request),
            absence_proto.kinds_of(request),
            absence_proto.answer_h_of(request),
            call,
            store=self._store,
            clock=self._clock,
        )
        return absence_service_pb2.OfferAffectedResponse(asked_count=asked, passed_count=passed)

    async def KeepAffected(
        self, request: absence_service_pb2.KeepAffectedRequest, call: Call
    ) -> absence_pb2.AffectedAppointment:
        kept = await keep_affected(
            proto.uuid_of(request.absence_id, field="absence_id"),
            proto.uuid_of(request.appointment_id, field="appointment_id"),
            absence_proto.keep_reason_of(request.reason),
            call,
            store=self._store,
            clock=self._clock,
        )
        return absence_proto.affected_message(kept, None)

    async def WithdrawAbsenceOffer(
        self, request: absence_service_pb2.WithdrawAbsenceOfferRequest, call: Call
    ) -> absence_pb2.AbsenceOffer:
        offer_id = proto.uuid_of(request.offer_id, field="offer_id")
        return absence_proto.offer_message(
            await withdraw_absence_offer(offer_id, call, store=self._store, clock=self._clock)
        )

    async def GetAbsenceOffer(
        self, request: absence_service_pb2.GetAbsenceOfferRequest, call: Call
    ) -> absence_pb2.AbsenceOffer:
        offer_id = proto.uuid_of(request.offer_id, field="offer_id")
        return absence_proto.offer_message(await see_absence_offer(offer_id, call, store=self._store))

    async def ListAbsenceOffers(
        self, request: absence_service_pb2.ListAbsenceOffersRequest, call: Call
    ) -> absence_service_pb2.ListAbsenceOffersResponse:
        client_id = proto.uuid_of(request.client_id, field="client_id")
        query = f"absence_offers|{client_id}|{request.is_open_only}"
        size = pages.page_size(request.page_size, default=OFFERS_MAX, most=OFFERS_MAX)
        found = await self._store.client_offers(
            call,
            client_id,
            is_open_only=request.is_open_only,
            has_confidential=not is_for_client_alone(call, client_id, is_confidential=True),
            after=proto.row_cursor_of(query, request.page_token),
            limit=size + 1,
        )
        page = found[:size]
        token = _token(query, page[-1].make_time, page[-1].offer_id) if len(found) > size else ""
        return absence_service_pb2.ListAbsenceOffersResponse(
            offers=[absence_proto.offer_message(each) for each in page], next_page_token=token
        )

    async def AcceptAbsenceOption(
        self, request: absence_service_pb2.AcceptAbsenceOptionRequest, call: Call
    ) -> booking_pb2.Appointment:
        accepted = await accept_absence_option(
            proto.uuid_of(request.offer_id, field="offer_id"),
            proto.uuid_of(request.option_id, field="option_id"),
            call,
            store=self._store,
            appointments=self._appointments,
            ledger=self._ledger,
            books=self._books,
            clock=self._clock,
        )
        return proto.appointment_message(accepted)

    async def DeclineAbsenceOffer(
        self, request: absence_service_pb2.DeclineAbsenceOfferRequest, call: Call
    ) -> absence_pb2.AbsenceOffer:
        offer_id = proto.uuid_of(request.offer_id, field="offer_id")
        return absence_proto.offer_message(
            await decline_absence_offer(offer_id, call, store=self._store, clock=self._clock)
        )


def _token(query: str, at: datetime, row_id: str) -> str:
    return pages.page_token(query, (at - _EPOCH) // timedelta(microseconds=1), row_id)


def _rank_of(query: str, token: str) -> int:
    match pages.read_page_token(query, token):
        case None:
            return 0
        case [int(rank)] if 0 <= rank < 2**31:
            return rank
    raise errors.Malformed("The page token is not one of ours.", field="page_token")
