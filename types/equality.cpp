#include "types/equality.h"

#include <set>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/match.h"
#include "base/text.h"

namespace wcomp::types {
namespace {

/// Types nested deeper are not compared: they count as different. Far beyond what any consumer of a type accepts.
constexpr std::size_t max_depth = 500;

/// What kind of type an entry is, for messages.
std::string_view word(const TypeDef& def) {
  return match(
      def, [](const RecordType&) { return "a record"; }, [](const VariantType&) { return "a variant"; }, [](const ListType&) { return "a list"; },
      [](const FixedListType&) { return "a list of fixed length"; }, [](const MapType&) { return "a map"; }, [](const TupleType&) { return "a tuple"; },
      [](const FlagsType&) { return "flags"; }, [](const EnumType&) { return "an enum"; }, [](const OptionType&) { return "an option"; },
      [](const ResultType&) { return "a result"; }, [](const OwnType&) { return "an owned handle"; }, [](const BorrowType&) { return "a borrowed handle"; },
      [](const StreamType&) { return "a stream"; }, [](const FutureType&) { return "a future"; }, [](const ResourceType&) { return "a resource"; },
      [](const AliasType&) { return "an alias"; });
}

/// Walks two types side by side and stops at the first difference, which it puts into words. Equal pairs of entries are remembered, so
/// types that share their parts are compared in time proportional to their entries.
class Comparison {
 public:
  Comparison(const TypeArena& expected, const TypeArena& found, const SameResource& same_resource)
      : a_(expected), b_(found), same_resource_(same_resource) {}

  bool same(ValType a, ValType b) {
    a = a_.resolve(a);
    b = b_.resolve(b);
    const TypeId* id_a = std::get_if<TypeId>(&a);
    const TypeId* id_b = std::get_if<TypeId>(&b);
    if (id_a == nullptr || id_b == nullptr) return a == b || differ_in_kind(a, b);
    if (&a_ == &b_ && *id_a == *id_b && !same_resource_) return true;
    if (equal_.contains({*id_a, *id_b})) return true;
    if (depth_ == max_depth) return differ("nested too deeply to be compared");
    const TypeDef& def_a = a_[*id_a];
    const TypeDef& def_b = b_[*id_b];
    if (def_a.index() != def_b.index()) return differ_in_kind(a, b);
    ++depth_;
    const bool result = match(def_a, [&](const auto& d) { return same_def(d, std::get<std::decay_t<decltype(d)>>(def_b)); });
    --depth_;
    if (result) equal_.emplace(*id_a, *id_b);
    return result;
  }

  bool same(const FuncType& a, const FuncType& b) {
    if (a.is_async != b.is_async) return differ(fmt::format("expected {} function, found {} one", sync_word(a), sync_word(b)));
    if (!same_count("parameter", "parameters", a.params.size(), b.params.size())) return false;
    for (std::size_t i = 0; i < a.params.size(); ++i) {
      if (!same_name(fmt::format("parameter {}", i + 1), a.params[i].name, b.params[i].name)) return false;
      if (!at(fmt::format("parameter `{}`", escape(a.params[i].name)), a.params[i].type, b.params[i].type)) return false;
    }
    return same_optional("result", a.result, b.result);
  }

  std::string take_message() { return std::move(message_); }

 private:
  static std::string_view sync_word(const FuncType& f) { return f.is_async ? "an async" : "a sync"; }

  bool differ(std::string_view what) {
    std::string where;
    for (const std::string& step : path_) where += step + ": ";
    message_ = where + std::string(what);
    return false;
  }

  /// Two types of different kind: both are written out where that is short, else named by their kind.
  bool differ_in_kind(ValType a, ValType b) { return differ(fmt::format("expected {}, found {}", describe(a_, a), describe(b_, b))); }
  static std::string describe(const TypeArena& arena, ValType t) {
    const TypeDef* def = arena.def(t);
    if (def == nullptr) return to_string(arena, t);
    const std::string text = to_string(arena, t);
    constexpr std::size_t short_enough = 40;
    if (std::holds_alternative<ResourceType>(*def) || text.size() > short_enough) return std::string(word(*def));
    return escape(text);
  }

  bool at(std::string step, ValType a, ValType b) {
    path_.push_back(std::move(step));
    const bool result = same(a, b);
    path_.pop_back();
    return result;
  }

  bool same_optional(std::string_view step, const std::optional<ValType>& a, const std::optional<ValType>& b) {
    if (!a && !b) return true;
    if (a && b) return at(std::string(step), *a, *b);
    return differ(fmt::format("{}: expected {}, found {}", step, a ? describe(a_, *a) : "none", b ? describe(b_, *b) : "none"));
  }

  bool same_count(std::string_view one, std::string_view many, std::size_t a, std::size_t b) {
    if (a == b) return true;
    return differ(fmt::format("expected {} {}, found {}", a, a == 1 ? one : many, b));
  }

  bool same_name(const std::string& what, std::string_view a, std::string_view b) {
    if (a == b) return true;
    return differ(fmt::format("{}: expected the name `{}`, found `{}`", what, escape(a), escape(b)));
  }

  bool same_names(std::string_view one, std::string_view many, const std::vector<std::string>& a, const std::vector<std::string>& b) {
    if (!same_list_of_names(one, a, b)) return false;
    return same_count(one, many, a.size(), b.size());
  }
  bool same_list_of_names(std::string_view one, const std::vector<std::string>& a, const std::vector<std::string>& b) {
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
      if (!same_name(fmt::format("{} {}", one, i + 1), a[i], b[i])) return false;
    }
    return true;
  }

  bool same_def(const RecordType& a, const RecordType& b) {
    for (std::size_t i = 0; i < a.fields.size() && i < b.fields.size(); ++i) {
      if (!same_name(fmt::format("field {}", i + 1), a.fields[i].name, b.fields[i].name)) return false;
      if (!at(fmt::format("field `{}`", escape(a.fields[i].name)), a.fields[i].type, b.fields[i].type)) return false;
    }
    return same_count("field", "fields", a.fields.size(), b.fields.size());
  }
  bool same_def(const VariantType& a, const VariantType& b) {
    for (std::size_t i = 0; i < a.cases.size() && i < b.cases.size(); ++i) {
      if (!same_name(fmt::format("case {}", i + 1), a.cases[i].name, b.cases[i].name)) return false;
      if (!same_optional(fmt::format("case `{}`", escape(a.cases[i].name)), a.cases[i].type, b.cases[i].type)) return false;
    }
    return same_count("case", "cases", a.cases.size(), b.cases.size());
  }
  bool same_def(const ListType& a, const ListType& b) { return at("list element", a.element, b.element); }
  bool same_def(const FixedListType& a, const FixedListType& b) {
    if (a.length != b.length) return differ(fmt::format("expected a list of length {}, found {}", a.length, b.length));
    return at("list element", a.element, b.element);
  }
  bool same_def(const MapType& a, const MapType& b) { return at("map key", a.key, b.key) && at("map value", a.value, b.value); }
  bool same_def(const TupleType& a, const TupleType& b) {
    if (!same_count("tuple element", "tuple elements", a.types.size(), b.types.size())) return false;
    for (std::size_t i = 0; i < a.types.size(); ++i) {
      if (!at(fmt::format("tuple element {}", i), a.types[i], b.types[i])) return false;
    }
    return true;
  }
  bool same_def(const FlagsType& a, const FlagsType& b) { return same_names("flag", "flags", a.names, b.names); }
  bool same_def(const EnumType& a, const EnumType& b) { return same_names("enum case", "enum cases", a.names, b.names); }
  bool same_def(const OptionType& a, const OptionType& b) { return at("option", a.some, b.some); }
  bool same_def(const ResultType& a, const ResultType& b) { return same_optional("ok", a.ok, b.ok) && same_optional("error", a.err, b.err); }
  bool same_def(const OwnType& a, const OwnType& b) { return at("own", ValType(a.resource), ValType(b.resource)); }
  bool same_def(const BorrowType& a, const BorrowType& b) { return at("borrow", ValType(a.resource), ValType(b.resource)); }
  bool same_def(const StreamType& a, const StreamType& b) { return same_optional("stream element", a.element, b.element); }
  bool same_def(const FutureType& a, const FutureType& b) { return same_optional("future value", a.element, b.element); }
  bool same_def(const ResourceType& a, const ResourceType& b) {
    if (same_resource_ ? same_resource_(a.id, b.id) : a.id == b.id) return true;
    return differ("these are different resources");
  }
  bool same_def(const AliasType&, const AliasType&) { WCOMP_CHECK(false); }

  const TypeArena& a_;
  const TypeArena& b_;
  const SameResource& same_resource_;
  std::set<std::pair<TypeId, TypeId>> equal_;
  std::vector<std::string> path_;
  std::size_t depth_ = 0;
  std::string message_;
};

}  // namespace

bool structurally_equal(const TypeArena& arena_a, ValType a, const TypeArena& arena_b, ValType b, const SameResource& same_resource) {
  return Comparison(arena_a, arena_b, same_resource).same(a, b);
}

bool structurally_equal(const TypeArena& arena_a, const FuncType& a, const TypeArena& arena_b, const FuncType& b, const SameResource& same_resource) {
  return Comparison(arena_a, arena_b, same_resource).same(a, b);
}

std::string difference(const TypeArena& arena_expected, ValType expected, const TypeArena& arena_found, ValType found, const SameResource& same_resource) {
  Comparison c(arena_expected, arena_found, same_resource);
  return c.same(expected, found) ? std::string() : c.take_message();
}

std::string difference(const TypeArena& arena_expected, const FuncType& expected, const TypeArena& arena_found, const FuncType& found,
                       const SameResource& same_resource) {
  Comparison c(arena_expected, arena_found, same_resource);
  return c.same(expected, found) ? std::string() : c.take_message();
}

}  // namespace wcomp::types
