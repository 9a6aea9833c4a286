"""Writes examples/practice.yaml: a made-up practice, the same bytes at every run."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

import yaml

SEED = 20260301
CLIENTS = 200
STANDING_CLIENTS = 150
GIVEN = [
    "Ada",
    "Alma",
    "Amos",
    "Ana",
    "Arlo",
    "Asha",
    "Bela",
    "Bram",
    "Cai",
    "Cleo",
    "Dara",
    "Dov",
    "Edda",
    "Eli",
    "Enzo",
    "Esme",
    "Fay",
    "Finn",
    "Gita",
    "Hana",
    "Hugo",
    "Ida",
    "Ines",
    "Ivo",
    "Jada",
    "Joel",
    "Jun",
    "Kaia",
    "Kofi",
    "Lara",
    "Leo",
    "Lina",
    "Lou",
    "Mara",
    "Milo",
    "Mina",
    "Nadia",
    "Nico",
    "Noor",
    "Olga",
    "Omar",
    "Otis",
    "Pia",
    "Quinn",
    "Rafa",
    "Remy",
    "Rosa",
    "Sami",
    "Sol",
    "Tala",
    "Teo",
    "Uma",
    "Vera",
    "Wim",
    "Xia",
    "Yara",
    "Yusuf",
    "Zoe",
]
FAMILY = [
    "Abbot",
    "Acosta",
    "Adeyemi",
    "Baum",
    "Bianchi",
    "Bloom",
    "Castell",
    "Chen",
    "Costa",
    "Dahl",
    "Diallo",
    "Duarte",
    "Ekman",
    "Farah",
    "Flores",
    "Fox",
    "Garza",
    "Gold",
    "Haas",
    "Hale",
    "Ibarra",
    "Ito",
    "Jansen",
    "Kaur",
    "Keller",
    "Klein",
    "Lind",
    "Lopez",
    "Mbeki",
    "Mercer",
    "Moss",
    "Nair",
    "Novak",
    "Okafor",
    "Ortiz",
    "Park",
    "Petit",
    "Quist",
    "Rao",
    "Reyes",
    "Rossi",
    "Sato",
    "Silva",
    "Stone",
    "Tanaka",
    "Tran",
    "Udo",
    "Vance",
    "Vega",
    "Weiss",
    "Wolf",
    "Yilmaz",
    "Zeman",
]

SITES: list[dict[str, str]] = [
    {"id": "harbour", "display_name": "Harbour House", "time_zone": "America/Los_Angeles"},
    {"id": "prairie", "display_name": "Prairie Rooms", "time_zone": "America/Denver"},
]
ROOMS: list[dict[str, str]] = [
    {"id": f"{site}-{number}", "site": site, "display_name": f"Room {number}"}
    for site, count in (("harbour", 5), ("prairie", 3))
    for number in range(1, count + 1)
]
SESSION_TYPES: list[dict[str, Any]] = [
    {
        "id": "individual-50",
        "display_name": "Individual session, 50 minutes",
        "length_min": 50,
        "buffer_before_min": 0,
        "buffer_after_min": 10,
        "notice_min": 120,
        "horizon_days": 120,
        "grid_min": 30,
        "modalities": ["IN_PERSON", "VIDEO", "PHONE"],
    },
    {
        "id": "intake-80",
        "display_name": "First session, 80 minutes",
        "length_min": 80,
        "buffer_before_min": 0,
        "buffer_after_min": 10,
        "notice_min": 1440,
        "horizon_days": 120,
        "grid_min": 30,
        "modalities": ["IN_PERSON", "VIDEO"],
    },
    {
        "id": "check-in-25",
        "display_name": "Check-in, 25 minutes",
        "length_min": 25,
        "buffer_before_min": 0,
        "buffer_after_min": 5,
        "notice_min": 60,
        "horizon_days": 60,
        "grid_min": 30,
        "modalities": ["VIDEO", "PHONE"],
    },
    {
        "id": "trauma-90",
        "display_name": "Trauma session, 90 minutes",
        "length_min": 90,
        "buffer_before_min": 15,
        "buffer_after_min": 30,
        "notice_min": 2880,
        "horizon_days": 120,
        "grid_min": 30,
        "modalities": ["IN_PERSON"],
    },
]
BOTH = ["IN_PERSON", "VIDEO", "PHONE"]
REMOTE = ["VIDEO", "PHONE"]
# (id, name, zone, site, [(weekdays, start, end, at the site?)], session types, specialties, languages, regions)
THERAPISTS: list[tuple[str, str, str, str, list[tuple[str, str, str, bool]], str, str, str, str]] = [
    (
        "amara-osei",
        "Amara Osei",
        "America/Los_Angeles",
        "harbour",
        [("12345", "09:00", "17:00", True)],
        "individual-50 intake-80",
        "anxiety depression",
        "en",
        "US-CA US-OR",
    ),
    (
        "ben-halloran",
        "Ben Halloran",
        "America/Los_Angeles",
        "harbour",
        [("1234", "08:00", "16:00", True)],
        "individual-50 trauma-90",
        "trauma grief",
        "en",
        "US-CA",
    ),
    (
        "carla-mendez",
        "Carla Mendez",
        "America/Los_Angeles",
        "harbour",
        [("12345", "10:00", "18:00", True)],
        "individual-50 intake-80 check-in-25",
        "anxiety family",
        "en es",
        "US-CA US-NV",
    ),
    (
        "dina-faraj",
        "Dina Faraj",
        "America/Los_Angeles",
        "harbour",
        [("135", "09:00", "13:00", True), ("24", "13:00", "20:00", False)],
        "individual-50 check-in-25",
        "depression sleep",
        "en ar",
        "US-CA US-WA",
    ),
    (
        "elliot-wren",
        "Elliot Wren",
        "America/Los_Angeles",
        "harbour",
        [("2345", "11:00", "19:00", True)],
        "individual-50 intake-80",
        "adolescents anxiety",
        "en",
        "US-CA",
    ),
    (
        "farida-noor",
        "Farida Noor",
        "America/Denver",
        "prairie",
        [("12345", "08:00", "16:00", True)],
        "individual-50 intake-80",
        "couples family",
        "en fa",
        "US-CO US-UT",
    ),
    (
        "george-lindqvist",
        "George Lindqvist",
        "America/Denver",
        "prairie",
        [("1245", "09:00", "17:00", True)],
        "individual-50 trauma-90",
        "trauma veterans",
        "en sv",
        "US-CO",
    ),
    (
        "hye-jin-kwon",
        "Hye-jin Kwon",
        "America/Denver",
        "prairie",
        [("123", "12:00", "20:00", True)],
        "individual-50 check-in-25",
        "eating anxiety",
        "en ko",
        "US-CO US-NM",
    ),
    (
        "ines-carvalho",
        "Ines Carvalho",
        "America/Phoenix",
        "",
        [("12345", "07:00", "15:00", False)],
        "individual-50 intake-80 check-in-25",
        "depression grief",
        "en pt es",
        "US-AZ US-CA US-CO",
    ),
    (
        "jonah-adler",
        "Jonah Adler",
        "America/New_York",
        "",
        [("12345", "12:00", "20:00", False)],
        "individual-50 check-in-25",
        "addiction depression",
        "en he",
        "US-NY US-CO",
    ),
    (
        "keiko-mori",
        "Keiko Mori",
        "Pacific/Honolulu",
        "",
        [("1234", "08:00", "14:00", False)],
        "individual-50 intake-80",
        "anxiety sleep",
        "en ja",
        "US-HI US-CA",
    ),
    (
        "luis-ortega",
        "Luis Ortega",
        "America/Chicago",
        "",
        [("24", "08:00", "18:00", False), ("6", "09:00", "13:00", False)],
        "individual-50 check-in-25",
        "family grief",
        "es en",
        "US-TX US-CA US-CO",
    ),
]
INSURERS = ("self-pay", "blue-harbor", "mountain-mutual", "state-plan")


def _therapists() -> list[dict[str, Any]]:
    """Spell the table of therapists out: hours, session types and profile."""
    people = []
    for name_id, name, zone, site, hours, types, specialties, languages, regions in THERAPISTS:
        weekly = [
            {
                "weekday": int(day),
                "start_local": start,
                "end_local": end,
                "site": site if on_site else "",
                "modalities": BOTH if on_site else REMOTE,
            }
            for days, start, end, on_site in hours
            for day in days
        ]
        people.append(
            {
                "id": name_id,
                "display_name": name,
                "time_zone": zone,
                "weekly_hours": weekly,
                "session_types": types.split(),
                "specialties": specialties.split(),
                "languages": languages.split(),
                "licensed_regions": regions.split(),
                "insurers": list(INSURERS[: 2 + len(name) % 3]),
                "ages": [12 if "adolescents" in specialties else 18, 90],
                "capacity": 30,
                "is_accepting": True,
            }
        )
    return people


def _clients(dice: random.Random) -> list[dict[str, Any]]:
    """Make up the clients; every address ends in example.com, every phone in the 555-01xx range."""
    clients = []
    for number in range(1, CLIENTS + 1):
        given, family = dice.choice(GIVEN), dice.choice(FAMILY)
        clients.append(
            {
                "id": f"client-{number:03}",
                "given_name": given,
                "family_name": family,
                "birth_date": f"{dice.randint(1950, 2006)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}",
                "email": f"{given}.{family}.{number}@example.com".lower(),
                "phone": f"+1303555{100 + number % 100:04}",
                "time_zone": dice.choice(["America/Los_Angeles", "America/Los_Angeles", "America/Denver"]),
                "locale": dice.choice(["en", "en", "en", "es"]),
            }
        )
    return clients


def _standing(dice: random.Random, clients: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the first clients a weekly hour each, spread so that no two meet and no room is short."""
    hours = [
        (person[0], int(day), f"{hour:02}:00", "VIDEO")
        for person in THERAPISTS
        for days, start, end, _ in person[4]
        for day in days
        for hour in range(int(start[:2]), int(end[:2]))
    ]
    in_person = {name_id for name_id, *_ in THERAPISTS[:3] + THERAPISTS[5:7]}
    dice.shuffle(hours)
    chosen = hours[:STANDING_CLIENTS]
    return [
        {
            "client": client["id"],
            "therapist": therapist,
            "session_type": "individual-50",
            "weekday": day,
            "start_local": start,
            "weeks": 4,
            "modality": "IN_PERSON" if therapist in in_person else modality,
        }
        for client, (therapist, day, start, modality) in zip(clients, chosen, strict=False)
    ]


def practice() -> dict[str, Any]:
    """Return the whole practice as plain values."""
    dice = random.Random(SEED)  # noqa: S311 - made-up people, no secret
    clients = _clients(dice)
    return {
        "practice": {"id": "harbour-and-prairie", "display_name": "Harbour & Prairie Counselling"},
        "sites": SITES,
        "rooms": ROOMS,
        "session_types": SESSION_TYPES,
        "therapists": _therapists(),
        "clients": clients,
        "standing": _standing(dice, clients),
    }


def main() -> None:
    """Write the file beside this one."""
    text = "# A made-up practice: no person, address or number here is real. Made by examples/make_practice.py.\n"
    text += yaml.safe_dump(practice(), sort_keys=False, allow_unicode=True, width=140, default_flow_style=None)
    Path(__file__).with_name("practice.yaml").write_text(text, encoding="utf-8")
    sys.stdout.write("examples/practice.yaml written\n")


if __name__ == "__main__":
    main()
