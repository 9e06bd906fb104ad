// Made by `witc bindgen` for world `keeper`; changes here are lost.
/// Is one.
#ifndef WCOMP_C_BINDINGS_KEEPER
#define WCOMP_C_BINDINGS_KEEPER

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
typedef struct keeper_string_t {
  uint8_t *ptr;
  size_t len;
} keeper_string_t;
void keeper_string_free(keeper_string_t *value);
/// Makes `*ret` a view of a C string, which nobody has to free.
void keeper_string_set(keeper_string_t *ret, const char *text);
/// Makes `*ret` a copy of a C string.
void keeper_string_dup(keeper_string_t *ret, const char *text);
/// Makes `*ret` a copy of `len` bytes.
void keeper_string_dup_n(keeper_string_t *ret, const char *text, size_t len);

/// Where an entry is.
typedef struct sample_kv_types_location_t {
  keeper_string_t bucket;
  keeper_string_t key;
} sample_kv_types_location_t;
void sample_kv_types_location_free(sample_kv_types_location_t *value);

typedef struct sample_kv_types_failure_t {
  uint8_t tag;
  union {
    sample_kv_types_location_t missing;
    keeper_string_t other;
  } val;
} sample_kv_types_failure_t;
#define SAMPLE_KV_TYPES_FAILURE_MISSING 0
#define SAMPLE_KV_TYPES_FAILURE_DENIED 1
#define SAMPLE_KV_TYPES_FAILURE_OTHER 2
void sample_kv_types_failure_free(sample_kv_types_failure_t *value);

typedef uint8_t sample_kv_types_access_t;
#define SAMPLE_KV_TYPES_ACCESS_READ ((sample_kv_types_access_t)0x1)
#define SAMPLE_KV_TYPES_ACCESS_WRITE ((sample_kv_types_access_t)0x2)

// `sample:kv/store@1.2.0`: its types.

typedef sample_kv_types_location_t sample_kv_store_location_t;
typedef sample_kv_types_failure_t sample_kv_store_failure_t;
typedef sample_kv_types_access_t sample_kv_store_access_t;

// `sample:kv/store@1.2.0`, exported: these functions are yours to write.

typedef sample_kv_store_location_t exports_sample_kv_store_location_t;
typedef sample_kv_store_failure_t exports_sample_kv_store_failure_t;
typedef sample_kv_store_access_t exports_sample_kv_store_access_t;

/// A set of keys with their values.
typedef struct exports_sample_kv_store_own_bucket_t {
  int32_t handle;
} exports_sample_kv_store_own_bucket_t;
// `struct exports_sample_kv_store_bucket_t` is yours to define; a borrow of one is a pointer to it.
typedef struct exports_sample_kv_store_bucket_t exports_sample_kv_store_bucket_t;
typedef exports_sample_kv_store_bucket_t *exports_sample_kv_store_borrow_bucket_t;

typedef struct keeper_list_exports_sample_kv_store_borrow_bucket_t {
  exports_sample_kv_store_borrow_bucket_t *ptr;
  size_t len;
} keeper_list_exports_sample_kv_store_borrow_bucket_t;
void keeper_list_exports_sample_kv_store_borrow_bucket_free(keeper_list_exports_sample_kv_store_borrow_bucket_t *value);

typedef struct keeper_map_entry_string_u32_t {
  keeper_string_t key;
  uint32_t value;
} keeper_map_entry_string_u32_t;
void keeper_map_entry_string_u32_free(keeper_map_entry_string_u32_t *value);

typedef struct keeper_map_string_u32_t {
  keeper_map_entry_string_u32_t *ptr;
  size_t len;
} keeper_map_string_u32_t;
void keeper_map_string_u32_free(keeper_map_string_u32_t *value);

typedef struct keeper_list_u8_t {
  uint8_t *ptr;
  size_t len;
} keeper_list_u8_t;
void keeper_list_u8_free(keeper_list_u8_t *value);

typedef struct keeper_result_list_u8_sample_kv_types_failure_t {
  bool is_err;
  union {
    keeper_list_u8_t ok;
    sample_kv_types_failure_t err;
  } val;
} keeper_result_list_u8_sample_kv_types_failure_t;
void keeper_result_list_u8_sample_kv_types_failure_free(keeper_result_list_u8_sample_kv_types_failure_t *value);

typedef struct keeper_result_exports_sample_kv_store_own_bucket_sample_kv_types_failure_t {
  bool is_err;
  union {
    exports_sample_kv_store_own_bucket_t ok;
    sample_kv_types_failure_t err;
  } val;
} keeper_result_exports_sample_kv_store_own_bucket_sample_kv_types_failure_t;
void keeper_result_exports_sample_kv_store_own_bucket_sample_kv_types_failure_free(keeper_result_exports_sample_kv_store_own_bucket_sample_kv_types_failure_t *value);

typedef struct keeper_option_list_u8_t {
  bool is_some;
  keeper_list_u8_t val;
} keeper_option_list_u8_t;
void keeper_option_list_u8_free(keeper_option_list_u8_t *value);

typedef struct keeper_result_void_sample_kv_types_failure_t {
  bool is_err;
  union {
    sample_kv_types_failure_t err;
  } val;
} keeper_result_void_sample_kv_types_failure_t;
void keeper_result_void_sample_kv_types_failure_free(keeper_result_void_sample_kv_types_failure_t *value);

/// A handle for an object, which lives until the destructor is called with it.
WCOMP_IMPORT("[export]sample:kv/store@1.2.0", "[resource-new]bucket")
exports_sample_kv_store_own_bucket_t exports_sample_kv_store_bucket_new(exports_sample_kv_store_bucket_t *object);
/// The object of a handle.
WCOMP_IMPORT("[export]sample:kv/store@1.2.0", "[resource-rep]bucket")
exports_sample_kv_store_bucket_t *exports_sample_kv_store_bucket_rep(exports_sample_kv_store_own_bucket_t handle);
WCOMP_IMPORT("[export]sample:kv/store@1.2.0", "[resource-drop]bucket")
void exports_sample_kv_store_bucket_drop_own(exports_sample_kv_store_own_bucket_t handle);
/// Yours to write: the last handle is gone.
void exports_sample_kv_store_bucket_destructor(exports_sample_kv_store_bucket_t *object);

exports_sample_kv_store_own_bucket_t exports_sample_kv_store_constructor_bucket(const keeper_string_t *name);

bool exports_sample_kv_store_static_bucket_open(const keeper_string_t *name, sample_kv_types_access_t access,
    exports_sample_kv_store_own_bucket_t *ret, sample_kv_types_failure_t *err);

/// The value of a key.
bool exports_sample_kv_store_method_bucket_get(exports_sample_kv_store_borrow_bucket_t self, const keeper_string_t *key,
    keeper_list_u8_t *ret);

bool exports_sample_kv_store_method_bucket_set(exports_sample_kv_store_borrow_bucket_t self, const keeper_string_t *key,
    const keeper_list_u8_t *value, sample_kv_types_failure_t *err);

uint32_t exports_sample_kv_store_method_bucket_merge(exports_sample_kv_store_borrow_bucket_t self,
    exports_sample_kv_store_own_bucket_t other);

void exports_sample_kv_store_count(const keeper_list_exports_sample_kv_store_borrow_bucket_t *buckets, keeper_map_string_u32_t *ret);

bool exports_sample_kv_store_find(const sample_kv_types_location_t *at, keeper_list_u8_t *ret, sample_kv_types_failure_t *err);

#ifdef __wasm__

// How imports are called; inline, so that what a call does not use costs nothing.
void keeper_result_exports_sample_kv_store_own_bucket_sample_kv_types_failure_forget(keeper_result_exports_sample_kv_store_own_bucket_sample_kv_types_failure_t *value);

#endif

#undef WCOMP_IMPORT
#undef WCOMP_INLINE

#ifdef __cplusplus
}
#endif

#endif
