#include "cli/wcomp/guest_compiler.h"

#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/wcomp/child.h"

namespace wcomp::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view packages_for_cpp = "clang-19 lld-19 wasi-libc libc++-19-dev-wasm32 libclang-rt-19-dev-wasm32";
constexpr std::string_view packages_for_c = "clang-19 lld-19 wasi-libc libclang-rt-19-dev-wasm32";

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// The first line that the compiler prints for a question about itself.
std::string answer(const GuestCompiler& compiler, const std::vector<std::string>& words, const std::string& question, const fs::path& folder) {
  Child child{.words = {compiler.path}, .errors = folder / "errors", .output = folder / "answer"};
  child.words.insert(child.words.end(), words.begin(), words.end());
  child.words.push_back(question);
  const auto done = run_children({child});
  if (!done || done->statuses[0] != 0) return "";
  const auto text = read_text_file(child.output);
  return text ? text->substr(0, text->find('\n')) : "";
}

}  // namespace

Result<GuestCompiler> find_guest_compiler(bool is_cpp) {
  const char* const setting = is_cpp ? "WCOMP_CXX" : "WCOMP_CC";
  const std::string name = is_cpp ? "clang++" : "clang";
  if (const std::string chosen = variable(setting); !chosen.empty()) {
    if (std::string path = find_program(chosen); !path.empty()) return GuestCompiler{std::move(path), is_cpp};
    return fail(diag::file_error, fmt::format("there is no program `{}`, which {} names as the compiler", escape(chosen), setting));
  }
  std::vector<std::string> candidates;
  if (const std::string sdk = variable("WASI_SDK_PATH"); !sdk.empty()) candidates.push_back(sdk + "/bin/" + name);
  candidates.insert(candidates.end(), {name + "-19", name, name + "-22", name + "-21", name + "-20", name + "-18"});
  for (const std::string& candidate : candidates) {
    if (std::string path = find_program(candidate); !path.empty()) return GuestCompiler{std::move(path), is_cpp};
  }
  Diagnostic d = error(diag::file_error, fmt::format("there is no `{}` to compile guests with", name));
  d.notes.push_back(fmt::format("Debian: apt-get install {}", is_cpp ? packages_for_cpp : packages_for_c));
  d.notes.push_back(fmt::format("or set WASI_SDK_PATH to a WASI SDK, or {} to a compiler with a WebAssembly back end", setting));
  return Err(Failure(std::move(d)));
}

std::optional<Diagnostic> find_missing_part(const GuestCompiler& compiler, const std::vector<std::string>& words) {
  const auto folder = TemporaryFolder::make();
  if (!folder) return std::nullopt;
  const auto ask = [&](const std::string& question) { return answer(compiler, words, question, folder->path()); };
  const auto is_there = [](const std::string& path) {
    std::error_code ec;
    return path.find('/') != std::string::npos && fs::exists(path, ec);
  };
  const auto missing = [&](std::string_view what, const std::string& package) {
    Diagnostic d = error(diag::file_error, fmt::format("`{}` has no {}", escape(compiler.path), what));
    d.notes.push_back(fmt::format("Debian: apt-get install {}", package));
    d.notes.push_back("`--sysroot=FOLDER` or WASI_SDK_PATH says where another toolchain has it");
    return d;
  };
  const std::string version = ask("-dumpversion");
  if (version.empty()) return std::nullopt;
  const std::string major = version.substr(0, version.find('.'));
  if (ask("-print-libgcc-file-name").empty()) return missing("back end for WebAssembly", "clang-19");
  if (!is_there(ask("-print-file-name=libc.a"))) return missing("C library for WebAssembly", "wasi-libc");
  if (compiler.is_cpp && !is_there(ask("-print-file-name=libc++.a"))) return missing("C++ library for WebAssembly", fmt::format("libc++-{}-dev-wasm32", major));
  if (!is_there(ask("-print-libgcc-file-name"))) return missing("runtime library for WebAssembly", fmt::format("libclang-rt-{}-dev-wasm32", major));
  if (!is_there(ask("-print-prog-name=wasm-ld"))) return missing("linker `wasm-ld`", fmt::format("lld-{}", major));
  return std::nullopt;
}

}  // namespace wcomp::cli
