// Gives back what it gets, and keeps things; see wit/more.wit.
#include "../checked_alloc.h"
#include "giver.h"

#include <stdlib.h>
#include <string.h>

static void copy(giver_string_t *ret, const giver_string_t *s) { giver_string_dup_n(ret, (const char *)s->ptr, s->len); }

void exports_sample_unit_length_double(const sample_unit_length_metres_t *l, sample_unit_length_metres_t *ret) { ret->value = l->value * 2; }
void exports_sample_unit_v2_0_0_length_double(const sample_unit_v2_0_0_length_metres_t *l, sample_unit_v2_0_0_length_metres_t *ret) {
  ret->value = l->value * 2;
  copy(&ret->of, &l->of);
}

static void copy_number(sample_more_values_number_t *ret, const sample_more_values_number_t *n) {
  *ret = *n;
  if (n->tag == SAMPLE_MORE_VALUES_NUMBER_TEXT) copy(&ret->val.text, &n->val.text);
}
void exports_sample_more_values_same_number(const sample_more_values_number_t *n, sample_more_values_number_t *ret) { copy_number(ret, n); }
void exports_sample_more_values_same_numbers(const giver_list_sample_more_values_number_t *n, giver_list_sample_more_values_number_t *ret) {
  ret->len = n->len;
  ret->ptr = calloc(n->len, sizeof *n->ptr);
  for (size_t i = 0; i < n->len; i++) copy_number(&ret->ptr[i], &n->ptr[i]);
}
void exports_sample_more_values_single(float f, giver_tuple1_f32_t *ret) { ret->f0 = f + 1; }
bool exports_sample_more_values_many(const giver_string_t *maybe_a, const sample_more_values_metres_t *maybe_b, const giver_tuple3_u64_u64_u64_t *c,
                                     const giver_result_sample_more_values_number_list_u8_t *d, const giver_tuple3_bool_char_s8_t *e,
                                     const giver_string_t *f, const giver_option_u8_t *maybe_g, giver_option_string_t *ret, giver_tuple2_u32_string_t *err) {
  uint64_t sum = c->f0 + c->f1 + c->f2 + (e->f0 ? 1000 : 0) + e->f1 + (uint64_t)(int64_t)e->f2;
  sum += maybe_g == NULL ? 10000 : maybe_g->is_some ? maybe_g->val : 20000;
  sum += maybe_b == NULL ? 0 : (uint64_t)maybe_b->value + maybe_b->of.len;
  sum += d->is_err ? d->val.err.len : d->val.ok.tag;
  if (maybe_a != NULL) {
    ret->is_some = sum % 2 == 0;
    if (ret->is_some) copy(&ret->val, maybe_a);
    return true;
  }
  err->f0 = (uint32_t)sum;
  copy(&err->f1, f);
  return false;
}

// things

struct exports_sample_more_things_thing_t {
  giver_string_t name;
};
typedef exports_sample_more_things_thing_t thing_t;
typedef exports_sample_more_things_own_thing_t own_thing_t;
static uint32_t live = 0;

own_thing_t exports_sample_more_things_constructor_thing(const giver_string_t *name) {
  thing_t *t = malloc(sizeof *t);
  copy(&t->name, name);
  live++;
  return exports_sample_more_things_thing_new(t);
}
void exports_sample_more_things_thing_destructor(thing_t *t) {
  giver_string_free(&t->name);
  free(t);
  live--;
}
void exports_sample_more_things_method_thing_name(thing_t *self, giver_string_t *ret) { copy(ret, &self->name); }
uint32_t exports_sample_more_things_static_thing_live(void) { return live; }

void exports_sample_more_things_pack(const giver_string_t *label, own_thing_t top, giver_list_exports_sample_more_things_own_thing_t *rest,
                                     exports_sample_more_things_crate_t *ret) {
  copy(&ret->label, label);
  ret->top = top;
  ret->rest.len = rest->len;
  ret->rest.ptr = rest->len == 0 ? NULL : calloc(rest->len, sizeof *rest->ptr);
  for (size_t i = 0; i < rest->len; i++) {
    ret->rest.ptr[i] = rest->ptr[i];
    rest->ptr[i].handle = 0;  // taken
  }
}
static own_thing_t kept[3];
static void keep(own_thing_t *place, own_thing_t *thing) {
  if (place->handle != 0) exports_sample_more_things_thing_drop_own(*place);
  *place = *thing;
  thing->handle = 0;
}
uint32_t exports_sample_more_things_store(exports_sample_more_things_crate_t *c, exports_sample_more_things_parcel_t *p, own_thing_t *maybe_spare) {
  const uint32_t count = (uint32_t)(1 + c->rest.len + (p->tag == EXPORTS_SAMPLE_MORE_THINGS_PARCEL_ONE ? 1 : 0) + (maybe_spare == NULL ? 0 : 1));
  keep(&kept[0], &c->top);
  if (p->tag == EXPORTS_SAMPLE_MORE_THINGS_PARCEL_ONE) keep(&kept[1], &p->val.one);
  if (maybe_spare != NULL) keep(&kept[2], maybe_spare);
  return count;
}
void exports_sample_more_things_send(exports_sample_more_things_crate_t *c, exports_sample_more_things_parcel_t *ret) {
  ret->tag = EXPORTS_SAMPLE_MORE_THINGS_PARCEL_ALL;
  exports_sample_more_things_pack(&c->label, c->top, &c->rest, &ret->val.all);
  c->top.handle = 0;
}
void exports_sample_more_things_swap(giver_list_tuple2_exports_sample_more_things_own_thing_exports_sample_more_things_borrow_thing_t *all,
                                     giver_list_exports_sample_more_things_own_thing_t *ret) {
  ret->len = 0;
  ret->ptr = calloc(all->len, sizeof *ret->ptr);
  for (size_t i = 0; i < all->len; i++) {
    // Those with longer names than what is lent beside them go back, the rest is dropped.
    if (exports_sample_more_things_thing_rep(all->ptr[i].f0)->name.len < all->ptr[i].f1->name.len) continue;
    ret->ptr[ret->len++] = all->ptr[i].f0;
    all->ptr[i].f0.handle = 0;
  }
  if (ret->len == 0) free(ret->ptr);
}
uint32_t exports_sample_more_things_blocks(void) {
  for (int i = 0; i < 3; i++) {
    if (kept[i].handle != 0) exports_sample_more_things_thing_drop_own(kept[i]);
    kept[i].handle = 0;
  }
  return live_blocks();
}
