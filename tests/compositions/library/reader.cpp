// Makes documents, gives them away and takes them back, and says what is alive at every step.
#include "reader_exports.h"

namespace exports::made::library::reader {

namespace {

using namespace ::made::library::documents;
using namespace ::made::library::shelves;
using ::made::library::documents::Cursor;
using ::made::library::documents::Document;

void count(std::vector<std::string>& out, const char* when) {
  const Counts c = alive();
  out.push_back(std::string(when) + ": " + std::to_string(c.documents) + " documents, " + std::to_string(c.cursors) + " cursors, " + std::to_string(c.ended) + " ended");
}

}  // namespace

std::vector<std::string> read(std::uint32_t count_of) {
  std::vector<std::string> out;
  std::optional<Cursor> kept;
  {
    const Shelf shelf;
    for (std::uint32_t i = 0; i < count_of; ++i) {
      Document d("d" + std::to_string(i));
      for (std::uint32_t k = 0; k <= i % 7; ++k) d.append(std::to_string(i * k) + (k % 3 == 0 ? " fizz" : " line"));
      shelf.put(std::move(d));
    }
    count(out, "filled");
    {
      auto found = shelf.find("fizz");
      out.push_back(std::to_string(found.size()) + " found");
      std::vector<Cursor> cursors;
      for (auto& [title, cursor] : found) {
        if (title == "d3") kept = cursor.fork();
        cursors.push_back(std::move(cursor));
      }
      count(out, "found");
      std::size_t bytes = 0;
      const auto lines = drain(std::move(cursors));
      for (const std::string& line : lines) bytes += line.size();
      out.push_back(std::to_string(lines.size()) + " lines, " + std::to_string(bytes) + " bytes");
    }
    count(out, "drained");
    auto missing = shelf.take(count_of);
    out.push_back(missing ? "more than there are" : missing.error());
    std::vector<Document> mine;
    for (std::uint32_t i = 0; i < count_of / 2; ++i) mine.push_back(*shelf.take(0));
    std::vector<wcomp::Borrow<Document>> lent(mine.begin(), mine.end());
    const auto best = longest(lent);
    out.push_back(best ? "longest: " + mine[*best].title() : "nothing is longest");
    while (mine.size() > 1) {
      Document last = std::move(mine.back());
      mine.pop_back();
      mine.front() = Document::join(std::move(mine.front()), last);
    }
    if (!mine.empty()) out.push_back(std::to_string(mine.front().title().size()) + " bytes of title");
    count(out, "joined");
  }
  count(out, "shelf ended");
  if (kept) out.push_back("kept: " + kept->next().value_or("nothing"));
  kept.reset();
  count(out, "cursor ended");
  return out;
}

std::string misuse() {
  Document d("mine");
  const std::int32_t handle = d.handle();
  const Shelf shelf;
  shelf.put(std::move(d));
  return Document::from_handle(handle).title();
}

}  // namespace exports::made::library::reader
