#!/usr/bin/env python3
"""WIT packages of other projects as components: encoded as upstream encodes them, and the same WIT when read back.

The data is not part of this repository: it is looked for in ../shared/conformance beside it (or $WCOMP_CONFORMANCE), where manifest.json
lists the cases. Without it nothing is run, that is said, and the exit status is 77. Run are the drivers wit-encode and targets of the suite
componentize, and for every package of the suites wit, wasi-wit and codegen-wit that is not refused: its text before and after it was a
component is the same, and so are the bytes when the component is encoded again. With --wasm-tools PROGRAM that program has to accept the
components and to print the same WIT of them as of the text.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

NOT_RUN = 77
SUITES = {"wit", "wasi-wit", "codegen-wit"}


def run(program, *args, data=None):
    return subprocess.run([str(program), *map(str, args)], input=data, capture_output=True, timeout=120)


def entry_of(case, folder):
    """What is given to the tool: a generator's cases keep their package in a folder inside."""
    if case["driver"] == "codegen":
        if (folder / "wit").exists():
            return folder / "wit"
        if (folder / "test.wit").exists() and not (folder / "deps").exists():
            return folder / "test.wit"
    return folder


def text_of(done):
    return done.stdout.decode().rstrip("\n")


def component_lines(text):
    """Component text without what says who made it; the JSON of docs by itself, because the order of its keys means nothing."""
    text = re.sub(r'\(@producers(\s*\([^()]*\))*\s*\)', "", text)
    docs = re.search(r'\(@custom "package-docs"[^"]*"((?:[^"\\]|\\.)*)"\s*\)', text)
    content = {}
    if docs:
        raw = re.sub(rb"\\([0-9a-fA-F]{2})", lambda m: bytes([int(m[1], 16)]), docs[1].encode())
        content = json.loads(raw[1:])
        text = text.replace(docs[0], "")
    lines = [re.sub(r"\s+", " ", re.sub(r"\(;.*?;\)|;;.*", "", line)).strip() for line in text.splitlines()]
    tokens = re.findall(r'"(?:[^"\\]|\\.)*"|[()]|[^\s()"]+', "\n".join(lines))
    return tokens, content


def round_trip(options, entry, *gates):
    """What is wrong with the package at `entry`, and its component."""
    printed = run(options.witc, "print", entry, *gates)
    if printed.returncode != 0:
        return printed.stderr.decode()[:600], None, None
    if not re.search(r"^(interface|world) ", printed.stdout.decode(), re.MULTILINE):
        return "", printed, None  # an empty package has no name in its binary
    encoded = run(options.witc, "encode", entry, *gates)
    if encoded.returncode != 0:
        return encoded.stderr.decode()[:600], printed, None
    back = run(options.witc, "print", "-", data=encoded.stdout)
    if back.returncode != 0:
        return "the component is not read: " + back.stderr.decode()[:600], printed, encoded
    if back.stdout != printed.stdout:
        return f"other WIT in the component:\n{back.stdout.decode()[:3000]}\ninstead of\n{printed.stdout.decode()[:3000]}", printed, encoded
    again = run(options.witc, "encode", "-", data=encoded.stdout)
    if again.stdout != encoded.stdout:
        return "other bytes when encoded again", printed, encoded
    if options.wasm_tools:
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "pkg.wasm"
            file.write_bytes(encoded.stdout)
            valid = run(options.wasm_tools, "validate", "--features", "all", file)
            if valid.returncode != 0:
                return "wasm-tools refuses the component: " + valid.stderr.decode()[:600], printed, encoded
            theirs = run(options.wasm_tools, "component", "wit", file)
            direct = run(options.wasm_tools, "component", "wit", entry, "--wasm", "-o", f"{folder}/theirs.wasm", *gates)
            if direct.returncode == 0:
                expected = run(options.wasm_tools, "component", "wit", f"{folder}/theirs.wasm")
                if theirs.stdout != expected.stdout:
                    return f"wasm-tools prints our component as\n{theirs.stdout.decode()[:2000]}\ninstead of\n{expected.stdout.decode()[:2000]}", printed, encoded
                ours = run(options.witc, "print", f"{folder}/theirs.wasm")
                if ours.stdout != printed.stdout:
                    return f"their component reads as\n{ours.stdout.decode()[:2000]}{ours.stderr.decode()[:500]}", printed, encoded
    return "", printed, encoded


def run_encode(options, case):
    entry = options.data / case["entry"]
    wrong, printed, encoded = round_trip(options, entry, "--all-features")
    if wrong:
        return wrong
    for name in case["expect"]:
        expected = options.data / name
        if name.endswith(".wit.print") and expected.read_text().rstrip("\n") != text_of(printed):
            return f"printed differently:\n{text_of(printed)}"
        if name.endswith(".wat"):
            binary = run(options.wcomp, "parse", expected)
            if binary.returncode != 0:
                return "upstream's component is not read: " + binary.stderr.decode()[:600]
            theirs, ours = (component_lines(run(options.wcomp, "print", "-", data=b).stdout.decode()) for b in (binary.stdout, encoded.stdout))
            if theirs != ours:
                return "another component than upstream's:\n" + run(options.wcomp, "print", "-", data=encoded.stdout).stdout.decode()[:4000]
            if run(options.witc, "print", "-", data=binary.stdout).stdout != printed.stdout:
                return "upstream's component reads as other WIT"
    return ""


def run_targets(options, case):
    folder = options.data / case["entry"]
    done = run(options.wcomp, "targets", folder / "test.wat", "--world", "foobar", folder / "test.wit")
    wanted = 1 if (folder / "error.txt").exists() else 0
    return "" if done.returncode == wanted else f"status {done.returncode}, expected {wanted}: {done.stderr.decode()[:600]}"


def run_package(options, case):
    spec = sorted(set(case.get("tags", [])) & {"fixed-length-list", "error-context", "nested-names"})
    entry = entry_of(case, options.data / case["entry"])
    gates = ["--features", ",".join(["active", *spec])]
    if run(options.witc, "check", entry, *gates).returncode != 0:
        return "" if "newest-wasm-tools-refuses" in case["tags"] else "refused"
    return round_trip(options, entry, *gates)[0]


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--witc", required=True, type=pathlib.Path)
    args.add_argument("--wcomp", required=True, type=pathlib.Path)
    args.add_argument("--wasm-tools", type=pathlib.Path)
    args.add_argument("--only", default="")
    options = args.parse_args()
    options.data = pathlib.Path(os.environ.get("WCOMP_CONFORMANCE", pathlib.Path(__file__).resolve().parents[3] / "shared" / "conformance"))
    if not (options.data / "manifest.json").exists():
        print(f"NOT RUN: there is no conformance data in {options.data}")
        sys.exit(NOT_RUN)
    jobs = []
    for case in json.loads((options.data / "manifest.json").read_text())["cases"]:
        if case["suite"] == "componentize" and case["driver"] in ("wit-encode", "targets"):
            jobs.append((case, run_encode if case["driver"] == "wit-encode" else run_targets))
        elif case["suite"] in SUITES and case["driver"] in ("wit-parse", "codegen"):
            jobs.append((case, run_package))
    jobs = [j for j in jobs if options.only in j[0]["id"]]
    wrong = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for (case, _), message in zip(jobs, pool.map(lambda j: j[1](options, j[0]), jobs)):
            if message:
                wrong += 1
                print(f"FAILED {case['id']}: {message}")
    print(f"{len(jobs) - wrong} passed, {wrong} failed")
    sys.exit(1 if wrong else 0)


main()
