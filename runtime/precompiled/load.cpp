// From an image to a component or module that can be instantiated.
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/in_file.h"
#include "base/match.h"
#include "engine/backend.h"
#include "engine/jit/runtime.h"
#include "engine/tiers.h"
#include "runtime/component_access.h"
#include "runtime/module_impl.h"
#include "runtime/precompiled/image.h"
#include "runtime/precompiled/structures.h"

namespace wcomp::precompiled {

namespace {

/// Who keeps the code: the image, or a copy of its code.
struct CodeOwner {
  std::shared_ptr<const void> image;
  std::shared_ptr<const engine::CodeMemory> copy;
};

class Loader {
 public:
  Loader(std::shared_ptr<EngineImpl> engine, Image image, std::string name) : engine_(std::move(engine)), image_(std::move(image)), name_(std::move(name)) {}

  Result<Program> run() {
    WCOMP_TRY(header_, check(image_.bytes, image_.is_whole));
    WCOMP_TRY(read());
    WCOMP_TRY(make_modules());
    if (engine::resolve(engine_->store_options.backend) == BackendKind::jit) WCOMP_TRY(add_code());
    else if (!has_bodies()) return fail(diag::unsupported, fmt::format("the compiled program does not run here: it is nothing but machine code, {}", why_none()));
    if (header_.is_component == 0) {
      return Program(ModuleAccess::of(std::make_shared<const ModuleImpl>(ModuleImpl{.engine = engine_, .name = name_, .module = modules_.front()})));
    }
    return component();
  }

 private:
  static Err<Failure> malformed(std::string_view what) { return fail(diag::malformed, fmt::format("the compiled program is malformed: {}", what)); }
  static std::string why_none() {
    const std::string_view why = engine::why_no_compiler();
    return why.empty() ? "and the interpreter was asked for" : std::string(why);
  }

  Result<void> read() {
    const auto pool = part_of(image_.bytes, header_.pool), structures = part_of(image_.bytes, header_.structures);
    if (!pool || !structures) return malformed("a part lies outside of it");
    Reader in(*structures, *pool);
    in(read_.modules);
    if (header_.is_component != 0) in(read_);
    if (!in.is_good() || !in.at_end()) return malformed("its structures end early");
    if (read_.modules.size() < std::max(read_.plan_modules, header_.is_component != 0 ? 0U : 1U)) return malformed("modules are missing");
    return {};
  }

  /// Modules share the image; whoever asks for the bytes that they were decoded from finds none.
  Result<void> make_modules() {
    struct Storage {
      Bytes none;
      std::shared_ptr<const void> image;
    };
    const auto storage = std::make_shared<const Storage>(Storage{.none = {}, .image = image_.owner});
    for (core::Module& m : read_.modules) {
      m.storage = std::shared_ptr<const Bytes>(storage, &storage->none);
      if (m.func_types.size() != m.imported_funcs + m.funcs.size()) return malformed("a module's functions are not all there");
      shared_.push_back(std::make_shared<const core::Module>(std::move(m)));
      modules_.push_back(core::ValidModule::trusted(shared_.back()));
    }
    return {};
  }
  [[nodiscard]] bool has_bodies() const {
    return std::ranges::all_of(shared_, [](const auto& m) { return engine::jit::has_bodies(*m); });
  }

  Result<void> add_code() {
    std::vector<std::size_t> counts;
    for (const auto& m : shared_) counts.push_back(m->funcs.size());
    if (header_.codes > header_.code.size()) return malformed("it has code for too many choices of options");
    for (std::size_t i = 0; i < header_.codes; ++i) {
      const auto part = part_of(image_.bytes, header_.code[i]);
      auto views = part ? engine::jit::read_code_file(*part, counts) : std::nullopt;
      if (!views) return malformed("its code is not that of its modules");
      if (!views->empty()) WCOMP_TRY(add(*views));
    }
    return {};
  }
  Result<void> add(std::vector<engine::jit::CodeView>& views) {
    // All code is at the end, module after module.
    const std::uint8_t* first = views.front().code.data();
    const ByteSpan all{first, static_cast<std::size_t>(views.back().code.data() + views.back().code.size() - first)};
    if (std::ranges::any_of(views, [&](const auto& v) { return v.code.data() < all.data() || v.code.data() + v.code.size() > all.data() + all.size(); })) {
      return malformed("its code is not in order");
    }
    CodeOwner owner{.image = image_.owner, .copy = nullptr};
    const bool is_in_place = image_.may_execute_in_place && engine::make_executable(all);
    if (!is_in_place) owner.copy = engine::CodeMemory::copy(all);
    if (!is_in_place && owner.copy == nullptr) return fail(diag::limit_exceeded, "the system has no memory for compiled code");
    const std::uint8_t* now = is_in_place ? first : owner.copy->code().data();
    const auto shared = std::make_shared<const CodeOwner>(std::move(owner));
    for (std::size_t i = 0; i < views.size(); ++i) {
      auto code = std::make_shared<engine::jit::LoadedCode>();
      code->view = views[i];
      code->view.code = {now + (views[i].code.data() - first), views[i].code.size()};
      code->memory = engine::CodeMemory::adopt(code->view.code, shared);
      engine::jit::provide(std::move(code), shared_[i]);
    }
    return {};
  }

  Result<Program> component() {
    link::Plan plan = std::move(read_.plan);
    plan.types.reserve(read_.types.size());
    for (types::TypeDef& t : read_.types) plan.types.add(std::move(t));
    for (std::uint32_t i = 0; i < read_.resources; ++i) (void)plan.types.new_resource();
    plan.modules.assign(modules_.begin(), modules_.begin() + read_.plan_modules);
    for (ExportedModule& e : read_.exported_modules) {
      if (e.module >= modules_.size()) return malformed("a module is missing");
      plan.exported_modules.push_back({.interface = std::move(e.interface), .name = std::move(e.name), .module = modules_[e.module]});
    }
    add_shapes(plan);
    ComponentImpl impl{.engine = engine_, .name = name_, .plan = std::move(plan), .prepared = {}, .part = {}, .needs = {}, .with_parts = nullptr};
    auto made = std::make_shared<ComponentImpl>(std::move(impl));
    WCOMP_TRY(made->prepared, runtime::prepare(made->plan));
    return Program(ComponentAccess::of(std::move(made)));
  }

  /// Where planning makes them (link/functions.cpp), of the same types.
  static void add_shapes(link::Plan& plan) {
    cabi::ShapeCache narrow(plan.types), wide(plan.types, core::ValType::i64);
    const auto shape = [&](const types::FuncType& type, core::ValType ptr) { return *(ptr == core::ValType::i64 ? wide : narrow).of(type); };
    const auto lifted = [&](link::LiftedFunc& f) { f.shape = shape(f.type, f.handed ? core::ValType::i32 : f.opts.ptr); };
    for (link::Step& step : plan.steps) {
      if (auto* s = std::get_if<link::LowerImport>(&step)) s->shape = shape(s->type, s->opts.ptr);
    }
    for (auto& [name, item] : plan.exports) {
      match(
          item, lifted,
          [&](link::ExportedInstance& i) {
            for (auto& [inner, f] : i.funcs) lifted(f);
          });
    }
  }

  std::shared_ptr<EngineImpl> engine_;
  Image image_;
  std::string name_;
  Header header_;
  Structures read_;
  std::vector<std::shared_ptr<const core::Module>> shared_;
  std::vector<core::ValidModule> modules_;
};

}  // namespace

Result<Program> load(const Engine& engine, Image image, std::string name) {
  // Lists of the code are read where they lie.
  if (reinterpret_cast<std::uintptr_t>(image.bytes.data()) % alignof(std::max_align_t) != 0) {
    auto copy = std::make_shared<const Bytes>(image.bytes.begin(), image.bytes.end());
    image = {.bytes = *copy, .owner = copy, .may_execute_in_place = false};
  }
  auto program = Loader(EngineAccess::impl(engine), std::move(image), name).run();
  if (!program) return Err(in_file(std::move(program).error(), name));
  return program;
}

namespace {

template <class T>
Result<T> only(Result<Program> program, std::string_view found, std::string_view expected, const std::string& name) {
  if (!program) return Err(std::move(program).error());
  if (T* t = std::get_if<T>(&*program)) return std::move(*t);
  return Err(in_file(Failure(error(diag::malformed, fmt::format("this is a compiled {}, a compiled {} was expected", found, expected))), name));
}
Image copy_of(std::span<const std::uint8_t> bytes) {
  auto copy = std::make_shared<const Bytes>(bytes.begin(), bytes.end());
  return {.bytes = *copy, .owner = copy, .may_execute_in_place = false};
}

}  // namespace
}  // namespace wcomp::precompiled

namespace wcomp {

Result<Component> Component::deserialize(const Engine& engine, std::span<const std::uint8_t> bytes, std::string name) {
  return precompiled::only<Component>(precompiled::load(engine, precompiled::copy_of(bytes), name), "core module", "component", name);
}
Result<Component> Component::deserialize_file(const Engine& engine, const std::filesystem::path& path) {
  WCOMP_TRY(precompiled::Image image, precompiled::map_file(path));
  return precompiled::only<Component>(precompiled::load(engine, std::move(image), path.string()), "core module", "component", path.string());
}
Result<Module> Module::deserialize(const Engine& engine, std::span<const std::uint8_t> bytes, std::string name) {
  return precompiled::only<Module>(precompiled::load(engine, precompiled::copy_of(bytes), name), "component", "core module", name);
}
Result<Module> Module::deserialize_file(const Engine& engine, const std::filesystem::path& path) {
  WCOMP_TRY(precompiled::Image image, precompiled::map_file(path));
  return precompiled::only<Module>(precompiled::load(engine, std::move(image), path.string()), "component", "core module", path.string());
}

}  // namespace wcomp
