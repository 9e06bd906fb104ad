#include "runner/arguments.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/text.h"

namespace wcomp::runner {

Arguments split_arguments(std::span<char* const> words, bool is_sealed) {
  Arguments out;
  if (words.size() == 1 && words[0] == grants_word) {
    out.wants_grants = true;
    return out;
  }
  std::size_t end = words.size();
  if (!is_sealed) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (std::string_view(words[i]) == "--") end = i;
    }
  }
  out.guest.assign(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(end));
  if (end < words.size()) out.flags.assign(words.begin() + static_cast<std::ptrdiff_t>(end) + 1, words.end());
  out.wants_help = out.flags.size() == 1 && out.flags[0] == "--help";
  return out;
}

Result<SandboxOptions> options_of(const Manifest& manifest, std::span<const std::string_view> flags) {
  SandboxOptions out;
  for (const std::string& grant : manifest.grants) {
    WCOMP_TRY(const Setting setting, parse_setting(grant));
    WCOMP_TRY(set(out, *setting.option, setting.value));
  }
  auto settings = parse_words(flags);
  if (!settings) {
    return Err(std::move(settings).error().with_note("what stands behind the last `--` is for the sandbox (`-- --help` lists it); with one more `--` at the end all before it is the program's"));
  }
  for (const Setting& s : *settings) WCOMP_TRY(set(out, *s.option, s.value));
  if (out.fuel && !manifest.is_metered) {
    Diagnostic d = error(diag::unsupported, "`--fuel` cannot be counted: the program was compiled without it");
    d.notes.emplace_back("`wcomp exe --grant fuel=N` makes an executable that counts; `--timeout` bounds every one");
    return Err(Failure(std::move(d)));
  }
  return out;
}

std::string list_grants(const Manifest& manifest) {
  std::string out = fmt::format("{}: ", escape(manifest.name));
  if (manifest.grants.empty()) {
    out += "nothing is granted";
  } else {
    out += "granted, as far as it is there where the program runs:";
    for (const std::string& grant : manifest.grants) {
      const auto setting = parse_setting(grant);
      out += fmt::format("\n  {}", escape(setting ? to_string(*setting) : grant));
    }
  }
  out += manifest.is_sealed ? "\nIt is sealed: its command line cannot grant more.\n" : "\nMore can be granted behind `--`; `-- --help` lists how.\n";
  return out;
}

std::string flags_help(std::string_view program) {
  std::string out = fmt::format("{} [ARGS..] -- FLAGS..\n\nWhat the program may see and use, beside what was granted when it was made (`{} {}`):\n\n", escape(program), escape(program), grants_word);
  std::size_t width = 0;
  const auto words = [](const SandboxOption& o) { return fmt::format("--{}{}{}", o.name, o.value.empty() ? "" : " ", o.value); };
  for (const SandboxOption& o : sandbox_options) width = std::max(width, words(o).size());
  for (const SandboxOption& o : sandbox_options) out += fmt::format("  {:<{}}  {}\n", words(o), width, o.help);
  return out;
}

}  // namespace wcomp::runner
