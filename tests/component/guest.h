// Core modules with WIT for tests, as bindings and a guest compiler make them.
#pragma once

#include <doctest/doctest.h>

#include "component/wit_codec.h"
#include "core/builder.h"

namespace wcomp::component::test {

inline const core::FuncType nothing;
/// A signature of i32s.
inline core::FuncType sig(std::size_t params, bool has_result) {
  using core::ValType;
  return {.params = std::vector<ValType>(params, ValType::i32), .results = has_result ? std::vector<ValType>{ValType::i32} : std::vector<ValType>{}};
}

/// A main module: imports, a memory, and exports that trap.
class Guest {
 public:
  Guest& import(std::string module, std::string name, const core::FuncType& t) {
    m_.import_func(std::move(module), std::move(name), t);
    return *this;
  }
  Guest& export_(std::string name, const core::FuncType& t) {
    const core::FuncIdx f = m_.func(t);
    m_.code(f).op(core::Opcode::unreachable);
    m_.export_func(std::move(name), f);
    return *this;
  }
  Guest& memory() {
    m_.export_mem("memory", m_.mem({.limits = {.min = 1}}));
    return export_("cabi_realloc", sig(4, true));
  }
  Bytes plain() const { return m_.build(); }
  Bytes with_wit(std::string text, std::string_view world = {}) const {
    auto loaded = wit::load_text("t.wit", std::move(text));
    REQUIRE_MESSAGE(loaded, (loaded ? "" : loaded.error().to_string()));
    const auto id = wit::select_world(loaded->graph, world);
    REQUIRE(id);
    const auto payload = encode_component_type(loaded->graph, *id);
    REQUIRE(payload);
    return embed_component_type(m_.build(), "w", *payload);
  }

 private:
  core::ModuleBuilder m_;
};

}  // namespace wcomp::component::test
