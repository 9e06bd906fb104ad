#include "wit/docs/names.h"

#include <fmt/format.h>

#include "base/match.h"

namespace wcomp::wit {

namespace {
/// Labels have none of what is put in here, so different names stay different.
std::string file_name(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '+';
    if (is_plain) out += c;
    else if (c == ':') out += "_";
    else if (c == '/') out += "__";
    else out += fmt::format("_{:02x}_", static_cast<unsigned char>(c));
  }
  return out;
}
}  // namespace

std::string docs_folder(const PackageName& name) {
  return fmt::format("{}_{}{}", file_name(name.ns), file_name(name.name), name.version ? "@" + file_name(name.version->to_string()) : "");
}

std::string docs_address(const Graph& graph, TypeDeclId id) {
  const TypeDecl& decl = graph.type_decls[id];
  return match(
      decl.owner, [](std::monostate) { return std::string(); },
      [&](InterfaceId i) {
        const Interface& interface = graph.interfaces[i];
        return interface.name ? fmt::format("{}/interface.{}.html#type.{}", docs_folder(graph.packages[interface.package].name), file_name(*interface.name), decl.name) : std::string();
      },
      [&](WorldId w) { return fmt::format("{}/world.{}.html#type.{}", docs_folder(graph.packages[graph.worlds[w].package].name), file_name(graph.worlds[w].name), decl.name); });
}

}  // namespace wcomp::wit
