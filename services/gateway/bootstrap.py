"""Puts the gateway together: channels to the services, the way people sign in, the routes."""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import kept.audit.v1
import kept.availability.v1
import kept.booking.v1
import kept.matching.v1
import kept.notifications.v1
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from google.protobuf.descriptor import ServiceDescriptor
from starlette.exceptions import HTTPException
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp

from services.chassis import errors
from services.chassis.config import Misconfigured, ProcessConfig
from services.chassis.identity import Signer
from services.chassis.oidc import DevelopmentIssuer, KeySource, OidcVerifier
from services.chassis.rpc.channels import channel
from services.chassis.rpc.client import Neighbour
from services.gateway import problems
from services.gateway import routes as resources
from services.gateway.accounts import Accounts
from services.gateway.cache import Cache
from services.gateway.callers import Door, Neighbours
from services.gateway.config import ProtectionConfig, SignInConfig
from services.gateway.credentials import Credentials
from services.gateway.cursors import Cursors
from services.gateway.document import describe, serve_document
from services.gateway.dpop import Proofs
from services.gateway.limits import Limits
from services.gateway.live import Hub
from services.gateway.middleware import FrontDoor
from services.gateway.provider import Provider
from services.gateway.routes.issuer import issuer_router
from services.gateway.sessions import Sessions
from services.gateway.sign_ins import SignIns
from services.gateway.switchboard import Switchboard
from services.gateway.trail import Trail

CONTRACTS: dict[str, Any] = {
    "availability": kept.availability.v1,
    "booking": kept.booking.v1,
    "notifications": kept.notifications.v1,
    "matching": kept.matching.v1,
    "audit": kept.audit.v1,
}


def doors(package: Any) -> list[ServiceDescriptor]:
    """Return the gRPC services of a process: those of every `*_service.proto` of its package."""
    names = sorted(each.name for each in pkgutil.iter_modules(package.__path__) if each.name.endswith("_service_pb2"))
    modules = [importlib.import_module(f"{package.__name__}.{name}") for name in names]
    return [service for module in modules for service in module.DESCRIPTOR.services_by_name.values()]


SERVICES = {name: doors(package) for name, package in CONTRACTS.items()}


def routers() -> list[APIRouter]:
    """Return the router of every resource: one file each in `routes/`."""
    names = sorted(each.name for each in pkgutil.iter_modules(resources.__path__))
    modules = [importlib.import_module(f"{resources.__name__}.{name}") for name in names]
    return [module.router for module in modules if hasattr(module, "router")]


class Api(FastAPI):
    """FastAPI without the layers that repeat what the front door does: sizes of bodies are its business."""

    def build_middleware_stack(self) -> ASGIApp:
        """Return what a request passes: crashes, the front door, refusals, the routes."""
        handlers: dict[Any, Any] = {
            kind: each for kind, each in self.exception_handlers.items() if kind is not Exception
        }
        routed = ExceptionMiddleware(AsyncExitStackMiddleware(self.router), handlers)
        return ServerErrorMiddleware(FrontDoor(routed), self.exception_handlers[Exception])


def add_routes(app: FastAPI, router: APIRouter) -> None:
    """Add a resource's routes themselves: an included router is searched, and passed through, by each request."""
    app.router.routes.extend(router.routes)


def routes() -> FastAPI:
    """Return the application with its routes and nothing behind them; the API document needs no more."""
    app = Api(title="Kept", version="1.0.0", docs_url=None, redoc_url=None, openapi_url=None)
    # A redirect would be built from the Host header, which is anybody's to choose.
    app.router.redirect_slashes = False
    for router in routers():
        add_routes(app, router)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    serve_document(app)
    app.add_exception_handler(errors.ServiceError, problems.on_refusal)
    app.add_exception_handler(RequestValidationError, problems.on_invalid)
    app.add_exception_handler(HTTPException, problems.on_http)
    app.add_exception_handler(Exception, problems.on_crash)
    return app


def bootstrap(config: ProcessConfig, sign_in: SignInConfig, protection: ProtectionConfig) -> FastAPI:
    """Return the application, connected when it starts."""
    if config.keys_dir is None:
        raise Misconfigured("KEPT_KEYS_DIR is not set")
    app = routes()
    signer = Signer.read("gateway", config.keys_dir)
    source: Any
    if sign_in.is_development:
        source = DevelopmentIssuer.read(sign_in.issuer, config.keys_dir / "oidc.key", sign_in.users_path)
        add_routes(app, issuer_router(source))
    else:
        source = KeySource(sign_in.jwks_url)
    cache = Cache(config.redis_url)
    hub = Hub(cache, config.redis_url)
    limits = Limits(cache, protection.quotas, protection.replicas, protection.has_limits)
    sessions = Sessions(cache, Cursors(signer.secret("sessions")))
    credentials = Credentials(
        OidcVerifier(sign_in.issuer, source, audience=config.oidc_audience, names=sign_in.claim_names),
        Proofs(cache, signer.secret("proofs"), frozenset({sign_in.origin})),
        sessions,
        sign_in.portals,
    )
    provider = Provider(
        sign_in.issuer,
        source,
        client_id=sign_in.client_id,
        secret=sign_in.client_secret,
        acr=sign_in.acr,
        strong=sign_in.claim_names.strong,
        transport=httpx.ASGITransport(app) if sign_in.is_development else None,
    )
    app.router.middleware_stack = Switchboard(app.router)
    app.state.sign_ins = SignIns(credentials, provider, Cursors(signer.secret("sign-ins")))

    @asynccontextmanager
    async def connected(app: FastAPI) -> AsyncIterator[None]:
        channels = {name: channel(config.target(name), config) for name in SERVICES}
        neighbours = {
            name: Neighbour(channels[name], first, signer, *others) for name, (first, *others) in SERVICES.items()
        }
        trail = Trail(neighbours["audit"], config.instance, signer.secret("trail"))
        app.state.channels = channels
        app.state.door = Door(
            Neighbours(**neighbours),
            credentials,
            signer,
            Cursors(signer.secret("cursors")),
            limits,
            Accounts(neighbours["booking"]),
            trail,
            protection.proxies,
            protection.partners,
        )
        app.state.hub = hub
        listening = asyncio.create_task(hub.run())
        beating = asyncio.create_task(trail.run(), name="beat")
        yield
        listening.cancel()
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)
        await hub.close()
        for each in channels.values():
            await each.close()
        await source.close()
        await provider.close()
        await cache.close()

    app.router.lifespan_context = connected
    return app
