// The module that a text is turned into while it is read: its parts so far, and what its identifiers mean.
#pragma once

#include <deque>
#include <string>
#include <unordered_map>

#include "core/module.h"
#include "core/text/cursor.h"

namespace wcomp::core::text {

/// Identifiers of one index space.
class IdSpace {
 public:
  explicit IdSpace(std::string_view what) : what_(what) {}
  /// The next index, with its identifier, if it has one.
  [[nodiscard]] Result<std::uint32_t> add(Cursor& in);
  void add_unnamed() { ++count_; }
  /// An index given as a number or as an identifier.
  [[nodiscard]] Result<std::uint32_t> index(Cursor& in) const;
  [[nodiscard]] static bool at_index(const Cursor& in);
  [[nodiscard]] std::uint32_t count() const { return count_; }
  [[nodiscard]] const NameMap& names() const { return names_; }

 private:
  std::string_view what_;
  std::uint32_t count_ = 0;
  NameMap names_;
  std::unordered_map<std::string, std::uint32_t> by_name_;
};

/// `(type x)? (param ..)* (result ..)*` https://webassembly.github.io/spec/core/text/modules.html#type-uses
struct TypeUse {
  std::optional<TypeIdx> index;
  FuncType type;
  std::size_t position = 0;  ///< of its first token
};

struct Context {
  Module m;
  std::deque<Bytes> owned;  ///< what the module's views point into
  IdSpace types{"type"}, funcs{"function"}, tables{"table"}, mems{"memory"}, globals{"global"}, elems{"elem segment"}, datas{"data segment"};
  std::unordered_map<std::string, std::uint32_t> types_by_signature;
  bool needs_data_count = false;

  [[nodiscard]] Expr keep(ByteWriter out) {
    owned.push_back(out.take());
    return {owned.back(), 0};
  }
  TypeIdx add_type(FuncType type);
  /// The type that a use means; added at the end if there is none like it.
  [[nodiscard]] Result<TypeIdx> resolve(const TypeUse& use, const Cursor& in);
};

[[nodiscard]] Result<ValType> val_type(Cursor& in);
[[nodiscard]] Result<ValType> ref_type(Cursor& in);
/// `func` or `extern`
[[nodiscard]] Result<ValType> heap_type(Cursor& in);
/// `i64? min max? shared?`; 64-bit and shared ones are the caller's to refuse.
[[nodiscard]] Result<Limits> limits(Cursor& in);
[[nodiscard]] Result<TableType> table_type(Cursor& in);
[[nodiscard]] Result<GlobalType> global_type(Cursor& in);
/// `locals`: where parameters get their identifiers; without it they may have none.
[[nodiscard]] Result<TypeUse> type_use(Context& context, Cursor& in, IdSpace* locals);
/// The `(param ..)* (result ..)*` part.
[[nodiscard]] Result<FuncType> signature(Cursor& in, IdSpace* locals);

/// `(language "name" "version")* (sdk ..)* (processed-by ..)*` as the contents of a `producers` section.
/// https://github.com/WebAssembly/tool-conventions/blob/main/ProducersSection.md
[[nodiscard]] Result<Bytes> producers_section(Cursor& in);

}  // namespace wcomp::core::text
