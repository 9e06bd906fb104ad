"""Code for aarch64 as stencils need it: words of 32 bits, of which each is patched once at most.

Branches inside of a stencil are patches, too (`inside`, with the place that they go to), for the compiler leaves words out and puts others in.
"""
import struct

from object_file import HOLES, Refused

MACHINE = 183
TARGET = "aarch64"
ABS64 = 257
KINDS = {263: "move0", 264: "move0", 265: "move1", 266: "move1", 267: "move2", 268: "move2", 269: "move3", 270: "signed_move0", 273: "literal19",
         274: "address21", 277: "add12", 278: "access0", 284: "access1", 285: "access2", 286: "access3", 299: "access4", 282: "branch26"}
BRANCH = 0x14000000
STACK = 31


def signed(value, bits):
    return value - (1 << bits) if value >> (bits - 1) else value


def inner_branch(word):
    """Kind and distance in words of a branch whose place is known."""
    if word & 0xFC000000 == BRANCH:
        return "branch26", signed(word & 0x3FFFFFF, 26)
    if word & 0xFF000010 == 0x54000000 or word & 0x7E000000 == 0x34000000:  # b.cond; cbz, cbnz
        return "branch19", signed(word >> 5 & 0x7FFFF, 19)
    if word & 0x7E000000 == 0x36000000:  # tbz, tbnz
        return "branch14", signed(word >> 5 & 0x3FFF, 14)
    return None


def with_distance(word, kind, distance):
    if kind == "branch26":
        return word & 0xFC000000 | distance & 0x3FFFFFF
    if kind == "branch19":
        return word & ~(0x7FFFF << 5) | (distance & 0x7FFFF) << 5
    return word & ~(0x3FFF << 5) | (distance & 0x3FFF) << 5


def inverted(word):
    """The branch that is taken where this one is not."""
    return word ^ (1 if word & 0xFF000010 == 0x54000000 else 1 << 24)


def is_stack_use(word):
    base = word >> 5 & 31
    is_access = word & 0x0A000000 == 0x08000000 and base == STACK
    is_sum = word & 0x7F000000 in (0x11000000, 0x51000000) and base == STACK
    return is_access or is_sum


class Code:
    """One compiled function: bytes with zeros where relocations go, and those as (offset, kind, hole, addend or literal)."""

    def __init__(self, obj, section, literals):
        data = obj.bytes(section)
        words = list(struct.unpack(f"<{len(data) // 4}I", data))
        patches = {}
        for offset, info, addend in obj.relocations.get(section, []):
            kind, symbol = info & 0xFFFFFFFF, obj.symbols[info >> 32]
            if kind not in KINDS:
                raise Refused(f"relocation of kind {kind} against {symbol[0]}")
            name, of_section = symbol[0], symbol[1]
            if name.startswith("hole_"):
                hole, extra = name[5:], addend
                if hole not in HOLES:
                    raise Refused(f"unknown hole {name}")
                if addend != 0:
                    raise Refused(f"{name} and {addend} more")
            elif of_section != 0 and obj.names[of_section].startswith(".rodata.cst") and KINDS[kind] in ("literal19", "address21"):
                width = int(obj.names[of_section][len(".rodata.cst"):])
                value = bytes(obj.bytes(of_section, symbol[2] + addend, width)).ljust(16, b"\0")
                hole, extra = "literal", (literals.setdefault(value, len(literals)), 0)
            else:
                raise Refused(f"refers to {name or obj.names[of_section]}")
            if offset % 4 != 0 or offset // 4 in patches:
                raise Refused("two patches of one word")
            patches[offset // 4] = (KINDS[kind], hole, extra)
        branches = {}
        for i, word in enumerate(words):
            if is_stack_use(word):
                raise Refused(f"uses the stack: {word:#x}")
            found = inner_branch(word) if i not in patches else None
            if found:
                branches[i] = (found[0], i + found[1])
                if not 0 <= i + found[1] <= len(words):
                    raise Refused("branches out of itself")
        self.straighten(words, patches, branches)
        self.patches = [(4 * i, *p) for i, p in sorted(patches.items())]
        self.code = bytearray(struct.pack(f"<{len(words)}I", *words))

    def straighten(self, words, patches, branches):
        """The last branch goes to what comes next, and is left out."""
        next_ = ("branch26", "next", 0)
        last = len(words) - 1
        if patches.get(last) == next_:
            del patches[last], words[last]
        elif patches.get(last, ("",))[0] == "branch26" and patches.get(last - 1) == next_ and branches.get(last - 2, (0, 0))[1] == last and \
                sum(to == last for _, to in branches.values()) == 1:
            # b.cond L; b next; L: b target: the other way round.
            words[last - 2] = inverted(words[last - 2])
            patches[last - 1] = patches.pop(last)
            branches[last - 2] = (branches[last - 2][0], last)
            del words[last]
            words[last - 1] = BRANCH
        elif next_ not in patches.values():
            raise Refused("never goes on")
        for i, (kind, to) in branches.items():
            words[i] = with_distance(words[i], kind, 0)
            patches[i] = (kind, "inside", 4 * to)
        for i, p in patches.items():
            if p[0] == "branch26":
                words[i] = BRANCH
