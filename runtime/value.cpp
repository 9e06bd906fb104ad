// Types and values that a host sees at run time: wcomp/value.h over shapes and canonical-abi/value.h.
#include "wcomp/value.h"

#include "base/check.h"
#include "base/match.h"
#include "canonical-abi/value.h"
#include "canonical-abi/wave.h"
#include "runtime/dynamic_call.h"
#include "runtime/instance_impl.h"
#include "runtime/type_access.h"

namespace wcomp {

using namespace types;
using cabi::Shape;
using cabi::ShapeKind;

namespace {

/// By ShapeKind, as far as the kind says it all.
constexpr TypeKind kinds[] = {TypeKind::bool_, TypeKind::s8,  TypeKind::u8,  TypeKind::s16, TypeKind::u16,   TypeKind::s32,
                              TypeKind::u32,   TypeKind::s64, TypeKind::u64, TypeKind::f32, TypeKind::f64, TypeKind::char_, TypeKind::string};
static_assert(std::size(kinds) == static_cast<std::size_t>(ShapeKind::list));

const TypeArena& arena_of(const TypeImpl& t) { return t.component->plan.types; }

}  // namespace

Type TypeAccess::make(std::shared_ptr<const ComponentImpl> component, std::shared_ptr<const Shape> shape) {
  return Type(std::make_shared<const TypeImpl>(TypeImpl{std::move(component), std::move(shape)}));
}

TypeKind Type::kind() const {
  const Shape& s = *impl_->shape;
  if (static_cast<std::size_t>(s.kind) < std::size(kinds)) return kinds[static_cast<std::size_t>(s.kind)];
  switch (s.kind) {
    case ShapeKind::flags: return TypeKind::flags;
    case ShapeKind::own: return TypeKind::own;
    case ShapeKind::borrow: return TypeKind::borrow;
    case ShapeKind::error_context: return TypeKind::error_context;
    default: break;
  }
  const TypeDef* def = arena_of(*impl_).def(s.type);
  WCOMP_CHECK(def != nullptr);
  return match(
      *def, [](const RecordType&) { return TypeKind::record; }, [](const TupleType&) { return TypeKind::tuple; }, [](const ListType&) { return TypeKind::list; },
      [](const FixedListType&) { return TypeKind::fixed_list; },
      // The shape of a map's element has the map's type, too.
      [&](const MapType&) { return s.kind == ShapeKind::list ? TypeKind::map : TypeKind::tuple; }, [](const VariantType&) { return TypeKind::variant; },
      [](const EnumType&) { return TypeKind::enum_; }, [](const OptionType&) { return TypeKind::option; }, [](const ResultType&) { return TypeKind::result; },
      [](const auto&) -> TypeKind { WCOMP_CHECK(false); });
}

std::string Type::to_string() const { return types::to_string(arena_of(*impl_), impl_->shape->type); }

std::size_t Type::size() const {
  const Shape& s = *impl_->shape;
  switch (s.kind) {
    case ShapeKind::record: return s.parts.size();
    case ShapeKind::variant: return s.cases.size();
    case ShapeKind::flags: return s.flag_count;
    case ShapeKind::list:
    case ShapeKind::fixed_list: return kind() == TypeKind::map ? 2 : 1;
    default: return 0;
  }
}

std::string Type::name(std::size_t i) const {
  const Shape& s = *impl_->shape;
  WCOMP_CHECK(i < size());
  switch (kind()) {
    case TypeKind::record: return s.parts[i].name;
    case TypeKind::variant:
    case TypeKind::enum_: return s.cases[i].name;
    case TypeKind::option: return i == 0 ? "none" : "some";
    case TypeKind::result: return i == 0 ? "ok" : "err";
    case TypeKind::flags: return arena_of(*impl_).get<FlagsType>(s.type)->names[i];
    default: return {};
  }
}

std::optional<Type> Type::part(std::size_t i) const {
  const Shape& s = *impl_->shape;
  WCOMP_CHECK(i < size());
  std::shared_ptr<const Shape> part;
  switch (s.kind) {
    case ShapeKind::record: part = s.parts[i].shape; break;
    case ShapeKind::variant: part = s.cases[i].payload; break;
    case ShapeKind::list: part = kind() == TypeKind::map ? s.element->parts[i].shape : s.element; break;
    case ShapeKind::fixed_list: part = s.element; break;
    default: break;
  }
  if (part == nullptr) return std::nullopt;
  return TypeAccess::make(impl_->component, std::move(part));
}

std::optional<std::size_t> Type::find(std::string_view name) const {
  for (std::size_t i = 0; i < size(); ++i) {
    if (this->name(i) == name) return i;
  }
  return std::nullopt;
}

std::uint32_t Type::length() const { return impl_->shape->length; }

bool Type::holds(const Value& value) const { return cabi::fits(value, *impl_->shape); }

Result<Value> Value::parse(const Type& type, std::string_view wave) {
  const TypeImpl& t = TypeAccess::impl(type);
  return cabi::parse_wave(arena_of(t), *t.shape, "value", wave);
}

std::string to_string(const Type& type, const Value& value) {
  if (!type.holds(value)) return {};
  const TypeImpl& t = TypeAccess::impl(type);
  return cabi::to_wave(arena_of(t), value, *t.shape);
}

std::vector<wcomp::Param> Func::params() const {
  std::vector<wcomp::Param> out;
  if (impl_ == nullptr) return out;
  for (const cabi::Part& p : impl_->lifted->shape.params) out.push_back({p.name, TypeAccess::make(instance_->component, p.shape)});
  return out;
}

std::optional<Type> Func::result() const {
  if (impl_ == nullptr || impl_->lifted->shape.result == nullptr) return std::nullopt;
  return TypeAccess::make(instance_->component, impl_->lifted->shape.result);
}

Result<std::vector<Value>> Func::parse_args(std::string_view wave) const {
  WCOMP_CHECK(impl_ != nullptr);
  return cabi::parse_wave_args(instance_->plan().types, impl_->lifted->shape.params, "arguments", wave, 0);
}

Result<std::optional<Value>, Trap> Func::call(std::span<const Value> args) const { return runtime::call(*this, args); }
Result<std::optional<Value>, Trap> Func::call(std::initializer_list<Value> args) const {
  return runtime::call(*this, std::span<const Value>(args.begin(), args.size()));
}

std::vector<ExportedFunc> Component::functions() const {
  std::vector<ExportedFunc> out;
  if (impl_ == nullptr) return out;
  for (const auto& [name, item] : impl_->plan.exports) {
    match(
        item, [&](const link::LiftedFunc&) { out.push_back({.interface = {}, .name = name}); },
        [&](const link::ExportedInstance& instance) {
          for (const auto& f : instance.funcs) out.push_back({.interface = name, .name = f.first});
        });
  }
  return out;
}

}  // namespace wcomp
