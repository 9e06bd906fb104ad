// The collections in C by functions that own what they are given: what they do not return, they free.
#include "../checked_alloc.h"
#include "keeper.h"

#include <stdlib.h>
#include <string.h>

static bool equal(const keeper_string_t *a, const keeper_string_t *b) { return a->len == b->len && (a->len == 0 || memcmp(a->ptr, b->ptr, a->len) == 0); }

void exports_sample_echo_collections_count(keeper_list_string_t *words, keeper_map_string_sample_echo_collections_entry_t *entries,
                                           keeper_tuple2_map_string_u32_map_string_sample_echo_collections_entry_t *ret) {
  ret->f0.ptr = words->len == 0 ? NULL : calloc(words->len, sizeof *ret->f0.ptr);
  ret->f0.len = 0;
  for (size_t i = 0; i < words->len; i++) {
    size_t at = 0;
    while (at < ret->f0.len && !equal(&ret->f0.ptr[at].key, &words->ptr[i])) at++;
    if (at == ret->f0.len) {
      ret->f0.ptr[ret->f0.len++].key = words->ptr[i];
      words->ptr[i].len = 0;  // moved
    }
    ret->f0.ptr[at].value++;
  }
  keeper_list_string_free(words);
  for (size_t i = 0; i < entries->len; i++) entries->ptr[i].value.count++;
  ret->f1 = *entries;
}
bool exports_sample_echo_collections_invert(keeper_map_u8_char_t *numbers, sample_echo_collections_wide_t w, keeper_map_char_u8_t *ret,
                                            sample_echo_collections_wide_t *err) {
  *err = w;
  if (numbers->len == 0) return false;
  ret->len = numbers->len;
  ret->ptr = calloc(numbers->len, sizeof *ret->ptr);
  for (size_t i = 0; i < numbers->len; i++) {
    ret->ptr[i].key = numbers->ptr[i].value;
    ret->ptr[i].value = numbers->ptr[i].key;
  }
  keeper_map_u8_char_free(numbers);
  return true;
}
void exports_sample_echo_collections_append(keeper_list_string_t *list, keeper_string_t *text, keeper_list_option_string_t *maybe_deep,
                                            keeper_list_string_t *ret) {
  *ret = *list;
  if (maybe_deep != NULL && maybe_deep->len > 0) {
    ret->ptr = realloc(list->len == 0 ? NULL : list->ptr, (list->len + maybe_deep->len) * sizeof *list->ptr);
    for (size_t i = 0; i < maybe_deep->len; i++) {
      keeper_option_string_t *more = &maybe_deep->ptr[i];
      if (more->is_some) {
        ret->ptr[ret->len++] = more->val;
        more->is_some = false;  // moved
      } else {
        keeper_string_dup_n(&ret->ptr[ret->len++], (const char *)text->ptr, text->len);
      }
    }
    keeper_list_option_string_free(maybe_deep);
  }
  keeper_string_free(text);
}
uint32_t exports_sample_echo_collections_blocks(void) { return live_blocks(); }
