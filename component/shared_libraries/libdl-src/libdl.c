// dlopen and its companions for programs whose libraries were linked before they started.
//
// Nothing is loaded here: every library that `dlopen` can find is in memory and initialised already. The linker leaves tables with the names
// and addresses of their symbols (component/shared_libraries/layout.cpp), sorted by name, and a handle is a pointer into them. Freestanding,
// so that a program needs no particular C library.
#include <stdbool.h>
#include <stddef.h>

#define EXPORT __attribute__((visibility("default")))

struct symbol {
  size_t name_size;
  const char* name;
  void* address;
};
struct library {
  size_t name_size;
  const char* name;
  size_t symbol_count;
  const struct symbol* symbols;
};
struct libraries {
  size_t count;
  const struct library* libraries;
};
extern const struct libraries __wasm_libdl_libraries __attribute__((visibility("default")));

#define ALL ((const struct library*)0)             // RTLD_DEFAULT, and what dlopen gives for the program itself
#define NEXT ((const struct library*)(size_t)-1)  // RTLD_NEXT

static char program;  // its address is the program's handle: a null pointer would be an error
static const char* last_error;

/// Below 0, 0, above 0, as the text of `size` bytes comes before, is, or comes after the C string.
static int compare(const char* text, size_t size, const char* c_string) {
  for (size_t i = 0; i < size; ++i) {
    unsigned char a = (unsigned char)text[i], b = (unsigned char)c_string[i];
    if (a != b) return a < b ? -1 : 1;
    if (b == 0) return 1;
  }
  return c_string[size] == 0 ? 0 : -1;
}

static const struct library* find_library(const char* name) {
  size_t low = 0, high = __wasm_libdl_libraries.count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    const struct library* l = &__wasm_libdl_libraries.libraries[middle];
    int order = compare(l->name, l->name_size, name);
    if (order == 0) return l;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return 0;
}

static const struct symbol* find_symbol(const struct library* library, const char* name) {
  size_t low = 0, high = library->symbol_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    const struct symbol* s = &library->symbols[middle];
    int order = compare(s->name, s->name_size, name);
    if (order == 0) return s;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return 0;
}

static bool is_library(const struct library* handle) {
  const struct library* first = __wasm_libdl_libraries.libraries;
  size_t offset = (size_t)((const char*)handle - (const char*)first);
  return offset % sizeof *first == 0 && offset / sizeof *first < __wasm_libdl_libraries.count;
}

/// The mode makes no difference: there is nothing to load later, and every library sees every other one's symbols.
EXPORT void* dlopen(const char* name, int mode) {
  (void)mode;
  if (name == 0) return &program;
  const struct library* l = find_library(name);
  if (l == 0) last_error = "no such library was linked with --dl-openable";
  return (void*)l;
}

EXPORT void* dlsym(void* restrict handle, const char* restrict name) {
  const struct library* library = handle;
  if (library == NEXT) {
    last_error = "RTLD_NEXT is not supported";
    return 0;
  }
  const struct symbol* s = 0;
  if (library == ALL || handle == &program) {
    for (size_t i = 0; s == 0 && i < __wasm_libdl_libraries.count; ++i) s = find_symbol(&__wasm_libdl_libraries.libraries[i], name);
  } else if (is_library(library)) {
    s = find_symbol(library, name);
  } else {
    last_error = "not a handle that dlopen gave";
    return 0;
  }
  if (s == 0) {
    last_error = "no such symbol";
    return 0;
  }
  return s->address;
}

EXPORT int dlclose(void* handle) {
  if (handle == &program || is_library(handle)) return 0;
  last_error = "not a handle that dlopen gave";
  return -1;
}

/// The text is the linker's, not the caller's; asked again, there is none.
EXPORT char* dlerror(void) {
  const char* text = last_error;
  last_error = 0;
  return (char*)text;
}
