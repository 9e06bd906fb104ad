// Engines and components: from bytes to a plan.
#include <algorithm>

#include "base/diagnostic.h"
#include "base/file.h"
#include "base/in_file.h"
#include "component/component.h"
#include "component/text/parse.h"
#include "component/validate.h"
#include "runtime/instance_impl.h"

namespace wcomp {

namespace {

Result<link::Plan> plan_bytes(Bytes bytes, const std::string& name, const component::Features& features) {
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
  WCOMP_TRY(auto valid, component::validate(std::move(decoded), features));
  return link::plan(valid);
}

}  // namespace

Engine::Engine() : impl_(std::make_shared<EngineImpl>()) {}

Result<Engine> Engine::create(const EngineOptions& options) {
  Engine out;
  WCOMP_TRY(component::apply_features(options.wasm_features, out.impl_->features));
  out.impl_->store_options.is_deterministic = options.is_deterministic;
  return out;
}

Result<Component> Component::from_bytes(const Engine& engine, std::span<const std::uint8_t> bytes, std::string name) {
  auto plan = plan_bytes(Bytes(bytes.begin(), bytes.end()), name, engine.impl_->features);
  if (!plan) return Err(in_file(std::move(plan).error(), name));
  auto prepared = runtime::prepare(*plan);
  if (!prepared) return Err(in_file(std::move(prepared).error(), name));
  Component out;
  out.impl_ = std::make_shared<const ComponentImpl>(
      ComponentImpl{.engine = engine.impl_, .name = std::move(name), .plan = std::move(*plan), .prepared = std::move(*prepared)});
  return out;
}

Result<Component> Component::load(const Engine& engine, const std::filesystem::path& path) {
  WCOMP_TRY(Bytes bytes, read_file(path));
  return from_bytes(engine, bytes, path.string());
}

std::vector<std::string> Component::imports() const {
  return impl_ == nullptr ? std::vector<std::string>() : impl_->plan.import_names;
}
std::vector<std::string> Component::exports() const {
  return impl_ == nullptr ? std::vector<std::string>() : impl_->plan.export_names;
}

}  // namespace wcomp
