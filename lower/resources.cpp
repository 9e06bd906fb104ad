// Handle tables, what guests do with resources, and destructors for the host.
#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/text.h"
#include "canonical-abi/core_signatures.h"
#include "lower/lowering.h"

namespace wcomp::lower {

using core::FuncType;
using core::ValType;

namespace {

const FuncType& takes_i32 = cabi::takes_handle;
const FuncType two_to_i32{.params = {ValType::i32, ValType::i32}, .results = {ValType::i32}};

constexpr std::string_view check_may_leave = "(if (i32.eqz (i32.and (global.get $flags) (i32.const {may_leave}))) (then (call $trap (i32.const {cannot_leave}))))";

}  // namespace

void Lowering::use_trap(Glue& glue) const { glue.func("trap", takes_i32, on_host_side("trap")); }

Item Lowering::flags(Party p) const { return p ? merger_.export_of(flags_module_, fmt::to_string(p->value)) : on_host_side("flags"); }

Result<InstanceIdx> Lowering::scopes() {
  if (!scopes_) {
    const Item imports[] = {on_host_side("trap")};
    WCOMP_TRY(scopes_, merger_.add(scopes_module(), imports, {}));
  }
  return *scopes_;
}

Result<InstanceIdx> Lowering::handles(link::ComponentInstanceSlot instance) {
  if (const auto it = handles_.find(instance); it != handles_.end()) return it->second;
  WCOMP_TRY(const InstanceIdx scope, scopes());
  const Item imports[] = {on_host_side("trap"), merger_.export_of(scope, "note-lender")};
  WCOMP_TRY(const InstanceIdx made, merger_.add(handles_module(), imports, {}));
  return handles_.emplace(instance, made).first->second;
}

Result<void> Lowering::use_handles(Glue& glue, std::string_view prefix, link::ComponentInstanceSlot instance) {
  WCOMP_TRY(const InstanceIdx table, handles(instance));
  glue.func(fmt::format("{}-add", prefix), {.params = std::vector<ValType>(3, ValType::i32), .results = {ValType::i32}}, merger_.export_of(table, "add"));
  for (const std::string_view name : {"rep", "take-own", "lend"}) glue.func(fmt::format("{}-{}", prefix, name), two_to_i32, merger_.export_of(table, name));
  glue.func(fmt::format("{}-remove", prefix), {.params = {ValType::i32, ValType::i32}, .results = {ValType::i32, ValType::i32}}, merger_.export_of(table, "remove"));
  return {};
}

Result<Lowering::Exported> Lowering::exported(link::ResourceSlot r) const {
  if (const auto it = exported_resources_.find(r); it != exported_resources_.end()) return it->second;
  const std::string& name = plan_.resources[r.value].name;
  return fail(diag::unsupported, fmt::format("the host takes or gives resource `{}`, which no exported interface names, so there are no core imports for its handles", escape(name)));
}

Result<std::string> Lowering::destroy(Glue& glue, link::ResourceSlot r, Party caller) {
  if (const link::HostResource* host = host_resource(r)) {
    glue.func("drop", takes_i32, import(import_module(host->interface), drop_name(host->name)));
    return std::string("(call $drop (local.get $rep))");
  }
  const link::GuestResource& guest = *guest_resource(r);
  if (!guest.dtor) return std::string();
  std::string check, enter, leave;
  std::size_t n = 0;
  for (const link::ComponentInstanceSlot i : link::entering_set(plan_, caller, guest.instance)) {
    glue.global(fmt::format("entered{}", n), flags(i));
    check += with_numbers(fmt::format("(if (i32.eqz (i32.and (global.get $entered{}) (i32.const {{may_enter}}))) (then (call $trap (i32.const {{cannot_enter}})))) ", n));
    enter += with_numbers(fmt::format("(global.set $entered{0} (i32.and (global.get $entered{0}) (i32.xor (i32.const {{may_enter}}) (i32.const -1)))) ", n));
    leave += with_numbers(fmt::format("(global.set $entered{0} (i32.or (global.get $entered{0}) (i32.const {{may_enter}}))) ", n));
    ++n;
  }
  WCOMP_TRY(const Item dtor, stop_exceptions(resolve(*guest.dtor), takes_i32));
  glue.func("dtor", takes_i32, dtor);
  return fmt::format("{}{}(call $dtor (local.get $rep)) {}", check, enter, leave);
}

Result<Item> Lowering::resource_new(const link::ResourceNew& s) {
  Glue glue;
  use_trap(glue);
  WCOMP_TRY(use_handles(glue, "t", s.instance));
  glue.global("flags", flags(s.instance));
  glue.field(fmt::format("(func $resource.new (export \"f\") (param $rep i32) (result i32) {} (call $t-add (i32.const {}) (local.get $rep) (i32.const 0)))", with_numbers(check_may_leave),
                         type_number(s.resource)));
  WCOMP_TRY(const InstanceIdx made, glue.add_to(merger_));
  return merger_.export_of(made, "f");
}

Result<Item> Lowering::resource_rep(const link::ResourceRep& s) {
  Glue glue;
  WCOMP_TRY(use_handles(glue, "t", s.instance));
  glue.field(fmt::format("(func $resource.rep (export \"f\") (param $handle i32) (result i32) (call $t-rep (local.get $handle) (i32.const {})))", type_number(s.resource)));
  WCOMP_TRY(const InstanceIdx made, glue.add_to(merger_));
  return merger_.export_of(made, "f");
}

Result<Item> Lowering::resource_drop(const link::ResourceDrop& s) {
  Glue glue;
  use_trap(glue);
  WCOMP_TRY(use_handles(glue, "t", s.instance));
  WCOMP_TRY(const InstanceIdx scope, scopes());
  glue.func("drop-borrow", takes_i32, merger_.export_of(scope, "drop-borrow"));
  glue.global("flags", flags(s.instance));
  WCOMP_TRY(const std::string end, destroy(glue, s.resource, s.instance));
  // A borrow that the host lent is a handle of the host's table, too.
  const std::string_view end_borrow = host_resource(s.resource) != nullptr ? "(if (i32.and (local.get $scope) (i32.const 1)) (then (call $drop (local.get $rep))))" : "";
  glue.field(fmt::format("(func $resource.drop (export \"f\") (param $handle i32) (local $rep i32) (local $scope i32)\n"
                         "    {}\n"
                         "    (call $t-remove (local.get $handle) (i32.const {})) (local.set $scope) (local.set $rep)\n"
                         "    (if (local.get $scope) (then (call $drop-borrow (local.get $scope)) {} (return)))\n"
                         "    {})",
                         with_numbers(check_may_leave), type_number(s.resource), end_borrow, end));
  WCOMP_TRY(const InstanceIdx made, glue.add_to(merger_));
  return merger_.export_of(made, "f");
}

Result<void> Lowering::export_destructors() {
  for (const auto& [slot, at] : exported_resources_) {
    if (!guest_resource(slot)->dtor) continue;
    Glue glue;
    use_trap(glue);
    glue.global("moving", on_host_side("moving"));
    WCOMP_TRY(const std::string end, destroy(glue, slot, {}));
    glue.field(fmt::format("(func $dtor_for_host (export \"f\") (param $rep i32) (if (global.get $moving) (then (return))) {})", end));
    WCOMP_TRY(const InstanceIdx made, glue.add_to(merger_));
    WCOMP_TRY(merger_.export_(fmt::format("{}#[dtor]{}", at.interface, at.name), merger_.export_of(made, "f")));
  }
  return {};
}

}  // namespace wcomp::lower
