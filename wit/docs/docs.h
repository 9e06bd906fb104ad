// Documentation of WIT packages: HTML pages that stand alone, and Markdown.
//
// From a resolved graph: what gates hide is not there. A page for each interface and world, one for each package and one for all; every
// name of a type is a link to its declaration, across packages. Nothing is fetched from anywhere: style, script and search index are files
// beside the pages, a content security policy in each page says so, and the pages are readable without the script.
//
// Docs are whatever somebody wrote, names from binaries too. Text is escaped, always; what docs may do is a small part of Markdown
// (paragraphs, lists, headings, code, emphasis, links to http, https and mailto), which wit/docs/prose.h renders.
#pragma once

#include <string>
#include <vector>

#include "wit/graph.h"

namespace wcomp::wit {

struct DocFile {
  std::string name;  ///< with `/` between folders; letters, digits, `.`, `-`, `_`, `@` and `+` only
  std::string content;
};

[[nodiscard]] std::vector<DocFile> html_docs(const Graph& graph);
[[nodiscard]] std::vector<DocFile> markdown_docs(const Graph& graph);

}  // namespace wcomp::wit
