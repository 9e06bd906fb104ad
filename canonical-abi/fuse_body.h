// Inside fuse: the module being made, and the body of one function in it. Not for use outside canonical-abi/fuse*.cpp.
//
// A value in transit has a `Place`: a spot in a side's memory, or locals that hold its flattened form. Locals may have a wider type than
// the value's own flat type, because the cases of a variant share them (`join`); reading and writing a local coerces, as
// lift_flat_variant and lower_flat_variant do. Coercing once from the outermost type gives the same bits as going through each variant.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "canonical-abi/fuse.h"
#include "wcomp/trap.h"

namespace wcomp::cabi::fusing {

/// Whether strings are the same bytes on both sides, whatever they are.
[[nodiscard]] constexpr bool is_copied(StringEncoding a, StringEncoding b) { return a == b && a != StringEncoding::latin1_utf16; }

/// Which of a value's flat values are each a number or a handle by itself: what one side has is what the other gets, in the same local.
[[nodiscard]] std::vector<bool> find_single_values(const Shape& shape);

/// One type as the sender's memory has it and as the receiver's has it. They differ only in addresses: parts and cases are the same.
struct ShapePair {
  const Shape* src;
  const Shape* dst;
  /// The kinds, and all that does not depend on addresses.
  const Shape* operator->() const { return src; }
  [[nodiscard]] ShapePair element() const { return {src->element.get(), dst->element.get()}; }
  [[nodiscard]] ShapePair payload(std::size_t i) const { return {src->cases[i].payload.get(), dst->cases[i].payload.get()}; }
};

/// The adapter module as it grows: its imports, and its functions made so far.
class AdapterModule {
 public:
  AdapterModule(const FuncShape& lower_func, const FuncShape& lift_func, const AdapterSide& lower, const AdapterSide& lift);

  [[nodiscard]] Adapter finish() &&;

  core::ModuleBuilder builder;
  core::FuncIdx callee, post_return;
  std::vector<core::GlobalIdx> entered;  ///< flags of the instances that the call enters

  [[nodiscard]] const AdapterSide& side(Side s) const { return s == Side::caller ? lower_ : lift_; }
  /// The type of addresses of a side, and in calls of intrinsics.
  [[nodiscard]] core::ValType ptr(Side s) const { return side(s).memory.limits.is_64 ? core::ValType::i64 : core::ValType::i32; }
  [[nodiscard]] core::ValType intrinsic_ptr() const { return ptr(Side::caller) == core::ValType::i64 ? core::ValType::i64 : ptr(Side::callee); }
  [[nodiscard]] core::MemIdx memory(Side s) const { return memory_[index(s)]; }
  [[nodiscard]] core::FuncIdx realloc(Side s) const { return realloc_[index(s)]; }
  [[nodiscard]] core::GlobalIdx flags(Side s) const { return flags_[index(s)]; }
  [[nodiscard]] core::FuncIdx intrinsic(Intrinsic i) const;
  /// The resource's number, a new one at its first use.
  [[nodiscard]] std::uint32_t resource_number(types::ResourceId id);
  /// The function (source address, destination address) that translates a value from memory to memory.
  [[nodiscard]] core::FuncIdx helper(const ShapePair& shapes, Side from);

 private:
  static std::size_t index(Side s) { return static_cast<std::size_t>(s); }
  void import_intrinsics(const FuncShape& func);

  struct Helper {
    core::FuncIdx func;
    ShapePair shapes;
    Side from;
  };
  const AdapterSide& lower_;
  const AdapterSide& lift_;
  std::array<core::MemIdx, 2> memory_;
  std::array<core::FuncIdx, 2> realloc_;
  std::array<core::GlobalIdx, 2> flags_;
  std::array<std::optional<core::FuncIdx>, std::size(intrinsic_rows)> intrinsics_;
  AdapterResources resources_;
  std::map<std::pair<const Shape*, Side>, core::FuncIdx> helper_by_shape_;  ///< by the sender's shape
  std::vector<Helper> helpers_;  ///< in order of their first use
};

/// A local of a body, free for another use when this ends. `type` is its core type.
class Body;
class Temp {
 public:
  Temp(Body& body, core::ValType type);
  Temp(Temp&& other) noexcept : body_(std::exchange(other.body_, nullptr)), local_(other.local_), type_(other.type_) {}
  Temp& operator=(Temp&&) = delete;
  ~Temp();
  operator core::LocalIdx() const { return local_; }  // NOLINT(*explicit*)
  [[nodiscard]] core::ValType type() const { return type_; }

 private:
  Body* body_;
  core::LocalIdx local_;
  core::ValType type_;
};

struct InMemory {
  core::LocalIdx base;
  std::uint32_t offset = 0;
  [[nodiscard]] InMemory plus(std::uint32_t more) const { return {base, offset + more}; }
};
struct FlatLocal {
  core::LocalIdx local;
  core::ValType type;
};
using InLocals = std::span<const FlatLocal>;
using Place = std::variant<InMemory, InLocals>;

/// Writes the instructions of one function. `from` is the side that values come from, for both memory and handles.
class Body {
 public:
  Body(AdapterModule& module, core::FuncIdx func, Side from) : module_(module), func_(func), from_(from) {}

  /// The whole adapter: fuse.cpp.
  void adapter(const FuncShape& lower, const FuncShape& lift);
  /// The body of a helper function.
  void helper(const ShapePair& shapes);

 private:
  friend class Temp;
  // fuse.cpp: the call
  void enter(bool keeps_caller_flags);
  void leave();
  void set_flags(core::GlobalIdx flags, std::int32_t value);
  /// The instance of the side may (not) leave from here on.
  void set_may_leave(Side side, bool may);
  void translate_params(const FuncShape& lower, const FuncShape& lift, std::span<const core::LocalIdx> args);
  void translate_result(const FuncShape& lower, const FuncShape& lift, std::span<const core::LocalIdx> core_results, std::span<const core::LocalIdx> results);

  // fuse_values.cpp
  void translate(const ShapePair& shapes, const Place& src, const Place& dst);
  void translate_here(const ShapePair& shapes, const Place& src, const Place& dst);  ///< without regard to helpers
  void scalar(const Shape& shape, const Place& src, const Place& dst);
  void handle(const Shape& shape, const Place& src, const Place& dst);
  void record(const ShapePair& shapes, const Place& src, const Place& dst);
  void fixed_list(const ShapePair& shapes, const Place& src, const Place& dst);
  void variant(const ShapePair& shapes, const Place& src, const Place& dst);
  void payloads(const ShapePair& shapes, core::LocalIdx discriminant, const Place& src, const Place& dst);
  void normalise(const Shape& shape, bool is_from_memory);
  /// A number, or numbers in records, of one flat value on the stack.
  void normalise_flat(const Shape& shape);

  // fuse_lists.cpp: what needs the callee's or caller's allocator
  void string(const Place& src, const Place& dst);
  void list(const ShapePair& shapes, const Place& src, const Place& dst);
  /// Runs over `count` (consumed) elements that lie at the two addresses.
  void elements(const ShapePair& element, core::LocalIdx src, core::LocalIdx dst, core::LocalIdx count);
  /// Takes the length of a string or list from the stack as it came, and leaves 32 bits, of a string with its tag; the call ends if it is beyond
  /// what a length can be.
  void narrow_length(bool has_tag, TrapCode too_long);
  void copy_bytes(core::LocalIdx dst, core::LocalIdx src, core::LocalIdx bytes64);
  void push_string_bytes(StringEncoding encoding, core::LocalIdx length);
  /// fuse_strings.cpp: gets room for a string that was measured, with the calls of realloc that the specification makes for these encodings.
  /// `src_bytes64`: those of the source.
  void allocate_string(core::LocalIdx src_length, core::LocalIdx dst_length, core::LocalIdx src_bytes64, core::LocalIdx ptr);
  /// Calls realloc of the receiving side for `bytes64` bytes and checks what it returns. reallocate: for what is at `ptr` already.
  void allocate(core::LocalIdx ptr, std::uint32_t align, core::LocalIdx bytes64);
  void reallocate(core::LocalIdx ptr, core::LocalIdx old_bytes64, std::uint32_t align, core::LocalIdx bytes64);
  void call_realloc(core::LocalIdx ptr, std::uint32_t align, core::LocalIdx bytes64);
  void check_range(Side side, core::LocalIdx ptr, std::uint32_t align, core::LocalIdx bytes64, TrapCode unaligned, TrapCode out_of_bounds);
  void check_range(Side side, core::LocalIdx ptr, const Shape& shape);

  // fuse_values.cpp: reading and writing one core value
  /// Pushes the core value `i` (a pointer or length, of the sender's address type) of a string or list.
  void push_word(std::uint32_t i, const Place& src);
  void store_ptr(const Place& dst, core::LocalIdx ptr);
  /// `length`: 32 bits, of a string with its tag.
  void store_length(const Place& dst, core::LocalIdx length, bool has_tag);
  void load(const InMemory& at, std::uint32_t size, bool is_signed, core::ValType type);
  void store(const InMemory& at, std::uint32_t size, core::ValType type);
  void push_local(const FlatLocal& local, core::ValType want);
  void set_local(const FlatLocal& local, core::ValType have);
  void push_address(const InMemory& at, Side side);
  /// memory.copy of so many bytes, with both addresses on the stack.
  void copy_constant(std::uint32_t bytes);
  /// Pushes a constant of the side's address type.
  void push_constant(Side side, std::uint32_t value);
  void add_to_address(Side side, std::uint32_t bytes);
  /// Pushes an address of that side as intrinsics take it.
  void push_for_intrinsic(Side side, core::LocalIdx ptr);
  /// 64 bits on the stack become the side's address type.
  void wrap_to_address(Side side);
  /// begin_store before the value is pushed, end_store after: a store wants its address first.
  void begin_store(const Place& dst);
  void end_store(const Place& dst, std::uint32_t size, core::ValType type);

  void trap(TrapCode code);
  /// Takes a condition from the stack; if it holds the call ends.
  void trap_if(TrapCode code);
  void call_intrinsic(Intrinsic i);
  core::CodeBuilder& code() { return module_.builder.code(func_); }
  [[nodiscard]] Side to() const { return other(from_); }

  AdapterModule& module_;
  core::FuncIdx func_;
  Side from_;
  std::map<core::ValType, std::vector<core::LocalIdx>> free_locals_;
  std::optional<core::LocalIdx> caller_flags_;  ///< a local that has what they are during the call
};

}  // namespace wcomp::cabi::fusing
