#!/usr/bin/env python3
"""Shared libraries from C, linked with `wcomp link` and run with `wcomp run --invoke`.

They are compiled with -fPIC -shared and without a C library. Covered: calls, variables and function pointers across libraries, pointers in
initialised data, constructors in the order of need, weak symbols, thread-local variables, dlopen with the built-in libdl.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

WIT = """package test:libs;
interface api {
  sum: func(a: s32, b: s32) -> s32;
  counter: func() -> s32;
  order: func() -> s32;
  pointers: func() -> s32;
  weak: func() -> s32;
  thread: func() -> s32;
  text: func() -> s32;
  plugin: func(n: s32) -> s32;
}
world app { export api; }
"""

BASE = r"""
#define PUBLIC __attribute__((visibility("default")))
PUBLIC int counter = 7;
PUBLIC int order;
PUBLIC int add(int a, int b) { counter += 1; return a + b; }
PUBLIC int twice(int a) { return 2 * a; }
PUBLIC const char* text = "linked";
PUBLIC _Thread_local int per_thread = 3;
PUBLIC int (*address_of_twice(void))(int) { return twice; }
__attribute__((constructor)) static void init(void) { order = order * 10 + 1; }
"""

APP = r"""
#include <stddef.h>
#define EXPORT(name) __attribute__((export_name("test:libs/api#" name)))
extern int counter, order, add(int, int), twice(int), (*address_of_twice(void))(int);
extern const char* text;
extern _Thread_local int per_thread;
extern int maybe(int) __attribute__((weak));
extern int perhaps __attribute__((weak));
extern void *dlopen(const char*, int), *dlsym(void*, const char*);
extern int dlclose(void*);
extern char* dlerror(void);
static int (*const table[])(int, int) = {add, add};
static int* const pointer = &counter;
__attribute__((constructor)) static void init(void) { order = order * 10 + 2; }
EXPORT("sum") int sum(int a, int b) { return table[1](a, b); }
EXPORT("counter") int get_counter(void) { return *pointer; }
EXPORT("order") int get_order(void) { return order; }
EXPORT("pointers") int pointers(void) { return address_of_twice() == twice ? address_of_twice()(21) : -1; }
EXPORT("weak") int weak(void) { return (maybe ? maybe(1) : 100) + (&perhaps ? perhaps : 1000); }
EXPORT("thread") int thread(void) { per_thread += 1; return per_thread; }
EXPORT("text") int first(void) { return text[0]; }
EXPORT("plugin") int plugin(int n) {
  if (dlopen("no-such.so", 1) || !dlerror() || dlerror()) return -1;
  void* library = dlopen("plugin.so", 1);
  if (!library) return -2;
  if (dlsym(library, "triple2") || dlsym(library, "tripl") || !dlerror()) return -3;
  int (*f)(int) = (int (*)(int))dlsym(library, "triple");
  int* data = dlsym(library, "plugin_data");
  if (!f || !data || f != dlsym(dlopen(NULL, 0), "triple")) return -4;
  if (dlclose(library) || !dlclose(&n)) return -5;
  return f(n) + *data;
}
"""

PLUGIN = r"""
#define PUBLIC __attribute__((visibility("default")))
extern int add(int, int);
PUBLIC int plugin_data = 1000;
PUBLIC int aaa(int n) { return n; }
PUBLIC int triple(int n) { return add(n, add(n, n)); }
PUBLIC int zzz(int n) { return n; }
"""

CALLS = {
    "sum(2, 3)": "5",
    "counter()": "7",
    "order()": "12",
    "pointers()": "42",
    "weak()": "1100",
    "thread()": "4",
    "text()": str(ord("l")),
    "plugin(5)": "1015",
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--wcomp", required=True, type=pathlib.Path)
    parser.add_argument("--cc", required=True)
    options = parser.parse_args()
    wcomp = options.wcomp.resolve()
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)

        def run(*args):
            done = subprocess.run([str(a) for a in args], cwd=folder, capture_output=True, text=True, timeout=120)
            if done.returncode != 0:
                sys.exit(f"{' '.join(map(str, args))}\n{done.stdout}{done.stderr}")
            return done.stdout

        def library(name, source, *needs):
            (folder / f"{name}.c").write_text(source)
            run(options.cc, "--target=wasm32-wasi", "-fPIC", "-O1", "-nostdlib", "-fvisibility=hidden", "-Wall", "-Werror", "-Wl,-shared", "-Wl,--experimental-pic",
                "-Wl,--unresolved-symbols=import-dynamic", f"{name}.c", *needs, "-o", f"{name}.so")

        library("base", BASE)
        library("plugin", PLUGIN, "base.so")
        library("app", APP, "base.so")
        (folder / "app.wit").write_text(WIT)
        run(wcomp, "embed", "app.wit", "app.so", "-o", "app-wit.so")
        # The library that is needed comes last, so that the order is not that of the command line.
        run(wcomp, "link", "app.so=app-wit.so", "base.so", "--dl-openable", "plugin.so", "--use-built-in-libdl", "-o", "app.wasm")
        run(wcomp, "validate", "app.wasm")
        failed = 0
        for call, expected in CALLS.items():
            found = run(wcomp, "run", "--invoke", call, "app.wasm").strip()
            if found != expected:
                failed += 1
                print(f"FAIL {call}: {found}, expected {expected}")
        print(f"{len(CALLS) - failed} passed, {failed} failed")
        return 1 if failed else 0


sys.exit(main())
