"""Calls matching as the gateway does, for whoever a test needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import grpc.aio
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from kept.matching.v1 import (
    batch_service_pb2,
    feedback_service_pb2,
    forms_service_pb2,
    intake_service_pb2,
    matching_service_pb2,
    proposal_service_pb2,
    rules_service_pb2,
    triage_service_pb2,
)

from services.chassis.context import Actor
from services.chassis.rpc.status import from_wire
from tests.support.suite_keys import SuiteKeys, person

DOORS = [
    service
    for contract in (
        matching_service_pb2,
        rules_service_pb2,
        batch_service_pb2,
        feedback_service_pb2,
        forms_service_pb2,
        intake_service_pb2,
        proposal_service_pb2,
        triage_service_pb2,
    )
    for service in contract.DESCRIPTOR.services_by_name.values()
]


@dataclass(frozen=True)
class People:
    """Is a practice and the way in."""

    channel: grpc.aio.Channel
    keys: SuiteKeys
    practice_id: str

    def elsewhere(self) -> People:
        """Return the people of another practice."""
        return replace(self, practice_id=str(uuid4()))

    async def ask(self, actor: Actor, method: str, **fields: Any) -> Any:
        """Call a method, under a new request id unless one is given; a refusal is raised as it was."""
        service = next(each for each in DOORS if method in each.methods_by_name)
        described = service.methods_by_name[method]
        if "request_id" in described.input_type.fields_by_name:
            fields.setdefault("request_id", str(uuid4()))
        request: Message = GetMessageClass(described.input_type)(**fields)
        stub = self.channel.unary_unary(
            f"/{service.full_name}/{method}",
            request_serializer=type(request).SerializeToString,
            response_deserializer=GetMessageClass(described.output_type).FromString,
        )
        try:
            return await stub(request, metadata=self.keys.as_person(actor), timeout=10)
        except grpc.aio.AioRpcError as error:
            raise from_wire(error) from error

    def client(self, client_id: str) -> Actor:
        """Return a client."""
        return person(self.practice_id, ["client"], client_id=client_id)

    def admin(self) -> Actor:
        """Return the practice's admin."""
        return person(self.practice_id, ["practice_admin"])

    def desk(self) -> Actor:
        """Return the front desk."""
        return person(self.practice_id, ["front_desk"])

    def therapist(self, therapist_id: str = "") -> Actor:
        """Return a therapist, any unless named."""
        return person(self.practice_id, ["therapist"], therapist_id=therapist_id or str(uuid4()))
