#!/usr/bin/env python3
"""The programs of samples/ do the same as modules, as components, and (peers) in wasmtime."""
import argparse
import os
import pathlib
import subprocess
import tempfile

import peers

args = argparse.ArgumentParser(description=__doc__)
args.add_argument("--bin", type=pathlib.Path, required=True)
options = args.parse_args()
samples = options.bin.resolve() / "samples"
checks = 0


class Case:
    def __init__(self, sample, stdout, *, grants=(), args=(), stdin="", status=0, stderr=(), suffixes=(".wasm", ".core.wasm")):
        self.sample, self.stdout, self.grants, self.args = sample, stdout, grants, args
        self.stdin, self.status, self.stderr, self.suffixes = stdin, status, stderr, suffixes


def secret(*found):
    ways = ["variable SECRET_TOKEN", "file vault/secret.txt", "file ../vault/secret.txt", "file open/../vault/secret.txt", "file open/way-out/secret.txt",
            "file /proc/self/environ"]
    known = dict(found)
    lines = [f"  {way:36} {known.get(way, 'nothing')}\n" for way in ways]
    return "looking for secrets\n" + "".join(lines) + (f"secrets found: {len(known)}\n" if known else "no secrets found\n")


variable = ("variable SECRET_TOKEN", "hunter2")
file = ("file vault/secret.txt", "the cake is a lie")
prints_a_file = Case("simple_cat", "a file\nof two lines\n", grants=("--dir", "."), args=("text",))
cases = [
    Case("hello", "hello from C++\n"),
    Case("hello", "hello from wat\n", suffixes=(".wat",)),
    Case("simple_echo", "input: a line\n", stdin="a line\nanother\n"),
    Case("simple_echo", "input: no end of line\n", stdin="no end of line"),
    Case("simple_echo", "input: \n", stdin="\n"),
    Case("simple_echo", "", status=1, stderr=("simple_echo: there is nothing to read",)),
    prints_a_file,
    Case("simple_cat", "a file\nof two lines\n" * 2, grants=("--dir", "."), args=("text", "./text")),
    Case("simple_cat", "", args=("text",), status=1, stderr=("simple_cat: cannot open text: ",)),
    Case("simple_cat", "", grants=("--dir", "open"), args=("text",), status=1, stderr=("simple_cat: cannot open text: ",)),
    Case("simple_cat", "a file\nof two lines\n", grants=("--dir", "."), args=("gone", "text", "open/way-out/../../../text"), status=1,
         stderr=("cannot open gone: No such file or directory", "cannot open open/way-out/../../../text: ")),
    Case("simple_cat", "the cake is a lie\n", grants=("--dir", "vault::/safe"), args=("/safe/secret.txt",)),
    Case("simple_cat", "", status=1, stderr=("usage: simple_cat",)),
    Case("secret", secret()),
    Case("secret", secret(), grants=("--env", "OTHER=x", "--dir", "open")),
    Case("secret", secret(variable), grants=("--env", "SECRET_TOKEN")),
    Case("secret", secret(file), grants=("--dir", "vault")),
    Case("secret", secret(variable, file), grants=("--env", "SECRET_TOKEN", "--dir", "vault", "--dir", "open")),
]


def check(what, case, status, stdout, stderr):
    global checks
    checks += 1
    if (status, stdout) != (case.status, case.stdout) or any(text not in stderr for text in case.stderr) or (not case.stderr and stderr):
        raise SystemExit(f"{what}: expected {(case.status, case.stdout, case.stderr)}, found {(status, stdout, stderr)}")


def make_folder(folder):
    (folder / "text").write_text("a file\nof two lines\n")
    (folder / "vault").mkdir()
    (folder / "vault" / "secret.txt").write_text("the cake is a lie\n")
    (folder / "open").mkdir()
    (folder / "open" / "way-out").symlink_to("../vault")


with tempfile.TemporaryDirectory() as temporary:
    folder = pathlib.Path(temporary)
    make_folder(folder)
    env = dict(os.environ, SECRET_TOKEN="hunter2")
    for case in cases:
        for suffix in case.suffixes:
            words = [*case.grants, samples / case.sample / (case.sample + suffix), *case.args]
            what = " ".join(map(str, words))
            done = subprocess.run([options.bin / "wcomp", "run", *words], cwd=folder, env=env, input=case.stdin, capture_output=True, text=True, timeout=60)
            check(what, case, done.returncode, done.stdout, done.stderr)
            if not peers.OFF:
                done = peers.run("wasmtime", "run", *words, cwd=folder, env=env, input=case.stdin)
                check(what + " in wasmtime", case, done.returncode, done.stdout, done.stderr)
            else:
                peers.left_out += 1

    # Without `run`, and with `run` where a name could be a command's.
    done = subprocess.run([options.bin / "wcomp", *prints_a_file.grants, samples / "simple_cat" / "simple_cat.wasm", *prints_a_file.args], cwd=folder, capture_output=True, text=True, timeout=60)
    check("without run", prints_a_file, done.returncode, done.stdout, done.stderr)

print(f"{checks} passed, 0 failed" + (f" ({peers.left_out} left out without peers)" if peers.left_out else ""))
