#include "engine/code_memory.h"

#include <cstring>

#include <sys/mman.h>
#include <unistd.h>

namespace wcomp::engine {

std::shared_ptr<const CodeMemory> CodeMemory::copy(ByteSpan code) {
  const std::shared_ptr<CodeMemory> out(new CodeMemory);
  if (code.empty()) return out;
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  if (code.size() > SIZE_MAX - page) return nullptr;
  const std::size_t bytes = (code.size() + page - 1) / page * page;
  void* pages = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) return nullptr;
  out->pages_ = pages;
  out->page_bytes_ = bytes;
  std::memcpy(pages, code.data(), code.size());
  if (::mprotect(pages, bytes, PROT_READ | PROT_EXEC) != 0) return nullptr;
  auto* begin = static_cast<char*>(pages);
  __builtin___clear_cache(begin, begin + code.size());
  out->code_ = {static_cast<const std::uint8_t*>(pages), code.size()};
  return out;
}

std::shared_ptr<const CodeMemory> CodeMemory::adopt(ByteSpan code, std::shared_ptr<const void> owner) {
  const std::shared_ptr<CodeMemory> out(new CodeMemory);
  out->code_ = code;
  out->owner_ = std::move(owner);
  return out;
}

CodeMemory::~CodeMemory() {
  if (pages_ != nullptr) ::munmap(pages_, page_bytes_);
}

bool make_executable(ByteSpan code) {
  if (code.empty()) return true;
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(code.data()) / page * page, end = reinterpret_cast<std::uintptr_t>(code.data()) + code.size();
  return ::mprotect(reinterpret_cast<void*>(begin), end - begin, PROT_READ | PROT_EXEC) == 0;
}

bool can_make_code() {
  static const bool can = [] {
    constexpr std::uint8_t one[] = {0};
    return CodeMemory::copy(one) != nullptr;
  }();
  return can;
}

}  // namespace wcomp::engine
