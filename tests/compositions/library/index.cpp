// Holds documents of the store and gives out its cursors.
#include "index_impl.h"

namespace exports::made::library::shelves {

std::uint32_t Shelf::put(Document doc) {
  documents_.push_back(std::move(doc));
  return static_cast<std::uint32_t>(documents_.size() - 1);
}

wcomp::Result<Document, std::string> Shelf::take(std::uint32_t position) {
  if (position >= documents_.size()) return wcomp::Err("no document " + std::to_string(position));
  Document out = std::move(documents_[position]);
  documents_.erase(documents_.begin() + position);
  return out;
}

std::vector<std::tuple<std::string, Cursor>> Shelf::find(std::string_view word) {
  std::vector<std::tuple<std::string, Cursor>> out;
  for (const Document& d : documents_) {
    Cursor cursor = d.lines();
    for (;;) {
      Cursor here = cursor.fork();
      const auto line = cursor.next();
      if (!line) break;
      if (line->find(word) != std::string::npos) out.emplace_back(d.title(), std::move(here));
    }
  }
  return out;
}

std::optional<std::uint32_t> longest(std::span<const wcomp::Borrow<Document>> docs) {
  std::optional<std::uint32_t> best;
  std::size_t length = 0;
  for (std::uint32_t i = 0; i < docs.size(); ++i) {
    std::size_t lines = 0;
    for (const Cursor cursor = docs[i]->lines(); cursor.next();) ++lines;
    if (best && lines <= length) continue;
    best = i;
    length = lines;
  }
  return best;
}

std::vector<std::string> drain(std::vector<Cursor> cursors) {
  std::vector<std::string> out;
  for (bool is_any = true; is_any;) {
    is_any = false;
    for (const Cursor& c : cursors) {
      if (auto line = c.next()) {
        out.push_back(*std::move(line));
        is_any = true;
      }
    }
  }
  return out;
}

}  // namespace exports::made::library::shelves
