#!/usr/bin/env python3
"""Compiles programs that trap with debug information and checks what `wcomp run` says: backtraces_test.py --wcomp PROGRAM --cc CLANG --out FOLDER [--peers DIR]

Every version of DWARF that clang writes, optimized and not, under both back ends; as a module and inside a component; with debug information that is
damaged (nothing but places may be lost), taken away, or nonsense. Where wasmtime is there, it has to name the same lines.
"""
import argparse
import json
import os
import pathlib
import random
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent / "backtraces"
failures = 0


def check(ok, what, got=""):
    global failures
    if not ok:
        failures += 1
        print(f"FAILED: {what}\n{got}", file=sys.stderr)


def marks():
    out = {}
    for path in sorted(HERE.iterdir()):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if m := re.search(r"// at: (\w+)$", line):
                out[path.name, m[1]] = f"{path.name}:{number}"
    return out


def run(wcomp, module, *options, call=("--invoke", "run"), env=None):
    done = subprocess.run([wcomp, "run", *options, *call, str(module)], capture_output=True, text=True, errors="replace", timeout=60, env=dict(os.environ, **(env or {})))
    return done.returncode, done.stderr


def frames(text):
    """[(function, [place, ..]), ..]: functions that were inlined are entries of their own."""
    out = []
    for line in text.splitlines():
        if m := re.match(r"  +\d+: (.*) at 0x[0-9a-f]+$", line):
            out.append((m[1].split("!", 1)[-1], []))
        elif m := re.match(r"      inlined into (.*)$", line):
            out.append((m[1], []))
        elif (m := re.match(r"        (\S.*)$", line)) and out:
            out[-1][1].append(m[1])
    return out


def places(text):
    return [re.sub(r"^.*/", "", p).rsplit(":", 1)[0] if p.count(":") == 2 else re.sub(r"^.*/", "", p) for _, ps in frames(text) for p in ps]


def section_names(data):
    """(name, start, end) of custom sections."""
    def leb(at):
        value = shift = 0
        while True:
            byte = data[at]
            value |= (byte & 127) << shift
            at, shift = at + 1, shift + 7
            if byte < 128:
                return value, at
    at = 8
    while at < len(data):
        kind = data[at]
        size, body = leb(at + 1)
        if kind == 0:
            length, name = leb(body)
            yield data[name:name + length].decode(), name + length, body + size, at
        at = body + size


def main():
    parser = argparse.ArgumentParser()
    for option in ("wcomp", "cc", "out", "peers"):
        parser.add_argument("--" + option, required=option != "peers")
    o = parser.parse_args()
    out = pathlib.Path(o.out)
    out.mkdir(parents=True, exist_ok=True)
    at = marks()
    backends = ["interp"]
    if "no compiler" not in subprocess.run([o.wcomp, "run", "--backend", "jit", "-"], input="", capture_output=True, text=True).stderr:
        backends.append("jit")

    def compile(source, name, *flags):
        target = out / name
        subprocess.run([o.cc, "--target=wasm32", "-nostdlib", "-Wl,--no-entry", *flags, HERE / source, "-o", target], check=True)
        return target

    cpp = [("app::divide(int, int volatile*)", "divide.h", "divide"), ("app::quotient(int)", "crash.cpp", "quotient"), ("app::middle(int)", "crash.cpp", "middle"),
           ("app::Box<int>::get(int) const", "crash.cpp", "get"), ("run", "crash.cpp", "run")]
    for version in ("-gdwarf-2", "-gdwarf-3", "-gdwarf-4", "-gdwarf-5"):
        for level in ("-O0", "-O1", "-O2"):
            module = compile("crash.cpp", f"crash{version}{level}.wasm", version, level)
            for backend in backends:
                status, text = run(o.wcomp, module, "--backend", backend)
                want = [(name, at[file, mark]) for name, file, mark in cpp]
                got = [(name, p) for (name, _), p in zip(frames(text), places(text))]
                check(status == 134 and "integer divide by zero" in text, f"{module.name} traps", text)
                check(got == want, f"{module.name} under {backend}: expected {want}", text)
            if o.peers and (wasmtime := pathlib.Path(o.peers) / "bin/wasmtime").exists():
                theirs = subprocess.run([wasmtime, "run", "--invoke", "run", module], capture_output=True, text=True, env=dict(os.environ, WASMTIME_BACKTRACE_DETAILS="1")).stderr
                lines = [re.sub(r"^.*/", "", m) for m in re.findall(r" at (\S+:\d+):\d+", theirs)]
                check(lines == places(text), f"{module.name}: wasmtime names {lines}", text + theirs)

    c = compile("crash.c", "crash_c.wasm", "-g", "-O1", "-fno-optimize-sibling-calls")
    status, text = run(o.wcomp, c)
    check([n for n, _ in frames(text)] == ["read_at", "read_at", "read_at", "run"], "functions of C", text)
    check(places(text)[0] == at["crash.c", "read"] and places(text)[-1] == at["crash.c", "run"], "lines of C", text)
    as_json = run(o.wcomp, c, "--message-format=json")[1]
    source = json.loads(as_json.splitlines()[0])["backtrace"][0]["source"]
    check(source[0]["file"].endswith("/crash.c") and source[0]["function"] == "read_at", "places are in JSON, too", as_json)

    # Without debug information names are left, without names numbers.
    bare = compile("crash.cpp", "bare.wasm", "-O1")
    text = run(o.wcomp, bare)[1]
    check([n for n, _ in frames(text)] == ["app::quotient(int)", "app::Box<int>::get(int) const", "run"] and not places(text), "names without lines", text)
    stripped = compile("crash.cpp", "stripped.wasm", "-O1", "-s")
    text = run(o.wcomp, stripped)[1]
    check(len(frames(text)) == 3 and frames(text)[0][0].startswith("func[") and not places(text), "numbers without names", text)
    mangled = compile("crash.cpp", "mangled.wasm", "-O1", "-Wl,--no-demangle")
    text = run(o.wcomp, mangled)[1]
    check([n for n, _ in frames(text)] == ["app::quotient(int)", "app::Box<int>::get(int) const", "run"], "mangled names", text)

    # In a component the offsets of the code are others, the lines are not.
    component = out / "component.wasm"
    (out / "run.wit").write_text("package test:crash;\nworld app { export run: func() -> s32; }\n")
    module = compile("crash.cpp", "inner.wasm", "-gdwarf-5", "-O1")
    subprocess.run([o.wcomp, "embed", out / "run.wit", module, "-o", out / "embedded.wasm"], check=True)
    subprocess.run([o.wcomp, "new", out / "embedded.wasm", "-o", component], check=True)
    status, text = run(o.wcomp, component, call=("--invoke", "run()"))
    check(status == 134 and places(text) == [at[file, mark] for _, file, mark in cpp], "lines inside a component", text)

    # Damage: the trap and the names of functions stay, whatever becomes of the places.
    whole = (out / "crash-gdwarf-5-O1.wasm").read_bytes()
    ranges = [(s, e) for name, s, e, _ in section_names(whole) if name.startswith(".debug")]
    rng = random.Random(1)
    names = [n for n, _ in frames(run(o.wcomp, bare)[1])]
    for round in range(40):
        data = bytearray(whole)
        for _ in range(rng.choice((1, 3, 50))):
            start, end = rng.choice(ranges)
            data[rng.randrange(start, end)] = rng.choice((0, 1, 0x7f, 0x80, 0xff, rng.randrange(256)))
        damaged = out / "damaged.wasm"
        damaged.write_bytes(data)
        status, text = run(o.wcomp, damaged)
        check(status == 134 and len([f for f in text.splitlines() if re.match(r"  +\d+: ", f)]) == len(names), f"damaged debug information, round {round}", text)
    print(f"backtraces: {failures} failures, back ends: {', '.join(backends)}")
    return 1 if failures else 0


sys.exit(main())
