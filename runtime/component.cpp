// Components: from bytes to a plan.
#include "base/diagnostic.h"
#include "base/file.h"
#include "base/in_file.h"
#include "component/component.h"
#include "component/text/parse.h"
#include "component/validate.h"
#include "runtime/component_access.h"
#include "runtime/precompiled/kept.h"

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
      if (precompiled::is_image(bytes)) return precompiled::refuse_untrusted("Component");
      return fail(diag::malformed, "this is not a WebAssembly binary");
  }
  WCOMP_TRY(auto decoded, component::decode(std::move(bytes)));
  return component::validate(std::move(decoded), features);
}

}  // namespace

Result<Component> ComponentAccess::plan(std::shared_ptr<EngineImpl> engine, std::string name, link::ComponentPart part, const link::HostParts* parts,
                                        std::shared_ptr<precompiled::Place> place) {
  ComponentImpl impl{.engine = std::move(engine), .name = std::move(name), .plan = {}, .prepared = {}, .part = std::move(part), .needs = {}, .with_parts = &ComponentAccess::make, .place = std::move(place)};
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

Result<Component> ComponentAccess::make(std::shared_ptr<EngineImpl> engine, std::string name, link::ComponentPart part, const link::HostParts* parts) {
  return plan(std::move(engine), std::move(name), std::move(part), parts, nullptr);
}

Result<Component> Component::from_bytes(const Engine& engine, std::span<const std::uint8_t> bytes, std::string name) {
  return ComponentAccess::make(engine, bytes, std::move(name), nullptr);
}

Result<Component> Component::load(const Engine& engine, const std::filesystem::path& path) {
  precompiled::KeptFile kept(engine, path, true);
  if (auto found = kept.find()) return std::get<Component>(*std::move(found));
  WCOMP_TRY(const Bytes bytes, read_file(path));
  if (auto found = kept.find(bytes)) return std::get<Component>(*std::move(found));
  return ComponentAccess::make(engine, bytes, path.string(), kept.place());
}

Result<Component> ComponentAccess::make(const Engine& engine, ByteSpan bytes, std::string name, std::shared_ptr<precompiled::Place> place) {
  auto valid = read(Bytes(bytes.begin(), bytes.end()), name, EngineAccess::impl(engine)->features);
  if (!valid) return Err(in_file(std::move(valid).error(), name));
  link::ComponentPart part{.owner = *std::move(valid), .scope = nullptr, .closure = nullptr, .parent = nullptr};
  part.scope = &part.owner.scope();
  auto made = plan(EngineAccess::impl(engine), name, std::move(part), nullptr, std::move(place));
  if (!made) return Err(in_file(std::move(made).error(), name));
  return *std::move(made);
}

}  // namespace wcomp
