// Writing core modules from code: adapters, shims, test modules. Imports of a kind come before definitions of that kind.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "core/module.h"
#include "core/opcode.h"

namespace wcomp::core {

/// The instructions of one function, appended in order. `end` of the function is added by the ModuleBuilder, or by `take`.
class CodeBuilder {
 public:
  /// `params`: how many parameters the function has; only `local` asks.
  explicit CodeBuilder(std::uint32_t params = 0) : params_(params) {}
  /// Any instruction without immediates.
  CodeBuilder& op(Opcode o);
  /// An instruction with one index or LEB immediate (local.get, call, br, global.set, memory.size, ...).
  CodeBuilder& op(Opcode o, std::uint32_t immediate);
  CodeBuilder& i32_const(std::int32_t v);
  CodeBuilder& i64_const(std::int64_t v);
  CodeBuilder& f32_const(float v);
  CodeBuilder& f64_const(double v);
  CodeBuilder& local_get(LocalIdx l) { return op(Opcode::local_get, l.value); }
  CodeBuilder& local_set(LocalIdx l) { return op(Opcode::local_set, l.value); }
  CodeBuilder& local_tee(LocalIdx l) { return op(Opcode::local_tee, l.value); }
  CodeBuilder& global_get(GlobalIdx g) { return op(Opcode::global_get, g.value); }
  CodeBuilder& global_set(GlobalIdx g) { return op(Opcode::global_set, g.value); }
  CodeBuilder& call(FuncIdx f) { return op(Opcode::call, f.value); }
  CodeBuilder& call_indirect(TypeIdx type, TableIdx table);
  /// Loads and stores, with memory index (multi-memory) where it is not 0. `align` is log2.
  CodeBuilder& mem(Opcode o, std::uint32_t align_log2, std::uint64_t offset, MemIdx m);
  CodeBuilder& memory_copy(MemIdx dst, MemIdx src);
  CodeBuilder& memory_fill(MemIdx m);
  CodeBuilder& block(std::optional<ValType> result = {});
  CodeBuilder& loop(std::optional<ValType> result = {});
  CodeBuilder& if_(std::optional<ValType> result = {});
  CodeBuilder& block_typed(Opcode block_loop_or_if, TypeIdx type);
  CodeBuilder& else_() { return op(Opcode::else_); }
  CodeBuilder& end() { return op(Opcode::end); }
  CodeBuilder& br(std::uint32_t depth) { return op(Opcode::br, depth); }
  CodeBuilder& br_if(std::uint32_t depth) { return op(Opcode::br_if, depth); }
  CodeBuilder& br_table(const std::vector<std::uint32_t>& depths, std::uint32_t default_depth);
  /// A new local of that type, numbered after the parameters.
  LocalIdx local(ValType t);
  /// The bytes with the function's `end`, for who builds no module.
  [[nodiscard]] Bytes take();

 private:
  friend class ModuleBuilder;
  std::uint32_t params_;
  std::vector<ValType> locals_;
  ByteWriter code_;
};

class ModuleBuilder {
 public:
  TypeIdx type(const FuncType& t);  ///< the same index for the same type
  FuncIdx import_func(std::string module, std::string name, const FuncType& t);
  TableIdx import_table(std::string module, std::string name, TableType t);
  MemIdx import_mem(std::string module, std::string name, MemType t);
  GlobalIdx import_global(std::string module, std::string name, GlobalType t);
  /// Declares a function; write its body through `code(f)` any time before build; the reference stays valid as long as the builder.
  FuncIdx func(const FuncType& t);
  [[nodiscard]] CodeBuilder& code(FuncIdx f);
  TableIdx table(TableType t);
  MemIdx mem(MemType t);
  /// Initialised with a constant (bits of the value; 0 / null for references).
  GlobalIdx global(GlobalType t, std::uint64_t bits);
  void export_func(std::string name, FuncIdx f);
  void export_table(std::string name, TableIdx t);
  void export_mem(std::string name, MemIdx m);
  void export_global(std::string name, GlobalIdx g);
  void elem(TableIdx t, std::uint32_t offset, std::vector<FuncIdx> funcs);
  void data(MemIdx m, std::uint32_t offset, Bytes bytes);
  void start(FuncIdx f);
  /// Function name for the name section.
  void name(FuncIdx f, std::string name);
  void custom(std::string name, Bytes bytes);
  [[nodiscard]] Bytes build() const;
  /// build + decode + validate; a failure is our own bug, so it is a WCOMP_CHECK with the message.
  [[nodiscard]] ValidModule build_valid() const;

 private:
  struct Definition {
    TypeIdx type;
    CodeBuilder code;
  };
  std::vector<FuncType> types_;
  std::vector<Import> imports_;
  std::deque<Definition> funcs_;  ///< references to code stay valid
  std::vector<TableType> tables_;
  std::vector<MemType> mems_;
  std::vector<std::pair<GlobalType, std::uint64_t>> globals_;
  std::vector<Export> exports_;
  std::optional<FuncIdx> start_;
  struct ElemSegment { TableIdx table; std::uint32_t offset; std::vector<FuncIdx> funcs; };
  struct DataSegment { MemIdx mem; std::uint32_t offset; Bytes bytes; };
  std::vector<ElemSegment> elems_;
  std::vector<DataSegment> datas_;
  std::vector<std::pair<std::uint32_t, std::string>> names_;
  std::vector<std::pair<std::string, Bytes>> customs_;
  std::uint32_t imported_funcs_ = 0, imported_tables_ = 0, imported_mems_ = 0, imported_globals_ = 0;
};

}  // namespace wcomp::core
