#include "dwarf/lines.h"

namespace wcomp::dwarf {

namespace {

std::string join(std::string_view folder, std::string_view name) {
  const bool is_absolute = name.starts_with('/') || (name.size() > 2 && name[1] == ':');
  if (folder.empty() || is_absolute) return std::string(name);
  std::string out(folder);
  if (!out.ends_with('/')) out += '/';
  return out.append(name);
}

}  // namespace

std::optional<LineProgram> LineProgram::read(const Sections& s, const Unit& unit, std::uint64_t offset, Work& work) {
  LineProgram out(s, unit);
  if (!out.read_header(offset, work)) return std::nullopt;
  return out;
}

bool LineProgram::read_header(std::uint64_t offset, Work& work) {
  Cursor section(sections_->line, offset);
  const std::uint64_t length = section.initial_length(encoding_.is_64);
  Cursor in = section.sub(length);
  encoding_.version = in.u16();
  encoding_.address_size = unit_->encoding.address_size;
  if (!in.ok() || encoding_.version < 2 || encoding_.version > 5) return false;
  if (encoding_.version == 5) {
    encoding_.address_size = in.u8();
    in.u8();  // of segment selectors
  }
  const std::uint64_t header_length = in.fixed(encoding_.offset_size());
  program_ = in;
  program_.skip(header_length);
  min_length_ = in.u8();
  if (encoding_.version >= 4) in.u8();  // operations of an instruction: always one here
  in.u8();                              // whether rows are statements at first
  line_base_ = static_cast<std::int8_t>(in.u8());
  line_range_ = in.u8();
  opcode_base_ = in.u8();
  if (!in.ok() || line_range_ == 0 || opcode_base_ == 0) return false;
  operand_counts_ = in.sub(opcode_base_ - 1U);
  if (encoding_.version == 5) return read_list(in, folders_, work) && read_list(in, files_, work) && program_.ok();
  old_folders_ = in;
  while (in.ok() && work.take() && !in.text().empty()) {}
  old_files_ = in;
  return in.ok() && program_.ok();
}

bool LineProgram::read_list(Cursor& in, List& list, Work& work) const {
  list.format_count = in.u8();
  list.formats = in;
  for (unsigned i = 0; i < list.format_count; ++i) {
    in.uleb();
    in.uleb();
  }
  list.count = in.uleb();
  list.entries = in;
  if (list.format_count == 0 && list.count != 0) return false;
  for (std::uint64_t i = 0; i < list.count; ++i) {
    const std::uint64_t before = in.at();
    (void)read_item(list, in, work);
    if (!in.ok() || in.at() == before || !work.take()) return false;
  }
  return in.ok();
}

LineProgram::Item LineProgram::read_item(const List& list, Cursor& in, Work& work) const {
  Item out;
  Cursor formats = list.formats;
  for (unsigned i = 0; i < list.format_count && work.take(); ++i) {
    const auto content = static_cast<LineContent>(formats.uleb());
    const auto form = static_cast<Form>(formats.uleb());
    const Value value = read_value(in, form, encoding_);
    if (content == LineContent::path) out.path = value;
    (void)work.take(work_for(value.text));
    if (content == LineContent::directory_index) out.folder = value.number;
  }
  return out;
}

std::optional<LineProgram::Item> LineProgram::item(const List& list, std::uint64_t index, Work& work) const {
  if (index >= list.count) return std::nullopt;
  Cursor in = list.entries;
  for (std::uint64_t i = 0; in.ok() && work.take(); ++i) {
    const Item found = read_item(list, in, work);
    if (i == index) return in.ok() ? std::optional(found) : std::nullopt;
  }
  return std::nullopt;
}

/// Before version 5 both lists end with an empty name, and count from 1.
std::optional<LineProgram::Item> LineProgram::old_item(Cursor in, std::uint64_t index, bool is_file, Work& work) const {
  for (std::uint64_t i = 1; in.ok() && work.take(); ++i) {
    Item found{.path = {.form = Form::string, .number = 0, .text = in.text()}, .folder = 0};
    (void)work.take(work_for(found.path.text));
    if (!in.ok() || found.path.text.empty()) break;
    if (is_file) {
      found.folder = in.uleb();
      in.uleb();  // time
      in.uleb();  // size
    }
    if (i == index) return found;
  }
  return std::nullopt;
}

std::string_view LineProgram::text(const Item& item) const { return text_of(*sections_, *unit_, item.path); }

std::string LineProgram::folder(std::uint64_t number, Work& work) const {
  const std::string_view root = text_of(*sections_, *unit_, unit_->comp_dir);
  if (encoding_.version < 5 && number == 0) return std::string(root);
  const auto found = encoding_.version == 5 ? item(folders_, number, work) : old_item(old_folders_, number, false, work);
  return found ? join(root, text(*found)) : std::string(root);
}

std::string LineProgram::file(std::uint64_t number, Work& work) const {
  const auto found = encoding_.version == 5 ? item(files_, number, work) : old_item(old_files_, number, true, work);
  if (!found || text(*found).empty()) return {};
  return join(folder(found->folder, work), text(*found));
}

std::optional<Row> LineProgram::find(std::uint64_t address, Work& work) const {
  Row row;
  std::optional<Row> last;  // the row before, of the same sequence
  bool is_dead = true;      // until an address was set: no code lies at 0
  // Whether `last` is the row that is looked for, now that the next one is known.
  const auto emit = [&] {
    if (last && !is_dead && last->address <= address && address < row.address) return true;
    last = row;
    return false;
  };
  const auto advance = [&](std::uint64_t n) { row.address += n * min_length_; };
  const auto advance_line = [&](std::int64_t n) { row.line = static_cast<std::uint32_t>(row.line + static_cast<std::uint64_t>(n)); };
  Cursor in = program_;
  while (!in.at_end() && work.take()) {
    const std::uint8_t op = in.u8();
    if (op >= opcode_base_) {
      const unsigned special = op - opcode_base_;
      advance(special / line_range_);
      advance_line(line_base_ + static_cast<std::int64_t>(special % line_range_));
      if (emit()) return last;
      continue;
    }
    switch (static_cast<LineOp>(op)) {
      case LineOp::extended: {
        const std::uint64_t length = in.uleb();
        Cursor body = in.sub(length);
        const auto extended = static_cast<ExtendedOp>(body.u8());
        if (extended == ExtendedOp::end_sequence) {
          if (emit()) return last;
          row = {};
          last.reset();
          is_dead = true;
        } else if (extended == ExtendedOp::set_address && length >= 2 && length <= 9) {
          row.address = body.fixed(static_cast<unsigned>(length - 1));
          is_dead = row.address == 0;
        }
        break;
      }
      case LineOp::copy:
        if (emit()) return last;
        break;
      case LineOp::advance_pc: advance(in.uleb()); break;
      case LineOp::advance_line: advance_line(in.sleb()); break;
      case LineOp::set_file: row.file = in.uleb(); break;
      case LineOp::set_column: row.column = static_cast<std::uint32_t>(in.uleb()); break;
      case LineOp::const_add_pc: advance((255U - opcode_base_) / line_range_); break;
      case LineOp::fixed_advance_pc: row.address += in.u16(); break;
      case LineOp::negate_stmt:
      case LineOp::set_basic_block: break;
      default: {
        Cursor counts = operand_counts_;
        counts.skip(op - 1U);
        for (std::uint8_t n = counts.u8(); n > 0; --n) in.uleb();
        break;
      }
    }
  }
  return std::nullopt;
}

}  // namespace wcomp::dwarf
