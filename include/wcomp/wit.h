// wcomp for programs that read WIT: load packages, look at what is in them, print them. Nothing runs here and no engine is needed.
//
//   auto wit = wcomp::Wit::load("wit");                                       // Result<Wit>: a `.wit` file, a `.wit.md` file or a directory with `deps/`
//   if (!wit) std::fputs(wit.error().to_string().c_str(), stderr);            // every mistake, with excerpts
//   for (const wcomp::WitInterface& i : wit->roots().front().interfaces())
//     for (const wcomp::WitFunction& f : i.functions()) std::puts(f.to_string().c_str());   // `func(name: string) -> greeting`
//
// A Wit is the resolved graph: names are looked up, `include` is expanded, gates are applied, worlds have the imports that `use` implies.
// Everything here is a handle, cheap to copy and equal if it means the same item of the same Wit; a handle keeps the whole Wit alive. Texts that
// come from input are given as they are: a program that prints docs escapes them.
// Thread safety: all of it may be shared between threads. No function here throws; nothing prints.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/WIT.md
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "wcomp/failure.h"
#include "wcomp/result.h"

namespace wcomp {

namespace wit {  // behind the handles
struct Function;
struct WorldItem;
struct Stability;
}  // namespace wit

class WitPackage;
class WitInterface;
class WitWorld;
class WitFunction;
class WitType;
struct WitItem;
struct WitParam;
struct WitPart;

/// WIT.md "Feature Gates".
struct WitOptions {
  std::vector<std::string> features = {};  ///< items that are `@unstable` under these stay; also features of the specification (`fixed-length-list`)
  bool all_features = false;               ///< all of these stay
  std::string target_version = {};         ///< `0.2.1`: packages as of that version, without items that are `@since` a later one; empty: as they are
  bool all_comments_are_docs = false;      ///< also `//` and `/* */`, as in the reference tool's JSON
};

/// Versions and a feature's name as written; empty for what the item has not.
struct WitGate {
  std::string since, unstable, deprecated;
  friend bool operator==(const WitGate&, const WitGate&) = default;
};

/// Packages that were loaded, with all that they depend on.
class Wit {
 public:
  /// A `.wit` file, a Markdown file with blocks of WIT, a directory of both with an optional `deps/`, or a `.wasm` or `.wat` file: a WIT package in
  /// binary form, a component, a core module with WIT inside. Packages in binary form may stand in `deps/`, too. Errors: everything that is wrong and can be
  /// found in one go, with places; file-error for what cannot be read; bad-usage for a target version that is none.
  [[nodiscard]] static Result<Wit> load(const std::filesystem::path& path, const WitOptions& options = {});
  /// Several, which may use one another's packages.
  [[nodiscard]] static Result<Wit> load(std::span<const std::filesystem::path> paths, const WitOptions& options = {});
  /// One file that is in memory already; `name` stands for it in messages.
  [[nodiscard]] static Result<Wit> from_text(std::string name, std::string text, const WitOptions& options = {});

  /// The packages that were asked for, in the order of the paths; at least one.
  [[nodiscard]] std::vector<WitPackage> roots() const;
  /// All packages, each after those it depends on.
  [[nodiscard]] std::vector<WitPackage> packages() const;
  /// `world` of the roots, `ns:pkg/world`, `ns:pkg/world@1.2.3`; with an empty name the only world of the roots. Errors: unknown-item, ambiguous-world.
  [[nodiscard]] Result<WitWorld> find_world(std::string_view name = {}) const;
  /// `ns:pkg/interface@1.2.3`, in any package.
  [[nodiscard]] std::optional<WitInterface> find_interface(std::string_view id) const;
  /// Uses of what is deprecated.
  [[nodiscard]] const std::vector<Diagnostic>& warnings() const;

  /// Canonical WIT: the first root, with all other packages nested in it, so that the text stands alone.
  [[nodiscard]] std::string to_wit() const;
  /// As `wasm-tools component wit --json` has it.
  [[nodiscard]] std::string to_json() const;
  /// The same piece by piece, for large ones; false from `sink` stops it and is the answer.
  bool write_json(const std::function<bool(std::string_view)>& sink) const;

 private:
  friend struct WitAccess;
  std::shared_ptr<const struct WitImpl> impl_;  // owners: all handles
};

class WitPackage {
 public:
  [[nodiscard]] const std::string& ns() const;
  [[nodiscard]] const std::string& name() const;
  [[nodiscard]] std::string version() const;  ///< empty if it has none
  [[nodiscard]] std::string id() const;       ///< `ns:name@1.2.3`
  [[nodiscard]] const std::string& docs() const;
  /// In the order of the files' names, then as written; those that gates leave out are not there.
  [[nodiscard]] std::vector<WitInterface> interfaces() const;
  [[nodiscard]] std::vector<WitWorld> worlds() const;
  /// Canonical WIT of this package alone. It parses back to the same, given the packages it depends on.
  [[nodiscard]] std::string to_wit() const;
  friend bool operator==(const WitPackage&, const WitPackage&) = default;

 private:
  friend struct WitAccess;
  std::shared_ptr<const WitImpl> impl_;
  std::uint32_t index_ = 0;
};

class WitInterface {
 public:
  [[nodiscard]] std::string name() const;  ///< empty for one that is written in a world
  [[nodiscard]] std::string id() const;    ///< `ns:pkg/name@1.2.3`; empty likewise
  [[nodiscard]] WitPackage package() const;
  /// Types that it declares or has by `use`, each after those it needs.
  [[nodiscard]] std::vector<WitType> types() const;
  /// As written; those of resources too.
  [[nodiscard]] std::vector<WitFunction> functions() const;
  [[nodiscard]] const std::string& docs() const;
  [[nodiscard]] WitGate gate() const;
  [[nodiscard]] std::optional<TextPos> place() const;
  friend bool operator==(const WitInterface&, const WitInterface&) = default;

 private:
  friend struct WitAccess;
  std::shared_ptr<const WitImpl> impl_;
  std::uint32_t index_ = 0;
};

class WitWorld {
 public:
  [[nodiscard]] const std::string& name() const;
  [[nodiscard]] std::string id() const;  ///< `ns:pkg/name@1.2.3`
  [[nodiscard]] WitPackage package() const;
  /// With those that `use` implies, each after what it needs.
  [[nodiscard]] std::vector<WitItem> imports() const;
  [[nodiscard]] std::vector<WitItem> exports() const;
  [[nodiscard]] const std::string& docs() const;
  [[nodiscard]] WitGate gate() const;
  [[nodiscard]] std::optional<TextPos> place() const;
  friend bool operator==(const WitWorld&, const WitWorld&) = default;

 private:
  friend struct WitAccess;
  std::shared_ptr<const WitImpl> impl_;
  std::uint32_t index_ = 0;
};

enum class WitFunctionKind : std::uint8_t { freestanding, method, static_, constructor };

class WitFunction {
 public:
  [[nodiscard]] const std::string& name() const;      ///< as in WIT; a constructor's is its resource's
  [[nodiscard]] const std::string& abi_name() const;  ///< in components: `get`, `[method]bucket.get`
  [[nodiscard]] WitFunctionKind kind() const;
  [[nodiscard]] bool is_async() const;
  /// Of what it is a method, a static function or the constructor.
  [[nodiscard]] std::optional<WitType> resource() const;
  /// A method's begin with `self: borrow<..>`.
  [[nodiscard]] std::vector<WitParam> params() const;
  [[nodiscard]] std::optional<WitType> result() const;
  [[nodiscard]] const std::string& docs() const;
  [[nodiscard]] WitGate gate() const;
  [[nodiscard]] std::string external_id() const;  ///< of `@external-id`; empty if it has none
  [[nodiscard]] std::optional<TextPos> place() const;
  /// `async func(a: u32) -> string`, without the self of methods.
  [[nodiscard]] std::string to_string() const;
  friend bool operator==(const WitFunction&, const WitFunction&) = default;

 private:
  friend struct WitAccess;
  std::shared_ptr<const WitImpl> impl_;
  const wit::Function* function_ = nullptr;
};

enum class WitKind : std::uint8_t {
  bool_, s8, u8, s16, u16, s32, u32, s64, u64, f32, f64, char_, string, error_context,
  record, variant, list, fixed_list, map, tuple, flags, enum_, option, result, own, borrow, stream, future, resource,
  alias,  ///< `type a = b`, or a `use`: another name for the same type
};

/// A type: declared with a name, or written where it is used.
class WitType {
 public:
  [[nodiscard]] WitKind kind() const;
  [[nodiscard]] std::string name() const;  ///< empty if it has none, as `list<u8>`
  /// Fields, cases, flags by name; the elements of a tuple; of a map `key` and `value`; of a result `ok` and `err`; the element of a list, an option, a
  /// stream or a future; the resource of own and borrow; what an alias means. Depth is bounded, and no type contains itself.
  [[nodiscard]] std::vector<WitPart> parts() const;
  [[nodiscard]] std::uint32_t length() const;   ///< of a fixed_list; otherwise 0
  [[nodiscard]] WitType without_aliases() const;
  [[nodiscard]] bool is_use() const;            ///< came by `use`
  [[nodiscard]] std::optional<WitInterface> interface() const;  ///< where it is declared or used, if that is an interface
  [[nodiscard]] std::string docs() const;
  [[nodiscard]] WitGate gate() const;
  [[nodiscard]] std::string external_id() const;
  [[nodiscard]] std::optional<TextPos> place() const;  ///< of the declaration; nothing for a type without name
  /// As where it is used: its name, or `list<point>`.
  [[nodiscard]] std::string to_string() const;
  friend bool operator==(const WitType&, const WitType&) = default;

 private:
  friend struct WitAccess;
  std::shared_ptr<const WitImpl> impl_;
  WitKind kind_{};
  std::uint32_t index_ = 0;  ///< of primitive types 0
};

struct WitParam {
  std::string name;
  WitType type;
};

struct WitPart {
  std::string name;             ///< empty for what has no names
  std::optional<WitType> type;  ///< nothing for a flag, a case without payload, and `_`
  std::string docs;
};

/// What a world imports or exports.
struct WitItem {
  std::string name;  ///< `wasi:io/streams@0.2.0` for a named interface, else the plain name
  std::variant<WitInterface, WitFunction, WitType> item;
  std::string docs;
  WitGate gate;
  std::string external_id;
  std::optional<TextPos> place;
};

}  // namespace wcomp
