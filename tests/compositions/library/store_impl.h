#pragma once

#include <memory>
#include <vector>

#include "store_exports.h"

namespace exports::made::library::documents {

struct Text {
  std::string title;
  std::vector<std::string> lines;
};

class Document {
 public:
  explicit Document(std::string_view title);
  ~Document();
  std::string title();
  std::uint32_t append(std::string_view line);
  wcomp::Own<Cursor> lines();
  static wcomp::Own<Document> join(wcomp::Own<Document> first, Document& second);

 private:
  std::shared_ptr<Text> text_;  // owners: this document and its cursors
};

class Cursor {
 public:
  Cursor(std::shared_ptr<const Text> text, std::size_t at);
  ~Cursor();
  std::optional<std::string> next();
  wcomp::Own<Cursor> fork();

 private:
  std::shared_ptr<const Text> text_;
  std::size_t at_;
};

}  // namespace exports::made::library::documents
