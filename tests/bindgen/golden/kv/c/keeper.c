// Made by `witc bindgen` for world `keeper`; changes here are lost.
// Core imports and exports; see the header for what they mean.
#include "keeper.h"

#include <stdlib.h>
#include <string.h>

__attribute__((weak, export_name("cabi_realloc"))) void *cabi_realloc(void *block, size_t old_size, size_t align, size_t new_size) {
  if (new_size == 0) return (void *)align;
  void *out = realloc(old_size == 0 ? NULL : block, new_size);
  if (out == NULL) __builtin_trap();
  return out;
}

// The layout of values is that of the Canonical ABI.
#define WCOMP_LAYOUT(type, size, align) _Static_assert(sizeof(type) == (size) && _Alignof(type) == (align), "layout");
WCOMP_LAYOUT(keeper_string_t, 8, 4)
WCOMP_LAYOUT(sample_kv_types_location_t, 16, 4)
WCOMP_LAYOUT(sample_kv_types_failure_t, 20, 4)
WCOMP_LAYOUT(sample_kv_types_access_t, 1, 1)
WCOMP_LAYOUT(keeper_list_exports_sample_kv_store_borrow_bucket_t, 8, 4)
WCOMP_LAYOUT(keeper_map_entry_string_u32_t, 12, 4)
WCOMP_LAYOUT(keeper_map_string_u32_t, 8, 4)
WCOMP_LAYOUT(keeper_list_u8_t, 8, 4)
WCOMP_LAYOUT(keeper_result_list_u8_sample_kv_types_failure_t, 24, 4)
WCOMP_LAYOUT(keeper_result_exports_sample_kv_store_own_bucket_sample_kv_types_failure_t, 24, 4)
WCOMP_LAYOUT(keeper_option_list_u8_t, 12, 4)
WCOMP_LAYOUT(keeper_result_void_sample_kv_types_failure_t, 24, 4)

void keeper_string_set(keeper_string_t *ret, const char *text) {
  ret->ptr = (uint8_t *)text;
  ret->len = strlen(text);
}
void keeper_string_dup(keeper_string_t *ret, const char *text) { keeper_string_dup_n(ret, text, strlen(text)); }
void keeper_string_dup_n(keeper_string_t *ret, const char *text, size_t len) {
  ret->len = len;
  ret->ptr = NULL;
  if (len == 0) return;
  ret->ptr = malloc(len);
  if (ret->ptr == NULL) __builtin_trap();
  memcpy(ret->ptr, text, len);
}

void keeper_string_free(keeper_string_t *value) {
  if (value->len > 0) free(value->ptr);
}
void sample_kv_types_location_free(sample_kv_types_location_t *value) {
  keeper_string_free(&value->bucket);
  keeper_string_free(&value->key);
}
void sample_kv_types_failure_free(sample_kv_types_failure_t *value) {
  switch (value->tag) {
    case 0: {
      sample_kv_types_location_free(&value->val.missing);
      break;
    }
    case 2: {
      keeper_string_free(&value->val.other);
      break;
    }
    default: break;
  }
}
void keeper_list_exports_sample_kv_store_borrow_bucket_free(keeper_list_exports_sample_kv_store_borrow_bucket_t *value) {
  if (value->len > 0) free(value->ptr);
}
void keeper_map_entry_string_u32_free(keeper_map_entry_string_u32_t *value) {
  keeper_string_free(&value->key);
}
void keeper_map_string_u32_free(keeper_map_string_u32_t *value) {
  for (size_t i = 0; i < value->len; i++) {
    keeper_map_entry_string_u32_free(&value->ptr[i]);
  }
  if (value->len > 0) free(value->ptr);
}
void keeper_list_u8_free(keeper_list_u8_t *value) {
  if (value->len > 0) free(value->ptr);
}
void keeper_result_list_u8_sample_kv_types_failure_free(keeper_result_list_u8_sample_kv_types_failure_t *value) {
  if (value->is_err) {
    sample_kv_types_failure_free(&value->val.err);
  } else {
    keeper_list_u8_free(&value->val.ok);
  }
}
void keeper_result_exports_sample_kv_store_own_bucket_sample_kv_types_failure_free(keeper_result_exports_sample_kv_store_own_bucket_sample_kv_types_failure_t *value) {
  if (value->is_err) {
    sample_kv_types_failure_free(&value->val.err);
  } else {
    if (value->val.ok.handle != 0) exports_sample_kv_store_bucket_drop_own(value->val.ok);
  }
}
void keeper_option_list_u8_free(keeper_option_list_u8_t *value) {
  if (value->is_some) {
    keeper_list_u8_free(&value->val);
  }
}
void keeper_result_void_sample_kv_types_failure_free(keeper_result_void_sample_kv_types_failure_t *value) {
  if (value->is_err) {
    sample_kv_types_failure_free(&value->val.err);
  }
}
void keeper_result_exports_sample_kv_store_own_bucket_sample_kv_types_failure_forget(keeper_result_exports_sample_kv_store_own_bucket_sample_kv_types_failure_t *value) {
  if (!value->is_err) {
    value->val.ok.handle = 0;
  }
}

__attribute__((export_name("sample:kv/store@1.2.0#[constructor]bucket")))
    int32_t exports_sample_kv_store_constructor_bucket_export(int32_t p0, int32_t p1) {
  keeper_string_t name;
  name.ptr = (uint8_t *)p0;
  name.len = (size_t)p1;
  exports_sample_kv_store_own_bucket_t result;
  result = exports_sample_kv_store_constructor_bucket(&name);
  keeper_string_free(&name);
  return result.handle;
}

__attribute__((export_name("sample:kv/store@1.2.0#[static]bucket.open")))
    int32_t exports_sample_kv_store_static_bucket_open_export(int32_t p0, int32_t p1, int32_t p2) {
  keeper_string_t name;
  name.ptr = (uint8_t *)p0;
  name.len = (size_t)p1;
  sample_kv_types_access_t access;
  access = (sample_kv_types_access_t)p2;
  static keeper_result_exports_sample_kv_store_own_bucket_sample_kv_types_failure_t result;
  result.is_err = !exports_sample_kv_store_static_bucket_open(&name, access, &result.val.ok, &result.val.err);
  keeper_string_free(&name);
  return (int32_t)&result;
}
__attribute__((export_name("cabi_post_sample:kv/store@1.2.0#[static]bucket.open")))
    void exports_sample_kv_store_static_bucket_open_post(int32_t p0) {
  keeper_result_exports_sample_kv_store_own_bucket_sample_kv_types_failure_t *ret = (keeper_result_exports_sample_kv_store_own_bucket_sample_kv_types_failure_t *)p0;
  keeper_result_exports_sample_kv_store_own_bucket_sample_kv_types_failure_forget(ret);
  keeper_result_exports_sample_kv_store_own_bucket_sample_kv_types_failure_free(ret);
}

__attribute__((export_name("sample:kv/store@1.2.0#[method]bucket.get")))
    int32_t exports_sample_kv_store_method_bucket_get_export(int32_t p0, int32_t p1, int32_t p2) {
  exports_sample_kv_store_borrow_bucket_t self;
  self = (exports_sample_kv_store_borrow_bucket_t)p0;
  keeper_string_t key;
  key.ptr = (uint8_t *)p1;
  key.len = (size_t)p2;
  static keeper_option_list_u8_t result;
  result.is_some = exports_sample_kv_store_method_bucket_get(self, &key, &result.val);
  keeper_string_free(&key);
  return (int32_t)&result;
}
__attribute__((export_name("cabi_post_sample:kv/store@1.2.0#[method]bucket.get")))
    void exports_sample_kv_store_method_bucket_get_post(int32_t p0) {
  keeper_option_list_u8_t *ret = (keeper_option_list_u8_t *)p0;
  keeper_option_list_u8_free(ret);
}

__attribute__((export_name("sample:kv/store@1.2.0#[method]bucket.set")))
    int32_t exports_sample_kv_store_method_bucket_set_export(int32_t p0, int32_t p1, int32_t p2, int32_t p3, int32_t p4) {
  exports_sample_kv_store_borrow_bucket_t self;
  self = (exports_sample_kv_store_borrow_bucket_t)p0;
  keeper_string_t key;
  key.ptr = (uint8_t *)p1;
  key.len = (size_t)p2;
  keeper_list_u8_t value;
  value.ptr = (uint8_t *)p3;
  value.len = (size_t)p4;
  static keeper_result_void_sample_kv_types_failure_t result;
  result.is_err = !exports_sample_kv_store_method_bucket_set(self, &key, &value, &result.val.err);
  keeper_string_free(&key);
  keeper_list_u8_free(&value);
  return (int32_t)&result;
}
__attribute__((export_name("cabi_post_sample:kv/store@1.2.0#[method]bucket.set")))
    void exports_sample_kv_store_method_bucket_set_post(int32_t p0) {
  keeper_result_void_sample_kv_types_failure_t *ret = (keeper_result_void_sample_kv_types_failure_t *)p0;
  keeper_result_void_sample_kv_types_failure_free(ret);
}

__attribute__((export_name("sample:kv/store@1.2.0#[method]bucket.merge")))
    int32_t exports_sample_kv_store_method_bucket_merge_export(int32_t p0, int32_t p1) {
  exports_sample_kv_store_borrow_bucket_t self;
  self = (exports_sample_kv_store_borrow_bucket_t)p0;
  exports_sample_kv_store_own_bucket_t other;
  other.handle = p1;
  uint32_t result;
  result = exports_sample_kv_store_method_bucket_merge(self, other);
  return (int32_t)result;
}

__attribute__((export_name("sample:kv/store@1.2.0#[dtor]bucket")))
    void exports_sample_kv_store_bucket_destructor_export(int32_t p0) { exports_sample_kv_store_bucket_destructor((exports_sample_kv_store_bucket_t *)p0); }

__attribute__((export_name("sample:kv/store@1.2.0#count"))) int32_t exports_sample_kv_store_count_export(int32_t p0, int32_t p1) {
  keeper_list_exports_sample_kv_store_borrow_bucket_t buckets;
  buckets.ptr = (exports_sample_kv_store_borrow_bucket_t *)p0;
  buckets.len = (size_t)p1;
  static keeper_map_string_u32_t result;
  exports_sample_kv_store_count(&buckets, &result);
  keeper_list_exports_sample_kv_store_borrow_bucket_free(&buckets);
  return (int32_t)&result;
}
__attribute__((export_name("cabi_post_sample:kv/store@1.2.0#count"))) void exports_sample_kv_store_count_post(int32_t p0) {
  keeper_map_string_u32_t *ret = (keeper_map_string_u32_t *)p0;
  keeper_map_string_u32_free(ret);
}

__attribute__((export_name("sample:kv/store@1.2.0#find")))
    int32_t exports_sample_kv_store_find_export(int32_t p0, int32_t p1, int32_t p2, int32_t p3) {
  sample_kv_types_location_t at;
  at.bucket.ptr = (uint8_t *)p0;
  at.bucket.len = (size_t)p1;
  at.key.ptr = (uint8_t *)p2;
  at.key.len = (size_t)p3;
  static keeper_result_list_u8_sample_kv_types_failure_t result;
  result.is_err = !exports_sample_kv_store_find(&at, &result.val.ok, &result.val.err);
  sample_kv_types_location_free(&at);
  return (int32_t)&result;
}
__attribute__((export_name("cabi_post_sample:kv/store@1.2.0#find"))) void exports_sample_kv_store_find_post(int32_t p0) {
  keeper_result_list_u8_sample_kv_types_failure_t *ret = (keeper_result_list_u8_sample_kv_types_failure_t *)p0;
  keeper_result_list_u8_sample_kv_types_failure_free(ret);
}

