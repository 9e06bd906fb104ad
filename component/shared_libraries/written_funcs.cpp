#include "component/shared_libraries/written_funcs.h"

#include <fmt/format.h>

#include "core/type_bytes.h"

namespace wcomp::component::shared {

using core::Opcode;
using core::ValType;

namespace {

constexpr std::uint8_t no_result_byte = 0x40;
constexpr std::uint32_t pointer_align_log2 = 2, pointer_bytes = 4;

class Code {
 public:
  Code& op(Opcode o) {
    core::write_opcode(out_, o);
    return *this;
  }
  Code& op(Opcode o, std::uint32_t immediate) {
    op(o);
    out_.leb_u32(immediate);
    return *this;
  }
  Code& i32_const(std::uint32_t v) {
    op(Opcode::i32_const);
    out_.leb_s32(static_cast<std::int32_t>(v));
    return *this;
  }
  Code& mem(Opcode o, std::uint32_t offset) {
    op(o, pointer_align_log2);
    out_.leb_u32(offset);
    return *this;
  }
  Code& if_() {
    op(Opcode::if_);
    out_.u8(no_result_byte);
    return *this;
  }
  [[nodiscard]] Bytes end() {
    op(Opcode::end);
    return out_.take();
  }

 private:
  ByteWriter out_;
};

}  // namespace

std::uint32_t WrittenFuncs::put(Func f) {
  funcs.push_back(std::move(f));
  return first + static_cast<std::uint32_t>(funcs.size() - 1);
}

std::uint32_t WrittenFuncs::add(const StubFunc& f, const Layout&, core::TypeInterner&) {
  return put({.name = "missing:" + f.name, .type = f.type, .locals = {}, .code = Code().op(Opcode::unreachable).end()});
}

std::uint32_t WrittenFuncs::add(const ThreadFunc& f, const Layout& layout, core::TypeInterner& types) {
  const bool is_get = f.symbol == LinkerSymbol::get_tls_base;
  const core::FuncType type = is_get ? core::FuncType{.params = {}, .results = {ValType::i32}} : core::FuncType{.params = {ValType::i32}, .results = {}};
  Func out{.name = fmt::format("{}:{}", linker_symbol_rows[static_cast<std::size_t>(f.symbol)].name, f.library), .type = types.add(type), .locals = {}, .code = {}};
  const std::uint32_t slot = layout.tls_slot[f.library];
  if (slot == Layout::no_tls_slot) {  // the library has no thread-local storage, and nothing that could tell of it
    out.code = Code().op(Opcode::unreachable).end();
    return put(std::move(out));
  }
  const std::uint32_t offset = slot * pointer_bytes;
  Code code;
  if (!layout.has_threads) {
    code.i32_const(layout.main_tls_bases);
    out.code = is_get ? code.mem(Opcode::i32_load, offset).end() : code.op(Opcode::local_get, 0).mem(Opcode::i32_store, offset).end();
  } else if (is_get) {
    out.code = code.op(Opcode::call, context_get).mem(Opcode::i32_load, offset).end();
  } else {
    // A thread has no array of its own as long as libc has not made it one: then it is the main thread.
    constexpr std::uint32_t bases = 1;
    out.locals = {{1, ValType::i32}};
    code.op(Opcode::call, context_get).op(Opcode::local_tee, bases).op(Opcode::i32_eqz).if_().i32_const(layout.main_tls_bases).op(Opcode::local_set, bases).op(Opcode::end);
    out.code = code.op(Opcode::local_get, bases).op(Opcode::local_get, 0).mem(Opcode::i32_store, offset).end();
  }
  return put(std::move(out));
}

std::uint32_t WrittenFuncs::calls(std::string_view name, const std::vector<std::uint32_t>& callees, core::TypeInterner& types) {
  Code code;
  for (const std::uint32_t f : callees) code.op(Opcode::call, f);
  return put({.name = std::string(name), .type = types.add(core::FuncType{}), .locals = {}, .code = code.end()});
}

}  // namespace wcomp::component::shared
