#include "fuzz/support/generate.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "core/opcode.h"

namespace wcomp::fuzz {

using core::Feature;
using core::Immediate;
using core::OpcodeRow;

namespace {

constexpr std::string_view letters = "iIfFV";
constexpr std::uint32_t locals_each = 2;  ///< of each type, for the code to use
constexpr std::uint32_t fuel = 150;

std::string_view name_of(char type) {
  switch (type) {
    case 'i': return "i32";
    case 'I': return "i64";
    case 'f': return "f32";
    case 'F': return "f64";
    default: return "v128";
  }
}

std::string list(std::string_view keyword, std::string_view types) {
  std::string out;
  if (types.empty()) return out;
  out = fmt::format(" ({}", keyword);
  for (const char t : types) out += fmt::format(" {}", name_of(t));
  return out + ")";
}

std::string signature(const GeneratedFunc& f) { return list("param", f.params) + list("result", f.results); }

/// Rows that an expression or a statement may be, by their result (`_` for none).
class Rows {
 public:
  explicit Rows(const GenerateOptions& o) {
    for (const OpcodeRow& row : core::opcode_rows()) {
      if (row.signature.empty() || row.signature == ":" || !is_used(row, o)) continue;
      const std::size_t colon = row.signature.find(':');
      const char result = colon + 1 < row.signature.size() ? row.signature[colon + 1] : '_';
      of(result == 'a' ? (o.has_memory64 ? 'I' : 'i') : result).push_back(&row);
    }
  }
  [[nodiscard]] const std::vector<const OpcodeRow*>& get(char result) const { return rows_[index(result)]; }

 private:
  static std::size_t index(char result) { return result == '_' ? letters.size() : letters.find(result); }
  std::vector<const OpcodeRow*>& of(char result) { return rows_[index(result)]; }
  static bool is_used(const OpcodeRow& row, const GenerateOptions& o) {
    if (row.feature == Feature::simd && !o.has_vectors) return false;
    if (row.feature == Feature::relaxed_simd && !o.has_relaxed_vectors) return false;
    // The specification's deterministic profile rounds twice, wasmtime's deterministic mode once.
    if (row.text.ends_with("relaxed_madd") || row.text.ends_with("relaxed_nmadd")) return false;
    if (!o.has_vectors && row.signature.find('V') != std::string_view::npos) return false;
    switch (row.immediate) {
      case Immediate::none: case Immediate::mem_arg: case Immediate::mem_arg_lane: case Immediate::lane: case Immediate::lanes16: case Immediate::mem: return true;
      default: return false;
    }
  }
  std::array<std::vector<const OpcodeRow*>, 6> rows_;
};

class BodyWriter {
 public:
  BodyWriter(Entropy& e, const GenerateOptions& o, const Rows& rows, const std::vector<GeneratedFunc>& funcs, const GeneratedFunc& self, std::size_t number)
      : e_(e), o_(o), rows_(rows), funcs_(funcs), self_(self), number_(number), used_letters_(o.has_vectors ? letters : letters.substr(0, 4)) {}

  std::string write() {
    const auto params = static_cast<std::uint32_t>(self_.params.size());
    locals_ = self_.params;
    for (const char t : letters) locals_ += std::string(locals_each + 1, t);  // the last of each is scratch
    for (std::uint32_t i = 0; i < letters.size(); ++i) scratch_[i] = params + i * (locals_each + 1) + locals_each;
    labels_.push_back(self_.results);
    line("call $burn");
    const std::uint32_t statements = 1 + e_.below(6);
    for (std::uint32_t i = 0; i < statements; ++i) statement(3);
    finish();
    std::string head = fmt::format("  (func $f{0} (export \"f{0}\") (type $t{0})\n", number_);
    for (const char t : locals_.substr(params)) head += fmt::format("    (local {})\n", name_of(t));
    return head + body_ + "  )\n";
  }

 private:
  void line(std::string_view text) {
    body_ += "    ";
    body_ += text;
    body_ += '\n';
  }
  char any_type() { return used_letters_[e_.below(static_cast<std::uint32_t>(used_letters_.size()))]; }
  /// The budget bounds how long a body gets.
  bool is_deep(int depth) {
    ++size_;
    return depth <= 0 || size_ > 400;
  }

  /// The results, and sometimes a tail call that gives them.
  void finish() {
    if (number_ > 0 && e_.one_in(6)) {
      const std::uint32_t callee = e_.below(static_cast<std::uint32_t>(number_));
      if (funcs_[callee].results == self_.results) {
        for (const char t : funcs_[callee].params) expression(t, 2);
        return line(fmt::format("return_call $f{}", callee));
      }
    }
    for (const char t : self_.results) expression(t, 4);
  }

  void local_of(std::string_view op, char type) {
    std::vector<std::uint32_t> fitting;
    for (std::uint32_t i = 0; i < locals_.size(); ++i) {
      if (locals_[i] == type && i != scratch_[letters.find(type)] && std::ranges::find(counters_, i) == counters_.end()) fitting.push_back(i);
    }
    line(fmt::format("{} {}", op, fitting[e_.below(static_cast<std::uint32_t>(fitting.size()))]));
  }

  void expression(char type, int depth) {
    if (is_deep(depth)) return leaf(type);
    switch (e_.below(12)) {
      case 0: return leaf(type);
      case 1: return block(type, depth);
      case 2: return if_else(type, depth);
      case 3: return select(type, depth);
      case 4: return call(type, depth);
      case 5: return loop(type, depth);
      default: return operation(type, depth);
    }
  }

  void leaf(char type) {
    if (e_.one_in(3)) return line(constant(e_, type));
    if (e_.one_in(6)) return line(fmt::format("global.get $g{}", type));
    local_of("local.get", type);
  }

  void operation(char type, int depth) {
    const auto& rows = rows_.get(type);
    row(*rows[e_.below(static_cast<std::uint32_t>(rows.size()))], depth);
  }

  void row(const OpcodeRow& r, int depth) {
    for (const char p : r.signature.substr(0, r.signature.find(':'))) {
      if (p == 'a') address(depth - 1, r.immediate == Immediate::mem && r.signature != "a:a");
      else expression(p, depth - 1);
    }
    std::string text(r.text);
    if (r.immediate == Immediate::mem_arg || r.immediate == Immediate::mem_arg_lane) {
      if (const std::uint32_t kind = e_.below(8); kind < 4) text += fmt::format(" offset={}", kind == 0 ? e_.below(0x1'0000) : e_.below(64));
    }
    if (r.immediate == Immediate::lane || r.immediate == Immediate::mem_arg_lane) text += fmt::format(" {}", e_.below(r.lanes));
    if (r.immediate == Immediate::lanes16) {
      for (int i = 0; i < 16; ++i) text += fmt::format(" {}", e_.below(32));
    }
    line(text);
    if (o_.has_canonical_nans) canonicalize(r);
  }

  /// What is on the stack, or a fixed NaN in place of any.
  void canonicalize(const OpcodeRow& r) {
    const char result = r.signature.back();
    const bool is_wide = r.text.starts_with("f64x2");
    if (result == 'f' || result == 'F') {
      const std::string_view t = name_of(result);
      const std::uint32_t x = scratch_[letters.find(result)];
      line(fmt::format("local.tee {0} {1}.const nan local.get {0} local.get {0} {1}.eq select", x, t));
    } else if (result == 'V' && (is_wide || r.text.starts_with("f32x4"))) {
      const std::uint32_t x = scratch_[4];
      line(fmt::format("local.tee {0} v128.const {1} local.get {0} local.get {0} {2}.eq v128.bitselect", x, is_wide ? "f64x2 nan nan" : "f32x4 nan nan nan nan",
                       is_wide ? "f64x2" : "f32x4"));
    }
  }

  /// Mostly one that is inside of the first page, small if there is a length to come.
  void address(int depth, bool is_start) {
    const std::string_view t = o_.has_memory64 ? "i64" : "i32";
    expression(o_.has_memory64 ? 'I' : 'i', depth);
    if (e_.one_in(40)) return;
    line(fmt::format("{0}.const {1} {0}.and", t, is_start ? 0x7fff : 0xffff));
  }

  void block(char type, int depth) {
    line(fmt::format("block (result {})", name_of(type)));
    labels_.push_back(std::string(1, type));
    statement(depth - 1);
    expression(type, depth - 1);
    expression('i', depth - 2);
    line("br_if 0");
    line("drop");
    expression(type, depth - 1);
    labels_.pop_back();
    line("end");
  }

  void if_else(char type, int depth) {
    expression('i', depth - 1);
    line(fmt::format("if (result {})", name_of(type)));
    labels_.push_back(std::string(1, type));
    expression(type, depth - 1);
    line("else");
    expression(type, depth - 1);
    labels_.pop_back();
    line("end");
  }

  void select(char type, int depth) {
    expression(type, depth - 1);
    expression(type, depth - 1);
    expression('i', depth - 1);
    line(e_.one_in(2) ? "select" : fmt::format("select (result {})", name_of(type)));
  }

  void call(char type, int depth) {
    std::vector<std::size_t> fitting;
    for (std::size_t i = 0; i < number_; ++i) {
      if (funcs_[i].results == std::string(1, type)) fitting.push_back(i);
    }
    if (fitting.empty()) return operation(type, depth);
    const std::size_t callee = fitting[e_.below(static_cast<std::uint32_t>(fitting.size()))];
    for (const char t : funcs_[callee].params) expression(t, depth - 2);
    if (e_.one_in(3)) {
      const std::uint32_t shift = e_.one_in(8) ? e_.below(4) : 0;  // another function's type may be another one, or there is no function
      line(fmt::format("i32.const {} call_indirect (type $t{})", callee + shift, callee));
    } else if (e_.one_in(4)) {
      line(fmt::format("ref.func $f{} call_ref $t{}", callee, callee));
    } else {
      line(fmt::format("call $f{}", callee));
    }
  }

  void loop(char type, int depth) {
    const auto counter = static_cast<std::uint32_t>(locals_.size());
    locals_ += 'i';
    counters_.push_back(counter);
    line(fmt::format("i32.const {} local.set {}", 1 + e_.below(8), counter));
    line(fmt::format("loop (result {})", name_of(type)));
    labels_.push_back({});  // a branch to it would go around the counter: none does
    loops_.push_back(labels_.size() - 1);
    line("call $burn");
    statement(depth - 1);
    line(fmt::format("local.get {0} i32.const 1 i32.sub local.tee {0} i32.const 0 i32.gt_s br_if 0", counter));
    expression(type, depth - 1);
    labels_.pop_back();
    loops_.pop_back();
    line("end");
  }

  void statement(int depth) {
    if (is_deep(depth)) return;
    const char type = any_type();
    switch (e_.below(o_.has_exceptions ? 12 : 11)) {
      case 0:
      case 1:
      case 2:
        expression(type, depth);
        return local_of("local.set", type);
      case 3:
        expression(type, depth);
        local_of("local.tee", type);
        return line("drop");
      case 4:
        expression(type, depth);
        return line(fmt::format("global.set $g{}", type));
      case 5:
        expression('i', depth - 1);
        line("if");
        labels_.push_back({});
        statement(depth - 1);
        statement(depth - 1);
        labels_.pop_back();
        return line("end");
      case 6: return branch(depth);
      case 7: return table(depth);
      case 8: return bulk(depth);
      case 11: return try_(depth);
      default: {
        const auto& rows = rows_.get('_');
        return row(*rows[e_.below(static_cast<std::uint32_t>(rows.size()))], depth);
      }
    }
  }

  /// A conditional branch to any label around; what it carries is dropped when it is not taken.
  void branch(int depth) {
    const auto target = e_.below(static_cast<std::uint32_t>(labels_.size()));
    if (std::ranges::find(loops_, target) != loops_.end()) return;
    const TypeLetters carried = labels_[target];
    for (const char t : carried) expression(t, depth - 2);
    expression('i', depth - 1);
    line(fmt::format("br_if {}", labels_.size() - 1 - target));
    for (std::size_t i = 0; i < carried.size(); ++i) line("drop");
  }

  void table(int depth) {
    line("block block block");
    for (int i = 0; i < 3; ++i) labels_.push_back({});
    expression('i', depth - 1);
    line(fmt::format("i32.const {} i32.and br_table 0 1 2 {}", e_.one_in(4) ? -1 : 3, e_.below(3)));
    for (int i = 0; i < 3; ++i) {
      labels_.pop_back();
      line("end");
      statement(depth - 1);
    }
  }

  void bulk(int depth) {
    const std::string_view t = o_.has_memory64 ? "i64" : "i32";
    address(depth - 1, true);
    if (e_.one_in(3)) {
      address(depth - 1, true);
      line(fmt::format("{}.const {} memory.copy", t, e_.below(300)));
    } else if (e_.one_in(2)) {
      expression('i', depth - 1);
      line("i32.const 15 i32.and i32.const 8 memory.init $d");
    } else {
      expression('i', depth - 1);
      line(fmt::format("{}.const {} memory.fill", t, e_.below(300)));
    }
  }

  void try_(int depth) {
    line("block (result i32) try_table (catch $e 0)");
    labels_.push_back("i");
    labels_.push_back({});
    statement(depth - 1);
    expression('i', depth - 1);
    line("if");
    labels_.push_back({});
    expression('i', depth - 2);
    line("throw $e");
    line("end");
    labels_.pop_back();
    labels_.pop_back();
    line("end");
    expression('i', depth - 2);
    labels_.pop_back();
    line("end");
    local_of("local.set", 'i');
  }

  Entropy& e_;
  const GenerateOptions& o_;
  const Rows& rows_;
  const std::vector<GeneratedFunc>& funcs_;
  const GeneratedFunc& self_;
  const std::size_t number_;
  const std::string_view used_letters_;
  std::string body_;
  TypeLetters locals_;
  std::array<std::uint32_t, 5> scratch_{};
  std::vector<std::uint32_t> counters_;
  std::vector<TypeLetters> labels_;
  std::vector<std::size_t> loops_;  ///< positions in labels_
  std::size_t size_ = 0;
};

TypeLetters random_types(Entropy& e, const GenerateOptions& o, std::uint32_t most) {
  TypeLetters out;
  const std::uint32_t count = e.below(most + 1);
  for (std::uint32_t i = 0; i < count; ++i) out += letters[e.below(o.has_vectors ? 5 : 4)];
  return out;
}

}  // namespace

Entropy::Entropy(std::span<const std::uint8_t> bytes) : bytes_(bytes), state_(0x9e37'79b9'7f4a'7c15) {
  for (const std::uint8_t b : bytes) state_ = (state_ ^ b) * 0x100'0000'01b3;
}

std::uint64_t Entropy::next() {
  // splitmix64
  state_ += 0x9e37'79b9'7f4a'7c15;
  std::uint64_t z = state_;
  z = (z ^ z >> 30) * 0xbf58'476d'1ce4'e5b9;
  z = (z ^ z >> 27) * 0x94d0'49bb'1331'11eb;
  return z ^ z >> 31;
}

std::uint32_t Entropy::below(std::uint32_t n) {
  if (n <= 256 && !bytes_.empty()) {
    const std::uint8_t b = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return b % n;
  }
  return static_cast<std::uint32_t>(next() % n);
}

std::string constant(Entropy& e, char type) {
  constexpr std::string_view ints[] = {"0", "1", "-1", "2", "7", "31", "32", "63", "64", "127", "128", "255", "256", "32767", "-32768", "65535", "65536", "0x7fffffff", "-0x80000000"};
  constexpr std::string_view floats[] = {"0", "-0", "1", "-1", "0.5", "1.5", "-2.5", "inf", "-inf", "nan", "1e-30", "3e9", "-3e9", "1e20", "4294967296", "2147483647", "0x1p-140", "123456.789"};
  const auto any = [&](auto& from) { return from[e.below(static_cast<std::uint32_t>(std::size(from)))]; };
  switch (type) {
    case 'i': return fmt::format("i32.const {}", e.one_in(2) ? std::string(any(ints)) : std::to_string(static_cast<std::int32_t>(e.next())));
    case 'I': return fmt::format("i64.const {}", e.one_in(2) ? std::string(any(ints)) : std::to_string(static_cast<std::int64_t>(e.next())));
    case 'f': return fmt::format("f32.const {}", any(floats));
    case 'F': return fmt::format("f64.const {}", e.one_in(8) ? std::string_view("0x1.8p-1060") : any(floats));
    default: break;
  }
  switch (e.below(3)) {
    case 0: return fmt::format("v128.const i64x2 {} {}", static_cast<std::int64_t>(e.next()), static_cast<std::int64_t>(e.next()));
    case 1: return fmt::format("v128.const f32x4 {} {} {} {}", any(floats), any(floats), any(floats), any(floats));
    default: return fmt::format("v128.const f64x2 {} {}", any(floats), any(floats));
  }
}

Generated generate(Entropy& e, const GenerateOptions& o) {
  Generated out;
  const Rows rows(o);
  const std::uint32_t count = 2 + e.below(6);
  for (std::uint32_t i = 0; i < count; ++i) {
    GeneratedFunc f{.name = fmt::format("f{}", i), .params = random_types(e, o, 4), .results = {}};
    f.results = e.one_in(4) ? random_types(e, o, 3) : TypeLetters(1, letters[e.below(o.has_vectors ? 5 : 4)]);
    out.funcs.push_back(std::move(f));
  }
  std::string& t = out.text;
  t = "(module\n";
  for (std::uint32_t i = 0; i < count; ++i) t += fmt::format("  (type $t{} (func{}))\n", i, signature(out.funcs[i]));
  const std::string_view address = o.has_memory64 ? "i64" : "i32";
  t += fmt::format("  (memory {} 2 3)\n  (table {} funcref)\n  (elem (i32.const 0) func", o.has_memory64 ? "i64" : "", count + 1);
  for (std::uint32_t i = 0; i < count; ++i) t += fmt::format(" $f{}", i);
  t += fmt::format(")\n  (data ({}.const 16) \"", address);
  for (int i = 0; i < 64; ++i) t += fmt::format("\\{:02x}", e.next() & 0xff);
  t += "\")\n  (data $d \"0123456789abcdefghijklmnopqrst\")\n";
  if (o.has_exceptions) t += "  (tag $e (param i32))\n";
  for (const char l : std::string_view(o.has_vectors ? "iIfFV" : "iIfF")) t += fmt::format("  (global $g{} (mut {}) ({}))\n", l, name_of(l), constant(e, l));
  t += fmt::format("  (global $fuel (mut i32) (i32.const {0}))\n  (func (export \"reset\") i32.const {0} global.set $fuel)\n", fuel);
  t += "  (func $burn global.get $fuel i32.const 1 i32.sub global.set $fuel global.get $fuel i32.eqz if unreachable end)\n";
  t += fmt::format("  (func (export \"hash\") (result i64) (local $at {0}) (local $sum i64)\n"
                   "    loop local.get $sum i64.const 7 i64.rotl local.get $at i64.load i64.xor local.set $sum\n"
                   "      local.get $at {0}.const 8 {0}.add local.tee $at {0}.const 131072 {0}.lt_u br_if 0 end local.get $sum)\n", address);
  for (std::uint32_t i = 0; i < count; ++i) t += BodyWriter(e, o, rows, out.funcs, out.funcs[i], i).write();
  t += ")\n";
  return out;
}

}  // namespace wcomp::fuzz
