// A guest in C that does what ../user.cpp does: uses a store thoroughly, many times over, and says whether anything was left behind.
#include "../checked_alloc.h"
#include "user.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGER "a text that small strings do not hold"

typedef sample_echo_store_own_bucket_t own_bucket_t;

static user_string_t text(const char *s) {
  user_string_t out;
  user_string_set(&out, s);
  return out;
}
static bool is(const user_string_t *s, const char *wanted) { return s->len == strlen(wanted) && memcmp(s->ptr, wanted, s->len) == 0; }

/// NULL, or what was wrong.
static const char *use_once(const user_list_u8_t *big, bool is_even) {
  const user_string_t a_name = text("a"), b_name = text("a bucket with a longer name than small strings hold"), k = text("k"), none = text("none");
  const user_string_t long_key = text("a longer key than small strings hold");
  const own_bucket_t a = sample_echo_store_constructor_bucket(&a_name), b = sample_echo_store_constructor_bucket(&b_name);
  const sample_echo_store_borrow_bucket_t a_borrow = sample_echo_store_borrow_bucket(a), b_borrow = sample_echo_store_borrow_bucket(b);
  sample_echo_store_method_bucket_set(a_borrow, &k, big);
  sample_echo_store_method_bucket_set(b_borrow, &long_key, big);
  user_list_u8_t found;
  if (!sample_echo_store_method_bucket_get(a_borrow, &k, &found)) return "get found nothing";
  if (found.len != big->len || memcmp(found.ptr, big->ptr, found.len) != 0) return "get gave something else";
  user_list_u8_free(&found);
  if (sample_echo_store_method_bucket_get(a_borrow, &none, &found)) return "get found what is not there";
  if (!sample_echo_store_method_bucket_same(a_borrow, a_borrow) || sample_echo_store_method_bucket_same(a_borrow, b_borrow)) return "same is wrong";
  sample_echo_store_borrow_bucket_t all[] = {a_borrow, b_borrow, a_borrow};
  const user_list_sample_echo_store_borrow_bucket_t list = {all, 3};
  user_list_u32_t sizes;
  sample_echo_store_poll(&list, &sizes);
  if (sizes.len != 3 || sizes.ptr[0] != 1 || sizes.ptr[1] != 1 || sizes.ptr[2] != 1) return "poll is wrong";
  user_list_u32_free(&sizes);
  sample_echo_store_handles_t handles;
  sample_echo_store_pack(a, b, &handles);
  if (handles.rest.len != 2) return "pack is wrong";
  if (sample_echo_store_method_bucket_merge(sample_echo_store_borrow_bucket(handles.main), handles.rest.ptr[0]) != 2) return "merge is wrong";
  handles.rest.ptr[0].handle = 0;
  own_bucket_t maybe;
  user_string_t error;
  if (sample_echo_store_static_bucket_maybe(is_even, &maybe, &error) != is_even) return "maybe is wrong";
  if (!is_even && !is(&error, "refused")) return "the error is wrong";
  if (sample_echo_store_static_bucket_live() != (is_even ? 3U : 2U)) return "there are more or fewer buckets";
  if (is_even) {
    sample_echo_store_bucket_drop_own(maybe);
  } else {
    user_string_free(&error);
  }
  sample_echo_store_handles_free(&handles);
  return NULL;
}

/// NULL, or what was wrong.
static const char *use_collections(void) {
  user_string_t words[] = {text("a"), text(LONGER), text("a"), text("")};
  user_string_t tags[] = {text(LONGER), text("")};
  user_map_entry_string_sample_echo_collections_entry_t given[] = {{text(LONGER), {1, {tags, 2}}}, {text(""), {0, {NULL, 0}}}};
  const user_list_string_t word_list = {words, 4};
  const user_map_string_sample_echo_collections_entry_t entries = {given, 2};
  user_tuple2_map_string_u32_map_string_sample_echo_collections_entry_t counted;
  sample_echo_collections_count(&word_list, &entries, &counted);
  uint32_t total = 0;
  for (size_t i = 0; i < counted.f0.len; i++) {
    total += counted.f0.ptr[i].value;
    if (counted.f0.ptr[i].value != (is(&counted.f0.ptr[i].key, "a") ? 2U : 1U)) return "the counts are wrong";
  }
  if (counted.f0.len != 3 || total != 4) return "the counts are wrong";
  if (counted.f1.len != 2) return "the entries are wrong";
  for (size_t i = 0; i < 2; i++) {
    const user_map_entry_string_sample_echo_collections_entry_t *e = &counted.f1.ptr[i];
    if (is(&e->key, "") ? e->value.count != 1 || e->value.tags.len != 0
                        : !is(&e->key, LONGER) || e->value.count != 2 || e->value.tags.len != 2 || !is(&e->value.tags.ptr[0], LONGER)) {
      return "the entries are wrong";
    }
  }
  user_tuple2_map_string_u32_map_string_sample_echo_collections_entry_free(&counted);
  user_map_entry_u8_char_t numbers[] = {{1, 'x'}, {255, 0x1f600}};
  const user_map_u8_char_t some = {numbers, 2}, none = {NULL, 0};
  user_map_char_u8_t inverted;
  sample_echo_collections_wide_t wide;
  if (!sample_echo_collections_invert(&some, SAMPLE_ECHO_COLLECTIONS_WIDE_A16, &inverted, &wide)) return "invert refused";
  if (inverted.len != 2 || inverted.ptr[0].key + inverted.ptr[1].key != 'x' + 0x1f600 || inverted.ptr[0].value + inverted.ptr[1].value != 256) return "invert is wrong";
  user_map_char_u8_free(&inverted);
  const sample_echo_collections_wide_t two = SAMPLE_ECHO_COLLECTIONS_WIDE_A0 | SAMPLE_ECHO_COLLECTIONS_WIDE_A9;
  if (sample_echo_collections_invert(&none, two, &inverted, &wide) || wide != two) return "invert did not refuse";
  user_option_string_t more[] = {{false, {NULL, 0}}, {true, text(LONGER)}};
  const user_list_option_string_t deep = {more, 2};
  const user_string_t last = text(LONGER);
  user_list_string_t appended;
  sample_echo_collections_append(&word_list, &last, &deep, &appended);
  if (appended.len != 6 || !is(&appended.ptr[0], "a") || !is(&appended.ptr[3], "") || !is(&appended.ptr[4], LONGER) || !is(&appended.ptr[5], LONGER)) return "append is wrong";
  user_list_string_free(&appended);
  sample_echo_collections_append(&word_list, &last, NULL, &appended);
  if (appended.len != 4) return "append of nothing is wrong";
  user_list_string_free(&appended);
  return NULL;
}

void exports_user_run(user_string_t *ret) {
  user_list_u8_t big = {malloc(5000), 5000};
  memset(big.ptr, 7, big.len);
  size_t pages = 0;
  uint32_t own_blocks = 0, other_blocks = 0;
  for (int i = 0; i < 400; i++) {
    const char *wrong = use_once(&big, i % 2 == 0);
    if (wrong == NULL) wrong = use_collections();
    if (wrong != NULL) return user_string_dup(ret, wrong);
    if (i == 50) {
      pages = __builtin_wasm_memory_size(0);
      own_blocks = live_blocks();
      other_blocks = sample_echo_collections_blocks();
    }
  }
  if (live_blocks() != own_blocks) return user_string_dup(ret, "blocks of the user's are left");
  if (sample_echo_collections_blocks() != other_blocks) return user_string_dup(ret, "blocks of the other side are left");
  user_list_u8_free(&big);
  if (live_blocks() != 0) return user_string_dup(ret, "blocks are left at the end");
  char said[80];
  snprintf(said, sizeof said, "%lu buckets left, %lu pages more", (unsigned long)sample_echo_store_static_bucket_live(),
           (unsigned long)(__builtin_wasm_memory_size(0) - pages));
  user_string_dup(ret, said);
}
