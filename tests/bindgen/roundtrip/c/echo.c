// A guest in C that does what ../echo.cpp does: gives back what it gets, changed just enough to show that it arrived.
#include "../checked_alloc.h"
#include "echo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void copy(echo_string_t *ret, const echo_string_t *s) { echo_string_dup_n(ret, (const char *)s->ptr, s->len); }
static bool equal(const echo_string_t *a, const echo_string_t *b) { return a->len == b->len && (a->len == 0 || memcmp(a->ptr, b->ptr, a->len) == 0); }
static void copy_list(echo_list_string_t *ret, const echo_list_string_t *l) {
  ret->ptr = calloc(l->len + 1, sizeof *ret->ptr);
  ret->len = l->len;
  for (size_t i = 0; i < l->len; i++) copy(&ret->ptr[i], &l->ptr[i]);
}
/// A block of no elements belongs to nobody afterwards.
static void *array(size_t len, size_t size) { return len == 0 ? NULL : calloc(len, size); }

// collections

void exports_sample_echo_collections_count(const echo_list_string_t *words, const echo_map_string_sample_echo_collections_entry_t *entries,
                                           echo_tuple2_map_string_u32_map_string_sample_echo_collections_entry_t *ret) {
  ret->f0.ptr = array(words->len, sizeof *ret->f0.ptr);
  ret->f0.len = 0;
  for (size_t i = 0; i < words->len; i++) {
    size_t at = 0;
    while (at < ret->f0.len && !equal(&ret->f0.ptr[at].key, &words->ptr[i])) at++;
    if (at == ret->f0.len) {
      copy(&ret->f0.ptr[ret->f0.len++].key, &words->ptr[i]);
      ret->f0.ptr[at].value = 0;
    }
    ret->f0.ptr[at].value++;
  }
  ret->f1.len = entries->len;
  ret->f1.ptr = array(entries->len, sizeof *ret->f1.ptr);
  for (size_t i = 0; i < entries->len; i++) {
    copy(&ret->f1.ptr[i].key, &entries->ptr[i].key);
    ret->f1.ptr[i].value.count = entries->ptr[i].value.count + 1;
    const echo_list_string_t *tags = &entries->ptr[i].value.tags;
    ret->f1.ptr[i].value.tags.len = tags->len;
    ret->f1.ptr[i].value.tags.ptr = array(tags->len, sizeof *tags->ptr);
    for (size_t k = 0; k < tags->len; k++) copy(&ret->f1.ptr[i].value.tags.ptr[k], &tags->ptr[k]);
  }
}
bool exports_sample_echo_collections_invert(const echo_map_u8_char_t *numbers, sample_echo_collections_wide_t w, echo_map_char_u8_t *ret,
                                            sample_echo_collections_wide_t *err) {
  if (numbers->len == 0) {
    *err = w;
    return false;
  }
  ret->len = numbers->len;
  ret->ptr = array(numbers->len, sizeof *ret->ptr);
  for (size_t i = 0; i < numbers->len; i++) {
    ret->ptr[i].key = numbers->ptr[i].value;
    ret->ptr[i].value = numbers->ptr[i].key;
  }
  return true;
}
void exports_sample_echo_collections_append(const echo_list_string_t *list, const echo_string_t *text, const echo_list_option_string_t *maybe_deep,
                                            echo_list_string_t *ret) {
  const size_t more = maybe_deep == NULL ? 0 : maybe_deep->len;
  ret->ptr = array(list->len + more, sizeof *ret->ptr);
  ret->len = 0;
  for (size_t i = 0; i < list->len; i++) copy(&ret->ptr[ret->len++], &list->ptr[i]);
  for (size_t i = 0; i < more; i++) copy(&ret->ptr[ret->len++], maybe_deep->ptr[i].is_some ? &maybe_deep->ptr[i].val : text);
}
uint32_t exports_sample_echo_collections_blocks(void) { return live_blocks(); }

// shapes

void exports_sample_echo_shapes_ints(int8_t a, uint8_t b, int16_t c, uint16_t d, int32_t e, uint32_t f, int64_t g, uint64_t h,
                                     echo_tuple8_s8_u8_s16_u16_s32_u32_s64_u64_t *ret) {
  *ret = (echo_tuple8_s8_u8_s16_u16_s32_u32_s64_u64_t){a, b, c, d, e, f, g, h};
}
void exports_sample_echo_shapes_text(const echo_string_t *s, uint32_t c, bool b, echo_string_t *ret) {
  char text[100];
  const int len = snprintf(text, sizeof text, "%.*s%s%s", (int)s->len, (const char *)s->ptr, c == 0xe9 ? "E" : "", b ? "!" : "");
  echo_string_dup_n(ret, text, (size_t)len);
}
void exports_sample_echo_shapes_bytes(const echo_list_u8_t *b, echo_list_u8_t *ret) {
  ret->len = b->len;
  ret->ptr = array(b->len, 1);
  for (size_t i = 0; i < b->len; i++) ret->ptr[i] = b->ptr[b->len - 1 - i];
}
void exports_sample_echo_shapes_bools(const echo_list_bool_t *b, echo_list_bool_t *ret) {
  ret->len = b->len;
  ret->ptr = array(b->len, sizeof *ret->ptr);
  for (size_t i = 0; i < b->len; i++) ret->ptr[i] = !b->ptr[i];
}
void exports_sample_echo_shapes_points(const echo_list_sample_echo_shapes_point_t *p, echo_list_sample_echo_shapes_point_t *ret) {
  ret->len = p->len;
  ret->ptr = array(p->len, sizeof *ret->ptr);
  for (size_t i = 0; i < p->len; i++) ret->ptr[i] = (sample_echo_shapes_point_t){.x = p->ptr[i].y, .y = p->ptr[i].x};
}
static void copy_deep(sample_echo_shapes_deep_t *ret, const sample_echo_shapes_deep_t *d) {
  *ret = *d;
  copy(&ret->name, &d->name);
  ret->tags.ptr = array(d->tags.len, sizeof *d->tags.ptr);
  for (size_t i = 0; i < d->tags.len; i++) copy(&ret->tags.ptr[i], &d->tags.ptr[i]);
}
void exports_sample_echo_shapes_pass_deep(const sample_echo_shapes_deep_t *d, const echo_list_sample_echo_shapes_deep_t *l,
                                          echo_list_sample_echo_shapes_deep_t *ret) {
  ret->len = l->len + 1;
  ret->ptr = array(ret->len, sizeof *ret->ptr);
  for (size_t i = 0; i < l->len; i++) copy_deep(&ret->ptr[i], &l->ptr[i]);
  copy_deep(&ret->ptr[l->len], d);
}
void exports_sample_echo_shapes_pass_filter(const sample_echo_shapes_filter_t *f, sample_echo_shapes_rights_t r, sample_echo_shapes_colour_t c,
                                            echo_tuple3_sample_echo_shapes_filter_sample_echo_shapes_rights_sample_echo_shapes_colour_t *ret) {
  const sample_echo_shapes_rights_t all = SAMPLE_ECHO_SHAPES_RIGHTS_READ | SAMPLE_ECHO_SHAPES_RIGHTS_WRITE | SAMPLE_ECHO_SHAPES_RIGHTS_BITS;
  ret->f0 = *f;
  if (f->tag == SAMPLE_ECHO_SHAPES_FILTER_SOME) copy_list(&ret->f0.val.some, &f->val.some);
  if (f->tag == SAMPLE_ECHO_SHAPES_FILTER_OTHER) {
    ret->f0.val.other = (echo_list_string_t){NULL, 0};
    if (f->val.other.len > 0) copy_list(&ret->f0.val.other, &f->val.other);
  }
  ret->f1 = all & (sample_echo_shapes_rights_t)~r;
  ret->f2 = c;
}
void exports_sample_echo_shapes_maybe(const echo_string_t *maybe_a, const uint32_t *maybe_b, const echo_option_sample_echo_shapes_point_t *maybe_c,
                                      echo_tuple3_option_string_option_u32_option_option_sample_echo_shapes_point_t *ret) {
  memset(ret, 0, sizeof *ret);
  ret->f0.is_some = maybe_a != NULL;
  if (maybe_a != NULL) copy(&ret->f0.val, maybe_a);
  ret->f1.is_some = maybe_b != NULL;
  if (maybe_b != NULL) ret->f1.val = *maybe_b;
  ret->f2.is_some = maybe_c != NULL;
  if (maybe_c != NULL) ret->f2.val = *maybe_c;
}
bool exports_sample_echo_shapes_results(const echo_result_u32_string_t *a, const echo_result_void_sample_echo_shapes_colour_t *b,
                                        const echo_result_sample_echo_shapes_point_void_t *c, const echo_result_void_void_t *d, echo_list_string_t *ret,
                                        echo_string_t *err) {
  if (a->is_err) {
    copy(err, &a->val.err);
    return false;
  }
  char text[20];
  ret->len = 4;
  ret->ptr = array(4, sizeof *ret->ptr);
  snprintf(text, sizeof text, "%lu", (unsigned long)a->val.ok);
  echo_string_dup(&ret->ptr[0], text);
  echo_string_dup(&ret->ptr[1], !b->is_err ? "ok" : b->val.err == SAMPLE_ECHO_SHAPES_COLOUR_INT ? "int" : "other");
  snprintf(text, sizeof text, "%ld", c->is_err ? 0 : (long)c->val.ok.x);
  echo_string_dup(&ret->ptr[2], c->is_err ? "none" : text);
  echo_string_dup(&ret->ptr[3], d->is_err ? "no" : "yes");
  return true;
}
void exports_sample_echo_shapes_spill(const echo_string_t *a, const echo_string_t *b, const echo_string_t *c, const echo_string_t *d,
                                      const echo_string_t *e, const echo_string_t *f, const echo_string_t *g, const echo_string_t *h,
                                      const echo_string_t *i, echo_tuple2_string_u8_t *ret) {
  const echo_string_t *all[] = {a, b, c, d, e, f, g, h, i};
  char text[100];
  size_t len = 0;
  for (size_t k = 0; k < 9; k++) {
    memcpy(text + len, all[k]->ptr, all[k]->len);
    len += all[k]->len;
  }
  echo_string_dup_n(&ret->f0, text, len);
  ret->f1 = (uint8_t)len;
}

// store

typedef struct {
  echo_string_t key;
  echo_list_u8_t value;
} entry_t;
struct exports_sample_echo_store_bucket_t {
  echo_string_t name;
  entry_t *entries;
  uint32_t size;
};
typedef exports_sample_echo_store_bucket_t bucket_t;
typedef exports_sample_echo_store_own_bucket_t own_bucket_t;
static uint32_t alive = 0;

static own_bucket_t new_bucket(const echo_string_t *name) {
  bucket_t *b = calloc(1, sizeof *b);
  copy(&b->name, name);
  alive++;
  return exports_sample_echo_store_bucket_new(b);
}
own_bucket_t exports_sample_echo_store_constructor_bucket(const echo_string_t *name) { return new_bucket(name); }
void exports_sample_echo_store_bucket_destructor(bucket_t *b) {
  for (uint32_t i = 0; i < b->size; i++) {
    echo_string_free(&b->entries[i].key);
    echo_list_u8_free(&b->entries[i].value);
  }
  free(b->entries);
  echo_string_free(&b->name);
  free(b);
  alive--;
}
bool exports_sample_echo_store_method_bucket_get(bucket_t *self, const echo_string_t *key, echo_list_u8_t *ret) {
  for (uint32_t i = 0; i < self->size; i++) {
    if (!equal(&self->entries[i].key, key)) continue;
    const echo_list_u8_t *found = &self->entries[i].value;
    ret->len = found->len;
    ret->ptr = array(found->len, 1);
    if (found->len > 0) memcpy(ret->ptr, found->ptr, found->len);
    return true;
  }
  return false;
}
void exports_sample_echo_store_method_bucket_set(bucket_t *self, const echo_string_t *key, const echo_list_u8_t *value) {
  uint32_t at = 0;
  while (at < self->size && !equal(&self->entries[at].key, key)) at++;
  if (at == self->size) {
    self->entries = realloc(self->entries, ++self->size * sizeof *self->entries);
    copy(&self->entries[at].key, key);
  } else {
    echo_list_u8_free(&self->entries[at].value);
  }
  self->entries[at].value.len = value->len;
  self->entries[at].value.ptr = array(value->len, 1);
  if (value->len > 0) memcpy(self->entries[at].value.ptr, value->ptr, value->len);
}
uint32_t exports_sample_echo_store_method_bucket_merge(bucket_t *self, own_bucket_t other) {
  const bucket_t *from = exports_sample_echo_store_bucket_rep(other);
  for (uint32_t i = 0; i < from->size; i++) exports_sample_echo_store_method_bucket_set(self, &from->entries[i].key, &from->entries[i].value);
  exports_sample_echo_store_bucket_drop_own(other);
  return self->size;
}
bool exports_sample_echo_store_method_bucket_same(bucket_t *self, bucket_t *other) { return self == other; }
uint32_t exports_sample_echo_store_static_bucket_live(void) { return alive; }
bool exports_sample_echo_store_static_bucket_maybe(bool ok, own_bucket_t *ret, echo_string_t *err) {
  if (!ok) {
    echo_string_dup(err, "refused");
    return false;
  }
  echo_string_t name;
  echo_string_set(&name, "maybe");
  *ret = new_bucket(&name);
  return true;
}
void exports_sample_echo_store_poll(const echo_list_exports_sample_echo_store_borrow_bucket_t *bs, echo_list_u32_t *ret) {
  ret->len = bs->len;
  ret->ptr = array(bs->len, sizeof *ret->ptr);
  for (size_t i = 0; i < bs->len; i++) ret->ptr[i] = bs->ptr[i]->size;
}
void exports_sample_echo_store_pack(own_bucket_t a, own_bucket_t b, exports_sample_echo_store_handles_t *ret) {
  echo_string_t name;
  echo_string_set(&name, "new");
  ret->main = a;
  ret->rest.len = 2;
  ret->rest.ptr = array(2, sizeof *ret->rest.ptr);
  ret->rest.ptr[0] = b;
  ret->rest.ptr[1] = new_bucket(&name);
}
