// Tricks with files that are more than files: /proc, devices, FIFOs; and with more files than there are.
#pragma once

#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "tests/wasi/tricks/guest.h"

namespace tricks {

/// Whether `attempt` waits for another process: it is let go by opening the other end of `fifo`.
inline bool hangs(const std::string& fifo, int other_end, const std::function<void()>& attempt) {
  std::atomic<bool> is_back = false;
  std::thread guest([&] {
    attempt();
    is_back = true;
  });
  for (int i = 0; i < 300 && !is_back; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const bool hung = !is_back;
  const int fd = hung ? ::open(fifo.c_str(), other_end | O_NONBLOCK | O_CLOEXEC) : -1;
  guest.join();
  if (fd >= 0) ::close(fd);
  return hung;
}

/// Whether a guest that opens all it can keeps this process from opening anything.
inline bool exhausts(const std::function<bool()>& open_one_more) {
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  rlimit low = before;
  low.rlim_cur = 256;
  ::setrlimit(RLIMIT_NOFILE, &low);
  for (int i = 0; i < 300 && open_one_more(); ++i) {
  }
  const int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (fd >= 0) ::close(fd);
  ::setrlimit(RLIMIT_NOFILE, &before);
  return fd < 0;
}

inline std::vector<Trick> special_tricks() {
  using enum Check;
  const auto granted = [](const char* host, DirAccess access, std::function<bool(World&, Guest&)> attack) {
    return [=](World& w) {
      auto guest = w.grant(host, access, 100);
      return guest && attack(w, *guest);
    };
  };
  const auto linked = [](const char* target, const char* path) {
    return [=](World& w) {
      w.symlink(target, "box/l");
      return w.box->reads_secret(path + (std::string(path) == "l" ? "" : w.absolute("outside/secret.txt")));
    };
  };
  return {
      {"/proc/self/root", normalized, linked("/proc/self/root", "l/")},
      {"/proc/thread-self/root", normalized, linked("/proc/thread-self/root", "l/")},
      {"/proc/self/cwd", normalized,
       [](World& w) {
         const fs::path before = fs::current_path();
         fs::current_path(w.base / "outside");
         w.symlink("/proc/self/cwd", "box/l");
         const bool got_it = w.box->reads_secret("l/secret.txt");
         fs::current_path(before);
         return got_it;
       }},
      {"/proc/self/fd of an open file", normalized,
       [](World& w) {
         const int fd = ::open(w.absolute("outside/secret.txt").c_str(), O_RDONLY | O_CLOEXEC);
         w.symlink("/proc/self/fd/" + std::to_string(fd), "box/l");
         const bool got_it = w.box->reads_secret("l");
         ::close(fd);
         return got_it;
       }},
      {"a magic link inside the grant /proc", prefix,
       granted("/proc", DirAccess::read_write, [](World& w, Guest& proc) { return proc.reads_secret("self/root" + w.absolute("outside/secret.txt")); })},
      {"the host's environment below the grant /proc", prefix,
       granted("/proc", DirAccess::read_only, [](World&, Guest& proc) { return proc.read("self/environ").has_value(); })},
      {"the host's environment below the grant /", prefix,
       granted("/", DirAccess::read_only, [](World&, Guest& root) { return root.read("proc/self/environ").has_value(); })},
      {"the host's memory map below the grant /", prefix,
       granted("/", DirAccess::read_only, [](World&, Guest& root) { return root.read("proc/self/maps").has_value(); })},
      {"the host's memory opened for writing below the grant /", prefix,
       granted("/", DirAccess::read_write, [](World&, Guest& root) { return root.open("proc/self/mem", true) != nullptr; })},
      {"a handle of the directory of the host's files below the grant /", prefix,
       granted("/", DirAccess::read_only, [](World&, Guest& root) { return root.open_directory("proc/self/fd") != nullptr; })},
      {"a handle of /proc, then the environment", prefix,
       granted("/", DirAccess::read_only,
               [](World&, Guest& root) {
                 auto proc = root.open_directory("proc");
                 return proc && proc->read("self/environ").has_value();
               })},
      {"a device for reading", prefix, granted("/dev", DirAccess::read_only, [](World&, Guest& dev) { return dev.open("zero", false) != nullptr; })},
      {"a device for writing", prefix, granted("/dev", DirAccess::read_write, [](World&, Guest& dev) { return dev.open("null", true) != nullptr; })},
      {"a link to a device", normalized,
       [](World& w) {
         w.symlink("/dev/zero", "box/l");
         return w.box->read("l").has_value();
       }},
      {"standard input by /dev/stdin", prefix, granted("/dev", DirAccess::read_only, [](World&, Guest& dev) { return dev.open("fd/0", false) != nullptr || dev.list("fd").has_value(); })},
      {"a FIFO that nobody writes to", prefix,
       [](World& w) {
         ::mkfifo(w.absolute("box/fifo").c_str(), 0600);
         return hangs(w.absolute("box/fifo"), O_WRONLY, [&] { (void)w.box->open("fifo", false); });
       }},
      {"a FIFO that nobody reads from", prefix,
       [](World& w) {
         ::mkfifo(w.absolute("box/fifo").c_str(), 0600);
         return hangs(w.absolute("box/fifo"), O_RDONLY, [&] { (void)w.box->write("fifo", ""); });
       }},
      {"all of the host's files open", prefix,
       [](World& w) {
         std::vector<std::unique_ptr<GuestFile>> held;
         auto guest = w.grant(w.absolute("box"), DirAccess::read_write, 100);
         return guest && exhausts([&] { return held.emplace_back(guest->open("inside.txt", false)) != nullptr; });
       }},
      {"all of the host's directories open", prefix,
       [](World& w) {
         std::vector<std::unique_ptr<Guest>> held;
         std::vector<std::unique_ptr<GuestFile>> files;
         auto guest = w.grant(w.absolute("box"), DirAccess::read_write, 100);
         return guest && exhausts([&] {
                  held.push_back(guest->open_directory("sub"));
                  files.push_back(held.back() ? held.back()->open("deep/file.txt", false) : nullptr);
                  return files.back() != nullptr;
                });
       }},
      {"a directory too deep to hold open", prefix,
       [](World& w) {
         std::string path = "sub/deep";
         for (int i = 0; i < 400; ++i) path += "/d";
         fs::create_directories(w.base / "box" / path);
         w.put("box/" + path + "/f", "deep");
         // Reading it is allowed; that doing so takes as many descriptors as directories is not.
         auto guest = w.grant(w.absolute("box"), DirAccess::read_write, 100);
         const bool read = guest->read(path + "/f").has_value();
         std::string up;
         for (int i = 0; i < 403; ++i) up += "../";
         return !read || guest->reads_secret(path + "/" + up + "outside/secret.txt");
       }},
  };
}

}  // namespace tricks
