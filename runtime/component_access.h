// Components from inside of the library.
#pragma once

#include "runtime/instance_impl.h"

namespace wcomp {

struct EngineAccess {
  static const std::shared_ptr<EngineImpl>& impl(const Engine& e) { return e.impl_; }
};

struct ComponentAccess {
  static const std::shared_ptr<const ComponentImpl>& impl(const Component& c) { return c.impl_; }
  static Component of(std::shared_ptr<const ComponentImpl> impl) {
    Component out;
    out.impl_ = std::move(impl);
    return out;
  }
  /// Plans it; without `parts` only if it needs none.
  static Result<Component> make(std::shared_ptr<EngineImpl> engine, std::string name, link::ComponentPart part, const link::HostParts* parts);
  /// What `bytes` hold; `place`: where it goes in the cache.
  static Result<Component> make(const Engine& engine, ByteSpan bytes, std::string name, std::shared_ptr<precompiled::Place> place);

 private:
  static Result<Component> plan(std::shared_ptr<EngineImpl> engine, std::string name, link::ComponentPart part, const link::HostParts* parts,
                                std::shared_ptr<precompiled::Place> place);
};

}  // namespace wcomp
