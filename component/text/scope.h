// What a component, a component type, an instance type or a module type has defined while its text is read.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <unordered_map>

#include "component/component.h"

namespace wcomp::component::text {

/// An identifier that may stand after a keyword, and its token.
struct Id {
  std::optional<std::string> name;
  std::size_t position = 0;
  std::optional<std::string> debug_name{};  ///< `(@name "..")` behind it: what the name section says instead
};

class IndexSpace {
 public:
  struct Named {
    std::uint32_t index = 0;
    std::size_t position = 0;  ///< of the token that defined it
  };
  [[nodiscard]] const Named* find(const std::string& name) const {
    const auto at = by_name_.find(name);
    return at == by_name_.end() ? nullptr : &at->second;
  }
  /// The next index. `id` is not there yet.
  std::uint32_t add(const Id& id) {
    if (id.name) by_name_.emplace(*id.name, Named{count_, id.position});
    if (const auto& name = id.debug_name ? id.debug_name : id.name) names_.emplace_back(count_, *name);
    return count_++;
  }
  [[nodiscard]] const core::NameMap& names() const { return names_; }
  [[nodiscard]] std::uint32_t size() const { return count_; }

 private:
  std::uint32_t count_ = 0;
  core::NameMap names_;
  std::unordered_map<std::string, Named> by_name_;
};

/// An import's or export's name as it is written.
struct NameWithAttributes {
  std::string name;
  Attributes attributes;
};

/// What `alias outer` may name.
[[nodiscard]] constexpr bool can_alias_outer(Sort s) {
  return s == Sort::core_module || s == Sort::core_type || s == Sort::type || s == Sort::component;
}
/// What core instances export; a core module is an export of a component's instance.
[[nodiscard]] constexpr bool is_core_alias(Sort s) { return is_core(s) && s < Sort::core_type; }

struct Scope {
  enum class Kind : std::uint8_t { component, component_type, instance_type, module_type };
  Kind kind = Kind::component;
  std::optional<std::string> id;  ///< what `(alias outer $id ..)` calls it

  std::vector<Definition> definitions;  ///< of a component
  std::vector<std::size_t> types;       ///< of a component: which definition each of its types comes from
  std::optional<std::size_t> names_at;  ///< before which definition the name section stands, if the text says so
  std::vector<TypeDeclItem> decls;      ///< of a component or instance type
  CoreModuleType module_type;
  std::unordered_map<std::string, core::TypeIdx> func_types;  ///< of a module type, as they are declared
  /// Exports written inside of definitions. They come after everything else.
  std::vector<std::pair<NameWithAttributes, SortIdx>> inline_exports;

  [[nodiscard]] IndexSpace& space(Sort sort) { return spaces_[slot(sort)]; }
  [[nodiscard]] const IndexSpace& space(Sort sort) const { return spaces_[slot(sort)]; }

 private:
  [[nodiscard]] static std::size_t slot(Sort sort) {
    const auto value = static_cast<std::size_t>(sort);
    if (value >= 0x110) return value - 0x110 + 10;
    return value >= 0x100 ? value - 0x100 + 5 : value - 1;
  }
  std::array<IndexSpace, 13> spaces_;
};

}  // namespace wcomp::component::text
