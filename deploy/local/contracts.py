"""Generates code from the protos, and checks what is committed against them."""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import files
from pathlib import Path

from deploy.local.places import GENERATED, PROTOS, REPO, VENV

BUF = VENV / "bin" / "buf"


def main(arguments: list[str]) -> int:
    """Generate, or with `lint`, `breaking` or `drift` check instead."""
    commands = {"generate": generate_committed, "lint": lint, "breaking": breaking, "drift": drift}
    return commands[arguments[0] if arguments else "generate"]()


def generate_committed() -> int:
    """Replace protos/generated/kept by what the protos say now."""
    with tempfile.TemporaryDirectory(dir=PROTOS, prefix=".generated-") as scratch:
        generate(Path(scratch))
        GENERATED.mkdir(exist_ok=True)
        shutil.rmtree(GENERATED / "kept", ignore_errors=True)
        (Path(scratch) / "kept").rename(GENERATED / "kept")
    print(f"protos: {len(sources())} files generated into protos/generated")
    return 0


def sources() -> list[Path]:
    """Every proto of ours, in a fixed order."""
    return sorted((PROTOS / "kept").rglob("*.proto"))


def generate(target: Path) -> None:
    """Write messages, gRPC stubs and their type stubs for every proto into *target*."""
    python = (f"--python_out={target}", f"--grpc_python_out={target}")
    protoc(*python, f"--mypy_out=quiet:{target}", f"--mypy_grpc_out=quiet:{target}")


def protoc(*outputs: str) -> None:
    """Run the compiler over every proto of ours; Google's own come from the packages that carry them."""
    from grpc_tools import protoc as compiler  # type: ignore[import-untyped]

    includes = [PROTOS, packaged("grpcio-tools", "empty.proto"), packaged("googleapis-common-protos", "code.proto")]
    names = [str(path.relative_to(PROTOS)) for path in sources()]
    os.environ["PATH"] = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    if compiler.main(["protoc", *(f"--proto_path={path}" for path in includes), *outputs, *names]) != 0:
        raise SystemExit("protos: protoc refused the files; its words are above")


def packaged(package: str, name: str) -> Path:
    """The folder of a package from which its google/<folder>/<name> is imported."""
    found = next(path for path in files(package) or [] if path.name == name)
    return Path(str(found.locate())).parents[2]


def lint() -> int:
    """Run buf's STANDARD rules, less the exceptions of protos/buf.yaml."""
    return subprocess.run([BUF, "lint", PROTOS], cwd=REPO, check=False).returncode


def breaking() -> int:
    """Refuse a change that an older process or a stored event could not read."""
    base = earlier_main()
    if base is None:
        print("buf breaking: skipped, there is no earlier main with protos to compare with")
        return 0
    archive = subprocess.run(["git", "archive", base, "protos"], cwd=REPO, check=True, capture_output=True).stdout
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(["tar", "-x", "-C", scratch], input=archive, check=True)
        against = Path(scratch) / "protos"
        shutil.rmtree(against / "generated", ignore_errors=True)
        shutil.copy(PROTOS / "buf.yaml", against / "buf.yaml")
        return subprocess.run([BUF, "breaking", PROTOS, "--against", against], cwd=REPO, check=False).returncode


def earlier_main() -> str | None:
    """The published main where there is one, else the local one, if it holds protos."""
    for branch in ("origin/main", "main"):
        found = subprocess.run(
            ["git", "rev-parse", "--verify", "--quiet", f"{branch}:protos/kept"],
            cwd=REPO,
            check=False,
            capture_output=True,
        )
        if found.returncode == 0:
            return branch
    return None


def drift() -> int:
    """Refuse generated code that is not what the protos give."""
    with tempfile.TemporaryDirectory() as scratch:
        generate(Path(scratch))
        differing = sorted(differences(GENERATED / "kept", Path(scratch) / "kept"))
    for name in differing:
        print(f"protos/generated/kept/{name}: differs from what the protos give")
    if differing:
        print("run `make protos` and commit the result")
    return 1 if differing else 0


def differences(committed: Path, fresh: Path) -> set[str]:
    """Files that are in one tree only, or not the same in both."""
    trees = [
        {str(path.relative_to(tree)) for path in tree.rglob("*.py*") if "__pycache__" not in path.parts}
        for tree in (committed, fresh)
    ]
    both = trees[0] & trees[1]
    return (trees[0] ^ trees[1]) | {
        name for name in both if not filecmp.cmp(committed / name, fresh / name, shallow=False)
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
