#include "core/instr_rules.h"

#include <utility>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "core/limits.h"
#include "core/signature.h"
#include "core/type_match.h"

namespace wcomp::core {
namespace {

/// Value types of one byte, each where its byte says.
constexpr auto byte_types = [] {
  std::array<ValType, 256> out{};
  for (std::uint32_t i = 0; i < out.size(); ++i) out[i] = static_cast<ValType>(i);
  return out;
}();

}  // namespace

void InstrRules::start(const FuncType& type, const Func& func) {
  locals_.reset(type, func);
  stack_.clear();
  stack_.push_frame(Opcode::block, {}, type.results);
  stamp_ = 0;
}

Refusal InstrRules::refusal(const Instr& i) {
  if (message_.empty()) message_ = fmt::format("type mismatch in `{}`: {}", i.row->text, stack_.message());
  return {code_, std::exchange(message_, {})};
}

bool InstrRules::refuse(DiagCode code, std::string message) {
  code_ = code;
  message_ = std::move(message);
  return false;
}

bool InstrRules::check_index(std::string_view what, std::size_t index, std::size_t count) {
  if (index < count) [[likely]]
    return true;
  return refuse(diag::index_out_of_range, fmt::format("unknown {} {}, {} are defined", what, index, count));
}

bool InstrRules::check_type(ValType t) {
  std::optional<Refusal> fault = c_.fault_of(t);
  return !fault || refuse(std::move(*fault));
}

bool InstrRules::put(ValType t) {
  stack_.put(t);
  return true;
}

bool InstrRules::apply(const Instr& i) {
  code_ = diag::type_mismatch;
  if (!c_.is_enabled(*i.row)) [[unlikely]]
    return refuse(c_.disabled(*i.row));
  if (!immediates(i)) return false;
  if (!(signature_of(*i.row).is_by_rule ? by_rule(i) : by_signature(i))) return false;
  if (stack_.height() <= limits::operands) [[likely]]
    return true;
  return refuse(diag::limit_exceeded, fmt::format("more than {} operands on the stack", limits::operands));
}

bool InstrRules::by_signature(const Instr& i) {
  const Signature& s = signature_of(*i.row);
  if (!s.has_address) [[likely]] {
    for (std::size_t p = s.param_count; p-- > 0;) {
      if (!stack_.take(s.params[p])) return false;
    }
    if (s.result_count != 0) stack_.put(s.results[0]);
    return true;
  }
  const ValType a = address(i);
  for (std::size_t p = s.param_count; p-- > 0;) {
    if (!stack_.take(s.params[p] == address_letter ? a : s.params[p])) return false;
  }
  if (s.result_count != 0) stack_.put(s.results[0] == address_letter ? a : s.results[0]);
  return true;
}

ValType InstrRules::address(const Instr& i) const {
  switch (i.row->immediate) {
    case Immediate::mem_arg:
    case Immediate::mem_arg_lane:
      return address_of_mem(i.mem_arg.mem.value);
    case Immediate::mem:
      return address_of_mem(i.index);
    case Immediate::data_mem:
      return address_of_mem(i.index2);
    case Immediate::table:
      return address_of_table(i.index);
    case Immediate::elem_table:
      return address_of_table(i.index2);
    default:
      break;
  }
  WCOMP_CHECK(false);  // a row with the letter `a` names a memory or table
}

/// Indices exist, and what can be said without looking at the stack.
bool InstrRules::immediates(const Instr& i) {
  switch (i.row->immediate) {
    case Immediate::none:
    case Immediate::i32_const:
    case Immediate::i64_const:
    case Immediate::f32_const:
    case Immediate::f64_const:
    case Immediate::v128_const:
      return true;
    case Immediate::heap_type: {
      std::optional<Refusal> fault = c_.fault_of(i.heap_type);
      return !fault || refuse(std::move(*fault));
    }
    case Immediate::select_types:
      for (const ValType t : i.types) {
        if (!check_type(t)) return false;
      }
      return true;
    case Immediate::block_type:
      return block_type(i.block_type);
    case Immediate::try_table:
      return block_type(i.block_type) && catches(i);
    case Immediate::label:
      return check_index("label", i.index, stack_.depth());
    case Immediate::label_table:
      for (const std::uint32_t label : i.labels) {
        if (!check_index("label", label, stack_.depth())) return false;
      }
      return true;
    case Immediate::func:
      return check_index("function", i.index, m_.func_types.size());
    case Immediate::func_ref:
      if (!check_index("function", i.index, m_.func_types.size())) return false;
      return c_.declared_funcs[i.index] ||
             refuse(diag::invalid,
                    fmt::format("undeclared function reference: function {} is in no element segment, export, table or global", i.index));
    case Immediate::type:
      return check_index("type", i.index, m_.types.size());
    case Immediate::tag:
      return check_index("tag", i.index, m_.tag_types.size());
    case Immediate::type_table:
      return check_index("type", i.index, m_.types.size()) && check_index("table", i.index2, m_.table_types.size()) &&
             table_of_funcs(i.index2);
    case Immediate::local:
      return check_index("local", i.index, locals_.count());
    case Immediate::global:
      return check_index("global", i.index, m_.global_types.size());
    case Immediate::table:
      return check_index("table", i.index, m_.table_types.size());
    case Immediate::table_table:
      return check_index("table", i.index, m_.table_types.size()) && check_index("table", i.index2, m_.table_types.size()) &&
             check_elements(m_.table_types[i.index].element, m_.table_types[i.index2].element);
    case Immediate::mem:
      return check_index("memory", i.index, m_.mem_types.size());
    case Immediate::mem_mem:
      return check_index("memory", i.index, m_.mem_types.size()) && check_index("memory", i.index2, m_.mem_types.size());
    case Immediate::data_mem:
      return check_index("memory", i.index2, m_.mem_types.size()) && data(i.index);
    case Immediate::data:
      return data(i.index);
    case Immediate::elem:
      return check_index("elem segment", i.index, m_.elems.size());
    case Immediate::elem_table:
      return check_index("elem segment", i.index, m_.elems.size()) && check_index("table", i.index2, m_.table_types.size()) &&
             check_elements(m_.table_types[i.index2].element, m_.elems[i.index].type);
    case Immediate::mem_arg:
      return mem_arg(i);
    case Immediate::mem_arg_lane:
      return mem_arg(i) && lanes(i);
    case Immediate::lane:
    case Immediate::lanes16:
      return lanes(i);
  }
  return false;
}

bool InstrRules::check_elements(ValType to, ValType from) {
  return matches(m_, from, to) || refuse(diag::type_mismatch, fmt::format("type mismatch: elements of {} do not fit a table of {}",
                                                                          to_string(from), to_string(to)));
}

bool InstrRules::table_of_funcs(std::uint32_t table) {
  const ValType element = m_.table_types[table].element;
  return matches(m_, element, ValType::funcref) ||
         refuse(diag::type_mismatch, fmt::format("type mismatch: an indirect call needs a table of functions, table {} is of {}", table,
                                                 to_string(element)));
}

/// Bodies come before the data in the binary, so code that names data needs the count in front.
bool InstrRules::data(std::uint32_t index) {
  if (!m_.data_count) return refuse(diag::malformed, "data count section required: the code refers to a data segment");
  return check_index("data segment", index, *m_.data_count);
}

bool InstrRules::mem_arg(const Instr& i) {
  const MemArg& a = i.mem_arg;
  if (!check_index("memory", a.mem.value, m_.mem_types.size())) return false;
  if (a.align_log2 > 4 || (1u << a.align_log2) > i.row->access_bytes) {
    return refuse(diag::invalid, fmt::format("alignment must not be larger than natural: `{}` touches {} bytes, its alignment is 2^{}",
                                             i.row->text, i.row->access_bytes, a.align_log2));
  }
  if (a.offset > 0xffff'ffff && !m_.mem_types[a.mem.value].limits.is_64) {
    return refuse(diag::invalid, fmt::format("offset out of range: {} does not fit a 32-bit memory", a.offset));
  }
  return true;
}

bool InstrRules::lanes(const Instr& i) {
  const auto fits = [&](std::uint8_t lane) {
    return lane < i.row->lanes ||
           refuse(diag::invalid, fmt::format("invalid lane index {}: `{}` has lanes 0 to {}", lane, i.row->text, i.row->lanes - 1));
  };
  if (i.row->immediate != Immediate::lanes16) return fits(i.lane);
  for (const std::uint8_t lane : i.lanes) {
    if (!fits(lane)) return false;
  }
  return true;
}

bool InstrRules::block_type(const BlockType& b) {
  switch (b.kind) {
    case BlockType::Kind::empty:
      return true;
    case BlockType::Kind::value:
      return check_type(b.value);
    case BlockType::Kind::type:
      break;
  }
  if (!check_index("type", b.type.value, m_.types.size())) return false;
  return c_.features.multi_value || refuse(diag::feature_disabled, "a block type by index needs the feature multi-value");
}

Types InstrRules::block_params(const BlockType& b) const {
  return b.kind == BlockType::Kind::type ? Types(m_.types[b.type.value].params) : Types();
}

Types InstrRules::block_results(const BlockType& b) {
  switch (b.kind) {
    case BlockType::Kind::empty:
      return {};
    case BlockType::Kind::value:
      return single(b.value);
    case BlockType::Kind::type:
      break;
  }
  return m_.types[b.type.value].results;
}

Types InstrRules::single(ValType t) {
  if (const auto byte = static_cast<std::uint32_t>(t); byte < byte_types.size()) return {&byte_types[byte], 1};
  const auto [it, is_new] = singles_.try_emplace(t, nullptr);
  if (is_new) it->second = &single_storage_.emplace_back(t);
  return {it->second, 1};
}

/// The rows without a signature.
bool InstrRules::by_rule(const Instr& i) {
  switch (i.opcode) {
    case Opcode::local_get:
      if (!locals_.is_set(i.index)) {
        return refuse(diag::invalid, fmt::format("uninitialized local: local {} has to be set before it is read, its type {} has no default",
                                                 i.index, to_string(locals_[i.index])));
      }
      return put(locals_[i.index]);
    case Opcode::local_set:
      if (!stack_.take(locals_[i.index])) return false;
      locals_.set(i.index);
      return true;
    case Opcode::local_tee: {
      const ValType t = locals_[i.index];
      if (!stack_.take(t)) return false;
      locals_.set(i.index);
      return put(t);
    }
    case Opcode::global_get:
      return put(m_.global_types[i.index].type);
    case Opcode::global_set:
      if (!m_.global_types[i.index].is_mutable)
        return refuse(diag::invalid, fmt::format("global is immutable: global {} cannot be set", i.index));
      return stack_.take(m_.global_types[i.index].type);
    case Opcode::drop: {
      ValType any{};
      return stack_.take_any(any);
    }
    case Opcode::select:
      return select();
    case Opcode::select_t:
      if (i.types.size() != 1)
        return refuse(diag::invalid, fmt::format("invalid result arity: a select gives one value, not {}", i.types.size()));
      return stack_.take(ValType::i32) && stack_.take(i.types[0]) && stack_.take(i.types[0]) && put(i.types[0]);
    default:
      return i.row->immediate == Immediate::table || i.row->immediate == Immediate::table_table || i.row->immediate == Immediate::mem_mem
                 ? bulk(i)
                 : control(i);
  }
}

/// Instructions on tables and memories whose operands are not a row's signature.
bool InstrRules::bulk(const Instr& i) {
  const auto shorter = [](ValType a, ValType b) { return a == ValType::i32 || b == ValType::i32 ? ValType::i32 : ValType::i64; };
  if (i.opcode == Opcode::memory_copy) {
    const ValType to = address_of_mem(i.index);
    const ValType from = address_of_mem(i.index2);
    return stack_.take(shorter(to, from)) && stack_.take(from) && stack_.take(to);
  }
  const ValType address = address_of_table(i.index);
  const ValType element = m_.table_types[i.index].element;
  switch (i.opcode) {
    case Opcode::table_copy: {
      const ValType from = address_of_table(i.index2);
      return stack_.take(shorter(address, from)) && stack_.take(from) && stack_.take(address);
    }
    case Opcode::table_get:
      return stack_.take(address) && put(element);
    case Opcode::table_set:
      return stack_.take(element) && stack_.take(address);
    case Opcode::table_grow:
      return stack_.take(address) && stack_.take(element) && put(address);
    default:  // table.fill
      return stack_.take(address) && stack_.take(element) && stack_.take(address);
  }
}

bool InstrRules::select() {
  ValType a{};
  ValType b{};
  if (!stack_.take(ValType::i32) || !stack_.take_any(b) || !stack_.take_any(a)) return false;
  for (const ValType t : {a, b}) {
    if (t != unknown_type && is_ref(t)) {
      return refuse(diag::type_mismatch, fmt::format("type mismatch: a select of {} has to name its type", to_string(t)));
    }
  }
  if (a != b && a != unknown_type && b != unknown_type) {
    return refuse(diag::type_mismatch, fmt::format("type mismatch in `select`: {} and {}", to_string(a), to_string(b)));
  }
  return put(a == unknown_type ? b : a);
}

bool InstrRules::reference(const Instr& i) {
  ValType t{};
  switch (i.opcode) {
    case Opcode::ref_null:
      return put(ref_to(i.heap_type, true));
    case Opcode::ref_func:
      return put(ref_to(heap_type_of(m_.func_types[i.index]), false));
    case Opcode::ref_is_null:
      return stack_.take_ref(t) && put(ValType::i32);
    case Opcode::ref_as_non_null:
      return stack_.take_ref(t) && put(ref_to(heap_type_of(t), false));
    case Opcode::br_on_null:
      return stack_.take_ref(t) && stack_.take_and_put(stack_.frame(i.index).label_types()) && put(ref_to(heap_type_of(t), false));
    case Opcode::br_on_non_null:
      return br_on_non_null(i.index);
    case Opcode::call_ref:
      return stack_.take(ref_to(heap_type_of(TypeIdx(i.index)), true)) && call(m_.types[i.index]);
    case Opcode::return_call_ref:
      return stack_.take(ref_to(heap_type_of(TypeIdx(i.index)), true)) && return_call(m_.types[i.index]);
    default:
      return exception(i);
  }
}

bool InstrRules::br_on_non_null(std::uint32_t label) {
  const Types types = stack_.frame(label).label_types();
  if (types.empty() || !is_ref(types.back())) {
    return refuse(diag::type_mismatch, fmt::format("type mismatch in `br_on_non_null`: label {} does not take a reference last", label));
  }
  ValType t{};
  if (!stack_.take_ref(t)) return false;
  return stack_.check(ref_to(heap_type_of(t), false), types.back()) && stack_.take_and_put(types.first(types.size() - 1));
}

bool InstrRules::call(const FuncType& type) {
  if (!stack_.take(Types(type.params))) return false;
  stack_.put(Types(type.results));
  return true;
}

bool InstrRules::return_call(const FuncType& type) {
  return stack_.check(type.results, stack_.frame(stack_.depth() - 1).results) && stack_.take(Types(type.params)) && unreachable();
}

bool InstrRules::control(const Instr& i) {
  switch (i.opcode) {
    case Opcode::unreachable:
      return unreachable();
    case Opcode::if_:
      if (!stack_.take(ValType::i32)) return false;
      [[fallthrough]];
    case Opcode::block:
    case Opcode::loop:
    case Opcode::try_:
    case Opcode::try_table: {
      const Types params = block_params(i.block_type);
      if (!stack_.take(params)) return false;
      open(i.opcode, params, block_results(i.block_type));
      return true;
    }
    case Opcode::else_:
      return else_();
    case Opcode::end:
      return end();
    case Opcode::br:
      return stack_.take(stack_.frame(i.index).label_types()) && unreachable();
    case Opcode::br_if:
      return stack_.take(ValType::i32) && stack_.take_and_put(stack_.frame(i.index).label_types());
    case Opcode::br_table:
      return br_table(i.labels);
    case Opcode::return_:
      return stack_.take(stack_.frame(stack_.depth() - 1).results) && unreachable();
    case Opcode::call:
      return call(func_type(i.index));
    case Opcode::call_indirect:
      return stack_.take(address_of_table(i.index2)) && call(m_.types[i.index]);
    case Opcode::return_call:
      return return_call(func_type(i.index));
    case Opcode::return_call_indirect:
      return stack_.take(address_of_table(i.index2)) && return_call(m_.types[i.index]);
    default:
      return reference(i);
  }
}

bool InstrRules::pop_frame(Frame& f) {
  if (!stack_.pop_frame(f)) return false;
  locals_.forget(f.inits);
  return true;
}

bool InstrRules::else_() {
  if (stack_.frame().opcode != Opcode::if_) return refuse(diag::malformed, "`else` without `if`");
  Frame f;
  if (!pop_frame(f)) return false;
  open(Opcode::else_, f.params, f.results);
  return true;
}

bool InstrRules::end() {
  Frame f;
  if (!pop_frame(f)) return false;
  if (f.opcode == Opcode::if_ && !stack_.check(f.params, f.results)) {
    return refuse(diag::type_mismatch, "type mismatch: an `if` without `else` has to give what it takes");
  }
  if (stack_.depth() != 0) stack_.put(f.results);
  return true;
}

bool InstrRules::br_table(const std::vector<std::uint32_t>& labels) {
  if (!stack_.take(ValType::i32)) return false;
  const Types default_types = stack_.frame(labels.back()).label_types();
  ++stamp_;
  for (const std::uint32_t label : labels) {
    Frame& f = stack_.frame(label);
    if (std::exchange(f.br_table_stamp, stamp_) == stamp_) continue;
    if (f.label_types().size() != default_types.size()) {
      return refuse(diag::type_mismatch, fmt::format("type mismatch: labels of a br_table take {} and {} values", f.label_types().size(),
                                                     default_types.size()));
    }
    if (!stack_.peek(f.label_types())) return false;
  }
  return unreachable();
}

bool InstrRules::exception(const Instr& i) {
  switch (i.opcode) {
    case Opcode::throw_:
      return stack_.take(Types(m_.types[m_.tag_types[i.index].type.value].params)) && unreachable();
    case Opcode::throw_ref:
      return stack_.take(ValType::exnref) && unreachable();
    case Opcode::catch_:
    case Opcode::catch_all:
      return legacy_catch(i);
    case Opcode::delegate:
      return delegate(i.index);
    case Opcode::rethrow: {
      const Opcode opcode = stack_.frame(i.index).opcode;
      if (opcode != Opcode::catch_ && opcode != Opcode::catch_all) {
        return refuse(diag::invalid, fmt::format("invalid rethrow label: label {} is no catch", i.index));
      }
      return unreachable();
    }
    default:
      return refuse(diag::unsupported, fmt::format("`{}` is not supported", i.row->text));
  }
}

/// Labels of catch clauses count from outside of the try_table, which is not open yet.
bool InstrRules::catches(const Instr& i) {
  std::vector<ValType> caught;
  for (const Catch& c : i.catches) {
    if (!check_index("label", c.label, stack_.depth())) return false;
    caught.clear();
    if (c.has_tag()) {
      if (!check_index("tag", c.tag.value, m_.tag_types.size())) return false;
      caught = m_.types[m_.tag_types[c.tag.value].type.value].params;
    }
    if (c.gives_ref()) caught.push_back(ref_to(HeapType::exn, false));
    if (!stack_.check(caught, stack_.frame(c.label).label_types())) return false;
  }
  return true;
}

bool InstrRules::legacy_catch(const Instr& i) {
  const Opcode opcode = stack_.frame().opcode;
  if (opcode != Opcode::try_ && opcode != Opcode::catch_) return refuse(diag::malformed, fmt::format("`{}` without `try`", i.row->text));
  Frame f;
  if (!pop_frame(f)) return false;
  open(i.opcode, {}, f.results);
  if (i.opcode == Opcode::catch_) stack_.put(Types(m_.types[m_.tag_types[i.index].type.value].params));
  return true;
}

/// Ends its `try`; the label counts from outside of it.
bool InstrRules::delegate(std::uint32_t label) {
  if (stack_.frame().opcode != Opcode::try_) return refuse(diag::malformed, "`delegate` without `try`");
  Frame f;
  if (!pop_frame(f)) return false;
  stack_.put(f.results);
  return check_index("label", label, stack_.depth());
}

}  // namespace wcomp::core
