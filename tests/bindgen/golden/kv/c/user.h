// Made by `witc bindgen` for world `user`; changes here are lost.
/// Uses a store.
#ifndef WCOMP_C_BINDINGS_USER
#define WCOMP_C_BINDINGS_USER

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __wasm__
#define WCOMP_IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#define WCOMP_INLINE static inline __attribute__((unused))
#else
#define WCOMP_IMPORT(module, name)
#define WCOMP_INLINE
#endif

// `sample:kv/types@1.2.0`, imported.
/// What is kept, and where.

// UTF-8, without a zero at the end.
typedef struct user_string_t {
  uint8_t *ptr;
  size_t len;
} user_string_t;
void user_string_free(user_string_t *value);
/// Makes `*ret` a view of a C string, which nobody has to free.
void user_string_set(user_string_t *ret, const char *text);
/// Makes `*ret` a copy of a C string.
void user_string_dup(user_string_t *ret, const char *text);
/// Makes `*ret` a copy of `len` bytes.
void user_string_dup_n(user_string_t *ret, const char *text, size_t len);

/// Where an entry is.
typedef struct sample_kv_types_location_t {
  user_string_t bucket;
  user_string_t key;
} sample_kv_types_location_t;
void sample_kv_types_location_free(sample_kv_types_location_t *value);

typedef struct sample_kv_types_failure_t {
  uint8_t tag;
  union {
    sample_kv_types_location_t missing;
    user_string_t other;
  } val;
} sample_kv_types_failure_t;
#define SAMPLE_KV_TYPES_FAILURE_MISSING 0
#define SAMPLE_KV_TYPES_FAILURE_DENIED 1
#define SAMPLE_KV_TYPES_FAILURE_OTHER 2
void sample_kv_types_failure_free(sample_kv_types_failure_t *value);

typedef uint8_t sample_kv_types_access_t;
#define SAMPLE_KV_TYPES_ACCESS_READ ((sample_kv_types_access_t)0x1)
#define SAMPLE_KV_TYPES_ACCESS_WRITE ((sample_kv_types_access_t)0x2)

// `sample:kv/store@1.2.0`, imported.

typedef sample_kv_types_location_t sample_kv_store_location_t;
typedef sample_kv_types_failure_t sample_kv_store_failure_t;
typedef sample_kv_types_access_t sample_kv_store_access_t;

/// A set of keys with their values.
typedef struct sample_kv_store_own_bucket_t {
  int32_t handle;
} sample_kv_store_own_bucket_t;
typedef struct sample_kv_store_borrow_bucket_t {
  int32_t handle;
} sample_kv_store_borrow_bucket_t;

typedef struct user_list_sample_kv_store_borrow_bucket_t {
  sample_kv_store_borrow_bucket_t *ptr;
  size_t len;
} user_list_sample_kv_store_borrow_bucket_t;
void user_list_sample_kv_store_borrow_bucket_free(user_list_sample_kv_store_borrow_bucket_t *value);

typedef struct user_map_entry_string_u32_t {
  user_string_t key;
  uint32_t value;
} user_map_entry_string_u32_t;
void user_map_entry_string_u32_free(user_map_entry_string_u32_t *value);

typedef struct user_map_string_u32_t {
  user_map_entry_string_u32_t *ptr;
  size_t len;
} user_map_string_u32_t;
void user_map_string_u32_free(user_map_string_u32_t *value);

typedef struct user_list_u8_t {
  uint8_t *ptr;
  size_t len;
} user_list_u8_t;
void user_list_u8_free(user_list_u8_t *value);

typedef struct user_result_list_u8_sample_kv_types_failure_t {
  bool is_err;
  union {
    user_list_u8_t ok;
    sample_kv_types_failure_t err;
  } val;
} user_result_list_u8_sample_kv_types_failure_t;
void user_result_list_u8_sample_kv_types_failure_free(user_result_list_u8_sample_kv_types_failure_t *value);

typedef struct user_result_sample_kv_store_own_bucket_sample_kv_types_failure_t {
  bool is_err;
  union {
    sample_kv_store_own_bucket_t ok;
    sample_kv_types_failure_t err;
  } val;
} user_result_sample_kv_store_own_bucket_sample_kv_types_failure_t;
void user_result_sample_kv_store_own_bucket_sample_kv_types_failure_free(user_result_sample_kv_store_own_bucket_sample_kv_types_failure_t *value);

typedef struct user_option_list_u8_t {
  bool is_some;
  user_list_u8_t val;
} user_option_list_u8_t;
void user_option_list_u8_free(user_option_list_u8_t *value);

typedef struct user_result_void_sample_kv_types_failure_t {
  bool is_err;
  union {
    sample_kv_types_failure_t err;
  } val;
} user_result_void_sample_kv_types_failure_t;
void user_result_void_sample_kv_types_failure_free(user_result_void_sample_kv_types_failure_t *value);

WCOMP_IMPORT("sample:kv/store@1.2.0", "[resource-drop]bucket")
void sample_kv_store_bucket_drop_own(sample_kv_store_own_bucket_t handle);
static inline __attribute__((unused)) sample_kv_store_borrow_bucket_t sample_kv_store_borrow_bucket(sample_kv_store_own_bucket_t handle) {
  sample_kv_store_borrow_bucket_t borrow = {handle.handle};
  return borrow;
}

WCOMP_INLINE sample_kv_store_own_bucket_t sample_kv_store_constructor_bucket(const user_string_t *name);

WCOMP_INLINE bool sample_kv_store_static_bucket_open(const user_string_t *name, sample_kv_types_access_t access,
    sample_kv_store_own_bucket_t *ret, sample_kv_types_failure_t *err);

/// The value of a key.
WCOMP_INLINE bool sample_kv_store_method_bucket_get(sample_kv_store_borrow_bucket_t self, const user_string_t *key, user_list_u8_t *ret);

WCOMP_INLINE bool sample_kv_store_method_bucket_set(sample_kv_store_borrow_bucket_t self, const user_string_t *key,
    const user_list_u8_t *value, sample_kv_types_failure_t *err);

WCOMP_IMPORT("sample:kv/store@1.2.0", "[method]bucket.merge")
uint32_t sample_kv_store_method_bucket_merge(sample_kv_store_borrow_bucket_t self, sample_kv_store_own_bucket_t other);

WCOMP_INLINE void sample_kv_store_count(const user_list_sample_kv_store_borrow_bucket_t *buckets, user_map_string_u32_t *ret);

WCOMP_INLINE bool sample_kv_store_find(const sample_kv_types_location_t *at, user_list_u8_t *ret, sample_kv_types_failure_t *err);

// World `user` itself, imported.

WCOMP_INLINE void user_log(const user_string_t *line);

// World `user` itself, exported: these functions are yours to write.

typedef struct user_list_string_t {
  user_string_t *ptr;
  size_t len;
} user_list_string_t;
void user_list_string_free(user_list_string_t *value);

typedef struct user_result_void_string_t {
  bool is_err;
  union {
    user_string_t err;
  } val;
} user_result_void_string_t;
void user_result_void_string_free(user_result_void_string_t *value);

bool exports_user_run(const user_list_string_t *args, user_string_t *err);

#ifdef __wasm__

// How imports are called; inline, so that what a call does not use costs nothing.
WCOMP_IMPORT("sample:kv/store@1.2.0", "[constructor]bucket")
int32_t sample_kv_store_constructor_bucket_import(int32_t, int32_t);
WCOMP_INLINE sample_kv_store_own_bucket_t sample_kv_store_constructor_bucket(const user_string_t *name) {
  sample_kv_store_own_bucket_t result;
  const int32_t core = sample_kv_store_constructor_bucket_import((int32_t)name->ptr, (int32_t)name->len);
  result.handle = core;
  return result;
}

WCOMP_IMPORT("sample:kv/store@1.2.0", "[static]bucket.open")
void sample_kv_store_static_bucket_open_import(int32_t, int32_t, int32_t, int32_t);
WCOMP_INLINE bool sample_kv_store_static_bucket_open(const user_string_t *name, sample_kv_types_access_t access,
    sample_kv_store_own_bucket_t *ret, sample_kv_types_failure_t *err) {
  user_result_sample_kv_store_own_bucket_sample_kv_types_failure_t result;
  sample_kv_store_static_bucket_open_import((int32_t)name->ptr, (int32_t)name->len, (int32_t)access, (int32_t)&result);
  if (result.is_err) *err = result.val.err;
  if (!result.is_err) *ret = result.val.ok;
  return !result.is_err;
}

WCOMP_IMPORT("sample:kv/store@1.2.0", "[method]bucket.get")
void sample_kv_store_method_bucket_get_import(int32_t, int32_t, int32_t, int32_t);
WCOMP_INLINE bool sample_kv_store_method_bucket_get(sample_kv_store_borrow_bucket_t self, const user_string_t *key, user_list_u8_t *ret) {
  user_option_list_u8_t result;
  sample_kv_store_method_bucket_get_import(self.handle, (int32_t)key->ptr, (int32_t)key->len, (int32_t)&result);
  if (result.is_some) *ret = result.val;
  return result.is_some;
}

WCOMP_IMPORT("sample:kv/store@1.2.0", "[method]bucket.set")
void sample_kv_store_method_bucket_set_import(int32_t, int32_t, int32_t, int32_t, int32_t, int32_t);
WCOMP_INLINE bool sample_kv_store_method_bucket_set(sample_kv_store_borrow_bucket_t self, const user_string_t *key,
    const user_list_u8_t *value, sample_kv_types_failure_t *err) {
  user_result_void_sample_kv_types_failure_t result;
  sample_kv_store_method_bucket_set_import(self.handle, (int32_t)key->ptr, (int32_t)key->len, (int32_t)value->ptr, (int32_t)value->len,
      (int32_t)&result);
  if (result.is_err) *err = result.val.err;
  return !result.is_err;
}

WCOMP_IMPORT("sample:kv/store@1.2.0", "count")
void sample_kv_store_count_import(int32_t, int32_t, int32_t);
WCOMP_INLINE void sample_kv_store_count(const user_list_sample_kv_store_borrow_bucket_t *buckets, user_map_string_u32_t *ret) {
  sample_kv_store_count_import((int32_t)buckets->ptr, (int32_t)buckets->len, (int32_t)ret);
}

WCOMP_IMPORT("sample:kv/store@1.2.0", "find")
void sample_kv_store_find_import(int32_t, int32_t, int32_t, int32_t, int32_t);
WCOMP_INLINE bool sample_kv_store_find(const sample_kv_types_location_t *at, user_list_u8_t *ret, sample_kv_types_failure_t *err) {
  user_result_list_u8_sample_kv_types_failure_t result;
  sample_kv_store_find_import((int32_t)at->bucket.ptr, (int32_t)at->bucket.len, (int32_t)at->key.ptr, (int32_t)at->key.len,
      (int32_t)&result);
  if (result.is_err) *err = result.val.err;
  if (!result.is_err) *ret = result.val.ok;
  return !result.is_err;
}

WCOMP_IMPORT("$root", "log")
void user_log_import(int32_t, int32_t);
WCOMP_INLINE void user_log(const user_string_t *line) {
  user_log_import((int32_t)line->ptr, (int32_t)line->len);
}

#endif

#undef WCOMP_IMPORT
#undef WCOMP_INLINE

#ifdef __cplusplus
}
#endif

#endif
