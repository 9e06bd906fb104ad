// componentize/world.cpp and componentize/intrinsics.def: names of core modules against a world.
#include "component/componentize/intrinsics.h"
#include "component/componentize/world.h"
#include "component/guest.h"

#include <set>

using namespace wcomp;
using namespace wcomp::component;

namespace {

World world_of(std::string text, bool merges_versions = true) {
  auto loaded = wit::load_text("t.wit", std::move(text));
  REQUIRE_MESSAGE(loaded, (loaded ? "" : loaded.error().to_string()));
  const auto id = wit::select_world(loaded->graph, "w");
  REQUIRE(id);
  const auto payload = encode_component_type(loaded->graph, *id);
  REQUIRE(payload);
  auto decoded = decode_component_type(*payload);
  REQUIRE(decoded);
  return {*std::move(decoded), merges_versions};
}

constexpr std::string_view two_versions = R"(
package a:b;
world w { import x:y/i@0.2.0; import x:y/i@0.2.3; import x:y/i@0.3.0; import f: func(); export g: func(); }
package x:y@0.2.0 { interface i { resource r; f: func() -> r; } }
package x:y@0.2.3 { interface i { resource r; f: func() -> r; } }
package x:y@0.3.0 { interface i { resource r; type t = u32; } }
)";

}  // namespace

TEST_CASE("the newest of compatible versions stands for the others, of others each for itself") {
  const World w = world_of(std::string(two_versions));
  CHECK(w.imports().size() == 3);
  CHECK(w.imported_interface("x:y/i@0.2.0", NameScheme::legacy)->name == "x:y/i@0.2.3");
  CHECK(w.imported_interface("x:y/i@0.2.9", NameScheme::legacy)->name == "x:y/i@0.2.3");
  CHECK(w.imported_interface("x:y/i@0.3.0", NameScheme::legacy)->name == "x:y/i@0.3.0");
  CHECK(!w.imported_interface("x:y/i@0.4.0", NameScheme::legacy));
  CHECK(!w.imported_interface("x:y/i", NameScheme::legacy));
}

TEST_CASE("versions stay apart when they are not to be merged") {
  const World w = world_of(std::string(two_versions), false);
  CHECK(w.imports().size() == 4);
  CHECK(w.imported_interface("x:y/i@0.2.0", NameScheme::legacy)->name == "x:y/i@0.2.0");
}

TEST_CASE("standard names have as much of a version as makes a difference") {
  const World w = world_of(std::string(two_versions));
  CHECK(w.imported_interface("x:y/i@0.2", NameScheme::standard)->name == "x:y/i@0.2.3");
  CHECK(!w.imported_interface("x:y/i@0.2.3", NameScheme::standard));
}

TEST_CASE("functions and resources are found by their names, and only where they are") {
  const World w = world_of(std::string(two_versions));
  CHECK(w.find_function("f", false) != nullptr);
  CHECK(w.find_function("f", true) == nullptr);
  CHECK(w.find_function("g", true) != nullptr);
  const auto place = w.imported_interface("x:y/i@0.2.3", NameScheme::legacy);
  REQUIRE(place);
  CHECK(w.find_function(*place->interface, "f") != nullptr);
  CHECK(w.find_function(*place->interface, "g") == nullptr);
  CHECK(w.find_resource(place->interface, "r"));
  CHECK(!w.find_resource({}, "r"));
  const auto newer = w.imported_interface("x:y/i@0.3.0", NameScheme::legacy);
  REQUIRE(newer);
  CHECK(!w.find_resource(newer->interface, "t"));
}

TEST_CASE("every built-in's name is taken apart with the prefixes it may have, and with no others") {
  for (const IntrinsicRow& row : intrinsic_rows()) {
    const bool has_number = row.form == IntrinsicForm::slot || row.form == IntrinsicForm::payload;
    const bool has_func = row.form == IntrinsicForm::payload || row.form == IntrinsicForm::func;
    const std::string plain = "[" + std::string(row.name) + (has_number ? "-3" : "") + "]" + (has_func ? "f" : "");
    CAPTURE(plain);
    const auto found = parse_intrinsic(plain);
    REQUIRE(found);
    CHECK(found->row == &row);
    CHECK(found->number == (has_number ? 3 : 0));
    CHECK(parse_intrinsic("[async-lower]" + plain).has_value() == row.may_be_async);
    CHECK(parse_intrinsic("[cancellable]" + plain).has_value() == row.may_be_cancellable);
    if (!has_func) CHECK(!parse_intrinsic(plain + "f"));
    if (has_number) CHECK(!parse_intrinsic("[" + std::string(row.name) + "-4294967296]f"));
  }
  for (const char* bad : {"", "[", "[]", "[stream-new]f", "[stream-new-]f", "[stream-new-x]f", "[task-return", "[no-such]"}) CHECK_MESSAGE(!parse_intrinsic(bad), bad);
}

TEST_CASE("names of built-ins are different") {
  std::set<std::string_view> names;
  for (const IntrinsicRow& row : intrinsic_rows()) CHECK(names.insert(row.name).second);
}
