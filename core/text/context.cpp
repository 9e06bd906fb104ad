#include "core/text/context.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "core/limits.h"

namespace wcomp::core::text {

void Annotations::begin(const TokenList& list, std::size_t first) {
  list_ = &list;
  const auto at = std::ranges::lower_bound(list.annotations, first, {}, &Annotation::token);
  first_ = static_cast<std::size_t>(at - list.annotations.begin());
  used_.clear();
}

const Annotation* Annotations::take(AnnotationKind kind, std::size_t token) {
  if (list_ == nullptr || first_ == list_->annotations.size()) return nullptr;
  const Annotation* a = list_->annotation(kind, token);
  if (a == nullptr) return nullptr;
  const auto i = static_cast<std::size_t>(a - list_->annotations.data()) - first_;
  if (used_.size() <= i) used_.resize(i + 1);
  used_[i] = true;
  return a;
}

const std::string* Annotations::take_name(std::size_t token) {
  const Annotation* a = take(AnnotationKind::name, token);
  return a == nullptr ? nullptr : &a->value;
}

std::size_t Annotations::next_hint(std::size_t token) const {
  if (list_ == nullptr) return ~std::size_t{0};
  const auto at = std::ranges::lower_bound(list_->hinted, token);
  return at == list_->hinted.end() ? ~std::size_t{0} : *at;
}

std::vector<const Annotation*> Annotations::unused(std::size_t last) const {
  std::vector<const Annotation*> out;
  for (std::size_t i = 0; first_ + i < list_->annotations.size(); ++i) {
    const Annotation& a = list_->annotations[first_ + i];
    if (a.token > last) break;
    if (i >= used_.size() || !used_[i]) out.push_back(&a);
  }
  return out;
}

bool is_named(const Cursor& in) {
  return in.at(TokenKind::id) || in.list().annotation(AnnotationKind::name, in.position()) != nullptr;
}

Result<std::uint32_t> IdSpace::add(Cursor& in, Annotations* annotations) {
  const std::size_t start = in.position();
  std::string_view id;
  if (in.at(TokenKind::id)) {
    id = in.text().substr(1);
    if (id.starts_with('"')) id = quoted_.emplace_back(string_value(id));
    in.advance();
    if (!by_name_.emplace(id, count_).second) {
      return fail(diag::duplicate_name, fmt::format("duplicate {} `${}`", what_, escape(id)), in.where(start));
    }
  }
  const std::string* name = annotations == nullptr ? nullptr : annotations->take_name(in.position());
  if (name != nullptr) {
    names_.emplace_back(count_, *name);
  } else if (!id.empty()) {
    names_.emplace_back(count_, id);
  }
  return count_++;
}

bool IdSpace::at_index(const Cursor& in) {
  return in.at(TokenKind::id) || (in.at(TokenKind::atom) && in.text()[0] >= '0' && in.text()[0] <= '9');
}

Result<std::uint32_t> IdSpace::index(Cursor& in) const {
  if (in.at(TokenKind::id)) {
    const std::string_view id = in.text().substr(1);
    const auto at = id.starts_with('"') ? by_name_.find(string_value(id)) : by_name_.find(id);
    if (at == by_name_.end()) return fail(diag::unknown_item, fmt::format("unknown {} `{}`", what_, escape(in.text())), in.where());
    in.advance();
    return at->second;
  }
  if (!at_index(in)) return in.unexpected(fmt::format("the index or identifier of a {}", what_));
  WCOMP_TRY(const std::uint64_t n, in.nat(0xffff'ffff));
  return static_cast<std::uint32_t>(n);
}

namespace {

std::u32string key_of(const FuncType& type) {
  std::u32string key;
  for (const ValType t : type.params) key += static_cast<char32_t>(t);
  key += U'\0';
  for (const ValType t : type.results) key += static_cast<char32_t>(t);
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

namespace {

/// Types that are one word, by their text.
template <class T, std::size_t n>
std::optional<T> find_word(const std::array<T, n>& types, std::string_view text) {
  static const std::array<std::string, n> words = [&] {
    std::array<std::string, n> out;
    for (std::size_t i = 0; i < n; ++i) out[i] = to_string(types[i]);
    return out;
  }();
  const auto at = std::ranges::find(words, text);
  return at == words.end() ? std::nullopt : std::optional(types[static_cast<std::size_t>(at - words.begin())]);
}

constexpr std::array word_types{ValType::i32,       ValType::i64,    ValType::f32,         ValType::f64,           ValType::v128,       ValType::funcref,
                                ValType::externref, ValType::exnref, ValType::nullfuncref, ValType::nullexternref, ValType::nullexnref};
constexpr std::array word_heap_types{HeapType::func, HeapType::extern_, HeapType::exn, HeapType::nofunc, HeapType::noextern, HeapType::noexn};
/// Types of proposals that are not there, to name them.
constexpr std::array<std::string_view, 10> foreign_types{"anyref", "eqref", "i31ref", "structref", "arrayref", "nullref", "contref", "nullcontref", "i8", "i16"};
constexpr std::array<std::string_view, 8> foreign_heap_types{"any", "eq", "i31", "struct", "array", "none", "cont", "nocont"};

}  // namespace

Result<ValType> val_type(Cursor& in, const FindType& find) {
  if (in.at(TokenKind::atom)) {
    if (const std::optional<ValType> t = find_word(word_types, in.text())) {
      in.advance();
      return *t;
    }
    for (const std::string_view word : foreign_types) {
      if (in.at_atom(word)) return fail(diag::unsupported, fmt::format("the type {} is not supported", word), in.where());
    }
  } else if (in.take_open("ref")) {
    const bool is_nullable = in.take_atom("null");
    WCOMP_TRY(const HeapType h, heap_type(in, find));
    WCOMP_TRY(in.expect_close());
    return ref_to(h, is_nullable);
  }
  return in.unexpected("a value type");
}

Result<ValType> ref_type(Cursor& in, const FindType& find) {
  const std::size_t start = in.position();
  if (!in.at(TokenKind::atom) && !in.at_open("ref")) return in.unexpected("a reference type");
  WCOMP_TRY(const ValType t, val_type(in, find));
  if (!is_ref(t)) return fail(diag::syntax, fmt::format("unexpected token `{}` where a reference type should stand", to_string(t)), in.where(start));
  return t;
}

Result<HeapType> heap_type(Cursor& in, const FindType& find) {
  if (find && IdSpace::at_index(in)) {
    const std::size_t start = in.position();
    WCOMP_TRY(const std::uint32_t index, find(in));
    if (index >= limits::types) return fail(diag::index_out_of_range, fmt::format("unknown type {}", index), in.where(start));
    return heap_type_of(TypeIdx(index));
  }
  if (!in.at(TokenKind::atom)) return in.unexpected("a heap type");
  if (const std::optional<HeapType> h = find_word(word_heap_types, in.text())) {
    in.advance();
    return *h;
  }
  for (const std::string_view word : foreign_heap_types) {
    if (in.at_atom(word)) return fail(diag::unsupported, fmt::format("the heap type {} is not supported", word), in.where());
  }
  return in.unexpected("a heap type (`func`, `extern`, a type's index ..)");
}

Result<Limits> limits(Cursor& in) {
  Limits out;
  out.is_64 = in.take_atom("i64");
  if (!out.is_64) in.take_atom("i32");
  constexpr std::uint64_t most = ~std::uint64_t{0};
  WCOMP_TRY(out.min, in.nat(most));
  if (IdSpace::at_index(in) && in.at(TokenKind::atom)) {
    WCOMP_TRY(out.max, in.nat(most));
  }
  out.is_shared = in.take_atom("shared");
  if (in.at_open("pagesize")) return fail(diag::unsupported, "custom page sizes are not supported", in.where());
  return out;
}

Result<TableType> table_type(Cursor& in, const FindType& find) {
  TableType t;
  WCOMP_TRY(t.limits, limits(in));
  WCOMP_TRY(t.element, ref_type(in, find));
  return t;
}

Result<GlobalType> global_type(Cursor& in, const FindType& find) {
  GlobalType t;
  if (in.at_atom("shared") || in.at_open("shared")) return fail(diag::unsupported, "shared globals are not supported", in.where());
  if (in.take_open("mut")) {
    t.is_mutable = true;
    WCOMP_TRY(t.type, val_type(in, find));
    WCOMP_TRY(in.expect_close());
  } else {
    WCOMP_TRY(t.type, val_type(in, find));
  }
  return t;
}

Result<FuncType> signature(Cursor& in, IdSpace* locals, const FindType& find, Annotations* annotations) {
  FuncType type;
  while (in.take_open("param")) {
    if (is_named(in)) {
      if (locals == nullptr) return in.fail_here("unexpected token: a parameter cannot have an identifier here");
      WCOMP_TRY(locals->add(in, annotations));
      WCOMP_TRY(const ValType t, val_type(in, find));
      type.params.push_back(t);
    } else {
      while (!in.at(TokenKind::close)) {
        WCOMP_TRY(const ValType t, val_type(in, find));
        type.params.push_back(t);
        if (locals != nullptr) locals->add_unnamed();
      }
    }
    WCOMP_TRY(in.expect_close());
  }
  while (in.take_open("result")) {
    while (!in.at(TokenKind::close)) {
      WCOMP_TRY(const ValType t, val_type(in, find));
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
  WCOMP_TRY(use.type, signature(in, locals, context.find_type, &context.annotations));
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
