// The Canonical ABI's facts about a type, computed once: size, alignment, flat core types, parts with their offsets.
//
// Every consumer (host lift and lower, fused adapters, C++ bindings, validation of canon options) reads a Shape; none computes
// layout itself. CanonicalABI.md "Alignment", "Element Size", "Flattening". Addresses are those of a 32-bit memory unless one is asked for
// with 64 bits: then pointers and lengths of strings and lists have 8 bytes. Shapes of one type for both have the same parts in the same order and
// as many flat types, so that a consumer can walk them together.
//
// A type of a few bytes of source can describe a value of gigabytes (tuples of tuples, `list<u8, 4000000000>`), so shapes have limits:
// `try_shape_of` reports them and is for types that nobody has checked yet; validation calls it once for the type of every function
// that is lifted or lowered, and everything behind validation calls `shape_of`. Within the limits a consumer may recurse over a shape
// without counting: depth is at most `max_depth`, nodes written out as a tree at most `max_nodes`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/module.h"
#include "types/types.h"

namespace wcomp::cabi {

inline constexpr std::size_t max_flat_params = 16;
inline constexpr std::size_t max_flat_results = 1;
inline constexpr std::size_t max_flat_async_params = 4;
/// Longest `Shape::flat` that is written out. A longer one is cut to this length, which is beyond every limit: such values travel in memory.
inline constexpr std::size_t max_flat = max_flat_params + 1;
inline constexpr std::uint32_t max_string_byte_length = (1u << 28) - 1;  ///< MAX_STRING_BYTE_LENGTH
inline constexpr std::uint32_t max_list_byte_length = (1u << 28) - 1;    ///< MAX_LIST_BYTE_LENGTH
/// In a latin1+utf16 string's length: the units are UTF-16. In a 64-bit memory it is the highest of 64 bits; we take it down as soon as the length is
/// read (narrow_length), so that behind it there is one form of lengths.
inline constexpr std::uint32_t utf16_tag = 1u << 31;
inline constexpr std::uint64_t utf16_tag_64 = std::uint64_t{1} << 63;

// Limits of this implementation on one value type, or on the parameters and the result of one function.
inline constexpr std::uint32_t max_size = (1u << 28) - 1;   ///< bytes in memory
inline constexpr std::uint32_t max_depth = 100;
inline constexpr std::uint32_t max_nodes = 1'000'000;

enum class ShapeKind : std::uint8_t {
  bool_, s8, u8, s16, u16, s32, u32, s64, u64, f32, f64, char_, string,
  list, fixed_list, record,  ///< record: also tuple. list: also map, whose element is a record of key and value
  variant,                   ///< also enum, option (`none`, `some`), result (`ok`, `error`)
  flags, own, borrow,
  error_context,
  stream, future,            ///< only their layout: the runtime does not lift or lower them yet (Shape::has_async)
};

using FlatTypes = std::vector<core::ValType>;

struct Shape;
/// A field of a record, an element of a tuple; `offset` from the start of the record, `flat_index` into the record's flat types.
struct Part {
  std::string name;
  std::shared_ptr<const Shape> shape;
  std::uint32_t offset = 0;
  std::uint32_t flat_index = 0;  ///< max_flat for all that lie beyond
};
/// A case of a variant. The payload (if any) lies at Shape::payload_offset and in flat types 1..n, joined.
struct CaseShape {
  std::string name;
  std::shared_ptr<const Shape> payload;  ///< null: none
};

/// Immutable once made. Shapes of parts are shared among all users (the owners of the shared_ptrs): one per type and call of shape_of.
struct Shape {
  ShapeKind kind{};
  types::ValType type;                   ///< what it is the shape of (aliases resolved); for a map's element the map, for a params tuple meaningless
  std::uint32_t size = 0;                ///< bytes in memory (elem_size)
  std::uint32_t align = 1;               ///< bytes
  FlatTypes flat;                        ///< flatten_type, not cut to max_flat_params or _results, but to max_flat
  std::vector<Part> parts;               ///< record, tuple
  std::shared_ptr<const Shape> element;  ///< list, fixed_list
  std::uint32_t length = 0;              ///< fixed_list
  std::vector<CaseShape> cases;          ///< variant, enum, option, result
  std::uint32_t discriminant_size = 0;   ///< 1, 2, 4
  std::uint32_t payload_offset = 0;
  std::uint32_t flag_count = 0;          ///< flags: 1..32
  types::ResourceId resource;            ///< own, borrow
  bool has_pointers = false;             ///< contains a string or list: needs memory, and realloc to be lowered into
  bool has_handles = false;              ///< contains own, borrow or error-context
  bool has_borrows = false;              ///< contains borrow
  bool has_async = false;                ///< contains stream or future
  bool is_any_bits = false;              ///< every byte pattern of `size` bytes is a valid value (ints, floats, records of them without padding): may be copied as bytes
  std::uint32_t depth = 1;               ///< 1 for a leaf
  std::uint32_t nodes = 1;               ///< shapes in it, written out as a tree (a fixed_list's element at most max_flat times)
};

/// A function's flattened core signatures and how its values travel. flatten_functype.
struct FuncShape {
  std::vector<Part> params;              ///< name, shape, offset within the params tuple, flat_index within the flat params
  std::shared_ptr<const Shape> params_tuple;
  std::shared_ptr<const Shape> result;   ///< null: none
  bool params_spill = false;             ///< more than 16 flat params: one pointer instead
  bool results_spill = false;            ///< more than 1 flat result: lift returns a pointer, lower takes one as last param
  core::FuncType lifted;                 ///< signature of the core function that `canon lift` wraps
  core::FuncType lowered;                ///< signature of the core function that `canon lower` makes
  bool needs_memory = false;             ///< on either side
  bool lower_needs_realloc = false;      ///< lowering side's results need realloc
  bool lift_needs_realloc = false;       ///< lifting side's params need realloc
  bool has_borrows = false;              ///< a parameter contains a borrow
  bool has_async = false;                ///< a parameter or the result contains stream or future
};

/// The shape of a checked type; breaking a limit is a bug of the caller.
[[nodiscard]] std::shared_ptr<const Shape> shape_of(const types::TypeArena& arena, types::ValType type);
[[nodiscard]] FuncShape shape_of(const types::TypeArena& arena, const types::FuncType& type, core::ValType ptr = core::ValType::i32);

/// The shape, or a Failure without a location (`limit-exceeded`, or `invalid` for what is no value type: a resource itself, flags or a variant without members).
[[nodiscard]] Result<std::shared_ptr<const Shape>> try_shape_of(const types::TypeArena& arena, types::ValType type);
[[nodiscard]] Result<FuncShape> try_shape_of(const types::TypeArena& arena, const types::FuncType& type);

/// Shapes of many types of one arena, each made once; the arena may grow in between. Addresses are of the type `ptr`: i32 or i64.
class ShapeCache {
 public:
  explicit ShapeCache(const types::TypeArena& arena, core::ValType ptr = core::ValType::i32);
  ~ShapeCache();
  ShapeCache(const ShapeCache&) = delete;
  ShapeCache& operator=(const ShapeCache&) = delete;
  /// Like try_shape_of.
  [[nodiscard]] Result<std::shared_ptr<const Shape>> of(types::ValType type);
  [[nodiscard]] Result<FuncShape> of(const types::FuncType& type);

 private:
  class Builder;
  std::unique_ptr<Builder> builder_;
};

/// flatten_functype with the option `async`, `lift` and `lower`; `ptr` is the type of addresses with which the shape was made.
[[nodiscard]] core::FuncType flatten_async_lift(const FuncShape& f, bool has_callback, core::ValType ptr);
[[nodiscard]] core::FuncType flatten_async_lower(const FuncShape& f, core::ValType ptr);

/// An address in a slot, of which 32-bit ones have the low half.
[[nodiscard]] constexpr std::uint64_t address_of(core::ValType ptr, std::uint64_t slot) { return ptr == core::ValType::i64 ? slot : slot & UINT32_MAX; }

/// `join` of the spec: the core type that can hold both.
[[nodiscard]] core::ValType join(core::ValType a, core::ValType b);

/// align_to of the spec; 64 bits, so that it cannot overflow for a 32-bit address.
[[nodiscard]] constexpr std::uint64_t align_to(std::uint64_t ptr, std::uint64_t alignment) { return (ptr + alignment - 1) / alignment * alignment; }

}  // namespace wcomp::cabi
