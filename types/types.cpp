#include "types/types.h"

#include <fmt/format.h>

#include "base/match.h"

namespace wcomp::types {

std::string_view to_string(Prim p) {
  static constexpr std::string_view names[] = {
#define WCOMP_PRIM(name, text, opcode, size, core) text,
#include "types/primitives.def"
#undef WCOMP_PRIM
  };
  return names[static_cast<std::size_t>(p)];
}

ValType TypeArena::resolve(ValType t) const {
  while (const TypeId* id = std::get_if<TypeId>(&t)) {
    const AliasType* alias = std::get_if<AliasType>(&defs_[*id]);
    if (alias == nullptr) break;
    t = alias->target;
  }
  return t;
}

TypeId TypeArena::resolve(TypeId id) const {
  const ValType t = resolve(ValType(id));
  WCOMP_CHECK(std::holds_alternative<TypeId>(t));
  return std::get<TypeId>(t);
}

const TypeDef* TypeArena::def(ValType t) const {
  t = resolve(t);
  const TypeId* id = std::get_if<TypeId>(&t);
  return id == nullptr ? nullptr : &defs_[*id];
}

ResourceId TypeArena::resource(TypeId id) const {
  const ResourceType* r = get<ResourceType>(ValType(id));
  WCOMP_CHECK(r != nullptr);
  return r->id;
}

namespace {

/// Bounds what a message may become, since nested types can be exponentially large when written out.
constexpr std::size_t max_text = 400;

class Printer {
 public:
  explicit Printer(const TypeArena& arena) : arena_(arena) {}

  void type(ValType t) {
    if (out_.size() > max_text) {
      if (!out_.ends_with("...")) out_ += "...";
      return;
    }
    t = arena_.resolve(t);
    if (const Prim* p = std::get_if<Prim>(&t)) {
      out_ += to_string(*p);
      return;
    }
    match(
        arena_[std::get<TypeId>(t)],
        [&](const RecordType& r) {
          out_ += "record { ";
          for (const Field& f : r.fields) { separate(f.name + ": "); type(f.type); }
          close(" }");
        },
        [&](const VariantType& v) {
          out_ += "variant { ";
          for (const Case& c : v.cases) { separate(c.name); payload(c.type); }
          close(" }");
        },
        [&](const ListType& l) { angle("list", {l.element}); },
        [&](const FixedListType& l) {
          out_ += "list<";
          type(l.element);
          out_ += fmt::format(", {}>", l.length);
        },
        [&](const MapType& m) { angle("map", {m.key, m.value}); },
        [&](const TupleType& t2) { angle("tuple", t2.types); },
        [&](const FlagsType& f) { names("flags", f.names); }, [&](const EnumType& e) { names("enum", e.names); },
        [&](const OptionType& o) { angle("option", {o.some}); },
        [&](const ResultType& r) {
          out_ += "result";
          if (!r.ok && !r.err) return;
          out_ += "<";
          if (r.ok) type(*r.ok); else out_ += "_";
          if (r.err) {
            out_ += ", ";
            type(*r.err);
          }
          out_ += ">";
        },
        [&](const OwnType&) { out_ += "own<resource>"; }, [&](const BorrowType&) { out_ += "borrow<resource>"; },
        [&](const StreamType& s) { optional_angle("stream", s.element); }, [&](const FutureType& f) { optional_angle("future", f.element); },
        [&](const ResourceType&) { out_ += "resource"; }, [&](const AliasType&) {});
  }

  void func(const FuncType& f) {
    out_ += f.is_async ? "async func(" : "func(";
    for (const Param& p : f.params) { separate(p.name + ": "); type(p.type); }
    out_ += ")";
    if (f.result) {
      out_ += " -> ";
      type(*f.result);
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void separate(std::string_view text) {
    const char last = out_.empty() ? '(' : out_.back();
    if (last != '(' && last != ' ' && last != '<') out_ += ", ";
    out_ += text;
  }
  void close(std::string_view text) { out_ += text; }
  void payload(const std::optional<ValType>& t) {
    if (!t) return;
    out_ += "(";
    type(*t);
    out_ += ")";
  }
  void angle(std::string_view word, const std::vector<ValType>& args) {
    out_ += word;
    out_ += "<";
    bool first = true;
    for (ValType a : args) {
      if (!first) out_ += ", ";
      first = false;
      type(a);
    }
    out_ += ">";
  }
  void optional_angle(std::string_view word, const std::optional<ValType>& t) {
    if (t) angle(word, {*t});
    else out_ += word;
  }
  void names(std::string_view word, const std::vector<std::string>& list) {
    out_ += fmt::format("{} {{ {} }}", word, fmt::join(list, ", "));
  }

  const TypeArena& arena_;
  std::string out_;
};

}  // namespace

std::string to_string(const TypeArena& arena, ValType t) {
  Printer p(arena);
  p.type(t);
  return p.take();
}

std::string to_string(const TypeArena& arena, const FuncType& f) {
  Printer p(arena);
  p.func(f);
  return p.take();
}

}  // namespace wcomp::types
