// What one guest was granted, as the interfaces read it.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "wasi/bytes_io.h"

namespace wcomp::wasi {

struct ContextImpl {
  std::vector<std::string> args;
  std::vector<std::pair<std::string, std::string>> env;
  std::shared_ptr<Source> input = source_of_bytes({});  // owners: the context and streams of the guest
  std::shared_ptr<Sink> output = no_sink();             // the same
  std::shared_ptr<Sink> error = no_sink();              // the same
};

}  // namespace wcomp::wasi
