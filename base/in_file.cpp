#include "base/in_file.h"

namespace wcomp {

Failure in_file(Failure failure, const std::string& name) {
  const auto put = [&](Location& at) {
    if (auto* p = std::get_if<BinaryPos>(&at); p != nullptr && p->file.empty()) p->file = name;
  };
  for (Diagnostic& d : failure.diagnostics()) {
    if (std::holds_alternative<std::monostate>(d.location)) d.location = BinaryPos{.file = name, .path = {}, .offset = 0};
    put(d.location);
    for (Label& l : d.labels) put(l.location);
  }
  return failure;
}

}  // namespace wcomp
