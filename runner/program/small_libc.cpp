// What a runner does without of the C library, which would be half of all that an executable of `wcomp exe` weighs.
//
// The start of a static program and its allocator name stdio, for messages of theirs; stdio names wide characters, floats in decimal and
// translations; these name locales, conversions of character sets, and the loader of shared libraries. Nothing of it is ever used here: the runner
// reads and writes with system calls, and formats with fmt. The linker takes a definition from here before it looks into the library, and so
// leaves out whatever only the library's own one needs.
//
// Names are those of glibc 2.36. Where they have changed the real ones come in again, and executables are larger; where both come in, the linker
// takes what is here (cmake/runner.cmake). Whatever is called against all expectation ends the process with a word on standard error.
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

}  // namespace

extern "C" {

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
