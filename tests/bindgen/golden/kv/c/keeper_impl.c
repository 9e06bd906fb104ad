// What world `keeper` exports. This file is yours: it is never written again.
#include "keeper.h"

#include <stdlib.h>

struct exports_sample_kv_store_bucket_t {
  int unused;
};

void exports_sample_kv_store_bucket_destructor(exports_sample_kv_store_bucket_t *object) {
  free(object);
}

exports_sample_kv_store_own_bucket_t exports_sample_kv_store_constructor_bucket(const keeper_string_t *name) {
  (void)name;
  __builtin_trap();  // not written yet
}

bool exports_sample_kv_store_static_bucket_open(const keeper_string_t *name, sample_kv_types_access_t access,
    exports_sample_kv_store_own_bucket_t *ret, sample_kv_types_failure_t *err) {
  (void)name;
  (void)access;
  (void)ret;
  (void)err;
  __builtin_trap();  // not written yet
}

bool exports_sample_kv_store_method_bucket_get(exports_sample_kv_store_borrow_bucket_t self, const keeper_string_t *key,
    keeper_list_u8_t *ret) {
  (void)self;
  (void)key;
  (void)ret;
  __builtin_trap();  // not written yet
}

bool exports_sample_kv_store_method_bucket_set(exports_sample_kv_store_borrow_bucket_t self, const keeper_string_t *key,
    const keeper_list_u8_t *value, sample_kv_types_failure_t *err) {
  (void)self;
  (void)key;
  (void)value;
  (void)err;
  __builtin_trap();  // not written yet
}

uint32_t exports_sample_kv_store_method_bucket_merge(exports_sample_kv_store_borrow_bucket_t self,
    exports_sample_kv_store_own_bucket_t other) {
  (void)self;
  (void)other;
  __builtin_trap();  // not written yet
}

void exports_sample_kv_store_count(const keeper_list_exports_sample_kv_store_borrow_bucket_t *buckets, keeper_map_string_u32_t *ret) {
  (void)buckets;
  (void)ret;
  __builtin_trap();  // not written yet
}

bool exports_sample_kv_store_find(const sample_kv_types_location_t *at, keeper_list_u8_t *ret, sample_kv_types_failure_t *err) {
  (void)at;
  (void)ret;
  (void)err;
  __builtin_trap();  // not written yet
}
