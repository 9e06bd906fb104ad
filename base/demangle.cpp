#include "base/demangle.h"

#include <cstdlib>
#include <memory>
#include <utility>

#include <cxxabi.h>

namespace wcomp {

namespace {

constexpr std::size_t max_mangled = 1024, max_shown = 1000;
/// Each reference back to a part of the name can repeat all that came before it; so many make a name a few thousand times longer at most.
/// `S_` is not counted, it stands for a first part without references in it.
constexpr std::size_t max_references = 24;

std::size_t count_references(std::string_view name) {
  std::size_t n = 0;
  for (std::size_t i = 0; i + 1 < name.size(); ++i) {
    const char next = name[i + 1];
    const bool is_digit = (next >= '0' && next <= '9') || (next >= 'A' && next <= 'Z');
    if (name[i] == 'S' && is_digit) ++n;
    if (name[i] == 'T' && (is_digit || next == '_')) ++n;
  }
  return n;
}

bool is_hex(std::string_view text) { return text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
}

/// Rust's older symbols are names of C++ with a hash at the end, and with escapes where C++ has no such character.
void tidy_rust(std::string& name) {
  constexpr std::string_view mark = "::h";
  constexpr std::size_t digits = 16;
  if (name.size() <= mark.size() + digits) return;
  const std::size_t at = name.size() - mark.size() - digits;
  if (name.compare(at, mark.size(), mark) != 0 || !is_hex(std::string_view(name).substr(at + mark.size()))) return;
  name.resize(at);
  constexpr std::pair<std::string_view, std::string_view> escapes[] = {
      {"_$", "$"}, {"$LT$", "<"}, {"$GT$", ">"}, {"$RF$", "&"}, {"$BP$", "*"}, {"$LP$", "("}, {"$RP$", ")"}, {"$C$", ","}, {"$SP$", "@"},
      {"$u20$", " "}, {"$u27$", "'"}, {"$u3d$", "="}, {"$u5b$", "["}, {"$u5d$", "]"}, {"$u7b$", "{"}, {"$u7d$", "}"}, {"$u7e$", "~"}, {"..", "::"}};
  for (const auto& [from, to] : escapes) replace_all(name, from, to);
}

}  // namespace

std::string demangle(std::string_view name) {
  std::string out(name);
  if (!name.starts_with("_Z") || name.size() > max_mangled || name.find('\0') != std::string_view::npos || count_references(name) > max_references) return out;
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(abi::__cxa_demangle(out.c_str(), nullptr, nullptr, &status), &std::free);
  if (status != 0 || text == nullptr) return out;
  out = text.get();
  tidy_rust(out);
  if (out.size() > max_shown) out.replace(max_shown, std::string::npos, "..");
  return out;
}

}  // namespace wcomp
