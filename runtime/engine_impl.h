// What is behind an Engine: the settings that everything made with it shares.
#pragma once

#include "component/features.h"
#include "engine/engine.h"

namespace wcomp {

struct EngineImpl {
  component::Features features;
  engine::StoreOptions store_options;
};

}  // namespace wcomp
