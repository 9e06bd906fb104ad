#include "component/text/print.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "base/match.h"
#include "component/text/attribute_words.h"
#include "component/text/encoding_words.h"
#include "component/text/printer.h"
#include "core/print.h"

namespace wcomp::component::text {

namespace {

constexpr std::size_t max_indent = 24;

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
  core::flush_text(sink_, out_);
  if (!std::exchange(is_first_line_, false)) out_ += '\n';
  out_.append(2 * std::min(depth_, max_indent), ' ');
}

void Printer::add_lines(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    out_ += text.substr(0, end);
    if (end == text.npos) return;
    open_line();
    text.remove_prefix(end + 1);
  }
}

std::string Printer::define(Sort sort) {
  const std::uint32_t index = scope().counts[sort]++;
  const auto ids = scope().ids.find(sort);
  const std::string introduced = ids == scope().ids.end() ? std::string() : core::introduction(ids->second, index);
  return introduced.empty() ? fmt::format(" (;{};)", index) : fmt::format(" {} (;{};)", introduced, index);
}

/// What the name section calls the item that is about to be defined.
std::string Printer::next_name(Sort sort) const {
  const Scope& s = scopes_.back();
  const auto count = s.counts.find(sort);
  const auto names = s.names.find(sort);
  const std::string* name = names == s.names.end() ? nullptr : core::find_name(names->second, count == s.counts.end() ? 0 : count->second);
  return name == nullptr ? std::string() : *name;
}

std::string Printer::ref(std::size_t scope, Sort sort, std::uint32_t index) const {
  const Scope& s = scopes_[scope];
  const auto count = s.counts.find(sort);
  const auto ids = s.ids.find(sort);
  // Something that is defined later has no identifier yet.
  const bool is_defined = count != s.counts.end() && index < count->second;
  return is_defined && ids != s.ids.end() ? core::reference(ids->second, index) : std::to_string(index);
}

namespace {

/// What a definition adds an item to.
std::optional<Sort> sort_of(const Definition& d) {
  using Out = std::optional<Sort>;
  return match(
      d.item, [](const CoreModuleDef&) { return Out(Sort::core_module); }, [](const CoreInstance&) { return Out(Sort::core_instance); },
      [](const CoreDefType&) { return Out(Sort::core_type); }, [](const std::shared_ptr<const Component>&) { return Out(Sort::component); },
      [](const Instance&) { return Out(Sort::instance); }, [](const Alias& a) { return Out(std::visit([](const auto& alias) { return alias.sort; }, a)); },
      [](const DefType&) { return Out(Sort::type); },
      [](const Canon& c) { return Out(std::holds_alternative<CanonLift>(c) ? Sort::func : Sort::core_func); }, [](const Import& i) { return Out(i.desc.sort); },
      [](const Export& e) { return Out(e.item.sort); }, [](const CustomSection&) { return Out(); }, [](const Start&) { return Out(); },
      [](const ValueDef&) { return Out(Sort::value); });
}

/// How many items of each sort a component defines.
std::map<Sort, std::uint64_t> count_items(const Component& c) {
  std::map<Sort, std::uint64_t> out;
  for (const Definition& d : c.definitions) {
    const std::optional<Sort> sort = sort_of(d);
    if (sort) out[*sort] += 1;
    if (const auto* start = std::get_if<Start>(&d.item)) out[Sort::value] += start->result_count;
  }
  return out;
}

}  // namespace

Printer::Scope Printer::scope_of(const Component& c) const {
  Scope out;
  out.own_name = c.name;
  if (!options_.use_names) return out;
  const CustomSection* section = nullptr;
  std::size_t sections = 0;
  for (const Definition& d : c.definitions) {
    const auto* custom = std::get_if<CustomSection>(&d.item);
    if (custom == nullptr || custom->name != name_section) continue;
    section = custom;
    ++sections;
  }
  if (section == nullptr) return out;
  Names names = decode_names(section->bytes);
  const std::map<Sort, std::uint64_t> counts = count_items(c);
  for (auto& [sort, items] : names.items) {
    const auto count = counts.find(sort);
    out.ids[sort] = core::make_ids(items, count == counts.end() ? 0 : count->second);
    out.names[sort] = items;
  }
  // What `parse` makes of the identifiers.
  out.own_name = names.component;
  for (auto& [sort, items] : names.items) {
    const auto count = counts.find(sort);
    std::erase_if(items, [&](const auto& n) { return count == counts.end() || n.first >= count->second; });
  }
  const Bytes implied = encode_names(names);
  out.is_section_implied = sections == 1 && implied.size() == section->bytes.size() && std::ranges::equal(implied, section->bytes);
  return out;
}

void Printer::component(const Component& c, std::string_view head, std::string_view name) {
  Scope inner = scope_of(c);
  const bool has_other_name = options_.use_names && inner.own_name != name;
  line("(component{}{}", head, has_other_name ? fmt::format(" (@wcomp.own-name {})", literal(inner.own_name)) : std::string());
  if (c.definitions.empty()) {
    out_ += ')';
    return;
  }
  scopes_.push_back(std::move(inner));
  ++depth_;
  for (const Definition& d : c.definitions) {
    const auto* custom = std::get_if<CustomSection>(&d.item);
    if (custom != nullptr && custom->name == name_section && scope().is_section_implied) {
      if (&d != &c.definitions.back()) line("(@wcomp.name-section)");
      continue;
    }
    if (d.begins_section) line("(@wcomp.section)");
    definition(d);
  }
  scopes_.pop_back();
  close();
}

void Printer::definition(const Definition& d) {
  match(
      d.item, [&](const CoreModuleDef& m) { core_module(m); }, [&](const CoreInstance& i) { core_instance(i); },
      [&](const CoreDefType& t) { core_def_type(t); },
      [&](const std::shared_ptr<const Component>& c) {
        const std::string name = next_name(Sort::component);
        const std::string head = define(Sort::component);
        component(*c, head, name);
      },
      [&](const Instance& i) { instance(i); }, [&](const Alias& a) { alias(a); }, [&](const DefType& t) { def_type(t); },
      [&](const Canon& c) { canon(c); },
      [&](const Import& i) { line("(import {} {})", name(i.name, i.attributes), extern_desc(i.desc, true)); },
      [&](const Export& e) {
        const std::string what = item(e.item);
        const std::string type = e.desc ? " " + extern_desc(*e.desc, false) : std::string();
        line("(export{} {} {}{})", define(e.item.sort), name(e.name, e.attributes), what, type);
      },
      [&](const CustomSection& c) { custom(c); }, [&](const Start& s) { start(s); },
      [&](const ValueDef& v) {
        const std::string type = value_type(v.type);
        line("(value{} {} (binary {}))", define(Sort::value), type, core::to_literal(v.bytes));
      });
}

void Printer::start(const Start& s) {
  std::string text = ref(Sort::func, s.func.value);
  for (const ValueIdx arg : s.args) text += fmt::format(" (value {})", ref(Sort::value, arg.value));
  for (std::uint32_t i = 0; i < s.result_count; ++i) text += fmt::format(" (result (value{}))", define(Sort::value));
  line("(start {})", text);
}

void Printer::core_module(const CoreModuleDef& m) {
  const std::string implied_name = next_name(Sort::core_module);
  const std::string head = define(Sort::core_module);
  if (options_.is_skeleton) {
    line("(core module{} ...)", head);
    return;
  }
  auto storage = m.storage != nullptr ? m.storage : std::make_shared<const Bytes>(m.bytes.begin(), m.bytes.end());
  const Result<core::Module> module = core::decode(std::move(storage), m.bytes);
  bool is_printed = false;
  if (module) {
    // The first line is `(module $name`. That name is the module's own, the identifier here is from the component.
    const std::string& own_name = module->names.module;
    const bool has_other_name = options_.use_names && own_name != implied_name;
    bool is_in_first_line = true;
    const core::TextSink add = [&](std::string_view text) {
      if (is_in_first_line) {
        line("(core module{}{}", head, has_other_name ? fmt::format(" (@wcomp.own-name {})", literal(own_name)) : std::string());
        text.remove_prefix(std::min(text.find('\n'), text.size()));
        is_in_first_line = false;
      }
      if (text.ends_with('\n')) text.remove_suffix(1);  // only the whole text's end does
      add_lines(text);
    };
    is_printed = core::print(*module, {.is_folded = options_.is_folded, .use_names = options_.use_names, .has_operands = options_.has_operands}, add).has_value();
  }
  if (!is_printed) {
    line("(core module{} binary", head);
    ++depth_;
    constexpr std::size_t row = 64;
    for (std::size_t i = 0; i < m.bytes.size(); i += row) line("{}", core::to_literal(m.bytes.subspan(i, std::min(row, m.bytes.size() - i))));
    close();
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
      [&](const CanonBuiltIn& b) { core_func(built_in(b)); });
}

std::string Printer::built_in(const CanonBuiltIn& b) const {
  const BuiltInRow& row = row_of(b.built_in);
  std::string out(row.text);
  for (const char letter : row.immediates) {
    switch (letter) {
      case 'a': out += b.is_async ? " async" : ""; break;
      case 'c': out += b.is_cancellable ? " cancellable" : ""; break;
      case 's': out += b.is_shared ? " shared" : ""; break;
      case 't': out += fmt::format(" {}", ref(Sort::type, b.type.value)); break;
      case 'f': out += fmt::format(" {}", ref(Sort::core_type, b.core_type.value)); break;
      case 'b': out += fmt::format(" (core table {})", ref(Sort::core_table, b.table.value)); break;
      case 'v': out += fmt::format(" {}", core::to_string(b.context_type)); break;
      case 'i': out += fmt::format(" {}", b.context_index); break;
      case 'r': out += b.result ? fmt::format(" (result {})", val_type(*b.result)) : std::string(); break;
      case 'm': out += fmt::format(" (memory {})", ref(Sort::core_memory, b.opts.memory.value_or(MemIdx()).value)); break;
      case 'o': out += opts(b.opts); break;
      default: WCOMP_CHECK(false); break;
    }
  }
  return out;
}

void Printer::custom(const CustomSection& c) {
  if (c.name == "producers") {
    if (const std::optional<std::string> fields = producers_text(c.bytes)) {
      line("(@producers{})", *fields);
      return;
    }
  }
  line("(@custom {} {})", literal(c.name), core::to_literal(c.bytes));
}

std::string Printer::name(const std::string& name, const Attributes& attributes) {
  const std::string_view form = attributes.has_redundant_form ? redundant_form : attributes.has_list_form ? list_form : std::string_view();
  std::string out = form.empty() || !attributes.empty() ? std::string() : fmt::format("(@wcomp.name-form {}) ", literal(form));
  out += literal(name);
  std::array<bool, std::size(attribute_words)> is_written{};
  const auto put = [&](std::size_t i) {
    const auto& [word, member] = attribute_words[i];
    if (!std::exchange(is_written[i], true) && attributes.*member) out += fmt::format(" ({} {})", word, literal(*(attributes.*member)));
  };
  for (unsigned order = attributes.order; (order & 3) != 0; order >>= 2) put((order & 3) - 1);
  for (std::size_t i = 0; i < std::size(attribute_words); ++i) put(i);
  return out;
}

std::string Printer::extern_desc(const ExternDesc& d, bool is_definition) {
  std::string type;
  if (d.sort == Sort::value) {
    type = match(
        d.value_bound, [&](const ValTypeRef& t) { return value_type(t); }, [&](ValueIdx v) { return fmt::format("(eq {})", ref(Sort::value, v.value)); });
  } else if (d.sort == Sort::type) {
    type = d.bound.eq ? fmt::format("(eq {})", ref(Sort::type, d.bound.eq->value)) : "(sub resource)";
  } else {
    type = fmt::format("(type {})", ref(d.sort == Sort::core_module ? Sort::core_type : Sort::type, d.type_index));
  }
  return fmt::format("({}{} {})", to_string(d.sort), is_definition ? define(d.sort) : std::string(), type);
}

namespace {

std::string run(Printer printer, const Component& component, const PrintOptions& options) {
  const std::string head = options.use_names && !component.name.empty() ? " " + core::to_identifier(component.name) : std::string();
  printer.component(component, head, component.name);
  return printer.take() + "\n";
}

}  // namespace

std::string print(const Component& component, const PrintOptions& options) { return run(Printer(options), component, options); }

void print(const Component& component, const PrintOptions& options, const core::TextSink& sink) { sink(run(Printer(options, &sink), component, options)); }

}  // namespace wcomp::component::text
