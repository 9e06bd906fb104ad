// What the wrapper of an interface imports. WIT.md "Package Format".
//
// The component type around an encoded interface has to be whole in itself: it imports every interface whose types it reaches, each with
// types only. The reference tool imports, with all of their types, all interfaces that can be reached by `use`; so does this, and the
// binaries are the same. But then a chain of n interfaces makes n*n/2 imports, and a large interface that many others use is repeated for
// each. Where a package as a whole would pass `max_repeated_types`, only the types that are needed are imported, and one that came to its
// interface by `use` is made equal to the declaration at the end of all uses, without the interfaces between. Who reads the package gets
// the same interfaces, because each has its own wrapper; only of other packages' interfaces is less in the binary.
#pragma once

#include <algorithm>
#include <vector>

#include "wit/graph.h"

namespace wcomp::component {

struct WrapperImport {
  wit::InterfaceId interface;
  std::vector<wit::TypeDeclId> types;  ///< each after those it needs
};

class WrapperImports {
 public:
  WrapperImports(const wit::Graph& graph, const std::vector<wit::InterfaceId>& interfaces);

  /// Only what is needed, and uses lead straight to the declaration.
  [[nodiscard]] bool is_trimmed() const { return is_trimmed_; }
  /// The declaration behind uses and aliases.
  [[nodiscard]] wit::TypeDeclId end_of(wit::TypeDeclId decl) const { return ends_[decl.value]; }
  /// Each after those it needs, without the interface itself.
  [[nodiscard]] std::vector<WrapperImport> of(wit::InterfaceId interface);

 private:
  [[nodiscard]] const std::vector<wit::InterfaceId>& uses(wit::InterfaceId interface);
  [[nodiscard]] std::vector<wit::InterfaceId> reached(wit::InterfaceId interface, std::size_t budget);
  [[nodiscard]] std::vector<WrapperImport> needed(wit::InterfaceId interface);
  void need(wit::TypeDeclId decl, std::vector<wit::TypeDeclId>& found);

  const wit::Graph& graph_;
  bool is_trimmed_ = false;
  std::vector<std::optional<std::vector<wit::InterfaceId>>> uses_;  ///< by interface: those whose types it takes
  std::vector<std::uint32_t> ranks_;                 ///< of interfaces in dependency order; only if trimmed
  std::vector<wit::TypeDeclId> ends_;                ///< by declaration: the one behind all uses and aliases; only if trimmed
  std::uint32_t round_ = 0;
  std::vector<std::uint32_t> seen_interfaces_, seen_decls_;  ///< the round in which
};

/// In the order of ids, which is what the reference tool writes. Nearly always they are already.
template <class Id>
[[nodiscard]] std::vector<Id> sorted(std::vector<Id> ids) {
  if (!std::ranges::is_sorted(ids)) std::ranges::sort(ids);
  return ids;
}

}  // namespace wcomp::component
