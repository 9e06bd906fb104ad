#include "runtime/type_match.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "base/match.h"
#include "wcomp/crossing.h"

namespace wcomp::runtime {

using namespace types;

namespace {

/// WIT words by TypeKind.
constexpr std::string_view kind_words[] = {"bool",    "s8",   "u8",    "s16",    "u16",    "s32",  "u32",   "s64",    "u64",
                                           "f32",     "f64",  "char",  "string", "list",   "list", "map",   "record", "tuple",
                                           "variant", "enum", "flags", "option", "result", "own",  "borrow", "error-context"};

bool is_primitive(TypeKind k) {
  return k <= TypeKind::string;
}
std::string_view word(TypeKind k) {
  return kind_words[static_cast<std::size_t>(k)];
}

std::string text(const TypeDesc* d) {
  return d == nullptr ? "nothing" : to_string(*d);
}

const TypeDesc* part(const TypeDesc& d, std::size_t i) {
  return d.parts == nullptr ? nullptr : d.parts[i];
}

struct Matcher {
  const TypeArena& arena;
  const BindResource& bind;

  std::string mismatch(ValType type, const TypeDesc& d) const {
    return fmt::format("the component has `{}`, the host `{}`", types::to_string(arena, type), to_string(d));
  }

  /// For fields and cases, `what`: which of them only one side has. Both types in full would hide the one field that is new.
  template <class Items>
  std::string mismatch_of_names(ValType type, const TypeDesc& d, std::string_view what, const Items& items) const {
    if (d.names == nullptr) return mismatch(type, d);
    const std::span<const char* const> host(d.names, d.count);
    for (const auto& item : items) {
      if (std::ranges::find(host, std::string_view(item.name)) == host.end()) return fmt::format("the component has a {} `{}`, the host has none of that name", what, item.name);
    }
    for (const std::string_view name : host) {
      if (std::ranges::find(items, name, [](const auto& item) { return std::string_view(item.name); }) == items.end()) return fmt::format("the host has a {} `{}`, the component has none of that name", what, name);
    }
    return mismatch(type, d);  // another order
  }

  std::string at(std::string_view where, std::string inner) const {
    if (inner.empty()) return inner;
    const bool is_deeper = !inner.starts_with("the ");
    return fmt::format("{}{} {}", where, is_deeper ? "," : ":", inner);
  }

  std::string optional(const std::optional<ValType>& type, const TypeDesc* d) const {
    if (!type && d == nullptr) return {};
    if (type && d != nullptr) return compare(*type, *d);
    return fmt::format("the component has `{}`, the host `{}`", type ? types::to_string(arena, *type) : "nothing", text(d));
  }

  std::string names(ValType type, const std::vector<std::string>& names, const TypeDesc& d) const {
    if (names.size() != d.count) return mismatch(type, d);
    for (std::size_t i = 0; i < d.count; ++i) {
      if (d.names == nullptr || names[i] != d.names[i]) return mismatch(type, d);
    }
    return {};
  }

  std::string resource(TypeId id, const TypeDesc& d) const {
    return d.resource == nullptr ? "the host names no class for the resource" : bind(*d.resource, arena.resource(id));
  }

  std::string compare(ValType type, const TypeDesc& d) const {
    type = arena.resolve(type);
    if (const Prim* p = std::get_if<Prim>(&type)) {
      return is_primitive(d.kind) && types::to_string(*p) == word(d.kind) ? std::string() : mismatch(type, d);
    }
    auto is = [&](TypeKind kind) { return d.kind == kind; };
    return match(
        arena[std::get<TypeId>(type)],
        [&](const RecordType& t) {
          if (!is(TypeKind::record) || d.names == nullptr) return mismatch(type, d);
          if (t.fields.size() != d.count) return mismatch_of_names(type, d, "field", t.fields);
          for (std::size_t i = 0; i < d.count; ++i) {
            if (t.fields[i].name != d.names[i]) return mismatch_of_names(type, d, "field", t.fields);
            if (std::string s = at(fmt::format("field `{}`", t.fields[i].name), compare(t.fields[i].type, *d.parts[i])); !s.empty())
              return s;
          }
          return std::string();
        },
        [&](const VariantType& t) {
          if (!is(TypeKind::variant) || d.names == nullptr) return mismatch(type, d);
          if (t.cases.size() != d.count) return mismatch_of_names(type, d, "case", t.cases);
          for (std::size_t i = 0; i < d.count; ++i) {
            if (t.cases[i].name != d.names[i]) return mismatch_of_names(type, d, "case", t.cases);
            if (std::string s = at(fmt::format("case `{}`", t.cases[i].name), optional(t.cases[i].type, part(d, i))); !s.empty()) return s;
          }
          return std::string();
        },
        [&](const ListType& t) { return is(TypeKind::list) ? at("element", compare(t.element, *d.parts[0])) : mismatch(type, d); },
        [&](const FixedListType& t) {
          return is(TypeKind::fixed_list) && t.length == d.count ? at("element", compare(t.element, *d.parts[0])) : mismatch(type, d);
        },
        [&](const MapType& t) {
          if (!is(TypeKind::map)) return mismatch(type, d);
          std::string s = at("key", compare(t.key, *d.parts[0]));
          return s.empty() ? at("value", compare(t.value, *d.parts[1])) : s;
        },
        [&](const TupleType& t) {
          if (!is(TypeKind::tuple) || t.types.size() != d.count) return mismatch(type, d);
          for (std::size_t i = 0; i < d.count; ++i) {
            if (std::string s = at(fmt::format("element {}", i), compare(t.types[i], *d.parts[i])); !s.empty()) return s;
          }
          return std::string();
        },
        [&](const FlagsType& t) { return is(TypeKind::flags) ? names(type, t.names, d) : mismatch(type, d); },
        [&](const EnumType& t) { return is(TypeKind::enum_) ? names(type, t.names, d) : mismatch(type, d); },
        [&](const OptionType& t) { return is(TypeKind::option) ? at("option", compare(t.some, *d.parts[0])) : mismatch(type, d); },
        [&](const ResultType& t) {
          if (!is(TypeKind::result)) return mismatch(type, d);
          std::string s = at("ok", optional(t.ok, part(d, 0)));
          return s.empty() ? at("error", optional(t.err, part(d, 1))) : s;
        },
        [&](const OwnType& t) { return is(TypeKind::own) ? resource(t.resource, d) : mismatch(type, d); },
        [&](const BorrowType& t) { return is(TypeKind::borrow) ? resource(t.resource, d) : mismatch(type, d); },
        [&](const auto&) { return mismatch(type, d); });
  }
};

void print_named(std::string& out, const TypeDesc& d, bool is_variant) {
  out += word(d.kind);
  out += " { ";
  for (std::size_t i = 0; i < d.count; ++i) {
    if (i != 0) out += ", ";
    out += d.names == nullptr ? "?" : d.names[i];
    const TypeDesc* p = part(d, i);
    if (p == nullptr) continue;
    out += is_variant ? fmt::format("({})", to_string(*p)) : fmt::format(": {}", to_string(*p));
  }
  out += " }";
}

}  // namespace

std::string to_string(const TypeDesc& d) {
  std::string out;
  switch (d.kind) {
    case TypeKind::record:
      print_named(out, d, false);
      return out;
    case TypeKind::variant:
      print_named(out, d, true);
      return out;
    case TypeKind::enum_:
    case TypeKind::flags:
      out = fmt::format("{} {{ ", word(d.kind));
      for (std::size_t i = 0; i < d.count; ++i) out += fmt::format("{}{}", i == 0 ? "" : ", ", d.names == nullptr ? "?" : d.names[i]);
      return out + " }";
    case TypeKind::tuple:
      out = "tuple<";
      for (std::size_t i = 0; i < d.count; ++i) out += fmt::format("{}{}", i == 0 ? "" : ", ", to_string(*d.parts[i]));
      return out + ">";
    case TypeKind::list:
    case TypeKind::option:
      return fmt::format("{}<{}>", word(d.kind), to_string(*d.parts[0]));
    case TypeKind::fixed_list:
      return fmt::format("list<{}, {}>", to_string(*d.parts[0]), d.count);
    case TypeKind::map:
      return fmt::format("map<{}, {}>", to_string(*d.parts[0]), to_string(*d.parts[1]));
    case TypeKind::result: {
      const TypeDesc* ok = part(d, 0);
      const TypeDesc* err = part(d, 1);
      if (ok == nullptr && err == nullptr) return "result";
      out = fmt::format("result<{}", ok == nullptr ? "_" : to_string(*ok));
      return out + (err == nullptr ? ">" : fmt::format(", {}>", to_string(*err)));
    }
    case TypeKind::own:
    case TypeKind::borrow:
      return fmt::format("{}<{}>", word(d.kind), d.resource == nullptr ? "?" : d.resource->name);
    default:
      return std::string(word(d.kind));
  }
}

std::string to_string(const FuncDesc& f) {
  std::string out = "func(";
  for (std::size_t i = 0; i < f.param_count; ++i) out += fmt::format("{}{}", i == 0 ? "" : ", ", to_string(*f.params[i]));
  out += ")";
  if (f.result != nullptr) out += fmt::format(" -> {}", to_string(*f.result));
  return out;
}

std::string type_difference(const TypeArena& arena, const FuncType& type, const FuncDesc& desc, const BindResource& bind) {
  const Matcher m{.arena = arena, .bind = bind};
  if (type.is_async) return "the component has an async function, the host one that is not";
  if (type.params.size() != desc.param_count) {
    return fmt::format("the component has {} parameters, the host {}", type.params.size(), desc.param_count);
  }
  for (std::size_t i = 0; i < desc.param_count; ++i) {
    if (std::string s = m.at(fmt::format("parameter `{}`", type.params[i].name), m.compare(type.params[i].type, *desc.params[i]));
        !s.empty())
      return s;
  }
  return m.at("result", m.optional(type.result, desc.result));
}

}  // namespace wcomp::runtime
