#!/usr/bin/env python3
"""What happens to handles, by the specification's executable definitions: handle_vectors.py [--check] [--spec FOLDER]

Writes handles.jsonl beside this file (with --check compares, and says when the specification is not at hand). Each line is a program `p` of
numbers, what it reported `r`, and whether it ended in a trap `t`. Three component instances: A defines a resource, B runs the program and C
is given borrows by B. A program is a list of operations, each a number and its arguments (handles are B's, and may be wrong):
  0                 the end
  1 rep             A.make(rep) -> own                              reports the handle
  2 h               resource.drop
  3 h               A.take(own) -> u32, which drops it              reports the representation
  4 h               A.look(borrow) -> u32                           reports the representation
  5 h h h           A.keep(list<own>), which drops them in order
  6 t h t h n       A.mixed(record { option<borrow>, variant { none, own, borrow }, u32 }) -> u32   reports the sum
  7 h h             A.swap(own, own) -> own: drops the first, gives back the second   reports the handle
  8 h mode          C.pass(borrow, mode) -> u32: C drops it (0, 2, 5, 6) or not (1), twice (4), gives it away as own (3), lends it on (2, 5, 6)
Reports are in order with the destructor's, which reports the representation with bit 31 set. handles_test.cpp runs the same programs.
"""
import json
import pathlib
import random
import sys

here = pathlib.Path(__file__).resolve()
sys.path.insert(0, str(here.parents[1]))
import spec_vectors  # noqa: E402

OPS = {1: 1, 2: 1, 3: 1, 4: 1, 5: 3, 6: 5, 7: 2, 8: 2}


def run_threads_as_calls(d):
    """Nothing suspends here: a thread of the definitions is a call, so that a trap comes out of it."""

    class Continuation:
        def __init__(self, run):
            self.run = run

    def resume(cont, block_result, current_thread):
        outer = getattr(d.thread_local_handler, "value", None)
        handler = d.Handler()
        handler.current_thread = current_thread
        d.thread_local_handler.value = handler
        try:
            cont.run(block_result)
        finally:
            d.thread_local_handler.value = outer
        return None, None

    d.cont_new, d.resume = Continuation, resume


class World:
    def __init__(self, d):
        self.d, self.log = d, []
        self.store = d.Store()
        root = d.ComponentInstance(self.store)
        self.a, self.b, self.c = (d.ComponentInstance(self.store, root) for _ in range(3))
        self.rt = d.ResourceType(self.a, self.end)
        self.memory = {i: d.MemInst(bytearray(1 << 16), "i32") for i in (self.a, self.b, self.c)}
        self.heap = 1024
        own, borrow, u32 = d.OwnType(self.rt), d.BorrowType(self.rt), d.U32Type()
        which = d.VariantType([d.CaseType("none", None), d.CaseType("own", own), d.CaseType("borrow", borrow)])
        record = d.RecordType([d.FieldType("a", d.OptionType(borrow)), d.FieldType("b", which), d.FieldType("n", u32)])
        self.types = {
            "make": ([u32], own), "take": ([own], u32), "look": ([borrow], u32), "keep": ([d.ListType(own, None)], None), "mixed": ([record], u32),
            "swap": ([own, own], own), "pass": ([borrow, u32], u32)}

    def type(self, name):
        params, result = self.types[name]
        return self.d.FuncType([(f"p{i}", p) for i, p in enumerate(params)], [] if result is None else [result])

    def options(self, inst):
        def realloc(args):
            ptr = self.d.align_to(self.heap, args[2])
            self.heap = ptr + args[3]
            return [ptr]
        return self.d.CanonicalOptions(memory=self.memory[inst], realloc=realloc)

    def call(self, caller, name, *args):
        callee = self.c if name == "pass" else self.a
        func = self.store.lift(getattr(self, name + "_"), self.type(name), self.options(callee), callee)
        results = self.store.lower(func, self.type(name), self.options(caller), caller)(list(args))
        return results[0] if results else None

    def drop(self, handle):
        self.d.canon_resource_drop(self.rt, handle)

    def rep(self, handle):
        return self.d.canon_resource_rep(self.rt, handle)[0]

    # --- core code: A ---
    def end(self, args):
        self.log.append(args[0] | 1 << 31)
        return []

    def make_(self, args):
        return self.d.canon_resource_new(self.rt, args[0])

    def take_(self, args):
        rep = self.rep(args[0])
        self.drop(args[0])
        return [rep]

    def look_(self, args):
        return [args[0]]

    def keep_(self, args):
        ptr, length = args
        for i in range(length):
            self.drop(int.from_bytes(self.memory[self.a].bytes[ptr + 4 * i:ptr + 4 * i + 4], "little"))
        return []

    def mixed_(self, args):
        has_a, a, case, b, n = args
        if has_a:
            n += a
        if case == 1:
            n += self.rep(b)
            self.drop(b)
        if case == 2:
            n += b
        return [n]

    def swap_(self, args):
        self.drop(args[0])
        return [args[1]]

    # --- C ---
    def pass_(self, args):
        h, mode = args
        out = mode
        if mode == 2:
            out = self.call(self.c, "look", h)
        if mode == 3:
            out = self.call(self.c, "take", h)
        if mode == 5:
            out = self.call(self.c, "look", h) + self.call(self.c, "look", h)
        if mode == 6:
            out = self.call(self.c, "mixed", 1, h, 2, h, 1)
        if mode == 4:
            self.drop(h)
        if mode != 1:
            self.drop(h)
        return [out]

    # --- B ---
    def run(self, program):
        words = iter(program)

        def core(args):
            while (op := next(words)) != 0:
                args = [next(words) for _ in range(OPS[op])]
                if op == 2:
                    self.drop(args[0])
                elif op == 5:
                    for i, h in enumerate(args):
                        self.memory[self.b].bytes[256 + 4 * i:260 + 4 * i] = h.to_bytes(4, "little")
                    self.call(self.b, "keep", 256, 3)
                else:
                    self.log.append(self.call(self.b, {1: "make", 3: "take", 4: "look", 6: "mixed", 7: "swap", 8: "pass"}[op], *args))
            return []

        func = self.store.lift(core, self.d.FuncType([], []), self.options(self.b), self.b)
        try:
            self.store.invoke(func, lambda: [], lambda results: None)
            return False
        except self.d.Trap:
            return True


def program(r):
    """Mostly of handles that exist."""
    out, alive, free, next_rep = [], [], [], 100

    def add():
        alive.append(free.pop() if free else len(alive) + 1)

    def use(is_taken):
        if not alive or r.random() < 0.02:
            return r.randrange(0, 9)
        handle = r.choice(alive)
        if is_taken and r.random() < 0.98:
            alive.remove(handle)
            free.append(handle)
        return handle

    for _ in range(r.randrange(2, 24)):
        op = 1 if len(alive) < 2 else r.choice([1, 1, 1, 1, 2, 3, 4, 4, 5, 6, 6, 6, 7, 8, 8])
        if op == 5 and len(alive) < 3:
            op = 1
        if op == 1:
            out += [1, next_rep]
            next_rep += 1
            add()
        elif op in (2, 3, 4):
            out += [op, use(op != 4)]
        elif op == 5:
            out += [5, use(True), use(True), use(True)]
        elif op == 6:
            case = r.choice([0, 1, 1, 2, 2]) if r.random() < 0.98 else 3
            out += [6, r.choice([0, 1, 1]), use(False), case, use(case == 1), r.randrange(1000)]
        elif op == 7:
            out += [7, use(True), use(True)]
            add()
        else:
            out += [8, use(False), r.choice([0, 2, 5, 6]) if r.random() < 0.95 else r.choice([1, 3, 4])]
    return out + [0]


def make(d):
    run_threads_as_calls(d)
    r = random.Random(2026)
    lines = []
    for _ in range(400):
        p = program(r)
        world = World(d)
        trapped = world.run(p)
        lines.append(json.dumps({"p": p, "r": world.log, "t": trapped}, separators=(",", ":")) + "\n")
    return "".join(lines), f"{len(lines)} programs, {sum('true' in l for l in lines)} of them trap"


if __name__ == "__main__":
    sys.exit(spec_vectors.main(here, "handles.jsonl", make))
