#!/usr/bin/env python3
"""Generates bindings for every world of some WIT and compiles them, warnings as errors.

  compile_bindings.py --witc PROGRAM --include DIR [--compilers guest,clang,gcc,c] WIT..

Guest code is compiled with clang 19 for wasm32-wasi, in C++ and in C, host code with clang 19 and g++ 12. Each argument is a file or directory for witc.
Prints what failed and a closing line; exit status 0 when everything that can be generated compiled. WIT that witc refuses counts as skipped.
"""
import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile

WARNINGS = ["-std=c++20", "-Wall", "-Wextra", "-Wconversion", "-Werror"]
COMPILERS = {
    "guest": ["clang++-19", "--target=wasm32-wasi", "-fno-exceptions", "-fno-rtti", *WARNINGS, "-fsyntax-only"],
    "clang": ["clang++-19", *WARNINGS, "-fsyntax-only"],
    "gcc": ["g++", *WARNINGS, "-fsyntax-only"],
    "c": ["clang-19", "--target=wasm32-wasi", "-std=c11", "-Wpedantic", *WARNINGS[1:], "-fsyntax-only"],
}

# Headers with macros that WIT may have for names: a program includes them before the bindings.
MACROS = [a for h in ("errno.h", "stdio.h", "assert.h", "sys/types.h", "sys/stat.h") for a in ("-include", h)]
PRECOMPILED = {"guest": [], "clang": [], "gcc": [], "c": []}


def precompile(args, work):
    """The headers that everything includes, once for each clang: most of the time goes there."""
    support = pathlib.Path(work, "support")
    support.mkdir()
    (support / "a.wit").write_text("package a:b; world w {}")
    subprocess.run([args.witc, "bindgen", str(support / "a.wit"), "--lang", "cpp", "-o", str(support)], check=True, capture_output=True)
    headers = {"guest": support / "wcomp_guest.h", "clang": pathlib.Path(args.include, "wcomp", "abi.h")}
    for compiler, header in headers.items():
        if compiler in args.compilers:
            out = support / f"{compiler}.pch"
            flags = [f for f in COMPILERS[compiler] if f != "-fsyntax-only"]
            subprocess.run([*flags, "-I", args.include, "-x", "c++-header", str(header), "-o", str(out)], check=True)
            PRECOMPILED[compiler] = ["-include-pch", str(out)]


def check(args, wit, work):
    failures = []
    folder = pathlib.Path(tempfile.mkdtemp(dir=work))
    for lang, compilers in (("cpp", ["guest"]), ("c", ["c"]), ("cpp-host", ["clang", "gcc"])):
        compilers = [c for c in compilers if c in args.compilers]
        if not compilers:
            continue
        out = folder / lang
        made = subprocess.run([args.witc, "bindgen", wit, "--lang", lang, "--all-features", "-o", str(out)], capture_output=True, text=True)
        if made.returncode != 0:
            return wit, None if made.returncode == 1 else made, made.stderr
        files = sorted(out.glob({"cpp": "*.cpp", "c": "*.c", "cpp-host": "*_host.h"}[lang]))
        # A guest's world is one program; all headers of a host go into one, so that they also have to get along.
        sources = [[str(f)] for f in files] if lang != "cpp-host" else [[a for f in files for a in ("-include", str(f))] + ["-x", "c++", "/dev/null"]]
        for compiler in compilers:
            for source in sources:
                flags = ["-I", str(out), "-I", args.include, *PRECOMPILED[compiler], *MACROS]
                run = subprocess.run(COMPILERS[compiler] + flags + source, capture_output=True, text=True)
                if run.returncode != 0:
                    failures.append((compiler, source[-1] if lang != "cpp-host" else "host", run.stderr))
                    break
    return wit, failures, ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--witc", required=True)
    parser.add_argument("--include", required=True)
    parser.add_argument("--compilers", default="guest,clang,gcc,c", type=lambda s: s.split(","))
    parser.add_argument("--lines", type=int, default=12, help="of each compiler's messages")
    parser.add_argument("--show-skipped", action="store_true")
    parser.add_argument("--must-generate", action="store_true", help="skipped WIT is a failure")
    parser.add_argument("wit", nargs="+")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        precompile(args, work)
        passed, failed, skipped = run_all(args, work)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or (skipped and args.must_generate) else 0


def run_all(args, work):
    passed, skipped, failed = 0, 0, 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for wit, failures, message in pool.map(lambda w: check(args, w, work), args.wit):
            if failures is None:
                skipped += 1
                if args.show_skipped:
                    print(f"skipped {wit}: {message.splitlines()[0] if message else ''}")
            elif not isinstance(failures, list):
                failed += 1
                print(f"FAILED {wit}: witc ended with {failures.returncode}\n{message}")
            elif failures:
                failed += 1
                for compiler, name, text in failures:
                    print(f"FAILED {wit}: {compiler} {name}\n" + "\n".join(text.splitlines()[: args.lines]))
            else:
                passed += 1
    return passed, failed, skipped


sys.exit(main())
