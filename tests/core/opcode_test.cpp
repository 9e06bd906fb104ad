#include "core/opcode.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "core/expr_reader.h"

namespace wcomp::core {
namespace {

TEST_CASE("every row is found by its opcode, and nothing else is") {
  std::size_t found = 0;
  for (std::uint32_t code = 0; code <= 0xffff; ++code) {
    const OpcodeRow* row = find_opcode(static_cast<std::uint16_t>(code));
    if (row == nullptr) continue;
    ++found;
    CHECK(static_cast<std::uint32_t>(row->opcode) == code);
  }
  CHECK(found == opcode_rows().size());
  CHECK(std::ranges::is_sorted(opcode_rows(), {}, &OpcodeRow::opcode));
}

TEST_CASE("signatures are letters around one colon") {
  for (const OpcodeRow& row : opcode_rows()) {
    if (row.signature.empty()) continue;
    CAPTURE(row.text);
    CHECK(std::ranges::count(row.signature, ':') == 1);
    CHECK(row.signature.find_first_not_of("iIfFVa:") == row.signature.npos);
  }
}

TEST_CASE("the width of an access comes from the name") {
  const auto bytes = [](Opcode o) { return int{find_opcode(static_cast<std::uint16_t>(o))->access_bytes}; };
  CHECK(bytes(Opcode::i32_load) == 4);
  CHECK(bytes(Opcode::i64_load) == 8);
  CHECK(bytes(Opcode::i64_load8_s) == 1);
  CHECK(bytes(Opcode::i32_store16) == 2);
  CHECK(bytes(Opcode::i64_store32) == 4);
  CHECK(bytes(Opcode::f64_store) == 8);
  CHECK(bytes(Opcode::f32_load) == 4);
  CHECK(bytes(Opcode::memory_size) == 0);
}

Bytes body(std::initializer_list<int> bytes) {
  Bytes out;
  for (const int b : bytes) out.push_back(static_cast<std::uint8_t>(b));
  return out;
}

TEST_CASE("immediates are decoded by kind") {
  SUBCASE("signed constants") {
    const Bytes code =
        body({0x41, 0x7f, 0x42, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f, 0x41, 0x80, 0x80, 0x80, 0x80, 0x78});
    ExprReader in(Expr{code, 100});
    CHECK(in.take().bits == 0xffff'ffffu);
    CHECK(in->offset == 100);
    CHECK(in.take().bits == 0x8000'0000'0000'0000u);
    CHECK(in.take().bits == 0x8000'0000u);
    CHECK(in.at_end());
  }
  SUBCASE("memory arguments with and without a memory") {
    const Bytes code = body({0x28, 0x02, 0x08, 0x28, 0x42, 0x03, 0x80, 0x01});
    ExprReader in(Expr{code, 0});
    CHECK(in.take().mem_arg.mem.value == 0);
    CHECK(in->mem_arg.align_log2 == 2);
    CHECK(in->mem_arg.offset == 8);
    CHECK(in.take().mem_arg.mem.value == 3);
    CHECK(in->mem_arg.align_log2 == 2);
    CHECK(in->mem_arg.offset == 128);
  }
  SUBCASE("label tables end with the default") {
    const Bytes code = body({0x0e, 0x02, 0x01, 0x00, 0x03});
    ExprReader in(Expr{code, 0});
    CHECK(in.take().labels == std::vector<std::uint32_t>{1, 0, 3});
  }
  SUBCASE("block types") {
    const Bytes code = body({0x02, 0x40, 0x03, 0x7e, 0x04, 0x80, 0x01});
    ExprReader in(Expr{code, 0});
    CHECK(in.take().block_type.kind == BlockType::Kind::empty);
    CHECK(in.take().block_type.value == ValType::i64);
    CHECK(in.take().block_type.type.value == 128);
  }
}

TEST_CASE("broken instructions are refused with their place") {
  const auto refuse = [](std::initializer_list<int> bytes) {
    const Bytes code = body(bytes);
    ExprReader in(Expr{code, 10}, "here");
    Result<void> r = in.next();
    REQUIRE(!r);
    return render(r.error().first());
  };
  CHECK(refuse({0xff}).find("illegal opcode 0xff") != std::string::npos);
  CHECK(refuse({0xfc, 0x7f}).find("illegal opcode 0xfc 127") != std::string::npos);
  CHECK(refuse({0x41}).find("unexpected end") != std::string::npos);
  CHECK(refuse({0x41, 0x80, 0x80, 0x80, 0x80, 0x70}).find("integer too large") != std::string::npos);
  CHECK(refuse({0x41, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00}).find("integer representation too long") != std::string::npos);
  CHECK(refuse({0x28, 0x80, 0x01, 0x00}).find("malformed memop flags") != std::string::npos);
  CHECK(refuse({0x0e, 0xff, 0xff, 0xff, 0xff, 0x0f}).find("more labels announced") != std::string::npos);
  CHECK(refuse({0xd0, 0x7f}).find("malformed heap type") != std::string::npos);
  CHECK(refuse({0xfb, 0x00, 0x00}).find("instructions of garbage collection are not supported") != std::string::npos);
  CHECK(refuse({0x1f, 0x40, 0x01, 0x04, 0x00}).find("malformed catch clause") != std::string::npos);
  CHECK(refuse({0x1f, 0x40, 0xff, 0xff, 0x03}).find("more catch clauses announced") != std::string::npos);
  CHECK(refuse({0xfd, 0x0c, 0x00}).find("unexpected end") != std::string::npos);
  CHECK(refuse({0x44, 0, 0, 0}).find("0x000b") != std::string::npos);
}

}  // namespace
}  // namespace wcomp::core
