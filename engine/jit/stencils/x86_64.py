"""Code for x86-64 as stencils need it."""
from object_file import HOLES, Refused

MACHINE = 62
TARGET = "x86_64"
R_64, R_PC32, R_PLT32, R_32, R_32S = 1, 2, 4, 10, 11
KINDS = {R_64: "abs64", R_PC32: "relative32", R_PLT32: "relative32", R_32: "unsigned32", R_32S: "signed32"}
SIZES = {R_64: 8, R_PC32: 4, R_PLT32: 4, R_32: 4, R_32S: 4}
JUMP = 0xE9  # jmp rel32


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
