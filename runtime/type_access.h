// What is behind wcomp::Type.
#pragma once

#include <memory>

#include "canonical-abi/shape.h"
#include "wcomp/value.h"

namespace wcomp {

struct ComponentImpl;

struct TypeImpl {
  std::shared_ptr<const ComponentImpl> component;  // owners: handles, instances, types
  std::shared_ptr<const cabi::Shape> shape;        ///< over the types of the component's plan
};

/// The library's own way into a Type.
struct TypeAccess {
  static Type make(std::shared_ptr<const ComponentImpl> component, std::shared_ptr<const cabi::Shape> shape);
  static const TypeImpl& impl(const Type& t) { return *t.impl_; }
};

}  // namespace wcomp
