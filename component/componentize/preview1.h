// The built-in preview 1 adapter as componentize needs it: reduced to what a guest uses, with the module that gives it the guest's memory.
#pragma once

#include <set>

#include "component/component.h"
#include "core/module.h"

namespace wcomp::component {

inline constexpr std::string_view preview1_module = "wasi_snapshot_preview1";
/// The snapshot before. The functions that differ have exports of their own in the adapter, which begin with the prefix.
inline constexpr std::string_view unstable_module = "wasi_unstable", unstable_prefix = "unstable:";
/// Imports of the adapter that begin so are lowered with the guest's memory; the rest of the name is the interface's.
inline constexpr std::string_view guest_memory_prefix = "guest-memory:";

struct Preview1 {
  core::ValidModule adapter;                          ///< imports `env` `memory`, `guest`, `arena`, `main` `_start`, and interfaces
  core::ValidModule helpers;                          ///< imports `main` `memory` if need be; exports `memory`, `realloc` and what `guest` and `arena` offer
  Bytes world;                                        ///< of the adapter's imports, as a component type
};

struct Preview1Options {
  std::set<std::string, std::less<>> used;            ///< functions of the adapter, as its exports are called
  std::optional<core::MemType> guest_memory;          ///< of the main module, if it has one
  std::string run;                                    ///< the core name for `wasi:cli/run`'s function, which calls `_start`; empty: none
  bool exports_run = false;                           ///< the adapter's world says so
  StringEncoding encoding = StringEncoding::utf8;     ///< that the world is written with
};
[[nodiscard]] Result<Preview1> preview1_for(const Preview1Options& options);
/// The name of the adapter's function for an import of one of the two snapshots.
[[nodiscard]] std::string preview1_function(std::string_view module, std::string_view name);
/// `wasi:cli/run@..` of the version that the adapter has.
[[nodiscard]] std::string preview1_run_interface();

/// What cmake/component.cmake generates.
namespace adapter_files {
extern const ByteSpan stdio;          ///< the adapter without files
extern const ByteSpan full;           ///< with files
extern const std::string_view wit;    ///< packages of wasi/wit as one text
extern const std::string_view wasi_version;
}  // namespace adapter_files

}  // namespace wcomp::component
