#!/usr/bin/env python3
"""Builds the programs of tests/preview1/go with the Go toolchain, if there is one, and runs them in wcomp: go.py --wcomp WCOMP --out FOLDER

Only Go's own packages are used, so nothing is fetched.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
# program, arguments, standard input, standard output, exit status
CASES = [
    ("hello", [], "", "hello from Go\n", 0),
    ("work", ["a", "b c"], "x\ny", """3 [a b c] hi
sum 45 true
31 <nil> c file-29
file-07 <nil>
7 <nil>
1 2000000000007 <nil>
"one\\ntwo\\n"
walked 35
refused
<nil>
in: x
in: y
""", 42),
]


def main():
    parser = argparse.ArgumentParser()
    for option in ("wcomp", "out"):
        parser.add_argument("--" + option, required=True)
    options = parser.parse_args()
    go = shutil.which("go") or next((p for p in ("/usr/local/go/bin/go", "/usr/lib/go/bin/go") if os.path.exists(p)), None)
    if go is None:
        print("there is no Go toolchain here, nothing was run")
        return 0
    out = pathlib.Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    env = dict(os.environ, GOOS="wasip1", GOARCH="wasm", GOCACHE=str(out / "cache"), GOPROXY="off", GOTOOLCHAIN="local", GOFLAGS="", GO111MODULE="off")
    failed = 0
    for name, args, stdin, stdout, status in CASES:
        module = out / f"{name}.wasm"
        built = subprocess.run([go, "build", "-o", module, HERE / "go" / f"{name}.go"], env=env, capture_output=True, text=True)
        if built.returncode != 0:
            if "unsupported GOOS/GOARCH" in built.stderr:
                print("this Go toolchain is older than wasip1, nothing was run")
                return 0
            sys.exit(built.stderr)
        folder = out / "folder"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        done = subprocess.run([options.wcomp, "run", f"--dir={folder}::/", "--env=GREETING=hi", module, *args], input=stdin, capture_output=True, text=True,
                              timeout=120)
        if (done.stdout, done.stderr, done.returncode) != (stdout, "", status):
            failed += 1
            print(f"FAILED {name}.go: standard output {done.stdout!r}, expected {stdout!r}; standard error {done.stderr!r}; status {done.returncode}")
    print(f"{len(CASES) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
