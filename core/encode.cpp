// Modules back to bytes: bodies and data as they are, everything around them in its shortest form.
#include <algorithm>

#include "base/match.h"
#include "core/type_bytes.h"

namespace wcomp::core {
namespace {

void write(ByteWriter& out, ValType t) { write_val_type(out, t); }

void write(ByteWriter& out, const std::vector<ValType>& types) {
  out.leb_u32(static_cast<std::uint32_t>(types.size()));
  for (const ValType t : types) write(out, t);
}

void write(ByteWriter& out, const FuncType& t) {
  out.u8(0x60);
  write(out, t.params);
  write(out, t.results);
}

void write(ByteWriter& out, const Limits& l) { write_limits(out, l); }
void write(ByteWriter& out, const TableType& t) { write_table_type(out, t); }
void write(ByteWriter& out, const GlobalType& t) { write_global_type(out, t); }

void write(ByteWriter& out, TagType t) {
  out.u8(0);
  out.leb_u32(t.type.value);
}

void write(ByteWriter& out, const Expr& e) { out.bytes(e.code); }

void write(ByteWriter& out, const ExternType& type) {
  out.u8(static_cast<std::uint8_t>(type.index()));  // alternatives are in the order of the kinds' numbers
  match(
      type, [&](TypeIdx t) { out.leb_u32(t.value); }, [&](const TableType& t) { write(out, t); },
      [&](const MemType& t) { write(out, t.limits); }, [&](const GlobalType& t) { write(out, t); },
      [&](TagType t) { write(out, t); });
}

/// The imports that start at `first`: how many are written together.
std::size_t group_size(const std::vector<Import>& imports, std::size_t first) {
  if (imports[first].group == 0) return 1;
  const auto end = std::find_if(imports.begin() + static_cast<std::ptrdiff_t>(first), imports.end(),
                                [&](const Import& i) { return i.group != imports[first].group; });
  return static_cast<std::size_t>(end - imports.begin()) - first;
}

void write_imports(ByteWriter& out, const std::vector<Import>& imports) {
  ByteWriter groups;
  std::uint32_t count = 0;
  for (std::size_t first = 0; first < imports.size(); ++count) {
    const Import& head = imports[first];
    const std::size_t size = group_size(imports, first);
    groups.name(head.module);
    if (head.group == 0) {
      groups.name(head.name);
      write(groups, head.type);
    } else {
      groups.name({});
      groups.u8(head.shares_type ? group_of_one_type_byte : group_of_items_byte);
      if (head.shares_type) write(groups, head.type);
      groups.leb_u32(static_cast<std::uint32_t>(size));
      for (const Import& i : std::span(imports).subspan(first, size)) {
        groups.name(i.name);
        if (!head.shares_type) write(groups, i.type);
      }
    }
    first += size;
  }
  out.leb_u32(count);
  out.bytes(groups.view());
}

void write(ByteWriter& out, const Export& e) {
  out.name(e.name);
  out.u8(static_cast<std::uint8_t>(e.kind));
  out.leb_u32(e.index);
}

void write(ByteWriter& out, const Elem& e) {
  const auto* funcs = std::get_if<std::vector<FuncIdx>>(&e.items);
  const auto* exprs = std::get_if<std::vector<Expr>>(&e.items);
  // An active segment may leave out table 0 and funcref, but only both.
  const bool is_explicit = e.mode != SegmentMode::active || e.table.value != 0 || (exprs != nullptr && e.type != ValType::funcref);
  std::uint8_t flags = exprs != nullptr ? 4 : 0;
  if (e.mode == SegmentMode::active) {
    flags |= is_explicit ? 2 : 0;
  } else {
    flags |= e.mode == SegmentMode::declarative ? 3 : 1;
  }
  out.u8(flags);
  if (e.mode == SegmentMode::active) {
    if (is_explicit) out.leb_u32(e.table.value);
    write(out, e.offset);
  }
  if (is_explicit) {
    if (exprs != nullptr) {
      write(out, e.type);
    } else {
      out.u8(0);
    }
  }
  if (funcs != nullptr) {
    out.leb_u32(static_cast<std::uint32_t>(funcs->size()));
    for (const FuncIdx f : *funcs) out.leb_u32(f.value);
  } else {
    out.leb_u32(static_cast<std::uint32_t>(exprs->size()));
    for (const Expr& x : *exprs) write(out, x);
  }
}

void write(ByteWriter& out, const Func& f) {
  ByteWriter body;
  body.leb_u32(static_cast<std::uint32_t>(f.locals.size()));
  for (const Locals& run : f.locals) {
    body.leb_u32(run.count);
    write(body, run.type);
  }
  write(body, f.body);
  out.sized(body.view());
}

void write(ByteWriter& out, const Data& d) {
  const std::uint8_t flags = d.mode != SegmentMode::active ? 1 : d.mem.value != 0 ? 2 : 0;
  out.u8(flags);
  if (flags == 2) out.leb_u32(d.mem.value);
  if (flags != 1) write(out, d.offset);
  out.sized(d.bytes);
}

class Encoder {
 public:
  explicit Encoder(const Module& module) : m_(module) {}

  Bytes run() {
    out_.bytes(as_bytes(std::string_view("\0asm\1\0\0\0", 8)));
    customs(0);
    list(1, m_.types);
    section(2, !m_.imports.empty(), [&](ByteWriter& out) { write_imports(out, m_.imports); });
    section(3, !m_.funcs.empty(), [&](ByteWriter& out) {
      out.leb_u32(static_cast<std::uint32_t>(m_.funcs.size()));
      for (const Func& f : m_.funcs) out.leb_u32(f.type.value);
    });
    list(4, m_.tables, [](ByteWriter& out, const Table& t) {
      if (t.init) {
        out.u8(has_initializer_byte);
        out.u8(0);
      }
      write(out, t.type);
      if (t.init) write(out, *t.init);
    });
    list(5, m_.mems, [](ByteWriter& out, const MemType& t) { write(out, t.limits); });
    list(13, m_.tags);
    list(6, m_.globals, [](ByteWriter& out, const Global& g) {
      write(out, g.type);
      write(out, g.init);
    });
    list(7, m_.exports);
    section(8, m_.start.has_value(), [&](ByteWriter& out) { out.leb_u32(m_.start->value); });
    list(9, m_.elems);
    section(12, m_.data_count.has_value(), [&](ByteWriter& out) { out.leb_u32(*m_.data_count); });
    list(10, m_.funcs);
    list(11, m_.datas);
    return out_.take();
  }

 private:
  template <class T>
  void list(std::uint8_t id, const std::vector<T>& items) {
    list(id, items, [](ByteWriter& out, const T& item) { write(out, item); });
  }
  template <class T, class F>
  void list(std::uint8_t id, const std::vector<T>& items, F&& write_item) {
    section(id, !items.empty(), [&](ByteWriter& out) {
      out.leb_u32(static_cast<std::uint32_t>(items.size()));
      for (const T& item : items) write_item(out, item);
    });
  }
  template <class F>
  void section(std::uint8_t id, bool is_there, F&& write_contents) {
    if (is_there) {
      ByteWriter body;
      write_contents(body);
      out_.u8(id);
      out_.sized(body.view());
    }
    customs(id);
  }
  /// The custom sections that stood after that section.
  void customs(std::uint8_t after) {
    for (const CustomSection& c : m_.customs) {
      if (c.after != after) continue;
      ByteWriter body;
      body.name(c.name);
      body.bytes(c.bytes);
      out_.u8(0);
      out_.sized(body.view());
    }
  }

  const Module& m_;
  ByteWriter out_;
};

}  // namespace

Bytes encode(const Module& module) { return Encoder(module).run(); }

}  // namespace wcomp::core
