// Lists of fixed length from one guest to another.
#include "fixed_echo.h"

#include "../checked_alloc.h"

static void dup(fixed_echo_string_t *ret, const fixed_echo_string_t *text) { fixed_echo_string_dup_n(ret, (const char *)text->ptr, text->len); }

void exports_sample_fixed_rows_flip(const fixed_echo_list2_sample_fixed_rows_row_t *rows, const fixed_echo_list2_option_string_t *marks,
    fixed_echo_tuple2_list2_sample_fixed_rows_row_list2_option_string_t *ret) {
  for (int i = 0; i < 2; i++) {
    dup(&ret->f0.items[i].name, &rows->items[1 - i].name);
    for (int k = 0; k < 3; k++) ret->f0.items[i].cells.items[k] = rows->items[1 - i].cells.items[2 - k];
    ret->f1.items[i].is_some = marks->items[1 - i].is_some;
    if (ret->f1.items[i].is_some) dup(&ret->f1.items[i].val, &marks->items[1 - i].val);
  }
}
bool exports_sample_fixed_rows_sum(const fixed_echo_list_list20_u64_t *all, fixed_echo_list20_u64_t *ret, fixed_echo_list1_string_t *err) {
  if (all->len == 0) {
    fixed_echo_string_dup(&err->items[0], "there are no rows to be summed up");
    return false;
  }
  for (int k = 0; k < 20; k++) {
    ret->items[k] = 0;
    for (size_t i = 0; i < all->len; i++) ret->items[k] += all->ptr[i].items[k];
  }
  return true;
}
uint32_t exports_sample_fixed_rows_blocks(void) { return live_blocks(); }
