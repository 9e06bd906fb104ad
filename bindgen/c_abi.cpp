#include "bindgen/c_abi.h"

#include <fmt/format.h>

namespace wcomp::bindgen {

using Kind = CType::Kind;
using core::ValType;

std::string_view c_core_type(ValType type) {
  switch (type) {
    case ValType::i64: return "int64_t";
    case ValType::f32: return "float";
    case ValType::f64: return "double";
    default: return "int32_t";
  }
}

std::string member_of(const std::string& e, std::string_view name) {
  if (e.starts_with("(*") && e.ends_with(")")) return fmt::format("{}->{}", std::string_view(e).substr(2, e.size() - 3), name);
  return fmt::format("{}.{}", e, name);
}

void CBlock::line(std::string_view code) { text += fmt::format("{:{}}{}\n", "", depth * 2, code); }
void CBlock::open(std::string_view code) {
  line(code);
  ++depth;
}
void CBlock::close(std::string_view code) {
  --depth;
  line(code);
}

namespace {

/// `&x`, or `x` for `(*x)`.
std::string address_of(const std::string& e) {
  if (e.starts_with("(*") && e.ends_with(")")) return e.substr(2, e.size() - 3);
  return "&" + e;
}

}  // namespace

template <class Wanted, class F>
void CAbi::for_each_case(const CType& type, const std::string& tag, CBlock& block, Wanted is_wanted, F f) {
  if (type.has_bool_tag()) {
    const bool has_first = is_wanted(0);
    const bool has_second = is_wanted(1);
    if (!has_first && !has_second) return;
    block.open(fmt::format("if ({}{}) {{", has_second ? "" : "!", tag));
    f(has_second ? 1 : 0);
    if (has_first && has_second) {
      block.close("} else {");
      ++block.depth;
      f(0);
    }
    block.close();
    return;
  }
  bool is_open = false;
  for (std::size_t i = 0; i < type.members.size(); ++i) {
    if (!is_wanted(i)) continue;
    if (!is_open) block.open(fmt::format("switch ({}) {{", tag));
    is_open = true;
    block.open(fmt::format("case {}: {{", i));
    f(i);
    block.line("break;");
    block.close();
  }
  if (!is_open) return;
  block.line("default: break;");
  block.close();
}

// Walks over values.

bool CAbi::needs(Walk walk, const CType& type) {
  switch (walk) {
    case Walk::free: return !type.free.empty();
    case Walk::forget: return type.has_own;
    case Walk::drop_borrows: return type.has_borrow;
  }
  return false;
}

void CAbi::apply(Walk walk, const CType& type, const std::string& e, CBlock& block) {
  if (!needs(walk, type)) return;
  if (type.kind == Kind::own) {
    if (walk == Walk::free) {
      block.line(fmt::format("if ({} != 0) {}({});", member_of(e, "handle"), type.free, e));
    } else {
      block.line(fmt::format("{} = 0;", member_of(e, "handle")));
    }
  } else if (type.kind == Kind::borrow) {
    const CType& own = types_.own_of(type.resource, *type.home);
    block.line(fmt::format("{}(({}){{{}}});", own.free, own.name, member_of(e, "handle")));
  } else {
    block.line(fmt::format("{}({});", function(walk, type), address_of(e)));
  }
}

const std::string& CAbi::function(Walk walk, const CType& type) {
  if (walk == Walk::free) return type.free;
  if (const auto it = walks_.find({walk, &type}); it != walks_.end()) return it->second;
  const std::string stem = type.name.ends_with("_t") ? type.name.substr(0, type.name.size() - 2) : type.name;
  std::string name = names_.take(stem + (walk == Walk::forget ? "_forget" : "_drop_borrows"));
  const bool is_static = walk == Walk::drop_borrows;  // imports, which are inline, end no borrows
  if (!is_static) inline_functions += fmt::format("void {}({} *value);\n", name, type.name);
  define(walk, type, name, is_static);
  return walks_.emplace(std::pair(walk, &type), std::move(name)).first->second;
}

void CAbi::define_free(const CType& type) { define(Walk::free, type, type.free, false); }

void CAbi::define(Walk walk, const CType& type, const std::string& name, bool is_static) {
  CBlock block;
  const std::string value = "(*value)";
  switch (type.kind) {
    case Kind::list:
      if (needs(walk, *type.members.front().type)) {
        block.line("for (size_t i = 0; i < value->len; i++) {");
        ++block.depth;
        apply(walk, *type.members.front().type, "value->ptr[i]", block);
        block.close();
      }
      [[fallthrough]];
    case Kind::string:
      if (walk == Walk::free) block.line("if (value->len > 0) free(value->ptr);");
      break;
    case Kind::array:
      block.open(fmt::format("for (size_t i = 0; i < {}; i++) {{", type.length));
      apply(walk, *type.members.front().type, "value->items[i]", block);
      block.close();
      break;
    case Kind::record:
      for (const CMember& m : type.members) apply(walk, *m.type, member_of(value, m.name), block);
      break;
    case Kind::variant:
      for_each_case(
          type, member_of(value, type.tag_name()), block,
          [&](std::size_t i) { return type.members[i].type != nullptr && needs(walk, *type.members[i].type); },
          [&](std::size_t i) { apply(walk, *type.members[i].type, member_of(value, type.members[i].name), block); });
      break;
    default: break;
  }
  functions += fmt::format("{}void {}({} *value) {{\n{}}}\n", is_static ? "static " : "", name, type.name, block.text);
}

// Core values.

const std::string& CAbi::bits_function(std::string_view name, std::string_view result, std::string_view param) {
  if (const auto it = bits_.find(name); it != bits_.end()) return it->second;
  std::string full = names_.take(fmt::format("{}_{}", names_.world(), name));
  inline_functions += fmt::format("static inline __attribute__((unused)) {0} {1}({2} value) {{\n  {0} out;\n  __builtin_memcpy(&out, &value, sizeof out);\n  return out;\n}}\n", result, full, param);
  return bits_.emplace(name, std::move(full)).first->second;
}

/// What the spec's `lower_flat_variant` and `lift_flat_variant` do to a value that shares its place with those of other types.
std::string CAbi::converted(const std::string& text, ValType from, ValType to) {
  if (from == to) return text;
  if (from == ValType::f32) {
    const std::string bits = fmt::format("{}({})", bits_function("bits_of_f32", "int32_t", "float"), text);
    return to == ValType::i32 ? bits : fmt::format("(int64_t)(uint32_t){}", bits);
  }
  if (from == ValType::f64) return fmt::format("{}({})", bits_function("bits_of_f64", "int64_t", "double"), text);
  if (to == ValType::f32) {
    return fmt::format("{}({}{})", bits_function("f32_of_bits", "float", "int32_t"), from == ValType::i64 ? "(int32_t)" : "", text);
  }
  if (to == ValType::f64) return fmt::format("{}({})", bits_function("f64_of_bits", "double", "int64_t"), text);
  return to == ValType::i64 ? fmt::format("(int64_t)(uint32_t){}", text) : fmt::format("(int32_t){}", text);
}

void CAbi::lower(const CType& type, const std::string& e, CBlock& block, std::vector<std::string>& out) {
  switch (type.kind) {
    case Kind::scalar: {
      const ValType core = type.shape->flat.front();
      const bool is_float = core == ValType::f32 || core == ValType::f64;
      out.push_back(is_float || type.name == c_core_type(core) ? e : fmt::format("({}){}", c_core_type(core), e));
      break;
    }
    case Kind::string: case Kind::list:
      out.push_back("(int32_t)" + member_of(e, "ptr"));
      out.push_back("(int32_t)" + member_of(e, "len"));
      break;
    case Kind::array:
      for (std::uint32_t i = 0; i < type.length; ++i) lower(*type.members.front().type, member_of(e, fmt::format("items[{}]", i)), block, out);
      break;
    case Kind::record:
      for (const CMember& m : type.members) lower(*m.type, member_of(e, m.name), block, out);
      break;
    case Kind::variant: lower_variant(type, e, block, out); break;
    case Kind::own: case Kind::borrow: out.push_back(member_of(e, "handle")); break;
    case Kind::rep: out.push_back("(int32_t)" + e); break;
  }
}

void CAbi::lower_variant(const CType& type, const std::string& e, CBlock& block, std::vector<std::string>& out) {
  const std::string tag = member_of(e, type.tag_name());
  out.push_back("(int32_t)" + tag);
  std::vector<std::string> joined;
  for (std::size_t i = 1; i < type.shape->flat.size(); ++i) {
    joined.push_back(block.locals.take("flat" + std::to_string(i)));
    block.line(fmt::format("{} {} = 0;", c_core_type(type.shape->flat[i]), joined.back()));
  }
  for_each_case(
      type, tag, block, [&](std::size_t i) { return type.members[i].type != nullptr; },
      [&](std::size_t i) {
        const CType& payload = *type.members[i].type;
        std::vector<std::string> values;
        lower(payload, member_of(e, type.members[i].name), block, values);
        for (std::size_t k = 0; k < values.size(); ++k) {
          block.line(fmt::format("{} = {};", joined[k], converted(values[k], payload.shape->flat[k], type.shape->flat[k + 1])));
        }
      });
  out.insert(out.end(), joined.begin(), joined.end());
}

void CAbi::lift(const CType& type, const std::string& target, const std::vector<CoreValue>& from, std::size_t& next, CBlock& block) {
  switch (type.kind) {
    case Kind::scalar: {
      const CoreValue& value = from[next++];
      if (type.name == "bool") {
        block.line(fmt::format("{} = {} != 0;", target, value.text));
      } else {
        block.line(fmt::format("{} = {}{};", target, type.name == c_core_type(value.type) ? "" : "(" + type.name + ")", value.text));
      }
      break;
    }
    case Kind::string: case Kind::list: {
      const std::string element = type.kind == Kind::string ? "uint8_t" : type.members.front().type->name;
      block.line(fmt::format("{} = ({} *){};", member_of(target, "ptr"), element, from[next++].text));
      block.line(fmt::format("{} = (size_t){};", member_of(target, "len"), from[next++].text));
      break;
    }
    case Kind::array:
      for (std::uint32_t i = 0; i < type.length; ++i) {
        lift(*type.members.front().type, member_of(target, fmt::format("items[{}]", i)), from, next, block);
      }
      break;
    case Kind::record:
      for (const CMember& m : type.members) lift(*m.type, member_of(target, m.name), from, next, block);
      break;
    case Kind::variant: lift_variant(type, target, from, next, block); break;
    case Kind::own: case Kind::borrow: block.line(fmt::format("{} = {};", member_of(target, "handle"), from[next++].text)); break;
    case Kind::rep: block.line(fmt::format("{} = ({}){};", target, type.name, from[next++].text)); break;
  }
}

void CAbi::lift_variant(const CType& type, const std::string& target, const std::vector<CoreValue>& from, std::size_t& next, CBlock& block) {
  const std::string tag = from[next].text;
  const std::size_t first = next + 1;
  next += type.shape->flat.size();
  if (type.has_bool_tag()) {
    block.line(fmt::format("{} = {} != 0;", member_of(target, type.tag_name()), tag));
  } else {
    const auto bits = type.shape->discriminant_size * 8;
    block.line(fmt::format("{} = (uint{}_t){};", member_of(target, "tag"), bits, tag));
  }
  for_each_case(
      type, tag, block, [&](std::size_t i) { return type.members[i].type != nullptr; },
      [&](std::size_t i) {
        const CType& payload = *type.members[i].type;
        std::vector<CoreValue> values;
        for (std::size_t k = 0; k < payload.shape->flat.size(); ++k) {
          const ValType want = payload.shape->flat[k];
          values.push_back({converted(from[first + k].text, from[first + k].type, want), want});
        }
        std::size_t at = 0;
        lift(payload, member_of(target, type.members[i].name), values, at, block);
      });
}

}  // namespace wcomp::bindgen
