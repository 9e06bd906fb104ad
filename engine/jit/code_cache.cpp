#include "engine/jit/code_cache.h"

#include <algorithm>
#include <mutex>

#include "cache/hash.h"

namespace wcomp::engine::jit {

namespace {

/// Which program this is: every build is a file of its own.
cache::FileStamp program_stamp() {
  static const cache::FileStamp stamp = cache::stamp_of("/proc/self/exe").value_or(cache::FileStamp());
  return stamp;
}

/// What the bytes that modules lie in hash to: worked out once, and only when it is asked for.
class Contents {
 public:
  void know_file(const std::shared_ptr<const Bytes>& storage, const cache::FileStamp& stamp) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(list_, [](const Content& c) { return c.storage.expired(); });
    list_.push_back({.storage = storage, .stamp = stamp, .key = {}});
  }

  cache::Key key_of(const cache::Cache& cache, const std::shared_ptr<const Bytes>& storage) {
    const std::scoped_lock lock(mutex_);
    auto it = std::ranges::find_if(list_, [&](const Content& c) { return c.storage.lock() == storage; });
    if (it == list_.end()) it = list_.insert(it, {.storage = storage, .stamp = {}, .key = {}});
    if (!it->key && it->stamp) it->key = cache.content_of(*it->stamp);
    if (!it->key) {
      it->key = cache::hash(*storage);
      if (it->stamp) cache.remember(*it->stamp, *it->key);
    }
    return *it->key;
  }

 private:
  struct Content {
    std::weak_ptr<const Bytes> storage;
    std::optional<cache::FileStamp> stamp;
    std::optional<cache::Key> key;
  };
  std::mutex mutex_;
  std::vector<Content> list_;
};
Contents& contents() {
  static Contents c;
  return c;
}

cache::Key key_of(const cache::Cache& cache, const core::Module& module, const CompileOptions& o) {
  const cache::FileStamp program = program_stamp();
  return cache::Hasher()
      .add("code of a module")
      .add(std::uint64_t{code_version})
      .add(program.device)
      .add(program.inode)
      .add(program.size)
      .add(static_cast<std::uint64_t>(program.mtime_ns))
      .add(std::uint64_t{o.is_metered} | std::uint64_t{o.is_deterministic} << 1 | std::uint64_t{o.is_guarded} << 2)
      .add(ByteSpan(contents().key_of(cache, module.storage).bytes))
      .add(static_cast<std::uint64_t>(module.bytes.data() - module.storage->data()))
      .add(std::uint64_t{module.bytes.size()})
      .finish();
}

/// Without knowing which program compiles, code of another one could be taken for its own.
bool is_kept(const core::Module& module) { return module.storage != nullptr && module.bytes.size() >= min_kept_bytes && program_stamp().inode != 0; }

}  // namespace

void know_file(const std::shared_ptr<const Bytes>& storage, const cache::FileStamp& stamp) {
  if (storage != nullptr && storage->size() == stamp.size) contents().know_file(storage, stamp);
}

std::shared_ptr<LoadedCode> find_kept(const cache::Cache& cache, const core::Module& module, const CompileOptions& options) {
  if (!is_kept(module)) return nullptr;
  auto found = cache.find(key_of(cache, module, options));
  if (!found) return nullptr;
  const auto blob = std::make_shared<const cache::Blob>(*std::move(found));
  const std::size_t counts[] = {module.funcs.size()};
  const auto views = read_code_file(blob->bytes(), counts);
  if (!views || views->front().options != options) return nullptr;
  auto out = std::make_shared<LoadedCode>();
  out->view = views->front();
  const auto offset = static_cast<std::size_t>(out->view.code.data() - blob->bytes().data());
  // Where the folder's file system may not hold programs, the code is copied. Its lists stay where they are either way.
  const bool is_mapped = blob->allow_execution(offset, out->view.code.size());
  const auto memory = is_mapped ? nullptr : CodeMemory::copy(out->view.code);
  if (!is_mapped && memory == nullptr) return nullptr;
  struct Owners {
    std::shared_ptr<const cache::Blob> blob;
    std::shared_ptr<const CodeMemory> memory;
  };
  const ByteSpan code = is_mapped ? out->view.code : memory->code();
  out->memory = CodeMemory::adopt(code, std::make_shared<const Owners>(Owners{blob, memory}));
  out->view.code = code;
  return out;
}

void keep(const cache::Cache& cache, const core::Module& module, const CodeView& code) {
  if (!is_kept(module)) return;
  const Bytes file = write_code_file({&code, 1});
  const ByteSpan parts[] = {file};
  (void)cache.put(key_of(cache, module, code.options), parts);
}

}  // namespace wcomp::engine::jit
