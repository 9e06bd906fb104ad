// component/text/parse_canon.cpp and its printer: every row of canons.def with its immediates, and the options.
#include "component/built_in.h"
#include "component/text_helpers.h"

namespace wcomp::component {
namespace {

using namespace test;

constexpr std::string_view defined = R"(
  (core module $m (memory (export "m") 1) (table (export "t") 1 funcref) (func (export "r") (param i32 i32 i32 i32) (result i32) unreachable) (func (export "f")))
  (core instance $i (instantiate $m))
  (alias core export $i "m" (core memory $mem)) (alias core export $i "t" (core table $tab)) (alias core export $i "r" (core func $realloc)) (alias core export $i "f" (core func $f))
  (type $s (stream u8)) (core type $ft (func (param i32)))
)";

/// What stands for an immediate when everything that may be there is.
std::string_view full(char letter) {
  switch (letter) {
    case 't': return " $s";
    case 'r': return " (result (list (list string)))";
    case 'o': return " (memory $mem) string-encoding=utf16 (realloc $realloc) async";
    case 'a': return " async";
    case 'c': return " cancellable";
    case 's': return " shared";
    case 'm': return " (memory $mem)";
    case 'f': return " $ft";
    case 'b': return " (core table $tab)";
    case 'v': return " i64";
    case 'i': return " 7";
    default: return " ?";
  }
}

/// The shortest that can stand for it.
std::string_view least(char letter) {
  constexpr std::string_view optional = "roacs";
  return optional.find(letter) == optional.npos ? full(letter) : "";
}

TEST_CASE("every canonical built-in is read and written with all and with none of its optional immediates") {
  for (unsigned opcode = 0; opcode < 256; ++opcode) {
    const BuiltInRow* row = find_built_in(static_cast<std::uint8_t>(opcode));
    if (row == nullptr) continue;
    for (const auto immediate : {full, least}) {
      std::string text(row->text);
      for (const char letter : row->immediates) text += immediate(letter);
      CAPTURE(text);
      const std::string printed = round_trip("(component " + std::string(defined) + "(core func $x (canon " + text + ")))");
      CHECK(has(printed, "(core func $x (;2;) (canon " + std::string(row->text)));
      // The form with the sort behind gives the same.
      CHECK(encode(*load(printed)) == encode(*load("(component " + std::string(defined) + "(canon " + text + " (core func $x)))")));
      // What is left out where it has to be there is missed.
      if (immediate == full && !row->immediates.empty() && least(row->immediates.back()) != "") {
        const std::string cut = text.substr(0, text.size() - least(row->immediates.back()).size());
        CHECK_FALSE(text::parse("t", "(component " + std::string(defined) + "(core func $x (canon " + cut + ")))").has_value());
      }
    }
  }
}

TEST_CASE("types and references inside of built-ins are defined in front") {
  CHECK(fields(R"((core module $m (memory (export "m") 1)) (core instance $i (instantiate $m)) (core func (canon task.return (result (list (list u8))) (memory (core memory $i "m")))))")
            .ends_with(R"((type (;0;) (list u8)) (type (;1;) (list 0)) (alias core export $i "m" (core memory (;0;))) (core func (;0;) (canon task.return (result 1) (memory 0))))"));
}

TEST_CASE("options keep their order, async and callback among them") {
  const std::string printed = round_trip(R"((component (core module $m (func (export "f") (result i32) unreachable) (func (export "c") (param i32 i32 i32) (result i32) unreachable))
    (core instance $i (instantiate $m)) (canon lift (core func $i "f") (callback (core func $i "c")) string-encoding=utf8 async (func async))))");
  CHECK(has(printed, "(canon lift (core func 0) (callback 1) string-encoding=utf8 async)"));
}

TEST_CASE("older texts name tables without `core` where that is asked for") {
  const std::string text = R"((component (core type $start (func (param i32))) (core module $m (table (export "t") 1 funcref)) (core instance $i (instantiate $m))
    (core func (canon thread.new-indirect $start (table $i "t")))))";
  CHECK(has(refusal(text), "the word `core` is missing"));
  CHECK(text::parse("t", text, {.has_lenient_indices = true}).has_value());
}

TEST_CASE("mistakes in built-ins are shown where they are") {
  CHECK(has(refusal("(component (core func (canon task.retrun)))"), "a canonical definition, such as"));
  CHECK(has(refusal("(component (core func (canon waitable-set.wait)))"), "`(memory ..)` is missing"));
  CHECK(has(refusal("(component (core func (canon context.get i32)))"), "a number is missing"));
  CHECK(has(refusal("(component (core func (canon context.get i33 0)))"), "i33"));
  CHECK(has(refusal("(component (core func (canon stream.read (memory 0))))"), "(type ..)"));
  CHECK(has(refusal("(component (core func (canon thread.yield async)))"), "async"));
  CHECK(has(refusal("(component (core func (canon stream.read 0 async async)))"), "canonical option `async` is given twice"));
  CHECK(has(refusal("(component (core func (canon task.return (result) (memory 0))))"), "a type of values"));
}

}  // namespace
}  // namespace wcomp::component
