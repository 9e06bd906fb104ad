// wcomp abi PATH [FUNCTION]: what the Canonical ABI makes of functions.
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/match.h"
#include "base/text.h"
#include "cli/wcomp/commands.h"
#include "cli/witc/wit_input.h"
#include "component/abi.h"
#include "wit/type_text.h"

namespace wcomp::cli {

namespace {

using cabi::Shape;
using cabi::ShapeKind;
using component::FuncAbi;
using nlohmann::json;

std::string_view kind_of(const Shape& s) {
  switch (s.kind) {
    case ShapeKind::record: return "record";
    case ShapeKind::variant: return "variant";
    case ShapeKind::flags: return "flags";
    case ShapeKind::list: return "list";
    case ShapeKind::fixed_list: return "list of fixed length";
    default: return "scalar";
  }
}
bool has_parts(const Shape& s) { return kind_of(s) != "scalar"; }

std::string flat_text(const Shape& s) {
  if (s.flat.size() >= cabi::max_flat) return fmt::format("more than {}", cabi::max_flat_params);
  std::string out;
  for (const core::ValType t : s.flat) out += (out.empty() ? "" : " ") + core::to_string(t);
  return out.empty() ? "none" : out;
}

/// Bytes that flags or a discriminant are.
std::string_view unsigned_type(std::uint32_t size) { return size == 1 ? "u8" : size == 2 ? "u16" : "u32"; }

/// Calls `each` once for every shape with parts, those that are seen first first.
template <class Each>
void for_each_type(const FuncAbi& f, const Each& each) {
  std::set<const Shape*> seen;
  std::vector<const Shape*> queue;
  const auto add = [&](const Shape* s) {
    if (s != nullptr && has_parts(*s) && seen.insert(s).second) queue.push_back(s);
  };
  for (const cabi::Part& p : f.shape.params) add(p.shape.get());
  add(f.shape.result.get());
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const Shape& s = *queue[i];
    each(s);
    for (const cabi::Part& p : s.parts) add(p.shape.get());
    for (const cabi::CaseShape& c : s.cases) add(c.payload.get());
    add(s.element.get());
  }
}

/// The element of a map is a record of key and value that no WIT names.
bool is_map_entry(const wit::Graph& graph, const Shape& s) {
  const auto* id = std::get_if<types::TypeId>(&s.type);
  return s.kind == ShapeKind::record && id != nullptr && std::holds_alternative<types::MapType>(graph.types[*id]);
}
std::string type_of(const wit::Graph& graph, const Shape& s) { return is_map_entry(graph, s) ? "entry of " + wit::type_text(graph, s.type) : wit::type_text(graph, s.type); }

std::string func_text(const wit::Graph& graph, const wit::Function& f) {
  std::string out = f.type.is_async ? "async func(" : "func(";
  for (const types::Param& p : f.type.params) out += fmt::format("{}{}: {}", out.back() == '(' ? "" : ", ", p.name, wit::type_text(graph, p.type));
  out += ')';
  if (f.type.result) out += " -> " + wit::type_text(graph, *f.type.result);
  return out;
}

// --- text ---

class TextWriter {
 public:
  TextWriter(const wit::Graph& graph, bool is_wide) : graph_(graph), is_wide_(is_wide) {}
  std::string take() { return std::move(out_); }

  void func(const FuncAbi& f) {
    if (!out_.empty()) out_ += '\n';
    line("{} {}: {}", f.is_import ? "import" : "export", escape(f.full_name()), escape(func_text(graph_, f.func)));
    if (f.func.type.is_async || f.shape.has_async) line("  asynchronous: what is said here holds where it is lifted and lowered synchronously");
    line("  core: func {}", signature(f.core_type()));
    names("legacy", f, f.legacy);
    if (!is_wide_) names("standard32", f, f.standard);
    if (f.shape.params_spill) line("  parameters: in memory, one pointer is passed; they are {} as flat values", flat_text(*f.shape.params_tuple));
    if (f.shape.results_spill) line("  result: in memory, {}", f.is_import ? "the last parameter points to room for it" : "a pointer to it is returned");
    line("  needs: {}", needs(f));
    table(f);
  }

 private:
  struct Row {
    std::string name, offset, size, align, flat;
  };

  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
    out_ += '\n';
  }
  static std::string signature(const core::FuncType& t) {
    std::string out;
    const auto list = [&](std::string_view word, const std::vector<core::ValType>& types) {
      if (types.empty()) return;
      out += fmt::format("{}({}", out.empty() ? "" : " ", word);
      for (const core::ValType v : types) out += " " + core::to_string(v);
      out += ')';
    };
    list("param", t.params);
    list("result", t.results);
    return out;
  }
  void names(std::string_view scheme, const FuncAbi& f, const component::CoreNames& n) {
    if (f.is_import) line("  {}: import \"{}\" \"{}\"", scheme, escape(n.module), escape(n.name));
    else if (n.post_return.empty()) line("  {}: export \"{}\"", scheme, escape(n.name));
    else line("  {}: export \"{}\", may have \"{}\"", scheme, escape(n.name), escape(n.post_return));
  }
  static std::string needs(const FuncAbi& f) {
    if (!f.shape.needs_memory) return "nothing";
    return f.needs_realloc ? "memory, realloc" : "memory";
  }

  void row(std::size_t depth, std::string name, const Shape& s, std::optional<std::uint32_t> offset, std::string flat) {
    rows_.push_back({.name = std::string(depth * 2, ' ') + escape(name), .offset = offset ? fmt::to_string(*offset) : "", .size = fmt::to_string(s.size), .align = fmt::to_string(s.align), .flat = std::move(flat)});
  }

  void table(const FuncAbi& f) {
    rows_ = {{.name = "", .offset = "offset", .size = "size", .align = "align", .flat = "flat"}};
    if (!f.shape.params.empty()) row(1, "parameters", *f.shape.params_tuple, {}, flat_text(*f.shape.params_tuple));
    for (const cabi::Part& p : f.shape.params) row(2, fmt::format("{}: {}", p.name, type_of(graph_, *p.shape)), *p.shape, p.offset, flat_text(*p.shape));
    if (f.shape.result != nullptr) row(1, "result: " + type_of(graph_, *f.shape.result), *f.shape.result, {}, flat_text(*f.shape.result));
    for_each_type(f, [&](const Shape& s) { type(s); });
    if (rows_.size() == 1) return;
    Row width{};
    const auto widen = [](std::string& a, const std::string& b) { if (b.size() > a.size()) a = b; };
    for (const Row& r : rows_) {
      if (r.name.size() <= max_name) widen(width.name, r.name);
      widen(width.offset, r.offset), widen(width.size, r.size), widen(width.align, r.align);
    }
    for (const Row& r : rows_) {
      std::string text = fmt::format("{:<{}}  {:>{}}  {:>{}}  {:>{}}  {}", r.name, width.name.size(), r.offset, width.offset.size(), r.size, width.size.size(), r.align, width.align.size(), r.flat);
      text.erase(text.find_last_not_of(' ') + 1);
      line("{}", text);
    }
  }

  void type(const Shape& s) {
    row(1, fmt::format("{} {}", kind_of(s), type_of(graph_, s)), s, {}, flat_text(s));
    for (std::size_t i = 0; i < s.parts.size(); ++i) {
      const cabi::Part& p = s.parts[i];
      const std::string name = p.name.empty() ? fmt::to_string(i) : p.name;
      row(2, fmt::format("{}: {}", name, type_of(graph_, *p.shape)), *p.shape, p.offset, flat_text(*p.shape));
    }
    if (s.kind == ShapeKind::variant) variant(s);
    if (s.kind == ShapeKind::list) {
      const std::string size = fmt::to_string(s.align), flat = core::to_string(s.flat[0]);
      rows_.push_back({.name = "    pointer", .offset = "0", .size = size, .align = size, .flat = flat});
      rows_.push_back({.name = "    length", .offset = size, .size = size, .align = size, .flat = flat});
      row(2, "each element: " + type_of(graph_, *s.element), *s.element, {}, "in memory");
    }
    if (s.kind == ShapeKind::fixed_list) row(2, fmt::format("each of {}: {}", s.length, type_of(graph_, *s.element)), *s.element, {}, flat_text(*s.element));
    if (s.kind == ShapeKind::flags) bits(s);
  }
  void variant(const Shape& s) {
    const std::string size = fmt::to_string(s.discriminant_size);
    rows_.push_back({.name = fmt::format("    discriminant: {}", unsigned_type(s.discriminant_size)), .offset = "0", .size = size, .align = size, .flat = "i32"});
    for (std::size_t i = 0; i < s.cases.size(); ++i) {
      const cabi::CaseShape& c = s.cases[i];
      if (c.payload == nullptr) rows_.push_back({.name = fmt::format("    {} {}", i, escape(c.name)), .offset = "", .size = "", .align = "", .flat = ""});
      else row(2, fmt::format("{} {}: {}", i, c.name, type_of(graph_, *c.payload)), *c.payload, s.payload_offset, joined(s, *c.payload));
    }
  }
  /// The payload's flat types, each with the type of the variant's that carries it where that is another.
  static std::string joined(const Shape& variant, const Shape& payload) {
    if (variant.flat.size() >= cabi::max_flat) return flat_text(payload);
    std::string out;
    for (std::size_t i = 0; i < payload.flat.size(); ++i) {
      out += (out.empty() ? "" : " ") + core::to_string(payload.flat[i]);
      if (variant.flat[i + 1] != payload.flat[i]) out += " as " + core::to_string(variant.flat[i + 1]);
      if (i + 1 < payload.flat.size() && out.find(" as ") != std::string::npos) out += ',';
    }
    return out.empty() ? "none" : out;
  }
  void bits(const Shape& s) {
    const auto* id = std::get_if<types::TypeId>(&s.type);
    const auto* flags = id == nullptr ? nullptr : graph_.types.get<types::FlagsType>(*id);
    if (flags == nullptr) return;
    for (std::size_t i = 0; i < flags->names.size(); ++i) rows_.push_back({.name = fmt::format("    bit {}: {}", i, escape(flags->names[i])), .offset = "", .size = "", .align = "", .flat = ""});
  }

  static constexpr std::size_t max_name = 60;
  const wit::Graph& graph_;
  const bool is_wide_;
  std::string out_;
  std::vector<Row> rows_;
};

// --- JSON ---

class JsonWriter {
 public:
  JsonWriter(const wit::Graph& graph, bool is_wide) : graph_(graph), is_wide_(is_wide) {}

  json func(const FuncAbi& f) const {
    json out = {{"name", f.func.abi_name},
                {"interface", f.interface.empty() ? json(nullptr) : json(f.interface)},
                {"direction", f.is_import ? "import" : "export"},
                {"type", func_text(graph_, f.func)},
                {"core", {{"params", flat(f.core_type().params)}, {"results", flat(f.core_type().results)}}},
                {"names", {{"legacy", names(f, f.legacy)}, {"standard32", names(f, f.standard)}}},
                {"spilled", {{"params", f.shape.params_spill}, {"result", f.shape.results_spill}}},
                {"needs", {{"memory", f.shape.needs_memory}, {"realloc", f.needs_realloc}, {"post-return", !f.legacy.post_return.empty()}}}};
    if (is_wide_) out["names"].erase("standard32");
    out["params"] = parts(f.shape.params);
    out["result"] = f.shape.result == nullptr ? json(nullptr) : value(*f.shape.result);
    out["types"] = json::array();
    for_each_type(f, [&](const Shape& s) { out["types"].push_back(type(s)); });
    return out;
  }

 private:
  static json flat(const std::vector<core::ValType>& types) {
    json out = json::array();
    for (const core::ValType t : types) out.push_back(core::to_string(t));
    return out;
  }
  static json names(const FuncAbi& f, const component::CoreNames& n) {
    if (f.is_import) return {{"module", n.module}, {"name", n.name}};
    json out = {{"name", n.name}};
    if (!n.post_return.empty()) out["post-return"] = n.post_return;
    return out;
  }
  json value(const Shape& s) const {
    const bool is_written = s.flat.size() < cabi::max_flat;
    return {{"type", type_of(graph_, s)}, {"size", s.size}, {"align", s.align}, {"flat", is_written ? flat(s.flat) : json(nullptr)}};
  }
  json parts(const std::vector<cabi::Part>& list) const {
    json out = json::array();
    for (std::size_t i = 0; i < list.size(); ++i) {
      json part = value(*list[i].shape);
      part["name"] = list[i].name.empty() ? fmt::to_string(i) : list[i].name;
      part["offset"] = list[i].offset;
      part["flat-index"] = list[i].flat_index < cabi::max_flat ? json(list[i].flat_index) : json(nullptr);
      out.push_back(std::move(part));
    }
    return out;
  }
  json type(const Shape& s) const {
    json out = value(s);
    out["kind"] = kind_of(s);
    if (s.kind == ShapeKind::record) out["fields"] = parts(s.parts);
    if (s.element != nullptr) out["element"] = value(*s.element);
    if (s.kind == ShapeKind::fixed_list) out["length"] = s.length;
    if (s.kind == ShapeKind::flags) out["flags"] = s.flag_count;
    if (s.kind == ShapeKind::variant) {
      out["discriminant-size"] = s.discriminant_size;
      out["payload-offset"] = s.payload_offset;
      out["cases"] = json::array();
      for (const cabi::CaseShape& c : s.cases) out["cases"].push_back({{"name", c.name}, {"payload", c.payload == nullptr ? json(nullptr) : value(*c.payload)}});
    }
    return out;
  }

  const wit::Graph& graph_;
  const bool is_wide_;
};

struct Options {
  std::shared_ptr<WitInput> input;
  std::string function, world, output;
  bool is_json = false, is_wide = false;
};

int run(const Options& o) {
  auto loaded = o.input->load();
  if (!loaded) return report(loaded.error());
  const wit::Graph& graph = loaded->graph;
  std::optional<wit::WorldId> world;
  bool has_worlds = !o.world.empty();
  for (const wit::PackageId p : graph.roots) has_worlds |= !graph.packages[p].worlds.empty();
  if (has_worlds) {
    const auto selected = wit::select_world(graph, o.world);
    if (!selected) return report(selected.error());
    world = *selected;
  }
  const auto funcs = component::abi_of(graph, world, o.function, o.is_wide ? core::ValType::i64 : core::ValType::i32);
  if (!funcs) return report(funcs.error());
  if (o.is_json) {
    const JsonWriter writer(graph, o.is_wide);
    json out = json::array();
    for (const FuncAbi& f : *funcs) out.push_back(writer.func(f));
    return write_output(o.output, std::string_view(escape_json(out.dump(2, ' ', false, json::error_handler_t::replace)) + "\n"));
  }
  TextWriter writer(graph, o.is_wide);
  for (const FuncAbi& f : *funcs) writer.func(f);
  return write_output(o.output, std::string_view(writer.take()));
}

}  // namespace

Action setup_abi(CLI::App& app) {
  auto o = std::make_shared<Options>();
  o->input = add_wit_input(app, false);
  app.get_option("PATH")->allow_extra_args(false);
  app.add_option("FUNCTION", o->function, "`f`, `resource.f`, or with an interface in front `iface#f`; all functions when left out");
  app.add_option("--world,-w", o->world, "World, when there are several");
  app.add_flag("--memory64", o->is_wide, "Of a module whose memory has 64-bit addresses (feature `cm64`)");
  app.add_flag("--json", o->is_json, "As JSON");
  app.add_option("--output,-o", o->output, "Where to write (standard output when left out)")->type_name("FILE");
  return [o] { return run(*o); };
}

}  // namespace wcomp::cli
