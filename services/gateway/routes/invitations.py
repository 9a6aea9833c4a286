"""The page that the mail of an invitation leads to: what to do, and where to sign in."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.gateway import link_pages
from services.gateway.callers import Door

router = APIRouter(tags=["links"], include_in_schema=False)

SIGN_IN = "/session/sign-in?return_to=/account"
"""The client portal's page that asks for code and birth date is where a sign-in from here ends."""


@router.get("/invitation")
async def invitation(request: Request) -> HTMLResponse:
    """Say it in the browser's language; the code is in the mail, so that no log and no scanner has it."""
    door: Door = request.app.state.door
    origin = next((each.origin for each in door.credentials.portals.values() if each.name == "client"), "")
    return link_pages.invitation(request.headers.get("accept-language", ""), sign_in=origin + SIGN_IN if origin else "")
