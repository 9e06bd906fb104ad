// Made by `witc bindgen` for world `user`; changes here are lost.
// Core imports and exports; see the headers for what they mean.
#include "user_exports.h"

extern "C" __attribute__((import_module("sample:kv/store@1.2.0"), import_name("count")))
    void sample_kv_store_import_0(std::int32_t, std::int32_t, std::int32_t);
extern "C" __attribute__((import_module("sample:kv/store@1.2.0"), import_name("[method]bucket.get")))
    void sample_kv_store_import_5(std::int32_t, std::int32_t, std::int32_t, std::int32_t);

namespace sample::kv::store {

std::map<std::string, std::uint32_t> count(std::span<const wcomp::Borrow<Bucket>> buckets) {
  return wcomp::guest::call_import<std::map<std::string, std::uint32_t>(std::span<const wcomp::Borrow<::sample::kv::store::Bucket>>),
      sample_kv_store_import_0>(buckets);
}
std::optional<std::vector<std::uint8_t>> Bucket::get(std::string_view key) const {
  return wcomp::guest::call_import<std::optional<std::vector<std::uint8_t>>(const ::sample::kv::store::Bucket&, std::string_view),
      sample_kv_store_import_5>(*this, key);
}

}  // namespace sample::kv::store

extern "C" __attribute__((export_name("run"))) std::int32_t user_export_0(std::int32_t p0, std::int32_t p1) {
  return wcomp::guest::run_export<wcomp::Result<void, std::string>(std::span<const std::string>), std::int32_t, true>(
      [](auto&&... args) -> decltype(auto) { return ::exports::sample::kv::user::run(std::forward<decltype(args)>(args)...); }, p0, p1);
}
extern "C" __attribute__((export_name("cabi_post_run"))) void user_post_0(std::int32_t) {
  wcomp::guest::Returned<wcomp::Result<void, std::string>>::end();
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
