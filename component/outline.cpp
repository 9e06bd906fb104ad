#include "component/outline.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/match.h"
#include "component/component.h"
#include "component/metadata.h"
#include "component/name_section.h"
#include "component/validate.h"
#include "component/wit_codec.h"
#include "core/describe.h"
#include "wit/wit.h"

namespace wcomp::component {

namespace {

void add_producers(ByteSpan contents, Outline& out) {
  const auto producers = decode_producers(contents);
  if (!producers) {
    if (!out.problem) out.problem = fmt::format("the custom section `{}` cannot be read: {}", producers_section, producers.error().first().message);
    return;
  }
  for (const Producers::Field& f : producers->fields) {
    for (const auto& [name, version] : f.values) out.producers.push_back({f.name, name, version});
  }
}

Result<void> add_module(Outline& out, const Sections& sections) {
  WCOMP_TRY(core::Module decoded, core::decode(Bytes(sections.bytes.begin(), sections.bytes.end())));
  WCOMP_TRY(const core::ValidModule valid, core::validate(std::move(decoded), Features::all().core));
  const core::Module& m = *valid;
  out.name = m.names.module;
  out.counts = {{"types", 0, m.types.size()},
                {"functions", m.imported_funcs, m.funcs.size()},
                {"tables", m.imported_tables, m.tables.size()},
                {"memories", m.imported_mems, m.mems.size()},
                {"globals", m.imported_globals, m.globals.size()},
                {"tags", m.imported_tags, m.tags.size()},
                {"element segments", 0, m.elems.size()},
                {"data segments", 0, m.datas.size()}};
  for (const core::Import& i : m.imports) out.imports.push_back({i.module, i.name, core::describe(m, i.type)});
  for (const core::Export& e : m.exports) out.exports.push_back({{}, e.name, core::describe(m, e)});
  return {};
}

void add_component(Outline& out, const Component& component) {
  for (const Definition& d : component.definitions) {
    if (const auto* i = std::get_if<Import>(&d.item)) out.imports.push_back({{}, i->name, std::string(to_string(i->desc.sort))});
    if (const auto* e = std::get_if<Export>(&d.item)) out.exports.push_back({{}, e->name, std::string(to_string(e->item.sort))});
  }
}

/// Items of a component by section: what an index space gets from elsewhere is not among them.
void add_counts(Outline& out, const Sections& sections) {
  Outline::Count modules{"core modules"}, components{"components"};
  std::vector<Outline::Count> others;
  for (const Section& s : sections.items) {
    if (s.nested) ++(s.nested->is_component ? components : modules).defined;
    if (!s.count) continue;
    auto at = std::ranges::find(others, s.title, &Outline::Count::what);
    if (at == others.end()) at = others.insert(at, Outline::Count{s.title});
    at->defined += *s.count;
  }
  if (modules.defined != 0) out.counts.push_back(modules);
  if (components.defined != 0) out.counts.push_back(components);
  out.counts.insert(out.counts.end(), others.begin(), others.end());
}

void add_problem(Outline& out, const Failure& failure) {
  const Diagnostic& d = failure.first();
  out.problem = d.message;
  if (const auto* at = std::get_if<BinaryPos>(&d.location); at != nullptr && !at->path.empty()) *out.problem += " in " + at->path;
}

void add_customs(Outline& out, const Sections& sections) {
  for (const Section& s : sections.items) {
    if (s.is_custom() && s.name == producers_section) add_producers(s.contents, out);
    if (s.is_custom() && sections.is_component && s.name == name_section) out.name = decode_names(s.contents).component;
  }
}

/// `component` is the decoded form of what the sections are; null for a module, and where it could not be read.
Outline make(const Sections& sections, const Component* component) {
  Outline out{.is_component = sections.is_component, .name = {}, .offset = sections.offset, .size = sections.bytes.size(), .sections = &sections};
  if (!sections.is_component) {
    if (const Result<void> done = add_module(out, sections); !done) add_problem(out, done.error());
  } else {
    if (component != nullptr) add_component(out, *component);
    add_counts(out, sections);
  }
  add_customs(out, sections);
  // Both list what is nested in the order of the binary.
  std::vector<const Component*> components;
  if (component != nullptr) {
    for (const Definition& d : component->definitions) {
      if (const auto* inner = std::get_if<std::shared_ptr<const Component>>(&d.item)) components.push_back(inner->get());
    }
  }
  std::size_t next = 0;
  for (const Section& s : sections.items) {
    if (!s.nested) continue;
    const Component* inner = nullptr;
    if (s.nested->is_component && next < components.size()) inner = components[next++];
    out.nested.push_back(make(*s.nested, inner));
  }
  return out;
}

/// The world that a component has, without what else its package would say.
std::optional<std::string> world_text(const std::shared_ptr<const Component>& component) {
  const auto valid = validate(component, Features::all());
  if (!valid) return std::nullopt;
  const auto decoded = world_of_component(*valid);
  if (!decoded) return std::nullopt;
  const std::string text = wit::print(decoded->graph, decoded->graph.worlds[decoded->world].package);
  const std::size_t world = text.find("\nworld ");
  return world == text.npos ? std::nullopt : std::optional(text.substr(world + 1));
}

}  // namespace

Outline outline(const Sections& sections) {
  if (!sections.is_component) return make(sections, nullptr);
  const auto component = decode(Bytes(sections.bytes.begin(), sections.bytes.end()));
  Outline out = make(sections, component ? component->get() : nullptr);
  if (!component) add_problem(out, component.error());
  if (component) out.wit = world_text(*component);
  return out;
}

}  // namespace wcomp::component
