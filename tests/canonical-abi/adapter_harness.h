// Runs an adapter between two made-up component instances: memories and globals in a store, everything else host functions.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/match.h"
#include "canonical-abi/fuse.h"
#include "canonical-abi/strings.h"
#include "canonical-abi/value.h"
#include "engine/engine.h"

namespace wcomp::cabi {

class AdapterHarness {
 public:
  using Slots = std::vector<std::uint64_t>;
  static constexpr std::int32_t both_flags = flag_may_leave | flag_may_enter;

  struct Instance {
    StringEncoding encoding{};
    engine::MemAddr memory;
    engine::GlobalAddr flags;
    std::uint64_t heap = 1024;  ///< where the next allocation is
    std::vector<std::array<std::uint64_t, 4>> reallocs{};  ///< calls: 1 if there was an old pointer, old size, alignment, size
    std::pair<std::uint64_t, std::uint64_t> last;  ///< what realloc gave last, and its size
    std::function<std::uint64_t(std::uint32_t align, std::uint64_t size)> realloc;
    core::ValType ptr = core::ValType::i32;
  };

  AdapterHarness(const FuncShape& func_shape, StringEncoding caller, StringEncoding callee, std::uint32_t ancestors = 0)
      : AdapterHarness(func_shape, func_shape, caller, callee, ancestors) {}

  /// With each side's own shape: of a memory with 64-bit addresses if it has a pointer of 64 bits.
  AdapterHarness(FuncShape lower_func, FuncShape lift_func, StringEncoding caller, StringEncoding callee, std::uint32_t ancestors = 0,
                 core::ValType caller_ptr = core::ValType::i32, core::ValType callee_ptr = core::ValType::i32, bool borrows_reps = false)
      : shape(std::move(lower_func)), lift_shape(std::move(lift_func)) {
    AdapterSide sides[2];
    instances[0].ptr = caller_ptr;
    instances[1].ptr = callee_ptr;
    for (int i = 0; i < 2; ++i) {
      instances[i].encoding = i == 0 ? caller : callee;
      const core::MemType memory_type{.limits = {.min = 16, .is_64 = instances[i].ptr == core::ValType::i64}};
      instances[i].memory = store.add_memory(memory_type).value();
      instances[i].flags = store.add_global({.type = core::ValType::i32, .is_mutable = true}, both_flags).value();
      instances[i].realloc = [this, i](std::uint32_t align, std::uint64_t size) { return bump(instances[i], align, size); };
      sides[i] = {.encoding = instances[i].encoding, .has_memory = true, .memory = memory_type, .has_realloc = true, .has_post_return = i == 1};
    }
    sides[1].entered_ancestors = ancestors;
    sides[1].borrows_reps = borrows_reps;
    for (std::uint32_t i = 0; i < ancestors; ++i) {
      ancestor_flags.push_back(store.add_global({.type = core::ValType::i32, .is_mutable = true}, both_flags).value());
    }
    Adapter adapter = fuse(shape, lift_shape, sides[0], sides[1]);
    resources = adapter.resources;
    module_bytes = adapter.module->bytes.size();
    std::vector<engine::Extern> imports;
    for (const core::Import& import : adapter.module->imports) imports.push_back(provide(import, *adapter.module));
    auto instance = store.instantiate(adapter.module, imports, "adapter");
    REQUIRE(instance.has_value());
    REQUIRE(instance->has_value());
    adapter_func = std::get<engine::FuncAddr>(store.find_export(**instance, "adapter").value());
  }

  /// Calls the adapter with core values; the trap's code if it traps. A trap leaves the callee marked as entered: undone here for the next call.
  Result<Slots, TrapCode> call(Slots slots) {
    REQUIRE(slots.size() == shape.lowered.params.size());
    slots.resize(std::max<std::size_t>({slots.size(), shape.lowered.results.size(), 1}));
    const std::uint64_t callee_flags = flags(Side::callee);
    auto done = store.invoke(adapter_func, slots);
    if (!done) {
      store.set_global(instances[1].flags, callee_flags);
      return Err(done.error().code());
    }
    slots.resize(shape.lowered.results.size());
    return slots;
  }

  /// Calls with component values; `reply` is what the callee returns. What the callee saw is in `seen`. Gives what came back to the caller.
  Result<std::optional<Value>, TrapCode> call(const std::vector<Value>& args, const std::optional<Value>& reply) {
    callee = [this, reply](std::uint64_t* slots) -> std::optional<TrapCode> {
      LiftLowerContext cx = context(Side::callee);
      auto lifted = lift_params(cx, slots);
      if (!lifted) return lifted.error();
      seen = std::move(*lifted);
      if (!reply) return {};
      const Shape& result = *lift_shape.result;
      if (shape.results_spill) {
        slots[0] = bump(instances[1], result.align, result.size);
        if (auto r = store_value(cx, *reply, result, slots[0]); !r) return r.error();
        return {};
      }
      Slots flat;
      if (auto r = lower_flat(cx, *reply, result, flat); !r) return r.error();
      slots[0] = flat[0];
      return {};
    };
    LiftLowerContext cx = context(Side::caller);
    Slots slots;
    const Value tuple{args};
    if (shape.params_spill) {
      slots.push_back(bump(instances[0], shape.params_tuple->align, shape.params_tuple->size));
      REQUIRE(store_value(cx, tuple, *shape.params_tuple, slots[0]).has_value());
    } else {
      REQUIRE(lower_flat(cx, tuple, *shape.params_tuple, slots).has_value());
    }
    if (shape.results_spill) slots.push_back(bump(instances[0], shape.result->align, shape.result->size));
    WCOMP_TRY(const Slots results, call(slots));
    if (shape.result == nullptr) return std::optional<Value>();
    if (shape.results_spill) {
      WCOMP_TRY(Value v, load(cx, slots.back(), *shape.result));
      return std::optional<Value>(std::move(v));
    }
    WCOMP_TRY(Value v, lift_flat(cx, results, *shape.result));
    return std::optional<Value>(std::move(v));
  }

  std::span<std::uint8_t> memory(Side s) {
    const engine::MemView view = store.memory(instances[static_cast<int>(s)].memory);
    return {view.data, static_cast<std::size_t>(view.size)};
  }
  /// Writes bytes into a side's memory.
  void poke(Side s, std::uint32_t at, std::string_view bytes) { std::copy(bytes.begin(), bytes.end(), memory(s).begin() + at); }
  void poke32(Side s, std::uint32_t at, std::uint32_t v) {
    for (unsigned i = 0; i < 4; ++i) memory(s)[at + i] = static_cast<std::uint8_t>(v >> (8 * i));
  }
  std::uint64_t flags(Side s) { return store.global(instances[static_cast<int>(s)].flags); }
  void set_flags(Side s, std::int32_t v) { store.set_global(instances[static_cast<int>(s)].flags, static_cast<std::uint64_t>(v)); }

  LiftLowerContext context(Side s) {
    LiftLowerContext cx;
    Instance& instance = instances[static_cast<int>(s)];
    cx.encoding = instance.encoding;
    cx.memory = [this, s] { return memory(s); };
    cx.allocate = [this, &instance](std::uint32_t align, std::uint64_t size) { return bump(instance, align, size); };
    cx.lift_handle = [](const Shape&, std::uint32_t handle) -> Result<HandleValue, TrapCode> { return HandleValue{handle, {}}; };
    cx.lower_handle = [](const Shape&, const HandleValue& value) -> Result<std::uint32_t, TrapCode> { return value.number; };
    return cx;
  }

  FuncShape shape;       ///< the caller's
  FuncShape lift_shape;  ///< the callee's
  engine::Store store;
  Instance instances[2];
  std::vector<engine::GlobalAddr> ancestor_flags;
  AdapterResources resources;
  std::size_t module_bytes = 0;
  engine::FuncAddr adapter_func;
  std::function<std::optional<TrapCode>(std::uint64_t* slots)> callee = [](std::uint64_t*) { return std::nullopt; };
  std::vector<Value> seen;
  std::vector<std::string> log;  ///< realloc, callee, post-return, handles, scopes in the order they came

 private:
  static Result<void, TrapCode> store_value(LiftLowerContext& cx, const Value& v, const Shape& s, std::uint64_t at) {
    return cabi::store(cx, v, s, at);
  }

  Result<std::vector<Value>, TrapCode> lift_params(LiftLowerContext& cx, const std::uint64_t* slots) {
    const Shape& tuple = *lift_shape.params_tuple;
    auto v = shape.params_spill ? load(cx, slots[0], tuple) : lift_flat(cx, {slots, tuple.flat.size()}, tuple);
    if (!v) return Err(v.error());
    return std::get<std::vector<Value>>(v->data);
  }

  std::uint64_t bump(Instance& instance, std::uint32_t align, std::uint64_t size) {
    instance.heap = align_to(instance.heap, align);
    const std::uint64_t ptr = instance.heap;
    instance.heap += size;
    return ptr;
  }

  using Body = std::function<std::optional<TrapCode>(std::uint64_t*)>;
  engine::Extern host_func(const core::FuncType& type, Body body) {
    bodies_.push_back(std::make_unique<Body>(std::move(body)));
    const auto run = [](void* context, std::uint64_t* slots) -> std::optional<Trap> {
      if (const auto code = (*static_cast<Body*>(context))(slots)) return Trap(*code);
      return std::nullopt;
    };
    return store.add_host_func(type, run, bodies_.back().get());
  }

  engine::Extern provide(const core::Import& import, const core::Module& module) {
    const int side = import.name.starts_with("callee") ? 1 : 0;
    return match(
        import.type, [&](core::TypeIdx type) { return provide_func(import, module.types[type.value], side); },
        [&](const core::MemType&) -> engine::Extern { return instances[side].memory; },
        [&](const core::GlobalType&) -> engine::Extern {
          if (import.name.starts_with("ancestor")) return ancestor_flags[static_cast<std::size_t>(import.name.back() - '0')];
          return instances[side].flags;
        },
        [&](const core::TableType&) -> engine::Extern { WCOMP_CHECK(false); }, [&](core::TagType) -> engine::Extern { WCOMP_CHECK(false); });
  }

  engine::Extern provide_func(const core::Import& import, const core::FuncType& type, int side) {
    if (import.module == intrinsic_module) return intrinsic(find_intrinsic(import.name).value());
    if (import.name == "callee") {
      return host_func(type, [this](std::uint64_t* slots) {
        log.push_back("callee");
        return callee(slots);
      });
    }
    if (import.name == "post-return") {
      return host_func(type, [this](std::uint64_t* slots) {
        log.push_back(fmt::format("post-return({}) with flags {}", lift_shape.lifted.results.empty() ? 0 : slots[0], flags(Side::callee)));
        return std::optional<TrapCode>();
      });
    }
    return host_func(type, [this, side](std::uint64_t* slots) {
      Instance& instance = instances[side];
      CHECK((slots[0] == 0 ? slots[1] == 0 : std::pair(slots[0], slots[1]) == instance.last));
      log.push_back(fmt::format("{} realloc({}, {}) with flags {}", side == 0 ? "caller" : "callee", slots[2], slots[3],
                                flags(static_cast<Side>(side))));
      const std::uint64_t size = slots[3];
      instance.reallocs.push_back({slots[0] == 0 ? 0U : 1U, slots[1], slots[2], size});
      slots[0] = instance.realloc(static_cast<std::uint32_t>(slots[2]), size);
      instance.last = {slots[0], size};
      return std::optional<TrapCode>();
    });
  }

  engine::Extern intrinsic(Intrinsic i) {
    const bool is_64 = instances[0].ptr == core::ValType::i64 || instances[1].ptr == core::ValType::i64;
    return host_func(func_type(i, is_64 ? core::ValType::i64 : core::ValType::i32), [this, i](std::uint64_t* slots) -> std::optional<TrapCode> {
      const auto arg = [&](int n) { return static_cast<std::uint32_t>(slots[n]); };
      switch (i) {
        case Intrinsic::trap: return static_cast<TrapCode>(slots[0]);
        case Intrinsic::string_copy: {
          const Side from = static_cast<Side>(slots[0]);
          const StringEncoding encoding = instances[static_cast<int>(from)].encoding;
          const auto bytes = find_string(encoding, memory(from), slots[1], arg(2));
          if (!bytes) return bytes.error();
          const auto done = copy_string(encoding, *bytes, memory(other(from)).subspan(arg(3), bytes->size()).data());
          return done ? std::optional<TrapCode>() : done.error();
        }
        case Intrinsic::string_measure:
        case Intrinsic::string_transcode: {
          const Side from = static_cast<Side>(slots[0]);
          const StringEncoding from_encoding = instances[static_cast<int>(from)].encoding;
          const StringEncoding to_encoding = instances[static_cast<int>(other(from))].encoding;
          const auto bytes = find_string(from_encoding, memory(from), slots[1], arg(2));
          if (!bytes) return bytes.error();
          if (i == Intrinsic::string_measure) {
            const auto length = measure_string(from_encoding, *bytes, arg(2), to_encoding);
            if (!length) return length.error();
            slots[0] = *length;
            return {};
          }
          const auto out = memory(other(from)).subspan(arg(3), static_cast<std::size_t>(string_byte_length(to_encoding, arg(4))));
          const auto done = transcode_string(from_encoding, *bytes, arg(2), to_encoding, arg(4), out);
          return done ? std::optional<TrapCode>() : done.error();
        }
        case Intrinsic::resource_transfer_own:
          log.push_back(fmt::format("own(side {}, resource {}, {})", arg(0), arg(1), arg(2)));
          slots[0] = arg(2);
          return {};
        case Intrinsic::resource_transfer_borrow:
          log.push_back(fmt::format("borrow(resource {}, {})", arg(0), arg(1)));
          slots[0] = arg(1);
          return {};
        case Intrinsic::resource_borrow_rep:
          log.push_back(fmt::format("rep(resource {}, {})", arg(0), arg(1)));
          slots[0] = arg(1) + 100;
          return {};
        case Intrinsic::error_context_transfer:
          log.push_back(fmt::format("error-context(side {}, {})", arg(0), arg(1)));
          slots[0] = arg(1);
          return {};
        case Intrinsic::enter_call: log.push_back("enter"); return {};
        case Intrinsic::exit_call: log.push_back("exit"); return {};
      }
      return TrapCode::host_error;
    });
  }

  std::vector<std::unique_ptr<Body>> bodies_;  ///< contexts of host functions: as long as the store
};

}  // namespace wcomp::cabi
