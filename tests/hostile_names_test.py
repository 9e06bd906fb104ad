#!/usr/bin/env python3
"""Feeds names, paths and texts that try to act on a terminal through every command, and looks at what comes out.

Nothing that is printed may hold a control character (but line breaks, and tabs of texts), a bidirectional override or another invisible
character, or bytes that are not UTF-8: neither as text nor as JSON. Docs of WIT must not become code in bindings.
"""
import argparse
import concurrent.futures
import json
import pathlib
import subprocess
import sys
import tempfile
import unicodedata

# What a name may try: clear the screen, set the window's title, overwrite the line, begin a line, ring, hide, turn around, break a parser.
HOSTILE = {
    "escape": "\x1b[2J\x1b]0;owned\x07",
    "return": "a\rerror",
    "newline": "a\nerror[trap]: made up",
    "c1": "a\u009b31mred",
    "delete": "a\x7fb\x08c",
    "bidi": "a\u202egnp.exe\u2066x\u2069",
    "invisible": "a\u200b\u200d\ufeffb\u00ad",
    "separator": "a\u2028b\u2029c\u0085d",
    "tag": "a\U000e0041b",
    "quotes": "a\"'`*/ \\ )\" ]]> b",
}
NOT_UTF8 = b"a\xff\xc3(\xed\xa0\x80b"

INVISIBLE = {0xAD, 0x61C, 0x180E, 0xFEFF} | set(range(0x200B, 0x2010)) | set(range(0x2028, 0x202F)) | set(range(0x2060, 0x206A)) | set(range(0xE0000, 0xE0080))


def problems(output, allowed="\n"):
    try:
        text = output.decode()
    except UnicodeDecodeError as e:
        return [f"not UTF-8 at {e.start}: {output[max(0, e.start - 30):e.start + 10]!r}"]
    bad = [i for i, c in enumerate(text) if (unicodedata.category(c) == "Cc" and c not in allowed) or ord(c) in INVISIBLE]
    return [f"{hex(ord(text[i]))} in {text[max(0, i - 40):i + 20]!r}" for i in bad[:1]]


def leb(n):
    out = b""
    while True:
        out += bytes([n & 0x7F | (0x80 if n > 0x7F else 0)])
        n >>= 7
        if n == 0:
            return out


def text(s):
    s = s if isinstance(s, bytes) else s.encode()
    return leb(len(s)) + s


def section(kind, body):
    return bytes([kind]) + leb(len(body)) + body


def custom(name, body=b""):
    return section(0, text(name) + body)


def module(*sections):
    return b"\0asm\1\0\0\0" + b"".join(sections)


def component(*sections):
    return b"\0asm\x0d\0\1\0" + b"".join(sections)


NO_TYPE = section(1, b"\1\x60\0\0")  # (func)


def names(h):
    return custom("name", b"\0" + leb(len(text(h))) + text(h) + b"\1" + leb(len(text(h)) + 2) + b"\1\0" + text(h))


def modules(h):
    """Core modules with the name in each place that has one."""
    trap = section(3, b"\1\0") + section(7, b"\2" + text("_start") + b"\0\0" + text(h) + b"\0\0") + section(10, b"\1\3\0\0\x0b")
    yield "import", module(NO_TYPE, section(2, b"\1" + text(h) + text(h) + b"\0\0"))
    yield "wasi-import", module(NO_TYPE, section(2, b"\1" + text("wasi_snapshot_preview1") + text(h) + b"\0\0"))
    yield "export", module(NO_TYPE, trap)
    yield "names", module(NO_TYPE, trap, names(h))
    yield "start", module(NO_TYPE, section(3, b"\1\0"), section(8, b"\0"), section(10, b"\1\3\0\0\x0b"), names(h))
    yield "duplicate-export", module(NO_TYPE, section(3, b"\1\0"), section(7, b"\2" + (text(h) + b"\0\0") * 2), section(10, b"\1\3\0\0\x0b"))
    yield "custom", module(custom(h, b"x"), NO_TYPE)
    yield "custom-wit", module(custom("component-type:" + h if isinstance(h, str) else h, b"\0asm"), NO_TYPE)


def components(h):
    yield "import", component(section(7, b"\1\x40\0\1\0"), section(10, b"\1\0" + text(h) + b"\1\0"))
    yield "export", component(section(7, b"\1\x40\0\1\0"), section(10, b"\1\0" + text("a") + b"\1\0"), section(11, b"\1\0" + text(h) + b"\1\0\0"))
    yield "record", component(section(7, b"\1\x72\1" + text(h) + b"\x7f"))
    yield "enum", component(section(7, b"\1\x6d\1" + text(h)))
    yield "component-name", component(custom("component-name", b"\0" + leb(len(text(h))) + text(h)), section(1, module(NO_TYPE, names(h))))
    for what, core in modules(h):
        yield "core-" + what, component(section(1, core), section(2, b"\1\0\0\0"))


class Run:
    def __init__(self, bin_dir, folder):
        self.bin, self.folder, self.count, self.failed = bin_dir, folder, 0, []

    def __call__(self, what, *words, stdin=b"", allowed="\n", is_json=False):
        words = [str(self.bin / words[0])] + list(words[1:])
        done = subprocess.run(words, cwd=self.folder, input=stdin, capture_output=True, timeout=60)
        self.count += 1
        found = problems(done.stdout, allowed) + problems(done.stderr)
        if done.returncode not in (0, 1, 2, 134) and done.returncode < 128:
            found.append(f"status {done.returncode}")
        if done.returncode < 0 or b"internal error" in done.stderr:
            found.append(f"crashed: {done.returncode} {done.stderr[:200]!r}")
        if is_json:
            for line in done.stderr.decode(errors="replace").splitlines():
                try:
                    json.loads(line)
                except ValueError:
                    found.append(f"no JSON: {line[:100]!r}")
        if found:
            self.failed.append(f"{what}: {' '.join(repr(w) for w in words[1:])}: {found[0]}")
        return done


WCOMP_FILE_COMMANDS = [["validate"], ["wit"], ["print"], ["parse", "-o", "out.wasm"], ["plan"], ["new", "-o", "out.wasm"], ["compose", "-o", "out.wasm"], ["run"], ["run", "--invoke", "f()"], []]
WITC_FILE_COMMANDS = [["check"], ["print"], ["json"], ["fmt", "--check"], ["docs", "-o", "pages"]]  # what `fmt` formats stays what it is


def check_command_lines(run, h):
    for word in (h, "--" + h, "-" + h, "--fuel=" + h, "--dir=" + h, "--env=" + h, "--invoke=" + h, "--timeout=" + h, "--stdin=" + h, "-S" + h, "-W" + h, "--message-format=" + h):
        run("option", "wcomp", "run", word, "gone.wasm")
        run("option", "wcomp", word)
        run("option", "wcomp", "--message-format=json", "run", word, "gone.wasm", is_json=True)
        for command in (["check"], ["fmt"], ["docs", "-o", "pages"], ["diff", word]):
            run("option", "witc", *command, word)
        run("option", "witc", word)
    run("embed", "wcomp", "embed", h, h, "--world", h)
    run("output", "wcomp", "compose", "gone.wasm", "-o", h + "/x")
    run("bindgen", "witc", "bindgen", h, "--world", h, "-o", h)


def check_binaries(run, h):
    for kind, items in (("module", modules(h)), ("component", components(h))):
        for what, data in items:
            pathlib.Path(run.folder, "x.wasm").write_bytes(data)
            for command in WCOMP_FILE_COMMANDS:
                at = command.index("-o") if "-o" in command else len(command)
                run(f"{kind} {what}", "wcomp", *command[:at], "x.wasm", *command[at:], allowed="\n\t")
            run(f"{kind} {what}", "wcomp", "run", "--message-format=json", "x.wasm", is_json=True)
            run(f"{kind} {what}", "witc", "print", "x.wasm", allowed="\n\t")


def check_file_names(run, h):
    good = module(NO_TYPE)
    path = pathlib.Path(run.folder, h.replace("/", "_"))
    try:
        path.write_bytes(b"no wasm")
    except (OSError, UnicodeError):
        return
    for data in (b"no wasm", good, b"(module (import \"x\" \"y\" (func)) (", b"\0asm\1\0\0\0\1\xff"):
        path.write_bytes(data)
        for command in WCOMP_FILE_COMMANDS:
            at = command.index("-o") if "-o" in command else len(command)
            run("file name", "wcomp", *command[:at], "./" + path.name, *command[at:])
    path.write_bytes(b"package a:b; interface i { f: func(x: nope); }")
    for command in WITC_FILE_COMMANDS:
        run("file name", "witc", *command, "./" + path.name)
    run("file name", "witc", "diff", "./" + path.name, "./" + path.name)
    path.unlink()


WIT = """package a:b@1.0.0;
/// Docs: {docs}
interface i {{
  /// {docs}
  record r {{
    /// {docs}
    x: u32,
  }}
  /// {docs}
  f: func(a: r) -> string;
}}
/// {docs}
world w {{
  import i;
  export i;
}}
"""


def check_wit(run, h):
    folder = pathlib.Path(run.folder)
    one_line = h.replace("\n", " ").replace("\r", " ")
    for broken in (f"package {h};", f"package a:b; interface {h} {{}}", f"package a:b; interface i {{ f: func(a: {h}); }}", f"// {h}\npackage a:b; world w {{ import {h}; }}",
                   f"package a:b; interface i {{ @since(version = {h}) f: func(); }}", f"package a:b; @external-id(\"{h}\") interface i {{ f: func(); }}"):
        (folder / "x.wit").write_text(broken)
        for command in WITC_FILE_COMMANDS:
            run("wit", "witc", *command, "x.wit", allowed="\n\t")
            run("wit", "witc", *command, "--message-format=json", "x.wit", allowed="\n\t", is_json=command[0] not in ("fmt", "docs"))
        run("wit", "witc", "diff", "x.wit", "x.wit")
    (folder / "x.wit").write_text(WIT.format(docs=one_line))
    printed = run("wit docs", "witc", "print", "x.wit", allowed="\n\t")
    if printed.returncode != 0 and b"is not allowed in WIT" not in printed.stderr:
        run.failed.append(f"docs {one_line!r} are refused: {printed.stderr[:300]!r}")
    run("wit docs", "witc", "json", "x.wit", allowed="\n\t")
    for form in ("html", "markdown"):
        run("wit docs", "witc", "docs", "--format", form, "-o", "pages", "x.wit")
        for page in sorted((folder / "pages").rglob("*")):
            if page.is_file() and (found := problems(page.read_bytes(), "\n\t")):
                run.failed.append(f"docs of {one_line!r} in {page.name}: {found[0]}")


def code_of(folder):
    out = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".h", ".cpp", ".c"):
            lines = path.read_bytes().decode().split("\n")
            out[path.name] = [line for line in lines if not line.strip().startswith("//")]
            for line in lines:
                assert not line.rstrip().endswith("\\") and not line.rstrip().endswith("??/"), f"{path.name} joins lines: {line!r}"
                assert not problems(line.encode(), ""), f"{path.name}: {line!r}"
    return out


DOCS = ["ends in a backslash \\", "ends in one and blanks \\  ", "a trigraph ??/", "*/ int owned; /*", "\"; int owned; //", ")\"; int owned; R\"(", "#define owned", "line\u2028int owned;", "\u202eowned", "\\u000aint owned;", "</script><script>"]


def check_bindings(run):
    """Whatever the docs say, the code of the bindings is the same."""
    folder = pathlib.Path(run.folder)
    for language in ("cpp", "c", "cpp-host"):
        expected = None
        for docs in ["harmless"] + DOCS:
            (folder / "x.wit").write_text(WIT.format(docs=docs))
            out = folder / "bindings"
            done = run("bindings", "witc", "bindgen", "x.wit", "--lang", language, "--world", "w", "-o", "bindings")
            if done.returncode != 0:
                if docs == "harmless" or not any(ord(c) > 127 for c in docs):
                    run.failed.append(f"bindings for {docs!r}: {done.stderr!r}")
                continue
            found = code_of(out)
            for path in sorted(out.rglob("*"), reverse=True):
                path.unlink() if path.is_file() else path.rmdir()
            expected = expected or found
            if not found or found != expected:
                run.failed.append(f"docs {docs!r} changed the code of the bindings")


def check_text(run, h):
    folder = pathlib.Path(run.folder)
    for broken in (f"(module ({h}))", f"(module (func ${h}))", f"(module (func $\"{h}\") (start $\"{h}x\"))", f"(module (import \"{h}\" \"f\" (func)))", f"(component (import \"{h}\" (func)))", f";; {h}\n(module (bad))"):
        (folder / "x.wat").write_text(broken)
        for command in (["validate"], ["print"], ["run"]):
            run("text", "wcomp", *command, "x.wat", allowed="\n\t")


INVOKED = """(component
  (core module $m
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 64)
    (func (export "same") (param i32 i32) (result i32)
      (i32.store (i32.const 16) (local.get 0)) (i32.store (i32.const 20) (local.get 1)) i32.const 16))
  (core instance $i (instantiate $m))
  (alias core export $i "memory" (core memory $memory))
  (alias core export $i "realloc" (core func $realloc))
  (alias core export $i "same" (core func $same))
  (type $t (func (param "text" string) (result string)))
  (func $f (type $t) (canon lift (core func $same) (memory $memory) (realloc $realloc)))
  (export "same" (func $f)))
"""


def check_values(run, h):
    folder = pathlib.Path(run.folder)
    (folder / "same.wat").write_text(INVOKED)
    probe = run("values", "wcomp", "run", "--invoke", 'same("probe")', "same.wat")
    if probe.returncode != 0 or probe.stdout != b'"probe"\n':
        run.failed.append(f"cannot call a component: {probe.stderr!r}")
        return
    quoted = "".join(f"\\u{{{ord(c):x}}}" for c in h)
    done = run("values", "wcomp", "run", "--invoke", f'same("{quoted}")', "same.wat")
    again = run("values", "wcomp", "run", "--invoke", f"same({done.stdout.decode().strip()})", "same.wat")
    if done.returncode != 0 or done.stdout != again.stdout:
        run.failed.append(f"a string does not survive: {h!r}: {done.stdout!r} {done.stderr!r}")
    for wrong in (h, f"same({h})", f'same("{h}', f"{h}()", f"same('{h}')", f'same("x", {h})'):
        run("values", "wcomp", "run", "--invoke", wrong, "same.wat")
        run("values", "wcomp", "run", "--invoke", "same", "same.wat", wrong)


OPENS = """(module
  (import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 100) "{path}")
  (func (export "_start") (drop (call $open (i32.const 3) (i32.const 0) (i32.const 100) (i32.const {length}) (i32.const 0) (i64.const 2) (i64.const 2) (i32.const 0) (i32.const 8)))))
"""


def check_denials(run, h):
    path = ("../" + h).encode()
    literal = "".join(f"\\{b:02x}" for b in path)
    pathlib.Path(run.folder, "opens.wat").write_text(OPENS.format(path=literal, length=len(path)))
    done = run("denial", "wcomp", "run", "--explain-denials", "--dir", ".", "opens.wat")
    if b"denied" not in done.stderr:
        run.failed.append(f"no denial is explained for {path!r}: {done.stderr!r}")
    run("denial", "wcomp", "run", "--explain-denials", "--message-format=json", "--dir", ".", "opens.wat", is_json=True)


def check_name(bin_dir, h):
    with tempfile.TemporaryDirectory() as folder:
        run = Run(bin_dir, folder)
        if isinstance(h, bytes):
            check_binaries(run, h)
            for word in (h, b"--" + h, b"--invoke=" + h, b"--dir=" + h):
                run("bytes", "wcomp", b"run", word, b"gone.wasm")
        else:
            for check in (check_command_lines, check_file_names, check_binaries, check_wit, check_text, check_values, check_denials):
                check(run, h)
        return run


def check_docs(bin_dir):
    with tempfile.TemporaryDirectory() as folder:
        run = Run(bin_dir, folder)
        check_bindings(run)
        return run


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    bin_dir = parser.parse_args().bin.resolve()
    with concurrent.futures.ThreadPoolExecutor() as pool:
        runs = list(pool.map(lambda h: check_name(bin_dir, h), [*HOSTILE.values(), NOT_UTF8])) + [check_docs(bin_dir)]
    failed = [line for run in runs for line in run.failed]
    for line in failed[:40]:
        print(line)
    print(f"{sum(run.count for run in runs)} commands, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
