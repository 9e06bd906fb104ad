#include "core/text/context.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"

namespace wcomp::core::text {

Result<std::uint32_t> IdSpace::add(Cursor& in) {
  const std::size_t start = in.position();
  if (std::optional<std::string> name = in.take_id()) {
    if (!by_name_.emplace(*name, count_).second) {
      return fail(diag::duplicate_name, fmt::format("duplicate {} `${}`", what_, *name), in.where(start));
    }
    names_.emplace_back(count_, std::move(*name));
  }
  return count_++;
}

bool IdSpace::at_index(const Cursor& in) {
  return in.at(TokenKind::id) || (in.at(TokenKind::atom) && in.text()[0] >= '0' && in.text()[0] <= '9');
}

Result<std::uint32_t> IdSpace::index(Cursor& in) const {
  const std::size_t start = in.position();
  if (const std::optional<std::string> name = in.take_id()) {
    const auto at = by_name_.find(*name);
    if (at == by_name_.end()) return fail(diag::unknown_item, fmt::format("unknown {} `${}`", what_, *name), in.where(start));
    return at->second;
  }
  if (!at_index(in)) return in.unexpected(fmt::format("a {}", what_));
  WCOMP_TRY(const std::uint64_t n, in.nat(0xffff'ffff));
  return static_cast<std::uint32_t>(n);
}

namespace {

std::string key_of(const FuncType& type) {
  std::string key;
  for (const ValType t : type.params) key += static_cast<char>(t);
  key += '\0';
  for (const ValType t : type.results) key += static_cast<char>(t);
  return key;
}

}  // namespace

TypeIdx Context::add_type(FuncType type) {
  const auto index = static_cast<std::uint32_t>(m.types.size());
  types_by_signature.emplace(key_of(type), index);
  m.types.push_back(std::move(type));
  return TypeIdx(index);
}

Result<TypeIdx> Context::resolve(const TypeUse& use, const Cursor& in) {
  if (!use.index) {
    const auto at = types_by_signature.find(key_of(use.type));
    return at != types_by_signature.end() ? TypeIdx(at->second) : add_type(use.type);
  }
  const bool is_inline = !use.type.params.empty() || !use.type.results.empty();
  if (is_inline && (use.index->value >= m.types.size() || m.types[use.index->value] != use.type)) {
    return fail(diag::type_mismatch, fmt::format("inline function type {} is not that of type {}", to_string(use.type), use.index->value),
                in.where(use.position));
  }
  return *use.index;
}

Result<ValType> val_type(Cursor& in) {
  for (const ValType t : {ValType::i32, ValType::i64, ValType::f32, ValType::f64, ValType::funcref, ValType::externref}) {
    if (in.take_atom(to_string(t))) return t;
  }
  for (const std::string_view word : {"anyref", "eqref", "i31ref", "structref", "arrayref", "nullref", "nullfuncref", "nullexternref", "exnref", "nullexnref", "contref", "nullcontref", "i8", "i16"}) {
    if (in.at_atom(word)) return fail(diag::unsupported, fmt::format("the type {} is not supported", word), in.where());
  }
  if (in.at_atom("v128")) return fail(diag::unsupported, "the type v128 (SIMD) is not supported", in.where());
  if (in.at_open("ref")) {
    const std::size_t start = in.position();
    in.take_open("ref");
    if (in.take_atom("null") && (in.at_atom("func") || in.at_atom("extern"))) {
      WCOMP_TRY(const ValType t, heap_type(in));
      WCOMP_TRY(in.expect_close());
      return t;
    }
    return fail(diag::unsupported, "references other than funcref and externref are not supported", in.where(start));
  }
  return in.unexpected("a value type");
}

Result<ValType> ref_type(Cursor& in) {
  const std::size_t start = in.position();
  WCOMP_TRY(const ValType t, val_type(in));
  if (!is_ref(t)) return fail(diag::syntax, fmt::format("unexpected token: {} is no reference type", to_string(t)), in.where(start));
  return t;
}

Result<ValType> heap_type(Cursor& in) {
  if (in.take_atom("func")) return ValType::funcref;
  if (in.take_atom("extern")) return ValType::externref;
  return in.unexpected("`func` or `extern`");
}

Result<Limits> limits(Cursor& in) {
  Limits out;
  out.is_64 = in.take_atom("i64");
  if (!out.is_64) in.take_atom("i32");
  const std::uint64_t most = out.is_64 ? ~std::uint64_t{0} : 0xffff'ffff;
  WCOMP_TRY(out.min, in.nat(most));
  if (IdSpace::at_index(in) && in.at(TokenKind::atom)) {
    WCOMP_TRY(out.max, in.nat(most));
  }
  out.is_shared = in.take_atom("shared");
  if (in.at_open("pagesize")) return fail(diag::unsupported, "custom page sizes are not supported", in.where());
  return out;
}

Result<TableType> table_type(Cursor& in) {
  TableType t;
  WCOMP_TRY(t.limits, limits(in));
  WCOMP_TRY(t.element, ref_type(in));
  return t;
}

Result<GlobalType> global_type(Cursor& in) {
  GlobalType t;
  if (in.take_open("mut")) {
    t.is_mutable = true;
    WCOMP_TRY(t.type, val_type(in));
    WCOMP_TRY(in.expect_close());
  } else {
    WCOMP_TRY(t.type, val_type(in));
  }
  return t;
}

Result<FuncType> signature(Cursor& in, IdSpace* locals) {
  FuncType type;
  while (in.take_open("param")) {
    if (in.at(TokenKind::id)) {
      if (locals == nullptr) return in.fail_here("unexpected token: a parameter cannot have an identifier here");
      WCOMP_TRY(locals->add(in));
      WCOMP_TRY(const ValType t, val_type(in));
      type.params.push_back(t);
    } else {
      while (!in.at(TokenKind::close)) {
        WCOMP_TRY(const ValType t, val_type(in));
        type.params.push_back(t);
        if (locals != nullptr) locals->add_unnamed();
      }
    }
    WCOMP_TRY(in.expect_close());
  }
  while (in.take_open("result")) {
    while (!in.at(TokenKind::close)) {
      WCOMP_TRY(const ValType t, val_type(in));
      type.results.push_back(t);
    }
    WCOMP_TRY(in.expect_close());
  }
  return type;
}

Result<TypeUse> type_use(Context& context, Cursor& in, IdSpace* locals) {
  TypeUse use;
  use.position = in.position();
  if (in.take_open("type")) {
    WCOMP_TRY(const std::uint32_t index, context.types.index(in));
    use.index = TypeIdx(index);
    WCOMP_TRY(in.expect_close());
  }
  WCOMP_TRY(use.type, signature(in, locals));
  return use;
}

Result<Bytes> producers_section(Cursor& in) {
  constexpr std::array<std::string_view, 3> fields{"language", "sdk", "processed-by"};
  std::array<ByteWriter, 3> values;
  std::array<std::uint32_t, 3> counts{};
  while (in.at(TokenKind::open)) {
    std::size_t field = 0;
    while (field < fields.size() && !in.take_open(fields[field])) ++field;
    if (field == fields.size()) {
      in.advance();
      return in.unexpected("`language`, `sdk` or `processed-by`");
    }
    for (int i = 0; i < 2; ++i) {
      WCOMP_TRY(const std::string text, in.name());
      values[field].name(text);
    }
    WCOMP_TRY(in.expect_close());
    ++counts[field];
  }
  ByteWriter out;
  out.leb_u32(static_cast<std::uint32_t>(std::ranges::count_if(counts, [](std::uint32_t n) { return n != 0; })));
  for (std::size_t field = 0; field < fields.size(); ++field) {
    if (counts[field] == 0) continue;
    out.name(fields[field]);
    out.leb_u32(counts[field]);
    out.bytes(values[field].view());
  }
  return out.take();
}

}  // namespace wcomp::core::text
