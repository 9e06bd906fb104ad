// Files as the sources and sinks of wasi:io streams.
#pragma once

#include <memory>

#include "wasi/bytes_io.h"
#include "wasi/files/descriptor.h"

namespace wcomp::wasi::files {

/// From `offset` on. The stream keeps the file open.
[[nodiscard]] std::shared_ptr<Source> source_of(std::shared_ptr<const Descriptor> file, std::uint64_t offset);
[[nodiscard]] std::shared_ptr<Sink> sink_of(std::shared_ptr<const Descriptor> file, std::uint64_t offset);
/// Each write goes to where the end is then.
[[nodiscard]] std::shared_ptr<Sink> appending_sink_of(std::shared_ptr<const Descriptor> file);

}  // namespace wcomp::wasi::files
