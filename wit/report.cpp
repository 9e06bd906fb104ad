#include "wit/report.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace wcomp::wit {

namespace {

std::vector<Diagnostic> sorted(std::vector<Diagnostic> list) {
  using Key = std::tuple<std::size_t, std::uint32_t, std::uint32_t, std::size_t>;  // file, line, column, number
  std::map<std::string, std::size_t, std::less<>> files;
  std::vector<Key> keys;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const TextPos* at = std::get_if<TextPos>(&list[i].location);
    if (at == nullptr) keys.emplace_back(0, 0, 0, i);
    else keys.emplace_back(files.emplace(at->file, files.size() + 1).first->second, at->line, at->column, i);
  }
  std::sort(keys.begin(), keys.end());
  std::vector<Diagnostic> out;
  for (const Key& key : keys) out.push_back(std::move(list[std::get<3>(key)]));
  return out;
}

}  // namespace

std::vector<Diagnostic> Report::take_errors() { return sorted(std::move(errors_)); }
std::vector<Diagnostic> Report::take_warnings() { return sorted(std::move(warnings_)); }

}  // namespace wcomp::wit
