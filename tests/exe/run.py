#!/usr/bin/env python3
"""Executables of `wcomp exe`: what they print and end with, grants, damage, the same bytes for the same input, and a root with nothing else in it.

usage: run.py --wcomp WCOMP --out FOLDER [--max-size BYTES] [--target MACHINE-SYSTEM --emulator PROGRAM]
Where no compiler or no runner was built, or the system lets nobody change the root, says so and skips (77: everything).
With --target executables are made for another machine, and a static emulator runs them (qemu-aarch64-static); what is refused is not tried again.
"""
import argparse
import os
import pathlib
import platform
import shlex
import shutil
import stat
import subprocess
import sys

IMPORTS = """
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $env_sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $env (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 4)
  (func $print (param $fd i32) (param $at i32) (param $size i32)
    (i32.store (i32.const 0) (local.get $at))
    (i32.store (i32.const 4) (local.get $size))
    (drop (call $write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8))))
"""
GUESTS = {
    "hello": """(data (i32.const 64) "hello, world\\n")
      (func (export "_start") (call $print (i32.const 1) (i32.const 64) (i32.const 13)) (call $print (i32.const 2) (i32.const 64) (i32.const 5)))""",
    "args": """(func (export "_start")
      (drop (call $args_sizes (i32.const 16) (i32.const 20))) (drop (call $args (i32.const 1024) (i32.const 8192)))
      (call $print (i32.const 1) (i32.const 8192) (i32.load (i32.const 20))))""",
    "env": """(func (export "_start")
      (drop (call $env_sizes (i32.const 16) (i32.const 20))) (drop (call $env (i32.const 1024) (i32.const 8192)))
      (call $print (i32.const 1) (i32.const 8192) (i32.load (i32.const 20))))""",
    "cat": """(func (export "_start") (loop $again
      (i32.store (i32.const 0) (i32.const 1024)) (i32.store (i32.const 4) (i32.const 4096))
      (if (i32.eqz (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 12))) (then
        (if (i32.load (i32.const 12)) (then (call $print (i32.const 1) (i32.const 1024) (i32.load (i32.const 12))) (br $again)))))))""",
    "exit": """(func (export "_start") (call $exit (i32.const 42)))""",
    "trap": """(func $innermost (unreachable)) (func $middle (call $innermost)) (func (export "_start") (call $middle))""",
    "spin": """(func (export "_start") (loop $again (br $again)))""",
    "nan": """(global $one (mut f32) (f32.const -1))
      (func (export "_start") (i32.store (i32.const 64) (i32.reinterpret_f32 (f32.sqrt (global.get $one)))) (call $print (i32.const 1) (i32.const 64) (i32.const 4)))""",
    # Every instruction of constant expressions: an executable can decode no others.
    "constants": """(global $seven i32 (i32.const 7)) (global $H i32 (i32.mul (i32.add (global.get $seven) (i32.const 5)) (i32.sub (i32.const 10) (i32.const 4))))
      (global $i i64 (i64.mul (i64.add (i64.const 2) (i64.const 5)) (i64.sub (i64.const 16) (i64.const 1)))) (global $comma f32 (f32.const 44)) (global $space f64 (f64.const 32))
      (global $y v128 (v128.const i32x4 0 0 121 0)) (type $byte (func (result i32))) (func $o (type $byte) (i32.const 111)) (global $none funcref (ref.null func))
      (table 3 funcref) (elem (i32.add (i32.const 0) (i32.const 1)) funcref (ref.func $o) (ref.null func)) (data (i32.add (global.get $seven) (i32.const 62)) "u")
      (func (export "_start")
        (i32.store8 (i32.const 64) (global.get $H)) (i64.store8 (i32.const 65) (global.get $i))
        (i32.store8 (i32.const 66) (i32.trunc_f32_s (global.get $comma))) (i32.store8 (i32.const 67) (i32.trunc_f64_s (global.get $space)))
        (i32.store8 (i32.const 68) (i32x4.extract_lane 2 (global.get $y)))
        (i32.store8 (i32.const 70) (i32.add (i32.const 31) (i32.add (ref.is_null (global.get $none)) (ref.is_null (table.get (i32.const 2))))))
        (i32.store8 (i32.const 71) (call_indirect (type $byte) (i32.const 1)))
        (call $print (i32.const 1) (i32.const 64) (i32.const 8)))""",
    "file": """(data (i32.const 64) "file.txt")
      (func (export "_start")
        (if (call $open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 8) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 16))
          (then (call $exit (i32.const 9))))
        (i32.store (i32.const 0) (i32.const 1024)) (i32.store (i32.const 4) (i32.const 4096))
        (drop (call $read (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 12)))
        (call $print (i32.const 1) (i32.const 1024) (i32.load (i32.const 12))))""",
}
RUN = """(core module $m (func (export "run") (result i32) i32.const 0))
  (core instance $i (instantiate $m))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance $r (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $r))"""
REFUSED = {
    # guest: flags of `wcomp exe`, what is said
    "library.wat": ('(module (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))', [],
                    ["the module exports no function `_start`: it is not a command", "it exports `add`"]),
    "stranger.wat": ('(module (import "env" "f" (func)) (func (export "_start")))', [], ["the module imports `env` `f`"]),
    "reactor.wat": ('(component (core module $m (func (export "f"))) (core instance $i (instantiate $m)) (func $f (canon lift (core func $i "f"))) (export "f" (func $f)))',
                    [], ["the component exports no `wasi:cli/run`: it is not a command", "it exports `f`"]),
    "http.wat": (f'(component (import "wasi:http/types@0.2.0" (instance)) {RUN})', [], ["imports `wasi:http/types@0.2.0`: executables have no HTTP"]),
    "other.wat": (f'(component (import "docs:adder/add@0.1.0" (instance)) {RUN})', [], ["imports `docs:adder/add@0.1.0`", "wcomp compose"]),
    "invalid.wat": ('(module (func (export "_start") (i32.add)))', [], ["i32.add"]),
    "command.wat": (f"(component {RUN})", ["--target", "x86_64-windows"], ["there are no executables for `x86_64-windows`", "this wcomp makes code for"]),
}

failures = []
checks = 0
emulator = None  # what runs executables for another machine


def started(command):
    """The command, by the emulator if its program needs that."""
    if emulator is None or "/" not in str(command[0]):  # found on the PATH
        return command
    with open(command[0], "rb") as f:
        is_foreign = f.read(20)[18:20] != OWN_MACHINE
    return [emulator, *command] if is_foreign else command


OWN_MACHINE = pathlib.Path("/proc/self/exe").read_bytes()[18:20]


def check(what, holds, detail=""):
    global checks
    checks += 1
    if not holds:
        failures.append(what)
        print(f"FAILED: {what}\n{detail}")


def run(command, **more):
    return run_here(started(command), **more)


def run_here(command, **more):
    more.setdefault("input", b"")
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, **more)
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


def expect(what, command, status, stdout=None, stderr=(), **more):
    got = run(command, **more)
    said = [text for text in stderr if text not in got[2]]
    check(what, got[0] == status and (stdout is None or got[1] == stdout) and not said and (stderr != "" or got[2] == ""), f"  {command}\n  {got}\n  not said: {said}")
    return got


class Suite:
    def __init__(self, wcomp, out, target):
        self.wcomp, self.out = wcomp, out
        self.flags = ["--target", target] if target else []

    def exe(self, source, name, *flags):
        target = self.out / name
        status, _, said = run([self.wcomp, "exe", source, "-o", target, *self.flags, *flags], cwd=self.out)
        check(f"{name} is made", status == 0 and said == "", said)
        return target

    def build(self):
        for name, body in GUESTS.items():
            (self.out / f"{name}.wat").write_text(f"(module {IMPORTS} {body})\n")
            status, _, said = run([self.wcomp, "new", self.out / f"{name}.wat", "-o", self.out / f"{name}.component.wasm"])
            check(f"{name} as a component", status == 0, said)

    def forms(self, name):
        """The executable of the module, and that of the component."""
        return [(form, self.exe(f"{name}.{source}", f"{name}-{form}")) for form, source in (("module", "wat"), ("component", "component.wasm"))]

    def programs(self):
        for form, app in self.forms("hello"):
            got = expect(f"hello, {form}", [app], 0, b"hello, world\n")
            check(f"standard error, {form}", got[2] == "hello", got[2])
            expect(f"{form}: a reader that went away does no harm", ["sh", "-c", shlex.join(map(str, started([app]))) + " | true"], 0)
        for form, app in self.forms("constants"):
            expect(f"constant expressions, {form}", [app], 0, b"Hi, yu!o")
        for form, app in self.forms("args"):
            name = app.name.encode()
            expect(f"arguments, {form}", [app, "one", "two words", "", "--dir", "/"], 0, name + b"\0one\0two words\0\0--dir\0/\0")
            expect(f"{form}: `--` begins flags", [app, "a", "--", "--argv0", "other"], 0, b"other\0a\0")
            expect(f"{form}: an own `--`", [app, "--", "-x", "--"], 0, name + b"\0--\0-x\0")
            expect(f"{form}: no such flag", [app, "--", "-x"], 2, b"", ["`-x` is no option of the sandbox", "one more `--`"])
            expect(f"{form}: help of flags", [app, "--", "--help"], 0)
            full = shlex.join(map(str, [*started([app]), "--", "--help"])) + " >/dev/full"
            expect(f"{form}: help that cannot be written", ["sh", "-c", full], 1, b"", ["cannot write standard output"])
        for form, app in self.forms("env"):
            expect(f"no environment, {form}", [app], 0, b"", env={"SECRET": "1"})
            expect(f"granted variables, {form}", [app, "--", "--env", "A=x", "--env=B"], 0, b"A=x\0B=2\0", env={"SECRET": "1", "B": "2"})
            expect(f"all of it, {form}", [app, "--", "--inherit-env"], 0, b"B=2\0", env={"B": "2"})
        for form, app in self.forms("cat"):
            text = bytes(range(256)) * 100
            expect(f"standard input, {form}", [app], 0, text, input=text)
            expect(f"standard input of a file, {form}", [app, "--", "--stdin", self.out / "cat.wat"], 0, (self.out / "cat.wat").read_bytes())
            closed = shlex.join(map(str, [*started([app]), "--", "--dir", self.out])) + " <&-"
            expect(f"a closed standard input is at its end, {form}", ["sh", "-c", closed], 0, b"", "")
        expect("exit status of a module", [self.exe("exit.wat", "exit-module")], 42, b"", "")
        for form, app in self.forms("trap"):
            expect(f"a trap, {form}", [app], 134, b"", ["trap: ", "innermost", "middle"])
        for form, app in self.forms("spin"):
            expect(f"time, {form}", [app, "--", "--timeout", "200ms"], 134, b"", ["the 200 ms of `--timeout` are over"])
            expect(f"fuel without counting, {form}", [app, "--", "--fuel", "10"], 1, b"", ["the program was compiled without it", "--grant fuel=N"])
        fuel = self.exe("spin.wat", "spin-fuel", "--grant", "fuel=10000")
        expect("fuel", [fuel], 134, b"", ["fuel"])
        deterministic = self.exe("nan.wat", "nan", "--deterministic")
        expect("the deterministic mode", [deterministic], 0, bytes([0, 0, 0xC0, 0x7F]))

    def grants(self):
        folder = self.out / "granted"
        folder.mkdir(exist_ok=True)
        (folder / "file.txt").write_bytes(b"what is in it")
        for form, source in (("module", "file.wat"), ("component", "file.component.wasm")):
            without = self.exe(source, f"file-{form}")
            got = run([without])
            check(f"{form}: nothing is granted", got[0] not in (0, 134) and got[1] == b"", got)
            expect(f"{form}: granted behind --", [without, "--", "--dir", folder], 0, b"what is in it")
            expect(f"{form}: a folder that is not there", [without, "--", "--dir", "/none/such"], 1, b"", ["cannot grant the directory `/none/such`"])
            expect(f"{form}: none is listed", [without, "--wcomp-grants"], 0, f"{source}: nothing is granted\nMore can be granted behind `--`; `-- --help` lists how.\n".encode())
            baked = self.exe(source, f"file-baked-{form}", "--grant", "dir=granted::/data::ro", "--grant", "env=LANG=C")
            expect(f"{form}: baked in, from where it is", [baked], 0, b"what is in it", "", cwd=self.out)
            got = run([baked], cwd="/")
            check(f"{form}: baked in, from elsewhere", got[0] == 1 and "cannot grant the directory `granted`" in got[2], got)
            expect(f"{form}: they are listed", [baked, "--wcomp-grants"], 0,
                   f"{source}: granted, as far as it is there where the program runs:\n  --dir granted::/data::ro\n  --env LANG=C\n"
                   "More can be granted behind `--`; `-- --help` lists how.\n".encode())
            sealed = self.exe(source, f"file-sealed-{form}", "--seal")
            got = run([sealed, "--", "--dir", folder])
            check(f"{form}: sealed", got[0] not in (0, 134) and got[1] == b"", got)
            expect(f"{form}: a sealed one says so", [sealed, "--wcomp-grants"], 0, f"{source}: nothing is granted\nIt is sealed: its command line cannot grant more.\n".encode())

    def bytes_of(self):
        first = self.exe("hello.component.wasm", "one", "--grant", "dir=/tmp").read_bytes()
        other = self.out / "elsewhere"
        other.mkdir(exist_ok=True)
        shutil.copy(self.out / "hello.component.wasm", other)
        status, _, said = run([self.wcomp, "exe", "hello.component.wasm", "-o", "two", "--grant", "dir=/tmp", *self.flags], cwd=other, env={"PATH": os.environ["PATH"], "TZ": "Asia/Tokyo"})
        check("the same input gives the same bytes", status == 0 and (other / "two").read_bytes() == first, said)
        app = self.out / "one"
        check("everybody who may read it may run it", stat.S_IMODE(app.stat().st_mode) == 0o777 & ~mask(), oct(app.stat().st_mode))
        status, _, _ = run(["sh", "-c", f"umask 077; exec '{self.wcomp}' exe hello.wat -o private {shlex.join(self.flags)}"], cwd=self.out)
        check("nobody else", stat.S_IMODE((self.out / "private").stat().st_mode) == 0o700)
        check("nothing is left over", not list(self.out.glob("private.*")) and not list(self.out.glob("one.*")))

    def damage(self):
        app = self.exe("hello.component.wasm", "whole")
        data = app.read_bytes()
        trailer = len(data) - 56
        image = int.from_bytes(data[trailer + 16:trailer + 24], "little")
        size = int.from_bytes(data[trailer + 24:trailer + 32], "little")

        def damaged(what, content, said, status=1):
            broken = self.out / "damaged"
            broken.write_bytes(content)
            broken.chmod(0o755)
            expect(what, [broken], status, b"", said)

        def flipped(at):
            return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]

        for name, at in (("code", image + size - 100), ("the middle", image + size // 2), ("the header", image + 100)):
            damaged(f"a bit of {name}", flipped(at), ["error["])
        damaged("a bit of the manifest", flipped(image + size + 1), ["damaged: its checksum"])
        damaged("a bit of the trailer", flipped(trailer + 20), ["damaged"])
        damaged("its end cut off", data[:-1], ["there is no program in this executable"])
        damaged("half of it", data[:image + size // 2], ["there is no program in this executable"])
        damaged("bytes in the middle cut out", data[:image] + data[image + 4096:], ["damaged"])
        if shutil.which("strip"):
            shutil.copy(app, self.out / "stripped")
            status, _, said = run(["strip", self.out / "stripped"])
            if status == 0:
                expect("what strip made of it", [self.out / "stripped"], 1, b"", ["there is no program in this executable", "`strip` and programs like it leave that out"])
            else:
                print(f"strip refuses executables of wcomp: {said.strip()}")
        else:
            print("skipped: there is no strip here")

    def refusals(self, runner):
        for name, (text, flags, said) in REFUSED.items():
            (self.out / name).write_text(text)
            expect(name, [self.wcomp, "exe", name, "-o", "none", *flags], 1, b"", said, cwd=self.out)
        check("nothing is written for what is refused", not (self.out / "none").exists())
        for flags, said in ((["--grant", "dir"], "needs a value"), (["--grant", "net=all"], "is no option of the sandbox"), (["--grant", "max-memory=x"], "is no size")):
            expect(f"wrong grant {flags}", [self.wcomp, "exe", "hello.wat", "-o", "none", *flags], 2, b"", [said], cwd=self.out)
        hello = self.exe("hello.wat", "hello-again")
        for what, file, said in (("a program with a program", hello, "has a program already"), ("another program", self.wcomp, "no runner"), ("text", self.out / "hello.wat", "no ELF file"),
                                 ("no file", self.out / "none", "cannot open")):
            expect(f"{what} is no runner", [self.wcomp, "exe", "hello.wat", "-o", "none", "--runner", file], 1, b"", [said], cwd=self.out)
        foreign = bytearray(runner.read_bytes())
        at = foreign.find(b", build ")
        foreign[at + 8] ^= 1
        (self.out / "foreign").write_bytes(foreign)
        expect("a runner of another build", [self.wcomp, "exe", "hello.wat", "-o", "none", "--runner", "foreign"], 1, b"", ["belongs to another build"], cwd=self.out)
        expect("the runner alone", [runner], 1, b"", ["there is no program in this executable"])

    def machines(self, runners):
        """Runners that are not there, and those of another machine."""
        alone = self.out / "alone"
        alone.mkdir()
        try:
            os.link(self.wcomp, alone / "wcomp")
        except OSError:  # another file system
            shutil.copy(self.wcomp, alone / "wcomp")
        for machine, other in (("x86_64-linux", "aarch64-linux"), ("aarch64-linux", "x86_64-linux")):
            name = f"wcomp-runner-{machine}"
            if not (runners / name).exists():
                print(f"skipped: {name} was not built here")
                continue
            expect(f"no runner for {machine}", [alone / "wcomp", "exe", "hello.wat", "-o", "none", "--target", machine], 1, b"",
                   [f"there is no runner for `{machine}`: `{name}` was not found", f"looked for it in `{alone}`", "`--runner FILE` says where it is"], cwd=self.out)
            if (runners / f"wcomp-runner-{other}").exists():
                expect(f"a runner of another machine for {machine}",
                       [self.wcomp, "exe", "hello.wat", "-o", "none", "--target", machine, "--runner", runners / f"wcomp-runner-{other}"], 1, b"",
                       ["an ELF file for another machine"], cwd=self.out)

    def bare_root(self):
        """A folder with nothing but executables as the root: no /proc, no libraries, no /dev."""
        root = self.out / "root"
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir()
        for name in ("hello-module", "hello-component", "trap-component", "file-component"):
            shutil.copy(self.out / name, root)
        if emulator:
            shutil.copy(emulator, root / "emulator")
        (root / "file.txt").write_bytes(b"in the root")

        def inside():
            os.chroot(root)
            os.chdir("/")

        def enter(command):
            command = ["/emulator", *command] if emulator else command
            if os.geteuid() == 0:
                return run_here(command, preexec_fn=inside)
            return run_here(["unshare", "--user", "--map-root-user", "--root", root, "--wd", "/", *command])

        try:
            status, stdout, said = enter(["/hello-module"])
        except (OSError, subprocess.SubprocessError) as e:
            status, stdout, said = -1, b"", str(e)
        if stdout == b"" and ("peration not permitted" in said or "Exception occurred in preexec_fn" in said or "No such file" in said):
            print(f"skipped: this system lets nobody change the root ({said.strip()})")
            return
        check("bare root: module", (status, stdout) == (0, b"hello, world\n"), said)
        for command, want in ((["/hello-component"], (0, b"hello, world\n")), (["/file-component", "--", "--dir", "/"], (0, b"in the root")), (["/hello-component", "--wcomp-grants"], (0, None))):
            got = enter(command)
            check(f"bare root: {command}", got[0] == want[0] and want[1] in (None, got[1]), got)
        got = enter(["/trap-component"])
        check("bare root: a trap", got[0] == 134 and "innermost" in got[2], got)


def mask():
    now = os.umask(0)
    os.umask(now)
    return now


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--wcomp", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--max-size", type=int)
    parser.add_argument("--target")
    parser.add_argument("--emulator")
    options = parser.parse_args()
    global emulator
    emulator = shutil.which(options.emulator) if options.emulator else None
    if options.emulator and emulator is None:
        print(f"skipped: there is no {options.emulator}")
        return 77
    runners = options.wcomp.resolve().parent
    runner = runners / f"wcomp-runner-{options.target or platform.machine() + '-linux'}"
    if not runner.exists():
        print(f"skipped: {runner.name} was not built here")
        return 77
    shutil.rmtree(options.out, ignore_errors=True)
    options.out.mkdir(parents=True)
    suite = Suite(options.wcomp.resolve(), options.out.resolve(), options.target)
    suite.build()
    suite.programs()
    suite.grants()
    suite.bytes_of()
    suite.damage()
    if not options.target:
        suite.refusals(runner)
        suite.machines(runners)
    suite.bare_root()
    size = (options.out / "hello-component").stat().st_size
    print(f"hello as a component: {size} bytes, its runner {runner.stat().st_size}")
    if options.max_size:
        check("an executable is small", size <= options.max_size, f"{size} bytes, at most {options.max_size} were expected")
    print(f"executables: {checks} checks, {len(failures)} failed")
    return 1 if failures else 0


sys.exit(main())
