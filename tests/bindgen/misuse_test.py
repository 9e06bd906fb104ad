#!/usr/bin/env python3
"""What must not compile: ends of handles that are used twice, borrows that are kept, exports that are missing.

  misuse_test.py --witc PROGRAM --include DIR

Each case is a guest's or a host's code with a mistake, what the compiler says to it, and the same code without the mistake, which compiles.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

WIT = """package t:misuse;
interface store {
  resource bucket { constructor(name: string); size: func() -> u32; }
  keep: func(b: bucket);
  peek: func(bs: list<borrow<bucket>>) -> u32;
}
world user { import store; export all: func(b: list<string>) -> u32; }
world keeper { export store; }
"""

USER = '#include "user_exports.h"\nusing t::misuse::store::Bucket;\n'
KEEPER = """#include "keeper_exports.h"
namespace exports::t::misuse::store {
class Bucket {
 public:
  explicit Bucket(std::string_view) {}
  %s
};
%s
}
"""
KEEP = "void keep(wcomp::Own<Bucket>) {}\nstd::uint32_t peek(std::span<const wcomp::Borrow<Bucket>>) { return 0; }"
SIZE = "std::uint32_t size() { return 0; }"
HOST = '#include "user_host.h"\n#include "keeper_host.h"\nnamespace m = t_misuse;\n'
IMPLEMENTATION = """struct Host final : m::store::Host {
  std::unique_ptr<m::store::Bucket> new_bucket(std::string_view) override { return nullptr; }
  void keep(std::unique_ptr<m::store::Bucket>) override {}
  %s
};
Host host;
"""
PEEK = "std::uint32_t peek(std::span<const wcomp::Borrow<m::store::Bucket>>) override { return 0; }"

C_USER = '#include "user.h"\ntypedef t_misuse_store_own_bucket_t own;\n'
C_KEEPER = """#include "keeper.h"
#include <stdlib.h>
struct exports_t_misuse_store_bucket_t { uint32_t size; };
typedef exports_t_misuse_store_own_bucket_t own;
own exports_t_misuse_store_constructor_bucket(const keeper_string_t *name) {
  exports_t_misuse_store_bucket_t *b = malloc(sizeof *b);
  b->size = (uint32_t)name->len;
  return exports_t_misuse_store_bucket_new(b);
}
uint32_t exports_t_misuse_store_method_bucket_size(exports_t_misuse_store_borrow_bucket_t self) { return self->size; }
void exports_t_misuse_store_keep(own b) { exports_t_misuse_store_bucket_drop_own(b); }
uint32_t exports_t_misuse_store_peek(const keeper_list_exports_t_misuse_store_borrow_bucket_t *bs) { return (uint32_t)bs->len; }
"""
C_DESTRUCTOR = "void exports_t_misuse_store_bucket_destructor(exports_t_misuse_store_bucket_t *b) { free(b); }\n"

# name, kind (guest, link, host; c, c-link), wrong code, what is said to it, right code
CASES = [
    ("an imported resource is copied", "guest", USER + "Bucket f(Bucket& a) { return a; }", "deleted copy constructor",
     USER + "Bucket f(Bucket& a) { return std::move(a); }"),
    ("a resource is given away without a move", "guest", USER + "void f(Bucket& a) { t::misuse::store::keep(a); }", "deleted copy constructor",
     USER + "void f(Bucket& a) { t::misuse::store::keep(std::move(a)); }"),
    ("a borrow of a list is kept", "guest", USER + "std::vector<wcomp::Borrow<Bucket>> kept;\nvoid f(std::span<const wcomp::Borrow<Bucket>> bs) { kept.push_back(bs[0]); }",
     "deleted|no matching", USER + "std::uint32_t f(std::span<const wcomp::Borrow<Bucket>> bs) { return bs[0]->size(); }"),
    ("an exported resource's borrow is kept", "guest",
     KEEPER % (SIZE, "std::vector<wcomp::Borrow<Bucket>> kept;\nvoid keep(wcomp::Own<Bucket>) {}\nstd::uint32_t peek(std::span<const wcomp::Borrow<Bucket>> bs) { kept.push_back(bs[0]); return 0; }"),
     "deleted|no matching", KEEPER % (SIZE, KEEP)),
    ("an exported resource's handle is copied", "guest", KEEPER % (SIZE, "wcomp::Own<Bucket> f(wcomp::Own<Bucket>& a) { return a; }"), "deleted",
     KEEPER % (SIZE, "wcomp::Own<Bucket> f(wcomp::Own<Bucket>& a) { return std::move(a); }")),
    ("an exported resource lacks a method", "glue", KEEPER % ("", KEEP), "no member named 'size'", KEEPER % (SIZE, KEEP)),
    ("an exported function is missing", "link", KEEPER % (SIZE, KEEP.splitlines()[0]), "undefined symbol: .*peek", KEEPER % (SIZE, KEEP)),
    ("what a caller gave is freed, in C", "c", C_USER + "uint32_t exports_user_all(const user_list_string_t *b) { user_list_string_free(b); return 0; }", "discards qualifiers",
     C_USER + "uint32_t exports_user_all(const user_list_string_t *b) { return (uint32_t)b->len; }"),
    ("an own is passed for a borrow, in C", "c", C_USER + "uint32_t f(own b) { return t_misuse_store_method_bucket_size(b); }", "incompatible type",
     C_USER + "uint32_t f(own b) { return t_misuse_store_method_bucket_size(t_misuse_store_borrow_bucket(b)); }"),
    ("a borrow is given away, in C", "c", C_USER + "void f(t_misuse_store_borrow_bucket_t b) { t_misuse_store_keep(b); }", "incompatible type",
     C_USER + "void f(own b) { t_misuse_store_keep(b); }"),
    ("an exported function has another type, in C", "c", C_USER + "uint32_t exports_user_all(user_list_string_t *b) { return (uint32_t)b->len; }", "conflicting types",
     C_USER + "uint32_t exports_user_all(const user_list_string_t *b) { return (uint32_t)b->len; }"),
    ("an exported resource has no destructor, in C", "c-link", C_KEEPER, "undefined symbol: .*destructor", C_KEEPER + C_DESTRUCTOR),
    ("a host leaves out a function", "host", HOST + IMPLEMENTATION % "", "abstract class", HOST + IMPLEMENTATION % PEEK),
    ("a guest's resource is copied by a host", "host", HOST + "using B = m::keeper::exports::store::Bucket;\nB f(B& b) { return b; }", "deleted",
     HOST + "using B = m::keeper::exports::store::Bucket;\nB f(B& b) { return std::move(b); }"),
]


def compile_case(kind, code, folder, include):
    warnings = ["-std=c++20", "-Wall", "-Wextra", "-Wconversion", "-Werror"]
    source = folder / "case.cc"
    source.write_text(code)
    guest = ["clang++-19", "--target=wasm32-wasi", "-fno-exceptions", "-fno-rtti", *warnings, "-I", folder / "cpp"]
    if kind == "host":
        command = ["clang++-19", *warnings, "-I", folder / "host", "-I", include, "-fsyntax-only", source]
    elif kind.startswith("c"):
        source = folder / "case.c"
        source.write_text(code)
        link = ["-mexec-model=reactor", folder / "c" / "keeper.c", "-o", folder / "out.wasm"] if kind == "c-link" else ["-fsyntax-only"]
        command = ["clang-19", "--target=wasm32-wasi", *warnings[1:], "-I", folder / "c", *link, source]
    elif kind == "guest":
        command = [*guest, "-fsyntax-only", source]
    else:  # with the glue, which includes the user's header
        (folder / "cpp" / "keeper_impl.h").write_text("#pragma once\n" + code)
        (folder / "glue.cc").write_text('#include "keeper.cpp"\n')
        command = [*guest, *(["-fsyntax-only"] if kind == "glue" else ["-mexec-model=reactor", "-o", folder / "out.wasm"]), folder / "glue.cc"]
    return subprocess.run([str(c) for c in command], capture_output=True, text=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--witc", required=True)
    parser.add_argument("--include", required=True)
    args = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        (folder / "misuse.wit").write_text(WIT)
        for lang, out in (("cpp", "cpp"), ("c", "c"), ("cpp-host", "host")):
            subprocess.run([args.witc, "bindgen", folder / "misuse.wit", "--lang", lang, "--no-impl", "-q", "-o", folder / out], check=True)
        for name, kind, wrong, message, right in CASES:
            refused, accepted = (compile_case(kind, code, folder, args.include) for code in (wrong, right))
            if refused.returncode == 0 or not re.search(message, refused.stderr):
                failed += 1
                print(f"FAILED {name}: status {refused.returncode}\n{refused.stderr[:800]}")
            if accepted.returncode != 0:
                failed += 1
                print(f"FAILED {name}, put right: status {accepted.returncode}\n{accepted.stderr[:800]}")
    print(f"{len(CASES)} cases, {failed} failures")
    return 1 if failed else 0


sys.exit(main())
