#!/usr/bin/env python3
"""Command lines of wasm-tools over WIT and components: the same line for witc and wcomp accepts, refuses and gives the same.

The data is not part of this repository: it is looked for in ../shared/conformance beside it (or $WCOMP_CONFORMANCE). Without it nothing is
run, that is said, and the exit status is 77. Cases: the suite cli-wasm-tools, whose files begin with lines `// RUN[name]: COMMAND` and
`// FAIL[name]: COMMAND`, and the driver `merge` of the suite componentize. COMMANDS below says which of our commands is meant. Results are
compared as WIT (its items in any order, comments left out), as JSON, or as component text up to order and names.

Cases that are known not to pass are lines of cli_conformance_expected.txt. One that passes after all fails the run: take its line out.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

NOT_RUN = 77


def has(words, *options):
    return any(w in options or w.split("=")[0] in options for w in words)


def without(words, *options):
    return [w for w in words if w not in options]


def component_wit(words, piped):
    inputs = ["-"] if piped else []
    if has(words, "--json", "-j"):
        return ["witc", "json", *without(words, "--json", "-j"), *inputs]
    if has(words, "--wasm", "-w", "--wat", "-t"):
        return ["witc", "encode", *["--wat" if w == "-t" else w for w in without(words, "--wasm", "-w")], *inputs]
    return ["witc", "print", *([] if has(words, "--out-dir") else ["--with-deps"]), *words, *inputs]


def component_embed(words, piped):
    return ["wcomp", "embed", *words, *(["-"] if piped else [])]


def plain(program, name):
    return lambda words, piped: [program, name, *words, *(["-"] if piped else [])]


# Words that begin a command of wasm-tools -> what makes ours of the rest.
COMMANDS = {
    ("component", "wit"): component_wit,
    ("component", "embed"): component_embed,
    ("component", "new"): plain("wcomp", "new"),
    ("component", "unbundle"): plain("wcomp", "unbundle"),
    ("component", "semver-check"): plain("witc", "semver-check"),
    ("print",): plain("wcomp", "print"),
    ("validate",): plain("wcomp", "validate"),
}


def directives(path):
    """(kind, name, command) of each line; lines may be continued with a backslash."""
    found, pending = [], None
    for line in path.read_text().splitlines():
        comment = re.match(r"\s*(?://|;;)\s?(.*)", line)
        if not comment:
            break
        text = comment[1].strip()
        if pending is None:
            begin = re.match(r"(RUN|FAIL)(?:\[([^\]]*)\])?:\s*(.*)", text)
            if not begin:
                continue
            pending = [begin[1], begin[2], begin[3]]
        else:
            pending[2] += " " + text
        if pending[2].endswith("\\"):
            pending[2] = pending[2][:-1]
        else:
            found.append(tuple(pending))
            pending = None
    return found


def run_pipe(options, command, path, scratch):
    """Output of the last command, and the status and messages of the one that failed first."""
    data, status, messages = b"", 0, ""
    for number, stage in enumerate(command.split("|")):
        words = [str(path) if w == "%" else w.replace("%tmpdir", str(scratch)) for w in shlex.split(stage)]
        for prefix, ours in COMMANDS.items():
            if tuple(words[: len(prefix)]) == prefix:
                program, *rest = ours(words[len(prefix):], number > 0)
                break
        else:
            return b"", -1, f"no command of ours is known for `{stage.strip()}`"
        done = subprocess.run([getattr(options, program), *rest], input=data, capture_output=True, timeout=60)
        data = done.stdout
        if done.returncode != 0:
            return data, done.returncode, done.stderr.decode(errors="replace")
        messages += done.stderr.decode(errors="replace")
    return data, status, messages


def wit_tree(text):
    """Blocks and lines of WIT text, items of packages, interfaces and worlds sorted; a `use` of several names as several."""
    stack = [[]]
    for line in text.splitlines():
        line = re.sub(r"//.*", "", line).strip() if "external-id" not in line else line.strip()
        if not line:
            continue
        use = re.match(r"use (.*)\.\{(.*)\};$", line)
        if use:
            stack[-1] += [f"use {use[1]}.{{{name.strip()}}};" for name in use[2].split(",")]
        elif line.endswith("{"):
            stack.append([])
            stack[-2].append((line, stack[-1]))
        elif line in ("}", "},"):
            stack.pop()
        else:
            stack[-1].append(line)
    return items_tree(stack[0], True)


def items_tree(items, is_any_order):
    """Each item with the gates before it and what is in its block. Fields and cases have an order, items of a scope do not."""
    out, gates = [], ()
    for item in items:
        if isinstance(item, str) and item.startswith("@"):
            gates += (item,)
            continue
        head, block = (item, ()) if isinstance(item, str) else item
        is_scope = re.match(r"(package|interface|world|resource)\b|(import|export) .*: interface\b", head)
        out.append((gates, head, items_tree(block, bool(is_scope))))
        gates = ()
    return tuple(sorted(out) if is_any_order else out)


def component_tree(text):
    """Component text as nested tuples without names, numbers of entries and what says who made it; definitions of the component in any order."""
    stack = [[]]
    text = re.sub(r"\(;.*?;\)", "", text, flags=re.DOTALL)
    for token in re.findall(r'"(?:[^"\\]|\\.)*"|;;[^\n]*|[()]|[^\s()"]+', text):
        if token == "(":
            stack.append([])
        elif token == ")":
            done = stack.pop()
            if done[:1] != [("@producers",)]:
                stack[-1].append(tuple(sorted(done, key=repr) if len(stack) == 1 else done))
        elif token.startswith("$"):
            stack[-1] += [("#",)] if stack[-1][:1] == [("alias",)] else []
        else:
            token = re.sub(r"\s+", " ", token).strip() if token.startswith(";;") else token.replace("\\", "/")
            stack[-1].append(("#",) if token.isdigit() else (token,))
    return tuple(sorted(stack[0], key=repr))


def compare(expected, found, scratch):
    if expected.lstrip().startswith("{"):
        return "" if json.loads(expected) == json.loads(found) else "the JSON differs"
    if expected.startswith("Writing:"):
        missing = [f for f in re.findall(r"Writing: (\S+)", expected) if not pathlib.Path(f.replace("%tmpdir", str(scratch))).exists()]
        return f"not written: {missing}" if missing else ""
    if expected.lstrip().startswith("("):
        return "" if component_tree(expected) == component_tree(found) else "another component"
    found = found.replace("\\", "/")  # upstream's harness did that to what it expects
    return "" if wit_tree(expected) == wit_tree(found) else "other WIT"


def run_directive(options, path, kind, name, command):
    scratch = pathlib.Path(tempfile.mkdtemp())
    try:
        output, status, messages = run_pipe(options, command, path, scratch)
        if kind == "FAIL":
            return "" if status == 1 else f"not refused, status {status}: {messages[:400]}"
        if status != 0:
            return f"status {status}: {messages[:400]}"
        wanted = path.with_name(f"{path.name}{'.' + name if name else ''}.stdout")
        if not wanted.exists():
            return ""
        wrong = compare(wanted.read_text(), output.decode(errors="replace"), scratch)
        return wrong and f"{wrong}:\n{output.decode(errors='replace')[:3000]}"
    except (subprocess.TimeoutExpired, json.JSONDecodeError) as e:
        return str(e)[:400]
    finally:
        shutil.rmtree(scratch)


def run_merge(options, original):
    temporary = pathlib.Path(tempfile.mkdtemp())
    folder, scratch = temporary / "case", temporary / "out"
    shutil.copytree(original, folder)
    for f in folder.rglob("*.wit"):  # since the case was written, a record needs a field
        text = re.sub(r"(record \S+ \{)\s*\}", "\\1\n only: u8,\n}", f.read_text())
        f.chmod(0o644)
        f.write_text(text)
    try:
        done = subprocess.run([options.witc, "merge", "--all-features", folder / "into", folder / "from", "--out-dir", scratch], capture_output=True, text=True, timeout=60)
        if (folder / "error.txt").exists():
            return "" if done.returncode == 1 else f"not refused, status {done.returncode}"
        if done.returncode != 0:
            return done.stderr[:400]
        expected = sorted(wit_tree(f.read_text()) for f in (folder / "merge").glob("*.wit"))
        found = sorted(wit_tree(f.read_text()) for f in scratch.rglob("*.wit"))
        return "" if expected == found else "other packages:\n" + "\n".join(f.read_text() for f in scratch.rglob("*.wit"))
    finally:
        shutil.rmtree(temporary)


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--witc", required=True, type=pathlib.Path)
    args.add_argument("--wcomp", required=True, type=pathlib.Path)
    args.add_argument("--only", default="", help="run cases with this text in their name, and show what is wrong with those that are expected to fail too")
    options = args.parse_args()
    here = pathlib.Path(__file__).resolve()
    data = pathlib.Path(os.environ.get("WCOMP_CONFORMANCE", here.parents[3] / "shared" / "conformance"))
    if not (data / "manifest.json").exists():
        print(f"NOT RUN: there is no conformance data in {data}")
        sys.exit(NOT_RUN)
    known = {line.split("#")[0].strip() for line in here.with_name("cli_conformance_expected.txt").read_text().splitlines()} - {""}
    cases = []
    for c in json.loads((data / "manifest.json").read_text())["cases"]:
        if c["suite"] == "cli-wasm-tools":
            path = data / c["entry"]
            found = directives(path)
            if not found:
                cases.append((c["id"], lambda: "no RUN or FAIL line"))
            cases += [(c["id"] + (f"[{d[1]}]" if d[1] else ""), lambda path=path, d=d: run_directive(options, path, *d)) for d in found]
        elif c["suite"] == "componentize" and c["driver"] == "merge":
            cases.append((c["id"], lambda folder=data / c["entry"]: run_merge(options, folder)))
    cases = [c for c in cases if options.only in c[0]]
    wrong = expected = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for (name, _), message in zip(cases, pool.map(lambda c: c[1](), cases)):
            if message and (name not in known or options.only):
                print(f"FAILED {name}: {message}")
            elif not message and name in known:
                print(f"PASSED {name}: take its line out of cli_conformance_expected.txt")
            wrong += bool(message) != (name in known)
            expected += bool(message) and name in known
    gone = known - {c[0] for c in cases} if not options.only else set()
    for name in sorted(gone):
        print(f"UNKNOWN {name}: there is no such case")
    print(f"{len(cases) - wrong - expected} passed, {expected} failed as expected, {wrong} failed or passed unexpectedly")
    sys.exit(1 if wrong or gone else 0)


main()
