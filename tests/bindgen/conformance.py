#!/usr/bin/env python3
"""Bindings for the WIT of other binding generators and of WASI releases: all of it compiles, and a guest made of it is the world.

  conformance.py --bin BUILD --include DIR [--data DIR] [--only TEXT] [--every N] [--languages cpp,c]

For each case, all worlds are generated into one folder, for guests in C++ and in C and for hosts, warnings are errors, and
  - every guest header compiles alone (clang 19 for wasm32, C++23);
  - every world's glue and first implementation compile (C++20 and C++23) and link, `wcomp new` makes a component, and the world that is
    decoded from that is the one that was asked for;
  - every host header compiles alone (clang 19, C++20), and all of them together (clang 19, C++23; g++ 12, C++20 and C++23).
  - every world's C header, glue and first implementation compile (C11), link, and are the world in the same way; the header also compiles as C++.
The other standards of C are tried with every Nth case. Cases that need async functions, streams, futures or error contexts are passed over, as long
as witc says so. A case that the newest reference tool refuses passes when witc refuses it, too.

What is compiled is compiled once: a header that lies in many cases' folders, one that another header starts with (see header_set.py).
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile

from header_set import HeaderSet
from world_view import WorldView, difference

WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-Werror"]
GUEST = ["clang++-19", "--target=wasm32-wasi", "-fno-exceptions", "-fno-rtti", "-O0", *WARNINGS]
C_GUEST = ["clang-19", "--target=wasm32-wasi", "-O0", "-Wpedantic", *WARNINGS]
HOST = ["clang++-19", *WARNINGS]
GCC = ["g++", *WARNINGS]
ASYNC_TAGS = {"async", "stream", "future", "error-context"}


class Failed(Exception):
    pass


def run(command, what):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, errors="replace")
    if done.returncode != 0:
        raise Failed(f"{what}: status {done.returncode}\n" + "\n".join((done.stderr or done.stdout).splitlines()[:12]))
    return done.stdout


class Tools:
    """The programs, and the headers that everything includes, compiled once for each compiler and standard: most of the time goes there."""

    def __init__(self, args, work):
        self.witc, self.wcomp = pathlib.Path(args.bin, "witc"), pathlib.Path(args.bin, "wcomp")
        (work / "a.wit").write_text("package a:b; world w {}")
        run([self.witc, "bindgen", work / "a.wit", "--lang", "cpp", "-o", work], "support header")
        self.include = args.include
        self.alone = {"guest": HeaderSet(), "host": HeaderSet()}
        self.together = {(compiler, standard): HeaderSet() for compiler in ("guest", "clang", "gcc") for standard in ("20", "23")}
        self.precompiled = {}
        for name, command, header in (("guest", GUEST, work / "wcomp_guest.h"), ("host", HOST, pathlib.Path(args.include, "wcomp/abi.h"))):
            for standard in ("20", "23"):
                out = work / f"{name}{standard}.pch"
                run([*command, f"-std=c++{standard}", "-I", args.include, "-x", "c++-header", header, "-o", out], "precompiled header")
                self.precompiled[name + standard] = out
        for standard in ("20", "23"):
            folder = work / f"gcc{standard}"
            folder.mkdir()
            (folder / "support.h").write_text('#include "wcomp/abi.h"\n')
            run([*GCC, f"-std=c++{standard}", "-I", args.include, "-x", "c++-header", folder / "support.h", "-o", folder / "support.h.gch"], "precompiled header")

    def clang(self, name, standard):
        return [*(GUEST if name == "guest" else HOST), f"-std=c++{standard}", "-include-pch", self.precompiled[name + standard], "-I", self.include]

    def gcc(self, work, standard):
        return [*GCC, f"-std=c++{standard}", "-I", work / f"gcc{standard}", "-include", "support.h", "-I", self.include]


class Case:
    def __init__(self, tools, work, number, info, data, every, languages):
        self.tools, self.info, self.work, self.languages = tools, info, work, languages
        self.folder = work / f"case{number}"
        self.wit = data / info["entry"]
        if self.wit.is_dir() and not list(self.wit.glob("*.wit")) and (self.wit / "wit").is_dir():
            self.wit = self.wit / "wit"
        self.is_sample = number % every == 0
        self.gates = ["--all-features"]

    def generate(self, lang):
        """Whether there is something; raises Failed where there should be."""
        command = [self.tools.witc, "bindgen", self.wit, "--lang", lang, *self.gates, "-q", "-o", self.folder / lang]
        done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
        if done.returncode == 0:
            return True
        if done.returncode == 1:
            first = done.stderr.split("\n", 1)[0]
            tags = set(self.info["tags"])
            if "newest-wasm-tools-refuses" in tags or (first.startswith("error[unsupported]") and tags & ASYNC_TAGS):
                return False
            if first.startswith("error[bad-gate]") and self.gates:  # gates that do not fit each other: what is in it without unstable features
                self.gates = []
                return self.generate(lang)
            if first.startswith("error[unknown-item]") and not self.gates:
                return False
        raise Failed(f"witc bindgen --lang {lang}: status {done.returncode}\n{done.stderr[:600]}")

    def guest_worlds(self, lang="cpp"):
        folder = self.folder / lang
        return {f.name.removesuffix("_component_type.o"): f for f in folder.glob("*_component_type.o")}

    def check_guest(self):
        folder = self.folder / "cpp"
        headers = [h.name for h in folder.glob("*.h") if h.name != "wcomp_guest.h"]
        self.compile_alone("guest", "23", folder, headers)
        graph = json.loads(run([self.tools.witc, "json", self.wit, *self.gates], "witc json"))
        for stem, component_type in self.guest_worlds().items():
            self.check_world(folder, stem, component_type, graph)

    def check_world(self, folder, stem, component_type, graph):
        glue = folder / f"{stem}.cpp"
        text = glue.read_text()
        name = re.match(r"// Made by `witc bindgen` for world `([^`]*)`", text)[1]
        # Imported functions that nobody calls would not be imported. A world's header includes those of the interfaces it imports.
        header = (folder / f"{stem}.h").read_text()
        declared = text + header + "".join((folder / h).read_text() for h in re.findall(r'#include "([^"]*)"', header))
        symbols = sorted(set(re.findall(r"\b\w+_import_\d+(?=\((?:\)|std|float|double))", declared)))
        program = [f'#include "{stem}.cpp"']
        if (folder / f"{stem}_impl.cpp").exists():
            program.append(f'#include "{stem}_impl.cpp"')
        program.append('extern "C" __attribute__((export_name("test-keep"))) void test_keep(void (*keep)(const void*)) {')
        program += [f"  keep(reinterpret_cast<const void*>(&{s}));" for s in symbols] + ["  keep(nullptr);", "}", ""]
        whole = folder / f"{stem}_whole.cc"
        whole.write_text("\n".join(program))
        run([*self.tools.clang("guest", "20"), "-I", folder, "-c", whole, "-o", folder / f"{stem}.o"], f"guest of world `{name}`")
        if self.tools.together["guest", "23"].fresh(folder, [whole.name]):
            run([*self.tools.clang("guest", "23"), "-I", folder, "-fsyntax-only", whole], f"guest of world `{name}`")
        self.check_component(folder, stem, component_type, graph, name)

    def check_component(self, folder, stem, component_type, graph, name):
        core, component = folder / f"{stem}.core.wasm", folder / f"{stem}.wasm"
        run(["clang++-19", "--target=wasm32-wasi", "-mexec-model=reactor", folder / f"{stem}.o", component_type, "-Wl,--strip-debug", "-o", core], f"linking world `{name}`")
        run([self.tools.wcomp, "new", core, "-o", component], f"wcomp new of world `{name}`")
        found = json.loads(run([self.tools.wcomp, "wit", "--json", component], f"wcomp wit of world `{name}`"))
        wanted = [w for w in graph["worlds"] if w["name"] == name]
        views = [difference(WorldView(graph, w), WorldView(found, found["worlds"][-1])) for w in wanted]
        if all(views):
            raise Failed(f"the component is not world `{name}`:\n" + "\n".join("  " + line[:400] for line in views[0][:8]))

    def check_c(self):
        folder = self.folder / "c"
        graph = json.loads(run([self.tools.witc, "json", self.wit, *self.gates], "witc json"))
        headers = sorted(folder.glob("*.h"))
        run(["clang++-19", "--target=wasm32-wasi", *WARNINGS, "-std=c++20", "-fsyntax-only", "-x", "c++", *headers], "C headers as C++")
        for stem, component_type in self.guest_worlds("c").items():
            glue = (folder / f"{stem}.c").read_text()
            name = re.match(r"// Made by `witc bindgen` for world `([^`]*)`", glue)[1]
            symbols = re.findall(r"^WCOMP_IMPORT\([^\n]*\)\n(?:__attribute__\(\([^\n]*?\)\)\) )?\w+ \*?(\w+)\(", (folder / f"{stem}.h").read_text(), re.M)
            program = [f'#include "{stem}.c"', "#pragma clang diagnostic ignored \"-Wdeprecated-declarations\""]
            if (folder / f"{stem}_impl.c").exists():
                program.append(f'#include "{stem}_impl.c"')
            program += ["void test_keep(void (*keep)(void (*)(void)));", '__attribute__((export_name("test-keep"))) void test_keep(void (*keep)(void (*)(void))) {']
            program += [f"  keep((void (*)(void)){s});" for s in symbols] + ["  keep(0);", "}", ""]
            whole = folder / f"{stem}_whole.c"
            whole.write_text("\n".join(program))
            for standard in ("11", "17", "23") if self.is_sample else ("11",):
                run([*C_GUEST, f"-std=c{standard}", "-I", folder, "-c", whole, "-o", folder / f"{stem}.o"], f"C guest of world `{name}`")
            self.check_component(folder, stem, component_type, graph, name)

    def check_host(self):
        folder = self.folder / "cpp-host"
        headers = sorted(h.name for h in folder.glob("*.h"))
        self.compile_alone("host", "20", folder, headers)
        for compiler, standard in (("clang", "23"), ("gcc", "20"), ("gcc", "23")):
            # One that was not seen before can clash with any.
            if self.tools.together[compiler, standard].fresh(folder, headers):
                together = folder / f"together_{compiler}{standard}.cc"
                together.write_text("".join(f'#include "{h}"\n' for h in headers))
                flags = self.tools.clang("host", standard) if compiler == "clang" else self.tools.gcc(self.work, standard)
                run([*flags, "-fsyntax-only", "-I", folder, together], "host headers together")

    def compile_alone(self, name, standard, folder, headers):
        alone = self.tools.alone[name].to_compile_alone(folder, headers)
        if alone:
            run([*self.tools.clang(name, standard), "-fsyntax-only", "-I", folder, "-x", "c++", *(folder / h for h in alone)], f"{name} headers alone")

    def check(self):
        """The number of worlds, or None for what there are no bindings for."""
        if not self.generate("cpp"):
            return None
        if not self.generate("cpp-host"):
            raise Failed("there are bindings for guests and none for hosts")
        if not self.generate("c"):
            raise Failed("there are bindings for guests in C++ and none in C")
        if "cpp" in self.languages:
            self.check_guest()
            self.check_host()
        if "c" in self.languages:
            self.check_c()
        return len(self.guest_worlds())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--include", required=True)
    parser.add_argument("--data", default=os.environ.get("WCOMP_CONFORMANCE", str(pathlib.Path(__file__).resolve().parents[3] / "shared" / "conformance")))
    parser.add_argument("--only", default="")
    parser.add_argument("--every", type=int, default=8)
    parser.add_argument("--languages", default="cpp,c", type=lambda s: s.split(","))
    parser.add_argument("--keep", help="a folder to leave everything in")
    args = parser.parse_args()
    data = pathlib.Path(args.data)
    if not (data / "manifest.json").exists():
        print(f"0 cases: there is no conformance data at {data}")
        return 0
    cases = [c for c in json.loads((data / "manifest.json").read_text())["cases"] if c["suite"] in ("codegen-wit", "wasi-wit") and args.only in c["id"]]
    cases.sort(key=lambda c: -c["bytes"])  # the longest ones first, so that no processor waits at the end
    with tempfile.TemporaryDirectory() as temporary:
        work = pathlib.Path(args.keep or temporary).resolve()
        work.mkdir(exist_ok=True)
        tools = Tools(args, work)
        return run_all(tools, work, cases, data, args.every, args.languages)


def run_all(tools, work, infos, data, every, languages):
    passed, passed_over, failed, worlds = 0, 0, 0, 0

    def one(numbered):
        number, info = numbered
        try:
            return info["id"], Case(tools, work, number, info, data, every, languages).check(), None
        except Failed as e:
            return info["id"], None, str(e)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, found, wrong in pool.map(one, enumerate(infos)):
            if wrong is not None:
                failed += 1
                print(f"FAILED {name}: {wrong}")
            elif found is None:
                passed_over += 1
            else:
                passed += 1
                worlds += found
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{passed} passed ({worlds} worlds), {failed} failed, {passed_over} without bindings; {used.ru_utime + used.ru_stime:.0f} s of processor time")
    return 1 if failed else 0


sys.exit(main())
