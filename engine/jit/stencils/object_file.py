"""ELF objects, and what may be left open in code that is read out of them."""
import struct

HOLES = ["next", "target", "limit", "trap_integer_divide_by_zero", "trap_integer_overflow", "trap_invalid_conversion_to_integer",
         "trap_out_of_bounds_memory_access", "trap_undefined_element", "trap_uninitialized_element", "trap_indirect_call_type_mismatch",
         "trap_null_function_reference", "trap_interrupted", "trap_out_of_fuel", "constant", "constant2", "slot0", "slot1", "slot2", "slot3",
         "vector0", "vector1", "literal"]


class Refused(Exception):
    pass


class Object:
    def __init__(self, path):
        with open(path, "rb") as f:
            d = self.data = f.read()
        if d[:6] != b"\x7fELF\x02\x01" or struct.unpack_from("<H", d, 16) != (1,):
            raise SystemExit(f"{path}: not a relocatable ELF object")
        self.machine = struct.unpack_from("<H", d, 18)[0]
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
