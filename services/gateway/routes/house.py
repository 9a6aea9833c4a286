"""The house itself: probes, who am I, the API reference, and what each problem means."""

from __future__ import annotations

import asyncio
from html import escape
from pathlib import Path
from typing import Any

import grpc.aio
from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from grpc_health.v1 import health_pb2, health_pb2_grpc

from services.gateway.problems import TYPES, problem
from services.gateway.routes.describing import SignedIn, answers

router = APIRouter(tags=["house"])
PAGES = Path(__file__).parents[1] / "pages"
ASSETS = {
    "reference.css": "text/css",
    "reference.js": "text/javascript",
    "link.css": "text/css",
    "link.js": "text/javascript",
}

PROBE_TIMEOUT_S = 1.0


@router.get("/v1/me", operation_id="getMe", summary="See who is signed in", responses=answers(None))
async def me(caller: SignedIn) -> dict[str, Any]:
    """Returns the actor the services will see."""
    actor = caller.actor
    return {
        "actor_id": actor.actor_id,
        "practice_id": actor.practice_id,
        "roles": sorted(actor.roles),
        "client_id": actor.client_id,
        "therapist_id": actor.therapist_id,
    }


@router.get("/healthz", include_in_schema=False)
async def live() -> dict[str, str]:
    """Say that the process turns."""
    return {"status": "live"}


@router.get("/readyz", include_in_schema=False)
async def ready(request: Request) -> Response:
    """Say whether every service behind the door is ready, and which is not."""
    channels: dict[str, grpc.aio.Channel] = request.app.state.channels
    answers = await asyncio.gather(*(_is_ready(channel) for channel in channels.values()))
    missing = [name for name, is_ready in zip(channels, answers, strict=True) if not is_ready]
    # Redis is no reason to be unready: without it the limits are kept alone.
    limits = "shared" if request.app.state.door.limits.is_shared else "alone"
    answer = {"status": "ready" if not missing else "waiting", "missing": missing, "limits": limits}
    return JSONResponse(answer, 503 if missing else 200)


async def _is_ready(channel: grpc.aio.Channel) -> bool:
    try:
        probe = health_pb2.HealthCheckRequest(service="ready")
        answer = await health_pb2_grpc.HealthStub(channel).Check(probe, timeout=PROBE_TIMEOUT_S)
    except grpc.aio.AioRpcError:
        return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


@router.get("/docs", include_in_schema=False)
async def reference() -> Response:
    """Serve the API reference; nothing in it comes from another host."""
    return FileResponse(PAGES / "reference.html", media_type="text/html")


@router.get("/assets/{name}", include_in_schema=False)
async def asset(name: str) -> Response:
    """Serve a file of our own pages."""
    if name not in ASSETS:
        return problem("not-found", 404, "There is no such thing")
    return FileResponse(PAGES / name, media_type=ASSETS[name], headers={"Cache-Control": "public, max-age=3600"})


@router.get("/problems/{name}", include_in_schema=False)
async def explain(name: str) -> Response:
    """Say what a problem type means."""
    row = TYPES.get(name)
    if row is None:
        return problem("not-found", 404, "There is no such thing")
    _, status, title = row
    head = f"<!doctype html><html lang=en><title>{escape(name)}</title>"
    return HTMLResponse(f"{head}<h1>{escape(name)}</h1><p>{status}: {escape(title)}.</p>")
