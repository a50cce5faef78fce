"""``make supply-chain``: what we build on and what we ever committed.

Known vulnerabilities of every locked package (pip-audit, npm audit), packages that lag their registry (uv, npm), keys
and tokens in any version of any file (detect-secrets), and the bills of materials (CycloneDX). It asks the registries,
and says so where they do not answer: what was not asked about counts as not held. The tools are in an environment of
their own, since they are no part of what is delivered.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from packaging.version import Version

ROOT = Path(__file__).parents[2]
WEB = ROOT / "entrypoints" / "web"
LOCKS: Mapping[str, Sequence[str]] = {
    "requirements.txt": ("--no-dev",),
    "requirements-dev.txt": ("--all-groups", "--no-group", "build", "--all-extras"),
    "requirements-build.txt": ("--only-group", "build"),
}
"""What `make lock` writes, and what it asks of uv for each."""
LAG = timedelta(days=7)
"""How long a release may be out before it is in the locks. A flaw is mended by a release, so that none that was mended
is with us for longer, whether or not an advisory names it (proofs.md X11: critical ones within 7 days)."""
ENTROPY = ("Base64HighEntropyString", "HexHighEntropyString", "KeywordDetector", "IPPublicDetector")
"""These take hashes of packages, ids and every test's password for secrets; the others know keys by their form."""
INVENTED: Mapping[str, Sequence[str]] = {
    "the password of an example, or of a test of the settings": (
        "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8",
        "998c8abc0a1db80b888876d95d668e1dcac06d07",
        "f12f273cd6fbaff069cdae318071830a7093738d",
        "17618f01a3a21b911c925bcb525a1d21abd30673",
        "084a3501edef6845f2f1e4198ec3a2b81cf5c6bc",
        "38b011910783338db499085cacae30f3a8e530df",
        "3cbcd90adc4b192a87a625850b7f231caddf0eb3",
    ),
    "the key of Stripe that the tests of the settings made up": ("900c30a3d362060e245cd8e3534faef376df2a45",),
    "the name of a test": ("e4055de792e64bf8433b9c794f2611cb65f4c487",),
    "a token that the fuzzer sends because it is good for nothing": (
        "0015af56bb0a8cdd51fdbef1d953e8bcef4ada47",
        "1f5c02581cdd48c4f19350bab4bcb599daea4f0d",
        "5c115699ae2f4a64de537c0e7ab1e34a9392fb6f",
    ),
}
"""What has the form of a secret and is none, by the SHA-1 that detect-secrets tells."""
LINES = 20_000
"""Of a part of the history, which one process looks through."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tools", type=Path, required=True, help="the folder of the tools' commands")
    parser.add_argument("--build", type=Path, default=Path("build"))
    options = parser.parse_args()
    tools = options.tools.absolute()
    reports = options.build / "reports"
    reports.mkdir(parents=True, exist_ok=True)
    before = datetime.now(UTC) - LAG  # noqa: TID251  what a registry had by a date, not the product's time
    rows = [
        *(row for lock in LOCKS for row in vulnerable_packages(tools, lock)),
        vulnerable_web_packages(),
        *(lagging_packages(tools, lock, asked, before) for lock, asked in LOCKS.items()),
        lagging_web_packages(before),
        *bills_of_materials(tools, options.build / "sbom"),
        secrets_in_history(tools),
    ]
    (reports / "supply-chain.json").write_text(json.dumps(rows, indent=1))
    for row in rows:
        say(f"{'ok ' if row['holds'] else 'NOT'}  {row['name']}: {row['value']} {row['unit']} (bar {row['bar']})")
        for line in row.get("found", ()):
            say(f"       {line}")
    return 0 if all(row["holds"] for row in rows) else 1


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def row(name: str, found: Sequence[str], unit: str) -> dict[str, Any]:
    """A figure that must be 0, and what was found."""
    return {"name": name, "value": len(found), "unit": unit, "bar": 0, "holds": not found, "found": list(found)}


def vulnerable_packages(tools: Path, lock: str) -> Iterator[dict[str, Any]]:
    """What is known against the packages of a lock, and those that nobody could be asked about."""
    asked = ["-r", lock, "--disable-pip", "--require-hashes", "--progress-spinner", "off", "-f", "json"]
    answer = answered([tools / "pip-audit", *asked])
    if answer is None:
        yield unanswered(lock)
        return
    packages = answer["dependencies"]
    known = [
        f"{each['name']} {each['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'no version'}"
        for each in packages
        for flaw in each.get("vulns", ())
    ]
    skipped = [each["name"] for each in packages if "skip_reason" in each]
    if len(skipped) < len(packages):
        yield row(f"known vulnerabilities, {lock}", known, f"of {len(packages) - len(skipped)} packages")
    if skipped:
        yield unanswered(lock, f"{len(skipped)} of {len(packages)} packages, such as {', '.join(skipped[:3])}")


def vulnerable_web_packages() -> dict[str, Any]:
    answer = answered(["npm", "audit", "--package-lock-only", "--json"], WEB)
    if answer is None or "vulnerabilities" not in answer:
        return unanswered("entrypoints/web/package-lock.json")
    known = [f"{name}: {found['severity']}" for name, found in answer["vulnerabilities"].items()]
    return row("known vulnerabilities, entrypoints/web/package-lock.json", known, "packages")


def unanswered(lock: str, about: str = "any package", who: str = "advisory service") -> dict[str, Any]:
    why = f"The {who} did not answer about {about}. This needs the network: run it where there is one."
    return row(f"not asked about, {lock}", [why], "locks")


def lagging_packages(tools: Path, lock: str, asked: Sequence[str], before: datetime) -> dict[str, Any]:
    """Packages of a lock that would be newer had it been made of what was out by then."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(ROOT / "pyproject.toml", folder)
        export = ["export", "--format", "requirements.txt", "--no-emit-project", "--no-header", *asked]
        made = run([tools / "uv", *export, "--exclude-newer", before.isoformat()], where=Path(folder)).stdout.decode()
    return lagging(lock, "make lock", pinned((ROOT / lock).read_text()), pinned(made))


def pinned(lock: str) -> Mapping[str, str]:
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;]+)", lock, re.MULTILINE))


def lagging_web_packages(before: datetime) -> dict[str, Any]:
    name = "package-lock.json"
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(WEB / "package.json", folder)
        asked = ("--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund")
        run(["npm", "install", *asked, "--before", before.isoformat()], where=Path(folder))
        made = Path(folder) / name
        newest = installed(made) if made.exists() else {}
    return lagging(f"entrypoints/web/{name}", "npm update", installed(WEB / name), newest)


def installed(lock: Path) -> Mapping[str, str]:
    """The version at each place of npm's tree, the root aside."""
    return {place: each["version"] for place, each in json.loads(lock.read_text())["packages"].items() if place}


def lagging(lock: str, renewed_by: str, ours: Mapping[str, str], newest: Mapping[str, str]) -> dict[str, Any]:
    if not newest:
        return unanswered(f"the age of {lock}", who="registry")
    behind = [
        f"{name} {ours[name]}: {version} has been out for over {LAG.days} days ({renewed_by} takes it)"
        for name, version in newest.items()
        if name in ours and Version(version) > Version(ours[name])
    ]
    return row(f"{LAG.days} days behind their registry, {lock}", behind, f"of {len(ours)} packages")


def bills_of_materials(tools: Path, folder: Path) -> Iterator[dict[str, Any]]:
    """Write what is delivered, with versions and hashes; both are made from the locks."""
    folder.mkdir(parents=True, exist_ok=True)
    commands: Mapping[str, tuple[Sequence[str | Path], Path]] = {
        "python.cdx.json": ((tools / "cyclonedx-py", "requirements", "requirements.txt"), ROOT),
        "web.cdx.json": (("npm", "sbom", "--sbom-format", "cyclonedx", "--package-lock-only", "--omit", "dev"), WEB),
    }
    for name, (command, where) in commands.items():
        bill = answered(command, where)
        components = bill.get("components", []) if bill else []
        (folder / name).write_text(json.dumps(bill))
        yield {
            "name": f"bill of materials, {folder / name}",
            "value": len(components),
            "unit": "components",
            "bar": ">= 1",
            "holds": bool(components),
        }


def secrets_in_history(tools: Path) -> dict[str, Any]:
    """Whatever has the form of a key or token in any line that any version of any file ever had."""
    lines = list(lines_ever_committed())
    with tempfile.TemporaryDirectory() as folder:
        for start in range(0, len(lines), LINES):
            part = "".join(f"{line}\n" for line, _ in lines[start : start + LINES])
            (Path(folder) / f"{start}.txt").write_text(part, encoding="utf-8")
        disabled = [each for plugin in ENTROPY for each in ("--disable-plugin", plugin)]
        answer = answered([tools / "detect-secrets", "scan", "--all-files", "--no-verify", *disabled], Path(folder))
    if answer is None:
        return row("secrets in the history", ["detect-secrets failed."], "lines")
    invented = {each for hashes in INVENTED.values() for each in hashes}
    found = [
        f"{each['type']} in {lines[int(Path(name).stem) + each['line_number'] - 1][1]}, {each['hashed_secret']}"
        for name, secrets in answer["results"].items()
        for each in secrets
        if each["hashed_secret"] not in invented
    ]
    return row("secrets in the history", found, f"of {len(lines)} lines")


def lines_ever_committed() -> Iterator[tuple[str, str]]:
    """Each once, with a file and version that has it."""
    listed = run(["git", "rev-list", "--objects", "--all"]).stdout.decode().splitlines()
    paths = {sha: path for sha, _, path in (each.partition(" ") for each in listed) if path}
    stored, at, seen = run(["git", "cat-file", "--batch"], "\n".join(paths).encode()).stdout, 0, set[str]()
    while at < len(stored):
        end = stored.index(b"\n", at)
        sha, kind, size = stored[at:end].decode().split()
        content, at = stored[end + 1 : end + 1 + int(size)], end + 2 + int(size)
        if kind != "blob" or b"\0" in content:
            continue
        for line in content.decode(errors="replace").split("\n"):
            plain = line.replace("\r", " ").strip()
            if plain and plain not in seen:
                seen.add(plain)
                yield plain, f"{paths[sha]} ({sha[:12]})"


def answered(command: Sequence[str | Path], where: Path = ROOT) -> Any:
    """The JSON that a command says, whatever it thinks of what it found; None if it says none."""
    try:
        return json.loads(run(command, where=where).stdout)
    except ValueError:
        return None


def run(command: Sequence[str | Path], said: bytes = b"", where: Path = ROOT) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, input=said, capture_output=True, cwd=where, check=False)  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
