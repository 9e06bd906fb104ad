// An application with plugins: every line of standard input goes to all of them. Plugins are reloaded when their files have changed.
//   plugins PLUGIN.wasm..        lines that begin with `!` are for the application: !list, !reload, !start NAME
#include <cstdio>
#include <iostream>
#include <list>

#include "plugin_slot.h"

namespace {

using Slots = std::list<PluginSlot>;

void start(PluginSlot& slot) {
  if (auto loaded = slot.load(); !loaded) {
    std::printf("  %s: not loaded%s\n", slot.name().c_str(), slot.is_running() ? ", the old one runs on" : "");
    std::printf("%s", loaded.error().to_string().c_str());
  } else {
    std::printf("  %s: loaded\n", slot.name().c_str());
  }
}

void obey(Slots& slots, std::string_view command) {
  for (PluginSlot& slot : slots) {
    if (command == "!list") {
      std::printf("  %s: %s\n", slot.name().c_str(), slot.describe().c_str());
    } else if (command == "!reload" ? slot.has_changed() : command == "!start " + slot.name()) {
      start(slot);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const wcomp::Engine engine;
  Slots slots;
  for (int i = 1; i < argc; ++i) start(slots.emplace_back(engine, argv[i], PluginSlot::Limits{}));
  std::string line;
  while (std::getline(std::cin, line)) {
    std::printf("> %s\n", line.c_str());
    if (line.starts_with('!')) {
      obey(slots, line);
    } else {
      for (PluginSlot& slot : slots) std::printf("  %s: %s\n", slot.name().c_str(), slot.answer(line).c_str());
    }
  }
}
