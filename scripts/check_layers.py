#!/usr/bin/env python3
"""Includes go down only: refuses an #include of a layer that cmake/layers.cmake does not list for the including one."""
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parent.parent
allowed = {}
for line in (root / "cmake/layers.cmake").read_text().splitlines():
    m = re.match(r"wcomp_layer\((\S+)\s+\S+([^)]*)\)", line)
    if m:
        allowed[m[1]] = set(m[2].split()) | {m[1]}
bad = checked = 0
for layer, may in allowed.items():
    for path in sorted((root / layer).rglob("*")):
        if path.suffix not in (".h", ".cpp", ".inl", ".def"):
            continue
        checked += 1
        for number, text in enumerate(path.read_text(errors="replace").splitlines(), 1):
            m = re.match(r'\s*#include "([^/"]+)/', text)
            if m and m[1] in allowed and m[1] not in may:
                print(f"{path.relative_to(root)}:{number}: {layer}/ may not include {m[1]}/ (allowed: {', '.join(sorted(may))})")
                bad += 1
for path in sorted((root / "include/wcomp").rglob("*.h")):
    checked += 1
    for number, text in enumerate(path.read_text().splitlines(), 1):
        m = re.match(r'\s*#include "([^/"]+)/', text)
        if m and m[1] != "wcomp":
            print(f"{path.relative_to(root)}:{number}: public headers include only the standard library and wcomp/")
            bad += 1
print(f"layers: {checked} files checked, {bad} wrong")
sys.exit(1 if bad else 0)
