// Made by `witc bindgen` for world `user`; changes here are lost.
#ifndef WCOMP_BINDINGS_USER_HOST_H
#define WCOMP_BINDINGS_USER_HOST_H

#include "wcomp/abi.h"
#include "sample_kv_types_host.h"
#include "sample_kv_store_host.h"

/// Uses a store.
namespace sample_kv::user {

/// What a host does for the world's own imports.
class Host {
 public:
  virtual ~Host() = default;
  virtual void log(std::string_view line) = 0;
};

/// `host` lives at least as long as `linker` and every instance made by it.
inline void add_to(wcomp::Linker& linker, Host& host) {
  const std::string interface = "";
  wcomp::define_as<void(std::string_view)>(linker, interface, "log",
      [&host](auto&&... args) -> decltype(auto) { return host.log(std::forward<decltype(args)>(args)...); });
}

}  // namespace sample_kv::user

namespace sample_kv::user::exports {

/// The functions of the world itself in an instance.
class Guest {
 public:
  wcomp::Result<wcomp::Result<void, std::string>, wcomp::Trap> run(std::span<const std::string> args) const { return run_.call(args); }

  /// Looks the functions up and checks their types; used by the world's class.
  wcomp::Result<void> bind([[maybe_unused]] wcomp::Instance& instance, [[maybe_unused]] const wcomp::BindingTable* bindings) {
    if (auto bound = wcomp::bind_export(instance, "", "run", run_, bindings); !bound) return bound;
    return {};
  }

 private:
  wcomp::TypedFunc<wcomp::Result<void, std::string>(std::span<const std::string>)> run_;
};

}  // namespace sample_kv::user::exports

namespace sample_kv {

using types::Location;
using types::Failure;
using types::Access;
using store::Bucket;

/// Uses a store.
class User {
 public:
  /// Makes an instance and checks the types of all its functions. Errors: those of Linker::instantiate and Func::typed.
  [[nodiscard]] static wcomp::Result<User> instantiate(const wcomp::Linker& linker, const wcomp::Component& component) {
    auto instance = linker.instantiate(component);
    if (!instance) return wcomp::Err(std::move(instance).error());
    auto state = std::make_unique<State>(std::move(*instance));
    if (auto bound = state->root.bind(state->instance, &state->bindings); !bound) return wcomp::Err(std::move(bound).error());
    return User(std::move(state));
  }
  /// The functions that the world exports itself.
  [[nodiscard]] const ::sample_kv::user::exports::Guest& exports() const { return state_->root; }
  [[nodiscard]] wcomp::Instance& instance() { return state_->instance; }

 private:
  struct State {
    explicit State(wcomp::Instance&& i) : instance(std::move(i)) {}
    wcomp::Instance instance;
    wcomp::BindingTable bindings;
    ::sample_kv::user::exports::Guest root;
  };
  explicit User(std::unique_ptr<State> state) : state_(std::move(state)) {}
  std::unique_ptr<State> state_;
};

}  // namespace sample_kv

#endif
