#!/usr/bin/env python3
"""Builds the engine with its tests for aarch64 and runs them under qemu: the interpreter and the compiler have to agree there, too.

usage: aarch64_test.py --source DIR --build DIR --cmake CMAKE [--seconds N] [--jobs N] [-D...]

Exit status 77, with the reason: something that this needs is not installed.
"""
import argparse
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys

TARGETS = ["engine_tests", "wcomp_compare_back_ends"]
# Not under qemu, which keeps hundreds of megabytes for each reservation of addresses that a process makes, and times nothing as it is.
LEFT_OUT = ["fuel ends at the same place, and so does the stack", "operands and result may be one local, in every order",
            "constants of 64 bits that no instruction takes",
            "where the system has no room for a reservation memories are checked, and hold the same"]  # a limit of addresses would be qemu's own
LEFT_OUT_FILES = "*/profiler_test.cpp,*/back_ends_test.cpp"
PACKAGES = "qemu-user-static libstdc++-12-dev-arm64-cross"


def run(what, command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    if done.returncode != 0:
        lines = done.stdout.splitlines()
        sys.exit("\n".join([f"{what}: exit status {done.returncode}: {' '.join(command)}"] + lines[-60:]))
    return done.stdout


def layout(args, target):
    """The numbers of aarch64_layout.cpp."""
    assembly = run(f"the layout for {target}", ["clang++-19", f"--target={target}-linux-gnu", "-std=c++23", "-w", "-DFMT_HEADER_ONLY=1", f"-I{args.source}",
                                               f"-I{args.source}/include", f"-I{args.build}/generated", "-S", "-o", "-", f"{args.source}/tests/aarch64_layout.cpp"])
    table = assembly[assembly.index("\nwcomp_layout:"):]
    return [int(n) for n in re.findall(r"\.(?:long|word)\s+(\d+)", table[:table.index(".size")])]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--source", required=True)
    parser.add_argument("--build", required=True)
    parser.add_argument("--cmake", default="cmake")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    args, definitions = parser.parse_known_args()
    qemu = shutil.which("qemu-aarch64-static")
    headers = subprocess.run(["clang++-19", "--target=aarch64-linux-gnu", "-fsyntax-only", "-x", "c++", "-"], input="#include <vector>\n#include <signal.h>\n",
                             text=True, stderr=subprocess.DEVNULL).returncode == 0
    if qemu is None or not headers:
        print(f"skipped: {'there is no qemu-aarch64-static' if qemu is None else 'clang finds no headers for aarch64'}; Debian has them in {PACKAGES}")
        return 77
    if not os.path.exists(os.path.join(args.build, "build.ninja")):
        run("configuring for aarch64", [args.cmake, "-S", args.source, "-B", args.build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_FLAGS_DEBUG=-O0 -g0",
                                        f"-DCMAKE_TOOLCHAIN_FILE={args.source}/cmake/aarch64.toolchain.cmake", "-DWCOMP_SAMPLES=OFF", *definitions])
    run("building for aarch64", ["ninja", "-C", args.build, f"-j{args.jobs}", *TARGETS])
    here, there = layout(args, "x86_64"), layout(args, "aarch64")
    if here != there or not here:
        sys.exit(f"structures that code knows are not laid out alike: x86-64 has {here}, aarch64 {there}")
    print(f"{len(here)} sizes and offsets are the same")
    # Each case in a process of its own, for the same reason.
    tests = os.path.join(args.build, "engine_tests")
    listed = run("the list of tests", [qemu, tests, "-ltc", f"-sfe={LEFT_OUT_FILES}"]).splitlines()
    cases = [line for line in listed if line and not line.startswith(("[doctest]", "===")) and line not in LEFT_OUT]
    if len(cases) < 100:
        sys.exit(f"only {len(cases)} tests")

    def run_case(case):
        out = run(f"`{case}` on aarch64", [qemu, tests, f"-tc={case.replace(',', '?')}"], cwd=args.build)
        if not re.search(r"\| +[1-9]\d* passed", out):
            sys.exit(f"`{case}` was not run:\n{out}")

    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for done in [pool.submit(run_case, case) for case in cases]:
            done.result()
    print(f"{len(cases)} tests of the engine")
    out = run("the interpreter and the compiler on aarch64", [qemu, os.path.join(args.build, "wcomp_compare_back_ends"), "--seconds", str(args.seconds)])
    print(out.strip().splitlines()[-1])
    return 0


sys.exit(main())
