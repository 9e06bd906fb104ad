// Test scripts of WebAssembly and of the Component Model: reads one and carries out its directives, in order, against one store.
//
// A script is a list of directives. The first kind makes things: `(module ..)` in the text format, as `binary` bytes or `quote`d text, is
// accepted and instantiated; `(module definition ..)` is accepted only, `(module instance $i $m)` makes another instance of one;
// `(register "n" $i)` lets later modules import from an instance. The second kind acts: `(invoke ..)`, `(get ..)`. The third asserts: that
// an action gives results, traps, throws or exhausts the stack; that a module is malformed, invalid, cannot be linked, or traps while it is
// instantiated. A directive holds or does not; the script goes on either way. A file that has a module's fields at its top is one module.
// Modules may import from `spectest` (wast/spectest.h).
//
// What the texts of assertions say is advice, but the kind of refusal is checked: malformed is what the readers of text or binary refuse,
// invalid what the validator refuses. For traps, the text is compared where it is one that a trap of ours has.
// https://github.com/WebAssembly/spec/tree/main/interpreter#scripts
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "component/features.h"
#include "core/module.h"
#include "wcomp/backend.h"

namespace wcomp::wast {

struct Options {
  std::optional<component::Features> features;  ///< none: what the script's header says (wast/header.h), over the default
  bool is_static = false;                  ///< nothing is instantiated or called: what would, counts as held
  bool is_deterministic = false;
  BackendKind backend = BackendKind::automatic;
  bool has_lenient_indices = false;        ///< of components, whatever the header says
  bool wants_all = false;                  ///< outcomes of directives that held, too
};

/// What became of a directive.
struct Outcome {
  TextPos where;
  std::string directive;  ///< as in the script, on one line and cut
  bool has_held = false;
  std::string expected, found;  ///< one line each, not escaped; empty where the directive held
};

struct Report {
  std::size_t passed = 0, failed = 0;
  std::vector<Outcome> outcomes;
};

/// `name` is the file's, for messages. A script that cannot be read has one directive that failed, at that place.
[[nodiscard]] Report run(std::string name, std::string source, const Options& options);

}  // namespace wcomp::wast
