"""What bench_host measures inside of one process: calls, instances, phases."""
import json
import subprocess

from .table import Table
from .tools import Problem

LIBRARY = "wasmtime's library is called through its C interface, which has dynamic values only: its typed calls from Rust are faster."


def measure(context, pattern):
    """{group: {case: {contender: nanoseconds}}} of the measurements whose names match."""
    out = context.work / "bench_host.json"
    command = [context.host, "--guests", context.guests.folder, f"--benchmark_filter={pattern}", f"--benchmark_out={out}",
               "--benchmark_out_format=json", f"--benchmark_min_time={0.005 if context.quick else 0.02}",
               f"--benchmark_repetitions={2 if context.quick else 9}", "--benchmark_enable_random_interleaving=true"]
    if "wasmtime library" in context.peers:
        command += ["--wasmtime", context.peers["wasmtime library"]]
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise Problem(f"bench_host ended with {done.returncode}\n{done.stderr[-800:]}")
    groups = {}
    # In the order in which bench_host has them: it ran them in a random one.
    for row in sorted(json.loads(out.read_text())["benchmarks"], key=lambda row: row["family_index"]):
        if row["run_type"] != "iteration":
            continue
        group, case, contender = row["run_name"].replace("/process_time", "").split("/")
        times = groups.setdefault(group, {}).setdefault(case, {})
        times[contender] = min(times.get(contender, float("inf")), row["cpu_time"] / row["batch"])
        times.setdefault("_batch", row["batch"])
    return groups


def tables(context, pattern, texts):
    contenders = ["wcomp", "native", "copying"] + (["wasmtime"] if "wasmtime library" in context.peers else [])
    out = []
    groups = measure(context, pattern)
    for group, (title, text, has_native) in texts.items():
        cases = groups.get(group, {})
        measured = {c for times in cases.values() for c in times}
        table = Table(title, text, [c for c in contenders if c in measured or (c == "native" and has_native)])
        for case, times in cases.items():
            table.add(case, {c: t for c, t in times.items() if c in contenders})
        if "wasmtime library" in context.peers.why:
            table.missing["wasmtime library"] = context.peers.why["wasmtime library"]
        out.append(table)
    return out


def calls(context):
    out = tables(context, "^(host|component|core) to ", {
        "host to core": ("Calls: host to core module", "An exported function that returns at once.", True),
        "host to component": ("Calls: host to component", "Through generated bindings, types checked when they are bound. Native code hands over pointers to what it has.", True),
        "component to host": ("Calls: component to host", "A loop in the guest calls a C++ class.", True),
        "component to component": ("Calls: component to component", "A loop in one component calls another it was composed with. Native code hands over "
                                   "pointers; `copying` is native code that copies what crosses, as it must where there are two memories.", True),
        "core to core": ("The same loop and functions in one core module", "What the calls of the table above cost without a boundary.", True),
    })
    for table in out[:3]:
        if "wasmtime" in table.contenders:
            table.notes.append(LIBRARY)
    return out


def instances(context):
    return tables(context, "^instance/", {
        "instance": ("Instances", "From a loaded component: memories, linking, start functions. From bytes: decoding, validating and compiling as well; "
                     "processor time of all threads.", False),
    })


def phases(context):
    groups = measure(context, "^phase/")
    table = Table("Phases", "Inside of one process; the module is all of the guests' C++ library, the WIT is generated.", ["wcomp"])
    for case, times in groups.get("phase", {}).items():
        size = times["_batch"]
        table.add(case, {"wcomp": times["wcomp"] * size}, size)
    return [table]
