"""Serves the door of the waitlist."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import uuid_utils
from google.protobuf.message import Message
from kept.booking.v1 import booking_pb2, waitlist_pb2, waitlist_service_pb2

from services.booking.adapters import proto, waitlist_proto
from services.booking.adapters.refills import RefillGroup, Refills
from services.booking.adapters.waitlist import PostgresWaitlist
from services.booking.domain import errors
from services.booking.usecases.accept_offer import accept_offer
from services.booking.usecases.book_appointment import is_staff
from services.booking.usecases.decline_offer import decline_offer
from services.booking.usecases.keep_wish import create_wish, get_wish, list_wishes, update_wish, withdraw_wish
from services.booking.usecases.ports import Appointments, CareTeam, Clock
from services.booking.usecases.see_offer import is_for_client_alone, see_offer
from services.booking.usecases.waitlist_ports import Bookings, PageCursor, WaitlistLedger, WishFilter
from services.booking.usecases.work_openings import close_opening, see_opening, skip_waiter
from services.chassis.context import Call
from services.chassis.rpc import pages

REPORT_MAX = timedelta(days=366)
"""Stretch of a report at most; the contract says so."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class WaitlistServicer:
    """Turns each request into domain words, calls the use case, and turns its answer back."""

    def __init__(
        self,
        *,
        store: PostgresWaitlist,
        report: Refills,
        appointments: Appointments,
        ledger: WaitlistLedger,
        bookings: Bookings,
        care_team: CareTeam,
        clock: Clock,
    ) -> None:
        self._store = store
        self._report = report
        self._appointments = appointments
        self._ledger = ledger
        self._bookings = bookings
        self._care_team = care_team
        self._clock = clock

    async def CreateWish(self, request: waitlist_service_pb2.CreateWishRequest, call: Call) -> waitlist_pb2.Wish:
        client_id = proto.uuid_of(request.wish.client_id, field="wish.client_id")
        now = self._clock()
        wanted = waitlist_proto.wish_wanted(request.wish, wish_id=str(uuid_utils.uuid7()), client_id=client_id, at=now)
        return waitlist_proto.wish_message(await create_wish(wanted, call, store=self._store), at=now)

    async def UpdateWish(self, request: waitlist_service_pb2.UpdateWishRequest, call: Call) -> waitlist_pb2.Wish:
        wish_id = proto.uuid_of(request.wish.wish_id, field="wish.wish_id")
        now = self._clock()
        changed = await update_wish(
            wish_id,
            lambda before: waitlist_proto.wish_wanted(
                request.wish, wish_id=wish_id, client_id=before.client_id, at=now
            ),
            proto.etag_of(request.wish.etag, is_required=True),
            call,
            store=self._store,
            clock=self._clock,
        )
        return waitlist_proto.wish_message(changed, at=now)

    async def WithdrawWish(self, request: waitlist_service_pb2.WithdrawWishRequest, call: Call) -> waitlist_pb2.Wish:
        wish_id = proto.uuid_of(request.wish_id, field="wish_id")
        etag = proto.etag_of(request.etag)
        withdrawn = await withdraw_wish(wish_id, etag, call, store=self._store, clock=self._clock)
        return waitlist_proto.wish_message(withdrawn, at=self._clock())

    async def GetWish(self, request: waitlist_service_pb2.GetWishRequest, call: Call) -> waitlist_pb2.Wish:
        wish_id = proto.uuid_of(request.wish_id, field="wish_id")
        return waitlist_proto.wish_message(await get_wish(wish_id, call, store=self._store), at=self._clock())

    async def ListWishes(
        self, request: waitlist_service_pb2.ListWishesRequest, call: Call
    ) -> waitlist_service_pb2.ListWishesResponse:
        now = self._clock()
        wanted = WishFilter(
            client_id=_optional(request.client_id, field="client_id"),
            therapist_id=_optional(request.therapist_id, field="therapist_id"),
            session_type_id=_optional(request.session_type_id, field="session_type_id"),
            today=now.date(),
        )
        query = f"wishes|{wanted.client_id}|{wanted.therapist_id}|{wanted.session_type_id}"
        page, cursor = await list_wishes(
            wanted,
            call,
            store=self._store,
            care_team=self._care_team,
            after=proto.row_cursor_of(query, request.page_token),
            page_size=_size_of(request.page_size),
        )
        wishes = [waitlist_proto.wish_message(each, at=now) for each in page]
        return waitlist_service_pb2.ListWishesResponse(wishes=wishes, next_page_token=_token(query, cursor))

    async def GetOffer(self, request: waitlist_service_pb2.GetOfferRequest, call: Call) -> waitlist_pb2.Offer:
        offer_id = proto.uuid_of(request.offer_id, field="offer_id")
        seen = await see_offer(offer_id, call, store=self._store)
        return waitlist_proto.offer_message(seen, is_staff=is_staff(call.actor))

    async def ListOffers(
        self, request: waitlist_service_pb2.ListOffersRequest, call: Call
    ) -> waitlist_service_pb2.ListOffersResponse:
        client_id = proto.uuid_of(request.client_id, field="client_id")
        query, size = f"offers|{client_id}|{request.is_open_only}", _size_of(request.page_size)
        found = await self._store.client_offers(
            call,
            client_id,
            is_open_only=request.is_open_only,
            has_confidential=not is_for_client_alone(call, client_id, is_confidential=True),
            after=proto.row_cursor_of(query, request.page_token),
            limit=size + 1,
        )
        page = found[:size]
        cursor = (page[-1].make_time, page[-1].offer_id) if len(found) > size else None
        offers = [waitlist_proto.offer_message(each, is_staff=is_staff(call.actor)) for each in page]
        return waitlist_service_pb2.ListOffersResponse(offers=offers, next_page_token=_token(query, cursor))

    async def AcceptOffer(
        self, request: waitlist_service_pb2.AcceptOfferRequest, call: Call
    ) -> booking_pb2.Appointment:
        accepted = await accept_offer(
            proto.uuid_of(request.offer_id, field="offer_id"),
            call,
            store=self._store,
            appointments=self._appointments,
            ledger=self._ledger,
            bookings=self._bookings,
            clock=self._clock,
        )
        return proto.appointment_message(accepted)

    async def DeclineOffer(self, request: waitlist_service_pb2.DeclineOfferRequest, call: Call) -> waitlist_pb2.Offer:
        offer_id = proto.uuid_of(request.offer_id, field="offer_id")
        declined = await decline_offer(offer_id, call, store=self._store, clock=self._clock)
        return waitlist_proto.offer_message(declined, is_staff=is_staff(call.actor))

    async def ListOpenings(
        self, request: waitlist_service_pb2.ListOpeningsRequest, call: Call
    ) -> waitlist_service_pb2.ListOpeningsResponse:
        therapist_id = _optional(request.therapist_id, field="therapist_id")
        query, size = f"openings|{therapist_id}|{request.has_closed}", _size_of(request.page_size)
        after = proto.row_cursor_of(query, request.page_token)
        found = await self._store.openings(
            call, therapist_id, has_closed=request.has_closed, after=after, limit=size + 1
        )
        page = found[:size]
        cursor = (page[-1].create_time, page[-1].opening_id) if len(found) > size else None
        openings = [waitlist_proto.opening_message(each) for each in page]
        return waitlist_service_pb2.ListOpeningsResponse(openings=openings, next_page_token=_token(query, cursor))

    async def GetOpening(
        self, request: waitlist_service_pb2.GetOpeningRequest, call: Call
    ) -> waitlist_service_pb2.GetOpeningResponse:
        opening_id = proto.uuid_of(request.opening_id, field="opening_id")
        opening, offers, ranked = await see_opening(opening_id, call, store=self._store, clock=self._clock)
        return waitlist_service_pb2.GetOpeningResponse(
            opening=waitlist_proto.opening_message(opening),
            offers=[waitlist_proto.offer_message(each, is_staff=True) for each in offers],
            candidates=waitlist_proto.candidate_messages(ranked),
        )

    async def SkipWaiter(self, request: waitlist_service_pb2.SkipWaiterRequest, call: Call) -> waitlist_pb2.Offer:
        skipped = await skip_waiter(
            proto.uuid_of(request.opening_id, field="opening_id"),
            proto.uuid_of(request.wish_id, field="wish_id"),
            waitlist_proto.skip_reason_of(request.reason),
            call,
            store=self._store,
            clock=self._clock,
        )
        return waitlist_proto.offer_message(skipped, is_staff=True)

    async def CloseOpening(self, request: waitlist_service_pb2.CloseOpeningRequest, call: Call) -> waitlist_pb2.Opening:
        opening_id = proto.uuid_of(request.opening_id, field="opening_id")
        etag = proto.etag_of(request.etag)
        closed = await close_opening(opening_id, etag, call, store=self._store, ledger=self._ledger, clock=self._clock)
        return waitlist_proto.opening_message(closed)

    async def GetRefillReport(
        self, request: waitlist_service_pb2.GetRefillReportRequest, call: Call
    ) -> waitlist_service_pb2.RefillReport:
        from_time = _required(request, "from_time")
        to_time = _required(request, "to_time")
        if to_time <= from_time:
            raise errors.IntervalReversed("The stretch ends before it begins.", field="to_time")
        if to_time - from_time > REPORT_MAX:
            raise errors.Malformed("The stretch is too long.", field="to_time", limit=str(REPORT_MAX.days))
        therapist_id = _optional(request.therapist_id, field="therapist_id")
        groups = await self._report.report(call, therapist_id, from_time=from_time, to_time=to_time)
        return waitlist_service_pb2.RefillReport(groups=[_group_message(each) for each in groups])


def _group_message(group: RefillGroup) -> waitlist_service_pb2.RefillGroup:
    return waitlist_service_pb2.RefillGroup(
        notice_from_h=group.from_h,
        notice_to_h=group.to_h,
        freed_count=group.freed,
        offered_count=group.offered,
        filled_count=group.filled,
        undone_count=group.undone,
        regained_count=group.regained,
        given_back_count=group.given_back,
        lost_count=group.lost,
        offers_made_count=group.made,
        offers_accepted_count=group.accepted,
        offers_declined_count=group.declined,
        offers_expired_count=group.expired,
        offers_taken_count=group.taken,
        fill_median_s=round(group.median_s),
        fill_p90_s=round(group.p90_s),
        recovered_min=round(group.recovered_min),
    )


def _required(request: Message, field: str) -> datetime:
    if not request.HasField(field):
        raise errors.Malformed("Say from when until when.", field=field)
    return proto.instant_of(getattr(request, field), field=field)


def _optional(value: str, *, field: str) -> str:
    return proto.uuid_of(value, field=field) if value else ""


def _size_of(asked: int) -> int:
    return pages.page_size(asked, default=proto.PAGE_SIZE, most=proto.PAGE_SIZE_MAX)


def _token(query: str, cursor: PageCursor | None) -> str:
    if cursor is None:
        return ""
    return pages.page_token(query, (cursor[0] - _EPOCH) // timedelta(microseconds=1), cursor[1])
