#!/usr/bin/env python3
"""Results whose error is lifted when it is looked at: a guest makes each kind of them and does all that can be done with one.

  late_test.py --wcomp PROGRAM
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
FLAGS = ["-Wall", "-Wextra", "-Wconversion", "-Werror", *(f"-Wl,--wrap={f}" for f in ("malloc", "calloc", "realloc", "free"))]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--wcomp", required=True)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        guest = pathlib.Path(folder, "late.wasm")
        sources = [HERE / "late.cpp", HERE.parent / "roundtrip/checked_alloc.cpp"]
        subprocess.run([args.wcomp, "c++", "--wit", HERE, "--world", "late", *sources, *FLAGS, "-o", guest], check=True)
        return subprocess.run([args.wcomp, "run", guest]).returncode


if __name__ == "__main__":
    sys.exit(main())
