// A plan for programs.
#include <nlohmann/json.hpp>

#include "base/match.h"
#include "base/text.h"
#include "link/plan.h"

namespace wcomp::link {

namespace {

using nlohmann::json;

struct Writer {
  const Plan& plan;

  static json ref(const CoreRef& r) {
    return match(
        r, [](const CoreExportRef& e) { return json{{"core-instance", e.instance.value}, {"export", e.name}, {"kind", core::to_string(e.kind)}}; },
        [](const CoreFuncSlot& f) { return json{{"core-func", f.value}}; });
  }
  static json options(const Options& o) {
    static constexpr const char* encodings[] = {"utf8", "utf16", "latin1+utf16"};
    json out = {{"instance", o.instance.value}, {"string-encoding", encodings[static_cast<std::size_t>(o.encoding)]}};
    if (o.memory) out["memory"] = ref(*o.memory);
    if (o.ptr == core::ValType::i64) out["memory64"] = true;
    if (o.realloc) out["realloc"] = ref(*o.realloc);
    if (o.post_return) out["post-return"] = ref(*o.post_return);
    return out;
  }
  json type(const types::FuncType& t) const { return types::to_string(plan.types, t); }

  json modules() const {
    json out = json::array();
    for (const core::ValidModule& m : plan.modules) {
      out.push_back({{"name", m->names.module.empty() ? json(nullptr) : json(m->names.module)}, {"imports", m->imports.size()}, {"functions", m->funcs.size()}, {"exports", m->exports.size()}});
    }
    return out;
  }
  json instances() const {
    json out = json::array();
    for (const ComponentInstanceInfo& i : plan.component_instances) out.push_back({{"path", i.path}, {"parent", i.parent ? json(i.parent->value) : json(nullptr)}});
    return out;
  }
  json resources() const {
    json out = json::array();
    for (const Resource& r : plan.resources) {
      json item = {{"name", r.name}};
      match(
          r.origin, [&](const HostResource& h) { item["host"] = {{"interface", h.interface}, {"name", h.name}}; },
          [&](const GuestResource& g) {
            item["instance"] = g.instance.value;
            if (g.dtor) item["destructor"] = ref(*g.dtor);
          });
      out.push_back(std::move(item));
    }
    return out;
  }

  json instantiate(const InstantiateModule& i, std::uint32_t number) const {
    const core::Module& m = *plan.modules[i.module.value];
    json imports = json::array();
    for (std::size_t n = 0; n < i.imports.size(); ++n) imports.push_back({{"module", m.imports[n].module}, {"name", m.imports[n].name}, {"item", ref(i.imports[n])}});
    return {{"step", "instantiate"}, {"core-instance", number}, {"module", i.module.value}, {"name", i.name}, {"imports", std::move(imports)}};
  }
  static json built_in(const char* step, CoreFuncSlot func, ResourceSlot resource, ComponentInstanceSlot instance) {
    return {{"step", step}, {"core-func", func.value}, {"resource", resource.value}, {"instance", instance.value}};
  }
  json steps() const {
    json out = json::array();
    std::uint32_t core_instances = 0;
    for (const Step& s : plan.steps) {
      out.push_back(match(
          s, [&](const InstantiateModule& i) { return instantiate(i, core_instances++); },
          [&](const LowerImport& l) {
            return json{{"step", "host-function"}, {"core-func", l.func.value}, {"interface", l.interface}, {"name", l.name}, {"type", type(l.type)}, {"caller", options(l.opts)}};
          },
          [&](const MakeAdapter& a) {
            json slots = json::array();
            for (const ResourceSlot r : a.resources) slots.push_back(r.value);
            return json{{"step", "adapter"}, {"core-func", a.func.value}, {"module", a.adapter.value}, {"name", a.name}, {"type", type(a.type)}, {"callee-func", ref(a.callee)},
                        {"caller", options(a.lower)}, {"callee", options(a.lift)}, {"resources", std::move(slots)}};
          },
          [&](const ResourceNew& r) { return built_in("resource.new", r.func, r.resource, r.instance); },
          [&](const ResourceDrop& r) { return built_in("resource.drop", r.func, r.resource, r.instance); },
          [&](const ResourceRep& r) { return built_in("resource.rep", r.func, r.resource, r.instance); },
          [&](const ErrorContext& e) {
            return json{{"step", component::row_of(e.built_in).text}, {"core-func", e.func.value}, {"instance", e.opts.instance.value}};
          },
          [&](const DefineResource& r) { return json{{"step", "define-resource"}, {"resource", r.resource.value}}; }));
    }
    return out;
  }

  json lifted(const LiftedFunc& f, const std::string& name) const {
    if (f.handed) return {{"name", name}, {"type", type(f.type)}, {"import", {{"interface", f.handed->interface}, {"name", f.handed->name}}}};
    return {{"name", name}, {"type", type(f.type)}, {"core-func", ref(f.core_func)}, {"callee", options(f.opts)}};
  }
  json exports() const {
    json out = json::array();
    for (const auto& [name, item] : plan.exports) {
      match(
          item, [&](const LiftedFunc& f) { out.push_back(lifted(f, name)); },
          [&](const ExportedInstance& i) {
            json funcs = json::array(), slots = json::object();
            for (const auto& [inner, f] : i.funcs) funcs.push_back(lifted(f, inner));
            for (const auto& [inner, r] : i.resources) slots[inner] = r.value;
            out.push_back({{"name", name}, {"functions", std::move(funcs)}, {"resources", std::move(slots)}});
          });
    }
    return out;
  }
};

}  // namespace

std::string to_json(const Plan& plan) {
  const Writer w{plan};
  const json out = {{"modules", w.modules()}, {"component-instances", w.instances()}, {"resources", w.resources()}, {"steps", w.steps()}, {"exports", w.exports()}};
  return escape_json(out.dump(2, ' ', false, json::error_handler_t::replace)) + "\n";
}

}  // namespace wcomp::link
