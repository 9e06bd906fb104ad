// Tricks with the text of a path.
#pragma once

#include <algorithm>

#include "tests/wasi/tricks/guest.h"

namespace tricks {

inline std::vector<Trick> path_tricks() {
  using enum Check;
  const auto reads = [](const char* path) { return [path](World& w) { return w.box->reads_secret(path); }; };
  const auto up = [](const std::string& path) { return std::string("../../../../../../../../../../../..") + path; };
  return {
      {"`..` at the start", prefix, reads("../outside/secret.txt")},
      {"`..` after a directory", prefix, reads("sub/../../outside/secret.txt")},
      {"`..` twice after two directories and once more", prefix, reads("sub/deep/../../../outside/secret.txt")},
      {"`..` between `.`", prefix, reads("./.././outside/./secret.txt")},
      {"`..` between many slashes", prefix, reads("sub//..///..//outside//secret.txt")},
      {"`..` up to the root and down again", prefix, [=](World& w) { return w.box->reads_secret(up(w.absolute("outside/secret.txt"))); }},
      {"out and back in by name", prefix, [](World& w) { return w.box->read("../box/inside.txt").has_value(); }},
      {"an absolute path with `..`", prefix, [](World& w) { return w.box->reads_secret(w.absolute("box/../outside/secret.txt")); }},
      {"an absolute path to what is inside", prefix, [](World& w) { return w.box->read(w.absolute("box/inside.txt")).has_value(); }},
      {"an absolute path to a neighbour with the same beginning", normalized, [](World& w) { return w.box->reads_secret(w.absolute("box-secret/secret.txt")); }},
      {"a neighbour with the same beginning", normalized, reads("../box-secret/secret.txt")},
      {"a neighbour with the same beginning, resolved", realpath, reads("../box-secret/secret.txt")},
      {"an empty path", prefix, [](World& w) { return w.box->list("").has_value(); }},
      {"a NUL byte after the name", prefix, [](World& w) { return w.box->read(std::string("inside.txt\0.png", 15)).has_value(); }},
      {"a NUL byte before `..`", prefix, [](World& w) { return w.box->reads_secret(std::string("../outside/secret.txt\0/sub", 26)); }},
      {"a NUL byte in the name of a new directory", prefix, [](World& w) { return w.box->make_directory(std::string("new\0name", 8)); }},
      {"a NUL byte in the target of a link", prefix,
       [](World& w) { return w.box->symlink(std::string("../outside/secret.txt\0inside", 28), "l") && (w.box->reads_secret("l") || w.has("box/l")); }},
      {"listing the parent", prefix,
       [](World& w) {
         const auto names = w.box->list("..");
         return names && std::find(names->begin(), names->end(), "outside") != names->end();
       }},
      {"listing a neighbour", prefix, [](World& w) { return w.box->list("../outside").has_value(); }},
      {"a handle of the parent", prefix,
       [](World& w) {
         auto parent = w.box->open_directory("..");
         return parent && parent->reads_secret("outside/secret.txt");
       }},
      {"`..` from a handle of a child to its parent", prefix,
       [](World& w) {
         auto sub = w.box->open_directory("sub");
         return sub && sub->read("../inside.txt").has_value();
       }},
      {"`..` from a handle of a child to the outside", prefix,
       [](World& w) {
         auto sub = w.box->open_directory("sub");
         return sub && sub->reads_secret("../../outside/secret.txt");
       }},
      {"the parent's identity", prefix, [](World& w) { return w.box->inode("..", false) == w.inode("."); }},
      {"a neighbour's identity, following", prefix, [](World& w) { return w.box->inode("../outside/secret.txt", true).has_value(); }},
      {"writing outside", prefix, [](World& w) { return w.box->write("../outside/planted.txt", "x") || w.has("outside/planted.txt"); }},
      {"overwriting outside", prefix, [](World& w) { return w.box->write("../outside/secret.txt", "x") || w.get("outside/secret.txt") != secret; }},
      {"truncating outside", prefix, [](World& w) { return w.box->truncate("../outside/secret.txt") || w.get("outside/secret.txt").empty(); }},
      {"creating outside while reading", prefix, [](World& w) { return w.box->create("../outside/planted.txt") || w.has("outside/planted.txt"); }},
      {"a directory made outside", prefix, [](World& w) { return w.box->make_directory("../outside/planted") || w.has("outside/planted"); }},
      {"a directory removed outside", prefix, [](World& w) { return w.box->remove_directory("../outside/empty") || !w.has("outside/empty"); }},
      {"a file removed outside", prefix, [](World& w) { return w.box->unlink("../outside/secret.txt") || !w.has("outside/secret.txt"); }},
      {"a file moved out", prefix, [](World& w) { return w.box->rename("inside.txt", "../outside/planted.txt") || w.has("outside/planted.txt"); }},
      {"a file moved in", prefix, [](World& w) { return w.box->rename("../outside/secret.txt", "mine.txt") || w.box->reads_secret("mine.txt"); }},
      {"a directory moved in", prefix, [](World& w) { return w.box->rename("../outside", "mine") || w.box->reads_secret("mine/secret.txt"); }},
      {"a hard link in", prefix, [](World& w) { return w.box->link("../outside/secret.txt", "mine.txt") || w.box->reads_secret("mine.txt"); }},
      {"a hard link out", prefix, [](World& w) { return w.box->link("inside.txt", "../outside/planted.txt") || w.has("outside/planted.txt"); }},
      {"a symbolic link made outside", prefix, [](World& w) { return w.box->symlink("anything", "../outside/planted") || w.has("outside/planted"); }},
      {"a symbolic link read outside", prefix, [](World& w) { return w.box->readlink("../outside/link").has_value(); }},
      {"times set outside", prefix, [](World& w) { return w.box->set_times("../outside/secret.txt", true) || w.is_aged("outside/secret.txt"); }},
      {"times of the parent set", prefix, [](World& w) { return w.box->set_times("..", false) || w.is_aged("."); }},
      {"a rename from one grant to outside another", prefix,
       [](World& w) { return w.box->rename("inside.txt", *w.other, "../outside/planted.txt") || w.has("outside/planted.txt"); }},
      {"a rename from outside one grant into another", prefix,
       [](World& w) { return w.other->rename("../outside/secret.txt", *w.box, "mine.txt") || w.box->reads_secret("mine.txt"); }},
      {"a hard link from outside one grant into another", prefix,
       [](World& w) { return w.other->link("../outside/secret.txt", false, *w.box, "mine.txt") || w.box->reads_secret("mine.txt"); }},
  };
}

}  // namespace tricks
