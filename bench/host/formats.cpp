// The phases of the toolchain, alone: megabytes per second of their input.
#include <filesystem>

#include "bindgen/bindgen.h"
#include "component/component.h"
#include "component/validate.h"
#include "core/module.h"
#include "measure.h"
#include "wit/wit.h"

namespace bench {
namespace {

using namespace wcomp;

template <class T>
T must(Result<T> r) {
  if (!r) die(r.error().to_string());
  return std::move(*r);
}

}  // namespace

void add_formats(const Guests& guests) {
  const std::string text = guests.read("large.wit");
  // The batch is the input's size: results come out as nanoseconds per byte.
  const auto wit_size = static_cast<double>(text.size());
  add("phase", "WIT: lex, parse, resolve", "wcomp", [text] { benchmark::DoNotOptimize(must(wit::load_text("large.wit", text))); }, wit_size);
  static const wit::Loaded loaded = must(wit::load_text("large.wit", text));
  static const wit::WorldId world = must(wit::select_world(loaded.graph, ""));
  add("phase", "WIT: guest bindings", "wcomp",
      [] { benchmark::DoNotOptimize(must(bindgen::generate(loaded.graph, {world}, bindgen::Side::guest))); }, wit_size);

  const std::string bytes = guests.read("large.core.wasm");
  static const auto storage = std::make_shared<const Bytes>(bytes.begin(), bytes.end());
  const auto size = static_cast<double>(bytes.size());
  const auto decode = [] { return must(core::decode(storage, *storage)); };
  static const core::Module module = decode();
  add("phase", "core module: decode", "wcomp", [decode] { benchmark::DoNotOptimize(decode()); }, size);
  add("phase", "core module: decode, validate", "wcomp", [decode] { benchmark::DoNotOptimize(must(core::validate(decode()))); }, size);
  add("phase", "core module: encode", "wcomp", [] { benchmark::DoNotOptimize(core::encode(module)); }, size);
}

}  // namespace bench
