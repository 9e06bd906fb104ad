// wcomp strip FILE: takes custom sections out.
#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <regex.h>

#include "base/diagnostic.h"
#include "cli/wcomp/commands.h"
#include "cli/wcomp/input.h"
#include "component/sections.h"
#include "component/text/print.h"
#include "core/print.h"

namespace wcomp::cli {

namespace {

struct Options {
  std::string file, output;
  std::vector<std::string> deleted;
  bool all = false;
  bool is_text = false;
};

/// An extended regular expression. POSIX's matcher needs no stack in proportion to the name, which comes from the input.
class Pattern {
 public:
  static Result<Pattern> make(const std::string& text) {
    // The compiler of expressions recurses into parentheses without a bound of its own.
    if (text.size() > 4096) return fail(diag::bad_usage, fmt::format("--delete: an expression of {} bytes, at most 4096 are supported", text.size()));
    Pattern out;
    out.compiled_ = std::shared_ptr<regex_t>(new regex_t{}, [](regex_t* r) {
      ::regfree(r);
      delete r;
    });
    const int failed = ::regcomp(out.compiled_.get(), text.c_str(), REG_EXTENDED | REG_NOSUB);
    if (failed == 0) return out;
    char why[200] = "";
    ::regerror(failed, out.compiled_.get(), why, sizeof why);
    return fail(diag::bad_usage, fmt::format("`{}` is no regular expression: {}", text, why));
  }
  [[nodiscard]] bool matches(std::string_view name) const {
    regmatch_t range{.rm_so = 0, .rm_eo = static_cast<regoff_t>(name.size())};
    return ::regexec(compiled_.get(), name.data() == nullptr ? "" : name.data(), 1, &range, REG_STARTEND) == 0;
  }

 private:
  std::shared_ptr<regex_t> compiled_;  // owners: copies of this
};

/// What tools need to link or to make a component, and what backtraces are made of, stays unless it is asked for.
bool is_needed(std::string_view name) { return name == "name" || name == "dylink.0" || component::carries_world(name); }

Result<Bytes> strip(const Options& o, const std::vector<Pattern>& patterns, ByteSpan bytes) {
  WCOMP_TRY(const component::Sections sections, component::read_sections(bytes));
  return component::without_customs(sections, [&](std::string_view name) {
    if (o.all) return true;
    if (!patterns.empty()) return std::ranges::any_of(patterns, [&](const Pattern& p) { return p.matches(name); });
    return !is_needed(name);
  });
}

Result<std::string> as_wat(Bytes bytes) {
  auto shared = std::make_shared<const Bytes>(std::move(bytes));
  if (component::detect(*shared) == component::BinaryKind::component) {
    WCOMP_TRY(const auto component, component::decode(std::move(shared)));
    return component::text::print(*component);
  }
  WCOMP_TRY(const core::Module module, core::decode(shared, *shared));
  return core::print(module);
}

int run(const Options& o) {
  std::vector<Pattern> patterns;
  for (const std::string& text : o.deleted) {
    auto pattern = Pattern::make(text);
    if (!pattern) {
      (void)report(pattern.error());
      return status_usage;
    }
    patterns.push_back(*std::move(pattern));
  }
  const auto bytes = read_wasm(o.file);
  if (!bytes) return report(bytes.error());
  auto stripped = strip(o, patterns, **bytes);
  if (!stripped) return report(in_file(std::move(stripped).error(), o.file));
  if (!o.is_text) return write_output(o.output, std::span<const std::uint8_t>(*stripped));
  auto text = as_wat(*std::move(stripped));
  if (!text) return report(in_file(std::move(text).error(), o.file));
  return write_output(o.output, std::string_view(*text));
}

}  // namespace

Action setup_strip(CLI::App& app) {
  auto o = std::make_shared<Options>();
  app.add_option("FILE", o->file, "Core module or component")->required();
  app.add_flag("--all,-a", o->all, "Every custom section, those that name things or that tools need, too");
  app.add_option("--delete,-d", o->deleted, "Only custom sections whose name matches")->type_name("REGEX")->expected(1)->allow_extra_args(false)->take_all();
  app.add_flag("--wat,-t", o->is_text, "Write text");
  app.add_option("--output,-o", o->output, "Where to write (standard output when left out)")->type_name("FILE");
  return [o] { return run(*o); };
}

}  // namespace wcomp::cli
