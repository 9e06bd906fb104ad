// Completion scripts for bash, zsh and fish.
#include <algorithm>

#include <fmt/format.h>

#include "cli/common/describe.h"

namespace wcomp::cli {

namespace {

std::string origin(std::string_view shell, std::string_view name) {
  return fmt::format("# {} completion for {}, made from the program's own option tables by `{} completions {}`\n", shell, name, name, shell);
}

/// A word in single quotes for sh, bash and zsh.
std::string sh_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string fish_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += (c == '\'' || c == '\\' ? "\\" : "") + std::string(1, c);
  return out + "'";
}

std::string joined(const std::vector<std::string>& words, std::string_view between) { return fmt::format("{}", fmt::join(words, between)); }

/// Descriptions on one line, without the back quotes of prose.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != '`') out += c == '\n' ? ' ' : c;
  }
  return out;
}

/// `-o`, `--output`
std::vector<std::string> spellings(const OptionInfo& option) {
  std::vector<std::string> out;
  for (const std::string& name : option.short_names) out.push_back("-" + name);
  for (const std::string& name : option.long_names) out.push_back("--" + name);
  return out;
}

std::string bash_values(std::string_view program, const OptionInfo& option) {
  switch (option.kind) {
    case ValueKind::choice: return fmt::format("COMPREPLY=($(compgen -W {} -- \"$cur\"))", sh_quoted(joined(option.choices, " ")));
    case ValueKind::file: return fmt::format("_{}_files -f", program);
    case ValueKind::folder: return fmt::format("_{}_files -d", program);
    default: return ":";
  }
}

bool is_default(const Program& program, const CommandInfo& command) {
  return program.default_command != nullptr && std::string_view(program.default_command) == command.command->name;
}

}  // namespace

std::string bash_completion(const Program& program) {
  const std::string_view name = program.name;
  const std::vector<CommandInfo> commands = describe(program);
  std::string names;
  std::string options;
  std::string values;
  for (const CommandInfo& c : commands) {
    names += fmt::format("{}{}", names.empty() ? "" : " ", c.command->name);
    std::vector<std::string> all;
    std::vector<std::string> valued;
    for (const OptionInfo& o : c.options) {
      const std::vector<std::string> words = spellings(o);
      all.insert(all.end(), words.begin(), words.end());
      if (o.kind == ValueKind::none) continue;
      valued.insert(valued.end(), words.begin(), words.end());
      std::vector<std::string> patterns;
      for (const std::string& w : words) patterns.push_back(fmt::format("{}:{}", c.command->name, w));
      values += fmt::format("    {}) {}; return ;;\n", joined(patterns, "|"), bash_values(name, o));
    }
    options += fmt::format("    {}) options={} valued={} guest={} ;;\n", c.command->name, sh_quoted(joined(all, " ")), sh_quoted(" " + joined(valued, " ") + " "), c.command->guest_args ? 1 : 0);
    if (!c.positionals.empty() && c.positionals[0].kind == ValueKind::choice) values += fmt::format("    {}:{}) {}; return ;;\n", c.command->name, c.command->name, bash_values(name, c.positionals[0]));
  }
  const bool has_default = program.default_command != nullptr;
  std::string out = origin("bash", name);
  out += fmt::format(R"(_{0}() {{
  _{0}_files() {{
    mapfile -t COMPREPLY < <(compgen "$1" -- "$cur")
    compopt -o filenames 2>/dev/null
  }}
  local cur=${{COMP_WORDS[COMP_CWORD]}} last=${{COMP_WORDS[COMP_CWORD - 1]}} first=${{COMP_WORDS[1]}} command={1} options='' valued='' guest=0 at i
  # bash cuts --option=value into three words
  if [[ $cur == '=' ]]; then
    cur=''
  elif [[ $last == '=' ]]; then
    last=${{COMP_WORDS[COMP_CWORD - 2]}}
  fi
  at=1
  if ((COMP_CWORD > 1)) && [[ ' {2} ' == *" $first "* ]]; then
    command=$first
    at=2
  fi
  case $command in
{3}  esac
  if ((guest)); then  # behind FILE everything belongs to the guest
    for ((i = at; i < COMP_CWORD; ++i)); do
      if [[ ${{COMP_WORDS[i + 1]}} == '=' ]]; then
        ((i += 2))
      elif [[ $valued == *" ${{COMP_WORDS[i]}} "* ]]; then
        ((i += 1))
      elif [[ ${{COMP_WORDS[i]}} != -?* ]]; then
        _{0}_files -f
        return
      fi
    done
  fi
  case $command:$last in
{4}  esac
  if ((COMP_CWORD == 1)); then
    if [[ $cur == -* ]]; then
      COMPREPLY=($(compgen -W "--help --version $options" -- "$cur"))
    else
      {5}COMPREPLY+=($(compgen -W '{2}' -- "$cur"))
    fi
  elif [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$cur"))
  else
    _{0}_files -f
  fi
}}
complete -F _{0} {0}
)",
                     name, has_default ? program.default_command : "''", names, options, values, has_default ? fmt::format("_{}_files -f\n      ", name) : "");
  return out;
}

namespace {

std::string zsh_text(std::string_view text) {
  std::string out;
  for (const char c : plain(text)) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_action(const OptionInfo& option) {
  switch (option.kind) {
    case ValueKind::choice: return fmt::format(":{}:({})", zsh_text(option.value), joined(option.choices, " "));
    case ValueKind::file: return fmt::format(":{}:_files", zsh_text(option.value));
    case ValueKind::folder: return fmt::format(":{}:_files -/", zsh_text(option.value));
    case ValueKind::text: return fmt::format(":{}:", zsh_text(option.value));
    case ValueKind::none: break;
  }
  return {};
}

/// One `_arguments` spec for each spelling; the others are excluded once one was given, unless it repeats.
std::vector<std::string> zsh_specs(const OptionInfo& option) {
  std::vector<std::string> out;
  const std::vector<std::string> words = spellings(option);
  for (const std::string& word : words) {
    const std::string before = option.repeats ? "*" : words.size() > 1 ? fmt::format("({})", joined(words, " ")) : "";
    const char* const sign = option.kind == ValueKind::none ? "" : word.starts_with("--") ? "=" : "+";
    out.push_back(sh_quoted(fmt::format("{}{}{}[{}]{}", before, word, sign, zsh_text(option.description), zsh_action(option))));
  }
  return out;
}

}  // namespace

std::string zsh_completion(const Program& program) {
  const std::string_view name = program.name;
  std::string list;
  std::string cases;
  for (const CommandInfo& c : describe(program)) {
    list += fmt::format("    {}\n", sh_quoted(fmt::format("{}:{}", c.command->name, plain(c.command->summary))));
    std::vector<std::string> specs;
    for (const OptionInfo& o : c.options) {
      const std::vector<std::string> more = zsh_specs(o);
      specs.insert(specs.end(), more.begin(), more.end());
    }
    for (std::size_t i = 0; i < c.positionals.size(); ++i) {
      const OptionInfo& p = c.positionals[i];
      specs.push_back(sh_quoted(p.repeats ? "*" + zsh_action(p) : fmt::format("{}{}", i + 1, zsh_action(p))));
    }
    if (c.command->guest_args) specs.push_back("'*::ARGS:_files'");
    // No word, or one that is no command, in front of the options: the default command.
    cases += fmt::format("        {}{})\n          _arguments -s -S \\\n            {} ;;\n", c.command->name, is_default(program, c) ? "|*" : "", joined(specs, " \\\n            "));
  }
  // The default command's pattern matches everything: it comes last.
  if (program.default_command != nullptr) {
    const std::size_t from = cases.find(fmt::format("        {}|*)", program.default_command));
    const std::size_t to = cases.find(" ;;\n", from) + 4;
    const std::string fallback = cases.substr(from, to - from);
    cases.erase(from, to - from);
    cases += fallback;
  }
  return fmt::format(R"(#compdef {0}
{1}_{0}() {{
  local curcontext=$curcontext state line
  typeset -A opt_args
  local -a commands
  commands=(
{2}  )
  _arguments -C '(- *)'{{-h,--help}}'[Print this help]' '(- *)--version[Print the version]' '1: :->command' '*:: :->arguments' && return
  case $state in
    command)
      _describe -t commands command commands{3} ;;
    arguments)
      case $words[1] in
{4}      esac ;;
  esac
}}
_{0} "$@"
)",
                     name, origin("zsh", name), list, program.default_command != nullptr ? "\n      _files" : "", cases);
}

std::string fish_completion(const Program& program) {
  const std::string_view name = program.name;
  std::string out = origin("fish", name);
  if (program.default_command == nullptr) out += fmt::format("complete -c {} -n __fish_use_subcommand -f\n", name);
  out += fmt::format("complete -c {0} -n __fish_use_subcommand -s h -l help -d 'Print this help'\ncomplete -c {0} -n __fish_use_subcommand -l version -d 'Print the version'\n", name);
  for (const CommandInfo& c : describe(program)) {
    out += fmt::format("complete -c {} -n __fish_use_subcommand -a {} -d {}\n", name, c.command->name, fish_quoted(plain(c.command->summary)));
    const std::string when = fmt::format("'{}__fish_seen_subcommand_from {}'", is_default(program, c) ? "__fish_use_subcommand; or " : "", c.command->name);
    std::vector<OptionInfo> described = c.options;
    for (const OptionInfo& p : c.positionals) {
      if (p.kind == ValueKind::choice) described.push_back(p);
    }
    for (const OptionInfo& o : described) {
      out += fmt::format("complete -c {} -n {}", name, when);
      for (const std::string& s : o.short_names) out += " -s " + s;
      for (const std::string& l : o.long_names) out += " -l " + l;
      switch (o.kind) {
        case ValueKind::choice: out += fmt::format(" -x -a {}", fish_quoted(joined(o.choices, " "))); break;
        case ValueKind::file: out += " -r -F"; break;
        case ValueKind::folder: out += " -x -a '(__fish_complete_directories)'"; break;
        case ValueKind::text: out += " -x"; break;
        case ValueKind::none: break;
      }
      out += fmt::format(" -d {}\n", fish_quoted(plain(o.description)));
    }
  }
  return out;
}

Action setup_completions(CLI::App& app) {
  auto shell = std::make_shared<std::string>();
  app.add_option("SHELL", *shell, "The shell")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  return [shell] {
    const Program& program = get_program();
    return write_output("", std::string_view(*shell == "bash" ? bash_completion(program) : *shell == "zsh" ? zsh_completion(program) : fish_completion(program)));
  };
}

}  // namespace wcomp::cli
