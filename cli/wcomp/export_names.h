// How people name a component's exported functions on a command line.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "wcomp/wcomp.h"

namespace wcomp::cli {

/// The spelling that means this function and no other, as far as wasmtime has one, its own: `ns:pkg/iface.f@1.2.3`.
[[nodiscard]] std::string full_name(const ExportedFunc& f);

/// A resource's function without its kind: `counter`, `counter.open`, `counter.get`.
[[nodiscard]] std::string_view without_kind(std::string_view name);

/// The exported function that people mean by `name`: `f`, `iface.f`, `ns:pkg/iface.f`, `ns:pkg/iface.f@1.2.3`, `ns:pkg/iface@1.2.3#f`, with `.`
/// or `#`; `inner.f` and `iface.inner.f` in an instance inside an exported one. A resource's functions are also meant without their kind:
/// `counter`, `counter.open` for `[constructor]counter`, `[static]counter.open`. A function of the component itself wins over those of
/// interfaces. Errors: missing-export and ambiguous, with the candidates.
[[nodiscard]] Result<ExportedFunc> find_exported_func(std::span<const ExportedFunc> funcs, std::string_view name);

}  // namespace wcomp::cli
