#include "core/print_code.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "core/instr_text.h"

namespace wcomp::core {
namespace {

/// Deeper nesting than this is printed as if it were not deeper, and not folded: only hostile input has it.
constexpr std::size_t max_indent = 60;

struct Arity {
  std::size_t params = 0;
  std::size_t results = 0;
};

/// One line, or one tree when folded. `results` is what lets the next instruction take it as an operand.
struct Node {
  std::string text;
  std::string_view hint = {};  ///< an annotation in front
  std::vector<Node> operands = {};
  std::size_t results = 0;
  std::size_t depth = 1;
  std::size_t indent = 0;  ///< relative
  bool is_raw = false;     ///< a line that is never folded: `block`, `else`, `end`
};

void start_line(std::string& out, std::size_t indent) {
  out += '\n';
  out.append(2 * std::min(indent, max_indent), ' ');
}

class CodePrinter {
 public:
  CodePrinter(std::string& out, const CodeText& text, const Expr& expr, const BodyText& body)
      : out_(out), t_(text), m_(text.module), in_(expr, text.module.path), start_(expr.offset), body_(body) {}

  Result<void> run() {
    labels_.push_back({.id = {}, .branch_arity = body_.results, .results = body_.results, .first = 0});
    while (!labels_.empty()) {
      if (in_.at_end()) return fail(diag::unexpected_end, "unexpected end: the last `end` is missing", in_.where());
      WCOMP_TRY(in_.next());
      hint_ = hint_at(in_->offset - start_ + body_.locals_size);
      step(*in_);
      if (t_.operands != nullptr) operands(*in_);
      flush();
    }
    return {};
  }

  std::vector<Node>& nodes() { return nodes_; }
  void write_nodes();
  [[nodiscard]] bool names_data() const { return names_data_; }

 private:
  [[nodiscard]] std::string_view hint_at(std::uint64_t offset) {
    if (body_.hints.empty() || body_.hints.front().offset != offset) return {};
    const bool is_likely = body_.hints.front().is_likely;
    body_.hints = body_.hints.subspan(1);
    return is_likely ? "(@metadata.code.branch_hint \"\\01\")" : "(@metadata.code.branch_hint \"\\00\")";
  }

  /// Large functions need not be held: what nothing can fold any more goes out.
  void flush() {
    constexpr std::size_t enough = 4096;
    if (body_.sink == nullptr) return;
    if (nodes_.size() >= enough && (nodes_.back().is_raw || nodes_.back().results != 1)) {
      write_nodes();
      for (OpenLabel& label : labels_) label.first = 0;
    }
    flush_text(body_.sink, out_);
  }

  void step(const Instr& i) {
    switch (i.opcode) {
      case Opcode::block:
      case Opcode::loop:
      case Opcode::if_:
      case Opcode::try_:
      case Opcode::try_table:
        return block(i);
      case Opcode::else_:
      case Opcode::catch_:
      case Opcode::catch_all: {
        std::string& out = raw_line(labels_.size() < 2 ? 0 : labels_.size() - 2);
        append_instr(out, t_, i, labels_);
        return mark_first();
      }
      case Opcode::end:
        labels_.pop_back();
        if (labels_.empty()) return;
        raw_line(labels_.size() - 1) += "end";
        return mark_first();
      case Opcode::delegate: {
        if (labels_.size() > 1) labels_.pop_back();
        std::string& out = raw_line(labels_.size() - 1);
        append_instr(out, t_, i, labels_);
        return mark_first();
      }
      default:
        break;
    }
    names_data_ |= i.row->immediate == Immediate::data || i.row->immediate == Immediate::data_mem;
    if (!t_.is_folded) return append_instr(raw_line(labels_.size() - 1), t_, i, labels_);
    const Arity arity = arity_of(i);
    Node node{.text = {}, .hint = hint_, .results = arity.results};
    append_instr(node.text, t_, i, labels_);
    add(std::move(node), arity.params);
  }

  void operands(const Instr& i) {
    const std::string text = t_.operands->after(i);
    if (labels_.empty()) return;
    hint_ = {};
    if (t_.is_folded && !nodes_.back().is_raw) {
      nodes_.back().text += fmt::format(" (; {} ;)", text);
      return;
    }
    raw_line(labels_.size() - 1) += fmt::format(";; {}", text);
    mark_first();
  }

  void block(const Instr& i) {
    const Arity arity = block_arity(i.block_type);
    const std::size_t number = label_count_++;
    const std::string id = number < t_.labels.size() ? t_.labels[number] : std::string();
    std::string& out = raw_line(labels_.size() - 1);
    append_instr(out, t_, i, labels_);
    if (const std::string intro = introduction(t_.labels, number); !intro.empty()) {
      out += ' ';
      out += intro;
    }
    append_block_type(out, t_, i.block_type);
    if (i.opcode == Opcode::try_table) append_catches(out, t_, i.catches, labels_);
    if (id.empty() && !body_.is_one_line) fmt::format_to(std::back_inserter(out), "  ;; label = @{}", labels_.size());
    labels_.push_back({.id = id, .branch_arity = i.opcode == Opcode::loop ? arity.params : arity.results, .results = arity.results, .first = nodes_.size()});
  }

  /// A line that nothing folds; what is appended to it is its text.
  std::string& raw_line(std::size_t indent) {
    if (!t_.is_folded) {
      if (!hint_.empty()) {
        start_line(out_, indent + body_.indent);
        out_ += hint_;
      }
      start_line(out_, indent + body_.indent);
      return out_;
    }
    return nodes_.emplace_back(Node{.text = {}, .hint = hint_, .indent = indent, .is_raw = true}).text;
  }
  /// Nothing before is folded into what follows.
  void mark_first() { labels_.back().first = nodes_.size(); }

  /// Folding never changes the order of instructions: only the nodes right before, one value each, become operands.
  void add(Node node, std::size_t params) {
    node.indent = labels_.size() - 1;
    std::size_t taken = 0;
    while (taken < params && nodes_.size() - taken > labels_.back().first) {
      const Node& last = nodes_[nodes_.size() - 1 - taken];
      if (last.is_raw || last.results != 1 || last.depth >= max_indent) break;
      ++taken;
    }
    if (taken == params && params != 0) {
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
  [[nodiscard]] static Arity call_arity(const FuncType* type, std::size_t more) {
    return type == nullptr ? Arity{more, 0} : Arity{type->params.size() + more, type->results.size()};
  }
  [[nodiscard]] const FuncType* type_of_func(std::uint32_t func) const {
    return func < m_.func_types.size() ? type_at(m_.func_types[func].value) : nullptr;
  }

  [[nodiscard]] Arity arity_of(const Instr& i) const {
    const std::string_view signature = i.row->signature;
    if (!signature.empty()) return {signature.find(':'), signature.size() - signature.find(':') - 1};
    const std::size_t carried = branch_arity(i.index);
    switch (i.opcode) {
      case Opcode::local_get:
      case Opcode::global_get:
      case Opcode::ref_null:
      case Opcode::ref_func:
        return {0, 1};
      case Opcode::local_set:
      case Opcode::global_set:
      case Opcode::drop:
      case Opcode::throw_ref:
        return {1, 0};
      case Opcode::local_tee:
      case Opcode::table_get:
      case Opcode::ref_is_null:
      case Opcode::ref_as_non_null:
        return {1, 1};
      case Opcode::table_set:
        return {2, 0};
      case Opcode::table_grow:
        return {2, 1};
      case Opcode::table_fill:
      case Opcode::memory_copy:
      case Opcode::table_copy:
        return {3, 0};
      case Opcode::select:
      case Opcode::select_t:
        return {3, 1};
      case Opcode::call:
        return call_arity(type_of_func(i.index), 0);
      case Opcode::call_indirect:
      case Opcode::call_ref:
        return call_arity(type_at(i.index), 1);
      case Opcode::return_call:
        return {call_arity(type_of_func(i.index), 0).params, 0};
      case Opcode::return_call_indirect:
      case Opcode::return_call_ref:
        return {call_arity(type_at(i.index), 1).params, 0};
      case Opcode::throw_:
        return {i.index < m_.tag_types.size() ? call_arity(type_at(m_.tag_types[i.index].type.value), 0).params : 0, 0};
      case Opcode::br:
        return {carried, 0};
      case Opcode::br_if:
        return {carried + 1, carried};
      case Opcode::br_on_null:
        return {carried + 1, carried + 1};
      case Opcode::br_on_non_null:
        return {carried, carried == 0 ? 0 : carried - 1};
      case Opcode::br_table:
        return {branch_arity(i.labels.back()) + 1, 0};
      case Opcode::return_:
        return {labels_.front().results, 0};
      default:
        return {};
    }
  }

  std::string& out_;
  const CodeText& t_;
  const Module& m_;
  ExprReader in_;
  std::uint64_t start_;
  BodyText body_;  ///< hints: those to come
  std::vector<OpenLabel> labels_;
  std::size_t label_count_ = 0;
  std::string_view hint_;  ///< of the instruction at hand
  std::vector<Node> nodes_;
  bool names_data_ = false;
};

/// Short trees take one line.
bool write_inline(std::string& out, const Node& node, std::size_t limit) {
  if (!node.hint.empty()) {
    out += node.hint;
    out += ' ';
  }
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
  if (!node.hint.empty()) {
    out += node.hint;
    start_line(out, indent);
  }
  out += '(';
  out += node.text;
  for (const Node& operand : node.operands) write_tree(out, operand, indent + 1);
  out += ')';
}

void CodePrinter::write_nodes() {
  for (const Node& node : nodes_) {
    const std::size_t indent = body_.indent + node.indent;
    if (!node.is_raw) {
      write_tree(out_, node, indent);
      continue;
    }
    if (!node.hint.empty()) {
      start_line(out_, indent);
      out_ += node.hint;
    }
    start_line(out_, indent);
    out_ += node.text;
  }
  nodes_.clear();
}

}  // namespace

Result<bool> print_body(std::string& out, const CodeText& text, const Expr& expr, const BodyText& body) {
  CodePrinter printer(out, text, expr, body);
  WCOMP_TRY(printer.run());
  printer.write_nodes();
  return printer.names_data();
}

Result<void> check_expr(const CodeText& text, const Expr& expr) {
  ExprReader in(expr, text.module.path);
  for (std::size_t depth = 1; depth != 0;) {
    if (in.at_end()) return fail(diag::unexpected_end, "unexpected end: the last `end` is missing", in.where());
    WCOMP_TRY(in.next());
    switch (in->opcode) {
      case Opcode::block:
      case Opcode::loop:
      case Opcode::if_:
      case Opcode::try_:
      case Opcode::try_table: ++depth; break;
      case Opcode::end: --depth; break;
      case Opcode::delegate: depth -= depth > 1 ? 1 : 0; break;
      default: break;
    }
  }
  return {};
}

Result<std::string> print_const_expr(const CodeText& text, const Expr& expr) {
  const CodeText folded{text.module, text.ids, text.locals, text.labels, true};
  std::string out;
  CodePrinter printer(out, folded, expr, {.results = 1, .hints = {}, .is_one_line = true});
  WCOMP_TRY(printer.run());
  for (const Node& node : printer.nodes()) {
    if (!out.empty()) out += ' ';
    if (node.is_raw) {
      out += node.text;
    } else {
      write_inline(out, node, out.max_size());
    }
  }
  return out;
}

std::string print_signature(const Ids& types, const FuncType& type) {
  std::string out;
  const auto part = [&](std::string_view keyword, const std::vector<ValType>& list) {
    if (list.empty()) return;
    out += " (";
    out += keyword;
    for (const ValType t : list) {
      out += ' ';
      out += type_text(types, t);
    }
    out += ')';
  };
  part("param", type.params);
  part("result", type.results);
  return out;
}

}  // namespace wcomp::core
