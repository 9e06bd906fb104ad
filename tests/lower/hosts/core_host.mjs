// Runs a lowered module in a JavaScript engine that knows no components.
//   node core_host.mjs MODULE run ARGS..               a program: calls wasi:cli/run, with the WASI that the calculator imports
//   node core_host.mjs MODULE call FUNC TYPES ARGS..   TYPES such as `su>s`: s a string, u a u32
import { readFileSync, writeSync } from 'node:fs';

const [file, mode, ...rest] = process.argv.slice(2);
let wasm;
const bytes = () => new Uint8Array(wasm.memory.buffer);
const view = () => new DataView(wasm.memory.buffer);
const putString = (text) => {
  const utf8 = new TextEncoder().encode(text);
  const ptr = wasm.cabi_realloc(0, 0, 1, utf8.length);
  bytes().set(utf8, ptr);
  return [ptr, utf8.length];
};
const getString = (at) => new TextDecoder('utf-8', { fatal: true }).decode(bytes().subarray(view().getUint32(at, true), view().getUint32(at, true) + view().getUint32(at + 4, true)));

class Exit extends Error {}
const wasi = {
  'get-arguments': (ret) => {
    const args = ['app', ...rest];
    const list = wasm.cabi_realloc(0, 0, 4, args.length * 8);
    args.forEach((a, i) => {
      const [ptr, length] = putString(a);
      view().setUint32(list + i * 8, ptr, true);
      view().setUint32(list + i * 8 + 4, length, true);
    });
    view().setUint32(ret, list, true);
    view().setUint32(ret + 4, args.length, true);
  },
  exit: (status) => { throw Object.assign(new Exit(), { status }); },
  'get-stdin': () => 10, 'get-stdout': () => 11, 'get-stderr': () => 12,
  '[method]output-stream.blocking-write-and-flush': (self, ptr, length, ret) => {
    writeSync(self - 10, bytes().slice(ptr, ptr + length));
    view().setUint8(ret, 0);
  },
};
for (const name of ['get-terminal-stdin', 'get-terminal-stdout', 'get-terminal-stderr']) wasi[name] = (ret) => view().setUint8(ret, 0);
const imports = new Proxy({}, { get: () => new Proxy({}, { get: (_, name) => wasi[name] ?? (name.startsWith('[resource-drop]') ? () => {} : undefined) }) });

wasm = (await WebAssembly.instantiate(readFileSync(file), imports)).instance.exports;
if (wasm._initialize) wasm._initialize();
if (mode === 'run') {
  const run = Object.keys(wasm).find((name) => name.startsWith('wasi:cli/run@') && name.endsWith('#run'));
  try {
    process.exitCode = wasm[run]();
  } catch (e) {
    if (!(e instanceof Exit)) throw e;
    process.exitCode = e.status;
  }
} else {
  const [func, types, ...args] = rest;
  const flat = args.flatMap((a, i) => (types[i] === 's' ? putString(a) : [Number(a)]));
  try {
    const result = wasm[func](...flat);
    console.log(types.endsWith('s') ? getString(result) : String(result >>> 0));
    wasm[`cabi_post_${func}`]?.(result);
  } catch (e) {
    if (!(e instanceof WebAssembly.RuntimeError)) throw e;
    console.log(`trap ${wasm.trap_code.value}`);
  }
}
