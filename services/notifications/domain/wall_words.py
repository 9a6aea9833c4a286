"""Says a start in words of the client's language and zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from services.notifications.domain.contact import Locale

WEEKDAYS = {
    Locale.EN: ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    Locale.ES: ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
}
MONTHS = {
    Locale.EN: (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
    Locale.ES: (
        "enero", "febrero", "marzo", "abril", "mayo", "junio",
        "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
    ),
}  # fmt: skip


def start_in_words(start_time: datetime, *, time_zone: str, locale: Locale, at: datetime) -> str:
    """
    Say a start as a person would, with its zone.

    Args:
        start_time: The start, UTC.
        time_zone: IANA zone to say it in.
        locale: Language.
        at: Now; another year than now's is said too.

    Returns:
        For example "Tuesday 3 March at 15:00 (Vancouver time)". In the hour that occurs twice
        when clocks go back, the offset is said with the zone.
    """
    local = start_time.astimezone(ZoneInfo(time_zone))
    weekday = WEEKDAYS[locale][local.weekday()]
    month = MONTHS[locale][local.month - 1]
    has_other_year = local.year != at.astimezone(local.tzinfo).year
    zone = _zone_in_words(local, time_zone, locale)
    if locale is Locale.ES:
        year = f" de {local.year}" if has_other_year else ""
        article = "la" if local.hour == 1 else "las"
        return f"{weekday} {local.day} de {month}{year} a {article} {local:%H:%M} ({zone})"
    year = f" {local.year}" if has_other_year else ""
    return f"{weekday} {local.day} {month}{year} at {local:%H:%M} ({zone})"


def start_on_the_clock(start_time: datetime, *, time_zone: str) -> str:
    """Write a start as "YYYY-MM-DDTHH:MM" on the clock of the zone."""
    return f"{start_time.astimezone(ZoneInfo(time_zone)):%Y-%m-%dT%H:%M}"


def _zone_in_words(local: datetime, time_zone: str, locale: Locale) -> str:
    place = time_zone.rsplit("/", 1)[-1].replace("_", " ")
    if "/" not in time_zone or time_zone.startswith("Etc/"):
        return place + _offset(local)
    words = f"hora de {place}" if locale is Locale.ES else f"{place} time"
    return words + _offset(local)


def _offset(local: datetime) -> str:
    """The offset, in the hour that occurs twice; elsewhere nothing."""
    if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset():
        return ""
    minutes = int((local.utcoffset() or timedelta()).total_seconds()) // 60
    return f", UTC{'+' if minutes >= 0 else '-'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
