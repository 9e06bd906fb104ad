// Core modules: from bytes to a valid module.
#include "wcomp/module.h"

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/file.h"
#include "base/in_file.h"
#include "component/component.h"
#include "component/text/parse.h"
#include "core/text/parse.h"
#include "runtime/component_access.h"
#include "runtime/module_impl.h"
#include "runtime/precompiled/kept.h"

namespace wcomp {

namespace {

Result<core::ValidModule> read(Bytes bytes, const std::string& name, const core::Features& features) {
  if (component::text::is_wat(bytes)) {
    WCOMP_TRY(bytes, core::text::parse(name, std::string(as_text(bytes))));
  } else if (precompiled::is_image(bytes)) {
    return precompiled::refuse_untrusted("Module");
  } else if (core::text::is_text(bytes)) {
    return fail(diag::malformed, bytes.empty() ? "the file is empty" : "this is no WebAssembly binary: it does not begin with `\\0asm`");
  }
  if (component::detect(bytes) == component::BinaryKind::component) {
    Diagnostic d = error(diag::malformed, "this is a component, a core module was expected");
    d.notes.emplace_back("components are loaded with `Component::load` and instantiated by a `Linker`");
    return Err(Failure(std::move(d)));
  }
  WCOMP_TRY(core::Module decoded, core::decode(std::move(bytes)));
  return core::validate(std::move(decoded), features);
}

}  // namespace

namespace {

Result<Module> make(const Engine& engine, ByteSpan bytes, std::string name, std::shared_ptr<precompiled::Place> place) {
  const std::shared_ptr<EngineImpl>& impl = EngineAccess::impl(engine);
  auto valid = read(Bytes(bytes.begin(), bytes.end()), name, impl->features.core);
  if (!valid) return Err(in_file(std::move(valid).error(), name));
  return ModuleAccess::of(std::make_shared<const ModuleImpl>(ModuleImpl{.engine = impl, .name = std::move(name), .module = *std::move(valid), .place = std::move(place)}));
}

}  // namespace

Result<Module> Module::from_bytes(const Engine& engine, std::span<const std::uint8_t> bytes, std::string name) { return make(engine, bytes, std::move(name), nullptr); }

Result<Module> Module::load(const Engine& engine, const std::filesystem::path& path) {
  precompiled::KeptFile kept(engine, path, false);
  if (auto found = kept.find()) return std::get<Module>(*std::move(found));
  WCOMP_TRY(const Bytes bytes, read_file(path));
  if (auto found = kept.find(bytes)) return std::get<Module>(*std::move(found));
  return make(engine, bytes, path.string(), kept.place());
}

}  // namespace wcomp
