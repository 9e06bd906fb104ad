#include "bindgen/c_names.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace wcomp::bindgen {
namespace {

// What begins or ends names that are made out of those of types and resources.
constexpr auto function_beginnings = std::to_array<std::string_view>({"borrow_", "method_", "static_", "constructor_"});
constexpr auto function_endings = std::to_array<std::string_view>({"_free", "_drop_own", "_new", "_rep", "_destructor"});
constexpr auto type_beginnings = std::to_array<std::string_view>({"own_", "borrow_"});
// The same beside what a world has itself.
constexpr auto world_beginnings = std::to_array<std::string_view>({"string_", "list", "option_", "result_", "tuple", "map_"});

bool begins_with_one(std::string_view name, const auto& beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(), [&](std::string_view b) { return name.starts_with(b); });
}
bool ends_with_one(std::string_view name, const auto& endings) {
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view e) { return name.ends_with(e); });
}

}  // namespace

std::string macro_name(std::string_view name) {
  std::string out(name);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

CNames::CNames(const Model& model) : graph_(model.graph()), names_{"cabi_realloc"}, world_(to_snake_case(model.world().name)) {
  name_prefixes(model);
  for (const Scope& scope : model.scopes()) {
    name_types(model, scope);
    name_functions(scope);
  }
}

std::string CNames::take(const std::string& name) { return names_.take(outer_namespace(name)); }

std::string CNames::take_macro(const std::string& name) { return names_.take(macro_name(name)); }

std::string CNames::stem(wit::TypeDeclId decl, const Scope& scope) const { return prefix(scope) + "_" + to_snake_case(graph_.type_decls[decl].name); }

/// Of several versions of a package the oldest has the plain name, so that a newer one beside it renames nothing.
void CNames::name_prefixes(const Model& model) {
  const auto package_of = [&](const Scope& s) -> const wit::PackageName& { return graph_.packages[graph_.interfaces[*s.interface].package].name; };
  const auto is_named = [&](const Scope& s) { return s.interface && graph_.interfaces[*s.interface].name && !s.is_renamed; };
  const auto is_oldest = [&](const wit::PackageName& name) {
    return std::none_of(model.scopes().begin(), model.scopes().end(), [&](const Scope& s) {
      if (!is_named(s)) return false;
      const wit::PackageName& other = package_of(s);
      if (other.ns != name.ns || other.name != name.name || other.version == name.version) return false;
      return !other.version || (name.version && *other.version < *name.version);
    });
  };
  for (const Scope& scope : model.scopes()) {
    std::string prefix = scope.direction == Direction::export_ ? "exports_" : "";
    if (!scope.interface) {
      prefix += world_;
    } else if (!is_named(scope)) {
      prefix += world_ + "_" + to_snake_case(scope.wit_name);
    } else {
      const wit::PackageName& package = package_of(scope);
      prefix += to_snake_case(package.ns) + "_" + to_snake_case(package.name) + "_";
      if (!is_oldest(package)) {
        prefix += "v";
        for (const char c : package.version->to_string()) prefix += c == '.' || c == '-' || c == '+' ? '_' : c;
        prefix += "_";
      }
      prefix += to_snake_case(*graph_.interfaces[*scope.interface].name);
    }
    prefixes_.emplace(&scope, std::move(prefix));
  }
}

void CNames::name_types(const Model& model, const Scope& scope) {
  const bool is_world = !scope.interface && scope.direction == Direction::import_;
  for (const wit::TypeDeclId d : scope.types) {
    if (!model.is_needed(d, scope)) continue;
    const std::string local = to_snake_case(graph_.type_decls[d].name);
    const bool gives_way = begins_with_one(local, type_beginnings) || (is_world && (local == "string" || begins_with_one(local, world_beginnings)));
    TypeNames names;
    names.type = take(prefix(scope) + "_" + local + "_t" + (gives_way ? "_" : ""));
    if (graph_.types.get<types::ResourceType>(graph_.type_decls[d].type) != nullptr) {
      names.own = take(prefix(scope) + "_own_" + local + "_t");
      names.borrow = take(prefix(scope) + "_borrow_" + local + "_t");
    }
    types_.emplace(std::pair(&scope, d), std::move(names));
  }
}

void CNames::name_functions(const Scope& scope) {
  for (const FuncModel& f : scope.functions) {
    std::string local = to_snake_case(f.func->name);
    const bool gives_way = begins_with_one(local, function_beginnings) || ends_with_one(local, function_endings) ||
                           (!scope.interface && begins_with_one(local, world_beginnings));
    name_function(scope, *f.func, local + (gives_way ? "_" : ""));
  }
  for (const ResourceModel& r : scope.resources) {
    const std::string resource = to_snake_case(graph_.type_decls[r.decl].name);
    for (const FuncModel& f : r.functions) {
      switch (f.func->kind) {
        case wit::FuncKind::constructor: name_function(scope, *f.func, "constructor_" + resource); break;
        case wit::FuncKind::static_: name_function(scope, *f.func, "static_" + resource + "_" + to_snake_case(f.func->name)); break;
        default: name_function(scope, *f.func, "method_" + resource + "_" + to_snake_case(f.func->name)); break;
      }
    }
  }
}

void CNames::name_function(const Scope& scope, const wit::Function& func, const std::string& local) {
  functions_.emplace(std::pair(&scope, &func), take(prefix(scope) + "_" + local));
}

}  // namespace wcomp::bindgen
