#include "component/componentize.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/match.h"
#include "component/componentize/exports.h"
#include "component/componentize/main_module.h"
#include "component/componentize/preview1.h"
#include "core/builder.h"

namespace wcomp::component {

namespace {

using core::FuncType;

constexpr std::string_view table_name = "$imports";

/// A function that main imports before what it calls can exist: main calls through slot `index` of the shim's table.
struct Slot {
  FuncType type;
  const CoreImportUse* import = nullptr;      ///< a lowered function or one of preview 1
  const ExportedResource* resource = nullptr; ///< a destructor
};

Bytes shim_module(const std::vector<Slot>& slots) {
  core::ModuleBuilder m;
  const core::Limits size{.min = slots.size(), .max = slots.size()};
  const core::TableIdx table = m.table({.element = core::ValType::funcref, .limits = size});
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const core::FuncIdx f = m.func(slots[i].type);
    const core::TypeIdx type = m.type(slots[i].type);
    core::CodeBuilder& c = m.code(f);
    for (std::uint32_t p = 0; p < slots[i].type.params.size(); ++p) c.local_get(core::LocalIdx(p));
    c.i32_const(static_cast<std::int32_t>(i)).call_indirect(type, table);
    m.export_func(fmt::format("{}", i), f);
    m.name(f, slots[i].import != nullptr ? fmt::format("{}#{}", slots[i].import->module, slots[i].import->name) : "dtor");
  }
  m.export_table(std::string(table_name), table);
  return m.build();
}

Bytes fixup_module(const std::vector<Slot>& slots, bool calls_initialize) {
  core::ModuleBuilder m;
  std::vector<core::FuncIdx> funcs;
  for (std::size_t i = 0; i < slots.size(); ++i) funcs.push_back(m.import_func("actual", fmt::format("{}", i), slots[i].type));
  if (calls_initialize) m.start(m.import_func("main", "_initialize", {}));
  if (!slots.empty()) {
    const core::Limits size{.min = slots.size(), .max = slots.size()};
    const core::TableIdx table = m.import_table("shim", std::string(table_name), {.element = core::ValType::funcref, .limits = size});
    m.elem(table, 0, std::move(funcs));
  }
  return m.build();
}

/// The import section with other names; all imports are functions.
Bytes import_section(const std::vector<core::Import>& imports, const std::vector<std::string>& names) {
  ByteWriter out;
  out.leb_u32(static_cast<std::uint32_t>(imports.size()));
  for (std::size_t i = 0; i < imports.size(); ++i) {
    const auto* type = std::get_if<core::TypeIdx>(&imports[i].type);
    WCOMP_CHECK(type != nullptr);
    out.name(imports[i].module);
    out.name(names[i]);
    out.u8(static_cast<std::uint8_t>(core::ExternKind::func));
    out.leb_u32(type->value);
  }
  return out.take();
}

/// The module without its `component-type` sections, which say what the component's own types now say, and with the names of imports that
/// `main` chose. Other bytes stay.
Bytes main_module_bytes(ByteSpan bytes, const std::vector<core::Import>& imports, const MainModule& main) {
  constexpr std::uint8_t import_id = 2;
  ByteReader in(bytes);
  ByteWriter out;
  out.bytes(*in.bytes(8));
  while (!in.at_end()) {
    const std::uint8_t* begin = in.position();
    const std::uint8_t id = *in.u8();
    const std::uint32_t size = *in.leb_u32();
    const ByteSpan body = *in.bytes(size);
    if (id == 0 && ByteReader(body).name()->starts_with("component-type")) continue;
    if (id == import_id && !main.import_names.empty()) {
      out.u8(id);
      out.sized(import_section(imports, main.import_names));
    } else {
      out.bytes({begin, in.position()});
    }
  }
  return out.take();
}

bool has_world(const core::Module& module) {
  return std::ranges::any_of(module.customs, [](const core::CustomSection& c) { return c.name.starts_with("component-type"); });
}

class Wrapper {
 public:
  Wrapper(ByteSpan bytes, const core::Module& module, const MainModule& main, const DecodedWorld* world, const Preview1* adapter)
      : bytes_(bytes), module_(module), main_(main), adapter_(adapter), encoding_(world != nullptr ? world->encoding : StringEncoding::utf8), imports_(out_) {
    if (world != nullptr) names_.emplace(world->graph, world->world);
    if (names_) imports_.add_source(*names_);
    if (adapter_ != nullptr) {
      adapter_names_.emplace(*adapter_->wit, std::nullopt);
      imports_.add_source(*adapter_names_);
    }
    exports_.emplace(out_, imports_, names_ ? &*names_ : nullptr);
  }

  Result<Bytes> run() {
    collect();
    imports_.write();
    write_modules();
    write_main();
    if (adapter_ != nullptr) {
      WCOMP_TRY(write_adapter());
    }
    write_fixup();
    for (const WorldExport& e : main_.exports) write_export(e);
    return encode(out_.take());
  }

 private:
  static bool is_indirect(const LowerUse& use) { return use.shape.needs_memory; }

  // --- what is needed ---
  void collect() {
    for (const CoreImportUse& i : main_.imports) {
      match(
          i.what, [&](const LowerUse& use) { imports_.use_func(*use.graph, use.interface_name, *use.func); },
          [&](const ImportedDropUse& use) { exports_->collect_type(use.resource); }, [](const OwnResourceUse&) {}, [](const Preview1Use&) {});
      const auto* use = std::get_if<LowerUse>(&i.what);
      if ((use != nullptr && is_indirect(*use)) || std::holds_alternative<Preview1Use>(i.what)) {
        slot_of_[&i] = slots_.size();
        slots_.push_back({.type = i.type, .import = &i, .resource = nullptr});
      }
    }
    for (const ExportedResource& r : main_.resources) {
      if (!r.dtor) continue;
      dtor_slot_[&r] = slots_.size();
      slots_.push_back({.type = {.params = {core::ValType::i32}, .results = {}}, .import = nullptr, .resource = &r});
    }
    for (const WorldExport& e : main_.exports) exports_->collect(e);
    if (adapter_ == nullptr) return;
    for_each_adapter_import([&](const core::Import&, const AdapterImport& i) {
      if (i.func != nullptr) {
        imports_.use_func(*adapter_->wit, i.interface_name, *i.func);
      } else {
        imports_.use_type(*i.dropped);
      }
    });
  }

  // --- core modules and main ---
  void write_modules() {
    main_idx_ = out_.core_module(main_module_bytes(bytes_, module_.imports, main_));
    if (adapter_ != nullptr) {
      helpers_idx_ = out_.core_module(Bytes(adapter_->helpers->bytes.begin(), adapter_->helpers->bytes.end()));
      adapter_idx_ = out_.core_module(Bytes(adapter_->adapter->bytes.begin(), adapter_->adapter->bytes.end()));
    }
    if (slots_.empty()) return;
    shim_ = out_.instantiate(out_.core_module(shim_module(slots_)), {});
  }

  void write_main() {
    for (const ExportedResource& r : main_.resources) {
      ResourceTypeRef type;
      if (const auto slot = dtor_slot_.find(&r); slot != dtor_slot_.end()) type.dtor = out_.alias_core_func(*shim_, fmt::format("{}", slot->second));
      exports_->define_resource(r.decl, out_.type(type));
    }
    std::vector<std::string> modules;
    std::map<std::string, std::vector<std::pair<std::string, CoreFuncIdx>>> funcs;
    for (const CoreImportUse& i : main_.imports) {
      if (!funcs.contains(i.module)) modules.push_back(i.module);
      const CoreFuncIdx f = main_import(i);
      funcs[i.module].emplace_back(i.name, f);
      for (const std::string& copy : i.copies) funcs[i.module].emplace_back(copy, f);
    }
    std::vector<std::pair<std::string, CoreInstanceIdx>> args;
    for (const std::string& m : modules) args.emplace_back(m, out_.core_instance(std::move(funcs[m])));
    main_instance_ = out_.instantiate(main_idx_, std::move(args));
    if (main_.memory) memory_ = MemIdx(out_.alias_core(Sort::core_memory, main_instance_, "memory"));
    if (main_.realloc) realloc_ = out_.alias_core_func(main_instance_, *main_.realloc);
  }

  CoreFuncIdx main_import(const CoreImportUse& i) {
    if (const auto slot = slot_of_.find(&i); slot != slot_of_.end()) return out_.alias_core_func(*shim_, fmt::format("{}", slot->second));
    return match(
        i.what, [&](const LowerUse& use) { return out_.lower({.func = imports_.func(use.interface_name, use.func->abi_name), .opts = {}}); },
        [&](const ImportedDropUse& use) { return out_.resource_drop(exports_->type(use.resource)); },
        [&](const OwnResourceUse& use) {
          const TypeIdx t = exports_->type(use.resource);
          return use.op == ResourceOp::drop ? out_.resource_drop(t) : use.op == ResourceOp::new_ ? out_.resource_new(t) : out_.resource_rep(t);
        },
        [&](const Preview1Use&) -> CoreFuncIdx {
          WCOMP_CHECK(false && "preview 1 goes through a slot");
          return {};
        });
  }

  // --- the adapter ---
  struct AdapterImport {
    std::string interface_name;
    const wit::Function* func = nullptr;  ///< none: `dropped`
    std::optional<Decl> dropped;
    bool has_guest_memory = false;
  };

  template <class F>
  void for_each_adapter_import(F visit) const {
    static constexpr std::string_view drop = "[resource-drop]";
    for (const core::Import& i : adapter_->adapter->imports) {
      std::string_view module = i.module;
      AdapterImport out;
      if (module.starts_with(guest_memory_prefix)) {
        module.remove_prefix(guest_memory_prefix.size());
        out.has_guest_memory = true;
      }
      if (!module.starts_with("wasi:")) continue;
      out.interface_name = module;
      const auto id = find_interface(*adapter_->wit, module);
      WCOMP_CHECK(id.has_value());
      if (i.name.starts_with(drop)) {
        out.dropped = find_resource(*adapter_->wit, *id, std::string_view(i.name).substr(drop.size()));
        WCOMP_CHECK(out.dropped.has_value());
      } else {
        out.func = find_func(adapter_->wit->interfaces[*id], i.name);
        WCOMP_CHECK(out.func != nullptr);
      }
      visit(i, out);
    }
  }

  Result<void> write_adapter() {
    const auto imports_from = [](const core::Module& m, std::string_view name) {
      return std::ranges::any_of(m.imports, [&](const core::Import& i) { return i.module == name; });
    };
    std::vector<std::pair<std::string, CoreInstanceIdx>> helper_args;
    if (imports_from(*adapter_->helpers, "main")) helper_args.emplace_back("main", main_instance_);
    const CoreInstanceIdx helpers = out_.instantiate(helpers_idx_, std::move(helper_args));
    const MemIdx memory(out_.alias_core(Sort::core_memory, helpers, "memory"));
    const CoreFuncIdx realloc = out_.alias_core_func(helpers, "realloc");

    bool lacks_memory = imports_from(*adapter_->adapter, "guest") && !main_.memory;
    std::vector<std::string> modules;
    std::map<std::string, std::vector<std::pair<std::string, CoreFuncIdx>>> funcs;
    for_each_adapter_import([&](const core::Import& import, const AdapterImport& i) {
      if (i.has_guest_memory && !memory_) lacks_memory = true;
      if (lacks_memory) return;
      if (!funcs.contains(import.module)) modules.push_back(import.module);
      CoreFuncIdx f;
      if (i.dropped) {
        f = out_.resource_drop(imports_.type(*i.dropped));
      } else {
        const cabi::FuncShape shape = cabi::shape_of(adapter_->wit->types, i.func->type);
        const auto* type = std::get_if<core::TypeIdx>(&import.type);
        WCOMP_CHECK(type != nullptr && adapter_->adapter->types[type->value] == shape.lowered);
        CanonOpts opts;
        if (shape.needs_memory) opts.memory = i.has_guest_memory ? *memory_ : memory;
        if (shape.lower_needs_realloc) opts.realloc = realloc;
        f = out_.lower({.func = imports_.func(i.interface_name, i.func->abi_name), .opts = opts});
      }
      funcs[import.module].emplace_back(import.name, f);
    });
    if (lacks_memory) return fail(diag::missing_export, fmt::format("the module imports `{}`, but exports no `memory`", preview1_module));

    std::vector<std::pair<std::string, CoreInstanceIdx>> args;
    for (const std::string_view from_helpers : {"env", "guest", "arena"}) {
      if (imports_from(*adapter_->adapter, from_helpers)) args.emplace_back(from_helpers, helpers);
    }
    if (imports_from(*adapter_->adapter, "main")) args.emplace_back("main", main_instance_);
    for (const std::string& m : modules) args.emplace_back(m, out_.core_instance(std::move(funcs[m])));
    adapter_instance_ = out_.instantiate(adapter_idx_, std::move(args));
    return Ok{};
  }

  // --- what main waited for ---
  void write_fixup() {
    if (slots_.empty() && !main_.has_initialize) return;
    std::vector<std::pair<std::string, CoreFuncIdx>> actual;
    for (std::size_t i = 0; i < slots_.size(); ++i) actual.emplace_back(fmt::format("{}", i), slot_target(slots_[i]));
    std::vector<std::pair<std::string, CoreInstanceIdx>> args;
    if (!slots_.empty()) args.emplace_back("actual", out_.core_instance(std::move(actual)));
    if (main_.has_initialize) args.emplace_back("main", main_instance_);
    if (!slots_.empty()) args.emplace_back("shim", *shim_);
    static_cast<void>(out_.instantiate(out_.core_module(fixup_module(slots_, main_.has_initialize)), std::move(args)));
  }

  CoreFuncIdx slot_target(const Slot& slot) {
    if (slot.resource != nullptr) return out_.alias_core_func(main_instance_, *slot.resource->dtor);
    const auto* use = std::get_if<LowerUse>(&slot.import->what);
    if (use == nullptr) return out_.alias_core_func(*adapter_instance_, slot.import->name);
    return out_.lower({.func = imports_.func(use->interface_name, use->func->abi_name), .opts = options(use->shape.needs_memory, use->shape.lower_needs_realloc)});
  }

  CanonOpts options(bool needs_memory, bool needs_realloc) const {
    CanonOpts opts{.encoding = encoding_, .memory = {}, .realloc = {}, .post_return = {}};
    if (needs_memory) opts.memory = memory_;
    if (needs_realloc) opts.realloc = realloc_;
    return opts;
  }

  // --- exports ---
  void write_export(const WorldExport& e) {
    std::vector<FuncIdx> lifted;
    for (const ExportedFunc& f : e.funcs) lifted.push_back(lift(f));
    if (e.interface) {
      exports_->write_interface(e, lifted);
    } else {
      out_.export_(e.name, {.sort = Sort::func, .index = lifted.front().value});
    }
  }

  FuncIdx lift(const ExportedFunc& f) {
    const TypeIdx type = exports_->func_type(*f.graph, f.func->type);
    if (f.core_name.empty()) return out_.lift({.core_func = out_.alias_core_func(*adapter_instance_, "run"), .opts = {}, .type = type});
    const CoreFuncIdx core_func = out_.alias_core_func(main_instance_, f.core_name);
    CanonOpts opts = options(f.shape.needs_memory, f.shape.lift_needs_realloc);
    if (f.post_return) opts.post_return = out_.alias_core_func(main_instance_, *f.post_return);
    return out_.lift({.core_func = core_func, .opts = opts, .type = type});
  }

  ByteSpan bytes_;
  const core::Module& module_;
  const MainModule& main_;
  const Preview1* adapter_;
  StringEncoding encoding_;
  Builder out_;
  std::optional<WorldNames> names_, adapter_names_;
  Imports imports_;
  std::optional<Exports> exports_;
  std::vector<Slot> slots_;
  std::map<const CoreImportUse*, std::size_t> slot_of_;
  std::map<const ExportedResource*, std::size_t> dtor_slot_;
  CoreModuleIdx main_idx_, adapter_idx_, helpers_idx_;
  CoreInstanceIdx main_instance_;
  std::optional<CoreInstanceIdx> shim_, adapter_instance_;
  std::optional<MemIdx> memory_;
  std::optional<CoreFuncIdx> realloc_;
};

}  // namespace

Result<Bytes> componentize(ByteSpan core_module, const ComponentizeOptions& options) {
  if (detect(core_module) == BinaryKind::component) return fail(diag::invalid, "this is a component already", BinaryPos{.file = options.file, .path = {}, .offset = 0});
  WCOMP_TRY(core::Module decoded, core::decode(Bytes(core_module.begin(), core_module.end())));
  WCOMP_TRY(const core::ValidModule module, core::validate(std::move(decoded)));
  std::optional<DecodedWorld> world;
  if (has_world(*module)) {
    WCOMP_TRY(DecodedWorld found, world_of_module(*module));
    world.emplace(std::move(found));
  }
  std::shared_ptr<const wit::Graph> adapter_wit;
  if (may_need_adapter(*module)) {
    WCOMP_TRY(adapter_wit, preview1_wit());
  }
  WCOMP_TRY(const MainModule main, read_main_module(*module, world ? &*world : nullptr, adapter_wit.get(), options.file));
  if (!world && main.exports.empty()) {
    auto failure = Failure(error(diag::missing_export, "the module has no `component-type` section and no export `_start`: it is neither part of a world nor a command",
                                 BinaryPos{.file = options.file, .path = {}, .offset = 0}));
    return Err(std::move(failure).with_note("link the component type object of the bindings into it, or add the section with `wcomp embed`"));
  }
  std::optional<Preview1> adapter;
  if (!main.preview1.empty()) adapter.emplace(preview1_for(main.preview1, main.memory, adapter_wit));
  return Wrapper(core_module, *module, main, world ? &*world : nullptr, adapter ? &*adapter : nullptr).run();
}

}  // namespace wcomp::component
