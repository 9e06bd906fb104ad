// The built-in preview 1 adapter as componentize needs it: reduced to what a guest uses, with the module that gives it the guest's memory.
#pragma once

#include <memory>
#include <set>

#include "component/componentize/imports.h"
#include "core/module.h"

namespace wcomp::component {

inline constexpr std::string_view preview1_module = "wasi_snapshot_preview1";
/// Imports of the adapter that begin so are lowered with the guest's memory; the rest of the name is the interface's.
inline constexpr std::string_view guest_memory_prefix = "guest-memory:";

struct Preview1 {
  core::ValidModule adapter;                          ///< imports `env` `memory`, `guest`, `arena`, `main` `_start`, and interfaces
  core::ValidModule helpers;                          ///< imports `main` `memory` if need be; exports `memory`, `realloc` and what `guest` and `arena` offer
  std::shared_ptr<const wit::Graph> wit;              ///< of the adapter's imports
};

/// The adapter for the functions that `used` names; `run` is among them for a command. `guest_memory`: of the main module, if it has one.
[[nodiscard]] Preview1 preview1_for(const std::set<std::string, std::less<>>& used, const std::optional<core::MemType>& guest_memory,
                                    std::shared_ptr<const wit::Graph> wit);
/// The interfaces that the adapter imports, and `wasi:cli/run`.
[[nodiscard]] Result<std::shared_ptr<const wit::Graph>> preview1_wit();
/// The signature of an adapter's function, none if preview 1 has no such function.
[[nodiscard]] std::optional<core::FuncType> preview1_signature(std::string_view name);

/// What cmake/component.cmake generates.
namespace adapter_files {
extern const ByteSpan stdio;          ///< the adapter without files
extern const ByteSpan full;           ///< with files
extern const std::string_view wit;    ///< packages of wasi/wit as one text
extern const std::string_view wasi_version;
}  // namespace adapter_files

}  // namespace wcomp::component
