#include "canonical-abi/shape.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/match.h"
#include "wcomp/abi_layout.h"

namespace wcomp::cabi {
namespace {

using ShapePtr = std::shared_ptr<const Shape>;

static_assert(max_flat_params == abi::max_flat_params && max_flat_results == abi::max_flat_results);

/// alignment, elem_size and flatten_type of a primitive: columns of types/primitives.def.
struct PrimRow {
  std::uint32_t size;
  core::ValType flat;
};
constexpr PrimRow prim_rows[] = {
#define WCOMP_PRIM(name, text, opcode, size, core_type) {size, core::ValType::core_type},
#include "types/primitives.def"
#undef WCOMP_PRIM
};

ShapeKind kind_of(types::Prim p) {
  switch (p) {
    case types::Prim::bool_: return ShapeKind::bool_;
    case types::Prim::s8: return ShapeKind::s8;
    case types::Prim::u8: return ShapeKind::u8;
    case types::Prim::s16: return ShapeKind::s16;
    case types::Prim::u16: return ShapeKind::u16;
    case types::Prim::s32: return ShapeKind::s32;
    case types::Prim::u32: return ShapeKind::u32;
    case types::Prim::s64: return ShapeKind::s64;
    case types::Prim::u64: return ShapeKind::u64;
    case types::Prim::f32: return ShapeKind::f32;
    case types::Prim::f64: return ShapeKind::f64;
    case types::Prim::char_: return ShapeKind::char_;
    case types::Prim::string: return ShapeKind::string;
    case types::Prim::error_context: return ShapeKind::error_context;
  }
  WCOMP_CHECK(false);
}

/// Appends as much of `more` as max_flat allows.
void append_flat(FlatTypes& flat, const FlatTypes& more) {
  const std::size_t n = std::min(more.size(), max_flat - flat.size());
  flat.insert(flat.end(), more.begin(), more.begin() + static_cast<std::ptrdiff_t>(n));
}

Err<Failure> too_large(std::string_view what) { return fail(diag::limit_exceeded, fmt::format("a type {}", what)); }

}  // namespace

class ShapeCache::Builder {
 public:
  explicit Builder(const types::TypeArena& arena, core::ValType ptr) : arena_(arena), ptr_(ptr) {}

  Result<ShapePtr> shape(types::ValType type, std::uint32_t level = 1) {
    if (level > max_depth) return too_deep();
    type = arena_.resolve(type);
    if (const types::Prim* p = std::get_if<types::Prim>(&type)) return prim(*p);
    const types::TypeId id = std::get<types::TypeId>(type);
    if (const auto it = done_.find(id); it != done_.end()) {
      if (level + it->second->depth - 1 > max_depth) return too_deep();
      return it->second;
    }
    Shape s{.type = type};
    WCOMP_TRY(match(arena_[id], [&](const auto& def) { return fill(s, def, level); }));
    WCOMP_TRY(check(s));
    ShapePtr result = std::make_shared<const Shape>(std::move(s));
    done_.emplace(id, result);
    return result;
  }

  /// The shape of named parts one after the other; also what a function's parameters look like in memory.
  Result<ShapePtr> tuple(types::ValType type, const std::vector<types::Param>& params) {
    Shape s{.type = type};
    s.kind = ShapeKind::record;
    s.is_any_bits = true;
    for (const types::Param& p : params) WCOMP_TRY(part(s, p.name, p.type, 1));
    finish_record(s);
    WCOMP_TRY(check(s));
    return ShapePtr(std::make_shared<const Shape>(std::move(s)));
  }

  // flatten_functype, without the option `async`.
  Result<FuncShape> func(const types::FuncType& type) {
    FuncShape f;
    WCOMP_TRY(f.params_tuple, tuple(types::Prim::bool_, type.params));
    f.params = f.params_tuple->parts;
    if (type.result) {
      WCOMP_TRY(f.result, shape(*type.result));
    }

    const Shape& params = *f.params_tuple;
    f.params_spill = params.flat.size() > max_flat_params;
    f.lifted.params = f.params_spill ? FlatTypes{ptr_} : params.flat;
    f.lowered.params = f.lifted.params;
    if (f.result != nullptr) {
      f.results_spill = f.result->flat.size() > max_flat_results;
      f.lifted.results = f.results_spill ? FlatTypes{ptr_} : f.result->flat;
      if (f.results_spill) f.lowered.params.push_back(ptr_);
      else f.lowered.results = f.result->flat;
    }
    const bool result_has_pointers = f.result != nullptr && f.result->has_pointers;
    f.needs_memory = f.params_spill || f.results_spill || params.has_pointers || result_has_pointers;
    f.lift_needs_realloc = f.params_spill || params.has_pointers;
    f.lower_needs_realloc = result_has_pointers;
    f.has_borrows = params.has_borrows;
    f.has_async = params.has_async || (f.result != nullptr && f.result->has_async);
    return f;
  }

 private:
  static Err<Failure> too_deep() { return too_large(fmt::format("is nested deeper than {}", max_depth)); }

  static Result<void> check(const Shape& s) {
    if (s.size > max_size) return too_large(fmt::format("needs more than {} bytes", max_size));
    if (s.nodes > max_nodes) return too_large(fmt::format("has more than {} parts", max_nodes));
    return {};
  }

  Result<ShapePtr> prim(types::Prim p) {
    ShapePtr& cached = prims_[static_cast<std::size_t>(p)];
    if (cached != nullptr) return cached;
    const PrimRow& row = prim_rows[static_cast<std::size_t>(p)];
    Shape s{.kind = kind_of(p), .type = p, .size = row.size, .align = row.size, .flat = {row.flat}};
    if (p == types::Prim::string) pointer_and_length(s);
    s.has_handles = p == types::Prim::error_context;
    s.is_any_bits = p != types::Prim::bool_ && p != types::Prim::char_ && p != types::Prim::string && p != types::Prim::error_context;
    return cached = std::make_shared<const Shape>(std::move(s));
  }

  void pointer_and_length(Shape& s) const {
    s.align = ptr_ == core::ValType::i64 ? 8 : 4;
    s.size = 2 * s.align;
    s.flat = {ptr_, ptr_};
    s.has_pointers = true;
    s.is_any_bits = false;
  }

  /// What a type takes over from one it contains, `times` times written out.
  static void contain(Shape& s, const Shape& inner, std::uint32_t times = 1) {
    s.has_pointers |= inner.has_pointers;
    s.has_handles |= inner.has_handles;
    s.has_borrows |= inner.has_borrows;
    s.has_async |= inner.has_async;
    s.depth = std::max(s.depth, inner.depth + 1);
    const std::uint64_t nodes = s.nodes + std::uint64_t{inner.nodes} * times;
    s.nodes = static_cast<std::uint32_t>(std::min<std::uint64_t>(nodes, std::uint64_t{max_nodes} + 1));
  }

  Result<void> part(Shape& s, std::string name, types::ValType type, std::uint32_t level) {
    WCOMP_TRY(ShapePtr inner, shape(type, level + 1));
    const std::uint64_t offset = align_to(s.size, inner->align);
    if (offset != s.size || !inner->is_any_bits) s.is_any_bits = false;
    const std::uint64_t size = offset + inner->size;
    if (size > max_size) return too_large(fmt::format("needs more than {} bytes", max_size));
    s.size = static_cast<std::uint32_t>(size);
    s.align = std::max(s.align, inner->align);
    contain(s, *inner);
    const auto flat_index = static_cast<std::uint32_t>(s.flat.size());
    append_flat(s.flat, inner->flat);
    s.parts.push_back({std::move(name), std::move(inner), static_cast<std::uint32_t>(offset), flat_index});
    return {};
  }

  static void finish_record(Shape& s) {
    const std::uint64_t size = align_to(s.size, s.align);
    if (size != s.size) s.is_any_bits = false;
    s.size = static_cast<std::uint32_t>(size);
  }

  Result<void> fill(Shape& s, const types::RecordType& def, std::uint32_t level) {
    s.kind = ShapeKind::record;
    s.is_any_bits = true;
    for (const types::Field& f : def.fields) WCOMP_TRY(part(s, f.name, f.type, level));
    finish_record(s);
    return {};
  }

  Result<void> fill(Shape& s, const types::TupleType& def, std::uint32_t level) {
    s.kind = ShapeKind::record;
    s.is_any_bits = true;
    for (std::size_t i = 0; i < def.types.size(); ++i) WCOMP_TRY(part(s, fmt::format("{}", i), def.types[i], level));
    finish_record(s);
    return {};
  }

  Result<void> fill(Shape& s, const types::ListType& def, std::uint32_t level) {
    WCOMP_TRY(s.element, shape(def.element, level + 1));
    return list(s);
  }

  Result<void> fill(Shape& s, const types::MapType& def, std::uint32_t level) {
    if (level + 1 > max_depth) return too_deep();
    Shape entry{.kind = ShapeKind::record, .type = s.type, .is_any_bits = true};
    WCOMP_TRY(part(entry, "0", def.key, level + 1));
    WCOMP_TRY(part(entry, "1", def.value, level + 1));
    finish_record(entry);
    s.element = std::make_shared<const Shape>(std::move(entry));
    return list(s);
  }

  Result<void> list(Shape& s) const {
    s.kind = ShapeKind::list;
    contain(s, *s.element);
    pointer_and_length(s);
    return {};
  }

  Result<void> fill(Shape& s, const types::FixedListType& def, std::uint32_t level) {
    if (def.length == 0) return fail(diag::invalid, "a list of fixed length needs at least one element");
    WCOMP_TRY(s.element, shape(def.element, level + 1));
    s.kind = ShapeKind::fixed_list;
    s.length = def.length;
    const std::uint64_t size = std::uint64_t{s.element->size} * def.length;
    if (size > max_size) return too_large(fmt::format("needs more than {} bytes", max_size));
    s.size = static_cast<std::uint32_t>(size);
    s.align = s.element->align;
    s.is_any_bits = s.element->is_any_bits;
    contain(s, *s.element, std::min(def.length, static_cast<std::uint32_t>(max_flat)));
    for (std::uint32_t i = 0; i < def.length && s.flat.size() < max_flat && !s.element->flat.empty(); ++i) append_flat(s.flat, s.element->flat);
    return {};
  }

  Result<void> fill(Shape& s, const types::VariantType& def, std::uint32_t level) {
    for (const types::Case& c : def.cases) WCOMP_TRY(add_case(s, c.name, c.type, level));
    return finish_variant(s);
  }
  Result<void> fill(Shape& s, const types::EnumType& def, std::uint32_t level) {
    for (const std::string& name : def.names) WCOMP_TRY(add_case(s, name, {}, level));
    return finish_variant(s);
  }
  Result<void> fill(Shape& s, const types::OptionType& def, std::uint32_t level) {
    WCOMP_TRY(add_case(s, "none", {}, level));
    WCOMP_TRY(add_case(s, "some", def.some, level));
    return finish_variant(s);
  }
  Result<void> fill(Shape& s, const types::ResultType& def, std::uint32_t level) {
    WCOMP_TRY(add_case(s, "ok", def.ok, level));
    WCOMP_TRY(add_case(s, "error", def.err, level));
    return finish_variant(s);
  }

  Result<void> add_case(Shape& s, std::string name, std::optional<types::ValType> type, std::uint32_t level) {
    CaseShape c{.name = std::move(name), .payload = nullptr};
    if (type) {
      WCOMP_TRY(c.payload, shape(*type, level + 1));
      contain(s, *c.payload);
    } else if (s.nodes <= max_nodes) {
      ++s.nodes;
    }
    s.cases.push_back(std::move(c));
    return {};
  }

  static Result<void> finish_variant(Shape& s) {
    s.kind = ShapeKind::variant;
    if (s.cases.empty()) return fail(diag::invalid, "a variant or enum needs at least one case");
    s.discriminant_size = abi::discriminant_size(s.cases.size());
    std::uint32_t payload_align = 1;
    std::uint32_t payload_size = 0;
    FlatTypes payload_flat;
    for (const CaseShape& c : s.cases) {
      if (c.payload == nullptr) continue;
      payload_align = std::max(payload_align, c.payload->align);
      payload_size = std::max(payload_size, c.payload->size);
      for (std::size_t i = 0; i < c.payload->flat.size(); ++i) {
        if (i < payload_flat.size()) payload_flat[i] = join(payload_flat[i], c.payload->flat[i]);
        else payload_flat.push_back(c.payload->flat[i]);
      }
    }
    s.payload_offset = static_cast<std::uint32_t>(align_to(s.discriminant_size, payload_align));
    s.align = std::max(s.discriminant_size, payload_align);
    s.size = static_cast<std::uint32_t>(align_to(std::uint64_t{s.payload_offset} + payload_size, s.align));
    s.flat = {core::ValType::i32};
    append_flat(s.flat, payload_flat);
    return {};
  }

  Result<void> fill(Shape& s, const types::FlagsType& def, std::uint32_t) {
    const std::size_t n = def.names.size();
    if (n == 0 || n > 32) return fail(diag::invalid, fmt::format("flags need between 1 and 32 names, these have {}", n));
    s.kind = ShapeKind::flags;
    s.flag_count = static_cast<std::uint32_t>(n);
    s.size = s.align = abi::flags_size(n);
    s.flat = {core::ValType::i32};
    s.is_any_bits = n == 8 * s.size;
    return {};
  }

  static void handle(Shape& s, ShapeKind kind) {
    s.kind = kind;
    s.size = s.align = 4;
    s.flat = {core::ValType::i32};
  }
  Result<void> fill(Shape& s, const types::OwnType& def, std::uint32_t) {
    handle(s, ShapeKind::own);
    s.resource = arena_.resource(def.resource);
    s.has_handles = true;
    return {};
  }
  Result<void> fill(Shape& s, const types::BorrowType& def, std::uint32_t) {
    handle(s, ShapeKind::borrow);
    s.resource = arena_.resource(def.resource);
    s.has_handles = s.has_borrows = true;
    return {};
  }
  Result<void> fill(Shape& s, const types::StreamType&, std::uint32_t) {
    handle(s, ShapeKind::stream);
    s.has_async = true;
    return {};
  }
  Result<void> fill(Shape& s, const types::FutureType&, std::uint32_t) {
    handle(s, ShapeKind::future);
    s.has_async = true;
    return {};
  }
  Result<void> fill(Shape&, const types::ResourceType&, std::uint32_t) {
    return fail(diag::invalid, "a resource is no value type, only `own` and `borrow` of it are");
  }
  Result<void> fill(Shape&, const types::AliasType&, std::uint32_t) { WCOMP_CHECK(false); }

  const types::TypeArena& arena_;
  const core::ValType ptr_;
  std::unordered_map<types::TypeId, ShapePtr> done_;
  ShapePtr prims_[std::size(prim_rows)];
};

core::ValType join(core::ValType a, core::ValType b) {
  using enum core::ValType;
  if (a == b) return a;
  if ((a == i32 && b == f32) || (a == f32 && b == i32)) return i32;
  return i64;
}

ShapeCache::ShapeCache(const types::TypeArena& arena, core::ValType ptr) : builder_(std::make_unique<Builder>(arena, ptr)) {}
ShapeCache::~ShapeCache() = default;

Result<std::shared_ptr<const Shape>> ShapeCache::of(types::ValType type) { return builder_->shape(type); }
Result<FuncShape> ShapeCache::of(const types::FuncType& type) { return builder_->func(type); }

Result<std::shared_ptr<const Shape>> try_shape_of(const types::TypeArena& arena, types::ValType type) { return ShapeCache(arena).of(type); }
Result<FuncShape> try_shape_of(const types::TypeArena& arena, const types::FuncType& type) { return ShapeCache(arena).of(type); }

core::FuncType flatten_async_lift(const FuncShape& f, bool has_callback, core::ValType ptr) {
  return {.params = f.params_spill ? FlatTypes{ptr} : f.params_tuple->flat, .results = has_callback ? FlatTypes{core::ValType::i32} : FlatTypes{}};
}

core::FuncType flatten_async_lower(const FuncShape& f, core::ValType ptr) {
  core::FuncType out{.params = f.params_tuple->flat.size() > max_flat_async_params ? FlatTypes{ptr} : f.params_tuple->flat, .results = {core::ValType::i32}};
  if (f.result != nullptr) out.params.push_back(ptr);
  return out;
}

std::shared_ptr<const Shape> shape_of(const types::TypeArena& arena, types::ValType type) {
  auto shape = try_shape_of(arena, type);
  WCOMP_CHECK(shape.has_value());
  return std::move(shape).value();
}

FuncShape shape_of(const types::TypeArena& arena, const types::FuncType& type, core::ValType ptr) {
  auto shape = ShapeCache(arena, ptr).of(type);
  WCOMP_CHECK(shape.has_value());
  return std::move(shape).value();
}

}  // namespace wcomp::cabi
