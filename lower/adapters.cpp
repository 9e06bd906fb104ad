// Functions between two instances, from an instance to the host, and back.
#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/text.h"
#include "canonical-abi/core_signatures.h"
#include "lower/lowering.h"

namespace wcomp::lower {

using cabi::Intrinsic;
using core::ExternKind;
using core::FuncType;
using core::ValType;

namespace {

const FuncType realloc_type = cabi::realloc_type(ValType::i32);

std::string arguments(std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) fmt::format_to(std::back_inserter(out), " (local.get {})", i);
  return out;
}

cabi::AdapterSide side_of_host() {
  return {.encoding = cabi::StringEncoding::utf8, .has_memory = true, .memory = {}, .has_realloc = true, .has_post_return = false, .enters_callee = false, .entered_ancestors = 0};
}

cabi::AdapterSide side_of_guest(const link::Options& o) {
  return {.encoding = o.encoding,
          .has_memory = o.memory.has_value(),
          .memory = {},
          .has_realloc = o.realloc.has_value(),
          .has_post_return = o.post_return.has_value(),
          .enters_callee = true,
          .entered_ancestors = 0};
}

std::string call_realloc(const cabi::Shape& shape) { return fmt::format("(call $realloc (i32.const 0) (i32.const 0) (i32.const {}) (i32.const {}))", shape.align, shape.size); }

}  // namespace

Result<Item> Lowering::stop_exceptions(Item func, const FuncType& type) {
  if (!has_exceptions_) return func;
  Glue glue;
  use_trap(glue);
  glue.func("inside", type, func);
  const std::string results = text_of({.params = {}, .results = type.results});
  glue.field(with_numbers(fmt::format("(func $stop_exceptions (export \"f\") {} (block $thrown (try_table {} (catch_all $thrown) (call $inside{})) (return)) "
                                      "(call $trap (i32.const {{uncaught_exception}})) (unreachable))",
                                      text_of(type), results, arguments(type.params.size()))));
  WCOMP_TRY(const InstanceIdx made, glue.add_to(merger_));
  return merger_.export_of(made, "f");
}

Result<Item> Lowering::adapter(const core::ValidModule& module, const Binding& b, std::string_view label) {
  std::optional<InstanceIdx> host_of_adapter;
  std::vector<Item> imports;
  for (const core::Import& i : module->imports) {
    const auto side = [&](cabi::Side s) -> const BoundSide& { return b.sides[static_cast<std::size_t>(s)]; };
    const BoundSide &caller = side(cabi::Side::caller), &callee = side(cabi::Side::callee);
    if (i.module == cabi::intrinsic_module) {
      if (!host_of_adapter) {
        WCOMP_TRY(host_of_adapter, intrinsics(*module, b));
      }
      imports.push_back(merger_.export_of(*host_of_adapter, i.name));
    } else if (i.name == "callee") {
      imports.push_back(b.callee);
    } else if (i.name == "post-return") {
      imports.push_back(*callee.post_return);
    } else if (i.name == "caller-memory" || i.name == "callee-memory") {
      imports.push_back(*(i.name == "caller-memory" ? caller : callee).memory);
    } else if (i.name == "caller-realloc" || i.name == "callee-realloc") {
      imports.push_back(*(i.name == "caller-realloc" ? caller : callee).realloc);
    } else if (i.name == "caller-flags" || i.name == "callee-flags") {
      imports.push_back(flags((i.name == "caller-flags" ? caller : callee).party));
    } else {
      constexpr std::string_view ancestor = "ancestor-flags-";
      WCOMP_CHECK(i.name.starts_with(ancestor));
      imports.push_back(flags(b.entered_ancestors.at(std::stoul(i.name.substr(ancestor.size())))));
    }
  }
  WCOMP_TRY(const InstanceIdx made, merger_.add(module, imports, fmt::format("{}: ", label)));
  return stop_exceptions(merger_.export_of(made, "adapter"), module->types[module->func_types[module->find_export("adapter")->index].value]);
}

Result<Item> Lowering::fused(const cabi::FuncShape& shape, const cabi::AdapterSide& lower, const cabi::AdapterSide& lift, Binding b, std::string_view label) {
  const cabi::Adapter made = cabi::fuse(shape, lower, lift);
  for (const types::ResourceId id : made.resources.ids) b.resources.push_back(plan_.resource_slots.at(id));
  return adapter(made.module, b, label);
}

// A call of the host: an adapter to the host's side, and where memory is used code around the host's function that gives it room for its
// result, and code around the adapter that takes the room back.
Result<Item> Lowering::host_function(const link::LowerImport& s) {
  const cabi::FuncShape& shape = s.shape;
  const std::string label = s.interface.empty() ? s.name : fmt::format("{}#{}", s.interface, s.name);
  Binding b{.sides = {side(s.opts), host_side()}, .callee = import(import_module(s.interface), s.name), .entered_ancestors = {}, .resources = {}};
  if (!shape.needs_memory) return fused(shape, side_of_guest(s.opts), side_of_host(), std::move(b), label);
  uses_host_memory_ = true;
  {
    Glue glue;
    glue.func("import", shape.lowered, b.callee);
    glue.func("realloc", realloc_type, on_host_side("realloc"));
    glue.global("level", on_host_side("level"));
    glue.global("top", on_host_side("top"));
    const std::string args = arguments(shape.lifted.params.size());
    const std::string room = shape.results_spill ? fmt::format("(local.set $ret {})", call_realloc(*shape.result)) : std::string();
    glue.field(fmt::format("(func $host (export \"f\") {} (local $ret i32) (local $level i32) {} (local.set $level (global.get $level)) (global.set $level (global.get $top)) "
                           "(call $import{}{}) (global.set $level (local.get $level)) {})",
                           text_of(shape.lifted), room, args, shape.results_spill ? " (local.get $ret)" : "", shape.results_spill ? "(local.get $ret)" : ""));
    WCOMP_TRY(const InstanceIdx made, glue.add_to(merger_));
    b.callee = merger_.export_of(made, "f");
  }
  WCOMP_TRY(const Item adapter, fused(shape, side_of_guest(s.opts), side_of_host(), std::move(b), label));
  Glue glue;
  glue.func("adapter", shape.lowered, adapter);
  glue.global("top", on_host_side("top"));
  glue.field(fmt::format("(func $to_host (export \"f\") {} (local $top i32) (local.set $top (global.get $top)) (call $adapter{}) (global.set $top (local.get $top)))", text_of(shape.lowered),
                         arguments(shape.lowered.params.size())));
  WCOMP_TRY(const InstanceIdx made, glue.add_to(merger_));
  return merger_.export_of(made, "f");
}

// A call by the host: an adapter from the host's side, and where memory is used code around it that gives room for the result.
Result<Item> Lowering::exported(const link::LiftedFunc& f, std::optional<Item>& post_return) {
  const cabi::FuncShape& shape = f.shape;
  cabi::AdapterSide lift = side_of_guest(f.opts);
  std::vector<link::ComponentInstanceSlot> entered = link::entering_set(plan_, {}, f.opts.instance);
  lift.enters_callee = !entered.empty();
  if (!entered.empty()) entered.erase(entered.begin());
  lift.entered_ancestors = static_cast<std::uint32_t>(entered.size());
  Binding b{.sides = {host_side(), side(f.opts)}, .callee = resolve(f.core_func), .entered_ancestors = std::move(entered), .resources = {}};
  WCOMP_TRY(const Item adapter, fused(shape, side_of_host(), lift, std::move(b), f.name));
  if (!shape.needs_memory) return adapter;
  uses_host_memory_ = true;
  Glue glue;
  glue.func("adapter", shape.lowered, adapter);
  glue.func("realloc", realloc_type, on_host_side("realloc"));
  glue.global("level", on_host_side("level"));
  glue.global("top", on_host_side("top"));
  const std::string args = arguments(shape.lifted.params.size());
  if (shape.results_spill) {
    glue.field(fmt::format("(func $export (export \"f\") {} (local $ret i32) (local.set $ret {}) (call $adapter{} (local.get $ret)) (local.get $ret))", text_of(shape.lifted),
                           call_realloc(*shape.result), args));
    glue.field("(func $post_return (export \"post\") (param i32) (global.set $top (global.get $level)))");
  } else {
    glue.field(fmt::format("(func $export (export \"f\") {} (call $adapter{}) (global.set $top (global.get $level)))", text_of(shape.lifted), args));
  }
  WCOMP_TRY(const InstanceIdx made, glue.add_to(merger_));
  if (shape.results_spill) post_return = merger_.export_of(made, "post");
  return merger_.export_of(made, "f");
}

// An import that is an export, too: the host's function as it is, where its result needs room with code around it that gives some.
Result<Item> Lowering::handed(const link::LiftedFunc& f, std::optional<Item>& post_return) {
  const cabi::FuncShape& shape = f.shape;
  if (shape.params_tuple->has_handles || (shape.result != nullptr && shape.result->has_handles)) {
    return fail(diag::unsupported, fmt::format("`{}` cannot be lowered: it is an import that is handed through, and in a core module a resource is not both the host's and the component's", escape(f.name)));
  }
  const Item func = import(import_module(f.handed->interface), f.handed->name);
  uses_host_memory_ |= shape.needs_memory;
  if (!shape.needs_memory) return func;
  Glue glue;
  glue.func("import", shape.lowered, func);
  glue.func("realloc", realloc_type, on_host_side("realloc"));
  glue.global("level", on_host_side("level"));
  glue.global("top", on_host_side("top"));
  const std::string args = arguments(shape.lifted.params.size());
  if (shape.results_spill) {
    glue.field(fmt::format("(func $export (export \"f\") {} (local $ret i32) (local.set $ret {}) (call $import{} (local.get $ret)) (local.get $ret))", text_of(shape.lifted),
                           call_realloc(*shape.result), args));
    glue.field("(func $post_return (export \"post\") (param i32) (global.set $top (global.get $level)))");
  } else {
    glue.field(fmt::format("(func $export (export \"f\") {} (call $import{}) (global.set $top (global.get $level)))", text_of(shape.lifted), args));
  }
  WCOMP_TRY(const InstanceIdx made, glue.add_to(merger_));
  if (shape.results_spill) post_return = merger_.export_of(made, "post");
  return merger_.export_of(made, "f");
}

// --- what adapters ask of their host ---

Result<InstanceIdx> Lowering::intrinsics(const core::Module& adapter, const Binding& b) {
  Glue glue;
  use_trap(glue);
  bool strings = false, own = false, borrow = false, borrow_rep = false, scope = false;
  for (const core::Import& i : adapter.imports) {
    if (i.module != cabi::intrinsic_module) continue;
    switch (*cabi::find_intrinsic(i.name)) {
      case Intrinsic::trap: glue.field("(func (export \"trap\") (param i32) (call $trap (local.get 0)))"); break;
      case Intrinsic::string_measure:
      case Intrinsic::string_transcode:
      case Intrinsic::string_copy: strings = true; break;
      case Intrinsic::resource_transfer_own: own = true; break;
      case Intrinsic::resource_transfer_borrow: borrow = true; break;
      case Intrinsic::resource_borrow_rep: borrow_rep = true; break;
      case Intrinsic::error_context_transfer: return fail(diag::unsupported, "a function with an `error-context` cannot be lowered: error contexts need a runtime");
      case Intrinsic::enter_call:
      case Intrinsic::exit_call: scope = true; break;
    }
  }
  if (strings) WCOMP_TRY(string_intrinsics(glue, b));
  if (own) WCOMP_TRY(transfer_own(glue, b));
  if (borrow) WCOMP_TRY(transfer_borrow(glue, b));
  if (borrow_rep) WCOMP_TRY(lend_rep(glue, b));
  if (scope) WCOMP_TRY(call_scopes(glue, b));
  return glue.add_to(merger_);
}

Result<InstanceIdx> Lowering::strings(Item src, Item dst) {
  const std::pair key(src.index, dst.index);
  if (const auto it = strings_.find(key); it != strings_.end()) return it->second;
  const Item imports[] = {on_host_side("trap"), src, dst};
  WCOMP_TRY(const InstanceIdx made, merger_.add(strings_module(), imports, {}));
  return strings_.emplace(key, made).first->second;
}

Result<void> Lowering::string_intrinsics(Glue& glue, const Binding& b) {
  const FuncType measure{.params = std::vector<ValType>(4, ValType::i32), .results = {ValType::i32}};
  const FuncType transcode{.params = std::vector<ValType>(6, ValType::i32), .results = {}};
  const FuncType copy{.params = std::vector<ValType>(4, ValType::i32), .results = {}};
  int encodings[2];
  for (std::size_t s = 0; s < 2; ++s) {
    encodings[s] = static_cast<int>(b.sides[s].encoding);
    WCOMP_TRY(const InstanceIdx made, strings(*b.sides[s].memory, *b.sides[1 - s].memory));
    glue.func(fmt::format("measure{}", s), measure, merger_.export_of(made, "measure"));
    glue.func(fmt::format("transcode{}", s), transcode, merger_.export_of(made, "transcode"));
    glue.func(fmt::format("copy{}", s), copy, merger_.export_of(made, "copy"));
  }
  glue.field(fmt::format("(func $string_measure (export \"string-measure\") (param $side i32) (param $ptr i32) (param $length i32) (result i32)\n"
                         "    (if (result i32) (local.get $side)\n"
                         "      (then (call $measure1 (i32.const {1}) (local.get $ptr) (local.get $length) (i32.const {0})))\n"
                         "      (else (call $measure0 (i32.const {0}) (local.get $ptr) (local.get $length) (i32.const {1})))))",
                         encodings[0], encodings[1]));
  glue.field(fmt::format("(func $string_transcode (export \"string-transcode\") (param $side i32) (param $ptr i32) (param $length i32) (param $dst i32) (param $dst_length i32)\n"
                         "    (if (local.get $side)\n"
                         "      (then (call $transcode1 (i32.const {1}) (local.get $ptr) (local.get $length) (i32.const {0}) (local.get $dst) (local.get $dst_length)))\n"
                         "      (else (call $transcode0 (i32.const {0}) (local.get $ptr) (local.get $length) (i32.const {1}) (local.get $dst) (local.get $dst_length)))))",
                         encodings[0], encodings[1]));
  glue.field("(func (export \"string-copy\") (param $side i32) (param $ptr i32) (param $length i32) (param $dst i32)\n"
             "    (drop (call $string_measure (local.get $side) (local.get $ptr) (local.get $length)))\n"
             "    (call $string_transcode (local.get $side) (local.get $ptr) (local.get $length) (local.get $dst) (local.get $length)))");
  return {};
}

// lift_own and lower_own: for each side that can be the source and each resource, where the representation comes from and where it goes.
Result<void> Lowering::transfer_own(Glue& glue, const Binding& b) {
  for (std::size_t s = 0; s < 2; ++s) {
    if (const Party p = b.sides[s].party) WCOMP_TRY(use_handles(glue, fmt::format("s{}", s), *p));
  }
  std::string body;
  for (std::size_t n = 0; n < b.resources.size(); ++n) {
    const link::ResourceSlot r = b.resources[n];
    const bool meets_host = !b.sides[0].party || !b.sides[1].party;
    if (meets_host && guest_resource(r) != nullptr) {
      WCOMP_TRY(const Exported at, exported(r));
      const FuncType to_i32{.params = {ValType::i32}, .results = {ValType::i32}};
      glue.func(fmt::format("new{}", n), to_i32, import(at.import_module(), new_name(at.name)));
      glue.func(fmt::format("rep{}", n), to_i32, import(at.import_module(), rep_name(at.name)));
      glue.func(fmt::format("drop{}", n), {.params = {ValType::i32}, .results = {}}, import(at.import_module(), drop_name(at.name)));
    }
    for (std::size_t src = 0; src < 2; ++src) {
      const std::size_t dst = 1 - src;
      body += fmt::format("    (if (i32.and (i32.eq (local.get $side) (i32.const {})) (i32.eq (local.get $resource) (i32.const {}))) (then\n", src, n);
      if (b.sides[src].party) {
        body += fmt::format("      (local.set $rep (call $s{}-take-own (local.get $handle) (i32.const {})))\n", src, type_number(r));
      } else if (guest_resource(r) != nullptr) {
        body += fmt::format("      (local.set $rep (call $rep{0} (local.get $handle)))\n"
                            "      (global.set $moving (i32.const 1)) (call $drop{0} (local.get $handle)) (global.set $moving (i32.const 0))\n", n);
      } else {
        body += "      (local.set $rep (local.get $handle))\n";
      }
      if (b.sides[dst].party) {
        body += fmt::format("      (return (call $s{}-add (i32.const {}) (local.get $rep) (i32.const 0)))))\n", dst, type_number(r));
      } else if (guest_resource(r) != nullptr) {
        body += fmt::format("      (return (call $new{} (local.get $rep)))))\n", n);
      } else {
        body += "      (return (local.get $rep))))\n";
      }
    }
  }
  glue.global("moving", on_host_side("moving"));
  glue.field(fmt::format("(func $transfer_own (export \"resource-transfer-own\") (param $side i32) (param $resource i32) (param $handle i32) (result i32) (local $rep i32)\n{}    (unreachable))", body));
  return {};
}

// lift_borrow and lower_borrow, from the caller to the callee.
Result<void> Lowering::transfer_borrow(Glue& glue, const Binding& b) {
  const Party caller = b.sides[0].party, callee = b.sides[1].party;
  if (caller) WCOMP_TRY(use_handles(glue, "c", *caller));
  if (callee) {
    WCOMP_TRY(use_handles(glue, "d", *callee));
    WCOMP_TRY(const InstanceIdx scope, scopes());
    glue.func("add-borrow", {.params = {}, .results = {ValType::i32}}, merger_.export_of(scope, "add-borrow"));
  }
  std::string body;
  for (std::size_t n = 0; n < b.resources.size(); ++n) {
    const link::ResourceSlot r = b.resources[n];
    const link::GuestResource* guest = guest_resource(r);
    if (!caller && guest != nullptr) {
      WCOMP_TRY([[maybe_unused]] const Exported at, exported(r));
    }
    body += fmt::format("    (if (i32.eq (local.get $resource) (i32.const {})) (then\n", n);
    // The host gives a representation where the composition defines the resource, and otherwise a handle that has to be dropped.
    if (caller) body += fmt::format("      (local.set $rep (call $c-lend (local.get $handle) (i32.const {})))\n", type_number(r));
    else body += "      (local.set $rep (local.get $handle))\n";
    const bool is_rep = !callee || (guest != nullptr && guest->instance == *callee);
    if (is_rep) {
      body += "      (return (local.get $rep))))\n";
    } else {
      const std::string scope = !caller && guest == nullptr ? "(i32.or (call $add-borrow) (i32.const 1))" : "(call $add-borrow)";
      body += fmt::format("      (return (call $d-add (i32.const {}) (local.get $rep) {}))))\n", type_number(r), scope);
    }
  }
  glue.field(fmt::format("(func $transfer_borrow (export \"resource-transfer-borrow\") (param $resource i32) (param $handle i32) (result i32) (local $rep i32)\n{}    (unreachable))", body));
  return {};
}

// lift_borrow from the caller, and lower_borrow for a callee that defines the resource: without a scope, as AdapterSide::borrows_reps says.
Result<void> Lowering::lend_rep(Glue& glue, const Binding& b) {
  WCOMP_TRY(use_handles(glue, "c", b.sides[0].party.value()));
  std::string body;
  for (std::size_t n = 0; n < b.resources.size(); ++n) {
    body += fmt::format("    (if (i32.eq (local.get $resource) (i32.const {})) (then (return (call $c-rep (local.get $handle) (i32.const {})))))\n", n,
                        type_number(b.resources[n]));
  }
  glue.field(fmt::format("(func (export \"resource-borrow-rep\") (param $resource i32) (param $handle i32) (result i32)\n{}    (unreachable))", body));
  return {};
}

Result<void> Lowering::call_scopes(Glue& glue, const Binding& b) {
  WCOMP_TRY(const InstanceIdx scope, scopes());
  const FuncType nothing;
  glue.func("enter", nothing, merger_.export_of(scope, "enter"));
  glue.func("check-borrows", nothing, merger_.export_of(scope, "check-borrows"));
  glue.func("next-lender", {.params = {}, .results = {ValType::i32}}, merger_.export_of(scope, "next-lender"));
  std::string end_lending = "(unreachable)";  // the host's own handles are its own business
  if (const Party caller = b.sides[0].party) {
    WCOMP_TRY(const InstanceIdx table, handles(*caller));
    glue.func("end-lending", {.params = {ValType::i32}, .results = {}}, merger_.export_of(table, "end-lending"));
    end_lending = "(call $end-lending (local.get $handle))";
  }
  glue.field("(func $enter_call (export \"enter-call\") (call $enter))");
  glue.field(fmt::format("(func $exit_call (export \"exit-call\") (local $handle i32)\n"
                         "    (call $check-borrows)\n"
                         "    (block $done (loop $each\n"
                         "      (br_if $done (i32.eqz (local.tee $handle (call $next-lender))))\n"
                         "      {}\n"
                         "      (br $each))))",
                         end_lending));
  return {};
}

}  // namespace wcomp::lower
