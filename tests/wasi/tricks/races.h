// Tricks that change the directory while a call resolves a name in it. The naive check loses at some point, mostly soon, and is given the time
// for that; ours holds for 10^5 rounds, or 10^4 where a round is slow or another trick is much the same.
#pragma once

#include <linux/fs.h>
#include <sys/syscall.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "tests/wasi/tricks/guest.h"

namespace tricks {

inline constexpr int race_rounds = 100'000;
inline constexpr int short_race_rounds = 10'000;

/// Runs `change` for ever, as another process would, while `attempt` runs until it succeeds or all rounds are over.
inline bool races(const World& w, int rounds, const std::function<void()>& change, const std::function<bool()>& attempt) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  std::atomic<bool> is_over = false;
  std::thread other([&] {
    while (!is_over) change();
  });
  bool got_it = false;
  for (int i = 0; (w.is_patient ? std::chrono::steady_clock::now() < deadline : i < rounds) && !got_it; ++i) got_it = attempt();
  is_over = true;
  other.join();
  return got_it;
}

inline void exchange(const std::string& a, const std::string& b) { (void)::syscall(SYS_renameat2, AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE); }

inline std::vector<Trick> race_tricks() {
  using enum Check;
  // box/x, a file or directory, changes places with box/y, a link to the same thing outside.
  const auto swapped = [](int rounds, const char* inside, const char* outside, std::function<bool(World&)> attempt) {
    return [=](World& w) {
      if (std::string(inside) == "file") {
        w.put("box/x", "mine");
      } else {
        fs::create_directories(w.base / "box/x");
        w.put("box/x/secret.txt", "not this one");
      }
      w.symlink(outside, "box/y");
      const std::string x = w.absolute("box/x"), y = w.absolute("box/y");
      return races(w, rounds, [&] { exchange(x, y); }, [&] { return attempt(w); });
    };
  };
  return {
      {"a file becomes a link while it is opened", realpath, swapped(race_rounds, "file", "../outside/secret.txt", [](World& w) { return w.box->reads_secret("x"); })},
      {"a file becomes an absolute link while it is opened", realpath,
       [](World& w) {
         w.put("box/x", "mine");
         w.symlink(w.absolute("outside/secret.txt"), "box/y");
         const std::string x = w.absolute("box/x"), y = w.absolute("box/y");
         return races(w, short_race_rounds, [&] { exchange(x, y); }, [&] { return w.box->reads_secret("x"); });
       }},
      {"a directory becomes a link while a file in it is opened", realpath,
       swapped(race_rounds, "directory", "../outside", [](World& w) { return w.box->reads_secret("x/secret.txt"); })},
      {"a directory becomes a link while a file in it is looked at", realpath,
       swapped(short_race_rounds, "directory", "../outside", [](World& w) { return w.box->inode("x/secret.txt", true) == w.inode("outside/secret.txt"); })},
      {"a directory becomes a link while a link in it is read", realpath,
       swapped(short_race_rounds, "directory", "../outside", [](World& w) { return w.box->readlink("x/link").has_value(); })},
      {"a directory becomes a link while a file in it is overwritten", realpath,
       swapped(short_race_rounds, "directory", "../outside",
               [](World& w) {
                 (void)w.box->truncate("x/secret.txt");
                 struct ::stat s{};
                 return ::stat(w.absolute("outside/secret.txt").c_str(), &s) != 0 || s.st_size == 0;
               })},
      {"a directory becomes a link while times in it are set", realpath,
       swapped(short_race_rounds, "directory", "../outside", [](World& w) { return w.box->set_times("x/secret.txt", true) && w.is_aged("outside/secret.txt"); })},
      {"a directory becomes a link while a file in it is removed", realpath,
       swapped(short_race_rounds, "directory", "../outside",
               [](World& w) {
                 (void)w.box->unlink("x/link");
                 return !w.has("outside/link");
               })},
      {"a directory becomes a link while one is made in it", realpath,
       swapped(short_race_rounds, "directory", "../outside",
               [](World& w) {
                 (void)w.box->make_directory("x/new");
                 return w.has("outside/new");
               })},
      {"a directory moves up while `..` is resolved behind it", prefix,
       [](World& w) {
         // From box/a/b three times `..` and down again stays below; from box/b it does not.
         fs::create_directories(w.base / "box/a/b");
         fs::create_directories(w.base / "box/b");
         fs::create_directories(w.base / "a/b");
         fs::create_directories(w.base / "box/outside");
         w.put("box/outside/secret.txt", "not this one");
         std::string path;
         for (int i = 0; i < 10; ++i) path += "a/b/../../";
         path += "outside/secret.txt";
         const std::string low = w.absolute("box/a/b"), high = w.absolute("box/b");
         return races(w, short_race_rounds, [&] { exchange(low, high); }, [&] { return w.box->reads_secret(path); });
       }},
      {"a directory of one handle moves up while `..` is resolved behind it", prefix,
       [](World& w) {
         fs::create_directories(w.base / "box/sub/a/b");
         fs::create_directories(w.base / "box/sub/b");
         fs::create_directories(w.base / "box/a/b");
         fs::create_directories(w.base / "box/sub/t");
         w.put("box/sub/t/f", "not this one");
         fs::create_directories(w.base / "box/t");
         w.put("box/t/f", std::string(secret));
         auto sub = w.box->open_directory("sub");
         std::string path;
         for (int i = 0; i < 10; ++i) path += "a/b/../../";
         path += "t/f";
         const std::string low = w.absolute("box/sub/a/b"), high = w.absolute("box/sub/b");
         return races(w, race_rounds, [&] { exchange(low, high); }, [&] { return sub && sub->reads_secret(path); });
       }},
  };
}

}  // namespace tricks
