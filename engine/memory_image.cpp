#include "engine/memory_image.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/address_pool.h"

namespace wcomp::engine {

std::unique_ptr<MemoryImage> MemoryImage::open(std::uint64_t begin, std::uint64_t size, std::weak_ptr<AddressPool> pool) {
  std::unique_ptr<MemoryImage> image(new MemoryImage);
  image->begin_ = begin;
  image->pool_ = std::move(pool);
  image->file_ = memfd_create("wasm memory", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (image->file_ < 0 || ftruncate(image->file_, static_cast<off_t>(size)) != 0) return nullptr;
  void* data = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, image->file_, 0);
  if (data == MAP_FAILED) return nullptr;
  image->data_ = static_cast<std::uint8_t*>(data);
  image->size_ = size;
  return image;
}

bool MemoryImage::seal() {
  // The seal wants no writable mapping to be left.
  munmap(data_, size_);
  void* data = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file_, 0);
  data_ = data == MAP_FAILED ? nullptr : static_cast<std::uint8_t*>(data);
  return data_ != nullptr && fcntl(file_, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0;
}

MemoryImage::~MemoryImage() {
  if (const auto pool = pool_.lock()) pool->forget(*this);
  if (data_ != nullptr) munmap(data_, size_);
  if (file_ >= 0) close(file_);
}

bool MemoryImage::map(std::uint8_t* memory) const {
  return mmap(memory + begin_, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, file_, 0) != MAP_FAILED;
}

}  // namespace wcomp::engine
