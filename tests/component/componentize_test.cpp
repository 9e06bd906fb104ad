// componentize.cpp and what belongs to it.
#include "component/componentize.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "component/componentize/gc.h"
#include "component/componentize/preview1.h"
#include "component/guest.h"
#include "component/metadata.h"
#include "component/sections.h"
#include "component/wit_codec.h"

using namespace wcomp;
using namespace wcomp::component;
using namespace wcomp::component::test;
using core::ValType;

namespace {

ValidComponent good(const Bytes& module) {
  auto made = componentize(module);
  REQUIRE_MESSAGE(made, (made ? "" : made.error().to_string()));
  auto again = componentize(module);
  REQUIRE(again);
  CHECK(*made == *again);
  auto decoded = decode(std::move(*made));
  REQUIRE_MESSAGE(decoded, (decoded ? "" : decoded.error().to_string()));
  auto valid = validate(*decoded);
  REQUIRE_MESSAGE(valid, (valid ? "" : valid.error().to_string()));
  return std::move(*valid);
}

std::string bad(const Bytes& module, std::string_view code) {
  const auto made = componentize(module, {.file = "m.wasm"});
  REQUIRE(!made);
  CHECK(made.error().first().code == code);
  return made.error().to_string();
}

std::vector<std::string> names(const std::vector<NamedEntity>& items) {
  std::vector<std::string> out;
  for (const NamedEntity& e : items) out.push_back(e.name);
  return out;
}
std::vector<std::string> sorted(std::vector<std::string> list) {
  std::ranges::sort(list);
  return list;
}
bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }
bool contains(const std::vector<std::string>& list, std::string_view part) {
  return std::ranges::any_of(list, [&](const std::string& s) { return s.find(part) != std::string::npos; });
}

constexpr const char* adder = R"(package docs:adder@0.1.0; interface add { add: func(x: u32, y: u32) -> u32; } world adder { export add; })";
constexpr const char* rich = R"(package foo:bar@0.1.0;
interface types { record rec { a: u32, b: string } resource res { get: func() -> rec; } enum en { a, b } }
interface imp { use types.{rec, en}; f: func(r: rec) -> list<en>; unused: func(); }
interface exp {
  use types.{rec, res};
  enum op { add, sub }
  record q { o: op, r: rec }
  resource mine { constructor(s: string); go: func(r: borrow<res>) -> op; st: static func() -> mine; }
  calc: func(o: op, q: q) -> result<rec, string>;
}
interface later { use exp.{mine, q as question}; type handle = own<mine>; take: func(m: handle) -> question; }
world w { import imp; export exp; export later; export hi: func(s: string) -> string; import free: func(x: u64); })";

Guest rich_guest() {
  Guest g;
  g.import("foo:bar/imp@0.1.0", "f", sig(4, false)).import("[export]foo:bar/exp@0.1.0", "[resource-new]mine", sig(1, true));
  g.import("[export]foo:bar/exp@0.1.0", "[resource-drop]mine", sig(1, false)).import("foo:bar/types@0.1.0", "[resource-drop]res", sig(1, false));
  g.import("$root", "free", {.params = {ValType::i64}, .results = {}});
  g.memory().export_("_initialize", nothing).export_("hi", sig(2, true)).export_("cabi_post_hi", sig(1, false));
  g.export_("foo:bar/exp@0.1.0#[constructor]mine", sig(2, true)).export_("foo:bar/exp@0.1.0#[method]mine.go", sig(2, true));
  g.export_("foo:bar/exp@0.1.0#[static]mine.st", sig(0, true)).export_("foo:bar/exp@0.1.0#[dtor]mine", sig(1, false));
  g.export_("foo:bar/exp@0.1.0#calc", sig(5, true)).export_("foo:bar/later@0.1.0#take", sig(1, true));
  return g;
}

}  // namespace

TEST_CASE("a module that exports an interface of numbers becomes a component without shims") {
  const ValidComponent c = good(Guest().export_("docs:adder/add@0.1.0#add", sig(2, true)).with_wit(adder));
  CHECK(c.scope().type.imports.empty());
  CHECK(names(c.scope().type.exports) == std::vector<std::string>{"docs:adder/add@0.1.0"});
  CHECK(c.scope().core_modules.size() == 1);
}

TEST_CASE("strings, resources in both directions and types of other interfaces make a valid component with the same WIT") {
  const ValidComponent c = good(rich_guest().with_wit(rich));
  CHECK(sorted(names(c.scope().type.exports)) == std::vector<std::string>{"foo:bar/exp@0.1.0", "foo:bar/later@0.1.0", "hi"});
  CHECK(sorted(names(c.scope().type.imports)) == std::vector<std::string>{"foo:bar/imp@0.1.0", "foo:bar/types@0.1.0", "free"});
  for (const NamedEntity& i : c.scope().type.imports) {
    if (i.name == "foo:bar/imp@0.1.0") CHECK_FALSE(contains(names(std::get<std::shared_ptr<const InstanceType>>(i.type)->exports), "unused"));
  }
  CHECK(world_of_component(c));
}

TEST_CASE("imports of the world that the module does not use are left out") {
  const ValidComponent c = good(Guest().with_wit("package a:b; world w { import i: interface { f: func(); } }"));
  CHECK(c.scope().type.imports.empty());
}

TEST_CASE("the sections with WIT do not stay in the main module") {
  const ValidComponent c = good(Guest().export_("docs:adder/add@0.1.0#add", sig(2, true)).with_wit(adder));
  REQUIRE(c.scope().core_module_bodies.front().has_value());
  CHECK((*c.scope().core_module_bodies.front())->customs.empty());
}

TEST_CASE("only `component-type`, alone or with a colon, is a section with WIT") {
  CHECK(carries_world("component-type"));
  CHECK(carries_world("component-type:"));
  CHECK(carries_world("component-type:w"));
  CHECK_FALSE(carries_world("component-types"));
  CHECK_FALSE(carries_world("component-typ"));
  CHECK_FALSE(carries_world(""));
}

TEST_CASE("a section whose name only begins like that of one with WIT stays in the main module") {
  Guest g;
  g.export_("docs:adder/add@0.1.0#add", sig(2, true));
  Bytes module = g.with_wit(adder, "adder");
  append_custom(module, "component-types", as_bytes("kept"));
  const auto made = componentize(module);
  REQUIRE(made);
  const std::string text(made->begin(), made->end());
  CHECK(has(text, "component-typeskept"));
}

TEST_CASE("many wrong imports are all reported, and the first of them with a name that is like theirs") {
  Guest g;
  for (int i = 0; i < 200; ++i) g.import("docs:adder/add@0.1.0", fmt::format("ad{}", i), nothing);
  const auto made = componentize(g.with_wit("package docs:adder@0.1.0; interface add { add: func(); } world adder { import add; }", "adder"));
  REQUIRE_FALSE(made);
  CHECK(made.error().diagnostics().size() == 200);
  CHECK(made.error().diagnostics().front().notes == std::vector<std::string>{"it has `add`"});
  CHECK(made.error().diagnostics().back().notes.empty());
}

TEST_CASE("a wrong core signature of an import names the WIT function, what was found and what was expected") {
  const std::string text = bad(Guest().import("a:b/i", "f", sig(1, false)).with_wit("package a:b; interface i { f: func(s: string); } world w { import i; }"), "import-mismatch");
  CHECK(has(text, "`a:b/i` `f`"));
  CHECK(has(text, "[i32] -> []"));
  CHECK(has(text, "[i32 i32] -> []"));
  CHECK(has(text, "f: func(s: string)"));
}

TEST_CASE("all mismatches are reported at once") {
  const auto made = componentize(Guest().import("a:b/i", "g", nothing).import("a:b/ii", "f", nothing).export_("x", sig(3, false)).with_wit(
      "package a:b; interface i { f: func(); } world w { import i; export x: func(); export y: func(); }"));
  REQUIRE(!made);
  CHECK(made.error().diagnostics().size() == 4);
  const std::string text = made.error().to_string();
  CHECK(has(text, "`a:b/i` has no `g`"));
  CHECK(has(text, "does not import `a:b/ii`"));
  CHECK(has(text, "the world imports `a:b/i`"));
  CHECK(has(text, "export `x`"));
  CHECK(has(text, "does not export `y`"));
}

TEST_CASE("strings without a memory or a realloc are refused") {
  const std::string wit = "package a:b; interface i { f: func() -> string; g: func(s: string); } world w { import i; export i; }";
  CHECK(has(bad(Guest().import("a:b/i", "f", sig(1, false)).export_("a:b/i#f", sig(0, true)).export_("a:b/i#g", sig(2, false)).with_wit(wit), "missing-export"), "no `memory`"));
}

TEST_CASE("imports that are not functions, foreign imports and modules without WIT are refused") {
  core::ModuleBuilder m;
  m.import_table("env", "table", {.element = ValType::funcref, .limits = {.min = 1}});
  bad(m.build(), "invalid");
  bad(Guest().import("env", "puts", sig(1, true)).plain(), "missing-import");
  bad(Guest().plain(), "missing-export");
  bad(Guest().import("wasi_snapshot_preview1", "fd_frobnicate", nothing).memory().export_("_start", nothing).plain(), "missing-import");
  bad(Guest().import("wasi_snapshot_preview1", "fd_close", nothing).memory().export_("_start", nothing).plain(), "import-mismatch");
}

TEST_CASE("functions that a module imports more than once are given to it under different names") {
  constexpr std::string_view preview1 = "wasi_snapshot_preview1";
  Guest g;
  g.import(std::string(preview1), "fd_write", sig(4, true)).import("a:b/i", "f", sig(1, false)).import(std::string(preview1), "fd_write", sig(4, true));
  g.import("a:b/i", "[resource-drop]r", sig(1, false)).import("a:b/i", "f", sig(1, false)).import("a:b/i", "[resource-drop]r", sig(1, false));
  g.import(std::string(preview1), "fd_write", sig(4, true)).memory().export_("_start", nothing);
  const ValidComponent c = good(g.with_wit("package a:b; interface i { resource r; f: func(x: u32); } world w { import i; }"));
  REQUIRE(c.scope().core_module_bodies.front().has_value());
  std::vector<std::string> found;
  for (const core::Import& i : (*c.scope().core_module_bodies.front())->imports) found.push_back(i.name);
  CHECK(found == std::vector<std::string>{"fd_write", "f", "fd_write#2", "[resource-drop]r", "f#2", "[resource-drop]r#2", "fd_write#3"});
  CHECK(std::ranges::count_if(names(c.scope().type.imports), [](const std::string& n) { return n == "a:b/i"; }) == 1);
}

TEST_CASE("a function that is imported twice with different signatures is refused with both") {
  const std::string wit = "package a:b; interface i { f: func(x: u32); } world w { import i; }";
  const std::string text = bad(Guest().import("a:b/i", "f", sig(1, false)).import("a:b/i", "f", sig(2, false)).with_wit(wit), "import-mismatch");
  CHECK(has(text, "`a:b/i` `f` twice, as [i32] -> [] and as [i32 i32] -> []"));
}

TEST_CASE("preview 1 functions need the module's memory only if they touch it") {
  good(Guest().import("wasi_snapshot_preview1", "proc_exit", sig(1, false)).export_("_start", nothing).plain());
  bad(Guest().import("wasi_snapshot_preview1", "fd_write", sig(4, true)).export_("_start", nothing).plain(), "missing-export");
}

TEST_CASE("bytes that are no core module, and components, are refused") {
  bad(Bytes{1, 2, 3}, "malformed");
  auto made = componentize(Guest().export_("docs:adder/add@0.1.0#add", sig(2, true)).with_wit(adder));
  REQUIRE(made);
  bad(*made, "invalid");
}

TEST_CASE("every cut of a module with WIT is refused or accepted without harm") {
  const Bytes whole = rich_guest().with_wit(rich);
  for (std::size_t n = 0; n < whole.size(); n += 7) static_cast<void>(componentize(ByteSpan(whole).first(n)));
}

TEST_CASE("a command imports only the WASI interfaces that its preview 1 functions need") {
  const ValidComponent exit = good(Guest().import("wasi_snapshot_preview1", "proc_exit", sig(1, false)).memory().export_("_start", nothing).plain());
  CHECK(exit.scope().type.imports.size() == 1);
  CHECK(exit.scope().type.imports.front().name == "wasi:cli/exit@" + std::string(adapter_wasi_version()));
  CHECK(exit.scope().type.exports.front().name == "wasi:cli/run@" + std::string(adapter_wasi_version()));
  const ValidComponent print = good(Guest().import("wasi_snapshot_preview1", "fd_write", sig(4, true)).memory().export_("_start", nothing).plain());
  CHECK(contains(names(print.scope().type.imports), "wasi:cli/stdout@"));
  CHECK_FALSE(contains(names(print.scope().type.imports), "wasi:filesystem/"));
  CHECK_FALSE(contains(names(print.scope().type.imports), "wasi:cli/exit@"));
  Guest files;
  files.import("wasi_snapshot_preview1", "path_unlink_file", sig(3, true)).memory().export_("_start", nothing);
  CHECK(contains(names(good(files.plain()).scope().type.imports), "wasi:filesystem/types@"));
}

TEST_CASE("an interface that guest and adapter both import is imported once") {
  const std::string version(adapter_wasi_version());
  const std::string wit = "package wasi:cli@" + version + "; interface environment { initial-cwd: func() -> option<string>; } world w { import environment; }";
  Guest g;
  g.import("wasi:cli/environment@" + version, "initial-cwd", sig(1, false)).import("wasi_snapshot_preview1", "args_sizes_get", sig(2, true)).memory().export_("_start", nothing);
  const ValidComponent c = good(g.with_wit(wit));
  CHECK(c.scope().type.imports.size() == 1);
  CHECK(std::get<std::shared_ptr<const InstanceType>>(c.scope().type.imports.front().type)->exports.size() == 2);
}

TEST_CASE("a reactor's preview 1 imports are adapted and it exports its own interfaces only") {
  Guest g;
  g.import("wasi_snapshot_preview1", "fd_close", sig(1, true)).memory().export_("_initialize", nothing).export_("docs:adder/add@0.1.0#add", sig(2, true));
  CHECK(names(good(g.with_wit(adder)).scope().type.exports) == std::vector<std::string>{"docs:adder/add@0.1.0"});
}

TEST_CASE("the adapter has every function of preview 1") {
  static constexpr std::string_view all[] = {
      "args_get", "args_sizes_get", "environ_get", "environ_sizes_get", "clock_res_get", "clock_time_get", "fd_advise", "fd_allocate", "fd_close", "fd_datasync",
      "fd_fdstat_get", "fd_fdstat_set_flags", "fd_fdstat_set_rights", "fd_filestat_get", "fd_filestat_set_size", "fd_filestat_set_times", "fd_pread",
      "fd_prestat_get", "fd_prestat_dir_name", "fd_pwrite", "fd_read", "fd_readdir", "fd_renumber", "fd_seek", "fd_sync", "fd_tell", "fd_write",
      "path_create_directory", "path_filestat_get", "path_filestat_set_times", "path_link", "path_open", "path_readlink", "path_remove_directory",
      "path_rename", "path_symlink", "path_unlink_file", "poll_oneoff", "proc_exit", "proc_raise", "sched_yield", "random_get", "sock_accept", "sock_recv",
      "sock_send", "sock_shutdown"};
  Guest g;
  Preview1Options whole{.used = {}, .guest_memory = core::MemType{.limits = {.min = 1}}, .run = {}};
  for (const std::string_view name : all) whole.used.emplace(name);
  const auto p = preview1_for(whole);
  REQUIRE(p);
  for (const std::string_view name : all) {
    const core::Export* e = p->adapter->find_export(name);
    REQUIRE_MESSAGE(e != nullptr, name);
    g.import("wasi_snapshot_preview1", std::string(name), p->adapter->func_type(core::FuncIdx(e->index)));
  }
  good(g.memory().export_("_start", nothing).plain());
}

TEST_CASE("the adapter never imports the guest's memory") {
  const auto p = preview1_for({.used = {"fd_write", "path_open"}, .guest_memory = core::MemType{.limits = {.min = 1}}, .run = {}});
  REQUIRE_MESSAGE(p, (p ? "" : p.error().to_string()));
  for (const core::Import& i : p->adapter->imports) {
    if (std::holds_alternative<core::MemType>(i.type)) CHECK(i.module == "env");
  }
  CHECK(p->helpers->imported_mems == 1);
  CHECK(p->helpers->mems.size() == 1);
}

TEST_CASE("keep_reachable keeps what calls, tables and references reach, and renumbers it") {
  core::ModuleBuilder m;
  const core::FuncIdx unused = m.import_func("i", "unused", nothing), used = m.import_func("i", "used", nothing), by_table = m.import_func("i", "table", nothing);
  static_cast<void>(unused);
  const core::FuncIdx dropped = m.func(nothing), helper = m.func(nothing), kept = m.func(nothing);
  m.code(dropped).call(unused);
  m.code(helper).call(used);
  m.code(kept).call(helper).call(helper);
  m.elem(m.table({.element = ValType::funcref, .limits = {.min = 1}}), 0, {by_table});
  m.export_func("kept", kept);
  m.export_func("dropped", dropped);
  auto reached = keep_reachable(*m.build_valid(), {.keep = {"kept"}});
  REQUIRE(reached);
  auto module = core::decode(std::move(*reached));
  REQUIRE(module);
  auto valid = core::validate(std::move(*module));
  REQUIRE(valid);
  const core::Module& after = **valid;
  REQUIRE(after.imports.size() == 2);
  CHECK(after.imports[0].name == "used");
  CHECK(after.imports[1].name == "table");
  CHECK(after.funcs.size() == 2);
  CHECK(after.exports.size() == 1);
  CHECK(after.find_export("kept")->index == 3);
}
