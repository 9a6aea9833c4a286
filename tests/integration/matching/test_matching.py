"""Who suits a client: hard rules named, reasons readable, runs sealed, contested and counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from kept.matching.v1 import matching_pb2

from services.chassis import errors
from services.chassis.crypto import ClientCipher, FileKeyring
from services.chassis.db.pool import Database
from services.matching.adapters.matches import PostgresMatches
from services.matching.adapters.sealing import Sealing
from tests.integration.matching.people import People
from tests.integration.matching.promises import Promises
from tests.support.postgres import FreshDatabase

pytestmark = pytest.mark.integration

Rows = Callable[..., list[tuple[Any, ...]]]
MUST, WANT = matching_pb2.Preference.IMPORTANCE_MUST, matching_pb2.Preference.IMPORTANCE_WANT


def profile(**given: Any) -> matching_pb2.TherapistProfile:
    """A therapist with room."""
    plain = {"therapist_id": str(uuid4()), "display_name": "Amara Osei", "oldest_age": 120, "is_accepting": True}
    return matching_pb2.TherapistProfile(**{**plain, "capacity": 5, "languages": ["en"], **given})


async def put(people: People, **given: Any) -> str:
    """Store a therapist and return their id."""
    stored = await people.ask(people.admin(), "PutTherapistProfile", therapist_profile=profile(**given))
    return str(stored.therapist_id)


async def run(people: People, client_id: str, **given: Any) -> matching_pb2.Match:
    """Let the desk find who suits."""
    previous = given.pop("previous_match_id", "")
    need = matching_pb2.Need(client_id=client_id, **given)
    found: matching_pb2.Match = await people.ask(people.desk(), "MatchClient", need=need, previous_match_id=previous)
    return found


def stamp(days: int) -> Timestamp:
    """An instant some days from now."""
    found = Timestamp()
    found.FromDatetime(datetime.now(UTC) + timedelta(days=days))
    return found


async def test_a_rich_profile_comes_back_as_it_was_given(people: People) -> None:
    """Every field that may be given, and nothing of what is ours to say."""
    given = profile(
        credentials=["LCSW"],
        approaches=["emdr"],
        populations=["veterans"],
        plans=["aetna:ppo"],
        accessibility=["wheelchair"],
        site_ids=[str(uuid4())],
        attributes=["gender:woman", "style:direct"],
        experience_years=12,
        panel_min=1_200,
        caseload_min=99,
        strengths=[matching_pb2.Strength(domain="anxiety", level=matching_pb2.Strength.LEVEL_EFFECTIVE, case_count=15)],
        privileges=[matching_pb2.Privilege(compact="PSYPACT", expire_date="2031-01-01")],
    )

    await people.ask(people.admin(), "PutTherapistProfile", therapist_profile=given)
    stored = await people.ask(people.desk(), "GetTherapistProfile", therapist_id=given.therapist_id)

    given.version, given.caseload_min = 1, 0
    assert given == stored


async def test_an_import_stores_all_or_none_and_says_why(people: People, rows: Rows) -> None:
    """One bad row of three: each row is told, nothing is stored; mended, all are; a dry run stores nothing."""
    good, bad = [profile(), profile()], profile(oldest_age=0, youngest_age=5)
    mended = profile()

    refused = await people.ask(people.admin(), "ImportTherapistProfiles", therapist_profiles=[good[0], bad, good[0]])
    dry = await people.ask(people.admin(), "ImportTherapistProfiles", therapist_profiles=good, is_dry_run=True)
    before = rows("select count(*) from therapist_profiles where practice_id = %s", people.practice_id)
    done = await people.ask(people.admin(), "ImportTherapistProfiles", therapist_profiles=[*good, mended])

    assert [(each.row, each.reason) for each in refused.rows] == [(1, ""), (2, "AGES_REVERSED"), (3, "ROW_TWICE")]
    assert (refused.stored_count, dry.stored_count, before, done.stored_count) == (0, 0, [(0,)], 3)
    with pytest.raises(errors.Forbidden):
        await people.ask(people.desk(), "ImportTherapistProfiles", therapist_profiles=good)


async def test_everybody_left_out_hears_the_rule_and_the_rest_their_reasons(people: People) -> None:
    """Plan, accessibility, a must, and what the client has declined; the one who is left knows their kind."""
    suits = {"plans": ["aetna:ppo"], "accessibility": ["wheelchair"], "attributes": ["gender:woman"]}
    ids = [
        await put(people, **suits, approaches=["emdr"]),
        await put(people, **{**suits, "plans": ["aetna:hmo"]}, insurers=["aetna"]),
        await put(people, **{**suits, "accessibility": []}),
        await put(people, **{**suits, "attributes": []}),
        await put(people, **suits),
    ]

    found = await run(
        people,
        str(uuid4()),
        plan="aetna:ppo",
        accessibility=["wheelchair"],
        approaches=["emdr"],
        preferences=[matching_pb2.Preference(attribute="gender:woman", importance=MUST)],
        excluded_therapist_ids=[ids[4]],
    )

    assert [each.therapist_id for each in found.candidates] == ids[:1]
    assert "Works the way you would like: emdr." in [reason.text for reason in found.candidates[0].reasons]
    spanish = await people.ask(people.desk(), "GetMatch", match_id=found.match_id, locale="es-MX")
    assert "Trabaja como a usted le gustaría: emdr." in [reason.text for reason in spanish.candidates[0].reasons]
    assert [reason.code for reason in spanish.candidates[0].reasons] == [
        reason.code for reason in found.candidates[0].reasons
    ]
    codes = {each.therapist_id: each.code for each in found.exclusions}
    wanted = ("PLAN_NOT_TAKEN", "NOT_ACCESSIBLE", "PREFERENCE_UNMET", "CLIENT_DECLINED")
    assert codes == dict(zip(ids[1:], wanted, strict=True))


async def test_a_practice_weighs_for_itself_and_runs_name_the_version(people: People) -> None:
    """After new weights the other therapist leads; the old version can still be read; a stale change is refused."""
    specialist = await put(people, specialties=["ocd"])
    seasoned = await put(people, experience_years=30)
    client_id = str(uuid4())
    before = await run(people, client_id, specialties=["ocd"])
    ours = await people.ask(people.desk(), "GetMatchRules")
    rules = matching_pb2.MatchRules(weights=matching_pb2.Weights(experience=100), accept_window_h=24)

    await people.ask(people.admin(), "PutMatchRules", match_rules=rules, etag=ours.etag)
    after = await run(people, client_id, specialties=["ocd"])
    first = await people.ask(people.desk(), "GetMatchRules", version="kept-1")

    assert [before.candidates[0].therapist_id, after.candidates[0].therapist_id] == [specialist, seasoned]
    assert (before.weights_version, after.weights_version) == ("kept-1", "practice-1")
    assert first.weights == ours.weights
    with pytest.raises(errors.Stale):
        await people.ask(people.admin(), "PutMatchRules", match_rules=rules, etag=ours.etag)
    with pytest.raises(errors.InvalidRequest) as refused:
        await people.ask(people.admin(), "PutMatchRules", match_rules=matching_pb2.MatchRules(accept_window_h=1))
    assert refused.value.reason == "WEIGHTS_UNBALANCED"


async def test_a_compact_is_a_licence_where_the_practice_says_so(people: People) -> None:
    """Until the practice names its states, a privilege opens none."""
    member = await put(people, privileges=[matching_pb2.Privilege(compact="PSYPACT")])
    client_id = str(uuid4())
    weights = (await people.ask(people.desk(), "GetMatchRules")).weights
    compact = matching_pb2.Compact(code="PSYPACT", regions=["US-UT"])

    before = await run(people, client_id, region="US-UT")
    rules = matching_pb2.MatchRules(weights=weights, compacts=[compact], accept_window_h=24)
    await people.ask(people.admin(), "PutMatchRules", match_rules=rules)
    after = await run(people, client_id, region="US-UT")

    assert [each.code for each in before.exclusions] == ["NOT_LICENSED_IN_REGION"]
    assert [each.therapist_id for each in after.candidates] == [member]


async def test_a_run_is_contested_by_another_wish_and_compared(people: People) -> None:
    """Who came in, who fell out and by which rule; another client's run can't be contested."""
    direct, gentle = await put(people, attributes=["style:direct"]), await put(people, attributes=["style:gentle"])
    client_id = str(uuid4())
    wish = [matching_pb2.Preference(attribute="style:direct", importance=MUST)]
    first = await run(people, client_id, preferences=wish)

    gentler = [matching_pb2.Preference(attribute="style:gentle", importance=WANT)]
    again = await run(people, client_id, preferences=gentler, previous_match_id=first.match_id)

    found = [(each.therapist_id, each.previous_place, each.place, each.previous_code) for each in again.changes]
    assert found == [(gentle, 0, 1, "PREFERENCE_UNMET"), (direct, 1, 2, "")]
    with pytest.raises(errors.NotFound):
        await run(people, str(uuid4()), previous_match_id=first.match_id)


async def test_nobody_fits_says_what_to_loosen_and_whom_to_hire(people: People) -> None:
    """The rule that left out most, what each would bring alone, and a report without a name."""
    await put(people, languages=["en"], insurers=["aetna"])
    await put(people, languages=["pt"], insurers=["cigna"])
    await put(people, languages=["en"], insurers=["cigna"])

    for _ in range(2):
        found = await run(people, str(uuid4()), languages=["pt"], insurer="medicaid")
    report = await people.ask(people.desk(), "GetHiringReport", from_time=stamp(-1), to_time=stamp(1))

    assert found.binding_rule == "INSURER_NOT_TAKEN"
    assert [(gap.code, gap.excluded_count, gap.sole_count) for gap in found.gaps] == [("INSURER_NOT_TAKEN", 3, 1)]
    assert (report.match_count, report.unmatched_count) == (2, 2)
    [need] = report.needs
    assert (need.binding_rule, list(need.facts), need.count) == (
        "INSURER_NOT_TAKEN", ["insurer:medicaid", "language:pt"], 2,
    )  # fmt: skip
    with pytest.raises(errors.Forbidden):
        await people.ask(people.client(str(uuid4())), "GetHiringReport", from_time=stamp(-1), to_time=stamp(1))


async def test_fenced_clients_never_share_a_therapist_and_never_learn_it(
    people: People, promises: Promises, rows: Rows
) -> None:
    """Staff hears FENCED, the client that the therapist takes nobody, in the answer and in the stored run."""
    theirs, free = await put(people), await put(people)
    client_id, other_id = str(uuid4()), str(uuid4())
    rows(
        "insert into caseload_clients (practice_id, therapist_id, client_id) values (%s, %s, %s)",
        people.practice_id, theirs, other_id,
    )  # fmt: skip
    promises.fences.append((client_id, other_id))

    staff = await run(people, client_id)
    client = await people.ask(people.client(client_id), "MatchClient", need=matching_pb2.Need(client_id=client_id))
    read = await people.ask(people.client(client_id), "GetMatch", match_id=staff.match_id)

    assert [[each.therapist_id for each in found.candidates] for found in (staff, client)] == [[free], [free]]
    codes = [[each.code for each in found.exclusions] for found in (staff, client, read)]
    assert codes == [["FENCED"], ["NOT_ACCEPTING"], ["NOT_ACCEPTING"]]


async def test_without_booking_nobody_is_matched(people: People, promises: Promises) -> None:
    """Who must not meet is not known: no match is better than one that brings them together."""
    await put(people)
    await promises.stop()

    with pytest.raises(errors.Unavailable):
        await run(people, str(uuid4()))


async def test_whoever_acts_for_a_client_may_do_what_booking_lets_them(people: People, promises: Promises) -> None:
    """A parent runs the match and answers the screening; of scores, and of what booking does not let, nothing."""
    child, parent = str(uuid4()), people.client(str(uuid4()))
    await put(people)
    need = matching_pb2.Need(client_id=child)
    promises.proxies |= {("match.run", child), ("screening.answer", child)}
    answers = [{"link_id": "phq9-1", "value": 1}]

    found = await people.ask(parent, "MatchClient", need=need)
    await people.ask(parent, "AnswerScreening", client_id=child, instrument="PHQ-9", answers=answers)

    assert len(found.candidates) == 1
    for method, fields in (("GetMatch", {"match_id": found.match_id}), ("ListScreenings", {"client_id": child})):
        with pytest.raises(errors.Forbidden):
            await people.ask(parent, method, **fields)


async def test_a_stored_run_tells_nothing_without_the_clients_key(people: People, rows: Rows) -> None:
    """Neither the run nor the need it answered stands anywhere in plain."""
    await put(people, specialties=["eating-disorder"])

    found = await run(people, str(uuid4()), specialties=["eating-disorder"])
    again = await people.ask(people.desk(), "GetMatch", match_id=found.match_id)

    [(answer, sealed)] = rows("select answer, sealed from matches where practice_id = %s", people.practice_id)
    assert answer is None
    assert b"eating" not in bytes(sealed)
    assert again == found


async def test_runs_of_before_are_sealed_by_the_server(
    people: People, rows: Rows, matching_database: FreshDatabase
) -> None:
    """A plain row is still read, then sealed, and read as before."""
    client_id, match_id = str(uuid4()), str(uuid4())
    old = matching_pb2.Match(match_id=match_id, client_id=client_id, weights_version="2026-11")
    rows(
        "insert into matches (practice_id, match_id, client_id, answer, weights_version, create_time)"
        " values (%s, %s, %s, %s, '2026-11', now())",
        people.practice_id, match_id, client_id, old.SerializeToString(),
    )  # fmt: skip
    plain = await people.ask(people.desk(), "GetMatch", match_id=match_id)

    database = await Database.connect(matching_database.server_url, emitter="matching/test")
    matches = PostgresMatches(database, Sealing(ClientCipher(FileKeyring(people.keys.keyring_path))))
    await matches.seal_plain()
    await database.close()
    sealed = await people.ask(people.desk(), "GetMatch", match_id=match_id)

    assert plain == sealed == old
    assert rows("select answer is null from matches where match_id = %s", match_id) == [(True,)]
