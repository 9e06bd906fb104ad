#include "component/shared_libraries/layout.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/diagnostic.h"
#include "base/text.h"
#include "component/shared_libraries/constants.h"

namespace wcomp::component::shared {
namespace {

constexpr std::uint64_t page_bytes = 65'536, memory_bytes = page_bytes * 65'536, table_elements = 10'000'000;
constexpr std::uint32_t heap_align_log2 = 4, pointer_bytes = 4;

std::uint64_t aligned(std::uint64_t n, std::uint32_t log2) {
  const std::uint64_t mask = (std::uint64_t{1} << log2) - 1;
  return (n + mask) & ~mask;
}

class LayoutMaker {
 public:
  LayoutMaker(std::span<const Library> libraries, const Bindings& bindings, const std::vector<LibraryNumber>& order) : libraries_(libraries), bindings_(bindings), order_(order) {}

  Result<Layout> run(std::uint32_t stack_size) {
    out_.memory_base.resize(libraries_.size());
    out_.table_base.resize(libraries_.size());
    out_.globals.resize(libraries_.size());
    out_.tls_slot.assign(libraries_.size(), Layout::no_tls_slot);
    memory_ = aligned(stack_size, heap_align_log2);
    WCOMP_TRY(check_memory("the stack"));
    out_.stack_size = static_cast<std::uint32_t>(memory_);
    WCOMP_TRY(place_libraries());
    own_slots();
    evaluate_globals();
    for (const LibraryNumber l : order_) {
      for (const Binding& b : bindings_.imports[l]) {
        if (const auto* a = std::get_if<FuncAddress>(&b)) slot(a->func);
      }
    }
    if (uses(LinkerSymbol::libdl_libraries)) WCOMP_TRY(place_libdl_tables());
    WCOMP_TRY(place_tls());
    if (out_.first_slot + out_.slot_funcs.size() > table_elements) return too_large_table();
    memory_ = aligned(memory_, heap_align_log2);
    WCOMP_TRY(check_memory("the libraries"));
    out_.heap_base = static_cast<std::uint32_t>(memory_);
    out_.heap_end = std::max(aligned(memory_, 16), smallest_memory());
    return std::move(out_);
  }

 private:
  /// An address below 4 GiB has to follow what is there, too.
  Result<void> check_memory(std::string_view what) const {
    if (memory_ < memory_bytes) return {};
    return fail(diag::limit_exceeded, fmt::format("{} would end at byte {} of the memory, which has {}", what, memory_, memory_bytes));
  }
  static Err<Failure> too_large_table() { return fail(diag::limit_exceeded, fmt::format("the libraries need a table of more than {} elements", table_elements)); }

  Result<void> place_libraries() {
    std::uint64_t table = 1;  // no function has address 0
    for (const LibraryNumber l : order_) {
      const Library& library = libraries_[l];
      memory_ = aligned(memory_, library.info.memory_align_log2);
      table = aligned(table, library.info.table_align_log2);
      WCOMP_TRY(check_memory(fmt::format("library `{}`", escape(library.name))));
      if (table > table_elements) return too_large_table();
      out_.memory_base[l] = static_cast<std::uint32_t>(memory_);
      out_.table_base[l] = static_cast<std::uint32_t>(table);
      memory_ += library.info.memory_size;
      table += library.info.table_size;
      WCOMP_TRY(check_memory(fmt::format("library `{}`", escape(library.name))));
      if (table > table_elements) return too_large_table();
    }
    out_.first_slot = static_cast<std::uint32_t>(table);
    return {};
  }

  void evaluate_globals() {
    for (const LibraryNumber l : order_) {
      const core::Module& m = libraries_[l].module();
      auto& values = out_.globals[l];
      for (const std::uint32_t import : bindings_.import_at[l][static_cast<std::size_t>(core::ExternKind::global)]) {
        const auto* symbol = std::get_if<LinkerSymbol>(&bindings_.imports[l][import]);
        const bool is_base = symbol != nullptr && (*symbol == LinkerSymbol::memory_base || *symbol == LinkerSymbol::table_base || *symbol == LinkerSymbol::init_stack_pointer);
        values.push_back(is_base ? std::optional<std::uint64_t>(out_.address(*symbol, l)) : std::nullopt);
      }
      add_defined_globals(m, values);
    }
  }

  /// Slots that a library gives its own functions: their address is the same for others.
  void own_slots() {
    for (const LibraryNumber l : order_) {
      const core::Module& m = libraries_[l].module();
      GlobalValues bases;
      for (const std::uint32_t import : bindings_.import_at[l][static_cast<std::size_t>(core::ExternKind::global)]) {
        const auto* symbol = std::get_if<LinkerSymbol>(&bindings_.imports[l][import]);
        bases.push_back(symbol != nullptr && *symbol == LinkerSymbol::table_base ? std::optional<std::uint64_t>(out_.table_base[l]) : std::nullopt);
      }
      for (const core::Elem& e : m.elems) {
        const auto* funcs = std::get_if<std::vector<core::FuncIdx>>(&e.items);
        if (funcs == nullptr || e.mode != core::SegmentMode::active || e.table.value >= m.imported_tables) continue;
        const auto first = evaluate(e.offset, bases);
        for (std::size_t i = 0; first && i < funcs->size(); ++i) {
          const std::uint64_t at = *first + i;
          if (at < out_.first_slot) out_.slots.try_emplace(bindings_.func(libraries_[l], l, (*funcs)[i].value), static_cast<std::uint32_t>(at));
        }
      }
    }
  }

  std::uint32_t slot(const FuncSource& f) {
    const auto [at, is_new] = out_.slots.try_emplace(f, out_.table_size());
    if (is_new) out_.slot_funcs.push_back(f);
    return at->second;
  }

  [[nodiscard]] bool uses(LinkerSymbol s) const {
    return std::ranges::any_of(order_, [&](LibraryNumber l) {
      return std::ranges::any_of(bindings_.imports[l], [&](const Binding& b) {
        const auto* symbol = std::get_if<LinkerSymbol>(&b);
        return symbol != nullptr && *symbol == s;
      });
    });
  }
  [[nodiscard]] bool uses_thread_funcs() const {
    return std::ranges::any_of(order_, [&](LibraryNumber l) {
      return std::ranges::any_of(bindings_.imports[l], [&](const Binding& b) {
        const auto* func = std::get_if<FuncSource>(&b);
        return func != nullptr && std::holds_alternative<ThreadFunc>(*func);
      });
    });
  }

  /// Room for `bytes`, aligned for pointers.
  Result<std::uint32_t> reserve(std::uint64_t bytes) {
    memory_ = aligned(memory_, 2);
    const std::uint64_t at = memory_;
    memory_ += bytes;
    WCOMP_TRY(check_memory("what the linker adds"));
    return static_cast<std::uint32_t>(at);
  }
  Result<std::uint32_t> place(ByteWriter bytes) {
    WCOMP_TRY(const std::uint32_t at, reserve(bytes.size()));
    if (bytes.size() != 0) out_.contents.push_back({at, bytes.take()});
    return at;
  }

  /// What `dlopen` and `dlsym` look into, from the inside out. All lists are sorted by name.
  ///   struct symbol { size_t name_size; const char* name; void* address; };
  ///   struct library { size_t name_size; const char* name; size_t symbol_count; const struct symbol* symbols; };
  ///   struct libraries { size_t count; const struct library* libraries; };
  Result<void> place_libdl_tables() {
    std::vector<LibraryNumber> openable;
    for (const LibraryNumber l : order_) {
      if (libraries_[l].is_dl_openable) openable.push_back(l);
    }
    std::ranges::sort(openable, {}, [&](LibraryNumber l) -> std::string_view { return libraries_[l].name; });
    ByteWriter list;
    for (const LibraryNumber l : openable) {
      const Library& library = libraries_[l];
      WCOMP_TRY(const auto symbols, place_symbols(l));
      WCOMP_TRY(const std::uint32_t name, place_text(library.name));
      for (const std::uint32_t v : {static_cast<std::uint32_t>(library.name.size()), name, symbols.first, symbols.second}) list.fixed_u32(v);
    }
    WCOMP_TRY(const std::uint32_t libraries, place(std::move(list)));
    ByteWriter root;
    root.fixed_u32(static_cast<std::uint32_t>(openable.size()));
    root.fixed_u32(libraries);
    WCOMP_TRY(out_.libdl_libraries, place(std::move(root)));
    return {};
  }

  Result<std::uint32_t> place_text(std::string_view text) {
    ByteWriter bytes;
    bytes.bytes(as_bytes(text));
    bytes.u8(0);
    return place(std::move(bytes));
  }

  /// How many, and where.
  Result<std::pair<std::uint32_t, std::uint32_t>> place_symbols(LibraryNumber l) {
    const Library& library = libraries_[l];
    std::vector<const core::Export*> symbols;
    for (const core::Export& e : library.module().exports) {
      const bool is_data = e.kind == core::ExternKind::global && library.module().global_types[e.index] == core::GlobalType{core::ValType::i32, false};
      if (e.kind == core::ExternKind::func || is_data) symbols.push_back(&e);
    }
    std::ranges::sort(symbols, {}, [](const core::Export* e) -> std::string_view { return e->name; });
    ByteWriter names, list;
    WCOMP_TRY(const std::uint32_t names_at, reserve(0));
    for (const core::Export* e : symbols) {
      std::uint32_t address = 0;
      if (e->kind == core::ExternKind::func) {
        address = slot(bindings_.func(library, l, e->index));
      } else {
        WCOMP_TRY(address, data_address(out_, library, l, *e));
      }
      list.fixed_u32(static_cast<std::uint32_t>(e->name.size()));
      list.fixed_u32(names_at + static_cast<std::uint32_t>(names.size()));
      list.fixed_u32(address);
      names.bytes(as_bytes(e->name));
      names.u8(0);
    }
    WCOMP_TRY(place(std::move(names)));
    WCOMP_TRY(const std::uint32_t at, place(std::move(list)));
    return std::pair(static_cast<std::uint32_t>(symbols.size()), at);
  }

  /// Each library with thread-local storage has a slot in an array of base addresses. Programs that start threads have an array for each
  /// thread, made by libc, which needs to know of all libraries:
  ///   struct program_tls_info { size_t library_count; const struct library_tls_info** libraries; void** main_thread_bases; };
  Result<void> place_tls() {
    const bool needs_info = uses(LinkerSymbol::program_tls_info);
    if (!needs_info && !uses_thread_funcs()) return {};
    std::uint32_t count = 0;
    ByteWriter infos;
    for (const LibraryNumber l : order_) {
      const core::Export* info = libraries_[l].find(library_tls_info, core::ExternKind::global);
      if (info == nullptr) continue;
      out_.tls_slot[l] = count++;
      WCOMP_TRY(const std::uint32_t at, data_address(out_, libraries_[l], l, *info));
      infos.fixed_u32(at);
      out_.has_threads |= starts_threads(libraries_[l]);
    }
    for (const LibraryNumber l : order_) out_.has_threads |= starts_threads(libraries_[l]);
    WCOMP_TRY(out_.main_tls_bases, reserve(std::uint64_t{count} * pointer_bytes));
    if (!needs_info) return {};
    WCOMP_TRY(const std::uint32_t infos_at, place(std::move(infos)));
    ByteWriter program;
    for (const std::uint32_t v : {count, infos_at, out_.main_tls_bases}) program.fixed_u32(v);
    WCOMP_TRY(out_.program_tls_info, place(std::move(program)));
    return {};
  }

  static bool starts_threads(const Library& library) {
    return std::ranges::any_of(library.module().imports, [](const core::Import& i) { return i.name.starts_with("[thread-new-") || i.name.starts_with("[thread-spawn-"); });
  }

  [[nodiscard]] std::uint64_t smallest_memory() const {
    std::uint64_t pages = 0;
    for (const LibraryNumber l : order_) {
      const core::Module& m = libraries_[l].module();
      for (std::uint32_t i = 0; i < m.imported_mems; ++i) pages = std::max(pages, m.mem_types[i].limits.min);
    }
    return pages * page_bytes;
  }

  std::span<const Library> libraries_;
  const Bindings& bindings_;
  const std::vector<LibraryNumber>& order_;
  std::uint64_t memory_ = 0;
  Layout out_;
};

}  // namespace

std::uint32_t Layout::address(LinkerSymbol s, LibraryNumber library) const {
  switch (s) {
    case LinkerSymbol::memory_base: return memory_base[library];
    case LinkerSymbol::table_base: return table_base[library];
    case LinkerSymbol::init_stack_pointer:
    case LinkerSymbol::stack_high: return stack_size;
    case LinkerSymbol::heap_base: return heap_base;
    case LinkerSymbol::heap_end: return static_cast<std::uint32_t>(heap_end);
    case LinkerSymbol::libdl_libraries: return libdl_libraries;
    case LinkerSymbol::program_tls_info: return program_tls_info;
    default: return 0;
  }
}

Result<std::uint32_t> data_address(const Layout& layout, const Library& library, LibraryNumber number, const core::Export& symbol) {
  const auto& values = layout.globals[number];
  if (symbol.index >= values.size() || !values[symbol.index]) {
    return fail(diag::invalid, fmt::format("the address of `{}` in library `{}` is not a constant", escape(symbol.name), escape(library.name)), library.at(symbol.offset));
  }
  const auto value = static_cast<std::uint32_t>(*values[symbol.index]);
  const auto flags = library.export_flags.find(symbol.name);
  const bool is_absolute = flags != library.export_flags.end() && (flags->second & static_cast<std::uint32_t>(core::DylinkFlag::absolute)) != 0;
  return is_absolute ? value : layout.memory_base[number] + value;
}

Result<Layout> lay_out(std::span<const Library> libraries, const Bindings& bindings, const std::vector<LibraryNumber>& order, std::uint32_t stack_size) {
  return LayoutMaker(libraries, bindings, order).run(stack_size);
}

}  // namespace wcomp::component::shared
