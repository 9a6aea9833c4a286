"""Between forms, answers, consents and dues and the contract's messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import TypeVar

from kept.matching.v1 import forms_pb2

from services.chassis.errors import InvalidRequest
from services.matching.adapters.proto import stamp_of
from services.matching.adapters.triage_proto import instrument_to, wording_from
from services.matching.domain.consents import Document, Due, Signature
from services.matching.domain.forms import (
    LENGTH,
    Condition,
    Form,
    FormSide,
    Item,
    Kind,
    Operator,
    Option,
    Score,
)
from services.matching.usecases.form_ports import Response

E = TypeVar("E", bound=IntEnum)


def form_from(message: forms_pb2.Form, *, form_id: str, version: int = 0) -> Form:
    """Read a form; its version is ours to say."""
    return Form(
        form_id=form_id,
        title=message.title.strip(),
        items=tuple(_item_from(each) for each in message.items),
        scores=tuple(
            Score(each.code, tuple(each.link_ids), tuple((band.least, band.code) for band in each.bands))
            for each in message.scores
        ),
        locale=message.locale or "en",
        is_due_first=message.is_due_first,
        is_retired=message.is_retired,
        source=message.source,
        permission=message.permission,
        version=version,
    )


def form_to(form: Form, *, with_items: bool = True) -> forms_pb2.Form:
    """Write a form."""
    return forms_pb2.Form(
        form_id=form.form_id,
        version=form.version,
        title=form.title,
        locale=form.locale,
        items=[_item_to(each) for each in form.items] if with_items else (),
        scores=[
            forms_pb2.FormScore(
                code=each.code,
                link_ids=each.link_ids,
                bands=[forms_pb2.FormBand(least=least, code=code) for least, code in each.bands],
            )
            for each in form.scores
        ],
        is_due_first=form.is_due_first,
        is_retired=form.is_retired,
        source=form.source,
        permission=form.permission,
        etag=form.etag,
    )


def document_to(document: Document, *, with_text: bool = True) -> forms_pb2.ConsentDocument:
    """Write a consent document."""
    return forms_pb2.ConsentDocument(
        document_id=document.document_id,
        version=document.version,
        title=document.title,
        text=document.text if with_text else "",
        text_hash=document.text_hash,
        locale=document.locale,
        is_due_first=document.is_due_first,
        is_retired=document.is_retired,
        etag=document.etag,
    )


def document_from(message: forms_pb2.ConsentDocument, *, document_id: str) -> Document:
    """Read a consent document; version and hash are ours to say."""
    return Document(
        document_id=document_id,
        title=message.title.strip(),
        text=message.text,
        locale=message.locale or "en",
        is_due_first=message.is_due_first,
        is_retired=message.is_retired,
    )


def signature_to(signature: Signature) -> forms_pb2.ConsentSignature:
    """Write the record of a signature."""
    return forms_pb2.ConsentSignature(
        signature_id=signature.signature_id,
        client_id=signature.client_id,
        document_id=signature.document_id,
        version=signature.version,
        text_hash=signature.text_hash,
        signer_name=signature.signer_name,
        signer_actor_id=signature.signer_actor_id,
        side=forms_pb2.FormSide.ValueType(signature.side),
        sign_time=stamp_of(signature.sign_time),
    )


def due_to(due: Due) -> forms_pb2.Due:
    """Write a due."""
    return forms_pb2.Due(
        due_id=due.due_id,
        client_id=due.client_id,
        form_id=due.form_id,
        document_id=due.document_id,
        is_before_first=due.is_before_first,
        state=forms_pb2.Due.State.ValueType(due.state),
        create_time=stamp_of(due.create_time),
    )


def response_to(
    response: Response,
    *,
    answers: Mapping[str, Sequence[str]] | None = None,
    enabled: Sequence[str] = (),
    missing: Sequence[str] = (),
    waits_for: FormSide = FormSide.EITHER,
) -> forms_pb2.FormResponse:
    """Write a response; answers only where they are given."""
    return forms_pb2.FormResponse(
        response_id=response.response_id,
        client_id=response.client_id,
        form_id=response.form_id,
        form_version=response.form_version,
        state=forms_pb2.FormResponse.State.ValueType(2 if response.complete_time else 1),
        answers=[forms_pb2.FormAnswer(link_id=link_id, values=values) for link_id, values in (answers or {}).items()],
        scores=[
            forms_pb2.FormScored(code=each.code, total=each.total, is_complete=each.is_complete, band=each.band)
            for each in response.scores
        ],
        enabled_link_ids=enabled,
        missing_link_ids=missing,
        waits_for=forms_pb2.FormSide.ValueType(waits_for),
        flag_id=response.flag_id,
        create_time=stamp_of(response.create_time),
        complete_time=stamp_of(response.complete_time) if response.complete_time else None,
        etag=response.etag,
    )


def _item_from(message: forms_pb2.FormItem) -> Item:
    return Item(
        link_id=message.link_id,
        kind=_enum(Kind, message.type, "items.type"),
        text=message.text,
        is_required=message.is_required,
        options=tuple(Option(each.code, each.text, each.score) for each in message.options),
        conditions=tuple(
            Condition(each.link_id, _enum(Operator, each.operator, "items.enable_when.operator"), each.value)
            for each in message.enable_when
        ),
        is_any_enough=message.is_any_enough,
        items=tuple(_item_from(each) for each in message.items),
        length_max=message.max_length or LENGTH,
        least=message.least if message.least_is_set else None,
        most=message.most if message.most_is_set else None,
        side=_enum(FormSide, message.side, "items.side"),
        prefill_key=message.prefill_key,
        is_self_harm=message.is_self_harm,
        instrument=message.instrument,
        wording=wording_from(message.wording, version=message.wording.version) if message.HasField("wording") else None,
    )


def _item_to(item: Item) -> forms_pb2.FormItem:
    return forms_pb2.FormItem(
        link_id=item.link_id,
        text=item.text,
        type=forms_pb2.FormItem.Type.ValueType(item.kind),
        is_required=item.is_required,
        options=[forms_pb2.FormOption(code=each.code, text=each.text, score=each.score) for each in item.options],
        enable_when=[
            forms_pb2.FormCondition(
                link_id=each.link_id,
                operator=forms_pb2.FormCondition.Operator.ValueType(each.operator),
                value=each.value,
            )
            for each in item.conditions
        ],
        is_any_enough=item.is_any_enough,
        items=[_item_to(each) for each in item.items],
        max_length=item.length_max,
        least=item.least or 0.0,
        most=item.most or 0.0,
        least_is_set=item.least is not None,
        most_is_set=item.most is not None,
        side=forms_pb2.FormSide.ValueType(item.side),
        prefill_key=item.prefill_key,
        is_self_harm=item.is_self_harm,
        instrument=item.instrument,
        wording=instrument_to(item.wording) if item.wording else None,
    )


def _enum(kind: type[E], number: int, field: str) -> E:
    try:
        return kind(number)
    except ValueError:
        raise InvalidRequest("There is no such value.", field=field) from None
