// A plugin that takes what it can get: `spin` makes it run for ever, `hoard` makes it ask for memory without end, `crash` ends it.
#include <vector>

#include "plugin_exports.h"

namespace exports::sample::plugins::plugin {

namespace {

int answered = 0;
std::vector<std::vector<char>> hoard;
volatile unsigned turns = 0;

}  // namespace

std::string describe() { return "greedy, " + std::to_string(answered) + " lines answered"; }

wcomp::Result<std::string, std::string> answer(std::string_view line) {
  ++answered;
  if (line == "spin") {
    while (true) turns = turns + 1;
  }
  if (line == "hoard") {
    while (true) {
      ::sample::plugins::host::say("one more MiB, please");
      hoard.emplace_back().reserve(1 << 20);
    }
  }
  if (line == "crash") __builtin_trap();
  return "more of \"" + std::string(line) + "\", please";
}

}  // namespace exports::sample::plugins::plugin
