// Defines both resources and counts what is alive.
#include "store_impl.h"

namespace exports::made::library::documents {

namespace {

Counts counts;

}  // namespace

Counts alive() { return counts; }

Document::Document(std::string_view title) : text_(std::make_shared<Text>(Text{std::string(title), {}})) { ++counts.documents; }
Document::~Document() {
  --counts.documents;
  ++counts.ended;
}
std::string Document::title() { return text_->title; }
std::uint32_t Document::append(std::string_view line) {
  text_->lines.emplace_back(line);
  return static_cast<std::uint32_t>(text_->lines.size());
}
wcomp::Own<Cursor> Document::lines() { return wcomp::Own<Cursor>::make(text_, 0); }
wcomp::Own<Document> Document::join(wcomp::Own<Document> first, Document& second) {
  auto joined = wcomp::Own<Document>::make(first->text_->title + "+" + second.text_->title);
  for (const Document* part : {first.get(), &second}) {
    for (const std::string& line : part->text_->lines) joined->append(line);
  }
  return joined;
}

Cursor::Cursor(std::shared_ptr<const Text> text, std::size_t at) : text_(std::move(text)), at_(at) { ++counts.cursors; }
Cursor::~Cursor() {
  --counts.cursors;
  ++counts.ended;
}
std::optional<std::string> Cursor::next() { return at_ < text_->lines.size() ? std::optional(text_->lines[at_++]) : std::nullopt; }
wcomp::Own<Cursor> Cursor::fork() { return wcomp::Own<Cursor>::make(text_, at_); }

}  // namespace exports::made::library::documents
