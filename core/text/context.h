// The module that a text is turned into while it is read: its parts so far, and what its identifiers mean.
#pragma once

#include <deque>
#include <functional>
#include <list>
#include <string>
#include <unordered_map>

#include "core/module.h"
#include "core/text/cursor.h"

namespace wcomp::core::text {

/// The annotations of one module: each has to be used by what it stands at.
class Annotations {
 public:
  /// Those from token `first` on, which is the first of the module's fields.
  void begin(const TokenList& list, std::size_t first);
  /// The name given right before the token.
  [[nodiscard]] const std::string* take_name(std::size_t token);
  /// Any annotation of the kind right before the token.
  [[nodiscard]] const Annotation* take(AnnotationKind kind, std::size_t token);
  /// The token with the next branch hint, `token` or later; a number that no token has if there is none.
  [[nodiscard]] std::size_t next_hint(std::size_t token) const;
  /// Those that nothing used, up to those right before token `last`.
  [[nodiscard]] std::vector<const Annotation*> unused(std::size_t last) const;

 private:
  const TokenList* list_ = nullptr;
  std::size_t first_ = 0;  ///< number of the module's first annotation
  std::vector<bool> used_;
};

/// Whether an identifier or a name for what is declared stands here.
[[nodiscard]] bool is_named(const Cursor& in);

/// Identifiers of one index space.
class IdSpace {
 public:
  explicit IdSpace(std::string_view what) : what_(what) {}
  IdSpace(const IdSpace&) = delete;
  IdSpace& operator=(const IdSpace&) = delete;

  /// The next index, with its identifier and the name that an annotation gives it, if it has them. The tokens live as long as the space.
  [[nodiscard]] Result<std::uint32_t> add(Cursor& in, Annotations* annotations = nullptr);
  void add_unnamed(std::uint32_t count = 1) { count_ += count; }
  /// An index given as a number or as an identifier.
  [[nodiscard]] Result<std::uint32_t> index(Cursor& in) const;
  [[nodiscard]] static bool at_index(const Cursor& in);
  [[nodiscard]] std::uint32_t count() const { return count_; }
  [[nodiscard]] const NameMap& names() const { return names_; }

 private:
  std::string_view what_;
  std::uint32_t count_ = 0;
  NameMap names_;
  std::list<std::string> quoted_;  ///< identifiers that do not stand in the text as they are
  std::unordered_map<std::string_view, std::uint32_t> by_name_;
};

/// Reads the index of a type that a reference type names.
using FindType = std::function<Result<std::uint32_t>(Cursor&)>;

/// `(type x)? (param ..)* (result ..)*` https://webassembly.github.io/spec/core/text/modules.html#type-uses
struct TypeUse {
  std::optional<TypeIdx> index;
  FuncType type;
  std::size_t position = 0;  ///< of its first token
};

struct Context {
  Module m;
  std::deque<Bytes> owned;  ///< what the module's views point into
  Annotations annotations;
  IdSpace types{"type"}, funcs{"function"}, tables{"table"}, mems{"memory"}, globals{"global"}, tags{"tag"}, elems{"elem segment"},
      datas{"data segment"};
  FindType find_type = [this](Cursor& in) { return types.index(in); };
  std::unordered_map<std::u32string, std::uint32_t> types_by_signature;
  bool needs_data_count = false;

  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  [[nodiscard]] Expr keep(ByteWriter out) { return keep(out.take()); }
  [[nodiscard]] Expr keep(Bytes bytes) {
    owned.push_back(std::move(bytes));
    return {owned.back(), 0};
  }
  TypeIdx add_type(FuncType type);
  /// The type that a use means; added at the end if there is none like it.
  [[nodiscard]] Result<TypeIdx> resolve(const TypeUse& use, const Cursor& in);
};

// `find` reads the index in `(ref $t)`; without it there are no such types.
[[nodiscard]] Result<ValType> val_type(Cursor& in, const FindType& find = {});
[[nodiscard]] Result<ValType> ref_type(Cursor& in, const FindType& find = {});
/// `func`, `extern`, `$t` ..
[[nodiscard]] Result<HeapType> heap_type(Cursor& in, const FindType& find = {});
/// `(i32 | i64)? min max? shared?`
[[nodiscard]] Result<Limits> limits(Cursor& in);
[[nodiscard]] Result<TableType> table_type(Cursor& in, const FindType& find = {});
[[nodiscard]] Result<GlobalType> global_type(Cursor& in, const FindType& find = {});
/// `locals`: where parameters get their identifiers; without it they may have none.
[[nodiscard]] Result<TypeUse> type_use(Context& context, Cursor& in, IdSpace* locals);
/// The `(param ..)* (result ..)*` part.
[[nodiscard]] Result<FuncType> signature(Cursor& in, IdSpace* locals, const FindType& find = {}, Annotations* annotations = nullptr);

/// `(language "name" "version")* (sdk ..)* (processed-by ..)*` as the contents of a `producers` section.
/// https://github.com/WebAssembly/tool-conventions/blob/main/ProducersSection.md
[[nodiscard]] Result<Bytes> producers_section(Cursor& in);
/// `(mem-info ..)* (needed ..)* ..`, in any order, as the contents of a `dylink.0` section.
[[nodiscard]] Result<Bytes> dylink_contents(Cursor& in);

}  // namespace wcomp::core::text
