#include "cli/common/describe.h"

#include <algorithm>

#include <fmt/format.h>

namespace wcomp::cli {

namespace {

/// `FILE` of `FILE`, `{cpp,cpp-host}` of `TEXT:{cpp,cpp-host}`: CLI11 gives a type's name and what its validators say.
void describe_value(const CLI::Option& option, OptionInfo& info) {
  const std::string type = option.get_type_name();
  std::size_t colon = 0;  // the first outside of brackets: `HOST[::GUEST]` is a name
  for (int depth = 0; colon < type.size() && (depth > 0 || type[colon] != ':'); ++colon) depth += type[colon] == '[' ? 1 : type[colon] == ']' ? -1 : 0;
  if (!info.is_positional()) info.value = type.substr(0, colon);
  if (colon < type.size() && type.compare(colon, 2, ":{") == 0 && type.ends_with('}')) {
    info.kind = ValueKind::choice;
    std::size_t at = colon + 2;
    while (at < type.size()) {
      const std::size_t end = type.find_first_of(",}", at);
      info.choices.push_back(type.substr(at, end - at));
      at = end + 1;
    }
    std::sort(info.choices.begin(), info.choices.end());
    return;
  }
  const auto begins = [&](std::string_view word) { return info.value.starts_with(word); };
  info.kind = info.is_positional() || begins("FILE") || begins("PATH") ? ValueKind::file : begins("DIR") || begins("HOST") ? ValueKind::folder : ValueKind::text;
}

OptionInfo describe(const CLI::Option& option) {
  OptionInfo info;
  info.short_names = option.get_snames();
  info.long_names = option.get_lnames();
  info.description = option.get_description();
  info.is_required = option.get_required();
  info.repeats = option.get_items_expected_max() > 1 || option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
  if (info.is_positional()) info.value = option.get_name(true);
  if (option.get_items_expected_max() > 0) describe_value(option, info);
  return info;
}

}  // namespace

std::vector<CommandInfo> describe(const Program& program) {
  std::vector<CommandInfo> out;
  for (const Command& command : program.commands) {
    if (command.is_hidden) continue;
    CLI::App app;
    const Declared declared = declare(app, command);
    CommandInfo info{.command = &command, .options = {}, .positionals = {}};
    for (const CLI::Option* option : static_cast<const CLI::App*>(declared.app)->get_options()) {
      OptionInfo described = describe(*option);
      (described.is_positional() ? info.positionals : info.options).push_back(std::move(described));
    }
    out.push_back(std::move(info));
  }
  return out;
}

std::string synopsis(const Program& program, const CommandInfo& command) {
  std::string out = fmt::format("{} {} [OPTIONS]", program.name, command.command->name);
  for (const OptionInfo& option : command.options) {
    if (option.is_required && !option.long_names.empty()) out += fmt::format(" --{} {}", option.long_names[0], option.value);
  }
  for (const OptionInfo& p : command.positionals) {
    std::string word = p.value + (p.repeats ? ".." : "");
    out += p.is_required ? " " + word : fmt::format(" [{}]", word);
  }
  if (command.command->guest_args) out += " [ARGS..]";
  return out;
}

}  // namespace wcomp::cli
