#!/usr/bin/env python3
"""Bindings for WIT of ours, as they are read: golden/NAME/NAME.wit and, beside it, what witc makes of it for guests and hosts.

  golden_test.py --witc PROGRAM [--bless]

--bless writes what witc makes now; read the difference as code.
"""
import argparse
import difflib
import pathlib
import shutil
import subprocess
import sys
import tempfile

GOLDEN = pathlib.Path(__file__).resolve().parent / "golden"


def generated(witc, wit, lang, folder):
    subprocess.run([witc, "bindgen", wit, "--lang", lang, "-q", "-o", folder], check=True)
    return {f.name: f.read_text() for f in sorted(folder.iterdir()) if f.suffix != ".o" and f.name != "wcomp_guest.h"}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--witc", required=True)
    parser.add_argument("--bless", action="store_true")
    args = parser.parse_args()
    checked, wrong = 0, 0
    for case in sorted(GOLDEN.iterdir()):
        for lang in ("cpp", "c", "cpp-host"):
            with tempfile.TemporaryDirectory() as folder:
                found = generated(args.witc, case / f"{case.name}.wit", lang, pathlib.Path(folder))
            expected = {f.name: f.read_text() for f in (case / lang).glob("*")}
            if args.bless:
                shutil.rmtree(case / lang, ignore_errors=True)
                (case / lang).mkdir()
                for name, text in found.items():
                    (case / lang / name).write_text(text)
                continue
            for name in sorted(found.keys() | expected.keys()):
                checked += 1
                if found.get(name) != expected.get(name):
                    wrong += 1
                    print(f"FAILED {case.name}/{lang}/{name}")
                    lines = difflib.unified_diff(expected.get(name, "").splitlines(), found.get(name, "").splitlines(), "expected", "found", lineterm="")
                    print("\n".join(list(lines)[:40]))
    print(f"{checked - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


sys.exit(main())
