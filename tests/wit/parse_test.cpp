#include "helpers.h"
#include "wit/names.h"

using namespace wcomp;
using namespace wcomp::wit;

TEST_CASE("several mistakes are reported in one run, each at its token") {
  CHECK(errors_of("interface i {\n  a: fun();\n  record r { x u32 }\n  b: func(x: u8);\n  c: func(;\n}") ==
        "syntax 3:6 expected `async` or `func`, found `fun`\n"
        "syntax 4:16 expected `:`, found keyword `u32`\n"
        "syntax 6:11 expected an identifier or `)`, found `;`\n");
}

TEST_CASE("a missing semicolon costs nothing but its own message") {
  CHECK(errors_of("interface i {\n  a: func()\n  b: func(x: nope);\n}") == "syntax 4:3 expected `->` or `;`, found `b`\n");
}

TEST_CASE("a missing brace is found at the next definition and points at the open one") {
  CHECK(errors_of("interface i {\n  a: func();\ninterface j {}") == "syntax 4:1 expected `}`, found keyword `interface`\n");
  CHECK(errors_of("interface i {\n  a: func();\n") == "syntax 4:1 expected `}`, found the end of the file\n");
}

TEST_CASE("a keyword as a name is refused with the way to write it") {
  CHECK(errors_of("interface i {\n  type option = u32;\n}") == "syntax 3:8 expected an identifier, found keyword `option`\n");
  CHECK(notes_of("interface i {\n  type option = u32;\n}") == "`option` is a keyword; as a name it is written `%option`\n");
  CHECK(printed(graph_of("interface i {\n  type %option = u32;\n}")).find("type %option = u32;") != std::string::npos);
}

TEST_CASE("identifiers are words of one case joined by dashes") {
  for (const char* good : {"a", "a-b", "a1", "abc-DEF-g", "XML", "a-1"}) {
    CHECK(errors_of(std::string("interface ") + good + " {}") == "accepted");
  }
  for (const char* bad : {"aB", "a-", "a--b", "a_b", "Ab"}) CHECK(errors_of(std::string("interface ") + bad + " {}").starts_with("bad-name 2:11"));
}

TEST_CASE("versions are semantic versions") {
  CHECK(errors_of("package a:b@1.2.3-rc.1+b5;") == "accepted");
  CHECK(errors_of("package a:b@01.2.3;").starts_with("bad-name 1:13"));
  CHECK(errors_of("package a:b@1.2;").starts_with("syntax 1:13 expected a version such as `1.2.3`, found `1`"));
}

TEST_CASE("forbidden code points and broken encodings are refused where they are") {
  CHECK(errors_of("// \xe2\x80\xae\n").starts_with("syntax 2:4 code point U+202E"));
  CHECK(errors_of("// \x01\n").starts_with("syntax 2:4 code point U+0001"));
  CHECK(errors_of("// \xff\n").starts_with("bad-utf8 2:4"));
  CHECK(errors_of("interface i { # }").starts_with("syntax 2:15 unexpected character `#`"));
}

TEST_CASE("block comments nest and have to be closed") {
  CHECK(errors_of("/* a /* b */ c */ interface i {}") == "accepted");
  CHECK(errors_of("/* a /* b */ c").starts_with("syntax 2:1 this comment is not closed"));
}

TEST_CASE("docs of every form belong to the item that follows") {
  const Loaded l = graph_of("/// one\n///  two\ninterface i {\n  /** three\n    * four\n    */\n  f: func();\n  record r {\n    /// five\n    x: u8,\n    // no doc\n    y: u8,\n  }\n}");
  const Interface& i = l.graph.interfaces[InterfaceId(0)];
  CHECK(i.docs == "one\n two");
  CHECK(i.functions.at(0).docs == "three\nfour");
  const TypeDecl& r = l.graph.type_decls[i.types.at(0)];
  REQUIRE(r.member_docs.size() == 2);
  CHECK(r.member_docs[0] == "five");
  CHECK(r.member_docs[1].empty());
}

TEST_CASE("types nest to a bound") {
  const auto nested = [](int depth) {
    std::string open;
    for (int i = 0; i < depth; ++i) open += "list<";
    return "interface i { type t = " + open + "u8" + std::string(static_cast<std::size_t>(depth), '>') + "; }";
  };
  CHECK(errors_of(nested(90)) == "accepted");
  CHECK(errors_of(nested(101)).starts_with("limit-exceeded"));
  CHECK(errors_of(nested(100'000)).starts_with("limit-exceeded"));
}

TEST_CASE("a fixed length is a number from 1 on") {
  CHECK(errors_of("interface i { type t = list<u8, 4>; }", {.features = {"fixed-length-lists"}}) == "accepted");
  CHECK(errors_of("interface i { type t = list<u8, 0>; }").starts_with("syntax 2:33 expected a length from 1"));
  CHECK(errors_of("interface i { type t = list<u8, 4294967296>; }").starts_with("syntax 2:33 expected a length from 1"));
}

TEST_CASE("a name glued to a colon is a package, apart from it a label") {
  CHECK(errors_of("interface b {}\nworld w { import a: b; }") == "accepted");
  CHECK(errors_of("interface b {}\nworld w { import a:b; }").starts_with("syntax"));
}

TEST_CASE("names in other styles are told their WIT form") {
  CHECK(kebab_case("getHTTPUrl") == "get-http-url");
  CHECK(kebab_case("get_http_url") == "get-http-url");
  CHECK(kebab_case("XMLDoc") == "xml-doc");
  CHECK(kebab_case("a--b_") == "a-b");
  CHECK(kebab_case("v2Beta") == "v2-beta");
  CHECK(kebab_case("_1st").empty());
  CHECK(!is_label("1st"));
  CHECK(kebab_case("-").empty());
}
