"""What is measured from outside, or by the guests themselves: process start, kernels, files, the toolchain's commands."""
import re

from . import modules
from .guests import chain_wit, large_wit
from .table import Table
from .tools import ROOT, Problem, interleave, listen, run, spend

WASI = ROOT / "../shared/conformance/wasi-wit"


def runners(context, component, arguments=(), native=None, options=(), core=None):
    """Commands that run one guest, by contender. `options` go before the file; wasmtime and we spell them alike."""
    out = {"wcomp": [context.wcomp, "run", *options, component, *arguments]}
    if native is not None:
        out["native"] = [native, *arguments]
    if core is not None:
        out["wcomp, core module"] = [context.wcomp, "run", *options, core, *arguments]
    if "wasmtime" in context.peers:
        wasmtime = [context.peers["wasmtime"], "run"]
        out["wasmtime"] = [*wasmtime, *options, component, *arguments]
        out["winch"] = [*wasmtime, "-C", "compiler=winch", *options, component, *arguments]
        out["pulley"] = [*wasmtime, "--target", "pulley64", *options, component, *arguments]
    return out


def finish(context, table, failed):
    for name, why in failed.items():
        table.missing[name] = why
        table.contenders = [c for c in table.contenders if c != name]
    for name in ("wasmtime", "jco"):
        if name in context.peers.why and name not in table.missing:
            table.missing[name] = context.peers.why[name]
    return table


def start(context):
    """The programs of `starts`, on the wall."""
    guests, peers = context.guests, context.peers
    table = Table("Process start", "The whole process, from start to exit, on the wall. Nothing cached: `wcomp run --no-cache`, and without wasmtime's cache, which is off unless "
                  "asked for. Cached: from the second run on. Precompiled: `compile` before. `exe`: a native executable of `wcomp exe`.", ["wcomp", "native", "wasmtime", "winch", "jco"])
    hello, size = guests.components["hello"], kilobytes(guests.components["hello"])
    cases = {"`--version`": {"wcomp": [context.wcomp, "--version"]}}
    if "wasmtime" in peers:
        cases["`--version`"]["wasmtime"] = [peers["wasmtime"], "--version"]
    cases |= starts(context, table, f"hello, a component of {size}", hello, guests.native["hello"])
    if "jco" in peers:
        cases[f"hello, a component of {size}: nothing cached"]["jco"] = [peers["jco"], "run", hello]
    core = guests.cores["hello"]
    cases |= starts(context, table, f"hello, the preview 1 module of {kilobytes(core)}", core, guests.native["hello"], ("nothing cached", "cached"))
    small = guests.cores["sorted"]
    cases |= starts(context, table, f"a module of {kilobytes(small)}, which sorts its arguments", small, guests.native["sorted"], ("nothing cached", "cached"), ["one", "two"])
    calculator = sorted(context.build.glob("samples/calculator/step2/*.wasm"))
    parts = {p.name: p for p in calculator if ".core." not in p.name}
    if {"app.wasm", "calculator.wasm", "adder.wasm"} <= parts.keys():
        whole = guests.path("calculator.wasm")
        run([context.wcomp, "compose", parts["app.wasm"], *[p for n, p in parts.items() if n != "app.wasm"], "-o", whole])
        cases |= starts(context, table, "calculator, five components in one", whole, None, arguments=["1", "2", "add"])
    try:
        go = modules.by_go(guests.path("hello-go.wasm"), "hello.go")
        cases |= starts(context, table, f"Go's hello, a preview 1 module of {kilobytes(go)}", go, None)
    except (Problem, OSError) as problem:
        table.notes.append(f"Go's hello is missing: {problem}")
    for case, commands in cases.items():
        commands = {n: c for n, c in commands.items() if n in table.contenders}
        slow = {n: c for n, c in commands.items() if n == "jco" or ("Go" in case and "nothing" in case and n != "wcomp")}
        best, failed = interleave({n: c for n, c in commands.items() if n not in slow}, 5 if context.quick else 40, spend)
        more, failed_too = interleave(slow, 2, spend)
        table.add(case, {name: spent.wall for name, spent in (best | more).items()})
        table.notes += [f"{case}, {name}: {why.splitlines()[0]}" for name, why in (failed | failed_too).items()]
        if "wcomp" in best:
            table.notes.append(f"{case}: {best['wcomp'].cpu / 1e6:.2f} ms of processor time.")
    return [finish(context, table, {})]


def kilobytes(file):
    return f"{file.stat().st_size / 1024:.0f} KB"


def starts(context, table, name, file, native, how=("nothing cached", "cached", "precompiled", "exe"), arguments=()):
    """Commands by contender, by the case's name: one program, started in several ways."""
    wasmtime = [context.peers["wasmtime"]] if "wasmtime" in context.peers else None
    ahead, theirs, program = (context.guests.path(f"{file.stem}.{end}") for end in ("cwasm", "peer.cwasm", "exe"))
    ways = {
        "nothing cached": (None, [context.wcomp, "run", "--no-cache", file], {"wasmtime": ["run", file], "winch": ["run", "-C", "compiler=winch", file]}),
        "cached": (None, [context.wcomp, "run", "--cache-dir", context.guests.path("cache"), file], {"wasmtime": ["run", "-C", "cache=y", file]}),
        "precompiled": ([context.wcomp, "compile", file, "-o", ahead], [context.wcomp, "run", "--allow-precompiled", ahead], {"wasmtime": ["run", "--allow-precompiled", theirs]}),
        "exe": ([context.wcomp, "exe", file, "-o", program], [program], {}),
    }
    cases = {}
    for way in how:
        prepare, ours, peers = ways[way]
        commands = {"wcomp": [*ours, *arguments]}
        try:
            if prepare is not None:
                run(prepare)
        except Problem as problem:
            table.notes.append(f"{name}: {way}: {str(problem).splitlines()[0]}")
            continue
        if native is not None:
            commands["native"] = [native, *arguments]
        if wasmtime is not None:
            if way == "precompiled":
                run([*wasmtime, "compile", file, "-o", theirs])
            commands |= {n: [*wasmtime, *c, *arguments] for n, c in peers.items()}
        cases[f"{name}: {way}"] = commands
    return cases


def compute(context):
    vectors = "Kernels on vectors of 16 bytes (`-msimd128`), timed by the guest itself; checksums agree with native code (clang -O2, SSE2)."
    scalars = "Kernels, timed by the guest itself; checksums agree with native code (clang -O2, which vectorizes)."
    table = kernels(context, "compute", "Computing", scalars)
    table.mean = {"geometric mean without `bulk`": [kernel for kernel, _ in table.rows if kernel != "bulk"]}
    table.notes.append("`bulk` copies and fills memory. `interpreter` is ours, pulley wasmtime's.")
    of_vectors = kernels(context, "vectors", "Computing with vectors", vectors)
    of_vectors.mean = {"geometric mean": [kernel for kernel, _ in of_vectors.rows]}
    return [table, of_vectors, *further(context)]


def kernels(context, guest, title, text):
    """The guest times its own kernels: short runs, the best of many, so that neither compilation nor other processes count."""
    component = context.guests.components[guest]
    arguments = ["all", "20" if context.quick else "60"]
    commands = runners(context, component, arguments, context.guests.native[guest])
    commands["interpreter"] = [context.wcomp, "run", "--backend", "interp", component, *arguments]
    if "jco" in context.peers:
        commands["jco"] = [context.peers["jco"], "run", component, *arguments]
    sums = {}

    def measure(command):
        times = {}
        for line in run(command).splitlines():
            kernel, time, checksum = line.split("\t")
            times[kernel] = int(time)
            agree(sums, kernel, checksum)
        return times

    best, failed = interleave(dict(sorted(commands.items(), key=lambda item: item[0] != "native")), 1 if context.quick else 4, measure)
    table = Table(title, text, ["wcomp", "native", "interpreter", "wasmtime", "winch", "pulley", "jco"])
    for kernel in best["native"]:
        table.add(kernel, {contender: times[kernel] for contender, times in best.items()})
    table = finish(context, table, failed)
    table.contenders = [c for c in table.contenders if c in best]
    return table


def agree(sums, kernel, checksum):
    if sums.setdefault(kernel, checksum) != checksum:
        raise Problem(f"{kernel}: the checksum is {checksum}, not {sums[kernel]} as natively")


def further(context):
    """The kernels of `--guests`: processor time of processes that do a kernel many times, less that of one that does none."""
    tables = []
    for guest, title, mean_without in (("compute2", "Computing: further guests", "memops"), ("compute2-simd", "Computing: further guests with SIMD", None)):
        if guest not in context.guests.cores:
            continue
        core, native = context.guests.cores[guest], context.guests.native[guest]
        contenders = {"native": [native], "wcomp": [context.wcomp, "run", core]}
        if "wasmtime" in context.peers:
            wasmtime = [context.peers["wasmtime"], "run"]
            contenders |= {"wasmtime": [*wasmtime, core], "winch": [*wasmtime, "-C", "compiler=winch", core], "pulley": [*wasmtime, "--target", "pulley64", core]}
        scale = "2" if context.quick else "20"
        table = Table(title, f"Kernels at {scale} % of their size, user and system time of the process less that of its start and compilation; "
                      "checksums agree with native code (clang -O2, which vectorizes).", ["wcomp", "native", "wasmtime", "winch", "pulley"])
        sums, rounds, failed = {}, 1 if context.quick else 5, {}
        for kernel in [line.split("\t")[0] for line in run([native, "all", "1", "1"]).splitlines()]:
            counts = {}

            def measure(command, kernel=kernel, counts=counts):
                """Nanoseconds of one of so many repetitions that they take a while."""
                key = str(command)
                nothing = min(spend([*command, "nothing"]).cpu for _ in range(1 if context.quick else 3))
                if key not in counts:
                    once = max(spend([*command, kernel, scale, "1"]).cpu - nothing, 200_000)
                    counts[key] = max(1, min(400, round(80e6 / once)))
                spent, output = listen([*command, kernel, scale, str(counts[key])])
                agree(sums, kernel, output.split()[2])
                return max(spent.cpu - nothing, 1) // counts[key]

            best, bad = interleave(contenders, rounds, lambda command: {"time": measure(command)})
            failed |= bad
            table.add(kernel, {contender: times["time"] for contender, times in best.items()})
        kernels = [kernel for kernel, _ in table.rows]
        table.mean = {"geometric mean": kernels}
        if mean_without in kernels:
            table.mean[f"geometric mean without `{mean_without}`"] = [k for k in kernels if k != mean_without]
        finish(context, table, failed)
        table.contenders = [c for c in table.contenders if any(c in times for _, times in table.rows)]
        table.notes.append("wasm3, the fastest interpreter of its kind, is in none of the registries that peers are installed from, so it has no column.")
        tables.append(table)
    return tables


def files(context):
    guests = context.guests
    data = context.work / "files"
    data.mkdir(exist_ok=True)
    source = data / "from.bin"
    size = (8 if context.quick else 64) << 20
    if not source.exists() or source.stat().st_size != size:
        source.write_bytes(bytes(range(256)) * (size // 256))
    table = Table("Files", f"A guest copies {size >> 20} MiB with `read` and `write` into a granted directory; processor time, user and system.",
                  ["wcomp", "wcomp, core module", "native", "wasmtime", "winch"])
    for buffer in (65536, 4096):
        commands = runners(context, guests.components["copy"], ["from.bin", "to.bin", str(buffer)], guests.native["copy"], ["--dir", "."],
                           guests.cores["copy"])
        commands = {n: c for n, c in commands.items() if n in table.contenders}
        best, failed = interleave(commands, 2 if context.quick else 9, lambda command: spend(command, cwd=data))
        if (data / "to.bin").exists() and (data / "to.bin").read_bytes() != source.read_bytes():
            raise Problem("the copy differs from the original")
        table.add(f"buffers of {buffer // 1024} KiB", {name: spent.cpu for name, spent in best.items()}, size)
        finish(context, table, failed)
    return [table]


def wit(context):
    """Reading WIT, whole processes: a generated package of 10 MB, and all packages of the releases of WASI if they are at hand."""
    table = Table("WIT", "Processor time of whole processes, from start to exit, user and system. The peer does `component wit`, with `--json` for `json` and `--wasm --skip-validation` for `encode`.",
                  ["wcomp", "wasm-tools"])
    large = context.guests.path("large-10mb.wit")
    if not large.exists():
        large.write_text(large_wit(15_000))
    cases = [(f"a package of {large.stat().st_size / 1e6:.0f} MB", large, 2 if context.quick else 7)]
    releases = sorted(WASI.glob("0.*"), key=lambda folder: [int(part) for part in folder.name.split(".")]) if WASI.is_dir() else []
    cases += [(f"all of WASI {folder.name}", folder, 10 if context.quick else 100) for folder in releases]
    if not releases:
        table.notes.append("WASI's packages are not at hand.")
    interfaces, binary, chain = (context.guests.path(name) for name in ("interfaces-10mb.wit", "interfaces-10mb.wasm", "chain.wit"))
    interfaces.write_text(large.read_text().partition("\nworld ")[0])  # a world of that size is larger than a component's type may be
    run([context.witc, "encode", interfaces, "-o", binary])
    if not chain.exists():
        chain.write_text(chain_wit(18_000))
    out = ["-o", context.guests.path("out.wasm")]
    small = context.guests.path("large.wit")
    jobs = [("check", [], [], cases), ("json", [], ["--json"], cases),
            ("encode", out, ["--wasm", "--skip-validation", *out], [(f"a package of {small.stat().st_size / 1e6:.1f} MB", small, cases[0][2]), *cases[1:]]),
            ("encode", out, None, [cases[0], ("a chain of 18,000 interfaces", chain, cases[0][2])]), ("print", [], None, [("10 MB of interfaces as a component", binary, cases[0][2])])]
    table.notes.append("The peer encodes interfaces that use one another in n² steps and bytes: neither the package of 10 MB nor the chain of 18,000 ends in a minute.")
    for command, ours, theirs, on in jobs:
        for case, source, repetitions in on:
            commands = {"wcomp": [context.witc, command, source, *ours]}
            if "wasm-tools" in context.peers and theirs is not None:
                commands["wasm-tools"] = [context.peers["wasm-tools"], "component", "wit", *theirs, source]
            best, failed = interleave(commands, repetitions, lambda line: spend(line, keeps_output=False))
            size = source.stat().st_size if source.is_file() else sum(f.stat().st_size for f in source.rglob("*.wit"))
            table.add(f"`{command}`, {case}", {name: spent.cpu for name, spent in best.items()}, size)
            table.notes += [f"{command}, {case}, {name}: {why.splitlines()[0]}" for name, why in failed.items()]
    return [finish(context, table, {})]


def bindings_cases(context):
    """Of all of WASI 0.2, if it is at hand, and a host's of a record of 10,000 fields."""
    guests, fields = context.guests, context.guests.path("fields.wit")
    fields.write_text("package a:b;\ninterface i {\n  record wide {\n" + "".join(f"    field-{n}: u32,\n" for n in range(10_000)) +
                      "  }\n  f: func(w: wide) -> wide;\n}\nworld w { import i; export i; }\n")
    cases = [("host bindings of a record of 10,000 fields", fields, [context.witc, "bindgen", fields, "--lang", "cpp-host", "-q", "-o", guests.path("host-bindings")], None)]
    releases = sorted(WASI.glob("0.2.*"), key=lambda folder: int(folder.name.rpartition(".")[2]))
    if releases:
        wasi = releases[-1]
        cases.insert(0, (f"bindings of a guest, all of WASI {wasi.name}", wasi, [context.witc, "bindgen", wasi, "--lang", "cpp", "-q", "-o", guests.path("wasi-bindings")],
                         ("wit-bindgen", ["cpp", wasi, "--out-dir", guests.path("peer-wasi-bindings")])))
    return cases


def toolchain(context):
    """Commands side by side: processor time of the whole process."""
    guests, peers = context.guests, context.peers
    table = Table("Toolchain", "One command each on the same input; processor time of the process, start included.",
                  ["wcomp", "wasm-tools", "wit-bindgen", "wac"])
    wit, module = guests.path("large.wit"), guests.cores.get("large")
    out = guests.path("out")
    cases = []
    if module is not None:
        text = guests.path("large.wat")
        run([context.wcomp, "print", module, "-o", text])
        cases += [("validate a module", module, [context.wcomp, "validate", module], ("wasm-tools", ["validate", module])),
                  ("print a module", module, [context.wcomp, "print", module, "-o", out], ("wasm-tools", ["print", module, "-o", out])),
                  ("parse a module's text", text, [context.wcomp, "parse", text, "-o", out], ("wasm-tools", ["parse", text, "-o", out]))]
    core = guests.cores["hello"]
    parts = [guests.components["caller"], guests.components["callee"]]
    cases += [("check WIT", wit, [context.witc, "check", wit], ("wasm-tools", ["component", "wit", wit, "-o", out])),
              ("C or C++ bindings of a guest", wit, [context.witc, "bindgen", wit, "--lang", "cpp", "-o", guests.path("bindings")],
               ("wit-bindgen", ["c", wit, "--out-dir", guests.path("peer-bindings")])),
              *bindings_cases(context),
              ("componentize, preview 1 adapter included", core, [context.wcomp, "new", core, "-o", out], None),
              ("compose two components", parts[0], [context.wcomp, "compose", *parts, "-o", out],
               ("wac", ["plug", "--plug", parts[1], parts[0], "-o", out]))]
    for case, source, ours, peer in cases:
        commands = {"wcomp": ours}
        if peer is not None and peer[0] in peers:
            commands[peer[0]] = [peers[peer[0]], *peer[1]]
        best, failed = interleave(commands, 2 if context.quick else 7, spend)
        size = source.stat().st_size if source.is_file() else sum(f.stat().st_size for f in source.rglob("*.wit"))
        table.add(case, {name: spent.cpu for name, spent in best.items()}, size)
        table.notes += [f"{case}, {name}: {re.sub(r'^.*/', '', why.splitlines()[0])}" for name, why in failed.items()]
    for name in ("wasm-tools", "wit-bindgen", "wac"):
        if name in peers.why:
            table.missing[name] = peers.why[name]
    return [table]
