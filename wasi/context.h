// What one guest was granted, as the interfaces read it.
#pragma once

#include <filesystem>
#include <functional>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "wasi/bytes_io.h"
#include "wasi/files/descriptor.h"
#include "wcomp/wasi.h"

namespace wcomp::wasi {

/// A directory as `Context::dir` granted it.
struct Grant {
  std::filesystem::path host;
  std::string guest;
  DirAccess access = DirAccess::read_write;
};

/// A granted directory, open.
struct Preopen {
  std::shared_ptr<files::Descriptor> directory;  // owners: the context and the guest's descriptors
  std::string guest;
};

struct ContextImpl {
  std::vector<std::string> args;
  std::vector<std::pair<std::string, std::string>> env;
  std::shared_ptr<Source> input = source_of_bytes({});  // owners: the context and streams of the guest
  std::shared_ptr<Sink> output = no_sink();             // the same
  std::shared_ptr<Sink> error = no_sink();              // the same
  std::vector<Grant> grants;
  std::filesystem::path stdin_file;  // empty: none
  std::shared_ptr<files::Sandbox> sandbox = std::make_shared<files::Sandbox>();  // owners: the context and every open descriptor
  std::vector<Preopen> preopens;  // of `grants`, in their order

  /// Opens what was granted by name: `preopens`, and the file of standard input as `input`. Called once, before a guest runs.
  [[nodiscard]] Result<void> open_grants();
  /// For when the guest asks for its directories: without any, whatever it wants to open is lost, and it may not even ask us.
  void tell_if_no_directories() const;
};

/// How add_to and modules of preview 1 get at what a Context holds.
struct ContextAccess {
  [[nodiscard]] static std::unique_ptr<ContextImpl> take(Context&& context) { return std::move(context.impl_); }
};

}  // namespace wcomp::wasi
