#include "runtime/precompiled/kept.h"

#include "cache/hash.h"
#include "component/features.h"
#include "engine/backend.h"
#include "engine/jit/code_cache.h"
#include "engine/jit/jit.h"
#include "runtime/component_access.h"
#include "runtime/module_impl.h"
#include "runtime/precompiled/image.h"

namespace wcomp::precompiled {

namespace {

cache::Key key_of(const EngineImpl& engine, bool is_component, const cache::Key& content) {
  const cache::FileStamp program = engine::jit::program_stamp();
  return cache::Hasher()
      .add(is_component ? "compiled component" : "compiled module")
      .add(code_id())
      .add(program.device)
      .add(program.inode)
      .add(program.size)
      .add(static_cast<std::uint64_t>(program.mtime_ns))
      .add(component::to_list(engine.features))
      .add(std::uint64_t{engine.store_options.is_deterministic})
      .add(ByteSpan(content.bytes))
      .finish();
}

void write_image(const Component* component, const Module* module, Place& place) {
  const EngineImpl& engine = component != nullptr ? *ComponentAccess::impl(*component)->engine : *ModuleAccess::impl(*module)->engine;
  const auto image = component != nullptr ? write(*component) : write(*module);
  if (!image) return;
  const ByteSpan parts[] = {*image};
  (void)engine.store_options.code_cache->put(place.key, parts);
}

}  // namespace

KeptFile::KeptFile(const Engine& engine, const std::filesystem::path& path, bool is_component) : engine_(engine), name_(path.string()), is_component_(is_component) {
  const engine::StoreOptions& options = EngineAccess::impl(engine)->store_options;
  if (options.code_cache == nullptr || engine::jit::program_stamp().inode == 0 || engine::resolve(options.backend) != BackendKind::jit) return;
  stamp_ = cache::stamp_of(path);
  if (stamp_ && stamp_->size >= min_kept_file) cache_ = options.code_cache;
}

std::optional<Program> KeptFile::find() {
  if (cache_ == nullptr) return std::nullopt;
  const auto content = cache_->content_of(*stamp_);
  if (!content) return std::nullopt;
  key_ = key_of(*EngineAccess::impl(engine_), is_component_, *content);
  return find_key();
}

std::optional<Program> KeptFile::find(ByteSpan content) {
  // Of a file that changed while it was read nothing is said.
  if (cache_ == nullptr || key_ || content.size() != stamp_->size) return std::nullopt;
  const cache::Key hash = cache::hash(content);
  cache_->remember(*stamp_, hash);
  key_ = key_of(*EngineAccess::impl(engine_), is_component_, hash);
  return find_key();
}

std::optional<Program> KeptFile::find_key() const {
  auto found = cache_->find(*key_);
  if (!found) return std::nullopt;
  const auto blob = std::make_shared<const cache::Blob>(*std::move(found));
  auto program = load(engine_, {.bytes = blob->bytes(), .owner = blob, .may_execute_in_place = true, .is_whole = true}, name_);
  if (!program || std::holds_alternative<Component>(*program) != is_component_) return std::nullopt;
  return *std::move(program);
}

std::shared_ptr<Place> KeptFile::place() const { return key_ ? std::make_shared<Place>(*key_, &write_image) : nullptr; }

}  // namespace wcomp::precompiled
