#include "component/componentize/wrapper.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>

#include <fmt/format.h>

#include "base/match.h"
#include "component/componentize/exports.h"
#include "component/componentize/shims.h"
#include "component/metadata.h"

namespace wcomp::component {

namespace {

using core::ExternKind;

/// What a slot of the shim stands for.
struct ImportSlot {
  ModuleNo module{};
  const CoreImportUse* import = nullptr;
};
struct DtorSlot { const ExportedResource* resource = nullptr; };
struct ReallocSlot { ModuleNo module{}; };
using SlotTarget = std::variant<ImportSlot, DtorSlot, ReallocSlot>;

const core::FuncType thread_start_type{.params = {core::ValType::i32}, .results = {}};

Sort sort_of(ExternKind k) {
  switch (k) {
    case ExternKind::table: return Sort::core_table;
    case ExternKind::mem: return Sort::core_memory;
    case ExternKind::global: return Sort::core_global;
    case ExternKind::tag: return Sort::core_tag;
    case ExternKind::func: break;
  }
  return Sort::core_func;
}

HookKind hook_kind(const ExportedFunc& f) {
  if (f.abi == LiftAbi::callback) return HookKind::async;
  if (f.abi == LiftAbi::stackful) return HookKind::stackful;
  return f.post_return ? HookKind::sync_before_post_return : HookKind::sync;
}

class Wrapper {
 public:
  Wrapper(const World& world, const std::vector<WrappedModule>& modules, const ComponentizeOptions& options)
      : world_(world), modules_(modules), options_(options), imports_(out_, world), exports_(out_, imports_, world), hook_(main().use.parts.task_hook) {}

  Result<WrappedComponent> run() {
    // Types of the world itself are a part of it, used or not.
    for (const wit::WorldItem* item : world_.imports()) {
      if (const auto* t = std::get_if<wit::TypeDeclId>(&item->item)) imports_.use_type(world_.decl(*t), {});
    }
    for (const WrappedModule& m : modules_) collect(m);
    find_slots();
    imports_.write(options_.import_names);
    write_modules();
    define_resources();
    for (const WrappedModule& m : modules_) instantiate(m);
    write_fixup();
    for (const wit::WorldItem& item : world_.world().exports) write_export(item);
    if (!options_.producer_version.empty()) {
      Producers producers;
      producers.set("processed-by", "wcomp", options_.producer_version);
      out_.custom(std::string(producers_section), encode_producers(producers));
    }
    return split();
  }

 private:
  [[nodiscard]] const WrappedModule& main() const { return modules_[main_no]; }

  // --- what is needed ---
  void collect(const WrappedModule& m) {
    const auto use_decl = [&](Decl d, const Place& place, bool is_exported) {
      if (is_exported) {
        exports_.collect_type(d, place);
      } else {
        imports_.use_type(d, place);
      }
    };
    for (const CoreImportUse& i : m.use.imports) {
      match(
          i.what, [&](const LowerUse& use) { imports_.use_func(use.place, *use.func); },
          [&](const ImportedDropUse& use) { use_decl(use.resource, use.place, use.is_exported); },
          [&](const OwnResourceUse& use) { exports_.collect_type(use.resource, use.place); },
          [&](const IntrinsicUse& use) {
            const auto visit = [&](Decl d) { use_decl(d, use.place, use.is_exported); };
            if (use.payload_type) for_each_decl(world_.graph(), types::ValType(*use.payload_type), visit);
            if (!use.payload_type && use.func != nullptr && use.func->type.result) for_each_decl(world_.graph(), *use.func->type.result, visit);
          },
          [](const AdapterUse&) {}, [](const ModuleExportUse&) {}, [](const ShimUse& use) { static_cast<void>(use); });
      if (const auto* use = std::get_if<ShimUse>(&i.what)) {
        if (use->item == ShimItem::memory) shim_.memory = main().use.shim_memory;
        if (use->item != ShimItem::memory) shim_.has_tls_base = true;
      }
    }
    for (const WorldExport& e : m.use.exports) {
      exports_.collect(e);
      exports_of_.try_emplace(e.place.name, &m, &e);
    }
  }

  /// Whose memory and realloc what the module lowers uses.
  [[nodiscard]] ModuleNo memory_of(ModuleNo m) const { return modules_[m].input.memory_from.value_or(main_no); }
  [[nodiscard]] ModuleNo realloc_of(ModuleNo m) const { return modules_[m].input.memory_from.value_or(m); }

  static Needs needs_of(const CoreImportUse& i) {
    if (const auto* lower = std::get_if<LowerUse>(&i.what)) return lower_needs(lower->shape, lower->is_async);
    if (const auto* intrinsic = std::get_if<IntrinsicUse>(&i.what)) return intrinsic->needs;
    return {};
  }

  /// Whether what the import needs exists only after the module itself.
  bool needs_slot(ModuleNo m, const CoreImportUse& i) {
    if (const auto* use = std::get_if<AdapterUse>(&i.what)) return use->adapter > m;
    if (const auto* use = std::get_if<IntrinsicUse>(&i.what); use != nullptr && use->intrinsic.row->built_in == BuiltIn::thread_new_indirect) return true;
    const Needs needs = needs_of(i);
    const auto* lower = std::get_if<LowerUse>(&i.what);
    const ModuleNo memory = lower != nullptr && lower->has_main_memory ? main_no : memory_of(m);
    const bool has_shim_memory = memory == main_no && main().use.shim_memory.has_value();
    if (needs.memory && !has_shim_memory && memory >= m) return true;
    if (!needs.realloc || realloc_of(m) < m) return false;
    // With a hook, or a memory that is there before the module, only the allocation takes the way through the shim.
    if (hook_ || has_shim_memory) add_realloc_slot(m);
    return !has_shim_memory;
  }

  void add_slot(ShimSlot slot, SlotTarget target) {
    shim_.slots.push_back(std::move(slot));
    targets_.push_back(target);
  }
  void add_realloc_slot(ModuleNo m) {
    if (!realloc_slots_.try_emplace(m, shim_.slots.size()).second) return;
    add_slot({.type = cabi::realloc_type(main().use.ptr), .name = fmt::format("realloc-{}-{}", name_of(m), *modules_[m].use.parts.import_realloc), .hook = HookKind::realloc}, ReallocSlot{m});
  }
  [[nodiscard]] std::string name_of(ModuleNo m) const { return m == main_no ? "main" : modules_[m].input.name; }

  void find_slots() {
    for (ModuleNo m = 0; m < modules_.size(); ++m) {
      for (const CoreImportUse& i : modules_[m].use.imports) {
        const bool is_indirect = needs_slot(m, i);
        // Where a hook is told of allocations, those of functions that go through slots themselves are no exception.
        if (is_indirect && hook_ && needs_of(i).realloc && realloc_of(m) >= m) add_realloc_slot(m);
        if (!is_indirect) continue;
        slot_of_[&i] = shim_.slots.size();
        add_slot({.type = i.type, .name = fmt::format("{}#{}", i.module, i.name)}, ImportSlot{m, &i});
      }
    }
    for (const WrappedModule& m : modules_) {
      for (const ExportedResource& r : m.use.resources) {
        if (!r.dtor) continue;
        dtor_slot_[&r] = shim_.slots.size();
        add_slot({.type = {.params = {core::ValType::i32}, .results = {}}, .name = "resource-dtor", .hook = HookKind::dtor}, DtorSlot{&r});
      }
    }
  }

  // --- core modules ---
  void write_modules() {
    main_definition_ = out_.size();
    for (ModuleNo m = 0; m < modules_.size(); ++m) module_idx_.push_back(out_.core_module(modules_[m].bytes));
    instances_.resize(modules_.size());
    if (shim_.is_needed()) shim_instance_ = out_.instantiate(out_.core_module(shim_module(shim_, options_.return_call_ref)), {});
  }

  void define_resources() {
    for (const WrappedModule& m : modules_) {
      for (const ExportedResource& r : m.use.resources) {
        ResourceTypeRef type;
        if (const auto slot = dtor_slot_.find(&r); slot != dtor_slot_.end()) type.dtor = slot_func(slot->second);
        exports_.define_resource(r.place, r.decl, out_.type(type));
      }
    }
    exports_.define_types();
  }

  CoreFuncIdx slot_func(std::size_t slot) {
    const auto [at, is_new] = slot_funcs_.try_emplace(slot);
    if (is_new) at->second = out_.alias_core_func(*shim_instance_, fmt::format("{}", slot));
    return at->second;
  }

  /// The core export of a module that is instantiated already.
  std::uint32_t core_export(ModuleNo m, ExternKind kind, const std::string& name) {
    const auto [at, is_new] = core_exports_.try_emplace(std::pair(m, name));
    if (is_new) at->second = out_.alias_core(sort_of(kind), instances_[m], name);
    return at->second;
  }

  void instantiate(const WrappedModule& m) {
    std::vector<std::string> names;
    std::map<std::string, std::vector<std::pair<std::string, SortIdx>>> items;
    std::map<std::string, ModuleNo> whole;
    for (const CoreImportUse& i : m.use.imports) {
      if (const auto given = m.input.whole.find(i.module); given != m.input.whole.end() && given->second != main_no) {
        if (whole.try_emplace(i.module, given->second).second) names.push_back(i.module);
        continue;
      }
      if (!items.contains(i.module)) names.push_back(i.module);
      const SortIdx item = import_item(m.input.no, i);
      auto& list = items[i.module];
      list.emplace_back(i.name, item);
      for (const std::string& copy : i.copies) list.emplace_back(copy, item);
    }
    std::vector<std::pair<std::string, CoreInstanceIdx>> args;
    for (const std::string& name : names) {
      const auto given = whole.find(name);
      args.emplace_back(name, given != whole.end() ? instances_[given->second] : out_.core_instance(std::move(items[name])));
    }
    instances_[m.input.no] = out_.instantiate(module_idx_[m.input.no], std::move(args));
  }

  SortIdx import_item(ModuleNo m, const CoreImportUse& i) {
    if (const auto slot = slot_of_.find(&i); slot != slot_of_.end()) return {.sort = Sort::core_func, .index = slot_func(slot->second).value};
    if (const auto* use = std::get_if<ModuleExportUse>(&i.what)) return {.sort = sort_of(i.kind), .index = core_export(use->from, i.kind, use->name)};
    if (const auto* use = std::get_if<ShimUse>(&i.what); use != nullptr && use->item == ShimItem::memory) return {.sort = Sort::core_memory, .index = memory(main_no).value};
    return {.sort = Sort::core_func, .index = core_func(m, i).value};
  }

  /// The function that satisfies the import; what it needs exists.
  CoreFuncIdx core_func(ModuleNo m, const CoreImportUse& i) {
    return match(
        i.what,
        [&](const LowerUse& use) {
          CanonOpts opts = options_for(m, lower_needs(use.shape, use.is_async), use.has_main_memory);
          opts.is_async = use.is_async;
          return out_.lower({.func = imports_.func(use.place, use.func->abi_name), .opts = std::move(opts)});
        },
        [&](const ImportedDropUse& use) { return out_.resource_drop(use.is_exported ? exports_.type(use.resource, use.place) : imports_.type(use.resource, use.place)); },
        [&](const OwnResourceUse& use) {
          const TypeIdx t = exports_.type(use.resource, use.place);
          return use.op == ResourceOp::drop ? out_.resource_drop(t) : use.op == ResourceOp::new_ ? out_.resource_new(t) : out_.resource_rep(t);
        },
        [&](const IntrinsicUse& use) { return built_in(m, use); },
        [&](const AdapterUse& use) { return CoreFuncIdx(core_export(use.adapter, ExternKind::func, use.name)); },
        [&](const ModuleExportUse& use) { return CoreFuncIdx(core_export(use.from, ExternKind::func, use.name)); },
        [&](const ShimUse& use) { return out_.alias_core_func(*shim_instance_, std::string(use.item == ShimItem::get_tls_base ? shim_get_tls_base : shim_set_tls_base)); });
  }

  CoreFuncIdx built_in(ModuleNo m, const IntrinsicUse& use) {
    const Intrinsic& i = use.intrinsic;
    CanonBuiltIn c{.built_in = i.row->built_in};
    c.is_async = i.is_async;
    c.is_cancellable = i.is_cancellable;
    c.context_index = i.number;
    c.opts = options_for(m, use.needs, false);
    if (i.row->encoding) c.opts.encoding = *i.row->encoding;
    if (i.row->built_in == BuiltIn::stream_read || i.row->built_in == BuiltIn::stream_write || i.row->built_in == BuiltIn::future_read || i.row->built_in == BuiltIn::future_write) {
      c.opts.is_async = std::exchange(c.is_async, false);
    }
    if (i.row->form == IntrinsicForm::payload) c.type = payload_type(use);
    if (i.row->built_in == BuiltIn::task_return && use.func->type.result) c.result = exports_.val_type(use.place, *use.func->type.result);
    if (i.row->built_in == BuiltIn::thread_new_indirect) {
      if (!thread_start_) thread_start_ = out_.core_type(thread_start_type);
      c.core_type = *thread_start_;
      c.table = CoreTableIdx(core_export(m, ExternKind::table, *modules_[m].use.parts.table));
    }
    return out_.built_in(std::move(c));
  }

  TypeIdx payload_type(const IntrinsicUse& use) {
    if (use.payload_type) {
      const types::ValType t(*use.payload_type);
      return std::get<TypeIdx>(use.is_exported ? exports_.val_type(use.place, t) : imports_.val_type(use.place, t));
    }
    const bool is_stream = use.intrinsic.row->name.starts_with("stream");
    std::optional<TypeIdx>& unit = is_stream ? unit_stream_ : unit_future_;
    if (!unit) unit = out_.type(is_stream ? DefValType(StreamRef{}) : DefValType(FutureRef{}));
    return *unit;
  }

  MemIdx memory(ModuleNo m) {
    if (m == main_no && main().use.shim_memory) {
      if (!shim_memory_) shim_memory_ = MemIdx(out_.alias_core(Sort::core_memory, *shim_instance_, std::string(shim_memory)));
      return *shim_memory_;
    }
    return MemIdx(core_export(m, ExternKind::mem, *modules_[m].use.parts.memory));
  }

  CanonOpts options_for(ModuleNo m, const Needs& needs, bool has_main_memory) {
    CanonOpts opts;
    if (needs.memory) {
      opts.encoding = modules_[m].encoding;
      opts.memory = memory(has_main_memory ? main_no : memory_of(m));
    }
    if (needs.realloc) {
      const auto slot = realloc_slots_.find(m);
      const ModuleNo from = realloc_of(m);
      opts.realloc = slot != realloc_slots_.end() ? slot_func(slot->second) : CoreFuncIdx(core_export(from, ExternKind::func, *modules_[from].use.parts.import_realloc));
    }
    return opts;
  }

  // --- what the modules waited for ---
  void write_fixup() {
    FixupModule fixup{.initialize = main().use.parts.initialize, .task_hook = hook_};
    if (hook_) collect_hooks(fixup);
    if (shim_.slots.empty() && !fixup.initialize && fixup.hooks.empty()) return;
    std::vector<std::pair<std::string, SortIdx>> actual;
    for (std::size_t i = 0; i < targets_.size(); ++i) actual.emplace_back(fmt::format("{}", i), SortIdx{.sort = Sort::core_func, .index = target(targets_[i]).value});
    std::vector<std::pair<std::string, CoreInstanceIdx>> args;
    if (!shim_.slots.empty()) args.emplace_back("actual", out_.core_instance(std::move(actual)));
    if (fixup.initialize || fixup.task_hook) args.emplace_back("main", instances_[main_no]);
    for (ModuleNo m = 1; m < modules_.size(); ++m) {
      const bool is_hooked = std::ranges::any_of(fixup.hooks, [&](const Hook& h) { return h.module == name_of(m); });
      if (is_hooked) args.emplace_back(name_of(m), instances_[m]);
    }
    if (!shim_.slots.empty()) args.emplace_back("shim", *shim_instance_);
    fixup_instance_ = out_.instantiate(out_.core_module(fixup_module(shim_, fixup, options_.return_call_ref)), std::move(args));
  }

  CoreFuncIdx target(const SlotTarget& t) {
    return match(
        t, [&](const ImportSlot& s) { return core_func(s.module, *s.import); },
        [&](const DtorSlot& s) { return CoreFuncIdx(core_export(s.resource->from, ExternKind::func, *s.resource->dtor)); },
        [&](const ReallocSlot& s) { return CoreFuncIdx(core_export(s.module, ExternKind::func, *modules_[s.module].use.parts.import_realloc)); });
  }

  void collect_hooks(FixupModule& fixup) {
    const auto add = [&](HookKind kind, ModuleNo m, const std::string& name, const core::FuncType& type) {
      if (hooks_.try_emplace(std::pair(m, name), fixup.hooks.size()).second) fixup.hooks.push_back({.kind = kind, .module = name_of(m), .name = name, .type = type});
    };
    for (const WrappedModule& m : modules_) {
      for (const WorldExport& e : m.use.exports) {
        for (const ExportedFunc& f : e.funcs) {
          const core::FuncType type = lifted_type(f.shape, f.abi);
          add(hook_kind(f), m.input.no, f.core_name, type);
          if (f.callback) add(HookKind::callback, m.input.no, *f.callback, {.params = std::vector<core::ValType>(3, core::ValType::i32), .results = {core::ValType::i32}});
          if (f.post_return) add(HookKind::post_return, m.input.no, *f.post_return, {.params = type.results, .results = {}});
          if (lift_needs(f.shape, f.abi).realloc && !m.input.memory_from) add(HookKind::realloc, m.input.no, *m.use.parts.export_realloc, cabi::realloc_type(main().use.ptr));
        }
      }
    }
  }

  // --- exports ---
  void write_export(const wit::WorldItem& item) {
    const auto at = exports_of_.find(item.name);
    if (at == exports_of_.end()) return;
    const auto [m, found] = at->second;
    std::vector<FuncIdx> lifted;
    for (const ExportedFunc& f : found->funcs) lifted.push_back(lift(*m, *found, f));
    if (found->place.interface) {
      exports_.write_interface(*found, lifted);
    } else {
      Attributes attributes = attributes_of(found->funcs.front().func->external_id);
      if (item.external_id) attributes.external_id = *item.external_id;
      out_.export_(found->place.name, {.sort = Sort::func, .index = lifted.front().value}, {}, std::move(attributes));
    }
  }

  CoreFuncIdx entered(ModuleNo m, const std::string& name) {
    const auto hook = hooks_.find(std::pair(m, name));
    if (hook == hooks_.end()) return CoreFuncIdx(core_export(m, ExternKind::func, name));
    const auto [at, is_new] = hook_funcs_.try_emplace(hook->second);
    if (is_new) at->second = out_.alias_core_func(*fixup_instance_, fmt::format("hook{}", hook->second));
    return at->second;
  }

  FuncIdx lift(const WrappedModule& m, const WorldExport& e, const ExportedFunc& f) {
    const ModuleNo no = m.input.no;
    const TypeIdx type = exports_.func_type(e.place, f.func->type);
    const Needs needs = lift_needs(f.shape, f.abi);
    CanonLift lift{.core_func = entered(no, f.core_name), .opts = {}, .type = type};
    if (needs.memory) {
      lift.opts.encoding = m.encoding;
      lift.opts.memory = memory(memory_of(no));
    }
    if (needs.realloc) lift.opts.realloc = entered(realloc_of(no), *modules_[realloc_of(no)].use.parts.export_realloc);
    if (f.post_return) lift.opts.post_return = entered(no, *f.post_return);
    lift.opts.is_async = f.abi != LiftAbi::sync;
    if (f.callback) lift.opts.callback = entered(no, *f.callback);
    return out_.lift(std::move(lift));
  }

  /// The main module is not copied: it goes between what comes before it and what comes after.
  Result<WrappedComponent> split() {
    const auto whole = std::make_shared<const Component>(out_.take());
    WCOMP_TRY(validate(whole, Features::all()));
    Component all = *whole;
    Component before, after;
    const auto middle = all.definitions.begin() + static_cast<std::ptrdiff_t>(main_definition_);
    before.definitions.assign(std::make_move_iterator(all.definitions.begin()), std::make_move_iterator(middle));
    after.definitions.assign(std::make_move_iterator(middle + 1), std::make_move_iterator(all.definitions.end()));
    WrappedComponent out{.before = encode(before), .after = encode(after)};
    constexpr std::ptrdiff_t preamble = 8;
    out.after.erase(out.after.begin(), out.after.begin() + preamble);
    return out;
  }

  const World& world_;
  const std::vector<WrappedModule>& modules_;
  const ComponentizeOptions& options_;
  Builder out_;
  Imports imports_;
  Exports exports_;
  std::unordered_map<std::string_view, std::pair<const WrappedModule*, const WorldExport*>> exports_of_;  ///< by name
  std::optional<std::string> hook_;
  ShimModule shim_;
  std::vector<SlotTarget> targets_;                      ///< by slot
  std::map<const CoreImportUse*, std::size_t> slot_of_;
  std::map<const ExportedResource*, std::size_t> dtor_slot_;
  std::map<ModuleNo, std::size_t> realloc_slots_;
  std::map<std::size_t, CoreFuncIdx> slot_funcs_, hook_funcs_;
  std::map<std::pair<ModuleNo, std::string>, std::size_t> hooks_;
  std::map<std::pair<ModuleNo, std::string>, std::uint32_t> core_exports_;  ///< a core export has one sort
  std::size_t main_definition_ = 0;
  std::vector<CoreModuleIdx> module_idx_;
  std::vector<CoreInstanceIdx> instances_;               ///< by module
  std::optional<CoreInstanceIdx> shim_instance_, fixup_instance_;
  std::optional<MemIdx> shim_memory_;
  std::optional<TypeIdx> unit_stream_, unit_future_;
  std::optional<CoreTypeIdx> thread_start_;
};

}  // namespace

Result<WrappedComponent> wrap(const World& world, const std::vector<WrappedModule>& modules, const ComponentizeOptions& options) { return Wrapper(world, modules, options).run(); }

}  // namespace wcomp::component
