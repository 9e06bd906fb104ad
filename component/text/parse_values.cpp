// Value definitions and `start`. A value is written for the type that stands before it, so its type has to be one that the text around shows:
// for others there are the bytes, `(binary "..")`. Explainer.md "Value Definitions", Binary.md "Value Definitions"
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/match.h"
#include "base/text.h"
#include "component/decode_types.h"
#include "component/text/parser.h"
#include "core/text/numbers.h"

namespace wcomp::component::text {

namespace {

constexpr std::string_view binary_cure = "write the value's bytes: `(binary \"..\")`";

/// Integer types: how many bits, whether negative numbers are among them.
struct IntRow {
  types::Prim type;
  unsigned bits;
  bool is_signed;
};
constexpr IntRow ints[] = {{types::Prim::u8, 8, false},  {types::Prim::s8, 8, true},   {types::Prim::u16, 16, false}, {types::Prim::s16, 16, true},
                           {types::Prim::u32, 32, false}, {types::Prim::s32, 32, true}, {types::Prim::u64, 64, false}, {types::Prim::s64, 64, true}};

void write_int(const IntRow& row, std::uint64_t value, ByteWriter& out) {
  if (row.bits == 8) {
    out.u8(static_cast<std::uint8_t>(value));
  } else if (row.is_signed) {
    out.leb_s64(static_cast<std::int64_t>(value));
  } else {
    out.leb_u64(value);
  }
}

/// Two's complement, if the number fits.
std::optional<std::uint64_t> parse_int_of(const IntRow& row, std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  const std::uint64_t half = std::uint64_t{1} << (row.bits - 1);
  const std::uint64_t highest = row.is_signed ? (is_negative ? half : half - 1) : half - 1 + half;
  const auto magnitude = core::text::parse_nat(text, highest);
  if (!magnitude || (is_negative && !row.is_signed && *magnitude != 0)) return std::nullopt;
  return is_negative ? 0 - *magnitude : *magnitude;
}

}  // namespace

/// `(start func (value idx)* (result (value id?))*)`
Result<void> Parser::start_field() {
  Start out;
  WCOMP_TRY(const std::uint32_t f, index_or_reference(Sort::func, "func"));
  out.func = FuncIdx(f);
  while (in_.at_open("value")) {
    WCOMP_TRY(const std::uint32_t v, index_or_reference(Sort::value, "value"));
    out.args.emplace_back(v);
  }
  std::vector<Id> results;
  while (in_.take_open("result")) {
    if (!in_.take_open("value")) return in_.unexpected("`(value)`");
    results.push_back(take_id());
    WCOMP_TRY(in_.expect_close());
    WCOMP_TRY(in_.expect_close());
  }
  out.result_count = static_cast<std::uint32_t>(results.size());
  push(std::move(out));
  for (const Id& id : results) {
    WCOMP_TRY(check_new(Sort::value, id));
    scope().space(Sort::value).add(id);
  }
  return in_.expect_close();
}

/// `(value id? type val)`; like other definitions with exports, an import or an alias inside.
Result<void> Parser::value_field() {
  const Id id = take_id();
  WCOMP_TRY(std::vector<NameWithAttributes> exports, inline_exports());
  WCOMP_TRY(std::optional<NameWithAttributes> import, inline_import());
  std::uint32_t i = 0;
  WCOMP_TRY(const bool is_alias, inverted_alias(Sort::value, id, i));
  if (import) {
    WCOMP_TRY(const ValueBound bound, value_bound());
    WCOMP_TRY(i, define(Sort::value, id, Import{.name = std::move(import->name), .desc = {.sort = Sort::value, .type_index = 0, .bound = {}, .value_bound = bound}, .attributes = std::move(import->attributes)}));
  } else if (!is_alias) {
    ValueDef out;
    WCOMP_TRY(out.type, whole_val_type());
    ByteWriter bytes;
    WCOMP_TRY(value(out.type, scopes_.size() - 1, bytes));
    out.bytes = bytes.take();
    WCOMP_TRY(i, define(Sort::value, id, std::move(out)));
  }
  export_later(std::move(exports), Sort::value, i);
  return in_.expect_close();
}

/// The type that an index means, through exports, equal imports and aliases. Each step goes to an earlier type or to a scope further out.
Result<Parser::FoundType> Parser::find_val_type(TypeIdx type, std::size_t scope) const {
  const auto no_type = [&](std::string_view why) {
    Diagnostic d = error(diag::unsupported, fmt::format("type {} {}: no value of it can be written here", type.value, why), in_.where());
    d.notes.emplace_back(binary_cure);
    return Err(Failure(std::move(d)));
  };
  std::size_t index = type.value;
  while (true) {
    const Scope& s = *scopes_[scope];
    if (index >= s.types.size()) return no_type("is not there");
    std::optional<std::size_t> earlier;
    const auto& item = s.definitions[s.types[index]].item;
    if (const auto* defined = std::get_if<DefType>(&item)) {
      if (const auto* found = std::get_if<DefValType>(defined)) return FoundType{found, scope};
      return no_type("is no type of values");
    }
    if (const auto* exported = std::get_if<Export>(&item)) earlier = exported->item.index;
    if (const auto* imported = std::get_if<Import>(&item); imported != nullptr && imported->desc.bound.eq) earlier = imported->desc.bound.eq->value;
    if (const auto* alias = std::get_if<Alias>(&item)) {
      const auto* outer = std::get_if<AliasOuter>(alias);
      if (outer != nullptr && outer->count != 0 && outer->count <= scope) {
        scope -= outer->count;
        index = outer->index;
        continue;
      }
    }
    if (!earlier) return no_type("is not defined here");
    if (*earlier >= index) return no_type("is defined by itself");
    index = *earlier;
  }
}

Result<void> Parser::value(const ValTypeRef& type, std::size_t scope, ByteWriter& out) {
  if (in_.take_open("binary")) {
    WCOMP_TRY(const std::string bytes, in_.strings());
    out.bytes(as_bytes(bytes));
    return in_.expect_close();
  }
  if (const auto* prim = std::get_if<types::Prim>(&type)) return value_of(*prim, out);
  if (depth_ >= max_nesting) return fail(diag::limit_exceeded, fmt::format("values are nested more than {} deep", max_nesting), in_.where());
  WCOMP_TRY(const FoundType found, find_val_type(std::get<TypeIdx>(type), scope));
  ++depth_;
  Result<void> done = values_of(*found.type, found.scope, out);
  --depth_;
  return done;
}

Result<void> Parser::value_of(types::Prim type, ByteWriter& out) {
  const auto expected = [&](std::string_view what) { return in_.unexpected(fmt::format("a value of the type {} ({})", types::to_string(type), what)); };
  if (type == types::Prim::string) {
    if (!in_.at(TokenKind::string)) return expected("a string");
    WCOMP_TRY(const std::string text, in_.name());
    out.name(text);
    return {};
  }
  if (!in_.at(TokenKind::atom)) return expected("a word or number");
  const std::string_view text = in_.text();
  if (const auto* row = std::ranges::find(ints, type, &IntRow::type); row != std::end(ints)) {
    const auto n = parse_int_of(*row, text);
    if (!n) return expected(row->is_signed ? "a number in its range" : "a number in its range, without sign");
    write_int(*row, *n, out);
  } else if (type == types::Prim::bool_) {
    if (text != "true" && text != "false") return expected("`true` or `false`");
    out.u8(text == "true" ? 1 : 0);
  } else if (type == types::Prim::f32 || type == types::Prim::f64) {
    const bool is_other_nan = text.find("nan") != text.npos && text != "nan";
    const auto bits = is_other_nan ? std::nullopt : core::text::parse_float(text, type == types::Prim::f32);
    if (!bits) return expected("a number, `inf` or `nan`");
    if (type == types::Prim::f32) {
      out.fixed_u32(static_cast<std::uint32_t>(*bits));
    } else {
      out.fixed_u64(*bits);
    }
  } else if (type == types::Prim::char_) {
    // The lexer has seen to it that between the quotes is one character or escape sequence.
    if (text.size() < 3 || !text.starts_with('\'') || !text.ends_with('\'')) return expected("a character: `'a'`");
    const std::string character = core::text::string_value(text);
    const auto scalars = std::ranges::count_if(character, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
    if (scalars != 1 || !is_utf8(character)) return expected("one character: `'a'`");
    out.bytes(as_bytes(character));
  } else {
    return fail(diag::unsupported, fmt::format("a value of the type {} cannot be written", types::to_string(type)), in_.where());
  }
  in_.advance();
  return {};
}

Result<void> Parser::payload(const std::optional<ValTypeRef>& type, std::size_t scope, ByteWriter& out) {
  if (!type) return {};
  return value(*type, scope, out);
}

Result<std::uint32_t> Parser::label_index(const std::vector<std::string>& labels, std::string_view what) {
  const std::size_t start = in_.position();
  WCOMP_TRY(const std::string label, in_.name());
  const auto found = std::ranges::find(labels, label);
  if (found == labels.end()) return fail(diag::unknown_item, fmt::format("the type has no {} `{}`", what, escape(label)), in_.where(start));
  return static_cast<std::uint32_t>(found - labels.begin());
}

/// Types that are no primitives; the cursor stands at the value's first token.
Result<void> Parser::values_of(const DefValType& type, std::size_t scope, ByteWriter& out) {
  const auto open = [&](std::string_view word) { return in_.expect_open(word); };
  return match(
      type, [&](types::Prim p) { return value_of(p, out); },
      [&](const RecordRef& r) -> Result<void> {
        WCOMP_TRY(open("record"));
        for (const FieldRef& f : r.fields) WCOMP_TRY(value(f.type, scope, out));
        return in_.expect_close();
      },
      [&](const TupleRef& t) -> Result<void> {
        WCOMP_TRY(open("tuple"));
        for (const ValTypeRef& element : t.types) WCOMP_TRY(value(element, scope, out));
        return in_.expect_close();
      },
      [&](const VariantRef& v) -> Result<void> {
        WCOMP_TRY(open("variant"));
        std::vector<std::string> labels;
        for (const CaseRef& c : v.cases) labels.push_back(c.name);
        WCOMP_TRY(const std::uint32_t i, label_index(labels, "case"));
        out.leb_u32(i);
        WCOMP_TRY(payload(v.cases[i].type, scope, out));
        return in_.expect_close();
      },
      [&](const EnumRef& e) -> Result<void> {
        WCOMP_TRY(open("enum"));
        WCOMP_TRY(const std::uint32_t i, label_index(e.names, "case"));
        out.leb_u32(i);
        return in_.expect_close();
      },
      [&](const FlagsRef& f) -> Result<void> {
        WCOMP_TRY(open("flags"));
        Bytes bits((f.names.size() + 7) / 8);
        while (!in_.at(TokenKind::close)) {
          WCOMP_TRY(const std::uint32_t i, label_index(f.names, "flag"));
          bits[i / 8] = static_cast<std::uint8_t>(bits[i / 8] | (1u << (i % 8)));
        }
        out.bytes(bits);
        return in_.expect_close();
      },
      [&](const ListRef& l) -> Result<void> {
        WCOMP_TRY(open("list"));
        std::uint32_t count = 0;
        ByteWriter elements;
        for (; !in_.at(TokenKind::close); ++count) WCOMP_TRY(value(l.element, scope, elements));
        out.leb_u32(count);
        out.bytes(elements.view());
        return in_.expect_close();
      },
      [&](const OptionRef& o) -> Result<void> {
        if (in_.take_atom("none")) {
          out.u8(0);
          return {};
        }
        if (!in_.take_open("some")) return in_.unexpected("`none` or `(some ..)`");
        out.u8(1);
        WCOMP_TRY(value(o.some, scope, out));
        return in_.expect_close();
      },
      [&](const ResultRef& r) -> Result<void> {
        const bool is_error = in_.at_atom("error") || in_.at_open("error");
        const std::optional<ValTypeRef>& side = is_error ? r.err : r.ok;
        const std::string_view word = is_error ? "error" : "ok";
        out.u8(is_error ? 1 : 0);
        if (side ? in_.take_open(word) : in_.take_atom(word)) {
          if (!side) return {};
          WCOMP_TRY(payload(side, scope, out));
          return in_.expect_close();
        }
        return in_.unexpected(side ? fmt::format("`({} ..)`", word) : r.ok ? "`(ok ..)` or `error`" : "`ok` or `error`");
      },
      [&](const auto&) -> Result<void> {
        Diagnostic d = error(diag::unsupported, "values of this type have no text", in_.where());
        d.notes.emplace_back(binary_cure);
        return Err(Failure(std::move(d)));
      });
}

}  // namespace wcomp::component::text
