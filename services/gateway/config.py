"""What the gateway is told by its environment, beyond what every process is told."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from services.chassis.claims import ClaimNames, read_claim_names
from services.chassis.config import Misconfigured, ProcessConfig
from services.gateway.addresses import Network, read_proxies
from services.gateway.limits import Quota, read_quotas
from services.gateway.portals import Portal, read_portals


@dataclass(frozen=True, slots=True)
class SignInConfig:
    """How people prove who they are."""

    issuer: str
    jwks_url: str
    """Empty: the embedded development issuer answers."""

    users_path: Path | None
    """KEPT_DEMO_USERS: JSON list of users of the development issuer."""

    portals: Mapping[str, Portal]
    """KEPT_PORTAL_ORIGINS: where people sign in by browser, by Host header. Default: nowhere."""

    client_id: str
    """KEPT_OIDC_CLIENT_ID: as whom the portals' sign-ins are asked for. Default: kept-portal."""

    client_secret: str
    """KEPT_OIDC_CLIENT_SECRET_FILE: holds its secret. Default: none."""

    claim_names: ClaimNames
    """KEPT_OIDC_CLAIMS: by which names the provider tells who somebody is. Default: kept_practice and so on."""

    acr: str
    """KEPT_OIDC_ACR: the authentication context that is asked for where two factors are needed. Default: mfa."""

    origin: str
    """KEPT_PUBLIC_URL's: what a proof of a bound token must name."""

    @property
    def is_development(self) -> bool:
        """Tell whether the embedded issuer signs people in."""
        return not self.jwks_url


def read_sign_in(config: ProcessConfig, environ: Mapping[str, str] = os.environ) -> SignInConfig:
    """Read the settings. Raises Misconfigured when only one half of an outside issuer is set."""
    if bool(config.oidc_issuer) != bool(config.oidc_jwks_url):
        raise Misconfigured("KEPT_OIDC_ISSUER and KEPT_OIDC_JWKS_URL go together")
    users = environ.get("KEPT_DEMO_USERS", "")
    secret = environ.get("KEPT_OIDC_CLIENT_SECRET_FILE", "")
    public = urlsplit(config.public_url or "http://localhost")
    return SignInConfig(
        issuer=config.oidc_issuer or f"{config.public_url or 'http://localhost'}/dev-issuer",
        jwks_url=config.oidc_jwks_url,
        users_path=Path(users) if users else None,
        portals=read_portals(environ.get("KEPT_PORTAL_ORIGINS", "")),
        client_id=environ.get("KEPT_OIDC_CLIENT_ID", "kept-portal"),
        client_secret=Path(secret).read_text(encoding="utf-8").strip() if secret else "",
        claim_names=read_claim_names(environ.get("KEPT_OIDC_CLAIMS", "")),
        acr=environ.get("KEPT_OIDC_ACR", "mfa"),
        origin=f"{public.scheme}://{public.netloc}".lower(),
    )


@dataclass(frozen=True, slots=True)
class ProtectionConfig:
    """Whom the gateway believes about addresses, and how much anybody may ask for."""

    quotas: Mapping[str, Quota]
    """KEPT_RATE_LIMITS: limits that differ from the built-in ones, or "off"."""

    has_limits: bool
    replicas: int
    """KEPT_GATEWAY_REPLICAS: gateways that share the limits while Redis is away. Default 1."""

    proxies: tuple[Network, ...]
    """KEPT_TRUSTED_PROXIES: networks whose X-Forwarded-For is believed. Default: none."""

    partners: frozenset[str]
    """KEPT_PARTNER_ORIGINS: origins whose pages may call with a token of their own (CORS). Default: none."""


def read_protection(environ: Mapping[str, str] = os.environ) -> ProtectionConfig:
    """Read the settings. Raises Misconfigured when one can't be read."""
    quotas, has_limits = read_quotas(environ.get("KEPT_RATE_LIMITS", ""))
    replicas = environ.get("KEPT_GATEWAY_REPLICAS", "1")
    if not replicas.isdigit() or not int(replicas):
        raise Misconfigured(f"KEPT_GATEWAY_REPLICAS is no number of gateways: {replicas}")
    return ProtectionConfig(
        quotas,
        has_limits,
        int(replicas),
        read_proxies(environ.get("KEPT_TRUSTED_PROXIES", "")),
        read_partners(environ.get("KEPT_PARTNER_ORIGINS", "")),
    )


def read_partners(text: str) -> frozenset[str]:
    """Read KEPT_PARTNER_ORIGINS, with blanks between. Raises Misconfigured when one is no origin."""
    for origin in text.split():
        parts = urlsplit(origin)
        if parts.scheme not in ("https", "http") or f"{parts.scheme}://{parts.netloc}" != origin or "*" in origin:
            raise Misconfigured(f"KEPT_PARTNER_ORIGINS: {origin} is no origin")
    return frozenset(text.split())
