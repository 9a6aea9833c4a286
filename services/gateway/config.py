"""What the gateway is told by its environment, beyond what every process is told."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.chassis.config import Misconfigured, ProcessConfig


@dataclass(frozen=True, slots=True)
class SignInConfig:
    """How people prove who they are."""

    issuer: str
    jwks_url: str
    """Empty: the embedded development issuer answers."""

    users_path: Path | None
    """KEPT_DEMO_USERS: JSON list of users of the development issuer."""

    @property
    def is_development(self) -> bool:
        """Tell whether the embedded issuer signs people in."""
        return not self.jwks_url


def read_sign_in(config: ProcessConfig, environ: Mapping[str, str] = os.environ) -> SignInConfig:
    """Read the settings. Raises Misconfigured when only one half of an outside issuer is set."""
    if bool(config.oidc_issuer) != bool(config.oidc_jwks_url):
        raise Misconfigured("KEPT_OIDC_ISSUER and KEPT_OIDC_JWKS_URL go together")
    users = environ.get("KEPT_DEMO_USERS", "")
    return SignInConfig(
        issuer=config.oidc_issuer or f"{config.public_url or 'http://localhost'}/dev-issuer",
        jwks_url=config.oidc_jwks_url,
        users_path=Path(users) if users else None,
    )
