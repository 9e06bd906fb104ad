#include "cache/cache.h"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <thread>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "cache/hash.h"

using namespace wcomp;
using namespace wcomp::cache;
namespace fs = std::filesystem;

namespace {

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "wcomp-cache-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() {
    std::error_code ec;
    fs::permissions(path, fs::perms::owner_all, ec);
    fs::remove_all(path, ec);
  }
  fs::path path;
};

Key key_of(std::string_view text) { return hash(as_bytes(text)); }

bool put(const Cache& cache, std::string_view key, const Bytes& bytes) {
  const ByteSpan parts[] = {bytes};
  return cache.put(key_of(key), parts);
}

std::optional<Bytes> find(const Cache& cache, std::string_view key) {
  const auto blob = cache.find(key_of(key));
  if (!blob) return std::nullopt;
  return Bytes(blob->bytes().begin(), blob->bytes().end());
}

Bytes filled(std::size_t size, std::uint8_t seed) {
  Bytes out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(seed + i * 31 + i / 256);
  return out;
}

fs::path file_of(const fs::path& folder, std::string_view extension) {
  for (const auto& e : fs::directory_iterator(folder)) {
    if (e.path().extension() == extension) return e.path();
  }
  return {};
}

std::size_t count(const fs::path& folder, std::string_view extension) {
  std::size_t n = 0;
  for (const auto& e : fs::directory_iterator(folder)) n += e.path().extension() == extension ? 1 : 0;
  return n;
}

/// Runs in a process of its own; its exit status.
template <class Run>
int in_process(const Run& run) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(run());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

}  // namespace

TEST_CASE("what was put is found, under its key only") {
  const Folder f;
  const Cache cache(f.path / "deeper" / "still");
  CHECK_FALSE(find(cache, "a"));
  CHECK(cache.problem().empty());
  const Bytes one = filled(10'000, 1), two = filled(3, 9);
  const ByteSpan parts[] = {one, two};
  CHECK(cache.put(key_of("a"), parts));
  Bytes both = one;
  both.insert(both.end(), two.begin(), two.end());
  CHECK(find(cache, "a") == both);
  CHECK_FALSE(find(cache, "b"));
  CHECK(put(cache, "empty", {}));
  CHECK(find(cache, "empty") == Bytes());
  CHECK((fs::status(f.path / "deeper" / "still").permissions() & fs::perms::mask) == fs::perms::owner_all);
  CHECK(cache.list().size() == 2);
}

TEST_CASE("a blob stays readable when its entry is replaced or removed") {
  const Folder f;
  const Cache cache(f.path);
  CHECK(put(cache, "a", filled(100, 1)));
  const auto blob = cache.find(key_of("a"));
  REQUIRE(blob);
  CHECK(put(cache, "a", filled(200'000, 2)));
  (void)cache.clear();
  CHECK(Bytes(blob->bytes().begin(), blob->bytes().end()) == filled(100, 1));
}

#ifdef __x86_64__
TEST_CASE("code in a blob can be run where it is mapped") {
  const Folder f;
  const Cache cache(f.path);
  const Bytes code = {0xb8, 42, 0, 0, 0, 0xc3};  // mov eax, 42; ret
  CHECK(put(cache, "code", code));
  const auto blob = cache.find(key_of("code"));
  REQUIRE(blob);
  CHECK_FALSE(blob->allow_execution(0, 7));
  CHECK_FALSE(blob->allow_execution(SIZE_MAX, 2));
  REQUIRE(blob->allow_execution(0, code.size()));
  CHECK(reinterpret_cast<int (*)()>(const_cast<std::uint8_t*>(blob->bytes().data()))() == 42);
}
#endif

TEST_CASE("no changed byte and no missing end of a file is believed") {
  const Folder f;
  const Cache cache(f.path);
  const Bytes content = filled(500, 3);
  CHECK(put(cache, "a", content));
  const fs::path file = file_of(f.path, ".code");
  const auto whole = read_file(file);
  REQUIRE(whole);
  const auto write = [&](const Bytes& bytes) { std::ofstream(file, std::ios::binary | std::ios::trunc).write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size())); };
  constexpr std::size_t header = 64, contents = 4096;
  for (std::size_t at = 0; at < whole->size(); ++at) {
    if (at == header) at = contents;  // nothing is read between them
    Bytes damaged = *whole;
    damaged[at] ^= 0x10;
    write(damaged);
    CHECK_FALSE(find(cache, "a"));
  }
  for (const std::size_t size : {0UL, 1UL, 63UL, 64UL, 4095UL, 4096UL, 4097UL, whole->size() - 1}) {
    write(Bytes(whole->begin(), whole->begin() + static_cast<std::ptrdiff_t>(size)));
    CHECK_FALSE(find(cache, "a"));
  }
  Bytes longer = *whole;
  longer.push_back(0);
  write(longer);
  CHECK_FALSE(find(cache, "a"));
  write(*whole);
  CHECK(find(cache, "a") == content);
  // What cannot be believed is replaced.
  write({});
  CHECK(put(cache, "a", content));
  CHECK(find(cache, "a") == content);
}

TEST_CASE("a blob under the name of another key is not believed") {
  const Folder f;
  const Cache cache(f.path);
  CHECK(put(cache, "a", filled(10, 1)));
  fs::rename(file_of(f.path, ".code"), f.path / (key_of("b").hex() + ".code"));
  CHECK_FALSE(find(cache, "b"));
}

TEST_CASE("files and folders that others may write to, and links, are not believed") {
  const Folder f;
  const fs::path folder = f.path / "cache";
  const Cache cache(folder);
  CHECK(put(cache, "a", filled(10, 1)));
  const fs::path file = file_of(folder, ".code");
  for (const mode_t mode : {0620, 0602, 0666}) {
    REQUIRE(::chmod(file.c_str(), mode) == 0);
    CHECK_FALSE(find(cache, "a"));
  }
  REQUIRE(::chmod(file.c_str(), 0444) == 0);
  CHECK(find(cache, "a"));
  for (const mode_t mode : {0770, 0702, 0777}) {
    REQUIRE(::chmod(folder.c_str(), mode) == 0);
    CHECK_FALSE(find(cache, "a"));
    CHECK_FALSE(put(cache, "b", filled(10, 1)));
    CHECK(cache.problem().find("others may write to it") != std::string::npos);
  }
  REQUIRE(::chmod(folder.c_str(), 0755) == 0);
  CHECK(find(cache, "a"));

  const fs::path moved = f.path / "elsewhere";
  fs::rename(file, moved);
  fs::create_symlink(moved, file);
  CHECK_FALSE(find(cache, "a"));
  fs::remove(file);
  fs::create_directory(file);
  CHECK_FALSE(find(cache, "a"));
  fs::remove(file);
  REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
  CHECK_FALSE(find(cache, "a"));
  fs::remove(file);
  fs::rename(moved, file);
  CHECK(find(cache, "a"));

  fs::create_directory_symlink(folder, f.path / "link");
  const Cache linked(f.path / "link");
  CHECK_FALSE(find(linked, "a"));
  CHECK_FALSE(put(linked, "b", filled(10, 1)));
  CHECK(linked.problem().find("symbolic link") != std::string::npos);
}

TEST_CASE("files and folders of another user are not believed") {
  if (::geteuid() != 0) return;  // nobody else can give files away
  const Folder f;
  const fs::path folder = f.path / "cache";
  const Cache cache(folder);
  CHECK(put(cache, "a", filled(10, 1)));
  const fs::path file = file_of(folder, ".code");
  REQUIRE(::chown(file.c_str(), 12345, 12345) == 0);
  CHECK_FALSE(find(cache, "a"));
  REQUIRE(::chown(file.c_str(), 0, 0) == 0);
  CHECK(find(cache, "a"));
  REQUIRE(::chown(folder.c_str(), 12345, 12345) == 0);
  CHECK_FALSE(find(cache, "a"));
  CHECK_FALSE(put(cache, "b", filled(10, 1)));
  CHECK(cache.problem().find("another user") != std::string::npos);
}

TEST_CASE("places where nothing can be written are met silently") {
  for (const char* path : {"", "/proc/nowhere/cache", "/dev/null/cache", "/dev/null"}) {
    const Cache cache{fs::path(path)};
    CHECK_FALSE(find(cache, "a"));
    CHECK_FALSE(put(cache, "a", filled(10, 1)));
    CHECK(cache.list().empty());
    CHECK(cache.clear().entries == 0);
    CHECK(cache.prune(0).entries == 0);
  }
  const Folder f;
  const fs::path folder = f.path / "cache";
  const Cache cache(folder);
  CHECK(put(cache, "a", filled(10, 1)));
  REQUIRE(::chmod(folder.c_str(), 0500) == 0);
  const int status = in_process([&] {
    if (::geteuid() == 0 && ::seteuid(12345) != 0) return 2;
    return put(Cache(folder), "b", filled(10, 1)) ? 1 : 0;
  });
  CHECK(status == 0);
}

TEST_CASE("the folder is that of the environment") {
  const auto with = [](const char* own, const char* xdg, const char* home) {
    const auto set = [](const char* name, const char* value) { value == nullptr ? ::unsetenv(name) : ::setenv(name, value, 1); };
    const auto get = [](const char* name) { const char* v = std::getenv(name); return v == nullptr ? std::optional<std::string>() : std::string(v); };
    const auto before = std::array{get("WCOMP_CACHE"), get("XDG_CACHE_HOME"), get("HOME")};
    set("WCOMP_CACHE", own);
    set("XDG_CACHE_HOME", xdg);
    set("HOME", home);
    const std::string out = Cache::default_folder().string();
    constexpr const char* names[] = {"WCOMP_CACHE", "XDG_CACHE_HOME", "HOME"};
    for (std::size_t i = 0; i < 3; ++i) set(names[i], before[i] ? before[i]->c_str() : nullptr);
    return out;
  };
  CHECK(with("/own", "/xdg", "/home/me") == "/own");
  CHECK(with("", "/xdg", "/home/me") == "");
  CHECK(with(nullptr, "/xdg", "/home/me") == "/xdg/wcomp");
  CHECK(with(nullptr, "relative", "/home/me") == "/home/me/.cache/wcomp");
  CHECK(with(nullptr, nullptr, nullptr) == "");
}

TEST_CASE("the least recently used entries leave when there is no room") {
  const Folder f;
  const Cache cache(f.path, 60'000);
  for (const char* key : {"a", "b", "c"}) {
    CHECK(put(cache, key, filled(10'000, 1)));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  const timespec now[2] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT}, {.tv_sec = 0, .tv_nsec = UTIME_NOW}};
  REQUIRE(::utimensat(AT_FDCWD, (f.path / (key_of("a").hex() + ".code")).c_str(), now, 0) == 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(put(cache, "d", filled(20'000, 1)));
  CHECK_FALSE(find(cache, "b"));
  CHECK(find(cache, "a"));
  CHECK(find(cache, "d"));
  CHECK_FALSE(put(cache, "too large", filled(60'000, 1)));
  CHECK(cache.prune(30'000).entries >= 1);
  CHECK(find(cache, "d"));
  CHECK(cache.clear().entries == 1);
  CHECK_FALSE(fs::exists(f.path));
}

TEST_CASE("using an entry makes it young") {
  const Folder f;
  const Cache cache(f.path);
  CHECK(put(cache, "a", filled(10, 1)));
  const fs::path file = file_of(f.path, ".code");
  fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::hours(5));
  CHECK(find(cache, "a"));
  CHECK(fs::file_time_type::clock::now() - fs::last_write_time(file) < std::chrono::minutes(1));
}

TEST_CASE("only what the cache wrote is removed") {
  const Folder f;
  const Cache cache(f.path);
  CHECK(put(cache, "a", filled(10, 1)));
  for (const char* name : {"mine.code", "notes.tmp", "letter.file"}) std::ofstream(f.path / name) << "text";
  (void)cache.clear();
  CHECK(count(f.path, ".code") == 1);
  CHECK(fs::exists(f.path / "mine.code"));
  CHECK(fs::exists(f.path / "notes.tmp"));
  CHECK(fs::exists(f.path / "letter.file"));
}

TEST_CASE("what a file's content is, is known until the file changes") {
  const Folder f;
  const Cache cache(f.path / "cache");
  const fs::path file = f.path / "app.wasm";
  std::ofstream(file) << "first";
  const auto young = stamp_of(file);
  REQUIRE(young);
  cache.remember(*young, key_of("first"));
  CHECK_FALSE(cache.content_of(*young));  // it could change again before the clock does

  FileStamp stamp = *young;
  stamp.is_settled = 1;
  cache.remember(stamp, key_of("first"));
  CHECK(cache.content_of(stamp) == key_of("first"));
  for (auto member : {&FileStamp::device, &FileStamp::inode, &FileStamp::size}) {
    FileStamp other = stamp;
    ++(other.*member);
    CHECK_FALSE(cache.content_of(other));
  }
  for (auto member : {&FileStamp::mtime_ns, &FileStamp::ctime_ns}) {
    FileStamp other = stamp;
    ++(other.*member);
    CHECK_FALSE(cache.content_of(other));
  }
  const fs::path kept = file_of(f.path / "cache", ".file");
  const auto whole = read_file(kept);
  REQUIRE(whole);
  for (std::size_t at = 0; at < whole->size(); ++at) {
    Bytes damaged = *whole;
    damaged[at] ^= 1;
    std::ofstream(kept, std::ios::binary).write(reinterpret_cast<const char*>(damaged.data()), static_cast<std::streamsize>(damaged.size()));
    CHECK_FALSE(cache.content_of(stamp));
  }
  CHECK_FALSE(stamp_of(f.path));
  CHECK_FALSE(stamp_of(f.path / "missing"));
}

TEST_CASE("two processes that write and read the same entries see whole ones only") {
  const Folder f;
  constexpr int rounds = 200;
  const auto work = [&](std::uint8_t seed) {
    const Cache cache(f.path, 400'000);
    for (int i = 0; i < rounds; ++i) {
      const std::string key(1, static_cast<char>('a' + i % 7));
      put(cache, key, filled(20'000, seed));
      const auto found = find(cache, key);
      if (found && *found != filled(20'000, 1) && *found != filled(20'000, 2)) return 1;
      if (i % 50 == 49) (void)cache.clear();
    }
    return 0;
  };
  const pid_t other = ::fork();
  if (other == 0) ::_exit(work(2));
  CHECK(work(1) == 0);
  int status = 0;
  ::waitpid(other, &status, 0);
  CHECK(status == 0);
  if (fs::exists(f.path)) CHECK(count(f.path, ".tmp") == 0);
}

TEST_CASE("a writer that is killed leaves what is swept later") {
  const Folder f;
  const Cache cache(f.path);
  for (int i = 0; i < 30; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (;;) put(cache, "a", filled(3'000'000, 1));
    }
    ::usleep(static_cast<useconds_t>(500 + 700 * i));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const auto found = find(cache, "a");
    CHECK((!found || *found == filled(3'000'000, 1)));
  }
  for (const auto& e : fs::directory_iterator(f.path)) {
    if (e.path().extension() == ".tmp") fs::last_write_time(e.path(), fs::file_time_type::clock::now() - std::chrono::hours(1));
  }
  std::ofstream(f.path / "wcomp-1-1-1.tmp") << "young";
  CHECK(put(cache, "b", filled(10, 1)));
  CHECK(count(f.path, ".tmp") == 1);
}

TEST_CASE("a full disk means no entry, and no signal") {
  const Folder f;
  const int status = in_process([&] {
    const rlimit small{.rlim_cur = 50'000, .rlim_max = 50'000};
    ::setrlimit(RLIMIT_FSIZE, &small);
    const Cache cache(f.path);
    if (put(cache, "large", filled(100'000, 1))) return 1;
    if (count(f.path, ".tmp") != 0) return 2;
    return put(cache, "small", filled(1000, 1)) && find(cache, "small") ? 0 : 3;
  });
  CHECK(status == 0);
}
