// Programs that were compiled ahead of time: what `wcomp compile` writes (.cwasm), what the cache keeps, what executables carry.
//
// One image is a component or a core module with all that running it takes: the plan with its types, of every core module (adapters among
// them) what instantiating and backtraces need, and the machine code of its functions. Loading it decodes no body, validates nothing and compiles
// nothing; code is executed where it is mapped.
//
// Trust. Code of an image is run as it is, so whoever may write an image may do what the process may do. A checksum says whether an image is
// whole, its version and machine whether it can be run here; neither says who made it. Up to there nothing is believed: a truncated, damaged
// or foreign image is refused with a reason, whatever it holds.
//
// Programs that only run images. This folder's load.cpp and what it needs name neither the decoders of bodies, the validators, the planner, the
// compiler nor the interpreter; a program that defines engine::tiers (engine/tiers.h) with nulls links without them. It makes its engine with
// `wcomp::Engine()`, loads, and goes on with Linker or ModuleLinker as any host does.
//
//   auto image = precompiled::map_file("/proc/self/exe", offset, size);
//   auto program = precompiled::load(engine, *std::move(image), "app");
//   if (program) { if (const auto* c = std::get_if<Component>(&*program)) linker.instantiate(*c); .. }
//
// The format is one for all systems: positions count from the front of the image, nothing is a structure of the system's linker. Code begins at
// multiples of `code_alignment`; where an image lies at such an address and is mapped from a file, code is made executable where it is, else copied.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "base/bytes.h"
#include "base/result.h"
#include "wcomp/module.h"
#include "wcomp/wcomp.h"

namespace wcomp::precompiled {

/// Distance from the front of an image to code is a multiple of this; an executable puts an image at a multiple of it.
inline constexpr std::size_t code_alignment = 4096;

/// An image in memory.
struct Image {
  ByteSpan bytes;
  std::shared_ptr<const void> owner;  ///< keeps the bytes as long as anything of the program is used; owners: this and what is loaded of it
  /// The pages are a private mapping of nothing but the image, which may be made executable: `map_file` says so. Else code is copied.
  bool may_execute_in_place = false;
  bool is_whole = false;  ///< somebody has compared a checksum of all of it already
};

/// Maps `size` bytes of a file from `offset` on (a multiple of code_alignment), or all of it. Errors: file-error.
[[nodiscard]] Result<Image> map_file(const std::filesystem::path& path, std::uint64_t offset = 0, std::uint64_t size = ~std::uint64_t{0});
/// Whether the bytes begin as an image does; eight of them suffice.
[[nodiscard]] bool is_image(ByteSpan bytes);

/// What `Component::load` says to an image, which it does not trust.
[[nodiscard]] Err<Failure> refuse_untrusted(std::string_view type);

using Program = std::variant<Component, Module>;
/// What the image holds, under that name in messages. Nothing of the image is trusted before it is whole and made for this version and machine.
/// Errors: unsupported (another version, machine or back end; says which), malformed (truncated, damaged, no image); with `name` as the file.
[[nodiscard]] Result<Program> load(const Engine& engine, Image image, std::string name);

/// The image of a program. Its modules are compiled now, unless they were before. Errors: unsupported (a component that imports or exports core
/// modules or components; no compiler for this machine), limit-exceeded.
[[nodiscard]] Result<Bytes> write(const Component& component, const SerializeOptions& options = {});
[[nodiscard]] Result<Bytes> write(const Module& module, const SerializeOptions& options = {});

/// What an image says of itself, for people; nothing of it is trusted.
struct Description {
  bool is_component = false;
  std::string version;   ///< of wcomp, with what tells its builds apart
  std::string target;    ///< `x86_64-linux`
  std::string features;  ///< what it needs of the processor
  std::uint64_t bytes = 0;
  std::string problem;   ///< why it does not run here; empty: it does
};
[[nodiscard]] Result<Description> describe(ByteSpan image);

}  // namespace wcomp::precompiled
