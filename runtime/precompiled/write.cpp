// Images of components and modules: what `wcomp compile` writes.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/in_file.h"
#include "engine/backend.h"
#include "engine/jit/runtime.h"
#include "engine/tiers.h"
#include "runtime/component_access.h"
#include "runtime/module_impl.h"
#include "runtime/precompiled/image.h"
#include "runtime/precompiled/structures.h"

namespace wcomp::precompiled {

namespace {

/// Whether instances' memory 0 is one that accesses need not compare with, as far as it is known before there is one.
bool has_guard(const core::Module& m) { return !m.mem_types.empty() && !m.mem_types.front().limits.is_64; }

/// What is left of a module where bodies are left out: what instantiating, messages and debuggers look at.
core::Module without_bodies(core::Module m) {
  for (core::Func& f : m.funcs) f.body.code = {};
  std::erase_if(m.customs, [](const core::CustomSection& c) { return !c.name.starts_with(".debug_"); });
  m.names.locals = {};  // inside of bodies
  m.names.labels = {};
  m.bytes = {};
  return m;
}

Result<engine::jit::Target> find_target(std::string_view name) {
  using namespace engine::jit;
  const auto target = name.empty() ? host_target() : engine::jit::find_target(name);
  if (target && has_stencils(*target)) return *target;
  std::string known;
  for (const TargetRow& t : targets) {
    if (has_stencils(t.target)) known += fmt::format("{}`{}`", known.empty() ? "" : ", ", t.name);
  }
  if (name.empty()) return fail(diag::unsupported, fmt::format("nothing can be compiled for this machine: {}", known.empty() ? "this wcomp has no compiler" : "there is code for " + known));
  Diagnostic d = error(diag::unsupported, fmt::format("there is no compiler for `{}` in this wcomp", name));
  if (!known.empty()) d.notes.push_back(fmt::format("there is one for {}", known));
  return Err(Failure(std::move(d)));
}

class ImageWriter {
 public:
  ImageWriter(const EngineImpl& engine, const SerializeOptions& options) : engine_(engine), options_(options) {}

  /// The number of a module in the image.
  std::uint32_t add(const core::ValidModule& module) {
    const auto [it, is_new] = numbers_.try_emplace(&*module, static_cast<std::uint32_t>(modules_.size()));
    if (is_new) modules_.push_back(module);
    return it->second;
  }

  Result<Bytes> write(const Structures* component) {
    WCOMP_TRY(target_, find_target(options_.target));
    WCOMP_TRY(const Bytes code, compile());
    Header header = make_header(target_);
    header.is_component = component != nullptr ? 1 : 0;
    header.codes = 1;
    Bytes image(sizeof(Header));
    Writer out;
    out(modules_.size());
    for (const core::ValidModule& m : modules_) {
      if (options_.has_bodies) {
        out.keep(m->bytes);
        out(*m);
      } else {
        out(without_bodies(*m));
      }
    }
    if (component != nullptr) out(*component);
    header.pool = append(image, out.take_pool(), part_alignment);
    header.structures = append(image, out.take(), part_alignment);
    header.code[0] = append(image, code, code_alignment);
    finish(header, image);
    return image;
  }

 private:
  static constexpr std::size_t part_alignment = 16;

  static Part append(Bytes& image, const Bytes& part, std::size_t alignment) {
    image.resize((image.size() + alignment - 1) / alignment * alignment);
    const Part at{.offset = image.size(), .size = part.size()};
    image.insert(image.end(), part.begin(), part.end());
    return at;
  }

  [[nodiscard]] engine::jit::CompileOptions options_of(const core::Module& m) const {
    return {.is_metered = options_.is_metered, .is_deterministic = engine_.store_options.is_deterministic, .is_guarded = has_guard(m), .target = target_};
  }
  [[nodiscard]] Result<Bytes> compile() const {
    std::vector<engine::jit::CodeView> views;
    // Code for this machine is made where it can be run, and taken from there if it was made before.
    if (target_ == engine::jit::host_target() && engine::why_no_compiler().empty()) {
      std::vector<std::shared_ptr<const engine::jit::LoadedCode>> codes;
      for (const core::ValidModule& m : modules_) {
        WCOMP_TRY(auto code, engine::jit::load(m, options_of(*m)));
        views.push_back(code->view);
        codes.push_back(std::move(code));
      }
      return engine::jit::write_code_file(views);
    }
    std::vector<engine::jit::CodeObject> objects;
    objects.reserve(modules_.size());
    for (const core::ValidModule& m : modules_) {
      WCOMP_TRY(engine::jit::CodeObject code, engine::tiers().compile(m, options_of(*m)));
      views.push_back(engine::jit::view(objects.emplace_back(std::move(code))));
    }
    return engine::jit::write_code_file(views);
  }

  const EngineImpl& engine_;
  SerializeOptions options_;
  engine::jit::Target target_{};
  std::vector<core::ValidModule> modules_;
  std::map<const core::Module*, std::uint32_t> numbers_;
};

Result<Bytes> write(const ComponentImpl& c, const SerializeOptions& options) {
  if (!c.needs.empty()) {
    return fail(diag::unsupported, fmt::format("the component imports the {} `{}`: what it does is known only when it is linked", c.needs.front().is_module ? "core module" : "component",
                                               c.needs.front().name));
  }
  if (!c.plan.exported_components.empty()) {
    return fail(diag::unsupported, fmt::format("the component exports the component `{}`: components that are values cannot be compiled ahead of time", c.plan.exported_components.front().name));
  }
  ImageWriter writer(*c.engine, options);
  Structures s;
  for (const core::ValidModule& m : c.plan.modules) (void)writer.add(m);
  s.plan_modules = static_cast<std::uint32_t>(c.plan.modules.size());
  for (const link::ExportedModule& e : c.plan.exported_modules) s.exported_modules.push_back({.interface = e.interface, .name = e.name, .module = writer.add(e.module)});
  for (std::size_t i = 0; i < c.plan.types.size(); ++i) s.types.push_back(c.plan.types[types::TypeId(i)]);
  types::TypeArena types = c.plan.types;
  s.resources = types.new_resource().value;
  s.plan = c.plan;
  return writer.write(&s);
}

}  // namespace

Result<Bytes> write(const Component& component, const SerializeOptions& options) {
  const ComponentImpl& c = *ComponentAccess::impl(component);
  auto image = write(c, options);
  if (!image) return Err(in_file(std::move(image).error(), c.name));
  return image;
}

Result<Bytes> write(const Module& module, const SerializeOptions& options) {
  const ModuleImpl& m = *ModuleAccess::impl(module);
  ImageWriter writer(*m.engine, options);
  (void)writer.add(m.module);
  auto image = writer.write(nullptr);
  if (!image) return Err(in_file(std::move(image).error(), m.name));
  return image;
}

}  // namespace wcomp::precompiled

namespace wcomp {

Result<std::vector<std::uint8_t>> Component::serialize(const SerializeOptions& options) const { return precompiled::write(*this, options); }
Result<std::vector<std::uint8_t>> Module::serialize(const SerializeOptions& options) const { return precompiled::write(*this, options); }

}  // namespace wcomp
