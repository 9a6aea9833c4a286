"""Schemathesis finds no answer that the API document does not describe."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import people
from deploy.local.suite import Suite
from services.chassis.oidc import DemoUser, DevelopmentIssuer

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(3600)]

IS_LONG = os.environ.get("KEPT_FUZZ") == "long"
EXAMPLES = "100" if IS_LONG else "1"
"""Examples an operation: few in `make test`, many in `make test-schemathesis`."""

CHECKS = "not_a_server_error,content_type_conformance,response_schema_conformance,status_code_conformance"
"""
Left out, with the reason:

unsupported_method: QUERY answers on search resources, and OpenAPI 3.1 can't describe it; test_bad_input holds 405.
positive_data_acceptance: a day that is no date, or a reused key, fits the schema and is 422 all the same.
"""


def test_no_answer_is_undescribed(whole_suite: Suite, issuer: DevelopmentIssuer, tmp_path: Path) -> None:
    """All phases, in a practice of its own, by somebody who may do all that staff may."""
    roles = ("front_desk", "practice_admin", "compliance_officer")
    issuer._users = {"fuzz": DemoUser("fuzz", "fuzz", people.id_of("practice", "fuzzed"), roles)}
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", f"{whole_suite.gateway_url}/openapi.json",
        "--header", f"Authorization: Bearer {issuer.sign_in('fuzz', 'fuzz')}",
        "--phases", "examples,coverage,fuzzing,stateful", "--max-examples", EXAMPLES, "--checks", CHECKS,
        "--generation-deterministic", "--no-color",
    ]  # fmt: skip

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    print(done.stdout[-1500:])
