"""Makes the components of another project's cases with `wcomp embed` and `wcomp new`, and compares them with theirs.

A case passes when the component is valid, its WIT is the expected one, and it is wired the same: the same canonical definitions with the same
options, counted. Core modules, names and the order of definitions may differ. A case named error-* has to be refused for what the
module is, not for what wcomp cannot do. Cases that link libraries dynamically are another command's.

The cases are looked for in ../shared/conformance beside the repository (or $WCOMP_CONFORMANCE); exit status 77 when they are not there. With
--peer PROGRAM every component is also checked by that program's `validate`.
"""
import argparse
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SKIP = 77
# Codes of messages that say something about wcomp, its options or the machine, and nothing about the module.
NO_REFUSAL = {"unsupported", "limit-exceeded", "feature-disabled", "file-error", "bad-usage", "internal"}


def run(*args, **options):
    return subprocess.run([str(a) for a in args], capture_output=True, text=True, timeout=120, **options)


def options_of(case):
    """`;;! key = value` lines of the case's modules."""
    found = []
    for path in sorted(case.glob("*.wat")):
        for line in path.read_text().splitlines():
            match = re.match(r";;! ([a-z-]+) = true", line)
            if match:
                found.append("--" + match[1])
    return sorted(set(found))


def adapter_name(path):
    match = re.search(r"^;; module name: (.*)$", path.read_text(), re.M)
    return match[1].strip() if match else path.stem.removeprefix("adapt-")


def wit_of(text):
    """Items of the world in any order; packages that it uses are left out."""
    blocks, depth, current = [], 0, []
    for line in text.splitlines():
        if re.match(r"package .*\{$", line):
            break
        if not line.strip():
            continue
        current.append(line.strip())
        depth += line.count("{") - line.count("}")
        if depth <= 1:
            blocks.append(" ".join(current))
            current = []
    return sorted(blocks)


def wiring(text):
    """How often each canonical definition is there, by its name and options, without indices."""
    found = collections.Counter()
    for match in re.finditer(r"\(canon ((?:[^()]|\([^()]*\))*)\)", text):
        words = match[1]
        name = words.split()[0]
        options = set(re.findall(r"\((memory|realloc|post-return|callback)\b", words))
        options |= set(re.findall(r"(?<![\w.-])(async|cancellable|string-encoding=utf16|string-encoding=latin1\+utf16)(?![\w.-])", words))
        if name == "context.get" or name == "context.set":
            name += " " + words.split()[-1]
        if name == "task.return" and "(result" not in words:
            options.discard("memory")  # nothing is passed through it
        found[(name, tuple(sorted(options)))] += 1
    # A function that is imported more than once may be lowered once.
    return collections.Counter({key: 1 if key[0] == "lower" else n for key, n in found.items()})


class Case:
    def __init__(self, folder, top, wcomp, peer, scratch):
        self.folder, self.top, self.wcomp, self.peer, self.scratch = folder, top, wcomp, peer, scratch

    def embed(self, wat, wit):
        """The WIT files of a case are one package, folders beside them are its dependencies."""
        package = self.scratch / "wit"
        if not package.exists():
            package.mkdir()
            for each in self.top.glob("*.wit"):
                shutil.copy(each, package / each.name)
            for each in self.top.iterdir():
                if each.is_dir() and any(each.rglob("*.wit")):
                    shutil.copytree(each, package / "deps" / each.name if each.name != "deps" else package / "deps")
        out = self.scratch / (wat.stem + ".wasm")
        world = wit.stem
        if self.folder != self.top:  # NAMESPACE/PACKAGE: a world of that package
            world = ":".join(self.folder.relative_to(self.top).parts) + "/" + world
        done = run(self.wcomp, "embed", package, wat, "-w", world, "-o", out)
        if done.returncode != 0:
            raise AssertionError("embed: " + done.stderr)
        return out

    def check(self):
        is_error = self.folder.name.startswith("error-")
        module = self.embed(self.folder / "module.wat", self.folder / "module.wit")
        args = options_of(self.folder)
        for wat in sorted(self.folder.glob("adapt-*.wat")):
            wit = wat.with_suffix(".wit")
            adapter = self.embed(wat, wit) if wit.exists() else wat
            args += ["--adapt", f"{adapter_name(wat)}={adapter}"]
        out = self.scratch / "component.wasm"
        made = run(self.wcomp, "new", module, *args, *(["--message-format=json"] if is_error else []), "-o", out)
        if is_error:
            expected = (self.folder / "error.txt").read_text()
            assert made.returncode == 1, f"status {made.returncode} instead of a refusal: {made.stderr[:600]}; expected: {expected}"
            messages = [json.loads(line) for line in made.stderr.splitlines()]
            other = [m for m in messages if m["code"] in NO_REFUSAL]
            assert messages and not other, f"refused for no fault of the module: {made.stderr[:600]}; expected: {expected}"
            return
        assert made.returncode == 0, made.stderr
        again = self.scratch / "again.wasm"
        run(self.wcomp, "new", module, *args, "-o", again)
        assert out.read_bytes() == again.read_bytes(), "the same input gave other bytes"
        valid = run(self.wcomp, "validate", "--features", "all", out)
        assert valid.returncode == 0, valid.stderr
        if self.peer:
            valid = run(self.peer, "validate", "--features", "all", out)
            assert valid.returncode == 0, "the peer says: " + valid.stderr
        wit = run(self.wcomp, "wit", out)
        assert wit.returncode == 0, wit.stderr
        expected = (self.folder / "component.wit.print").read_text()
        assert wit_of(wit.stdout) == wit_of(expected), f"WIT:\n{wit.stdout}\nexpected:\n{expected}"
        printed = run(self.wcomp, "print", out)
        assert printed.returncode == 0, printed.stderr
        ours, theirs = wiring(printed.stdout), wiring((self.folder / "component.wat").read_text())
        assert ours == theirs, f"canonical definitions: only ours {dict(ours - theirs)}, only theirs {dict(theirs - ours)}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--wcomp", required=True, type=pathlib.Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--peer", default=os.environ.get("WASM_TOOLS"))
    options = parser.parse_args()
    root = pathlib.Path(__file__).resolve().parents[2]
    data = os.environ.get("WCOMP_CONFORMANCE", root.parent / "shared" / "conformance")
    cases = pathlib.Path(data, "componentize", "components")
    if not cases.is_dir():
        print("the cases are not there: skipped")
        return SKIP
    failed = passed = 0
    for module in sorted(cases.rglob("module.wat")):
        folder = module.parent
        top = cases / folder.relative_to(cases).parts[0]
        if options.only not in str(folder):
            continue
        with tempfile.TemporaryDirectory() as scratch:
            try:
                Case(folder, top, options.wcomp.resolve(), options.peer, pathlib.Path(scratch)).check()
                passed += 1
            except AssertionError as e:
                failed += 1
                print(f"FAIL {folder.relative_to(cases)}: {e}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


sys.exit(main())
