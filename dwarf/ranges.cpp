// Lists of address ranges: .debug_ranges up to version 4, .debug_rnglists from version 5 on.
#include "dwarf/unit.h"

namespace wcomp::dwarf {

namespace {

bool is_in(std::uint64_t address, std::uint64_t begin, std::uint64_t end) { return begin <= address && address < end; }

/// What the linker writes for code that it left out: 0 (no code lies there, the section begins with a count), or the highest numbers.
bool is_dead(std::uint64_t address, unsigned size) { return address == 0 || address >= (size == 8 ? ~std::uint64_t{1} : 0xffff'fffeULL); }

bool in_ranges(const Sections& s, const Unit& u, std::uint64_t offset, std::uint64_t address, Work& work) {
  const unsigned size = u.encoding.address_size;
  const std::uint64_t selects_base = size == 8 ? ~std::uint64_t{0} : 0xffff'ffffULL;
  std::uint64_t base = u.base;
  Cursor in(s.ranges, offset);
  while (in.ok() && work.take()) {
    const std::uint64_t begin = in.fixed(size), end = in.fixed(size);
    if (!in.ok() || (begin == 0 && end == 0)) break;
    if (begin == selects_base) base = end;
    else if (!is_dead(base + begin, size) && is_in(address, base + begin, base + end)) return true;
  }
  return false;
}

bool in_rnglist(const Sections& s, const Unit& u, std::uint64_t offset, std::uint64_t address, Work& work) {
  const unsigned size = u.encoding.address_size;
  std::uint64_t base = u.base;
  Cursor in(s.rnglists, offset);
  const auto indexed = [&] { return address_of(s, u, {.form = Form::addrx, .number = in.uleb(), .text = {}}).value_or(0); };
  while (in.ok() && work.take()) {
    std::uint64_t begin = 0, end = 0;
    switch (static_cast<RangeEntry>(in.u8())) {
      case RangeEntry::base_addressx: base = indexed(); continue;
      case RangeEntry::base_address: base = in.fixed(size); continue;
      case RangeEntry::startx_endx:
        begin = indexed();
        end = indexed();
        break;
      case RangeEntry::startx_length:
        begin = indexed();
        end = begin + in.uleb();
        break;
      case RangeEntry::offset_pair:
        begin = base + in.uleb();
        end = base + in.uleb();
        break;
      case RangeEntry::start_end:
        begin = in.fixed(size);
        end = in.fixed(size);
        break;
      case RangeEntry::start_length:
        begin = in.fixed(size);
        end = begin + in.uleb();
        break;
      case RangeEntry::end_of_list:
      default: return false;
    }
    if (in.ok() && !is_dead(begin, size) && is_in(address, begin, end)) return true;
  }
  return false;
}

}  // namespace

bool contains(const Sections& s, const Unit& u, const Value& low, const Value& high, const Value& ranges, std::uint64_t address, Work& work) {
  if (ranges) {
    if (u.encoding.version < 5) return in_ranges(s, u, ranges.number, address, work);
    if (ranges.form != Form::rnglistx) return in_rnglist(s, u, ranges.number, address, work);
    if (ranges.number > s.rnglists.size()) return false;
    Cursor in(s.rnglists, u.rnglists_base);
    in.skip(ranges.number * u.encoding.offset_size());
    const std::uint64_t offset = in.fixed(u.encoding.offset_size());
    return in.ok() && in_rnglist(s, u, u.rnglists_base + offset, address, work);
  }
  const auto begin = address_of(s, u, low);
  if (!begin || !high || is_dead(*begin, u.encoding.address_size)) return false;
  const auto absolute = address_of(s, u, high);
  return is_in(address, *begin, absolute ? *absolute : *begin + high.number);
}

}  // namespace wcomp::dwarf
