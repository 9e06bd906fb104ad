// wcomp metadata show FILE, wcomp metadata add FILE: what modules and components say about themselves.
#include "component/metadata.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/diagnostic.h"
#include "base/text.h"
#include "cli/wcomp/commands.h"
#include "cli/wcomp/input.h"
#include "cli/wcomp/wasm_output.h"

namespace wcomp::cli {

namespace {

using component::Metadata;
using component::MetadataChange;

struct Options {
  std::string action, file = "-";
  bool is_json = false;
  std::vector<std::string> languages, processed_by, sdks;
  MetadataChange change;
  std::string name;
  bool clears_name = false;
#define WCOMP_ANNOTATION(member, section, form, summary) bool clears_##member = false;
#include "component/annotations.def"
#undef WCOMP_ANNOTATION
  WasmOutput output;
};

// --- show ---
void write_text(const Metadata& m, std::size_t depth, std::string& out) {
  const std::string indent(depth * 2, ' ');
  out += fmt::format("{}{} {} ({:#x}..{:#x})\n", indent, m.is_component ? "component" : "module", m.name ? escape(*m.name) : "<unknown>", m.begin, m.end);
  if (m.producers) {
    for (const component::Producers::Field& f : m.producers->fields) {
      for (const auto& [name, version] : f.values) out += fmt::format("{}  {}: {}{}\n", indent, escape(f.name), escape(name), version.empty() ? "" : fmt::format(" [{}]", escape(version)));
    }
  }
#define WCOMP_ANNOTATION(member, section, form, summary) \
  if (m.member) out += fmt::format("{}  " section ": {}\n", indent, escape(*m.member));
#include "component/annotations.def"
#undef WCOMP_ANNOTATION
  for (const Metadata& child : m.children) write_text(child, depth + 1, out);
}

nlohmann::ordered_json as_json(const Metadata& m) {
  using json = nlohmann::ordered_json;
  const auto text = [](const std::optional<std::string>& t) { return t ? json(*t) : json(nullptr); };
  json data = {{"name", text(m.name)}};
  data["producers"] = nullptr;
  if (m.producers) {
    data["producers"] = json::array();
    for (const component::Producers::Field& f : m.producers->fields) {
      json values = json::object();
      for (const auto& [name, version] : f.values) values[name] = version;
      data["producers"].push_back(json::array({f.name, values}));
    }
  }
#define WCOMP_ANNOTATION(member, section, form, summary) data[section] = text(m.member);
#include "component/annotations.def"
#undef WCOMP_ANNOTATION
  data["range"] = {{"start", m.begin}, {"end", m.end}};
  data["dependencies"] = nullptr;
  if (!m.is_component) return {{"module", data}};
  json children = json::array();
  for (const Metadata& child : m.children) children.push_back(as_json(child));
  return {{"component", {{"metadata", data}, {"children", children}}}};
}

int show(const Options& o, ByteSpan bytes) {
  auto metadata = component::read_metadata(bytes);
  if (!metadata) return report(in_file(std::move(metadata).error(), o.file));
  std::string text;
  if (o.is_json) {
    text = as_json(*metadata).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  } else {
    write_text(*metadata, 0, text);
  }
  return write_output(o.output.path, std::string_view(text));
}

// --- add ---
/// `NAME=VERSION`, or `NAME` alone.
void add_producers(MetadataChange& change, std::string_view field, const std::vector<std::string>& given) {
  for (const std::string& each : given) {
    const std::size_t equals = each.find('=');
    change.producers.set(field, each.substr(0, equals), equals == std::string::npos ? std::string() : each.substr(equals + 1));
  }
}

/// Names and annotations are UTF-8, annotations what their table says.
std::optional<Diagnostic> find_bad_text(const Options& o) {
  std::vector<std::pair<std::string_view, std::string_view>> texts = {{"name", o.name}};
  for (const std::string& t : o.languages) texts.emplace_back("language", t);
  for (const std::string& t : o.processed_by) texts.emplace_back("processed-by", t);
  for (const std::string& t : o.sdks) texts.emplace_back("sdk", t);
#define WCOMP_ANNOTATION(member, section, form, summary) \
  if (o.change.member) texts.emplace_back(section, *o.change.member);
#include "component/annotations.def"
#undef WCOMP_ANNOTATION
  for (const auto& [option, text] : texts) {
    if (!is_utf8(text)) return error(diag::bad_usage, fmt::format("the value of `--{}` is not UTF-8: {}", option, escape(text)));
  }
  for (const auto* list : {&o.languages, &o.processed_by, &o.sdks}) {
    for (const std::string& t : *list) {
      if (t.empty() || t.starts_with('=')) return error(diag::bad_usage, fmt::format("`{}` has no name in front of the `=`: expected NAME=VERSION", escape(t)));
    }
  }
#define WCOMP_ANNOTATION(member, section, form, summary)                                                                           \
  if (o.change.member) {                                                                                                         \
    if (const auto fault = component::find_fault(component::AnnotationForm::form, *o.change.member)) {                             \
      return error(diag::bad_usage, fmt::format("`--" section "` cannot be `{}`: {}", escape(*o.change.member), *fault));          \
    }                                                                                                                              \
  }
#include "component/annotations.def"
#undef WCOMP_ANNOTATION
  return std::nullopt;
}

/// Whether any option says what to change.
bool changes_something(const Options& o) {
  bool out = !o.name.empty() || o.clears_name || !o.languages.empty() || !o.processed_by.empty() || !o.sdks.empty();
#define WCOMP_ANNOTATION(member, section, form, summary) out = out || o.change.member || o.clears_##member;
#include "component/annotations.def"
#undef WCOMP_ANNOTATION
  return out;
}

/// What is wrong with the options, before anything is read.
std::optional<Diagnostic> find_bad_usage(const Options& o) {
  if (o.action == "show") {
    if (!changes_something(o)) return std::nullopt;
    Diagnostic d = error(diag::bad_usage, "`wcomp metadata show` changes nothing, and got options that say what to change");
    d.notes.push_back("`wcomp metadata add FILE ..` changes it");
    return d;
  }
  if (o.is_json) return error(diag::bad_usage, "`--json` is for `wcomp metadata show`");
  if (!changes_something(o)) {
    Diagnostic d = error(diag::bad_usage, "there is nothing to add: no option says what");
    d.notes.push_back("for example `wcomp metadata add FILE --name app --licenses MIT -o OUT`; `wcomp metadata --help` lists what can be said");
    return d;
  }
  return find_bad_text(o);
}

int add(const Options& o, ByteSpan bytes) {
  MetadataChange change = o.change;
  add_producers(change, "language", o.languages);
  add_producers(change, "processed-by", o.processed_by);
  add_producers(change, "sdk", o.sdks);
  if (!o.name.empty()) change.name = o.name;
  if (o.clears_name) change.name = "";
#define WCOMP_ANNOTATION(member, section, form, summary) \
  if (o.clears_##member) change.member = "";
#include "component/annotations.def"
#undef WCOMP_ANNOTATION
  auto changed = component::change_metadata(bytes, change);
  if (!changed) return report(in_file(std::move(changed).error(), o.file));
  return o.output.write(std::move(*changed));
}

}  // namespace

Action setup_metadata(CLI::App& app) {
  auto o = std::make_shared<Options>();
  app.add_option("ACTION", o->action, "`show` prints it, `add` changes it")->required()->check(CLI::IsMember({"show", "add"}));
  app.add_option("FILE", o->file, "Core module or component (standard input when left out or -)");
  app.add_flag("--json", o->is_json, "show: as JSON");
  auto* name = app.add_option("--name", o->name, "add: the name of the module or component");
  app.add_flag("--clear-name", o->clears_name, "add: without a name")->excludes(name);
  app.add_option("--language", o->languages, "add: a programming language")->type_name("NAME=VERSION")->allow_extra_args(false);
  app.add_option("--processed-by", o->processed_by, "add: a tool")->type_name("NAME=VERSION")->allow_extra_args(false);
  app.add_option("--sdk", o->sdks, "add: an SDK")->type_name("NAME=VERSION")->allow_extra_args(false);
#define WCOMP_ANNOTATION(member, section, form, summary) \
  auto* member##_option = app.add_option("--" section, o->change.member, "add: " summary); \
  app.add_flag("--clear-" section, o->clears_##member, "add: without that")->excludes(member##_option);
#include "component/annotations.def"
#undef WCOMP_ANNOTATION
  o->output.declare(app);
  return [o] {
    if (const auto problem = find_bad_usage(*o)) {
      print(*problem);
      return status_usage;
    }
    const auto bytes = read_wasm(o->file);
    if (!bytes) return report(bytes.error());
    return o->action == "show" ? show(*o, **bytes) : add(*o, **bytes);
  };
}

}  // namespace wcomp::cli
