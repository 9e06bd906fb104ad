// wasi:filesystem without any granted folder: nothing is preopened, so no descriptor can come to exist.
#pragma once

#include "wasi/io.h"

namespace wcomp::wasi {

namespace fs_types = ::wasi_filesystem::types;

class FilesystemTypes final : public fs_types::Host {
 public:
  std::optional<fs_types::ErrorCode> filesystem_error_code(io_error::Error& err) override;
};

class Preopens final : public ::wasi_filesystem::preopens::Host {
 public:
  std::vector<std::tuple<std::unique_ptr<fs_types::Descriptor>, std::string>> get_directories() override;
};

}  // namespace wcomp::wasi
