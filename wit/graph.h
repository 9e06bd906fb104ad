// The resolved WIT graph: what every consumer of WIT reads (bindgen, json, encoding, docs, diff). Names are WIT.md's.
//
// Made by wit::resolve (wit/resolve.h) from source, or by component::wit_decode from a binary. All cross references are ids; ids of the
// same kind are in dependency order (a package after its dependencies, a type after the types it uses, an interface after those it uses
// types of). A graph is immutable once made and then safe to share between threads.
#pragma once

#include <atomic>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/semver.h"
#include "base/source.h"
#include "types/types.h"

namespace wcomp::wit {

using PackageId = Index<struct PackageTag>;
using InterfaceId = Index<struct InterfaceTag>;
using WorldId = Index<struct WorldTag>;
using TypeDeclId = Index<struct TypeDeclTag>;

/// A value or none, as small as a pointer: what most items lack, or have in common with others. The value is never changed, so copies share
/// it, also between threads. Used like std::optional.
template <class T>
class Shared {
 public:
  Shared() = default;
  Shared(std::nullopt_t) {}
  template <class U>
    requires std::is_constructible_v<T, U&&> && (!std::is_same_v<std::remove_cvref_t<U>, Shared>)
  Shared(U&& value) : box_(new Box{T(std::forward<U>(value))}) {}
  template <class U>
  Shared(const std::optional<U>& value) : box_(value ? new Box{T(*value)} : nullptr) {}
  Shared(const Shared& other) : box_(other.box_) {
    if (box_ != nullptr) box_->users.fetch_add(1, std::memory_order_relaxed);
  }
  Shared(Shared&& other) noexcept : box_(std::exchange(other.box_, nullptr)) {}
  Shared& operator=(Shared other) noexcept {
    std::swap(box_, other.box_);
    return *this;
  }
  ~Shared() {
    if (box_ != nullptr && box_->users.fetch_sub(1, std::memory_order_acq_rel) == 1) delete box_;
  }

  [[nodiscard]] bool has_value() const { return box_ != nullptr; }
  explicit operator bool() const { return has_value(); }
  const T& operator*() const { return box_->value; }
  const T* operator->() const { return &box_->value; }
  [[nodiscard]] T value_or(T other) const { return box_ != nullptr ? box_->value : std::move(other); }
  void reset() { *this = Shared(); }
  template <std::same_as<Shared> S>
  friend bool operator==(const S& a, const S& b) {
    return a.box_ == b.box_ || (a && b && *a == *b);
  }
  template <std::same_as<Shared> S, class U>
    requires(!std::is_same_v<U, Shared>)
  friend bool operator==(const S& a, const U& b) {
    return a && *a == b;
  }

 private:
  struct Box {
    T value;
    std::atomic<std::uint32_t> users = 1;
  };
  Box* box_ = nullptr;
};

/// A text that is often empty. Converts to a string or view of one.
class Text {
 public:
  Text() = default;
  template <class S>
    requires std::is_convertible_v<const S&, std::string_view> && (!std::is_same_v<std::remove_cvref_t<S>, Text>)
  Text(const S& text) {
    if (const std::string_view view = text; !view.empty()) text_ = view;
  }
  Text(std::string&& text) {
    if (!text.empty()) text_ = std::move(text);
  }
  operator std::string_view() const { return get(); }
  operator const std::string&() const { return get(); }
  [[nodiscard]] bool empty() const { return !text_; }
  [[nodiscard]] const std::string& get() const {
    static const std::string none;
    return text_ ? *text_ : none;
  }
  template <std::same_as<Text> T>
  friend bool operator==(const T& a, const T& b) {
    return a.text_ == b.text_;
  }
  template <std::same_as<Text> T>
  friend bool operator==(const T& a, std::string_view b) {
    return a.get() == b;
  }

 private:
  Shared<std::string> text_;
};

/// Gates: WIT.md "Feature Gates". All empty means stable without a version.
struct Stability {
  Shared<SemVer> since;
  Shared<std::string> unstable_feature;
  Shared<SemVer> deprecated;
  [[nodiscard]] bool empty() const { return !since && !unstable_feature && !deprecated; }
};

/// `ns:name@version`.
struct PackageName {
  std::string ns;
  std::string name;
  std::optional<SemVer> version;
  [[nodiscard]] std::string to_string() const;
  friend bool operator==(const PackageName&, const PackageName&) = default;
};

enum class FuncKind : std::uint8_t { freestanding, method, static_, constructor };

struct Function {
  std::string name;               ///< as in WIT: `get`, for a constructor the resource's name
  std::string abi_name;           ///< name in the component: `get`, `[method]bucket.get`, `[static]bucket.open`, `[constructor]bucket`
  FuncKind kind = FuncKind::freestanding;
  std::optional<TypeDeclId> resource;  ///< for the three kinds of a resource's functions; params of methods include `self: borrow<r>`
  types::FuncType type;
  Text docs;                      ///< text of `///` lines without the slashes, lines joined by \n; may be hostile
  Stability stability;
  Span span;
  Shared<std::string> external_id = {};  ///< `@external-id("..")`
};

struct TypeDecl {
  std::string name;
  types::TypeId type;             ///< entry of Graph::types; for `use` and `type a = b` an AliasType
  std::variant<std::monostate, InterfaceId, WorldId> owner;
  std::optional<TypeDeclId> alias_of;  ///< the declaration a `use` or alias names directly, if its target is a named type
  bool is_use = false;            ///< came by `use`, so it exists for the owner's sake only
  Text docs;
  Stability stability;
  Span span;
  std::vector<std::string> member_docs = {};  ///< of a record's fields, cases or flags, one each; may be empty altogether
  Shared<std::string> external_id = {};  ///< `@external-id("..")`
};

struct Interface {
  std::optional<std::string> name;   ///< none for an inline interface of a world
  PackageId package;
  std::vector<TypeDeclId> types;     ///< each after those it needs, otherwise as declared; uses included
  std::vector<Function> functions;   ///< in declaration order; a resource's functions follow the order of their resource
  Text docs;
  Stability stability;
  Span span;
  std::optional<InterfaceId> clone_of = {};  ///< an inline interface that came by `include`: the one of the included world
};

/// What a world imports or exports.
struct WorldItem {
  std::string name;                  ///< `wasi:io/streams@0.2.0` for a named interface, else the plain name (`import a: wasi:io/streams` has a plain one)
  std::variant<InterfaceId, Function, TypeDeclId> item;
  Stability stability;
  Text docs;
  Span span;
  Shared<std::string> external_id = {};  ///< `@external-id("..")`
};

struct World {
  std::string name;
  PackageId package;
  /// Transitive imports are made explicit: every interface whose types an item uses is in `imports` (or `exports`), before its user.
  std::vector<WorldItem> imports;
  std::vector<WorldItem> exports;
  Text docs;
  Stability stability;
  Span span;
};

struct Package {
  PackageName name;
  std::vector<InterfaceId> interfaces;
  std::vector<WorldId> worlds;
  Text docs;
};

/// A map from types to the declarations that introduced them, dense as types are.
class DeclOfType {
 public:
  struct Entry {
    types::TypeId first;
    TypeDeclId second;
  };
  class Iterator {
   public:
    explicit Iterator(std::optional<Entry> entry) : entry_(entry) {}
    const Entry* operator->() const { return &*entry_; }
    const Entry& operator*() const { return *entry_; }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.entry_.has_value() == b.entry_.has_value() && (!a.entry_ || a.entry_->first == b.entry_->first); }

   private:
    std::optional<Entry> entry_;
  };

  void emplace(types::TypeId type, TypeDeclId decl) {
    if (type.value >= decls_.size()) decls_.resize(std::size_t{type.value} + 1, none);
    if (decls_[type.value] == none) decls_[type.value] = decl.value;
  }
  [[nodiscard]] Iterator find(types::TypeId type) const {
    if (!contains(type)) return end();
    return Iterator(Entry{type, TypeDeclId(decls_[type.value])});
  }
  [[nodiscard]] Iterator end() const { return Iterator(std::nullopt); }
  [[nodiscard]] bool contains(types::TypeId type) const { return type.value < decls_.size() && decls_[type.value] != none; }
  [[nodiscard]] TypeDeclId at(types::TypeId type) const {
    WCOMP_CHECK(contains(type));
    return TypeDeclId(decls_[type.value]);
  }

 private:
  static constexpr std::uint32_t none = UINT32_MAX;
  std::vector<std::uint32_t> decls_;
};

struct Graph {
  types::TypeArena types;
  Arena<PackageId, Package> packages;
  Arena<InterfaceId, Interface> interfaces;
  Arena<WorldId, World> worlds;
  Arena<TypeDeclId, TypeDecl> type_decls;
  std::vector<PackageId> roots;                    ///< the packages that were asked for; the rest are dependencies
  DeclOfType decl_of_type;                         ///< the declaration that introduced an entry, if it has a name
  std::unordered_map<types::TypeId, Stability> anonymous_stability = {};  ///< of entries without a name that consist of gated types or are part of a gated declaration

  /// `ns:pkg/iface@1.2.3`; for an inline interface the empty string.
  [[nodiscard]] std::string interface_id_name(InterfaceId id) const;
  [[nodiscard]] const TypeDecl* decl(types::TypeId id) const;
  /// The declaration behind uses and aliases.
  [[nodiscard]] TypeDeclId resolve_decl(TypeDeclId id) const;
};

}  // namespace wcomp::wit
