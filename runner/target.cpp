#include "runner/target.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"

namespace wcomp::runner {

namespace {

/// https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
std::string elf_problem(ByteSpan file, const Target& target) {
  constexpr std::size_t header_size = 64, class_at = 4, data_at = 5, machine_at = 18;
  constexpr std::uint8_t class_64 = 2, little_endian = 1;
  if (file.size() < header_size || !as_text(file).starts_with("\177ELF")) return "it is no ELF file";
  const auto machine = static_cast<std::uint16_t>(file[machine_at] | file[machine_at + 1] << 8);
  if (file[class_at] != class_64 || file[data_at] != little_endian || machine != target.machine) return fmt::format("it is an ELF file for another machine ({})", machine);
  return {};
}

}  // namespace

Result<const Target*> find_target(std::string_view name, std::span<const std::string_view> compiled) {
  const auto found = std::ranges::find(targets, name, &Target::name);
  std::string possible;
  for (const std::string_view c : compiled) possible += fmt::format("{}`{}`", possible.empty() ? "" : ", ", c);
  if (possible.empty()) possible = "no machine";
  Diagnostic d = error(diag::unsupported, "");
  if (found == std::end(targets)) d.message = fmt::format("`{}` is no target that wcomp knows", name);
  else if (!found->why_not.empty()) d.message = fmt::format("there are no executables for `{}`: {}", name, found->why_not);
  else if (std::ranges::find(compiled, name) == compiled.end()) d.message = fmt::format("there are no executables for `{}` from this wcomp: it was built without code for that machine", name);
  else return &*found;
  d.notes.push_back(fmt::format("this wcomp makes code for {}", possible));
  return Err(Failure(std::move(d)));
}

std::string runner_file_name(const Target& target) { return fmt::format("wcomp-runner-{}", target.name); }

Result<void> check_executable(ByteSpan executable, const Target& target) {
  std::string problem;
  switch (target.format) {
    case Format::elf: problem = elf_problem(executable, target); break;
    case Format::none: problem = "executables of that target cannot carry a program"; break;
  }
  if (!problem.empty()) return fail(diag::malformed, fmt::format("this is no runner for `{}`: {}", target.name, problem));
  return {};
}

}  // namespace wcomp::runner
