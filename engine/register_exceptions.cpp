// What throws, and the handlers of what is thrown: those of try_table and those of the legacy try.
#include <algorithm>
#include <functional>

#include "engine/register_builder.h"

namespace wcomp::engine {

void RegisterBuilder::throw_tag(std::uint32_t tag) {
  std::uint32_t n = slot_count(tag_params(tag));
  flush_top(n);
  pop_to(height() - n);
  RegOp& r = emit(Opcode::throw_);
  r.a = slot_of(height());
  r.imm = tag;
  is_dead_ = true;
}

void RegisterBuilder::add_handler(const CatchHandler& h, Region region) {
  // A body of catches costs more memory than it has bytes; the bound is that of operations.
  if (code_.handlers.size() > max_ops_) is_too_large_ = true;
  code_.handlers.push_back(h);
  handler_regions_.push_back(region);
}

void RegisterBuilder::open_try_table(Control& c, const std::vector<core::Catch>& catches) {
  c.region = ++regions_;
  c.first_handler = static_cast<std::uint32_t>(code_.handlers.size());
  c.handlers = static_cast<std::uint32_t>(catches.size());
  for (const core::Catch& clause : catches) {
    Control& to = label(clause.label);
    const std::uint32_t values = clause.has_tag() ? slot_count(tag_params(clause.tag.value)) : 0;
    const auto index = static_cast<std::uint32_t>(code_.handlers.size());
    CatchHandler h{.begin = here(), .tag = clause.has_tag() ? clause.tag.value : any_tag, .target = to.start};
    // Nothing of this function is wanted any more if it returns, so that the values may lie anywhere.
    const std::uint32_t place = is_function(to) ? 0 : to.height;
    h.dst = slot_of(place);
    if (clause.gives_ref()) h.ref = h.dst + values;
    max_height_ = std::max(max_height_, place + values + 1);
    if (slot_of(max_height_) > max_frame_slots) is_too_large_ = true;
    if (is_function(to)) {
      returns_.push_back(index);
    } else if (to.kind != Opcode::loop) {
      add_exit(to, Fixup::In::handler, index);
    }
    add_handler(h, c.region);
  }
}

void RegisterBuilder::end_handlers(const Control& c) {
  for (std::uint32_t i = 0; i < c.handlers; ++i) code_.handlers[c.first_handler + i].end = here();
}

void RegisterBuilder::emit_catch_returns() {
  for (std::uint32_t index : returns_) {
    code_.handlers[index].target = here();
    emit(Opcode::return_).a = code_.results == 0 ? no_slot : code_.handlers[index].dst;
  }
}

void RegisterBuilder::catch_clause(std::uint32_t tag) {
  Control& c = controls_.back();
  if (!is_dead_) {
    end_clause(c);
    jump_to(c);
  }
  if (c.kind == Opcode::try_) {
    c.body_end = here();
    c.caught = std::exchange(c.region, no_region);
    c.kind = Opcode::catch_;
  }
  mark_label();
  pop_to(c.height);
  c.first_handler = static_cast<std::uint32_t>(code_.handlers.size());
  push();  // what `rethrow` throws
  add_handler({.begin = c.body_begin, .end = c.body_end, .tag = tag, .target = here(), .dst = slot_of(height())}, c.caught);
  if (tag != any_tag) push(std::span(tag_params(tag)));
  flushed_ = height();
  is_dead_ = false;
}

void RegisterBuilder::end_clause(const Control& c) {
  if (c.kind == Opcode::catch_) {
    move_to(c.height, c.results);
  } else {
    flush_all();
  }
}

void RegisterBuilder::rethrow(std::uint32_t depth) {
  const Control& c = label(depth);
  const std::uint32_t slot = slot_of(c.height);
  code_.handlers[c.first_handler].ref = slot;
  emit(Opcode::throw_ref).a = slot;
  is_dead_ = true;
}

void RegisterBuilder::delegate(std::uint32_t depth) {
  const Control& c = controls_.back();
  Region to = no_region;
  for (std::size_t i = controls_.size() - 1 - depth; i-- > 0 && to == no_region;) to = controls_[i].region;
  add_handler({.begin = c.body_begin, .end = here(), .is_delegate = true, .target = to}, c.region);
  close();
}

void RegisterBuilder::finish_handlers() {
  std::vector<std::uint32_t> order(code_.handlers.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    return handler_regions_[a] != handler_regions_[b] ? handler_regions_[a] > handler_regions_[b] : a < b;
  });
  std::vector<CatchHandler> sorted;
  sorted.reserve(order.size());
  for (std::uint32_t i : order) {
    CatchHandler& h = sorted.emplace_back(code_.handlers[i]);
    if (!h.is_delegate) {
      code_.ops[h.target].is_target = true;
    } else {
      const auto next = std::ranges::lower_bound(order, Region{h.target}, std::greater<>(), [&](std::uint32_t at) { return handler_regions_[at]; });
      h.target = static_cast<std::uint32_t>(next - order.begin());
    }
  }
  code_.handlers = std::move(sorted);
}

}  // namespace wcomp::engine
