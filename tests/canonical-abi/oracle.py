#!/usr/bin/env python3
"""Checks layouts and values against the specification's executable definitions: oracle.py <folder of definitions.py> <file of checks>.

Each line of the file is a call of one of the functions below; oracle.h writes it."""
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from definitions import *  # noqa: F401,F403,E402

MAX_FLAT = 17  # cabi::max_flat: longer flat types are cut
opts = CanonicalOptions(memory=MemInst(bytearray(0), 'i32'))
bad = 0


def expect(what, ours, theirs):
    global bad
    if ours != theirs:
        bad += 1
        print(f"{what}\n  ours:   {ours}\n  theirs: {theirs}")


def check_type(t, size, align, flat):
    expect(t, (size, align, flat), (elem_size(t, 'i32'), alignment(t, 'i32'), flatten_type(t, opts)[:MAX_FLAT]))


def check_func(f, lift_params, lift_results, lower_params, lower_results):
    lift = flatten_functype(opts, f, 'lift')
    lower = flatten_functype(opts, f, 'lower')
    expect(f, (lift_params, lift_results, lower_params, lower_results), (lift.params, lift.results, lower.params, lower.results))


def f32(bits):
    return core_f32_reinterpret_i32(bits)


def f64(bits):
    return core_f64_reinterpret_i64(bits)


def plain(v):
    """A lifted value with strings as they read, without the encoding they came in."""
    if isinstance(v, tuple):
        return v[0]
    if isinstance(v, list):
        return [plain(e) for e in v]
    if isinstance(v, dict):
        return {k: plain(e) for k, e in v.items()}
    return v


def check_value(t, value, encoding, memory, ptr, slots):
    """What we stored at `ptr` and lowered to `slots` (None: not flat) is the value."""
    cx = LiftLowerContext(LiftLowerOptions(encoding, MemInst(bytearray.fromhex(memory), 'i32')), None)
    expect(t, value, plain(load(cx, ptr, t)))
    if slots is not None:
        floats = {'f32': f32, 'f64': f64}
        core = [floats.get(ft, int)(s) for s, ft in zip(slots, flatten_type(t, opts))]
        expect(t, value, plain(lift_flat(cx, CoreValueIter(core), t)))


for line in open(sys.argv[2]):
    eval(line)
sys.exit(1 if bad else 0)
