// WIT from files of every form: text (wit/wit.h), packages in binary form as `.wasm` or `.wat`, and the worlds that components and core modules
// have inside. What programs read WIT with; wit/ alone knows text only.
//
// A package in binary form that stands beside others (in `deps/`, or one of several paths), or that gates apply to, is written as text and read
// with the rest, so that everything that holds for text holds for it. One that is asked for alone is taken as it is: what is `@unstable`
// stays, because it was decided on when the binary was made.
#pragma once

#include "component/validate.h"
#include "wit/wit.h"

namespace wcomp::component {

enum class WitForm : std::uint8_t { text, package, component, core_module };
struct LoadedWit {
  wit::Loaded loaded;
  WitForm form = WitForm::text;
};

/// wit::load, which also takes binaries; a component or core module only where it is the only path. `-` is standard input, as text or binary.
[[nodiscard]] Result<LoadedWit> load_wit(std::span<const std::filesystem::path> paths, const wit::Options& options = {});

/// The WIT that a binary is or has inside.
[[nodiscard]] Result<LoadedWit> wit_of_binary(std::shared_ptr<const Bytes> bytes);

/// For wit::Options.
[[nodiscard]] wit::ReadBinaries wit_binary_reader();

}  // namespace wcomp::component
