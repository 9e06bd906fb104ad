// reencode FILE..: decodes each component or core module and encodes what was read; fails unless that gives the file's bytes.
#include <fmt/format.h>

#include "base/file.h"
#include "component/component.h"

using namespace wcomp;

namespace {

int fail(const char* file, const std::string& why) {
  fmt::print(stderr, "{}: {}\n", file, why);
  return 1;
}

int check(const char* file) {
  auto bytes = read_file(file);
  if (!bytes) return fail(file, bytes.error().to_string());
  const Bytes original = *bytes;
  Bytes again;
  if (component::detect(original) == component::BinaryKind::component) {
    const auto decoded = component::decode(*std::move(bytes));
    if (!decoded) return fail(file, decoded.error().to_string());
    again = component::encode(**decoded);
  } else {
    const auto decoded = core::decode(*std::move(bytes));
    if (!decoded) return fail(file, decoded.error().to_string());
    again = core::encode(*decoded);
  }
  if (again == original) return 0;
  std::size_t at = 0;
  while (at < std::min(again.size(), original.size()) && again[at] == original[at]) ++at;
  return fail(file, fmt::format("{} bytes, encoded again {}; the first difference is at {:#x}", original.size(), again.size(), at));
}

}  // namespace

int main(int argc, char** argv) {
  int status = 0;
  for (int i = 1; i < argc; ++i) status |= check(argv[i]);
  return status;
}
