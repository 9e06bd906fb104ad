// The same as core_host.mjs on our own engine, which is given a core module only (wcomp/module.h).
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "wcomp/module.h"

namespace {

using wcomp::CoreCaller;
using wcomp::CoreValue;

/// The lowered module's memory and allocator, from inside of a host function or from outside.
struct Memory {
  std::span<std::uint8_t> bytes;
  wcomp::CoreFunc realloc;

  std::uint32_t allocate(std::uint32_t align, std::uint32_t size) const {
    const CoreValue args[] = {0, 0, static_cast<std::int32_t>(align), static_cast<std::int32_t>(size)};
    return static_cast<std::uint32_t>(std::get<std::int32_t>(realloc.call(args)->at(0)));
  }
};
std::uint32_t load(std::span<const std::uint8_t> bytes, std::uint32_t at) {
  std::uint32_t v;
  std::memcpy(&v, bytes.subspan(at, 4).data(), 4);
  return v;
}
void store(std::span<std::uint8_t> bytes, std::uint32_t at, std::uint32_t v) { std::memcpy(bytes.subspan(at, 4).data(), &v, 4); }

struct Exit {
  std::int32_t status;
};

void define_wasi(wcomp::ModuleLinker& linker, const wcomp::Module& module, std::vector<std::string> args) {
  for (const wcomp::ModuleImport& i : module.imports()) {
    const auto define = [&](auto fn) { wcomp::define(linker, i.module, i.name, fn); };
    if (i.name == "get-arguments") {
      define([args](CoreCaller& caller, std::int32_t ret) {
        const Memory m{.bytes = {}, .realloc = *caller.func("cabi_realloc")};
        const std::uint32_t list = m.allocate(4, static_cast<std::uint32_t>(args.size() * 8));
        for (std::size_t n = 0; n < args.size(); ++n) {
          const auto size = static_cast<std::uint32_t>(args[n].size());
          const std::uint32_t ptr = m.allocate(1, size);
          if (size != 0) std::memcpy(caller.memory().subspan(ptr, size).data(), args[n].data(), size);
          store(caller.memory(), list + static_cast<std::uint32_t>(n * 8), ptr);
          store(caller.memory(), list + static_cast<std::uint32_t>(n * 8) + 4, size);
        }
        store(caller.memory(), static_cast<std::uint32_t>(ret), list);
        store(caller.memory(), static_cast<std::uint32_t>(ret) + 4, static_cast<std::uint32_t>(args.size()));
      });
    } else if (i.name == "exit") {
      define([](std::int32_t status) -> wcomp::Result<void, wcomp::Trap> { return wcomp::Err(wcomp::Trap::exit(status)); });
    } else if (i.name == "[method]output-stream.blocking-write-and-flush") {
      define([](CoreCaller& caller, std::int32_t stream, std::int32_t ptr, std::int32_t length, std::int32_t ret) {
        const auto text = caller.memory().subspan(static_cast<std::uint32_t>(ptr), static_cast<std::uint32_t>(length));
        std::fwrite(text.data(), 1, text.size(), stream == 11 ? stdout : stderr);
        caller.memory()[static_cast<std::uint32_t>(ret)] = 0;
      });
    } else if (i.name == "get-stdin" || i.name == "get-stdout" || i.name == "get-stderr") {
      const std::int32_t handle = i.name == "get-stdin" ? 10 : i.name == "get-stdout" ? 11 : 12;
      define([handle] { return handle; });
    } else if (i.name.starts_with("get-terminal-")) {
      define([](CoreCaller& caller, std::int32_t ret) { caller.memory()[static_cast<std::uint32_t>(ret)] = 0; });
    } else if (i.name.starts_with("[resource-drop]")) {
      define([](std::int32_t) {});
    }
  }
}

int fail(const std::string& message) {
  std::fprintf(stderr, "%s\n", message.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return fail("core_host MODULE run ARGS.. | core_host MODULE call FUNC TYPES ARGS..");
  const std::vector<std::string> rest(argv + 3, argv + argc);
  const wcomp::Engine engine;
  const auto module = wcomp::Module::load(engine, argv[1]);
  if (!module) return fail(module.error().to_string());
  wcomp::ModuleLinker linker(engine);
  std::vector<std::string> args = {"app"};
  args.insert(args.end(), rest.begin(), rest.end());
  define_wasi(linker, *module, args);
  const auto instance = linker.instantiate(*module);
  if (!instance) return fail(instance.error().to_string());
  if (instance->has_func("_initialize") && !instance->func("_initialize")->call({})) return fail("_initialize trapped");

  if (std::string_view(argv[2]) == "run") {
    for (const wcomp::ModuleExport& e : module->exports()) {
      if (!e.name.starts_with("wasi:cli/run@")) continue;
      const auto done = instance->func(e.name)->call({});
      std::fflush(stdout);
      if (done) return std::get<std::int32_t>(done->at(0));
      return done.error().is_exit() ? done.error().exit_code() : fail(done.error().to_string());
    }
    return fail("there is no wasi:cli/run");
  }
  const std::string &name = rest.at(0), &types = rest.at(1);
  std::vector<CoreValue> flat;
  for (std::size_t i = 2; i < rest.size(); ++i) {
    if (types[i - 2] != 's') {
      flat.emplace_back(static_cast<std::int32_t>(std::stoul(rest[i])));
      continue;
    }
    const auto size = static_cast<std::uint32_t>(rest[i].size());
    const std::uint32_t ptr = Memory{.bytes = {}, .realloc = *instance->func("cabi_realloc")}.allocate(1, size);
    if (size != 0) std::memcpy(instance->memory()->subspan(ptr, size).data(), rest[i].data(), size);
    flat.emplace_back(static_cast<std::int32_t>(ptr));
    flat.emplace_back(static_cast<std::int32_t>(size));
  }
  const auto done = instance->func(name)->call(flat);
  if (!done) {
    std::printf("trap %d\n", std::get<std::int32_t>(*instance->global("trap_code")));
    return 0;
  }
  const auto result = static_cast<std::uint32_t>(std::get<std::int32_t>(done->at(0)));
  if (types.back() == 's') {
    const auto bytes = *instance->memory();
    const auto text = bytes.subspan(load(bytes, result), load(bytes, result + 4));
    std::printf("%.*s\n", static_cast<int>(text.size()), reinterpret_cast<const char*>(text.data()));
  } else {
    std::printf("%u\n", result);
  }
  if (instance->has_func("cabi_post_" + name) && !instance->func("cabi_post_" + name)->call(*done)) return fail("post-return trapped");
  return 0;
}
