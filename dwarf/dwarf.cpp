#include "dwarf/dwarf.h"

#include <algorithm>

#include "dwarf/lines.h"
#include "dwarf/unit.h"

namespace wcomp::dwarf {

class Search {
 public:
  explicit Search(const Sections& s) : s_(s) {}

  std::vector<Place> find(std::uint64_t address) {
    if (!units_) units_ = list_units(s_, work_);
    for (const Unit& u : *units_) {
      if (!contains(s_, u, u.low_pc, u.high_pc, u.ranges, address, work_)) continue;
      return find_in(u, address);
    }
    return {};
  }

 private:
  /// A function, or one that was inlined, with the address in it.
  struct Scope {
    Entry entry;
    unsigned depth = 0;
  };

  std::vector<Place> find_in(const Unit& u, std::uint64_t address) {
    std::vector<Place> out;
    const auto lines = u.stmt_list ? LineProgram::read(s_, u, u.stmt_list.number, work_) : std::nullopt;
    const auto row = lines ? lines->find(address, work_) : std::nullopt;
    const std::vector<Scope> scopes = find_scopes(u, address);
    if (!row && scopes.empty()) return out;
    Place at;
    if (row) at = {.function = {}, .file = lines->file(row->file, work_), .line = row->line, .column = row->column};
    for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) {
      at.function = name_of(u, scope->entry);
      out.push_back(std::move(at));
      const Entry& e = scope->entry;
      at = {.function = {},
            .file = e.call_file && lines ? lines->file(e.call_file.number, work_) : std::string(),
            .line = static_cast<std::uint32_t>(e.call_line.number),
            .column = static_cast<std::uint32_t>(e.call_column.number)};
    }
    if (scopes.empty()) out.push_back(std::move(at));
    return out;
  }

  const Abbreviations& abbreviations(const Unit& u) {
    if (!abbreviations_ || abbreviations_at_ != u.abbrev) {
      abbreviations_ = Abbreviations::read(s_.abbrev, u.abbrev, work_);
      abbreviations_at_ = u.abbrev;
    }
    return *abbreviations_;
  }

  /// Outermost first.
  std::vector<Scope> find_scopes(const Unit& u, std::uint64_t address) {
    const Abbreviations& abbreviations = this->abbreviations(u);
    std::vector<Scope> out;
    Cursor in(s_.info.first(u.end), u.entries);
    unsigned depth = 0;
    while (!in.at_end() && work_.take()) {
      const std::uint64_t code = in.uleb();
      if (code == 0) {
        if (depth == 0 || --depth == 0) break;
      } else {
        const auto declaration = abbreviations.find(code);
        if (!declaration) break;
        const Entry e = read_entry(in, s_, *declaration, u.encoding, work_);
        const bool is_scope = out.empty() ? e.tag == Tag::subprogram : e.tag == Tag::inlined_subroutine;
        if (is_scope && out.size() <= max_inlined && contains(s_, u, e.low_pc, e.high_pc, e.ranges, address, work_)) out.push_back({e, depth});
        if (e.has_children) ++depth;
        else if (depth == 0) break;
      }
      if (!out.empty() && depth <= out.front().depth) break;  // behind the function
    }
    return out;
  }

  std::string name_of(const Unit& unit, Entry e) {
    const Unit* u = &unit;
    std::string_view plain;
    constexpr int max_hops = 8;
    for (int hop = 0; hop < max_hops; ++hop) {
      if (const std::string_view name = text_of(s_, *u, e.linkage_name); !name.empty()) return std::string(name);
      if (plain.empty()) plain = text_of(s_, *u, e.name);
      if (!e.origin) break;
      const bool is_of_unit = e.origin.form != Form::ref_addr;
      if (is_of_unit && e.origin.number > u->end - u->offset) break;
      const std::uint64_t at = is_of_unit ? u->offset + e.origin.number : e.origin.number;
      u = is_of_unit ? u : unit_at(at);
      if (u == nullptr || at < u->entries || at >= u->end) break;
      Cursor in(s_.info.first(u->end), at);
      const auto declaration = abbreviations(*u).find(in.uleb());
      if (!declaration) break;
      e = read_entry(in, s_, *declaration, u->encoding, work_);
    }
    return std::string(plain);
  }

  const Unit* unit_at(std::uint64_t offset) const {
    const auto it = std::upper_bound(units_->begin(), units_->end(), offset, [](std::uint64_t o, const Unit& u) { return o < u.offset; });
    return it == units_->begin() ? nullptr : &*std::prev(it);
  }

  Sections s_;
  Work work_{max_work};
  std::optional<std::vector<Unit>> units_;
  std::optional<Abbreviations> abbreviations_;  // of the unit that was read last
  std::uint64_t abbreviations_at_ = 0;
};

DebugInfo::DebugInfo(const Sections& sections) : search_(std::make_unique<Search>(sections)) {}
DebugInfo::~DebugInfo() = default;
DebugInfo::DebugInfo(DebugInfo&&) noexcept = default;

std::vector<Place> DebugInfo::find(std::uint64_t address) { return search_->find(address); }

}  // namespace wcomp::dwarf
