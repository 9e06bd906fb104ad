// A core module as it is between its binary and everything that reads it. Names are the core specification's.
//
// `decode` gives a Module whose bodies and data are views into bytes that the module keeps alive; `validate` wraps it as a ValidModule,
// which is what the engine and the encoder of components take. What can be switched off: Features. https://webassembly.github.io/spec/core/
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "core/features.h"
#include "core/val_type.h"

namespace wcomp::core {

using FuncIdx = Index<struct CoreFuncIdxTag>;
using TableIdx = Index<struct CoreTableIdxTag>;
using MemIdx = Index<struct CoreMemIdxTag>;
using GlobalIdx = Index<struct CoreGlobalIdxTag>;
using TagIdx = Index<struct CoreTagIdxTag>;
using ElemIdx = Index<struct CoreElemIdxTag>;
using DataIdx = Index<struct CoreDataIdxTag>;
using LocalIdx = Index<struct CoreLocalIdxTag>;

struct FuncType {
  std::vector<ValType> params;
  std::vector<ValType> results;
  friend bool operator==(const FuncType&, const FuncType&) = default;
};
[[nodiscard]] std::string to_string(const FuncType& t);

struct Limits {
  std::uint64_t min = 0;
  std::optional<std::uint64_t> max;
  bool is_64 = false;
  bool is_shared = false;
  friend bool operator==(const Limits&, const Limits&) = default;
};
struct TableType {
  ValType element = ValType::funcref;
  Limits limits;
  friend bool operator==(const TableType&, const TableType&) = default;
};
struct MemType {
  Limits limits;  ///< pages of 64 KiB
  friend bool operator==(const MemType&, const MemType&) = default;
};
struct GlobalType {
  ValType type = ValType::i32;
  bool is_mutable = false;
  friend bool operator==(const GlobalType&, const GlobalType&) = default;
};
/// An exception's type: what it carries are the parameters of a function type without results.
struct TagType {
  TypeIdx type;
  friend bool operator==(const TagType&, const TagType&) = default;
};
/// What an import or export is: func by its type's index in the module. In the order of ExternKind.
using ExternType = std::variant<TypeIdx, TableType, MemType, GlobalType, TagType>;

enum class ExternKind : std::uint8_t { func = 0, table = 1, mem = 2, global = 3, tag = 4 };
[[nodiscard]] std::string_view to_string(ExternKind k);

struct Import {
  std::string module;
  std::string name;
  ExternType type;
  std::uint64_t offset = 0;  ///< in the file, like every `offset` here
  /// Imports next to each other with the same number other than 0 are written as one group, which names their module once (compact imports).
  std::uint32_t group = 0;
  bool shares_type = false;  ///< the group names its type once, too
};
struct Export {
  std::string name;
  ExternKind kind = ExternKind::func;
  std::uint32_t index = 0;
  std::uint64_t offset = 0;
};

/// A constant expression or a body: encoded instructions, final `end` included; a view into the module's bytes.
struct Expr {
  ByteSpan code;
  std::uint64_t offset = 0;  ///< in the file
};
struct Locals {
  std::uint32_t count = 0;
  ValType type = ValType::i32;
};
/// A function that the module defines.
struct Func {
  TypeIdx type;
  std::vector<Locals> locals;  ///< as declared: runs of one type
  Expr body;
};
struct Global {
  GlobalType type;
  Expr init;
};
struct Table {
  TableType type;
  std::optional<Expr> init;
  std::uint64_t offset = 0;
};
enum class SegmentMode : std::uint8_t { active, passive, declarative };
struct Elem {
  ValType type = ValType::funcref;
  SegmentMode mode = SegmentMode::passive;
  TableIdx table;
  Expr offset;
  std::variant<std::vector<FuncIdx>, std::vector<Expr>> items;
  std::uint64_t file_offset = 0;
};
struct Data {
  SegmentMode mode = SegmentMode::passive;
  MemIdx mem;
  Expr offset;
  ByteSpan bytes;
  std::uint64_t file_offset = 0;
};
struct CustomSection {
  std::string name;
  ByteSpan bytes;
  std::uint8_t after = 0;  ///< id of the section it came after, so that it can be written back in place
};
/// Names by index, sorted, each index once.
using NameMap = std::vector<std::pair<std::uint32_t, std::string>>;
[[nodiscard]] const std::string* find_name(const NameMap& names, std::uint32_t index);

/// The name section, as far as it could be read; a broken one is no error.
/// https://webassembly.github.io/spec/core/appendix/custom.html#name-section
struct Names {
  std::string module;
  NameMap funcs;
  std::vector<std::pair<std::uint32_t, NameMap>> locals;  ///< by function index, sorted
  std::vector<std::pair<std::uint32_t, NameMap>> labels;  ///< the same; blocks are numbered as they open
  NameMap types, tables, mems, globals, elems, datas, tags;
};

/// Index spaces start with the imports of a kind. Owns (shares) the bytes that bodies, data and custom sections point into.
struct Module {
  std::vector<FuncType> types;
  std::vector<Import> imports;
  std::vector<Func> funcs;
  std::vector<Table> tables;
  std::vector<MemType> mems;
  std::vector<TagType> tags;
  std::vector<Global> globals;
  std::vector<Export> exports;
  std::optional<FuncIdx> start;
  std::vector<Elem> elems;
  std::optional<std::uint32_t> data_count;
  std::vector<Data> datas;
  std::vector<CustomSection> customs;
  Names names;
  std::shared_ptr<const Bytes> storage;  ///< owners: this module and its copies
  ByteSpan bytes;                        ///< the whole binary, inside `storage`
  std::string path = "module";           ///< what messages call it: `component > module#1`
  std::uint64_t first_group = 0;         ///< where the binary's first group of imports (compact imports) starts; 0: it has none
  std::array<std::uint64_t, 14> section_offsets{};  ///< by section id: where its contents start; 0 where there is none

  // The whole index spaces, imports first; filled by decode.
  std::vector<TypeIdx> func_types;
  std::vector<TableType> table_types;
  std::vector<MemType> mem_types;
  std::vector<GlobalType> global_types;
  std::vector<TagType> tag_types;
  std::vector<TypeIdx> canonical_types;  ///< by type: the first that is the same type (core/type_match.h)
  std::uint32_t imported_funcs = 0, imported_tables = 0, imported_mems = 0, imported_globals = 0, imported_tags = 0;

  [[nodiscard]] const FuncType& func_type(FuncIdx f) const { return types[func_types[f.value].value]; }
  [[nodiscard]] const Export* find_export(std::string_view name) const;
};

/// Decodes the module. `bytes` is shared, not copied. Stops at the first error, which says section and offset; `base_offset` and
/// `path` are added to places (for a module inside a component).
[[nodiscard]] Result<Module> decode(std::shared_ptr<const Bytes> storage, ByteSpan bytes, std::uint64_t base_offset = 0, std::string path = {});
[[nodiscard]] Result<Module> decode(Bytes bytes);

/// A Module that passed validation, now or when it was compiled. Cheap to copy; immutable; safe to share between threads.
class ValidModule {
 public:
  [[nodiscard]] const Module& operator*() const { return *module_; }
  [[nodiscard]] const Module* operator->() const { return module_.get(); }
  [[nodiscard]] std::shared_ptr<const Module> share() const { return module_; }
  /// One that somebody vouches for who had it validated: it comes from a file that was compiled of a valid one (runtime/precompiled).
  [[nodiscard]] static ValidModule trusted(std::shared_ptr<const Module> module) { return ValidModule(std::move(module)); }

 private:
  friend Result<ValidModule> validate(Module, const Features&, unsigned);
  explicit ValidModule(std::shared_ptr<const Module> m) : module_(std::move(m)) {}
  std::shared_ptr<const Module> module_;  ///< owners: every copy of this proof
};

/// Bodies are validated by up to `threads` threads, the caller's among them; 0: as many as there are processors. Small modules take one. The
/// outcome does not depend on it.
[[nodiscard]] Result<ValidModule> validate(Module module, const Features& features = {}, unsigned threads = 0);

/// The module's canonical binary; for a decoded module without changes the same bytes when the input was canonical.
[[nodiscard]] Bytes encode(const Module& module);

}  // namespace wcomp::core
