#include "component/shared_libraries/written_funcs.h"

#include <fmt/format.h>

#include "core/builder.h"

namespace wcomp::component::shared {

using core::Opcode;
using core::ValType;

namespace {

constexpr std::uint32_t pointer_align_log2 = 2, pointer_bytes = 4;

using Code = core::CodeBuilder;

/// A load or store of a pointer in the first memory.
Code& pointer(Code& code, Opcode o, std::uint32_t offset) { return code.mem(o, pointer_align_log2, offset, core::MemIdx(0)); }

}  // namespace

std::uint32_t WrittenFuncs::put(Func f) {
  funcs.push_back(std::move(f));
  return first + static_cast<std::uint32_t>(funcs.size() - 1);
}

std::uint32_t WrittenFuncs::add(const StubFunc& f, const Layout&, core::TypeInterner&) {
  return put({.name = "missing:" + f.name, .type = f.type, .locals = {}, .code = Code().op(Opcode::unreachable).take()});
}

std::uint32_t WrittenFuncs::add(const ThreadFunc& f, const Layout& layout, core::TypeInterner& types) {
  const bool is_get = f.symbol == LinkerSymbol::get_tls_base;
  const core::FuncType type = is_get ? core::FuncType{.params = {}, .results = {ValType::i32}} : core::FuncType{.params = {ValType::i32}, .results = {}};
  Func out{.name = fmt::format("{}:{}", linker_symbol_rows[static_cast<std::size_t>(f.symbol)].name, f.library), .type = types.add(type), .locals = {}, .code = {}};
  const std::uint32_t slot = layout.tls_slot[f.library];
  if (slot == Layout::no_tls_slot) {  // the library has no thread-local storage, and nothing that could tell of it
    out.code = Code().op(Opcode::unreachable).take();
    return put(std::move(out));
  }
  const std::uint32_t offset = slot * pointer_bytes;
  const auto main_bases = static_cast<std::int32_t>(layout.main_tls_bases);
  Code code;
  if (!layout.has_threads) {
    code.i32_const(main_bases);
    out.code = is_get ? pointer(code, Opcode::i32_load, offset).take() : pointer(code.op(Opcode::local_get, 0), Opcode::i32_store, offset).take();
  } else if (is_get) {
    out.code = pointer(code.op(Opcode::call, context_get), Opcode::i32_load, offset).take();
  } else {
    // A thread has no array of its own as long as libc has not made it one: then it is the main thread.
    constexpr std::uint32_t bases = 1;
    out.locals = {{1, ValType::i32}};
    code.op(Opcode::call, context_get).op(Opcode::local_tee, bases).op(Opcode::i32_eqz).if_().i32_const(main_bases).op(Opcode::local_set, bases).op(Opcode::end);
    out.code = pointer(code.op(Opcode::local_get, bases).op(Opcode::local_get, 0), Opcode::i32_store, offset).take();
  }
  return put(std::move(out));
}

std::uint32_t WrittenFuncs::calls(std::string_view name, const std::vector<std::uint32_t>& callees, core::TypeInterner& types) {
  Code code;
  for (const std::uint32_t f : callees) code.op(Opcode::call, f);
  return put({.name = std::string(name), .type = types.add(core::FuncType{}), .locals = {}, .code = code.take()});
}

}  // namespace wcomp::component::shared
