"""The same as core_host.mjs in wasmtime, which sees a core module only: run with the Python of the peers."""
import struct
import sys

import wasmtime

file, mode, *rest = sys.argv[1:]
config = wasmtime.Config()
config.wasm_multi_memory = True
engine = wasmtime.Engine(config)
store = wasmtime.Store(engine)
module = wasmtime.Module.from_file(engine, file)
wasm = None


class Exit(Exception):
    pass


def read(at, size):
    return bytes(wasm["memory"].read(store, at, at + size))


def write(at, data):
    wasm["memory"].write(store, data, at)


def put_string(text):
    data = text.encode()
    ptr = wasm["cabi_realloc"](store, 0, 0, 1, len(data)) & 0xFFFFFFFF
    write(ptr, data)
    return [ptr, len(data)]


def get_string(at):
    return read(*struct.unpack("<II", read(at, 8))).decode()


def get_arguments(ret):
    args = ["app", *rest]
    items = wasm["cabi_realloc"](store, 0, 0, 4, len(args) * 8)
    for i, a in enumerate(args):
        write(items + i * 8, struct.pack("<II", *put_string(a)))
    write(ret, struct.pack("<II", items, len(args)))


def do_exit(status):
    raise Exit(status)


def blocking_write(stream, ptr, length, ret):
    (sys.stdout if stream == 11 else sys.stderr).write(read(ptr, length).decode())
    write(ret, b"\0")


def no_terminal(ret):
    write(ret, b"\0")


wasi = {
    "get-arguments": get_arguments,
    "exit": do_exit,
    "get-stdin": lambda: 10,
    "get-stdout": lambda: 11,
    "get-stderr": lambda: 12,
    "[method]output-stream.blocking-write-and-flush": blocking_write,
    "get-terminal-stdin": no_terminal,
    "get-terminal-stdout": no_terminal,
    "get-terminal-stderr": no_terminal,
}
linker = wasmtime.Linker(engine)
for i in module.imports:
    function = wasi.get(i.name) or (lambda handle: None if i.name.startswith("[resource-drop]") else sys.exit(f"no import {i.name}"))
    linker.define(store, i.module, i.name, wasmtime.Func(store, i.type, function))
wasm = linker.instantiate(store, module).exports(store)
if "_initialize" in wasm:
    wasm["_initialize"](store)
if mode == "run":
    name = next(e.name for e in module.exports if e.name.startswith("wasi:cli/run@") and e.name.endswith("#run"))
    try:
        status = wasm[name](store)
    except Exit as e:
        status = e.args[0]
    sys.stdout.flush()
    sys.exit(status)
function, types, *args = rest
flat = [v for t, a in zip(types, args) for v in (put_string(a) if t == "s" else [int(a)])]
try:
    result = wasm[function](store, *flat)
    print(get_string(result) if types.endswith("s") else result & 0xFFFFFFFF)
    if f"cabi_post_{function}" in wasm:
        wasm[f"cabi_post_{function}"](store, result)
except wasmtime.Trap:
    print("trap", wasm["trap_code"].value(store))
