#!/usr/bin/env python3
"""Guests in C and C++ composed with each other, here and in the reference runtime.

  composed_c_test.py --bin BUILD --components DIR
"""
import argparse
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import peers  # noqa: E402

NOTHING_LEFT = '"0 buckets left, 0 pages more"'
# component, call, answer, whether the reference runtime can say it
CASES = [
    ("c_composed", "run()", NOTHING_LEFT, True),
    ("c_with_cpp", "run()", NOTHING_LEFT, True),
    ("cpp_with_c", "run()", NOTHING_LEFT, True),
    ("c_more", "run()", '"0 and 0 blocks left"', True),
    ("fixed_composed", "run()", '"0 and 0 blocks left"', False),
    ("fixed_with_c", "run()", '"0 and 0 blocks left"', False),
    ("c_fixed", 'turn([[1, 2, 3], [4, 5, 65535]], ["first", ""])', '([[65535, 5, 4], [3, 2, 1]], ["", "first"])', False),
    ("c_fixed", "count([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]])", "210", False),
]

parser = argparse.ArgumentParser()
parser.add_argument("--bin", required=True)
parser.add_argument("--components", required=True)
args = parser.parse_args()
failed, by_peer = 0, 0
for name, call, answer, is_for_peers in CASES:
    component = str(pathlib.Path(args.components, name + ".wasm"))
    runs = [subprocess.run([f"{args.bin}/wcomp", "run", "--wasm-features", "cm-fixed-length-lists", "--invoke", call, component], capture_output=True, text=True)]
    if is_for_peers:
        runs.append(peers.run("wasmtime", "run", "-W", "component-model-map=y", "--invoke", call, component))
        by_peer += runs[-1] is not None
    for done in runs:
        if done is not None and (done.returncode != 0 or done.stdout.strip() != answer):
            failed += 1
            print(f"FAILED {name} {call}: status {done.returncode}, wanted {answer}\n{done.stdout}{done.stderr}")
print(f"{len(CASES)} components' calls, {by_peer} also in the reference runtime, {failed} failed")
sys.exit(1 if failed else 0)
