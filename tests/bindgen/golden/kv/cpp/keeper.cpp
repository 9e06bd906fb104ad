// Made by `witc bindgen` for world `keeper`; changes here are lost.
// Core imports and exports; see the headers for what they mean.
#include "keeper_impl.h"

extern "C" __attribute__((import_module("[export]sample:kv/store@1.2.0"), import_name("[resource-new]bucket")))
    std::int32_t keeper_resource_0(std::int32_t);
extern "C" __attribute__((import_module("[export]sample:kv/store@1.2.0"), import_name("[resource-rep]bucket")))
    std::int32_t keeper_resource_1(std::int32_t);
extern "C" __attribute__((import_module("[export]sample:kv/store@1.2.0"), import_name("[resource-drop]bucket")))
    void keeper_resource_2(std::int32_t);

extern "C" __attribute__((export_name("sample:kv/store@1.2.0#count"))) std::int32_t keeper_export_0(std::int32_t p0, std::int32_t p1) {
  return wcomp::guest::run_export<std::map<std::string,
      std::uint32_t>(std::span<const wcomp::Borrow<::exports::sample::kv::store::Bucket>>), std::int32_t, true>(
      [](auto&&... args) -> decltype(auto) { return ::exports::sample::kv::store::count(std::forward<decltype(args)>(args)...); }, p0, p1);
}
extern "C" __attribute__((export_name("cabi_post_sample:kv/store@1.2.0#count"))) void keeper_post_0(std::int32_t) {
  wcomp::guest::Returned<std::map<std::string, std::uint32_t>>::end();
}
extern "C" __attribute__((export_name("sample:kv/store@1.2.0#find")))
    std::int32_t keeper_export_1(std::int32_t p0, std::int32_t p1, std::int32_t p2, std::int32_t p3) {
  return wcomp::guest::run_export<wcomp::Result<std::vector<std::uint8_t>,
      ::sample::kv::store::Failure>(const ::sample::kv::store::Location&), std::int32_t, true>(
      [](auto&&... args) -> decltype(auto) { return ::exports::sample::kv::store::find(std::forward<decltype(args)>(args)...); }, p0, p1,
          p2, p3);
}
extern "C" __attribute__((export_name("cabi_post_sample:kv/store@1.2.0#find"))) void keeper_post_1(std::int32_t) {
  wcomp::guest::Returned<wcomp::Result<std::vector<std::uint8_t>, ::sample::kv::store::Failure>>::end();
}
std::int32_t wcomp::guest::ExportedResource<::exports::sample::kv::store::Bucket>::make(::exports::sample::kv::store::Bucket* object) {
  return keeper_resource_0(static_cast<std::int32_t>(Context::address_of(object)));
}
::exports::sample::kv::store::Bucket* wcomp::guest::ExportedResource<::exports::sample::kv::store::Bucket>::rep(std::int32_t handle) {
  return reinterpret_cast<::exports::sample::kv::store::Bucket*>(Context::at(static_cast<std::uint32_t>(keeper_resource_1(handle))));
}
void wcomp::guest::ExportedResource<::exports::sample::kv::store::Bucket>::drop(std::int32_t handle) { keeper_resource_2(handle); }
extern "C" __attribute__((export_name("sample:kv/store@1.2.0#[dtor]bucket"))) void keeper_export_2(std::int32_t rep) {
  delete reinterpret_cast<::exports::sample::kv::store::Bucket*>(wcomp::guest::Context::at(static_cast<std::uint32_t>(rep)));
}
extern "C" __attribute__((export_name("sample:kv/store@1.2.0#[constructor]bucket")))
    std::int32_t keeper_export_3(std::int32_t p0, std::int32_t p1) {
  return wcomp::guest::run_export<wcomp::Own<::exports::sample::kv::store::Bucket>(std::string_view), std::int32_t, false>(
      [](auto&&... args) -> decltype(auto) { return wcomp::Own<::exports::sample::kv::store::Bucket>::make(std::forward<decltype(args)>(args)...); }, p0, p1);
}
extern "C" __attribute__((export_name("sample:kv/store@1.2.0#[static]bucket.open")))
    std::int32_t keeper_export_4(std::int32_t p0, std::int32_t p1, std::int32_t p2) {
  return wcomp::guest::run_export<wcomp::Result<wcomp::Own<::exports::sample::kv::store::Bucket>,
      ::sample::kv::store::Failure>(std::string_view, ::sample::kv::store::Access), std::int32_t, true>(
      [](auto&&... args) -> decltype(auto) { return ::exports::sample::kv::store::Bucket::open(std::forward<decltype(args)>(args)...); },
          p0, p1, p2);
}
extern "C" __attribute__((export_name("cabi_post_sample:kv/store@1.2.0#[static]bucket.open"))) void keeper_post_4(std::int32_t) {
  wcomp::guest::Returned<wcomp::Result<wcomp::Own<::exports::sample::kv::store::Bucket>, ::sample::kv::store::Failure>>::end();
}
extern "C" __attribute__((export_name("sample:kv/store@1.2.0#[method]bucket.get")))
    std::int32_t keeper_export_5(std::int32_t p0, std::int32_t p1, std::int32_t p2) {
  return wcomp::guest::run_export<std::optional<std::vector<std::uint8_t>>(::exports::sample::kv::store::Bucket&, std::string_view),
      std::int32_t, true>(
      [](::exports::sample::kv::store::Bucket& self,
          auto&&... args) -> decltype(auto) { return self.get(std::forward<decltype(args)>(args)...); }, p0, p1, p2);
}
extern "C" __attribute__((export_name("cabi_post_sample:kv/store@1.2.0#[method]bucket.get"))) void keeper_post_5(std::int32_t) {
  wcomp::guest::Returned<std::optional<std::vector<std::uint8_t>>>::end();
}
extern "C" __attribute__((export_name("sample:kv/store@1.2.0#[method]bucket.set")))
    std::int32_t keeper_export_6(std::int32_t p0, std::int32_t p1, std::int32_t p2, std::int32_t p3, std::int32_t p4) {
  return wcomp::guest::run_export<wcomp::Result<void, ::sample::kv::store::Failure>(::exports::sample::kv::store::Bucket&, std::string_view,
      std::span<const std::uint8_t>), std::int32_t, true>(
      [](::exports::sample::kv::store::Bucket& self,
          auto&&... args) -> decltype(auto) { return self.set(std::forward<decltype(args)>(args)...); }, p0, p1, p2, p3, p4);
}
extern "C" __attribute__((export_name("cabi_post_sample:kv/store@1.2.0#[method]bucket.set"))) void keeper_post_6(std::int32_t) {
  wcomp::guest::Returned<wcomp::Result<void, ::sample::kv::store::Failure>>::end();
}
extern "C" __attribute__((export_name("sample:kv/store@1.2.0#[method]bucket.merge")))
    std::int32_t keeper_export_7(std::int32_t p0, std::int32_t p1) {
  return wcomp::guest::run_export<std::uint32_t(::exports::sample::kv::store::Bucket&, wcomp::Own<::exports::sample::kv::store::Bucket>),
      std::int32_t, false>(
      [](::exports::sample::kv::store::Bucket& self,
          auto&&... args) -> decltype(auto) { return self.merge(std::forward<decltype(args)>(args)...); }, p0, p1);
}

extern "C" __attribute__((weak, export_name("cabi_realloc")))
    void* cabi_realloc(void* block, std::size_t, std::size_t align, std::size_t new_size) {
  return wcomp::guest::reallocate(block, align, new_size);
}

// Where memory ends or a container is misused there is nobody to tell: the guest traps. Definitions of your own take the place of these.
#if defined(_LIBCPP_VERSION) && !defined(__cpp_exceptions)
[[gnu::weak]] void std::__libcpp_verbose_abort(const char*, ...) noexcept(noexcept(std::__libcpp_verbose_abort(""))) { __builtin_trap(); }
[[gnu::weak]] void* operator new(std::size_t size) { return wcomp::guest::allocate(size); }
[[gnu::weak]] void operator delete(void* block) noexcept { std::free(block); }
[[gnu::weak]] void operator delete(void* block, std::size_t) noexcept { std::free(block); }
#endif
