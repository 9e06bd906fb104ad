"""Building the guests of bench/guests, and the native programs they are compared with.

Guests are compiled with optimization and linked without: at link time clang would run wasm-opt if one happens to be on the PATH, and the
figures would depend on it.
"""
import os
import shutil

from .tools import ROOT, Problem, is_newer, run, say

SOURCES = ROOT / "bench/guests"
WASM = ["--target=wasm32-wasi", "-O2", "-mbulk-memory", "-mnontrapping-fptoint", "-ffp-contract=off"]
NATIVE = ["-O2", "-ffp-contract=off"]


def compiler(plus=False):
    name = "clang++-19" if plus else "clang-19"
    if shutil.which(name) is None:
        raise Problem(f"{name} is missing: scripts/demo installs what a build needs")
    return name


class Guests:
    """Files by name in `folder`: core modules, components, native programs."""

    def __init__(self, folder, wcomp, others):
        self.folder, self.wcomp, self.others = folder, wcomp, others
        self.native, self.components, self.cores = {}, {}, {}
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, name):
        return self.folder / name

    def make(self, output, inputs, step):
        """Runs `step()` if the output is missing or older than an input."""
        if not is_newer(output, inputs):
            step()
        return output

    def core(self, name, sources, flags=(), link=()):
        def build():
            objects = []
            for source in sources:
                objects.append(self.path(f"{name}.{source.stem}.o"))
                run([compiler(), *WASM, *flags, "-c", source, "-o", objects[-1]])
            run([compiler(), "--target=wasm32-wasi", *objects, "-Wl,--strip-all", *link, "-o", self.path(f"{name}.core.wasm")])

        headers = [h for s in sources for h in s.parent.glob("*.h")]
        self.cores[name] = self.make(self.path(f"{name}.core.wasm"), [*sources, *headers], build)
        return self.cores[name]

    def component(self, name, core, wit=None, world=None):
        def build():
            module = core
            if wit is not None:
                module = self.path(f"{name}.embedded.wasm")
                run([self.wcomp, "embed", wit, core, "--world", world, "-o", module])
            run([self.wcomp, "new", module, "-o", self.path(f"{name}.wasm")])

        self.components[name] = self.make(self.path(f"{name}.wasm"), [core], build)
        return self.components[name]

    def program(self, name, sources, flags=(), link=(), guest_flags=()):
        """A command: component, core module and native program of the same sources."""
        def build():
            run([compiler(), *NATIVE, *flags, *sources, "-lm", "-o", self.path(f"{name}.native")])

        self.component(name, self.core(name, sources, [*flags, *guest_flags], link))
        self.native[name] = self.make(self.path(f"{name}.native"), sources, build)


def build(folder, wcomp, others):
    """`others`: a folder with further guests (`compute/` of the same form as ours), or None."""
    say("building the guests")
    guests = Guests(folder, wcomp, others)
    calls, compute, programs = SOURCES / "calls", SOURCES / "compute", SOURCES / "programs"
    reactor = ["-mexec-model=reactor"]
    for name in ("caller", "callee"):
        guests.component(name, guests.core(name, [calls / f"{name}.c"], link=reactor), calls / "wit", name)
    joined = guests.core("joined", [calls / "caller.c", calls / "callee.c"], ["-DBENCH_JOINED"], reactor)
    guests.component("joined", joined, calls / "wit", "joined")
    composed = guests.path("composed.wasm")
    parts = [guests.components["caller"], guests.components["callee"]]
    guests.components["composed"] = guests.make(composed, parts, lambda: run([wcomp, "compose", *parts, "-o", composed]))
    for program in ("hello", "copy", "sorted"):
        guests.program(program, [programs / f"{program}.c"])
    stack = ["-Wl,-z,stack-size=1048576"]
    guests.program("compute", [compute / "main.c", compute / "kernels.c"], link=stack)
    guests.program("vectors", [compute / "main.c", compute / "vectors.c"], ["-DBENCH_VECTORS"], stack, ["-msimd128"])
    if others is not None and (others / "compute/main.c").exists():
        for name, file, flags in (("compute2", "kernels.c", []), ("compute2-simd", "simd.c", ["-DSIMD_ONLY"])):
            sources = [others / "compute/main.c", others / "compute" / file]
            if not sources[1].exists():
                continue
            guests.core(name, sources, [*flags, *(["-msimd128"] if flags else [])], stack)
            native = guests.path(f"{name}.native")
            command = [compiler(), *NATIVE, *flags, *sources, "-lm", "-o", native]
            guests.native[name] = guests.make(native, sources, lambda command=command: run(command))
    large(guests)
    return guests


def large(guests):
    """Inputs for the toolchain: all of the guests' C++ library as a module, and a generated WIT package."""
    library = "/usr/lib/wasm32-wasi/libc++.a"
    source = SOURCES / "programs/hello.c"
    module = guests.path("large.core.wasm")

    def link():
        run([compiler(), *WASM, "-c", source, "-o", guests.path("large.o")])
        whole = ["-Wl,--no-gc-sections", "-Wl,--whole-archive", library, "-Wl,--no-whole-archive", "-Wl,--strip-all"]
        run([compiler(plus=True), "--target=wasm32-wasi", guests.path("large.o"), *whole, "-o", module])

    if os.path.exists(library):
        guests.cores["large"] = guests.make(module, [source], link)
    wit = guests.path("large.wit")
    if not wit.exists():
        wit.write_text(large_wit(300))


def large_wit(count):
    parts = ["package bench:large;\n"]
    for i in range(count):
        former = "" if i == 0 else f"  use part-{i - 1}.{{item-{i - 1} as former}};\n  follow: func(x: former) -> item-{i};\n"
        parts.append(f"""
interface part-{i} {{
  /// Number {i} of them.
  record item-{i} {{ id: u32, name: string, tags: list<string>, weight: option<f64>, next: tuple<u8, s64> }}
  variant shape-{i} {{ none, circle(f32), path(list<item-{i}>), other(string) }}
  enum colour-{i} {{ red, green, blue }}
  flags rights-{i} {{ read, write, execute }}
  resource store-{i} {{
    constructor(name: string);
    get: func(id: u32) -> result<item-{i}, string>;
    put: func(item: item-{i}, in-colour: colour-{i}) -> result<_, shape-{i}>;
  }}
  all: func(with: rights-{i}) -> list<shape-{i}>;
{former}}}
""".replace("(with:", "(%with:"))
    imports = "".join(f"  import part-{i};\n" for i in range(count))
    return "".join(parts) + f"\nworld large {{\n{imports}}}\n"


def chain_wit(count):
    """Interfaces of which each uses types of the one before."""
    links = "".join(f"interface i{i} {{ use i{i - 1}.{{t, r}}; record own-{i} {{ a: t, b: u8 }} f: func(x: t, y: own-{i}) -> r; }}\n" for i in range(1, count))
    return "package bench:chain;\ninterface i0 { record t { x: u32 } resource r; }\n" + links
