#include "checked_alloc.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

extern "C" {
void* __real_malloc(std::size_t);
void __real_free(void*);
void* __wrap_malloc(std::size_t size);
void* __wrap_calloc(std::size_t count, std::size_t size);
void* __wrap_realloc(void* block, std::size_t size);
void __wrap_free(void* block);
}

namespace {

constexpr std::uint32_t in_use = 0x5eedb10c;
std::uint32_t live = 0;

struct alignas(16) Header {
  std::size_t size;
  std::uint32_t state;
};

Header* header_of(void* block) {
  Header* header = static_cast<Header*>(block) - 1;
  if (header->state != in_use) __builtin_trap();
  return header;
}

}  // namespace

std::uint32_t live_blocks(void) { return live; }

void* __wrap_malloc(std::size_t size) {
  auto* header = static_cast<Header*>(__real_malloc(size + sizeof(Header)));
  if (header == nullptr) return nullptr;
  *header = {size, in_use};
  std::memset(header + 1, 0xa5, size);
  ++live;
  return header + 1;
}
void* __wrap_calloc(std::size_t count, std::size_t size) {
  void* block = __wrap_malloc(count * size);
  if (block != nullptr) std::memset(block, 0, count * size);
  return block;
}
void* __wrap_realloc(void* block, std::size_t size) {
  void* moved = __wrap_malloc(size);
  if (block == nullptr || moved == nullptr) return moved;
  const std::size_t old_size = header_of(block)->size;
  std::memcpy(moved, block, old_size < size ? old_size : size);
  __wrap_free(block);
  return moved;
}
void __wrap_free(void* block) {
  if (block == nullptr) return;
  Header* header = header_of(block);
  header->state = 0;
  std::memset(block, 0xdd, header->size);  // what is read after this is wrong in every test
  --live;
  __real_free(header);
}
