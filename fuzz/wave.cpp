// Any text is read as a value of a type that the first byte chooses, or refused with a mistake that can be shown; what was read is printed, and
// the print reads back as what prints the same.
#include "canonical-abi/wave.h"
#include "wit/wit.h"

namespace {

using namespace wcomp;

constexpr const char* types = R"(package fuzz:wave;
interface types {
  record point { x: s32, name: option<string>, %true: list<bool> }
  variant shape { empty, named(string), %none(option<u8>), nested(tuple<point, result<list<f32>, char>>) }
  enum side { left, %inf, %ok, right }
  flags rights { read, write, %nan }
  a: func(p: u8) -> s64;
  b: func(p: f32) -> f64;
  c: func(p: char) -> string;
  d: func(p: list<list<list<string>>>) -> list<u16, 3>;
  e: func(p: map<string, list<u8>>) -> map<char, map<u8, bool>>;
  f: func(p: option<option<option<side>>>) -> result<option<u8>, result<_, string>>;
  g: func(p: point) -> list<shape>;
  h: func(p: rights) -> tuple<side, rights, bool>;
  i: func(p: result, q: option<u8>, r: option<shape>) -> option<list<point>>;
})";

wit::Loaded load() {
  auto loaded = wit::load_text("types.wit", types, {.features = {}, .all_features = true, .target_version = {}});
  WCOMP_CHECK(loaded.has_value());
  return *std::move(loaded);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const wit::Loaded loaded = load();
  static const std::vector<wit::Function>& funcs = loaded.graph.interfaces[loaded.graph.packages[loaded.graph.roots.front()].interfaces.front()].functions;
  if (size == 0) return 0;
  const types::TypeArena& arena = loaded.graph.types;
  const types::FuncType& type = funcs[data[0] % funcs.size()].type;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const cabi::FuncShape shape = cabi::shape_of(arena, type);
  if (const auto call = cabi::find_wave_call(text)) {
    const auto args = cabi::parse_wave_args(arena, shape.params, "fuzz", text, call->args_begin);
    if (args) WCOMP_CHECK(args->size() == shape.params.size());
    else WCOMP_CHECK(!args.error().to_string().empty());
  }
  for (const cabi::Shape* s : {shape.params.front().shape.get(), shape.result.get()}) {
    if (s == nullptr) continue;
    const auto value = cabi::parse_wave(arena, *s, "fuzz", text);
    if (!value) {
      WCOMP_CHECK(!value.error().to_string().empty());
      continue;
    }
    WCOMP_CHECK(cabi::fits(*value, *s));
    const std::string printed = cabi::to_wave(arena, *value, *s);
    const auto again = cabi::parse_wave(arena, *s, "printed", printed);
    WCOMP_CHECK(again.has_value());
    WCOMP_CHECK(cabi::to_wave(arena, *again, *s) == printed);  // not the values: nan differs from itself
  }
  return 0;
}
