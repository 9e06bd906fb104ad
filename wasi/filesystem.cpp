#include "wasi/filesystem.h"

namespace wcomp::wasi {

std::optional<fs_types::ErrorCode> FilesystemTypes::filesystem_error_code(io_error::Error&) { return std::nullopt; }

std::vector<std::tuple<std::unique_ptr<fs_types::Descriptor>, std::string>> Preopens::get_directories() { return {}; }

}  // namespace wcomp::wasi
