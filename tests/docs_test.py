#!/usr/bin/env python3
"""Runs what the pages show: README.md, docs/*.md and samples/*/README.md do what they say.

A page's blocks are taken in order, in an empty folder that looks like a clone after `scripts/demo` (samples/, build/samples/) with the programs
of the build on the PATH, and the library installed where find_package and pkg-config find it:
  ```console            lines `$ COMMAND` (continued by lines `> ..`) are run by bash, one shell for the page; the other lines are what they
                        print, standard error included. A line `...` stands for any lines. A command that fails has to print something.
                        With `needs=PEER` the block is left out, and counted, where WCOMP_PEERS=off.
  ```LANG title=FILE    the block is written to FILE
  ```LANG from=FILE     the block's lines stand in FILE of the tree, in this order and without gaps but where the block has a line `...`
A page that begins with `<!-- continues PAGE -->` runs in the same shell and folder, after that page.
Other blocks are not looked at, but C++ has to be one or the other. Besides, every relative link and every path of the tree that a page names must exist.
`--bless` rewrites the outputs; then read the diff as prose. `--only TEXT` runs the pages whose path contains TEXT.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import peers

ROOT = pathlib.Path(__file__).resolve().parent.parent
PEERS = ROOT / "build" / "peers" / "bin"
MARK = "\x1e"
FENCE = re.compile(r"^```(\S*)\s*(.*)$")
FOLDERS = sorted(p.name for p in ROOT.iterdir() if p.is_dir() and not p.name.startswith((".", "build")))
NAMED_PATH = re.compile(r"`((?:%s)/[A-Za-z0-9_./-]*)`" % "|".join(FOLDERS))


class Block:
    """A fenced block: `start` and `end` are the lines between the fences."""

    def __init__(self, lines, start, end, language, info):
        self.lines, self.start, self.end, self.language = lines[start:end], start, end, language
        self.info = dict(word.split("=", 1) for word in info.split() if "=" in word)


def blocks_of(lines):
    out, at = [], 0
    while at < len(lines):
        opened = FENCE.match(lines[at])
        if opened:
            end = next((i for i in range(at + 1, len(lines)) if lines[i].rstrip() == "```"), None)
            if end is None:
                raise SystemExit(f"line {at + 1}: a block that is not closed")
            out.append(Block(lines, at + 1, end, opened[1], opened[2]))
            at = end
        at += 1
    return out


def commands_of(block):
    """[command, the lines it should print, the line of the page]"""
    out = []
    for number, line in enumerate(block.lines, block.start + 1):
        if line.startswith("$ "):
            out.append([line[2:], [], number])
        elif line.startswith("> ") and out and not out[-1][1]:
            out[-1][0] += "\n" + line[2:]
        elif out:
            out[-1][1].append(line)
        else:
            raise SystemExit(f"line {number}: output before the first command")
    return out


def matches(wanted, found):
    """Whether the lines are the same, where a wanted line `...` stands for any number of lines."""
    if not wanted:
        return not found
    if wanted[0].strip() == "...":
        return any(matches(wanted[1:], found[i:]) for i in range(len(found) + 1))
    return bool(found) and wanted[0].rstrip() == found[0].rstrip() and matches(wanted[1:], found[1:])


def excerpt_error(block, path):
    if not path.is_file():
        return f"{path.relative_to(ROOT)} does not exist"
    text = [line.strip() for line in path.read_text().splitlines()]
    wanted = [line.strip() for line in block.lines]
    pieces, piece = [], []
    for line in [*wanted, "..."]:
        if line == "...":
            pieces += [piece] if piece else []
            piece = []
        else:
            piece.append(line)
    at = 0
    for piece in pieces:
        at = next((i + len(piece) for i in range(at, len(text)) if text[i:i + len(piece)] == piece), None)
        if at is None:
            return f"{path.relative_to(ROOT)} does not have these lines, in this order: {piece}"
    return None


def make_clone(folder, bin_dir):
    """What a reader's folder looks like: sources by copy, because guests must not follow links out of a granted folder; big programs by link."""
    shutil.copy(ROOT / "README.md", folder)
    shutil.copytree(ROOT / "samples", folder / "samples")

    def copy(source, target):
        if pathlib.Path(source).stat().st_size > (4 << 20):
            os.symlink(source, target)
        else:
            shutil.copy2(source, target)

    if (bin_dir / "samples").is_dir():
        shutil.copytree(bin_dir / "samples", folder / "build" / "samples", copy_function=copy, ignore=shutil.ignore_patterns("bindings"))
        calculator = folder / "build" / "samples" / "calculator"
        if (calculator / "step2").is_dir():  # what scripts/demo composes
            parts = [calculator / "step2" / f"{part}.wasm" for part in ("app", "calculator", "adder", "subtractor", "multiplier")]
            subprocess.run([bin_dir / "wcomp", "compose", *parts, "-o", calculator / "main.wasm"], check=True, stdin=subprocess.DEVNULL)


class Page:
    """A page, its blocks, and the commands in them: [command, the lines it should print, the line of the page, the block]."""

    def __init__(self, path):
        self.path = path
        self.name = str(path.relative_to(ROOT))
        self.lines = path.read_text().split("\n")
        self.blocks = blocks_of(self.lines)
        shown = [b for b in self.blocks if b.language == "console"]
        self.commands = {id(b): commands_of(b) for b in shown if "needs" not in b.info or not peers.OFF}
        self.needs = {b.info["needs"] for b in shown if id(b) in self.commands and "needs" in b.info}
        self.left_out = len(shown) - len(self.commands)
        continues = re.match(r"<!-- continues (\S+) -->", self.lines[0])
        self.before = path.parent / continues[1] if continues else None

    def check_text(self):
        """What can be checked without running: excerpts, links, paths. Errors, and how many checks."""
        errors, ran = [], 0
        for block in self.blocks:
            if block.language == "cpp" and not {"from", "title"} & block.info.keys():
                ran += 1
                errors.append(f"{self.name}:{block.start}: C++ that nothing compiles: say where it is from")
            if "from" in block.info:
                ran += 1
                error = excerpt_error(block, ROOT / block.info["from"])
                if error:
                    errors.append(f"{self.name}:{block.start}: {error}")
        text = "\n".join(self.lines)
        in_blocks = {i for b in self.blocks for i in range(b.start, b.end)}
        prose = "\n".join(line for i, line in enumerate(self.lines) if i not in in_blocks)
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", prose):
            ran += 1
            if not (self.path.parent / link).exists():
                errors.append(f"{self.name}: the link to {link} leads nowhere")
        for name in NAMED_PATH.findall(text):
            ran += 1
            if not (ROOT / name).exists() and not (ROOT / (name + ".cpp")).exists():
                errors.append(f"{self.name}: `{name}` does not exist in the tree")
        return errors, ran

    def script(self):
        """Lines of bash; what each command prints stands between marks, with its number and its status."""
        out, number = "", 0
        for block in self.blocks:
            if "title" in block.info:
                title = block.info["title"]
                out += f"mkdir -p \"$(dirname '{title}')\"; cat >'{title}' <<'END_OF_BLOCK'\n" + "\n".join(block.lines) + "\nEND_OF_BLOCK\n"
            for command in self.commands.get(id(block), []):
                # The status is kept for a following `$ echo $?`.
                out += f"printf '{MARK}{self.name} {number}{MARK}'; (exit $s)\n{command[0]}\ns=$?; printf '{MARK}%d{MARK}' $s\n"
                number += 1
        return out

    def compare(self, results, bless):
        errors, ran = [], 0
        for number, command in enumerate(c for cs in self.commands.values() for c in cs):
            text, wanted, line = command
            while wanted and not wanted[-1].strip():
                wanted.pop()
            found, status = results.get(f"{self.name} {number}", (["(the shell ended before this)"], None))
            ran += 1
            if status is None or matches(wanted, found) and (status == 0 or found):
                if status is None:
                    errors.append(f"{self.name}:{line}: `{text}`: the shell ended before this")
            elif status != 0 and not found:
                errors.append(f"{self.name}:{line}: `{text}` failed with status {status} and printed nothing")
            elif bless:
                command[1] = found
            else:
                errors.append(f"{self.name}:{line}: $ {text}\n--- expected\n" + "\n".join(wanted) + "\n--- found\n" + "\n".join(found))
        return errors, ran

    def write(self):
        for block in reversed(self.blocks):
            body = []
            for text, printed, _ in self.commands.get(id(block), []):
                first, *rest = text.split("\n")
                body += ["$ " + first, *("> " + r for r in rest), *printed]
            if body:
                self.lines[block.start:block.end] = body
        self.path.write_text("\n".join(self.lines))


def run_script(script, options):
    """{"PAGE NUMBER": (lines, status)} of the commands in a folder that looks like a clone."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary, "wcomp")
        folder.mkdir()
        make_clone(folder, options.bin)
        path = f"{options.prefix / 'bin'}:{options.bin}:{os.environ['PATH']}:{PEERS}"
        env = dict(os.environ, PATH=path, NO_COLOR="1", WCOMP_CACHE=str(folder.parent / "cache"), CMAKE_PREFIX_PATH=str(options.prefix), PKG_CONFIG_PATH=str(options.prefix / "lib" / "pkgconfig"))
        done = subprocess.run(["bash", "-c", "exec 2>&1; s=0\n" + script], cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=600)
        output = done.stdout.decode(errors="backslashreplace").replace(str(folder), "$PWD").replace(str(options.prefix), "$PREFIX")
    results = {}
    for name, text, status in re.findall(f"{MARK}([^{MARK}]+ \\d+){MARK}([^{MARK}]*){MARK}(\\d+){MARK}", output):
        results[name] = (text.rstrip("\n").split("\n") if text.strip() else [], int(status))
    return results


def run_chain(chain, options):
    errors, ran = [], 0
    for page in chain:
        missing = [p for p in page.needs if not (PEERS / p).exists()]
        if missing:
            return [f"{page.name}: {', '.join(missing)} is missing: run scripts/peers, or set WCOMP_PEERS=off to leave out what needs it"], 1
    script = "".join(page.script() for page in chain)
    results = run_script(script, options) if any(page.commands for page in chain) else {}
    for page in chain:
        for found, count in (page.check_text(), page.compare(results, options.bless)):
            errors += found
            ran += count
        if options.bless:
            page.write()
    return errors, ran


def chains_of(pages):
    """Pages with those that continue them, in order."""
    chains = [[p] for p in pages if p.before is None]
    for page in pages:
        for chain in chains:
            if page.before is not None and chain[0].path == page.before:
                chain.append(page)
    if sum(len(c) for c in chains) != len(pages):
        raise SystemExit("a page continues one that does not exist, or that continues another")
    return chains


def install(options):
    """The library as a user has it, for pages that build a host."""
    done = subprocess.run(["cmake", "--install", str(options.bin), "--prefix", str(options.prefix)], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"cmake --install failed:\n{done.stdout}{done.stderr}")


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--bin", type=pathlib.Path, default=ROOT / "build")
    args.add_argument("--bless", action="store_true")
    args.add_argument("--only", default="")
    args.add_argument("--prefix", type=pathlib.Path, help="where the library is installed (left out: it is installed below the build folder)")
    options = args.parse_args()
    options.bin = options.bin.resolve()
    is_installed = options.prefix is not None
    options.prefix = (options.prefix or options.bin / "docs_test_prefix").resolve()
    pages = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("samples/*/README.md"), *ROOT.glob("bench/*.md")])
    chains = [c for c in chains_of([Page(p) for p in pages]) if any(options.only in page.name for page in c)]
    if not chains:
        raise SystemExit("no page was found")
    if not is_installed and any("find_package" in line for chain in chains for page in chain for block in page.blocks if "title" in block.info for line in block.lines):
        install(options)
    failed = ran = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for errors, count in pool.map(lambda chain: run_chain(chain, options), chains):
            ran += count
            failed += len(errors)
            for error in errors:
                print(error)
    left_out = sum(page.left_out for chain in chains for page in chain)
    print(f"{ran - failed} passed, {failed} failed" + (f" ({left_out} left out without peers)" if left_out else ""))
    sys.exit(1 if failed else 0)


main()
