#!/usr/bin/env python3
"""Runs the scripts of WebAssembly's test suite, and those of two of its tools, through `wcomp wast`: conformance.py --wcomp PROGRAM [NAME...]

The scripts are not part of the repository: they are looked for in ../shared/conformance beside it (or $WCOMP_CONFORMANCE), with a
manifest.json that tags what each needs. Left out are scripts whose tags name proposals that are not implemented. A failure that is listed in
expected_failures.txt beside this file (`SCRIPT:LINE REASON`) is no failure; a line there that does not fail any more is one.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
from collections import Counter

SUITES = ("core", "core-wasmtime", "core-wasm-tools")
FOREIGN_TAGS = {"gc", "threads", "shared-everything-threads", "stack-switching", "custom-descriptors", "wide-arithmetic", "custom-page-sizes"}
# Tags of what is off when nobody asks for it.
OPT_IN = {"legacy-eh": "legacy-exceptions", "compact-imports": "compact-imports"}
here = pathlib.Path(__file__).resolve()
root = here.parents[2]


def features_of(case):
    """What the script's own first lines ask for is for wcomp to read; what else its tags need, over the default."""
    words = [OPT_IN[t] for t in case["tags"] if t in OPT_IN]
    return ",".join(["default", *words]) if words and case["suite"] == "core" else None


def in_scope(case):
    return (case["suite"] in SUITES and case["driver"] == "wast" and not case["entry"].startswith("core/proposals/")
            and not FOREIGN_TAGS & set(case["tags"]))


def run(wcomp, data, features, entries):
    """The failures as (SCRIPT, line, text)."""
    done = subprocess.run([wcomp, "wast", *(["--features", features] if features else []), "--message-format=json", *entries], cwd=data, capture_output=True,
                          text=True, errors="replace", timeout=1200)
    last = re.match(r"(\d+) passed, (\d+) failed$", (done.stdout.splitlines() or [""])[-1])
    if not last or done.returncode not in (0, 1):
        if len(entries) == 1:
            return 0, [(entries[0], 0, f"  wcomp ended with {done.returncode}: {done.stderr[-600:]}")]
        each = [run(wcomp, data, features, [e]) for e in entries]  # which of them was it?
        return sum(held for held, _ in each), [f for _, failures in each for f in failures]
    failures = []
    for line in done.stderr.splitlines():
        d = json.loads(line)
        at = d["location"] or {}
        failures.append((at.get("file", "?"), at.get("line", 0), "\n".join(["  " + d["message"], *("    " + n for n in d["notes"])])))
    if len(failures) != int(last[2]):
        failures.append((entries[0], 0, f"{last[2]} failures are counted and {len(failures)} are reported"))
    return int(last[1]), failures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--wcomp", required=True)
    parser.add_argument("--summary", action="store_true", help="only how many failures each script has")
    parser.add_argument("names", nargs="*", help="scripts by stem or suite (all when left out)")
    args = parser.parse_args()
    data = pathlib.Path(os.environ.get("WCOMP_CONFORMANCE", root.parent / "shared" / "conformance"))
    if not (data / "manifest.json").exists():
        print("wast conformance: the scripts are not here, nothing was run")
        return 77  # skipped, to ctest
    cases = [c for c in json.loads((data / "manifest.json").read_text())["cases"] if in_scope(c)]
    if args.names:
        cases = [c for c in cases if c["suite"] in args.names or pathlib.Path(c["entry"]).stem in args.names]
    groups = {}
    for case in cases:
        groups.setdefault(features_of(case), []).append(case["entry"])
    expected = {}
    for line in (here.parent / "expected_failures.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            place, reason = line.split(" ", 1)
            expected[place] = reason
    passed, wrong, seen = 0, [], set()
    for features, entries in groups.items():
        held, failures = run(os.path.abspath(args.wcomp), data, features, entries)
        passed += held
        for script, line, text in failures:
            place = f"{script}:{line}"
            if place in expected:
                seen.add(place)
            else:
                wrong.append((script, f"{place}{f' (--features {features})' if features else ''}\n{text}"))
    ran = {e for entries in groups.values() for e in entries}
    for place in expected:
        if place not in seen and place.rsplit(":", 1)[0] in ran:
            wrong.append((place, f"{place}: listed in expected_failures.txt, and it holds"))
    if args.summary:
        for script, count in Counter(s for s, _ in wrong).most_common():
            print(f"{count:6} {script}")
    else:
        for _, text in wrong:
            print(text)
    print(f"wast conformance: {len(ran)} scripts, {passed} directives hold, {len(wrong)} do not, {len(seen)} known failures")
    return 1 if wrong or not ran else 0


if __name__ == "__main__":
    sys.exit(main())
