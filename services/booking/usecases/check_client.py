"""Brings a client's particulars to their normal form, or says what can't be read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from services.booking.domain.client import Client, check_birth_date, check_name, check_time_zone
from services.chassis.crypto import normalize_email, normalize_phone


def check_client(draft: Client, *, today: date) -> Client:
    """
    Return a client's particulars in their normal form.

    Raises:
        Malformed: A name, the birth date, the address or the number can't be read. (INVALID_ARGUMENT)
        UnknownTimeZone: No such zone. (INVALID_ARGUMENT)
    """
    return replace(
        draft,
        given_name=check_name(draft.given_name, field="given_name"),
        family_name=check_name(draft.family_name, field="family_name"),
        birth_date=check_birth_date(draft.birth_date, today=today),
        email=normalize_email(draft.email) if draft.email else "",
        phone=normalize_phone(draft.phone) if draft.phone else "",
        time_zone=check_time_zone(draft.time_zone),
    )
