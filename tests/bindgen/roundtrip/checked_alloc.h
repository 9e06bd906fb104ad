// The guest's allocator, watched: linked with --wrap for malloc, calloc, realloc and free.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Blocks that were allocated and are not free. What is freed twice, or was never allocated, traps.
uint32_t live_blocks(void);

#ifdef __cplusplus
}
#endif
