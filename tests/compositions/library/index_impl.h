#pragma once

#include <vector>

#include "index_exports.h"

namespace exports::made::library::shelves {

class Shelf {
 public:
  std::uint32_t put(Document doc);
  wcomp::Result<Document, std::string> take(std::uint32_t position);
  std::vector<std::tuple<std::string, Cursor>> find(std::string_view word);

 private:
  std::vector<Document> documents_;  // owned here, defined in another component
};

}  // namespace exports::made::library::shelves
