// The functions that the linker writes itself: stubs, those over thread-local storage, and those that call a list of others.
#pragma once

#include <deque>

#include "component/shared_libraries/layout.h"

namespace wcomp::component::shared {

struct WrittenFuncs {
  struct Func {
    std::string name;
    std::uint32_t type = 0;
    std::vector<core::Locals> locals;
    Bytes code;
  };

  std::uint32_t first = 0;        ///< index of the first of them
  std::uint32_t context_get = 0;  ///< index of the import that gives a thread's array of base addresses; only for programs with threads
  std::deque<Func> funcs;

  // Each gives the index of the function that it adds.
  std::uint32_t add(const StubFunc& f, const Layout& layout, core::TypeInterner& types);
  std::uint32_t add(const ThreadFunc& f, const Layout& layout, core::TypeInterner& types);
  std::uint32_t calls(std::string_view name, const std::vector<std::uint32_t>& callees, core::TypeInterner& types);

 private:
  std::uint32_t put(Func f);
};

}  // namespace wcomp::component::shared
