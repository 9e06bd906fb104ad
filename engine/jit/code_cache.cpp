#include "engine/jit/code_cache.h"

#include "cache/hash.h"

namespace wcomp::engine::jit {

namespace {

cache::Key key_of(const core::Module& module, const CompileOptions& o) {
  const cache::FileStamp program = program_stamp();
  return cache::Hasher()
      .add("code of a module")
      .add(std::uint64_t{code_version})
      .add(program.device)
      .add(program.inode)
      .add(program.size)
      .add(static_cast<std::uint64_t>(program.mtime_ns))
      .add(std::uint64_t{o.is_metered} | std::uint64_t{o.is_deterministic} << 1 | std::uint64_t{o.is_guarded} << 2)
      .add(ByteSpan(cache::hash(module.bytes).bytes))
      .finish();
}

/// Without knowing which program compiles, code of another one could be taken for its own.
bool is_kept(const core::Module& module) { return module.bytes.size() >= min_kept_bytes && program_stamp().inode != 0; }

}  // namespace

cache::FileStamp program_stamp() {
  static const cache::FileStamp stamp = cache::stamp_of("/proc/self/exe").value_or(cache::FileStamp());
  return stamp;
}

std::shared_ptr<LoadedCode> find_kept(const cache::Cache& cache, const core::Module& module, const CompileOptions& options) {
  if (!is_kept(module)) return nullptr;
  auto found = cache.find(key_of(module, options));
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
  (void)cache.put(key_of(module, code.options), parts);
}

}  // namespace wcomp::engine::jit
