// A guest for tests of preview 1: a memory, and every function of a snapshot imported and exported again, so that a test calls it as a guest
// would, with any numbers and any memory.
#pragma once

#include <doctest/doctest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <unistd.h>

#include <fmt/format.h>

#include "wcomp/wasi.h"

namespace wcomp::wasi::test {

namespace fs = std::filesystem;

struct FunctionRow {
  std::string name, signature;
  bool in_unstable;
};
inline std::vector<FunctionRow> all_functions() {
  constexpr bool both = true, preview1 = false;
  return {
#define FUNCTION(name, signature, snapshots) {#name, signature, snapshots},
#include "wasi/preview1/functions.def"
#undef FUNCTION
  };
}

/// A folder of its own that goes away.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (fs::temp_directory_path() / "wcomp-preview1-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { fs::remove_all(path_); }
  [[nodiscard]] const fs::path& path() const { return path_; }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path_ / name, std::ios::binary) << text; }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream in(path_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  fs::path path_;
};

inline constexpr std::uint32_t memory_bytes = 2 * 65536;

class Guest {
 public:
  explicit Guest(Context context, std::string snapshot = "wasi_snapshot_preview1", std::string extra = {}) {
    std::string text = "(module\n";
    for (const FunctionRow& f : all_functions()) {
      if (snapshot == "wasi_unstable" && !f.in_unstable) continue;
      std::string type;
      const std::size_t colon = f.signature.find(':');
      for (std::size_t i = 0; i < colon; ++i) type += f.signature[i] == 'I' ? " (param i64)" : " (param i32)";
      if (colon + 1 < f.signature.size()) type += " (result i32)";
      text += fmt::format("  (import \"{0}\" \"{1}\" (func ${1}{2}))\n", snapshot, f.name, type);
    }
    text += "  (memory (export \"memory\") 2 2)\n";
    for (const FunctionRow& f : all_functions()) {
      if (snapshot != "wasi_unstable" || f.in_unstable) text += fmt::format("  (export \"{0}\" (func ${0}))\n", f.name);
    }
    text += extra + ")";
    const auto module = Module::from_bytes(engine_, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, "guest");
    if (!module) FAIL(module.error().to_string());
    ModuleLinker linker(engine_);
    const auto added = add_to(linker, std::move(context));
    if (!added) FAIL(added.error().to_string());
    auto made = linker.instantiate(*module);
    if (!made) FAIL(made.error().to_string());
    instance_ = std::make_unique<ModuleInstance>(*std::move(made));
  }

  /// What the function replies; the trap's code as 1000 + code.
  std::uint32_t call(const std::string& name, std::vector<std::uint64_t> args) {
    auto func = instance_->func(name);
    if (!func) FAIL(func.error().to_string());
    REQUIRE(args.size() == func->type().params.size());
    args.resize(std::max<std::size_t>(args.size(), 1));
    auto called = func->invoke(args);
    if (!called) return 1000 + static_cast<std::uint32_t>(called.error().code());
    return static_cast<std::uint32_t>(args[0]);
  }
  [[nodiscard]] ModuleInstance& instance() { return *instance_; }
  [[nodiscard]] std::span<std::uint8_t> memory() { return *instance_->memory(); }

  template <class T>
  void put(std::uint32_t at, T value) {
    std::memcpy(memory().subspan(at, sizeof value).data(), &value, sizeof value);
  }
  template <class T>
  [[nodiscard]] T get(std::uint32_t at) {
    T value;
    std::memcpy(&value, memory().subspan(at, sizeof value).data(), sizeof value);
    return value;
  }
  void put_text(std::uint32_t at, std::string_view text) { std::copy(text.begin(), text.end(), memory().subspan(at, text.size()).begin()); }
  [[nodiscard]] std::string text(std::uint32_t at, std::uint32_t length) {
    const auto bytes = memory().subspan(at, length);
    return {bytes.begin(), bytes.end()};
  }

  /// Opens a file below descriptor `directory` with all rights unless said otherwise; the reply has to be `success`.
  std::uint32_t open(const std::string& path, std::uint32_t oflags = 0, std::uint64_t rights = file_rights, std::uint32_t fdflags = 0, std::uint32_t directory = 3) {
    const std::uint32_t reply = try_open(path, oflags, rights, fdflags, directory);
    REQUIRE(reply == 0);
    return get<std::uint32_t>(0xff00);
  }
  std::uint32_t try_open(const std::string& path, std::uint32_t oflags = 0, std::uint64_t rights = file_rights, std::uint32_t fdflags = 0,
                         std::uint32_t directory = 3, std::uint64_t inheriting = 0, std::uint32_t dirflags = 0) {
    put_text(0xf000, path);
    return call("path_open", {directory, dirflags, 0xf000, path.size(), oflags, rights, inheriting, fdflags, 0xff00});
  }
  /// fd_write of one vector; the reply.
  std::uint32_t write(std::uint32_t fd, std::string_view text) {
    put_text(0xe000, text);
    put<std::uint32_t>(0xdf00, 0xe000);
    put<std::uint32_t>(0xdf04, static_cast<std::uint32_t>(text.size()));
    return call("fd_write", {fd, 0xdf00, 1, 0xdf10});
  }
  /// fd_read of one vector: the text; the reply has to be `success`.
  std::string read(std::uint32_t fd, std::uint32_t length) {
    put<std::uint32_t>(0xdf00, 0xe000);
    put<std::uint32_t>(0xdf04, length);
    REQUIRE(call("fd_read", {fd, 0xdf00, 1, 0xdf10}) == 0);
    return text(0xe000, get<std::uint32_t>(0xdf10));
  }

  static constexpr std::uint64_t file_rights = 0x8e001ff;

 private:
  Engine engine_;
  std::unique_ptr<ModuleInstance> instance_;
};

enum : std::uint32_t {
  success = 0, again = 6, badf = 8, exist = 20, fault = 21, ilseq = 25, inval = 28, isdir = 31, loop = 32, mfile = 33, nametoolong = 37, noent = 44,
  notdir = 54, notempty = 55, notsock = 57, notsup = 58, perm = 63, rofs = 69, spipe = 70, notcapable = 76,
};

}  // namespace wcomp::wasi::test
