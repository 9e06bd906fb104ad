#include "core/text/code_parser.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/text.h"

namespace wcomp::core::text {
namespace {

/// Rows by text, in a table with one probe for almost every word.
class RowTable {
 public:
  RowTable() {
    for (const OpcodeRow& row : opcode_rows()) {
      std::size_t at = slot(row.text);
      while (rows_[at] != nullptr && rows_[at]->text != row.text) at = (at + 1) % rows_.size();
      if (rows_[at] == nullptr) rows_[at] = &row;  // `select` is there twice, the first counts
    }
  }
  [[nodiscard]] const OpcodeRow* find(std::string_view text) const {
    std::size_t at = slot(text);
    while (rows_[at] != nullptr && rows_[at]->text != text) at = (at + 1) % rows_.size();
    return rows_[at];
  }

 private:
  static constexpr unsigned bits = 11;  // four times the rows, or more

  /// From the length, the first and the last eight bytes.
  static std::size_t slot(std::string_view text) {
    std::uint64_t head = 0;
    std::uint64_t tail = 0;
    const std::size_t n = std::min<std::size_t>(text.size(), 8);
    std::memcpy(&head, text.data(), n);
    std::memcpy(&tail, text.data() + text.size() - n, n);
    const std::uint64_t mixed = (head ^ (tail << 23 | tail >> 41) ^ text.size()) * 0x9e37'79b9'7f4a'7c15u;
    return mixed >> (64 - bits);
  }
  std::array<const OpcodeRow*, std::size_t{1} << bits> rows_{};
};

const OpcodeRow* find_row(std::string_view text) {
  static const RowTable table;
  return table.find(text);
}

}  // namespace

CodeParser::CodeParser(Context& context, Cursor& in, const IdSpace& locals, Place place)
    : c_(context),
      in_(in),
      locals_(locals),
      next_hint_(place == Place::body ? context.annotations.next_hint(in.position()) : ~std::size_t{0}) {}

Result<Expr> CodeParser::body() {
  WCOMP_TRY(run(false));
  if (!labels_.empty()) return in_.unexpected("`end`");
  out_.opcode(Opcode::end);
  return c_.keep(out_.take());
}

Result<Expr> CodeParser::folded_expr() {
  if (!in_.at(TokenKind::open)) return in_.unexpected("a constant expression");
  WCOMP_TRY(run(true));
  out_.opcode(Opcode::end);
  return c_.keep(out_.take());
}

Result<void> CodeParser::run(bool is_one_group) {
  while (true) {
    switch (in_.peek().kind) {
      case TokenKind::open:
        WCOMP_TRY(open());
        break;
      case TokenKind::close:
        if (groups_.empty()) return {};
        WCOMP_TRY(close());
        break;
      case TokenKind::atom:
        if (!groups_.empty() && groups_.back().kind == GroupKind::if_)
          return in_.unexpected(groups_.back().parts == 0 ? "a condition or `(then`" : "`)`");
        if (!groups_.empty() && groups_.back().kind == GroupKind::try_) return in_.unexpected("`)`");
        WCOMP_TRY(flat());
        break;
      default:
        return in_.unexpected("an instruction");
    }
    if (is_one_group && groups_.empty()) return {};
  }
}

Result<const OpcodeRow*> CodeParser::row() {
  if (!in_.at(TokenKind::atom)) return in_.unexpected("an instruction");
  const OpcodeRow* row = find_row(in_.text());
  if (row == nullptr) return in_.fail_here(fmt::format("unknown operator `{}`", escape(in_.text())));
  in_.advance();
  return row;
}

// Groups

Result<void> CodeParser::open() {
  if (groups_.empty()) return open_instr();
  Group& group = groups_.back();
  if (group.kind == GroupKind::try_) return open_try_branch(group);
  if (group.kind == GroupKind::if_ && (group.parts != 0 || in_.word() == "then")) return open_if_branch(group);
  return open_instr();
}

Result<void> CodeParser::open_instr() {
  const Annotation* hint = take_hint();
  in_.advance();  // `(`
  const std::size_t start = in_.position();
  WCOMP_TRY(const OpcodeRow* r, row());
  WCOMP_TRY(check_hint(hint, *r));
  Group group{.kind = GroupKind::plain, .labels = labels_.size(), .pending = pending_.size(), .binding = {}, .hint = hint};
  switch (r->opcode) {
    case Opcode::block:
    case Opcode::loop:
    case Opcode::try_table:
    case Opcode::try_: {
      group.kind = r->opcode == Opcode::try_ ? GroupKind::try_ : GroupKind::block;
      const Binding binding = take_binding();
      WCOMP_TRY(block_head(r->opcode));
      push_label(binding, LabelKind::folded);
      break;
    }
    case Opcode::if_: {
      group.kind = GroupKind::if_;
      group.binding = take_binding();
      const std::size_t begin = out_.size();
      WCOMP_TRY(block_head(Opcode::if_));
      out_.move_end(begin, pending_);  // the condition comes first
      break;
    }
    case Opcode::else_:
    case Opcode::end:
    case Opcode::catch_:
    case Opcode::catch_all:
    case Opcode::delegate:
      return fail(diag::syntax, fmt::format("unexpected token `{}` where an instruction should stand", r->text), in_.where(start));
    default: {
      const std::size_t begin = out_.size();
      WCOMP_TRY(plain(*r));
      if (in_.at(TokenKind::close)) {
        if (hint != nullptr) hints_.push_back({static_cast<std::uint32_t>(begin), hint->value[0] != 0});
        in_.advance();
        return {};
      }
      out_.move_end(begin, pending_);
    }
  }
  groups_.push_back(group);
  return {};
}

/// `(then instr*)`, then perhaps `(else instr*)`.
Result<void> CodeParser::open_if_branch(Group& group) {
  if (group.parts == 0) {
    in_.take_open("then");
    note_hint(group.hint);
    pending_.move_end(group.pending, out_);
    push_label(group.binding, LabelKind::folded);
  } else {
    if (group.parts != 1 || !in_.take_open("else")) return in_.unexpected(group.parts == 1 ? "`(else` or `)`" : "`)`");
    out_.opcode(Opcode::else_);
  }
  ++group.parts;
  groups_.push_back({.kind = GroupKind::if_branch, .labels = labels_.size(), .pending = pending_.size(), .binding = {}});
  return {};
}

/// `(do instr*)`, then either catches or `(delegate l)`.
Result<void> CodeParser::open_try_branch(Group& group) {
  const std::string_view word = in_.word();
  if (group.is_done || (group.parts == 0) != (word == "do")) return in_.unexpected(group.parts == 0 ? "`(do`" : "`)`");
  if (word == "do") {
    in_.take_open(word);
  } else if (word == "catch") {
    in_.take_open(word);
    out_.opcode(Opcode::catch_);
    WCOMP_TRY(index(c_.tags));
  } else if (word == "catch_all") {
    in_.take_open(word);
    out_.opcode(Opcode::catch_all);
    group.is_done = true;
  } else if (word == "delegate" && group.parts == 1) {
    in_.take_open(word);
    group.is_done = true;
    group.kind = GroupKind::plain;  // it needs no `end`
    pop_label();
    group.labels = labels_.size();
    WCOMP_TRY(delegate());
    WCOMP_TRY(in_.expect_close());
    if (!in_.at(TokenKind::close)) return in_.unexpected("`)`");
    return {};
  } else {
    return in_.unexpected("`(catch`, `(catch_all`, `(delegate` or `)`");
  }
  ++group.parts;
  groups_.push_back({.kind = GroupKind::try_branch, .labels = labels_.size(), .pending = pending_.size(), .binding = {}});
  return {};
}

Result<void> CodeParser::close() {
  const Group group = groups_.back();
  const bool has_own_label = group.kind == GroupKind::block || group.kind == GroupKind::try_ || (group.kind == GroupKind::if_ && group.parts != 0);
  if (labels_.size() != group.labels + (has_own_label ? 1 : 0)) return in_.unexpected("`end`");
  switch (group.kind) {
    case GroupKind::plain:
      note_hint(group.hint);
      pending_.move_end(group.pending, out_);
      break;
    case GroupKind::if_:
    case GroupKind::try_:
      if (group.parts == 0) return in_.unexpected(group.kind == GroupKind::if_ ? "`(then`" : "`(do`");
      [[fallthrough]];
    case GroupKind::block:
      pop_label();
      out_.opcode(Opcode::end);
      break;
    default:
      break;
  }
  groups_.pop_back();
  in_.advance();
  return {};
}

// Flat instructions

Result<void> CodeParser::flat() {
  const Annotation* hint = take_hint();
  const std::size_t start = in_.position();
  WCOMP_TRY(const OpcodeRow* r, row());
  WCOMP_TRY(check_hint(hint, *r));
  note_hint(hint);
  const std::size_t bottom = groups_.empty() ? 0 : groups_.back().labels + (groups_.back().kind == GroupKind::block ? 1 : 0);
  const bool has_block = labels_.size() > bottom;  // opened in this group
  switch (r->opcode) {
    case Opcode::block:
    case Opcode::loop:
    case Opcode::try_table:
    case Opcode::try_:
    case Opcode::if_: {
      const Binding binding = take_binding();
      WCOMP_TRY(block_head(r->opcode));
      push_label(binding, r->opcode == Opcode::if_ ? LabelKind::if_ : r->opcode == Opcode::try_ ? LabelKind::try_ : LabelKind::block);
      return {};
    }
    case Opcode::else_:
      if (!has_block || labels_.back().kind != LabelKind::if_) return fail(diag::syntax, "unexpected token: `else` without `if`", in_.where(start));
      labels_.back().kind = LabelKind::else_;
      out_.opcode(Opcode::else_);
      return check_label(labels_.back().id);
    case Opcode::catch_:
    case Opcode::catch_all:
    case Opcode::delegate:
      if (!has_block) return fail(diag::syntax, fmt::format("unexpected token: `{}` without `try`", r->text), in_.where(start));
      return flat_catch(r->opcode, start);
    case Opcode::end: {
      if (!has_block) return fail(diag::syntax, "unexpected token: `end` without a block", in_.where(start));
      const std::string_view id = labels_.back().id;
      pop_label();
      out_.opcode(Opcode::end);
      return check_label(id);
    }
    default:
      return plain(*r);
  }
}

Result<void> CodeParser::flat_catch(Opcode opcode, std::size_t start) {
  LabelKind& kind = labels_.back().kind;
  if (kind != LabelKind::try_ && (opcode == Opcode::delegate || kind != LabelKind::catch_)) {
    return fail(diag::syntax, "unexpected token: no `try` that this could belong to", in_.where(start));
  }
  if (opcode == Opcode::delegate) {
    pop_label();
    return delegate();
  }
  out_.opcode(opcode);
  if (opcode == Opcode::catch_all) {
    kind = LabelKind::catch_all;
    return check_label(labels_.back().id);
  }
  kind = LabelKind::catch_;
  return index(c_.tags);
}

/// The label counts from outside of the block, which is closed already.
Result<void> CodeParser::delegate() {
  out_.opcode(Opcode::delegate);
  return label();
}

// Labels

std::string_view CodeParser::take_id() {
  if (!in_.at(TokenKind::id)) return {};
  std::string_view id = in_.text().substr(1);
  if (id.starts_with('"')) id = quoted_.emplace_back(string_value(id));
  in_.advance();
  return id;
}

CodeParser::Binding CodeParser::take_binding() {
  const std::string_view id = take_id();
  return {id, c_.annotations.take_name(in_.position())};
}

void CodeParser::push_label(Binding binding, LabelKind kind) {
  if (binding.name != nullptr) {
    label_names_.emplace_back(label_count_, *binding.name);
  } else if (!binding.id.empty()) {
    label_names_.emplace_back(label_count_, binding.id);
  }
  ++label_count_;
  Label label{.id = binding.id, .shadowed = -1, .kind = kind};
  if (!label.id.empty()) {
    const auto [at, is_new] = innermost_.try_emplace(label.id, -1);
    label.shadowed = std::exchange(at->second, static_cast<std::int64_t>(labels_.size()));
  }
  labels_.push_back(label);
}

void CodeParser::pop_label() {
  const Label& label = labels_.back();
  if (!label.id.empty()) innermost_[label.id] = label.shadowed;
  labels_.pop_back();
}

/// The identifier after `else` or `end`, if there is one, repeats the block's.
Result<void> CodeParser::check_label(std::string_view opened) {
  const std::size_t start = in_.position();
  const std::string_view id = take_id();
  if (id.empty() || id == opened) return {};
  return fail(diag::syntax, fmt::format("mismatching label `${}`", escape(id)), in_.where(start));
}

Result<std::uint32_t> CodeParser::label_index() {
  if (in_.at(TokenKind::id)) {
    const std::size_t start = in_.position();
    const std::string_view id = take_id();
    const auto at = innermost_.find(id);
    if (at == innermost_.end() || at->second < 0) return fail(diag::unknown_item, fmt::format("unknown label `${}`", escape(id)), in_.where(start));
    return static_cast<std::uint32_t>(labels_.size() - 1 - static_cast<std::size_t>(at->second));
  }
  if (!IdSpace::at_index(in_)) return in_.unexpected("a label");
  WCOMP_TRY(const std::uint64_t n, in_.nat(0xffff'ffff));
  return static_cast<std::uint32_t>(n);
}

Result<void> CodeParser::label() {
  WCOMP_TRY(const std::uint32_t l, label_index());
  out_.leb_u32(l);
  return {};
}

// Branch hints

const Annotation* CodeParser::take_hint() {
  if (in_.position() < next_hint_) return nullptr;
  const Annotation* hint = c_.annotations.take(AnnotationKind::branch_hint, in_.position());
  next_hint_ = c_.annotations.next_hint(in_.position() + 1);
  return hint;
}

Result<void> CodeParser::check_hint(const Annotation* hint, const OpcodeRow& row) const {
  if (hint == nullptr || row.opcode == Opcode::if_ || row.opcode == Opcode::br_if) return {};
  return fail(diag::invalid, fmt::format("@metadata.code.branch_hint annotation: invalid target `{}`, only `if` and `br_if` take hints", row.text),
              in_.list().where(*hint));
}

void CodeParser::note_hint(const Annotation* hint) {
  if (hint != nullptr) hints_.push_back({static_cast<std::uint32_t>(out_.size()), hint->value[0] != 0});
}

}  // namespace wcomp::core::text
