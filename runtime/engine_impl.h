// What is behind an Engine: the settings that everything made with it shares.
#pragma once

#include "core/features.h"
#include "engine/engine.h"

namespace wcomp {

struct EngineImpl {
  core::Features features;
  engine::StoreOptions store_options;
};

}  // namespace wcomp
