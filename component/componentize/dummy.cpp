#include "component/componentize/dummy.h"

#include <fmt/format.h>

#include "component/componentize/intrinsics.h"
#include "component/componentize/module_use.h"
#include "core/builder.h"

namespace wcomp::component {

namespace {

using core::FuncType;
using core::ValType;

using cabi::callback_type, cabi::handle_to_i32, cabi::takes_handle;

const FuncType nothing;

class Dummy {
 public:
  Dummy(const wit::Graph& graph, wit::WorldId world, const DummyOptions& options) : graph_(graph), world_(graph.worlds[world]), options_(options) {}

  Result<Bytes> run() {
    for (const wit::WorldItem& item : world_.imports) WCOMP_TRY(import_item(item));
    if (is_async()) import_built_ins();
    for (const wit::WorldItem& item : world_.exports) WCOMP_TRY(imports_of_export(item));
    for (const wit::WorldItem& item : world_.exports) WCOMP_TRY(export_item(item));
    m_.export_mem(is_standard() ? "cm32p2_memory" : "memory", m_.mem({.limits = {.min = 0}}));
    trap(is_standard() ? "cm32p2_realloc" : "cabi_realloc", cabi::realloc_type(ValType::i32));
    m_.export_func(is_standard() ? "cm32p2_initialize" : "_initialize", m_.func(nothing));
    return m_.build();
  }

 private:
  [[nodiscard]] bool is_standard() const { return options_.names == NameScheme::standard; }
  [[nodiscard]] bool is_async() const { return options_.abi != LiftAbi::sync && !is_standard(); }

  static Place place_of(const wit::WorldItem& item) {
    if (const auto* id = std::get_if<wit::InterfaceId>(&item.item)) return {.name = item.name, .interface = *id};
    return {};
  }
  std::string module_name(const Place& place, bool is_exported) const {
    if (is_standard()) {
      const std::string name = place.interface ? standard_name(place.name) : std::string();
      if (!is_exported) return place.interface ? fmt::format("{}|{}", standard_prefix, name) : std::string(standard_prefix);
      return fmt::format("{}|_ex_{}", standard_prefix, name);
    }
    return fmt::format("{}{}", is_exported ? "[export]" : "", place.interface ? place.name : "$root");
  }
  std::string resource_op(std::string_view op, std::string_view resource) const {
    return is_standard() ? fmt::format("{}_{}", resource, op) : fmt::format("[resource-{}]{}", op, resource);
  }

  void import(const std::string& module, std::string name, const FuncType& type) { m_.import_func(module, std::move(name), type); }
  void trap(std::string name, const FuncType& type) {
    const core::FuncIdx f = m_.func(type);
    m_.code(f).op(core::Opcode::unreachable);
    m_.export_func(std::move(name), f);
  }

  // --- imports ---
  Result<void> import_item(const wit::WorldItem& item) {
    const Place place = place_of(item);
    const std::string module = module_name(place, false);
    if (const auto* f = std::get_if<wit::Function>(&item.item)) return import_func(module, *f);
    if (const auto* t = std::get_if<wit::TypeDeclId>(&item.item)) {
      import_drop(module, *t);
      return Ok{};
    }
    for (const wit::Function& f : graph_.interfaces[*place.interface].functions) WCOMP_TRY(import_func(module, f));
    for (const wit::TypeDeclId t : graph_.interfaces[*place.interface].types) import_drop(module, t);
    return Ok{};
  }

  void import_drop(const std::string& module, wit::TypeDeclId t) {
    if (is_resource(t)) import(module, resource_op("drop", graph_.type_decls[t].name), takes_handle);
  }
  bool is_resource(wit::TypeDeclId t) const { return body_of({&graph_, t}).is_resource; }

  Result<void> import_func(const std::string& module, const wit::Function& f) {
    WCOMP_TRY(const cabi::FuncShape shape, cabi::try_shape_of(graph_.types, f.type));
    const bool is_lowered_async = is_async() && f.type.is_async;
    import(module, is_lowered_async ? fmt::format("{}{}", async_lower_prefix, f.abi_name) : f.abi_name, lowered_type(shape, is_lowered_async, ValType::i32));
    if (is_async()) import_payloads(module, f);
    return Ok{};
  }

  void import_payloads(const std::string& module, const wit::Function& f) {
    std::uint32_t n = 0;
    for (const types::TypeId t : streams_and_futures(graph_.types, f.type)) {
      const bool is_stream = std::holds_alternative<types::StreamType>(graph_.types[t]);
      for (const IntrinsicRow& row : intrinsic_rows()) {
        if (row.form != IntrinsicForm::payload || row.name.starts_with("stream") != is_stream) continue;
        const std::string name = fmt::format("[{}-{}]{}", row.name, n, f.abi_name);
        import(module, needs_async(row) ? std::string(async_lower_prefix) + name : name, row.type);
      }
      ++n;
    }
  }

  /// Of what may be asynchronous or not, one form is behind the gate of more built-ins: validate_built_ins.cpp.
  static bool needs_async(const IntrinsicRow& row) { return row.may_be_async && row_of(row.built_in).options.contains('A'); }

  void import_built_ins() {
    for (const IntrinsicRow& row : intrinsic_rows()) {
      if (row_of(row.built_in).enabled_by != &Features::async) continue;
      if (row.form == IntrinsicForm::root) import("$root", fmt::format("[{}]", row.name), row.type);
      if (row.form == IntrinsicForm::slot) import("$root", fmt::format("[{}-0]", row.name), row.type);
      if (row.form == IntrinsicForm::exported) import("[export]$root", fmt::format("[{}]", row.name), row.type);
    }
  }

  // --- exports ---
  Result<void> imports_of_export(const wit::WorldItem& item) {
    const Place place = place_of(item);
    const std::string module = module_name(place, true);
    if (const auto* f = std::get_if<wit::Function>(&item.item)) return imports_of_func(module, *f);
    if (!place.interface) return Ok{};
    for (const wit::Function& f : graph_.interfaces[*place.interface].functions) WCOMP_TRY(imports_of_func(module, f));
    for (const wit::TypeDeclId t : graph_.interfaces[*place.interface].types) {
      if (!is_resource(t)) continue;
      const std::string& name = graph_.type_decls[t].name;
      import(module, resource_op("drop", name), takes_handle);
      import(module, resource_op("new", name), handle_to_i32);
      import(module, resource_op("rep", name), handle_to_i32);
    }
    return Ok{};
  }

  Result<void> imports_of_func(const std::string& module, const wit::Function& f) {
    if (!is_async()) return Ok{};
    if (f.type.is_async) {
      WCOMP_TRY(const cabi::FuncShape shape, cabi::try_shape_of(graph_.types, f.type));
      import(module, "[task-return]" + f.abi_name, task_return_type(shape, ValType::i32));
    }
    import_payloads(module, f);
    return Ok{};
  }

  Result<void> export_item(const wit::WorldItem& item) {
    const Place place = place_of(item);
    if (const auto* f = std::get_if<wit::Function>(&item.item)) return export_func(place, *f);
    if (!place.interface) return Ok{};
    for (const wit::Function& f : graph_.interfaces[*place.interface].functions) WCOMP_TRY(export_func(place, f));
    for (const wit::TypeDeclId t : graph_.interfaces[*place.interface].types) {
      if (is_resource(t)) trap(dtor_name(place, graph_.type_decls[t].name, options_.names), takes_handle);
    }
    return Ok{};
  }

  Result<void> export_func(const Place& place, const wit::Function& f) {
    WCOMP_TRY(const cabi::FuncShape shape, cabi::try_shape_of(graph_.types, f.type));
    const LiftAbi abi = is_async() && f.type.is_async ? options_.abi : LiftAbi::sync;
    for (const ExportNames& names : export_names(place, f, is_standard())) {
      if (names.abi != abi || (!is_standard() && names.name.starts_with(standard_prefix))) continue;
      const FuncType type = lifted_type(shape, abi);
      trap(names.name, type);
      if (!names.post_return.empty()) m_.export_func(names.post_return, m_.func({.params = type.results, .results = {}}));
      if (!names.callback.empty()) trap(names.callback, callback_type);
      break;
    }
    return Ok{};
  }

  const wit::Graph& graph_;
  const wit::World& world_;
  const DummyOptions& options_;
  core::ModuleBuilder m_;
};

}  // namespace

Result<Bytes> dummy_module(const wit::Graph& graph, wit::WorldId world, const DummyOptions& options) { return Dummy(graph, world, options).run(); }

}  // namespace wcomp::component
