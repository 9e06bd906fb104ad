#include "wit/diff.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include <fmt/format.h>

#include "base/match.h"
#include "wit/type_text.h"

namespace wcomp::wit {

namespace {

std::string version_of(const PackageName& p) { return p.version ? p.version->to_string() : "no version"; }

/// `ns:pkg/iface`, without the version; for an inline interface the empty string.
std::string plain_id(const Graph& graph, InterfaceId id) {
  const Interface& i = graph.interfaces[id];
  const PackageName& p = graph.packages[i.package].name;
  return i.name ? fmt::format("{}:{}/{}", p.ns, p.name, *i.name) : "";
}
/// The name of a world's item, without the version.
std::string plain_name(const WorldItem& item) { return item.name.substr(0, item.name.find('@')); }

class Differ {
 public:
  Differ(const Graph& before, const Graph& after) : before_(before), after_(after) {}

  std::vector<Change> run() {
    std::vector<bool> is_taken(after_.packages.size());
    for (std::size_t p = 0; p < before_.packages.size(); ++p) {
      const auto other = partner(PackageId(p), is_taken);
      package_ = before_.packages[PackageId(p)].name.ns + ":" + before_.packages[PackageId(p)].name.name;
      if (other) {
        package(before_.packages[PackageId(p)], after_.packages[*other]);
      } else {
        container_.clear();
        const bool is_root = std::find(before_.roots.begin(), before_.roots.end(), PackageId(p)) != before_.roots.end();
        add(is_root ? ChangeKind::removed : ChangeKind::noted, fmt::format("package `{}` is gone", before_.packages[PackageId(p)].name.to_string()), is_root, is_root);
      }
    }
    for (std::size_t p = 0; p < after_.packages.size(); ++p) {
      if (is_taken[p]) continue;
      container_.clear();
      package_ = after_.packages[PackageId(p)].name.ns + ":" + after_.packages[PackageId(p)].name.name;
      add(ChangeKind::added, fmt::format("package `{}` is new", after_.packages[PackageId(p)].name.to_string()), false, false);
    }
    return std::move(out_);
  }

 private:
  void add(ChangeKind kind, std::string what, bool breaks_importers, bool breaks_exporters) {
    out_.push_back({kind, package_, container_, std::move(what), breaks_importers, breaks_exporters});
  }

  /// The same package in the other graph: of the same version, else of one that is compatible, else of any.
  std::optional<PackageId> partner(PackageId id, std::vector<bool>& is_taken) const {
    const PackageName& name = before_.packages[id].name;
    std::optional<PackageId> best;
    int best_rank = -1;
    for (std::size_t p = 0; p < after_.packages.size(); ++p) {
      const PackageName& other = after_.packages[PackageId(p)].name;
      if (is_taken[p] || other.ns != name.ns || other.name != name.name) continue;
      const int rank = other == name ? 2 : other.version && name.version && other.version->is_compatible_with(*name.version) ? 1 : 0;
      if (rank > best_rank) {
        best = PackageId(p);
        best_rank = rank;
      }
    }
    if (best) is_taken[best->value] = true;
    return best;
  }

  void package(const Package& a, const Package& b) {
    container_.clear();
    if (a.name.version != b.name.version) {
      const std::string what = fmt::format("version {} -> {}", version_of(a.name), version_of(b.name));
      const bool is_compatible = a.name.version && b.name.version && a.name.version->is_compatible_with(*b.name.version);
      if (!is_compatible) add(ChangeKind::changed, what + ": names of these versions do not find each other", true, true);
      else if (*b.name.version < *a.name.version) add(ChangeKind::changed, what + ": an import of the later version does not find the earlier one", true, false);
      else add(ChangeKind::noted, what, false, false);
    }
    named<InterfaceId>(
        a.interfaces, b.interfaces, [&](InterfaceId i) { return *before_.interfaces[i].name; }, [&](InterfaceId i) { return *after_.interfaces[i].name; },
        [&](const InterfaceId* x, const InterfaceId* y) {
          if (x == nullptr) return add_in("", ChangeKind::added, fmt::format("interface `{}` is new", *after_.interfaces[*y].name), false, false);
          if (y == nullptr) return add_in("", ChangeKind::removed, fmt::format("interface `{}` is gone", *before_.interfaces[*x].name), true, false);
          container_ = "interface " + *before_.interfaces[*x].name;
          stability("the interface", before_.interfaces[*x].stability, after_.interfaces[*y].stability);
          interface(before_.interfaces[*x], after_.interfaces[*y], true, true);
        });
    named<WorldId>(
        a.worlds, b.worlds, [&](WorldId w) { return before_.worlds[w].name; }, [&](WorldId w) { return after_.worlds[w].name; },
        [&](const WorldId* x, const WorldId* y) {
          if (x == nullptr) return add_in("", ChangeKind::added, fmt::format("world `{}` is new", after_.worlds[*y].name), false, false);
          if (y == nullptr) return add_in("", ChangeKind::removed, fmt::format("world `{}` is gone", before_.worlds[*x].name), true, true);
          container_ = "world " + before_.worlds[*x].name;
          stability("the world", before_.worlds[*x].stability, after_.worlds[*y].stability);
          world_items(before_.worlds[*x].imports, after_.worlds[*y].imports, false);
          world_items(before_.worlds[*x].exports, after_.worlds[*y].exports, true);
        });
  }
  void add_in(std::string container, ChangeKind kind, std::string what, bool breaks_importers, bool breaks_exporters) {
    container_ = std::move(container);
    add(kind, std::move(what), breaks_importers, breaks_exporters);
  }

  /// Calls `f` with what has one name in both lists, or in one of them (the other is null); in the order of the first, then the second.
  template <class T>
  void named(const std::vector<T>& a, const std::vector<T>& b, const auto& name_a, const auto& name_b, const auto& f) {
    std::unordered_map<std::string, const T*> by_name;
    for (const T& y : b) by_name.emplace(name_b(y), &y);
    std::unordered_map<std::string, bool> is_old;
    for (const T& x : a) {
      const std::string name = name_a(x);
      const auto other = by_name.find(name);
      is_old.emplace(name, true);
      f(&x, other == by_name.end() ? nullptr : other->second);
    }
    for (const T& y : b) {
      if (!is_old.contains(name_b(y))) f(static_cast<const T*>(nullptr), &y);
    }
  }

  void stability(std::string_view what, const Stability& a, const Stability& b) {
    if (!a.deprecated && b.deprecated) add(ChangeKind::noted, fmt::format("{} is deprecated since {}", what, b.deprecated->to_string()), false, false);
    if (a.unstable_feature && !b.unstable_feature) add(ChangeKind::noted, fmt::format("{} is stable now{}", what, b.since ? ", since " + b.since->to_string() : ""), false, false);
    if (!a.unstable_feature && b.unstable_feature) add(ChangeKind::changed, fmt::format("{} is behind feature `{}` now", what, *b.unstable_feature), true, true);
  }

  /// `for_importers`, `for_exporters`: whom something in here can break at all.
  void interface(const Interface& a, const Interface& b, bool for_importers, bool for_exporters) {
    named<TypeDeclId>(
        a.types, b.types, [&](TypeDeclId t) { return before_.type_decls[t].name; }, [&](TypeDeclId t) { return after_.type_decls[t].name; },
        [&](const TypeDeclId* x, const TypeDeclId* y) {
          if (x == nullptr) return add(ChangeKind::added, fmt::format("type `{}` is new{}", after_.type_decls[*y].name, since(after_.type_decls[*y].stability)), false, for_exporters);
          if (y == nullptr) return add(ChangeKind::removed, fmt::format("type `{}` is gone", before_.type_decls[*x].name), for_importers, false);
          type_decl(*x, *y, for_importers, for_exporters);
        });
    named<Function>(
        a.functions, b.functions, [](const Function& f) { return f.abi_name; }, [](const Function& f) { return f.abi_name; },
        [&](const Function* x, const Function* y) {
          if (x == nullptr) return add(ChangeKind::added, fmt::format("{} is new{}", name_of(after_, *y), since(y->stability)), false, for_exporters);
          if (y == nullptr) return add(ChangeKind::removed, fmt::format("{} is gone", name_of(before_, *x)), for_importers, false);
          function(*x, *y, for_importers, for_exporters);
        });
  }
  static std::string since(const Stability& s) { return s.since ? fmt::format(" (since {})", s.since->to_string()) : ""; }
  static std::string name_of(const Graph& graph, const Function& f) {
    if (!f.resource) return fmt::format("function `{}`", f.name);
    const std::string& resource = graph.type_decls[*f.resource].name;
    if (f.kind == FuncKind::constructor) return fmt::format("the constructor of `{}`", resource);
    return fmt::format("{} `{}.{}`", f.kind == FuncKind::method ? "method" : "static function", resource, f.name);
  }

  void function(const Function& x, const Function& y, bool for_importers, bool for_exporters) {
    const std::string name = name_of(before_, x);
    const types::FuncType& a = x.type;
    const types::FuncType& b = y.type;
    bool is_same = a.is_async == b.is_async && a.params.size() == b.params.size() && a.result.has_value() == b.result.has_value();
    for (std::size_t i = 0; is_same && i < a.params.size(); ++i) is_same = a.params[i].name == b.params[i].name && same(a.params[i].type, b.params[i].type);
    if (is_same && a.result) is_same = same(*a.result, *b.result);
    if (!is_same) {
      const std::string was = function_text(before_, x), now = function_text(after_, y);
      add(ChangeKind::changed, was == now ? fmt::format("{} is `{}` of other types of these names", name, was) : fmt::format("{} was `{}`, is `{}`", name, was, now), for_importers, for_exporters);
    }
    stability(name, x.stability, y.stability);
  }

  // ---- types ----
  /// Where a type that has a name is declared, behind uses and aliases; without versions.
  static std::optional<std::string> origin(const Graph& graph, types::TypeId id) {
    const TypeDecl* decl = graph.decl(id);
    if (decl == nullptr) return std::nullopt;
    const auto* owner = std::get_if<InterfaceId>(&decl->owner);
    return (owner != nullptr ? plain_id(graph, *owner) : "") + "." + decl->name;
  }

  bool same(types::ValType a, types::ValType b) {
    const types::ValType x = before_.types.resolve(a), y = after_.types.resolve(b);
    if (x.index() != y.index()) return false;
    if (const auto* p = std::get_if<types::Prim>(&x)) return *p == std::get<types::Prim>(y);
    const types::TypeId i = std::get<types::TypeId>(x), j = std::get<types::TypeId>(y);
    const types::TypeDef& da = before_.types[i];
    const types::TypeDef& db = after_.types[j];
    if (da.index() != db.index()) return false;
    const auto from = origin(before_, i), to = origin(after_, j);
    if (from && to && *from == *to) return true;  // if it changed, that is said where it is declared
    const std::uint64_t key = std::uint64_t{i.value} << 32 | j.value;
    if (const auto known = same_.find(key); known != same_.end()) return known->second;
    if (depth_ >= max_depth) return false;
    ++depth_;
    const bool is_same = same_def(da, db);
    --depth_;
    same_.emplace(key, is_same);
    return is_same;
  }
  bool same(const std::optional<types::ValType>& a, const std::optional<types::ValType>& b) { return a.has_value() == b.has_value() && (!a || same(*a, *b)); }
  bool same_def(const types::TypeDef& a, const types::TypeDef& b) {
    return match(a, [&](const auto& x) {
      using T = std::remove_cvref_t<decltype(x)>;
      const T& y = std::get<T>(b);
      if constexpr (std::is_same_v<T, types::RecordType>) {
        return std::equal(x.fields.begin(), x.fields.end(), y.fields.begin(), y.fields.end(), [&](const auto& f, const auto& g) { return f.name == g.name && same(f.type, g.type); });
      } else if constexpr (std::is_same_v<T, types::VariantType>) {
        return std::equal(x.cases.begin(), x.cases.end(), y.cases.begin(), y.cases.end(), [&](const auto& f, const auto& g) { return f.name == g.name && same(f.type, g.type); });
      } else if constexpr (std::is_same_v<T, types::ListType>) {
        return same(x.element, y.element);
      } else if constexpr (std::is_same_v<T, types::FixedListType>) {
        return x.length == y.length && same(x.element, y.element);
      } else if constexpr (std::is_same_v<T, types::MapType>) {
        return same(x.key, y.key) && same(x.value, y.value);
      } else if constexpr (std::is_same_v<T, types::TupleType>) {
        return std::equal(x.types.begin(), x.types.end(), y.types.begin(), y.types.end(), [&](const auto& f, const auto& g) { return same(f, g); });
      } else if constexpr (std::is_same_v<T, types::FlagsType> || std::is_same_v<T, types::EnumType>) {
        return x.names == y.names;
      } else if constexpr (std::is_same_v<T, types::OptionType>) {
        return same(x.some, y.some);
      } else if constexpr (std::is_same_v<T, types::ResultType>) {
        return same(x.ok, y.ok) && same(x.err, y.err);
      } else if constexpr (std::is_same_v<T, types::OwnType> || std::is_same_v<T, types::BorrowType>) {
        return same(types::ValType(x.resource), types::ValType(y.resource));
      } else if constexpr (std::is_same_v<T, types::StreamType> || std::is_same_v<T, types::FutureType>) {
        return same(x.element, y.element);
      } else if constexpr (std::is_same_v<T, types::AliasType>) {
        return same(x.target, y.target);
      } else {
        return false;  // resources are the same if they are declared under the same name
      }
    });
  }

  /// Names of parts that were taken away, put in or moved.
  void parts(const std::string& type, std::string_view part, const std::vector<std::string>& a, const std::vector<std::string>& b, bool for_importers, bool for_exporters) {
    if (a == b) return;
    const auto has = [](const std::vector<std::string>& list, const std::string& name) { return std::find(list.begin(), list.end(), name) != list.end(); };
    bool is_order = true;
    const auto say = [&](ChangeKind kind, const std::string& name, std::string_view how) {
      is_order = false;
      add(kind, fmt::format("{}: {} `{}` is {}", type, part, name, how), for_importers, for_exporters);
    };
    for (const std::string& name : a) {
      if (!has(b, name)) say(ChangeKind::changed, name, "gone");
    }
    for (const std::string& name : b) {
      if (!has(a, name)) say(ChangeKind::changed, name, "new");
    }
    if (is_order) add(ChangeKind::changed, fmt::format("{}: the order of its {}s is another one", type, part), for_importers, for_exporters);
  }
  static std::vector<std::string> names_of(const auto& list) {
    std::vector<std::string> out;
    for (const auto& part : list) out.push_back(part.name);
    return out;
  }

  void type_decl(TypeDeclId x, TypeDeclId y, bool for_importers, bool for_exporters) {
    const TypeDecl& a = before_.type_decls[x];
    const TypeDecl& b = after_.type_decls[y];
    const types::ValType ta = before_.types.resolve(types::ValType(a.type)), tb = after_.types.resolve(types::ValType(b.type));
    const types::TypeDef* da = before_.types.def(ta);
    const types::TypeDef* db = after_.types.def(tb);
    if (!a.is_use || !b.is_use) stability(fmt::format("type `{}`", a.name), a.stability, b.stability);
    const bool declares = before_.resolve_decl(x) == x && after_.resolve_decl(y) == y && da != nullptr && db != nullptr && da->index() == db->index();
    if (!declares) {
      if (!same(ta, tb)) add(ChangeKind::changed, fmt::format("type `{}` was `{}`, is `{}`", a.name, behind(before_, a), behind(after_, b)), for_importers, for_exporters);
      return;
    }
    const std::string name = fmt::format("type `{}`", a.name);
    if (const auto* r = std::get_if<types::RecordType>(da)) {
      const auto& s = std::get<types::RecordType>(*db);
      parts(name, "field", names_of(r->fields), names_of(s.fields), for_importers, for_exporters);
      part_types(name, "field", r->fields, s.fields, for_importers, for_exporters);
    } else if (const auto* v = std::get_if<types::VariantType>(da)) {
      const auto& s = std::get<types::VariantType>(*db);
      parts(name, "case", names_of(v->cases), names_of(s.cases), for_importers, for_exporters);
      part_types(name, "case", v->cases, s.cases, for_importers, for_exporters);
    } else if (const auto* e = std::get_if<types::EnumType>(da)) {
      parts(name, "case", e->names, std::get<types::EnumType>(*db).names, for_importers, for_exporters);
    } else if (const auto* f = std::get_if<types::FlagsType>(da)) {
      parts(name, "flag", f->names, std::get<types::FlagsType>(*db).names, for_importers, for_exporters);
    } else if (!std::holds_alternative<types::ResourceType>(*da) && !same_def(*da, *db)) {
      add(ChangeKind::changed, fmt::format("type `{}` was `{}`, is `{}`", a.name, behind(before_, a), behind(after_, b)), for_importers, for_exporters);
    }
  }
  void part_types(const std::string& type, std::string_view part, const auto& a, const auto& b, bool for_importers, bool for_exporters) {
    const auto text = [](const Graph& graph, const std::optional<types::ValType>& t) { return t ? fmt::format("`{}`", type_text(graph, *t)) : std::string("nothing"); };
    for (const auto& x : a) {
      for (const auto& y : b) {
        if (x.name != y.name) continue;
        const std::optional<types::ValType> tx = x.type, ty = y.type;
        if (!same(tx, ty)) add(ChangeKind::changed, fmt::format("{}: {} `{}` was {}, is {}", type, part, x.name, text(before_, tx), text(after_, ty)), for_importers, for_exporters);
        break;
      }
    }
  }
  static std::string behind(const Graph& graph, const TypeDecl& decl) {
    std::string out;
    write_definition(graph, graph.types[decl.type], [&](std::string_view text, const TypeDeclId*) { out += text; });
    return out;
  }

  // ---- worlds ----
  void world_items(const std::vector<WorldItem>& a, const std::vector<WorldItem>& b, bool is_export) {
    const std::string_view word = is_export ? "export" : "import";
    named<WorldItem>(a, b, plain_name, plain_name, [&](const WorldItem* x, const WorldItem* y) {
      if (x == nullptr) return add(ChangeKind::added, fmt::format("{} `{}` is new{}", word, plain_name(*y), since(y->stability)), false, is_export);
      if (y == nullptr) return add(ChangeKind::removed, fmt::format("{} `{}` is gone", word, plain_name(*x)), !is_export, false);
      if (x->item.index() != y->item.index()) return add(ChangeKind::changed, fmt::format("{} `{}` is something else", word, plain_name(*x)), !is_export, is_export);
      stability(fmt::format("{} `{}`", word, plain_name(*x)), x->stability, y->stability);
      match(
          x->item,
          [&](InterfaceId i) {
            const InterfaceId j = std::get<InterfaceId>(y->item);
            const bool is_inline = !before_.interfaces[i].name && !after_.interfaces[j].name;
            if (!is_inline) {
              if (plain_id(before_, i) != plain_id(after_, j)) {
                add(ChangeKind::changed, fmt::format("{} `{}` was of `{}`, is of `{}`", word, x->name, plain_id(before_, i), plain_id(after_, j)), !is_export, is_export);
              }
              return;
            }
            const std::string outer = container_;
            container_ = fmt::format("{}, {} {}", outer, word, x->name);
            interface(before_.interfaces[i], after_.interfaces[j], !is_export, is_export);
            container_ = outer;
          },
          [&](const Function& f) { function(f, std::get<Function>(y->item), !is_export, is_export); },
          [&](TypeDeclId t) { type_decl(t, std::get<TypeDeclId>(y->item), true, true); });
    });
  }

  static constexpr int max_depth = 200;  // of differently named types inside each other; deeper ones count as different
  const Graph& before_;
  const Graph& after_;
  std::vector<Change> out_;
  std::string package_, container_;
  std::unordered_map<std::uint64_t, bool> same_;
  int depth_ = 0;
};

}  // namespace

std::vector<Change> diff(const Graph& before, const Graph& after) { return Differ(before, after).run(); }

}  // namespace wcomp::wit
