"""The development issuer: signs demo users in where no identity provider is configured."""

from __future__ import annotations

import secrets
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from services.chassis import errors
from services.chassis.oidc import ALGORITHMS, DEVELOPMENT_TOKEN_S, DemoUser, DevelopmentIssuer, actor_of
from services.gateway.callers import Door
from services.gateway.code_flow import CodeFlow, Invalid, Wish, is_local
from services.gateway.credentials import add_header
from services.gateway.limits import Limited
from services.gateway.routes.describing import SignedIn

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Development sign-in</title>
<link rel="stylesheet" href="/assets/link.css">
</head>
<body>
<main>
<h1>Development sign-in</h1>
{note}
<form method="post">
<p><label>User <input name="username" autocomplete="username" required></label></p>
<p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
<p><label>Second factor, if asked for <input name="otp" autocomplete="one-time-code"></label></p>
<button type="submit">Sign in</button>
</form>
</main>
</body>
</html>
"""
_ONE_FACTOR = '<p role="alert">The second factor is needed here.</p>'
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_WRONG = '<p role="alert">The user or the password is wrong.</p>'


def issuer_router(issuer: DevelopmentIssuer) -> APIRouter:
    """Return the routes of the issuer; mounted only for development."""
    router = APIRouter(prefix="/dev-issuer", tags=["development sign-in"], include_in_schema=False)
    codes = CodeFlow()

    @router.get("/.well-known/openid-configuration")
    async def configuration() -> dict[str, Any]:
        """Describe the issuer (OpenID Connect Discovery)."""
        return {
            "issuer": issuer.issuer,
            "authorization_endpoint": f"{issuer.issuer}/authorize",
            "token_endpoint": f"{issuer.issuer}/token",
            "userinfo_endpoint": f"{issuer.issuer}/userinfo",
            "end_session_endpoint": f"{issuer.issuer}/end-session",
            "jwks_uri": f"{issuer.issuer}/jwks",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "client_credentials", "password"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
            "dpop_signing_alg_values_supported": list(ALGORITHMS),
            "acr_values_supported": ["mfa"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["EdDSA"],
            "scopes_supported": ["openid"],
            "authorization_response_iss_parameter_supported": True,
        }

    @router.get("/jwks")
    async def jwks() -> dict[str, Any]:
        """Return the public keys."""
        return issuer.keys()

    @router.get("/authorize")
    async def ask(request: Request) -> Response:
        """Show the sign-in page for an application's wish."""
        try:
            return _page(Wish.read(request.query_params))
        except Invalid as invalid:
            return _refused(invalid)

    @router.post("/authorize")
    async def sign_in(request: Request) -> Response:
        """Sign in and send the browser back with a code."""
        try:
            wish = Wish.read(request.query_params)
        except Invalid as invalid:
            return _refused(invalid)
        form = await _form(request)
        try:
            user = await _authenticated(request, issuer, form)
        except errors.Unauthenticated:
            return _page(wish, _WRONG, 401)
        if wish.needs_strong and not form.get("otp"):
            return _page(wish, _ONE_FACTOR, 401)
        answer = {
            "code": codes.issue(user, wish, is_strong=bool(form.get("otp"))),
            "iss": issuer.issuer,
            **({"state": wish.state} if wish.state else {}),
        }
        joint = "&" if urlsplit(wish.redirect_uri).query else "?"
        return RedirectResponse(f"{wish.redirect_uri}{joint}{urlencode(answer)}", 303)

    @router.post("/token")
    async def token(request: Request) -> Response:
        """Exchange a code, or (for scripts) sign a demo user in by name and password."""
        form = await _form(request)
        kind = form.get("grant_type", "password")
        thumbprint = await _bound(request)
        answer: dict[str, Any] = {
            "token_type": "DPoP" if thumbprint else "Bearer",
            "expires_in": DEVELOPMENT_TOKEN_S,
        }
        if kind == "authorization_code":
            try:
                grant = codes.redeem(
                    form.get("code", ""),
                    client_id=form.get("client_id", ""),
                    redirect_uri=form.get("redirect_uri", ""),
                    verifier=form.get("code_verifier", ""),
                )
            except Invalid as invalid:
                return _refused(invalid)
            session_id = secrets.token_hex(8)
            answer["access_token"] = issuer.access_token(
                grant.user,
                is_strong=grant.is_strong,
                scope=grant.wish.scope,
                session_id=session_id,
                thumbprint=thumbprint,
            )
            answer["id_token"] = issuer.id_token(
                grant.user,
                client_id=grant.wish.client_id,
                nonce=grant.wish.nonce,
                is_strong=grant.is_strong,
                session_id=session_id,
            )
        elif kind == "client_credentials":
            if form.get("client_assertion_type") != _ASSERTION:
                return _refused(Invalid("invalid_client"))
            answer["access_token"] = issuer.access_token(
                await _program(request, issuer, form.get("client_assertion", "")),
                scope=form.get("scope", ""),
                thumbprint=thumbprint,
            )
        elif kind == "password":
            answer["access_token"] = issuer.access_token(
                await _authenticated(request, issuer, form),
                is_strong=bool(form.get("otp")),
                scope=form.get("scope", ""),
                thumbprint=thumbprint,
            )
        else:
            raise errors.InvalidRequest("There is no such grant here.", field="grant_type")
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    @router.get("/userinfo")
    async def userinfo(caller: SignedIn) -> dict[str, Any]:
        """Return who the access token is of."""
        actor = caller.actor
        return {
            "sub": actor.actor_id,
            "kept_practice": actor.practice_id,
            "kept_roles": sorted(actor.roles),
            "kept_client": actor.client_id,
            "kept_therapist": actor.therapist_id,
        }

    @router.get("/end-session")
    async def end_session(request: Request) -> Response:
        """Send the browser back after a sign-out; the issuer keeps no session of its own."""
        back = request.query_params.get("post_logout_redirect_uri", "")
        if not is_local(back):
            return _refused(Invalid("invalid_request"))
        return RedirectResponse(back, 303)

    return router


async def _program(request: Request, issuer: DevelopmentIssuer, assertion: str) -> DemoUser:
    """Check a program's assertion, and tell the trail."""
    door: Door = request.app.state.door
    try:
        found = issuer.system(assertion, f"{issuer.issuer}/token")
    except errors.Unauthenticated as refusal:
        await door.trail.sign_in_failed(reason=refusal.reason, address=request.state.address)
        await door.limits.spend(("refused", request.state.address))
        raise
    await door.trail.signed_in(actor_of(found), address=request.state.address)
    return found


async def _bound(request: Request) -> str:
    """Return the key a token is asked to be bound to (RFC 9449, 5); empty for a bearer token."""
    door: Door = request.app.state.door
    proof = request.headers.get("dpop", "")
    proofs = door.credentials.proofs
    if not proof:
        return ""
    try:
        return await proofs.check(proof, method=request.method, path=request.url.path)
    finally:
        add_header(request, "DPoP-Nonce", proofs.nonce())


async def _form(request: Request) -> dict[str, str]:
    fields = parse_qs((await request.body()).decode("utf-8", "replace"))
    return {name: values[0] for name, values in fields.items()}


async def _authenticated(request: Request, issuer: DevelopmentIssuer, form: dict[str, str]) -> DemoUser:
    """Check name and password, and tell the trail; a name that was guessed at too often has to wait."""
    door: Door = request.app.state.door
    name, address = form.get("username", ""), request.state.address
    tried = (("sign-in", name), ("refused", address))
    try:
        await door.limits.spend(*tried, cost=0)
        user = issuer.authenticate(name, form.get("password", ""), form.get("otp", ""))
    except (errors.Unauthenticated, Limited) as refusal:
        await door.trail.sign_in_failed(name, reason=refusal.reason, address=address)
        if not isinstance(refusal, Limited):
            await door.limits.spend(*tried)
        raise
    await door.trail.signed_in(actor_of(user, is_strong=bool(form.get("otp"))), address=address)
    return user


def _page(wish: Wish, note: str = "", status: int = 200) -> HTMLResponse:
    # A browser holds a form's redirect against form-action too: the application's origin must stand there.
    back = urlsplit(wish.redirect_uri)
    policy = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {back.scheme}://{back.netloc}"
    )
    return HTMLResponse(_PAGE.format(note=note), status, headers={"Content-Security-Policy": policy})


def _refused(invalid: Invalid) -> JSONResponse:
    """Answer as OAuth does (RFC 6749 5.2); never by a redirect to an address that was not checked."""
    return JSONResponse({"error": escape(str(invalid))}, 400, headers={"Cache-Control": "no-store"})
