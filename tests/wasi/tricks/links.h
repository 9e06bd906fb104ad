// Tricks with symbolic links: ones that are there, and ones that the guest makes.
#pragma once

#include "tests/wasi/tricks/guest.h"

namespace tricks {

inline std::vector<Trick> link_tricks() {
  using enum Check;
  // A world with `target` at box/l, then the attack.
  const auto linked = [](const char* target, std::function<bool(World&)> attack) {
    return [target, attack = std::move(attack)](World& w) {
      w.symlink(target, "box/l");
      return attack(w);
    };
  };
  const auto reads = [](const char* path) { return [path](World& w) { return w.box->reads_secret(path); }; };
  return {
      {"a link to a file outside", normalized, linked("../outside/secret.txt", reads("l"))},
      {"an absolute link", normalized,
       [](World& w) {
         w.symlink(w.absolute("outside/secret.txt"), "box/l");
         return w.box->reads_secret("l");
       }},
      {"an absolute link to what is inside", normalized,
       [](World& w) {
         w.symlink(w.absolute("box/inside.txt"), "box/l");
         return w.box->read("l").has_value();
       }},
      {"a link to a directory outside", normalized, linked("../outside", reads("l/secret.txt"))},
      {"a link to the parent", normalized, linked("..", reads("l/outside/secret.txt"))},
      {"a link to the root", normalized,
       [](World& w) {
         w.symlink("/", "box/l");
         return w.box->reads_secret("l" + w.absolute("outside/secret.txt"));
       }},
      {"a chain of links", normalized,
       [](World& w) {
         w.symlink("b", "box/a");
         w.symlink("sub/c", "box/b");
         w.symlink("../../outside/secret.txt", "box/sub/c");
         return w.box->reads_secret("a");
       }},
      {"thirty links, the last one out", normalized,
       [](World& w) {
         for (int i = 0; i < 30; ++i) w.symlink(i == 29 ? "../outside/secret.txt" : "l" + std::to_string(i + 1), "box/l" + std::to_string(i));
         return w.box->reads_secret("l0");
       }},
      {"a link out and back in by name", normalized, linked("../box/inside.txt", [](World& w) { return w.box->read("l").has_value(); })},
      {"a link in a deeper directory", normalized,
       [](World& w) {
         w.symlink("../../../outside", "box/sub/deep/l");
         return w.box->reads_secret("sub/deep/l/secret.txt");
       }},
      {"`..` behind a link", prefix, linked("../outside/inner", reads("l/../secret.txt"))},
      {"`..` behind a link that stays inside, and once more", prefix,
       [](World& w) {
         w.symlink("sub/deep", "box/l");
         return w.box->reads_secret("l/../../../outside/secret.txt");
       }},
      {"a slash behind a link, not following", normalized, linked("../outside", [](World& w) { return w.box->inode("l/", false) == w.inode("outside"); })},
      {"`.` behind a link", prefix, linked("../outside", [](World& w) { return w.box->list("l/.").has_value(); })},
      {"`..` behind a link as a directory", prefix, linked("../outside", [](World& w) { return w.box->inode("l/..", false) == w.inode("."); })},
      {"a handle of a directory behind a link", normalized,
       linked("../outside",
              [](World& w) {
                auto d = w.box->open_directory("l");
                return d && d->reads_secret("secret.txt");
              })},
      {"a handle with a slash behind a link", prefix,
       linked("../outside",
              [](World& w) {
                auto d = w.box->open_directory("l/");
                return d && d->reads_secret("secret.txt");
              })},
      {"listing behind a link", normalized, linked("../outside", [](World& w) { return w.box->list("l").has_value(); })},
      {"identity behind a link", normalized, linked("../outside/secret.txt", [](World& w) { return w.box->inode("l", true).has_value(); })},
      {"the text of an absolute link", normalized,
       [](World& w) {
         w.symlink(w.absolute("outside/secret.txt"), "box/l");
         return w.box->readlink("l").has_value();
       }},
      {"the text of a link behind a link", normalized, linked("../outside", [](World& w) { return w.box->readlink("l/link").has_value(); })},
      {"a file made through a link to nothing", normalized,
       linked("../outside/planted.txt", [](World& w) { return w.box->write("l", "x") || w.has("outside/planted.txt"); })},
      {"a file made through a chain of links to nothing", normalized,
       linked("m",
              [](World& w) {
                w.symlink("../outside/planted.txt", "box/m");
                return w.box->create("l") || w.has("outside/planted.txt");
              })},
      {"truncating through a link", normalized,
       linked("../outside/secret.txt", [](World& w) { return w.box->truncate("l") || w.get("outside/secret.txt").empty(); })},
      {"writing through a link", normalized,
       linked("../outside/secret.txt", [](World& w) { return w.box->write("l", "x") || w.get("outside/secret.txt") != secret; })},
      {"times set through a link", normalized,
       linked("../outside/secret.txt", [](World& w) { return w.box->set_times("l", true) || w.is_aged("outside/secret.txt"); })},
      {"times set behind a slash, not following", normalized,
       linked("../outside", [](World& w) { return w.box->set_times("l/", false) || w.is_aged("outside"); })},
      {"a directory made behind a link", normalized, linked("../outside", [](World& w) { return w.box->make_directory("l/planted") || w.has("outside/planted"); })},
      {"a directory removed behind a link", normalized,
       linked("../outside", [](World& w) { return w.box->remove_directory("l/empty") || !w.has("outside/empty"); })},
      {"a file removed behind a link", normalized,
       linked("../outside", [](World& w) { return w.box->unlink("l/secret.txt") || !w.has("outside/secret.txt"); })},
      {"a file moved out through a link", normalized,
       linked("../outside", [](World& w) { return w.box->rename("inside.txt", "l/planted.txt") || w.has("outside/planted.txt"); })},
      {"a file moved in through a link", normalized,
       linked("../outside", [](World& w) { return w.box->rename("l/secret.txt", "mine.txt") || w.box->reads_secret("mine.txt"); })},
      {"a hard link in through a link", normalized,
       linked("../outside", [](World& w) { return w.box->link("l/secret.txt", "mine.txt") || w.box->reads_secret("mine.txt"); })},
      {"a hard link out through a link", normalized,
       linked("../outside", [](World& w) { return w.box->link("inside.txt", "l/planted.txt") || w.has("outside/planted.txt"); })},
      {"a hard link to what a link leads to", normalized,
       linked("../outside/secret.txt", [](World& w) { return w.box->link("l", true, *w.box, "mine.txt") || w.box->reads_secret("mine.txt"); })},
      {"a symbolic link made behind a link", normalized,
       linked("../outside", [](World& w) { return w.box->symlink("x", "l/planted") || w.has("outside/planted"); })},
      {"a rename across grants through a link", normalized,
       [](World& w) {
         w.symlink("../outside", "other/l");
         return w.box->rename("inside.txt", *w.other, "l/planted.txt") || w.has("outside/planted.txt");
       }},

      {"the guest links to a file outside", normalized,
       [](World& w) { return w.box->symlink("../outside/secret.txt", "l") && w.box->reads_secret("l"); }},
      {"the guest links to an absolute path", normalized,
       [](World& w) { return w.box->symlink(w.absolute("outside/secret.txt"), "l") || w.box->reads_secret("l"); }},
      {"the guest links to a directory outside and writes there", normalized,
       [](World& w) {
         (void)w.box->symlink("../outside", "d");
         return w.box->write("d/planted.txt", "x") || w.has("outside/planted.txt");
       }},
      {"a link that stays inside is moved up until it does not", normalized,
       [](World& w) { return w.box->symlink("../outside/secret.txt", "sub/l") && w.box->rename("sub/l", "l") && w.box->reads_secret("l"); }},
      {"a hard link of a link, made further up", normalized,
       [](World& w) { return w.box->symlink("../outside/secret.txt", "sub/l") && w.box->link("sub/l", "l") && w.box->reads_secret("l"); }},
      {"a directory with a link inside is moved up", normalized,
       [](World& w) {
         return w.box->symlink("../../outside/secret.txt", "sub/deep/l") && w.box->rename("sub/deep", "deep") && w.box->reads_secret("deep/l");
       }},
      {"a link moved to another grant", normalized,
       [](World& w) { return w.box->symlink("../outside/secret.txt", "sub/l") && w.box->rename("sub/l", *w.other, "l") && w.other->reads_secret("l"); }},
      {"a link in one grant to another grant's neighbour", normalized,
       [](World& w) { return w.box->symlink("../box-secret", "l") && w.box->reads_secret("l/secret.txt"); }},
  };
}

}  // namespace tricks
