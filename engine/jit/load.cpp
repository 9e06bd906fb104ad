#include <algorithm>
#include <mutex>
#include <vector>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "engine/jit/code_cache.h"
#include "engine/jit/perf_map.h"
#include "engine/jit/runtime.h"
#include "engine/tiers.h"

namespace wcomp::engine::jit {
namespace {

/// What is loaded in this process: code stays as long as its module does, for stores come and go.
struct Registry {
  std::mutex mutex;
  std::vector<std::shared_ptr<const LoadedCode>> codes;

  std::shared_ptr<const LoadedCode> find(const core::Module* module, const CompileOptions& options) {
    std::shared_ptr<const LoadedCode> found;
    std::erase_if(codes, [&](const auto& code) {
      const auto of = code->module.lock();
      if (of.get() == module && code->view.options == options) found = code;
      return of == nullptr;
    });
    return found;
  }
};
Registry& registry() {
  static Registry r;
  return r;
}

/// Code for one choice of options is there, another one is wanted, and nobody can make it.
std::string describe_missing(const CompileOptions& o, bool has_compiler) {
  return fmt::format("the code that was compiled ahead of time {}, and {}",
                     o.is_metered         ? "does not count fuel"
                     : o.is_deterministic ? "is not for the same results on every machine"
                                          : "is not for what this system gives: memories with their bounds compared at every access",
                     has_compiler ? "the program is nothing but machine code" : "this program has no compiler");
}

}  // namespace

bool has_bodies(const core::Module& module) { return module.funcs.empty() || !module.funcs.front().body.code.empty(); }

std::optional<std::uint32_t> LoadedCode::find_func(std::uint64_t address) const {
  if (!contains(address)) return std::nullopt;
  const auto at = static_cast<std::uint32_t>(address - begin());
  auto it = std::ranges::upper_bound(view.funcs, at, {}, &CodeFunc::entry);
  if (it == view.funcs.begin()) return std::nullopt;
  const auto i = static_cast<std::uint32_t>(it - view.funcs.begin() - 1);
  return at < view.funcs[i].end ? std::optional(i) : std::nullopt;
}

std::optional<Place> LoadedCode::find(std::uint32_t func, std::uint64_t address) const {
  const CodeFunc& f = view.funcs[func];
  return find_place(view.places.subspan(f.places, view.funcs[func + 1].places - f.places), static_cast<std::uint32_t>(address - begin()) - f.entry);
}

std::span<const CodeHandler> LoadedCode::handlers(std::uint32_t func) const {
  return view.handlers.subspan(view.funcs[func].handlers, view.funcs[func + 1].handlers - view.funcs[func].handlers);
}

Result<std::shared_ptr<const LoadedCode>> load(const core::ValidModule& module, const CompileOptions& options, const cache::Cache* cache) {
  Registry& r = registry();
  {
    const std::scoped_lock lock(r.mutex);
    if (auto found = r.find(&*module, options)) return found;
  }
  if (!has_bodies(*module)) return fail(diag::unsupported, describe_missing(options, tiers().compile != nullptr));
  auto made = cache == nullptr ? nullptr : find_kept(*cache, *module, options);
  if (made == nullptr) {
    made = std::make_shared<LoadedCode>();
    const auto compile = tiers().compile;
    if (compile == nullptr) return fail(diag::unsupported, describe_missing(options, false));
    WCOMP_TRY(made->object, compile(module, options));
    made->memory = CodeMemory::copy(made->object.code);
    if (made->memory == nullptr) return fail(diag::limit_exceeded, "the system has no memory for compiled code");
    made->view = view(made->object);
    if (cache != nullptr) keep(*cache, *module, made->view);
    made->view.code = made->memory->code();
    made->object.code = {};
  }
  made->module = module.share();
  add_to_perf_map(*made, *module);
  const std::scoped_lock lock(r.mutex);
  // Somebody else may have been faster: then all take his.
  if (auto found = r.find(&*module, options)) return found;
  std::shared_ptr<const LoadedCode> shared = std::move(made);
  r.codes.push_back(shared);
  return shared;
}

void provide(std::shared_ptr<LoadedCode> code, const std::shared_ptr<const core::Module>& module) {
  code->module = module;
  add_to_perf_map(*code, *module);
  Registry& r = registry();
  const std::scoped_lock lock(r.mutex);
  r.codes.push_back(std::move(code));
}

}  // namespace wcomp::engine::jit
