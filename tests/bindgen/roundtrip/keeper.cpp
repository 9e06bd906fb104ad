// The collections by functions that own what they are given: nothing is copied that can be moved.
#include "checked_alloc.h"
#include "keeper_exports.h"

namespace exports::sample::echo::collections {

std::tuple<std::map<std::string, std::uint32_t>, std::map<std::string, Entry>> count(std::vector<std::string> words, std::map<std::string, Entry> entries) {
  std::map<std::string, std::uint32_t> counts;
  for (std::string& word : words) ++counts[std::move(word)];
  for (auto& [key, entry] : entries) ++entry.count;
  return {std::move(counts), std::move(entries)};
}
wcomp::Result<std::map<char32_t, std::uint8_t>, Wide> invert(std::map<std::uint8_t, char32_t> numbers, Wide w) {
  if (numbers.empty()) return wcomp::Err(w);
  std::map<char32_t, std::uint8_t> out;
  for (const auto& [number, letter] : numbers) out[letter] = number;
  return out;
}
std::vector<std::string> append(std::vector<std::string> list, std::string text, std::optional<std::vector<std::optional<std::string>>> deep) {
  if (!deep) return list;
  for (auto& more : *deep) list.push_back(more ? std::move(*more) : text);
  return list;
}
std::uint32_t blocks() { return live_blocks(); }

}  // namespace exports::sample::echo::collections
