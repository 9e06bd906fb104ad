#!/usr/bin/env python3
"""Runs file tests: input, command line and expected output in one file under tests/cases.

A case is a file NAME.test made of parts, each begun by a line `=== KIND [ARGUMENT]`:
  === file NAME     a file written before the commands run (text as it stands)
  === run           one command a line, in an empty folder; `witc` and `wcomp` are the programs under test; the shell is sh
  === status N      expected exit status of the last command (0 when left out)
  === stdout / === stderr   expected output of all commands together
  === out NAME      expected content of a file that the commands made
`--bless` rewrites the expectations; then read the diff as code. `--only TEXT` runs the cases whose path contains TEXT.
"""
import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent


def parse(text):
    parts, kind, lines = [], None, []
    for line in text.splitlines(keepends=True):
        if line.startswith("=== "):
            if kind is not None:
                parts.append([kind, "".join(lines)])
            kind, lines = line[4:].strip(), []
        elif kind is not None:
            lines.append(line)
    if kind is not None:
        parts.append([kind, "".join(lines)])
    return parts


def run(case, bin_dir, bless):
    parts = parse(case.read_text())
    header = case.read_text().split("=== ", 1)[0]
    with tempfile.TemporaryDirectory() as folder:
        script = ""
        for kind, text in parts:
            word, _, argument = kind.partition(" ")
            if word == "file":
                path = pathlib.Path(folder, argument)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            elif word == "run":
                script += text
        env = dict(os.environ, PATH=f"{bin_dir}:{os.environ['PATH']}", NO_COLOR="1", CASES=str(ROOT / "cases"), SAMPLES=str(bin_dir / "samples"))
        done = subprocess.run(["sh", "-c", script], cwd=folder, env=env, capture_output=True, timeout=120, stdin=subprocess.DEVNULL)
        found = {"stdout": done.stdout.decode(errors="backslashreplace"), "stderr": done.stderr.decode(errors="backslashreplace"), "status": done.returncode}
        found = {k: v.replace(folder, "$TMP").replace(str(ROOT.parent), "$ROOT") if isinstance(v, str) else v for k, v in found.items()}
        expected = {"stdout": "", "stderr": "", "status": 0}
        outs = {}
        for kind, text in parts:
            word, _, argument = kind.partition(" ")
            if word in ("stdout", "stderr"):
                expected[word] = text
            elif word == "status":
                expected["status"] = int(argument)
            elif word == "out":
                path = pathlib.Path(folder, argument)
                outs[argument] = (text, path.read_text() if path.is_file() else "(no such file)\n")
    wrong = [f"--- {k}: expected\n{expected[k]}\n--- found\n{found[k]}" for k in expected if expected[k] != found[k]]
    wrong += [f"--- {k}: expected\n{a}\n--- found\n{b}" for k, (a, b) in outs.items() if a != b]
    if wrong and bless:
        result = header
        for kind, text in parts:
            word, _, argument = kind.partition(" ")
            if word in ("file", "run"):
                result += f"=== {kind}\n{text}"
        if found["status"]:
            result += f"=== status {found['status']}\n"
        for k in ("stdout", "stderr"):
            if found[k]:
                result += f"=== {k}\n{found[k]}" + ("" if found[k].endswith("\n") else "\n")
        for k, (_, b) in outs.items():
            result += f"=== out {k}\n{b}"
        case.write_text(result)
        return case, "blessed"
    return case, "\n".join(wrong)


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--bin", type=pathlib.Path, default=ROOT.parent / "build")
    args.add_argument("--bless", action="store_true")
    args.add_argument("--only", default="")
    options = args.parse_args()
    cases = [c for c in sorted((ROOT / "cases").rglob("*.test")) if options.only in str(c)]
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for case, wrong in pool.map(lambda c: run(c, options.bin.resolve(), options.bless), cases):
            if wrong and wrong != "blessed":
                failed += 1
                print(f"FAILED {case.relative_to(ROOT)}\n{wrong}")
            else:
                passed += 1
                if wrong:
                    print(f"blessed {case.relative_to(ROOT)}")
    print(f"{passed} passed, {failed} failed")
    if passed + failed == 0:
        sys.exit("no case was found")
    sys.exit(1 if failed else 0)


main()
