"""Downloads packages by name with the registries' own clients and unpacks them in the work folder.

A package that is not available is skipped and reported.
"""

import importlib.metadata
import json
import platform
import re
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from training.paths import HERE, WORK

File = tuple[str, bytes]


class Package(NamedTuple):
    name: str
    version: str
    licence: str
    registry: str
    heldout: bool
    files: list[File]


def names(registry: str) -> list[tuple[str, bool]]:
    lines = [line.strip() for line in (HERE / "coder" / "sources" / f"{registry}.txt").read_text().splitlines()]
    return [(line.lstrip("!"), line.startswith("!")) for line in lines if line and not line.startswith("#")]


def _run(command: list[str], folder: Path) -> bool:
    try:
        return subprocess.run(command, cwd=folder, capture_output=True, timeout=240).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def _npm(name: str, heldout: bool) -> Package | None:
    folder = WORK / "npm" / name.replace("/", "__")
    folder.mkdir(parents=True, exist_ok=True)
    if not list(folder.glob("*.tgz")) and not _run(["npm", "pack", "--silent", "--ignore-scripts", name], folder):
        return None
    files: list[File] = []
    manifest: dict = {}
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        for member in archive:
            path = member.name.split("/", 1)[-1]
            if path == "package.json":
                manifest = json.loads(archive.extractfile(member).read())
            elif (
                member.isfile()
                and member.size <= 100_000
                and path.endswith((".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs", ".jsx"))
            ):
                files.append((path, archive.extractfile(member).read()))
    licence = manifest.get("license", "")
    return Package(
        name,
        manifest["version"],
        licence if isinstance(licence, str) else licence.get("type", ""),
        "npm",
        heldout,
        files,
    )


def _python_licence(meta) -> str:
    known = [
        str(c).rsplit("::", 1)[-1].strip()
        for c in meta.get_all("Classifier") or []
        if str(c).startswith("License :: OSI Approved ::")
    ]
    short = str(meta.get("License-Expression") or meta.get("License") or "").strip()
    if "\n" in short or len(short) > 60 or not short:
        short = " AND ".join(known)
    fix = {
        "MIT License": "MIT",
        "BSD License": "BSD-3-Clause",
        "Apache Software License": "Apache-2.0",
        "Python Software Foundation License": "PSF-2.0",
        "ISC License (ISCL)": "ISC",
    }
    return " AND ".join(fix.get(part, part) for part in short.split(" AND "))


def _wheel(name: str, heldout: bool) -> Package | None:
    """A wheel contains the source of a pure Python package unchanged. A package that is installed already is read in
    place.
    """
    try:
        have = importlib.metadata.distribution(name)
        files = [
            (str(f), f.locate().read_bytes())
            for f in have.files or []
            if str(f).endswith(".py") and not str(f).startswith("..") and (f.size or 0) <= 100_000
        ]
        return Package(name, have.version, _python_licence(have.metadata), "pypi", heldout, files)
    except importlib.metadata.PackageNotFoundError:
        pass
    folder = WORK / "pypi" / name
    folder.mkdir(parents=True, exist_ok=True)
    if not list(folder.glob("*.whl")) and not _run(
        [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", name], folder
    ):
        return None
    found = next(folder.glob("*.whl"))
    with zipfile.ZipFile(found) as archive:
        files = [
            (i.filename, archive.read(i))
            for i in archive.infolist()
            if i.filename.endswith(".py") and i.file_size <= 100_000
        ]
        import email

        meta = email.message_from_bytes(
            archive.read(next(n for n in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", n)))
        )
    return Package(name, meta["Version"], _python_licence(meta), "pypi", heldout, files)


def _stdlib() -> Package:
    root = Path(sysconfig.get_paths()["stdlib"])
    files = [
        (str(p.relative_to(root)), p.read_bytes())
        for p in sorted(root.rglob("*.py"))
        if "site-packages" not in p.parts and p.stat().st_size <= 100_000
    ]
    return Package("stdlib", platform.python_version(), "PSF-2.0", "python", False, files)


def _apt(*arguments: str, folder: Path) -> bool:
    """Runs apt-get with the configured sources as source packages and with separate lists, so that the system is not
    changed.
    """
    home = WORK / "debian" / ".apt"
    if not home.exists():
        (home / "parts").mkdir(parents=True)
        (home / "lists" / "partial").mkdir(parents=True)
        for file in (*Path("/etc/apt").glob("sources.list"), *Path("/etc/apt/sources.list.d").glob("debian*")):
            # Security updates are replaced over time; the release itself is stable.
            lasting = "\n\n".join(stanza for stanza in file.read_text().split("\n\n") if "-security" not in stanza)
            text = re.sub(r"(?m)^Types: deb$", "Types: deb-src", re.sub(r"(?m)^deb ", "deb-src ", lasting))
            (home / "parts" / (file.name if file.suffix == ".sources" else "sources.list")).write_text(text)
        _run(["apt-get", *_own(home), "-qq", "update"], home)
    return _run(["apt-get", *_own(home), "-qq", *arguments], folder)


def _own(home: Path) -> list[str]:
    return [
        "-oDir::Etc::sourcelist=/dev/null",
        f"-oDir::Etc::sourceparts={home / 'parts'}",
        f"-oDir::State::lists={home / 'lists'}",
        "-oAPT::Sandbox::User=root",
    ]


def _debian(name: str, heldout: bool) -> Package | None:
    folder = WORK / "debian" / name
    folder.mkdir(parents=True, exist_ok=True)
    if not list(folder.glob("*.dsc")) and not _apt("source", "--download-only", name, folder=folder):
        return None
    version = re.search(r"(?m)^Version: (.+)$", next(folder.glob("*.dsc")).read_text()).group(1)
    with tarfile.open(next(folder.glob("*.debian.tar.*"))) as archive:
        about = archive.extractfile("debian/copyright").read().decode()
    licence = re.search(r"(?m)^Files: \*\n(?:.*\n)*?License: (.+)$", about).group(1).strip()
    files: list[File] = []
    for original in sorted(folder.glob("*.orig.tar.*")):
        if original.suffix == ".asc" or ".orig-" in original.name:
            continue
        with tarfile.open(original) as archive:
            for member in archive:
                path = member.name.split("/", 1)[-1]
                # Node's copies of other projects are in deps/ and tools/; TypeScript's tests/ are input and output of
                # its compiler.
                if (
                    member.isfile()
                    and member.size <= 100_000
                    and path.endswith((".ts", ".js", ".mjs", ".cjs", ".py"))
                    and not path.startswith(("deps/", "tools/", "tests/"))
                ):
                    files.append((path, archive.extractfile(member).read()))
    return Package(name, version, {"Expat": "MIT"}.get(licence, licence), "debian", heldout, files)


def packages(heldout_only: bool = False) -> Iterator[Package]:
    def one(job):
        registry, name, heldout = job
        try:
            package = (
                _stdlib()
                if name == "stdlib"
                else {"npm": _npm, "pypi": _wheel, "debian": _debian}[registry](name, heldout)
            )
        except Exception as error:  # one damaged archive must not end the run
            package = print(f"{name}: {error!r}", flush=True)
        if package is None:
            print(f"not available: {registry} {name}", flush=True)
        return package

    named = [(registry, *entry) for registry in ("npm", "pypi", "debian") for entry in names(registry)]
    jobs = [job for job in named if job[2] or not heldout_only]
    with ThreadPoolExecutor(8) as pool:
        yield from (package for package in pool.map(one, jobs) if package is not None)
