#!/usr/bin/env python3
"""Guests in C on granted directories, as core modules of preview 1 and as components.

usage: run.py --wcomp WCOMP --cc CLANG --out FOLDER
tricks.c tries to leave its directories and must not; copy.c copies a file byte for byte.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
failed = []


def must(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


def check(what, ok, detail=""):
    if not ok:
        failed.append(what)
        print(f"FAILED {what}: {detail}")


def build(options, name):
    core, component = options.out / f"{name}.core.wasm", options.out / f"{name}.wasm"
    obj = options.out / f"{name}.o"
    must([options.cc, "--target=wasm32-wasi", "-O2", "-Wall", "-c", HERE / "guests" / f"{name}.c", "-o", obj])
    must([options.cc, "--target=wasm32-wasi", obj, "-o", core])
    must([options.wcomp, "new", core, "-o", component])
    return [("core module", core), ("component", component)]


def world(folder):
    shutil.rmtree(folder, ignore_errors=True)
    for d in ("box/sub", "shelf/sub", "outside/empty"):
        (folder / d).mkdir(parents=True)
    for f in ("box/file.txt", "box/sub/page.txt", "shelf/book.txt", "shelf/sub/page.txt", "outside/secret.txt"):
        (folder / f).write_text(f)
    (folder / "box/out").symlink_to("../outside")
    (folder / "box/abs").symlink_to(folder.resolve() / "outside/secret.txt")
    (folder / "box/proc").symlink_to("/proc/self/root")
    os.mkfifo(folder / "box/fifo")


def contents(folder):
    return {str(p.relative_to(folder)): p.read_text() if p.is_file() else "" for p in sorted(folder.rglob("*"))}


def tricks(options):
    for kind, file in build(options, "tricks"):
        folder = options.out / "world"
        world(folder)
        before = {d: contents(folder / d) for d in ("outside", "shelf")}
        done = subprocess.run([options.wcomp, "run", f"--dir={folder}/box::/box", f"--dir={folder}/shelf::/shelf::ro", file],
                              capture_output=True, text=True, timeout=300)
        lines = done.stdout.splitlines()
        refused = [line for line in lines if line.endswith(": refused")]
        check(f"tricks as a {kind}", done.returncode == 0 and not done.stderr, f"status {done.returncode}\n{done.stdout}{done.stderr}")
        check(f"tricks as a {kind}: each is refused, the rest works", lines[len(refused):] == ["descriptors are bounded", "0 reached"], done.stdout)
        check(f"tricks as a {kind}: enough of them", len(refused) >= 32, str(len(refused)))
        after = {d: contents(folder / d) for d in ("outside", "shelf")}
        check(f"tricks as a {kind}: what was not granted is as it was", before == after, f"{before} {after}")
        print(f"{len(refused)} tricks of a {kind} refused")


def copy(options):
    folder = options.out / "copy"
    folder.mkdir(exist_ok=True)
    source = os.urandom(3 * 64 * 1024 + 17)
    (folder / "from").write_bytes(source)
    for kind, file in build(options, "copy"):
        (folder / "to").unlink(missing_ok=True)
        done = subprocess.run([options.wcomp, "run", f"--dir={folder}::/d", file, "/d/from", "/d/to"], capture_output=True, text=True, timeout=300)
        check(f"copy as a {kind}", done.returncode == 0, done.stderr)
        check(f"copy as a {kind}: every byte", (folder / "to").exists() and (folder / "to").read_bytes() == source)


def main():
    parser = argparse.ArgumentParser()
    for option in ("wcomp", "cc", "out"):
        parser.add_argument("--" + option, required=True)
    options = parser.parse_args()
    options.out = pathlib.Path(options.out).resolve()
    options.out.mkdir(parents=True, exist_ok=True)
    tricks(options)
    copy(options)
    sys.exit(1 if failed else 0)


main()
