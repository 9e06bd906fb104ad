#include "cli/wcomp/disassemble.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/in_file.h"
#include "base/text.h"
#include "cli/wcomp/child.h"
#include "core/expr_reader.h"
#include "engine/backend.h"
#include "engine/code_names.h"
#include "engine/jit/jit.h"
#include "engine/jit/places.h"

namespace wcomp::cli {

namespace {

namespace jit = engine::jit;

constexpr std::size_t max_sections = 4000;  // of an object file; numbers from 0xff00 on mean something else

// What an object file of 64 bits consists of, as far as a disassembler looks at it.
struct ElfHeader {
  std::uint8_t ident[16] = {0x7f, 'E', 'L', 'F', 2, 1, 1};
  std::uint16_t type = 1, machine = 62;
  std::uint32_t version = 1;
  std::uint64_t entry = 0, program_headers = 0, section_headers = 0;
  std::uint32_t flags = 0;
  std::uint16_t header_bytes = 64, program_header_bytes = 0, program_header_count = 0, section_header_bytes = 64, section_count = 0, names = 0;
};
static_assert(sizeof(ElfHeader) == 64);
struct ElfSection {
  std::uint32_t name = 0, type = 0;
  std::uint64_t flags = 0, address = 0, offset = 0, size = 0;
  std::uint32_t link = 0, info = 0;
  std::uint64_t align = 1, entry_bytes = 0;
};
static_assert(sizeof(ElfSection) == 64);

/// Each piece of code as a section `.f0`, `.f1`, ..
std::string object_file(const std::vector<ByteSpan>& pieces) {
  ElfHeader head;
#if defined(__aarch64__)
  head.machine = 183;
#endif
  constexpr std::uint32_t is_code = 1, is_strings = 3;
  constexpr std::uint64_t alloc_and_execute = 6;
  std::string bytes(sizeof head, '\0'), names("\0.names\0", 8);
  std::vector<ElfSection> sections(1);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    sections.push_back({.name = static_cast<std::uint32_t>(names.size()), .type = is_code, .flags = alloc_and_execute, .offset = bytes.size(), .size = pieces[i].size()});
    names += fmt::format(".f{}", i) + '\0';
    bytes.append(reinterpret_cast<const char*>(pieces[i].data()), pieces[i].size());
  }
  sections.push_back({.name = 1, .type = is_strings, .offset = bytes.size(), .size = names.size()});
  bytes += names;
  bytes.resize((bytes.size() + 7) / 8 * 8);
  head.section_headers = bytes.size();
  head.section_count = static_cast<std::uint16_t>(sections.size());
  head.names = static_cast<std::uint16_t>(sections.size() - 1);
  std::memcpy(bytes.data(), &head, sizeof head);
  bytes.append(reinterpret_cast<const char*>(sections.data()), sections.size() * sizeof(ElfSection));
  return bytes;
}

struct Line {
  std::uint64_t address = 0;
  std::string text;
};

/// What a disassembler printed, by section. Lines that are no instruction are left out.
std::vector<std::vector<Line>> read_listing(std::istream& in, std::size_t count) {
  std::vector<std::vector<Line>> out(count);
  std::size_t at = count;
  constexpr std::string_view title = "Disassembly of section .f";
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(title)) {
      at = count;
      std::from_chars(line.data() + title.size(), line.data() + line.size(), at);
      continue;
    }
    const std::size_t colon = line.find(':'), first = line.find_first_not_of(' ');
    if (at >= count || colon == std::string::npos || first == std::string::npos || first >= colon || first == 0) continue;
    Line l;
    const auto [end, ec] = std::from_chars(line.data() + first, line.data() + colon, l.address, 16);
    if (ec != std::errc() || end != line.data() + colon) continue;
    const std::size_t text = line.find_first_not_of(" \t", colon + 1);
    if (text == std::string::npos) continue;
    l.text = line.substr(text);
    std::ranges::replace(l.text, '\t', ' ');
    out[at].push_back(std::move(l));
  }
  return out;
}

Failure no_disassembler() {
  Diagnostic d = error(diag::file_error, "there is no disassembler: `llvm-objdump-19`, `llvm-objdump` or `objdump` was expected on PATH");
  d.notes.push_back("the packages `llvm-19` and `binutils` have one each");
  return Failure(std::move(d));
}

Result<std::vector<std::vector<Line>>> listing_of(const std::vector<ByteSpan>& pieces) {
  std::string program;
  for (const char* name : {"llvm-objdump-19", "llvm-objdump", "objdump"}) {
    if (program.empty()) program = find_program(name);
  }
  if (program.empty()) return Err(no_disassembler());
  WCOMP_TRY(const TemporaryFolder folder, TemporaryFolder::make());
  std::vector<std::vector<Line>> out;
  for (std::size_t begin = 0; begin < pieces.size(); begin += max_sections) {
    const std::vector<ByteSpan> part(pieces.begin() + static_cast<std::ptrdiff_t>(begin), pieces.begin() + static_cast<std::ptrdiff_t>(std::min(pieces.size(), begin + max_sections)));
    const auto object = folder.path() / "code.o", listing = folder.path() / "listing";
    const std::string bytes = object_file(part);
    if (!std::ofstream(object, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()))) return fail(diag::file_error, "the code cannot be written for the disassembler");
    std::vector<std::string> words{program, "-d", "--no-show-raw-insn"};
#if defined(__x86_64__)
    words.insert(words.end(), {"-M", "intel"});
#endif
    words.push_back(object.string());
    WCOMP_TRY(const ChildrenDone done, run_children({{.words = words, .errors = folder.path() / "errors", .output = listing}}));
    if (done.statuses[0] != 0) return fail(diag::file_error, fmt::format("`{}` does not understand the code: it ended with status {}", escape(program), done.statuses[0]));
    std::ifstream in(listing);
    for (auto& lines : read_listing(in, part.size())) out.push_back(std::move(lines));
  }
  return out;
}

/// The instruction and what it names.
std::string wasm_at(const core::Module& module, std::size_t defined, std::uint32_t offset) {
  const core::Expr& body = module.funcs[defined].body;
  if (offset >= body.code.size()) return {};
  core::ExprReader in({.code = body.code.subspan(offset), .offset = body.offset + offset});
  if (!in.next()) return {};
  std::string out(in->row->text);
  switch (in->row->immediate) {
    case core::Immediate::func: out += " " + engine::describe_func(module, core::FuncIdx(in->index)); break;
    case core::Immediate::type_table: out += fmt::format(" (type {})", in->index); break;
    case core::Immediate::local:
    case core::Immediate::global:
    case core::Immediate::label:
    case core::Immediate::table:
    case core::Immediate::data:
    case core::Immediate::elem:
    case core::Immediate::tag: out += fmt::format(" {}", in->index); break;
    case core::Immediate::mem_arg:
    case core::Immediate::mem_arg_lane:
      if (in->mem_arg.mem.value != 0) out += fmt::format(" {}", in->mem_arg.mem.value);
      if (in->mem_arg.offset != 0) out += fmt::format(" offset={}", in->mem_arg.offset);
      break;
    case core::Immediate::i32_const: out += fmt::format(" {}", static_cast<std::int32_t>(in->bits)); break;
    case core::Immediate::i64_const: out += fmt::format(" {}", static_cast<std::int64_t>(in->bits)); break;
    default: break;
  }
  return escape(out);
}

class Listing {
 public:
  Listing(const DisassembleOptions& options, const std::string& file) : options_(options), file_(file), found_(options.funcs.size()) {}

  Result<void> add_all(const component::Sections& sections) {
    // What is nested is bounded by who read it.
    if (!sections.is_component) return add(sections);
    for (const component::Section& s : sections.items) {
      if (s.nested) WCOMP_TRY(add_all(*s.nested));
    }
    return {};
  }
  Result<std::string> finish() {
    for (std::size_t i = 0; i < found_.size(); ++i) {
      if (!found_[i]) return fail(diag::bad_usage, fmt::format("no function `{}` is in `{}`", escape(options_.funcs[i]), escape(file_)));
    }
    return std::move(out_);
  }

 private:
  bool is_wanted(const core::Module& module, core::FuncIdx f) {
    if (options_.funcs.empty()) return true;
    const std::string name = engine::describe_func(module, f);
    bool is_one = false;
    for (std::size_t i = 0; i < options_.funcs.size(); ++i) {
      const std::string& wanted = options_.funcs[i];
      const bool is_this = wanted == std::to_string(f.value) || name == wanted || name.starts_with(wanted + " (") || name.ends_with(" (" + wanted + ")");
      if (is_this) found_[i] = is_one = true;
    }
    return is_one;
  }

  Result<void> add(const component::Sections& sections) {
    auto storage = std::make_shared<const Bytes>(sections.bytes.begin(), sections.bytes.end());
    auto decoded = core::decode(storage, ByteSpan(*storage));
    if (!decoded) return Err(in_file(std::move(decoded).error(), file_));
    core::Features all;
    for (const core::FeatureRow& row : core::feature_rows()) all.set(row.feature, true);
    auto valid = core::validate(*std::move(decoded), all);
    if (!valid) return Err(in_file(std::move(valid).error(), file_));
    const core::Module& module = **valid;
    const bool has_memory = !module.mem_types.empty() && !module.mem_types[0].limits.is_64;
    WCOMP_TRY(const jit::CodeObject object, jit::compile(*valid, {.is_guarded = has_memory}));

    std::vector<std::size_t> shown;
    std::vector<ByteSpan> pieces;
    for (std::size_t i = 0; i + 1 < object.funcs.size(); ++i) {
      if (!is_wanted(module, core::FuncIdx(static_cast<std::uint32_t>(module.imported_funcs + i)))) continue;
      shown.push_back(i);
      pieces.push_back(ByteSpan(object.code).subspan(object.funcs[i].entry, object.funcs[i].end - object.funcs[i].entry));
    }
    if (pieces.empty()) return {};
    WCOMP_TRY(const auto listings, listing_of(pieces));
    out_ += fmt::format("{}core module{} at {:#x}: {} functions, {} bytes of code\n", out_.empty() ? "" : "\n", module.names.module.empty() ? "" : " `" + escape(module.names.module) + "`",
                        sections.offset, module.funcs.size(), object.code.size());
    for (std::size_t k = 0; k < shown.size(); ++k) add_func(module, object, shown[k], listings[k]);
    return {};
  }

  void add_func(const core::Module& module, const jit::CodeObject& object, std::size_t i, const std::vector<Line>& lines) {
    const jit::CodeFunc& f = object.funcs[i];
    const std::size_t index = module.imported_funcs + i;
    out_ += fmt::format("\nfunc[{}] {}: {} bytes of wasm, {} of code\n", index, escape(engine::describe_func(module, core::FuncIdx(static_cast<std::uint32_t>(index)))),
                        module.funcs[i].body.code.size(), f.end - f.entry);
    const auto places = jit::read_places(std::span(object.places).subspan(f.places, object.funcs[i + 1].places - f.places));
    std::size_t next = 0;
    for (const Line& line : lines) {
      // Several may begin at one instruction: the last one is what it is from.
      const std::size_t first = next;
      while (next < places.size() && places[next].begin <= line.address) ++next;
      if (next != first) {
        const std::uint32_t offset = places[next - 1].offset;
        out_ += fmt::format("  {:#08x} {}\n", module.funcs[i].body.offset + offset, wasm_at(module, i, offset));
      }
      out_ += fmt::format("    {:>6x}  {}{}\n", line.address, escape(line.text), callee(module, object, f, line.text));
    }
  }
  /// `  # name` for a call of a function of the module, whose distance the disassembler does not know.
  static std::string callee(const core::Module& module, const jit::CodeObject& object, const jit::CodeFunc& f, std::string_view text) {
    if (!text.starts_with("call") && !text.starts_with("bl ") && !text.starts_with("jmp") && !text.starts_with("b ")) return {};
    const std::size_t hex = text.find("0x");
    if (hex == std::string_view::npos) return {};
    std::uint64_t to = 0;
    if (std::from_chars(text.data() + hex + 2, text.data() + text.size(), to, 16).ec != std::errc()) return {};
    const auto entry = static_cast<std::uint32_t>(f.entry + to);
    const auto end = object.funcs.end() - 1;
    const auto it = std::find_if(object.funcs.begin(), end, [&](const jit::CodeFunc& c) { return c.entry == entry; });
    if (it == end || &*it == &f) return {};
    return "  # " + escape(engine::describe_func(module, core::FuncIdx(static_cast<std::uint32_t>(module.imported_funcs + (it - object.funcs.begin())))));
  }

  const DisassembleOptions& options_;
  const std::string& file_;
  std::vector<bool> found_;
  std::string out_;
};

}  // namespace

Result<std::string> disassemble(const component::Sections& sections, const std::string& file, const DisassembleOptions& options) {
  if (const std::string_view why = engine::why_no_compiler(); !why.empty()) return fail(diag::unsupported, fmt::format("there is no compiled code here: {}", why));
  Listing listing(options, file);
  WCOMP_TRY(listing.add_all(sections));
  return listing.finish();
}

}  // namespace wcomp::cli
