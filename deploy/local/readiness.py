"""Asks a process whether it is ready."""

from __future__ import annotations

import http.client
import socket

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

READY = "ready"
"""The health service's name for "send me calls"; the other two are "live" and "startup"."""


def grpc_ready(port: int, *, service: str = READY, timeout_s: float = 1.0) -> bool:
    """Whether the gRPC server on loopback says it serves."""
    options = [("grpc.enable_http_proxy", 0), ("grpc.use_local_subchannel_pool", 1)]
    with grpc.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
        try:
            answer = health_pb2_grpc.HealthStub(channel).Check(
                health_pb2.HealthCheckRequest(service=service), timeout=timeout_s
            )
        except grpc.RpcError:
            return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def http_ready(port: int, *, path: str, timeout_s: float = 1.0) -> bool:
    """Whether a GET on loopback answers 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def tcp_ready(port: int, *, timeout_s: float = 1.0) -> bool:
    """Whether something listens on loopback."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=timeout_s).close()
    except OSError:
        return False
    return True
