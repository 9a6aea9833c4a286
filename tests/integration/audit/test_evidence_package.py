"""Check 19: evidence verifies on a machine that has none of Kept, and every change of it is named."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import cryptography
import pytest

from services.audit import cli
from tests.integration.audit.house import House
from tests.unit.audit.emitter import Emitter

pytestmark = pytest.mark.integration

RECORDS = 300

# Only the standard library and cryptography can be found, and no socket can be opened.
ALONE = """
import runpy, socket, sys
def refuse(*_, **__): raise OSError("no network here")
socket.socket = refuse
kept = [name for name in sys.modules if name.partition(".")[0] in ("services", "kept")]
assert not kept, kept
sys.argv = ["verify.py", *sys.argv[1:]]
runpy.run_path(sys.argv[1] + "/verify.py", run_name="__main__")
"""


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder of packages with cryptography, and what it needs, alone."""
    site = tmp_path / "site"
    site.mkdir()
    installed = Path(cryptography.__file__).parents[1]
    for pattern in ("cryptography", "cffi", "_cffi_backend*", "pycparser"):
        for path in installed.glob(pattern):
            (site / path.name).symlink_to(path)
    return site


def verify(machine: Path, package: Path, *arguments: str) -> tuple[int, str]:
    """Run the package's own verifier there."""
    start = f"import sys; sys.path.insert(0, {str(machine)!r})\n{ALONE}"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", start, str(package), *arguments],
        cwd=package,
        env={"PATH": os.environ["PATH"]},
        check=False,
        capture_output=True,
        text=True,
    )
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


async def export(house: House, practice_id: str, out: Path, *arguments: str) -> int:
    """Let the officer export."""
    key = str(house.keys.folder / "checkpoint.pub")
    return await house.command(house.officer(practice_id), "export", "--key", key, "--out", str(out), *arguments)


def seal_again(package: Path) -> None:
    """Write the manifest anew, as a forger does who knows the format."""
    path = package / "manifest.json"
    manifest = json.loads(path.read_bytes())
    manifest["files"] = {
        name: hashlib.sha256((package / name).read_bytes()).hexdigest()
        for name in manifest["files"]
        if (package / name).exists()
    }
    manifest["count"] = len((package / "records.jsonl").read_text().splitlines())
    path.write_text(json.dumps(manifest))
    (package / "manifest.sha256").write_text(hashlib.sha256(path.read_bytes()).hexdigest())


async def test_a_package_verifies_alone_and_every_changed_byte_is_named(
    house: House, practice_id: str, client_id: str, machine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whole, filtered, grown since an earlier checkpoint; then each kind of file is changed."""
    emitter, whole, some = Emitter(), tmp_path / "whole", tmp_path / "some"
    await house.keep([emitter.write(practice_id, client_id=client_id if at % 10 else "") for at in range(RECORDS // 2)])
    state = tmp_path / "state"
    assert await house.verify(practice_id, "--state", str(state)) == cli.OK
    await house.keep([emitter.write(practice_id, client_id=client_id if at % 10 else "") for at in range(RECORDS // 2)])

    assert await export(house, practice_id, whole, "--state", str(state)) == cli.OK
    assert await export(house, practice_id, some, "--client", client_id, "--since", "2030-01-01") == cli.OK
    assert await export(house, practice_id, some) == cli.USAGE, "a package is not mixed with another"
    key = str(house.keys.folder / "checkpoint.pub")
    assert cli.main(["verify", "--key", key, "--package", str(whole)]) == cli.OK

    code, shown = verify(machine, whole, "--key", (whole / "vkeys.txt").read_text().strip())
    assert code == cli.OK
    assert f"{RECORDS} records hold" in shown
    assert "none is missing" in shown
    assert f"still holds the {RECORDS // 2} records" in shown
    code, shown = verify(machine, some)
    assert code == cli.OK
    assert "what it left out can't be proven" in shown
    assert "compare it with the one you were given" in shown

    files = [
        "records.jsonl", "vkeys.txt", "README", "manifest.json", "manifest.sha256", "verify.py",
        "checkpoints/latest.checkpoint", "checkpoints/before.checkpoint",
        "proofs/consistency.txt", "proofs/7.tlog-proof",
    ]  # fmt: skip
    for name in files:
        path = whole / name
        kept = path.read_bytes()
        # A comment's or a text's last byte, so that the verifier still runs to tell of itself.
        path.write_bytes(kept + b"\n")
        code, shown = verify(machine, whole)
        path.write_bytes(kept)
        is_seal = name == "manifest.sha256"
        assert (code, name in shown) == ((0, False) if is_seal else (cli.TAMPERED, True)), (name, shown)
    (whole / "manifest.sha256").write_text("0" * 64)
    assert verify(machine, whole)[0] == cli.TAMPERED


FORGERIES = {
    "a removed record": "record",
    "an edited record": "proofs/3.tlog-proof",
    "an edited column": "records.jsonl: record 3",
    "another key": "checkpoints/latest.checkpoint",
}


async def test_a_forger_who_seals_the_package_again_is_found_all_the_same(
    house: House, practice_id: str, machine: Path, tmp_path: Path
) -> None:
    """Hashes of files stop nobody who can count; signatures and proofs do."""
    honest = tmp_path / "honest"
    await house.keep(Emitter().several(20, practice_id))
    assert await export(house, practice_id, honest) == cli.OK

    for forgery, named in FORGERIES.items():
        package = tmp_path / forgery.replace(" ", "-")
        shutil.copytree(honest, package)
        lines = (package / "records.jsonl").read_text().splitlines(keepends=True)
        arguments: tuple[str, ...] = ()
        if forgery == "a removed record":
            del lines[3]
        elif forgery == "an edited record":
            lines[3] = lines[3].replace("booking.GetAppointment", "booking.GetAppointmenu")
        elif forgery == "an edited column":
            lines[3] = lines[3].replace('"actor_id": "user:desk"', '"actor_id": "user:else"')
        else:
            vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
            (package / "vkeys.txt").write_text(vkey + "\n")
        (package / "records.jsonl").write_text("".join(lines))
        seal_again(package)

        code, shown = verify(machine, package, *arguments)

        assert code == cli.TAMPERED, forgery
        assert named in shown, (forgery, shown)
