// Runs one script of WebAssembly's test suite, as `wasm-tools json-from-wast` converts it: spec_runner [--lenient] SCRIPT.json
//
// Prints every directive that does not hold and a last line `passed failed skipped`. Directives about text are skipped. With --lenient a
// module that is refused is skipped, with all that is asked of it, for scripts that use proposals beyond ours in some modules.
#include <fmt/format.h>

#include <cstring>
#include <fstream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "core/module.h"
#include "engine/engine.h"

using namespace wcomp;
using namespace wcomp::engine;
using Json = nlohmann::json;

namespace {

std::optional<Trap> print(void*, std::uint64_t*) { return {}; }

struct Runner {
  std::string folder;
  bool is_lenient = false;
  Store store{{.stack_bytes = 1 << 20}};
  std::map<std::string, std::map<std::string, Extern>> registered;
  std::map<std::string, ModuleInstAddr> named;
  std::map<std::string, core::ValidModule> definitions;
  std::map<ModuleInstAddr, core::ValidModule> modules;
  std::optional<ModuleInstAddr> last;
  int passed = 0, failed = 0, skipped = 0;

  void add_spectest() {
    auto& s = registered["spectest"];
    using core::ValType;
    auto func = [&](const char* name, std::vector<ValType> params) { s.emplace(name, store.add_host_func({std::move(params), {}}, &print, nullptr, name)); };
    func("print", {});
    func("print_i32", {ValType::i32});
    func("print_i64", {ValType::i64});
    func("print_f32", {ValType::f32});
    func("print_f64", {ValType::f64});
    func("print_i32_f32", {ValType::i32, ValType::f32});
    func("print_f64_f64", {ValType::f64, ValType::f64});
    float f32 = 666.6f;
    double f64 = 666.6;
    std::uint32_t f32_bits;
    std::uint64_t f64_bits;
    std::memcpy(&f32_bits, &f32, 4);
    std::memcpy(&f64_bits, &f64, 8);
    s.emplace("global_i32", store.add_global({ValType::i32, false}, 666).value());
    s.emplace("global_i64", store.add_global({ValType::i64, false}, 666).value());
    s.emplace("global_f32", store.add_global({ValType::f32, false}, f32_bits).value());
    s.emplace("global_f64", store.add_global({ValType::f64, false}, f64_bits).value());
    s.emplace("table", store.add_table({ValType::funcref, {10, 20}}).value());
    s.emplace("memory", store.add_memory({{1, 2}}).value());
  }

  Result<core::ValidModule> load(const Json& c) {
    auto bytes = read_file(folder + "/" + c.value("binary_filename", c.value("filename", "")));
    if (!bytes) return Err(std::move(bytes).error());
    auto module = core::decode(std::move(*bytes));
    if (!module) return Err(std::move(module).error());
    return core::validate(std::move(*module));
  }
  /// The inner Result is a trap; nullopt: an import is not known.
  std::optional<Result<Result<ModuleInstAddr, Trap>>> instantiate(const core::ValidModule& module) {
    std::vector<Extern> imports;
    for (const core::Import& i : module->imports) {
      auto m = registered.find(i.module);
      if (m == registered.end()) return {};
      auto e = m->second.find(i.name);
      if (e == m->second.end()) return {};
      imports.push_back(e->second);
    }
    auto result = store.instantiate(module, imports);
    if (result && *result) modules.insert_or_assign(**result, module);
    return result;
  }

  void fail(const Json& c, const std::string& why) {
    ++failed;
    fmt::print("line {}: {}: {}\n", c.value("line", 0), c["type"].get<std::string>(), why);
  }

  static std::optional<std::uint64_t> slot_of(const Json& v) {
    std::string type = v["type"];
    if (type.find("null") != std::string::npos) return 0;
    if (!v.contains("value")) return {};
    std::string text = v["value"];
    if (text == "null") return 0;
    if (type == "i32" || type == "f32") return static_cast<std::uint32_t>(std::stoll(text));
    if (type == "i64" || type == "f64") return text[0] == '-' ? static_cast<std::uint64_t>(std::stoll(text)) : std::stoull(text);
    return std::stoull(text) + 1;
  }
  static bool matches(const Json& v, std::uint64_t slot) {
    std::string type = v["type"];
    if (type == "either") {
      for (const Json& x : v["values"]) if (matches(x, slot)) return true;
      return false;
    }
    std::string text = v.value("value", "");
    if (text == "nan:canonical") return type == "f32" ? (slot & 0x7fff'ffff) == 0x7fc0'0000 : (slot & ~(1ull << 63)) == 0x7ff8ull << 48;
    if (text == "nan:arithmetic") return type == "f32" ? (slot & 0x7fc0'0000) == 0x7fc0'0000 : (slot & 0x7ff8ull << 48) == 0x7ff8ull << 48;
    if (type == "i32" || type == "f32") slot &= 0xffff'ffff;
    auto want = slot_of(v);
    return want ? *want == slot : slot != 0;
  }

  /// nullopt: its instance is not there.
  std::optional<Result<std::vector<std::uint64_t>, Trap>> act(const Json& a) {
    std::optional<ModuleInstAddr> inst = last;
    if (a.contains("module")) {
      auto it = named.find(a["module"]);
      inst = it == named.end() ? std::nullopt : std::optional(it->second);
    }
    if (!inst) return {};
    auto item = store.find_export(*inst, a["field"].get<std::string>());
    if (!item) return {};
    std::vector<std::uint64_t> slots;
    if (a["type"] == "get") return Result<std::vector<std::uint64_t>, Trap>(std::vector<std::uint64_t>{store.global(std::get<GlobalAddr>(*item))});
    FuncAddr f = std::get<FuncAddr>(*item);
    std::size_t results = store.func_type(f).results.size();
    for (const Json& v : a["args"]) {
      auto slot = slot_of(v);
      if (!slot) return {};
      slots.push_back(*slot);
    }
    slots.resize(std::max(slots.size(), results));
    auto r = store.invoke(f, slots);
    if (!r) return Result<std::vector<std::uint64_t>, Trap>(Err(std::move(r).error()));
    slots.resize(results);
    return Result<std::vector<std::uint64_t>, Trap>(std::move(slots));
  }

  void set_instance(const Json& c, std::optional<ModuleInstAddr> inst) {
    last = inst;
    std::string name = c.value("instance", c.value("name", ""));
    if (name.empty()) return;
    named.erase(name);
    if (inst) named.emplace(name, *inst);
  }

  void module(const Json& c, const core::ValidModule& valid) {
    auto r = instantiate(valid);
    if (!r || !*r) {
      set_instance(c, {});
      if (!r && is_lenient) return void(++skipped);
      return fail(c, r ? r->error().to_string() : "unknown import");
    }
    if (!**r) {
      set_instance(c, {});
      return fail(c, (**r).error().to_string());
    }
    set_instance(c, ***r);
    ++passed;
  }

  void run(const Json& c) {
    std::string type = c["type"];
    if (c.value("module_type", "binary") == "text" && !c.contains("binary_filename")) return void(++skipped);
    if (type == "module" || type == "module_definition") {
      auto valid = load(c);
      if (!valid) {
        if (type == "module") set_instance(c, {});
        if (is_lenient) return void(++skipped);
        return fail(c, valid.error().to_string());
      }
      if (type == "module") return module(c, *valid);
      definitions.insert_or_assign(c.value("name", ""), *valid);
      ++passed;
    } else if (type == "module_instance") {
      auto it = definitions.find(c.value("module", ""));
      if (it == definitions.end()) return void(++skipped);
      module(c, it->second);
    } else if (type == "register") {
      std::optional<ModuleInstAddr> inst = last;
      if (c.contains("name")) {
        auto it = named.find(c["name"]);
        inst = it == named.end() ? std::nullopt : std::optional(it->second);
      }
      if (!inst) return void(++skipped);
      auto& names = registered[c["as"]];
      for (const core::Export& e : modules.at(*inst)->exports) names.insert_or_assign(e.name, *store.find_export(*inst, e.name));
    } else if (type == "action" || type == "assert_return") {
      auto r = act(c["action"]);
      if (!r) return void(is_lenient ? ++skipped : ++failed);
      if (!*r) return fail(c, r->error().to_string());
      if (type == "assert_return") {
        const Json& expected = c["expected"];
        bool ok = expected.size() == (*r)->size();
        for (std::size_t i = 0; ok && i < expected.size(); ++i) ok = matches(expected[i], (**r)[i]);
        if (!ok) {
          return fail(c, fmt::format("{} expected {}, got {:x}", c["action"].dump(), expected.dump(), fmt::join(**r, " ")));
        }
      }
      ++passed;
    } else if (type == "assert_trap" || type == "assert_exhaustion") {
      auto r = act(c["action"]);
      if (!r) return void(is_lenient ? ++skipped : ++failed);
      if (*r) return fail(c, "did not trap");
      std::string want = c.value("text", ""), got{to_string(r->error().code())};
      if (want.rfind(got, 0) != 0 && got.rfind(want, 0) != 0) return fail(c, fmt::format("expected `{}`, got `{}`", want, got));
      ++passed;
    } else if (type == "assert_uninstantiable") {
      auto valid = load(c);
      if (!valid) return void(is_lenient ? ++skipped : ++failed);
      auto r = instantiate(*valid);
      if (!r && is_lenient) return void(++skipped);
      if (!r || !*r || **r) return fail(c, "did not trap");
      ++passed;
    } else if (type == "assert_unlinkable") {
      auto valid = load(c);
      if (!valid) return void(is_lenient ? ++skipped : ++failed);
      auto r = instantiate(*valid);
      if (r && *r) return fail(c, "was linked");
      ++passed;
    } else if (type == "assert_invalid" || type == "assert_malformed") {
      if (load(c)) return fail(c, "was accepted: " + c.value("text", ""));
      ++passed;
    } else {
      ++skipped;
    }
  }
};

}  // namespace

int main(int argc, char** argv) {
  Runner r;
  int at = 1;
  if (argc > 1 && std::string_view(argv[1]) == "--lenient") r.is_lenient = true, ++at;
  if (at >= argc) return 2;
  std::string path = argv[at];
  r.folder = path.substr(0, path.rfind('/'));
  std::ifstream in(path);
  Json script = Json::parse(in);
  r.add_spectest();
  for (const Json& c : script["commands"]) r.run(c);
  fmt::print("{} {} {}\n", r.passed, r.failed, r.skipped);
  return r.failed == 0 ? 0 : 1;
}
