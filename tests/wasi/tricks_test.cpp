// Every trick of tests/wasi/tricks: first on the naive check, where it must succeed, then on wasi/files with both resolvers, where it must not.
#include <doctest/doctest.h>

#include <cstdio>
#include <set>

#include "tests/wasi/tricks/links.h"
#include "tests/wasi/tricks/naive.h"
#include "tests/wasi/tricks/ours.h"
#include "tests/wasi/tricks/paths.h"
#include "tests/wasi/tricks/races.h"
#include "tests/wasi/tricks/read_only.h"
#include "tests/wasi/tricks/special.h"

namespace {

using namespace tricks;
using files::Resolver;
using files::Sandbox;

std::vector<Trick> all_tricks() {
  std::vector<Trick> out;
  for (auto&& some : {path_tricks(), link_tricks(), read_only_tricks(), special_tricks(), race_tricks()}) out.insert(out.end(), some.begin(), some.end());
  return out;
}

void grant_all(World& w) {
  w.box = w.grant(w.absolute("box"), DirAccess::read_write, Sandbox::default_max_descriptors);
  w.other = w.grant(w.absolute("other"), DirAccess::read_write, Sandbox::default_max_descriptors);
  w.shelf = w.grant(w.absolute("shelf"), DirAccess::read_only, Sandbox::default_max_descriptors);
}

bool fools_naive(const Trick& trick) {
  World w;
  w.is_patient = true;
  w.grant = [&](const std::string& host, DirAccess access, std::size_t) { return std::make_unique<Naive>(host, trick.fools, access); };
  grant_all(w);
  return trick.attack(w);
}

bool fools_us(const Trick& trick, Resolver resolver) {
  World w;
  w.grant = [&](const std::string& host, DirAccess access, std::size_t descriptors) -> std::unique_ptr<Guest> {
    auto root = files::Descriptor::open_root(std::make_shared<Sandbox>(resolver, descriptors), host.c_str(), "/d", access);
    return root ? std::make_unique<Ours>(std::move(*root)) : nullptr;
  };
  grant_all(w);
  return trick.attack(w) || w.get("outside/secret.txt") != secret || w.get("box-secret/secret.txt") != secret || w.get("shelf/book.txt") != "to be read";
}

}  // namespace

TEST_CASE("every sandbox trick fools a check of path prefixes and neither resolver of ours") {
  const std::vector<Trick> tricks = all_tricks();
  const bool has_openat2 = Sandbox().uses_openat2();
  std::set<std::string> names;
  for (const Trick& trick : tricks) {
    INFO(std::string(trick.name));
    CHECK(names.emplace(trick.name).second);
    CHECK(fools_naive(trick));
    CHECK_FALSE(fools_us(trick, Resolver::walk));
    if (has_openat2) CHECK_FALSE(fools_us(trick, Resolver::openat2));
  }
  CHECK(tricks.size() >= 60);
  std::printf("%zu sandbox tricks: each succeeds against the naive check and is refused by %s\n", tricks.size(),
              has_openat2 ? "both resolvers" : "the walk (this kernel has no openat2)");
}
