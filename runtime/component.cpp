// Engines and components: from bytes to a plan.
#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/file.h"
#include "base/in_file.h"
#include "cache/cache.h"
#include "component/component.h"
#include "component/text/parse.h"
#include "component/validate.h"
#include "engine/backend.h"
#include "engine/jit/code_cache.h"
#include "runtime/component_access.h"

namespace wcomp {

namespace {

Result<component::ValidComponent> read(Bytes bytes, const std::string& name, const component::Features& features) {
  if (component::text::is_wat(bytes)) {
    WCOMP_TRY(bytes, component::text::parse(name, std::string(as_text(bytes))));
  }
  switch (component::detect(bytes)) {
    case component::BinaryKind::component:
      break;
    case component::BinaryKind::core_module: {
      Diagnostic d = error(diag::malformed, "this is a core module, a component was expected");
      d.notes.emplace_back("`wcomp new` makes a component of a core module");
      return Err(Failure(std::move(d)));
    }
    case component::BinaryKind::not_wasm:
      return fail(diag::malformed, "this is not a WebAssembly binary");
  }
  WCOMP_TRY(auto decoded, component::decode(std::move(bytes)));
  return component::validate(std::move(decoded), features);
}

}  // namespace

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

Result<Component> ComponentAccess::make(std::shared_ptr<EngineImpl> engine, std::string name, link::ComponentPart part, const link::HostParts* parts) {
  ComponentImpl impl{.engine = std::move(engine), .name = std::move(name), .plan = {}, .prepared = {}, .part = std::move(part), .needs = {}};
  if (parts == nullptr) impl.needs = link::part_imports(*impl.part.scope);
  if (impl.needs.empty()) {
    static const link::HostParts none;
    WCOMP_TRY(impl.plan, link::plan(impl.part, parts == nullptr ? none : *parts));
    WCOMP_TRY(impl.prepared, runtime::prepare(impl.plan));
  } else {
    for (const component::NamedEntity& i : impl.part.scope->type.imports) impl.plan.import_names.push_back(i.name);
    for (const component::NamedEntity& e : impl.part.scope->type.exports) impl.plan.export_names.push_back(e.name);
  }
  Component out;
  out.impl_ = std::make_shared<const ComponentImpl>(std::move(impl));
  return out;
}

Result<Component> Component::from_bytes(const Engine& engine, std::span<const std::uint8_t> bytes, std::string name) {
  auto valid = read(Bytes(bytes.begin(), bytes.end()), name, engine.impl_->features);
  if (!valid) return Err(in_file(std::move(valid).error(), name));
  link::ComponentPart part{.owner = *std::move(valid), .scope = nullptr, .closure = nullptr, .parent = nullptr};
  part.scope = &part.owner.scope();
  auto made = ComponentAccess::make(engine.impl_, name, std::move(part), nullptr);
  if (!made) return Err(in_file(std::move(made).error(), name));
  return *std::move(made);
}

Result<Component> Component::load(const Engine& engine, const std::filesystem::path& path) {
  const auto stamp = engine.impl_->store_options.code_cache == nullptr ? std::nullopt : cache::stamp_of(path);
  WCOMP_TRY(Bytes bytes, read_file(path));
  WCOMP_TRY(Component out, from_bytes(engine, bytes, path.string()));
  if (!stamp || component::text::is_wat(bytes)) return out;
  // Modules lie in the component's bytes; adapters have bytes of their own.
  for (const core::ValidModule& m : out.impl_->plan.modules) {
    if (m->storage == nullptr || m->storage->size() != bytes.size()) continue;
    engine::jit::know_file(m->storage, *stamp);
    break;
  }
  return out;
}

std::vector<std::string> Component::imports() const {
  return impl_ == nullptr ? std::vector<std::string>() : impl_->plan.import_names;
}
std::vector<std::string> Component::exports() const {
  return impl_ == nullptr ? std::vector<std::string>() : impl_->plan.export_names;
}

}  // namespace wcomp
