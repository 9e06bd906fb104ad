// The guest's allocator, watched: linked with --wrap for malloc, calloc, realloc and free.
#pragma once

#include <cstdint>

/// Blocks that were allocated and are not free. What is freed twice, or was never allocated, traps.
std::uint32_t live_blocks();
