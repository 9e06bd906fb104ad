#!/usr/bin/env python3
"""Checks layout facts against the specification's executable definitions: shape_oracle.py <folder of definitions.py> <file of checks>.

Each line of the file is a call of one of the functions below; shape_test.cpp writes it."""
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


for line in open(sys.argv[2]):
    eval(line)
sys.exit(1 if bad else 0)
