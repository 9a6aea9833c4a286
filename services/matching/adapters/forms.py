"""Keeps forms and consent documents by version in PostgreSQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kept.matching.v1 import forms_pb2

from services.chassis.context import Call
from services.matching.adapters.form_proto import form_from, form_to
from services.matching.domain.consents import Document
from services.matching.domain.forms import Form

_FIND = """
    select version, definition from forms
    where practice_id = %s and form_id = %s and (%s = 0 or version = %s) order by version desc limit 1
"""
_ADD = """
    insert into forms (practice_id, form_id, version, title, definition, is_due_first, is_retired, actor_id,
        create_time)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing
"""
_PAGE = """
    select form_id::text, version, definition from (
        select distinct on (form_id) form_id, version, title, definition from forms
        where practice_id = %s order by form_id, version desc
    ) newest
    where (title, form_id) > (%s, %s::uuid) order by title, form_id limit %s
"""
_DOCUMENT = """
    select document_id::text, title, body, locale, is_due_first, is_retired, version from consent_documents
    where practice_id = %s and document_id = %s and (%s = 0 or version = %s) order by version desc limit 1
"""
_ADD_DOCUMENT = """
    insert into consent_documents (practice_id, document_id, version, title, body, text_hash, locale, is_due_first,
        is_retired, actor_id, create_time)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing
"""
_DOCUMENTS = """
    select document_id::text, title, body, locale, is_due_first, is_retired, version from (
        select distinct on (document_id) * from consent_documents
        where practice_id = %s order by document_id, version desc
    ) newest
    where (title, document_id) > (%s, %s::uuid) order by title, document_id limit %s
"""
_DUE_FIRST = """
    select form_id::text, '' from (
        select distinct on (form_id) form_id, is_due_first and not is_retired as is_given from forms
        where practice_id = %(p)s order by form_id, version desc
    ) f where is_given
    union all
    select '', document_id::text from (
        select distinct on (document_id) document_id, is_due_first and not is_retired as is_given from consent_documents
        where practice_id = %(p)s order by document_id, version desc
    ) d where is_given
    order by 1, 2
"""


class PostgresForms:
    """Keeps every version; none is ever changed."""

    async def find(self, call: Call, form_id: str, version: int = 0) -> Form | None:
        """Return a form's newest version, or another; not expanded."""
        async with call.tx() as conn:
            row = await (await conn.execute(_FIND, (call.practice_id, form_id, version, version))).fetchone()
        return _form(form_id, *row) if row else None

    async def add(self, call: Call, form: Form, *, at: datetime) -> bool:
        """Store a version; False when somebody was faster."""
        key = (call.practice_id, form.form_id, form.version, form.title, form_to(form).SerializeToString())
        async with call.tx() as conn:
            values = (*key, form.is_due_first, form.is_retired, call.actor.actor_id, at)
            return (await conn.execute(_ADD, values)).rowcount == 1

    async def page(self, call: Call, *, after: tuple[str, str], limit: int) -> list[Form]:
        """Return newest versions by title and id."""
        async with call.tx() as conn:
            rows = await (await conn.execute(_PAGE, (call.practice_id, *after, limit))).fetchall()
        return [_form(*row) for row in rows]

    async def document(self, call: Call, document_id: str, version: int = 0) -> Document | None:
        """Return a document's newest version, or another."""
        async with call.tx() as conn:
            row = await (await conn.execute(_DOCUMENT, (call.practice_id, document_id, version, version))).fetchone()
        return Document(*row) if row else None

    async def add_document(self, call: Call, document: Document, *, at: datetime) -> bool:
        """Store a version; False when somebody was faster."""
        key = (call.practice_id, document.document_id, document.version, document.title, document.text)
        rest = (document.text_hash, document.locale, document.is_due_first, document.is_retired)
        async with call.tx() as conn:
            return (await conn.execute(_ADD_DOCUMENT, (*key, *rest, call.actor.actor_id, at))).rowcount == 1

    async def documents(self, call: Call, *, after: tuple[str, str], limit: int) -> list[Document]:
        """Return newest versions by title and id."""
        async with call.tx() as conn:
            rows = await (await conn.execute(_DOCUMENTS, (call.practice_id, *after, limit))).fetchall()
        return [Document(*row) for row in rows]

    async def due_first(self, call: Call) -> list[tuple[str, str]]:
        """Return (form, document) that every new client has to see to; one of the two is empty."""
        async with call.tx() as conn:
            rows = await (await conn.execute(_DUE_FIRST, {"p": call.practice_id})).fetchall()
        return [(row[0], row[1]) for row in rows]


def _form(form_id: str, version: int, definition: Any) -> Form:
    return form_from(forms_pb2.Form.FromString(bytes(definition)), form_id=form_id, version=version)
