#include "engine/exceptions.h"

#include <algorithm>
#include <bit>
#include <utility>

#include <fmt/format.h>

#include "engine/instance.h"

namespace wcomp::engine {
namespace {

constexpr std::uint64_t ref_tag = 0xe8ce;

std::uint64_t ref_of(std::uint32_t index, std::uint16_t generation) { return ref_tag << 48 | std::uint64_t{generation} << 32 | index; }
std::uint64_t bytes_of(const TagInst& tag) { return sizeof(ExceptionHeap::Exception) + tag.slots * sizeof(std::uint64_t); }

bool is_exn(core::ValType t) {
  if (!core::is_ref(t) || core::is_concrete_ref(t)) return false;
  const core::HeapType h = core::heap_type_of(t);
  return h == core::HeapType::exn || h == core::HeapType::noexn;
}

constexpr std::size_t max_printed_values = 8;

}  // namespace

std::string describe(const TagInst& tag, const std::uint64_t* values) {
  std::string list;
  std::size_t count = 0;
  for (const core::ValType t : tag.type->params) {
    if (count++ == max_printed_values) {
      list += ", ..";
      break;
    }
    if (!list.empty()) list += ", ";
    switch (t) {
      case core::ValType::i32: list += fmt::format("i32 {}", static_cast<std::int32_t>(*values)); break;
      case core::ValType::i64: list += fmt::format("i64 {}", static_cast<std::int64_t>(*values)); break;
      case core::ValType::f32: list += fmt::format("f32 {}", std::bit_cast<float>(static_cast<std::uint32_t>(*values))); break;
      case core::ValType::f64: list += fmt::format("f64 {}", std::bit_cast<double>(*values)); break;
      default: list += core::is_ref(t) ? "a reference" : "a vector"; break;
    }
    values += slot_count(t);
  }
  std::string out = tag.name.empty() ? std::string("a tag without a name") : fmt::format("tag `{}`", tag.name);
  return list.empty() ? out : fmt::format("{} ({})", out, list);
}

Result<std::uint64_t, Trap> ExceptionHeap::add(const StoreImpl& store, const TagInst& tag, const std::uint64_t* values, const std::uint64_t* stack_end) {
  const std::uint64_t bytes = bytes_of(tag);
  if (bytes_ + bytes > next_collection_) {
    collect(store, tag, values, stack_end);
    if (bytes > max_bytes_ || bytes_ > max_bytes_ - bytes) {
      return Err(Trap(TrapCode::limit_exceeded, fmt::format("the exceptions that the store holds take more than {} bytes", max_bytes_)));
    }
    next_collection_ = std::max(std::min(2 * bytes_, max_bytes_), bytes_ + min_between_);
  }
  if (free_.empty()) {
    if (exceptions_.size() == ~std::uint32_t{0}) return Err(Trap(TrapCode::limit_exceeded, "the store has made more exceptions than it can number"));
    free_.push_back(static_cast<std::uint32_t>(exceptions_.size()));
    exceptions_.emplace_back();
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  Exception& e = exceptions_[index];
  e.tag = &tag;
  e.values = std::make_unique_for_overwrite<std::uint64_t[]>(tag.slots);
  std::copy_n(values, tag.slots, e.values.get());
  bytes_ += bytes;
  return ref_of(index, e.generation);
}

const ExceptionHeap::Exception* ExceptionHeap::find(std::uint64_t ref) const {
  if (ref >> 48 != ref_tag) return nullptr;
  const auto index = static_cast<std::uint32_t>(ref);
  if (index >= exceptions_.size()) return nullptr;
  const Exception& e = exceptions_[index];
  return e.tag != nullptr && e.generation == static_cast<std::uint16_t>(ref >> 32) ? &e : nullptr;
}

void ExceptionHeap::mark(std::span<const std::uint64_t> slots) {
  for (std::uint64_t slot : slots) {
    const Exception* found = find(slot);
    if (found == nullptr || found->is_marked) continue;
    exceptions_[static_cast<std::uint32_t>(slot)].is_marked = true;
    marked_.push_back(static_cast<std::uint32_t>(slot));
  }
}

void ExceptionHeap::collect(const StoreImpl& store, const TagInst& tag, const std::uint64_t* values, const std::uint64_t* stack_end) {
  mark({values, tag.slots});
  mark({store.stack.base(), stack_end});
  for (const GlobalInst& g : store.globals) {
    if (is_exn(g.type.type)) mark({g.slots, 1});
  }
  for (const TableInst& t : store.tables) {
    if (is_exn(t.type.element)) mark(t.elements);
  }
  for (const ModuleInst& inst : store.instances) {
    for (std::size_t i = 0; i < inst.elems.size(); ++i) {
      if (is_exn(inst.module->elems[i].type)) mark(inst.elems[i]);
    }
  }
  while (!marked_.empty()) {
    const Exception& e = exceptions_[marked_.back()];
    marked_.pop_back();
    mark({e.values.get(), e.tag->slots});
  }
  for (std::uint32_t i = 0; i < exceptions_.size(); ++i) {
    Exception& e = exceptions_[i];
    if (e.tag == nullptr || std::exchange(e.is_marked, false)) continue;
    bytes_ -= bytes_of(*e.tag);
    e.tag = nullptr;
    e.values.reset();
    // Beyond the last generation a reference to the first would be one to whatever is here then.
    if (++e.generation != 0) {
      free_.push_back(i);
    } else {
      ++retired_;
    }
  }
}

}  // namespace wcomp::engine
