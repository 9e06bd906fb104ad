// Tricks that change what was granted for reading only. `shelf` is the read-only grant.
#pragma once

#include "tests/wasi/tricks/guest.h"

namespace tricks {

inline std::vector<Trick> read_only_tricks() {
  using enum Check;
  return {
      {"a file made by opening it for reading", prefix, [](World& w) { return w.shelf->create("new.txt") || w.has("shelf/new.txt"); }},
      {"a file emptied by opening it for reading", prefix, [](World& w) { return w.shelf->truncate("book.txt") || w.get("shelf/book.txt").empty(); }},
      {"a directory made", prefix, [](World& w) { return w.shelf->make_directory("new") || w.has("shelf/new"); }},
      {"a directory removed", prefix, [](World& w) { return w.shelf->remove_directory("empty") || !w.has("shelf/empty"); }},
      {"a file removed", prefix, [](World& w) { return w.shelf->unlink("book.txt") || !w.has("shelf/book.txt"); }},
      {"a file renamed", prefix, [](World& w) { return w.shelf->rename("book.txt", "novel.txt") || !w.has("shelf/book.txt"); }},
      {"a file moved into a writable grant", prefix,
       [](World& w) { return w.shelf->rename("book.txt", *w.box, "book.txt") || !w.has("shelf/book.txt"); }},
      {"a file moved in from a writable grant", prefix,
       [](World& w) { return w.box->rename("inside.txt", *w.shelf, "planted.txt") || w.has("shelf/planted.txt"); }},
      {"a file replaced by one of a writable grant", prefix,
       [](World& w) { return w.box->rename("inside.txt", *w.shelf, "book.txt") || w.get("shelf/book.txt") == "mine"; }},
      {"a hard link in a writable grant, and writing through it", prefix,
       [](World& w) { return (w.shelf->link("book.txt", false, *w.box, "book.txt") && w.box->write("book.txt", "x")) || w.get("shelf/book.txt") == "x"; }},
      {"a hard link made inside", prefix, [](World& w) { return w.shelf->link("book.txt", "copy.txt") || w.has("shelf/copy.txt"); }},
      {"a hard link made inside to a file of a writable grant", prefix,
       [](World& w) { return w.box->link("inside.txt", false, *w.shelf, "planted.txt") || w.has("shelf/planted.txt"); }},
      {"a symbolic link made inside", prefix, [](World& w) { return w.shelf->symlink("book.txt", "l") || w.has("shelf/l"); }},
      {"times set by name", prefix, [](World& w) { return w.shelf->set_times("book.txt", true) || w.is_aged("shelf/book.txt"); }},
      {"times of the directory itself set", prefix, [](World& w) { return w.shelf->set_times(".", true) || w.is_aged("shelf"); }},
      {"times set through a file open for reading", prefix,
       [](World& w) {
         auto file = w.shelf->open("book.txt", false);
         return (file && file->set_times()) || w.is_aged("shelf/book.txt");
       }},
      {"writing through a handle of a child directory", prefix,
       [](World& w) {
         auto sub = w.shelf->open_directory("sub");
         return (sub && sub->write("page.txt", "x")) || w.get("shelf/sub/page.txt") == "x";
       }},
      {"a file opened for writing through a handle of a child directory", prefix,
       [](World& w) {
         auto sub = w.shelf->open_directory("sub");
         auto file = sub ? sub->open("page.txt", true) : nullptr;
         return file && file->write("x");
       }},
      {"a file removed through a handle of a grandchild", prefix,
       [](World& w) {
         auto here = w.shelf->open_directory(".");
         auto sub = here ? here->open_directory("sub") : nullptr;
         return (sub && sub->unlink("page.txt")) || !w.has("shelf/sub/page.txt");
       }},
      {"writing through a link in a writable grant", normalized,
       [](World& w) {
         (void)w.box->symlink("../shelf/book.txt", "l");
         return w.box->write("l", "x") || w.get("shelf/book.txt") == "x";
       }},
  };
}

}  // namespace tricks
