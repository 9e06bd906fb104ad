#!/usr/bin/env python3
"""Facts of the Canonical ABI, computed by the specification's executable definitions: vectors.py [--check] [--spec FOLDER]

Writes vectors.jsonl beside this file (with --check compares, and says when the specification is not at hand): a JSON object a line, by "k":
  layout  of type t: [size, alignment, flat types] with 32-bit and 64-bit addresses
  func    with parameters p and result r: core signatures when lifted and lowered
  store   value v of type t in encoding e: memory m after it is stored at 0; flat values f with memory g (where it is flat)
  load    what memory m at 0 is as a t: value v, or none for a trap;  lift the same for flat values f
  string  units n of bytes b from one encoding to another: calls of realloc c (old, old size, alignment, size), length r, bytes o
With "ptr": "i64" the memory has 64-bit addresses; of a string's sender "from_ptr", of its receiver "ptr".
vectors_test.cpp compares what we compute. Types: a name, [kind, parts.., length]. Values: floats by their bits, chars by number, cases as
[index, payload], flags as a number, NaN as "nan". Allocations follow one another, after the value; memory is as long as it has to be.
"""
import json
import pathlib
import random
import struct
import sys

here = pathlib.Path(__file__).resolve()
sys.path.insert(0, str(here.parents[1]))
import spec_vectors  # noqa: E402

ENCODINGS = ["utf8", "utf16", "latin1+utf16"]
TEXTS = ["", "a", "Zoë", "é", "ÿÿ", "naïve café", "Σ", "ë┛", "日本語", "a😀b", "plain ascii text", "ab\u0100", "\U0010ffff", "\x00nul"]
PRIMS = ["bool", "s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64", "f32", "f64", "char", "string"]
MAX_FLAT = 17  # longer flat types are cut


class Maker:
    def __init__(self, definitions):
        self.d = definitions
        self.random = random.Random(2026)
        self.lines = []
        self.ptr = "i32"  # type of addresses

    # --- types ---
    def spec(self, t):
        d = self.d
        if t is None:
            return None
        if isinstance(t, str):
            return getattr(d, t.capitalize() + "Type")()
        kind, *rest = t
        names = lambda n: [f"n{i}" for i in range(n)]
        match kind:
            case "list": return d.ListType(self.spec(rest[0]), rest[1] if len(rest) > 1 else None)
            case "record": return d.RecordType([d.FieldType(f"f{i}", self.spec(p)) for i, p in enumerate(rest)])
            case "tuple": return d.TupleType([self.spec(p) for p in rest])
            case "variant": return d.VariantType([d.CaseType(f"c{i}", self.spec(p)) for i, p in enumerate(rest)])
            case "enum": return d.EnumType(names(rest[0]))
            case "flags": return d.FlagsType(names(rest[0]))
            case "option": return d.OptionType(self.spec(rest[0]))
            case "result": return d.ResultType(self.spec(rest[0]), self.spec(rest[1]))
            case "map": return d.MapType(self.spec(rest[0]), self.spec(rest[1]))
        raise ValueError(kind)

    def type(self, depth):
        r = self.random
        if depth == 0 or r.random() < 0.3:
            return r.choice(PRIMS)
        part = lambda: self.type(depth - 1)
        maybe = lambda: part() if r.random() < 0.7 else None
        match r.randrange(12):
            case 0: return ["list", part()]
            case 1: return ["list", part(), r.randint(1, 4)]
            case 2 | 3: return ["record", *(part() for _ in range(r.randint(1, 4)))]
            case 4: return ["tuple", *(part() for _ in range(r.randint(1, 4)))]
            case 5 | 6 | 7: return ["variant", *(maybe() for _ in range(r.randint(1, 5)))]
            case 8: return r.choice([["enum", 3], ["enum", 256], ["enum", 257], ["flags", r.choice([1, 7, 8, 9, 16, 17, 32])]])
            case 9: return ["option", part()]
            case 10: return ["result", maybe(), maybe()]
            case _: return ["map", r.choice(["u8", "char", "string", "s64", "bool"]), part()]

    # --- values: ours, and as the definitions have them ---
    def value(self, t):
        r = self.random
        if isinstance(t, str):
            if t == "bool": return r.random() < 0.5
            if t == "char": return ord(r.choice("aZé\u0100€\ud7ff\ue000😀"))
            if t == "string": return r.choice(TEXTS)
            if t in ("f32", "f64"): return self.bits(t, r.choice([0.0, -0.0, 1.5, -1e10, float("inf"), 3.4028234663852886e38]))
            bits, signed = int(t[1:]), t[0] == "s"
            v = r.choice([0, 1, (1 << bits) - 1, 1 << (bits - 1), r.getrandbits(bits)])
            return v - (1 << bits) if signed and v >= 1 << (bits - 1) else v
        kind, *rest = t
        match kind:
            case "list": return [self.value(rest[0]) for _ in range(rest[1] if len(rest) > 1 else r.randrange(4))]
            case "record" | "tuple": return [self.value(p) for p in rest]
            case "map": return [[self.value(rest[0]), self.value(rest[1])] for _ in range(r.randrange(3))]
            case "enum": return [r.randrange(rest[0])]
            case "flags": return r.getrandbits(rest[0])
        cases = self.cases(t)
        i = r.randrange(len(cases))
        return [i] if cases[i] is None else [i, self.value(cases[i])]

    @staticmethod
    def cases(t):
        kind, *rest = t
        return [None, rest[0]] if kind == "option" else [None] * rest[0] if kind == "enum" else rest

    @staticmethod
    def bits(t, v):
        return struct.unpack("<I", struct.pack("<f", v))[0] if t == "f32" else struct.unpack("<Q", struct.pack("<d", v))[0]

    @staticmethod
    def of_bits(t, v):
        return struct.unpack("<f", struct.pack("<I", v))[0] if t == "f32" else struct.unpack("<d", struct.pack("<Q", v))[0]

    def text(self, s, encoding):
        """A string that comes in the receiver's encoding, as one of a host does."""
        if encoding == "utf8":
            return (s, encoding, len(s.encode()))
        units = len(s.encode("utf-16-le")) // 2
        if encoding == "utf16":
            return (s, encoding, units)
        return (s, encoding, len(s) if all(ord(c) < 256 for c in s) else units | self.d.utf16_tag(self.ptr))

    def labels(self, t):
        kind, *rest = t
        match kind:
            case "record": return [f"f{i}" for i in range(len(rest))]
            case "tuple": return [str(i) for i in range(len(rest))]
            case "map": return ["0", "1"]
            case "variant": return [f"c{i}" for i in range(len(rest))]
            case "enum" | "flags": return [f"n{i}" for i in range(rest[0])]
            case "option": return ["none", "some"]
            case "result": return ["ok", "error"]

    def to_spec(self, t, v, encoding):
        if isinstance(t, str):
            if t in ("f32", "f64"): return self.of_bits(t, v)
            if t == "char": return chr(v)
            return self.text(v, encoding) if t == "string" else v
        kind, *rest = t
        match kind:
            case "list": return [self.to_spec(rest[0], e, encoding) for e in v]
            case "record" | "tuple": return {l: self.to_spec(p, e, encoding) for l, p, e in zip(self.labels(t), rest, v)}
            case "map": return [{l: self.to_spec(p, e, encoding) for l, p, e in zip("01", rest, entry)} for entry in v]
            case "flags": return {l: bool(v >> i & 1) for i, l in enumerate(self.labels(t))}
        payload = self.cases(t)[v[0]]
        return {self.labels(t)[v[0]]: None if payload is None else self.to_spec(payload, v[1], encoding)}

    def from_spec(self, t, v):
        if isinstance(t, str):
            if t in ("f32", "f64"): return "nan" if v != v else self.bits(t, v)
            if t == "char": return ord(v)
            return v[0] if t == "string" else v
        kind, *rest = t
        match kind:
            case "list": return [self.from_spec(rest[0], e) for e in v]
            case "record" | "tuple": return [self.from_spec(p, e) for p, e in zip(rest, v.values())]
            case "map": return [[self.from_spec(p, e) for p, e in zip(rest, entry.values())] for entry in v]
            case "flags": return sum(int(b) << i for i, b in enumerate(v.values()))
        [(label, payload)] = v.items()
        index = self.labels(t).index(label)
        part = self.cases(t)[index]
        return [index] if part is None else [index, self.from_spec(part, payload)]

    # --- running the definitions ---
    def context(self, encoding, memory, heap):
        d = self.d
        calls = []

        class Context(d.LiftLowerContext):
            def reallocate(self, old, old_bytes, alignment, size):
                nonlocal heap
                calls.append([old, old_bytes, alignment, size])
                heap = d.align_to(heap, alignment)
                ptr, heap = heap, heap + size
                data = self.opts.memory.bytes
                data.extend(bytes(max(0, heap - len(data))))
                data[ptr:ptr + min(old_bytes, size)] = data[old:old + min(old_bytes, size)]
                return ptr

        opts = d.CanonicalOptions(memory=d.MemInst(memory, self.ptr), string_encoding=encoding)
        return Context(opts, None), calls

    def flat(self, t, ptr=None):
        return self.d.flatten_type(self.spec(t), self.d.CanonicalOptions(memory=self.d.MemInst(bytearray(), ptr or self.ptr)))

    def slots(self, flat, values):
        return [self.bits(t, v) if t in ("f32", "f64") else v for t, v in zip(flat, values)]

    def put(self, kind, **facts):
        width = {"ptr": self.ptr} if self.ptr == "i64" and kind != "layout" else {}
        self.lines.append(json.dumps({"k": kind, **width, **facts}, ensure_ascii=True, separators=(",", ":")))

    def layout(self, t):
        s = self.spec(t)
        one = lambda ptr: [self.d.elem_size(s, ptr), self.d.alignment(s, ptr), self.flat(t, ptr)[:MAX_FLAT]]
        self.put("layout", t=t, i32=one("i32"), i64=one("i64"))

    def func(self, params, result):
        d = self.d
        f = d.FuncType([(f"p{i}", self.spec(p)) for i, p in enumerate(params)], [] if result is None else [self.spec(result)])
        opts = d.CanonicalOptions(memory=d.MemInst(bytearray(), self.ptr))
        lift, lower = d.flatten_functype(opts, f, "lift"), d.flatten_functype(opts, f, "lower")
        self.put("func", p=params, r=result, lift=[lift.params, lift.results], lower=[lower.params, lower.results])

    def store(self, t, encoding):
        v = self.value(t)
        size = self.d.elem_size(self.spec(t), self.ptr)
        cx, _ = self.context(encoding, bytearray(size), size)
        self.d.store(cx, self.to_spec(t, v, encoding), self.spec(t), 0)
        facts = {"m": cx.opts.memory.bytes.hex()}
        flat = self.flat(t)
        if len(flat) < MAX_FLAT:
            cx, _ = self.context(encoding, bytearray(), 0)
            facts["f"] = self.slots(flat, self.d.lower_flat(cx, self.to_spec(t, v, encoding), self.spec(t)))
            facts["g"] = cx.opts.memory.bytes.hex()
        self.put("store", t=t, e=encoding, v=v, **facts)

    def memory(self, size):
        """Bytes that are pointers, lengths and discriminants that may do."""
        r = self.random
        out = bytearray()
        while len(out) < size:
            out += r.choice([r.randrange(6), r.randrange(40), r.getrandbits(16)]).to_bytes(4 if self.ptr == "i32" else 8, "little") if r.random() < 0.8 else bytes(r.getrandbits(8) for _ in range(4))
        return out[:size]

    def trapped(self, t, run):
        try:
            return {"v": self.from_spec(t, run())}
        except self.d.Trap:
            return {}

    def load(self, t, encoding):
        memory = self.memory(max(48, self.d.elem_size(self.spec(t), self.ptr)))
        cx, _ = self.context(encoding, memory, 0)
        self.put("load", t=t, e=encoding, m=memory.hex(), **self.trapped(t, lambda: self.d.load(cx, 0, self.spec(t))))

    def lift(self, t, encoding):
        flat = self.flat(t)
        if len(flat) >= MAX_FLAT:
            return
        r = self.random
        memory = self.memory(48)
        slots = [r.choice([r.randrange(4), r.randrange(48), r.getrandbits(32 if f in ("i32", "f32") else 64)]) for f in flat]
        values = [self.of_bits(f, s) if f in ("f32", "f64") else s for f, s in zip(flat, slots)]
        cx, _ = self.context(encoding, memory, 0)
        self.put("lift", t=t, e=encoding, m=memory.hex(), f=slots, **self.trapped(t, lambda: self.d.lift_flat(cx, self.d.CoreValueIter(values), self.spec(t))))

    def string(self, s, source, target, is_wide, source_ptr="i32"):
        """`is_wide`: a latin1+utf16 string that has 16-bit units though it might not need them."""
        tag = 0
        match source:
            case "utf8": data, n = s.encode(), len(s.encode())
            case "utf16": data, n = s.encode("utf-16-le"), len(s.encode("utf-16-le")) // 2
            case _:
                is_wide = is_wide or any(ord(c) > 255 for c in s)
                data = s.encode("utf-16-le" if is_wide else "latin-1")
                tag = int(is_wide)
                n = len(data) // 2 if is_wide else len(data)
        cx, calls = self.context(target, bytearray(), 64)
        # The definitions look for the sender's tag where the receiver has its own.
        tag_bit = self.d.utf16_tag(self.ptr)
        ptr, length = self.d.store_string_into_range(cx, (s, source, n | tag * tag_bit))
        n |= tag * self.d.utf16_tag(source_ptr)
        is_tagged = target == "latin1+utf16" and length >= tag_bit
        size = (length & ~tag_bit) * (2 if target == "utf16" or is_tagged else 1)
        # An allocation's place is the receiver's business: old places become 1, none 0.
        calls = [[int(old != 0), *rest] for old, *rest in calls]
        width = {"from_ptr": source_ptr} if source_ptr == "i64" else {}
        self.put("string", **width, **{"from": source}, to=target, b=data.hex(), n=n, c=calls, r=length, o=cx.opts.memory.bytes[ptr:ptr + size].hex())

    def run(self):
        for t in [*PRIMS, ["enum", 1], ["enum", 65536], ["flags", 32], ["list", "string", 3], ["map", "string", "u8"], ["option", ["option", "u64"]]]:
            self.layout(t)
        for _ in range(90):
            self.layout(self.type(3))
        for n in (0, 1, 15, 16, 17):
            self.func(["u8"] * n, None)
            self.func(["string"] * (n // 2) + ["u8"] * (n % 2), "string")
        for _ in range(40):
            self.func([self.type(2) for _ in range(self.random.randrange(5))], self.random.choice([None, self.type(2)]))
        for p in PRIMS:
            for encoding in ENCODINGS if p == "string" else ENCODINGS[:1]:
                self.store(p, encoding), self.store(p, encoding), self.load(p, encoding), self.lift(p, encoding)
        for i in range(120):
            self.store(self.type(3), ENCODINGS[i % 3])
        for i in range(150):
            self.load(self.type(2), ENCODINGS[i % 3])
            self.lift(self.type(2), ENCODINGS[i % 3])
        for s in TEXTS:
            for source in ENCODINGS:
                for target in ENCODINGS:
                    self.string(s, source, target, False)
                    if source == "latin1+utf16" and all(ord(c) < 256 for c in s):
                        self.string(s, source, target, True)
        self.wide()
        return "".join(l + "\n" for l in self.lines)

    def wide(self):
        self.ptr = "i64"
        for n in (0, 8, 9):
            self.func(["string"] * n, "string")
        for _ in range(30):
            self.func([self.type(2) for _ in range(self.random.randrange(5))], self.random.choice([None, self.type(2)]))
        for encoding in ENCODINGS:
            self.store("string", encoding), self.store("string", encoding), self.load("string", encoding), self.lift("string", encoding)
        for i in range(90):
            self.store(self.type(3), ENCODINGS[i % 3])
        for i in range(120):
            self.load(self.type(2), ENCODINGS[i % 3])
            self.lift(self.type(2), ENCODINGS[i % 3])
        for t in ("string", ["list", "u8"], ["list", "u64"], ["option", "string"]):
            for encoding in ENCODINGS:
                self.far(t, encoding)
        for s in TEXTS:
            for source in ENCODINGS:
                for target in ENCODINGS:
                    for source_ptr, self.ptr in (("i32", "i64"), ("i64", "i32"), ("i64", "i64")):
                        self.string(s, source, target, False, source_ptr)
                        if source == "latin1+utf16" and all(ord(c) < 256 for c in s):
                            self.string(s, source, target, True, source_ptr)

    def far(self, t, encoding):
        """Addresses and lengths that 32 bits would cut to ones that may do."""
        flat = self.flat(t)
        memory = self.memory(48)
        for ptr in (0, 1 << 32, 1 << 63, (1 << 64) - 8):
            for length in (0, 2, 1 << 28, 1 << 32, (1 << 32) + 2, 1 << 63, (1 << 63) + 2, (1 << 61) + 1, (1 << 64) - 1):
                slots = [1, ptr, length][-len(flat):]
                cx, _ = self.context(encoding, memory, 0)
                self.put("lift", t=t, e=encoding, m=memory.hex(), f=slots, **self.trapped(t, lambda: self.d.lift_flat(cx, self.d.CoreValueIter(slots), self.spec(t))))


def make(definitions):
    text = Maker(definitions).run()
    return text, f"{text.count(chr(10))} vectors"


if __name__ == "__main__":
    sys.exit(spec_vectors.main(here, "vectors.jsonl", make))
