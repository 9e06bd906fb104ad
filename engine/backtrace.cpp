#include "engine/backtrace.h"

#include <mutex>

#include "dwarf/dwarf.h"
#include "engine/instance.h"

namespace wcomp::engine {

namespace {

constexpr std::size_t code_section = 10;

/// The debug information of a module; nothing of it is read before it is asked for.
class ModuleSource final : public FrameSource {
 public:
  ModuleSource(std::shared_ptr<const core::Module> module, const dwarf::Sections& sections) : module_(std::move(module)), info_(sections) {}

  [[nodiscard]] std::vector<SourcePlace> find(std::uint64_t offset) const override {
    const std::uint64_t code = module_->section_offsets[code_section];
    if (offset < code) return {};
    std::vector<SourcePlace> out;
    const std::scoped_lock lock(mutex_);
    for (dwarf::Place& p : info_.find(offset - code)) out.push_back({std::move(p.function), std::move(p.file), p.line, p.column});
    return out;
  }
  [[nodiscard]] const core::Module* module() const { return module_.get(); }

 private:
  std::shared_ptr<const core::Module> module_;  // owners: stores and backtraces
  mutable std::mutex mutex_;
  mutable dwarf::DebugInfo info_;
};

std::shared_ptr<const FrameSource> source_of(const Trap& trap, const core::ValidModule& module) {
  for (const Frame& f : trap.backtrace()) {
    const auto* source = static_cast<const ModuleSource*>(f.source.get());
    if (source != nullptr && source->module() == &*module) return f.source;
  }
  return make_source(module.share());
}

}  // namespace

std::shared_ptr<const FrameSource> make_source(std::shared_ptr<const core::Module> module) {
  dwarf::Sections sections;
  for (const core::CustomSection& c : module->customs) {
    if (ByteSpan* s = sections.find(c.name)) *s = c.bytes;
  }
  if (sections.info.empty() || sections.line.empty()) return nullptr;
  return std::make_shared<ModuleSource>(std::move(module), sections);
}

bool add_frame(Trap& trap, const FuncInst& f, std::uint32_t offset) {
  if (trap.backtrace().size() >= max_backtrace_frames) return false;
  const core::ValidModule& module = f.instance->module;
  Frame frame;
  frame.module = f.instance->name.empty() ? module->names.module : std::string(f.instance->name);
  frame.func_idx = f.func_idx.value;
  frame.func_name = func_name(*module, f.func_idx);
  frame.offset = module->funcs[f.func_idx.value - module->imported_funcs].body.offset + offset;
  frame.source = source_of(trap, module);
  trap.backtrace().push_back(std::move(frame));
  return true;
}

}  // namespace wcomp::engine
