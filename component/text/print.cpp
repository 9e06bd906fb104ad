#include "component/text/print.h"

#include "base/match.h"
#include "component/text/encoding_words.h"
#include "component/text/printer.h"
#include "core/print.h"

namespace wcomp::component::text {

namespace {

constexpr std::size_t max_indent = 24;
/// A longer identifier stands where it is defined, and nowhere else.
constexpr std::size_t max_repeated_id = 200;

std::string literal(std::string_view text) { return core::to_literal(as_bytes(text)); }

/// The fields of a `producers` section as text; nothing if they are not what `parse` would write.
std::optional<std::string> producers_text(ByteSpan contents) {
  constexpr std::array<std::string_view, 3> order{"language", "sdk", "processed-by"};
  const auto read = [&]() -> Result<std::string> {
    std::string out;
    ByteReader in(contents);
    std::size_t next = 0;
    WCOMP_TRY(const std::uint32_t fields, in.count(2));
    for (std::uint32_t f = 0; f < fields; ++f) {
      WCOMP_TRY(const std::string_view field, in.name());
      while (next < order.size() && order[next] != field) ++next;
      if (next++ == order.size()) return in.malformed("a field that is not expected here");
      WCOMP_TRY(const std::uint32_t values, in.count(2));
      if (values == 0) return in.malformed("a field without values");
      for (std::uint32_t v = 0; v < values; ++v) {
        WCOMP_TRY(const std::string_view value, in.name());
        WCOMP_TRY(const std::string_view version, in.name());
        out += fmt::format(" ({} {} {})", field, literal(value), literal(version));
      }
    }
    if (!in.at_end()) return in.malformed("more than the fields");
    return out;
  };
  Result<std::string> text = read();
  return text ? std::optional(*std::move(text)) : std::nullopt;
}

}  // namespace

void Printer::open_line() {
  if (!out_.empty()) out_ += '\n';
  out_.append(2 * std::min(depth_, max_indent), ' ');
}

std::string Printer::define(Sort sort) {
  const std::uint32_t index = scope().counts[sort]++;
  const auto ids = scope().ids.find(sort);
  const bool has_id = ids != scope().ids.end() && index < ids->second.size() && !ids->second[index].empty();
  return has_id ? fmt::format(" {} (;{};)", ids->second[index], index) : fmt::format(" (;{};)", index);
}

std::string Printer::ref(std::size_t scope, Sort sort, std::uint32_t index) const {
  const Scope& s = scopes_[scope];
  const auto count = s.counts.find(sort);
  const auto ids = s.ids.find(sort);
  // Something that is defined later has no identifier yet.
  const bool has_id = ids != s.ids.end() && count != s.counts.end() && index < count->second && index < ids->second.size();
  if (has_id && !ids->second[index].empty() && ids->second[index].size() <= max_repeated_id) return ids->second[index];
  return std::to_string(index);
}

void Printer::component(const Component& c, std::string_view head) {
  Scope inner;
  if (options_.use_names) {
    for (const Definition& d : c.definitions) {
      const auto* custom = std::get_if<CustomSection>(&d.item);
      if (custom == nullptr || custom->name != name_section) continue;
      for (const auto& [sort, names] : decode_names(custom->bytes).items) inner.ids[sort] = core::make_ids(names, c.definitions.size());
    }
  }
  line("(component{}", head);
  if (c.definitions.empty()) {
    out_ += ')';
    return;
  }
  scopes_.push_back(std::move(inner));
  ++depth_;
  for (const Definition& d : c.definitions) definition(d);
  scopes_.pop_back();
  close();
}

void Printer::definition(const Definition& d) {
  match(
      d.item, [&](const CoreModuleDef& m) { core_module(m); }, [&](const CoreInstance& i) { core_instance(i); },
      [&](const CoreDefType& t) { core_def_type(t); },
      [&](const std::shared_ptr<const Component>& c) {
        const std::string head = define(Sort::component);
        component(*c, head);
      },
      [&](const Instance& i) { instance(i); }, [&](const Alias& a) { alias(a); }, [&](const DefType& t) { def_type(t); },
      [&](const Canon& c) { canon(c); },
      [&](const Import& i) { line("(import {} {})", name(i.name, i.attributes), extern_desc(i.desc, true)); },
      [&](const Export& e) {
        const std::string what = item(e.item);
        const std::string type = e.desc ? " " + extern_desc(*e.desc, false) : std::string();
        line("(export{} {} {}{})", define(e.item.sort), name(e.name, e.attributes), what, type);
      },
      [&](const CustomSection& c) { custom(c); }, [&](const Start& s) { line("(start {})", s.func.value); }, [&](const ValueDef&) { line("(value)"); });
}

void Printer::core_module(const CoreModuleDef& m) {
  const std::string head = define(Sort::core_module);
  if (options_.is_skeleton) {
    line("(core module{} ...)", head);
    return;
  }
  const Result<core::Module> module = core::decode(std::make_shared<const Bytes>(m.bytes.begin(), m.bytes.end()), m.bytes);
  Result<std::string> text = module ? core::print(*module, {.is_folded = options_.is_folded, .use_names = options_.use_names}) : Result<std::string>(std::string());
  if (!module || !text) {
    line("(core module{} binary", head);
    ++depth_;
    constexpr std::size_t row = 64;
    for (std::size_t i = 0; i < m.bytes.size(); i += row) line("{}", core::to_literal(m.bytes.subspan(i, std::min(row, m.bytes.size() - i))));
    close();
    return;
  }
  // The first line is `(module $name`. That name is the module's own, the identifier here is from the component.
  std::string_view rest = *text;
  const std::string& own_name = module->names.module;
  const bool has_other_name = options_.use_names && !own_name.empty() && !head.starts_with(fmt::format(" {} ", core::to_identifier(own_name)));
  line("(core module{}{}", head, has_other_name ? fmt::format(" (@name {})", literal(own_name)) : std::string());
  rest.remove_prefix(std::min(rest.find('\n'), rest.size()));
  while (rest.size() > 1) {
    rest.remove_prefix(1);
    const std::string_view next = rest.substr(0, rest.find('\n'));
    open_line();
    out_ += next;
    rest.remove_prefix(next.size());
  }
}

void Printer::core_instance(const CoreInstance& i) {
  match(
      i,
      [&](const CoreInstantiate& in) {
        const std::string module = ref(Sort::core_module, in.module.value);
        std::vector<std::string> args;
        for (const auto& [arg, instance] : in.args) args.push_back(fmt::format("(with {} (instance {}))", literal(arg), ref(Sort::core_instance, instance.value)));
        line("(core instance{} (instantiate {}", define(Sort::core_instance), module);
        ++depth_;
        for (const std::string& arg : args) line("{}", arg);
        --depth_;
        if (args.empty()) {
          out_ += "))";
        } else {
          line("))");
        }
      },
      [&](const CoreInlineExports& in) {
        std::vector<std::string> exports;
        for (const auto& [export_name, s] : in.exports) {
          exports.push_back(fmt::format("(export {} ({} {}))", literal(export_name), to_string(s.sort).substr(5), ref(s.sort, s.index)));
        }
        line("(core instance{}", define(Sort::core_instance));
        ++depth_;
        for (const std::string& e : exports) line("{}", e);
        if (exports.empty()) {
          --depth_;
          out_ += ')';
        } else {
          close();
        }
      });
}

void Printer::instance(const Instance& i) {
  match(
      i,
      [&](const Instantiate& in) {
        const std::string component = ref(Sort::component, in.component.value);
        std::vector<std::string> args;
        for (const auto& [arg, s] : in.args) args.push_back(fmt::format("(with {} {})", literal(arg), item(s)));
        line("(instance{} (instantiate {}", define(Sort::instance), component);
        ++depth_;
        for (const std::string& arg : args) line("{}", arg);
        --depth_;
        if (args.empty()) {
          out_ += "))";
        } else {
          line("))");
        }
      },
      [&](const InlineExports& in) {
        std::vector<std::string> exports;
        for (std::size_t n = 0; n < in.exports.size(); ++n) {
          exports.push_back(fmt::format("(export {} {})", name(in.exports[n].first, in.attributes.empty() ? Attributes{} : in.attributes[n]), item(in.exports[n].second)));
        }
        line("(instance{}", define(Sort::instance));
        ++depth_;
        for (const std::string& e : exports) line("{}", e);
        if (exports.empty()) {
          --depth_;
          out_ += ')';
        } else {
          close();
        }
      });
}

void Printer::alias(const Alias& a) {
  match(
      a,
      [&](const AliasExport& e) {
        const std::string instance = ref(Sort::instance, e.instance.value);
        line("(alias export {} {} ({}{}))", instance, literal(e.name), to_string(e.sort), define(e.sort));
      },
      [&](const AliasCoreExport& e) {
        const std::string instance = ref(Sort::core_instance, e.instance.value);
        line("(alias core export {} {} ({}{}))", instance, literal(e.name), to_string(e.sort), define(e.sort));
      },
      [&](const AliasOuter& o) {
        const std::string target = o.count < scopes_.size() ? ref(scopes_.size() - 1 - o.count, o.sort, o.index) : std::to_string(o.index);
        line("(alias outer {} {} ({}{}))", o.count, target, to_string(o.sort), define(o.sort));
      });
}

std::string Printer::opts(const CanonOpts& o) const {
  std::vector<CanonOpt> order = o.order;
  for (const CanonOpt opt : canon_opt_order) {
    if (std::ranges::find(o.order, opt) == o.order.end()) order.push_back(opt);
  }
  std::string out;
  for (const CanonOpt opt : order) {
    switch (opt) {
      case CanonOpt::memory:
        if (o.memory) out += fmt::format(" (memory {})", ref(Sort::core_memory, o.memory->value));
        break;
      case CanonOpt::realloc:
        if (o.realloc) out += fmt::format(" (realloc {})", ref(Sort::core_func, o.realloc->value));
        break;
      case CanonOpt::post_return:
        if (o.post_return) out += fmt::format(" (post-return {})", ref(Sort::core_func, o.post_return->value));
        break;
      case CanonOpt::async:
        if (o.is_async) out += " async";
        break;
      case CanonOpt::callback:
        if (o.callback) out += fmt::format(" (callback {})", ref(Sort::core_func, o.callback->value));
        break;
      case CanonOpt::string_encoding:
        if (o.encoding == StringEncoding::utf8 && !o.is_encoding_explicit) break;
        for (const auto& [word, encoding] : encoding_words) {
          if (encoding == o.encoding) out += fmt::format(" {}", word);
        }
        break;
    }
  }
  return out;
}

void Printer::canon(const Canon& c) {
  const auto core_func = [&](const std::string& text) { line("(core func{} (canon {}))", define(Sort::core_func), text); };
  match(
      c,
      [&](const CanonLift& l) {
        const std::string text = fmt::format("(type {}) (canon lift (core func {}){})", ref(Sort::type, l.type.value), ref(Sort::core_func, l.core_func.value), opts(l.opts));
        line("(func{} {})", define(Sort::func), text);
      },
      [&](const CanonLower& l) { core_func(fmt::format("lower (func {}){}", ref(Sort::func, l.func.value), opts(l.opts))); },
      [&](const CanonResourceNew& r) { core_func(fmt::format("resource.new {}", ref(Sort::type, r.resource.value))); },
      [&](const CanonResourceDrop& r) { core_func(fmt::format("resource.drop {}", ref(Sort::type, r.resource.value))); },
      [&](const CanonResourceRep& r) { core_func(fmt::format("resource.rep {}", ref(Sort::type, r.resource.value))); },
      [&](const CanonBuiltIn& b) { core_func(std::string(row_of(b.built_in).text)); });
}

void Printer::custom(const CustomSection& c) {
  if (c.name == name_section && options_.use_names) return;
  if (c.name == "producers") {
    if (const std::optional<std::string> fields = producers_text(c.bytes)) {
      line("(@producers{})", *fields);
      return;
    }
  }
  line("(@custom {} {})", literal(c.name), core::to_literal(c.bytes));
}

std::string Printer::name(const std::string& name, const Attributes& attributes) {
  std::string out = literal(name);
  if (attributes.implements) out += fmt::format(" (implements {})", literal(*attributes.implements));
  if (attributes.external_id) out += fmt::format(" (external-id {})", literal(*attributes.external_id));
  return out;
}

std::string Printer::extern_desc(const ExternDesc& d, bool is_definition) {
  std::string type;
  if (d.sort == Sort::type) {
    type = d.bound.eq ? fmt::format("(eq {})", ref(Sort::type, d.bound.eq->value)) : "(sub resource)";
  } else {
    type = fmt::format("(type {})", ref(d.sort == Sort::core_module ? Sort::core_type : Sort::type, d.type_index));
  }
  return fmt::format("({}{} {})", to_string(d.sort), is_definition ? define(d.sort) : std::string(), type);
}

std::string print(const Component& component, const PrintOptions& options) {
  Printer printer(options);
  const std::string head = options.use_names && !component.name.empty() ? " " + core::to_identifier(component.name) : std::string();
  printer.component(component, head);
  return printer.take() + "\n";
}

}  // namespace wcomp::component::text
