#include "core/print_code.h"

#include <bit>
#include <cmath>

#include <cstring>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/diagnostic.h"

namespace wcomp::core {
namespace {

/// Deeper nesting than this is printed as if it were not deeper, and not folded: only hostile input has it.
constexpr std::size_t max_indent = 60;

template <class Float, class Bits>
std::string print_float(std::uint64_t all_bits) {
  constexpr int mantissa = std::numeric_limits<Float>::digits - 1;
  constexpr Bits payload_mask = (Bits{1} << mantissa) - 1;
  constexpr Bits canonical = Bits{1} << (mantissa - 1);
  const auto bits = static_cast<Bits>(all_bits);
  const auto value = std::bit_cast<Float>(bits);
  const std::string_view sign = std::signbit(value) ? "-" : "";
  if (std::isinf(value)) return fmt::format("{}inf", sign);
  if (!std::isnan(value)) return fmt::format("{}", value);
  const Bits payload = bits & payload_mask;
  return payload == canonical ? fmt::format("{}nan", sign) : fmt::format("{}nan:0x{:x}", sign, payload);
}

struct Arity {
  std::size_t params = 0;
  std::size_t results = 0;
};

/// One line, or one tree when folded. `results` is what lets the next instruction take it as an operand.
struct Node {
  std::string text;
  std::vector<Node> operands;
  std::size_t results = 0;
  std::size_t depth = 1;
  std::size_t indent = 0;  ///< relative, for flat lines
  bool is_raw = false;     ///< a line that is never folded: `block`, `else`, `end`
};

class CodePrinter {
 public:
  CodePrinter(const CodeText& text, const Expr& expr) : t_(text), m_(text.module), in_(expr, text.module.path) {}

  Result<void> run(std::size_t results) {
    labels_.push_back({results, results, nodes_.size(), {}});
    while (!labels_.empty()) {
      if (in_.at_end()) return fail(diag::unexpected_end, "unexpected end: the last `end` is missing", in_.where());
      WCOMP_TRY(in_.next());
      step(*in_);
    }
    return {};
  }

  std::vector<Node>& nodes() { return nodes_; }

 private:
  struct Label {
    std::size_t branch_arity;
    std::size_t results;
    std::size_t first;  ///< nodes of the block begin here
    std::string id;
  };

  void step(const Instr& i) {
    switch (i.opcode) {
      case Opcode::block:
      case Opcode::loop:
      case Opcode::if_: {
        const Arity arity = block_arity(i.block_type);
        const std::string id = label_count_ < t_.labels.size() ? t_.labels[label_count_] : std::string();
        ++label_count_;
        if (id.empty()) {
          add_raw(fmt::format("{}{}  ;; label = @{}", i.row->text, block_type(i.block_type), labels_.size()), labels_.size() - 1);
        } else {
          add_raw(fmt::format("{} {}{}", i.row->text, id, block_type(i.block_type)), labels_.size() - 1);
        }
        labels_.push_back({i.opcode == Opcode::loop ? arity.params : arity.results, arity.results, nodes_.size(), id});
        break;
      }
      case Opcode::else_:
        add_raw("else", labels_.size() < 2 ? 0 : labels_.size() - 2);
        labels_.back().first = nodes_.size();
        break;
      case Opcode::end:
        labels_.pop_back();
        if (!labels_.empty()) {
          add_raw("end", labels_.size() - 1);
          labels_.back().first = nodes_.size();  // nothing before a block is folded into what follows it
        }
        break;
      default: {
        const Arity arity = arity_of(i);
        add({.text = text_of(i), .results = arity.results}, arity.params);
      }
    }
  }

  void add_raw(std::string text, std::size_t indent) { nodes_.push_back({.text = std::move(text), .indent = indent, .is_raw = true}); }

  /// Folding never changes the order of instructions: only the nodes right before, one value each, become operands.
  void add(Node node, std::size_t params) {
    node.indent = labels_.size() - 1;
    std::size_t taken = 0;
    while (t_.is_folded && taken < params && nodes_.size() - taken > labels_.back().first) {
      const Node& last = nodes_[nodes_.size() - 1 - taken];
      if (last.is_raw || last.results != 1 || last.depth >= max_indent) break;
      ++taken;
    }
    if (taken == params && params != 0 && t_.is_folded) {
      const auto first = nodes_.end() - static_cast<std::ptrdiff_t>(taken);
      for (auto at = first; at != nodes_.end(); ++at) {
        node.depth = std::max(node.depth, at->depth + 1);
        node.operands.push_back(std::move(*at));
      }
      nodes_.erase(first, nodes_.end());
    }
    nodes_.push_back(std::move(node));
  }

  [[nodiscard]] const FuncType* type_at(std::size_t index) const { return index < m_.types.size() ? &m_.types[index] : nullptr; }

  [[nodiscard]] Arity block_arity(const BlockType& b) const {
    if (b.kind == BlockType::Kind::empty) return {};
    if (b.kind == BlockType::Kind::value) return {0, 1};
    const FuncType* type = type_at(b.type.value);
    return type == nullptr ? Arity{} : Arity{type->params.size(), type->results.size()};
  }
  [[nodiscard]] std::size_t branch_arity(std::size_t label) const {
    return label < labels_.size() ? labels_[labels_.size() - 1 - label].branch_arity : 0;
  }
  [[nodiscard]] Arity call_arity(const FuncType* type, std::size_t more) const {
    return type == nullptr ? Arity{more, 0} : Arity{type->params.size() + more, type->results.size()};
  }

  [[nodiscard]] Arity arity_of(const Instr& i) const {
    const std::string_view signature = i.row->signature;
    if (!signature.empty()) return {signature.find(':'), signature.size() - signature.find(':') - 1};
    switch (i.opcode) {
      case Opcode::local_get:
      case Opcode::global_get:
      case Opcode::ref_null:
      case Opcode::ref_func:
        return {0, 1};
      case Opcode::local_set:
      case Opcode::global_set:
      case Opcode::drop:
        return {1, 0};
      case Opcode::local_tee:
      case Opcode::table_get:
      case Opcode::ref_is_null:
        return {1, 1};
      case Opcode::table_set:
        return {2, 0};
      case Opcode::table_grow:
        return {2, 1};
      case Opcode::table_fill:
        return {3, 0};
      case Opcode::select:
      case Opcode::select_t:
        return {3, 1};
      case Opcode::call:
        return call_arity(i.index < m_.func_types.size() ? type_at(m_.func_types[i.index].value) : nullptr, 0);
      case Opcode::call_indirect:
        return call_arity(type_at(i.index), 1);
      case Opcode::br:
        return {branch_arity(i.index), 0};
      case Opcode::br_if:
        return {branch_arity(i.index) + 1, branch_arity(i.index)};
      case Opcode::br_table:
        return {branch_arity(i.labels.back()) + 1, 0};
      case Opcode::return_:
        return {labels_.front().results, 0};
      default:
        return {};
    }
  }

  [[nodiscard]] std::string block_type(const BlockType& b) const {
    switch (b.kind) {
      case BlockType::Kind::empty:
        return {};
      case BlockType::Kind::value:
        return fmt::format(" (result {})", to_string(b.value));
      case BlockType::Kind::type:
        break;
    }
    const FuncType* type = type_at(b.type.value);
    return fmt::format(" (type {}){}", reference(t_.ids.types, b.type.value), type == nullptr ? std::string() : print_signature(*type));
  }

  [[nodiscard]] std::string label(std::uint32_t l) const {
    if (l < labels_.size() && !labels_[labels_.size() - 1 - l].id.empty()) return labels_[labels_.size() - 1 - l].id;
    return l < labels_.size() ? fmt::format("{} (;@{};)", l, labels_.size() - 1 - l) : std::to_string(l);
  }

  [[nodiscard]] static std::string vector_lanes(const std::array<std::uint8_t, 16>& bytes) {
    std::array<std::uint32_t, 4> lanes{};
    std::memcpy(lanes.data(), bytes.data(), bytes.size());
    std::string out;
    for (const std::uint32_t lane : lanes) out += fmt::format(" 0x{:08x}", lane);
    return out;
  }

  /// Instruction and immediates.
  [[nodiscard]] std::string text_of(const Instr& i) const {
    const ModuleIds& ids = t_.ids;
    const std::string_view op = i.row->text;
    switch (i.row->immediate) {
      case Immediate::none:
      case Immediate::block_type:
        return std::string(op);
      case Immediate::label:
        return fmt::format("{} {}", op, label(i.index));
      case Immediate::label_table: {
        std::string out(op);
        for (const std::uint32_t l : i.labels) out += fmt::format(" {}", label(l));
        return out;
      }
      case Immediate::func:
      case Immediate::func_ref:
        return fmt::format("{} {}", op, reference(ids.funcs, i.index));
      case Immediate::type_table:
        return i.index2 == 0 ? fmt::format("{} (type {})", op, reference(ids.types, i.index))
                             : fmt::format("{} {} (type {})", op, reference(ids.tables, i.index2), reference(ids.types, i.index));
      case Immediate::local:
        return fmt::format("{} {}", op, reference(t_.locals, i.index));
      case Immediate::global:
        return fmt::format("{} {}", op, reference(ids.globals, i.index));
      case Immediate::table:
        return fmt::format("{} {}", op, reference(ids.tables, i.index));
      case Immediate::table_table:
        return fmt::format("{} {} {}", op, reference(ids.tables, i.index), reference(ids.tables, i.index2));
      case Immediate::heap_type:
        return fmt::format("{} {}", op, is_concrete(i.heap_type) ? reference(ids.types, type_idx_of(i.heap_type).value) : to_string(i.heap_type));
      case Immediate::type:
        return fmt::format("{} {}", op, reference(ids.types, i.index));
      case Immediate::tag:
        return fmt::format("{} {}", op, i.index);
      case Immediate::try_table:
        return std::string(op);
      case Immediate::lane:
        return fmt::format("{} {}", op, i.lane);
      case Immediate::lanes16:
        return fmt::format("{} {}", op, fmt::join(i.lanes, " "));
      case Immediate::mem_arg_lane:
        return fmt::format("{} {}", mem_arg(i), i.lane);
      case Immediate::v128_const:
        return fmt::format("{} i32x4{}", op, vector_lanes(i.lanes));
      case Immediate::select_types: {
        std::string out = fmt::format("{} (result", op);
        for (const ValType t : i.types) out += fmt::format(" {}", to_string(t));
        return out + ")";
      }
      case Immediate::mem_arg:
        return mem_arg(i);
      case Immediate::mem:
        return i.index == 0 ? std::string(op) : fmt::format("{} {}", op, reference(ids.mems, i.index));
      case Immediate::mem_mem:
        return i.index == 0 && i.index2 == 0 ? std::string(op)
                                             : fmt::format("{} {} {}", op, reference(ids.mems, i.index), reference(ids.mems, i.index2));
      case Immediate::data_mem:
        return i.index2 == 0 ? fmt::format("{} {}", op, reference(ids.datas, i.index))
                             : fmt::format("{} {} {}", op, reference(ids.mems, i.index2), reference(ids.datas, i.index));
      case Immediate::data:
        return fmt::format("{} {}", op, reference(ids.datas, i.index));
      case Immediate::elem:
        return fmt::format("{} {}", op, reference(ids.elems, i.index));
      case Immediate::elem_table:
        return i.index2 == 0 ? fmt::format("{} {}", op, reference(ids.elems, i.index))
                             : fmt::format("{} {} {}", op, reference(ids.tables, i.index2), reference(ids.elems, i.index));
      case Immediate::i32_const:
        return fmt::format("{} {}", op, static_cast<std::int32_t>(static_cast<std::uint32_t>(i.bits)));
      case Immediate::i64_const:
        return fmt::format("{} {}", op, static_cast<std::int64_t>(i.bits));
      case Immediate::f32_const:
        return fmt::format("{} {}", op, print_float<float, std::uint32_t>(i.bits));
      case Immediate::f64_const:
        return fmt::format("{} {}", op, print_float<double, std::uint64_t>(i.bits));
    }
    return {};
  }

  [[nodiscard]] std::string mem_arg(const Instr& i) const {
    std::string out(i.row->text);
    const MemArg& a = i.mem_arg;
    if (a.mem.value != 0) out += fmt::format(" {}", reference(t_.ids.mems, a.mem.value));
    if (a.offset != 0) out += fmt::format(" offset={}", a.offset);
    const std::uint64_t align = std::uint64_t{1} << a.align_log2;
    if (align != i.row->access_bytes) out += fmt::format(" align={}", align);
    return out;
  }

  const CodeText& t_;
  const Module& m_;
  ExprReader in_;
  std::vector<Label> labels_;
  std::size_t label_count_ = 0;
  std::vector<Node> nodes_;
};

void start_line(std::string& out, std::size_t indent) {
  out += '\n';
  out.append(2 * std::min(indent, max_indent), ' ');
}

/// Short trees take one line.
bool write_inline(std::string& out, const Node& node, std::size_t limit) {
  out += '(';
  out += node.text;
  for (const Node& operand : node.operands) {
    out += ' ';
    if (out.size() > limit || !write_inline(out, operand, limit)) return false;
  }
  out += ')';
  return out.size() <= limit;
}

void write_tree(std::string& out, const Node& node, std::size_t indent) {
  constexpr std::size_t line_width = 100;
  const std::size_t before = out.size();
  start_line(out, indent);
  if (write_inline(out, node, before + line_width)) return;
  out.resize(before);
  start_line(out, indent);
  out += '(';
  out += node.text;
  for (const Node& operand : node.operands) write_tree(out, operand, indent + 1);
  out += ')';
}

}  // namespace

Result<void> print_body(std::string& out, const CodeText& text, const Expr& expr, std::size_t results, std::size_t indent) {
  CodePrinter printer(text, expr);
  WCOMP_TRY(printer.run(results));
  for (const Node& node : printer.nodes()) {
    if (node.is_raw || !text.is_folded) {
      start_line(out, indent + node.indent);
      out += node.text;
    } else {
      write_tree(out, node, indent + node.indent);
    }
  }
  return {};
}

Result<std::string> print_const_expr(const CodeText& text, const Expr& expr) {
  CodeText folded{text.module, text.ids, text.locals, text.labels, true};
  CodePrinter printer(folded, expr);
  WCOMP_TRY(printer.run(1));
  std::string out;
  for (const Node& node : printer.nodes()) {
    if (!out.empty()) out += ' ';
    write_inline(out, node, out.max_size());
  }
  return out;
}

std::string print_signature(const FuncType& type) {
  std::string out;
  const auto part = [&](std::string_view keyword, const std::vector<ValType>& types) {
    if (types.empty()) return;
    out += fmt::format(" ({}", keyword);
    for (const ValType t : types) out += fmt::format(" {}", to_string(t));
    out += ')';
  };
  part("param", type.params);
  part("result", type.results);
  return out;
}

}  // namespace wcomp::core
