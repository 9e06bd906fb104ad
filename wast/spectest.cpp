#include "wast/spectest.h"

#include <bit>

namespace wcomp::wast {

namespace {

std::optional<Trap> print(void*, std::uint64_t*) { return std::nullopt; }

struct Printer {
  const char* name;
  std::vector<core::ValType> params;
};

}  // namespace

Result<Exports, Trap> add_spectest(engine::Store& store) {
  using core::ValType;
  Exports out;
  const Printer printers[] = {{"print", {}},
                              {"print_i32", {ValType::i32}},
                              {"print_i64", {ValType::i64}},
                              {"print_f32", {ValType::f32}},
                              {"print_f64", {ValType::f64}},
                              {"print_i32_f32", {ValType::i32, ValType::f32}},
                              {"print_f64_f64", {ValType::f64, ValType::f64}}};
  for (const Printer& p : printers) out.emplace(p.name, store.add_host_func({p.params, {}}, &print, nullptr));

  struct Global {
    const char* name;
    ValType type;
    std::uint64_t bits;
  };
  const Global globals[] = {{"global_i32", ValType::i32, 666},
                            {"global_i64", ValType::i64, 666},
                            {"global_f32", ValType::f32, std::bit_cast<std::uint32_t>(666.6f)},
                            {"global_f64", ValType::f64, std::bit_cast<std::uint64_t>(666.6)}};
  for (const Global& g : globals) {
    WCOMP_TRY(const engine::GlobalAddr addr, store.add_global({g.type, false}, g.bits));
    out.emplace(g.name, addr);
  }
  WCOMP_TRY(const engine::TableAddr table, store.add_table({ValType::funcref, {.min = 10, .max = 20}}));
  out.emplace("table", table);
  WCOMP_TRY(const engine::TableAddr table64, store.add_table({ValType::funcref, {.min = 10, .max = 20, .is_64 = true}}));
  out.emplace("table64", table64);
  WCOMP_TRY(const engine::MemAddr memory, store.add_memory({{.min = 1, .max = 2}}));
  out.emplace("memory", memory);
  return out;
}

}  // namespace wcomp::wast
