#include "fuzz/support/back_ends.h"

#include <cstring>

#include <fmt/format.h>

#include "base/check.h"
#include "core/text/parse.h"

namespace wcomp::fuzz {

namespace {

constexpr std::uint64_t plenty_of_fuel = 1'000'000'000;

/// The module instantiated for one back end.
struct Side {
  Side(const core::ValidModule& m, const engine::StoreLimits& limits, const engine::StoreOptions& options) : module(m), store(limits, options) {
    auto made = store.instantiate(m, {});
    WCOMP_CHECK(made.has_value());
    if (*made) instance = **made;
    else trap = made->error().to_string();
  }
  const core::ValidModule& module;
  engine::Store store;
  engine::ModuleInstAddr instance;
  std::string trap;  ///< of the instantiation

  /// Results in hexadecimal, or the trap with its frames.
  std::string call(const std::string& name, std::span<const std::uint64_t> args) {
    const auto found = store.find_export(instance, name);
    WCOMP_CHECK(found.has_value());
    const auto f = std::get<engine::FuncAddr>(*found);
    const core::FuncType& type = store.func_type(f);
    std::vector<std::uint64_t> slots(std::max(engine::slot_count(type.params), engine::slot_count(type.results)), 0);
    std::copy(args.begin(), args.end(), slots.begin());
    if (auto done = store.invoke(f, slots); !done) return done.error().to_string();
    slots.resize(engine::slot_count(type.results));
    return fmt::format("{:x}", fmt::join(slots, " "));
  }
  std::string globals() {
    std::string out;
    for (std::uint32_t i = 0; i < module->global_types.size(); ++i) {
      const std::uint64_t* cell = store.global_cell(std::get<engine::GlobalAddr>(store.item(instance, core::ExternKind::global, i)));
      const core::ValType type = module->global_types[i].type;
      out += fmt::format("{:x} {:x}, ", cell[0], type == core::ValType::v128 ? cell[1] : 0);
    }
    return out;
  }
  [[nodiscard]] std::vector<engine::MemView> memories() const {
    std::vector<engine::MemView> out;
    for (std::uint32_t i = 0; i < module->mem_types.size(); ++i) out.push_back(store.memory(std::get<engine::MemAddr>(store.item(instance, core::ExternKind::mem, i))));
    return out;
  }
};

std::optional<std::string> differing_memory(const Side& a, const Side& b) {
  const auto left = a.memories(), right = b.memories();
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i].size != right[i].size) return fmt::format("memory {} has {} and {} bytes", i, left[i].size, right[i].size);
    if (left[i].size == 0 || std::memcmp(left[i].data, right[i].data, left[i].size) == 0) continue;
    std::uint64_t at = 0;
    while (left[i].data[at] == right[i].data[at]) ++at;
    return fmt::format("memory {} differs at {}: {:#x} and {:#x}", i, at, left[i].data[at], right[i].data[at]);
  }
  return std::nullopt;
}

std::vector<std::uint64_t> any_slots(Entropy& entropy, const TypeLetters& types) {
  std::vector<std::uint64_t> out;
  for (const char t : types) {
    out.push_back(t == 'i' || t == 'f' ? entropy.next() & 0xffff'ffff : entropy.next());
    if (t == 'V') out.push_back(entropy.next());
  }
  return out;
}

}  // namespace

BackEndRun choose_run(Entropy& entropy) {
  BackEndRun out;
  out.options.is_deterministic = entropy.one_in(2);
  out.options.explicit_bounds = entropy.one_in(4);
  out.options.is_metered = entropy.one_in(4);
  out.how = {.has_canonical_nans = !out.options.is_deterministic,
             .has_vectors = !entropy.one_in(3),
             .has_relaxed_vectors = out.options.is_deterministic,
             .has_exceptions = entropy.one_in(2),
             .has_memory64 = entropy.one_in(5)};
  return out;
}

std::optional<std::string> compare_back_ends(const Generated& generated, const BackEndOptions& o, Entropy& entropy) {
  auto bytes = core::text::parse("generated.wat", generated.text);
  WCOMP_CHECK(bytes.has_value());
  auto decoded = core::decode(*std::move(bytes));
  WCOMP_CHECK(decoded.has_value());
  const auto valid = core::validate(*std::move(decoded));
  WCOMP_CHECK(valid.has_value());
  engine::StoreLimits limits;
  if (o.is_metered) limits.fuel = plenty_of_fuel;
  Side interpreted(*valid, {}, {.is_deterministic = o.is_deterministic, .backend = BackendKind::interp});
  Side compiled(*valid, limits, {.explicit_bounds = o.explicit_bounds, .is_deterministic = o.is_deterministic, .backend = BackendKind::jit});
  if (interpreted.trap != compiled.trap) return fmt::format("instantiation: interpreted `{}`, compiled `{}`", interpreted.trap, compiled.trap);
  if (!interpreted.trap.empty()) return std::nullopt;
  constexpr int calls_each = 3;  // translated at the first, run as it is at the second
  for (const GeneratedFunc& f : generated.funcs) {
    for (int i = 0; i < calls_each; ++i) {
      const std::vector<std::uint64_t> args = any_slots(entropy, f.params);
      for (Side* side : {&interpreted, &compiled}) (void)side->call("reset", {});
      const std::string left = interpreted.call(f.name, args), right = compiled.call(f.name, args);
      const std::string call = fmt::format("{}({:x})", f.name, fmt::join(args, " "));
      if (left != right) return fmt::format("{}:\ninterpreted {}\ncompiled    {}", call, left, right);
      if (const std::string a = interpreted.globals(), b = compiled.globals(); a != b) return fmt::format("globals after {}:\ninterpreted {}\ncompiled    {}", call, a, b);
      if (const auto differs = differing_memory(interpreted, compiled)) return fmt::format("after {}: {} (interpreted, compiled)", call, *differs);
    }
  }
  return std::nullopt;
}

}  // namespace wcomp::fuzz
