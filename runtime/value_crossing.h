// Values on their way between a host and a guest: what calls by value share in both directions.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "canonical-abi/value.h"
#include "runtime/crossing_impl.h"

namespace wcomp::runtime {

/// The values of one call. Every mistake, of the guest or of the host, is recorded in the crossing; functions then give nothing or false.
class ValueCrossing {
 public:
  explicit ValueCrossing(CrossingImpl& crossing);
  ValueCrossing(const ValueCrossing&) = delete;
  ValueCrossing& operator=(const ValueCrossing&) = delete;
  ~ValueCrossing();  ///< what was lent to the host is no longer there

  /// Why a resource in a type cannot travel: the linker does not have it. Empty if all can.
  [[nodiscard]] static std::string problem(InstanceImpl& owner, const cabi::Shape& shape);

  [[nodiscard]] std::optional<cabi::Value> load(std::uint64_t ptr, const cabi::Shape& shape);
  [[nodiscard]] std::optional<cabi::Value> lift_flat(cabi::Slots slots, const cabi::Shape& shape);
  // The value is one of that shape.
  bool store(const cabi::Value& value, const cabi::Shape& shape, std::uint64_t ptr);
  bool lower_flat(const cabi::Value& value, const cabi::Shape& shape, std::vector<std::uint64_t>& slots);
  /// Parameters of a call into the guest: flat, or in memory that the guest gives.
  bool lower_params(const cabi::FuncShape& shape, std::span<const cabi::Value> args, std::vector<std::uint64_t>& slots);
  /// Parameters of a call out of the guest.
  [[nodiscard]] std::optional<std::vector<cabi::Value>> lift_params(const cabi::FuncShape& shape, cabi::Slots slots);

 private:
  Result<HandleValue, TrapCode> lift_handle(const cabi::Shape& shape, std::uint32_t handle);
  Result<std::uint32_t, TrapCode> lower_handle(const cabi::Shape& shape, const HandleValue& value);
  Result<std::uint32_t, TrapCode> lower_guest_handle(ResourceType& type, bool is_own, const HandleValue& value);
  Result<std::uint32_t, TrapCode> lower_host_handle(ResourceType& type, bool is_own, const HandleValue& value);
  Result<std::uint32_t, TrapCode> add(ResourceType& type, std::uint64_t rep, bool is_own);
  Err<TrapCode> failed(Trap trap);
  template <class T>
  std::optional<T> checked(Result<T, TrapCode> r);
  bool checked(Result<void, TrapCode> r);

  CrossingImpl& crossing_;
  cabi::LiftLowerContext cx_;
  std::vector<HandleValue> lent_;  ///< to the host
};

}  // namespace wcomp::runtime
