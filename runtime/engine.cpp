// Engines, and what components say of themselves: apart from component.cpp, which programs without a compiler do not need.
#include <fmt/format.h>

#include "base/diagnostic.h"
#include "cache/cache.h"
#include "engine/backend.h"
#include "runtime/instance_impl.h"

namespace wcomp {

Engine::Engine() : impl_(std::make_shared<EngineImpl>()) {}

Result<Engine> Engine::create(const EngineOptions& options) {
  Engine out;
  WCOMP_TRY(component::apply_features(options.wasm_features, out.impl_->features));
  out.impl_->store_options.is_deterministic = options.is_deterministic;
  out.impl_->store_options.backend = engine::resolve(options.backend);
  if (!options.cache_dir.empty()) out.impl_->store_options.code_cache = std::make_shared<const cache::Cache>(options.cache_dir, options.max_cache_bytes);
  if (const std::string_view why = engine::why_no_compiler(); options.backend == BackendKind::jit && !why.empty()) {
    Diagnostic d = error(diag::unsupported, fmt::format("guests cannot be compiled: {}", why));
    d.notes.push_back("the interpreter runs them everywhere");
    return Err(Failure(std::move(d)));
  }
  return out;
}

std::filesystem::path default_cache_dir() { return cache::Cache::default_folder(); }

BackendKind Engine::backend() const { return engine::resolve(impl_->store_options.backend); }

std::vector<std::string> Component::imports() const {
  return impl_ == nullptr ? std::vector<std::string>() : impl_->plan.import_names;
}
std::vector<std::string> Component::exports() const {
  return impl_ == nullptr ? std::vector<std::string>() : impl_->plan.export_names;
}

}  // namespace wcomp
