#!/usr/bin/env python3
"""Components that other toolchains make: those inside the packages of tests/real/packages.txt, and those that componentize-js (called directly),
componentize-py and componentize-qjs make of the guests in tests/real.

Each is validated, decoded and encoded to the same bytes, printed and parsed; its WIT is that of wasm-tools. Functions are called, and components
of one language composed with those of the other: what they print is what they print in wasmtime. What is downloaded or made stays in `--folder`.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import peers

HERE = pathlib.Path(__file__).resolve().parent / "real"
MAGIC = b"\0asm"
COMPONENT, MODULE = MAGIC + b"\x0d\0\1\0", MAGIC + b"\1\0\0\0"
PARTS = "parts:kit/"

# Calls of the world `kit`, for every toolchain; texts are WAVE.
CALLS = [
    "numbers(255, -32768, 4294967295, -9223372036854775808, 0.5, -1e300)",
    "numbers(0, 1, 2, 3, nan, inf)",
    "scale([], 2)",
    "scale([{x: 1, y: -2}, {x: 1000000, y: 7}], -3)",
    'rename({name: "a", tags: ["x", "ü☃"], at: some({x: 1, y: 2}), weight: 1.25}, "b")',
    'rename({name: "", tags: [], at: none, weight: -0.5}, "")',
    "describe(dot)",
    "describe(circle(2.5))",
    "describe(polygon([{x: 1, y: 2}, {x: -3, y: 4}]))",
    'describe(label("six"))',
    "grow(dot)",
    "grow(circle(3.75))",
    "grow(polygon([]))",
    'grow(label("x"))',
    "mix(red, red)",
    "mix(red, blue)",
    "mix(green, red)",
    "grant({read}, {exec, read})",
    "grant({}, {})",
    "divide(-7, 2)",
    "divide(7, 0)",
    'check("")',
    'check("short")',
    'check("much too long")',
    "nested(none)",
    "nested(some(ok([some(1), none, some(4294967294)])))",
    "nested(some(err(('☃', true))))",
    'reverse("añb☃")',
    'reverse("")',
    "bytes([0, 1, 254, 255])",
]
NOT_QUICKJS = ["total(1000)", 'say("hello")']  # its bindings give no u64, and it has no console


class Problem(Exception):
    pass


def run(*command, timeout=300, **options):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=timeout, **options)


def good(*command, **options):
    done = run(*command, **options)
    if done.returncode != 0:
        raise Problem(f"`{' '.join(str(c) for c in command)}` ended with {done.returncode}\n{(done.stdout + done.stderr).strip()[-1500:]}")
    return done.stdout


# --- packages and what is made with them ---

def install(folder):
    """(the venv, npm's node_modules)"""
    pins = (HERE / "packages.txt").read_text()
    rows = [line.split() for line in pins.splitlines() if line.strip() and not line.startswith("#")]
    python, npm, stamp = folder / "python", folder / "npm", folder / "installed"
    path = f"{python / 'bin'}{os.pathsep}{os.environ['PATH']}"
    if not (stamp.exists() and stamp.read_text() == pins):
        folder.mkdir(parents=True, exist_ok=True)
        stamp.unlink(missing_ok=True)
        shutil.rmtree(npm, ignore_errors=True)
        npm.mkdir()
        day = next(row[1] for row in rows if row[0] == "as-of")
        try:
            good(sys.executable, "-m", "venv", "--clear", python)
            good(python / "bin/pip", "install", "--quiet", "--disable-pip-version-check", *[f"{p}=={v}" for kind, p, v in (r for r in rows if r[0] == "pypi")], timeout=600)
            good("npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--before", day, "--prefix", npm,
                 *[f"{p}@{v}" for kind, p, v in (r for r in rows if r[0] == "npm")], timeout=600, env={**os.environ, "PATH": path})
        except (Problem, OSError, subprocess.TimeoutExpired) as problem:
            raise SystemExit(f"a package of {HERE.name}/packages.txt could not be installed: are PyPI and npm reachable? WCOMP_PEERS=off leaves this suite out\n{problem}")
        stamp.write_text(pins)
    os.environ["PATH"] = path
    return python, npm / "node_modules"


def recipes(python, modules):
    """name -> (command without the output's place, sources)"""
    wit = HERE / "wit"

    def js(tool, world, *off):
        source = HERE / "js" / f"{world}.js"
        return lambda out: ["node", HERE / "js/componentize.mjs", modules, tool, source, wit, world, out, *off]

    def py(world):
        return lambda out: [python / "bin/componentize-py", "--quiet", "-d", wit, "-w", world, "componentize", "-p", HERE / "python" / world, "app", "-o", out]

    every = ("stdio", "random", "clocks", "http", "fetch-event")
    return {"kit-js": js("componentize-js", "kit"), "user-js": js("componentize-js", "user", *every), "kit-py": py("kit"), "user-py": py("user"),
            "kit-qjs": js("qjs", "kit"), "user-qjs": js("qjs", "user"), "kit-qjs-async": js("qjs-async", "kit")}


def make(folder, name, command):
    """The component, made anew when a source or a package has changed."""
    out, key = folder / f"{name}.wasm", hashlib.sha256()
    for file in sorted(p for p in HERE.rglob("*") if p.is_file() and p.suffix in (".js", ".mjs", ".py", ".wit", ".txt")):
        key.update(file.name.encode() + file.read_bytes())
    stamp = out.with_suffix(".key")
    if not (out.exists() and stamp.exists() and stamp.read_text() == key.hexdigest()):
        good(*command(out))
        stamp.write_text(key.hexdigest())
    return out


def leb(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if data[at - 1] < 0x80:
            return value, at


def worlds_inside(module):
    """(name, contents) of the custom sections that hold a world in the form of a component."""
    at = 8
    while at < len(module):
        kind, (size, inside) = module[at], leb(module, at + 1)
        at = inside + size
        if kind == 0:
            length, begin = leb(module, inside)
            name = module[begin:begin + length].decode()
            if name.startswith("component-type"):
                yield name, module[begin + length:at]


def inside_packages(modules, folder):
    """Components and core modules among the packages' files, and the worlds inside of them. Each once, by contents."""
    folder.mkdir(exist_ok=True)
    found = {}
    for file in sorted(f for f in modules.rglob("*.wasm") if f.is_file() and not f.is_symlink()):
        data = file.read_bytes()
        parts = [("component" if data.startswith(COMPONENT) else "module", file.name, data)]
        if data.startswith(MODULE):
            parts += [("component", f"{file.name}, {name}", contents) for name, contents in worlds_inside(data)]
        for kind, what, contents in parts:
            name = hashlib.sha256(contents).hexdigest()[:12]
            if name not in found:
                out = folder / f"{name}.wasm"
                out.write_bytes(contents)
                found[name] = (kind, what, out)
    return list(found.values())


# --- checks ---

class Checks:
    def __init__(self, args):
        self.wcomp, self.reencode, self.folder = args.wcomp, args.reencode, args.folder
        self.passed, self.failed = 0, []

    def check(self, what, holds, why=""):
        if holds:
            self.passed += 1
        else:
            self.failed.append(f"{what}: {str(why).strip()[-1500:]}")

    def ends_well(self, what, *command):
        done = run(*command)
        self.check(what, done.returncode == 0 and not done.stderr, done.stderr or done.stdout)
        return done

    def output(self, what, *command, input=b""):
        done = subprocess.run([str(c) for c in command], input=input, capture_output=True, timeout=300)
        self.check(what, done.returncode == 0 and not done.stderr, done.stderr.decode(errors="replace"))
        return done.stdout

    def read(self, kind, what, file):
        """What holds of every binary: it validates, is read and written alike, and its text says all that is in it but the lengths of its numbers."""
        self.ends_well(f"{what}: validate", self.wcomp, "validate", file)
        self.ends_well(f"{what}: decode and encode", self.reencode, file)
        self.ends_well(f"{what}: inspect", self.wcomp, "inspect", file)
        # Texts are 15 times as large as their binaries: none of them touches the disk.
        again = file.with_suffix(".again.wasm")
        text = self.output(f"{what}: print", self.wcomp, "print", file)
        again.write_bytes(self.output(f"{what}: parse", self.wcomp, "parse", "-", input=text))
        self.ends_well(f"{what}: validate what was parsed", self.wcomp, "validate", again)
        self.check(f"{what}: the same text", text and text == self.output(f"{what}: print what was parsed", self.wcomp, "print", again), "printed again the text differs")
        if file.stat().st_size < 3_000_000:
            self.same_to_peers(what, file, again)
        again.unlink()
        theirs = peers.run("wasm-tools", "component", "wit", "--json", file)
        ours = run(self.wcomp, "wit", "--json", file)
        if theirs.returncode == 0:
            self.check(f"{what}: WIT", ours.returncode == 0 and same_wit(ours.stdout, theirs.stdout), ours.stderr or "it differs from wasm-tools'")
        else:
            self.check(f"{what}: no WIT", kind == "module" and ours.returncode == 1, ours.stdout[:200] + theirs.stderr)

    def same_to_peers(self, what, one, other):
        """wasm-tools prints both alike, apart from whether an element segment names table 0."""
        texts = [peers.run("wasm-tools", "print", file) for file in (one, other)]
        self.check(f"{what}: wasm-tools reads what was parsed", all(t.returncode == 0 for t in texts), texts[1].stderr)
        lines = [t.stdout.replace(" (table 0)", "") for t in texts]
        self.check(f"{what}: wasm-tools sees no difference", lines[0] == lines[1], "it prints them differently")

    def ahead(self, file):
        """Options and the file compiled by wasmtime, with Winch where it can: Cranelift takes four times as long."""
        for compiler in ("winch", "cranelift"):
            out, flags = file.with_suffix(f".{compiler}.cwasm"), ["-C", f"compiler={compiler}"]
            is_fresh = out.exists() and out.stat().st_mtime >= file.stat().st_mtime
            if is_fresh or peers.run("wasmtime", "compile", *flags, file, "-o", out).returncode == 0:
                return ["-S", "http", "--allow-precompiled", *flags], out
        raise Problem(f"wasmtime compiles {file.name} neither with Winch nor with Cranelift")

    def calls(self, name, file, calls):
        options, compiled = self.ahead(file)
        outputs = []
        for call in calls:
            ours = run(self.wcomp, "run", "--invoke", call, file)
            theirs = peers.run("wasmtime", "run", *options, "--invoke", call, compiled)
            self.check(f"{name}: {call}", theirs.returncode == 0 and (ours.returncode, ours.stdout, ours.stderr) == (0, theirs.stdout, ""),
                       f"ours {ours.returncode} {ours.stdout}{ours.stderr}; wasmtime {theirs.returncode} {theirs.stdout}{theirs.stderr}")
            outputs.append(ours.stdout)
        return outputs

    def refused(self, name, file, interface):
        done = run(self.wcomp, "run", "--invoke", "reach-out()", file)
        self.check(f"{name}: the network is refused", done.returncode == 134 and interface in done.stderr and "may be imported, and not called" in done.stderr, f"{done.returncode} {done.stdout}{done.stderr}")

    def composed(self, user, kit, made):
        out = self.folder / f"{user}+{kit}.wasm"
        fresh = out.with_suffix(".new")
        done = run(self.wcomp, "compose", made[user], made[kit], "-o", fresh)
        self.check(f"{out.name}: compose", done.returncode == 0, done.stderr)
        if done.returncode != 0:
            return
        if not out.exists() or not same_files(out, fresh):
            fresh.replace(out)
        self.ends_well(f"{out.name}: validate", self.wcomp, "validate", out)
        theirs = peers.run("wasm-tools", "validate", "-f", "all", out)
        self.check(f"{out.name}: wasm-tools validates it", theirs.returncode == 0, theirs.stderr)
        self.calls(out.name, out, ["use-all(0)", "use-all(5)"])


def resolved(text):
    """Resolved WIT with packages by name: their order is nobody's business."""
    out = json.loads(text)
    names = [p["name"] for p in out["packages"]]
    for item in out["interfaces"] + out["worlds"]:
        item["package"] = names[item["package"]]
    out["packages"] = {p["name"]: p for p in out["packages"]}
    return out


def same_wit(ours, theirs):
    """Of modules with several worlds we keep types that nothing refers to any more; they come last."""
    ours, theirs = resolved(ours), resolved(theirs)
    del ours["types"][len(theirs["types"]):]
    return ours == theirs


def same_files(a, b):
    return a.exists() and b.exists() and a.stat().st_size == b.stat().st_size and a.read_bytes() == b.read_bytes()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wcomp", required=True)
    parser.add_argument("--reencode", required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    args = parser.parse_args()
    if peers.OFF:
        print("left out: WCOMP_PEERS=off, and these components come from npm and PyPI")
        return 77
    os.environ["RUST_BACKTRACE"] = "0"
    begun = time.monotonic()
    args.folder = args.folder.resolve()
    python, modules = install(args.folder)
    print(f"packages: {time.monotonic() - begun:.0f} s", flush=True)
    checks = Checks(args)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        making = {name: pool.submit(make, args.folder, name, command) for name, command in recipes(python, modules).items()}
        packaged = inside_packages(modules, args.folder / "packaged")
        try:
            made = {name: job.result() for name, job in making.items()}
        except (Problem, subprocess.TimeoutExpired) as problem:
            raise SystemExit(f"a toolchain failed: {problem}")
        print(f"{len(made)} components made, {len(packaged)} binaries found in packages: {time.monotonic() - begun:.0f} s", flush=True)
        jobs = [pool.submit(checks.read, "component", name, file) for name, file in made.items()]
        jobs += [pool.submit(checks.read, kind, what, file) for kind, what, file in packaged]
        kits = {name: pool.submit(checks.calls, name, made[name], CALLS) for name in ("kit-js", "kit-py", "kit-qjs")}
        jobs += [pool.submit(checks.calls, name, made[name], NOT_QUICKJS) for name in ("kit-js", "kit-py")]
        jobs += [pool.submit(checks.refused, "kit-js", made["kit-js"], "wasi:http/types"), pool.submit(checks.refused, "kit-py", made["kit-py"], "wasi:sockets/")]
        jobs += [pool.submit(checks.composed, *pair, made) for pair in (("user-js", "kit-py"), ("user-py", "kit-js"), ("user-qjs", "kit-js"))]
        for job in jobs:
            job.result()
        outputs = {name: job.result() for name, job in kits.items()}
        checks.check("the languages give the same", len({tuple(o) for o in outputs.values()}) == 1,
                     [(call, *texts) for call, *texts in zip(CALLS, *outputs.values()) if len(set(texts)) > 1])
    for line in checks.failed:
        print(line)
    print(f"{len(made)} components made, {len(packaged)} binaries found in packages; {time.monotonic() - begun:.0f} s")
    print(f"{checks.passed} passed, {len(checks.failed)} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
