// The WIT front end as one call: files or directories in, a resolved graph out.
//
// The way of a text, each step a file or folder of wit/: `load` finds the files of a package and of its dependencies; `lexer` makes tokens and
// keeps doc comments; `grammar` and `parse` make the tree of wit/ast.h, with a span on every name; `resolve/` looks up names, applies feature
// gates, orders what depends on what, expands `include` and adds the imports that `use` implies; the result is the Graph of wit/graph.h, in
// which every reference is an id and no text has to be looked at again. Bindings, JSON, printing and the encoding in binaries start from it.
//
// Mistakes are collected, so that one call reports everything it can; what could not be read is left out of later stages and not
// complained about again. Inputs may be hostile: nesting is bounded, chains of dependencies are followed without recursion.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/WIT.md
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <span>

#include "base/source.h"
#include "wit/graph.h"

namespace wcomp::wit {

/// A package that was in a binary, as text.
struct BinaryPackage {
  std::string text;
  std::optional<std::size_t> path = {};  ///< the file whose package it is; none: only as much as others use is known, which counts where the package is not found elsewhere
};
/// Reads packages in binary form, all of a load at once: what several of them know of the same package belongs together.
using ReadBinaries = std::function<Result<std::vector<BinaryPackage>>(std::span<const std::filesystem::path>)>;

struct Options {
  std::set<std::string, std::less<>> features = {};  ///< `@unstable` items to keep; features of the specification (wit/spec_features.def)
  bool all_features = false;
  std::optional<SemVer> target_version = {};    ///< show packages as of a version
  bool all_comments_are_docs = false;           ///< also `//` and `/* */`, as in the reference tool's JSON
  bool leaves_out_docs = false;                 ///< the graph has none; for who does not look at them
  ReadBinaries read_binaries = {};              ///< for `.wasm` and `.wat` files; without it they are refused (component/wit_files.h has one)
};

/// A graph with the texts its spans point into and the warnings found on the way (uses of deprecated items).
struct Loaded {
  std::unique_ptr<SourceMap> sources;
  Graph graph;
  std::vector<Diagnostic> warnings;
};

/// A `.wit` file, a Markdown file with WIT in it (wit/markdown.h), or a directory of `.wit` and `.wit.md` files with an optional `deps/` (directories and single files), as WIT.md "Package directory
/// structure" has it. `roots` of the graph: the package(s) of each path, in order; a path may use packages of another. Reports every
/// error it can in one Failure.
[[nodiscard]] Result<Loaded> load(std::span<const std::filesystem::path> paths, const Options& options = {});
/// The same for one text that is already in memory. For tests and embedded WIT.
[[nodiscard]] Result<Loaded> load_text(std::string name, std::string text, const Options& options = {});

/// The world a user means: by `name` (`world`, `ns:pkg/world`, `ns:pkg/world@1.2.3`), or, with none given, the only one of the root packages.
[[nodiscard]] Result<WorldId> select_world(const Graph& graph, std::string_view name);

/// Canonical WIT text of a package.
[[nodiscard]] std::string print(const Graph& graph, PackageId package);
/// The first root as the file's own package, every other package of the graph nested in it by name: one file that stands alone.
[[nodiscard]] std::string print_with_dependencies(const Graph& graph);

/// Takes text piece by piece; false stops the writer.
using Sink = std::function<bool(std::string_view)>;
/// The graph as `wasm-tools component wit --json` writes it. False if the sink stopped it.
bool write_json(const Graph& graph, const Sink& sink);
[[nodiscard]] std::string to_json(const Graph& graph);

}  // namespace wcomp::wit
