"""Calls a neighbour: its replicas in turn, within the caller's time, in the caller's name."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import grpc.aio
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from services.chassis.context import Call
from services.chassis.identity import Signer
from services.chassis.rpc import status
from services.chassis.rpc.channels import Channel

DEFAULT_TIMEOUT_S = 5.0
"""Seconds a call may take when its caller set no deadline."""

MARGIN_S = 0.05
"""Seconds of the caller's time kept back for answering."""


class Neighbour:
    """
    The services of another process, called by method name.

    Args:
        others: Further services of the same process; no two have a method of one name.
    """

    def __init__(
        self, channel: Channel, service: ServiceDescriptor, signer: Signer, *others: ServiceDescriptor
    ) -> None:
        self._signer = signer
        self._methods: dict[str, Callable[..., Any]] = {
            method.name: channel.unary_unary(
                f"/{each.full_name}/{method.name}",
                request_serializer=lambda message: message.SerializeToString(),
                response_deserializer=GetMessageClass(method.output_type).FromString,
            )
            for each in (service, *others)
            for method in each.methods
        }

    async def call(self, method: str, request: Message, call: Call) -> Any:
        """
        Call *method* for *call*'s actor, within what is left of its time.

        The actor's own token goes along unchanged, beside a token of this service. A call without an
        actor's token (a reaction, a job, a link) goes in this service's own name.

        Raises:
            ServiceError: What the neighbour refused, with reason and details.
            Unavailable: It does not answer. (UNAVAILABLE)
            DeadlineExceeded: It did not answer in time. (DEADLINE_EXCEEDED)
        """
        metadata = [("x-kept-service", self._signer.service_token()), ("x-kept-practice", call.practice_id)]
        if call.actor_token:
            metadata.append(("authorization", f"Bearer {call.actor_token}"))
        if call.trace:
            metadata.append(("traceparent", call.trace))
        call.is_passed_on = True
        try:
            return await self._methods[method](request, metadata=metadata, timeout=_time_left(call))
        except grpc.aio.AioRpcError as error:
            raise status.from_wire(error) from error


def _time_left(call: Call) -> float:
    if call.deadline is None:
        return DEFAULT_TIMEOUT_S
    left = call.deadline - time.monotonic() - MARGIN_S
    if left <= 0:
        raise status.DeadlineExceeded("There is no time left to ask a neighbour.")
    return left
