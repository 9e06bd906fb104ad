// Sends everything in wit/more.wit there and back, many times over, and says whether anything was left behind.
#include "../checked_alloc.h"
#include "taker.h"

#include <stdio.h>
#include <string.h>

typedef sample_more_things_own_thing_t own_thing_t;
typedef sample_more_values_number_t number_t;

static taker_string_t text(const char *s) {
  taker_string_t out;
  taker_string_set(&out, s);
  return out;
}
static bool is(const taker_string_t *s, const char *wanted) { return s->len == strlen(wanted) && memcmp(s->ptr, wanted, s->len) == 0; }
static own_thing_t thing(const char *name) {
  const taker_string_t t = text(name);
  return sample_more_things_constructor_thing(&t);
}

static bool same(const number_t *a, const number_t *b) {
  if (a->tag != b->tag) return false;
  switch (a->tag) {
    case SAMPLE_MORE_VALUES_NUMBER_FLOAT: return memcmp(&a->val.float_, &b->val.float_, sizeof a->val.float_) == 0;
    case SAMPLE_MORE_VALUES_NUMBER_DOUBLE: return memcmp(&a->val.double_, &b->val.double_, sizeof a->val.double_) == 0;
    case SAMPLE_MORE_VALUES_NUMBER_INT: return a->val.int_ == b->val.int_;
    case SAMPLE_MORE_VALUES_NUMBER_TEXT: return a->val.text.len == b->val.text.len && memcmp(a->val.text.ptr, b->val.text.ptr, a->val.text.len) == 0;
    case SAMPLE_MORE_VALUES_NUMBER_SMALL: return a->val.small == b->val.small;
    case SAMPLE_MORE_VALUES_NUMBER_PAIR:
      return memcmp(&a->val.pair.f0, &b->val.pair.f0, sizeof(float)) == 0 && memcmp(&a->val.pair.f1, &b->val.pair.f1, sizeof(double)) == 0;
    default: return true;
  }
}

/// NULL, or what was wrong.
static const char *use_numbers(void) {
  number_t all[7] = {{.tag = SAMPLE_MORE_VALUES_NUMBER_NONE}};
  all[1].tag = SAMPLE_MORE_VALUES_NUMBER_FLOAT;
  all[1].val.float_ = -1.5F;
  all[2].tag = SAMPLE_MORE_VALUES_NUMBER_DOUBLE;
  all[2].val.double_ = -1e300;
  all[3].tag = SAMPLE_MORE_VALUES_NUMBER_INT;
  all[3].val.int_ = INT64_MIN;
  all[4].tag = SAMPLE_MORE_VALUES_NUMBER_TEXT;
  all[4].val.text = text("a number in words");
  all[5].tag = SAMPLE_MORE_VALUES_NUMBER_SMALL;
  all[5].val.small = 255;
  all[6].tag = SAMPLE_MORE_VALUES_NUMBER_PAIR;
  all[6].val.pair.f0 = -0.25F;
  all[6].val.pair.f1 = 1e-300;
  for (int i = 0; i < 7; i++) {
    number_t back;
    sample_more_values_same_number(&all[i], &back);
    if (!same(&back, &all[i])) return "a number in registers is another";
    sample_more_values_number_free(&back);
  }
  const taker_list_sample_more_values_number_t list = {all, 7};
  taker_list_sample_more_values_number_t back;
  sample_more_values_same_numbers(&list, &back);
  if (back.len != 7) return "numbers are missing";
  for (int i = 0; i < 7; i++) {
    if (!same(&back.ptr[i], &all[i])) return "a number in memory is another";
  }
  taker_list_sample_more_values_number_free(&back);
  taker_tuple1_f32_t single;
  sample_more_values_single(0.5F, &single);
  return single.f0 < 1.49F || single.f0 > 1.51F ? "single is wrong" : NULL;
}
static const char *use_values(void) {
  const taker_string_t a = text("a"), f = text("f");
  const sample_unit_v2_0_0_length_metres_t b = {3, text("wood")};
  const taker_tuple3_u64_u64_u64_t c = {1, 2, 4};
  taker_result_sample_more_values_number_list_u8_t d = {.is_err = false};
  d.val.ok.tag = SAMPLE_MORE_VALUES_NUMBER_SMALL;
  d.val.ok.val.small = 9;
  const taker_tuple3_bool_char_s8_t e = {true, 'A', -5};
  const taker_option_u8_t g = {true, 2};
  taker_option_string_t ret;
  taker_tuple2_u32_string_t err;
  // 7 + 1000 + 65 - 5 + 2 + 3 + 4 + 5
  if (sample_more_values_many(NULL, &b, &c, &d, &e, &f, &g, &ret, &err)) return "many found what is not there";
  if (err.f0 != 1081 || !is(&err.f1, "f")) return "many is wrong";
  taker_tuple2_u32_string_free(&err);
  if (!sample_more_values_many(&a, &b, &c, &d, &e, &f, &g, &ret, &err) || ret.is_some) return "many did not answer none";
  uint8_t bytes[] = {1, 2, 3, 4};
  d.is_err = true;
  d.val.err = (taker_list_u8_t){bytes, 4};
  if (!sample_more_values_many(&a, &b, &c, &d, &e, &f, &g, &ret, &err) || !ret.is_some || !is(&ret.val, "a")) return "many did not answer a";
  taker_option_string_free(&ret);
  // 7 + 1000 + 65 - 5 + 10000 + 4
  if (sample_more_values_many(NULL, NULL, &c, &d, &e, &f, NULL, &ret, &err) || err.f0 != 11071) return "many without is wrong";
  taker_tuple2_u32_string_free(&err);
  return NULL;
}
static const char *use_versions(void) {
  const sample_unit_length_metres_t old = {2.5};
  sample_unit_length_metres_t twice;
  sample_unit_length_double(&old, &twice);
  const sample_unit_v2_0_0_length_metres_t new = {2.5F, text("rope")};
  sample_unit_v2_0_0_length_metres_t again;
  sample_unit_v2_0_0_length_double(&new, &again);
  if (twice.value < 4.9 || twice.value > 5.1 || again.value < 4.9F || !is(&again.of, "rope")) return "twice is wrong";
  sample_unit_v2_0_0_length_metres_free(&again);
  return NULL;
}

static const char *use_things(void) {
  own_thing_t rest_array[] = {thing("second"), thing("third")};
  taker_list_sample_more_things_own_thing_t rest = {rest_array, 2};
  const taker_string_t label = text("fragile");
  sample_more_things_crate_t crate;
  sample_more_things_pack(&label, thing("first"), &rest, &crate);
  if (rest_array[0].handle != 0 || rest_array[1].handle != 0) return "handles that were given away are still there";
  if (crate.rest.len != 2 || !is(&crate.label, "fragile")) return "the crate is wrong";

  sample_more_things_borrow_thing_t lent[] = {sample_more_things_borrow_thing(crate.rest.ptr[1]), sample_more_things_borrow_thing(crate.top)};
  const taker_list_sample_more_things_borrow_thing_t all = {lent, 2};
  taker_list_string_t names;
  sample_more_look_names(lent[1], &lent[0], &all, &names);
  if (names.len != 4 || !is(&names.ptr[0], "first") || !is(&names.ptr[1], "third") || !is(&names.ptr[2], "third") || !is(&names.ptr[3], "first")) return "the names are wrong";
  taker_list_string_free(&names);
  sample_more_look_names(lent[0], NULL, &(taker_list_sample_more_things_borrow_thing_t){NULL, 0}, &names);
  if (names.len != 1) return "the name is wrong";
  taker_list_string_free(&names);

  sample_more_things_parcel_t parcel;
  sample_more_things_send(&crate, &parcel);
  if (crate.top.handle != 0 || crate.rest.ptr[0].handle != 0) return "a crate that was given away still has things";
  sample_more_things_crate_free(&crate);  // its memory
  if (parcel.tag != SAMPLE_MORE_THINGS_PARCEL_ALL || parcel.val.all.rest.len != 2) return "the parcel is wrong";

  sample_more_things_parcel_t one = {.tag = SAMPLE_MORE_THINGS_PARCEL_ONE};
  one.val.one = thing("one");
  own_thing_t spare = thing("spare");
  if (sample_more_things_store(&parcel.val.all, &one, &spare) != 5 || spare.handle != 0 || one.val.one.handle != 0) return "store is wrong";
  sample_more_things_parcel_free(&parcel);
  if (sample_more_things_static_thing_live() != 3) return "what was not kept is still there";

  const own_thing_t lender = thing("middle");
  taker_tuple2_sample_more_things_own_thing_sample_more_things_borrow_thing_t pairs[] = {
      {thing("longer than that"), sample_more_things_borrow_thing(lender)}, {thing("less"), sample_more_things_borrow_thing(lender)}};
  taker_list_tuple2_sample_more_things_own_thing_sample_more_things_borrow_thing_t swapped = {pairs, 2};
  taker_list_sample_more_things_own_thing_t back;
  sample_more_things_swap(&swapped, &back);
  if (back.len != 1 || pairs[0].f0.handle != 0 || pairs[1].f0.handle != 0) return "swap is wrong";
  sample_more_things_crate_t last = {{NULL, 0}, lender, back};
  taker_tuple2_sample_more_things_own_thing_u32_t unpacked;
  sample_more_look_unpack(&last, &unpacked);
  if (unpacked.f1 != 1) return "unpack is wrong";
  taker_string_t name;
  sample_more_things_method_thing_name(sample_more_things_borrow_thing(unpacked.f0), &name);
  if (!is(&name, "middle")) return "unpack took another";
  taker_string_free(&name);
  sample_more_things_thing_drop_own(unpacked.f0);
  sample_more_things_crate_free(&last);  // the list, whose things are gone
  return sample_more_things_static_thing_live() != 3 ? "things are left" : NULL;
}

void exports_taker_run(taker_string_t *ret) {
  uint32_t blocks[2] = {0, 0};
  for (int i = 0; i < 100; i++) {
    const char *wrong = use_numbers();
    if (wrong == NULL) wrong = use_values();
    if (wrong == NULL) wrong = use_versions();
    if (wrong == NULL) wrong = use_things();
    if (wrong != NULL) return taker_string_dup(ret, wrong);
    if (live_blocks() != 0) return taker_string_dup(ret, "blocks of the taker's are left");
    const uint32_t now[2] = {sample_more_things_blocks(), sample_more_look_blocks()};
    if (i > 0 && (now[0] != blocks[0] || now[1] != blocks[1])) return taker_string_dup(ret, "blocks of the others are left");
    if (sample_more_things_static_thing_live() != 0) return taker_string_dup(ret, "things are left at the end");
    memcpy(blocks, now, sizeof now);
  }
  char said[60];
  snprintf(said, sizeof said, "%lu and %lu blocks left", (unsigned long)blocks[0], (unsigned long)blocks[1]);
  taker_string_dup(ret, said);
}
