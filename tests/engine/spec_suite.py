#!/usr/bin/env python3
"""Runs the scripts of WebAssembly's test suite that are in our scope: spec_suite.py --bin BUILD [--all] [NAME...]

The scripts are not part of the repository: they are looked for in ../shared/conformance beside it (or $WCOMP_CONFORMANCE).
`wasm-tools json-from-wast` converts them, `spec_runner` of the build runs them. In scope are scripts whose tags name only
proposals that we have; --all runs the others, too, where a module that is refused is skipped.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

IN_SCOPE = {"exec", "static", "wasm-3.0", "multi-memory", "custom-section-annotations", "newest-wasm-tools-refuses"}
# Scripts whose tags do not say that they use typed function references.
LENIENT = {"br_table", "table-sub"}
root = pathlib.Path(__file__).resolve().parents[2]


def find_wasm_tools():
    """The peer of scripts/peers, that of $WCOMP_PEERS_DIR, or one on the path."""
    folders = [os.environ.get("WCOMP_PEERS_DIR"), root / "build" / "peers"]
    candidates = [pathlib.Path(f) / "bin" / "wasm-tools" for f in folders if f]
    found = next((c for c in candidates if c.exists()), shutil.which("wasm-tools"))
    return str(found) if found else None


def run(case, data, tools, runner):
    beyond = set(case["tags"]) - IN_SCOPE or pathlib.Path(case["entry"]).stem in LENIENT
    lenient = ["--lenient"] if beyond else []
    with tempfile.TemporaryDirectory() as folder:
        script = os.path.join(folder, "script.json")
        made = subprocess.run([tools, "json-from-wast", str(data / case["entry"]), "-o", script, "--wasm-dir", folder],
                              capture_output=True, text=True)
        if made.returncode != 0:
            return case, 0, 0, 0, "not converted: " + made.stderr.strip().splitlines()[0] if made.stderr else "not converted"
        done = subprocess.run([runner, *lenient, script], capture_output=True, text=True, errors="replace", timeout=600)
        lines = done.stdout.splitlines()
        try:
            passed, failed, skipped = map(int, lines[-1].split())
        except (IndexError, ValueError):
            return case, 0, 1, 0, f"the runner died with {done.returncode}: {done.stderr[-300:]}"
        return case, passed, failed, skipped, "\n".join(lines[:-1])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    data = pathlib.Path(os.environ.get("WCOMP_CONFORMANCE", root.parent / "shared" / "conformance"))
    if not (data / "manifest.json").exists():
        print("spec suite: the scripts are not here, nothing was run")
        return 0
    if os.environ.get("WCOMP_PEERS") == "off":
        print("spec suite: it needs wasm-tools and peers are off, nothing was run")
        return 0
    tools = find_wasm_tools()
    if tools is None:
        print("spec suite: wasm-tools was not found (WCOMP_PEERS=off skips what needs it)")
        return 1
    cases = [c for c in json.loads((data / "manifest.json").read_text())["cases"] if c["suite"] == "core" and c["driver"] == "wast"]
    if args.names:
        cases = [c for c in cases if pathlib.Path(c["entry"]).stem in args.names]
    elif not args.all:
        cases = [c for c in cases if not set(c["tags"]) - IN_SCOPE]
    runner = os.path.join(args.bin, "spec_runner")
    total = [0, 0, 0]
    bad = 0
    with ThreadPoolExecutor(2) as pool:
        for case, passed, failed, skipped, text in pool.map(lambda c: run(c, data, tools, runner), cases):
            for i, n in enumerate((passed, failed, skipped)):
                total[i] += n
            if failed or text:
                print(f"{case['entry']} {case['tags']}: {passed} passed, {failed} failed, {skipped} skipped\n{text}")
                bad += failed > 0
            elif args.verbose:
                print(f"{case['entry']}: {passed} passed, {skipped} skipped")
    print(f"spec suite: {len(cases)} scripts, {total[0]} directives passed, {total[1]} failed, {total[2]} skipped")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
