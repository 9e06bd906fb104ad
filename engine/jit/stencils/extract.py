#!/usr/bin/env python3
"""Reads the stencils out of the object file that clang made of stencils.cpp, and writes them as C++.

usage: extract.py OBJECT OUTPUT

A stencil was compiled several times with other registers (see stencils.cpp). Of each bit of its bytes it is learnt here with which bit of which
hole's register it goes; every compiled variant has to come out again when the first one is patched. What has not the shape expected
(another length, a relocation of another kind, a symbol that is no hole, a missing last jump, use of the stack) fails the build.
"""
import struct
import sys

# Of the machine: ELF for x86-64.
MACHINE = 62
R_64, R_PC32, R_PLT32, R_32, R_32S = 1, 2, 4, 10, 11
KINDS = {R_64: "abs64", R_PC32: "relative32", R_PLT32: "relative32", R_32: "unsigned32", R_32S: "signed32"}
SIZES = {R_64: 8, R_PC32: 4, R_PLT32: 4, R_32: 4, R_32S: 4}
JUMP = 0xE9  # jmp rel32
HOLES = ["next", "target", "limit", "trap_integer_divide_by_zero", "trap_integer_overflow", "trap_invalid_conversion_to_integer",
         "trap_out_of_bounds_memory_access", "trap_undefined_element", "trap_uninitialized_element", "trap_indirect_call_type_mismatch",
         "trap_null_function_reference", "trap_interrupted", "trap_out_of_fuel", "constant", "constant2", "slot0", "slot1", "slot2", "slot3",
         "vector0", "vector1", "literal"]
FORMS = {}


class Refused(Exception):
    pass


class Object:
    def __init__(self, path):
        with open(path, "rb") as f:
            d = self.data = f.read()
        if d[:6] != b"\x7fELF\x02\x01" or struct.unpack_from("<HH", d, 16) != (1, MACHINE):
            raise SystemExit(f"{path}: not a relocatable ELF object for x86-64")
        shoff = struct.unpack_from("<Q", d, 40)[0]
        count, names = struct.unpack_from("<HH", d, 60)
        raw = [struct.unpack_from("<IIQQQQIIQQ", d, shoff + 64 * i) for i in range(count)]
        if count == 0:  # more sections than the header can say
            count, names = struct.unpack_from("<QI", d, shoff + 32)[0], struct.unpack_from("<I", d, shoff + 40)[0]
            raw = [struct.unpack_from("<IIQQQQIIQQ", d, shoff + 64 * i) for i in range(count)]
            names = raw[0][6]
        self.sections = raw
        self.names = [self.string(raw[names][4], s[0]) for s in raw]
        self.relocations = {}
        for s in raw:
            if s[1] == 2:
                strings = raw[s[6]][4]
                self.symbols = []
                extended = next((x for x in raw if x[1] == 18), None)
                for i in range(s[5] // 24):
                    name, info, _, section, value, size = struct.unpack_from("<IBBHQQ", d, s[4] + 24 * i)
                    if section == 0xFFFF:
                        section = struct.unpack_from("<I", d, extended[4] + 4 * i)[0]
                    self.symbols.append((self.string(strings, name), section, value, size, info & 15))
        for s in raw:
            if s[1] == 4:
                self.relocations[s[7]] = sorted(struct.unpack_from("<QQq", d, s[4] + 24 * i) for i in range(s[5] // 24))

    def string(self, table, at):
        return self.data[table + at:self.data.index(b"\0", table + at)].decode()

    def bytes(self, section, value=0, size=None):
        s = self.sections[section]
        return self.data[s[4] + value:s[4] + (s[5] if size is None else value + size)]


class Code:
    """One compiled function: bytes with zeros where relocations go, and those as (offset, kind, hole, addend or literal)."""

    def __init__(self, obj, section, literals):
        code = bytearray(obj.bytes(section))
        self.patches = []
        for offset, info, addend in obj.relocations.get(section, []):
            kind, symbol = info & 0xFFFFFFFF, obj.symbols[info >> 32]
            if kind not in KINDS:
                raise Refused(f"relocation of kind {kind} against {symbol[0]}")
            name, of_section = symbol[0], symbol[1]
            if name.startswith("hole_"):
                hole = name[5:]
                if hole not in HOLES:
                    raise Refused(f"unknown hole {name}")
                extra = addend
            elif of_section != 0 and obj.names[of_section].startswith(".rodata.cst") and kind == R_PC32:
                # A constant that clang wants in memory: 16 bytes of ours. The addend counts from the end of the instruction; what is
                # left when the field's own four bytes and bytes behind it are taken away is the constant's place in its section.
                width = int(obj.names[of_section][len(".rodata.cst"):])
                behind = 0
                at = symbol[2] + addend + 4
                if symbol[4] == 3:  # a section: the place is in the addend
                    behind = (-at) % width if at % width else 0
                else:
                    behind = symbol[2] - at
                value = bytes(obj.bytes(of_section, at + behind, width)).ljust(16, b"\0")
                hole, extra = "literal", (literals.setdefault(value, len(literals)), -4 - behind)
            else:
                raise Refused(f"refers to {name or obj.names[of_section]}")
            code[offset:offset + SIZES[kind]] = bytes(SIZES[kind])
            self.patches.append((offset, KINDS[kind], hole, extra))
        self.code = code
        self.straighten()

    def straighten(self):
        """The last jump goes to what comes next, and is left out."""
        code, patches = self.code, self.patches
        jumps = {p[0]: p for p in patches if p[1] == "relative32" and p[3] == -4}
        end = len(code)

        def jump_at(offset):  # an unconditional jump that begins there
            return jumps.get(offset + 1) if offset >= 0 and code[offset] == JUMP else None

        last = jump_at(end - 5)
        if last is None or last[2] != "next":
            # jcc next; jmp target: the other way round.
            before = jumps.get(end - 9)
            if last and before and before[2] == "next" and code[end - 11] == 0x0F and code[end - 10] & 0xF0 == 0x80:
                code[end - 10] ^= 1
                self.patches = [p for p in patches if p not in (before, last)] + [(before[0], before[1], last[2], -4)]
                del code[end - 5:]
                return
            # .. jmp next; L: jmp somewhere: stays, for what leaves comes last; the jump to what follows is patched as one.
            if not any(p[2] == "next" for p in jumps.values()):
                raise Refused("never goes on")
            return
        self.patches = [p for p in patches if p != last]
        del code[end - 5:]


def learn(variants, lesson):
    """Bytes with zeros where registers go, and the places as (byte, hole, shift, bits)."""
    first = variants[0]
    for v in variants[1:]:
        if len(v.code) != len(first.code):
            raise Refused(f"variants differ in length: {', '.join(str(len(v.code)) for v in variants)}: {first.code.hex()} {v.code.hex()}")
        if v.patches != first.patches:
            raise Refused("variants differ in what is patched")
    fields = {}
    for at in range(len(first.code)):
        column = [v.code[at] for v in variants]
        if len(set(column)) == 1:
            continue
        for bit in range(8):
            way = tuple((c ^ column[0]) >> bit & 1 for c in column)
            if not any(way):
                continue
            if way not in lesson:
                raise Refused(f"byte {at} bit {bit} goes with nothing: {first.code.hex()} {variants[1].code.hex()}")
            hole, number = lesson[way]
            fields.setdefault((at, hole), {}).setdefault(number, []).append(bit)
    out = []
    code = bytearray(first.code)
    for (at, hole), bits in sorted(fields.items()):
        width = {"count32": 5, "count64": 6}.get(hole, 3)
        for shift in sorted(bits.get(0, [])):
            if any(shift + n not in bits.get(n, []) for n in range(width)):
                raise Refused(f"byte {at}: some bits of {hole} only")
            for n in range(width):
                bits[n].remove(shift + n)
                code[at] &= ~(1 << shift + n) & 0xFF
            out.append((at, hole, shift))
        if any(bits.values()):
            raise Refused(f"byte {at}: bits of {hole} in disorder")
    return code, out


def main():
    obj = Object(sys.argv[1])
    symbols = {s[0]: s for s in obj.symbols}
    lesson_symbol = symbols["wcomp_stencil_lesson"]
    raw = obj.bytes(lesson_symbol[1], lesson_symbol[2], lesson_symbol[3])
    n = raw[0]
    tables = [list(raw[1 + i * n:1 + (i + 1) * n]) for i in range(10)]

    def ways(hole_names, tables, bits):
        out = {}
        for name, values in zip(hole_names, tables):
            for b in range(bits):
                way = tuple((v ^ values[0]) >> b & 1 for v in values)
                if out.setdefault(way, (name, b)) != (name, b):
                    raise SystemExit("the choice of registers in stencils.cpp does not tell bits apart")
        return out

    registers = ways(["d", "a", "b", "c"], tables[0:4], 3)
    for way, what in ways(["d", "a", "b", "c"], tables[4:8], 3).items():
        if registers.setdefault(way, what) != what:
            raise SystemExit("the choice of registers in stencils.cpp does not tell bits apart")
    lesson = dict(registers)
    for name, values, bits in (("count32", tables[8], 5), ("count64", tables[9], 6)):
        for way, what in ways([name], [values], bits).items():
            if way in registers:
                raise SystemExit("the choice of counts in stencils.cpp does not tell bits apart")
            lesson[way] = what if way not in lesson else lesson[way]
    lessons = {}
    for wide in (False, True):
        l = dict(registers)
        l.update(ways(["count64" if wide else "count32"], [tables[9 if wide else 8]], 6 if wide else 5))
        lessons[wide] = l

    size = 8 + 8 * n
    rows, targets = bytearray(), {}
    for section, name in enumerate(obj.names):
        if name == "wcomp_stencils":  # one for each instantiation of a template
            for offset, info, addend in obj.relocations[section]:
                targets[len(rows) + offset] = (obj.symbols[info >> 32], addend)
            rows += obj.bytes(section)
    literals, failed, out, pool, total = {}, [], [], bytearray(), 0
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
                    variants.append(Code(obj, symbol[1], literals))
            code, fields = None, []
            if len(variants) == 1:
                code = variants[0].code
            else:
                for wide in (False, True):
                    try:
                        code, fields = learn(variants, lessons[wide])
                        break
                    except Refused as e:
                        if wide or "goes with nothing" not in str(e):
                            raise
            if len(code) > 255:
                raise Refused(f"{len(code)} bytes")
            out.append((op, form, bytes(code), fields, variants[0].patches))
            total += len(code)
        except Refused as e:
            failed.append(f"{op:#x} form {form} ({names[0] if names else '?'}): {e}")
    if failed:
        print(f"{len(failed)} stencils do not have the shape expected:", *failed, sep="\n", file=sys.stderr)
        if "--lenient" not in sys.argv:
            raise SystemExit(1)
    out.sort(key=lambda r: (r[0], r[1]))
    with open(sys.argv[2], "w") as f:
        print(f"// Made by extract.py: {len(out)} stencils, {total} bytes.", file=f)
        byte_list, field_list, patch_list, table = [], [], [], []
        for op, form, code, fields, patches in out:
            table.append(f"{{{op:#x},{form},{len(code)},{len(fields)},{len(patches)},{len(byte_list)},{len(field_list)},{len(patch_list)}}}")
            byte_list += code
            field_list += [f"{{{at},{{'d':0,'a':1,'b':2,'c':3}}[hole] if hole in 'dabc' else 4}}" and
                           "{%d,%d,%d}" % (at, {"d": 0, "a": 1, "b": 2, "c": 3}.get(hole, 4), shift) for at, hole, shift in fields]
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
