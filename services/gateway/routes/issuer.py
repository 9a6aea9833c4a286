"""The development issuer: signs demo users in where no identity provider is configured."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from services.chassis import errors
from services.chassis.oidc import DEVELOPMENT_TOKEN_S, DevelopmentIssuer
from services.gateway.limits import Limits


def issuer_router(issuer: DevelopmentIssuer) -> APIRouter:
    """Return the routes of the issuer; mounted only for development."""
    router = APIRouter(prefix="/dev-issuer", tags=["development sign-in"], include_in_schema=False)

    @router.get("/.well-known/openid-configuration")
    async def configuration() -> dict[str, Any]:
        """Describe the issuer (OpenID Connect Discovery)."""
        return {
            "issuer": issuer.issuer,
            "jwks_uri": f"{issuer.issuer}/jwks",
            "token_endpoint": f"{issuer.issuer}/token",
            "grant_types_supported": ["password"],
            "id_token_signing_alg_values_supported": ["EdDSA"],
        }

    @router.get("/jwks")
    async def jwks() -> dict[str, Any]:
        """Return the public keys."""
        return issuer.keys()

    @router.post("/token")
    async def token(request: Request) -> JSONResponse:
        """Sign a demo user in: form fields username and password, otp for a strong sign-in, scope for an app's."""
        form = parse_qs((await request.body()).decode("utf-8", "replace"))
        name, password, code, scope = (form.get(field, [""])[0] for field in ("username", "password", "otp", "scope"))
        if form.get("grant_type", ["password"]) != ["password"]:
            raise errors.InvalidRequest("Only the password grant is offered.", field="grant_type")
        limits: Limits = request.app.state.door.limits
        tried = (("sign-in", name), ("refused", request.state.address))
        await limits.spend(*tried, cost=0)
        try:
            access_token = issuer.sign_in(name, password, code, scope)
        except errors.Unauthenticated:
            await limits.spend(*tried)
            raise
        answer = {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": DEVELOPMENT_TOKEN_S,
        }
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    return router
