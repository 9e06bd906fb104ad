#!/usr/bin/env python3
"""A CMake project with wcomp_add_component and wcomp_host_bindings: bindings are made anew when WIT changes, and only then.

  regenerate_test.py --witc PROGRAM --wcomp PROGRAM

What changes: the world's file, a file below deps/, a folder that is put below deps/ and taken away again. The paths have a space in them.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

FUNCTIONS = pathlib.Path(__file__).resolve().parents[2] / "cmake" / "install" / "wcomp-functions.cmake"
PROJECT = """
cmake_minimum_required(VERSION 3.25)
project(regenerate CXX)
add_executable(wcomp::witc IMPORTED)
set_target_properties(wcomp::witc PROPERTIES IMPORTED_LOCATION ${WITC})
add_executable(wcomp::wcomp-cli IMPORTED)
set_target_properties(wcomp::wcomp-cli PROPERTIES IMPORTED_LOCATION ${WCOMP})
add_library(wcomp::wcomp INTERFACE IMPORTED)
include(${FUNCTIONS})
wcomp_add_component(TARGET guest SOURCES guest.cpp WIT wit WORLD app)
add_library(host OBJECT host.cpp)
wcomp_host_bindings(TARGET host WIT wit WORLD app)
"""
WORLD = "package test:app; world app {{ import other:dep/i; {} }}"
DEP = "package other:dep; interface i {{ {} }}"
NEW = "package new:one; interface more {{ {} }}"


class Project:
    def __init__(self, folder, args):
        self.source, self.build = folder / "a project", folder / "a build"
        self.results = []
        self.write("CMakeLists.txt", PROJECT)
        self.write("guest.cpp", '#include "app_exports.h"\n')
        self.write("host.cpp", "")
        self.write("wit/world.wit", WORLD.format(""))
        self.write("wit/deps/dep/dep.wit", DEP.format("f: func();"))
        run("cmake", "-S", self.source, "-B", self.build, "-G", "Ninja", "-DCMAKE_CXX_COMPILER_WORKS=1", "-DCMAKE_CXX_COMPILER=clang++-19",
            f"-DWITC={args.witc}", f"-DWCOMP={args.wcomp}", f"-DFUNCTIONS={FUNCTIONS}")

    def write(self, name, text):
        path = self.source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def make(self, *targets):
        return run("cmake", "--build", self.build, "--target", *targets)

    def check(self, what, is_made, *texts):
        """Whether the bindings of both sides were made now, and what is in them."""
        said = self.make("wcomp_files/guest/app.cpp", "host_bindings_app")
        wrong = [f"`{line}` {'was not' if is_made else 'was'} run" for line in ("Bindings of guest", "Host bindings of host") if (line in said) != is_made]
        for folder in ("guest", "host_host"):
            found = "".join(f.read_text() for f in sorted((self.build / "wcomp_files" / folder).glob("*.h")) if f.name != "wcomp_guest.h")
            wrong += [f"nothing of `{text}` in the headers of {folder}" for text in texts if text not in found]
        self.results.append(not wrong)
        for problem in wrong:
            print(f"FAILED {what}: {problem}\n{said}")


def run(*command):
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise SystemExit(f"FAILED `{' '.join(map(str, command))}` ended with {done.returncode}\n{done.stdout[-3000:]}\n0 passed, 1 failed")
    return done.stdout


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--witc", required=True, type=os.path.abspath)
    parser.add_argument("--wcomp", required=True, type=os.path.abspath)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = Project(pathlib.Path(folder), args)
        project.check("the first time", True, "f()")
        project.check("nothing changed", False, "f()")
        project.write("wit/world.wit", WORLD.format("import from-world: func();"))
        project.check("the world's file changed", True, "from_world()")
        project.write("wit/deps/dep/dep.wit", DEP.format("f: func(); from-dep: func();"))
        project.check("a file of deps changed", True, "from_world()", "from_dep()")
        project.write("wit/deps/new/new.wit", NEW.format("g: func();"))
        project.check("a folder of deps is new, which nothing uses", True, "from_dep()")
        project.write("wit/world.wit", WORLD.format("import new:one/more; import from-world: func();"))
        project.check("it is used", True, "g()", "from_world()")
        project.write("wit/deps/new/new.wit", NEW.format("g: func(); from-new: func();"))
        project.check("a file of it changed", True, "from_new()")
        project.check("nothing changed again", False)
        guest = project.make("guest")
        project.results.append("Component guest" in guest and "no work to do" in project.make("guest"))
        project.write("wit/world.wit", WORLD.format("import after: func();"))
        shutil.rmtree(project.source / "wit" / "deps" / "new")
        project.check("the folder is gone", True, "after()")
    print(f"{project.results.count(True)} passed, {project.results.count(False)} failed")
    return 0 if all(project.results) else 1


sys.exit(main())
