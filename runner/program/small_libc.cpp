// What a runner does without of the C library, which would be half of all that an executable of `wcomp exe` weighs.
//
// The start of a static program and its allocator name stdio, for messages of theirs; stdio names wide characters, floats in decimal and
// translations; these name locales, conversions of character sets, and the loader of shared libraries. Nothing of it is ever used here: the runner
// reads and writes with system calls, and formats with fmt. The linker takes a definition from here before it looks into the library, and so
// leaves out whatever only the library's own one needs.
//
// Names are those of glibc 2.36. Where they have changed the real ones come in again, and executables are larger; where both come in, the linker
// takes what is here (cmake/runner.cmake). Whatever is called against all expectation ends the process with a word on standard error.
#include <elf.h>
#include <sys/mman.h>

#include <array>
#include <charconv>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <unistd.h>

#if defined(__GLIBC__)

namespace {

void say(std::string_view text) { [[maybe_unused]] const auto written = ::write(2, text.data(), text.size()); }

[[noreturn]] void left_out(std::string_view name) {
  say("internal error: `");
  say(name);
  say("` was called, which this program has left out; please report this\n");
  std::abort();
}

#if __GLIBC__ == 2 && __GLIBC_MINOR__ == 36
/// `struct __locale_data` of the library, with the values of `LC_CTYPE` (langinfo.h); those that are not given are null.
struct LocaleData {
  const char* name;
  const char* file;
  std::int64_t file_size;
  std::int64_t allocation;
  const void* conversions;
  std::uint32_t usage_count;
  std::int32_t translates;
  std::uint32_t count;
  std::array<const void*, 86> values;
};
static_assert(offsetof(LocaleData, values) == 56);

/// Tables have what `signed char` would be before the 256 of `unsigned char`.
template <class T>
constexpr std::array<T, 384> characters(int (*value)(int c)) {
  std::array<T, 384> out{};
  for (int i = 0; i < 384; ++i) {
    out[static_cast<std::size_t>(i)] = static_cast<T>(value(i - 128));
  }
  return out;
}

/// The bits of `isupper` and so on, in the order of ctype.h.
constexpr int class_of(int c) {
  const bool is_upper = 'A' <= c && c <= 'Z';
  const bool is_lower = 'a' <= c && c <= 'z';
  const bool is_digit = '0' <= c && c <= '9';
  const bool is_alnum = is_upper || is_lower || is_digit;
  const bool is_graph = '!' <= c && c <= '~';
  const bool claims[] = {is_upper,
                         is_lower,
                         is_upper || is_lower,
                         is_digit,
                         is_digit || ('A' <= c && c <= 'F') || ('a' <= c && c <= 'f'),
                         c == ' ' || ('\t' <= c && c <= '\r'),
                         is_graph || c == ' ',
                         is_graph,
                         c == ' ' || c == '\t',
                         (0 <= c && c < ' ') || c == 127,
                         is_graph && !is_alnum,
                         is_alnum};
  int out = 0;
  for (int bit = 0; bit < 12; ++bit) {
    if (claims[bit]) out |= bit < 8 ? 1 << (bit + 8) : 1 << (bit - 8);
  }
  return out;
}
#endif

}  // namespace

extern "C" {

extern const Elf64_Ehdr __ehdr_start __attribute__((visibility("hidden")));
void __libc_fatal(const char* text);

// Last words of the library.
void __libc_message(int, const char* format, ...) {
  // Most formats are `%s\n`.
  va_list arguments;
  va_start(arguments, format);
  say(std::strncmp(format, "%s", 2) == 0 ? va_arg(arguments, const char*) : format);
  va_end(arguments);
  say("\n");
  std::abort();
}
void __libc_fatal(const char* text) {
  say(text);
  std::abort();
}
void _dl_printf(const char*, ...) { left_out("dl_printf"); }
void _dl_fatal_printf(const char* format, ...) { __libc_fatal(format); }
void __assert_fail(const char* claim, const char* file, unsigned, const char*) {
  say(file);
  say(": `");
  say(claim);
  say("` does not hold\n");
  std::abort();
}

// stdio. Nothing is buffered, so there is nothing to flush at the end.
void _IO_cleanup() {}
void _IO_enable_locks() {}
int fprintf(void*, const char*, ...) { left_out("fprintf"); }
int fputs(const char*, void*) { left_out("fputs"); }
int _IO_fputs(const char*, void*) { left_out("fputs"); }
std::size_t fwrite(const void*, std::size_t, std::size_t, void*) { left_out("fwrite"); }
int snprintf(char*, std::size_t, const char*, ...) { left_out("snprintf"); }
int __snprintf(char*, std::size_t, const char*, ...) { left_out("snprintf"); }
int vsnprintf(char*, std::size_t, const char*, va_list) { left_out("vsnprintf"); }
/// As the demangler of libstdc++ uses it, for numbers in names.
int sprintf(char* out, const char* format, ...) {
  if (std::string_view(format) != "%d" && std::string_view(format) != "%ld") left_out("sprintf");
  va_list arguments;
  va_start(arguments, format);
  const long value = format[1] == 'd' ? va_arg(arguments, int) : va_arg(arguments, long);
  va_end(arguments);
  char* const end = std::to_chars(out, out + 20, value).ptr;
  *end = '\0';
  return static_cast<int>(end - out);
}
int __asprintf(char**, const char*, ...) { left_out("asprintf"); }
void* stdin = nullptr;
void* stdout = nullptr;
void* stderr = nullptr;

// Messages of errors, untranslated.
const char* strerrordesc_np(int number) noexcept;
char* strerror(int number) noexcept {
  const char* text = strerrordesc_np(number);
  return const_cast<char*>(text != nullptr ? text : "Unknown error");
}
char* strerror_r(int number, char*, std::size_t) noexcept { return strerror(number); }
char* __strerror_r(int number, char*, std::size_t) noexcept { return strerror(number); }
char* dcgettext(const char*, const char* text, int) noexcept { return const_cast<char*>(text); }
char* __dcgettext(const char*, const char* text, int) noexcept { return const_cast<char*>(text); }

char* gettext(const char* text) noexcept { return const_cast<char*>(text); }

// Locales of libstdc++. The linker drops what uses them, but what the C library wants to be freed at the end stays once it has been looked at.
#define LEFT_OUT(name) void name() { left_out(#name); }
LEFT_OUT(setlocale)
LEFT_OUT(newlocale)
LEFT_OUT(freelocale)
LEFT_OUT(uselocale)
LEFT_OUT(__newlocale)
LEFT_OUT(__duplocale)
LEFT_OUT(__freelocale)
LEFT_OUT(__uselocale)
LEFT_OUT(iconv_open)
LEFT_OUT(iconv)
LEFT_OUT(iconv_close)
LEFT_OUT(__strftime_l)
LEFT_OUT(__wcsftime_l)
LEFT_OUT(dgettext)
LEFT_OUT(bindtextdomain)
LEFT_OUT(bind_textdomain_codeset)
#undef LEFT_OUT

// Wide characters, whose conversions are shared libraries.
extern const void* const __wcsmbs_gconv_fcts_c = nullptr;
void __wcsmbs_load_conv(void*) { left_out("wcsmbs_load_conv"); }
int __wcsmbs_named_conv(void*, const char*) { return -1; }
void __wcsmbs_clone_conv(void*) { left_out("wcsmbs_clone_conv"); }
void _nl_cleanup_ctype(void*) {}

// Threads have a place for the resolver of names of hosts, and a way to make their stacks executable.
__thread void* __resp = nullptr;
__thread void* __libc_resp = nullptr;
extern int __stack_prot;
int __stack_prot = 0;

// Characters: of the C locale, without its 50 KB of what could stand for those that are not ASCII. As laid out in this one version.
#if __GLIBC__ == 2 && __GLIBC_MINOR__ == 36
#define TABLE(type, name, expression) extern const std::array<type, 384> name = characters<type>([](int c) -> int { return expression; });
TABLE(std::uint16_t, _nl_C_LC_CTYPE_class, class_of(c))
TABLE(std::int32_t, _nl_C_LC_CTYPE_toupper, 'a' <= c && c <= 'z' ? c - 'a' + 'A' : c < -1 ? c + 256 : c)
TABLE(std::int32_t, _nl_C_LC_CTYPE_tolower, 'A' <= c && c <= 'Z' ? c - 'A' + 'a' : c < -1 ? c + 256 : c)
#undef TABLE
extern const LocaleData _nl_C_LC_CTYPE;
const LocaleData _nl_C_LC_CTYPE = {
    .name = "C",
    .file = nullptr,
    .file_size = 0,
    .allocation = 0,
    .conversions = nullptr,
    .usage_count = UINT32_MAX,
    .translates = 0,
    .count = std::tuple_size_v<decltype(LocaleData::values)>,
    .values = {&_nl_C_LC_CTYPE_class, &_nl_C_LC_CTYPE_toupper, nullptr, &_nl_C_LC_CTYPE_tolower},
};
#endif

/// What the start of a program with rights of its own drops from the environment. The library's has a tree of all that was ever set beside it.
int unsetenv(const char* name) noexcept {
  const std::size_t size = std::strlen(name);
  char** out = environ;
  for (char** at = environ; at != nullptr && *at != nullptr; ++at) {
    if (std::strncmp(*at, name, size) != 0 || (*at)[size] != '=') *out++ = *at;
  }
  if (out != nullptr) *out = nullptr;
  return 0;
}
int __unsetenv(const char* name) noexcept { return unsetenv(name); }

/// Makes what has been relocated read-only, as the start does at its end. The library's is beside what relocates, looks up and profiles shared libraries.
void _dl_protect_relro(const void* map) {
  const auto base = *static_cast<const std::uintptr_t*>(map);
  const auto* const rows = reinterpret_cast<const Elf64_Phdr*>(reinterpret_cast<const char*>(&__ehdr_start) + __ehdr_start.e_phoff);
  const std::uintptr_t page = static_cast<std::uintptr_t>(::getpagesize());
  for (int i = 0; i < __ehdr_start.e_phnum; ++i) {
    if (rows[i].p_type != PT_GNU_RELRO) continue;
    const std::uintptr_t low = (base + rows[i].p_vaddr) / page * page;
    const std::uintptr_t high = (base + rows[i].p_vaddr + rows[i].p_memsz) / page * page;
    if (low != high && ::mprotect(reinterpret_cast<void*>(low), high - low, PROT_READ) != 0) __libc_fatal("cannot make relocated data read-only\n");
  }
}

// Relocations that only shared libraries have. What else would do them is beside the loader of those.
void _dl_allocate_static_tls(void*) { left_out("dl_allocate_static_tls"); }
void _dl_reloc_bad_type(void*, unsigned, int) { left_out("dl_reloc_bad_type"); }

// Where shared libraries would be looked for; and which one code is of.
void* _dl_find_dso_for_object(std::uintptr_t) { return nullptr; }
void _dl_init_paths(const char*, const char*, const char*, const char*) {}
}

// An exception that nobody catches: its name demangled would take 45 KB.
namespace __gnu_cxx {
void __verbose_terminate_handler();
void __verbose_terminate_handler() {
  say("internal error: an exception that nobody caught; please report this\n");
  std::abort();
}
}  // namespace __gnu_cxx

#endif
