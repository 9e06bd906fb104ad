#!/usr/bin/env python3
"""`wcomp run --invoke` against wasmtime: the same texts are taken and refused, and the same results are printed.

One thing is left out: a field that the record does not have, which wasmtime ignores and we refuse.

Each type gets a component with `same: func(x: tuple<T, u32>, p1..p16: u32) -> tuple<T, u32>`. So many parameters travel in memory, x first;
the core function gives back where they are.
"""
import argparse
import concurrent.futures
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import peers

COMPONENT = """(component
  (core module $m
    (memory (export "memory") 4)
    (global $next (mut i32) (i32.const 16))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.set $next (i32.and (i32.add (global.get $next) (i32.const 15)) (i32.const -16)))
      (global.get $next)
      (global.set $next (i32.add (global.get $next) (local.get 3))))
    (func (export "same") (param i32) (result i32) local.get 0))
  (core instance $i (instantiate $m))
  (alias core export $i "memory" (core memory $memory))
  (alias core export $i "realloc" (core func $realloc))
  (alias core export $i "same" (core func $same))
  {types}
  (type $both (tuple {type} u32))
  (type $f (func (param "x" $both) {params} (result $both)))
  (func $lifted (type $f) (canon lift (core func $same) (memory $memory) (realloc $realloc)))
  (export "same" (func $lifted)))
"""

# type, the definitions that it needs, texts
CASES = [
    ("u8", "", "0 255 256 -1 1.0 1e2 007 x true 'a' \"1\""),
    ("s8", "", "-128 127 128 -129 -0"),
    ("u64", "", "18446744073709551615 18446744073709551616"),
    ("s64", "", "-9223372036854775808 9223372036854775808"),
    ("f32", "", "0 -0 0.1 1e10 16777217 3.4028234664e38 1e39 1e-46 nan inf -inf -nan .5 5. 1e 1.5e-3"),
    ("f64", "", "0.1 1e308 1e309 5e-324 1e-400 123456789.123456789 nan"),
    ("bool", "", "true false True 1"),
    ("char", "", r"'a' '☃' '\n' '\u{1f30a}' '\'' '' 'ab' '\u{d800}' '\x41' a"),
    ("string", "", r'"" "héllo" "\t\n\r\\\"\'" "\u{2603}" "a""b" "\q" "open'),
    ("(list u8)", "", "[] [1] [1,2,] [,] [1;2] [256] (1)"),
    ("(list (list string))", "", '[[],["a"]] ["a"]'),
    ("(tuple u8 bool)", "", "(1,true) (1,true,) (1) (1,true,2) [1,true]"),
    ("(option u8)", "", "none some(1) 1 some some() some(256)"),
    ("(option (option u8))", "", "none some(none) some(some(1)) some(1) 1"),
    ("(option bool)", "", "true none some(false)"),
    ("(result u8 (error string))", "", 'ok(1) 1 err("x") err ok "x" err(1)'),
    ("(result)", "", "ok err ok(1) 1"),
    ("(result (error u8))", "", "ok err(1) err 1"),
    ("$r", '(type $r0 (record (field "name" string) (field "id" $o) (field "some" bool))) (export $r "r" (type $r0))',
     '{name:"x",some:true} {some:true,name:"x",id:some(1)} {name:"x",some:true,id:1,} {name:"x"} {name:"x",name:"y",some:true} {} {:}'),
    ("$r", '(type $r0 (record (field "a" $o))) (export $r "r" (type $r0))', "{:} {a:1} {a:none} {a:some(1)}"),
    ("$v", '(type $v0 (variant (case "a" u8) (case "b") (case "true") (case "none" string))) (export $v "v" (type $v0))', 'a(1) b %true true %none("x") none("x") a b(1) c %a(2)'),
    ("$e", '(type $e0 (enum "left" "right" "nan")) (export $e "e" (type $e0))', "left right %nan nan up Left"),
    ("$f0", '(type $fl (flags "read" "write")) (export $f0 "f" (type $fl))', "{} {read} {write,read} {read,} {read,read} {exec} read [read]"),
    ("(list $v)", '(type $v0 (variant (case "a" u8) (case "b" (list u16)))) (export $v "v" (type $v0))', "[a(1),b([2,3])] [b([])]"),
]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--wcomp", required=True)
    args = parser.parse_args()
    failed, count = [], 0
    with tempfile.TemporaryDirectory() as folder:
        jobs = []
        for number, (type_, defs, texts) in enumerate(CASES):
            text = pathlib.Path(folder, f"{number}.wat")
            binary = text.with_suffix(".wasm")
            params = " ".join(f'(param "p{i}" u32)' for i in range(16))
            types = ("(type $o (option u8)) " if "$o" in defs else "") + defs
            text.write_text(COMPONENT.format(types=types, type=type_, params=params))
            subprocess.run([args.wcomp, "parse", text, "-o", binary], check=True)
            jobs += [(binary, f"same(({value}, 7), {', '.join(['0'] * 16)})") for value in texts.split(" ")]

        def both(job):
            binary, call = job
            ours = subprocess.run([args.wcomp, "run", "--invoke", call, binary], capture_output=True, text=True, stdin=subprocess.DEVNULL)
            return call, ours, peers.run("wasmtime", "run", "--invoke", call, binary)

        with concurrent.futures.ThreadPoolExecutor() as pool:
            for call, ours, theirs in pool.map(both, jobs):
                count += 1
                call = call.split(", 7)")[0] + ")"
                if ours.returncode not in (0, 2) or (ours.returncode == 2 and "-->" not in ours.stderr):
                    failed.append(f"{call}: status {ours.returncode}: {ours.stderr.strip()}")
                if theirs is None:
                    continue
                if (ours.returncode == 0) != (theirs.returncode == 0):
                    failed.append(f"{call}: ours {ours.returncode} {ours.stdout or ours.stderr}, wasmtime {theirs.returncode} {theirs.stdout or theirs.stderr[:300]}")
                elif ours.returncode == 0 and ours.stdout != theirs.stdout:
                    failed.append(f"{call}: ours {ours.stdout!r}, wasmtime {theirs.stdout!r}")
    for line in failed:
        print(line)
    print(f"{count} calls, {peers.left_out} without wasmtime, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
