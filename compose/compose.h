// Composing: several components in, one out, with exports plugged into imports.
//
// compose() decides, encode() writes. The order of the inputs does not matter: an import is met by the one other input that exports an item
// of that name (interfaces: the same package and interface, versions of one semver track) and a fitting type. Imports that nothing meets
// become the composition's own, one for each name, versions of a track merged into the highest. The root is the input whose exports nobody
// uses; its exports are the composition's. All decisions are data in a Composition, with what nearly matched and why it did not.
// Limits: no cycles (the component format has none), and root-level imports of types must be met within the composition.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "component/validate.h"

namespace wcomp::compose {

struct Input {
  std::string name;                     ///< for messages: the file's name
  component::ValidComponent component;
};

using InputIdx = Index<struct ComposeInputTag>;

/// An import of `user` met by an export of `provider`. The names differ only in their versions.
struct Plug {
  InputIdx user;
  std::string import_name;
  InputIdx provider;
  std::string export_name;
};

/// An import that becomes the composition's.
struct PassedOn {
  InputIdx user;
  std::string import_name;
};

struct Composition {
  std::vector<Input> inputs;
  std::vector<InputIdx> order;          ///< providers before their users
  InputIdx root;
  std::vector<Plug> plugs;
  std::vector<PassedOn> passed_on;
  std::vector<Diagnostic> notes;        ///< warnings: what nothing provides, inputs that are not used
};

struct Options {
  std::string root;                     ///< name of the input whose exports to keep; empty: found by itself
};

/// Errors: import-mismatch (an export has the right name and another type: both are shown), ambiguous (two inputs export the same, or there
/// are several roots), cycle.
[[nodiscard]] Result<Composition> compose(std::vector<Input> inputs, const Options& options = {});

/// The composition as a component. Inputs are nested as they are; the output is the same for the same inputs.
[[nodiscard]] Result<Bytes> encode(const Composition& composition);

}  // namespace wcomp::compose
