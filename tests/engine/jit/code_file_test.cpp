#include "engine/jit/code_file.h"

#include <doctest/doctest.h>

using namespace wcomp;
using namespace wcomp::engine::jit;

namespace {

CodeObject object_of(std::size_t funcs, std::uint8_t fill) {
  CodeObject out;
  out.options = {.is_metered = fill % 2 == 0, .is_deterministic = true, .is_guarded = fill % 3 == 0};
  for (std::size_t i = 0; i <= funcs; ++i) {
    const auto at = static_cast<std::uint32_t>(out.code.size());
    out.funcs.push_back({.entry = at, .end = i == funcs ? at : at + 100, .header = 3, .frame = 9, .places = static_cast<std::uint32_t>(out.places.size()), .handlers = static_cast<std::uint32_t>(out.handlers.size())});
    if (i == funcs) break;
    out.code.resize(out.code.size() + 100, fill);
    out.places.resize(out.places.size() + 7, fill);
    out.handlers.push_back({.begin = at, .end = at + 5});
  }
  return out;
}

template <class A, class B>
bool equal_bytes(const A& a, const B& b) {
  const auto x = std::as_bytes(std::span(a)), y = std::as_bytes(std::span(b));
  return std::equal(x.begin(), x.end(), y.begin(), y.end());
}

}  // namespace

TEST_CASE("code that was written is read as it was, without copies") {
  const CodeObject objects[] = {object_of(3, 2), object_of(0, 3), object_of(50, 5)};
  std::vector<CodeView> views;
  for (const CodeObject& o : objects) views.push_back(view(o));
  const Bytes file = write_code_file(views);
  const std::size_t counts[] = {3, 0, 50};
  const auto read = read_code_file(file, counts);
  REQUIRE(read);
  REQUIRE(read->size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const CodeView& v = (*read)[i];
    CHECK(v.options == objects[i].options);
    CHECK(equal_bytes(v.code, objects[i].code));
    CHECK(equal_bytes(v.funcs, objects[i].funcs));
    CHECK(equal_bytes(v.places, objects[i].places));
    CHECK(equal_bytes(v.handlers, objects[i].handlers));
    if (!v.code.empty()) CHECK((v.code.data() >= file.data() && v.code.data() < file.data() + file.size()));
  }
  CHECK(static_cast<std::size_t>((*read)[0].code.data() - file.data()) % code_alignment == 0);
}

TEST_CASE("files of other modules, shortened or inconsistent ones are not read") {
  const CodeObject object = object_of(4, 2);
  const CodeView views[] = {view(object)};
  const Bytes file = write_code_file(views);
  const std::size_t right[] = {4}, wrong[] = {5}, two[] = {4, 4};
  CHECK(read_code_file(file, right));
  CHECK_FALSE(read_code_file(file, wrong));
  CHECK_FALSE(read_code_file(file, two));
  for (std::size_t size = 0; size < file.size(); ++size) CHECK_FALSE(read_code_file(ByteSpan(file).first(size), right));
  for (const auto change : {+[](CodeFunc& f) { f.entry = f.end + 1; }, +[](CodeFunc& f) { f.end = 0xffff'ffff; }, +[](CodeFunc& f) { f.places = 1'000'000; },
                            +[](CodeFunc& f) { f.handlers = 1'000'000; }}) {
    CodeObject broken = object;
    change(broken.funcs[1]);
    const CodeView broken_views[] = {view(broken)};
    CHECK_FALSE(read_code_file(write_code_file(broken_views), right));
  }
}
