#!/usr/bin/env python3
"""Components on our guest bindings in the reference runtime.

  peers_test.py composed.wasm
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import peers  # noqa: E402

done = peers.run("wasmtime", "run", "-W", "component-model-map=y", "--invoke", "run()", sys.argv[1])
if done is not None:
    if done.returncode != 0 or done.stdout.strip() != '"0 buckets left, 0 pages more"':
        raise SystemExit(f"status {done.returncode}\n{done.stdout}{done.stderr}")
print("1 passed" if done is not None else "0 passed, the reference runtime is left out")
