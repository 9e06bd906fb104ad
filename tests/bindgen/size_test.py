#!/usr/bin/env python3
"""Guests on generated bindings, set against hand-written glue for the Canonical ABI that does the same, both stripped and with the same flags.

The hand-written ones are those of the shared benchmarks (`--guests`); where they are missing the test says so. Sizes do not depend on the machine's
load, so the limits are close to what is measured; what a limit is above 1.1 is the price of values that own their memory.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
FLAGS = ["--target=wasm32-wasi", "-O2", "-mbulk-memory", "-mexec-model=reactor", "-Wl,--strip-all"]
LIMITS = {"caller": 1.18, "callee": 1.18}  # times the hand-written one


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--witc", type=pathlib.Path, required=True)
    parser.add_argument("--guests", type=pathlib.Path, default=HERE.parent.parent.parent / "shared/bench")
    args = parser.parse_args()
    calls = args.guests / "calls"
    if not calls.is_dir():
        print(f"skipped: no hand-written guests at {args.guests}")
        return 0
    failed = 0
    for name, limit in LIMITS.items():
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            subprocess.run(["clang-19", *FLAGS, calls / f"{name}.c", "-o", folder / "hand.wasm"], check=True)
            subprocess.run([args.witc, "bindgen", calls / "wit", "--lang", "cpp", "--world", name, "--no-impl", "-q", "-o", folder], check=True)
            subprocess.run(["clang++-19", *FLAGS, "-std=c++20", "-fno-exceptions", "-fno-rtti", f"-I{folder}", f"-I{HERE / 'size'}", HERE / "size" / f"{name}.cpp",
                            folder / f"{name}.cpp", "-o", folder / "made.wasm"], check=True)
            hand, made = ((folder / f).stat().st_size for f in ("hand.wasm", "made.wasm"))
        ratio = made / hand
        print(f"{name}: {made} bytes, hand-written {hand}: {ratio:.3f} (at most {limit})")
        failed += ratio > limit
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
