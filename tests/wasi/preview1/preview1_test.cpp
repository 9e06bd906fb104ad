// What the functions of preview 1 do when they are called as they are meant to be.
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "tests/wasi/preview1/guest.h"

using namespace wcomp;
using namespace wcomp::wasi;
using namespace wcomp::wasi::test;

namespace {

constexpr std::uint32_t out = 0x1000, buffer = 0x4000;

struct DirEntry {
  std::uint64_t next, inode;
  std::uint8_t type;
  std::string name;
};
/// Complete entries in the buffer.
std::vector<DirEntry> entries(Guest& g, std::uint32_t used) {
  std::vector<DirEntry> list;
  for (std::uint32_t at = 0; at + 24 <= used;) {
    const auto length = g.get<std::uint32_t>(buffer + at + 16);
    if (at + 24 + length > used) break;
    list.push_back({g.get<std::uint64_t>(buffer + at), g.get<std::uint64_t>(buffer + at + 8), g.get<std::uint8_t>(buffer + at + 20), g.text(buffer + at + 24, length)});
    at += 24 + length;
  }
  return list;
}

}  // namespace

TEST_CASE("arguments and environment lie one after the other, each with a zero byte") {
  Guest g(Context().args({"prog", "", "two words"}).env("A", "1").env("B", "x=y"));
  CHECK(g.call("args_sizes_get", {out, out + 4}) == success);
  CHECK(g.get<std::uint32_t>(out) == 3);
  CHECK(g.get<std::uint32_t>(out + 4) == 16);
  CHECK(g.call("args_get", {out, buffer}) == success);
  CHECK(g.text(buffer, 16) == std::string("prog\0\0two words\0", 16));
  CHECK(g.get<std::uint32_t>(out + 8) == buffer + 6);
  CHECK(g.call("environ_sizes_get", {out, out + 4}) == success);
  CHECK(g.get<std::uint32_t>(out) == 2);
  CHECK(g.call("environ_get", {out, buffer}) == success);
  CHECK(g.text(buffer, 10) == std::string("A=1\0B=x=y\0", 10));
}

TEST_CASE("a guest without grants has nothing: no arguments, no directories, streams that are empty") {
  Guest g{Context()};
  CHECK(g.call("args_sizes_get", {out, out + 4}) == success);
  CHECK(g.get<std::uint64_t>(out) == 0);
  CHECK(g.call("environ_sizes_get", {out, out + 4}) == success);
  CHECK(g.get<std::uint64_t>(out) == 0);
  CHECK(g.call("fd_prestat_get", {3, out}) == badf);
  CHECK(g.read(0, 10).empty());
  CHECK(g.write(1, "into the void") == success);
}

TEST_CASE("a program that looks for directories and was granted none is reported once asked for") {
  std::vector<std::string> told;
  Guest g(Context().on_denied([&](const Denial& d) { told.push_back(d.missing_grant); }));
  CHECK(g.call("fd_prestat_get", {3, out}) == badf);
  CHECK(told == std::vector<std::string>{"--dir HOST"});
}

TEST_CASE("standard streams read and write what the host gave, vectors in one piece") {
  std::string output, error;
  Guest g(Context().stdin_bytes("some input").stdout_to(&output).stderr_to(&error));
  CHECK(g.read(0, 4) == "some");
  CHECK(g.read(0, 100) == " input");
  CHECK(g.read(0, 100).empty());
  g.put_text(buffer, "one two");
  const std::uint32_t list[] = {buffer, 3, buffer, 0, buffer + 3, 4};
  for (std::uint32_t i = 0; i < 6; ++i) g.put(out + 4 * i, list[i]);
  CHECK(g.call("fd_write", {1, out, 3, out + 64}) == success);
  CHECK(g.get<std::uint32_t>(out + 64) == 7);
  CHECK(output == "one two");
  CHECK(g.write(2, "!") == success);
  CHECK(error == "!");
  CHECK(g.write(0, "x") == badf);
  CHECK(g.call("fd_read", {1, out, 1, out + 64}) == badf);
  CHECK(g.call("fd_seek", {1, 0, 0, out}) == spipe);
  CHECK(g.call("fd_tell", {0, out}) == spipe);
  CHECK(g.call("fd_pread", {0, out, 0, 0, out + 64}) == spipe);
}

TEST_CASE("directories are granted under their names from descriptor 3 on") {
  Scratch a, b;
  Guest g(Context().dir(a.path(), "/a").dir(b.path(), "."));
  CHECK(g.call("fd_prestat_get", {3, out}) == success);
  CHECK(g.get<std::uint8_t>(out) == 0);
  CHECK(g.get<std::uint32_t>(out + 4) == 2);
  CHECK(g.call("fd_prestat_dir_name", {3, buffer, 1}) == nametoolong);
  CHECK(g.call("fd_prestat_dir_name", {3, buffer, 2}) == success);
  CHECK(g.text(buffer, 2) == "/a");
  CHECK(g.call("fd_prestat_dir_name", {4, buffer, 1}) == success);
  CHECK(g.call("fd_prestat_get", {5, out}) == badf);
  CHECK(g.call("fd_prestat_get", {0, out}) == badf);
  CHECK(g.call("fd_close", {3}) == success);
  CHECK(g.call("fd_prestat_get", {3, out}) == badf);
  CHECK(g.call("fd_close", {3}) == badf);
}

TEST_CASE("a file is written, read, appended to, sought in") {
  Scratch dir;
  Guest g(Context().dir(dir.path(), "/"));
  const std::uint32_t fd = g.open("f", 1);
  CHECK(g.write(fd, "hello world") == success);
  CHECK(g.call("fd_seek", {fd, static_cast<std::uint64_t>(-5), 2, out}) == success);
  CHECK(g.get<std::uint64_t>(out) == 6);
  CHECK(g.read(fd, 100) == "world");
  CHECK(g.call("fd_seek", {fd, static_cast<std::uint64_t>(-12), 2, out}) == inval);
  CHECK(g.call("fd_seek", {fd, 0x7fffffffffffffff, 1, out}) == inval);  // beyond the largest offset
  CHECK(g.call("fd_tell", {fd, out}) == success);
  CHECK(g.get<std::uint64_t>(out) == 11);
  const std::uint32_t appending = g.open("f", 0, Guest::file_rights, 1);
  CHECK(g.write(appending, "!") == success);
  CHECK(g.call("fd_tell", {appending, out}) == success);
  CHECK(g.get<std::uint64_t>(out) == 12);
  CHECK(dir.read("f") == "hello world!");
  CHECK(g.call("fd_fdstat_set_flags", {appending, 0}) == success);
  CHECK(g.call("fd_seek", {appending, 0, 0, out}) == success);
  CHECK(g.write(appending, "J") == success);
  CHECK(dir.read("f") == "Jello world!");
  CHECK(g.call("fd_filestat_set_size", {fd, 5}) == success);
  CHECK(dir.read("f") == "Jello");
  CHECK(g.call("fd_allocate", {fd, 4, 4}) == success);
  CHECK(dir.read("f") == std::string("Jello\0\0\0", 8));
}

TEST_CASE("pread and pwrite leave the position alone") {
  Scratch dir;
  dir.write("f", "0123456789");
  Guest g(Context().dir(dir.path(), "/"));
  const std::uint32_t fd = g.open("f");
  g.put<std::uint32_t>(out, buffer);
  g.put<std::uint32_t>(out + 4, 3);
  CHECK(g.call("fd_pread", {fd, out, 1, 4, out + 8}) == success);
  CHECK(g.text(buffer, 3) == "456");
  g.put_text(buffer, "xyz");
  CHECK(g.call("fd_pwrite", {fd, out, 1, 8, out + 8}) == success);
  CHECK(dir.read("f") == "01234567xyz");
  CHECK(g.call("fd_pread", {fd, out, 1, static_cast<std::uint64_t>(-1), out + 8}) == inval);
  CHECK(g.read(fd, 2) == "01");
}

TEST_CASE("more vectors than the system takes at once are done in parts") {
  Scratch dir;
  Guest g(Context().dir(dir.path(), "/"));
  const std::uint32_t fd = g.open("f", 1);
  constexpr std::uint32_t count = 3000, list = 0x8000;
  g.put_text(buffer, "x");
  for (std::uint32_t i = 0; i < count; ++i) {
    g.put(list + 8 * i, buffer);
    g.put(list + 8 * i + 4, 1u);
  }
  CHECK(g.call("fd_write", {fd, list, count, out}) == success);
  CHECK(g.get<std::uint32_t>(out) == 1024);
  CHECK(g.call("fd_write", {fd, list, 0, out}) == success);
  CHECK(g.get<std::uint32_t>(out) == 0);
}

TEST_CASE("empty vectors do not take the place of those that hold something") {
  Scratch dir;
  dir.write("f", "text");
  Guest g(Context().dir(dir.path(), "/").stdin_bytes("input"));
  constexpr std::uint32_t count = 2000, list = 0x8000;
  for (std::uint32_t i = 0; i < count; ++i) {
    g.put(list + 8 * i, buffer);
    g.put(list + 8 * i + 4, i + 1 == count ? 10u : 0u);
  }
  const std::uint32_t fd = g.open("f", 0);
  for (const std::uint32_t from : {fd, 0u}) {
    const std::string expected = from == fd ? "text" : "input";
    CHECK(g.call("fd_read", {from, list, count, out}) == success);
    CHECK(g.get<std::uint32_t>(out) == expected.size());
    CHECK(g.text(buffer, static_cast<std::uint32_t>(expected.size())) == expected);
  }
  CHECK(g.call("fd_write", {fd, list, count - 1, out}) == success);
  CHECK(g.get<std::uint32_t>(out) == 0);
  CHECK(g.call("fd_read", {fd, list, count - 1, out}) == success);
  // Also the empty ones have to be somewhere.
  g.put(list, memory_bytes + 1);
  CHECK(g.call("fd_read", {fd, list, count, out}) == fault);
}

TEST_CASE("rights are those that were asked for, and only ever shrink") {
  Scratch dir;
  dir.write("f", "text");
  Guest g(Context().dir(dir.path(), "/"));
  constexpr std::uint64_t fd_read = 2, fd_seek = 4, fd_write = 64, path_open = 1 << 13;
  const std::uint32_t fd = g.open("f", 0, fd_read);
  CHECK(g.call("fd_fdstat_get", {fd, out}) == success);
  CHECK(g.get<std::uint8_t>(out) == 4);
  CHECK(g.get<std::uint64_t>(out + 8) == fd_read);
  CHECK(g.get<std::uint64_t>(out + 16) == 0);
  CHECK(g.call("fd_seek", {fd, 0, 0, out}) == notcapable);
  CHECK(g.call("fd_filestat_get", {fd, out}) == notcapable);
  CHECK(g.write(fd, "x") == badf);
  CHECK(g.call("fd_fdstat_set_rights", {fd, fd_read | fd_seek, 0}) == notcapable);
  CHECK(g.call("fd_fdstat_set_rights", {fd, fd_read, 1}) == notcapable);
  CHECK(g.call("fd_fdstat_set_rights", {fd, 0, 0}) == success);
  CHECK(g.call("fd_read", {fd, out, 0, out}) == badf);
  // A directory that passes on only reading gives nothing else, however deep.
  CHECK(g.call("fd_fdstat_get", {3, out}) == success);
  const auto base = g.get<std::uint64_t>(out + 8);
  CHECK(g.call("fd_fdstat_set_rights", {3, base, fd_read | path_open}) == success);
  CHECK(g.try_open("f", 0, fd_read | fd_write) == notcapable);
  CHECK(g.try_open(".", 2, path_open, 0, 3, fd_write) == notcapable);
  const std::uint32_t reading = g.open("f", 0, fd_read);
  CHECK(g.read(reading, 10) == "text");
  CHECK(g.call("fd_fdstat_set_rights", {3, base & ~(std::uint64_t{1} << 10), fd_read}) == success);
  CHECK(g.try_open("new", 1, fd_read) == notcapable);
  CHECK(g.call("fd_fdstat_set_rights", {3, 0, 0}) == success);
  CHECK(g.try_open("f", 0, 0) == notcapable);
  CHECK(g.call("fd_readdir", {3, buffer, 100, 0, out}) == notcapable);
}

TEST_CASE("all 32 bits of rights may be asked for, as Go does") {
  Scratch dir;
  dir.write("f", "text");
  Guest g(Context().dir(dir.path(), "/"));
  CHECK(g.try_open("f", 0, 0xffffffff, 0, 3, 0xffffffff) == success);
  CHECK(g.call("fd_fdstat_get", {g.get<std::uint32_t>(0xff00), out}) == success);
  CHECK(g.get<std::uint64_t>(out + 8) == Guest::file_rights);
}

TEST_CASE("a directory granted for reading only refuses every change") {
  Scratch dir;
  dir.write("f", "text");
  Guest g(Context().dir(dir.path(), "/", DirAccess::read_only));
  CHECK(g.read(g.open("f", 0, 2), 10) == "text");
  CHECK(g.try_open("f") == rofs);
  CHECK(g.try_open("new", 1, 2) == rofs);
  CHECK(g.try_open("f", 8, 2) == rofs);
  g.put_text(buffer, "f");
  CHECK(g.call("path_unlink_file", {3, buffer, 1}) == rofs);
  CHECK(g.call("path_filestat_set_times", {3, 0, buffer, 1, 0, 0, 5}) == rofs);
  CHECK(g.call("path_create_directory", {3, buffer, 1}) == rofs);
  CHECK(dir.read("f") == "text");
}

TEST_CASE("nothing outside of a granted directory can be opened") {
  Scratch dir;
  fs::create_symlink("/etc/passwd", dir.path() / "absolute");
  fs::create_symlink("../../..", dir.path() / "up");
  Guest g(Context().dir(dir.path(), "/"));
  for (const char* path : {"..", "../x", "/etc/passwd", "up/etc/passwd", "absolute", "./../.."}) {
    CAPTURE(path);
    CHECK(g.try_open(path, 0, 2, 0, 3, 0, 1) == perm);
  }
}

TEST_CASE("a directory is listed with truncation exactly at the buffer's end") {
  Scratch dir;
  for (int i = 0; i < 20; ++i) dir.write(fmt::format("file-{:02}", i), "");
  fs::create_directory(dir.path() / "sub");
  Guest g(Context().dir(dir.path(), "/"));
  CHECK(g.call("fd_readdir", {3, buffer, 8192, 0, out}) == success);
  const auto used = g.get<std::uint32_t>(out);
  const std::vector<DirEntry> all = entries(g, used);
  CHECK(all.size() == 23);
  CHECK(all[0].name == ".");
  CHECK(all[1].name == "..");
  for (std::size_t i = 0; i < all.size(); ++i) CHECK(all[i].next == i + 1);
  const std::string whole = g.text(buffer, used);
  for (const std::uint32_t size : {0u, 1u, 23u, 24u, 25u, 26u, 100u, used - 1, used, used + 1}) {
    CAPTURE(size);
    CHECK(g.call("fd_readdir", {3, buffer, size, 0, out}) == success);
    CHECK(g.get<std::uint32_t>(out) == std::min(size, used));
    CHECK(g.text(buffer, std::min(size, used)) == whole.substr(0, size));
  }
  // From each cookie on, the rest.
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK(g.call("fd_readdir", {3, buffer, 8192, all[i].next, out}) == success);
    CHECK(entries(g, g.get<std::uint32_t>(out)).size() == all.size() - i - 1);
  }
  CHECK(g.call("fd_readdir", {3, buffer, 8192, 1000, out}) == success);
  CHECK(g.get<std::uint32_t>(out) == 0);
  CHECK(g.call("fd_readdir", {3, buffer, 8192, ~std::uint64_t{0}, out}) == success);
  CHECK(g.get<std::uint32_t>(out) == 0);
}

TEST_CASE("a listing goes past names that are no UTF-8") {
  Scratch dir;
  for (const char* name : {"a", "b", "c"}) dir.write(name, "");
  for (const char* name : {"\xff", "x\x80", "\xc0\xaf"}) dir.write(name, "");
  Guest g(Context().dir(dir.path(), "/"));
  CHECK(g.call("fd_readdir", {3, buffer, 8192, 0, out}) == success);
  const auto all = entries(g, g.get<std::uint32_t>(out));
  REQUIRE(all.size() == 5);
  std::string names;
  for (std::size_t i = 2; i < 5; ++i) names += all[i].name;
  std::ranges::sort(names);
  CHECK(names == "abc");
  CHECK(g.call("fd_readdir", {3, buffer, 8192, all[3].next, out}) == success);
  CHECK(entries(g, g.get<std::uint32_t>(out)).size() == 1);
}

TEST_CASE("cookies keep their meaning while the directory changes, and cookie 0 shows the changes") {
  Scratch dir;
  for (int i = 0; i < 10; ++i) dir.write(fmt::format("f{}", i), "");
  Guest g(Context().dir(dir.path(), "/"));
  CHECK(g.call("fd_readdir", {3, buffer, 8192, 0, out}) == success);
  const auto before = entries(g, g.get<std::uint32_t>(out));
  REQUIRE(before.size() == 12);
  for (std::size_t i = 2; i < 7; ++i) fs::remove(dir.path() / before[i].name);
  CHECK(g.call("fd_readdir", {3, buffer, 8192, before[8].next, out}) == success);
  const auto after = entries(g, g.get<std::uint32_t>(out));
  REQUIRE(after.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) CHECK(after[i].name == before[9 + i].name);
  CHECK(g.call("fd_readdir", {3, buffer, 8192, 0, out}) == success);
  CHECK(entries(g, g.get<std::uint32_t>(out)).size() == 7);
}

TEST_CASE("renumbering moves a descriptor over another") {
  Scratch dir;
  dir.write("a", "A");
  dir.write("b", "B");
  Guest g(Context().dir(dir.path(), "/"));
  const std::uint32_t a = g.open("a"), b = g.open("b");
  CHECK(g.call("fd_renumber", {a, b}) == success);
  CHECK(g.read(b, 10) == "A");
  CHECK(g.call("fd_close", {a}) == badf);
  CHECK(g.call("fd_renumber", {b, 1000}) == badf);
  CHECK(g.call("fd_renumber", {1000, b}) == badf);
  CHECK(g.call("fd_renumber", {b, b}) == success);
  CHECK(g.open("b") == a);  // the lowest free number
}

TEST_CASE("times are set on files and by name, in nanoseconds") {
  Scratch dir;
  dir.write("f", "");
  fs::create_symlink("f", dir.path() / "l");
  Guest g(Context().dir(dir.path(), "/"));
  const std::uint32_t fd = g.open("f");
  CHECK(g.call("fd_filestat_set_times", {fd, 1'000'000'007, 2'000'000'009, 5}) == success);
  CHECK(g.call("fd_filestat_get", {fd, out}) == success);
  CHECK(g.get<std::uint64_t>(out + 40) == 1'000'000'007);
  CHECK(g.get<std::uint64_t>(out + 48) == 2'000'000'009);
  g.put_text(buffer, "l");
  CHECK(g.call("path_filestat_set_times", {3, 0, buffer, 1, 0, 5'000'000'000, 4}) == success);
  CHECK(g.call("path_filestat_get", {3, 1, buffer, 1, out}) == success);
  CHECK(g.get<std::uint64_t>(out + 48) == 2'000'000'009);
  CHECK(g.get<std::uint8_t>(out + 16) == 4);
  CHECK(g.call("path_filestat_get", {3, 0, buffer, 1, out}) == success);
  CHECK(g.get<std::uint64_t>(out + 48) == 5'000'000'000);
  CHECK(g.get<std::uint8_t>(out + 16) == 7);
  CHECK(g.call("fd_filestat_set_times", {fd, 0, 0, 8}) == success);
  CHECK(g.call("fd_filestat_get", {fd, out}) == success);
  CHECK(g.get<std::uint64_t>(out + 48) > 1'000'000'000'000'000'000);
}

TEST_CASE("a link's text is cut off at the buffer's end") {
  Scratch dir;
  fs::create_symlink("some/where", dir.path() / "l");
  Guest g(Context().dir(dir.path(), "/"));
  g.put_text(buffer, "l");
  for (const std::uint32_t size : {0u, 4u, 10u, 11u}) {
    g.put_text(buffer + 100, "............");
    CHECK(g.call("path_readlink", {3, buffer, 1, buffer + 100, size, out}) == success);
    CHECK(g.get<std::uint32_t>(out) == std::min(size, 10u));
    CHECK(g.text(buffer + 100, 12) == (std::string("some/where").substr(0, size) + "............").substr(0, 12));
  }
}

TEST_CASE("polling tells of times, files and descriptors that are not there") {
  Scratch dir;
  dir.write("f", "12345");
  Guest g(Context().dir(dir.path(), "/").stdin_bytes("x"));
  const std::uint32_t fd = g.open("f");
  const auto subscribe = [&](std::uint32_t i, std::uint64_t userdata, std::uint8_t type, std::uint32_t value, std::uint64_t timeout = 0) {
    const std::uint32_t at = buffer + 48 * i;
    g.put(at, userdata);
    g.put<std::uint64_t>(at + 8, type);
    g.put<std::uint64_t>(at + 16, value);
    g.put(at + 24, timeout);
    g.put<std::uint64_t>(at + 32, 0);
    g.put<std::uint64_t>(at + 40, 0);
  };
  subscribe(0, 7, 0, 1, 3'000'000'000'000);  // an hour
  subscribe(1, 8, 1, fd);
  subscribe(2, 9, 2, 77);
  subscribe(3, 10, 1, 1);
  CHECK(g.call("poll_oneoff", {buffer, buffer + 0x1000, 4, out}) == success);
  REQUIRE(g.get<std::uint32_t>(out) == 3);
  const auto event = [&](std::uint32_t i) { return buffer + 0x1000 + 32 * i; };
  CHECK(g.get<std::uint64_t>(event(0)) == 8);
  CHECK(g.get<std::uint16_t>(event(0) + 8) == success);
  CHECK(g.get<std::uint8_t>(event(0) + 10) == 1);
  CHECK(g.get<std::uint64_t>(event(0) + 16) == 5);
  CHECK(g.get<std::uint64_t>(event(1)) == 9);
  CHECK(g.get<std::uint16_t>(event(1) + 8) == badf);
  CHECK(g.get<std::uint64_t>(event(2)) == 10);
  CHECK(g.get<std::uint16_t>(event(2) + 8) == badf);

  using clock = std::chrono::steady_clock;
  for (const std::uint32_t id : {0u, 1u}) {
    const auto start = clock::now();
    subscribe(0, 1, 0, id, 30'000'000);
    CHECK(g.call("poll_oneoff", {buffer, buffer + 0x1000, 1, out}) == success);
    CHECK(clock::now() - start >= std::chrono::milliseconds(30));
    CHECK(g.get<std::uint64_t>(event(0)) == 1);
    CHECK(g.get<std::uint8_t>(event(0) + 10) == 0);
    CHECK(g.call("clock_time_get", {id, 0, out}) == success);
    subscribe(0, 1, 0, id, g.get<std::uint64_t>(out) + 20'000'000);
    g.put<std::uint16_t>(buffer + 40, 1);  // absolute
    const auto again_at = clock::now();
    CHECK(g.call("poll_oneoff", {buffer, buffer + 0x1000, 1, out}) == success);
    CHECK(clock::now() - again_at >= std::chrono::milliseconds(15));
    CHECK(clock::now() - again_at < std::chrono::seconds(10));
  }
}

TEST_CASE("interrupting ends a sleep of an hour at once") {
  Guest g(Context(), "wasi_snapshot_preview1",
          "(func (export \"sleep\") (loop (drop (call $poll_oneoff (i32.const 0) (i32.const 256) (i32.const 1) (i32.const 512))) (br 0)))");
  g.put<std::uint32_t>(16, 1);
  g.put<std::uint64_t>(24, 3'600'000'000'000);
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    g.instance().interrupt();
  });
  const auto start = std::chrono::steady_clock::now();
  const auto slept = g.instance().func("sleep")->call({});
  other.join();
  REQUIRE(!slept);
  CHECK(slept.error().code() == TrapCode::interrupted);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
}

TEST_CASE("a FIFO without a writer does not hang the guest, and one with a slow writer is waited for") {
  Scratch dir;
  REQUIRE(::mkfifo((dir.path() / "pipe").c_str(), 0600) == 0);
  Guest g(Context().dir(dir.path(), "/"));
  const std::uint32_t fd = g.open("pipe", 0, 2 | 64 | (1 << 27));  // open for both, so that there is a writer
  std::thread writer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(40));
    std::ofstream(dir.path() / "pipe") << "late";
  });
  CHECK(g.read(fd, 10) == "late");
  writer.join();
  const std::uint32_t impatient = g.open("pipe", 0, 2 | 64, 4);
  g.put<std::uint32_t>(out, buffer);
  g.put<std::uint32_t>(out + 4, 4);
  CHECK(g.call("fd_read", {impatient, out, 1, out + 8}) == again);
}

TEST_CASE("descriptors end at a bound, and closing frees them") {
  Scratch dir;
  dir.write("f", "");
  Guest g(Context().dir(dir.path(), "/"));
  std::vector<std::uint32_t> opened;
  while (g.try_open("f", 0, 2) == success) {
    opened.push_back(g.get<std::uint32_t>(0xff00));
    REQUIRE(opened.size() < 100'000);
  }
  CHECK(g.try_open("f", 0, 2) == mfile);
  CHECK(g.call("fd_close", {opened.front()}) == success);
  CHECK(g.open("f", 0, 2) == opened.front());
}

TEST_CASE("the exit code passes through in full, from _initialize and _start alike") {
  for (const std::uint32_t code : {0u, 1u, 42u, 127u, 255u, 256u, 0x80000000u}) {
    Guest g(Context(), "wasi_snapshot_preview1", fmt::format("(func (export \"_start\") (call $proc_exit (i32.const {})))", code));
    const auto status = run(g.instance());
    REQUIRE(status);
    CHECK(*status == static_cast<std::int32_t>(code));
  }
  Guest reactor(Context(), "wasi_snapshot_preview1", "(func (export \"_initialize\") (call $proc_exit (i32.const 3)))");
  CHECK(*run(reactor.instance()) == 3);
  Guest neither{Context()};
  CHECK(*run(neither.instance()) == 0);
  Guest odd(Context(), "wasi_snapshot_preview1", "(func (export \"_start\") (param i32))");
  const auto refused = run(odd.instance());
  REQUIRE(!refused);
  CHECK(refused.error().code() == TrapCode::host_error);
}

TEST_CASE("a signal that terminates ends the guest with 128 and its number") {
  Guest g{Context()};
  CHECK(g.call("proc_raise", {6}) == 1000 + static_cast<std::uint32_t>(TrapCode::exit));
  CHECK(g.call("proc_raise", {13}) == success);
  CHECK(g.call("proc_raise", {18}) == notsup);
}

TEST_CASE("random bytes differ and a length of zero is nothing") {
  Guest g{Context()};
  CHECK(g.call("random_get", {buffer, 0}) == success);
  CHECK(g.call("random_get", {buffer, 64}) == success);
  CHECK(g.text(buffer, 32) != g.text(buffer + 32, 32));
  CHECK(g.text(buffer + 64, 16) == std::string(16, '\0'));
}

TEST_CASE("the unstable snapshot has its own whence, filestat and subscription") {
  Scratch dir;
  dir.write("f", "0123456789");
  fs::create_hard_link(dir.path() / "f", dir.path() / "g");
  Guest g(Context().dir(dir.path(), "/"), "wasi_unstable");
  const std::uint32_t fd = g.open("f");
  CHECK(g.call("fd_seek", {fd, 4, 2, out}) == success);  // set
  CHECK(g.call("fd_seek", {fd, 1, 0, out}) == success);  // cur
  CHECK(g.get<std::uint64_t>(out) == 5);
  CHECK(g.call("fd_seek", {fd, static_cast<std::uint64_t>(-1), 1, out}) == success);  // end
  CHECK(g.get<std::uint64_t>(out) == 9);
  for (std::uint32_t i = 0; i < 64; ++i) g.put<std::uint8_t>(out + i, 0xee);
  CHECK(g.call("fd_filestat_get", {fd, out}) == success);
  CHECK(g.get<std::uint8_t>(out + 16) == 4);
  CHECK(g.get<std::uint32_t>(out + 20) == 2);
  CHECK(g.get<std::uint64_t>(out + 24) == 10);
  CHECK(g.get<std::uint8_t>(out + 55) != 0xee);
  CHECK(g.get<std::uint8_t>(out + 56) == 0xee);
  g.put<std::uint64_t>(buffer, 5);
  g.put<std::uint32_t>(buffer + 24, 1);
  g.put<std::uint64_t>(buffer + 32, 1'000'000);
  CHECK(g.call("poll_oneoff", {buffer, buffer + 0x1000, 1, out}) == success);
  CHECK(g.get<std::uint64_t>(buffer + 0x1000) == 5);
  CHECK(g.call("fd_read", {fd, out, 0, out}) == success);
}

TEST_CASE("each instance of one linker has descriptors of its own") {
  Scratch dir;
  dir.write("f", "abc");
  Engine engine;
  const std::string text =
      R"((module (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32))) (memory (export "memory") 1) (export "close" (func $close))))";
  const auto module = Module::from_bytes(engine, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  REQUIRE(module);
  ModuleLinker linker(engine);
  REQUIRE(add_to(linker, Context().dir(dir.path(), "/")));
  auto one = linker.instantiate(*module), two = linker.instantiate(*module);
  REQUIRE(one);
  REQUIRE(two);
  const auto close = [](ModuleInstance& i) { return *i.func("close")->typed<std::uint32_t(std::uint32_t)>()->call(3); };
  CHECK(close(*one) == success);
  CHECK(close(*one) == badf);
  CHECK(close(*two) == success);
}

TEST_CASE("a directory that is not there is a failure of add_to, which names it") {
  Engine engine;
  ModuleLinker linker(engine);
  const auto added = add_to(linker, Context().dir("/nowhere/at/all", "/"));
  REQUIRE(!added);
  CHECK(added.error().first().message.find("/nowhere/at/all") != std::string::npos);
}

TEST_CASE("a module without an exported memory is told so instead of failing silently") {
  Engine engine;
  const std::string text = R"((module (import "wasi_snapshot_preview1" "random_get" (func $r (param i32 i32) (result i32))) (memory 1) (func (export "_start") (drop (call $r (i32.const 0) (i32.const 4))))))";
  const auto module = Module::from_bytes(engine, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  REQUIRE(module);
  ModuleLinker linker(engine);
  REQUIRE(add_to(linker, Context()));
  auto instance = linker.instantiate(*module);
  REQUIRE(instance);
  const auto status = run(*instance);
  REQUIRE(!status);
  CHECK(status.error().message() == "`random_get` needs the guest's memory, and the module exports none named `memory`");
}
