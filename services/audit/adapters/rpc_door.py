"""Reads the trail over gRPC, inside the suite's own network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import jwt
from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from kept.audit.v1 import audit_pb2, audit_service_pb2, report_service_pb2, retention_service_pb2, watch_service_pb2

from services.audit.domain.tiles import split_hashes
from services.audit.domain.verification import Claimed
from services.audit.usecases.door import (
    INCONSISTENT,
    Asked,
    Described,
    Inconsistent,
    Refused,
    ReportAsked,
    Unreachable,
)
from services.chassis import errors
from services.chassis.rpc import tls
from services.chassis.rpc.status import from_wire

TIMEOUT_S = 30
PAGE = 1000

REPORT_PAGE = 200

_SERVICES = (
    audit_service_pb2.DESCRIPTOR.services_by_name["AuditService"],
    report_service_pb2.DESCRIPTOR.services_by_name["ReportService"],
    watch_service_pb2.DESCRIPTOR.services_by_name["WatchService"],
    retention_service_pb2.DESCRIPTOR.services_by_name["RetentionService"],
)
_METHODS = {method.name: method for service in _SERVICES for method in service.methods}


class RpcDoor:
    """The trail over gRPC, with an actor token."""

    is_http = False

    def __init__(self, target: str, token: str, *, tls_dir: Path | None = None) -> None:
        self._token = token
        if tls_dir is None:
            self._channel = grpc.insecure_channel(target)
        else:
            self._channel = grpc.secure_channel(target, tls.channel_credentials(tls_dir))

    def close(self) -> None:
        """Give the connection back."""
        self._channel.close()

    def practice_id(self) -> str:
        """Return whose trail the token opens; the service verifies it, this only reads."""
        try:
            return str(jwt.decode(self._token, options={"verify_signature": False})["practice"])
        except (jwt.InvalidTokenError, KeyError):
            raise Refused("the token names no practice") from None

    def page(self, asked: Asked, cursor: str) -> tuple[list[Claimed], str]:
        """Return records, newest first, and where to go on."""
        request = audit_service_pb2.QueryRecordsRequest(
            client_id=asked.client_id,
            actor_id=asked.actor_id,
            page_size=PAGE,
            page_token=cursor,
            is_evidence=asked.is_evidence,
        )
        if asked.since:
            request.from_time.FromDatetime(asked.since)
        if asked.until:
            request.to_time.FromDatetime(asked.until)
        answer = self.ask("QueryRecords", request)
        return [_claimed(each) for each in answer.records], answer.next_page_token

    def record(self, seq: int) -> Claimed:
        """Return one record."""
        return _claimed(self.ask("GetRecord", audit_service_pb2.GetRecordRequest(seq=seq)))

    def checkpoint(self) -> str:
        """Return the latest signed note."""
        return str(self.ask("GetCheckpoint", audit_service_pb2.GetCheckpointRequest()).note)

    def inclusion(self, seq: int, size: int) -> list[bytes]:
        """Return the proof that a record is in the tree."""
        request = audit_service_pb2.GetInclusionProofRequest(seq=seq, tree_size=size)
        return list(self.ask("GetInclusionProof", request).hashes)

    def consistency(self, first: int, second: int) -> list[bytes]:
        """Return the proof that the tree only grew."""
        request = audit_service_pb2.GetConsistencyProofRequest(first_size=first, second_size=second)
        return list(self.ask("GetConsistencyProof", request).hashes)

    def detached(self) -> tuple[int, str]:
        """Return how many records, from the first on, were taken out, and the signed statement of it."""
        answer = self.ask("GetDetached", audit_service_pb2.GetDetachedRequest())
        return int(answer.end_seq), str(answer.note)

    def tile(self, level: int, index: int, width: int) -> list[bytes]:
        """Return the hashes of a tile."""
        request = audit_service_pb2.GetTileRequest(level=level, index=index, width=width)
        return split_hashes(self.ask("GetTile", request).hashes)

    def reports(self) -> list[Described]:
        """Return what reports there are."""
        found = self.ask("ListReports", report_service_pb2.ListReportsRequest())
        return [Described(each.name, each.summary, each.required, each.optional) for each in found.reports]

    def report(self, asked: ReportAsked, cursor: str) -> tuple[list[str], str]:
        """Return lines of a report, the first page with its header, and where to go on."""
        wanted = {"report": _enum("REPORT", asked.name), "format": _enum("EXPORT_FORMAT", asked.form)}
        request = report_service_pb2.RunReportRequest(page_size=REPORT_PAGE, page_token=cursor)
        try:
            ParseDict({**wanted, **asked.parameters}, request)
        except ParseError as error:
            raise Refused(str(error)) from None
        answer = self.ask("RunReport", request)
        header = [answer.header] if answer.header and not cursor else []
        return [*header, *answer.lines], answer.next_page_token

    def keep(self, method: str, fields: Mapping[str, str | int | bool]) -> dict[str, Any]:
        """Call a method of keeping and destroying."""
        request = GetMessageClass(_METHODS[method].input_type)()
        told = {name: f"REASON_{value}" if name == "reason" else value for name, value in fields.items() if value != ""}
        if "request_id" in request.DESCRIPTOR.fields_by_name:
            told["request_id"] = str(uuid4())
        try:
            ParseDict(told, request)
        except ParseError as error:
            raise Refused(str(error)) from None
        answer = self.ask(method, request)
        return dict(MessageToDict(answer, preserving_proto_field_name=True, always_print_fields_with_no_presence=True))

    def ask(self, method: str, request: Message) -> Any:
        """Call a method. Raises Unreachable, Refused or Inconsistent."""
        described = _METHODS[method]
        call = self._channel.unary_unary(
            f"/{described.containing_service.full_name}/{method}",
            request_serializer=type(request).SerializeToString,
            response_deserializer=GetMessageClass(described.output_type).FromString,
        )
        try:
            return call(request, timeout=TIMEOUT_S, metadata=(("authorization", f"Bearer {self._token}"),))
        except grpc.RpcError as wire:
            error = from_wire(wire)
        if isinstance(error, errors.Unavailable):
            raise Unreachable(error.message)
        text = f"{error.reason}: {error.message}"
        if error.reason == INCONSISTENT:
            raise Inconsistent(" ".join([text, *(f"{name}={value}" for name, value in error.metadata.items())]))
        raise Refused(text)


def _enum(prefix: str, name: str) -> str:
    return f"{prefix}_{name.upper().replace('-', '_')}"


def _claimed(record: audit_pb2.Record) -> Claimed:
    columns = {
        "client_id": record.client_id,
        "actor_id": record.actor_id,
        "operation": record.operation,
        "stage": record.stage,
        "occur_time": record.occur_time.ToJsonString(),
    }
    # Bytes that are no text any more do not hash to their leaf either, whatever stands for them.
    return Claimed(record.seq, record.canonical.decode(errors="replace"), record.leaf_hash, columns)
