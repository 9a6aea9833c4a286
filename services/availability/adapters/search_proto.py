"""Translates searches for free slots and their pages."""

from __future__ import annotations

from collections.abc import Sequence

from kept.availability.v1 import availability_service_pb2

from services.availability.adapters.proto import (
    DEFAULT_PAGE,
    audiences_of,
    instant_of,
    modality_of,
    slot_message,
    uuid_of,
    whole,
)
from services.availability.domain import errors
from services.availability.usecases.ports import Slot
from services.availability.usecases.search_slots import Cursor, Query
from services.chassis.rpc.pages import page_size, page_token, read_page_token

MAX_SLOTS_PAGE = 500
"""Slots on one page. Source: the contract."""

MAX_THERAPISTS = 1_000
"""Therapists one search may name. Source: the contract."""

_LAST_PART = max(availability_service_pb2.PartOfDay.values())


def query_of(
    request: availability_service_pb2.SearchSlotsRequest, *, practice_id: str, is_by_staff: bool, is_trusted: bool
) -> tuple[Query, int, Cursor | None]:
    """Return what is searched for, the page size, and the slot after which the page begins. Raises Malformed."""
    if len(request.therapist_ids) > MAX_THERAPISTS:
        raise errors.Malformed("Too many therapists.", field="therapist_ids", most=str(MAX_THERAPISTS))
    is_by_staff = is_by_staff or (request.by_staff and is_trusted)
    query = Query(
        practice_id=practice_id,
        session_type_id=uuid_of(request.session_type_id, field="session_type_id"),
        therapist_ids=list(dict.fromkeys(uuid_of(each, field="therapist_ids") for each in request.therapist_ids)),
        from_s=instant_of(request, "from_time"),
        to_s=instant_of(request, "to_time"),
        modality=modality_of(request.modality, field="modality"),
        site_id=uuid_of(request.site_id, field="site_id") if request.site_id else "",
        is_first_only=request.next_available,
        is_by_staff=is_by_staff,
        viewer_time_zone=request.viewer_time_zone,
        parts_of_day=tuple(
            sorted({whole(each, field="parts_of_day", least=1, most=_LAST_PART) for each in request.parts_of_day})
        ),
        is_high_need=request.is_high_need and is_trusted,
        audiences=audiences_of(request.audiences, field="audiences") if is_trusted else frozenset(),
    )
    limit = page_size(request.page_size, default=DEFAULT_PAGE, most=MAX_SLOTS_PAGE)
    return query, limit, _cursor_of(request.page_token, query)


def slots_message(found: Sequence[Slot], query: Query, limit: int) -> availability_service_pb2.SearchSlotsResponse:
    """Return a page of at most *limit* slots; one more found means that there is a next page."""
    page = found[:limit]
    token = page_token(repr(query), page[-1].start_s, page[-1].therapist_id) if len(found) > limit else ""
    return availability_service_pb2.SearchSlotsResponse(
        slots=[slot_message(each) for each in page], next_page_token=token
    )


def _cursor_of(token: str, query: Query) -> Cursor | None:
    match read_page_token(repr(query), token):
        case None:
            return None
        case [int(start_s), str(therapist_id)]:
            return start_s, therapist_id
        case _:
            raise errors.Malformed("The page token can't be read.", field="page_token")
