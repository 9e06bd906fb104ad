#include <fmt/format.h>

#include "base/match.h"
#include "base/text.h"
#include "link/plan.h"
#include "types/types.h"

namespace wcomp::link {

namespace {

struct Printer {
  const Plan& plan;
  std::string out;

  template <class... Args>
  void line(fmt::format_string<Args...> f, Args&&... args) {
    fmt::format_to(std::back_inserter(out), f, std::forward<Args>(args)...);
    out += '\n';
  }

  std::string ref(const CoreRef& r) {
    return match(
        r, [](const CoreExportRef& e) { return fmt::format("core-instance {} \"{}\"", e.instance.value, escape(e.name)); },
        [](const CoreFuncSlot& f) { return fmt::format("core-func {}", f.value); });
  }
  std::string resource(ResourceSlot r) {
    const std::string& name = plan.resources[r.value].name;
    return name.empty() ? fmt::format("resource {}", r.value) : fmt::format("resource {} `{}`", r.value, escape(name));
  }
  std::string options(const Options& o) {
    std::string s = fmt::format("instance {}", o.instance.value);
    static constexpr std::string_view encodings[] = {"", " utf16", " latin1+utf16"};
    s += encodings[static_cast<std::size_t>(o.encoding)];
    if (o.ptr == core::ValType::i64) s += " memory64";
    if (o.memory) s += fmt::format(", memory {}", ref(*o.memory));
    if (o.realloc) s += fmt::format(", realloc {}", ref(*o.realloc));
    if (o.post_return) s += fmt::format(", post-return {}", ref(*o.post_return));
    return s;
  }
  std::string name(const std::string& interface, const std::string& func) {
    return interface.empty() ? escape(func) : fmt::format("{}#{}", escape(interface), escape(func));
  }

  void module_slots() {
    for (std::size_t i = 0; i < plan.modules.size(); ++i) {
      const core::Module& m = *plan.modules[i];
      std::string_view label = m.names.module;
      line("module {}:{}{} {} imports, {} functions, {} exports", i, label.empty() ? "" : " ", escape(label), m.imports.size(),
           m.funcs.size(), m.exports.size());
    }
  }
  void instances() {
    for (std::size_t i = 0; i < plan.component_instances.size(); ++i)
      line("component-instance {}: {}", i, escape(plan.component_instances[i].path));
  }
  void resources() {
    for (std::size_t i = 0; i < plan.resources.size(); ++i) {
      match(
          plan.resources[i].origin,
          [&](const HostResource& h) { line("{}: from the host, {}", resource(ResourceSlot(i)), name(h.interface, h.name)); },
          [&](const GuestResource& g) {
            line("{}: of instance {}{}", resource(ResourceSlot(i)), g.instance.value,
                 g.dtor ? ", destructor " + ref(*g.dtor) : std::string());
          });
    }
  }

  void steps() {
    std::uint32_t core_instances = 0;
    for (const Step& s : plan.steps) {
      match(
          s,
          [&](const InstantiateModule& i) {
            line("core-instance {} = instantiate module {}    ;; {}", core_instances++, i.module.value, escape(i.name));
            const core::Module& m = *plan.modules[i.module.value];
            for (std::size_t n = 0; n < i.imports.size(); ++n) {
              line("    \"{}\" \"{}\" = {}", escape(m.imports[n].module), escape(m.imports[n].name), ref(i.imports[n]));
            }
          },
          [&](const LowerImport& l) {
            line("core-func {} = host {}    ;; {}", l.func.value, name(l.interface, l.name), escape(types::to_string(plan.types, l.type)));
            line("    caller: {}", options(l.opts));
          },
          [&](const MakeAdapter& a) {
            line("core-func {} = adapter module {} to {}    ;; {}: {}", a.func.value, a.adapter.value, ref(a.callee), escape(a.name),
                 escape(types::to_string(plan.types, a.type)));
            line("    caller: {}", options(a.lower));
            line("    callee: {}", options(a.lift));
            for (const ResourceSlot r : a.resources) line("    {}", resource(r));
          },
          [&](const ResourceNew& r) { built_in("resource.new", r.func, r.resource, r.instance); },
          [&](const ResourceDrop& r) { built_in("resource.drop", r.func, r.resource, r.instance); },
          [&](const ResourceRep& r) { built_in("resource.rep", r.func, r.resource, r.instance); },
          [&](const ErrorContext& e) { line("core-func {} = {} in instance {}", e.func.value, component::row_of(e.built_in).text, e.opts.instance.value); },
          [&](const DefineResource& r) { line("define {}", resource(r.resource)); });
    }
  }
  void built_in(std::string_view what, CoreFuncSlot func, ResourceSlot r, ComponentInstanceSlot instance) {
    line("core-func {} = {} of {} in instance {}", func.value, what, resource(r), instance.value);
  }

  void exports() {
    for (const auto& [export_name, item] : plan.exports) {
      match(
          item, [&](const LiftedFunc& f) { lifted(f); },
          [&](const ExportedInstance& i) {
            line("export {}", escape(export_name));
            for (const auto& [n, r] : i.resources) line("    {} = {}", escape(n), resource(r));
            for (const auto& f : i.funcs) lifted(f.second);
          });
    }
  }
  void lifted(const LiftedFunc& f) {
    if (f.handed) {
      line("export {} = import {}    ;; {}", escape(f.name), name(f.handed->interface, f.handed->name), escape(types::to_string(plan.types, f.type)));
      return;
    }
    line("export {} = lift {}    ;; {}", escape(f.name), ref(f.core_func), escape(types::to_string(plan.types, f.type)));
    line("    callee: {}", options(f.opts));
  }
};

}  // namespace

std::string print(const Plan& plan) {
  Printer p{.plan = plan, .out = {}};
  p.module_slots();
  p.instances();
  p.resources();
  p.steps();
  p.exports();
  return std::move(p.out);
}

}  // namespace wcomp::link
