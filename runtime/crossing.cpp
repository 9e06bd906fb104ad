#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"
#include "base/diagnostic.h"
#include "runtime/crossing_impl.h"
#include "wcomp/abi.h"

namespace wcomp {

using runtime::CrossingImpl;
using runtime::Handle;
using runtime::ResourceType;

namespace {
CrossingImpl& impl(Crossing& c) {
  return static_cast<CrossingImpl&>(c);
}
void* object_of(std::uint64_t rep) {
  return reinterpret_cast<void*>(static_cast<std::uintptr_t>(rep));
}
std::uint64_t rep_of(void* object) {
  return static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(object));
}
}  // namespace

void Crossing::fail(TrapCode code, std::string message) {
  fail(Trap(code, std::move(message)));
}

void Crossing::fail(Trap trap) {
  if (failed_) return;
  failed_ = true;
  impl(*this).trap = std::move(trap);
}

std::uint32_t Crossing::allocate(std::uint32_t size, std::uint32_t align) { return static_cast<std::uint32_t>(impl(*this).allocate_bytes(size, align)); }

std::uint32_t Crossing::lower_own(const ResourceKey& key, void* object) {
  CrossingImpl& c = impl(*this);
  ResourceType* type = c.find(key, true);
  if (type == nullptr || object == nullptr) {
    if (object != nullptr && key.destroy != nullptr) key.destroy(object);  // it was given away: nobody else will
    fail(TrapCode::host_error, fmt::format("no object of `{}` to give away", key.name));
    return 0;
  }
  const std::uint32_t handle = c.add_handle({.type = type, .rep = rep_of(object)});
  if (handle == 0 && key.destroy != nullptr) key.destroy(object);
  return handle;
}

std::uint32_t Crossing::lower_borrow(const ResourceKey& key, void* object) {
  CrossingImpl& c = impl(*this);
  ResourceType* type = c.find(key, true);
  if (type == nullptr) return 0;
  const std::uint32_t handle = c.add_handle({.type = type, .rep = rep_of(object), .scope = &c.scope});
  if (handle != 0) ++c.scope.borrows;
  return handle;
}

void* Crossing::lift_own(const ResourceKey& key, std::uint32_t handle) {
  CrossingImpl& c = impl(*this);
  ResourceType* type = c.find(key, true);
  if (type == nullptr) return nullptr;
  auto rep = c.opts.instance->handles.take_own(handle, *type);
  if (rep) return object_of(*rep);
  fail(std::move(rep).error());
  return nullptr;
}

void* Crossing::lift_borrow(const ResourceKey& key, std::uint32_t handle) {
  CrossingImpl& c = impl(*this);
  ResourceType* type = c.find(key, true);
  if (type == nullptr) return nullptr;
  auto rep = c.opts.instance->handles.lend(handle, *type, c.scope);
  if (rep) return object_of(*rep);
  fail(std::move(rep).error());
  return nullptr;
}

std::uint32_t Crossing::lower_guest_own(const ResourceKey& key, GuestRep rep) {
  CrossingImpl& c = impl(*this);
  ResourceType* type = c.find(key, false);
  if (type == nullptr) return 0;
  if (rep.type != type) {
    fail(TrapCode::handle_wrong_type, fmt::format("the `{}` belongs to another instance or type", key.name));
    return 0;
  }
  return c.add_handle({.type = type, .rep = rep.rep});
}

std::uint32_t Crossing::lower_guest_borrow(const ResourceKey& key, GuestRep rep) {
  CrossingImpl& c = impl(*this);
  ResourceType* type = c.find(key, false);
  if (type == nullptr) return 0;
  if (rep.type != type) {
    fail(TrapCode::handle_wrong_type, fmt::format("the `{}` belongs to another instance or type", key.name));
    return 0;
  }
  if (type->impl == c.opts.instance) return rep.rep;
  const std::uint32_t handle = c.add_handle({.type = type, .rep = rep.rep, .scope = &c.scope});
  if (handle != 0) ++c.scope.borrows;
  return handle;
}

GuestRep Crossing::lift_guest_own(const ResourceKey& key, std::uint32_t handle) {
  CrossingImpl& c = impl(*this);
  ResourceType* type = c.find(key, false);
  if (type == nullptr) return {};
  auto rep = c.opts.instance->handles.take_own(handle, *type);
  if (rep) return {.type = type, .rep = static_cast<std::uint32_t>(*rep)};
  fail(std::move(rep).error());
  return {};
}

GuestRep Crossing::lift_guest_borrow(const ResourceKey& key, std::uint32_t handle) {
  CrossingImpl& c = impl(*this);
  ResourceType* type = c.find(key, false);
  if (type == nullptr) return {};
  auto rep = c.opts.instance->handles.lend(handle, *type, c.scope);
  if (rep) return {.type = type, .rep = static_cast<std::uint32_t>(*rep)};
  fail(std::move(rep).error());
  return {};
}

namespace runtime {

CrossingImpl::CrossingImpl(InstanceImpl& o, const Options& options, std::span<const KeyBinding> k) : owner(o), opts(options), keys(k) {
  encoding = opts.encoding;
  load_memory();
}

std::uint64_t CrossingImpl::allocate_bytes(std::uint64_t size, std::uint32_t align) {
  if (failed_) return 0;
  if (scratch == nullptr) return allocate_in_guest(size, align);
  auto ptr = scratch->allocate(size, align);
  load_memory();
  if (ptr) return *ptr;
  fail(ptr.error(), "the values of one call are too large");
  return 0;
}

std::uint64_t CrossingImpl::allocate_in_guest(std::uint64_t size, std::uint32_t align) {
  if (failed_) return 0;
  if (!opts.realloc || !opts.memory) {
    fail(TrapCode::realloc_failed, "the function has no realloc");
    return 0;
  }
  std::uint64_t slots[4] = {0, 0, align, size};
  opts.instance->set(cabi::flag_may_leave, false);
  auto called = owner.store.invoke(*opts.realloc, slots);
  opts.instance->set(cabi::flag_may_leave, true);
  load_memory();
  if (!called) {
    fail(std::move(called).error());
    return 0;
  }
  const std::uint64_t ptr = opts.ptr == core::ValType::i64 ? slots[0] : static_cast<std::uint32_t>(slots[0]);
  if (ptr % align != 0) {
    fail(TrapCode::realloc_failed, fmt::format("pointer {:#x} is not aligned to {}", ptr, align));
    return 0;
  }
  const std::uint64_t end = scratch == nullptr ? memory_size : guest_memory().size();
  if (size > end || ptr > end - size) {
    fail(TrapCode::realloc_failed, fmt::format("{} bytes at {:#x} are not within the {} bytes of memory", size, ptr, end));
    return 0;
  }
  return ptr;
}

void CrossingImpl::use_scratch() {
  scratch = std::make_unique<Scratch>();
  load_memory();
}

std::span<std::uint8_t> CrossingImpl::guest_memory() const {
  return {opts.view->data, static_cast<std::size_t>(opts.view->size)};
}

Relayout CrossingImpl::to_guest() {
  const MemoryEnd from{.memory = [this] { return std::span(scratch->data(), static_cast<std::size_t>(scratch->size())); }, .allocate = {}};
  const MemoryEnd to{.memory = [this] { return guest_memory(); },
                     .allocate = [this](std::uint64_t size, std::uint32_t align) -> Result<std::uint64_t, TrapCode> {
                       const std::uint64_t ptr = allocate_in_guest(size, align);
                       if (failed_) return Err(trap->code());
                       return ptr;
                     }};
  return {from, to, encoding, UINT64_MAX};
}

Relayout CrossingImpl::to_scratch() {
  const MemoryEnd from{.memory = [this] { return guest_memory(); }, .allocate = {}};
  const MemoryEnd to{.memory = [this] { return std::span(scratch->data(), static_cast<std::size_t>(scratch->size())); },
                     .allocate = [this](std::uint64_t size, std::uint32_t align) { return scratch->allocate(size, align); }};
  return {from, to, encoding, abi::max_lifted_bytes};
}

void CrossingImpl::load_memory() {
  if (scratch != nullptr) {
    memory = scratch->data();
    memory_size = scratch->size();
    return;
  }
  if (opts.view == nullptr) return;
  memory = opts.view->data;
  memory_size = opts.view->size;
}

Trap CrossingImpl::take_trap(std::string_view function) {
  WCOMP_CHECK(trap.has_value());
  return in_function(std::move(*trap), function);
}

ResourceType* CrossingImpl::find(const ResourceKey& key, bool is_host) {
  if (failed_) return nullptr;
  for (const KeyBinding& k : keys) {
    if (k.key == &key && (k.type->impl == nullptr) == is_host) return k.type;
  }
  fail(TrapCode::host_error, fmt::format("class `{}` is not bound to a resource of this function", key.name));
  return nullptr;
}

std::uint32_t CrossingImpl::add_handle(const Handle& h) {
  auto added = opts.instance->handles.add(h);
  if (added) return *added;
  fail(std::move(added).error());
  return 0;
}

Failure instantiation_failure(const Trap& trap, Location at) {
  const std::string text = trap.to_string();
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  Diagnostic d = error(diag::trap, fmt::format("instantiation ended: {}", lines.front()), std::move(at));
  d.notes.assign(lines.begin() + 1, lines.end());
  return Failure(std::move(d));
}

Trap in_function(Trap trap, std::string_view function) {
  if (trap.is_exit()) return trap;
  std::string message = trap.message().empty() ? fmt::format("in `{}`", function) : fmt::format("{} (in `{}`)", trap.message(), function);
  Trap named(trap.code(), std::move(message));
  named.backtrace() = std::move(trap.backtrace());
  return named;
}

}  // namespace runtime
}  // namespace wcomp
