#include "bindgen/cpp_names.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"

namespace wcomp::bindgen {
namespace {

// Words that no generated identifier may be: keywords and alternative tokens of C++20 and C23, names the generated code itself begins paths with,
// and macros of the C library and of compilers.
constexpr auto reserved_words = std::to_array<std::string_view>({
    "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch", "char", "char16_t", "char32_t",
    "char8_t", "class", "co_await", "co_return", "co_yield", "compl", "concept", "const", "const_cast", "consteval", "constexpr", "constinit",
    "continue", "decltype", "default", "delete", "do", "double", "dynamic_cast", "else", "enum", "explicit", "export", "extern", "false",
    "float", "for", "friend", "goto", "if", "inline", "int", "long", "mutable", "namespace", "new", "noexcept", "not", "not_eq", "nullptr",
    "operator", "or", "or_eq", "private", "protected", "public", "register", "reinterpret_cast", "requires", "restrict", "return", "short", "signed",
    "sizeof", "static", "static_assert", "static_cast", "struct", "switch", "template", "this", "thread_local", "throw", "true", "try",
    "typedef", "typeid", "typename", "typeof", "typeof_unqual", "union", "unsigned", "using", "virtual", "void", "volatile", "wchar_t", "while", "xor", "xor_eq",
    // the roots of qualified names
    "std", "wcomp", "exports",
    // macros
    "assert", "errno", "stdin", "stdout", "stderr", "offsetof", "setjmp", "unix", "linux", "i386", "major", "minor", "makedev", "alloca",
    "va_arg", "va_start", "va_end", "va_copy", "signal_h", "isnan", "isinf", "signbit", "isfinite", "isnormal", "fpclassify",
});

// Functions and types of the C library that a name at the outermost level would collide with.
constexpr auto global_names = std::to_array<std::string_view>({
    "abort", "abs", "accept", "access", "atexit", "bind", "calloc", "chdir", "clock", "close", "connect", "daemon", "div", "dup", "environ",
    "exit", "exp", "fork", "free", "getenv", "index", "kill", "labs", "link", "listen", "log", "malloc", "mkdir", "mktime", "nice", "open",
    "pause", "pipe", "poll", "pow", "printf", "puts", "qsort", "raise", "rand", "random", "read", "realloc", "remove", "rename", "rindex",
    "round", "select", "send", "shutdown", "signal", "sin", "sleep", "socket", "sqrt", "stat", "strlen", "swab", "sync", "system", "tan",
    "time", "times", "timezone", "truncate", "umask", "unlink", "wait", "write", "y0", "y1", "yn", "j0", "j1", "jn", "gamma", "main", "tm",
    "div_t", "sigaction", "timespec", "timeval", "tzname", "daylight", "recv", "signgam",
    // of two words or more, as all names of C bindings are
    "aligned_alloc", "arc4random_buf", "arc4random_uniform", "asctime_r", "at_quick_exit", "clock_getres", "clock_gettime", "clock_nanosleep",
    "clock_settime", "crypt_r", "ctime_r", "explicit_bzero", "get_avphys_pages", "get_nprocs", "get_nprocs_conf", "get_phys_pages",
    "getdate_err", "getopt_long", "getopt_long_only", "gmtime_r", "iconv_close", "iconv_open", "inet_aton", "inet_ntop", "inet_pton",
    "int_fast16_t", "int_fast32_t", "int_fast64_t", "int_fast8_t", "int_least16_t", "int_least32_t", "int_least64_t", "int_least8_t",
    "lgamma_r", "localtime_r", "malloc_usable_size", "max_align_t", "nl_langinfo", "nl_langinfo_l", "open_memstream", "open_wmemstream",
    "posix_close", "posix_fadvise", "posix_fallocate", "posix_memalign", "putchar_unlocked", "quick_exit", "rand_r", "sched_yield", "strtok_r",
    "timespec_get", "uint_fast16_t", "uint_fast32_t", "uint_fast64_t", "uint_fast8_t", "uint_least16_t", "uint_least32_t", "uint_least64_t",
    "uint_least8_t",
});

std::string escaped(std::string name) {
  if (std::find(reserved_words.begin(), reserved_words.end(), name) != reserved_words.end()) name += '_';
  return name;
}

}  // namespace

std::string value_name(std::string_view kebab) { return escaped(to_snake_case(kebab)); }

std::string type_name(std::string_view kebab) { return escaped(to_upper_camel_case(kebab)); }

std::string outer_namespace(std::string_view kebab) {
  std::string name = value_name(kebab);
  if (std::find(global_names.begin(), global_names.end(), name) != global_names.end()) name += '_';
  return name;
}

std::string NameScope::take(std::string name) {
  static constexpr std::string_view no_suffix[] = {""};
  return take_all(std::move(name), no_suffix);
}

std::string NameScope::take_all(std::string name, std::span<const std::string_view> suffixes) {
  const auto is_taken = [&](const std::string& stem) {
    return std::any_of(suffixes.begin(), suffixes.end(), [&](std::string_view suffix) { return taken_.contains(stem + std::string(suffix)); });
  };
  std::string next = name;
  if (is_taken(next)) {
    name += '_';  // one only: names with two in a row belong to the compiler
    next = name;
    for (int i = 2; is_taken(next); ++i) next = name + std::to_string(i);
  }
  for (const std::string_view suffix : suffixes) taken_.insert(next + std::string(suffix));
  return next;
}

std::string doc_comment(std::string_view docs, std::string_view indent) {
  std::string out;
  while (!docs.empty() && (docs.back() == '\n' || docs.back() == ' ')) docs.remove_suffix(1);
  while (!docs.empty()) {
    const std::size_t end = docs.find('\n');
    std::string line = escape(docs.substr(0, end));
    docs.remove_prefix(end == std::string_view::npos ? docs.size() : end + 1);
    while (!line.empty() && line.back() == ' ') line.pop_back();
    // A backslash at the end would join the next line to the comment; `??/` is one for compilers with trigraphs.
    if (line.ends_with('\\') || line.ends_with("?\?/")) line += " .";
    out += fmt::format("{}///{}{}\n", indent, line.empty() || line.front() == ' ' ? "" : " ", line);
  }
  return out;
}

std::string literal(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == '?') {  // `?` begins a trigraph
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) {
      out += fmt::format("\\{:03o}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace wcomp::bindgen
