// The typing rules of single instructions: what each does to the stacks of the validation algorithm.
//
// `apply` is one step of the algorithm: features, immediates, operands. Most rows are their signature; the others have a rule here. Nothing is
// read: an Instr comes from an ExprReader. https://webassembly.github.io/spec/core/valid/instructions.html
#pragma once

#include <array>
#include <deque>
#include <string>
#include <unordered_map>

#include "core/expr_reader.h"
#include "core/local_types.h"
#include "core/operand_stack.h"
#include "core/validation_context.h"

namespace wcomp::core {

class InstrRules {
 public:
  /// The context has to live as long as this.
  explicit InstrRules(const ValidationContext& context) : c_(context), m_(context.module), stack_(context.module) {}

  /// Starts a function: one open block that gives its results.
  void start(const FuncType& type, const Func& func);
  /// False if the instruction is refused here; `refusal` then says why.
  bool apply(const Instr& i);
  [[nodiscard]] Refusal refusal(const Instr& i);

  [[nodiscard]] OperandStack& stack() { return stack_; }
  [[nodiscard]] const LocalTypes& locals() const { return locals_; }

 private:
  bool refuse(DiagCode code, std::string message);
  bool refuse(Refusal r) { return refuse(r.code, std::move(r.message)); }
  bool check_index(std::string_view what, std::size_t index, std::size_t count);
  bool check_type(ValType t);
  bool put(ValType t);

  bool immediates(const Instr& i);
  bool check_elements(ValType to, ValType from);
  bool table_of_funcs(std::uint32_t table);
  bool data(std::uint32_t index);
  bool mem_arg(const Instr& i);
  bool lanes(const Instr& i);
  bool block_type(const BlockType& b);
  [[nodiscard]] Types block_params(const BlockType& b) const;
  [[nodiscard]] Types block_results(const BlockType& b);
  [[nodiscard]] Types single(ValType t);
  [[nodiscard]] ValType address_of_mem(std::uint32_t mem) const { return address_type(m_.mem_types[mem].limits); }
  [[nodiscard]] ValType address_of_table(std::uint32_t table) const { return address_type(m_.table_types[table].limits); }
  [[nodiscard]] ValType address(const Instr& i) const;
  [[nodiscard]] const FuncType& func_type(std::uint32_t func) const { return m_.types[m_.func_types[func].value]; }

  bool by_signature(const Instr& i);
  bool by_rule(const Instr& i);
  bool bulk(const Instr& i);
  bool reference(const Instr& i);
  bool control(const Instr& i);
  bool exception(const Instr& i);
  bool select();
  bool call(const FuncType& type);
  bool return_call(const FuncType& type);
  bool br_on_non_null(std::uint32_t label);
  bool br_table(const std::vector<std::uint32_t>& labels);
  bool else_();
  bool end();
  bool pop_frame(Frame& f);
  void open(Opcode opcode, Types params, Types results) { stack_.push_frame(opcode, params, results, locals_.inits()); }
  bool catches(const Instr& i);
  bool legacy_catch(const Instr& i);
  bool delegate(std::uint32_t label);
  bool unreachable() {
    stack_.set_unreachable();
    return true;
  }

  const ValidationContext& c_;
  const Module& m_;
  LocalTypes locals_;
  OperandStack stack_;
  std::uint32_t stamp_ = 0;
  std::unordered_map<ValType, ValType*> singles_;  ///< lists of one reference type: keys of `single_storage_`
  std::deque<ValType> single_storage_;
  DiagCode code_;
  std::string message_;
};

}  // namespace wcomp::core
