// wcomp run FILE [ARGS..]
#include <algorithm>
#include <charconv>
#include <csignal>
#include <filesystem>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/text.h"
#include "cli/wcomp/commands.h"
#include "cli/wcomp/input.h"
#include "wcomp/wasi.h"

namespace wcomp::cli {

namespace {

struct Options {
  std::string file, argv0;
  std::vector<std::string> env;
  bool inherit_env = false;
  std::uint64_t max_memory = 0;
  std::uint64_t max_stack = 0;
  std::uint64_t fuel = 0;
};

/// `NAME=VALUE`, or `NAME` alone for the value it has here (nothing when it has none).
void grant_env(wasi::Context& context, const std::vector<std::string>& list) {
  for (const std::string& item : list) {
    const std::size_t equals = item.find('=');
    if (equals != std::string::npos) {
      context = std::move(context).env(item.substr(0, equals), item.substr(equals + 1));
    } else if (const char* value = std::getenv(item.c_str()); value != nullptr) {
      context = std::move(context).env(item, value);
    }
  }
}

/// CLI11 would let `-1` wrap around and a number too long for 64 bits saturate.
std::string check_count(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  return ec == std::errc() && end == text.data() + text.size() ? std::string() : fmt::format("`{}` is not a number from 0 to 2^64 - 1", text);
}

std::string refuse_negative(const std::string& text) { return text.starts_with('-') ? fmt::format("`{}` is negative", text) : std::string(); }

/// Code that runs during instantiation can trap, too.
int report_instantiation(const Failure& failure) {
  const int status = report(failure);
  return failure.first().code == diag::trap.code ? status_trapped : status;
}

int run(const Options& o) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is an error the guest is told of
  const Engine engine;
  auto component = Component::load(engine, o.file);
  if (!component) return report(in_file(std::move(component).error(), o.file));

  Limits limits;
  if (o.max_memory != 0) limits.max_memory_bytes = o.max_memory;
  if (o.max_stack != 0) limits.stack_bytes = o.max_stack;
  if (o.fuel != 0) limits.fuel = o.fuel;
  std::vector<std::string> args{o.argv0.empty() ? std::filesystem::path(o.file).filename().string() : o.argv0};
  args.insert(args.end(), get_guest_args().begin(), get_guest_args().end());
  wasi::Context context;
  context = std::move(context).args(std::move(args)).inherit_stdio();
  if (o.inherit_env) context = std::move(context).inherit_env();
  grant_env(context, o.env);

  Linker linker(engine);
  linker.set_limits(limits);
  if (const auto added = wasi::add_to(linker, std::move(context)); !added) return report(added.error());
  auto instance = linker.instantiate(*component);
  if (!instance) return report_instantiation(in_file(std::move(instance).error(), o.file));
  const std::vector<std::string> exports = component->exports();
  if (std::none_of(exports.begin(), exports.end(), [](const std::string& e) { return e.starts_with("wasi:cli/run@"); })) {
    Diagnostic d = error(diag::missing_export, "the component exports no `wasi:cli/run`: it is not a command", BinaryPos{.file = o.file, .path = {}, .offset = 0});
    for (const std::string& e : exports) d.notes.push_back(fmt::format("it exports `{}`", e));
    return report(Failure(std::move(d)));
  }
  const auto status = wasi::run(*instance);
  return status ? *status : report(status.error());
}

}  // namespace

Action setup_run(CLI::App& app) {
  auto o = std::make_shared<Options>();
  app.add_option("FILE", o->file, "Command component; everything after it belongs to the guest")->required();
  app.add_option("--env", o->env, "Grant an environment variable: NAME=VALUE, or NAME with the value it has here")->type_name("NAME[=VALUE]")->expected(1)->take_all();
  app.add_flag("--inherit-env", o->inherit_env, "Grant every environment variable");
  app.add_option("--argv0", o->argv0, "The program's name as the guest sees it (FILE's name when left out)");
  app.add_option("--max-memory", o->max_memory, "Bound for each linear memory")->type_name("BYTES")->transform(CLI::AsSizeValue(false))->transform(CLI::Validator(refuse_negative, ""));
  app.add_option("--max-stack", o->max_stack, "Bound for the guest's call stack")->type_name("BYTES")->transform(CLI::AsSizeValue(false))->transform(CLI::Validator(refuse_negative, ""));
  app.add_option("--fuel", o->fuel, "Stop after about this many instructions")->type_name("N")->check(CLI::Validator(check_count, ""));
  return [o] { return run(*o); };
}

}  // namespace wcomp::cli
