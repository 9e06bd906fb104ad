// Values one by one: numbers, handles, records, variants; where they are, and what is checked on the way.
#include <bit>

#include "base/match.h"
#include "canonical-abi/fuse_body.h"

namespace wcomp::cabi::fusing {
namespace {

using core::Opcode;
using core::ValType;

/// Memory-to-memory translations of more nodes than this become functions of their own.
constexpr std::uint32_t helper_threshold = 32;
/// Values of plain bytes larger than this are copied by memory.copy instead of loads and stores.
constexpr std::uint32_t copy_threshold = 16;
/// Fixed lists in memory up to this length are written out instead of looped over.
constexpr std::uint32_t unroll_threshold = 4;

bool is_in_memory(const Place& p) { return std::holds_alternative<InMemory>(p); }

/// The place of a part within the place of the whole.
Place sub_place(const Place& whole, std::uint32_t offset, std::uint32_t flat_index, std::size_t flat_count) {
  return match(
      whole, [&](const InMemory& m) -> Place { return m.plus(offset); },
      [&](const InLocals& l) -> Place { return l.subspan(flat_index, flat_count); });
}

std::uint32_t word_bytes(ValType ptr) { return ptr == ValType::i64 ? 8 : 4; }

/// Whether `normalise` has anything to do for a flat value.
bool has_unused_bits(const Shape& s) {
  switch (s.kind) {
    case ShapeKind::bool_:
    case ShapeKind::u8:
    case ShapeKind::u16:
    case ShapeKind::s8:
    case ShapeKind::s16:
    case ShapeKind::char_: return true;
    case ShapeKind::flags: return s.flag_count < 32;
    default: return false;
  }
}

void mark_single_values(const Shape& shape, std::size_t at, std::vector<bool>& out) {
  switch (shape.kind) {
    case ShapeKind::record:
      for (const Part& p : shape.parts) mark_single_values(*p.shape, at + p.flat_index, out);
      return;
    case ShapeKind::string:
    case ShapeKind::list:
    case ShapeKind::fixed_list:
    case ShapeKind::variant:
    case ShapeKind::stream:
    case ShapeKind::future: return;
    default: out.at(at) = true;
  }
}

bool is_signed(ShapeKind k) { return k == ShapeKind::s8 || k == ShapeKind::s16; }

}  // namespace

std::vector<bool> find_single_values(const Shape& shape) {
  std::vector<bool> out(shape.flat.size());
  mark_single_values(shape, 0, out);
  return out;
}

void Body::translate(const ShapePair& shapes, const Place& src, const Place& dst) {
  if (is_in_memory(src) && is_in_memory(dst) && shapes->nodes > helper_threshold) {
    push_address(std::get<InMemory>(src), from_);
    push_address(std::get<InMemory>(dst), to());
    const core::FuncIdx helper = module_.helper(shapes, from_);  // may add a function, which moves all code
    code().call(helper);
    return;
  }
  translate_here(shapes, src, dst);
}

void Body::translate_here(const ShapePair& shapes, const Place& src, const Place& dst) {
  const Shape& shape = *shapes.src;
  switch (shape.kind) {
    case ShapeKind::bool_:
    case ShapeKind::s8:
    case ShapeKind::u8:
    case ShapeKind::s16:
    case ShapeKind::u16:
    case ShapeKind::s32:
    case ShapeKind::u32:
    case ShapeKind::s64:
    case ShapeKind::u64:
    case ShapeKind::f32:
    case ShapeKind::f64:
    case ShapeKind::char_:
    case ShapeKind::flags: return scalar(shape, src, dst);
    case ShapeKind::string: return string(src, dst);
    case ShapeKind::list: return list(shapes, src, dst);
    case ShapeKind::fixed_list: return fixed_list(shapes, src, dst);
    case ShapeKind::record: return record(shapes, src, dst);
    case ShapeKind::variant: return variant(shapes, src, dst);
    case ShapeKind::own:
    case ShapeKind::borrow:
    case ShapeKind::error_context: return handle(shape, src, dst);
    case ShapeKind::stream:
    case ShapeKind::future: break;
  }
  WCOMP_CHECK(false);
}

void Body::scalar(const Shape& shape, const Place& src, const Place& dst) {
  const ValType type = shape.flat[0];
  const InLocals *from = std::get_if<InLocals>(&src), *into = std::get_if<InLocals>(&dst);
  if (from != nullptr && into != nullptr && (*from)[0].local == (*into)[0].local && !has_unused_bits(shape)) return;
  begin_store(dst);
  match(
      src, [&](const InMemory& m) { load(m, shape.size, is_signed(shape.kind), type); }, [&](const InLocals& l) { push_local(l[0], type); });
  normalise(shape, is_in_memory(src));
  end_store(dst, shape.size, type);
}

/// The value on the stack becomes one that the type has, or the call ends. From memory, narrow integers are extended already.
void Body::normalise(const Shape& shape, bool is_from_memory) {
  switch (shape.kind) {
    case ShapeKind::bool_: code().i32_const(0).op(Opcode::i32_ne); return;
    case ShapeKind::u8:
      if (!is_from_memory) code().i32_const(0xff).op(Opcode::i32_and);
      return;
    case ShapeKind::u16:
      if (!is_from_memory) code().i32_const(0xffff).op(Opcode::i32_and);
      return;
    case ShapeKind::s8:
      if (!is_from_memory) code().op(Opcode::i32_extend8_s);
      return;
    case ShapeKind::s16:
      if (!is_from_memory) code().op(Opcode::i32_extend16_s);
      return;
    case ShapeKind::flags:
      if (shape.flag_count < 32) code().i32_const(static_cast<std::int32_t>((1u << shape.flag_count) - 1)).op(Opcode::i32_and);
      return;
    case ShapeKind::char_: {
      Temp c(*this, ValType::i32);
      code().local_tee(c).i32_const(0x110000).op(Opcode::i32_ge_u);
      code().local_get(c).i32_const(0xd800).op(Opcode::i32_sub).i32_const(0x800).op(Opcode::i32_lt_u).op(Opcode::i32_or);
      trap_if(TrapCode::invalid_char);
      code().local_get(c);
      return;
    }
    default: return;
  }
}

void Body::normalise_flat(const Shape& shape) {
  normalise(shape, false);
  for (const Part& p : shape.parts) {
    if (!p.shape->flat.empty()) normalise_flat(*p.shape);
  }
}

void Body::handle(const Shape& shape, const Place& src, const Place& dst) {
  const bool is_borrow = shape.kind == ShapeKind::borrow;
  WCOMP_CHECK(!is_borrow || from_ == Side::caller);  // results have no borrows: component validation
  begin_store(dst);
  if (!is_borrow) code().i32_const(static_cast<std::int32_t>(from_));
  if (shape.kind != ShapeKind::error_context) code().i32_const(static_cast<std::int32_t>(module_.resource_number(shape.resource)));
  match(
      src, [&](const InMemory& m) { load(m, 4, false, ValType::i32); }, [&](const InLocals& l) { push_local(l[0], ValType::i32); });
  if (shape.kind == ShapeKind::error_context) call_intrinsic(Intrinsic::error_context_transfer);
  else if (!is_borrow) call_intrinsic(Intrinsic::resource_transfer_own);
  else call_intrinsic(module_.side(Side::callee).borrows_reps ? Intrinsic::resource_borrow_rep : Intrinsic::resource_transfer_borrow);
  end_store(dst, 4, ValType::i32);
}

void Body::record(const ShapePair& shapes, const Place& src, const Place& dst) {
  if (is_in_memory(src) && is_in_memory(dst) && shapes->is_any_bits && shapes->size > copy_threshold) {
    push_address(std::get<InMemory>(dst), to());
    push_address(std::get<InMemory>(src), from_);
    copy_constant(shapes->size);
    return;
  }
  for (std::size_t i = 0; i < shapes->parts.size(); ++i) {
    const Part &from = shapes.src->parts[i], &into = shapes.dst->parts[i];
    const std::size_t flats = from.shape->flat.size();
    translate({from.shape.get(), into.shape.get()}, sub_place(src, from.offset, from.flat_index, flats), sub_place(dst, into.offset, into.flat_index, flats));
  }
}

void Body::copy_constant(std::uint32_t bytes) {
  // The size is of the narrower type of the two.
  push_constant(module_.ptr(to()) == ValType::i32 ? to() : from_, bytes);
  code().memory_copy(module_.memory(to()), module_.memory(from_));
}

void Body::fixed_list(const ShapePair& shapes, const Place& src, const Place& dst) {
  const Shape& shape = *shapes.src;
  const ShapePair element = shapes.element();
  const bool is_memory_only = is_in_memory(src) && is_in_memory(dst);
  if (!is_memory_only || shape.length <= unroll_threshold) {
    const auto flats = static_cast<std::uint32_t>(element->flat.size());
    for (std::uint32_t i = 0; i < shape.length; ++i) {
      translate(element, sub_place(src, i * element.src->size, i * flats, flats), sub_place(dst, i * element.dst->size, i * flats, flats));
    }
    return;
  }
  Temp src_ptr(*this, module_.ptr(from_)), dst_ptr(*this, module_.ptr(to()));
  push_address(std::get<InMemory>(src), from_);
  code().local_set(src_ptr);
  push_address(std::get<InMemory>(dst), to());
  code().local_set(dst_ptr);
  if (shape.is_any_bits) {
    code().local_get(dst_ptr).local_get(src_ptr);
    copy_constant(shape.size);
    return;
  }
  Temp count(*this, ValType::i32);
  code().i32_const(static_cast<std::int32_t>(shape.length)).local_set(count);
  elements(element, src_ptr, dst_ptr, count);
}

// load_variant or lift_flat_variant, then store_variant or lower_flat_variant.
void Body::variant(const ShapePair& shapes, const Place& src, const Place& dst) {
  const Shape& shape = *shapes.src;
  Temp discriminant(*this, ValType::i32);
  match(
      src, [&](const InMemory& m) { load(m, shape.discriminant_size, false, ValType::i32); },
      [&](const InLocals& l) { push_local(l[0], ValType::i32); });
  code().local_tee(discriminant).i32_const(static_cast<std::int32_t>(shape.cases.size())).op(Opcode::i32_ge_u);
  trap_if(TrapCode::invalid_discriminant);
  begin_store(dst);
  code().local_get(discriminant);
  end_store(dst, shape.discriminant_size, ValType::i32);
  if (const InLocals* locals = std::get_if<InLocals>(&dst)) {
    for (const FlatLocal& l : locals->subspan(1)) {
      switch (l.type) {
        case ValType::i64: code().i64_const(0); break;
        case ValType::f32: code().f32_const(0); break;
        case ValType::f64: code().f64_const(0); break;
        default: code().i32_const(0); break;
      }
      code().local_set(l.local);
    }
  }
  payloads(shapes, discriminant, src, dst);
}

/// Cases with the same payload share its code; cases without one share nothing to do.
void Body::payloads(const ShapePair& shapes, core::LocalIdx discriminant, const Place& src, const Place& dst) {
  const Shape& shape = *shapes.src;
  std::vector<ShapePair> distinct;
  std::map<const Shape*, std::uint32_t> label;
  bool has_empty = false;
  for (std::size_t i = 0; i < shape.cases.size(); ++i) {
    const ShapePair payload = shapes.payload(i);
    if (payload.src == nullptr) {
      has_empty = true;
    } else if (label.emplace(payload.src, static_cast<std::uint32_t>(distinct.size())).second) {
      distinct.push_back(payload);
    }
  }
  const auto translate_payload = [&](const ShapePair& payload) {
    const std::size_t flats = payload->flat.size();
    translate(payload, sub_place(src, shapes.src->payload_offset, 1, flats), sub_place(dst, shapes.dst->payload_offset, 1, flats));
  };
  if (distinct.empty()) return;
  if (distinct.size() == 1 && !has_empty) return translate_payload(distinct[0]);

  // One block around all; inside it one block for each payload, whose end is where that payload's code starts.
  const auto count = static_cast<std::uint32_t>(distinct.size());
  std::vector<std::uint32_t> targets;
  for (const CaseShape& c : shape.cases) targets.push_back(c.payload == nullptr ? count : label[c.payload.get()]);
  code().block();
  for (std::uint32_t i = 0; i < count; ++i) code().block();
  code().local_get(discriminant).br_table(targets, count);
  for (std::uint32_t i = 0; i < count; ++i) {
    code().end();
    translate_payload(distinct[i]);
    if (i + 1 < count) code().br(count - 1 - i);
  }
  code().end();
}

void Body::push_word(std::uint32_t i, const Place& src) {
  const ValType type = module_.ptr(from_);
  const std::uint32_t bytes = word_bytes(type);
  match(
      src, [&](const InMemory& m) { load(m.plus(bytes * i), bytes, false, type); }, [&](const InLocals& l) { push_local(l[i], type); });
}

void Body::store_ptr(const Place& dst, core::LocalIdx ptr) {
  const ValType type = module_.ptr(to());
  const Place word = sub_place(dst, 0, 0, 1);
  begin_store(word);
  code().local_get(ptr);
  end_store(word, word_bytes(type), type);
}

void Body::store_length(const Place& dst, core::LocalIdx length, bool has_tag) {
  const ValType type = module_.ptr(to());
  const Place word = sub_place(dst, word_bytes(type), 1, 1);
  begin_store(word);
  code().local_get(length);
  if (type == ValType::i64 && has_tag) {
    // The tag goes up to bit 63: what sign extension puts above it is cleared.
    code().op(Opcode::i64_extend_i32_s).i64_const(static_cast<std::int64_t>(utf16_tag_64 | (utf16_tag - 1))).op(Opcode::i64_and);
  } else if (type == ValType::i64) {
    code().op(Opcode::i64_extend_i32_u);
  }
  end_store(word, word_bytes(type), type);
}

void Body::push_for_intrinsic(Side side, core::LocalIdx ptr) {
  code().local_get(ptr);
  if (module_.ptr(side) != module_.intrinsic_ptr()) code().op(Opcode::i64_extend_i32_u);
}

void Body::push_constant(Side side, std::uint32_t value) {
  if (module_.ptr(side) == ValType::i64) code().i64_const(value);
  else code().i32_const(static_cast<std::int32_t>(value));
}

void Body::add_to_address(Side side, std::uint32_t bytes) {
  push_constant(side, bytes);
  code().op(module_.ptr(side) == ValType::i64 ? Opcode::i64_add : Opcode::i32_add);
}

void Body::wrap_to_address(Side side) {
  if (module_.ptr(side) == ValType::i32) code().op(Opcode::i32_wrap_i64);
}

void Body::load(const InMemory& at, std::uint32_t size, bool is_signed, ValType type) {
  Opcode op = Opcode::i32_load;
  if (type == ValType::i64) op = Opcode::i64_load;
  else if (type == ValType::f32) op = Opcode::f32_load;
  else if (type == ValType::f64) op = Opcode::f64_load;
  else if (size == 1) op = is_signed ? Opcode::i32_load8_s : Opcode::i32_load8_u;
  else if (size == 2) op = is_signed ? Opcode::i32_load16_s : Opcode::i32_load16_u;
  code().local_get(at.base).mem(op, static_cast<std::uint32_t>(std::countr_zero(size)), at.offset, module_.memory(from_));
}

void Body::store(const InMemory& at, std::uint32_t size, ValType type) {
  Opcode op = Opcode::i32_store;
  if (type == ValType::i64) op = Opcode::i64_store;
  else if (type == ValType::f32) op = Opcode::f32_store;
  else if (type == ValType::f64) op = Opcode::f64_store;
  else if (size == 1) op = Opcode::i32_store8;
  else if (size == 2) op = Opcode::i32_store16;
  code().mem(op, static_cast<std::uint32_t>(std::countr_zero(size)), at.offset, module_.memory(to()));
}

void Body::push_local(const FlatLocal& local, ValType want) {
  code().local_get(local.local);
  if (local.type == want) return;
  if (local.type == ValType::i64 && want == ValType::f64) {
    code().op(Opcode::f64_reinterpret_i64);
    return;
  }
  if (local.type == ValType::i64) code().op(Opcode::i32_wrap_i64);
  if (want == ValType::f32) code().op(Opcode::f32_reinterpret_i32);
}

void Body::set_local(const FlatLocal& local, ValType have) {
  if (local.type != have) {
    if (have == ValType::f64) code().op(Opcode::i64_reinterpret_f64);
    if (have == ValType::f32) code().op(Opcode::i32_reinterpret_f32);
    if (have != ValType::f64 && local.type == ValType::i64) code().op(Opcode::i64_extend_i32_u);
  }
  code().local_set(local.local);
}

void Body::push_address(const InMemory& at, Side side) {
  code().local_get(at.base);
  if (at.offset != 0) add_to_address(side, at.offset);
}

void Body::begin_store(const Place& dst) {
  if (const InMemory* m = std::get_if<InMemory>(&dst)) code().local_get(m->base);
}

void Body::end_store(const Place& dst, std::uint32_t size, ValType type) {
  match(
      dst, [&](const InMemory& m) { store(m, size, type); }, [&](const InLocals& l) { set_local(l[0], type); });
}

}  // namespace wcomp::cabi::fusing
