#include "runtime/prepared.h"

#include <charconv>
#include <map>

#include <fmt/format.h>

#include "base/check.h"
#include "base/match.h"
#include "canonical-abi/intrinsics.h"

namespace wcomp::runtime {

namespace {

AdapterImport adapter_import(const core::Import& import, core::ValType ptr, core::TypeInterner& types) {
  using Kind = AdapterImport::Kind;
  const std::string_view name = import.name;
  if (import.module == cabi::intrinsic_module) {
    const auto i = cabi::find_intrinsic(name);
    WCOMP_CHECK(i.has_value());
    return {.kind = Kind::intrinsic, .number = static_cast<std::uint32_t>(*i), .type_id = types.add(cabi::func_type(*i, ptr))};
  }
  if (name == "callee") return {.kind = Kind::callee};
  if (name == "post-return") return {.kind = Kind::post_return};
  if (name == "caller-memory") return {.kind = Kind::memory, .side = 0};
  if (name == "callee-memory") return {.kind = Kind::memory, .side = 1};
  if (name == "caller-realloc") return {.kind = Kind::realloc, .side = 0};
  if (name == "callee-realloc") return {.kind = Kind::realloc, .side = 1};
  if (name == "caller-flags") return {.kind = Kind::flags, .side = 0};
  if (name == "callee-flags") return {.kind = Kind::flags, .side = 1};
  constexpr std::string_view ancestor = "ancestor-flags-";
  WCOMP_CHECK(name.starts_with(ancestor));
  AdapterImport out{.kind = Kind::ancestor_flags};
  std::from_chars(name.data() + ancestor.size(), name.data() + name.size(), out.number);
  return out;
}

class Preparation {
 public:
  explicit Preparation(const link::Plan& plan) : plan_(plan) {}

  Result<PreparedPlan> run() {
    for (const link::ImportedFunc& i : plan_.imports) imports_.try_emplace(std::pair<std::string_view, std::string_view>(i.interface, i.name), imports_.size());
    modules_->modules.reserve(plan_.modules.size());
    for (const core::ValidModule& m : plan_.modules) {
      WCOMP_TRY(engine::PreparedModule prepared, engine::prepare(m, modules_->types));
      modules_->modules.push_back(std::move(prepared));
    }
    out_.steps.reserve(plan_.steps.size());
    for (const link::Step& step : plan_.steps) {
      out_.steps.emplace_back();
      match(step, [&](const auto& s) { add(s); });
    }
    for (const auto& [name, item] : plan_.exports) {
      match(
          item, [&](const link::LiftedFunc& f) { add_handed(f); },
          [&](const link::ExportedInstance& i) {
            for (const auto& [inner, f] : i.funcs) add_handed(f);
          });
    }
    out_.modules = std::move(modules_);
    return std::move(out_);
  }

 private:
  PreparedStep& step() { return out_.steps.back(); }
  void add_funcs(std::size_t n) { modules_->funcs += static_cast<std::uint32_t>(n); }

  void add(const link::InstantiateModule& s) { add_funcs(plan_.modules[s.module.value]->funcs.size()); }
  void add(const link::LowerImport& s) {
    ++out_.host_imports;
    add_funcs(1);
    step().type_id = modules_->types.add(s.shape.lowered);
    step().name = s.interface.empty() ? s.name : fmt::format("{}#{}", s.interface, s.name);
    step().import = imports_.at({s.interface, s.name});
  }
  void add(const link::MakeAdapter& s) {
    ++out_.adapters;
    const core::ValidModule& module = plan_.modules[s.adapter.value];
    add_funcs(module->func_types.size());
    step().name = fmt::format("adapter of {}", s.name);
    const core::ValType ptr = s.lower.ptr == core::ValType::i64 ? s.lower.ptr : s.lift.ptr;
    for (const core::Import& i : module->imports) step().imports.push_back(adapter_import(i, ptr, modules_->types));
    const core::Export* adapter = module->find_export("adapter");
    WCOMP_CHECK(adapter != nullptr);
    step().adapter_func = adapter->index;
  }
  void add(const link::ResourceNew&) { add_built_in(1); }
  void add(const link::ResourceDrop&) { add_built_in(0); }
  void add(const link::ResourceRep&) { add_built_in(1); }
  void add(const link::ErrorContext& s) {
    const bool is_new = s.built_in == component::BuiltIn::error_context_new;
    ++out_.error_contexts;
    const core::ValType ptr = s.opts.ptr, handle = core::ValType::i32;
    if (is_new) add_func({ptr, ptr}, 1);
    else if (s.built_in == component::BuiltIn::error_context_drop) add_func({handle}, 0);
    else add_func({handle, ptr}, 0);
  }
  void add(const link::DefineResource&) {}
  void add_handed(const link::LiftedFunc& f) {
    if (f.handed) out_.handed.emplace_back(&f, imports_.at({f.handed->interface, f.handed->name}));
  }
  void add_built_in(std::size_t results) {
    ++out_.built_ins;
    add_func({core::ValType::i32}, results);
  }
  void add_func(std::vector<core::ValType> params, std::size_t results) {
    add_funcs(1);
    step().type_id = modules_->types.add({.params = std::move(params), .results = std::vector(results, core::ValType::i32)});
  }

  const link::Plan& plan_;
  PreparedPlan out_;
  std::map<std::pair<std::string_view, std::string_view>, std::size_t> imports_;  ///< positions in the plan's
  std::shared_ptr<engine::PreparedModules> modules_ = std::make_shared<engine::PreparedModules>();
};

}  // namespace

Result<PreparedPlan> prepare(const link::Plan& plan) { return Preparation(plan).run(); }

}  // namespace wcomp::runtime
