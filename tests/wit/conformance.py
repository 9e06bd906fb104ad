#!/usr/bin/env python3
"""WIT packages of other projects: they resolve to the same graph (JSON), or are refused at the same line; formatted they mean the same.

The data is not part of this repository: it is looked for in ../shared/conformance beside it (or $WCOMP_CONFORMANCE), where manifest.json
lists the cases. Without it nothing is run, and that is said. Cases of the drivers wit-parse, wit-parse-fail and codegen of the suites wit, wasi-wit and codegen-wit are run.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SUITES = {"wit", "wasi-wit", "codegen-wit"}
SPEC_FEATURES = {"fixed-length-list", "error-context", "nested-names"}
# Refused here for another reason, or where the newest rule is another one than the file's.
LINES_DIFFER = {"wit/ui/parse-fail/import-and-export5.wit", "wit/ui/parse-fail/package-nesting-too-deep.wit"}
# Packages as component binaries, and their text.
BINARY = {"wit/ui/simple-wasm-text.wat", "wit/ui/kinds-of-deps"}


def witc(options, *args, text=None):
    return subprocess.run([options.witc, *map(str, args)], capture_output=True, text=True, timeout=120, input=text)


def roots(case, folder):
    """What is given to the tool: a generator's cases keep their package in a folder inside."""
    if case["driver"] == "codegen":
        if (folder / "wit").exists():
            return folder / "wit"
        if (folder / "test.wit").exists() and not (folder / "deps").exists():
            return folder / "test.wit"
    return folder


def format_all(options, entry):
    """The case once more with every file formatted, in a temporary folder; formatting that again must change nothing."""
    copy = pathlib.Path(tempfile.mkdtemp())
    if entry.is_dir():
        shutil.copytree(entry, copy / entry.name)
    else:
        shutil.copy(entry, copy)
    files = [f for f in copy.rglob("*.wit") if f.is_file()]
    for f in files:
        os.chmod(f, 0o644)
    done = witc(options, "fmt", "-w", *files)
    if done.returncode != 0:
        return copy, "fmt fails: " + done.stderr[:300]
    if witc(options, "fmt", "--check", *files).returncode != 0:
        return copy, "fmt is not idempotent"
    return copy, ""


def run(options, case):
    entry = roots(case, options.data / case["entry"])
    tags = set(case.get("tags", []))
    features = ",".join(["active", *sorted(tags & SPEC_FEATURES)])
    expect = case.get("expect") or []
    if case["driver"] == "wit-parse-fail":
        done = witc(options, "check", entry, "--features", features)
        if done.returncode != 1:
            return f"not refused (status {done.returncode})"
        wanted = re.search(r"--> .*?:(\d+):\d+", (options.data / expect[0]).read_text()) if expect else None
        if wanted and wanted[1] not in re.findall(r"--> .*?:(\d+):\d+", done.stderr) and case["id"] not in LINES_DIFFER:
            return f"refused at another line than {wanted[1]}:\n{done.stderr}"
        return ""
    done = witc(options, "json", entry, "--features", features)
    if done.returncode != 0:
        return "" if "newest-wasm-tools-refuses" in tags and done.returncode == 1 else done.stderr
    found = json.loads(done.stdout)
    if expect and json.loads((options.data / expect[0]).read_text()) != found:
        return "the JSON differs"
    if entry.suffix not in ("", ".wit"):
        return ""
    copy, wrong = format_all(options, entry)
    if not wrong:
        again = witc(options, "json", copy / entry.name, "--features", features)
        if again.returncode != 0 or json.loads(again.stdout) != found:
            wrong = "another graph when formatted"
    shutil.rmtree(copy)
    return wrong


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--witc", required=True, type=pathlib.Path)
    options = args.parse_args()
    options.data = pathlib.Path(os.environ.get("WCOMP_CONFORMANCE", pathlib.Path(__file__).resolve().parents[3] / "shared" / "conformance"))
    if not (options.data / "manifest.json").exists():
        print(f"NOT RUN: there is no conformance data in {options.data}")
        return
    cases = [c for c in json.loads((options.data / "manifest.json").read_text())["cases"] if c["suite"] in SUITES]
    left_out = [c for c in cases if c["id"] in BINARY]
    cases = [c for c in cases if c["id"] not in BINARY]
    wrong = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for case, message in zip(cases, pool.map(lambda c: run(options, c), cases)):
            if message:
                wrong += 1
                print(f"FAILED {case['id']}: {message}")
    print(f"{len(cases) - wrong} passed, {wrong} failed, {len(left_out)} left out (WIT packages in binary form)")
    sys.exit(1 if wrong else 0)


main()
