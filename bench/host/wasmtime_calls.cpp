// The same calls in wasmtime, through its C library. That interface has only dynamic values (its Rust interface has typed ones, which are
// faster from and to the host); loops between components and in one module cost what wasmtime's compiled code costs.
#include <memory>
#include <vector>

#include "measure.h"
#include "wasmtime_api.h"

namespace bench {
namespace {

using namespace wasmtime;

constexpr std::uint32_t cell_type = 7;

Api api;
Engine* engine;

Value u32(std::uint32_t v) { return {.kind = kind_u32, .u32 = v}; }
Value text_of(std::string_view s) {
  Value v{.kind = kind_string, .words = {}};
  api.name_new(&v.string, s.size(), s.data());
  return v;
}
Name name_of(std::string_view s) {
  Name n;
  api.name_new(&n, s.size(), s.data());
  return n;
}
Value point(std::uint32_t id, double weight) {
  const Entry fields[] = {{name_of("id"), u32(id)}, {name_of("weight"), {.kind = kind_f64, .f64 = weight}}, {name_of("label"), text_of("point  a")}};
  Value v{.kind = kind_record, .words = {}};
  api.record_new(&v.record, 3, fields);
  return v;
}
Value list_of(const std::vector<Value>& items) {
  Value v{.kind = kind_list, .words = {}};
  api.list_new(&v.list, items.size(), items.data());
  return v;
}
double weigh(const List& list) {
  double sum = 0;
  for (std::size_t i = 0; i < list.size; ++i) {
    const Entry* fields = list.data[i].record.data;
    sum += fields[0].value.u32 + fields[1].value.f64 + static_cast<double>(fields[2].value.string.size);
  }
  return sum;
}

/// One component in a store of its own.
struct Running {
  Store* store = api.store_new(engine, nullptr, nullptr);
  Context* context = api.store_context(store);
  Instance instance{};

  Running(Linker* linker, const Component* component) {
    api.check(api.context_set_wasi(context, api.wasi_config_new()));
    api.check(api.instantiate(linker, context, component, &instance));
  }
  ~Running() { api.store_delete(store); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  [[nodiscard]] Func func(std::string_view interface, std::string_view name) const {
    const ExportIndex* at = api.export_index(&instance, context, nullptr, interface.data(), interface.size());
    at = at == nullptr ? nullptr : api.export_index(&instance, context, at, name.data(), name.size());
    Func f{};
    if (at == nullptr || !api.get_func(&instance, context, at, &f)) die("wasmtime finds no " + std::string(name));
    return f;
  }
  /// The caller deletes what the result holds.
  Value call(const Func& f, std::span<const Value> args, std::size_t results = 1) const {
    Value result{};
    api.check(api.call(&f, context, args.data(), args.size(), &result, results));
    api.check(api.post_return(&f, context));
    return result;
  }
};

struct WasmtimeLoops {
  Running running;
  Func funcs[std::size(loop_names)];
  WasmtimeLoops(Linker* linker, const Component* component) : running(linker, component) {
    for (std::size_t i = 0; i < std::size(loop_names); ++i) funcs[i] = running.func("bench:calls/loops", loop_names[i]);
  }
  std::uint64_t run(Loop l, std::uint32_t n, std::uint32_t size) {
    const Value args[] = {u32(n), u32(size)};
    return running.call(funcs[static_cast<std::size_t>(l)], std::span(args).first(has_size(l) ? 2 : 1)).u64;
  }
};

Component* load(const Guests& guests, std::string_view name) {
  const std::string text = guests.read(name);
  Component* out = nullptr;
  api.check(api.component_new(engine, reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), &out));
  return out;
}

// --- the host's side of `bench:calls/api` ---
Error* host_nothing(void*, Context*, const FuncType*, Value*, std::size_t, Value*, std::size_t) { return nullptr; }
Error* host_add(void*, Context*, const FuncType*, Value* args, std::size_t, Value* results, std::size_t) {
  results[0] = u32(args[0].u32 + args[1].u32);
  return nullptr;
}
Error* host_echo(void*, Context*, const FuncType*, Value* args, std::size_t, Value* results, std::size_t) {
  results[0] = text_of({args[0].string.data, args[0].string.size});
  return nullptr;
}
Error* host_take(void*, Context*, const FuncType*, Value* args, std::size_t, Value* results, std::size_t) {
  const List& list = args[0].list;
  results[0] = u32(list.size == 0 ? 0u : list.data[0].u8 + list.data[list.size - 1].u8);
  return nullptr;
}
Error* host_weigh(void*, Context*, const FuncType*, Value* args, std::size_t, Value* results, std::size_t) {
  results[0] = {.kind = kind_f64, .f64 = weigh(args[0].list)};
  return nullptr;
}
Error* host_points(void*, Context*, const FuncType*, Value* args, std::size_t, Value* results, std::size_t) {
  std::vector<Value> items;
  for (std::uint32_t i = 0; i < args[0].u32; ++i) items.push_back(point(i, i * 0.25));
  results[0] = list_of(items);
  return nullptr;
}
Error* host_cell(void*, Context* context, const FuncType*, Value* args, std::size_t, Value* results, std::size_t) {
  ResourceHost* made = api.resource_host(true, args[0].u32, cell_type);
  results[0] = {.kind = kind_resource, .words = {}};
  Error* error = api.host_to_any(context, made, &results[0].resource);
  api.host_delete(made);
  return error;
}
/// Adds to the number that the handle stands for; the state lies in the closure here, which is all that the loop looks at.
Error* host_bump(void* data, Context* context, const FuncType*, Value* args, std::size_t, Value* results, std::size_t) {
  ResourceHost* self = nullptr;
  if (Error* error = api.any_to_host(context, args[0].resource, &self)) return error;
  auto* sum = static_cast<std::uint32_t*>(data);
  results[0] = u32(*sum += args[1].u32 + api.host_rep(self) * 0);
  api.host_delete(self);
  return nullptr;
}
Error* end_cell(void*, Context*, std::uint32_t) { return nullptr; }

void add_api(Linker* linker) {
  static std::uint32_t sum = 0;
  LinkerInstance* root = api.linker_root(linker);
  LinkerInstance* interface = nullptr;
  const std::string name = "bench:calls/api";
  api.check(api.add_instance(root, name.data(), name.size(), &interface));
  const auto add_func = [&](std::string_view func, Callback callback) {
    api.check(api.add_func(interface, func.data(), func.size(), callback, &sum, nullptr));
  };
  api.check(api.add_resource(interface, "cell", 4, api.resource_type(cell_type), end_cell, nullptr, nullptr));
  add_func("nothing", host_nothing);
  add_func("add", host_add);
  add_func("echo", host_echo);
  add_func("take", host_take);
  add_func("weigh", host_weigh);
  add_func("points", host_points);
  add_func("[constructor]cell", host_cell);
  add_func("[method]cell.bump", host_bump);
  api.linker_instance_delete(interface);
  api.linker_instance_delete(root);
}

void add_calls(const std::string& group, const Running& callee) {
  // Arguments are made anew for each call, as a host has to: its own values are no wasmtime values.
  const auto add_case = [&](const char* name, const char* func, auto make_args, std::size_t results = 1) {
    add(group, name, "wasmtime", [&callee, f = callee.func("bench:calls/api", func), make_args, results]() mutable {
      std::vector<Value> args = make_args();
      Value result = callee.call(f, args, results);
      if (results != 0) api.value_delete(&result);
      for (Value& v : args) api.value_delete(&v);
    });
  };
  add_case("no arguments", "nothing", [] { return std::vector<Value>(); }, 0);
  add_case("two u32", "add", [] { return std::vector{u32(1), u32(2)}; });
  add_case("string of 16", "echo", [text = std::string(short_text, 'a')] { return std::vector{text_of(text)}; });
  add_case("string of 4 KiB", "echo", [text = std::string(long_text, 'a')] { return std::vector{text_of(text)}; });
  add_case("list<u8> of 1 MiB", "take", [] { return std::vector{list_of(std::vector<Value>(bytes, Value{.kind = kind_u8, .u8 = 3}))}; });
  add_case("list of 100 records", "weigh", [] {
    std::vector<Value> items;
    for (std::uint32_t i = 0; i < points; ++i) items.push_back(point(1, 0.25));
    return std::vector{list_of(items)};
  });
  add_case("gives 100 records", "points", [] { return std::vector{u32(points)}; });
  static const Value cell = [&] {
    const Value start[] = {u32(1)};
    return callee.call(callee.func("bench:calls/api", "[constructor]cell"), start);
  }();
  static const Func bump = callee.func("bench:calls/api", "[method]cell.bump");
  add(group, "method", "wasmtime", [&callee] {
    const Value args[] = {cell, u32(2)};
    benchmark::DoNotOptimize(callee.call(bump, args).u32);
  });
  static const Func make = callee.func("bench:calls/api", "[constructor]cell");
  add(group, "resource made, dropped", "wasmtime", [&callee] {
    const Value args[] = {u32(1)};
    const Value made = callee.call(make, args);
    api.check(api.resource_drop(callee.context, made.resource));
    api.resource_delete(made.resource);
  });
}

void add_core(const Guests& guests) {
  const std::string text = guests.read("joined.core.wasm");
  Module* module = nullptr;
  api.check(api.module_new(engine, reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), &module));
  static Context* context = api.store_context(api.store_new(engine, nullptr, nullptr));
  CoreInstance instance{};
  Trap* trap = nullptr;
  api.check(api.module_instance(context, module, nullptr, 0, &instance, &trap));
  static CoreExtern loop{};
  const std::string name = "bench:calls/loops#nothing";
  if (!api.module_export(context, &instance, name.data(), name.size(), &loop)) die("wasmtime finds no " + name);
  add("host to core", "one i32", "wasmtime", [] {
    CoreRaw slot{.i32 = 0};
    Trap* stopped = nullptr;
    api.check(api.core_call(context, &loop.func, &slot, 1, &stopped));
    benchmark::DoNotOptimize(slot.i64);
  });
}

}  // namespace

bool add_wasmtime(const std::string& library, const Guests& guests) {
  if (const std::string problem = api.load(library); !problem.empty()) {
    std::fprintf(stderr, "bench_host: cannot use wasmtime's library: %s\n", problem.c_str());
    return false;
  }
  engine = api.engine_new();
  static Linker* plain = api.linker_new(engine);
  api.check(api.add_wasip2(plain));
  Linker* with_api = api.linker_new(engine);
  add_api(with_api);
  static const Running callee(plain, load(guests, "callee.wasm"));
  static WasmtimeLoops to_host(with_api, load(guests, "caller.wasm")), composed(plain, load(guests, "composed.wasm")),
      joined(plain, load(guests, "joined.wasm"));
  add_calls("host to component", callee);
  add_loops("component to host", "wasmtime", to_host);
  add_loops("component to component", "wasmtime", composed);
  add_loops("core to core", "wasmtime", joined);
  add_core(guests);
  for (const char* name : {"callee", "composed", "hello"}) {
    const std::string file = std::string(name) + ".wasm";
    add("instance", std::string(name) + ", from a loaded component", "wasmtime",
        [component = load(guests, file)] { const Running running(plain, component); });
    add("instance", std::string(name) + ", from bytes", "wasmtime", [&guests = guests, file] {
      Component* component = load(guests, file);
      { const Running running(plain, component); }
      api.component_delete(component);
    })->MeasureProcessCPUTime();  // it compiles on several threads
  }
  return true;
}

}  // namespace bench
