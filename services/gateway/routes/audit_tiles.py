"""The trail as C2SP tlog-tiles: files that anybody's tools read and check."""

from __future__ import annotations

from fastapi import APIRouter, Response
from kept.audit.v1 import audit_service_pb2

from services.chassis import errors
from services.gateway.routes.describing import SignedIn, answers, respond

router = APIRouter(prefix="/v1/audit", tags=["audit"])

WIDTH = 256
DIGITS = 3

_BYTES = answers(audit_service_pb2.Tile.DESCRIPTOR, 404)
_BYTES[200] = {
    "description": "The bytes, as C2SP tlog-tiles has them.",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


@router.get(
    "/detached",
    operation_id="getDetached",
    summary="See how far records were archived and taken out",
    responses=answers(audit_service_pb2.Detached.DESCRIPTOR),
)
async def detached(caller: SignedIn) -> Response:
    """Returns the place of the first record that was never taken out, and the signed statement of it."""
    return respond(await caller.audit("GetDetached", audit_service_pb2.GetDetachedRequest()))


@router.get(
    "/tile/entries/{place:path}",
    operation_id="getEntries",
    summary="Get a bundle of records",
    response_class=Response,
    responses=_BYTES,
)
async def entries(place: str, caller: SignedIn) -> Response:
    """Returns up to 256 records, each behind its length in two bytes; `x001/234` or `000.p/17`."""
    index, width = _place(place)
    request = audit_service_pb2.GetEntriesRequest(index=index, width=width)
    return _file((await caller.audit("GetEntries", request)).bundle)


@router.get(
    "/tile/{level}/{place:path}",
    operation_id="getTile",
    summary="Get a tile of hashes",
    response_class=Response,
    responses=_BYTES,
)
async def tile(level: int, place: str, caller: SignedIn) -> Response:
    """Returns up to 256 hashes of 32 bytes; `x001/234` or `000.p/17`."""
    index, width = _place(place)
    request = audit_service_pb2.GetTileRequest(level=level, index=index, width=width)
    return _file((await caller.audit("GetTile", request)).hashes)


def _file(data: bytes) -> Response:
    return Response(data, media_type="application/octet-stream")


def _place(place: str) -> tuple[int, int]:
    """Read index and width of a tile's name. Raises InvalidRequest."""
    name, is_partial, width = place.partition(".p/")
    *above, last = name.split("/")
    parts = [*(each.removeprefix("x") for each in above), last]
    digits = all(len(each) == DIGITS and each.isascii() and each.isdigit() for each in parts)
    if not digits or any(not each.startswith("x") for each in above) or len(parts) > DIGITS + 1:
        raise errors.InvalidRequest("That is no tile's name.", field="place")
    if is_partial and not (width.isascii() and width.isdigit() and 1 <= int(width) < WIDTH):
        raise errors.InvalidRequest("A part of a tile has 1 to 255 of its 256.", field="place")
    return int("".join(parts)), int(width) if is_partial else WIDTH
