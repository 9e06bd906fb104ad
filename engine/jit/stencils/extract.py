#!/usr/bin/env python3
"""Reads the stencils out of the object files that clang made of stencils.cpp and its like, and writes them as C++.

usage: extract.py OUTPUT OBJECT..

The first object says which registers the variants have (wcomp_stencil_lesson).

A stencil was compiled several times with other registers (see stencils.cpp). Of each bit of its bytes it is learnt here with which bit of which
hole's register it goes; every compiled variant has to come out again when the first one is patched. What has not the shape expected
(another length, a relocation of another kind, a symbol that is no hole, a missing last jump, use of the stack) fails the build.
"""
import struct
import sys

sys.dont_write_bytecode = True  # not into the sources
import aarch64
import x86_64
from object_file import Object, Refused

COUNTS = {"count": 4, "negated": 5, "inverted": 6}


def learn(variants, lesson):
    """Bytes with zeros where registers go, and the places as (byte, hole, shift). The lesson: what holes held in each variant, and in how many bits."""
    first = variants[0]
    for v in variants[1:]:
        if len(v.code) != len(first.code):
            raise Refused(f"variants differ in length: {', '.join(str(len(v.code)) for v in variants)}: {first.code.hex()} {v.code.hex()}")
        if v.patches != first.patches:
            raise Refused("variants differ in what is patched")
    out = []
    code = bytearray(first.code)
    for at in range(len(code)):
        column = [v.code[at] for v in variants]
        open_bits = 0
        for c in column:
            open_bits |= c ^ column[0]
        if open_bits == 0:
            continue
        for shift in range(8):
            for hole, values, bits in lesson:
                mask = (1 << bits) - 1
                if shift + bits > 8 or any(c >> shift & mask != v for c, v in zip(column, values)):
                    continue
                if open_bits & mask << shift != mask << shift:
                    raise Refused(f"byte {at}: {hole} is not the only choice: {first.code.hex()}")
                open_bits &= ~(mask << shift)
                code[at] &= ~(mask << shift) & 0xFF
                out.append((at, hole, shift))
        if open_bits:
            raise Refused(f"byte {at}: goes with nothing: {first.code.hex()} {variants[1].code.hex()}")
    return code, sorted(out)


def read_rows(obj, machine, n, lessons, literals, failed, out):
    """The stencils of one object: appends (operation, form, bytes, fields, patches), or why not."""
    size = 8 + 8 * n
    rows, targets = bytearray(), {}
    for section, name in enumerate(obj.names):
        if name == "wcomp_stencils":  # one for each instantiation of a template
            for offset, info, addend in obj.relocations[section]:
                targets[len(rows) + offset] = (obj.symbols[info >> 32], addend)
            rows += obj.bytes(section)
    for at in range(0, len(rows), size):
        op, form = struct.unpack_from("<II", rows, at)
        variants, names = [], []
        try:
            for v in range(n):
                if at + 8 + 8 * v in targets:
                    symbol, addend = targets[at + 8 + 8 * v]
                    names.append(symbol[0])
                    if symbol[2] + addend != 0:
                        raise Refused("shares its section with others")
                    variants.append(machine.Code(obj, symbol[1], literals))
            code, fields = None, []
            if len(variants) == 1:
                code = variants[0].code
            else:
                for wide in (False, True):
                    try:
                        code, fields = learn(variants, lessons[wide])
                        break
                    except Refused as e:
                        if wide:
                            raise
            if len(code) > 255:
                raise Refused(f"{len(code)} bytes")
            out.append((op, form, bytes(code), fields, variants[0].patches))
        except Refused as e:
            failed.append(f"{op:#x} form {form} ({names[0] if names else '?'}): {e}")


def main():
    objects = [Object(path) for path in sys.argv[2:]]
    obj = objects[0]
    symbols = {s[0]: s for s in obj.symbols}
    lesson_symbol = symbols["wcomp_stencil_lesson"]
    raw = obj.bytes(lesson_symbol[1], lesson_symbol[2], lesson_symbol[3])
    n = raw[0]
    tables = [list(raw[1 + i * n:1 + (i + 1) * n]) for i in range(10)]

    machine = next((m for m in (x86_64, aarch64) if m.MACHINE == obj.machine), None)
    if machine is None or any(o.machine != obj.machine for o in objects):
        raise SystemExit("not objects of one machine that is known")
    registers = [(name, values, 3) for n_holes in (0, 4) for name, values in zip("dabc", tables[n_holes:n_holes + 4])]
    lessons = []
    for values, bits in ((tables[8], 5), (tables[9], 6)):
        lesson = [*registers, ("count", values, bits)]
        if machine is aarch64:
            mask = (1 << bits) - 1
            lesson += [("negated", [-v & mask for v in values], bits), ("inverted", [mask - v for v in values], bits)]
        lessons.append(lesson)

    literals, failed, out = {}, [], []
    for obj in objects:
        read_rows(obj, machine, n, lessons, literals, failed, out)
    if failed:
        print(f"{len(failed)} stencils do not have the shape expected:", *failed, sep="\n", file=sys.stderr)
        raise SystemExit(1)
    out.sort(key=lambda r: (r[0], r[1]))
    with open(sys.argv[1], "w") as f:
        print(f"// Made by extract.py: {len(out)} stencils, {sum(len(r[2]) for r in out)} bytes.", file=f)
        byte_list, field_list, patch_list, table = [], [], [], []
        for op, form, code, fields, patches in out:
            table.append(f"{{{op:#x},{form},{len(code)},{len(fields)},{len(patches)},{len(byte_list)},{len(field_list)},{len(patch_list)}}}")
            byte_list += code
            field_list += ["{%d,%d,%d}" % (at, "dabc".index(hole) if hole in "dabc" else COUNTS[hole], shift) for at, hole, shift in fields]
            for offset, kind, hole, extra in patches:
                literal, addend = extra if hole == "literal" else (0, extra)
                patch_list.append(f"{{{offset},PatchKind::{kind},Hole::{hole},{literal},{addend}}}")
        chunks = lambda values: "\n".join(",".join(str(v) for v in values[i:i + 40]) + "," for i in range(0, len(values), 40))
        print("constexpr std::uint8_t stencil_bytes[] = {", chunks(byte_list), "};", sep="\n", file=f)
        print("constexpr Field stencil_fields[] = {", chunks(field_list), "};", sep="\n", file=f)
        print("constexpr Patch stencil_patches[] = {", chunks(patch_list), "};", sep="\n", file=f)
        print("constexpr Stencil stencils[] = {", chunks(table), "};", sep="\n", file=f)
        print("constexpr std::array<std::uint8_t, 16> stencil_literals[] = {", file=f)
        for value in literals or {bytes(16): 0}:
            print("{" + ",".join(str(b) for b in value) + "},", file=f)
        print("};", file=f)


main()
