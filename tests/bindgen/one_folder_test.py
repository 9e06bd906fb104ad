#!/usr/bin/env python3
"""Worlds of one package whose bindings are made one after the other, into one folder: in any order it is what one command makes, and compiles.

  one_folder_test.py --witc PROGRAM --include DIR

The worlds share interfaces that one imports, another exports and a third only takes types from; in one of them there are types that have no
bindings so far.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

WIT = """
package one:folder;
interface store {
  record entry { key: string, value: list<u8> }
  resource bucket {
    constructor(name: string);
    get: func(key: string) -> option<entry>;
    all: static func() -> list<bucket>;
  }
  record full { of: bucket, first: entry }
  variant place { nowhere, inside(borrow<bucket>) }
  look: func(at: place) -> u32;
  clear: func();
}
interface report {
  use store.{entry, bucket, full};
  add: func(e: entry, at: borrow<bucket>) -> result<full, string>;
}
interface later {
  record plain { x: u32 }
  record waiting { s: stream<u8>, p: plain }
  now: func(p: plain) -> u32;
}
interface uses-later { use later.{plain}; f: func(p: plain); }
world importer { import store; import report; }
world exporter { export store; export report; }
world reporter { export report; import uses-later; }
world both { import store; export store; export uses-later; }
world renamer { import hot: store; export cold: store; }
"""
WORLDS = ["importer", "exporter", "reporter", "both", "renamer"]
FLAGS = ["-std=c++20", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-fsyntax-only"]


def bindings(args, wit, lang, runs, folder):
    """What lies in the folder after these runs, each for some worlds."""
    for worlds in runs:
        subprocess.run([args.witc, "bindgen", wit, "--lang", lang, "-q", "-o", folder, *(w for world in worlds for w in ("--world", world))], check=True)
    return {f.name: f.read_bytes() for f in folder.iterdir()}


def compiles(command, what):
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode != 0:
        print(f"FAILED {what}\n" + "\n".join(run.stderr.splitlines()[:20]))
    return run.returncode == 0


def check(args, lang, work):
    wit = work / "worlds.wit"
    wit.write_text(WIT)
    at_once = bindings(args, wit, lang, [WORLDS], work / lang)
    passed = True
    for name, order in (("in order", WORLDS), ("backwards", WORLDS[::-1])):
        found = bindings(args, wit, lang, [[w] for w in order], work / f"{lang} {name}")
        for file in sorted(at_once.keys() | found.keys()):
            if at_once.get(file) != found.get(file):
                print(f"FAILED {lang}/{file}: worlds {name} make another one than all at once")
                passed = False
    if lang == "cpp":
        guest = ["clang++-19", "--target=wasm32-wasi", "-fno-exceptions", "-fno-rtti", *FLAGS, "-I", work / lang]
        passed &= compiles([*guest, *(work / lang / f"{w}.cpp" for w in WORLDS)], "the guests' glue")
    elif lang == "cpp-host":
        headers = [a for w in WORLDS for a in ("-include", work / lang / f"{w}_host.h")]
        passed &= compiles(["clang++-19", *FLAGS, "-I", work / lang, "-I", args.include, *headers, "-x", "c++", "/dev/null"], "a host of all worlds")
    return passed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--witc", required=True)
    parser.add_argument("--include", required=True)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        results = [check(args, lang, pathlib.Path(work)) for lang in ("cpp", "cpp-host", "c")]
    print(f"{results.count(True)} passed, {results.count(False)} failed")
    return 0 if all(results) else 1


sys.exit(main())
