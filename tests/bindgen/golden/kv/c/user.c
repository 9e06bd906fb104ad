// Made by `witc bindgen` for world `user`; changes here are lost.
// Core imports and exports; see the header for what they mean.
#include "user.h"

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
WCOMP_LAYOUT(user_string_t, 8, 4)
WCOMP_LAYOUT(sample_kv_types_location_t, 16, 4)
WCOMP_LAYOUT(sample_kv_types_failure_t, 20, 4)
WCOMP_LAYOUT(sample_kv_types_access_t, 1, 1)
WCOMP_LAYOUT(user_list_sample_kv_store_borrow_bucket_t, 8, 4)
WCOMP_LAYOUT(user_map_entry_string_u32_t, 12, 4)
WCOMP_LAYOUT(user_map_string_u32_t, 8, 4)
WCOMP_LAYOUT(user_list_u8_t, 8, 4)
WCOMP_LAYOUT(user_result_list_u8_sample_kv_types_failure_t, 24, 4)
WCOMP_LAYOUT(user_result_sample_kv_store_own_bucket_sample_kv_types_failure_t, 24, 4)
WCOMP_LAYOUT(user_option_list_u8_t, 12, 4)
WCOMP_LAYOUT(user_result_void_sample_kv_types_failure_t, 24, 4)
WCOMP_LAYOUT(user_list_string_t, 8, 4)
WCOMP_LAYOUT(user_result_void_string_t, 12, 4)

void user_string_set(user_string_t *ret, const char *text) {
  ret->ptr = (uint8_t *)text;
  ret->len = strlen(text);
}
void user_string_dup(user_string_t *ret, const char *text) { user_string_dup_n(ret, text, strlen(text)); }
void user_string_dup_n(user_string_t *ret, const char *text, size_t len) {
  ret->len = len;
  ret->ptr = NULL;
  if (len == 0) return;
  ret->ptr = malloc(len);
  if (ret->ptr == NULL) __builtin_trap();
  memcpy(ret->ptr, text, len);
}

void user_string_free(user_string_t *value) {
  if (value->len > 0) free(value->ptr);
}
void sample_kv_types_location_free(sample_kv_types_location_t *value) {
  user_string_free(&value->bucket);
  user_string_free(&value->key);
}
void sample_kv_types_failure_free(sample_kv_types_failure_t *value) {
  switch (value->tag) {
    case 0: {
      sample_kv_types_location_free(&value->val.missing);
      break;
    }
    case 2: {
      user_string_free(&value->val.other);
      break;
    }
    default: break;
  }
}
void user_list_sample_kv_store_borrow_bucket_free(user_list_sample_kv_store_borrow_bucket_t *value) {
  if (value->len > 0) free(value->ptr);
}
void user_map_entry_string_u32_free(user_map_entry_string_u32_t *value) {
  user_string_free(&value->key);
}
void user_map_string_u32_free(user_map_string_u32_t *value) {
  for (size_t i = 0; i < value->len; i++) {
    user_map_entry_string_u32_free(&value->ptr[i]);
  }
  if (value->len > 0) free(value->ptr);
}
void user_list_u8_free(user_list_u8_t *value) {
  if (value->len > 0) free(value->ptr);
}
void user_result_list_u8_sample_kv_types_failure_free(user_result_list_u8_sample_kv_types_failure_t *value) {
  if (value->is_err) {
    sample_kv_types_failure_free(&value->val.err);
  } else {
    user_list_u8_free(&value->val.ok);
  }
}
void user_result_sample_kv_store_own_bucket_sample_kv_types_failure_free(user_result_sample_kv_store_own_bucket_sample_kv_types_failure_t *value) {
  if (value->is_err) {
    sample_kv_types_failure_free(&value->val.err);
  } else {
    if (value->val.ok.handle != 0) sample_kv_store_bucket_drop_own(value->val.ok);
  }
}
void user_option_list_u8_free(user_option_list_u8_t *value) {
  if (value->is_some) {
    user_list_u8_free(&value->val);
  }
}
void user_result_void_sample_kv_types_failure_free(user_result_void_sample_kv_types_failure_t *value) {
  if (value->is_err) {
    sample_kv_types_failure_free(&value->val.err);
  }
}
void user_list_string_free(user_list_string_t *value) {
  for (size_t i = 0; i < value->len; i++) {
    user_string_free(&value->ptr[i]);
  }
  if (value->len > 0) free(value->ptr);
}
void user_result_void_string_free(user_result_void_string_t *value) {
  if (value->is_err) {
    user_string_free(&value->val.err);
  }
}

__attribute__((export_name("run"))) int32_t exports_user_run_export(int32_t p0, int32_t p1) {
  user_list_string_t args;
  args.ptr = (user_string_t *)p0;
  args.len = (size_t)p1;
  static user_result_void_string_t result;
  result.is_err = !exports_user_run(&args, &result.val.err);
  user_list_string_free(&args);
  return (int32_t)&result;
}
__attribute__((export_name("cabi_post_run"))) void exports_user_run_post(int32_t p0) {
  user_result_void_string_t *ret = (user_result_void_string_t *)p0;
  user_result_void_string_free(ret);
}

