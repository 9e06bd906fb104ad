#!/usr/bin/env python3
"""Runs test scripts of others through `wcomp wast`: conformance.py --wcomp PROGRAM [--components | --exec] [NAME...]

Without --components those of WebAssembly's test suite and of two of its tools; with it those of the Component Model and of the same tools,
nothing of which is instantiated (`--static`), and texts that have to be refused unless lenience is asked for. With --exec those scripts
of components that run code, run; but for those that need what is not implemented (asynchronous calls, threads).

The scripts are not part of the repository: they are looked for in ../shared/conformance beside it (or $WCOMP_CONFORMANCE), with a
manifest.json that tags what each needs. Left out are scripts whose tags name proposals that are not implemented. A failure that is listed in
expected_failures.txt (for --exec expected_exec_failures.txt) beside this file (`SCRIPT:LINE REASON`) is no failure; a line there that does not fail any more is one.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
from collections import Counter

CORE = {"core", "core-wasmtime", "core-wasm-tools"}
COMPONENTS = {"component", "component-wasm-tools", "component-wasmtime"}
FOREIGN_TAGS = {"gc", "threads", "shared-everything-threads", "stack-switching", "custom-descriptors", "wide-arithmetic", "custom-page-sizes", "cm-gc"}
NOT_RUN_TAGS = {"async", "threading", "async-stackful", "more-async-builtins", "cm-gc"}
# Tags of what is off when nobody asks for it.
OPT_IN = {"legacy-eh": "legacy-exceptions", "compact-imports": "compact-imports"}
COMPONENT_OPT_IN = {"async-stackful": "cm-async-stackful", "more-async-builtins": "cm-more-async-builtins", "threading": "cm-threading",
                    "error-context": "cm-error-context", "fixed-length-list": "cm-fixed-length-lists", "canon-names": "cm-canon-names",
                    "nested-names": "cm-nested-names", "value-types": "cm-values", "component-memory64": "cm64"}
here = pathlib.Path(__file__).resolve()
root = here.parents[2]


def features_of(case):
    """What the script's own first lines ask for is for wcomp to read; what else its tags need, over the default."""
    words = [OPT_IN[t] for t in case["tags"] if t in OPT_IN]
    if case["suite"] == "component":  # its README says which gates the whole suite needs
        words += ["cm-async-stackful", "cm-more-async-builtins", "cm-threading", "cm-fixed-length-lists", "cm-map", "cm-implements"]
        words += [COMPONENT_OPT_IN[t] for t in case["tags"] if t in COMPONENT_OPT_IN and COMPONENT_OPT_IN[t] not in words]
        return ",".join(["default", *words])
    return ",".join(["default", *words]) if words and case["suite"] == "core" else None


def in_scope(case, suites, is_exec):
    if is_exec:
        return case["suite"] in suites and case["driver"] == "wast" and "exec" in case["tags"] and not NOT_RUN_TAGS & set(case["tags"])
    return case["suite"] in suites and not case["entry"].startswith("core/proposals/") and not FOREIGN_TAGS & set(case["tags"])


def run(wcomp, data, options, is_lenient, entries):  # wcomp: the words that start it
    """The failures as (SCRIPT, line, text)."""
    env = os.environ | {"WAST_STRICT_COMPONENT_INDICES": "0" if is_lenient else "1"}
    done = subprocess.run([*wcomp, "wast", *options, "--message-format=json", *entries], cwd=data, capture_output=True, env=env,
                          text=True, errors="replace", timeout=1200)
    last = re.match(r"(\d+) passed, (\d+) failed$", (done.stdout.splitlines() or [""])[-1])
    if not last or done.returncode not in (0, 1):
        if len(entries) == 1:
            return 0, [(entries[0], 0, f"  wcomp ended with {done.returncode}: {done.stderr[-600:]}")]
        each = [run(wcomp, data, options, is_lenient, [e]) for e in entries]  # which of them was it?
        return sum(held for held, _ in each), [f for _, failures in each for f in failures]
    failures = []
    for line in done.stderr.splitlines():
        d = json.loads(line)
        at = d["location"] or {}
        failures.append((at.get("file", "?"), at.get("line", 0), "\n".join(["  " + d["message"], *("    " + n for n in d["notes"])])))
    if len(failures) != int(last[2]):
        failures.append((entries[0], 0, f"{last[2]} failures are counted and {len(failures)} are reported"))
    return int(last[1]), failures


def run_commands(wcomp, data, entry):
    """A text with `;; FAIL: ARGUMENTS` and `;; RUN[NAME]: [VARIABLE=VALUE] ARGUMENTS` lines: which of them do what they should not?"""
    failures, held = [], 0
    for number, line in enumerate((data / entry).read_text().splitlines(), 1):
        command = re.match(r";; (FAIL|RUN)(?:\[\w+\])?: (.*)", line)
        if not command:
            continue
        with tempfile.TemporaryDirectory() as folder:
            words = command[2].replace("%tmpdir", folder).replace("%", str(data / entry)).split()
            env = os.environ | dict(w.split("=", 1) for w in words if re.match(r"[A-Z_]+=", w))
            done = subprocess.run([*wcomp, *(w for w in words if not re.match(r"[A-Z_]+=", w))], capture_output=True, env=env, text=True, timeout=60)
        should = 1 if command[1] == "FAIL" else 0
        held += done.returncode == should
        if done.returncode != should:
            failures.append((entry, number, f"  {command[2]}\n    status {done.returncode} instead of {should}\n    {done.stderr[-600:]}"))
    return held, failures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--wcomp", required=True)
    parser.add_argument("--components", action="store_true", help="the suites of components, not those of core modules")
    parser.add_argument("--exec", action="store_true", help="the scripts of components that run code, not those of core modules")
    parser.add_argument("--emulator", help="what runs wcomp, if it is of another machine")
    parser.add_argument("--summary", action="store_true", help="only how many failures each script has")
    parser.add_argument("names", nargs="*", help="scripts by stem or suite (all when left out)")
    args = parser.parse_args()
    title = "component execution conformance" if args.exec else "component conformance" if args.components else "wast conformance"
    data = pathlib.Path(os.environ.get("WCOMP_CONFORMANCE", root.parent / "shared" / "conformance"))
    if not (data / "manifest.json").exists():
        print(f"{title}: the scripts are not here, nothing was run")
        return 77  # skipped, to ctest
    wcomp = [*([args.emulator] if args.emulator else []), os.path.abspath(args.wcomp)]
    suites = COMPONENTS if args.components or args.exec else CORE
    cases = {c["entry"]: c for c in json.loads((data / "manifest.json").read_text())["cases"] if in_scope(c, suites, args.exec)}
    if args.names:
        cases = {e: c for e, c in cases.items() if c["suite"] in args.names or pathlib.Path(e).stem in args.names}
    groups, texts = {}, []
    for entry, case in cases.items():
        if case["driver"] == "wast":
            groups.setdefault((features_of(case), "lenient-component-indices" in case["tags"]), []).append(entry)
        elif case["driver"] == "cli-directives" and args.components:
            texts.append(entry)
    expected = {}
    for line in (here.parent / ("expected_exec_failures.txt" if args.exec else "expected_failures.txt")).read_text().splitlines():
        if line and not line.startswith("#"):
            place, reason = line.split(" ", 1)
            expected[place] = reason
    passed, wrong, seen, ran = 0, [], set(), set(texts)
    for (features, is_lenient), entries in groups.items():
        ran.update(entries)
        options = [*(["--features", features] if features else []), *(["--static"] if args.components else [])]
        held, failures = run(wcomp, data, options, is_lenient, entries)
        passed += held
        for script, line, text in failures:
            place = f"{script}:{line}"
            if place in expected:
                seen.add(place)
            else:
                wrong.append((script, f"{place}{f' (--features {features})' if features else ''}\n{text}"))
    for entry in texts:
        held, failures = run_commands(wcomp, data, entry)
        passed += held
        seen |= {f"{script}:{line}" for script, line, _ in failures} & expected.keys()
        wrong += [(script, f"{script}:{line}\n{text}") for script, line, text in failures if f"{script}:{line}" not in expected]
    for place in expected:
        if place not in seen and place.rsplit(":", 1)[0] in ran:
            wrong.append((place, f"{place}: listed in expected_failures.txt, and it holds"))
    if args.summary:
        for script, count in Counter(s for s, _ in wrong).most_common():
            print(f"{count:6} {script}")
    else:
        for _, text in wrong:
            print(text)
    print(f"{title}: {len(ran)} scripts, {passed} directives hold, {len(wrong)} do not, {len(seen)} known failures")
    return 1 if wrong or not ran else 0


if __name__ == "__main__":
    sys.exit(main())
