#!/usr/bin/env python3
"""Composes and runs the calculator of samples/: the same output here and in wasmtime, whatever the order of the inputs."""
import argparse
import itertools
import pathlib
import subprocess
import tempfile

import peers

args = argparse.ArgumentParser(description=__doc__)
args.add_argument("--bin", type=pathlib.Path, required=True)
args.add_argument("--step", type=int, required=True)
options = args.parse_args()

parts = ["app", "calculator", "adder", "subtractor"] + (["multiplier"] if options.step == 2 else [])
expected = {"add": "2 + 1 = 3\n", "sub": "2 - 1 = 1\n"} | ({"mul": "2 * 1 = 2\n"} if options.step == 2 else {})
folder = options.bin / "samples" / "calculator" / f"step{options.step}"
wcomp = options.bin / "wcomp"
checks = 0


def check(what, found, wanted):
    global checks
    checks += 1
    if found != wanted:
        raise SystemExit(f"{what}: expected {wanted!r}, found {found!r}")


def run(*command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr


with tempfile.TemporaryDirectory() as temporary:
    main = pathlib.Path(temporary, "main.wasm")
    first = None
    for order in itertools.islice(itertools.permutations(parts), 0, None, 17):
        check(f"compose {order}", run(wcomp, "compose", *(folder / f"{p}.wasm" for p in order), "-o", main)[::2], (0, ""))
        check(f"add composed as {order}", run(wcomp, "run", main, 2, 1, "add"), (0, expected["add"], ""))
    validated = peers.run("wasm-tools", "validate", main)
    if validated is not None:
        check("wasm-tools validate", (validated.returncode, validated.stderr), (0, ""))
    for operation, output in expected.items():
        check(operation, run(wcomp, "run", main, 2, 1, operation), (0, output, ""))
        check(f"{operation}, without `run`", run(wcomp, main, 2, 1, operation), (0, output, ""))
        peer = peers.run("wasmtime", "run", main, 2, 1, operation)
        if peer is not None:
            check(f"{operation} in wasmtime", (peer.returncode, peer.stdout), (0, output))
    status, output, message = run(wcomp, "run", main, "two", 1, "add")
    check("a wrong argument", (status, output, message.startswith("usage: app")), (1, "", True))
    # Options after FILE belong to the guest.
    check("options after FILE", run(wcomp, "run", main, "--env", "A=B", "--help")[0], 1)

print(f"{checks} passed, 0 failed" + (f" ({peers.left_out} left out without peers)" if peers.left_out else ""))
