#include "wast/run.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "component/text/parse.h"
#include "core/text/parse.h"
#include "wast/component_store.h"
#include "wast/component_value.h"
#include "wast/core_store.h"
#include "wast/header.h"

namespace wcomp::wast {

using core::text::Cursor;
using core::text::TokenKind;
using core::text::TokenList;

namespace {

constexpr std::size_t max_directive_text = 160;

/// What a script wrote on one line, cut.
std::string on_one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (is_space && (out.empty() || out.back() == ' ')) continue;
    out += is_space ? ' ' : c;
    if (out.size() >= max_directive_text) return out + "..";
  }
  return out;
}

/// Scripts ask for more than 4 GiB to see whether they get it; what is not written to costs nothing.
engine::StoreLimits generous_limits() {
  engine::StoreLimits limits;
  limits.max_memory_bytes = std::uint64_t{64} << 30;
  return limits;
}

class Runner {
 public:
  Runner(const TokenList& list, const Options& options, const Header& header)
      : list_(list), options_(options), header_(header), features_(options.features.value_or(header.features)), is_static_(options.is_static || header.is_static),
        has_lenient_indices_(options.has_lenient_indices || header.has_lenient_indices), has_loose_kinds_(header.is_static), core_(generous_limits(), {.is_deterministic = options.is_deterministic || header.is_deterministic, .backend = options.backend}),
        components_(features_, options.is_deterministic || header.is_deterministic, options.backend) {}

  Report run();

 private:
  using Method = Held (Runner::*)(Cursor&);
  struct Directive {
    std::string_view keyword;
    Method run;
    bool is_static;  ///< says something of a module alone
  };
  static const Directive directives[];

  void directive(Cursor in);
  void file_as_module();
  void note(std::size_t position, std::string text, Held held);

  // The directives; the cursor stands behind the keyword, but for modules.
  Held module(Cursor& in);
  Held instance(Cursor& in);
  Held component(Cursor& in);
  Held register_(Cursor& in);
  Held action(Cursor& in);
  Held assert_return(Cursor& in);
  Held assert_trap(Cursor& in);
  Held assert_exhaustion(Cursor& in);
  Held assert_exception(Cursor& in);
  Held assert_malformed(Cursor& in) { return assert_refused(in, RefusalKind::malformed); }
  Held assert_invalid(Cursor& in) { return assert_refused(in, RefusalKind::invalid); }
  Held assert_unlinkable(Cursor& in);
  Held thread(Cursor& in);
  Held wait(Cursor& in);

  Held assert_refused(Cursor& in, RefusalKind kind);
  Held expect_refusal(RefusalKind kind, const Refusal& found, const std::string& text) const;
  /// A directive that runs something where nothing is run: a module in it has to be accepted.
  Held skip(Cursor& in);
  struct Loaded {
    std::optional<std::string> id;
    bool is_definition = false;
    Result<core::ValidModule, Refusal> module;
  };
  /// A module at the cursor. An error: the directive itself is not well-formed.
  Result<Loaded, Miss> load(Cursor& in);
  Result<core::ValidModule, Refusal> accept(Result<Bytes> bytes);
  Held instantiate(const core::ValidModule& module, const std::optional<std::string>& id);
  Result<Acted, Miss> act(Cursor& in);

  // Components.
  struct LoadedComponent {
    std::optional<std::string> id;
    bool is_definition = false;
    Result<std::optional<Component>, Refusal> component;  ///< none where nothing is run
  };
  LoadedComponent load_component(Cursor& in);
  Held instantiate(const Component& component, const std::optional<std::string>& id);
  /// Whether the action at the cursor is one of a component.
  bool acts_on_component(const Cursor& in) const;
  Result<ComponentStore::Called, Miss> act_on_component(Cursor& in);
  Held component_returns(Cursor& in);
  Held component_traps(Cursor& in);
  Result<std::string, Miss> text_and_close(Cursor& in);

  const TokenList& list_;
  const Options& options_;
  const Header& header_;
  const component::Features features_;
  const bool is_static_;
  const bool has_lenient_indices_, has_loose_kinds_;
  CoreStore core_;
  ComponentStore components_;
  bool is_component_current_ = false;  ///< whether the last thing that was instantiated is a component
  std::set<std::string> threads_;
  bool is_thread_ = false;
  Report report_;
};

const Runner::Directive Runner::directives[] = {
    {"module", &Runner::module, true},
    {"component", &Runner::component, true},
    {"register", &Runner::register_, false},
    {"invoke", &Runner::action, false},
    {"get", &Runner::action, false},
    {"assert_return", &Runner::assert_return, false},
    {"assert_trap", &Runner::assert_trap, false},
    {"assert_exhaustion", &Runner::assert_exhaustion, false},
    {"assert_exception", &Runner::assert_exception, false},
    {"assert_malformed", &Runner::assert_malformed, true},
    {"assert_malformed_custom", &Runner::assert_malformed, true},
    {"assert_invalid", &Runner::assert_invalid, true},
    {"assert_invalid_custom", &Runner::assert_invalid, true},
    {"assert_unlinkable", &Runner::assert_unlinkable, false},
    {"thread", &Runner::thread, false},
    {"wait", &Runner::wait, false},
};

Err<Miss> not_well_formed(const Failure& failure) { return Err(Miss{"a directive", one_line(failure)}); }

/// `WCOMP_TRY` for what reads the script.
template <class T>
Result<T, Miss> or_miss(Result<T> read) {
  if (!read) return not_well_formed(read.error());
  if constexpr (std::is_void_v<T>) return {};
  else return *std::move(read);
}

Report Runner::run() {
  Cursor in(list_);
  const bool is_script = in.at(TokenKind::end) || std::ranges::any_of(directives, [&](const Directive& d) { return in.at_open(d.keyword); }) ||
                         (in.at(TokenKind::open) && list_.text(list_.tokens[1]).starts_with("assert_"));
  if (!is_script) {
    file_as_module();
    return std::move(report_);
  }
  while (!in.at(TokenKind::end)) {
    if (!in.at(TokenKind::open)) {
      note(in.position(), std::string(in.text()), not_well_formed(in.unexpected("a directive").error));
      break;
    }
    directive(in);
    in.move_to(in.peek().match + 1);
  }
  return std::move(report_);
}

void Runner::note(std::size_t position, std::string text, Held held) {
  ++(held ? report_.passed : report_.failed);
  if (held && !options_.wants_all) return;
  Outcome o{.where = list_.where(list_.tokens[position]), .directive = std::move(text), .has_held = held.has_value()};
  if (!held) {
    o.expected = std::move(held.error().expected);
    o.found = std::move(held.error().found);
  }
  report_.outcomes.push_back(std::move(o));
}

void Runner::directive(Cursor in) {
  const Cursor start = in;
  const core::text::Token& open = in.peek();
  const auto* found = std::ranges::find_if(directives, [&](const Directive& d) { return in.at_open(d.keyword); });
  Held held;
  if (found == std::end(directives)) {
    in.advance();
    held = not_well_formed(in.unexpected("a directive").error);
  } else {
    if (found->run != &Runner::module && found->run != &Runner::component && found->run != &Runner::action) in.take_open(found->keyword);
    const bool is_skipped = is_static_ && !found->is_static;
    held = is_skipped ? skip(in) : (this->*found->run)(in);
    if (is_skipped) in.move_to(open.match + 1);
    if (held && in.position() != open.match + 1) held = not_well_formed(in.unexpected("the end of the directive").error);
  }
  const std::string_view all = list_.sources.text(list_.source);
  const bool has_text = !held || options_.wants_all;
  note(start.position(), has_text ? on_one_line(all.substr(open.begin, list_.tokens[open.match].end - open.begin)) : std::string(), std::move(held));
}

void Runner::file_as_module() {
  Cursor in(list_);
  auto module = accept(core::text::parse_file(list_, in));
  Held held = module ? instantiate(*module, {}) : Held(Err(Miss{"a module that is accepted", to_string(module.error())}));
  note(0, "the file, as one module", std::move(held));
}

Result<core::ValidModule, Refusal> Runner::accept(Result<Bytes> bytes) {
  if (!bytes) return Err(refused_by_text(std::move(bytes).error()));
  auto module = core::decode(*std::move(bytes));
  if (!module) return Err(refused_by_decoder(std::move(module).error()));
  auto valid = core::validate(*std::move(module), features_.core, 1);  // scripts run side by side already
  if (!valid) return Err(refused_by_validator(std::move(valid).error()));
  return *std::move(valid);
}

Result<Runner::Loaded, Miss> Runner::load(Cursor& in) {
  if (!in.at_open("module")) return not_well_formed(in.unexpected("`(module`").error);
  const std::size_t end = in.peek().match + 1;
  Cursor body = in;
  body.take_open("module");
  const bool is_definition = body.take_atom("definition");
  Cursor head = body;
  std::optional<std::string> id = head.take_id();
  Loaded out{.id = std::move(id), .is_definition = is_definition, .module = accept(core::text::parse_module_body(list_, body))};
  in.move_to(end);
  return out;
}

Held Runner::instantiate(const core::ValidModule& module, const std::optional<std::string>& id) {
  if (is_static_) return {};
  is_component_current_ = false;
  core_.forget(id);
  auto made = core_.instantiate(module, id);
  if (!made) return Err(Miss{"a module that can be linked", to_string(made.error())});
  if (!*made) return Err(Miss{"a module that is instantiated", one_line(made->error())});
  return {};
}

Held Runner::module(Cursor& in) {
  Cursor look = in;
  look.take_open("module");
  if (look.take_atom("instance")) {
    in = look;
    return instance(in);
  }
  WCOMP_TRY(Loaded loaded, load(in));
  if (!loaded.module) {
    if (!loaded.is_definition) core_.forget(loaded.id);
    return Err(Miss{"a module that is accepted", to_string(loaded.module.error())});
  }
  // What is in a script by its name may be instantiated again.
  core_.define(loaded.id, *loaded.module);
  return loaded.is_definition ? Held() : instantiate(*loaded.module, loaded.id);
}

Held Runner::skip(Cursor& in) {
  if (in.at_open("component")) {
    const LoadedComponent loaded = load_component(in);
    return loaded.component ? Held() : Held(Err(Miss{"a component that is accepted", to_string(loaded.component.error())}));
  }
  if (!in.at_open("module")) return {};
  WCOMP_TRY(const Loaded loaded, load(in));
  if (!loaded.module) return Err(Miss{"a module that is accepted", to_string(loaded.module.error())});
  return {};
}

/// `(module instance $instance? $definition?)`
Held Runner::instance(Cursor& in) {
  const auto id = in.take_id();
  const auto definition = in.take_id();
  const core::ValidModule* module = core_.definition(definition);
  if (module == nullptr) return Err(Miss{fmt::format("a module `${}`", definition.value_or("")), "none"});
  WCOMP_TRY(or_miss(in.expect_close()));
  return instantiate(*module, id);
}

Held Runner::register_(Cursor& in) {
  WCOMP_TRY(std::string name, or_miss(in.string()));
  const auto id = in.take_id();
  WCOMP_TRY(or_miss(in.expect_close()));
  const bool is_of_component = id ? components_.has_instance(id) : is_component_current_;
  return is_of_component ? components_.register_as(std::move(name), id) : core_.register_as(std::move(name), id);
}

/// `(invoke $m? "name" ..)`, `(get $m? "name")`
Result<Acted, Miss> Runner::act(Cursor& in) {
  const bool is_get = in.at_open("get");
  if (!in.take_open("get") && !in.take_open("invoke")) return not_well_formed(in.unexpected("`(invoke` or `(get`").error);
  const auto id = in.take_id();
  WCOMP_TRY(const std::string name, or_miss(in.string()));
  std::vector<Value> args;
  while (!is_get && !in.at(TokenKind::close)) {
    WCOMP_TRY(const Value v, or_miss(parse_value(in)));
    args.push_back(v);
  }
  WCOMP_TRY(or_miss(in.expect_close()));
  return is_get ? core_.get(id, name) : core_.invoke(id, name, args);
}

Held Runner::action(Cursor& in) {
  if (acts_on_component(in)) {
    WCOMP_TRY(const ComponentStore::Called called, act_on_component(in));
    if (!called.result) return Err(Miss{"no trap", one_line(called.result.error())});
    return {};
  }
  WCOMP_TRY(const Acted acted, act(in));
  if (!acted) return Err(Miss{"no trap", one_line(acted.error())});
  return {};
}

Held Runner::assert_return(Cursor& in) {
  if (acts_on_component(in)) return component_returns(in);
  WCOMP_TRY(const Acted acted, act(in));
  std::vector<Pattern> patterns;
  while (!in.at(TokenKind::close)) {
    WCOMP_TRY(Pattern p, or_miss(parse_pattern(list_, in)));
    patterns.push_back(std::move(p));
  }
  WCOMP_TRY(or_miss(in.expect_close()));
  bool fits = acted.has_value() && acted->size() == patterns.size();
  for (std::size_t i = 0; fits && i < patterns.size(); ++i) fits = matches(patterns[i], (*acted)[i]);
  if (fits) return {};
  Miss miss;
  for (const Pattern& p : patterns) miss.expected += (miss.expected.empty() ? "" : " ") + on_one_line(p.text);
  if (patterns.empty()) miss.expected = "no result";
  if (!acted) {
    miss.found = one_line(acted.error());
  } else {
    for (std::size_t i = 0; i < acted->size(); ++i) miss.found += (i == 0 ? "" : " ") + to_string((*acted)[i], i < patterns.size() ? &patterns[i] : nullptr);
    if (acted->empty()) miss.found = "no result";
  }
  return Err(std::move(miss));
}

Result<std::string, Miss> Runner::text_and_close(Cursor& in) {
  WCOMP_TRY(std::string text, or_miss(in.string()));
  WCOMP_TRY(or_miss(in.expect_close()));
  return text;
}

Held Runner::assert_trap(Cursor& in) {
  if (in.at_open("component") || acts_on_component(in)) return component_traps(in);
  if (!in.at_open("module")) {
    WCOMP_TRY(const Acted acted, act(in));
    WCOMP_TRY(const std::string text, text_and_close(in));
    if (acted) return Err(Miss{"trap: " + text, "no trap"});
    return expect_trap(text, acted.error());
  }
  WCOMP_TRY(const Loaded loaded, load(in));
  WCOMP_TRY(const std::string text, text_and_close(in));
  if (!loaded.module) return Err(Miss{"a module that is accepted", to_string(loaded.module.error())});
  const auto made = core_.instantiate(*loaded.module, loaded.id);
  if (!made) return Err(Miss{"a module that can be linked", to_string(made.error())});
  if (*made) return Err(Miss{"trap: " + text, "no trap"});
  return expect_trap(text, made->error());
}

Held Runner::assert_exhaustion(Cursor& in) {
  WCOMP_TRY(const Acted acted, act(in));
  WCOMP_TRY(const std::string text, text_and_close(in));
  if (!acted && acted.error().code() == TrapCode::call_stack_exhausted) return {};
  return Err(Miss{"trap: " + text, acted ? std::string("no trap") : one_line(acted.error())});
}

Held Runner::assert_exception(Cursor& in) {
  WCOMP_TRY(const Acted acted, act(in));
  WCOMP_TRY(or_miss(in.expect_close()));
  if (!acted && is_exception(acted.error())) return {};
  return Err(Miss{"an exception", acted ? std::string("none") : one_line(acted.error())});
}

/// `(thread $t directive..)`: its directives run on modules of their own, at once: nothing is shared that could tell when.
Held Runner::thread(Cursor& in) {
  if (is_thread_) return not_well_formed(in.fail_here("a thread does not start others").error);
  threads_.insert(in.take_id().value_or(std::string()));
  if (in.at_open("shared")) return not_well_formed(in.fail_here("modules shared between threads are not supported").error);
  Runner inner(list_, options_, header_);
  inner.is_thread_ = true;
  for (; in.at(TokenKind::open); in.move_to(in.peek().match + 1)) inner.directive(in);
  report_.passed += inner.report_.passed;
  report_.failed += inner.report_.failed;
  std::ranges::move(inner.report_.outcomes, std::back_inserter(report_.outcomes));
  return or_miss(in.expect_close());
}

Held Runner::wait(Cursor& in) {
  const auto id = in.take_id();
  if (!threads_.contains(id.value_or(std::string()))) return Err(Miss{fmt::format("a thread `${}`", id.value_or("")), "none"});
  return or_miss(in.expect_close());
}

Held Runner::assert_refused(Cursor& in, RefusalKind kind) {
  if (in.at_open("component")) {
    const LoadedComponent loaded = load_component(in);
    WCOMP_TRY(const std::string text, text_and_close(in));
    if (loaded.component) return Err(Miss{fmt::format("{} component: {}", to_string(kind), text), "it is accepted"});
    return {};  // what is malformed for one reader of components is invalid for another: the scripts do not tell them apart
  }
  WCOMP_TRY(const Loaded loaded, load(in));
  WCOMP_TRY(const std::string text, text_and_close(in));
  if (loaded.module) return Err(Miss{fmt::format("{} module: {}", to_string(kind), text), "it is accepted"});
  return expect_refusal(kind, loaded.module.error(), text);
}

/// The scripts of wasm-tools do not tell malformed from invalid, since its own runner does not.
Held Runner::expect_refusal(RefusalKind kind, const Refusal& found, const std::string& text) const { return has_loose_kinds_ ? Held() : expect(kind, found, text); }

Held Runner::assert_unlinkable(Cursor& in) {
  if (in.at_open("component")) {
    const LoadedComponent loaded = load_component(in);
    WCOMP_TRY(const std::string text, text_and_close(in));
    if (!loaded.component) return expect(RefusalKind::unlinkable, loaded.component.error(), text);
    const auto made = components_.instantiate(**loaded.component, loaded.id);
    if (!made) return expect(RefusalKind::unlinkable, made.error(), text);
    return Err(Miss{"unlinkable component: " + text, *made ? std::string("it is instantiated") : one_line(made->error())});
  }
  WCOMP_TRY(const Loaded loaded, load(in));
  WCOMP_TRY(const std::string text, text_and_close(in));
  if (!loaded.module) return expect(RefusalKind::unlinkable, loaded.module.error(), text);
  const auto made = core_.instantiate(*loaded.module, loaded.id);
  if (!made) return expect(RefusalKind::unlinkable, made.error(), text);
  if (!*made && text == to_string(made->error().code())) return {};  // segments that do not fit were once seen while linking
  return Err(Miss{"unlinkable module: " + text, *made ? std::string("it is instantiated") : one_line(made->error())});
}

Runner::LoadedComponent Runner::load_component(Cursor& in) {
  const std::size_t end = in.peek().match + 1;
  Cursor body = in;
  body.take_open("component");
  const bool is_definition = body.take_atom("definition");
  Cursor head = body;
  std::optional<std::string> id = head.take_id();
  auto bytes = component::text::parse_component_body(list_, body, {.has_lenient_indices = has_lenient_indices_});
  in.move_to(end);
  if (!bytes) return {std::move(id), is_definition, Err(refused_by_text(std::move(bytes).error()))};
  if (is_static_) {
    auto checked = components_.check(*bytes);
    if (!checked) return {std::move(id), is_definition, Err(std::move(checked).error())};
    return {std::move(id), is_definition, std::optional<Component>()};
  }
  auto accepted = components_.accept(*std::move(bytes));
  if (!accepted) return {std::move(id), is_definition, Err(std::move(accepted).error())};
  return {std::move(id), is_definition, std::optional(*std::move(accepted))};
}

Held Runner::instantiate(const Component& component, const std::optional<std::string>& id) {
  is_component_current_ = true;
  components_.forget(id);
  const auto made = components_.instantiate(component, id);
  if (!made) return Err(Miss{"a component that can be linked", to_string(made.error())});
  if (!*made) return Err(Miss{"a component that is instantiated", one_line(made->error())});
  return {};
}

Held Runner::component(Cursor& in) {
  Cursor look = in;
  look.take_open("component");
  if (look.take_atom("instance")) {
    const auto id = look.take_id();
    const auto definition = look.take_id();
    WCOMP_TRY(or_miss(look.expect_close()));
    in = look;
    if (is_static_) return {};
    const Component* found = components_.definition(definition);
    if (found == nullptr) return Err(Miss{fmt::format("a component `${}`", definition.value_or("")), "none"});
    return instantiate(*found, id);
  }
  const LoadedComponent loaded = load_component(in);
  if (!loaded.component) {
    if (!loaded.is_definition) {
      components_.forget(loaded.id);
      is_component_current_ = true;
    }
    return Err(Miss{"a component that is accepted", to_string(loaded.component.error())});
  }
  if (!*loaded.component) return {};
  components_.define(loaded.id, **loaded.component);
  return loaded.is_definition ? Held() : instantiate(**loaded.component, loaded.id);
}

bool Runner::acts_on_component(const Cursor& in) const {
  Cursor look = in;
  if (!look.take_open("invoke")) return false;
  const auto id = look.take_id();
  return id ? components_.has_instance(id) : is_component_current_;
}

Result<ComponentStore::Called, Miss> Runner::act_on_component(Cursor& in) {
  in.take_open("invoke");
  const auto id = in.take_id();
  WCOMP_TRY(const std::string name, or_miss(in.string()));
  WCOMP_TRY(auto called, components_.invoke(id, name, in));
  WCOMP_TRY(or_miss(in.expect_close()));
  return called;
}

Held Runner::component_returns(Cursor& in) {
  WCOMP_TRY(const ComponentStore::Called called, act_on_component(in));
  if (!called.result) return Err(Miss{"results", one_line(called.result.error())});
  const auto type = called.func.result();
  const std::optional<wcomp::Value>& found = *called.result;
  const std::string found_text = found && type ? wcomp::to_string(*type, *found) : std::string("no result");
  if (in.take_close()) return found ? Held(Err(Miss{"no result", found_text})) : Held();
  if (!type || !found) return Err(Miss{"a result", found_text});
  auto expected = parse_component_value(*type, in);
  if (!expected) return Err(Miss{"a result of the type " + type->to_string(), one_line(expected.error())});
  WCOMP_TRY(or_miss(in.expect_close()));
  if (matches(*expected, *found)) return {};
  return Err(Miss{wcomp::to_string(*type, *expected), found_text});
}

Held Runner::component_traps(Cursor& in) {
  if (!in.at_open("component")) {
    WCOMP_TRY(const ComponentStore::Called called, act_on_component(in));
    WCOMP_TRY(const std::string text, text_and_close(in));
    if (called.result) return Err(Miss{"trap: " + text, "no trap"});
    return expect_trap(text, called.result.error());
  }
  const LoadedComponent loaded = load_component(in);
  WCOMP_TRY(const std::string text, text_and_close(in));
  if (!loaded.component) return Err(Miss{"a component that is accepted", to_string(loaded.component.error())});
  const auto made = components_.instantiate(**loaded.component, loaded.id);
  if (!made) return Err(Miss{"a component that can be linked", to_string(made.error())});
  if (*made) return Err(Miss{"trap: " + text, "no trap"});
  return expect_trap(text, made->error());
}

}  // namespace

Report run(std::string name, std::string source, const Options& options) {
  const Header header = read_header(source);
  auto list = core::text::tokenize(std::move(name), std::move(source));
  if (list) return Runner(*list, options, header).run();
  Report report{.passed = 0, .failed = 1, .outcomes = {}};
  Outcome o{.directive = "the file", .expected = "a script", .found = one_line(list.error())};
  if (const auto* at = std::get_if<TextPos>(&list.error().first().location)) o.where = *at;
  report.outcomes.push_back(std::move(o));
  return report;
}

}  // namespace wcomp::wast
