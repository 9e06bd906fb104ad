#!/usr/bin/env python3
"""Guests on generated bindings, set against hand-written glue for the Canonical ABI that does the same, both stripped and with the same flags.

The hand-written ones are those of the shared benchmarks (`--guests`); where they are missing the test says so. Sizes do not depend on the machine's
load, so the limits are close to what is measured. None must be more than a tenth larger.

`http` by hand has an allocator of its own that never frees (950 bytes in all); it is set against ours with the C library's in its place, which is most
of both.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
FLAGS = ["--target=wasm32-wasi", "-O2", "-mbulk-memory", "-mexec-model=reactor", "-Wl,--strip-all"]
# source, world, times the hand-written one
GUESTS = [("calls/caller", "caller", 1.10), ("calls/callee", "callee", 1.10), ("http/http", "root", 1.10)]
REALLOC = """#include <stdlib.h>
__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *p, size_t o, size_t a, size_t n) {
  (void)o;
  if (!n) return (void *)a;
  void *r = realloc(p, n);
  if (!r) __builtin_trap();
  return r;
}
"""


def with_malloc(text):
    """The hand-written glue with the C library's allocator."""
    text, replaced = re.subn(r"static uint8_t heap\[.*?\n}\n", REALLOC, text, flags=re.S)
    assert replaced <= 1, "the glue has changed"
    return text.replace("  top = 0;\n", "")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--witc", type=pathlib.Path, required=True)
    parser.add_argument("--guests", type=pathlib.Path, default=HERE.parent.parent.parent / "shared/bench")
    args = parser.parse_args()
    if not args.guests.is_dir():
        print(f"skipped: no hand-written guests at {args.guests}")
        return 0
    failed = 0
    for source, world, limit in GUESTS:
        by_hand, name = args.guests / f"{source}.c", source.split("/")[1]
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "hand.c").write_text(with_malloc(by_hand.read_text()))
            subprocess.run(["clang-19", *FLAGS, f"-I{by_hand.parent}", folder / "hand.c", "-o", folder / "hand.wasm"], check=True)
            subprocess.run([args.witc, "bindgen", by_hand.parent / "wit", "--lang", "cpp", "--world", world, "--no-impl", "-q", "-o", folder], check=True)
            subprocess.run(["clang++-19", *FLAGS, "-std=c++20", "-fno-exceptions", "-fno-rtti", f"-I{folder}", f"-I{HERE / 'size'}", HERE / "size" / f"{name}.cpp",
                            folder / f"{world}.cpp", "-o", folder / "made.wasm"], check=True)
            hand, made = ((folder / f).stat().st_size for f in ("hand.wasm", "made.wasm"))
        ratio = made / hand
        print(f"{name}: {made} bytes, hand-written {hand}: {ratio:.3f} (at most {limit})")
        failed += ratio > limit
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
