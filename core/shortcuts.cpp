#include "core/shortcuts.h"

#include <bit>

#include "core/limits.h"
#include "core/signature.h"

namespace wcomp::core {
namespace {

constexpr std::uint8_t empty_block = 0x40;

/// Number and vector types, from byte 0x7b on.
constexpr std::array plain_types{ValType::v128, ValType::f64, ValType::f32, ValType::i64, ValType::i32};
constexpr std::uint32_t first_plain = 0x7b;

constexpr bool is_plain(ValType t) { return static_cast<std::uint32_t>(t) - first_plain < plain_types.size(); }

/// Numbers of up to four bytes: those cannot be too long or too large.
bool read_index(const std::uint8_t*& p, const std::uint8_t* end, std::uint32_t& out) {
  std::uint32_t value = 0;
  for (unsigned shift = 0; shift < 28 && p != end; shift += 7) {
    const std::uint8_t byte = *p++;
    value |= static_cast<std::uint32_t>(byte & 0x7f) << shift;
    if (byte < 0x80) {
      out = value;
      return true;
    }
  }
  return false;
}

/// Past a number of up to `max` bytes.
bool skip_number(const std::uint8_t*& p, const std::uint8_t* end, unsigned max) {
  for (unsigned i = 0; i < max && p != end; ++i) {
    if (*p++ < 0x80) return true;
  }
  return false;
}

}  // namespace

/// Where `run` is: copies of what the stack and the reader have, so that they can stay in registers.
struct Shortcuts::Cursor {
  const std::uint8_t* p;
  const std::uint8_t* end;
  ValType* top;
  ValType* floor;
  const ValType* room_end;  ///< operands may be put up to there
  OperandStack& stack;
  const LocalTypes& locals;

  [[nodiscard]] std::size_t available() const { return static_cast<std::size_t>(top - floor); }
  [[nodiscard]] bool has_room(std::size_t n) const { return static_cast<std::size_t>(room_end - top) >= n; }
  /// Whether the operands are those of a list of one type at most, with `above` more on top of them.
  [[nodiscard]] bool has(Types types, std::size_t above) const {
    if (types.empty()) return available() >= above;
    return types.size() == 1 && available() > above && top[-1 - static_cast<std::ptrdiff_t>(above)] == types[0];
  }
  /// Whether they are all that is left in the block, and no local was set in it that would have to be forgotten.
  [[nodiscard]] bool can_leave(const Frame& f) const {
    return available() == f.results.size() && has(f.results, 0) && locals.inits() == f.inits;
  }
  void set_unreachable() {
    top = floor;
    stack.frames_.back().is_unreachable = true;
  }
};

Shortcuts::Shortcuts(const ValidationContext& context) : m_(context.module) {
  has_plain_mem_ = !m_.mem_types.empty() && !m_.mem_types[0].limits.is_64;
  has_plain_table_ = !m_.table_types.empty() && !m_.table_types[0].limits.is_64 && m_.table_types[0].element == ValType::funcref;
  for (std::size_t i = 0; i < plain_types.size(); ++i) has_plain_type_[i] = !context.fault_of(plain_types[i]);
  for (const OpcodeRow& row : opcode_rows()) {
    if (static_cast<std::uint16_t>(row.opcode) < rows_.size() && context.is_enabled(row)) fill(row);
  }
  const auto set = [&](Opcode o, Kind kind) { rows_[static_cast<std::uint16_t>(o)].kind = kind; };
  set(Opcode::i32_const, Kind::i32_const);
  set(Opcode::i64_const, Kind::i64_const);
  set(Opcode::local_get, Kind::local_get);
  set(Opcode::local_set, Kind::local_set);
  set(Opcode::local_tee, Kind::local_tee);
  set(Opcode::global_get, Kind::global_get);
  set(Opcode::global_set, Kind::global_set);
  set(Opcode::drop, Kind::drop);
  set(Opcode::select, Kind::select);
  set(Opcode::block, Kind::block);
  set(Opcode::loop, Kind::loop);
  set(Opcode::if_, Kind::if_);
  set(Opcode::else_, Kind::else_);
  set(Opcode::end, Kind::end);
  set(Opcode::br, Kind::br);
  set(Opcode::br_if, Kind::br_if);
  set(Opcode::return_, Kind::return_);
  set(Opcode::unreachable, Kind::unreachable);
  set(Opcode::call, Kind::call);
  set(Opcode::call_indirect, Kind::call_indirect);
  set(Opcode::nop, Kind::nop);
}

/// Rows that are their signature.
void Shortcuts::fill(const OpcodeRow& row) {
  const Signature& s = signature_of(row);
  if (s.is_by_rule) return;
  Row& out = rows_[static_cast<std::uint16_t>(row.opcode)];
  out.result = s.results[0];
  if (row.immediate == Immediate::mem_arg) {
    out.kind = s.result_count == 1 ? Kind::load : Kind::store;
    out.a = s.result_count == 1 ? ValType::i32 : s.params[1];
    out.b = ValType::i32;
    out.max_align = static_cast<std::uint8_t>(std::countr_zero(row.access_bytes));
  } else if (row.immediate == Immediate::none && s.result_count == 1 && s.param_count == 1) {
    out.kind = Kind::unary;
    out.a = s.params[0];
  } else if (row.immediate == Immediate::none && s.result_count == 1 && s.param_count == 2) {
    out.kind = Kind::binary;
    out.a = s.params[1];
    out.b = s.params[0];
  }
}

void Shortcuts::run(ExprReader& in, OperandStack& stack, const LocalTypes& locals) const {
  const ByteSpan rest = in.rest();
  // The same limit for whoever validated something larger before: how much is allocated depends on that.
  const std::size_t room = std::min<std::size_t>(stack.operands_.size(), limits::operands);
  Cursor at{rest.data(), rest.data() + rest.size(), stack.top_, stack.floor_, stack.begin() + room, stack, locals};
  const std::span<const ValType> direct = locals.direct();
  const std::uint8_t* start = at.p;  // of the instruction
  bool goes_on = true;
  while (goes_on) {
    start = at.p;
    if (at.p == at.end) break;
    const Row& row = rows_[*at.p++];
    goes_on = false;
    switch (row.kind) {
      case Kind::none:
        break;
      case Kind::nop:
        goes_on = true;
        break;
      case Kind::unary:
        if (at.available() < 1 || at.top[-1] != row.a) break;
        at.top[-1] = row.result;
        goes_on = true;
        break;
      case Kind::binary:
        if (at.available() < 2 || at.top[-1] != row.a || at.top[-2] != row.b) break;
        *(--at.top - 1) = row.result;
        goes_on = true;
        break;
      case Kind::load:
        if (!has_plain_mem_ || at.p == at.end || *at.p++ > row.max_align || !skip_number(at.p, at.end, 4)) break;
        if (at.available() < 1 || at.top[-1] != row.a) break;
        at.top[-1] = row.result;
        goes_on = true;
        break;
      case Kind::store:
        if (!has_plain_mem_ || at.p == at.end || *at.p++ > row.max_align || !skip_number(at.p, at.end, 4)) break;
        if (at.available() < 2 || at.top[-1] != row.a || at.top[-2] != row.b) break;
        at.top -= 2;
        goes_on = true;
        break;
      case Kind::i32_const:
        if (!at.has_room(1) || !skip_number(at.p, at.end, 4)) break;
        *at.top++ = ValType::i32;
        goes_on = true;
        break;
      case Kind::i64_const:
        if (!at.has_room(1) || !skip_number(at.p, at.end, 9)) break;
        *at.top++ = ValType::i64;
        goes_on = true;
        break;
      case Kind::local_get: {
        std::uint32_t index = 0;
        if (!read_index(at.p, at.end, index) || index >= direct.size() || direct[index] == unknown_type || !at.has_room(1)) break;
        *at.top++ = direct[index];
        goes_on = true;
        break;
      }
      case Kind::local_set:
      case Kind::local_tee: {
        std::uint32_t index = 0;
        if (!read_index(at.p, at.end, index) || index >= direct.size() || at.available() < 1) break;
        if (direct[index] == unknown_type || at.top[-1] != direct[index]) break;
        if (row.kind == Kind::local_set) --at.top;
        goes_on = true;
        break;
      }
      case Kind::global_get: {
        std::uint32_t index = 0;
        if (!read_index(at.p, at.end, index) || index >= m_.global_types.size() || !at.has_room(1)) break;
        *at.top++ = m_.global_types[index].type;
        goes_on = true;
        break;
      }
      case Kind::global_set: {
        std::uint32_t index = 0;
        if (!read_index(at.p, at.end, index) || index >= m_.global_types.size() || at.available() < 1) break;
        if (!m_.global_types[index].is_mutable || at.top[-1] != m_.global_types[index].type) break;
        --at.top;
        goes_on = true;
        break;
      }
      case Kind::drop:
        if (at.available() < 1) break;
        --at.top;
        goes_on = true;
        break;
      case Kind::select:
        if (at.available() < 3 || at.top[-1] != ValType::i32 || at.top[-2] != at.top[-3] || !is_plain(at.top[-2])) break;
        at.top -= 2;
        goes_on = true;
        break;
      default:
        goes_on = control(row.kind, at);
        break;
    }
  }
  in.skip(static_cast<std::size_t>(start - rest.data()));
  stack.top_ = at.top;
  stack.floor_ = at.floor;
}

/// False, with nothing changed but the place, for what the rules have to judge.
bool Shortcuts::control(Kind kind, Cursor& at) const {
  OperandStack& stack = at.stack;
  std::uint32_t index = 0;
  switch (kind) {
    case Kind::block:
    case Kind::loop:
    case Kind::if_: {
      if (at.p == at.end) return false;
      const std::uint8_t type = *at.p++;
      const std::uint32_t n = type - first_plain;
      if (type != empty_block && (n >= plain_types.size() || !has_plain_type_[n])) return false;
      if (kind == Kind::if_) {
        if (at.available() < 1 || at.top[-1] != ValType::i32) return false;
        --at.top;
      }
      const Opcode opcode = kind == Kind::block ? Opcode::block : kind == Kind::loop ? Opcode::loop : Opcode::if_;
      stack.top_ = at.top;
      stack.push_frame(opcode, {}, type == empty_block ? Types() : Types(&plain_types[n], 1), at.locals.inits());
      at.floor = at.top;
      return true;
    }
    case Kind::else_: {
      Frame& f = stack.frames_.back();
      if (f.opcode != Opcode::if_ || !f.params.empty() || !at.can_leave(f)) return false;
      f.opcode = Opcode::else_;
      f.is_unreachable = false;
      at.top = at.floor;
      return true;
    }
    case Kind::end: {
      const Frame& f = stack.frames_.back();
      if (stack.frames_.size() == 1 || !at.can_leave(f)) return false;
      if (f.opcode == Opcode::if_ && (!f.params.empty() || !f.results.empty())) return false;
      stack.frames_.pop_back();
      at.floor = stack.begin() + stack.frames_.back().height;
      return true;
    }
    case Kind::br:
    case Kind::br_if: {
      if (!read_index(at.p, at.end, index) || index >= stack.frames_.size()) return false;
      const Types types = stack.frame(index).label_types();
      if (kind == Kind::br) {
        if (!at.has(types, 0)) return false;
        at.set_unreachable();
        return true;
      }
      if (at.available() < 1 || at.top[-1] != ValType::i32 || !at.has(types, 1)) return false;
      --at.top;
      return true;
    }
    case Kind::return_:
      if (!at.has(stack.frames_.front().results, 0)) return false;
      at.set_unreachable();
      return true;
    case Kind::unreachable:
      at.set_unreachable();
      return true;
    case Kind::call:
      if (!read_index(at.p, at.end, index) || index >= m_.func_types.size()) return false;
      return call(m_.types[m_.func_types[index].value], at);
    case Kind::call_indirect:
      if (!has_plain_table_ || !read_index(at.p, at.end, index) || index >= m_.types.size()) return false;
      if (at.p == at.end || *at.p++ != 0 || at.available() < 1 || at.top[-1] != ValType::i32) return false;
      --at.top;
      if (call(m_.types[index], at)) return true;
      ++at.top;
      return false;
    default:
      return false;
  }
}

bool Shortcuts::call(const FuncType& type, Cursor& at) const {
  const std::size_t n = type.params.size();
  if (at.available() < n || !at.has_room(type.results.size())) return false;
  if (!std::equal(type.params.begin(), type.params.end(), at.top - n)) return false;
  at.top = std::ranges::copy(type.results, at.top - n).out;
  return true;
}

}  // namespace wcomp::core
