#!/usr/bin/env python3
"""Preview 1 programs, as core modules and as components through the built-in adapter: both run the same in wcomp and in wasmtime, and the component
validates in wasm-tools.

usage: run.py --wcomp WCOMP --peers FOLDER --cc CLANG --out FOLDER
WCOMP_PEERS=off skips the peers and says how many runs that were.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
MANY = "".join(f"line {i % 7}\n" for i in range(20000))
COUNTS = "".join(f"line {i}={20000 // 7 + (i < 20000 % 7)}\n" for i in range(7))

# source, link flags, arguments, environment, standard input, needs a folder, standard output, standard error, exit status
CASES = [
    ("allocate.c", [], ["one", "two words"], {"GREETING": "hello"}, "", False,
     "0=program\n1=one\n2=two words\nGREETING=hello\nintact\n", "to standard error\n", 1),
    ("full_heap.c", ["-Wl,--max-memory=8388608"], ["last"], {}, "", False, "many blocks\n2 arguments, last last\nintact\n", "", 0),
    ("lines.cpp", [], [], {}, "b\na\nb\nlast", False, "a=1\nb=2\nlast=1\n", "4 lines\n", 0),
    ("lines.cpp", [], [], {}, MANY, False, COUNTS, "20000 lines\n", 0),
    ("files.c", [], [], {}, "", True,
     "20001 lines, last end\nend\nat 208894\n208894 bytes, folder: 0\n102 entries\nlink to b.txt\nnone: No such file or directory\noutside: refused\n", "", 0),
    ("clock.c", [], [], {}, "", False,
     "sleep 0\nslept: 1\nthis century: 1\nrandom 0\nvaried: 1\nclose 57: -1 1\nseek on a stream: -1 1\nread from output: -1 1\n", "", 0),
]

# Only as a module and only here: peers read a directory anew for each call, so that a place in it means something else after a change, and
# refuse exit statuses from 126 on.
MODULE_CASES = [
    ("posix.c", [], [], {}, "hello\n", True, """302 entries, again from the middle 151, same 1
left 204, first . ..
size 10 links 1 times 1000.1 2000.2 type 100000
link itself 3000 size 1
what it leads to 2000 links 2
readlink 1 f-
pread 4 3456
pwrite 2 at 10
read 5 01234
renumber 0
write to it -1 Bad file descriptor
closed -1 Bad file descriptor
No such file or directory
Is a directory
Not a directory
Symbolic link loop
File exists
Directory not empty
File exists
Not a directory
Invalid seek
Invalid seek
poll 1 1 1
sleep 0
slept 1
stdin hello
""", "", 200),
]


def must(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


def build(options, source, flags):
    name = pathlib.Path(source).stem
    core, component = options.out / f"{name}.core.wasm", options.out / f"{name}.wasm"
    compiler = [options.cc + ("++" if source.endswith(".cpp") else "") + options.cc_suffix, "--target=wasm32-wasi"]
    obj = options.out / f"{name}.o"
    must(compiler + ["-O2"] + (["-fno-exceptions"] if source.endswith(".cpp") else []) + ["-c", HERE / source, "-o", obj])
    must(compiler + [obj, "-o", core] + flags)
    must([options.wcomp, "new", core, "-o", component])
    return core, component


def run(label, command, case, folder):
    _, _, _, _, stdin, needs_folder, stdout, stderr, status = case
    if needs_folder:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=120)
    problems = []
    if done.stdout != stdout:
        problems.append(f"standard output {done.stdout!r}, expected {stdout!r}")
    if stderr not in done.stderr or (status == 0 and done.stderr != stderr):
        problems.append(f"standard error {done.stderr!r}, expected {stderr!r}")
    if done.returncode != status:
        problems.append(f"exit status {done.returncode}, expected {status}")
    if problems:
        print(f"FAILED {label}: " + "; ".join(problems))
    return not problems


def main():
    parser = argparse.ArgumentParser()
    for option in ("wcomp", "peers", "cc", "out"):
        parser.add_argument("--" + option, required=True)
    options = parser.parse_args()
    options.out = pathlib.Path(options.out)
    options.out.mkdir(parents=True, exist_ok=True)
    options.cc, _, suffix = options.cc.partition("-")
    options.cc_suffix = "-" + suffix if suffix else ""
    peers = os.environ.get("WCOMP_PEERS") != "off"
    bin_ = pathlib.Path(options.peers) / "bin"
    if peers and not (bin_ / "wasmtime").exists():
        sys.exit("the peers are not installed: run scripts/peers, or set WCOMP_PEERS=off")
    passed = failed = skipped = 0
    for case in CASES + MODULE_CASES:
        source, flags, args, env, _, needs_folder, *_ = case
        core, component = build(options, source, flags)
        folder = options.out / "folder"
        grants = [f"--dir={folder}::/d"] if needs_folder else []
        grants += [f"--env={k}={v}" for k, v in env.items()]
        runs = [(f"wcomp as a {kind}", [options.wcomp, "run", *grants, file, *args]) for kind, file in (("module", core), ("component", component))]
        if case in MODULE_CASES:
            runs = runs[:1]
        elif peers:
            must([bin_ / "wasm-tools", "validate", component])
            runs += [(f"wasmtime as a {kind}", [bin_ / "wasmtime", "run", *grants, file, *args]) for kind, file in (("module", core), ("component", component))]
        else:
            skipped += 1
        for name, command in runs:
            if run(f"{source} in {name}", command, case, folder):
                passed += 1
            else:
                failed += 1
    if skipped:
        print(f"{skipped} runs of peers skipped (WCOMP_PEERS=off)")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
