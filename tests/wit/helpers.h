// Short ways to load WIT in tests.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "wit/wit.h"

namespace wcomp::wit {

/// The graph of a text that has to be sound; the package line is put in front unless there is one.
inline Loaded graph_of(std::string text, const Options& options = {}) {
  if (text.find("package ") == std::string::npos) text = "package t:p@1.0.0;\n" + text;
  auto loaded = load_text("t.wit", std::move(text), options);
  REQUIRE_MESSAGE(loaded.has_value(), (loaded ? "" : loaded.error().to_string()));
  return std::move(loaded).value();
}

/// The errors of a text that has to be refused, one line each: `CODE LINE:COLUMN MESSAGE`. The package line counts as line 1.
inline std::string errors_of(std::string text, const Options& options = {}) {
  if (text.find("package ") == std::string::npos) text = "package t:p@1.0.0;\n" + text;
  const auto loaded = load_text("t.wit", std::move(text), options);
  if (loaded) return "accepted";
  std::string out;
  for (const Diagnostic& d : loaded.error().diagnostics()) {
    const TextPos* at = std::get_if<TextPos>(&d.location);
    out += std::string(d.code) + " " + (at == nullptr ? "-" : std::to_string(at->line) + ":" + std::to_string(at->column)) + " " + d.message + "\n";
  }
  return out;
}

/// All notes of the errors of a text.
inline std::string notes_of(std::string text) {
  const auto loaded = load_text("t.wit", "package t:p@1.0.0;\n" + std::move(text));
  if (loaded) return "accepted";
  std::string out;
  for (const Diagnostic& d : loaded.error().diagnostics()) {
    for (const std::string& note : d.notes) out += note + "\n";
  }
  return out;
}

inline std::string printed(const Loaded& loaded) { return print(loaded.graph, loaded.graph.roots.at(0)); }

/// `import a, import b, export c` of the world `name`.
inline std::string items_of(const Loaded& loaded, std::string_view name) {
  const auto id = select_world(loaded.graph, name);
  REQUIRE(id.has_value());
  std::string out;
  for (const WorldItem& item : loaded.graph.worlds[*id].imports) out += (out.empty() ? "import " : ", import ") + item.name;
  for (const WorldItem& item : loaded.graph.worlds[*id].exports) out += (out.empty() ? "export " : ", export ") + item.name;
  return out;
}

}  // namespace wcomp::wit
