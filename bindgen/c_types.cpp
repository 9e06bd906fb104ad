#include "bindgen/c_types.h"

#include <fmt/format.h>

#include "base/match.h"
#include "base/text.h"

namespace wcomp::bindgen {
namespace {

using types::Prim;
using types::ValType;
using Kind = CType::Kind;

std::string_view c_prim(Prim p) {
  switch (p) {
    case Prim::bool_: return "bool";
    case Prim::s8: return "int8_t";
    case Prim::u8: return "uint8_t";
    case Prim::s16: return "int16_t";
    case Prim::u16: return "uint16_t";
    case Prim::s32: return "int32_t";
    case Prim::u32: return "uint32_t";
    case Prim::s64: return "int64_t";
    case Prim::u64: return "uint64_t";
    case Prim::f32: return "float";
    case Prim::f64: return "double";
    case Prim::char_: return "uint32_t";
    case Prim::string: case Prim::error_context: break;
  }
  return "";
}

constexpr std::size_t max_stem = 120;

/// What is too long to be a name: its beginning and a number made of all of it (FNV-1a).
std::string shortened(std::string stem) {
  if (stem.size() <= max_stem) return stem;
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : stem) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return fmt::format("{}_{:016x}", stem.substr(0, max_stem - 40), hash);
}

}  // namespace

const CType& CTypes::primitive(Prim prim) {
  if (const auto it = primitives_.find(prim); it != primitives_.end()) return *it->second;
  CType t;
  t.shape = *shapes_.of(ValType(prim));
  if (prim == Prim::string) {
    t.kind = Kind::string;
    t.stem = "string";
    t.name = names_.take(names_.world() + "_string_t");
    finish(t);
  } else {
    t.name = c_prim(prim);
    t.stem = types::to_string(prim);
  }
  all_.push_back(std::make_unique<CType>(std::move(t)));
  return *primitives_.emplace(prim, all_.back().get()).first->second;
}

bool CTypes::is_possible(wit::TypeDeclId decl) {
  const wit::TypeDecl& d = model_.graph().type_decls[decl];
  if (model_.graph().types.get<types::ResourceType>(d.type) != nullptr) return true;
  const auto shape = shapes_.of(ValType(d.type));
  return shape && !(*shape)->has_async;
}

std::pair<wit::TypeDeclId, const Scope*> CTypes::resource(wit::TypeDeclId decl, const Scope& from) const {
  const Scope* home = &model_.home(decl, from);
  while (const auto next = model_.graph().type_decls[decl].alias_of) {
    decl = *next;
    home = &model_.home(decl, *home);
  }
  return {decl, home};
}

const CType& CTypes::of(ValType type, const Scope& from) {
  if (const auto* p = std::get_if<Prim>(&type)) return primitive(*p);
  const types::TypeId id = std::get<types::TypeId>(type);
  if (const auto it = known_.find({id, &from}); it != known_.end()) return *it->second;
  const wit::Graph& graph = model_.graph();
  const auto decl = graph.decl_of_type.find(id);
  const Scope& home = decl == graph.decl_of_type.end() ? from : model_.home(decl->second, from);
  const CType* found = nullptr;
  const types::TypeDef& def = graph.types[id];
  if (decl != graph.decl_of_type.end() && &home != &from) {
    found = &of(type, home);
  } else if (decl != graph.decl_of_type.end() && graph.type_decls[decl->second].alias_of) {
    found = &of(ValType(graph.type_decls[*graph.type_decls[decl->second].alias_of].type), home);
  } else if (const auto* alias = std::get_if<types::AliasType>(&def)) {
    found = &of(alias->target, home);
  } else if (std::holds_alternative<types::RecordType>(def) || std::holds_alternative<types::VariantType>(def) ||
             std::holds_alternative<types::EnumType>(def) || std::holds_alternative<types::FlagsType>(def)) {
    found = &by_name(graph.decl_of_type.at(id), home);
  } else {
    found = &by_structure(id, home);
  }
  known_.emplace(std::pair(id, &from), found);
  return *found;
}

const CType& CTypes::by_name(wit::TypeDeclId decl, const Scope& home) {
  const types::TypeId id = model_.graph().type_decls[decl].type;
  CType t;
  t.shape = *shapes_.of(ValType(id));
  t.name = names_.type(decl, home);
  t.stem = t.name.substr(0, t.name.ends_with("_t") ? t.name.size() - 2 : t.name.size());
  t.home = &home;
  t.decl = decl;
  match(
      model_.graph().types[id],
      [&](const types::RecordType& r) {
        t.kind = Kind::record;
        NameScope fields;
        for (const auto& f : r.fields) t.members.push_back({fields.take(value_name(f.name)), &of(f.type, home), f.type});
      },
      [&](const types::VariantType& v) {
        t.kind = Kind::variant;
        NameScope cases;
        for (const auto& c : v.cases) {
          const std::string name = cases.take(value_name(c.name));
          t.members.push_back({"val." + name, c.type ? &of(*c.type, home) : nullptr, c.type.value_or(ValType(Prim::bool_))});
        }
      },
      [](const auto&) {});  // scalars
  finish(t);
  all_.push_back(std::make_unique<CType>(std::move(t)));
  return *all_.back();
}

const CType& CTypes::handle(types::TypeId resource_type, const Scope& from, bool is_own) {
  const auto [decl, home] = resource(model_.resource_decl(resource_type), from);
  const bool is_exported = home->direction == Direction::export_;
  CType t;
  t.kind = is_own ? Kind::own : is_exported ? Kind::rep : Kind::borrow;
  t.name = is_own ? names_.own(decl, *home) : names_.borrow(decl, *home);
  t.stem = t.name.substr(0, t.name.ends_with("_t") ? t.name.size() - 2 : t.name.size());
  t.resource = decl;
  t.home = home;
  t.has_own = is_own;
  t.has_borrow = t.kind == Kind::borrow;
  return intern(std::move(t));
}

const CType& CTypes::by_structure(types::TypeId id, const Scope& from) {
  CType t;
  t.shape = *shapes_.of(ValType(id));
  const auto add = [&](std::string name, ValType type) -> const CType& {
    t.members.push_back({std::move(name), &of(type, from), type});
    return *t.members.back().type;
  };
  const auto add_case = [&](std::string name, const std::optional<ValType>& type) -> std::string {
    if (type) return add(std::move(name), *type).stem;
    t.members.push_back({std::move(name), nullptr, Prim::bool_});
    return "void";
  };
  const types::TypeDef& def = model_.graph().types[id];
  if (const auto* own = std::get_if<types::OwnType>(&def)) return handle(own->resource, from, true);
  if (const auto* borrow = std::get_if<types::BorrowType>(&def)) return handle(borrow->resource, from, false);
  match(
      def,
      [&](const types::ListType& l) {
        t.kind = Kind::list;
        t.stem = "list_" + add("ptr", l.element).stem;
      },
      [&](const types::FixedListType& l) {
        t.kind = Kind::array;
        t.length = l.length;
        t.stem = fmt::format("list{}_{}", l.length, add("items", l.element).stem);
      },
      [&](const types::MapType& m) {
        t.kind = Kind::list;
        t.stem = "map_" + of(m.key, from).stem + "_" + of(m.value, from).stem;
        t.members.push_back({"ptr", &map_entry(m, from, *t.shape), Prim::bool_});
      },
      [&](const types::OptionType& o) {
        t.kind = Kind::variant;
        t.tag = CType::Tag::is_some;
        t.members.push_back({"", nullptr, Prim::bool_});
        t.stem = "option_" + add("val", o.some).stem;
      },
      [&](const types::ResultType& r) {
        t.kind = Kind::variant;
        t.tag = CType::Tag::is_err;
        const std::string ok = add_case("val.ok", r.ok);
        t.stem = "result_" + ok + "_" + add_case("val.err", r.err);
      },
      [&](const types::TupleType& e) {
        t.kind = Kind::record;
        t.stem = fmt::format("tuple{}", e.types.size());
        for (const ValType part : e.types) t.stem += "_" + add(fmt::format("f{}", t.members.size()), part).stem;
      },
      [](const auto&) {});  // asynchronous ones were refused
  return intern(std::move(t));
}

const CType& CTypes::map_entry(const types::MapType& map, const Scope& from, const cabi::Shape& list) {
  CType t;
  t.kind = Kind::record;
  t.shape = list.element;
  t.stem = "map_entry_" + of(map.key, from).stem + "_" + of(map.value, from).stem;
  t.members.push_back({"key", &of(map.key, from), map.key});
  t.members.push_back({"value", &of(map.value, from), map.value});
  return intern(std::move(t));
}

const CType& CTypes::intern(CType type) {
  std::string key = fmt::format("{} {} {} {}", static_cast<int>(type.kind), static_cast<int>(type.tag), type.length, type.name);
  for (const CMember& m : type.members) key += fmt::format(" {}:{}", m.name, static_cast<const void*>(m.type));
  if (const auto it = structures_.find(key); it != structures_.end()) return *it->second;
  if (type.shape == nullptr) type.shape = *shapes_.of(ValType(Prim::u32));  // a handle, or the address of an object
  if (type.name.empty()) {
    type.stem = shortened(std::move(type.stem));
    type.name = names_.take(names_.world() + "_" + type.stem + "_t");
  }
  finish(type);
  all_.push_back(std::make_unique<CType>(std::move(type)));
  return *structures_.emplace(std::move(key), all_.back().get()).first->second;
}

/// What follows from the members, whose types are finished.
void CTypes::finish(CType& type) {
  for (const CMember& m : type.members) {
    type.has_own = type.has_own || (m.type != nullptr && m.type->has_own);
    type.has_borrow = type.has_borrow || (m.type != nullptr && m.type->has_borrow);
  }
  if (type.kind == Kind::own) {
    type.free = names_.take(names_.prefix(*type.home) + "_" + to_snake_case(model_.graph().type_decls[type.resource].name) + "_drop_own");
  } else if (type.has_own || type.shape->has_pointers) {
    type.free = names_.take((type.home == nullptr ? names_.world() + "_" : "") + type.stem + "_free");
  }
}

}  // namespace wcomp::bindgen
