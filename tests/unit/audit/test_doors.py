"""The officer's way through the gateway, and how it fails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.audit import cli
from services.audit.adapters.gateway import GatewayTrail
from services.audit.adapters.witness_files import FileWitness
from services.audit.usecases.door import Asked, Inconsistent, Refused, Unreachable, records

RECORD = {
    "seq": 7,
    "canonical": "{}",
    "leaf_hash": "00" * 32,
    "client_id": "",
    "actor_id": "user:desk",
    "operation": "booking.GetClient",
    "stage": "complete",
    "occur_time": "2030-01-31T09:00:00Z",
}


def door(answer: Callable[[httpx.Request], httpx.Response]) -> GatewayTrail:
    """A gateway that answers like this."""
    return GatewayTrail("http://gateway", "secret", transport=httpx.MockTransport(answer))


def test_records_are_asked_for_page_by_page_with_every_filter() -> None:
    """The cursor goes on where the last page ended."""
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(dict(request.url.params))
        cursor = request.url.params["cursor"]
        return httpx.Response(200, json={"records": [RECORD], "next_cursor": "" if cursor else "more"})

    since = datetime(2030, 1, 31, tzinfo=UTC)
    found = list(records(door(answer), Asked("c", "a", since)))

    assert [each.seq for each in found] == [7, 7]
    assert [each["cursor"] for each in asked] == ["", "more"]
    assert {(each["client_id"], each["actor_id"], each["from_time"]) for each in asked} == {
        ("c", "a", "2030-01-31T00:00:00+00:00")
    }


def test_no_more_records_are_taken_than_wanted() -> None:
    """However long the page is."""
    page: dict[str, Any] = {"records": [RECORD] * 5, "next_cursor": "more"}

    assert len(list(records(door(lambda _: httpx.Response(200, json=page)), Asked(), most=7))) == 7


@pytest.mark.parametrize(
    ("status", "body", "failure"),
    [
        (403, {"title": "You may not do this", "reason": "NOT_ALLOWED"}, Refused),
        (404, {"title": "There is no such thing", "reason": "NOT_FOUND"}, Refused),
        (409, {"title": "A rule does not allow this", "reason": "TREE_INCONSISTENT"}, Inconsistent),
        (503, {"title": "Please try again"}, Unreachable),
        (200, ["no", "object"], Unreachable),
    ],
)
def test_problems_are_told_apart(status: int, body: object, failure: type[Exception]) -> None:
    """Refused, broken, or not there: the exit code depends on it."""
    with pytest.raises(failure):
        door(lambda _: httpx.Response(status, json=body)).checkpoint()


def test_an_answer_that_is_no_json_is_no_answer() -> None:
    """A proxy's page, for example."""
    with pytest.raises(Unreachable):
        door(lambda _: httpx.Response(200, text="<html>")).record(1)


def test_a_gateway_that_is_down_is_unreachable() -> None:
    """Connection refused."""

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(Unreachable):
        door(refuse).practice_id()


def test_without_a_token_nothing_is_asked(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """And the officer is told what to give."""
    monkeypatch.delenv("KEPT_TOKEN", raising=False)

    assert cli.main(["checkpoint"]) == cli.USAGE
    assert "KEPT_TOKEN" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["no key", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"])
def test_a_file_that_is_no_key_is_wrong_usage(tmp_path: Path, text: str) -> None:
    """It says nothing about the trail."""
    path = tmp_path / "key"
    path.write_text(text)

    assert cli.main(["--token", "t", "verify", "--key", str(path)]) == cli.USAGE
    assert cli.main(["--token", "t", "verify", "--key", str(tmp_path / "none")]) == cli.USAGE


@pytest.mark.parametrize("arguments", [["query", "--client", "Ada"], ["query", "--since", "soon"], ["verify"], []])
def test_wrong_words_are_wrong_usage(arguments: list[str]) -> None:
    """Argparse explains."""
    with pytest.raises(SystemExit) as stop:
        cli.main(["--token", "t", *arguments])

    assert stop.value.code == cli.USAGE


def test_a_checkpoint_is_replaced_only_by_who_has_seen_it(tmp_path: Path) -> None:
    """Two signers never both win, and a lost file is a lost comparison, not an open door."""
    witness = FileWitness(tmp_path / "checkpoints")

    assert witness.last("p") == ""
    assert witness.replace("p", "", "first")
    assert not witness.replace("p", "", "other")
    assert witness.replace("p", "first", "second")
    assert (witness.last("p"), witness.last("q")) == ("second", "")
