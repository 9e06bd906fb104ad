// Looks at things that are someone else's: its borrows end with its functions, what it does not take is dropped.
#include "../checked_alloc.h"
#include "looker.h"

#include <stdlib.h>

void exports_sample_more_look_names(sample_more_things_borrow_thing_t one, const sample_more_things_borrow_thing_t *maybe_maybe,
                                    const looker_list_sample_more_things_borrow_thing_t *all, looker_list_string_t *ret) {
  ret->len = 1 + (maybe_maybe == NULL ? 0 : 1) + all->len;
  ret->ptr = calloc(ret->len, sizeof *ret->ptr);
  size_t at = 0;
  sample_more_things_method_thing_name(one, &ret->ptr[at++]);
  if (maybe_maybe != NULL) sample_more_things_method_thing_name(*maybe_maybe, &ret->ptr[at++]);
  for (size_t i = 0; i < all->len; i++) sample_more_things_method_thing_name(all->ptr[i], &ret->ptr[at++]);
}
void exports_sample_more_look_unpack(sample_more_look_crate_t *c, looker_tuple2_sample_more_things_own_thing_u32_t *ret) {
  ret->f0 = c->top;
  c->top.handle = 0;  // taken; the rest is dropped
  ret->f1 = (uint32_t)c->rest.len;
}
uint32_t exports_sample_more_look_blocks(void) { return live_blocks(); }
