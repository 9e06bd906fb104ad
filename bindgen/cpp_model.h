// A world as C++: which namespace, header and class everything in it has. Read by both emitters.
//
// A `Scope` is a WIT interface (or the world itself) seen from one direction, and becomes one C++ namespace:
//
//                 guest code (--lang cpp)             host code (--lang cpp-host)
//   import        ns::package::interface              ns_package::interface
//   export        exports::ns::package::interface     ns_package::world::exports::interface
//
// An inline interface has its world's name before its own. If a graph has several versions of a package, each carries its version
// (`wasi::io_v0_2_0`). The import scope of an interface depends on nothing but the interface, so worlds share its header. Types without
// resources of exported interfaces exist once, in the import scope; the export scope has `using` declarations for them. Types with such
// resources are other types in the Component Model and so are other C++ types. `import a: some:package/interface` is a scope of the same
// kind beside the interface's own: its namespace is named like that of an inline interface, its resources are its own.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "bindgen/cpp_names.h"
#include "bindgen/file_names.h"
#include "canonical-abi/shape.h"
#include "wit/graph.h"

namespace wcomp::bindgen {

enum class Side : std::uint8_t { guest, host };
enum class Direction : std::uint8_t { import_, export_ };
/// What the parameters of functions that generated code calls (a guest's exports, a host's imports) hold: views of what the caller gave, or
/// values of their own, which the function can move from (what holds a borrow stays a view). Calls to the other side always take views: an owned value is one.
enum class TypeOwnership : std::uint8_t { borrowing, owning };

/// A function with its C++ names.
struct FuncModel {
  const wit::Function* func = nullptr;
  std::string name;                       ///< in its class or namespace; constructors: `new_thing` in host code
  std::vector<std::string> params;        ///< names, `self` of methods included
};
/// A resource's functions.
struct ResourceModel {
  wit::TypeDeclId decl;
  std::vector<FuncModel> functions;
};

struct Scope {
  std::optional<wit::InterfaceId> interface;  ///< none: the world itself
  Direction direction = Direction::import_;
  std::string wit_name;                  ///< `ns:pkg/iface@1.0.0`, `name` of an inline interface, empty for the world
  std::string cpp_namespace;             ///< `ns::pkg::iface`
  std::string file_stem;                 ///< `ns_pkg_iface`
  std::string docs;
  bool is_in_world = true;               ///< false: here only because of its types; its header is the same, there is no glue for it
  bool is_renamed = false;               ///< `import a: some:package/interface`
  std::vector<wit::TypeDeclId> types;    ///< resources included
  std::vector<FuncModel> functions;      ///< freestanding ones
  std::vector<ResourceModel> resources;
  std::vector<std::size_t> uses;         ///< import scopes whose types it names, by position in Model::scopes
};

class Model {
 public:
  /// Errors: `unsupported` for async functions, streams, futures and error contexts.
  [[nodiscard]] static Result<Model> make(const wit::Graph& graph, wit::WorldId world, Side side, TypeOwnership ownership = TypeOwnership::borrowing);

  [[nodiscard]] const wit::Graph& graph() const { return *graph_; }
  [[nodiscard]] const wit::World& world() const { return graph_->worlds[world_]; }
  [[nodiscard]] wit::WorldId world_id() const { return world_; }
  [[nodiscard]] Side side() const { return side_; }
  [[nodiscard]] TypeOwnership ownership() const { return ownership_; }
  /// In dependency order; the world's own import scope after the interfaces, export scopes last.
  [[nodiscard]] const std::vector<Scope>& scopes() const { return scopes_; }

  /// C++ name of a declaration in its namespace.
  [[nodiscard]] const std::string& name(wit::TypeDeclId decl) const { return names_.at(decl); }
  /// The scope that a declaration's C++ type lives in when it is named from `from`.
  [[nodiscard]] const Scope& home(wit::TypeDeclId decl, const Scope& from) const;
  /// `::ns::pkg::iface::Type`, or `Type` alone within `from`.
  [[nodiscard]] std::string qualified(wit::TypeDeclId decl, const Scope& from, bool is_short = true) const;

  /// The declaration by which an own or borrow names its resource.
  [[nodiscard]] wit::TypeDeclId resource_decl(types::TypeId resource) const;

  /// The C++ type of a value that is stored, returned or part of another.
  [[nodiscard]] std::string value_type(types::ValType type, const Scope& from, bool is_short = true) const;
  /// The same for an entry that has a name itself: what the name stands for.
  [[nodiscard]] std::string anonymous_type(types::TypeId id, const Scope& from, bool is_short = true) const;
  /// The C++ type of a parameter: views and references where nothing is handed over, see TypeOwnership.
  [[nodiscard]] std::string param_type(types::ValType type, const Scope& from, bool is_short = true) const;
  [[nodiscard]] std::string result_type(const types::FuncType& type, const Scope& from, bool is_short = true) const;
  /// `R(P...)`, with every name in full.
  [[nodiscard]] std::string signature(const types::FuncType& type, const Scope& from) const;
  /// Whether a parameter of this type is handed over, so that `std::move` passes it on.
  [[nodiscard]] bool is_moved(types::ValType type) const { return contains_handle(type, true); }
  /// Whether a value holds an own (`only_own`) or any handle.
  [[nodiscard]] bool contains_handle(types::ValType type, bool only_own) const;
  [[nodiscard]] bool contains_borrow(types::ValType type) const;
  [[nodiscard]] bool is_scalar(types::ValType type) const;
  /// Whether its C++ type has a default constructor on both sides.
  [[nodiscard]] bool is_default_constructible(types::ValType type) const;
  /// Whether a declaration exists as a C++ name: all do that there are bindings for.
  [[nodiscard]] bool is_declared(wit::TypeDeclId decl) const;
  /// Whether this world's functions can name it as a type of the scope: not a resource of an interface that is only exported.
  [[nodiscard]] bool is_needed(wit::TypeDeclId decl, const Scope& scope) const;
  /// Whether a function makes its resource or, since it can fail, a result with it.
  [[nodiscard]] bool is_plain_constructor(const wit::Function& func) const;
  [[nodiscard]] bool has_deprecated() const;

  /// ` [[deprecated(..)]]` or nothing.
  [[nodiscard]] static std::string deprecation(const wit::Stability& stability);

 private:
  Model(const wit::Graph& graph, wit::WorldId world, Side side, TypeOwnership ownership)
      : graph_(&graph), files_(graph), world_(world), side_(side), ownership_(ownership) {}
  Result<void> build();
  /// Whether there are bindings for a function of the world, or of one of its interfaces.
  Result<void> check(const wit::Function& func, std::string_view interface, bool is_export) const;
  /// Why there are no bindings for a type, or nothing.
  [[nodiscard]] std::string_view refused_part(types::ValType type) const;
  void name_types(const std::vector<wit::TypeDeclId>& decls);
  void add_functions(Scope& scope, const std::vector<const wit::Function*>& functions) const;
  /// The scope of an interface depends on the interface alone, except for `is_in_world`: the bindings of all worlds that name it share a header.
  std::size_t add_import_interface(wit::InterfaceId id, const std::string& item_name, bool is_in_world);
  void add_imports();
  void add_exports();
  void add_uses(Scope& scope);
  [[nodiscard]] std::string package_path(wit::PackageId id) const;
  /// Whether a type holds a resource that `is_wanted` says yes to, given the interface that declares it.
  template <class F>
  [[nodiscard]] bool reaches_resource(types::ValType type, F is_wanted) const;
  [[nodiscard]] bool reaches_exported_resource(types::ValType type) const;
  [[nodiscard]] bool reaches_resource_of(wit::InterfaceId interface, types::ValType type) const;
  const wit::Graph* graph_;
  FileNames files_;
  wit::WorldId world_;
  Side side_;
  TypeOwnership ownership_;
  std::vector<Scope> scopes_;
  std::map<wit::TypeDeclId, std::string> names_;
  std::map<wit::InterfaceId, std::size_t> import_scopes_, export_scopes_;
  std::optional<std::size_t> world_scope_;
};

}  // namespace wcomp::bindgen
