#include "component/abi.h"

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/text.h"
#include "component/componentize/module_use.h"

namespace wcomp::component {

namespace {

/// `ns:pkg/iface` of `ns:pkg/iface@1.2.3`.
std::string_view without_version(std::string_view id) { return id.substr(0, id.find('@')); }

bool means_interface(std::string_view written, std::string_view id) {
  if (written == id || written == without_version(id)) return true;
  const std::size_t slash = id.find('/');
  return slash != std::string_view::npos && (written == id.substr(slash + 1) || written == without_version(id.substr(slash + 1)));
}

bool means_func(std::string_view written, const wit::Function& f) {
  if (written == f.abi_name || written == f.name) return true;
  const std::size_t bracket = f.abi_name.find(']');
  return bracket != std::string::npos && written == std::string_view(f.abi_name).substr(bracket + 1);
}

bool is_meant(std::string_view written, std::string_view interface, const wit::Function& f) {
  if (written.empty()) return true;
  const std::size_t hash = written.rfind('#');
  if (hash == std::string_view::npos) return means_func(written, f);
  return means_interface(written.substr(0, hash), interface) && means_func(written.substr(hash + 1), f);
}

class Collector {
 public:
  Collector(const wit::Graph& graph, std::string_view name, core::ValType ptr) : graph_(graph), name_(name), ptr_(ptr) {}

  Result<void> item(const wit::WorldItem& item, bool is_import) {
    if (const auto* f = std::get_if<wit::Function>(&item.item)) return func({}, *f, is_import);
    if (const auto* i = std::get_if<wit::InterfaceId>(&item.item)) return interface(item.name, *i, is_import);
    return {};
  }
  Result<void> interface(const std::string& name, wit::InterfaceId id, bool is_import) {
    for (const wit::Function& f : graph_.interfaces[id].functions) WCOMP_TRY(func({.name = name, .interface = id}, f, is_import));
    return {};
  }
  Result<std::vector<FuncAbi>> take() && {
    if (!found_.empty() || name_.empty()) return std::move(found_);
    Diagnostic d = error(diag::unknown_item, fmt::format("there is no function `{}`", escape(name_)));
    if (!names_.empty()) d.notes.push_back(fmt::format("there {} {}{}", count_ == 1 ? "is" : "are", names_, count_ > max_names ? fmt::format(" and {} more", count_ - max_names) : ""));
    return Err(Failure(std::move(d)));
  }

 private:
  static constexpr std::size_t max_names = 8;

  Result<void> func(const Place& place, const wit::Function& f, bool is_import) {
    if (!is_meant(name_, place.name, f)) {
      if (count_++ < max_names) names_ += fmt::format("{}`{}{}{}`", names_.empty() ? "" : ", ", place.name, place.name.empty() ? "" : "#", f.abi_name);
      return {};
    }
    WCOMP_TRY(cabi::FuncShape shape, cabi::ShapeCache(graph_.types, ptr_).of(f.type));
    FuncAbi out{.is_import = is_import, .interface = place.name, .func = f, .shape = std::move(shape), .legacy = {}, .standard = {}};
    out.needs_realloc = is_import ? out.shape.lower_needs_realloc : out.shape.lift_needs_realloc;
    if (is_import) {
      out.legacy = {.module = place.interface ? place.name : "$root", .name = f.abi_name, .post_return = {}};
      out.standard = {.module = place.interface ? fmt::format("{}|{}", standard_prefix, standard_name(place.name)) : std::string(standard_prefix), .name = f.abi_name, .post_return = {}};
    } else {
      export_names_of(place, f, out);
    }
    found_.push_back(std::move(out));
    return {};
  }

  static void export_names_of(const Place& place, const wit::Function& f, FuncAbi& out) {
    const bool has_post_return = out.shape.results_spill || (out.shape.result != nullptr && out.shape.result->has_pointers);
    for (const ExportNames& names : export_names(place, f, false)) {
      if (names.abi != LiftAbi::sync) continue;
      CoreNames& to = names.name.starts_with(standard_prefix) ? out.standard : out.legacy;
      if (to.name.empty()) to = {.module = {}, .name = names.name, .post_return = has_post_return ? names.post_return : std::string()};
    }
  }

  const wit::Graph& graph_;
  std::string_view name_;
  core::ValType ptr_;
  std::vector<FuncAbi> found_;
  std::string names_;
  std::size_t count_ = 0;
};

}  // namespace

Result<std::vector<FuncAbi>> abi_of(const wit::Graph& graph, std::optional<wit::WorldId> world, std::string_view name, core::ValType ptr) {
  Collector out(graph, name, ptr);
  if (world) {
    for (const wit::WorldItem& i : graph.worlds[*world].imports) WCOMP_TRY(out.item(i, true));
    for (const wit::WorldItem& i : graph.worlds[*world].exports) WCOMP_TRY(out.item(i, false));
  } else {
    for (const wit::PackageId p : graph.roots) {
      for (const wit::InterfaceId i : graph.packages[p].interfaces) {
        for (const bool is_import : {true, false}) WCOMP_TRY(out.interface(graph.interface_id_name(i), i, is_import));
      }
    }
  }
  return std::move(out).take();
}

}  // namespace wcomp::component
