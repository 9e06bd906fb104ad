#!/usr/bin/env python3
"""Installs a build into a clean prefix, moves the prefix, and uses it as a stranger would: find_package, pkg-config, man, completions, .deb.

  run.py --build FOLDER [--keep]

The tree is not rebuilt. All paths have a space in them. A closing line says `N passed, N failed`; what a missing program leaves out is said.
"""
import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
EXPECTED = "total 230\nno total: nobody sells fig\n"
results = {"passed": 0, "failed": 0}


def run(*command, cwd=None, status=0, env=None):
    """Both outputs together; the test ends when the status is another."""
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=dict(os.environ, **(env or {})), check=False)
    if done.returncode != status:
        raise AssertionError(f"`{' '.join(command)}` ended with {done.returncode} instead of {status}:\n{done.stdout[-4000:]}")
    return done.stdout


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def test(name, function, *args):
    try:
        function(*args)
        results["passed"] += 1
        print(f"ok    {name}", flush=True)
    except AssertionError as problem:
        results["failed"] += 1
        print(f"FAIL  {name}\n{problem}", flush=True)


def files_below(folder):
    return [os.path.relpath(os.path.join(at, f), folder) for at, _, names in os.walk(folder) for f in names]


def commands_of(program):
    """The names that `--help` lists."""
    text = run(program, "--help")
    return re.findall(r"^  ([a-z+]+) ", text[text.index("Subcommands:"):], re.MULTILINE)


# --- the installed tree ---

def no_machine_paths(prefix, build):
    for name in files_below(prefix):
        with open(os.path.join(prefix, name), "rb") as file:
            data = file.read()
        if b".debug_info" in data:
            continue  # debugging information does; a release has none
        for path in (SOURCE, build):
            check(not re.search(rb"(?<![\w.])" + re.escape(path.encode()) + b"/", data), f"{name} names {path}")


def version_says_what_it_is(prefix):
    for program in ("wcomp", "witc"):
        text = run(f"{prefix}/bin/{program}", "--version")
        check(re.match(rf"{program} \d+\.\d+\.\d+ \((commit unknown|[0-9a-f]{{7,40}}(, modified)?)\)\n", text), text)
        for word in ("clang ", "tiers: ", "core WebAssembly: ", "Component Model: ", "WASI: 0.2."):
            check(word in text, f"no `{word}` in\n{text}")


def every_command_has_a_page(prefix):
    for program in ("wcomp", "witc"):
        pages = [program] + [f"{program}-{c}" for c in commands_of(f"{prefix}/bin/{program}")]
        for page in pages:
            path = f"{prefix}/share/man/man1/{page}.1"
            check(os.path.exists(path), f"{path} is missing")
            text = open(path, encoding="utf-8").read()
            for section in ("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "ENVIRONMENT", "SEE ALSO") + (("EXAMPLES",) if page != program else ("COMMANDS", "FILES")):
                check(re.search(rf"^\.SH {section}$", text, re.MULTILINE), f"{page} has no section {section}")
            for other in re.findall(r"\\fB([a-z+\\-]+)\\fR\(1\)", text):
                check(os.path.exists(f"{prefix}/share/man/man1/{other.replace(chr(92), '')}.1"), f"{page} refers to {other}")
            if page == "wcomp-run":
                check(re.search(r"^\.TP\n\\fB\\-\\-env\\fR.*\n.*May be given several times", text, re.MULTILINE), "wcomp-run does not say that --env may be repeated")
        check(not os.path.exists(f"{prefix}/share/man/man1/{program}-manual.1"), "a hidden command has a page")
        help_text = run(f"{prefix}/bin/{program}", pages[1].split("-")[1], "--help")
        page = open(f"{prefix}/share/man/man1/{pages[1]}.1", encoding="utf-8").read().replace("\\-", "-")
        for option in re.findall(r"--[a-z][a-z-]+", help_text[help_text.index("Options:"):].split("Examples:")[0]):
            check(option in page, f"{pages[1]}: {option} is in --help and not in the manual")


def man_finds_nothing_wrong(prefix):
    folder = f"{prefix}/share/man/man1"
    for page in sorted(os.listdir(folder)):
        said = run("man", "--warnings=all", "-E", "UTF-8", "-l", "-Tutf8", "-Z", os.path.join(folder, page), env={"MANROFFSEQ": ""})
        warnings = [line for line in said.splitlines() if "warning" in line or "error" in line and line.startswith(("troff", "an.tmac", "man:"))]
        check(not warnings, f"{page}: {warnings[:3]}")


def complete_in_bash(prefix, words, cwd):
    """What the script offers for the last word, as bash would call it (which cuts words at `=`)."""
    cut = []
    for word in words:
        cut += re.findall(r"=|[^=]+", word) or [""]
    array = " ".join("'" + w + "'" for w in cut)
    script = f"""set -u
source '{prefix}/share/bash-completion/completions/{words[0]}'
COMP_WORDS=({array}); COMP_CWORD={len(cut) - 1}
_{words[0]}
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    return run("bash", "-c", script, cwd=cwd).split("\n")[:-1]


def bash_completes(prefix, folder):
    os.makedirs(f"{folder}/some dir", exist_ok=True)
    for name in ("a b.wasm", "app.wasm"):
        open(f"{folder}/{name}", "w", encoding="utf-8").close()
    for words, wanted, unwanted in (
            (["wcomp", "comp"], ["compose", "completions"], ["run", "new"]),
            (["wcomp", ""], ["run", "compose", "app.wasm", "a b.wasm"], ["manual"]),
            (["wcomp", "a"], ["app.wasm", "a b.wasm"], ["run"]),
            (["wcomp", "run", "--f"], ["--fuel"], ["--env"]),
            (["wcomp", "--f"], ["--fuel"], ["--output"]),
            (["wcomp", "run", "--fuel", ""], [], ["app.wasm"]),
            (["wcomp", "run", "--fuel", "3", "a"], ["app.wasm"], []),
            (["wcomp", "run", "app.wasm", "--f"], [], ["--fuel"]),
            (["wcomp", "new", "app.wasm", "--out"], ["--output"], []),
            (["wcomp", "new", "app.wasm", "-o", "ap"], ["app.wasm"], []),
            (["wcomp", "validate", "--message-format=j"], ["json"], ["text"]),
            (["wcomp", "completions", ""], ["bash", "zsh", "fish"], ["app.wasm"]),
            (["witc", "bindgen", "--lang", ""], ["cpp", "c", "cpp-host"], ["app.wasm"]),
            (["witc", "bindgen", "-o", ""], ["some dir"], ["app.wasm"]),
            (["witc", "b"], ["bindgen"], ["check"])):
        got = complete_in_bash(prefix, words, folder)
        for w in wanted:
            check(w in got, f"{words}: {w!r} is not among {got}")
        for w in unwanted:
            check(w not in got, f"{words}: {w!r} should not be among {got}")


def other_shells_read_theirs(prefix):
    for shell, path in (("zsh", "share/zsh/vendor-completions/_{}"), ("fish", "share/fish/vendor_completions.d/{}.fish")):
        for program in ("wcomp", "witc"):
            file = os.path.join(prefix, path.format(program))
            text = open(file, encoding="utf-8").read()
            for command in commands_of(f"{prefix}/bin/{program}"):
                check(command in text, f"{file} does not know {command}")
            if shutil.which(shell):
                run(shell, "-n", file)
    if shutil.which("fish"):
        said = run("fish", "--no-config", "-c", f"source '{prefix}/share/fish/vendor_completions.d/witc.fish'; complete -C 'witc bindgen --lang '")
        check("cpp-host" in said, f"fish offers {said!r}")


# --- a project outside the tree ---

def cmake_project(prefix, folder):
    project = f"{folder}/my project"
    shutil.copytree(f"{HERE}/project", project)
    build = f"{project}/build"
    run("cmake", "-G", "Ninja", "-S", project, "-B", build, "-DCMAKE_CXX_COMPILER=clang++-19", "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror", f"-DCMAKE_PREFIX_PATH={prefix}")
    run("ninja", "-C", build)
    check(run(f"{build}/host", f"{build}/shop.wasm") == EXPECTED, "the host prints something else")
    shutil.copy(f"{build}/shop.wasm", folder)
    check("hello from a guest\n" in run("ninja", "-C", build, "run_hello"), "the plain program prints something else")
    check("no work to do" in run("ninja", "-C", build), "a second build does something")
    # A header of the guest, then the WIT: what depends on it, and nothing else, is made anew.
    with open(f"{project}/currency.h", "w", encoding="utf-8") as file:
        file.write("#pragma once\nconstexpr unsigned currency_factor = 10;\n")
    said = run("ninja", "-C", build)
    check("Component shop" in said and "host.cpp" not in said and "Component hello" not in said, said)
    check(run(f"{build}/host", f"{build}/shop.wasm").startswith("total 2300\n"), "the changed header is not in the component")
    with open(f"{project}/wit/shop.wit", "a", encoding="utf-8") as file:
        file.write("\ninterface unused {\n  nothing: func();\n}\n")
    wit = open(f"{project}/wit/shop.wit", encoding="utf-8").read()
    with open(f"{project}/wit/shop.wit", "w", encoding="utf-8") as file:
        file.write(wit.replace("pieces: u32", "pieces: u16"))
    said = run("ninja", "-C", build)
    check("Component shop" in said and "host.cpp" in said, f"a changed record is not compiled again:\n{said}")
    check(run(f"{build}/host", f"{build}/shop.wasm").startswith("total 2300\n"), "host and guest disagree after a change of the WIT")


def pkg_config(prefix, folder, compiler):
    gen = f"{folder}/gen"
    run(f"{prefix}/bin/witc", "bindgen", f"{HERE}/project/wit", "--lang", "cpp-host", "--world", "shop", "-o", gen)
    env = {"PKG_CONFIG_PATH": f"{prefix}/lib/pkgconfig"}
    run("pkg-config", "--atleast-version=0.1.0", "wcomp", env=env)
    flags = shlex.split(run("pkg-config", "--cflags", "--libs", "wcomp", env=env))
    host = f"{folder}/host by {compiler}"
    run(compiler, "-std=c++20", "-Wall", "-Wextra", "-Werror", f"-I{gen}", f"{HERE}/project/host.cpp", "-o", host, *flags)
    check(run(host, f"{folder}/shop.wasm") == EXPECTED, "the host prints something else")


def executables(prefix, folder):
    if not os.path.isdir(f"{prefix}/libexec/wcomp"):
        print("skip  no runner was built")
        return
    with open(f"{folder}/ends.wat", "w", encoding="utf-8") as file:
        file.write('(module (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32))) (func (export "_start") (call $exit (i32.const 7))))')
    run(f"{prefix}/bin/wcomp", "exe", f"{folder}/ends.wat", "-o", f"{folder}/ends")
    check(run(f"{folder}/ends", status=7) == "", "it says something")


def what_is_missing_is_said(prefix, folder):
    def configure(name, text, *options):
        project = f"{folder}/{name}"
        os.makedirs(project)
        with open(f"{project}/CMakeLists.txt", "w", encoding="utf-8") as file:
            file.write(f"cmake_minimum_required(VERSION 3.20)\nproject(p LANGUAGES CXX)\n{text}")
        open(f"{project}/x.cpp", "w", encoding="utf-8").close()
        return re.sub(r"\s+", " ", run("cmake", "-G", "Ninja", "-S", project, "-B", f"{project}/build", f"-DCMAKE_PREFIX_PATH={prefix}", *options, status=1))

    skip = ["-DCMAKE_CXX_COMPILER=clang++-19", "-DCMAKE_CXX_COMPILER_FORCED=ON"]
    said = configure("other version", "find_package(wcomp 0.2 REQUIRED)\n", *skip)
    check('compatible with requested version "0.2"' in said, said)
    component = "find_package(wcomp REQUIRED)\nwcomp_add_component(TARGET c SOURCES x.cpp {})\n"
    said = configure("no back end", component.format(""), *skip, "-DWCOMP_GUEST_CXX=g++")
    check("cannot make a program for wasm32-wasi" in said and "WCOMP_GUEST_CXX" in said, said)
    said = configure("no sysroot", component.format(""), *skip, f"-DWCOMP_GUEST_SYSROOT={folder}")
    check("Debian: libc++-19-dev-wasm32" in said or "Debian: wasi-libc" in said, said)
    said = configure("no wit", component.format("WIT nowhere WORLD w"), *skip)
    check("there is no WIT at" in said, said)
    said = configure("no world", component.format("WIT x.cpp"), *skip)
    check("WORLD is missing" in said, said)


# --- packages ---

def debian_package(build, folder):
    out = f"{folder}/packages"
    os.makedirs(out)
    run("cpack", "-G", "DEB", "--config", f"{build}/CPackConfig.cmake", "-B", out, cwd=build)
    packages = [f for f in os.listdir(out) if f.endswith(".deb")]
    check(len(packages) == 1 and re.fullmatch(r"wcomp_\d+\.\d+\.\d+_[a-z0-9]+\.deb", packages[0]), f"packages: {packages}")
    package = f"{out}/{packages[0]}"
    listed = {line.split()[5][1:] for line in run("dpkg-deb", "-c", package).splitlines()}
    for path in ("bin/wcomp", "bin/witc", "lib/libwcomp.a", "include/wcomp/wcomp.h", "include/wcomp/wasi.h", "lib/cmake/wcomp/wcomp-config.cmake", "lib/cmake/wcomp/wcomp-functions.cmake",
                 "lib/pkgconfig/wcomp.pc", "share/man/man1/wcomp.1", "share/man/man1/wcomp-run.1", "share/man/man1/witc-bindgen.1", "share/bash-completion/completions/wcomp",
                 "share/zsh/vendor-completions/_wcomp", "share/fish/vendor_completions.d/witc.fish", "share/doc/wcomp/copyright", "share/wcomp/wit/io/io.wit"):
        check("/usr/" + path in listed, f"/usr/{path} is not in the package")
    check(all(path == "/" or path.startswith("/usr/") for path in listed), "the package has files outside of /usr")
    fields = run("dpkg-deb", "-f", package)
    for field in (r"^Package: wcomp$", r"^Version: \d+\.\d+\.\d+$", r"^Description: WebAssembly", r"^Recommends: .*wasi-libc", r"^Section: devel$", r"^Maintainer: .+ <.+>$"):
        check(re.search(field, fields, re.MULTILINE), f"no {field} in\n{fields}")
    check("Depends:" not in fields, f"the programs, which are linked statically, need something:\n{fields}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--keep", action="store_true", help="leave the folder")
    args = parser.parse_args()
    build = os.path.abspath(args.build)
    folder = tempfile.mkdtemp(prefix="wcomp install ")
    try:
        run("cmake", "--install", build, "--prefix", f"{folder}/first place")
        prefix = f"{folder}/second place"
        os.rename(f"{folder}/first place", prefix)
        test("nothing installed names a folder of the machine that built it", no_machine_paths, prefix, build)
        test("--version names version, commit, compiler, tiers and specifications", version_says_what_it_is, prefix)
        test("every command has a manual page with all its options", every_command_has_a_page, prefix)
        if shutil.which("man"):
            test("man has no warning about a page", man_finds_nothing_wrong, prefix)
        else:
            print("skip  man is not installed")
        test("bash completes commands, options, values and files", bash_completes, prefix, f"{folder}/completion")
        test("zsh and fish have completions for every command", other_shells_read_theirs, prefix)
        test("a project outside the tree builds a guest and its host with find_package", cmake_project, prefix, folder)
        test("executables are made with the runner of the installation", executables, prefix, folder)
        test("what is missing or does not fit is said when cmake runs", what_is_missing_is_said, prefix, folder)
        if shutil.which("pkg-config"):
            test("a host outside the tree builds with g++ and pkg-config", pkg_config, prefix, folder, "g++")
        else:
            print("skip  pkg-config is not installed")
        if shutil.which("dpkg-shlibdeps"):
            test("the Debian package has everything at its place", debian_package, build, folder)
        else:
            print("skip  dpkg-dev is not installed")
    finally:
        if args.keep:
            print(folder)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{results['passed']} passed, {results['failed']} failed")
    return 1 if results["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
