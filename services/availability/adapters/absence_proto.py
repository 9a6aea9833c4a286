"""Translates absences and their items."""

from __future__ import annotations

from collections.abc import Sequence

from google.protobuf.timestamp_pb2 import Timestamp
from kept.availability.v1 import absence_service_pb2
from kept.wall.v1 import wall_pb2

from services.availability.adapters.proto import DEFAULT_PAGE, instant_of, uuid_of, uuid_or_new
from services.availability.domain import errors
from services.availability.domain.absence import Absence, Item, ItemState
from services.availability.domain.free import Span
from services.chassis.rpc.pages import page_size, page_token, read_page_token

MAX_ITEMS_PAGE = 200
"""Items on one page. Source: the contract."""

_STATES = {
    ItemState.OPEN: absence_service_pb2.AbsenceItem.STATE_OPEN,
    ItemState.OFFERED: absence_service_pb2.AbsenceItem.STATE_OFFERED,
    ItemState.MOVED: absence_service_pb2.AbsenceItem.STATE_MOVED,
    ItemState.CANCELLED: absence_service_pb2.AbsenceItem.STATE_CANCELLED,
    ItemState.COVERED: absence_service_pb2.AbsenceItem.STATE_COVERED,
    ItemState.BY_VIDEO: absence_service_pb2.AbsenceItem.STATE_BY_VIDEO,
    ItemState.KEPT: absence_service_pb2.AbsenceItem.STATE_KEPT,
}
_ANSWERS = {number: state for state, number in _STATES.items() if state is not ItemState.OPEN}


def whose_of(
    request: absence_service_pb2.PreviewAbsenceRequest | absence_service_pb2.StartAbsenceRequest,
) -> tuple[str, Span]:
    """Return whose absence is meant, and when. Raises Malformed, IntervalReversed."""
    start_s = instant_of(request.interval, "interval.start_time")
    end_s = instant_of(request.interval, "interval.end_time")
    if end_s <= start_s:
        raise errors.IntervalReversed("An absence ends after it starts.")
    return uuid_of(request.therapist_id, field="therapist_id"), (start_s, end_s)


def absence_of(request: absence_service_pb2.StartAbsenceRequest) -> Absence:
    """Return an absence under a new id. Raises Malformed, IntervalReversed."""
    return Absence(uuid_or_new("", field=""), *whose_of(request))


def absence_message(each: Absence) -> absence_service_pb2.Absence:
    """Return an absence as the contract says it."""
    found = absence_service_pb2.Absence(
        absence_id=each.absence_id,
        therapist_id=each.therapist_id,
        interval=wall_pb2.Interval(),
        is_closed=each.is_closed,
        open_items=each.open_items,
        items=each.items,
    )
    found.interval.start_time.seconds, found.interval.end_time.seconds = each.span
    return found


def item_message(each: Item) -> absence_service_pb2.AbsenceItem:
    """Return an item as the contract says it."""
    return absence_service_pb2.AbsenceItem(
        claim_id=each.claim_id,
        client_id=each.client_id,
        session_type_id=each.session_type_id,
        start_time=Timestamp(seconds=each.start_s),
        need_rank=each.rank,
        state=_STATES[each.state],
    )


def answer_of(request: absence_service_pb2.AnswerAbsenceItemRequest) -> ItemState:
    """Return what became of an item. Raises Malformed."""
    state = _ANSWERS.get(request.state)
    if state is None:
        raise errors.Malformed("Say what became of it.", field="state")
    return state


def page_of(request: absence_service_pb2.ListAbsenceItemsRequest) -> tuple[str, int, int]:
    """Return the absence, the page size, and the rank after which the page begins. Raises Malformed."""
    absence_id = uuid_of(request.absence_id, field="absence_id")
    limit = page_size(request.page_size, default=DEFAULT_PAGE, most=MAX_ITEMS_PAGE)
    match read_page_token(_items_of(absence_id), request.page_token):
        case None:
            return absence_id, limit, 0
        case [int(rank)]:
            return absence_id, limit, rank
        case _:
            raise errors.Malformed("The page token can't be read.", field="page_token")


def items_message(found: Sequence[Item], limit: int, absence_id: str) -> absence_service_pb2.ListAbsenceItemsResponse:
    """Return a page of at most *limit* items; one more found means that there is a next page."""
    page = found[:limit]
    token = page_token(_items_of(absence_id), page[-1].rank) if len(found) > limit else ""
    return absence_service_pb2.ListAbsenceItemsResponse(
        items=[item_message(each) for each in page], next_page_token=token
    )


def list_of(request: absence_service_pb2.ListAbsencesRequest) -> tuple[str, int, tuple[int, str]]:
    """Return the therapist or nobody, the page size, and what the page begins before. Raises Malformed."""
    therapist_id = uuid_of(request.therapist_id, field="therapist_id") if request.therapist_id else ""
    limit = page_size(request.page_size, default=DEFAULT_PAGE, most=MAX_ITEMS_PAGE)
    match read_page_token(_listed(request), request.page_token):
        case None:
            return therapist_id, limit, _LAST
        case [int(start_s), str(absence_id)] if abs(start_s) <= _LAST[0]:
            return therapist_id, limit, (start_s, uuid_of(absence_id, field="page_token"))
        case _:
            raise errors.Malformed("The page token can't be read.", field="page_token")


def absences_message(
    found: Sequence[Absence], limit: int, request: absence_service_pb2.ListAbsencesRequest
) -> absence_service_pb2.ListAbsencesResponse:
    """Return a page of at most *limit* absences; one more found means that there is a next page."""
    page, token = found[:limit], ""
    if len(found) > limit:
        token = page_token(_listed(request), page[-1].span[0], page[-1].absence_id)
    return absence_service_pb2.ListAbsencesResponse(absences=map(absence_message, page), next_page_token=token)


_LAST = (253_402_300_000, "ffffffff-ffff-ffff-ffff-ffffffffffff")
"""Start and id that no absence comes after: the end of the year 9999."""


def _listed(request: absence_service_pb2.ListAbsencesRequest) -> str:
    return f"absences of {request.therapist_id.lower()} {request.is_open}"


def _items_of(absence_id: str) -> str:
    return f"items of {absence_id}"
