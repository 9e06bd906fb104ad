#!/usr/bin/env python3
"""Composes and runs tests/compositions: resources that travel through three components, with what is alive counted at every step. Prints what wasmtime prints."""
import argparse
import itertools
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import peers

# parts, calls, a text that the first call's output holds, the call that traps, how we and wasmtime say why
CASES = {
    "library": (["reader", "store", "index"], ["read(40)", "read(0)", "read(7)"], "cursor ended: 0 documents, 0 cursors", "misuse()",
                ("unknown handle", "unknown handle index")),
    "pool": (["driver", "worker", "pool"], ["drive(50)", "drive(0)", "drive(2)"], "all ended: 2 slots, 2 leases, free 0 1", "misuse()",
             ("handle has a different resource type: handle 1 is a `job`, expected a `lease`", "used with the wrong type")),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wcomp", required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    args = parser.parse_args()
    passed, failed = 0, []

    def check(what, holds, why):
        nonlocal passed
        passed += bool(holds)
        if not holds:
            failed.append(f"{what}: {why}")

    def run(*command):
        return subprocess.run([args.wcomp, *map(str, command)], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)

    with tempfile.TemporaryDirectory() as folder:
        for name, (parts, calls, part_of_output, trap, reasons) in CASES.items():
            composed = set()
            for order in itertools.permutations(parts):
                out = pathlib.Path(folder, f"{name}.wasm")
                done = run("compose", *(args.folder / name / f"{p}.wasm" for p in order), "-o", out)
                check(f"{name}: compose {order}", done.returncode == 0 and not done.stderr, done.stderr)
                done = run("run", "--invoke", calls[0], out)
                check(f"{name}: {calls[0]} composed as {order}", done.returncode == 0 and part_of_output in done.stdout and not done.stderr, f"{done.stdout}{done.stderr}")
                composed.add(done.stdout)
            check(f"{name}: whatever the order", len(composed) == 1, composed)
            theirs = peers.run("wasm-tools", "validate", out)
            check(f"{name}: wasm-tools validates it", theirs is None or theirs.returncode == 0, theirs and theirs.stderr)
            for call in calls:
                ours, theirs = run("run", "--invoke", call, out), peers.run("wasmtime", "run", "--invoke", call, out)
                check(f"{name}: {call}", ours.returncode == 0 and (theirs is None or (theirs.returncode, theirs.stdout) == (0, ours.stdout)),
                      f"ours {ours.returncode} {ours.stdout}{ours.stderr}, wasmtime {theirs and theirs.stdout}{theirs and theirs.stderr}")
            ours, theirs = run("run", "--invoke", trap, out), peers.run("wasmtime", "run", "--invoke", trap, out)
            check(f"{name}: a handle that was given away", ours.returncode == 134 and reasons[0] in ours.stderr, f"{ours.returncode} {ours.stdout}{ours.stderr}")
            check(f"{name}: wasmtime says the same", theirs is None or (theirs.returncode != 0 and reasons[1] in theirs.stderr), theirs and theirs.stderr)
    for line in failed:
        print(line)
    print(f"{passed} passed, {len(failed)} failed" + (f" ({peers.left_out} left out without peers)" if peers.left_out else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
