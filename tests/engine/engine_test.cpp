#include "engine/engine.h"
#include <doctest/doctest.h>
TEST_CASE("a store can be made") { wcomp::engine::Store s; }
