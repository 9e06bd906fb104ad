#include "cli/wcomp/clang_words.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/file.h"
#include "base/text.h"

namespace wcomp::cli {

namespace {

using Kind = ClangWord::Kind;

constexpr auto with_value = std::to_array<std::string_view>({
#define WCOMP_CLANG_VALUE(option) option,
#include "cli/wcomp/clang_values.def"
#undef WCOMP_CLANG_VALUE
});

constexpr auto last_steps = std::to_array<std::string_view>(
    {"-c", "-S", "-E", "-M", "-MM", "-fsyntax-only", "-emit-ast", "--analyze", "--precompile", "-###", "--version", "-dumpversion", "-dumpmachine", "--help-hidden"});

/// Options that only the step of compiling has: words that would change the link for the worse.
bool is_for_sources_only(std::string_view word) { return word.starts_with("-O") || word == "-MD" || word == "-MMD" || word == "-MP" || word == "-MG"; }
bool is_for_link_only(std::string_view word) { return word.starts_with("-Wl,") || word == "-s" || word.starts_with("-nostart") || word == "-nodefaultlibs"; }

/// What a file's name ends in: the languages that are compiled; everything else is for the linker.
std::optional<std::string> language_of(const std::string& file) {
  const std::string ext = std::filesystem::path(file).extension().string();
  constexpr auto cpp = std::to_array<std::string_view>({".cc", ".cp", ".cpp", ".cxx", ".c++", ".C", ".CC", ".CPP", ".CXX", ".ii", ".cppm", ".ixx", ".ccm", ".cxxm", ".c++m"});
  constexpr auto other = std::to_array<std::string_view>({".m", ".mm", ".s", ".S", ".sx", ".asm", ".ll", ".bc", ".h", ".hpp"});
  if (ext == ".c" || ext == ".i") return "c";
  if (std::ranges::find(cpp, ext) != cpp.end()) return "c++";
  if (std::ranges::find(other, ext) != other.end()) return "";
  return std::nullopt;
}

/// The words of a response file: separated by white space, with quotes and backslashes as clang reads them.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      word += text[++i];
      in_word = true;
    } else if (quote != 0) {
      c == quote ? void(quote = 0) : void(word += c);
    } else if (c == '"' || c == '\'') {
      quote = c;
      in_word = true;
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      if (in_word) out.push_back(std::move(word));
      word.clear();
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (in_word) out.push_back(std::move(word));
  return out;
}

constexpr int max_response_depth = 16;

Result<void> expand(const std::vector<std::string>& words, int depth, std::vector<std::string>& out) {
  for (const std::string& word : words) {
    if (word.size() < 2 || word[0] != '@') {
      out.push_back(word);
      continue;
    }
    if (depth == max_response_depth) return fail(diag::limit_exceeded, fmt::format("the response files are nested too deeply: `{}`", escape(word)));
    WCOMP_TRY(const std::string text, read_text_file(word.substr(1)));
    WCOMP_TRY(expand(words_of(text), depth + 1, out));
  }
  return {};
}

}  // namespace

bool clang_takes_next(std::string_view word) { return std::ranges::find(with_value, word) != with_value.end(); }

Result<ClangWords> ClangWords::split(const std::vector<std::string>& given) {
  std::vector<std::string> words;
  WCOMP_TRY(expand(given, 0, words));
  ClangWords out;
  std::string language;
  bool only_files = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (!only_files && word == "--") {
      only_files = true;
    } else if (!only_files && word.size() > 1 && word[0] == '-') {
      out.words.push_back({word, Kind::option, {}});
      if (std::ranges::find(last_steps, word) != last_steps.end() || word.starts_with("-print-") || word.starts_with("--print-")) out.ends_before_link = true;
      if (word.starts_with("-g") && !word.starts_with("-gcc")) out.has_debug_info = word != "-g0";
      if (word.starts_with("-mexec-model=")) out.model = word.substr(13);
      if (word.starts_with("-x") && word.size() > 2) language = word.substr(2);
      if (clang_takes_next(word) && i + 1 < words.size()) {
        if (word == "-x" || word == "--language") language = words[i + 1];
        out.words.push_back({words[++i], Kind::value, {}});
      }
    } else {
      const bool is_named = !language.empty() && language != "none";
      const auto by_name = language_of(word);
      // A file whose name looks like an option can follow `--` only.
      const std::string path = only_files && word.starts_with('-') && word.size() > 1 ? "./" + word : word;
      if (is_named || by_name) {
        out.words.push_back({path, Kind::source, is_named ? language : *by_name});
      } else {
        out.words.push_back({path, Kind::object, {}});
      }
    }
  }
  return out;
}

std::vector<std::string> ClangWords::inputs() const {
  std::vector<std::string> out;
  for (const ClangWord& w : words) {
    if (w.kind == Kind::source || w.kind == Kind::object) out.push_back(w.text);
  }
  return out;
}

std::size_t ClangWords::source_count() const {
  return static_cast<std::size_t>(std::ranges::count(words, Kind::source, &ClangWord::kind));
}

bool ClangWords::has(std::string_view prefix) const {
  return std::ranges::any_of(words, [&](const ClangWord& w) { return w.kind == Kind::option && w.text.starts_with(prefix); });
}

std::vector<std::string> ClangWords::for_source(std::size_t position, bool as_c) const {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const ClangWord& w = words[i];
    if (w.kind == Kind::object || (w.kind == Kind::source && i != position)) continue;
    if (w.kind == Kind::option && is_for_link_only(w.text)) continue;
    if (as_c && w.kind == Kind::option && (w.text.starts_with("-std=c++") || w.text.starts_with("-std=gnu++"))) continue;
    if (as_c && i == position) out.insert(out.end(), {"-x", "c"});
    out.push_back(w.text);
  }
  return out;
}

std::vector<std::string> ClangWords::options() const {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const ClangWord& w = words[i];
    if (w.kind == Kind::source || w.kind == Kind::object || is_for_link_only(w.text)) continue;
    const bool is_of_one_source = w.text.starts_with("-M") || w.text == "-x" || w.text == "--language" || w.text == "-save-temps";
    if (w.kind == Kind::option && is_of_one_source) {
      if (i + 1 < words.size() && words[i + 1].kind == Kind::value) ++i;
      continue;
    }
    out.push_back(w.text);
  }
  return out;
}

std::vector<std::string> ClangWords::for_link(const std::vector<std::string>& objects) const {
  std::vector<std::string> out;
  std::size_t next = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const ClangWord& w = words[i];
    if (w.kind == Kind::source) {
      out.push_back(objects.at(next++));
    } else if (w.kind == Kind::option && (w.text.starts_with("-x") || w.text == "--language")) {
      if (i + 1 < words.size() && words[i + 1].kind == Kind::value) ++i;  // objects are no sources, whatever stands before them
    } else if (!(w.kind == Kind::option && is_for_sources_only(w.text))) {
      out.push_back(w.text);
    }
  }
  return out;
}

}  // namespace wcomp::cli
