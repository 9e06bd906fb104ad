// What all instances of some modules have in common, worked out once: a component is instantiated many times.
//
// Function types get their numbers here, for the store compares types by numbers (core/type_interner.h): a store that is made with prepared
// modules goes on counting where they end. Immutable once stores use it, but for images, which are made when they are wanted; threads may
// share all of it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "core/module.h"
#include "core/type_interner.h"
#include "engine/memory_image.h"

namespace wcomp::engine {

struct PreparedModule;

/// The image of a memory that a module defines. The first instance copies its data, for it may be the only one.
class PreparedImage {
 public:
  /// Data that is less is always copied. Measured: copying 64 KiB into pages that are there takes 1.2 us, the page table of an image as much.
  static constexpr std::uint64_t min_bytes = 64 * 1024;

  PreparedImage(std::uint64_t begin, std::uint64_t end) : begin_(begin), end_(end) {}
  /// Null: the segments have to be copied. `defined`: which memory it is among those that the module defines. From any thread.
  [[nodiscard]] const MemoryImage* get(const PreparedModule& prepared, std::size_t defined, const std::shared_ptr<AddressPool>& pool);

 private:
  std::uint64_t begin_, end_;
  std::atomic<bool> is_used_again_ = false;
  std::once_flag once_;
  std::unique_ptr<const MemoryImage> image_;
};

/// Per module: nothing in it is of an instance.
struct PreparedModule {
  explicit PreparedModule(core::ValidModule m) : module(std::move(m)) {}
  core::ValidModule module;
  core::TypeIds type_ids;  ///< by the module's type indices
  /// A function that the module defines: its type and its frame, in slots.
  struct Func {
    const core::FuncType* type = nullptr;  ///< of the interner
    std::uint32_t type_id = 0;
    std::uint32_t params = 0, results = 0;
    std::uint32_t header = 0;  ///< after the locals
  };
  std::vector<Func> funcs;
  /// Constant expressions that are one constant of an integer; nothing for the others, which every instance works out.
  using Constants = std::vector<std::optional<std::uint64_t>>;
  Constants globals, elem_offsets, data_offsets;  ///< by position among those that the module defines
  std::vector<std::unique_ptr<PreparedImage>> images;  ///< by memory that the module defines, null for most; empty if there is none
  std::size_t image_datas = 0;                         ///< how many data segments, from the first one, are in an image if there is one
};

/// `types` learns the module's. Error: limit-exceeded.
[[nodiscard]] Result<PreparedModule> prepare(const core::ValidModule& module, core::TypeInterner& types);

struct PreparedModules {
  core::TypeInterner types;
  std::vector<PreparedModule> modules;
  std::uint32_t funcs = 0;  ///< how many functions a store may expect; a hint
  mutable std::atomic<std::size_t> arena_bytes = 0;  ///< what a store took for its instances; a hint
};

}  // namespace wcomp::engine
