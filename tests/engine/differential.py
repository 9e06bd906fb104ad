#!/usr/bin/env python3
"""Generated modules, run by us and by wasmtime: differential.py --program WCOMP_DIFFERENTIAL [--seconds S] [--seed N] [--jobs J]

wcomp_differential generates modules from seeds, runs them, and writes a script that asserts what came out; `wasmtime wast` checks it. What
differs is narrowed down to one seed, whose script is kept and named. Without --seed the seeds are fixed, so that a run of the tests means
the same every time; scripts/fuzz gives a new one.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import peers

PEER_FEATURES = "exceptions=y,function-references=y,tail-call=y,memory64=y,multi-memory=y,relaxed-simd=y"
CHUNK = 40


def check(program, seed, count, is_deterministic, folder):
    """None, or what is wrong: (seed, text)."""
    script = pathlib.Path(folder) / f"seed-{seed}{'-deterministic' if is_deterministic else ''}.wast"
    with open(script, "w") as out:
        made = subprocess.run([program, "--seed", str(seed), "--count", str(count), *(["--deterministic"] if is_deterministic else [])],
                              stdout=out, stderr=subprocess.PIPE, text=True, errors="replace", timeout=300)
    if made.returncode == 0:
        options = PEER_FEATURES + (",nan-canonicalization=y,relaxed-simd-deterministic=y" if is_deterministic else "")
        done = peers.run("wasmtime", "wast", "-W", options, script)
        if done.returncode == 0:
            script.unlink()
            return None
    if count == 1:
        text = made.stderr[-3000:] if made.returncode != 0 else done.stderr[-1500:]
        return seed, f"seed {seed}: {f'we end with {made.returncode}' if made.returncode else 'wasmtime does not agree'}\n{text}\n  the script is {script}"
    script.unlink()
    for half in ((seed, count // 2), (seed + count // 2, count - count // 2)):
        if (wrong := check(program, *half, is_deterministic, folder)) is not None:
            return wrong
    return seed, f"seeds {seed} to {seed + count - 1}: wrong together, but not one by one"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", default=None, help="folder for the scripts of what differs")
    args = parser.parse_args()
    if peers.OFF:
        print("differential: wasmtime is needed and peers are off, 1 left out")
        return 77  # skipped, to ctest
    folder = args.keep or tempfile.mkdtemp(prefix="wcomp-differential-")
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    end = time.monotonic() + args.seconds
    state = {"next": args.seed, "modules": 0}
    wrong = []

    def work(_):
        while time.monotonic() < end and not wrong:
            seed, state["next"] = state["next"], state["next"] + CHUNK
            found = check(args.program, seed, CHUNK, seed // CHUNK % 2 == 1, folder)
            if found is not None:
                wrong.append(found)
            state["modules"] += CHUNK

    with ThreadPoolExecutor(args.jobs) as pool:
        list(pool.map(work, range(args.jobs)))
    for _, text in wrong:
        print(text)
    print(f"differential: {state['modules']} modules from seed {args.seed} on, {len(wrong)} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
