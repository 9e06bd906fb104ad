#include "component/componentize/preview1.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "component/componentize.h"
#include "component/componentize/gc.h"
#include "core/builder.h"
#include "component/wit_codec.h"
#include "wit/wit.h"

namespace wcomp::component {

namespace {

using core::CodeBuilder;
using core::MemIdx;
using core::Opcode;
using core::ValType;

// Both adapters are our own build products: one that does not decode is our bug.
core::ValidModule load(ByteSpan bytes) {
  auto module = core::decode(Bytes(bytes.begin(), bytes.end()));
  WCOMP_CHECK(module.has_value());
  auto valid = core::validate(std::move(*module));
  WCOMP_CHECK(valid.has_value());
  return std::move(*valid);
}

/// A guest that names neither paths nor preopened directories can only ever have the standard streams.
bool needs_files(const std::set<std::string, std::less<>>& used) {
  return std::ranges::any_of(used, [](std::string_view name) { return name.starts_with("path_") || name.starts_with("unstable:path_") || name.starts_with("fd_prestat_"); });
}

/// The module `helpers`: the adapter's memory, a bump allocator in it, and loads, stores and copies for the guest's memory.
class Helpers {
 public:
  Helpers(const core::Module& adapter, const std::optional<core::MemType>& guest_memory) : adapter_(adapter) {
    const bool needs_guest = std::ranges::any_of(adapter.imports, [](const core::Import& i) { return i.module == "guest"; });
    if (needs_guest && guest_memory) guest_ = out_.import_mem("main", "memory", *guest_memory);
    core::MemType own;
    for (const core::Import& i : adapter.imports) {
      if (const auto* m = std::get_if<core::MemType>(&i.type)) own = *m;
    }
    own_ = out_.mem(own);
    next_ = out_.global({.type = ValType::i32, .is_mutable = true}, 0);
  }

  core::ValidModule build() {
    out_.export_mem("memory", own_);
    const core::FuncIdx alloc = write_alloc();
    write_realloc(alloc);
    for (const core::Import& i : adapter_.imports) {
      const auto* type = std::get_if<core::TypeIdx>(&i.type);
      if (type == nullptr) continue;
      if (i.module == "arena") write_arena(i.name, alloc);
      if (i.module == "guest") write_guest(i.name, adapter_.types[type->value]);
    }
    return out_.build_valid();
  }

 private:
  static core::LocalIdx local(std::uint32_t i) { return core::LocalIdx(i); }

  // alloc(size, align): next aligned, advanced by size, the memory grown to it; traps when there is no more.
  core::FuncIdx write_alloc() {
    const core::FuncIdx f = out_.func({.params = {ValType::i32, ValType::i32}, .results = {ValType::i32}});
    out_.name(f, "alloc");
    CodeBuilder& c = out_.code(f);
    const core::LocalIdx at = c.local(ValType::i32), end = c.local(ValType::i32), pages = c.local(ValType::i32);
    c.global_get(next_).local_get(local(1)).op(Opcode::i32_add).i32_const(1).op(Opcode::i32_sub);
    c.i32_const(0).local_get(local(1)).op(Opcode::i32_sub).op(Opcode::i32_and).local_tee(at);
    c.global_get(next_).op(Opcode::i32_lt_u).if_().op(Opcode::unreachable).end();
    c.local_get(at).local_get(local(0)).op(Opcode::i32_add).local_tee(end).local_get(at).op(Opcode::i32_lt_u).if_().op(Opcode::unreachable).end();
    c.local_get(end).i32_const(-65536).op(Opcode::i32_gt_u).if_().op(Opcode::unreachable).end();
    c.local_get(end).i32_const(65535).op(Opcode::i32_add).i32_const(16).op(Opcode::i32_shr_u).local_tee(pages);
    c.op(Opcode::memory_size, own_.value).op(Opcode::i32_gt_u).if_();
    c.local_get(pages).op(Opcode::memory_size, own_.value).op(Opcode::i32_sub).op(Opcode::memory_grow, own_.value);
    c.i32_const(-1).op(Opcode::i32_eq).if_().op(Opcode::unreachable).end().end();
    c.local_get(end).global_set(next_).local_get(at);
    return f;
  }

  // realloc(old, old_size, align, new_size) of the Canonical ABI: always a new place.
  void write_realloc(core::FuncIdx alloc) {
    const core::FuncIdx f = out_.func({.params = std::vector<ValType>(4, ValType::i32), .results = {ValType::i32}});
    out_.name(f, "realloc");
    out_.export_func("realloc", f);
    CodeBuilder& c = out_.code(f);
    const core::LocalIdx at = c.local(ValType::i32);
    c.local_get(local(3)).local_get(local(2)).call(alloc).local_tee(at).local_get(local(0));
    c.local_get(local(1)).local_get(local(3)).local_get(local(1)).local_get(local(3)).op(Opcode::i32_lt_u).op(Opcode::select);
    c.memory_copy(own_, own_).local_get(at);
  }

  void write_arena(const std::string& name, core::FuncIdx alloc) {
    if (name == "alloc") return out_.export_func(name, alloc);
    const bool is_mark = name == "mark";
    WCOMP_CHECK(is_mark || name == "release");
    const core::FuncIdx f = is_mark ? out_.func({.params = {}, .results = {ValType::i32}}) : out_.func({.params = {ValType::i32}, .results = {}});
    out_.name(f, name);
    out_.export_func(name, f);
    if (is_mark) {
      out_.code(f).global_get(next_);
    } else {
      out_.code(f).local_get(local(0)).global_set(next_);
    }
  }

  void write_guest(const std::string& name, const core::FuncType& type) {
    struct Access {
      std::string_view name;
      Opcode opcode;
    };
    static constexpr Access accesses[] = {{"load8", Opcode::i32_load8_u},   {"load32", Opcode::i32_load}, {"load64", Opcode::i64_load},
                                          {"store8", Opcode::i32_store8},   {"store16", Opcode::i32_store16},
                                          {"store32", Opcode::i32_store},   {"store64", Opcode::i64_store}};
    const core::FuncIdx f = out_.func(type);
    out_.name(f, "guest." + name);
    out_.export_func(name, f);
    CodeBuilder& c = out_.code(f);
    if (!guest_) {
      c.op(Opcode::unreachable);
      return;
    }
    for (std::uint32_t i = 0; i < type.params.size(); ++i) c.local_get(local(i));
    if (name == "read") {
      c.memory_copy(own_, *guest_);
    } else if (name == "write") {
      c.memory_copy(*guest_, own_);
    } else {
      const auto* access = std::ranges::find(accesses, name, &Access::name);
      WCOMP_CHECK(access != std::end(accesses));
      c.mem(access->opcode, 0, 0, *guest_);
    }
  }

  const core::Module& adapter_;
  core::ModuleBuilder out_;
  std::optional<MemIdx> guest_;
  MemIdx own_;
  core::GlobalIdx next_;
};

}  // namespace

std::string_view adapter_wasi_version() { return adapter_files::wasi_version; }

std::string preview1_run_interface() { return fmt::format("wasi:cli/run@{}", adapter_files::wasi_version); }

std::string preview1_function(std::string_view module, std::string_view name) {
  if (module != unstable_module) return std::string(name);
  static const core::ValidModule full = load(adapter_files::full);
  std::string own = fmt::format("{}{}", unstable_prefix, name);
  return full->find_export(own) != nullptr ? own : std::string(name);
}

namespace {

/// A world that imports the interfaces that the module imports.
Result<Bytes> world_for(const core::Module& adapter, const Preview1Options& options) {
  std::set<std::string> interfaces;
  for (const core::Import& i : adapter.imports) {
    std::string_view name = i.module;
    if (name.starts_with(guest_memory_prefix)) name.remove_prefix(guest_memory_prefix.size());
    if (name.starts_with("wasi:")) interfaces.emplace(name);
  }
  std::string world = "world preview1 {\n";
  for (const std::string& name : interfaces) world += fmt::format("  import {};\n", name);
  if (options.exports_run) world += fmt::format("  export {};\n", preview1_run_interface());
  world += "}\n";
  std::string text(adapter_files::wit);
  text.insert(text.find('\n') + 1, world);  // behind `package ..;`
  WCOMP_TRY(const wit::Loaded loaded, wit::load_text("wasi.wit", std::move(text)));
  WCOMP_TRY(const wit::WorldId id, wit::select_world(loaded.graph, "preview1"));
  return encode_component_type(loaded.graph, id, options.encoding);
}

}  // namespace

Result<Preview1> preview1_for(const Preview1Options& options) {
  const core::ValidModule whole = load(needs_files(options.used) ? adapter_files::full : adapter_files::stdio);
  GcOptions gc{.keep = options.used};
  if (!options.run.empty()) {
    gc.keep.insert("run");
    gc.renames.emplace("run", options.run);
  }
  WCOMP_TRY(const Bytes reached, keep_reachable(*whole, gc));
  core::ValidModule adapter = load(reached);
  WCOMP_TRY(Bytes world, world_for(*adapter, options));
  core::ValidModule helpers = Helpers(*adapter, options.guest_memory).build();
  return Preview1{.adapter = std::move(adapter), .helpers = std::move(helpers), .world = std::move(world)};
}

}  // namespace wcomp::component
