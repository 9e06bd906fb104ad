// What is behind an Engine: the settings that everything made with it shares.
#pragma once

#include "component/features.h"
#include "engine/address_pool.h"
#include "engine/engine.h"

namespace wcomp {

struct EngineImpl {
  component::Features features;
  engine::StoreOptions store_options{.pool = std::make_shared<engine::AddressPool>()};
};

}  // namespace wcomp
