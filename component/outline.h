// What is inside of a binary, for people: imports and exports with types, how many of everything, who produced it, what is nested in it.
//
// Works on any file whose sections can be told apart. What cannot be read beyond that (a module that is not valid, a feature that is not
// implemented) is said in `problem`, and what is nested is outlined all the same.
#pragma once

#include "component/sections.h"

namespace wcomp::component {

struct Outline {
  struct Item {
    std::string module;  ///< of an import of a core module; else empty
    std::string name;
    std::string type;    ///< `func (param i32)`; of a component's: its sort
  };
  struct Count {
    std::string_view what;  ///< `functions`
    std::uint64_t imported = 0, defined = 0;
  };
  /// https://github.com/WebAssembly/tool-conventions/blob/main/ProducersSection.md
  struct Producer {
    std::string field, name, version;
  };

  bool is_component = false;
  std::string name;  ///< from the name section
  std::uint64_t offset = 0, size = 0;
  const Sections* sections = nullptr;
  std::vector<Count> counts;
  std::vector<Item> imports, exports;
  std::vector<Producer> producers;
  std::optional<std::string> wit;  ///< of the outermost component: its world as WIT text, where it is valid and WIT can say its type
  std::optional<std::string> problem;
  std::vector<Outline> nested;
};

/// `sections` must outlive the result.
[[nodiscard]] Outline outline(const Sections& sections);

}  // namespace wcomp::component
