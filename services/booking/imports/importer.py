"""Gives every row its fate: looks at what is there first, and writes only what is not."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from services.booking.imports.cells import start_of
from services.booking.imports.clashes import Clashes
from services.booking.imports.door import Answer, Door, Refused, Unreachable
from services.booking.imports.fates import Conflict, Fate, Told
from services.booking.imports.naming import Lookup, Names, is_id
from services.booking.imports.rows import AppointmentRow, ClientRow, ProfileRow, SeriesRow, TherapistRow

AHEAD_MOST_DAYS = 366
"""Days ahead that a pre-flight looks; the contract of a series says so."""

CLIENT_FIELDS = ("given_name", "family_name", "birth_date", "email", "phone", "time_zone")
OVER = ("CANCELLED", "NO_SHOW", "COMPLETED")

Row = TypeVar("Row", ClientRow, TherapistRow, ProfileRow, AppointmentRow, SeriesRow, AppointmentRow | SeriesRow)


class Importer:
    """One import: files of one source into one practice, as one account."""

    def __init__(
        self,
        door: Door,
        names: Names,
        actor_id: str,
        *,
        is_dry: bool,
        earlier_actors: Sequence[str] = (),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._door, self._names, self._is_dry, self._now = door, names, is_dry, now
        self._actor_ids = tuple(dict.fromkeys((actor_id, *earlier_actors)))
        self._coming: set[str] = set()
        """Ids that a dry run would have made."""
        self._addresses: dict[str, tuple[int, str]] = {}
        self._clashes = Clashes()
        self._types: dict[str, dict[str, Any]] = {}
        self._type_names = self._therapist_names = self._site_names = Lookup("", ())
        self.stopped: Exception | None = None

    def therapists(self, rows: Sequence[TherapistRow]) -> Iterator[Told]:
        """Give the fate of every line of every therapist."""
        self._read_house()
        lines = {row.line: row.lines for row in rows}
        for told in self._each("therapist", rows, self._therapist):
            yield from (replace(told, line=line) for line in lines[told.line])

    def profiles(self, rows: Sequence[ProfileRow]) -> Iterator[Told]:
        """Give every profile's fate."""
        self._read_house()
        return self._each("profile", rows, self._profile)

    def clients(self, rows: Sequence[ClientRow]) -> Iterator[Told]:
        """Give every client's fate."""
        return self._each("client", rows, self._client)

    def appointments(self, rows: Sequence[AppointmentRow | SeriesRow]) -> Iterator[Told]:
        """Give the fate of every appointment and every standing hour."""
        self._read_house()
        return self._each("appointment", rows, self._either)

    def _either(self, row: AppointmentRow | SeriesRow) -> Told:
        return self._series(row) if isinstance(row, SeriesRow) else self._appointment(row)

    def _each(self, kind: str, rows: Sequence[Row], one: Callable[[Row], Told]) -> Iterator[Told]:
        """Give fates until the gateway stops answering; what is left then is told as untried."""
        for row in rows:
            if self.stopped is None:
                try:
                    yield one(row)
                    continue
                except Conflict as error:
                    yield Told(kind, row.line, Fate.CONFLICT, row.key, "", error.reason, error.detail)
                    continue
                except (Unreachable, Refused) as error:
                    self.stopped = error
            yield Told(kind, row.line, Fate.UNTRIED, row.key, "", "STOPPED", "The import stopped before this row.")

    def _read_house(self) -> None:
        """Learn the names of session types, therapists and sites."""
        try:
            self._learn()
        except (Unreachable, Refused) as error:
            self.stopped = error

    def _learn(self) -> None:
        types = self._door.every("/v1/session-types", "session_types")
        self._types = {each["session_type_id"]: each for each in types}
        self._type_names = Lookup("session types", [(each["display_name"], each["session_type_id"]) for each in types])
        people = self._door.every("/v1/therapists", "therapist_profiles")
        self._therapist_names = Lookup("therapists", [(each["display_name"], each["therapist_id"]) for each in people])
        sites = self._door.every("/v1/sites", "sites")
        self._site_names = Lookup("sites", [(each["display_name"], each["site_id"]) for each in sites])

    def _profile(self, row: ProfileRow) -> Told:
        id_, profile = self._names.id_of("therapist", row.key), self._housed(row.profile)
        there = self._there(self._door.get(f"/v1/therapists/{id_}"))
        if there:
            differing = [name for name, wanted in profile.items() if _plain(wanted) != _plain(there[name])]
            if differing:
                raise Conflict("DIFFERS", f"Kept has something else in {', '.join(differing)}; nothing is overwritten.")
            return Told("profile", row.line, Fate.SAME, row.key, id=id_)
        body = {"therapist_profiles": [{**profile, "therapist_id": id_}], "is_dry_run": self._is_dry}
        said_by = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]
        key = self._names.request_key("profile", f"{row.key}|{said_by}")
        said = _accepted(self._door.write("POST", "/v1/imports/therapists", body, key))["rows"][0]
        if said["reason"]:
            raise Conflict(said["reason"], said["message"])
        self._coming.add(id_)
        return Told("profile", row.line, Fate.CREATED, row.key, id=id_)

    def _housed(self, profile: dict[str, Any]) -> dict[str, Any]:
        """Return a profile with its sites by id. Raises Conflict."""
        sites = profile.get("sites")
        rest = {name: value for name, value in profile.items() if name != "sites"}
        return rest if sites is None else {**rest, "site_ids": [self._site(each) for each in sites]}

    def _therapist(self, row: TherapistRow) -> Told:
        id_ = self._names.id_of("therapist", row.key)
        hours = [{**each, "site_id": self._site(each["site_id"])} for each in row.weekly_hours]
        modalities = sorted({name for each in hours for name in each["modalities"]})
        profile = self._housed({**row.profile, "modalities": modalities})
        types = [self._session_type(each) for each in row.session_types]
        schedule = {"time_zone": row.time_zone, "weekly_hours": hours, "session_type_ids": types}
        path = f"/v1/therapists/{id_}"
        there = self._there(self._door.get(path)), self._there(self._door.get(f"{path}/schedule"))
        differing = [name for wanted, found in zip((profile, schedule), there, strict=True) if found
                     for name in wanted if _plain(wanted[name]) != _plain(found[name])]  # fmt: skip
        if differing:
            raise Conflict("DIFFERS", f"Kept has something else in {', '.join(differing)}; nothing is overwritten.")
        if all(there):
            return Told("therapist", row.line, Fate.SAME, row.key, id=id_)
        if not self._is_dry:
            for suffix, body, found in (("", profile, there[0]), ("/schedule", schedule, there[1])):
                if not found:
                    key = self._names.request_key(f"therapist{suffix}", row.key)
                    _accepted(self._door.write("PUT", f"{path}{suffix}", body, key))
        self._coming.add(id_)
        return Told("therapist", row.line, Fate.CREATED, row.key, id=id_)

    def _client(self, row: ClientRow) -> Told:
        id_ = self._names.id_of("client", row.key)
        found = self._there(self._door.get(f"/v1/clients/{id_}"))
        if found:
            if differing := [name for name in CLIENT_FIELDS if row.body[name] != found[name]]:
                raise Conflict("DIFFERS", f"Kept has something else in {', '.join(differing)}; nothing is overwritten.")
            return self._same_client(row, id_)
        email = row.body["email"]
        if email in self._addresses:
            raise Conflict("CLIENT_EXISTS", f"Line {self._addresses[email][0]} has the same e-mail address.")
        if email and _accepted(self._door.search("/v1/searches/clients", {"email": email}))["clients"]:
            raise Conflict("CLIENT_EXISTS", "A client with this e-mail address is registered under another id.")
        if not self._is_dry:
            body = {**row.body, "client_id": id_}
            _accepted(self._door.write("POST", "/v1/clients", body, self._names.request_key("client", row.key)))
        if email:
            self._addresses[email] = (row.line, id_)
        self._coming.add(id_)
        return Told("client", row.line, Fate.CREATED, row.key, id=id_)

    def _same_client(self, row: ClientRow, id_: str) -> Told:
        """Finish what an import left undone that was stopped between the client and their contact point."""
        path = f"/v1/clients/{id_}/contact-point"
        if not row.body["email"] or self._there(self._door.get(path)):
            return Told("client", row.line, Fate.SAME, row.key, id=id_)
        if not self._is_dry:
            body = {name: row.body[name] for name in ("email", "time_zone", "locale", "has_consent")}
            _accepted(self._door.write("PUT", path, body, self._names.request_key("contact", row.key)))
        detail = "The client was there, the contact point was not."
        return Told("client", row.line, Fate.CREATED, row.key, "", "CONTACT_POINT_ADDED", detail, id_)

    def _appointment(self, row: AppointmentRow) -> Told:
        kind_id, therapist_id = self._session_type(row.session_type), self._therapist_id(row.therapist)
        client_id = self._client_id(row.client)
        start = start_of(row.local_start, row.time_zone, row.fold)
        id_ = self._names.appointment_id(row.key, self._actor_ids[0])
        wanted = {
            "client_id": client_id,
            "therapist_id": therapist_id,
            "session_type_id": kind_id,
            "local_start": row.local_start,
            "time_zone": row.time_zone,
            "modality": row.modality or None,
        }
        if (same := self._booked(row, wanted, start)) is not None:
            return same
        if start <= self._now():
            raise Conflict("SLOT_IN_PAST", "Only appointments that lie ahead are imported.")
        length = self._types.get(kind_id, {}).get("length_min", 0)
        if row.length_min and length and row.length_min != length:
            raise Conflict("LENGTH_DIFFERS", f"It lasts {row.length_min} minutes, the session type {length}.")
        told = Told("appointment", row.line, Fate.CREATED, row.key, id=id_)
        if self._is_dry:
            return self._tried(told, row, wanted, start)
        body = {**wanted, "fold": row.fold}
        key = self._names.request_key("appointment", row.key)
        made = _accepted(self._door.write("POST", "/v1/appointments", body, key))
        if made["appointment_id"] != id_:
            raise Refused("the gateway derives ids in another way than this import knows; use its own version")
        return told

    def _series(self, row: SeriesRow) -> Told:
        """
        Give the fate of a standing hour: booked up to its horizon, all but the times that can't be had.

        Those go to the desk's list; their number is told. One without any time that can be had is a conflict.
        """
        first = row.first
        kind_id, therapist_id = self._session_type(first.session_type), self._therapist_id(first.therapist)
        plan = {
            "client_id": self._client_id(first.client),
            "therapist_id": therapist_id,
            "session_type_id": kind_id,
            "local_start": first.local_start,
            "time_zone": first.time_zone,
            "modality": first.modality or None,
            "rule": row.rule,
        }
        for actor_id in self._actor_ids:
            id_ = self._names.series_id(row.key, actor_id)
            if found := self._there(self._door.get(f"/v1/series/{id_}")):
                return self._same_series(row, plan, found)
        length = self._types.get(kind_id, {}).get("length_min", 0)
        if first.length_min and length and first.length_min != length:
            raise Conflict("LENGTH_DIFFERS", f"It lasts {first.length_min} minutes, the session type {length}.")
        told = Told("series", row.line, Fate.CREATED, row.key, id=self._names.series_id(row.key, self._actor_ids[0]))
        if self._is_dry and therapist_id in self._coming:
            detail = "The therapist would be new: the ledger can say only when they are there."
            return replace(told, fate=Fate.UNSAID, reason="THERAPIST_NEW", detail=detail)
        said = _accepted(self._door.search("/v1/searches/series", plan))
        occurrences = said["occurrences"]
        lost = [each["conflict"] for each in occurrences if each["conflict"]]
        if lost and len(lost) == len(occurrences):
            raise Conflict(lost[0]["reason"], lost[0]["message"])
        if not self._is_dry:
            body = {**plan, "commit": "ALL_BUT_CONFLICTS"}
            made = _accepted(self._door.write("POST", "/v1/series", body, self._names.request_key("series", row.key)))
            if made["series"]["series_id"] != told.id:
                raise Refused("the gateway derives ids in another way than this import knows; use its own version")
            lost, occurrences = [None] * made["conflict_count"], made["occurrences"]
        if lost:
            detail = f"{len(lost)} of {len(occurrences)} times can't be had; they are on the list of conflicts."
            return replace(told, reason="SERIES_CONFLICTS", detail=detail)
        return told

    @staticmethod
    def _same_series(row: SeriesRow, plan: dict[str, Any], found: dict[str, Any]) -> Told:
        """Compare a standing hour that was imported before."""
        if found["state"] == "CANCELLED":
            raise Conflict("CANCELLED_SINCE", "It was imported, and called off since; it is not booked again.")
        there = found["plan"]
        said = {**there, "local_start": there["start_wall"]["local"], "time_zone": there["start_wall"]["time_zone"]}
        names = ("client_id", "therapist_id", "session_type_id", "local_start", "time_zone", "rule")
        if any(said[name] != plan[name] for name in names):
            raise Conflict("CHANGED_SINCE", "It was imported before, and Kept has something else now.")
        return Told("series", row.line, Fate.SAME, row.key, id=found["series_id"])

    def _booked(self, row: AppointmentRow, wanted: dict[str, Any], start: datetime) -> Told | None:
        """Return the fate of a row that was imported before, or whose appointment somebody booked by hand."""
        for actor_id in self._actor_ids:
            id_ = self._names.appointment_id(row.key, actor_id)
            if found := self._there(self._door.get(f"/v1/appointments/{id_}")):
                if found["state"] == "CANCELLED":
                    raise Conflict("CANCELLED_SINCE", "It was imported, and called off since; it is not booked again.")
                if not _agrees(found, wanted, start):
                    raise Conflict("CHANGED_SINCE", "It was imported before, and Kept has something else now.")
                return Told("appointment", row.line, Fate.SAME, row.key, id=id_)
        window = {"from_time": _text(start), "to_time": _text(start + timedelta(minutes=1))}
        listed = _accepted(self._door.get("/v1/appointments", client_id=wanted["client_id"], **window))
        for found in listed["appointments"]:
            if found["state"] not in OVER and _agrees(found, wanted, start):
                detail = "The same appointment was booked in another way."
                return Told("appointment", row.line, Fate.SAME, row.key, "", "BOOKED_ALREADY", detail,
                            found["appointment_id"])  # fmt: skip
        return None

    def _tried(self, told: Told, row: AppointmentRow, wanted: dict[str, Any], start: datetime) -> Told:
        """Ask the ledger whether it could be held, by the pre-flight of a series of one; nothing is held."""
        if clash := self._clashes.of(row.line, wanted, start, self._types.get(wanted["session_type_id"])):
            raise clash
        if wanted["therapist_id"] in self._coming:
            detail = "The therapist would be new: the ledger can say only when they are there."
            return replace(told, fate=Fate.UNSAID, reason="THERAPIST_NEW", detail=detail)
        if start > self._now() + timedelta(days=AHEAD_MOST_DAYS - 1):
            detail = f"A dry run looks {AHEAD_MOST_DAYS} days ahead."
            return replace(told, fate=Fate.UNSAID, reason="TOO_FAR_AHEAD", detail=detail)
        if row.fold == 2:
            body = {name: value for name, value in wanted.items() if name != "client_id"} | {"fold": 2}
            said = _accepted(self._door.search("/v1/searches/explanations", body))
            if rules := [each for each in said["rules"] if not each["is_for_clients_only"]]:
                raise Conflict(rules[0]["rule"], rules[0]["words"])
        else:
            body = {**wanted, "rule": "FREQ=DAILY;COUNT=1", "horizon_days": AHEAD_MOST_DAYS}
            said = _accepted(self._door.search("/v1/searches/series", body))
            if conflict := said["occurrences"][0]["conflict"]:
                raise Conflict(conflict["reason"], conflict["message"])
        self._clashes.take(row.line, wanted, start, self._types.get(wanted["session_type_id"]))
        return told

    def _client_id(self, cell: str) -> str:
        """Return whom a cell means: an id, an e-mail address, or the key of a client of the same source."""
        if is_id(cell):
            id_ = cell.lower()
        elif cell.lower() in self._addresses:
            return self._addresses[cell.lower()][1]
        elif "@" in cell:
            found = _accepted(self._door.search("/v1/searches/clients", {"email": cell}))["clients"]
            if not found:
                raise Conflict("CLIENT_UNKNOWN", "No client has this e-mail address.")
            return str(found[0]["client_id"])
        else:
            id_ = self._names.id_of("client", cell)
        if id_ not in self._coming and not self._there(self._door.get(f"/v1/clients/{id_}")):
            raise Conflict("CLIENT_UNKNOWN", "There is no such client: import the clients first.")
        return id_

    def _therapist_id(self, cell: str) -> str:
        derived = self._names.id_of("therapist", cell)
        if derived in self._coming:
            return derived
        return self._therapist_names.find(cell) or derived

    def _session_type(self, cell: str) -> str:
        id_ = self._type_names.find(cell)
        if id_ not in self._types:
            raise Conflict("SESSION_TYPE_UNKNOWN", "The practice has no such session type.")
        return id_

    def _site(self, cell: str | None) -> str | None:
        if not cell:
            return None
        if not (id_ := self._site_names.find(cell)):
            raise Conflict("SITE_UNKNOWN", "The practice has no such site.")
        return id_

    @staticmethod
    def _there(answer: Answer) -> dict[str, Any] | None:
        """Return what is there, or None. Raises Conflict."""
        return None if answer.is_missing else _accepted(answer)


def _accepted(answer: Answer) -> dict[str, Any]:
    """Return the body. Raises Conflict for a problem, under its own reason."""
    if answer.is_refused:
        raise Conflict(answer.reason, answer.detail)
    return answer.body


def _agrees(found: dict[str, Any], wanted: dict[str, Any], start: datetime) -> bool:
    """Tell whether an appointment is the one a row means; a modality that is not said agrees with any."""
    ids = ("client_id", "therapist_id", "session_type_id")
    return (
        all(found[name] == wanted[name] for name in ids)
        and wanted["modality"] in (None, found["modality"])
        and datetime.fromisoformat(found["start_time"]) == start
    )


def _plain(value: Any) -> Any:
    """Return a value as it compares: empty is empty, the order of a list says nothing, nor who looked a licence up."""
    if isinstance(value, list):
        return sorted((_plain(each) for each in value), key=repr)
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items() if not name.startswith("verify_")}
    return value or ""


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
