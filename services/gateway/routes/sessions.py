"""Sessions of the portals: sign in, see, step up, sign out, here and everywhere."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from services.chassis import errors
from services.gateway.callers import Door
from services.gateway.credentials import COOKIE, give_cookie
from services.gateway.problems import row_of
from services.gateway.provider import FLOW_S
from services.gateway.routes.describing import SignedIn, answers
from services.gateway.sessions import Session, ended
from services.gateway.sign_ins import CALLBACK, SignIns
from services.gateway.trail import Trail

router = APIRouter(tags=["sessions"])

FLOW_COOKIE = "__Host-flow"
FLOW_ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age="

ReturnTo = Annotated[str, Query(max_length=512, pattern=r"^/([A-Za-z0-9._~-]+/?)*$", description="A path of ours.")]

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in</title>
<link rel="stylesheet" href="/assets/link.css">
</head>
<body>
<main>
<h1>{title}</h1>
<p>{detail}</p>
<p><a href="/session/sign-in">Sign in</a></p>
</main>
</body>
</html>
"""


class SessionOut(BaseModel):
    """A session: never the secret that opens it."""

    session_id: str
    portal: str = Field(description="client, desk or compliance.")
    actor_id: str
    practice_id: str
    roles: list[str]
    client_id: str
    therapist_id: str
    strength: str = Field(description="mfa, or how else the person proved who they are.")
    auth_time: datetime = Field(description="When they last did.")
    expire_time: datetime = Field(description="When the session ends, whatever happens.")
    idle_s: int = Field(description="Seconds after which it ends without a request.")


class SessionsOut(BaseModel):
    """Where a person is signed in."""

    sessions: list[SessionOut]


class SignedOutOut(BaseModel):
    """What a sign-out came to."""

    ended: int = Field(description="Sessions that ended.")
    sign_out_url: str = Field(description="Where the browser signs out at the identity provider too; may be empty.")


@router.get("/session/sign-in", include_in_schema=False)
async def sign_in(
    request: Request,
    return_to: ReturnTo = "/",
    level: Annotated[str, Query(pattern=r"^(mfa)?$")] = "",
    max_age_s: Annotated[int, Query(ge=-1, le=86400)] = -1,
) -> Response:
    """Send the browser to the identity provider; `level=mfa&max_age_s=0` proves anew who somebody is."""
    ins: SignIns = request.app.state.sign_ins
    portal = ins.credentials.portal(request)
    url, cookie = await ins.begin(portal, return_to=return_to, is_strong=level == "mfa", max_age_s=max_age_s)
    return RedirectResponse(url, 303, {"Set-Cookie": f"{FLOW_COOKIE}={cookie}; {FLOW_ATTRIBUTES}{FLOW_S}"})


@router.get(CALLBACK, include_in_schema=False)
async def callback(request: Request) -> Response:
    """Take the browser back from the identity provider and begin its session."""
    ins: SignIns = request.app.state.sign_ins
    portal = ins.credentials.portal(request)
    seen = _seen(request)
    try:
        try:
            cookie = request.cookies.get(FLOW_COOKIE, "")
            secret, session, return_to = await ins.finish(portal, request.query_params, cookie)
        except (errors.Unauthenticated, errors.Forbidden) as error:
            await _trail(request).sign_in_failed(reason=error.reason, **seen)
            raise
        try:
            await _trail(request).signed_in(session.actor, **seen)
        except errors.Unavailable:
            await ins.credentials.sessions.end(session)
            raise
        await _end_former(ins, request)
    except errors.ServiceError as error:
        _, status, title = row_of(error)
        return HTMLResponse(_PAGE.format(title=escape(title), detail=escape(error.message)), status)
    give_cookie(request, secret)
    return RedirectResponse(return_to, 303, {"Set-Cookie": f"{FLOW_COOKIE}=; {FLOW_ATTRIBUTES}0"})


@router.post("/session/provider-signed-out", include_in_schema=False)
async def provider_signed_out(request: Request) -> Response:
    """End sessions on the provider's word (OpenID Connect Back-Channel Logout 1.0)."""
    ins: SignIns = request.app.state.sign_ins
    form = parse_qs((await request.body()).decode("utf-8", "replace"))
    for session in await ins.provider_signed_out(form.get("logout_token", [""])[0]):
        await _trail(request).signed_out(session.actor, reason="PROVIDER_SIGNED_OUT", **_seen(request))
    return Response(status_code=200)


@router.get(
    "/v1/session",
    operation_id="getSession",
    summary="See the browser's session",
    response_model=SessionOut,
    responses=answers(None, 404),
)
async def see(caller: SignedIn, request: Request) -> Response:
    """Returns who is signed in at this portal and until when; needs the portal's cookie."""
    return JSONResponse(_shown(_own(request)))


@router.delete(
    "/v1/session",
    operation_id="endSession",
    summary="Sign out here",
    response_model=SignedOutOut,
    responses=answers(None, 404),
)
async def sign_out(caller: SignedIn, request: Request) -> Response:
    """Ends the browser's session and takes its cookie; other portals stay signed in."""
    ins: SignIns = request.app.state.sign_ins
    session = _own(request)
    await _trail(request).signed_out(session.actor, reason="SIGNED_OUT", **_seen(request))
    url = await ins.sign_out(ins.credentials.portal(request), session)
    give_cookie(request, "")
    return JSONResponse({"ended": 1, "sign_out_url": url})


@router.get(
    "/v1/sessions",
    operation_id="listSessions",
    summary="See where one is signed in",
    response_model=SessionsOut,
    responses=answers(None),
)
async def see_all(caller: SignedIn, request: Request) -> Response:
    """Lists the person's own sessions at all portals, the newest first."""
    ins: SignIns = request.app.state.sign_ins
    found = await ins.credentials.sessions.of_person(caller.actor.practice_id, caller.actor.actor_id)
    return JSONResponse({"sessions": [_shown(each) for each in found]})


@router.delete(
    "/v1/sessions",
    operation_id="endSessions",
    summary="Sign out everywhere",
    response_model=SignedOutOut,
    responses=answers(None),
)
async def sign_out_everywhere(caller: SignedIn, request: Request) -> Response:
    """Ends all of the person's sessions, at every portal and in every browser."""
    ins: SignIns = request.app.state.sign_ins
    sessions = ins.credentials.sessions
    await _trail(request).signed_out(caller.actor, reason="SIGNED_OUT_EVERYWHERE", **_seen(request))
    over = await sessions.end_all(caller.actor.practice_id, caller.actor.actor_id)
    url = ""
    session: Session | None = getattr(request.state, "session", None)
    if session is not None:
        give_cookie(request, "")
        url = await ins.farewell(ins.credentials.portal(request), session)
    return JSONResponse({"ended": len(over), "sign_out_url": url})


async def _end_former(ins: SignIns, request: Request) -> None:
    """End what this browser was signed in with before: a secret from before a sign-in is good for nothing after it."""
    sessions = ins.credentials.sessions
    try:
        former, _ = await sessions.find(request.cookies.get(COOKIE, ""), is_used=False)
        await sessions.end(former)
    except errors.Unauthenticated:
        return


def _trail(request: Request) -> Trail:
    door: Door = request.app.state.door
    return door.trail


def _seen(request: Request) -> dict[str, str]:
    """Return where a request came from, for the trail."""
    return {"address": request.state.address, "trace": request.headers["traceparent"]}


def _own(request: Request) -> Session:
    """Return the session a request came with. Raises Unauthenticated when it came with a token instead."""
    session: Session | None = getattr(request.state, "session", None)
    if session is None:
        raise ended()
    return session


def _shown(session: Session) -> dict[str, Any]:
    actor = session.actor
    return {
        "session_id": session.session_id,
        "portal": session.portal,
        "actor_id": actor.actor_id,
        "practice_id": actor.practice_id,
        "roles": sorted(actor.roles),
        "client_id": actor.client_id,
        "therapist_id": actor.therapist_id,
        "strength": actor.strength,
        "auth_time": _instant(actor.auth_time),
        "expire_time": _instant(session.expire_time),
        "idle_s": session.idle_s,
    }


def _instant(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
