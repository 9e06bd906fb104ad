// One crossing of the boundary between C++ and a guest: what typed lifting and lowering (wcomp/abi.h) see of it.
//
// The runtime makes a Crossing for each call, in either direction, and hands it to the templates of wcomp/abi.h, which read and write
// guest memory directly: no boxing, no virtual call for plain data. Everything in guest memory is hostile: the templates check every
// pointer, length, discriminant and encoding, and report by `fail`. After a failure values are unspecified but safe; the runtime turns
// the first failure into the call's Trap.
#pragma once

#include <cstdint>
#include <string>

#include "wcomp/trap.h"

namespace wcomp {

enum class StringEncoding : std::uint8_t { utf8 = 0, utf16 = 1, latin1_utf16 = 2 };  ///< CanonicalABI.md "Canonical ABI Options"

/// Names a C++ class that stands for a WIT resource; the address is the identity, so there is one per class (`resource_key<T>` in abi.h).
/// `destroy` ends an object that the guest owned (host resources); null for classes that stand for a guest's resource.
struct ResourceKey {
  const char* name;
  void (*destroy)(void* object);
};

/// An own or borrow of a guest-defined resource in the host's hands. Plain data; `wcomp::GuestResource` (wcomp/wcomp.h) is the RAII owner.
struct GuestRep {
  void* type = nullptr;    ///< run-time resource type, of the instance that defines it
  std::uint32_t rep = 0;
};

class Crossing {  // CanonicalABI.md "Loading", "Storing", "Lifting Values", "Lowering Values"
 public:
  std::uint8_t* memory = nullptr;    ///< the guest's linear memory; may move: reload after `allocate`
  std::uint64_t memory_size = 0;     ///< bytes
  StringEncoding encoding = StringEncoding::utf8;
  const class BindingTable* bindings = nullptr;  ///< what guest resources that are lifted need to call their methods (wcomp/abi.h)

  [[nodiscard]] bool ok() const { return !failed_; }
  /// Records the first reason; later ones are ignored.
  void fail(TrapCode code, std::string message = {});
  /// The same with a whole trap, e.g. `Trap::exit(3)`.
  void fail(Trap trap);
  /// Calls the guest's realloc for `size` bytes at `align`; checks what it returns. 0 after a failure. Updates memory and memory_size.
  std::uint32_t allocate(std::uint32_t size, std::uint32_t align);

  // Handles. `key` says which C++ class; the runtime has mapped it to the WIT resource when the function's type was checked.
  /// Gives a host object to the guest as `own`: the new handle.
  std::uint32_t lower_own(const ResourceKey& key, void* object);
  /// Lends a host object for this call as `borrow`: the new handle, dropped by the guest before the call ends or the call traps.
  std::uint32_t lower_borrow(const ResourceKey& key, void* object);
  /// Takes an `own` of a host resource out of the guest's table: its object, now the caller's. Null after a failure.
  void* lift_own(const ResourceKey& key, std::uint32_t handle);
  /// Looks through a `borrow` (or own used as one) of a host resource; the object stays whose it was. Null after a failure.
  void* lift_borrow(const ResourceKey& key, std::uint32_t handle);
  // The same for resources that a guest defines.
  std::uint32_t lower_guest_own(const ResourceKey& key, GuestRep rep);
  std::uint32_t lower_guest_borrow(const ResourceKey& key, GuestRep rep);
  GuestRep lift_guest_own(const ResourceKey& key, std::uint32_t handle);
  GuestRep lift_guest_borrow(const ResourceKey& key, std::uint32_t handle);

 protected:
  bool failed_ = false;
};

}  // namespace wcomp
