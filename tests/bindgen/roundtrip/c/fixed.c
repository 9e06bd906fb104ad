// Lists of fixed length, in registers and in memory.
#include "fixed.h"

void exports_fixed_turn(const fixed_grid_t *g, const fixed_list2_string_t *names, fixed_tuple2_list2_list3_u16_list2_string_t *ret) {
  for (int i = 0; i < 2; i++) {
    for (int k = 0; k < 3; k++) ret->f0.items[i].items[k] = g->items[1 - i].items[2 - k];
    fixed_string_dup_n(&ret->f1.items[i], (const char *)names->items[1 - i].ptr, names->items[1 - i].len);
  }
}
uint64_t exports_fixed_count(const fixed_list_list20_u64_t *all) {
  uint64_t sum = 0;
  for (size_t i = 0; i < all->len; i++) {
    for (int k = 0; k < 20; k++) sum += all->ptr[i].items[k];
  }
  return sum;
}
