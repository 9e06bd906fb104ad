// wcomp inspect FILE: what is inside of a module or component.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/wcomp/commands.h"
#include "cli/wcomp/disassemble.h"
#include "cli/wcomp/input.h"
#include "component/outline.h"
#include "runtime/precompiled/precompiled.h"

namespace wcomp::cli {

namespace {

using component::Outline;
using component::Section;

std::string kind_of(const Outline& o) { return o.is_component ? "component" : "core module"; }

class TextWriter {
 public:
  std::string take() { return std::move(out_); }

  void outline(const Outline& o, std::size_t depth) {
    indent_ = depth * 2;
    line("{}{}: {} bytes{}", kind_of(o), o.name.empty() ? "" : " " + quoted(o.name), o.size, depth == 0 ? "" : fmt::format(" at {:#x}", o.offset));
    indent_ += 2;
    if (o.problem) line("problem: {}", escape(*o.problem));
    for (const Outline::Count& c : o.counts) {
      if (c.imported != 0) line("{}: {} ({} of them imported)", c.what, c.imported + c.defined, c.imported);
      else if (c.defined != 0) line("{}: {}", c.what, c.defined);
    }
    if (o.wit) {
      lines(*o.wit);
    } else {
      items("imports", o.imports);
      items("exports", o.exports);
    }
    if (!o.producers.empty()) {
      line("producers:");
      for (const Outline::Producer& p : o.producers) line("  {}: {}{}", escape(p.field), escape(p.name), p.version.empty() ? "" : " " + escape(p.version));
    }
    line("sections:");
    for (const Section& s : o.sections->items) {
      const std::string count = s.count ? fmt::format("  {} item{}", *s.count, *s.count == 1 ? "" : "s") : std::string();
      line("  {:#010x} {:>9} bytes  {}{}{}", s.offset, s.contents.size(), s.title, s.is_custom() ? " " + quoted(s.name) : "", count);
    }
    for (const Outline& inner : o.nested) outline(inner, depth + 1);
  }

 private:
  static std::string quoted(std::string_view text) { return "`" + escape(text) + "`"; }

  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    out_.append(indent_, ' ');
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
    out_ += '\n';
  }
  void lines(std::string_view text) {
    while (!text.empty()) {
      const std::string_view first = text.substr(0, text.find('\n'));
      if (first.empty()) out_ += '\n';
      else line("{}", escape(first));
      text.remove_prefix(std::min(first.size() + 1, text.size()));
    }
  }
  void items(std::string_view title, const std::vector<Outline::Item>& list) {
    if (list.empty()) return;
    line("{}:", title);
    for (const Outline::Item& i : list) line("  {}{}: {}", i.module.empty() ? "" : quoted(i.module) + " ", quoted(i.name), i.type);
  }

  std::string out_;
  std::size_t indent_ = 0;
};

nlohmann::json as_json(const Outline& o) {
  using nlohmann::json;
  json out = {{"kind", o.is_component ? "component" : "module"}, {"name", o.name.empty() ? json(nullptr) : json(o.name)}, {"offset", o.offset}, {"size", o.size}};
  if (o.problem) out["problem"] = *o.problem;
  out["counts"] = json::object();
  for (const Outline::Count& c : o.counts) out["counts"][std::string(c.what)] = {{"imported", c.imported}, {"defined", c.defined}};
  const auto items = [&](const std::vector<Outline::Item>& list, bool with_module) {
    json array = json::array();
    for (const Outline::Item& i : list) {
      json item = {{"name", i.name}, {"type", i.type}};
      if (with_module) item["module"] = i.module;
      array.push_back(std::move(item));
    }
    return array;
  };
  out["imports"] = items(o.imports, !o.is_component);
  out["exports"] = items(o.exports, false);
  if (o.wit) out["wit"] = *o.wit;
  out["producers"] = json::array();
  for (const Outline::Producer& p : o.producers) out["producers"].push_back({{"field", p.field}, {"name", p.name}, {"version", p.version}});
  out["sections"] = json::array();
  for (const Section& s : o.sections->items) {
    json section = {{"id", s.id}, {"title", s.title}, {"offset", s.offset}, {"size", s.contents.size()}};
    if (s.is_custom()) section["name"] = s.name;
    if (s.count) section["count"] = *s.count;
    out["sections"].push_back(std::move(section));
  }
  out["nested"] = json::array();
  for (const Outline& inner : o.nested) out["nested"].push_back(as_json(inner));
  return out;
}

/// Of a program that `wcomp compile` made: only what it says of itself.
int inspect_precompiled(const std::string& file, const std::string& output, bool is_json, ByteSpan image) {
  auto found = precompiled::describe(image);
  if (!found) return report(in_file(std::move(found).error(), file));
  const precompiled::Description& d = *found;
  const std::string_view kind = d.is_component ? "component" : "core module";
  if (is_json) {
    const nlohmann::json json = {{"kind", fmt::format("compiled {}", kind)}, {"version", d.version}, {"target", d.target}, {"processor", d.features},
                                 {"size", d.bytes}, {"problem", d.problem.empty() ? nlohmann::json(nullptr) : nlohmann::json(d.problem)}};
    return write_output(output, std::string_view(json.dump(2) + "\n"));
  }
  return write_output(output, std::string_view(fmt::format("compiled {}: {} bytes of machine code and what running it takes\n  made by wcomp {}\n  for {}: {}\n  {}\n", kind, d.bytes, d.version,
                                                           d.target, d.features, d.problem.empty() ? "runs here" : d.problem)));
}

int inspect(const std::string& file, const std::string& output, bool is_json, bool is_asm, const DisassembleOptions& asm_options) {
  if (const auto image = precompiled::map_file(file); image && precompiled::is_image(image->bytes)) return inspect_precompiled(file, output, is_json, image->bytes);
  const auto bytes = read_wasm(file);
  if (!bytes) return report(bytes.error());
  auto sections = component::read_sections(**bytes);
  if (!sections) return report(in_file(std::move(sections).error(), file));
  if (is_asm) {
    const auto listing = disassemble(*sections, file, asm_options);
    return listing ? write_output(output, std::string_view(*listing)) : report(listing.error());
  }
  const Outline outline = component::outline(*sections);
  if (is_json) return write_output(output, std::string_view(escape_json(as_json(outline).dump(2, ' ', false, nlohmann::json::error_handler_t::replace)) + "\n"));
  TextWriter writer;
  writer.outline(outline, 0);
  return write_output(output, std::string_view(writer.take()));
}

}  // namespace

Action setup_inspect(CLI::App& app) {
  struct Options {
    std::string file, output;
    bool is_json = false, is_asm = false;
    DisassembleOptions disassemble;
  };
  auto o = std::make_shared<Options>();
  app.add_option("FILE", o->file, "Core module or component")->required();
  auto* json = app.add_flag("--json", o->is_json, "As JSON");
  auto* as_code = app.add_flag("--asm", o->is_asm, "The code that its functions are compiled to, with the wasm instructions beside it, by a disassembler that is installed")->excludes(json);
  app.add_option("--func", o->disassemble.funcs, "With --asm: only this function, by name, export or index")->type_name("NAME")->needs(as_code)->expected(1)->allow_extra_args(false)->take_all();
  app.add_option("--output,-o", o->output, "Where to write (standard output when left out)")->type_name("FILE");
  return [o] { return inspect(o->file, o->output, o->is_json, o->is_asm, o->disassemble); };
}

}  // namespace wcomp::cli
