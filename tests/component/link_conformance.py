"""Links the shared libraries of another project's cases with `wcomp embed` and `wcomp link`, and compares the components with theirs.

A case passes when the component is valid and its WIT is the expected one, and linking again gives the same bytes. Theirs has an instance for
each library where ours has one module, so what is inside is not compared; tests/component/link_test.cpp and tests/link_libraries_test.py run
what was linked. A case named error-* has to be refused.

Exit status 77 when the cases are not there. With --peer PROGRAM (or $WASM_TOOLS) every component is also checked by that program's `validate`,
and the WIT that its `component wit` says of both components has to be the same.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SKIP = 77


def run(*args):
    return subprocess.run([str(a) for a in args], capture_output=True, text=True, timeout=120)


def module_name(wat):
    match = re.search(r"^;; module name: (.*)$", wat.read_text(), re.M)
    return match[1].strip() if match else re.sub(r"^(dlopen-)?lib-", "", wat.stem)


def options_of(wats):
    """`;;! key = value` lines."""
    return sorted({"--" + m[1] for wat in wats for m in re.finditer(r"^;;! ([a-z-]+) = true", wat.read_text(), re.M)})


def same_wit(found, expected):
    """Items of a world may come in another order."""
    def blocks(text):
        out, depth, current = [], 0, []
        for line in filter(str.strip, text.splitlines()):
            current.append(line.strip())
            depth += line.count("{") - line.count("}")
            if depth <= 1:
                out.append(" ".join(current))
                current = []
        return sorted(out)
    return blocks(found) == blocks(expected)


def check(folder, wcomp, peer, scratch):
    wats = sorted(folder.glob("*lib-*.wat"))
    args = options_of(wats)
    for wat in wats:
        out = scratch / (wat.stem + ".wasm")
        done = run(wcomp, "embed", folder, wat, "-w", wat.stem, "-o", out)  # the worlds of a case are one package
        assert done.returncode == 0, "embed: " + done.stderr
        args += ["--dl-openable"] if wat.name.startswith("dlopen-") else []
        args.append(f"{module_name(wat)}={out}")
    out = scratch / "component.wasm"
    made = run(wcomp, "link", *args, "-o", out)
    if folder.name.startswith("error-"):
        assert made.returncode == 1, f"linked; expected: {(folder / 'error.txt').read_text()}"
        return
    assert made.returncode == 0, made.stderr
    again = scratch / "again.wasm"
    run(wcomp, "link", *args, "-o", again)
    assert out.read_bytes() == again.read_bytes(), "the same input gave other bytes"
    valid = run(wcomp, "validate", "--features", "all", out)
    assert valid.returncode == 0, valid.stderr
    wit = run(wcomp, "wit", out)
    expected = (folder / "component.wit.print").read_text()
    assert wit.returncode == 0, wit.stderr
    root = re.split(r"^package .* \{$", wit.stdout, maxsplit=1, flags=re.M)[0]  # the expected text has no other packages
    assert same_wit(root, expected), f"WIT:\n{wit.stdout}\nexpected:\n{expected}"
    if peer:
        valid = run(peer, "validate", "--features", "all", out)
        assert valid.returncode == 0, "the peer says: " + valid.stderr
        ours, theirs = (run(peer, "component", "wit", path) for path in (out, folder / "component.wat"))
        assert same_wit(ours.stdout, theirs.stdout), f"the peer's WIT:\n{ours.stdout}{ours.stderr}\nexpected:\n{theirs.stdout}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--wcomp", required=True, type=pathlib.Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--peer", default=os.environ.get("WASM_TOOLS"))
    options = parser.parse_args()
    data = os.environ.get("WCOMP_CONFORMANCE", pathlib.Path(__file__).resolve().parents[3] / "shared" / "conformance")
    cases = pathlib.Path(data, "componentize", "components")
    if not cases.is_dir():
        print("the cases are not there: skipped")
        return SKIP
    failed = passed = 0
    for folder in sorted(cases.iterdir()):
        if options.only not in folder.name or not list(folder.glob("*lib-*.wat")):
            continue
        with tempfile.TemporaryDirectory() as scratch:
            try:
                check(folder, options.wcomp.resolve(), options.peer, pathlib.Path(scratch))
                passed += 1
            except AssertionError as e:
                failed += 1
                print(f"FAIL {folder.name}: {e}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


sys.exit(main())
