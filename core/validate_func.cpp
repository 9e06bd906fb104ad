#include "core/validate_func.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "core/expr_reader.h"
#include "core/limits.h"
#include "core/operand_stack.h"

namespace wcomp::core {
namespace {

/// A row's signature, unpacked.
struct Signature {
  bool is_by_rule = true;
  std::uint8_t param_count = 0;
  std::uint8_t result_count = 0;
  std::array<ValType, 3> params{};
  std::array<ValType, 1> results{};
};

constexpr ValType type_of_letter(char letter) {
  switch (letter) {
    case 'i':
    case 'a':
      return ValType::i32;
    case 'V':
      return ValType::v128;
    case 'I':
      return ValType::i64;
    case 'f':
      return ValType::f32;
    default:
      return ValType::f64;
  }
}

constexpr Signature unpack(std::string_view text) {
  Signature s;
  s.is_by_rule = text.empty();
  bool in_results = false;
  for (const char c : text) {
    if (c == ':') {
      in_results = true;
    } else if (in_results) {
      s.results[s.result_count++] = type_of_letter(c);
    } else {
      s.params[s.param_count++] = type_of_letter(c);
    }
  }
  return s;
}

/// In the order of the opcode rows.
constexpr Signature signatures[] = {
#define WCOMP_OPCODE(name, text, code, immediate, signature, feature) unpack(signature),
#include "core/opcodes.def"
#undef WCOMP_OPCODE
};

const Signature& signature_of(const OpcodeRow& row) {
  return signatures[static_cast<std::size_t>(&row - opcode_rows().data())];
}

constexpr std::array single_types{ValType::i32, ValType::i64, ValType::f32, ValType::f64, ValType::v128, ValType::funcref, ValType::externref};

/// The list of one type.
Types single(ValType t) {
  return {std::ranges::find(single_types, t), 1};
}

/// Gives the places in a failure that the reader made without a path theirs.
Failure with_path(Failure failure, const std::string& path) {
  for (Diagnostic& d : failure.diagnostics()) {
    if (auto* at = std::get_if<BinaryPos>(&d.location); at != nullptr && at->path.empty()) at->path = path;
  }
  return failure;
}

/// Types of a function's locals, parameters first. The first ones are looked up directly, the others by searching the declared runs:
/// memory stays proportional to the binary however many locals it declares.
class LocalTypes {
 public:
  void reset(const FuncType& type, const std::vector<Locals>& runs) {
    direct_ = type.params;
    ends_.clear();
    std::uint32_t end = static_cast<std::uint32_t>(type.params.size());
    for (const Locals& run : runs) {
      end += run.count;
      while (direct_.size() < std::min<std::size_t>(end, max_direct)) direct_.push_back(run.type);
      ends_.push_back({end, run.type});
    }
    count_ = end;
  }
  [[nodiscard]] std::uint32_t count() const { return count_; }
  [[nodiscard]] ValType operator[](std::uint32_t local) const {
    if (local < direct_.size()) return direct_[local];
    return std::ranges::upper_bound(ends_, local, {}, &Run::end)->type;
  }

 private:
  static constexpr std::size_t max_direct = 64;
  struct Run {
    std::uint32_t end;
    ValType type;
  };
  std::vector<ValType> direct_;
  std::vector<Run> ends_;
  std::uint32_t count_ = 0;
};

}  // namespace

class FuncValidator::Impl {
 public:
  explicit Impl(const ValidationContext& context) : c_(context), m_(context.module) {}

  Result<void> check(FuncIdx func) {
    const Func& f = m_.funcs[func.value - m_.imported_funcs];
    const FuncType& type = m_.types[f.type.value];
    locals_.reset(type, f.locals);
    stack_.clear();
    stack_.push_frame(Opcode::block, {}, type.results);
    stamp_ = 0;
    ExprReader in(f.body);
    while (stack_.depth() != 0) {
      if (in.at_end()) return fail(diag::unexpected_end, "unexpected end: the body's last `end` is missing", at(func, in.offset()));
      if (Result<void> read = in.next(); !read) [[unlikely]]
        return Err(with_path(std::move(read).error(), at(func, 0).path));
      if (!instr(*in)) [[unlikely]] {
        if (message_.empty()) message_ = fmt::format("type mismatch in `{}`: {}", in->row->text, stack_.message());
        return fail(code_, std::exchange(message_, {}), at(func, in->offset));
      }
    }
    if (!in.at_end())
      return fail(diag::malformed, "section size mismatch: instructions after the body's last `end`", at(func, in.offset()));
    return {};
  }

 private:
  [[nodiscard]] BinaryPos at(FuncIdx func, std::uint64_t offset) const {
    return {{}, fmt::format("{} > func[{}]", m_.path, func.value), offset};
  }

  bool refuse(DiagCode code, std::string message) {
    code_ = code;
    message_ = std::move(message);
    return false;
  }
  bool check_index(std::string_view what, std::size_t index, std::size_t count) {
    if (index < count) [[likely]]
      return true;
    return refuse(diag::index_out_of_range, fmt::format("unknown {} {}, {} are defined", what, index, count));
  }

  bool instr(const Instr& i) {
    code_ = diag::type_mismatch;
    if (!c_.features.has(i.row->feature)) [[unlikely]] {
      return refuse(diag::feature_disabled, fmt::format("`{}` needs the feature {}", i.row->text, to_string(i.row->feature)));
    }
    if (!immediates(i)) return false;
    const Signature& s = signature_of(*i.row);
    if (!s.is_by_rule) [[likely]] {
      for (std::size_t p = s.param_count; p-- > 0;) {
        if (!stack_.take(s.params[p])) return false;
      }
      if (s.result_count != 0) stack_.put(s.results[0]);
    } else if (!by_rule(i)) {
      return false;
    }
    if (stack_.height() > limits::operands) {
      return refuse(diag::limit_exceeded, fmt::format("more than {} operands on the stack", limits::operands));
    }
    return true;
  }

  /// Indices exist, and what can be said without looking at the stack.
  bool immediates(const Instr& i) {
    switch (i.row->immediate) {
      case Immediate::none:
      case Immediate::i32_const:
      case Immediate::i64_const:
      case Immediate::f32_const:
      case Immediate::f64_const:
      case Immediate::heap_type:
      case Immediate::select_types:
        return true;
      case Immediate::block_type:
        return block_type(i.block_type);
      case Immediate::label:
        return check_index("label", i.index, stack_.depth());
      case Immediate::label_table:
        return std::ranges::all_of(i.labels, [&](std::uint32_t label) { return check_index("label", label, stack_.depth()); });
      case Immediate::func:
        return check_index("function", i.index, m_.func_types.size());
      case Immediate::func_ref:
        if (!check_index("function", i.index, m_.func_types.size())) return false;
        return c_.declared_funcs[i.index] ||
               refuse(diag::invalid,
                      fmt::format("undeclared function reference: function {} is in no element segment, export or global", i.index));
      case Immediate::type_table:
        if (!check_index("type", i.index, m_.types.size()) || !check_index("table", i.index2, m_.table_types.size())) return false;
        return m_.table_types[i.index2].element == ValType::funcref ||
               refuse(diag::type_mismatch, fmt::format("type mismatch: call_indirect needs a table of funcref, table {} is of {}", i.index2,
                                                       to_string(m_.table_types[i.index2].element)));
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
      default:
        return refuse(diag::unsupported, fmt::format("`{}` is not supported", i.row->text));
    }
    return false;
  }

  bool check_elements(ValType to, ValType from) {
    return to == from || refuse(diag::type_mismatch,
                                fmt::format("type mismatch: elements of {} do not fit a table of {}", to_string(from), to_string(to)));
  }

  /// Bodies come before the data in the binary, so code that names data needs the count in front.
  bool data(std::uint32_t index) {
    if (!m_.data_count) return refuse(diag::malformed, "data count section required: the code refers to a data segment");
    return check_index("data segment", index, *m_.data_count);
  }

  bool mem_arg(const Instr& i) {
    const MemArg& a = i.mem_arg;
    if (!check_index("memory", a.mem.value, m_.mem_types.size())) return false;
    if (a.align_log2 > 3 || (1u << a.align_log2) > i.row->access_bytes) {
      return refuse(diag::invalid, fmt::format("alignment must not be larger than natural: `{}` touches {} bytes, its alignment is 2^{}",
                                               i.row->text, i.row->access_bytes, a.align_log2));
    }
    if (a.offset > 0xffff'ffff && !m_.mem_types[a.mem.value].limits.is_64) {
      return refuse(diag::malformed, fmt::format("offset out of range: {} does not fit a 32-bit memory", a.offset));
    }
    return true;
  }

  bool block_type(const BlockType& b) {
    if (b.kind != BlockType::Kind::type) return true;
    if (!check_index("type", b.type.value, m_.types.size())) return false;
    return c_.features.multi_value || refuse(diag::feature_disabled, "a block type by index needs the feature multi-value");
  }
  [[nodiscard]] Types block_params(const BlockType& b) const {
    return b.kind == BlockType::Kind::type ? Types(m_.types[b.type.value].params) : Types();
  }
  [[nodiscard]] Types block_results(const BlockType& b) const {
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

  /// The rows without a signature. Those whose immediates say the types come first, control after them.
  bool by_rule(const Instr& i) {
    switch (i.opcode) {
      case Opcode::local_get:
        stack_.put(locals_[i.index]);
        return true;
      case Opcode::local_set:
        return stack_.take(locals_[i.index]);
      case Opcode::local_tee:
        return stack_.take_and_put(single(locals_[i.index]));
      case Opcode::global_get:
        stack_.put(m_.global_types[i.index].type);
        return true;
      case Opcode::global_set:
        if (!m_.global_types[i.index].is_mutable)
          return refuse(diag::invalid, fmt::format("global is immutable: global {} cannot be set", i.index));
        return stack_.take(m_.global_types[i.index].type);
      case Opcode::table_get:
        return stack_.take(ValType::i32) && put(m_.table_types[i.index].element);
      case Opcode::table_set:
        return stack_.take(m_.table_types[i.index].element) && stack_.take(ValType::i32);
      case Opcode::table_grow:
        return stack_.take(ValType::i32) && stack_.take(m_.table_types[i.index].element) && put(ValType::i32);
      case Opcode::table_fill:
        return stack_.take(ValType::i32) && stack_.take(m_.table_types[i.index].element) && stack_.take(ValType::i32);
      case Opcode::memory_copy:
      case Opcode::table_copy:
        return stack_.take(ValType::i32) && stack_.take(ValType::i32) && stack_.take(ValType::i32);
      case Opcode::ref_null:
        return put(ref_to(i.heap_type, true));
      case Opcode::ref_is_null:
        return ref_is_null();
      case Opcode::ref_func:
        return put(ValType::funcref);
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
      case Opcode::call:
        return call(m_.types[m_.func_types[i.index].value]);
      case Opcode::call_indirect:
        return stack_.take(ValType::i32) && call(m_.types[i.index]);
      default:
        return control(i);
    }
  }

  bool control(const Instr& i) {
    switch (i.opcode) {
      case Opcode::unreachable:
        stack_.set_unreachable();
        return true;
      case Opcode::if_:
        if (!stack_.take(ValType::i32)) return false;
        [[fallthrough]];
      case Opcode::block:
      case Opcode::loop: {
        const Types params = block_params(i.block_type);
        if (!stack_.take(params)) return false;
        stack_.push_frame(i.opcode, params, block_results(i.block_type));
        return true;
      }
      case Opcode::else_:
        return else_();
      case Opcode::end:
        return end();
      case Opcode::br:
        if (!stack_.take(stack_.frame(i.index).label_types())) return false;
        stack_.set_unreachable();
        return true;
      case Opcode::br_if:
        return stack_.take(ValType::i32) && stack_.take_and_put(stack_.frame(i.index).label_types());
      case Opcode::br_table:
        return br_table(i.labels);
      case Opcode::return_:
        if (!stack_.take(stack_.frame(stack_.depth() - 1).results)) return false;
        stack_.set_unreachable();
        return true;
      default:
        return refuse(diag::unsupported, fmt::format("`{}` is not supported", i.row->text));
    }
  }

  bool put(ValType t) {
    stack_.put(t);
    return true;
  }

  bool ref_is_null() {
    ValType t{};
    if (!stack_.take_any(t)) return false;
    if (t != unknown_type && !is_ref(t)) {
      return refuse(diag::type_mismatch, fmt::format("type mismatch in `ref.is_null`: expected a reference, found {}", to_string(t)));
    }
    return put(ValType::i32);
  }

  bool select() {
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

  bool call(const FuncType& type) {
    if (!stack_.take(Types(type.params))) return false;
    stack_.put(Types(type.results));
    return true;
  }

  bool else_() {
    if (stack_.frame().opcode != Opcode::if_) return refuse(diag::malformed, "`else` without `if`");
    Frame f;
    if (!stack_.pop_frame(f)) return false;
    stack_.push_frame(Opcode::else_, f.params, f.results);
    return true;
  }

  bool end() {
    Frame f;
    if (!stack_.pop_frame(f)) return false;
    if (f.opcode == Opcode::if_ && !std::ranges::equal(f.params, f.results)) {
      return refuse(diag::type_mismatch, "type mismatch: an `if` without `else` has to give what it takes");
    }
    if (stack_.depth() != 0) stack_.put(f.results);
    return true;
  }

  bool br_table(const std::vector<std::uint32_t>& labels) {
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
    stack_.set_unreachable();
    return true;
  }

  const ValidationContext& c_;
  const Module& m_;
  LocalTypes locals_;
  OperandStack stack_;
  std::uint32_t stamp_ = 0;
  DiagCode code_ = diag::type_mismatch;
  std::string message_;
};

FuncValidator::FuncValidator(const ValidationContext& context) : impl_(std::make_unique<Impl>(context)) {}
FuncValidator::~FuncValidator() = default;
Result<void> FuncValidator::check(FuncIdx func) {
  return impl_->check(func);
}

namespace {

/// The type that a constant instruction puts; nothing if it is none.
/// https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions
Result<ValType> const_instr(const ValidationContext& c, const Instr& i, std::size_t globals, const BinaryPos& at) {
  switch (i.opcode) {
    case Opcode::i32_const:
      return ValType::i32;
    case Opcode::i64_const:
      return ValType::i64;
    case Opcode::f32_const:
      return ValType::f32;
    case Opcode::f64_const:
      return ValType::f64;
    case Opcode::ref_null:
      return ref_to(i.heap_type, true);
    case Opcode::ref_func:
      if (i.index >= c.module.func_types.size()) {
        return fail(diag::index_out_of_range, fmt::format("unknown function {}, {} are defined", i.index, c.module.func_types.size()), at);
      }
      return ValType::funcref;
    case Opcode::global_get:
      if (i.index >= globals) {
        return fail(diag::index_out_of_range, fmt::format("unknown global {}, {} can be read here", i.index, globals), at);
      }
      if (c.module.global_types[i.index].is_mutable) {
        return fail(diag::invalid, fmt::format("constant expression required: global {} is mutable", i.index), at);
      }
      return c.module.global_types[i.index].type;
    default:
      return fail(diag::invalid, fmt::format("constant expression required: `{}` is not constant", i.row->text), at);
  }
}

bool is_extended_const(Opcode o) {
  return o == Opcode::i32_add || o == Opcode::i32_sub || o == Opcode::i32_mul || o == Opcode::i64_add || o == Opcode::i64_sub ||
         o == Opcode::i64_mul;
}

}  // namespace

Result<void> check_const_expr(const ValidationContext& context, const Expr& expr, ValType expected, std::size_t globals,
                              const std::string& path) {
  OperandStack stack;
  stack.push_frame(Opcode::block, {}, single(expected));
  ExprReader in(expr, path);
  for (;;) {
    WCOMP_TRY(in.next());
    const BinaryPos at{{}, path, in->offset};
    bool fits = true;
    if (in->opcode == Opcode::end) {
      Frame f;
      if (stack.pop_frame(f)) return {};
      fits = false;
    } else if (context.features.extended_const && is_extended_const(in->opcode)) {
      const ValType t = signature_of(*in->row).results[0];
      fits = stack.take(t) && stack.take_and_put(single(t));
    } else {
      WCOMP_TRY(const ValType t, const_instr(context, *in, globals, at));
      stack.put(t);
    }
    if (!fits) return fail(diag::type_mismatch, fmt::format("type mismatch in a constant expression: {}", stack.message()), at);
  }
}

}  // namespace wcomp::core
