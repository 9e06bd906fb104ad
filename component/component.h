// A component as its binary says it: definitions in order, each adding to an index space. Names are Binary.md's and Explainer.md's.
//
// decode() -> Component, validate() -> ValidComponent (component/validate.h), encode() -> bytes. A Component is plain data: composers
// and componentize build one and encode it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "canonical-abi/encoding.h"
#include "component/built_in.h"
#include "core/module.h"
#include "types/types.h"

namespace wcomp::component {

using TypeIdx = Index<struct CompTypeIdxTag>;
using FuncIdx = Index<struct CompFuncIdxTag>;
using ValueIdx = Index<struct CompValueIdxTag>;
using InstanceIdx = Index<struct CompInstanceIdxTag>;
using ComponentIdx = Index<struct CompComponentIdxTag>;
using CoreModuleIdx = Index<struct CompCoreModuleIdxTag>;
using CoreInstanceIdx = Index<struct CompCoreInstanceIdxTag>;
using CoreTypeIdx = Index<struct CompCoreTypeIdxTag>;
using core::MemIdx;
using CoreFuncIdx = core::FuncIdx;
using CoreTableIdx = core::TableIdx;
using CoreGlobalIdx = core::GlobalIdx;

/// `sort` and `core:sort` in one enum; the low byte of core ones is the core:sort opcode.
enum class Sort : std::uint16_t {
  func = 0x01, value = 0x02, type = 0x03, component = 0x04, instance = 0x05,
  core_func = 0x100, core_table = 0x101, core_memory = 0x102, core_global = 0x103, core_tag = 0x104,
  core_type = 0x110, core_module = 0x111, core_instance = 0x112,
};
[[nodiscard]] constexpr bool is_core(Sort s) { return static_cast<std::uint16_t>(s) >= 0x100; }
[[nodiscard]] std::string_view to_string(Sort s);  ///< `func`, `core memory`

struct SortIdx {
  Sort sort = Sort::func;
  std::uint32_t index = 0;
};

// --- types as written: references are indices of the scope's type index space ---

using ValTypeRef = std::variant<types::Prim, TypeIdx>;
struct FieldRef { std::string name; ValTypeRef type; };
struct CaseRef { std::string name; std::optional<ValTypeRef> type; };
struct RecordRef { std::vector<FieldRef> fields; };
struct VariantRef { std::vector<CaseRef> cases; };
struct ListRef { ValTypeRef element; };
struct FixedListRef { ValTypeRef element; std::uint32_t length = 0; };
struct MapRef { ValTypeRef key, value; };
struct TupleRef { std::vector<ValTypeRef> types; };
struct FlagsRef { std::vector<std::string> names; };
struct EnumRef { std::vector<std::string> names; };
struct OptionRef { ValTypeRef some; };
struct ResultRef { std::optional<ValTypeRef> ok, err; };
struct OwnRef { TypeIdx resource; };
struct BorrowRef { TypeIdx resource; };
struct StreamRef { std::optional<ValTypeRef> element; };
struct FutureRef { std::optional<ValTypeRef> element; };
/// `defvaltype`
using DefValType = std::variant<types::Prim, RecordRef, VariantRef, ListRef, FixedListRef, MapRef, TupleRef, FlagsRef, EnumRef, OptionRef,
                                ResultRef, OwnRef, BorrowRef, StreamRef, FutureRef>;
struct FuncTypeRef {
  std::vector<FieldRef> params;
  std::optional<ValTypeRef> result;
  bool is_async = false;
};
/// `resourcetype`: rep is i32, or i64 where the feature cm64 is on.
struct ResourceTypeRef {
  core::ValType rep = core::ValType::i32;
  std::optional<CoreFuncIdx> dtor;
};

/// `externtype`: what an import or export is declared to be.
struct TypeBound {
  std::optional<TypeIdx> eq;  ///< none: `sub resource`
};
/// `valuebound`: the type, or the value that it is equal to.
using ValueBound = std::variant<ValTypeRef, ValueIdx>;
struct ExternDesc {
  Sort sort = Sort::func;                       ///< func, value, type, component, instance, core_module
  std::uint32_t type_index = 0;                 ///< type (or core type) index for all but `type` and `value`
  TypeBound bound;                              ///< for `type`
  ValueBound value_bound{};                     ///< for `value`
};

/// `attribute`s of a name. They do not take part in validation beyond their own form.
struct Attributes {
  std::optional<std::string> implements;   ///< an interface name
  std::optional<std::string> external_id;
  std::optional<std::string> version_suffix;  ///< what follows the canonical version of the name
  bool has_redundant_form = false;            ///< the name is written with 0x01, which means the same as 0x00
  bool has_list_form = false;                 ///< the name is written with 0x02 though there are none
  std::uint8_t order = 0;                     ///< as written: two bits for each, the first lowest: 1 implements, 2 version_suffix, 3 external_id; encode puts what is not here after it
  [[nodiscard]] bool empty() const { return !implements && !external_id && !version_suffix; }
};

struct ImportDecl { std::string name; ExternDesc desc; Attributes attributes{}; };
struct ExportDecl { std::string name; ExternDesc desc; Attributes attributes{}; };

struct AliasExport { Sort sort; InstanceIdx instance; std::string name; };
struct AliasCoreExport { Sort sort; CoreInstanceIdx instance; std::string name; };
struct AliasOuter { Sort sort; std::uint32_t count = 0; std::uint32_t index = 0; };
using Alias = std::variant<AliasExport, AliasCoreExport, AliasOuter>;

struct CoreModuleType;
/// `core:deftype`: a core function type or a module type. References to types in it are by the indices of the scope's core types.
using CoreDefType = std::variant<core::FuncType, std::shared_ptr<const CoreModuleType>>;
struct CoreModuleType {
  struct AliasOuterType { std::uint32_t count = 0, index = 0; };
  struct ImportItem { std::string module, name; core::ExternType type; };
  struct ExportItem { std::string name; core::ExternType type; };
  std::vector<std::variant<CoreDefType, AliasOuterType, ImportItem, ExportItem>> decls;
};

struct ComponentTypeRef;
struct InstanceTypeRef;
/// `deftype`
using DefType = std::variant<DefValType, FuncTypeRef, std::shared_ptr<const ComponentTypeRef>, std::shared_ptr<const InstanceTypeRef>, ResourceTypeRef>;
/// `instancedecl` / `componentdecl` in order; each has its own index spaces.
using TypeDeclItem = std::variant<CoreDefType, DefType, Alias, ImportDecl, ExportDecl>;
struct ComponentTypeRef { std::vector<TypeDeclItem> decls; };
struct InstanceTypeRef { std::vector<TypeDeclItem> decls; };  ///< no ImportDecl

// --- definitions ---

struct CoreInstantiate {
  CoreModuleIdx module;
  std::vector<std::pair<std::string, CoreInstanceIdx>> args;
};
struct CoreInlineExports { std::vector<std::pair<std::string, SortIdx>> exports; };
using CoreInstance = std::variant<CoreInstantiate, CoreInlineExports>;

struct Instantiate {
  ComponentIdx component;
  std::vector<std::pair<std::string, SortIdx>> args;
};
struct InlineExports {
  std::vector<std::pair<std::string, SortIdx>> exports;
  std::vector<Attributes> attributes{};  ///< empty, or one for each export
};
using Instance = std::variant<Instantiate, InlineExports>;

using cabi::StringEncoding;
enum class CanonOpt : std::uint8_t { string_encoding, memory, realloc, post_return, async, callback };
/// In which they are written where nothing says otherwise.
inline constexpr CanonOpt canon_opt_order[] = {CanonOpt::memory, CanonOpt::realloc, CanonOpt::string_encoding, CanonOpt::post_return, CanonOpt::async, CanonOpt::callback};
/// `canonopt`s
struct CanonOpts {
  StringEncoding encoding = StringEncoding::utf8;
  std::optional<MemIdx> memory;
  std::optional<CoreFuncIdx> realloc;
  std::optional<CoreFuncIdx> post_return;
  bool is_async = false;
  std::optional<CoreFuncIdx> callback;
  bool is_encoding_explicit = false;  ///< an utf8 that is written down; encode writes the others always
  std::vector<CanonOpt> order{};      ///< as they were written; encode puts what is not here after it
};
struct CanonLift { CoreFuncIdx core_func; CanonOpts opts; TypeIdx type; };
struct CanonLower { FuncIdx func; CanonOpts opts; };
struct CanonResourceNew { TypeIdx resource; };
struct CanonResourceDrop { TypeIdx resource; };
struct CanonResourceRep { TypeIdx resource; };
/// A row of canons.def with its immediates; those that the row does not have are left as they are.
struct CanonBuiltIn {
  BuiltIn built_in{};
  TypeIdx type{};                          ///< `t`
  std::optional<ValTypeRef> result{};      ///< `r`
  CanonOpts opts{};                        ///< `o`; for `m` its memory
  bool is_async = false;                   ///< `a`
  bool is_cancellable = false;             ///< `c`
  bool is_shared = false;                  ///< `s`
  CoreTypeIdx core_type{};                 ///< `f`
  CoreTableIdx table{};                    ///< `b`
  core::ValType context_type = core::ValType::i32;  ///< `v`
  std::uint32_t context_index = 0;         ///< `i`
};
using Canon = std::variant<CanonLift, CanonLower, CanonResourceNew, CanonResourceDrop, CanonResourceRep, CanonBuiltIn>;

/// `start`: a function that is called at this place of the instantiation; its results are values.
struct Start {
  FuncIdx func;
  std::vector<ValueIdx> args;
  std::uint32_t result_count = 0;
};
/// `value`: a type and the bytes of a value of it.
struct ValueDef {
  ValTypeRef type;
  Bytes bytes;
};

struct Import { std::string name; ExternDesc desc; Attributes attributes{}; };
struct Export { std::string name; SortIdx item; std::optional<ExternDesc> desc; Attributes attributes{}; };

struct Component;
/// A nested core module: its bytes, decoded later by validate.
struct CoreModuleDef { ByteSpan bytes; std::uint64_t offset = 0; std::shared_ptr<const Bytes> storage; };
struct CustomSection { std::string name; ByteSpan bytes; std::shared_ptr<const Bytes> storage; };

/// One definition, in file order. `offset` is where it starts in the file (0 when built by code).
struct Definition {
  std::variant<CoreModuleDef, CoreInstance, CoreDefType, std::shared_ptr<const Component>, Instance, Alias, DefType, Canon, Import, Export, CustomSection, Start, ValueDef> item;
  std::uint64_t offset = 0;
  bool begins_section = false;  ///< it is the first of its section though what is before it has the same id, so that encode does not join them
};

struct Component {
  std::vector<Definition> definitions;
  std::string name;                      ///< from the `component-name` section; encode writes one if no such CustomSection is among the definitions
  std::uint64_t offset = 0;              ///< in the file
};

/// Reads a component's binary. Stops at the first error with component path, section and offset. Nesting is bounded.
/// What features gate is read; validate refuses it where they are off.
[[nodiscard]] Result<std::shared_ptr<const Component>> decode(std::shared_ptr<const Bytes> storage);
[[nodiscard]] Result<std::shared_ptr<const Component>> decode(Bytes bytes);
[[nodiscard]] Bytes encode(const Component& component);

/// What the first eight bytes say.
enum class BinaryKind : std::uint8_t { not_wasm, core_module, component };
[[nodiscard]] BinaryKind detect(ByteSpan bytes);

}  // namespace wcomp::component
