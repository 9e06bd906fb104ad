// The names of generated files, and of the namespaces of packages: where two would be equal, the later one gets a `_` (`_2` for a third).
//
// Names depend on the packages alone, not on which worlds bindings are made for, so that one folder can take the files of all worlds of a
// package, one after the other. Interfaces come before worlds: an interface's header is shared by worlds, and is the whole interface's whether a
// world imports it, exports it or only takes types from it.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "wit/graph.h"

namespace wcomp::bindgen {

class FileNames {
 public:
  explicit FileNames(const wit::Graph& graph);

  /// `wasi_io`, `wasi_io_v0_2_0` if there are several versions.
  [[nodiscard]] const std::string& package(wit::PackageId id) const { return packages_.at(id); }
  /// The last part of it: `io_v0_2_0`.
  [[nodiscard]] static std::string package_name(const wit::Graph& graph, wit::PackageId id);
  /// `wasi_io_streams`, of `wasi_io_streams.h`.
  [[nodiscard]] const std::string& interface(wit::InterfaceId id) const { return interfaces_.at(id); }
  /// An interface that a world gives a name of its own.
  [[nodiscard]] const std::string& item(wit::WorldId world, const std::string& name) const { return items_.at({world, name}); }
  /// `command`, of `command.h`, `command.cpp`, `command_exports.h` ..
  [[nodiscard]] const std::string& world(wit::WorldId id) const { return worlds_.at(id); }

 private:
  std::map<wit::PackageId, std::string> packages_;
  std::map<wit::InterfaceId, std::string> interfaces_;
  std::map<std::pair<wit::WorldId, std::string>, std::string> items_;
  std::map<wit::WorldId, std::string> worlds_;
};

/// Whether a world gives the interface a name of its own: an inline one, or `import a: wasi:io/streams`.
[[nodiscard]] bool has_own_name(const wit::Graph& graph, const wit::WorldItem& item, wit::InterfaceId id);

}  // namespace wcomp::bindgen
