// A well-behaved plugin: says lines louder, and counts them. EXCITED makes its second version.
#include <cctype>

#include "plugin_exports.h"

namespace exports::sample::plugins::plugin {

namespace {

int answered = 0;

#ifdef EXCITED
constexpr const char* version = "shout 2";
constexpr const char* ending = "!!!";
#else
constexpr const char* version = "shout 1";
constexpr const char* ending = "!";
#endif

}  // namespace

std::string describe() { return std::string(version) + ", " + std::to_string(answered) + " lines answered"; }

wcomp::Result<std::string, std::string> answer(std::string_view line) {
  if (line.empty()) return wcomp::Err(std::string("an empty line cannot be shouted"));
  ++answered;
  std::string loud(line);
  for (char& c : loud) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return loud + ending;
}

}  // namespace exports::sample::plugins::plugin
