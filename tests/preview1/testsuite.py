#!/usr/bin/env python3
"""Runs WASI's own tests of preview 1 as core modules: testsuite.py --wcomp WCOMP [NAME..]

The programs are not part of the repository: they are looked for in ../shared/conformance/wasi-testsuite beside it (or in
$WCOMP_CONFORMANCE). Folders are copied before a program may write to them. Standard output is compared where an expectation is written
down; standard error has to be empty.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def problems_of(wcomp, program):
    spec_file = program.with_suffix(".json")
    spec = json.loads(spec_file.read_text()) if spec_file.exists() else {}
    with tempfile.TemporaryDirectory() as scratch:
        command = [wcomp, "run"]
        if spec.get("root"):
            folder = pathlib.Path(scratch) / "root"
            shutil.copytree(program.parent / spec["root"], folder, symlinks=True)
            for left_over in folder.glob("*.cleanup"):
                shutil.rmtree(left_over) if left_over.is_dir() else left_over.unlink()
            command.append(f"--dir={folder}::/")
        command += [f"--env={name}={value}" for name, value in spec.get("env", {}).items()]
        try:
            done = subprocess.run(command + [program, *spec.get("args", [])], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)
        except subprocess.TimeoutExpired:
            return ["it does not end"]
    found = []
    for what, have, want in (("exit status", done.returncode, spec.get("exit_code", 0)), ("standard output", done.stdout, spec.get("stdout")),
                             ("standard error", done.stderr, spec.get("stderr", ""))):
        if want is not None and have != want:
            found.append(f"{what} {have!r}, expected {want!r}")
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--wcomp", required=True)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    data = pathlib.Path(os.environ.get("WCOMP_CONFORMANCE", ROOT.parent / "shared" / "conformance")) / "wasi-testsuite"
    programs = sorted(p for p in data.glob("*-p1/*.wasm") if not options.names or p.stem in options.names)
    if not programs:
        print("wasi-testsuite: the programs are not here, nothing was run")
        return 0
    failed = 0
    for program in programs:
        found = problems_of(options.wcomp, program)
        if found:
            failed += 1
            print(f"FAILED {program.parent.name}/{program.name}: " + "; ".join(found))
    print(f"{len(programs) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
