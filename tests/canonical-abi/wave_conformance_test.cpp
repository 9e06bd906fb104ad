// The calls of the WAVE project's own test files, where they are at hand: what each prints, or that it is refused.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <doctest/doctest.h>

#include "canonical-abi/type_builder.h"
#include "canonical-abi/wave.h"
#include "test_paths.h"

namespace wcomp::cabi {
namespace {

using types::Field;
using types::Prim;

struct Ui : TypeBuilder {
  std::map<std::string, types::FuncType, std::less<>> funcs;
  void add(const std::string& name, const std::string& param, ValType t) { funcs[name] = {.params = {{param, t}}, .result = {}}; }
  Ui() {
    funcs["nullary"] = {};
    add("f32", "val", Prim::f32);
    add("list-f32", "vals", list(Prim::f32));
    add("f64", "val", Prim::f64);
    add("list-f64", "vals", list(Prim::f64));
    add("char", "val", Prim::char_);
    add("list-chars", "vals", list(Prim::char_));
    add("string", "val", Prim::string);
    add("list-strings", "vals", list(Prim::string));
    add("option-u8", "opt", option(Prim::u8));
    const ValType optional = option(Prim::u8), plain = result({}, {});
    add("result-ok-u8", "res", result(Prim::u8, {}));
    add("result-err-u8", "res", result({}, Prim::u8));
    add("result-both-u8", "res", result(Prim::u8, Prim::u8));
    add("result-no-payloads", "res", plain);
    add("basic-record", "rec", record({Field{"required", Prim::u8}, Field{"optional", optional}}));
    add("optional-fields-record", "rec", record({Field{"a", optional}, Field{"b", optional}}));
    add("keyword-fields-record", "rec",
        record({Field{"true", Prim::bool_}, Field{"false", Prim::bool_}, Field{"some", optional}, Field{"none", optional}, Field{"ok", plain}, Field{"err", plain},
                Field{"inf", Prim::f32}, Field{"nan", Prim::f32}}));
    add("hand-enum", "enm", arena.add(types::EnumType{{"left", "right"}}));
    add("keyword-cases-enum", "enm", arena.add(types::EnumType{{"true", "false", "some", "none", "ok", "err", "inf", "nan"}}));
    add("permission-flags", "flgs", arena.add(types::FlagsType{{"read", "write"}}));
  }

  /// The function without `ui.` or `ui:tests/ui.` and `@0.1.0`, as the data spell it.
  const types::FuncType* find(std::string_view name) const {
    const bool is_qualified = name.starts_with("ui:tests/ui.");
    if (is_qualified) name.remove_prefix(12);
    else if (name.starts_with("ui.")) name.remove_prefix(3);
    if (is_qualified && name.ends_with("@0.1.0")) name.remove_suffix(6);
    const auto f = funcs.find(name);
    return f == funcs.end() ? nullptr : &f->second;
  }

  std::string run(std::string_view text) {
    const auto call = find_wave_call(text);
    const types::FuncType* type = call ? find(call->function) : nullptr;
    if (type == nullptr) return "refused";
    const FuncShape shape = shape_of(arena, *type);
    const auto args = parse_wave_args(arena, shape.params, "wave", text, call->args_begin);
    if (!args) return "refused";
    std::string out = std::string(call->function) + "(";
    for (std::size_t i = 0; i < args->size(); ++i) out += (i == 0 ? "" : ", ") + type->params[i].name + ": " + to_wave(arena, (*args)[i], *shape.params[i].shape);
    return out + ")";
  }
};

std::vector<std::string> split(const std::filesystem::path& path, std::string_view end) {
  std::ifstream in(path);
  std::stringstream buffer;
  buffer << in.rdbuf();
  const std::string text = buffer.str();
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t stop = std::min(text.find(end, at), text.size());
    std::string item = text.substr(at, stop - at);
    while (item.starts_with("//")) item.erase(0, std::min(item.find('\n'), item.size() - 1) + 1);
    if (item.ends_with(';')) item.pop_back();
    if (!item.empty() && item != "\n") out.push_back(item);
    at = stop + end.size();
  }
  return out;
}

TEST_CASE("the WAVE project's calls print or are refused as there") {
  const std::filesystem::path folder = std::filesystem::path(WCOMP_SOURCE_DIR) / ".." / "shared" / "conformance" / "wave";
  if (!std::filesystem::exists(folder)) {
    MESSAGE("left out: the folder of conformance data is not there");
    return;
  }
  Ui ui;
  int calls = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".waves") continue;
    const bool is_good = entry.path().filename().string().starts_with("accept-");
    const std::vector<std::string> inputs = split(entry.path(), ";\n");
    const std::vector<std::string> outputs = split(std::filesystem::path(entry.path()).replace_extension(".out"), "\n");
    if (is_good) REQUIRE(inputs.size() == outputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i, ++calls) {
      INFO(entry.path().filename().string() << ": " << inputs[i]);
      CHECK(ui.run(inputs[i]) == (is_good ? outputs[i] : "refused"));
    }
  }
  CHECK(calls > 100);
}

}  // namespace
}  // namespace wcomp::cabi
